//! `migrate drift`: what was changed in a database by hand.
use clap::Args;
use migrate::{
    Directory, State, dev,
    facts::{Change, Difference, Facts},
    proof::outermost,
};
use serde::Serialize;
use stack::Running;
use tokio_postgres::Client;

use super::{
    Domainwise, Target,
    checkout::{dev_failure, interruptible, servers},
    directory, each, failure, root,
    target::Database,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint},
};

/// Show what a database has that its migrations did not make, and the reverse
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri migrate drift
  cargo aruuri migrate drift --domain finance --url \"$URL\"
  cargo aruuri migrate drift -o json | jq -r '.domains[].drift[].sentence'

Compares the database with the migrations that are applied to it, replayed on the local servers. Exits 3 if they differ.
Both servers must have the same major version. Reads catalogues only.")]
pub(crate) struct Drift {
    #[command(flatten)]
    target: Target,
}

/// Lines of a list for people.
pub(super) const SHOWN: usize = 40;

#[derive(Debug, Serialize)]
pub(super) struct Row {
    domain: &'static str,
    database: String,
    /// Files that the database does not have yet; they are no drift.
    pending: usize,
    pub(super) drift: Vec<Entry>,
}

#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) sentence: String,
    #[serde(flatten)]
    difference: Difference,
}

impl Drift {
    /// Writes what differs in each database.
    pub(crate) async fn run(self, out: &Output) -> Result<Exit, Failure> {
        interruptible(async {
            let root = root()?;
            let running = servers(out).await?;
            let mut rows = Vec::new();
            let exit = each(&self.target.domains.list(), out, async |domain| {
                let database = self.target.database(domain)?;
                let directory = directory(&root, domain)?;
                directory.validate().map_err(|error| failure(&error, domain, &root))?;
                out.step(format_args!("{}: comparing {}", domain.name(), database.place));
                let row = drift(&running, &database, &directory)
                    .await
                    .map_err(|error| database_failure(error, &database, &root))?;
                let exit = if row.drift.is_empty() { Exit::Ok } else { Exit::Drift };
                rows.push(row);
                Ok(exit)
            })
            .await;
            if !rows.is_empty() {
                let text = rows.iter().map(text).collect::<String>();
                out.data(&Domainwise { domains: rows }, text)?;
            }
            exit
        })
        .await
    }
}

/// Why databases were not compared.
#[derive(Debug)]
pub(super) enum Trouble {
    Dev(dev::Error),
    Told(Failure),
}

impl<E: Into<dev::Error>> From<E> for Trouble {
    fn from(error: E) -> Trouble {
        Trouble::Dev(error.into())
    }
}

/// Compares a database with what is applied to it.
///
/// # Errors
/// When one of both cannot be had.
pub(super) async fn drift(
    running: &Running,
    database: &Database,
    directory: &Directory,
) -> Result<Row, Trouble> {
    let domain = database.domain;
    let mut live = database.connect().await.map_err(Trouble::Told)?;
    let status = migrate::status(&live, directory).await?;
    if status.ahead() {
        return Err(Trouble::Told(
            Failure::new(
                Exit::Failure,
                format_args!("{}: the database is newer than these files", domain.name()),
            )
            .place(&database.place)
            .next("compare it from a checkout of the release that is applied to it"),
        ));
    }
    let applied = |state| !matches!(state, State::Pending | State::Failed | State::Interrupted);
    let files = status.versions.iter().take_while(|version| applied(version.state)).count();
    let pending = directory.files().len() - files;

    let replayed = dev::replayed(running, domain, &dev::prefix(directory, files)).await?;
    let have = facts(&mut live, Some(&database.owner())).await?;
    let owner = replayed.owner().await?;
    same_major(&live, &owner, &database.place.to_string()).await?;
    let want = dev::facts(owner).await?;
    let drift = outermost(want.differences(&have)).into_iter();
    let drift =
        drift.map(|difference| Entry { sentence: sentence(&difference), difference }).collect();
    Ok(Row { domain: domain.name(), database: database.place.to_string(), pending, drift })
}

/// What a database holds, seen as its owner where the login may be that.
///
/// # Errors
/// When it cannot be looked into, or has what nobody here understands.
pub(super) async fn facts(client: &mut Client, owner: Option<&str>) -> Result<Facts, Trouble> {
    // Names of owners are ours, `finance_owner`; the server quotes what it finds.
    let owner = owner.map_or(
        "(select datdba::regrole::text from pg_database where datname = current_database())"
            .to_owned(),
        |owner| format!("'{owner}'"),
    );
    let role = format!(
        "do $$ declare owner text := {owner};
         begin
           if to_regrole(owner) is not null and pg_has_role(to_regrole(owner), 'member') then
             execute 'set role ' || owner;
           end if;
         end $$"
    );
    let become_owner = client.batch_execute(&role).await;
    become_owner.map_err(|source| dev::Error::Database { doing: "act as the owner", source })?;
    let facts = migrate::facts::inspect(client).await?.without_rolling_partitions();
    let objects: Vec<String> = facts.unmodelled().iter().map(ToString::to_string).collect();
    if !objects.is_empty() {
        return Err(Trouble::Told(
            Failure::new(Exit::Drift, "the database has objects of kinds that are not supported")
                .why(objects.join(", "))
                .next("drop them, or teach `migrate` their kinds"),
        ));
    }
    Ok(facts)
}

/// Facts of different major versions are not comparable.
pub(super) async fn same_major(
    first: &Client,
    second: &Client,
    place: &str,
) -> Result<(), Trouble> {
    let (here, there) = (dev::major(second).await?, dev::major(first).await?);
    if here == there {
        return Ok(());
    }
    Err(Trouble::Told(
        Failure::new(Exit::Failure, format_args!("the servers are PostgreSQL {there} and {here}"))
            .place(place)
            .why("what one version prints cannot be compared with what another one prints")
            .next(format_args!(
                "set ARUURI_PG_BIN to the programs of version {there}, cargo aruuri down --purge, then again"
            )),
    ))
}

/// In whatever domain and database.
pub(super) fn database_failure(
    trouble: Trouble,
    database: &Database,
    root: &std::path::Path,
) -> Failure {
    match trouble {
        Trouble::Told(failure) => failure,
        Trouble::Dev(error) => dev_failure(error, database.domain, root),
    }
}

fn sentence(difference: &Difference) -> String {
    let Difference { id, change, before, after } = difference;
    match change {
        Change::Added => format!("{id}: added by hand"),
        Change::Missing => format!("{id}: removed by hand"),
        Change::Changed => format!(
            "{id}: changed by hand from {} to {}",
            before.as_deref().unwrap_or("?"),
            after.as_deref().unwrap_or("?")
        ),
    }
}

fn text(row: &Row) -> String {
    let Row { domain, database, pending, drift } = row;
    let waits = match pending {
        0 => String::new(),
        1 => ", 1 file waits".to_owned(),
        count => format!(", {count} files wait"),
    };
    if drift.is_empty() {
        return format!(
            "{} {domain}: {database} is as its migrations made it{waits}\n",
            Paint::good("no drift")
        );
    }
    let mut text = format!("{} {domain}: {database}{waits}\n", Paint::bad("drift"));
    for Entry { sentence, .. } in drift.iter().take(SHOWN) {
        text.push_str(&format!("  {sentence}\n"));
    }
    if drift.len() > SHOWN {
        text.push_str(&format!("  and {} more: -o json\n", drift.len() - SHOWN));
    }
    text.push_str(&format!(
        "  next: undo it in the database, or write it into schema/{domain} and cargo aruuri migrate diff <name> --domain {domain}\n"
    ));
    text
}
