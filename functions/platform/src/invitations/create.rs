//! `POST /v1/platform/invitations`: have somebody join.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Scope, Session};
use serde::{Deserialize, Serialize};
use types::{ContactId, Email, InvitationId, Line, Locale, UserId};
use uuid::Uuid;

use crate::{
    identity::{self, LINK_KEY, link},
    roles::NO_ADMIN,
    sql::invitations::{FIND, INVITE, Invitation},
};

/// Roles of one invitation.
const MAX_ROLES: usize = 10;

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-invitation",
    method: Method::POST,
    path: "/v1/platform/invitations",
    summary: "Mails a link that opens a new login with roles: at most what the caller holds there. It is good for seven days.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("roles.grant"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Invitation>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    body_limit: 8 * 1024,
    settings: &[LINK_KEY],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "has-a-login",
            headers: &[],
            body: r#"{"email": "Mara.Lindqvist@aruuri.localhost", "kind": "internal", "roles": [{"role": "employee", "scope_type": "department", "scope_id": "d3ee5339-7e22-545a-8665-001ba5725d93"}]}"#,
            status: 409,
            ..GOOD
        },
        // The token says admin, the database knows of no such grant.
        Example { name: "more-than-held", headers: &[], given: NO_ADMIN, status: 403, ..GOOD },
        Example {
            name: "for-people-of-another-kind",
            headers: &[],
            body: r#"{"email": "robin@example.org", "kind": "external", "roles": [{"role": "admin", "scope_type": "global"}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-role",
            headers: &[],
            body: r#"{"email": "robin@example.org", "kind": "internal", "roles": [{"role": "emperor", "scope_type": "global"}]}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-roles",
            headers: &[],
            body: r#"{"email": "robin@example.org", "kind": "internal", "roles": []}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "look-alike",
            headers: &[],
            body: r#"{"email": "r\u043ebin@example.org", "kind": "internal", "roles": [{"role": "auditor", "scope_type": "global"}]}"#,
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    headers: &[("idempotency-key", "robin-joins")],
    body: r#"{"email": "robin@example.org", "kind": "internal", "first_name": "Robin", "roles": [{"role": "employee", "scope_type": "department", "scope_id": "d3ee5339-7e22-545a-8665-001ba5725d93"}]}"#,
    status: 201,
    ..Example::DEFAULT
};

types::words! {
    /// Whom a login is for: staff, or somebody outside.
    pub enum Kind { Internal = "internal", External = "external" }
}

/// Who is to join, and what they may do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewInvitation"))]
pub struct Input {
    /// Where the link is sent to, and what to sign in with; no login may have it.
    email: Email,
    /// Staff, or somebody outside.
    kind: Kind,
    /// Given name.
    #[serde(default)]
    first_name: Option<Line<100>>,
    /// Family name.
    #[serde(default)]
    last_name: Option<Line<100>>,
    /// Language of mails; if absent that of the request, else the setting platform.default_locale.
    #[serde(default)]
    language: Option<Locale>,
    /// One to ten.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 10)))]
    roles: Vec<Promised>,
}

/// A role, and where it holds.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "InvitedRole"))]
pub struct Promised {
    /// The role's code.
    role: Line<60>,
    /// `global`, `department`, `project`, `building` or `partner`.
    scope_type: Line<20>,
    /// Which of these; absent for `global`.
    #[serde(default)]
    scope_id: Option<Uuid>,
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let Input { email, kind, first_name, last_name, language, roles } = req.json()?;
    req.signed_in()?;
    let actor = req.actor()?;
    if !(1..=MAX_ROLES).contains(&roles.len()) {
        return Err(Problem::invalid("/roles", "must have one to ten roles"));
    }
    let (token, token_hash) = link::new(req)?;
    let id = InvitationId::new();
    let row = (
        id,
        ContactId::new(),
        UserId::new(),
        email,
        first_name,
        last_name,
        language.or_else(|| identity::spoken(req)),
        kind.word(),
        serde_json::json!(roles),
        token,
        token_hash,
        actor,
    );
    api::once(req, db, async |on| {
        let nowhere = || Problem::invalid("/roles", "has a role that is not held in such a place");
        INVITE
            .one(on, row)
            .await
            .on_constraint("users_email_key", || {
                Problem::conflict("a login has this address, or an invitation to one")
            })
            .on_constraint("user_roles_role_id_fkey", || {
                Problem::invalid("/roles", "has a role that is none")
            })
            .on_constraint("user_roles_department_known", || {
                Problem::invalid("/roles", "names a department that is none")
            })
            .on_constraint("user_roles_scope_type_known", nowhere)
            .on_constraint("user_roles_scope_allowed", nowhere)
            .on_constraint("user_roles_scope_whole", || {
                Problem::invalid("/roles", "must name the place of each, and only for global none")
            })
            .on_constraint("user_roles_no_overlap", || {
                Problem::invalid("/roles", "names a role twice")
            })
            .on_constraint("user_roles_audience", || {
                Problem::invalid("/roles", "has a role for people of another kind")
            })
            .on_constraint("user_roles_escalation", || {
                let detail =
                    "a role is granted by who may do all of it there, and may grant roles there";
                Problem::new(problem::FORBIDDEN, detail)
            })?;
        let invitation = FIND.opt(on, (Scope::own(actor), id)).await?;
        api::created(req, &invitation.ok_or_else(|| Problem::not_found("invitation"))?)
    })
    .await
}
