//! What this domain does about facts of others.
use api::{Failed, Subscriber};
use db::{Db, Domain, events::Event};

use crate::sql::events::{COPY_ENTRY, REDACT_COPIES};

/// Every subscriber of this domain.
pub const SUBSCRIBERS: &[&Subscriber] = &[&AUDIT, &REDACTIONS];

const AUDIT_NAME: &str = "platform-take-audit-logs";
const REDACTIONS_NAME: &str = "platform-take-redactions";

/// The audit logs of the other domains are read here.
pub const AUDIT: Subscriber = Subscriber {
    name: AUDIT_NAME,
    summary: "Copies what the other domains noted in their audit logs.",
    domain: Domain::Platform,
    topics: &[
        "projects.audit_log.noted.v1",
        "finance.audit_log.noted.v1",
        "content.audit_log.noted.v1",
    ],
    take: |event, db| Box::pin(copy(event, db)),
};

/// What another domain took away from its log goes from the copies.
pub const REDACTIONS: Subscriber = Subscriber {
    name: REDACTIONS_NAME,
    summary: "Takes personal data out of copies of audit logs, as the domain that noted it did.",
    domain: Domain::Platform,
    topics: &[
        "projects.audit_log.redacted.v1",
        "finance.audit_log.redacted.v1",
        "content.audit_log.redacted.v1",
    ],
    take: |event, db| Box::pin(redact(event, db)),
};

async fn copy(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let said = event.topic.split('.').next();
    if event.payload["domain"].as_str() != said
        || event.payload["id"] != event.aggregate_id.to_string()
    {
        return Err("the entry is not one of the domain that tells it".into());
    }
    COPY_ENTRY.one(db, (AUDIT_NAME, event.id, event.payload.clone())).await?;
    Ok(())
}

async fn redact(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let domain = event.topic.split('.').next().unwrap_or_default().to_owned();
    let fact = (REDACTIONS_NAME, event.id, domain, event.payload.clone());
    REDACT_COPIES.one(db, fact).await?;
    Ok(())
}
