//! Where partners are paid.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    ContactId, Currency, DisbursementId, Money, PartnerBankAccountId, PartnerId, Timestamp,
};

use crate::sql::Kept;

row! {
    /// Where a partner is paid.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct PartnerBankAccount {
        /// Identity.
        pub id: PartnerBankAccountId,
        /// The partner.
        pub partner_ref: PartnerId,
        /// Name of the account's holder.
        pub holder_name: String,
        /// Its currency.
        pub currency: Currency,
        /// ISO 3166-1 alpha-2 code of the bank.
        pub country: String,
        /// Last four characters of the number.
        pub last_four: String,
        /// `unverified`, `verified` or `retired`.
        pub status: String,
        /// Nothing is paid there before: time for the partner to object.
        pub usable_from: Timestamp,
        /// Who wrote it down.
        pub created_by: Option<ContactId>,
        /// Who verified it: somebody else.
        pub verified_by: Option<ContactId>,
        /// When that was.
        pub verified_at: Option<Timestamp>,
        /// When it was written down.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

row! {
    /// Where an approved payment goes, sealed.
    #[derive(Debug)]
    pub struct SealedDetails {
        /// The account.
        pub bank_account_id: PartnerBankAccountId,
        /// Name of the account's holder.
        pub holder_name: String,
        /// How much is paid.
        pub amount: Money,
        /// Sealed for the account.
        pub details_ciphertext: Vec<u8>,
        /// With the key of this name; null: it was never told.
        pub details_key_id: Option<String>,
    }
}

impl Resource for PartnerBankAccount {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Where an account stands.
    pub enum AccountStatus {
        Unverified = "unverified",
        Verified = "verified",
        Retired = "retired",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.partner_ref, t.holder_name, t.currency, t.country, t.last_four, t.status, t.usable_from, t.created_by,
         t.verified_by, t.verified_at, t.created_at, t.version"
    };
}

/// Partner, status, cursor, limit.
type Page = Sql<
    (Option<PartnerId>, Option<&'static str>, Option<Timestamp>, Option<PartnerBankAccountId>, i64),
    PartnerBankAccount,
>;

statements! {
    /// A page of accounts, newest first.
    pub const NEWEST: Page = Sql::new(concat!(
        "select ", columns!(), "
         from giving.partner_bank_accounts t
         where ($1 is null or t.partner_ref = $1)
           and ($2 is null or t.status = $2)
           and ($3 is null or (t.created_at, t.id) < ($3, $4))
         order by t.created_at desc, t.id desc
         limit $5"
    ));
    /// An account.
    pub const FIND: Sql<(PartnerBankAccountId,), PartnerBankAccount> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.partner_bank_accounts t
         where t.id = $1"
    ));
    /// Writes an account down, once per scope and key; see `giving.create_partner_bank_account` for what it breaks.
    pub const CREATE: Sql<(Key, Value, ContactId), Kept<PartnerBankAccount>> = Sql::repeatable(concat!(
        "select ", columns!(), ", f.replayed
         from giving.create_partner_bank_account($1, $2, $3, $4, $5) f
         cross join lateral (select (f.account).*) t"
    ))
    .never_null();
    /// Verifies the account `$1` of version `$2`; breaks `partner_bank_accounts_four_eyes`.
    pub const VERIFY: Sql<(PartnerBankAccountId, i32, ContactId), PartnerBankAccount> = Sql::new(concat!(
        "update giving.partner_bank_accounts t
         set status = 'verified', verified_by = $3, verified_at = now(), updated_by = $3
         where id = $1 and version = $2 and status = 'unverified'
         returning ", columns!()
    ));
    /// Retires the account `$1` of version `$2`.
    pub const RETIRE: Sql<(PartnerBankAccountId, i32, ContactId), PartnerBankAccount> = Sql::new(concat!(
        "update giving.partner_bank_accounts t
         set status = 'retired', updated_by = $3
         where id = $1 and version = $2 and status <> 'retired'
         returning ", columns!()
    ));
    /// Where the payment `$1` goes if it may be sent now, or was; and that it was read.
    pub const READ_DETAILS: Sql<(DisbursementId,), SealedDetails> = Sql::new(
        "with found as (
           select b.id as bank_account_id, b.holder_name, d.amount_minor, d.currency, b.details_ciphertext, b.details_key_id
           from giving.disbursements d
           join giving.partner_bank_accounts b on b.id = d.bank_account_id and b.partner_ref = d.partner_ref
           where d.id = $1 and d.status in ('approved', 'sending', 'failed') and b.status = 'verified'
             and b.usable_from <= now() and b.currency = d.currency
         ), noted as (
           insert into finance.audit_logs (
             domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
             context_entity_type, context_entity_id, request_id, ip, user_agent)
           select 'finance', c ->> 'kind', (c ->> 'contact')::uuid, (c ->> 'session')::uuid,
             'partner_bank_account.read_details', 'read', 'partner_bank_account', found.bank_account_id, 'disbursement', $1,
             c ->> 'request_id', (c ->> 'ip')::inet, c ->> 'user_agent'
           from (select current_setting('aruuri.context')::jsonb) as who (c)
           cross join found
           returning 1
         )
         select bank_account_id, holder_name, amount_minor, currency, details_ciphertext, details_key_id
         from found"
    );
}
