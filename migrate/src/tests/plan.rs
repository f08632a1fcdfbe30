use super::facts::{facts, loaded};
use super::support::Database;
use crate::facts::Facts;
use crate::plan::{Options, Plan, plan};

/// Runs a plan as the runner would.
pub(crate) async fn run(database: &Database, plan: &Plan) -> Result<(), String> {
    let owner = database.owner().await;
    for (at, file) in plan.files.iter().enumerate() {
        let text = file.text();
        let statements = match file.tx_mode {
            crate::TxMode::File => format!("begin;\n{text}\ncommit;"),
            crate::TxMode::None => text.clone(),
        };
        if let Err(error) = owner.batch_execute(&statements).await {
            let _ = owner.batch_execute("rollback").await;
            return Err(format!("file {at}: {}\n{text}", db::Chain(&error)));
        }
    }
    Ok(())
}

fn planned(from: &Facts, to: &Facts) -> Plan {
    plan(from, to, &Options::default()).unwrap_or_else(|undecided| panic!("{undecided}"))
}

/// The texts of all files.
pub(crate) fn texts(plan: &Plan) -> String {
    plan.files.iter().map(|file| format!("==== {}\n{}", file.suffix, file.text())).collect()
}

#[tokio::test]
async fn the_four_domains_are_made_from_nothing_and_taken_back() {
    for domain in ["platform", "projects", "finance", "content"] {
        let wanted = facts(&loaded(domain).await).await;
        let database = Database::empty(domain).await;
        let nothing = facts(&database).await;

        let there = planned(&nothing, &wanted);
        if std::env::var_os("SHOW_PLAN").is_some() {
            println!("{}", texts(&there));
        }
        run(&database, &there).await.unwrap_or_else(|e| panic!("{domain}: {e}"));

        let made = facts(&database).await;
        assert_eq!(made.differences(&wanted), [], "{domain}");
        assert!(planned(&made, &wanted).is_empty());

        let back = planned(&made, &nothing);
        if std::env::var_os("SHOW_PLAN").is_some() {
            println!("{}", texts(&back));
        }
        run(&database, &back).await.unwrap_or_else(|e| panic!("{domain} back: {e}"));
        assert_eq!(facts(&database).await.differences(&nothing), [], "{domain} back");
    }
}

#[tokio::test]
async fn a_schema_of_140_tables_is_planned_from_nothing() {
    let mut text = "create schema s; create function s.touch() returns trigger language plpgsql as 'begin return new; end';
        create type s.e as enum ('a', 'b'); create domain s.d as text check (value <> '');".to_owned();
    for n in 0..140 {
        let above = (n * 7) % (n + 1);
        text.push_str(&format!(
            "create table s.t{n} (id uuid not null default gen_random_uuid(), name s.d not null, kind s.e default 'a', up uuid, at timestamptz default now(),
               constraint t{n}_pkey primary key (id), constraint t{n}_up foreign key (up) references s.t{above} (id), constraint t{n}_at check (at > '2000-01-01'));
             create index t{n}_up_idx on s.t{n} (up); create unique index t{n}_name on s.t{n} (lower(name)) where kind = 'a';
             create trigger touch before update on s.t{n} for each row execute function s.touch(); comment on table s.t{n} is 'T'; comment on column s.t{n}.name is 'N';
             create function s.f{n}() returns bigint language sql as 'select count(*) from s.t{n}'; create view s.v{n} as select id, name from s.t{n};
             grant select on s.t{n} to finance_reader;"
        ));
    }
    let database = Database::empty("finance").await;
    let nothing = facts(&database).await;
    database.owner().await.batch_execute(&text).await.unwrap();
    let mut owner = database.owner().await;

    let start = std::time::Instant::now();
    let wanted = crate::facts::inspect(&mut owner).await.unwrap();
    let read = start.elapsed();
    let start = std::time::Instant::now();
    let there = planned(&nothing, &wanted);
    let planning = start.elapsed();
    println!(
        "{} facts read in {read:?}, {} changes planned in {planning:?}",
        wanted.len(),
        there.changes().count()
    );

    let back = planned(&wanted, &nothing);
    run(&database, &back).await.unwrap();
    run(&database, &there).await.unwrap();
    let again = facts(&database).await;
    assert_eq!(again.differences(&wanted), []);
    assert!(planned(&again, &wanted).is_empty());
}
