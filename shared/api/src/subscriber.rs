//! What takes events of other domains.
use std::{future::Future, pin::Pin};

use db::{Db, Domain, events::Event};

use crate::Failed;

/// The effect of one event, as a future of its own so that `take` is compiled once.
pub type Taking<'a> = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send + 'a>>;

/// What one domain does about facts of others.
///
/// An event may come twice, late and out of order: the effect and the row in `inbox_dedup` are one statement, and an
/// older version of a thing changes nothing.
#[derive(Debug)]
pub struct Subscriber {
    /// `<domain>-take-<noun>`; the consumer in `inbox_dedup`.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub summary: &'static str,
    /// The database it writes to.
    pub domain: Domain,
    /// What it wants to be told.
    pub topics: &'static [&'static str],
    /// What it does with one.
    pub take: for<'a> fn(&'a Event, &'a Db<'a>) -> Taking<'a>,
}

impl Subscriber {
    /// Whether it wants to be told this.
    pub fn wants(&self, event: &Event) -> bool {
        self.topics.contains(&event.topic.as_str())
    }
}
