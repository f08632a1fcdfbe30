//! Routes of companies: the legal persons, and what people are in them.
use api::{OnConstraint as _, Problem};

pub mod create;
pub mod delete;
pub mod find;
pub mod links;
pub mod list;
pub mod merge;
pub mod restore;
pub mod update;

types::words! {
    /// What a company does for us.
    pub enum CompanyKind {
        Contractor = "contractor",
        Supplier = "supplier",
        Owner = "owner",
        EnergyAdviser = "energy_adviser",
        Charity = "charity",
        PublicBody = "public_body",
        Bank = "bank",
        Other = "other",
    }
}

/// A body with what is kept of a company besides kind and name; as `contacts::person`.
macro_rules! company {
    ($(#[$meta:meta])* $name:ident { $($(#[$own_meta:meta])* $own:ident: $own_type:ty,)* }) => {
        #[derive(Debug, serde::Deserialize, serde::Serialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub struct $name {
            $($(#[$own_meta])* $own: $own_type,)*
            /// Name in use.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            trade_name: types::Patch<types::Line<200>>,
            /// Number in the register.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            register_number: types::Patch<types::Line<60>>,
            /// Court that keeps the register.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            register_court: types::Patch<types::Line<120>>,
            /// VAT identification number with its country, without spaces.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            vat_id: types::Patch<types::Line<15>>,
            /// Address for mail.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            email: types::Patch<types::Email>,
            /// Telephone number.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            phone: types::Patch<types::Line<40>>,
            /// Address on the web.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            website: types::Patch<types::Line<2000>>,
            /// Street without the house number.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            street: types::Patch<types::Line<200>>,
            /// House number with its suffix.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            house_number: types::Patch<types::Line<20>>,
            /// Postal code as its country writes it.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            postal_code: types::Patch<types::Line<20>>,
            /// Town.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            city: types::Patch<types::Line<120>>,
            /// ISO 3166-1, two capital letters.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            country: types::Patch<types::Line<2>>,
            /// Notes of the staff.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            notes: types::Patch<types::Text<4000>>,
        }
    };
}
pub(crate) use company;

/// What the database refuses of a company's details.
fn explained<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("companies_vat_id_key", || {
            Problem::conflict("another company has this VAT number")
        })
        .on_constraint("companies_vat_id_shape", || {
            Problem::invalid("/vat_id", "must be two capital letters and 2 to 13 letters or digits")
        })
        .on_constraint("companies_phone_shape", || {
            Problem::invalid(
                "/phone",
                "must be digits with spaces, ( ) / or -, and may begin with +",
            )
        })
        .on_constraint("companies_country_shape", || {
            Problem::invalid("/country", "must be two capital letters (ISO 3166-1)")
        })
        .on_constraint("companies_website_shape", || {
            Problem::invalid("/website", "must begin with http:// or https://")
        })
}
