//! A database of one test: a copy of the domain's template, dropped at the end.
use std::path::{Path, PathBuf};

use db::Domain;
use migrate::{
    Directory,
    seed::{Seed, Set},
};
use stack::{Kind, Running, Scratch, Template};
use tokio_postgres::Client;

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
    scratch: Scratch,
}

impl Database {
    /// Copies the template, which is made first if need be.
    pub async fn new(domain: Domain, seeds: Seeds) -> Database {
        let stack = servers().await;
        let migrations = root().join("migrations").join(domain.name());
        let directory =
            Directory::read(&migrations).unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        let demo = Seed::new(root().join("seeds"), domain, Set::Default);
        let mut content = directory.sum().into_bytes();
        if seeds == Seeds::Demo {
            for file in demo.files().unwrap_or_else(|e| panic!("{}", db::Chain(&e))) {
                let path = root().join("seeds").join(domain.name()).join(file);
                content.extend(std::fs::read(path).expect("a seed file can be read"));
            }
        }
        let template = Template::get(&stack, domain, "test", &content, None, async |empty| {
            eprintln!("making a template of {}", domain.name());
            let mut owner = empty.owner().await?;
            let applied = migrate::apply(&mut owner, &directory).await;
            applied.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
            if seeds == Seeds::Demo {
                let seeded = demo.load(&owner, |_| {}).await;
                seeded.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
            }
            Ok::<(), stack::Error>(())
        });
        let template = template.await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        let scratch = template.copy("test").await;
        Database::of(scratch.unwrap_or_else(|e| panic!("{}", db::Chain(&e))))
    }

    /// Prepared for its first migration, with nothing in it.
    pub async fn empty(domain: Domain) -> Database {
        let scratch = Scratch::empty(&servers().await, domain, "test").await;
        Database::of(scratch.unwrap_or_else(|e| panic!("{}", db::Chain(&e))))
    }

    fn of(scratch: Scratch) -> Database {
        let Scratch { domain, name, running, .. } = &scratch;
        Database { domain: *domain, name: name.clone(), stack: running.clone(), scratch }
    }

    /// Its URL on one of the servers, as one of the roles.
    pub fn url(&self, kind: Kind) -> Option<String> {
        self.stack.url(self.domain, kind, &self.name)
    }

    /// A session of the domain's owner.
    pub async fn owner(&self) -> Client {
        self.scratch.owner().await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)))
    }

    /// A session of the superuser, who may do what no role of ours may.
    pub async fn superuser(&self) -> Client {
        self.scratch.superuser().await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)))
    }
}

async fn servers() -> Running {
    tokio::task::spawn_blocking(stack::ensure_up)
        .await
        .expect("not cancelled")
        .unwrap_or_else(|e| panic!("the local servers do not start: {}", db::Chain(&e)))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("shared/testdb").to_owned()
}
