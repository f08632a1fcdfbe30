-- Replace function "audit.note(text, text, text, uuid, uuid, uuid, uuid, jsonb)"
create or replace function audit.note(action text, change text, entity text, entity_id uuid, contact uuid, login uuid, session uuid, context jsonb)
 returns void
 language sql
 set search_path to ''
as $function$
  insert into audit.audit_logs (
    domain, actor_kind, actor_contact_id, actor_user_id, session_id, action, change_type, entity_type, entity_id,
    request_id, ip, user_agent)
  select 'platform', coalesce(acts.who ->> 'kind', 'user'), contact,
    coalesce(login, case when acts.who ->> 'kind' = 'user' then (
      select u.id from identity.users u where u.contact_id = contact and u.deleted_at is null) end),
    coalesce(session, (acts.who ->> 'session')::uuid), action, change, entity, entity_id,
    context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent'
  from (
    -- Whose token was sent with the request; at the door itself nobody has one.
    select case when c.told ->> 'contact' = contact::text then c.told end as who
    from (select nullif(current_setting('aruuri.context', true), '')::jsonb as told) as c
  ) as acts
$function$;

-- Replace function "identity.claims_of(uuid)"
create or replace function identity.claims_of(contact uuid)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
  with held as (
    select r.code, g.scope_type, g.scope_id
    from identity.user_roles g
    join identity.roles r on r.id = g.role_id and r.deleted_at is null
    where g.contact_id = contact and g.revoked_at is null
      and g.valid_from <= current_date and (g.valid_to is null or g.valid_to > current_date)
      and (g.scope_type <> 'department' or exists (
        select from party.departments d where d.id = g.scope_id and d.status = 'active' and d.deleted_at is null))
  )
  select jsonb_build_object(
    'roles', coalesce((
      select jsonb_agg(distinct code) from held where scope_type in ('global', 'department')), '[]'),
    'permissions', coalesce((
      select jsonb_agg(distinct p.permission)
      from identity.permissions_of(contact) p
      where p.scope_type in ('global', 'department')), '[]'),
    'limits', identity.limits_of(contact),
    'grants', coalesce((
      select jsonb_agg(distinct jsonb_build_object('role', code, 'scope', scope_type, 'id', scope_id))
      from held where scope_type <> 'global'), '[]'))
$function$;

-- Replace function "party.erase_contact(uuid, integer, uuid)"
create or replace function party.erase_contact(p_id uuid, p_version integer, p_actor uuid)
 returns table(present boolean, stale boolean, erased_at timestamp with time zone)
 language plpgsql
 security definer
 set search_path to ''
as $function$
#variable_conflict use_column
declare
  v_row party.contacts;
  v_all uuid[];
  v_users uuid[];
  v_leads uuid[];
  v_avatars uuid[];
  v_things uuid[];
  v_one uuid;
