//! Files that are added, sealed and moved.

use std::fs;
use std::path::PathBuf;

use crate::{Directory, Error, Renamed, add, hash, rebase, stamp};

struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let path = std::env::temp_dir().join(format!("aruuri-write-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        hash(&path).unwrap();
        Folder(path)
    }

    fn names(&self) -> Vec<String> {
        let directory = Directory::read(&self.0).unwrap();
        directory.validate().unwrap();
        directory.files().iter().map(|file| file.name().to_owned()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn of(files: &[(&str, &str)]) -> Directory {
    Directory::new(files.iter().map(|(name, text)| ((*name).into(), (*text).into())), None)
}

const OLD: (&str, &str) = ("20250101000000_old.sql", "select 1;\n");
const THEIRS: (&str, &str) = ("20250103000000_theirs.sql", "select 2;\n");

#[test]
fn a_version_comes_after_all_others() {
    let now = stamp(&of(&[OLD]));
    assert!(now.len() == 14 && now.as_str() > "20250101000000", "{now}");
    assert_eq!(stamp(&of(&[("29991231235959_far.sql", "")])), "30000101000000");
    assert_eq!(stamp(&of(&[("v9_odd.sql", "")])), "v91");
}

#[test]
fn an_added_file_is_sealed_and_a_broken_seal_is_not_mended_by_it() {
    let folder = Folder::new(&[OLD]);
    let new = |name: &str| [(name.to_owned(), "select 3;\n".to_owned())];

    let added = add(&folder.0, &new("20250102000000_new.sql")).unwrap();
    let twice = add(&folder.0, &new("20250102000000_new.sql")).unwrap_err();
    fs::write(folder.0.join(OLD.0), "select 9;\n").unwrap();
    let broken = add(&folder.0, &new("20250104000000_more.sql")).unwrap_err();

    assert_eq!(added, [folder.0.join("20250102000000_new.sql")]);
    assert!(matches!(twice, Error::Write { .. }), "{twice:?}");
    assert!(matches!(broken, Error::SumMismatch { .. }), "{broken:?}");
    assert!(!folder.0.join("20250104000000_more.sql").exists());
    assert!(hash(&folder.0).unwrap());
    assert!(!hash(&folder.0).unwrap(), "it is right now");
    assert_eq!(folder.names().len(), 2);
}

#[test]
fn files_of_this_branch_move_behind_those_of_the_base() {
    let ours = [("20250102000000_one.sql", "a;\n"), ("20250102000001_two.sql", "b;\n")];
    let folder = Folder::new(&[OLD, THEIRS, ours[0], ours[1]]);
    fs::write(folder.0.join("atlas.sum"), "<<<<<<< HEAD\nh1:\n=======\n>>>>>>> main\n").unwrap();

    let renamed = rebase(&folder.0, &of(&[OLD, THEIRS])).unwrap();
    let again = rebase(&folder.0, &of(&[OLD, THEIRS])).unwrap();

    let names = folder.names();
    assert_eq!(names[..2], [OLD.0, THEIRS.0]);
    assert!(names[2].ends_with("_one.sql") && names[3].ends_with("_two.sql"), "{names:?}");
    let moved = |from: &str, to: &str| Renamed { from: from.into(), to: to.into() };
    assert_eq!(renamed, [moved(ours[0].0, &names[2]), moved(ours[1].0, &names[3])]);
    assert_eq!(fs::read_to_string(folder.0.join(&names[3])).unwrap(), "b;\n");
    assert!(again.is_empty());
}

#[test]
fn a_changed_file_of_the_base_is_not_moved_over() {
    let late = ("20250105000000_late.sql", "select 5;\n");
    let folder = Folder::new(&[OLD, late]);

    let missing = rebase(&folder.0, &of(&[OLD, THEIRS])).unwrap_err();
    let changed = rebase(&folder.0, &of(&[(OLD.0, "select 0;\n")])).unwrap_err();
    let nothing = rebase(&folder.0, &of(&[OLD])).unwrap();

    assert!(matches!(missing, Error::FileMissing { version } if version == "20250103000000"));
    assert!(matches!(changed, Error::HistoryChanged { file, .. } if file == OLD.0));
    assert!(nothing.is_empty());
}
