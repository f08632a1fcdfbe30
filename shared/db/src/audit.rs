//! The audit log of a domain: who writes, and the chain that its entries are sealed in.
//!
//! Entries are written by triggers, in the transaction of what they tell; a function only says who acts.
use std::time::Duration;

use types::Timestamp;
use uuid::Uuid;

use crate::{Db, Domain, Error, Sql, Statement, row};

/// Tells the transaction that it is in who acts; see [`Db::act_as`](crate::Db::act_as). Neither row nor column comes back.
pub(crate) const CONTEXT: Sql<(String,), ()> =
    Sql::new("select where set_config('aruuri.context', $1, true) is null");

row! {
    /// How many entries were sealed.
    #[derive(Debug, Clone, Copy)]
    pub struct Sealed {
        /// So many.
        pub sealed: i64,
    }
}

row! {
    /// How far a chain has come.
    #[derive(Debug, Clone)]
    pub struct Chain {
        /// Entries that are sealed: the place of the last.
        pub sealed: i64,
        /// Entries that wait to be sealed.
        pub waiting: i64,
        /// Sealed entries of which personal data was taken away.
        pub redacted: i64,
        /// Hash of the last link; null: there is none.
        pub head: Option<Vec<u8>>,
    }
}

row! {
    /// A link of the chain, or an entry, that is not as it was written.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Broken {
        /// Its place in the chain; null: it has none.
        pub seq: Option<i64>,
        /// The entry.
        pub entry_id: Option<Uuid>,
        /// When the entry was written.
        pub entry_created_at: Option<Timestamp>,
        /// `missing`, `content`, `redaction`, `gap`, `head` or `unsealed`.
        pub why: String,
    }
}

/// The statements on one domain's audit log.
#[derive(Debug)]
pub struct Log {
    /// Seals at most `$1` waiting entries.
    pub seal: Sql<(i32,), Sealed>,
    /// How far the chain has come.
    pub chain: Sql<(), Chain>,
    /// The first broken link of those from `$1` to `$2`.
    pub broken: Sql<(i64, i64), Broken>,
    /// What is wrong with the chain as a whole: its head, or an entry that is neither sealed nor waits.
    pub loose: Sql<(), Broken>,
}

macro_rules! log {
    ($schema:literal) => {
        Log {
            seal: Sql::repeatable(concat!("select ", $schema, ".seal_audit($1) as sealed"))
                .never_null(),
            chain: Sql::repeatable(concat!(
                "select coalesce((select seq from ",
                $schema,
                ".audit_head), 0) as sealed,
                        (select count(*) from ",
                $schema,
                ".audit_queue) as waiting,
                        (select count(*) from ",
                $schema,
                ".audit_seals
                         where value_salt is null or origin_salt is null) as redacted,
                        (select hash::bytea from ",
                $schema,
                ".audit_head) as head"
            ))
            .never_null(),
            broken: Sql::repeatable(concat!(
                "select seq, entry_id, entry_created_at, why
                 from ",
                $schema,
                ".verify_audit($1, $2)
                 order by seq
                 limit 1"
            ))
            .never_null(),
            loose: Sql::repeatable(concat!(
                "select seq, entry_id, entry_created_at, why
                 from ",
                $schema,
                ".loose_audit()
                 limit 1"
            ))
            .never_null(),
        }
    };
}
static PLATFORM: Log = log!("audit");
static PROJECTS: Log = log!("projects");
static FINANCE: Log = log!("finance");
static CONTENT: Log = log!("content");

/// The audit log of a domain.
pub fn log(domain: Domain) -> &'static Log {
    match domain {
        Domain::Platform => &PLATFORM,
        Domain::Projects => &PROJECTS,
        Domain::Finance => &FINANCE,
        Domain::Content => &CONTENT,
    }
}

/// The statements that this module sends to `domain`, for its statement test.
pub fn statements(domain: Domain) -> [&'static dyn Statement; 5] {
    let Log { seal, chain, broken, loose } = log(domain);
    [&CONTEXT, seal, chain, broken, loose]
}

/// The same with their names, for the record that the next release is compared with.
pub fn named(domain: Domain) -> [(&'static str, &'static dyn Statement); 5] {
    let [context, seal, chain, broken, loose] = statements(domain);
    [("CONTEXT", context), ("SEAL", seal), ("CHAIN", chain), ("BROKEN", broken), ("LOOSE", loose)]
}

/// Entries at a time: the chain is locked meanwhile, and another sealer waits.
const BATCH: i32 = 500;
/// A batch may take as long as the role's `statement_timeout`.
const BATCH_TIME: Duration = Duration::from_secs(5);

/// Seals what waits, as long as a batch fits into the time that is `left`. Says how many, and whether that was all.
///
/// # Errors
/// Those of the connection and the server; what was sealed before stays.
pub async fn seal(db: &Db<'_>, left: impl Fn() -> Duration) -> Result<(i64, bool), Error> {
    let mut sealed = 0;
    while left() > BATCH_TIME {
        let taken = log(db.domain()).seal.one(db, (BATCH,)).await?.sealed;
        sealed += taken;
        if taken < i64::from(BATCH) {
            return Ok((sealed, true));
        }
    }
    Ok((sealed, false))
}
