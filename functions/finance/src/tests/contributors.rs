use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Life};
use types::ContactId;
use uuid::Uuid;

use crate::{
    contributions,
    contributors::{create, delete, find, list, restore, update},
    jobs::take_events,
};

async fn created(app: &App, name: &str) -> String {
    let body = json!({ "type": "individual", "display_name": name, "email": "a@example.org" });
    let answer = app.call(&create::ROUTE, Call::role("treasurer").json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_contributor_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "treasurer",
        reader: "auditor",
        body: json!({ "type": "trust", "display_name": "T", "contact_ref": ContactId::new() }),
        change: json!({ "display_name": "The Trust", "email": "t@example.org" }),
        unique: true,
    };

    life.live(&App::empty(Domain::Finance).await).await;
}

#[tokio::test]
async fn an_address_is_cleared_by_null_and_a_name_is_not() {
    let app = App::empty(Domain::Finance).await;
    let id = created(&app, "Ada").await;
    let change = |version: &str, body: Value| {
        Call::role("treasurer").path(&id).header("if-match", version).json(&body)
    };

    let cleared = app.call(&update::ROUTE, change("\"1\"", json!({ "email": null }))).await;
    let refused = app.call(&update::ROUTE, change("\"2\"", json!({ "display_name": null }))).await;

    assert_eq!((cleared.status, &cleared.body["email"]), (200, &json!(null)));
    assert_eq!(cleared.body["display_name"], "Ada");
    assert_eq!((refused.status, refused.place()), (422, "/display_name"));
}

#[tokio::test]
async fn a_list_goes_through_all_rows_page_by_page() {
    let app = App::empty(Domain::Finance).await;
    for n in 0..5 {
        created(&app, &format!("C{n}")).await;
    }

    let walk = async |query: &str| {
        app.walk(&list::ROUTE, Call::role("treasurer").query(query), "display_name").await.concat()
    };

    assert_eq!(walk("limit=2").await, "C4C3C2C1C0");
    assert_eq!(walk("limit=2&sort=created_at").await, "C0C1C2C3C4");
}

