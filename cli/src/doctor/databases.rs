//! The databases as the functions will see them: through `db`, by the same variables.
use std::{
    collections::BTreeMap,
    fs,
    future::Future,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use db::{Access, Chain, Domain, Pool, Sql};
use stack::{Kind, Stack, Status, parse_env, variable};

use super::Check;
use crate::failure::{Exit, Failure};

const PATIENCE: Duration = Duration::from_secs(8);
const UP: &str = "cargo aruuri up";

db::row! {
    /// What a session may do, and when it thinks it is.
    struct Session {
        role_name: String,
        process: i32,
        is_replica: bool,
        is_superuser: bool,
        may_create: bool,
        owns: bool,
        may_write: bool,
        clock_ms: i64,
    }
}

const LOOK: Sql<(), Session> = Sql::repeatable(
    "select current_user::text as role_name,
            pg_backend_pid() as process,
            pg_is_in_recovery() as is_replica,
            (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as is_superuser,
            has_database_privilege(current_database(), 'create, temporary')
              or exists (select from pg_catalog.pg_namespace where has_schema_privilege(oid, 'create'))
              as may_create,
            exists (select from pg_catalog.pg_namespace where pg_has_role(nspowner, 'member')) as owns,
            exists (
              select from pg_catalog.pg_class
              where relkind in ('r', 'p')
                and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                and has_table_privilege(oid, 'insert, update, delete, truncate')
            ) as may_write,
            (extract(epoch from clock_timestamp()) * 1000)::bigint as clock_ms",
);

/// What is known of one variable.
struct Url {
    domain: Domain,
    kind: Kind,
    variable: String,
    value: Option<String>,
    from_shell: bool,
    session: Result<(Session, i64), String>,
}

/// Local servers, the twelve URLs, and what the roles behind them may do.
pub(crate) fn checks(stack: &Stack) -> Result<Vec<Check>, Failure> {
    let file = fs::read_to_string(stack.file("env")).unwrap_or_default();
    let urls = ask(&parse_env(&file))?;
    let mut checks = Vec::new();
    if urls.iter().any(|url| !url.from_shell) {
        checks.extend(servers(&stack.status()?));
    }
    checks.extend(urls.iter().map(reachable));
    checks.push(pooled_is_not_direct(&urls));
    checks.push(functions_cannot_change_tables(&urls));
    checks.push(readers_cannot_write(&urls));
    checks.push(transaction_pooling(&urls)?);
    checks.extend(clock(&urls));
    Ok(checks)
}

fn servers(status: &Status) -> Vec<Check> {
    let check = |server: &stack::ServerStatus| {
        let name = format!("local {}", server.name);
        let port = server.port.map(|port| format!("127.0.0.1:{port}")).unwrap_or_default();
        match (&server.problem, server.lag_bytes) {
            (Some(problem), _) => Check::fail(name, problem, UP),
            // As much as one flight of a busy moment.
            (None, Some(lag)) if lag > 16 * 1024 * 1024 => Check::warn(
                name,
                format!("{lag} bytes behind the primary"),
                "wait, or cargo aruuri down; cargo aruuri up",
            ),
            (None, Some(lag)) => Check::ok(name, format!("{port}, streams, {lag} bytes behind")),
            (None, None) => Check::ok(name, port),
        }
    };
    status.servers.iter().map(check).collect()
}

/// Asks all of them at once.
fn ask(file: &BTreeMap<String, String>) -> Result<Vec<Url>, Failure> {
    let mut urls = Vec::new();
    for domain in Domain::ALL {
        for (kind, ending) in Kind::VARIABLES {
            let variable = variable(domain, ending);
            let shell = std::env::var(&variable).ok().filter(|value| !value.is_empty());
            let from_shell = shell.is_some();
            let value = shell.or_else(|| file.get(&variable).cloned());
            let session = Err("not set".to_owned());
            urls.push(Url { domain, kind, variable, value, from_shell, session });
        }
    }
    run(async {
        let sessions = futures_util::future::join_all(urls.iter().map(look)).await;
        for (url, session) in urls.iter_mut().zip(sessions) {
            url.session = session;
        }
    })?;
    Ok(urls)
}

/// One statement; also how far the server's clock is ahead of ours, in milliseconds.
async fn look(url: &Url) -> Result<(Session, i64), String> {
    let Some(pool) = pool(url)? else { return Err("not set".to_owned()) };
    // The handshakes are not part of the clock's question.
    pool.warm(PATIENCE).await;
    let before = now_ms();
    let db = pool.begin(tokio::time::Instant::now() + PATIENCE);
    let session = LOOK.one(&db, ()).await.map_err(|error| Chain(&error).to_string())?;
    let ahead = session.clock_ms - (before + now_ms()) / 2;
    Ok((session, ahead))
}

/// A pool that can use this one variable only.
fn pool(url: &Url) -> Result<Option<Pool>, String> {
    let Some(value) = &url.value else { return Ok(None) };
    let access = match url.kind {
        Kind::Direct => Access::Admin,
        Kind::Pooled | Kind::App => Access::Write,
        Kind::Read | Kind::PooledRead | Kind::Reader | Kind::Audit | Kind::Studio => Access::Read,
    };
    let var = |name: &str| (name == url.variable).then(|| value.clone());
    let pool = Pool::find(url.domain, access, "aruuri-doctor", var);
    pool.map(Some).map_err(|error| Chain(&error).to_string())
}

fn reachable(url: &Url) -> Check {
    let source = if url.from_shell { "of this shell" } else { "of .aruuri/env" };
    match &url.session {
        Ok((session, _)) => {
            Check::ok(&url.variable, format!("answers as {}, {source}", session.role_name))
        }
        Err(problem) if url.from_shell => {
            let fix = format!("correct or unset {} in this shell", url.variable);
            Check::fail(&url.variable, problem, fix)
        }
        Err(problem) => Check::fail(&url.variable, problem, UP),
    }
}

fn pooled_is_not_direct(urls: &[Url]) -> Check {
    let name = "pooled is not direct";
    let host = |domain: Domain, kind: Kind| {
        let url = urls.iter().find(|url| url.domain == domain && url.kind == kind)?;
        let rest = url.value.as_deref()?.split_once("://")?.1;
        let host = rest.split(['/', '?']).next()?;
        Some(host.rsplit('@').next()?.to_owned())
    };
    let same: Vec<&str> = Domain::ALL
        .into_iter()
        .filter(|domain| {
            let pooled = host(*domain, Kind::Pooled);
            pooled.is_some() && pooled == host(*domain, Kind::Direct)
        })
        .map(Domain::name)
        .collect();
    if same.is_empty() {
        return Check::ok(name, "functions go through a pooler, migrations do not");
    }
    let note = format!("{}: both URLs name the same host and port", same.join(", "));
    Check::warn(name, note, "let ARUURI_<DOMAIN>_DATABASE_URL_POOLED name the pooler")
}

fn functions_cannot_change_tables(urls: &[Url]) -> Check {
    let name = "functions cannot change the schema";
    let mighty = |session: &Session| session.is_superuser || session.may_create || session.owns;
    let fix = "run schema/roles.sql, and use <domain>_app and <domain>_read in these URLs";
    verdict(name, urls, |url, session| url.kind != Kind::Direct && mighty(session), fix)
}

fn readers_cannot_write(urls: &[Url]) -> Check {
    let name = "readers cannot write";
    let fix = "let ARUURI_<DOMAIN>_DATABASE_URL_READ log in as <domain>_read";
    verdict(name, urls, |url, session| url.kind == Kind::Read && session.may_write, fix)
}

/// Fails if any session that could be opened is wrong.
fn verdict(name: &str, urls: &[Url], wrong: impl Fn(&Url, &Session) -> bool, fix: &str) -> Check {
    let asked = urls.iter().filter_map(|url| Some((url, &url.session.as_ref().ok()?.0)));
    let (bad, good): (Vec<_>, Vec<_>) = asked.partition(|(url, session)| wrong(url, session));
    if good.is_empty() && bad.is_empty() {
        return Check::warn(name, "no database could be asked", UP);
    }
    if bad.is_empty() {
        return Check::ok(name, "by their roles");
    }
    let names: Vec<String> = bad
        .iter()
        .map(|(url, session)| format!("{} is {}", url.variable, session.role_name))
        .collect();
    Check::fail(name, names.join(", "), fix)
}

/// In transaction mode a second client is given the server connection that the first one has finished with; in session
/// mode, and without a pooler, never.
fn transaction_pooling(urls: &[Url]) -> Result<Check, Failure> {
    let name = "transaction pooling";
    let pooled = || urls.iter().filter(|url| url.kind == Kind::Pooled && url.session.is_ok());
    if pooled().next().is_none() {
        return Ok(Check::warn(name, "no pooled URL could be asked", UP));
    }
    let shared = run(futures_util::future::join_all(pooled().map(shares_a_session)))?;
    let not: Vec<&str> =
        pooled().zip(shared).filter(|(_, shared)| !shared).map(|(url, _)| &*url.variable).collect();
    if not.is_empty() {
        return Ok(Check::ok(name, "two clients were served by one server connection"));
    }
    // A busy pooler may have had another one at hand each time.
    let fix = "set pool_mode = transaction; on a busy pooler, ask again";
    Ok(Check::warn(name, format!("not seen for {}", not.join(", ")), fix))
}

async fn shares_a_session(url: &Url) -> bool {
    for _ in 0..5 {
        let (Ok(Some(first)), Ok(Some(second))) = (pool(url), pool(url)) else { return false };
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let (first, second) = (first.begin(deadline), second.begin(deadline));
        let Ok(one) = LOOK.one(&first, ()).await else { return false };
        let Ok(other) = LOOK.one(&second, ()).await else { return false };
        if one.process == other.process {
            return true;
        }
    }
    false
}

fn clock(urls: &[Url]) -> Option<Check> {
    let name = "clocks agree";
    let ahead = |url: &Url| Some((url.variable.clone(), url.session.as_ref().ok()?.1));
    let (variable, ahead) = urls.iter().filter_map(ahead).max_by_key(|(_, ms)| ms.abs())?;
    let fix = "synchronise the clock of this machine (timedatectl set-ntp true)";
    // A token is valid from the second in which it was made; nothing here needs more than that.
    Some(match ahead.abs() {
        0..2_000 => Check::ok(name, format!("within {} ms", ahead.abs())),
        2_000..30_000 => Check::warn(name, format!("{variable} is {ahead} ms ahead"), fix),
        _ => Check::fail(name, format!("{variable} is {ahead} ms ahead"), fix),
    })
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

fn run<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let failed = |error| Failure::new(Exit::Failure, "cannot start a runtime").because(&error);
    Ok(runtime.map_err(failed)?.block_on(work))
}
