use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call, Life};
use types::CategoryId;

use crate::{
    categories,
    posts::{create, delete, find, list, restore, update},
};

const NEWS: &str = "1d46ebad-3b2d-580e-8208-2a319ecea0ce";
const ENERGY: &str = "8e58b040-d61e-56da-b5f6-6a7850f05713";
const GIVING: &str = "1ecd7c73-0026-58a1-bf2f-22b2151b68a0";

fn post(slug: &str) -> Value {
    let text = json!({ "de": "Haus", "en": "House" });
    json!({ "slug": slug, "title": text, "body": text })
}

fn filed(slug: &str, categories: &[&str]) -> Value {
    let mut body = post(slug);
    body["category_ids"] = json!(categories);
    body
}

async fn change(app: &App, role: &str, id: &Value, version: u32, body: Value) -> Answer {
    let call = Call::role(role).path(id.as_str().unwrap());
    app.call(&update::ROUTE, call.header("if-match", format!("\"{version}\"")).json(&body)).await
}

#[tokio::test]
async fn a_post_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "editor",
        reader: "contributor",
        body: filed("hello", &[NEWS, ENERGY]),
        change: json!({ "excerpt": { "de": "", "en": "Short." }, "category_ids": [GIVING] }),
        unique: true,
    };

    life.live(&App::new(Domain::Content).await).await;
}

#[tokio::test]
async fn a_post_and_where_it_is_filed_are_written_together() {
    let (app, relay) = App::new(Domain::Content).await.through_relay().await;
    let mut sorted = [NEWS, ENERGY];
    sorted.sort_unstable();
    app.created(&create::ROUTE, "editor", &post("warm")).await;
    relay.take_round_trips();

    let created = app.created(&create::ROUTE, "editor", &filed("p", &[NEWS, ENERGY, NEWS])).await;
    assert_eq!(relay.take_round_trips(), 1);
    let id = &created["id"];
    let kept = change(&app, "editor", id, 1, json!({ "excerpt": null })).await;
    let moved = change(&app, "editor", id, 2, json!({ "category_ids": [GIVING] })).await;
    let back = change(&app, "editor", id, 3, json!({ "category_ids": [NEWS, ENERGY] })).await;
    let none = change(&app, "editor", id, 4, json!({ "category_ids": [] })).await;
    let found = Call::role("editor").path(id.as_str().unwrap());
    let found = app.call(&find::ROUTE, found).await;

    assert_eq!(created["category_ids"], json!(sorted));
    assert_eq!(kept.body["category_ids"], json!(sorted));
    assert_eq!(moved.body["category_ids"], json!([GIVING]));
    assert_eq!(back.body["category_ids"], json!(sorted));
    assert_eq!((&none.body["category_ids"], &found.body["category_ids"]), (&json!([]), &json!([])));
    assert_eq!(found.body["version"], 5);
}

#[tokio::test]
async fn a_post_under_an_unknown_category_is_not_written_at_all() {
    let app = App::new(Domain::Content).await;
    let created = app.created(&create::ROUTE, "editor", &filed("p", &[NEWS])).await;
    let (before, nobody) = (app.count("cms.blog_posts").await, CategoryId::new().to_string());
    let many: Vec<String> = (0..21).map(|_| CategoryId::new().to_string()).collect();
    let editor = |body: &Value| Call::role("editor").json(body);

    let unknown = app.call(&create::ROUTE, editor(&filed("q", &[NEWS, &nobody]))).await;
    let id = &created["id"];
    let moved =
        change(&app, "editor", id, 1, json!({ "slug": "r", "category_ids": [nobody] })).await;
    let stale = change(&app, "editor", id, 9, json!({ "category_ids": [nobody] })).await;
    let too_many = change(&app, "editor", id, 1, json!({ "category_ids": many })).await;
    let malformed = change(&app, "editor", id, 1, json!({ "category_ids": ["news"] })).await;

    for refused in [&unknown, &moved, &too_many] {
        assert_eq!((refused.status, refused.place()), (422, "/category_ids"), "{}", refused.body);
    }
    assert_eq!((malformed.status, malformed.place()), (422, "/category_ids/0"));
    assert_eq!((stale.status, stale.place()), (412, "if-match"));
    assert_eq!(app.count("cms.blog_posts").await, before);
    let found = app.call(&find::ROUTE, Call::role("editor").path(id.as_str().unwrap())).await;
    assert_eq!((&found.body["slug"], &found.body["category_ids"]), (&json!("p"), &json!([NEWS])));
}

