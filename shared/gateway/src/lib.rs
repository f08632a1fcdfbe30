//! API Gateway and Lambda on one machine: real HTTP on one side, the Lambda Runtime API on the other.
//!
//! A [`Gateway`] listens on 127.0.0.1, turns each request into an HTTP API event of payload format
//! 2.0, hands it to a process of the function that takes the route, and turns the function's answer
//! back into HTTP. The function's binary is the one that is deployed: it cannot tell the difference,
//! except that nothing limits its memory and that its environment has no `PATH`.
//!
//! [`Instance`] is one such process without HTTP in front: what `invoke` and the benchmarks drive.
//!
//! # What the caller gets when there is no answer to pass on
//! | what happened | status | as API Gateway |
//! |---|---|---|
//! | no route, no `$default` | 404 `Not Found` | yes |
//! | head of the request above 10,240 bytes | 431 | the limit is documented, the status is not |
//! | body above 10 MB, or event above 6 MB | 413 `Request Entity Too Large` | yes |
//! | path or `Host` that is no UTF-8 or no name | 400 `Bad Request` | yes |
//! | function crashed, reported an error, could not start, or its answer is unreadable or above 6 MB | 502 `Internal Server Error` | no: an HTTP API answers 500, which could not be told from the function's own |
//! | function ran longer than its timeout | 500 `Internal Server Error` | yes |
//! | no answer after 30 s, function still running | 503 `Service Unavailable` | yes |
//! | more requests wait for a function than may | 429 `Too Many Requests` | as its own throttling; a throttled Lambda would be 503 |
//! | the gateway stops | 503 `Service Unavailable` | does not happen there |

mod answer;
mod connection;
mod error;
mod event;
mod function;
mod instance;
mod limits;
mod log;
mod pool;
mod route;
mod router;
mod runtime_api;
mod server;
mod watchdog;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use error::{Failure, StartError};
pub use event::{Call, Stamp, event};
pub use function::Function;
pub use instance::{Instance, Timings};
pub use limits::Limits;
pub use log::{Entry, Log};
pub use route::{example_event, example_path, find_placeholder, token_placeholder, variables};
pub use server::{Config, Gateway, Handle};
pub use watchdog::Watchdog;
