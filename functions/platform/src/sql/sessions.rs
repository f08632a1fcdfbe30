//! Open logins.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use types::{ContactId, SessionId, Timestamp};

row! {
    /// A login that is open: a device, a browser.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct OpenSession {
        /// Identity of the login; it stays when the refresh token is exchanged.
        pub id: SessionId,
        /// When it was last refreshed.
        pub refreshed_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// Where it was last refreshed from.
        pub ip: Option<String>,
        /// With what.
        pub user_agent: Option<String>,
        /// Whether this request belongs to it.
        pub is_current: bool,
    }
}

impl Resource for OpenSession {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

statements! {
    /// A page of the open logins of a contact, newest first: contact, present login, cursor, limit.
    pub const OPEN: Sql<
        (ContactId, Option<SessionId>, Option<Timestamp>, Option<SessionId>, i64),
        OpenSession,
    > = Sql::new(
        "select s.family_id as id, s.created_at as refreshed_at, s.expires_at, host(s.ip) as ip, s.user_agent,
           s.family_id is not distinct from $2 as is_current
         from identity.sessions s
         join identity.users u on u.id = s.user_id and u.deleted_at is null
         where u.contact_id = $1
           and s.replaced_by_id is null and s.revoked_at is null and s.expires_at > now()
           and ($3 is null or (s.created_at, s.family_id) < ($3, $4))
         order by s.created_at desc, s.family_id desc
         limit $5",
    ).never_null();
}
