//! `projects-tell-again`: repairs what other domains were told and did not take.
use api::Job;
use db::Domain;

/// The job.
pub const JOB: Job = relay::again("projects-tell-again", Domain::Projects);
