//! Databases for a moment: empty, or copies of a template that is made once and kept.
//!
//! A session holds an advisory lock for as long as such a database is in use. The lock ends with its process, however
//! that ends, so the next one that makes a scratch database finds and drops what a killed one has left.
use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use db::Domain;
use ring::digest;
use tokio_postgres::{
    Client, SimpleQueryMessage,
    error::SqlState,
    types::{ToSql, Type},
};

use crate::{
    Error, Kind, ROLES_SQL, Running,
    admin::{Login, Tls, log_in},
    create_database_sql, grant_connect_sql, prepare_database_sql,
    state::ADMIN,
};

/// First key of the locks that scratch databases are held by; the second is a hash of the name.
const IN_USE: i32 = 0x7363_7261;

/// First key of the locks that let one process at a time make a template.
const MAKING: i32 = 0x7465_6d70;

/// Templates kept for each purpose and domain: the states that a developer goes to and fro between.
const KEPT: usize = 16;

/// How long the end of a value may wait for its database to be dropped.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database on the primary that is dropped with this, at the latest when the next one is made.
pub struct Scratch {
    /// Whose roles it is for.
    pub domain: Domain,
    /// Its name.
    pub name: String,
    /// The servers it is on.
    pub running: Running,
    /// Holds the lock that says that the database is in use.
    keeper: Client,
    /// Dropped already, or called otherwise.
    gone: bool,
}

impl Scratch {
    /// An empty database, prepared for its first migration as a real one is. `purpose` becomes part of the name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn empty(running: &Running, domain: Domain, purpose: &str) -> Result<Scratch, Error> {
        let scratch = Scratch::create(running, domain, purpose, None).await?;
        let prepared =
            scratch.superuser().await?.batch_execute(&prepare_database_sql(domain)).await;
        prepared.map_err(Error::sql(format!("prepare the database {}", scratch.name)))?;
        Ok(scratch)
    }

    /// Drops it without blocking the thread, as the end of its life would.
    pub async fn close(mut self) {
        let drop = format!("drop database if exists {} with (force)", self.name);
        self.gone = self.keeper.batch_execute(&drop).await.is_ok();
    }

    /// A session of the domain's migrator, who acts as the owner.
    ///
    /// # Errors
    /// When it cannot log in.
    pub async fn owner(&self) -> Result<Client, Error> {
        owner(&self.running, self.domain, &self.name).await
    }

    /// A session of the superuser, who may do what no role of ours may.
    ///
    /// # Errors
    /// When it cannot log in.
    pub async fn superuser(&self) -> Result<Client, Error> {
        session(&self.running, &self.name).await
    }

    /// Takes the template's name last, so that there never is half a template.
    async fn become_template(mut self, admin: &Client, template: &str) -> Result<(), Error> {
        let rename = format!("alter database {} rename to {template}", self.name);
        while_in_use(admin, &rename, "name a template").await?;
        self.gone = true;
        // Notes when it was made.
        is_there(admin, template).await.map(|_| ())
    }

    async fn create(
        running: &Running,
        domain: Domain,
        purpose: &str,
        template: Option<&str>,
    ) -> Result<Scratch, Error> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        static SWEPT: AtomicBool = AtomicBool::new(false);
        let keeper = admin(running).await?;
        if !SWEPT.swap(true, Ordering::Relaxed) {
            sweep(&keeper).await?;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("scratch_{purpose}_{}_{}_{number}", domain.name(), std::process::id());
        // Locked before it exists, so that nobody ever sees it unused.
        let lock = format!("select pg_advisory_lock({IN_USE}, hashtext('{name}'))");
        run(&keeper, &lock, "lock a scratch database").await?;
        let drop = format!("drop database if exists {name} with (force)");
        run(&keeper, &drop, "drop an old scratch database").await?;
        copy(&keeper, domain, &name, template).await?;
        let scratch = Scratch { domain, name, running: running.clone(), keeper, gone: false };
        let grant = grant_connect_sql(domain, &scratch.name);
        run(&scratch.keeper, &grant, "let the domain's roles connect").await?;
        Ok(scratch)
    }
}

