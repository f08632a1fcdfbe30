//! `GET /v1/projects/projects/{id}`: one project.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ProjectId;

use crate::sql::projects::{FIND, Project};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-find-project",
    method: Method::GET,
    path: "/v1/projects/projects/{id}",
    summary: "Finds a project; the public finds only those approved, in funding, under way or completed.",
    domain: Domain::Projects,
    access: Access::Read,
    allow: Allow::Anyone,
    localized: true,
    reply: Shape::of::<Project>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "all-languages", query: "localize=all", ..GOOD },
        Example { name: "in-german", headers: &[("accept-language", "de-AT, en;q=0.5")], ..GOOD },
        Example {
            name: "not-published-as-staff",
            role: Some("employee"),
            path: &["a6573e6c-f9ae-5102-97cf-007058fe5d47"],
            ..GOOD
        },
        Example {
            name: "not-published",
            path: &["a6573e6c-f9ae-5102-97cf-007058fe5d47"],
            status: 404,
            ..GOOD
        },
        Example {
            name: "unchanged",
            headers: &[("if-none-match", r#""4-en""#)],
            status: 304,
            ..GOOD
        },
        Example {
            name: "no-token-of-ours",
            headers: &[("authorization", "Bearer forged")],
            status: 401,
            ..GOOD
        },
        GOOD.not_found(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { path: &["03262721-01f4-5300-9f04-f6a6dee60d17"], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ProjectId = req.path("id")?;
    let project = FIND.opt(db, (id, req.may("projects.write"))).await?;
    api::found(req, project, "project")
}
