use std::{collections::BTreeSet, path::Path};

use super::{ROWS, document, requests};

#[test]
fn the_document_is_what_the_rows_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();

    let written = std::fs::read_to_string(requests::document(root)).unwrap();

    assert_eq!(written, document::text(), "run `cargo aruuri failures --write`");
}

#[test]
fn every_row_has_a_name_of_its_own_and_an_answer_that_the_api_knows() {
    let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();

    assert_eq!(names.len(), ROWS.len());
    for row in ROWS {
        assert!(!row.wanted.is_empty(), "{} asks nothing", row.name);
        for (request, wanted) in row.wanted {
            assert!(*wanted.status().start() >= 200, "{} {}", row.name, request.name());
        }
    }
}
