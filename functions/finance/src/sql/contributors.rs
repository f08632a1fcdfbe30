//! Who gives.
use api::Resource;
use db::{Deletion, Scope, Sql, row, soft_delete, statements};
use serde::Serialize;
use types::{ContactId, ContributorId, Email, Line, Locale, Timestamp};

row! {
    /// A person or organisation that gives, or nobody known.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Contributor {
        /// Identity.
        pub id: ContributorId,
        /// `individual`, `company`, `trust`, `charity` or `anonymous`.
        #[serde(rename = "type")]
        pub r#type: String,
        /// Name to show, 1 to 200 characters.
        pub display_name: Line<200>,
        /// Address for receipts.
        pub email: Option<Email>,
        /// The same person among the platform's contacts.
        pub contact_ref: Option<ContactId>,
        /// Language to write in.
        pub locale: Locale,
        /// When it was recorded.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// Counts changes from 1; the number in the ETag.
        pub version: i32,
    }
}

impl Resource for Contributor {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

row! {
    /// What an erasure found.
    #[derive(Debug)]
    pub struct Erased {
        /// Whether there is such a contributor.
        pub found: bool,
        /// Whether it has changed since it was read.
        pub stale: bool,
        /// When it was erased, now or before; null: not.
        pub erased_at: Option<Timestamp>,
        /// Lines of claims that still name them.
        pub kept_lines: i64,
    }
}

macro_rules! columns {
    () => {
        "id, type, display_name, email, finance.contact_now(contact_ref) as contact_ref, locale, created_at, updated_at,
         version"
    };
}

type Page =
    Sql<(Scope, Option<&'static str>, Option<Timestamp>, Option<ContributorId>, i64), Contributor>;

statements! {
    /// A page of live contributors, newest first: whose, type, cursor, limit.
    pub const NEWEST: Page = Sql::new(concat!(
        "select ", columns!(), "
         from giving.contributors
         where deleted_at is null
           and ", own!("$1", "contact_ref"), "
           and ($2 is null or type = $2)
           and ($3 is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc
         limit $5"
    ));
    /// The same, oldest first.
    pub const OLDEST: Page = Sql::new(concat!(
        "select ", columns!(), "
         from giving.contributors
         where deleted_at is null
           and ", own!("$1", "contact_ref"), "
           and ($2 is null or type = $2)
           and ($3 is null or (created_at, id) > ($3, $4))
         order by created_at, id
         limit $5"
    ));
    /// A live contributor: of anyone, or of the contact `$2` only.
    pub const FIND: Sql<(ContributorId, Scope), Contributor> = Sql::new(concat!(
        "select ", columns!(), "
         from giving.contributors
         where id = $1 and deleted_at is null
           and ", own!("$2", "contact_ref")
    ));
    /// Records a contributor. Breaks `contributors_pkey`, `contributors_contact_ref_key`,
    /// `contributors_anonymous_is_nobody`.
    pub const INSERT: Sql<
        (ContributorId, &'static str, Line<200>, Option<Email>, Option<ContactId>, Locale, ContactId),
        Contributor,
    > = Sql::new(concat!(
        "insert into giving.contributors
           (id, type, display_name, email, contact_ref, locale, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         returning ", columns!()
    ));
    /// Changes the live contributor `$1` of version `$2`: a null name or locale stays as it is, an
    /// address changes if the flag before it says so. Breaks what [`INSERT`] breaks.
    pub const UPDATE: Sql<
        (
            ContributorId, i32, Option<Line<200>>, bool, Option<Email>, bool, Option<ContactId>,
            Option<Locale>, ContactId,
        ),
        Contributor,
    > = Sql::new(concat!(
        "update giving.contributors
         set display_name = coalesce($3, display_name),
             email = case when $4 then $5 else email end,
             contact_ref = case when $6 then $7 else contact_ref end,
             locale = coalesce($8, locale),
             updated_by = $9
         where id = $1 and version = $2 and deleted_at is null
         returning ", columns!()
    ));
    /// Deletes the live contributor `$1` of version `$2`, softly.
    pub const DELETE: Sql<(ContributorId, i32, ContactId), Deletion> =
        soft_delete!("giving.contributors");
    /// Blanks who contributor `$1` of version `$2` is; once more, it says so again.
    pub const ERASE: Sql<(ContributorId, i32, ContactId), Erased> = Sql::repeatable(
        "select found, stale, erased_at, kept_lines from giftaid.erase_contributor($1, $2, $3)",
    )
    .never_null();
    /// Brings a deleted contributor back. Breaks `contributors_contact_ref_key`.
    pub const RESTORE: Sql<(ContributorId, ContactId), Contributor> = Sql::new(concat!(
        "update giving.contributors
         set deleted_at = null, updated_by = $2
         where id = $1 and deleted_at is not null
         returning ", columns!()
    ));
}
