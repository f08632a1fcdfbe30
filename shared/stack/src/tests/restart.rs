//! Whatever happened before, `up` leaves a stack that works.
use std::{fs, net::TcpListener, os::unix::fs::MetadataExt, thread};

use super::sandbox::{Sandbox, ask};
use crate::{Kind, account, parse_env, servers::Server};

const WRITE: &str =
    "create schema if not exists kept; create table kept.facts as select 42 as fact";
const READ: &str = "select fact from kept.facts";

#[test]
fn a_second_start_changes_nothing() {
    let sandbox = Sandbox::shared();
    let (first, _) = sandbox.up();
    let before = Server::ALL.map(|server| sandbox.pid(server));

    let (second, no_steps) = sandbox.up();

    assert!(no_steps.is_empty(), "{no_steps:?}");
    assert_eq!(before, Server::ALL.map(|server| sandbox.pid(server)));
    assert_eq!(first.env, second.env);
}

#[test]
fn data_and_keys_outlive_a_stop() {
    let sandbox = Sandbox::new();
    let (before, _) = sandbox.up();
    ask(&before, Kind::Direct, WRITE).unwrap();

    let stopped = sandbox.stack.down().unwrap();
    let down = sandbox.stack.status().unwrap();
    let nothing_more = sandbox.stack.down().unwrap();
    let (after, _) = sandbox.up();

    assert_eq!(stopped, ["pgbouncer", "replica", "primary"]);
    assert!(nothing_more.is_empty());
    assert!(down.servers.iter().all(|server| !server.up && server.problem.is_some()));
    assert_eq!(before.env, after.env);
    assert_eq!(ask(&after, Kind::Read, READ).unwrap_err(), "permission denied for schema kept");
    assert_eq!(ask(&after, Kind::Direct, READ).as_deref(), Ok("42"));
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn a_port_that_was_taken_meanwhile_is_replaced() {
    let sandbox = Sandbox::new();
    let (before, _) = sandbox.up();
    sandbox.stack.down().unwrap();
    let ports = [before.ports.primary, before.ports.replica, before.ports.pooler];
    let taken = ports.map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());

    let (after, _) = sandbox.up();

    drop(taken);
    assert_ne!(before.ports.primary, after.ports.primary);
    assert_ne!(before.ports.replica, after.ports.replica);
    assert_ne!(before.ports.pooler, after.ports.pooler);
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn it_recovers_from_a_crash_whatever_the_pid_files_say_by_then() {
    let sandbox = Sandbox::new();
    let (before, _) = sandbox.up();
    ask(&before, Kind::Direct, WRITE).unwrap();
    let folder = sandbox.stack.place.servers().unwrap();
    sandbox.kill();
    let us = std::process::id();
    let postmaster = folder.join("primary/postmaster.pid");
    let text = fs::read_to_string(&postmaster).unwrap();
    let rest = text.split_once('\n').unwrap().1;
    fs::write(&postmaster, format!("{us}\n{rest}")).unwrap();
    fs::write(folder.join("pgbouncer/pgbouncer.pid"), format!("{us}\n")).unwrap();

    let (after, _) = sandbox.up();

    assert_eq!(ask(&after, Kind::Direct, READ).as_deref(), Ok("42"));
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn servers_whose_files_were_deleted_are_stopped() {
    let sandbox = Sandbox::new();
    let (before, _) = sandbox.up();
    fs::remove_dir_all(sandbox.stack.file("")).unwrap();

    let (after, _) = sandbox.up();

    let is_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let ours = [after.ports.primary, after.ports.replica, after.ports.pooler];
    let old = [before.ports.primary, before.ports.replica, before.ports.pooler];
    assert!(old.iter().all(|port| ours.contains(port) || is_free(*port)));
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn what_an_interrupted_start_left_is_replaced() {
    let sandbox = Sandbox::new();
    let (running, _) = sandbox.up();
    ask(&running, Kind::Direct, WRITE).unwrap();
    sandbox.stack.down().unwrap();
    let folder = sandbox.stack.place.servers().unwrap();
    // A copy that was being made, a replica that lost a file, an env that was never written.
    fs::create_dir(folder.join("replica.new")).unwrap();
    fs::remove_file(folder.join("replica/global/pg_control")).unwrap();
    fs::remove_file(sandbox.stack.file("env")).unwrap();

    let (after, steps) = sandbox.up();

    assert!(steps.iter().any(|step| step.contains("making a new one")), "{steps:?}");
    assert_eq!(ask(&after, Kind::Direct, READ).as_deref(), Ok("42"));
    assert!(sandbox.stack.file("env").exists());
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn a_lost_state_means_a_fresh_stack() {
    let sandbox = Sandbox::new();
    sandbox.up();
    fs::write(sandbox.stack.file("state.json"), "").unwrap();

    let (_, steps) = sandbox.up();

    assert!(steps[0].contains("starting afresh"), "{steps:?}");
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn a_forgotten_password_is_set_again() {
    let sandbox = Sandbox::new();
    let (running, _) = sandbox.up();
    ask(&running, Kind::Direct, "select 1").unwrap();
    let admin = crate::admin::wait(async {
        let state = crate::state::State::load(&sandbox.stack.place)?.unwrap();
        let trust = crate::admin::Tls::trusting(Some(&running.ca_pem))?;
        let login = crate::postgres::admin(running.ports.primary, &state);
        let client = crate::admin::log_in(login, &trust).await?;
        let sql = "alter role platform_app password 'changed by somebody'";
        client.batch_execute(sql).await.map_err(crate::Error::sql("change a password"))
    });
    admin.unwrap();

    sandbox.kill();
    sandbox.up();

    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn two_starts_at_once_make_one_stack() {
    let sandbox = Sandbox::new();

    let (one, other) = thread::scope(|scope| {
        let starts = [scope.spawn(|| sandbox.up()), scope.spawn(|| sandbox.up())];
        let [one, other] = starts.map(|start| start.join().unwrap());
        (one, other)
    });

    assert_eq!(one.0.env, other.0.env);
    assert!(sandbox.stack.status().unwrap().is_up());
}

#[test]
fn servers_run_outside_a_checkout_that_only_root_may_enter() {
    if !account::is_root() {
        eprintln!("skipped: only root has such a checkout");
        return;
    }
    let sandbox = Sandbox::with_mode(0o700);

    sandbox.up();
    let link = sandbox.stack.file("servers");
    let outside = fs::read_link(&link).unwrap();
    let meta = fs::metadata(&outside).unwrap();
    let up = sandbox.stack.status().unwrap().is_up();
    sandbox.stack.purge().unwrap();

    assert!(up);
    assert!(!outside.starts_with(sandbox.stack.root()));
    assert_eq!(meta.mode() & 0o777, 0o700);
    assert_ne!(meta.uid(), 0);
    assert!(!outside.exists(), "purge deletes it too");
}

#[tokio::test]
async fn it_may_be_called_inside_a_runtime() {
    let sandbox = Sandbox::shared();

    let (running, _) = sandbox.up();

    assert!(sandbox.stack.status().unwrap().is_up());
    let text = fs::read_to_string(sandbox.stack.file("env")).unwrap();
    assert_eq!(parse_env(&text), running.env);
}
