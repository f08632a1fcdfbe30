//! People.
use api::Resource;
use db::{Deletion, Departments, Sql, row, soft_delete, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, Date, DepartmentId, Line, Timestamp};

row! {
    /// A natural person.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Contact {
        /// Identity; other domains hold it as `contact_ref`.
        pub id: ContactId,
        /// `mr`, `ms`, `mx` or `none`.
        pub salutation: Option<String>,
        /// Dr., Prof.
        pub title: Option<String>,
        /// Given name.
        pub first_name: Option<String>,
        /// Family name.
        pub last_name: Option<String>,
        /// What the person does for a living.
        pub job_title: Option<String>,
        /// Address for mail; not a login and not unique.
        pub email: Option<String>,
        /// Telephone number.
        pub phone: Option<String>,
        /// Mobile number.
        pub mobile: Option<String>,
        /// Language to write in.
        pub language: Option<String>,
        /// Street without the house number.
        pub street: Option<String>,
        /// House number with its suffix.
        pub house_number: Option<String>,
        /// Postal code as its country writes it.
        pub postal_code: Option<String>,
        /// Town.
        pub city: Option<String>,
        /// ISO 3166-1, two letters.
        pub country: Option<String>,
        /// Day of birth.
        pub date_of_birth: Option<Date>,
        /// `private`, `commercial`, `public` or `nonprofit`.
        pub segment: Option<String>,
        /// `a`, `b` or `c`: how much attention a customer is given.
        pub classification: Option<String>,
        /// Department the person works in, or that looks after them; null: none yet.
        pub department_id: Option<DepartmentId>,
        /// Notes of the staff.
        pub notes: Option<String>,
        /// Where the contact came from.
        pub source: Option<String>,
        /// `live` or `archived`.
        pub status: String,
        /// Why it was archived: `merged`, `inactive`, `duplicate`, `requested` or `other`.
        pub archive_reason: Option<String>,
        /// The contact that took its place.
        pub merged_into_id: Option<ContactId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Contact {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// A contact that may be the same person.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Likely {
        /// Identity.
        pub id: ContactId,
        /// Given name.
        pub first_name: Option<String>,
        /// Family name.
        pub last_name: Option<String>,
        /// Address for mail.
        pub email: Option<String>,
        /// Telephone number.
        pub phone: Option<String>,
        /// Mobile number.
        pub mobile: Option<String>,
        /// Town.
        pub city: Option<String>,
        /// What is alike: `email`, `phone`, `name`.
        pub alike: Vec<String>,
        /// How alike the names are, in percent.
        pub name_percent: i32,
        /// Its version, for a merge.
        pub version: i32,
    }
}

row! {
    /// What a change of a whole person found.
    #[derive(Debug)]
    pub struct Met {
        /// Whether there is such a row.
        pub present: bool,
        /// Whether it has changed since it was read.
        pub stale: bool,
    }
}

row! {
    /// What an erasure found.
    #[derive(Debug)]
    pub struct Erased {
        /// Whether there is such a contact.
        pub present: bool,
        /// Whether it has changed since it was read.
        pub stale: bool,
        /// When it was erased, now or before; null: not.
        pub erased_at: Option<Timestamp>,
    }
}

row! {
    /// That there is a contact, and that the caller may see it.
    #[derive(Debug)]
    pub struct Seen {
        /// Identity.
        pub id: ContactId,
    }
}

row! {
    /// All that is kept about a person.
    #[derive(Debug)]
    pub struct Document {
        /// One JSON object.
        pub document: Value,
    }
}

macro_rules! details {
    () => {
        "salutation, title, first_name, last_name, job_title, email, phone, mobile, language, street, house_number,
         postal_code, city, country, date_of_birth, segment, classification, department_id, notes, source"
    };
}
macro_rules! columns {
    () => {
        concat!(
            "id, ",
            details!(),
            ", status, archive_reason, merged_into_id, created_at, updated_at, version"
        )
    };
}

macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from party.contacts
             where deleted_at is null
               and ",
            within!("$7", "department_id"),
            "
               and ($1 is null or status = $1)
               and ($2 is null or lower(email) = lower($2))
               and ($3 is null or lower(last_name) = lower($3))
               and ($4 is null or ",
            $after,
            ")
             order by ",
            $order,
            "
             limit $6"
        ))
    };
}

/// Status, address of mail, family name, cursor, limit, of which departments.
type Page = Sql<
    (
        Option<&'static str>,
        Option<Line<254>>,
        Option<Line<100>>,
        Option<Timestamp>,
        Option<ContactId>,
        i64,
        Departments,
    ),
    Contact,
>;

