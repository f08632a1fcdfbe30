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
