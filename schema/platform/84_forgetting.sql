-- platform: the words about a person outside of contacts, leads and logins; what party.erase_contact takes out besides.

-- Called by party.erase_contact only, as the owner and while it is forgetting.
create function party.forget_papers(p_contacts uuid[], p_leads uuid[], p_avatars uuid[], p_actor uuid) returns uuid[]
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function party.forget_papers(uuid[], uuid[], uuid[], uuid) is
  'Takes the words out of appointments, proposals, answers, work and comments about these contacts and leads, and purges files that nobody else holds; returns what it touched.';
