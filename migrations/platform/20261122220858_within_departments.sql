-- Drop trigger "check_frozen" of table "party.leads", to be made again
drop trigger check_frozen on party.leads;

-- Drop trigger "check_live" of table "party.leads", to be made again
drop trigger check_live on party.leads;

-- Replace function "identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid)"
create or replace function identity.invite(new_invitation uuid, new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text, new_type text, wanted jsonb, new_token uuid, new_token_hash bytea, inviter uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  known identity.users;
  ends timestamptz := now() + interval '7 days';
begin
  perform pg_advisory_xact_lock(77234, hashtext(lower(new_email)));
  select * into known from identity.users u where lower(u.email) = lower(new_email) and u.deleted_at is null for update;
  if known.status = 'invited' and known.user_type = 'external' and not identity.awaits_invitation(known.id) then
    -- Somebody signed up with this address and never proved it: nobody's hold on it keeps staff from inviting its owner.
    update identity.verification_tokens t set revoked_at = now()
    where t.user_id = known.id and t.used_at is null and t.revoked_at is null;
    update identity.users u set status = 'deleted', deleted_at = now(), updated_by = inviter where u.id = known.id;
  end if;
  -- A contact of its own, even if there is one with this address: what is known of a person passes by a merge only.
  insert into party.contacts (id, email, first_name, last_name, language, department_id, source, created_by, updated_by)
  values (new_contact, new_email, new_first, new_last, new_language, (
    select d.id
    from jsonb_array_elements(wanted) with ordinality as w (role, place)
    join party.departments d on d.id = (w.role ->> 'scope_id')::uuid and d.deleted_at is null
    where w.role ->> 'scope_type' = 'department'
    order by w.place
    limit 1
  ), 'invitation', inviter, inviter);
  insert into identity.users (id, contact_id, email, user_type, internal_role, language, created_by, updated_by)
  values (new_user, new_contact, new_email, new_type,
    case when new_type = 'internal' then
      case when wanted @> '[{"role": "admin", "scope_type": "global"}]' then 'admin' else 'employee' end end,
    new_language, inviter, inviter);
  -- Granted now, so that nobody promises more than they may give; they count once there is somebody who can sign in.
  insert into identity.user_roles (
    contact_id, role_id, scope_type, scope_id, granted_by, reason, created_by, updated_by)
  select new_contact, r.id, w.scope_type, w.scope_id, inviter, 'invitation', inviter, inviter
  from jsonb_to_recordset(wanted) as w (role text, scope_type text, scope_id uuid)
  left join identity.roles r on r.code = w.role and r.deleted_at is null;
  insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
  values (new_token, new_email, 'invite', new_token_hash, new_user, ends);
  insert into identity.invitations (id, user_id, invited_by, expires_at, created_by, updated_by)
  values (new_invitation, new_user, inviter, ends, inviter, inviter);
  perform identity.request_mail('invite', 'verification_token', new_token);
end
$function$;

-- Replace function "identity.permissions_of(uuid, date)"
create or replace function identity.permissions_of(contact uuid, on_day date default current_date)
 returns table(permission text, scope_type text, scope_id uuid)
 language sql
 stable
 set search_path to ''
as $function$
  select distinct p.code, g.scope_type, g.scope_id
  from identity.user_roles g
  join identity.roles r on r.id = g.role_id and r.deleted_at is null
  join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
  join identity.permissions p on p.id = b.permission_id
  where g.contact_id = contact and g.revoked_at is null
    and g.valid_from <= on_day and (g.valid_to is null or g.valid_to > on_day)
    and (g.scope_type <> 'department' or exists (
      select from party.departments d where d.id = g.scope_id and d.status = 'active' and d.deleted_at is null))
$function$;

-- Replace function "party.convert_lead(uuid, integer, uuid, text, text, uuid, uuid, uuid)"
create or replace function party.convert_lead(p_id uuid, p_version integer, p_contact uuid, p_first_name text, p_last_name text, p_company uuid, p_project uuid, p_actor uuid)
 returns table(present boolean, stale boolean)
 language plpgsql
 set search_path to ''
as $function$
declare
  v_row party.leads;
  v_contact uuid;
begin
  select * into v_row from party.leads l where l.id = p_id and l.deleted_at is null for no key update;
  if v_row.id is null then
    return query select false, false;
    return;
  elsif v_row.status = 'converted' then
    return query select true, false;
    return;
  elsif v_row.version <> p_version then
    return query select true, true;
    return;
  elsif v_row.archived_at is not null then
    raise exception 'lead % is archived', p_id
      using errcode = '23514', constraint = 'leads_converted_live', schema = 'party', table = 'leads';
  end if;
  v_contact := coalesce(p_contact, v_row.contact_id);
  if v_contact is null and p_last_name is not null then
    insert into party.contacts (first_name, last_name, email, phone, department_id, source, created_by, updated_by)
    values (p_first_name, p_last_name, v_row.email, v_row.phone, v_row.department_id, left(v_row.source, 120), p_actor,
      p_actor)
    returning id into v_contact;
  end if;
  update party.leads
  set status = 'converted', converted_at = now(), contact_id = v_contact, company_id = coalesce(p_company, v_row.company_id),
      project_ref = coalesce(p_project, v_row.project_ref), updated_by = p_actor
  where id = p_id;
  return query select true, false;
end
$function$;

-- Replace function "party.merge_contact(uuid, integer, uuid, text, uuid)"
create or replace function party.merge_contact(p_id uuid, p_version integer, p_survivor uuid, p_reason text, p_actor uuid)
 returns table(present boolean, stale boolean)
 language plpgsql
 set search_path to ''
as $function$
declare
  v_row party.contacts;
  v_links bigint;
  v_ended bigint;
  v_leads bigint;
  v_files bigint;
begin
  -- Always in the same order, so that two merges at once wait for each other.
  perform 1 from party.contacts c where c.id in (p_id, p_survivor) order by c.id for no key update;
  select * into v_row from party.contacts c where c.id = p_id and c.deleted_at is null;
  if v_row.id is null then
    return query select false, false;
    return;
  elsif v_row.merged_into_id = p_survivor then
    return query select true, false;
    return;
  elsif v_row.version <> p_version then
    return query select true, true;
    return;
  end if;
  perform 1 from party.contacts c where c.id = p_survivor and c.status = 'live' and c.deleted_at is null;
  if not found then
    raise exception 'contact % is not live, nothing can be merged into it', p_survivor
      using errcode = '23514', constraint = 'contacts_merged_into_live', schema = 'party', table = 'contacts';
  end if;
  -- What somebody may do never passes to somebody else by a merge.
  if exists (select 1 from identity.users u where u.contact_id = p_id and u.deleted_at is null)
    or exists (
      select 1 from identity.user_roles r
      where r.contact_id = p_id and r.revoked_at is null and (r.valid_to is null or r.valid_to > current_date))
  then
    raise exception 'contact % has a login or holds roles', p_id
      using errcode = '23514', constraint = 'contacts_merged_powerless', schema = 'party', table = 'contacts';
  end if;
  update party.contact_companies l
  set contact_id = p_survivor, updated_by = p_actor
  where l.contact_id = p_id and l.deleted_at is null
    and not exists (
      select 1 from party.contact_companies o
      where o.contact_id = p_survivor and o.company_id = l.company_id and o.role = l.role and o.deleted_at is null
        and daterange(o.valid_from, o.valid_to) && daterange(l.valid_from, l.valid_to));
  get diagnostics v_links = row_count;
  update party.contact_companies set deleted_at = now(), updated_by = p_actor
  where contact_id = p_id and deleted_at is null;
  get diagnostics v_ended = row_count;
  update party.leads
  set contact_id = case contact_id when p_id then p_survivor else contact_id end,
      owner_contact_id = case owner_contact_id when p_id then p_survivor else owner_contact_id end,
      updated_by = p_actor
  where p_id in (contact_id, owner_contact_id) and deleted_at is null;
  get diagnostics v_leads = row_count;
  update storage.file_links
  set subject_id = p_survivor, updated_by = p_actor
  where subject_domain = 'platform' and subject_type = 'contact' and subject_id = p_id and deleted_at is null;
  get diagnostics v_files = row_count;
  -- What the survivor lacks; of an address all or nothing.
  update party.contacts s
  set salutation = coalesce(s.salutation, v_row.salutation), title = coalesce(s.title, v_row.title),
      first_name = coalesce(s.first_name, v_row.first_name), last_name = coalesce(s.last_name, v_row.last_name),
      job_title = coalesce(s.job_title, v_row.job_title), email = coalesce(s.email, v_row.email),
      phone = coalesce(s.phone, v_row.phone), mobile = coalesce(s.mobile, v_row.mobile),
      language = coalesce(s.language, v_row.language), date_of_birth = coalesce(s.date_of_birth, v_row.date_of_birth),
      segment = coalesce(s.segment, v_row.segment), source = coalesce(s.source, v_row.source),
      department_id = coalesce(s.department_id, v_row.department_id),
      updated_by = p_actor
  where s.id = p_survivor
    and (s.salutation is null and v_row.salutation is not null or s.title is null and v_row.title is not null
      or s.first_name is null and v_row.first_name is not null or s.last_name is null and v_row.last_name is not null
      or s.job_title is null and v_row.job_title is not null or s.email is null and v_row.email is not null
      or s.phone is null and v_row.phone is not null or s.mobile is null and v_row.mobile is not null
      or s.language is null and v_row.language is not null
      or s.date_of_birth is null and v_row.date_of_birth is not null
      or s.segment is null and v_row.segment is not null or s.source is null and v_row.source is not null
      or s.department_id is null and v_row.department_id is not null);
  update party.contacts s
  set street = v_row.street, house_number = v_row.house_number, postal_code = v_row.postal_code, city = v_row.city,
      country = v_row.country, latitude = v_row.latitude, longitude = v_row.longitude, place_id = v_row.place_id,
      updated_by = p_actor
  where s.id = p_survivor and num_nonnulls(s.street, s.house_number, s.postal_code, s.city) = 0
    and num_nonnulls(v_row.street, v_row.house_number, v_row.postal_code, v_row.city) > 0;
  update party.contacts
  set status = 'archived', archived_at = coalesce(archived_at, now()), archive_reason = 'merged',
      merged_into_id = p_survivor, updated_by = p_actor
  where id = p_id;
  insert into party.contact_merges (contact_id, survivor_id, moved, reason, created_by)
  values (p_id, p_survivor, jsonb_build_object(
    'contact_companies', v_links, 'contact_companies_doubled', v_ended, 'leads', v_leads, 'file_links', v_files),
    p_reason, p_actor);
  return query select true, false;
end
$function$;

-- Comments and privileges of function "identity.permissions_of(uuid, date)"
comment on function identity.permissions_of(uuid, date) is 'What a contact may do on a day, and where; a department that is not active gives nothing.';

-- Comments and privileges of table "party.contacts"
comment on column party.contacts.department_id is 'Department the person works in first, or that looks after them; null: none yet. Who works in departments sees theirs.';

-- Create function "identity.limits_of(uuid)"
create function identity.limits_of(contact uuid)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.limits_of(uuid) to platform_reader, platform_writer;
comment on function identity.limits_of(uuid) is 'What a contact may do in some departments only, together what holds in the same ones: [{departments, permissions}].';

-- Replace function "identity.claims_of(uuid)"
create or replace function identity.claims_of(contact uuid)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
  with held as (
    select r.id, r.code, g.scope_type, g.scope_id
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
      select jsonb_agg(distinct p.code)
      from held
      join identity.role_permissions b on b.role_id = held.id and b.revoked_at is null
      join identity.permissions p on p.id = b.permission_id
      where held.scope_type in ('global', 'department')), '[]'),
    'limits', identity.limits_of(contact),
    'grants', coalesce((
      select jsonb_agg(distinct jsonb_build_object('role', code, 'scope', scope_type, 'id', scope_id))
      from held where scope_type <> 'global'), '[]'))
