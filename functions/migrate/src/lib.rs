//! The Lambda function that applies migrations, for databases that only a function in their network can reach.
//!
//! It carries the files of `migrations/` that it was built with, and nothing else decides what it does: the same library as
//! `cargo aruuri migrate apply`, the direct URLs from its variables. A deployment invokes it before the new functions take
//! over, again as long as `pending` is not 0. It has no HTTP route, so that its outcome is an answer or an error of the
//! function itself, which `aws lambda invoke` shows as `FunctionError`.
//!
//! What it does not do: go back, plan, or run at the same time as another one (reserved concurrency 1, and the lock of the
//! database).

mod apply;
mod embedded;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

pub use apply::{Answer, Applied, Failed, Request, apply};
pub use embedded::directory;

/// Runs as a Lambda function until the environment is shut down.
pub fn serve() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(lambda_runtime::run(service_fn(invoke))),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(&json!({ "level": "ERROR", "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

async fn invoke(event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let deadline = deadline(event.context.deadline);
    let request = match Request::read(event.payload) {
        Ok(request) => request,
        Err(failed) => return Err(diagnostic(&failed)),
    };
    let answer = apply(&request, deadline, |name| std::env::var(name).ok(), &mut log).await;
    answer.map_err(|failed| diagnostic(&failed))
}

/// The wall clock of the event as this process counts time.
fn deadline(epoch_ms: u64) -> Instant {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::now() + Duration::from_millis(epoch_ms).saturating_sub(now)
}

fn diagnostic(failed: &Failed) -> Diagnostic {
    log(&json!({ "level": "ERROR", "type": failed.kind, "error": failed.message }));
    Diagnostic { error_type: failed.kind.to_owned(), error_message: failed.message.clone() }
}

/// One line of JSON.
fn log(line: &Value) {
    use std::io::Write as _;
    // Standard output is the log; when it is gone, there is nobody to tell.
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}
