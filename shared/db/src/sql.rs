//! A statement as a constant, with the types of its parameters and of its rows.
use std::marker::PhantomData;

use tokio_postgres::types::Type;

use crate::{Column, Connection, Error, Param, ReadError, Row, Value};

/// A statement whose parameter and row types are fixed where it is written.
///
/// It goes out unnamed, with its types, in one round trip: behind a transaction pooler a named
/// statement may meet another client's. List it in [`statements!`](crate::statements), so that a
/// test compares it with the schema.
#[derive(Debug)]
pub struct Sql<P, R> {
    text: &'static str,
    repeatable: bool,
    never_null: bool,
    types: PhantomData<fn(P) -> R>,
}

impl<P, R> Sql<P, R> {
    /// A statement that is sent again only if the server cannot have carried it out.
    pub const fn new(text: &'static str) -> Self {
        Sql { text, repeatable: false, never_null: false, types: PhantomData }
    }

    /// A statement that has the same effect however often it is sent: one with an idempotency key,
    /// or a read inside a writing route. It is sent once more when its outcome is unknown.
    pub const fn repeatable(text: &'static str) -> Self {
        Sql { text, repeatable: true, never_null: false, types: PhantomData }
    }

    /// For rows that a database function returns: its columns could all be null as far as the
    /// catalog knows. The function's own tests show that they are not.
    pub const fn never_null(self) -> Self {
        Sql { never_null: true, ..self }
    }
}

impl<P: Params, R: FromRow> Sql<P, R> {
    /// The one row it returns.
    ///
    /// # Errors
    /// Those of the connection and the server; [`Error::NoRow`] if there is none.
    pub async fn one(&self, on: &impl Connection, params: P) -> Result<R, Error> {
        self.opt(on, params).await?.ok_or(Error::NoRow { sql: self.text })
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// Those of the connection and the server.
    pub async fn opt(&self, on: &impl Connection, params: P) -> Result<Option<R>, Error> {
        let rows = on.rows(self.text, &params.values(), self.repeatable).await?;
        rows.first().map(|row| self.read(row)).transpose()
    }

    /// All rows; the statement sets the limit.
    ///
    /// # Errors
    /// Those of the connection and the server.
    pub async fn all(&self, on: &impl Connection, params: P) -> Result<Vec<R>, Error> {
        let rows = on.rows(self.text, &params.values(), self.repeatable).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// The statement with its parameters, as a step of [`Db::transaction`](crate::Db::transaction).
    pub fn with(&self, params: P) -> Step<P, R> {
        Step { text: self.text, params, row: PhantomData }
    }

    pub(crate) fn read(&self, row: &Row) -> Result<R, Error> {
        R::from_row(row).map_err(|source| Error::Read { sql: self.text, source })
    }
}

/// A statement and its parameters, ready to be sent with others.
#[derive(Debug)]
pub struct Step<P, R> {
    pub(crate) text: &'static str,
    pub(crate) params: P,
    row: PhantomData<fn() -> R>,
}

impl<P: Params, R: FromRow> Step<P, R> {
    pub(crate) fn read(&self, rows: &[Row]) -> Result<Vec<R>, Error> {
        rows.iter()
            .map(|row| R::from_row(row).map_err(|source| Error::Read { sql: self.text, source }))
            .collect()
    }
}

/// A statement without its types, so that one test can check them all.
pub trait Statement: Sync {
    /// The SQL.
    fn text(&self) -> &'static str;
    /// The types of its parameters.
    fn params(&self) -> Vec<Type>;
    /// The columns that its row type reads.
    fn columns(&self) -> Vec<Column>;
    /// Whether its columns are known not to be null beyond what the catalog tells.
    fn is_never_null(&self) -> bool;
    /// Whether one of its parameters is a [`Scope`](crate::Scope).
    fn is_scoped(&self) -> bool;
}

impl<P: Params, R: FromRow> Statement for Sql<P, R> {
    fn text(&self) -> &'static str {
        self.text
    }
    fn params(&self) -> Vec<Type> {
        P::types()
    }
    fn columns(&self) -> Vec<Column> {
        R::columns()
    }
    fn is_never_null(&self) -> bool {
        self.never_null
    }
    fn is_scoped(&self) -> bool {
        P::SCOPED
    }
}

/// A tuple of parameters, `$1` first.
pub trait Params {
    /// Whether one of them is a [`Scope`](crate::Scope).
    const SCOPED: bool;
    /// The values with their types, as the driver takes them.
    fn values(&self) -> Vec<Value<'_>>;
    /// The types alone.
    fn types() -> Vec<Type>;
}

macro_rules! params {
    ($($t:ident $i:tt),*) => {
        impl<$($t: Param),*> Params for ($($t,)*) {
            const SCOPED: bool = false $(|| $t::SCOPE)*;
            #[allow(unused_mut)]
            fn values(&self) -> Vec<Value<'_>> {
                let mut out = Vec::with_capacity(16);
                $(self.$i.push(&mut out);)*
                out
            }
            #[allow(unused_mut)]
            fn types() -> Vec<Type> {
                let mut out = Vec::new();
                $($t::types(&mut out);)*
                out
            }
        }
    };
}
params!();
params!(A 0);
params!(A 0, B 1);
params!(A 0, B 1, C 2);
params!(A 0, B 1, C 2, D 3);
params!(A 0, B 1, C 2, D 3, E 4);
params!(A 0, B 1, C 2, D 3, E 4, F 5);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);
params!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15, Q 16);

