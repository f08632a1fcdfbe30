//! `GET /v1/content/posts/{id}`: one post.
use api::{Allow, Example, Method, Problem, Request, Response, Route, Shape};
use db::{Access, Db, Domain};
use types::PostId;

use crate::sql::posts::{FIND, Post};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-find-post",
    method: Method::GET,
    path: "/v1/content/posts/{id}",
    summary: "Finds a post; the public finds only published ones.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Anyone,
    localized: true,
    reply: Shape::of::<Post>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "all-languages", query: "localize=all", ..GOOD },
        Example { name: "in-german", headers: &[("accept-language", "de-AT, en;q=0.5")], ..GOOD },
        Example {
            name: "draft-as-staff",
            role: Some("editor"),
            path: &["99f3d1d0-ddac-59c6-995f-72f9754c0616"],
            ..GOOD
        },
        Example {
            name: "draft",
            path: &["99f3d1d0-ddac-59c6-995f-72f9754c0616"],
            status: 404,
            ..GOOD
        },
        Example {
            name: "unchanged",
            headers: &[("if-none-match", r#""3-en""#)],
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
    Example { path: &["8500eb73-66b9-50e6-92d9-98ed671e0769"], ..Example::DEFAULT };

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PostId = req.path("id")?;
    let post = FIND.opt(db, (id, req.may("content.write"))).await?;
    Ok(api::found(req, post, "post")?.public(req))
}
