//! What the books say, for people: accounts, funds, journals, periods and the chain of seals.
use api::Resource;
use db::{Scope, Sql, row, statements};
use serde::Serialize;
use types::{
    AccountId, ContactId, ContributionId, ContributorId, Date, FundId, JournalId, LocalizedText,
    Money, ProjectId, StageId, ThemeId, Timestamp,
};
use uuid::Uuid;

row! {
    /// A leaf account: a nominal code for one fund, counterparty and currency.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Account {
        /// Identity.
        pub id: AccountId,
        /// Nominal code, four digits.
        pub code: String,
        /// Name of the nominal code.
        pub name: LocalizedText<200>,
        /// `asset`, `liability`, `fund`, `income` or `expense`.
        #[serde(rename = "type")]
        pub r#type: String,
        /// Fund of income, expense and transfers; null: pooled.
        pub fund_id: Option<FundId>,
        /// Kind of counterparty; null: none.
        pub counterparty_type: Option<String>,
        /// The counterparty, in whatever domain; null: none.
        pub counterparty_id: Option<Uuid>,
        /// Exact balance, minor units, debit positive.
        pub balance: Money,
        /// When it was closed for postings; null: open.
        pub closed_at: Option<Timestamp>,
    }
}

impl Resource for Account {
    const LOCALIZED: &'static [&'static str] = &["name"];
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// An entry as the statement of its account shows it.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct AccountEntry {
        /// The journal.
        pub journal_id: JournalId,
        /// Place in the journal, from 1.
        pub line: i16,
        /// What kind of event was posted.
        pub kind: String,
        /// Accounting date.
        pub effective_date: Date,
        /// When it was posted.
        pub posted_at: Timestamp,
        /// What caused it, singular: `contribution`.
        pub source_type: String,
        /// Which one.
        pub source_id: Uuid,
        /// Free text.
        pub memo: String,
        /// Minor units, debit positive.
        pub amount: Money,
    }
}

impl Resource for AccountEntry {
    fn id(&self) -> String {
        self.line.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// What stands under a nominal code: before the first day asked for, within, and after.
    #[derive(Debug, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct CodeBalance {
        /// Nominal code, four digits.
        pub code: String,
        /// Its name, in the reader's language.
        pub name: String,
        /// `asset`, `liability`, `fund`, `income` or `expense`.
        #[serde(rename = "type")]
        pub r#type: String,
        /// Balance before the first day, debit positive; zero without one.
        pub opening: Money,
        /// Sum of the debits from the first day on.
        pub debits: Money,
        /// Sum of the credits from the first day on, as a positive number.
        pub credits: Money,
        /// Balance at the end, debit positive: opening + debits - credits.
        pub closing: Money,
    }
}

row! {
    /// A pot of money with a purpose.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Fund {
        /// Identity.
        pub id: FundId,
        /// `GEN` for the general fund, else `project:<uuid>`, `theme:<uuid>`, `stage:<uuid>`.
        pub code: String,
        /// `unrestricted`, `designated`, `restricted` or `endowment`.
        pub restriction: String,
        /// Project it is for; null: none.
        pub project_ref: Option<ProjectId>,
        /// Theme it is for; null: none.
        pub theme_ref: Option<ThemeId>,
        /// Funding stage it is for; null: the whole project.
        pub stage_ref: Option<StageId>,
        /// When it was opened.
        pub created_at: Timestamp,
        /// When it was closed for postings; null: open.
        pub closed_at: Option<Timestamp>,
    }
}

impl Resource for Fund {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// An amount.
    #[derive(Debug)]
    pub struct Balance {
        /// Minor units.
        pub balance: Money,
    }
}

row! {
    /// A posting: it balances per currency and never changes.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Journal {
        /// Identity.
        pub id: JournalId,
        /// What kind of event: `contribution.settled`.
        pub kind: String,
        /// Accounting date.
        pub effective_date: Date,
        /// When it was posted.
        pub posted_at: Timestamp,
        /// Journal that it negates exactly; null: none.
        pub reverses: Option<JournalId>,
        /// What caused it, singular: `contribution`.
        pub source_type: String,
        /// Which one.
        pub source_id: Uuid,
        /// Who caused it; null: the system.
        pub actor_ref: Option<ContactId>,
        /// Request that caused it; null: none.
        pub request_id: Option<String>,
        /// Free text.
        pub memo: String,
        /// Why, where a reason is owed.
        pub reason: Option<String>,
    }
}

