use crate::{Change, Directory, Error};

const INIT: (&str, &str) = (
    "20250101000000_init.sql",
    "-- Create \"tags\" table\nCREATE TABLE tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);\n",
);
const SEED: (&str, &str) =
    ("20250101120000_seed.sql", "-- atlas:sum ignore\nINSERT INTO tags (name) VALUES ('a');\n");
const INDEX: (&str, &str) = (
    "20250102000000_index.sql",
    "-- atlas:txmode none\n\n-- Create index \"tags_lower_idx\" to table: \"tags\"\nCREATE INDEX CONCURRENTLY tags_lower_idx ON tags (lower(name));\n",
);
const SUM: &str = "\
h1:u1jHkvgBKjjHzcVsUs9tbjnxLsr/a9mxj2Alhmu+qto=
20250101000000_init.sql h1:TOBCZnLRvnshJvdb1ddNo+bTvrZYJV3rjeH1yE1iWgo=
20250102000000_index.sql h1:HbZ8C8Fs1hoymo1GsRtX3u3latuyCwKsbDsNDwI6PcY=
";

fn of(files: &[(&str, &str)], sum: Option<&str>) -> Directory {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    Directory::new(files, sum.map(str::to_owned))
}

/// Line, file and change that a directory is refused for.
fn mismatch(files: &[(&str, &str)], sum: &str) -> (usize, String, Change) {
    match of(files, Some(sum)).validate() {
        Err(Error::SumMismatch { line, file, change }) => (line, file, change),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sum_is_that_of_atlas_byte_for_byte() {
    assert_eq!(of(&[INDEX, INIT], None).sum(), SUM);
    of(&[INIT, INDEX], Some(SUM)).validate().unwrap();
}

#[test]
fn an_ignored_file_counts_by_its_name_only() {
    let sum = of(&[INIT, SEED, INDEX], None).sum();
    let lines: Vec<&str> = sum.lines().collect();

    assert_eq!(lines[0], "h1:vsRrV3hr1txk4qMcPP0hSjZ0X3OVMaiv1UFvFp2gf7U=");
    assert_eq!(
        lines[2],
        "20250102000000_index.sql h1:8TCiaOXc82PHfSJBZOSSBsX4lj3tgf6+S906T4pN9eo="
    );
    assert_eq!(lines.len(), 3);
    let edited = (SEED.0, "-- atlas:sum ignore\nINSERT INTO tags (name) VALUES ('b');\n");
    assert_eq!(of(&[INIT, edited, INDEX], None).sum(), sum);
}

#[test]
fn an_empty_directory_needs_no_sum() {
    let empty = of(&[], None);
    assert_eq!(empty.sum(), "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    empty.validate().unwrap();
    assert!(matches!(of(&[INIT], None).validate(), Err(Error::SumMissing)));
}

#[test]
fn a_changed_directory_is_refused_at_the_line_that_changed() {
    let edited = (INIT.0, "CREATE TABLE tags (id uuid PRIMARY KEY);\n");
    assert_eq!(mismatch(&[edited, INDEX], SUM), (2, INIT.0.to_owned(), Change::Edited));

    let windows = INDEX.1.replace('\n', "\r\n");
    let windows = of(&[INIT, (INDEX.0, windows.as_str())], Some(SUM)).validate();
    assert!(matches!(windows, Err(Error::LineEnds { file, line: 1 }) if file == INDEX.0));

    let between = ("20250101000001_more.sql", "SELECT 1;\n");
    assert_eq!(mismatch(&[INIT, between, INDEX], SUM), (3, between.0.to_owned(), Change::Added));
    let after = ("20250103000000_more.sql", "SELECT 1;\n");
    assert_eq!(mismatch(&[INIT, INDEX, after], SUM), (4, after.0.to_owned(), Change::Added));

    assert_eq!(mismatch(&[INDEX], SUM), (2, INIT.0.to_owned(), Change::Removed));
    assert_eq!(mismatch(&[INIT], SUM), (3, INDEX.0.to_owned(), Change::Removed));
}

#[test]
fn a_damaged_sum_is_refused() {
    for (sum, line) in [
        ("", 1),
        ("u1jHkvgBKjjHzcVsUs9tbjnxLsr/a9mxj2Alhmu+qto=\n", 1),
        (&SUM.replace("u1jH", "u1jI"), 1),
        (&SUM.replace("TOBC", "TOBD"), 1),
        (&SUM.replace("init.sql h1:", "init.sql "), 2),
    ] {
        match of(&[INIT, INDEX], Some(sum)).validate() {
            Err(Error::SumFormat { line: found }) => assert_eq!(found, line, "{sum}"),
            other => panic!("{sum}: {other:?}"),
        }
    }
}
