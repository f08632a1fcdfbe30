//! Objects that the text of a body names.

use std::collections::HashMap;

use super::sql::qualified;
use crate::facts::{Id, Kind};
use crate::split::token_end;

/// Objects by the names that a body can use for them.
pub(super) struct Mentions<'a> {
    by_name: HashMap<String, Vec<&'a Id>>,
}

impl<'a> Mentions<'a> {
    pub(super) fn new(ids: impl Iterator<Item = &'a Id>) -> Mentions<'a> {
        let mut by_name: HashMap<String, Vec<&'a Id>> = HashMap::new();
        for id in ids {
            let named = matches!(
                id.kind,
                Kind::Function
                    | Kind::Table
                    | Kind::View
                    | Kind::MatView
                    | Kind::Sequence
                    | Kind::Enum
                    | Kind::Domain
                    | Kind::Composite
                    | Kind::Range
            );
            if !named {
                continue;
            }
            let name = match id.kind {
                Kind::Function => id.name.split_once('(').map_or(&*id.name, |(name, _)| name),
                _ => &id.name,
            };
            let (_, short) = qualified(name);
            for name in [name, short] {
                by_name.entry(name.to_owned()).or_default().push(id);
            }
        }
        Mentions { by_name }
    }

    /// What a body may be about; a word that only looks like a name costs nothing but order.
    pub(super) fn of(&self, body: &str) -> impl Iterator<Item = &'a Id> + use<'a> {
        let mut found: Vec<&'a Id> = Vec::new();
        let mut at = 0;
        let mut schema: Option<&str> = None;
        let mut last: Option<&str> = None;
        while at < body.len() {
            let end = token_end(body, at);
            let token = &body[at..end];
            let first = token.as_bytes()[0];
            if token == "." {
                schema = last.take();
            } else if first.is_ascii_alphabetic() || first == b'_' || first == b'"' {
                let name = match schema.take() {
                    Some(schema) => format!("{schema}.{token}"),
                    None => token.to_owned(),
                };
                found.extend(self.by_name.get(&name).into_iter().flatten());
                last = Some(token);
            } else if first == b'\'' && token.len() > 2 {
                // Dynamic SQL, regclass literals.
                found.extend(self.of(&token[1..token.len() - 1]));
                (schema, last) = (None, None);
            } else {
                (schema, last) = (None, None);
            }
            at = end;
        }
        found.sort();
        found.dedup();
        found.into_iter()
    }
}
