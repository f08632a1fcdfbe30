//! Where statements begin and end in a file: to name the one that failed, and to run them one by one.

/// A statement of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'text> {
    /// Offset of its first byte in the file.
    pub start: usize,
    /// The statement with its semicolon, without the comments before it.
    pub text: &'text str,
}

/// The tokens of SQL, without comments and blanks.
pub(crate) fn tokens(sql: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < sql.len() {
            let end = token_end(sql, at);
            let token = &sql[at..end];
            at = end;
            let comment = token.starts_with("--") || token.starts_with("/*");
            if !comment && !token.trim_ascii().is_empty() {
                return Some(token);
            }
        }
        None
    })
}

/// Splits SQL at a delimiter of its own (`-- atlas:delimiter`), outside quotes and comments, which is no part of a statement.
pub(crate) fn split_at<'text>(sql: &'text str, delimiter: &str) -> Vec<Statement<'text>> {
    let mut statements = Vec::new();
    let mut emit = |from: usize, to: usize| {
        let text = &sql[from..to];
        let mut start = 0;
        // As in `split`, a statement begins behind the comments before it.
        while start < text.len() {
            let end = token_end(text, start);
            let token = &text[start..end];
            if !token.starts_with("--")
                && !token.starts_with("/*")
                && !token.trim_ascii().is_empty()
            {
                break;
            }
            start = end;
        }
        if start < text.len() {
            let text = text[start..].trim_ascii_end();
            statements.push(Statement { start: from + start, text });
        }
    };
    let (mut from, mut at) = (0, 0);
    while at < sql.len() {
        // Comments and quotes are passed over as a whole; what may be a part of the delimiter is not.
        if sql[at..].starts_with(delimiter) {
            emit(from, at);
            at += delimiter.len();
            from = at;
            continue;
        }
        let end = token_end(sql, at);
        let whole = matches!(sql.as_bytes()[at], b'\'' | b'"' | b'$' | b'e' | b'E')
            || sql[at..end].starts_with("--")
            || sql[at..end].starts_with("/*");
        let step = sql[at..].chars().next().map_or(1, char::len_utf8);
        at = if whole { end } else { at + step };
    }
    emit(from, sql.len());
    statements
}

/// Splits SQL at the semicolons that end a statement: not those in quotes, dollar quotes, comments, parentheses or the
/// body of `begin atomic … end`. What is never closed reaches to the end; the server will say why.
pub fn split(sql: &str) -> Vec<Statement<'_>> {
    let bytes = sql.as_bytes();
    let mut statements = Vec::new();
    let mut start = None;
    let mut parens = 0_usize;
    let mut atomic = 0_usize;
    let mut begin = false;
    let mut at = 0;
    while at < bytes.len() {
        let end = token_end(sql, at);
        let token = &sql[at..end];
        let comment = token.starts_with("--") || token.starts_with("/*");
        if comment || token.trim_ascii().is_empty() {
            at = end;
            continue;
        }
        if start.is_none() && token != ";" {
            start = Some(at);
        }
        match token {
            "(" => parens += 1,
            ")" => parens = parens.saturating_sub(1),
            ";" if parens == 0 && atomic == 0 => {
                if let Some(start) = start.take() {
                    statements.push(Statement { start, text: &sql[start..end] });
                }
            }
            _ if begin && token.eq_ignore_ascii_case("atomic") => atomic = 1,
            _ if atomic > 0 && token.eq_ignore_ascii_case("case") => atomic += 1,
            _ if atomic > 0 && token.eq_ignore_ascii_case("end") => atomic -= 1,
            _ => {}
        }
        begin = token.eq_ignore_ascii_case("begin");
        at = end;
    }
    if let Some(start) = start {
        statements.push(Statement { start, text: sql[start..].trim_ascii_end() });
    }
    statements
}

/// The end of the token that begins at `at`: a comment, a quoted thing, a word, a run of blanks, or one character.
pub(crate) fn token_end(sql: &str, at: usize) -> usize {
    let rest = &sql[at..];
    let first = rest.as_bytes()[0];
    let length = match first {
        b'-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
        b'/' if rest.starts_with("/*") => block_comment(rest),
        b'\'' => quoted(rest, b'\'', false),
        b'"' => quoted(rest, b'"', false),
        b'e' | b'E' if rest[1..].starts_with('\'') => 1 + quoted(&rest[1..], b'\'', true),
        b'$' => dollar_quoted(rest),
        _ if is_word(first) => {
            rest.bytes().position(|byte| !is_word(byte) && byte != b'$').unwrap_or(rest.len())
        }
        _ if first.is_ascii_whitespace() => {
            rest.bytes().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
        }
        _ => 1,
    };
    at + length
}

/// Letters, digits, underscore, and every byte beyond ASCII, as in PostgreSQL's identifiers.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Length of a quoted thing; a doubled quote does not end it, a backslash guards the next byte only in `E'…'`.
fn quoted(text: &str, quote: u8, escapes: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of a comment; PostgreSQL's nest.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" if depth == 1 => return at + 2,
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of `$tag$ … $tag$`; of the dollar alone if it opens nothing (`$1`).
fn dollar_quoted(text: &str) -> usize {
    let Some(close) = text[1..].find('$') else { return 1 };
    let tag = &text[..close + 2];
    let name = &tag.as_bytes()[1..tag.len() - 1];
    if name.first().is_some_and(u8::is_ascii_digit) || !name.iter().all(|byte| is_word(*byte)) {
        return 1;
    }
    text[tag.len()..].find(tag).map_or(text.len(), |end| tag.len() + end + tag.len())
}
