//! `PUT /v1/finance/contributors/{id}/tax-identity`: say with which name and address Gift Aid is claimed.
use api::{
    Allow, Example, Method, OnConstraint as _, Problem, Request, Response, Route, Shape, problem,
};
use db::{Access, Db, Domain};
use giftaid::fields::{self, Donor, Known};
use serde::Deserialize;
use serde_json::json;
use types::{ContributorId, Line};

use crate::sql::tax_identities::{SET, TaxIdentity};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-set-tax-identity",
    method: Method::PUT,
    path: "/v1/finance/contributors/{id}/tax-identity",
    summary: "Sets the name and home address that Gift Aid is claimed with; a contributor sets only their own.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    body: Shape::of::<Input>(),
    reply: Shape::of::<TaxIdentity>(),
    if_match: true,
    problems: &[problem::NOT_INDIVIDUAL],
    answer: |req, db| Box::pin(set(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "for-the-first-time",
            role: Some("treasurer"),
            path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
            headers: &[("if-match", r#""0""#)],
            body: r#"{"title": "Dr", "first_name": "Jonas", "last_name": "Weber", "house": "8", "street": "Lindenallee", "city": "Bonn", "country": "DE"}"#,
            ..GOOD
        },
        Example {
            name: "no-postcode",
            body: r#"{"first_name": "Amara", "last_name": "Osei", "house": "27"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "not-a-postcode",
            body: r#"{"first_name": "Amara", "last_name": "Osei", "house": "27", "postcode": "E8"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "of-a-company",
            role: Some("treasurer"),
            path: &["cf301131-53d4-5400-8e6f-06254bb380e0"],
            headers: &[("if-match", r#""0""#)],
            status: 422,
            ..GOOD
        },
        Example {
            name: "somebody-else",
            path: &["a8cfb5cc-b2b8-5e6a-9e23-050196403c82"],
            status: 404,
            ..GOOD
        },
        GOOD.stale(),
        GOOD.no_version(),
        GOOD.not_found(),
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("contributor"),
    path: &["f51de6ea-b485-555c-9b1e-bc6eae30e60c"],
    headers: &[("if-match", r#""1""#)],
    body: r#"{"title": "Ms", "first_name": "Amara", "last_name": "Osei-Mensah", "house": "27", "street": "Grove Street", "city": "London", "postcode": "e83rd"}"#,
    ..Example::DEFAULT
};

/// Postcodes of the United Kingdom are also those of the Channel Islands and the Isle of Man.
const WITH_POSTCODE: [&str; 4] = ["GB", "GG", "JE", "IM"];

/// Who they are, and where they live. `If-Match: "0"` says that nothing was known before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewTaxIdentity"))]
pub struct Input {
    /// Mr, Mrs, Dr: 2 to 4 letters, apostrophes or hyphens.
    #[serde(default)]
    title: Option<Line<4>>,
    /// First name or initial.
    first_name: Line<35>,
    /// Last name.
    last_name: Line<35>,
    /// House name or number of the home, not of work.
    house: Line<40>,
    /// Street.
    #[serde(default)]
    street: Option<Line<200>>,
    /// Town.
    #[serde(default)]
    city: Option<Line<100>>,
    /// Postcode; absent outside the United Kingdom, the Channel Islands and the Isle of Man.
    #[serde(default)]
    postcode: Option<Line<10>>,
    /// ISO 3166-1 alpha-2 code; `GB` if absent.
    #[serde(default)]
    country: Option<Line<2>>,
}

impl Input {
    /// In capitals, with its one space.
    fn postcode(&self) -> Option<String> {
        let given = self.postcode.as_ref()?;
        let mut code: String = given.as_str().chars().filter(|c| *c != ' ').collect();
        code.make_ascii_uppercase();
        if let Some((at, _)) = code.char_indices().nth_back(2) {
            code.insert(at, ' ');
        }
        Some(code)
    }

    /// What the tax office would refuse is refused here.
    fn check(&self, postcode: Option<&str>, country: &str) -> Result<(), Problem> {
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Problem::invalid("/country", "must be two capital letters, such as GB"));
        }
        match (WITH_POSTCODE.contains(&country), postcode) {
            (true, None) => {
                return Err(Problem::invalid("/postcode", "must be there for GB, GG, JE and IM"));
            }
            (false, Some(_)) => {
                return Err(Problem::invalid(
                    "/postcode",
                    "must be there for GB, GG, JE and IM only",
                ));
            }
            _ => {}
        }
        // As it is kept, not as it would be sent: the schema takes no other.
        if let Some(Err(rule)) = self.title.as_ref().map(|title| fields::title(title.as_str())) {
            return Err(Problem::invalid("/title", rule.to_string()));
        }
        let known = Known {
            title: "",
            first_name: self.first_name.as_str(),
            last_name: self.last_name.as_str(),
            house: self.house.as_str(),
            postcode: None,
        };
        if postcode.is_some_and(|code| fields::home_postcode(code).is_err()) {
            return Err(Problem::invalid("/postcode", "must be a postcode such as SW1A 1AA"));
        }
        match Donor::of(known).0.faults(1).first() {
            Some(fault) => {
                Err(Problem::invalid(format!("/{}", fault.field), fault.rule.to_string()))
            }
            None => Ok(()),
        }
    }
}

async fn set(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let id: ContributorId = req.path("id")?;
    let version = req.if_match()?;
    let input: Input = req.json()?;
    let postcode = input.postcode();
    let country = input.country.as_ref().map_or("GB", Line::as_str);
    input.check(postcode.as_deref(), country)?;
    let known = json!({
        "title": input.title, "first_name": input.first_name, "last_name": input.last_name, "house": input.house,
        "street": input.street, "city": input.city, "postcode": postcode, "country": country,
    });
    let set = SET
        .opt(db, (id, req.viewer("giftaid.read")?, version, known, req.actor()?))
        .await
        .on_constraint("contributor_identities_version", api::stale)
        .on_constraint("contributor_identities_individual", || {
            Problem::new(
                problem::NOT_INDIVIDUAL,
                "the contributor is an organisation, or nobody known",
            )
        })?;
    api::found(req, set, "contributor")
}
