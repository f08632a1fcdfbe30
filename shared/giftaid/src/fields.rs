//! The fields of a line, each with the rule that the tax office checks it by.
//!
//! The rules are those of `GiftAidValidationService` (hmrc/charities-claims-validation, July 2026) and of `r68-v2-0.xsd`;
//! where the two differ, the stricter one.

use std::fmt;

use types::Date;

use crate::text::{self, Change};

/// The most that an aggregated line may hold, pence.
pub const AGGREGATE_MINOR: i64 = 100_000;
/// The most that one gift inside an aggregated line, or of the small-donations scheme, may be, pence.
pub const SMALL_GIFT_MINOR: i64 = 3_000;
/// The largest amount of a line, pence: fifteen digits.
pub const MAX_MINOR: i64 = 999_999_999_999_999;

/// A rule that a field breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// It is needed.
    Missing,
    /// It has more characters than this.
    TooLong(usize),
    /// It holds a character that the tax office would drop.
    Unprintable,
    /// Titles are two to four letters.
    Title,
    /// Not a postcode of the United Kingdom, and not `X`.
    Postcode,
    /// Neither `yes` nor blank.
    Sponsored,
    /// Not a day as `dd/mm/yy`.
    Date,
    /// A day that has not come.
    Future,
    /// Not an amount with two decimals, or too small or too large.
    Amount,
    /// More than £1,000.00 in an aggregated line.
    AggregateLimit,
    /// A name or an address in an aggregated line.
    AggregateNamed,
    /// A sponsored aggregated line.
    AggregateSponsored,
    /// Not a number from 1 to 1000.
    Item,
    /// Not the reference of a charity.
    HmrcRef,
    /// Not a name that begins with a letter or digit.
    OrgName,
    /// Not a telephone number.
    Phone,
}

impl Rule {
    /// Its name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Rule::Missing => "missing",
            Rule::TooLong(_) => "too_long",
            Rule::Unprintable => "unprintable",
            Rule::Title => "title",
            Rule::Postcode => "postcode",
            Rule::Sponsored => "sponsored",
            Rule::Date => "date",
            Rule::Future => "future_date",
            Rule::Amount => "amount",
            Rule::AggregateLimit => "aggregate_limit",
            Rule::AggregateNamed => "aggregate_named",
            Rule::AggregateSponsored => "aggregate_sponsored",
            Rule::Item => "item",
            Rule::HmrcRef => "hmrc_ref",
            Rule::OrgName => "org_name",
            Rule::Phone => "phone",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Missing => f.write_str("must not be empty"),
            Rule::TooLong(most) => write!(f, "must be at most {most} characters"),
            Rule::Unprintable => f.write_str("must be Latin letters, digits and signs"),
            Rule::Title => f.write_str("must be 2 to 4 letters, such as Mrs"),
            Rule::Postcode => f.write_str(
                "must be a postcode in capitals with the space, such as SW1A 1AA, or X outside the United Kingdom",
            ),
            Rule::Sponsored => f.write_str("must be yes or blank"),
            Rule::Date => f.write_str("must be a day such as 31/12/26"),
            Rule::Future => f.write_str("must not lie in the future"),
            Rule::Amount => f.write_str("must be an amount of at least 0.01 with two decimals"),
            Rule::AggregateLimit => f.write_str("must be at most 1,000.00 in an aggregated line"),
            Rule::AggregateNamed => f.write_str("must be blank in an aggregated line"),
            Rule::AggregateSponsored => f.write_str("must be blank: an aggregated line is not sponsored"),
            Rule::Item => f.write_str("must be a number from 1 to 1000"),
            Rule::HmrcRef => f.write_str("must be one or two capital letters and up to five digits"),
            Rule::OrgName => f.write_str("must begin with a letter or a digit"),
            Rule::Phone => f.write_str("must be digits, spaces, brackets and hyphens, at most 30"),
        }
    }
}

