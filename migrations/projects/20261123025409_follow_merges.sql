-- Create function "community.move_roles(uuid[], uuid)"
create function community.move_roles(p_tree uuid[], p_now uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_held record;
begin
  -- What somebody is twice at the same time is kept once, for all these days, in the row that came first.
  for v_held in
    with mine as (
      select r.id, r.project_id, r.role, daterange(r.valid_from, r.valid_to) as days, r.is_primary, r.created_at
      from community.project_roles r
      where r.contact_ref = any (p_tree) and r.deleted_at is null
    ), spans as (
      select m.project_id, m.role, unnest(range_agg(m.days)) as span from mine m group by m.project_id, m.role
    )
    select s.span, array_agg(m.id order by m.created_at, m.id) as ids,
      bool_or(m.is_primary and (upper_inf(m.days) or not upper_inf(s.span))) as is_primary
    from spans s join mine m on m.project_id = s.project_id and m.role = s.role and m.days <@ s.span
    group by s.project_id, s.role, s.span
  loop
    update community.project_roles set deleted_at = now(), updated_by = null where id = any (v_held.ids[2:]);
    update community.project_roles
    set contact_ref = p_now, is_primary = v_held.is_primary, valid_from = lower(v_held.span),
        valid_to = upper(v_held.span), updated_by = null
    where id = v_held.ids[1]
      and (contact_ref, is_primary, daterange(valid_from, valid_to))
        is distinct from (p_now, v_held.is_primary, v_held.span);
  end loop;
  update community.project_roles set contact_ref = p_now
  where contact_ref = any (p_tree) and contact_ref <> p_now and deleted_at is not null;

  for v_held in
    with mine as (
      select r.id, r.building_id, r.role, r.unit_label, daterange(r.valid_from, r.valid_to) as days,
        r.ownership_percent, r.created_at
      from building.building_roles r
      where r.contact_ref = any (p_tree) and r.deleted_at is null
    ), spans as (
      select m.building_id, m.role, m.unit_label, unnest(range_agg(m.days)) as span
      from mine m group by m.building_id, m.role, m.unit_label
    )
    select s.span, array_agg(m.id order by m.created_at, m.id) as ids, max(m.ownership_percent) as ownership_percent
    from spans s
    join mine m on m.building_id = s.building_id and m.role = s.role and m.unit_label is not distinct from s.unit_label
      and m.days <@ s.span
    group by s.building_id, s.role, s.unit_label, s.span
  loop
    update building.building_roles set deleted_at = now(), updated_by = null where id = any (v_held.ids[2:]);
    update building.building_roles
    set contact_ref = p_now, ownership_percent = v_held.ownership_percent, valid_from = lower(v_held.span),
        valid_to = upper(v_held.span), updated_by = null
    where id = v_held.ids[1]
      and (contact_ref, ownership_percent, daterange(valid_from, valid_to))
        is distinct from (p_now, v_held.ownership_percent, v_held.span);
  end loop;
  update building.building_roles set contact_ref = p_now
  where contact_ref = any (p_tree) and contact_ref <> p_now and deleted_at is not null;
end
$function$;
grant execute on function community.move_roles(uuid[], uuid) to projects_writer;
comment on function community.move_roles(uuid[], uuid) is 'Gives the roles in projects and buildings of some contacts to the one that they became.';

-- Create function "projects.keep_newest()"
create function projects.keep_newest()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.id is distinct from old.id then
    raise exception 'id of %.% never changes', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity', schema = tg_table_schema, table = tg_table_name;
  end if;
  -- Events arrive twice and out of order: an older one changes nothing.
  if new.version < old.version then
    return null;
  end if;
  new.seen_at := now();
  return new;
end
$function$;
comment on function projects.keep_newest() is 'Before update of what another domain told: an older version is passed over, a newer one dates the row.';

-- Create table "projects.ref_companies"
create table projects.ref_companies (
  id uuid not null,
  version integer not null,
  merged_into_ref uuid,
  seen_at timestamp with time zone default now() not null,
  constraint ref_companies_pkey primary key (id),
  constraint ref_companies_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table projects.ref_companies is 'Companies (platform) that were merged, as this domain was told; of all others nothing is kept.';
comment on column projects.ref_companies.id is 'Id of the company (platform).';
comment on column projects.ref_companies.version is 'Its version over there; an older one is passed over.';
comment on column projects.ref_companies.merged_into_ref is 'Company it became (platform); null: none.';
comment on column projects.ref_companies.seen_at is 'When it was last heard of; set by trigger.';

-- Create index "projects.ref_companies_merged_into_ref_idx"
create index ref_companies_merged_into_ref_idx on projects.ref_companies using btree (merged_into_ref);

-- Create trigger "keep_newest" of table "projects.ref_companies"
create trigger keep_newest before update on projects.ref_companies for each row execute function projects.keep_newest();

-- Create function "projects.company_now(uuid)"
create function projects.company_now(p_company uuid)
 returns uuid
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return coalesce((
    with recursive up (id) as (
      select p_company
      union
      select r.merged_into_ref from projects.ref_companies r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from projects.ref_companies r where r.id = up.id and r.merged_into_ref is not null)
  ), p_company);
end
$function$;
grant execute on function projects.company_now(uuid) to projects_reader, projects_writer;
comment on function projects.company_now(uuid) is 'The company that one was merged into in the end; itself if it was not.';

-- Create function "projects.take_company(text, uuid, uuid, jsonb)"
create function projects.take_company(p_consumer text, p_message uuid, p_company uuid, p_fact jsonb)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
declare
  v_fresh bigint;
  v_now uuid;
  v_tree uuid[];
  v_first uuid;
begin
  insert into projects.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  get diagnostics v_fresh = row_count;
  if v_fresh = 0 then
    return false;
  end if;
  lock table projects.ref_companies in share row exclusive mode;
  insert into projects.ref_companies as c (id, version, merged_into_ref)
  values (p_company, (p_fact ->> 'version')::integer, (p_fact ->> 'merged_into')::uuid)
  on conflict (id) do update
  set version = excluded.version, merged_into_ref = excluded.merged_into_ref;
  v_now := projects.company_now(p_company);
  with recursive down (id) as (
    select v_now
    union
    select r.id from projects.ref_companies r join down on r.merged_into_ref = down.id
  )
  select array_agg(d.id) into v_tree from down d;

  -- A company is one live partner: of several the first one keeps it, whatever came first here; the audit log has the rest.
  select p.id into v_first
  from community.partners p
  where p.company_ref = any (v_tree) and p.deleted_at is null
  order by p.created_at, p.id
  limit 1
  for update;
  update community.partners set company_ref = null, updated_by = null
  where company_ref = any (v_tree) and deleted_at is null and id <> v_first;
  update community.partners set company_ref = v_now, updated_by = null
  where company_ref = any (v_tree) and company_ref <> v_now;
  update funding.funding_programs set provider_ref = v_now, updated_by = null
  where provider_ref = any (v_tree) and provider_ref <> v_now;
  update funding.funding_application_loans l set bank_ref = v_now, updated_by = null
  from funding.funding_applications a
  where l.bank_ref = any (v_tree) and l.bank_ref <> v_now and a.id = l.application_id and a.status in ('draft', 'eligible');
  return true;
end
$function$;
grant execute on function projects.take_company(text, uuid, uuid, jsonb) to projects_writer;
comment on function projects.take_company(text, uuid, uuid, jsonb) is 'Keeps that a company was merged, once for each message, and links what it was linked to with the one that it became; false: it was taken before.';

-- Create table "projects.ref_contacts"
create table projects.ref_contacts (
  id uuid not null,
  version integer not null,
  status text not null,
  merged_into_ref uuid,
  seen_at timestamp with time zone default now() not null,
  constraint ref_contacts_pkey primary key (id),
  constraint ref_contacts_status_known check ((status = any (array['merged'::text, 'erased'::text]))),
  constraint ref_contacts_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table projects.ref_contacts is 'Contacts (platform) that were merged or erased, as this domain was told; of all others nothing is kept.';
comment on column projects.ref_contacts.id is 'Id of the contact (platform).';
comment on column projects.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column projects.ref_contacts.status is 'merged or erased.';
comment on column projects.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column projects.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

-- Create index "projects.ref_contacts_merged_into_ref_idx"
create index ref_contacts_merged_into_ref_idx on projects.ref_contacts using btree (merged_into_ref);

-- Create trigger "keep_newest" of table "projects.ref_contacts"
create trigger keep_newest before update on projects.ref_contacts for each row execute function projects.keep_newest();

-- Create function "projects.contact_now(uuid)"
create function projects.contact_now(p_contact uuid)
 returns uuid
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return coalesce((
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from projects.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from projects.ref_contacts r where r.id = up.id and r.merged_into_ref is not null)
  ), p_contact);
end
$function$;
grant execute on function projects.contact_now(uuid) to projects_reader, projects_writer;
comment on function projects.contact_now(uuid) is 'The contact that one was merged into in the end; itself if it was not.';

-- Create function "community.follow_owner()"
create function community.follow_owner()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.owner_ref := projects.contact_now(new.owner_ref);
  return new;
end
$function$;
comment on function community.follow_owner() is 'Before insert or update: a project names the contact that a merged one became.';

-- Create function "community.follow_partner()"
create function community.follow_partner()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.company_ref := projects.company_now(new.company_ref);
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$function$;
comment on function community.follow_partner() is 'Before insert or update: a partner names the company and the contact that merged ones became.';

-- Create function "projects.follow_contact()"
create function projects.follow_contact()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$function$;
comment on function projects.follow_contact() is 'Before insert or update: a role names the contact that a merged one became.';

-- Create function "projects.take_contact(text, uuid, uuid, jsonb, text)"
create function projects.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
declare
  v_fresh bigint;
  v_now uuid;
  v_tree uuid[];
  v_erased boolean;
  v_drafts uuid[];
begin
  insert into projects.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  get diagnostics v_fresh = row_count;
  if v_fresh = 0 then
    return false;
  end if;
  -- Two facts of one story that come at once are taken one after the other.
  lock table projects.ref_contacts in share row exclusive mode;
  insert into projects.ref_contacts as c (id, version, status, merged_into_ref)
  values (p_contact, (p_fact ->> 'version')::integer, p_status, (p_fact ->> 'merged_into')::uuid)
  on conflict (id) do update
  set version = excluded.version, status = excluded.status, merged_into_ref = excluded.merged_into_ref;
  v_now := projects.contact_now(p_contact);
  with recursive down (id) as (
    select v_now
    union
    select r.id from projects.ref_contacts r join down on r.merged_into_ref = down.id
  )
  select array_agg(d.id) into v_tree from down d;
  v_erased := exists (select from projects.ref_contacts r where r.id = v_now and r.status = 'erased');

  update community.partners
  set contact_ref = case when not v_erased then v_now end, updated_by = null
  where contact_ref = any (v_tree) and (v_erased or contact_ref <> v_now);
  update community.projects
  set owner_ref = case when not v_erased then v_now end, updated_by = null
  where owner_ref = any (v_tree) and (v_erased or owner_ref <> v_now);
  perform community.move_roles(v_tree, v_now);
  -- What was handed in names who handed it in; it never changes.
  update funding.funding_applications
  set applicant_ref = case when not v_erased then v_now end, updated_by = null
  where applicant_ref = any (v_tree) and (v_erased or applicant_ref <> v_now) and status in ('draft', 'eligible');
  update document.document_requests
  set assignee_ref = case when assignee_ref = any (v_tree) then v_now else assignee_ref end,
      reviewer_ref = case when reviewer_ref = any (v_tree) then v_now else reviewer_ref end, updated_by = null
  where status not in ('approved', 'cancelled')
    and (assignee_ref = any (v_tree) and assignee_ref <> v_now or reviewer_ref = any (v_tree) and reviewer_ref <> v_now);
  if not v_erased then
    return true;
  end if;

  update community.project_roles set deleted_at = now(), updated_by = null where contact_ref = v_now and deleted_at is null;
  update building.building_roles set deleted_at = now(), updated_by = null where contact_ref = v_now and deleted_at is null;
  update document.document_batches
  set revoked_at = coalesce(revoked_at, now()), message = null, updated_by = null
  where recipient_ref = any (v_tree) and (revoked_at is null or message is not null);
  v_drafts := array(select d.id from document.document_form_drafts d where d.author_ref = any (v_tree));
  update document.document_form_drafts set answers = '{}', updated_by = null where id = any (v_drafts) and answers <> '{}';
  perform projects.redact_audit(t.id, '{document_form_draft,document_batch}', v_drafts
    || array(select b.id from document.document_batches b where b.recipient_ref = any (v_tree)))
  from unnest(v_tree) as t (id);
  return true;
end
$function$;
grant execute on function projects.take_contact(text, uuid, uuid, jsonb, text) to projects_writer;
comment on function projects.take_contact(text, uuid, uuid, jsonb, text) is 'Keeps that a contact was merged or erased, once for each message: what it does here goes to the one that it became, or ends; false: it was taken before.';

-- Create trigger "follow_merges" of table "building.building_roles"
create trigger follow_merges before insert or update of contact_ref on building.building_roles for each row execute function projects.follow_contact();

-- Create trigger "follow_merges" of table "community.partners"
create trigger follow_merges before insert or update of company_ref, contact_ref on community.partners for each row when ((num_nonnulls(new.company_ref, new.contact_ref) > 0)) execute function community.follow_partner();

-- Create trigger "follow_merges" of table "community.project_roles"
create trigger follow_merges before insert or update of contact_ref on community.project_roles for each row execute function projects.follow_contact();

-- Create trigger "follow_merges" of table "community.projects"
create trigger follow_merges before insert or update of owner_ref on community.projects for each row when ((new.owner_ref is not null)) execute function community.follow_owner();
