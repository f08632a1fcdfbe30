//! `ledger`: the books, for a person at a terminal.
mod bank_csv;
mod import_statement;
#[cfg(test)]
mod tests;

use std::{fmt::Write as _, time::Duration};

use clap::{Args, Subcommand};
use db::{Access, Db, Domain, Pool};
use finance::sql::books::{
    ACCOUNT, ACCOUNT_ENTRIES, ACCOUNTS, Account, AccountEntry, BAD_LINKS, BREAKS, BadLink, Break,
    CODES, CodeBalance, ENTRIES, Entry, FUNDS, HEAD, Head, JOURNAL, Journal,
};
use serde::Serialize;
use stack::{Kind, Stack};
use tokio::time::Instant;
use types::{AccountId, Currency, Date, FundId, JournalId, Money, Timestamp};

use self::import_statement::ImportStatement;
use crate::{
    failure::{Exit, Failure},
    functions,
    output::{Output, Paint, Table},
    seed::decimal,
    torture::Torture,
};

/// How long a look at the books may take.
const PATIENCE: Duration = Duration::from_secs(14 * 60);

/// Rules, links and funds that are shown at most.
const AT_MOST: i64 = 1000;

/// Read the books of the finance database, take in a bank's CSV, or torture books of their own
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri ledger check                                 exit 3 if a rule of the books is broken
  cargo aruuri ledger trial-balance --as-of 2026-04-05
  cargo aruuri ledger trial-balance --fund GEN --from 2026-04-06 -o json
  cargo aruuri ledger statement 1000/GBP
  cargo aruuri ledger journal edb5aa7d-0813-5d91-aa86-b2fa44c4b80e
  cargo aruuri ledger import-statement october.csv --account 1234 --dry-run
  cargo aruuri ledger torture --rounds 5                    kill -9 under load, on servers of its own

All but import-statement and torture write nothing.")]
pub(crate) struct Ledger {
    #[command(subcommand)]
    what: What,
    /// The direct URL of the database; else `ARUURI_FINANCE_DATABASE_URL`, else the local servers
    #[arg(long, value_name = "URL", global = true, hide_env_values = true)]
    url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(flatten)]
    Books(Books),
    Torture(Torture),
}

#[derive(Debug, Subcommand)]
enum Books {
    /// Ask every rule that must hold, and compute the chain of seals again
    Check,
    /// What stands under each nominal code
    TrialBalance(TrialBalance),
    /// The entries of an account, last posted first
    Statement(Statement),
    /// A journal with its entries
    Journal {
        /// Its id
        id: JournalId,
    },
    ImportStatement(ImportStatement),
}

#[derive(Args, Debug)]
struct TrialBalance {
    /// First day of the debits and credits
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last accounting date that counts
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// Last moment of posting that counts
    #[arg(long, value_name = "TIME")]
    posted_until: Option<Timestamp>,
    /// Only this fund: its code or id
    #[arg(long, value_name = "FUND")]
    fund: Option<String>,
}

#[derive(Args, Debug)]
struct Statement {
    /// The account: its id, or CODE/CURRENCY if there is one
    account: String,
    /// Entries at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

#[derive(Serialize)]
struct Checked {
    breaks: Vec<Break>,
    chain: Option<Head>,
    broken_links: Vec<BadLink>,
}

#[derive(Serialize)]
struct Balances {
    lines: Vec<CodeBalance>,
}

#[derive(Serialize)]
struct Entries {
    account: Account,
    entries: Vec<AccountEntry>,
}

#[derive(Serialize)]
struct Posted {
    #[serde(flatten)]
    journal: Journal,
    entries: Vec<Entry>,
}

impl Ledger {
    /// Reads and shows, or tortures.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let what = match self.what {
            What::Books(what) => what,
            What::Torture(torture) if self.url.is_none() => return torture.run(out),
            What::Torture(_) => {
                return Err(Failure::new(Exit::Usage, "--url does not go with torture")
                    .why("it kills its servers, so it makes its own"));
            }
        };
        let running = Stack::find()?.running();
        let local = running.and_then(|it| it.url(Domain::Finance, Kind::Direct, "finance"));
        let given = self.url;
        // The direct URL, whatever way functions take to the database.
        let direct = db::variables(Domain::Finance, Access::Admin);
        let pool = Pool::find(Domain::Finance, Access::Admin, "aruuri ledger", |name| {
            let set = || std::env::var(name).ok().filter(|value| !value.is_empty());
            direct.iter().find(|it| *it == name)?;
            given.clone().or_else(set).or_else(|| local.clone())
        });
        let pool = pool.map_err(|error| {
            Failure::new(Exit::Unreachable, "there is no finance database")
                .because(&error)
                .next("cargo aruuri up, or --url")
        })?;
        functions::runtime()?.block_on(async {
            let db = pool.begin(Instant::now() + PATIENCE);
            match what {
                Books::ImportStatement(asked) => asked.run(&db, out).await,
                Books::Check => check(&db, out).await,
                Books::TrialBalance(asked) => trial_balance(&db, asked, out).await,
                Books::Statement(asked) => statement(&db, asked, out).await,
                Books::Journal { id } => journal(&db, id, out).await,
            }
        })
    }
}