impl Resource for Journal {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// A line of a journal.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Entry {
        /// Place in the journal, from 1.
        pub line: i16,
        /// The account.
        pub account_id: AccountId,
        /// Its nominal code.
        pub code: String,
        /// Its fund; null: pooled.
        pub fund_id: Option<FundId>,
        /// Minor units, debit positive.
        pub amount: Money,
    }
}

row! {
    /// An accounting period.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Period {
        /// Identity.
        pub id: i32,
        /// First day.
        pub starts_on: Date,
        /// Last day.
        pub ends_on: Date,
        /// When it was closed; null: open.
        pub closed_at: Option<Timestamp>,
        /// Who closed it; null: open, or the system.
        pub closed_by: Option<ContactId>,
    }
}

impl Resource for Period {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// That it was done.
    #[derive(Debug)]
    pub struct Closed {
        /// Always.
        pub done: bool,
    }
}

row! {
    /// A rule of the books that does not hold.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Break {
        /// Number and short name of the rule.
        pub invariant: String,
        /// Id of what breaks it.
        pub what: String,
    }
}

row! {
    /// Where the chain of seals ends.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Head {
        /// Place of the last link; 0: none yet.
        pub seq: i64,
        /// Its SHA-256, in hexadecimal.
        pub hash: String,
        /// Journals that wait to be sealed.
        pub waiting: i64,
    }
}

row! {
    /// A link of the chain as it was published outside.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Anchor {
        /// Day.
        pub anchored_on: Date,
        /// Place of the link.
        pub seq: i64,
        /// Its SHA-256, in hexadecimal.
        pub hash: String,
        /// Where it was published.
        pub published_to: String,
    }
}

row! {
    /// A link of the chain that does not hold.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct BadLink {
        /// Its place.
        pub seq: i64,
        /// `link`: not chained to the one before; `content`: the journal is not what was sealed;
        /// `head`: links are missing at the end.
        pub why: String,
    }
}

row! {
    /// A gift as the annual statement of its giver shows it.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Given {
        /// The contribution.
        pub contribution_id: ContributionId,
        /// Day of the gift.
        pub occurred_on: Date,
        /// The project it was given for; null: wherever it was needed most.
        pub project_ref: Option<ProjectId>,
        /// What was given.
        pub amount: Money,
        /// What of it was given back.
        pub refunded: Money,
    }
}

type Accounts =
    Sql<(Option<String>, Option<FundId>, Option<String>, Option<AccountId>, i64), Account>;
type Codes =
    Sql<(String, Option<Date>, Option<Date>, Option<Timestamp>, Option<FundId>), CodeBalance>;

macro_rules! account {
    () => {
        "a.id, a.code, c.name, a.type, a.fund_id, a.counterparty_type, a.counterparty_id,
         ledger.balance(a.id)::bigint as balance_minor, a.currency, a.closed_at"
    };
}
macro_rules! fund {
    () => {
        "f.id, f.code, f.restriction, f.project_ref, f.theme_ref, f.stage_ref, f.created_at, f.closed_at"
    };
}
macro_rules! journal {
    () => {
        "j.id, j.kind, j.effective_date, j.posted_at, j.reverses, j.source_type, j.source_id,
         j.actor_ref, j.request_id, j.memo, j.reason"
    };
}
macro_rules! period {
    () => {
        "p.id, lower(p.span) as starts_on, upper(p.span) - 1 as ends_on, p.closed_at, p.closed_by"
    };
}

