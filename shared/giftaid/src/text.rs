//! Text as the tax office takes it: Latin-1 without control characters.
//!
//! Charities Online drops every character outside `\x20-\x7E` and `\xA1-\xFF` without a word: "Łukasz" becomes "ukasz".
//! Here such a character becomes the letters nearest to it, and each change is shown before anything is claimed.

use std::borrow::Cow;

/// A character that the tax office cannot hold, and what stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As it was.
    pub from: String,
    /// As it is sent; empty if nothing stands for it.
    pub to: String,
}

/// A text that the tax office can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printable {
    /// The text.
    pub text: String,
    /// What was changed, in order; white space is not shown.
    pub changes: Vec<Change>,
}

/// Whether the tax office keeps a character.
pub fn is_printable(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{7E}' | '\u{A1}'..='\u{FF}')
}

/// Writes a text with characters that the tax office keeps; runs of white space become one space, none at the ends.
pub fn printable(text: &str) -> Printable {
    let mut out = Printable::default();
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.text.is_empty() && !out.text.ends_with(' ') {
                out.text.push(' ');
            }
        } else if is_printable(c) {
            out.text.push(c);
        } else {
            let to = nearest(c);
            out.text.push_str(&to);
            out.changes.push(Change { from: c.to_string(), to: to.into_owned() });
        }
    }
    out.text.truncate(out.text.trim_end().len());
    out
}

/// A surname: as [`printable`], and with a space for each hyphen, as the schedule's guidance asks.
pub fn surname(text: &str) -> Printable {
    let mut out = printable(text);
    for _ in out.text.matches('-') {
        out.changes.push(Change { from: "-".to_owned(), to: " ".to_owned() });
    }
    if out.text.contains('-') {
        out.text = out.text.replace('-', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    }
    out
}

/// The base letters of Latin Extended-A, from U+0100 on; `~` where there is none.
const EXTENDED_A: &str = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi~~JjKkkLlLlLlLlLlNnNnNn~NnOoOo\
     Oo~~RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
/// The same of Latin Extended-B, from U+0180 on.
const EXTENDED_B: &str = "bBBb~~~Cc~DDd~~~~FfG~~~IKkl~~NnOOo~~Pp~~~~~tTtTUu~VYyZz~~~~~~~~~~~~~~D~~L~~N~AaI\
     iOoUuUuUuUuUu~AaAa~~GgGgKkOoOo~~j~D~Gg~~NnAa~~OoAaAaEeEeIiIiOoOoRrRrUuUuSsTt~~Hh\
     Nd~~ZzAaEeOoOoOoOoYylnt~~~ACcLTsz~~B~~EeJj~qRrYy";
/// The same of Latin Extended Additional, from U+1E00 on.
const ADDITIONAL: &str = "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOo\
     OoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwyas~~~~\
     AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUu\
     UuYyYyYyYy~~~~Yy";

fn nearest(c: char) -> Cow<'static, str> {
    let words = match c {
        'Œ' => "OE",
        'œ' => "oe",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "'n",
        'ẞ' => "SS",
        'Ǆ' | 'ǅ' => "Dz",
        'ǆ' => "dz",
        'Ǉ' | 'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' | 'ǋ' => "Nj",
        'ǌ' => "nj",
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{02BC}' | '\u{02B9}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{20AC}' => "EUR",
        '\u{2116}' => "No",
        _ => return letter(c).map_or(Cow::Borrowed(""), |base| Cow::Owned(base.to_string())),
    };
    Cow::Borrowed(words)
}

fn letter(c: char) -> Option<char> {
    let (table, first) = match c {
        '\u{100}'..='\u{17F}' => (EXTENDED_A, 0x100),
        '\u{180}'..='\u{24F}' => (EXTENDED_B, 0x180),
        '\u{1E00}'..='\u{1EFF}' => (ADDITIONAL, 0x1E00),
        _ => return None,
    };
    let place = usize::try_from(u32::from(c) - first).ok()?;
    let base = char::from(*table.as_bytes().get(place)?);
    (base != '~').then_some(base)
}