statements! {
    /// A page of contacts, newest first.
    pub const NEWEST: Page = page!("(created_at, id) < ($4, $5)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page = page!("(created_at, id) > ($4, $5)", "created_at, id");
    /// A contact that is not deleted.
    pub const FIND: Sql<(ContactId, Departments), Contact> = Sql::new(concat!(
        "select ", columns!(), "
         from party.contacts
         where id = $1 and deleted_at is null and ", within!("$2", "department_id")
    ));
    /// Whether there is such a contact, before what hangs on it is shown.
    pub const SEEN: Sql<(ContactId, Departments), Seen> = Sql::new(concat!(
        "select id
         from party.contacts
         where id = $1 and deleted_at is null and ", within!("$2", "department_id")
    ));
    /// Records a contact: id, details as an object, by whom. Breaks `contacts_pkey` and what [`UPDATE`] breaks.
    pub const INSERT: Sql<(ContactId, Value, ContactId), Contact> = Sql::new(concat!(
        "insert into party.contacts (id, ", details!(), ", created_by, updated_by)
         select $1, ", details!(), ", $3, $3
         from jsonb_populate_record(null::party.contacts, $2)
         returning ", columns!()
    ));
    /// Changes the contact `$1` of version `$2`: what the object `$3` has not stays, null clears. Breaks
    /// `contacts_phone_shape`, `contacts_mobile_shape`, `contacts_country_shape`, `contacts_date_of_birth_range`,
    /// `contacts_department_id_fkey`.
    pub const UPDATE: Sql<(ContactId, i32, Value, ContactId, Departments), Contact> = Sql::new(concat!(
        "update party.contacts c
         set (", details!(), ") = (select ", details!(), " from jsonb_populate_record(c, $3)),
             updated_by = $4
         where id = $1 and version = $2 and deleted_at is null and ", within!("$5", "department_id"), "
         returning ", columns!()
    ));
    /// Deletes the contact `$1` of version `$2`, softly. Breaks `users_contact_id_fkey`,
    /// `contact_companies_contact_id_fkey`, `leads_contact_id_fkey`, `appointments_contact_id_fkey`,
    /// `appointment_proposals_contact_id_fkey`.
    pub const DELETE: Sql<(ContactId, i32, ContactId, Departments), Deletion> =
        soft_delete!("party.contacts", within!("$4", "department_id"));
    /// Brings a deleted contact back. Breaks `contacts_erased_final`, `contacts_department_id_fkey`.
    pub const RESTORE: Sql<(ContactId, ContactId, Departments), Contact> = Sql::new(concat!(
        "update party.contacts
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null and ", within!("$3", "department_id"), "
         returning ", columns!()
    ));
    /// Contacts that may be the same person as `$1`, the likeliest first.
    pub const LIKELY: Sql<(ContactId, i64, Departments), Likely> = Sql::new(concat!(
        "select c.id, c.first_name, c.last_name, c.email, c.phone, c.mobile, c.city, l.alike, l.name_percent, c.version
         from party.likely_same($1, 1000) with ordinality as l (id, alike, name_percent, place)
         join party.contacts c on c.id = l.id
         where ", within!("$3", "c.department_id"), "
         order by l.place
         limit $2"
    ))
    .never_null();
    /// Merges the contact `$1` of version `$2` into `$3`: why, by whom. Once more, it says so again. No row: there is no
    /// such contact, or not for the caller; into one that is not for the caller is into one that is not there.
    pub const MERGE: Sql<
        (ContactId, i32, ContactId, Option<Line<500>>, ContactId, Departments),
        Met,
    > = Sql::new(concat!(
        "select m.present, m.stale
         from party.contacts c
         cross join lateral party.merge_contact(c.id, $2, coalesce((
             select s.id from party.contacts s where s.id = $3 and ", within!("$6", "s.department_id"), "
           ), '00000000-0000-0000-0000-000000000000'), $4, $5) as m
         where c.id = $1 and ", within!("$6", "c.department_id")
    ))
    .never_null();
    /// Blanks who the contact `$1` of version `$2` is; once more, it says so again.
    pub const ERASE: Sql<(ContactId, i32, ContactId, Departments), Erased> = Sql::repeatable(concat!(
        "select e.present, e.stale, e.erased_at
         from party.contacts c
         cross join lateral party.erase_contact(c.id, $2, $3) as e
         where c.id = $1 and ", within!("$4", "c.department_id")
    ))
    .never_null();
    /// All that is kept about the contact `$1`, and that it was read.
    pub const EXPORT: Sql<(ContactId, Departments), Document> = Sql::new(concat!(
        "with exported as (
           select party.export_contact(c.id) as document
           from party.contacts c
           where c.id = $1 and ", within!("$2", "c.department_id"), "
         ), noted as (
           insert into audit.audit_logs (
             domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id, request_id, ip,
             user_agent)
           select 'platform', c ->> 'kind', (c ->> 'contact')::uuid, (c ->> 'session')::uuid, 'contact.export', 'read',
             'contact', $1, c ->> 'request_id', (c ->> 'ip')::inet, c ->> 'user_agent'
           from (select current_setting('aruuri.context')::jsonb) as who (c)
           cross join exported
           where exported.document is not null
           returning 1
         )
         select document
         from exported
         where document is not null"
    ))
    .never_null();
}
