use serde_json::json;

use crate::{Entry, Moto, Refused, bus::outcomes};

#[test]
fn each_entry_is_taken_or_refused_by_its_own_place_in_the_answer() {
    let answer = json!({ "FailedEntryCount": 2, "Entries": [
        { "EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860" },
        { "ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed." },
        { "ErrorCode": "ThrottlingException" },
    ] });
    let refused = |code: &str, for_now| Err(Refused { code: code.to_owned(), for_now });

    assert_eq!(
        outcomes(&answer, 4),
        [
            Ok(()),
            refused("MalformedDetail", false),
            refused("ThrottlingException", true),
            refused("no answer", true),
        ]
    );
}

#[tokio::test]
async fn a_bus_takes_what_is_an_event_and_says_what_is_none() {
    let Some(moto) = Moto::start().await else { return };
    moto.tell("AWSEvents.CreateEventBus", json!({ "Name": "aruuri-test" })).await;
    let entry = |detail| Entry { bus: "aruuri-test", source: "s", detail_type: "t", detail };

    let outcomes = moto.aws().put_events(&[entry("{}"), entry("{"), entry("{}")]).await.unwrap();

    let code = outcomes[1].as_ref().unwrap_err().code.as_str();
    assert_eq!((outcomes[0].is_ok(), code, outcomes[2].is_ok()), (true, "MalformedDetail", true));
}
