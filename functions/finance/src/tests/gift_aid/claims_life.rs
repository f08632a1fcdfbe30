use serde_json::{Value, json};
use testdb::{App, Call};
use types::ContributionId;

use super::{Charity, bookkeeper};
use crate::gift_aid::claims::{create, export, find, list, receive, submit, validate, withdraw};

#[tokio::test]
async fn a_claim_goes_from_gifts_to_money_with_exact_postings() {
    let charity = Charity::new().await;
    let (ada, zoe) =
        (charity.person("Ada", "Lovelace").await, charity.person("Łukasz", "Zoë-Ćwik").await);
    for (who, pence, day) in
        [(&ada, 10_001, "2026-05-01"), (&ada, 1_003, "2025-04-05"), (&zoe, 999, "2025-04-06")]
    {
        charity.gift(who, pence, day).await;
    }
    charity.gift(&ada, 3, "2026-05-02").await;
    let before = charity.accrue().await;
    charity.declared(&ada).await;
    charity.declared(&zoe).await;

    let accrued = charity.accrue().await;
    let again = charity.accrue().await;
    let collected = charity.collect("A").await;
    let validated = charity.step(&validate::ROUTE, &collected.body, None).await;
    let submitted =
        charity.step(&submit::ROUTE, &validated.body, Some(&json!({ "channel": "upload" }))).await;
    let received = charity.receive(&submitted.body, 3_000, &[]).await;

    assert_eq!(before["accrued"], 0, "nobody has declared");
    assert_eq!(
        (&accrued["accrued"], &accrued["accrued_tax_minor"]),
        (&json!(3), &json!(2_999)),
        "3 pence are worth nothing"
    );
    assert_eq!(again["accrued"], 0);
    let first: Vec<&str> = collected.body["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["to"].as_str().unwrap())
        .collect();
    assert_eq!(first, ["L", "C", " "], "{}", collected.body["changes"]);
    let whole = &validated.body;
    assert_eq!(
        (&whole["line_count"], &whole["total"]["amount"], &whole["expected_tax_minor"]),
        (&json!(3), &json!(12_003), &json!(3_000))
    );
    assert_eq!(
        (&whole["earliest_on"], &whole["period_end"]),
        (&json!("2025-04-05"), &json!("2026-05-01"))
    );
    assert_eq!(submitted.body["status"], "accepted", "{}", submitted.body);
    assert_eq!(received.body["status"], "received", "{}", received.body);
    let accruals = charity.postings("gift_aid.accrued").await;
    let mut accruals: Vec<&str> = accruals.split(" | ").collect();
    accruals.sort_unstable();
    assert_eq!(
        accruals,
        ["1300 249, 4010:GEN -249", "1300 250, 4010:GEN -250", "1300 2500, 4010:GEN -2500"]
    );
    assert_eq!(charity.postings("gift_aid.claimed").await, "1310 3000, 1300 -2999, 4010:GEN -1");
    assert_eq!(charity.postings("gift_aid.received").await, "1000 3000, 1310 -3000");
    assert_eq!(
        (charity.balance("1300").await, charity.balance("1310").await),
        ("0".into(), "0".into())
    );
    charity.is_whole().await;
}

#[tokio::test]
async fn each_step_is_made_once_by_the_right_person_and_in_its_turn() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    charity.gift(&ada, 10_000, "2026-05-01").await;
    let empty = charity.collect("A").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let draft = charity.collect("A").await.body;
    let second = charity.collect("B").await;
    let upload = json!({ "channel": "upload" });

    let early = charity.step(&submit::ROUTE, &draft, Some(&upload)).await;
    let unpaid = charity.receive(&draft, 1, &[]).await;
    let call = |key: &str, version: &Value| {
        Call::role("treasurer")
            .path(draft["id"].as_str().unwrap())
            .header("if-match", format!("\"{version}\""))
            .header("idempotency-key", key)
    };
    let validated = charity.app.call(&validate::ROUTE, call("v", &draft["version"])).await;
    let repeated = charity.app.call(&validate::ROUTE, call("v", &draft["version"])).await;
    let stale = charity.app.call(&validate::ROUTE, call("w", &draft["version"])).await;
    let twice = charity.app.call(&validate::ROUTE, call("x", &validated.body["version"])).await;
    let version = &validated.body["version"];
    let own = charity
        .app
        .call(&submit::ROUTE, call("s", version).contact(bookkeeper()).json(&upload))
        .await;
    let off = charity
        .app
        .call(&submit::ROUTE, call("t", version).json(&json!({ "channel": "hmrc" })))
        .await;
    let submitted = charity.app.call(&submit::ROUTE, call("u", version).json(&upload)).await;
    let replayed = charity.app.call(&submit::ROUTE, call("u", version).json(&upload)).await;
    let late = charity.step(&withdraw::ROUTE, &submitted.body, None).await;
    let too_much = charity.receive(&submitted.body, 2_502, &[]).await;
    let wrong_line = charity.receive(&submitted.body, 2_500, &[2]).await;

    assert_eq!((empty.status, empty.code()), (409, "nothing_to_claim"));
    assert_eq!(
        (second.status, second.code()),
        (409, "nothing_to_claim"),
        "its gift is in the first claim"
    );
    assert_eq!((early.status, early.code()), (409, "claim_state"));
    assert_eq!((unpaid.status, unpaid.code()), (409, "claim_state"));
    assert_eq!((validated.status, &repeated.body), (200, &validated.body));
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    assert_eq!((stale.status, stale.code()), (412, "stale_version"));
    assert_eq!((twice.status, twice.code()), (409, "claim_state"));
    assert_eq!((own.status, own.code()), (403, "four_eyes"));
    assert_eq!((off.status, off.code()), (501, "tax_office_not_connected"));
    assert_eq!((submitted.status, &replayed.body), (200, &submitted.body));
    assert_eq!((late.status, late.code()), (409, "claim_state"));
    assert_eq!((too_much.status, too_much.code()), (422, "receipt_above_due"));
    assert_eq!((wrong_line.status, wrong_line.place()), (422, "/unpaid"));
    let kinds =
        "select string_agg(kind, ', ' order by kind) from ledger.journals where kind like 'gift%'";
    assert_eq!(
        charity.app.value(kinds).await,
        "gift_aid.accrued, gift_aid.claimed",
        "nothing is posted by what was refused"
    );
    charity.is_whole().await;
}

