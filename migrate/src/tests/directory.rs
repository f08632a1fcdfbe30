use super::support::{directory, migrations};
use crate::{Directory, Error, TxMode};

#[test]
fn the_committed_directories_are_valid() {
    for domain in ["platform", "projects", "finance", "content"] {
        migrations(domain).validate().unwrap();
    }
}

#[test]
fn version_and_description_come_from_the_name() {
    let files = [("20250101000000_add_tags.sql", ""), ("20250102000000.sql", "")];
    let directory = directory(&files);
    let names: Vec<_> =
        directory.files().iter().map(|file| (file.version(), file.description())).collect();
    assert_eq!(names, [("20250101000000", "add_tags"), ("20250102000000", "")]);
}

#[test]
fn a_directive_counts_only_above_an_empty_line() {
    let mode = |text: &str| directory(&[("1_a.sql", text)]).files()[0].tx_mode();
    assert_eq!(mode("-- atlas:txmode none\n\nselect 1;"), TxMode::None);
    assert_eq!(mode("-- why\n-- atlas:txmode none\n\nselect 1;"), TxMode::None);
    assert_eq!(mode("-- atlas:txmode none\n"), TxMode::None);
    assert_eq!(mode("-- atlas:txmode file\n\nselect 1;"), TxMode::File);
    assert_eq!(mode("-- atlas:txmode none\nselect 1;"), TxMode::File);
    assert_eq!(mode("select 1; -- atlas:txmode none\n\n"), TxMode::File);
}

#[test]
fn what_cannot_be_applied_is_refused_before_anything_runs() {
    let check = |text: &str| directory(&[("1_a.sql", text)]).validate();
    for directive in ["delimiter", "import ../b", "txtar", "txmode all"] {
        match check(&format!("-- atlas:{directive}\n\nselect 1;")) {
            Err(Error::Directive { file, directive: found }) => {
                assert_eq!((file.as_str(), found), ("1_a.sql", format!("atlas:{directive}")));
            }
            other => panic!("{directive}: {other:?}"),
        }
    }
    for word in ["begin", "COMMIT", "Rollback", "start transaction", "savepoint a", "end"] {
        match check(&format!("select 1;\n\n{word};")) {
            Err(Error::TransactionControl { line, .. }) => assert_eq!(line, 3, "{word}"),
            other => panic!("{word}: {other:?}"),
        }
    }
    check("-- atlas:nolint DS102\n\ncreate function f() returns int as $$ begin; end $$;").unwrap();
    let twice = directory(&[("1_a.sql", ""), ("1_b.sql", "")]).validate();
    assert!(matches!(twice, Err(Error::DuplicateVersion { version }) if version == "1"));
    let latin = [("1_a.sql".to_owned(), vec![b'-', b'-', 0xfc])];
    let sum = Directory::new(latin.clone(), None).sum();
    let refused = Directory::new(latin, Some(sum)).validate();
    assert!(matches!(refused, Err(Error::NotUtf8 { file }) if file == "1_a.sql"));
}

#[test]
fn line_ends_that_a_checkout_may_change_are_named() {
    let files = [("1_a.sql", "select 1;\nselect 2;\r\n")];

    let sealed = directory(&files).validate().unwrap_err();

    assert!(matches!(&sealed, Error::LineEnds { file, line: 2 } if file == "1_a.sql"), "{sealed}");
    assert!(sealed.to_string().contains(".gitattributes"), "{sealed}");
}
