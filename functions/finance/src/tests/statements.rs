//! Our bank's statements are taken in, and people say what their lines are.
use serde_json::{Value, json};
use testdb::{Answer, Call, Transport};

use super::golden::{Books, is_documented, pence};
use crate::{bank_accounts, bank_lines, bank_statements, jobs::reconcile_bank, reconciliations};

impl Books {
    async fn bank(&self) -> Value {
        let body =
            json!({ "name": "Main", "bank": "Bank", "last_four": "1234", "currency": "GBP" });
        let call = self.call("treasurer").json(&body);
        let answer = self.app.call(&bank_accounts::create::ROUTE, call).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// A statement of today: lines of these amounts, named by these references.
    async fn statement(&self, bank: &Value, lines: &[(&str, i64)]) -> Answer {
        let today = self.app.value("select finance.today()::text").await;
        let listed: Vec<_> = lines
            .iter()
            .map(|(reference, amount)| json!({ "bank_ref": reference, "booked_on": today, "amount": pence(*amount) }))
            .collect();
        let body = json!({
            "bank_account_id": bank["id"], "number": "1", "opens_on": today, "closes_on": today, "opening": pence(0),
            "closing": pence(lines.iter().map(|(_, amount)| amount).sum()), "lines": listed,
        });
        let call = self.call("treasurer").json(&body);
        self.app.call(&bank_statements::create::ROUTE, call).await
    }

    async fn line(&self, reference: &str) -> Value {
        let id = format!("select id::text from finance.bank_lines where bank_ref = '{reference}'");
        let call = Call::role("auditor").path(&self.app.value(&id).await);
        self.app.call(&bank_lines::find::ROUTE, call).await.body
    }

    async fn take_line(&self, route: &'static api::Route, line: &Value, body: &Value) -> Answer {
        let call = self.call("treasurer").path(line["id"].as_str().unwrap());
        let call = call.header("if-match", format!("\"{}\"", line["version"])).json(body);
        self.app.call(route, call).await
    }

    async fn matched(&self, reference: &str, with: Value) -> Answer {
        let line = self.line(reference).await;
        self.take_line(&bank_lines::match_line::ROUTE, &line, &json!({ "with": with })).await
    }

    async fn journal(&self, kind: &str) -> String {
        let sql = format!(
            "select id::text from ledger.journals where kind = '{kind}' order by id desc limit 1"
        );
        self.app.value(&sql).await
    }

    async fn payout(&self, reference: &str) -> String {
        let payout = json!({ "payout_ref": reference, "amount_minor": 9_830, "currency": "GBP", "status": "paid" });
        self.app.execute(&format!("select giving.hear_payout('stripe', '{payout}', 'test')")).await;
        self.app
            .value(&format!(
                "select id::text from giving.payouts where processor_ref = '{reference}'"
            ))
            .await
    }
}

fn says(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.body);
}

