//! Loads demo data: SQL files that may be loaded again and again.

use std::fs;
use std::path::Path;

use tokio_postgres::Client;

use crate::directory::sql_files;
use crate::error::Error;
use crate::run::run;
use crate::split::split;

/// A seed file that was loaded.
#[derive(Debug)]
pub struct Seeded {
    /// Its name.
    pub file: String,
    /// How many statements it has.
    pub statements: usize,
    /// How many rows they wrote; 0 when everything was there already.
    pub rows: u64,
}

/// Loads the `*.sql` files of a directory in the order of their names, each in one transaction.
///
/// The session must be the migrator's, outside a transaction. Nothing is written twice: the files see to that.
///
/// # Errors
/// When a file cannot be read or a statement fails; files before it stay loaded.
pub async fn seed(client: &Client, path: impl AsRef<Path>) -> Result<Vec<Seeded>, Error> {
    let path = path.as_ref();
    let fail = |source| Error::Database { doing: "begin or commit a seed file", source };
    let mut seeded = Vec::new();
    for file in sql_files(path)? {
        let sql = fs::read_to_string(path.join(&file))
            .map_err(|source| Error::Read { path: path.join(&file), source })?;
        client.batch_execute("begin").await.map_err(fail)?;
        match run(client, &file, &sql).await {
            Ok(rows) => {
                client.batch_execute("commit").await.map_err(fail)?;
                seeded.push(Seeded { file, statements: split(&sql).len(), rows });
            }
            Err(error) => {
                // The first error is the one to report.
                let _ = client.batch_execute("rollback").await;
                return Err(error);
            }
        }
    }
    Ok(seeded)
}