$function$;
comment on function identity.claims_of(uuid) is 'What an access token says of a contact: roles and permissions of staff and of everywhere, which of these hold in some departments only, and grants that hold in one place.';

-- Create function "party.takes_unassigned(uuid[])"
create function party.takes_unassigned(departments uuid[])
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select exists (
    select from party.departments d
    where d.id = any (departments) and d.is_owner and d.status = 'active' and d.deleted_at is null)
$function$;
grant execute on function party.takes_unassigned(uuid[]) to platform_reader, platform_writer;
comment on function party.takes_unassigned(uuid[]) is 'Whether one of these departments takes what no department has: an active one that owns its skill level.';

-- Create function "party.seen_contact(uuid, uuid[])"
create function party.seen_contact(contact uuid, departments uuid[])
 returns uuid
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  if contact is not null and departments is not null and not exists (
    select from party.contacts c
    where c.id = contact and c.deleted_at is null
      and (c.department_id = any (departments) or c.department_id is null and party.takes_unassigned(departments)))
  then
    raise exception 'contact % is in no department of the caller', contact
      using errcode = '23503', constraint = 'leads_contact_id_fkey', schema = 'party', table = 'leads';
  end if;
  return contact;
end
$function$;
grant execute on function party.seen_contact(uuid, uuid[]) to platform_writer;
comment on function party.seen_contact(uuid, uuid[]) is 'A contact for a lead, if who works in these departments may see it (null: all); breaks leads_contact_id_fkey, as one that is not there does.';

-- Add column "department_id" of table "party.leads"
alter table party.leads add column department_id uuid;
comment on column party.leads.department_id is 'Department that works on it; null: none yet. Who works in departments sees theirs.';

-- Create constraint "leads_department_id_fkey" of table "party.leads"
alter table party.leads add constraint leads_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict;

-- Create index "party.leads_department_id_idx"
create index leads_department_id_idx on party.leads using btree (department_id);

-- Create trigger "check_unused_leads" of table "party.departments"
create trigger check_unused_leads before update of deleted_at on party.departments for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.leads', 'department_id');

-- Create trigger "check_frozen" of table "party.leads"
create trigger check_frozen before update on party.leads for each row when (((new.deleted_at is null) or (num_nonnulls(new.label, new.interest, new.email, new.phone) > 0))) execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified', 'deleted_at,archived_at,archive_reason,contact_id,owner_contact_id,department_id');

-- Create trigger "check_live" of table "party.leads"
create trigger check_live before insert or update of contact_id, company_id, department_id, deleted_at on party.leads for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies', 'department_id', 'party.departments');
