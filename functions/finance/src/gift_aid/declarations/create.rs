//! `POST /v1/finance/gift-aid/declarations`: declare that gifts are to be claimed for.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{ClaimantId, ContributionId, ContributorId, Date, DeclarationId, FileId, WordingId};

use crate::sql::gift_aid::{DECLARE, Declaration};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-declaration",
    method: Method::POST,
    path: "/v1/finance/gift-aid/declarations",
    summary: "Records a Gift Aid declaration; an older one that says no more is superseded.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Declaration>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT, problem::NOT_INDIVIDUAL],
    answer: |req, db| Box::pin(declare(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "of-a-company",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "company")],
            body: r#"{"contributor_id": "cf301131-53d4-5400-8e6f-06254bb380e0", "scope": "enduring", "wording_id": "00000000-0000-4000-8000-000000000000", "channel": "written"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "for-somebody-else",
            headers: &[("idempotency-key", "not-mine")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "scope": "enduring", "wording_id": "00000000-0000-4000-8000-000000000000", "channel": "digital"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("contributor"),
    headers: &[("idempotency-key", "i-declare")],
    body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "scope": "enduring", "past_four_years": true, "channel": "digital"}"#,
    status: 201,
    ..Example::DEFAULT
};

types::words! {
    /// Which gifts are meant.
    pub enum DeclarationScope { Single = "single", Enduring = "enduring" }
}
types::words! {
    /// How it was said.
    pub enum DeclarationChannel { Written = "written", Oral = "oral", Digital = "digital" }
}

/// What is declared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewDeclaration"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<DeclarationId>,
    /// Who declares.
    contributor_id: ContributorId,
    /// The charity; ourselves if absent.
    #[serde(default)]
    claimant_id: Option<ClaimantId>,
    /// `single`: one gift; `enduring`: all gifts from now on.
    scope: DeclarationScope,
    /// The gift of a single declaration.
    #[serde(default)]
    contribution_id: Option<ContributionId>,
    /// Whether it covers the four years before, too.
    #[serde(default)]
    past_four_years: bool,
    /// The words that were declared with; those in use now, in English, if absent.
    #[serde(default)]
    wording_id: Option<WordingId>,
    /// How it was said.
    channel: DeclarationChannel,
    /// Day it was given; today in the United Kingdom if absent.
    #[serde(default)]
    given_on: Option<Date>,
    /// Form, recording or file that shows it.
    #[serde(default)]
    evidence_ref: Option<FileId>,
}

async fn declare(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    if (input.scope == DeclarationScope::Single) != input.contribution_id.is_some() {
        let detail = "must be there for a single declaration, and for no other";
        return Err(Problem::invalid("/contribution_id", detail));
    }
    if input.past_four_years && input.scope == DeclarationScope::Single {
        return Err(Problem::invalid("/past_four_years", "must be false for a single declaration"));
    }
    let key = req.required_key()?;
    let agent =
        (input.channel == DeclarationChannel::Digital).then(|| req.header("user-agent")).flatten();
    let further = json!({
        "claimant_id": input.claimant_id, "scope": input.scope.word(), "evidence_ref": input.evidence_ref,
        "contribution_id": input.contribution_id,
    });
    let params = (
        key.scope,
        key.key,
        key.fingerprint,
        input.id.unwrap_or_else(DeclarationId::new),
        input.contributor_id,
        further,
        input.wording_id,
        input.channel.word(),
        input.given_on,
        input.past_four_years,
        agent.map(|agent| agent.chars().take(500).collect()),
        req.actor()?,
        req.id().to_owned(),
        req.viewer("giving.read")?,
    );
    let declared = DECLARE
        .opt(db, params)
        .await
        .on_constraint("idempotency_keys_fingerprint", api::key_reused)
        .on_constraint("declarations_pkey", || {
            Problem::already_recorded("declaration already recorded")
        })
        .on_constraint("declarations_individual", || {
            Problem::new(
                problem::NOT_INDIVIDUAL,
                "the contributor is an organisation, or nobody known",
            )
        })
        .on_constraint("declarations_no_future", || {
            Problem::invalid("/given_on", "must not lie in the future")
        })
        .on_constraint("declarations_wording", || {
            Problem::invalid("/wording_id", "names no words of this scope")
        })
        .on_constraint("declarations_gift", || {
            Problem::invalid("/contribution_id", "names no gift of this contributor")
        })
        .on_constraint("declarations_claimant_id_fkey", unknown_claimant)
        .map_err(api::in_progress)?;
    let declared = declared.ok_or_else(unknown_contributor)?;
    api::created_once(req, &declared.declaration, declared.replayed)
}

fn unknown_contributor() -> Problem {
    Problem::invalid("/contributor_id", "names no contributor that the caller may declare for")
}

pub(crate) fn unknown_claimant() -> Problem {
    Problem::invalid("/claimant_id", "names no charity that claims")
}