/// A database that is made once and kept, for looking into it and for copies.
#[derive(Clone, Debug)]
pub struct Template {
    /// Whose roles it is for.
    pub domain: Domain,
    /// Its name.
    pub name: String,
    /// The servers it is on.
    pub running: Running,
}

impl Template {
    /// The template that `content` names. If there is none yet, `make` makes it first: in a copy of the one that `base`
    /// names where there is that, else in an empty database. `purpose` becomes part of the name.
    ///
    /// The name also covers the server's major version and the roles, so a template never outlives what it was made of.
    ///
    /// # Errors
    /// Those of the server, and of `make`.
    pub async fn get<E: From<Error>>(
        running: &Running,
        domain: Domain,
        purpose: &str,
        content: &[u8],
        base: Option<&[u8]>,
        make: impl AsyncFnOnce(&Scratch) -> Result<(), E>,
    ) -> Result<Template, E> {
        let admin = admin(running).await?;
        let name = template_name(&admin, domain, purpose, content).await?;
        if !is_there(&admin, &name).await? {
            // Ends with the session, so that a failure lets the next one try.
            let lock = format!("select pg_advisory_lock({MAKING}, hashtext('{name}'))");
            run(&admin, &lock, "wait for whoever makes the same template").await?;
            if !is_there(&admin, &name).await? {
                let start = match base {
                    Some(base) => Some(template_name(&admin, domain, purpose, base).await?),
                    None => None,
                };
                let scratch = match start {
                    Some(start) if is_there(&admin, &start).await? => {
                        Scratch::create(running, domain, purpose, Some(&start)).await?
                    }
                    _ => Scratch::empty(running, domain, purpose).await?,
                };
                make(&scratch).await?;
                scratch.become_template(&admin, &name).await?;
                is_there(&admin, &name).await?;
                evict(&admin, domain, purpose).await?;
            }
        }
        Ok(Template { domain, name, running: running.clone() })
    }

    /// The first of these contents whose template was made already.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn first_made<'a>(
        running: &Running,
        domain: Domain,
        purpose: &str,
        contents: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Option<&'a [u8]>, Error> {
        let admin = admin(running).await?;
        for content in contents {
            if is_there(&admin, &template_name(&admin, domain, purpose, content).await?).await? {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    /// A copy to change.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn copy(&self, purpose: &str) -> Result<Scratch, Error> {
        Scratch::create(&self.running, self.domain, purpose, Some(&self.name)).await
    }

    /// A session of the domain's migrator, for reading only: copies wait until it has ended.
    ///
    /// # Errors
    /// When it cannot log in.
    pub async fn owner(&self) -> Result<Client, Error> {
        owner(&self.running, self.domain, &self.name).await
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        let (running, name) = (self.running.clone(), self.name.clone());
        let (done, wait) = std::sync::mpsc::channel::<()>();
        // A runtime of its own: the caller's may be ending.
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            let drop = format!("drop database if exists {name} with (force)");
            runtime
                .block_on(async { admin(&running).await.ok()?.batch_execute(&drop).await.ok() })?;
            done.send(()).ok()
        });
        // Not for ever: the server may be waiting for a log-in that the caller's runtime cannot go on with meanwhile. What
        // stays is swept by the next process.
        let _ = wait.recv_timeout(PATIENCE);
    }
}

pub(crate) async fn admin(running: &Running) -> Result<Client, Error> {
    session(running, "postgres").await
}

async fn owner(running: &Running, domain: Domain, database: &str) -> Result<Client, Error> {
    let login = running.login(domain, Kind::Direct);
    let (port, user, password) =
        login.ok_or_else(|| Error::Silent { what: "the primary".to_owned() })?;
    log_in(Login { port, user: &user, password, database }, &Tls::trusting(Some(&running.ca_pem))?)
        .await
}

async fn session(running: &Running, database: &str) -> Result<Client, Error> {
    let password = running.password(ADMIN);
    let login = Login { port: running.ports.primary, user: ADMIN, password, database };
    log_in(login, &Tls::trusting(Some(&running.ca_pem))?).await
}

async fn run(client: &Client, sql: &str, what: &str) -> Result<(), Error> {
    client.batch_execute(sql).await.map_err(Error::sql(what))
}

