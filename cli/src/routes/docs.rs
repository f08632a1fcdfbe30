//! `docs/routes.md`: every route and every job on one page.
use std::fmt::Write as _;

use api::{Job, Route};
use db::Domain;

use super::{WRITTEN, access, callers, is_fallback, starts};

/// One table for each domain that has routes, and one for the jobs.
pub(crate) fn routes(routes: &[&Route], jobs: &[&Job]) -> String {
    let mut text = format!(
        "<!-- {WRITTEN} -->\n\
         # Routes\n\
         \n\
         Each route is one function: a binary of that name, with the variables in [environment.md](environment.md) and\n\
         nothing else. Bodies, parameters and problems are in [openapi.json](../openapi.json).\n"
    );
    for domain in Domain::ALL {
        let of_domain: Vec<_> = routes.iter().filter(|route| route.domain == domain).collect();
        if of_domain.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "\n## {}\n\n\
             | method | path | function | who may call | database | what for |\n\
             |---|---|---|---|---|---|",
            domain.name()
        );
        for route in of_domain {
            let method = if is_fallback(route) { "any" } else { route.method.as_str() };
            let _ = writeln!(
                text,
                "| {method} | `{}` | `{}` | {} | {} | {} |",
                route.path,
                route.name,
                callers(route).join(", "),
                access(route.access),
                route.summary.replace('|', "\\|"),
            );
        }
    }
    if jobs.is_empty() {
        return text;
    }
    text.push_str(
        "\n## Jobs\n\n\
         Each job is a function too, but the clock starts it, or an event: `cargo aruuri invoke NAME` does so by hand.\n\
         Schedules are EventBridge's, in UTC.\n\n\
         | function | when | database | what for |\n\
         |---|---|---|---|\n",
    );
    for job in jobs {
        let name = job.name;
        let when = starts(job).iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let (domain, access) = (job.domain.name(), access(job.access));
        let summary = job.summary.replace('|', "\\|");
        let _ = writeln!(text, "| `{name}` | {when} | {domain}, {access} | {summary} |");
    }
    text
}
