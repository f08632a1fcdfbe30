//! `POST /v1/finance/funds`: open a fund before anything is given for it.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{FundId, Line, ProjectId, StageId, ThemeId};

use crate::{
    posting::{books, post},
    sql::{books::Fund, opening::OPEN_FUND},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-fund",
    method: Method::POST,
    path: "/v1/finance/funds",
    summary: "Opens a fund: of a project, theme or stage, or one with a name of its own. Gifts open those of their purpose by themselves.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Fund>(),
    idempotency: Idempotency::Required,
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "of-a-theme",
            body: r#"{"theme_ref": "6f1b8a1e-3b0c-4a52-9d43-1f0c2f1f7a11", "restriction": "restricted"}"#,
            ..GOOD
        },
        Example {
            name: "there-already",
            body: r#"{"code": "GEN", "restriction": "unrestricted"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "neither-code-nor-purpose",
            body: r#"{"restriction": "designated"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unrestricted-purpose",
            body: r#"{"theme_ref": "6f1b8a1e-3b0c-4a52-9d43-1f0c2f1f7a11", "restriction": "unrestricted"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-stage",
            body: r#"{"stage_ref": "00000000-0000-4000-8000-000000000000", "restriction": "restricted"}"#,
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
    role: Some("treasurer"),
    headers: &[("idempotency-key", "reserve")],
    body: r#"{"code": "ROOF-RESERVE", "restriction": "designated", "parent_id": "04b25f59-033c-502c-ac71-430477286633"}"#,
    status: 201,
    ..Example::DEFAULT
};

types::words! {
    /// How far the trustees may decide about it.
    pub enum Restriction {
        Unrestricted = "unrestricted",
        Designated = "designated",
        Restricted = "restricted",
        Endowment = "endowment",
    }
}

/// Which fund.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewFund"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<FundId>,
    /// A name of its own in capitals, digits and hyphens; none with a purpose, which names it.
    #[serde(default)]
    code: Option<Line<100>>,
    /// Project it is for.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// Theme it is for.
    #[serde(default)]
    theme_ref: Option<ThemeId>,
    /// Funding stage it is for.
    #[serde(default)]
    stage_ref: Option<StageId>,
    /// How far the trustees may decide about it.
    restriction: Restriction,
    /// Fund it is part of.
    #[serde(default)]
    parent_id: Option<FundId>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { id, code, project_ref, theme_ref, stage_ref, restriction, parent_id } =
        req.json()?;
    let named = [code.is_some(), project_ref.is_some(), theme_ref.is_some(), stage_ref.is_some()];
    if named.into_iter().filter(|given| *given).count() != 1 {
        let detail =
            "is needed, or one of project_ref, theme_ref and stage_ref, and only one of them";
        return Err(Problem::invalid("/code", detail));
    }
    let fund = json!({
        "id": id,
        "code": code,
        "project_ref": project_ref,
        "theme_ref": theme_ref,
        "stage_ref": stage_ref,
        "restriction": restriction.word(),
        "parent_id": parent_id,
    });
    let invalid =
        |pointer: &'static str, detail: &'static str| move || Problem::invalid(pointer, detail);
    let opened = post(req, db, &OPEN_FUND, (req.required_key()?, fund))
        .await
        .on_constraint("funds_pkey", || Problem::conflict("fund already opened"))
        .on_constraint("funds_code_key", || Problem::conflict("there is such a fund already"))
        .on_constraint("funds_parent_open", || {
            Problem::conflict("the fund it is part of is closed")
        })
        .on_constraint(
            "funds_code_shape",
            invalid("/code", "must be capitals, digits and hyphens, a letter first"),
        )
        .on_constraint(
            "funds_purpose_restricts",
            invalid("/restriction", "must be restricted or endowment with a purpose"),
        )
        .on_constraint("funds_parent_id_fkey", invalid("/parent_id", "names no fund"))
        .on_constraint(
            "funds_stage_ref_fkey",
            invalid("/stage_ref", "names a stage that we were not told of"),
        );
    books(opened)?.created(req, Problem::not_found("fund"))
}
