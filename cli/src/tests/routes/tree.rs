//! Writing into a folder and comparing with it.
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::samples::{JOBS, SAMPLES};
use crate::routes::{State, compare, files, write};

/// An empty folder that goes away with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name =
            format!("aruuri-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_was_written_is_up_to_date() {
    let folder = Folder::new();
    let files = files(SAMPLES, JOBS);

    let changed = write(&folder.0, &files).unwrap();

    assert_eq!(changed.len(), files.len());
    assert_eq!(compare(&folder.0, &files).unwrap(), []);
    assert_eq!(write(&folder.0, &files).unwrap(), []);
}

#[test]
fn a_changed_a_missing_and_a_stale_file_are_told_apart() {
    let folder = Folder::new();
    let files = files(SAMPLES, JOBS);
    write(&folder.0, &files).unwrap();
    fs::remove_file(folder.0.join("template.yaml")).unwrap();
    folder.put("openapi.json", "{}");
    folder.put("events/gone/good.json", "{}");
    folder.put("templates/gone.yaml", "# Written by `cargo aruuri routes write`; do not edit.\n");
    folder.put("templates/by-hand.yaml", "# Ours.\n");

    let found = compare(&folder.0, &files).unwrap();

    let found: Vec<(&Path, State)> = found.iter().map(|it| (it.path.as_path(), it.state)).collect();
    assert_eq!(
        found,
        [
            (Path::new("events/gone/good.json"), State::Stale),
            (Path::new("openapi.json"), State::Different),
            (Path::new("template.yaml"), State::Missing),
            (Path::new("templates/gone.yaml"), State::Stale),
        ]
    );
}

#[test]
fn the_binary_and_events_of_a_removed_route_go_and_hand_made_files_stay() {
    let folder = Folder::new();
    write(&folder.0, &files(SAMPLES, JOBS)).unwrap();
    folder.put("functions/content/src/bin/by-hand.rs", "fn main() {}\n");
    folder.put("events/README.md", "Events.\n");

    write(&folder.0, &files(&SAMPLES[..2], &[])).unwrap();

    assert!(!folder.0.join("functions/content/src/bin/content-list-samples.rs").exists());
    assert!(!folder.0.join("events/content-list-samples").exists());
    assert!(folder.0.join("functions/content/src/bin/by-hand.rs").exists());
    assert!(folder.0.join("functions/platform/src/bin/platform-live.rs").exists());
    assert!(folder.0.join("events/README.md").exists());
}

#[test]
fn every_file_says_first_that_it_is_written() {
    for (path, text) in files(SAMPLES, JOBS) {
        let head: String = text.lines().take(12).collect();

        assert!(
            head.contains("Written by `cargo aruuri routes write`; do not edit.")
                || path.starts_with("events"),
            "{}",
            path.display()
        );
    }
}
