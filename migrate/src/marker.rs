//! Which environment a database belongs to, written into the database itself: a variable can be wrong.
//!
//! It is a line of the comment on the database. A comment needs no table, is no part of the schema that migrations describe, and
//! stays with a branch that a provider copies; see docs/decisions.

use std::fmt;
use std::str::FromStr;

use tokio_postgres::Client;

use crate::error::Error;
use crate::session::become_role;

/// Begins the line.
const PREFIX: &str = "aruuri environment: ";

/// Where a database belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On the machine of a developer.
    Local,
    /// Of one branch, thrown away with it.
    Preview,
    /// Shared by developers.
    Development,
    /// Like production, before it.
    Staging,
    /// What people rely on.
    Production,
}

impl Environment {
    /// Every environment, from the one that matters least.
    pub const ALL: [Environment; 5] = [
        Environment::Local,
        Environment::Preview,
        Environment::Development,
        Environment::Staging,
        Environment::Production,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Environment::Local => "local",
            Environment::Preview => "preview",
            Environment::Development => "development",
            Environment::Staging => "staging",
            Environment::Production => "production",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Environment {
    type Err = String;

    fn from_str(text: &str) -> Result<Environment, String> {
        let known = Environment::ALL.into_iter().find(|known| known.name() == text);
        known.ok_or_else(|| {
            format!(
                "no environment `{text}`: {}",
                Environment::ALL.map(Environment::name).join(", ")
            )
        })
    }
}

/// Reads the marker; any role may. A word that is not known counts as production.
///
/// # Errors
/// When the database does not answer.
pub async fn read(client: &Client) -> Result<Option<Environment>, Error> {
    let comment = comment(client).await?;
    let word = comment.lines().find_map(|line| line.strip_prefix(PREFIX));
    Ok(word.map(|word| word.trim().parse().unwrap_or(Environment::Production)))
}

/// Writes the marker as the database's owner, `role`, which the session then goes on as; other lines of the comment stay.
///
/// # Errors
/// When the session may not act as that role, or the database refuses.
pub async fn write(
    client: &Client,
    environment: Environment,
    role: Option<&str>,
) -> Result<(), Error> {
    if let Some(role) = role {
        become_role(client, role).await?;
    }
    let comment = comment(client).await?;
    let mut lines: Vec<&str> = comment.lines().filter(|line| !line.starts_with(PREFIX)).collect();
    let marker = format!("{PREFIX}{environment}");
    lines.push(&marker);
    let fail = |source| Error::Database { doing: "mark the database", source };
    let sql = "select pg_catalog.format('comment on database %I is %L', pg_catalog.current_database(), $1)";
    let text = lines.join("\n");
    let parameters = [(&text as _, tokio_postgres::types::Type::TEXT)];
    let rows = client.query_typed(sql, &parameters).await.map_err(fail)?;
    let sql: String = rows.first().map(|row| row.get(0)).unwrap_or_default();
    client.batch_execute(&sql).await.map_err(fail)
}

/// Where a command reached the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On this machine, as far as the URL says.
    Loopback,
    /// Anywhere else.
    Remote,
}

/// Lets a destructive command pass, or says why not: production never; staging, and whatever is not on this machine, only
/// if somebody typed the name of the database.
///
/// # Errors
/// [`Error::Guarded`] when it may not pass.
pub async fn guard(client: &Client, reach: Reach, confirmed: Option<&str>) -> Result<(), Error> {
    let (database, environment) = (name(client).await?, read(client).await?);
    let refuse = |never| Err(Error::Guarded { database: database.clone(), environment, never });
    match environment {
        Some(Environment::Production) => refuse(true),
        _ if confirmed == Some(database.as_str()) => Ok(()),
        // A tunnel makes a far database look near.
        Some(Environment::Staging) => refuse(false),
        _ if reach == Reach::Remote || confirmed.is_some() => refuse(false),
        _ => Ok(()),
    }
}

/// As [`guard`], but lets production pass too if its name was typed: for what mends a database and has no other way.
///
/// # Errors
/// [`Error::Guarded`] when it may not pass.
pub async fn guard_repair(
    client: &Client,
    reach: Reach,
    confirmed: Option<&str>,
) -> Result<(), Error> {
    match guard(client, reach, confirmed).await {
        Err(Error::Guarded { database, .. }) if confirmed == Some(database.as_str()) => Ok(()),
        Err(Error::Guarded { database, environment, .. }) => {
            Err(Error::Guarded { database, environment, never: false })
        }
        outcome => outcome,
    }
}

/// The name of the database; any role may ask.
///
/// # Errors
/// When the database does not answer.
pub async fn name(client: &Client) -> Result<String, Error> {
    one(client, "select pg_catalog.current_database()::text").await
}

async fn comment(client: &Client) -> Result<String, Error> {
    let sql = "select coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
        from pg_catalog.pg_database where datname = pg_catalog.current_database()";
    one(client, sql).await
}

async fn one(client: &Client, sql: &str) -> Result<String, Error> {
    let fail = |source| Error::Database { doing: "read the environment of the database", source };
    let rows = client.query_typed(sql, &[]).await.map_err(fail)?;
    Ok(rows.first().map(|row| row.get(0)).unwrap_or_default())
}
