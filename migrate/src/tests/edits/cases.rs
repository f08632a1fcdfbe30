//! The edits, a few databases for many of them.

use super::{Bench, Edit, columns, objects, relations};

async fn no_faults(edits: &[Edit]) {
    let mut bench = Bench::new().await;
    let mut faults = String::new();
    let only = std::env::var("EDIT").unwrap_or_default();
    for edit in edits.iter().filter(|edit| edit.name.contains(&only)) {
        faults.push_str(&bench.faults(edit).await);
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[tokio::test]
async fn edits_of_columns_are_planned_right() {
    no_faults(columns::EDITS).await;
}

#[tokio::test]
async fn edits_of_tables_and_views_are_planned_right() {
    no_faults(relations::EDITS).await;
}

#[tokio::test]
async fn edits_of_other_objects_are_planned_right() {
    no_faults(objects::EDITS).await;
}
