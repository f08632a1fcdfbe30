//! A session that sends statements as one of the roles of functions does.

#![allow(
    clippy::disallowed_methods,
    reason = "a direct session to a database that is thrown away may describe statements"
)]

use stack::Scratch;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, error::SqlState};

use super::{Broken, Recorded};
use crate::dev::Error;

/// A session on one of the two schemas.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    role: String,
}

/// What the server says that a statement returns.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    columns: Vec<Returned>,
}

#[derive(Debug, Clone)]
struct Returned {
    name: String,
    ty: Type,
    /// None where the catalogue does not tell: in an expression, in a view.
    not_null: Option<bool>,
}

/// Why a statement does not work.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The server refuses it.
    Refused {
        /// Why.
        code: SqlState,
        /// In its words.
        message: String,
        /// As whom.
        role: String,
    },
    /// It works, and returns something else.
    Differs {
        /// What.
        sentence: String,
    },
}

impl Session {
    /// Logs in as the superuser and becomes the role, so that a password is not needed.
    pub(super) async fn of(database: &Scratch, role: &str) -> Result<Session, Error> {
        let client = database.superuser().await?;
        let become_role =
            format!("set session authorization {role}; set plan_cache_mode = force_generic_plan");
        let became = client.batch_execute(&become_role).await;
        became.map_err(|source| Error::Database { doing: "act as a role of functions", source })?;
        Ok(Session { client, role: role.to_owned() })
    }

    /// What a statement returns, or why it is refused.
    pub(super) async fn send(&self, statement: &Recorded) -> Result<Result<Shape, Fault>, Error> {
        let types = self.types(statement).await?;
        let prepared = match self.client.prepare_typed(&statement.sql, &types).await {
            Ok(prepared) => prepared,
            Err(error) => return self.refused(error),
        };
        // Names and types are looked at when a statement is prepared, privileges when it starts.
        if let Err(error) = self.explain(statement).await {
            return self.refused(error);
        }
        let mut columns = Vec::new();
        for column in prepared.columns() {
            let not_null = match (column.table_oid(), column.column_id()) {
                (Some(table), Some(number)) => self.not_null(table, number).await?,
                _ => None,
            };
            let (name, ty) = (column.name().to_owned(), column.type_().clone());
            columns.push(Returned { name, ty, not_null });
        }
        Ok(Ok(Shape { columns }))
    }

    /// Whether a statement still returns what it did.
    pub(super) async fn compare(
        &self,
        statement: &Recorded,
        then: &Shape,
    ) -> Result<Result<(), Fault>, Error> {
        let now = match self.send(statement).await? {
            Ok(now) => now,
            Err(fault) => return Ok(Err(fault)),
        };
        let differs = |sentence| Ok(Err(Fault::Differs { sentence }));
        for wanted in &statement.columns {
            let find = |shape: &Shape| {
                shape.columns.iter().find(|column| column.name == wanted.name).cloned()
            };
            let name = &wanted.name;
            let Some(column) = find(&now) else {
                return differs(format!("column {name} is not in the result any more"));
            };
            if !fits(&wanted.ty, column.ty.name()) {
                let ty = column.ty.name();
                return differs(format!("column {name} is {ty}; the code reads {}", wanted.ty));
            }
            let was = find(then).and_then(|column| column.not_null);
            if !wanted.nullable && was == Some(true) && column.not_null == Some(false) {
                return differs(format!("column {name} can be null now; the code reads no null"));
            }
        }
        Ok(Ok(()))
    }

    async fn types(&self, statement: &Recorded) -> Result<Vec<Type>, Error> {
        let fail = |source| Error::Database { doing: "look up a type", source };
        let sql = "select coalesce(to_regtype('pg_catalog.' || name), 'text')::oid
                   from unnest($1::text[]) with ordinality as names (name, at) order by at";
        let names = (&statement.parameters, Type::TEXT_ARRAY);
        let rows = self.client.query_typed(sql, &[(&names.0, names.1)]).await.map_err(fail)?;
        Ok(rows.iter().map(|row| Type::from_oid(row.get(0)).unwrap_or(Type::TEXT)).collect())
    }

    async fn explain(&self, statement: &Recorded) -> Result<(), tokio_postgres::Error> {
        let (types, values) = match statement.parameters.len() {
            0 => (String::new(), String::new()),
            count => (
                format!(" ({})", statement.parameters.join(", ")),
                format!(" ({})", vec!["null"; count].join(", ")),
            ),
        };
        let sql = statement.sql.trim().trim_end_matches(';');
        let done = self
            .client
            .batch_execute(&format!(
                "prepare replayed{types} as {sql};\nexplain (costs off) execute replayed{values}"
            ))
            .await;
        // Not there if it could not be prepared.
        let _ = self.client.batch_execute("deallocate replayed").await;
        done
    }

    async fn not_null(&self, table: u32, column: i16) -> Result<Option<bool>, Error> {
        let sql = "select a.attnotnull from pg_catalog.pg_attribute a
                   join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
                   where a.attrelid = $1 and a.attnum = $2";
        let rows =
            self.client.query_typed(sql, &[(&table, Type::OID), (&column, Type::INT2)]).await;
        let rows = rows.map_err(|source| Error::Database { doing: "read the catalogs", source })?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    fn refused<T>(&self, error: tokio_postgres::Error) -> Result<Result<T, Fault>, Error> {
        match error.as_db_error() {
            Some(db) => Ok(Err(Fault::Refused {
                code: db.code().clone(),
                message: db.message().to_owned(),
                role: self.role.clone(),
            })),
            None => Err(Error::Database { doing: "send a statement", source: error }),
        }
    }
}

/// The driver takes all of these for text.
fn fits(code: &str, database: &str) -> bool {
    let text = ["text", "varchar", "bpchar"];
    code == database || (text.contains(&code) && text.contains(&database))
}

impl Fault {
    /// The fault with what to do about it.
    pub(super) fn broken(self, statement: &Recorded, roles: Vec<String>) -> Broken {
        let name = statement.name.clone();
        match self {
            Fault::Refused { code, message, role } => Broken {
                statement: name,
                roles,
                next: next(&code, &role),
                sqlstate: Some(code.code().to_owned()),
                sentence: message,
            },
            Fault::Differs { sentence } => Broken {
                statement: name,
                roles,
                sqlstate: None,
                sentence,
                next: "leave the column as it is, and add one of the new kind beside it".to_owned(),
            },
        }
    }
}

fn next(code: &SqlState, role: &str) -> String {
    let later = "drop it in a later release, once no code that is running uses it";
    match code {
        code if *code == SqlState::UNDEFINED_TABLE => format!(
            "{later}; after a rename keep the old name as a view (-- aruuri:shim <old name> drop with <issue>)"
        ),
        code if *code == SqlState::UNDEFINED_COLUMN => {
            format!("{later}; after a rename keep the old column, and fill both")
        }
        code if *code == SqlState::UNDEFINED_FUNCTION => {
            "keep the function with its old parameters beside the new one".to_owned()
        }
        code if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            let group = role.replace("_app", "_writer").replace("_read", "_reader");
            format!(
                "grant to {group} what it had; a new object starts with default privileges only"
            )
        }
        _ => "make the change in two releases: first add the new, later drop the old".to_owned(),
    }
}
