//! What a route is asked, parsed once at the edge.
use std::{net::IpAddr, str::FromStr, sync::Arc};

use lambda_http::{
    RequestExt as _,
    http::{HeaderMap, Method},
    request::RequestContext,
};
use ring::digest;
use serde::de::DeserializeOwned;
use serde_json::json;
use types::Locale;

use crate::{
    Caller, Problem, Route,
    localize::{DEFAULT_LOCALE, Localize},
    problem::{self, INVALID, MALFORMED},
    response::header,
    server::Settings,
};

/// Longest path and query, in bytes.
const MAX_PATH: usize = 2_048;
const MAX_QUERY: usize = 8_192;
/// Deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 32;
/// As much of a user agent as is kept, in characters.
const MAX_AGENT: usize = 500;

/// One request to one route.
#[derive(Debug)]
pub struct Request {
    pub(crate) route: &'static Route,
    pub(crate) settings: Arc<Settings>,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    raw_path: String,
    raw_query: String,
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    body: Vec<u8>,
    address: Option<IpAddr>,
    /// Echoed, logged and part of every problem.
    pub(crate) id: String,
    pub(crate) caller: Option<Caller>,
}

impl Request {
    /// Takes an HTTP request apart; what cannot be read at all is refused here.
    pub(crate) fn new(
        route: &'static Route,
        settings: Arc<Settings>,
        id: String,
        http: lambda_http::Request,
    ) -> Result<Request, Problem> {
        // From the gateway: what a header says of the sender, the sender may have written.
        let address = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        let address = address.and_then(|address| address.parse().ok());
        let (parts, body) = http.into_parts();
        let raw_path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        if raw_path.len() > MAX_PATH || raw_query.len() > MAX_QUERY {
            let detail = format!("at most {MAX_PATH} bytes of path and {MAX_QUERY} of query");
            return Err(Problem::new(problem::URI_TOO_LONG, detail));
        }
        let path = path_parameters(route.path, &raw_path)?;
        let query = raw_query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = decode(name, true).ok_or_else(|| {
                    Problem::new(MALFORMED, "a query parameter's name is malformed")
                })?;
                let value = decode(value, true).ok_or_else(|| {
                    Problem::parameter(MALFORMED, name.clone(), "is not percent-encoded UTF-8")
                })?;
                Ok((name, value))
            })
            .collect::<Result<_, Problem>>()?;
        let (method, headers) = (parts.method, parts.headers);
        let body = body.to_vec();
        let caller = None;
        Ok(Request {
            route,
            settings,
            method,
            headers,
            raw_path,
            raw_query,
            path,
            query,
            body,
            address,
            id,
            caller,
        })
    }

    /// The request's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The value of a variable that the route names in `settings`; empty for any other.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.further.get(name).map_or("", String::as_str)
    }

    /// The body byte by byte, as it was sent.
    ///
    /// # Errors
    /// 413 too large.
    pub fn bytes(&self) -> Result<&[u8], Problem> {
        if self.body.len() > self.route.body_limit {
            let detail = format!("at most {} bytes", self.route.body_limit);
            return Err(Problem::new(problem::TOO_LARGE, detail));
        }
        Ok(&self.body)
    }

    /// The method as it was sent.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as it was sent.
    pub fn raw_path(&self) -> &str {
        &self.raw_path
    }

    /// The address the request came from, as the gateway saw it.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Where the request came from, for the audit log: its id, the address and the user agent.
    pub fn origin(&self) -> serde_json::Value {
        let agent = self.header(header::USER_AGENT);
        let agent = agent.map(|agent| agent.chars().take(MAX_AGENT).collect::<String>());
        json!({ "request_id": self.id, "ip": self.address, "user_agent": agent })
    }

    /// Who acts and from where, as the triggers that write the audit log read it.
    pub(crate) fn context(&self) -> String {
        let mut context = self.origin();
        let caller = self.caller.as_ref();
        let token = caller.and_then(|caller| caller.token);
        context["kind"] = json!(if token.is_some() { "token" } else { "user" });
        context["contact"] = json!(caller.map(|caller| caller.contact));
        let session = caller.and_then(|caller| caller.session).map(|id| id.uuid());
        context["session"] = json!(token.map(|id| id.uuid()).or(session));
        context.to_string()
    }

    pub(crate) fn is_safe(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// A path parameter.
    ///
    /// # Errors
    /// 404: a malformed id names nothing.
    pub fn path<T: FromStr>(&self, name: &'static str) -> Result<T, Problem> {
        let value = self.path.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        value
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| Problem::parameter(problem::NOT_FOUND, name, "names nothing"))
    }

    /// A query parameter, if it was sent; sent twice, it is refused.
    ///
    /// # Errors
    /// 422: sent twice or not a `T`.
    pub fn query<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        let mut values = self.query.iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Problem::parameter(INVALID, name, "is given more than once"));
        }
        value
            .parse()
            .map(Some)
            .map_err(|e: T::Err| Problem::parameter(INVALID, name, e.to_string()))
    }

    pub(crate) fn queries(&self) -> impl Iterator<Item = &(String, String)> {
        self.query.iter()
    }

    /// A header's value, if it was sent and is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The JSON body as a `T`, which should deny unknown fields.
    ///
    /// # Errors
    /// 415 no JSON, 413 too large, 400 malformed or too deep, 422 with a pointer if it is not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let media = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if media != "application/json" && media != "application/merge-patch+json" {
            return Err(Problem::header(
                problem::MEDIA_TYPE,
                header::CONTENT_TYPE,
                "must be application/json",
            ));
        }
        let text = std::str::from_utf8(self.bytes()?)
            .map_err(|_| Problem::new(MALFORMED, "the body is not UTF-8"))?;
        if too_deep(text) {
            let detail = format!("the body nests deeper than {MAX_DEPTH}");
            return Err(Problem::new(MALFORMED, detail));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let value = serde_path_to_error::deserialize(&mut json).map_err(refusal)?;
        json.end().map_err(|e| Problem::new(MALFORMED, sentence(&e)))?;
        Ok(value)
    }

    /// The version that `If-Match` names; the first number of our entity tags is the version.
    ///
    /// # Errors
    /// 428 if the header is missing, 412 if no version of ours can be meant.
    pub fn if_match(&self) -> Result<i32, Problem> {
        let Some(tag) = self.header(header::IF_MATCH) else {
            return Err(Problem::header(
                problem::PRECONDITION,
                header::IF_MATCH,
                "is missing: send the ETag of the version that you have read",
            ));
        };
        let version = tag.trim().strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        version.and_then(|t| t.split('-').next()?.parse().ok()).ok_or_else(|| {
            Problem::header(problem::STALE, header::IF_MATCH, "is no current version")
        })
    }

    /// Weak comparison (RFC 9110, section 8.8.3.2) of our tag with those in `If-None-Match`.
    pub(crate) fn has_none_match(&self, tag: &str) -> bool {
        self.header(header::IF_NONE_MATCH).is_some_and(|tags| {
            tags.split(',').map(str::trim).any(|t| t == "*" || t.trim_start_matches("W/") == tag)
        })
    }

    pub(crate) fn localize(&self) -> Localize {
        if self.query.iter().any(|(name, value)| name == "localize" && value == "all") {
            Localize::All
        } else {
            Localize::One(self.locale())
        }
    }

    /// The reader's language.
    pub fn locale(&self) -> Locale {
        Locale::negotiate(self.header(header::ACCEPT_LANGUAGE), DEFAULT_LOCALE)
    }

    /// The key of `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07: a quoted string;
    /// a bare one is taken too), if the route takes one and one was sent.
    pub(crate) fn idempotency_key(&self) -> Result<Option<&str>, Problem> {
        let Some(value) = self.headers.get(header::IDEMPOTENCY_KEY) else { return Ok(None) };
        let key = value.to_str().unwrap_or_default().trim();
        let key = key.strip_prefix('"').and_then(|k| k.strip_suffix('"')).unwrap_or(key);
        if key.is_empty() || key.len() > 255 {
            let detail = "must be 1 to 255 visible ASCII characters";
            return Err(Problem::header(MALFORMED, header::IDEMPOTENCY_KEY, detail));
        }
        Ok(Some(key))
    }

    /// SHA-256 over what makes this request the same as an earlier one.
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [self.method.as_str(), &self.raw_path, &self.raw_query] {
            context.update(part.as_bytes());
            context.update(b"\n");
        }
        context.update(&self.body);
        context.finish().as_ref().to_vec()
    }
}

