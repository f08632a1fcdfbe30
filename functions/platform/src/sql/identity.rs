//! Signing up, in and out: each one call of a function of the database.
use db::{Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Email, Line, Locale, SessionId, Timestamp, UserId, VerificationTokenId};

row! {
    /// Whether to go on.
    #[derive(Debug)]
    pub struct Asked {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
    }
}

row! {
    /// What became of a mailed link.
    #[derive(Debug)]
    pub struct Proof {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// Whether there was such a link.
        pub done: bool,
    }
}

row! {
    /// The second factor of a login, if it has one.
    #[derive(Debug)]
    pub struct Sealed {
        /// The sealed secret; null: no code is asked for.
        pub totp_secret: Option<Vec<u8>>,
        /// Which key opens it.
        pub totp_key_id: Option<String>,
        /// The last step of which a code was taken.
        pub totp_last_step: Option<i64>,
    }
}

row! {
    /// What a password is checked against.
    #[derive(Debug)]
    pub struct Login {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// Null: nobody active has the address.
        pub user_id: Option<UserId>,
        /// Whose login it is.
        pub contact_id: Option<ContactId>,
        /// In PHC form; null: none.
        pub password_hash: Option<String>,
        /// What a code is checked against.
        pub factor: Sealed,
    }
}

row! {
    /// A second factor, perhaps not proven yet.
    #[derive(Debug)]
    pub struct Factor {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// Whose it is.
        pub user_id: UserId,
        /// Whether it is asked for.
        pub totp_enabled: bool,
        /// The sealed secret.
        pub totp_secret: Vec<u8>,
        /// Which key opens it.
        pub totp_key_id: String,
        /// The last step of which a code was taken.
        pub totp_last_step: Option<i64>,
    }
}

row! {
    /// The same of somebody who is signed in.
    #[derive(Debug)]
    pub struct OwnLogin {
        /// Seconds to wait before the next attempt; 0: this one counted.
        pub wait_s: i32,
        /// The login.
        pub user_id: UserId,
        /// What is signed in with.
        pub email: String,
        /// In PHC form; null: none.
        pub password_hash: Option<String>,
        /// Whether they signed in, in the session that was named, within ten minutes.
        pub signed_in_lately: bool,
    }
}

row! {
    /// An open session.
    #[derive(Debug)]
    pub struct Session {
        /// Whose it is.
        pub contact_id: ContactId,
        /// The login.
        pub family_id: SessionId,
        /// When its refresh token ends.
        pub expires_at: Timestamp,
        /// What the access token says of the contact.
        pub claims: Value,
    }
}

row! {
    /// What became of a refresh token; the rest is null unless it was `refreshed`.
    #[derive(Debug)]
    pub struct Refreshed {
        /// `refreshed`, `raced`, `reused`, `ended`, `expired` or `unknown`.
        pub outcome: String,
        /// Whose it is.
        pub contact_id: Option<ContactId>,
        /// The login.
        pub family_id: Option<SessionId>,
        /// When the next refresh token ends.
        pub expires_at: Option<Timestamp>,
        /// What the access token says of the contact.
        pub claims: Option<Value>,
    }
}

row! {
    /// The caller.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Me {
        /// The person; what everything else refers to.
        pub contact_id: ContactId,
        /// The login.
        pub user_id: UserId,
        /// What is signed in with.
        pub email: String,
        /// Given name.
        pub first_name: Option<String>,
        /// Family name.
        pub last_name: Option<String>,
        /// Language of mails: `de` or `en`.
        pub language: String,
        /// Whether a second factor is asked for.
        pub totp_enabled: bool,
        /// When the address was proven.
        pub email_verified_at: Option<Timestamp>,
        /// Roles and permissions held everywhere, and grants held in one place: what the next access token says.
        pub claims: Option<Value>,
    }
}

row! {
    /// How many sessions were ended.
    #[derive(Debug)]
    pub struct Ended {
        /// Rows of identity.sessions.
        pub ended: i32,
    }
}

row! {
    /// Whether it was done.
    #[derive(Debug)]
    pub struct Changed {
        /// False: there is no active login.
        pub changed: bool,
    }
}

row! {
    /// How many rows of each were deleted.
    #[derive(Debug)]
    pub struct Purged {
        /// Links.
        pub links: i64,
        /// Sessions.
        pub sessions: i64,
        /// Counts of attempts.
        pub attempts: i64,
        /// Used recovery codes.
        pub codes: i64,
    }
}

row! {
    /// How many invitations were taken back.
    #[derive(Debug)]
    pub struct TakenBack {
        /// So many.
        pub ended: i64,
    }
}

