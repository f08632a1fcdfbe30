//! A bank's CSV, read strictly: what is not understood is refused, with its line.
//!
//! Not with the csv crate: to it a quote that is never closed, or that something follows, is no mistake.
//! Not read: other separators than the comma, lines before the headings, and words for "in" and "out" behind an amount.
use std::{collections::HashMap, iter::Peekable, str::Chars};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use types::{Currency, Date, Line, Money, Text};

/// Bytes of a file at most.
pub(crate) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Lines of a file at most, besides the headings and empty ones: a year of a charity that is large for us.
pub(crate) const MAX_LINES: usize = 20_000;

/// Why a file is not taken in: nothing of it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where in the file, from 1.
    pub(crate) line: usize,
    /// The heading, if one field is to blame.
    pub(crate) column: Option<String>,
    /// What is wrong with it.
    pub(crate) cause: String,
}

/// What the bank says of one movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    /// Where in the file it begins.
    pub(crate) line: usize,
    /// Day of booking.
    pub(crate) booked_on: Date,
    /// Minor units; negative: went out.
    pub(crate) amount_minor: i64,
    /// Who it came from or went to.
    pub(crate) counterparty: Option<String>,
    /// Words of the payment.
    pub(crate) purpose: Option<String>,
    /// Stands for the line wherever it is exported again.
    pub(crate) bank_ref: String,
    #[serde(skip)]
    balance: Option<i128>,
}

/// A file that is understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Oldest first.
    pub(crate) entries: Vec<Entry>,
    /// Balance before the first, minor units, if the file has balances.
    pub(crate) opening: Option<i128>,
    /// Lines of 0.00, which move nothing and are left out.
    pub(crate) zero: usize,
    /// Headings that mean nothing here.
    pub(crate) unread: Vec<String>,
}

/// Lines that follow each other and were not taken in before, with the balances around them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run<'a> {
    /// Balance before, minor units.
    pub(crate) opening: i64,
    /// Balance after.
    pub(crate) closing: i64,
    /// The lines.
    pub(crate) entries: &'a [Entry],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Meaning {
    Date,
    Description,
    Amount,
    PaidIn,
    PaidOut,
    Balance,
    Reference,
    Counterparty,
}

/// What UK banks call their columns, in lower case.
const HEADINGS: [(Meaning, &[&str]); 8] = [
    (Meaning::Date, &["date", "transaction date", "booking date", "posting date", "posted date"]),
    (
        Meaning::Description,
        &["description", "transaction description", "details", "narrative", "particulars", "memo"],
    ),
    (Meaning::Amount, &["amount", "value", "transaction amount"]),
    (Meaning::PaidIn, &["paid in", "money in", "credit", "credit amount", "in"]),
    (Meaning::PaidOut, &["paid out", "money out", "debit", "debit amount", "out"]),
    (Meaning::Balance, &["balance", "running balance", "account balance"]),
    (Meaning::Reference, &["reference", "transaction reference", "payment reference"]),
    (Meaning::Counterparty, &["counterparty", "counter party", "payee", "name"]),
];

/// One line with its fields, and what they mean.
struct Row<'a> {
    line: usize,
    fields: &'a [String],
    head: &'a Head,
    currency: Currency,
}

struct Head {
    names: Vec<String>,
    places: HashMap<Meaning, usize>,
    unread: Vec<String>,
}

/// Reads a file of an account in this currency.
pub(crate) fn parse(bytes: &[u8], currency: Currency) -> Result<File, Fault> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        Fault::new(line, "is not UTF-8: save the file as CSV in UTF-8")
    })?;
    let rows = rows(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let Some(((line, names), rows)) = rows.split_first() else {
        return Err(Fault::new(1, "the file is empty: its first line names the columns"));
    };
    let head = Head::read(*line, names, currency)?;
    let (mut entries, mut zero) = (Vec::with_capacity(rows.len()), 0);
    for (line, fields) in rows {
        match (Row { line: *line, fields, head: &head, currency }).entry()? {
            Some(entry) => entries.push(entry),
            None => zero += 1,
        }
    }
    order(&mut entries);
    name(&mut entries);
    let opening = opening(&entries, &head)?;
    Ok(File { entries, opening, zero, unread: head.unread })
}

