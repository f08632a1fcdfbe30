//! Rows of an answer.
use std::{error, fmt, sync::Arc};

use bytes::BytesMut;
use postgres_types::{FromSqlOwned, Kind, Type, WrongType};

use crate::binary;

/// A column of a result.
#[derive(Clone, Debug)]
pub struct Column {
    /// As the statement names it.
    pub name: String,
    /// Its type; one that is not built in has the name `custom`.
    pub ty: Type,
}

impl Column {
    pub(crate) fn new(name: String, oid: u32) -> Column {
        let custom = || Type::new("custom".to_owned(), oid, Kind::Simple, "unknown".to_owned());
        Column { name, ty: Type::from_oid(oid).unwrap_or_else(custom) }
    }
}

/// A row, read by column names.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) values: Vec<Option<String>>,
}

/// A column that cannot be read into the type that was asked for.
#[derive(Debug)]
pub struct ReadError {
    column: String,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl Row {
    /// The columns in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The value of a column, which must be of a type that `T` takes.
    ///
    /// # Errors
    /// There is no such column, it has another type, it is null, or its text is not in the usual form.
    pub fn try_get<T: FromSqlOwned>(&self, name: &str) -> Result<T, ReadError> {
        let failed = |source| ReadError { column: name.to_owned(), source: Some(source) };
        let at = self.columns.iter().position(|column| column.name == name);
        let at = at.or_else(|| self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)));
        let Some(at) = at else { return Err(ReadError { column: name.to_owned(), source: None }) };
        let ty = &self.columns[at].ty;
        if !T::accepts(ty) {
            return Err(failed(Box::new(WrongType::new::<T>(ty.clone()))));
        }
        let Some(text) = &self.values[at] else { return T::from_sql_null(ty).map_err(failed) };
        let mut buffer = BytesMut::with_capacity(text.len() + 8);
        let unusual = || failed(format!("no text of the type {ty} in its usual form").into());
        binary::write(ty, text, &mut buffer).ok_or_else(unusual)?;
        T::from_sql(ty, &buffer).map_err(failed)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            None => write!(f, "no column {} in the answer", self.column),
            Some(_) => write!(f, "column {} cannot be read", self.column),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}
