use super::support::{Database, assert_refused, books, refusal, value, values};

#[tokio::test]
async fn no_role_of_an_application_writes_to_the_books() {
    let (database, _) = books().await;
    let (app, reader) = (database.app().await, database.reader().await);
    let tables: Vec<String> = values(
        &app,
        "select oid::regclass::text from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'",
    )
    .await;
    assert!(tables.len() >= 12, "{tables:?}");

    for table in tables {
        for sql in [
            format!("insert into {table} default values"),
            format!("delete from {table}"),
            format!("truncate {table}"),
        ] {
            assert_refused(&app, &sql, "42501", "").await;
            assert_ne!(refusal(&reader, &sql).await.0, "00000", "{sql}");
        }
        assert!(value::<i64>(&reader, &format!("select count(*) from {table}")).await >= 0);
        assert!(value::<i64>(&app, &format!("select count(*) from {table}")).await >= 0);
    }
    assert_refused(&app, "update ledger.accounts set floor_minor = null", "42501", "").await;
    assert_refused(
        &app,
        "select ledger.post(null, 'a.b', null, 'a', null, null, null)",
        "42501",
        "",
    )
    .await;
    assert_refused(&app, "select ledger.close_period(1, null)", "42501", "").await;
    assert_refused(&app, "select ledger.leaf_account('1000', null, 'GBP')", "42501", "").await;
    assert_refused(&app, "update giving.contributions set amount_minor = 1", "42501", "").await;
    assert_refused(&app, "insert into giving.contributions default values", "42501", "").await;
    assert_refused(&app, "set role finance_owner", "42501", "").await;
    assert_refused(&app, "create table giving.mine ()", "42501", "").await;
    assert_refused(&app, "alter table ledger.entries disable trigger all", "42501", "").await;
}

#[tokio::test]
async fn a_reader_reads_and_nothing_else() {
    let cases = [
        ("platform", "platform.settings", "insert into audit.audit_logs default values"),
        ("projects", "community.projects", "update community.projects set slug = 'x'"),
        ("finance", "giving.contributors", "insert into giving.contributors default values"),
        ("content", "cms.blog_posts", "insert into cms.blog_posts default values"),
    ];
    for (domain, table, write) in cases {
        let database = Database::migrated(domain).await;
        let reader = database.reader().await;
        // The hint is not the guard.
        reader.batch_execute("set default_transaction_read_only = off").await.unwrap();

        assert_eq!(value::<i64>(&reader, &format!("select count(*) from {table}")).await, 0);
        assert_refused(&reader, write, "42501", "").await;
    }
}

#[tokio::test]
async fn a_table_of_a_later_migration_is_granted_by_itself() {
    let database = Database::migrated("projects").await;
    database.owner().await.batch_execute("create table community.later (n int)").await.unwrap();
    let (app, reader) = (database.app().await, database.reader().await);

    app.batch_execute("insert into community.later values (1); update community.later set n = 2")
        .await
        .unwrap();
    assert_eq!(value::<i32>(&reader, "select n from community.later").await, 2);
    assert_refused(&app, "delete from community.later", "42501", "").await;
}
