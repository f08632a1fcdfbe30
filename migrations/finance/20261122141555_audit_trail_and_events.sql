-- Comments and privileges of table "finance.audit_logs"
comment on column finance.audit_logs.session_id is 'Login it happened in, or for a token its id (platform); null: none.';

-- Create function "finance.audit_digest(uuid, jsonb)"
create function finance.audit_digest(salt uuid, content jsonb)
 returns bytea
 language sql
 immutable
 set search_path to ''
as $function$
  select sha256(uuid_send(salt) || convert_to(content::text, 'UTF8'))
$function$;
comment on function finance.audit_digest(uuid, jsonb) is 'Salted digest of what may have to be taken away: without the salt nobody can try what it was.';

-- Create function "finance.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea)"
create function finance.audit_hash(prev bytea, entry uuid, written timestamp with time zone, value_digest bytea, origin_digest bytea)
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
  from finance.audit_logs a where a.id = entry and a.created_at = written
$function$;
comment on function finance.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea) is 'Hash of a link: SHA-256 of the previous hash and the entry as a JSON array. A column added later is not part of it.';

-- Create function "finance.record_change()"
create function finance.record_change()
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
  insert into finance.audit_logs (
    domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
    changed_fields, old_value, new_value, request_id, ip, user_agent)
  values (
    'finance', coalesce(context ->> 'kind', 'system'), (context ->> 'contact')::uuid, (context ->> 'session')::uuid,
    tg_argv[0] || '.' || change, change, tg_argv[0], key::uuid,
    changed, was, becomes, context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent');
  return null;
end
$function$;
comment on function finance.record_change() is 'After a change of a row: an entry of the audit log with what changed; who did it is the setting aruuri.context.';

-- Create table "finance.audit_head"
create table finance.audit_head (
  one boolean default true not null,
  seq bigint not null,
  hash finance.sha256 not null,
  constraint audit_head_pkey primary key (one),
  constraint audit_head_one check (one)
);
grant select on finance.audit_head to finance_audit;
revoke insert, update on finance.audit_head from finance_writer;
comment on table finance.audit_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column finance.audit_head.one is 'Always true: the table has one row.';
comment on column finance.audit_head.seq is 'Place of the last link; 0: none yet.';
comment on column finance.audit_head.hash is 'Hash of the last link; of the word genesis while there is none.';

-- Create table "finance.audit_queue"
create table finance.audit_queue (
  entry_id uuid not null,
  created_at timestamp with time zone not null,
  constraint audit_queue_pkey primary key (entry_id)
) with (autovacuum_vacuum_scale_factor = 0.02);
grant select on finance.audit_queue to finance_audit;
revoke insert, update on finance.audit_queue from finance_writer;
comment on table finance.audit_queue is 'Entries of the audit log that wait to be sealed.';
comment on column finance.audit_queue.entry_id is 'The entry.';
comment on column finance.audit_queue.created_at is 'When it was written; with the id it finds the entry.';

-- Create function "finance.queue_entry()"
create function finance.queue_entry()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  insert into finance.audit_queue (entry_id, created_at) values (new.id, new.created_at);
  return null;
end
$function$;
comment on function finance.queue_entry() is 'After an entry is written: it waits to be sealed.';

-- Create table "finance.audit_seals"
create table finance.audit_seals (
  seq bigint not null,
  entry_id uuid not null,
  entry_created_at timestamp with time zone not null,
  sealed_at timestamp with time zone default clock_timestamp() not null,
  value_salt uuid,
  value_digest finance.sha256,
  origin_salt uuid,
  origin_digest finance.sha256,
  hash finance.sha256 not null,
  constraint audit_seals_pkey primary key (seq),
  constraint audit_seals_entry_id_key unique (entry_id),
  constraint audit_seals_origin_either check (((origin_salt is null) <> (origin_digest is null))),
  constraint audit_seals_seq_range check ((seq >= 1)),
  constraint audit_seals_value_either check (((value_salt is null) <> (value_digest is null)))
);
grant select on finance.audit_seals to finance_audit;
revoke insert, update on finance.audit_seals from finance_writer;
comment on table finance.audit_seals is 'The chain over the audit log: each link hashes the link before and one entry, of which values and origin count as digests.';
comment on column finance.audit_seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column finance.audit_seals.entry_id is 'The entry.';
comment on column finance.audit_seals.entry_created_at is 'When the entry was written.';
comment on column finance.audit_seals.sealed_at is 'When it was sealed.';
comment on column finance.audit_seals.value_salt is 'Salt of the digest over old and new value; null: they were taken away.';
comment on column finance.audit_seals.value_digest is 'That digest, once the values were taken away; null before.';
comment on column finance.audit_seals.origin_salt is 'Salt of the digest over address and user agent; null: they were taken away.';
comment on column finance.audit_seals.origin_digest is 'That digest, once address and user agent were taken away; null before.';
comment on column finance.audit_seals.hash is 'SHA-256 by finance.audit_hash.';

-- Create function "finance.is_redaction(jsonb, jsonb)"
create function finance.is_redaction(was jsonb, becomes jsonb)
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select was - '{old_value,new_value,ip,user_agent}'::text[] = becomes - '{old_value,new_value,ip,user_agent}'::text[]
    and exists (
      select from finance.audit_seals s
      where s.entry_id = (was ->> 'id')::uuid
        and (becomes -> 'old_value' = was -> 'old_value' and becomes -> 'new_value' = was -> 'new_value'
          or s.value_salt is null and becomes ->> 'old_value' is null and becomes ->> 'new_value' is null)
        and (becomes -> 'ip' = was -> 'ip' and becomes -> 'user_agent' = was -> 'user_agent'
          or s.origin_salt is null and becomes ->> 'ip' is null and becomes ->> 'user_agent' is null))
$function$;
comment on function finance.is_redaction(jsonb, jsonb) is 'Whether a change of an entry only takes away what its link says was taken away; asked by refuse_change.';

-- Replace function "finance.refuse_change()"
create or replace function finance.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- The one exception: what a link of the audit log's chain says was taken away, and its salt with it.
  if tg_op = 'UPDATE' and tg_table_schema = 'finance' and starts_with(tg_table_name, 'audit_logs')
    and finance.is_redaction(to_jsonb(old), to_jsonb(new))
  then
    return new;
  end if;
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;

-- Create trigger "refuse_delete" of table "finance.audit_head"
create trigger refuse_delete before delete or truncate on finance.audit_head for each statement execute function finance.refuse_change();
alter table finance.audit_head enable always trigger refuse_delete;

-- Create trigger "refuse_truncate" of table "finance.audit_seals"
create trigger refuse_truncate before truncate on finance.audit_seals for each statement execute function finance.refuse_change();
alter table finance.audit_seals enable always trigger refuse_truncate;

-- Create function "finance.loose_audit()"
create function finance.loose_audit()
 returns table(seq bigint, entry_id uuid, entry_created_at timestamp with time zone, why text)
 language sql
 stable security definer
 set search_path to ''
as $function$
  select h.seq, null::uuid, null::timestamptz, 'head'
  from finance.audit_head h
  left join lateral (select l.seq, l.hash from finance.audit_seals l order by l.seq desc limit 1) last on true
  where h.seq <> coalesce(last.seq, 0) or h.hash <> coalesce(last.hash, sha256('genesis'))
  union all
  select null, a.id, a.created_at, 'unsealed'
  from finance.audit_logs a
  where not exists (select from finance.audit_seals s where s.entry_id = a.id)
    and not exists (select from finance.audit_queue q where q.entry_id = a.id)
$function$;
grant execute on function finance.loose_audit() to finance_writer;
comment on function finance.loose_audit() is 'What no link shows: head (links missing at the end), unsealed (an entry that is neither sealed nor waits). Empty: sound.';

-- Create function "finance.seal_audit(integer)"
create function finance.seal_audit(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  head finance.audit_head;
  entry record;
  value_salt uuid;
  origin_salt uuid;
  sealed bigint := 0;
begin
  insert into finance.audit_head (seq, hash) values (0, sha256('genesis')) on conflict do nothing;
  select * into strict head from finance.audit_head for update;
  for entry in
    with taken as (
      delete from finance.audit_queue
      where entry_id in (select q.entry_id from finance.audit_queue q order by q.entry_id limit at_most)
      returning entry_id, created_at
    )
    select a.id, a.created_at, a.old_value, a.new_value, a.ip, a.user_agent
    from taken t
    join finance.audit_logs a on a.id = t.entry_id and a.created_at = t.created_at
    order by a.created_at, a.id
  loop
    head.seq := head.seq + 1;
    value_salt := gen_random_uuid();
    origin_salt := gen_random_uuid();
    insert into finance.audit_seals (seq, entry_id, entry_created_at, value_salt, origin_salt, hash)
    values (head.seq, entry.id, entry.created_at, value_salt, origin_salt,
      finance.audit_hash(head.hash, entry.id, entry.created_at,
        finance.audit_digest(value_salt, jsonb_build_array(entry.old_value, entry.new_value)),
        finance.audit_digest(origin_salt, jsonb_build_array(host(entry.ip), entry.user_agent))))
    returning hash into head.hash;
    -- A copy for the platform, whose log holds all domains; the payload goes once it is handed over.
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload, occurred_at)
    select 'finance.audit_log.noted.v1', 'audit_log', a.id, to_jsonb(a), a.created_at
    from finance.audit_logs a where a.id = entry.id and a.created_at = entry.created_at;
    sealed := sealed + 1;
  end loop;
  if sealed > 0 then
    update finance.audit_head set seq = head.seq, hash = head.hash;
  end if;
  return sealed;
end
$function$;
grant execute on function finance.seal_audit(integer) to finance_writer;
comment on function finance.seal_audit(integer) is 'Seals at most that many waiting entries; returns how many. Call it often with small numbers.';

-- Create function "finance.redact_audit(uuid, text[], uuid[])"
create function finance.redact_audit(contact uuid, types text[], ids uuid[])
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  redacted bigint;
begin
  while finance.seal_audit() > 0 loop
    null;
  end loop;
  update finance.audit_seals s
  set value_salt = null,
      value_digest = finance.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))
  from finance.audit_logs a
  where a.entity_type = any (types) and a.entity_id = any (ids)
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.value_salt is not null;
  update finance.audit_seals s
  set origin_salt = null,
      origin_digest = finance.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent))
  from finance.audit_logs a
  where a.actor_contact_id = contact
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.origin_salt is not null;
  update finance.outbox_events o
  set payload = o.payload
    || case when s.value_salt is null then '{"old_value": null, "new_value": null}' else '{}' end::jsonb
    || case when s.origin_salt is null then '{"ip": null, "user_agent": null}' else '{}' end::jsonb
  from finance.audit_seals s
  where o.published_at is null and o.aggregate_type = 'audit_log' and s.entry_id = o.aggregate_id
    and (s.value_salt is null or s.origin_salt is null);
  update finance.audit_logs a
  set old_value = case when s.value_salt is not null then a.old_value end,
      new_value = case when s.value_salt is not null then a.new_value end,
      ip = case when s.origin_salt is not null then a.ip end,
      user_agent = case when s.origin_salt is not null then a.user_agent end
  from finance.audit_seals s
  where (a.entity_type = any (types) and a.entity_id = any (ids) or a.actor_contact_id = contact)
    and s.entry_id = a.id and s.entry_created_at = a.created_at
    and (s.value_salt is null or s.origin_salt is null);
  get diagnostics redacted = row_count;
  -- The platform has copies of what was handed over; the event says which, and of whom only ids.
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.audit_log.redacted.v1', 'audit_redaction', gen_random_uuid(),
    jsonb_build_object('contact', contact, 'types', types, 'ids', ids));
  return redacted;
