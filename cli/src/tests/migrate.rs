//! `migrate` from its command line to its exit code, and the function that does the same in a deployment.
mod command;
mod function;

use db::{Access, Domain, Url};
use stack::Kind;
use testdb::Database;

fn url(database: &Database) -> String {
    database.url(Kind::Direct).unwrap()
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let url = Url::find(Domain::Platform, Access::Admin, |_| Some(url.to_owned())).unwrap();
    db::connect(&url, "test").await.unwrap()
}
