//! What is written from routes: for the real ones the tree is compared, for samples the texts are looked into.
mod documents;
mod rules;
mod samples;
mod tree;

use crate::routes::{all, audit, compare, differences, files, root_of_this_crate};

#[test]
fn the_tree_holds_what_the_routes_say() {
    let differing = compare(&root_of_this_crate(), &files(&all())).unwrap();

    assert!(differing.is_empty(), "\n{}", differences(&differing));
}

#[test]
fn every_route_keeps_the_rules() {
    let findings = audit(&all());

    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}
