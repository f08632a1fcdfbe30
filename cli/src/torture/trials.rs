//! What the books must refuse whoever asks (T1, T12), and notice if somebody goes around them (T10).
//!
//! Every trial is taken back, so that none leaves a trace even where it is wrongly let through.
use db::Chain;
use tokio_postgres::{Client as Session, error::SqlState};

use super::scene::{column, rows};
use crate::failure::{Exit, Failure};

/// The shortest way to write raw rows.
const TOOLS: &str = "
  create or replace function pg_temp.account(text) returns uuid language sql as $$
    select ledger.leaf_account($1, case when $1 >= '3000' then (select f.id from ledger.funds f where f.code = 'GEN') end, 'GBP')
  $$;
  create or replace function pg_temp.journal(lines integer, reverses uuid default null, id uuid default gen_random_uuid())
  returns uuid language sql as $$
    insert into ledger.journals (id, kind, effective_date, source_type, source_id, lines, reverses, reason)
    values ($3, 'contribution.settled', finance.today(), 'torture', $3, $1, $2, 'torture') returning id
  $$;
  create or replace function pg_temp.line(journal uuid, line integer, code text, amount bigint) returns void language sql as $$
    insert into ledger.entries (journal_id, line, account_id, currency, amount)
    values ($1, $2, pg_temp.account($3), 'GBP', $4)
  $$;
  select pg_temp.account(code) from unnest(array['1200', '3900', '4000']) code";

/// A journal of two lines with these amounts.
macro_rules! journal {
    ($a:literal, $b:literal) => {
        concat!(
            "with j as materialized (select pg_temp.journal(2) as id)
             select pg_temp.line(id, 1, '1200', ",
            $a,
            "), pg_temp.line(id, 2, '4000', ",
            $b,
            ") from j"
        )
    };
}

/// A posting by the one function that may, of accounts and amounts.
macro_rules! post {
    ($kind:literal, $day:literal, $accounts:literal, $amounts:literal) => {
        concat!(
            "select ledger.post(null, '",
            $kind,
            "', ",
            $day,
            ", 'torture', gen_random_uuid(), array[",
            $accounts,
            "], array[",
            $amounts,
            "]::bigint[])"
        )
    };
}

const POST: &str = post!(
    "contribution.settled",
    "finance.today()",
    "pg_temp.account('1200'), pg_temp.account('4000')",
    "5, -5"
);

/// What is tried, and the SQLSTATE of the refusal.
const REFUSED: &[(&str, &str, &str)] = &[
    ("a journal without lines", "select pg_temp.journal(2)", "23514"),
    (
        "a journal with one line",
        "with j as materialized (select pg_temp.journal(2) as id) select pg_temp.line(id, 1, '1200', 5) from j",
        "23514",
    ),
    ("a journal that does not balance", journal!("5", "-4"), "23514"),
    ("an amount of nothing", journal!("0", "0"), "23514"),
    (
        "an amount that JSON cannot hold",
        journal!("9000000000000001", "-9000000000000001"),
        "23514",
    ),
    (
        "a line in another currency than its account",
        "with j as materialized (select pg_temp.journal(2) as id)
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 1, pg_temp.account('1200'), 'EUR', 5 from j",
        "23503",
    ),
    (
        "a journal of an unknown kind",
        post!("torture.made", "finance.today()", "pg_temp.account('1200'), pg_temp.account('4000')", "5, -5"),
        "23503",
    ),
    (
        "a journal that touches what its kind does not",
        post!("contribution.settled", "finance.today()", "pg_temp.account('3900'), pg_temp.account('4000')", "5, -5"),
        "23514",
    ),
    (
        "a line more for a journal that is posted",
        "select pg_temp.line((select id from ledger.journals order by id limit 1), 900, '1200', 5)",
        "23503",
    ),
    (
        "the same with a forged transaction",
        "insert into ledger.entries (journal_id, xid, line, account_id, currency, amount)
         select j.id, j.xid, 900, pg_temp.account('1200'), 'GBP', 5 from ledger.journals j order by j.id limit 1",
        "23503",
    ),
    (
        "a reversal of another amount",
        "with j as materialized (
           select pg_temp.journal(2, (select o.id from ledger.journals o
             where not exists (select from ledger.journals r where r.reverses = o.id) order by o.id limit 1)) as id
         )
         select pg_temp.line(id, 1, '1200', 7), pg_temp.line(id, 2, '4000', -7) from j",
        "23514",
    ),
    (
        "a second reversal",
        "select pg_temp.journal(2, (select id from ledger.journals order by id limit 1)) from generate_series(1, 2)",
        "23505",
    ),
    (
        "a second journal of one source and kind",
        "insert into ledger.journals (kind, effective_date, source_type, source_id, lines)
         select kind, effective_date, source_type, source_id, 2 from ledger.journals order by id limit 1",
        "23505",
    ),
    ("another amount in a line", "update ledger.entries set amount = amount + 1", "42501"),
    ("another day for a journal", "update ledger.journals set effective_date = effective_date - 1", "42501"),
    ("a line less", "delete from ledger.entries", "42501"),
    ("a journal less", "delete from ledger.journals", "42501"),
    ("no journals at all", "truncate ledger.journals cascade", "42501"),
    ("a seal less", "delete from ledger.seals", "42501"),
    ("a shorter chain", "delete from ledger.chain_head", "42501"),
    (
        "a posting on a day without an open period",
        post!("contribution.settled", "date '0900-01-01'", "pg_temp.account('1200'), pg_temp.account('4000')", "5, -5"),
        "P0409",
    ),
    (
        "a posting to an unknown account",
        post!("contribution.settled", "finance.today()", "pg_temp.account('1200'), gen_random_uuid()", "5, -5"),
        "23503",
    ),
    (
        "more than a fund holds",
        post!(
            "allocation.confirmed",
            "finance.today()",
            "pg_temp.account('3900'), ledger.leaf_account('3900', (select id from ledger.funds where code <> 'GEN' limit 1), 'GBP')",
            "900000000000, -900000000000"
        ),
        "P0402",
    ),
    ("a journal by the application", "set local role finance_app; insert into ledger.journals default values", "42501"),
    ("a posting by the application itself", "set local role finance_app; select ledger.post(null, 'a.b', now()::date, 'a', null, '{}', '{}')", "42501"),
    ("a gift by who only reads", "set local role finance_read; insert into giving.contributions default values", "42501"),
];

