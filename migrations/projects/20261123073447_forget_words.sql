-- Drop trigger "refuse_change" of table "document.document_activities", to be made again
drop trigger refuse_change on document.document_activities;

-- Drop trigger "check_frozen" of table "document.document_fulfilments", to be made again
drop trigger check_frozen on document.document_fulfilments;

-- Drop trigger "refuse_change" of table "document.document_help_messages", to be made again
drop trigger refuse_change on document.document_help_messages;

-- Drop trigger "check_frozen" of table "document.document_rejection_bundles", to be made again
drop trigger check_frozen on document.document_rejection_bundles;

-- Drop trigger "check_bundle" of table "document.document_rejection_items", to be made again
drop trigger check_bundle on document.document_rejection_items;

-- Replace function "community.follow_owner()"
create or replace function community.follow_owner()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  lock table projects.ref_contacts in row exclusive mode;
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
  lock table projects.ref_companies, projects.ref_contacts in row exclusive mode;
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
  lock table projects.ref_contacts in row exclusive mode;
  new.contact_ref := projects.contact_now(new.contact_ref);
  return new;
end
$function$;

-- Create function "document.forget_words(uuid[])"
create function document.forget_words(p_tree uuid[])
 returns uuid[]
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
grant execute on function document.forget_words(uuid[]) to projects_writer;
comment on function document.forget_words(uuid[]) is 'Empties what erased contacts wrote about documents, and what was written to them or about theirs; returns the rows it was in.';

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
  v_words := document.forget_words(v_tree);
  perform projects.redact_audit(
    t.id,
    '{document_form_draft,document_batch,document_request,document_request_file,document_fulfilment,document_help_request,document_help_message,document_rejection_bundle,document_rejection_item,document_review_checklist_result}',
    v_drafts || v_words || array(select b.id from document.document_batches b where b.recipient_ref = any (v_tree)))
  from unnest(v_tree) as t (id);
  return true;
end
$function$;

-- Create function "projects.is_forgetting()"
create function projects.is_forgetting()
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select current_user = 'projects_owner' and current_setting('aruuri.forgetting', true) = 'on'
$function$;
grant execute on function projects.is_forgetting() to projects_reader, projects_writer;
comment on function projects.is_forgetting() is 'Whether document.forget_words is at work: the one thing that takes words out of rows that are otherwise never changed. The setting alone does nothing for an application.';

-- Create trigger "refuse_change" of table "document.document_activities"
create trigger refuse_change before delete or update on document.document_activities for each row when ((not projects.is_forgetting())) execute function projects.refuse_change();
alter table document.document_activities enable always trigger refuse_change;

-- Create trigger "check_frozen" of table "document.document_fulfilments"
create trigger check_frozen before delete or update on document.document_fulfilments for each row when ((not projects.is_forgetting())) execute function projects.check_frozen('id', '', 'withdrawn_at');

-- Create trigger "refuse_change" of table "document.document_help_messages"
create trigger refuse_change before delete or update on document.document_help_messages for each row when ((not projects.is_forgetting())) execute function projects.refuse_change();
alter table document.document_help_messages enable always trigger refuse_change;

-- Create trigger "check_frozen" of table "document.document_rejection_bundles"
create trigger check_frozen before delete or update on document.document_rejection_bundles for each row when ((not projects.is_forgetting())) execute function projects.check_frozen('sent_at', '');

-- Create trigger "check_bundle" of table "document.document_rejection_items"
create trigger check_bundle before insert or update on document.document_rejection_items for each row when ((not projects.is_forgetting())) execute function document.check_bundle_open();