#[tokio::test]
async fn a_statement_is_taken_in_once_and_joins_those_beside_it() {
    let books = Books::new().await;
    let bank = books.bank().await;
    let month = |number: &str, month: &str, opening: i64, amount: i64| {
        json!({
            "bank_account_id": bank["id"], "number": number, "opens_on": format!("{month}-01"),
            "closes_on": format!("{month}-28"), "opening": pence(opening), "closing": pence(opening + amount),
            "lines": [{ "bank_ref": number, "booked_on": format!("{month}-02"), "amount": pence(amount) }],
        })
    };
    let send = async |body: &Value| {
        books.app.call(&bank_statements::create::ROUTE, books.call("treasurer").json(body)).await
    };
    let with = |pointer: &str, value: Value| {
        let mut body = month("9", "2026-02", 500, 100);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };

    let january = month("1", "2026-01", -100, 600);
    let call = books.call("treasurer").json(&january);
    let first = books.app.call(&bank_statements::create::ROUTE, call).await;
    let again = Call::role("treasurer").header("idempotency-key", "call-2").json(&january);
    let again = books.app.call(&bank_statements::create::ROUTE, again).await;
    let file = send(&january).await;
    let number = send(&month("1", "2026-03", 500, 1)).await;
    let mut twice = month("2", "2026-03", 500, 1);
    twice["lines"][0]["bank_ref"] = json!("1");
    let twice = send(&twice).await;
    let mut gap = month("3", "2026-01", 501, 1);
    (gap["opens_on"], gap["closes_on"]) = (json!("2026-01-29"), json!("2026-01-31"));
    gap["lines"][0]["booked_on"] = json!("2026-01-30");
    let no_gap = {
        let mut body = gap.clone();
        body["opening"] = pence(500);
        body["closing"] = pence(501);
        body
    };
    let gap = send(&gap).await;
    let no_gap = send(&no_gap).await;
    // What lies between must fit on both sides.
    let before = send(&{
        let mut body = month("4", "2025-12", 0, -99);
        body["closes_on"] = json!("2025-12-31");
        body
    })
    .await;

    assert_eq!((first.status, &first.body["unmatched"]), (201, &json!(1)), "{}", first.body);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    says(&file, 409, "already_recorded");
    for refused in [&number, &twice] {
        says(refused, 409, "conflict");
    }
    for refused in [&gap, &before] {
        says(refused, 409, "statement_gap");
    }
    assert_eq!(no_gap.status, 201, "{}", no_gap.body);
    let future = books.app.value("select (finance.today() + 1)::text").await;
    for (body, place) in [
        (with("/closing/amount", json!(601)), "/closing/amount"),
        (with("/closing/currency", json!("EUR")), "/closing/currency"),
        (with("/lines/0/amount/currency", json!("EUR")), "/lines/0/amount/currency"),
        (with("/lines/0/amount/amount", json!(0)), "/lines/0/amount/amount"),
        (with("/lines/0/booked_on", json!("2026-03-01")), "/lines/0/booked_on"),
        (with("/closes_on", json!("2026-01-31")), "/closes_on"),
        (with("/closes_on", json!(future)), "/closes_on"),
        (with("/bank_account_id", json!(types::BankAccountId::new())), "/bank_account_id"),
    ] {
        let refused = send(&body).await;
        assert_eq!((refused.status, refused.place()), (422, place), "{body}: {}", refused.body);
    }
    let doubled = with("/lines", json!([january["lines"][0], january["lines"][0]]));
    let doubled = send(&{
        let mut body = doubled;
        (body["opens_on"], body["closing"]) = (json!("2026-01-01"), pence(1_700));
        body
    })
    .await;
    assert_eq!((doubled.status, doubled.place()), (422, "/lines/1/bank_ref"), "{}", doubled.body);
    assert_eq!(books.app.count("finance.bank_statements").await, 2);
    assert_eq!(books.app.count("finance.bank_lines").await, 2);

    let tag = |version: i32| {
        Call::role("treasurer")
            .path(bank["id"].as_str().unwrap())
            .header("if-match", format!("\"{version}\""))
    };
    let closed = books.app.call(&bank_accounts::close::ROUTE, tag(1)).await;
    let stale = books.app.call(&bank_accounts::close::ROUTE, tag(1)).await;
    let closed_twice = books.app.call(&bank_accounts::close::ROUTE, tag(2)).await;
    let late = send(&month("5", "2026-06", 0, 1)).await;
    assert_eq!(closed.status, 200, "{}", closed.body);
    says(&stale, 412, "stale_version");
    says(&closed_twice, 409, "conflict");
    says(&late, 409, "conflict");
    books.are_sound().await;
}

