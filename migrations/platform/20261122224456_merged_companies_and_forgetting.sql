-- Drop trigger "refuse_change" of table "audit.activity_logs", to be made again
drop trigger refuse_change on audit.activity_logs;

-- Drop trigger "check_frozen" of table "automation.form_submissions", to be made again
drop trigger check_frozen on automation.form_submissions;

-- Drop trigger "refuse_change" of table "party.contact_consents", to be made again
drop trigger refuse_change on party.contact_consents;

-- Drop trigger "refuse_change" of table "party.contact_merges", to be made again
drop trigger refuse_change on party.contact_merges;

-- Drop trigger "check_frozen" of table "party.leads", to be made again
drop trigger check_frozen on party.leads;

-- Drop trigger "check_frozen" of table "scheduling.appointment_proposals", to be made again
drop trigger check_frozen on scheduling.appointment_proposals;

-- Drop trigger "refuse_change" of table "storage.file_versions", to be made again
drop trigger refuse_change on storage.file_versions;

-- Drop trigger "check_frozen" of table "storage.files", to be made again
drop trigger check_frozen on storage.files;

-- Create function "party.check_company_archived()"
create function party.check_company_archived()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception 'company % was merged into %, it stays archived', new.id, new.merged_into_id
    using errcode = '23514', constraint = 'companies_merged_final', schema = 'party', table = 'companies';
end
$function$;
comment on function party.check_company_archived() is 'Before update: what was merged stays archived; breaks companies_merged_final.';

-- Create function "party.check_company_merge()"
create function party.check_company_merge()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- The lock makes a merge the other way round wait, or fail as a deadlock.
  perform 1 from party.companies
  where id = new.merged_into_id and status = 'live' and deleted_at is null for share;
  if not found then
    raise exception 'company % is not live, nothing can be merged into it', new.merged_into_id
      using errcode = '23514', constraint = 'companies_merged_into_live', schema = 'party', table = 'companies';
  end if;
  return new;
end
$function$;
comment on function party.check_company_merge() is 'Before insert or update: a company is merged into a live one, so merges make no circle; breaks companies_merged_into_live.';

-- Create function "party.forget_papers(uuid[], uuid[], uuid[], uuid)"
create function party.forget_papers(p_contacts uuid[], p_leads uuid[], p_avatars uuid[], p_actor uuid)
 returns uuid[]
 language plpgsql
 set search_path to ''
as $function$
declare
  blank constant jsonb := '{"de": "Gelöscht", "en": "Erased"}';
  v_about uuid[] := p_contacts || p_leads;
  -- What staff wrote about other things is the organisation's.
  v_staff boolean := exists (
    select from identity.users u where u.contact_id = any (p_contacts) and u.user_type = 'internal');
  v_appointments uuid[] := array(
    select a.id from scheduling.appointments a where a.contact_id = any (p_contacts) or a.subject_id = any (v_about));
  v_proposals uuid[] := array(
    select a.id from scheduling.appointment_proposals a
    where a.contact_id = any (p_contacts) or a.subject_id = any (v_about));
  v_submissions uuid[] := array(
    select f.id from automation.form_submissions f
    where f.subject_id = any (v_about) or (f.submitted_by = any (p_contacts) and not v_staff));
  v_packages uuid[] := array(select w.id from automation.workflow_packages w where w.subject_id = any (v_about));
  v_tasks uuid[] := array(
    select t.id from automation.workflow_tasks t where t.subject_id = any (v_about) or t.package_id = any (v_packages));
  v_links uuid[];
  v_collections uuid[];
  v_members uuid[];
  v_files uuid[];
  v_renditions uuid[];
  v_uploads uuid[];
  v_purged uuid[];
