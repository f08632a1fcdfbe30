//! The questions. Each answers with built-in types only, so that no type has to be looked up first.

/// Keeps what lives in a schema of ours; members of extensions are left out by the reader, which knows them all.
macro_rules! ours {
    ($select:literal) => {
        ours!($select, "")
    };
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " where n.nspname !~ '^pg_'
                and n.nspname not in ('information_schema', 'atlas_schema_revisions') ",
            $rest
        )
    };
}

/// How every text is printed: nothing may depend on who asks, or where.
pub(super) const SESSION: &str = "
    set local search_path = '';
    set local timezone = 'UTC';
    set local datestyle = 'ISO, YMD';
    set local intervalstyle = 'postgres';
    set local bytea_output = 'hex';
    set local extra_float_digits = 1;
    set local quote_all_identifiers = off;
    set local jit = off";

pub(super) const ROLE: &str = "select quote_ident(current_user)";

/// Class, object, extension.
pub(super) const MEMBERS: &str = "
    select classid::int8, objid::int8, refobjid::int8
    from pg_catalog.pg_depend where deptype = 'e'";

pub(super) const SCHEMAS: &str = ours!(
    "select n.oid::int8, quote_ident(n.nspname), quote_ident(o.rolname)
     from pg_catalog.pg_namespace n join pg_catalog.pg_roles o on o.oid = n.nspowner"
);

pub(super) const EXTENSIONS: &str = "
    select e.oid::int8, quote_ident(e.extname), quote_ident(n.nspname)
    from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.extname <> 'plpgsql'";

pub(super) const TYPES: &str = ours!(
    "select t.oid::int8, t.typarray::int8, t.typtype::text, format('%I.%I', n.nspname, t.typname),
       quote_ident(o.rolname), format_type(t.typbasetype, t.typtypmod), t.typnotnull,
       coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault),
       (select format('%I.%I', cn.nspname, c.collname)
        from pg_catalog.pg_collation c join pg_catalog.pg_namespace cn on cn.oid = c.collnamespace
        where c.oid = t.typcollation and t.typtype = 'd'
          and t.typcollation <> (select b.typcollation from pg_catalog.pg_type b where b.oid = t.typbasetype)),
       array(select e.enumlabel::text from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder),
       t.typrelid::int8
     from pg_catalog.pg_type t
     join pg_catalog.pg_namespace n on n.oid = t.typnamespace and t.typtype in ('e', 'd', 'c')
     join pg_catalog.pg_roles o on o.oid = t.typowner",
    "and (t.typrelid = 0 or exists (select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c'))"
);

/// Attributes of composite types.
pub(super) const ATTRIBUTES: &str = ours!(
    "select a.attrelid::int8, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       (select format('%I.%I', cn.nspname, co.collname)
        from pg_catalog.pg_collation co join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
        where co.oid = a.attcollation and a.attcollation <> t.typcollation),
       a.attnum::int4
     from pg_catalog.pg_attribute a
     join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'c' and a.attnum > 0 and not a.attisdropped
     join pg_catalog.pg_type t on t.oid = a.atttypid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace",
    "order by a.attrelid, a.attnum"
);

pub(super) const DOMAIN_CONSTRAINTS: &str = ours!(
    "select k.oid::int8, k.contypid::int8, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.convalidated
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_type t on t.oid = k.contypid
     join pg_catalog.pg_namespace n on n.oid = t.typnamespace",
    "and k.contype = 'c'"
);

