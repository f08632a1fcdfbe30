use proptest::prelude::*;
use serde_json::json;

use super::read;
use crate::*;

const MAX: i64 = Money::MAX_MINOR;

fn gbp(minor: i64) -> Money {
    Money::new(minor, Currency::GBP).unwrap()
}

fn minors(parts: &[Money]) -> Vec<i64> {
    parts.iter().map(|part| part.minor()).collect()
}

#[test]
fn money_is_written_and_read_as_one_object() {
    let money: Money = read(r#"{"currency": "GBP", "amount": -1234}"#).unwrap();

    assert_eq!(money, gbp(-1234));
    assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"amount":-1234,"currency":"GBP"}"#);
}

#[test]
fn the_largest_amounts_are_taken_and_one_more_is_not() {
    let money = |amount: i128| read::<Money>(&format!(r#"{{"amount":{amount},"currency":"GBP"}}"#));
    let rule = "must be from -9000000000000000 to 9000000000000000 minor units";

    assert_eq!(money(MAX.into()), Ok(gbp(MAX)));
    assert_eq!(money((-MAX).into()), Ok(gbp(-MAX)));
    let beyond = [MAX + 1, -MAX - 1, i64::MAX, i64::MIN].map(i128::from);
    for amount in beyond.into_iter().chain([u64::MAX.into()]) {
        assert_eq!(money(amount), Err(rule.to_owned()), "{amount}");
    }
    assert_eq!(Money::new(MAX + 1, Currency::GBP), Err(MoneyError::TooLarge));
    assert_eq!(Money::new(i64::MIN, Currency::GBP), Err(MoneyError::TooLarge));
}

#[test]
fn an_amount_that_is_no_integer_is_refused() {
    for amount in ["1.0", "1e3", "-0.5", "-0.0", "99999999999999999999999"] {
        let refused = read::<Money>(&format!(r#"{{"amount":{amount},"currency":"GBP"}}"#));
        assert!(refused.as_ref().unwrap_err().starts_with("must be a whole number"), "{refused:?}");
    }
    for amount in [r#""12""#, "null", "true", "[1]", "{}"] {
        let refused = read::<Money>(&format!(r#"{{"amount":{amount},"currency":"GBP"}}"#));
        let expected = "expected a whole number of minor units (1234 is 12.34 GBP)";
        assert!(refused.as_ref().unwrap_err().ends_with(expected), "{refused:?}");
    }
}

#[test]
fn anything_but_the_two_keys_is_refused() {
    let cases = [
        (r#"{"amount":1}"#, "missing field `currency`"),
        (r#"{"currency":"GBP"}"#, "missing field `amount`"),
        (r#"{"amount":1,"currency":"GBP","x":1}"#, "unknown field `x`"),
        (r#"{"amount":1,"amount":2,"currency":"GBP"}"#, "duplicate field `amount`"),
        (r#"{"minor":1,"currency":"GBP"}"#, "unknown field `minor`"),
        (r#"[1,"GBP"]"#, r#"expected an object such as {"amount": 1234, "currency": "GBP"}"#),
        ("1234", "expected an object such as"),
        ("null", "expected an object such as"),
    ];
    for (json, why) in cases {
        let refused = read::<Money>(json).unwrap_err();
        assert!(refused.contains(why), "{json}: {refused}");
    }
}

#[test]
fn a_currency_that_is_not_in_use_is_refused_with_a_hint() {
    let cases = [
        ("gbp", "must be in capital letters: GBP"),
        ("XYZ", "must be a currency code in use (ISO 4217) such as GBP"),
        ("DEM", "must be a currency code in use (ISO 4217) such as GBP"),
        ("BGN", "must be a currency code in use (ISO 4217) such as GBP"),
        ("XAU", "must be a currency with a minor unit; not a metal, unit of account or test code"),
        ("", "must be a currency code of three capital letters such as GBP"),
        ("GBP ", "must be a currency code of three capital letters such as GBP"),
        ("£", "must be a currency code of three capital letters such as GBP"),
        ("G\0P", "must be a currency code in use (ISO 4217) such as GBP"),
        ("€", "must be a currency code in use (ISO 4217) such as GBP"),
    ];
    for (code, rule) in cases {
        assert_eq!(code.parse::<Currency>(), Err(Invalid::new(rule)), "{code:?}");
        let refused = read::<Money>(&json!({ "amount": 1, "currency": code }).to_string());
        assert_eq!(refused.unwrap_err(), rule);
    }
}

#[test]
fn the_table_holds_each_currency_once() {
    let all: Vec<Currency> = Currency::all().collect();

    assert_eq!(all.len(), 165);
    assert!(all.is_sorted_by(|a, b| a < b));
    for currency in all {
        assert_eq!(currency.as_str().parse(), Ok(currency));
    }
}

#[test]
fn decimals_are_those_of_the_standard() {
    let exponents = [("GBP", 2), ("JPY", 0), ("ISK", 0), ("HUF", 2), ("KWD", 3), ("CLF", 4)];
    for (code, exponent) in exponents {
        assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
    }
}

#[test]
fn money_is_shown_with_the_decimals_of_its_currency() {
    let cases = [
        (1234, "GBP", "12.34 GBP"),
        (-5, "GBP", "-0.05 GBP"),
        (0, "GBP", "0.00 GBP"),
        (-100, "EUR", "-1.00 EUR"),
        (1234, "JPY", "1234 JPY"),
        (-1, "JPY", "-1 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (1, "UYW", "0.0001 UYW"),
        (-MAX, "GBP", "-90000000000000.00 GBP"),
    ];
    for (minor, code, shown) in cases {
        assert_eq!(Money::new(minor, code.parse().unwrap()).unwrap().to_string(), shown);
    }
}

#[test]
fn sums_keep_their_currency_and_range() {
    let euro = Money::new(1, Currency::EUR).unwrap();
    let other = MoneyError::OtherCurrency { expected: Currency::GBP, found: Currency::EUR };

    assert_eq!(gbp(2).checked_add(gbp(-3)), Ok(gbp(-1)));
    assert_eq!(gbp(2).checked_sub(gbp(-3)), Ok(gbp(5)));
    assert_eq!(gbp(MAX).checked_neg(), Ok(gbp(-MAX)));
    assert_eq!(gbp(MAX - 1).checked_add(gbp(1)), Ok(gbp(MAX)));
    assert_eq!(gbp(MAX).checked_add(gbp(1)), Err(MoneyError::TooLarge));
    assert_eq!(gbp(-MAX).checked_sub(gbp(1)), Err(MoneyError::TooLarge));
    assert_eq!(gbp(-MAX).checked_sub(gbp(MAX)), Err(MoneyError::TooLarge));
    assert_eq!(gbp(1).checked_add(euro), Err(other));
    assert_eq!(gbp(1).checked_sub(euro), Err(other));
    assert_eq!(other.to_string(), "must be in GBP, not in EUR");
}

#[test]
fn a_split_gives_what_is_left_over_to_the_largest_remainders() {
    let cases: [(i64, &[u64], &[i64]); 9] = [
        (1, &[1, 1, 1], &[1, 0, 0]),
        (2, &[1, 1, 1], &[1, 1, 0]),
        (-1, &[1, 1, 1], &[-1, 0, 0]),
        (0, &[1, 2], &[0, 0]),
        (100, &[1, 1, 1], &[34, 33, 33]),
        (10, &[1, 2, 0], &[3, 7, 0]),
        (5, &[0, 0, 9], &[0, 0, 5]),
        (MAX, &[u64::MAX, u64::MAX], &[MAX / 2, MAX / 2]),
        (7, &[1], &[7]),
    ];
    for (minor, weights, parts) in cases {
        assert_eq!(minors(&gbp(minor).split(weights).unwrap()), parts, "{minor} by {weights:?}");
    }
}

#[test]
fn a_split_without_weight_is_refused() {
    assert_eq!(gbp(1).split(&[]), Err(MoneyError::NoWeight));
    assert_eq!(gbp(1).split(&[0, 0]), Err(MoneyError::NoWeight));
    assert_eq!(gbp(0).split(&[0]), Err(MoneyError::NoWeight));
}

fn weights() -> impl Strategy<Value = Vec<u64>> {
    let weight = prop_oneof![0..10_u64, any::<u64>()];
    prop::collection::vec(weight, 1..20).prop_filter("weightless", |w| w.iter().any(|&w| w > 0))
}

proptest! {
    #[test]
    fn a_split_adds_up_and_is_fair_to_one_unit(minor in -MAX..=MAX, weights in weights()) {
        let parts = gbp(minor).split(&weights).unwrap();

        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(minors(&parts).iter().sum::<i64>(), minor);
        let total: i128 = weights.iter().map(|&w| i128::from(w)).sum();
        for (part, &weight) in parts.iter().zip(&weights) {
            // |part - minor * weight / total| < 1, without dividing.
            let error = i128::from(part.minor()) * total - i128::from(minor) * i128::from(weight);
            prop_assert!(error.abs() < total);
            prop_assert!(weight > 0 || part.minor() == 0);
        }
    }

    #[test]
    fn a_split_of_the_opposite_is_the_opposite_split(minor in -MAX..=MAX, weights in weights()) {
        let there = gbp(minor).split(&weights).unwrap();
        let back = gbp(-minor).split(&weights).unwrap();

        let opposite: Vec<Money> = there.iter().map(|part| part.checked_neg().unwrap()).collect();
        prop_assert_eq!(back, opposite);
    }

    #[test]
    fn adding_and_taking_away_cancel(a in -MAX..=MAX, b in -MAX..=MAX) {
        if let Ok(sum) = gbp(a).checked_add(gbp(b)) {
            prop_assert_eq!(sum.checked_sub(gbp(b)), Ok(gbp(a)));
        }
    }

    #[test]
    fn money_survives_json(minor in -MAX..=MAX, index in 0..165_usize) {
        let money = Money::new(minor, Currency::all().nth(index).unwrap()).unwrap();
        prop_assert_eq!(read::<Money>(&serde_json::to_string(&money).unwrap()), Ok(money));
    }
}
