//! A database of one test: a copy of the domain's template, dropped at the end.
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use db::{Access, Domain, Url};
use migrate::Directory;
use sha2::{Digest, Sha256};
use stack::{Kind, Running};
use tokio_postgres::{Client, error::SqlState};

/// Serialises the making of templates among test processes.
const LOCK: i64 = 0x6172_7575_7269;

/// What a new database holds besides its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// The demo data.
    Demo,
    /// What the migrations themselves bring.
    None,
}

/// A database that belongs to one test.
#[derive(Debug)]
pub struct Database {
    /// Whose tables it has.
    pub domain: Domain,
    /// Its name.
    pub name: String,
    /// The servers it is on.
    pub stack: Running,
}

impl Database {
    /// Copies the template, which is made first if need be.
    pub async fn new(domain: Domain, seeds: Seeds) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let stack = tokio::task::spawn_blocking(stack::ensure_up)
            .await
            .expect("not cancelled")
            .unwrap_or_else(|e| panic!("the local servers do not start: {}", db::Chain(&e)));
        let admin = connect(&stack.admin_url, domain).await;
        let template = template(&stack, &admin, domain, seeds).await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{}_{number}", domain.name(), std::process::id());
        admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        copy(&admin, domain, &name, Some(&template)).await;
        admin.batch_execute(&stack::grant_connect_sql(domain, &name)).await.unwrap();
        Database { domain, name, stack }
    }

    /// Its URL on one of the servers, as one of the roles.
    pub fn url(&self, kind: Kind) -> Option<String> {
        self.stack.url(self.domain, kind, &self.name)
    }

    /// A session of the domain's owner.
    pub async fn owner(&self) -> Client {
        connect(&self.url(Kind::Direct).expect("the primary is there"), self.domain).await
    }

    /// A session of the superuser, who may do what no role of ours may.
    pub async fn superuser(&self) -> Client {
        connect(&self.stack.admin_url_of(&self.name), self.domain).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (url, domain, name) = (self.stack.admin_url.clone(), self.domain, self.name.clone());
        // A runtime of its own: the test's may be ending.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(async {
                let admin = connect(&url, domain).await;
                let _ = admin.batch_execute(&format!("drop database {name} with (force)")).await;
            });
        });
        let _ = dropped.join();
    }
}

/// A direct session, for what tests do beside the code they test.
pub(crate) async fn connect(url: &str, domain: Domain) -> Client {
    let url = Url::find(domain, Access::Admin, |_| Some(url.to_owned())).expect("given");
    db::connect(&url, "testdb").await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("shared/testdb").to_owned()
}

/// The template's name, once it is complete.
async fn template(stack: &Running, admin: &Client, domain: Domain, seeds: Seeds) -> String {
    let migrations = root().join("migrations").join(domain.name());
    let directory = Directory::read(&migrations).unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
    let demo = root().join("seeds").join(domain.name());
    let mut hash = Sha256::new();
    hash.update(directory.sum());
    for path in sorted(&demo).into_iter().filter(|_| seeds == Seeds::Demo) {
        hash.update(std::fs::read(path).expect("a seed file can be read"));
    }
    let mut name = format!("template_{}_", domain.name());
    for byte in &hash.finalize()[..8] {
        write!(name, "{byte:02x}").expect("a string takes all");
    }
    if is_complete(admin, &name).await {
        return name;
    }
    admin.batch_execute(&format!("select pg_advisory_lock({LOCK})")).await.unwrap();
    if !is_complete(admin, &name).await {
        eprintln!("making {name}");
        admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        copy(admin, domain, &name, None).await;
        let inside = connect(&stack.admin_url_of(&name), domain).await;
        inside.batch_execute(&stack::prepare_database_sql(domain)).await.unwrap();
        admin.batch_execute(&stack::grant_connect_sql(domain, &name)).await.unwrap();
        let url = stack.url(domain, Kind::Direct, &name).expect("the primary is there");
        let mut owner = connect(&url, domain).await;
        let applied = migrate::apply(&mut owner, &directory).await;
        applied.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        if seeds == Seeds::Demo {
            let seeded = migrate::seed(&owner, &demo).await;
            seeded.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        }
        // The mark of a complete template: one that was left half-made does not have it.
        let done = format!("comment on database {name} is 'complete'");
        admin.batch_execute(&done).await.unwrap();
    }
    admin.batch_execute(&format!("select pg_advisory_unlock({LOCK})")).await.unwrap();
    name
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "sql"));
    paths.sort();
    paths
}

async fn is_complete(admin: &Client, name: &str) -> bool {
    let sql = format!(
        "select 1 from pg_database
         where datname = '{name}' and shobj_description(oid, 'pg_database') = 'complete'"
    );
    let rows = admin.simple_query(&sql).await.unwrap();
    rows.iter().any(|m| matches!(m, tokio_postgres::SimpleQueryMessage::Row(_)))
}

/// A session on the template that is just closing makes the copy wait.
async fn copy(admin: &Client, domain: Domain, name: &str, template: Option<&str>) {
    let sql = stack::create_database_sql(domain, name, template);
    for _ in 0..200 {
        match admin.batch_execute(&sql).await {
            Ok(()) => return,
            Err(e) if e.code() == Some(&SqlState::OBJECT_IN_USE) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(e) => panic!("{}", db::Chain(&e)),
        }
    }
    panic!("{template:?} stays in use");
}
