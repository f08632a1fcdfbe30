//! Witness rows: a few made-up rows in every table, which a migration must not lose.
//!
//! The server solves the puzzle: each group of columns that conditions, references or uniqueness tie together is asked
//! for as a query over the values that each column may take.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use stack::Scratch;
use tokio_postgres::Client;

use super::values::candidates;
use crate::dev::Error;
use crate::load::sentence;
use crate::outline::{Column, Outline, Table, quoted};
use crate::seed::{Progress, Seed, Set};

/// How many solutions of each group are tried before a table is given up.
const TRIES: usize = 8;

/// How many combinations of values the server may look at for one group of columns.
const COMBINATIONS: f64 = 20_000.0;

/// What stands in for the rows of production.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Witnesses {
    /// Tables that have rows now, with how many.
    pub rows: BTreeMap<String, i64>,
    /// Files of demo data that were loaded for tables that took no made-up rows.
    pub seeds: Vec<String>,
    /// Tables whose triggers refused made-up rows, so that they were written without triggers.
    pub untriggered: Vec<String>,
    /// Tables without a row, and why.
    pub without: BTreeMap<String, String>,
}

/// Which columns a row fills.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// All that can be.
    Full,
    /// Only what must be.
    Least,
}

/// Puts rows into every table that has none yet.
pub(crate) async fn fill(database: &Scratch, seeds: Option<&Path>) -> Result<Witnesses, Error> {
    let owner = database.owner().await?;
    let outline = Outline::read(&owner).await?;
    prepare(&owner).await?;
    let mut witnesses = Witnesses::default();
    let mut refused = pass(&owner, &outline).await?;
    if !refused.is_empty()
        && let Some(seeds) = seeds.filter(|path| path.is_dir())
    {
        witnesses.seeds = load(database, seeds).await?;
        if !witnesses.seeds.is_empty() {
            refused = pass(&owner, &outline).await?;
        }
    }
    if !refused.is_empty() {
        let superuser = database.superuser().await?;
        prepare(&superuser).await?;
        let off = superuser.batch_execute("set session_replication_role = replica").await;
        off.map_err(database_error("switch triggers off"))?;
        let still = pass(&superuser, &outline).await?;
        let written = refused.into_keys().filter(|name| !still.contains_key(name));
        witnesses.untriggered = written.collect();
        refused = still;
    }
    witnesses.without = refused;
    for table in &outline.tables {
        let count = count(&owner, table).await?;
        if count > 0 {
            witnesses.rows.insert(table.full_name(), count);
        }
    }
    Ok(witnesses)
}

async fn prepare(client: &Client) -> Result<(), Error> {
    client
        .batch_execute("set search_path = ''; set timezone = 'UTC'")
        .await
        .map_err(database_error("prepare the session"))
}

/// Demo data, as much of it as loads: its files are written for the newest tables.
async fn load(database: &Scratch, seeds: &Path) -> Result<Vec<String>, Error> {
    let client = database.owner().await?;
    let mut loaded = Vec::new();
    let seed = Seed::at(seeds, database.domain, Set::Default);
    let files = seed.load(&client, |progress| {
        if let Progress::Done(seeded) = progress {
            loaded.push(seeded.module.clone());
        }
    });
    // The first file that does not load ends it; those before it are there.
    let _ = files.await;
    Ok(loaded)
}

