//! Old names that views keep for the release before.

use super::{Options, codes, look, look_with, one};

const RENAME: &str = "
alter table app.users rename to people;
-- aruuri:shim app.users drop with #34
create view app.users as
  select id, name, email, nick, age, size, doubled, color, label from app.people;
grant select, insert, update on app.users to content_writer;
grant select on app.users to content_reader;";

#[tokio::test]
async fn a_view_under_the_old_name_makes_a_rename_harmless() {
    let report = look(RENAME).await;

    assert_eq!(codes(&report), "BC101 info", "{:#?}", report.findings);
    assert!(one(&report, "BC101").sentence.contains("#34"));
    let open: Vec<&str> = report.shims.iter().map(|shim| shim.name.as_str()).collect();
    assert_eq!(open, ["app.users"]);
}

#[tokio::test]
async fn a_column_renamed_with_its_table_is_kept_too() {
    let sql = RENAME
        .replace("nick,", "handle as nick,")
        .replace("-- aruuri", "alter table app.people rename column nick to handle;\n-- aruuri");

    let report = look(&sql).await;

    assert_eq!(codes(&report), "BC101 info, BC102 error", "{:#?}", report.findings);
}

#[tokio::test]
async fn a_shim_keeps_all_that_the_table_gave() {
    let cases = [
        (RENAME.replace("email, ", ""), "no column email"),
        (RENAME.replace(" age,", " age::bigint as age,"), "app.users.age is bigint"),
        (RENAME.replace("from app.people", "from app.people limit 10"), "no simple view"),
        (RENAME.replace(" name,", " upper(name) as name,"), "name of app.users cannot be written"),
        (RENAME.replace("insert, ", ""), "content_writer does not have INSERT"),
        (
            RENAME.replace("app.users drop with", "app.clients drop with"),
            "there was no table app.clients",
        ),
        (
            RENAME
                .replace("view app.users as", "view app.other as")
                .replace("on app.users", "on app.other"),
            "there is no view app.users",
        ),
    ];
    for (sql, fault) in cases {
        let report = look(&sql).await;

        let faults = report.findings.iter().filter(|finding| finding.code == "AR113");
        let said: Vec<&str> = faults.map(|finding| finding.sentence.as_str()).collect();
        assert!(said.iter().any(|said| said.contains(fault)), "{fault}: {:#?}", report.findings);
        assert!(
            report
                .findings
                .iter()
                .any(|f| f.code == "BC101" && f.severity == super::Severity::Error)
        );
    }
}

#[tokio::test]
async fn a_shim_of_a_table_with_row_security_obeys_it() {
    let sql = |options: &str| {
        format!(
            "alter table app.orders rename to purchases;
             -- aruuri:shim app.orders drop with 0.9
             create view app.orders {options} as select id, user_id, note from app.purchases;"
        )
    };

    assert_eq!(codes(&look(&sql("")).await), "AR113 error, BC101 error");
    assert_eq!(codes(&look(&sql("with (security_invoker = true)")).await), "BC101 info");
}

#[tokio::test]
async fn a_shim_is_not_dropped_in_the_release_that_makes_it() {
    let drop = "-- aruuri:phase contract #34\n\ndrop view app.users;";
    let files = [("20260201000000_rename.sql", RENAME), ("20260202000000_drop.sql", drop)];

    let together = look_with(&files, &Options::default()).await;
    assert!(one(&together, "AR113").sentence.contains("same release"), "{:#?}", together.findings);
    assert_eq!(one(&together, "AR113").file, "20260202000000_drop.sql");

    let base = ("20260101000000_base.sql", super::BASE);
    let all = [base, files[0], files[1]];
    let later = super::look_at(db::Domain::Content, &all, 2, &Options::default()).await;
    assert_eq!(codes(&later), "AR112 warning", "{:#?}", later.findings);
    assert!(later.shims.is_empty());
}
