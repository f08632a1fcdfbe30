-- platform: what is done with a person as a whole: who may be the same, merging, giving out, forgetting; leads that become one.

create function party.phone_key(number text) returns text
  language sql immutable
  set search_path = ''
as $$
  -- +44 1632 960042, 01632 960042 and 0044 1632 960042 are one number.
  select nullif(right(regexp_replace(number, '[^0-9]', '', 'g'), 9), '')
$$;
comment on function party.phone_key(text) is 'The last nine digits of a telephone number, which all ways to write it share.';

create function party.name_key(first_name text, last_name text) returns text
  language sql immutable
  set search_path = ''
as $$
  select nullif(btrim(lower(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))), '')
$$;
comment on function party.name_key(text, text) is 'A name in one piece, as names are compared.';
grant execute on function party.phone_key(text), party.name_key(text, text) to platform_writer, platform_reader;

create index contacts_phone_key_idx on party.contacts (party.phone_key(phone)) where deleted_at is null;
create index contacts_mobile_key_idx on party.contacts (party.phone_key(mobile)) where deleted_at is null;
create index contacts_name_key_idx on party.contacts
  using gin (party.name_key(first_name, last_name) extensions.gin_trgm_ops) where deleted_at is null;

-- Definer: who reads contacts needs nothing of the extension.
create function party.likely_same(contact uuid, at_most integer)
  returns table (id uuid, alike text[], name_percent integer)
  language sql stable security definer
  set search_path = ''
as $$
  with me as (
    select c.id, lower(c.email) as email, party.name_key(c.first_name, c.last_name) as name,
      array_remove(array[party.phone_key(c.phone), party.phone_key(c.mobile)], null) as phones
    from party.contacts c
    where c.id = contact and c.deleted_at is null
  ), near as (
    select c.id from me join party.contacts c on lower(c.email) = me.email and c.email is not null and c.deleted_at is null
    union
    select c.id from me join party.contacts c on party.phone_key(c.phone) = any (me.phones) and c.deleted_at is null
    union
    select c.id from me join party.contacts c on party.phone_key(c.mobile) = any (me.phones) and c.deleted_at is null
    union
    select c.id
    from me
    join party.contacts c
      on party.name_key(c.first_name, c.last_name) operator(extensions.%) me.name and c.deleted_at is null
  ), compared as (
    select c.id, lower(c.email) = me.email as email,
      party.phone_key(c.phone) = any (me.phones) or party.phone_key(c.mobile) = any (me.phones) as phone,
      round(100 * coalesce(extensions.similarity(party.name_key(c.first_name, c.last_name), me.name), 0)::numeric)::integer
        as percent
    from near
    join party.contacts c on c.id = near.id and c.status = 'live'
    cross join me
    where c.id <> me.id
  )
  select c.id,
    array_remove(array[
      case when c.email then 'email' end, case when c.phone then 'phone' end, case when c.percent >= 60 then 'name' end], null),
    c.percent
  from compared c
  where c.email or c.phone or c.percent >= 60
  order by (c.email is true)::integer + (c.phone is true)::integer + (c.percent >= 60)::integer desc, c.percent desc, c.id
  limit at_most
$$;
comment on function party.likely_same(uuid, integer) is
  'Live contacts that may be the same person: by address of mail, telephone number or a name that is 60 percent alike, the likeliest first.';
grant execute on function party.likely_same(uuid, integer) to platform_reader, platform_writer;

create function party.merge_contact(p_id uuid, p_version integer, p_survivor uuid, p_reason text, p_actor uuid)
  returns table (present boolean, stale boolean)
  language plpgsql
  set search_path = ''
as $$
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
  -- With a merge goes what others keep for the one who was merged: gifts, parts in projects.
  if p_survivor = p_actor then
    raise exception 'nobody merges somebody into themselves'
      using errcode = '23514', constraint = 'contacts_merged_by_another', schema = 'party', table = 'contacts';
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
$$;
comment on function party.merge_contact(uuid, integer, uuid, text, uuid) is
  'Archives a contact as merged into another, which gets its companies, leads, files and what it lacks; what is past stays. Done twice, it says so again. Breaks contacts_merged_by_another, contacts_merged_powerless, contacts_merged_into_live, contacts_merged_into_id_once, contacts_merged_other.';
grant execute on function party.merge_contact(uuid, integer, uuid, text, uuid) to platform_writer;

create function party.merge_company(p_id uuid, p_version integer, p_survivor uuid, p_reason text, p_actor uuid)
  returns table (present boolean, stale boolean)
  language plpgsql
  set search_path = ''
as $$
declare
  v_row party.companies;
  v_links bigint;
  v_ended bigint;
  v_leads bigint;
  v_files bigint;