#[tokio::test]
async fn a_withdrawn_claim_gives_its_gifts_free() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.validated("A").await;

    let withdrawn = charity.step(&withdraw::ROUTE, &claim, None).await;
    let file = Call::role("auditor").path(claim["id"].as_str().unwrap()).path("schedule.ods");
    let file = charity.app.call(&export::ROUTE, file).await;
    let next = charity.collect("B").await;

    assert_eq!(withdrawn.body["status"], "withdrawn");
    assert_eq!((file.status, file.code()), (409, "claim_state"));
    assert_eq!(next.status, 201, "{}", next.body);
    let listed = charity
        .app
        .call(&list::ROUTE, Call::role("auditor").query("filter[status]=withdrawn"))
        .await;
    assert_eq!(listed.body["data"][0]["id"], claim["id"]);
    charity.is_whole().await;
}

#[tokio::test]
async fn a_receipt_that_is_short_by_a_line_leaves_that_line_to_be_claimed_again() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    for (pence, day) in [(1_000, "2026-05-01"), (2_000, "2026-05-02"), (4_000, "2026-05-03")] {
        charity.gift(&ada, pence, day).await;
    }
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.uploaded("A").await;

    let part = charity.receive(&claim, 250, &[]).await;
    let rest = charity.receive(&part.body, 1_000, &[2]).await;
    let blocked = charity.collect("B").await;
    charity.app.execute("update giving.contributor_addresses set house = '12A'").await;
    let next = charity.collect("B").await;

    assert_eq!(part.body["status"], "part_received");
    assert_eq!(
        (&rest.body["status"], &rest.body["received_minor"]),
        (&json!("received"), &json!(1_250))
    );
    assert_eq!(charity.postings("gift_aid.rejected").await, "1300 500, 1310 -500");
    assert_eq!(
        charity.postings("gift_aid.received").await,
        "1000 250, 1310 -250 | 1000 1000, 1310 -1000"
    );
    assert_eq!(blocked.code(), "nothing_to_claim", "until what was wrong has changed");
    assert_eq!(next.status, 201, "{}", next.body);
    charity.is_whole().await;
}

