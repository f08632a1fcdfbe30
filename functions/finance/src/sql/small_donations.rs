//! Collections of small donations, and how much of the scheme is left.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{BuildingId, ClaimantId, CollectionId, ContactId, Date, Timestamp};

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

statements! {
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
