//! Our accounts at banks, their statements, and how the balances of both compare.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    BankAccountId, BankStatementId, ContactId, Currency, Date, Money, ReconciliationId, Timestamp,
};

use crate::sql::Kept;

row! {
    /// Balances side by side.
    #[derive(Debug)]
    pub struct Compared {
        /// Nominal codes and currencies that were compared.
        pub compared: i64,
        /// Of them, those in which the books and the bank differ.
        pub different: i64,
    }
}

row! {
    /// An account of ours at a bank.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BankAccount {
        /// Identity.
        pub id: BankAccountId,
        /// Name for people.
        pub name: String,
        /// The bank.
        pub bank: String,
        /// Last four characters of the number.
        pub last_four: String,
        /// Its currency.
        pub currency: Currency,
        /// Nominal code that it is kept under.
        pub code: String,
        /// When it was closed; null: open.
        pub closed_at: Option<Timestamp>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

row! {
    /// A statement of our bank.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BankStatement {
        /// Identity.
        pub id: BankStatementId,
        /// The account.
        pub bank_account_id: BankAccountId,
        /// The bank's number of the statement.
        pub number: String,
        /// First day.
        pub opens_on: Date,
        /// Last day.
        pub closes_on: Date,
        /// Balance before.
        pub opening: Money,
        /// Balance after.
        pub closing: Money,
        /// Number of its lines.
        pub line_count: i32,
        /// Of them, those whose journal is not known yet.
        pub unmatched: i64,
        /// When it was taken in.
        pub created_at: Timestamp,
    }
}

row! {
    /// A line of our bank that is there already.
    #[derive(Debug)]
    pub struct Recorded {
        /// The bank's own reference.
        pub bank_ref: String,
        /// Balance of its statement after it, minor units.
        pub balance_minor: i64,
    }
}

row! {
    /// A comparison of our books with somebody else's.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Reconciliation {
        /// Identity.
        pub id: ReconciliationId,
        /// What was compared: `bank` or `processor`.
        pub kind: String,
        /// Day that was compared.
        pub day: Date,
        /// `equal`, `different` or `failed`.
        pub outcome: String,
        /// Our sum, minor units.
        pub ours_minor: Option<i64>,
        /// Their sum, minor units.
        pub theirs_minor: Option<i64>,
        /// Currency of both.
        pub currency: Option<Currency>,
        /// More of it: the nominal `code`. Of a bank: how many lines are `unmatched`. Of processors: which `processors`; if
        /// they are compared together, `unnamed_minor` that names none of them, and whose report is `missing`.
        pub detail: Value,
        /// When it was found.
        pub created_at: Timestamp,
    }
}

