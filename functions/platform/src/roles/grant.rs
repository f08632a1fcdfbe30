//! `POST /v1/platform/contacts/{id}/roles`: let somebody do more.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use serde::Deserialize;
use types::{ContactId, Date, Line, RoleGrantId};
use uuid::Uuid;

use crate::sql::roles::{GRANT, RoleGrant};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-grant-role",
    method: Method::POST,
    path: "/v1/platform/contacts/{id}/roles",
    summary: "Grants a role to somebody else: at most what the caller holds there. It counts from the next token on.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("roles.grant"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<RoleGrant>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT],
    in_session: Some(|req, db| Box::pin(grant(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "held-already",
            headers: &[],
            path: &["1009019a-bc0c-5485-84c2-361fad310833"],
            body: r#"{"role": "contributor", "scope_type": "global"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "to-oneself",
            headers: &[],
            path: &["3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24"],
            body: r#"{"role": "auditor", "scope_type": "global"}"#,
            status: 403,
            ..GOOD
        },
        // The token says admin, the database knows of no such grant.
        Example {
            name: "more-than-held",
            headers: &[],
            given: super::NO_ADMIN,
            status: 403,
            ..GOOD
        },
        Example {
            name: "unknown-role",
            headers: &[],
            body: r#"{"role": "emperor", "scope_type": "global"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-place",
            headers: &[],
            body: r#"{"role": "auditor", "scope_type": "project"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "nobody",
            headers: &[],
            path: &["00000000-0000-4000-8000-000000000000"],
            status: 404,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("admin"),
    path: &["835e9be8-9c23-5a88-8771-571ddfd64d84"],
    headers: &[("idempotency-key", "sam-audits")],
    body: r#"{"role": "auditor", "scope_type": "global", "reason": "Looks after the books this year."}"#,
    status: 201,
    ..Example::DEFAULT
};

/// A role, where, and for how long.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewRoleGrant"))]
pub struct Input {
    /// The role's code.
    role: Line<60>,
    /// `global`, `department`, `project`, `building` or `partner`.
    scope_type: Line<20>,
    /// Which of these; absent for `global`. That there is such a department is checked; what the projects domain knows,
    /// projects, buildings and partners, is taken as it is sent.
    #[serde(default)]
    scope_id: Option<Uuid>,
    /// First day; today if absent.
    #[serde(default)]
    valid_from: Option<Date>,
    /// Day after the last; absent: until further notice.
    #[serde(default)]
    valid_to: Option<Date>,
    /// Why.
    #[serde(default)]
    reason: Option<Line<500>>,
}

async fn grant(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let contact: ContactId = req.path("id")?;
    let Input { role, scope_type, scope_id, valid_from, valid_to, reason } = req.json()?;
    req.signed_in()?;
    let actor = req.actor()?;
    if contact == actor {
        return Err(Problem::new(problem::FORBIDDEN, "nobody grants a role to themselves"));
    }
    let row = (
        RoleGrantId::new(),
        contact,
        role,
        scope_type,
        scope_id,
        valid_from,
        valid_to,
        actor,
        reason,
        req.departments("roles.grant")?,
    );
    api::once(req, db, async |on| {
        let not_here = || Problem::invalid("/scope_type", "is no place that this role is held in");
        let granted = GRANT
            .opt(on, row)
            .await
            .on_constraint("user_roles_contact_id_fkey", || Problem::not_found("contact"))
            .on_constraint("user_roles_scope_type_known", not_here)
            .on_constraint("user_roles_scope_allowed", not_here)
            .on_constraint("user_roles_scope_whole", || {
                Problem::invalid("/scope_id", "must name the place, and only for global be absent")
            })
            .on_constraint("user_roles_department_known", || {
                Problem::invalid("/scope_id", "names no department")
            })
            .on_constraint("user_roles_valid_order", || {
                Problem::invalid("/valid_to", "must be after valid_from")
            })
            .on_constraint("user_roles_audience", || {
                Problem::conflict("the role is for people of another kind: staff, or those outside")
            })
            .on_constraint("user_roles_no_overlap", || {
                Problem::conflict("the contact holds this role there already on some of these days")
            })
            .on_constraint("user_roles_escalation", || {
                let detail =
                    "a role is granted by who may do all of it there, and may grant roles there";
                Problem::new(problem::FORBIDDEN, detail)
            })?;
        match granted {
            Some(granted) => {
                let path = format!("/v1/platform/role-grants/{}", granted.id);
                Ok(api::created(req, &granted)?.with("location", path))
            }
            None => Err(Problem::invalid("/role", "is no role")),
        }
    })
    .await
}
