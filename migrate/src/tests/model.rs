//! What the whole data model keeps, in every domain.

use super::support::{Database, root, value, values};

const DOMAINS: [&str; 4] = ["platform", "projects", "finance", "content"];

/// Our tables, without partitions of others.
const TABLES: &str = "
    (select c.oid, c.relname, n.nspname, c.relacl from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_'
       and n.nspname not in ('information_schema', 'public', 'extensions', 'atlas_schema_revisions'))";

/// What breaks a rule, and how to find it. `$tables` stands for our tables, `$d` for the domain.
const RULES: [(&str, &str); 10] = [
    (
        "has no comment",
        "select t.oid::regclass || coalesce('.' || a.attname, '')
         from $tables t
         cross join lateral (
           select 0 as attnum, null as attname
           union all
           select attnum, attname from pg_attribute where attrelid = t.oid and attnum > 0 and not attisdropped
         ) a
         where coalesce(col_description(t.oid, nullif(a.attnum, 0)), case a.attnum when 0 then obj_description(t.oid) end)
           is null",
    ),
    (
        "is a foreign key without an index that leads with its columns",
        "select t.oid::regclass || ' ' || f.conname
         from pg_constraint f join $tables t on t.oid = f.conrelid
         where f.contype = 'f' and not exists (
           select from pg_index i
           where i.indrelid = f.conrelid and i.indpred is null and (
             i.indnatts >= cardinality(f.conkey)
             and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(f.conkey) - 1]) k)
               = (select array_agg(k order by k) from unnest(f.conkey) k)
             -- The rest of a key of a few rows, as the lines of one journal, need not be indexed.
             or i.indisprimary and i.indkey[0] = f.conkey[1])
         )",
    ),
    (
        "is a constraint or an index whose name does not say its table, columns and rule",
        "select t.oid::regclass || ' ' || c.conname
         from pg_constraint c join $tables t on t.oid = c.conrelid
         left join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
         where not case c.contype
           when 'p' then c.conname = t.relname || '_pkey'
           when 'f' then starts_with(c.conname, t.relname || '_' || a.attname) and c.conname like '%\\_fkey'
           when 'u' then starts_with(c.conname, t.relname || '_') and c.conname like '%\\_key'
           when 'x' then starts_with(c.conname, t.relname || '_')
           when 'c' then starts_with(c.conname, t.relname || '_') and c.conname !~ '_check[0-9]*$'
           else true
         end
         union all
         select i.indexrelid::regclass::text from pg_index i join $tables t on t.oid = i.indrelid
         join pg_class c on c.oid = i.indexrelid
         where not exists (select from pg_constraint o where o.conindid = i.indexrelid and o.conrelid = t.oid)
           and (not starts_with(c.relname, t.relname || '_') or c.relname !~ '_(idx|key)$')",
    ),
    (
        "has no key of its own",
        "select t.oid::regclass::text from $tables t
         where not exists (select from pg_constraint c where c.conrelid = t.oid and c.contype = 'p')",
    ),
    (
        "counts changes, and no trigger sees to it",
        "select t.oid::regclass::text from $tables t
         where exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'updated_at')
           and not exists (
             select from pg_trigger g
             where g.tgrelid = t.oid and g.tgfoid = '$d.touch'::regproc and g.tgenabled <> 'D'
               and g.tgtype & 19 = 19
           )",
    ),
    (
        "may be deleted from or emptied by a role of an application",
        "select r.rolname || ' ' || p.privilege || ' ' || t.oid::regclass
         from $tables t cross join pg_roles r cross join (values ('delete'), ('truncate')) p (privilege)
         where r.rolname ~ '^$d_(writer|reader|app|read|audit|studio)$' and has_table_privilege(r.oid, t.oid, p.privilege)
         union all
         select r.rolname || ' ' || p.privilege || ' ' || t.oid::regclass
         from $tables t cross join pg_roles r cross join (values ('insert'), ('update')) p (privilege)
         where r.rolname ~ '^$d_(reader|read|audit|studio)$'
           and (has_table_privilege(r.oid, t.oid, p.privilege) or has_any_column_privilege(r.oid, t.oid, p.privilege))",
    ),
    (
        "is only ever added to, and lacks a trigger that keeps even the owner from more",
        "select t.oid::regclass || ': ' || bits.what
         from $tables t cross join (values (8, 'delete'), (16, 'update'), (32, 'truncate')) bits (bit, what)
         where has_table_privilege('$d_writer', t.oid, 'insert')
           and not has_table_privilege('$d_writer', t.oid, 'update')
           and not has_any_column_privilege('$d_writer', t.oid, 'update')
           and not exists (
             select from pg_trigger g
             where g.tgrelid = t.oid and g.tgfoid = '$d.refuse_change'::regproc and g.tgenabled = 'A'
               and g.tgtype & bits.bit > 0 and g.tgtype & 2 = 2
           )
         union all
         -- What refuses updates of rows is append-only, whoever writes to it.
         select t.oid::regclass || ': may be updated by the application'
         from $tables t join pg_trigger g on g.tgrelid = t.oid
         where g.tgname = 'refuse_change' and g.tgfoid = '$d.refuse_change'::regproc
           and has_table_privilege('$d_writer', t.oid, 'update')
         union all
         select t.oid::regclass || ': is not refused truncate'
         from $tables t join pg_trigger g on g.tgrelid = t.oid
         where g.tgname = 'refuse_change' and g.tgfoid = '$d.refuse_change'::regproc and not exists (
           select from pg_trigger o
           where o.tgrelid = t.oid and o.tgfoid = g.tgfoid and o.tgtype & 32 > 0 and o.tgenabled = 'A')",
    ),
    (
        "runs as its owner without a search path of its own",
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'extensions') and p.prosecdef
           and not exists (select from unnest(p.proconfig) c where c like 'search\\_path=%')",
    ),
    (
        "is hidden from the reader or the studio as a whole",
        "select r.rolname || ' ' || t.oid::regclass
         from $tables t join pg_roles r on r.rolname in ('$d_reader', '$d_studio')
         where not has_schema_privilege(r.oid, t.nspname, 'usage') or not has_any_column_privilege(r.oid, t.oid, 'select')
           -- Tables of nothing but secrets, or of hashes of what was tried.
           and t.relname not in ('user_secrets', 'recovery_codes', 'verification_tokens', 'attempts')",
    ),
    (
        "is a secret that the studio sees",
        "select t.oid::regclass || '.' || a.attname
         from $tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
         where a.attname ~ '(password|secret|ciphertext|fingerprint|token_hash|code_hash|_salt$)'
           and a.atttypid in ('text'::regtype, 'bytea'::regtype, '$d.sha256'::regtype)
           and has_column_privilege('$d_studio', t.oid, a.attname, 'select')",
    ),
];

