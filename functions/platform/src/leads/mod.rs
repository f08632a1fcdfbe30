//! Routes of leads: the earliest stage of the funnel.
use api::{OnConstraint as _, Problem};

pub mod archive;
pub mod convert;
pub mod create;
pub mod find;
pub mod list;
pub mod update;

types::words! {
    /// Where a lead stands.
    pub enum LeadStatus {
        New = "new",
        Contacted = "contacted",
        Qualified = "qualified",
        Converted = "converted",
        Disqualified = "disqualified",
    }
}

types::words! {
    /// Where a lead may be put by hand; `converted` is a step of its own.
    pub enum LeadStep { Contacted = "contacted", Qualified = "qualified", Disqualified = "disqualified" }
}

/// What the database refuses of a lead's details.
fn explained<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("leads_phone_shape", || {
            Problem::invalid(
                "/phone",
                "must be digits with spaces, ( ) / or -, and may begin with +",
            )
        })
        .on_constraint("leads_source_source_reference_key", || {
            Problem::conflict("another lead has this reference of its source")
        })
        .on_constraint("leads_contact_id_fkey", || Problem::invalid("/contact_id", "is no contact"))
        .on_constraint("leads_company_id_fkey", || Problem::invalid("/company_id", "is no company"))
        .on_constraint("leads_owner_contact_id_fkey", || {
            Problem::invalid("/owner_contact_id", "is no contact")
        })
        .on_constraint("leads_department_id_fkey", || {
            Problem::invalid("/department_id", "is no department")
        })
        .on_constraint("leads_status_transition", || {
            Problem::conflict("the lead cannot take this step from where it stands")
        })
        .on_constraint("leads_frozen", || {
            Problem::conflict("the lead was converted: change its contact")
        })
}
