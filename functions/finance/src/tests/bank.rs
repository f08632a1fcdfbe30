//! Our bank's statements find their journals.
use serde_json::{Value, json};

use super::golden::{Books, is_documented};
use crate::jobs::reconcile_bank;

const STATEMENT: &str = "
  insert into finance.bank_accounts (id, name, bank, last_four, currency, code)
  values ('00000000-0000-4000-8000-0000000000b1', 'Main', 'Bank', '1234', 'GBP', '1000');
  insert into finance.bank_statements (
    id, bank_account_id, number, opens_on, closes_on, opening_minor, closing_minor, line_count, file_sha256)
  values ('00000000-0000-4000-8000-0000000000b2', '00000000-0000-4000-8000-0000000000b1', '1',
    finance.today() - 3, finance.today(), 0, 39830, 4, sha256('a'));
  insert into finance.bank_lines (statement_id, bank_account_id, line, bank_ref, booked_on, value_on, amount_minor, purpose)
  select '00000000-0000-4000-8000-0000000000b2', '00000000-0000-4000-8000-0000000000b1', line, ref, finance.today(),
    finance.today(), amount, purpose
  from (values
    (1, 'AB1', 10000, null), (2, 'X2', 10000, 'Thank you, ab-2026-2.'), (3, 'X3', 10000, 'Who knows'),
    (4, 'X4', 9830, 'STRIPE PAYOUT')
  ) as lines (line, ref, amount, purpose)";

impl Books {
    /// A gift of 100.00 by bank transfer.
    async fn transfer(&self, reference: &str) {
        self.give(&json!({ "processor": "bank_transfer", "processor_ref": reference })).await;
    }

    /// A processor has sent 98.30 to our bank.
    async fn sent(&self, reference: &str) {
        let payout = json!({
            "payout_ref": reference, "amount_minor": 9_830, "currency": "GBP", "status": "paid",
        });
        self.app.execute(&format!("select giving.hear_payout('stripe', '{payout}', 'test')")).await;
    }

    async fn reconciled(&self) -> Value {
        self.app.run(&reconcile_bank::JOB).await.result.unwrap()
    }
}

#[tokio::test]
async fn lines_find_the_journals_that_they_name_and_a_payout_arrives_with_its_own() {
    let books = Books::new().await;
    for reference in ["AB1", "AB-2026-2", "AB-2026-3"] {
        books.transfer(reference).await;
    }
    books.sent("po_1").await;
    books.app.execute(STATEMENT).await;

    // Two at the same time: one of them may find the other at work, and says that it is not complete.
    let (one, two) = tokio::join!(books.reconciled(), books.reconciled());
    let rest = books.reconciled().await;
    let again = books.reconciled().await;

    // The third transfer is not named: once the others are matched, it is alone with its amount.
    let matched: i64 = [&one, &two, &rest].map(|ran| ran["matched"].as_i64().unwrap()).iter().sum();
    assert_eq!(matched, 4, "{one} {two} {rest}");
    let nothing = json!({ "matched": 0, "compared": 1, "different": 0, "complete": true });
    assert_eq!(again, nothing);
    let lines = books.newest("payout.received").await;
    assert_eq!(lines, "1000 - 9830, 1010 - -9830");
    is_documented(&lines);
    let found = "select string_agg(l.bank_ref || ' ' || coalesce(c.provider_ref, p.processor_ref), ', ' order by l.line)
       from finance.bank_lines l join finance.recon_matches m on m.bank_line_id = l.id
       left join giving.contributions c on c.journal_id = m.journal_id
       left join giving.payouts p on p.id = m.payout_id";
    assert_eq!(books.app.value(found).await, "AB1 AB1, X2 AB-2026-2, X3 AB-2026-3, X4 po_1");
    assert_eq!(books.app.count("ledger.journals where kind = 'payout.received'").await, 1);
    assert_eq!(books.app.count("giving.payouts where status = 'reconciled'").await, 1);
    assert_eq!(books.app.count("finance.recon_runs").await, 1, "the same is not told again");
    assert_eq!(books.app.count("finance.recon_runs where outcome = 'equal'").await, 1);
    books.are_sound().await;
}

#[tokio::test]
async fn what_could_be_several_waits_for_a_person_and_the_difference_is_kept() {
    let books = Books::new().await;
    for reference in ["AB1", "AB2"] {
        books.transfer(reference).await;
    }
    for payout in ["po_1", "po_2"] {
        books.sent(payout).await;
    }
    books.app.execute(STATEMENT).await;
    let aside = "update finance.bank_lines set status = 'ignored', ignored_reason = 'test' where bank_ref in ('AB1', 'X2')";
    books.app.execute(aside).await;

    let ran = books.reconciled().await;

    let expected = json!({ "matched": 0, "compared": 1, "different": 1, "complete": true });
    assert_eq!(ran, expected);
    let told = "select outcome || ' ' || ours_minor || ' ' || theirs_minor || ' ' || (detail ->> 'unmatched') from finance.recon_runs";
    assert_eq!(books.app.value(told).await, "different 20000 39830 2");
    assert_eq!(books.app.count("ledger.journals where kind = 'payout.received'").await, 0);
    books.are_sound().await;
}

#[tokio::test]
async fn a_reference_is_named_as_a_word_of_its_own() {
    let books = Books::new().await;
    for (reference, bank_ref, purpose, named) in [
        ("AB1", "AB1", "", true),
        ("AB1", "X", "AB1", false),
        ("AB-2026-2", "X", "gift ab-2026-2.", true),
        ("AB-2026-2", "X", "AB-2026-21", false),
        ("po_123", "X", "STRIPE/po_123/GBP", true),
        ("po_123", "X", "po_1234", false),
    ] {
        let sql =
            format!("select finance.is_named('{reference}', '{bank_ref}', '{purpose}')::text");
        assert_eq!(books.app.value(&sql).await, named.to_string(), "{reference} in {purpose}");
    }
    assert_eq!(books.app.value("select finance.is_named(null, 'X', null)::text").await, "false");
}
