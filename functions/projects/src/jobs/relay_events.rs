//! `projects-relay-events`: hands over what this domain tells others.
use api::Job;
use db::Domain;

/// The job.
pub const JOB: Job = relay::job("projects-relay-events", Domain::Projects);
