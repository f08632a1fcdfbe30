//! A database of its own for each test, on the local server.

use std::path::{Path, PathBuf};

use db::{Access, Domain, Url};
use stack::Kind;
use tokio_postgres::types::{FromSqlOwned, ToSql, Type};
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::Directory;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The committed migrations of a domain.
pub(crate) fn migrations(domain: &str) -> Directory {
    Directory::read(root().join("migrations").join(domain)).unwrap()
}

/// A directory with a right `atlas.sum`.
pub(crate) fn directory(files: &[(&str, &str)]) -> Directory {
    let files = || files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let sum = Directory::new(files(), None).sum();
    Directory::new(files(), Some(sum))
}

/// A database that is dropped at the end of its test.
pub(crate) struct Database(testdb::Database);

impl Database {
    /// Nothing in it.
    pub(crate) async fn empty(domain: &str) -> Database {
        Database(testdb::Database::empty(find(domain)).await)
    }

    /// With the committed migrations.
    pub(crate) async fn migrated(domain: &str) -> Database {
        Database(testdb::Database::new(find(domain), testdb::Seeds::None).await)
    }

    /// A session of the migrator, who acts as the owner.
    pub(crate) async fn owner(&self) -> Client {
        self.0.owner().await
    }

    /// The direct URL of the migrator.
    pub(crate) fn url(&self) -> String {
        self.url_of(stack::Kind::Direct).unwrap()
    }

    /// Another URL; `None` for those of the pooler on a machine without it.
    pub(crate) fn url_of(&self, kind: stack::Kind) -> Option<String> {
        self.0.url(kind)
    }

    /// A session of the role that functions write with.
    pub(crate) async fn app(&self) -> Client {
        self.become_role("app").await
    }

    /// A session of the role that functions read with.
    pub(crate) async fn reader(&self) -> Client {
        self.become_role("read").await
    }

    /// A session of the superuser.
    pub(crate) async fn superuser(&self) -> Client {
        self.0.superuser().await
    }

    /// A session as whoever has a login, with its password, on a server of the stack; why not, if it is refused.
    pub(crate) async fn log_in(&self, domain: &str, kind: Kind) -> Result<Client, db::Error> {
        let url = self.0.stack.url(find(domain), kind, &self.0.name).expect("the server runs");
        let url = Url::find(find(domain), Access::Admin, |_| Some(url.clone()))?;
        db::connect(&url, "migrate tests").await
    }

    /// The servers it is on.
    pub(crate) fn stack(&self) -> &stack::Running {
        &self.0.stack
    }

    /// On the primary and without the pooler, so that a test can hold a transaction open and set what it likes.
    async fn become_role(&self, role: &str) -> Client {
        let session = self.superuser().await;
        let role = format!("set session authorization {}_{role}", self.0.domain.name());
        session.batch_execute(&role).await.unwrap();
        session
    }
}

/// The domain of that name.
pub(crate) fn find(domain: &str) -> Domain {
    Domain::ALL.into_iter().find(|known| known.name() == domain).unwrap()
}

/// A session at a URL.
pub(crate) async fn connect(url: &str, domain: Domain) -> Client {
    let url = Url::find(domain, Access::Admin, |_| Some(url.to_owned())).unwrap();
    db::connect(&url, "migrate tests").await.unwrap()
}

/// The only value of the only row.
pub(crate) async fn value<T: FromSqlOwned>(client: &Client, sql: &str) -> T {
    let rows = client.query_typed(sql, &[]).await.unwrap();
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0].get(0)
}

