-- Comments and privileges of table "audit.audit_logs"
comment on column audit.audit_logs.session_id is 'Login it happened in, or for a token its id; null: none.';

-- Create function "audit.audit_digest(uuid, jsonb)"
create function audit.audit_digest(salt uuid, content jsonb)
 returns bytea
 language sql
 immutable
 set search_path to ''
as $function$
  select sha256(uuid_send(salt) || convert_to(content::text, 'UTF8'))
$function$;
comment on function audit.audit_digest(uuid, jsonb) is 'Salted digest of what may have to be taken away: without the salt nobody can try what it was.';

-- Create function "audit.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea)"
create function audit.audit_hash(prev bytea, entry uuid, written timestamp with time zone, value_digest bytea, origin_digest bytea)
 returns bytea
 language sql
 stable
 set search_path to ''
as $function$
  select sha256(prev || convert_to(jsonb_build_array(
    a.id, to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.domain,
    a.actor_kind, a.actor_contact_id, a.actor_user_id, a.session_id, a.action, a.change_type,
    a.entity_type, a.entity_id, a.context_entity_type, a.context_entity_id, a.changed_fields, a.request_id,
    encode(value_digest, 'hex'), encode(origin_digest, 'hex')
  )::text, 'UTF8'))
  from audit.audit_logs a where a.id = entry and a.created_at = written
$function$;
comment on function audit.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea) is 'Hash of a link: SHA-256 of the previous hash and the entry as a JSON array. A column added later is not part of it.';

-- Create function "audit.record_change()"
create function audit.record_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the entity; columns that are not shown, by commas, 'a:b' only where b is true; the column of its key.
  context jsonb := nullif(current_setting('aruuri.context', true), '')::jsonb;
  bookkeeping text[] := '{created_at,created_by,updated_at,updated_by,version}';
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  becomes jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  key text := coalesce(becomes, was) ->> coalesce(tg_argv[2], 'id');
  hidden text[] := bookkeeping;
  changed text[] := '{}';
  change text;
  part text;
