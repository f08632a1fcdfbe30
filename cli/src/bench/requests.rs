//! The three requests, and what a right answer to each is.
use api::Route;
use gateway::{Call, Stamp, event};
use serde::Serialize;
use serde_json::Value;

use super::data::{Data, agrees};
use crate::failure::{Exit, Failure};

/// Which request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A contribution by its id.
    Find,
    /// The twenty oldest contributions.
    List,
    /// A new contribution, posted to the books.
    Create,
}

impl Kind {
    /// In the order of the report.
    pub(super) const ALL: [Kind; 3] = [Kind::Find, Kind::List, Kind::Create];

    /// The route that answers it.
    pub(super) fn route(self) -> &'static Route {
        match self {
            Kind::Find => &finance::contributions::find::ROUTE,
            Kind::List => &finance::contributions::list::ROUTE,
            Kind::Create => &finance::contributions::create::ROUTE,
        }
    }

    /// As in the report.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Find => "find",
            Kind::List => "list",
            Kind::Create => "create",
        }
    }
}

/// A request, ready to be handed over.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: String,
    pub(super) event: Vec<u8>,
    pub(super) expected: Expected,
}

#[derive(Debug)]
pub(super) enum Expected {
    Row(Value),
    Page(Vec<Value>),
    /// What was sent.
    New(Value),
    /// No row, but this status.
    Refused(u16),
}

/// Makes requests and checks answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requests<'a> {
    pub(super) data: &'a Data,
    pub(super) token: &'a str,
}

impl Requests<'_> {
    /// The `n`th request of a kind: another row each time, the same page each time.
    pub(super) fn make(&self, kind: Kind, n: usize) -> Request {
        match kind {
            Kind::Find => {
                // A step that has no divisor in common with the number of rows meets all of them.
                let row = &self.data.rows[n * 7 % self.data.rows.len()];
                let id = row["id"].as_str().unwrap_or_default();
                self.request(kind, &[("id", id)], "", None, Expected::Row(row.clone()))
            }
            Kind::List => {
                // The oldest: what is created meanwhile comes after them.
                let page = self.data.rows.iter().rev().take(20).cloned().collect();
                self.request(kind, &[], "limit=20&sort=created_at", None, Expected::Page(page))
            }
            Kind::Create => {
                let gift = Data::new_gift(n);
                self.request(kind, &[], "", Some(&gift), Expected::New(gift.clone()))
            }
        }
    }

    /// All contributions of one contributor, of whom nothing new comes meanwhile.
    pub(super) fn list_of_giver(&self, n: usize) -> Request {
        let (giver, rows) = self.data.giver(n);
        let query = format!("limit=20&filter%5Bcontributor_id%5D={giver}");
        let page = Expected::Page(rows.into_iter().cloned().collect());
        self.request(Kind::List, &[], &query, None, page)
    }

    fn request(
        &self,
        kind: Kind,
        parameters: &[(&str, &str)],
        query: &str,
        body: Option<&Value>,
        expected: Expected,
    ) -> Request {
        let (id, event) = event_of(kind.route(), parameters, query, body, Some(self.token));
        Request { id, event, expected }
    }
}

/// The event of a request, with its id.
pub(super) fn event_of(
    route: &Route,
    parameters: &[(&str, &str)],
    query: &str,
    body: Option<&Value>,
    token: Option<&str>,
) -> (String, Vec<u8>) {
    let stamp = Stamp::now();
    let mut headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("host".to_owned(), "api.example.org".to_owned()),
        ("user-agent".to_owned(), "aruuri-bench".to_owned()),
    ];
    if let Some(token) = token {
        headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    }
    if body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.push(("idempotency-key".to_owned(), uuid::Uuid::new_v4().to_string()));
    }
    let mut path = route.path.to_owned();
    for (name, value) in parameters {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    let call = Call {
        method: route.method.as_str(),
        path: &path,
        query,
        headers: &headers,
        body: body.as_bytes(),
        source_ip: "127.0.0.1",
        port: 443,
    };
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let parameters: Vec<_> = parameters.iter().map(owned).collect();
    let key = format!("{} {}", route.method, route.path);
    let event = event(&key, &parameters, &call, &stamp).expect("the path is ASCII");
    (stamp.request_id, serde_json::to_vec(&event).expect("text and numbers only"))
}

impl Request {
    /// Compares an answer with what the database holds. Gives back a created contribution: the row
    /// is compared with it later.
    ///
    /// # Errors
    /// When the answer is wrong: what was expected and what came.
    pub(super) fn check(&self, answer: &[u8]) -> Result<Option<Value>, Failure> {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let body = answer["body"].as_str().unwrap_or_default();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let status = &answer["statusCode"];
        let right = match &self.expected {
            Expected::Row(row) => *status == 200 && agrees(&body, row),
            Expected::Page(rows) => {
                let page = body["data"].as_array().map_or(&[][..], Vec::as_slice);
                let same = page.len() == rows.len();
                *status == 200 && same && page.iter().zip(rows).all(|(said, row)| agrees(said, row))
            }
            Expected::Refused(with) => *status == *with && body["status"] == *with,
            Expected::New(sent) => {
                let given = ["id", "contributor_id", "amount", "note"];
                *status == 201
                    && given.iter().all(|name| body[name] == sent[name])
                    && body["status"] == "settled"
                    && body["version"] == 1
                    && body["journal_id"].is_string()
            }
        };
        if right {
            let created = matches!(self.expected, Expected::New(_));
            return Ok(created.then_some(body));
        }
        Err(Failure::new(Exit::Failure, "a wrong answer")
            .why(format!("expected {:?}", self.expected))
            .why(format!("came {answer}")))
    }
}
