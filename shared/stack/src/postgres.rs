//! The primary and its streaming hot standby.
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tokio_postgres::Client;

use crate::{
    Error,
    admin::{Login, Tls, log_in, value, wait},
    place::write_for,
    process,
    programs::Postgres,
    servers::{self, Server, Servers},
    state::{ADMIN, REPLICATOR, State},
};

/// How long a live server may take to accept a connection, after a crash for instance.
const RECOVERY: Duration = Duration::from_secs(20);
/// How long a replica may take to stream before it is started again.
const CATCH_UP: Duration = Duration::from_secs(8);

/// What a stack for daily work gains its speed by.
const FOR_DEVELOPMENT: &str = "\
# FOR DEVELOPMENT ONLY: data is lost when the machine (not the server) crashes. Never copy these to a real server.
fsync = off
full_page_writes = off
# Not synchronous_commit = off: without fsync it gains little, and the replica would lag behind.
# END OF DEVELOPMENT ONLY
";

/// Makes sure that the primary runs and answers.
pub(crate) fn ensure_primary(
    servers: &Servers,
    programs: &Postgres,
    state: &mut State,
    tls: &Tls,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let server = Server::Primary;
    if servers::find(&servers.folder, server).is_some() {
        if answers(state.ports.primary, state, tls, RECOVERY) {
            return Ok(());
        }
        progress("the primary does not answer: stopping it");
        servers::stop(&servers.folder, server)?;
    }
    if !servers.data(server).join("PG_VERSION").exists() {
        progress("creating the databases' folder");
        create_primary(servers, programs, state)?;
    }
    progress("starting the primary");
    let configure = |port| configure(servers, server, port, "");
    state.ports.primary = start(servers, programs, server, state.ports.primary, configure)?;
    if answers(state.ports.primary, state, tls, RECOVERY) {
        return Ok(());
    }
    Err(servers.start_error(server, 0, "it does not answer"))
}

/// Makes sure that the replica runs and streams.
pub(crate) fn ensure_replica(
    servers: &Servers,
    programs: &Postgres,
    state: &mut State,
    tls: &Tls,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let server = Server::Replica;
    if servers::find(&servers.folder, server).is_some() && streams(state, tls, CATCH_UP)? {
        return Ok(());
    }
    for attempt in 0..2 {
        servers::stop(&servers.folder, server)?;
        if !servers.data(server).join("PG_VERSION").exists() {
            progress("copying the primary to the replica");
            create_replica(servers, programs, state, tls)?;
        }
        progress("starting the replica");
        let upstream = upstream(servers, state);
        let configure = |port| configure(servers, server, port, &upstream);
        match start(servers, programs, server, state.ports.replica, configure) {
            Ok(port) => {
                state.ports.replica = port;
                if streams(state, tls, CATCH_UP)? {
                    return Ok(());
                }
            }
            Err(error) if attempt > 0 => return Err(error),
            Err(_) => {}
        }
        if attempt == 0 {
            progress("the replica cannot follow: making a new one");
            servers::stop(&servers.folder, server)?;
            let data = servers.data(server);
            fs::remove_dir_all(&data).map_err(Error::io("delete", data))?;
        }
    }
    Err(servers.start_error(server, 0, "it does not stream from the primary"))
}

