//! Sort code and account number, or IBAN: checked, written one way, known again by the same words.
use std::fmt;

use api::{Problem, problem};
use serde::{Deserialize, Serialize};
use types::Line;

/// The shortest IBAN of the registry is Norway's with 15 characters; none may be longer than 34 (ISO 13616).
const IBAN_LENGTH: std::ops::RangeInclusive<usize> = 15..=34;

/// Where money is sent: `sort_code` with `account_number`, or `iban`. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "BankDetails"))]
pub(super) struct Details {
    /// Six digits; spaces and hyphens do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort_code: Option<Line<40>>,
    /// Eight digits; a shorter number is filled with zeros in front by its bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_number: Option<Line<40>>,
    /// With its check digits; spaces do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iban: Option<Line<50>>,
}

/// Details that can be right.
#[derive(PartialEq, Eq)]
pub(super) struct Checked {
    /// Written one way.
    pub(super) details: Details,
    /// ISO 3166-1 alpha-2 code of the bank.
    pub(super) country: String,
    /// Of the account number or IBAN.
    pub(super) last_four: String,
    /// The same for the same account, whether it was given as a British IBAN or without.
    pub(super) account: String,
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked(…{})", self.last_four)
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Details(…)")
    }
}

impl Details {
    /// Has a sort code.
    pub(super) fn is_uk(&self) -> bool {
        self.sort_code.is_some()
    }

    /// As it is sealed.
    pub(super) fn text(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec(self).map_err(unreadable)
    }

    /// As it was sealed.
    pub(super) fn read(text: &[u8]) -> Result<Details, Problem> {
        serde_json::from_slice(text).map_err(unreadable)
    }

    pub(super) fn checked(&self) -> Result<Checked, Problem> {
        match (&self.sort_code, &self.account_number, &self.iban) {
            (Some(sort_code), Some(number), None) => {
                let sort_code = digits(sort_code.as_str(), 6, "/details/sort_code")?;
                let number = digits(number.as_str(), 8, "/details/account_number")?;
                Ok(Checked {
                    country: "GB".to_owned(),
                    last_four: number[4..].to_owned(),
                    account: format!("{sort_code}{number}"),
                    details: Details {
                        sort_code: Some(line(&sort_code)?),
                        account_number: Some(line(&number)?),
                        iban: None,
                    },
                })
            }
            (None, None, Some(iban)) => {
                let iban: String = iban.as_str().chars().filter(|c| *c != ' ').collect();
                let iban = iban.to_ascii_uppercase();
                if !is_iban(&iban) {
                    let detail = "is no IBAN: its check digits do not fit";
                    return Err(Problem::invalid("/details/iban", detail));
                }
                // GB, two check digits, four letters of the bank, sort code, account number.
                let account =
                    if iban.starts_with("GB") && iban.len() == 22 { &iban[8..] } else { &iban };
                Ok(Checked {
                    country: iban[..2].to_owned(),
                    last_four: iban[iban.len() - 4..].to_owned(),
                    account: account.to_owned(),
                    details: Details {
                        sort_code: None,
                        account_number: None,
                        iban: Some(line(&iban)?),
                    },
                })
            }
            _ => {
                let detail = "must be sort_code with account_number, or iban";
                Err(Problem::invalid("/details", detail))
            }
        }
    }
}

/// The cause says where, never what: digits of an account must not reach the log.
fn unreadable(error: serde_json::Error) -> Problem {
    let what = format!("bank details in column {}: {:?}", error.column(), error.classify());
    Problem::new(problem::INTERNAL, "the request was not carried out")
        .because(std::io::Error::other(what))
}

fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>, Problem> {
    text.parse().map_err(|_| Problem::invalid("/details", "is too long"))
}

/// Exactly that many digits, without what people put between them.
fn digits(text: &str, count: usize, pointer: &str) -> Result<String, Problem> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if plain.len() == count && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(plain);
    }
    Err(Problem::invalid(pointer, format!("must be {count} digits")))
}

/// ISO 13616: two letters, two digits, and the whole is 1 modulo 97 once its first four characters stand last.
fn is_iban(iban: &str) -> bool {
    let bytes = iban.as_bytes();
    if !IBAN_LENGTH.contains(&bytes.len())
        || !bytes.iter().all(u8::is_ascii_alphanumeric)
        || !bytes[..2].iter().all(u8::is_ascii_uppercase)
        || !bytes[2..4].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let turned = bytes[4..].iter().chain(&bytes[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(details: Value) -> Result<Checked, String> {
        let details: Details = serde_json::from_value(details).unwrap();
        details.checked().map_err(|problem| problem.errors[0].pointer.clone().unwrap())
    }

    #[test]
    fn an_account_is_the_same_however_it_is_written() {
        let plain =
            checked(json!({ "sort_code": "601613", "account_number": "31926819" })).unwrap();
        let spaced =
            checked(json!({ "sort_code": "60-16-13", "account_number": "3192 6819" })).unwrap();
        let iban = checked(json!({ "iban": "gb29 NWBK 6016 1331 9268 19" })).unwrap();

        assert_eq!(plain, spaced);
        assert_eq!((plain.country.as_str(), plain.last_four.as_str()), ("GB", "6819"));
        assert_eq!((iban.country.as_str(), iban.last_four.as_str()), ("GB", "6819"));
        assert_eq!(iban.account, plain.account);
        assert!(!format!("{plain:?}").contains("3192"), "an account is not for logs");
    }

    #[test]
    fn what_cannot_be_an_account_is_refused_where_it_is_wrong() {
        let number = "31926819";
        for (details, at) in [
            (json!({}), "/details"),
            (json!({ "sort_code": "601613" }), "/details"),
            (json!({ "account_number": number }), "/details"),
            (json!({ "sort_code": "601613", "account_number": number, "iban": "X" }), "/details"),
            (json!({ "sort_code": "60161", "account_number": number }), "/details/sort_code"),
            (json!({ "sort_code": "6016133", "account_number": number }), "/details/sort_code"),
            (json!({ "sort_code": "60161a", "account_number": number }), "/details/sort_code"),
            (json!({ "sort_code": "٦٠١", "account_number": number }), "/details/sort_code"),
            (
                json!({ "sort_code": "601613", "account_number": "3192681" }),
                "/details/account_number",
            ),
            (
                json!({ "sort_code": "601613", "account_number": "319268190" }),
                "/details/account_number",
            ),
            (json!({ "iban": "GB28NWBK60161331926819" }), "/details/iban"),
            (json!({ "iban": "GB29NWBK60161331926891" }), "/details/iban"),
            (json!({ "iban": "GB29" }), "/details/iban"),
            (json!({ "iban": "2929NWBK60161331926819" }), "/details/iban"),
            (json!({ "iban": "GBXXNWBK60161331926819" }), "/details/iban"),
            (json!({ "iban": "GB29NWBK6016133192681ü" }), "/details/iban"),
        ] {
            assert_eq!(checked(details.clone()), Err(at.to_owned()), "{details}");
        }
    }

    #[test]
    fn an_iban_is_as_long_as_one_may_be() {
        // Norway's 15, Malta's 31, and 34, whose check digits were worked out for it.
        for iban in ["NO9386011117947", "MT84MALT011000012345MTLCAST001S"] {
            assert!(is_iban(iban), "{iban}");
        }
        let sealed = |length: usize| {
            let body = "0".repeat(length - 4);
            (2..=98).map(|check| format!("DE{check:02}{body}")).any(|iban| is_iban(&iban))
        };
        assert_eq!([14, 15, 34, 35].map(sealed), [false, true, true, false]);
    }
}
