use serde_json::{Value, json};
use testdb::Call;

use super::Charity;
use crate::{
    gift_aid::{
        claims::{self, export, submit, validate, withdraw},
        collections, small_donations,
    },
    sql::small_donations::Year,
};

fn collection(charity: &Charity, gifts: i64, pence: i64) -> Value {
    json!({
        "claimant_id": charity.claimant, "collected_on": "2026-05-01", "banked_on": "2026-05-02", "method": "cash",
        "gifts": gifts, "amount": { "amount": pence, "currency": "GBP" },
    })
}

async fn record(charity: &Charity, body: &Value) -> testdb::Answer {
    let call = Call::role("treasurer").header("idempotency-key", charity.key()).json(body);
    charity.app.call(&collections::ROUTE, call).await
}

#[tokio::test]
async fn a_collection_is_banked_once_and_counts_up_to_ten_times_the_gift_aid() {
    let charity = Charity::new().await;
    let ada = charity.person("Ada", "Lovelace").await;
    charity.gift(&ada, 1_000, "2026-05-01").await;
    charity.declared(&ada).await;
    charity.accrue().await;

    let recorded = record(&charity, &collection(&charity, 500, 15_000)).await;
    let query = format!("claimant_id={}", charity.claimant);
    let year = charity
        .app
        .call(&small_donations::ROUTE, Call::role("auditor").path("2026").query(query))
        .await;

    assert_eq!(recorded.status, 201, "{}", recorded.body);
    assert_eq!(charity.postings("small_donations.banked").await, "1000 15000, 4000:GEN -15000");
    let expected = json!({
        "tax_year": 2026, "collected_minor": 15_000, "buildings_minor": 0, "gift_aid_minor": 1_000,
        "countable_minor": 10_000, "top_up_minor": 2_500, "left_minor": 0, "claim_until": "2029-04-05", "claim": null,
    });
    assert_eq!(year.body, expected);
    charity.is_whole().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_collection_is_said_where_it_is() {
    let charity = Charity::new().await;
    let with = |name: &str, value: Value| {
        let mut body = collection(&charity, 2, 6_000);
        body[name] = value;
        body
    };
    let cases = [
        (collection(&charity, 2, 6_001), "/amount/amount"),
        (collection(&charity, 2, 0), "/amount/amount"),
        (collection(&charity, 0, 1), "/gifts"),
        (with("amount", json!({ "amount": 100, "currency": "EUR" })), "/amount/currency"),
        (with("banked_on", json!("2026-04-30")), "/banked_on"),
        (with("banked_on", json!("2099-01-01")), "/banked_on"),
        (
            {
                let mut body = with("collected_on", json!("1999-01-01"));
                body["banked_on"] = json!("1999-01-02");
                body
            },
            "/banked_on",
        ),
        (with("building_id", json!(types::ClaimId::new())), "/building_id"),
        (with("claimant_id", json!(types::ClaimId::new())), "/claimant_id"),
        (with("method", json!("cheque")), "/method"),
    ];

    for (body, place) in cases {
        let answer = record(&charity, &body).await;
        assert_eq!((answer.status, answer.place()), (422, place), "{body}: {}", answer.body);
    }
    assert_eq!(charity.app.count("ledger.journals").await, 0);
    assert_eq!(
        record(&charity, &collection(&charity, 2, 6_000)).await.status,
        201,
        "the limit itself"
    );
}

#[tokio::test]
async fn a_collection_is_known_by_its_id_and_its_key() {
    let charity = Charity::new().await;
    let mut body = collection(&charity, 2, 6_000);
    body["id"] = json!("00000000-0000-4000-8000-0000000000f3");
    let call = Call::role("treasurer").header("idempotency-key", "once");
    let first = charity.app.call(&collections::ROUTE, call.clone().json(&body)).await;
    body["gifts"] = json!(3);

    let reused = charity.app.call(&collections::ROUTE, call.json(&body)).await;
    let taken = record(&charity, &body).await;

    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
    assert_eq!((taken.status, taken.code()), (409, "already_recorded"), "{}", taken.body);
    charity.is_whole().await;
}

#[test]
fn the_limits_of_the_scheme_hold_at_their_edges() {
    let of = |collected_minor, buildings_minor, gift_aid_minor| {
        let year =
            Year { collected_minor, buildings_minor, gift_aid_minor, basic_rate_bp: Some(2_000) };
        let room =
            small_donations::Headroom::of(giftaid::tax::TaxYear::starting(2026), &year, None);
        (room.countable_minor, room.top_up_minor.unwrap(), room.left_minor)
    };

    assert_eq!(of(0, 0, 0), (0, 0, 0), "nothing without Gift Aid");
    assert_eq!(of(0, 0, 100_000), (0, 0, 800_000));
    assert_eq!(of(800_000, 0, 80_000), (800_000, 200_000, 0));
    assert_eq!(of(800_001, 0, 80_001), (800_000, 200_000, 0), "8,000 pounds and no more");
    assert_eq!(of(800_000, 0, 79_999), (799_990, 199_997, 0), "ten times, and no more");
    assert_eq!(of(800_000, 800_000, 160_000), (1_600_000, 400_000, 0));
    assert_eq!(of(100_000, 0, 20_000), (100_000, 25_000, 100_000));
}

impl Charity {
    /// One gift of 10.00 in a draft claim, and small donations of that much beside it.
    async fn with_small(&self, day: &str, pence: i64) -> Value {
        let ada = self.person("Ada", "Lovelace").await;
        self.gift(&ada, 1_000, day).await;
        self.declared(&ada).await;
        self.accrue().await;
        let mut body = collection(self, 1_000, pence);
        (body["collected_on"], body["banked_on"]) = (json!(day), json!(day));
        assert_eq!(record(self, &body).await.status, 201);
        let draft = self.collect("A").await;
        assert_eq!(draft.status, 201, "{}", draft.body);
        draft.body
    }

    async fn add_small(&self, claim: &Value, body: &Value) -> testdb::Answer {
        self.step(&claims::small_donations::ROUTE, claim, Some(body)).await
    }

    async fn year_claim(&self, year: &str) -> Value {
        let query = format!("claimant_id={}", self.claimant);
        let call = Call::role("auditor").path(year).query(query);
        self.app.call(&small_donations::ROUTE, call).await.body["claim"].clone()
    }

    async fn receive_with(&self, claim: &Value, pence: i64, small: i64) -> testdb::Answer {
        let gbp = |minor: i64| json!({ "amount": minor, "currency": "GBP" });
        let body = json!({
            "amount": gbp(pence), "small_donations": gbp(small), "received_on": "2026-11-01",
        });
        self.step(&claims::receive::ROUTE, claim, Some(&body)).await
    }
}

#[tokio::test]
async fn small_donations_go_with_a_claim_to_the_money() {
    let charity = Charity::new().await;
    let draft = charity.with_small("2026-05-01", 10_000).await;
    let year = json!({ "tax_year": 2026 });

    let added = charity.add_small(&draft, &year).await;
    let twice = charity.add_small(&draft, &year).await;
    let validated = charity.step(&validate::ROUTE, &draft, None).await;
    let late = charity.add_small(&validated.body, &year).await;
    let file = Call::role("auditor").path(draft["id"].as_str().unwrap()).path("schedule.xml");
    let file = charity.app.call(&export::ROUTE, file).await;
    let upload = json!({ "channel": "upload" });
    let submitted = charity.step(&submit::ROUTE, &validated.body, Some(&upload)).await;
    let accepted = charity.year_claim("2026").await;
    let above = charity.receive_with(&submitted.body, 2_751, 2_501).await;
    let received = charity.receive_with(&submitted.body, 2_750, 2_500).await;

    assert_eq!((added.status, &added.body["top_up_minor"]), (201, &json!(2_500)), "{}", added.body);
    assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
    assert_eq!((late.status, late.code()), (409, "claim_state"), "{}", late.body);
    let wanted = "<GASDS><ConnectedCharities>no</ConnectedCharities><GASDSClaim><Year>2027</Year><Amount>100.00</Amount></GASDSClaim><CommBldgs>no</CommBldgs></GASDS>";
    let xml = String::from_utf8_lossy(file.bytes());
    assert!(xml.contains(wanted), "{xml}");
    assert_eq!(submitted.status, 200, "{}", submitted.body);
    assert_eq!((&accepted["status"], &accepted["claim_id"]), (&json!("accepted"), &draft["id"]));
    assert_eq!((above.status, above.code()), (422, "receipt_above_due"), "{}", above.body);
    assert_eq!((received.status, &received.body["status"]), (200, &json!("received")));
    assert_eq!(charity.postings("small_donations.claimed").await, "1320 2500, 4020:GEN -2500");
    assert_eq!(charity.postings("small_donations.received").await, "1000 2500, 1320 -2500");
    assert_eq!(charity.postings("gift_aid.received").await, "1000 250, 1310 -250");
    assert_eq!(charity.year_claim("2026").await["received_minor"], 2_500);
    charity.is_whole().await;
}

#[tokio::test]
async fn what_is_not_paid_for_small_donations_is_given_up() {
    let charity = Charity::new().await;
    let draft = charity.with_small("2026-05-01", 10_000).await;
    assert_eq!(charity.add_small(&draft, &json!({ "tax_year": 2026 })).await.status, 201);
    let claim = charity.step(&validate::ROUTE, &draft, None).await.body;
    let claim = charity.step(&submit::ROUTE, &claim, Some(&json!({ "channel": "upload" }))).await;
    let claim = charity.receive(&claim.body, 250, &[]).await;

    let short = charity.receive_with(&claim.body, 2_000, 2_000).await;

    assert_eq!(claim.body["status"], "received");
    assert_eq!(short.status, 200, "{}", short.body);
    assert_eq!(charity.postings("small_donations.received").await, "1000 2000, 1320 -2000");
    assert_eq!(charity.postings("small_donations.rejected").await, "4020:GEN 500, 1320 -500");
    assert_eq!(charity.balance("1320").await, "0");
    charity.is_whole().await;
}

#[tokio::test]
async fn small_donations_that_cannot_be_claimed_are_refused_and_stay_free() {
    let charity = Charity::new().await;
    let draft = charity.with_small("2026-05-01", 10_000).await;
    let one = record(&charity, &collection(&charity, 1, 1)).await.body["id"].clone();
    let mut old = collection(&charity, 1, 100);
    (old["collected_on"], old["banked_on"]) = (json!("2023-05-01"), json!("2026-05-02"));
    assert_eq!(record(&charity, &old).await.status, 201);
    let cases = [
        // A penny more than ten times the gifts.
        (json!({ "tax_year": 2026 }), 409, "small_donations_limit", ""),
        (json!({ "tax_year": 2025 }), 409, "nothing_to_claim", ""),
        (json!({ "tax_year": 2023 }), 409, "out_of_time", ""),
        (json!({ "tax_year": 2012 }), 422, "invalid_request", "/tax_year"),
        (
            json!({ "tax_year": 2025, "collection_ids": [one] }),
            422,
            "invalid_request",
            "/collection_ids",
        ),
        (
            json!({ "tax_year": 2026, "collection_ids": [] }),
            422,
            "invalid_request",
            "/collection_ids",
        ),
    ];
    for (body, status, code, place) in cases {
        let answer = charity.add_small(&draft, &body).await;
        assert_eq!(
            (answer.status, answer.code(), answer.place()),
            (status, code, place),
            "{body}: {}",
            answer.body
        );
    }
    assert_eq!(charity.app.count("giftaid.gasds_claims").await, 0);

    let named =
        charity.add_small(&draft, &json!({ "tax_year": 2026, "collection_ids": [one] })).await;
    let withdrawn = charity.step(&withdraw::ROUTE, &draft, None).await;
    let free = charity.app.count("giftaid.gasds_collections where gasds_claim_id is null").await;

    assert_eq!((named.status, &named.body["collected_minor"]), (201, &json!(1)), "{}", named.body);
    assert_eq!((withdrawn.status, free), (200, 3), "{}", withdrawn.body);
    assert_eq!(charity.year_claim("2026").await, Value::Null);
    charity.is_whole().await;
}

#[tokio::test]
async fn eight_thousand_pounds_count_and_a_gift_that_is_dropped_counts_no_longer() {
    let charity = Charity::new().await;
    let draft = charity.with_small("2026-05-01", 10_000).await;
    let bob = charity.person("Bob", "Moran").await;
    let gift = charity.gift(&bob, 100_000, "2026-06-01").await;
    charity.gift(&bob, 1_000, "2026-06-02").await;
    charity.declared(&bob).await;
    charity.accrue().await;
    let second = charity.collect("B").await.body;
    let most = record(&charity, &collection(&charity, 30_000, 790_000)).await;
    let penny = record(&charity, &collection(&charity, 1, 1)).await;

    let above = charity.add_small(&second, &json!({ "tax_year": 2026 })).await;
    charity.app.execute("update giftaid.gasds_collections set collected_on = '2025-04-05' where amount_minor = 1").await;
    let at = charity.add_small(&second, &json!({ "tax_year": 2026 })).await;
    charity.refund(&gift, 100_000, "refunded").await;
    let dropped = charity.step(&validate::ROUTE, &second, None).await;
    let other = charity.step(&validate::ROUTE, &draft, None).await;

    assert_eq!((most.status, penny.status), (201, 201));
    assert_eq!((above.status, above.code()), (409, "small_donations_limit"), "{}", above.body);
    assert_eq!((at.status, &at.body["top_up_minor"]), (201, &json!(200_000)), "{}", at.body);
    assert_eq!(
        (dropped.status, dropped.code()),
        (409, "small_donations_limit"),
        "{}",
        dropped.body
    );
    assert_eq!(other.status, 200, "{}", other.body);
    charity.is_whole().await;
}

#[tokio::test]
async fn eight_thousand_pounds_count_in_each_community_building() {
    let charity = Charity::new().await;
    let bob = charity.person("Bob", "Moran").await;
    charity.gift(&bob, 200_000, "2026-06-01").await;
    charity.declared(&bob).await;
    charity.accrue().await;
    let buildings = format!(
        "insert into giftaid.gasds_buildings (claimant_id, name, address, postcode)
         select '{}', name, '4 Canal Walk', 'N1 8QT' from unnest(array['Chapel', 'Hall']) name",
        charity.claimant
    );
    charity.app.execute(&buildings).await;
    let of = async |name: &str| {
        let id = format!("select id::text from giftaid.gasds_buildings where name = '{name}'");
        charity.app.value(&id).await
    };
    let (chapel, hall) = (of("Chapel").await, of("Hall").await);
    for (building, gifts, pence) in
        [(&hall, 30_000, 800_000), (&chapel, 30_000, 800_000), (&hall, 1, 1)]
    {
        let mut body = collection(&charity, gifts, pence);
        body["building_id"] = json!(building);
        assert_eq!(record(&charity, &body).await.status, 201);
    }
    let draft = charity.collect("A").await.body;

    let above = charity.add_small(&draft, &json!({ "tax_year": 2026 })).await;
    charity.app.execute("update giftaid.gasds_collections set collected_on = '2025-04-05' where amount_minor = 1").await;
    let at = charity.add_small(&draft, &json!({ "tax_year": 2026 })).await;

    assert_eq!((above.status, above.code()), (409, "small_donations_limit"), "{}", above.body);
    assert_eq!((at.status, &at.body["top_up_minor"]), (201, &json!(400_000)), "{}", at.body);
    charity.is_whole().await;
}

#[tokio::test]
async fn a_claim_that_is_rejected_takes_its_small_donations_back() {
    let charity = Charity::new().await;
    let draft = charity.with_small("2026-05-01", 10_000).await;
    assert_eq!(charity.add_small(&draft, &json!({ "tax_year": 2026 })).await.status, 201);
    let claim = charity.step(&validate::ROUTE, &draft, None).await.body;
    let id = claim["id"].as_str().unwrap();
    let sent = format!(
        "select giftaid.submit_claim('test', 'sent', sha256('sent'), '{id}', {}, 'hmrc', null, null, '{}', 'test');
         select giftaid.begin_sending('{id}')",
        claim["version"], types::ContactId::new()
    );
    charity.app.execute(&sent).await;

    let rejected = format!("select giftaid.reject_claim('{id}', 'C1', '[]', 'no', 'test')::text");
    let first = charity.app.value(&rejected).await;
    let again = charity.app.value(&rejected).await;
    let anew = charity.collect("B").await.body;
    let added = charity.add_small(&anew, &json!({ "tax_year": 2026 })).await;

    assert_eq!((first.as_str(), again.as_str()), ("true", "false"));
    assert_eq!(charity.postings("small_donations.rejected").await, "1320 -2500, 4020:GEN 2500");
    assert_eq!(added.status, 201, "{}", added.body);
    charity.is_whole().await;
}
