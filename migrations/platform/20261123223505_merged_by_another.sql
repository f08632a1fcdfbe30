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
$function$;
comment on function party.merge_contact(uuid, integer, uuid, text, uuid) is 'Archives a contact as merged into another, which gets its companies, leads, files and what it lacks; what is past stays. Done twice, it says so again. Breaks contacts_merged_by_another, contacts_merged_powerless, contacts_merged_into_live, contacts_merged_into_id_once, contacts_merged_other.';
