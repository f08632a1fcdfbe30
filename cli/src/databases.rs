//! Brings the local databases to the state of this checkout.
use std::path::Path;

use db::{Domain, Url};
use migrate::{
    Directory, Report,
    marker::{self, Environment},
    seed::{Progress, Seed, Set},
};
use stack::{Kind, Running, Stack, variable};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::{
    failure::{Exit, Failure},
    output::Output,
    seed,
};

/// Starts the local servers if they do not run.
///
/// # Errors
/// As [`Stack::up`].
pub(crate) async fn up(stack: &Stack, out: &Output) -> Result<Running, Failure> {
    let (stack, out) = (stack.clone(), out.clone());
    let starting = tokio::task::spawn_blocking(move || {
        stack.running().map_or_else(|| stack.up(|step| out.step(step)), Ok)
    });
    match starting.await {
        Ok(started) => Ok(started?),
        Err(_) => Err(Failure::new(Exit::Interrupted, "interrupted while the servers started")),
    }
}

/// Applies pending migrations and loads what is missing of the demo data, in all domains; `AUTO_SEED=false` leaves that
/// out.
///
/// # Errors
/// When a database is not reachable, or refuses a migration or a seed file.
pub(crate) async fn prepare(running: &Running, out: &Output) -> Result<(), Failure> {
    let wanted = seed::auto(std::env::var("AUTO_SEED").ok().as_deref())?.unwrap_or(true);
    for domain in Domain::ALL {
        let name = domain.name();
        let mut client = connect(running, domain).await?;
        let migrations = running.root.join("migrations").join(name);
        let report = apply(&mut client, &migrations).await.map_err(|error| {
            Failure::new(Exit::Failure, format!("{name}: migrations are not applied"))
                .place(migrations.display())
                .because(&error)
                .next("cargo aruuri down --purge, if the local data may go")
        })?;
        mark(&client, name).await?;
        for file in &report.applied {
            out.step(format_args!("{name}: applied {}", file.file));
        }
        if report.ahead {
            out.warn(format_args!(
                "the {name} database has migrations that this checkout does not know; \
                 `cargo aruuri down --purge` starts afresh"
            ));
        }
        if !wanted || report.ahead {
            continue;
        }
        let seeds = running.root.join("seeds");
        let seed = Seed::new(&seeds, domain, Set::Default);
        let loaded = seed.load(&client, |progress| {
            if let Progress::Done(seeded) = progress {
                seed::report(name, seeded, out);
            }
        });
        loaded.await.map_err(|error| {
            Failure::new(Exit::Failure, format!("{name}: demo data is not loaded"))
                .place(seeds.join(name).display())
                .because(&error)
                .next("AUTO_SEED=false cargo aruuri dev, to go on without it")
        })?;
    }
    Ok(())
}

/// Applies the migrations of a checkout to an empty database of a domain, and loads the demo data.
///
/// # Errors
/// When a file cannot be read, or the database refuses it.
pub(crate) async fn fill(client: &mut Client, root: &Path, domain: Domain) -> Result<(), Failure> {
    let name = domain.name();
    let failed = |error: migrate::Error, place: &Path| {
        Failure::new(Exit::Failure, format!("a {name} database of its own cannot be filled"))
            .place(place.display())
            .because(&error)
    };
    let (migrations, seeds) = (root.join("migrations").join(name), root.join("seeds"));
    apply(client, &migrations).await.map_err(|error| failed(error, &migrations))?;
    let loaded = Seed::new(&seeds, domain, Set::Default).load(client, |_| {}).await;
    loaded.map(|_| ()).map_err(|error| failed(error, &seeds))
}

/// Says in the database itself that it is one of a developer's machine.
async fn mark(client: &Client, name: &str) -> Result<(), Failure> {
    let marked = match marker::read(client).await {
        Ok(None) => marker::write(client, Environment::Local, None).await,
        found => found.map(|_| ()),
    };
    marked.map_err(|error| {
        Failure::new(Exit::Failure, format!("{name}: the database cannot be marked as local"))
            .because(&error)
            .next("cargo aruuri down --purge, if the local data may go")
    })
}

async fn apply(client: &mut Client, migrations: &Path) -> Result<Report, migrate::Error> {
    migrate::apply(client, &Directory::read(migrations)?).await
}

/// The first value that a statement gives, as text; empty if there is none.
///
/// # Errors
/// When the server refuses it, or the connection ends.
pub(crate) async fn value(session: &Client, sql: &str) -> Result<String, tokio_postgres::Error> {
    let messages = session.simple_query(sql).await?;
    let value = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(value.unwrap_or_default())
}

/// A session of the domain's migrator on the primary.
pub(crate) async fn connect(running: &Running, domain: Domain) -> Result<Client, Failure> {
    let name = domain.name();
    let unreachable = || {
        Failure::new(Exit::Unreachable, format!("cannot log in to the {name} database"))
            .next("cargo aruuri status")
    };
    let url = running
        .url(domain, Kind::Direct, name)
        .ok_or_else(|| unreachable().why("it has no login"))?;
    let connected = db::connect(&Url::direct(variable(domain, ""), url), "aruuri").await;
    connected.map_err(|error| unreachable().because(&error))
}
