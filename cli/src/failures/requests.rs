//! What is asked while something breaks, and what comes back.
use std::{path::Path, time::Duration};

use api::Route;
use gateway::{Call, Stamp, event};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::{Exit, Failure};

/// One of the kinds of requests that failures treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Request {
    /// A contributor by id.
    Read,
    /// A new contributor, without an `Idempotency-Key`: one statement.
    Write,
    /// The same with a key: a transaction of two round trips.
    Keyed,
    /// A contribution, whose key is kept by the statement itself.
    Money,
}

impl Request {
    pub(super) const ALL: [Request; 4] =
        [Request::Read, Request::Write, Request::Keyed, Request::Money];

    /// The route that answers it.
    pub(super) fn route(self) -> &'static Route {
        match self {
            Request::Read => &finance::contributors::find::ROUTE,
            Request::Write | Request::Keyed => &finance::contributors::create::ROUTE,
            Request::Money => &finance::contributions::create::ROUTE,
        }
    }

    /// As in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Request::Read => "read",
            Request::Write => "write",
            Request::Keyed => "write with key",
            Request::Money => "money",
        }
    }

    /// How many rows a request with this mark has made.
    pub(super) fn count_sql(self, mark: Uuid) -> String {
        let (table, column) = match self {
            Request::Money => ("contributions", "note"),
            _ => ("contributors", "display_name"),
        };
        format!("select count(*)::text from giving.{table} where {column} = '{mark}'")
    }

    /// The event of one request; `mark` is what it writes, and its key if it has one.
    pub(super) fn event(self, mark: Uuid, token: &str) -> (String, Vec<u8>) {
        const KNOWN: &str = "a8cfb5cc-b2b8-5e6a-9e23-050196403c82";
        let route = self.route();
        let stamp = Stamp::now();
        let mut headers = vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), format!("Bearer {token}")),
            ("host".to_owned(), "api.example.org".to_owned()),
        ];
        let body = match self {
            Request::Read => Value::Null,
            Request::Write | Request::Keyed => {
                json!({ "type": "individual", "display_name": mark })
            }
            Request::Money => json!({
                "contributor_id": KNOWN,
                "amount": { "amount": 2500, "currency": "GBP" },
                "note": mark,
            }),
        };
        if matches!(self, Request::Keyed | Request::Money) {
            headers.push(("idempotency-key".to_owned(), mark.to_string()));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        if !body.is_empty() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let path = route.path.replace("{id}", KNOWN);
        let call = Call {
            method: route.method.as_str(),
            path: &path,
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            source_ip: "127.0.0.1",
            port: 443,
        };
        let parameters = match self {
            Request::Read => vec![("id".to_owned(), KNOWN.to_owned())],
            _ => Vec::new(),
        };
        let key = format!("{} {}", route.method, route.path);
        let event = event(&key, &parameters, &call, &stamp).expect("the path is ASCII");
        (stamp.request_id, serde_json::to_vec(&event).expect("text and numbers only"))
    }
}

/// What a caller got.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The problem; empty if there is none.
    pub(super) code: String,
    pub(super) retry_after: Option<String>,
    pub(super) took_ms: u64,
}

impl Answer {
    /// Reads what a function answered.
    ///
    /// # Errors
    /// When it is no answer, or tells more than a caller may know.
    pub(super) fn read(bytes: &[u8], took: Duration) -> Result<Answer, Failure> {
        let answer = gateway::Answer::read(bytes)
            .map_err(|why| Failure::new(Exit::Failure, "an answer that is none").why(why))?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status >= 500 {
            let told = body.to_string();
            let secrets = ["127.0.0.1", "finance_", "select", "insert", "postgres"];
            if let Some(secret) = secrets.iter().find(|secret| told.contains(*secret)) {
                return Err(Failure::new(Exit::Failure, "a 5xx tells of the inside")
                    .why(format!("{secret} in {told}")));
            }
        }
        let header = |name: &str| answer.headers.iter().find(|(known, _)| known == name);
        Ok(Answer {
            status: answer.status,
            code: body["code"].as_str().unwrap_or_default().to_owned(),
            retry_after: header("retry-after").map(|(_, value)| value.clone()),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Whether it says that all went well.
    pub(super) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The same file name as everywhere.
pub(super) fn document(root: &Path) -> std::path::PathBuf {
    root.join("docs/failures.md")
}
