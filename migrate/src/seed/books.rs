//! Contributions with their journals, and what the books say of themselves.
//!
//! A hundred thousand calls of `giving.contribute` take minutes, most of it in starting functions. So rows are written for a whole
//! chunk at once, by the owner, and they are the same rows: a test lets both ways post the same gifts and compares all
//! tables. No trigger is off: a journal that does not balance still fails the commit of its chunk.

use tokio_postgres::Client;
use types::seed_uuid;

use super::Size;
use super::copy::{Lines, Made};
use super::dice::Dice;
use super::names::NOTES;
use super::people::{AUTHOR, contributor};
use super::projects::{currency, project};
use crate::error::Error;

/// Days that gifts are spread over, from 2025-01-01 to 2026-10-31.
const DAYS: u32 = 669;

/// What people give, in minor units; the small sums are more often.
const AMOUNTS: [u32; 12] =
    [500, 500, 1000, 1000, 1000, 1500, 2000, 2500, 2500, 5000, 10_000, 25_000];

/// Contributions, in finance.
pub(super) fn contributions(size: Size) -> Made {
    Made {
        name: "large/contributions",
        count: size.contributions,
        row: Box::new(move |n, line| row(n, size, line)),
        columns: "key text, id uuid, contributor_id uuid, project_ref uuid, amount_minor bigint, currency text, note text, \
            occurred_on date, actor uuid",
        prepare: PREPARE,
        write: WRITE,
        finish: FINISH,
    }
}

fn row(n: u32, size: Size, line: &mut Lines) {
    let mut dice = Dice::of("contribution", n);
    let key = format!("large-{n:06}");
    // Few give often: the square of a number below one is nearer to nothing.
    let giver = 1 + often(&mut dice, size.contributors);
    line.plain(&key).plain(seed_uuid("finance.contribution", &key)).plain(contributor(giver));
    let currency = if size.projects == 0 || dice.percent(15) {
        line.option(None);
        "GBP"
    } else {
        let nth = 1 + often(&mut dice, size.projects);
        line.plain(project(nth));
        currency(nth)
    };
    // Every sixth contributor is an organisation.
    let times = if giver.is_multiple_of(6) { 20 } else { 1 };
    line.plain(AMOUNTS[dice.below(12) as usize] * times).plain(currency);
    line.option(dice.percent(10).then(|| dice.pick(&NOTES)));
    let day = i64::from(dice.below(DAYS));
    let first = jiff::civil::date(2025, 1, 1);
    line.plain(first.saturating_add(jiff::Span::new().days(day)));
    line.plain(seed_uuid("platform.contact", AUTHOR));
}

fn often(dice: &mut Dice, of: u32) -> u32 {
    let limit = dice.below(of) + 1;
    dice.below(limit)
}

/// Leaves in `staged` what is missing, and puts beside it what a posting looks up: funds, accounts, an id and a time.
const PREPARE: &str = "
delete from pg_temp.staged s using giving.contributions c where c.id = s.id;

-- A contributor may have been deleted since; the lock makes a deletion wait.
create temporary table givers on commit drop as
select c.id from giving.contributors c
where c.id in (select contributor_id from pg_temp.staged) and c.deleted_at is null
for share of c;
delete from pg_temp.staged where contributor_id not in (select id from pg_temp.givers);

-- What a close of a period waits for; whether it is open is asked once that is held.
do $$
declare
  day date;
begin
  perform pg_advisory_xact_lock_shared(77200, p.id) from (
    select p.id from ledger.accounting_periods p
    where exists (select 1 from pg_temp.staged s where p.span @> s.occurred_on)
    order by p.id
  ) p;
  select s.occurred_on into day from pg_temp.staged s
  where not exists (
    select 1 from ledger.accounting_periods p where p.span @> s.occurred_on and p.closed_at is null
  )
  limit 1;
  if found then
    raise exception 'no open accounting period on %', day
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods',
            hint = 'Demo data is for books that are open; load it into a fresh database.';
  end if;
end
$$;

create temporary table pots on commit drop as
select p.project_ref, p.currency, p.fund_id,
  ledger.leaf_account('1200', null, p.currency) as clearing_id,
  ledger.leaf_account('4000', p.fund_id, p.currency) as income_id
from (
  select d.project_ref, d.currency, giving.fund_of(d.project_ref) as fund_id
  from (select distinct project_ref, currency from pg_temp.staged) d
) p;

create temporary table gifts on commit drop as
select s.*, p.fund_id, p.clearing_id, p.income_id, finance.uuid7() as journal_id, clock_timestamp() as at
from pg_temp.staged s
join pg_temp.pots p on p.project_ref is not distinct from s.project_ref and p.currency = s.currency;
analyze pg_temp.gifts";

