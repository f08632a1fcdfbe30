//! PgBouncer in transaction mode.
use std::{
    fs, thread,
    time::{Duration, Instant},
};

use db::Domain;
use tokio_postgres::SimpleQueryMessage;

use crate::{
    Error,
    admin::{Login, Tls, log_in, wait},
    place::{private_folder, write_for},
    postgres::{admin, remove},
    programs::PgBouncer,
    servers::{self, Server, Servers},
    state::{POOLER_ADMIN, State},
};

const PATIENCE: Duration = Duration::from_secs(10);

/// Makes sure that PgBouncer runs with the settings and users of now.
pub(crate) fn ensure(
    servers: &Servers,
    program: &PgBouncer,
    state: &mut State,
    tls: &Tls,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let folder = servers.data(Server::Pooler);
    private_folder(&folder, servers.account)?;
    let (ini, list) = (folder.join("pgbouncer.ini"), folder.join("userlist.txt"));
    let users = users(state, tls)?;
    let same_users = fs::read_to_string(&list).is_ok_and(|text| text == users);
    write_for(&list, 0o600, users, Some(servers.account))?;

    if servers::find(&servers.folder, Server::Pooler).is_some() {
        let wanted = settings(servers, state, state.ports.pooler);
        if fs::read_to_string(&ini).is_ok_and(|text| text == wanted) && answers(state, tls) {
            return if same_users { Ok(()) } else { reload(state, tls) };
        }
        progress("PgBouncer does not answer, or has other settings: stopping it");
        servers::stop(&servers.folder, Server::Pooler)?;
    }
    progress("starting PgBouncer");
    servers.rotate_log(Server::Pooler)?;
    state.ports.pooler = servers::port(state.ports.pooler)?;
    for _ in 0..3 {
        write_for(
            &ini,
            0o600,
            settings(servers, state, state.ports.pooler),
            Some(servers.account),
        )?;
        match start(servers, program, state, tls) {
            Err(error) if servers::lost_port(&error) => state.ports.pooler = servers::port(0)?,
            result => return result,
        }
    }
    Err(servers.start_error(Server::Pooler, 0, "no port was free"))
}

fn start(servers: &Servers, program: &PgBouncer, state: &State, tls: &Tls) -> Result<(), Error> {
    let folder = servers.data(Server::Pooler);
    let from = servers.log_end(Server::Pooler);
    // It refuses to start if the process named there is alive, whosever it is by now.
    remove(&folder.join("pgbouncer.pid"))?;
    let mut command = servers.account.command(program.program(), &servers.folder);
    let output = command.args(["-d", "-q"]).arg(folder.join("pgbouncer.ini")).output();
    let output = output.map_err(Error::io("run", program.program()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(servers.start_error(Server::Pooler, from, &said));
    }
    let started = Instant::now();
    while !answers(state, tls) {
        let ended = servers::find(&servers.folder, Server::Pooler).is_none();
        // It writes its pid file shortly after it has gone to the background.
        if started.elapsed() > if ended { PATIENCE / 5 } else { PATIENCE } {
            return Err(servers.start_error(Server::Pooler, from, "it does not answer"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Verifiers, as PostgreSQL keeps them: a login costs less than with a password, and no password is on disk. They
/// are also what lets PgBouncer log in to the server as its client.
fn users(state: &State, tls: &Tls) -> Result<String, Error> {
    let mut names = vec![POOLER_ADMIN.to_owned()];
    for domain in Domain::ALL {
        names.extend(["app", "read"].map(|role| format!("{}_{role}", domain.name())));
    }
    let sql = format!(
        "select rolname, rolpassword from pg_authid where rolname in ('{}') and rolpassword is not null order by 1",
        names.join("', '")
    );
    wait(async {
        let client = log_in(admin(state.ports.primary, state), tls).await?;
        let failed = Error::sql("read the password verifiers");
        let messages = client.simple_query(&sql).await.map_err(failed)?;
        let lines = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some(format!("\"{}\" \"{}\"\n", row.get(0)?, row.get(1)?))
            }
            _ => None,
        });
        Ok(lines.collect())
    })
}

fn settings(servers: &Servers, state: &State, port: u16) -> String {
    let folder = servers.data(Server::Pooler);
    let tls = servers.folder.join("tls");
    format!(
        "; Written by `cargo aruuri up`.
[databases]
; Any, so that the databases of tests are reachable too.
* = host=127.0.0.1 port={primary}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
max_client_conn = 700
default_pool_size = 10
; Whoever waits for a server connection that long is told so, while a function still has time to say it.
query_wait_timeout = 4
auth_type = scram-sha-256
auth_file = {folder}/userlist.txt
admin_users = {POOLER_ADMIN}
logfile = {log}
pidfile = {folder}/pgbouncer.pid
log_connections = 0
log_disconnections = 0
; TLS is offered, not forced: benchmarks compare.
client_tls_sslmode = allow
client_tls_cert_file = {tls}/server.pem
client_tls_key_file = {tls}/server.key
server_tls_sslmode = verify-ca
server_tls_ca_file = {tls}/ca.pem
; Tests leave many databases behind, and the server has 200 connections.
server_idle_timeout = 10
; A restarted server is tried again at once, not after 15 seconds.
server_login_retry = 1
",
        primary = state.ports.primary,
        folder = folder.display(),
        tls = tls.display(),
        log = servers.log(Server::Pooler).display(),
    )
}

/// PgBouncer's own console.
pub(crate) fn console(state: &State) -> Login<'_> {
    Login {
        port: state.ports.pooler,
        user: POOLER_ADMIN,
        password: state.password(POOLER_ADMIN),
        database: "pgbouncer",
    }
}

fn answers(state: &State, tls: &Tls) -> bool {
    state.ports.pooler != 0 && wait(async { log_in(console(state), tls).await.map(drop) }).is_ok()
}

fn reload(state: &State, tls: &Tls) -> Result<(), Error> {
    wait(async {
        let client = log_in(console(state), tls).await?;
        client.simple_query("reload").await.map(drop).map_err(Error::sql("reload PgBouncer"))
    })
}
