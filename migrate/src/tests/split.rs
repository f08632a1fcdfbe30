use crate::split;

fn texts(sql: &str) -> Vec<&str> {
    split(sql).into_iter().map(|statement| statement.text).collect()
}

#[test]
fn a_semicolon_ends_a_statement() {
    assert_eq!(texts("select 1; select 2;\nselect 3"), ["select 1;", "select 2;", "select 3"]);
    assert_eq!(texts(" ;; \n ; "), Vec::<&str>::new());
    assert_eq!(texts(""), Vec::<&str>::new());
}

#[test]
fn comments_before_a_statement_are_not_part_of_it() {
    let sql = "-- a; b\n/* c; /* d; */ e; */ select 1 -- f;\n;\n-- g;\n";
    assert_eq!(texts(sql), ["select 1 -- f;\n;"]);
    assert_eq!(split(sql)[0].start, sql.find("select").unwrap());
}

#[test]
fn a_semicolon_in_quotes_ends_nothing() {
    for statement in [
        "select 'a;b';",
        "select 'it''s; fine';",
        r"select E'it\'s; fine';",
        r"select 'back\';",
        r#"select "a;""b";"#,
        "select $$a;b$$;",
        "select $tag$a;$$;b$tag$;",
        "select a$b, $1;",
        "select (1; 2);",
        "create function f() returns int begin atomic select case when 1 = 1 then 2 end; select 3; end;",
        "select 'ü;ö', $ä$;$ä$;",
    ] {
        assert_eq!(
            texts(&format!("{statement} select 2;")),
            [statement, "select 2;"],
            "{statement}"
        );
    }
}

#[test]
fn what_is_never_closed_reaches_to_the_end() {
    for sql in
        ["select 'a; b", "select $$ a; b", "select (1; select 2", "select \"a; b", "select E'a; \\"]
    {
        assert_eq!(texts(sql), [sql], "{sql}");
    }
    assert_eq!(texts("select 1 /* a; b"), ["select 1 /* a; b"]);
}
