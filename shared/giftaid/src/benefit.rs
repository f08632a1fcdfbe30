//! What a contributor may get back for a gift.

/// The most that all benefits of one contributor in one tax year may be worth, pence (ITA 2007 s. 418, since 2007-04-06).
pub const PER_YEAR_MINOR: i64 = 250_000;

/// Whether the benefit of a gift is small enough: a quarter of the first £100 and a twentieth of the rest, and at most
/// £2,500 in the tax year (ITA 2007 s. 418 as of 2019-04-06). `earlier_minor` is what other gifts of the year brought.
pub fn is_small(gift_minor: i64, benefit_minor: i64, earlier_minor: i64) -> bool {
    let gift = i128::from(gift_minor);
    let first = gift.min(10_000);
    let allowed_by_hundred = first * 25 + (gift - first) * 5;
    let by_gift = i128::from(benefit_minor) * 100 <= allowed_by_hundred;
    let by_year =
        benefit_minor == 0 || benefit_minor.saturating_add(earlier_minor) <= PER_YEAR_MINOR;
    by_gift && by_year
}

/// Whether it was no gift at all: what came back is worth as much.
pub fn is_purchase(gift_minor: i64, benefit_minor: i64) -> bool {
    benefit_minor > 0 && benefit_minor >= gift_minor
}
