//! `POST /v1/finance/gift-aid/declarations/{id}/cancel`: take a declaration back.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Domain, Session};
use giftaid::declaration::{self, Channel};
use serde::Deserialize;
use types::{Date, DeclarationId, Text};

use crate::sql::gift_aid::{CANCEL, Declaration, FIND_DECLARATION, RECORD};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-cancel-declaration",
    method: Method::POST,
    path: "/v1/finance/gift-aid/declarations/{id}/cancel",
    summary: "Cancels a declaration: gifts from before stay claimable, unless it was oral and taken back in time.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Declaration>(),
    idempotency: Idempotency::Accepted,
    if_match: true,
    problems: &[problem::DECLARATION_CANCELLED],
    in_session: Some(|req, db| Box::pin(cancel(req, db))),
    examples: &[
        GOOD,
        Example { name: "of-tomorrow", body: r#"{"told_on": "2099-01-01"}"#, status: 422, ..GOOD },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("contributor"),
    path: &["9929e405-3ddf-5399-93b5-c4e6036fd8ad"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"reason": "I moved to Spain."}"#,
    ..Example::DEFAULT
};

/// How it was taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "Cancellation"))]
pub struct Input {
    /// Day the contributor said so; today in the United Kingdom if absent.
    #[serde(default)]
    told_on: Option<Date>,
    /// Why.
    #[serde(default)]
    reason: Option<Text<500>>,
}

async fn cancel(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let id: DeclarationId = req.path("id")?;
    let version = req.if_match()?;
    let Input { told_on, reason } = req.json()?;
    let viewer = req.viewer("giving.read")?;
    let found = FIND_DECLARATION.opt(db.db(), (id, viewer)).await?;
    let declared = found.ok_or_else(|| Problem::not_found("declaration"))?;
    let record = RECORD.one(db.db(), (id,)).await?;
    let told_on = told_on.unwrap_or(record.today);
    if told_on > record.today {
        return Err(Problem::invalid("/told_on", "must not lie in the future"));
    }
    if declared.status == "cancelled" {
        return Err(Problem::new(
            problem::DECLARATION_CANCELLED,
            "the declaration is cancelled; a new one can be made",
        ));
    }
    let channel = match declared.channel.as_str() {
        "oral" => Channel::Oral,
        "digital" => Channel::Digital,
        _ => Channel::Written,
    };
    let known = declaration::Declaration {
        id,
        single: declared.contribution_id,
        given_on: declared.given_on,
        covers_from: declared.covers_from,
        covers_to: declared.covers_to,
        cancelled_from: None,
    };
    let from = declaration::cancelled_from(&known, channel, record.sent_on, told_on);
    let actor = req.actor()?;
    api::once(req, db, async |on| {
        let changed = CANCEL.opt(on, (id, version, from, reason, actor)).await?;
        api::changed(req, changed, FIND_DECLARATION.opt(on, (id, viewer)), "declaration").await
    })
    .await
}
