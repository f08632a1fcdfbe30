//! Servers of one purpose: killed, started again with what was committed, and gone with their value.
use std::{net::TcpStream, path::Path};

use super::sandbox::ask;
use crate::{Kind, Stack, Throwaway, Victim};

#[test]
fn it_survives_kill_9_with_what_was_committed_and_leaves_nothing_behind() {
    // A root of its own: the tests of this crate share no stack.
    let root = std::env::temp_dir().join(format!("aruuri-throwaway {}", std::process::id()));
    std::fs::create_dir_all(root.join(".aruuri")).unwrap();
    let mut servers = Throwaway::start(&Stack::at(&root), |_| ()).unwrap();
    let before = servers.running().unwrap();
    let write = "create schema kept; create table kept.facts as select 42 as fact";
    ask(&before, Kind::Direct, write).unwrap();

    let killed = [Victim::Postgres, Victim::Pooler].map(|victim| servers.kill(victim).unwrap());
    let gone = servers.kill(Victim::Postgres).unwrap();
    let dead = ask(&before, Kind::Pooled, "select 1");
    servers.restart(|_| ()).unwrap();
    let kept = ask(&before, Kind::Direct, "select fact from kept.facts");
    let pooled = ask(&before, Kind::Pooled, "select 7");
    let durable = ask(&before, Kind::Direct, "show fsync");
    let folder = servers.folder().to_owned();
    drop(servers);

    assert_eq!((killed, gone), ([true, true], false));
    assert!(dead.is_err(), "{dead:?}");
    assert_eq!(
        (kept.as_deref(), pooled.as_deref(), durable.as_deref()),
        (Ok("42"), Ok("7"), Ok("on"))
    );
    assert!(!Path::new(&folder).exists());
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn a_process_that_is_told_to_end_removes_what_it_has_made() {
    let root = std::env::temp_dir().join(format!("aruuri-throwaway-end {}", std::process::id()));
    std::fs::create_dir_all(root.join(".aruuri")).unwrap();
    let stack = Stack::at(&root);
    let servers = Throwaway::start(&stack, |_| ()).unwrap();
    let (running, folder) = (servers.running().unwrap(), servers.folder().to_owned());
    ask(&running, Kind::Direct, "select 1").unwrap();
    // As in a process that a signal ends: nothing is dropped.
    std::mem::forget(servers);

    Throwaway::remove_own(&stack).unwrap();

    assert!(TcpStream::connect(("127.0.0.1", running.ports.primary)).is_err());
    assert!(!Path::new(&folder).exists());
    std::fs::remove_dir_all(&root).unwrap();
}
