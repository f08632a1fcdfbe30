//! What `dev --watch` takes for a change.
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::timeout;

use crate::watch::Watch;

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("aruuri-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("functions/a/src")).unwrap();
        fs::create_dir_all(path.join("shared/target")).unwrap();
        Folder(path)
    }

    fn write(&self, file: &str) {
        fs::write(self.0.join(file), file).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a change is seen; the clock is the test's own and jumps.
async fn sees(root: &Path, change: impl FnOnce()) -> bool {
    let mut watch = Watch::new(root);
    change();
    timeout(Duration::from_secs(60), watch.changed()).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_new_changed_or_gone_is_a_change() {
    let folder = Folder::new("watch");
    let source = "functions/a/src/lib.rs";

    assert!(sees(&folder.0, || folder.write(source)).await);
    let written = fs::File::open(folder.0.join(source)).unwrap();
    assert!(sees(&folder.0, || written.set_modified(std::time::UNIX_EPOCH).unwrap()).await);
    assert!(sees(&folder.0, || fs::remove_file(folder.0.join(source)).unwrap()).await);
    assert!(sees(&folder.0, || folder.write("Cargo.toml")).await);
}

#[tokio::test(start_paused = true)]
async fn what_no_function_is_built_from_is_none() {
    let folder = Folder::new("no-watch");

    for file in ["functions/notes.md", "shared/target/a.rs", "shared/.hidden.rs", "README.md"] {
        assert!(!sees(&folder.0, || folder.write(file)).await, "{file}");
    }
}