/// A field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the line, from 1; none: the claim as a whole.
    pub item: Option<u32>,
    /// The field.
    pub field: &'static str,
    /// The rule.
    pub rule: Rule,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item {
            Some(item) => write!(f, "line {item}: {} {}", self.field, self.rule),
            None => write!(f, "{} {}", self.field, self.rule),
        }
    }
}

/// A contributor as the tax office is told: made of what is known by [`Donor::of`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Donor {
    /// Mr, Mrs, Dr; none: not said.
    pub title: Option<String>,
    /// First name or initial.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// House name or number.
    pub house: String,
    /// Postcode; none: outside the United Kingdom.
    pub postcode: Option<String>,
}

/// What is known of a contributor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// Title, or blank.
    pub title: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// House name or number.
    pub house: &'a str,
    /// Postcode; none: outside the United Kingdom.
    pub postcode: Option<&'a str>,
}

impl Donor {
    /// The contributor in characters that the tax office keeps, with what had to be changed, by field.
    pub fn of(known: Known<'_>) -> (Donor, Vec<(&'static str, Change)>) {
        let mut changes = Vec::new();
        let mut take = |field, printable: text::Printable| {
            changes.extend(printable.changes.into_iter().map(|change| (field, change)));
            printable.text
        };
        let title = take("title", text::printable(known.title));
        let donor = Donor {
            title: (!title.is_empty()).then_some(title),
            first_name: take("first_name", text::printable(known.first_name)),
            last_name: take("last_name", text::surname(known.last_name)),
            house: take("house", text::printable(known.house)),
            postcode: known
                .postcode
                .map(|code| take("postcode", text::printable(code)).to_uppercase()),
        };
        (donor, changes)
    }

    /// Every rule that it breaks.
    pub fn faults(&self, item: u32) -> Vec<Fault> {
        let postcode = self.postcode.as_deref().map_or(Ok(()), home_postcode);
        let checks = [
            ("title", self.title.as_deref().map_or(Ok(()), title)),
            ("first_name", name(&self.first_name)),
            ("last_name", name(&self.last_name)),
            ("house", house(&self.house)),
            ("postcode", postcode),
        ];
        let fault = |(field, check): (_, Result<(), Rule>)| {
            check.err().map(|rule| Fault { item: Some(item), field, rule })
        };
        checks.into_iter().filter_map(fault).collect()
    }
}

fn plain(value: &str, most: usize) -> Result<(), Rule> {
    if value.trim().is_empty() {
        Err(Rule::Missing)
    } else if !value.chars().all(text::is_printable) {
        Err(Rule::Unprintable)
    } else if value.chars().count() > most {
        Err(Rule::TooLong(most))
    } else {
        Ok(())
    }
}

/// A first or last name: 1 to 35 characters.
///
/// # Errors
/// The rule it breaks.
pub fn name(value: &str) -> Result<(), Rule> {
    plain(value, 35)
}

/// A house name or number: 1 to 40 characters.
///
/// # Errors
/// The rule it breaks.
pub fn house(value: &str) -> Result<(), Rule> {
    plain(value, 40)
}

/// The description of an aggregated line: 1 to 35 characters.
///
/// # Errors
/// The rule it breaks.
pub fn aggregated(value: &str) -> Result<(), Rule> {
    plain(value, 35)
}

/// A title: `^[A-Za-z][A-Za-z'-]{1,3}$`. The XML form takes one letter too, the schedule does not.
///
/// # Errors
/// The rule it breaks.
pub fn title(value: &str) -> Result<(), Rule> {
    let bytes = value.as_bytes();
    let right = (2..=4).contains(&bytes.len())
        && bytes[0].is_ascii_alphabetic()
        && bytes.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-'));
    if right { Ok(()) } else { Err(Rule::Title) }
}

/// A postcode of a schedule: of the United Kingdom, or `X` for outside it.
///
/// # Errors
/// The rule it breaks.
pub fn postcode(value: &str) -> Result<(), Rule> {
    if value == "X" { Ok(()) } else { home_postcode(value) }
}

