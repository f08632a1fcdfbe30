//! One consistent look at the catalogs.

use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::{Facts, read};
use crate::error::Error;

/// Reads what the database holds, apart from rows: catalogs only, in one read-only snapshot.
///
/// Objects of extensions, of the system and of the schema of revisions are left out. Read as the role that runs
/// migrations: an object of another owner carries that as a fact.
///
/// # Errors
/// When the database does not answer.
pub async fn inspect(client: &mut Client) -> Result<Facts, Error> {
    let doing = |source| Error::Database { doing: "read the catalogs", source };
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(doing)?;
    let facts = read::all(&transaction).await.map_err(doing)?;
    transaction.rollback().await.map_err(doing)?;
    Ok(facts)
}

/// The same inside a transaction of the caller's, whose settings change until its end: what it sees is what it has done.
///
/// # Errors
/// When the database does not answer.
pub async fn read_in(transaction: &Transaction<'_>) -> Result<Facts, Error> {
    let doing = |source| Error::Database { doing: "read the catalogs", source };
    read::all(transaction).await.map_err(doing)
}
