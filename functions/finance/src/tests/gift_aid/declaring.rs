use db::Domain;
use serde_json::json;
use testdb::{App, Call};
use types::ContributionId;

use super::Charity;
use crate::{
    contributors::erase,
    gift_aid::{audit, declarations, eligibility, wordings},
};

#[tokio::test]
async fn what_is_wrong_with_a_declaration_is_said_where_it_is() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 1_000, "2026-05-01").await;
    let company = json!({ "type": "company", "display_name": "Engines Ltd" });
    let company =
        charity.app.created(&crate::contributors::create::ROUTE, "treasurer", &company).await;
    let with = |change: serde_json::Value| {
        let mut body = json!({ "contributor_id": ada, "scope": "enduring", "channel": "written" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let cases = [
        (with(json!({ "given_on": "2099-01-01" })), "/given_on"),
        (with(json!({ "wording_id": ContributionId::new() })), "/wording_id"),
        (with(json!({ "claimant_id": ContributionId::new() })), "/claimant_id"),
        (with(json!({ "contributor_id": ContributionId::new() })), "/contributor_id"),
        (with(json!({ "scope": "single" })), "/contribution_id"),
        (with(json!({ "contribution_id": gift })), "/contribution_id"),
        (
            with(json!({ "scope": "single", "contribution_id": ContributionId::new() })),
            "/contribution_id",
        ),
        (
            with(json!({ "scope": "single", "contribution_id": gift, "past_four_years": true })),
            "/past_four_years",
        ),
        (with(json!({ "channel": "telepathic" })), "/channel"),
    ];

    for (body, place) in cases {
        let answer = charity.declare(&body).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    let refused = charity.declare(&with(json!({ "contributor_id": company["id"] }))).await;
    assert_eq!((refused.status, refused.code()), (422, "not_individual"));
    assert_eq!(charity.app.count("giftaid.declarations").await, 0);
}

#[tokio::test]
async fn a_declaration_is_recorded_once_and_takes_the_place_of_one_that_says_less() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let less = json!({ "contributor_id": ada, "scope": "enduring", "channel": "written", "given_on": "2026-01-10" });
    let first = charity.declare(&less).await;
    let call = Call::role("treasurer").header("idempotency-key", "again").json(&json!({
        "contributor_id": ada, "scope": "enduring", "channel": "digital", "past_four_years": true, "given_on": "2026-02-29",
    }));
    assert_eq!(
        charity.app.call(&declarations::create::ROUTE, call).await.status,
        422,
        "no such day"
    );
    let call = Call::role("treasurer").header("idempotency-key", "again").json(&json!({
        "contributor_id": ada, "scope": "enduring", "channel": "digital", "past_four_years": true, "given_on": "2026-04-06",
    }));

    let second = charity.app.call(&declarations::create::ROUTE, call.clone()).await;
    let again = charity.app.call(&declarations::create::ROUTE, call).await;

    assert_eq!((second.status, second.body.clone()), (201, again.body.clone()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.body["covers_from"], "2022-04-06");
    let reused = Call::role("treasurer").header("idempotency-key", "again").json(&less);
    let reused = charity.app.call(&declarations::create::ROUTE, reused).await;
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
    let mut taken = less.clone();
    taken["id"] = second.body["id"].clone();
    let taken = charity.declare(&taken).await;
    assert_eq!((taken.status, taken.code()), (409, "already_recorded"), "{}", taken.body);
    let path = Call::role("auditor").path(first.body["id"].as_str().unwrap());
    let old = charity.app.call(&declarations::find::ROUTE, path).await;
    assert_eq!(
        (&old.body["status"], &old.body["superseded_by"]),
        (&json!("superseded"), &second.body["id"])
    );
}

#[tokio::test]
async fn taking_a_declaration_back_stops_what_comes_and_an_oral_one_counts_as_never_made() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 1_000, "2026-05-01").await;
    let asked = || charity.app.call(&eligibility::ROUTE, Call::role("auditor").path(&gift));
    let before = asked().await;
    let oral = json!({ "contributor_id": ada, "scope": "enduring", "past_four_years": true, "channel": "oral", "given_on": "2026-05-01" });
    let oral = charity.declare(&oral).await.body;
    let eligible = asked().await;

    let cancelled = charity.step(&declarations::cancel::ROUTE, &oral, Some(&json!({}))).await;
    let stale = charity
        .step(&declarations::cancel::ROUTE, &oral, Some(&json!({ "reason": "twice" })))
        .await;
    let after = asked().await;
    let written = json!({ "contributor_id": ada, "scope": "enduring", "channel": "written", "given_on": "2026-05-01" });
    let written = charity.declare(&written).await.body;
    let told = json!({ "told_on": "2026-05-02" });
    let stopped = charity.step(&declarations::cancel::ROUTE, &written, Some(&told)).await;

    assert_eq!(before.body["reason"], "no_declaration");
    assert_eq!(
        (&eligible.body["outcome"], &eligible.body["tax_minor"]),
        (&json!("eligible"), &json!(250))
    );
    assert_eq!(
        cancelled.body["cancelled_from"], oral["covers_from"],
        "no record was sent: as never made"
    );
    assert_eq!((stale.status, stale.code()), (409, "declaration_cancelled"));
    assert_eq!(
        (&after.body["outcome"], &after.body["reason"]),
        (&json!("not_yet"), &json!("declaration_cancelled"))
    );
    assert_eq!(stopped.body["cancelled_from"], "2026-05-02");
    assert_eq!(asked().await.body["outcome"], "eligible", "the gift was made before");
}

#[tokio::test]
async fn the_words_are_those_in_use_in_the_readers_language() {
    let charity = Charity::new().await;

    let english = charity.app.call(&wordings::ROUTE, Call::role("contributor")).await;
    let german = Call::role("contributor").query("kind=single").header("accept-language", "de");
    let german = charity.app.call(&wordings::ROUTE, german).await;

    assert_eq!(
        (&english.body["kind"], &english.body["locale"]),
        (&json!("enduring"), &json!("en"))
    );
    assert!(
        english.body["wording"].as_str().unwrap().contains("responsibility to pay any difference")
    );
    assert_eq!((&german.body["kind"], &german.body["locale"]), (&json!("single"), &json!("de")));
}

#[tokio::test]
async fn what_was_answered_about_a_contributor_is_forgotten_with_them() {
    let app = App::new(Domain::Finance).await;
    let person = |name: &str, email: &str| {
        let body = json!({ "type": "individual", "display_name": name, "email": email });
        Call::role("treasurer").json(&body).header("idempotency-key", email)
    };
    let create = &crate::contributors::create::ROUTE;
    let made = app.call(create, person("Zanzibar", "zan@example.org")).await;
    let other = app.call(create, person("Other", "other@example.org")).await;
    assert_eq!((made.status, other.status), (201, 201), "{}", made.body);
    let kept = "finance.idempotency_keys where response::text like '%Zanzibar%'";
    assert_eq!(app.count(kept).await, 1);

    let id = made.body["id"].as_str().unwrap();
    let call = Call::role("treasurer").path(id).header("if-match", "\"1\"");
    let erased = app.call(&erase::ROUTE, call).await;
    let again = app.call(create, person("Zanzibar", "zan@example.org")).await;
    let reused = app.call(create, person("Yorick", "zan@example.org")).await;
    let others = app.call(create, person("Other", "other@example.org")).await;

    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(app.count(kept).await, 0);
    assert_eq!((again.status, again.code()), (410, "forgotten"), "{}", again.body);
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
    assert_eq!((others.status, &others.body), (201, &other.body));
}

#[tokio::test]
async fn the_evidence_of_a_gift_is_whole_and_stays_when_its_contributor_is_forgotten() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    let gift = charity.gift(&ada, 10_001, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;
    charity.uploaded("A").await;
    let noted = "finance.audit_logs where concat(old_value, new_value) like '%Lovelace%'";
    assert!(charity.app.count(noted).await > 0);

    let erase = |tag: &str| Call::role("treasurer").path(&ada).header("if-match", tag);
    let stale = charity.app.call(&erase::ROUTE, erase("\"7\"")).await;
    let erased = charity.app.call(&erase::ROUTE, erase("\"1\"")).await;
    let again = charity.app.call(&erase::ROUTE, erase("\"1\"")).await;
    let bundle = charity.app.call(&audit::ROUTE, Call::role("auditor").path(&gift)).await;

    assert_eq!((stale.status, stale.code()), (412, "stale_version"), "{}", stale.body);
    assert_eq!((erased.status, &erased.body["kept_lines"]), (200, &json!(1)), "{}", erased.body);
    assert_eq!(again.body, erased.body, "said again");
    assert_eq!(bundle.body["lines"][0]["last_name"], "Lovelace", "the line as it was sent");
    assert_eq!(bundle.body["lines"][0]["claim_reference"], "A");
    assert_eq!(bundle.body["declarations"][0]["covers_the_gift"], true);
    assert!(bundle.body["declarations"][0]["wording"].as_str().unwrap().contains("UK taxpayer"));
    assert_eq!(bundle.body["accruals"][0]["tax_minor"], 2_500);
    assert_eq!(bundle.body["addresses"][0]["postcode"], json!(null), "blanked");
    let names =
        "select count(*)::text from giving.contributor_identities where last_name is not null";
    assert_eq!(charity.app.value(names).await, "0");
    assert_eq!(charity.app.count(noted).await, 0, "the audit log forgets the name too");
    let on_the_way = "finance.outbox_events where payload::text like '%Lovelace%'";
    assert_eq!(charity.app.count(on_the_way).await, 0);
    let told = "finance.outbox_events where topic = 'finance.audit_log.redacted.v1'";
    assert_eq!(charity.app.count(told).await, 1, "once, however often it is asked");
    charity.is_whole().await;
}