begin
  -- Always in the same order, so that two merges at once wait for each other.
  perform 1 from party.companies c where c.id in (p_id, p_survivor) order by c.id for no key update;
  select * into v_row from party.companies c where c.id = p_id and c.deleted_at is null;
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
  perform 1 from party.companies c where c.id = p_survivor and c.status = 'live' and c.deleted_at is null;
  if not found then
    raise exception 'company % is not live, nothing can be merged into it', p_survivor
      using errcode = '23514', constraint = 'companies_merged_into_live', schema = 'party', table = 'companies';
  end if;
  -- The survivor is spoken to as before: nobody of the other company takes that over.
  update party.contact_companies l
  set company_id = p_survivor, updated_by = p_actor,
      is_primary = l.is_primary and (l.valid_to is not null or not exists (
        select 1 from party.contact_companies o
        where o.company_id = p_survivor and o.is_primary and o.valid_to is null and o.deleted_at is null))
  where l.company_id = p_id and l.deleted_at is null
    and not exists (
      select 1 from party.contact_companies o
      where o.company_id = p_survivor and o.contact_id = l.contact_id and o.role = l.role and o.deleted_at is null
        and daterange(o.valid_from, o.valid_to) && daterange(l.valid_from, l.valid_to));
  get diagnostics v_links = row_count;
  update party.contact_companies set deleted_at = now(), updated_by = p_actor
  where company_id = p_id and deleted_at is null;
  get diagnostics v_ended = row_count;
  update party.leads set company_id = p_survivor, updated_by = p_actor
  where company_id = p_id and deleted_at is null;
  get diagnostics v_leads = row_count;
  update storage.file_links
  set subject_id = p_survivor, updated_by = p_actor
  where subject_domain = 'platform' and subject_type = 'company' and subject_id = p_id and deleted_at is null;
  get diagnostics v_files = row_count;
  -- A VAT number is one company's: it goes before it comes.
  update party.companies m
  set status = 'archived', archived_at = coalesce(m.archived_at, now()), archive_reason = 'merged',
      merged_into_id = p_survivor, updated_by = p_actor,
      vat_id = case when s.vat_id is null then null else m.vat_id end
  from party.companies s
  where m.id = p_id and s.id = p_survivor;
  -- What the survivor lacks; of the register and of an address all or nothing.
  update party.companies s
  set trade_name = coalesce(s.trade_name, v_row.trade_name), vat_id = coalesce(s.vat_id, v_row.vat_id),
      register_number = case when s.register_number is null then v_row.register_number else s.register_number end,
      register_court = case when s.register_number is null then v_row.register_court else s.register_court end,
      email = coalesce(s.email, v_row.email), phone = coalesce(s.phone, v_row.phone),
      website = coalesce(s.website, v_row.website),
      updated_by = p_actor
  where s.id = p_survivor
    and (s.trade_name is null and v_row.trade_name is not null or s.vat_id is null and v_row.vat_id is not null
      or s.register_number is null and num_nonnulls(v_row.register_number, v_row.register_court) > 0
      or s.email is null and v_row.email is not null or s.phone is null and v_row.phone is not null
      or s.website is null and v_row.website is not null);
  update party.companies s
  set street = v_row.street, house_number = v_row.house_number, postal_code = v_row.postal_code, city = v_row.city,
      country = v_row.country, latitude = v_row.latitude, longitude = v_row.longitude, updated_by = p_actor
  where s.id = p_survivor and num_nonnulls(s.street, s.house_number, s.postal_code, s.city) = 0
    and num_nonnulls(v_row.street, v_row.house_number, v_row.postal_code, v_row.city) > 0;
  insert into party.company_merges (company_id, survivor_id, moved, reason, created_by)
  values (p_id, p_survivor, jsonb_build_object(
    'contact_companies', v_links, 'contact_companies_doubled', v_ended, 'leads', v_leads, 'file_links', v_files),
    p_reason, p_actor);
  return query select true, false;
end
$$;
comment on function party.merge_company(uuid, integer, uuid, text, uuid) is
  'Archives a company as merged into another, which gets its people, leads, files and what it lacks. Done twice, it says so again. Breaks companies_merged_into_live, companies_merged_into_id_once, companies_merged_other.';
grant execute on function party.merge_company(uuid, integer, uuid, text, uuid) to platform_writer;

-- Definer: secrets and links that were mailed are deleted, which no application role may.
create function party.erase_contact(p_id uuid, p_version integer, p_actor uuid)
  returns table (present boolean, stale boolean, erased_at timestamptz)
  language plpgsql security definer
  set search_path = ''
as $$
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
$$;
comment on function party.erase_contact(uuid, integer, uuid) is
  'Blanks a contact and those merged into it, ends their logins, and takes them out of the audit log; that there was somebody stays. Done twice, it says so again. Breaks contacts_erased_by_another, contacts_erased_whole.';
grant execute on function party.erase_contact(uuid, integer, uuid) to platform_writer;

-- Definer: of sessions and tokens whoever exports may see what their owner sees, not the tables.
create function party.export_contact(p_id uuid) returns jsonb
  language sql stable security definer
  set search_path = ''
