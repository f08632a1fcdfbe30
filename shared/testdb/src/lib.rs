//! For tests only: a real database for one test, and a way to call a route on it.
//!
//! The first test that needs it starts the local servers and makes a template database per domain,
//! named by the checksum of its migrations and demo data; each test gets a copy of its own.
#![allow(clippy::missing_panics_doc, reason = "a test that cannot go on panics")]
#![allow(clippy::print_stderr, reason = "a test has no other place to say what it does")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]
mod app;
mod call;
mod check;
mod database;
mod examples;
mod life;
mod trail;
mod transport;

pub use app::App;
pub use call::{Answer, Call};
pub use database::{Database, Seeds};
pub use examples::wrong_examples;
pub use life::Life;
pub use stack::Relay;
pub use trail::chain_finds_what_was_changed;
pub use transport::Transport;

#[cfg(test)]
mod tests;
