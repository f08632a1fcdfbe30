use super::support::{Database, root, value};
use crate::facts::{Facts, inspect};

/// A database of a domain with the wanted schema, loaded as its owner.
pub(crate) async fn loaded(domain: &str) -> Database {
    let database = Database::empty(domain).await;
    let folder = root().join("schema").join(domain);
    let owner = database.owner().await;
    crate::Schema::read(folder).unwrap().load(&owner).await.unwrap();
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
    }
}

#[tokio::test]
async fn what_no_question_covers_is_named() {
    let database = Database::empty("finance").await;
    let superuser = database.superuser().await;
    let odd = "create schema odd; set search_path = odd;
        create foreign data wrapper w; create server srv foreign data wrapper w; create foreign table ft (n int) server srv;
        create user mapping for current_user server srv; create table t (n int); create table child () inherits (t);
        create rule r as on insert to t do instead nothing; create collation c (locale = 'C');
        create function f(int, int) returns bool language sql as 'select true'; create operator === (leftarg = int, rightarg = int, function = f);
        create function et() returns event_trigger language plpgsql as 'begin end'; create event trigger e on ddl_command_end execute function et();
        create text search configuration cfg (copy = pg_catalog.simple); create text search dictionary d (template = pg_catalog.simple);
        create type comp as (x int); create cast (comp as text) with inout; create publication pub; create type shell; create table typed of comp;
        select lo_create(0); create conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create table refd (n int primary key); create table refs (n int references refd); alter table refs disable trigger all;";
    superuser.batch_execute(odd).await.unwrap();

    let facts = facts(&database).await;

    let mut kinds: Vec<_> = facts.unmodelled().iter().map(|object| &*object.kind).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "base type",
            "cast",
            "collation",
            "conversion",
            "disabled system trigger",
            "event trigger",
            "foreign data wrapper",
            "foreign server",
            "foreign table",
            "inheritance",
            "large object",
            "operator",
            "publication",
            "rule",
            "text search configuration",
            "text search dictionary",
            "typed table",
            "user mapping",
        ]
    );
}
