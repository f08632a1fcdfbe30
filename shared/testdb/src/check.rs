//! Do the statements and constraint names in the code fit the schema?
#![allow(clippy::disallowed_methods, reason = "a direct session in a test may describe statements")]
use std::{collections::BTreeSet, fs, path::Path};

use db::{Chain, Statement, Type};
use tokio_postgres::{Client, types::Kind};

/// Says what is wrong with each statement.
pub(crate) async fn statements(
    client: &Client,
    statements: impl Iterator<Item = &'static dyn Statement>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for statement in statements {
        for why in faults(client, statement).await {
            wrong.push(format!("{}\n  {why}", statement.text()));
        }
    }
    wrong
}

async fn faults(client: &Client, statement: &dyn Statement) -> Vec<String> {
    let prepared = match client.prepare_typed(statement.text(), &statement.params()).await {
        Ok(prepared) => prepared,
        Err(e) => return vec![Chain(&e).to_string()],
    };
    let mut wrong = Vec::new();
    if prepared.params() != statement.params() {
        wrong.push(format!(
            "parameters: the code sends {:?}, the statement takes {:?}",
            statement.params(),
            prepared.params()
        ));
    }
    // Over HTTP the types are casts in the statement, and must come to the same.
    let typed = sqlhttp::typed(statement.text(), &statement.params());
    match client.prepare(&typed).await {
        Ok(typed) if typed.params() == statement.params() => {}
        Ok(typed) => wrong.push(format!("parameters over HTTP: {:?}", typed.params())),
        Err(e) => wrong.push(format!("over HTTP: {}", Chain(&e))),
    }
    let expected = statement.columns();
    // Several amounts of a row share one currency.
    let columns: BTreeSet<&str> = expected.iter().map(|column| column.name.as_str()).collect();
    if columns.len() != prepared.columns().len() {
        let names: Vec<&str> = prepared.columns().iter().map(|c| c.name()).collect();
        wrong.push(format!("columns: the statement returns {names:?}"));
    }
    let outer = ["left join", "right join", "full join"];
    let outer = outer.iter().any(|join| statement.text().to_lowercase().contains(join));
    for field in expected {
        let Some(column) = prepared.columns().iter().find(|c| c.name() == field.name) else {
            wrong.push(format!("column {} is not in the result", field.name));
            continue;
        };
        if !matches!(column.type_().kind(), Kind::Simple | Kind::Array(_)) {
            wrong.push(format!("column {} has a custom type: cast it to text", field.name));
        }
        if !fits(&field.ty, column.type_()) {
            let (code, database) = (&field.ty, column.type_());
            wrong.push(format!("column {}: code {code}, database {database}", field.name));
        }
        let known = match (column.table_oid(), column.column_id()) {
            (Some(table), Some(id)) if !outer => not_null(client, table, id).await,
            _ => false,
        };
        if !field.nullable && !known && !statement.is_never_null() {
            wrong.push(format!("column {} can be null: make the field an Option", field.name));
        }
    }
    wrong
}

fn fits(code: &Type, database: &Type) -> bool {
    let text = [Type::TEXT, Type::VARCHAR, Type::BPCHAR];
    code == database || (text.contains(code) && text.contains(database))
}

async fn not_null(client: &Client, table: u32, column: i16) -> bool {
    let sql = "select attnotnull from pg_attribute where attrelid = $1 and attnum = $2";
    let rows = client.query_typed(sql, &[(&table, Type::OID), (&column, Type::INT2)]).await;
    rows.unwrap().first().is_some_and(|row| row.get(0))
}

/// The names at `.on_constraint("…")` that are neither a constraint, nor a unique index, nor raised
/// by a function.
pub(crate) async fn constraints(client: &Client, manifest_dir: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    collect(&Path::new(manifest_dir).join("src"), &mut names);
    assert!(!names.is_empty(), "no constraint is named in the code: is this the right crate?");
    let sql = "select exists (select from pg_constraint where conname = $1)
                   or exists (select from pg_class where relname = $1 and relkind in ('i', 'I'))
                   or exists (select from pg_proc where position('''' || $1 || '''' in prosrc) > 0)
                   -- Rules that many tables share make the name from table and column.
                   or exists (
                     select from pg_trigger t
                     join pg_proc p on p.oid = t.tgfoid
                     join pg_class c on c.oid = t.tgrelid
                     cross join unnest(string_to_array(encode(t.tgargs, 'escape'), '\\000')) as a (name)
                     where $1 = case p.proname
                       when 'check_transition' then c.relname || '_' || a.name || '_transition'
                       when 'check_frozen' then c.relname || '_frozen'
                       when 'keep_once_set' then c.relname || '_' || a.name || '_once'
                       when 'check_acyclic' then c.relname || '_' || regexp_replace(a.name, '_id$', '') || '_acyclic'
                     end)";
    let mut unknown = Vec::new();
    for name in names {
        let rows = client.query_typed(sql, &[(&name, Type::TEXT)]).await.unwrap();
        if !rows[0].get::<_, bool>(0) {
            unknown.push(name);
        }
    }
    unknown
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, names);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for rest in text.split("on_constraint(").skip(1) {
            if let Some(name) =
                rest.trim_start().strip_prefix('"').and_then(|r| r.split('"').next())
            {
                names.insert(name.to_owned());
            }
        }
    }
}

/// A statement whose one value is a line for each gap of the audit log.
pub(crate) fn gaps(domain: db::Domain) -> String {
    format!(
        "with tables as (
           select c.oid, n.nspname || '.' || c.relname as name, t.oid as trigger,
             split_part(encode(t.tgargs, 'escape'), '\\000', 2) as hidden
           from pg_class c
           join pg_namespace n on n.oid = c.relnamespace
           left join pg_trigger t on t.tgrelid = c.oid and t.tgname = 'record_change'
           where c.relkind in ('r', 'p') and not c.relispartition
             and n.nspname !~ '^(pg_|information_schema|atlas_)'
         )
         select string_agg(line, E'\n' order by line)
         from (
           select name from tables where trigger is null
           union all
           select t.name || '.' || a.attname || ' is shown'
           from tables t
           join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
           where t.trigger is not null
             and not has_column_privilege('{domain}_studio', t.oid, a.attnum, 'select')
             and a.attname <> all (string_to_array(t.hidden, ','))
           union all
           select t.name || '.' || a.attname || ' may be a secret'
           from tables t
           join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
           where t.trigger is not null
             and a.attname ~ '(password|secret|token|cipher|otp|_hash$)'
             and a.atttypid <> 'boolean'::regtype
             and a.attname <> all (string_to_array(t.hidden, ','))
         ) as gaps (line)",
        domain = domain.name()
    )
}
