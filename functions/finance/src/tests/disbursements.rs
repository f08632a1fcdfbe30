//! Payments to partners: what each step posts, and who may take it.
use serde_json::{Value, json};
use testdb::Answer;
use types::ContactId;

use super::golden::{Books, PROJECT, is_documented, pence};
use crate::disbursements::{approve, confirm, create, fail, send, withdraw};

const PARTNER: &str = "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3";
const MILESTONE: &str = "91458dfd-fa0d-5c65-8c5a-02ae591ca054";

/// A project with 100.00 and a partner; `usable` says when the partner's account may be paid to.
async fn books(usable: &str) -> Books {
    let books = Books::new().await;
    books.give(&json!({})).await;
    let (writer, checker) = (ContactId::new(), ContactId::new());
    let sql = format!(
        "insert into finance.ref_partners (id, version, label, status)
         values ('{PARTNER}', 1, '{{\"de\": \"Demir\", \"en\": \"Demir\"}}', 'active');
         insert into finance.ref_milestones (id, version, label, project_ref, status)
         values ('{MILESTONE}', 3, '{{\"de\": \"Ofen\", \"en\": \"Oven\"}}', '{PROJECT}', 'submitted');
         insert into giving.partner_bank_accounts (partner_ref, holder_name, currency, country, details_ciphertext,
           details_fingerprint, last_four, created_at, usable_from, created_by)
         values ('{PARTNER}', 'Demir', 'GBP', 'GB', '\\x00', sha256('a'), '9911', now() - interval '9 days', {usable},
           '{writer}');
         update giving.partner_bank_accounts set status = 'verified', verified_at = now(), verified_by = '{checker}'"
    );
    books.app.execute(&sql).await;
    books
}

impl Books {
    async fn account(&self) -> String {
        self.app.value("select id::text from giving.partner_bank_accounts").await
    }

