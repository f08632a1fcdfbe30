//! kill -9 of a runner that is a process of its own: what it leaves, and how the next one goes on.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use db::Url;
use tokio_postgres::Client;

use super::support::{Database, directory, value, values};
use crate::{Directory, Error, Resolution, apply, apply_with, resolve};

const URL: &str = "ARUURI_TEST_MIGRATE_URL";
const FILES: &str = "ARUURI_TEST_MIGRATE_FILES";
const REVISIONS: &str = "atlas_schema_revisions.atlas_schema_revisions";

/// Not a test: what the others start as a process of its own.
#[tokio::test]
async fn a_runner_of_its_own() {
    let (Ok(url), Ok(files)) = (std::env::var(URL), std::env::var(FILES)) else { return };
    let mut client = crate::connect(&Url::direct(URL, url)).await.unwrap();
    apply(&mut client, &Directory::read(files).unwrap()).await.unwrap();
}

/// A database, and a folder with the files that a process can read.
struct Scene {
    database: Database,
    folder: PathBuf,
    watcher: Client,
}

impl Scene {
    async fn new(files: &[(&str, &str)]) -> Scene {
        let database = Database::empty("content").await;
        let folder = std::env::temp_dir().join(format!("aruuri-killed-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(name), text).unwrap();
        }
        crate::hash(&folder).unwrap();
        let watcher = database.superuser().await;
        Scene { database, folder, watcher }
    }

    fn directory(&self) -> Directory {
        Directory::read(&self.folder).unwrap()
    }

    fn start(&self) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::killed::a_runner_of_its_own", "--nocapture"])
            .env(URL, self.database.url())
            .env(FILES, &self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// A transaction that stands in the way of somebody.
    async fn block(&self, sql: &str) -> Client {
        let blocker = self.database.superuser().await;
        blocker.batch_execute(&format!("begin; {sql}")).await.unwrap();
        blocker
    }

    /// Waits until the runner waits for a lock within such a statement.
    async fn until_blocked_in(&self, statement: &str, runner: &mut Child) {
        let sql = format!(
            "select exists (select from pg_stat_activity
               where datname = current_database() and application_name = 'aruuri migrate'
                 and wait_event_type = 'Lock' and query ilike '%{}%')",
            statement.replace('\'', "''")
        );
        while !value::<bool>(&self.watcher, &sql).await {
            assert!(runner.try_wait().unwrap().is_none(), "the runner ended before {statement}");
            tokio::task::yield_now().await;
        }
    }

    /// Kills the runner and waits until the server has noticed by itself.
    async fn kill(&self, mut runner: Child) {
        runner.kill().unwrap();
        runner.wait().unwrap();
        let sql = "select exists (select from pg_stat_activity
            where datname = current_database() and application_name = 'aruuri migrate')";
        while value::<bool>(&self.watcher, sql).await {
            tokio::task::yield_now().await;
        }
    }

    /// Kills a runner that waits behind `blocker` in a statement, before it took effect.
    async fn kill_in(&self, statement: &str, blocker: &str) {
        let blocker = self.block(blocker).await;
        let mut runner = self.start();
        self.until_blocked_in(statement, &mut runner).await;
        self.kill(runner).await;
        blocker.batch_execute("rollback").await.unwrap();
    }

