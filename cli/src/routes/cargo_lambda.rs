//! `CargoLambda.toml`: the router of `cargo lambda watch`.
use std::{collections::BTreeMap, fmt::Write as _};

use api::Route;

use super::{WRITTEN, is_fallback};

/// Paths in the order of their text. `$default` has no form here: what no route takes is a plain 404.
pub(crate) fn text(routes: &[&Route]) -> String {
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in routes.iter().filter(|route| !is_fallback(route)) {
        paths.entry(route.path).or_default().push(route);
    }
    let mut text = format!(
        "# {WRITTEN}\n\
         #\n\
         # cargo lambda watch --invoke-address 127.0.0.1 --invoke-port 9000 --env-file .aruuri/env\n\
         \n\
         [watch.router]\n"
    );
    for (path, routes) in paths {
        let _ = writeln!(text, "\"{path}\" = [");
        for route in routes {
            let (method, name) = (&route.method, route.name);
            let _ = writeln!(text, "    {{ method = \"{method}\", function = \"{name}\" }},");
        }
        text.push_str("]\n");
    }
    text
}