begin
  foreach part in array string_to_array(coalesce(tg_argv[1], ''), ',') loop
    if strpos(part, ':') = 0
      or 'true' in (was ->> split_part(part, ':', 2), becomes ->> split_part(part, ':', 2))
    then
      hidden := hidden || split_part(part, ':', 1);
    end if;
  end loop;
  if tg_op = 'UPDATE' then
    select coalesce(array_agg(n.key order by n.key), '{}') into changed
    from jsonb_each(becomes) n
    where n.value is distinct from was -> n.key and n.key <> all (bookkeeping);
    change := case
      when 'deleted_at' = any (changed) then
        case when becomes ->> 'deleted_at' is null then 'restore' else 'delete' end
      when 'status' = any (changed) then 'transition'
      else 'update'
    end;
    select jsonb_object_agg(c.name, was -> c.name), jsonb_object_agg(c.name, becomes -> c.name)
    into was, becomes
    from unnest(changed) as c (name)
    where c.name <> all (hidden);
  else
    change := case tg_op when 'INSERT' then 'create' else 'delete' end;
    was := jsonb_strip_nulls(was - hidden);
    becomes := jsonb_strip_nulls(becomes - hidden);
  end if;
  -- A key that is no uuid is a name: it stands beside the values, and the same name makes the same id.
  if length(key) <> 36 then
    was := was || jsonb_build_object(coalesce(tg_argv[2], 'id'), key);
    becomes := becomes || jsonb_build_object(coalesce(tg_argv[2], 'id'), key);
    key := md5(tg_argv[0] || ':' || key);
  end if;
  insert into audit.audit_logs (
    domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
    changed_fields, old_value, new_value, request_id, ip, user_agent)
  values (
    'platform', coalesce(context ->> 'kind', 'system'), (context ->> 'contact')::uuid, (context ->> 'session')::uuid,
    tg_argv[0] || '.' || change, change, tg_argv[0], key::uuid,
    changed, was, becomes, context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent');
  return null;
end
$function$;
comment on function audit.record_change() is 'After a change of a row: an entry of the audit log with what changed; who did it is the setting aruuri.context.';

-- Create function "identity.holds(uuid, text, text, uuid)"
create function identity.holds(contact uuid, permission text, scope text, scope_id uuid)
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select exists (
    select 1 from identity.permissions_of($1) p
    where p.permission = $2 and (p.scope_type = 'global' or (p.scope_type = $3 and p.scope_id = $4)))
$function$;
grant execute on function identity.holds(uuid, text, text, uuid) to platform_reader, platform_writer;
comment on function identity.holds(uuid, text, text, uuid) is 'Whether a contact may do that today, everywhere or in one place.';

-- Replace function "identity.check_role_grant()"
create or replace function identity.check_role_grant()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  granted identity.roles;
  person_type text;
  excess text[];
begin
  select * into granted from identity.roles where id = new.role_id and deleted_at is null for share;
  if not found then
    raise exception 'role % does not exist', new.role_id
      using errcode = '23503', constraint = 'user_roles_role_id_fkey', schema = 'identity', table = 'user_roles';
  end if;
  if new.scope_type <> all (granted.scope_types) then
    raise exception 'role % is not granted in scope %', granted.code, new.scope_type
      using errcode = '23514', constraint = 'user_roles_scope_allowed', schema = 'identity', table = 'user_roles',
            detail = 'Allowed: ' || array_to_string(granted.scope_types, ', ') || '.';
  end if;
  select u.user_type into person_type from identity.users u where u.contact_id = new.contact_id and u.deleted_at is null;
  if granted.audience <> 'any' and coalesce(person_type, 'external') <> granted.audience then
    raise exception 'role % is for % people', granted.code, granted.audience
      using errcode = '23514', constraint = 'user_roles_audience', schema = 'identity', table = 'user_roles';
  end if;
  -- Nobody gives what they do not hold there themselves; that nobody gives to themselves is a check.
  select array_agg(needed.code order by needed.code) into excess
  from (
    select 'roles.grant' as code
    union
    select p.code
    from identity.role_permissions b join identity.permissions p on p.id = b.permission_id
    where b.role_id = new.role_id and b.revoked_at is null
  ) as needed
  where not identity.holds(new.granted_by, needed.code, new.scope_type, new.scope_id);
  if new.granted_by <> new.contact_id and excess is not null then
    raise exception 'whoever grants role % must hold there: %', granted.code, array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'user_roles_escalation', schema = 'identity', table = 'user_roles';
  end if;
  return new;
end
$function$;
comment on function identity.check_role_grant() is 'Before insert: the role is live, fits the scope and the person, and gives no more than who grants it holds; breaks user_roles_role_id_fkey, _scope_allowed, _audience or _escalation.';

-- Create function "party.tell_contact()"
create function party.tell_contact()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values (
    case when new.erased_at is not null then 'platform.contact.erased.v1' else 'platform.contact.merged.v1' end,
    'contact', new.id, jsonb_build_object('version', new.version, 'merged_into', new.merged_into_id));
  return null;
end
$function$;
comment on function party.tell_contact() is 'After a contact was merged or erased: an event, with ids only.';

-- Create table "audit.audit_head"
create table audit.audit_head (
  one boolean default true not null,
  seq bigint not null,
  hash platform.sha256 not null,
  constraint audit_head_pkey primary key (one),
  constraint audit_head_one check (one)
);
comment on table audit.audit_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column audit.audit_head.one is 'Always true: the table has one row.';
comment on column audit.audit_head.seq is 'Place of the last link; 0: none yet.';
comment on column audit.audit_head.hash is 'Hash of the last link; of the word genesis while there is none.';

-- Create table "audit.audit_queue"
create table audit.audit_queue (
  entry_id uuid not null,
  created_at timestamp with time zone not null,
  constraint audit_queue_pkey primary key (entry_id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table audit.audit_queue is 'Entries of the audit log that wait to be sealed.';
comment on column audit.audit_queue.entry_id is 'The entry.';
comment on column audit.audit_queue.created_at is 'When it was written; with the id it finds the entry.';

-- Create function "audit.queue_entry()"
create function audit.queue_entry()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  insert into audit.audit_queue (entry_id, created_at) values (new.id, new.created_at);
  return null;
end
$function$;
comment on function audit.queue_entry() is 'After an entry is written: it waits to be sealed.';

-- Create table "audit.audit_seals"
create table audit.audit_seals (
  seq bigint not null,
  entry_id uuid not null,
  entry_created_at timestamp with time zone not null,
  sealed_at timestamp with time zone default clock_timestamp() not null,
  value_salt uuid,
  value_digest platform.sha256,
  origin_salt uuid,
  origin_digest platform.sha256,
  hash platform.sha256 not null,
  constraint audit_seals_pkey primary key (seq),
  constraint audit_seals_entry_id_key unique (entry_id),
  constraint audit_seals_origin_either check (((origin_salt is null) <> (origin_digest is null))),
  constraint audit_seals_seq_range check ((seq >= 1)),
  constraint audit_seals_value_either check (((value_salt is null) <> (value_digest is null)))
);
comment on table audit.audit_seals is 'The chain over the audit log: each link hashes the link before and one entry, of which values and origin count as digests.';
comment on column audit.audit_seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column audit.audit_seals.entry_id is 'The entry.';
comment on column audit.audit_seals.entry_created_at is 'When the entry was written.';
comment on column audit.audit_seals.sealed_at is 'When it was sealed.';
comment on column audit.audit_seals.value_salt is 'Salt of the digest over old and new value; null: they were taken away.';
comment on column audit.audit_seals.value_digest is 'That digest, once the values were taken away; null before.';
comment on column audit.audit_seals.origin_salt is 'Salt of the digest over address and user agent; null: they were taken away.';
comment on column audit.audit_seals.origin_digest is 'That digest, once address and user agent were taken away; null before.';
comment on column audit.audit_seals.hash is 'SHA-256 by audit.audit_hash.';

-- Create function "audit.is_redaction(jsonb, jsonb)"
create function audit.is_redaction(was jsonb, becomes jsonb)
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select was - '{old_value,new_value,ip,user_agent}'::text[] = becomes - '{old_value,new_value,ip,user_agent}'::text[]
    and exists (
      select from audit.audit_seals s
      where s.entry_id = (was ->> 'id')::uuid
        and (becomes -> 'old_value' = was -> 'old_value' and becomes -> 'new_value' = was -> 'new_value'
          or s.value_salt is null and becomes ->> 'old_value' is null and becomes ->> 'new_value' is null)
        and (becomes -> 'ip' = was -> 'ip' and becomes -> 'user_agent' = was -> 'user_agent'
          or s.origin_salt is null and becomes ->> 'ip' is null and becomes ->> 'user_agent' is null))
$function$;
comment on function audit.is_redaction(jsonb, jsonb) is 'Whether a change of an entry only takes away what its link says was taken away; asked by refuse_change.';

-- Replace function "platform.refuse_change()"
create or replace function platform.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- The one exception: what a link of the audit log's chain says was taken away, and its salt with it.
  if tg_op = 'UPDATE' and tg_table_schema = 'audit' and starts_with(tg_table_name, 'audit_logs')
    and audit.is_redaction(to_jsonb(old), to_jsonb(new))
  then
    return new;
  end if;
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;

-- Create trigger "refuse_delete" of table "audit.audit_head"
create trigger refuse_delete before delete or truncate on audit.audit_head for each statement execute function platform.refuse_change();
alter table audit.audit_head enable always trigger refuse_delete;

-- Create trigger "refuse_truncate" of table "audit.audit_seals"
create trigger refuse_truncate before truncate on audit.audit_seals for each statement execute function platform.refuse_change();
alter table audit.audit_seals enable always trigger refuse_truncate;

-- Create function "audit.loose_audit()"
create function audit.loose_audit()
 returns table(seq bigint, entry_id uuid, entry_created_at timestamp with time zone, why text)
 language sql
 stable security definer
 set search_path to ''
as $function$
  select h.seq, null::uuid, null::timestamptz, 'head'
  from audit.audit_head h
  left join lateral (select l.seq, l.hash from audit.audit_seals l order by l.seq desc limit 1) last on true
  where h.seq <> coalesce(last.seq, 0) or h.hash <> coalesce(last.hash, sha256('genesis'))
  union all
  select null, a.id, a.created_at, 'unsealed'
  from audit.audit_logs a
  where not exists (select from audit.audit_seals s where s.entry_id = a.id)
    and not exists (select from audit.audit_queue q where q.entry_id = a.id)
$function$;
grant execute on function audit.loose_audit() to platform_writer;
comment on function audit.loose_audit() is 'What no link shows: head (links missing at the end), unsealed (an entry that is neither sealed nor waits). Empty: sound.';

-- Create function "audit.seal_audit(integer)"
create function audit.seal_audit(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  head audit.audit_head;
  entry record;
  value_salt uuid;
  origin_salt uuid;
  sealed bigint := 0;
begin
  insert into audit.audit_head (seq, hash) values (0, sha256('genesis')) on conflict do nothing;
  select * into strict head from audit.audit_head for update;
  for entry in
    with taken as (
      delete from audit.audit_queue
      where entry_id in (select q.entry_id from audit.audit_queue q order by q.entry_id limit at_most)
      returning entry_id, created_at
    )
    select a.id, a.created_at, a.old_value, a.new_value, a.ip, a.user_agent
    from taken t
    join audit.audit_logs a on a.id = t.entry_id and a.created_at = t.created_at
    order by a.created_at, a.id
  loop
    head.seq := head.seq + 1;
    value_salt := gen_random_uuid();
    origin_salt := gen_random_uuid();
    insert into audit.audit_seals (seq, entry_id, entry_created_at, value_salt, origin_salt, hash)
    values (head.seq, entry.id, entry.created_at, value_salt, origin_salt,
      audit.audit_hash(head.hash, entry.id, entry.created_at,
        audit.audit_digest(value_salt, jsonb_build_array(entry.old_value, entry.new_value)),
        audit.audit_digest(origin_salt, jsonb_build_array(host(entry.ip), entry.user_agent))))
    returning hash into head.hash;
    sealed := sealed + 1;
  end loop;
  if sealed > 0 then
    update audit.audit_head set seq = head.seq, hash = head.hash;
  end if;
  return sealed;
end
$function$;
grant execute on function audit.seal_audit(integer) to platform_writer;
comment on function audit.seal_audit(integer) is 'Seals at most that many waiting entries; returns how many. Call it often with small numbers.';

-- Create function "audit.redact_audit(uuid, text[], uuid[], text)"
create function audit.redact_audit(contact uuid, types text[], ids uuid[], of_domain text default null::text)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  redacted bigint;
begin
  while audit.seal_audit() > 0 loop
    null;
  end loop;
  update audit.audit_seals s
  set value_salt = null,
      value_digest = audit.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))
  from audit.audit_logs a
  where a.entity_type = any (types) and a.entity_id = any (ids) and (of_domain is null or a.domain = of_domain)
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.value_salt is not null;
  update audit.audit_seals s
  set origin_salt = null,
      origin_digest = audit.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent))
  from audit.audit_logs a
  where a.actor_contact_id = contact and (of_domain is null or a.domain = of_domain)
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.origin_salt is not null;
  update audit.audit_logs a
  set old_value = case when s.value_salt is not null then a.old_value end,
      new_value = case when s.value_salt is not null then a.new_value end,
      ip = case when s.origin_salt is not null then a.ip end,
      user_agent = case when s.origin_salt is not null then a.user_agent end
  from audit.audit_seals s
  where (a.entity_type = any (types) and a.entity_id = any (ids) or a.actor_contact_id = contact)
    and s.entry_id = a.id and s.entry_created_at = a.created_at
    and (s.value_salt is null or s.origin_salt is null);
  get diagnostics redacted = row_count;
  return redacted;
