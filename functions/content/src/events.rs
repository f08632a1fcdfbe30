//! What this domain does about facts of others.
use api::{Failed, Subscriber};
use db::{Db, Domain, events::Event};

use crate::sql::events::{KEEP_CONTACT, KEEP_PROJECT};

/// Every subscriber of this domain.
pub const SUBSCRIBERS: &[&Subscriber] = &[&PROJECTS, &CONTACTS];

const PROJECTS_NAME: &str = "content-take-projects";
const CONTACTS_NAME: &str = "content-take-contacts";

/// Name and status of projects are shown and checked here.
pub const PROJECTS: Subscriber = Subscriber {
    name: PROJECTS_NAME,
    summary: "Keeps what a project is called and where it stands.",
    domain: Domain::Content,
    topics: &["projects.project.changed.v1"],
    take: |event, db| Box::pin(keep_project(event, db)),
};

/// A contact that was merged is known by another id, one that was erased has no name.
pub const CONTACTS: Subscriber = Subscriber {
    name: CONTACTS_NAME,
    summary: "Keeps which contacts were merged or erased.",
    domain: Domain::Content,
    topics: &["platform.contact.merged.v1", "platform.contact.erased.v1"],
    take: |event, db| Box::pin(keep_contact(event, db)),
};

async fn keep_project(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let fact = (PROJECTS_NAME, event.id, event.aggregate_id, event.payload.clone());
    KEEP_PROJECT.one(db, fact).await?;
    Ok(())
}

async fn keep_contact(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let status = event.what().to_owned();
    let fact = (CONTACTS_NAME, event.id, event.aggregate_id, event.payload.clone(), status);
    KEEP_CONTACT.one(db, fact).await?;
    Ok(())
}
