//! What is written from routes: for the real ones the tree is compared, for samples the texts are looked into.
mod documents;
mod rules;
mod samples;
mod tree;

use std::{fs, path::Path};

use db::Domain;

use crate::routes::{all, audit, compare, differences, files, jobs, modules, root_of_this_crate};

#[test]
fn the_tree_holds_what_the_routes_say() {
    let differing = compare(&root_of_this_crate(), &files(&all(), &jobs())).unwrap();

    assert!(differing.is_empty(), "\n{}", differences(&differing));
}

#[test]
fn every_route_keeps_the_rules() {
    let findings = audit(&all(), &jobs());

    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn every_module_with_statements_is_recorded() {
    fn collect(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, found);
            } else if fs::read_to_string(&path).unwrap().lines().any(|line| line == "statements! {")
            {
                found.push(path.file_stem().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    for domain in Domain::ALL {
        let folder = root_of_this_crate().join("functions").join(domain.name()).join("src");
        let mut found = Vec::new();
        collect(&folder, &mut found);
        found.sort();

        let recorded: Vec<&str> = modules(domain).iter().map(|(module, _)| *module).collect();

        assert_eq!(recorded, found, "NAMED in functions/{}/src/sql/mod.rs", domain.name());
    }
}
