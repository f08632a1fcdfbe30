//! The command line in a process of its own, on a checkout of its own: what it ends with.
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use clap::Parser;
use db::Domain;
use serde_json::Value;
use stack::Kind;
use testdb::Database;

use super::{connect, url};
use crate::Cli;

const ARGUMENTS: &str = "ARUURI_TEST_ARGUMENTS";
const NAME: &str = "tests::migrate::command::a_command_line_of_its_own";

/// Not a test: what the others run as a process of its own.
#[test]
fn a_command_line_of_its_own() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
    let arguments: Vec<String> = serde_json::from_str(&arguments).unwrap();
    let cli = Cli::parse_from(arguments);
    let out = crate::output::Output::new(cli.global.output, false, cli.global.verbose);
    let code = match crate::run(cli.command, &out) {
        Ok(exit) => exit.code(),
        Err(failure) => {
            failure.print(&out);
            failure.exit().code()
        }
    };
    std::process::exit(code.into());
}

/// A checkout with nothing but migrations of one domain.
struct Checkout {
    root: PathBuf,
    url: String,
}

/// How a command ended: exit code, stdout, stderr.
struct Ended(i32, String, String);

impl Checkout {
    fn new(url: String, files: &[(&str, &str)]) -> Checkout {
        let root = std::env::temp_dir().join(format!("aruuri-cli-{}", uuid::Uuid::new_v4()));
        for domain in Domain::ALL {
            fs::create_dir_all(root.join("migrations").join(domain.name())).unwrap();
        }
        let checkout = Checkout { root, url };
        for (name, text) in files {
            fs::write(checkout.path(name), text).unwrap();
        }
        checkout.run(&["hash"]).is(0);
        checkout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join("migrations/content").join(name)
    }

