//! Routes of what people are in companies.
use api::{OnConstraint as _, Problem};

pub mod create;
pub mod list;
pub mod update;

types::words! {
    /// What a person is in a company.
    pub enum CompanyRole {
        Owner = "owner",
        Director = "director",
        Employee = "employee",
        Craftsman = "craftsman",
        EnergyAdviser = "energy_adviser",
        Accountant = "accountant",
        Representative = "representative",
        Other = "other",
    }
}

/// What the database refuses of a link.
fn explained<T>(written: Result<T, db::Error>) -> Result<T, Problem> {
    written
        .on_constraint("contact_companies_no_overlap", || {
            Problem::conflict("the contact is this in the company already on some of these days")
        })
        .on_constraint("contact_companies_primary_key", || {
            Problem::conflict(
                "the company is spoken to through somebody else first: change that link",
            )
        })
        .on_constraint("contact_companies_valid_order", || {
            Problem::invalid("/valid_to", "must be after valid_from")
        })
}
