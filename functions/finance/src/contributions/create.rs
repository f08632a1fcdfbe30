//! `POST /v1/finance/contributions`: give money to a project or theme, or to wherever it is needed most.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Db, Domain};
use serde::Deserialize;
use types::{ContributionId, ContributorId, Date, Line, Money, ProjectId, Text, ThemeId};

use crate::{
    posting::{DRY_RUN, books, post},
    sql::contributions::{Contribution, GIVE},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "finance-create-contribution",
    method: Method::POST,
    path: "/v1/finance/contributions",
    summary: "Records a contribution and posts its balanced journal, once per Idempotency-Key.",
    domain: Domain::Finance,
    access: Access::Write,
    allow: Allow::Permission("giving.write"),
    query: &[DRY_RUN],
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contribution>(),
    idempotency: Idempotency::Required,
    problems: &[problem::ALREADY_RECORDED, problem::CONFLICT],
    answer: |req, db| Box::pin(contribute(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "by-the-treasurer",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "cheque-17")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 10000, "currency": "EUR"}, "occurred_on": "2026-11-02"}"#,
            ..GOOD
        },
        Example {
            name: "with-fee-cover-and-tip",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "card-4711")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 10000, "currency": "GBP"}, "fee_cover": {"amount": 191, "currency": "GBP"}, "tip": {"amount": 500, "currency": "GBP"}, "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "processor": "stripe", "processor_ref": "pi_4711", "fee": {"amount": 191, "currency": "GBP"}}"#,
            ..GOOD
        },
        Example {
            name: "to-a-theme-by-card",
            headers: &[("idempotency-key", "card-4712")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19", "processor": "stripe", "processor_ref": "pi_4712", "presentment": {"amount": 2900, "currency": "EUR"}}"#,
            ..GOOD
        },
        Example {
            name: "two-purposes",
            headers: &[("idempotency-key", "both")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "tip-in-another-currency",
            headers: &[("idempotency-key", "mixed")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "tip": {"amount": 100, "currency": "EUR"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-processor",
            headers: &[("idempotency-key", "shells")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "processor": "shells"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "fee-said-by-the-contributor",
            headers: &[("idempotency-key", "own-fee")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "processor": "stripe", "fee": {"amount": 40, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "too-small",
            headers: &[("idempotency-key", "nothing")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 0, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-contributor",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "from-nobody")],
            body: r#"{"contributor_id": "00000000-0000-4000-8000-000000000000", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "for-somebody-else",
            headers: &[("idempotency-key", "not-mine")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "unknown-currency",
            headers: &[("idempotency-key", "in-gold")],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "XAU"}}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "closed-period",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "long-ago")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}, "occurred_on": "1999-12-31"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "taken-id",
            role: Some("treasurer"),
            headers: &[("idempotency-key", "again")],
            body: r#"{"contributor_id": "a8cfb5cc-b2b8-5e6a-9e23-050196403c82", "amount": {"amount": 2500, "currency": "GBP"}, "id": "0dd70a6e-8f91-5fde-b0cb-26fee975e135"}"#,
            status: 409,
            ..GOOD
        },
        Example {
            name: "missing-key",
            headers: &[],
            body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}}"#,
            status: 400,
            ..GOOD
        },
        GOOD.not_allowed("auditor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("contributor"),
    headers: &[("idempotency-key", "my-gift")],
    body: r#"{"contributor_id": "f51de6ea-b485-555c-9b1e-bc6eae30e60c", "amount": {"amount": 2500, "currency": "GBP"}, "project_ref": "03262721-01f4-5300-9f04-f6a6dee60d17", "note": "For the ovens."}"#,
    status: 201,
    ..Example::DEFAULT
};

/// Money given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewContribution"))]
pub struct Input {
    /// Chosen by the caller, or made up.
    #[serde(default)]
    id: Option<ContributionId>,
    /// Who gives.
    contributor_id: ContributorId,
    /// The project it is for; null: wherever it is needed most.
    #[serde(default)]
    project_ref: Option<ProjectId>,
    /// The theme it is for, instead of a project.
    #[serde(default)]
    theme_ref: Option<ThemeId>,
    /// Gross amount in minor units.
    amount: Money,
    /// Added by the contributor for the processor's fee, in the same currency.
    #[serde(default)]
    fee_cover: Option<Money>,
    /// Added by the contributor for the platform, in the same currency.
    #[serde(default)]
    tip: Option<Money>,
    /// Who processes the payment: `manual` if absent. What comes through a card, a wallet or a direct debit is settled
    /// when the processor says so, or at once with a `fee`.
    #[serde(default)]
    processor: Option<Line<50>>,
    /// Its own id there.
    #[serde(default)]
    processor_ref: Option<Line<200>>,
    /// What the processor kept, VAT included; for the treasurer to say.
    #[serde(default)]
    fee: Option<Money>,
    /// What the contributor saw and paid, all together, if in another currency.
    #[serde(default)]
    presentment: Option<Money>,
    /// Words of the contributor.
    #[serde(default)]
    note: Option<Text<500>>,
    /// Day of the gift, the accounting date; today in the United Kingdom if absent.
    #[serde(default)]
    occurred_on: Option<Date>,
}

impl Input {
    /// What can be said without the database.
    fn check(&self, is_staff: bool) -> Result<(), Problem> {
        let Input { amount, project_ref, theme_ref, .. } = self;
        let refuse = |pointer: &str, detail: &str| Err(Problem::invalid(pointer, detail));
        if amount.minor() < 1 {
            return refuse("/amount/amount", "must be at least 1 minor unit");
        }
        if project_ref.is_some() && theme_ref.is_some() {
            return refuse("/theme_ref", "goes without a project_ref: a gift has one purpose");
        }
        let parts = [("fee_cover", self.fee_cover), ("tip", self.tip), ("fee", self.fee)];
        for (name, part) in parts.into_iter().filter_map(|(name, part)| Some((name, part?))) {
            if part.currency() != amount.currency() {
                return refuse(&format!("/{name}/currency"), "must be the currency of the amount");
            }
            if part.minor() < 0 {
                return refuse(&format!("/{name}/amount"), "must not be below 0");
            }
        }
        if self.fee.is_some() && !is_staff {
            return refuse("/fee", "is for the treasurer to say");
        }
        match self.presentment {
            Some(seen) if seen.minor() < 1 => {
                refuse("/presentment/amount", "must be at least 1 minor unit")
            }
            Some(seen) if seen.currency() == amount.currency() => {
                refuse("/presentment/currency", "must be another one than that of the amount")
            }
            _ => Ok(()),
        }
    }
}

async fn contribute(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    let gift: Input = req.json()?;
    let viewer = req.viewer("giving.read")?;
    gift.check(viewer.is_none())?;
    let minor = |part: Option<Money>| part.map(Money::minor);
    let params = (
        req.required_key()?,
        gift.id,
        gift.contributor_id,
        gift.project_ref,
        gift.theme_ref,
        gift.amount,
        minor(gift.fee_cover).unwrap_or_default(),
        minor(gift.tip).unwrap_or_default(),
        gift.note,
        gift.occurred_on,
        gift.processor,
        gift.processor_ref,
        minor(gift.fee),
        gift.presentment,
        req.actor()?,
        req.id().to_owned(),
        viewer,
    );
    let given = post(req, db, &GIVE, params)
        .await
        .on_constraint("contributions_pkey", || {
            Problem::already_recorded("contribution already recorded")
        })
        .on_constraint("contributions_provider_ref_key", || {
            Problem::already_recorded("a contribution with this processor_ref is already recorded")
        })
        .on_constraint("contributions_contributor_id_fkey", unknown_contributor)
        .on_constraint("contributions_currency_fkey", || {
            Problem::invalid("/amount/currency", "is not a currency that our books take")
        })
        .on_constraint("contributions_presentment_currency_fkey", || {
            Problem::invalid("/presentment/currency", "is not a currency that our books know")
        })
        .on_constraint("contributions_provider_fkey", || {
            Problem::invalid("/processor", "is not a processor of ours")
        })
        .on_constraint("contributions_currency_of_provider", || {
            Problem::invalid("/amount/currency", "is not a currency that this processor takes")
        })
        .on_constraint("contributions_fee_below_payment", || {
            Problem::invalid("/fee/amount", "must be less than the payment")
        })
        .on_constraint("accounting_periods_open", || {
            Problem::invalid("/occurred_on", "is in no open accounting period")
        });
    books(given)?.created(req, unknown_contributor())
}

fn unknown_contributor() -> Problem {
    Problem::invalid("/contributor_id", "names no contributor that the caller may give for")
}