/// The first column of every row.
pub(crate) async fn values<T: FromSqlOwned>(client: &Client, sql: &str) -> Vec<T> {
    client.query_typed(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// SQLSTATE and constraint of an error.
pub(crate) fn fault(error: &Error) -> (&str, Option<&str>) {
    let fault = error.as_db_error().unwrap_or_else(|| panic!("not from the server: {error:?}"));
    (fault.code().code(), fault.constraint())
}

/// Runs a script that must be refused; SQLSTATE and constraint, empty if none is named.
pub(crate) async fn refusal(client: &Client, sql: &str) -> (String, String) {
    match client.batch_execute(sql).await {
        Ok(()) => panic!("was not refused: {sql}"),
        Err(error) => {
            let (code, constraint) = fault(&error);
            let refusal = (code.to_owned(), constraint.unwrap_or_default().to_owned());
            // What failed inside a transaction of its own leaves it open.
            client.batch_execute("rollback").await.unwrap();
            refusal
        }
    }
}

/// Asserts that a script is refused with a SQLSTATE and a constraint (empty: none).
pub(crate) async fn assert_refused(client: &Client, sql: &str, code: &str, constraint: &str) {
    assert_eq!(refusal(client, sql).await, (code.to_owned(), constraint.to_owned()), "{sql}");
}

/// What `giving.contribute` is asked to record.
#[derive(Clone, Debug)]
pub(crate) struct Gift {
    pub(crate) key: String,
    pub(crate) fingerprint: u8,
    pub(crate) id: Option<Uuid>,
    pub(crate) contributor: Uuid,
    pub(crate) project: Option<Uuid>,
    pub(crate) amount: i64,
    pub(crate) currency: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) day: &'static str,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) id: Uuid,
    pub(crate) fund: Uuid,
    pub(crate) journal: Uuid,
    /// The rest of the row, as text.
    pub(crate) rest: String,
    pub(crate) replayed: bool,
}

impl Gift {
    pub(crate) fn of(contributor: Uuid) -> Gift {
        Gift {
            key: Uuid::new_v4().to_string(),
            fingerprint: 1,
            id: None,
            contributor,
            project: None,
            amount: 1000,
            currency: "GBP",
            note: None,
            day: "2026-11-21",
        }
    }

    pub(crate) async fn give(&self, client: &Client) -> Result<Given, Error> {
        const SQL: &str = "
            select id, fund_id, journal_id,
              concat_ws(' ', contributor_id, project_ref, designation, amount_minor, currency, note, status, provider,
                provider_ref, occurred_on, settled_at, created_at, created_by, updated_at, updated_by, version),
              replayed
            from giving.contribute('test', $1, $2, $3, $4, $5, $6, $7, $8, $9::text::date, null, 'test-request')";
        let fingerprint = vec![self.fingerprint; 32];
        let parameters: [(&(dyn ToSql + Sync), Type); 9] = [
            (&self.key, Type::TEXT),
            (&fingerprint, Type::BYTEA),
            (&self.id, Type::UUID),
            (&self.contributor, Type::UUID),
            (&self.project, Type::UUID),
            (&self.amount, Type::INT8),
            (&self.currency, Type::TEXT),
            (&self.note, Type::TEXT),
            (&self.day, Type::TEXT),
        ];
        let rows = client.query_typed(SQL, &parameters).await?;
        let row = &rows[0];
        Ok(Given {
            id: row.get(0),
            fund: row.get(1),
            journal: row.get(2),
            rest: row.get(3),
            replayed: row.get(4),
        })
    }

    /// SQLSTATE and constraint of a gift that must be refused.
    pub(crate) async fn refusal(&self, client: &Client) -> (String, String) {
        let error = self.give(client).await.expect_err("the gift was not refused");
        let (code, constraint) = fault(&error);
        (code.to_owned(), constraint.unwrap_or_default().to_owned())
    }
}

/// Kinds of journal that tests post.
pub(crate) const KINDS: &str = r#"
    insert into ledger.journal_kinds (kind, name)
    select kind, '{"de": "Probe", "en": "Test"}'
    from unnest(array['a.b', 'test.made', 'test.posted', 'test.spent', 'test.paid_out']) as kind;"#;

/// A finance database with one contributor.
pub(crate) async fn books() -> (Database, Uuid) {
    let database = Database::migrated("finance").await;
    database.owner().await.batch_execute(KINDS).await.unwrap();
    let app = database.app().await;
    let contributor = value(
        &app,
        "insert into giving.contributors (type, display_name) values ('individual', 'Ada') returning id",
    )
    .await;
    (database, contributor)
}

/// The rows of `ledger.invariant_breaks`, which must be none.
pub(crate) async fn breaks(client: &Client) -> Vec<String> {
    values(client, "select invariant || ': ' || what from ledger.invariant_breaks").await
}
