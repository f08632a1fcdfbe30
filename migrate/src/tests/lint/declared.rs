//! What a file declares: no finding, the contract phase.

use super::{codes, look, one};

#[tokio::test]
async fn a_code_is_silenced_for_a_statement_or_a_file() {
    let cases = [
        ("-- atlas:nolint DS103\nalter table app.users drop column email;", ""),
        ("-- atlas:nolint destructive\nalter table app.users drop column email;", ""),
        ("-- atlas:nolint\nalter table app.users drop column email;", ""),
        ("-- atlas:nolint MF101\nalter table app.users drop column email;", "DS103 error"),
        (
            "-- atlas:nolint DS103\n\nalter table app.users drop column email;
             alter table app.users drop column nick;",
            "",
        ),
        (
            "-- atlas:nolint DS103\nalter table app.users drop column email;
             alter table app.users drop column nick;",
            "DS103 error",
        ),
        (
            "create table app.a (b text);\n-- atlas:nolint concurrent_index\ncreate index users_email_idx on app.users (email);",
            "",
        ),
        ("-- atlas:nolint ban-char-field\ncreate table app.a (b char(3));", ""),
    ];
    for (sql, expected) in cases {
        assert_eq!(codes(&look(sql).await), expected, "{sql}");
    }
}

#[tokio::test]
async fn in_the_contract_phase_nothing_needs_the_old_any_more() {
    let sql = "-- aruuri:phase contract #12: no release since 0.4 reads it\n\n\
               alter table app.users drop column email;\n\
               alter table app.users alter column name set not null;\n\
               drop view app.long_names;";

    let report = look(sql).await;

    assert_eq!(codes(&report), "AR112 warning, DS103 warning");
}

#[tokio::test]
async fn the_contract_phase_needs_a_reason() {
    let report = look("-- aruuri:phase contract\n\nalter table app.users drop column email;").await;

    assert_eq!(codes(&report), "AR114 error, DS103 error");
    assert_eq!((one(&report, "AR114").line, one(&report, "AR114").column), (1, 1));
}

#[tokio::test]
async fn a_directive_with_a_slip_is_no_directive() {
    for sql in [
        "-- atlas:nolint DS999\nselect 1;",
        "-- aruuri:faze contract x\nselect 1;",
        "-- aruuri:phase expand x\nselect 1;",
        "-- aruuri:shim app.users\nselect 1;",
    ] {
        assert_eq!(codes(&look(sql).await), "AR114 error", "{sql}");
    }
}

#[tokio::test]
async fn a_finding_names_its_place() {
    let report =
        look("create table app.a (b text);\n\n  alter table app.users\n    drop column email;")
            .await;

    let finding = one(&report, "DS103");
    assert_eq!((finding.line, finding.column), (3, 3));
    assert_eq!(finding.statement.as_deref(), Some("alter table app.users drop column email;"));
    assert_eq!(finding.file, "20260201000000_new.sql");
    assert!(finding.mend.contains("aruuri:phase contract"), "{}", finding.mend);
}

#[tokio::test]
async fn a_statement_that_fails_is_found_where_the_server_points() {
    let report =
        look("create table app.a (b text);\nalter table app.users\n  drop column nothing;").await;

    let finding = one(&report, "AR100");
    assert!(finding.sentence.starts_with("42703 "), "{}", finding.sentence);
    assert_eq!(finding.line, 2);
}
