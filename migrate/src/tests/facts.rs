use super::support::{Database, root, value};
use crate::facts::{Facts, inspect};

/// A database of a domain with the wanted schema, loaded file by file as its owner.
pub(crate) async fn loaded(domain: &str) -> Database {
    let database = Database::empty(domain).await;
    let text = crate::concatenate(root().join("schema").join(domain)).unwrap();
    database.owner().await.batch_execute(&text).await.unwrap();
    database
}

/// The facts of a database as its owner sees them.
pub(crate) async fn facts(database: &Database) -> Facts {
    inspect(&mut database.owner().await).await.unwrap()
}

#[tokio::test]
async fn every_object_of_the_four_domains_is_a_fact() {
    for domain in ["platform", "projects", "finance", "content"] {
        let database = loaded(domain).await;

        let facts = facts(&database).await;

        assert_eq!(facts.unmodelled(), []);
        let tables = "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
            where relkind in ('r', 'p') and nspname !~ '^pg_' and nspname <> 'information_schema'";
        let count: i64 = value(&database.owner().await, tables).await;
        assert_eq!(facts.tables().len(), usize::try_from(count).unwrap(), "{domain}");
        if std::env::var_os("SHOW_FACTS").is_some() {
            println!("{}", serde_json::to_string_pretty(&facts).unwrap());
        }
    }
}
