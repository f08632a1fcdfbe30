//! A row, however it came.
use std::{error, fmt};

use tokio_postgres::types::FromSqlOwned;

/// A row of a result, read by column names.
#[derive(Debug)]
pub struct Row(Origin);

#[derive(Debug)]
enum Origin {
    Tcp(tokio_postgres::Row),
    #[cfg(feature = "http")]
    Http(sqlhttp::Row),
}

/// A column is missing or has another type.
#[derive(Debug)]
pub enum ReadError {
    /// In a row that came over TCP.
    Tcp(tokio_postgres::Error),
    /// In one that came over HTTP.
    #[cfg(feature = "http")]
    Http(sqlhttp::ReadError),
}

impl Row {
    /// The value of a column, which must be of a type that `T` takes.
    ///
    /// # Errors
    /// The column is missing, has another type or is null.
    pub fn try_get<T: FromSqlOwned>(&self, name: &str) -> Result<T, ReadError> {
        match &self.0 {
            Origin::Tcp(row) => row.try_get(name).map_err(ReadError::Tcp),
            #[cfg(feature = "http")]
            Origin::Http(row) => row.try_get(name).map_err(ReadError::Http),
        }
    }

    pub(crate) fn all(rows: Vec<tokio_postgres::Row>) -> Vec<Row> {
        rows.into_iter().map(Row::from).collect()
    }

    #[cfg(feature = "http")]
    pub(crate) fn all_over_http(rows: Vec<sqlhttp::Row>) -> Vec<Row> {
        rows.into_iter().map(|row| Row(Origin::Http(row))).collect()
    }
}

/// For sessions of one's own, which no function has.
impl From<tokio_postgres::Row> for Row {
    fn from(row: tokio_postgres::Row) -> Row {
        Row(Origin::Tcp(row))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Tcp(e) => e.fmt(f),
            #[cfg(feature = "http")]
            ReadError::Http(e) => e.fmt(f),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            ReadError::Tcp(e) => e.source(),
            #[cfg(feature = "http")]
            ReadError::Http(e) => e.source(),
        }
    }
}