end
$function$;
grant execute on function audit.redact_audit(uuid, text[], uuid[], text) to platform_writer;
comment on function audit.redact_audit(uuid, text[], uuid[], text) is 'Takes the values of entries about these entities away, and the origin of what the contact did, in one domain or in all; the chain stays whole.';

-- Create function "audit.guard_seal()"
create function audit.guard_seal()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- What was taken away stays as its digest; nothing else of a link ever changes.
  if tg_op = 'UPDATE'
    and (to_jsonb(new) - '{value_salt,value_digest,origin_salt,origin_digest}'::text[])
      = (to_jsonb(old) - '{value_salt,value_digest,origin_salt,origin_digest}'::text[])
    and (new.value_salt is not distinct from old.value_salt and new.value_digest is not distinct from old.value_digest
      or new.value_salt is null and old.value_salt is not null)
    and (new.origin_salt is not distinct from old.origin_salt and new.origin_digest is not distinct from old.origin_digest
      or new.origin_salt is null and old.origin_salt is not null)
  then
    return new;
  end if;
  raise exception '% of %.% is refused: links are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Call redact_audit to take personal data away.';
end
$function$;
comment on function audit.guard_seal() is 'Before a link changes: only a salt may go, and its digest stay.';

-- Create trigger "guard_seal" of table "audit.audit_seals"
create trigger guard_seal before delete or update on audit.audit_seals for each row execute function audit.guard_seal();
alter table audit.audit_seals enable always trigger guard_seal;

