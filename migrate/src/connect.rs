//! A session of the migrator on the direct URL.

use db::Url;
use tokio_postgres::Client;

use crate::error::Error;

/// A setting of our own that travels with the log-in: a pooler refuses it, or gives a session that does not have it.
const PROBE: &str = "aruuri.direct";

/// Opens a session for migrations, and refuses one that comes through a pooler.
///
/// # Errors
/// [`Error::Pooled`] behind a pooler; [`Error::Connect`] when the URL cannot be used or the server not reached.
pub async fn connect(url: &Url) -> Result<Client, Error> {
    // Neon's poolers carry it in the host's name; asking one would only give a stranger error.
    if url.place().is_ok_and(|place| place.host.split('.').any(|name| name.ends_with("-pooler"))) {
        return Err(Error::Pooled);
    }
    let client = db::connect(&url.with_setting(PROBE, "yes"), "aruuri migrate").await;
    let client = client.map_err(|source| {
        let refused = source.db().is_some_and(|fault| {
            fault.code().code() == "08P01" && fault.message().contains("startup parameter")
        });
        if refused { Error::Pooled } else { Error::Connect { source } }
    })?;
    let found = client
        .query_typed(&format!("select coalesce(current_setting('{PROBE}', true), '')"), &[])
        .await
        .map_err(|source| Error::Database { doing: "look at the session", source })?;
    match found.first().map(|row| row.get::<_, String>(0)) {
        Some(value) if value == "yes" => Ok(client),
        _ => Err(Error::Pooled),
    }
}
