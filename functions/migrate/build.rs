//! Packs the committed migrations, so that the function carries exactly those it was built with.

use std::{env, fs, path::Path};

use miniz_oxide::deflate::compress_to_vec;

const DOMAINS: [&str; 4] = ["platform", "projects", "finance", "content"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    let out = env::var("OUT_DIR")?;
    for domain in DOMAINS {
        let folder = root.join(domain);
        // Of the folder too: a file may be added or removed.
        println!("cargo:rerun-if-changed={}", folder.display());
        let mut names: Vec<_> = fs::read_dir(&folder)?
            .map(|entry| Ok(entry?.file_name().into_string().map_err(|_| "a name is not UTF-8")?))
            .collect::<Result<_, Box<dyn std::error::Error>>>()?;
        names.retain(|name| name.ends_with(".sql") || name == "atlas.sum");
        names.sort();
        let mut packed = Vec::new();
        for name in names {
            let path = folder.join(&name);
            println!("cargo:rerun-if-changed={}", path.display());
            let bytes = fs::read(path)?;
            packed.extend_from_slice(format!("{name}\n{}\n", bytes.len()).as_bytes());
            packed.extend_from_slice(&bytes);
        }
        fs::write(Path::new(&out).join(domain), compress_to_vec(&packed, 9))?;
    }
    Ok(())
}
