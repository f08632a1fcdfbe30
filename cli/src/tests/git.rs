//! Which migrations are new, as git tells.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use db::Domain;
use migrate::Directory;

use crate::migrate::{git, lint::new_files};

/// A repository that is removed at the end of its test.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Repository {
        let path = std::env::temp_dir().join(format!("aruuri-git-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("migrations/finance")).unwrap();
        let repository = Repository(path);
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    fn git(&self, arguments: &[&str]) {
        let done = Command::new("git")
            .arg("-C")
            .arg(&self.0)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "git {arguments:?}: {done:?}");
    }

    /// Adds a migration, and commits it if that is said.
    fn add(&self, name: &str, commit: bool) {
        fs::write(self.0.join("migrations/finance").join(name), "select 1;\n").unwrap();
        if commit {
            self.git(&["add", "-A"]);
            self.git(&["commit", "-qm", name]);
        }
    }

    fn new_files(&self, latest: Option<usize>, base: Option<&str>) -> Vec<String> {
        let directory = Directory::read(self.0.join("migrations/finance")).unwrap();
        let new = new_files(&self.0, Domain::Finance, &directory, latest, base).unwrap();
        new.into_iter().collect()
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_files_that_main_does_not_have_are_new() {
    let repository = Repository::new("branch");
    repository.add("1_a.sql", true);
    repository.git(&["checkout", "-qb", "topic"]);
    repository.add("2_b.sql", true);
    repository.add("3_c.sql", false);

    assert_eq!(repository.new_files(None, None), ["2_b.sql", "3_c.sql"]);
    assert_eq!(repository.new_files(Some(1), None), ["3_c.sql"]);
    assert_eq!(repository.new_files(None, Some("topic")), ["3_c.sql"]);
}

#[test]
fn what_main_got_since_the_branch_began_is_not_taken_from_it() {
    let repository = Repository::new("fork");
    repository.add("1_a.sql", true);
    repository.git(&["checkout", "-qb", "topic"]);
    repository.add("3_c.sql", true);
    repository.git(&["checkout", "-q", "main"]);
    repository.add("2_b.sql", true);
    repository.git(&["checkout", "-q", "topic"]);

    assert_eq!(repository.new_files(None, None), ["3_c.sql"]);
}

#[test]
fn where_nothing_is_new_or_git_knows_nothing_it_is_the_last_file() {
    let repository = Repository::new("last");
    repository.add("1_a.sql", false);
    repository.add("2_b.sql", false);
    assert_eq!(repository.new_files(None, None), ["2_b.sql"]);

    repository.add("2_b.sql", true);
    assert_eq!(repository.new_files(None, None), ["2_b.sql"]);
}

#[test]
fn files_of_an_earlier_revision_are_read_from_git() {
    let repository = Repository::new("earlier");
    repository.add("1_a.sql", true);
    repository.add("2_b.sql", true);
    let at = |path: &str| git::file(Path::new(&repository.0), "HEAD^", path).unwrap();

    let base = git::migrations(&repository.0, "HEAD^", Domain::Finance).unwrap();

    assert_eq!(base.files().iter().map(|file| file.name()).collect::<Vec<_>>(), ["1_a.sql"]);
    assert_eq!(at("migrations/finance/1_a.sql").as_deref(), Some("select 1;\n"));
    assert_eq!(at("migrations/finance/2_b.sql"), None);
    let failure = git::commit(&repository.0, "nowhere").unwrap_err().text();
    assert!(failure.contains("there is no such revision"), "{failure}");
}
