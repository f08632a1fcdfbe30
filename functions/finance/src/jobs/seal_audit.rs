//! `finance-seal-audit`: seals the audit log.
use api::Job;
use db::Domain;

/// The job.
pub const JOB: Job = Job::seal_audit("finance-seal-audit", Domain::Finance);