    /// `aruuri migrate <words> --domain content`.
    fn run(&self, words: &[&str]) -> Ended {
        let mut arguments = vec!["aruuri", "migrate"];
        arguments.extend(words);
        arguments.extend(["--domain", "content"]);
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture", "--quiet"])
            .env(ARGUMENTS, serde_json::to_string(&arguments).unwrap())
            .env("ARUURI_ROOT", &self.root)
            .env("ARUURI_CONTENT_DATABASE_URL", &self.url)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let Output { status, stdout, stderr } = output;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended(status.code().unwrap(), text(stdout), text(stderr))
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Ended {
    fn is(self, code: i32) -> Ended {
        assert_eq!(self.0, code, "{}\n{}", self.1, self.2);
        self
    }

    fn says(self, words: &[&str]) -> Ended {
        for word in words {
            assert!(self.2.contains(word), "no `{word}` in\n{}", self.2);
        }
        self
    }

    /// The JSON document behind what the harness of tests writes.
    fn json(&self) -> Value {
        let start = self.1.find('{').unwrap();
        serde_json::from_str(&self.1[start..]).unwrap()
    }
}

const TABLE: (&str, &str) = ("1_table.sql", "create schema a;\ncreate table a.t (n int);\n");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_codes_say_what_was_found() {
    let database = Database::empty(Domain::Content).await;
    let checkout = Checkout::new(url(&database), &[TABLE]);

    checkout.run(&["status"]).is(0);
    checkout.run(&["status", "--exit-code"]).is(5);
    checkout.run(&["apply", "--dry-run"]).is(0);
    checkout.run(&["apply", "--to", "7"]).is(2).says(&["no file has version 7", "status -v"]);
    let applied = checkout.run(&["apply", "-o", "json"]).is(0).json();
    assert_eq!(applied["domains"][0]["applied"][0]["file"], TABLE.0);
    checkout.run(&["status", "--exit-code"]).is(0);

    // A byte flipped, then hashed away, then mended.
    fs::write(checkout.path(TABLE.0), TABLE.1.replace("int", "Int")).unwrap();
    checkout.run(&["validate"]).is(4).says(&["1_table.sql was edited", "migrate hash"]);
    checkout.run(&["apply"]).is(4);
    checkout.run(&["hash"]).is(0);
    checkout.run(&["validate"]).is(0);
    checkout.run(&["apply"]).is(4).says(&["changed after it was applied", "git log"]);
    fs::write(checkout.path(TABLE.0), TABLE.1.replace('\n', "\r\n")).unwrap();
    checkout.run(&["validate"]).is(4).says(&["CRLF", ".gitattributes"]);
    checkout.run(&["hash"]).is(4);
    fs::write(checkout.path(TABLE.0), TABLE.1).unwrap();
    checkout.run(&["hash"]).is(0);

    // A gap in the order.
    fs::write(checkout.path("0_late.sql"), "select 1;\n").unwrap();
    checkout.run(&["validate"]).is(4).says(&["0_late.sql was added"]);
    checkout.run(&["hash"]).is(0);
    checkout.run(&["apply"]).is(3).says(&["0_late.sql is older than 1", "migrate rebase"]);
    fs::remove_file(checkout.path("0_late.sql")).unwrap();
    checkout.run(&["validate"]).is(4).says(&["0_late.sql was removed"]);
    checkout.run(&["hash"]).is(0);

    // A newer database than the files.
    let both = [("2_b.sql", "create schema b;\n")];
    fs::write(checkout.path(both[0].0), both[0].1).unwrap();
    checkout.run(&["hash"]).is(0);
    checkout.run(&["apply"]).is(0);
    fs::remove_file(checkout.path(both[0].0)).unwrap();
    checkout.run(&["hash"]).is(0);
    let ahead = checkout.run(&["apply", "-o", "json"]).is(0).json();
    assert_eq!(
        (&ahead["domains"][0]["ahead"], &ahead["domains"][0]["pending"]),
        (&Value::Bool(true), &0.into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_says_where_and_what_next() {
    let database = Database::empty(Domain::Content).await;
    let bad = ("2_bad.sql", "insert into a.t values (1);\n\nselect ü, nothing\n  from a.t;\n");
    let checkout = Checkout::new(url(&database), &[TABLE, bad]);

    checkout.run(&["apply"]).is(1).says(&[
        "content: 2_bad.sql:3:8: statement 2 failed: select ü, nothing from a.t;",
        "column \"ü\" does not exist",
        &format!("{} on 127.0.0.1", database.name),
        "cargo aruuri migrate hash --domain content",
    ]);
    let json = checkout.run(&["apply", "-o", "json"]).is(1);
    let problem: Value =
        serde_json::from_str(json.2.lines().rfind(|l| l.starts_with('{')).unwrap()).unwrap();
    assert_eq!(
        (&problem["exit_code"], &problem["type"]),
        (&1.into(), &"urn:aruuri:failure:failure".into())
    );

    let holder = connect(&url(&database)).await;
    holder.batch_execute(&format!("select pg_advisory_lock({})", migrate::LOCK)).await.unwrap();
    checkout
        .run(&["apply", "--lock-timeout", "1s"])
        .is(8)
        .says(&["held the lock", "--lock-timeout"]);
    drop(holder);

    let unreachable =
        Checkout { root: checkout.root.clone(), url: "postgres://u:hunter2@127.0.0.1:1/d".into() };
    let ended = unreachable.run(&["apply"]).is(1).says(&["cannot log in"]);
    assert!(!ended.2.contains("hunter2"), "{}", ended.2);
    std::mem::forget(unreachable);
    if let Some(pooled) = database.url(Kind::Pooled) {
        checkout.run(&["apply", "--url", &pooled]).is(2).says(&["pooler", "direct URL"]);
    }
    let app = database.url(Kind::App).unwrap();
    checkout
        .run(&["apply", "--url", &app])
        .is(1)
        .says(&["content_app may not act as content_owner"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_resolves_sets_and_marks() {
    let database = Database::empty(Domain::Content).await;
    let rows = ("2_rows.sql", "-- atlas:txmode none\n\ninsert into a.t values (1);\n");
    let checkout = Checkout::new(url(&database), &[TABLE, rows]);
    checkout.run(&["apply", "--to", "1", "--mark", "staging"]).is(0);
    let session = connect(&url(&database)).await;
    let begun = "insert into atlas_schema_revisions.atlas_schema_revisions
        (version, description, applied, total, executed_at, execution_time, hash, operator_version)
        values ('2', 'rows', 0, 1, now(), 0, 'x', 'killed')";
    session.batch_execute(begun).await.unwrap();

    checkout.run(&["status", "--exit-code"]).is(6);
    checkout.run(&["apply"]).is(6).says(&["migrate resolve 2"]);
    checkout.run(&["resolve", "2"]).is(2);
    let named = ["--confirm", &database.name];
    checkout.run(&["resolve", "2", "--applied"]).is(2).says(&["marked staging", "--confirm"]);
    checkout.run(&["resolve", "2", "--applied", named[0], named[1]]).is(0);
    checkout
        .run(&["resolve", "2", "--retry", named[0], named[1]])
        .is(2)
        .says(&["nothing to resolve"]);
    checkout.run(&["apply"]).is(0);
    checkout.run(&["set", "1", named[0], "other"]).is(2);
    checkout.run(&["set", "1", named[0], named[1]]).is(0);
    checkout.run(&["mark", "production", named[0], named[1]]).is(0);
    checkout.run(&["set", "2", named[0], named[1]]).is(2).says(&["never done"]);
    checkout.run(&["mark", "local"]).is(2);
    let mark = checkout.run(&["mark", "-o", "json"]).is(0).json();
    assert_eq!(mark["domains"][0]["environment"], "production");
}

#[test]
fn a_merge_conflict_ends_with_a_rebase() {
    let checkout = Checkout::new(String::new(), &[("20250101000000_old.sql", "select 1;\n")]);
    let git = |words: &[&str]| git(&checkout.root, words);
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "old"]);
    git(&["checkout", "-qb", "mine"]);
    fs::write(checkout.path("20250102000000_mine.sql"), "select 2;\n").unwrap();
    checkout.run(&["hash"]).is(0);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "mine"]);
    git(&["checkout", "-q", "main"]);
    fs::write(checkout.path("20250103000000_theirs.sql"), "select 3;\n").unwrap();
    checkout.run(&["hash"]).is(0);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "theirs"]);
    git(&["checkout", "-q", "mine"]);
    assert!(!git(&["merge", "-q", "main"]), "two branches that both added a file conflict");

    checkout.run(&["validate"]).is(4);
    let renamed = checkout.run(&["rebase", "-o", "json"]).is(0).json();
    checkout.run(&["validate"]).is(0);
    let again = checkout.run(&["rebase", "-o", "json"]).is(0).json();
    checkout.run(&["rebase", "--base", "nowhere"]).is(1).says(&["no such revision"]);

    let row = &renamed["renamed"][0];
    assert_eq!(row["from"], "20250102000000_mine.sql");
    assert!(checkout.path(row["to"].as_str().unwrap()).exists());
    assert!(!checkout.path("20250102000000_mine.sql").exists());
    assert_eq!(again["renamed"].as_array().unwrap().len(), 0);
}

fn git(root: &Path, words: &[&str]) -> bool {
    let who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(who).args(words);
    git.output().unwrap().status.success()
}

#[test]
fn a_new_file_is_empty_sealed_and_last() {
    let checkout = Checkout::new(String::new(), &[TABLE]);

    let first = checkout.run(&["new", "add_note", "-o", "json"]).is(0).json();
    let second = checkout.run(&["new", "add_more", "-o", "json"]).is(0).json();
    checkout.run(&["new", "Add note"]).is(2);
    checkout.run(&["validate"]).is(0);

    let name = |answer: &Value| answer["file"].as_str().unwrap().to_owned();
    assert!(name(&first).ends_with("_add_note.sql") && name(&first) < name(&second));
}
