//! A dump of the books, restored into another database: it must be as sound, and take postings as before (T11).
use std::process::Command;

use db::Domain;
use tokio_postgres::Client as Session;

use super::{
    checks,
    scene::{Scene, column, rows},
    trials,
};
use crate::failure::{Exit, Failure};

/// The other database.
const NAME: &str = "restored";

/// What is wrong with the restored books.
///
/// # Errors
/// When `pg_dump` or `pg_restore` does not end well.
pub(super) async fn tried(scene: &Scene) -> Result<Vec<String>, Failure> {
    let file = scene.servers.folder().join("books.dump");
    let admin = scene.superuser("postgres").await?;
    rows(&admin, &stack::create_database_sql(Domain::Finance, NAME, None)).await?;
    rows(&admin, &stack::grant_connect_sql(Domain::Finance, NAME)).await?;
    // libpq before 15 cannot compare an address with a certificate.
    let url = |database| scene.running.admin_url_of(database).replace("verify-full", "verify-ca");
    let mut dump = Command::new(scene.servers.program("pg_dump"));
    dump.arg("--format=custom").arg("--file").arg(&file).arg(url("finance"));
    run(dump)?;
    let mut restore = Command::new(scene.servers.program("pg_restore"));
    restore.arg("--exit-on-error").arg("--dbname").arg(url(NAME)).arg(&file);
    run(restore)?;

    let session = scene.superuser(NAME).await?;
    let mut found = checks::broken_rules(&session).await?;
    found.extend(goes_on(&session, scene).await?);
    found.extend(trials::all(&session).await?);
    checks::settle(&session).await?;
    found.extend(checks::broken_rules(&session).await?);
    Ok(found)
}

fn run(mut command: Command) -> Result<(), Failure> {
    let program = command.get_program().display().to_string();
    let failed = || Failure::new(Exit::Failure, format!("{program} did not end well"));
    let output = tokio::task::block_in_place(|| command.output());
    let output = output.map_err(|error| failed().because(&error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed().why(String::from_utf8_lossy(&output.stderr)))
}

/// A gift, the same once more, and what it brought spent.
async fn goes_on(session: &Session, scene: &Scene) -> Result<Vec<String>, Failure> {
    let give = format!(
        "select id || ' ' || replayed from giving.contribute('torture', 'restored', sha256('restored'),
           'fffffff0-0000-4000-8000-000000000000', '{}', null, 100, 'GBP', 'after the restore', null, null, 'torture')",
        scene.places.giver
    );
    let [from, to, _] = &scene.places.funds;
    let move_it = format!(
        "select (allocation).amount_minor from giving.allocate('torture', 'spent', sha256('spent'), '{from}', 'GBP',
           jsonb_build_array(jsonb_build_object('fund_id', '{to}', 'amount_minor', greatest(1, least(100,
             ledger.fund_balance('{from}', 'GBP'))::bigint))), null, 'after the restore', null, 'torture')"
    );
    let held = format!("select ledger.fund_balance('{from}', 'GBP')");
    let number = async |sql: &str| -> Result<i64, Failure> {
        let found = column(session, sql).await?;
        Ok(found.first().and_then(|number| number.parse().ok()).unwrap_or_default())
    };
    let before = number(&held).await?;
    let given = [column(session, &give).await?, column(session, &give).await?].concat();
    let mut found = Vec::new();
    let id = "fffffff0-0000-4000-8000-000000000000";
    if given != [format!("{id} false"), format!("{id} true")] {
        found.push(format!("one gift, told twice, was answered {given:?}"));
    }
    // A fund that refunds have taken below zero has nothing to spend.
    let spent = if before + 100 > 0 { number(&move_it).await? } else { 0 };
    let after = number(&held).await?;
    if after != before + 100 - spent {
        found.push(format!(
            "the general fund held {before}, then {after} after 100 came and {spent} went"
        ));
    }
    Ok(found)
}
