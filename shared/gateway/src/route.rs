//! From a `ROUTE` or a `JOB` to what the gateway needs of it.
use std::{path::PathBuf, time::Duration};

use api::{Example, Route, Unit};
use db::Access;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{Call, Function, Stamp, event};

/// What may stand in a path segment as it is (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The port that examples say they were sent to.
const PORT: u16 = 443;

/// The variables that a function of this route or job is given, and no others.
///
/// One with a database also gets `SSL_CERT_FILE`: without it OpenSSL reads the whole bundle of the
/// system, twice, which takes longer than everything else at its start.
#[must_use]
pub fn variables<'a>(unit: impl Into<Unit<'a>>) -> Vec<String> {
    let unit = unit.into();
    let mut names = unit.variables();
    if unit.access() != Access::None {
        names.push("SSL_CERT_FILE".into());
    }
    names
}

impl Function {
    /// The function of a route or job; a variable for which `value` has nothing stays unset.
    #[must_use]
    pub fn of<'a>(
        unit: impl Into<Unit<'a>>,
        binary: PathBuf,
        value: impl Fn(&str) -> Option<String>,
    ) -> Function {
        let unit = unit.into();
        let set = |name: String| value(&name).map(|value| (name, value));
        let (method, path) = match unit {
            Unit::Route(route) => (route.method.as_str(), route.path),
            Unit::Job(_) => ("", ""),
        };
        Function {
            name: unit.name().into(),
            method: method.into(),
            path: path.into(),
            timeout: Duration::from_secs(unit.timeout_s().into()),
            memory_mb: unit.memory_mb(),
            binary,
            env: variables(unit).into_iter().filter_map(set).collect(),
        }
    }
}

/// Stands in an event for a token of this role: a file that is kept cannot hold one that expires.
#[must_use]
pub fn token_placeholder(role: &str) -> String {
    format!("{{{{token:{role}}}}}")
}

/// The first placeholder in `text`, and the role that it stands for.
#[must_use]
pub fn find_placeholder(text: &str) -> Option<(&str, &str)> {
    let start = text.find("{{token:")?;
    let length = text[start..].find("}}")? + 2;
    let placeholder = &text[start..start + length];
    Some((placeholder, placeholder.strip_prefix("{{token:")?.strip_suffix("}}")?))
}

/// The event of an example, as if a client had sent it.
///
/// `token` is sent if the example has a role; headers of the example itself come last and win.
#[must_use]
pub fn example_event(
    route: &Route,
    example: &Example,
    token: &str,
    stamp: &Stamp,
) -> impl Serialize + use<> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let values = example.path.iter().map(|value| (*value).to_owned());
    let parameters: Vec<_> = names.map(str::to_owned).zip(values).collect();
    let path = example_path(route, example);

    let mut headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("host".to_owned(), "api.example.org".to_owned()),
    ];
    if example.role.is_some() {
        headers.push(("authorization".into(), format!("Bearer {token}")));
    }
    if !example.body.is_empty() {
        headers.push(("content-type".into(), "application/json".into()));
    }
    for (name, value) in example.headers {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push(((*name).into(), (*value).into()));
    }
    let function = Function::of(route, PathBuf::new(), |_| None);
    let call = Call {
        method: route.method.as_str(),
        path: &path,
        query: example.query,
        headers: &headers,
        body: example.body.as_bytes(),
        source_ip: "127.0.0.1",
        port: PORT,
    };
    event(&function.route_key(), &parameters, &call, stamp)
        .expect("the path of an example is UTF-8")
}

/// The route's path with the values of the example, percent-encoded.
///
/// `$default` has no path of its own: the example's only value is the path as it is sent, else `/`.
#[must_use]
pub fn example_path(route: &Route, example: &Example) -> String {
    let mut values = example.path.iter();
    if route.path == "$default" {
        return values.next().map_or("/", |path| path).into();
    }
    let mut part = |part: &str| match part.strip_prefix('{').and_then(|_| values.next()) {
        Some(value) => utf8_percent_encode(value, SEGMENT).to_string(),
        None => part.to_owned(),
    };
    route.path.split('/').map(&mut part).collect::<Vec<_>>().join("/")
}
