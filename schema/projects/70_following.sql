-- projects: what follows here when the platform merges or erases a contact, or merges a company.

-- What is written after the platform told of a merge names whom it was told of too. Whoever writes such a name waits for a
-- merge that is being taken, and the merge for them: take_contact and take_company lock against this lock. Taken before any row
-- is locked, so that neither waits for the other.
create function projects.hold_names() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  lock table projects.ref_companies, projects.ref_contacts in row exclusive mode;
  return null;
end
$$;
comment on function projects.hold_names() is
  'Before a statement names contacts or companies: what is told of them at the same time is seen.';
create trigger hold_names before insert or update of company_ref, contact_ref on community.partners
  for each statement execute function projects.hold_names();
create trigger hold_names before insert or update of owner_ref on community.projects
  for each statement execute function projects.hold_names();
create trigger hold_names before insert or update of contact_ref on community.project_roles
  for each statement execute function projects.hold_names();
create trigger hold_names before insert or update of contact_ref on building.building_roles
  for each statement execute function projects.hold_names();

create function community.follow_partner() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.company_ref := projects.company_now(new.company_ref);
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$$;
comment on function community.follow_partner() is
  'Before insert or update: a partner names the company and the contact that merged ones became.';
create trigger follow_merges before insert or update of company_ref, contact_ref on community.partners
  for each row when (num_nonnulls(new.company_ref, new.contact_ref) > 0) execute function community.follow_partner();

create function community.follow_owner() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.owner_ref := projects.contact_now(new.owner_ref);
  return new;
end
$$;
comment on function community.follow_owner() is 'Before insert or update: a project names the contact that a merged one became.';
create trigger follow_merges before insert or update of owner_ref on community.projects
  for each row when (new.owner_ref is not null) execute function community.follow_owner();

create function projects.follow_contact() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$$;
comment on function projects.follow_contact() is 'Before insert or update: a role names the contact that a merged one became.';
create trigger follow_merges before insert or update of contact_ref on community.project_roles
  for each row execute function projects.follow_contact();
create trigger follow_merges before insert or update of contact_ref on building.building_roles
  for each row execute function projects.follow_contact();

create function community.move_roles(p_tree uuid[], p_now uuid) returns void
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function community.move_roles(uuid[], uuid) is
  'Gives the roles in projects and buildings of some contacts to the one that they became.';

-- Definer: no application role changes these rows.
create function document.forget_words(p_tree uuid[]) returns uuid[]
  language plpgsql security definer
  set search_path = ''
as $$
declare
  -- Of nobody else, whoever asks.
  v_gone uuid[] := array(
    select t.id from unnest(p_tree) as t (id)
    where exists (
      select from projects.ref_contacts r where r.id = projects.contact_now(t.id) and r.status = 'erased'));
  v_asked uuid[];
  v_questions uuid[];
  v_bundles uuid[];
begin
  perform set_config('aruuri.forgetting', 'on', true);
  -- What they were asked for, and what was asked or said about that.
  v_asked := array(
    select r.id from document.document_requests r
    left join document.document_batches b on b.id = r.batch_id
    where r.assignee_ref = any (v_gone) or b.recipient_ref = any (v_gone)
    union
    select f.request_id from document.document_fulfilments f
    left join document.document_batches b on b.id = f.batch_id
    where f.submitted_by = any (v_gone) or b.recipient_ref = any (v_gone));
  v_questions := array(
    select q.id from document.document_help_requests q
    where q.asked_by = any (v_gone) or q.request_id = any (v_asked));
  v_bundles := array(
    select i.bundle_id from document.document_rejection_items i where i.request_id = any (v_asked));
  update document.document_help_requests set subject = 'Erased', updated_by = null
  where id = any (v_questions) and subject <> 'Erased';
  update document.document_help_messages set body = 'Erased'
  where (author_ref = any (v_gone) or help_request_id = any (v_questions)) and body <> 'Erased';
  update document.document_activities set note = null
  where (actor_ref = any (v_gone) or request_id = any (v_asked)) and note is not null;
  update document.document_fulfilments set note = null where request_id = any (v_asked) and note is not null;
  update document.document_rejection_items set note = 'Erased'
  where request_id = any (v_asked) and note <> 'Erased';
  update document.document_rejection_bundles set message = null, updated_by = null
  where id = any (v_bundles) and message is not null;
  update document.document_review_checklist_results set note = null, updated_by = null
  where request_id = any (v_asked) and note is not null;
  update document.document_request_files set note = null where request_id = any (v_asked) and note is not null;
  update document.document_requests set title = null, updated_by = null
  where id = any (v_asked) and title is not null;
  perform set_config('aruuri.forgetting', '', true);
  return v_asked || v_questions || v_bundles
    || array(select m.id from document.document_help_messages m
             where m.author_ref = any (v_gone) or m.help_request_id = any (v_questions))
    || array(select f.id from document.document_fulfilments f where f.request_id = any (v_asked))
    || array(select i.id from document.document_rejection_items i where i.request_id = any (v_asked))
    || array(select c.id from document.document_review_checklist_results c where c.request_id = any (v_asked))
    || array(select f.id from document.document_request_files f where f.request_id = any (v_asked));
end
$$;
comment on function document.forget_words(uuid[]) is
  'Empties what erased contacts wrote about documents, and what was written to them or about theirs; returns the rows it was in.';

create function projects.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
  returns boolean
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function projects.take_contact(text, uuid, uuid, jsonb, text) is
  'Keeps that a contact was merged or erased, once for each message: what it does here goes to the one that it became, or ends; false: it was taken before.';

create function projects.take_company(p_consumer text, p_message uuid, p_company uuid, p_fact jsonb) returns boolean
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function projects.take_company(text, uuid, uuid, jsonb) is
  'Keeps that a company was merged, once for each message, and links what it was linked to with the one that it became; false: it was taken before.';
grant execute on function projects.contact_now(uuid), projects.company_now(uuid) to projects_writer, projects_reader;
grant execute on function community.move_roles(uuid[], uuid), document.forget_words(uuid[]),
  projects.take_contact(text, uuid, uuid, jsonb, text), projects.take_company(text, uuid, uuid, jsonb) to projects_writer;