#[tokio::test]
async fn a_refund_after_the_claim_is_given_back_with_the_next_and_explained() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.uploaded("A").await;
    charity.receive(&claim, 2_500, &[]).await;
    charity.refund(&gift, 4_000, "partially_refunded").await;

    let booked = charity.accrue().await;
    let again = charity.accrue().await;
    charity.gift(&ada, 20_000, "2026-06-01").await;
    charity.accrue().await;
    let next = charity.uploaded("B").await;
    let received = charity.receive(&next, 4_000, &[]).await;

    assert_eq!(
        (&booked["to_give_back"], &booked["to_give_back_tax_minor"]),
        (&json!(1), &json!(1_000))
    );
    assert_eq!(again["to_give_back"], 0);
    assert_eq!(charity.postings("gift_aid.over_claimed").await, "4010:GEN 1000, 2300 -1000");
    assert_eq!(next["adjustment_minor"], 1_000);
    assert!(next["other_info"].as_str().unwrap().contains("01/05/26 10.00"), "{next}");
    assert!(
        charity.postings("gift_aid.claimed").await.ends_with("1310 4000, 1300 -5000, 2300 1000")
    );
    assert_eq!(received.body["status"], "received");
    assert_eq!(
        (charity.balance("2300").await, charity.balance("1310").await),
        ("0".into(), "0".into())
    );
    charity.is_whole().await;
}

#[tokio::test]
async fn a_refund_before_the_claim_leaves_no_tax_in_the_books_for_it() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let (whole, part) = (
        charity.gift(&ada, 10_000, "2026-05-01").await,
        charity.gift(&ada, 8_000, "2026-05-02").await,
    );
    charity.declared(&ada).await;
    charity.accrue().await;
    let draft = charity.collect("A").await.body;
    charity.refund(&whole, 10_000, "refunded").await;
    charity.refund(&part, 4_000, "partially_refunded").await;

    let nothing = charity.step(&validate::ROUTE, &draft, None).await;
    let gone = charity.step(&withdraw::ROUTE, &draft, None).await;
    let ran = charity.accrue().await;

    assert_eq!((nothing.status, nothing.code()), (409, "nothing_to_claim"), "{}", nothing.body);
    assert_eq!(gone.status, 200);
    assert_eq!((&ran["released"], &ran["accrued"]), (&json!(2), &json!(1)));
    assert_eq!(charity.balance("1300").await, "1000", "a quarter of what is left of the second");
    charity.is_whole().await;
}

#[tokio::test]
async fn gifts_that_were_asked_for_and_cannot_be_claimed_are_named_with_their_reason() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    charity.declared(&ada).await;
    let stranger = charity.person("Bob", "Stranger").await;
    let good = charity.gift(&ada, 10_000, "2026-05-01").await;
    let undeclared = charity.gift(&stranger, 10_000, "2026-05-01").await;
    let euros = json!({ "contributor_id": ada, "amount": { "amount": 500, "currency": "EUR" }, "occurred_on": "2026-05-01" });
    let call = Call::role("treasurer").header("idempotency-key", "eur").json(&euros);
    let euros = charity.app.call(&crate::contributions::create::ROUTE, call).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    charity.accrue().await;
    let ids = json!([good, undeclared, euros, ContributionId::new()]);
    let body =
        json!({ "claimant_id": charity.claimant, "reference": "A", "contribution_ids": ids });

    let call = Call::role("treasurer").header("idempotency-key", "k").json(&body);
    let refused = charity.app.call(&create::ROUTE, call).await;

    assert_eq!((refused.status, refused.code()), (422, "not_claimable"));
    let errors: Vec<(&str, &str)> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (
                e["pointer"].as_str().unwrap(),
                e["detail"].as_str().unwrap().split(':').next().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        errors,
        [
            ("/contribution_ids/1", "no_declaration"),
            ("/contribution_ids/2", "not_gbp_settled"),
            ("/contribution_ids/3", "unknown"),
        ]
    );
    assert_eq!(charity.app.count("giftaid.claims").await, 0);
}

