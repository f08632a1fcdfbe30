//! Until when a gift can be claimed, and how long its records are kept.

use std::str::FromStr;

use jiff::ToSpan as _;
use types::{Date, Invalid};

use crate::tax::TaxYear;

/// The legal form of a charity; it decides what the four years are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A charitable trust: the tax year.
    Trust,
    /// A company: the accounting period.
    Company,
    /// A charitable incorporated organisation: the accounting period.
    Cio,
    /// A community amateur sports club: the accounting period.
    Casc,
}

impl FromStr for Entity {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Entity, Invalid> {
        match name {
            "trust" => Ok(Entity::Trust),
            "company" => Ok(Entity::Company),
            "cio" => Ok(Entity::Cio),
            "casc" => Ok(Entity::Casc),
            _ => Err(Invalid::new("must be trust, company, cio or casc")),
        }
    }
}

/// The last day of an accounting year: a month and a day, `03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearEnd {
    month: i8,
    day: i8,
}

impl FromStr for YearEnd {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<YearEnd, Invalid> {
        // A leap year takes 02-29; in other years it is the last of February.
        let day: Date = format!("2024-{text}").parse().map_err(|_| bad_year_end())?;
        Ok(YearEnd { month: day.month(), day: day.day() })
    }
}

fn bad_year_end() -> Invalid {
    Invalid::new("must be a month and a day such as 03-31")
}

impl YearEnd {
    /// 31 March, the most common.
    pub const MARCH: YearEnd = YearEnd { month: 3, day: 31 };

    /// The last day of the accounting year that a day is in.
    pub fn period_end(self, day: Date) -> Date {
        let end = self.in_year(day.year());
        if end < day { self.in_year(day.year() + 1) } else { end }
    }

    fn in_year(self, year: i16) -> Date {
        let first = Date::constant(year, self.month, 1);
        Date::constant(year, self.month, self.day.min(first.days_in_month()))
    }
}

/// The day from which the years of a gift are counted: the end of its accounting period, for a trust of its tax year.
pub fn counted_from(entity: Entity, year_end: YearEnd, donated_on: Date) -> Date {
    match entity {
        Entity::Trust => TaxYear::of(donated_on).last_day(),
        Entity::Company | Entity::Cio | Entity::Casc => year_end.period_end(donated_on),
    }
}

/// The last day on which a gift can be claimed: four years after that (TMA 1970 s. 43, FA 1998 sch. 18 para. 55).
pub fn last_claim_day(entity: Entity, year_end: YearEnd, donated_on: Date) -> Date {
    counted_from(entity, year_end, donated_on).saturating_add(4.years())
}

/// The last day on which small donations of a tax year can be claimed: two years after its end (GASDS guidance, chapter 8).
pub fn last_small_donations_day(year: TaxYear) -> Date {
    year.last_day().saturating_add(2.years())
}

/// The last day on which records of a claimed gift are needed: six years after the accounting period of the claim, or the
/// last gift claimed under the same declaration, whichever is later (Gift Aid guidance, chapter 3.10).
pub fn last_record_day(entity: Entity, year_end: YearEnd, last_claimed: Date) -> Date {
    counted_from(entity, year_end, last_claimed).saturating_add(6.years())
}