-- Create function "audit.verify_audit(bigint, bigint)"
create function audit.verify_audit(first bigint, last bigint)
 returns table(seq bigint, entry_id uuid, entry_created_at timestamp with time zone, why text)
 language sql
 stable security definer
 set search_path to ''
as $function$
  select s.seq, s.entry_id, s.entry_created_at,
    case
      when s.seq > 1 and p.seq is null then 'gap'
      when a.id is null then 'missing'
      when s.value_salt is null and (a.old_value is not null or a.new_value is not null)
        or s.origin_salt is null and (a.ip is not null or a.user_agent is not null) then 'redaction'
      else 'content'
    end
  from audit.audit_seals s
  left join audit.audit_seals p on p.seq = s.seq - 1
  left join audit.audit_logs a on a.id = s.entry_id and a.created_at = s.entry_created_at
  where s.seq between first and last
    and (a.id is null
      or s.seq > 1 and p.seq is null
      or s.value_salt is null and (a.old_value is not null or a.new_value is not null)
      or s.origin_salt is null and (a.ip is not null or a.user_agent is not null)
      or s.hash is distinct from audit.audit_hash(
        coalesce(p.hash, sha256('genesis')), s.entry_id, s.entry_created_at,
        coalesce(s.value_digest, audit.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))),
        coalesce(s.origin_digest, audit.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent)))))
  order by s.seq
