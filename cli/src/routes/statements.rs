//! `schema/statements/<domain>.json`: what this release sends to its databases, for `migrate n-1` of the next one.
use std::{collections::BTreeMap, path::PathBuf};

use db::{Domain, Named, Statement};
use migrate::n1::{Column, Record, Recorded};

/// The file of a domain in a checkout.
pub(crate) fn path(domain: Domain) -> PathBuf {
    PathBuf::from(format!("schema/statements/{}.json", domain.name()))
}

/// One file for each domain.
pub(super) fn files() -> BTreeMap<PathBuf, String> {
    Domain::ALL.into_iter().map(|domain| (path(domain), text(domain))).collect()
}

/// The modules of a domain whose statements are recorded.
pub(crate) fn modules(domain: Domain) -> &'static [(&'static str, Named)] {
    match domain {
        Domain::Platform => platform::sql::NAMED,
        Domain::Projects => projects::sql::NAMED,
        Domain::Finance => finance::sql::NAMED,
        Domain::Content => content::sql::NAMED,
    }
}

fn text(domain: Domain) -> String {
    let own = modules(domain).iter().flat_map(|(module, statements)| {
        statements.iter().map(move |(name, statement)| recorded(module, name, *statement))
    });
    let keys = db::idempotency::named(domain);
    let keys = keys.iter().map(|(name, statement)| recorded("idempotency", name, *statement));
    let audit = db::audit::named(domain);
    let audit = audit.iter().map(|(name, statement)| recorded("audit_log", name, *statement));
    let outbox = db::events::named(domain);
    let outbox = outbox.iter().map(|(name, statement)| recorded("outbox", name, *statement));
    let ping = api::PING_NAMED;
    let ping = ping.iter().map(|(name, statement)| recorded("ready", name, *statement));
    let mut statements: Vec<Recorded> =
        own.chain(keys).chain(audit).chain(outbox).chain(ping).collect();
    statements.sort_by(|a, b| a.name.cmp(&b.name));
    let record = serde_json::to_value(Record { statements });
    let mut record = record.expect("strings and booleans only");
    record["comment"] = super::WRITTEN.into();
    super::pretty(record)
}

fn recorded(module: &str, name: &str, statement: &dyn Statement) -> Recorded {
    let column = |column: db::Column| Column {
        name: column.name,
        ty: column.ty.name().to_owned(),
        // What a database function returns may be null as far as the catalog knows.
        nullable: column.nullable || statement.is_never_null(),
    };
    Recorded {
        name: format!("{module}::{name}"),
        sql: statement.text().to_owned(),
        parameters: statement.params().iter().map(|ty| ty.name().to_owned()).collect(),
        columns: statement.columns().into_iter().map(column).collect(),
    }
}
