//! Value added tax: rounded, shared out, and said as the law asks.
use serde_json::{Value, json};
use testdb::Call;

use super::{CUSTOMER, line};
use crate::{
    invoices::{create, document, issue, update},
    quotes,
    tests::golden::{Books, pence},
};

#[tokio::test]
async fn tax_is_rounded_line_by_line_to_the_nearest_penny() {
    let books = Books::new().await;
    // 20 % of 0.01, 0.02, 0.03 and 0.12, 5 % of 0.10 and of -0.10: half a penny goes away from zero.
    let prices = [(1, 0), (2, 0), (3, 1), (12, 2)].map(|(p, t)| (line(p, "GB_STANDARD"), t));
    let halves = [(10, 1), (-10, -1)].map(|(p, t)| (line(p, "GB_REDUCED"), t));
    let all: Vec<_> = prices.into_iter().chain(halves).collect();
    let lines: Vec<_> = all.iter().map(|(line, _)| line.clone()).collect();

    let issued = books.issued(&json!({ "lines": lines })).await;

    let taxes = issued["lines"].as_array().unwrap().iter().map(|l| l["tax"]["amount"].as_i64());
    assert_eq!(taxes.collect::<Option<Vec<_>>>(), Some(all.iter().map(|(_, tax)| *tax).collect()));
    assert_eq!((&issued["net"], &issued["tax"]), (&pence(18), &pence(3)));
    books.are_sound().await;
}

#[tokio::test]
async fn a_rate_that_changed_since_the_draft_is_not_issued() {
    let books = Books::new().await;
    let old = json!({ "lines": [line(10_000, "DE_STANDARD")], "service_to": "2020-08-31" });
    let draft = books.drafted(&create::ROUTE, &old).await;
    let later = json!({ "service_to": "2021-01-31" });
    let moved = books.on(&update::ROUTE, &draft, &later).await;

    let refused = books.on(&issue::ROUTE, &moved.body, &json!({})).await;
    let again = json!({ "lines": [line(10_000, "DE_STANDARD")] });
    let again = books.on(&update::ROUTE, &moved.body, &again).await;
    let issued = books.on(&issue::ROUTE, &again.body, &json!({})).await;

    assert_eq!((&draft["tax"], &again.body["tax"]), (&pence(1_600), &pence(1_900)));
    assert_eq!((refused.status, refused.code()), (409, "tax_rate_changed"), "{}", refused.body);
    assert_eq!(issued.status, 200, "{}", issued.body);
    books.are_sound().await;
}

