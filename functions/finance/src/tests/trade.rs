//! What is sold: products, quotes, invoices, and what they do to the books.
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call, Life};
use types::ContactId;

use super::golden::{Books, is_documented, pence};
use crate::{
    invoices::{create, credit, document, find, issue, pay, update, void, write_off},
    jobs::end_terms,
    products, quotes,
};

const CUSTOMER: &str = "1009019a-bc0c-5485-84c2-361fad310833";

fn line(price: i64, tax_code: &str) -> Value {
    json!({ "description": "Survey", "quantity": "1", "unit_price": pence(price), "tax_code": tax_code })
}

impl Books {
    /// A quote or invoice of these lines.
    async fn drafted(&self, route: &'static api::Route, more: &Value) -> Value {
        let mut body = json!({
            "customer_ref": CUSTOMER, "customer": { "name": "Kitchen" }, "currency": "GBP",
            "lines": [line(10_000, "GB_STANDARD")],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.app.call(route, self.call("treasurer").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// A step of a document, by somebody else than who wrote it.
    async fn on(&self, route: &'static api::Route, document: &Value, body: &Value) -> Answer {
        let call = self.call("treasurer").contact(ContactId::new());
        let call = call.header("if-match", format!("\"{}\"", document["version"]));
        let call = call.path(document["id"].as_str().unwrap());
        let call = if *body == Value::Null { call } else { call.json(body) };
        self.app.call(route, call).await
    }

    async fn issued(&self, more: &Value) -> Value {
        let draft = self.drafted(&create::ROUTE, more).await;
        let issued = self.on(&issue::ROUTE, &draft, &json!({})).await;
        assert_eq!(issued.status, 200, "{}", issued.body);
        issued.body
    }

    async fn paid(&self, invoice: &Value, amount: i64) -> Answer {
        let body = json!({ "amount": pence(amount), "method": "bank_transfer" });
        let call = self.call("treasurer").path(invoice["id"].as_str().unwrap()).json(&body);
        self.app.call(&pay::ROUTE, call).await
    }

    async fn credited(&self, invoice: &Value, more: &Value) -> Answer {
        let mut body = json!({ "reason": "Not done" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let call = self.call("treasurer").path(invoice["id"].as_str().unwrap()).json(&body);
        self.app.call(&credit::ROUTE, call).await
    }

    async fn invoice(&self, invoice: &Value) -> Value {
        let call = Call::role("auditor").path(invoice["id"].as_str().unwrap());
        self.app.call(&find::ROUTE, call).await.body
    }

    /// As if its last day to pay, or to be accepted, were over.
    async fn late(&self, document: &Value) {
        let id = document["id"].as_str().unwrap();
        let sql = format!(
            "set session_replication_role = replica;
             update trade.issued_invoices set due_on = finance.today() - 1 where id = '{id}';
             update trade.quotes set valid_until = finance.today() - 1 where id = '{id}'"
        );
        self.app.execute(&sql).await;
    }
}

#[tokio::test]
async fn a_product_lives_as_every_resource_does() {
    let life = Life {
        find: &products::find::ROUTE,
        create: &products::create::ROUTE,
        update: &products::update::ROUTE,
        delete: &products::delete::ROUTE,
        restore: &products::restore::ROUTE,
        role: "employee",
        reader: "auditor",
        body: json!({
            "key": "survey", "short_name": "Survey", "label": { "de": "Messung", "en": "Survey" },
            "category": "advice", "actor": "platform", "list_price": pence(10_000),
            "tax_code": "GB_STANDARD",
        }),
        change: json!({ "list_price": pence(11_000), "cost": pence(1), "status": "retired" }),
        unique: true,
    };

    life.live(&App::empty(Domain::Finance).await).await;
}

#[tokio::test]
async fn a_quote_is_frozen_when_it_is_sent_and_becomes_one_invoice() {
    let books = Books::new().await;
    let body = json!({
        "lines": [line(10_000, "GB_STANDARD"), { "description": "Travel", "quantity": "2.5",
            "unit_price": pence(333), "tax_code": "GB_ZERO", "is_optional": true }],
    });
    let other = json!({ "lines": [{ "description": "Survey", "quantity": "1.5", "unit": "hour",
        "unit_price": pence(10_001), "discount_bp": 1_000, "tax_code": "GB_REDUCED" }] });

    let draft = books.drafted(&quotes::create::ROUTE, &body).await;
    let changed = books.on(&quotes::update::ROUTE, &draft, &other).await;
    let stale = books.on(&quotes::update::ROUTE, &draft, &other).await;
    let no_day = books.on(&quotes::send::ROUTE, &changed.body, &json!({})).await;
    let day = json!({ "valid_until": "2099-01-31" });
    let early = books.on(&quotes::convert::ROUTE, &changed.body, &Value::Null).await;
    let sent = books.on(&quotes::send::ROUTE, &changed.body, &day).await;
    let frozen = books.on(&quotes::update::ROUTE, &sent.body, &other).await;
    let accepted = books.on(&quotes::accept::ROUTE, &sent.body, &json!({})).await;
    let late = books.on(&quotes::decline::ROUTE, &accepted.body, &json!({})).await;
    let invoice = books.on(&quotes::convert::ROUTE, &accepted.body, &Value::Null).await;
    let twice = books.on(&quotes::convert::ROUTE, &accepted.body, &Value::Null).await;
    let voided = books.on(&void::ROUTE, &invoice.body, &json!({ "reason": "Wrong" })).await;
    let again = books.on(&quotes::convert::ROUTE, &accepted.body, &Value::Null).await;

    assert_eq!((&draft["net"], &draft["tax"]), (&pence(10_000), &pence(2_000)));
    // 1.5 hours of 100.01 less 10 % are 135.01; 5 % of that are 6.75 (6.7505).
    let line = &changed.body["lines"][0];
    assert_eq!(
        (&line["net"], &line["tax"], &line["quantity"]),
        (&pence(13_501), &pence(675), &json!("1.5"))
    );
    assert_eq!(changed.body["total"], pence(14_176), "{}", changed.body);
    assert_eq!((stale.status, stale.code()), (412, "stale_version"));
    assert_eq!((no_day.status, no_day.place()), (422, "/valid_until"), "{}", no_day.body);
    assert_eq!((early.status, early.code()), (409, "quote_state"), "{}", early.body);
    assert!(sent.body["number"].as_str().unwrap().starts_with("QUO-"), "{}", sent.body);
    for refused in [&frozen, &late] {
        assert_eq!((refused.status, refused.code()), (409, "quote_state"), "{}", refused.body);
    }
    assert_eq!(invoice.status, 201, "{}", invoice.body);
    let location = invoice.header("location").unwrap();
    assert!(location.ends_with(invoice.body["id"].as_str().unwrap()), "{location}");
    assert_eq!(invoice.body["total"], pence(14_176));
    assert_eq!((twice.status, twice.code()), (409, "quote_converted"), "{}", twice.body);
    assert_eq!((voided.status, again.status), (200, 201), "{} {}", voided.body, again.body);
    let kept = "select string_agg(reason || ' ' || (content ->> 'total_minor'), ', ' order by created_at)
                from trade.quote_snapshots where content_sha256 = sha256(convert_to(content::text, 'UTF8'))";
    assert_eq!(books.app.value(kept).await, "sent 14176, accepted 14176");
    assert_eq!(books.app.count("ledger.journals").await, 0, "a quote posts nothing");
    books.are_sound().await;
}

#[tokio::test]
async fn a_quote_ends_with_its_last_day_or_when_another_takes_its_place() {
    let books = Books::new().await;
    let day = json!({ "valid_until": "2099-01-31" });
    let sent = async |more: &Value| {
        let draft = books.drafted(&quotes::create::ROUTE, more).await;
        let sent = books.on(&quotes::send::ROUTE, &draft, &day).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        sent.body
    };
    let (old, first) = (sent(&json!({})).await, sent(&json!({})).await);
    books.late(&old).await;

    let expired = books.on(&quotes::accept::ROUTE, &old, &json!({})).await;
    let ran = books.app.run(&end_terms::JOB).await.result.unwrap();
    let second = sent(&json!({ "replaces_id": first["id"] })).await;
    let replaced = books.on(&quotes::accept::ROUTE, &first, &json!({})).await;
    let third = books.drafted(&quotes::create::ROUTE, &json!({ "replaces_id": first["id"] })).await;
    let third = books.on(&quotes::send::ROUTE, &third, &day).await;
    let empty = books.drafted(&quotes::create::ROUTE, &json!({ "lines": [] })).await;
    let empty = books.on(&quotes::send::ROUTE, &empty, &day).await;
    let accepted = books.on(&quotes::accept::ROUTE, &second, &json!({})).await;
    let billed = books.on(&quotes::convert::ROUTE, &accepted.body, &Value::Null).await;
    let fourth = json!({ "replaces_id": second["id"] });
    let fourth = books.drafted(&quotes::create::ROUTE, &fourth).await;
    let fourth = books.on(&quotes::send::ROUTE, &fourth, &day).await;

    assert_eq!((expired.status, expired.code()), (409, "quote_expired"), "{}", expired.body);
    assert_eq!(ran, json!({ "expired_quotes": 1, "overdue_invoices": 0, "complete": true }));
    assert_eq!(replaced.status, 412, "it is superseded: {}", replaced.body);
    assert_eq!((third.status, third.code()), (409, "quote_stands"), "{}", third.body);
    assert_eq!((empty.status, empty.code()), (409, "quote_state"), "{}", empty.body);
    assert_eq!(billed.status, 201, "{}", billed.body);
    assert_eq!((fourth.status, fourth.code()), (409, "quote_stands"), "{}", fourth.body);
    let states =
        "select string_agg(status, ' ' order by serial) from trade.quotes where number is not null";
    assert_eq!(books.app.value(states).await, "expired superseded accepted");
    books.are_sound().await;
}

#[tokio::test]
async fn an_invoice_is_claimed_paid_and_credited() {
    let books = Books::new().await;

    let draft = books.drafted(&create::ROUTE, &json!({})).await;
    let change = json!({ "lines": [line(10_000, "GB_STANDARD")], "due_on": "2099-01-31" });
    let draft = books.on(&update::ROUTE, &draft, &change).await.body;
    let own = books.call("treasurer").header("if-match", "\"2\"").json(&json!({}));
    let own = books.app.call(&issue::ROUTE, own.path(draft["id"].as_str().unwrap())).await;
    let issued = books.on(&issue::ROUTE, &draft, &json!({})).await.body;
    let frozen = books.on(&update::ROUTE, &issued, &change).await;
    let part = books.paid(&issued, 7_000).await;
    let much = books.paid(&issued, 5_001).await;
    let lines =
        json!([{ "invoice_line_id": issued["lines"][0]["id"], "unit_price": pence(2_500) }]);
    let credited = books.credited(&issued, &json!({ "lines": lines })).await;
    let rest = books.paid(&issued, 2_000).await;
    let over = books.credited(&issued, &json!({})).await;
    let lines =
        json!([{ "invoice_line_id": issued["lines"][0]["id"], "unit_price": pence(1_000) }]);
    let owed = books.credited(&issued, &json!({ "lines": lines })).await;
    let too_far = books.paid(&issued, -1_201).await;
    let back = books.paid(&issued, -1_200).await;

    assert_eq!((own.status, own.code()), (403, "four_eyes"), "{}", own.body);
    assert!(issued["number"].as_str().unwrap().ends_with("-00001"), "{issued}");
    assert_eq!((frozen.status, frozen.code()), (409, "invoice_state"));
    assert_eq!(
        (&part.body["open"], &part.body["claim_status"]),
        (&pence(5_000), &json!("partially_paid"))
    );
    assert_eq!((much.status, much.code()), (409, "above_open"), "{}", much.body);
    assert_eq!(credited.status, 201, "{}", credited.body);
    assert!(credited.body["number"].as_str().unwrap().starts_with("CRN-"));
    assert_eq!((&credited.body["total"], &credited.body["open"]), (&pence(3_000), &pence(2_000)));
    assert_eq!((&rest.body["open"], &rest.body["claim_status"]), (&pence(0), &json!("paid")));
    assert_eq!((over.status, over.code()), (409, "above_invoiced"), "{}", over.body);
    assert_eq!((owed.status, &owed.body["open"]), (201, &pence(-1_200)), "{}", owed.body);
    assert_eq!((too_far.status, too_far.code()), (409, "above_open"), "{}", too_far.body);
    assert_eq!((back.status, &back.body["open"]), (201, &pence(0)), "{}", back.body);
    for (journal, lines) in [
        (&issued, "1400 - 12000, 4500 GEN -10000, 2200 - -2000"),
        (&part.body, "1000 - 7000, 1400 - -7000"),
        (&credited.body, "4500 GEN 2500, 2200 - 500, 1400 - -3000"),
        (&back.body, "1000 - -1200, 1400 - 1200"),
    ] {
        assert_eq!(books.lines(&journal["journal_id"]).await, lines);
        is_documented(lines);
    }
    let printed = Call::role("auditor").path(issued["id"].as_str().unwrap());
    let printed = books.app.call(&document::ROUTE, printed).await.body;
    assert_eq!(printed["taxes"][0]["tax"], pence(2_000), "{printed}");
    assert_eq!(printed["taxes"][0]["name"]["en"], "UK VAT, standard rate");
    let count = |member: &str| printed[member].as_array().unwrap().len();
    assert_eq!((count("payments"), count("credit_notes"), count("lines")), (3, 2, 1));
    assert_eq!((&printed["open"], &printed["tax_point"]), (&pence(0), &printed["issued_on"]));
    books.are_sound().await;
}

#[tokio::test]
async fn an_invoice_that_is_not_paid_is_voided_or_written_off() {
    let books = Books::new().await;
    let why = json!({ "reason": "The company was dissolved" });
    let (wrong, bad, good) = (
        books.issued(&json!({})).await,
        books.issued(&json!({})).await,
        books.issued(&json!({ "early_payment_bp": 200, "early_payment_days": 10 })).await,
    );
    books.paid(&bad, 2_000).await;

    let voided = books.on(&void::ROUTE, &wrong, &why).await;
    let gone = books.paid(&wrong, 1).await;
    let bad_now = books.invoice(&bad).await;
    let part = books.on(&void::ROUTE, &bad_now, &why).await;
    let early = books.on(&write_off::ROUTE, &bad_now, &why).await;
    books.late(&bad).await;
    let ran = books.app.run(&end_terms::JOB).await.result.unwrap();
    let bad_now = books.invoice(&bad).await;
    let off = books.on(&write_off::ROUTE, &bad_now, &why).await;
    let after = books.credited(&bad, &json!({})).await;
    let discount = |minor: i64| json!({ "discount": pence(minor), "method": "card" });
    let pay_with = async |minor: i64| {
        let call = books.call("treasurer").path(good["id"].as_str().unwrap());
        books.app.call(&pay::ROUTE, call.json(&discount(minor))).await
    };
    let greedy = pay_with(241).await;
    let discounted = pay_with(240).await;

    assert_eq!((&voided.body["claim_status"], &voided.body["open"]), (&json!("void"), &pence(0)));
    assert_eq!(voided.body["number"], wrong["number"], "its number stays");
    assert_eq!((gone.status, gone.code()), (409, "invoice_state"), "{}", gone.body);
    assert_eq!((part.status, part.code()), (409, "invoice_state"), "{}", part.body);
    assert_eq!((early.status, early.code()), (409, "not_overdue"), "{}", early.body);
    assert_eq!(
        (&ran["overdue_invoices"], &bad_now["claim_status"]),
        (&json!(1), &json!("overdue"))
    );
    assert_eq!(off.body["written_off"], pence(10_000), "{}", off.body);
    assert_eq!((after.status, after.code()), (409, "invoice_state"), "{}", after.body);
    assert_eq!((greedy.status, greedy.place()), (422, "/discount"), "{}", greedy.body);
    assert_eq!(
        (discounted.status, &discounted.body["amount"]),
        (201, &pence(11_760)),
        "{}",
        discounted.body
    );
    for (journal, lines) in [
        (&voided.body["closing_journal_id"], "1400 - -12000, 4500 GEN 10000, 2200 - 2000"),
        (&off.body["closing_journal_id"], "5900 GEN 10000, 1400 - -10000"),
        (&discounted.body["journal_id"], "1200 - 11760, 5210 GEN 200, 2200 - 40, 1400 - -12000"),
    ] {
        assert_eq!(books.lines(journal).await, lines);
        is_documented(lines);
    }
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_wrong_with_lines_is_said_where_it_is() {
    let books = Books::new().await;
    let old = json!({ "description": "x", "quantity": "1", "unit_price": pence(1), "tax_code": "GB_STANDARD" });
    let with = |member: &str, value: Value| {
        let mut line = old.clone();
        line[member] = value;
        json!([line])
    };
    let cases = [
        (with("quantity", json!("0")), ""),
        (with("quantity", json!(1)), ""),
        (with("quantity", json!("1.2345")), ""),
        (with("tax_code", json!("GB_LUXURY")), "/lines"),
        (with("unit", json!("No Unit")), "/lines"),
        (
            with("unit_price", json!({ "amount": 1, "currency": "EUR" })),
            "/lines/0/unit_price/currency",
        ),
        (with("unit_price", pence(-1)), "/lines"),
        (with("discount_bp", json!(10_001)), "/lines/0/discount_bp"),
        (with("description", Value::Null), "/lines/0/description"),
        (with("product_id", json!(ContactId::new())), "/lines"),
        (with("is_optional", json!(true)), "/lines/0/is_optional"),
        (with("fund_id", json!(ContactId::new())), "/lines"),
        (vec![old.clone(); 501].into(), "/lines"),
    ];

    for (lines, place) in cases {
        let body = json!({
            "customer_ref": CUSTOMER, "customer": { "name": "Kitchen" }, "currency": "GBP", "lines": lines,
        });
        let refused = books.app.call(&create::ROUTE, books.call("treasurer").json(&body)).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{}", refused.body);
        assert!(place.is_empty() || refused.place() == place, "{place}: {}", refused.body);
    }
    assert_eq!(books.app.count("trade.issued_invoices").await, 0);
    let keys = "finance.idempotency_keys where scope like 'finance-create-invoice%'";
    assert_eq!(books.app.count(keys).await, 0, "a refused request leaves no key");
}

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
async fn invoices_issued_at_once_are_numbered_without_a_gap_and_paid_once() {
    let books = Books::new().await;
    let mut drafts = Vec::new();
    for _ in 0..6 {
        let draft = books.drafted(&create::ROUTE, &json!({})).await;
        drafts.push(draft["id"].as_str().unwrap().to_owned());
    }
    let issue = |id: &str| {
        format!(
            "select trade.issue_invoice('test', '{id}', sha256('{id}'), '{id}', 1, null, '{}', 'test')",
            ContactId::new()
        )
    };
    let pay = |key: u8| {
        format!(
            "do $$ begin
               perform trade.pay_invoice('test', 'pay {key}', sha256('{key}'), '{}',
                 '{{\"amount_minor\": 5000, \"method\": \"cash\"}}', null, 'test');
             exception when check_violation then null;
             end $$",
            drafts[0]
        )
    };

    // Each on a session of its own. One has the first number when its client is gone.
    let killed = books.app.database.superuser().await;
    killed.batch_execute(&format!("begin; {}", issue(&drafts[0]))).await.unwrap();
    let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|n: usize| issue(&drafts[n]));
    let on = |sql| books.app.execute(sql);
    let gone = async { drop(killed) };
    tokio::join!(on(&a), on(&b), on(&c), on(&d), on(&e), on(&f), gone);
    let [a, b, c, d] = [1, 2, 3, 4].map(pay);
    tokio::join!(on(&a), on(&b), on(&c), on(&d));

    let numbers = "select string_agg(serial::text, ' ' order by serial) from trade.issued_invoices";
    assert_eq!(books.app.value(numbers).await, "1 2 3 4 5 6");
    assert_eq!(books.app.count("trade.invoice_payments").await, 2, "a third would be too much");
    let keys = "finance.idempotency_keys where scope = 'test'";
    assert_eq!(books.app.count(keys).await, 8, "what was refused left no key");
    books.are_sound().await;
}