end
$function$;
grant execute on function finance.redact_audit(uuid, text[], uuid[]) to finance_writer;
comment on function finance.redact_audit(uuid, text[], uuid[]) is 'Takes the values of entries about these entities away, and the origin of what the contact did, and tells the platform, which has copies; the chain stays whole.';

-- Replace function "giftaid.erase_contributor(uuid, integer, uuid)"
create or replace function giftaid.erase_contributor(p_id uuid, p_version integer, p_actor uuid)
 returns table(found boolean, stale boolean, erased_at timestamp with time zone, kept_lines bigint)
 language plpgsql
 security definer
 set search_path to ''
as $function$
#variable_conflict use_column
declare
  v_row giving.contributors;
  v_contact uuid;
begin
  select * into v_row from giving.contributors where id = p_id for no key update;
  if v_row.id is null then
    return query select false, false, null::timestamptz, 0::bigint;
    return;
  end if;
  if v_row.status <> 'erased' then
    if v_row.version <> p_version then
      return query select true, true, null::timestamptz, 0::bigint;
      return;
    end if;
    v_contact := v_row.contact_ref;
    update giving.contributors
    set status = 'erased', display_name = 'Erased', email = null, contact_ref = null, merged_into_id = null,
      erased_at = now(), updated_by = p_actor
    where id = p_id returning * into v_row;
    update giving.contributor_identities
    set title = null, first_name = null, last_name = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
    update giving.contributor_addresses
    set house = null, street = null, city = null, postcode = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
    -- After the changes, so that what they noted of the values before goes too.
    perform finance.redact_audit(
      v_contact, '{contributor,contributor_identity,contributor_address}', array[p_id]
        || array(select i.id from giving.contributor_identities i where i.contributor_id = p_id)
        || array(select a.id from giving.contributor_addresses a where a.contributor_id = p_id));
  end if;
  -- Lines as sent, declarations and the books stay: the tax office may ask for them for six years.
  return query select true, false, v_row.erased_at, (
    select count(*) from giftaid.claim_lines l join giving.contributions g on g.id = l.contribution_id
    where g.contributor_id = p_id and l.status not in ('withdrawn', 'rejected'));
