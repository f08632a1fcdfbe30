//! The row types and statements of the platform domain.
/// Whether a row of the department `$column` is within the [`db::Departments`] of a parameter: all, its own, or, of what no
/// department has, those that take it.
macro_rules! within {
    ($departments:literal, $column:literal) => {
        concat!(
            "(",
            $departments,
            " is null or ",
            $column,
            " = any (",
            $departments,
            ") or ",
            $column,
            " is null and (select party.takes_unassigned(",
            $departments,
            ")))"
        )
    };
}

pub mod accounts;
pub mod api_tokens;
pub mod audit_logs;
pub mod companies;
pub mod contacts;
pub mod departments;
pub mod events;
pub mod identity;
pub mod invitations;
pub mod leads;
pub mod mail;
pub mod roles;
pub mod sessions;
pub mod settings;

/// The statements of every module, for the record that the next release is compared with.
pub const NAMED: &[(&str, db::Named)] = &[
    ("accounts", accounts::NAMED),
    ("api_tokens", api_tokens::NAMED),
    ("audit_logs", audit_logs::NAMED),
    ("companies", companies::NAMED),
    ("contacts", contacts::NAMED),
    ("departments", departments::NAMED),
    ("events", events::NAMED),
    ("identity", identity::NAMED),
    ("invitations", invitations::NAMED),
    ("leads", leads::NAMED),
    ("mail", mail::NAMED),
    ("roles", roles::NAMED),
    ("sessions", sessions::NAMED),
    ("settings", settings::NAMED),
];