/// What of the lines is new, as statements that fit to what was taken in before: the balance after each such line.
pub(crate) fn runs<'a>(
    file: &'a File,
    opening: Option<i64>,
    recorded: &HashMap<String, i64>,
) -> Result<Vec<Run<'a>>, Fault> {
    let first = file.entries.first().map_or(1, |entry| entry.line);
    let given = opening.map(i128::from);
    if let (Some(given), Some(found)) = (given, file.opening)
        && given != found
    {
        let cause = format!("the balance before it is {found} minor units, but --opening {given}");
        return Err(Fault::new(first, cause));
    }
    let mut balance = file.opening.or(given);
    let mut runs = Vec::new();
    let mut rest = &file.entries[..];
    // After the line before, as it was taken in.
    let mut before: Option<i128> = None;
    while let Some(entry) = rest.first() {
        if let Some(after) = recorded.get(&entry.bank_ref) {
            before = Some(i128::from(*after));
            balance = balance.map(|balance| balance + i128::from(entry.amount_minor));
            rest = &rest[1..];
            continue;
        }
        let known = rest.iter().position(|entry| recorded.contains_key(&entry.bank_ref));
        let (new, later) = rest.split_at(known.unwrap_or(rest.len()));
        let sum: i128 = new.iter().map(|entry| i128::from(entry.amount_minor)).sum();
        let next = later
            .first()
            .map(|entry| i128::from(recorded[&entry.bank_ref]) - i128::from(entry.amount_minor));
        let Some(opening) = before.or(balance).or(next.map(|next| next - sum)) else {
            let cause = "the file has no balances, and none of its lines is known: say --opening AMOUNT, the balance before it";
            return Err(Fault::new(entry.line, cause));
        };
        if let Some(balance) = balance.filter(|balance| *balance != opening) {
            let cause = format!(
                "the balance before it is {balance} minor units, but the line before was taken in with {opening}"
            );
            return Err(Fault::new(entry.line, cause));
        }
        if let Some(next) = next.filter(|next| *next != opening + sum) {
            let last = new.last().map_or(entry.line, |entry| entry.line);
            let cause = format!(
                "the balance after it is {} minor units, but the line that follows was taken in from {next}",
                opening + sum
            );
            return Err(Fault::new(last, cause));
        }
        runs.push(Run {
            opening: bounded(entry.line, opening)?,
            closing: bounded(entry.line, opening + sum)?,
            entries: new,
        });
        balance = balance.map(|balance| balance + sum);
        rest = later;
    }
    Ok(runs)
}

/// An amount as people write it, to the minor unit.
pub(crate) fn minor(text: &str, currency: Currency) -> Result<i64, String> {
    let wrong = || "is not an amount such as -1,234.56".to_owned();
    let text = without_pound(text.trim(), currency);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let text = without_pound(text, currency);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped = whole.contains(',');
    if !digits(first)
        || is_grouped && first.len() > 3
        || groups.any(|group| group.len() != 3 || !digits(group))
        || !digits(fraction)
    {
        return Err(wrong());
    }
    let exponent = currency.exponent() as usize;
    let fraction = if text.contains('.') { fraction } else { "" };
    if fraction.len() > exponent {
        return Err(format!("has more than the {exponent} decimals of {currency}"));
    }
    let written = format!("{sign}{}{fraction:0<exponent$}", whole.replace(',', ""));
    let minor = written.parse().ok().filter(|minor| Money::new(*minor, currency).is_ok());
    minor.ok_or_else(|| "is too large".to_owned())
}

fn without_pound(text: &str, currency: Currency) -> &str {
    match currency {
        Currency::GBP => text.strip_prefix('£').unwrap_or(text),
        _ => text,
    }
}

impl Fault {
    fn new(line: usize, cause: impl Into<String>) -> Fault {
        Fault { line, column: None, cause: cause.into() }
    }
}

impl Head {
    fn read(line: usize, names: &[String], currency: Currency) -> Result<Head, Fault> {
        let mut head = Head { names: names.to_vec(), places: HashMap::new(), unread: Vec::new() };
        for (place, name) in names.iter().enumerate() {
            let refuse =
                |cause: String| Err(Fault { line, column: Some(name.trim().to_owned()), cause });
            let mut known = words(&name.replace('_', " ").to_lowercase()).unwrap_or_default();
            // `Amount (GBP)`.
            if let Some((rest, code)) = known.strip_suffix(')').and_then(|it| it.rsplit_once(" ("))
            {
                if code != currency.as_str().to_lowercase() {
                    return refuse(format!("the bank account is in {currency}"));
                }
                known = rest.to_owned();
            }
            let Some((meaning, _)) = HEADINGS.iter().find(|(_, of)| of.contains(&known.as_str()))
            else {
                head.unread.push(name.trim().to_owned());
                continue;
            };
            if let Some(other) = head.places.insert(*meaning, place) {
                return refuse(format!("means the same as the column {}", names[other].trim()));
            }
        }
        let has = |meaning| head.places.contains_key(&meaning);
        if has(Meaning::Amount) && (has(Meaning::PaidIn) || has(Meaning::PaidOut)) {
            return Err(Fault::new(
                line,
                "there are columns for an amount and for paid in or out: take one away",
            ));
        }
        let split = has(Meaning::PaidIn) && has(Meaning::PaidOut);
        for (there, meaning) in [
            (has(Meaning::Date), Meaning::Date),
            (has(Meaning::Description), Meaning::Description),
            (has(Meaning::Amount) || split, Meaning::Amount),
        ] {
            if !there {
                let names = HEADINGS.iter().find(|(it, _)| *it == meaning).map(|(_, names)| names);
                let cause = format!(
                    "no column is named {}",
                    names.map_or(String::new(), |it| it.join(", "))
                );
                let or =
                    if meaning == Meaning::Amount { "; nor both paid in and paid out" } else { "" };
                return Err(Fault::new(line, cause + or));
            }
        }
        Ok(head)
    }
}

