//! Of what people write into the books: journals by hand, grants, conversions.
use super::Guard;

pub(super) const GUARDS: &[Guard] = &[
    (
        "ledger.journal_proposals",
        "journal_proposals_four_eyes",
        "update ledger.journal_proposals set status = 'posted', decided_by = proposed_by, decided_at = now(),
           journal_id = (select id from ledger.journals order by id limit 1)
         where id = (select id from ledger.journal_proposals where status = 'proposed' limit 1)",
    ),
    (
        "ledger.journal_proposals",
        "check_proposal",
        r#"insert into ledger.journal_proposals (kind, effective_date, currency, lines, reason, proposed_by)
         values ('journal.manual', finance.today(), 'GBP',
           '[{"code": "2100", "amount_minor": 5}, {"code": "1000", "amount_minor": -5}]', 'test', gen_random_uuid())"#,
    ),
    (
        "ledger.journal_proposals",
        "check_frozen",
        "update ledger.journal_proposals set lines = lines || lines where lines is not null",
    ),
    (
        "ledger.journal_proposals",
        "check_status",
        "update ledger.journal_proposals set status = 'rejected', decided_by = gen_random_uuid(), decided_at = now();
         update ledger.journal_proposals set status = 'posted', journal_id = (
           select j.id from ledger.journals j order by j.id limit 1)
         where id = (select id from ledger.journal_proposals limit 1)",
    ),
    (
        "ledger.journal_proposals",
        "keep_once_set",
        "update ledger.journal_proposals set status = 'rejected', decided_by = gen_random_uuid(), decided_at = now();
         update ledger.journal_proposals set decided_by = gen_random_uuid()",
    ),
    ("ledger.journal_proposals", "refuse_delete", "delete from ledger.journal_proposals"),
    (
        "ledger.journal_proposals",
        "journal_proposals_journal_id_key",
        "update ledger.journal_proposals set status = 'posted', decided_by = gen_random_uuid(), decided_at = now(),
           journal_id = (select id from ledger.journals order by id limit 1)",
    ),
    (
        "ledger.journal_proposals",
        "journal_proposals_reverses_key",
        "insert into ledger.journal_proposals (kind, effective_date, reverses, reason, proposed_by)
         select 'journal.reversal', finance.today(), j.id, 'test', gen_random_uuid()
         from (select id from ledger.journals where kind = 'journal.manual' limit 1) j, generate_series(1, 2)",
    ),
    (
        "giving.grants",
        "check_frozen",
        "update giving.grants set amount_minor = amount_minor + 1 where status = 'part_received'",
    ),
    (
        "giving.grants",
        "check_status",
        "update giving.grants set status = 'approved', repayable_minor = null where status = 'repayable'",
    ),
    (
        "giving.grants",
        "grants_repayable_within",
        "update giving.grants set status = 'repayable', repayable_minor = received_minor + 1
         where status = 'part_received'",
    ),
    ("giving.grants", "refuse_delete", "delete from giving.grants"),
    ("giving.grant_receipts", "refuse_change", "delete from giving.grant_receipts"),
    ("giving.conversions", "refuse_change", "update giving.conversions set rate = rate * 2"),
    ("giving.conversions", "refuse_truncate", "truncate giving.conversions"),
];