$function$;
grant execute on function audit.verify_audit(bigint, bigint) to platform_writer;
comment on function audit.verify_audit(bigint, bigint) is 'Broken links from one place to another: gap (the link before is gone), missing (the entry is gone), redaction (what was taken away is there again), content (the entry is not what was sealed).';

-- Add column "attempts" of table "platform.outbox_events"
alter table platform.outbox_events add column attempts integer default 0 not null;
comment on column platform.outbox_events.attempts is 'How often it was taken to be sent.';

-- Add column "due_at" of table "platform.outbox_events"
alter table platform.outbox_events add column due_at timestamp with time zone;
comment on column platform.outbox_events.due_at is 'Not taken again before; null: not taken yet.';

-- Add column "parked_at" of table "platform.outbox_events"
alter table platform.outbox_events add column parked_at timestamp with time zone;
comment on column platform.outbox_events.parked_at is 'When it was given up until somebody retries it; null: it is not.';

-- Add column "last_error" of table "platform.outbox_events"
alter table platform.outbox_events add column last_error text;
comment on column platform.outbox_events.last_error is 'Why it could not be sent the last time; null: it was not tried, or went well.';

-- Create trigger "queue_entry" of table "audit.audit_logs"
create trigger queue_entry after insert on audit.audit_logs for each row execute function audit.queue_entry();

