//! The session of a migration: its settings, its role, and the lock that keeps a second runner out.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::error::Error;

/// Key of the advisory lock: Atlas's own, so that the two never run at once.
pub const LOCK: i64 = 2_686_470_616;

/// Names must be written out, no statement may queue readers behind it for long, and a transaction that nobody drives any
/// more must end.
const SETTINGS: &str = "
reset all;
set application_name = 'aruuri migrate';
set search_path = '';
set lock_timeout = '3s';
set idle_in_transaction_session_timeout = '1min'";

/// A server notices that a runner was killed only when it writes to it, unless it looks: until then its statement would go
/// on and hold the lock. Not on every platform, so that it may fail.
const WATCH: &str = "set client_connection_check_interval = '2s'";

/// Sets up the session as every file finds it, whatever the file before it has set.
pub(crate) async fn prepare(
    client: &Client,
    role: Option<&str>,
    statement_timeout: Option<Duration>,
) -> Result<(), Error> {
    let mut settings = SETTINGS.to_owned();
    if let Some(limit) = statement_timeout {
        settings.push_str(&format!(";\nset statement_timeout = {}", limit.as_millis().max(1)));
    }
    prepare_with(client, &settings, role).await
}

/// Sets up the session with other settings.
pub(crate) async fn prepare_with(
    client: &Client,
    settings: &str,
    role: Option<&str>,
) -> Result<(), Error> {
    let fail = |source| Error::Database { doing: "prepare the session", source };
    client.batch_execute(settings).await.map_err(fail)?;
    // Refused where the system cannot tell; the lock is then held until the statement ends.
    let _ = client.batch_execute(WATCH).await;
    match role {
        Some(role) => become_role(client, role).await,
        None => Ok(()),
    }
}

/// Acts as the owner of the schema, so that default privileges apply and objects belong to it.
pub(crate) async fn become_role(client: &Client, role: &str) -> Result<(), Error> {
    let fail = |source| Error::Database { doing: "look at the role of the session", source };
    let sql =
        "select current_user = $1, exists (select from pg_catalog.pg_roles where rolname = $1),
        coalesce((select pg_catalog.pg_has_role(session_user, oid, 'member')
                  from pg_catalog.pg_roles where rolname = $1), false),
        session_user::text, pg_catalog.quote_ident($1)";
    let rows = client.query_typed(sql, &[(&role, Type::TEXT)]).await.map_err(fail)?;
    let Some(row) = rows.first() else { return Ok(()) };
    if row.get(0) {
        return Ok(());
    }
    if !row.get::<_, bool>(1) || !row.get::<_, bool>(2) {
        return Err(Error::Role { role: role.to_owned(), login: row.get(3), exists: row.get(1) });
    }
    let sql = format!("set role {}", row.get::<_, &str>(4));
    client
        .batch_execute(&sql)
        .await
        .map_err(|source| Error::Database { doing: "set the role", source })
}

/// Tries instead of waiting: a waiting statement holds a snapshot that `create index concurrently` would wait for.
pub(crate) async fn lock(
    client: &Client,
    timeout: Duration,
    mut waits: impl FnMut(&str),
) -> Result<(), Error> {
    let fail = |source| Error::Database { doing: "take the migration lock", source };
    let began = Instant::now();
    let mut pause = Duration::from_millis(25);
    let attempt = format!("select pg_try_advisory_lock({LOCK})");
    let mut told = false;
    while !flag(client, &attempt).await.map_err(fail)? {
        let waited = began.elapsed();
        if waited >= timeout {
            return Err(Error::Locked { waited, holder: holder(client).await });
        }
        if !told {
            waits(&holder(client).await.unwrap_or_else(|| "another session".to_owned()));
            told = true;
        }
        sleep(jitter(pause).min(timeout - waited)).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    // Behind a transaction pooler the next statement may meet another session.
    let held =
        format!("select exists (select from pg_locks where pid = pg_backend_pid() and {MINE})");
    if flag(client, &held).await.map_err(fail)? { Ok(()) } else { Err(Error::Pooled) }
}

/// Gives the lock and the settings back. A session that is gone has given them back already.
pub(crate) async fn release(client: &Client) -> Result<(), Error> {
    client
        .batch_execute(&format!("select pg_advisory_unlock({LOCK}); reset all"))
        .await
        .map_err(|source| Error::Database { doing: "give the migration lock back", source })
}

/// A 64-bit key is shown as two halves.
const MINE: &str = "granted and locktype = 'advisory' and classid::bigint = 2686470616 >> 32
    and objid::bigint = 2686470616 & 4294967295 and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())";

/// Who holds the lock, as far as this role may know; a guess at best if the lock went meanwhile.
async fn holder(client: &Client) -> Option<String> {
    let sql = format!(
        "select concat_ws(' ', 'process ' || l.pid, '(' || nullif(a.application_name, '') || ')',
           'since ' || to_char(a.backend_start at time zone 'UTC', 'HH24:MI:SS') || ' UTC')
         from pg_locks l left join pg_stat_activity a on a.pid = l.pid where {}",
        MINE.replace("database =", "l.database =")
    );
    client.query_typed(&sql, &[]).await.ok()?.first()?.get(0)
}

async fn flag(client: &Client, sql: &str) -> Result<bool, tokio_postgres::Error> {
    Ok(client.query_typed(sql, &[]).await?.first().is_some_and(|row| row.get(0)))
}

/// Between half and the whole of a pause, so that two waiters do not meet again and again.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    pause / 2 + (pause / 2).mul_f64(f64::from(nanos % 1000) / 1000.0)
}
