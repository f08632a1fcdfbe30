//! A request as a test writes it, and its answer.
use api::{Answered, Example, Response};
use lambda_http::Body;
use serde_json::Value;
use types::{ContactId, DepartmentId};

/// A request: nobody's, without anything, unless said otherwise.
#[derive(Clone, Debug, Default)]
pub struct Call {
    pub(crate) role: Option<String>,
    pub(crate) contact: Option<ContactId>,
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
    pub(crate) address: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) departments: Vec<DepartmentId>,
}

impl Call {
    /// A request without a token.
    pub fn anonymous() -> Call {
        Call::default()
    }

    /// A request of the developer's contact with this role.
    pub fn role(role: &str) -> Call {
        Call { role: Some(role.to_owned()), ..Call::default() }
    }

    /// The same with a token of this role.
    #[must_use]
    pub fn with_role(self, role: &str) -> Call {
        Call { role: Some(role.to_owned()), ..self }
    }

    /// The same of somebody who holds the role in this department only, or in this one too.
    #[must_use]
    pub fn in_department(mut self, department: DepartmentId) -> Call {
        self.departments.push(department);
        self
    }

    /// A request with this bearer token.
    pub fn bearer(token: &str) -> Call {
        Call { token: Some(token.to_owned()), ..Call::default() }
    }

    /// The same with this bearer token instead.
    #[must_use]
    pub fn with_token(self, token: &str) -> Call {
        Call { role: None, token: Some(token.to_owned()), ..self }
    }

    /// The same, from this address.
    #[must_use]
    pub fn from_address(self, address: &str) -> Call {
        Call { address: Some(address.to_owned()), ..self }
    }

    /// The same, of another contact.
    #[must_use]
    pub fn contact(self, contact: ContactId) -> Call {
        Call { contact: Some(contact), ..self }
    }

    /// A value for the path's next parameter.
    #[must_use]
    pub fn path(mut self, value: impl ToString) -> Call {
        self.path.push(value.to_string());
        self
    }

    /// The query string without `?`.
    #[must_use]
    pub fn query(self, query: impl Into<String>) -> Call {
        Call { query: query.into(), ..self }
    }

    /// A header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Call {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Call {
        self.text("application/json", body.to_string())
    }

    /// A body of any kind.
    #[must_use]
    pub fn text(self, media: &str, body: impl Into<String>) -> Call {
        Call { body: Some(Body::Text(body.into())), ..self }.header("content-type", media)
    }

    /// A body of bytes that need not be text.
    #[must_use]
    pub fn bytes(self, media: &str, body: &[u8]) -> Call {
        Call { body: Some(Body::Binary(body.to_vec())), ..self }.header("content-type", media)
    }
}

impl From<&Example> for Call {
    fn from(example: &Example) -> Call {
        let mut call = Call {
            role: example.role.map(str::to_owned),
            path: example.path.iter().map(|&p| p.to_owned()).collect(),
            query: example.query.to_owned(),
            ..Call::default()
        };
        for (name, value) in example.headers {
            call = call.header(name, *value);
        }
        if !example.body.is_empty() && !call.headers.iter().any(|(name, _)| name == "content-type")
        {
            call = call.text("application/json", example.body);
        } else if !example.body.is_empty() {
            call.body = Some(Body::Text(example.body.to_owned()));
        }
        call
    }
}

/// What a route answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; null if it was empty, or no JSON.
    pub body: Value,
    /// What the function logged.
    pub log: Value,
    response: Response,
}

impl Answer {
    pub(crate) fn new(Answered { response, log }: Answered) -> Answer {
        let is_json = response.get("content-type").is_some_and(|media| media.contains("json"));
        let body = match response.body.as_str() {
            "" => Value::Null,
            text if is_json => serde_json::from_str(text).expect("it says that it is JSON"),
            _ => Value::Null,
        };
        let log = serde_json::from_str(&log).expect("a line of the log is JSON");
        Answer { status: response.status, body, log, response }
    }

    /// The file, if it answered one that is no text.
    pub fn bytes(&self) -> &[u8] {
        &self.response.bytes
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.get(name)
    }

    /// The body as it came.
    pub fn text(&self) -> &str {
        &self.response.body
    }

    /// A problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Where a problem is: pointer, parameter or header of its first fault.
    pub fn place(&self) -> &str {
        let fault = &self.body["errors"][0];
        ["pointer", "parameter", "header"]
            .iter()
            .find_map(|k| fault[k].as_str())
            .unwrap_or_default()
    }
}
