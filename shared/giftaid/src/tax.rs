//! Tax years, the basic rate of each, and what a gift is worth.

use types::Date;

/// A tax year, 6 April to 5 April.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxYear(i16);

/// Basic rates by the tax years they held for, in hundredths of a percent (Finance Acts 2008 to 2026). A year that is not
/// here has no rate yet: nothing can be claimed for it.
const BASIC_RATES: &[(i16, i16, u16)] = &[(2008, 2026, 2000)];

impl TaxYear {
    /// The tax year of a day.
    pub fn of(day: Date) -> TaxYear {
        let before = (day.month(), day.day()) < (4, 6);
        TaxYear(day.year() - i16::from(before))
    }

    /// The tax year that begins in April of `year`.
    pub const fn starting(year: i16) -> TaxYear {
        TaxYear(year)
    }

    /// The calendar year in which it begins.
    pub const fn year(self) -> i16 {
        self.0
    }

    /// The calendar year in which it ends, by which forms name it.
    pub const fn ends(self) -> i16 {
        self.0 + 1
    }

    /// 6 April.
    pub fn first_day(self) -> Date {
        Date::constant(self.0, 4, 6)
    }

    /// 5 April of the next calendar year.
    pub fn last_day(self) -> Date {
        Date::constant(self.ends(), 4, 5)
    }

    /// Its basic rate of income tax in hundredths of a percent; none if it is not law yet.
    pub fn basic_rate_bp(self) -> Option<u16> {
        let held = |(first, last, _): &&(i16, i16, u16)| (*first..=*last).contains(&self.0);
        BASIC_RATES.iter().find(held).map(|(_, _, rate)| *rate)
    }
}

/// Tax on a gift at a rate: `amount × r/(100 − r)`, pence, floored (Gift Aid guidance, chapter 3.6).
pub fn at_rate(amount_minor: i64, rate_bp: u16) -> i64 {
    let (amount, rate) = (i128::from(amount_minor), i128::from(rate_bp));
    i64::try_from((amount * rate).div_euclid(10_000 - rate)).expect("a rate is below a half")
}

/// Tax on a gift of a day, pence, floored; none: the rate of that year is not known.
pub fn on(amount_minor: i64, day: Date) -> Option<i64> {
    TaxYear::of(day).basic_rate_bp().map(|rate| at_rate(amount_minor, rate))
}

/// What a claim asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Sum of the gifts, pence.
    pub total_minor: i64,
    /// Tax on that sum, floored once per rate, pence.
    pub tax_minor: i64,
    /// Sum of the tax of each gift, floored each: what was accrued.
    pub accrued_minor: i64,
}

impl Expected {
    /// What a claim of gifts (pence, day) asks for; none: the rate of a year is not known.
    pub fn of(gifts: impl IntoIterator<Item = (i64, Date)>) -> Option<Expected> {
        let mut all = Expected::default();
        let mut by_rate: Vec<(u16, i64)> = Vec::new();
        for (amount, day) in gifts {
            let rate = TaxYear::of(day).basic_rate_bp()?;
            all.total_minor += amount;
            all.accrued_minor += at_rate(amount, rate);
            match by_rate.iter_mut().find(|(known, _)| *known == rate) {
                Some((_, sum)) => *sum += amount,
                None => by_rate.push((rate, amount)),
            }
        }
        all.tax_minor = by_rate.into_iter().map(|(rate, sum)| at_rate(sum, rate)).sum();
        Some(all)
    }

    /// What flooring each gift has lost: less than a penny per gift, posted when the claim is sent.
    pub fn rounding_minor(self) -> i64 {
        self.tax_minor - self.accrued_minor
    }
}
