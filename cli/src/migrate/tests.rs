//! The daily work on a schema, from an edit to a database, on files of its own.
use std::{fs, path::PathBuf, sync::atomic::AtomicU32, sync::atomic::Ordering};

use db::Domain;
use migrate::{Directory, plan::Options, proof};
use stack::{Kind, Running};
use testdb::Database;

use super::{checkout::Checkout, diff::diff, drift::drift, target, verify::prove};
use crate::{
    failure::{Exit, Failure},
    output::{Format, Output},
};

const FIRST: &str = "\
create schema app;

create table app.notes (
  id integer not null,
  title text not null,
  body text,
  constraint notes_pkey primary key (id)
);
";

/// A checkout with a schema and no migrations, deleted at the end.
struct Files {
    root: PathBuf,
    running: Running,
    out: Output,
}

impl Files {
    async fn new() -> Files {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let running = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("aruuri-files-{}-{number}", std::process::id()));
        fs::create_dir_all(root.join("schema/content")).unwrap();
        fs::create_dir_all(root.join("migrations/content")).unwrap();
        let files = Files { root, running, out: Output::new(Format::Table, true, 0) };
        files.schema(FIRST);
        let first = files.diff("first", &Options::default()).await.unwrap();
        assert_eq!(first.len(), 1);
        files
    }

    fn schema(&self, sql: &str) {
        fs::write(self.root.join("schema/content/10_notes.sql"), sql).unwrap();
    }

    fn folder(&self) -> PathBuf {
        super::folder(&self.root, Domain::Content)
    }

    fn read(&self) -> Result<Checkout<'_>, Failure> {
        Checkout::read(&self.root, &self.running, Domain::Content)
    }

    /// The files that are written; none when nothing differs.
    async fn diff(&self, name: &str, options: &Options) -> Result<Vec<String>, Failure> {
        let row = diff(&self.root, &self.read()?, name, options, &self.out).await?;
        assert_eq!(row.in_sync, row.files.is_empty());
        assert_eq!(row.findings.len(), 0, "{:?}", row.findings);
        Ok(row.files)
    }

    /// What the proof finds.
    async fn verify(&self) -> Result<Vec<String>, Failure> {
        let checkout = self.read()?;
        let first = proof::newest(&checkout.directory);
        let proof = prove(&checkout, first, &self.out).await?;
        Ok(proof.findings.iter().map(ToString::to_string).collect())
    }

    /// The last migration.
    fn last(&self) -> PathBuf {
        let directory = Directory::read(self.folder()).unwrap();
        self.folder().join(directory.files().last().unwrap().name())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_the_schema_becomes_a_migration_that_is_proven_and_applied() {
    let files = Files::new().await;
    files.schema(&format!(
        "{}create index notes_author_idx on app.notes (author);\n\
         create view app.titles as select id, title from app.notes;\n",
        FIRST.replace("  body text,\n", "  body text,\n  author text,\n")
    ));

    let written = files.diff("add_author", &Options::default()).await.unwrap();
    let proven = files.verify().await.unwrap();
    let again = files.diff("nothing", &Options::default()).await.unwrap();

    let sql = fs::read_to_string(files.last()).unwrap();
    assert_eq!(written.len(), 1);
    for part in ["add column author", "create index notes_author_idx", "create view app.titles"] {
        assert!(sql.contains(part), "{sql}");
    }
    assert_eq!(proven, Vec::<String>::new());
    assert_eq!(again, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_is_taken_out_is_missed_and_a_flipped_byte_is_refused() {
    let files = Files::new().await;
    files.schema(
        &FIRST.replace("  body text,\n", "  body text,\n  author text,\n  seen boolean,\n"),
    );
    files.diff("add_two", &Options::default()).await.unwrap();
    let (path, whole) = (files.last(), fs::read_to_string(files.last()).unwrap());
    let without: Vec<&str> =
        whole.lines().filter(|line| !line.contains("add column seen")).collect();
    fs::write(&path, without.join("\n") + "\n").unwrap();

    let changed = files.verify().await.unwrap_err();
    migrate::hash(files.folder()).unwrap();
    let missed = files.verify().await.unwrap();
    fs::write(&path, whole.replace("seen", "sean")).unwrap();
    let flipped = files.verify().await.unwrap_err();

    assert_eq!((changed.exit(), flipped.exit()), (Exit::Checksum, Exit::Checksum));
    assert!(flipped.text().contains("was edited"), "{}", flipped.text());
    assert_eq!(missed, ["column app.notes.seen is in the schema, but no migration makes it"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_loses_data_is_written_only_when_it_may_and_then_says_so() {
    let files = Files::new().await;
    files.schema(&FIRST.replace("  body text,\n", ""));

    let refused = files.diff("drop_body", &Options::default()).await.unwrap_err();
    let before = Directory::read(files.folder()).unwrap().files().len();
    let allow = Options { allow_drop: true, ..Options::default() };
    let written = files.diff("drop_body", &allow).await.unwrap();
    let proven = files.verify().await.unwrap();

    assert_eq!((refused.exit(), before, written.len()), (Exit::Drift, 1, 1));
    assert!(refused.text().contains("--allow-drop"), "{}", refused.text());
    let sql = fs::read_to_string(files.last()).unwrap();
    assert!(sql.starts_with("-- aruuri:allow-loss app.notes.body "), "{sql}");
    assert_eq!(proven, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_rows_cannot_have_is_written_to_be_completed_by_hand() {
    let files = Files::new().await;
    files.schema(&FIRST.replace("  body text,\n", "  body text,\n  author text not null,\n"));

    let checkout = files.read().unwrap();
    let row = diff(&files.root, &checkout, "add_author", &Options::default(), &files.out).await;
    let row = row.unwrap();
    let backfilled = "alter table app.notes add column author text;\n\
        update app.notes set author = 'nobody';\n\
        alter table app.notes alter column author set not null;\n";
    fs::write(files.last(), backfilled).unwrap();
    migrate::hash(files.folder()).unwrap();

    assert_eq!((row.files.len(), row.findings.len()), (1, 1));
    assert!(row.findings[0].to_string().contains("cannot be applied where tables have rows"));
    assert_eq!(files.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_was_added_by_hand_is_named() {
    let files = Files::new().await;
    let database = Database::empty(Domain::Content).await;
    let mut owner = database.owner().await;
    let directory = Directory::read(files.folder()).unwrap();
    migrate::apply(&mut owner, &directory).await.unwrap();
    let url = database.url(Kind::Direct);
    let target = target::Database::find(Domain::Content, url.as_deref(), |_| None).unwrap();

    let none = drift(&files.running, &target, &directory).await.unwrap();
    owner.batch_execute("alter table app.notes add column note text").await.unwrap();
    let one = drift(&files.running, &target, &directory).await.unwrap();

    assert_eq!(none.drift.len(), 0, "{:?}", none.drift);
    let sentences: Vec<_> = one.drift.iter().map(|entry| entry.sentence.as_str()).collect();
    assert_eq!(sentences, ["column app.notes.note: added by hand"]);
}