-- Create trigger "record_change" of table "automation.checklist_items"
create trigger record_change after insert or delete or update on automation.checklist_items for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('checklist_item');

-- Create trigger "record_change" of table "automation.checklists"
create trigger record_change after insert or delete or update on automation.checklists for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('checklist');

-- Create trigger "record_change" of table "automation.field_definitions"
create trigger record_change after insert or delete or update on automation.field_definitions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('field_definition');

-- Create trigger "record_change" of table "automation.form_fields"
create trigger record_change after insert or delete or update on automation.form_fields for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('form_field');

-- Create trigger "record_change" of table "automation.form_sections"
create trigger record_change after insert or delete or update on automation.form_sections for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('form_section');

-- Create trigger "record_change" of table "automation.form_submissions"
create trigger record_change after insert or delete or update on automation.form_submissions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('form_submission');

-- Create trigger "record_change" of table "automation.form_versions"
create trigger record_change after insert or delete or update on automation.form_versions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('form_version');

-- Create trigger "record_change" of table "automation.forms"
create trigger record_change after insert or delete or update on automation.forms for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('form');

-- Create trigger "record_change" of table "automation.task_checklist_results"
create trigger record_change after insert or delete or update on automation.task_checklist_results for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('task_checklist_result');

-- Create trigger "record_change" of table "automation.time_bookings"
create trigger record_change after insert or delete or update on automation.time_bookings for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('time_booking');

-- Create trigger "record_change" of table "automation.workflow_package_phases"
create trigger record_change after insert or delete or update on automation.workflow_package_phases for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_package_phase');

-- Create trigger "record_change" of table "automation.workflow_packages"
create trigger record_change after insert or delete or update on automation.workflow_packages for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_package');

-- Create trigger "record_change" of table "automation.workflow_phase_dependencies"
create trigger record_change after insert or delete or update on automation.workflow_phase_dependencies for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_phase_dependency', '', 'phase_id');

-- Create trigger "record_change" of table "automation.workflow_rules"
create trigger record_change after insert or delete or update on automation.workflow_rules for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_rule');

-- Create trigger "record_change" of table "automation.workflow_tasks"
create trigger record_change after insert or delete or update on automation.workflow_tasks for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_task');

-- Create trigger "record_change" of table "automation.workflow_template_phases"
create trigger record_change after insert or delete or update on automation.workflow_template_phases for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_template_phase');

-- Create trigger "record_change" of table "automation.workflow_template_tasks"
create trigger record_change after insert or delete or update on automation.workflow_template_tasks for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_template_task');

-- Create trigger "record_change" of table "automation.workflow_template_versions"
create trigger record_change after insert or delete or update on automation.workflow_template_versions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_template_version');

-- Create trigger "record_change" of table "automation.workflow_templates"
create trigger record_change after insert or delete or update on automation.workflow_templates for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('workflow_template');

-- Create trigger "record_change" of table "identity.accounts"
create trigger record_change after insert or delete or update on identity.accounts for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('account');