async fn check(db: &Db<'_>, out: &Output) -> Result<Exit, Failure> {
    out.step("asking every rule");
    let breaks = BREAKS.all(db, (AT_MOST,)).await.map_err(unreadable)?;
    out.step("computing the chain of seals again");
    let chain = HEAD.opt(db, ()).await.map_err(unreadable)?;
    let broken_links = BAD_LINKS.all(db, (AT_MOST,)).await.map_err(unreadable)?;
    let sound = breaks.is_empty() && broken_links.is_empty();
    let mut text = String::new();
    if !sound {
        let mut table = Table::new(&["rule", "what"]);
        for Break { invariant, what } in &breaks {
            table.row([invariant.clone(), what.clone()]);
        }
        for BadLink { seq, why } in &broken_links {
            table.row([format!("I11 chain of seals: {why}"), format!("link {seq}")]);
        }
        let _ = write!(text, "{table}");
    }
    let (sealed, waiting) = chain.as_ref().map_or((0, 0), |head| (head.seq, head.waiting));
    let _ = match sound {
        true => write!(
            text,
            "{}: no rule is broken, {sealed} journals sealed, {waiting} wait",
            Paint::good("sound")
        ),
        false => {
            write!(text, "{} rules broken", Paint::bad(breaks.len() + broken_links.len()))
        }
    };
    out.data(&Checked { breaks, chain, broken_links }, text)?;
    Ok(if sound { Exit::Ok } else { Exit::Drift })
}

async fn trial_balance(db: &Db<'_>, asked: TrialBalance, out: &Output) -> Result<Exit, Failure> {
    let TrialBalance { from, as_of, posted_until, fund } = asked;
    if from.zip(as_of).is_some_and(|(from, as_of)| from > as_of) {
        return Err(Failure::new(Exit::Usage, "--from is after --as-of"));
    }
    let fund = match fund {
        Some(named) => Some(find_fund(db, &named).await?),
        None => None,
    };
    let asked = ("en".to_owned(), from, as_of, posted_until, fund);
    let lines = CODES.all(db, asked).await.map_err(unreadable)?;
    let mut table =
        Table::new(&["code", "name", "currency", "opening", "debits", "credits", "closing"]);
    let mut sums: Vec<[Money; 4]> = Vec::new();
    for line in &lines {
        let CodeBalance { code, name, opening, debits, credits, closing, .. } = line;
        let amounts = [*opening, *debits, *credits, *closing];
        let currency = opening.currency();
        table.row(
            [code.clone(), name.clone(), currency.to_string()].into_iter().chain(shown(amounts)),
        );
        match sums.iter_mut().find(|sums| sums[0].currency() == currency) {
            Some(sums) => {
                for (sum, amount) in sums.iter_mut().zip(amounts) {
                    *sum = sum.checked_add(amount).map_err(|error| {
                        Failure::new(Exit::Failure, "the sum is too large").because(&error)
                    })?;
                }
            }
            None => sums.push(amounts),
        }
    }
    for sums in sums {
        let currency = sums[0].currency().to_string();
        table.row([String::new(), "sum".to_owned(), currency].into_iter().chain(shown(sums)));
    }
    out.data(&Balances { lines }, table)?;
    Ok(Exit::Ok)
}

async fn find_fund(db: &Db<'_>, named: &str) -> Result<FundId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let (mut after, mut id) = (None, None);
    loop {
        let funds = FUNDS.all(db, (None, None, after, id, AT_MOST)).await.map_err(unreadable)?;
        if let Some(fund) = funds.iter().find(|fund| fund.code == named) {
            return Ok(fund.id);
        }
        let Some(last) = funds.last() else { break };
        (after, id) = (Some(last.code.clone()), Some(last.id));
    }
    Err(Failure::new(Exit::Usage, format_args!("there is no fund {named}")).next(
        "a code as in GET /v1/finance/funds: GEN, project:<uuid>, theme:<uuid>, stage:<uuid>",
    ))
}

