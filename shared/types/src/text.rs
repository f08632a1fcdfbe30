//! Strings that were checked when they came in.
//!
//! Lengths count characters (Unicode scalar values) as PostgreSQL's `char_length` does, so that a limit here and a
//! `check` in a table mean the same. Nothing here cleans HTML: text is data, whoever shows it escapes it.

use std::str::FromStr;

use crate::Invalid;
use crate::string::checked_string;

/// One line of at most `MAX` characters: trimmed, never empty, without control characters or line breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

/// Text of at most `MAX` characters on any number of lines: never blank; line feed and tab are the only control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize>(String);

/// A name for URLs: lower-case words of letters and digits joined by hyphens, at most 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// An e-mail address that a mail server would take: `local@domain` within the limits of RFC 5321.
///
/// Not taken, though the RFCs allow them: quoted local parts, address literals (`[192.0.2.1]`), a domain of one label
/// and letters outside ASCII (write the domain as `xn--…`). The domain is stored in lower case; the local part is kept
/// as given, since only its own server knows whether case matters there. Compare addresses with `citext` or `lower()`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl<const MAX: usize> Line<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Text<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Slug {
    /// The longest slug, in characters.
    pub const MAX: usize = 80;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Email {
    /// The longest address: a path of 256 octets (RFC 5321 4.5.3.1.3) less its angle brackets (erratum 1690 to RFC 3696).
    pub const MAX: usize = 254;
    /// The longest part before the @ (RFC 5321 4.5.3.1.1).
    pub const MAX_LOCAL: usize = 64;
    /// The longest part between two dots of the domain (RFC 1035 2.3.4).
    pub const MAX_LABEL: usize = 63;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

checked_string!({const MAX: usize} Line<MAX>);
checked_string!({const MAX: usize} Text<MAX>);
checked_string!(Slug);
checked_string!(Email);

impl<const MAX: usize> FromStr for Line<MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::new("must not be empty"));
        }
        check_length(text, MAX)?;
        if let Some(c) =
            text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            let code = u32::from(c);
            let rule = format!("must be one line without control characters (found U+{code:04X})");
            return Err(Invalid::new(rule));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.trim().is_empty() {
            return Err(Invalid::new("must not be empty"));
        }
        check_lines(text, MAX)?;
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Slug {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("must not be empty"));
        }
        check_length(text, Self::MAX)?;
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !text.split('-').all(word) {
            return Err(Invalid::new(
                "must be lower-case letters a-z and digits in words joined by single hyphens, such as clean-water-2",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_length(text, Self::MAX)?;
        let Some((local, domain)) =
            text.split_once('@').filter(|(_, domain)| !domain.contains('@'))
        else {
            return Err(Invalid::new(
                "must be an e-mail address with one @, such as ada@example.org",
            ));
        };
        check_local(local)?;
        check_domain(domain)?;
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

fn check_local(local: &str) -> Result<(), Invalid> {
    if local.len() > Email::MAX_LOCAL {
        let max = Email::MAX_LOCAL;
        return Err(Invalid::new(format!("must have at most {max} characters before the @")));
    }
    // `atext` of RFC 5322 3.2.3.
    let atom = |part: &str| {
        let symbol = |b: u8| b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || symbol(b))
    };
    if !local.split('.').all(atom) {
        return Err(Invalid::new(
            "must have only letters a-z, digits, single dots and !#$%&'*+-/=?^_`{|}~ before the @",
        ));
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), Invalid> {
    // Letters, digits and inner hyphens: RFC 1123 2.1.
    let label = |label: &str| {
        (1..=Email::MAX_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A last label of digits only would be an IP address.
    let top = |(_, top): (&str, &str)| top.bytes().any(|b| !b.is_ascii_digit());
    if !domain.split('.').all(label) || !domain.rsplit_once('.').is_some_and(top) {
        return Err(Invalid::new("must have a domain such as example.org after the @"));
    }
    Ok(())
}

/// Refuses more than `max` characters.
pub(crate) fn check_length(text: &str, max: usize) -> Result<(), Invalid> {
    // Bytes first: they are known, and no text has more characters than bytes.
    if text.len() > max && text.chars().nth(max).is_some() {
        return Err(Invalid::new(format!("must be at most {max} characters")));
    }
    Ok(())
}

/// Refuses what text on several lines must not have; blank text passes.
pub(crate) fn check_lines(text: &str, max: usize) -> Result<(), Invalid> {
    check_length(text, max)?;
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        None => Ok(()),
        Some(c) => Err(Invalid::new(format!(
            "must not contain control characters other than line feed and tab (found U+{:04X})",
            u32::from(c)
        ))),
    }
}