/// A postcode of the United Kingdom, the Channel Islands or the Isle of Man, in capitals with its space.
///
/// `GIR 0AA`, or `A9 A99 AA9 AA99 A9A AA9A` and `9AA`, the second letter A to H or J to Y. The schema would take `ABC 1AA`,
/// the schedule's validator too; no such postcode exists, so it is refused.
///
/// # Errors
/// The rule it breaks.
pub fn home_postcode(value: &str) -> Result<(), Rule> {
    if value == "GIR 0AA" {
        return Ok(());
    }
    let Some((outward, inward)) = value.split_once(' ') else { return Err(Rule::Postcode) };
    let inward: Vec<char> = inward.chars().map(shape).collect();
    let second = outward.chars().nth(1).unwrap_or('0');
    let shapes: String = outward.chars().map(shape).collect();
    let known = matches!(shapes.as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    let right = known && !matches!(second, 'I' | 'Z') && inward == ['9', 'A', 'A'];
    if right { Ok(()) } else { Err(Rule::Postcode) }
}

fn shape(c: char) -> char {
    match c {
        'A'..='Z' => 'A',
        '0'..='9' => '9',
        _ => '?',
    }
}

/// A day of a schedule, `dd/MM/yy` of this century (or with the century).
///
/// # Errors
/// The rule it breaks; `today` is the last day it may be.
pub fn date(value: &str, today: Date) -> Result<Date, Rule> {
    let parts: Vec<&str> = value.split('/').collect();
    let [day, month, year] = parts[..] else { return Err(Rule::Date) };
    let number = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<i16>().ok()).flatten().ok_or(Rule::Date)
    };
    let century = match (day.len(), month.len(), year.len()) {
        (2, 2, 2) => 2000,
        (2, 2, 4) => 0,
        _ => return Err(Rule::Date),
    };
    let small = |n: i16| i8::try_from(n).map_err(|_| Rule::Date);
    let parsed = Date::new(century + number(year)?, small(number(month)?)?, small(number(day)?)?)
        .map_err(|_| Rule::Date)?;
    if parsed > today { Err(Rule::Future) } else { Ok(parsed) }
}

/// A day as a schedule has it.
pub fn show_date(day: Date) -> String {
    format!("{:02}/{:02}/{:02}", day.day(), day.month(), day.year() % 100)
}

/// An amount of a schedule in pence: digits, commas between thousands, two decimals, no sign.
///
/// # Errors
/// The rule it breaks.
pub fn amount(value: &str) -> Result<i64, Rule> {
    let plain = value.replace(',', "");
    let (pounds, pence) = plain.split_once('.').ok_or(Rule::Amount)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(pounds) || !digits(pence) || pence.len() != 2 || value.starts_with(',') {
        return Err(Rule::Amount);
    }
    let minor: i64 = format!("{pounds}{pence}").parse().map_err(|_| Rule::Amount)?;
    if (1..=MAX_MINOR).contains(&minor) { Ok(minor) } else { Err(Rule::Amount) }
}

/// Pence as pounds with two decimals.
pub fn show_amount(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// The tax office's reference of a charity: `[A-Z]{1,2}[0-9]{1,5}`.
///
/// # Errors
/// The rule it breaks.
pub fn hmrc_ref(value: &str) -> Result<(), Rule> {
    let letters = value.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = &value.as_bytes()[letters..];
    let right = (1..=2).contains(&letters)
        && (1..=5).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit);
    if right { Ok(()) } else { Err(Rule::HmrcRef) }
}

/// A name of an organisation: 1 to 160 characters, the first a letter or digit.
///
/// # Errors
/// The rule it breaks.
pub fn org_name(value: &str) -> Result<(), Rule> {
    plain(value, 160)?;
    let right = value.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if right { Ok(()) } else { Err(Rule::OrgName) }
}

/// A telephone number: `[0-9()\-\s]{1,30}`.
///
/// # Errors
/// The rule it breaks.
pub fn phone(value: &str) -> Result<(), Rule> {
    let right = (1..=30).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'(' | b')' | b'-' | b' '));
    if right { Ok(()) } else { Err(Rule::Phone) }
}
