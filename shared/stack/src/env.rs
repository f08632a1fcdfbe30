//! `.aruuri/env`: what functions need, as lines a shell can read.
use std::collections::BTreeMap;

/// `KEY='value'` lines, sorted.
pub(crate) fn format(env: &BTreeMap<String, String>) -> String {
    let mut text = String::from(
        "# Written by `cargo aruuri up` for this machine only. Read it with: set -a; . .aruuri/env; set +a\n",
    );
    for (key, value) in env {
        text.push_str(&format!("{key}='{}'\n", value.replace('\'', r"'\''")));
    }
    text
}

/// Reads what `up` wrote to `.aruuri/env`; also lines without quotes, with `export`, and comments.
pub fn parse_env(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        Some((key.trim().to_owned(), unquote(value)))
    };
    text.lines().filter_map(pair).collect()
}

/// A shell word of quoted and bare parts.
fn unquote(word: &str) -> String {
    let mut value = String::new();
    let mut letters = word.chars();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted = !quoted,
            '\\' if !quoted => value.extend(letters.next()),
            _ => value.push(letter),
        }
    }
    value
}