begin
  select * into v_row from party.contacts c where c.id = p_id for no key update;
  if v_row.id is null then
    return query select false, false, null::timestamptz;
    return;
  elsif v_row.erased_at is not null then
    return query select true, false, v_row.erased_at;
    return;
  elsif v_row.version <> p_version then
    return query select true, true, null::timestamptz;
    return;
  end if;
  if p_id = p_actor then
    raise exception 'nobody erases themselves'
      using errcode = '23514', constraint = 'contacts_erased_by_another', schema = 'party', table = 'contacts';
  elsif v_row.merged_into_id is not null then
    raise exception 'contact % is one with %', p_id, v_row.merged_into_id
      using errcode = '23514', constraint = 'contacts_erased_whole', schema = 'party', table = 'contacts';
  end if;
  with recursive one (id) as (
    select p_id union select c.id from party.contacts c join one on c.merged_into_id = one.id
  )
  select array_agg(id) into v_all from one;
  select coalesce(array_agg(u.id), '{}') into v_users from identity.users u where u.contact_id = any (v_all);
  with recursive same (id) as (
    select l.id from party.leads l where l.contact_id = any (v_all)
    union
    select l.id from party.leads l join same on l.merged_into_id = same.id
  )
  select coalesce(array_agg(id), '{}') into v_leads from same;
  v_avatars := array(
    select u.avatar_file_ref from identity.users u where u.id = any (v_users) and u.avatar_file_ref is not null);
  select v_all || v_users || v_leads
    || array(select l.id from party.contact_companies l where l.contact_id = any (v_all))
    || array(select m.id from party.contact_merges m where m.contact_id = any (v_all) or m.survivor_id = any (v_all))
    || array(select s.id from party.contact_consents s where s.contact_id = any (v_all))
    || array(select a.id from identity.accounts a where a.user_id = any (v_users))
    || array(select g.id from identity.user_roles g where g.contact_id = any (v_all))
  into v_things;
  perform set_config('aruuri.forgetting', 'on', true);
  -- The login, and all that opens it.
  update identity.api_tokens
  set name = 'Erased', revoked_at = coalesce(revoked_at, now()), revoke_reason = coalesce(revoke_reason, 'owner_suspended'),
      updated_by = p_actor
  where owner_contact_id = any (v_all);
  update identity.sessions set revoked_at = now(), revoke_reason = 'user_deleted'
  where user_id = any (v_users) and revoked_at is null;
  update identity.sessions set ip = null, user_agent = null where user_id = any (v_users);
  delete from identity.recovery_codes where user_id = any (v_users);
  delete from identity.user_secrets where user_id = any (v_users);
  delete from identity.accounts where user_id = any (v_users);
  delete from identity.verification_tokens t
  where t.user_id = any (v_users)
    or lower(t.identifier) in (
      select lower(u.email) from identity.users u where u.id = any (v_users)
      union select lower(c.email) from party.contacts c where c.id = any (v_all));
  update identity.users
  set status = 'deleted', deleted_at = coalesce(deleted_at, now()), email = 'erased-' || id || '@erased.invalid',
      auth_provider = 'password', external_subject = null, totp_enabled = false, avatar_file_ref = null,
      updated_by = p_actor
  where id = any (v_users);
  update identity.user_roles set revoked_at = now(), revoked_by = p_actor, updated_by = p_actor
  where contact_id = any (v_all) and revoked_at is null;
  update identity.user_roles set reason = null, updated_by = p_actor
  where contact_id = any (v_all) and reason is not null;
  -- What hangs on the person.
  update party.contact_companies set deleted_at = now(), updated_by = p_actor
  where contact_id = any (v_all) and deleted_at is null;
  update party.leads
  set name = 'Erased', label = null, source = null, source_reference = null, pipeline = 'default', stage = null,
      interest = null, email = null, phone = null, archive_reason = case when archive_reason is not null then 'Erased' end,
      deleted_at = coalesce(deleted_at, now()), updated_by = p_actor
  where id = any (v_leads);
  update party.contact_merges set reason = null
  where (contact_id = any (v_all) or survivor_id = any (v_all)) and reason is not null;
  update party.contact_consents set source_ip = null where contact_id = any (v_all) and source_ip is not null;
  v_things := v_things || party.forget_papers(v_all, v_leads, v_avatars, p_actor);
  -- What was answered about them is not repeated; that there was such a request stays.
  update platform.idempotency_keys k
  set response = '{"forgotten": true}'
  where k.response is not null and exists (
    select from regexp_matches(k.response::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') as named (id)
    where named.id[1]::uuid = any (v_all || v_leads || v_things));
  update party.contacts
  set salutation = null, title = null, first_name = null, last_name = null, job_title = null, email = null, phone = null,
      mobile = null, language = null, segment = null, classification = null, street = null, house_number = null, postal_code = null, city = null, country = null,
      latitude = null, longitude = null, place_id = null, date_of_birth = null, notes = null, source = null,
      deleted_at = coalesce(deleted_at, now()), erased_at = now(), updated_by = p_actor
  where id = any (v_all) and erased_at is null;
  -- After the changes, so that what they noted of the values before goes too.
  foreach v_one in array v_all loop
    perform audit.redact_audit(
      v_one, '{contact,contact_company,contact_merge,contact_consent,lead,user,account,user_role,appointment,appointment_proposal,form_submission,workflow_package,workflow_task,task_checklist_result,time_booking,file,file_link,file_collection,file_member,file_version,file_rendition,file_upload}',
      v_things, 'platform');
  end loop;
  perform set_config('aruuri.forgetting', '', true);
  return query select true, false, now();
end
$function$;

-- Comments and privileges of function "audit.note(text, text, text, uuid, uuid, uuid, uuid, jsonb)"
comment on function audit.note(text, text, text, uuid, uuid, uuid, uuid, jsonb) is 'Adds an entry about what a person did at the door; the context has request_id, ip and user_agent. Login and session that are not given are those of the token that was sent.';

-- Create function "identity.held_in_departments()"
create function identity.held_in_departments()
 returns text[]
 language sql
 immutable
 set search_path to ''
as $function$
  select array['audit.read', 'contacts.erase', 'contacts.export', 'contacts.merge', 'contacts.read', 'contacts.write',
    'leads.write', 'roles.grant', 'tokens.write', 'users.read']
$function$;
grant execute on function identity.held_in_departments() to platform_reader, platform_writer;
comment on function identity.held_in_departments() is 'Permissions that a grant in a department gives: what they open asks in which one. Any other is given by a grant everywhere only.';

-- Replace function "identity.check_role_grant()"
create or replace function identity.check_role_grant()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  granted identity.roles;
  person_type text;
  excess text[];
begin
  select * into granted from identity.roles where id = new.role_id and deleted_at is null for share;
  if not found then
    raise exception 'role % does not exist', new.role_id
      using errcode = '23503', constraint = 'user_roles_role_id_fkey', schema = 'identity', table = 'user_roles';
  end if;
  if new.scope_type <> all (granted.scope_types) then
    raise exception 'role % is not granted in scope %', granted.code, new.scope_type
      using errcode = '23514', constraint = 'user_roles_scope_allowed', schema = 'identity', table = 'user_roles',
            detail = 'Allowed: ' || array_to_string(granted.scope_types, ', ') || '.';
  end if;
  if new.scope_type = 'department' and new.scope_id is not null then
    perform 1 from party.departments d where d.id = new.scope_id and d.deleted_at is null for key share;
    if not found then
      raise exception 'department % does not exist', new.scope_id
        using errcode = '23503', constraint = 'user_roles_department_known', schema = 'identity', table = 'user_roles';
    end if;
  end if;
  select u.user_type into person_type from identity.users u where u.contact_id = new.contact_id and u.deleted_at is null;
  if granted.audience <> 'any' and coalesce(person_type, 'external') <> granted.audience then
    raise exception 'role % is for % people', granted.code, granted.audience
      using errcode = '23514', constraint = 'user_roles_audience', schema = 'identity', table = 'user_roles';
  end if;
  -- Nobody gives what they do not hold there themselves; that nobody gives to themselves is a check.
  select array_agg(needed.code order by needed.code) into excess
  from (
    select 'roles.grant' as code
    union
    select p.code
    from identity.role_permissions b join identity.permissions p on p.id = b.permission_id
    where b.role_id = new.role_id and b.revoked_at is null
      and (new.scope_type <> 'department' or p.code = any (identity.held_in_departments()))
  ) as needed
  where not identity.holds(new.granted_by, needed.code, new.scope_type, new.scope_id);
  if new.granted_by <> new.contact_id and excess is not null then
    raise exception 'whoever grants role % must hold there: %', granted.code, array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'user_roles_escalation', schema = 'identity', table = 'user_roles';
  end if;
  return new;
end
$function$;

-- Replace function "identity.permissions_of(uuid, date)"
create or replace function identity.permissions_of(contact uuid, on_day date default current_date)
 returns table(permission text, scope_type text, scope_id uuid)
 language plpgsql
 stable
 set search_path to ''
as $function$
#variable_conflict use_column
begin
  return query
  select distinct p.code, g.scope_type, g.scope_id
  from identity.user_roles g
  join identity.roles r on r.id = g.role_id and r.deleted_at is null
  join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
  join identity.permissions p on p.id = b.permission_id
  where g.contact_id = contact and g.revoked_at is null
    and g.valid_from <= on_day and (g.valid_to is null or g.valid_to > on_day)
    and (g.scope_type <> 'department' or p.code = any (identity.held_in_departments()) and exists (
      select from party.departments d where d.id = g.scope_id and d.status = 'active' and d.deleted_at is null));
end
$function$;
comment on function identity.permissions_of(uuid, date) is 'What a contact may do on a day, and where; in a department only what is held in departments, and nothing in one that is not active.';
