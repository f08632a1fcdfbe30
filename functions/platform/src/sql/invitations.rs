//! Invitations: each change one call of a function of the database.
use api::Resource;
use db::{Scope, Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Email, InvitationId, Line, Locale, Timestamp, UserId, VerificationTokenId};

use super::identity::Proof;

row! {
    /// An invitation to a login.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Invitation {
        /// Identity.
        pub id: InvitationId,
        /// The contact that was made for it.
        pub contact_id: ContactId,
        /// Where the link was sent to.
        pub email: String,
        /// `internal` or `external`.
        pub kind: String,
        /// The roles that were granted with it: `role`, `scope_type` and `scope_id`.
        pub roles: Option<Value>,
        /// Who invites.
        pub invited_by: ContactId,
        /// `pending`, `accepted`, `revoked` or `expired`.
        pub status: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
        /// When its owner set a password.
        pub accepted_at: Option<Timestamp>,
        /// When it was taken back.
        pub revoked_at: Option<Timestamp>,
    }
}

impl Resource for Invitation {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        None
    }
}

row! {
    /// What taking an invitation back found.
    #[derive(Debug)]
    pub struct TakenBack {
        /// It was accepted before.
        pub accepted: bool,
    }
}

macro_rules! columns {
    () => {
        "i.id, u.contact_id, u.email, u.user_type as kind,
         (select jsonb_agg(jsonb_build_object('role', r.code, 'scope_type', g.scope_type, 'scope_id', g.scope_id)
            order by r.code)
          from identity.user_roles g
          join identity.roles r on r.id = g.role_id
          where g.contact_id = u.contact_id and g.granted_by = i.invited_by and g.reason = 'invitation') as roles,
         i.invited_by,
         case when i.accepted_at is not null then 'accepted' when i.revoked_at is not null then 'revoked'
           when i.expires_at <= now() then 'expired' else 'pending' end as status,
         i.created_at, i.expires_at, i.accepted_at, i.revoked_at"
    };
}

statements! {
    /// Invites: ids, address, names, language, kind, roles, id and hash of the link, by whom. Breaks `users_email_key`,
    /// `user_roles_role_id_fkey`, `user_roles_scope_type_known`, `user_roles_scope_allowed`, `user_roles_scope_whole`,
    /// `user_roles_audience`, `user_roles_no_overlap`, `user_roles_escalation`.
    pub const INVITE: Sql<
        (
            InvitationId, ContactId, UserId, Email, Option<Line<100>>, Option<Line<100>>, Option<Locale>, &'static str, Value,
            VerificationTokenId, Vec<u8>, ContactId,
        ),
        (),
    > = Sql::new("select from identity.invite($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    /// Sets the first password of an invited login by the hash of its link.
    pub const ACCEPT: Sql<(Vec<u8>, String, Value), Proof> = Sql::new(
        "select retry_after as wait_s, accepted as done from identity.accept_invitation($1, $2, $3)",
    ).never_null();
    /// Takes an invitation of that scope back, for the contact who may: a program may have been given less than they hold. No
    /// row: they may not, or there is none.
    pub const REVOKE: Sql<(InvitationId, ContactId, Scope), TakenBack> = Sql::repeatable(
        "select r.accepted
         from identity.invitations i
         cross join lateral identity.revoke_invitation(i.id, $2) as r
         where i.id = $1 and ($3 is null or i.invited_by = $3)",
    ).never_null();
    /// An invitation, if it is of that scope: whose it is, id.
    pub const FIND: Sql<(Scope, InvitationId), Invitation> = Sql::new(concat!(
        "select ", columns!(), "
         from identity.invitations i
         join identity.users u on u.id = i.user_id
         where ($1 is null or i.invited_by = $1) and i.id = $2"
    )).never_null();
    /// A page of invitations, newest first: whose, cursor, limit.
    pub const NEWEST: Sql<(Scope, Option<Timestamp>, Option<InvitationId>, i64), Invitation> = Sql::new(concat!(
        "select ", columns!(), "
         from identity.invitations i
         join identity.users u on u.id = i.user_id
         where ($1 is null or i.invited_by = $1)
           and ($2 is null or (i.created_at, i.id) < ($2, $3))
         order by i.created_at desc, i.id desc
         limit $4"
    )).never_null();
}
