//! Servers, tables and functions of its own, to break.
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use db::{Chain, Domain, Statement, Url};
use gateway::{Entry, Log, Watchdog};
use stack::{Running, Server, Stack};
use tokio_postgres::Client;

use super::requests::Request;
use crate::{
    cargo::{Binaries, Build},
    databases,
    failure::{Exit, Failure},
    output::Output,
};

/// How long something may take that is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The database that is used.
pub(super) const DATABASE: &str = "finance";

/// Gates and traps around the tables that the requests touch.
const LAB_SQL: &str = include_str!("lab.sql");

/// Everything that is broken, gone with this.
#[derive(Debug)]
pub(super) struct Lab {
    pub(super) stack: Stack,
    pub(super) running: Running,
    pub(super) binaries: Binaries,
    pub(super) token: String,
    /// What functions trust besides the servers' own authority.
    pub(super) trust: PathBuf,
    pub(super) other_name: stack::Certificate,
    pub(super) expired: stack::Certificate,
    pub(super) log: Log,
    pub(super) watchdog: Arc<Watchdog>,
    lines: Arc<Mutex<Vec<String>>>,
    primary: Client,
    replica: Client,
}

/// Where the servers' logs ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark([u64; 2]);

impl Lab {
    /// Starts the servers, makes the tables, builds the functions.
    ///
    /// # Errors
    /// When one of these does not work.
    pub(super) async fn start(checkout: &Stack, out: &Output) -> Result<Lab, Failure> {
        let folder = checkout.file("failures");
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(Exit::Failure, "cannot make a folder for servers to break")
                .place(folder.display())
                .because(&error)
        })?;
        let stack = Stack::at(&folder);
        // What a killed run left.
        tokio::task::block_in_place(|| stack.purge())?;
        out.step("starting servers to break");
        let mut running = tokio::task::block_in_place(|| stack.up(|step| out.detail(step)))?;
        running.root = checkout.root().to_owned();
        let mut owner = databases::connect(&running, Domain::Finance).await?;
        databases::fill(&mut owner, checkout.root(), Domain::Finance).await?;
        let primary = connect(&running.admin_url_of(DATABASE)).await?;
        let replica = connect(&running.admin_url_at(running.ports.replica, DATABASE)).await?;
        let (other_name, expired) =
            (stack.certificate("db.example.org", false)?, stack.certificate("127.0.0.1", true)?);
        let trust = stack.file("trust.pem");
        let authorities = [&running.ca_pem, &other_name.ca, &expired.ca].map(fs::read);
        let bundle = authorities.into_iter().collect::<Result<Vec<_>, _>>();
        let written = bundle.and_then(|all| fs::write(&trust, all.concat()));
        written.map_err(|error| {
            Failure::new(Exit::Failure, "cannot write what functions trust")
                .place(trust.display())
                .because(&error)
        })?;
        let token = stack.signer()?.token(stack::developer(), &["treasurer"], 3600)?;
        let binaries = build(checkout, out).await?;
        let watchdog = Watchdog::start().map_err(|error| {
            Failure::new(Exit::Failure, "cannot start /bin/sh as watchdog").because(&error)
        })?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        let log = Log::new(move |entry| {
            if let Entry::Line { line, .. } = entry {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
            }
        });
        let watchdog = Arc::new(watchdog);
        let lab = Lab {
            stack,
            running,
            binaries,
            token,
            trust,
            other_name,
            expired,
            log,
            watchdog,
            lines,
            primary,
            replica,
        };
        lab.run(LAB_SQL).await?;
        lab.fill_up().await?;
        Ok(lab)
    }

    /// What functions have logged since the last call.
    pub(super) fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs statements as the superuser on the primary.
    pub(super) async fn run(&self, sql: &str) -> Result<(), Failure> {
        self.primary.batch_execute(sql).await.map_err(|error| refused(sql).because(&error))
    }

    /// The same on the replica.
    pub(super) async fn run_on_replica(&self, sql: &str) -> Result<(), Failure> {
        self.replica.batch_execute(sql).await.map_err(|error| refused(sql).because(&error))
    }

    /// A value, as text.
    pub(super) async fn value(&self, sql: &str) -> Result<String, Failure> {
        value(&self.primary, sql).await
    }

    /// The same from the replica, which may be the primary by now.
    pub(super) async fn replica_value(&self, sql: &str) -> Result<String, Failure> {
        value(&self.replica, sql).await
    }

    /// Another session of the superuser on the server at `port`.
    pub(super) async fn session(&self, port: u16) -> Result<Client, Failure> {
        connect(&self.running.admin_url_at(port, DATABASE)).await
    }

    /// Runs settings of the server and has it read them.
    pub(super) async fn configure(&self, settings: &[&str]) -> Result<(), Failure> {
        reload(&self.primary, settings).await
    }

    /// The same on the replica.
    pub(super) async fn configure_replica(&self, settings: &[&str]) -> Result<(), Failure> {
        reload(&self.replica, settings).await
    }

    /// A command to PgBouncer's console.
    pub(super) async fn tell_pooler(&self, command: &str) -> Result<(), Failure> {
        let console = connect(&self.running.pooler_console_url()).await?;
        let told = console.simple_query(command).await;
        told.map(drop).map_err(|error| refused(command).because(&error))
    }

    /// Ends PgBouncer.
    pub(super) fn stop(&self, server: Server) -> Result<(), Failure> {
        tokio::task::block_in_place(|| self.stack.stop_one(server))?;
        Ok(())
    }

    /// Starts what was stopped.
    pub(super) fn up(&self, out: &Output) -> Result<(), Failure> {
        tokio::task::block_in_place(|| self.stack.up(|step| out.detail(step)))?;
        Ok(())
    }

    /// Closes the gate that every request comes to, on one server, until the session ends.
    pub(super) async fn close_gate(&self, port: u16) -> Result<Client, Failure> {
        let holder = self.session(port).await?;
        let lock = "select pg_advisory_lock(7)";
        holder.batch_execute(lock).await.map_err(|error| refused(lock).because(&error))?;
        Ok(holder)
    }

    /// Waits until a function stands at the gate; the process of its session.
    pub(super) async fn at_the_gate(&self, on_replica: bool) -> Result<String, Failure> {
        let client = if on_replica { &self.replica } else { &self.primary };
        let sql = "select pid::text from pg_stat_activity
                   where wait_event_type = 'Lock' and wait_event = 'advisory' and application_name like 'finance-%'";
        self.wait_for("a function at the gate", async || value(client, sql).await).await
    }

    /// Waits until nobody stands at the gate of the replica, although it is closed.
    pub(super) async fn left_the_replicas_gate(&self) -> Result<(), Failure> {
        let sql =
            "select coalesce(min('left'), '') from (select count(*) as n from pg_stat_activity
                   where wait_event_type = 'Lock' and wait_event = 'advisory') w where w.n = 0";
        let look = async || value(&self.replica, sql).await;
        self.wait_for("the replica to end a statement", look).await.map(drop)
    }

    /// Waits until `look` gives something that is not empty.
    pub(super) async fn wait_for(
        &self,
        what: &str,
        look: impl AsyncFn() -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = look().await?;
            if !seen.is_empty() {
                return Ok(seen);
            }
            if Instant::now() > until {
                return Err(Failure::new(Exit::Failure, format!("waited in vain for {what}")));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Where the logs of the servers end now.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.logs().map(|log| fs::metadata(log).map_or(0, |meta| meta.len())))
    }

    /// How often the servers have begun to execute the statement of `request` since then.
    pub(super) fn ran(&self, request: Request, since: Mark) -> u32 {
        let statement: &dyn Statement = match request {
            Request::Read => &finance::sql::contributors::FIND,
            Request::Write | Request::Keyed => &finance::sql::contributors::INSERT,
            Request::Money => &finance::sql::contributions::GIVE,
        };
        let first = statement.text().lines().next().unwrap_or_default();
        let wanted = format!("execute <unnamed>: {first}");
        let count = |(log, from): (PathBuf, u64)| {
            let bytes = fs::read(log).unwrap_or_default();
            let new = bytes.get(usize::try_from(from).unwrap_or(0)..).unwrap_or_default();
            String::from_utf8_lossy(new).lines().filter(|line| line.ends_with(&wanted)).count()
        };
        let all: usize = self.logs().into_iter().zip(since.0).map(count).sum();
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    fn logs(&self) -> [PathBuf; 2] {
        ["primary.log", "replica.log"].map(|name| self.running.logs.join(name))
    }

    /// Puts a table on a device that is always full.
    async fn fill_up(&self) -> Result<(), Failure> {
        let path = self
            .value("select current_setting('data_directory') || '/' || pg_relation_filepath('lab.full_disk')")
            .await?;
        let replaced =
            fs::remove_file(&path).and_then(|()| std::os::unix::fs::symlink("/dev/full", &path));
        replaced.map_err(|error| {
            Failure::new(Exit::Failure, "cannot put a table on a full disk")
                .place(&path)
                .because(&error)
        })
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // The next run removes what stays.
        let stack = self.stack.clone();
        let _ = std::thread::spawn(move || stack.purge()).join();
    }
}