impl Row<'_> {
    fn entry(&self) -> Result<Option<Entry>, Fault> {
        let columns = self.head.names.len();
        let (read, more) = self.fields.split_at(columns.min(self.fields.len()));
        if read.len() < columns || more.iter().any(|field| !field.is_empty()) {
            let cause = format!("has {} fields, not {columns}", self.fields.len());
            return Err(Fault::new(self.line, cause));
        }
        let day = self.text(Meaning::Date);
        let booked_on = day_of(day).ok_or_else(|| {
            self.fault(Meaning::Date, "is not a day such as 2026-10-31 or 31/10/2026")
        })?;
        let amount_minor = match self.head.places.contains_key(&Meaning::Amount) {
            true => self
                .amount(Meaning::Amount)?
                .ok_or_else(|| self.fault(Meaning::Amount, "is empty"))?,
            false => self.paid()?,
        };
        let balance = self.amount(Meaning::Balance)?.map(i128::from);
        let description = self.words(Meaning::Description);
        let reference = self.words(Meaning::Reference);
        // Matching looks for our references among the words.
        let purpose = match (description, reference) {
            (Some(words), Some(reference)) if words.contains(&reference) => Some(words),
            (Some(words), Some(reference)) => Some(format!("{words} {reference}")),
            (words, reference) => words.or(reference),
        };
        let counterparty = self.words(Meaning::Counterparty);
        if let Some(purpose) = &purpose {
            let checked = purpose.parse::<Text<1000>>();
            checked.map_err(|error| self.fault(Meaning::Description, &error.to_string()))?;
        }
        if let Some(counterparty) = &counterparty {
            let checked = counterparty.parse::<Line<200>>();
            checked.map_err(|error| self.fault(Meaning::Counterparty, &error.to_string()))?;
        }
        let entry = Entry {
            line: self.line,
            booked_on,
            amount_minor,
            counterparty,
            purpose,
            bank_ref: String::new(),
            balance,
        };
        Ok(Some(entry).filter(|entry| entry.amount_minor != 0))
    }

    fn paid(&self) -> Result<i64, Fault> {
        let (paid_in, paid_out) = (self.amount(Meaning::PaidIn)?, self.amount(Meaning::PaidOut)?);
        for (meaning, amount) in [(Meaning::PaidIn, paid_in), (Meaning::PaidOut, paid_out)] {
            if amount.is_some_and(|amount| amount < 0) {
                return Err(self.fault(meaning, "must not be negative"));
            }
        }
        match (paid_in, paid_out) {
            (None, None) => {
                Err(self.fault(Meaning::PaidIn, "is empty, and so is what was paid out"))
            }
            (Some(amount), None | Some(0)) => Ok(amount),
            (None | Some(0), Some(amount)) => Ok(-amount),
            (Some(_), Some(_)) => {
                Err(self.fault(Meaning::PaidOut, "stands beside what was paid in"))
            }
        }
    }

    /// None: the column or the field is not there.
    fn amount(&self, meaning: Meaning) -> Result<Option<i64>, Fault> {
        let text = self.text(meaning);
        if text.is_empty() {
            return Ok(None);
        }
        minor(text, self.currency).map(Some).map_err(|cause| self.fault(meaning, &cause))
    }

    fn words(&self, meaning: Meaning) -> Option<String> {
        words(self.text(meaning))
    }

    fn text(&self, meaning: Meaning) -> &str {
        self.head.places.get(&meaning).map_or("", |place| self.fields[*place].trim())
    }

    fn fault(&self, meaning: Meaning, cause: &str) -> Fault {
        let place = self.head.places.get(&meaning);
        let column = place.map(|place| self.head.names[*place].trim().to_owned());
        Fault { line: self.line, column, cause: cause.to_owned() }
    }
}

