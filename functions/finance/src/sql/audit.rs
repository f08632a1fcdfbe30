//! The evidence of one gift.
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::ContributionId;

row! {
    /// Rows about a gift, each as an object with the columns of its table.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "GiftAidAudit"))]
    pub struct Bundle {
        /// The gift.
        pub contribution_id: ContributionId,
        /// What was given, when, and what became of it.
        pub contribution: Value,
        /// Declarations of the contributor, with the words they were made with.
        pub declarations: Value,
        /// Statements that were sent about them.
        pub statements: Value,
        /// Where the contributor lives and lived.
        pub addresses: Value,
        /// Refunds.
        pub refunds: Value,
        /// Lines of claims as they were sent, with the claim and its mark.
        pub lines: Value,
        /// Tax that was given back.
        pub adjustments: Value,
        /// What was posted about its tax.
        pub accruals: Value,
    }
}

statements! {
    /// Everything about one gift.
    pub const BUNDLE: Sql<(ContributionId,), Bundle> = Sql::new(
        "select g.id as contribution_id,
           jsonb_build_object(
             'amount_minor', g.amount_minor, 'currency', g.currency, 'occurred_on', g.occurred_on, 'status', g.status,
             'provider', g.provider, 'provider_ref', g.provider_ref, 'benefit_minor', g.benefit_minor,
             'own_money', g.own_money, 'journal_id', g.journal_id, 'contributor_id', g.contributor_id) as contribution,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', d.id, 'scope', d.scope, 'channel', d.channel, 'given_on', d.given_on, 'covers_from', lower(d.covers),
               'covers_to', upper(d.covers), 'status', d.status, 'cancelled_from', d.cancelled_from,
               'cancel_reason', d.cancel_reason, 'evidence_ref', d.evidence_ref, 'request_id', d.request_id,
               'user_agent', d.user_agent, 'covers_the_gift', giftaid.covers(d, g.occurred_on)
                 and (d.contribution_id is null or d.contribution_id = g.id),
               'wording', w.wording, 'wording_sha256', encode(w.wording_sha256, 'hex'), 'wording_number', w.number)
               order by d.given_on, d.id)
             from giftaid.declarations d join giftaid.declaration_wordings w on w.id = d.wording_id
             where d.contributor_id = g.contributor_id
           ), '[]') as declarations,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'declaration_id', s.declaration_id, 'kind', s.kind, 'tax_year', s.tax_year, 'channel', s.channel,
               'sent_at', s.sent_at, 'file_ref', s.file_ref) order by s.sent_at, s.id)
             from giftaid.declaration_statements s join giftaid.declarations d on d.id = s.declaration_id
             where d.contributor_id = g.contributor_id
           ), '[]') as statements,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'house', a.house, 'street', a.street, 'city', a.city, 'postcode', a.postcode, 'country', a.country,
               'valid_from', a.valid_from, 'valid_to', a.valid_to, 'erased_at', a.erased_at) order by a.valid_from, a.id)
             from giving.contributor_addresses a where a.contributor_id = g.contributor_id
           ), '[]') as addresses,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', r.id, 'amount_minor', r.amount_minor, 'status', r.status, 'reason', r.reason,
               'settled_at', r.settled_at, 'journal_id', r.journal_id) order by r.created_at, r.id)
             from giving.refunds r where r.contribution_id = g.id
           ), '[]') as refunds,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', l.id, 'claim_id', c.id, 'claim_reference', c.reference, 'claim_status', c.status,
               'correlation_id', c.correlation_id, 'irmark', c.irmark, 'submitted_at', c.submitted_at, 'item', l.item,
               'declaration_id', l.declaration_id, 'title', l.title, 'first_name', l.first_name, 'last_name', l.last_name,
               'house', l.house, 'postcode', l.postcode, 'donated_on', l.donated_on, 'amount_minor', l.amount_minor,
               'tax_minor', l.tax_minor, 'status', l.status, 'error_code', l.error_code, 'error_path', l.error_path)
               order by l.created_at, l.id)
             from giftaid.claim_lines l join giftaid.claims c on c.id = l.claim_id where l.contribution_id = g.id
           ), '[]') as lines,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', j.id, 'claim_line_id', j.claim_line_id, 'amount_minor', j.amount_minor, 'reason', j.reason,
               'status', j.status, 'settled_in_claim_id', j.settled_in_claim_id, 'journal_id', j.journal_id)
               order by j.created_at, j.id)
             from giftaid.adjustments j where j.contribution_id = g.id
           ), '[]') as adjustments,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', x.id, 'declaration_id', x.declaration_id, 'amount_minor', x.amount_minor, 'tax_minor', x.tax_minor,
               'status', x.status, 'reason', x.reason, 'journal_id', x.journal_id,
               'closing_journal_id', x.closing_journal_id) order by x.created_at, x.id)
             from giftaid.accruals x where x.contribution_id = g.id
           ), '[]') as accruals
         from giving.contributions g
         where g.id = $1",
    )
    .never_null();
}
