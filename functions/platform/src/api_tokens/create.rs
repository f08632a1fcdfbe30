//! `POST /v1/platform/api-tokens`: make a token for a program.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use serde::{Deserialize, Serialize};
use types::{ApiTokenId, Line};

use crate::{
    identity::Secret,
    sql::api_tokens::{ApiToken, CREATE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-api-token",
    method: Method::POST,
    path: "/v1/platform/api-tokens",
    summary: "Makes an api token of the caller and shows it this once.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("tokens.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<NewToken>(),
    body_limit: 16 * 1024,
    problems: &[problem::FORBIDDEN, problem::TOO_MANY_TOKENS],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "more-than-held",
            role: Some("treasurer"),
            body: r#"{"name": "report", "scopes": ["settings.write"]}"#,
            status: 403,
            ..GOOD
        },
        Example {
            name: "no-scopes",
            body: r#"{"name": "report", "scopes": []}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "too-long",
            body: r#"{"name": "report", "scopes": ["audit.read"], "expires_in_days": 366}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "of-a-contributor",
            role: Some("contributor"),
            body: r#"{"name": "my gifts", "scopes": ["giving.read_own"]}"#,
            ..GOOD
        },
        GOOD.not_allowed("customer"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    body: r#"{"name": "nightly report", "scopes": ["audit.read", "settings.read"], "expires_in_days": 30}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Days a token is good for at most.
const MAX_DAYS: i32 = 365;

/// A new token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewApiToken"))]
pub struct Input {
    /// What the program is.
    name: Line<120>,
    /// Permissions: some of the caller's.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 100)))]
    scopes: Vec<Line<100>>,
    /// 1 to 365, or less as the setting tokens.most_days says; if absent, tokens.default_days.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = 365)))]
    expires_in_days: Option<i32>,
}

/// The token, once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "ShownApiToken"))]
pub struct NewToken {
    /// What is exchanged for access tokens; it is not shown again.
    token: String,
    /// What is kept of it.
    #[serde(flatten)]
    kept: ApiToken,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let Input { name, scopes, expires_in_days } = req.json()?;
    req.signed_in()?;
    if expires_in_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        return Err(Problem::invalid("/expires_in_days", "must be 1 to 365"));
    }
    if scopes.is_empty() || scopes.len() > 100 {
        return Err(Problem::invalid("/scopes", "must be 1 to 100 permissions"));
    }
    let caller = req.caller()?;
    // The database looks at what the owner holds now; what the caller's token says may be older, or less.
    let excess = || Problem::new(problem::FORBIDDEN, "the caller does not hold all of /scopes");
    if !scopes.iter().all(|scope| caller.may(scope.as_str())) {
        return Err(excess());
    }
    let id = ApiTokenId::new();
    // The end of the id is random: its beginning is the time.
    let prefix = format!("aru_{}", &id.uuid().simple().to_string()[20..]);
    let token = Secret::from(format!("{prefix}_{}", Secret::random()?.reveal()));
    let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let row =
        (id, caller.contact, name, prefix, token.hash(), scopes, expires_in_days, req.origin());
    let kept = CREATE
        .one(db, row)
        .await
        .on_constraint("api_tokens_scopes_held", excess)
        .on_constraint("api_tokens_days", || {
            Problem::invalid("/expires_in_days", "must be at most the setting tokens.most_days")
        })
        .on_constraint("api_tokens_per_owner", || {
            let detail =
                "end a token, or wait for one to end: the setting tokens.per_owner is the limit";
            Problem::new(problem::TOO_MANY_TOKENS, detail)
        })?;
    let location = format!("/v1/platform/api-tokens/{}", kept.id);
    let answer = Response::json(201, &NewToken { token: token.reveal(), kept })?;
    Ok(answer.with("location", location))
}
