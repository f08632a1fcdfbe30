//! What rows there are, before and after a migration: every row and every value must still be there.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio_postgres::Client;

use crate::dev::Error;
use crate::outline::{Outline, Table};

/// Columns that a trigger sets at every change, whatever else changes.
const AUDIT: [&str; 3] = ["updated_at", "updated_by", "version"];

/// How many rows of a table are compared.
const ROWS: usize = 1000;

/// A value of a row, as text.
type Value = Option<String>;

/// The tables of a database with their rows.
#[derive(Debug)]
pub(crate) struct Kept {
    outline: Outline,
    rows: BTreeMap<u32, Vec<BTreeMap<String, Value>>>,
}

/// Something that a migration did not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// `giving.contributors`, or `giving.contributors.note`, as it was called before.
    pub name: String,
    /// What happened to it.
    pub what: String,
}

impl Kept {
    /// Reads the tables and their rows.
    pub(crate) async fn read(client: &Client) -> Result<Kept, Error> {
        let outline = Outline::read(client).await?;
        let mut rows = BTreeMap::new();
        for table in &outline.tables {
            rows.insert(table.oid, read(client, table).await?);
        }
        Ok(Kept { outline, rows })
    }

    /// What of this is not in `after`.
    pub(crate) fn lost(&self, after: &Kept) -> Vec<Lost> {
        let mut lost = Vec::new();
        for table in &self.outline.tables {
            match after.same(table) {
                Some(now) => self.lost_of(table, after, now, &mut lost),
                None => lost.push(Lost {
                    name: table.full_name(),
                    what: format!("table dropped with {} rows", self.rows[&table.oid].len()),
                }),
            }
        }
        lost
    }

    /// The same table by the server's number, which a rename keeps; else the one that took its name.
    fn same(&self, table: &Table) -> Option<&Table> {
        let by_number = self.outline.tables.iter().find(|now| now.oid == table.oid);
        by_number.or_else(|| self.outline.table(&table.schema, &table.name))
    }

    fn lost_of(&self, table: &Table, after: &Kept, now: &Table, lost: &mut Vec<Lost>) {
        let mut names = BTreeMap::new();
        for column in table.columns.iter().filter(|column| !column.generated) {
            let mut columns = now.columns.iter();
            let same = match table.oid == now.oid {
                true => columns.find(|c| c.number == column.number),
                false => None,
            };
            let same = same.or_else(|| now.columns.iter().find(|c| c.name == column.name));
            match same {
                Some(same) => {
                    names.insert(column.name.as_str(), same.name.as_str());
                }
                None => lost.push(Lost {
                    name: format!("{}.{}", table.full_name(), column.name),
                    what: "column dropped with its values".to_owned(),
                }),
            }
        }
        let (before, rows) = (&self.rows[&table.oid], &after.rows[&now.oid]);
        if rows.len() < before.len() {
            lost.push(Lost {
                name: table.full_name(),
                what: format!("{} of {} rows are left", rows.len(), before.len()),
            });
            return;
        }
        names.retain(|name, _| !AUDIT.contains(name));
        for (name, count) in changed(table, before, rows, &names) {
            lost.push(Lost {
                name: format!("{}.{name}", table.full_name()),
                what: format!("value changed in {count} of {} rows", before.len()),
            });
        }
    }
}

/// Columns whose values differ, with the number of rows in which they do.
fn changed<'a>(
    table: &Table,
    before: &[BTreeMap<String, Value>],
    after: &[BTreeMap<String, Value>],
    names: &BTreeMap<&'a str, &str>,
) -> BTreeMap<&'a str, usize> {
    let same = |row: &BTreeMap<String, Value>, now: &BTreeMap<String, Value>, name: &str| {
        names.get(name).is_none_or(|new| row.get(name) == now.get(*new))
    };
    let mut left: Vec<_> = after.iter().collect();
    let mut other = Vec::new();
    for row in before {
        match left.iter().position(|now| names.keys().all(|name| same(row, now, name))) {
            Some(place) => drop(left.swap_remove(place)),
            None => other.push(row),
        }
    }
    // A row that is not there as it was is looked for by its key, to name what differs; without one, its key does.
    let mut counts = BTreeMap::new();
    for row in other {
        let by_key = |now: &&BTreeMap<String, Value>| {
            !table.key.is_empty() && table.key.iter().all(|name| same(row, now, name))
        };
        let differing: Vec<&str> = match left.iter().position(by_key) {
            Some(place) => {
                let now = left.swap_remove(place);
                names.keys().filter(|name| !same(row, now, name)).copied().collect()
            }
            None => {
                let key = table.key.first().and_then(|key| names.get_key_value(key.as_str()));
                key.or_else(|| names.first_key_value()).map(|(name, _)| *name).into_iter().collect()
            }
        };
        for name in differing {
            *counts.entry(name).or_insert(0) += 1;
        }
    }
    counts
}

async fn read(client: &Client, table: &Table) -> Result<Vec<BTreeMap<String, Value>>, Error> {
    let fail = |source| Error::Database { doing: "read witness rows", source };
    // Text of each value, so that no number loses digits on its way.
    let sql = format!(
        "select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t)))::text
         from {} t order by t::text limit {ROWS}",
        table.quoted()
    );
    let rows = client.query_typed(&sql, &[]).await.map_err(fail)?;
    let row = |row: &tokio_postgres::Row| {
        let json: Option<&str> = row.get(0);
        serde_json::from_str(json.unwrap_or("{}")).unwrap_or_default()
    };
    Ok(rows.iter().map(row).collect())
}
