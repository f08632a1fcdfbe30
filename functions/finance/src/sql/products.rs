//! What is sold.
use api::Resource;
use db::{Deletion, Sql, row, soft_delete, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Line, LocalizedText, Money, ProductId, Slug, Timestamp};

row! {
    /// What is sold or priced in quotes.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Product {
        /// Identity.
        pub id: ProductId,
        /// Name for programs, unique among live products.
        pub key: String,
        /// Name in tables.
        pub short_name: Line<50>,
        /// Name for people.
        pub label: LocalizedText<200>,
        /// What it is.
        pub description: Option<LocalizedText<5000>>,
        /// Group: `insulation`, `heating`, `consulting`.
        pub category: String,
        /// Who does it: `platform`, `partner`, `contractor` or `consultant`.
        pub actor: String,
        /// Number in the maker's or our catalogue.
        pub product_number: Option<Line<50>>,
        /// Unit of the quantity: `piece`, `m2`, `hour`.
        pub unit: String,
        /// Price of one unit without tax.
        pub list_price: Money,
        /// What one unit costs us.
        pub cost: Option<Money>,
        /// Tax it is sold with.
        pub tax_code: String,
        /// Whether it is made of other products.
        pub is_bundle: bool,
        /// What it is made of, in order.
        #[cfg_attr(feature = "openapi", schemars(with = "Vec<ProductPart>"))]
        pub parts: Value,
        /// Where the entry comes from: `own`, `import` or `supplier`.
        pub source: String,
        /// `active`, or `retired`: no longer offered.
        pub status: String,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

/// A part of a bundle; `trade.parts_of` writes it.
#[cfg(feature = "openapi")]
#[derive(Debug, schemars::JsonSchema)]
#[allow(dead_code, reason = "the database writes it, this is its shape")]
pub struct ProductPart {
    product_id: ProductId,
    key: String,
    /// Digits with a point: `2.5`.
    quantity: String,
}

impl Resource for Product {
    const LOCALIZED: &'static [&'static str] = &["label", "description"];
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

types::words! {
    /// Who does what is sold.
    pub enum Actor {
        Platform = "platform",
        Partner = "partner",
        Contractor = "contractor",
        Consultant = "consultant",
    }
}

types::words! {
    /// Whether a product is offered.
    pub enum ProductStatus {
        Active = "active",
        Retired = "retired",
    }
}

macro_rules! columns {
    () => {
        "t.id, t.key, t.short_name, t.label, t.description, t.category, t.actor, t.product_number, t.unit,
         t.list_price_minor, t.cost_minor, t.currency, t.tax_code, t.is_bundle, t.source, t.status, t.created_at,
         t.updated_at, t.version"
    };
}

statements! {
    /// A page of live products, newest first: key, category, status, cursor, limit.
    pub const NEWEST: Sql<
        (
            Option<Line<100>>, Option<Line<50>>, Option<&'static str>, Option<Timestamp>, Option<ProductId>, i64,
        ),
        Product,
    > = Sql::new(concat!(
        "select ", columns!(), ", trade.parts_of(t.id) as parts
         from trade.products t
         where t.deleted_at is null
           and ($1 is null or t.key = $1)
           and ($2 is null or t.category = $2)
           and ($3 is null or t.status = $3)
           and ($4 is null or (t.created_at, t.id) < ($4, $5))
         order by t.created_at desc, t.id desc
         limit $6"
    ))
    .never_null();
    /// A live product.
    pub const FIND: Sql<(ProductId,), Product> = Sql::new(concat!(
        "select ", columns!(), ", trade.parts_of(t.id) as parts
         from trade.products t
         where t.id = $1 and t.deleted_at is null"
    ))
    .never_null();
    /// Records a product. Breaks `products_pkey`, `products_key_key`, `products_currency_fkey`,
    /// `products_tax_code_fkey`, `products_category_shape`, `products_unit_shape`, and what `trade.put_parts` breaks.
    pub const INSERT: Sql<
        (
            ProductId, Slug, Line<50>, LocalizedText<200>, Option<LocalizedText<5000>>, Line<50>, &'static str,
            Option<Line<50>>, Option<Line<50>>, Money, Option<i64>, Line<50>, Value, ContactId,
        ),
        Product,
    > = Sql::new(concat!(
        "insert into trade.products as t
           (id, key, short_name, label, description, category, actor, product_number, unit, list_price_minor, currency,
            cost_minor, tax_code, is_bundle, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, 'piece'), $10, $11, $12, $13,
                 jsonb_array_length($14) > 0, $15, $15)
         returning ", columns!(), ", trade.put_parts(t.id, $14, $15) as parts"
    ))
    .never_null();
    /// Changes the live product `$1` of version `$2`: the columns that `$3` names, and its `parts` together. Breaks what [`INSERT`] breaks.
    pub const UPDATE: Sql<(ProductId, i32, Value, ContactId), Product> = Sql::new(concat!(
        "update trade.products t
         set key = n.key, short_name = n.short_name, label = n.label, description = n.description,
             product_number = n.product_number, category = n.category, actor = n.actor, unit = n.unit,
             list_price_minor = n.list_price_minor, cost_minor = n.cost_minor, tax_code = n.tax_code,
             status = n.status, is_bundle = n.is_bundle, updated_by = $4
         from trade.products o
         cross join lateral jsonb_populate_record(o, $3) n
         where o.id = $1 and t.id = o.id and t.version = $2 and t.deleted_at is null
         returning ", columns!(), ", trade.put_parts(t.id, $3 -> 'parts', $4) as parts"
    ))
    .never_null();
    /// Deletes the live product `$1` of version `$2`, softly; documents keep what they say of it. Breaks
    /// `bundle_items_product_id_fkey`, `bundle_items_bundle_id_fkey`.
    pub const DELETE: Sql<(ProductId, i32, ContactId), Deletion> = soft_delete!("trade.products");
    /// Brings a deleted product back. Breaks `products_key_key`.
    pub const RESTORE: Sql<(ProductId, ContactId), Product> = Sql::new(concat!(
        "update trade.products t
         set deleted_at = null, updated_by = $2
         where t.id = $1 and t.deleted_at is not null
         returning ", columns!(), ", trade.parts_of(t.id) as parts"
    ))
    .never_null();
}