#[tokio::test]
async fn the_job_finds_what_it_can_and_a_person_says_the_rest_and_takes_it_back() {
    let mut books = Books::new().await;
    // For the rehearsal, which statements over HTTP cannot do.
    books.app = books.app.over(Transport::TcpDirect);
    for reference in ["AB1", "AB2", "AB3"] {
        books.give(&json!({ "processor": "bank_transfer", "processor_ref": reference })).await;
    }
    let [first, second] = [books.payout("po_1").await, books.payout("po_2").await];
    let bank = books.bank().await;
    let lines = [("AB1", 10_000), ("P", 9_830), ("BOTH", 20_000), ("FEE", -350)];
    let taken = books.statement(&bank, &lines).await;
    assert_eq!(taken.status, 201, "{}", taken.body);

    let ran = books.app.run(&reconcile_bank::JOB).await.result.unwrap();
    assert_eq!((&ran["matched"], &ran["different"]), (&json!(1), &json!(1)), "{ran}");
    let line = books.line("P").await;
    let candidates = line["candidates"].as_array().unwrap();
    assert_eq!((candidates.len(), &candidates[0]["is_named"]), (2, &json!(false)), "{line}");

    // A rehearsal shows what would be posted, and leaves nothing.
    let with_first = json!([{ "payout_id": first }]);
    let call = books.call("treasurer").path(line["id"].as_str().unwrap()).query("dry_run=true");
    let call = call.header("if-match", "\"1\"").json(&json!({ "with": with_first }));
    let dry = books.app.call(&bank_lines::match_line::ROUTE, call).await;
    assert_eq!(
        (dry.status, dry.body["postings"].as_array().map(Vec::len)),
        (200, Some(2)),
        "{}",
        dry.body
    );
    assert_eq!(books.app.count("finance.recon_matches where matched_by = 'person'").await, 0);

    let matched = books.matched("P", with_first.clone()).await;
    assert_eq!(
        (matched.status, &matched.body["status"]),
        (200, &json!("matched")),
        "{}",
        matched.body
    );
    assert_eq!(books.newest("payout.received").await, "1000 - 9830, 1010 - -9830");
    let wrong = json!({ "reason": "It was the other one." });
    let open = books.take_line(&bank_lines::reopen::ROUTE, &matched.body, &wrong).await;
    assert_eq!((open.status, &open.body["status"]), (200, &json!("unmatched")), "{}", open.body);
    assert_eq!(open.body["matches"][0]["undo_reason"], "It was the other one.");
    let back = books.newest("payout.unmatched").await;
    assert_eq!(back, "1000 - -9830, 1010 - 9830");
    is_documented(&back);

    // The job does not find again what was taken back: the other one is alone now.
    let ran = books.app.run(&reconcile_bank::JOB).await.result.unwrap();
    assert_eq!(ran["matched"], 1, "{ran}");
    assert_eq!(books.line("P").await["matches"][1]["payout_id"], json!(second));
    let states = "select string_agg(status, ' ' order by processor_ref) from giving.payouts";
    assert_eq!(books.app.value(states).await, "paid reconciled");

    // One line that is two gifts, and one that is nothing in the books.
    let gifts = books.app.value("select string_agg(journal_id::text, ' ' order by provider_ref) from giving.contributions").await;
    let gifts: Vec<_> = gifts.split(' ').collect();
    let half = books.matched("BOTH", json!([{ "journal_id": gifts[1] }])).await;
    let taken = books
        .matched("BOTH", json!([{ "journal_id": gifts[0] }, { "journal_id": gifts[1] }]))
        .await;
    let both = json!([{ "journal_id": gifts[1] }, { "journal_id": gifts[2] }]);
    let both = books.matched("BOTH", both).await;
    says(&half, 409, "conflict");
    says(&taken, 409, "already_matched");
    assert_eq!(both.status, 200, "{}", both.body);
    let fee = books.line("FEE").await;
    let aside = json!({ "reason": "Given back tomorrow." });
    let ignored = books.take_line(&bank_lines::ignore::ROUTE, &fee, &aside).await;
    let twice = books.take_line(&bank_lines::ignore::ROUTE, &ignored.body, &aside).await;
    assert_eq!(
        (ignored.status, &ignored.body["ignored_reason"]),
        (200, &json!("Given back tomorrow."))
    );
    says(&twice, 409, "line_state");

    let left = Call::role("auditor").query("filter[status]=unmatched");
    let left = books.app.call(&bank_lines::list::ROUTE, left).await;
    assert_eq!(left.body["data"], json!([]));
    let told = books.app.call(&reconciliations::ROUTE, Call::role("auditor")).await;
    assert_eq!(told.body["data"][0]["outcome"], "different", "{}", told.body);
    books.are_sound().await;
}

