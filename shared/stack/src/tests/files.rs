//! What is written, who may read it, and how it is read back.
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use super::sandbox::Sandbox;
use crate::{Stack, env, parse_env};

#[test]
fn an_env_file_is_read_back_as_it_was_written() {
    let hard = ["", "plain", "it's", "'", "a b\"c\\d$e`f", r#"{"keys":[]}"#, "ü=ß"];
    let pairs = hard.iter().enumerate().map(|(i, value)| (format!("KEY_{i}"), (*value).to_owned()));
    let written: BTreeMap<String, String> = pairs.collect();

    let text = env::format(&written);

    assert_eq!(parse_env(&text), written);
    let shell = format!("set -eu\n{text}\nprintf '%s\\n' \"$KEY_2\" \"$KEY_4\" \"$KEY_6\"");
    let output = std::process::Command::new("sh").arg("-c").arg(shell).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "it's\na b\"c\\d$e`f\nü=ß\n");
}

#[test]
fn other_forms_of_env_lines_are_read_too() {
    let read = parse_env("# note\n\nexport A=bare\n  B = x\nnot a line\nC='a'\\''b'\n");

    let expected = [("A", "bare"), ("B", " x"), ("C", "a'b")];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(read, BTreeMap::from(expected));
}

#[test]
fn nobody_else_can_read_secrets_and_nothing_prints_them() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    for name in ["env", "state.json", "jwt-key.pem", "cursor-key"] {
        assert_eq!(mode(&sandbox.stack.file(name)), 0o600, "{name}");
    }
    let servers = sandbox.stack.place.servers().unwrap();
    assert_eq!(mode(&servers), 0o700);
    let list = fs::read_to_string(servers.join("pgbouncer/userlist.txt")).unwrap();
    assert_eq!(list.lines().count(), 9, "four apps, four readers, the console");
    assert!(list.lines().all(|line| line.contains("\" \"SCRAM-SHA-256$4096:")), "verifiers only");
    let (_, _, password) = running.login(db::Domain::Finance, crate::Kind::Direct).unwrap();
    assert!(!format!("{running:?}").contains(password));
    assert_eq!(running.env.keys().filter(|name| name.contains("_DATABASE_URL")).count(), 12);
}

#[test]
fn a_stack_that_never_ran_says_so() {
    let root = std::env::temp_dir().join("aruuri-test-never");
    let stack = Stack::at(root);

    assert!(stack.running().is_none());
    assert!(stack.down().unwrap().is_empty());
    assert!(stack.purge().unwrap().is_empty());
    let status = stack.status().unwrap();
    assert_eq!((status.servers.len(), status.urls.len()), (3, 12));
    assert!(!status.is_up());
    assert_eq!(stack.signer().unwrap_err().next().as_deref(), Some("cargo aruuri up"));
}
