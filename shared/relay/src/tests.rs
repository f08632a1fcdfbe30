use aws::{Entry, Moto};
use db::events::Unsent;
use serde_json::json;

use crate::{Call, calls, put_call, put_once};

fn shape(details: &[&str]) -> Vec<String> {
    let entries: Vec<Entry<'_>> = details
        .iter()
        .map(|detail| Entry { bus: "b", source: "s", detail_type: "t", detail })
        .collect();
    let shape = |call: &Call<'_>| match call {
        Call::Put(entries) => entries.len().to_string(),
        Call::TooLarge(_) => "too large".to_owned(),
    };
    calls(&entries).iter().map(shape).collect()
}

#[test]
fn a_call_has_at_most_ten_entries_and_256_kib_and_what_is_larger_is_in_none() {
    // Source and type have a byte each.
    let (half, whole) = ("x".repeat(128 * 1024 - 2), "x".repeat(256 * 1024 - 2));
    let more = format!("{whole}x");

    assert_eq!(shape(&[]), [""; 0]);
    assert_eq!(shape(&["{}"; 10]), ["10"]);
    assert_eq!(shape(&["{}"; 11]), ["10", "1"]);
    assert_eq!(shape(&[&half, &half]), ["2"]);
    assert_eq!(shape(&[&half, &half, "{}"]), ["2", "1"]);
    assert_eq!(shape(&["{}", &whole, "{}"]), ["1", "1", "1"]);
    assert_eq!(shape(&["{}", &more, "{}", &more]), ["1", "too large", "1", "too large"]);
    assert_eq!(shape(&[&more]), ["too large"]);
}

#[tokio::test]
async fn what_is_refused_together_is_put_alone() {
    let Some(moto) = Moto::start().await else { return };
    moto.tell("AWSEvents.CreateEventBus", json!({ "Name": "aruuri-test" })).await;
    // One more than is taken.
    let entries = [Entry { bus: "aruuri-test", source: "s", detail_type: "t", detail: "{}" };
        Entry::MOST + 1];

    let together = put_once(moto.aws(), &entries).await;
    let alone = put_call(moto.aws(), &entries).await;

    assert!(together.is_err_and(|why| matches!(why, Unsent::Refused(_))));
    assert_eq!(alone, vec![Ok(()); entries.len()]);
}
