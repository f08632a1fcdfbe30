//! Plans of several files: what must be committed between, and what cannot run in a transaction.

use super::{BASE, Edit, ROWS};
use crate::TxMode;
use crate::facts::Facts;
use crate::plan::{Options, Plan, plan};
use crate::tests::facts::facts;
use crate::tests::plan::{run, texts};
use crate::tests::support::{Database, value};

/// A database with the base and its rows, the facts of the edited one, and the plan.
async fn planned(edit: &Edit, online: bool) -> (Database, Facts, Plan) {
    let wanted = Database::empty("finance").await;
    wanted.owner().await.batch_execute(&edit.schema()).await.unwrap();
    let filled = Database::empty("finance").await;
    filled.owner().await.batch_execute(&format!("{BASE}\n{ROWS}")).await.unwrap();
    let (from, to) = (facts(&filled).await, facts(&wanted).await);
    let planned = plan(&from, &to, &Options { online, ..Options::default() });
    (filled, to, planned.unwrap_or_else(|undecided| panic!("{undecided}")))
}

async fn becomes(database: &Database, planned: &Plan, to: &Facts) {
    run(database, planned).await.unwrap_or_else(|fault| panic!("{fault}\n{}", texts(planned)));
    let after = facts(database).await;
    assert_eq!(after.differences(to), [], "{}", texts(planned));
    assert!(plan(&after, to, &Options::default()).unwrap().is_empty());
}

#[tokio::test]
async fn edit_26_commits_new_values_of_an_enum_before_they_are_used() {
    let edit = Edit {
        name: "26 an enum gets a value that is used",
        changes: &[
            ("('draft', 'open', 'done')", "('draft', 'open', 'done', 'late')"),
            ("status not null default 'draft'", "status not null default 'late'"),
            ("where status = 'open';", "where status in ('open', 'late');"),
        ],
        ..Edit::NEW
    };
    let (database, to, planned) = planned(&edit, false).await;

    let files: Vec<_> = planned.files.iter().map(|f| (f.suffix, f.tx_mode)).collect();
    assert_eq!(files, [("enum_values", TxMode::File), ("", TxMode::File)], "{}", texts(&planned));
    assert_eq!(
        planned.files[0].text(),
        "-- Add values to enum \"app.status\"\nalter type app.status add value 'late';\n"
    );
    becomes(&database, &planned, &to).await;
    let owner = database.owner().await;
    owner.batch_execute("insert into app.tasks (owner_id, title) values (1, 'n')").await.unwrap();
    let late = "select count(*) from app.tasks where status = 'late'";
    assert_eq!(value::<i64>(&owner, late).await, 1);
}

#[tokio::test]
async fn online_forms_lock_briefly_and_come_to_the_same() {
    let edit = Edit {
        name: "online",
        changes: &[
            ("  age integer,", "  age integer not null,"),
            ("create index users_norm_idx on app.users (app.norm(name));\n", ""),
            ("references app.users (id) not valid;", "references app.users (id);"),
            ("on app.tasks (owner_id);", "on app.tasks (owner_id, due_on);"),
        ],
        adds: "create index tasks_due_on_idx on app.tasks (due_on); comment on index app.tasks_due_on_idx is 'Due.';
               alter table app.tasks add constraint tasks_second_fkey foreign key (owner_id) references app.users (id);
               alter table app.notes add constraint notes_length check (length(text) < 10);
               alter table app.notes add constraint notes_text_key unique (text) deferrable;
               create table app.more (text text references app.notes (id) default 'x');
               create index events_kind2_idx on app.events (kind, id);",
        ..Edit::NEW
    };
    let adds = edit.adds.replace("(text text references app.notes (id) default 'x')", "(id uuid)");
    let edit = Edit { adds: Box::leak(adds.into_boxed_str()), ..edit };
    let (database, to, planned) = planned(&edit, true).await;
    let text = texts(&planned);
    let owner = database.owner().await;
    owner.batch_execute("update app.users set age = 1 where age is null").await.unwrap();

    for file in planned.files.iter().filter(|file| file.tx_mode == TxMode::None) {
        let [change] = file.changes.as_slice() else { panic!("{text}") };
        assert_eq!(crate::split(&change.sql).len(), 1, "{text}");
        assert!(change.sql.contains("concurrently"), "{text}");
    }
    for wanted in [
        "drop index concurrently app.users_norm_idx;",
        "create index concurrently tasks_due_on_idx on app.tasks",
        "alter index app.tasks_owner_id_idx rename to tasks_owner_id_idx__old;",
        "drop index concurrently app.tasks_owner_id_idx__old;",
        "create unique index concurrently notes_text_key on app.notes (text);",
        "add constraint notes_text_key unique using index notes_text_key deferrable;",
        "foreign key (owner_id) references app.users(id) not valid;",
        "check ((length(text) < 10)) not valid;",
        "validate constraint notes_length;",
        "add constraint age_is_not_null check (age is not null) not valid;",
        "alter table app.users alter column age set not null;\nalter table app.users drop constraint age_is_not_null;",
        "create index events_kind2_idx on app.events",
    ] {
        assert!(text.contains(wanted), "lacks `{wanted}`:\n{text}");
    }
    let place = |part: &str| planned.files.iter().position(|file| file.text().contains(part));
    assert!(place("not valid") < place("validate constraint notes_length"), "{text}");
    let mut codes: Vec<_> = planned.hazards().map(|hazard| hazard.code.0).collect();
    codes.sort_unstable();
    codes.dedup();
    // A partitioned table takes no index concurrently.
    assert_eq!(codes, ["MF101", "MF104", "PG101", "PG306"], "{text}");
    becomes(&database, &planned, &to).await;
}

#[tokio::test]
async fn the_base_is_made_from_nothing_and_taken_back() {
    let wanted = Database::empty("finance").await;
    wanted.owner().await.batch_execute(BASE).await.unwrap();
    let database = Database::empty("finance").await;
    let (nothing, to) = (facts(&database).await, facts(&wanted).await);

    let there = plan(&nothing, &to, &Options::default()).unwrap();
    becomes(&database, &there, &to).await;
    let back = plan(&to, &nothing, &Options::default()).unwrap();
    becomes(&database, &back, &nothing).await;
}
