//! The catalogs, one query per kind.

use tokio_postgres::{Error, Transaction};

use super::Facts;

/// Everything; the transaction's settings are changed.
pub(super) async fn all(transaction: &Transaction<'_>) -> Result<Facts, Error> {
    transaction.batch_execute("set local search_path = ''").await?;
    Ok(Facts::empty("postgres"))
}
