use db::Domain;
use testdb::{App, wrong_examples};

use crate::{ROUTES, sql};

mod events;
mod forgetting;
mod projects;
mod themes;
mod trail;

#[tokio::test]
async fn statements_and_constraint_names_match_the_schema() {
    let app = App::empty(Domain::Projects).await;

    let wrong =
        app.wrong_statements(&[sql::events::ALL, sql::projects::ALL, sql::themes::ALL]).await;
    let unknown = app.unknown_constraints(env!("CARGO_MANIFEST_DIR")).await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(unknown, Vec::<String>::new());
}

#[tokio::test]
async fn every_example_gets_the_status_it_names() {
    assert_eq!(wrong_examples(Domain::Projects, ROUTES).await, Vec::<String>::new());
}
