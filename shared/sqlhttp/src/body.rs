//! JSON of requests and answers.
use std::sync::Arc;

use hyper::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{Column, Error, Report, Row};

/// One statement as it is sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Query {
    pub(crate) query: String,
    pub(crate) params: Vec<Option<String>>,
}

/// Several.
#[derive(Serialize)]
pub(crate) struct Queries<'a> {
    pub(crate) queries: &'a [Query],
}

#[derive(Deserialize)]
struct Answer {
    fields: Vec<Field>,
    rows: Vec<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "dataTypeID")]
    data_type: u32,
}

#[derive(Deserialize)]
struct Answers {
    results: Vec<Answer>,
}

impl Answer {
    fn rows(self) -> Option<Vec<Row>> {
        let column = |field: Field| Column::new(field.name, field.data_type);
        let columns: Arc<[Column]> = self.fields.into_iter().map(column).collect();
        let row = |values: Vec<_>| {
            let columns = Arc::clone(&columns);
            (values.len() == columns.len()).then_some(Row { columns, values })
        };
        self.rows.into_iter().map(row).collect()
    }
}

/// An answer as it came.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
}

impl Raw {
    /// The rows of one statement.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Error> {
        self.ok()?;
        let answer: Answer = self.parse()?;
        answer.rows().ok_or_else(|| self.unreadable("a row has not one value for each column"))
    }

    /// Those of each of `count` statements.
    pub(crate) fn results(&self, count: usize) -> Result<Vec<Vec<Row>>, Error> {
        self.ok()?;
        let answers: Answers = self.parse()?;
        if answers.results.len() != count {
            return Err(self.unreadable("it has not one result for each statement"));
        }
        let rows: Option<_> = answers.results.into_iter().map(Answer::rows).collect();
        rows.ok_or_else(|| self.unreadable("a row has not one value for each column"))
    }

    /// The status says little: a refusal is read for what it holds.
    fn ok(&self) -> Result<(), Error> {
        if self.status == StatusCode::OK {
            return Ok(());
        }
        let report = serde_json::from_slice::<Report>(&self.body).ok();
        let Some(mut report) = report.filter(|report| !report.message.is_empty()) else {
            return Err(self.unreadable("it is no report of an error"));
        };
        report.status = self.status.as_u16();
        report.request_id = self.request_id();
        report.code = report.code.filter(|code| code.len() == 5);
        Err(Error::Server(Box::new(report)))
    }

    fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        // The parser's words name lines and columns, and could quote values.
        let place = |e: serde_json::Error| format!("no result at byte {} of it", e.column());
        serde_json::from_slice(&self.body).map_err(|e| self.unreadable(place(e)))
    }

    fn unreadable(&self, reason: impl Into<String>) -> Error {
        let status = self.status.as_u16();
        Error::Answer { status, request_id: self.request_id(), reason: reason.into() }
    }

    fn request_id(&self) -> Option<String> {
        Some(self.headers.get("neon-request-id")?.to_str().ok()?.to_owned())
    }
}