#[tokio::test]
async fn a_vat_invoice_says_all_that_the_law_asks_for_and_keeps_it() {
    let books = Books::new().await;
    let body = json!({
        "lines": [
            { "description": "Survey", "quantity": "2.5", "unit": "hour", "unit_price": pence(20_000),
              "discount_bp": 1_000, "tax_code": "GB_STANDARD" },
            line(3_000, "GB_REDUCED"),
            line(500, "GB_ZERO"),
        ],
        "customer": { "name": "Kitchen", "street": "12 Mare Street", "postal_code": "E8 1HP", "city": "London",
            "country": "GB" },
        "service_from": "2026-04-10", "service_to": "2026-04-12", "early_payment_bp": 200, "early_payment_days": 10,
    });

    let issued = books.issued(&body).await;
    books.sold_by(&json!({ "name": "Aruuri Two", "vat_number": "GB987654321" })).await;
    let second = books.issued(&json!({})).await;
    let printed = async |invoice: &Value| {
        let call = Call::role("auditor").path(invoice["id"].as_str().unwrap());
        books.app.call(&document::ROUTE, call).await.body
    };
    let (first, second) = (printed(&issued).await, printed(&second).await);

    // Value Added Tax Regulations 1995 (SI 1995/2518), reg. 14 (1); VAT Notice 700, 16.3.
    let year = first["issued_on"].as_str().unwrap()[..4].to_owned();
    for (demand, place, value) in [
        ("(a) a number that identifies it", "/number", json!(format!("INV-{year}-00001"))),
        ("(b) the time of the supply", "/tax_point", json!("2026-04-12")),
        (
            "(c) the day of issue",
            "/issued_on",
            json!(books.app.value("select finance.today()::text").await),
        ),
        ("(d) our name", "/seller/name", json!("Aruuri")),
        ("(d) our address", "/seller/street", json!("4 Canal Walk")),
        ("(d) our address", "/seller/postal_code", json!("N1 8QT")),
        ("(d) our address", "/seller/city", json!("London")),
        ("(d) our registration number", "/seller/vat_number", json!("GB123456789")),
        ("Companies Act 2006 s. 82", "/seller/company_number", json!("07654321")),
        ("Charities Act 2011 s. 194", "/seller/charity_number", json!("1181234")),
        ("(e) the customer's name", "/customer/name", json!("Kitchen")),
        ("(e) the customer's address", "/customer/street", json!("12 Mare Street")),
        ("(e) the customer's address", "/customer/city", json!("London")),
        ("(g) what was supplied", "/lines/0/description", json!("Survey")),
        ("(h) how much of it", "/lines/0/quantity", json!("2.5")),
        ("(h) in what unit", "/lines/0/unit", json!("hour")),
        ("(h) its rate of VAT", "/lines/0/tax_bp", json!(2_000)),
        ("(h) what is payable for it without VAT", "/lines/0/net", pence(45_000)),
        ("(h) the rate of each", "/lines/1/tax_bp", json!(500)),
        ("(h) the rate of each", "/lines/2/tax_bp", json!(0)),
        ("(i) all that is payable without VAT", "/net", pence(48_500)),
        ("(j) the rate of a discount", "/early_payment_bp", json!(200)),
        ("(l) all VAT, in pounds", "/tax", pence(9_150)),
        ("(m) the price of a unit", "/lines/0/unit_price", pence(20_000)),
        ("16.3.1: VAT at each rate", "/taxes/0/tax", pence(9_000)),
        ("16.3.1: VAT at each rate", "/taxes/1/tax", pence(150)),
        ("16.3.1: VAT at each rate", "/taxes/2/tax", pence(0)),
        ("16.3.1: what is payable with VAT", "/total", pence(57_650)),
    ] {
        assert_eq!(first.pointer(place), Some(&value), "{demand}: {place} of {first}");
    }
    assert_eq!(second["seller"]["name"], "Aruuri Two", "{second}");
    assert!(second["seller"].get("email").is_none(), "{second}");
    books.are_sound().await;
}

#[tokio::test]
async fn an_invoice_that_does_not_say_what_it_must_is_not_issued() {
    let books = Books::new().await;
    let issue = async |draft: &Value| books.on(&issue::ROUTE, draft, &json!({})).await;
    books.sold_by(&json!({ "valid_from": "2099-01-01" })).await;
    let draft = books.drafted(&create::ROUTE, &json!({})).await;
    let nobody = issue(&draft).await;
    books.sold_by(&json!({})).await;
    let no_address =
        json!({ "customer": { "name": "Kitchen" }, "lines": [line(20_834, "GB_STANDARD")] });
    let no_address = books.drafted(&create::ROUTE, &no_address).await;
    let small =
        json!({ "customer": { "name": "Kitchen" }, "lines": [line(20_833, "GB_STANDARD")] });
    let small = books.drafted(&create::ROUTE, &small).await;
    let euros = |tax_code: &str| {
        let price = json!({ "amount": 10_000, "currency": "EUR" });
        json!({ "currency": "EUR", "lines": [{ "description": "Survey", "quantity": "1", "unit_price": price,
            "tax_code": tax_code }] })
    };
    let euros_here = books.drafted(&create::ROUTE, &euros("GB_STANDARD")).await;
    let euros_there = books.drafted(&create::ROUTE, &euros("DE_STANDARD")).await;
    let free = books.drafted(&create::ROUTE, &json!({ "lines": [line(10_000, "GB_ZERO")] })).await;

    let incomplete = [issue(&no_address).await, issue(&euros_here).await];
    let good = [issue(&small).await, issue(&euros_there).await];
    books.sold_by(&json!({ "vat_number": null })).await;
    let no_number = issue(&draft).await;
    let untaxed = issue(&free).await;

    for refused in &incomplete {
        assert_eq!(
            (refused.status, refused.code()),
            (409, "vat_invoice_incomplete"),
            "{}",
            refused.body
        );
    }
    for refused in [&no_number, &nobody] {
        assert_eq!((refused.status, refused.code()), (409, "seller_unknown"), "{}", refused.body);
    }
    for issued in good.iter().chain([&untaxed]) {
        assert_eq!(issued.status, 200, "{}", issued.body);
    }
    assert_eq!(books.app.count("ledger.journals where kind = 'invoice.issued'").await, 3);
    books.are_sound().await;
}