as $$
  with recursive one (id) as (
    select c.id from party.contacts c where c.id = p_id and c.erased_at is null
    union
    select c.id from party.contacts c join one on c.merged_into_id = one.id
  ), logins as (
    select u.id, u.email, u.language, u.status, u.auth_provider, u.email_verified_at, u.last_login_at, u.created_at
    from identity.users u where u.contact_id in (select id from one)
  )
  select jsonb_build_object(
    'contact', to_jsonb(c),
    'merged', coalesce((
      select jsonb_agg(to_jsonb(m) order by m.created_at) from party.contacts m
      where m.id in (select id from one) and m.id <> p_id), '[]'),
    'companies', coalesce((
      select jsonb_agg(jsonb_build_object('company', o.legal_name, 'role', l.role, 'is_primary', l.is_primary,
        'valid_from', l.valid_from, 'valid_to', l.valid_to) order by l.created_at)
      from party.contact_companies l join party.companies o on o.id = l.company_id
      where l.contact_id in (select id from one)), '[]'),
    'leads', coalesce((
      select jsonb_agg(to_jsonb(l) order by l.created_at) from party.leads l
      where l.contact_id in (select id from one)), '[]'),
    'consents', coalesce((
      select jsonb_agg(to_jsonb(s) order by s.happened_at) from party.contact_consents s
      where s.contact_id in (select id from one)), '[]'),
    'appointments', coalesce((
      select jsonb_agg(jsonb_build_object('type', a.type, 'title', a.title, 'starts_at', a.starts_at, 'ends_at', a.ends_at,
        'location', a.location, 'address', a.address, 'status', a.status) order by a.starts_at)
      from scheduling.appointments a
      where a.contact_id in (select id from one)), '[]'),
    'form_submissions', coalesce((
      select jsonb_agg(to_jsonb(f) order by f.created_at) from automation.form_submissions f
      where f.submitted_by in (select id from one)), '[]'),
    'files', coalesce((
      select jsonb_agg(jsonb_build_object('file_id', f.file_id, 'role', f.role, 'caption', f.caption) order by f.created_at)
      from storage.file_links f
      where f.subject_domain = 'platform' and f.subject_type = 'contact' and f.subject_id in (select id from one)), '[]'),
    'logins', coalesce((select jsonb_agg(to_jsonb(u) order by u.created_at) from logins u), '[]'),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('issuer', a.provider, 'subject', a.provider_account_id,
        'created_at', a.created_at, 'last_used_at', a.last_used_at) order by a.created_at)
      from identity.accounts a where a.user_id in (select id from logins)), '[]'),
    'sessions', coalesce((
      select jsonb_agg(jsonb_build_object('created_at', s.created_at, 'expires_at', s.expires_at, 'ip', host(s.ip),
        'user_agent', s.user_agent) order by s.created_at)
      from identity.sessions s where s.user_id in (select id from logins)), '[]'),
    'api_tokens', coalesce((
      select jsonb_agg(jsonb_build_object('name', t.name, 'scopes', t.scopes, 'created_at', t.created_at,
        'last_used_at', t.last_used_at) order by t.created_at)
      from identity.api_tokens t where t.owner_contact_id in (select id from one)), '[]'),
    'roles', coalesce((
      select jsonb_agg(jsonb_build_object('role', r.code, 'scope_type', g.scope_type, 'scope_id', g.scope_id,
        'valid_from', g.valid_from, 'valid_to', g.valid_to, 'revoked_at', g.revoked_at) order by g.created_at)
      from identity.user_roles g join identity.roles r on r.id = g.role_id
      where g.contact_id in (select id from one)), '[]'),
    'activity', coalesce((
      select jsonb_agg(jsonb_build_object('at', a.created_at, 'domain', a.domain, 'action', a.action,
        'entity_type', a.entity_type, 'entity_id', a.entity_id, 'ip', host(a.ip), 'user_agent', a.user_agent)
        order by a.created_at desc)
      from (
        select a.created_at, a.domain, a.action, a.entity_type, a.entity_id, a.ip, a.user_agent
        from audit.audit_logs a where a.actor_contact_id in (select id from one)
        order by a.created_at desc limit 1000
      ) as a), '[]'))
  from party.contacts c
  where c.id = p_id and c.erased_at is null
$$;
comment on function party.export_contact(uuid) is
  'All that is kept here about a contact and those merged into it, and the last thousand things they did, as one document; no secrets. Null: nobody, or erased.';
grant execute on function party.export_contact(uuid) to platform_writer;

create function party.convert_lead(
  p_id uuid, p_version integer, p_contact uuid, p_first_name text, p_last_name text, p_company uuid, p_project uuid,
  p_actor uuid
) returns table (present boolean, stale boolean)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function party.convert_lead(uuid, integer, uuid, text, text, uuid, uuid, uuid) is
  'Makes a qualified lead a customer: a contact that is there, or a new one with its address and number. Done twice, it says so again. Breaks leads_converted_live, leads_status_transition, leads_converted_contact, leads_contact_id_fkey, leads_company_id_fkey.';
grant execute on function party.convert_lead(uuid, integer, uuid, text, text, uuid, uuid, uuid) to platform_writer;
