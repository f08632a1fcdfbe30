//! What a statement says before it is sent: its parameters and what kind it is.
use postgres_types::Type;

use crate::Error;

/// The statement with the type of each parameter written beside it: `$1` becomes `($1::pg_catalog.int8)`.
///
/// The protocol has no place for parameter types. With the cast the server takes the parameter for
/// exactly that type instead of guessing: the statement means what it means over TCP.
pub fn typed(sql: &str, types: &[Type]) -> String {
    let mut out = String::with_capacity(sql.len() + 24 * types.len());
    let bytes = sql.as_bytes();
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        let end = skip(sql, at);
        if end > at {
            at = end;
            continue;
        }
        let number = match bytes[at] {
            b'$' => sql[at + 1..].bytes().take_while(u8::is_ascii_digit).count(),
            // A dollar in an identifier is part of it.
            b if is_word(b) => {
                at += bytes[at..].iter().take_while(|b| is_word(**b) || **b == b'$').count();
                continue;
            }
            _ => 0,
        };
        if number == 0 {
            at += 1;
            continue;
        }
        let end = at + 1 + number;
        let ty = sql[at + 1..end].parse().ok().and_then(|n: usize| types.get(n.checked_sub(1)?));
        if let Some(ty) = ty.filter(|ty| **ty != Type::UNKNOWN) {
            out.push_str(&sql[copied..at]);
            out.push('(');
            out.push_str(&sql[at..end]);
            out.push_str("::pg_catalog.");
            out.push_str(ty.name());
            out.push(')');
            copied = end;
        }
        at = end;
    }
    out.push_str(&sql[copied..]);
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where the comment or quoted text ends that begins at `at`; `at` if none does.
fn skip(sql: &str, at: usize) -> usize {
    let rest = &sql[at..];
    let to =
        |found: Option<usize>, length: usize| at + found.map_or(rest.len(), |found| found + length);
    match rest.as_bytes() {
        [b'-', b'-', ..] => to(rest.find('\n'), 1),
        [b'/', b'*', ..] => at + comment(rest),
        [b'\'', ..] => at + quoted(rest, 1, false),
        [b'e' | b'E', b'\'', ..] => at + quoted(rest, 2, true),
        [b'"', ..] => to(rest[1..].find('"'), 2),
        [b'$', ..] => {
            let name = rest[1..].bytes().take_while(|b| is_word(*b)).count();
            let is_tag = rest.as_bytes().get(1 + name) == Some(&b'$')
                && !rest.as_bytes()[1].is_ascii_digit();
            let tag = &rest[..name + 2 * usize::from(is_tag)];
            if is_tag { to(rest[tag.len()..].find(tag), 2 * tag.len()) } else { at }
        }
        _ => at,
    }
}

/// The length of a comment, which may hold comments.
fn comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string that has begun before `at`; a doubled quote is two strings to us.
fn quoted(text: &str, mut at: usize, escapes: bool) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' => return at + 1,
            b'\\' if escapes => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Refuses what has no meaning in a request of its own, or ends the transaction of a batch early.
pub(crate) fn check(sql: &str) -> Result<(), Error> {
    let mut words = words(sql);
    let mut next = || words.next().unwrap_or_default();
    let reason = match next().as_str() {
        "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release" => {
            "controls a transaction: a batch is one, from its first statement to its last"
        }
        "prepare" if next() == "transaction" => "controls a transaction",
        "set" => match next().as_str() {
            "local" | "constraints" => return Ok(()),
            _ => "changes a session, of which nothing is kept: use `set local` in a batch",
        },
        "copy" | "listen" | "unlisten" | "declare" | "fetch" => {
            "needs a session, which SQL over HTTP does not have"
        }
        _ => return Ok(()),
    };
    Err(Error::Statement { reason })
}

/// The words a statement begins with, in small letters.
fn words(sql: &str) -> impl Iterator<Item = String> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < sql.len() {
            let rest = &sql[at..];
            let first = rest.chars().next()?;
            let is_comment = rest.starts_with("--") || rest.starts_with("/*");
            if is_comment {
                at = skip(sql, at);
            } else if first.is_whitespace() || first == ';' {
                at += first.len_utf8();
            } else {
                break;
            }
        }
        let length = sql[at..].bytes().take_while(|b| is_word(*b)).count();
        let word = sql[at..at + length].to_ascii_lowercase();
        at += length;
        (length > 0).then_some(word)
    })
}
