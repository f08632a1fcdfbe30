//! The documents that are made from the wanted tables.
use std::collections::BTreeMap;

use db::Domain;
use migrate::{export, outline::Outline};

use crate::{
    routes::root_of_this_crate,
    schema::{differing, files, outline},
};

async fn outlines() -> BTreeMap<&'static str, Outline> {
    let running = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
    let mut outlines = BTreeMap::new();
    for domain in Domain::ALL {
        let outline = outline(&running, domain, &root_of_this_crate()).await;
        outlines
            .insert(domain.name(), outline.unwrap_or_else(|failure| panic!("{}", failure.text())));
    }
    outlines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_the_schema_are_up_to_date() {
    let differing = differing(&root_of_this_crate(), &files(&outlines().await)).unwrap();

    assert!(
        differing.is_empty(),
        "docs/schema differs ({differing:?}); run cargo aruuri schema export --write"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_has_every_table_and_every_reference() {
    let outline = &outlines().await["finance"];
    let references: usize = outline.tables.iter().map(|table| table.references.len()).sum();
    let (mermaid, dot) = (export::mermaid(outline), export::dot(outline));
    let (dbml, svg) = (export::dbml(outline), export::svg(outline, "finance"));
    let count = |text: &str, part: &str| text.matches(part).count();

    let tables = outline.tables.len();
    assert_eq!((count(&mermaid, "\" {\n"), count(&mermaid, "--o")), (tables, references));
    assert_eq!((count(&dot, "label=<<table"), count(&dot, "\" -> \"")), (tables, references));
    assert_eq!((count(&dbml, "Table \""), count(&dbml, "\nRef ")), (tables, references));
    assert_eq!((count(&svg, "<g><title>"), count(&svg, "marker-end")), (tables, references));
}