end
$function$;
comment on function giftaid.erase_contributor(uuid, integer, uuid) is 'Blanks who a contributor is, in the audit log too; what was given, declared and claimed stays, and how many lines of claims still name them is told. Done twice, it says so again.';

-- Create function "finance.guard_seal()"
create function finance.guard_seal()
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
comment on function finance.guard_seal() is 'Before a link changes: only a salt may go, and its digest stay.';

-- Create trigger "guard_seal" of table "finance.audit_seals"
create trigger guard_seal before delete or update on finance.audit_seals for each row execute function finance.guard_seal();
alter table finance.audit_seals enable always trigger guard_seal;

-- Create function "finance.verify_audit(bigint, bigint)"
create function finance.verify_audit(first bigint, last bigint)
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
  from finance.audit_seals s
  left join finance.audit_seals p on p.seq = s.seq - 1
  left join finance.audit_logs a on a.id = s.entry_id and a.created_at = s.entry_created_at
  where s.seq between first and last
    and (a.id is null
      or s.seq > 1 and p.seq is null
      or s.value_salt is null and (a.old_value is not null or a.new_value is not null)
      or s.origin_salt is null and (a.ip is not null or a.user_agent is not null)
      or s.hash is distinct from finance.audit_hash(
        coalesce(p.hash, sha256('genesis')), s.entry_id, s.entry_created_at,
        coalesce(s.value_digest, finance.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))),
        coalesce(s.origin_digest, finance.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent)))))
  order by s.seq
