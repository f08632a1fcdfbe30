//! A finance database of its own, with contributions whose every column is known.
use std::fs;

use db::{Access, Chain, Domain, Url};
use serde_json::{Value, json};
use stack::{Kind, Running};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::{
    databases,
    failure::{Exit, Failure},
    output::Output,
};

/// Contributors with contributions, so many each.
const GIVERS: usize = 100;
const GIFTS_EACH: usize = 20;
/// Contributors whose contributions a run creates: those of the others stay as they are.
const NEW_GIVERS: usize = 10;
/// What the ids of contributors begin with; the rest is their number.
const GIVER: &str = "b0000000-0000-4000-8000-";

/// How functions reach the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) direct: bool,
    pub(super) tls: bool,
}

impl Link {
    /// `PgBouncer`, `direct, TLS`.
    pub(super) fn name(self) -> String {
        let server = if self.direct { "direct" } else { "PgBouncer" };
        if self.tls { format!("{server}, TLS") } else { server.to_owned() }
    }
}

/// The database; dropped with this.
#[derive(Debug)]
pub(super) struct Data {
    running: Running,
    runtime: tokio::runtime::Handle,
    name: String,
    /// What the API answers for each contribution, newest first.
    pub(super) rows: Vec<Value>,
}

impl Data {
    /// Makes the database: migrations, demo data, then about 2,000 contributions.
    ///
    /// # Errors
    /// When the servers do not answer or refuse a statement.
    pub(super) async fn new(running: &Running, out: &Output) -> Result<Data, Failure> {
        let name = format!("bench_finance_{}", std::process::id());
        out.step(format_args!("making the database {name}: {} contributions", GIVERS * GIFTS_EACH));
        let admin = connect(&running.admin_url).await?;
        drop_left_behind(&admin).await?;
        let create = stack::create_database_sql(Domain::Finance, &name, None);
        run(&admin, "make the database", &create).await?;
        let mut data = Data {
            running: running.clone(),
            runtime: tokio::runtime::Handle::current(),
            name,
            rows: Vec::new(),
        };
        let grant = stack::grant_connect_sql(Domain::Finance, &data.name);
        run(&admin, "let the roles in", &grant).await?;
        let superuser = data.superuser().await?;
        let prepare = stack::prepare_database_sql(Domain::Finance);
        run(&superuser, "prepare the database", &prepare).await?;
        data.migrate().await?;
        run(&superuser, "record contributions", &seed()).await?;
        // As autovacuum leaves a table that has been there for a while.
        run(&superuser, "collect statistics", "vacuum (analyze)").await?;
        data.rows = data.select("true").await?;
        Ok(data)
    }

    async fn migrate(&self) -> Result<(), Failure> {
        let root = &self.running.root;
        let url = self.running.url(Domain::Finance, Kind::Direct, &self.name);
        let mut owner = connect(&url.unwrap_or_default()).await?;
        databases::fill(&mut owner, root, Domain::Finance).await
    }

    /// The URL for a function; `port` is that of a relay.
    ///
    /// # Errors
    /// When there is no PgBouncer.
    pub(super) fn url(
        &self,
        access: Access,
        link: Link,
        port: Option<u16>,
    ) -> Result<String, Failure> {
        let kind = kind(access, link);
        let url = self.running.url(Domain::Finance, kind, &self.name).ok_or_else(|| {
            Failure::new(Exit::Unreachable, "there is no PgBouncer to go through")
                .next("cargo aruuri doctor, or add --direct")
        })?;
        let base = url.split('?').next().unwrap_or_default();
        let mode = if link.tls { "require" } else { "disable" };
        let url = format!("{base}?sslmode={mode}");
        Ok(match port {
            None => url,
            Some(port) => {
                url.replace(&format!(":{}/", self.port(access, link)), &format!(":{port}/"))
            }
        })
    }

    /// The port that a URL without a relay names.
    pub(super) fn port(&self, access: Access, link: Link) -> u16 {
        let login = self.running.login(Domain::Finance, kind(access, link));
        login.map_or(0, |(port, ..)| port)
    }

    /// The servers themselves, to stand before.
    pub(super) fn server_urls(&self) -> Vec<String> {
        self.running.server_urls()
    }