/// The name says what the template was made of.
async fn template_name(
    admin: &Client,
    domain: Domain,
    purpose: &str,
    content: &[u8],
) -> Result<String, Error> {
    let version = "select current_setting('server_version_num')::integer / 10000";
    let major: i32 = one(admin, version, &[], "ask for the server's version").await?;
    let mut hash = digest::Context::new(&digest::SHA256);
    let prepare = prepare_database_sql(domain);
    for part in [&major.to_be_bytes(), ROLES_SQL.as_bytes(), prepare.as_bytes(), content] {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    let hash = hash.finish();
    let hash: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("template_{purpose}_{}_{hash}", domain.name()))
}

/// Whether a template exists; notes that it is of use. It exists only when it is complete, because it gets its name last.
async fn is_there(admin: &Client, template: &str) -> Result<bool, Error> {
    let sql = "select coalesce(shobj_description(oid, 'pg_database'), ''),
                      to_char(now(), '\"used\" YYYY-MM-DD HH24:MI:SS')
               from pg_database where datname = $1";
    let asked = admin.query_typed(sql, &[(&template, Type::TEXT)]).await;
    let rows = asked.map_err(Error::sql("look for a template"))?;
    let Some(row) = rows.first() else { return Ok(false) };
    let (note, now): (String, String) = (row.get(0), row.get(1));
    if note != now {
        // Somebody else may be noting the same, or dropping it.
        let _ = admin.batch_execute(&format!("comment on database {template} is '{now}'")).await;
    }
    Ok(true)
}

/// Drops the templates that were not used for longest, but none of the last ten minutes: who looked it up may be about to
/// copy it or to log in.
async fn evict(admin: &Client, domain: Domain, purpose: &str) -> Result<(), Error> {
    let sql = format!(
        "select datname
         from (select datname, shobj_description(oid, 'pg_database') as note
               from pg_database
               where starts_with(datname, 'template_{purpose}_{}_')
               order by note desc nulls last, oid desc
               offset {KEPT}) as old
         where note < to_char(now() - interval '10 minutes', '\"used\" YYYY-MM-DD HH24:MI:SS')",
        domain.name()
    );
    for name in names(admin, &sql).await? {
        // One that is just being copied stays until the next time.
        let _ = admin.batch_execute(&format!("drop database if exists {name}")).await;
    }
    Ok(())
}

/// Drops the scratch databases whose processes have ended.
pub(crate) async fn sweep(admin: &Client) -> Result<(), Error> {
    let sql = "select datname from pg_database where starts_with(datname, 'scratch_')";
    for name in names(admin, sql).await? {
        let key = format!("{IN_USE}, hashtext('{name}')");
        let attempt = format!("select pg_try_advisory_lock({key})");
        if one(admin, &attempt, &[], "look whether a scratch database is in use").await? {
            // Another process may be sweeping too.
            let _ =
                admin.batch_execute(&format!("drop database if exists {name} with (force)")).await;
            run(admin, &format!("select pg_advisory_unlock({key})"), "unlock").await?;
        }
    }
    Ok(())
}

async fn copy(
    admin: &Client,
    domain: Domain,
    name: &str,
    template: Option<&str>,
) -> Result<(), Error> {
    let sql = create_database_sql(domain, name, template);
    while_in_use(admin, &sql, &format!("make the database {name}")).await
}

/// A session that is just closing makes a copy or a new name wait.
async fn while_in_use(admin: &Client, sql: &str, what: &str) -> Result<(), Error> {
    let mut left = 200;
    loop {
        match admin.batch_execute(sql).await {
            Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) && left > 0 => {
                left -= 1;
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            done => return done.map_err(Error::sql(what)),
        }
    }
}

async fn names(admin: &Client, sql: &str) -> Result<Vec<String>, Error> {
    let messages = admin.simple_query(sql).await.map_err(Error::sql("list databases"))?;
    let name = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    };
    Ok(messages.iter().filter_map(name).collect())
}

async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(
    client: &Client,
    sql: &str,
    params: &[(&(dyn ToSql + Sync), Type)],
    what: &str,
) -> Result<T, Error> {
    let rows = client.query_typed(sql, params).await.map_err(Error::sql(what))?;
    rows.first()
        .ok_or_else(|| Error::Silent { what: "the primary".to_owned() })?
        .try_get(0)
        .map_err(Error::sql(what))
}
