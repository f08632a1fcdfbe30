//! What the database alone refuses of a document is said where it is wrong.
use serde_json::{Value, json};

use super::{CUSTOMER, line};
use crate::{
    bank_accounts, bank_statements, grants,
    invoices::{create, issue, pay, update},
    products, quotes, sellers,
    tests::golden::{Books, OTHER, pence, with},
};

#[tokio::test]
async fn a_value_that_cannot_stand_is_named() {
    let books = Books::new().await;
    books.sold_by(&json!({})).await;
    let document = json!({
        "customer_ref": CUSTOMER, "customer": { "name": "Kitchen" }, "currency": "GBP", "lines": [line(100, "GB_ZERO")],
    });
    let product = json!({
        "key": "survey", "short_name": "Survey", "label": { "de": "Messung", "en": "Survey" }, "category": "advice",
        "actor": "platform", "list_price": pence(100), "tax_code": "GB_ZERO",
    });
    let survey = books.asked(&products::create::ROUTE, &product).await.body;
    let seller = json!({
        "name": "Aruuri", "street": "4 Canal Walk", "postal_code": "N1 8QT", "city": "London", "country": "GB",
    });
    let bank = json!({ "name": "Main", "bank": "Bank", "last_four": "1234", "currency": "GBP" });
    let grant = json!({
        "application_ref": "a37615a2-a522-5479-846c-6642ec361b47", "payer_name": "Council", "amount": pence(700),
    });
    let nobody = "00000000-0000-4000-8000-0000000000e1";
    let of_line = |more: Value| json!({ "lines": [with(&line(100, "GB_ZERO"), &more)] });
    let of_product = json!([{ "product_id": survey["id"], "quantity": "1" }]);

    for (route, body, more, place) in [
        (&create::ROUTE, &document, json!({ "currency": OTHER, "lines": [] }), "/currency"),
        (&create::ROUTE, &document, json!({ "currency": "EUR", "lines": of_product }), "/lines"),
        (
            &create::ROUTE,
            &document,
            json!({ "service_from": "2026-02-02", "service_to": "2026-02-01" }),
            "/service_to",
        ),
        (&create::ROUTE, &document, json!({ "early_payment_bp": 10_001 }), "/early_payment_bp"),
        (&create::ROUTE, &document, json!({ "early_payment_days": 366 }), "/early_payment_days"),
        (&quotes::create::ROUTE, &document, json!({ "currency": OTHER, "lines": [] }), "/currency"),
        (&quotes::create::ROUTE, &document, json!({ "replaces_id": nobody }), "/replaces_id"),
        (
            &quotes::create::ROUTE,
            &document,
            json!({ "id": nobody, "replaces_id": nobody }),
            "/replaces_id",
        ),
        (&quotes::create::ROUTE, &document, json!({ "early_payment_bp": -1 }), "/early_payment_bp"),
        (
            &quotes::create::ROUTE,
            &document,
            json!({ "early_payment_days": -1 }),
            "/early_payment_days",
        ),
        (&quotes::create::ROUTE, &document, of_line(json!({ "unit": "No Unit" })), "/lines"),
        (
            &quotes::create::ROUTE,
            &document,
            of_line(json!({ "component_type": "No Type" })),
            "/lines",
        ),
        (
            &products::create::ROUTE,
            &product,
            json!({ "key": "other", "list_price": { "amount": 1, "currency": OTHER } }),
            "/list_price/currency",
        ),
        (
            &products::create::ROUTE,
            &product,
            json!({ "key": "other", "category": "No Category" }),
            "/category",
        ),
        (&products::create::ROUTE, &product, json!({ "key": "other", "unit": "No Unit" }), "/unit"),
        (
            &products::create::ROUTE,
            &product,
            json!({ "key": "other", "list_price": { "amount": 1, "currency": "EUR" }, "parts": of_product }),
            "/parts",
        ),
        (&sellers::create::ROUTE, &seller, json!({ "country": "gb" }), "/country"),
        (&sellers::create::ROUTE, &seller, json!({ "company_number": "no 1" }), "/company_number"),
        (&sellers::create::ROUTE, &seller, json!({ "charity_number": "no 1" }), "/charity_number"),
        (&bank_accounts::create::ROUTE, &bank, json!({ "last_four": "12a4" }), "/last_four"),
        (&bank_accounts::create::ROUTE, &bank, json!({ "currency": OTHER }), "/currency"),
        (
            &grants::create::ROUTE,
            &grant,
            json!({ "amount": { "amount": 1, "currency": OTHER } }),
            "/amount/currency",
        ),
    ] {
        let refused = books.asked(route, &with(body, &more)).await;
        let named = (refused.status, refused.place());
        assert_eq!(named, (422, place), "{} {more}: {}", route.name, refused.body);
    }
}

