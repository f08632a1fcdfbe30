use db::Domain;
use serde_json::json;
use testdb::{App, Call};

use crate::leads::{archive, convert, create, find, list, update};

fn at(id: &str, tag: &str) -> Call {
    Call::role("employee").path(id).header("if-match", tag)
}

#[tokio::test]
async fn a_lead_becomes_a_customer_in_one_step_and_then_stays_as_it_was() {
    let (app, relay) = App::empty(Domain::Platform).await.through_relay().await;
    let body = json!({
        "name": "Attic", "source": "fair", "email": "tom@example.org", "phone": "+44 1632 960201",
    });
    let made = app.created(&create::ROUTE, "employee", &body).await;
    let id = made["id"].as_str().unwrap();
    let customer = json!({ "first_name": "Tom", "last_name": "Ashworth" });
    let early = app.call(&convert::ROUTE, at(id, "\"1\"").json(&customer)).await;
    let qualified = json!({ "status": "qualified", "stage": "visited" });
    let qualified = app.call(&update::ROUTE, at(id, "\"1\"").json(&qualified)).await;
    let nobody = app.call(&convert::ROUTE, at(id, "\"2\"").json(&json!({}))).await;
    relay.take_round_trips();

    let converted = app.call(&convert::ROUTE, at(id, "\"2\"").json(&customer)).await;
    assert_eq!((converted.status, relay.take_round_trips()), (200, 1), "{}", converted.body);
    let again = app.call(&convert::ROUTE, at(id, "\"2\"").json(&customer)).await;
    let renamed =
        app.call(&update::ROUTE, at(id, "\"3\"").json(&json!({ "name": "Cellar" }))).await;

    assert_eq!((early.status, early.code()), (409, "conflict"), "{}", early.body);
    assert_eq!(
        (&qualified.body["status"], &qualified.body["stage"]),
        (&json!("qualified"), &json!("visited"))
    );
    assert_eq!((nobody.status, nobody.place()), (422, "/last_name"), "{}", nobody.body);
    assert_eq!(converted.body["status"], "converted");
    assert_eq!(again.body, converted.body, "said again");
    assert_eq!((renamed.status, renamed.code()), (409, "conflict"), "{}", renamed.body);
    let contacts = "select string_agg(concat_ws(' ', first_name, last_name, email, phone, source), ',') from party.contacts";
    assert_eq!(app.value(contacts).await, "Tom Ashworth tom@example.org +44 1632 960201 fair");
}

#[tokio::test]
async fn a_lead_is_put_away_with_a_reason_and_two_that_are_one_make_no_circle() {
    let app = App::empty(Domain::Platform).await;
    let mut ids = Vec::new();
    for name in ["One", "Two"] {
        let made = app.created(&create::ROUTE, "employee", &json!({ "name": name })).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let away = |into: &str| json!({ "reason": "Twice.", "merged_into": into });

    let first = app.call(&archive::ROUTE, at(&ids[0], "\"1\"").json(&away(&ids[1]))).await;
    let circle = app.call(&archive::ROUTE, at(&ids[1], "\"1\"").json(&away(&ids[0]))).await;
    let itself = app.call(&archive::ROUTE, at(&ids[1], "\"1\"").json(&away(&ids[1]))).await;
    let listed = async |query: &str| {
        app.walk(&list::ROUTE, Call::role("employee").query(query), "name").await.concat()
    };

    assert_eq!(
        (first.status, &first.body["archive_reason"]),
        (200, &json!("Twice.")),
        "{}",
        first.body
    );
    assert_eq!((circle.status, circle.place()), (422, "/merged_into"), "{}", circle.body);
    assert_eq!((itself.status, itself.place()), (422, "/merged_into"));
    assert_eq!(listed("").await, "Two");
    assert_eq!(listed("archived=true&sort=created_at").await, "OneTwo");
    let found = app.call(&find::ROUTE, Call::role("employee").path(&ids[0])).await;
    assert_eq!(found.body["merged_into_id"], json!(ids[1]));
}
