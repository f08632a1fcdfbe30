//! Statements whose effect the catalogue shows, so that nobody has to be asked after a crash.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use crate::error::Error;
use crate::split::tokens;

/// What a statement is to bring about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// `create [unique] index [concurrently] <name> on <schema>.<table>`.
    CreateIndex { schema: String, table: String, name: String },
    /// `drop index [concurrently] <schema>.<name>`.
    DropIndex { schema: String, name: String },
    /// `alter type <schema>.<name> add value '<value>'`.
    AddValue { schema: String, name: String, value: String },
    /// `alter table <schema>.<table> validate constraint <name>`.
    Validate { schema: String, table: String, name: String },
}

/// What the catalogue shows of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// All of it.
    Done,
    /// An index that a failed or killed build left behind.
    Broken {
        /// Its name, quoted for SQL.
        index: String,
    },
    /// Nothing.
    Nothing,
}

impl Effect {
    /// The effect of a statement, if it is one of these and names its schema.
    pub(crate) fn of(sql: &str) -> Option<Effect> {
        let mut words = Words(tokens(sql).collect());
        let effect = if words.take(&["create"]) {
            words.take(&["unique"]);
            words.take(&["index"]).then_some(())?;
            words.take(&["concurrently"]);
            words.take(&["if", "not", "exists"]);
            let name = words.name()?;
            words.take(&["on"]).then_some(())?;
            words.take(&["only"]);
            let (schema, table) = words.qualified()?;
            return Some(Effect::CreateIndex { schema, table, name });
        } else if words.take(&["drop", "index"]) {
            words.take(&["concurrently"]);
            words.take(&["if", "exists"]);
            let (schema, name) = words.qualified()?;
            let _ = words.take(&["restrict"]) || words.take(&["cascade"]);
            Effect::DropIndex { schema, name }
        } else if words.take(&["alter", "type"]) {
            let (schema, name) = words.qualified()?;
            words.take(&["add", "value"]).then_some(())?;
            words.take(&["if", "not", "exists"]);
            let value = words.literal()?;
            return Some(Effect::AddValue { schema, name, value });
        } else if words.take(&["alter", "table"]) {
            words.take(&["if", "exists"]);
            words.take(&["only"]);
            let (schema, table) = words.qualified()?;
            words.take(&["validate", "constraint"]).then_some(())?;
            Effect::Validate { schema, table, name: words.name()? }
        } else {
            return None;
        };
        // Of several actions or names one could be done and another not.
        words.take(&[";"]);
        words.0.is_empty().then_some(effect)
    }

    /// Asks the catalogue.
    pub(crate) async fn look(&self, client: &Client) -> Result<Found, Error> {
        let fail = |source| Error::Database { doing: "look for what a statement did", source };
        let (sql, names): (&str, Vec<&str>) = match self {
            Effect::CreateIndex { schema, table, name } => (INDEX, vec![schema, name, table]),
            Effect::DropIndex { schema, name } => (RELATION, vec![schema, name]),
            Effect::AddValue { schema, name, value } => (VALUE, vec![schema, name, value]),
            Effect::Validate { schema, table, name } => (CONSTRAINT, vec![schema, table, name]),
        };
        let parameters: Vec<_> = names.iter().map(|name| (name as _, Type::TEXT)).collect();
        let rows = client.query_typed(sql, &parameters).await.map_err(fail)?;
        let valid = rows.first().map(|row| row.get::<_, bool>(0));
        Ok(match (self, valid) {
            (Effect::DropIndex { .. }, None) => Found::Done,
            (Effect::DropIndex { .. }, Some(_)) | (_, None) => Found::Nothing,
            (_, Some(true)) => Found::Done,
            (Effect::CreateIndex { .. }, Some(false)) => Found::Broken {
                index: rows.first().map(|row: &Row| row.get(1)).unwrap_or_default(),
            },
            (_, Some(false)) => Found::Nothing,
        })
    }
}

const INDEX: &str = "
select i.indisvalid and i.indisready, pg_catalog.format('%I.%I', n.nspname, c.relname)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and t.relname = $3";

const RELATION: &str = "
select true
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2";

const VALUE: &str = "
select true
from pg_catalog.pg_enum e
join pg_catalog.pg_type t on t.oid = e.enumtypid
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where n.nspname = $1 and t.typname = $2 and e.enumlabel = $3";

const CONSTRAINT: &str = "
select k.convalidated
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and k.conname = $3";

/// The tokens of a statement, taken from the front.
struct Words<'a>(std::collections::VecDeque<&'a str>);

impl Words<'_> {
    /// Takes these words if they come next.
    fn take(&mut self, words: &[&str]) -> bool {
        let comes = words.len() <= self.0.len()
            && words.iter().zip(&self.0).all(|(word, token)| token.eq_ignore_ascii_case(word));
        if comes {
            self.0.drain(..words.len());
        }
        comes
    }

    /// A name as the catalogue has it.
    fn name(&mut self) -> Option<String> {
        let token = self.0.pop_front()?;
        if let Some(quoted) = token.strip_prefix('"') {
            return Some(quoted.strip_suffix('"')?.replace("\"\"", "\""));
        }
        let first = token.chars().next()?;
        (first.is_alphabetic() || first == '_').then(|| token.to_lowercase())
    }

    fn qualified(&mut self) -> Option<(String, String)> {
        let schema = self.name()?;
        self.take(&["."]).then_some(())?;
        Some((schema, self.name()?))
    }

    fn literal(&mut self) -> Option<String> {
        let text = self.0.pop_front()?.strip_prefix('\'')?.strip_suffix('\'')?;
        Some(text.replace("''", "'"))
    }
}