    /// A variable of the local environment, but for URLs.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        match name {
            "SSL_CERT_FILE" => Some(self.running.ca_pem.display().to_string()),
            "ARUURI_VERSION" => Some("bench".to_owned()),
            _ => self.running.env.get(name).cloned(),
        }
    }

    /// A contributor whose contributions are known and stay so, and these, newest first.
    pub(super) fn giver(&self, n: usize) -> (&str, Vec<&Value>) {
        let row = &self.rows[n % self.rows.len()];
        let giver = &row["contributor_id"];
        let rows = self.rows.iter().filter(|row| row["contributor_id"] == *giver).collect();
        (giver.as_str().unwrap_or_default(), rows)
    }

    /// A contribution to be made, as it is sent.
    pub(super) fn new_gift(n: usize) -> Value {
        json!({
            "id": uuid::Uuid::now_v7(),
            "contributor_id": format!("{GIVER}{:012x}", GIVERS + n % NEW_GIVERS),
            "amount": { "amount": 500 + n, "currency": "GBP" },
            "note": format!("gift {n}"),
            "occurred_on": null,
        })
    }

    /// Compares created contributions, as they were answered, with the rows: those that differ.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn wrong_rows(&self, created: &[Value]) -> Result<Vec<String>, Failure> {
        if created.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = created.iter().filter_map(|row| row["id"].as_str()).collect();
        let rows = self.select(&format!("t.id in ('{}')", ids.join("', '"))).await?;
        let missing = created.iter().filter(|answer| !rows.iter().any(|row| agrees(answer, row)));
        Ok(missing.map(|answer| format!("not in the database: {answer}")).collect())
    }

    /// Rows as the API writes them.
    async fn select(&self, condition: &str) -> Result<Vec<Value>, Failure> {
        let sql = format!(
            "select jsonb_build_object(
               'id', t.id, 'contributor_id', t.contributor_id, 'fund_id', t.fund_id,
               'project_ref', t.project_ref, 'theme_ref', t.theme_ref, 'designation', t.designation,
               'amount', jsonb_build_object('amount', t.amount_minor, 'currency', t.currency),
               'fee_cover', jsonb_build_object('amount', t.fee_cover_minor, 'currency', t.currency),
               'tip', jsonb_build_object('amount', t.tip_minor, 'currency', t.currency),
               'presentment', null, 'provider', t.provider, 'provider_ref', t.provider_ref,
               'note', t.note, 'status', t.status, 'occurred_on', t.occurred_on,
               'settled_at', {}, 'journal_id', t.journal_id, 'created_at', {}, 'version', t.version)
             from giving.contributions t
             where {condition}
             order by t.created_at desc, t.id desc",
            rfc3339("t.settled_at"),
            rfc3339("t.created_at"),
        );
        let superuser = self.superuser().await?;
        let messages = superuser.simple_query(&sql).await;
        let messages = messages.map_err(|error| refused("read contributions").because(&error))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => serde_json::from_str(row.get(0)?).ok(),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// The version of the server.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) async fn server_version(&self) -> Result<String, Failure> {
        let version = databases::value(&self.superuser().await?, "show server_version").await;
        version.map_err(|error| refused("tell its version").because(&error))
    }

    /// How many contributions there are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn count(&self) -> Result<u64, Failure> {
        self.number("select count(*) from giving.contributions").await
    }

    /// Sessions of functions on the server.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn server_connections(&self) -> Result<u64, Failure> {
        self.number(
            "select count(*) from pg_stat_activity
             where datname = current_database() and usename in ('finance_app', 'finance_read')",
        )
        .await
    }

    /// The process of PgBouncer.
    pub(super) fn pooler_pid(&self) -> Option<u32> {
        let file = self.running.logs.parent()?.join("pgbouncer/pgbouncer.pid");
        fs::read_to_string(file).ok()?.trim().parse().ok()
    }

    async fn number(&self, sql: &str) -> Result<u64, Failure> {
        let number = databases::value(&self.superuser().await?, sql).await;
        let number = number.map_err(|error| refused("count").because(&error))?;
        number.parse().map_err(|_| refused("count").why(number))
    }

    async fn superuser(&self) -> Result<Client, Failure> {
        connect(&self.running.admin_url_of(&self.name)).await
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let (url, name) = (self.running.admin_url.clone(), self.name.clone());
        let runtime = self.runtime.clone();
        // A thread of its own: this one may be inside the runtime. What fails is left for the next run.
        let dropped = std::thread::spawn(move || {
            runtime.block_on(async {
                if let Ok(admin) = connect(&url).await {
                    let _ = admin.batch_execute(&drop_sql(&name)).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

fn kind(access: Access, link: Link) -> Kind {
    match (access, link.direct) {
        (Access::Read, false) => Kind::PooledRead,
        (Access::Read, true) => Kind::Reader,
        (_, false) => Kind::Pooled,
        (_, true) => Kind::App,
    }
}

/// Contributors and contributions, each contribution with a commit of its own as in real life.
fn seed() -> String {
    let giver = |n: &str| format!("('{GIVER}' || lpad(to_hex({n}), 12, '0'))::uuid");
    format!(
        "insert into giving.contributors (id, type, display_name)
         select {new_giver}, 'individual', 'Giver ' || n
         from generate_series(0, {last_giver}) n;
         do $$
         begin
           for n in 0..{last_gift} loop
             perform giving.contribute(
               'bench', 'gift-' || n, decode(repeat('00', 32), 'hex'), md5('bench gift ' || n)::uuid,
               {known_giver},
               case when n % 3 = 0 then md5('bench project ' || n % 7)::uuid end,
               100 + n, 'GBP', 'gift ' || n, null, md5('bench actor')::uuid, 'bench');
             commit;
           end loop;
         end $$",
        new_giver = giver("n"),
        known_giver = giver(&format!("n % {GIVERS}")),
        last_giver = GIVERS + NEW_GIVERS - 1,
        last_gift = GIVERS * GIFTS_EACH - 1,
    )
}

/// As `jiff` writes a moment: microseconds without trailing zeros.
fn rfc3339(column: &str) -> String {
    format!(
        "rtrim(rtrim(to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), '.') || 'Z'"
    )
}

fn drop_sql(name: &str) -> String {
    format!("drop database if exists {name} with (force)")
}

/// Drops the databases of runs that were killed.
async fn drop_left_behind(admin: &Client) -> Result<(), Failure> {
    let sql = "select datname from pg_database where datname ~ '^bench_finance_[0-9]+$'";
    let messages = admin.simple_query(sql).await;
    let messages = messages.map_err(|error| refused("list databases").because(&error))?;
    for message in &messages {
        let SimpleQueryMessage::Row(row) = message else { continue };
        let name = row.get(0).unwrap_or_default();
        let process = name.rsplit('_').next().unwrap_or_default();
        if fs::metadata(format!("/proc/{process}")).is_err() {
            run(admin, "drop a database that was left behind", &drop_sql(name)).await?;
        }
    }
    Ok(())
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let failed = |error: db::Error| {
        Failure::new(Exit::Unreachable, "the benchmark cannot log in to the primary")
            .why(Chain(&error))
            .next("cargo aruuri status")
    };
    let url =
        Url::find(Domain::Finance, Access::Admin, |_| Some(url.to_owned())).map_err(failed)?;
    db::connect(&url, "aruuri bench").await.map_err(failed)
}

async fn run(client: &Client, what: &str, sql: &str) -> Result<(), Failure> {
    // One by one: `create database`, `vacuum` and a `commit` inside `do` go into no transaction.
    for statement in migrate::split(sql) {
        let done = client.batch_execute(statement.text).await;
        done.map_err(|error| refused(what).because(&error))?;
    }
    Ok(())
}

fn refused(what: &str) -> Failure {
    Failure::new(Exit::Failure, format!("the server does not {what}"))
}

/// Whether all that an answer says of a row is so; a peer may say less than ours.
pub(super) fn agrees(answer: &Value, row: &Value) -> bool {
    let said = answer.as_object().filter(|said| said.contains_key("id"));
    said.is_some_and(|said| said.iter().all(|(name, value)| row.get(name) == Some(value)))
}
