//! What the platform tells of contacts, in every order.
use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};

use crate::{
    jobs::take_events,
    posts::{create, find, update},
};

fn id(end: &str) -> String {
    format!("00000000-0000-4000-8000-0000000000{end}")
}

/// The document that starts the job: of what kind, which message, of whom, in which version, become whom.
fn told(topic: &str, message: usize, of: &str, version: u32, into: Option<&str>) -> Value {
    json!({ "detail-type": topic, "detail": {
        "id": format!("10000000-0000-4000-8000-{message:012}"), "aggregate_type": "contact", "aggregate_id": id(of),
        "occurred_at": "2026-11-01T00:00:00Z", "position": message,
        "payload": { "version": version, "merged_into": into.map(id) } } })
}

/// Ada became Bea, who became Cleo; Eve became Dan, and both were erased.
fn story() -> [Value; 5] {
    let (merged, erased) = ("platform.contact.merged.v1", "platform.contact.erased.v1");
    [
        told(merged, 1, "a1", 2, Some("a2")),
        told(merged, 2, "a2", 2, Some("a3")),
        told(merged, 3, "a5", 2, Some("a4")),
        told(erased, 4, "a4", 2, None),
        told(erased, 5, "a5", 3, Some("a4")),
    ]
}

/// A post and a page of each of them, and who of them edits.
const KNOWN: &str = "
    insert into cms.blog_posts (slug, title, body, author_ref)
    select 'by-' || who, '{\"de\": \"\", \"en\": \"By\"}', '{\"de\": \"\", \"en\": \"By\"}',
      ('00000000-0000-4000-8000-0000000000' || who)::uuid
    from unnest(array['a1', 'a2', 'a3', 'a4', 'a5']) as who;
    insert into cms.pages (slug, path, title, author_ref)
    select 'page-by-' || who, '/page-by-' || who, '{\"de\": \"\", \"en\": \"By\"}',
      ('00000000-0000-4000-8000-0000000000' || who)::uuid
    from unnest(array['a1', 'a4']) as who;
    insert into cms.cms_users (platform_user_ref, contact_ref, role)
    select gen_random_uuid(), ('00000000-0000-4000-8000-0000000000' || who)::uuid, 'editor'
    from unnest(array['a3', 'a4']) as who";

/// Who wrote what, and who edits.
const NOW: &str = "
    select string_agg(line, ', ' order by line) from (
      select slug || ' ' || coalesce(right(author_ref::text, 2), '-') as line from cms.blog_posts where slug like 'by-%'
      union all
      select slug || ' ' || coalesce(right(author_ref::text, 2), '-') from cms.pages where slug like 'page-by-%'
      union all
      select 'editor ' || right(contact_ref::text, 2) || ' ' || status from cms.cms_users
      where contact_ref::text like '00000000-0000-4000-8000-0000000000a%') as lines";

async fn after(order: &[usize]) -> String {
    let app = App::new(Domain::Content).await;
    app.execute(KNOWN).await;
    let story = story();
    for &at in order {
        app.take(&take_events::JOB, &story[at]).await.result.unwrap();
    }
    assert_eq!(app.count("content.inbox_dedup").await, 5);
    app.value(NOW).await
}

#[tokio::test]
async fn what_merged_people_wrote_is_of_whom_they_became_and_of_erased_ones_nobodys_in_any_order() {
    let straight = after(&[0, 1, 2, 3, 4]).await;

    assert_eq!(
        straight,
        "by-a1 a3, by-a2 a3, by-a3 a3, by-a4 -, by-a5 -, editor a3 active, editor a4 disabled, page-by-a1 a3, \
         page-by-a4 -"
    );
    for order in [[4, 3, 2, 1, 0], [1, 0, 3, 2, 4], [3, 4, 1, 2, 0]] {
        let doubled: Vec<usize> = order.iter().chain(&order).chain(&[0, 3]).copied().collect();
        assert_eq!(after(&doubled).await, straight, "{order:?}");
    }
}

#[tokio::test]
async fn who_names_a_merged_or_erased_author_late_names_whom_it_became_or_nobody() {
    let app = App::new(Domain::Content).await;
    for event in story() {
        app.take(&take_events::JOB, &event).await.result.unwrap();
    }
    let text = json!({ "de": "Haus", "en": "House" });
    let post = json!({ "slug": "late", "title": text, "body": text, "author_ref": id("a1") });

    let made = app.created(&create::ROUTE, "editor", &post).await;
    let path = made["id"].as_str().unwrap();
    let erased = Call::role("editor").path(path).header("if-match", "\"1\"");
    let erased = app.call(&update::ROUTE, erased.json(&json!({ "author_ref": id("a5") }))).await;
    let found = app.call(&find::ROUTE, Call::role("editor").path(path)).await;

    assert_eq!(made["author_ref"], json!(id("a3")));
    assert_eq!((erased.status, &erased.body["author_ref"]), (200, &Value::Null));
    assert_eq!(found.body["author_ref"], Value::Null);
}

#[tokio::test]
async fn what_is_written_while_a_merge_is_taken_names_whom_it_became_whoever_comes_first() {
    let merge = "select content.take_contact('content-take-contacts', '10000000-0000-4000-8000-000000000001',
        '00000000-0000-4000-8000-0000000000a1',
        '{\"version\": 2, \"merged_into\": \"00000000-0000-4000-8000-0000000000a3\"}', 'merged')";
    let waiting =
        "pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
        where not l.granted and l.relation = 'content.ref_contacts'::regclass";

    for (first, second) in [(KNOWN, merge), (merge, KNOWN)] {
        let app = App::new(Domain::Content).await;
        let open = app.database.superuser().await;
        open.batch_execute("begin").await.unwrap();
        open.batch_execute(first).await.unwrap();
        let commit = async {
            for _ in 0..1_000 {
                if app.count(waiting).await > 0 {
                    open.batch_execute("commit").await.unwrap();
                    return;
                }
            }
            panic!("nobody waited: what is written while a merge is taken may name who is gone");
        };
        tokio::join!(app.execute(second), commit);

        let named = "cms.blog_posts where author_ref = '00000000-0000-4000-8000-0000000000a1'";
        let pages = "cms.pages where author_ref = '00000000-0000-4000-8000-0000000000a1'";
        assert_eq!((app.count(named).await, app.count(pages).await), (0, 0), "{first}");
    }
}
