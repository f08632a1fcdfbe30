//! What this domain does about facts of others.
use api::{Failed, Subscriber};
use db::{Db, Domain, events::Event};

use crate::sql::events::{KEEP_PROJECT, TAKE_CONTACT};

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

/// What a merged contact wrote is the other's; whoever was erased is named nowhere and edits nothing.
pub const CONTACTS: Subscriber = Subscriber {
    name: CONTACTS_NAME,
    summary: "Gives what merged contacts wrote to those that they became; who was erased is no author or editor.",
    domain: Domain::Content,
    topics: &["platform.contact.merged.v1", "platform.contact.erased.v1"],
    take: |event, db| Box::pin(take_contact(event, db)),
};

async fn keep_project(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let fact = (PROJECTS_NAME, event.id, event.aggregate_id, event.payload.clone());
    KEEP_PROJECT.one(db, fact).await?;
    Ok(())
}

async fn take_contact(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let status = event.what().to_owned();
    let fact = (CONTACTS_NAME, event.id, event.aggregate_id, event.payload.clone(), status);
    TAKE_CONTACT.one(db, fact).await?;
    Ok(())
}
