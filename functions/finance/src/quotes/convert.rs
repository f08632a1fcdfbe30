//! `POST /v1/finance/quotes/{id}/convert`: an accepted offer becomes an invoice, once.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Resource as _,
    Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use types::QuoteId;

use crate::{
    posting::{DRY_RUN, post},
    sql::invoices::{CONVERT, InvoiceWithLines},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-convert-quote",
    method: Method::POST,
    path: "/v1/finance/quotes/{id}/convert",
    summary: "Makes the draft of an invoice of an accepted quote, without its optional lines; at most once.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("trade.write"),
    query: &[DRY_RUN],
    status: 201,
    reply: Shape::of::<InvoiceWithLines>(),
    idempotency: Idempotency::Required,
    if_match: true,
    problems: &[problem::QUOTE_STATE, problem::QUOTE_CONVERTED],
    answer: |req, db| Box::pin(convert(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "not-accepted",
            path: &["3aa563c8-de90-5a3e-8c76-f21ac039e624"],
            headers: &[("idempotency-key", "not-accepted"), ("if-match", "\"2\"")],
            status: 409,
            ..GOOD
        },
        GOOD.keyed_stale(),
        GOOD.keyed_no_version(),
        GOOD.no_key(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    path: &["42e31233-85a0-5125-8cb7-722f9ea3bf37"],
    headers: &[("idempotency-key", "convert-1"), ("if-match", "\"3\"")],
    status: 201,
    ..Example::DEFAULT
};

async fn convert(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: QuoteId = req.path("id")?;
    let version = req.if_match()?;
    let params = (req.required_key()?, id, version, req.actor()?);
    let made =
        post(req, db, &CONVERT, params).await.on_constraint("issued_invoices_quote_id_key", || {
            Problem::new(problem::QUOTE_CONVERTED, "void that invoice first, or work on with it")
        });
    let made = super::refused_step(made)?;
    let location = made.rows.first().map(|made| format!("/v1/finance/invoices/{}", made.row.id()));
    let response = made.created(req, Problem::not_found("quote"))?;
    Ok(match location {
        Some(location) if response.status == 201 => response.with("location", location),
        _ => response,
    })
}
