//! Cross-origin requests (Fetch Standard, section 3.2): named origins only, no credentials.
use lambda_http::http::Method;

use crate::{Request, Response, response::header};

const EXPOSED: &str = "aruuri-consistency, aruuri-staleness, etag, link, location, content-language, \
                       idempotency-replayed, retry-after, traceparent, x-request-id";
const TAKEN: &str = "aruuri-consistency, aruuri-staleness, authorization, content-type, accept-language, \
                     idempotency-key, if-match, if-none-match, traceparent, x-request-id";

/// Lets a page of a named origin read the response.
pub(crate) fn allow(origins: &[String], origin: Option<&str>, response: &mut Response) {
    if origins.is_empty() {
        return;
    }
    response.vary("Origin");
    if let Some(origin) = origin.filter(|origin| origins.iter().any(|o| o == origin)) {
        response.set("access-control-allow-origin", origin);
        response.set("access-control-expose-headers", EXPOSED);
    }
}

/// Answers a preflight for a path that takes `methods`.
pub fn preflight(req: &Request, methods: &[Method]) -> Response {
    let mut response = Response::new(204);
    let origin = req.header(header::ORIGIN);
    if origin.is_some_and(|origin| req.settings.origins.iter().any(|o| o == origin)) {
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        response.set("access-control-allow-methods", methods.join(", "));
        response.set("access-control-allow-headers", TAKEN);
        response.set("access-control-max-age", "7200");
    }
    response
}
