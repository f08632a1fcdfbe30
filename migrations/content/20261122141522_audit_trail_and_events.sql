-- Comments and privileges of table "content.audit_logs"
comment on column content.audit_logs.session_id is 'Login it happened in, or for a token its id (platform); null: none.';

-- Create function "content.audit_digest(uuid, jsonb)"
create function content.audit_digest(salt uuid, content jsonb)
 returns bytea
 language sql
 immutable
 set search_path to ''
as $function$
  select sha256(uuid_send(salt) || convert_to(content::text, 'UTF8'))
$function$;
comment on function content.audit_digest(uuid, jsonb) is 'Salted digest of what may have to be taken away: without the salt nobody can try what it was.';

-- Create function "content.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea)"
create function content.audit_hash(prev bytea, entry uuid, written timestamp with time zone, value_digest bytea, origin_digest bytea)
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
  from content.audit_logs a where a.id = entry and a.created_at = written
$function$;
comment on function content.audit_hash(bytea, uuid, timestamp with time zone, bytea, bytea) is 'Hash of a link: SHA-256 of the previous hash and the entry as a JSON array. A column added later is not part of it.';

-- Create function "content.record_change()"
create function content.record_change()
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
  insert into content.audit_logs (
    domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
    changed_fields, old_value, new_value, request_id, ip, user_agent)
  values (
    'content', coalesce(context ->> 'kind', 'system'), (context ->> 'contact')::uuid, (context ->> 'session')::uuid,
    tg_argv[0] || '.' || change, change, tg_argv[0], key::uuid,
    changed, was, becomes, context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent');
  return null;
end
$function$;
comment on function content.record_change() is 'After a change of a row: an entry of the audit log with what changed; who did it is the setting aruuri.context.';

-- Create table "content.audit_head"
create table content.audit_head (
  one boolean default true not null,
  seq bigint not null,
  hash content.sha256 not null,
  constraint audit_head_pkey primary key (one),
  constraint audit_head_one check (one)
);
grant select on content.audit_head to content_audit;
revoke insert, update on content.audit_head from content_writer;
comment on table content.audit_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column content.audit_head.one is 'Always true: the table has one row.';
comment on column content.audit_head.seq is 'Place of the last link; 0: none yet.';
comment on column content.audit_head.hash is 'Hash of the last link; of the word genesis while there is none.';

-- Create table "content.audit_queue"
create table content.audit_queue (
  entry_id uuid not null,
  created_at timestamp with time zone not null,
  constraint audit_queue_pkey primary key (entry_id)
) with (autovacuum_vacuum_scale_factor = 0.02);
grant select on content.audit_queue to content_audit;
revoke insert, update on content.audit_queue from content_writer;
comment on table content.audit_queue is 'Entries of the audit log that wait to be sealed.';
comment on column content.audit_queue.entry_id is 'The entry.';
comment on column content.audit_queue.created_at is 'When it was written; with the id it finds the entry.';

-- Create function "content.queue_entry()"
create function content.queue_entry()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  insert into content.audit_queue (entry_id, created_at) values (new.id, new.created_at);
  return null;
end
$function$;
comment on function content.queue_entry() is 'After an entry is written: it waits to be sealed.';

-- Create table "content.audit_seals"
create table content.audit_seals (
  seq bigint not null,
  entry_id uuid not null,
  entry_created_at timestamp with time zone not null,
  sealed_at timestamp with time zone default clock_timestamp() not null,
  value_salt uuid,
  value_digest content.sha256,
  origin_salt uuid,
  origin_digest content.sha256,
  hash content.sha256 not null,
  constraint audit_seals_pkey primary key (seq),
  constraint audit_seals_entry_id_key unique (entry_id),
  constraint audit_seals_origin_either check (((origin_salt is null) <> (origin_digest is null))),
  constraint audit_seals_seq_range check ((seq >= 1)),
  constraint audit_seals_value_either check (((value_salt is null) <> (value_digest is null)))
);
grant select on content.audit_seals to content_audit;
revoke insert, update on content.audit_seals from content_writer;
comment on table content.audit_seals is 'The chain over the audit log: each link hashes the link before and one entry, of which values and origin count as digests.';
comment on column content.audit_seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column content.audit_seals.entry_id is 'The entry.';
comment on column content.audit_seals.entry_created_at is 'When the entry was written.';
comment on column content.audit_seals.sealed_at is 'When it was sealed.';
comment on column content.audit_seals.value_salt is 'Salt of the digest over old and new value; null: they were taken away.';
comment on column content.audit_seals.value_digest is 'That digest, once the values were taken away; null before.';
comment on column content.audit_seals.origin_salt is 'Salt of the digest over address and user agent; null: they were taken away.';
comment on column content.audit_seals.origin_digest is 'That digest, once address and user agent were taken away; null before.';
comment on column content.audit_seals.hash is 'SHA-256 by content.audit_hash.';

-- Create function "content.is_redaction(jsonb, jsonb)"
create function content.is_redaction(was jsonb, becomes jsonb)
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select was - '{old_value,new_value,ip,user_agent}'::text[] = becomes - '{old_value,new_value,ip,user_agent}'::text[]
    and exists (
      select from content.audit_seals s
      where s.entry_id = (was ->> 'id')::uuid
        and (becomes -> 'old_value' = was -> 'old_value' and becomes -> 'new_value' = was -> 'new_value'
          or s.value_salt is null and becomes ->> 'old_value' is null and becomes ->> 'new_value' is null)
        and (becomes -> 'ip' = was -> 'ip' and becomes -> 'user_agent' = was -> 'user_agent'
          or s.origin_salt is null and becomes ->> 'ip' is null and becomes ->> 'user_agent' is null))
$function$;
comment on function content.is_redaction(jsonb, jsonb) is 'Whether a change of an entry only takes away what its link says was taken away; asked by refuse_change.';

-- Replace function "content.refuse_change()"
create or replace function content.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- The one exception: what a link of the audit log's chain says was taken away, and its salt with it.
  if tg_op = 'UPDATE' and tg_table_schema = 'content' and starts_with(tg_table_name, 'audit_logs')
    and content.is_redaction(to_jsonb(old), to_jsonb(new))
  then
    return new;
  end if;
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;

-- Create trigger "refuse_delete" of table "content.audit_head"
create trigger refuse_delete before delete or truncate on content.audit_head for each statement execute function content.refuse_change();
alter table content.audit_head enable always trigger refuse_delete;

-- Create trigger "refuse_truncate" of table "content.audit_seals"
create trigger refuse_truncate before truncate on content.audit_seals for each statement execute function content.refuse_change();
alter table content.audit_seals enable always trigger refuse_truncate;

-- Create function "content.loose_audit()"
create function content.loose_audit()
 returns table(seq bigint, entry_id uuid, entry_created_at timestamp with time zone, why text)
 language sql
 stable security definer
 set search_path to ''
as $function$
  select h.seq, null::uuid, null::timestamptz, 'head'
  from content.audit_head h
  left join lateral (select l.seq, l.hash from content.audit_seals l order by l.seq desc limit 1) last on true
  where h.seq <> coalesce(last.seq, 0) or h.hash <> coalesce(last.hash, sha256('genesis'))
  union all
  select null, a.id, a.created_at, 'unsealed'
  from content.audit_logs a
  where not exists (select from content.audit_seals s where s.entry_id = a.id)
    and not exists (select from content.audit_queue q where q.entry_id = a.id)
$function$;
grant execute on function content.loose_audit() to content_writer;
comment on function content.loose_audit() is 'What no link shows: head (links missing at the end), unsealed (an entry that is neither sealed nor waits). Empty: sound.';

-- Create function "content.seal_audit(integer)"
create function content.seal_audit(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  head content.audit_head;
  entry record;
  value_salt uuid;
  origin_salt uuid;
  sealed bigint := 0;
begin
  insert into content.audit_head (seq, hash) values (0, sha256('genesis')) on conflict do nothing;
  select * into strict head from content.audit_head for update;
  for entry in
    with taken as (
      delete from content.audit_queue
      where entry_id in (select q.entry_id from content.audit_queue q order by q.entry_id limit at_most)
      returning entry_id, created_at
    )
    select a.id, a.created_at, a.old_value, a.new_value, a.ip, a.user_agent
    from taken t
    join content.audit_logs a on a.id = t.entry_id and a.created_at = t.created_at
    order by a.created_at, a.id
  loop
    head.seq := head.seq + 1;
    value_salt := gen_random_uuid();
    origin_salt := gen_random_uuid();
    insert into content.audit_seals (seq, entry_id, entry_created_at, value_salt, origin_salt, hash)
    values (head.seq, entry.id, entry.created_at, value_salt, origin_salt,
      content.audit_hash(head.hash, entry.id, entry.created_at,
        content.audit_digest(value_salt, jsonb_build_array(entry.old_value, entry.new_value)),
        content.audit_digest(origin_salt, jsonb_build_array(host(entry.ip), entry.user_agent))))
    returning hash into head.hash;
    -- A copy for the platform, whose log holds all domains; the payload goes once it is handed over.
    insert into content.outbox_events (topic, aggregate_type, aggregate_id, payload, occurred_at)
    select 'content.audit_log.noted.v1', 'audit_log', a.id, to_jsonb(a), a.created_at
    from content.audit_logs a where a.id = entry.id and a.created_at = entry.created_at;
    sealed := sealed + 1;
  end loop;
  if sealed > 0 then
    update content.audit_head set seq = head.seq, hash = head.hash;
  end if;
  return sealed;
end
$function$;
grant execute on function content.seal_audit(integer) to content_writer;
comment on function content.seal_audit(integer) is 'Seals at most that many waiting entries; returns how many. Call it often with small numbers.';

-- Create function "content.redact_audit(uuid, text[], uuid[])"
create function content.redact_audit(contact uuid, types text[], ids uuid[])
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  redacted bigint;
begin
  while content.seal_audit() > 0 loop
    null;
  end loop;
  update content.audit_seals s
  set value_salt = null,
      value_digest = content.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))
  from content.audit_logs a
  where a.entity_type = any (types) and a.entity_id = any (ids)
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.value_salt is not null;
  update content.audit_seals s
  set origin_salt = null,
      origin_digest = content.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent))
  from content.audit_logs a
  where a.actor_contact_id = contact
    and a.id = s.entry_id and a.created_at = s.entry_created_at and s.origin_salt is not null;
  update content.outbox_events o
  set payload = o.payload
    || case when s.value_salt is null then '{"old_value": null, "new_value": null}' else '{}' end::jsonb
    || case when s.origin_salt is null then '{"ip": null, "user_agent": null}' else '{}' end::jsonb
  from content.audit_seals s
  where o.published_at is null and o.aggregate_type = 'audit_log' and s.entry_id = o.aggregate_id
    and (s.value_salt is null or s.origin_salt is null);
  update content.audit_logs a
  set old_value = case when s.value_salt is not null then a.old_value end,
      new_value = case when s.value_salt is not null then a.new_value end,
      ip = case when s.origin_salt is not null then a.ip end,
      user_agent = case when s.origin_salt is not null then a.user_agent end
  from content.audit_seals s
  where (a.entity_type = any (types) and a.entity_id = any (ids) or a.actor_contact_id = contact)
    and s.entry_id = a.id and s.entry_created_at = a.created_at
    and (s.value_salt is null or s.origin_salt is null);
  get diagnostics redacted = row_count;
  -- The platform has copies of what was handed over; the event says which, and of whom only ids.
  insert into content.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('content.audit_log.redacted.v1', 'audit_redaction', gen_random_uuid(),
    jsonb_build_object('contact', contact, 'types', types, 'ids', ids));
  return redacted;
