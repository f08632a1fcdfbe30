//! The wanted schema as one text.

use std::fs;
use std::path::Path;

use crate::directory::sql_files;
use crate::error::Error;

/// The `*.sql` files of a schema directory, one after the other in path order, an empty line between two.
///
/// # Errors
/// When a file cannot be read.
pub fn concatenate(path: impl AsRef<Path>) -> Result<String, Error> {
    let path = path.as_ref();
    let texts = sql_files(path)?
        .into_iter()
        .map(|name| {
            let file = path.join(name);
            fs::read_to_string(&file).map_err(|source| Error::Read { path: file, source })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("\n"))
}
