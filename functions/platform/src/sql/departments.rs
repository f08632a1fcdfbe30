//! Departments, and who holds a role in them.
use api::Resource;
use db::{Deletion, Departments, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{ContactId, Date, DepartmentId, Line, LocalizedText, RoleGrantId, Timestamp};

row! {
    /// A part of the organisation.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Department {
        /// Identity.
        pub id: DepartmentId,
        /// Short code in capitals; unique.
        pub code: String,
        /// Name where there is little room.
        pub short_name: String,
        /// Name for people.
        pub name: LocalizedText<120>,
        /// What it is responsible for.
        pub description: Option<LocalizedText<2000>>,
        /// `pro` or `basic`: how difficult the cases are that it works on.
        pub skill_level: String,
        /// Whether it takes what no other department of its level takes.
        pub is_owner: bool,
        /// `active` or `inactive`.
        pub status: String,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Department {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
    const LOCALIZED: &'static [&'static str] = &["name", "description"];
}

row! {
    /// Somebody who holds a role in a department now, or will.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Member {
        /// The grant that makes them a member.
        pub id: RoleGrantId,
        /// Who it is.
        pub contact_id: ContactId,
        /// Given name.
        pub first_name: Option<String>,
        /// Family name.
        pub last_name: Option<String>,
        /// What they do there: the role's code.
        pub role: String,
        /// Whether it is the department that they work in first.
        pub is_primary: bool,
        /// First day.
        pub valid_from: Date,
        /// Day after the last; null: until further notice.
        pub valid_to: Option<Date>,
        /// When it was granted.
        pub created_at: Timestamp,
        /// Its version, to take it away by.
        pub version: i32,
    }
}

impl Resource for Member {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// That there is a department.
    #[derive(Debug)]
    pub struct Seen {
        /// Identity.
        pub id: DepartmentId,
    }
}

macro_rules! columns {
    () => {
        "id, code, short_name, name, description, skill_level, is_owner, status, created_at, updated_at, version"
    };
}

statements! {
    /// A page of departments by code: status, cursor, limit.
    pub const BY_CODE: Sql<
        (Option<&'static str>, Option<String>, Option<DepartmentId>, i64),
        Department,
    > = Sql::new(concat!(
        "select ", columns!(), "
         from party.departments
         where deleted_at is null
           and ($1 is null or status = $1)
           and ($2 is null or (code, id) > ($2, $3))
         order by code, id
         limit $4"
    ));
    /// A department that is not deleted.
    pub const FIND: Sql<(DepartmentId,), Department> = Sql::new(concat!(
        "select ", columns!(), "
         from party.departments
         where id = $1 and deleted_at is null"
    ));
    /// Whether there is such a department, and the caller may know who works there.
    pub const SEEN: Sql<(DepartmentId, Departments), Seen> = Sql::new(
        "select id
         from party.departments
         where id = $1 and deleted_at is null and ($2 is null or id = any ($2))",
    );
    /// Records a department: id, code, short name, name, description, level, whether owner, by whom. Breaks
    /// `departments_pkey`, `departments_code_key`, `departments_code_shape`, `departments_owner_exact`.
    pub const INSERT: Sql<
        (
            DepartmentId, Line<30>, Line<20>, LocalizedText<120>, Option<LocalizedText<2000>>, &'static str, bool,
            ContactId,
        ),
        Department,
    > = Sql::new(concat!(
        "insert into party.departments
           (id, code, short_name, name, description, skill_level, is_owner, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         returning ", columns!()
    ));
    /// Changes the department `$1` of version `$2`: null stays, the description is given or cleared if `$5` says so. A
    /// new owner of a level takes that from the old one. Breaks `departments_owner_exact`.
    pub const UPDATE: Sql<
        (
            DepartmentId, i32, Option<Line<20>>, Option<LocalizedText<120>>, bool, Option<LocalizedText<2000>>,
            Option<bool>, Option<&'static str>, ContactId,
        ),
        Department,
    > = Sql::new(concat!(
        "with met as (
           select id, skill_level from party.departments where id = $1 and version = $2 and deleted_at is null
         ), old as (
           update party.departments d
           set is_owner = false, updated_by = $9
           from met
           where $7 and d.skill_level = met.skill_level and d.id <> met.id and d.is_owner and d.deleted_at is null
         )
         update party.departments d
         set short_name = coalesce($3, d.short_name),
             name = coalesce($4, d.name),
             description = case when $5 then $6 else d.description end,
             is_owner = coalesce($7, d.is_owner),
             status = coalesce($8, d.status),
             updated_by = $9
         where d.id = $1 and d.version = $2 and d.deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the department `$1` of version `$2`, softly. Breaks `departments_owner_exact`,
    /// `contacts_department_id_fkey`, `leads_department_id_fkey`.
    pub const DELETE: Sql<(DepartmentId, i32, ContactId), Deletion> = soft_delete!("party.departments");
    /// Brings a deleted department back. Breaks `departments_code_key`, `departments_owner_exact`.
    pub const RESTORE: Sql<(DepartmentId, ContactId), Department> = Sql::new(concat!(
        "update party.departments
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
    /// A page of who holds a role in a department now or later, newest first: department, cursor, limit, of which
    /// departments the caller may know that.
    pub const MEMBERS: Sql<
        (DepartmentId, Option<Timestamp>, Option<RoleGrantId>, i64, Departments),
        Member,
    > = Sql::new(
        "select g.id, g.contact_id, c.first_name, c.last_name, r.code as role,
           coalesce(c.department_id = g.scope_id, false) as is_primary, g.valid_from, g.valid_to, g.created_at, g.version
         from identity.user_roles g
         join identity.roles r on r.id = g.role_id
         join party.contacts c on c.id = g.contact_id and c.deleted_at is null
         where g.scope_type = 'department' and g.scope_id = $1 and g.revoked_at is null
           and ($5 is null or g.scope_id = any ($5))
           and (g.valid_to is null or g.valid_to > current_date)
           and ($2 is null or (g.created_at, g.id) < ($2, $3))
         order by g.created_at desc, g.id desc
         limit $4",
    ).never_null();
}
