//! The proof: what it accepts, and what it must not.

use std::path::PathBuf;

use db::Domain;
use stack::Running;

use super::support::{directory, migrations, root};
use crate::Schema;
use crate::proof::{Finding, Proof, Subject, newest, verify};

pub(super) async fn running() -> Running {
    tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap()
}

const FIRST: &str = "\
create schema app;
create table app.users (id int primary key, name text not null, nick text unique, age int check (age > 17));
create table app.notes (id int primary key, user_id int not null references app.users (id), note text);
";

/// Proves a directory of the first file above and another one, with the schema that both should make.
async fn prove(second: &str, schema: &str) -> Proof {
    let directory = directory(&[("1_first.sql", FIRST), ("2_second.sql", second)]);
    let schema = Schema::new([("all.sql".to_owned(), schema.to_owned())]);
    let running = running().await;
    let subject = Subject {
        running: &running,
        domain: Domain::Content,
        directory: &directory,
        schema: &schema,
        seeds: None,
    };
    verify(&subject, newest(&directory), &mut |_| ()).await.unwrap()
}

fn texts(proof: &Proof) -> Vec<String> {
    proof.findings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_right_migration_is_proven_with_rows_in_every_table() {
    let second = "alter table app.users add column email text;\n";

    let proof =
        prove(second, &FIRST.replace("nick text unique,", "nick text unique, email text,")).await;

    assert!(proof.findings.is_empty(), "{:?}", texts(&proof));
    assert!(proof.dumped);
    let [witnessed] = &proof.witnessed[..] else { panic!("{:?}", proof.witnessed) };
    assert_eq!(witnessed.file, "2_second.sql");
    let rows = witnessed.witnesses.rows.iter().map(|(name, count)| (name.as_str(), *count));
    assert_eq!(rows.collect::<Vec<_>>(), [("app.notes", 2), ("app.users", 2)]);
}

#[tokio::test]
async fn a_migration_that_does_less_than_the_schema_is_named() {
    let proof = prove("select 1;\n", &FIRST.replace("note text", "note text, seen boolean")).await;

    let texts = texts(&proof);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(
        texts[0].contains("column app.notes.seen is in the schema, but no migration makes it"),
        "{texts:?}"
    );
    assert!(proof.findings[0].is_about_state());
}

#[tokio::test]
async fn a_dropped_column_is_a_loss_unless_the_file_says_why() {
    let schema = FIRST.replace(", note text", "");
    let drop = "alter table app.notes drop column note;\n";
    let allowed = format!("-- aruuri:allow-loss app.notes.note nobody reads it\n\n{drop}");
    let unexplained = format!("-- aruuri:allow-loss app.notes.note\n\n{drop}");

    let (refused, accepted, silent) =
        tokio::join!(prove(drop, &schema), prove(&allowed, &schema), prove(&unexplained, &schema));

    assert_eq!(
        texts(&refused),
        ["2_second.sql loses app.notes.note: column dropped with its values"]
    );
    assert!(accepted.findings.is_empty(), "{:?}", texts(&accepted));
    assert_eq!(silent.findings.len(), 1);
}

#[tokio::test]
async fn a_column_that_is_renamed_keeps_its_values_and_one_that_is_replaced_does_not() {
    let schema = FIRST.replace("nick text", "handle text").replace("app.users", "app.people");
    let rename = "alter table app.users rename column nick to handle;\nalter table app.users rename to people;\n\
        alter table app.people rename constraint users_nick_key to people_handle_key;\n\
        alter table app.people rename constraint users_pkey to people_pkey;\n\
        alter table app.people rename constraint users_age_check to people_age_check;\n";
    let replace = "update app.users set name = upper(name);\n";

    let (renamed, replaced) = tokio::join!(prove(rename, &schema), prove(replace, FIRST));

    assert!(renamed.findings.is_empty(), "{:?}", texts(&renamed));
    assert_eq!(
        texts(&replaced),
        ["2_second.sql loses app.users.name: value changed in 2 of 2 rows"]
    );
}

#[tokio::test]
async fn a_column_that_rows_cannot_have_is_refused() {
    let second = "alter table app.users add column email text not null;\n";

    let proof = prove(
        second,
        &FIRST.replace("nick text unique,", "nick text unique, email text not null,"),
    )
    .await;

    let [finding @ Finding::Refused { .. }] = &proof.findings[..] else {
        panic!("{:?}", texts(&proof))
    };
    let text = finding.to_string();
    assert!(text.contains("2_second.sql:1:1") && text.contains("23502"), "{text}");
    assert!(!finding.is_about_state());
}

#[tokio::test]
async fn objects_that_nobody_understands_are_an_error() {
    let second = "create rule silent as on update to app.notes do instead nothing;\n";

    let proof = prove(second, &format!("{FIRST}{second}")).await;

    assert!(matches!(proof.findings[..], [Finding::Unmodelled { .. }, Finding::Unmodelled { .. }]));
}

#[tokio::test]
async fn the_migrations_of_every_domain_are_proven() {
    let running = running().await;
    for domain in Domain::ALL {
        let name = domain.name();
        let directory = migrations(name);
        let schema = Schema::read(root().join("schema").join(name)).unwrap();
        let seeds: PathBuf = root().join("seeds").join(name);
        let subject = Subject {
            running: &running,
            domain,
            directory: &directory,
            schema: &schema,
            seeds: Some(&seeds),
        };

        let proof = verify(&subject, newest(&directory), &mut |_| ()).await.unwrap();

        assert!(proof.findings.is_empty(), "{name}: {:#?}", texts(&proof));
    }
}
