//! SQL over HTTP in front of any PostgreSQL server, for this machine.
//!
//! A [`Gateway`] listens on 127.0.0.1 and answers `POST /sql` as Neon's endpoint does: one statement
//! or one batch in, text results out. Who sends a statement logs in with the role and password of its
//! own `Neon-Connection-String`, so the gateway can do no more than its caller. It is for development
//! and tests: it speaks HTTP/1.1 without TLS and answers nobody but this machine.
//!
//! # What differs from Neon's endpoint
//! * HTTP/1.1 only, and no bearer tokens: a `Authorization` header is a 400.
//! * A request that takes too long is cancelled on the server (57014); Neon's sets no limit.
//! * Without `Neon-Raw-Text-Output` an array of a type that is not built in stays text.
mod answer;
mod limits;
mod login;
mod pool;
mod refusal;
mod request;
mod run;
mod server;
mod session;
mod upstream;

#[cfg(test)]
mod tests;

pub use limits::Limits;
pub use server::{Config, Entry, Gateway, Handle, Log};
pub use upstream::{Upstream, UpstreamError};
