//! `POST /v1/finance/gift-aid/claims/{id}/submit`: send a validated claim, or say that it was uploaded.
use api::{Allow, Example, Idempotency, Method, Problem, Request, Response, Route, Shape, problem};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::ClaimId;

use super::{export::no_official, file, known, stepped};
use crate::{
    gift_aid::{
        hmrc::{Hmrc, VARIABLE},
        sending,
    },
    sql::{
        claims::{CLAIMANT, Claim, LINES, SUBMIT},
        small_donations::SENT,
    },
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-submit-claim",
    method: Method::POST,
    path: "/v1/finance/gift-aid/claims/{id}/submit",
    summary: "Posts a validated claim and sends it to the tax office once; another person than the preparer does this.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giftaid.submit"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<Claim>(),
    idempotency: Idempotency::Required,
    if_match: true,
    settings: &[VARIABLE],
    problems: &[
        problem::CLAIM_CHANGED,
        problem::CLAIM_REFUSED,
        problem::CLAIM_STATE,
        problem::FOUR_EYES,
        problem::OUT_OF_TIME,
        problem::SMALL_DONATIONS_LIMIT,
        problem::TAX_OFFICE_OFF,
    ],
    timeout_s: 29,
    answer: |req, db| Box::pin(submit(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "without-connection",
            headers: &[("if-match", r#""3""#), ("idempotency-key", "s2")],
            body: r#"{"channel": "hmrc"}"#,
            status: 501,
            ..GOOD
        },
        Example {
            name: "a-draft",
            path: super::DRAFT,
            headers: &[("if-match", r#""2""#), ("idempotency-key", "s3")],
            status: 409,
            ..GOOD
        },
        Example {
            name: "stale",
            headers: &[("if-match", r#""99""#), ("idempotency-key", "s4")],
            status: 412,
            ..GOOD
        },
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("approver"),
    path: super::VALIDATED,
    headers: &[("if-match", r#""3""#), ("idempotency-key", "s1")],
    body: r#"{"channel": "upload"}"#,
    ..Example::DEFAULT
};

types::words! {
    /// How the claim reaches the tax office.
    pub enum ClaimChannel { Hmrc = "hmrc", Upload = "upload" }
}

/// How it is submitted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ClaimSubmission"))]
pub struct Input {
    /// `hmrc`: sent as XML now; `upload`: Charities Online has taken the schedule.
    channel: ClaimChannel,
}

async fn submit(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ClaimId = req.path("id")?;
    let (version, key, actor) = (req.if_match()?, req.required_key()?, req.actor()?);
    let Input { channel } = req.json()?;
    let hmrc = connection(req)?;
    let claim = known(db, id).await?;
    let (mut mark, mut body) = (None, None);
    if channel == ClaimChannel::Hmrc {
        if hmrc.is_none() {
            return Err(off());
        }
        let (lines, claimant) = (LINES.all(db, (id,)).await?, CLAIMANT.one(db, (id,)).await?);
        let small = SENT.all(db, (id,)).await?;
        let submission =
            file::submission(&claim, &claimant, &lines, &small).ok_or_else(no_official)?;
        let irmark = submission.irmark();
        body = Some(submission.body(Some(&irmark)));
        mark = Some(irmark.base64());
    }
    let request = req.id().to_owned();
    let step = (
        key.scope,
        key.key,
        key.fingerprint,
        id,
        version,
        channel.word(),
        mark,
        body,
        actor,
        request.clone(),
    );
    let mut step = SUBMIT.opt(db, step).await;
    if let (Ok(Some(made)), Some(hmrc)) = (&mut step, &hmrc)
        && channel == ClaimChannel::Hmrc
        && made.claim.status == "submitted"
    {
        // A repeated request finds the claim further on, or sends what was certainly not sent before.
        sending::send(db, hmrc, &made.claim, &request).await?;
        made.claim = known(db, id).await?;
    }
    stepped(req, step)
}

/// The connection to the tax office; none if it is `off`.
pub(crate) fn connection(req: &Request) -> Result<Option<Hmrc>, Problem> {
    Hmrc::parse(req.setting(VARIABLE)).map_err(|why| {
        let cause = std::io::Error::other(format!("{VARIABLE} {why}"));
        Problem::new(problem::INTERNAL, "the request was not carried out").because(cause)
    })
}

pub(crate) fn off() -> Problem {
    let detail = "upload schedule.ods to Charities Online, then submit with the channel upload";
    Problem::new(problem::TAX_OFFICE_OFF, detail)
}
