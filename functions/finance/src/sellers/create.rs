//! `POST /v1/finance/sellers`: say who we are from a day on.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use serde_json::json;
use types::{Date, Email, Line, SellerId};

use crate::{
    posting::{books, post},
    sql::sellers::{CREATE, Seller},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-seller",
    method: Method::POST,
    path: "/v1/finance/sellers",
    summary: "Says who we are from a day on: invoices that are issued then keep it. A correction is a new entry.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("ledger.post"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Seller>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(create(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "no-such-number",
            headers: &[("idempotency-key", "no-such-number")],
            body: r#"{"name": "Aruuri", "street": "4 Canal Walk", "postal_code": "N1 8QT", "city": "London", "country": "GB", "vat_number": "123 456"}"#,
            status: 422,
            ..GOOD
        },
        GOOD.no_key(),
        GOOD.not_allowed("employee"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("treasurer"),
    headers: &[("idempotency-key", "we-move")],
    body: r#"{"valid_from": "2099-01-01", "name": "Aruuri Community Funding", "street": "9 New Wharf", "postal_code": "N1 9RT", "city": "London", "country": "GB", "vat_number": "GB123456789", "charity_number": "1181234"}"#,
    status: 201,
    ..Example::DEFAULT
};

/// What stands on invoices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewSeller"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<SellerId>,
    /// First day; absent: today in the United Kingdom.
    #[serde(default)]
    valid_from: Option<Date>,
    /// Our name by law.
    name: Line<200>,
    /// Street and number.
    street: Line<200>,
    /// Postcode.
    postal_code: Line<20>,
    /// Town.
    city: Line<100>,
    /// ISO 3166-1 alpha-2 code.
    country: Line<2>,
    /// Our number for value added tax, with its country: `GB123456789`.
    #[serde(default)]
    vat_number: Option<Line<15>>,
    /// Our number in the register of companies.
    #[serde(default)]
    company_number: Option<Line<20>>,
    /// Our number in the register of charities.
    #[serde(default)]
    charity_number: Option<Line<20>>,
    /// Where questions go.
    #[serde(default)]
    email: Option<Email>,
}

async fn create(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let input: Input = req.json()?;
    let seller = json!({
        "id": input.id, "valid_from": input.valid_from, "name": input.name, "street": input.street,
        "postal_code": input.postal_code, "city": input.city, "country": input.country,
        "vat_number": input.vat_number, "company_number": input.company_number,
        "charity_number": input.charity_number, "email": input.email,
    });
    let invalid =
        |place: &'static str, detail: &'static str| move || Problem::invalid(place, detail);
    let created = post(req, db, &CREATE, (req.required_key()?, seller, req.actor()?))
        .await
        .on_constraint("sellers_pkey", || Problem::already_recorded("seller already recorded"))
        .on_constraint(
            "sellers_country_shape",
            invalid("/country", "must be two capital letters, such as GB"),
        )
        .on_constraint(
            "sellers_vat_number_shape",
            invalid("/vat_number", "must be a country and digits without spaces: GB123456789"),
        )
        .on_constraint(
            "sellers_company_number_shape",
            invalid("/company_number", "must be digits and capital letters"),
        )
        .on_constraint(
            "sellers_charity_number_shape",
            invalid("/charity_number", "must be digits, capital letters and hyphens"),
        );
    books(created)?.created(req, Problem::not_found("seller"))
}
