//! Where partners are paid: who writes it down, who verifies it, and who reads it.
use api::Route;
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::ContactId;

use crate::{
    disbursements::send,
    partner_bank_accounts::{create, list, read_details, retire, verify},
};

const PARTNER: &str = "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3";
const APPROVED: &str = "f7f49853-c933-517d-a7b3-8a5e139a4a81";
const KNOWN: &str = "56d4a3e9-868c-529b-9408-60f1aedb34d4";

fn account(number: &str) -> Value {
    json!({
        "partner_ref": PARTNER, "holder_name": "Demir", "currency": "GBP",
        "details": { "sort_code": "20-00-00", "account_number": number },
    })
}

async fn write_down(app: &App, key: &str, writer: ContactId, body: &Value) -> Answer {
    let call = Call::role("treasurer").contact(writer).header("idempotency-key", key);
    app.call(&create::ROUTE, call.json(body)).await
}

async fn step(app: &App, route: &'static Route, account: &Value, who: ContactId) -> Answer {
    let call = Call::role("approver").contact(who).path(account["id"].as_str().unwrap());
    app.call(route, call.header("if-match", format!("\"{}\"", account["version"]))).await
}

#[tokio::test]
async fn an_account_is_verified_by_somebody_else_once() {
    let app = App::new(Domain::Finance).await;
    let (writer, checker, other) = (ContactId::new(), ContactId::new(), ContactId::new());
    let written = write_down(&app, "new", writer, &account("55779912")).await;

    let own = step(&app, &verify::ROUTE, &written.body, writer).await;
    let (one, two) = tokio::join!(
        step(&app, &verify::ROUTE, &written.body, checker),
        step(&app, &verify::ROUTE, &written.body, other)
    );
    let verified = if one.status == 200 { &one } else { &two };
    let twice = step(&app, &verify::ROUTE, &verified.body, other).await;
    let retired = step(&app, &retire::ROUTE, &verified.body, writer).await;
    let again = step(&app, &retire::ROUTE, &retired.body, writer).await;
    let late = step(&app, &verify::ROUTE, &retired.body, checker).await;

    assert_eq!((own.status, own.code()), (403, "four_eyes"), "{}", own.body);
    let mut answers = [(one.status, one.code()), (two.status, two.code())];
    answers.sort_unstable();
    assert_eq!(answers, [(200, ""), (412, "stale_version")]);
    assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
    assert_eq!(
        (retired.status, &retired.body["status"]),
        (200, &json!("retired")),
        "{}",
        retired.body
    );
    assert_eq!((again.status, late.status), (409, 409), "{} {}", again.body, late.body);
}

#[tokio::test]
async fn the_same_account_is_written_down_once_per_partner_whatever_key_sealed_it() {
    let app = App::new(Domain::Finance).await;
    let writer = ContactId::new();
    let iban = |iban: &str| {
        let mut account = account("");
        account["details"] = json!({ "iban": iban });
        account
    };

    let first = write_down(&app, "one", writer, &account("55779912")).await;
    let replayed = write_down(&app, "one", writer, &account("55779912")).await;
    let reused = write_down(&app, "one", writer, &account("55779913")).await;
    let (left, right) = {
        let body = account("55779914");
        tokio::join!(
            write_down(&app, "left", writer, &body),
            write_down(&app, "right", writer, &body)
        )
    };
    let seeded = write_down(&app, "two", writer, &account("55779911")).await;
    // GB, check digits, a bank, 200000, 55779911.
    let british = (2..=98).map(|check| format!("GB{check:02}BARC20000055779911"));
    let mut taken = Vec::new();
    for (place, number) in british.enumerate() {
        let answer = write_down(&app, &format!("iban-{place}"), writer, &iban(&number)).await;
        if answer.status != 422 {
            taken.push((answer.status, answer.code().to_owned()));
        }
    }
    let retired = step(&app, &retire::ROUTE, &first.body, writer).await;
    let back = write_down(&app, "three", writer, &account("55779912")).await;

    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((replayed.status, &replayed.body), (201, &first.body));
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"), "{}", reused.body);
    let mut both = [left.status, right.status];
    both.sort_unstable();
    assert_eq!(both, [201, 409]);
    assert_eq!((seeded.status, seeded.code()), (409, "conflict"), "{}", seeded.body);
    assert_eq!(taken, [(409, "conflict".to_owned())]);
    assert_eq!((retired.status, back.status), (200, 201), "{} {}", retired.body, back.body);
}

