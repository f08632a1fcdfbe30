//! What each flow posts, as tables: `code fund amount`, one line each, minor units, debit positive. The tables of
//! docs/finance.md are these.
use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call, Transport};
use types::ContactId;

use crate::{allocations, contributions, contributors, refunds};

pub(super) const PROJECT: &str = "03262721-01f4-5300-9f04-f6a6dee60d17";
pub(super) const GENERAL: &str = "04b25f59-033c-502c-ac71-430477286633";

/// A currency that our books do not take.
pub(super) const OTHER: &str = "THB";

/// Books with nothing in them but a contributor.
pub(super) struct Books {
    pub(super) app: App,
    pub(super) ada: String,
    calls: std::cell::Cell<u32>,
}

impl Books {
    pub(super) async fn new() -> Books {
        let app = App::empty(Domain::Finance).await;
        let body = json!({ "type": "individual", "display_name": "Ada" });
        let ada = app.created(&contributors::create::ROUTE, "treasurer", &body).await;
        let ada = ada["id"].as_str().unwrap().to_owned();
        Books { app, ada, calls: std::cell::Cell::new(0) }
    }

    /// A call with a key of its own.
    pub(super) fn call(&self, role: &str) -> Call {
        self.calls.set(self.calls.get() + 1);
        Call::role(role).header("idempotency-key", format!("call-{}", self.calls.get()))
    }

    /// What a treasurer is answered.
    pub(super) async fn asked(&self, route: &'static api::Route, body: &Value) -> testdb::Answer {
        self.app.call(route, self.call("treasurer").json(body)).await
    }

