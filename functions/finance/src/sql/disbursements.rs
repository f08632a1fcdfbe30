//! How partners are paid.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    ContactId, Date, DisbursementId, JournalId, MilestoneId, Money, PartnerBankAccountId,
    PartnerId, ProjectId, StageId, Text, Timestamp,
};

use crate::sql::Kept;

row! {
    /// A payment to a partner.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Disbursement {
        /// Identity.
        pub id: DisbursementId,
        /// Partner who is paid.
        pub partner_ref: PartnerId,
        /// Its name as of the proposal.
        pub partner_name: String,
        /// Where it is paid.
        pub bank_account_id: Option<PartnerBankAccountId>,
        /// Project it is for.
        pub project_ref: Option<ProjectId>,
        /// Funding stage it is for.
        pub stage_ref: Option<StageId>,
        /// Milestone whose approval released it.
        pub milestone_ref: Option<MilestoneId>,
        /// Version of the milestone.
        pub milestone_version: Option<i32>,
        /// Why no milestone is needed.
        pub without_milestone_reason: Option<Text<500>>,
        /// How much, in minor units.
        pub amount: Money,
        /// `bank_transfer`, `card`, `cheque` or `internal`.
        pub method: String,
        /// `proposed`, `approved`, `rejected`, `withdrawn`, `sending`, `paid`, `failed`, `reconciled`, `recovering` or
        /// `recovered`.
        pub status: String,
        /// Who proposed it.
        pub proposed_by: ContactId,
        /// Who approved it: somebody else.
        pub approved_by: Option<ContactId>,
        /// When that was.
        pub approved_at: Option<Timestamp>,
        /// The journal of the debt to the partner.
        pub approval_journal_id: Option<JournalId>,
        /// The journal of the latest payment order.
        pub sent_journal_id: Option<JournalId>,
        /// The journal of the bank's confirmation.
        pub paid_journal_id: Option<JournalId>,
        /// What the bank said of the latest attempt.
        pub failure_reason: Option<String>,
        /// When it was proposed.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Disbursement {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where a payment stands.
    pub enum DisbursementStatus {
        Proposed = "proposed",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Sending = "sending",
        Paid = "paid",
        Failed = "failed",
        Reconciled = "reconciled",
        Recovering = "recovering",
        Recovered = "recovered",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.partner_ref, t.partner_name, t.bank_account_id, t.project_ref, t.stage_ref, t.milestone_ref,
         t.milestone_version, t.without_milestone_reason, t.amount_minor, t.currency, t.method, t.status, t.proposed_by,
         t.approved_by, t.approved_at, t.approval_journal_id, t.sent_journal_id, t.paid_journal_id, t.failure_reason,
         t.created_at, t.version"
    };
}

/// Partner, project, status, proposed from, proposed before, cursor, limit.
type Page = Sql<
    (
        Option<PartnerId>,
        Option<ProjectId>,
        Option<&'static str>,
        Option<Date>,
        Option<Date>,
        Option<Timestamp>,
        Option<DisbursementId>,
        i64,
    ),
    Disbursement,
>;

statements! {
    /// A page of payments, newest first.
    pub const NEWEST: Page = Sql::new(concat!(
        "select ", columns!(), "
         from giving.disbursements t
         where ($1 is null or t.partner_ref = $1)
           and ($2 is null or t.project_ref = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or t.created_at >= $4)
           and ($5 is null or t.created_at < $5)
           and ($6 is null or (t.created_at, t.id) < ($6, $7))
         order by t.created_at desc, t.id desc
         limit $8"
    ));
    /// A payment.
    pub const FIND: Sql<(DisbursementId,), Disbursement> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.disbursements t
         where t.id = $1"
    ));
    /// Proposes a payment, once per scope and key; see `giving.propose_disbursement` for what it breaks.
    pub const PROPOSE: Sql<(Key, Value, ContactId, String), Kept<Disbursement>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.propose_disbursement($1, $2, $3, $4, $5, $6) f
         cross join lateral (select (f.disbursement).*) t"
    ))
    .never_null();
    /// Takes a payment one step further, once per scope and key; see `giving.step_disbursement` for what it breaks.
    pub const STEP: Sql<
        (
            Key, DisbursementId, i32, &'static str, Option<Text<500>>, Option<PartnerBankAccountId>, ContactId, String,
        ),
        Kept<Disbursement>,
    > = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.step_disbursement($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) f
         cross join lateral (select (f.disbursement).*) t"
    ))
    .never_null();
}
