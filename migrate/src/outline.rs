//! The tables of a database as people think of them: columns, keys, references. For those who draw them, document them or
//! fill them; what has to be exact about a database is in its facts.

use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use crate::error::Error;

/// The schemas and tables of a database, by name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Outline {
    /// Schemas that hold tables.
    pub schemas: Vec<Namespace>,
    /// Tables, without partitions of others.
    pub tables: Vec<Table>,
}

/// A schema.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub comment: Option<String>,
}

/// A table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Table {
    /// The server's own number of it: the same after a change of its name.
    #[serde(skip_serializing)]
    pub oid: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What a row is.
    pub comment: Option<String>,
    /// How rows are divided among partitions: `RANGE (created_at)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partitioned_by: Option<String>,
    /// The bounds of its partitions.
    #[serde(skip_serializing)]
    pub bounds: Vec<String>,
    /// In their order.
    pub columns: Vec<Column>,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// Columns that are unique together, without the primary key.
    pub unique: Vec<Unique>,
    /// Foreign keys.
    pub references: Vec<Reference>,
    /// Conditions on rows.
    pub checks: Vec<Check>,
    /// Those that no constraint made.
    pub indexes: Vec<Index>,
    /// What runs at a change, without the server's own.
    #[serde(skip_serializing)]
    pub triggers: Vec<Trigger>,
    /// What may follow what in a column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Steps>,
}

impl Table {
    /// `giving.contributions`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// The name as SQL needs it.
    #[cfg(any(test, feature = "dev"))]
    pub(crate) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// A column.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Column {
    /// Its place; the same after a change of its name.
    #[serde(skip_serializing)]
    pub number: i16,
    /// Its name.
    pub name: String,
    /// Its type with length and the like.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The type that its domain stands on, else the same.
    #[serde(skip_serializing)]
    pub base: String,
    /// The server's category of the base: `S` text, `N` number, `A` array, `E` enumeration, …
    #[serde(skip_serializing)]
    pub category: String,
    /// Values of an enumeration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// What the type's domain asks of a `VALUE`.
    #[serde(skip_serializing)]
    pub conditions: Vec<String>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Expression of the default, or of a generated column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Computed from other columns; the default says how.
    pub generated: bool,
    /// `always` or `by default`, where the server counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What it means.
    pub comment: Option<String>,
}

/// A unique constraint or index.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Unique {
    /// Its name.
    pub name: String,
    /// Its columns; empty where it is about an expression.
    pub columns: Vec<String>,
    /// The rows that it is about, where not all.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
}

/// A foreign key.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// Columns of this table.
    pub columns: Vec<String>,
    /// Schema of the other table.
    pub to_schema: String,
    /// The other table.
    pub to_table: String,
    /// Columns of the other table.
    pub to_columns: Vec<String>,
    /// What happens here when a row there is deleted.
    pub on_delete: String,
    /// Whether a transaction may break it until its end.
    pub deferrable: bool,
}

/// A condition on rows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// What must not be false.
    pub expression: String,
}

/// An index.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether two rows may have the same.
    pub unique: bool,
    /// What comes after `USING` in its definition.
    pub definition: String,
}

/// A trigger.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// Name of its function without the schema.
    pub function: String,
    /// What the function is told.
    pub arguments: Vec<String>,
}

/// What may follow what in a column, as the trigger `check_transition` enforces it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Steps {
    /// The column.
    pub column: String,
    /// The values a new row may have; empty: any.
    pub first: Vec<String>,
    /// From, and to.
    pub steps: Vec<(String, Vec<String>)>,
}

impl Outline {
    /// Reads the catalogue in one statement.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn read(client: &Client) -> Result<Outline, Error> {
        let fail = |source| Error::Database { doing: "read the tables of the database", source };
        let begin = "begin isolation level repeatable read read only; set local search_path = ''";
        client.batch_execute(begin).await.map_err(fail)?;
        let answer = client.query_typed(SQL, &[]).await;
        // The transaction has changed nothing: how it ends does not matter.
        let _ = client.batch_execute("rollback").await;
        let rows = answer.map_err(fail)?;
        let json: &str = rows.first().map_or("{}", |row| row.get(0));
        let mut outline: Outline =
            serde_json::from_str(json).expect("the statement and the types are beside each other");
        for table in &mut outline.tables {
            table.steps = table.triggers.iter().filter_map(steps).collect();
        }
        Ok(outline)
    }

    /// A table by its names.
    pub fn table(&self, schema: &str, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.schema == schema && table.name == name)
    }
}

