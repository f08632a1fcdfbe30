//! A durable cluster with books of a million entries, and the function that posts to them.
use std::path::{Path, PathBuf};

use db::{Access, Db, Domain, Pool, Url};
use gateway::Function;
use serde_json::{Value, json};
use stack::{Kind, Running, Stack, Throwaway};
use tokio::{runtime::Runtime, time::Instant};
use tokio_postgres::Client;

use super::Size;
use crate::{
    bench::{
        build,
        instance::Instance,
        requests::{Expected, Request, event_of},
    },
    databases,
    failure::{Exit, Failure},
    output::Output,
};

/// Funds that cold postings are spread over.
const FUNDS: usize = 1_000;
/// Who gives: one of the demo data.
const GIVER: &str = "a8cfb5cc-b2b8-5e6a-9e23-050196403c82";
/// The database of pgbench.
const PGBENCH: &str = "pgbench";

/// Everything that is measured on.
pub(super) struct Scene<'a> {
    pub(super) runtime: &'a Runtime,
    logs: &'a Path,
    binary: PathBuf,
    token: String,
    running: Running,
    pub(super) servers: Throwaway,
}

impl<'a> Scene<'a> {
    pub(super) fn set(
        stack: &Stack,
        size: Size,
        runtime: &'a Runtime,
        logs: &'a Path,
        out: &Output,
    ) -> Result<Scene<'a>, Failure> {
        let name = finance::contributions::create::ROUTE.name;
        let binary = build::build_one(stack.root(), name, out)?;
        out.step("starting servers of its own");
        let servers = Throwaway::start(stack, |step| out.detail(step))?;
        let running = servers.running()?;
        let token = servers.signer()?.token(stack::developer(), &["treasurer"], 24 * 3600)?;
        let scene = Scene { runtime, logs, binary, token, running, servers };
        runtime.block_on(async {
            let mut owner = databases::connect(&scene.running, Domain::Finance).await?;
            databases::fill(&mut owner, stack.root(), Domain::Finance).await?;
            let superuser = scene.superuser("finance").await?;
            out.step(format_args!("posting {} entries", size.entries));
            run(&superuser, &books(size.entries)).await?;
            out.step(format_args!("sealing {} journals", size.sealed));
            for _ in 0..size.sealed / 1_000 {
                run(&superuser, "select ledger.seal(1000)").await?;
            }
            run(&superuser, "select ledger.fold(10000)").await?;
            for table in
                ["ledger.entries", "ledger.journals", "ledger.seals", "finance.outbox_events"]
            {
                run(&superuser, &format!("vacuum (analyze) {table}")).await?;
            }
            let admin = scene.superuser("postgres").await?;
            run(&admin, &format!("create database {PGBENCH}")).await
        })?;
        out.step(format_args!("pgbench at scale {}", size.pgbench_scale));
        let url = scene.running.admin_url_of(PGBENCH).replace("verify-full", "verify-ca");
        let scale = size.pgbench_scale.to_string();
        scene.pgbench(&["-i", "-q", "-s", &scale, &url])?;
        runtime.block_on(async {
            let superuser = scene.superuser(PGBENCH).await?;
            run(&superuser, "grant all on all tables in schema public to finance_app").await?;
            run(&superuser, "checkpoint").await
        })?;
        Ok(scene)
    }

    /// An instance of the function; `port` is that of a relay before PgBouncer.
    pub(super) fn instance(&self, port: Option<u16>) -> Result<Instance, Failure> {
        let route = &finance::contributions::create::ROUTE;
        let port = port.unwrap_or(self.running.ports.pooler);
        let url = self.url(Kind::Pooled, "finance", port)?;
        let function = Function::of(route, self.binary.clone(), |name| match name {
            "ARUURI_FINANCE_DATABASE_URL_POOLED" => Some(url.clone()),
            "ARUURI_VERSION" => Some("bench".to_owned()),
            "SSL_CERT_FILE" => Some(self.running.ca_pem.display().to_string()),
            name => self.running.env.get(name).cloned().filter(|_| !name.contains("DATABASE_URL")),
        });
        let mut instance = Instance::start(&function, self.logs)?;
        instance.ready()?;
        Ok(instance)
    }

    /// A gift: to one fund, or to the `n`th of a thousand.
    pub(super) fn gift(&self, n: usize, hot: bool) -> Request {
        let project = format!("c0000000-0000-4000-8000-{:012x}", if hot { 0 } else { n % FUNDS });
        let gift = json!({
            "id": uuid::Uuid::now_v7(), "contributor_id": GIVER, "project_ref": project,
            "amount": { "amount": 500 + n % 1_000, "currency": "GBP" }, "note": null,
        });
        let route = &finance::contributions::create::ROUTE;
        let (id, event) = event_of(route, &[], "", Some(&gift), Some(&self.token));
        Request { id, event, expected: Expected::New(gift) }
    }

    /// The port of PgBouncer.
    pub(super) fn pooler(&self) -> u16 {
        self.running.ports.pooler
    }

    /// One turn of `pgbench -N`, in transactions per second.
    pub(super) fn pgbench_rate(&self, seconds: u64, pooled: bool) -> Result<f64, Failure> {
        let (kind, port) = match pooled {
            true => (Kind::Pooled, self.running.ports.pooler),
            false => (Kind::App, self.running.ports.primary),
        };
        let url = self.url(kind, PGBENCH, port)?;
        let (clients, seconds) = (super::CLIENTS.to_string(), seconds.to_string());
        let said = self.pgbench(&["-n", "-N", "-c", &clients, "-j", "2", "-T", &seconds, &url])?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
        rate.and_then(|rate| rate.split(' ').next()?.parse().ok()).ok_or_else(|| {
            Failure::new(Exit::Failure, "pgbench does not say its rate").why(said.clone())
        })
    }

    /// Reads of the books as a route has them, for a moment.
    pub(super) fn pool(&self) -> Result<Pool, Failure> {
        let url = self.url(Kind::Reader, "finance", self.running.ports.primary)?;
        Pool::find(Domain::Finance, Access::Read, "aruuri bench", |name| {
            name.ends_with("_DATABASE_URL_READ").then(|| url.clone())
        })
        .map_err(|error| Failure::new(Exit::Failure, "no way to the books").because(&error))
    }

    /// The first value.
    pub(super) async fn value(&self, sql: &str) -> Result<String, Failure> {
        let session = self.superuser("finance").await?;
        databases::value(&session, sql).await.map_err(|error| refused(sql, &error))
    }

    /// Where the write-ahead log ends, in bytes.
    pub(super) fn end_of_log(&self) -> Result<f64, Failure> {
        let sql = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')";
        let end = self.runtime.block_on(self.value(sql))?;
        end.parse().map_err(|_| Failure::new(Exit::Failure, "the log has no end").why(end))
    }

    /// The version of the server.
    pub(super) fn version(&self) -> String {
        self.runtime.block_on(self.value("show server_version")).unwrap_or_default()
    }

    async fn superuser(&self, database: &str) -> Result<Client, Failure> {
        let url = Url::direct("the servers of this benchmark", self.running.admin_url_of(database));
        db::connect(&url, "aruuri bench").await.map_err(|error| {
            Failure::new(Exit::Unreachable, "the benchmark cannot log in").because(&error)
        })
    }

    /// Without TLS: what is compared should differ in nothing else.
    fn url(&self, kind: Kind, database: &str, port: u16) -> Result<String, Failure> {
        let login = self.running.login(Domain::Finance, kind);
        let (_, user, password) =
            login.ok_or_else(|| Failure::new(Exit::Unreachable, "there is no PgBouncer"))?;
        Ok(format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}?sslmode=disable"))
    }

    fn pgbench(&self, arguments: &[&str]) -> Result<String, Failure> {
        let failed = || Failure::new(Exit::Failure, "pgbench did not end well");
        let mut pgbench = std::process::Command::new(self.servers.program("pgbench"));
        let output = pgbench.args(arguments).output().map_err(|error| {
            failed().because(&error).next("apt-get install postgresql-contrib, or postgresql")
        })?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(failed().why(String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Time enough for whatever is asked.
pub(super) fn patient(pool: &Pool) -> Db<'_> {
    pool.begin(Instant::now() + std::time::Duration::from_secs(600))
}

async fn run(session: &Client, sql: &str) -> Result<(), Failure> {
    session.batch_execute(sql).await.map_err(|error| refused(sql, &error))
}

fn refused(sql: &str, error: &tokio_postgres::Error) -> Failure {
    Failure::new(Exit::Failure, "the server refuses a statement of the benchmark")
        .because(error)
        .why(sql)
}

/// Journals of two lines over a thousand funds, with all that a posting leaves; checked at the end instead of one by one.
fn books(entries: u32) -> String {
    let journals = entries / 2;
    format!(
        "alter table ledger.journals disable trigger check_journal;
         alter table ledger.journals disable trigger check_journal_kind;
         insert into ledger.funds (code, restriction, project_ref)
         select 'project:' || p, 'restricted', p
         from (select ('c0000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as p from generate_series(0, {last}) n) t;
         create temporary table fund as
         select row_number() over (order by f.project_ref) - 1 as n, ledger.leaf_account('4000', f.id, 'GBP') as income
         from ledger.funds f where f.code like 'project:c0000000-%';
         create temporary table made as
         select g.n, finance.uuid7() as id, f.income from generate_series(1, {journals}) as g (n) join fund f on f.n = g.n % {FUNDS};
         insert into ledger.journals (id, kind, effective_date, source_type, source_id, lines, reason)
         select id, 'journal.manual', finance.today(), 'bench', id, 2, 'bench' from made;
         insert into ledger.entries (journal_id, line, account_id, currency, amount)
         select id, 1, (select ledger.leaf_account('1200', null, 'GBP')), 'GBP', 100 + n % 1000 from made
         union all
         select id, 2, income, 'GBP', -(100 + n % 1000) from made;
         insert into ledger.balance_deltas (account_id, amount)
         select e.account_id, sum(e.amount) from ledger.entries e join made m on m.id = e.journal_id group by e.account_id;
         insert into ledger.seal_queue (journal_id) select id from made;
         insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload, published_at)
         select 'finance.journal.posted.v1', 'journal', id, jsonb_build_object('journal_id', id), now() from made;
         alter table ledger.journals enable always trigger check_journal;
         alter table ledger.journals enable always trigger check_journal_kind",
        last = FUNDS - 1
    )
}

/// Whether an answer is that of a contribution that was carried out.
pub(super) fn check(request: &Request, answer: &[u8]) -> Result<Value, Failure> {
    Ok(request.check(answer)?.unwrap_or_default())
}