/// Fills the tables that have no rows, those first that others refer to; the ones that took none, and why.
async fn pass(client: &Client, outline: &Outline) -> Result<BTreeMap<String, String>, Error> {
    let mut filled = BTreeSet::new();
    let mut waiting = Vec::new();
    for table in &outline.tables {
        if count(client, table).await? > 0 {
            filled.insert(table.full_name());
        } else {
            waiting.push(table);
        }
    }
    let mut refused = BTreeMap::new();
    while !waiting.is_empty() {
        // Best after all it refers to; else after what it must refer to; else in any order.
        let ready = |must: bool| {
            let filled = &filled;
            move |table: &&Table| open_references(table, filled, must).is_empty()
        };
        let next = waiting
            .iter()
            .position(|table| ready(false)(table))
            .or_else(|| waiting.iter().position(|table| ready(true)(table)))
            .unwrap_or(0);
        let table = waiting.remove(next);
        let missing = open_references(table, &filled, true);
        let outcome = match missing.first() {
            Some(other) => Err(format!("{other}, which it refers to, has no row")),
            None => rows_of(client, table).await,
        };
        match outcome {
            Ok(()) => {
                filled.insert(table.full_name());
            }
            Err(why) => {
                refused.insert(table.full_name(), why);
            }
        }
    }
    Ok(refused)
}

/// The tables without rows that a table refers to; with `must`, those that it cannot do without.
fn open_references(table: &Table, filled: &BTreeSet<String>, must: bool) -> Vec<String> {
    let own = table.full_name();
    let needed = |columns: &[String]| {
        let nullable = |name: &String| column(table, name).is_some_and(|c| c.nullable);
        !must || !columns.iter().any(nullable)
    };
    let open = table.references.iter().filter(|reference| needed(&reference.columns));
    open.map(|reference| format!("{}.{}", reference.to_schema, reference.to_table))
        .filter(|name| *name != own && !filled.contains(name))
        .collect()
}

/// One row with all columns and one with the fewest; one of them is enough.
async fn rows_of(client: &Client, table: &Table) -> Result<(), String> {
    let full = row_of(client, table, Shape::Full, 1).await;
    let least = row_of(client, table, Shape::Least, 2).await;
    // Why the fuller one failed says more.
    match (full, least) {
        (Err(why), Err(_)) => Err(why),
        _ => Ok(()),
    }
}

async fn row_of(client: &Client, table: &Table, shape: Shape, row: usize) -> Result<(), String> {
    let columns: Vec<&Column> =
        table.columns.iter().filter(|c| !c.generated && c.identity.is_none()).collect();
    let mut solved = Vec::new();
    for group in groups(table, &columns) {
        let solutions = solve(client, table, &group, shape, row).await?;
        if solutions.is_empty() {
            let names: Vec<&str> = group.iter().map(|column| column.name.as_str()).collect();
            return Err(format!("no values were found for {}", names.join(", ")));
        }
        solved.push((group, solutions));
    }
    let most = solved.iter().map(|(_, solutions)| solutions.len()).max().unwrap_or(1);
    let mut first = None;
    for attempt in 0..most {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (group, solutions) in &solved {
            let solution = &solutions[attempt.min(solutions.len() - 1)];
            for (column, value) in group.iter().zip(solution) {
                names.push(quoted(&column.name));
                values.push(literal(value.as_deref()));
            }
        }
        let insert = match names.is_empty() {
            true => format!("insert into {} default values", table.quoted()),
            false => format!(
                "insert into {} ({}) values ({})",
                table.quoted(),
                names.join(", "),
                values.join(", ")
            ),
        };
        match client.batch_execute(&insert).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                first.get_or_insert_with(|| sentence(&error));
            }
        }
    }
    Err(first.unwrap_or_default())
}

/// Columns that have to be chosen together.
fn groups<'a>(table: &Table, columns: &[&'a Column]) -> Vec<Vec<&'a Column>> {
    let mut group: Vec<usize> = (0..columns.len()).collect();
    for ties in ties(table) {
        let tied: Vec<usize> =
            (0..columns.len()).filter(|at| ties.contains(&columns[*at].name)).collect();
        let Some(&first) = tied.first() else { continue };
        let root = group[first];
        let joined: Vec<usize> = tied.iter().map(|at| group[*at]).collect();
        for id in group.iter_mut().filter(|id| joined.contains(id)) {
            *id = root;
        }
    }
    let mut found: BTreeMap<usize, Vec<&Column>> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        found.entry(group[at]).or_default().push(column);
    }
    found.into_values().collect()
}

