//! Claims, their lines, and what becomes of them.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    AccrualId, ClaimId, ClaimLineId, ClaimantId, ContactId, ContributionId, Date, Money, Timestamp,
};

row! {
    /// A claim to the tax office.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "GiftAidClaim"))]
    pub struct Claim {
        /// Identity.
        pub id: ClaimId,
        /// The charity that claims.
        pub claimant_id: ClaimantId,
        /// Our own name of the claim.
        pub reference: String,
        /// `draft`, `validated`, `withdrawn`, `submitted`, `unknown` (sent, no answer), `acknowledged`,
        /// `rejected`, `accepted`, `part_received` or `received`.
        pub status: String,
        /// Day of the earliest gift; null until it is validated.
        pub earliest_on: Option<Date>,
        /// Day of the latest gift; null until it is validated.
        pub period_end: Option<Date>,
        /// Number of lines, right from validated on.
        pub line_count: i32,
        /// Sum of the gifts, right from validated on.
        pub total: Money,
        /// Tax on that sum, pence.
        pub expected_tax_minor: i64,
        /// Tax of earlier claims that is given back with it, pence.
        pub adjustment_minor: i64,
        /// What the tax office has paid so far, pence.
        pub received_minor: i64,
        /// What explains the adjustment.
        pub other_info: Option<String>,
        /// `hmrc`: sent as XML; `upload`: uploaded by a person; null: not submitted.
        pub channel: Option<String>,
        /// The tax office's id of the submission.
        pub correlation_id: Option<String>,
        /// The mark of what was sent.
        pub irmark: Option<String>,
        /// Who prepared it.
        pub prepared_by: ContactId,
        /// Who submitted it, never the same person.
        pub submitted_by: Option<ContactId>,
        /// When it passed all checks.
        pub validated_at: Option<Timestamp>,
        /// When it was submitted.
        pub submitted_at: Option<Timestamp>,
        /// When it was prepared.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Claim {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A claim after a step, and whether the step had been made before under the same key.
    #[derive(Debug)]
    pub struct Stepped {
        /// The claim as the step left it.
        pub claim: Claim,
        /// True if nothing happened now.
        pub replayed: bool,
    }
}

types::words! {
    /// Where a claim stands.
    pub enum ClaimStatus {
        Draft = "draft", Validated = "validated", Withdrawn = "withdrawn", Submitted = "submitted",
        Acknowledged = "acknowledged", Unknown = "unknown", Rejected = "rejected",
        Accepted = "accepted", PartReceived = "part_received", Received = "received",
    }
}

row! {
    /// A gift that can be claimed, with what the tax office is told of who gave it.
    #[derive(Debug)]
    pub struct Claimable {
        /// The accrual.
        pub accrual_id: AccrualId,
        /// The gift.
        pub contribution_id: ContributionId,
        /// Day of the gift.
        pub donated_on: Date,
        /// Title.
        pub title: Option<String>,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// House name or number.
        pub house: String,
        /// Postcode; null: outside the United Kingdom.
        pub postcode: Option<String>,
        /// Legal form of the charity.
        pub entity_type: String,
        /// End of its accounting year, `MM-DD`.
        pub year_end: String,
        /// The day it is in the United Kingdom.
        pub today: Date,
    }
}

row! {
    /// A line as it is sent.
    #[derive(Debug)]
    pub struct SentLine {
        /// Identity.
        pub id: ClaimLineId,
        /// Number.
        pub item: i32,
        /// Title.
        pub title: Option<String>,
        /// First name; null: an aggregate.
        pub first_name: Option<String>,
        /// Last name.
        pub last_name: Option<String>,
        /// House.
        pub house: Option<String>,
        /// Postcode; `X`: outside the United Kingdom.
        pub postcode: Option<String>,
        /// Description of an aggregate.
        pub aggregated: Option<String>,
        /// Whether it was sponsored.
        pub sponsored: bool,
        /// Day.
        pub donated_on: Date,
        /// Pence.
        pub amount_minor: i64,
    }
}

row! {
    /// The charity of a claim as the tax office knows it.
    #[derive(Debug)]
    pub struct Claimant {
        /// Name.
        pub org_name: String,
        /// Reference.
        pub hmrc_ref: String,
        /// Regulator.
        pub regulator: Option<String>,
        /// Number there.
        pub regulator_no: Option<String>,
        /// Title of the official.
        pub official_title: Option<String>,
        /// First name; null: no official is known.
        pub official_first_name: Option<String>,
        /// Last name.
        pub official_last_name: Option<String>,
        /// Postcode; null: outside the United Kingdom.
        pub official_postcode: Option<String>,
        /// Telephone number.
        pub official_phone: Option<String>,
        /// The day it is in the United Kingdom.
        pub today: Date,
    }
}

row! {
    /// Whether a step was made.
    #[derive(Debug)]
    pub struct Made {
        /// False: the claim stands elsewhere already.
        pub made: bool,
    }
}

macro_rules! columns {
    ($row:literal) => {
        concat!(
            $row,
            ".id, ",
            $row,
            ".claimant_id, ",
            $row,
            ".reference, ",
            $row,
            ".status, ",
            $row,
            ".earliest_on, ",
            $row,
            ".period_end, ",
            $row,
            ".line_count, ",
            $row,
            ".total_minor, ",
            $row,
            ".expected_tax_minor, ",
            $row,
            ".adjustment_minor, ",
            $row,
            ".received_minor, ",
            $row,
            ".currency, ",
            $row,
            ".other_info, ",
            $row,
            ".channel, ",
            $row,
            ".correlation_id, ",
            $row,
            ".irmark, ",
            $row,
            ".prepared_by, ",
            $row,
            ".submitted_by, ",
            $row,
            ".validated_at, ",
            $row,
            ".submitted_at, ",
            $row,
            ".created_at, ",
            $row,
            ".version"
        )
    };
}

/// Charity, status, cursor, limit.
type Page =
    Sql<(Option<ClaimantId>, Option<&'static str>, Option<Timestamp>, Option<ClaimId>, i64), Claim>;

statements! {
    /// A page of claims, newest first.
    pub const NEWEST: Page = Sql::new(concat!(
        "select ", columns!("t"), "
         from giftaid.claims t
         where ($1 is null or t.claimant_id = $1) and ($2 is null or t.status = $2)
           and ($3 is null or (t.created_at, t.id) < ($3, $4))
         order by t.created_at desc, t.id desc
         limit $5"
    ));
    /// A claim.
    pub const FIND: Sql<(ClaimId,), Claim> =
        Sql::repeatable(concat!("select ", columns!("t"), " from giftaid.claims t where t.id = $1"));
    /// Gifts that can be claimed for a charity, oldest first; of these gifts only, if some are named; limit.
    /// One that the tax office refused waits until its contributor's name or address has changed.
    pub const CLAIMABLE: Sql<(ClaimantId, Option<Vec<String>>, i64), Claimable> = Sql::repeatable(
        "select a.id as accrual_id, a.contribution_id, a.donated_on, i.title, i.first_name, i.last_name, h.house, h.postcode,
           k.entity_type, k.year_end, (now() at time zone 'Europe/London')::date as today
         from giftaid.accruals a
         join giftaid.claimants k on k.id = a.claimant_id
         join giving.contributions g on g.id = a.contribution_id
         join giving.contributor_identities i on i.contributor_id = g.contributor_id and i.erased_at is null
         join giving.contributor_addresses h
           on h.contributor_id = g.contributor_id and h.valid_to is null and h.erased_at is null
         where a.claimant_id = $1 and a.status = 'open' and ($2 is null or a.contribution_id::text = any ($2))
           and g.status in ('settled', 'partially_refunded')
           and a.amount_minor <= g.amount_minor - giftaid.refunded(g.id)
           and not exists (
             select from giftaid.claim_lines l
             where l.contribution_id = a.contribution_id
               and (l.status not in ('rejected', 'withdrawn', 'reversed')
                 or l.status = 'rejected' and l.updated_at >= greatest(i.updated_at, h.updated_at))
           )
         order by a.donated_on, a.id
         limit $3",
    )
    .never_null();
    /// Makes a draft of accruals. Breaks what giftaid.collect breaks.
    pub const COLLECT: Sql<(ClaimId, ClaimantId, String, Value, ContactId), Claim> = Sql::new(concat!(
        "select ", columns!("t"), " from giftaid.collect($1, $2, $3, $4, $5) t"
    ))
    .never_null();
    /// Freezes a draft. Breaks what giftaid.freeze_claim breaks.
    pub const FREEZE: Sql<(String, String, Vec<u8>, ClaimId, i32, ContactId), Stepped> =
        Sql::repeatable(concat!(
            "select ", columns!("(t.claim)"), ", t.replayed
             from giftaid.freeze_claim($1, $2, $3, $4, $5, $6) t"
        ))
        .never_null();
    /// Posts a claim and keeps what will be sent. Breaks what giftaid.submit_claim breaks.
    pub const SUBMIT: Sql<
        (
            String, String, Vec<u8>, ClaimId, i32, &'static str, Option<String>, Option<String>,
            ContactId, String,
        ),
        Stepped,
    > = Sql::repeatable(concat!(
        "select ", columns!("(t.claim)"), ", t.replayed
         from giftaid.submit_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) t"
    ))
    .never_null();
    /// Gives a claim up. Breaks what giftaid.withdraw_claim breaks.
    pub const WITHDRAW: Sql<(String, String, Vec<u8>, ClaimId, i32, ContactId), Stepped> =
        Sql::repeatable(concat!(
            "select ", columns!("(t.claim)"), ", t.replayed
             from giftaid.withdraw_claim($1, $2, $3, $4, $5, $6) t"
        ))
        .never_null();
    /// Books what was paid, the part for small donations, and which lines were not. Breaks what giftaid.receive_payment
    /// breaks.
    pub const RECEIVE: Sql<
        (String, String, Vec<u8>, ClaimId, i32, i64, i64, Date, Value, ContactId, String),
        Stepped,
    > = Sql::repeatable(concat!(
        "select ", columns!("(t.claim)"), ", t.replayed
         from giftaid.receive_payment($1, $2, $3, $4, $5, $6, $7, $8,
           array(select jsonb_array_elements_text($9)::integer), $10, $11) t"
    ))
    .never_null();
    /// The lines of a claim as they are sent, in order.
    pub const LINES: Sql<(ClaimId,), SentLine> = Sql::repeatable(
        "select id, item, title, first_name, last_name, house, postcode, aggregated, sponsored, donated_on, amount_minor
         from giftaid.claim_lines
         where claim_id = $1 and status <> 'withdrawn'
         order by item
         limit 1000",
    );
    /// The charity of a claim.
    pub const CLAIMANT: Sql<(ClaimId,), Claimant> = Sql::repeatable(
        "select k.org_name, k.hmrc_ref, k.regulator, k.regulator_no, k.official_title, k.official_first_name,
           k.official_last_name, k.official_postcode, k.official_phone,
           (now() at time zone 'Europe/London')::date as today
         from giftaid.claims c
         join giftaid.claimants k on k.id = c.claimant_id
         where c.id = $1",
    )
    .never_null();
    /// The claims that the tax office is to be asked for now: limit.
    pub const DUE: Sql<(i64,), Claim> = Sql::repeatable(concat!(
        "select ", columns!("t"), "
         from giftaid.claims t
         where t.channel = 'hmrc' and t.status in ('submitted', 'unknown', 'acknowledged') and t.poll_after <= now()
         order by t.poll_after, t.id
         limit $1"
    ));
    /// Marks a claim as sent, just before it is. Not repeatable: whoever makes the step sends.
    pub const BEGIN: Sql<(ClaimId,), Made> =
        Sql::new("select giftaid.begin_sending($1) as made").never_null();
    /// Takes the mark back: nothing was sent.
    pub const NOT_SENT: Sql<(ClaimId, String), Made> =
        Sql::repeatable("select giftaid.not_sent($1, $2) as made").never_null();
    /// Notes that there was no answer, and when to ask next, seconds.
    pub const NO_ANSWER: Sql<(ClaimId, String, i32), Made> =
        Sql::repeatable("select giftaid.no_answer($1, $2, $3) as made").never_null();
    /// The tax office has the claim: its id, when to ask, seconds, and its words.
    pub const ACKNOWLEDGE: Sql<(ClaimId, String, i32, String), Made> =
        Sql::repeatable("select giftaid.acknowledge($1, $2, $3, $4) as made").never_null();
    /// The tax office has taken the claim.
    pub const ACCEPT: Sql<(ClaimId, String, String), Made> =
        Sql::repeatable("select giftaid.accept_claim($1, $2, $3) as made").never_null();
    /// The tax office has refused the claim: its id, what it names, its words, the request.
    pub const REJECT: Sql<(ClaimId, String, Value, String, String), Made> =
        Sql::repeatable("select giftaid.reject_claim($1, $2, $3, $4, $5) as made").never_null();
}
