//! `docs/access.md`: which role may call which route.
use std::fmt::Write as _;

use api::{Allow, Route};
use db::Domain;
use stack::{BUNDLES, Bundle};

use super::{WRITTEN, callers};

/// The roles that open routes by themselves, in the order of the columns.
pub(crate) fn roles() -> Vec<&'static Bundle> {
    BUNDLES.iter().filter(|bundle| bundle.opens).collect()
}

/// Whether a token of this role opens the route; `None` where no token is needed.
pub(crate) fn opens(route: &Route, bundle: &Bundle) -> Option<bool> {
    match route.allow {
        Allow::Nobody => Some(false),
        Allow::Public | Allow::Anyone => None,
        Allow::SignedIn | Allow::AnyToken => Some(true),
        Allow::Permission(permission) => Some(bundle.permissions.contains(&permission)),
    }
}

/// A cell of the matrix.
pub(crate) fn cell(route: &Route, bundle: &Bundle) -> &'static str {
    match opens(route, bundle) {
        None => "·",
        Some(true) => "yes",
        Some(false) => "",
    }
}

/// One table for each domain, and which role bundles what.
pub(crate) fn text(routes: &[&Route]) -> String {
    let roles = roles();
    let mut text = format!(
        "<!-- {WRITTEN} -->\n\
         # Access\n\
         \n\
         A route names a permission; a role bundles permissions (rows of `identity.role_permissions`); a token carries what\n\
         its owner's roles bundled when it was made. `yes`: a token of that role opens the route; empty: it gets 403; `·`: no\n\
         token is needed. What the caller may not see is 404. `cargo aruuri access matrix` prints the same.\n\
         \n\
         `employee` and `team_lead` may be held in departments. There a permission is given only if what it opens asks in\n\
         which department, or is about the caller alone:\n\
         {}.\n\
         Every other one in such a grant gives nothing (403); who needs it holds the role everywhere. Contacts and leads of\n\
         other departments, and what hangs on them, are not there for such a token (404); those of no department are there\n\
         for who works in one that owns its level. What belongs to no department, as the audit log, is 403 for it\n\
         ([people.md](people.md)).\n\
         \n\
         `signed in` needs a login: an api token opens what names a permission, or `api token`, and none of what its owner\n\
         has to do themselves: it makes no tokens, invites nobody and grants nothing.\n\
         \n\
         A role that is held in a project, building or partner opens no route by itself: ",
        api::HELD_IN_DEPARTMENTS
            .chunks(6)
            .map(|line| line.join(", "))
            .collect::<Vec<_>>()
            .join(",\n")
    );
    let inside = BUNDLES.iter().filter(|bundle| !bundle.opens).map(|bundle| bundle.role);
    let _ = writeln!(text, "{}.", inside.collect::<Vec<_>>().join(", "));
    for domain in Domain::ALL {
        let _ = write!(text, "\n## {}\n\n| function | permission |", domain.name());
        for bundle in &roles {
            let _ = write!(text, " {} |", bundle.role);
        }
        let _ = writeln!(text, "\n|---|---|{}", "---|".repeat(roles.len()));
        for route in routes.iter().filter(|route| route.domain == domain) {
            let _ = write!(text, "| `{}` | {} |", route.name, callers(route).join(", "));
            for bundle in &roles {
                let _ = write!(text, " {} |", cell(route, bundle));
            }
            text.push('\n');
        }
    }
    text.push_str("\n## Roles\n\n| role | permissions |\n|---|---|\n");
    for bundle in BUNDLES {
        let _ = writeln!(text, "| {} | {} |", bundle.role, bundle.permissions.join(", "));
    }
    text
}
