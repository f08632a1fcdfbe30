//! The statements of the release before, on a new schema.

use db::Domain;

use super::support::directory;
use crate::n1::{Broken, Column, Recorded, Report, Subject, n1};

const BASE: (&str, &str) = (
    "20260101000000_base.sql",
    "create schema app;
     grant usage on schema app to content_writer, content_reader;
     create table app.users (id bigint primary key, name text not null, age integer);
     grant select, insert, update on app.users to content_writer;
     grant select on app.users to content_reader;
     create table app.secrets (id bigint primary key);
     create function app.greet(name text) returns text language sql as 'select ''Hello '' || name';
     grant execute on function app.greet(text) to content_writer;",
);

fn statement(name: &str, sql: &str, parameters: &[&str], columns: &[(&str, &str)]) -> Recorded {
    let column = |(name, ty): &(&str, &str)| Column {
        name: (*name).to_owned(),
        ty: (*ty).to_owned(),
        nullable: *name == "age",
    };
    Recorded {
        name: name.to_owned(),
        sql: sql.to_owned(),
        parameters: parameters.iter().map(|ty| (*ty).to_owned()).collect(),
        columns: columns.iter().map(column).collect(),
    }
}

fn statements() -> Vec<Recorded> {
    vec![
        statement(
            "users::FIND",
            "select id, name, age from app.users where id = $1",
            &["int8"],
            &[("id", "int8"), ("name", "text"), ("age", "int4")],
        ),
        statement(
            "users::ADD",
            "insert into app.users (id, name, age) values ($1, $2, $3) returning id",
            &["int8", "text", "int4"],
            &[("id", "int8")],
        ),
        statement(
            "users::SOME",
            "select id from app.users where id = any ($1)",
            &["_int8"],
            &[("id", "int8")],
        ),
        statement(
            "greet::GREET",
            "select app.greet($1) as greeting",
            &["text"],
            &[("greeting", "text")],
        ),
        statement("secrets::ALL", "select id from app.secrets", &[], &[("id", "int8")]),
    ]
}

async fn after(sql: &str) -> Report {
    let running = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
    let base = directory(&[BASE]);
    let now = directory(&[BASE, ("20260201000000_new.sql", sql)]);
    let statements = statements();
    let subject = Subject {
        running: &running,
        domain: Domain::Content,
        base: &base,
        directory: &now,
        statements: &statements,
    };
    n1(&subject, &mut |_| {}).await.unwrap()
}

/// `users::FIND 42703`, in the order of the statements.
fn broken(report: &Report) -> Vec<String> {
    let text = |broken: &Broken| {
        format!("{} {}", broken.statement, broken.sqlstate.as_deref().unwrap_or("differs"))
    };
    report.broken.iter().map(text).collect()
}

#[tokio::test]
async fn what_only_adds_breaks_nothing() {
    let report = after(
        "alter table app.users add column email text;
         create table app.more (id bigint);
         alter table app.users alter column name type character varying(50);",
    )
    .await;

    assert_eq!(broken(&report), Vec::<String>::new());
    assert_eq!(report.checked, 5);
    // Nobody was granted anything on it.
    assert_eq!(report.unknown, ["secrets::ALL"]);
}

#[tokio::test]
async fn a_dropped_column_breaks_whoever_names_it() {
    let report = after("alter table app.users drop column age;").await;

    assert_eq!(broken(&report), ["users::FIND 42703", "users::ADD 42703"]);
    assert_eq!(report.broken[0].roles, ["content_app", "content_read"]);
    assert_eq!(report.broken[1].roles, ["content_app"]);
    assert!(report.broken[0].next.contains("later release"), "{:?}", report.broken[0]);
}

#[tokio::test]
async fn a_renamed_table_breaks_all_unless_a_view_keeps_its_name() {
    let rename = "alter table app.users rename to people;";
    let shim = format!(
        "{rename}
         create view app.users as select id, name, age from app.people;
         grant select, insert, update on app.users to content_writer;
         grant select on app.users to content_reader;"
    );

    let without = after(rename).await;
    let with = after(&shim).await;

    assert_eq!(broken(&without), ["users::FIND 42P01", "users::ADD 42P01", "users::SOME 42P01"]);
    assert!(without.broken[0].next.contains("aruuri:shim"));
    assert_eq!(broken(&with), Vec::<String>::new(), "{:#?}", with.broken);
}

#[tokio::test]
async fn another_type_or_null_breaks_who_reads_it() {
    let ty = after("alter table app.users alter column age type bigint;").await;
    let null = after("alter table app.users alter column name drop not null;").await;

    assert_eq!(broken(&ty), ["users::FIND differs"]);
    assert!(ty.broken[0].sentence.contains("age is int8"), "{:?}", ty.broken);
    assert_eq!(broken(&null), ["users::FIND differs"]);
    assert!(null.broken[0].sentence.contains("can be null now"), "{:?}", null.broken);
}

#[tokio::test]
async fn a_missing_grant_breaks_the_role_that_had_it() {
    let report = after("revoke select on app.users from content_reader;").await;
    let function = after("revoke execute on function app.greet(text) from content_writer;").await;

    assert_eq!(broken(&report), ["users::FIND 42501", "users::SOME 42501"]);
    assert_eq!(report.broken[0].roles, ["content_read"]);
    assert!(report.broken[0].next.contains("content_reader"), "{:?}", report.broken);
    assert_eq!(broken(&function), ["greet::GREET 42501"]);
}

#[tokio::test]
async fn a_function_with_other_parameters_breaks_its_callers() {
    let report = after(
        "drop function app.greet(text);
         create function app.greet(first text, last text) returns text language sql as 'select first || last';",
    )
    .await;

    assert_eq!(broken(&report), ["greet::GREET 42883"]);
}