/// Levels of isolation in which checks would not see what others commit meanwhile.
const LEVELS: [&str; 2] = ["repeatable read", "serializable"];

/// Everything that was let through, or not noticed.
///
/// # Errors
/// When the books cannot be reached.
pub(super) async fn all(session: &Session) -> Result<Vec<String>, Failure> {
    rows(session, TOOLS).await?;
    let mut found = Vec::new();
    for (what, sql, code) in REFUSED {
        let sql = format!("{sql}; set constraints all immediate");
        found.extend(wrongly(session, what, &sql, code).await?);
    }
    for level in LEVELS {
        let claim = "select finance.claim_key('torture', 'torture', sha256('torture'))";
        for (what, sql) in [("a posting", POST), ("a request with a key", claim)] {
            let sql = format!("set transaction isolation level {level}; {sql}");
            found.extend(wrongly(session, &format!("{what} in {level}"), &sql, "25001").await?);
        }
    }
    // The one that must pass: otherwise the refusals above would prove nothing.
    found.extend(wrongly(session, "a posting that is right", POST, "00000").await?);
    found.extend(unnoticed(session).await?);
    Ok(found)
}

/// Tries something and takes it back: what was wrong about how it ended.
async fn wrongly(
    session: &Session,
    what: &str,
    sql: &str,
    expected: &str,
) -> Result<Option<String>, Failure> {
    let failed = |error: &tokio_postgres::Error| {
        Failure::new(Exit::Failure, "a trial cannot be carried out").why(Chain(error)).why(sql)
    };
    let tried = session.batch_execute(&format!("begin; {sql}")).await;
    session.batch_execute("rollback").await.map_err(|error| failed(&error))?;
    let ended = match &tried {
        Ok(()) => SqlState::SUCCESSFUL_COMPLETION,
        Err(error) => error.code().cloned().ok_or_else(|| failed(error))?,
    };
    if ended.code() == expected {
        return Ok(None);
    }
    let why = tried.err().map(|error| Chain(&error).to_string()).unwrap_or_default();
    Ok(Some(format!("{what}: {} instead of {expected} {why}", ended.code())))
}

/// Doubles a sealed journal, still balanced, with the triggers off: the chain must name its link.
async fn unnoticed(session: &Session) -> Result<Option<String>, Failure> {
    let middle = "select seq, journal_id from ledger.seals order by seq offset (select count(*) / 2 from ledger.seals) limit 1";
    let middle = rows(session, middle).await?;
    let Some([seq, journal]) = middle.first().map(Vec::as_slice) else {
        return Ok(Some("nothing is sealed".to_owned()));
    };
    let tamper = format!(
        "begin; alter table ledger.entries disable trigger refuse_change;
         update ledger.entries set amount = amount * 2 where journal_id = '{journal}'"
    );
    rows(session, &tamper).await?;
    let noticed = column(session, "select bad_seq || ' ' || why from ledger.verify_chain()").await;
    rows(session, "rollback").await?;
    let noticed = noticed?;
    let wanted = vec![format!("{seq} content")];
    Ok((noticed != wanted).then(|| format!("changed link {seq}, the chain says {noticed:?}")))
}
