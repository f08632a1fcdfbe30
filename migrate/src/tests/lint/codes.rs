//! Each code, found and not found.

use super::{Options, codes, look, look_with, one};

/// A migration after the base, and what is found in it.
async fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let report = look(sql).await;
        let found = codes(&report);
        if found != *expected {
            wrong.push(format!(
                "{sql}\n  expected: {expected}\n  found:    {found}\n{:#?}",
                report.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn what_is_lost_is_found() {
    check(&[
        ("alter table app.users drop column email;", "DS103 error"),
        ("alter table app.users drop column doubled;", "AR112 error"),
        ("drop table app.orders;", "DS102 error"),
        ("drop schema app cascade;", "DS101 error"),
        ("alter table app.orders drop constraint orders_user_fk;", "CD101 warning"),
        (
            "alter table app.orders drop constraint orders_user_fk;
             alter table app.orders add constraint orders_user_fk foreign key (user_id) references app.users not valid;",
            "",
        ),
        ("create table app.temporary (id bigint); drop table app.temporary;", ""),
        (
            "create table app.fresh (id bigint, a text); alter table app.fresh drop column a;",
            "",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_breaks_the_release_before_is_found() {
    check(&[
        ("alter table app.users rename to people;", "BC101 error"),
        ("alter view app.names rename to titles;", "BC101 error"),
        ("create schema other; alter table app.users set schema other;", "BC101 error"),
        ("alter table app.users rename column nick to handle;", "BC102 error"),
        ("alter table app.users rename email to mail;", "BC102 error"),
        ("alter table app.users alter column age type bigint;", "AR111 error, PG301 warning"),
        ("alter table app.users alter column nick type text;", ""),
        (
            "alter table app.users alter column nick type character varying(20);",
            "prefer-text-field warning",
        ),
        ("drop view app.long_names;", "AR112 error"),
        ("drop function app.twice(integer);", "AR112 error"),
        ("drop function app.idle();", ""),
        ("drop type app.pair;", "AR112 error"),
        ("drop sequence app.numbers;", "AR112 error"),
        ("revoke update on app.users from content_writer;", "AR112 error"),
        ("revoke select on app.users from content_reader;", "AR112 error"),
        ("grant delete on app.users to content_writer;", ""),
        ("create view app.more as select 1 as one; drop view app.more;", ""),
    ])
    .await;
}

#[tokio::test]
async fn what_rows_can_make_fail_is_found() {
    check(&[
        ("alter table app.users add column must text not null;", "MF103 warning"),
        ("alter table app.users add column may text;", ""),
        ("alter table app.users add column has text not null default 'x';", ""),
        ("create table app.fresh (id bigint, must text not null);", ""),
        ("alter table app.users alter column email set not null;", "MF104 error, PG303 warning"),
        (
            "alter table app.users validate constraint users_age_known;
             alter table app.users alter column age set not null;",
            "MF104 error",
        ),
        (
            "create unique index users_email_key on app.users (email);",
            "MF101 warning, PG101 warning",
        ),
        (
            "drop index app.users_name_idx; create unique index users_name_idx on app.users (name);",
            "MF102 warning, PG101 warning, PG102 warning",
        ),
        (
            "alter table app.users add constraint users_email_key unique (email);",
            "MF101 warning, PG105 warning",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_makes_others_wait_is_found() {
    check(&[
        ("create index users_email_idx on app.users (email);", "PG101 warning"),
        ("create table app.fresh (id bigint); create index fresh_id_idx on app.fresh (id);", ""),
        (
            "-- atlas:txmode none\n\ncreate index concurrently users_email_idx on app.users (email);",
            "",
        ),
        ("drop index app.users_name_idx;", "PG102 warning"),
        ("-- atlas:txmode none\n\ndrop index concurrently app.users_name_idx;", ""),
        ("create index concurrently users_email_idx on app.users (email);", "PG103 warning"),
        (
            "alter table app.logs add constraint logs_pkey primary key (id, at);",
            "PG104 warning",
        ),
        (
            "create unique index orders_note_key on app.orders (note);
             alter table app.orders add constraint orders_note_key unique using index orders_note_key;",
            "MF101 warning, PG101 warning",
        ),
        ("alter table app.users alter column size type bigint;", "AR100 error"),
        (
            "alter table app.users alter column email type character varying(5);",
            "PG301 warning, prefer-text-field warning",
        ),
        ("alter table app.orders set unlogged;", "PG301 warning"),
        (
            "alter table app.users add column code uuid default gen_random_uuid();",
            "PG302 warning",
        ),
        (
            "alter table app.users add column half integer generated always as (size / 2) stored;",
            "PG302 warning",
        ),
        ("alter table app.users add column fixed integer default 7;", ""),
        (
            "alter table app.users add constraint users_size_positive check (size > 0);",
            "PG305 warning",
        ),
        (
            "alter table app.users add constraint users_size_positive check (size > 0) not valid;",
            "",
        ),
        (
            "alter domain app.short add constraint short_not_blank check (value <> '');",
            "PG305 warning",
        ),
        (
            "alter table app.orders add constraint orders_again_fk foreign key (id) references app.users;",
            "PG306 warning",
        ),
        (
            "alter table app.orders add constraint orders_again_fk foreign key (id) references app.users not valid;",
            "",
        ),
        ("alter table app.users validate constraint users_age_known;", ""),
        (
            "alter table app.users add column full_name text; update app.users set full_name = name;",
            "AR107 warning",
        ),
        ("update app.users set name = name;", ""),
        (
            "create table app.fresh (id bigint); insert into app.fresh select id from app.users;",
            "",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_the_runner_cannot_run_safely_is_found() {
    check(&[
        ("alter type app.color add value 'blue'; insert into app.users (name, color) values ('a', 'blue');", "AR101 error"),
        ("alter type app.color add value 'blue';", ""),
        ("alter type app.color rename value 'green' to 'blue';", "AR102 error"),
        (
            "alter type app.color rename to color_old;
             create type app.color as enum ('red');
             alter table app.users alter column color drop default;
             alter table app.users alter column color type app.color using color::text::app.color;
             alter table app.users alter column color set default 'red';
             drop type app.color_old;",
            "AR102 error, PG301 warning, ban-drop-default warning",
        ),
        ("begin; create table app.fresh (id bigint); commit;", "AR103 error"),
        (
            "-- atlas:txmode none\n\nalter table app.users add column a text; alter table app.users add column b text;",
            "AR104 error",
        ),
        (
            "-- atlas:txmode none\n\ncreate index concurrently if not exists users_email_idx on app.users (email);",
            "AR104 error",
        ),
        ("create table app.fresh (id bigint); create table app.fresh (id bigint);", "AR100 error"),
        (
            "create rule shout as on update to app.users do also notify users;",
            "AR109 error",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_opens_access_is_found() {
    check(&[
        ("alter table app.orders disable row level security;", "AR105 error"),
        ("drop policy orders_some on app.orders;", "AR105 error"),
        ("alter policy orders_own on app.orders using (true);", "AR105 error"),
        ("alter policy orders_own on app.orders to public;", "AR105 error"),
        ("alter policy orders_own on app.orders using (id > 5);", "AR105 warning"),
        ("create policy orders_all on app.orders using (true);", "AR105 error"),
        ("create policy orders_read on app.orders for select to content_reader using (id > 0);", "AR105 warning"),
        ("grant select on app.users to public;", "AR105 error"),
        ("grant usage on schema app to public;", "AR105 error"),
        ("grant select on app.orders to content_reader;", ""),
        (
            "alter table app.users enable row level security;
             create policy users_all on app.users to content_writer using (true);",
            "AR105 warning",
        ),
        (
            "create function app.whoami() returns text language sql security definer as 'select current_user::text';",
            "AR106 error",
        ),
        (
            "create function app.whoami() returns text language sql security definer set search_path = '' as 'select current_user::text';",
            "",
        ),
        ("alter function app.twice(integer) security definer;", "AR106 error"),
        ("drop trigger users_touch on app.users;", "AR115 warning"),
        ("alter table app.users disable trigger users_touch;", "AR115 warning"),
        (
            "drop trigger users_touch on app.users;
             create trigger users_touch before update on app.users for each row when (new.age > 3) execute function app.touch();",
            "",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_rebuilt_is_told_with_what_hangs_on_it() {
    let report = look(
        "drop view app.long_names;
         drop view app.names;
         create view app.names as select id, name, age from app.users;
         create view app.long_names as select id from app.names where length(name) > 10;",
    )
    .await;

    assert_eq!(codes(&report), "AR108 info");
    let names = report.findings.iter().find(|f| f.sentence.contains("view app.names")).unwrap();
    assert!(names.sentence.contains("with it view app.long_names"), "{}", names.sentence);
    assert_eq!(names.line, 2);
}

#[tokio::test]
async fn files_in_the_wrong_order_are_found() {
    let late = ("20251231000000_late.sql", "create table app.fresh (id bigint);");
    let twin = ("20260101000000_twin.sql", "create table app.other (id bigint);");
    let base = ("20260101000000_base.sql", super::BASE);
    for (file, why) in [(late, "would come after it"), (twin, "the same version")] {
        let report =
            super::look_at(db::Domain::Content, &[base, file], 1, &Options::default()).await;

        assert!(one(&report, "AR110").sentence.contains(why), "{:?}", report.findings);
    }
}

#[tokio::test]
async fn names_are_looked_at_only_when_asked_for() {
    let sql = r#"
        create schema "Shop";
        create table app."Orders2" ("Id" bigint, constraint "CheckIt" check ("Id" > 0), other bigint,
          constraint "Ref" foreign key (other) references app.orders);
        create index "IdIdx" on app."Orders2" ("Id");"#;
    let file = [("20260201000000_new.sql", sql)];

    let on = Options { on: vec!["NM".to_owned()], ..Options::default() };
    let found = codes(&look_with(&file, &on).await);

    let all = ["NM101", "NM102", "NM103", "NM104", "NM105", "NM106"]
        .map(|code| format!("{code} warning"));
    assert_eq!(found, all.join(", "));
    assert_eq!(codes(&look(sql).await), "");
}

#[tokio::test]
async fn online_makes_an_index_that_others_wait_for_an_error() {
    let file = [("20260201000000_new.sql", "create index users_email_idx on app.users (email);")];

    let report = look_with(&file, &Options { online: true, ..Options::default() }).await;

    assert_eq!(codes(&report), "PG101 error");
}