$function$;
grant execute on function finance.verify_audit(bigint, bigint) to finance_writer;
comment on function finance.verify_audit(bigint, bigint) is 'Broken links from one place to another: gap (the link before is gone), missing (the entry is gone), redaction (what was taken away is there again), content (the entry is not what was sealed).';

-- Add column "attempts" of table "finance.outbox_events"
alter table finance.outbox_events add column attempts integer default 0 not null;
comment on column finance.outbox_events.attempts is 'How often it was taken to be sent.';

-- Add column "due_at" of table "finance.outbox_events"
alter table finance.outbox_events add column due_at timestamp with time zone;
comment on column finance.outbox_events.due_at is 'Not taken again before; null: not taken yet.';

-- Add column "parked_at" of table "finance.outbox_events"
alter table finance.outbox_events add column parked_at timestamp with time zone;
comment on column finance.outbox_events.parked_at is 'When it was given up until somebody retries it; null: it is not.';

-- Add column "last_error" of table "finance.outbox_events"
alter table finance.outbox_events add column last_error text;
comment on column finance.outbox_events.last_error is 'Why it could not be sent the last time; null: it was not tried, or went well.';

-- Create trigger "queue_entry" of table "finance.audit_logs"
create trigger queue_entry after insert on finance.audit_logs for each row execute function finance.queue_entry();

