//! Collections of small donations, and how much of the scheme is left.
use api::Resource;
use db::{Sql, idempotency::Key, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{
    BuildingId, ClaimId, ClaimantId, CollectionId, ContactId, Date, Timestamp, TopUpClaimId,
};

use crate::sql::Kept;

row! {
    /// A collection of small gifts.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "SmallDonationsCollection"))]
    pub struct Collection {
        /// Identity.
        pub id: CollectionId,
        /// The charity it was collected for.
        pub claimant_id: ClaimantId,
        /// The community building it was collected in; null: elsewhere.
        pub building_id: Option<BuildingId>,
        /// Day of the collection.
        pub collected_on: Date,
        /// Day it was banked.
        pub banked_on: Date,
        /// `cash`, `contactless` or `chip_and_pin`.
        pub method: String,
        /// Number of gifts.
        pub gifts: i32,
        /// Their sum, pence.
        pub amount_minor: i64,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Collection {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A recorded collection, and whether it had been recorded before under the same key.
    #[derive(Debug)]
    pub struct Recorded {
        /// The row as it was recorded.
        pub collection: Collection,
        /// True if nothing happened now.
        pub replayed: bool,
    }
}

row! {
    /// What a charity has collected in a tax year, and what counts against it; pence.
    #[derive(Debug)]
    pub struct Year {
        /// Collected outside community buildings.
        pub collected_minor: i64,
        /// Collected in community buildings, each up to its own limit.
        pub buildings_minor: i64,
        /// Gifts with declarations of the year, claimed or about to be.
        pub gift_aid_minor: i64,
        /// The basic rate of the year, hundredths of a percent; null: not law yet.
        pub basic_rate_bp: Option<i32>,
    }
}

row! {
    /// The small donations of a tax year inside a Gift Aid claim.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    #[cfg_attr(feature = "openapi", schemars(rename = "SmallDonationsClaim"))]
    pub struct TopUpClaim {
        /// Identity.
        pub id: TopUpClaimId,
        /// The charity that claims.
        pub claimant_id: ClaimantId,
        /// The Gift Aid claim that it goes with.
        pub claim_id: Option<ClaimId>,
        /// The calendar year in which the tax year begins, on 6 April.
        pub tax_year: i32,
        /// `validated` (summed up, within the limits), `withdrawn`, `submitted`, `accepted`, `rejected` or `received`.
        pub status: String,
        /// Collected outside community buildings, pence.
        pub collected_minor: i64,
        /// Collected inside them, pence.
        pub buildings_minor: i64,
        /// What is asked for, pence.
        pub top_up_minor: i64,
        /// What was paid, pence.
        pub received_minor: i64,
        /// When it was put into the claim.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for TopUpClaim {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// What is sent of small donations: a tax year in a building, or outside all.
    #[derive(Debug)]
    pub struct SentSmall {
        /// The calendar year in which the tax year begins.
        pub tax_year: i32,
        /// Name of the community building; null: outside.
        pub building: Option<String>,
        /// Its address.
        pub address: Option<String>,
        /// Its postcode.
        pub postcode: Option<String>,
        /// Pence.
        pub amount_minor: i64,
    }
}

macro_rules! top_up {
    () => {
        "t.id, t.claimant_id, t.claim_id, t.tax_year, t.status, t.collected_minor, t.buildings_minor, t.top_up_minor,
         t.received_minor, t.created_at, t.version"
    };
}

statements! {
    /// Puts the small donations of a tax year into a draft claim: claim, version, year, collections. Breaks what
    /// giftaid.claim_small_donations breaks.
    pub const CLAIM: Sql<
        (Key, ClaimId, i32, i32, Option<Vec<CollectionId>>, ContactId),
        Kept<TopUpClaim>,
    > = Sql::repeatable(concat!(
        "select ", top_up!(), ", f.replayed
         from giftaid.claim_small_donations($1, $2, $3, $4, $5, $6, $7, $8) f
         cross join lateral (select (f.small).*) t"
    ))
    .never_null();
    /// The small donations that go with a claim, as they are sent.
    pub const SENT: Sql<(ClaimId,), SentSmall> = Sql::repeatable(
        "select g.tax_year, b.name as building, b.address, b.postcode, sum(c.amount_minor)::bigint as amount_minor
         from giftaid.gasds_claims g
         join giftaid.gasds_collections c on c.gasds_claim_id = g.id
         left join giftaid.gasds_buildings b on b.id = c.building_id
         where g.claim_id = $1
         group by g.tax_year, b.id
         order by b.name nulls first, b.id, g.tax_year
         limit 2000",
    )
    .never_null();
    /// The claim of a charity and tax year that stands.
    pub const OF_YEAR: Sql<(ClaimantId, i32), TopUpClaim> = Sql::new(concat!(
        "select ", top_up!(), "
         from giftaid.gasds_claims t
         where t.claimant_id = $1 and t.tax_year = $2 and t.status not in ('rejected', 'withdrawn')"
    ));
    /// Records a collection. Breaks what giftaid.record_collection breaks.
    pub const RECORD: Sql<
        (
            String, String, Vec<u8>, CollectionId, ClaimantId, Option<BuildingId>, Value,
            &'static str, i32, i64, ContactId, String,
        ),
        Recorded,
    > = Sql::repeatable(
        "select (t.collection).id, (t.collection).claimant_id, (t.collection).building_id, (t.collection).collected_on,
           (t.collection).banked_on, (t.collection).method, (t.collection).gifts, (t.collection).amount_minor,
           (t.collection).created_at, (t.collection).version, t.replayed
         from giftaid.record_collection(
           $1, $2, $3, $4, $5, $6, ($7 ->> 'collected_on')::date, ($7 ->> 'banked_on')::date, $8, $9, $10, $11, $12) t",
    )
    .never_null();
    /// A tax year of a charity.
    pub const YEAR: Sql<(ClaimantId, i32), Year> = Sql::new(
        "select
           coalesce((
             select sum(c.amount_minor) from giftaid.gasds_collections c
             where c.claimant_id = k.id and c.building_id is null and giftaid.tax_year(c.collected_on) = $2
           ), 0)::bigint as collected_minor,
           coalesce((
             select sum(least(b.total, 800000)) from (
               select sum(c.amount_minor) as total from giftaid.gasds_collections c
               where c.claimant_id = k.id and c.building_id is not null and giftaid.tax_year(c.collected_on) = $2
               group by c.building_id
             ) b
           ), 0)::bigint as buildings_minor,
           coalesce((
             select sum(a.amount_minor) from giftaid.accruals a
             where a.claimant_id = k.id and a.status in ('open', 'claimed') and giftaid.tax_year(a.donated_on) = $2
           ), 0)::bigint as gift_aid_minor,
           (select r.basic_rate_bp from giftaid.tax_rates r where r.tax_year = $2) as basic_rate_bp
         from giftaid.claimants k
         where k.id = $1",
    )
    .never_null();
}