pub(super) const RANGES: &str = ours!(
    "select t.oid::int8, t.typarray::int8, m.oid::int8, m.typarray::int8,
       format('%I.%I', n.nspname, t.typname), quote_ident(o.rolname), format_type(r.rngsubtype, null),
       (select format('%I.%I', pn.nspname, c.opcname)
        from pg_catalog.pg_opclass c join pg_catalog.pg_namespace pn on pn.oid = c.opcnamespace
        where c.oid = r.rngsubopc and not c.opcdefault),
       (select format('%I.%I', cn.nspname, c.collname)
        from pg_catalog.pg_collation c join pg_catalog.pg_namespace cn on cn.oid = c.collnamespace
        where c.oid = r.rngcollation and c.collname <> 'default'),
       nullif(r.rngsubdiff::regproc::text, '-'), format('%I.%I', mn.nspname, m.typname)
     from pg_catalog.pg_range r
     join pg_catalog.pg_type t on t.oid = r.rngtypid
     join pg_catalog.pg_type m on m.oid = r.rngmultitypid
     join pg_catalog.pg_namespace n on n.oid = t.typnamespace
     join pg_catalog.pg_namespace mn on mn.oid = m.typnamespace
     join pg_catalog.pg_roles o on o.oid = t.typowner",
    "and r.rngcanonical = 0"
);

/// Functions, apart from the constructors that come with a range type.
pub(super) const FUNCTIONS: &str = ours!(
    "select p.oid::int8,
       format('%I.%I(%s)', n.nspname, p.proname,
         (select string_agg(format_type(x, null), ', ' order by o) from unnest(p.proargtypes::oid[]) with ordinality u (x, o))),
       quote_ident(o.rolname), p.prokind::text,
       case when p.prokind <> 'a' then pg_get_functiondef(p.oid)
         else format('CREATE AGGREGATE %I.%I(%s)', n.nspname, p.proname, coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*')) end,
       pg_get_function_result(p.oid),
       coalesce(p.proargmodes::text[], array_fill('i'::text, array[p.pronargs::int])),
       coalesce(p.proargnames, '{}'),
       array(select format_type(x, null) from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (x, o) order by o),
       p.pronargdefaults::int8, l.lanname::text, p.prosecdef,
       exists (select from unnest(p.proconfig) c where c like 'search_path=%'),
       p.provolatile::text, p.prosrc,
       (select concat_ws(', ', 'sfunc = ' || g.aggtransfn::regproc, 'stype = ' || format_type(g.aggtranstype, null),
          'sspace = ' || nullif(g.aggtransspace, 0), 'finalfunc = ' || nullif(g.aggfinalfn::regproc::text, '-'),
          case when g.aggfinalextra then 'finalfunc_extra' end,
          case when g.aggfinalfn <> 0 then 'finalfunc_modify = ' || case g.aggfinalmodify
            when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end end,
          'combinefunc = ' || nullif(g.aggcombinefn::regproc::text, '-'),
          'serialfunc = ' || nullif(g.aggserialfn::regproc::text, '-'),
          'deserialfunc = ' || nullif(g.aggdeserialfn::regproc::text, '-'),
          'initcond = ' || quote_literal(g.agginitval),
          'msfunc = ' || nullif(g.aggmtransfn::regproc::text, '-'),
          'minvfunc = ' || nullif(g.aggminvtransfn::regproc::text, '-'),
          'mstype = ' || nullif(format_type(nullif(g.aggmtranstype, 0), null), '-'),
          'msspace = ' || nullif(g.aggmtransspace, 0),
          'mfinalfunc = ' || nullif(g.aggmfinalfn::regproc::text, '-'),
          case when g.aggmfinalextra then 'mfinalfunc_extra' end,
          case when g.aggmfinalfn <> 0 then 'mfinalfunc_modify = ' || case g.aggmfinalmodify
            when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end end,
          'minitcond = ' || quote_literal(g.aggminitval),
          'sortop = ' || (select format('operator(%I.%s)', opn.nspname, op.oprname)
             from pg_catalog.pg_operator op join pg_catalog.pg_namespace opn on opn.oid = op.oprnamespace where op.oid = g.aggsortop),
          case p.proparallel when 's' then 'parallel = safe' when 'r' then 'parallel = restricted' end,
          case when g.aggkind = 'h' then 'hypothetical' end)
        from pg_catalog.pg_aggregate g where g.aggfnoid = p.oid)
     from pg_catalog.pg_proc p
     join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     join pg_catalog.pg_language l on l.oid = p.prolang
     join pg_catalog.pg_roles o on o.oid = p.proowner",
    "and not exists (
       select from pg_catalog.pg_depend d
       where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
         and d.refclassid = 'pg_catalog.pg_type'::regclass and d.deptype = 'i')"
);

