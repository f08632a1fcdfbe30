//! Routes of contributors.
use api::Problem;

pub mod annual_statement;
pub mod create;
pub mod delete;
pub mod erase;
pub mod find;
pub mod find_tax_identity;
pub mod list;
pub mod restore;
pub mod set_tax_identity;
pub mod update;

types::words! {
    /// What a contributor can be.
    pub enum ContributorType {
        Individual = "individual",
        Company = "company",
        Trust = "trust",
        Charity = "charity",
        Anonymous = "anonymous",
    }
}

fn contact_taken() -> Problem {
    Problem::conflict("another contributor stands for this contact")
}

fn contact_erased() -> Problem {
    Problem::invalid("/contact_ref", "names somebody who was erased, and stays so")
}

fn anonymous_is_nobody() -> Problem {
    Problem::invalid("/type", "anonymous has neither email nor contact_ref")
}
