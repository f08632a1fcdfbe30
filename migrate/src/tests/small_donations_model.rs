//! What the tables of small gifts refuse: claimed in one way only, within the limits of their scheme.

use super::cases::done;
use super::finance_model::{OK, walk};
use super::giftaid_model::{declared, line};
use super::support::breaks;

#[tokio::test]
async fn small_gifts_are_claimed_in_one_way_only() {
    let (database, app) = declared().await;
    let item = |gift: &str| {
        format!(
            "insert into giftaid.aggregate_items (aggregate_id, contribution_id, declaration_id, amount_minor)
             values (#60, {gift}, #30, 1000)"
        )
    };
    let close = |amount: u32| {
        format!(
            "update giftaid.aggregates set closed_at = now(), amount_minor = {amount} where id = #60"
        )
    };
    let aggregate = "insert into giftaid.claim_lines (claim_id, item, aggregate_id, aggregated, donated_on, amount_minor, tax_minor)
                     values (#40, 9, #60, 'Box', '2026-10-05', 2000, 500)";
    let collection = |gift: &str, gifts: u16, amount: u32| {
        format!(
            "insert into giftaid.gasds_collections (claimant_id, contribution_id, collected_on, banked_on, method, gifts, amount_minor)
             values (#10, {gift}, '2026-10-05', '2026-10-06', 'cash', {gifts}, {amount})"
        )
    };
    walk(
        &app,
        &[
            ("insert into giftaid.aggregates (id, claimant_id, description, donated_on, amount_minor)
              values (#60, #10, 'Box', '2026-10-05', 1)", OK),
            (&item("#1"), OK),
            (&item("#1"), "aggregate_items_contribution_id_key"),
            (&item("#4"), "aggregate_items_declaration_covers"),
            (&item("#2"), OK),
            (&line("#51", 1, "#1", 1000, 250), "claim_lines_gift_aggregate"),
            (aggregate, "claim_lines_aggregate"),
            (&close(1999), "aggregates_total"),
            (&close(2000), OK),
            (&item("#3"), "aggregate_items_aggregate_state"),
            (aggregate, OK),
            (&aggregate.replace(" 9,", " 10,"), "claim_lines_aggregate_id_key"),
            (&collection("null", 3, 9001), "gasds_collections_gift_limit"),
            (&collection("#3", 3, 1000), OK),
            (&line("#53", 3, "#3", 1000, 250), "claim_lines_gift_gasds"),
            (&collection("#1", 3, 1000), "gasds_collections_gift"),
            ("update giftaid.aggregates set description = 'a'", "aggregates_frozen"),
        ],
    )
    .await;
    assert_eq!(breaks(&database.owner().await).await, Vec::<String>::new());
}

#[tokio::test]
async fn small_donations_are_topped_up_within_their_limits_once_a_year() {
    let (_database, app) = declared().await;
    done(&app, &line("#51", 1, "#1", 1000, 250)).await;
    let claim = |id: &str| {
        format!(
            "insert into giftaid.gasds_claims (id, claimant_id, tax_year) values ({id}, #10, 2026)"
        )
    };
    let collect = |amount: u32, gifts: u16| {
        format!(
            "insert into giftaid.gasds_collections (claimant_id, gasds_claim_id, collected_on, banked_on, method, gifts, amount_minor)
             values (#10, #61, '2026-10-05', '2026-10-06', 'contactless', {gifts}, {amount})"
        )
    };
    let validate = |amount: u32, top_up: u32| {
        format!(
            "update giftaid.gasds_claims set status = 'validated', collected_minor = {amount}, top_up_minor = {top_up}
             where id = #61"
        )
    };
    walk(
        &app,
        &[
            (&claim("#61"), OK),
            (&claim("#62"), "gasds_claims_tax_year_key"),
            (&collect(10000, 4), OK),
            (&validate(9999, 2499), "gasds_claims_total"),
            (&validate(10000, 2501), "gasds_claims_total"),
            ("update giftaid.gasds_claims set collected_minor = 800001", "gasds_claims_collected_minor_limit"),
            (&collect(1, 1), OK),
            // Ten times what was given with declarations in that year, and no penny more.
            (&validate(10001, 2500), "gasds_claims_matching"),
            ("update giftaid.gasds_collections set gasds_claim_id = null where amount_minor = 1", OK),
            (&validate(10000, 2500), OK),
            (&collect(1, 1), "gasds_collections_gasds_claim_state"),
            ("update giftaid.gasds_collections set amount_minor = 1 where gasds_claim_id is not null", "gasds_collections_gasds_claim_state"),
        ],
    )
    .await;
}