#[tokio::test]
async fn what_the_tax_office_would_drop_keeps_a_gift_out_and_the_time_limit_too() {
    let charity = Charity::new().await;
    let (ada, shan) = (charity.person("Ada", "Lovelace").await, charity.person("S", "S").await);
    // As it came from a system before this one.
    let foreign = "update giving.contributor_identities set first_name = '山', last_name = '山' where last_name = 'S'";
    charity.app.execute(foreign).await;
    charity.gift(&ada, 10_000, "2026-05-01").await;
    let unreadable = charity.gift(&shan, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.declared(&shan).await;
    charity.accrue().await;

    let collected = charity.collect("A").await;

    let left_out = &collected.body["left_out"];
    assert_eq!(left_out[0]["contribution_id"], json!(unreadable));
    assert_eq!(
        (&left_out[0]["field"], &left_out[0]["rule"]),
        (&json!("first_name"), &json!("missing"))
    );
    assert_eq!(left_out.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_gift_whose_time_is_over_is_written_off() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    // As if years had passed: the charity's accounting year of the gift ended long ago.
    charity.app.execute("alter table giving.contributions disable trigger keep_contribution").await;
    charity
        .app
        .execute(&format!(
            "update giving.contributions set occurred_on = '2022-03-31' where id = '{gift}'"
        ))
        .await;
    charity.app.execute("update giftaid.declarations set status = status").await;

    let ran = charity.accrue().await;

    assert_eq!(ran["released"], 1);
    assert_eq!(charity.postings("gift_aid.written_off").await, "1300 -2500, 4010:GEN 2500");
    assert_eq!(charity.balance("1300").await, "0");
    let reason = "select reason || ' ' || status from giftaid.accruals";
    assert_eq!(charity.app.value(reason).await, "out_of_time written_off");
}

#[tokio::test]
async fn the_files_of_a_claim_hold_its_frozen_lines() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "O'Neil").await;
    charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.validated("2026-05/A").await;
    charity.app.execute("update giving.contributor_identities set last_name = 'Changed'").await;
    let get = async |name: &str| {
        let call = Call::role("auditor").path(claim["id"].as_str().unwrap()).path(name);
        charity.app.call(&export::ROUTE, call).await
    };

    let (ods, csv, xml) =
        (get("schedule.ods").await, get("schedule.csv").await, get("schedule.xml").await);

    assert_eq!(ods.header("content-type"), Some(giftaid::schedule::ODS_TYPE));
    assert_eq!(
        ods.header("content-disposition"),
        Some("attachment; filename=\"gift-aid-2026-05A.ods\"")
    );
    assert_eq!(&ods.bytes()[30..38], b"mimetype");
    let csv = String::from_utf8(csv.bytes().to_vec()).unwrap();
    assert_eq!(csv.lines().nth(1), Some("1,Ms,Ada,O'Neil,12,SW1A 1AA,,,01/05/26,100.00"));
    let xml = String::from_utf8(xml.bytes().to_vec()).unwrap();
    assert!(
        xml.contains("<Sur>O'Neil</Sur>") && xml.contains("<IRmark Type=\"generic\">"),
        "{xml}"
    );
    assert_eq!(get("schedule.pdf").await.status, 404);
    let found = charity
        .app
        .call(&find::ROUTE, Call::role("auditor").path(claim["id"].as_str().unwrap()))
        .await;
    assert_eq!(found.body, claim);
}

#[tokio::test]
async fn the_rates_of_the_books_are_those_of_the_rules() {
    let charity = Charity::new().await;
    let known = "select string_agg(tax_year || ' ' || basic_rate_bp, ',' order by tax_year) from giftaid.tax_rates";
    let known = charity.app.value(known).await;

    let rules: Vec<String> = (1990..2101)
        .filter_map(|year| {
            Some(format!("{year} {}", giftaid::tax::TaxYear::starting(year).basic_rate_bp()?))
        })
        .collect();

    assert_eq!(known, rules.join(","));
}

#[tokio::test]
async fn a_gift_that_is_given_back_after_it_was_validated_stops_the_claim() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.validated("A").await;
    charity.refund(&gift, 10_000, "refunded").await;

    let upload = json!({ "channel": "upload" });
    let refused = charity.step(&submit::ROUTE, &claim, Some(&upload)).await;

    assert_eq!((refused.status, refused.code()), (409, "claim_changed"), "{}", refused.body);
    assert_eq!(charity.app.count("ledger.journals where kind = 'gift_aid.claimed'").await, 0);
}

