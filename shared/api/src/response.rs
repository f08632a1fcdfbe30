//! What a route answers.
use std::future::Future;

use db::Deletion;
use serde::Serialize;

use crate::{Problem, Request, problem};

/// The headers this crate sets and reads, in lower case.
pub(crate) mod header {
    pub(crate) const ACCEPT_LANGUAGE: &str = "accept-language";
    pub(crate) const AUTHORIZATION: &str = "authorization";
    pub(crate) const CACHE_CONTROL: &str = "cache-control";
    pub(crate) const CONSISTENCY: &str = "aruuri-consistency";
    pub(crate) const CONTENT_LANGUAGE: &str = "content-language";
    pub(crate) const CONTENT_TYPE: &str = "content-type";
    pub(crate) const ETAG: &str = "etag";
    pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
    pub(crate) const IF_MATCH: &str = "if-match";
    pub(crate) const IF_NONE_MATCH: &str = "if-none-match";
    pub(crate) const LINK: &str = "link";
    pub(crate) const LOCATION: &str = "location";
    pub(crate) const ORIGIN: &str = "origin";
    pub(crate) const REPLAYED: &str = "idempotency-replayed";
    pub(crate) const REQUEST_ID: &str = "x-request-id";
    pub(crate) const RETRY_AFTER: &str = "retry-after";
    pub(crate) const STALENESS: &str = "aruuri-staleness";
    pub(crate) const TRACEPARENT: &str = "traceparent";
    pub(crate) const USER_AGENT: &str = "user-agent";
    pub(crate) const VARY: &str = "vary";
}

/// A status, headers and a JSON text, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Lower-case names; a later `set` replaces an earlier.
    pub headers: Vec<(&'static str, String)>,
    /// JSON or another text, or empty.
    pub body: String,
    /// A file that is no text, instead of a body; empty for none.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A response without body.
    pub fn new(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: String::new(), bytes: Vec::new() }
    }

    /// 200 with a file to save under `name`, which is ours and plain ASCII.
    pub fn file(media: &str, name: &str, bytes: Vec<u8>) -> Response {
        let mut response = Response { bytes, ..Response::new(200) };
        response.set(header::CONTENT_TYPE, media);
        response.set("content-disposition", format!("attachment; filename=\"{name}\""));
        response.set(header::CACHE_CONTROL, "private, no-store");
        response
    }

    /// A response with `value` as JSON.
    ///
    /// # Errors
    /// The value cannot be written as JSON: ours to mend.
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Result<Response, Problem> {
        let body = serde_json::to_string(value).map_err(|e| {
            Problem::new(problem::INTERNAL, "the answer could not be written").because(e)
        })?;
        let mut response = Response { body, ..Response::new(status) };
        response.set(header::CONTENT_TYPE, "application/json");
        Ok(response)
    }

    /// The header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// Sets a header.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.retain(|(n, _)| *n != name);
        self.headers.push((name, value.into()));
    }

    /// Sets a header and goes on.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.set(name, value);
        self
    }

    /// Lets browsers keep it for a minute and shared caches for five, if it was made for nobody in
    /// particular: without a token everybody gets the same.
    #[must_use]
    pub fn public(mut self, req: &Request) -> Response {
        if req.caller.is_none() {
            self.set(header::CACHE_CONTROL, "public, max-age=60, s-maxage=300");
        }
        self.vary("Authorization");
        self
    }

    /// Adds a name to `Vary`.
    pub(crate) fn vary(&mut self, name: &str) {
        let value = match self.get(header::VARY) {
            Some(old) => format!("{old}, {name}"),
            None => name.to_owned(),
        };
        self.set(header::VARY, value);
    }
}

/// A row that has an identity and a version.
pub trait Resource: Serialize {
    /// For `Location` and cursors.
    fn id(&self) -> String;
    /// For `ETag` and `If-Match`; `None` for what never changes.
    fn version(&self) -> Option<i32>;
    /// The LocalizedText members that a reader gets as one string in their language.
    const LOCALIZED: &'static [&'static str] = &[];
}

