-- Replace function "community.follow_owner()"
create or replace function community.follow_owner()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.owner_ref := projects.contact_now(new.owner_ref);
  return new;
end
$function$;

-- Replace function "community.follow_partner()"
create or replace function community.follow_partner()
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

-- Replace function "projects.follow_contact()"
create or replace function projects.follow_contact()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$function$;

-- Replace function "projects.take_company(text, uuid, uuid, jsonb)"
create or replace function projects.take_company(p_consumer text, p_message uuid, p_company uuid, p_fact jsonb)
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
  lock table projects.ref_companies, projects.ref_contacts in share row exclusive mode;
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

-- Replace function "projects.take_contact(text, uuid, uuid, jsonb, text)"
create or replace function projects.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
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
  v_words uuid[];
begin
  insert into projects.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  get diagnostics v_fresh = row_count;
  if v_fresh = 0 then
    return false;
  end if;
  -- Two facts of one story that come at once are taken one after the other.
  lock table projects.ref_companies, projects.ref_contacts in share row exclusive mode;
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
  v_words := document.forget_words(v_tree);
  perform projects.redact_audit(
    t.id,
    '{document_form_draft,document_batch,document_request,document_request_file,document_fulfilment,document_help_request,document_help_message,document_rejection_bundle,document_rejection_item,document_review_checklist_result}',
    v_drafts || v_words || array(select b.id from document.document_batches b where b.recipient_ref = any (v_tree)))
  from unnest(v_tree) as t (id);
  return true;
end
$function$;

-- Create function "projects.hold_names()"
create function projects.hold_names()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  lock table projects.ref_companies, projects.ref_contacts in row exclusive mode;
  return null;
end
$function$;
comment on function projects.hold_names() is 'Before a statement names contacts or companies: what is told of them at the same time is seen.';

-- Create trigger "hold_names" of table "building.building_roles"
create trigger hold_names before insert or update of contact_ref on building.building_roles for each statement execute function projects.hold_names();

-- Create trigger "hold_names" of table "community.partners"
create trigger hold_names before insert or update of company_ref, contact_ref on community.partners for each statement execute function projects.hold_names();

-- Create trigger "hold_names" of table "community.project_roles"
create trigger hold_names before insert or update of contact_ref on community.project_roles for each statement execute function projects.hold_names();

-- Create trigger "hold_names" of table "community.projects"
create trigger hold_names before insert or update of owner_ref on community.projects for each statement execute function projects.hold_names();
