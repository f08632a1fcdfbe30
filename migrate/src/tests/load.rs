//! The wanted schema: any order of files that can work does, and all that cannot is named at once.

use db::Domain;
use stack::Scratch;

use super::proof::running;
use super::support::value;
use crate::{Error, Schema};

fn schema(files: &[(&str, &str)]) -> Schema {
    Schema::new(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

#[tokio::test]
async fn statements_that_need_later_ones_are_tried_again() {
    let scratch = Scratch::empty(&running().await, Domain::Content, "load").await.unwrap();
    let owner = scratch.owner().await.unwrap();
    let schema = schema(&[
        ("10_views/pages.sql", "create view app.titles as select title from app.pages;\n"),
        (
            "20_tables/pages.sql",
            "create table app.pages (id int primary key, title text, kind_id int references app.kinds (id));\n",
        ),
        ("30_kinds.sql", "create table app.kinds (id int primary key);\n"),
        ("40_schemas.sql", "create schema app;\n"),
    ]);

    schema.load(&owner).await.unwrap();

    let found: i64 = value(&owner, "select count(*) from pg_views where schemaname = 'app'").await;
    assert_eq!(found, 1);
}

#[tokio::test]
async fn what_never_loads_is_named_all_at_once_with_its_place() {
    let scratch = Scratch::empty(&running().await, Domain::Content, "load").await.unwrap();
    let owner = scratch.owner().await.unwrap();
    let schema = schema(&[
        (
            "a.sql",
            "create schema app;\ncreate table app.a (\n  id uid\n);\ncreate table app.b (id int);\n",
        ),
        ("b.sql", "create view app.v as select wrong from app.b;\n"),
    ]);

    let error = schema.load(&owner).await.unwrap_err();

    let places: Vec<_> = error
        .faults
        .iter()
        .map(|fault| match fault {
            Error::Statement { file, line, column, source, .. } => {
                (file.as_str(), *line, *column, source.code().unwrap().code().to_owned())
            }
            other => panic!("{other}"),
        })
        .collect();
    let expected = [("a.sql", 3, 6, "42704".to_owned()), ("b.sql", 1, 29, "42703".to_owned())];
    assert_eq!(places, expected);
    let text = error.to_string();
    assert!(text.starts_with("2 statements of the schema cannot be loaded"), "{text}");
    assert!(text.contains("42704 type \"uid\" does not exist"), "{text}");
}

#[test]
fn a_schema_is_read_from_all_folders_below_in_path_order() {
    let folder = std::env::temp_dir().join(format!("aruuri-schema-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("20_tables")).unwrap();
    for name in ["30_views.sql", "20_tables/b.sql", "10_types.sql", "20_tables/a.sql", "notes.txt"]
    {
        std::fs::write(folder.join(name), name).unwrap();
    }

    let schema = Schema::read(&folder).unwrap();

    std::fs::remove_dir_all(&folder).unwrap();
    let names: Vec<_> = schema.files().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["10_types.sql", "20_tables/a.sql", "20_tables/b.sql", "30_views.sql"]);
}