#[tokio::test]
async fn a_discount_on_the_whole_is_borne_by_each_rate_of_tax_to_the_penny() {
    let books = Books::new().await;
    let with = |more: Value| {
        let mut body = json!({ "lines": [
            line(10_000, "GB_STANDARD"), line(3_334, "GB_STANDARD"), line(3_333, "GB_REDUCED"), line(3_333, "GB_ZERO"),
            { "description": "Travel", "quantity": "1", "unit_price": pence(9_999), "tax_code": "GB_STANDARD",
              "is_optional": true },
        ] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let shares = |quote: &Value| {
        let lines = quote["lines"].as_array().unwrap().iter();
        let shares = lines.filter(|line| line["is_discount"] == true).map(|line| {
            let minor = |of: &str| line[of]["amount"].as_i64().unwrap();
            (line["description"].as_str().unwrap().to_owned(), minor("net"), minor("tax"))
        });
        shares.collect::<Vec<_>>()
    };

    let tenth = books.drafted(&quotes::create::ROUTE, &with(json!({ "discount_bp": 1_000 }))).await;
    let amount = json!({ "discount_bp": 0, "discount": pence(100) });
    let amount = books.on(&quotes::update::ROUTE, &tenth, &amount).await;
    let none = books.on(&quotes::update::ROUTE, &amount.body, &json!({ "discount": null })).await;
    let fewer = json!({ "discount_bp": 333, "lines": [line(10_001, "GB_REDUCED")] });
    let fewer = books.on(&quotes::update::ROUTE, &none.body, &fewer).await;
    let day = json!({ "valid_until": "2099-01-31" });
    let sent = books.on(&quotes::send::ROUTE, &fewer.body, &day).await;
    let accepted = books.on(&quotes::accept::ROUTE, &sent.body, &json!({})).await;
    let invoice = books.on(&quotes::convert::ROUTE, &accepted.body, &Value::Null).await;
    let issued = books.on(&issue::ROUTE, &invoice.body, &json!({})).await;
    let credited = books.credited(&issued.body, &json!({})).await;

    // Of 200.00 in lines, 20.00 go off: 13.33 (13.334) at 20 %, 3.33 (3.333) at 5 %, and the penny left where 0.4 was lost.
    let words = |net: [i64; 3], tax: [i64; 3], name: &str| {
        net.into_iter().zip(tax).map(|(net, tax)| (name.to_owned(), -net, -tax)).collect::<Vec<_>>()
    };
    assert_eq!(shares(&tenth), words([333, 1_334, 333], [17, 267, 0], "Discount 10 %"), "{tenth}");
    assert_eq!((&tenth["net"], &tenth["tax"]), (&pence(18_000), &pence(2_667 + 167 - 267 - 17)));
    assert_eq!(
        shares(&amount.body),
        words([17, 67, 16], [1, 13, 0], "Discount"),
        "{}",
        amount.body
    );
    assert_eq!((&none.body["net"], shares(&none.body)), (&pence(20_000), vec![]), "{}", none.body);
    assert_eq!(shares(&fewer.body), [("Discount 3.33 %".to_owned(), -333, -17)], "{}", fewer.body);
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!(
        (&issued.body["net"], &issued.body["tax"]),
        (&pence(9_668), &pence(483)),
        "{}",
        issued.body
    );
    assert_eq!(books.newest("invoice.issued").await, "1400 - 10151, 4500 GEN -9668, 2200 - -483");
    assert_eq!(credited.status, 201, "{}", credited.body);
    assert_eq!(
        books.newest("credit_note.issued").await,
        "4500 GEN 9668, 2200 - 483, 1400 - -10151"
    );
    for (more, place) in [
        (json!({ "discount_bp": 10_001 }), "/discount_bp"),
        (json!({ "discount_bp": -1 }), "/discount_bp"),
        (json!({ "discount": pence(-1) }), "/discount/amount"),
        (json!({ "discount": pence(20_001) }), "/discount/amount"),
        (json!({ "discount": { "amount": 1, "currency": "EUR" } }), "/discount/currency"),
        (json!({ "discount": pence(1), "discount_bp": 1 }), "/discount"),
    ] {
        let mut body = with(more);
        body["customer_ref"] = json!(CUSTOMER);
        (body["customer"], body["currency"]) = (json!({ "name": "Kitchen" }), json!("GBP"));
        let refused =
            books.app.call(&quotes::create::ROUTE, books.call("treasurer").json(&body)).await;
        assert_eq!((refused.status, refused.place()), (422, place), "{}", refused.body);
    }
    books.are_sound().await;
}