statements! {
    /// Asks for an account: contact, user, address, names, language, hash of the password, id and hash of the link.
    pub const SIGN_UP: Sql<
        (
            ContactId, UserId, Email, Option<Line<100>>, Option<Line<100>>, Option<Locale>, String,
            VerificationTokenId, Vec<u8>, Value,
        ),
        Asked,
    > = Sql::new(
        "select identity.sign_up($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as wait_s",
    ).never_null();
    /// Proves an address by the hash of its link.
    pub const VERIFY_EMAIL: Sql<(Vec<u8>, Value), Proof> = Sql::new(
        "select retry_after as wait_s, verified as done from identity.verify_email($1, $2)",
    ).never_null();
    /// Counts an attempt and finds what to check the password against.
    pub const BEGIN_SIGN_IN: Sql<(Email, Value), Login> = Sql::new(
        "select retry_after as wait_s, user_id, contact_id, password_hash,
           totp_secret, totp_key_id, totp_last_step
         from identity.begin_sign_in($1, $2)",
    ).never_null();
    /// Opens a session: user, address, new hash, step of the code, recovery code, session and hash of its token.
    /// No row: the code was used before. Breaks `sessions_user_active`.
    pub const FINISH_SIGN_IN: Sql<
        (UserId, Email, Option<String>, Option<i64>, Option<Vec<u8>>, SessionId, Vec<u8>, Value),
        Session,
    > = Sql::new(
        "select contact_id, family_id, expires_at, claims
         from identity.finish_sign_in($1, $2, $3, $4, $5, $6, $7, $8)",
    ).never_null();
    /// Notes a wrong password; without a user, of an address that nobody has.
    pub const NOTE_FAILED_SIGN_IN: Sql<(Option<UserId>, Option<ContactId>, Value), ()> = Sql::new(
        "select from audit.note('auth.sign_in_failed', 'login', case when $1 is null then null else 'user' end, $1,
           $2, $1, null, $3)",
    );
    /// Exchanges the refresh token of a hash for the next.
    pub const REFRESH: Sql<(Vec<u8>, SessionId, Vec<u8>, Value), Refreshed> = Sql::new(
        "select outcome, contact_id, family_id, expires_at, claims
         from identity.refresh_session($1, $2, $3, $4)",
    ).never_null();
    /// Ends the sessions of a contact: of one login, or of all but one, or all.
    pub const END_SESSIONS: Sql<
        (ContactId, Option<SessionId>, Option<SessionId>, &'static str, Value),
        Ended,
    > = Sql::repeatable("select identity.end_sessions_of($1, $2, $3, $4, $5) as ended").never_null();
    /// Has a link mailed that sets a new password.
    pub const REQUEST_PASSWORD_RESET: Sql<(Email, VerificationTokenId, Vec<u8>, Value), Asked> =
        Sql::new("select identity.request_password_reset($1, $2, $3, $4) as wait_s").never_null();
    /// Sets a new password by the hash of a link.
    pub const RESET_PASSWORD: Sql<(Vec<u8>, String, Value), Proof> = Sql::new(
        "select retry_after as wait_s, reset as done from identity.reset_password($1, $2, $3)",
    ).never_null();
    /// Counts an attempt and finds what to check the present password against: contact, login.
    pub const BEGIN_PASSWORD_CHANGE: Sql<(ContactId, Option<SessionId>), OwnLogin> = Sql::new(
        "select b.retry_after as wait_s, b.user_id, b.email, b.password_hash,
           exists (
             select 1 from identity.sessions s
             where s.id = $2 and s.user_id = b.user_id and s.revoked_at is null
               and s.created_at > now() - interval '10 minutes') as signed_in_lately
         from identity.begin_password_change($1) b",
    ).never_null();
    /// Notes that the present password was another: login, contact.
    pub const NOTE_WRONG_PASSWORD: Sql<(UserId, ContactId, Value), ()> = Sql::new(
        "select from audit.note('auth.password_failed', 'other', 'user', $1, $2, $1, null, $3)",
    );
    /// Sets a new password and ends every login but one.
    pub const CHANGE_PASSWORD: Sql<(ContactId, String, Option<SessionId>, Value), Changed> =
        Sql::new("select identity.change_password($1, $2, $3, $4) as changed").never_null();
    /// Keeps a sealed secret that counts once a code proves it.
    pub const BEGIN_TOTP: Sql<(ContactId, Vec<u8>, String), Changed> =
        Sql::new("select identity.begin_totp($1, $2, $3) as changed").never_null();
    /// Counts an attempt and finds the second factor of a contact.
    pub const FIND_TOTP: Sql<(ContactId,), Factor> = Sql::new(
        "select retry_after as wait_s, user_id, totp_enabled, totp_secret, totp_key_id, totp_last_step
         from identity.find_totp($1)",
    ).never_null();
    /// Asks for the second factor from now on: contact, step of the code, hashes of recovery codes, login to keep.
    pub const ENABLE_TOTP: Sql<
        (ContactId, i64, Vec<String>, Option<SessionId>, Value),
        Changed,
    > = Sql::new("select identity.enable_totp($1, $2, $3, $4, $5) as changed").never_null();
    /// Forgets the second factor.
    pub const DISABLE_TOTP: Sql<(ContactId, Value), Changed> =
        Sql::new("select identity.disable_totp($1, $2) as changed").never_null();
    /// Deletes at most so many of each that ended long ago.
    pub const PURGE: Sql<(i32,), Purged> =
        Sql::repeatable("select links, sessions, attempts, codes from identity.purge($1)").never_null();
    /// Takes back at most so many invitations that ended long ago.
    pub const END_EXPIRED_INVITATIONS: Sql<(i32,), TakenBack> =
        Sql::repeatable("select identity.end_expired_invitations($1) as ended").never_null();
    /// Who a contact is, by their active login.
    pub const ME: Sql<(ContactId,), Me> = Sql::new(
        "select u.contact_id, u.id as user_id, u.email, c.first_name, c.last_name, u.language,
           u.totp_enabled, u.email_verified_at, identity.claims_of(u.contact_id) as claims
         from identity.users u
         join party.contacts c on c.id = u.contact_id
         where u.contact_id = $1 and u.status = 'active' and u.deleted_at is null",
    );
}