-- Create trigger "record_change" of table "identity.permissions"
create trigger record_change after insert or delete or update on identity.permissions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('permission');

-- Create trigger "record_change" of table "identity.role_permissions"
create trigger record_change after insert or delete or update on identity.role_permissions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('role_permission');

-- Create trigger "record_change" of table "identity.roles"
create trigger record_change after insert or delete or update on identity.roles for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('role');

-- Create trigger "record_change" of table "identity.user_roles"
create trigger record_change after insert or delete or update on identity.user_roles for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('user_role');

-- Create trigger "record_change" of table "identity.users"
create trigger record_change after insert or delete or update on identity.users for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('user');

-- Create trigger "record_change" of table "party.companies"
create trigger record_change after insert or delete or update on party.companies for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('company');

-- Create trigger "record_change" of table "party.contact_companies"
create trigger record_change after insert or delete or update on party.contact_companies for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('contact_company');

-- Create trigger "record_change" of table "party.contact_consents"
create trigger record_change after insert or delete or update on party.contact_consents for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('contact_consent');

-- Create trigger "record_change" of table "party.contact_merges"
create trigger record_change after insert or delete or update on party.contact_merges for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('contact_merge');

-- Create trigger "record_change" of table "party.contacts"
create trigger record_change after insert or delete or update on party.contacts for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('contact');

-- Create trigger "tell_end" of table "party.contacts"
create trigger tell_end after update on party.contacts for each row when ((((old.merged_into_id is distinct from new.merged_into_id) or (old.erased_at is distinct from new.erased_at)) and (session_user <> 'platform_migrator'::name))) execute function party.tell_contact();

-- Create trigger "record_change" of table "party.departments"
create trigger record_change after insert or delete or update on party.departments for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('department');

-- Create trigger "record_change" of table "party.leads"
create trigger record_change after insert or delete or update on party.leads for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('lead');

-- Create trigger "record_change" of table "platform.settings"
create trigger record_change after insert or delete or update on platform.settings for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('setting', 'value:is_secret');

-- Create trigger "record_change" of table "scheduling.appointment_participants"
create trigger record_change after insert or delete or update on scheduling.appointment_participants for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('appointment_participant');

-- Create trigger "record_change" of table "scheduling.appointment_proposals"
create trigger record_change after insert or delete or update on scheduling.appointment_proposals for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('appointment_proposal', 'portal_token_hash');

-- Create trigger "record_change" of table "scheduling.appointments"
create trigger record_change after insert or delete or update on scheduling.appointments for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('appointment');

-- Create trigger "record_change" of table "storage.file_collections"
create trigger record_change after insert or delete or update on storage.file_collections for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_collection');

-- Create trigger "record_change" of table "storage.file_label_assignments"
create trigger record_change after insert or delete or update on storage.file_label_assignments for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_label_assignment', '', 'file_id');

-- Create trigger "record_change" of table "storage.file_labels"
create trigger record_change after insert or delete or update on storage.file_labels for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_label');

-- Create trigger "record_change" of table "storage.file_links"
create trigger record_change after insert or delete or update on storage.file_links for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_link');

-- Create trigger "record_change" of table "storage.file_members"
create trigger record_change after insert or delete or update on storage.file_members for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_member');

-- Create trigger "record_change" of table "storage.file_renditions"
create trigger record_change after insert or delete or update on storage.file_renditions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_rendition');

-- Create trigger "record_change" of table "storage.file_uploads"
create trigger record_change after insert or delete or update on storage.file_uploads for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_upload');

-- Create trigger "record_change" of table "storage.file_versions"
create trigger record_change after insert or delete or update on storage.file_versions for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file_version');

-- Create trigger "record_change" of table "storage.files"
create trigger record_change after insert or delete or update on storage.files for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('file');

-- Entries from before wait to be sealed as well.
insert into audit.audit_queue (entry_id, created_at)
select id, created_at from audit.audit_logs
on conflict do nothing;
