//! An invoice from its draft to its last penny.
use serde_json::{Value, json};
use testdb::Call;
use types::ContactId;

use super::{CUSTOMER, line};
use crate::{
    invoices::{create, document, issue, pay, update, void, write_off},
    jobs::end_terms,
    tests::golden::{Books, is_documented, pence},
};

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
