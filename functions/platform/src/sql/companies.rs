//! Companies, and who works for them.
use api::Resource;
use db::{Deletion, Departments, Sql, row, soft_delete, statements};
use serde::Serialize;
use serde_json::Value;
use types::{CompanyId, CompanyLinkId, ContactId, Date, Line, Timestamp};

use super::contacts::Met;

row! {
    /// A legal person.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Company {
        /// Identity.
        pub id: CompanyId,
        /// `contractor`, `supplier`, `owner`, `energy_adviser`, `charity`, `public_body`, `bank` or `other`.
        pub kind: String,
        /// Name in the register.
        pub legal_name: String,
        /// Name in use.
        pub trade_name: Option<String>,
        /// Number in the register.
        pub register_number: Option<String>,
        /// Court that keeps the register.
        pub register_court: Option<String>,
        /// VAT identification number with its country, unique.
        pub vat_id: Option<String>,
        /// Address for mail.
        pub email: Option<String>,
        /// Telephone number.
        pub phone: Option<String>,
        /// Address on the web.
        pub website: Option<String>,
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
        /// Notes of the staff.
        pub notes: Option<String>,
        /// `live` or `archived`.
        pub status: String,
        /// Why it was archived: `merged`, `inactive`, `duplicate`, `dissolved` or `other`.
        pub archive_reason: Option<String>,
        /// The company that took its place.
        pub merged_into_id: Option<CompanyId>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Company {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// What a person is in a company, and when.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct CompanyLink {
        /// Identity.
        pub id: CompanyLinkId,
        /// The person.
        pub contact_id: ContactId,
        /// The company.
        pub company_id: CompanyId,
        /// `owner`, `director`, `employee`, `craftsman`, `energy_adviser`, `accountant`, `representative` or `other`.
        pub role: String,
        /// Whether the company is spoken to through this person first.
        pub is_primary: bool,
        /// First day.
        pub valid_from: Option<Date>,
        /// Day after the last; null: until further notice.
        pub valid_to: Option<Date>,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for CompanyLink {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! details {
    () => {
        "kind, legal_name, trade_name, register_number, register_court, vat_id, email, phone, website, street, house_number,
         postal_code, city, country, notes"
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
macro_rules! link_columns {
    () => {
        "id, contact_id, company_id, role, is_primary, valid_from, valid_to, created_at, version"
    };
}
/// Whether the contact of a link is one that the caller may see.
macro_rules! of_contact {
    ($departments:literal) => {
        concat!(
            "(",
            $departments,
            " is null or exists (select from party.contacts c where c.id = contact_id and ",
            within!($departments, "c.department_id"),
            "))"
        )
    };
}
macro_rules! page {
    ($after:literal, $order:literal) => {
        Sql::new(concat!(
            "select ",
            columns!(),
            "
             from party.companies
             where deleted_at is null
               and ($1 is null or kind = $1)
               and ($2 is null or lower(legal_name) = lower($2))
               and ($3 is null or ",
            $after,
            ")
             order by ",
            $order,
            "
             limit $5"
        ))
    };
}

/// Kind, name in the register, cursor, limit.
type Page = Sql<
    (Option<&'static str>, Option<Line<200>>, Option<Timestamp>, Option<CompanyId>, i64),
    Company,
>;

statements! {
    /// A page of companies, newest first.
    pub const NEWEST: Page = page!("(created_at, id) < ($3, $4)", "created_at desc, id desc");
    /// The same, oldest first.
    pub const OLDEST: Page = page!("(created_at, id) > ($3, $4)", "created_at, id");
    /// A company that is not deleted.
    pub const FIND: Sql<(CompanyId,), Company> = Sql::new(concat!(
        "select ", columns!(), "
         from party.companies
         where id = $1 and deleted_at is null"
    ));
    /// Records a company: id, details as an object, by whom. Breaks `companies_pkey` and what [`UPDATE`] breaks.
    pub const INSERT: Sql<(CompanyId, Value, ContactId), Company> = Sql::new(concat!(
        "insert into party.companies (id, ", details!(), ", created_by, updated_by)
         select $1, ", details!(), ", $3, $3
         from jsonb_populate_record(null::party.companies, $2)
         returning ", columns!()
    ));
    /// Changes the company `$1` of version `$2`: what the object `$3` has not stays, null clears. Breaks
    /// `companies_vat_id_key`, `companies_vat_id_shape`, `companies_phone_shape`, `companies_country_shape`,
    /// `companies_website_shape`.
    pub const UPDATE: Sql<(CompanyId, i32, Value, ContactId), Company> = Sql::new(concat!(
        "update party.companies c
         set (", details!(), ") = (select ", details!(), " from jsonb_populate_record(c, $3)),
             updated_by = $4
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the company `$1` of version `$2`, softly. Breaks `contact_companies_company_id_fkey`,
    /// `leads_company_id_fkey`.
    pub const DELETE: Sql<(CompanyId, i32, ContactId), Deletion> = soft_delete!("party.companies");
    /// Brings a deleted company back. Breaks `companies_vat_id_key`.
    pub const RESTORE: Sql<(CompanyId, ContactId), Company> = Sql::new(concat!(
        "update party.companies
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
    /// Merges the company `$1` of version `$2` into `$3`: why, by whom. Once more, it says so again.
    pub const MERGE: Sql<(CompanyId, i32, CompanyId, Option<Line<500>>, ContactId), Met> = Sql::new(
        "select present, stale from party.merge_company($1, $2, $3, $4, $5)",
    )
    .never_null();
    /// A page of what a contact is in companies, newest first: contact, cursor, limit, of which departments the contact
    /// may be.
    pub const LINKS: Sql<
        (ContactId, Option<Timestamp>, Option<CompanyLinkId>, i64, Departments),
        CompanyLink,
    > = Sql::new(concat!(
        "select ", link_columns!(), "
         from party.contact_companies
         where contact_id = $1 and deleted_at is null and ", of_contact!("$5"), "
           and ($2 is null or (created_at, id) < ($2, $3))
         order by created_at desc, id desc
         limit $4"
    ));
    /// A link that is not deleted.
    pub const FIND_LINK: Sql<(CompanyLinkId, Departments), CompanyLink> = Sql::new(concat!(
        "select ", link_columns!(), "
         from party.contact_companies
         where id = $1 and deleted_at is null and ", of_contact!("$2")
    ));
    /// Records what a contact is in a company: id, contact, company, role, whether first, from, to, by whom. Breaks
    /// `contact_companies_pkey`, `contact_companies_contact_id_fkey`, `contact_companies_company_id_fkey` and what
    /// [`END`] breaks. No row: there is no such contact, or not for the caller.
    pub const LINK: Sql<
        (
            CompanyLinkId, ContactId, CompanyId, &'static str, bool, Option<Date>, Option<Date>, ContactId,
            Departments,
        ),
        CompanyLink,
    > = Sql::new(concat!(
        "insert into party.contact_companies
           (id, contact_id, company_id, role, is_primary, valid_from, valid_to, created_by, updated_by)
         select $1, c.id, $3, $4, $5, $6, $7, $8, $8
         from party.contacts c
         where c.id = $2 and ", within!("$9", "c.department_id"), "
         returning ", link_columns!()
    ));
    /// Changes the link `$1` of version `$2`: null stays; the last day is given or cleared if `$4` says so. Breaks
    /// `contact_companies_no_overlap`, `contact_companies_primary_key`, `contact_companies_valid_order`.
    pub const END: Sql<
        (CompanyLinkId, i32, Option<bool>, bool, Option<Date>, ContactId, Departments),
        CompanyLink,
    > = Sql::new(concat!(
        "update party.contact_companies
         set is_primary = coalesce($3, is_primary),
             valid_to = case when $4 then $5 else valid_to end,
             updated_by = $6
         where id = $1 and version = $2 and deleted_at is null and ", of_contact!("$7"), "
         returning ", link_columns!()
    ));
}
