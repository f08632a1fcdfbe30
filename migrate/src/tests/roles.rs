//! Who may do what: each role, directly and through the pooler.

use stack::Kind;
use tokio_postgres::Client;

use super::support::{Database, assert_refused, books, fault, refusal, value, values};

/// A login, what it tries, and the SQLSTATE it must get. `$t`: a table that the application writes; `$a`: one that is only
/// added to; `$s`: the schema of the plumbing; `$d`: the domain.
const CHECKS: [(Kind, &str, &str); 56] = [
    // What the application needs.
    (Kind::App, "select count(*) from $t", OK),
    (Kind::App, "insert into $t select * from $t where false", OK),
    (Kind::App, "update $t set updated_by = null where false", OK),
    (Kind::App, "insert into $a select * from $a where false", OK),
    (Kind::App, "insert into $s.inbox_dedup select * from $s.inbox_dedup where false", OK),
    (Kind::App, "select nextval(pg_get_serial_sequence('$s.outbox_events', 'position'))", OK),
    // What it must never do to data.
    (Kind::App, "delete from $t where false", DENIED),
    (Kind::App, "truncate $t", DENIED),
    (Kind::App, "update $a set action = action where false", DENIED),
    (Kind::App, "delete from $a where false", DENIED),
    (Kind::App, "truncate $a", DENIED),
    (Kind::App, "delete from $s.outbox_events where false", DENIED),
    (Kind::App, "begin; lock table $a in access exclusive mode; commit", DENIED),
    (Kind::App, "begin; set local session_replication_role = replica; commit", DENIED),
    // Nor to the schema.
    (Kind::App, "create table $s.mine (n int)", DENIED),
    (Kind::App, "create table public.mine (n int)", DENIED),
    (Kind::App, "create temporary table mine (n int)", DENIED),
    (Kind::App, "create schema mine", DENIED),
    (Kind::App, "create function $s.mine() returns int language sql as 'select 1'", DENIED),
    (Kind::App, "create index on $t (id)", DENIED),
    (Kind::App, "alter table $t add column mine int", DENIED),
    (Kind::App, "alter table $a disable trigger all", DENIED),
    (Kind::App, "drop table $t", DENIED),
    (Kind::App, "alter table $t owner to $d_app", DENIED),
    // Nor become somebody else, or reach the machine.
    (Kind::App, "set role $d_owner", DENIED),
    (Kind::App, "set role $d_migrator", DENIED),
    (Kind::App, "create role mine", DENIED),
    (Kind::App, "select rolpassword from pg_authid", DENIED),
    (Kind::App, "select pg_read_file('/etc/passwd')", DENIED),
    (Kind::App, "copy (select 1) to program 'true'", DENIED),
    // A reader reads; its read-only setting is a hint, the guard is what it is granted.
    (Kind::Reader, "select count(*) from $t", OK),
    (Kind::Reader, "select count(*) from $a", OK),
    (Kind::Reader, "update $t set updated_by = null where false", "25006"),
    (Kind::Reader, "begin read write; update $t set updated_by = null where false; commit", DENIED),
    (Kind::Reader, "begin read write; insert into $t select * from $t where false; commit", DENIED),
    (Kind::Reader, "begin read write; delete from $t where false; commit", DENIED),
    (Kind::Reader, "begin read write; insert into $a select * from $a where false; commit", DENIED),
    (Kind::Reader, "begin read write; create table $s.mine (n int); commit", DENIED),
    (Kind::Reader, "set role $d_writer", DENIED),
    (Kind::Reader, "set role $d_owner", DENIED),
    // Who audits reads the log and nothing else.
    (Kind::Audit, "select count(*) from $a", OK),
    (Kind::Audit, "select count(*) from $t", DENIED),
    (Kind::Audit, "select count(*) from $s.idempotency_keys", DENIED),
    (Kind::Audit, "begin read write; insert into $a select * from $a where false; commit", DENIED),
    (Kind::Audit, "set role $d_reader", DENIED),
    // Who looks at data sees all but secrets.
    (Kind::Studio, "select count(*) from $t", OK),
    (Kind::Studio, "select count(*) from $a", OK),
    (Kind::Studio, "select scope, key from $s.idempotency_keys", OK),
    (Kind::Studio, "select fingerprint from $s.idempotency_keys", DENIED),
    (Kind::Studio, "begin read write; update $t set updated_by = null where false; commit", DENIED),
    (Kind::Studio, "begin read write; delete from $t where false; commit", DENIED),
    (Kind::Studio, "set role $d_owner", DENIED),
    // Who migrates makes tables, and is stopped by the triggers of what is only added to.
    (Kind::Direct, "begin; create table $s.mine (n int); rollback", OK),
    (Kind::Direct, "truncate $a", DENIED),
    (Kind::Direct, "create role mine", DENIED),
    (Kind::Direct, "set session_replication_role = replica", DENIED),
];
const OK: &str = "ok";
const DENIED: &str = "42501";

