//! Starting: every step looks first, so that it may be repeated after any interruption.
use std::{fs, path::Path};

use db::Domain;
use tokio_postgres::error::SqlState;

use crate::{
    Error, Running,
    account::Account,
    admin::{Login, Tls, connect, log_in, wait},
    place::{Place, private_folder, write_for},
    pooler, postgres,
    programs::{PgBouncer, Postgres},
    roles,
    servers::{self, Server, Servers},
    state::{LOGINS, State},
    tls,
};

/// What to do on a machine where PgBouncer is not and cannot be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooler {
    Required,
    /// Tests can do without; it is said loudly.
    Optional,
}

/// Starts what does not run. The caller holds the lock.
pub(crate) fn up(
    place: &Place,
    pooler: Pooler,
    progress: &mut dyn FnMut(&str),
) -> Result<Running, Error> {
    let known = State::load(place)?;
    if let Some(state) = &known
        && is_healthy(place, state, pooler)
    {
        let running = Running::new(place, state.clone())?;
        running.write_env(place)?;
        return Ok(running);
    }

    let version = place.servers().and_then(|folder| data_version(&folder));
    let programs = Postgres::need(version.as_deref(), progress)?;
    let bouncer = match PgBouncer::need(progress) {
        Err(error @ Error::Missing { .. }) if pooler == Pooler::Optional => {
            progress(&format!("WARNING: {error}. Whatever needs PgBouncer is skipped."));
            None
        }
        found => Some(found?),
    };
    // Only now: installing PostgreSQL makes the user that it runs as.
    let account = Account::find()?;
    let servers = Servers { folder: place.make_servers(account)?, account, durable: false };
    let mut state = adopt(place, &servers, known, progress)?;
    state.complete()?;
    let found = data_version(&servers.folder);
    if let (Some(data), Some(program)) = (found, programs.major())
        && data != program
    {
        return Err(Error::Version { data, program });
    }
    private_folder(&servers.folder.join("log"), account)?;
    certify(place, &servers, &mut state)?;
    let trust = Tls::trusting(Some(&place.file("ca.pem")))?;

    // The ports are remembered after each step, so that a killed run leaves nothing that the next one cannot find.
    let result = postgres::ensure_primary(&servers, &programs, &mut state, &trust, progress);
    state.save(place)?;
    result?;
    if state.provisioned != roles::checksum() || is_refused(&state, &trust)? {
        progress("making roles and databases");
        wait(roles::provision(&state, &trust))?;
        state.provisioned = roles::checksum();
        state.save(place)?;
    }
    let result = postgres::ensure_replica(&servers, &programs, &mut state, &trust, progress);
    state.save(place)?;
    result?;
    match &bouncer {
        Some(program) => {
            let result = pooler::ensure(&servers, program, &mut state, &trust, progress);
            state.save(place)?;
            result?;
        }
        None => state.ports.pooler = 0,
    }
    postgres::catch_up(&state, &trust)?;
    state.save(place)?;
    let running = Running::new(place, state)?;
    running.write_env(place)?;
    Ok(running)
}

/// Whether all runs as it should: then nothing needs to be looked for, started or written.
pub(crate) fn is_healthy(place: &Place, state: &State, pooler: Pooler) -> bool {
    if state.provisioned != roles::checksum()
        || state.ports.primary == 0
        || state.ports.replica == 0
        || (state.ports.pooler == 0 && (pooler == Pooler::Required || PgBouncer::find().is_some()))
    {
        return false;
    }
    let Ok(trust) = Tls::trusting(Some(&place.file("ca.pem"))) else { return false };
    let look = wait(async {
        let primary = log_in(postgres::admin(state.ports.primary, state), &trust).await?;
        log_in(postgres::admin(state.ports.replica, state), &trust).await?;
        if state.ports.pooler != 0 {
            log_in(pooler::console(state), &trust).await?;
            let login = Login {
                port: state.ports.pooler,
                user: "platform_app",
                password: state.password("platform_app"),
                database: "platform",
            };
            log_in(login, &trust).await?;
        }
        postgres::is_streaming(&primary).await
    });
    matches!(look, Ok(true))
}

/// The remembered state if the data is its own; otherwise a new one, and data whose passwords are unknown goes.
fn adopt(
    place: &Place,
    servers: &Servers,
    known: Option<State>,
    progress: &mut dyn FnMut(&str),
) -> Result<State, Error> {
    let mark = servers.folder.join("stack-id");
    let id = fs::read_to_string(&mark).ok();
    if let Some(state) = known.filter(|state| id.as_deref() == Some(&state.id)) {
        return Ok(state);
    }
    if id.is_some() {
        progress("the data belongs to a stack that is not remembered: starting afresh");
    }
    for server in Server::ALL {
        servers::stop(&servers.folder, server)?;
    }
    let entries = fs::read_dir(&servers.folder).map_err(Error::io("read", &servers.folder))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("read", &servers.folder))?;
        postgres::remove(&entry.path())?;
    }
    let state = State::new()?;
    state.save(place)?;
    write_for(&mark, 0o600, &state.id, Some(servers.account))?;
    Ok(state)
}

/// Makes certificates if there are none, or old ones that no server uses now.
fn certify(place: &Place, servers: &Servers, state: &mut State) -> Result<(), Error> {
    let ca_file = place.file("ca.pem");
    let of_servers = servers.folder.join("tls/ca.pem");
    let complete = ["ca.pem", "server.pem", "server.key"]
        .iter()
        .all(|name| servers.folder.join("tls").join(name).exists());
    let idle = Server::ALL.iter().all(|server| servers::find(&servers.folder, *server).is_none());
    if !complete || (idle && tls::is_old(state.certificates_made)) {
        tls::make(&servers.folder, &ca_file, servers.account)?;
        state.certificates_made = tls::now();
        return state.save(place);
    }
    let pem = fs::read(&of_servers).map_err(Error::io("read", &of_servers))?;
    if fs::read(&ca_file).is_ok_and(|ours| ours == pem) {
        return Ok(());
    }
    crate::place::write(&ca_file, 0o644, pem)
}

/// Whether the primary refuses one of our logins, because somebody dropped a role or changed a password.
fn is_refused(state: &State, trust: &Tls) -> Result<bool, Error> {
    wait(async {
        for domain in Domain::ALL {
            for role in LOGINS {
                let user = format!("{}_{role}", domain.name());
                let password = state.password(&user);
                let port = state.ports.primary;
                let login = Login { port, user: &user, password, database: domain.name() };
                let Err(error) = connect(&login.config(), trust).await else { continue };
                let code = error.downcast_ref::<tokio_postgres::Error>().and_then(|it| it.code());
                let refusals = [
                    SqlState::INVALID_PASSWORD,
                    SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                    SqlState::INVALID_CATALOG_NAME,
                    SqlState::INSUFFICIENT_PRIVILEGE,
                ];
                if code.is_some_and(|code| refusals.contains(code)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    })
}

fn data_version(servers: &Path) -> Option<String> {
    let text = fs::read_to_string(servers.join("primary/PG_VERSION")).ok()?;
    Some(text.trim().to_owned())
}
