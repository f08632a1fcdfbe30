//! `projects-take-events`: takes what other domains tell this one.
use api::Job;
use db::Domain;

use crate::events::SUBSCRIBERS;

/// The job.
pub const JOB: Job = Job::take_events("projects-take-events", Domain::Projects, SUBSCRIBERS);