/// Tables, views and materialized views.
pub(super) const RELATIONS: &str = ours!(
    "select c.oid::int8, c.reltype::int8, c.relkind::text, format('%I.%I', n.nspname, c.relname),
       quote_ident(o.rolname), c.relpersistence = 'u', coalesce(c.reloptions, '{}'),
       coalesce((select array_agg('toast.' || x) from pg_catalog.pg_class t, unnest(t.reloptions) x where t.oid = c.reltoastrelid), '{}'),
       (select nullif(a.amname, 'heap')::text from pg_catalog.pg_am a where a.oid = c.relam),
       (select quote_ident(s.spcname) from pg_catalog.pg_tablespace s where s.oid = c.reltablespace),
       c.relrowsecurity, c.relforcerowsecurity,
       case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
       case when c.relispartition then
         (select format('%I.%I', pn.nspname, p.relname)
          from pg_catalog.pg_inherits h join pg_catalog.pg_class p on p.oid = h.inhparent
          join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace where h.inhrelid = c.oid) end,
       pg_get_expr(c.relpartbound, c.oid),
       c.relreplident::text
         || coalesce((select ':' || quote_ident(ic.relname)
              from pg_catalog.pg_index x join pg_catalog.pg_class ic on ic.oid = x.indexrelid
              where x.indrelid = c.oid and x.indisreplident and c.relreplident = 'i'), ''),
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
     from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relkind in ('r', 'p', 'v', 'm')
     join pg_catalog.pg_roles o on o.oid = c.relowner"
);

/// Columns of tables, views and materialized views.
pub(super) const COLUMNS: &str = ours!(
    "select a.attrelid::int8, a.attnum::int4, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       (select format('%I.%I', cn.nspname, co.collname)
        from pg_catalog.pg_collation co join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
        where co.oid = a.attcollation and a.attcollation <> t.typcollation),
       a.attnotnull, a.attidentity::text, a.attgenerated::text, d.oid::int8, pg_get_expr(d.adbin, d.adrelid),
       case when a.attstorage <> t.typstorage then a.attstorage::text end,
       nullif(a.attcompression::text, ''), coalesce(a.attstattarget, -1)::int8, coalesce(a.attoptions, '{}'),
       (select pg_get_expr(pd.adbin, pd.adrelid)
        from pg_catalog.pg_inherits h
        join pg_catalog.pg_attribute pa on pa.attrelid = h.inhparent and pa.attname = a.attname
        join pg_catalog.pg_attrdef pd on pd.adrelid = pa.attrelid and pd.adnum = pa.attnum
        where h.inhrelid = c.oid and c.relispartition),
       t.typstorage::text
     from pg_catalog.pg_attribute a
     join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_type t on t.oid = a.atttypid
     left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum",
    "order by a.attrelid, a.attnum"
);

/// Sequences, with the column that owns them (`a`) or whose identity they are (`i`).
pub(super) const SEQUENCES: &str = ours!(
    "select c.oid::int8, format('%I.%I', n.nspname, c.relname), quote_ident(o.rolname), format_type(s.seqtypid, null),
       s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence = 'u',
       d.deptype::text, d.refobjid::int8, d.refobjsubid::int4
     from pg_catalog.pg_sequence s
     join pg_catalog.pg_class c on c.oid = s.seqrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_roles o on o.oid = c.relowner
     left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
       and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')"
);