    async fn propose(&self, more: &Value) -> Answer {
        let mut body = json!({
            "partner_ref": PARTNER, "project_ref": PROJECT, "amount": pence(4_000),
            "bank_account_id": self.account().await, "without_milestone_reason": "A survey",
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.app.call(&create::ROUTE, self.call("treasurer").json(&body)).await
    }

    /// A step of the payment in the version that is given, by somebody else than the proposer.
    async fn step(&self, route: &'static api::Route, payment: &Value, body: &Value) -> Answer {
        let tag = format!("\"{}\"", payment["version"]);
        let call = self.call(if route.name.contains("approve") { "approver" } else { "treasurer" });
        let call = call.contact(ContactId::new()).header("if-match", tag);
        self.app.call(route, call.path(payment["id"].as_str().unwrap()).json(body)).await
    }
}

#[tokio::test]
async fn a_payment_is_owed_sent_refused_by_the_bank_sent_again_and_paid() {
    let books = books("now() - interval '1 day'").await;

    let proposed = books.propose(&json!({})).await;
    let approved = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    let sent = books.step(&send::ROUTE, &approved.body, &json!({})).await;
    let failed = books.step(&fail::ROUTE, &sent.body, &json!({ "reason": "Account closed" })).await;
    let again = books.step(&send::ROUTE, &failed.body, &json!({})).await;
    let paid = books.step(&confirm::ROUTE, &again.body, &json!({ "bank_ref": "FP-1" })).await;

    let states = [&proposed, &approved, &sent, &failed, &again, &paid];
    let states = states.map(|answer| answer.body["status"].as_str().unwrap_or_default().to_owned());
    assert_eq!(
        states,
        ["proposed", "approved", "sending", "failed", "sending", "paid"],
        "{}",
        paid.body
    );
    for (kind, lines) in [
        ("disbursement.approved", "5000 P 4000, 2100 - -4000"),
        ("disbursement.sent", "2100 - 4000, 1020 - -4000"),
        ("disbursement.failed", "2100 - -4000, 1020 - 4000"),
        ("disbursement.paid", "1020 - 4000, 1000 - -4000"),
    ] {
        assert_eq!(books.newest(kind).await, lines);
        is_documented(lines);
    }
    let owed = "select sum(e.amount)::text from ledger.entries e join ledger.accounts a on a.id = e.account_id
                where a.code in ('2100', '1020')";
    assert_eq!((books.app.value(owed).await.as_str(), books.held().await.as_str()), ("0", "6000"));
    let party = format!("ledger.accounts where code = '2100' and counterparty_id = '{PARTNER}'");
    assert_eq!(books.app.count(&party).await, 1);
    books.are_sound().await;
}

#[tokio::test]
async fn a_bank_ref_is_of_one_payment() {
    let books = books("now() - interval '1 day'").await;

    for (status, code) in [(200, ""), (409, "conflict")] {
        let proposed = books.propose(&json!({ "amount": pence(100) })).await;
        let approved = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
        let sent = books.step(&send::ROUTE, &approved.body, &json!({})).await;
        let named = json!({ "bank_ref": "FP-1" });
        let paid = books.step(&confirm::ROUTE, &sent.body, &named).await;
        assert_eq!((paid.status, paid.code()), (status, code), "{}", paid.body);
    }
    assert_eq!(books.app.count("ledger.journals where kind = 'disbursement.paid'").await, 1);
    books.are_sound().await;
}

#[tokio::test]
async fn who_proposed_a_payment_does_not_approve_it() {
    let books = books("now() - interval '1 day'").await;
    let proposed = books.propose(&json!({})).await;
    let own = books
        .call("approver")
        .header("if-match", "\"1\"")
        .path(proposed.body["id"].as_str().unwrap());

    let own = books.app.call(&approve::ROUTE, own.json(&json!({}))).await;
    let approved = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    let twice = books.step(&approve::ROUTE, &approved.body, &json!({})).await;
    let stale = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;

    assert_eq!((own.status, own.code()), (403, "four_eyes"), "{}", own.body);
    assert_eq!(approved.status, 200, "{}", approved.body);
    assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
    assert_eq!((stale.status, stale.code()), (412, "stale_version"), "{}", stale.body);
    assert_eq!(books.app.count("ledger.journals where kind like 'disbursement%'").await, 1);
    books.are_sound().await;
}

#[tokio::test]
async fn an_approval_is_taken_back_exactly() {
    let books = books("now() - interval '1 day'").await;
    let proposed = books.propose(&json!({})).await;
    let approved = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    let why = json!({ "reason": "Done for nothing" });

    let withdrawn = books.step(&withdraw::ROUTE, &approved.body, &why).await;
    let again = books.step(&withdraw::ROUTE, &withdrawn.body, &why).await;

    assert_eq!(withdrawn.body["status"], "withdrawn", "{}", withdrawn.body);
    assert_eq!(again.status, 409, "{}", again.body);
    let lines = books.newest("disbursement.withdrawn").await;
    assert_eq!(lines, "5000 P -4000, 2100 - 4000");
    is_documented(&lines);
    assert_eq!(books.held().await, "10000");
    books.are_sound().await;
}

#[tokio::test]
async fn a_milestone_pays_once_and_only_in_the_version_that_was_approved() {
    let books = books("now() - interval '1 day'").await;
    let of = |version: i32| json!({ "milestone_ref": MILESTONE, "milestone_version": version, "without_milestone_reason": null });

    let proposed = books.propose(&of(3)).await;
    let second = books.propose(&of(3)).await;
    let early = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    books.app.execute("update finance.ref_milestones set version = 4, status = 'approved'").await;
    let reopened = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    let next = books.propose(&of(4)).await;
    let approved = books.step(&approve::ROUTE, &next.body, &json!({})).await;

    assert_eq!((proposed.status, second.status), (201, 409), "{} {}", proposed.body, second.body);
    assert_eq!((early.status, early.code()), (409, "milestone_not_approved"), "{}", early.body);
    assert_eq!(
        (reopened.status, reopened.code()),
        (409, "milestone_not_approved"),
        "{}",
        reopened.body
    );
    assert_eq!(approved.status, 200, "{}", approved.body);
    books.are_sound().await;
}

#[tokio::test]
async fn a_new_bank_account_waits_and_an_empty_fund_pays_nothing() {
    let books = books("now() + interval '1 day'").await;

    let proposed = books.propose(&json!({})).await;
    let approved = books.step(&approve::ROUTE, &proposed.body, &json!({})).await;
    let cooling = books.step(&send::ROUTE, &approved.body, &json!({})).await;
    let much = books.propose(&json!({ "amount": pence(6_001) })).await;
    let much = books.step(&approve::ROUTE, &much.body, &json!({})).await;

    assert_eq!(
        (cooling.status, cooling.code()),
        (409, "bank_account_unusable"),
        "{}",
        cooling.body
    );
    assert_eq!((much.status, much.code()), (402, "insufficient_funds"), "{}", much.body);
    assert_eq!(books.app.count("giving.disbursement_attempts").await, 0);
    books.are_sound().await;
}
