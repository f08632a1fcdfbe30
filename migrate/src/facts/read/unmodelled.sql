-- Every object of ours in a catalog that the other questions do not read: kind and name.
with ours as (
  select oid, nspname from pg_catalog.pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'atlas_schema_revisions')
),
found (kind, class, oid, name) as (
  select 'foreign data wrapper', 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid, quote_ident(fdwname) from pg_catalog.pg_foreign_data_wrapper
  union all
  select 'foreign server', 'pg_catalog.pg_foreign_server'::regclass, oid, quote_ident(srvname) from pg_catalog.pg_foreign_server
  union all
  select 'user mapping', 'pg_catalog.pg_user_mapping'::regclass, umid, format('%s on %I', usename, srvname) from pg_catalog.pg_user_mappings
  union all
  select case c.relkind when 'f' then 'foreign table' else 'relation of kind ' || c.relkind::text end, 'pg_catalog.pg_class'::regclass, c.oid,
    format('%I.%I', n.nspname, c.relname)
  from pg_catalog.pg_class c join ours n on n.oid = c.relnamespace where c.relkind not in ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'c', 't')
  union all
  select 'typed table', 'pg_catalog.pg_class'::regclass, c.oid, format('%I.%I', n.nspname, c.relname)
  from pg_catalog.pg_class c join ours n on n.oid = c.relnamespace where c.reloftype <> 0
  union all
  select 'inheritance', 'pg_catalog.pg_class'::regclass, c.oid, format('%I.%I from %s', n.nspname, c.relname, h.inhparent::regclass)
  from pg_catalog.pg_inherits h join pg_catalog.pg_class c on c.oid = h.inhrelid and not c.relispartition and c.relkind in ('r', 'p', 'f')
  join ours n on n.oid = c.relnamespace
  union all
  select 'publication', 'pg_catalog.pg_publication'::regclass, oid, quote_ident(pubname) from pg_catalog.pg_publication
  union all
  select 'subscription', 'pg_catalog.pg_subscription'::regclass, oid, quote_ident(subname) from pg_catalog.pg_subscription
  where subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
  union all
  select 'rule', 'pg_catalog.pg_rewrite'::regclass, r.oid, format('%I on %I.%I', r.rulename, n.nspname, c.relname)
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class join ours n on n.oid = c.relnamespace
  where r.rulename <> '_RETURN'
  union all
  select 'disabled rule', 'pg_catalog.pg_rewrite'::regclass, r.oid, format('%I on %I.%I', r.rulename, n.nspname, c.relname)
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class join ours n on n.oid = c.relnamespace
  where r.rulename = '_RETURN' and r.ev_enabled <> 'O'
  union all
  select 'disabled system trigger', 'pg_catalog.pg_trigger'::regclass, t.oid, format('%I on %I.%I', t.tgname, n.nspname, c.relname)
  from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid join ours n on n.oid = c.relnamespace
  where t.tgisinternal and t.tgenabled <> 'O'
  union all
  select 'event trigger', 'pg_catalog.pg_event_trigger'::regclass, oid, quote_ident(evtname) from pg_catalog.pg_event_trigger
  union all
  select 'collation', 'pg_catalog.pg_collation'::regclass, c.oid, format('%I.%I', n.nspname, c.collname)
  from pg_catalog.pg_collation c join ours n on n.oid = c.collnamespace
  union all
  select 'conversion', 'pg_catalog.pg_conversion'::regclass, c.oid, format('%I.%I', n.nspname, c.conname)
  from pg_catalog.pg_conversion c join ours n on n.oid = c.connamespace
  union all
  select 'cast', 'pg_catalog.pg_cast'::regclass, oid, format('%s as %s', format_type(castsource, null), format_type(casttarget, null))
  from pg_catalog.pg_cast where oid >= 16384
  union all
  select 'operator', 'pg_catalog.pg_operator'::regclass, p.oid, format('%I.%s', n.nspname, p.oprname)
  from pg_catalog.pg_operator p join ours n on n.oid = p.oprnamespace
  union all
  select 'operator class', 'pg_catalog.pg_opclass'::regclass, p.oid, format('%I.%I', n.nspname, p.opcname)
  from pg_catalog.pg_opclass p join ours n on n.oid = p.opcnamespace
  union all
  select 'operator family', 'pg_catalog.pg_opfamily'::regclass, p.oid, format('%I.%I', n.nspname, p.opfname)
  from pg_catalog.pg_opfamily p join ours n on n.oid = p.opfnamespace
  union all
  select 'access method', 'pg_catalog.pg_am'::regclass, oid, quote_ident(amname) from pg_catalog.pg_am where oid >= 16384
  union all
  select 'language', 'pg_catalog.pg_language'::regclass, oid, quote_ident(lanname) from pg_catalog.pg_language where oid >= 16384
  union all
  select 'transform', 'pg_catalog.pg_transform'::regclass, oid, format_type(trftype, null) from pg_catalog.pg_transform
  union all
  select 'text search configuration', 'pg_catalog.pg_ts_config'::regclass, t.oid, format('%I.%I', n.nspname, t.cfgname)
  from pg_catalog.pg_ts_config t join ours n on n.oid = t.cfgnamespace
  union all
  select 'text search dictionary', 'pg_catalog.pg_ts_dict'::regclass, t.oid, format('%I.%I', n.nspname, t.dictname)
  from pg_catalog.pg_ts_dict t join ours n on n.oid = t.dictnamespace
  union all
  select 'text search parser', 'pg_catalog.pg_ts_parser'::regclass, t.oid, format('%I.%I', n.nspname, t.prsname)
  from pg_catalog.pg_ts_parser t join ours n on n.oid = t.prsnamespace
  union all
  select 'text search template', 'pg_catalog.pg_ts_template'::regclass, t.oid, format('%I.%I', n.nspname, t.tmplname)
  from pg_catalog.pg_ts_template t join ours n on n.oid = t.tmplnamespace
  union all
  select 'base type', 'pg_catalog.pg_type'::regclass, t.oid, format('%I.%I', n.nspname, t.typname)
  from pg_catalog.pg_type t join ours n on n.oid = t.typnamespace
  where t.typtype in ('b', 'p') and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)
  union all
  select 'range type with a canonical function', 'pg_catalog.pg_type'::regclass, t.oid, format('%I.%I', n.nspname, t.typname)
  from pg_catalog.pg_range r join pg_catalog.pg_type t on t.oid = r.rngtypid join ours n on n.oid = t.typnamespace
  where r.rngcanonical <> 0
  union all
  select 'large object', 'pg_catalog.pg_largeobject'::regclass, oid, oid::text from pg_catalog.pg_largeobject_metadata
  union all
  select 'security label', classoid::regclass, objoid, format('%s of %s', label, objoid) from pg_catalog.pg_seclabel where objoid >= 16384
)
select f.kind, f.name from found f
where not exists (
  select from pg_catalog.pg_depend d
  -- A range type brings a cast of its own.
  where (d.deptype = 'e' or (d.deptype = 'i' and f.kind = 'cast')) and d.objid = f.oid and (d.classid = f.class or f.class = 'pg_catalog.pg_trigger'::regclass)
)
order by 1, 2