end
$function$;
grant execute on function content.redact_audit(uuid, text[], uuid[]) to content_writer;
comment on function content.redact_audit(uuid, text[], uuid[]) is 'Takes the values of entries about these entities away, and the origin of what the contact did, and tells the platform, which has copies; the chain stays whole.';

-- Create function "content.guard_seal()"
create function content.guard_seal()
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
comment on function content.guard_seal() is 'Before a link changes: only a salt may go, and its digest stay.';

-- Create trigger "guard_seal" of table "content.audit_seals"
create trigger guard_seal before delete or update on content.audit_seals for each row execute function content.guard_seal();
alter table content.audit_seals enable always trigger guard_seal;

-- Create function "content.verify_audit(bigint, bigint)"
create function content.verify_audit(first bigint, last bigint)
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
  from content.audit_seals s
  left join content.audit_seals p on p.seq = s.seq - 1
  left join content.audit_logs a on a.id = s.entry_id and a.created_at = s.entry_created_at
  where s.seq between first and last
    and (a.id is null
      or s.seq > 1 and p.seq is null
      or s.value_salt is null and (a.old_value is not null or a.new_value is not null)
      or s.origin_salt is null and (a.ip is not null or a.user_agent is not null)
      or s.hash is distinct from content.audit_hash(
        coalesce(p.hash, sha256('genesis')), s.entry_id, s.entry_created_at,
        coalesce(s.value_digest, content.audit_digest(s.value_salt, jsonb_build_array(a.old_value, a.new_value))),
        coalesce(s.origin_digest, content.audit_digest(s.origin_salt, jsonb_build_array(host(a.ip), a.user_agent)))))
  order by s.seq
