//! How far a request had come.
use std::{
    fmt,
    sync::atomic::{AtomicU8, Ordering},
};

/// A step on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// Waiting for the connection, which another request uses.
    Wait,
    /// Finding the address of the host.
    Resolve,
    /// TCP.
    Connect,
    /// TLS.
    Tls,
    /// Sending the request, and waiting for the head of the answer.
    Send,
    /// Reading the answer.
    Read,
}

impl Phase {
    const ALL: [Phase; 6] =
        [Phase::Wait, Phase::Resolve, Phase::Connect, Phase::Tls, Phase::Send, Phase::Read];

    /// Whether the server may have got the statement.
    pub fn is_sent(self) -> bool {
        self >= Phase::Send
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Wait => "waiting for the connection",
            Phase::Resolve => "finding the host",
            Phase::Connect => "connecting",
            Phase::Tls => "making TLS",
            Phase::Send => "sending",
            Phase::Read => "reading the answer",
        })
    }
}

/// The phase of a request that is on its way, for when its time is over.
#[derive(Debug)]
pub(crate) struct Progress(AtomicU8);

impl Progress {
    pub(crate) fn new() -> Progress {
        Progress(AtomicU8::new(Phase::Wait as u8))
    }

    pub(crate) fn reach(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    pub(crate) fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }
}