-- Create trigger "record_change" of table "finance.bank_accounts"
create trigger record_change after insert or delete or update on finance.bank_accounts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('bank_account');

-- Create trigger "record_change" of table "finance.bank_lines"
create trigger record_change after insert or delete or update on finance.bank_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('bank_line');

-- Create trigger "record_change" of table "finance.bank_statements"
create trigger record_change after insert or delete or update on finance.bank_statements for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('bank_statement');

-- Create trigger "record_change" of table "finance.fx_rates"
create trigger record_change after insert or delete or update on finance.fx_rates for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('fx_rate');

-- Create trigger "record_change" of table "finance.recon_matches"
create trigger record_change after insert or delete or update on finance.recon_matches for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('recon_match');

-- Create trigger "record_change" of table "finance.recon_runs"
create trigger record_change after insert or delete or update on finance.recon_runs for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('recon_run');

-- Create trigger "record_change" of table "finance.webhook_events"
create trigger record_change after insert or delete or update on finance.webhook_events for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('webhook_event', 'payload');

-- Create trigger "record_change" of table "giftaid.accruals"
create trigger record_change after insert or delete or update on giftaid.accruals for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('accrual');

-- Create trigger "record_change" of table "giftaid.adjustments"
create trigger record_change after insert or delete or update on giftaid.adjustments for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('adjustment');

-- Create trigger "record_change" of table "giftaid.aggregate_items"
create trigger record_change after insert or delete or update on giftaid.aggregate_items for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('aggregate_item');

-- Create trigger "record_change" of table "giftaid.aggregates"
create trigger record_change after insert or delete or update on giftaid.aggregates for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('aggregate');

-- Create trigger "record_change" of table "giftaid.claim_lines"
create trigger record_change after insert or delete or update on giftaid.claim_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('claim_line', 'title,first_name,last_name,house,postcode');

-- Create trigger "record_change" of table "giftaid.claim_messages"
create trigger record_change after insert or delete or update on giftaid.claim_messages for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('claim_message', 'body');

-- Create trigger "record_change" of table "giftaid.claimants"
create trigger record_change after insert or delete or update on giftaid.claimants for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('claimant');

-- Create trigger "record_change" of table "giftaid.claims"
create trigger record_change after insert or delete or update on giftaid.claims for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('claim');

-- Create trigger "record_change" of table "giftaid.declaration_statements"
create trigger record_change after insert or delete or update on giftaid.declaration_statements for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('declaration_statement');

-- Create trigger "record_change" of table "giftaid.declaration_wordings"
create trigger record_change after insert or delete or update on giftaid.declaration_wordings for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('declaration_wording');

-- Create trigger "record_change" of table "giftaid.declarations"
create trigger record_change after insert or delete or update on giftaid.declarations for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('declaration', 'ip,user_agent');

-- Create trigger "record_change" of table "giftaid.gasds_buildings"
create trigger record_change after insert or delete or update on giftaid.gasds_buildings for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('gasds_building');

-- Create trigger "record_change" of table "giftaid.gasds_claims"
create trigger record_change after insert or delete or update on giftaid.gasds_claims for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('gasds_claim');

-- Create trigger "record_change" of table "giftaid.gasds_collections"
create trigger record_change after insert or delete or update on giftaid.gasds_collections for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('gasds_collection');