/// What stands for `$t` and `$a` in each domain, whose plumbing is in the schema of its name.
const DOMAINS: [(&str, &str, &str); 4] = [
    ("platform", "platform.settings", "audit.audit_logs"),
    ("projects", "community.projects", "projects.audit_logs"),
    ("finance", "giving.contributors", "finance.audit_logs"),
    ("content", "cms.blog_posts", "content.audit_logs"),
];

/// SQLSTATE of a script, or `ok`.
async fn outcome(session: &Client, sql: &str) -> String {
    match session.batch_execute(sql).await {
        Ok(()) => OK.to_owned(),
        Err(error) => {
            let code = fault(&error).0.to_owned();
            session.batch_execute("rollback").await.unwrap();
            code
        }
    }
}

/// The checks of some logins that do not come out as they should.
async fn failures(
    database: &Database,
    place: (&str, &str, &str),
    logins: &[(Kind, Kind)],
) -> Vec<String> {
    let (domain, table, log) = place;
    let mut failures = Vec::new();
    for (role, through) in logins {
        let session = database.log_in(domain, *through).await.unwrap();
        for (_, sql, expected) in CHECKS.iter().filter(|(kind, ..)| kind == role) {
            let sql = sql
                .replace("$t", table)
                .replace("$a", log)
                .replace("$s", domain)
                .replace("$d", domain);
            let found = outcome(&session, &sql).await;
            if found != *expected {
                let user = through.user(super::support::find(domain));
                failures.push(format!("{user} ({through:?}): {sql}: {found}, not {expected}"));
            }
        }
    }
    failures
}

#[tokio::test]
async fn every_role_may_do_what_it_must_and_nothing_more() {
    let logins =
        [Kind::App, Kind::Reader, Kind::Audit, Kind::Studio, Kind::Direct].map(|it| (it, it));
    let mut broken = Vec::new();
    for place in DOMAINS {
        let database = Database::migrated(place.0).await;
        broken.extend(failures(&database, place, &logins).await);
    }

    assert!(broken.is_empty(), "{} checks failed:\n{}", broken.len(), broken.join("\n"));
}

/// As the application adds them.
#[tokio::test]
async fn what_is_only_added_to_has_ids_in_order_of_time() {
    // RFC 9562, section 5.7: 48 bits of milliseconds, the version, the variant; of a moment within the transaction,
    // rounded to the nearest millisecond.
    let ordered = "substr(id::text, 15, 1) = '7' and substr(id::text, 20, 1) in ('8', '9', 'a', 'b')
        and ('x0000' || replace(left(id::text, 13), '-', ''))::bit(64)::bigint
          between round(extract(epoch from now()) * 1000) and round(extract(epoch from clock_timestamp()) * 1000)";
    for (domain, _, log) in DOMAINS {
        let database = Database::migrated(domain).await;
        let app = database.log_in(domain, Kind::App).await.unwrap();
        for insert in [
            format!(
                "insert into {domain}.outbox_events (topic, aggregate_type, aggregate_id, payload)
                 values ('{domain}.thing.happened.v1', 'thing', gen_random_uuid(), '{{}}')"
            ),
            format!(
                "insert into {log} (domain, actor_kind, action, change_type)
                 values ('{domain}', 'system', 'thing.create', 'create')"
            ),
        ] {
            assert!(
                value::<bool>(&app, &format!("{insert} returning {ordered}")).await,
                "{insert}"
            );
        }
    }
}

