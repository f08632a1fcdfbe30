//! One request's way to its database: statements, transactions, what may be sent again.
use std::{
    borrow::Cow,
    future::Future,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::{join, join_all, join3, join4, join5};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::{Client, types::Type};

use crate::{
    Access, Domain, Error, Kind, Position, Row, Seen, Source, Statement as _, Steps, Value,
    audit::CONTEXT,
    pool::{Lease, Line, Pool, Slot, Tcp},
    position::{MARK, Mark, REACHED},
};

/// A replica without a primary is given that long to come as far as asked.
const BEHIND: Duration = Duration::from_millis(500);
const BEHIND_STEP: Duration = Duration::from_millis(20);
/// What a statement may take by its role: `schema/roles.sql`.
const BY_ROLE: Duration = Duration::from_secs(5);
/// To say, before the request's own time is over, that a statement has been stopped or a connection not opened.
const TO_SAY_SO: Duration = Duration::from_millis(50);
/// The longest of [`pause`].
const PAUSE_MS: u64 = 150;

/// What statements run on: a [`Db`], each by itself, or a [`Tx`](crate::Tx), all or none.
pub trait Connection: Sync {
    /// Sends one statement and waits for its rows: one round trip.
    fn rows(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        repeatable: bool,
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send;
}

/// The database of one request, over TCP or over HTTP.
///
/// What only TCP has, an interactive transaction, is not here: see [`Session`](crate::Session).
#[derive(Debug)]
pub struct Db<'a> {
    pool: &'a Pool,
    deadline: Instant,
    round_trips: AtomicU32,
    wanted: Option<Position>,
    measured: bool,
    seen: Mutex<Seen>,
    context: OnceLock<String>,
}

impl<'a> Db<'a> {
    pub(crate) fn new(pool: &'a Pool, deadline: Instant) -> Db<'a> {
        Db {
            pool,
            deadline,
            round_trips: AtomicU32::new(0),
            wanted: None,
            measured: false,
            seen: Mutex::default(),
            context: OnceLock::new(),
        }
    }

    /// What it writes from now on is noted in the audit log as done in this context, a JSON object. The first one
    /// stays. It travels in the transaction of each write, so a statement alone becomes a transaction of one.
    pub fn act_as(&self, context: String) {
        let _ = self.context.set(context);
    }

    /// Who acts, for statements that may write.
    pub(crate) fn context(&self) -> Option<&String> {
        self.context.get().filter(|_| self.pool.access == Access::Write)
    }

    /// Tells the transaction who acts, in the flight of what follows.
    pub(crate) async fn introduce(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        let Some(context) = self.context() else { return Ok(()) };
        client.query_typed(CONTEXT.text(), &[(context, Type::TEXT)]).await.map(drop)
    }

    /// What is read includes what was committed at `position`.
    #[must_use]
    pub fn after(self, position: Option<Position>) -> Db<'a> {
        Db { wanted: position, ..self }
    }

    /// Finds out how old what is read may be.
    #[must_use]
    pub fn measured(self) -> Db<'a> {
        Db { measured: true, ..self }
    }

    /// What its statements have told besides their rows.
    pub fn seen(&self) -> Seen {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Keeps where the log of the primary ended after a commit.
    pub(crate) fn mark(&self, rows: &[Row]) {
        if let Some(position) = Mark::position(rows) {
            self.note(|seen| seen.position = Some(position));
        }
    }

    /// The domain it belongs to.
    pub fn domain(&self) -> Domain {
        self.pool.domain
    }

    /// Flights sent to a database for this request, without those that open a connection.
    pub fn round_trips(&self) -> u32 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Runs all `steps` in one transaction and one round trip: `BEGIN`, the statements and
    /// `COMMIT` leave together. All take effect or none; the error is that of the first that failed.
    ///
    /// # Errors
    /// Those of the connection and of the first statement that failed.
    pub async fn transaction<S: Steps>(&self, steps: S) -> Result<S::Rows, Error> {
        self.together(steps, "commit", false).await
    }

    /// The same, but nothing stays: `ROLLBACK` leaves instead of `COMMIT`. A step that says `set constraints all
    /// immediate` asks what the commit would have asked.
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn rehearse<S: Steps>(&self, steps: S) -> Result<S::Rows, Error> {
        self.together(steps, "rollback", true).await
    }

    async fn together<S: Steps>(
        &self,
        steps: S,
        end: &'static str,
        repeatable: bool,
    ) -> Result<S::Rows, Error> {
        let values = steps.values();
        let mut attempts = self.attempts(repeatable);
        if self.wanted.is_some() {
            attempts.at = self.pool.primary().ok_or(Error::Behind { sql: "begin" })?;
        }
        loop {
            match self.pipeline(attempts.slot()?, &values, end).await {
                Ok(rows) => return steps.read(&rows),
                Err(e) => attempts.again(e).await?,
            }
        }
    }

    /// Where to try first, and how often.
    fn attempts(&self, repeatable: bool) -> Attempts<'_> {
        let repeatable = repeatable || self.pool.access == Access::Read;
        Attempts {
            pool: self.pool,
            at: self.pool.first(),
            left: 2,
            repeatable,
            until: (Instant::now() + BEHIND).min(self.deadline),
            deadline: self.deadline,
            unknown: None,
        }
    }

    async fn pipeline(
        &self,
        slot: &Slot,
        steps: &[(&'static str, Vec<Value<'_>>)],
        end: &'static str,
    ) -> Result<Vec<Vec<Row>>, Error> {
        match &slot.line {
            Line::Tcp(tcp) => self.pipeline_over_tcp(tcp, steps, end).await,
            #[cfg(feature = "http")]
            Line::Http(_) if end != "commit" => Err(Error::NoRehearsal),
            #[cfg(feature = "http")]
            Line::Http(client) => {
                self.count();
                crate::http::transaction(client, self.context(), steps, self.deadline).await
            }
        }
    }

    async fn pipeline_over_tcp(
        &self,
        tcp: &Tcp,
        steps: &[(&'static str, Vec<Value<'_>>)],
        end: &'static str,
    ) -> Result<Vec<Vec<Row>>, Error> {
        let lease = self.lease(tcp).await?;
        let begin = self.begin("begin");
        let sent = self.timed("transaction", async {
            self.count();
            let statements =
                join_all(steps.iter().map(|(sql, values)| lease.query_typed(sql, values)));
            // Polled in this order, the futures put their messages into one packet in this order.
            Ok(join5(
                lease.batch_execute(&begin),
                self.introduce(&lease),
                statements,
                lease.batch_execute(end),
                self.marking(&lease),
            )
            .await)
        });
        let (begin, introduced, rows, commit, mark) = sent.await?;
        begin.map_err(|e| Error::query("begin", e))?;
        introduced.map_err(|e| Error::query(CONTEXT.text(), e))?;
        let mut result = Ok(Vec::with_capacity(rows.len()));
        for (rows, (sql, _)) in rows.into_iter().zip(steps) {
            match (rows, &mut result) {
                (Ok(rows), Ok(all)) => all.push(Row::all(rows)),
                // What follows a failure fails because of it; `COMMIT` even says Ok to a rollback.
                (Err(e), Ok(_)) => result = Err(Error::query(sql, e)),
                (_, Err(_)) => {}
            }
        }
        if result.is_ok() {
            commit.map_err(|e| Error::query(end, e))?;
            self.mark(&mark);
        }
        keep_if_alive(lease);
        result
    }

    /// Asks a primary that was written to where its log ends; without an answer there is no position.
    pub(crate) async fn marking(&self, client: &Client) -> Vec<Row> {
        if self.pool.access != Access::Write {
            return Vec::new();
        }
        client.query_typed(MARK.text(), &[]).await.map(Row::all).unwrap_or_default()
    }

    async fn single(
        &self,
        slot: &Slot,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let checks = slot.source == Source::Replica && (self.wanted.is_some() || self.measured);
        let rows = match &slot.line {
            Line::Tcp(tcp) => {
                let lease = self.lease(tcp).await?;
                let rows = self.timed(sql, async {
                    self.count();
                    Ok(if checks {
                        self.checked(&lease, sql, params).await
                    } else if slot.guard_reads {
                        self.read_only(&lease, sql, params).await
                    } else if self.context().is_some() {
                        self.introduced(&lease, sql, params).await
                    } else {
                        self.marked(&lease, sql, params).await
                    })
                });
                let rows = rows.await?;
                keep_if_alive(lease);
                rows
            }
            #[cfg(feature = "http")]
            Line::Http(client) => {
                self.count();
                self.single_over_http(client, checks, slot.guard_reads, sql, params).await
            }
        }?;
        self.note(|seen| {
            seen.source = Some(slot.source);
            if self.measured && !checks {
                seen.age = Some(Duration::ZERO);
            }
        });
        Ok(rows)
    }

    #[cfg(feature = "http")]
    async fn single_over_http(
        &self,
        client: &sqlhttp::Client,
        checks: bool,
        guard: bool,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        if checks {
            let statements = [(REACHED.text(), &[][..]), (sql, params)];
            let results = crate::http::reads(client, &statements, self.deadline).await;
            // An endpoint that cannot say how far it has come is not trusted to have.
            let behind = |e: Error| if e.kind() == Kind::Bug { Error::Behind { sql } } else { e };
            let mut results = results.map_err(behind)?.into_iter();
            self.judge(sql, &results.next().unwrap_or_default())?;
            return Ok(results.next().unwrap_or_default());
        }
        if let Some(context) = self.context() {
            let step = [(sql, params.to_vec())];
            let results = crate::http::transaction(client, Some(context), &step, self.deadline);
            return Ok(results.await?.pop().unwrap_or_default());
        }
        crate::http::statement(client, sql, params, guard, self.deadline).await
    }

    /// One statement in a transaction that knows who acts, and the position after it, in one packet. What a rule says
    /// only at the commit is an error of the statement, as if it were alone.
    async fn introduced(
        &self,
        client: &Client,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let begin = self.begin("begin");
        let (begin, introduced, rows, commit, mark) = join5(
            client.batch_execute(&begin),
            self.introduce(client),
            client.query_typed(sql, params),
            client.batch_execute("commit"),
            self.marking(client),
        )
        .await;
        begin.and(introduced).map_err(|e| Error::query(sql, e))?;
        let rows = rows.map_err(|e| Error::query(sql, e))?;
        commit.map_err(|e| Error::query(sql, e))?;
        self.mark(&mark);
        Ok(Row::all(rows))
    }

    /// One statement and, if it may have written, the position after it, in one packet.
    async fn marked(
        &self,
        client: &Client,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let (rows, mark) = join(client.query_typed(sql, params), self.marking(client)).await;
        let rows = rows.map_err(|e| Error::query(sql, e))?;
        self.mark(&mark);
        Ok(Row::all(rows))
    }

    /// One statement on a replica, and before its snapshot how far that has come, in one packet.
    /// In one transaction: a pooler in between could ask two replicas.
    async fn checked(
        &self,
        client: &Client,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let begin = self.begin("begin isolation level read committed read only");
        let (begin, reached, rows, commit) = join4(
            client.batch_execute(&begin),
            client.query_typed(REACHED.text(), &[]),
            client.query_typed(sql, params),
            client.batch_execute("commit"),
        )
        .await;
        begin.map_err(|e| Error::query("begin", e))?;
        let reached = match reached.map_err(|e| Error::query(REACHED.text(), e)) {
            // A server that cannot say how far it has come is not trusted to have.
            Err(e) if e.kind() == Kind::Bug && !client.is_closed() => {
                return Err(Error::Behind { sql });
            }
            reached => reached?,
        };
        self.judge(sql, &Row::all(reached))?;
        let rows = rows.map_err(|e| Error::query(sql, e))?;
        commit.map_err(|e| Error::query("commit", e))?;
        Ok(Row::all(rows))
    }

    /// One statement in a transaction that cannot write, still in one packet.
    async fn read_only(
        &self,
        client: &Client,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let begin = self.begin("begin read only");
        let (begin, rows, commit) = join3(
            client.batch_execute(&begin),
            client.query_typed(sql, params),
            client.batch_execute("commit"),
        )
        .await;
        begin.map_err(|e| Error::query("begin", e))?;
        let rows = rows.map_err(|e| Error::query(sql, e))?;
        commit.map_err(|e| Error::query("commit", e))?;
        Ok(Row::all(rows))
    }

    fn judge(&self, sql: &'static str, reached: &[Row]) -> Result<(), Error> {
        let reached = reached.first().map(|row| REACHED.read(row)).transpose()?;
        let reached = reached.ok_or(Error::Behind { sql })?;
        if self.wanted.is_some_and(|wanted| !reached.includes(wanted)) {
            return Err(Error::Behind { sql });
        }
        self.note(|seen| seen.age = reached.age());
        Ok(())
    }

    /// `begin`, and for how long each statement may run, if the request has less time left than our roles allow: the
    /// server stops what nobody waits for any more. A role that allows less keeps its limit.
    pub(crate) fn begin(&self, begin: &'static str) -> Cow<'static, str> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left >= BY_ROLE {
            return begin.into();
        }
        // 0 would be no limit, here and in the role's setting.
        let limit = left.saturating_sub(TO_SAY_SO).as_millis().max(1);
        format!(
            "{begin};
             select set_config('statement_timeout', least({limit}, 1000 * nullif(extract(
               epoch from current_setting('statement_timeout')::interval), 0))::integer::text, true)"
        )
        .into()
    }

    /// Whether something may be tried again.
    pub(crate) fn has_time(&self) -> bool {
        has_time(self.deadline)
    }

    /// A connection for this request, opened so early that there is time to say that it was not.
    pub(crate) async fn lease<'t>(&self, tcp: &'t Tcp) -> Result<Lease<'t>, Error> {
        tcp.lease(self.deadline.checked_sub(TO_SAY_SO).unwrap_or(self.deadline)).await
    }

    pub(crate) async fn timed<T>(
        &self,
        sql: &'static str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        timeout_at(self.deadline, work).await.unwrap_or(Err(Error::Timeout { sql }))
    }

    pub(crate) fn count(&self) {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }
}

