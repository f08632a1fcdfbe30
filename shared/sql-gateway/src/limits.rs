//! Numbers that may be chosen, and those that may not.
use std::time::Duration;

/// What one gateway lets pass.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a request's body; 413 above.
    pub request: usize,
    /// Bytes of a response's body; 507 above. Looked at before each row.
    pub response: usize,
    /// Time for a request from its body on; its statements are cancelled then.
    pub time: Duration,
    /// Requests that are at a database at the same time; more wait, and then get a 500.
    pub sessions: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        let mebibyte = 1024 * 1024;
        Limits {
            request: 10 * mebibyte,
            response: 10 * mebibyte,
            time: Duration::from_secs(30),
            sessions: 20,
        }
    }
}

/// HTTP connections at the same time; more wait.
pub(crate) const CONNECTIONS: usize = 256;
/// For the head of a request; also how long an idle connection is kept.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// For the body of a request.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// For TCP, TLS and the login.
pub(crate) const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);
/// For another request to end when all sessions are in use.
pub(crate) const WAIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a session is kept for the next request of the same login.
pub(crate) const IDLE: Duration = Duration::from_secs(60);
/// For a cancelled statement to end.
pub(crate) const CANCEL_GRACE: Duration = Duration::from_secs(2);
