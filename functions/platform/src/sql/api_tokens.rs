//! What programs act with.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ApiTokenId, ContactId, Line, Timestamp};

row! {
    /// An api token, without the token.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct ApiToken {
        /// Identity.
        pub id: ApiTokenId,
        /// What the program is.
        pub name: String,
        /// Beginning of the token, to recognise it by.
        pub token_prefix: String,
        /// Permissions it carries, as far as its owner still has them.
        pub scopes: Vec<String>,
        /// When it was last exchanged; null: never.
        pub last_used_at: Option<Timestamp>,
        /// When it ends by itself.
        pub expires_at: Option<Timestamp>,
        /// When it was ended; null: not.
        pub revoked_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

impl Resource for ApiToken {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// What an api token carries now.
    #[derive(Debug)]
    pub struct Carried {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// Null: no such token, or no longer.
        pub token_id: Option<ApiTokenId>,
        /// On whose behalf.
        pub contact_id: Option<ContactId>,
        /// A list of codes.
        pub permissions: Value,
        /// Which of these its owner holds in some departments only.
        pub limits: Value,
    }
}

row! {
    /// Whether there is such a token.
    #[derive(Debug)]
    pub struct Known {
        /// False: its owner has none of this id.
        pub known: bool,
    }
}

macro_rules! columns {
    () => {
        "id, name, token_prefix, scopes, last_used_at, expires_at, revoked_at, created_at"
    };
}

statements! {
    /// Records a token: id, owner, name, prefix, hash, scopes, days. Breaks `api_tokens_scopes_held`, `api_tokens_days`,
    /// `api_tokens_per_owner`.
    pub const CREATE: Sql<
        (ApiTokenId, ContactId, Line<120>, String, Vec<u8>, Vec<String>, Option<i32>, Value),
        ApiToken,
    > = Sql::new(concat!(
        "select ", columns!(), " from identity.create_api_token($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .never_null();
    /// A page of the tokens of an owner, newest first: owner, cursor, limit.
    pub const OWN: Sql<(ContactId, Option<Timestamp>, Option<ApiTokenId>, i64), ApiToken> =
        Sql::new(concat!(
            "select ", columns!(), "
             from identity.api_tokens
             where owner_contact_id = $1
               and ($2 is null or (created_at, id) < ($2, $3))
             order by created_at desc, id desc
             limit $4"
        ));
    /// Ends a token of an owner.
    pub const REVOKE: Sql<(ApiTokenId, ContactId, Value), Known> =
        Sql::repeatable("select identity.revoke_api_token($1, $2, $3) as known").never_null();
    /// Counts an attempt and finds what the token of a hash carries.
    pub const USE: Sql<(Vec<u8>, Value), Carried> = Sql::new(
        "select u.retry_after as wait_s, u.token_id, u.contact_id, u.permissions,
           identity.limits_of(u.contact_id) as limits
         from identity.use_api_token($1, $2) as u",
    )
    .never_null();
}
