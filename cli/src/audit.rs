//! `audit`: whether the audit logs are as they were written.
use std::{fmt::Write as _, time::Duration};

use clap::{Args, Subcommand};
use db::{
    Access, Db, Domain, Pool,
    audit::{self, Broken, Chain},
};
use serde::Serialize;
use stack::{Kind, Running, Stack};
use tokio::time::Instant;

use crate::{
    failure::{Exit, Failure},
    functions,
    output::{Output, Paint, Table},
};

/// How long one look at a log may take.
const PATIENCE: Duration = Duration::from_secs(14 * 60);

/// Links that are computed again in one statement.
const STEP: i64 = 5_000;

/// Check that nobody changed the audit logs; writes nothing
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri audit verify                       exit 3 if an entry is not as it was sealed
  cargo aruuri audit verify --domain finance -o json | jq '.chains[].broken'

The direct URL of a domain is ARUURI_<DOMAIN>_DATABASE_URL, else that of the local servers.")]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Compute every link of the chains again, and name the first that is broken
    Verify {
        /// Only this domain
        #[arg(long, value_name = "DOMAIN", value_parser = ["platform", "projects", "finance", "content"])]
        domain: Option<String>,
    },
}

#[derive(Serialize)]
struct Answer {
    chains: Vec<Verified>,
}

/// What came of one domain.
#[derive(Serialize)]
pub(crate) struct Verified {
    domain: &'static str,
    sealed: i64,
    waiting: i64,
    redacted: i64,
    broken: Option<Break>,
}

/// The first thing that is not as it was written.
#[derive(Serialize)]
struct Break {
    seq: Option<i64>,
    entry_id: Option<uuid::Uuid>,
    entry_created_at: Option<types::Timestamp>,
    why: String,
}

impl Audit {
    /// Looks and says.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let What::Verify { domain } = self.what;
        let running = Stack::find()?.running();
        let wanted = |it: &Domain| domain.as_ref().is_none_or(|domain| domain == it.name());
        let mut chains = Vec::new();
        for domain in Domain::ALL.into_iter().filter(wanted) {
            out.step(format_args!("computing the chain of {} again", domain.name()));
            let pool = pool(domain, running.as_ref())?;
            let verified = async {
                let db = pool.begin(Instant::now() + PATIENCE);
                verify(&db).await
            };
            let verified = functions::runtime()?.block_on(verified);
            chains.push(verified.map_err(|error| {
                Failure::new(
                    Exit::Failure,
                    format_args!("the audit log of {} cannot be read", domain.name()),
                )
                .because(&error)
                .next("cargo aruuri migrate status")
            })?);
        }
        let (exit, text) = (exit(&chains), report(&chains));
        out.data(&Answer { chains }, text)?;
        Ok(exit)
    }
}

/// What the command ends with.
pub(crate) fn exit(chains: &[Verified]) -> Exit {
    let sound = chains.iter().all(|chain| chain.broken.is_none());
    if sound { Exit::Ok } else { Exit::Drift }
}

/// The direct URL, whatever way functions take to the database.
fn pool(domain: Domain, running: Option<&Running>) -> Result<Pool, Failure> {
    let local = running.and_then(|it| it.url(domain, Kind::Direct, domain.name()));
    let direct = db::variables(domain, Access::Admin);
    let pool = Pool::find(domain, Access::Admin, "aruuri audit", |name| {
        let set = || std::env::var(name).ok().filter(|value| !value.is_empty());
        direct.iter().find(|it| *it == name)?;
        set().or_else(|| local.clone())
    });
    pool.map_err(|error| {
        Failure::new(Exit::Unreachable, format_args!("there is no {} database", domain.name()))
            .because(&error)
            .next("cargo aruuri up")
    })
}

/// Computes all links of one domain again.
pub(crate) async fn verify(db: &Db<'_>) -> Result<Verified, db::Error> {
    let log = audit::log(db.domain());
    let Chain { sealed, waiting, redacted, .. } = log.chain.one(db, ()).await?;
    let mut broken = None;
    let mut first = 1;
    while broken.is_none() && first <= sealed {
        broken = log.broken.opt(db, (first, first + STEP - 1)).await?;
        first += STEP;
    }
    if broken.is_none() {
        broken = log.loose.opt(db, ()).await?;
    }
    let broken = broken.map(|Broken { seq, entry_id, entry_created_at, why }| Break {
        seq,
        entry_id,
        entry_created_at,
        why,
    });
    Ok(Verified { domain: db.domain().name(), sealed, waiting, redacted, broken })
}

/// A line for each domain.
pub(crate) fn report(chains: &[Verified]) -> String {
    let mut table = Table::new(&["domain", "sealed", "waiting", "redacted", "first broken"]);
    for chain in chains {
        let broken = chain.broken.as_ref().map_or("none".to_owned(), |broken| {
            let place = broken.seq.map_or("no link".to_owned(), |seq| format!("link {seq}"));
            let entry = broken.entry_id.map(|id| format!(", entry {id}")).unwrap_or_default();
            format!("{place}{entry}: {}", meaning(&broken.why))
        });
        table.row([
            chain.domain.to_owned(),
            chain.sealed.to_string(),
            chain.waiting.to_string(),
            chain.redacted.to_string(),
            broken,
        ]);
    }
    let mut text = table.to_string();
    let broken = chains.iter().filter(|chain| chain.broken.is_some()).count();
    let _ = match broken {
        0 => write!(text, "{}: every entry is as it was sealed", Paint::good("sound")),
        count => write!(text, "{} of {} chains broken", Paint::bad(count), chains.len()),
    };
    text
}

/// What a word of `verify_audit` or `loose_audit` says.
fn meaning(why: &str) -> &str {
    match why {
        "gap" => "the link before it is gone",
        "missing" => "the entry is gone",
        "content" => "the entry is not what was sealed",
        "redaction" => "what was taken away is there again",
        "head" => "links are missing at the end",
        "unsealed" => "the entry is neither sealed nor waits to be",
        other => other,
    }
}