$function$;
grant execute on function content.verify_audit(bigint, bigint) to content_writer;
comment on function content.verify_audit(bigint, bigint) is 'Broken links from one place to another: gap (the link before is gone), missing (the entry is gone), redaction (what was taken away is there again), content (the entry is not what was sealed).';

-- Add column "attempts" of table "content.outbox_events"
alter table content.outbox_events add column attempts integer default 0 not null;
comment on column content.outbox_events.attempts is 'How often it was taken to be sent.';

-- Add column "due_at" of table "content.outbox_events"
alter table content.outbox_events add column due_at timestamp with time zone;
comment on column content.outbox_events.due_at is 'Not taken again before; null: not taken yet.';

-- Add column "parked_at" of table "content.outbox_events"
alter table content.outbox_events add column parked_at timestamp with time zone;
comment on column content.outbox_events.parked_at is 'When it was given up until somebody retries it; null: it is not.';

-- Add column "last_error" of table "content.outbox_events"
alter table content.outbox_events add column last_error text;
comment on column content.outbox_events.last_error is 'Why it could not be sent the last time; null: it was not tried, or went well.';

-- Create trigger "record_change" of table "cms.blog_post_categories"
create trigger record_change after insert or delete or update on cms.blog_post_categories for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('blog_post_category', '', 'post_id');

