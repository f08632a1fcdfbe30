//! `ledger import-statement`: a bank's CSV into the lines that reconciliation matches.
use std::{collections::HashMap, fs::File, io::Read as _, path::PathBuf};

use clap::Args;
use db::{Db, idempotency::Key};
use finance::sql::{
    Kept,
    bank::{ACCOUNTS, BankAccount, BankStatement, IMPORT_ALL, RECORDED},
    ledger::CHECK_NOW,
};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use types::ContactId;

use super::{
    AT_MOST,
    bank_csv::{self, Entry, Fault, MAX_BYTES, Run},
    unreadable,
};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
    seed::decimal,
};

/// Take in a bank's CSV: its lines then wait for their journals
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri ledger import-statement october.csv --account 1234 --dry-run
  cargo aruuri ledger import-statement october.csv --account 1234
  cargo aruuri ledger import-statement first.csv --account 'Current account' --opening 1,204.50

The first line names the columns: date, description, and amount or both paid in and paid out; balance, reference and
counterparty if there are any. Days are 2026-10-31 or 31/10/2026. Lines that were taken in before are left out, so
files may overlap. A line that is not understood is named, and then nothing is taken in. More: docs/finance.md")]
pub(crate) struct ImportStatement {
    /// The file
    file: PathBuf,
    /// Our bank account: its id, name or last four characters
    #[arg(long, value_name = "ACCOUNT")]
    account: String,
    /// Balance before the first line, if the file has no balances
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    opening: Option<String>,
    /// The contact who does it; else nobody is named
    #[arg(long, value_name = "UUID")]
    by: Option<ContactId>,
    /// Ask the database and show what would be taken in, but keep nothing
    #[arg(long)]
    dry_run: bool,
}

/// What was, or would be, taken in.
#[derive(Debug, Serialize)]
pub(crate) struct Imported {
    dry_run: bool,
    pub(crate) account: String,
    pub(crate) lines: Vec<Entry>,
    /// Lines that were there before.
    pub(crate) known: usize,
    /// Lines of 0.00.
    pub(crate) zero: usize,
    pub(crate) statements: Vec<BankStatement>,
    /// Columns that were not read.
    pub(crate) unread: Vec<String>,
    #[serde(skip)]
    exponent: u32,
}

impl ImportStatement {
    /// Takes the file in and tells what came of it.
    pub(super) async fn run(&self, db: &Db<'_>, out: &Output) -> Result<Exit, Failure> {
        let imported = self.import(db, &self.read()?).await?;
        if !imported.unread.is_empty() {
            out.step(format_args!("columns that are not read: {}", imported.unread.join(", ")));
        }
        let text = imported.text();
        out.data(&imported, text)?;
        Ok(Exit::Ok)
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let file = File::open(&self.file);
        // One more, to see that there is more.
        file.and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)).map_err(
            |error| {
                Failure::new(Exit::Failure, "the file cannot be read")
                    .place(self.file.display())
                    .because(&error)
            },
        )?;
        Ok(bytes)
    }

    /// Takes in what is new.
    pub(crate) async fn import(&self, db: &Db<'_>, bytes: &[u8]) -> Result<Imported, Failure> {
        if bytes.len() > MAX_BYTES {
            return Err(Failure::new(Exit::Failure, "the file is too large")
                .place(self.file.display())
                .why(format_args!("it has more than {MAX_BYTES} bytes"))
                .next("export fewer days into one file"));
        }
        let account = find_account(db, &self.account).await?;
        let currency = account.currency;
        let opening = self.opening.as_ref().map(|text| bank_csv::minor(text, currency));
        let opening = opening
            .transpose()
            .map_err(|cause| Failure::new(Exit::Usage, format_args!("--opening {cause}")))?;
        let file = bank_csv::parse(bytes, currency).map_err(|fault| self.fault(fault))?;
        let refs: Vec<String> = file.entries.iter().map(|it| it.bank_ref.clone()).collect();
        let found = RECORDED.all(db, (account.id, refs)).await.map_err(unreadable)?;
        let recorded: HashMap<String, i64> =
            found.into_iter().map(|it| (it.bank_ref, it.balance_minor)).collect();
        let runs = bank_csv::runs(&file, opening, &recorded).map_err(|fault| self.fault(fault))?;
        let kept = match runs.is_empty() {
            true => Vec::new(),
            false => self.send(db, &account, &runs).await?,
        };
        // Replayed: another import of the same was quicker.
        let is_new = kept.iter().all(|kept| !kept.replayed);
        let new = runs.iter().filter(|_| is_new).flat_map(|run| run.entries);
        let lines: Vec<Entry> = new.cloned().collect();
        Ok(Imported {
            dry_run: self.dry_run,
            account: account.name,
            known: file.entries.len() - lines.len(),
            lines,
            zero: file.zero,
            statements: kept.into_iter().map(|kept| kept.row).collect(),
            unread: file.unread,
            exponent: currency.exponent(),
        })
    }

    async fn send(
        &self,
        db: &Db<'_>,
        account: &BankAccount,
        runs: &[Run<'_>],
    ) -> Result<Vec<Kept<BankStatement>>, Failure> {
        let statements: Vec<Value> = runs.iter().map(|run| statement(account, run)).collect();
        let statements = Value::Array(statements);
        let said = statements.to_string();
        // Two at the same time: the second finds the answer of the first.
        let key = Key {
            scope: "aruuri ledger import-statement".to_owned(),
            key: bank_csv::hex(said.as_bytes()),
            fingerprint: Sha256::digest(said).to_vec(),
        };
        let params = (key, statements, self.by);
        let sent = match self.dry_run {
            true => db.rehearse((IMPORT_ALL.with(params), CHECK_NOW.with(()))).await.map(|it| it.0),
            false => IMPORT_ALL.all(db, params).await,
        };
        sent.map_err(|error| self.refused(error))
    }

    fn fault(&self, Fault { line, column, cause }: Fault) -> Failure {
        let column = column.map_or(String::new(), |column| format!("{column}: "));
        Failure::new(Exit::Failure, format_args!("nothing is taken in: {column}{cause}"))
            .place(format_args!("{}:{line}", self.file.display()))
    }

    fn refused(&self, error: db::Error) -> Failure {
        let why = match error.constraint() {
            Some("bank_accounts_open") => "the bank account is closed",
            Some("bank_statements_no_future") => "a line was booked after today",
            Some("bank_statements_follow") => {
                "its balances are not those of the statements of the days beside it"
            }
            Some("bank_lines_bank_ref_key" | "bank_statements_number_key") => {
                "another import took some of the lines meanwhile: try again"
            }
            _ => return unreadable(error),
        };
        Failure::new(Exit::Failure, "nothing is taken in").place(self.file.display()).why(why)
    }
}