-- Create trigger "record_change" of table "giftaid.tax_rates"
create trigger record_change after insert or delete or update on giftaid.tax_rates for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('gift_aid_rate', '', 'tax_year');

-- Create trigger "record_change" of table "giving.allocations"
create trigger record_change after insert or delete or update on giving.allocations for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('allocation');

-- Create trigger "record_change" of table "giving.contributions"
create trigger record_change after insert or delete or update on giving.contributions for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('contribution');

-- Create trigger "record_change" of table "giving.contributor_addresses"
create trigger record_change after insert or delete or update on giving.contributor_addresses for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('contributor_address', 'house,street,postcode');

-- Create trigger "record_change" of table "giving.contributor_consents"
create trigger record_change after insert or delete or update on giving.contributor_consents for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('contributor_consent');

-- Create trigger "record_change" of table "giving.contributor_identities"
create trigger record_change after insert or delete or update on giving.contributor_identities for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('contributor_identity', 'title,first_name,last_name');

-- Create trigger "record_change" of table "giving.contributors"
create trigger record_change after insert or delete or update on giving.contributors for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('contributor');

-- Create trigger "record_change" of table "giving.disbursement_approvals"
create trigger record_change after insert or delete or update on giving.disbursement_approvals for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('disbursement_approval');

-- Create trigger "record_change" of table "giving.disbursement_attempts"
create trigger record_change after insert or delete or update on giving.disbursement_attempts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('disbursement_attempt');

-- Create trigger "record_change" of table "giving.disbursement_lines"
create trigger record_change after insert or delete or update on giving.disbursement_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('disbursement_line');

-- Create trigger "record_change" of table "giving.disbursements"
create trigger record_change after insert or delete or update on giving.disbursements for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('disbursement');

-- Create trigger "record_change" of table "giving.disputes"
create trigger record_change after insert or delete or update on giving.disputes for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('dispute');

-- Create trigger "record_change" of table "giving.grant_receipts"
create trigger record_change after insert or delete or update on giving.grant_receipts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('grant_receipt');

-- Create trigger "record_change" of table "giving.grants"
create trigger record_change after insert or delete or update on giving.grants for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('grant');

-- Create trigger "record_change" of table "giving.partner_bank_accounts"
create trigger record_change after insert or delete or update on giving.partner_bank_accounts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('partner_bank_account', 'details_ciphertext,details_fingerprint');

-- Create trigger "record_change" of table "giving.payout_items"
create trigger record_change after insert or delete or update on giving.payout_items for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('payout_item');

-- Create trigger "record_change" of table "giving.payouts"
create trigger record_change after insert or delete or update on giving.payouts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('payout');

-- Create trigger "record_change" of table "giving.processor_fees"
create trigger record_change after insert or delete or update on giving.processor_fees for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('processor_fee');

-- Create trigger "record_change" of table "giving.processors"
create trigger record_change after insert or delete or update on giving.processors for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('processor', '', 'code');

-- Create trigger "record_change" of table "giving.recurring_mandates"
create trigger record_change after insert or delete or update on giving.recurring_mandates for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('recurring_mandate');

-- Create trigger "record_change" of table "giving.refunds"
create trigger record_change after insert or delete or update on giving.refunds for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('refund');

-- Create trigger "record_change" of table "ledger.accounting_periods"
create trigger record_change after insert or delete or update on ledger.accounting_periods for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('accounting_period');

-- Create trigger "record_change" of table "ledger.accounts"
create trigger record_change after insert or delete or update on ledger.accounts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('account');

-- Create trigger "record_change" of table "ledger.chart_of_accounts"
create trigger record_change after insert or delete or update on ledger.chart_of_accounts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('nominal_code', '', 'code');

-- Create trigger "record_change" of table "ledger.currencies"
create trigger record_change after insert or delete or update on ledger.currencies for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('currency', '', 'code');

-- Create trigger "record_change" of table "ledger.funds"
create trigger record_change after insert or delete or update on ledger.funds for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('fund');

-- Create trigger "record_change" of table "ledger.journal_kinds"
create trigger record_change after insert or delete or update on ledger.journal_kinds for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('journal_kind', '', 'kind');

