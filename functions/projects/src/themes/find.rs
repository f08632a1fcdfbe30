//! `GET /v1/projects/themes/{id}`: one theme.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::ThemeId;

use crate::sql::themes::{FIND, Theme};

/// The route.
pub const ROUTE: Route = Route {
    name: "projects-find-theme",
    method: Method::GET,
    path: "/v1/projects/themes/{id}",
    summary: "Finds a theme; the public finds only active ones.",
    domain: Domain::Projects,
    access: Access::Read,
    allow: Allow::Anyone,
    localized: true,
    reply: Shape::of::<Theme>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "all-languages", query: "localize=all", ..GOOD },
        Example { name: "in-german", headers: &[("accept-language", "de-AT, en;q=0.5")], ..GOOD },
        Example {
            name: "draft-as-staff",
            role: Some("employee"),
            path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
            ..GOOD
        },
        Example {
            name: "draft",
            path: &["68b2281b-cc36-5f2d-932a-5374f563c0c0"],
            status: 404,
            ..GOOD
        },
        Example {
            name: "unchanged",
            headers: &[("if-none-match", r#""1-en""#)],
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
    Example { path: &["c1875ce8-83fd-5a39-bd60-7bd57f2b6e19"], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ThemeId = req.path("id")?;
    let theme = FIND.opt(db, (id, req.may("projects.write"))).await?;
    api::found(req, theme, "theme")
}