impl Imported {
    fn text(&self) -> String {
        let Imported { dry_run, account, lines, known, zero, statements, .. } = self;
        let mut text = String::new();
        if *dry_run && !lines.is_empty() {
            let mut table = Table::new(&["line", "date", "amount", "counterparty", "purpose"]);
            for entry in lines {
                table.row([
                    entry.line.to_string(),
                    entry.booked_on.to_string(),
                    decimal(entry.amount_minor, i16::try_from(self.exponent).unwrap_or(2)),
                    entry.counterparty.clone().unwrap_or_default(),
                    entry.purpose.clone().unwrap_or_default(),
                ]);
            }
            text = format!("{table}\n");
        }
        let would = if *dry_run { "would be " } else { "" };
        text += &match lines.len() {
            0 => format!("nothing new for {account}"),
            count => format!("{count} lines {would}taken in for {account}"),
        };
        if let (Some(first), Some(last)) = (statements.first(), statements.last()) {
            text += &format!(", from {} to {}", first.opens_on, last.closes_on);
        }
        if *known > 0 {
            text += &format!("; {known} were there before");
        }
        if *zero > 0 {
            text += &format!("; {zero} of 0.00 left out");
        }
        text
    }
}

fn statement(account: &BankAccount, run: &Run<'_>) -> Value {
    let days = run.entries.iter().map(|entry| entry.booked_on);
    let refs: Vec<&str> = run.entries.iter().map(|entry| entry.bank_ref.as_str()).collect();
    let (opens_on, closes_on) = (days.clone().min(), days.max());
    let hash = bank_csv::hex(refs.concat().as_bytes());
    let lines: Vec<Value> = run
        .entries
        .iter()
        .map(|entry| {
            json!({
                "bank_ref": entry.bank_ref, "booked_on": entry.booked_on,
                "amount_minor": entry.amount_minor, "counterparty": entry.counterparty,
                "purpose": entry.purpose,
            })
        })
        .collect();
    json!({
        "bank_account_id": account.id, "currency": account.currency,
        "number": format!("csv {}", &hash[..24]), "opens_on": opens_on, "closes_on": closes_on,
        "opening_minor": run.opening, "closing_minor": run.closing, "lines": lines,
    })
}

async fn find_account(db: &Db<'_>, named: &str) -> Result<BankAccount, Failure> {
    let accounts = ACCOUNTS.all(db, (None, None, AT_MOST)).await.map_err(unreadable)?;
    let is_named =
        |it: &BankAccount| it.id.to_string() == named || it.name == named || it.last_four == named;
    let mut found: Vec<BankAccount> = accounts.into_iter().filter(is_named).collect();
    match (found.pop(), found.is_empty()) {
        (Some(account), true) => Ok(account),
        (Some(_), false) => Err(Failure::new(
            Exit::Usage,
            format_args!("{} bank accounts are {named}", found.len() + 1),
        )
        .next("the id of one, as in GET /v1/finance/bank-accounts")),
        (None, _) => {
            Err(Failure::new(Exit::Usage, format_args!("there is no bank account {named}"))
                .next("an id, name or last four characters as in GET /v1/finance/bank-accounts"))
        }
    }
}
