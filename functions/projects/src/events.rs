//! What this domain does about facts of others.
use api::{Failed, Subscriber};
use db::{Db, Domain, events::Event};

use crate::sql::events::{TAKE_COMPANY, TAKE_CONTACT};

/// Every subscriber of this domain.
pub const SUBSCRIBERS: &[&Subscriber] = &[&CONTACTS, &COMPANIES];

const CONTACTS_NAME: &str = "projects-take-contacts";
const COMPANIES_NAME: &str = "projects-take-companies";

/// A contact that was merged is known by another id; one that was erased has no part in anything here.
pub const CONTACTS: Subscriber = Subscriber {
    name: CONTACTS_NAME,
    summary: "Gives what merged contacts do here to those that they became; ends what erased ones do.",
    domain: Domain::Projects,
    topics: &["platform.contact.merged.v1", "platform.contact.erased.v1"],
    take: |event, db| Box::pin(take_contact(event, db)),
};

/// A company that was merged is known by another id.
pub const COMPANIES: Subscriber = Subscriber {
    name: COMPANIES_NAME,
    summary: "Links partners with the companies that merged ones became.",
    domain: Domain::Projects,
    topics: &["platform.company.merged.v1"],
    take: |event, db| Box::pin(take_company(event, db)),
};

async fn take_contact(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let status = event.what().to_owned();
    let fact = (CONTACTS_NAME, event.id, event.aggregate_id, event.payload.clone(), status);
    TAKE_CONTACT.one(db, fact).await?;
    Ok(())
}

async fn take_company(event: &Event, db: &Db<'_>) -> Result<(), Failed> {
    let fact = (COMPANIES_NAME, event.id, event.aggregate_id, event.payload.clone());
    TAKE_COMPANY.one(db, fact).await?;
    Ok(())
}
