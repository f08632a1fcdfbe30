//! Work that happens once per key, with its answer stored in the same transaction.
use futures_util::future::join;
use serde_json::Value as Json;
use tokio_postgres::types::Type;

use crate::{Domain, Error, Param, Pg, Session, Sql, Statement, Tx, Value, row};

/// Who repeats what: the caller and route, their key, and a digest of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Route and caller: two callers may choose the same key.
    pub scope: String,
    /// As the caller sent it, 1 to 255 characters.
    pub key: String,
    /// SHA-256 over the request: another request under the same key is a mistake of the caller.
    pub fingerprint: Vec<u8>,
}

/// Three values: scope, key and fingerprint, as `finance.claim_key` takes them.
impl Param for Key {
    fn push<'a>(&'a self, out: &mut Vec<Value<'a>>) {
        out.push((&self.scope, String::TYPE));
        out.push((&self.key, String::TYPE));
        out.push((&self.fingerprint, Vec::<u8>::TYPE));
    }
    fn types(out: &mut Vec<Type>) {
        out.extend([String::TYPE, String::TYPE, Vec::<u8>::TYPE]);
    }
}

row! {
    /// What was answered the first time.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Stored {
        /// SHA-256 of the first request.
        pub fingerprint: Vec<u8>,
        /// What the route stored to answer with again; null while the work goes on.
        pub response: Option<Json>,
    }
}

row! {
    /// The key was free.
    #[derive(Debug)]
    pub struct Claimed {
        /// Always true.
        pub fresh: Option<bool>,
    }
}

/// What became of a request with a key.
#[derive(Debug)]
pub enum Once<T> {
    /// It was the first: the work is done and stored.
    Done(T),
    /// It had been answered before: this was the answer.
    Replay(Stored),
}

/// The statements on one domain's table.
struct Keys {
    /// Takes the key; waits for whoever holds it, and then takes nothing.
    claim: Sql<(String, String, Vec<u8>), Claimed>,
    find: Sql<(String, String), Stored>,
    store: Sql<(String, String, i16, Json), ()>,
}

macro_rules! keys {
    ($schema:literal) => {
        Keys {
            claim: Sql::new(concat!(
                "insert into ",
                $schema,
                ".idempotency_keys (scope, key, fingerprint)
                 values ($1, $2, $3)
                 on conflict do nothing
                 returning true as fresh"
            )),
            find: Sql::new(concat!(
                "select fingerprint, response
                 from ",
                $schema,
                ".idempotency_keys
                 where scope = $1 and key = $2"
            )),
            store: Sql::new(concat!(
                "update ",
                $schema,
                ".idempotency_keys
                 set status = $3, response = $4
                 where scope = $1 and key = $2"
            )),
        }
    };
}
static PLATFORM: Keys = keys!("platform");
static PROJECTS: Keys = keys!("projects");
static FINANCE: Keys = keys!("finance");
static CONTENT: Keys = keys!("content");

fn keys(domain: Domain) -> &'static Keys {
    match domain {
        Domain::Platform => &PLATFORM,
        Domain::Projects => &PROJECTS,
        Domain::Finance => &FINANCE,
        Domain::Content => &CONTENT,
    }
}

/// The statements that this module sends to `domain`, for its statement test.
pub fn statements(domain: Domain) -> [&'static dyn Statement; 3] {
    let Keys { claim, find, store } = keys(domain);
    [claim, find, store]
}

/// The same with their names, for the record that the next release is compared with.
pub fn named(domain: Domain) -> [(&'static str, &'static dyn Statement); 3] {
    let [claim, find, store] = statements(domain);
    [("CLAIM", claim), ("FIND", find), ("STORE", store)]
}

impl Session<'_> {
    /// Runs `work` once per key, in one transaction with its answer: two round trips.
    ///
    /// The claim and the first statement of `work` leave together; when the key turns out to be
    /// taken, all is rolled back and the stored answer is read. `work` returns the status and the
    /// response to store beside its value. A failed `work` leaves no key and may be tried again.
    ///
    /// # Errors
    /// Those of `work` and of the connection; [`Kind::LockTimeout`](crate::Kind::LockTimeout) if
    /// another request under this key is still at work.
    pub async fn once<T, E: From<Error>>(
        &self,
        key: &Key,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<(T, i16, Json), E>,
    ) -> Result<Once<T>, E> {
        let Keys { claim, find, store } = keys(self.db().domain());
        let named = || (key.scope.clone(), key.key.clone());
        let tx = self.open().await?;
        let fresh = claim.opt(&tx, (key.scope.clone(), key.key.clone(), key.fingerprint.clone()));
        let (fresh, worked) = join(fresh, work(&tx)).await;
        match fresh {
            Err(e) => {
                tx.rollback().await;
                Err(e.into())
            }
            Ok(None) => {
                let (_, stored) = join(tx.end("rollback"), find.one(&tx, named())).await;
                tx.keep();
                Ok(Once::Replay(stored?))
            }
            Ok(Some(_)) => match worked {
                Err(e) => {
                    tx.rollback().await;
                    Err(e)
                }
                Ok((value, status, response)) => {
                    let row = (key.scope.clone(), key.key.clone(), status, response);
                    let (stored, committed) = join(store.opt(&tx, row), tx.end("commit")).await;
                    stored?;
                    committed?;
                    tx.keep();
                    Ok(Once::Done(value))
                }
            },
        }
    }
}
