//! `$default`: says what is wrong with a request that no route takes, and answers preflights.
use api::{Allow, Example, Method, Problem, Request, Response, Route, problem};
use db::Domain;

use crate::paths::PATHS;

/// The route. It answers every method; preflights are those that it answers well.
pub const ROUTE: Route = Route {
    name: "platform-unrouted",
    method: Method::OPTIONS,
    path: Route::UNROUTED,
    summary: "Answers what no other route takes: 204 to a preflight, else 405 or 404.",
    domain: Domain::Platform,
    allow: Allow::Public,
    status: 204,
    problems: &[problem::NO_ROUTE, problem::METHOD],
    timeout_s: 5,
    answer: |req, _| Box::pin(async { unrouted(req) }),
    examples: &[
        Example { path: &["/v1/platform/settings"], status: 204, ..Example::DEFAULT },
        Example {
            name: "no-such-route",
            path: &["/v1/platform/nothing"],
            query: "because=true",
            status: 404,
            ..Example::DEFAULT
        },
        Example {
            name: "a-header-for-databases",
            path: &["/v1/platform/nothing"],
            headers: &[("aruuri-consistency", "no token")],
            status: 404,
            ..Example::DEFAULT
        },
    ],
    ..Route::DEFAULT
};

fn unrouted(req: &Request) -> Result<Response, Problem> {
    let methods = methods(req.raw_path());
    if methods.is_empty() {
        return Err(Problem::new(problem::NO_ROUTE, "no route has this path"));
    }
    if req.method() == Method::OPTIONS {
        return Ok(api::preflight(req, &methods));
    }
    if methods.contains(req.method()) {
        return Err(Problem::new(problem::NO_ROUTE, "this request went past its route"));
    }
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let detail = format!("this path takes {}", names.join(", "));
    Err(Problem::new(problem::METHOD, detail).with("allow", names.join(", ")))
}

/// The methods that `path` takes, as all templates together say that it fits.
fn methods(path: &str) -> Vec<Method> {
    let fitting = PATHS.iter().filter(|(template, _)| fits(template, path));
    let names = fitting.flat_map(|(_, methods)| *methods);
    names.filter_map(|name| name.parse().ok()).collect()
}

/// Whether `path` is one of `template`, perhaps behind the name of a stage.
fn fits(template: &str, path: &str) -> bool {
    let mut segments = path.rsplit('/');
    let tail = template.rsplit('/').filter(|segment| !segment.is_empty()).all(|wanted| {
        segments.next().is_some_and(|segment| match wanted.starts_with('{') {
            true => !segment.is_empty(),
            false => segment == wanted,
        })
    });
    tail && segments.filter(|segment| !segment.is_empty()).count() <= 1
}