    /// Kills a runner after the statement took effect, before its revision could say so.
    async fn kill_after(&self, statement: &str, blocker: &str) {
        let blocker = self.block(blocker).await;
        let mut runner = self.start();
        self.until_blocked_in(statement, &mut runner).await;
        let revisions = self.block(&format!("lock table {REVISIONS} in share mode")).await;
        blocker.batch_execute("rollback").await.unwrap();
        self.until_blocked_in("insert into atlas_schema_revisions", &mut runner).await;
        self.kill(runner).await;
        revisions.batch_execute("rollback").await.unwrap();
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_runner_killed_at_every_statement_of_a_file_without_transaction_goes_on() {
    let base = "
        create schema a;
        create table a.t (n int, m int);
        alter table a.t add constraint t_m_positive check (m > 0) not valid;
        create index t_old on a.t (m);
        create type a.mood as enum ('bad');";
    let statements = [
        // Waited for at the end of the build only, so that dropping what the run before left is not in the way.
        (
            "create index concurrently t_n on a.t (n)",
            "set transaction isolation level repeatable read; select from pg_class",
        ),
        ("alter type a.mood add value 'good'", "alter type a.mood add value 'other'"),
        (
            "alter table a.t validate constraint t_m_positive",
            "lock table a.t in share update exclusive mode",
        ),
        ("drop index concurrently a.t_old", "select from a.t"),
    ];
    let mut none = String::from("-- atlas:txmode none\n\n");
    for (statement, _) in statements {
        none.push_str(&format!("{statement};\n"));
    }
    let scene = Scene::new(&[("1_base.sql", base), ("2_none.sql", &none)]).await;
    let mut owner = scene.database.owner().await;
    apply(&mut owner, &directory(&[("1_base.sql", base)])).await.unwrap();
    let invalid = "select count(*) from pg_index where not indisvalid";

    for (number, (statement, blocker)) in statements.into_iter().enumerate() {
        scene.kill_in(statement, blocker).await;
        let broken: i64 = value(&owner, invalid).await;
        // Both forms of `concurrently` leave an index that is not valid when they are cut off.
        assert_eq!(broken, i64::from(statement.contains("concurrently")), "{statement}");
        scene.kill_after(statement, blocker).await;
        let applied = format!("select applied from {REVISIONS} where version = '2'");
        assert_eq!(value::<i64>(&owner, &applied).await, i64::try_from(number).unwrap());
    }
    let mut told = Vec::new();
    let report =
        apply_with(&mut owner, &scene.directory(), &crate::Options::default(), &mut |step| {
            if let crate::Step::Recovers { statement, how, .. } = step {
                told.push((statement, how));
            }
        })
        .await
        .unwrap();

    assert_eq!(told, [(4, "it had taken effect")]);
    assert_eq!((report.applied.len(), report.pending), (1, 0));
    assert_eq!(value::<i64>(&owner, invalid).await, 0);
    let indexes =
        "select indexrelid::regclass::text from pg_index where indrelid = 'a.t'::regclass";
    assert_eq!(values::<String>(&owner, indexes).await, ["a.t_n"]);
    assert_eq!(
        value::<String>(&owner, "select enum_range(null::a.mood)::text").await,
        "{bad,good}"
    );
}

#[tokio::test]
async fn a_runner_killed_anywhere_in_a_transaction_file_leaves_nothing() {
    let base = "
        create schema a;
        create table a.one (n int);
        create table a.two (n int);
        create table a.three (n int);
        create function a.late() returns trigger language plpgsql as
          $$ begin insert into a.three values (1); return null; end $$;
        create constraint trigger late after insert on a.one deferrable initially deferred
          for each row execute function a.late();";
    let file = "insert into a.one values (1);\nalter table a.two add m int;\n";
    let scene = Scene::new(&[("1_base.sql", base), ("2_file.sql", file)]).await;
    let mut owner = scene.database.owner().await;
    apply(&mut owner, &directory(&[("1_base.sql", base)])).await.unwrap();
    let points = [
        ("insert into a.one", "lock table a.one in share mode".to_owned()),
        ("alter table a.two", "lock table a.two in share mode".to_owned()),
        ("insert into atlas_schema_revisions", format!("lock table {REVISIONS} in share mode")),
        ("commit", "lock table a.three in share mode".to_owned()),
    ];

    for (statement, blocker) in points {
        scene.kill_in(statement, &blocker).await;

        let left = "select (select count(*) from a.one) + (select count(*) from pg_attribute
            where attrelid = 'a.two'::regclass and attname = 'm')";
        assert_eq!(value::<i64>(&owner, left).await, 0, "{statement}");
        let versions = format!("select version from {REVISIONS}");
        assert_eq!(values::<String>(&owner, &versions).await, ["1"], "{statement}");
    }
    let report = apply(&mut owner, &scene.directory()).await.unwrap();

    assert_eq!(report.applied.len(), 1);
    assert_eq!(value::<i64>(&owner, "select count(*) from a.three").await, 1);
}

#[tokio::test]
async fn what_the_catalogue_cannot_show_is_decided_by_a_person() {
    let base = "create schema a; create table a.t (n int);";
    let rows = |n: u8| format!("-- atlas:txmode none\n\ninsert into a.t values ({n});\n");
    let (two, three) = (rows(2), rows(3));
    let scene =
        Scene::new(&[("1_base.sql", base), ("2_rows.sql", &two), ("3_rows.sql", &three)]).await;
    let mut owner = scene.database.owner().await;
    let files = scene.directory();
    let options = crate::Options::default();
    let to_two = crate::Options { to: Some("2".to_owned()), ..crate::Options::default() };
    apply(&mut owner, &directory(&[("1_base.sql", base)])).await.unwrap();

    scene.kill_in("insert into a.t values (2)", "lock table a.t in share mode").await;
    let dirty = apply(&mut owner, &files).await.unwrap_err();
    let state = crate::status(&owner, &files).await.unwrap();
    let retried = resolve(&mut owner, &files, "2", Resolution::Retry, &options).await.unwrap();
    apply_with(&mut owner, &files, &to_two, &mut |_| ()).await.unwrap();
    scene.kill_in("insert into a.t values (3)", "lock table a.t in share mode").await;
    let applied = resolve(&mut owner, &files, "3", Resolution::Applied, &options).await.unwrap();
    let again = resolve(&mut owner, &files, "3", Resolution::Applied, &options).await.unwrap_err();
    let report = apply(&mut owner, &files).await.unwrap();

    assert!(
        matches!(&dirty, Error::Dirty { version, statement: 1, .. } if version == "2"),
        "{dirty:?}"
    );
    assert!(dirty.to_string().contains("migrate resolve 2"), "{dirty}");
    assert!(matches!(state.fault, Some(Error::Dirty { .. })), "{state:?}");
    assert_eq!((retried, applied), ((0, 1), (1, 1)));
    assert!(matches!(again, Error::NothingToResolve { .. }), "{again:?}");
    assert_eq!((report.applied.len(), report.pending), (0, 0));
    // The second was declared to have run; nobody ran it.
    assert_eq!(values::<i32>(&owner, "select n from a.t").await, [2]);
}

#[tokio::test]
async fn two_processes_at_once_build_an_index_without_a_deadlock() {
    let base = "create schema a; create table a.t (n int);";
    let index = "-- atlas:txmode none\n\ncreate index concurrently t_n on a.t (n);\n";
    let scene = Scene::new(&[("1_base.sql", base), ("2_index.sql", index)]).await;

    let runners = [scene.start(), scene.start(), scene.start()];

    for mut runner in runners {
        assert!(
            tokio::task::spawn_blocking(move || runner.wait().unwrap()).await.unwrap().success()
        );
    }
    let valid = "select count(*) from pg_index where indrelid = 'a.t'::regclass and indisvalid";
    assert_eq!(value::<i64>(&scene.watcher, valid).await, 1);
}