/// 200 with the resource, or 304 if the caller has this version (RFC 9110, section 13.1.2).
///
/// # Errors
/// The value cannot be written as JSON.
pub fn ok<T: Resource>(req: &Request, value: &T) -> Result<Response, Problem> {
    let response = one(req, 200, value)?;
    let known = response.get(header::ETAG).is_some_and(|tag| req.has_none_match(tag));
    if !known || !req.is_safe() {
        return Ok(response);
    }
    Ok(Response { status: 304, body: String::new(), ..response })
}

/// The same for a row that may not be there.
///
/// # Errors
/// 404 if it is not there.
pub fn found<T: Resource>(
    req: &Request,
    row: Option<T>,
    what: &'static str,
) -> Result<Response, Problem> {
    ok(req, &row.ok_or_else(|| Problem::not_found(what))?)
}

/// The answer to a change of one version: 200 with what it became; `live` looks for the row if the
/// change met none.
///
/// # Errors
/// 404 if there is no such row, 412 if it is of another version.
pub async fn changed<T: Resource>(
    req: &Request,
    changed: Option<T>,
    live: impl Future<Output = Result<Option<T>, db::Error>>,
    what: &'static str,
) -> Result<Response, Problem> {
    match changed {
        Some(row) => ok(req, &row),
        None => Err(missed(live.await?, what)),
    }
}

/// The answer to a restore: 200 with what is back, or with what `live` finds, which was never gone.
///
/// # Errors
/// 404 if there is no such row.
pub async fn restored<T: Resource>(
    req: &Request,
    back: Option<T>,
    live: impl Future<Output = Result<Option<T>, db::Error>>,
    what: &'static str,
) -> Result<Response, Problem> {
    let row = match back {
        Some(row) => Some(row),
        None => live.await?,
    };
    found(req, row, what)
}

/// 201 with the resource and its `Location`.
///
/// # Errors
/// The value cannot be written as JSON.
pub fn created<T: Resource>(req: &Request, value: &T) -> Result<Response, Problem> {
    let location = format!("{}/{}", req.raw_path().trim_end_matches('/'), value.id());
    Ok(one(req, 201, value)?.with(header::LOCATION, location))
}

/// 204.
///
/// # Errors
/// Never; the type is that of a route's answer.
pub fn no_content() -> Result<Response, Problem> {
    Ok(Response::new(204))
}

/// The answer to a soft delete: 204, also for what had been deleted before.
///
/// # Errors
/// 404 if there is no such row, 412 if it has changed.
pub fn deleted(found: Option<Deletion>, what: &'static str) -> Result<Response, Problem> {
    let found = found.ok_or_else(|| Problem::not_found(what))?;
    match found {
        Deletion { done: Some(true), .. } | Deletion { before: Some(true), .. } => no_content(),
        _ => Err(stale()),
    }
}

/// Why a change of one version met no row: 412 if the resource is there, else 404.
pub fn missed<T>(there: Option<T>, what: &'static str) -> Problem {
    if there.is_some() { stale() } else { Problem::not_found(what) }
}

/// 412: the resource has changed since it was read.
pub fn stale() -> Problem {
    Problem::header(problem::STALE, header::IF_MATCH, "is not the current version: read it again")
}

fn one<T: Resource>(req: &Request, status: u16, value: &T) -> Result<Response, Problem> {
    let mut response = if T::LOCALIZED.is_empty() {
        Response::json(status, value)?
    } else {
        crate::localize::one(req, status, value)?
    };
    if let Some(version) = value.version() {
        let language = match response.get(header::CONTENT_LANGUAGE) {
            Some(language) => format!("-{}", language.replace(", ", "-")),
            None => String::new(),
        };
        response.set(header::ETAG, format!("\"{version}{language}\""));
    }
    Ok(response)
}