begin
  update scheduling.appointments
  set contact_id = case when contact_id = any (p_contacts) then null else contact_id end, title = blank, address = null,
      url = case when location = 'virtual' and status <> 'proposed' then 'https://erased.invalid' end,
      cancel_reason = case when cancel_reason is not null then 'Erased' end, notes = null, updated_by = p_actor
  where id = any (v_appointments);
  update scheduling.appointment_proposals
  set message = null, decline_reason = null, updated_by = p_actor,
      proposed_slots = (
        select jsonb_agg(jsonb_build_object('at', s.slot -> 'at', 'minutes', s.slot -> 'minutes',
          'location', s.slot -> 'location') order by s.place)
        from jsonb_array_elements(proposed_slots) with ordinality as s (slot, place)),
      status = case status when 'open' then 'expired' else status end
  where id = any (v_proposals);
  update automation.form_submissions
  set answers = '{}', return_reason = case when return_reason is not null then 'Erased' end,
      deleted_at = coalesce(deleted_at, now()), updated_by = p_actor
  where id = any (v_submissions);
  update automation.workflow_packages
  set blocked_reason = case when blocked_reason is not null then 'Erased' end, handover = null, updated_by = p_actor
  where id = any (v_packages);
  update automation.workflow_tasks
  set title = blank, description = null, skip_reason = case when skip_reason is not null then 'Erased' end,
      updated_by = p_actor
  where id = any (v_tasks);
  update automation.task_checklist_results set note = null, updated_by = p_actor
  where task_id = any (v_tasks) and note is not null;
  update automation.time_bookings set note = null, updated_by = p_actor where task_id = any (v_tasks) and note is not null;
  update audit.activity_logs
  set body = blank
  where subject_id = any (v_about || v_appointments || v_proposals || v_submissions || v_packages || v_tasks)
    or (actor_contact_id = any (p_contacts) and not v_staff);
  -- Files: what nobody else holds is purged; a declaration or a receipt that finance holds is linked there, and stays.
  v_links := array(
    select l.id from storage.file_links l
    where l.subject_id = any (v_about || v_appointments || v_proposals || v_submissions || v_packages || v_tasks));
  with recursive below (id) as (
    select c.id from storage.file_collections c where c.subject_id = any (v_about)
    union
    select c.id from storage.file_collections c join below b on c.parent_id = b.id
  )
  select coalesce(array_agg(b.id), '{}') into v_collections from below b;
  v_members := array(select m.id from storage.file_members m where m.collection_id = any (v_collections));
  v_files := p_avatars
    || array(select l.file_id from storage.file_links l where l.id = any (v_links))
    || array(select v.file_id from storage.file_versions v where v.member_id = any (v_members));
  v_renditions := array(select r.id from storage.file_renditions r where r.file_id = any (v_files));
  v_uploads := array(
    select u.id from storage.file_uploads u where u.contact_id = any (p_contacts) or u.file_id = any (v_files));
  update storage.file_links
  set caption = null, deleted_at = coalesce(deleted_at, now()), updated_by = p_actor
  where id = any (v_links);
  update storage.file_members
  set title = blank, slot = 'erased', deleted_at = coalesce(deleted_at, now()), updated_by = p_actor
  where id = any (v_members);
  update storage.file_versions set note = null where member_id = any (v_members) and note is not null;
  update storage.file_collections set name = blank, updated_by = p_actor where id = any (v_collections);
  with gone as (
    update storage.files f
    set status = 'purged', purged_at = now(), updated_by = p_actor
    where f.id = any (v_files) and f.status <> 'purged'
      and not exists (select from storage.file_links l where l.file_id = f.id and l.deleted_at is null)
      and not exists (
        select from storage.file_versions v
        join storage.file_members m on m.id = v.member_id and m.deleted_at is null
        where v.file_id = f.id)
      and not exists (select from identity.users u where u.avatar_file_ref = f.id)
    returning f.id
  )
  select coalesce(array_agg(g.id), '{}') into v_purged from gone g;
  update storage.files set original_name = 'erased', updated_by = p_actor
  where id = any (v_files) and status = 'purged' and original_name <> 'erased';
  delete from storage.file_renditions where file_id = any (v_purged);
  update storage.file_uploads set failure = 'Erased'
  where failure is not null and id = any (v_uploads);
  -- Whoever keeps the bytes is told which to delete.
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  select 'platform.file.purged.v1', 'file', p.id, '{}' from unnest(v_purged) as p (id);
  return v_appointments || v_proposals || v_submissions || v_packages || v_tasks || v_links || v_collections || v_members
    || v_files || v_renditions || v_uploads
    || array(select v.id from storage.file_versions v where v.member_id = any (v_members))
    || array(select r.id from automation.task_checklist_results r where r.task_id = any (v_tasks))
    || array(select b.id from automation.time_bookings b where b.task_id = any (v_tasks));
end
$function$;
comment on function party.forget_papers(uuid[], uuid[], uuid[], uuid) is 'Takes the words out of appointments, proposals, answers, work and comments about these contacts and leads, and purges files that nobody else holds; returns what it touched.';

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

-- Create function "party.is_forgetting()"
create function party.is_forgetting()
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select current_user = 'platform_owner' and current_setting('aruuri.forgetting', true) = 'on'
$function$;
grant execute on function party.is_forgetting() to platform_reader, platform_writer;
comment on function party.is_forgetting() is 'Whether party.erase_contact is at work: the one thing that takes words out of rows that are otherwise never changed. The setting alone does nothing for an application.';

-- Create function "party.tell_company()"
create function party.tell_company()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('platform.company.merged.v1', 'company', new.id,
    jsonb_build_object('version', new.version, 'merged_into', new.merged_into_id));
  return null;
end
$function$;
comment on function party.tell_company() is 'After a company was merged: an event, with ids only.';

