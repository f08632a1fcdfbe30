//! Loads demo data, as often as one likes: what is there stays as it is, what is missing is added.
//!
//! A row is its own marker. Its id is the UUID v5 of its natural key, so it is the same everywhere, and a row whose id is
//! there is not written again; no table of what was loaded can go out of step with the data. Nothing that guards a table
//! is turned off for it: constraints, triggers and deferred checks see these rows as they see all others.

mod books;
mod copy;
mod count;
mod dice;
mod file;
mod names;
mod people;
mod projects;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use db::Domain;
use tokio_postgres::Client;

pub use self::books::{Balance, breaks, trial_balance};
pub use self::count::{Count, counts};
use crate::directory::sql_files;
use crate::error::Error;
use crate::marker::{self, Environment};
use crate::session;

/// Two runs take turns, one transaction at a time; each then finds what the other has written.
const LOCK: &str = "begin; select pg_advisory_xact_lock(77240)";

/// Names must be written out. A run that was killed must end on the server too, and give its locks back.
const SETTINGS: &str = "
reset all;
set application_name = 'aruuri seed';
set search_path = '';
set lock_timeout = '1min';
set idle_in_transaction_session_timeout = '1min'";

/// How much is loaded; each set holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// A few rows of what matters most: for a preview.
    Minimal,
    /// What a developer needs to see every kind of row, and what tests are written for.
    Default,
    /// As much as a few busy years leave: for measuring.
    Large,
}

impl Set {
    /// Every set, the smallest first.
    pub const ALL: [Set; 3] = [Set::Minimal, Set::Default, Set::Large];

    /// Its name, which is that of its folder too.
    pub const fn name(self) -> &'static str {
        match self {
            Set::Minimal => "minimal",
            Set::Default => "default",
            Set::Large => "large",
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Set {
    type Err = String;

    fn from_str(text: &str) -> Result<Set, String> {
        let known = Set::ALL.into_iter().find(|set| set.name() == text);
        known.ok_or_else(|| format!("no set `{text}`: {}", Set::ALL.map(Set::name).join(", ")))
    }
}

/// How many rows of each kind the large set makes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// People, in platform.
    pub contacts: u32,
    /// Projects that collect money, in projects.
    pub projects: u32,
    /// Who gives, in finance; five of six are contacts.
    pub contributors: u32,
    /// What they gave, in finance, each with its journal.
    pub contributions: u32,
    /// How many rows share a transaction.
    pub chunk: u32,
}

impl Default for Size {
    fn default() -> Size {
        Size {
            contacts: 20_000,
            projects: 200,
            contributors: 12_000,
            contributions: 100_000,
            chunk: 5_000,
        }
    }
}

/// A module that was loaded: a file, or rows that were made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// Its name, such as `minimal/10_contacts.sql`.
    pub module: String,
    /// How many rows were written for it; 0 when everything was there already.
    pub rows: u64,
}

/// What happens, for those who watch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A chunk of a module is committed.
    Chunk {
        /// Name of the module.
        module: &'a str,
        /// How many of its rows have been looked at, those that were there among them.
        done: u32,
        /// How many it has.
        of: u32,
    },
    /// A module is committed.
    Done(&'a Seeded),
}

/// Demo data of one domain.
#[derive(Clone, Debug)]
pub struct Seed {
    folder: PathBuf,
    domain: Domain,
    set: Set,
    size: Size,
}

impl Seed {
    /// The files below `<root>/<domain>` up to a set; `root` is the folder `seeds` of a checkout.
    pub fn new(root: impl AsRef<Path>, domain: Domain, set: Set) -> Seed {
        Seed::at(root.as_ref().join(domain.name()), domain, set)
    }

    /// The same from the folder of the domain itself.
    pub fn at(folder: impl Into<PathBuf>, domain: Domain, set: Set) -> Seed {
        Seed { folder: folder.into(), domain, set, size: Size::default() }
    }

