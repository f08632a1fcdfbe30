//! Declarations, what is known of gifts, and what they are worth.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    AccrualId, ClaimantId, ContactId, ContributionId, ContributorId, Date, DeclarationId, Money,
    Text, Timestamp, WordingId,
};

row! {
    /// What somebody declared.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "GiftAidDeclaration"))]
    pub struct Declaration {
        /// Identity.
        pub id: DeclarationId,
        /// Who declared.
        pub contributor_id: ContributorId,
        /// The charity it is for.
        pub claimant_id: ClaimantId,
        /// `single`: one gift; `enduring`: all gifts of a time.
        pub scope: String,
        /// The gift; null: enduring.
        pub contribution_id: Option<ContributionId>,
        /// The words that were declared with.
        pub wording_id: WordingId,
        /// `written`, `oral` or `digital`.
        pub channel: String,
        /// Day it was given.
        pub given_on: Date,
        /// First day of the gifts it covers.
        pub covers_from: Date,
        /// Day after the last one; null: until it is cancelled.
        pub covers_to: Option<Date>,
        /// Whether it covers the four years before.
        pub past_four_years: bool,
        /// `active`, `cancelled` or `superseded`.
        pub status: String,
        /// First day of gifts it no longer covers; null: not cancelled.
        pub cancelled_from: Option<Date>,
        /// The declaration that took its place; null: none.
        pub superseded_by: Option<DeclarationId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Declaration {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A recorded declaration, and whether it had been recorded before under the same key.
    #[derive(Debug)]
    pub struct Declared {
        /// The row as it was recorded.
        pub declaration: Declaration,
        /// True if nothing happened now.
        pub replayed: bool,
    }
}

row! {
    /// When the written record of an oral declaration was sent.
    #[derive(Debug)]
    pub struct Record {
        /// The day, in the United Kingdom; null: none was sent.
        pub sent_on: Option<Date>,
        /// The day it is there.
        pub today: Date,
    }
}

row! {
    /// The words of a declaration.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Wording {
        /// Identity, to be sent with the declaration.
        pub id: WordingId,
        /// `single`, `enduring` or `oral_statement`.
        pub kind: String,
        /// Language.
        pub locale: String,
        /// Counts from 1 per kind and language.
        pub number: i32,
        /// The words; `{charity}` and `{amount}` are to be filled in.
        pub wording: String,
        /// SHA-256 of the words, hexadecimal.
        pub sha256: String,
        /// First day of use.
        pub valid_from: Date,
    }
}

row! {
    /// All that decides whether a gift may be claimed.
    #[derive(Debug)]
    pub struct Facts {
        /// The gift.
        pub id: ContributionId,
        /// Day of the gift.
        pub occurred_on: Date,
        /// What was given.
        pub amount: Money,
        /// What of it was given back.
        pub refunded_minor: i64,
        /// What the contributor got for it.
        pub benefit_minor: i64,
        /// What they got for other gifts of the same tax year.
        pub other_benefits_minor: i64,
        /// Where it stands.
        pub status: String,
        /// Whether it is the contributor's own money.
        pub own_money: bool,
        /// Whether it comes from a person.
        pub individual: bool,
        /// Whether name and home address are known.
        pub identity: bool,
        /// Whether it is in a live line of a claim, or in an aggregate.
        pub claimed: bool,
        /// Whether it is in a collection of small donations.
        pub small_donation: bool,
        /// The charity that may claim; null: none is set up.
        pub claimant_id: Option<ClaimantId>,
        /// Whether the tax office recognised it when the gift was made.
        pub recognised: bool,
        /// Its legal form.
        pub entity_type: String,
        /// The end of its accounting year, `MM-DD`.
        pub year_end: String,
        /// The day it is in the United Kingdom.
        pub today: Date,
        /// The contributor's declarations to it, as an array of objects.
        pub declarations: Value,
    }
}

row! {
    /// A gift to look at.
    #[derive(Debug)]
    pub struct Candidate {
        /// The gift.
        pub id: ContributionId,
    }
}

row! {
    /// Tax in the books that has not been claimed.
    #[derive(Debug)]
    pub struct Open {
        /// The accrual.
        pub id: AccrualId,
        /// The gift.
        pub contribution_id: ContributionId,
        /// The gift as it was accrued, pence.
        pub amount_minor: i64,
    }
}

row! {
    /// What a posting of many did.
    #[derive(Debug)]
    pub struct Posted {
        /// Gifts.
        pub taken: i64,
        /// Tax, pence.
        pub tax_minor: i64,
    }
}

macro_rules! columns {
    ($row:literal) => {
        concat!(
            $row,
            ".id, ",
            $row,
            ".contributor_id, ",
            $row,
            ".claimant_id, ",
            $row,
            ".scope, ",
            $row,
            ".contribution_id, ",
            $row,
            ".wording_id, ",
            $row,
            ".channel, ",
            $row,
            ".given_on,
            lower(",
            $row,
            ".covers) as covers_from, upper(",
            $row,
            ".covers) as covers_to, ",
            $row,
            ".past_four_years, ",
            $row,
            ".status, ",
            $row,
            ".cancelled_from, ",
            $row,
            ".superseded_by, ",
            $row,
            ".created_at, ",
            $row,
            ".version"
        )
    };
}

statements! {
    /// The words in use: kind, language.
    pub const WORDING: Sql<(&'static str, &'static str), Wording> = Sql::new(
        "select id, kind, locale, number, wording, encode(wording_sha256, 'hex') as sha256, valid_from
         from giftaid.declaration_wordings
         where kind = $1 and locale = $2 and valid_from <= current_date
         order by number desc
         limit 1",
    )
    .never_null();
    /// Records a declaration of a contributor, anyone's or of the contact `$14` only. Breaks what
    /// giftaid.declare breaks.
    pub const DECLARE: Sql<
        (
            String, String, Vec<u8>, DeclarationId, ContributorId, Value, Option<WordingId>,
            &'static str, Option<Date>, bool, Option<String>, ContactId, String,
            Option<ContactId>,
        ),
        Declared,
    > = Sql::repeatable(concat!(
        "select ", columns!("(t.declaration)"), ", t.replayed
         from giving.contributors c
         cross join lateral giftaid.declare(
           $1, $2, $3, $4, c.id, coalesce(($6 ->> 'claimant_id')::uuid, (
             select k.id from giftaid.claimants k where k.partner_ref is null order by k.created_at, k.id limit 1
           )), $6 ->> 'scope', ($6 ->> 'contribution_id')::uuid,
           $7, $8, $9, $10, ($6 ->> 'evidence_ref')::uuid, $11, $12, $13) t
         where c.id = $5 and c.deleted_at is null and ", own!("$14", "c.contact_ref")
    ))
    .never_null();
    /// A declaration: of anyone, or of the contact `$2` only.
    pub const FIND_DECLARATION: Sql<(DeclarationId, Option<ContactId>), Declaration> =
        Sql::new(concat!(
            "select ", columns!("d"), "
             from giftaid.declarations d
             join giving.contributors c on c.id = d.contributor_id
             where d.id = $1 and ", own!("$2", "c.contact_ref")
        ))
        .never_null();
    /// The latest written record of an oral declaration.
    pub const RECORD: Sql<(DeclarationId,), Record> = Sql::new(
        "select max((sent_at at time zone 'Europe/London')::date) as sent_on,
           (now() at time zone 'Europe/London')::date as today
         from giftaid.declaration_statements
         where declaration_id = $1 and kind = 'oral_record'",
    )
    .never_null();
    /// Cancels the declaration `$1` of version `$2` from a day on.
    pub const CANCEL: Sql<
        (DeclarationId, i32, Date, Option<Text<500>>, ContactId),
        Declaration,
    > = Sql::new(concat!(
        "update giftaid.declarations d
         set status = 'cancelled', cancelled_from = $3, cancelled_at = now(), cancel_reason = $4, updated_by = $5
         where d.id = $1 and d.version = $2 and d.status <> 'cancelled'
         returning ", columns!("d")
    ))
    .never_null();
    /// What is known of gifts, anyone's or of the contact `$2` only.
    pub const FACTS: Sql<(Vec<types::ContributionId>, Option<ContactId>), Facts> = Sql::repeatable(concat!(
        "select g.id, g.occurred_on, g.amount_minor, g.currency, giftaid.refunded(g.id) as refunded_minor,
           g.benefit_minor, coalesce((
             select sum(o.benefit_minor) from giving.contributions o
             where o.contributor_id = g.contributor_id and o.id <> g.id and o.benefit_minor > 0
               and giftaid.tax_year(o.occurred_on) = giftaid.tax_year(g.occurred_on)
           ), 0)::bigint as other_benefits_minor,
           g.status, g.own_money, c.type = 'individual' as individual,
           i.first_name is not null and a.house is not null as identity,
           exists (
             select from giftaid.claim_lines l
             where l.contribution_id = g.id and l.status not in ('rejected', 'withdrawn', 'reversed')
           ) or exists (select from giftaid.aggregate_items x where x.contribution_id = g.id) as claimed,
           exists (select from giftaid.gasds_collections s where s.contribution_id = g.id) as small_donation,
           n.id as claimant_id, coalesce(n.recognised_on <= g.occurred_on, false) as recognised,
           coalesce(n.entity_type, 'company') as entity_type, coalesce(n.year_end, '03-31') as year_end,
           (now() at time zone 'Europe/London')::date as today,
           coalesce((
             select jsonb_agg(jsonb_build_object(
               'id', d.id, 'single', d.contribution_id, 'given_on', d.given_on, 'covers_from', lower(d.covers),
               'covers_to', upper(d.covers), 'cancelled_from', d.cancelled_from))
             from giftaid.declarations d
             where d.contributor_id = g.contributor_id and d.claimant_id = n.id
           ), '[]') as declarations
         from giving.contributions g
         join giving.contributors c on c.id = g.contributor_id
         left join giving.contributor_identities i on i.contributor_id = c.id
         left join giving.contributor_addresses a on a.contributor_id = c.id and a.valid_to is null
         left join lateral (
           select k.id, k.recognised_on, k.entity_type, k.year_end from giftaid.claimants k
           where k.partner_ref is null
           order by k.created_at, k.id
           limit 1
         ) n on true
         where g.id = any ($1) and ", own!("$2", "c.contact_ref"), "
         limit 1000",
    ))
    .never_null();
    /// Gifts of people who have declared, after an id, that are not in the books with their tax: limit.
    pub const CANDIDATES: Sql<(Option<ContributionId>, i64), Candidate> = Sql::repeatable(
        "select g.id
         from giving.contributions g
         where g.status in ('settled', 'partially_refunded') and g.currency = 'GBP' and g.occurred_on > current_date - 2200
           and ($1 is null or g.id > $1)
           and exists (select from giftaid.declarations d where d.contributor_id = g.contributor_id)
           and not exists (
             select from giftaid.accruals a where a.contribution_id = g.id and a.status in ('open', 'claimed')
           )
           and not exists (
             select from giftaid.claim_lines l
             where l.contribution_id = g.id and l.status not in ('rejected', 'withdrawn', 'reversed')
           )
         order by g.id
         limit $2",
    );
    /// Tax in the books that no claim holds, after an id: limit.
    pub const OPEN: Sql<(Option<AccrualId>, i64), Open> = Sql::repeatable(
        "select a.id, a.contribution_id, a.amount_minor
         from giftaid.accruals a
         where a.status = 'open' and ($1 is null or a.id > $1)
           and not exists (
             select from giftaid.claim_lines l
             where l.contribution_id = a.contribution_id and l.status not in ('rejected', 'withdrawn', 'reversed')
           )
         order by a.id
         limit $2",
    );
    /// Puts the tax of gifts into the books: gifts, declarations, claimants, by whom, for which request.
    pub const ACCRUE: Sql<
        (Vec<ContributionId>, Vec<DeclarationId>, Vec<ClaimantId>, Option<ContactId>, String),
        Posted,
    > = Sql::repeatable("select taken, tax_minor from giftaid.accrue($1, $2, $3, $4, $5)").never_null();
    /// Takes the tax of gifts out of the books again: accruals, reasons, by whom, for which request.
    pub const RELEASE: Sql<(Vec<AccrualId>, Vec<String>, Option<ContactId>, String), Posted> =
        Sql::repeatable("select taken, tax_minor from giftaid.release($1, $2, $3, $4)").never_null();
    /// Books what has to be given back, of so many lines at most.
    pub const GIVE_BACK: Sql<(i32, Option<ContactId>, String), Posted> =
        Sql::repeatable("select taken, tax_minor from giftaid.give_back($1, $2, $3)").never_null();
}
