//! `finance-accrue-gift-aid`: keeps the books in step with what can be claimed.
//!
//! First takes out what can no longer be claimed, then puts in what can, then books what has to be given back. Every step
//! looks again under a lock, so that a job that runs twice, or beside another, does everything once.
use std::time::Duration;

use api::{Failed, Job, Run};
use db::{Db, Domain};
use giftaid::eligibility::Eligibility;
use serde_json::{Value, json};
use types::{AccrualId, ContributionId};

use crate::{
    gift_aid::facts,
    sql::gift_aid::{ACCRUE, CANDIDATES, FACTS, GIVE_BACK, OPEN, RELEASE},
};

/// The job.
pub const JOB: Job = Job {
    name: "finance-accrue-gift-aid",
    summary: "Books the Gift Aid that gifts are worth, takes out what can no longer be claimed, and what to give back.",
    domain: Domain::Finance,
    schedule: "rate(1 hour)",
    timeout_s: 120,
    work: |run, db| Box::pin(work(run, db)),
    ..Job::DEFAULT
};

/// Gifts at a time: each is locked, and a refund of it waits.
const BATCH: i64 = 200;
/// A batch may take as long as the role's `statement_timeout`, three statements each.
const BATCH_TIME: Duration = Duration::from_secs(15);
/// What stands for the request in the books.
const REQUEST: &str = "finance-accrue-gift-aid";

async fn work(run: &Run, db: &Db<'_>) -> Result<Value, Failed> {
    let released = release(run, db).await?;
    let accrued = accrue(run, db).await?;
    let back = GIVE_BACK.one(db, (1_000, None, REQUEST.to_owned())).await?;
    Ok(json!({
        "released": released, "accrued": accrued.0, "accrued_tax_minor": accrued.1,
        "to_give_back": back.taken, "to_give_back_tax_minor": back.tax_minor,
        "complete": run.left() > BATCH_TIME,
    }))
}

async fn release(run: &Run, db: &Db<'_>) -> Result<i64, Failed> {
    let (mut after, mut released): (Option<AccrualId>, i64) = (None, 0);
    while run.left() > BATCH_TIME {
        let open = OPEN.all(db, (after, BATCH)).await?;
        let Some(last) = open.last() else { break };
        after = Some(last.id);
        let gifts: Vec<ContributionId> =
            open.iter().map(|accrual| accrual.contribution_id).collect();
        let known = FACTS.all(db, (gifts, None)).await?;
        let (mut ids, mut reasons) = (Vec::new(), Vec::new());
        for accrual in open {
            let Some(gift) = known.iter().find(|gift| gift.id == accrual.contribution_id) else {
                continue;
            };
            let left = gift.amount.minor() - gift.refunded_minor;
            let reason = match facts::eligibility(gift) {
                Eligibility::Eligible(_) if left == accrual.amount_minor => continue,
                // The rest is put in again, with the tax that it is worth.
                Eligibility::Eligible(_) => "amount_changed",
                Eligibility::NotYet(reason) | Eligibility::Never(reason) => reason.code(),
            };
            ids.push(accrual.id);
            reasons.push(reason.to_owned());
        }
        if !ids.is_empty() {
            released += RELEASE.one(db, (ids, reasons, None, REQUEST.to_owned())).await?.taken;
        }
    }
    Ok(released)
}

async fn accrue(run: &Run, db: &Db<'_>) -> Result<(i64, i64), Failed> {
    let (mut after, mut accrued): (Option<ContributionId>, (i64, i64)) = (None, (0, 0));
    while run.left() > BATCH_TIME {
        let gifts: Vec<ContributionId> =
            CANDIDATES.all(db, (after, BATCH)).await?.iter().map(|gift| gift.id).collect();
        let Some(last) = gifts.last() else { break };
        after = Some(*last);
        let (mut ids, mut declarations, mut claimants) = (Vec::new(), Vec::new(), Vec::new());
        for gift in FACTS.all(db, (gifts, None)).await? {
            if let (Eligibility::Eligible(declaration), Some(claimant)) =
                (facts::eligibility(&gift), gift.claimant_id)
            {
                ids.push(gift.id);
                declarations.push(declaration);
                claimants.push(claimant);
            }
        }
        if !ids.is_empty() {
            let params = (ids, declarations, claimants, None, REQUEST.to_owned());
            let posted = ACCRUE.one(db, params).await?;
            accrued = (accrued.0 + posted.taken, accrued.1 + posted.tax_minor);
        }
    }
    Ok(accrued)
}