statements! {
    /// A page of accounts by id: code, fund, currency, cursor, limit.
    pub const ACCOUNTS: Accounts = Sql::new(concat!(
        "select ", account!(), "
         from ledger.accounts a join ledger.chart_of_accounts c on c.code = a.code
         where ($1 is null or a.code = $1)
           and ($2 is null or a.fund_id = $2)
           and ($3 is null or a.currency = $3)
           and ($4 is null or a.id > $4)
         order by a.id
         limit $5"
    ))
    .never_null();
    /// An account.
    pub const ACCOUNT: Sql<(AccountId,), Account> = Sql::new(concat!(
        "select ", account!(), "
         from ledger.accounts a join ledger.chart_of_accounts c on c.code = a.code
         where a.id = $1"
    ))
    .never_null();
    /// The balance of account `$1` from the entries dated until `$2` and posted until `$3`.
    pub const ACCOUNT_AS_OF: Sql<(AccountId, Option<Date>, Option<Timestamp>), Balance> = Sql::new(
        "select coalesce(sum(e.amount) filter (
             where ($2 is null or j.effective_date <= $2) and ($3 is null or j.posted_at <= $3)
           ), 0)::bigint as balance_minor, a.currency
         from ledger.accounts a
         left join ledger.entries e on e.account_id = a.id
         left join ledger.journals j on j.id = e.journal_id
         where a.id = $1
         group by a.id, a.currency",
    )
    .never_null();
    /// A page of the entries of account `$1`, last posted first: from day, before day, cursor, limit.
    pub const ACCOUNT_ENTRIES: Sql<
        (AccountId, Option<Date>, Option<Date>, Option<JournalId>, Option<i16>, i64),
        AccountEntry,
    > = Sql::new(
        "select e.journal_id, e.line, j.kind, j.effective_date, j.posted_at, j.source_type,
           j.source_id, j.memo, e.amount as amount_minor, e.currency
         from ledger.entries e join ledger.journals j on j.id = e.journal_id
         where e.account_id = $1
           and ($2 is null or j.effective_date >= $2)
           and ($3 is null or j.effective_date < $3)
           and ($4 is null or (e.journal_id, e.line) < ($4, $5))
         order by e.journal_id desc, e.line desc
         limit $6",
    );
    /// What stands under each nominal code: language of the names, first day, last day, posted
    /// until, fund.
    pub const CODES: Codes = Sql::new(
        "select a.code, coalesce(c.name ->> $1, c.name ->> 'en') as name, a.type, a.currency,
           coalesce(sum(t.opening), 0)::bigint as opening_minor,
           coalesce(sum(t.debits), 0)::bigint as debits_minor,
           coalesce(sum(t.credits), 0)::bigint as credits_minor,
           (coalesce(sum(t.opening), 0) + coalesce(sum(t.debits), 0) - coalesce(sum(t.credits), 0))::bigint
             as closing_minor
         from (
           select e.account_id,
             sum(e.amount) filter (where j.effective_date < $2) as opening,
             sum(e.amount) filter (where e.amount > 0 and j.effective_date >= coalesce($2, '-infinity'))
               as debits,
             -sum(e.amount) filter (where e.amount < 0 and j.effective_date >= coalesce($2, '-infinity'))
               as credits
           from ledger.entries e join ledger.journals j on j.id = e.journal_id
           where ($3 is null or j.effective_date <= $3)
             and ($4 is null or j.posted_at <= $4)
             and ($5 is null or e.account_id in (select id from ledger.accounts where fund_id = $5))
           group by e.account_id
         ) t
         join ledger.accounts a on a.id = t.account_id
         join ledger.chart_of_accounts c on c.code = a.code
         group by a.code, c.name, a.type, a.currency
         order by a.code, a.currency",
    )
    .never_null();
    /// A page of funds by code: restriction, project, cursor, limit.
    pub const FUNDS: Sql<
        (Option<String>, Option<ProjectId>, Option<String>, Option<FundId>, i64),
        Fund,
    > = Sql::new(concat!(
        "select ", fund!(), "
         from ledger.funds f
         where ($1 is null or f.restriction = $1)
           and ($2 is null or f.project_ref = $2)
           and ($3 is null or (f.code, f.id) > ($3, $4))
         order by f.code, f.id
         limit $5"
    ));
    /// A fund.
    pub const FUND: Sql<(FundId,), Fund> =
        Sql::new(concat!("select ", fund!(), " from ledger.funds f where f.id = $1"));
    /// The exact balance of fund `$1` in each currency it ever had.
    pub const FUND_BALANCES: Sql<(FundId,), Balance> = Sql::new(
        "select ledger.fund_balance($1, a.currency)::bigint as balance_minor, a.currency
         from (select distinct currency from ledger.accounts where fund_id = $1) a
         order by a.currency",
    )
    .never_null();
    /// A page of journals, last posted first: kind, source type and id, from day, before day,
    /// cursor, limit.
    pub const JOURNALS: Sql<
        (
            Option<String>, Option<String>, Option<Uuid>, Option<Date>, Option<Date>,
            Option<JournalId>, i64,
        ),
        Journal,
    > = Sql::new(concat!(
        "select ", journal!(), "
         from ledger.journals j
         where ($1 is null or j.kind = $1)
           and ($2 is null or j.source_type = $2)
           and ($3 is null or j.source_id = $3)
           and ($4 is null or j.effective_date >= $4)
           and ($5 is null or j.effective_date < $5)
           and ($6 is null or j.id < $6)
         order by j.id desc
         limit $7"
    ));
    /// A journal.
    pub const JOURNAL: Sql<(JournalId,), Journal> =
        Sql::new(concat!("select ", journal!(), " from ledger.journals j where j.id = $1"));
    /// The entries of a journal, in their order.
    pub const ENTRIES: Sql<(JournalId,), Entry> = Sql::new(
        "select e.line, e.account_id, a.code, a.fund_id, e.amount as amount_minor, e.currency
         from ledger.entries e join ledger.accounts a on a.id = e.account_id
         where e.journal_id = $1
         order by e.line",
    );
    /// A page of accounting periods, the latest first: cursor, limit.
    pub const PERIODS: Sql<(Option<i32>, i64), Period> = Sql::new(concat!(
        "select ", period!(), "
         from ledger.accounting_periods p
         where $1 is null or lower(p.span) < (select lower(span) from ledger.accounting_periods where id = $1)
         order by lower(p.span) desc
         limit $2"
    ))
    .never_null();
    /// A period.
    pub const PERIOD: Sql<(i32,), Period> = Sql::new(concat!(
        "select ", period!(), " from ledger.accounting_periods p where p.id = $1"
    ))
    .never_null();
    /// Closes period `$1` in the name of `$2`, after the postings under way in it. Breaks
    /// `accounting_periods_open` if it is closed, or there is none.
    pub const CLOSE_PERIOD: Sql<(i32, ContactId), Closed> =
        Sql::new("select true as done from ledger.close_period($1, $2)").never_null();
    /// At most `$1` rules that do not hold.
    pub const BREAKS: Sql<(i64,), Break> =
        Sql::new("select invariant, what from ledger.invariant_breaks limit $1").never_null();
    /// Where the chain of seals ends.
    pub const HEAD: Sql<(), Head> = Sql::new(
        "select h.seq, encode(h.hash, 'hex') as hash, (select count(*) from ledger.seal_queue) as waiting
         from ledger.chain_head h",
    )
    .never_null();
    /// The last `$1` anchors.
    pub const ANCHORS: Sql<(i64,), Anchor> = Sql::new(
        "select anchored_on, seq, encode(hash, 'hex') as hash, published_to
         from ledger.chain_anchors
         order by anchored_on desc, published_to
         limit $1",
    )
    .never_null();
    /// At most `$1` links that do not hold.
    pub const BAD_LINKS: Sql<(i64,), BadLink> =
        Sql::new("select bad_seq as seq, why from ledger.verify_chain() limit $1").never_null();
    /// What contributor `$1` gave from day `$2` to before day `$3`, if they are the contact `$4` or
    /// that is null; at most `$5`.
    pub const GIVEN: Sql<(ContributorId, Date, Date, Scope, i64), Given> = Sql::new(concat!(
        "select t.id as contribution_id, t.occurred_on, t.project_ref, t.amount_minor, t.currency,
           coalesce((select sum(r.amount_minor) from giving.refunds r
             where r.contribution_id = t.id and r.status = 'settled'), 0)::bigint as refunded_minor
         from giving.contributions t join giving.contributors c on c.id = t.contributor_id
         where t.contributor_id = $1 and t.occurred_on >= $2 and t.occurred_on < $3
           and t.settled_at is not null
           and ", own!("$4", "c.contact_ref"), "
         order by t.occurred_on, t.id
         limit $5",
    ))
    .never_null();
}