/// `check_transition('status', 'draft', 'draft>sent,dropped', …)`: column, first values, steps.
fn steps(trigger: &Trigger) -> Option<Steps> {
    if !trigger.function.starts_with("check_transition") {
        return None;
    }
    let words = |text: &str| -> Vec<String> {
        text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    let mut steps =
        Steps { column: trigger.arguments.first()?.clone(), first: Vec::new(), steps: Vec::new() };
    for argument in &trigger.arguments[1..] {
        match argument.split_once('>') {
            Some((from, to)) => steps.steps.push((from.trim().to_owned(), words(to))),
            None => steps.first.extend(words(argument)),
        }
    }
    Some(steps)
}

/// An identifier in quotes.
#[cfg(any(test, feature = "dev"))]
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

const SQL: &str = "
with spaces as (
  select n.oid, n.nspname
  from pg_catalog.pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'atlas_schema_revisions')
), relations as (
  select c.oid, c.relname, c.relkind, n.nspname
  from pg_catalog.pg_class c
  join spaces n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition
    and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
), columns as (
  select a.attrelid, json_agg(json_build_object(
    'number', a.attnum, 'name', a.attname,
    'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
    'base', pg_catalog.format_type(b.oid, b.typmod), 'category', b.typcategory,
    'labels', (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_catalog.pg_enum e where e.enumtypid = b.oid),
    'conditions', b.conditions,
    'nullable', not (a.attnotnull or b.required),
    'default', pg_catalog.pg_get_expr(f.adbin, f.adrelid), 'generated', a.attgenerated <> '',
    'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
    'comment', pg_catalog.col_description(a.attrelid, a.attnum)) order by a.attnum) as list
  from relations r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
  cross join lateral (
    with recursive chain (oid, typmod, required, next, category, depth) as (
      select t.oid, a.atttypmod, t.typnotnull, t.typbasetype, t.typcategory, 0
      from pg_catalog.pg_type t where t.oid = a.atttypid
      union all
      select t.oid, u.typtypmod, chain.required or t.typnotnull, t.typbasetype, t.typcategory, chain.depth + 1
      from chain
      join pg_catalog.pg_type u on u.oid = chain.oid
      join pg_catalog.pg_type t on t.oid = chain.next
    )
    select chain.oid, chain.typmod, chain.required, chain.category as typcategory, (
      select coalesce(json_agg(pg_catalog.pg_get_expr(k.conbin, 0) order by k.conname collate \"C\"), '[]')
      from chain link join pg_catalog.pg_constraint k on k.contypid = link.oid and k.contype = 'c'
    ) as conditions
    from chain order by chain.depth desc limit 1
  ) b
  group by a.attrelid
), names as (
  select k.oid, k.conrelid, k.conname, k.contype,
    (select coalesce(json_agg(a.attname order by o.n), '[]') from unnest(k.conkey) with ordinality o (attnum, n)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.attnum) as columns
  from pg_catalog.pg_constraint k
  join relations r on r.oid = k.conrelid
)
select json_build_object(
  'schemas', (
    select coalesce(json_agg(json_build_object(
      'name', n.nspname, 'comment', pg_catalog.obj_description(n.oid, 'pg_namespace')) order by n.nspname collate \"C\"), '[]')
    from spaces n where exists (select from relations r where r.nspname = n.nspname)
  ),
  'tables', (
    select coalesce(json_agg(json_build_object(
      'oid', r.oid::bigint, 'schema', r.nspname, 'name', r.relname,
      'comment', pg_catalog.obj_description(r.oid, 'pg_class'),
      'partitioned_by', case r.relkind when 'p' then pg_catalog.pg_get_partkeydef(r.oid) end,
      'bounds', (
        select coalesce(json_agg(pg_catalog.pg_get_expr(p.relpartbound, p.oid) order by p.relname collate \"C\"), '[]')
        from pg_catalog.pg_inherits i join pg_catalog.pg_class p on p.oid = i.inhrelid where i.inhparent = r.oid
      ),
      'columns', coalesce(c.list, '[]'),
      'key', coalesce((select k.columns from names k where k.conrelid = r.oid and k.contype = 'p'), '[]'),
      'unique', (
        select coalesce(json_agg(json_build_object(
          'name', x.relname,
          'columns', case when 0 = any (i.indkey) then '[]'::json else (
            select json_agg(a.attname order by o.n) from unnest(i.indkey) with ordinality o (attnum, n)
            join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum = o.attnum where o.n <= i.indnkeyatts
          ) end,
          'where', pg_catalog.pg_get_expr(i.indpred, i.indrelid)) order by x.relname collate \"C\"), '[]')
        from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
        where i.indrelid = r.oid and i.indisunique and not i.indisprimary
      ),
      'references', (
        select coalesce(json_agg(json_build_object(
          'name', f.conname, 'columns', k.columns, 'to_schema', tn.nspname, 'to_table', t.relname,
          'to_columns', (select json_agg(a.attname order by o.n) from unnest(f.confkey) with ordinality o (attnum, n)
            join pg_catalog.pg_attribute a on a.attrelid = f.confrelid and a.attnum = o.attnum),
          'on_delete', case f.confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
            when 'n' then 'set null' else 'set default' end,
          'deferrable', f.condeferrable) order by f.conname collate \"C\"), '[]')
        from names k
        join pg_catalog.pg_constraint f on f.oid = k.oid
        join pg_catalog.pg_class t on t.oid = f.confrelid
        join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
        where k.conrelid = r.oid and k.contype = 'f' and f.conparentid = 0
      ),
      'checks', (
        select coalesce(json_agg(json_build_object(
          'name', f.conname, 'columns', k.columns, 'expression', pg_catalog.pg_get_expr(f.conbin, f.conrelid))
          order by f.conname collate \"C\"), '[]')
        from names k join pg_catalog.pg_constraint f on f.oid = k.oid
        where k.conrelid = r.oid and k.contype = 'c'
      ),
      'indexes', (
        select coalesce(json_agg(json_build_object(
          'name', x.relname, 'unique', i.indisunique,
          'definition', regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), '^.*? USING ', ''))
          order by x.relname collate \"C\"), '[]')
        from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
        where i.indrelid = r.oid
          and not exists (select from pg_catalog.pg_constraint f where f.conindid = i.indexrelid and f.contype in ('p', 'u', 'x'))
      ),
      'triggers', (
        select coalesce(json_agg(json_build_object(
          'name', t.tgname, 'function', p.proname,
          'arguments', case when t.tgnargs = 0 then '[]'::json else to_json((string_to_array(
            encode(t.tgargs, 'escape'), '\\000'))[1:t.tgnargs]) end) order by t.tgname collate \"C\"), '[]')
        from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = r.oid and not t.tgisinternal
      )) order by r.nspname collate \"C\", r.relname collate \"C\"), '[]')
    from relations r left join columns c on c.attrelid = r.oid
  )
)::text";
