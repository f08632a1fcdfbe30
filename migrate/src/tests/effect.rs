//! Which statements the catalogue can speak for.

use crate::effect::Effect;

fn index(schema: &str, table: &str, name: &str) -> Option<Effect> {
    Some(Effect::CreateIndex { schema: schema.into(), table: table.into(), name: name.into() })
}

#[test]
fn an_index_is_known_by_its_own_name_and_its_tables() {
    let cases = [
        ("create index concurrently t_n on a.t (n);", index("a", "t", "t_n")),
        ("CREATE UNIQUE INDEX CONCURRENTLY T_N ON ONLY A.T (n)", index("a", "t", "t_n")),
        (
            "create index if not exists t_n on a.t using gin (n) where n > 0;",
            index("a", "t", "t_n"),
        ),
        (r#"create index concurrently "T ""n" on "A b"."T" (n);"#, index("A b", "T", r#"T "n"#)),
        ("create /* why */ index -- how\n concurrently t_n on a.t (n);", index("a", "t", "t_n")),
        // No name, and no schema: nobody can say which index it would be.
        ("create index concurrently on a.t (n);", None),
        ("create index concurrently t_n on t (n);", None),
        ("create table a.t (n int);", None),
    ];
    for (sql, effect) in cases {
        assert_eq!(Effect::of(sql), effect, "{sql}");
    }
}

#[test]
fn a_statement_that_does_several_things_at_once_is_not_known() {
    let validate =
        Effect::Validate { schema: "a".into(), table: "t".into(), name: "t_positive".into() };
    let drop = Effect::DropIndex { schema: "a".into(), name: "t_n".into() };
    let value = Effect::AddValue { schema: "a".into(), name: "mood".into(), value: "it's".into() };
    let cases = [
        ("alter table only a.t validate constraint t_positive;", Some(validate)),
        ("alter table a.t validate constraint t_positive, add m int;", None),
        ("alter table a.t add m int;", None),
        ("drop index concurrently if exists a.t_n;", Some(drop)),
        ("drop index concurrently a.t_n, a.t_m;", None),
        ("alter type a.mood add value if not exists 'it''s' before 'bad';", Some(value)),
        ("alter type a.mood rename value 'a' to 'b';", None),
        ("insert into a.t values (1);", None),
        ("", None),
    ];
    for (sql, effect) in cases {
        assert_eq!(Effect::of(sql), effect, "{sql}");
    }
}
