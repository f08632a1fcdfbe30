use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Life};

use crate::{
    projects,
    themes::{create, delete, find, list, restore, update},
};

fn theme(slug: &str, position: i32) -> Value {
    let text = json!({ "de": "Wald", "en": "Forest" });
    json!({ "slug": slug, "name": text, "description": text, "position": position, "status": "active" })
}

#[tokio::test]
async fn a_theme_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "employee",
        reader: "contributor",
        body: theme("forests", 1),
        change: json!({ "status": "retired", "position": 9999 }),
        unique: true,
    };

    life.live(&App::empty(Domain::Projects).await).await;
}

#[tokio::test]
async fn the_public_sees_active_themes_only() {
    let app = App::empty(Domain::Projects).await;
    for (slug, status) in [("a", "draft"), ("b", "active"), ("c", "retired")] {
        let mut body = theme(slug, 0);
        body["status"] = json!(status);
        let created = app.created(&create::ROUTE, "admin", &body).await;
        let seen = [Call::anonymous(), Call::role("contributor"), Call::role("employee")];
        let mut statuses = Vec::new();
        for call in seen {
            let call = call.path(created["id"].as_str().unwrap());
            statuses.push(app.call(&find::ROUTE, call).await.status);
        }
        let public = if status == "active" { 200 } else { 404 };
        assert_eq!(statuses, [public, public, 200], "{status}");
    }

    let slugs = async |call: Call| app.walk(&list::ROUTE, call, "slug").await.concat();
    assert_eq!(slugs(Call::anonymous()).await, "b");
    assert_eq!(slugs(Call::anonymous().query("filter[status]=draft")).await, "");
    assert_eq!(slugs(Call::role("admin")).await, "abc");
    assert_eq!(slugs(Call::role("admin").query("filter[status]=draft")).await, "a");
}

#[tokio::test]
async fn a_forged_token_is_refused_where_none_is_needed() {
    let app = App::empty(Domain::Projects).await;

    let forged = Call::anonymous().header("authorization", "Bearer a.b.c");
    let answer = app.call(&list::ROUTE, forged).await;

    assert_eq!((answer.status, answer.code()), (401, "unauthenticated"));
}

#[tokio::test]
async fn themes_are_listed_by_position_slug_or_age() {
    let app = App::empty(Domain::Projects).await;
    for (slug, position) in [("c", 2), ("a", 2), ("e", 1), ("b", 2), ("d", 0)] {
        app.created(&create::ROUTE, "admin", &theme(slug, position)).await;
    }
    let walk = async |query: &str| {
        app.walk(&list::ROUTE, Call::anonymous().query(query), "slug").await.concat()
    };

    assert_eq!(walk("limit=1").await, "deabc");
    assert_eq!(walk("limit=2&sort=position").await, "deabc");
    assert_eq!(walk("limit=2&sort=slug").await, "abcde");
    assert_eq!(walk("limit=2&sort=created_at").await, "caebd");
    assert_eq!(walk("limit=2&sort=-created_at").await, "dbeac");
}

#[tokio::test]
async fn a_theme_is_read_in_the_best_language() {
    let app = App::empty(Domain::Projects).await;
    let mut body = theme("mixed", 0);
    body["description"] = json!({ "de": "", "en": "Only English." });
    let created = app.created(&create::ROUTE, "admin", &body).await;
    let one = || Call::anonymous().path(created["id"].as_str().unwrap());

    let german = app.call(&find::ROUTE, one().header("accept-language", "de-CH, en;q=0.1")).await;
    let other = app.call(&find::ROUTE, one().header("accept-language", "fr")).await;
    let listed = Call::anonymous().header("accept-language", "de").query("limit=1");
    let listed = app.call(&list::ROUTE, listed).await;

    assert_eq!(german.body["name"], "Wald");
    assert_eq!(german.body["description"], "Only English.");
    assert_eq!(german.header("content-language"), Some("de, en"));
    assert!(german.header("vary").unwrap().contains("Accept-Language"));
    assert_eq!(
        (&other.body["name"], other.header("content-language")),
        (&json!("Forest"), Some("en"))
    );
    assert_eq!(listed.body["data"][0]["name"], "Wald");
    assert_eq!(listed.header("content-language"), Some("de, en"));
}

#[tokio::test]
async fn a_theme_with_projects_stays() {
    let app = App::empty(Domain::Projects).await;
    let created = app.created(&create::ROUTE, "admin", &theme("kept", 0)).await;
    let id = created["id"].as_str().unwrap();
    let text = json!({ "de": "", "en": "P" });
    let project = json!({ "slug": "p", "name": text, "summary": text, "theme_id": id });
    let project = app.created(&projects::create::ROUTE, "admin", &project).await;
    let one =
        |id: &Value| Call::role("admin").path(id.as_str().unwrap()).header("if-match", "\"1\"");

    let in_use = app.call(&delete::ROUTE, one(&created["id"])).await;
    app.call(&projects::delete::ROUTE, one(&project["id"])).await;
    let unused = app.call(&delete::ROUTE, one(&created["id"])).await;
    let orphan = app.call(&projects::restore::ROUTE, one(&project["id"])).await;

    assert_eq!((in_use.status, in_use.code()), (409, "conflict"));
    assert_eq!((unused.status, orphan.status), (204, 409), "{}", orphan.body);
}

#[tokio::test]
async fn what_is_wrong_with_a_theme_is_said_where_it_is() {
    let app = App::empty(Domain::Projects).await;
    let with = |name: &str, value: Value| {
        let mut body = theme("t", 0);
        body[name] = value;
        body
    };
    let cases = [
        (with("slug", json!("Capital")), "/slug"),
        (with("slug", json!("-")), "/slug"),
        (with("slug", json!("a".repeat(81))), "/slug"),
        (with("name", json!({ "de": "", "en": "x".repeat(121) })), "/name/en"),
        (with("description", json!({ "de": "x".repeat(2001), "en": "" })), "/description/de"),
        (with("position", json!(-1)), "/position"),
        (with("position", json!(10_000)), "/position"),
        (with("position", json!(3_000_000_000_i64)), "/position"),
        (with("position", json!(1.5)), "/position"),
        (with("status", json!("gone")), "/status"),
    ];

    for (body, place) in cases {
        let answer = app.call(&create::ROUTE, Call::role("admin").json(&body)).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    let longest = with("name", json!({ "de": "ß".repeat(120), "en": "" }));
    app.created(&create::ROUTE, "admin", &longest).await;
}
