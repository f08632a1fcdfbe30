//! What happens in the gateway, told to whoever started it.
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use crate::{Failure, limits};

/// One thing that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A function wrote a line to its stdout or stderr.
    Line {
        /// Which function.
        function: &'a str,
        /// Without the line end.
        line: &'a str,
    },
    /// A process polled for the first time.
    Started {
        /// Which function.
        function: &'a str,
        /// From start to first poll.
        init: Duration,
    },
    /// An invocation gave no answer.
    Failed {
        /// Which function.
        function: &'a str,
        /// Why.
        failure: &'a Failure,
        /// The last lines that the process wrote, oldest first.
        last_lines: &'a [String],
    },
    /// A request was answered.
    Request {
        /// As sent.
        method: &'a str,
        /// Without the query: it may hold what should not be logged.
        path: &'a str,
        /// What was answered.
        status: u16,
        /// From the last byte of the request to the answer.
        took: Duration,
        /// Which function; none if no route matched.
        function: Option<&'a str>,
    },
}

/// Where entries go.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(Entry<'_>) + Send + Sync>);

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    /// Calls `write` for every entry, from many tasks: it must not wait for long.
    pub fn new(write: impl Fn(Entry<'_>) + Send + Sync + 'static) -> Log {
        Log(Arc::new(write))
    }

    /// Drops every entry.
    #[must_use]
    pub fn none() -> Log {
        Log::new(|_| ())
    }

    pub(crate) fn write(&self, entry: Entry<'_>) {
        (self.0)(entry);
    }
}

/// The last lines of one process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == limits::LOG_LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }
}

/// Reads `stream` to its end and passes on every line.
pub(crate) async fn follow(stream: impl AsyncRead + Unpin, function: String, log: Log, tail: Tail) {
    let mut stream = BufReader::new(stream);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match (&mut stream).take(limits::LOG_LINE_MAX).read_until(b'\n', &mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&bytes);
        let line = text.trim_end_matches(['\n', '\r']);
        tail.push(line);
        log.write(Entry::Line { function: &function, line });
    }
}
