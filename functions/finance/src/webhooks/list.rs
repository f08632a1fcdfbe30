//! `GET /v1/finance/webhook-events`: what payment providers told us, and what became of it.
use api::{Allow, Example, Filter, List, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::Page;

use crate::sql::webhooks::{EVENTS, WebhookEvent, WebhookState};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-list-webhook-events",
    method: Method::GET,
    path: "/v1/finance/webhook-events",
    summary: "Lists messages of payment providers, last come first; `filter[state]=parked`: what needs a person, and why.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read"),
    list: Some(&LIST),
    reply: Shape::of::<Page<WebhookEvent>>(),
    answer: |req, db| Box::pin(list(req, db)),
    examples: &[
        Example { role: Some("treasurer"), query: "filter[state]=parked", ..Example::DEFAULT },
        Example {
            name: "of-a-provider",
            role: Some("auditor"),
            query: "filter[provider]=stripe&limit=1",
            ..Example::DEFAULT
        },
        Example {
            name: "no-state",
            role: Some("auditor"),
            query: "filter[state]=lost",
            status: 422,
            ..Example::DEFAULT
        },
        Example::DEFAULT.not_allowed("contributor"),
        Example::DEFAULT.no_token(),
    ],
    ..Route::DEFAULT
};

const LIST: List = List {
    sorts: &["-received_at"],
    filters: &[
        Filter { field: "provider", ops: &["eq"], about: "Who sent it." },
        Filter {
            field: "state",
            ops: &["eq"],
            about: "parked (a person has to look), waiting (is tried again), done or ignored.",
        },
    ],
};

async fn list(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let list = req.list()?;
    let provider = list.filter("provider", "eq")?;
    let state = list.filter("state", "eq")?.map(WebhookState::word);
    let (received_at, id) = list.after()?;
    let rows = EVENTS.all(db, (provider, state, received_at, id, list.fetch())).await?;
    list.page(rows, |row| row.received_at.to_string())
}
