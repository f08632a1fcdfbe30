//! `POST /v1/finance/webhook-events/{id}/retry`: what was wrong with a message is mended.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Domain, Session};
use types::WebhookEventId;

use crate::sql::webhooks::{EVENT, RETRY, WebhookEvent};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-retry-webhook-event",
    method: Method::POST,
    path: "/v1/finance/webhook-events/{id}/retry",
    summary: "Has a message that is parked or waits acted on again within a minute, once what was wrong is mended.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    reply: Shape::of::<WebhookEvent>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::NOT_WAITING],
    in_session: Some(|req, db| Box::pin(retry(req, db))),
    examples: &[
        Example { given: PARKED, ..GOOD },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["b6f9f0f4-9d28-4a2a-8a0c-2b1f6c0d1a11"],
    ..Example::DEFAULT
};

/// The demo data has no messages.
const PARKED: &str = "
    insert into finance.webhook_events (id, provider, event_id, event_type, signature_ok, payload)
    values ('b6f9f0f4-9d28-4a2a-8a0c-2b1f6c0d1a11', 'gocardless', 'ev_1', 'charge.settled', true, '{}');
    insert into finance.webhook_queue (webhook_event_id) values ('b6f9f0f4-9d28-4a2a-8a0c-2b1f6c0d1a11');
    select finance.park_event('b6f9f0f4-9d28-4a2a-8a0c-2b1f6c0d1a11', 'the message cannot be read', null)";

async fn retry(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let id: WebhookEventId = req.path("id")?;
    api::once(req, db, async |on| {
        let retried = RETRY.opt(on, (id,)).await?;
        let event = EVENT.opt(on, (id,)).await?;
        if retried.is_some_and(|retried| !retried.queued) {
            let detail = "the message has been acted on: there is nothing to try again";
            return Err(Problem::new(problem::NOT_WAITING, detail));
        }
        api::found(req, event, "message")
    })
    .await
}
