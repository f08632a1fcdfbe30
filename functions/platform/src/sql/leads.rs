//! The earliest stage of the funnel.
use api::Resource;
use db::{Departments, Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, DepartmentId, LeadId, Line, ProjectId, Timestamp};
use uuid::Uuid;

use crate::sql::contacts::Met;

row! {
    /// Somebody who may want something.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Lead {
        /// Identity.
        pub id: LeadId,
        /// What it is called.
        pub name: String,
        /// Free word of the staff: `hot`.
        pub label: Option<String>,
        /// Where it came from.
        pub source: Option<String>,
        /// What it is called there, unique per source.
        pub source_reference: Option<String>,
        /// Which funnel it is in.
        pub pipeline: String,
        /// Where in the funnel, free text.
        pub stage: Option<String>,
        /// `new`, `contacted`, `qualified`, `converted` or `disqualified`.
        pub status: String,
        /// What is wanted.
        pub interest: Option<String>,
        /// Address for mail.
        pub email: Option<String>,
        /// Telephone number.
        pub phone: Option<String>,
        /// The person, once known.
        pub contact_id: Option<ContactId>,
        /// The company, once known.
        pub company_id: Option<Uuid>,
        /// Who looks after it.
        pub owner_contact_id: Option<ContactId>,
        /// Department that works on it; null: none yet.
        pub department_id: Option<DepartmentId>,
        /// The project it is about.
        pub project_ref: Option<ProjectId>,
        /// When it became a customer.
        pub converted_at: Option<Timestamp>,
        /// When it was put away.
        pub archived_at: Option<Timestamp>,
        /// Why.
        pub archive_reason: Option<String>,
        /// The lead that took its place.
        pub merged_into_id: Option<LeadId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Lead {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! columns {
    () => {
        "id, name, label, source, source_reference, pipeline, stage, status, interest, email, phone, contact_id, company_id,
         owner_contact_id, department_id, project_ref, converted_at, archived_at, archive_reason, merged_into_id, created_at, updated_at,
         version"
    };
}
macro_rules! details {
    () => {
        "label, source, source_reference, stage, interest, email, phone, contact_id, company_id, owner_contact_id,
         department_id, project_ref, name"
    };
}
macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from party.leads
             where deleted_at is null
               and ",
            within!("$7", "department_id"),
            "
               and ($1 is null or status = $1)
               and ($2 is null or owner_contact_id = $2)
               and ($3 or archived_at is null)
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

/// Status, who looks after it, archived ones too, cursor, limit, of which departments.
type Page = Sql<
    (
        Option<&'static str>,
        Option<ContactId>,
        bool,
        Option<Timestamp>,
        Option<LeadId>,
        i64,
        Departments,
    ),
    Lead,
>;

statements! {
    /// A page of leads, newest first.
    pub const NEWEST: Page = page!("(created_at, id) < ($4, $5)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page = page!("(created_at, id) > ($4, $5)", "created_at, id");
    /// A lead that is not deleted.
    pub const FIND: Sql<(LeadId, Departments), Lead> = Sql::new(concat!(
        "select ", columns!(), "
         from party.leads
         where id = $1 and deleted_at is null and ", within!("$2", "department_id")
    ));
    /// Records a lead: id, details as an object, by whom, the contact of the object, of which departments it may be. Breaks
    /// `leads_pkey` and what [`UPDATE`] breaks.
    pub const INSERT: Sql<(LeadId, Value, ContactId, Option<ContactId>, Departments), Lead> = Sql::new(concat!(
        "insert into party.leads (id, pipeline, ", details!(), ", created_by, updated_by)
         select $1, coalesce(pipeline, 'default'), ", details!(), ", $3, $3
         from jsonb_populate_record(null::party.leads, $2)
         where party.seen_contact($4, $5) is not distinct from $4
         returning ", columns!()
    ));
    /// Changes the lead `$1` of version `$2`: what the object `$3` has not stays, null clears; `$5` is its new contact.
    /// Breaks `leads_source_source_reference_key`, `leads_phone_shape`, `leads_contact_id_fkey`,
    /// `leads_company_id_fkey`, `leads_owner_contact_id_fkey`, `leads_department_id_fkey`, `leads_status_transition`,
    /// `leads_frozen`.
    pub const UPDATE: Sql<
        (LeadId, i32, Value, ContactId, Option<ContactId>, Departments),
        Lead,
    > = Sql::new(concat!(
        "update party.leads l
         set (status, pipeline, ", details!(), ") = (
               select status, pipeline, ", details!(), " from jsonb_populate_record(l, $3)),
             updated_by = $4
         where id = $1 and version = $2 and deleted_at is null and ", within!("$6", "department_id"), "
           and party.seen_contact($5, $6) is not distinct from $5
         returning ", columns!()
    ));
    /// Puts the lead `$1` of version `$2` away: why, the lead that took its place, by whom; one that is not for the caller is
    /// one that is not there. Breaks
    /// `leads_merged_into_id_fkey`, `leads_merged_into_acyclic`, `leads_merged_into_id_once`.
    pub const ARCHIVE: Sql<
        (LeadId, i32, Line<200>, Option<LeadId>, ContactId, Departments),
        Lead,
    > = Sql::new(concat!(
        "update party.leads
         set archived_at = coalesce(archived_at, now()), archive_reason = $3,
             merged_into_id = case
               when $4 is null then merged_into_id
               when exists (select from party.leads m where m.id = $4 and ", within!("$6", "m.department_id"), ") then $4
               else '00000000-0000-0000-0000-000000000000'
             end,
             updated_by = $5
         where id = $1 and version = $2 and deleted_at is null and ", within!("$6", "department_id"), "
         returning ", columns!()
    ));
    /// Makes the lead `$1` of version `$2` a customer: a contact, or names of a new one, company, project, by whom. Once
    /// more, it says so again.
    pub const CONVERT: Sql<
        (
            LeadId, i32, Option<ContactId>, Option<Line<100>>, Option<Line<100>>, Option<Uuid>,
            Option<ProjectId>, ContactId, Departments,
        ),
        Met,
    > = Sql::new(concat!(
        "select m.present, m.stale
         from party.leads l
         cross join lateral party.convert_lead(l.id, $2, party.seen_contact($3, $9), $4, $5, $6, $7, $8) as m
         where l.id = $1 and ", within!("$9", "l.department_id")
    )).never_null();
}
