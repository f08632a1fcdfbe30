//! What the caller gets instead of rows: a status and the members of PostgreSQL's error report.
use fallible_iterator::FallibleIterator;
use hyper::StatusCode;
use postgres_protocol::message::backend::ErrorResponseBody;
use serde::Serialize;

/// An answer without rows.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) report: Box<Report>,
}

/// All members are always there; `code` and `severity` are empty where no server reported.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) message: String,
    pub(crate) code: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<String>,
    internal_position: Option<String>,
    internal_query: Option<String>,
    pub(crate) severity: String,
    r#where: Option<String>,
    table: Option<String>,
    column: Option<String>,
    schema: Option<String>,
    data_type: Option<String>,
    constraint: Option<String>,
    file: Option<String>,
    line: Option<String>,
    routine: Option<String>,
}

impl Refusal {
    /// A sentence of our own.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        let report = Report { message: message.into(), ..Report::default() };
        Refusal { status, report: Box::new(report) }
    }

    /// A request that no server needs to see.
    pub(crate) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, message)
    }

    /// The server refused a statement.
    pub(crate) fn of(body: &ErrorResponseBody) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, report: Box::new(Report::of(body)) }
    }

    /// The server refused the login.
    pub(crate) fn of_login(body: &ErrorResponseBody, user: &str) -> Refusal {
        let report = Report::of(body);
        // PgBouncer has one code for all that is wrong with a login.
        let pooler = report.code == "08P01"
            && ["authentication", "no such user"].iter().any(|word| report.message.contains(word));
        if matches!(report.code.as_str(), "28P01" | "28000") || pooler {
            return Refusal::bad(format!("password authentication failed for user '{user}'"));
        }
        let status = match report.code.as_bytes() {
            // The server could not, whatever the caller sent: too many connections, starting, stopping.
            [b'5', ..] => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Refusal { status, report: Box::new(report) }
    }

    /// The server cannot be reached, or the connection to it broke.
    pub(crate) fn unreachable(why: impl std::fmt::Display) -> Refusal {
        let message = format!("Control plane request failed: {why}");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.report).expect("strings only")
    }
}

impl Report {
    fn of(body: &ErrorResponseBody) -> Report {
        let mut report = Report::default();
        let mut fields = body.fields();
        while let Ok(Some(field)) = fields.next() {
            let text = || String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'M' => report.message = text(),
                b'C' => report.code = text(),
                // `S` is the same in the server's language.
                b'V' => report.severity = text(),
                b'D' => report.detail = Some(text()),
                b'H' => report.hint = Some(text()),
                b'P' => report.position = Some(text()),
                b'p' => report.internal_position = Some(text()),
                b'q' => report.internal_query = Some(text()),
                b'W' => report.r#where = Some(text()),
                b't' => report.table = Some(text()),
                b'c' => report.column = Some(text()),
                b's' => report.schema = Some(text()),
                b'd' => report.data_type = Some(text()),
                b'n' => report.constraint = Some(text()),
                b'F' => report.file = Some(text()),
                b'L' => report.line = Some(text()),
                b'R' => report.routine = Some(text()),
                b'S' if report.severity.is_empty() => report.severity = text(),
                _ => {}
            }
        }
        report
    }
}