-- Create trigger "record_change" of table "ledger.journals"
create trigger record_change after insert or delete or update on ledger.journals for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('journal');

-- Create trigger "record_change" of table "ledger.shortfalls"
create trigger record_change after insert or delete or update on ledger.shortfalls for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('shortfall');

-- Create trigger "record_change" of table "trade.application_types"
create trigger record_change after insert or delete or update on trade.application_types for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('application_type');

-- Create trigger "record_change" of table "trade.bundle_items"
create trigger record_change after insert or delete or update on trade.bundle_items for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('bundle_item');

-- Create trigger "record_change" of table "trade.captured_invoice_allocations"
create trigger record_change after insert or delete or update on trade.captured_invoice_allocations for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('captured_invoice_allocation');

-- Create trigger "record_change" of table "trade.captured_invoice_lines"
create trigger record_change after insert or delete or update on trade.captured_invoice_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('captured_invoice_line');

-- Create trigger "record_change" of table "trade.captured_invoice_payments"
create trigger record_change after insert or delete or update on trade.captured_invoice_payments for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('captured_invoice_payment');

-- Create trigger "record_change" of table "trade.captured_invoices"
create trigger record_change after insert or delete or update on trade.captured_invoices for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('captured_invoice');

-- Create trigger "record_change" of table "trade.credit_note_lines"
create trigger record_change after insert or delete or update on trade.credit_note_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('credit_note_line');

-- Create trigger "record_change" of table "trade.credit_notes"
create trigger record_change after insert or delete or update on trade.credit_notes for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('credit_note');

-- Create trigger "record_change" of table "trade.dunning_notices"
create trigger record_change after insert or delete or update on trade.dunning_notices for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('dunning_notice');

-- Create trigger "record_change" of table "trade.dunning_rules"
create trigger record_change after insert or delete or update on trade.dunning_rules for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('dunning_rule');

-- Create trigger "record_change" of table "trade.dunning_stops"
create trigger record_change after insert or delete or update on trade.dunning_stops for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('dunning_stop');

-- Create trigger "record_change" of table "trade.invoice_documents"
create trigger record_change after insert or delete or update on trade.invoice_documents for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('invoice_document');

-- Create trigger "record_change" of table "trade.invoice_payments"
create trigger record_change after insert or delete or update on trade.invoice_payments for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('invoice_payment');

-- Create trigger "record_change" of table "trade.issued_invoice_lines"
create trigger record_change after insert or delete or update on trade.issued_invoice_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('issued_invoice_line');

-- Create trigger "record_change" of table "trade.issued_invoices"
create trigger record_change after insert or delete or update on trade.issued_invoices for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('issued_invoice');

-- Create trigger "record_change" of table "trade.product_application_types"
create trigger record_change after insert or delete or update on trade.product_application_types for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('product_application_type');

-- Create trigger "record_change" of table "trade.products"
create trigger record_change after insert or delete or update on trade.products for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('product');

-- Create trigger "record_change" of table "trade.quote_allocations"
create trigger record_change after insert or delete or update on trade.quote_allocations for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('quote_allocation');

-- Create trigger "record_change" of table "trade.quote_lines"
create trigger record_change after insert or delete or update on trade.quote_lines for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('quote_line');

-- Create trigger "record_change" of table "trade.quote_responsibilities"
create trigger record_change after insert or delete or update on trade.quote_responsibilities for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('quote_responsibility');

-- Create trigger "record_change" of table "trade.quotes"
create trigger record_change after insert or delete or update on trade.quotes for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('quote');

-- Create trigger "record_change" of table "trade.tax_codes"
create trigger record_change after insert or delete or update on trade.tax_codes for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('tax_code', '', 'code');

-- Create trigger "record_change" of table "trade.tax_rates"
create trigger record_change after insert or delete or update on trade.tax_rates for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('tax_rate', '', 'code');

-- Entries from before wait to be sealed as well.
insert into finance.audit_queue (entry_id, created_at)
select id, created_at from finance.audit_logs
on conflict do nothing;
