//! What takes events of other domains.
use std::{error::Error, fmt, future::Future, pin::Pin};

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

/// Gives an event to those subscribers of one domain that want it, one after the other.
///
/// # Errors
/// Names the first that did not take it; those after it have not been asked.
pub async fn deliver(
    subscribers: &[&Subscriber],
    event: &Event,
    db: &Db<'_>,
) -> Result<(), Untaken> {
    for subscriber in subscribers.iter().filter(|it| it.wants(event)) {
        let taken = (subscriber.take)(event, db).await;
        taken.map_err(|source| Untaken { subscriber: subscriber.name, source })?;
    }
    Ok(())
}

/// A subscriber that did not take an event.
#[derive(Debug)]
pub struct Untaken {
    subscriber: &'static str,
    source: Failed,
}

impl fmt::Display for Untaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} did not take an event", self.subscriber)
    }
}

impl Error for Untaken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