fn ties(table: &Table) -> impl Iterator<Item = &[String]> {
    let checks = table.checks.iter().map(|check| check.columns.as_slice());
    let references = table.references.iter().map(|reference| reference.columns.as_slice());
    let unique = table.unique.iter().map(|unique| unique.columns.as_slice());
    checks.chain(references).chain(unique).chain([table.key.as_slice()])
}

/// Up to [`TRIES`] sets of values for a group of columns, as text.
async fn solve(
    client: &Client,
    table: &Table,
    group: &[&Column],
    shape: Shape,
    row: usize,
) -> Result<Vec<Vec<Option<String>>>, String> {
    let fail = |error: tokio_postgres::Error| sentence(&error);
    let mut lists = Vec::new();
    for column in group {
        lists.push(values_of(client, table, column, shape, row).await.map_err(fail)?);
    }
    // The longest lists are cut first.
    let product =
        |lists: &[Vec<Option<String>>]| lists.iter().map(|l| l.len() as f64).product::<f64>();
    while product(&lists) > COMBINATIONS {
        match lists.iter_mut().max_by_key(|list| list.len()) {
            Some(list) if list.len() > 2 => list.truncate(list.len() - 1),
            _ => break,
        }
    }
    let mut sources = Vec::new();
    for (at, (column, list)) in group.iter().zip(&lists).enumerate() {
        let values: Vec<String> = list.iter().map(|value| literal(value.as_deref())).collect();
        let (name, base) = (quoted(&column.name), &column.base);
        sources.push(format!(
            "(select v::{base} as {name}, o as o{at} from unnest(array[{}]::text[]) with ordinality u (v, o)) s{at}",
            values.join(", ")
        ));
    }
    let names: Vec<String> =
        group.iter().map(|column| format!("{}::text", quoted(&column.name))).collect();
    let order: Vec<String> = (0..group.len()).map(|at| format!("o{at}")).collect();
    let sql = format!(
        "select array[{}] from {} where {} order by {} limit {TRIES}",
        names.join(", "),
        sources.join(", "),
        conditions(table, group).join("\n and "),
        order.join(" + ")
    );
    let rows = client.query_typed(&sql, &[]).await.map_err(fail)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What must hold of a group's columns, as SQL.
fn conditions(table: &Table, group: &[&Column]) -> Vec<String> {
    let within = |columns: &[String]| {
        !columns.is_empty() && columns.iter().all(|name| group.iter().any(|c| c.name == *name))
    };
    let mut all = vec!["true".to_owned()];
    for check in
        table.checks.iter().filter(|check| within(&check.columns) && check.columns.len() > 1)
    {
        all.push(format!("({}) is not false", check.expression));
    }
    for reference in table.references.iter().filter(|reference| within(&reference.columns)) {
        let pairs = reference.columns.iter().zip(&reference.to_columns);
        let equal: Vec<String> =
            pairs.map(|(own, other)| format!("r.{} = {}", quoted(other), quoted(own))).collect();
        let null: Vec<String> =
            reference.columns.iter().map(|own| format!("{} is null", quoted(own))).collect();
        all.push(format!(
            "({} or exists (select from {}.{} r where {}))",
            null.join(" or "),
            quoted(&reference.to_schema),
            quoted(&reference.to_table),
            equal.join(" and ")
        ));
    }
    let unique = table.unique.iter().map(|unique| &unique.columns).chain([&table.key]);
    for columns in unique.filter(|columns| within(columns)) {
        // Other names for the table's columns: the bare ones are the values'.
        let list = |text: fn(usize, &String) -> String| -> Vec<String> {
            columns.iter().enumerate().map(|(at, name)| text(at, name)).collect()
        };
        all.push(format!(
            "not exists (select from (select {} from {} t) t ({}) where {})",
            list(|_, name| format!("t.{}", quoted(name))).join(", "),
            table.quoted(),
            list(|at, _| format!("u{at}")).join(", "),
            list(|at, name| format!("t.u{at} = {}", quoted(name))).join(" and ")
        ));
    }
    all
}

/// What a column may take, likeliest first; its own conditions hold of each.
async fn values_of(
    client: &Client,
    table: &Table,
    column: &Column,
    shape: Shape,
    row: usize,
) -> Result<Vec<Option<String>>, tokio_postgres::Error> {
    let mut found: Vec<Option<String>> = Vec::new();
    if column.nullable && shape == Shape::Least {
        found.push(None);
    }
    if let Some(default) = &column.default {
        let rows = client.query_typed(&format!("select ({default})::text"), &[]).await;
        found.extend(rows.ok().and_then(|rows| rows.first().map(|row| row.get(0))));
    }
    let reference = table.references.iter().find(|r| r.columns.contains(&column.name));
    if let Some(reference) = reference {
        let at = reference.columns.iter().position(|name| *name == column.name).unwrap_or_default();
        let sql = format!(
            "select distinct {}::text from {}.{} limit 3",
            quoted(&reference.to_columns[at]),
            quoted(&reference.to_schema),
            quoted(&reference.to_table)
        );
        found.extend(
            client.query_typed(&sql, &[]).await?.iter().map(|row| row.get::<_, Option<String>>(0)),
        );
    } else {
        found.extend(candidates(table, column, row).into_iter().map(Some));
    }
    if column.nullable && shape == Shape::Full {
        found.push(None);
    }
    filtered(client, table, column, found).await
}

/// The values of which the column's own conditions hold.
async fn filtered(
    client: &Client,
    table: &Table,
    column: &Column,
    values: Vec<Option<String>>,
) -> Result<Vec<Option<String>>, tokio_postgres::Error> {
    let name = quoted(&column.name);
    let own = table.checks.iter().filter(|check| check.columns == [column.name.as_str()]);
    let mut conditions: Vec<String> =
        own.map(|check| format!("({}) is not false", check.expression)).collect();
    conditions
        .extend(column.conditions.iter().map(|c| format!("({}) is not false", of_value(c, &name))));
    if conditions.is_empty() {
        return Ok(values);
    }
    let sql = |values: &[Option<String>]| {
        let values: Vec<String> = values.iter().map(|value| literal(value.as_deref())).collect();
        format!(
            "select v from (select v, v::{} as {name}, o from unnest(array[{}]::text[]) with ordinality u (v, o)) s
             where {} order by o",
            column.base,
            values.join(", "),
            conditions.join(" and ")
        )
    };
    if let Ok(rows) = client.query_typed(&sql(&values), &[]).await {
        return Ok(rows.iter().map(|row| row.get(0)).collect());
    }
    // A condition failed on one of the values: each by itself.
    let mut found = Vec::new();
    for value in values {
        match client.query_typed(&sql(std::slice::from_ref(&value)), &[]).await {
            Ok(rows) if !rows.is_empty() => found.push(value),
            _ => {}
        }
    }
    Ok(found)
}

/// A domain's condition about a column instead of `VALUE`.
fn of_value(condition: &str, name: &str) -> String {
    let mut text = String::new();
    let mut rest = condition;
    while let Some(at) = rest.find("VALUE") {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let (before, after) = (rest[..at].chars().next_back(), rest[at + 5..].chars().next());
        text.push_str(&rest[..at]);
        text.push_str(if is_word(before) || is_word(after) { "VALUE" } else { name });
        rest = &rest[at + 5..];
    }
    text + rest
}

fn column<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| column.name == name)
}

async fn count(client: &Client, table: &Table) -> Result<i64, Error> {
    let sql = format!("select count(*) from (select from {} limit 1000) t", table.quoted());
    let rows = client.query_typed(&sql, &[]).await.map_err(database_error("count rows"))?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

fn literal(value: Option<&str>) -> String {
    value.map_or_else(
        || "null".to_owned(),
        |text| format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
    )
}

fn database_error(doing: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Error {
    move |source| Error::Database { doing, source }
}
