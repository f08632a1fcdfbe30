use proptest::prelude::*;

use super::day;
use crate::tax::{Expected, TaxYear, at_rate, on};

#[test]
fn a_pound_is_worth_a_quarter_and_pennies_are_floored() {
    let cases = [(100, 25), (1, 0), (3, 0), (4, 1), (7, 1), (8, 2), (10_000, 2_500), (999, 249)];
    for (gift, tax) in cases {
        assert_eq!(at_rate(gift, 2_000), tax, "{gift}");
    }
    assert_eq!(at_rate(10_000, 2_200), 2_820, "at 22 %, as until 2008: 22/78");
}

#[test]
fn tax_years_turn_on_6_april() {
    let cases = [
        ("2026-04-05", 2025),
        ("2026-04-06", 2026),
        ("2026-01-01", 2025),
        ("2026-12-31", 2026),
        ("2028-02-29", 2027),
    ];
    for (at, year) in cases {
        let found = TaxYear::of(day(at));
        assert_eq!(found.year(), year, "{at}");
        assert!(found.first_day() <= day(at) && day(at) <= found.last_day());
    }
}

#[test]
fn a_year_without_a_rate_is_worth_nothing_known() {
    assert_eq!(on(100, day("2008-04-05")), None);
    assert_eq!(on(100, day("2008-04-06")), Some(25));
    assert_eq!(on(100, day("2027-04-05")), Some(25));
    assert_eq!(on(100, day("2027-04-06")), None);
    assert_eq!(Expected::of([(100, day("2026-05-01")), (100, day("2030-01-01"))]), None);
}

/// Pence and days of gifts, from one seed.
fn gifts(seed: u64, count: usize) -> Vec<(i64, types::Date)> {
    let mut state = seed;
    let mut next = move || {
        // Knuth's MMIX generator: the same gifts on every machine.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count)
        .map(|_| {
            let pence = i64::try_from(next() % 500_000).unwrap() + 1;
            let days = i64::try_from(next() % 1_461).unwrap();
            (pence, day("2022-04-06").checked_add(jiff::Span::new().days(days)).unwrap())
        })
        .collect()
}

#[test]
fn ten_thousand_gifts_accrue_with_their_rounding_what_the_claim_asks_for() {
    let given = gifts(20_261_122, 10_000);

    let expected = Expected::of(given.iter().copied()).unwrap();

    let accrued: i64 = given.iter().map(|(pence, at)| on(*pence, *at).unwrap()).sum();
    let total: i64 = given.iter().map(|(pence, _)| pence).sum();
    assert_eq!(expected.accrued_minor, accrued);
    assert_eq!(accrued + expected.rounding_minor(), total * 20 / 80);
    assert!((0..=7_500).contains(&expected.rounding_minor()), "below 0.75 p each");
}

proptest! {
    #[test]
    fn rounding_never_costs_more_than_three_quarters_of_a_penny_a_gift(
        pence in proptest::collection::vec(1i64..10_000_000, 1..200),
    ) {
        let at = day("2026-05-01");
        let expected = Expected::of(pence.iter().map(|p| (*p, at))).unwrap();

        let count = i64::try_from(pence.len()).unwrap();
        prop_assert!(expected.rounding_minor() >= 0);
        prop_assert!(expected.rounding_minor() * 4 <= count * 3);
        prop_assert_eq!(expected.tax_minor, expected.total_minor / 4);
    }
}
