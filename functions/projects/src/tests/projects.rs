use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call, Life};

use crate::projects::{create, delete, find, list, restore, update};

const WARM_HOMES: &str = "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19";

fn project(slug: &str) -> Value {
    let text = json!({ "de": "Hütte", "en": "Hut" });
    json!({ "slug": slug, "name": text, "summary": text })
}

async fn change(app: &App, id: &Value, version: u32, body: Value) -> Answer {
    let call = Call::role("employee").path(id.as_str().unwrap());
    app.call(&update::ROUTE, call.header("if-match", format!("\"{version}\"")).json(&body)).await
}

#[tokio::test]
async fn a_project_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "employee",
        reader: "contributor",
        body: project("hut"),
        change: json!({ "target": { "amount": 100, "currency": "GBP" } }),
        unique: true,
    };

    life.live(&App::empty(Domain::Projects).await).await;
}

#[tokio::test]
async fn a_project_takes_one_step_at_a_time_and_none_after_its_end() {
    let app = App::empty(Domain::Projects).await;
    let created = app.created(&create::ROUTE, "employee", &project("hut")).await;
    let id = &created["id"];
    let steps = [
        ("approved", 409),
        ("draft", 200),
        ("submitted", 200),
        ("draft", 409),
        ("approved", 200),
        ("completed", 409),
        ("funding", 200),
        ("delivering", 200),
        ("completed", 200),
        ("cancelled", 409),
        ("draft", 409),
    ];

    let mut version = 1;
    for (status, expected) in steps {
        let answer = change(&app, id, version, json!({ "status": status })).await;
        assert_eq!(answer.status, expected, "{status}: {}", answer.body);
        version += u32::from(expected == 200);
    }
    let unknown = change(&app, id, version, json!({ "status": "gone" })).await;
    assert_eq!((unknown.status, unknown.place()), (422, "/status"));
}

#[tokio::test]
async fn the_public_sees_a_project_from_its_approval_on() {
    let app = App::empty(Domain::Projects).await;
    let created = app.created(&create::ROUTE, "employee", &project("hut")).await;
    let id = &created["id"];
    let seen = async || {
        let one = || Call::anonymous().path(id.as_str().unwrap());
        let found = app.call(&find::ROUTE, one()).await.status == 200;
        let listed = !app.walk(&list::ROUTE, Call::anonymous(), "slug").await.is_empty();
        assert_eq!(found, listed);
        found
    };

    let mut steps = vec![seen().await];
    for (version, status) in (1..).zip(["submitted", "approved", "funding", "cancelled"]) {
        change(&app, id, version, json!({ "status": status })).await;
        steps.push(seen().await);
    }

    assert_eq!(steps, [false, false, true, true, false]);
    let staff = Call::role("admin").path(id.as_str().unwrap());
    assert_eq!(app.call(&find::ROUTE, staff).await.body["status"], "cancelled");
}

#[tokio::test]
async fn what_can_be_cleared_is_cleared_by_null_and_kept_by_silence() {
    let app = App::new(Domain::Projects).await;
    let mut body = project("hut");
    body["theme_id"] = json!(WARM_HOMES);
    body["target"] = json!({ "amount": 1, "currency": "JPY" });
    body["planned_start"] = json!("2027-01-01");
    body["planned_end"] = json!("2027-01-01");
    let created = app.created(&create::ROUTE, "employee", &body).await;

    let kept = change(&app, &created["id"], 1, json!({ "slug": "cabin" })).await;
    let nulls = json!({
        "theme_id": null, "target": null, "planned_start": null, "planned_end": null
    });
    let cleared = change(&app, &created["id"], 2, nulls.clone()).await;
    let refused = change(&app, &created["id"], 3, json!({ "name": null })).await;

    for (name, value) in nulls.as_object().unwrap() {
        assert_eq!(kept.body[name], body[name], "{name}");
        assert_eq!(cleared.body[name], *value, "{name}");
    }
    assert_eq!(
        (kept.body["slug"].as_str(), kept.body["version"].as_i64()),
        (Some("cabin"), Some(2))
    );
    assert_eq!((refused.status, refused.place()), (422, "/name"));
}