#[tokio::test]
async fn the_whole_model_keeps_its_rules() {
    let mut broken = Vec::new();
    for domain in DOMAINS {
        let database = Database::migrated(domain).await;
        let superuser = database.superuser().await;
        for (fault, query) in RULES {
            let query = query.replace("$tables", TABLES).replace("$d", domain);
            let found: Vec<String> = values(&superuser, &query).await;
            broken.extend(found.into_iter().map(|what| format!("{domain}: {what} {fault}")));
        }
    }

    assert!(broken.is_empty(), "{} breaks:\n{}", broken.len(), broken.join("\n"));
}

#[tokio::test]
async fn there_are_at_least_a_hundred_tables() {
    let mut all = 0;
    for domain in DOMAINS {
        let database = Database::migrated(domain).await;
        let superuser = database.superuser().await;
        let tables: i64 = value(&superuser, &format!("select count(*) from {TABLES} tables")).await;
        let columns: i64 = value(
            &superuser,
            &format!(
                "select count(*) from {TABLES} t join pg_attribute a on a.attrelid = t.oid
                 where a.attnum > 0 and not a.attisdropped"
            ),
        )
        .await;
        println!("{domain}: {tables} tables, {columns} columns");
        all += tables;
    }
    println!("all: {all} tables");

    assert!(all >= 100, "{all}");
}

/// No domain can use the functions of another, so each has a copy.
#[test]
fn the_audit_trail_is_the_same_in_the_three_domains_that_copy_theirs_to_the_platform() {
    let trail = |domain: &str| {
        let path = root().join("schema").join(domain).join("17_audit_trail.sql");
        let text = std::fs::read_to_string(path).unwrap();
        // Where its name is that of a schema, a role, an event or the domain itself: content is also a word.
        [("-- ", ":"), ("'", "',"), ("", "."), ("", "_")].into_iter().fold(
            text,
            |text, (before, after)| {
                text.replace(&format!("{before}{domain}{after}"), &format!("{before}$d{after}"))
            },
        )
    };

    assert_eq!(trail("projects"), trail("finance"));
    assert_eq!(trail("content"), trail("finance"));
}
