//! Rules that every object of every database keeps.

use super::support::{Database, values};

/// What breaks a rule, and how to find it. `$ours` stands for our schemas.
const RULES: [(&str, &str); 6] = [
    (
        "has no comment",
        "select c.oid::regclass::text || coalesce('.' || a.attname, '')
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace and n.nspname in $ours
         cross join lateral (
           select 0 as attnum, null as attname
           union all
           select attnum, attname from pg_attribute
           where attrelid = c.oid and attnum > 0 and not attisdropped and not c.relispartition
         ) a
         where c.relkind in ('r', 'p', 'v', 'm') and col_description(c.oid, a.attnum) is null
           and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)
         union all
         select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in $ours and obj_description(p.oid, 'pg_proc') is null
         union all
         select nspname from pg_namespace where nspname in $ours and obj_description(oid, 'pg_namespace') is null
         union all
         select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
         where n.nspname in $ours and t.typtype = 'd' and obj_description(t.oid, 'pg_type') is null",
    ),
    (
        "is a foreign key without an index",
        "select conname::text from pg_constraint f join pg_namespace n on n.oid = f.connamespace
         where f.contype = 'f' and n.nspname in $ours and not exists (
           select from pg_index i where i.indrelid = f.conrelid and i.indkey[0] = f.conkey[1] and i.indpred is null
         )",
    ),
    (
        "does not fix its search path, or is open to everybody",
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in $ours and (
           not coalesce(p.proconfig, '{}') @> array['search_path=\"\"']
           or has_function_privilege('public', p.oid, 'execute')
         )",
    ),
    (
        "has a name made up by the server",
        "select conrelid::regclass::text || ': ' || conname from pg_constraint c
         join pg_namespace n on n.oid = c.connamespace
         left join pg_class t on t.oid = c.conrelid
         where n.nspname in $ours and not coalesce(t.relispartition, false) and c.contype <> 't'
           and (c.conname ~ '_check[0-9]*$' or (c.conrelid <> 0 and not starts_with(c.conname, t.relname)))",
    ),
    (
        "is not the owner's, or may be changed by who should not",
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in $ours and pg_get_userbyid(c.relowner) not like '%\\_owner'
         union all
         select r.rolname || ' ' || p.privilege || ' ' || c.oid::regclass::text
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace and n.nspname in $ours
         cross join (values ('delete'), ('truncate'), ('references'), ('trigger')) p (privilege)
         join pg_roles r on r.rolname ~ '^(platform|projects|finance|content)_(writer|reader|app|read)$'
         where c.relkind in ('r', 'p', 'v') and has_table_privilege(r.oid, c.oid, p.privilege)
         union all
         select 'reader may ' || p.privilege || ' ' || c.oid::regclass::text
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace and n.nspname in $ours
         cross join (values ('insert'), ('update')) p (privilege)
         join pg_roles r on r.rolname ~ '_(reader|read)$'
         where c.relkind in ('r', 'p', 'v') and has_table_privilege(r.oid, c.oid, p.privilege)",
    ),
    (
        "has a type that we do not use",
        "select c.oid::regclass::text || '.' || a.attname from pg_attribute a
         join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
         join pg_namespace n on n.oid = c.relnamespace and n.nspname in $ours
         where a.attnum > 0 and not a.attisdropped and (
           a.atttypid in ('float4'::regtype, 'float8'::regtype, 'money'::regtype, 'timestamp'::regtype, 'char'::regtype)
           or (a.attname like '%\\_minor' and a.atttypid <> 'int8'::regtype)
           or exists (select from pg_type t where t.oid = a.atttypid and t.typtype = 'e')
         )",
    ),
];

const OURS: &str = "(select nspname from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'extensions', 'atlas_schema_revisions'))";

#[tokio::test]
async fn every_object_keeps_the_rules() {
    for domain in ["platform", "projects", "finance", "content"] {
        let database = Database::migrated(domain).await;
        let superuser = database.superuser().await;
        for (fault, query) in RULES {
            let found: Vec<String> = values(&superuser, &query.replace("$ours", OURS)).await;
            assert_eq!(found, Vec::<String>::new(), "{domain}: {fault}");
        }
    }
}
