//! A machine without PgBouncer.
use std::process::Command;

use db::Domain;

use super::sandbox::Sandbox;
use crate::{Kind, ensure_up};

#[test]
fn tests_can_do_without_pgbouncer_but_ci_cannot() {
    let sandbox = Sandbox::new();
    let run = |ci: &str| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "tests::pooler::without_pgbouncer", "--ignored", "--nocapture"]);
        child.env("ARUURI_ROOT", sandbox.stack.root()).env("CI", ci);
        child.env("ARUURI_PGBOUNCER_BIN", "/nonexistent/pgbouncer");
        let output = child.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };

    let (passed_in_ci, in_ci) = run("true");
    let (passed_here, here) = run("");

    assert!(!passed_in_ci, "{in_ci}");
    assert!(in_ci.contains("PgBouncer"), "{in_ci}");
    assert!(passed_here, "{here}");
    assert!(here.contains("WARNING: PgBouncer is not installed"), "{here}");
}

#[test]
#[ignore = "run by the test above, in an environment of its own"]
fn without_pgbouncer() {
    let running = ensure_up().unwrap();

    assert!(!running.has_pooler());
    assert_eq!(running.url(Domain::Finance, Kind::Pooled, "finance"), None);
    assert!(running.url(Domain::Finance, Kind::Read, "finance").is_some());
    assert_eq!(running.env.keys().filter(|name| name.contains("_DATABASE_URL")).count(), 8);
}
