//! What the tables of Gift Aid refuse: a wrong claim is paid back with penalties.

use tokio_postgres::Client;
use uuid::Uuid;

use super::cases::{done, refused};
use super::finance_model::{JOURNALS, OK, walk};
use super::support::{Database, Gift, KINDS, breaks, value};

/// A charity (#10); contributors #20 and #21; a declaration of #20 (#30) from 1 January 2026 on.
const DECLARED: &str = "
    insert into giftaid.claimants (id, org_name, hmrc_ref, regulator, entity_type, year_end)
    values (#10, 'Charity', 'AB123', 'ccew', 'cio', '03-31');
    insert into giving.contributors (id, type, display_name) values (#20, 'individual', 'Ada'), (#21, 'individual', 'Bob');
    insert into giftaid.declarations (id, contributor_id, claimant_id, scope, wording_id, channel, given_on, covers)
    select #30, #20, #10, 'enduring', id, 'digital', '2026-01-01', '[2026-01-01,)'
    from giftaid.declaration_wordings where kind = 'enduring' and locale = 'en';
    insert into giftaid.claims (id, claimant_id, reference, prepared_by) values (#40, #10, 'one', #70), (#41, #10, 'two', #70);";

/// That, and gifts #1 to #3 of #20, each of 1000 pence; #4 of #21.
pub(crate) async fn declared() -> (Database, Client) {
    let database = Database::migrated("finance").await;
    let (owner, app) = (database.owner().await, database.app().await);
    done(&owner, KINDS).await;
    done(&owner, JOURNALS).await;
    done(&app, DECLARED).await;
    for (n, contributor) in [(1, 0x20), (2, 0x20), (3, 0x20), (4, 0x21)] {
        let gift = Gift {
            id: Some(Uuid::from_u128(n)),
            day: "2026-10-05",
            ..Gift::of(Uuid::from_u128(contributor))
        };
        gift.give(&app).await.unwrap();
    }
    (database, app)
}

/// A line of claim #40: item, gift, amount and tax in pence, and words that differ from a good one.
pub(crate) fn line(id: &str, item: u16, gift: &str, amount: u32, tax: u32) -> String {
    format!(
        "insert into giftaid.claim_lines (id, claim_id, item, contribution_id, declaration_id, title, first_name, last_name,
           house, postcode, donated_on, amount_minor, tax_minor)
         values ({id}, #40, {item}, {gift}, #30, 'Ms', 'Ada', 'Byron', '12', 'SW1A 1AA', '2026-10-05', {amount}, {tax})"
    )
}

#[tokio::test]
async fn a_gift_is_claimed_once_with_the_tax_of_its_year_under_a_declaration_that_covers_it() {
    let (database, app) = declared().await;
    let good = line("#51", 1, "#1", 1000, 250);
    let refund =
        "insert into giving.refunds (contribution_id, processor, amount_minor, currency, reason)
                  values (#2, 'manual', 1, 'GBP', 'requested')";
    let other = line("#54", 2, "#1", 1000, 250).replace("#40", "#41");

    walk(
        &app,
        &[
            (&line("#51", 1, "#1", 1000, 251), "claim_lines_tax"),
            (&line("#51", 1, "#1", 1001, 250), "claim_lines_gift_amount"),
            (&line("#51", 1, "#4", 1000, 250), "claim_lines_declaration_covers"),
            (&good.replace("2026-10-05", "2026-10-06"), "claim_lines_gift_date"),
            (&good, OK),
            (&line("#52", 2, "#1", 1000, 250), "claim_lines_contribution_id_key"),
            (&other, "claim_lines_contribution_id_key"),
            (&line("#52", 1, "#2", 1000, 250), "claim_lines_item_key"),
            (refund, OK),
            (&line("#52", 2, "#2", 1000, 250), "claim_lines_gift_amount"),
            (&line("#52", 2, "#2", 999, 249), OK),
            // What is withdrawn may be claimed again.
            ("update giftaid.claim_lines set status = 'withdrawn' where id = #51", OK),
            (&other, OK),
            (
                "update giftaid.claim_lines set first_name = 'Eve' where id = #52",
                "claim_lines_frozen",
            ),
            (
                "update giftaid.claim_lines set status = 'received' where id = #52",
                "claim_lines_status_transition",
            ),
            ("delete from giftaid.claim_lines", ""),
        ],
    )
    .await;
    assert_eq!(breaks(&database.owner().await).await, Vec::<String>::new());
}

#[tokio::test]
async fn two_claims_at_once_cannot_take_the_same_gift() {
    let (database, one) = declared().await;
    let two = database.app().await;
    done(&one, &format!("begin; {}", line("#51", 1, "#1", 1000, 250))).await;
    let second = line("#52", 1, "#1", 1000, 250).replace("#40", "#41");

    let waiting =
        tokio::spawn(
            async move { refused(&two, &second, "claim_lines_contribution_id_key").await },
        );
    tokio::task::yield_now().await;
    done(&one, "commit").await;

    waiting.await.unwrap();
}

#[tokio::test]
async fn a_donor_is_written_as_the_tax_office_reads() {
    let (_database, app) = declared().await;
    let cases = [
        ("'SW1A 1AA'", "'SW1A1AA'", "claim_lines_postcode_shape"),
        ("'SW1A 1AA'", "'sw1a 1aa'", "claim_lines_postcode_shape"),
        ("'SW1A 1AA'", "'BFPO 57'", "claim_lines_postcode_shape"),
        ("'SW1A 1AA'", "'AI1 1AA'", "claim_lines_postcode_shape"),
        ("'SW1A 1AA'", "'ABC 1AA'", "claim_lines_postcode_shape"),
        ("'Ms'", "'M'", "claim_lines_title_shape"),
        ("'Ms'", "'Madam'", "claim_lines_title_shape"),
        ("'Ada'", "null", "claim_lines_donor_whole"),
        ("'Ada'", "' '", "claim_lines_first_name_length"),
        ("'Byron'", "repeat('a', 36)", "claim_lines_last_name_length"),
        ("'12'", "repeat('a', 41)", "claim_lines_house_length"),
        ("'Byron'", "'Łukasz'", "claim_lines_printable"),
        ("'Byron'", "E'By\\tron'", "claim_lines_printable"),
        ("#40, 1,", "#40, 500001,", "claim_lines_item_range"),
    ];
    let good = line("#51", 1, "#1", 1000, 250);
    for (right, wrong, constraint) in cases {
        refused(&app, &good.replace(right, wrong), constraint).await;
    }
    for (n, (right, as_good)) in [
        ("'SW1A 1AA'", "'X'"),
        ("'SW1A 1AA'", "'GIR 0AA'"),
        ("'SW1A 1AA'", "'JE2 3AB'"),
        ("'SW1A 1AA'", "'M1 1AA'"),
        ("'SW1A 1AA'", "'W1A 0AX'"),
        ("'Ms'", "null"),
        ("'Byron'", "'O''Neil'"),
        ("'Byron'", "'Müller'"),
        ("'Byron'", "repeat('a', 35)"),
        ("'12'", "repeat('a', 40)"),
    ]
    .into_iter()
    .enumerate()
    {
        let sql = good.replace(right, as_good).replace("#51", &format!("#{}", 100 + n));
        done(&app, &format!("begin; {sql}; rollback")).await;
    }
}

#[tokio::test]
async fn a_declaration_covers_from_its_first_day_until_it_is_cancelled() {
    let (_database, app) = declared().await;
    // Covers, from when it is cancelled, a day, and whether that is covered.
    let cases = [
        ("[2026-04-06,)", "null", "2026-04-06", true),
        ("[2026-04-06,)", "null", "2026-04-05", false),
        ("[2024-02-29,2024-03-01)", "null", "2024-02-29", true),
        ("[2024-02-29,2024-03-01)", "null", "2024-03-01", false),
        ("[2026-01-01,)", "'2026-06-01'", "2026-05-31", true),
        ("[2026-01-01,)", "'2026-06-01'", "2026-06-01", false),
        // An oral one that is cancelled within thirty days never counted.
        ("[2026-01-01,)", "'2026-01-01'", "2026-01-01", false),
    ];
    for (covers, cancelled, day, expected) in cases {
        let sql = format!(
            "select giftaid.covers(d, '{day}') from (
               select (jsonb_populate_record(null::giftaid.declarations,
                 jsonb_build_object('covers', '{covers}', 'cancelled_from', {cancelled}))).*) d"
        );
        assert_eq!(value::<bool>(&app, &sql).await, expected, "{covers} {cancelled} {day}");
    }
    for (day, year) in
        [("2026-04-05", 2025), ("2026-04-06", 2026), ("2024-02-29", 2023), ("2026-12-31", 2026)]
    {
        assert_eq!(value::<i32>(&app, &format!("select giftaid.tax_year('{day}')")).await, year);
    }
    for (pence, tax) in [(1, 0), (3, 0), (4, 1), (999, 249), (1000, 250)] {
        assert_eq!(
            value::<i64>(&app, &format!("select giftaid.tax_on({pence}, '2026-10-05')")).await,
            tax
        );
    }
}

#[tokio::test]
async fn a_declaration_is_never_edited_only_cancelled() {
    let (_database, app) = declared().await;
    let declare = |scope: &str, covers: &str, past: bool| {
        format!(
            "insert into giftaid.declarations (contributor_id, claimant_id, scope, wording_id, channel, given_on, covers, past_four_years)
             select #20, #10, '{scope}', id, 'written', '2026-01-01', '{covers}', {past}
             from giftaid.declaration_wordings where kind = 'enduring' and locale = 'en'"
        )
    };
    let cancel = |day: &str| {
        format!(
            "update giftaid.declarations set status = 'cancelled', cancelled_at = now(), cancelled_from = '{day}'"
        )
    };
    walk(
        &app,
        &[
            (&declare("single", "[2026-01-01,)", false), "declarations_single_whole"),
            (&declare("enduring", "[2025-12-31,)", false), "declarations_past_limit"),
            (&declare("enduring", "[2021-12-31,)", true), "declarations_past_limit"),
            (&declare("enduring", "[2022-01-01,)", true), OK),
            (&declare("enduring", "empty", false), "declarations_covers_whole"),
            ("update giftaid.declarations set covers = '[2020-01-01,)'", "declarations_frozen"),
            (
                "update giftaid.declarations set wording_id = gen_random_uuid()",
                "declarations_frozen",
            ),
            (
                "update giftaid.declarations set status = 'cancelled'",
                "declarations_cancelled_whole",
            ),
            (&cancel("2025-12-31"), "declarations_cancelled_from_range"),
            (&cancel("2026-06-01"), OK),
            (&cancel("2026-07-01"), "declarations_cancelled_from_once"),
            ("update giftaid.declarations set status = 'active'", "declarations_status_transition"),
            ("insert into giftaid.declaration_wordings default values", ""),
            ("update giftaid.declaration_wordings set wording = 'a'", ""),
        ],
    )
    .await;
    // The gift was made after the first day that is no longer covered.
    refused(&app, &line("#51", 1, "#1", 1000, 250), "claim_lines_declaration_covers").await;
}

#[tokio::test]
async fn a_claim_is_its_lines_is_submitted_by_somebody_else_and_then_stays() {
    let (database, app) = declared().await;
    let validate = |lines: u8, total: u32| {
        format!(
            "update giftaid.claims set status = 'validated', validated_at = now(), line_count = {lines}, total_minor = {total},
               expected_tax_minor = {total} / 4, earliest_on = '2026-10-05', period_end = '2026-10-05' where id = #40"
        )
    };
    let submit = |who: &str| {
        format!(
            "update giftaid.claims set status = 'submitted', submitted_by = {who}, submitted_at = now(), journal_id = #901
             where id = #40"
        )
    };
    let step =
        |status: &str| format!("update giftaid.claims set status = '{status}' where id = #40");

    walk(
        &app,
        &[
            (&step("validated"), "claims_some_lines"),
            (&line("#51", 1, "#1", 1000, 250), OK),
            (&line("#52", 2, "#2", 1000, 250), OK),
            (&validate(1, 1000), "claims_total"),
            (&validate(2, 1999), "claims_total"),
            (&submit("#71"), "claims_status_transition"),
            (&validate(2, 2000), OK),
            (&line("#53", 3, "#3", 1000, 250), "claim_lines_claim_state"),
            ("update giftaid.claims set total_minor = 1 where id = #40", "claims_frozen"),
            (&submit("#70"), "claims_four_eyes"),
            (&step("submitted"), "claims_submitted_by_status"),
            (&submit("#71"), OK),
            // No answer came: it is asked for. Only who never reached the tax office takes that back.
            (&step("unknown"), OK),
            (&step("submitted"), OK),
            (&step("unknown"), OK),
            (&step("draft"), "claims_status_transition"),
            (&step("acknowledged"), OK),
            (
                "update giftaid.claims set submitted_by = #72 where id = #40",
                "claims_submitted_by_once",
            ),
            ("update giftaid.claims set irmark = 'short' where id = #40", "claims_irmark_shape"),
            ("insert into giftaid.claim_events (claim_id, kind) values (#40, 'response')", OK),
            ("update giftaid.claim_events set detail = 'a'", ""),
            ("delete from giftaid.claims", ""),
        ],
    )
    .await;
    // Nothing of it was posted, as the functions would have done.
    let unposted = "I18 claimed Gift Aid differs from account 1310: 0";
    assert_eq!(breaks(&database.owner().await).await, [unposted]);
}

#[tokio::test]
async fn no_more_tax_is_given_back_than_was_claimed() {
    let (_database, app) = declared().await;
    done(&app, &line("#51", 1, "#1", 1000, 250)).await;
    let adjust = |id: &str, journal: &str, amount: u32| {
        format!(
            "insert into giftaid.adjustments (id, claim_line_id, contribution_id, amount_minor, reason, journal_id)
             values ({id}, #51, #1, {amount}, 'refunded', {journal})"
        )
    };
    walk(
        &app,
        &[
            (&adjust("#61", "#901", 100), "adjustments_of_line"),
            ("update giftaid.claim_lines set status = 'accepted' where id = #51", OK),
            (&adjust("#61", "#901", 100), OK),
            (&adjust("#62", "#902", 151), "adjustments_of_line"),
            (&adjust("#62", "#902", 150), OK),
            ("update giftaid.adjustments set status = 'settled' where id = #61", "adjustments_settled_whole"),
            ("update giftaid.adjustments set status = 'settled', settled_in_claim_id = #41 where id = #61", OK),
            // The claim that settles it says so and explains it.
            ("update giftaid.claims set status = 'validated', adjustment_minor = 99, other_info = 'a' where id = #41", "claims_adjustment"),
            ("update giftaid.claims set status = 'validated', adjustment_minor = 100 where id = #41", "claims_adjustment_explained"),
            ("update giftaid.claims set status = 'validated', adjustment_minor = 100, other_info = 'a' where id = #41", OK),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_charity_is_written_as_the_tax_office_knows_it() {
    let (_database, app) = declared().await;
    let claimant = |reference: &str, regulator: &str| {
        format!(
            "insert into giftaid.claimants (org_name, hmrc_ref, regulator, entity_type, year_end)
             values ('a', '{reference}', {regulator}, 'trust', '04-05')"
        )
    };
    walk(
        &app,
        &[
            (&claimant("A123456", "'ccew'"), "claimants_hmrc_ref_shape"),
            (&claimant("ABC1", "'ccew'"), "claimants_hmrc_ref_shape"),
            (&claimant("CH1", "'ccew'"), "claimants_regulator_by_ref"),
            (&claimant("CH1", "null"), OK),
            (&claimant("X1", "null"), "claimants_regulator_by_ref"),
            (&claimant("X1", "'oscr'"), OK),
            (&claimant("X1", "'oscr'"), "claimants_hmrc_ref_key"),
        ],
    )
    .await;
}