    pub(super) async fn give(&self, more: &Value) -> Value {
        let mut body = json!({
            "contributor_id": self.ada, "project_ref": PROJECT,
            "amount": { "amount": 10_000, "currency": "GBP" },
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer =
            self.app.call(&contributions::create::ROUTE, self.call("treasurer").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    pub(super) async fn refund(&self, contribution: &Value, body: &Value) -> testdb::Answer {
        let call = self.call("treasurer").path(contribution["id"].as_str().unwrap()).json(body);
        self.app.call(&refunds::create::ROUTE, call).await
    }

    /// The lines of a journal, in order; the fund as `P`, `T`, `S` or `GEN`, `-` where there is none.
    pub(super) async fn lines(&self, journal: &Value) -> String {
        let journal = journal.as_str().expect("a journal");
        self.app
            .value(&format!(
                "select string_agg(a.code || ' ' || case
                     when f.code is null then '-' when f.code = 'GEN' then 'GEN' else upper(left(f.code, 1)) end
                   || ' ' || e.amount, ', ' order by e.line)
                 from ledger.entries e join ledger.accounts a on a.id = e.account_id
                 left join ledger.funds f on f.id = a.fund_id
                 where e.journal_id = '{journal}'"
            ))
            .await
    }

    /// The lines of the newest journal of a kind.
    pub(super) async fn newest(&self, kind: &str) -> String {
        let journal = format!(
            "select id::text from ledger.journals where kind = '{kind}' order by id desc limit 1"
        );
        self.lines(&json!(self.app.value(&journal).await)).await
    }

    /// What the fund of the project holds.
    pub(super) async fn held(&self) -> String {
        let fund = format!("select id from ledger.funds where code = 'project:{PROJECT}'");
        self.app.value(&format!("select ledger.fund_balance(({fund}), 'GBP')::text")).await
    }

    /// Every rule of the books holds; to be asked last.
    pub(super) async fn are_sound(&self) {
        let breaks = "select coalesce(string_agg(invariant || ' ' || what, '; '), '') from ledger.invariant_breaks";
        assert_eq!(self.app.value(breaks).await, "");
    }
}

/// That docs/finance.md says so too.
#[track_caller]
pub(super) fn is_documented(lines: &str) {
    let page = include_str!("../../../../docs/finance.md");
    assert!(page.contains(&format!("`{lines}`")), "docs/finance.md does not say: {lines}");
}

/// `body` with the members of `more`.
pub(super) fn with(body: &Value, more: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

pub(super) fn pence(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "GBP" })
}

#[tokio::test]
async fn gifts() {
    let books = Books::new().await;
    let by_card = |more: Value| {
        let mut card = json!({ "processor": "stripe", "processor_ref": format!("pi_{more}") });
        card.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        card
    };

    let cash = books.give(&json!({})).await;
    let card = books.give(&by_card(json!({ "fee": pence(170) }))).await;
    let covered = books.give(&by_card(json!({ "fee": pence(191), "fee_cover": pence(191) }))).await;
    let tipped = books.give(&by_card(json!({ "fee": pence(210), "tip": pence(500) }))).await;
    let theme = json!({ "project_ref": null, "theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19" });
    let theme = books.give(&theme).await;
    let anywhere = books.give(&json!({ "project_ref": null })).await;
    let transfer =
        books.give(&json!({ "processor": "bank_transfer", "processor_ref": "AB1" })).await;
    let euros = json!({ "amount": { "amount": 9_900, "currency": "EUR" } });
    let euros = books.give(&euros).await;
    let shown = json!({ "presentment": { "amount": 11_600, "currency": "EUR" } });
    let shown = books
        .give(&by_card(json!({ "fee": pence(340) })).as_object().map_or(shown.clone(), |card| {
            let mut both = card.clone();
            both.extend(shown.as_object().unwrap().clone());
            Value::Object(both)
        }))
        .await;

    for (gift, lines) in [
        (&cash, "1200 - 10000, 4000 P -10000"),
        (&card, "1200 - 10000, 4000 P -10000, 5100 P 170, 1200 - -170"),
        (&covered, "1200 - 10191, 4000 P -10000, 4030 P -191, 5100 P 191, 1200 - -191"),
        (
            &tipped,
            "1200 - 10500, 4000 P -10000, 4040 GEN -500, 5100 P 200, 5100 GEN 10, 1200 - -210",
        ),
        (&theme, "1200 - 10000, 4000 T -10000"),
        (&anywhere, "1200 - 10000, 4000 GEN -10000"),
        (&transfer, "1000 - 10000, 4000 P -10000"),
        (&euros, "1200 - 9900, 4000 P -9900"),
        (&shown, "1200 - 10000, 4000 P -10000, 5100 P 340, 1200 - -340"),
    ] {
        assert_eq!(books.lines(&gift["journal_id"]).await, lines, "{gift}");
        if !lines.contains("9900") && !lines.contains("340") {
            is_documented(lines);
        }
    }
    assert_eq!(shown["presentment"], json!({ "amount": 11_600, "currency": "EUR" }));
    assert_eq!((&shown["fee_cover"], &tipped["tip"]), (&pence(0), &pence(500)));
    let fees =
        "select string_agg(amount_minor::text, ' ' order by created_at) from giving.processor_fees";
    assert_eq!(books.app.value(fees).await, "170 191 210 340");
    books.are_sound().await;
}

#[tokio::test]
async fn a_gift_that_its_processor_has_to_confirm_posts_nothing() {
    let books = Books::new().await;

    let gift = books.give(&json!({ "processor": "stripe", "processor_ref": "pi_1" })).await;
    let refused = books.refund(&gift, &json!({ "reason": "requested" })).await;

    assert_eq!((&gift["status"], &gift["journal_id"]), (&json!("created"), &Value::Null));
    assert_eq!((refused.status, refused.code()), (409, "not_refundable"));
    assert_eq!(books.app.count("ledger.journals").await, 0);
    books.are_sound().await;
}

#[tokio::test]
async fn refunds_of_gifts() {
    let books = Books::new().await;
    let card = json!({ "processor": "stripe", "fee": pence(170) });
    let back = |fee: &str| json!({ "reason": "requested", "fee": fee, "processor_ref": format!("re_{fee}") });

    let mut lines = Vec::new();
    for fee in ["kept", "returned", "covered"] {
        let gift = books.give(&card).await;
        let refund = books.refund(&gift, &back(fee)).await;
        assert_eq!(refund.status, 201, "{}", refund.body);
        lines.push(books.lines(&refund.body["journal_id"]).await);
    }

    assert_eq!(
        lines,
        [
            "4000 P 10000, 1200 - -10000",
            "4000 P 10000, 1200 - -10000, 1200 - 170, 5100 P -170",
            "4000 P 10000, 1200 - -10000, 5110 GEN 170, 5100 P -170",
        ]
    );
    lines.iter().for_each(|lines| is_documented(lines));
    // The fee of the first stays with the fund, which each refund then finds short; that of the third makes the platform
    // short too.
    assert_eq!(books.held().await, "-170");
    assert_eq!(books.app.count("ledger.shortfalls").await, 4);
    assert_eq!(
        books.app.count("finance.outbox_events where topic = 'finance.fund.overdrawn.v1'").await,
        4
    );
    books.are_sound().await;
}

#[tokio::test]
async fn refunds_in_parts_add_up_to_what_was_given() {
    let books = Books::new().await;
    let gift = json!({
        "processor": "stripe", "fee": pence(191), "fee_cover": pence(191), "tip": pence(500),
    });
    let gift = books.give(&gift).await;
    let part = |minor: i64, number: i64| json!({ "amount": pence(minor), "reason": "mistake", "fee": "covered", "processor_ref": format!("re_{number}") });

    let mut lines = Vec::new();
    let rest = json!({ "reason": "mistake", "fee": "covered", "processor_ref": "re_3" });
    let tip = json!({ "tip": pence(500), "reason": "mistake", "processor_ref": "re_4" });
    for body in [part(3_333, 1), part(3_333, 2), rest, tip] {
        let refund = books.refund(&gift, &body).await;
        assert_eq!(refund.status, 201, "{}", refund.body);
        lines.push(books.lines(&refund.body["journal_id"]).await);
    }
    let found = Call::role("auditor").path(gift["id"].as_str().unwrap());
    let found = books.app.call(&contributions::find::ROUTE, found).await;
    let listed = Call::role("auditor").path(gift["id"].as_str().unwrap()).query("limit=2");
    let listed = books.app.walk(&refunds::list::ROUTE, listed, "processor_ref").await;

    assert_eq!(
        lines,
        [
            "4000 P 3271, 4030 P 62, 1200 - -3333, 5110 GEN 60, 5100 P -60",
            "4000 P 3270, 4030 P 63, 1200 - -3333, 5110 GEN 59, 5100 P -59",
            "4000 P 3459, 4030 P 66, 1200 - -3525, 5110 GEN 63, 5100 P -63",
            "4040 GEN 500, 1200 - -500",
        ]
    );
    is_documented(&lines[3]);
    assert_eq!(found.body["status"], "refunded");
    assert_eq!(listed, ["re_4", "re_3", "re_2", "re_1"]);
    assert_eq!(books.held().await, "0");
    books.are_sound().await;
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_and_nothing_is_posted() {
    let books = Books::new().await;
    let gift = books.give(&json!({ "tip": pence(100) })).await;
    let amount = |minor: i64| json!({ "amount": pence(minor), "reason": "requested" });
    let first = books.refund(&gift, &amount(9_999)).await;
    let journals = books.app.count("ledger.journals").await;
    let cases = [
        (amount(2), 409, "not_refundable", ""),
        (json!({ "tip": pence(101), "reason": "requested" }), 409, "not_refundable", ""),
        (
            json!({ "amount": { "amount": 1, "currency": "EUR" }, "reason": "other" }),
            422,
            "invalid_request",
            "/amount/currency",
        ),
        (amount(0), 422, "invalid_request", "/amount/amount"),
        (json!({ "amount": pence(1) }), 422, "invalid_request", ""),
        (json!({ "amount": pence(1), "reason": "because" }), 422, "invalid_request", "/reason"),
    ];

    for (body, status, code, place) in cases {
        let refused = books.refund(&gift, &body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.place()),
            (status, code, place),
            "{body}"
        );
    }
    let rest = books.refund(&gift, &json!({ "reason": "requested" })).await;
    let nothing = books.refund(&gift, &json!({ "reason": "requested" })).await;

    assert_eq!((first.status, rest.status), (201, 201), "{}", rest.body);
    assert_eq!(rest.body["amount"], pence(1));
    assert_eq!((nothing.status, nothing.code()), (409, "not_refundable"));
    assert_eq!(books.app.count("ledger.journals").await, journals + 1);
    books.are_sound().await;
}

#[tokio::test]
async fn allocations_between_funds() {
    let books = Books::new().await;
    books.give(&json!({ "project_ref": null })).await;
    let stage = "01955b99-cd1c-5012-8330-995ed8a6be95";
    books
        .app
        .execute(&format!(
            "insert into finance.ref_stages (id, version, label, project_ref, status)
         values ('{stage}', 1, '{{\"de\": \"Eins\", \"en\": \"One\"}}', '{PROJECT}', 'open')"
        ))
        .await;
    let fund = books
        .app
        .value(&format!("select giving.purpose_fund('{PROJECT}', null, null)::text"))
        .await;
    let move_from = |from: &str, minor: i64, to: Value| {
        let body = json!({ "from_fund_id": from, "amount": pence(minor), "to": to, "reason": "Autumn round" });
        books.call("treasurer").json(&body)
    };
    let route = &allocations::create::ROUTE;

    let pool = json!([
        { "project_ref": PROJECT, "weight": 2 },
        { "theme_ref": "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19" },
    ]);
    let pool = books.app.call(route, move_from(GENERAL, 10_000, pool)).await;
    let inner =
        books.app.call(route, move_from(&fund, 5_000, json!([{ "stage_ref": stage }]))).await;
    let other = books.app.call(route, move_from(&fund, 100, json!([{ "fund_id": GENERAL }]))).await;
    let much =
        books.app.call(route, move_from(&fund, 1_668, json!([{ "stage_ref": stage }]))).await;

    assert_eq!((pool.status, inner.status), (201, 201), "{} {}", pool.body, inner.body);
    let mut lines = Vec::new();
    for row in
        pool.body["data"].as_array().unwrap().iter().chain(inner.body["data"].as_array().unwrap())
    {
        lines.push(books.lines(&row["journal_id"]).await);
    }
    assert_eq!(
        lines,
        ["3900 GEN 6667, 3900 P -6667", "3900 GEN 3333, 3900 T -3333", "3900 P 5000, 3900 S -5000"]
    );
    lines.iter().for_each(|lines| is_documented(lines));
    assert_eq!((other.status, other.code()), (409, "not_the_purpose"), "{}", other.body);
    assert_eq!((much.status, much.code()), (402, "insufficient_funds"), "{}", much.body);
    assert_eq!(books.held().await, "1667");
    books.are_sound().await;
}

#[tokio::test]
async fn an_allocation_goes_back_once_and_only_if_the_money_is_there() {
    let books = Books::new().await;
    books.give(&json!({ "project_ref": null })).await;
    let body = json!({
        "from_fund_id": GENERAL, "amount": pence(4_000), "to": [{ "project_ref": PROJECT }], "reason": "Round",
    });
    let made =
        books.app.call(&allocations::create::ROUTE, books.call("treasurer").json(&body)).await;
    let made = made.body["data"][0].clone();
    let reverse = |tag: &str| {
        let call =
            books.call("treasurer").header("if-match", tag).path(made["id"].as_str().unwrap());
        call.json(&json!({ "reason": "Called off" }))
    };
    let route = &allocations::reverse::ROUTE;

    let stale = books.app.call(route, reverse("\"1\"")).await;
    let first = reverse("\"2\"");
    let back = books.app.call(route, first.clone()).await;
    let again = books.app.call(route, first).await;
    let twice = books.app.call(route, reverse("\"3\"")).await;

    assert_eq!((stale.status, stale.place()), (412, "if-match"), "{}", stale.body);
    assert_eq!((back.status, &back.body["status"]), (200, &json!("reversed")), "{}", back.body);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&back.body, Some("true")));
    assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
    let lines = books.lines(&back.body["reversal_journal_id"]).await;
    assert_eq!(lines, "3900 GEN -4000, 3900 P 4000");
    is_documented(&lines);
    assert_eq!(books.held().await, "0");
    books.are_sound().await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_posted_and_keeps_nothing() {
    let mut books = Books::new().await;
    books.app = books.app.over(Transport::TcpDirect);
    books.give(&json!({ "project_ref": null })).await;
    let body = json!({
        "from_fund_id": GENERAL, "amount": pence(4_000), "to": [{ "project_ref": PROJECT }], "reason": "Round",
    });
    let (journals, keys) = (
        books.app.count("ledger.journals").await,
        books.app.count("finance.idempotency_keys").await,
    );
    let call = books.call("treasurer").json(&body);
    let much = json!({ "amount": pence(10_001), "from_fund_id": GENERAL, "to": body["to"], "reason": "Round" });

    let dry = books.app.call(&allocations::create::ROUTE, call.clone().query("dry_run=true")).await;
    let refused = books.call("treasurer").query("dry_run=true").json(&much);
    let refused = books.app.call(&allocations::create::ROUTE, refused).await;
    let odd = books.app.call(&allocations::create::ROUTE, call.clone().query("dry_run=1")).await;

    assert_eq!(dry.status, 200, "{}", dry.body);
    assert_eq!(
        dry.body["postings"],
        json!([
            { "kind": "allocation.confirmed", "code": "3900", "fund": "GEN", "amount": pence(4_000),
              "fund_balance_minor": 6_000 },
            { "kind": "allocation.confirmed", "code": "3900", "fund": format!("project:{PROJECT}"),
              "amount": pence(-4_000), "fund_balance_minor": 4_000 },
        ])
    );
    assert_eq!(dry.body["result"]["data"][0]["status"], "confirmed");
    assert_eq!(dry.log["round_trips"], 1);
    assert_eq!(
        (refused.status, odd.status, odd.place()),
        (402, 422, "dry_run"),
        "{}",
        refused.body
    );
    assert_eq!(books.app.count("ledger.journals").await, journals);
    assert_eq!(books.app.count("finance.idempotency_keys").await, keys);
    let done = books.app.call(&allocations::create::ROUTE, call).await;
    assert_eq!(done.status, 201, "{}", done.body);
    books.are_sound().await;
}

#[tokio::test]
async fn every_event_is_one_round_trip() {
    let mut books = Books::new().await;
    let (app, relay) = books.app.over(Transport::TcpDirect).through_relay().await;
    books.app = app;
    let contact = ContactId::new();
    books.give(&json!({})).await;
    relay.take_round_trips();

    let gift =
        books.give(&json!({ "tip": pence(100), "processor": "stripe", "fee": pence(90) })).await;
    let given = relay.take_round_trips();
    let body = json!({ "reason": "requested", "processor_ref": "re_1" });
    let warm = books.call("treasurer").contact(contact).path(gift["id"].as_str().unwrap());
    let warm = warm.query("dry_run=true").json(&body);
    books.app.call(&refunds::create::ROUTE, warm).await;
    relay.take_round_trips();
    let refund = books.refund(&gift, &body).await;

    assert_eq!(refund.status, 201, "{}", refund.body);
    assert_eq!((given, relay.take_round_trips()), (1, 1));
}
