//! `docs/routes.md`: every route on one page.
use std::fmt::Write as _;

use api::Route;
use db::Domain;

use super::{WRITTEN, access, callers, is_fallback};

/// One table for each domain that has routes.
pub(crate) fn routes(routes: &[&Route]) -> String {
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
                access(route),
                route.summary.replace('|', "\\|"),
            );
        }
    }
    text
}
