use db::Domain;
use testdb::{App, wrong_examples};

use crate::{ROUTES, sql};

mod bank;
mod books;
mod contributions;
mod contributors;
mod conversions;
mod disbursements;
mod gift_aid;
mod golden;
mod grants;
mod guards;
mod jobs;
mod mandates;
mod opening;
mod partner_bank_accounts;
mod processor_balances;
mod processors;
mod property;
mod proposals;
mod refusals;
mod repeated;
mod statements;
mod tax_identities;
mod trade;
mod trail;
mod webhooks;

#[tokio::test]
async fn statements_and_constraint_names_match_the_schema() {
    let app = App::empty(Domain::Finance).await;

    let lists = [
        sql::events::ALL,
        sql::allocations::ALL,
        sql::audit::ALL,
        sql::bank::ALL,
        sql::bank_lines::ALL,
        sql::books::ALL,
        sql::claims::ALL,
        sql::contributors::ALL,
        sql::contributions::ALL,
        sql::conversions::ALL,
        sql::disbursements::ALL,
        sql::gift_aid::ALL,
        sql::grants::ALL,
        sql::invoices::ALL,
        sql::ledger::ALL,
        sql::mandates::ALL,
        sql::opening::ALL,
        sql::partner_bank_accounts::ALL,
        sql::processors::ALL,
        sql::products::ALL,
        sql::proposals::ALL,
        sql::quotes::ALL,
        sql::refunds::ALL,
        sql::sellers::ALL,
        sql::settlements::ALL,
        sql::small_donations::ALL,
        sql::tax_identities::ALL,
        sql::webhooks::ALL,
    ];
    let wrong = app.wrong_statements(&lists).await;
    let unknown = app.unknown_constraints(env!("CARGO_MANIFEST_DIR")).await;

    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(unknown, Vec::<String>::new());
}

#[tokio::test]
async fn every_example_gets_the_status_it_names() {
    assert_eq!(wrong_examples(Domain::Finance, ROUTES).await, Vec::<String>::new());
}

#[test]
fn every_statement_that_shows_gifts_or_givers_asks_whose() {
    for (module, statements) in
        [("contributions", sql::contributions::NAMED), ("contributors", sql::contributors::NAMED)]
    {
        for (name, statement) in statements {
            let reads = ["NEWEST", "OLDEST", "FIND"].contains(name);
            assert!(!reads || statement.is_scoped(), "{module}::{name}: take a db::Scope");
        }
    }
}
