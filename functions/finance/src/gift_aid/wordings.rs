//! `GET /v1/finance/gift-aid/wordings/current`: the words to declare with.
use api::{Allow, Example, Method, Problem, Query, Request, Response, Route, Shape};
use db::{Access, Db, Domain};

use crate::sql::gift_aid::{WORDING, Wording};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-find-current-wording",
    method: Method::GET,
    path: "/v1/finance/gift-aid/wordings/current",
    summary: "Answers the words that are declared with now, in the reader's language.",
    domain: Domain::Finance,
    access: Access::Read,
    allow: Allow::Permission("giving.read_own"),
    query: &[Query {
        name: "kind",
        about: "single, enduring or oral_statement; enduring if absent.",
    }],
    reply: Shape::of::<Wording>(),
    answer: |req, db| Box::pin(find(req, db)),
    examples: &[
        GOOD,
        Example { name: "single", query: "kind=single", ..GOOD },
        Example { name: "german", headers: &[("accept-language", "de")], ..GOOD },
        Example { name: "unknown-kind", query: "kind=eternal", status: 422, ..GOOD },
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example { role: Some("contributor"), ..Example::DEFAULT };

types::words! {
    /// What the words are for.
    pub enum WordingKind { Single = "single", Enduring = "enduring", OralStatement = "oral_statement" }
}

async fn find(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let kind = req.query("kind")?.unwrap_or(WordingKind::Enduring);
    let locale = if req.locale().as_str() == "de" { "de" } else { "en" };
    let wording = WORDING.opt(db, (kind.word(), locale)).await?;
    Response::json(200, &wording.ok_or_else(|| Problem::not_found("wording"))?)
}