async fn build(checkout: &Stack, out: &Output) -> Result<Binaries, Failure> {
    let names = Request::ALL.map(|request| request.route().name);
    Build { root: checkout.root(), release: false, http: false, only: &names }.run(out).await
}

async fn reload(client: &Client, settings: &[&str]) -> Result<(), Failure> {
    for setting in settings {
        let setting = format!("alter system {setting}");
        let done = client.batch_execute(&setting).await;
        done.map_err(|error| refused(&setting).because(&error))?;
    }
    let reload = "select pg_reload_conf()";
    client.batch_execute(reload).await.map_err(|error| refused(reload).because(&error))?;
    // The server reads them when it comes to it, and does not say when.
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}

async fn value(client: &Client, sql: &str) -> Result<String, Failure> {
    databases::value(client, sql).await.map_err(|error| refused(sql).because(&error))
}

async fn connect(url: &str) -> Result<Client, Failure> {
    db::connect(&Url::direct("the server to break", url), "aruuri failures")
        .await
        .map_err(|error| Failure::new(Exit::Unreachable, "cannot log in").why(Chain(&error)))
}

/// A session of a function's own role through PgBouncer.
pub(super) async fn log_in(url: &str) -> Result<Client, Failure> {
    connect(url).await
}

fn refused(sql: &str) -> Failure {
    let first = sql.lines().next().unwrap_or_default();
    Failure::new(Exit::Failure, format!("the server refuses: {first}"))
}
