//! What one invocation does.

use std::time::{Duration, Instant};

use db::{Access, Chain, Domain, Url};
use migrate::marker::{self, Environment};
use migrate::{Error, Options, Step};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::directory;

/// The event. All of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// The domains to migrate; those whose URL is set otherwise.
    pub domains: Vec<String>,
    /// What a database without a mark is marked as: `preview`, `staging`, `production` …
    pub mark: Option<String>,
}

/// What was done.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// The files applied now, in order.
    pub applied: Vec<Applied>,
    /// How many wait still, because time was short: invoke again.
    pub pending: usize,
    /// The domains whose database a newer release has migrated; nothing was done there, and nothing is undone.
    pub ahead: Vec<&'static str>,
    /// The domains that were looked at, with the first line of their `atlas.sum`.
    pub domains: Vec<Looked>,
}

/// A file applied now.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// Its domain.
    pub domain: &'static str,
    /// Its name.
    pub file: String,
    /// How long it took, in milliseconds.
    pub ms: u128,
}

/// A domain that was looked at.
#[derive(Debug, Serialize)]
pub struct Looked {
    /// Its name.
    pub domain: &'static str,
    /// Names the state of its files.
    pub total: String,
}

/// Why it could not be done, in all domains that failed.
#[derive(Debug)]
pub struct Failed {
    /// One word of the first of them: `Dirty`, `Checksum`, `Locked`, `Statement` …
    pub kind: &'static str,
    /// A sentence for each.
    pub message: String,
}

impl Request {
    /// Takes an event; `null` is one that asks for nothing in particular.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn read(event: Value) -> Result<Request, Failed> {
        if event.is_null() {
            return Ok(Request::default());
        }
        serde_json::from_value(event).map_err(|error| Failed {
            kind: "Request",
            message: format!(
                "the event is not {{\"domains\": [\"finance\"], \"mark\": \"preview\"}}: {error}"
            ),
        })
    }

    fn urls(&self, var: &impl Fn(&str) -> Option<String>) -> Result<Vec<(Domain, Url)>, Failed> {
        let failed = |message: String| Failed { kind: "Request", message };
        let known = |name: &String| Domain::ALL.iter().any(|domain| domain.name() == name);
        if let Some(name) = self.domains.iter().find(|name| !known(name)) {
            return Err(failed(format!("there is no domain `{name}`")));
        }
        let mut urls = Vec::new();
        for domain in Domain::ALL {
            let named = self.domains.iter().any(|name| name == domain.name());
            match Url::find(domain, Access::Admin, var) {
                Ok(url) if named || self.domains.is_empty() => urls.push((domain, url)),
                Err(error) if named => return Err(failed(error.to_string())),
                _ => {}
            }
        }
        if urls.is_empty() {
            return Err(failed("no database URL is set: ARUURI_<DOMAIN>_DATABASE_URL".to_owned()));
        }
        Ok(urls)
    }
}

/// Applies what waits in each domain; one that fails does not keep the others from going on.
///
/// # Errors
/// When a domain failed; what was applied stays applied, and the next invocation goes on there.
pub async fn apply(
    request: &Request,
    deadline: Instant,
    var: impl Fn(&str) -> Option<String>,
    log: &mut (dyn FnMut(&Value) + Send),
) -> Result<Answer, Failed> {
    let mark = request.mark.as_deref().map(str::parse::<Environment>).transpose();
    let mark = mark.map_err(|message| Failed { kind: "Request", message })?;
    let mut answer = Answer::default();
    let mut failed: Option<Failed> = None;
    for (domain, url) in request.urls(&var)? {
        if let Err(error) = domain_with(domain, &url, mark, deadline, &mut answer, log).await {
            let message = format!("{}: {}", domain.name(), Chain(&error));
            let first = failed.get_or_insert(Failed { kind: kind(&error), message: String::new() });
            if !first.message.is_empty() {
                first.message.push_str("; ");
            }
            first.message.push_str(&message);
        }
    }
    failed.map_or(Ok(answer), Err)
}

async fn domain_with(
    domain: Domain,
    url: &Url,
    mark: Option<Environment>,
    deadline: Instant,
    answer: &mut Answer,
    log: &mut (dyn FnMut(&Value) + Send),
) -> Result<(), Error> {
    let name = domain.name();
    let files = directory(domain);
    answer.domains.push(Looked { domain: name, total: files.total() });
    let mut client = migrate::connect(url).await?;
    let owner = format!("{name}_owner");
    if let Some(environment) = mark
        && marker::read(&client).await?.is_none()
    {
        marker::write(&client, environment, Some(&owner)).await?;
    }
    let options = Options {
        deadline: Some(deadline),
        // Another invocation cannot run, but a person may.
        lock_timeout: Duration::from_secs(20),
        role: Some(owner),
        ..Options::default()
    };
    let applied = &mut answer.applied;
    let mut watch = |step: Step<'_>| {
        log(&line(name, &step));
        // Told one by one, so that the answer has those before a failure too.
        if let Step::Applied(done) = step {
            applied.push(Applied {
                domain: name,
                file: done.file.clone(),
                ms: done.took.as_millis(),
            });
        }
    };
    let report = migrate::apply_with(&mut client, &files, &options, &mut watch).await?;
    answer.pending += report.pending;
    if report.ahead {
        answer.ahead.push(name);
    }
    Ok(())
}

fn line(domain: &str, step: &Step<'_>) -> Value {
    let (what, detail) = match step {
        Step::Waits { holder } => ("waits", json!(holder)),
        Step::Begins { file, .. } => ("begins", json!(file)),
        Step::Recovers { file, how, .. } => ("recovers", json!(format!("{file}: {how}"))),
        Step::Retries { file, error } => ("retries", json!(format!("{file}: {}", Chain(*error)))),
        Step::Applied(applied) => ("applied", json!(applied.file)),
        Step::Stops { pending } => ("stops", json!(pending)),
        _ => ("step", Value::Null),
    };
    json!({ "level": "INFO", "domain": domain, "step": what, "detail": detail })
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Dirty { .. } => "Dirty",
        Error::Locked { .. } => "Locked",
        Error::Pooled => "Pooled",
        Error::Connect { .. } => "Unreachable",
        Error::SumMissing
        | Error::SumFormat { .. }
        | Error::SumMismatch { .. }
        | Error::LineEnds { .. }
        | Error::HistoryChanged { .. } => "Checksum",
        Error::OutOfOrder { .. } | Error::FileMissing { .. } | Error::NotEmpty { .. } => {
            "OutOfSync"
        }
        Error::Statement { .. } | Error::Commit { .. } => "Statement",
        _ => "Failed",
    }
}
