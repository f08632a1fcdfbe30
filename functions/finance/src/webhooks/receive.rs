//! `POST /v1/finance/webhooks/{provider}`: a payment provider tells us something.
//!
//! Nothing is acted on here: a provider that waits sends again. What it says is kept once, byte by byte, and
//! `finance-process-webhooks` reads it.
use std::time::{SystemTime, UNIX_EPOCH};

use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Serialize;
use serde_json::Value;

use super::{
    head, is_name,
    signature::{self, Doubt, VARIABLE},
};
use crate::sql::webhooks::STORE;

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-receive-webhook",
    method: Method::POST,
    path: "/v1/finance/webhooks/{provider}",
    summary: "Takes in a signed message of a payment provider, once; it is acted on within a minute.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Public,
    body: Shape::of::<Value>(),
    reply: Shape::of::<Received>(),
    settings: &[VARIABLE],
    problems: &[
        problem::UNKNOWN_PROCESSOR,
        problem::INVALID_SIGNATURE,
        problem::SIGNATURE_EXPIRED,
        problem::TOO_LARGE,
    ],
    answer: |req, db| Box::pin(receive(req, db)),
    examples: &[
        GOOD,
        Example { name: "unsigned", headers: &[], status: 400, ..GOOD },
        Example {
            name: "forged",
            headers: &[("stripe-signature", "t=1795348800,v1=00ff")],
            status: 400,
            ..GOOD
        },
        Example {
            name: "late",
            headers: &[("stripe-signature", "{{signature:stripe:301}}")],
            status: 400,
            ..GOOD
        },
        Example { name: "no-event", body: r#"{"type": "charge.failed"}"#, status: 422, ..GOOD },
        Example { name: "unknown-processor", path: &["shells"], status: 404, ..GOOD },
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    path: &["stripe"],
    headers: &[("stripe-signature", "{{signature:stripe}}")],
    body: r#"{"id": "evt_4711", "type": "payment_intent.succeeded", "created": 1795348800, "data": {"object": {"id": "pi_4711", "object": "payment_intent", "amount_received": 2500, "currency": "gbp"}}}"#,
    ..Example::DEFAULT
};

/// What was taken in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ReceivedWebhook"))]
pub struct Received {
    /// The sender's own id of the message.
    event_id: String,
    /// False: it had come before, and nothing changed.
    fresh: bool,
}

async fn receive(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let provider: String = req.path("provider")?;
    let keys = signature::keys(req.setting(VARIABLE), &provider).map_err(|e| {
        Problem::new(problem::INTERNAL, "the request was not carried out").because(e)
    })?;
    if keys.is_empty() {
        let detail = "is no provider that we take messages from";
        return Err(Problem::parameter(problem::UNKNOWN_PROCESSOR, "provider", detail));
    }
    let body = req.bytes()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let id =
        signature::check(&provider, &keys, |name| req.header(name), body, now).map_err(doubtful)?;
    let head =
        head(&provider, id, body).map_err(|(pointer, detail)| Problem::invalid(pointer, detail))?;
    if !is_name(&head.id) {
        let detail = "must be 1 to 200 characters";
        return Err(Problem::header(problem::INVALID, "webhook-id", detail));
    }
    let message =
        (provider, head.id.clone(), head.kind, head.at, body.to_vec(), req.id().to_owned());
    let fresh = STORE.one(db, message).await?.fresh;
    Response::json(200, &Received { event_id: head.id, fresh })
}

fn doubtful(doubt: Doubt) -> Problem {
    match doubt {
        Doubt::Unsigned(header) => {
            Problem::header(problem::INVALID_SIGNATURE, header, "is missing or cannot be read")
        }
        Doubt::Forged(header) => Problem::header(
            problem::INVALID_SIGNATURE,
            header,
            "fits no secret of ours: compare it with the provider's, and sign the bytes as they are sent",
        ),
        Doubt::Late(header) => Problem::header(
            problem::SIGNATURE_EXPIRED,
            header,
            "is more than 300 seconds away: sign again, and check the clock",
        ),
    }
}
