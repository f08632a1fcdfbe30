//! Names, quotes and letters of the statements.

use crate::facts::{Body, Facts, FunctionKind, Id, Kind, Sequence};
use crate::split::token_end;

/// Lower case outside quotes, comments and bodies, as in the house's files: what is not quoted has no case.
pub(super) fn lower(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut at = 0;
    while at < sql.len() {
        let end = token_end(sql, at);
        let token = &sql[at..end];
        let first = token.as_bytes()[0];
        if first.is_ascii_alphabetic() && !token.ends_with('\'') {
            text.push_str(&token.to_lowercase());
        } else {
            text.push_str(token);
        }
        at = end;
    }
    text
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Schema of `schema.name`, and what follows; quotes are respected.
pub(super) fn qualified(name: &str) -> (&str, &str) {
    let mut at = 0;
    while at < name.len() {
        let end = token_end(name, at);
        if &name[at..end] == "." {
            return (&name[..at], &name[end..]);
        }
        at = end;
    }
    ("", name)
}

/// Quotes a name if it was not, for a name made from another one.
pub(super) fn suffixed(name: &str, suffix: &str) -> String {
    match name.strip_suffix('"') {
        Some(open) => format!("{open}{suffix}\""),
        None => format!("{name}{suffix}"),
    }
}

/// The word for a function in statements.
pub(super) fn function_word(facts: &Facts, id: &Id) -> &'static str {
    match facts.get(id).map(|fact| &fact.body) {
        Some(Body::Function(function)) if function.kind == FunctionKind::Procedure => "procedure",
        Some(Body::Function(function)) if function.kind == FunctionKind::Aggregate => "aggregate",
        _ => "function",
    }
}

/// An object in `comment on …`, `drop …`, `alter … owner to`.
pub(super) fn target(facts: &Facts, id: &Id) -> String {
    let (of, name) = (id.of_name(), &id.name);
    match id.kind {
        Kind::Column => format!("column {of}.{name}"),
        Kind::DomainConstraint => format!("constraint {name} on domain {of}"),
        Kind::Constraint | Kind::Trigger | Kind::Policy => {
            format!("{} {name} on {of}", id.kind.name())
        }
        Kind::Function => match function_word(facts, id) {
            "aggregate" if name.ends_with("()") => {
                format!("aggregate {}(*)", name.trim_end_matches("()"))
            }
            word => format!("{word} {name}"),
        },
        Kind::Enum | Kind::Composite | Kind::Range => format!("type {name}"),
        kind => format!("{} {name}", kind.name()),
    }
}

/// An object in `grant … on`.
pub(super) fn grant_target(facts: &Facts, id: &Id) -> String {
    match id.kind {
        Kind::Table | Kind::View | Kind::MatView => id.name.to_string(),
        Kind::Column => id.of_name().to_owned(),
        Kind::Domain => format!("type {}", id.name),
        Kind::Function => {
            let word = match function_word(facts, id) {
                "procedure" => "procedure",
                _ => "function",
            };
            format!("{word} {}", id.name)
        }
        _ => target(facts, id),
    }
}

/// An object for people: `table "app.users"`, `column "x" of table "app.users"`.
pub(super) fn title(facts: &Facts, id: &Id) -> String {
    let name = &id.name;
    let word = match id.kind {
        Kind::Function => function_word(facts, id),
        kind => kind.name(),
    };
    match &id.of {
        None => format!("{word} \"{name}\""),
        Some(of) if matches!(id.kind, Kind::Comment | Kind::Owner | Kind::SequenceOwner) => {
            format!("{word} of {}", title(facts, of))
        }
        Some(of) if id.kind == Kind::Acl => {
            format!("privileges of {name} on {}", title(facts, of))
        }
        Some(of) => {
            let word = if id.kind == Kind::Default { "default of column" } else { word };
            format!("{word} \"{name}\" of {}", title(facts, of))
        }
    }
}

/// Smallest and largest value of a sequence of a type.
fn range_of(data_type: &str) -> (i64, i64) {
    match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

/// Options of a new sequence that are not PostgreSQL's own.
pub(super) fn sequence_options(sequence: &Sequence, is_identity: bool) -> Vec<String> {
    let (low, high) = range_of(&sequence.data_type);
    let (min, max) = if sequence.increment > 0 { (1, high) } else { (low, -1) };
    let start = if sequence.increment > 0 { sequence.min } else { sequence.max };
    let mut options = Vec::new();
    let mut option = |differs: bool, text: String| {
        if differs {
            options.push(text);
        }
    };
    option(!is_identity && sequence.data_type != "bigint", format!("as {}", sequence.data_type));
    option(sequence.increment != 1, format!("increment by {}", sequence.increment));
    option(sequence.min != min, format!("minvalue {}", sequence.min));
    option(sequence.max != max, format!("maxvalue {}", sequence.max));
    option(sequence.start != start, format!("start with {}", sequence.start));
    option(sequence.cache != 1, format!("cache {}", sequence.cache));
    option(sequence.cycle, "cycle".to_owned());
    options
}

/// Options that make one sequence another; bounds always with the type, which brings its own.
pub(super) fn sequence_changes(from: &Sequence, to: &Sequence) -> Vec<String> {
    let typed = from.data_type != to.data_type;
    let mut options = Vec::new();
    let mut option = |differs: bool, text: String| {
        if differs {
            options.push(text);
        }
    };
    option(typed, format!("as {}", to.data_type));
    option(from.increment != to.increment, format!("increment by {}", to.increment));
    option(typed || from.min != to.min, format!("minvalue {}", to.min));
    option(typed || from.max != to.max, format!("maxvalue {}", to.max));
    option(from.start != to.start, format!("start with {}", to.start));
    option(from.cache != to.cache, format!("cache {}", to.cache));
    option(from.cycle != to.cycle, if to.cycle { "cycle" } else { "no cycle" }.to_owned());
    options
}

/// `a = 1, b = 2`.
pub(super) fn settings(settings: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| {
        let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        let value = if plain && !value.is_empty() { value.clone() } else { literal(value) };
        format!("{name} = {value}")
    };
    settings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// ` with (…)`, or nothing.
pub(super) fn with(options: &[(String, String)]) -> String {
    if options.is_empty() { String::new() } else { format!(" with ({})", settings(options)) }
}

/// `alter … reset (…)` and `alter … set (…)` that make one list of settings another.
pub(super) fn settings_changes(
    prefix: &str,
    from: &[(String, String)],
    to: &[(String, String)],
) -> Vec<String> {
    let gone: Vec<&str> = from
        .iter()
        .filter(|(name, _)| !to.iter().any(|(kept, _)| kept == name))
        .map(|(name, _)| name.as_str())
        .collect();
    let new: Vec<_> = to.iter().filter(|pair| !from.contains(pair)).cloned().collect();
    let mut statements = Vec::new();
    if !gone.is_empty() {
        statements.push(format!("{prefix} reset ({})", gone.join(", ")));
    }
    if !new.is_empty() {
        statements.push(format!("{prefix} set ({})", settings(&new)));
    }
    statements
}

/// A statement with its semicolon on one line, or one item per line if it would be long.
pub(super) fn list(head: &str, items: &[String], tail: &str) -> String {
    let line = format!("{head} ({}){tail}", items.join(", "));
    if line.len() <= 100 && !line.contains('\n') {
        return line;
    }
    format!("{head} (\n  {}\n){tail}", items.join(",\n  "))
}
