//! `events/<function>/<example>.json`: what API Gateway would send for each example.
use std::{collections::BTreeMap, path::PathBuf};

use api::Route;
use gateway::Stamp;
use jiff::Timestamp;

use super::pretty;

/// One event for each example, with a placeholder where a caller sends a token. Ids and times are constant: a written file must not change by itself.
pub(crate) fn files(routes: &[&Route]) -> BTreeMap<PathBuf, String> {
    let stamp = Stamp {
        request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    };
    let mut files = BTreeMap::new();
    for route in routes {
        for example in route.examples {
            let path = format!("events/{}/{}.json", route.name, example.name);
            let token = example.role.map(gateway::token_placeholder).unwrap_or_default();
            let event = gateway::example_event(route, example, &token, &stamp);
            let event = serde_json::to_value(&event).expect("strings, numbers and maps only");
            files.insert(path.into(), pretty(event));
        }
    }
    files
}