/// The lines with their fields (RFC 4180), those that are not empty.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let (mut rows, mut line) = (Vec::new(), 1);
    let mut chars = text.chars().peekable();
    while chars.peek().is_some() {
        let began = line;
        let mut fields = Vec::new();
        loop {
            let (field, has_next) =
                field(&mut chars, &mut line).map_err(|cause| Fault::new(began, cause))?;
            fields.push(field);
            if !has_next {
                break;
            }
        }
        line += 1;
        if fields.iter().any(|field| !field.trim().is_empty()) {
            rows.push((began, fields));
        }
        if rows.len() > MAX_LINES + 1 {
            let cause =
                format!("is line {} of the bank: export at most {MAX_LINES}", rows.len() - 1);
            return Err(Fault::new(began, cause));
        }
    }
    Ok(rows)
}

/// A field, and whether another one follows on the line.
fn field(
    chars: &mut Peekable<Chars<'_>>,
    line: &mut usize,
) -> Result<(String, bool), &'static str> {
    let mut text = String::new();
    if chars.next_if_eq(&'"').is_some() {
        loop {
            match chars.next() {
                None => return Err("a quote is not closed"),
                // Two stand for one.
                Some('"') if chars.next_if_eq(&'"').is_none() => break,
                Some(char) => {
                    *line += usize::from(char == '\n');
                    text.push(char);
                }
            }
        }
        chars.next_if_eq(&'\r');
        return match chars.next() {
            None | Some('\n') => Ok((text, false)),
            Some(',') => Ok((text, true)),
            Some(_) => Err("something follows a closing quote"),
        };
    }
    loop {
        match chars.next() {
            None | Some('\n') => return Ok((text, false)),
            Some(',') => return Ok((text, true)),
            Some('\r') if chars.peek() == Some(&'\n') => {}
            Some(char) => text.push(char),
        }
    }
}

/// Words with one space between them: banks fill their columns up.
fn words(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

fn day_of(text: &str) -> Option<Date> {
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i16>().ok(),
        false => None,
    };
    let (year, month, day) = match *text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (text.get(..4)?, text.get(5..7)?, text.get(8..)?),
        [_, _, b'/', _, _, b'/', _, _, _, _] => (text.get(6..)?, text.get(3..5)?, text.get(..2)?),
        _ => return None,
    };
    let small = |text| i8::try_from(number(text)?).ok();
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// Oldest first, however the bank exports.
fn order(entries: &mut [Entry]) {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
    let newest_first = match first.booked_on == last.booked_on {
        true => !leads(entries.iter()) && leads(entries.iter().rev()),
        false => first.booked_on > last.booked_on,
    };
    if newest_first {
        entries.reverse();
    }
    // Stable: within a day they stay as the bank has them.
    entries.sort_by_key(|entry| entry.booked_on);
}

/// Whether each balance follows from the one before.
fn leads<'a>(entries: impl Iterator<Item = &'a Entry>) -> bool {
    let mut balance = None;
    for entry in entries {
        let expected = balance.map(|balance: i128| balance + i128::from(entry.amount_minor));
        if entry.balance.is_some() && expected.is_some() && entry.balance != expected {
            return false;
        }
        balance = entry.balance.or(expected);
    }
    true
}

/// Two equal lines of a day are two: the place among its equals is part of what stands for a line.
fn name(entries: &mut [Entry]) {
    let mut equals: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let Entry { booked_on, amount_minor, counterparty, purpose, .. } = &*entry;
        let said = serde_json::json!([booked_on, amount_minor, counterparty, purpose]).to_string();
        let count = equals.entry(said.clone()).or_default();
        *count += 1;
        let hash = hex(format!("{said} {count}").as_bytes());
        entry.bank_ref = format!("csv {booked_on} {}", &hash[..24]);
    }
}

/// The balance before the first line, once all balances agree.
fn opening(entries: &[Entry], head: &Head) -> Result<Option<i128>, Fault> {
    let mut sum = 0;
    let mut opening = None;
    for entry in entries {
        sum += i128::from(entry.amount_minor);
        let Some(balance) = entry.balance else { continue };
        let expected = opening.get_or_insert(balance - sum).to_owned() + sum;
        if balance != expected {
            let column = head.places.get(&Meaning::Balance).map(|place| head.names[*place].clone());
            let cause =
                format!("is {balance} minor units, but the lines before lead to {expected}");
            return Err(Fault { line: entry.line, column, cause });
        }
    }
    Ok(opening)
}

fn bounded(line: usize, balance: i128) -> Result<i64, Fault> {
    let fits = i64::try_from(balance).ok().filter(|balance| balance.abs() <= Money::MAX_MINOR);
    fits.ok_or_else(|| Fault::new(line, "the balance is too large"))
}

/// SHA-256 in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
