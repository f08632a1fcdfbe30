//! What every row keeps: versions, two languages, slugs, soft deletion.

use super::support::{Database, assert_refused, value};

const TEXT: &str = r#"'{"de": "a", "en": "b"}'"#;

#[tokio::test]
async fn a_change_counts_and_dates_itself() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    app.batch_execute(&format!(
        "insert into platform.settings (key, value, description) values ('a', '1', {TEXT})"
    ))
    .await
    .unwrap();

    app.batch_execute(
        "update platform.settings set value = '2', version = 40, updated_at = '1999-01-01'",
    )
    .await
    .unwrap();

    let state = "select concat_ws(' ', version, updated_at > created_at, created_at > now() - interval '1 hour') from platform.settings";
    assert_eq!(value::<String>(&app, state).await, "2 t t");
    for change in ["id = gen_random_uuid()", "created_at = now()"] {
        let sql = format!("update platform.settings set {change}");
        assert_refused(&app, &sql, "23514", "settings_identity").await;
    }
}

#[tokio::test]
async fn a_localized_text_has_both_languages_and_something_in_one() {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    let insert = |text: &str| {
        format!(
            "insert into community.funding_themes (slug, name, description) values (md5(random()::text), '{text}', {TEXT})"
        )
    };
    for good in
        [r#"{"de": "a", "en": "b"}"#, r#"{"de": "", "en": "b"}"#, r#"{"en": " ", "de": "b"}"#]
    {
        app.batch_execute(&insert(good)).await.unwrap();
    }
    for bad in [
        "null",
        "\"a\"",
        "[]",
        "{}",
        r#"{"de": "a"}"#,
        r#"{"de": "a", "en": null}"#,
        r#"{"de": "a", "en": 1}"#,
        r#"{"de": "", "en": " "}"#,
        r#"{"de": "a", "en": "b", "fr": "c"}"#,
    ] {
        assert_refused(&app, &insert(bad), "23514", "localized_text_shape").await;
    }
    let long = format!(r#"{{"de": "{}", "en": ""}}"#, "ä".repeat(121));
    assert_refused(&app, &insert(&long), "23514", "funding_themes_name_length").await;
    app.batch_execute(&insert(&long.replacen('ä', "", 1))).await.unwrap();
}

#[tokio::test]
async fn a_slug_is_taken_only_while_its_row_lives() {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    let insert = |slug: &str| {
        format!(
            "insert into community.funding_themes (slug, name, description) values ('{slug}', {TEXT}, {TEXT})"
        )
    };
    app.batch_execute(&insert("warm-homes-2")).await.unwrap();

    assert_refused(&app, &insert("warm-homes-2"), "23505", "funding_themes_slug_key").await;
    app.batch_execute("update community.funding_themes set deleted_at = now()").await.unwrap();
    app.batch_execute(&insert("warm-homes-2")).await.unwrap();
    assert_refused(
        &app,
        "update community.funding_themes set deleted_at = null where deleted_at is not null",
        "23505",
        "funding_themes_slug_key",
    )
    .await;
    for slug in ["", "A", "a--b", "-a", "a-", "a b", "ä"] {
        assert_refused(&app, &insert(slug), "23514", "funding_themes_slug_shape").await;
    }
}

#[tokio::test]
async fn a_project_belongs_to_a_live_theme() {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    app.batch_execute(&format!(
        "insert into community.funding_themes (id, slug, name, description)
         values ('00000000-0000-0000-0000-000000000001', 'a', {TEXT}, {TEXT})"
    ))
    .await
    .unwrap();
    let insert = |slug: &str, theme: u8| {
        format!(
            "insert into community.projects (slug, name, summary, theme_id)
             values ('{slug}', {TEXT}, {TEXT}, '00000000-0000-0000-0000-00000000000{theme}')"
        )
    };
    app.batch_execute(&insert("a", 1)).await.unwrap();

    assert_refused(&app, &insert("b", 2), "23503", "projects_theme_id_fkey").await;
    let delete_theme = "update community.funding_themes set deleted_at = now()";
    assert_refused(&app, delete_theme, "23503", "projects_theme_id_fkey").await;
    app.batch_execute("update community.projects set deleted_at = now()").await.unwrap();
    app.batch_execute(delete_theme).await.unwrap();
    assert_refused(&app, &insert("b", 1), "23503", "projects_theme_id_fkey").await;
    let restore = "update community.projects set deleted_at = null";
    assert_refused(&app, restore, "23503", "projects_theme_id_fkey").await;
}

#[tokio::test]
async fn a_theme_is_not_deleted_under_a_project_that_is_being_made() {
    let database = Database::migrated("projects").await;
    let (one, two) = (database.app().await, database.app().await);
    one.batch_execute(&format!(
        "insert into community.funding_themes (id, slug, name, description)
         values ('00000000-0000-0000-0000-000000000001', 'a', {TEXT}, {TEXT})"
    ))
    .await
    .unwrap();
    one.batch_execute(&format!(
        "begin; insert into community.projects (slug, name, summary, theme_id)
         values ('a', {TEXT}, {TEXT}, '00000000-0000-0000-0000-000000000001')"
    ))
    .await
    .unwrap();

    let (deleted, ()) = tokio::join!(
        two.batch_execute("update community.funding_themes set deleted_at = now()"),
        async { one.batch_execute("commit").await.unwrap() }
    );

    let error = deleted.unwrap_err();
    assert_eq!(super::support::fault(&error), ("23503", Some("projects_theme_id_fkey")));
}

#[tokio::test]
async fn amounts_and_dates_of_a_project_fit_together() {
    let database = Database::migrated("projects").await;
    let app = database.app().await;
    let insert = |columns: &str, values: &str| {
        format!(
            "insert into community.projects (slug, name, summary, {columns}) values (md5(random()::text), {TEXT}, {TEXT}, {values})"
        )
    };
    for (columns, values, constraint) in [
        ("target_minor", "100", "projects_target_whole"),
        ("currency", "'GBP'", "projects_target_whole"),
        ("target_minor, currency", "0, 'GBP'", "projects_target_minor_range"),
        ("target_minor, currency", "9000000000000001, 'GBP'", "projects_target_minor_range"),
        ("target_minor, currency", "1, 'gbp'", "projects_currency_shape"),
        ("planned_start, planned_end", "'2027-02-01', '2027-01-31'", "projects_planned_order"),
        ("kind", "'other'", "projects_kind_known"),
    ] {
        assert_refused(&app, &insert(columns, values), "23514", constraint).await;
    }
    app.batch_execute(&insert("target_minor, currency", "9000000000000000, 'JPY'")).await.unwrap();
    app.batch_execute(&insert("planned_start, planned_end", "'2027-02-01', '2027-02-01'"))
        .await
        .unwrap();
    app.batch_execute(&insert("planned_end", "'2027-02-01'")).await.unwrap();
}

#[tokio::test]
async fn categories_are_a_tree() {
    let database = Database::migrated("content").await;
    let app = database.app().await;
    let id = |n: u8| format!("'00000000-0000-0000-0000-00000000000{n}'");
    for (n, parent) in [(1, "null".to_owned()), (2, id(1)), (3, id(2))] {
        app.batch_execute(&format!(
            "insert into cms.categories (id, slug, name, parent_id) values ({}, 'c{n}', {TEXT}, {parent})",
            id(n)
        ))
        .await
        .unwrap();
    }
    let hang = |n: u8, parent: u8| {
        format!("update cms.categories set parent_id = {} where id = {}", id(parent), id(n))
    };

    for (n, parent) in [(1, 1), (1, 2), (1, 3), (2, 3)] {
        assert_refused(&app, &hang(n, parent), "23514", "categories_parent_acyclic").await;
    }
    assert_refused(&app, &hang(3, 9), "23503", "categories_parent_id_fkey").await;
    let delete =
        |n: u8| format!("update cms.categories set deleted_at = now() where id = {}", id(n));
    assert_refused(&app, &delete(2), "23503", "categories_parent_id_fkey").await;
    app.batch_execute(&hang(3, 1)).await.unwrap();
    app.batch_execute(&delete(2)).await.unwrap();
    assert_refused(&app, &hang(3, 2), "23503", "categories_parent_id_fkey").await;
}

#[tokio::test]
async fn two_moves_at_once_make_no_circle() {
    let database = Database::migrated("content").await;
    let (one, two) = (database.app().await, database.app().await);
    let id = |n: u8| format!("'00000000-0000-0000-0000-00000000000{n}'");
    for n in [1, 2] {
        one.batch_execute(&format!(
            "insert into cms.categories (id, slug, name) values ({}, 'c{n}', {TEXT})",
            id(n)
        ))
        .await
        .unwrap();
    }
    let hang = |n: u8, parent: u8| {
        format!("update cms.categories set parent_id = {} where id = {}", id(parent), id(n))
    };

    one.batch_execute(&format!("begin; {}", hang(1, 2))).await.unwrap();
    let other = hang(2, 1);
    let (moved, ()) = tokio::join!(two.batch_execute(&other), async {
        one.batch_execute("commit").await.unwrap();
    });

    let error = moved.unwrap_err();
    assert_eq!(super::support::fault(&error), ("23514", Some("categories_parent_acyclic")));
}