    /// The same with another size of the large set.
    #[must_use]
    pub fn size(self, size: Size) -> Seed {
        Seed { size, ..self }
    }

    /// The files in the order they are loaded, as the folder of the domain names them; a set without a folder has none.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn files(&self) -> Result<Vec<String>, Error> {
        let mut files = Vec::new();
        for set in Set::ALL.into_iter().filter(|set| *set <= self.set) {
            let folder = self.folder.join(set.name());
            if folder.is_dir() {
                let names = sql_files(&folder)?;
                files.extend(names.iter().map(|name| format!("{set}/{name}")));
            }
        }
        Ok(files)
    }

    /// Loads what is missing, each file and each chunk of a large module in a transaction of its own.
    ///
    /// The session must be one on the direct URL, outside a transaction; it goes on as the owner of the schema.
    ///
    /// # Errors
    /// [`Error::Guarded`] in staging and production, where there is no demo data. Else when a file cannot be read or a
    /// statement fails; what was committed before stays, and the next run adds the rest.
    pub async fn load(
        &self,
        client: &Client,
        mut watch: impl FnMut(Progress<'_>),
    ) -> Result<Vec<Seeded>, Error> {
        let files = self.files()?;
        refuse_real(client).await?;
        session::prepare_with(client, SETTINGS, Some(&format!("{}_owner", self.domain.name())))
            .await?;
        let loaded = self.load_all(client, &files, &mut watch).await;
        let reset = client.batch_execute("reset all").await;
        let loaded = loaded?;
        reset.map_err(|source| Error::Database { doing: "reset the session", source })?;
        Ok(loaded)
    }

    async fn load_all(
        &self,
        client: &Client,
        files: &[String],
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<Seeded>, Error> {
        let mut all = Vec::new();
        for file in files {
            let path = self.folder.join(file);
            let sql = fs::read_to_string(&path).map_err(|source| Error::Read { path, source })?;
            let rows =
                transaction(client, file, async || file::load(client, file, &sql).await).await?;
            let seeded = Seeded { module: file.clone(), rows };
            watch(Progress::Done(&seeded));
            all.push(seeded);
        }
        if self.set == Set::Large {
            for module in self.made() {
                let seeded = module.load(client, self.size.chunk, watch).await?;
                watch(Progress::Done(&seeded));
                all.push(seeded);
            }
        }
        Ok(all)
    }

    /// What the large set makes up in this domain.
    fn made(&self) -> Vec<copy::Made> {
        match self.domain {
            Domain::Platform => vec![people::contacts(self.size)],
            Domain::Projects => vec![projects::projects(self.size)],
            Domain::Finance => {
                vec![people::contributors(self.size), books::contributions(self.size)]
            }
            Domain::Content => Vec::new(),
        }
    }
}

/// Demo data among real data is found by those it is shown to.
async fn refuse_real(client: &Client) -> Result<(), Error> {
    match marker::read(client).await? {
        environment @ Some(Environment::Staging | Environment::Production) => {
            Err(Error::Guarded { database: marker::name(client).await?, environment, never: true })
        }
        _ => Ok(()),
    }
}

/// Commits what `work` did, or nothing.
async fn transaction(
    client: &Client,
    module: &str,
    work: impl AsyncFnOnce() -> Result<u64, Error>,
) -> Result<u64, Error> {
    let begun = client.batch_execute(LOCK).await;
    let worked = match begun {
        Ok(()) => work().await,
        Err(source) => Err(Error::Database { doing: "begin loading demo data", source }),
    };
    match worked {
        Ok(rows) => {
            let committed = client.batch_execute("commit").await;
            committed.map_err(|source| Error::Commit { file: module.to_owned(), source })?;
            Ok(rows)
        }
        Err(error) => {
            // The first error is the one to report.
            let _ = client.batch_execute("rollback").await;
            Err(error)
        }
    }
}
