use db::Domain;
use testdb::{App, Call};

use crate::audit_logs::list;

async fn actions(app: &App, query: &str) -> Vec<String> {
    app.walk(&list::ROUTE, Call::role("auditor").query(query), "action").await
}

#[tokio::test]
async fn the_log_is_read_newest_first_page_by_page() {
    let app = App::new(Domain::Platform).await;

    let all = actions(&app, "limit=200").await;
    let pages = actions(&app, "limit=3").await;

    assert_eq!(all.len(), 10);
    assert_eq!((all.first().unwrap().as_str(), &all), ("project.update", &pages));
}

#[tokio::test]
async fn the_log_is_filtered_by_entity_actor_action_and_time() {
    let app = App::new(Domain::Platform).await;

    let project = "filter[entity_id]=e1ea8644-164c-56e0-8829-9d9508818b59";
    assert_eq!(actions(&app, project).await, ["project.submit", "project.create"]);
    let settings = actions(&app, "filter[entity_type]=setting").await;
    assert_eq!(settings, ["setting.update"]);
    let by_developer = "filter[actor_contact_id]=3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24";
    assert_eq!(actions(&app, by_developer).await.len(), 7);
    assert_eq!(actions(&app, "filter[action]=auth.login_failed").await, ["auth.login_failed"]);
    // From is within, until is not.
    let day =
        "filter[created_at][gte]=2026-10-05T07:30:00Z&filter[created_at][lt]=2026-10-05T07:31:12Z";
    assert_eq!(actions(&app, day).await, ["auth.login"]);
}

#[tokio::test]
async fn an_entry_says_from_where_and_what_it_changed() {
    let app = App::new(Domain::Platform).await;

    let call = Call::role("admin").query("filter[action]=setting.update");
    let page = app.call(&list::ROUTE, call).await;

    let entry = &page.body["data"][0];
    assert_eq!(entry["ip"], "127.0.0.1");
    assert_eq!(entry["changed_fields"], serde_json::json!(["value"]));
    assert_eq!(entry["old_value"]["value"], 20);
    assert_eq!(entry["created_at"], "2026-10-05T07:31:12Z");
}
