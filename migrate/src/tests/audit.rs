use super::support::{Database, assert_refused, value, values};

const ENTRY: &str =
    "insert into audit.audit_logs (domain, actor_kind, action, change_type, created_at)
    values ('projects', 'system', 'project.create', 'create', '{at}')";

fn entry(at: &str) -> String {
    ENTRY.replace("{at}", at)
}

#[tokio::test]
async fn entries_are_only_ever_added() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    app.batch_execute(&entry("2026-11-05")).await.unwrap();
    app.batch_execute(&entry("1999-01-01")).await.unwrap();

    for table in ["audit.audit_logs", "audit.audit_logs_202611", "audit.audit_logs_default"] {
        for sql in ["update {t} set action = 'x'", "delete from {t}", "truncate {t}"] {
            let sql = sql.replace("{t}", table);
            assert_refused(&app, &sql, "42501", "").await;
            assert_refused(&database.owner().await, &sql, "42501", "").await;
            // Enabled always: not even replication mode goes around it.
            let superuser = database.superuser().await;
            superuser.batch_execute("set session_replication_role = replica").await.unwrap();
            assert_refused(&superuser, &sql, "42501", "").await;
        }
    }
    // Only through the parent, where the entry finds its month.
    assert_refused(&app, "insert into audit.audit_logs_202611 default values", "42501", "").await;
    assert_eq!(value::<i64>(&app, "select count(*) from audit.audit_logs").await, 2);
}

#[tokio::test]
async fn an_entry_lands_in_its_month_and_never_nowhere() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    for at in ["2026-10-31 23:59:59.999999+00", "2026-11-01 00:00:00+00", "2040-01-01 00:00:00+00"]
    {
        app.batch_execute(&entry(at)).await.unwrap();
    }

    let partitions: Vec<String> =
        values(&app, "select tableoid::regclass::text from audit.audit_logs order by created_at")
            .await;

    assert_eq!(
        partitions,
        ["audit.audit_logs_202610", "audit.audit_logs_202611", "audit.audit_logs_default"]
    );
}

#[tokio::test]
async fn months_are_made_ahead_once_and_guarded_like_the_others() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    // Months are UTC whatever the session thinks.
    app.batch_execute("set timezone = 'Pacific/Auckland'").await.unwrap();

    let made: i32 = value(&app, "select audit.ensure_partitions('2027-11-17', 4)").await;
    let again: i32 = value(&app, "select audit.ensure_partitions('2027-11-17', 4)").await;

    assert_eq!((made, again), (2, 0));
    app.batch_execute(&entry("2028-02-29 23:59:59+00")).await.unwrap();
    assert_eq!(value::<i64>(&app, "select count(*) from audit.audit_logs_202802").await, 1);
    let owner = database.owner().await;
    for sql in
        ["update audit.audit_logs_202802 set action = 'x'", "truncate audit.audit_logs_202802"]
    {
        assert_refused(&owner, sql, "42501", "").await;
    }
    assert_refused(&app, "select audit.ensure_partitions('2027-01-01', 121)", "22023", "").await;
}

#[tokio::test]
async fn a_month_with_stray_entries_is_not_made_silently() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    app.batch_execute(&entry("2030-06-15")).await.unwrap();

    assert_refused(&app, "select audit.ensure_partitions('2030-06-01', 1)", "55000", "").await;
}

#[tokio::test]
async fn the_newest_page_is_read_from_indexes() {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    app.batch_execute("set enable_seqscan = off; set enable_sort = off").await.unwrap();

    let plan: Vec<String> = values(
        &app,
        "explain select id from audit.audit_logs order by created_at desc, id desc limit 20",
    )
    .await;

    let plan = plan.join("\n");
    assert_eq!(plan.matches("Index Only Scan using").count(), 16, "{plan}");
    assert!(!plan.contains("Sort  ("), "{plan}");
}
