use db::Domain;
use testdb::{App, wrong_examples};

use crate::{ROUTES, sql};

mod categories;
mod events;
mod posts;
mod trail;

#[tokio::test]
async fn statements_and_constraint_names_match_the_schema() {
    let app = App::empty(Domain::Content).await;

    let wrong =
        app.wrong_statements(&[sql::categories::ALL, sql::events::ALL, sql::posts::ALL]).await;
    let unknown = app.unknown_constraints(env!("CARGO_MANIFEST_DIR")).await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(unknown, Vec::<String>::new());
}

#[tokio::test]
async fn every_example_gets_the_status_it_names() {
    assert_eq!(wrong_examples(Domain::Content, ROUTES).await, Vec::<String>::new());
}
