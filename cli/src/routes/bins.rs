//! `functions/<domain>/src/bin/<name>.rs`: what Lambda starts.
use std::{collections::BTreeMap, path::PathBuf};

use api::Route;

use super::WRITTEN;

/// One binary for each route.
pub(crate) fn files(routes: &[&Route]) -> BTreeMap<PathBuf, String> {
    let path = |route: &Route| {
        format!("functions/{}/src/bin/{}.rs", route.domain.name(), route.name).into()
    };
    routes.iter().map(|route| (path(route), text(route))).collect()
}

fn text(route: &Route) -> String {
    format!("//! {WRITTEN}\nfn main() -> api::Exit {{\n    api::serve(&{})\n}}\n", route.rust_path)
}
