//! What only the database knows to be wrong is said where it is wrong.
use serde_json::{Value, json};

use super::golden::{Books, GENERAL, OTHER, PROJECT, pence, with};
use crate::{
    allocations, bank_accounts, bank_statements,
    books::{accounts, funds, journals, proposals},
    contributions, contributors, conversions, disbursements, partner_bank_accounts, sellers,
};

const PARTNER: &str = "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3";
const MILESTONE: &str = "91458dfd-fa0d-5c65-8c5a-02ae591ca054";
const NOBODY: &str = "00000000-0000-4000-8000-0000000000f1";
const ID: &str = "00000000-0000-4000-8000-0000000000f2";

fn in_currency(minor: i64, currency: &str) -> Value {
    json!({ "amount": minor, "currency": currency })
}

fn partner_account() -> Value {
    json!({
        "partner_ref": PARTNER, "holder_name": "Demir", "currency": "EUR",
        "details": { "iban": "DE89 3704 0044 0532 0130 00" },
    })
}

impl Books {
    /// A partner and a milestone that we were told of.
    async fn knows_a_partner(&self) {
        let sql = format!(
            "insert into finance.ref_partners (id, version, label, status)
             values ('{PARTNER}', 1, '{{\"de\": \"Demir\", \"en\": \"Demir\"}}', 'active');
             insert into finance.ref_milestones (id, version, label, project_ref, status)
             values ('{MILESTONE}', 3, '{{\"de\": \"Ofen\", \"en\": \"Oven\"}}', '{PROJECT}', 'submitted')"
        );
        self.app.execute(&sql).await;
    }

    /// A contributor who was deleted.
    async fn gone(&self) -> Value {
        let body = json!({ "type": "individual", "display_name": "Bob" });
        let bob = self.app.created(&contributors::create::ROUTE, "treasurer", &body).await;
        let call = self.call("treasurer").path(bob["id"].as_str().unwrap());
        let call = call.header("if-match", format!("\"{}\"", bob["version"]));
        assert_eq!(self.app.call(&contributors::delete::ROUTE, call).await.status, 204);
        bob["id"].clone()
    }
}