#[tokio::test]
async fn the_money_of_a_claim_is_of_an_open_year_and_its_key_of_one_receipt() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let claim = charity.uploaded("A").await;
    let receive = async |pence: i64, day: &str| {
        let body = json!({ "amount": { "amount": pence, "currency": "GBP" }, "received_on": day });
        let call = Call::role("treasurer").path(claim["id"].as_str().unwrap());
        let call = call.header("if-match", format!("\"{}\"", claim["version"]));
        let call = call.header("idempotency-key", "once").json(&body);
        charity.app.call(&receive::ROUTE, call).await
    };

    let early = receive(2_500, "1999-01-01").await;
    let received = receive(2_500, "2026-11-01").await;
    let reused = receive(2_499, "2026-11-01").await;

    assert_eq!((early.status, early.place()), (422, "/received_on"), "{}", early.body);
    assert_eq!(received.status, 200, "{}", received.body);
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
    charity.is_whole().await;
}

/// Until as many wait for a lock.
async fn waiting(app: &App, count: i64) {
    let waits = "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    for _ in 0..1_000 {
        if app.count(waits).await == count {
            return;
        }
    }
    panic!("nobody waits: what changes while a claim is collected may be claimed all the same");
}

#[tokio::test]
async fn what_changes_while_a_claim_is_collected_is_not_claimed() {
    let of_gift = "select from giving.contributions where id = $gift for no key update";
    let of_charity = "select from giftaid.claimants for update";
    for (held, change) in [
        (of_gift, "update giving.contributions set status = 'refunded' where id = $gift"),
        (
            of_gift,
            "insert into giving.refunds (contribution_id, processor, amount_minor, currency, reason)
             values ($gift, 'manual', 1, 'GBP', 'requested')",
        ),
        (
            of_gift,
            "update giftaid.declarations set status = 'cancelled', cancelled_from = lower(covers), cancelled_at = now()",
        ),
        (of_charity, "select giftaid.release(array(select id from giftaid.accruals), '{no_declaration}', null, 'test')"),
    ] {
        let charity = Charity::new().await;
        let ada = charity.person("Ada", "Lovelace").await;
        let gift = charity.gift(&ada, 10_000, "2026-05-01").await;
        // One by word of mouth counts as never made when it is taken back.
        let oral = json!({ "contributor_id": ada, "scope": "enduring", "past_four_years": true, "channel": "oral" });
        assert_eq!(charity.declare(&oral).await.status, 201);
        charity.accrue().await;
        let open = charity.app.database.superuser().await;
        let sql = |text: &str| text.replace("$gift", &format!("'{gift}'"));
        open.batch_execute(&format!("begin; {}", sql(held))).await.unwrap();

        let commit = async {
            waiting(&charity.app, 1).await;
            open.batch_execute(&format!("{}; commit", sql(change))).await.unwrap();
        };
        let (refused, ()) = tokio::join!(charity.collect("A"), commit);

        let named = (refused.status, refused.code());
        assert_eq!(named, (409, "claim_changed"), "{change}: {}", refused.body);
        assert_eq!(charity.app.count("giftaid.claims").await, 0, "{change}");
    }
}

#[tokio::test]
async fn a_gift_is_in_one_of_two_claims_that_are_collected_at_once() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 10_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    let open = charity.app.database.superuser().await;
    let hold =
        format!("begin; select from giving.contributions where id = '{gift}' for no key update");
    open.batch_execute(&hold).await.unwrap();

    let commit = async {
        waiting(&charity.app, 2).await;
        open.batch_execute("commit").await.unwrap();
    };
    let (one, two, ()) = tokio::join!(charity.collect("A"), charity.collect("B"), commit);

    let mut ends = [&one, &two].map(|answer| (answer.status, answer.code()));
    ends.sort_unstable();
    assert_eq!(ends, [(201, ""), (409, "claim_changed")], "{} {}", one.body, two.body);
    assert_eq!(charity.app.count("giftaid.claim_lines").await, 1);
    charity.is_whole().await;
}