#[tokio::test]
async fn the_pooler_gives_no_role_more() {
    let mut broken = Vec::new();
    for place in DOMAINS {
        let database = Database::migrated(place.0).await;
        if !database.stack().has_pooler() {
            eprintln!("SKIPPED: there is no PgBouncer here");
            return;
        }
        let logins = [(Kind::App, Kind::Pooled), (Kind::Reader, Kind::PooledRead)];
        broken.extend(failures(&database, place, &logins).await);
    }

    assert!(broken.is_empty(), "{} checks failed:\n{}", broken.len(), broken.join("\n"));
}

#[tokio::test]
async fn nobody_of_another_domain_gets_in() {
    let mut let_in = Vec::new();
    for (domain, ..) in DOMAINS {
        let database = Database::migrated(domain).await;
        let direct = [Kind::Direct, Kind::App, Kind::Reader, Kind::Audit, Kind::Studio];
        let pooled = [Kind::Pooled, Kind::PooledRead];
        let pooled = if database.stack().has_pooler() { &pooled[..] } else { &[] };
        for (n, (other, ..)) in DOMAINS.iter().filter(|(other, ..)| *other != domain).enumerate() {
            // The pooler lets a client wait before it says that it cannot log in: one domain shows it.
            let pooled = if n == 0 { pooled } else { &[] };
            for kind in direct.iter().chain(pooled) {
                match database.log_in(other, *kind).await {
                    // PgBouncer may let a client in and fail at its first statement.
                    Ok(session)
                        if pooled.contains(kind)
                            && session.batch_execute("select 1").await.is_err() => {}
                    Ok(_) => let_in.push(format!("{other} {kind:?} into {domain}")),
                    Err(error) if direct.contains(kind) => {
                        assert_eq!(
                            error.code(),
                            Some(DENIED),
                            "{other} {kind:?}: {}",
                            db::Chain(&error)
                        );
                    }
                    Err(_) => {}
                }
            }
        }
        for kind in direct.iter().chain(pooled) {
            let session = database.log_in(domain, *kind).await.unwrap();
            session.batch_execute("select 1").await.unwrap();
        }
    }

    assert_eq!(let_in, Vec::<String>::new());
}

#[tokio::test]
async fn not_even_a_superuser_in_a_replica_session_empties_what_is_only_added_to() {
    for (domain, _, log) in DOMAINS {
        let database = Database::migrated(domain).await;
        let superuser = database.superuser().await;
        superuser.batch_execute("set session_replication_role = replica").await.unwrap();
        assert_eq!(outcome(&superuser, &format!("truncate {log}")).await, DENIED, "{log}");
    }
}

#[tokio::test]
async fn who_audits_finance_reads_the_books_and_verifies_the_chain() {
    let (database, contributor) = books().await;
    super::support::Gift::of(contributor).give(&database.app().await).await.unwrap();
    let auditor = database.log_in("finance", Kind::Audit).await.unwrap();

    assert_eq!(value::<i64>(&auditor, "select count(*) from ledger.entries").await, 2);
    assert_eq!(value::<i64>(&auditor, "select count(*) from ledger.verify_chain()").await, 0);
    assert_eq!(value::<i64>(&auditor, "select count(*) from ledger.trial_balance").await, 2);
    assert_eq!(value::<i64>(&auditor, "select count(*) from ledger.invariant_breaks").await, 0);
    for sql in
        ["select ledger.seal(1)", "select ledger.fold(1)", "select 1 from giving.contributions"]
    {
        assert_eq!(outcome(&auditor, sql).await, DENIED, "{sql}");
    }
}

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
