//! The books: upkeep, and what was just posted.
use db::{Sql, row, statements};
use serde::Serialize;
use types::Money;

row! {
    /// How many were taken.
    #[derive(Debug)]
    pub struct Taken {
        /// Fewer than asked for: nothing is left that nobody else has in hand.
        pub taken: i64,
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
}
