use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Life};
use types::CategoryId;

use crate::categories::{create, delete, find, list, restore, update};

fn category(slug: &str, parent: Option<&Value>) -> Value {
    json!({ "slug": slug, "name": { "de": "Haus", "en": "House" }, "parent_id": parent })
}

fn editor(id: &Value, version: u32) -> Call {
    let call = Call::role("editor").path(id.as_str().unwrap());
    call.header("if-match", format!("\"{version}\""))
}

#[tokio::test]
async fn a_category_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "editor",
        reader: "contributor",
        body: category("houses", None),
        change: json!({ "name": { "de": "Häuser", "en": "" } }),
        unique: true,
    };

    life.live(&App::empty(Domain::Content).await).await;
}

#[tokio::test]
async fn a_category_never_lies_below_itself() {
    let app = App::empty(Domain::Content).await;
    let top = app.created(&create::ROUTE, "editor", &category("top", None)).await;
    let mid = app.created(&create::ROUTE, "editor", &category("mid", Some(&top["id"]))).await;
    let low = app.created(&create::ROUTE, "editor", &category("low", Some(&mid["id"]))).await;
    let own = CategoryId::new();
    let mut itself = category("itself", Some(&json!(own)));
    itself["id"] = json!(own);

    let below = editor(&top["id"], 1).json(&json!({ "parent_id": low["id"] }));
    let below = app.call(&update::ROUTE, below).await;
    let same = editor(&mid["id"], 1).json(&json!({ "parent_id": mid["id"] }));
    let same = app.call(&update::ROUTE, same).await;
    let born = app.call(&create::ROUTE, Call::role("editor").json(&itself)).await;
    let lost = editor(&low["id"], 1).json(&json!({ "parent_id": CategoryId::new() }));
    let lost = app.call(&update::ROUTE, lost).await;
    let freed = editor(&low["id"], 1).json(&json!({ "parent_id": null }));
    let freed = app.call(&update::ROUTE, freed).await;

    for refused in [below, same, born, lost] {
        assert_eq!((refused.status, refused.place()), (422, "/parent_id"), "{}", refused.body);
    }
    assert_eq!((freed.status, &freed.body["parent_id"]), (200, &json!(null)));
}

#[tokio::test]
async fn a_category_with_others_below_stays_and_one_below_a_deleted_one_too() {
    let app = App::empty(Domain::Content).await;
    let top = app.created(&create::ROUTE, "editor", &category("top", None)).await;
    let low = app.created(&create::ROUTE, "editor", &category("low", Some(&top["id"]))).await;

    let in_use = app.call(&delete::ROUTE, editor(&top["id"], 1)).await;
    app.call(&delete::ROUTE, editor(&low["id"], 1)).await;
    let unused = app.call(&delete::ROUTE, editor(&top["id"], 1)).await;
    let orphan = app.call(&restore::ROUTE, editor(&low["id"], 1)).await;
    let parent = app.call(&restore::ROUTE, editor(&top["id"], 1)).await;
    let child = app.call(&restore::ROUTE, editor(&low["id"], 1)).await;

    assert_eq!((in_use.status, unused.status), (409, 204), "{}", in_use.body);
    assert_eq!((orphan.status, parent.status, child.status), (409, 200, 200), "{}", orphan.body);
}

#[tokio::test]
async fn categories_are_listed_by_slug_or_age_and_filtered_by_what_is_above() {
    let app = App::empty(Domain::Content).await;
    let top = app.created(&create::ROUTE, "editor", &category("c", None)).await;
    for slug in ["a", "e", "b", "d"] {
        app.created(&create::ROUTE, "editor", &category(slug, Some(&top["id"]))).await;
    }
    let walk = async |query: String| {
        app.walk(&list::ROUTE, Call::anonymous().query(query), "slug").await.concat()
    };

    assert_eq!(walk("limit=2".into()).await, "abcde");
    assert_eq!(walk("limit=3&sort=created_at".into()).await, "caebd");
    assert_eq!(walk("limit=1&sort=-created_at".into()).await, "dbeac");
    let below = format!("limit=2&filter[parent_id]={}", top["id"].as_str().unwrap());
    assert_eq!(walk(below).await, "abde");
    assert_eq!(walk("filter[slug]=c".into()).await, "c");
}

#[tokio::test]
async fn caches_may_keep_what_was_made_for_nobody_in_particular() {
    let app = App::new(Domain::Content).await;
    let one = |call: Call| call.path("1d46ebad-3b2d-580e-8208-2a319ecea0ce");

    let public = app.call(&find::ROUTE, one(Call::anonymous())).await;
    let tag = public.header("etag").unwrap();
    let known = one(Call::anonymous()).header("if-none-match", tag);
    let known = app.call(&find::ROUTE, known).await;
    let own = app.call(&find::ROUTE, one(Call::role("contributor"))).await;
    let missing = Call::anonymous().path(CategoryId::new());
    let missing = app.call(&find::ROUTE, missing).await;
    let listed = app.call(&list::ROUTE, Call::anonymous()).await;

    let shared = Some("public, max-age=60, s-maxage=300");
    assert_eq!(public.header("cache-control"), shared);
    assert_eq!((known.status, known.header("cache-control")), (304, shared));
    assert_eq!(listed.header("cache-control"), shared);
    assert_eq!(own.header("cache-control"), Some("private, no-store"));
    assert_eq!((missing.status, missing.header("cache-control")), (404, Some("no-store")));
    for answer in [public, own, listed] {
        let vary = answer.header("vary").unwrap().to_owned();
        assert!(vary.contains("Authorization") && vary.contains("Accept-Language"), "{vary}");
    }
}
