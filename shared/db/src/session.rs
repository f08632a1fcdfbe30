//! What only a connection of one's own has: a transaction that stays open while its holder thinks.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::{join, join3};

use crate::{
    Connection, Db, Error, Kind, Row, Value,
    connection::{keep_if_alive, pause},
    pool::{Lease, Tcp},
};

/// The database of one request, over TCP: a [`Db`] and interactive transactions.
///
/// Over HTTP there is no such thing, so what needs one asks for this type, and is given no other
/// transport.
#[derive(Debug)]
pub struct Session<'a> {
    db: Db<'a>,
    tcp: &'a Tcp,
}

impl<'a> Session<'a> {
    pub(crate) fn new(db: Db<'a>, tcp: &'a Tcp) -> Session<'a> {
        Session { db, tcp }
    }

    /// For statements by themselves and transactions in one round trip.
    pub fn db(&self) -> &Db<'a> {
        &self.db
    }

    /// Runs `work` in one transaction: commits if it returns `Ok`, rolls back if it returns `Err`.
    /// `BEGIN` leaves with the first statement, `COMMIT` is a round trip of its own: for work that
    /// must look at one statement's rows before it sends the next.
    ///
    /// # Errors
    /// Those of `work`, of the connection and of the commit. If `work` is dropped half-way, so is
    /// the connection, and the server rolls back.
    pub async fn interactive<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let tx = self.open().await?;
        match work(&tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(e) => {
                tx.rollback().await;
                Err(e)
            }
        }
    }

    /// A transaction of which nothing is sent before its first statement.
    pub(crate) async fn open(&self) -> Result<Tx<'_>, Error> {
        let lease = match self.db.lease(self.tcp).await {
            Err(e) if e.kind() == Kind::Unreachable && self.db.has_time() => {
                pause().await;
                self.db.lease(self.tcp).await?
            }
            leased => leased?,
        };
        Ok(Tx { db: &self.db, lease, begun: AtomicBool::new(false), sent: AtomicU32::new(0) })
    }
}

impl Connection for Session<'_> {
    async fn rows(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        repeatable: bool,
    ) -> Result<Vec<Row>, Error> {
        self.db.rows(sql, params, repeatable).await
    }
}

/// Where a statement runs that is alone or part of a transaction, as its caller decides.
#[derive(Debug)]
pub enum On<'a> {
    /// By itself.
    Db(&'a Db<'a>),
    /// With others.
    Tx(&'a Tx<'a>),
}

impl Connection for On<'_> {
    async fn rows(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        repeatable: bool,
    ) -> Result<Vec<Row>, Error> {
        match self {
            On::Db(db) => db.rows(sql, params, repeatable).await,
            On::Tx(tx) => tx.rows(sql, params, repeatable).await,
        }
    }
}

/// A transaction that is open while its holder thinks.
#[derive(Debug)]
pub struct Tx<'a> {
    db: &'a Db<'a>,
    lease: Lease<'a>,
    begun: AtomicBool,
    /// Statements on their way: what joins them leaves in the same flight.
    sent: AtomicU32,
}

impl Tx<'_> {
    /// Counts a flight, unless another statement of the same one has.
    fn depart(&self) -> Sent<'_> {
        if self.sent.fetch_add(1, Ordering::Relaxed) == 0 {
            self.db.count();
        }
        Sent(&self.sent)
    }

    /// Sends `commit` or `rollback`. Polled together with a last statement, both leave together;
    /// `COMMIT` answers Ok to a failed transaction too, so look at that statement first.
    pub(crate) async fn end(&self, word: &'static str) -> Result<(), Error> {
        let sent = async {
            let (sent, mark) =
                join(self.lease.batch_execute(word), self.db.marking(&self.lease)).await;
            sent.map_err(|e| Error::query(word, e))?;
            self.db.mark(&mark);
            Ok(())
        };
        self.db.timed(word, sent).await
    }

    async fn commit(self) -> Result<(), Error> {
        if self.begun.load(Ordering::Relaxed) {
            self.db.count();
            self.end("commit").await?;
        }
        self.keep();
        Ok(())
    }

    /// Undoes what was sent; a connection that cannot even do that is thrown away.
    pub(crate) async fn rollback(self) {
        if self.begun.load(Ordering::Relaxed) {
            self.db.count();
            if self.end("rollback").await.is_err() {
                return;
            }
        }
        self.keep();
    }

    /// Gives the connection back: the transaction has ended.
    pub(crate) fn keep(self) {
        keep_if_alive(self.lease);
    }
}

/// A statement on its way; dropped, it has arrived or is given up.
struct Sent<'a>(&'a AtomicU32);

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connection for Tx<'_> {
    async fn rows(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        _: bool,
    ) -> Result<Vec<Row>, Error> {
        self.db
            .timed(sql, async {
                let _sent = self.depart();
                let failed = |e| Error::query(sql, e);
                if self.begun.swap(true, Ordering::Relaxed) {
                    let rows = self.lease.query_typed(sql, params).await;
                    return rows.map(Row::all).map_err(failed);
                }
                let begin = self.db.begin("begin");
                let (begin, introduced, rows) = join3(
                    self.lease.batch_execute(&begin),
                    self.db.introduce(&self.lease),
                    self.lease.query_typed(sql, params),
                )
                .await;
                begin.and(introduced).map_err(|e| Error::query("begin", e))?;
                rows.map(Row::all).map_err(failed)
            })
            .await
    }
}
