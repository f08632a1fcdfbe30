//! Events of payload format 2.0.
//!
//! What the documentation leaves open follows captures of the real service: the path is delivered
//! decoded and cut at a decoded `?`; keys without a value are absent; cookies are no header; a body is
//! text only for the text types below, so a form is base64. Not known is whether the real service
//! splits the path before it decodes; here it does, so that `%2F` stays inside its parameter.
use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

/// Headers between two hops, which end at API Gateway.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Set here, whatever the client says.
const OWN: [&str; 5] = [
    "content-length",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// A request as the client sent it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `GET`.
    pub method: &'a str,
    /// Percent-encoded, without the query.
    pub path: &'a str,
    /// Without `?`.
    pub query: &'a str,
    /// In order, repeated names included.
    pub headers: &'a [(String, String)],
    /// As sent.
    pub body: &'a [u8],
    /// The client's address.
    pub source_ip: &'a str,
    /// The port it connected to.
    pub port: u16,
}

/// What makes this request a different one from the next.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// API Gateway's id of the request.
    pub request_id: String,
    /// When it arrived.
    pub at: Timestamp,
}

impl Stamp {
    /// A new id and the present time.
    #[must_use]
    pub fn now() -> Stamp {
        Stamp { request_id: uuid::Uuid::new_v4().to_string(), at: Timestamp::now() }
    }
}

/// The event for `call` on the route `route_key`, whose path parameters have these values.
///
/// None if the decoded path is not UTF-8.
#[must_use]
pub fn event(
    route_key: &str,
    parameters: &[(String, String)],
    call: &Call<'_>,
    stamp: &Stamp,
) -> Option<impl Serialize + use<>> {
    let path = decode(call.path)?;
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let (body, is_base64_encoded) = body(call);
    let host = header(call, "host").unwrap_or("localhost");
    let domain = host.rsplit_once(':').map_or(host, |(name, _port)| name).to_owned();
    Some(Event {
        version: "2.0",
        route_key: route_key.into(),
        raw_path: path.clone(),
        raw_query_string: call.query.into(),
        cookies: cookies(call),
        headers: headers(call, stamp),
        query_string_parameters: query(call.query),
        request_context: Context {
            account_id: "000000000000",
            api_id: "local",
            domain_prefix: domain.split('.').next().unwrap_or_default().into(),
            domain_name: domain,
            http: Http {
                method: call.method.into(),
                path,
                protocol: "HTTP/1.1",
                source_ip: call.source_ip.into(),
                user_agent: header(call, "user-agent").unwrap_or_default().into(),
            },
            request_id: stamp.request_id.clone(),
            route_key: route_key.into(),
            stage: "$default",
            time: stamp.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            time_epoch: stamp.at.as_millisecond(),
        },
        path_parameters: parameters.iter().cloned().collect(),
        body,
        is_base64_encoded,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: &'static str,
    route_key: String,
    raw_path: String,
    raw_query_string: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: String,
    domain_prefix: String,
    http: Http,
    request_id: String,
    route_key: String,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    path: String,
    protocol: &'static str,
    source_ip: String,
    user_agent: String,
}

fn header<'a>(call: &Call<'a>, wanted: &str) -> Option<&'a str> {
    let found = call.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.as_str())
}

fn headers(call: &Call<'_>, stamp: &Stamp) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    let mut set = |name: &str, value: &str| {
        let all = joined.entry(name.to_owned());
        all.and_modify(|all| *all = format!("{all},{value}")).or_insert_with(|| value.to_owned());
    };
    for (name, value) in call.headers {
        let name = name.to_ascii_lowercase();
        let dropped = name == "cookie" || HOP_BY_HOP.contains(&&*name);
        // The list of addresses goes on; the other three are not the client's to say.
        if !dropped && (name == "x-forwarded-for" || !OWN.contains(&&*name)) {
            set(&name, value);
        }
    }
    let trace: String = stamp.request_id.chars().filter(char::is_ascii_hexdigit).collect();
    let (time, rest) = trace.split_at(trace.len().min(8));
    if !call.body.is_empty() || header(call, "content-length").is_some() {
        set("content-length", &call.body.len().to_string());
    }
    set("x-amzn-trace-id", &format!("Root=1-{time}-{rest}"));
    set("x-forwarded-for", call.source_ip);
    set("x-forwarded-port", &call.port.to_string());
    set("x-forwarded-proto", "http");
    joined
}

fn cookies(call: &Call<'_>) -> Vec<String> {
    let sent = call.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let parts = sent.flat_map(|(_, value)| value.split(';'));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn query(query: &str) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_form(name), decode_form(value));
        let all = joined.entry(name);
        all.and_modify(|all| *all = format!("{all},{value}")).or_insert(value);
    }
    joined
}

fn body(call: &Call<'_>) -> (Option<String>, bool) {
    if call.body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(call.body) {
        Ok(text) if is_text(header(call, "content-type")) => (Some(text.into()), false),
        _ => (Some(STANDARD.encode(call.body)), true),
    }
}

fn is_text(content_type: Option<&str>) -> bool {
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    match kind.trim().to_ascii_lowercase().split_once('/') {
        Some(("text", _)) => true,
        Some(("application", kind)) => {
            matches!(kind, "json" | "xml" | "javascript") || kind.ends_with("+json")
        }
        _ => false,
    }
}

/// Decodes `%41`; None if that is not UTF-8. A lone `%` stays.
pub(crate) fn decode(encoded: &str) -> Option<String> {
    percent_decode_str(encoded).decode_utf8().ok().map(Cow::into_owned)
}

fn decode_form(encoded: &str) -> String {
    percent_decode_str(&encoded.replace('+', " ")).decode_utf8_lossy().into_owned()
}
