//! The row types and statements of the finance domain.
pub mod books;
pub mod contributions;
pub mod contributors;
pub mod ledger;

/// The statements of every module, for the record that the next release is compared with.
pub const NAMED: &[(&str, db::Named)] = &[
    ("books", books::NAMED),
    ("contributions", contributions::NAMED),
    ("contributors", contributors::NAMED),
    ("ledger", ledger::NAMED),
];
