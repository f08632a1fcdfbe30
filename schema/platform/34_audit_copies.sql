-- platform: what the other domains note in their audit logs and take away again, in whatever order it comes.

create table audit.audit_redactions (
  message_id uuid not null,
  domain text not null
    constraint audit_redactions_domain_known check (domain in ('projects', 'finance', 'content')),
  contact_ref uuid,
  entity_types text[] not null,
  entity_ids uuid[] not null,
  received_at timestamptz not null default now(),
  constraint audit_redactions_pkey primary key (message_id)
);
comment on table audit.audit_redactions is
  'What other domains took away from their audit logs: a copy that comes later comes without it. Ids only.';
comment on column audit.audit_redactions.message_id is 'The event that told it.';
comment on column audit.audit_redactions.domain is 'Whose log it was.';
comment on column audit.audit_redactions.contact_ref is
  'Contact (platform) whose address and user agent went; null: nobody''s.';
comment on column audit.audit_redactions.entity_types is 'Kinds of the things whose values went.';
comment on column audit.audit_redactions.entity_ids is 'Those things.';
comment on column audit.audit_redactions.received_at is 'When it was told here.';
create index audit_redactions_entity_ids_idx on audit.audit_redactions using gin (entity_ids);
create index audit_redactions_contact_ref_idx on audit.audit_redactions (contact_ref) where contact_ref is not null;

-- Definer: no application role reads or writes redactions. Volatile, so that what follows the lock sees what was
-- committed before it was given.
create function audit.copy_entry(p_consumer text, p_message uuid, p_entry jsonb) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('audit.audit_redactions', 0));
  insert into platform.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into audit.audit_logs (
    id, created_at, domain, actor_kind, actor_contact_id, actor_user_id, session_id, action, change_type,
    entity_type, entity_id, context_entity_type, context_entity_id, changed_fields, old_value, new_value,
    request_id, ip, user_agent)
  select e.id, e.created_at, e.domain, e.actor_kind, e.actor_contact_id, e.actor_user_id, e.session_id, e.action,
    e.change_type, e.entity_type, e.entity_id, e.context_entity_type, e.context_entity_id, e.changed_fields,
    case when gone.of_value is not true then e.old_value end, case when gone.of_value is not true then e.new_value end,
    e.request_id,
    case when gone.of_origin is not true then e.ip end, case when gone.of_origin is not true then e.user_agent end
  from jsonb_populate_record(null::audit.audit_logs, p_entry) as e
  cross join lateral (
    select bool_or(r.entity_ids @> array[e.entity_id] and e.entity_type = any (r.entity_types)) as of_value,
      bool_or(r.contact_ref = e.actor_contact_id) as of_origin
    from audit.audit_redactions r
    where r.domain = e.domain and (r.entity_ids @> array[e.entity_id] or r.contact_ref = e.actor_contact_id)
  ) as gone
  on conflict do nothing;
  return true;
end
$$;
comment on function audit.copy_entry(text, uuid, jsonb) is
  'Copies an entry of another domain''s audit log, once, without what that domain has taken away; whether the message was new.';

create function audit.redact_copies(p_consumer text, p_message uuid, p_domain text, p_fact jsonb) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
declare
  contact uuid := (p_fact ->> 'contact')::uuid;
  types text[] := array(select jsonb_array_elements_text(p_fact -> 'types'));
  ids uuid[] := array(select jsonb_array_elements_text(p_fact -> 'ids')::uuid);
begin
  perform pg_advisory_xact_lock(hashtextextended('audit.audit_redactions', 0));
  insert into platform.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into audit.audit_redactions (message_id, domain, contact_ref, entity_types, entity_ids)
  values (p_message, p_domain, contact, types, ids);
  perform audit.redact_audit(contact, types, ids, p_domain);
  return true;
end
$$;
comment on function audit.redact_copies(text, uuid, text, jsonb) is
  'Takes away from the copies of a domain what that took away, once, now and from those that are still to come; whether the message was new. Breaks audit_redactions_domain_known.';
grant execute on function audit.copy_entry(text, uuid, jsonb), audit.redact_copies(text, uuid, text, jsonb)
  to platform_writer;