#[tokio::test]
async fn a_deleted_category_is_no_longer_shown_until_it_is_restored() {
    let app = App::new(Domain::Content).await;
    let created = app.created(&create::ROUTE, "editor", &filed("p", &[ENERGY, NEWS])).await;
    let category = || Call::role("editor").path(ENERGY).header("if-match", "\"1\"");
    let shown = async || {
        let one = Call::role("editor").path(created["id"].as_str().unwrap());
        app.call(&find::ROUTE, one).await.body["category_ids"].clone()
    };

    let gone = app.call(&categories::delete::ROUTE, category()).await;
    let without = shown().await;
    let again = app.call(&create::ROUTE, Call::role("editor").json(&filed("q", &[ENERGY]))).await;
    app.call(&categories::restore::ROUTE, category()).await;

    assert_eq!((gone.status, again.status), (204, 422), "{}", gone.body);
    assert_eq!(without, json!([NEWS]));
    assert_eq!(shown().await, created["category_ids"]);
}

#[tokio::test]
async fn only_a_publisher_decides_what_is_published_and_when() {
    let app = App::empty(Domain::Content).await;
    let created = app.created(&create::ROUTE, "editor", &post("p")).await;
    let id = &created["id"];
    let reviewed = change(&app, "editor", id, 1, json!({ "status": "in_review" })).await;
    let decisions = [
        json!({ "status": "published" }),
        json!({ "status": "scheduled", "published_at": "2030-01-01T00:00:00Z" }),
        json!({ "published_at": null }),
    ];

    for decision in decisions {
        let refused = change(&app, "editor", id, 2, decision).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{}", refused.body);
    }
    let published = change(&app, "publisher", id, 2, json!({ "status": "published" })).await;
    let edited = json!({ "title": { "de": "Neu", "en": "New" } });
    let edited = change(&app, "editor", id, 3, edited).await;

    assert_eq!((reviewed.status, published.status, edited.status), (200, 200, 200));
    assert!(published.body["published_at"].is_string());
}

#[tokio::test]
async fn a_post_takes_one_step_at_a_time_and_a_date_only_with_it() {
    let app = App::empty(Domain::Content).await;
    let created = app.created(&create::ROUTE, "editor", &post("p")).await;
    let id = &created["id"];
    let steps = [
        (json!({ "status": "published" }), 409, ""),
        (json!({ "published_at": "2030-01-01T00:00:00Z" }), 422, "/published_at"),
        (json!({ "status": "in_review" }), 200, ""),
        (json!({ "status": "scheduled" }), 422, "/published_at"),
        (json!({ "status": "scheduled", "published_at": "2030-01-01T00:00:00Z" }), 200, ""),
        (json!({ "published_at": null }), 422, "/published_at"),
        (json!({ "published_at": "2031-01-01T00:00:00Z" }), 200, ""),
        (json!({ "status": "in_review" }), 409, ""),
        (json!({ "status": "draft" }), 200, ""),
        (json!({ "status": "in_review" }), 200, ""),
        (json!({ "status": "published", "published_at": "2020-01-01T00:00:00Z" }), 200, ""),
        (json!({ "status": "draft" }), 409, ""),
        (json!({ "status": "archived" }), 200, ""),
        (json!({ "status": "draft" }), 200, ""),
    ];

    let mut version = 1;
    for (body, status, place) in steps {
        let answer = change(&app, "publisher", id, version, body.clone()).await;
        assert_eq!((answer.status, answer.place()), (status, place), "{body}: {}", answer.body);
        version += u32::from(status == 200);
    }
}

