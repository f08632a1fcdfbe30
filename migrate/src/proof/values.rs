//! Values that a column may take: by its type, and by what its conditions mention.

use sha2::{Digest, Sha256};

use super::pattern::sample;
use crate::outline::{Check, Column, Table};

/// What to try for a column, likeliest first, as text the server reads; `row` makes other values for other rows.
/// Nothing is promised: conditions sort them out.
pub(crate) fn candidates(table: &Table, column: &Column, row: usize) -> Vec<String> {
    let mut found = Vec::new();
    if table.partitioned_by.as_ref().is_some_and(|key| key.contains(&column.name)) {
        found.extend(
            table.bounds.iter().rev().filter_map(|bound| literals(bound).into_iter().next()),
        );
    }
    let own = |check: &&Check| check.columns.contains(&column.name);
    let conditions: Vec<&str> = table
        .checks
        .iter()
        .filter(own)
        .map(|check| check.expression.as_str())
        .chain(column.conditions.iter().map(String::as_str))
        .collect();
    let seed = format!("{}.{}.{row}", table.full_name(), column.name);
    found.extend(by_type(column, &column.base, &conditions, row, &seed));
    let mut distinct = Vec::new();
    for value in found {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

fn by_type(
    column: &Column,
    base: &str,
    conditions: &[&str],
    row: usize,
    seed: &str,
) -> Vec<String> {
    if !column.labels.is_empty() && !base.ends_with("[]") {
        return column.labels.clone();
    }
    if let Some(element) = base.strip_suffix("[]") {
        let inner = by_type(column, element, conditions, row, seed);
        let quote = |value: &String| {
            format!("{{\"{}\"}}", value.replace('\\', "\\\\").replace('"', "\\\""))
        };
        return inner.iter().take(4).map(quote).chain(["{}".to_owned()]).collect();
    }
    let name = base.split(['(', ' ']).next().unwrap_or(base);
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let day = 1 + row % 27;
    match name {
        "uuid" => vec![uuid(seed)],
        "text" | "character" | "citext" | "name" | "\"char\"" => texts(conditions, row),
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" | "money" | "oid" => {
            numbers(conditions, row)
        }
        "boolean" => own(&["true", "false"]),
        "date" => vec![
            format!("2026-01-{day:02}"),
            format!("2026-02-{day:02}"),
            format!("2026-12-{day:02}"),
            "2026-01-01".to_owned(),
            "2025-04-06".to_owned(),
        ],
        "timestamp" => vec![
            format!("2026-01-{day:02} 12:00:00+00"),
            format!("2026-01-{day:02} 13:00:00+00"),
            format!("2026-02-{day:02} 12:00:00+00"),
            format!("2036-12-{day:02} 12:00:00+00"),
        ],
        "time" => own(&["09:00:00", "17:00:00"]),
        "interval" => own(&["1 day", "01:00:00"]),
        "json" | "jsonb" => {
            let text = format!(r#"{{"de": "Zeuge {row}", "en": "witness {row}"}}"#);
            [text]
                .into_iter()
                .chain(own(&["{}", "[]", r#"["witness"]"#, "[{}]", "\"w\"", "1"]))
                .collect()
        }
        "bytea" => [32, 16, 20, 64, 12, 1].map(|length| bytes(seed, length)).to_vec(),
        "inet" | "cidr" => vec![format!("192.0.2.{}/32", 1 + row)],
        "macaddr" => vec![format!("02:00:00:00:00:{row:02x}")],
        "point" => vec![format!("({row},1)")],
        "tsvector" => own(&["witness"]),
        "bit" => own(&["1", "0"]),
        "int4range" | "int8range" | "numrange" => vec![format!("[{},{})", row, row + 1)],
        "daterange" => vec![format!("[2026-01-{day:02},2026-01-{:02})", day + 1)],
        "tsrange" | "tstzrange" => {
            vec![format!("[2026-01-{day:02} 09:00:00+00,2026-01-{day:02} 10:00:00+00)")]
        }
        _ => Vec::new(),
    }
}

/// What conditions compare with, what their patterns match, then what names, codes and addresses look like.
fn texts(conditions: &[&str], row: usize) -> Vec<String> {
    let mut found = Vec::new();
    for condition in conditions {
        for pattern in patterns(condition) {
            let samples = (0..3).filter_map(|more| sample(&pattern, row * 7 + more * 5));
            found.extend(samples);
        }
    }
    for condition in conditions {
        found.extend(literals(condition).into_iter().filter(|text| !text.contains(['^', '\\'])));
    }
    // The values that a check lists are all as good; another row may need another one.
    if !found.is_empty() {
        let by = row % found.len();
        found.rotate_left(if conditions.iter().any(|c| c.contains("ARRAY[")) { 0 } else { by });
    }
    found.extend([
        format!("Witness {row}"),
        format!("witness-{row}"),
        format!("witness_{row}"),
        format!("witness{row}@example.org"),
        format!("https://example.org/{row}"),
        "en".to_owned(),
        "GB".to_owned(),
        "GBP".to_owned(),
        format!("{row}"),
        format!("W{row:05}"),
        format!("+4416329600{row:02}"),
        "Europe/London".to_owned(),
        "image/png".to_owned(),
        hex(&format!("{row}"), 32),
        String::new(),
    ]);
    found
}

fn numbers(conditions: &[&str], row: usize) -> Vec<String> {
    let mut found = vec![format!("{}", row + 1), "1".to_owned(), "0".to_owned(), "100".to_owned()];
    for condition in conditions {
        let digits = condition.split(|c: char| !c.is_ascii_digit() && c != '-' && c != '.');
        for number in digits.filter_map(|word| word.parse::<i64>().ok()) {
            found.push(number.to_string());
            if (-9999..9999).contains(&number) {
                found.push((number + 1).to_string());
                found.push((number - 1).to_string());
            }
        }
    }
    found.push("-1".to_owned());
    found
}

/// The quoted texts of an expression.
pub(crate) fn literals(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some((_, after)) = rest.split_once('\'') {
        let mut text = String::new();
        rest = after;
        while let Some((part, after)) = rest.split_once('\'') {
            text.push_str(part);
            rest = after;
            match after.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        found.push(text);
    }
    found
}

/// The texts that stand to the right of `~` or `~*`.
fn patterns(expression: &str) -> Vec<String> {
    let parts = expression.split("~ '").skip(1).chain(expression.split("~* '").skip(1));
    parts.filter_map(|part| literals(&format!("'{part}")).into_iter().next()).collect()
}

fn digest(seed: &str) -> [u8; 32] {
    Sha256::digest(seed).into()
}

fn hex(seed: &str, bytes: usize) -> String {
    let digest = digest(seed);
    digest.iter().cycle().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(seed: &str, length: usize) -> String {
    format!("\\x{}", hex(seed, length))
}

fn uuid(seed: &str) -> String {
    let hex = hex(seed, 16);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