async fn statement(db: &Db<'_>, asked: Statement, out: &Output) -> Result<Exit, Failure> {
    let account = find_account(db, &asked.account).await?;
    let page = (account.id, None, None, None, None, asked.limit);
    let entries = ACCOUNT_ENTRIES.all(db, page).await.map_err(unreadable)?;
    let mut table = Table::new(&["date", "kind", "source", "memo", "amount", "journal"]);
    for entry in &entries {
        let AccountEntry { effective_date, kind, source_type, memo, amount, journal_id, .. } =
            entry;
        table.row([
            effective_date.to_string(),
            kind.clone(),
            source_type.clone(),
            memo.clone(),
            amount_of(*amount),
            journal_id.to_string(),
        ]);
    }
    let currency = account.balance.currency();
    let text =
        format!("{} {currency}, balance {}\n{table}", account.code, amount_of(account.balance));
    out.data(&Entries { account, entries }, text)?;
    Ok(Exit::Ok)
}

async fn find_account(db: &Db<'_>, named: &str) -> Result<Account, Failure> {
    let unknown = || {
        Failure::new(Exit::Usage, format_args!("there is no account {named}"))
            .next("an id, or CODE/CURRENCY: 1000/GBP")
    };
    if let Ok(id) = named.parse::<AccountId>() {
        return ACCOUNT.opt(db, (id,)).await.map_err(unreadable)?.ok_or_else(unknown);
    }
    let (code, currency) = named.split_once('/').ok_or_else(unknown)?;
    let currency: Currency = currency.parse().map_err(|_| unknown())?;
    let filters = (Some(code.to_owned()), None, Some(currency.to_string()), None, AT_MOST);
    let mut accounts = ACCOUNTS.all(db, filters).await.map_err(unreadable)?;
    if accounts.len() > 1 {
        let some = accounts.iter().take(3).map(|account| account.id.to_string());
        let some: Vec<String> = some.collect();
        let count = accounts.len();
        return Err(Failure::new(Exit::Usage, format_args!("{count} accounts are {named}"))
            .why("one for each fund and counterparty")
            .next(format_args!("the id of one: {} …", some.join(", "))));
    }
    accounts.pop().ok_or_else(unknown)
}

async fn journal(db: &Db<'_>, id: JournalId, out: &Output) -> Result<Exit, Failure> {
    let found = JOURNAL.opt(db, (id,)).await.map_err(unreadable)?;
    let journal =
        found.ok_or_else(|| Failure::new(Exit::Usage, format_args!("there is no journal {id}")))?;
    let entries = ENTRIES.all(db, (id,)).await.map_err(unreadable)?;
    let mut table = Table::new(&["line", "code", "fund", "currency", "amount"]);
    for Entry { line, code, fund_id, amount, .. } in &entries {
        table.row([
            line.to_string(),
            code.clone(),
            fund_id.map(|fund| fund.to_string()).unwrap_or_default(),
            amount.currency().to_string(),
            amount_of(*amount),
        ]);
    }
    let Journal { kind, effective_date, posted_at, source_type, source_id, memo, reason, .. } =
        &journal;
    let mut text =
        format!("{kind} on {effective_date}, posted {posted_at}, of {source_type} {source_id}\n");
    for (what, words) in [("memo", Some(memo)), ("reason", reason.as_ref())] {
        if let Some(words) = words.filter(|words| !words.is_empty()) {
            let _ = writeln!(text, "{what}: {words}");
        }
    }
    let _ = write!(text, "{table}");
    out.data(&Posted { journal, entries }, text)?;
    Ok(Exit::Ok)
}

fn shown(amounts: [Money; 4]) -> impl Iterator<Item = String> {
    amounts.into_iter().map(amount_of)
}

fn amount_of(money: Money) -> String {
    decimal(money.minor(), i16::try_from(money.currency().exponent()).unwrap_or(2))
}

fn unreadable(error: db::Error) -> Failure {
    Failure::new(Exit::Unreachable, "the books cannot be read")
        .because(&error)
        .next("cargo aruuri migrate status --domain finance")
}