#[tokio::test]
async fn what_moves_money_is_refused_where_it_is_wrong() {
    let books = Books::new().await;
    books.knows_a_partner().await;
    let gone = books.gone().await;
    let pounds = books.give(&json!({ "project_ref": null, "amount": pence(500) })).await;
    // So much that a penny for it is no rate of ten decimal places.
    let most = in_currency(30_000_000_000, "EUR");
    let euros = books.give(&json!({ "project_ref": null, "amount": most })).await;
    let journals = books.app.count("ledger.journals").await;
    let gift = json!({ "contributor_id": books.ada, "amount": pence(500) });
    let moved = json!({
        "from_fund_id": GENERAL, "amount": pence(100), "to": [{ "project_ref": PROJECT }], "reason": "Autumn round",
    });
    let converted = json!({
        "fund_id": GENERAL, "code": "1200", "provider_ref": "fx_1", "from": in_currency(100, "EUR"),
    });
    let paid = json!({
        "partner_ref": PARTNER, "project_ref": PROJECT, "amount": pence(100), "without_milestone_reason": "Small",
    });
    let by_hand = json!({
        "reason": "Interest", "lines": [
            { "code": "1000", "amount": in_currency(5, OTHER) }, { "code": "1999", "amount": in_currency(-5, OTHER) },
        ],
    });
    let to = |more: Value| with(&converted, &more);

    for (route, body, place) in [
        (
            &contributions::create::ROUTE,
            with(&gift, &json!({ "contributor_id": gone })),
            "/contributor_id",
        ),
        (
            &contributions::create::ROUTE,
            with(&gift, &json!({ "amount": in_currency(1, OTHER) })),
            "/amount/currency",
        ),
        (
            &contributions::create::ROUTE,
            with(&gift, &json!({ "processor": "stripe", "amount": in_currency(1, "ISK") })),
            "/amount/currency",
        ),
        (
            &contributions::create::ROUTE,
            with(&gift, &json!({ "presentment": in_currency(1, OTHER) })),
            "/presentment/currency",
        ),
        (&contributions::create::ROUTE, with(&gift, &json!({ "fee": pence(500) })), "/fee/amount"),
        (
            &allocations::create::ROUTE,
            with(&moved, &json!({ "to": [{ "fund_id": NOBODY }] })),
            "/to",
        ),
        (
            &allocations::create::ROUTE,
            with(&moved, &json!({ "contribution_id": NOBODY })),
            "/contribution_id",
        ),
        (
            &allocations::create::ROUTE,
            with(&moved, &json!({ "amount": in_currency(1, OTHER) })),
            "/amount/currency",
        ),
        (
            &allocations::create::ROUTE,
            with(&moved, &json!({ "contribution_id": euros["id"] })),
            "/amount/currency",
        ),
        (
            &allocations::create::ROUTE,
            with(&moved, &json!({ "contribution_id": pounds["id"], "amount": pence(501) })),
            "/amount/amount",
        ),
        (
            &conversions::create::ROUTE,
            to(json!({ "to": pence(1), "from": in_currency(1, OTHER) })),
            "/from/currency",
        ),
        (&conversions::create::ROUTE, to(json!({ "to": in_currency(1, OTHER) })), "/to/currency"),
        (
            &conversions::create::ROUTE,
            to(json!({ "at": { "currency": OTHER, "rate": "1" } })),
            "/at/currency",
        ),
        (&conversions::create::ROUTE, to(json!({ "to": pence(1), "from": most })), "/to/amount"),
        (
            &disbursements::create::ROUTE,
            with(&paid, &json!({ "bank_account_id": NOBODY })),
            "/bank_account_id",
        ),
        (
            &disbursements::create::ROUTE,
            with(&paid, &json!({ "amount": in_currency(1, OTHER) })),
            "/amount/currency",
        ),
        (&disbursements::create::ROUTE, with(&paid, &json!({ "stage_ref": NOBODY })), "/stage_ref"),
        (
            &disbursements::create::ROUTE,
            with(&paid, &json!({ "lines": [{ "fund_id": NOBODY, "amount": pence(100) }] })),
            "/lines",
        ),
        (
            &disbursements::create::ROUTE,
            with(
                &paid,
                &json!({ "milestone_ref": MILESTONE, "milestone_version": -1, "without_milestone_reason": null }),
            ),
            "/milestone_version",
        ),
        (&accounts::create::ROUTE, json!({ "code": "1000", "currency": OTHER }), "/currency"),
        (&journals::create::ROUTE, by_hand, "/lines/0/amount/currency"),
        (
            &partner_bank_accounts::create::ROUTE,
            with(&partner_account(), &json!({ "currency": OTHER })),
            "/currency",
        ),
    ] {
        let refused = books.asked(route, &body).await;
        let named = (refused.status, refused.place());
        assert_eq!(named, (422, place), "{} {body}: {}", route.name, refused.body);
    }
    assert_eq!(books.app.count("ledger.journals").await, journals);
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_recorded_under_an_id_or_a_reference_is_not_recorded_again() {
    let books = Books::new().await;
    books.knows_a_partner().await;
    let given = in_currency(1_000, "EUR");
    books.give(&json!({ "project_ref": null, "amount": given })).await;
    let bank = json!({ "name": "Main", "bank": "Bank", "last_four": "1234", "currency": "GBP" });
    let bank = books.asked(&bank_accounts::create::ROUTE, &bank).await.body;
    let gift = json!({
        "contributor_id": books.ada, "amount": pence(500), "processor": "stripe", "processor_ref": "pi_1",
    });
    let converted = json!({
        "id": ID, "fund_id": GENERAL, "code": "1200", "provider_ref": "fx_1", "from": in_currency(100, "EUR"),
        "to": pence(85),
    });
    let seller = json!({
        "id": ID, "name": "Aruuri", "street": "4 Canal Walk", "postal_code": "N1 8QT", "city": "London", "country": "GB",
    });
    let statement = json!({
        "id": ID, "bank_account_id": bank["id"], "number": "1", "opens_on": "2026-05-01", "closes_on": "2026-05-31",
        "opening": pence(0), "closing": pence(0), "lines": [],
    });
    let june = json!({ "number": "2", "opens_on": "2026-06-01", "closes_on": "2026-06-30" });
    let fund = json!({ "id": ID, "code": "ROOF", "restriction": "designated" });

    for (route, body, more, code) in [
        (&contributions::create::ROUTE, gift, json!({ "amount": pence(501) }), "already_recorded"),
        (
            &conversions::create::ROUTE,
            converted,
            json!({ "provider_ref": "fx_2" }),
            "already_recorded",
        ),
        (
            &sellers::create::ROUTE,
            seller,
            json!({ "valid_from": "2099-01-01" }),
            "already_recorded",
        ),
        (&bank_statements::create::ROUTE, statement, june, "already_recorded"),
        (
            &partner_bank_accounts::create::ROUTE,
            with(&partner_account(), &json!({ "id": ID })),
            json!({ "details": { "iban": "GB82 WEST 1234 5698 7654 32" } }),
            "already_recorded",
        ),
        (
            &accounts::create::ROUTE,
            json!({ "id": ID, "code": "1000", "currency": "DKK" }),
            json!({ "currency": "SEK" }),
            "conflict",
        ),
        (&funds::create::ROUTE, fund, json!({ "code": "WALL" }), "conflict"),
    ] {
        let first = books.asked(route, &body).await;
        let second = books.asked(route, &with(&body, &more)).await;
        assert_eq!(first.status, 201, "{}: {}", route.name, first.body);
        let refused = (second.status, second.code());
        assert_eq!(refused, (409, code), "{}: {}", route.name, second.body);
    }

    let (one, two) = (books.give(&json!({})).await, books.give(&json!({})).await);
    let back = json!({ "amount": pence(100), "reason": "requested", "processor_ref": "re_1" });
    let answers = [books.refund(&one, &back).await, books.refund(&two, &back).await];
    assert_eq!(
        answers.map(|answer| (answer.status, answer.code().to_owned())),
        [(201, String::new()), (409, "already_recorded".to_owned())]
    );
    books.are_sound().await;
}

#[tokio::test]
async fn an_account_with_a_floor_is_not_emptied_below_it_by_hand() {
    let books = Books::new().await;
    let krone = |minor: i64| in_currency(minor, "DKK");
    let floor = json!({ "code": "1000", "currency": "DKK", "floor_minor": -5 });
    assert_eq!(books.asked(&accounts::create::ROUTE, &floor).await.status, 201);

    for (minor, status, code) in [(5, 200, ""), (1, 402, "insufficient_funds")] {
        let body = json!({ "reason": "Charge", "lines": [
            { "code": "1000", "amount": krone(-minor) }, { "code": "1999", "amount": krone(minor) },
        ] });
        let proposed = books.asked(&journals::create::ROUTE, &body).await.body;
        let call = books.call("treasurer").contact(types::ContactId::new());
        let call = call.path(proposed["id"].as_str().unwrap()).header("if-match", "\"1\"");
        let decided = books.app.call(&proposals::approve::ROUTE, call).await;
        assert_eq!((decided.status, decided.code()), (status, code), "{}", decided.body);
    }
    books.are_sound().await;
}