#[tokio::test]
async fn what_is_wrong_with_a_project_is_said_where_it_is() {
    let app = App::new(Domain::Projects).await;
    let with = |name: &str, value: Value| {
        let mut body = project("p");
        body["planned_start"] = json!("2027-05-01");
        body[name] = value;
        body
    };
    let nobody = "00000000-0000-4000-8000-000000000000";
    let cases = [
        (with("theme_id", json!(nobody)), "/theme_id"),
        (with("theme_id", json!("warm-homes")), "/theme_id"),
        (with("kind", json!("castle")), "/kind"),
        (with("target", json!({ "amount": 0, "currency": "GBP" })), "/target/amount"),
        (with("target", json!({ "amount": -1, "currency": "GBP" })), "/target/amount"),
        (with("target", json!({ "amount": 1.5, "currency": "GBP" })), "/target/amount"),
        (with("target", json!({ "amount": 1, "currency": "gbp" })), "/target/currency"),
        (with("planned_end", json!("2027-04-30")), "/planned_end"),
        (with("planned_end", json!("2027-02-30")), "/planned_end"),
        (with("status", json!("funding")), "/status"),
        (with("summary", json!({ "de": "x".repeat(2001), "en": "" })), "/summary/de"),
    ];

    for (body, place) in cases {
        let answer = app.call(&create::ROUTE, Call::role("employee").json(&body)).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    assert_eq!(app.count("community.projects").await, 6);
}

#[tokio::test]
async fn a_target_that_the_stages_do_not_add_up_to_is_refused() {
    let app = App::new(Domain::Projects).await;
    let kitchen = json!("03262721-01f4-5300-9f04-f6a6dee60d17");
    let read = Call::role("employee").path(kitchen.as_str().unwrap());
    let version = app.call(&find::ROUTE, read).await.body["version"].as_u64().unwrap();

    let target = json!({ "target": { "amount": 100, "currency": "GBP" } });
    let refused = change(&app, &kitchen, version.try_into().unwrap(), target).await;

    assert_eq!(refused.status, 409, "{}", refused.body);
    let said = "the project's funding stages do not add up to its target";
    assert_eq!(refused.body["detail"], said);
}

#[tokio::test]
async fn projects_are_filtered_by_status_theme_and_kind() {
    let app = App::new(Domain::Projects).await;
    let slugs =
        async |call: Call, query: &str| app.walk(&list::ROUTE, call.query(query), "slug").await;

    let theme = format!("filter[theme_id]={WARM_HOMES}&sort=slug");
    assert_eq!(slugs(Call::anonymous(), &theme).await, ["sheffield-terrace-insulation"]);
    assert_eq!(slugs(Call::role("employee"), &theme).await.len(), 2);
    assert_eq!(slugs(Call::anonymous(), "filter[status]=completed").await, ["bristol-repair-cafe"]);
    assert_eq!(slugs(Call::anonymous(), "filter[status]=draft").await.len(), 0);
    let renovations =
        slugs(Call::role("admin"), "filter[kind]=renovation&filter[status]=submitted");
    assert_eq!(renovations.await, ["kreuzberg-altbau-waermepumpe"]);
}

#[tokio::test]
async fn projects_are_listed_by_age_or_slug_page_by_page() {
    let app = App::empty(Domain::Projects).await;
    for slug in ["c", "a", "e", "b", "d"] {
        app.created(&create::ROUTE, "admin", &project(slug)).await;
    }
    let walk = async |query: &str| {
        app.walk(&list::ROUTE, Call::role("admin").query(query), "slug").await.concat()
    };

    assert_eq!(walk("limit=2").await, "dbeac");
    assert_eq!(walk("limit=5&sort=created_at").await, "caebd");
    assert_eq!(walk("limit=4&sort=slug").await, "abcde");
}

#[tokio::test]
async fn two_who_read_the_same_version_do_not_overwrite_each_other() {
    let app = App::empty(Domain::Projects).await;
    let created = app.created(&create::ROUTE, "employee", &project("hut")).await;

    let (one, two) = tokio::join!(
        change(&app, &created["id"], 1, json!({ "slug": "one" })),
        change(&app, &created["id"], 1, json!({ "slug": "two" })),
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(app.value("select version::text from community.projects").await, "2");
}