/// What `giving.contribute` and `ledger.post` write, in their order.
const WRITE: &str = "
insert into giving.contributions (
  id, contributor_id, fund_id, project_ref, designation, amount_minor, currency, note, status, provider, occurred_on,
  settled_at, journal_id, created_at, created_by, updated_at, updated_by)
select id, contributor_id, fund_id, project_ref, case when project_ref is null then 'unrestricted' else 'restricted' end,
  amount_minor, currency, note, 'settled', 'manual', occurred_on, at, journal_id, at, actor, at, actor
from pg_temp.gifts;

insert into ledger.journals (id, kind, effective_date, source_type, source_id, actor_ref, request_id, lines)
select journal_id, 'contribution.settled', occurred_on, 'contribution', id, actor, 'seed', 2
from pg_temp.gifts;

insert into ledger.entries (journal_id, line, account_id, currency, amount)
select g.journal_id, l.line, l.account_id, g.currency, l.amount
from pg_temp.gifts g
cross join lateral (values (1, g.clearing_id, g.amount_minor), (2, g.income_id, -g.amount_minor))
  as l (line, account_id, amount);

insert into ledger.balance_deltas (account_id, amount)
select l.account_id, sum(l.amount)
from pg_temp.gifts g
cross join lateral (values (g.clearing_id, g.amount_minor), (g.income_id, -g.amount_minor)) as l (account_id, amount)
group by l.account_id;

insert into ledger.seal_queue (journal_id) select journal_id from pg_temp.gifts;

insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload, occurred_at)
select e.topic, e.aggregate_type, e.aggregate_id, e.payload, g.at
from pg_temp.gifts g
cross join lateral (values
  ('finance.journal.posted.v1', 'journal', g.journal_id, jsonb_build_object(
    'journal_id', g.journal_id, 'kind', 'contribution.settled', 'source_type', 'contribution', 'source_id', g.id)),
  ('finance.contribution.settled.v1', 'contribution', g.id, jsonb_build_object(
    'contribution_id', g.id, 'contributor_id', g.contributor_id, 'fund_id', g.fund_id, 'project_ref', g.project_ref,
    'amount_minor', g.amount_minor, 'currency', g.currency, 'occurred_on', g.occurred_on, 'journal_id', g.journal_id))
) as e (topic, aggregate_type, aggregate_id, payload);

insert into finance.idempotency_keys (scope, key, fingerprint, status, response, created_at)
select 'seed', g.key, sha256(convert_to(g.key, 'UTF8')), 201, to_jsonb(c), g.at
from pg_temp.gifts g
join giving.contributions c on c.id = g.id
on conflict do nothing";

/// After the entries, whose foreign keys hold the accounts: a close that came first is seen, a later one waits.
const FINISH: &str = "
do $$
declare
  closed text;
begin
  select coalesce(f.code, a.code) into closed
  from ledger.accounts a
  left join ledger.funds f on f.id = a.fund_id
  where a.id in (select clearing_id from pg_temp.pots union all select income_id from pg_temp.pots)
    and coalesce(a.closed_at, f.closed_at) is not null
  limit 1;
  if found then
    raise exception 'an account of % is closed', closed
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts',
            hint = 'Demo data is for books that are open; load it into a fresh database.';
  end if;
end
$$";

/// Debits and credits of all entries in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// ISO 4217 code.
    pub currency: String,
    /// Digits after the point.
    pub exponent: i16,
    /// Sum of the debits.
    pub debits: i64,
    /// Sum of the credits, as a positive number.
    pub credits: i64,
}

/// The trial balance by currency; it holds if debits and credits are the same.
///
/// # Errors
/// When the database does not answer, or has no books.
pub async fn trial_balance(client: &Client) -> Result<Vec<Balance>, Error> {
    let sql = "
        select t.currency, c.exponent, sum(t.debits)::bigint, sum(t.credits)::bigint
        from ledger.trial_balance t
        join ledger.currencies c on c.code = t.currency
        group by t.currency, c.exponent
        order by t.currency";
    let rows = client
        .query_typed(sql, &[])
        .await
        .map_err(|source| Error::Database { doing: "read the trial balance", source })?;
    let balance = |row: &tokio_postgres::Row| Balance {
        currency: row.get(0),
        exponent: row.get(1),
        debits: row.get(2),
        credits: row.get(3),
    };
    Ok(rows.iter().map(balance).collect())
}

/// The first rules of the books that are broken, and by what; none in sound books.
///
/// # Errors
/// When the database does not answer, or has no books.
pub async fn breaks(client: &Client) -> Result<Vec<String>, Error> {
    let sql = "select invariant || ': ' || what from ledger.invariant_breaks limit 20";
    let rows = client
        .query_typed(sql, &[])
        .await
        .map_err(|source| Error::Database { doing: "ask the books for broken rules", source })?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
