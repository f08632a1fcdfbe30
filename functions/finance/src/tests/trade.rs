//! What is sold: products and quotes; and invoices, with what they do to the books.
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call, Life};
use types::ContactId;

use super::golden::{Books, pence};
use crate::{
    invoices::{create, credit, find, issue, pay, update, void},
    jobs::end_terms,
    products, quotes, sellers,
};

mod bundles;
mod invoices;
mod refusals;
mod tax;

const CUSTOMER: &str = "1009019a-bc0c-5485-84c2-361fad310833";

fn line(price: i64, tax_code: &str) -> Value {
    json!({ "description": "Survey", "quantity": "1", "unit_price": pence(price), "tax_code": tax_code })
}

impl Books {
    /// Who we are, as it stands on invoices from now on.
    async fn sold_by(&self, more: &Value) {
        let mut body = json!({
            "name": "Aruuri", "street": "4 Canal Walk", "postal_code": "N1 8QT", "city": "London", "country": "GB",
            "vat_number": "GB123456789", "company_number": "07654321", "charity_number": "1181234",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer =
            self.app.call(&sellers::create::ROUTE, self.call("treasurer").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// A quote or invoice of these lines; we are known.
    async fn drafted(&self, route: &'static api::Route, more: &Value) -> Value {
        if self.app.count("trade.sellers").await == 0 {
            self.sold_by(&json!({})).await;
        }
        let mut body = json!({
            "customer_ref": CUSTOMER, "customer": { "name": "Kitchen", "street": "12 Mare Street", "city": "London" },
            "currency": "GBP", "lines": [line(10_000, "GB_STANDARD")],
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

    pub(super) async fn issued(&self, more: &Value) -> Value {
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
    assert_eq!(
        ran,
        json!({
            "opened_periods": 1, "expired_quotes": 1, "overdue_invoices": 0, "complete": true
        })
    );
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
async fn a_draft_is_withdrawn_for_good_and_a_sent_quote_is_not() {
    let books = Books::new().await;
    let day = json!({ "valid_until": "2099-01-31" });
    let first = books.drafted(&quotes::create::ROUTE, &json!({})).await;
    let first = books.on(&quotes::send::ROUTE, &first, &day).await.body;
    let drafted = books
        .drafted(&quotes::create::ROUTE, &json!({ "lines": [], "replaces_id": first["id"] }))
        .await;

    let withdrawn = books.on(&quotes::withdraw::ROUTE, &drafted, &Value::Null).await;
    let stale = books.on(&quotes::withdraw::ROUTE, &drafted, &Value::Null).await;
    let twice = books.on(&quotes::withdraw::ROUTE, &withdrawn.body, &Value::Null).await;
    let late = books.on(&quotes::send::ROUTE, &withdrawn.body, &day).await;
    let changed =
        books.on(&quotes::update::ROUTE, &withdrawn.body, &json!({ "terms": "Other" })).await;
    let sent = books.on(&quotes::withdraw::ROUTE, &first, &Value::Null).await;

    assert_eq!(
        (withdrawn.status, &withdrawn.body["status"], &withdrawn.body["number"]),
        (200, &json!("withdrawn"), &Value::Null),
        "{}",
        withdrawn.body
    );
    assert_eq!((stale.status, stale.code()), (412, "stale_version"));
    for refused in [&twice, &late, &changed, &sent] {
        assert_eq!((refused.status, refused.code()), (409, "quote_state"), "{}", refused.body);
    }
    assert_eq!(books.app.count("trade.quote_snapshots").await, 1, "only what was sent is kept");
    let told = "select string_agg(topic, ' ') from finance.outbox_events where topic like 'finance.quote.%'";
    assert_eq!(books.app.value(told).await, "finance.quote.sent.v1");
    let states = "select string_agg(status, ' ' order by created_at) from trade.quotes";
    assert_eq!(
        books.app.value(states).await,
        "sent withdrawn",
        "what it was to replace still stands"
    );
}

#[tokio::test]
async fn a_draft_that_is_withdrawn_or_sent_at_once_ends_once() {
    let books = Books::new().await;
    let day = json!({ "valid_until": "2099-01-31" });
    let mut sent = 0;
    for _ in 0..4 {
        let twice = books.drafted(&quotes::create::ROUTE, &json!({})).await;
        let either = books.drafted(&quotes::create::ROUTE, &json!({})).await;

        let (one, two, out, back) = tokio::join!(
            books.on(&quotes::withdraw::ROUTE, &twice, &Value::Null),
            books.on(&quotes::withdraw::ROUTE, &twice, &Value::Null),
            books.on(&quotes::send::ROUTE, &either, &day),
            books.on(&quotes::withdraw::ROUTE, &either, &Value::Null),
        );

        for mut both in [[&one, &two], [&out, &back]] {
            both.sort_by_key(|answer| answer.status);
            let [won, lost] = both;
            assert_eq!(won.status, 200, "{}", won.body);
            assert_eq!((lost.status, lost.code()), (412, "stale_version"), "{}", lost.body);
        }
        sent += i64::from(out.status == 200);
    }
    assert_eq!(books.app.count("trade.quotes where status = 'withdrawn'").await, 8 - sent);
    assert_eq!(books.app.count("trade.quotes where status = 'sent'").await, sent);
    assert_eq!(books.app.count("trade.quote_snapshots").await, sent, "only what was sent is kept");
    let told = "finance.outbox_events where topic = 'finance.quote.sent.v1'";
    assert_eq!(books.app.count(told).await, sent);
    let numbers = "trade.quotes where (number is null) <> (status = 'withdrawn')";
    assert_eq!(books.app.count(numbers).await, 0, "a withdrawn draft has no number");
}

#[tokio::test]
async fn an_invoice_that_is_issued_and_changed_at_once_is_issued_as_it_stood() {
    let books = Books::new().await;
    let (none, more) = (json!({}), json!({ "lines": [line(20_000, "GB_STANDARD")] }));
    for _ in 0..4 {
        let draft = books.drafted(&create::ROUTE, &json!({})).await;

        let (issued, changed) = tokio::join!(
            books.on(&issue::ROUTE, &draft, &none),
            books.on(&update::ROUTE, &draft, &more),
        );

        let mut both = [&issued, &changed];
        both.sort_by_key(|answer| answer.status);
        assert_eq!(
            both.map(|answer| answer.status),
            [200, 412],
            "{} {}",
            issued.body,
            changed.body
        );
        let total = if issued.status == 200 { 12_000 } else { 24_000 };
        assert_eq!(books.invoice(&draft).await["total"], pence(total));
    }
    books.are_sound().await;
}

#[tokio::test]
async fn a_document_has_at_most_500_lines() {
    let books = Books::new().await;
    let of = |lines: usize| json!({ "lines": vec![line(1, "GB_ZERO"); lines] });
    let body = |lines: usize| {
        let mut body = of(lines);
        body["customer_ref"] = json!(CUSTOMER);
        body["customer"] = json!({ "name": "Kitchen" });
        body["currency"] = json!("GBP");
        body
    };
    for (create, update) in
        [(&quotes::create::ROUTE, &quotes::update::ROUTE), (&create::ROUTE, &update::ROUTE)]
    {
        let most = books.drafted(create, &of(500)).await;
        let one_more = books.app.call(create, books.call("treasurer").json(&body(501))).await;
        let again = books.on(update, &most, &of(500)).await;
        let too_many = books.on(update, &again.body, &of(501)).await;

        assert_eq!(most["total"], pence(500), "{}", create.name);
        assert_eq!((again.status, &again.body["total"]), (200, &pence(500)), "{}", update.name);
        for refused in [&one_more, &too_many] {
            assert_eq!((refused.status, refused.place()), (422, "/lines"), "{}", refused.body);
        }
    }
    let invoice = books.issued(&of(500)).await;
    let of = |credited: usize| {
        let id = &invoice["lines"][0]["id"];
        json!({ "lines": vec![json!({ "invoice_line_id": id }); credited] })
    };
    let none = books.credited(&invoice, &of(0)).await;
    let one_more = books.credited(&invoice, &of(501)).await;
    let all = invoice["lines"].as_array().unwrap().iter();
    let all: Vec<Value> = all.map(|line| json!({ "invoice_line_id": line["id"] })).collect();
    let credited = books.credited(&invoice, &json!({ "lines": all })).await;

    for refused in [&none, &one_more] {
        assert_eq!((refused.status, refused.place()), (422, "/lines"), "{}", refused.body);
    }
    assert_eq!((credited.status, &credited.body["total"]), (201, &pence(500)), "{}", credited.body);
    books.are_sound().await;
}
