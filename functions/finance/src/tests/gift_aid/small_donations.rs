use serde_json::{Value, json};
use testdb::Call;

use super::Charity;
use crate::{
    gift_aid::{collections, small_donations},
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
        "countable_minor": 10_000, "top_up_minor": 2_500, "left_minor": 0, "claim_until": "2029-04-05",
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

#[test]
fn the_limits_of_the_scheme_hold_at_their_edges() {
    let of = |collected_minor, buildings_minor, gift_aid_minor| {
        let year =
            Year { collected_minor, buildings_minor, gift_aid_minor, basic_rate_bp: Some(2_000) };
        let room = small_donations::Headroom::of(giftaid::tax::TaxYear::starting(2026), &year);
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