-- Create trigger "record_change" of table "cms.blog_posts"
create trigger record_change after insert or delete or update on cms.blog_posts for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('blog_post');

-- Create trigger "record_change" of table "cms.categories"
create trigger record_change after insert or delete or update on cms.categories for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('category');

-- Create trigger "record_change" of table "cms.cms_settings"
create trigger record_change after insert or delete or update on cms.cms_settings for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('cms_setting');

-- Create trigger "record_change" of table "cms.cms_users"
create trigger record_change after insert or delete or update on cms.cms_users for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('cms_user');

-- Create trigger "record_change" of table "cms.content_reviews"
create trigger record_change after insert or delete or update on cms.content_reviews for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('content_review');

-- Create trigger "record_change" of table "cms.content_revisions"
create trigger record_change after insert or delete or update on cms.content_revisions for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('content_revision');

-- Create trigger "record_change" of table "cms.faq_items"
create trigger record_change after insert or delete or update on cms.faq_items for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('faq_item');

-- Create trigger "record_change" of table "cms.gallery_items"
create trigger record_change after insert or delete or update on cms.gallery_items for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('gallery_item');

-- Create trigger "record_change" of table "cms.media_assets"
create trigger record_change after insert or delete or update on cms.media_assets for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('media_asset');

-- Create trigger "record_change" of table "cms.media_renditions"
create trigger record_change after insert or delete or update on cms.media_renditions for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('media_rendition');

-- Create trigger "record_change" of table "cms.media_usages"
create trigger record_change after insert or delete or update on cms.media_usages for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('media_usage');

-- Create trigger "record_change" of table "cms.mission_contents"
create trigger record_change after insert or delete or update on cms.mission_contents for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('mission_content');

-- Create trigger "record_change" of table "cms.page_blocks"
create trigger record_change after insert or delete or update on cms.page_blocks for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('page_block');

-- Create trigger "record_change" of table "cms.pages"
create trigger record_change after insert or delete or update on cms.pages for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('page');

-- Create trigger "record_change" of table "cms.partner_contents"
create trigger record_change after insert or delete or update on cms.partner_contents for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('partner_content');

-- Create trigger "record_change" of table "cms.project_contents"
create trigger record_change after insert or delete or update on cms.project_contents for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('project_content');

-- Create trigger "record_change" of table "cms.redirects"
create trigger record_change after insert or delete or update on cms.redirects for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('redirect');

-- Create trigger "queue_entry" of table "content.audit_logs"
create trigger queue_entry after insert on content.audit_logs for each row execute function content.queue_entry();

-- Create trigger "record_change" of table "template.combined_field_parts"
create trigger record_change after insert or delete or update on template.combined_field_parts for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('combined_field_part');

-- Create trigger "record_change" of table "template.combined_fields"
create trigger record_change after insert or delete or update on template.combined_fields for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('combined_field');

-- Create trigger "record_change" of table "template.data_field_definitions"
create trigger record_change after insert or delete or update on template.data_field_definitions for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('data_field_definition');

-- Create trigger "record_change" of table "template.data_values"
create trigger record_change after insert or delete or update on template.data_values for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('data_value', 'found_value,typed_value');

-- Create trigger "record_change" of table "template.document_sessions"
create trigger record_change after insert or delete or update on template.document_sessions for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('document_session');

-- Create trigger "record_change" of table "template.pdf_fields"
create trigger record_change after insert or delete or update on template.pdf_fields for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('pdf_field');

-- Create trigger "record_change" of table "template.pdf_pages"
create trigger record_change after insert or delete or update on template.pdf_pages for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('pdf_page');

-- Create trigger "record_change" of table "template.pdf_templates"
create trigger record_change after insert or delete or update on template.pdf_templates for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('pdf_template');

-- Create trigger "record_change" of table "template.rendered_documents"
create trigger record_change after insert or delete or update on template.rendered_documents for each row when ((session_user <> 'content_migrator'::name)) execute function content.record_change('rendered_document', 'field_values');

-- Entries from before wait to be sealed as well.
insert into content.audit_queue (entry_id, created_at)
select id, created_at from content.audit_logs
on conflict do nothing;
