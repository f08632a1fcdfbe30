//! The rules of squawk that are asked for.

use super::{codes, look};

#[tokio::test]
async fn rules_of_squawk_say_what_ours_do_not() {
    let cases = [
        ("create table app.a (b char(3));", "ban-char-field warning"),
        ("create table app.a (b varchar(3));", "prefer-text-field warning"),
        ("create table app.a (b timestamp);", "prefer-timestamp-tz warning"),
        ("create table app.a (b serial);", "prefer-identity warning"),
        ("alter table app.users alter column color drop default;", "ban-drop-default warning"),
        ("truncate app.users cascade;", "ban-truncate-cascade error"),
        (
            "alter table app.logs detach partition app.logs_old;",
            "require-concurrent-partition-detach warning",
        ),
        ("reindex table app.users;", "require-concurrent-reindex warning"),
        // What the house does on purpose.
        ("create table app.a (b integer, c smallint);", ""),
        ("create domain app.d as text constraint d_short check (length(value) < 9);", ""),
        ("create or replace view app.names as select id, name from app.users;", ""),
    ];
    for (sql, expected) in cases {
        assert_eq!(codes(&look(sql).await), expected, "{sql}");
    }
}
