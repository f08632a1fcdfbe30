//! A route: its place in the HTTP API, what is checked before it answers, and how it answers. A job: what the clock
//! or an event starts. Knows no table.
mod auth;
pub mod bus;
mod consistency;
mod cors;
mod health;
mod job;
mod keys;
mod list;
mod localize;
mod log;
mod once;
pub mod problem;
mod request;
mod response;
mod rights;
mod route;
mod serve;
mod server;
mod shape;
mod subscriber;
mod unit;

pub use auth::{Allow, Auth, Caller, HELD_IN_DEPARTMENTS, Limited};
pub use cors::preflight;
pub use health::{ALL as PING_STATEMENTS, NAMED as PING_NAMED, Ready, Version, ready, version};
pub use job::{Failed, Job, Ran, Run, Work, Worker, run};
pub use keys::{Keys, random};
pub use list::{Filter, List, Listing};
pub use localize::DEFAULT_LOCALE;
pub use once::{created_once, in_progress, key_reused, once};
pub use problem::{Code, Fault, OnConstraint, Problem};
pub use request::Request;
pub use response::{
    Resource, Response, changed, created, deleted, found, missed, no_content, ok, restored, stale,
};
pub use route::{Answer, Example, Idempotency, InSession, Method, Query, Route};
pub use serve::{Exit, serve};
pub use server::{Answered, Server, Unfit, variables};
pub use shape::{Shape, Shaped};
pub use subscriber::{Subscriber, Taking, Untaken, deliver};
pub use unit::Unit;
