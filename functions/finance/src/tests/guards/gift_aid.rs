//! Of Gift Aid.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "giftaid.claim_lines",
        "check_source",
        "insert into giftaid.claim_lines (claim_id, item, contribution_id, declaration_id, last_name,
         first_name, house, postcode, donated_on, amount_minor, tax_minor) select l.claim_id, 50, c.id,
         l.declaration_id, l.last_name, l.first_name, l.house, l.postcode, c.occurred_on, c.amount_minor,
         giftaid.tax_on(c.amount_minor, c.occurred_on) from giving.contributions c, giftaid.claim_lines l
         join giftaid.claims d on d.id = l.claim_id where d.status = 'draft' and c.contributor_id =
         '88658c60-2309-51e5-b5fb-f92e61c22565' limit 1",
    ),
    (
        "giftaid.claim_lines",
        "check_parent",
        "insert into giftaid.claim_lines (claim_id, item, contribution_id, declaration_id, last_name,
         first_name, house, postcode, donated_on, amount_minor, tax_minor) select l.claim_id, 50, c.id,
         l.declaration_id, l.last_name, l.first_name, l.house, l.postcode, c.occurred_on, c.amount_minor,
         giftaid.tax_on(c.amount_minor, c.occurred_on) from giving.contributions c, giftaid.claim_lines l
         join giftaid.claims d on d.id = l.claim_id where d.status = 'accepted' and c.id =
         '0dd70a6e-8f91-5fde-b0cb-26fee975e135' limit 1",
    ),
    (
        "giftaid.claim_lines",
        "claim_lines_contribution_id_key",
        "insert into giftaid.claim_lines (claim_id, item, contribution_id, declaration_id, last_name,
         first_name, house, postcode, donated_on, amount_minor, tax_minor) select d.id, 50,
         l.contribution_id, l.declaration_id, l.last_name, l.first_name, l.house, l.postcode, l.donated_on,
         l.amount_minor, l.tax_minor from giftaid.claims d, giftaid.claim_lines l where d.status = 'draft'
         and l.status = 'accepted' limit 1",
    ),
    (
        "giftaid.claims",
        "check_step",
        "update giftaid.claims set status = 'validated', validated_at = now(), line_count = 1, earliest_on =
         '2025-10-10', period_end = '2025-10-10', total_minor = 3001, expected_tax_minor = 750 where status =
         'draft'",
    ),
    (
        "giftaid.declarations",
        "check_frozen",
        "update giftaid.declarations set covers = '[2022-06-01,)'",
    ),
    (
        "giftaid.adjustments",
        "check_total",
        "insert into giftaid.adjustments (claim_line_id, contribution_id, amount_minor, reason, journal_id)
         select l.id, l.contribution_id, l.tax_minor + 1, 'refunded', (select id from ledger.journals order
         by id limit 1) from giftaid.claim_lines l where l.status = 'accepted'",
    ),
    (
        "giftaid.gasds_collections",
        "check_source",
        "insert into giftaid.gasds_collections (claimant_id, contribution_id, collected_on, banked_on,
         method, gifts, amount_minor) select d.claimant_id, l.contribution_id, '2026-05-01', '2026-05-02',
         'cash', 1, 500 from giftaid.claim_lines l join giftaid.claims d on d.id = l.claim_id where l.status
         = 'accepted'",
    ),
    (
        "giftaid.aggregates",
        "check_total",
        "insert into giftaid.aggregates (claimant_id, description, donated_on, amount_minor) select id,
         'Tea', '2026-05-01', 500 from giftaid.claimants;
         update giftaid.aggregates set closed_at = now()",
    ),
    (
        "giftaid.aggregate_items",
        "check_source",
        "insert into giftaid.aggregates (claimant_id, description, donated_on, amount_minor) select id,
         'Tea', '2026-11-01', 2400 from giftaid.claimants;
         insert into giftaid.aggregate_items (aggregate_id, contribution_id, declaration_id, amount_minor)
         select a.id, c.id, d.id, c.amount_minor - 100 from giftaid.aggregates a, giftaid.declarations d,
         giving.contributions c where c.occurred_on = '2026-11-01'",
    ),
    (
        "giftaid.gasds_claims",
        "check_step",
        "insert into giftaid.gasds_claims (claimant_id, tax_year) select id, 2025 from giftaid.claimants;
         update giftaid.gasds_claims set status = 'validated', collected_minor = 500, top_up_minor = 125",
    ),
    (
        "giftaid.gasds_claims",
        "gasds_claims_tax_year_key",
        "insert into giftaid.gasds_claims (claimant_id, tax_year) select id, 2024 from giftaid.claimants,
         generate_series(1, 2)",
    ),
    (
        "giftaid.gasds_claims",
        "gasds_claims_posted",
        "insert into giftaid.gasds_claims (claimant_id, tax_year, claim_id, status) select claimant_id, 2024,
         id, 'draft' from giftaid.claims where status = 'accepted';
         update giftaid.gasds_claims set status = 'validated', collected_minor = 0, top_up_minor = 0;
         update giftaid.gasds_claims set status = 'submitted'",
    ),
    (
        "giftaid.gasds_collections",
        "check_parent",
        "insert into giftaid.gasds_claims (claimant_id, tax_year) select id, 2024 from giftaid.claimants;
         update giftaid.gasds_claims set status = 'validated', collected_minor = 0, top_up_minor = 0;
         insert into giftaid.gasds_collections (claimant_id, gasds_claim_id, collected_on, banked_on, method,
         gifts, amount_minor) select claimant_id, id, '2024-05-01', '2024-05-02', 'cash', 1, 500 from
         giftaid.gasds_claims",
    ),
    (
        "giftaid.tax_rates",
        "tax_rates_pkey",
        "insert into giftaid.tax_rates select * from giftaid.tax_rates limit 1",
    ),
];
