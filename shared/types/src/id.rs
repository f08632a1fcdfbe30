//! Ids that know what they identify: a `ProjectId` is never taken for a `ThemeId`.
//!
//! A reference to an entity of another database is that entity's id type in a column `<entity>_ref`. New ids are UUID v7
//! (they sort by creation time and are made by the caller of a statement, so that several statements can go in one round
//! trip); seeded ids are UUID v5 of a natural key, the same on every machine.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Uuid, uuid};

use crate::string::{SqlResult, base};
use crate::{Invalid, json};

/// UUID v5 of `aruuri` in the DNS namespace of RFC 9562; the root of every seeded id, so it must never change.
const ARUURI: Uuid = uuid!("b9de0268-e021-594e-b222-5b453c9af6a6");

/// Something that has an id.
pub trait Entity: 'static {
    /// Domain and singular name, such as `projects.project`: part of every seeded id, so it must never change.
    const NAME: &'static str;
}

/// The id of an `E`: a UUID in JSON and in PostgreSQL.
pub struct Id<E: Entity>(Uuid, PhantomData<fn() -> E>);

impl<E: Entity> Id<E> {
    /// Makes a new id (UUID v7): later ids of one process sort after earlier ones.
    #[expect(clippy::new_without_default, reason = "a default that differs each time surprises")]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The id of seed data (UUID v5): the same natural key gives the same id on every machine.
    pub fn seed(key: &str) -> Self {
        Self::from_uuid(seed_uuid(E::NAME, key))
    }

    /// Takes a UUID that is known to identify an `E`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

/// The id that seed data of an entity (`projects.project`) gets from its natural key: [`Id::seed`] for what has no type here.
pub fn seed_uuid(entity: &str, key: &str) -> Uuid {
    let namespace = Uuid::new_v5(&ARUURI, entity.as_bytes());
    Uuid::new_v5(&namespace, key.as_bytes())
}

/// Declares the entities of a domain: a marker in [`entity`] and an alias such as `ProjectId`.
macro_rules! entities {
    ($($marker:ident $alias:ident = $name:literal,)*) => {
        /// The things that have ids: types without values, used only in [`Id`].
        pub mod entity {
            $(
                #[doc = concat!("`", $name, "`.")]
                #[derive(Debug)]
                pub enum $marker {}

                impl super::Entity for $marker {
                    const NAME: &'static str = $name;
                }
            )*
        }

        $(
            #[doc = concat!("The id of a `", $name, "`.")]
            pub type $alias = Id<entity::$marker>;
        )*
    };
}

entities! {
    AccountLink AccountLinkId = "platform.account",
    ApiToken ApiTokenId = "platform.api_token",
    AuditLog AuditLogId = "platform.audit_log",
    Company CompanyId = "platform.company",
    CompanyLink CompanyLinkId = "platform.contact_company",
    Contact ContactId = "platform.contact",
    Department DepartmentId = "platform.department",
    File FileId = "platform.file",
    Invitation InvitationId = "platform.invitation",
    Lead LeadId = "platform.lead",
    RoleGrant RoleGrantId = "platform.role_grant",
    Session SessionId = "platform.session",
    Setting SettingId = "platform.setting",
    User UserId = "platform.user",
    VerificationToken VerificationTokenId = "platform.verification_token",

    FundingApplication FundingApplicationId = "projects.funding_application",
    Milestone MilestoneId = "projects.milestone",
    Mission MissionId = "projects.mission",
    Partner PartnerId = "projects.partner",
    Project ProjectId = "projects.project",
    Stage StageId = "projects.stage",
    Theme ThemeId = "projects.theme",

    Account AccountId = "finance.account",
    Allocation AllocationId = "finance.allocation",
    Accrual AccrualId = "finance.accrual",
    BankAccount BankAccountId = "finance.bank_account",
    BankLine BankLineId = "finance.bank_line",
    BankStatement BankStatementId = "finance.bank_statement",
    Building BuildingId = "finance.gasds_building",
    Claim ClaimId = "finance.claim",
    ClaimLine ClaimLineId = "finance.claim_line",
    Claimant ClaimantId = "finance.claimant",
    Collection CollectionId = "finance.gasds_collection",
    Contribution ContributionId = "finance.contribution",
    Contributor ContributorId = "finance.contributor",
    Conversion ConversionId = "finance.conversion",
    Declaration DeclarationId = "finance.declaration",
    CreditNote CreditNoteId = "finance.credit_note",
    Disbursement DisbursementId = "finance.disbursement",
    Dispute DisputeId = "finance.dispute",
    Fund FundId = "finance.fund",
    Grant GrantId = "finance.grant",
    Invoice InvoiceId = "finance.invoice",
    InvoiceLine InvoiceLineId = "finance.invoice_line",
    InvoicePayment InvoicePaymentId = "finance.invoice_payment",
    Journal JournalId = "finance.journal",
    JournalProposal JournalProposalId = "finance.journal_proposal",
    Mandate MandateId = "finance.mandate",
    PartnerBankAccount PartnerBankAccountId = "finance.partner_bank_account",
    Payout PayoutId = "finance.payout",
    ProcessorBalance ProcessorBalanceId = "finance.processor_balance",
    ProcessorFee ProcessorFeeId = "finance.processor_fee",
    Product ProductId = "finance.product",
    Quote QuoteId = "finance.quote",
    Reconciliation ReconciliationId = "finance.recon_run",
    Refund RefundId = "finance.refund",
    Seller SellerId = "finance.seller",
    TopUpClaim TopUpClaimId = "finance.gasds_claim",
    WebhookEvent WebhookEventId = "finance.webhook_event",
    Wording WordingId = "finance.declaration_wording",

    Category CategoryId = "content.category",
    Post PostId = "content.post",
}

// Written out because a derive would ask the marker for the same traits.
impl<E: Entity> Copy for Id<E> {}

impl<E: Entity> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Entity> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E: Entity> Eq for Id<E> {}

impl<E: Entity> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Entity> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<E: Entity> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Entity> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", E::NAME, self.0)
    }
}

impl<E: Entity> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<E: Entity> FromStr for Id<E> {
    type Err = Invalid;

    /// Takes the hyphenated form only: one id has one spelling in URLs, logs and caches, apart from letter case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: &str = "must be a UUID such as 01929b1e-7c00-7000-8000-000000000000";
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(Invalid::new(RULE));
        }
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| Invalid::new(RULE))
    }
}

impl<E: Entity> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, E: Entity> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parse(deserializer)
    }
}

impl<E: Entity> ToSql for Id<E> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> SqlResult<IsNull> {
        self.0.to_sql(base(ty), out)
    }

    fn accepts(ty: &Type) -> bool {
        <Uuid as ToSql>::accepts(base(ty))
    }

    to_sql_checked!();
}

impl<'row, E: Entity> FromSql<'row> for Id<E> {
    fn from_sql(ty: &Type, raw: &'row [u8]) -> SqlResult<Self> {
        Ok(Self::from_uuid(Uuid::from_sql(base(ty), raw)?))
    }

    fn accepts(ty: &Type) -> bool {
        <Uuid as FromSql<'_>>::accepts(base(ty))
    }
}
