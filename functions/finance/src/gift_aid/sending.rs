//! Sending a claim once, and asking for it until there is an answer.
use db::{Chain, Db};
use giftaid::govtalk::{self, Answer, Refusal};
use serde_json::{Value, json};
use types::{ClaimId, Date, Timestamp};

use super::{
    claims::file,
    hmrc::{Desk, Hmrc, Trouble},
};
use crate::sql::{
    claims::{ACCEPT, ACKNOWLEDGE, BEGIN, CLAIMANT, Claim, LINES, NO_ANSWER, NOT_SENT, REJECT},
    small_donations::SENT,
};

/// Seconds until a claim without an answer is asked for again.
const RETRY_S: i32 = 60;
/// Seconds to wait at least between two questions, whatever the tax office says.
const SHORTEST_S: i32 = 10;

/// The number of ours that goes with a claim: by it the tax office's list names it. 32 of `0-9A-F`.
pub fn transaction_id(id: ClaimId) -> String {
    id.to_string().replace('-', "").to_uppercase()
}

/// Sends a submitted claim, if nobody else does, and records what came back.
///
/// # Errors
/// Those of the database; a claim that was marked as sent stays so, and is asked for later.
pub async fn send(db: &Db<'_>, hmrc: &Hmrc, claim: &Claim, request: &str) -> Result<(), db::Error> {
    let lines = LINES.all(db, (claim.id,)).await?;
    let claimant = CLAIMANT.one(db, (claim.id,)).await?;
    let small = SENT.all(db, (claim.id,)).await?;
    let Some(submission) = file::submission(claim, &claimant, &lines, &small) else {
        return Ok(());
    };
    let message =
        govtalk::submit(&submission, &hmrc.sender, &transaction_id(claim.id), Timestamp::now());
    if !BEGIN.one(db, (claim.id,)).await?.made {
        return Ok(());
    }
    match hmrc.post(Desk::Submission, message).await {
        Err(trouble @ Trouble::NotSent(_)) => {
            NOT_SENT.one(db, (claim.id, said(&trouble))).await?;
            Ok(())
        }
        Err(trouble) => no_answer(db, claim.id, &said(&trouble)).await,
        Ok(text) => match govtalk::read(&text) {
            // It has read nothing of the claim, so there is nothing to ask for: it can be collected anew.
            Ok(Answer::Refused(refusal)) => {
                reject(db, claim.id, "", &[refusal], &text, request).await
            }
            answer => record(db, claim.id, answer, &text, request).await,
        },
    }
}

/// Asks what became of a claim, and records it.
///
/// # Errors
/// Those of the database.
pub async fn ask(db: &Db<'_>, hmrc: &Hmrc, claim: &Claim, request: &str) -> Result<(), db::Error> {
    let (desk, message) = match &claim.correlation_id {
        Some(id) => (Desk::Poll, govtalk::poll(id, &hmrc.sender)),
        // The acknowledgement was lost: the tax office's list has the claim under our number, or it never came.
        None => {
            let today = CLAIMANT.one(db, (claim.id,)).await?.today;
            // A timestamp begins with its day; an hour of summer time before midnight is the day before, and is asked for.
            let submitted = claim.submitted_at.map(|at| at.to_string());
            let first =
                submitted.and_then(|at| at.get(..10)?.parse::<Date>().ok()).unwrap_or(today);
            (Desk::Submission, govtalk::list(first, today, &hmrc.sender))
        }
    };
    let text = match hmrc.post(desk, message).await {
        Ok(text) => text,
        Err(trouble) => return no_answer(db, claim.id, &said(&trouble)).await,
    };
    let answer = match govtalk::read(&text) {
        Ok(Answer::Known(records)) => {
            let ours = transaction_id(claim.id);
            let found = records.into_iter().find(|record| record.transaction_id == ours);
            match found {
                Some(record) => Ok(Answer::Acknowledged {
                    correlation_id: record.correlation_id,
                    endpoint: None,
                    poll_after_s: 0,
                }),
                None => {
                    return no_answer(db, claim.id, "the tax office's list does not name it").await;
                }
            }
        }
        answer => answer,
    };
    let settled = matches!(answer, Ok(Answer::Accepted { .. } | Answer::Rejected { .. }));
    record(db, claim.id, answer, &text, request).await?;
    if let (true, Some(id)) = (settled, &claim.correlation_id) {
        // It is kept here now; whether the tax office forgets it changes nothing.
        let _ = hmrc.post(Desk::Submission, govtalk::delete(id, &hmrc.sender)).await;
    }
    Ok(())
}

async fn record(
    db: &Db<'_>,
    id: ClaimId,
    answer: Result<Answer, govtalk::Unreadable>,
    text: &str,
    request: &str,
) -> Result<(), db::Error> {
    let body = text.to_owned();
    match answer {
        Ok(Answer::Acknowledged { correlation_id, poll_after_s, .. }) => {
            let wait = i32::try_from(poll_after_s).unwrap_or(RETRY_S).clamp(SHORTEST_S, 3_600);
            ACKNOWLEDGE.one(db, (id, correlation_id, wait, body)).await?;
        }
        Ok(Answer::Accepted { correlation_id, .. }) => {
            ACCEPT.one(db, (id, correlation_id, body)).await?;
        }
        Ok(Answer::Rejected { correlation_id, errors }) => {
            reject(db, id, &correlation_id, &errors, text, request).await?;
        }
        Ok(Answer::Busy(refusal) | Answer::Refused(refusal)) => {
            let detail = format!("{} {}", refusal.number, refusal.text);
            no_answer(db, id, &detail).await?;
        }
        Ok(Answer::Known(_) | Answer::Deleted) => {
            no_answer(db, id, "an answer to something else").await?;
        }
        Err(unreadable) => no_answer(db, id, &said(&unreadable)).await?,
    }
    Ok(())
}

async fn no_answer(db: &Db<'_>, id: ClaimId, detail: &str) -> Result<(), db::Error> {
    NO_ANSWER.one(db, (id, detail.to_owned(), RETRY_S)).await?;
    Ok(())
}

async fn reject(
    db: &Db<'_>,
    id: ClaimId,
    correlation_id: &str,
    errors: &[Refusal],
    text: &str,
    request: &str,
) -> Result<(), db::Error> {
    let errors: Vec<Value> = errors
        .iter()
        .map(|e| json!({ "line": e.line, "number": e.number, "path": e.path, "text": e.text }))
        .collect();
    let params =
        (id, correlation_id.to_owned(), Value::Array(errors), text.to_owned(), request.to_owned());
    REJECT.one(db, params).await?;
    Ok(())
}

/// An error and its causes; the chain itself may not wait.
fn said(error: &(dyn std::error::Error + 'static)) -> String {
    Chain(error).to_string()
}
