//! The row types and statements of the platform domain.
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
