//! What is deployed as one function, whether a request starts it or the clock.
use db::{Access, Domain};

use crate::{Job, Route, server};

/// A route or a job.
#[derive(Clone, Copy, Debug)]
pub enum Unit<'a> {
    /// Started by a request.
    Route(&'a Route),
    /// Started by the clock.
    Job(&'a Job),
}

impl<'a> From<&'a Route> for Unit<'a> {
    fn from(route: &'a Route) -> Unit<'a> {
        Unit::Route(route)
    }
}

impl<'a> From<&'a Job> for Unit<'a> {
    fn from(job: &'a Job) -> Unit<'a> {
        Unit::Job(job)
    }
}

macro_rules! both {
    ($($(#[$m:meta])* $name:ident: $t:ty;)*) => {
        $($(#[$m])* pub fn $name(self) -> $t {
            match self {
                Unit::Route(route) => route.$name,
                Unit::Job(job) => job.$name,
            }
        })*
    };
}

impl Unit<'_> {
    both! {
        /// Binary and function name.
        name: &'static str;
        /// One sentence for the documentation.
        summary: &'static str;
        /// The database it works on.
        domain: Domain;
        /// What it does there.
        access: Access;
        /// Seconds until the function is ended.
        timeout_s: u16;
        /// Megabytes of memory.
        memory_mb: u16;
        /// Where its constant is.
        rust_path: &'static str;
    }

    /// The variables that it reads. A function is given these and no others.
    pub fn variables(self) -> Vec<String> {
        match self {
            Unit::Route(route) => server::variables(route),
            Unit::Job(job) => {
                let transport = db::transport_variables(job.domain, job.access);
                let own = job.settings.iter().map(|&name| name.to_owned());
                let urls = db::variables(job.domain, job.access);
                urls.into_iter().chain(transport).chain(own).collect()
            }
        }
    }
}
