//! What this domain does about facts of others.
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
    /// Copies an entry of another domain's audit log, once: consumer, event, entry.
    pub const COPY_ENTRY: Sql<(&'static str, Uuid, Value), Taken> =
        Sql::repeatable("select audit.copy_entry($1, $2, $3) as fresh").never_null();
    /// Takes away from the copies of a domain what that took away, once: consumer, event, domain, fact.
    pub const REDACT_COPIES: Sql<(&'static str, Uuid, String, Value), Taken> =
        Sql::repeatable("select audit.redact_copies($1, $2, $3, $4) as fresh").never_null();
}