/// Waits until the replica has everything the primary had when this was called.
pub(crate) fn catch_up(state: &State, tls: &Tls) -> Result<(), Error> {
    let failed = || Error::sql("compare primary and replica");
    wait(async {
        let primary = log_in(admin(state.ports.primary, state), tls).await?;
        let now = value(&primary, "select pg_current_wal_lsn()").await.map_err(failed())?;
        let behind = format!(
            "select 1 from pg_stat_replication where application_name = 'replica' and replay_lsn >= '{}'",
            now.unwrap_or_default()
        );
        let until = Instant::now() + CATCH_UP;
        while value(&primary, &behind).await.map_err(failed())?.is_none() {
            if Instant::now() > until {
                return Err(Error::Silent { what: "the replica, asked to catch up,".to_owned() });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    })
}

fn create_primary(servers: &Servers, programs: &Postgres, state: &State) -> Result<(), Error> {
    let data = servers.data(Server::Primary);
    let new = fresh(&data)?;
    let secret = servers.folder.join("password");
    write_for(&secret, 0o600, state.password(ADMIN), Some(servers.account))?;
    let locale = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };
    let mut initdb = servers.account.command(&programs.program("initdb"), &servers.folder);
    initdb.arg("--pgdata").arg(&new).arg("--pwfile").arg(&secret).args([
        "--username",
        ADMIN,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale",
        locale,
        "--no-sync",
        "--no-instructions",
    ]);
    let made = run(&mut initdb, "initdb");
    remove(&secret)?;
    made?;
    fs::rename(&new, &data).map_err(Error::io("rename", new))
}

fn create_replica(
    servers: &Servers,
    programs: &Postgres,
    state: &State,
    tls: &Tls,
) -> Result<(), Error> {
    let data = servers.data(Server::Replica);
    let new = fresh(&data)?;
    wait(async {
        let primary = log_in(admin(state.ports.primary, state), tls).await?;
        // A slot keeps what its replica has not read; a new copy needs a new one.
        let slot = "select pg_terminate_backend(active_pid) from pg_replication_slots
                    where slot_name = 'replica' and active_pid is not null;
                    select pg_drop_replication_slot(slot_name) from pg_replication_slots
                    where slot_name = 'replica';
                    select pg_create_physical_replication_slot('replica', true)";
        let until = Instant::now() + CATCH_UP;
        loop {
            match primary.batch_execute(slot).await {
                // 55006: the old replica's sender has not ended yet.
                Err(error) if code(&error) == Some("55006") && Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                result => return result.map_err(Error::sql("make a replication slot")),
            }
        }
    })?;
    copy_primary(servers, programs, state, &new, &[])?;
    write_for(&new.join("standby.signal"), 0o600, "", Some(servers.account))?;
    fs::rename(&new, &data).map_err(Error::io("rename", new))
}

/// Copies the primary into a folder, with what of its log the copy needs to be whole.
fn copy_primary(
    servers: &Servers,
    programs: &Postgres,
    state: &State,
    new: &Path,
    more: &[&str],
) -> Result<(), Error> {
    let mut copy = servers.account.command(&programs.program("pg_basebackup"), &servers.folder);
    copy.env("PGPASSWORD", state.password(REPLICATOR)).arg("--dbname").arg(format!(
        "host=127.0.0.1 port={} user={REPLICATOR} {}",
        state.ports.primary,
        trust(servers)
    ));
    copy.arg("--pgdata").arg(new).args(["--wal-method=stream", "--checkpoint=fast", "--no-sync"]);
    run(copy.args(more), "pg_basebackup")
}

/// Backs the primary up in the replica's place, and has it keep its log from then on.
pub(crate) fn back_up(servers: &Servers, programs: &Postgres, state: &State) -> Result<(), Error> {
    let data = servers.data(Server::Replica);
    let new = fresh(&data)?;
    copy_primary(servers, programs, state, &new, &["--create-slot", "--slot=backup"])?;
    fs::rename(&new, &data).map_err(Error::io("rename", new))
}

/// Starts that copy and plays the primary's log again up to a restore point of this name: the port it writes at then.
pub(crate) fn restore(
    servers: &Servers,
    programs: &Postgres,
    state: &State,
    tls: &Tls,
    point: &str,
) -> Result<u16, Error> {
    let server = Server::Replica;
    let signal = servers.data(server).join("recovery.signal");
    write_for(&signal, 0o600, "", Some(servers.account))?;
    let log = servers.data(Server::Primary).join("pg_wal").display().to_string();
    let log = log.replace('%', "%%").replace('\'', "''");
    let target = format!(
        "restore_command = 'cp \"{log}/%f\" \"%p\"'
recovery_target_name = '{point}'
recovery_target_action = 'promote'
"
    );
    let port =
        start(servers, programs, server, 0, |port| configure(servers, server, port, &target))?;
    let from = servers.log_end(server);
    wait(async {
        let until = Instant::now() + RECOVERY;
        loop {
            // It may be read on the way there.
            let there = match log_in(admin(port, state), tls).await {
                Ok(session) => value(&session, "select 1 where not pg_is_in_recovery()").await,
                Err(_) => Ok(None),
            };
            if matches!(there, Ok(Some(_))) {
                return Ok(port);
            }
            if Instant::now() > until {
                return Err(servers.start_error(
                    server,
                    from,
                    "it does not reach the restore point",
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
}

/// Where to make a data folder, which gets its name once it is complete. A killed start may have left a half-written one,
/// and a program that still writes it.
fn fresh(data: &Path) -> Result<PathBuf, Error> {
    let new = data.with_extension("new");
    for pid in process::naming(&new) {
        process::end(pid, &new, &[(Signal::KILL, Duration::from_secs(5))]);
    }
    remove(&new)?;
    remove(data)?;
    Ok(new)
}

/// Starts a server and gives its port: the last one, or another if that is taken.
fn start(
    servers: &Servers,
    programs: &Postgres,
    server: Server,
    last_port: u16,
    configure: impl Fn(u16) -> Result<(), Error>,
) -> Result<u16, Error> {
    servers.rotate_log(server)?;
    let (data, log) = (servers.data(server), servers.log(server));
    let mut port = servers::port(last_port)?;
    let mut attempts = 0;
    loop {
        configure(port)?;
        let from = servers.log_end(server);
        let mut pg_ctl = servers.account.command(&programs.program("pg_ctl"), &servers.folder);
        pg_ctl.arg("--pgdata").arg(&data).arg("--log").arg(&log);
        let Err(error) =
            run(pg_ctl.args(["--wait", "--timeout=60", "--silent", "start"]), "pg_ctl")
        else {
            return Ok(port);
        };
        attempts += 1;
        let error = servers.start_error(server, from, &error.to_string());
        let said = process::tail(&log, from, 20);
        if attempts >= 5 {
            return Err(error);
        } else if servers::lost_port(&error) {
            port = servers::port(0)?;
        } else if said.contains("lock file \"postmaster.pid\" already exists") {
            // Either a killed start's server came up meanwhile, or the process it names is somebody else's by now.
            if !servers::stop(&servers.folder, server)? {
                remove(&data.join("postmaster.pid"))?;
            }
        } else if said.contains("pre-existing shared memory block") {
            // Children of a killed server end by themselves, shortly.
            thread::sleep(Duration::from_secs(1));
        } else {
            return Err(error);
        }
    }
}

fn configure(servers: &Servers, server: Server, port: u16, more: &str) -> Result<(), Error> {
    let data = servers.data(server);
    let tls = servers.folder.join("tls");
    let quoted = |path: &Path| path.display().to_string().replace('\'', "''");
    let settings = format!(
        "# Written by `cargo aruuri up` at every start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
cluster_name = '{name}'
ssl = on
ssl_cert_file = '{certificate}'
ssl_key_file = '{key}'
password_encryption = 'scram-sha-256'
max_connections = 200
wal_level = replica
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = '1GB'
hot_standby = on
hot_standby_feedback = on
wal_receiver_status_interval = '1s'
wal_retrieve_retry_interval = '200ms'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %q%u@%d '

{speed}{more}",
        speed = if servers.durable { "" } else { FOR_DEVELOPMENT },
        name = server.name(),
        certificate = quoted(&tls.join("server.pem")),
        key = quoted(&tls.join("server.key")),
    );
    let access = "# Written by `cargo aruuri up` at every start. TLS is offered, not forced: benchmarks compare.
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
host replication replicator 127.0.0.1/32 scram-sha-256
";
    write_for(&data.join("postgresql.conf"), 0o600, settings, Some(servers.account))?;
    write_for(&data.join("pg_hba.conf"), 0o600, access, Some(servers.account))
}

/// Settings of the replica that say where its primary is.
fn upstream(servers: &Servers, state: &State) -> String {
    let connection = format!(
        "host=127.0.0.1 port={} user={REPLICATOR} password={} application_name=replica {}",
        state.ports.primary,
        state.password(REPLICATOR),
        trust(servers)
    );
    format!(
        "primary_conninfo = '{}'\nprimary_slot_name = 'replica'\n",
        connection.replace('\'', "''")
    )
}

/// libpq's words for: TLS with our own authority. It signed one certificate, so the name adds nothing, and libpq
/// before 15 cannot compare an address.
fn trust(servers: &Servers) -> String {
    let ca = servers.folder.join("tls/ca.pem").display().to_string();
    let ca = ca.replace('\\', "\\\\").replace('\'', "\\'");
    format!("sslmode=verify-ca sslrootcert='{ca}'")
}

/// The superuser on one of the two.
pub(crate) fn admin(port: u16, state: &State) -> Login<'_> {
    Login { port, user: ADMIN, password: state.password(ADMIN), database: "postgres" }
}

/// Whether the primary accepts us within that time.
fn answers(port: u16, state: &State, tls: &Tls, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    loop {
        let login = wait(async { log_in(admin(port, state), tls).await.map(drop) });
        if login.is_ok() || Instant::now() > until || port == 0 {
            return login.is_ok();
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whether the replica answers and receives from the primary, within that time.
fn streams(state: &State, tls: &Tls, patience: Duration) -> Result<bool, Error> {
    if state.ports.replica == 0 {
        return Ok(false);
    }
    wait(async {
        let primary = log_in(admin(state.ports.primary, state), tls).await?;
        let until = Instant::now() + patience;
        loop {
            if is_streaming(&primary).await?
                && log_in(admin(state.ports.replica, state), tls).await.is_ok()
            {
                return Ok(true);
            }
            if Instant::now() > until {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
}

/// Whether the primary sends to its replica.
pub(crate) async fn is_streaming(primary: &Client) -> Result<bool, Error> {
    let sql = "select 1 from pg_stat_replication where application_name = 'replica' and state = 'streaming'";
    Ok(value(primary, sql).await.map_err(Error::sql("look at the replication"))?.is_some())
}

fn run(command: &mut Command, name: &str) -> Result<(), Error> {
    let output = command.output().map_err(Error::io("run", command.get_program()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(Error::Program {
        program: name.to_owned(),
        output: String::from_utf8_lossy(&text).trim().to_owned(),
    })
}

/// Deletes a file or folder if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    let result = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("delete", path)(error))
        }
        _ => Ok(()),
    }
}

fn code(error: &tokio_postgres::Error) -> Option<&str> {
    error.code().map(tokio_postgres::error::SqlState::code)
}
