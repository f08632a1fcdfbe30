//! Who holds which role, and where.
use api::Resource;
use db::{Departments, Sql, row, statements};
use serde::Serialize;
use types::{ContactId, Date, Line, RoleGrantId, Timestamp};
use uuid::Uuid;

row! {
    /// A role that a contact holds or held.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct RoleGrant {
        /// Identity.
        pub id: RoleGrantId,
        /// Who holds it.
        pub contact_id: ContactId,
        /// The role's code.
        pub role: String,
        /// `global`, `department`, `project`, `building` or `partner`.
        pub scope_type: String,
        /// The department, project, building or partner; null: everywhere.
        pub scope_id: Option<Uuid>,
        /// First day.
        pub valid_from: Date,
        /// Day after the last; null: until further notice.
        pub valid_to: Option<Date>,
        /// Who granted it; null: the system.
        pub granted_by: Option<ContactId>,
        /// Why; null: not said.
        pub reason: Option<String>,
        /// When it was taken away before its end; null: it was not.
        pub revoked_at: Option<Timestamp>,
        /// Who took it away.
        pub revoked_by: Option<ContactId>,
        /// When it was granted.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for RoleGrant {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// What taking a role away found.
    #[derive(Debug)]
    pub struct Revoked {
        /// It was held, of the version asked for, and is taken away now.
        pub done: bool,
        /// It had been taken away before.
        pub before: bool,
    }
}

macro_rules! columns {
    () => {
        "g.id, g.contact_id, r.code as role, g.scope_type, g.scope_id, g.valid_from, g.valid_to, g.granted_by, g.reason,
         g.revoked_at, g.revoked_by, g.created_at, g.version"
    };
}

statements! {
    /// A page of the roles that a contact holds and held, newest first: contact, cursor, limit.
    pub const OF_CONTACT: Sql<
        (ContactId, Option<Timestamp>, Option<RoleGrantId>, i64),
        RoleGrant,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from identity.user_roles g
         join identity.roles r on r.id = g.role_id
         where g.contact_id = $1
           and ($2 is null or (g.created_at, g.id) < ($2, $3))
         order by g.created_at desc, g.id desc
         limit $4"
    ));
    /// Grants a role: id, contact, role, scope, days, who grants it, why, of which departments the contact may be; one of
    /// another is one that is not there. No row: there is no such role. Breaks
    /// `user_roles_contact_id_fkey`, `user_roles_scope_allowed`, `user_roles_scope_whole`, `user_roles_audience`,
    /// `user_roles_valid_order`, `user_roles_no_overlap`, `user_roles_granted_by_other`, `user_roles_escalation`.
    pub const GRANT: Sql<
        (
            RoleGrantId, ContactId, Line<60>, Line<20>, Option<Uuid>, Option<Date>, Option<Date>, ContactId,
            Option<Line<500>>, Departments,
        ),
        RoleGrant,
    > = Sql::new(concat!(
        "with g as (
           insert into identity.user_roles (
             id, contact_id, role_id, scope_type, scope_id, valid_from, valid_to, granted_by, reason, created_by,
             updated_by)
           select $1, case
               when $10 is null or exists (select from party.contacts c where c.id = $2 and ", within!("$10", "c.department_id"), ")
               then $2 else '00000000-0000-0000-0000-000000000000'
             end, r.id, $4, $5, coalesce($6, current_date), $7, $8, $9, $8, $8
           from identity.roles r
           where r.code = $3 and r.deleted_at is null
           returning *
         )
         select ", columns!(), "
         from g
         join identity.roles r on r.id = g.role_id"
    ));
    /// Takes the grant `$1` of version `$2` away, for the contact `$3` who may do that where it holds.
    pub const REVOKE: Sql<(RoleGrantId, i32, ContactId), Revoked> = Sql::new(
        "with gone as (
           update identity.user_roles g
           set revoked_at = now(), revoked_by = $3, updated_by = $3
           where g.id = $1 and g.version = $2 and g.revoked_at is null
             and identity.holds($3, 'roles.grant', g.scope_type, g.scope_id)
           returning g.id
         )
         select exists (select from gone) as done, revoked_at is not null as before
         from identity.user_roles
         where id = $1 and identity.holds($3, 'roles.grant', scope_type, scope_id)",
    ).never_null();
}
