//! What the function, the template, the gateway and the documentation need to know of one route.
use std::{future::Future, pin::Pin};

use db::{Access, Db, Domain, Session};
pub use lambda_http::http::Method;

use crate::{Allow, Code, List, Problem, Request, Response, Shape};

/// The answer of a route, as a future of its own so that `serve` is compiled once.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send + 'a>>;

/// The answer function of a route that needs an interactive transaction.
pub type InSession = for<'a> fn(&'a Request, &'a Session<'a>) -> Answer<'a>;

/// One method on one path: one function.
#[derive(Debug)]
pub struct Route {
    /// Binary, function and operation name: `<domain>-<verb>-<noun>`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// API Gateway syntax: `/v1/finance/contributions/{id}`, or `$default` for what no route takes.
    pub path: &'static str,
    /// One sentence for the documentation.
    pub summary: &'static str,
    /// The database this route works on.
    pub domain: Domain,
    /// What it does there.
    pub access: Access,
    /// Who may call it; nobody unless the route says so.
    pub allow: Allow,
    /// Limit, order and filters, if it lists.
    pub list: Option<&'static List>,
    /// Further query parameters; any other is refused.
    pub query: &'static [Query],
    /// Whether it answers LocalizedText, and so takes `?localize=all` and `Accept-Language`.
    pub localized: bool,
    /// The status of success.
    pub status: u16,
    /// The JSON body it takes; [`Shape::NONE`] if it takes none.
    pub body: Shape,
    /// The JSON body it answers.
    pub reply: Shape,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotency: Idempotency,
    /// Whether it takes `If-Match`.
    pub if_match: bool,
    /// Further variables that it reads, none of them optional.
    pub settings: &'static [&'static str],
    /// What it refuses beyond what every route refuses.
    pub problems: &'static [Code],
    /// Bytes of body it takes at most.
    pub body_limit: usize,
    /// Seconds until the function is ended.
    pub timeout_s: u16,
    /// Megabytes of memory.
    pub memory_mb: u16,
    /// What it does.
    pub answer: for<'a> fn(&'a Request, &'a Db<'a>) -> Answer<'a>,
    /// What it does instead, if it needs an interactive transaction: it then works over TCP,
    /// whatever transport its domain has.
    pub in_session: Option<InSession>,
    /// At least one that works and one that is refused.
    pub examples: &'static [Example],
    /// Where its constant is, for the binary that is written; [`routes!`](crate::routes) fills it in.
    pub rust_path: &'static str,
}

/// The routes of a domain, each by the constant that describes it; written once, in the domain's `lib.rs`:
///
/// ```ignore
/// pub const ROUTES: &[&api::Route] = api::routes![contribute::ROUTE, contributors::find::ROUTE];
/// ```
#[macro_export]
macro_rules! routes {
    ($($($part:ident)::+),* $(,)?) => {
        &[$(&$crate::Route {
            rust_path: concat!(module_path!() $(, "::", stringify!($part))+),
            ..$($part)::+
        }),*]
    };
}

impl Route {
    /// The path of the route that takes what no other does, whatever its method and query.
    pub const UNROUTED: &'static str = "$default";

    /// Every field that a route may leave out: nobody may call it, it has no database and no body.
    pub const DEFAULT: Route = Route {
        name: "",
        method: Method::GET,
        path: "",
        summary: "",
        domain: Domain::Platform,
        access: Access::None,
        allow: Allow::Nobody,
        list: None,
        query: &[],
        localized: false,
        status: 200,
        body: Shape::NONE,
        reply: Shape::NONE,
        idempotency: Idempotency::None,
        if_match: false,
        settings: &[],
        problems: &[],
        body_limit: 256 * 1024,
        timeout_s: 10,
        memory_mb: 256,
        answer: |_, _| Box::pin(async { Err(Problem::not_found("route")) }),
        in_session: None,
        examples: &[],
        rust_path: "",
    };
}

impl Route {
    /// Whether an issuer signs what it takes, so that no example of it can work.
    pub fn takes_id_tokens(&self) -> bool {
        self.settings.contains(&"ARUURI_OIDC_ISSUERS")
    }
}

/// A query parameter: `name` and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// As in the URL: `limit`, `sort`, `filter[status][eq]`.
    pub name: &'static str,
    /// One sentence with unit and default.
    pub about: &'static str,
}

/// What a route does with an `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// The method is safe or idempotent by itself.
    None,
    /// Taken when sent.
    Accepted,
    /// Refused without: the route moves money.
    Required,
}

/// A request with the status that it must get on a database with migrations and seeds.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// `good`, or what is wrong with it: `too-small`.
    pub name: &'static str,
    /// What must be in the database before, as SQL, beside the demo data; for tests.
    pub given: &'static str,
    /// The role that the caller's token carries; `None` sends no token.
    pub role: Option<&'static str>,
    /// Values for the path's parameters, in order.
    pub path: &'static [&'static str],
    /// The query string without `?`.
    pub query: &'static str,
    /// Further headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// The JSON body; empty for none.
    pub body: &'static str,
    /// The status it must get.
    pub status: u16,
}

impl Example {
    /// A request without path values, query, headers or body.
    pub const DEFAULT: Example = Example {
        name: "good",
        given: "",
        role: None,
        path: &[],
        query: "",
        headers: &[],
        body: "",
        status: 200,
    };

    /// The same without a token.
    pub const fn no_token(self) -> Example {
        Example { name: "no-token", role: None, status: 401, ..self }
    }

    /// The same from a role that may not.
    pub const fn not_allowed(self, role: &'static str) -> Example {
        Example { name: "not-allowed", role: Some(role), status: 403, ..self }
    }

    /// The same of a resource that is not there; for a path with one parameter.
    pub const fn not_found(self) -> Example {
        let path = &["00000000-0000-4000-8000-000000000000"];
        Example { name: "not-found", path, status: 404, ..self }
    }

    /// The same of a version that is not the current one.
    pub const fn stale(self) -> Example {
        Example { name: "stale", headers: &[("if-match", "\"99\"")], status: 412, ..self }
    }

    /// The same without saying of which version; drops all headers.
    pub const fn no_version(self) -> Example {
        Example { name: "no-version", headers: &[], status: 428, ..self }
    }

    /// A step that needs a key as well, of a version that is not the current one.
    pub const fn keyed_stale(self) -> Example {
        let headers = &[("idempotency-key", "stale"), ("if-match", "\"99\"")];
        Example { headers, ..self.stale() }
    }

    /// A step that needs a key as well, without saying of which version.
    pub const fn keyed_no_version(self) -> Example {
        Example { headers: &[("idempotency-key", "no-version")], ..self.no_version() }
    }

    /// The same without a key; of the first version, if it needs one.
    pub const fn no_key(self) -> Example {
        Example { name: "missing-key", headers: &[("if-match", "\"1\"")], status: 400, ..self }
    }
}