#[tokio::test]
async fn the_public_sees_a_post_when_its_time_has_come() {
    let app = App::empty(Domain::Content).await;
    let created = app.created(&create::ROUTE, "editor", &post("p")).await;
    let id = &created["id"];
    let seen = async || {
        let one = || Call::anonymous().path(id.as_str().unwrap());
        let found = app.call(&find::ROUTE, one()).await.status == 200;
        let listed = !app.walk(&list::ROUTE, Call::anonymous(), "slug").await.is_empty();
        assert_eq!(found, listed);
        found
    };

    let draft = seen().await;
    change(&app, "editor", id, 1, json!({ "status": "in_review" })).await;
    let reviewed = seen().await;
    let planned = json!({ "status": "scheduled", "published_at": "2090-01-01T00:00:00Z" });
    change(&app, "publisher", id, 2, planned).await;
    let planned = seen().await;
    change(&app, "publisher", id, 3, json!({ "published_at": "2020-01-01T00:00:00Z" })).await;
    let due = seen().await;
    change(&app, "publisher", id, 4, json!({ "status": "published" })).await;
    let published = seen().await;
    change(&app, "publisher", id, 5, json!({ "status": "archived" })).await;

    assert_eq!([draft, reviewed, planned, due, published], [false, false, false, true, true]);
    assert!(!seen().await);
}

#[tokio::test]
async fn posts_are_listed_last_published_first_and_without_their_bodies() {
    let app = App::new(Domain::Content).await;
    let slugs =
        async |call: Call, query: &str| app.walk(&list::ROUTE, call.query(query), "slug").await;

    let public = slugs(Call::anonymous(), "limit=1").await;
    let all = slugs(Call::role("editor"), "limit=2").await;
    let page = app.call(&list::ROUTE, Call::anonymous()).await;

    assert_eq!(public, ["twelve-houses-one-winter", "kitchen-opens-for-funding"]);
    assert_eq!(all.len(), 6);
    // Those without a date come first, then the planned one.
    assert_eq!(
        all[2..],
        [
            "what-gift-aid-does",
            "twelve-houses-one-winter",
            "kitchen-opens-for-funding",
            "repair-cafe-is-done"
        ]
    );
    assert_eq!(page.body["data"][0].get("body"), None);
    let energy = format!("filter[category_id]={ENERGY}");
    assert_eq!(slugs(Call::anonymous(), &energy).await, ["twelve-houses-one-winter"]);
    assert_eq!(slugs(Call::role("admin"), &energy).await.len(), 3);
    assert_eq!(slugs(Call::role("editor"), "filter[status]=scheduled").await, all[2..3]);
    assert_eq!(slugs(Call::anonymous(), "filter[slug]=what-gift-aid-does").await.len(), 0);
    let oldest = slugs(Call::role("editor"), "sort=created_at&limit=4").await;
    let mut newest = slugs(Call::role("editor"), "sort=-created_at&limit=4").await;
    newest.reverse();
    assert_eq!(oldest, newest);
}

#[tokio::test]
async fn a_post_is_read_in_the_language_that_there_is() {
    let app = App::new(Domain::Content).await;
    let one = || Call::role("editor").path("99f3d1d0-ddac-59c6-995f-72f9754c0616");

    let english = app.call(&find::ROUTE, one().header("accept-language", "en")).await;
    let all = app.call(&find::ROUTE, one().query("localize=all")).await;

    assert_eq!(english.body["title"], "Heat pumps in old houses");
    assert_eq!(english.body["body"], "Es geht, wenn man zuerst misst.");
    assert_eq!(english.body["excerpt"], json!(null));
    assert_eq!(english.header("content-language"), Some("de, en"));
    assert_eq!(all.body["body"], json!({ "de": "Es geht, wenn man zuerst misst.", "en": "" }));
}

#[tokio::test]
async fn a_body_of_the_greatest_length_is_taken_and_one_more_character_is_not() {
    let app = App::empty(Domain::Content).await;
    let long = |slug: &str, length: usize| {
        let mut body = post(slug);
        body["body"] = json!({ "de": "ü".repeat(length), "en": "ü".repeat(length) });
        Call::role("editor").json(&body)
    };

    let longest = app.call(&create::ROUTE, long("longest", 100_000)).await;
    let longer = app.call(&create::ROUTE, long("longer", 100_001)).await;
    let huge = app.call(&create::ROUTE, long("huge", 400_000)).await;

    assert_eq!(longest.status, 201);
    assert_eq!((longer.status, longer.place()), (422, "/body/de"));
    assert_eq!((huge.status, huge.code()), (413, "body_too_large"));
}