/// The values of `{name}` segments. Matched from the end: a named stage stands before the path.
/// Decoded here, so that it does not matter whether a gateway decodes.
fn path_parameters(
    template: &'static str,
    path: &str,
) -> Result<Vec<(&'static str, String)>, Problem> {
    let values = path.rsplit('/');
    template
        .rsplit('/')
        .zip(values)
        .filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value)))
        .map(|(name, value)| {
            let value = decode(value, false).ok_or_else(|| {
                Problem::parameter(MALFORMED, name, "is not percent-encoded UTF-8")
            })?;
            Ok((name, value))
        })
        .collect()
}

/// Percent-decoding (RFC 3986, section 2.1), in a query also `+`; no NUL, which no text column takes.
fn decode(text: &str, plus: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digit = |b: u8| char::from(b).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                u8::try_from(high * 16 + low).ok().filter(|&b| b != 0)?
            }
            b'+' if plus => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

/// Looks at brackets outside strings only; whether the text is JSON is decided later.
fn too_deep(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

fn refusal(e: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    use serde_path_to_error::Segment;
    let pointer: String = e
        .path()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    let e = e.into_inner();
    if e.is_data() {
        return Problem::body(INVALID, Some(pointer), sentence(&e));
    }
    Problem::new(MALFORMED, sentence(&e))
}

/// serde's message; a place in the text helps with syntax only, a pointer names a value better.
fn sentence(e: &serde_json::Error) -> String {
    let text = e.to_string();
    match text.rfind(" at line ") {
        Some(at) if e.is_data() => text[..at].to_owned(),
        _ => text,
    }
}
