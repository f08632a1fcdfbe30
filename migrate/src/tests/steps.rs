//! Which states a project and a post may take, one after the other.

use super::support::{Database, assert_refused, value};

const PROJECT: [&str; 8] = [
    "draft",
    "submitted",
    "approved",
    "funding",
    "delivering",
    "completed",
    "rejected",
    "cancelled",
];
const PROJECT_STEPS: [(&str, &str); 11] = [
    ("draft", "submitted"),
    ("draft", "cancelled"),
    ("submitted", "approved"),
    ("submitted", "rejected"),
    ("submitted", "cancelled"),
    ("approved", "funding"),
    ("approved", "cancelled"),
    ("funding", "delivering"),
    ("funding", "cancelled"),
    ("delivering", "completed"),
    ("delivering", "cancelled"),
];
const POST: [&str; 5] = ["draft", "in_review", "scheduled", "published", "archived"];
const POST_STEPS: [(&str, &str); 8] = [
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "scheduled"),
    ("in_review", "published"),
    ("scheduled", "draft"),
    ("scheduled", "published"),
    ("published", "archived"),
    ("archived", "draft"),
];

/// Tries every pair of states; `beside` is what a state needs set beside it.
async fn try_all(
    database: &Database,
    insert: &str,
    table: &str,
    states: &[&str],
    steps: &[(&str, &str)],
    beside: fn(&str) -> &'static str,
) {
    let app = database.app().await;
    let superuser = database.superuser().await;
    let constraint = format!("{}_status_transition", table.split_once('.').unwrap().1);
    for (number, from) in states.iter().enumerate() {
        for to in states {
            app.batch_execute(
                &insert.replace("{slug}", &format!("a-{number}-{to}").replace('_', "-")),
            )
            .await
            .unwrap();
            superuser
                .batch_execute(&format!(
                    "begin; set local session_replication_role = replica;
                     update {table} set status = '{from}'{} where deleted_at is null; commit",
                    beside(from)
                ))
                .await
                .unwrap();

            let step = format!(
                "update {table} set status = '{to}'{} where deleted_at is null",
                if *to == "scheduled" { beside(to) } else { "" }
            );
            if from == to || steps.contains(&(from, to)) {
                app.batch_execute(&step).await.unwrap_or_else(|e| panic!("{from} to {to}: {e:?}"));
            } else {
                assert_refused(&app, &step, "23514", &constraint).await;
            }
            app.batch_execute(&format!(
                "update {table} set deleted_at = now() where deleted_at is null"
            ))
            .await
            .unwrap();
        }
    }
}

#[tokio::test]
async fn a_project_takes_only_allowed_steps() {
    let database = Database::migrated("projects").await;
    let insert = "insert into community.projects (slug, name, summary)
        values ('{slug}', '{\"de\": \"a\", \"en\": \"\"}', '{\"de\": \"a\", \"en\": \"\"}')";

    try_all(&database, insert, "community.projects", &PROJECT, &PROJECT_STEPS, |_| "").await;

    let app = database.app().await;
    let funded = "insert into community.projects (slug, name, summary, status)
        values ('b', '{\"de\": \"a\", \"en\": \"\"}', '{\"de\": \"a\", \"en\": \"\"}', '{s}')";
    assert_refused(&app, &funded.replace("{s}", "funding"), "23514", "projects_status_transition")
        .await;
    assert_refused(&app, &funded.replace("{s}", "unknown"), "23514", "projects_status_known").await;
}

#[tokio::test]
async fn a_post_takes_only_allowed_steps() {
    let database = Database::migrated("content").await;
    let insert = "insert into cms.blog_posts (slug, title, body)
        values ('{slug}', '{\"de\": \"a\", \"en\": \"\"}', '{\"de\": \"a\", \"en\": \"\"}')";

    try_all(&database, insert, "cms.blog_posts", &POST, &POST_STEPS, |state| match state {
        "draft" | "in_review" => ", published_at = null",
        _ => ", published_at = '2030-01-01'",
    })
    .await;
}

#[tokio::test]
async fn a_post_has_a_time_from_when_it_is_scheduled() {
    let database = Database::migrated("content").await;
    let app = database.app().await;
    let insert = "insert into cms.blog_posts (slug, title, body)
        values ('a', '{\"de\": \"a\", \"en\": \"\"}', '{\"de\": \"a\", \"en\": \"\"}')";
    app.batch_execute(insert).await.unwrap();
    app.batch_execute("update cms.blog_posts set status = 'in_review'").await.unwrap();

    assert_refused(
        &app,
        "update cms.blog_posts set status = 'scheduled'",
        "23514",
        "blog_posts_published_at_whole",
    )
    .await;
    app.batch_execute(
        "update cms.blog_posts set status = 'scheduled', published_at = '2040-01-01'",
    )
    .await
    .unwrap();
    app.batch_execute("update cms.blog_posts set status = 'published'").await.unwrap();

    assert!(
        value::<bool>(&app, "select published_at = updated_at from cms.blog_posts").await,
        "it is published now"
    );
    app.batch_execute("update cms.blog_posts set status = 'archived'").await.unwrap();
    app.batch_execute("update cms.blog_posts set status = 'draft'").await.unwrap();
    assert!(value::<bool>(&app, "select published_at is null from cms.blog_posts").await);
}
