//! Writes the first migration of each domain from `schema/<domain>`, and `atlas.sum` of each domain.

use std::fs;
use std::path::Path;

use migrate::{Directory, concatenate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for domain in ["platform", "projects", "finance", "content"] {
        let migrations = root.join("migrations").join(domain);
        let first = concatenate(root.join("schema").join(domain))?;
        fs::write(migrations.join("20261121000000_first.sql"), first)?;
        let directory = Directory::read(&migrations)?;
        fs::write(migrations.join("atlas.sum"), directory.sum())?;
    }
    Ok(())
}
