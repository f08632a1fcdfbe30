//! The books restored: from a dump, and as they were at a moment under load. They must be sound, and take postings as before.
use std::{
    collections::BTreeSet,
    process::Command,
    time::{Duration, Instant},
};

use db::Domain;
use tokio_postgres::Client as Session;

use super::{
    checks,
    load::Load,
    scene::{self, Scene, column, rows},
    trials,
};
use crate::failure::{Exit, Failure};

/// The other database.
const NAME: &str = "restored";

/// The moment in the log.
const POINT: &str = "torture";
/// How long a load may take to post something.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is wrong with the books as they were at a point in time in the middle of `load`, from a backup that was made before
/// it (T13).
///
/// # Errors
/// When the load posts nothing, or the servers do not restore.
pub(super) async fn to_a_point(scene: &Scene, load: Load) -> Result<Vec<String>, Failure> {
    let session = scene.superuser("finance").await?;
    let started = column(&session, "select pg_current_xact_id()").await?.concat();
    posted_since(&session, &started).await?;
    let before = journals(&session).await?;
    rows(&session, &format!("select pg_create_restore_point('{POINT}')")).await?;
    // Whoever got a transaction later than this committed after the point.
    let later = column(&session, "select pg_current_xact_id()").await?.concat();
    posted_since(&session, &later).await?;
    let (_, mut found) = load.finish().await;
    // What is full is on the disk, and may be copied.
    rows(&session, "select pg_switch_wal()").await?;

    let restored = tokio::task::block_in_place(|| scene.servers.restore(POINT))?;
    let session = scene::superuser(&restored, "finance").await?;
    let after = journals(&session).await?;
    let lost = before.difference(&after).count();
    if lost > 0 {
        found.push(format!("{lost} journals of before the point are not there"));
    }
    let sql = format!("select id from ledger.journals where xid >= '{later}'::xid8");
    let early = column(&session, &sql).await?.len();
    if early > 0 {
        found.push(format!("{early} journals of after the point are there"));
    }
    checks::settle(&session).await?;
    found.extend(sound_and_goes_on(&session, scene).await?);
    Ok(found)
}

async fn journals(session: &Session) -> Result<BTreeSet<String>, Failure> {
    Ok(column(session, "select id from ledger.journals").await?.into_iter().collect())
}

/// Waits for a journal of that transaction or a later one.
async fn posted_since(session: &Session, xid: &str) -> Result<(), Failure> {
    let sql = format!("select 1 from ledger.journals where xid >= '{xid}'::xid8 limit 1");
    let until = Instant::now() + PATIENCE;
    while column(session, &sql).await?.is_empty() {
        if Instant::now() > until {
            return Err(Failure::new(Exit::Failure, "nothing is posted under load"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// What is wrong with the books of a dump, restored into another database (T11).
///
/// # Errors
/// When `pg_dump` or `pg_restore` does not end well.
pub(super) async fn of_a_dump(scene: &Scene) -> Result<Vec<String>, Failure> {
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

    sound_and_goes_on(&scene.superuser(NAME).await?, scene).await
}

/// What is wrong before and after something is given, spent and tried there.
async fn sound_and_goes_on(session: &Session, scene: &Scene) -> Result<Vec<String>, Failure> {
    let mut found = checks::broken_rules(session).await?;
    found.extend(goes_on(session, scene).await?);
    found.extend(trials::all(session).await?);
    checks::settle(session).await?;
    found.extend(checks::broken_rules(session).await?);
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