/// A type that a row is read into; declare one with [`row!`](crate::row).
pub trait FromRow: Sized {
    /// Reads it by column names.
    ///
    /// # Errors
    /// A column is missing or has another type: the statement test finds that first.
    fn from_row(row: &Row) -> Result<Self, ReadError>;
    /// The columns that [`FromRow::from_row`] reads, in the order of the struct.
    fn columns() -> Vec<Column>;
}

/// The column of a field: a keyword such as `type` is a raw identifier in Rust.
#[doc(hidden)]
pub fn column_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// No columns: the statement is for its effect.
impl FromRow for () {
    fn from_row(_: &Row) -> Result<Self, ReadError> {
        Ok(())
    }
    fn columns() -> Vec<Column> {
        Vec::new()
    }
}

/// Declares a row type: the struct as written, plus reading it from a result row by column name.
/// A `Money` field `x` reads `x_minor` and `currency`; a field of another row type reads its columns.
#[macro_export]
macro_rules! row {
    ($(#[$m:meta])* $v:vis struct $name:ident {
        $($(#[$fm:meta])* $fv:vis $f:ident: $t:ty),* $(,)?
    }) => {
        $(#[$m])* $v struct $name { $($(#[$fm])* $fv $f: $t),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> Result<Self, $crate::ReadError> {
                Ok($name { $($f: <$t as $crate::Field>::read(row, $crate::column_name(stringify!($f)))?),* })
            }
            fn columns() -> Vec<$crate::Column> {
                let mut out = Vec::new();
                $(<$t as $crate::Field>::columns($crate::column_name(stringify!($f)), &mut out);)*
                out
            }
        }
        impl $crate::Field for $name {
            fn columns(_: &'static str, out: &mut Vec<$crate::Column>) {
                out.extend(<$name as $crate::FromRow>::columns());
            }
            fn read(row: &$crate::Row, _: &str) -> Result<Self, $crate::ReadError> {
                <$name as $crate::FromRow>::from_row(row)
            }
        }
    };
}

/// Statements of a module with their names.
pub type Named = &'static [(&'static str, &'static dyn Statement)];

/// Declares statements and `ALL`, the list that the domain's test checks against the schema.
#[macro_export]
macro_rules! statements {
    ($($(#[$m:meta])* $v:vis const $name:ident: $t:ty = $e:expr;)*) => {
        $($(#[$m])* $v const $name: $t = $e;)*
        /// Every statement of this module, for the test that compares them with the schema.
        pub const ALL: &[&dyn $crate::Statement] = &[$(&$name),*];
        /// The same with their names, for the record that the next release is compared with.
        #[allow(dead_code, reason = "statements of a test are in no record")]
        pub const NAMED: $crate::Named = &[$((stringify!($name), &$name)),*];
    };
}

row! {
    /// What a soft delete found: nothing at all if there is no such row.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Deletion {
        /// It was live and of the version asked for, and is deleted now.
        pub done: Option<bool>,
        /// It had been deleted before.
        pub before: Option<bool>,
    }
}

/// Deletes the live row `$1` of version `$2` softly, for the contact `$3`.
#[macro_export]
macro_rules! soft_delete {
    ($table:literal) => {
        $crate::Sql::<_, $crate::Deletion>::new(concat!(
            "with gone as (
               update ",
            $table,
            "
               set deleted_at = now(), updated_by = $3
               where id = $1 and version = $2 and deleted_at is null
               returning id
             )
             select exists (select from gone) as done, deleted_at is not null as before
             from ",
            $table,
            "
             where id = $1"
        ))
    };
    // The same of a row that is within a scope: a condition with `$4`.
    ($table:literal, $within:expr) => {
        $crate::Sql::<_, $crate::Deletion>::new(concat!(
            "with gone as (
               update ",
            $table,
            "
               set deleted_at = now(), updated_by = $3
               where id = $1 and version = $2 and deleted_at is null and ",
            $within,
            "
               returning id
             )
             select exists (select from gone) as done, deleted_at is not null as before
             from ",
            $table,
            "
             where id = $1 and ",
            $within
        ))
    };
}