impl Connection for Db<'_> {
    async fn rows(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        repeatable: bool,
    ) -> Result<Vec<Row>, Error> {
        let mut attempts = self.attempts(repeatable);
        loop {
            match self.single(attempts.slot()?, sql, params).await {
                Ok(rows) => return Ok(rows),
                Err(e) => attempts.again(e).await?,
            }
        }
    }
}

/// What may be tried again, and where: nothing that could do harm.
struct Attempts<'a> {
    pool: &'a Pool,
    at: usize,
    left: u8,
    repeatable: bool,
    /// For a replica to come as far as asked, where there is no primary.
    until: Instant,
    deadline: Instant,
    /// Of an attempt to write that may have been carried out.
    unknown: Option<Error>,
}

impl<'a> Attempts<'a> {
    fn slot(&self) -> Result<&'a Slot, Error> {
        self.pool.slots.get(self.at).ok_or(Error::Unset(Vec::new()))
    }

    /// Waits until another attempt makes sense, or gives the error back: again only when nothing
    /// had been sent or the server has rolled back, and, if repeatable, when nobody knows.
    async fn again(&mut self, error: Error) -> Result<(), Error> {
        let again = match error.kind() {
            Kind::Behind => return self.after_replica(error).await,
            Kind::Unreachable | Kind::LockTimeout => self.left == 2,
            Kind::OutcomeUnknown => self.left == 2 && self.repeatable,
            Kind::Contention => self.left > 0,
            _ => false,
        };
        if !again || !has_time(self.deadline) {
            return Err(self.verdict(error));
        }
        self.left -= 1;
        if error.kind() == Kind::OutcomeUnknown && self.pool.access != Access::Read {
            self.unknown = Some(error);
        }
        if self.at + 1 < self.pool.slots.len() {
            // A replica may be down or busy replaying while the primary is well.
            self.pool.rest_replica();
            self.at += 1;
        } else {
            pause().await;
        }
        Ok(())
    }

    /// The primary is never behind; a replica that is alone is waited for.
    async fn after_replica(&mut self, error: Error) -> Result<(), Error> {
        if self.at + 1 < self.pool.slots.len() {
            self.at += 1;
            return Ok(());
        }
        if Instant::now() > self.until {
            return Err(error);
        }
        sleep(BEHIND_STEP).await;
        Ok(())
    }

    /// What to say in the end: never that nothing was done while an earlier attempt may have done it. Only a rule that
    /// the statement broke tells more: had it been done before, it would have found its key.
    fn verdict(&mut self, last: Error) -> Error {
        match last.kind() {
            Kind::Constraint | Kind::Input => last,
            _ => self.unknown.take().unwrap_or(last),
        }
    }
}

/// The answer is complete; the connection stays unless it has died meanwhile.
pub(crate) fn keep_if_alive(lease: Lease<'_>) {
    if !lease.is_closed() {
        lease.keep();
    }
}

/// Whether there is time to pause and to try again.
fn has_time(deadline: Instant) -> bool {
    Instant::now() + Duration::from_millis(PAUSE_MS) < deadline
}

/// 50 to 150 ms, so that those who failed together do not come back together.
pub(crate) async fn pause() {
    let less = u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * 100 / 255;
    sleep(Duration::from_millis(PAUSE_MS - less)).await;
}