pub(super) const CONSTRAINTS: &str = ours!(
    "select k.oid::int8, k.conrelid::int8, quote_ident(k.conname), k.contype::text, pg_get_constraintdef(k.oid),
       k.conparentid <> 0 or (c.relispartition and k.coninhcount > 0), k.conindid::int8,
       k.convalidated, k.condeferrable, k.condeferred,
       array(select quote_ident(a.attname) from unnest(k.conkey) with ordinality u (x, o)
             join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.x order by u.o),
       (select format('%I.%I', fn.nspname, f.relname) from pg_catalog.pg_class f
        join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace where f.oid = k.confrelid),
       array(select quote_ident(a.attname) from unnest(k.confkey) with ordinality u (x, o)
             join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.x order by u.o),
       case when k.contype in ('p', 'u') then coalesce((select ic.reloptions from pg_catalog.pg_class ic where ic.oid = k.conindid), '{}') else '{}' end,
       coalesce((select x.indisclustered from pg_catalog.pg_index x where x.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')), false)
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_class c on c.oid = k.conrelid and k.contype in ('c', 'f', 'p', 'u', 'x')
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
);

pub(super) const INDEXES: &str = ours!(
    "select i.indexrelid::int8, i.indrelid::int8, format('%I.%I', n.nspname, c.relname), pg_get_indexdef(i.indexrelid),
       i.indisunique, i.indisvalid and i.indisready, c.relispartition, t.relkind = 'p', i.indisclustered,
       array(select coalesce(quote_ident(a.attname), '') from unnest(i.indkey::int2[]) with ordinality u (x, o)
             left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.x and u.x > 0
             where u.o <= i.indnkeyatts order by u.o),
       array(select a.attnum || ' ' || a.attstattarget from pg_catalog.pg_attribute a
             where a.attrelid = i.indexrelid and a.attstattarget >= 0 order by a.attnum)
     from pg_catalog.pg_index i
     join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_class t on t.oid = i.indrelid and t.relkind in ('r', 'p', 'm')
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
);

pub(super) const STATISTICS: &str = ours!(
    "select s.oid::int8, s.stxrelid::int8, format('%I.%I', n.nspname, s.stxname), quote_ident(o.rolname),
       pg_get_statisticsobjdef(s.oid), coalesce(s.stxstattarget, -1)::int8
     from pg_catalog.pg_statistic_ext s
     join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
     join pg_catalog.pg_roles o on o.oid = s.stxowner"
);

/// Triggers; with the state of the trigger above where it is inherited.
pub(super) const TRIGGERS: &str = ours!(
    "select t.oid::int8, t.tgrelid::int8, quote_ident(t.tgname), pg_get_triggerdef(t.oid), t.tgenabled::text,
       t.tgconstraint::int8, (select p.tgenabled::text from pg_catalog.pg_trigger p where p.oid = t.tgparentid),
       t.tgparentid::int8
     from pg_catalog.pg_trigger t
     join pg_catalog.pg_class c on c.oid = t.tgrelid and not t.tgisinternal
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace",
    "order by t.tgparentid"
);

pub(super) const POLICIES: &str = ours!(
    "select p.oid::int8, p.polrelid::int8, quote_ident(p.polname), p.polcmd::text, p.polpermissive,
       array(select case x when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(x)) end from unnest(p.polroles) x order by 1),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
     from pg_catalog.pg_policy p
     join pg_catalog.pg_class c on c.oid = p.polrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
);

/// What hangs on what: class, object, column, and the same of what must be there first.
pub(super) const DEPENDENCIES: &str = "
    select classid::int8, objid::int8, objsubid, refclassid::int8, refobjid::int8, refobjsubid
    from pg_catalog.pg_depend
    where deptype in ('n', 'a', 'i', 'x', 'P', 'S') and objid >= 16384";

/// The rules that make a relation a view.
pub(super) const VIEW_RULES: &str = "
    select oid::int8, ev_class::int8 from pg_catalog.pg_rewrite where rulename = '_RETURN' and oid >= 16384";

pub(super) const COMMENTS: &str = "
    select classoid::int8, objoid::int8, objsubid, description
    from pg_catalog.pg_description where objoid >= 16384 or classoid = 'pg_catalog.pg_namespace'::regclass";

/// Privileges by object and grantee; those of the owner only where they are not all.
pub(super) const PRIVILEGES: &str = "
    with ours as (
      select oid, nspname from pg_catalog.pg_namespace n
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'atlas_schema_revisions')
    ),
    objects (class, object, sub, owner, acl, kind) as (
      select 'pg_catalog.pg_class'::regclass, c.oid, 0, c.relowner, c.relacl, case c.relkind when 'S' then 's' else 'r' end
      from pg_catalog.pg_class c join ours n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select 'pg_catalog.pg_class'::regclass, c.oid, a.attnum, c.relowner, a.attacl, 'c'
      from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join ours n on n.oid = c.relnamespace
      where a.attacl is not null and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm')
      union all
      select 'pg_catalog.pg_proc'::regclass, p.oid, 0, p.proowner, p.proacl, 'f'
      from pg_catalog.pg_proc p join ours n on n.oid = p.pronamespace
      union all
      select 'pg_catalog.pg_namespace'::regclass, s.oid, 0, s.nspowner, s.nspacl, 'n'
      from pg_catalog.pg_namespace s join ours n on n.oid = s.oid
      union all
      select 'pg_catalog.pg_type'::regclass, t.oid, 0, t.typowner, t.typacl, 'T'
      from pg_catalog.pg_type t join ours n on n.oid = t.typnamespace where t.typtype in ('e', 'd', 'c', 'r')
    )
    select o.class::oid::int8, o.object::int8, o.sub::int4, coalesce(quote_ident(r.rolname), 'PUBLIC'),
      array_agg(distinct x.privilege_type || case when x.is_grantable then '*' else '' end)
    from objects o
    cross join lateral aclexplode(coalesce(o.acl, acldefault(o.kind::\"char\", o.owner))) x
    left join pg_catalog.pg_roles r on r.oid = x.grantee
    where x.grantee <> o.owner or (o.kind <> 'c' and (
      select count(*) from aclexplode(o.acl) mine where mine.grantee = o.owner
    ) < (select count(*) from aclexplode(acldefault(o.kind::\"char\", o.owner)) mine where mine.grantee = o.owner) and o.acl is not null)
    group by 1, 2, 3, 4";

/// Default privileges by role, schema, kind of object and grantee, as far as they are not PostgreSQL's own.
pub(super) const DEFAULT_PRIVILEGES: &str = "
    with now as (
      select d.oid, x.grantee, array_agg(x.privilege_type || case when x.is_grantable then '*' else '' end order by x.privilege_type || case when x.is_grantable then '*' else '' end) as privileges
      from pg_catalog.pg_default_acl d cross join lateral aclexplode(d.defaclacl) x group by 1, 2
    ),
    builtin as (
      select d.oid, x.grantee, array_agg(x.privilege_type || case when x.is_grantable then '*' else '' end order by x.privilege_type || case when x.is_grantable then '*' else '' end) as privileges
      from pg_catalog.pg_default_acl d
      cross join lateral aclexplode(acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)) x
      where d.defaclnamespace = 0 group by 1, 2
    )
    select quote_ident(pg_get_userbyid(d.defaclrole)), quote_ident(s.nspname), d.defaclobjtype::text,
      case g.grantee when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(g.grantee)) end,
      coalesce(now.privileges, '{}'), coalesce(builtin.privileges, '{}')
    from pg_catalog.pg_default_acl d
    cross join lateral (select grantee from now where now.oid = d.oid union select grantee from builtin where builtin.oid = d.oid) g
    left join now on now.oid = d.oid and now.grantee = g.grantee
    left join builtin on builtin.oid = d.oid and builtin.grantee = g.grantee
    left join pg_catalog.pg_namespace s on s.oid = d.defaclnamespace
    where (s.nspname is null or s.nspname <> 'atlas_schema_revisions')
      and now.privileges is distinct from builtin.privileges";