#[tokio::test]
async fn no_journal_is_matched_with_more_than_it_moves() {
    let books = Books::new().await;
    books.give(&json!({ "processor": "bank_transfer", "processor_ref": "whole" })).await;
    let gift = books.journal("contribution.settled").await;
    books.give(&json!({})).await;
    let card = books.journal("contribution.settled").await;
    let payout = books.payout("po_1").await;
    let failed = books.payout("po_2").await;
    let told = json!({ "payout_ref": "po_2", "amount_minor": 9_830, "currency": "GBP", "status": "failed" });
    books.app.execute(&format!("select giving.hear_payout('stripe', '{told}', 'test')")).await;
    let bank = books.bank().await;
    books.statement(&bank, &[("A", 4_000), ("B", 6_000), ("C", 6_000), ("D", -10_000)]).await;
    let part = |amount: i64| json!([{ "journal_id": gift, "amount": pence(amount) }]);

    for (line, with, status, code) in [
        ("A", json!([]), 422, "invalid_request"),
        ("A", json!([{ "journal_id": gift, "payout_id": payout }]), 422, "invalid_request"),
        ("A", json!([{ "journal_id": types::JournalId::new() }]), 422, "invalid_request"),
        ("A", json!([{ "payout_id": types::PayoutId::new() }]), 422, "invalid_request"),
        ("A", json!([{ "journal_id": card }]), 422, "invalid_request"),
        (
            "A",
            json!([{ "journal_id": gift, "amount": { "amount": 4_000, "currency": "EUR" } }]),
            422,
            "invalid_request",
        ),
        (
            "A",
            json!([{ "journal_id": gift, "amount": pence(2_000) }, { "journal_id": gift, "amount": pence(2_000) }]),
            422,
            "invalid_request",
        ),
        ("A", json!([{ "payout_id": payout }]), 409, "conflict"),
        ("A", json!([{ "payout_id": failed }]), 409, "conflict"),
        ("A", part(4_001), 409, "conflict"),
        ("D", part(-10_000), 409, "already_matched"),
    ] {
        says(&books.matched(line, with).await, status, code);
    }
    assert_eq!(books.app.count("finance.recon_matches").await, 0);
    assert_eq!(books.app.count("ledger.journals where kind = 'payout.received'").await, 0);

    // Both want what is left of the gift, at the same time.
    let first = books.matched("A", part(4_000)).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let (b, c) = tokio::join!(books.matched("B", part(6_000)), books.matched("C", part(6_000)));
    let mut ends = [&b, &c].map(|answer| (answer.status, answer.code().to_owned()));
    ends.sort();
    assert_eq!(
        ends,
        [(200, String::new()), (409, "already_matched".to_owned())],
        "{} {}",
        b.body,
        c.body
    );

    // What was taken back moved nothing that the bank has seen.
    let post = format!(
        "select ledger.reverse(ledger.book(null, 'journal.manual', finance.today(), 'journal', gen_random_uuid(), 'GBP',
           array['1000', '4000'], array[null, '{}']::uuid[], array[6000, -6000], null, 'test', p_reason => 'Found'),
           'journal.reversal', 'journal', gen_random_uuid(), 'Lost again', null, 'test')",
        super::golden::GENERAL
    );
    books.app.execute(&post).await;
    let waiting = if b.status == 200 { "C" } else { "B" };
    for kind in ["journal.manual", "journal.reversal"] {
        let journal = books.journal(kind).await;
        says(&books.matched(waiting, json!([{ "journal_id": journal }])).await, 409, "conflict");
    }
    books.are_sound().await;
}
