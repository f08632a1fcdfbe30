-- platform: which permissions are held in some departments only: what tokens carry, so that every statement can ask.

create function identity.limits_of(contact uuid) returns jsonb
  language sql stable
  set search_path = ''
as $$
  with limited as (
    select p.permission, array_agg(p.scope_id order by p.scope_id) as departments
    from identity.permissions_of(contact) p
    where p.scope_type in ('global', 'department')
    group by p.permission
    having bool_and(p.scope_type = 'department')
  )
  select coalesce(jsonb_agg(g.line order by g.line), '[]')
  from (
    select jsonb_build_object('departments', l.departments, 'permissions', jsonb_agg(l.permission order by l.permission)) as line
    from limited l
    group by l.departments
  ) as g
$$;
comment on function identity.limits_of(uuid) is
  'What a contact may do in some departments only, together what holds in the same ones: [{departments, permissions}].';
grant execute on function identity.limits_of(uuid) to platform_writer, platform_reader;
