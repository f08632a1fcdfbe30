use db::Domain;
use testdb::{App, wrong_examples};

use crate::{ROUTES, sql};

mod access;
mod api_tokens;
mod at_once;
mod audit_logs;
mod companies;
mod contacts;
mod departments;
mod forgetting;
pub(crate) mod identity;
mod invitations;
mod leads;
mod mail;
mod roles;
mod settings;
mod trail;
mod unrouted;
mod within_departments;

#[tokio::test]
async fn statements_and_constraint_names_match_the_schema() {
    let app = App::empty(Domain::Platform).await;

    let wrong = app
        .wrong_statements(&[
            sql::events::ALL,
            sql::accounts::ALL,
            sql::api_tokens::ALL,
            sql::audit_logs::ALL,
            sql::companies::ALL,
            sql::contacts::ALL,
            sql::departments::ALL,
            sql::identity::ALL,
            sql::invitations::ALL,
            sql::leads::ALL,
            sql::mail::ALL,
            sql::roles::ALL,
            sql::sessions::ALL,
            sql::settings::ALL,
        ])
        .await;
    let unknown = app.unknown_constraints(env!("CARGO_MANIFEST_DIR")).await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_statement_about_what_belongs_to_departments_asks_of_which() {
    let all = [
        ("contacts", sql::contacts::NAMED, &["INSERT"][..]),
        ("leads", sql::leads::NAMED, &[]),
        // Companies belong to nobody, what people are in them belongs to the people.
        (
            "companies",
            sql::companies::NAMED,
            &["NEWEST", "OLDEST", "FIND", "INSERT", "UPDATE", "DELETE", "RESTORE", "MERGE"],
        ),
    ];
    for (module, statements, of_nobody) in all {
        for (name, statement) in statements {
            let scoped = statement.is_scoped() != of_nobody.contains(name);
            assert!(scoped, "{module}::{name}: take a db::Departments");
        }
    }
}

#[tokio::test]
async fn every_example_gets_the_status_it_names() {
    assert_eq!(wrong_examples(Domain::Platform, ROUTES).await, Vec::<String>::new());
}
