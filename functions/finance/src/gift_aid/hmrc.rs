//! The tax office's Transaction Engine over HTTPS: one message there, one answer back.
//!
//! What matters is which failures are certain: a connection that never came about has sent nothing, and the message may be
//! sent again. After that, whatever goes wrong, the outcome is unknown, and the claim is asked for, never sent again.
use std::{error, fmt, io, time::Duration};

use giftaid::govtalk::{Sender, Service};
use https::{Cause, Connection, Endpoint, Full, Request};
use percent_encoding::percent_decode_str;
use tokio::time::timeout;

/// The variable: `off`, or `https://sender:password@host/?vendor=1234`, with `&test=1` for the test service.
pub const VARIABLE: &str = "ARUURI_HMRC";

/// How long a connection may take, and then an answer.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read at most: one with an error for each of a thousand lines is below a megabyte.
const MAX_ANSWER: usize = 4 << 20;

/// Where claims are sent, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmrc {
    /// Who sends.
    pub sender: Sender,
    endpoint: Endpoint,
}

/// What to ask the Transaction Engine for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// Submissions, deletions and lists.
    Submission,
    /// Polls.
    Poll,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Trouble {
    /// No connection came about: nothing was sent.
    NotSent(Cause),
    /// It broke afterwards, or took too long: the outcome is unknown.
    NoAnswer(Cause),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::NotSent(_) => {
                f.write_str("the tax office could not be reached, nothing was sent")
            }
            Trouble::NoAnswer(_) => {
                f.write_str("the tax office gave no answer, the outcome is unknown")
            }
        }
    }
}

impl error::Error for Trouble {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        let (Trouble::NotSent(cause) | Trouble::NoAnswer(cause)) = self;
        Some(&**cause)
    }
}

impl Hmrc {
    /// Reads the variable; none if it is `off`.
    ///
    /// # Errors
    /// What is wrong with it, never its value.
    pub fn parse(value: &str) -> Result<Option<Hmrc>, &'static str> {
        if value == "off" {
            return Ok(None);
        }
        let (scheme, rest) = match value.split_once("://") {
            Some(("https", rest)) => ("https", rest),
            // In the clear only to this machine: what a test stands up.
            Some(("http", rest)) if rest.contains("@127.0.0.1:") => ("http", rest),
            _ => return Err("must be off, or https://sender:password@host/?vendor=1234"),
        };
        let (login, rest) =
            rest.rsplit_once('@').ok_or("has no sender and password before the host")?;
        let (sender_id, password) =
            login.split_once(':').ok_or("has no password after the sender")?;
        let (place, query) = rest.split_once("/?").ok_or("has no /?vendor= after the host")?;
        let endpoint = Endpoint::of(&format!("{scheme}://{place}"))?;
        if endpoint.path != "/" {
            return Err("has a path after the host");
        }
        let parameter = |name: &str| {
            query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)
        };
        let (_, vendor) = parameter("vendor").ok_or("has no vendor= after the host")?;
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let service = if parameter("test").is_some() { Service::Test } else { Service::Live };
        let sender = Sender {
            sender_id: plain(sender_id),
            password: plain(password),
            vendor_id: plain(vendor),
            product: ("Aruuri".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            service,
        };
        Ok(Some(Hmrc { sender, endpoint }))
    }

    /// Sends a message and reads the answer.
    ///
    /// # Errors
    /// Whether anything was sent, and why there is no answer.
    pub async fn post(&self, desk: Desk, message: String) -> Result<String, Trouble> {
        let connection = match timeout(CONNECT, self.endpoint.connect()).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(e)) => return Err(Trouble::NotSent(e)),
            Err(late) => return Err(Trouble::NotSent(late.into())),
        };
        match timeout(ANSWER, self.exchange(connection, desk, message)).await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(e)) => Err(Trouble::NoAnswer(e)),
            Err(late) => Err(Trouble::NoAnswer(late.into())),
        }
    }

    async fn exchange(
        &self,
        connection: Connection,
        desk: Desk,
        message: String,
    ) -> Result<String, Cause> {
        let path = match desk {
            Desk::Submission => "/submission",
            Desk::Poll => "/poll",
        };
        let request = Request::post(path)
            .header("host", &self.endpoint.authority)
            .header("content-type", "text/xml; charset=utf-8")
            .body(Full::from(message))?;
        let answer = connection.send(request, MAX_ANSWER).await?;
        if !(200..300).contains(&answer.status) {
            return Err(io::Error::other(format!("HTTP status {}", answer.status)).into());
        }
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }
}
