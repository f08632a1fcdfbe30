//! The books: upkeep, and what was just posted.
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::Money;
use uuid::Uuid;

row! {
    /// How many were opened.
    #[derive(Debug)]
    pub struct Opened {
        /// None: they were there.
        pub opened: i64,
    }
}

row! {
    /// How many were taken.
    #[derive(Debug)]
    pub struct Taken {
        /// Fewer than asked for: nothing is left that nobody else has in hand.
        pub taken: i64,
    }
}

row! {
    /// A link of the chain of seals that was published.
    #[derive(Debug)]
    pub struct Anchored {
        /// Its place.
        pub seq: i64,
        /// Its hash, in hexadecimal digits.
        pub hash: String,
        /// Whether this is the first time today.
        pub is_new: bool,
    }
}

row! {
    /// An event that was recorded.
    #[derive(Debug)]
    pub struct Reported {
        /// Its identity.
        pub id: Uuid,
    }
}

row! {
    /// A line that would be posted.
    #[derive(Debug, Serialize)]
    pub struct Posting {
        /// What kind of journal.
        pub kind: String,
        /// Nominal code.
        pub code: String,
        /// Fund of income, expense and transfers; null: pooled.
        pub fund: Option<String>,
        /// Debit positive, credit negative.
        pub amount: Money,
        /// What the fund would hold after it, minor units.
        pub fund_balance_minor: Option<i64>,
    }
}

statements! {
    /// Asks now what a commit would ask: whether journals are complete, balanced, and of their kind.
    pub const CHECK_NOW: Sql<(), ()> = Sql::new("set constraints all immediate");
    /// What this transaction has posted. Ids of journals grow with time, so only the newest are looked at.
    pub const POSTED_NOW: Sql<(), Posting> = Sql::new(
        "select j.kind::text as kind, a.code, f.code as fund, e.amount as amount_minor, e.currency,
           ledger.fund_balance(f.id, e.currency)::bigint as fund_balance_minor
         from ledger.journals j
         join ledger.entries e on e.journal_id = j.id
         join ledger.accounts a on a.id = e.account_id
         left join ledger.funds f on f.id = a.fund_id
         where j.xid = pg_current_xact_id()
           and j.id >= (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 1000), 12, '0')
             || '00000000000000000000')::uuid
         order by j.id, e.line
         limit 10000"
    )
    .never_null();
    /// Folds the waiting deltas of at most `$1` accounts into their balances.
    pub const FOLD: Sql<(i32,), Taken> =
        Sql::repeatable("select ledger.fold($1) as taken").never_null();
    /// Adds at most `$1` waiting journals to the chain of seals.
    pub const SEAL: Sql<(i32,), Taken> =
        Sql::repeatable("select ledger.seal($1) as taken").never_null();
    /// The last link of the chain, recorded as published to `$1` unless one was today; none: the chain is empty.
    pub const ANCHOR: Sql<(String,), Anchored> = Sql::new(
        "with head as (
           select h.seq, encode(h.hash, 'hex') as hash from ledger.chain_head h where h.seq > 0
         ), made as (
           select ledger.anchor_chain($1, null, head.seq) as id from head
           where not exists (
             select 1 from ledger.chain_anchors a
             where a.published_to = $1 and a.anchored_on = (now() at time zone 'Europe/London')::date
           )
         )
         select head.seq, head.hash, made.id is not null as is_new
         from head left join made on true",
    )
    .never_null();
    /// Opens accounting periods until one begins more than `$1` years from today.
    pub const OPEN_PERIODS: Sql<(i32,), Opened> =
        Sql::repeatable("select ledger.open_periods($1) as opened").never_null();
    /// Deletes at most `$1` Idempotency-Keys of more than 30 days ago.
    pub const PURGE_KEYS: Sql<(i32,), Taken> =
        Sql::repeatable("select finance.purge_keys($1) as taken").never_null();
    /// Tells other domains that rules of the books are broken: what is known of it.
    pub const REPORT_BREAKS: Sql<(Value,), Reported> = Sql::new(
        "insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
         values ('finance.ledger.broken.v1', 'ledger', gen_random_uuid(), $1)
         returning id",
    );
    /// For what looks at all of the books in a request: longer than the role's limit, shorter than the route's.
    pub const MOST_OF_A_REQUEST: Sql<(), ()> = Sql::new("set local statement_timeout = '25s'");
    /// The same for what a job looks at.
    pub const TEN_MINUTES: Sql<(), ()> = Sql::new("set local statement_timeout = '10min'");
}