#[tokio::test]
async fn details_are_nowhere_but_sealed() {
    let app = App::new(Domain::Finance).await;

    let written = write_down(&app, "new", ContactId::new(), &account("41827364")).await;
    let listed = app.call(&list::ROUTE, Call::role("auditor")).await;

    assert_eq!(written.status, 201, "{}", written.body);
    assert_eq!(written.body["last_four"], "7364");
    for shown in [&written.body, &listed.body] {
        assert!(!shown.to_string().contains("41827364"), "{shown}");
        assert!(!shown.to_string().contains("details"), "{shown}");
    }
    for kept in [
        "select coalesce(string_agg(t::text, ' '), '') from giving.partner_bank_accounts t",
        "select coalesce(string_agg(t::text, ' '), '') from finance.audit_logs t",
        "select coalesce(string_agg(t::text, ' '), '') from finance.idempotency_keys t",
        "select coalesce(string_agg(t::text, ' '), '') from finance.outbox_events t",
    ] {
        assert!(!app.value(kept).await.contains("41827364"), "{kept}");
    }
    let body = account("41827364").to_string();
    let digests = format!("finance.idempotency_keys where fingerprint = sha256('{body}')");
    assert_eq!(
        app.count(&digests).await,
        0,
        "few digits are found in a plain digest by trying all"
    );
}

#[tokio::test]
async fn a_payment_goes_to_a_verified_account_past_its_first_days_only() {
    let app = App::new(Domain::Finance).await;
    let (writer, checker) = (ContactId::new(), ContactId::new());
    let written = write_down(&app, "new", writer, &account("55779912")).await;
    let id = written.body["id"].as_str().unwrap();
    let order = async || {
        let call = Call::role("treasurer").path(APPROVED).header("if-match", "\"2\"");
        let call = call.header("idempotency-key", format!("send-{}", ContactId::new()));
        app.call(&send::ROUTE, call.json(&json!({ "bank_account_id": id }))).await
    };

    let unverified = order().await;
    let verified = step(&app, &verify::ROUTE, &written.body, checker).await;
    let cooling = order().await;
    // As if it had been written down four days ago; the guards of the row are away meanwhile.
    app.execute(
        "alter table giving.partner_bank_accounts disable trigger user;
         update giving.partner_bank_accounts set created_at = now() - interval '4 days', usable_from = now() - interval '1 day'
         where last_four = '9912';
         alter table giving.partner_bank_accounts enable trigger user",
    )
    .await;
    let sent = order().await;

    assert_eq!(
        (unverified.status, unverified.code()),
        (409, "bank_account_unusable"),
        "{}",
        unverified.body
    );
    assert_eq!(verified.status, 200, "{}", verified.body);
    assert_eq!(
        (cooling.status, cooling.code()),
        (409, "bank_account_unusable"),
        "{}",
        cooling.body
    );
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!(sent.body["bank_account_id"], id);
}

#[tokio::test]
async fn who_reads_details_is_noted() {
    let app = App::new(Domain::Finance).await;
    let reader = ContactId::new();
    let noted = format!(
        "finance.audit_logs where action = 'partner_bank_account.read_details' and change_type = 'read'
         and entity_id = '{KNOWN}' and context_entity_id = '{APPROVED}' and actor_contact_id = '{reader}'"
    );
    let read = async || {
        app.call(&read_details::ROUTE, Call::role("treasurer").contact(reader).path(APPROVED)).await
    };

    let shown = read().await;
    let notes = app.count(&noted).await;
    app.execute("update giving.partner_bank_accounts set status = 'retired'").await;
    let refused = read().await;

    assert_eq!(shown.status, 200, "{}", shown.body);
    let details = json!({ "sort_code": "200000", "account_number": "55779911" });
    assert_eq!(shown.body["details"], details);
    assert_eq!(shown.header("cache-control"), Some("private, no-store"));
    assert_eq!(
        (refused.status, refused.code()),
        (409, "bank_account_unusable"),
        "{}",
        refused.body
    );
    assert_eq!((notes, app.count(&noted).await), (1, 1));
}

#[tokio::test]
async fn a_pound_account_by_sort_code_is_in_pounds() {
    let app = App::new(Domain::Finance).await;
    let mut euros = account("55779912");
    euros["currency"] = json!("EUR");

    let refused = write_down(&app, "euros", ContactId::new(), &euros).await;

    assert_eq!((refused.status, refused.place()), (422, "/currency"), "{}", refused.body);
}
