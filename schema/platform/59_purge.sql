-- platform: what is no longer good for anything is taken away, a batch at a time. What happened stays in the audit log.

-- Definer: rows are deleted, which no application role may.
create function identity.purge(at_most integer)
  returns table (links bigint, sessions bigint, attempts bigint, codes bigint)
  language plpgsql security definer
  set search_path = ''
as $$
declare
  links_end timestamptz := now() - make_interval(days => platform.setting_integer('retention.links_days'));
  sessions_end timestamptz := now() - make_interval(days => platform.setting_integer('retention.sessions_days'));
begin
  delete from identity.verification_tokens t
  where t.id in (
    select d.id from identity.verification_tokens d
    where d.expires_at < links_end
    order by d.expires_at limit at_most for update skip locked);
  get diagnostics links = row_count;
  -- A login as a whole: each session is referred to by the one it replaced, and reuse is found by the old ones.
  delete from identity.sessions s
  where s.family_id in (
    select d.id from identity.sessions d
    where d.family_id = d.id and d.expires_at < sessions_end
      and not exists (select 1 from identity.sessions o where o.family_id = d.id and o.expires_at >= sessions_end)
    order by d.expires_at limit at_most for update skip locked);
  get diagnostics sessions = row_count;
  -- No period is longer than a day: what is older counts for nothing.
  delete from identity.attempts a
  where a.key in (
    select d.key from identity.attempts d
    where d.began_at < now() - interval '1 day'
    limit at_most for update skip locked);
  get diagnostics attempts = row_count;
  delete from identity.recovery_codes c
  where c.id in (
    select d.id from identity.recovery_codes d
    where d.used_at < links_end
    limit at_most for update skip locked);
  get diagnostics codes = row_count;
  return next;
end
$$;
comment on function identity.purge(integer) is
  'Deletes at most so many of each: links and used codes after retention.links_days, ended logins after retention.sessions_days, attempts after a day.';
grant execute on function identity.purge(integer) to platform_writer;

create function identity.end_expired_invitations(at_most integer) returns bigint
  language plpgsql
  set search_path = ''
as $$
declare
  over uuid[];
begin
  with taken as (
    update identity.invitations i
    set revoked_at = now()
    where i.id in (
      select d.id from identity.invitations d
      where d.accepted_at is null and d.revoked_at is null
        and d.expires_at < now() - make_interval(days => platform.setting_integer('retention.links_days'))
      order by d.expires_at limit at_most for update skip locked)
    returning i.user_id
  )
  select coalesce(array_agg(user_id), '{}') into over from taken;
  update identity.user_roles g set revoked_at = now()
  from identity.users u
  where u.id = any (over) and g.contact_id = u.contact_id and g.revoked_at is null;
  update identity.users u set status = 'deleted', deleted_at = now()
  where u.id = any (over) and u.status = 'invited';
  return cardinality(over);
end
$$;
comment on function identity.end_expired_invitations(integer) is
  'Takes back invitations that ended retention.links_days ago, with their roles and logins: their addresses are free again.';
grant execute on function identity.end_expired_invitations(integer) to platform_writer;