-- Create table "party.company_merges"
create table party.company_merges (
  id uuid default gen_random_uuid() not null,
  company_id uuid not null,
  survivor_id uuid not null,
  moved jsonb default '{}'::jsonb not null,
  reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint company_merges_pkey primary key (id),
  constraint company_merges_company_id_fkey foreign key (company_id) references party.companies(id) on delete restrict,
  constraint company_merges_survivor_id_fkey foreign key (survivor_id) references party.companies(id) on delete restrict,
  constraint company_merges_company_other check ((company_id <> survivor_id)),
  constraint company_merges_moved_object check ((jsonb_typeof(moved) = 'object'::text)),
  constraint company_merges_reason_length check (((length(reason) >= 1) and (length(reason) <= 500)))
);
revoke update on party.company_merges from platform_writer;
comment on table party.company_merges is 'Which company was merged into which; rows are only ever added.';
comment on column party.company_merges.id is 'Identity.';
comment on column party.company_merges.company_id is 'Company that was merged and archived.';
comment on column party.company_merges.survivor_id is 'Company that took its place.';
comment on column party.company_merges.moved is 'How many rows of which table were moved to the survivor.';
comment on column party.company_merges.reason is 'Why they were taken for one company; null: not said.';
comment on column party.company_merges.created_at is 'When the row was written.';
comment on column party.company_merges.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "party.company_merges_company_id_key"
create unique index company_merges_company_id_key on party.company_merges using btree (company_id);

-- Create index "party.company_merges_created_at_idx"
create index company_merges_created_at_idx on party.company_merges using btree (created_at desc, id desc);

-- Create index "party.company_merges_survivor_id_idx"
create index company_merges_survivor_id_idx on party.company_merges using btree (survivor_id);

-- Create trigger "record_change" of table "party.company_merges"
create trigger record_change after insert or delete or update on party.company_merges for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('company_merge');

-- Create trigger "refuse_change" of table "party.company_merges"
create trigger refuse_change before delete or update on party.company_merges for each row execute function platform.refuse_change();
alter table party.company_merges enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "party.company_merges"
create trigger refuse_truncate before truncate on party.company_merges for each statement execute function platform.refuse_change();
alter table party.company_merges enable always trigger refuse_truncate;

-- Create function "party.merge_company(uuid, integer, uuid, text, uuid)"
create function party.merge_company(p_id uuid, p_version integer, p_survivor uuid, p_reason text, p_actor uuid)
 returns table(present boolean, stale boolean)
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function party.merge_company(uuid, integer, uuid, text, uuid) to platform_writer;
comment on function party.merge_company(uuid, integer, uuid, text, uuid) is 'Archives a company as merged into another, which gets its people, leads, files and what it lacks. Done twice, it says so again. Breaks companies_merged_into_live, companies_merged_into_id_once, companies_merged_other.';

-- Create trigger "refuse_change" of table "audit.activity_logs"
create trigger refuse_change before delete or update on audit.activity_logs for each row when ((not party.is_forgetting())) execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_change;

-- Create trigger "check_frozen" of table "automation.form_submissions"
create trigger check_frozen before delete or update on automation.form_submissions for each row when ((not party.is_forgetting())) execute function platform.check_frozen('status', 'draft,returned', 'reviewed_by,reviewed_at,return_reason,deleted_at');

-- Create trigger "check_archived" of table "party.companies"
create trigger check_archived before update of status, merged_into_id on party.companies for each row when (((new.status = 'live'::text) and (new.merged_into_id is not null))) execute function party.check_company_archived();

-- Create trigger "check_merge" of table "party.companies"
create trigger check_merge before insert or update of merged_into_id on party.companies for each row when (((new.merged_into_id is not null) and (new.deleted_at is null))) execute function party.check_company_merge();

-- Create trigger "tell_merge" of table "party.companies"
create trigger tell_merge after update on party.companies for each row when (((old.merged_into_id is distinct from new.merged_into_id) and (session_user <> 'platform_migrator'::name))) execute function party.tell_company();

-- Create trigger "refuse_change" of table "party.contact_consents"
create trigger refuse_change before delete or update on party.contact_consents for each row when ((not party.is_forgetting())) execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_change;

-- Create trigger "refuse_change" of table "party.contact_merges"
create trigger refuse_change before delete or update on party.contact_merges for each row when ((not party.is_forgetting())) execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_change;

-- Create trigger "check_frozen" of table "party.leads"
create trigger check_frozen before update on party.leads for each row when (((new.deleted_at is null) or (num_nonnulls(new.label, new.interest, new.email, new.phone) > 0))) execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified', 'deleted_at,archived_at,archive_reason,contact_id,company_id,owner_contact_id,department_id');

-- Create trigger "check_frozen" of table "scheduling.appointment_proposals"
create trigger check_frozen before delete or update on scheduling.appointment_proposals for each row when ((not party.is_forgetting())) execute function platform.check_frozen('status', 'open', 'appointment_id');

-- Create trigger "refuse_change" of table "storage.file_versions"
create trigger refuse_change before delete or update on storage.file_versions for each row when ((not party.is_forgetting())) execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_change;

-- Create trigger "check_frozen" of table "storage.files"
create trigger check_frozen before delete or update on storage.files for each row when ((not party.is_forgetting())) execute function platform.check_frozen('status', 'pending', 'scan_status,scanned_at,purged_at,pages,width_px,height_px');
