//! `functions/platform/src/paths.rs`: what the function for unknown routes must know of all others.
use std::{collections::BTreeMap, fmt::Write as _};

use api::Route;

use super::{WRITTEN, is_fallback};

/// Each path with its methods, in the order of the paths.
pub(crate) fn text(routes: &[&Route]) -> String {
    let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in routes.iter().filter(|route| !is_fallback(route)) {
        paths.entry(route.path).or_default().push(route.method.as_str());
    }
    let mut text = format!(
        "//! {WRITTEN}\n\
         //!\n\
         //! The path of every route of all domains, and the methods it takes.\n\
         \n\
         /// Each path template with its methods.\n\
         #[rustfmt::skip]\n\
         pub const PATHS: &[(&str, &[&str])] = &[\n"
    );
    for (path, methods) in paths {
        let _ = writeln!(text, "    ({path:?}, &{methods:?}),");
    }
    text + "];\n"
}
