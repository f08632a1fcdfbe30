//! Notices changed sources.
//!
//! It looks twice a second: a few hundred files cost about a millisecond, and it works on every file
//! system, which notifications do not.
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::time::sleep;

const EVERY: Duration = Duration::from_millis(500);

/// What a function is built from, below the root of the checkout.
const SOURCES: [&str; 4] = ["functions", "shared", "Cargo.toml", "Cargo.lock"];

type Seen = BTreeMap<PathBuf, SystemTime>;

/// The state of the sources when they were last looked at.
#[derive(Debug)]
pub(crate) struct Watch {
    root: PathBuf,
    seen: Seen,
}

impl Watch {
    pub(crate) fn new(root: &Path) -> Watch {
        Watch { seen: look(root), root: root.to_owned() }
    }

    /// Waits until a source changed, and then until nothing changes any more: an editor or a
    /// checkout writes many files one after the other.
    pub(crate) async fn changed(&mut self) {
        let mut changed = false;
        loop {
            sleep(EVERY).await;
            let now = look(&self.root);
            let same = now == self.seen;
            self.seen = now;
            if same && changed {
                return;
            }
            changed |= !same;
        }
    }
}

fn look(root: &Path) -> Seen {
    let mut seen = Seen::new();
    for source in SOURCES {
        add(&root.join(source), &mut seen);
    }
    seen
}

fn add(path: &Path, seen: &mut Seen) {
    if let Ok(entries) = fs::read_dir(path) {
        for entry in entries.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_name() != "target" {
                add(&entry.path(), seen);
            }
        }
        return;
    }
    let source = path.extension().is_some_and(|e| e == "rs" || e == "toml" || e == "lock");
    if let (true, Some(changed)) = (source, modified(path)) {
        seen.insert(path.to_owned(), changed);
    }
}

/// When a file was last written; none if there is no such file.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
