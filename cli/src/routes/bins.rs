//! `functions/<domain>/src/bin/<name>.rs`: what Lambda starts.
use std::{collections::BTreeMap, path::PathBuf};

use api::{Job, Route, Unit};

use super::WRITTEN;

/// One binary for each route and job.
pub(crate) fn files(routes: &[&Route], jobs: &[&Job]) -> BTreeMap<PathBuf, String> {
    let path = |unit: Unit<'_>| {
        format!("functions/{}/src/bin/{}.rs", unit.domain().name(), unit.name()).into()
    };
    let routes = routes.iter().map(|&route| (path(route.into()), text("serve", route.rust_path)));
    let jobs = jobs.iter().map(|&job| (path(job.into()), text("run", job.rust_path)));
    routes.chain(jobs).collect()
}

fn text(entry: &str, rust_path: &str) -> String {
    format!("//! {WRITTEN}\nfn main() -> api::Exit {{\n    api::{entry}(&{rust_path})\n}}\n")
}
