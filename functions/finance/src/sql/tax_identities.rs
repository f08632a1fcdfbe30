//! Who contributors are to the tax office.
use api::Resource;
use db::{Scope, Sql, row, statements};
use serde::Serialize;
use serde_json::Value;
use types::{ContactId, ContributorId, Date, Timestamp};

row! {
    /// The name and home address that Gift Aid is claimed with.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct TaxIdentity {
        /// The contributor, a person.
        pub contributor_id: ContributorId,
        /// Mr, Mrs, Dr: 2 to 4 letters; null: not said.
        pub title: Option<String>,
        /// First name or initial, at most 35 characters.
        pub first_name: String,
        /// Last name, at most 35 characters.
        pub last_name: String,
        /// House name or number, at most 40 characters; null: no address is known.
        pub house: Option<String>,
        /// Street.
        pub street: Option<String>,
        /// Town.
        pub city: Option<String>,
        /// Postcode; null: outside the United Kingdom, the Channel Islands and the Isle of Man.
        pub postcode: Option<String>,
        /// ISO 3166-1 alpha-2 code.
        pub country: Option<String>,
        /// First day of living there, as far as known.
        pub lives_there_from: Option<Date>,
        /// When name or address last changed.
        pub updated_at: Timestamp,
        /// Counts changes of name or address from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for TaxIdentity {
    fn id(&self) -> String {
        self.contributor_id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! columns {
    () => {
        "t.contributor_id, t.title, t.first_name, t.last_name, t.house, t.street, t.city, t.postcode, t.country,
         t.lives_there_from, t.updated_at, t.version"
    };
}

statements! {
    /// That of a contributor: of anyone, or of the contact `$2` only; and that it was read.
    pub const READ: Sql<(ContributorId, Scope), TaxIdentity> = Sql::new(concat!(
        "with found as (
           select i.contributor_id, i.title, i.first_name, i.last_name, a.house, a.street, a.city, a.postcode, a.country,
             a.valid_from as lives_there_from, i.updated_at, i.version
           from giving.contributors c
           join giving.contributor_identities i on i.contributor_id = c.id and i.erased_at is null
           left join giving.contributor_addresses a
             on a.contributor_id = c.id and a.valid_to is null and a.erased_at is null
           where c.id = $1 and c.deleted_at is null and ", own!("$2", "c.contact_ref"), "
         ), noted as (
           insert into finance.audit_logs (
             domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id, request_id,
             ip, user_agent)
           select 'finance', c ->> 'kind', (c ->> 'contact')::uuid, (c ->> 'session')::uuid,
             'contributor.read_tax_identity', 'read', 'contributor', found.contributor_id, c ->> 'request_id',
             (c ->> 'ip')::inet, c ->> 'user_agent'
           from (select current_setting('aruuri.context')::jsonb) as who (c)
           cross join found
           returning 1
         )
         select ", columns!(), " from found t"
    ))
    .never_null();
    /// Keeps that of the contributor `$1`, of anyone or of the contact `$2` only, whose version is `$3`; 0: there is none
    /// yet. Breaks what giving.set_tax_identity breaks.
    pub const SET: Sql<(ContributorId, Option<ContactId>, i32, Value, ContactId), TaxIdentity> =
        Sql::new(concat!(
            "select ", columns!(), " from giving.set_tax_identity($1, $2, $3, $4, $5) t"
        ))
        .never_null();
}
