//! Text in the languages of the platform, and which one to show.

use std::cmp::Reverse;
use std::str::FromStr;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, Json, ToSql, Type, to_sql_checked};
use serde::{Deserialize, Deserializer, Serialize};

use crate::string::{SqlResult, base, checked_string};
use crate::text::check_lines;
use crate::{Invalid, json};

/// A language the platform speaks: `de` or `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Locale {
    /// German.
    De,
    /// English.
    En,
}

/// The same text in every [`Locale`], each at most `MAX` characters, at least one of them not blank.
///
/// JSON object `{"de": "…", "en": "…"}`, column `jsonb`. Text that is missing in one language is an empty string there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct LocalizedText<const MAX: usize = 10_000> {
    de: String,
    en: String,
}

impl Locale {
    /// Every locale.
    pub const ALL: [Locale; 2] = [Locale::De, Locale::En];

    /// The language tag (BCP 47).
    pub const fn as_str(self) -> &'static str {
        match self {
            Locale::De => "de",
            Locale::En => "en",
        }
    }

    /// The language to answer in, from an `Accept-Language` header (RFC 9110 12.5.4).
    ///
    /// `de` serves `de-AT` too (lookup, RFC 4647 3.4), `*` stands for what is not named, `q=0` excludes, and of equal
    /// weights the first named wins. Ranges that are not well-formed are ignored, and so is what comes after the first
    /// kilobyte. Where nothing fits the answer is `default`, or the other language if only `default` is excluded.
    pub fn negotiate(accept_language: Option<&str>, default: Locale) -> Locale {
        let header = bounded(accept_language.unwrap_or_default());
        let other = default.other();
        if preference(header, other) > preference(header, default) { other } else { default }
    }

    const fn other(self) -> Locale {
        match self {
            Locale::De => Locale::En,
            Locale::En => Locale::De,
        }
    }
}

checked_string!(Locale);

impl FromStr for Locale {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|locale| locale.as_str() == text)
            .ok_or_else(|| Invalid::new(r#"must be "de" or "en""#))
    }
}

impl<const MAX: usize> LocalizedText<MAX> {
    /// Takes the text in German and in English; one of them may be empty.
    ///
    /// # Errors
    /// When both are blank, one is longer than `MAX` characters, or one has control characters other than line feed and tab.
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Result<Self, Invalid> {
        let (de, en) = (de.into(), en.into());
        check_lines(&de, MAX)?;
        check_lines(&en, MAX)?;
        if de.trim().is_empty() && en.trim().is_empty() {
            return Err(Invalid::new(r#"must have text in at least one of "de" and "en""#));
        }
        Ok(Self { de, en })
    }

    /// The text in `locale`, or in the other language where that is blank, and the language it is in; never blank.
    pub fn get(&self, locale: Locale) -> (&str, Locale) {
        let asked = self.exact(locale);
        if asked.trim().is_empty() {
            let other = locale.other();
            return (self.exact(other), other);
        }
        (asked, locale)
    }

    /// The text in exactly `locale`, which may be empty.
    pub fn exact(&self, locale: Locale) -> &str {
        match locale {
            Locale::De => &self.de,
            Locale::En => &self.en,
        }
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for LocalizedText<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire<const MAX: usize> {
            de: Side<MAX>,
            en: Side<MAX>,
        }

        let Wire::<MAX> { de, en } =
            json::object(deserializer, r#"an object with the strings "de" and "en""#)?;
        Self::new(de.0, en.0).map_err(serde::de::Error::custom)
    }
}

/// One language of the wire form, checked by itself so that the error points at its key.
struct Side<const MAX: usize>(String);

impl<const MAX: usize> FromStr for Side<MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_lines(text, MAX)?;
        Ok(Self(text.to_owned()))
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Side<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parse(deserializer)
    }
}

impl<const MAX: usize> ToSql for LocalizedText<MAX> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> SqlResult<IsNull> {
        Json(self).to_sql(base(ty), out)
    }

    fn accepts(ty: &Type) -> bool {
        *base(ty) == Type::JSONB
    }

    to_sql_checked!();
}

impl<'row, const MAX: usize> FromSql<'row> for LocalizedText<MAX> {
    fn from_sql(ty: &Type, raw: &'row [u8]) -> SqlResult<Self> {
        Ok(Json::from_sql(base(ty), raw)?.0)
    }

    fn accepts(ty: &Type) -> bool {
        *base(ty) == Type::JSONB
    }
}

/// The ranges within the first kilobyte of a header; browsers send some fifty bytes.
fn bounded(header: &str) -> &str {
    const MAX_BYTES: usize = 1024;
    if header.len() <= MAX_BYTES {
        return header;
    }
    let head = &header[..header.floor_char_boundary(MAX_BYTES)];
    // The last range may have been cut in two.
    head.rsplit_once(',').map_or("", |(ranges, _)| ranges)
}

/// How much the caller wants `locale`: weight in thousandths (0 not named, -1 excluded), then its place in the header.
fn preference(header: &str, locale: Locale) -> (i32, Reverse<usize>) {
    const NOT_NAMED: (i32, Reverse<usize>) = (0, Reverse(usize::MAX));
    const EXCLUDED: (i32, Reverse<usize>) = (-1, Reverse(usize::MAX));

    let (mut named, mut any) = (NOT_NAMED, NOT_NAMED);
    for (place, range) in header.split(',').enumerate() {
        let Some((tag, weight)) = range_and_weight(range) else { continue };
        let wish = if weight == 0 { EXCLUDED } else { (weight, Reverse(place)) };
        if tag == "*" {
            any = wish;
        } else if tag.eq_ignore_ascii_case(locale.as_str()) {
            if wish == EXCLUDED {
                return EXCLUDED;
            }
            named = named.max(wish);
        } else if is_within(tag, locale) {
            // Excluding de-AT says nothing about de: the maximum leaves it out.
            named = named.max(wish);
        }
    }
    if named == NOT_NAMED { any } else { named }
}

/// Whether `tag` is a variety of the locale's language, as `de-AT` is of `de`.
fn is_within(tag: &str, locale: Locale) -> bool {
    tag.split_once('-').is_some_and(|(language, _)| language.eq_ignore_ascii_case(locale.as_str()))
}

/// Takes `de-AT;q=0.8` apart into tag and thousandths; None if it is not well-formed.
fn range_and_weight(range: &str) -> Option<(&str, i32)> {
    let (tag, weight) = match range.split_once(';') {
        None => (range, 1000),
        Some((tag, weight)) => (tag, thousandths(weight.trim_matches(OWS))?),
    };
    let tag = tag.trim_matches(OWS);
    let subtag = |subtag: &str| {
        (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (tag == "*" || tag.split('-').all(subtag)).then_some((tag, weight))
}

/// Optional white space in headers (RFC 9110 5.6.3).
const OWS: [char; 2] = [' ', '\t'];

/// Reads `q=0.8` (RFC 9110 12.4.2): 0 to 1 with at most three decimals.
fn thousandths(weight: &str) -> Option<i32> {
    let value = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimals = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}
