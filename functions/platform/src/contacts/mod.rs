//! Routes of contacts: the natural persons whom everything human points at.
use api::{OnConstraint as _, Problem};
use serde_json::Value;

pub mod create;
pub mod delete;
pub mod erase;
pub mod export;
pub mod find;
pub mod likely;
pub mod list;
pub mod merge;
pub mod restore;
pub mod update;

types::words! {
    /// How to address a person.
    pub enum Salutation { Mr = "mr", Ms = "ms", Mx = "mx", None = "none" }
}

types::words! {
    /// What kind of customer a person is.
    pub enum Segment {
        Private = "private",
        Commercial = "commercial",
        Public = "public",
        Nonprofit = "nonprofit",
    }
}

types::words! {
    /// How much attention a customer is given, a the most.
    pub enum Classification { A = "a", B = "b", C = "c" }
}

types::words! {
    /// Whether a contact is in use.
    pub enum ContactStatus { Live = "live", Archived = "archived" }
}

/// A body with what is kept of a person; of it an object is made for the statement, without what is absent.
macro_rules! person {
    ($(#[$meta:meta])* $name:ident { $($(#[$own_meta:meta])* $own:ident: $own_type:ty,)* }) => {
        #[derive(Debug, serde::Deserialize, serde::Serialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub struct $name {
            $($(#[$own_meta])* $own: $own_type,)*
            /// How to address the person.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            salutation: types::Patch<$crate::contacts::Salutation>,
            /// Dr., Prof.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            title: types::Patch<types::Line<40>>,
            /// Given name.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            first_name: types::Patch<types::Line<100>>,
            /// Family name.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            last_name: types::Patch<types::Line<100>>,
            /// What the person does for a living.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            job_title: types::Patch<types::Line<120>>,
            /// Address for mail; not a login and not unique.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            email: types::Patch<types::Email>,
            /// Telephone number.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            phone: types::Patch<types::Line<40>>,
            /// Mobile number.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            mobile: types::Patch<types::Line<40>>,
            /// Language to write in.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            language: types::Patch<types::Locale>,
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
            /// Day of birth, not before 1880.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            date_of_birth: types::Patch<types::Date>,
            /// What kind of customer the person is.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            segment: types::Patch<$crate::contacts::Segment>,
            /// How much attention the customer is given.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            classification: types::Patch<$crate::contacts::Classification>,
            /// Department the person works in, or that looks after them.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            department_id: types::Patch<types::DepartmentId>,
            /// Notes of the staff.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            notes: types::Patch<types::Text<4000>>,
            /// Where the contact came from.
            #[serde(default, skip_serializing_if = "types::Patch::is_absent")]
            source: types::Patch<types::Line<120>>,
        }
    };
}
pub(crate) use person;

/// The object that a statement takes details from.
pub(crate) fn object(person: &impl serde::Serialize) -> Result<Value, Problem> {
    serde_json::to_value(person).map_err(|error| {
        Problem::new(api::problem::INTERNAL, "the contact could not be written").because(error)
    })
}

/// What the database refuses of a person's details.
fn explained<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    let number = "must be digits with spaces, ( ) / or -, and may begin with +";
    written
        .on_constraint("contacts_phone_shape", || Problem::invalid("/phone", number))
        .on_constraint("contacts_mobile_shape", || Problem::invalid("/mobile", number))
        .on_constraint("contacts_country_shape", || {
            Problem::invalid("/country", "must be two capital letters (ISO 3166-1)")
        })
        .on_constraint("contacts_date_of_birth_range", || {
            Problem::invalid("/date_of_birth", "must not be before 1880")
        })
        .on_constraint("contacts_department_id_fkey", || {
            Problem::invalid("/department_id", "is no department")
        })
}

/// For examples: a contact of the demo data that was erased.
const ERASED: &str = "update party.contacts
  set salutation = null, first_name = null, last_name = null, email = null, phone = null, street = null,
      house_number = null, postal_code = null, city = null, deleted_at = now(), erased_at = now()
  where id = '0bf4bcc7-c94e-5908-9109-a3dbcb667578'";

/// For examples: the same contact, merged into another one.
const MERGED: &str = "update party.contacts
  set status = 'archived', archived_at = now(), archive_reason = 'merged',
      merged_into_id = 'fbbc9e57-952d-5f9d-a90a-9995f87bcf3d'
  where id = '0bf4bcc7-c94e-5908-9109-a3dbcb667578'";
