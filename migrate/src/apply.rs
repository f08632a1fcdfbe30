//! Applies what is not applied yet.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::directory::{Directory, File, TxMode};
use crate::error::Error;
use crate::history::{self, Entry, State};
use crate::{alone, revisions, session, together};

/// Kept free before the deadline, for the last answer.
const RESERVE: Duration = Duration::from_secs(10);

/// What a caller may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another migration to end.
    pub lock_timeout: Duration,
    /// How long one statement may take; what the role or the server says otherwise.
    pub statement_timeout: Option<Duration>,
    /// The role that owns the schema, if the session is to act as it.
    pub role: Option<String>,
    /// The last version to apply; all otherwise.
    pub to: Option<String>,
    /// When to be done. No file is begun when less than [`Options::budget`] would be left for it.
    pub deadline: Option<Instant>,
    /// The time a file must have before the deadline.
    pub budget: Duration,
    /// Begin on a database that has tables but no revisions.
    pub allow_dirty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            lock_timeout: Duration::from_secs(10),
            statement_timeout: None,
            role: None,
            to: None,
            deadline: None,
            budget: Duration::from_secs(30),
            allow_dirty: false,
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// The files applied now, in order.
    pub applied: Vec<Applied>,
    /// How many needed nothing: applied before, or held by a baseline or checkpoint.
    pub already: usize,
    /// How many wait still, because of [`Options::to`] or the deadline.
    pub pending: usize,
    /// The database has revisions later than every file: a newer release was here. Nothing is done then, and nothing is undone.
    pub ahead: bool,
}

/// A file applied now.
#[derive(Debug)]
pub struct Applied {
    /// Its name.
    pub file: String,
    /// How many statements it has.
    pub statements: usize,
    /// How long it took.
    pub took: Duration,
}

/// What happens, for those who watch.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step<'a> {
    /// Another session holds the lock.
    Waits {
        /// Who, as far as is known.
        holder: &'a str,
    },
    /// A file is begun or gone on with.
    Begins {
        /// Its name.
        file: &'a str,
        /// Which of the files of this run, from 1.
        number: usize,
        /// How many files this run has.
        of: usize,
    },
    /// The catalogue shows what became of a statement that a run was stopped in.
    Recovers {
        /// Name of the file.
        file: &'a str,
        /// The statement, from 1.
        statement: usize,
        /// What is done about it.
        how: &'static str,
    },
    /// A lock was not free, or another transaction won: the same again after a pause.
    Retries {
        /// Name of the file.
        file: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// A file is applied.
    Applied(&'a Applied),
    /// The deadline is too near for the next file.
    Stops {
        /// How many files wait.
        pending: usize,
    },
}

/// Who watches.
pub type Watch<'a> = dyn FnMut(Step<'_>) + Send + 'a;

/// Applies the pending files of a directory, with [`Options::default`].
///
/// # Errors
/// As [`apply_with`].
pub async fn apply(client: &mut Client, directory: &Directory) -> Result<Report, Error> {
    apply_with(client, directory, &Options::default(), &mut |_| ()).await
}

/// Applies the pending files of a directory in the order of their versions, one migration at a time per database.
///
/// The session must be the migrator's, on the direct URL, outside a transaction; its settings are reset at the end.
///
/// # Errors
/// When the directory is not valid, another migration holds the lock, the history was changed, or a statement fails: a
/// transaction file leaves nothing behind then, and those before it stay.
pub async fn apply_with(
    client: &mut Client,
    directory: &Directory,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Report, Error> {
    directory.validate()?;
    if let Some(to) = &options.to
        && !directory.files().iter().any(|file| file.version() == to)
    {
        return Err(Error::UnknownVersion { version: to.clone() });
    }
    locked(client, options, watch, async |client, watch| {
        apply_locked(client, directory, options, watch).await
    })
    .await
}

/// Does something while no other migration can run.
pub(crate) async fn locked<T>(
    client: &mut Client,
    options: &Options,
    watch: &mut Watch<'_>,
    work: impl AsyncFnOnce(&mut Client, &mut Watch<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    session::prepare(client, options.role.as_deref(), None).await?;
    let waits = |holder: &str| watch(Step::Waits { holder });
    let outcome = match session::lock(client, options.lock_timeout, waits).await {
        Ok(()) => work(client, watch).await,
        Err(error) => Err(error),
    };
    let released = session::release(client).await;
    let done = outcome?;
    released?;
    Ok(done)
}

async fn apply_locked(
    client: &mut Client,
    directory: &Directory,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Report, Error> {
    let found = revisions::read(client).await?;
    let entries = history::compare(directory, &found);
    history::check(&entries)?;
    let ahead = entries.iter().any(|entry| entry.state == State::Newer);
    let waiting: Vec<_> = entries.iter().filter(|entry| entry.state.waits()).collect();
    let wanted = |entry: &&&Entry<'_>| options.to.as_deref().is_none_or(|to| entry.version <= to);
    let pending: Vec<_> = waiting.iter().filter(wanted).collect();
    let mut report = Report { ahead, ..Report::default() };
    report.already = directory.files().len() - waiting.len();
    report.pending = waiting.len();
    if !pending.is_empty() && found.is_empty() && !options.allow_dirty {
        refuse_foreign(client).await?;
    }
    revisions::create(client).await?;
    for (at, entry) in pending.iter().enumerate() {
        let Some(file) = entry.file else { continue };
        let Some(limit) = limit(options) else {
            watch(Step::Stops { pending: report.pending });
            break;
        };
        session::prepare(client, options.role.as_deref(), limit).await?;
        watch(Step::Begins { file: file.name(), number: at + 1, of: pending.len() });
        let applied = run(client, file, entry, watch).await?;
        watch(Step::Applied(&applied));
        report.applied.push(applied);
        report.pending -= 1;
    }
    Ok(report)
}

async fn run(
    client: &Client,
    file: &File,
    entry: &Entry<'_>,
    watch: &mut Watch<'_>,
) -> Result<Applied, Error> {
    let began = Instant::now();
    let statements = match file.tx_mode() {
        TxMode::File => together::run(client, file, &entry.hash, watch).await?,
        TxMode::None => alone::run(client, file, &entry.hash, entry.revision, watch).await?,
    };
    Ok(Applied { file: file.name().to_owned(), statements, took: began.elapsed() })
}

/// How long a statement of the next file may take; `None` if there is not enough time for it.
fn limit(options: &Options) -> Option<Option<Duration>> {
    let Some(deadline) = options.deadline else { return Some(options.statement_timeout) };
    let left = deadline.saturating_duration_since(Instant::now()).checked_sub(RESERVE)?;
    if left < options.budget {
        return None;
    }
    Some(Some(options.statement_timeout.map_or(left, |limit| limit.min(left))))
}

/// A database with tables that no revision tells of belongs to somebody: the first file must not run into it.
async fn refuse_foreign(client: &Client) -> Result<(), Error> {
    let sql = "
        select pg_catalog.format('%I.%I', n.nspname, c.relname)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and n.nspname not in ('pg_catalog', 'information_schema', 'atlas_schema_revisions')
          and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%'
          and not exists (
            select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
        order by 1 limit 1";
    let fail = |source| Error::Database { doing: "look for tables", source };
    let rows = client.query_typed(sql, &[]).await.map_err(fail)?;
    match rows.first() {
        Some(row) => Err(Error::NotEmpty { relation: row.get(0) }),
        None => Ok(()),
    }
}
