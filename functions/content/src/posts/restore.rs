//! `POST /v1/content/posts/{id}/restore`: bring a deleted post back.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::PostId;

use crate::sql::posts::{FIND, Post, RESTORE};

/// The route.
pub const ROUTE: Route = Route {
    name: "content-restore-post",
    method: Method::POST,
    path: "/v1/content/posts/{id}/restore",
    summary: "Restores a deleted post; a live one is answered as it is.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    reply: Shape::of::<Post>(),
    problems: &[problem::CONFLICT],
    answer: |req, db| Box::pin(restore(req, db)),
    examples: &[GOOD, GOOD.not_found(), GOOD.not_allowed("contributor"), GOOD.no_token()],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("editor"),
    path: &["99f3d1d0-ddac-59c6-995f-72f9754c0616"],
    ..Example::DEFAULT
};

async fn restore(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: PostId = req.path("id")?;
    let restored = RESTORE
        .opt(db, (id, req.actor()?))
        .await
        .on_constraint("blog_posts_slug_key", super::slug_taken)?;
    api::restored(req, restored, FIND.opt(db, (id, true)), "post").await
}
