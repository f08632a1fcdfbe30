//! What this domain does about facts of others. An older version changes nothing: the tables see to that.
use db::{Sql, row, statements};
use serde_json::Value;
use uuid::Uuid;

row! {
    /// Whether an event was new.
    #[derive(Debug)]
    pub struct Taken {
        /// False: it had been taken before.
        pub fresh: bool,
    }
}

statements! {
    /// Keeps that a contact was merged or erased, once: consumer, event, contact, fact, status.
    pub const TAKE_CONTACT: Sql<(&'static str, Uuid, Uuid, Value, String), Taken> = Sql::repeatable(
        "select projects.take_contact($1, $2, $3, $4, $5) as fresh",
    ).never_null();
    /// Keeps that a company was merged, once: consumer, event, company, fact.
    pub const TAKE_COMPANY: Sql<(&'static str, Uuid, Uuid, Value), Taken> = Sql::repeatable(
        "select projects.take_company($1, $2, $3, $4) as fresh",
    ).never_null();
}
