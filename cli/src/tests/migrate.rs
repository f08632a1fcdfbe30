//! `migrate` from its command line to its exit code, and the function that does the same in a deployment.
mod command;
mod function;

use db::{Access, Domain, Url};
use stack::Kind;
use testdb::Database;

/// A database with nothing in it, dropped at the end of its test.
async fn empty(domain: Domain) -> Database {
    let stack = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
    let name = format!("cli_{}_{}", domain.name(), uuid::Uuid::new_v4().simple());
    let admin = connect(&stack.admin_url).await;
    admin.batch_execute(&stack::create_database_sql(domain, &name, None)).await.unwrap();
    admin.batch_execute(&stack::grant_connect_sql(domain, &name)).await.unwrap();
    let inside = connect(&stack.admin_url_of(&name)).await;
    inside.batch_execute(&stack::prepare_database_sql(domain)).await.unwrap();
    Database { domain, name, stack }
}

fn url(database: &Database) -> String {
    database.url(Kind::Direct).unwrap()
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let url = Url::find(Domain::Platform, Access::Admin, |_| Some(url.to_owned())).unwrap();
    db::connect(&url, "test").await.unwrap()
}
