//! Accounts elsewhere that open a login: each change one call of a function of the database.
use api::Resource;
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{AccountLinkId, ContactId, Email, Line, Locale, SessionId, Timestamp, UserId};

use super::identity::{Changed, Sealed};

row! {
    /// The login that an account elsewhere opens.
    #[derive(Debug)]
    pub struct Opens {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// Null: none that is active.
        pub user_id: Option<UserId>,
        /// Whose login it is.
        pub contact_id: Option<ContactId>,
        /// What a code is checked against.
        pub factor: Sealed,
    }
}

row! {
    /// What became of an id token; the rest is null unless it was `opened`.
    #[derive(Debug)]
    pub struct Met {
        /// `opened`, `replayed`, `ended`, `code_needed`, `code_used`, `unproven` or `link_needed`.
        pub outcome: String,
        /// Whose login it is.
        pub contact_id: Option<ContactId>,
        /// The login.
        pub family_id: Option<SessionId>,
        /// When its refresh token ends.
        pub expires_at: Option<Timestamp>,
        /// What the access token says of the contact.
        pub claims: Option<Value>,
    }
}

row! {
    /// What became of a link.
    #[derive(Debug)]
    pub struct Linked {
        /// `linked`, `ended`, `other_address`, `replayed` or `taken`.
        pub outcome: String,
        /// Null unless it was `linked`.
        pub account_id: Option<AccountLinkId>,
    }
}

row! {
    /// An account elsewhere that opens the caller's login.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct AccountLink {
        /// Identity.
        pub id: AccountLinkId,
        /// Who vouches: the issuer of its id tokens.
        pub issuer: String,
        /// When it was linked first.
        pub created_at: Timestamp,
        /// When it last opened the login; null: never.
        pub last_used_at: Option<Timestamp>,
    }
}

impl Resource for AccountLink {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

statements! {
    /// Counts an attempt and finds the login that an account opens: issuer, subject.
    pub const BEGIN_SIGN_IN: Sql<(String, String, Value), Opens> = Sql::new(
        "select retry_after as wait_s, user_id, contact_id, totp_secret, totp_key_id, totp_last_step
         from identity.begin_account_sign_in($1, $2, $3)",
    ).never_null();
    /// Opens a session, and makes a login if there is none: issuer, subject, proven address, names, language, hash and
    /// end of the nonce, step of the code, recovery code, ids, hash of the refresh token. Breaks `sessions_user_active`.
    pub const FINISH_SIGN_IN: Sql<
        (
            String, String, Option<Email>, Option<Line<100>>, Option<Line<100>>, Option<Locale>, Vec<u8>, Timestamp,
            Option<i64>, Option<Vec<u8>>, ContactId, UserId, SessionId, Vec<u8>, Value,
        ),
        Met,
    > = Sql::new(
        "select outcome, contact_id, family_id, expires_at, claims
         from identity.finish_account_sign_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    ).never_null();
    /// Has an account open the login of a contact: contact, issuer, subject, proven address, hash and end of the nonce.
    pub const LINK: Sql<
        (ContactId, String, String, Option<Email>, Vec<u8>, Timestamp, Value),
        Linked,
    > = Sql::new("select outcome, account_id from identity.link_account($1, $2, $3, $4, $5, $6, $7)").never_null();
    /// An account opens the login of a contact no more.
    pub const UNLINK: Sql<(AccountLinkId, ContactId, Value), Changed> =
        Sql::repeatable("select identity.unlink_account($1, $2, $3) as changed").never_null();
    /// An account that opens the login of a contact.
    pub const FIND: Sql<(AccountLinkId, ContactId), AccountLink> = Sql::new(
        "select a.id, a.provider as issuer, a.created_at, a.last_used_at
         from identity.accounts a
         join identity.users u on u.id = a.user_id and u.deleted_at is null
         where a.id = $1 and u.contact_id = $2 and a.revoked_at is null",
    );
    /// A page of the accounts that open the login of a contact, newest first: contact, cursor, limit.
    pub const OF_CONTACT: Sql<
        (ContactId, Option<Timestamp>, Option<AccountLinkId>, i64),
        AccountLink,
    > = Sql::new(
        "select a.id, a.provider as issuer, a.created_at, a.last_used_at
         from identity.accounts a
         join identity.users u on u.id = a.user_id and u.deleted_at is null
         where u.contact_id = $1 and a.revoked_at is null
           and ($2 is null or (a.created_at, a.id) < ($2, $3))
         order by a.created_at desc, a.id desc
         limit $4",
    );
}
