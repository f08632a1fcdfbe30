//! `Idempotency-Key` for routes whose effect is not a ledger function of its own.
use db::{
    Kind, On, Session, Tx,
    idempotency::{Key, Once, Stored},
};
use serde_json::{Value, json};

use crate::{Problem, Request, Resource, Response, problem, response::header};

impl Request {
    /// Scope, key and fingerprint of this request, if it carries an `Idempotency-Key`.
    ///
    /// # Errors
    /// 400 for a malformed key.
    pub fn once_key(&self) -> Result<Option<Key>, Problem> {
        let Some(key) = self.idempotency_key()? else { return Ok(None) };
        let caller = self.caller.as_ref().map(|c| c.contact.to_string()).unwrap_or_default();
        let scope = format!("{}:{caller}", self.route.name);
        Ok(Some(Key { scope, key: key.to_owned(), fingerprint: self.fingerprint() }))
    }

    /// The same for a route that requires a key, for a database function that keeps it.
    ///
    /// # Errors
    /// 400 for a missing or malformed key.
    pub fn required_key(&self) -> Result<Key, Problem> {
        self.once_key()?.ok_or_else(|| {
            let detail = "is missing: choose a new one for each payment, repeat it on retries";
            Problem::header(problem::KEY_MISSING, header::IDEMPOTENCY_KEY, detail)
        })
    }
}

/// Runs `work`, one statement, once per `Idempotency-Key` and answers repeats with the first answer.
/// Without a key the statement is alone: one round trip; with one it takes two.
///
/// # Errors
/// Those of `work`; 422 if the key belongs to another request, 409 while the first is at work, 410 if an erasure took
/// the answer away.
pub async fn once(
    req: &Request,
    db: &Session<'_>,
    work: impl AsyncFnOnce(&On<'_>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let Some(key) = req.once_key()? else {
        return work(&On::Db(db.db())).await;
    };
    let kept = async |tx: &Tx<'_>| {
        let response = work(&On::Tx(tx)).await?;
        let stored = json!({ "status": response.status, "headers": response.headers, "body": response.body });
        let status = i16::try_from(response.status).unwrap_or_default();
        Ok((response, status, stored))
    };
    match db.once(&key, kept).await {
        Ok(Once::Done(response)) => Ok(response),
        Ok(Once::Replay(stored)) => replay(&key, stored),
        Err(problem) => Err(in_progress(problem)),
    }
}

/// Waiting for the key in vain means that the first request is still at work.
pub fn in_progress(problem: Problem) -> Problem {
    let cause = std::error::Error::source(&problem).and_then(|cause| cause.downcast_ref());
    let waited = cause.is_none_or(|cause: &db::Error| cause.kind() == Kind::LockTimeout);
    if problem.code == problem::BUSY && waited {
        let detail = "wait for the first request with this key, then repeat";
        return Problem::new(problem::IN_PROGRESS, detail)
            .with(header::RETRY_AFTER, "1")
            .because(problem);
    }
    problem
}

fn replay(key: &Key, stored: Stored) -> Result<Response, Problem> {
    if stored.fingerprint != key.fingerprint {
        return Err(key_reused());
    }
    let stored = stored.response.unwrap_or_default();
    if stored["forgotten"] == true {
        // The work was done: it is neither done again nor told again.
        let detail = "the answer was about somebody who was erased since";
        return Err(Problem::new(problem::FORGOTTEN, detail));
    }
    let status = stored["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(200);
    let mut response = Response::new(status);
    for pair in stored["headers"].as_array().into_iter().flatten() {
        if let (Some(name), Some(value)) = (known(&pair[0]), pair[1].as_str()) {
            response.set(name, value);
        }
    }
    response.body = stored["body"].as_str().unwrap_or_default().to_owned();
    Ok(response.with(header::REPLAYED, "true"))
}

/// 201 with a resource whose statement kept the key itself, marked if it had been there before.
///
/// # Errors
/// The value cannot be written as JSON.
pub fn created_once<T: Resource>(
    req: &Request,
    value: &T,
    replayed: bool,
) -> Result<Response, Problem> {
    let response = crate::created(req, value)?;
    Ok(if replayed { response.with(header::REPLAYED, "true") } else { response })
}

/// 422: another request came with this key before.
pub fn key_reused() -> Problem {
    let detail = "was used for another request: choose a new one";
    Problem::header(problem::KEY_REUSED, header::IDEMPOTENCY_KEY, detail)
}

/// The headers that a route sets.
fn known(name: &Value) -> Option<&'static str> {
    let names = [
        header::CONTENT_TYPE,
        header::CONTENT_LANGUAGE,
        header::ETAG,
        header::LOCATION,
        header::VARY,
    ];
    names.into_iter().find(|known| name == known)
}