#[tokio::test]
async fn an_account_is_recorded_once_and_its_statements_are_in_its_currency() {
    let books = Books::new().await;
    let bank = json!({
        "id": "00000000-0000-4000-8000-0000000000e2", "name": "Main", "bank": "Bank", "last_four": "1234",
        "currency": "GBP",
    });
    let made = books.asked(&bank_accounts::create::ROUTE, &bank).await;
    let again = with(&bank, &json!({ "last_four": "4321" }));
    let again = books.asked(&bank_accounts::create::ROUTE, &again).await;
    let nothing = json!({ "amount": 0, "currency": "EUR" });
    let statement = json!({
        "bank_account_id": bank["id"], "number": "1", "opens_on": "2026-05-01", "closes_on": "2026-05-31",
        "opening": nothing, "closing": nothing, "lines": [],
    });
    let foreign = books.asked(&bank_statements::create::ROUTE, &statement).await;

    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((again.status, again.code()), (409, "already_recorded"), "{}", again.body);
    let named = (foreign.status, foreign.place());
    assert_eq!(named, (422, "/opening/currency"), "{}", foreign.body);
}

#[tokio::test]
async fn a_payment_or_a_credit_that_cannot_be_is_named() {
    let books = Books::new().await;
    let invoice = books.issued(&json!({})).await;
    let of_line = |price: Value| {
        let id = &invoice["lines"][0]["id"];
        json!({ "lines": [{ "invoice_line_id": id, "unit_price": price }] })
    };
    let free = books.drafted(&create::ROUTE, &json!({ "lines": [line(0, "GB_ZERO")] })).await;

    for (more, place) in [
        (json!({ "paid_on": "2099-01-01" }), "/paid_on"),
        (json!({ "bank_line_id": "00000000-0000-4000-8000-0000000000e3" }), "/bank_line_id"),
    ] {
        let body = with(&json!({ "method": "bank_transfer" }), &more);
        let call = books.call("treasurer").path(invoice["id"].as_str().unwrap()).json(&body);
        let refused = books.app.call(&pay::ROUTE, call).await;
        assert_eq!((refused.status, refused.place()), (422, place), "{}", refused.body);
    }
    for price in [json!({ "amount": 1, "currency": "EUR" }), pence(0)] {
        let refused = books.credited(&invoice, &of_line(price)).await;
        assert_eq!((refused.status, refused.place()), (422, "/lines"), "{}", refused.body);
    }
    let euros = json!({ "unit_price": { "amount": 1, "currency": "EUR" } });
    let euros = json!({ "lines": [with(&line(1, "GB_ZERO"), &euros)] });
    let refused = books.on(&update::ROUTE, &free, &euros).await;
    assert_eq!((refused.status, refused.place()), (422, "/lines"), "{}", refused.body);
    let refused = books.on(&issue::ROUTE, &free, &json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "invoice_state"), "{}", refused.body);
    books.are_sound().await;
}

#[tokio::test]
async fn a_payment_of_a_closed_year_is_refused() {
    let books = Books::new().await;
    let invoice = books.issued(&json!({})).await;
    let id = invoice["id"].as_str().unwrap();
    // As if it had been issued in a year that is closed now.
    let sql = format!(
        "set session_replication_role = replica;
         update trade.issued_invoices set issued_on = finance.today() - 400 where id = '{id}';
         update ledger.accounting_periods set closed_at = now() where span @> finance.today() - 400"
    );
    books.app.execute(&sql).await;
    let day = books.app.value("select (finance.today() - 400)::text").await;

    let body = json!({ "method": "bank_transfer", "paid_on": day });
    let refused = books.app.call(&pay::ROUTE, books.call("treasurer").path(id).json(&body)).await;

    assert_eq!((refused.status, refused.place()), (422, "/paid_on"), "{}", refused.body);
    assert_eq!(books.app.count("trade.invoice_payments").await, 0);
}