impl Resource for BankAccount {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

impl Resource for BankStatement {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

impl Resource for Reconciliation {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

types::words! {
    /// What came out of a comparison.
    pub enum Outcome {
        Equal = "equal",
        Different = "different",
        Failed = "failed",
    }
}

macro_rules! account {
    () => {
        "t.id, t.name, t.bank, t.last_four, t.currency, t.code, t.closed_at, t.created_at, t.version"
    };
}

macro_rules! statement {
    () => {
        "t.id, t.bank_account_id, t.number, t.opens_on, t.closes_on, t.opening_minor, t.closing_minor, t.line_count,
         t.created_at"
    };
}

macro_rules! listed {
    () => {
        concat!(
            "select ", statement!(), ", b.currency, (
               select count(*) from finance.bank_lines l where l.statement_id = t.id and l.status = 'unmatched'
             ) as unmatched
             from finance.bank_statements t
             join finance.bank_accounts b on b.id = t.bank_account_id"
        )
    };
}

statements! {
    /// Compares the balances of our bank accounts; no row: another run is at work. See `finance.compare_bank`.
    pub const COMPARE: Sql<(), Compared> =
        Sql::repeatable("select compared, different from finance.compare_bank()").never_null();
    /// A page of our bank accounts, newest first.
    pub const ACCOUNTS: Sql<(Option<Timestamp>, Option<BankAccountId>, i64), BankAccount> = Sql::new(concat!(
        "select ", account!(), "
         from finance.bank_accounts t
         where $1 is null or (t.created_at, t.id) < ($1, $2)
         order by t.created_at desc, t.id desc
         limit $3"
    ));
    /// A bank account.
    pub const FIND_ACCOUNT: Sql<(BankAccountId,), BankAccount> =
        Sql::new(concat!("select ", account!(), " from finance.bank_accounts t where t.id = $1"));
    /// Makes a bank account known, once per scope and key; see `finance.create_bank_account` for what it breaks.
    pub const CREATE_ACCOUNT: Sql<(Key, Value, ContactId), Kept<BankAccount>> = Sql::repeatable(concat!(
        "select ", account!(), ", f.replayed
         from finance.create_bank_account($1, $2, $3, $4, $5) f
         cross join lateral (select (f.account).*) t"
    ))
    .never_null();
    /// Closes the open account `$1` of version `$2`.
    pub const CLOSE_ACCOUNT: Sql<(BankAccountId, i32, ContactId), BankAccount> = Sql::new(concat!(
        "update finance.bank_accounts t
         set closed_at = now(), updated_by = $3
         where id = $1 and version = $2 and closed_at is null
         returning ", account!()
    ));
    /// A page of statements, newest first: account, cursor, limit.
    pub const STATEMENTS: Sql<
        (Option<BankAccountId>, Option<Timestamp>, Option<BankStatementId>, i64),
        BankStatement,
    > = Sql::new(concat!(
        listed!(), "
         where ($1 is null or t.bank_account_id = $1)
           and ($2 is null or (t.created_at, t.id) < ($2, $3))
         order by t.created_at desc, t.id desc
         limit $4"
    ))
    .never_null();
    /// A statement.
    pub const FIND_STATEMENT: Sql<(BankStatementId,), BankStatement> =
        Sql::new(concat!(listed!(), " where t.id = $1")).never_null();
    /// Takes a statement in, once per scope and key; see `finance.import_statement` for what it breaks.
    pub const IMPORT: Sql<(Key, Value, ContactId), Kept<BankStatement>> = Sql::repeatable(concat!(
        "select ", statement!(), ", f.currency, f.unmatched, f.replayed
         from finance.import_statement($1, $2, $3, $4, $5) f
         cross join lateral (select (f.statement).*) t"
    ))
    .never_null();
    /// Takes statements of one request in, all or none; the key of each is that of the request and its place.
    pub const IMPORT_ALL: Sql<(Key, Value, Option<ContactId>), Kept<BankStatement>> = Sql::repeatable(concat!(
        "select ", statement!(), ", f.currency, f.unmatched, f.replayed
         from jsonb_array_elements($4) with ordinality s
         cross join lateral finance.import_statement($1, $2 || ' ' || s.ordinality, $3, s.value, $5) f
         cross join lateral (select (f.statement).*) t"
    ))
    .never_null();
    /// All lines of an account's statements that have a line with one of these references.
    pub const RECORDED: Sql<(BankAccountId, Vec<String>), Recorded> = Sql::new(
        "select l.bank_ref, (t.opening_minor + sum(l.amount_minor) over (partition by t.id order by l.line))::bigint
           as balance_minor
         from finance.bank_statements t
         join finance.bank_lines l on l.statement_id = t.id
         where t.id in (
           select n.statement_id from finance.bank_lines n where n.bank_account_id = $1 and n.bank_ref = any($2))"
    )
    .never_null();
    /// A page of comparisons, newest first: outcome, cursor, limit.
    pub const RECONCILIATIONS: Sql<
        (Option<&'static str>, Option<Timestamp>, Option<ReconciliationId>, i64),
        Reconciliation,
    > = Sql::new(
        "select t.id, t.kind, t.day, t.outcome, t.ours_minor, t.theirs_minor, t.currency, t.detail, t.created_at
         from finance.recon_runs t
         where ($1 is null or t.outcome = $1)
           and ($2 is null or (t.created_at, t.id) < ($2, $3))
         order by t.created_at desc, t.id desc
         limit $4"
    );
}
