//! What the function was built with, and what it refuses before it connects.

use std::time::{Duration, Instant};

use db::Domain;
use serde_json::json;

use crate::{Request, apply, directory};

#[test]
fn it_carries_the_committed_migrations() {
    for domain in Domain::ALL {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let committed = migrate::Directory::read(format!("{root}/{}", domain.name())).unwrap();

        let carried = directory(domain);

        carried.validate().unwrap();
        assert_eq!(carried.sum(), committed.sum(), "{}", domain.name());
    }
}

#[test]
fn an_event_asks_for_domains_or_for_nothing() {
    for event in [json!(null), json!({}), json!({ "domains": ["finance"], "mark": "preview" })] {
        Request::read(event).unwrap();
    }
    for event in [json!("finance"), json!({ "domain": "finance" }), json!({ "domains": "finance" })]
    {
        assert_eq!(Request::read(event).unwrap_err().kind, "Request");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let deadline = Instant::now() + Duration::from_secs(900);
    let none = |_: &str| None;
    let cases = [
        (json!({}), "no database URL is set"),
        (json!({ "domains": ["finance"] }), "ARUURI_FINANCE_DATABASE_URL"),
        (json!({ "domains": ["moon"] }), "no domain `moon`"),
        (json!({ "mark": "moon" }), "no environment `moon`"),
    ];
    for (event, expected) in cases {
        let request = Request::read(event).unwrap();

        let failed = apply(&request, deadline, none, &mut |_| ()).await.unwrap_err();

        assert!(failed.message.contains(expected), "{}", failed.message);
    }
}