#[tokio::test]
async fn a_full_last_page_has_no_next_one_and_an_empty_list_none() {
    let app = App::empty(Domain::Finance).await;
    let page = |query: &'static str| Call::role("auditor").query(query);

    let empty = app.call(&list::ROUTE, page("")).await;
    created(&app, "A").await;
    created(&app, "B").await;
    let full = app.call(&list::ROUTE, page("limit=2")).await;
    let [zero, most, too_many, twice] = [
        app.call(&list::ROUTE, page("limit=0")).await.status,
        app.call(&list::ROUTE, page("limit=200")).await.status,
        app.call(&list::ROUTE, page("limit=201")).await.status,
        app.call(&list::ROUTE, page("limit=2&limit=2")).await.status,
    ];

    assert_eq!(empty.body, json!({ "data": [], "next_cursor": null }));
    assert_eq!(full.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(full.body["next_cursor"], json!(null));
    assert_eq!([zero, most, too_many, twice], [422, 200, 422, 422]);
}

#[tokio::test]
async fn a_cursor_counts_only_for_its_own_list() {
    let app = App::empty(Domain::Finance).await;
    for name in ["A", "B", "C"] {
        created(&app, name).await;
    }
    let treasurer = |query: String| Call::role("treasurer").query(query);
    let page = app.call(&list::ROUTE, treasurer("limit=1".into())).await;
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    let mut forged = cursor.clone();
    forged.replace_range(0..1, if cursor.starts_with('A') { "B" } else { "A" });

    let other_order = format!("sort=created_at&cursor={cursor}");
    let other_filter = format!("filter[type]=individual&cursor={cursor}");
    let other_list = crate::contributions::list::ROUTE.name;
    let refused = [
        app.call(&list::ROUTE, treasurer(other_order)).await,
        app.call(&list::ROUTE, treasurer(other_filter)).await,
        app.call(&list::ROUTE, treasurer(format!("cursor={forged}"))).await,
        app.call(&list::ROUTE, treasurer("cursor=%00".into())).await,
        app.call(&list::ROUTE, treasurer("cursor=".into())).await,
        app.call(&crate::contributions::list::ROUTE, treasurer(format!("cursor={cursor}"))).await,
    ];
    let good = app.call(&list::ROUTE, treasurer(format!("limit=1&cursor={cursor}"))).await;

    assert_ne!(other_list, list::ROUTE.name);
    assert!(refused.iter().all(|a| a.status == 400), "{refused:?}");
    assert_eq!(good.status, 200);
}

#[tokio::test]
async fn a_contributor_sees_their_own_record_and_no_other() {
    let app = App::empty(Domain::Finance).await;
    let me = ContactId::new();
    let body = json!({ "type": "individual", "display_name": "Me", "contact_ref": me });
    let mine = app.call(&create::ROUTE, Call::role("treasurer").json(&body)).await;
    let other = created(&app, "Other").await;
    let twice = app.call(&create::ROUTE, Call::role("treasurer").json(&body)).await;

    let own = Call::role("contributor").contact(me).path(mine.body["id"].as_str().unwrap());
    let own = app.call(&find::ROUTE, own).await;
    let foreign = app.call(&find::ROUTE, Call::role("contributor").contact(me).path(&other)).await;
    let all = app.call(&list::ROUTE, Call::role("contributor").contact(me)).await;

    assert_eq!((own.status, foreign.status, all.status), (200, 404, 403));
    assert_eq!((twice.status, twice.code()), (409, "conflict"));
}

#[tokio::test]
async fn who_was_merged_into_somebody_gave_as_that_contact_in_any_order() {
    for order in [[0, 1], [1, 0]] {
        let app = App::empty(Domain::Finance).await;
        let [first, then, now, stranger] = [(); 4].map(|()| ContactId::new());
        let facts = [(first, then), (then, now)].map(|(from, into)| {
            json!({ "detail-type": "platform.contact.merged.v1", "detail": {
                "id": Uuid::now_v7(), "aggregate_type": "contact", "aggregate_id": from,
                "occurred_at": "2026-11-01T00:00:00Z", "position": 1,
                "payload": { "version": 2, "merged_into": into } } })
        });
        let made = async |contact: ContactId| {
            let body =
                json!({ "type": "individual", "display_name": "Ada", "contact_ref": contact });
            let id = app.created(&create::ROUTE, "treasurer", &body).await["id"].clone();
            let gift =
                json!({ "contributor_id": id, "amount": { "amount": 500, "currency": "GBP" } });
            let call =
                Call::role("treasurer").header("idempotency-key", contact.to_string()).json(&gift);
            assert_eq!(app.call(&contributions::create::ROUTE, call).await.status, 201);
            id
        };
        // Both had given before anybody knew that they are one.
        let both = [made(first).await, made(now).await];
        let seen = async |contact: ContactId| {
            let call = Call::role("contributor").contact(contact);
            let gifts = app.call(&contributions::list::ROUTE, call).await;
            gifts.body["data"].as_array().unwrap().len()
        };
        assert_eq!((seen(first).await, seen(now).await), (1, 1));

        for at in order {
            app.take(&take_events::JOB, &facts[at]).await.result.unwrap();
        }

        assert_eq!((seen(now).await, seen(stranger).await), (2, 0), "{order:?}");
        for id in both.iter().map(|id| id.as_str().unwrap()) {
            let own = Call::role("contributor").contact(now).path(id);
            let own = app.call(&find::ROUTE, own).await;
            let foreign = Call::role("contributor").contact(stranger).path(id);
            let foreign = app.call(&find::ROUTE, foreign).await;
            assert_eq!((own.status, &own.body["contact_ref"]), (200, &json!(now)), "{order:?}");
            assert_eq!(foreign.status, 404);
        }
    }
}

#[tokio::test]
async fn the_same_key_creates_once_and_another_body_is_refused() {
    let app = App::empty(Domain::Finance).await;
    let call = |name: &str| {
        let body = json!({ "type": "company", "display_name": name });
        Call::role("treasurer").header("idempotency-key", "\"k-1\"").json(&body)
    };

    let first = app.call(&create::ROUTE, call("Acme")).await;
    let again = app.call(&create::ROUTE, call("Acme")).await;
    let other = app.call(&create::ROUTE, call("Other")).await;
    let somebody = call("Acme").contact(ContactId::new());
    let somebody = app.call(&create::ROUTE, somebody).await;

    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    assert_eq!(somebody.status, 201);
    assert_ne!(somebody.body["id"], first.body["id"]);
    assert_eq!(app.count("giving.contributors").await, 2);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let app = App::empty(Domain::Finance).await;
    let call = |kind: &str| {
        let body = json!({ "type": kind, "display_name": "X", "email": "x@example.org" });
        Call::role("treasurer").header("idempotency-key", "k").json(&body)
    };

    let refused = app.call(&create::ROUTE, call("anonymous")).await;
    let taken = app.call(&create::ROUTE, call("trust")).await;

    assert_eq!((refused.status, refused.place()), (422, "/type"));
    assert_eq!(taken.status, 201);
}
