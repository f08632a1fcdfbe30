//! Reads of large books: through the statements that the routes send.
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use db::Db;
use finance::sql::{
    books::{ACCOUNT, BAD_LINKS, BREAKS, CODES},
    ledger::TEN_MINUTES,
};
use serde::Serialize;
use types::AccountId;

use super::{
    Size,
    posting::busy,
    scene::{Scene, patient},
};
use crate::{
    bench::spread::{Samples, Spread, three_digits},
    failure::{Exit, Failure},
    output::Output,
};

/// Times, and how large the books were.
#[derive(Debug, Serialize)]
pub(super) struct Reads {
    pub(super) entries: u64,
    pub(super) sealed: u64,
    pub(super) trial_balance_ms: Spread,
    pub(super) balance_ms: Spread,
    /// While four instances post to it and the folding job runs each second.
    pub(super) balance_busy_ms: Spread,
    pub(super) invariants_ms: Spread,
    pub(super) verified_per_s: f64,
}

/// Reads everything a few times.
///
/// # Errors
/// When a read fails, or the books are not sound.
pub(super) fn measure(scene: &Scene<'_>, size: Size, out: &Output) -> Result<Reads, Failure> {
    let pool = scene.pool()?;
    let db = patient(&pool);
    let times = if size.rounds > 1 { 5 } else { 1 };
    let number = |sql: &'static str| -> Result<u64, Failure> {
        let value = scene.runtime.block_on(scene.value(sql))?;
        Ok(value.parse().unwrap_or_default())
    };
    let account = "select id from ledger.accounts where code = '1200' and currency = 'GBP'";
    let account: AccountId = scene
        .runtime
        .block_on(scene.value(account))?
        .parse()
        .map_err(|_| Failure::new(Exit::Failure, "account 1200 is not there"))?;
    let (entries, sealed) = (
        number("select count(*) from ledger.entries")?,
        number("select count(*) from ledger.seals")?,
    );

    out.step(format_args!("reading {entries} entries"));
    let trial_balance = timed(scene, times, async || {
        CODES.all(&db, ("en".to_owned(), None, None, None, None)).await.map(drop)
    })?;
    let balance = timed(scene, 200, async || read_balance(&db, account).await)?;
    out.step("asking every rule");
    // What is measured must be right as well.
    let found = RefCell::new(Vec::new());
    let invariants = timed(scene, times.min(3), async || {
        let (_, broken) = db.transaction((TEN_MINUTES.with(()), BREAKS.with((10,)))).await?;
        let broken = broken.iter().map(|it| format!("{} {}", it.invariant, it.what));
        found.borrow_mut().extend(broken);
        Ok(())
    })?;
    out.step(format_args!("verifying a chain of {sealed}"));
    let verified = timed(scene, 1, async || {
        let (_, broken) = db.transaction((TEN_MINUTES.with(()), BAD_LINKS.with((10,)))).await?;
        found.borrow_mut().extend(broken.iter().map(|it| format!("link {} {}", it.seq, it.why)));
        Ok(())
    })?;
    if let [first, ..] = &found.borrow()[..] {
        return Err(Failure::new(Exit::Failure, "the books of the benchmark are broken").why(first));
    }
    out.step("balances while they are posted to");
    let balance_busy = busy(scene, 4, || {
        let folding = async {
            loop {
                // As the job does, only more often.
                let _ = scene.value("select ledger.fold(200)").await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        let mut samples = Samples::default();
        scene.runtime.block_on(async {
            let reading = async {
                for _ in 0..if size.rounds > 1 { 500 } else { 20 } {
                    let began = Instant::now();
                    read_balance(&db, account).await.map_err(|error| unreadable(&error))?;
                    samples.add(began.elapsed().as_secs_f64() * 1e3);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Ok::<(), Failure>(())
            };
            tokio::select! { read = reading => read, () = folding => Ok(()) }
        })?;
        Ok(samples)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a hundred thousand")]
    let verified_per_s = sealed as f64 / (verified.median() / 1e3);
    Ok(Reads {
        entries,
        sealed,
        trial_balance_ms: trial_balance.spread(),
        balance_ms: balance.spread(),
        balance_busy_ms: balance_busy.spread(),
        invariants_ms: invariants.spread(),
        verified_per_s: three_digits(verified_per_s),
    })
}

async fn read_balance(db: &Db<'_>, account: AccountId) -> Result<(), db::Error> {
    ACCOUNT.one(db, (account,)).await.map(drop)
}

/// So many times in a row, in milliseconds.
fn timed(
    scene: &Scene<'_>,
    times: usize,
    read: impl AsyncFn() -> Result<(), db::Error>,
) -> Result<Samples, Failure> {
    let mut samples = Samples::default();
    for _ in 0..times {
        let began = Instant::now();
        scene.runtime.block_on(read()).map_err(|error| unreadable(&error))?;
        samples.add(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(samples)
}

fn unreadable(error: &db::Error) -> Failure {
    Failure::new(Exit::Failure, "the books cannot be read").because(error)
}
