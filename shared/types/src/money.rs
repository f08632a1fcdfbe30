//! Amounts of money: whole minor units of a currency, never a float.

mod iso4217;

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::string::checked_string;
use crate::{Invalid, json};

/// A currency of ISO 4217 that has a minor unit (1 for JPY, 1/100 for GBP, 1/1000 for KWD).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// An amount in one currency, positive or negative.
///
/// JSON object `{"amount": 1234, "currency": "GBP"}` with `amount` in minor units; in a table two columns, `bigint` and
/// `text` or `char(3)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Money {
    #[serde(rename = "amount")]
    minor: i64,
    currency: Currency,
}

/// Why a calculation with money has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// The two amounts are in different currencies; convert one with a known rate first.
    OtherCurrency {
        /// The currency of the amount acted on.
        expected: Currency,
        /// The currency of the amount passed in.
        found: Currency,
    },
    /// The result is beyond [`Money::MAX_MINOR`].
    TooLarge,
    /// A split needs at least one weight above zero.
    NoWeight,
}

impl Currency {
    /// Pound sterling.
    pub const GBP: Currency = Currency(*b"GBP");
    /// Euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// US dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// The three letters of ISO 4217.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("the table is ASCII")
    }

    /// How many decimals the major unit has: 2 for GBP, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        iso4217::exponent(self.0).expect("only codes of the table are made")
    }

    /// Every currency there is, by code.
    pub fn all() -> impl Iterator<Item = Currency> {
        let mut codes: Vec<[u8; 3]> = iso4217::codes().collect();
        codes.sort_unstable();
        codes.into_iter().map(Currency)
    }
}

checked_string!(Currency);

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Ok(code) = <[u8; 3]>::try_from(text.as_bytes()) else {
            return Err(Invalid::new(
                "must be a currency code of three capital letters such as GBP",
            ));
        };
        if iso4217::exponent(code).is_some() {
            return Ok(Self(code));
        }
        let upper = code.map(|b| b.to_ascii_uppercase());
        Err(if iso4217::has_no_minor_unit(code) {
            Invalid::new(
                "must be a currency with a minor unit; not a metal, unit of account or test code",
            )
        } else if iso4217::exponent(upper).is_some() {
            Invalid::new(format!("must be in capital letters: {}", Self(upper)))
        } else {
            Invalid::new("must be a currency code in use (ISO 4217) such as GBP")
        })
    }
}

impl Money {
    /// The largest amount in minor units, either way: below 2^53, so that JavaScript reads it exactly.
    pub const MAX_MINOR: i64 = 9_000_000_000_000_000;

    /// Takes an amount in minor units: `new(1234, Currency::GBP)` is 12.34 GBP.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] beyond [`Money::MAX_MINOR`].
    pub const fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor < -Self::MAX_MINOR || minor > Self::MAX_MINOR {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { minor, currency })
    }

    /// No money.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units: pence for GBP, yen for JPY.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Minor units and currency, to be sent as two parameters.
    pub const fn parts(&self) -> (&i64, &Currency) {
        (&self.minor, &self.currency)
    }

    /// Adds an amount of the same currency.
    ///
    /// # Errors
    /// [`MoneyError::OtherCurrency`] or [`MoneyError::TooLarge`].
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::OtherCurrency {
                expected: self.currency,
                found: other.currency,
            });
        }
        // Both are within MAX_MINOR, so the sum is far from the ends of i64.
        Self::new(self.minor + other.minor, self.currency)
    }

    /// Takes away an amount of the same currency.
    ///
    /// # Errors
    /// [`MoneyError::OtherCurrency`] or [`MoneyError::TooLarge`].
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        self.checked_add(other.checked_neg()?)
    }

    /// The same amount the other way.
    ///
    /// # Errors
    /// None today: the range is symmetric. It is a `Result` so that it chains with its siblings.
    pub const fn checked_neg(self) -> Result<Money, MoneyError> {
        Self::new(-self.minor, self.currency)
    }

    /// Shares the amount out in proportion to `weights`, to the last minor unit (largest remainder).
    ///
    /// The parts add up to the whole exactly and each is less than one unit from its exact share. Units left over go to
    /// the largest remainders; of equal ones the earlier part gets it. A negative amount is split as its opposite is.
    ///
    /// # Errors
    /// [`MoneyError::NoWeight`] when there is no weight above zero.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Money>, MoneyError> {
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        if total == 0 {
            return Err(MoneyError::NoWeight);
        }
        // 9e15 * u64::MAX fits 117 bits.
        let exact = |weight: &u64| u128::from(self.minor.unsigned_abs()) * u128::from(*weight);
        let mut parts: Vec<u128> = weights.iter().map(|weight| exact(weight) / total).collect();
        let left_over = u128::from(self.minor.unsigned_abs()) - parts.iter().sum::<u128>();
        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        // Stable: equal remainders stay in order.
        by_remainder.sort_by_key(|&i| Reverse(exact(&weights[i]) % total));
        // Fewer units are left over than there are remainders above zero: no part gets two, no zero weight gets any.
        for &i in by_remainder.iter().take(usize::try_from(left_over).expect("fewer than parts")) {
            parts[i] += 1;
        }
        let money = |part: u128| {
            let minor = i64::try_from(part).expect("a part is not more than the whole");
            Self { minor: minor * self.minor.signum(), currency: self.currency }
        };
        Ok(parts.into_iter().map(money).collect())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let (major, minor) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let currency = self.currency.as_str();
        match exponent {
            0 => write!(f, "{sign}{major} {currency}"),
            _ => write!(f, "{sign}{major}.{minor:0width$} {currency}", width = exponent as usize),
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            #[serde(deserialize_with = "minor_units")]
            amount: i64,
            currency: Currency,
        }

        let Wire { amount, currency } =
            json::object(deserializer, r#"an object such as {"amount": 1234, "currency": "GBP"}"#)?;
        Money::new(amount, currency).map_err(serde::de::Error::custom)
    }
}

/// Reads an integer and nothing that could be taken for one: not `12.0`, not `1e3`, not `"12"`.
fn minor_units<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct MinorUnits;

    impl serde::de::Visitor<'_> for MinorUnits {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number of minor units (1234 is 12.34 GBP)")
        }

        fn visit_i64<E: serde::de::Error>(self, amount: i64) -> Result<i64, E> {
            if amount.unsigned_abs() > Money::MAX_MINOR.unsigned_abs() {
                return Err(E::custom(MoneyError::TooLarge));
            }
            Ok(amount)
        }

        fn visit_u64<E: serde::de::Error>(self, amount: u64) -> Result<i64, E> {
            self.visit_i64(i64::try_from(amount).unwrap_or(i64::MAX))
        }

        // Also what a JSON parser makes of an integer beyond 64 bits.
        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<i64, E> {
            Err(E::custom(
                "must be a whole number of minor units, written without decimal point or exponent (1234 is 12.34 GBP)",
            ))
        }
    }

    deserializer.deserialize_i64(MinorUnits)
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCurrency { expected, found } => {
                write!(f, "must be in {expected}, not in {found}")
            }
            Self::TooLarge => {
                let max = Money::MAX_MINOR;
                write!(f, "must be from -{max} to {max} minor units")
            }
            Self::NoWeight => f.write_str("must have at least one weight above zero"),
        }
    }
}

impl std::error::Error for MoneyError {}
