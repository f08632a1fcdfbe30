-- platform: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as platform_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role platform_owner revoke execute on functions from public;

create schema platform;
comment on schema platform is 'Plumbing of the platform database: idempotency keys, outbox, inbox, settings.';
create schema audit;
comment on schema audit is 'Who did what: append-only.';
create schema identity;
comment on schema identity is 'How people and programs log in, and what they may do.';
create schema party;
comment on schema party is 'People and companies.';
create schema automation;
comment on schema automation is 'Workflows and forms.';
create schema scheduling;
comment on schema scheduling is 'Appointments.';
create schema storage;
comment on schema storage is 'Files, by their content.';
create schema extensions;
comment on schema extensions is 'Objects of extensions, so that none is mixed with ours.';

-- Equality beside ranges in exclusion constraints. A trusted extension: the owner may create it.
create extension btree_gist with schema extensions;

grant usage on schema platform, audit, identity, party, automation, scheduling, storage
  to platform_writer, platform_reader, platform_studio;
-- Who audits needs the audit log and nothing else.
grant usage on schema audit to platform_audit;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role platform_owner in schema platform grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema platform grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema platform grant usage, select on sequences to platform_writer;
alter default privileges for role platform_owner in schema identity grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema identity grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema identity grant usage, select on sequences to platform_writer;
alter default privileges for role platform_owner in schema party grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema party grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema party grant usage, select on sequences to platform_writer;
alter default privileges for role platform_owner in schema automation grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema automation grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema automation grant usage, select on sequences to platform_writer;
alter default privileges for role platform_owner in schema scheduling grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema scheduling grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema scheduling grant usage, select on sequences to platform_writer;
alter default privileges for role platform_owner in schema storage grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema storage grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema storage grant usage, select on sequences to platform_writer;
-- In audit the writer may only add, and only to the parent table (granted there).
alter default privileges for role platform_owner in schema audit
  grant select on tables to platform_reader, platform_writer, platform_audit;
-- The studio sees all tables; of those with secrets in them, the columns that their files name.
alter default privileges for role platform_owner in schema platform grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema audit grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema identity grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema party grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema automation grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema scheduling grant select on tables to platform_studio;
alter default privileges for role platform_owner in schema storage grant select on tables to platform_studio;

create domain platform.localized_text as jsonb
  constraint localized_text_shape check (
    value is null
    or case
         when jsonb_typeof(value) <> 'object' then false
         else value ?& array['de', 'en']
           and value - 'de' - 'en' = '{}'::jsonb
           and jsonb_typeof(value -> 'de') = 'string'
           and jsonb_typeof(value -> 'en') = 'string'
           and (btrim(value ->> 'de') <> '' or btrim(value ->> 'en') <> '')
       end
  );
comment on domain platform.localized_text is
  'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Shapes that many rows have. A domain is compiled once per session, a check of a table at every statement.
create domain platform.entity_name as text constraint entity_name_shape check (value ~ '^[a-z][a-z_]*$');
comment on domain platform.entity_name is 'Name of an entity, singular: project, journal.';

create domain platform.event_topic as text constraint event_topic_shape check (value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$');
comment on domain platform.event_topic is 'Domain, entity, fact and version: platform.thing.happened.v1.';

create domain platform.sha256 as bytea constraint sha256_length check (octet_length(value) = 32);
comment on domain platform.sha256 is 'A SHA-256 digest, 32 bytes.';

create domain platform.key_text as text constraint key_text_length check (length(value) between 1 and 255);
comment on domain platform.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

create domain platform.http_status as smallint constraint http_status_range check (value between 100 and 599);
comment on domain platform.http_status is 'Status of an HTTP answer.';

create function platform.touch() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.id is distinct from old.id or new.created_at is distinct from old.created_at then
    raise exception 'id and created_at of %.% never change', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end
$$;
comment on function platform.touch() is
  'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

create function platform.refuse_change() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$$;
comment on function platform.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- platform: the rules that many tables share, as trigger functions; what a trigger's arguments mean is said in each.

create function platform.check_transition() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: the column; the states it may start in, by commas; the steps, each 'from>to,to'.
  state text := to_jsonb(new) ->> tg_argv[0];
  was text := case tg_op when 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
  steps text[] := tg_argv[2:];
  allowed text[] := '{}';
begin
  if state is not distinct from was then
    return new;
  elsif was is null then
    allowed := string_to_array(tg_argv[1], ',');
  else
    select string_to_array(split_part(step, '>', 2), ',') into allowed
    from unnest(steps) as step where split_part(step, '>', 1) = was;
    allowed := coalesce(allowed, '{}');
  end if;
  -- An unknown state is left to the check of the column, which names it.
  if state is null
    or (state <> all (allowed)
      and state = any (string_to_array(tg_argv[1] || ',' || replace(array_to_string(steps, ','), '>', ','), ',')))
  then
    raise exception '% of %.% cannot go from % to %', tg_argv[0], tg_table_schema, tg_table_name,
      coalesce(was, 'nothing'), coalesce(state, 'nothing')
      using errcode = '23514', constraint = tg_table_name || '_' || tg_argv[0] || '_transition',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$$;
comment on function platform.check_transition() is
  'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

create function platform.check_frozen() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: a column; its values, by commas, in which a row may still be edited ('': null); columns that may change later.
  state text := coalesce(to_jsonb(old) ->> tg_argv[0], '');
  loose text[] := string_to_array(coalesce(tg_argv[2], ''), ',') || tg_argv[0]
    || array['updated_at', 'updated_by', 'version'];
  changed text[];
begin
  if state = any (string_to_array(tg_argv[1], ',')) or (tg_argv[1] = '' and state = '') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    select array_agg(n.key order by n.key) into changed
    from jsonb_each(to_jsonb(new)) n
    where n.value is distinct from to_jsonb(old) -> n.key and n.key <> all (loose);
    if changed is null then
      return new;
    end if;
  end if;
  raise exception '%.% % can no longer be changed', tg_table_schema, tg_table_name, coalesce(to_jsonb(old) ->> 'id', '')
    using errcode = '23514', constraint = tg_table_name || '_frozen', schema = tg_table_schema, table = tg_table_name,
          detail = case tg_op when 'DELETE' then 'It was to be deleted' else 'Changed: ' || array_to_string(changed, ', ') end
            || '; ' || tg_argv[0] || ' is ' || coalesce(nullif(state, ''), 'empty') || '.',
          hint = 'Make a new row that takes its place.';
end
$$;
comment on function platform.check_frozen() is
  'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

create function platform.check_parent() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: the parent table; the column that refers to it; the parent's state column; states, by commas, that let it be.
  parent text;
  state text;
begin
  for parent in
    select distinct v from (values
      (case when tg_op <> 'INSERT' then to_jsonb(old) ->> tg_argv[1] end),
      (case when tg_op <> 'DELETE' then to_jsonb(new) ->> tg_argv[1] end)
    ) as parents (v) where v is not null
  loop
    -- The lock makes a step of the parent wait for this change, or this change for the step.
    execute format('select %I::text from %s where id = $1 for share', tg_argv[2], tg_argv[0])
      into state using parent::uuid;
    if state <> all (string_to_array(tg_argv[3], ',')) then
      raise exception '% of %.% is refused: % % is %', lower(tg_op), tg_table_schema, tg_table_name, tg_argv[0], parent, state
        using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_state',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[1],
              detail = 'Allowed while ' || tg_argv[2] || ' is: ' || replace(tg_argv[3], ',', ', ') || '.';
    end if;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function platform.check_parent() is
  'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

create function platform.check_acyclic() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: the column of the lower end and the column of the upper end; ('id', 'parent_id') in a tree.
  lower_end uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
  upper_end uuid := (to_jsonb(new) ->> tg_argv[1])::uuid;
  circle boolean;
begin
  if upper_end is null then
    return new;
  end if;
  -- Two changes at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77230, hashtext(tg_table_schema || '.' || tg_table_name));
  execute format(
    'with recursive above (id) as (
       select $2 union select t.%2$I from above a join %3$I.%4$I t on t.%1$I = a.id where t.%2$I is not null
     )
     select exists (select 1 from above where id = $1)',
    tg_argv[0], tg_argv[1], tg_table_schema, tg_table_name)
    into circle using lower_end, upper_end;
  if circle then
    raise exception '% of %.% would lead back to %', tg_argv[1], tg_table_schema, tg_table_name, lower_end
      using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_acyclic',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[1];
  end if;
  return new;
end
$$;
comment on function platform.check_acyclic() is
  'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

create function platform.keep_once_set() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  field text;
begin
  foreach field in array tg_argv loop
    if to_jsonb(old) ->> field is not null and to_jsonb(new) -> field is distinct from to_jsonb(old) -> field then
      raise exception '% of %.% is set once and then stays', field, tg_table_schema, tg_table_name
        using errcode = '23514', constraint = tg_table_name || '_' || field || '_once',
              schema = tg_table_schema, table = tg_table_name, column = field;
    end if;
  end loop;
  return new;
end
$$;
comment on function platform.keep_once_set() is
  'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- A soft-deleted row still satisfies a foreign key: these two keep references to live rows.
create function platform.check_live() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: pairs of a column and the table it refers to.
  target uuid;
  found_one boolean;
begin
  if to_jsonb(new) ->> 'deleted_at' is not null then
    return new;
  end if;
  for i in 0 .. tg_nargs - 1 by 2 loop
    target := (to_jsonb(new) ->> tg_argv[i])::uuid;
    continue when target is null
      or (tg_op = 'UPDATE' and to_jsonb(old) ->> 'deleted_at' is null and (to_jsonb(old) ->> tg_argv[i])::uuid = target);
    -- The lock makes a concurrent deletion wait, and then see this row.
    execute format('select true from %s where id = $1 and deleted_at is null for share', tg_argv[i + 1])
      into found_one using target;
    if found_one is null then
      raise exception '% % does not exist', tg_argv[i + 1], target
        using errcode = '23503', constraint = tg_table_name || '_' || tg_argv[i] || '_fkey',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[i];
    end if;
  end loop;
  return new;
end
$$;
comment on function platform.check_live() is
  'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

create function platform.check_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: the table that refers to this one, and its column.
  used boolean;
begin
  execute format(
    'select exists (select 1 from %s as t where t.%I = $1 and to_jsonb(t) ->> ''deleted_at'' is null)',
    tg_argv[0], tg_argv[1])
    into used using new.id;
  if used then
    raise exception '%.% % still has rows of %', tg_table_schema, tg_table_name, new.id, tg_argv[0]
      using errcode = '23503', constraint = split_part(tg_argv[0], '.', 2) || '_' || tg_argv[1] || '_fkey',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  return new;
end
$$;
comment on function platform.check_unused() is
  'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- platform: what makes a request repeatable and an event certain.

create table platform.idempotency_keys (
  scope platform.key_text not null,
  key platform.key_text not null,
  fingerprint platform.sha256 not null,
  status platform.http_status,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
comment on table platform.idempotency_keys is
  'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column platform.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column platform.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column platform.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column platform.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column platform.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column platform.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';
create index idempotency_keys_created_at_idx on platform.idempotency_keys (created_at);
-- What was answered may hold anything that a route shows.
revoke select on platform.idempotency_keys from platform_studio;
grant select (scope, key, status, created_at) on platform.idempotency_keys to platform_studio;

create table platform.outbox_events (
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  topic platform.event_topic not null,
  aggregate_type platform.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null
    constraint outbox_events_payload_object check (jsonb_typeof(payload) = 'object'),
  occurred_at timestamptz not null default now(),
  published_at timestamptz,
  constraint outbox_events_pkey primary key (id)
);
comment on table platform.outbox_events is
  'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column platform.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column platform.outbox_events.position is
  'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column platform.outbox_events.topic is 'Domain, entity, fact and version: platform.thing.happened.v1.';
comment on column platform.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column platform.outbox_events.aggregate_id is 'Id of that entity.';
comment on column platform.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column platform.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column platform.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';
create index outbox_events_unpublished_idx on platform.outbox_events (position) where published_at is null;

create table platform.inbox_dedup (
  consumer text not null
    constraint inbox_dedup_consumer_length check (length(consumer) between 1 and 100),
  message_id uuid not null,
  received_at timestamptz not null default now(),
  constraint inbox_dedup_pkey primary key (consumer, message_id)
);
comment on table platform.inbox_dedup is
  'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column platform.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column platform.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column platform.inbox_dedup.received_at is 'When it took effect here.';

-- platform: settings that operators change without a release.

create table platform.settings (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint settings_key_shape check (key ~ '^[a-z][a-z0-9_.]*$' and length(key) <= 100),
  value jsonb not null,
  description platform.localized_text not null
    constraint settings_description_length check (
      length(description ->> 'de') <= 500 and length(description ->> 'en') <= 500
    ),
  is_secret boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint settings_pkey primary key (id)
);
comment on table platform.settings is 'Settings of the platform; the types of their values are a registry in code.';
comment on column platform.settings.id is 'Identity.';
comment on column platform.settings.key is 'Name, dotted, e.g. giving.minimum_minor; unique among live rows.';
comment on column platform.settings.value is 'The value, any JSON; its unit is part of the key''s name.';
comment on column platform.settings.description is 'What it does, for the people who change it; at most 500 characters per language.';
comment on column platform.settings.is_secret is 'True: the value never leaves the database through a route.';
comment on column platform.settings.created_at is 'When the row was written.';
comment on column platform.settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column platform.settings.updated_at is 'When it last changed; set by trigger.';
comment on column platform.settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column platform.settings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column platform.settings.deleted_at is 'When it was deleted; null: live.';

create unique index settings_key_key on platform.settings (key) where deleted_at is null;
create index settings_created_at_idx on platform.settings (created_at desc, id desc);

create trigger touch before update on platform.settings for each row execute function platform.touch();

-- platform: the audit log. Append-only, one partition per month of created_at.

create table audit.audit_logs (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  domain text not null
    constraint audit_logs_domain_known check (domain in ('platform', 'projects', 'finance', 'content')),
  actor_kind text not null
    constraint audit_logs_actor_kind_known check (actor_kind in ('user', 'token', 'system')),
  actor_contact_id uuid,
  actor_user_id uuid,
  session_id uuid,
  action text not null
    constraint audit_logs_action_shape check (
      action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(action) <= 100
    ),
  change_type text not null
    constraint audit_logs_change_type_known check (
      change_type in ('create', 'update', 'delete', 'restore', 'transition', 'read', 'login', 'other')
    ),
  entity_type platform.entity_name,
  entity_id uuid,
  context_entity_type platform.entity_name,
  context_entity_id uuid,
  changed_fields text[] not null default '{}',
  old_value jsonb,
  new_value jsonb,
  request_id text
    constraint audit_logs_request_id_length check (length(request_id) between 1 and 200),
  ip inet,
  user_agent text
    constraint audit_logs_user_agent_length check (length(user_agent) <= 500),
  constraint audit_logs_pkey primary key (id, created_at),
  constraint audit_logs_entity_whole check ((entity_type is null) = (entity_id is null)),
  constraint audit_logs_context_whole check ((context_entity_type is null) = (context_entity_id is null))
) partition by range (created_at);
comment on table audit.audit_logs is 'Who changed or read what, of all domains; rows are only ever added.';
comment on column audit.audit_logs.id is 'Identity.';
comment on column audit.audit_logs.created_at is 'When it happened; chooses the partition (months in UTC).';
comment on column audit.audit_logs.domain is 'Domain whose data was touched.';
comment on column audit.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column audit.audit_logs.actor_contact_id is 'Contact who acted; null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column audit.audit_logs.actor_user_id is 'Login that was used; null: none.';
comment on column audit.audit_logs.session_id is 'Session it happened in; null: none.';
comment on column audit.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column audit.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column audit.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column audit.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column audit.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column audit.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column audit.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column audit.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column audit.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column audit.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column audit.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column audit.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

create index audit_logs_created_at_idx on audit.audit_logs (created_at desc, id desc);
create index audit_logs_entity_idx on audit.audit_logs (entity_type, entity_id, created_at desc, id desc);
create index audit_logs_actor_idx on audit.audit_logs (actor_contact_id, created_at desc, id desc);

-- The row trigger is copied to every partition; truncate triggers are not, so ensure_partitions sets them.
create trigger refuse_change before update or delete on audit.audit_logs
  for each row execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.audit_logs
  for each statement execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_truncate;

-- Takes what no month takes, so that a late job never loses an entry.
create table audit.audit_logs_default partition of audit.audit_logs default;
alter table audit.audit_logs_default enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.audit_logs_default
  for each statement execute function platform.refuse_change();
alter table audit.audit_logs_default enable always trigger refuse_truncate;
comment on table audit.audit_logs_default is 'Audit entries of months that have no partition of their own.';

grant insert on audit.audit_logs to platform_writer;

-- Definer: the scheduled function that calls it may not create tables itself.
create function audit.ensure_partitions(from_month date, months integer) returns integer
  language plpgsql security definer
  set search_path = '' set timezone = 'UTC'
as $$
declare
  first date := date_trunc('month', from_month::timestamp)::date;
  month date;
  name text;
  made integer := 0;
begin
  if months not between 1 and 120 then
    raise exception 'ensure_partitions makes 1 to 120 months, not %', months using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(77210, 1);
  for i in 0 .. months - 1 loop
    month := (first + make_interval(months => i))::date;
    name := 'audit_logs_' || to_char(month, 'YYYYMM');
    continue when to_regclass('audit.' || name) is not null;
    if exists (
      select 1 from audit.audit_logs_default
      where created_at >= month and created_at < month + interval '1 month'
    ) then
      raise exception 'month % already has entries in audit.audit_logs_default', to_char(month, 'YYYY-MM')
        using errcode = '55000', hint = 'Detach the default partition, make the month, and add its entries again.';
    end if;
    execute format(
      'create table audit.%I partition of audit.audit_logs for values from (%L) to (%L)',
      name, month::timestamptz, (month + interval '1 month')::timestamptz);
    execute format('alter table audit.%I enable always trigger refuse_change', name);
    execute format(
      'create trigger refuse_truncate before truncate on audit.%I'
      ' for each statement execute function platform.refuse_change()', name);
    execute format('alter table audit.%I enable always trigger refuse_truncate', name);
    execute format('comment on table audit.%I is %L', name, 'Audit entries of ' || to_char(month, 'YYYY-MM') || ', UTC.');
    made := made + 1;
  end loop;
  return made;
end
$$;
comment on function audit.ensure_partitions(date, integer) is
  'Makes the partitions of that many months from the given one, those that are missing; returns how many it made.';
grant execute on function audit.ensure_partitions(date, integer) to platform_writer;

-- platform: departments, the parts of the organisation that work on something.

create table party.departments (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint departments_code_shape check (code ~ '^[A-Z0-9][A-Z0-9_-]*$' and length(code) <= 30),
  short_name text not null
    constraint departments_short_name_length check (length(short_name) between 1 and 20),
  name platform.localized_text not null
    constraint departments_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint departments_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  skill_level text not null
    constraint departments_skill_level_known check (skill_level in ('pro', 'basic')),
  is_owner boolean not null default false,
  status text not null default 'active'
    constraint departments_status_known check (status in ('active', 'inactive')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint departments_pkey primary key (id)
);
comment on table party.departments is
  'Parts of the organisation; they carry responsibility and bound what employees see.';
comment on column party.departments.id is 'Identity.';
comment on column party.departments.code is 'Short code, capitals; unique among live rows; at most 30 characters.';
comment on column party.departments.short_name is 'Name where there is little room; at most 20 characters.';
comment on column party.departments.name is 'Name for people; at most 120 characters per language.';
comment on column party.departments.description is
  'What it is responsible for; at most 2000 characters per language; null: not said.';
comment on column party.departments.skill_level is 'pro: works on difficult cases; basic: on the others.';
comment on column party.departments.is_owner is
  'True: takes what no other department of its skill level takes; exactly one active department per level.';
comment on column party.departments.status is 'active: takes work; inactive: kept for its past.';
comment on column party.departments.created_at is 'When the row was written.';
comment on column party.departments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.departments.updated_at is 'When it last changed; set by trigger.';
comment on column party.departments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.departments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.departments.deleted_at is 'When it was deleted; null: live.';

create unique index departments_code_key on party.departments (code) where deleted_at is null;
create index departments_skill_level_is_owner_idx on party.departments (skill_level, is_owner);
create index departments_created_at_idx on party.departments (created_at desc, id desc);

create trigger check_status before insert or update of status on party.departments
  for each row execute function platform.check_transition('status', 'active,inactive', 'active>inactive', 'inactive>active');

create trigger touch before update on party.departments for each row execute function platform.touch();

create function party.check_department_owner() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  level text;
  owners bigint;
begin
  for level in
    select distinct v from unnest(array[new.skill_level, case tg_op when 'UPDATE' then old.skill_level end]) as v
    where v is not null
  loop
    -- One look at a level at a time, so that two owners do not pass each other.
    perform pg_advisory_xact_lock(77231, hashtext(level));
    select count(*) filter (where d.is_owner) into owners
    from party.departments d
    where d.skill_level = level and d.status = 'active' and d.deleted_at is null
    having count(*) > 0;
    if owners <> 1 then
      raise exception 'skill level % has % owning departments, not one', level, owners
        using errcode = '23514', constraint = 'departments_owner_exact', schema = 'party', table = 'departments',
              detail = 'Change the old and the new owner in one transaction.';
    end if;
  end loop;
  return null;
end
$$;
comment on function party.check_department_owner() is
  'At commit: each skill level with active departments has exactly one owner; breaks departments_owner_exact.';

create constraint trigger check_owner after insert or update of skill_level, is_owner, status, deleted_at
  on party.departments deferrable initially deferred
  for each row execute function party.check_department_owner();

-- platform: contacts, the natural persons whom everything human points at.

create table party.contacts (
  id uuid not null default gen_random_uuid(),
  salutation text
    constraint contacts_salutation_known check (salutation in ('mr', 'ms', 'mx', 'none')),
  title text
    constraint contacts_title_length check (length(title) between 1 and 40),
  first_name text
    constraint contacts_first_name_length check (length(first_name) between 1 and 100),
  last_name text
    constraint contacts_last_name_length check (length(last_name) between 1 and 100),
  job_title text
    constraint contacts_job_title_length check (length(job_title) between 1 and 120),
  email text
    constraint contacts_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint contacts_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  mobile text
    constraint contacts_mobile_shape check (mobile ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  language text
    constraint contacts_language_known check (language in ('de', 'en')),
  street text
    constraint contacts_street_length check (length(street) between 1 and 200),
  house_number text
    constraint contacts_house_number_length check (length(house_number) between 1 and 20),
  postal_code text
    constraint contacts_postal_code_length check (length(postal_code) between 1 and 20),
  city text
    constraint contacts_city_length check (length(city) between 1 and 120),
  country text
    constraint contacts_country_shape check (country ~ '^[A-Z]{2}$'),
  latitude numeric(9, 6)
    constraint contacts_latitude_range check (latitude between -90 and 90),
  longitude numeric(9, 6)
    constraint contacts_longitude_range check (longitude between -180 and 180),
  place_id text
    constraint contacts_place_id_length check (length(place_id) between 1 and 200),
  date_of_birth date
    constraint contacts_date_of_birth_range check (date_of_birth >= '1880-01-01'),
  segment text
    constraint contacts_segment_known check (segment in ('private', 'commercial', 'public', 'nonprofit')),
  classification text
    constraint contacts_classification_known check (classification in ('a', 'b', 'c')),
  department_id uuid,
  notes text
    constraint contacts_notes_length check (length(notes) <= 4000),
  source text
    constraint contacts_source_length check (length(source) between 1 and 120),
  status text not null default 'live'
    constraint contacts_status_known check (status in ('live', 'archived')),
  archived_at timestamptz,
  archive_reason text
    constraint contacts_archive_reason_known check (
      archive_reason in ('merged', 'inactive', 'duplicate', 'requested', 'other')
    ),
  merged_into_id uuid,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contacts_pkey primary key (id),
  constraint contacts_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint contacts_merged_into_id_fkey foreign key (merged_into_id)
    references party.contacts (id) on delete restrict,
  constraint contacts_latitude_whole check ((latitude is null) = (longitude is null)),
  constraint contacts_archived_whole check (
    (status = 'archived') = (archived_at is not null)
    and (archived_at is null) = (archive_reason is null)
  ),
  constraint contacts_merged_reason check ((merged_into_id is null) or (archive_reason is not distinct from 'merged')),
  constraint contacts_merged_other check (merged_into_id <> id),
  constraint contacts_erased_blank check (
    erased_at is null
    or (deleted_at is not null and num_nonnulls(title, first_name, last_name, job_title, email, phone, mobile,
      street, house_number, postal_code, city, latitude, place_id, date_of_birth, notes) = 0)
  )
);
comment on table party.contacts is
  'Natural persons. Whatever points at a human points here; a login is only one thing a person may have.';
comment on column party.contacts.id is 'Identity; other domains hold it as contact_ref.';
comment on column party.contacts.salutation is 'How to address the person; null: unknown.';
comment on column party.contacts.title is 'Academic or other title, e.g. Dr.; null: none.';
comment on column party.contacts.first_name is 'Given name; null: unknown or erased.';
comment on column party.contacts.last_name is 'Family name; null: unknown or erased.';
comment on column party.contacts.job_title is 'What the person does for a living or in a company; null: unknown.';
comment on column party.contacts.email is 'Address for mail; not a login and not unique; null: unknown.';
comment on column party.contacts.phone is 'Telephone number; null: unknown.';
comment on column party.contacts.mobile is 'Mobile number; null: unknown.';
comment on column party.contacts.language is 'Language to write in; null: unknown.';
comment on column party.contacts.street is 'Street without the house number; null: unknown.';
comment on column party.contacts.house_number is 'House number with its suffix; null: unknown.';
comment on column party.contacts.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.contacts.city is 'Town; null: unknown.';
comment on column party.contacts.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.contacts.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.contacts.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.contacts.place_id is 'Id of the address at the geocoder; null: not located.';
comment on column party.contacts.date_of_birth is 'Day of birth; null: unknown.';
comment on column party.contacts.segment is 'Kind of customer; null: no customer.';
comment on column party.contacts.classification is
  'How much attention the customer is given, a the most; null: not classified.';
comment on column party.contacts.department_id is 'Department the person works in; null: none.';
comment on column party.contacts.notes is 'Free notes of the staff; null: none.';
comment on column party.contacts.source is 'Where the contact came from, free text; null: unknown.';
comment on column party.contacts.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.contacts.archived_at is 'When it was archived; null: never.';
comment on column party.contacts.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.contacts.merged_into_id is 'Contact that took its place; null: none. Set once.';
comment on column party.contacts.erased_at is 'When personal fields were blanked for privacy; null: never. Set once.';
comment on column party.contacts.created_at is 'When the row was written.';
comment on column party.contacts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contacts.updated_at is 'When it last changed; set by trigger.';
comment on column party.contacts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contacts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contacts.deleted_at is 'When it was deleted; null: live.';

create index contacts_email_idx on party.contacts (lower(email)) where email is not null and deleted_at is null;
create index contacts_name_idx on party.contacts (lower(last_name), lower(first_name)) where deleted_at is null;
create index contacts_postal_code_idx on party.contacts (postal_code) where deleted_at is null;
create index contacts_department_id_idx on party.contacts (department_id);
create index contacts_merged_into_id_idx on party.contacts (merged_into_id);
create index contacts_created_at_idx on party.contacts (created_at desc, id desc);

create trigger check_status before insert or update of status on party.contacts
  for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');
create trigger keep_once_set before update on party.contacts
  for each row execute function platform.keep_once_set('merged_into_id', 'erased_at');

create trigger check_live before insert or update of department_id, deleted_at on party.contacts
  for each row execute function platform.check_live('department_id', 'party.departments');
create trigger check_unused_contacts before update of deleted_at on party.departments
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contacts', 'department_id');

create trigger touch before update on party.contacts for each row execute function platform.touch();

create function party.check_contact_merge() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- The lock makes a merge the other way round wait, or fail as a deadlock.
  perform 1 from party.contacts
  where id = new.merged_into_id and status = 'live' and deleted_at is null for share;
  if not found then
    raise exception 'contact % is not live, nothing can be merged into it', new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_into_live', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$$;
comment on function party.check_contact_merge() is
  'Before insert or update: a contact is merged into a live one, so merges make no circle; breaks contacts_merged_into_live.';

create trigger check_merge before insert or update of merged_into_id on party.contacts
  for each row when (new.merged_into_id is not null and new.deleted_at is null)
  execute function party.check_contact_merge();

create function party.check_contact_archived() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.status = 'live' and new.merged_into_id is not null then
    raise exception 'contact % was merged into %, it stays archived', new.id, new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_final', schema = 'party', table = 'contacts';
  end if;
  if old.erased_at is not null and new.deleted_at is null then
    raise exception 'contact % was erased, it cannot be restored', new.id
      using errcode = '23514', constraint = 'contacts_erased_final', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$$;
comment on function party.check_contact_archived() is
  'Before update: what was merged stays archived, what was erased stays deleted; breaks contacts_merged_final or contacts_erased_final.';

create trigger check_archived before update of status, merged_into_id, deleted_at, erased_at on party.contacts
  for each row execute function party.check_contact_archived();

create table party.contact_merges (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null
    constraint contact_merges_contact_other check (contact_id <> survivor_id),
  survivor_id uuid not null,
  moved jsonb not null default '{}'
    constraint contact_merges_moved_object check (jsonb_typeof(moved) = 'object'),
  reason text
    constraint contact_merges_reason_length check (length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint contact_merges_pkey primary key (id),
  constraint contact_merges_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint contact_merges_survivor_id_fkey foreign key (survivor_id)
    references party.contacts (id) on delete restrict
);
comment on table party.contact_merges is 'Which contact was merged into which; rows are only ever added.';
comment on column party.contact_merges.id is 'Identity.';
comment on column party.contact_merges.contact_id is 'Contact that was merged and archived.';
comment on column party.contact_merges.survivor_id is 'Contact that took its place.';
comment on column party.contact_merges.moved is
  'How many rows of which table were moved to the survivor; no personal data.';
comment on column party.contact_merges.reason is 'Why they were taken for one person; null: not said.';
comment on column party.contact_merges.created_at is 'When the row was written.';
comment on column party.contact_merges.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index contact_merges_contact_id_key on party.contact_merges (contact_id);
create index contact_merges_survivor_id_idx on party.contact_merges (survivor_id);
create index contact_merges_created_at_idx on party.contact_merges (created_at desc, id desc);

create trigger refuse_change before update or delete on party.contact_merges
  for each row execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_change;
create trigger refuse_truncate before truncate on party.contact_merges
  for each statement execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_truncate;
revoke update on party.contact_merges from platform_writer;

create table party.contact_consents (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  purpose text not null
    constraint contact_consents_purpose_shape check (
      purpose ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(purpose) <= 100
    ),
  given boolean not null,
  channel text not null
    constraint contact_consents_channel_known check (
      channel in ('web', 'email', 'phone', 'paper', 'in_person', 'import')
    ),
  wording_version text not null
    constraint contact_consents_wording_version_length check (length(wording_version) between 1 and 40),
  wording platform.localized_text not null
    constraint contact_consents_wording_length check (
      length(wording ->> 'de') <= 4000
      and length(wording ->> 'en') <= 4000
    ),
  source_ip inet,
  happened_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint contact_consents_pkey primary key (id),
  constraint contact_consents_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict
);
comment on table party.contact_consents is
  'What a person agreed to or withdrew, in the words shown; rows are only ever added, the newest counts.';
comment on column party.contact_consents.id is 'Identity.';
comment on column party.contact_consents.contact_id is 'Who agreed or withdrew.';
comment on column party.contact_consents.purpose is 'What for, dotted: newsletter, data.processing.';
comment on column party.contact_consents.given is 'True: agreed; false: withdrew.';
comment on column party.contact_consents.channel is 'How it was said.';
comment on column party.contact_consents.wording_version is 'Version of the wording that was shown.';
comment on column party.contact_consents.wording is 'The wording itself, so that it can be shown again.';
comment on column party.contact_consents.source_ip is 'Address it was said from; null: not online.';
comment on column party.contact_consents.happened_at is 'When it was said.';
comment on column party.contact_consents.created_at is 'When the row was written.';
comment on column party.contact_consents.created_by is 'Contact who wrote it (platform); null: the system.';

create index contact_consents_contact_id_purpose_happened_at_idx on party.contact_consents (contact_id, purpose, happened_at desc);
create index contact_consents_created_at_idx on party.contact_consents (created_at desc, id desc);

create trigger refuse_change before update or delete on party.contact_consents
  for each row execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_change;
create trigger refuse_truncate before truncate on party.contact_consents
  for each statement execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_truncate;
revoke update on party.contact_consents from platform_writer;

-- platform: companies, the legal persons, and who works for them.

create table party.companies (
  id uuid not null default gen_random_uuid(),
  kind text not null
    constraint companies_kind_known check (
      kind in ('contractor', 'supplier', 'owner', 'energy_adviser', 'charity', 'public_body', 'bank', 'other')
    ),
  legal_name text not null
    constraint companies_legal_name_length check (length(legal_name) between 1 and 200),
  trade_name text
    constraint companies_trade_name_length check (length(trade_name) between 1 and 200),
  register_number text
    constraint companies_register_number_length check (length(register_number) between 1 and 60),
  register_court text
    constraint companies_register_court_length check (length(register_court) between 1 and 120),
  vat_id text
    constraint companies_vat_id_shape check (vat_id ~ '^[A-Z]{2}[A-Z0-9]{2,13}$'),
  email text
    constraint companies_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint companies_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  website text
    constraint companies_website_shape check (website ~ '^https?://[^[:space:]]+$' and length(website) <= 2000),
  street text
    constraint companies_street_length check (length(street) between 1 and 200),
  house_number text
    constraint companies_house_number_length check (length(house_number) between 1 and 20),
  postal_code text
    constraint companies_postal_code_length check (length(postal_code) between 1 and 20),
  city text
    constraint companies_city_length check (length(city) between 1 and 120),
  country text
    constraint companies_country_shape check (country ~ '^[A-Z]{2}$'),
  latitude numeric(9, 6)
    constraint companies_latitude_range check (latitude between -90 and 90),
  longitude numeric(9, 6)
    constraint companies_longitude_range check (longitude between -180 and 180),
  notes text
    constraint companies_notes_length check (length(notes) <= 4000),
  status text not null default 'live'
    constraint companies_status_known check (status in ('live', 'archived')),
  archived_at timestamptz,
  archive_reason text
    constraint companies_archive_reason_known check (
      archive_reason in ('merged', 'inactive', 'duplicate', 'dissolved', 'other')
    ),
  merged_into_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint companies_pkey primary key (id),
  constraint companies_merged_into_id_fkey foreign key (merged_into_id)
    references party.companies (id) on delete restrict,
  constraint companies_latitude_whole check ((latitude is null) = (longitude is null)),
  constraint companies_archived_whole check (
    (status = 'archived') = (archived_at is not null)
    and (archived_at is null) = (archive_reason is null)
  ),
  constraint companies_merged_reason check (merged_into_id is null or archive_reason is not distinct from 'merged'),
  constraint companies_merged_other check (merged_into_id <> id)
);
comment on table party.companies is 'Legal persons: contractors, suppliers, owners.';
comment on column party.companies.id is 'Identity; other domains hold it as company_ref.';
comment on column party.companies.kind is 'What it mainly is to us.';
comment on column party.companies.legal_name is 'Name in the register; at most 200 characters.';
comment on column party.companies.trade_name is 'Name it goes by, if another; null: the legal name.';
comment on column party.companies.register_number is 'Number in the commercial or charity register; null: unknown.';
comment on column party.companies.register_court is 'Court or office that keeps the register; null: unknown.';
comment on column party.companies.vat_id is
  'VAT identification number with its country; unique among live rows; null: none.';
comment on column party.companies.email is 'Address for mail; null: unknown.';
comment on column party.companies.phone is 'Telephone number; null: unknown.';
comment on column party.companies.website is 'Website; null: none.';
comment on column party.companies.street is 'Street without the house number; null: unknown.';
comment on column party.companies.house_number is 'House number with its suffix; null: unknown.';
comment on column party.companies.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.companies.city is 'Town; null: unknown.';
comment on column party.companies.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.companies.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.companies.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.companies.notes is 'Free notes of the staff; null: none.';
comment on column party.companies.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.companies.archived_at is 'When it was archived; null: never.';
comment on column party.companies.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.companies.merged_into_id is 'Company that took its place; null: none. Set once.';
comment on column party.companies.created_at is 'When the row was written.';
comment on column party.companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.companies.deleted_at is 'When it was deleted; null: live.';

create unique index companies_vat_id_key on party.companies (vat_id) where deleted_at is null;
create index companies_legal_name_idx on party.companies (lower(legal_name)) where deleted_at is null;
create index companies_merged_into_id_idx on party.companies (merged_into_id);
create index companies_created_at_idx on party.companies (created_at desc, id desc);

create trigger check_status before insert or update of status on party.companies
  for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');
create trigger keep_once_set before update on party.companies
  for each row execute function platform.keep_once_set('merged_into_id');

create trigger touch before update on party.companies for each row execute function platform.touch();

create table party.contact_companies (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  company_id uuid not null,
  role text not null
    constraint contact_companies_role_known check (
      role in ('owner', 'director', 'employee', 'craftsman', 'energy_adviser', 'accountant', 'representative',
        'other')
    ),
  is_primary boolean not null default false,
  valid_from date,
  valid_to date
    constraint contact_companies_valid_order check (valid_to > valid_from),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contact_companies_pkey primary key (id),
  constraint contact_companies_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint contact_companies_company_id_fkey foreign key (company_id)
    references party.companies (id) on delete restrict,
  constraint contact_companies_no_overlap exclude using gist (
      contact_id with =, company_id with =, role with =, daterange(valid_from, valid_to) with &&
    ) where (deleted_at is null)
);
comment on table party.contact_companies is 'Who acts for which company, in what role and when.';
comment on column party.contact_companies.id is 'Identity.';
comment on column party.contact_companies.contact_id is 'The person.';
comment on column party.contact_companies.company_id is 'The company.';
comment on column party.contact_companies.role is 'What the person does there.';
comment on column party.contact_companies.is_primary is 'True: the person to talk to first; at most one per company.';
comment on column party.contact_companies.valid_from is 'First day; null: since ever.';
comment on column party.contact_companies.valid_to is 'Day after the last; null: until further notice.';
comment on column party.contact_companies.created_at is 'When the row was written.';
comment on column party.contact_companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contact_companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.contact_companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contact_companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contact_companies.deleted_at is 'When it was deleted; null: live.';

create unique index contact_companies_primary_key on party.contact_companies (company_id)
  where is_primary and valid_to is null and deleted_at is null;
create index contact_companies_contact_id_idx on party.contact_companies (contact_id);
create index contact_companies_company_id_idx on party.contact_companies (company_id);

create trigger check_live before insert or update of contact_id, company_id, deleted_at on party.contact_companies
  for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies');
create trigger check_unused_contact_companies before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contact_companies', 'contact_id');
create trigger check_unused_contact_companies before update of deleted_at on party.companies
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contact_companies', 'company_id');

create trigger touch before update on party.contact_companies for each row execute function platform.touch();

-- platform: leads, the earliest stage of the funnel.

create table party.leads (
  id uuid not null default gen_random_uuid(),
  name text not null
    constraint leads_name_length check (length(name) between 1 and 200),
  label text
    constraint leads_label_length check (length(label) between 1 and 60),
  source text
    constraint leads_source_length check (length(source) between 1 and 200),
  source_reference text
    constraint leads_source_reference_length check (length(source_reference) between 1 and 200),
  pipeline text not null default 'default'
    constraint leads_pipeline_length check (length(pipeline) between 1 and 60),
  stage text
    constraint leads_stage_length check (length(stage) between 1 and 60),
  status text not null default 'new'
    constraint leads_status_known check (status in ('new', 'contacted', 'qualified', 'converted', 'disqualified')),
  interest text
    constraint leads_interest_length check (length(interest) <= 4000),
  email text
    constraint leads_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint leads_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  contact_id uuid,
  company_id uuid,
  owner_contact_id uuid,
  project_ref uuid,
  converted_at timestamptz,
  archived_at timestamptz,
  archive_reason text
    constraint leads_archive_reason_length check (length(archive_reason) between 1 and 200),
  merged_into_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint leads_pkey primary key (id),
  constraint leads_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint leads_company_id_fkey foreign key (company_id) references party.companies (id) on delete restrict,
  constraint leads_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint leads_merged_into_id_fkey foreign key (merged_into_id) references party.leads (id) on delete restrict,
  constraint leads_converted_whole check ((status = 'converted') = (converted_at is not null)),
  constraint leads_converted_contact check (status <> 'converted' or contact_id is not null or company_id is not null),
  constraint leads_archived_whole check ((archived_at is null) = (archive_reason is null)),
  constraint leads_merged_archived check (merged_into_id is null or archived_at is not null),
  constraint leads_merged_other check (merged_into_id <> id)
);
comment on table party.leads is 'People who may become customers. Becomes read-only when converted.';
comment on column party.leads.id is 'Identity.';
comment on column party.leads.name is 'What it is called in lists, usually a person or a company.';
comment on column party.leads.label is 'Label given by the staff; null: none.';
comment on column party.leads.source is 'Where it came from, free text of the CRM it came from; null: unknown.';
comment on column party.leads.source_reference is 'Its id in that CRM; null: made here.';
comment on column party.leads.pipeline is 'Pipeline it is worked in.';
comment on column party.leads.stage is 'Stage in the pipeline, free text of the CRM; null: none.';
comment on column party.leads.status is 'Where it stands; only the steps of leads_status_transition are allowed.';
comment on column party.leads.interest is 'What the person asked for; null: not said.';
comment on column party.leads.email is 'Address for mail; null: unknown.';
comment on column party.leads.phone is 'Telephone number; null: unknown.';
comment on column party.leads.contact_id is 'The person, once known; null: not yet.';
comment on column party.leads.company_id is 'The company, once known; null: none.';
comment on column party.leads.owner_contact_id is 'Member of staff who works on it; null: nobody.';
comment on column party.leads.project_ref is 'Project it became (projects); null: none.';
comment on column party.leads.converted_at is 'When it was converted; null: not.';
comment on column party.leads.archived_at is 'When it left the funnel''s lists; null: it is in them.';
comment on column party.leads.archive_reason is 'Why it was archived; null: it is not.';
comment on column party.leads.merged_into_id is 'Lead that took its place; null: none. Set once.';
comment on column party.leads.created_at is 'When the row was written.';
comment on column party.leads.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.leads.updated_at is 'When it last changed; set by trigger.';
comment on column party.leads.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.leads.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.leads.deleted_at is 'When it was deleted; null: live.';

create unique index leads_source_source_reference_key on party.leads (source, source_reference)
  where source_reference is not null and deleted_at is null;
create index leads_status_created_at_id_idx on party.leads (status, created_at desc, id desc);
create index leads_contact_id_idx on party.leads (contact_id);
create index leads_company_id_idx on party.leads (company_id);
create index leads_owner_contact_id_idx on party.leads (owner_contact_id);
create index leads_merged_into_id_idx on party.leads (merged_into_id);
create index leads_created_at_idx on party.leads (created_at desc, id desc);

create trigger check_status before insert or update of status on party.leads
  for each row execute function platform.check_transition(
    'status', 'new', 'new>contacted,qualified,disqualified', 'contacted>qualified,disqualified',
    'qualified>converted,disqualified', 'disqualified>contacted');
create trigger check_frozen before update or delete on party.leads
  for each row execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified', 'deleted_at,archived_at,archive_reason,contact_id,owner_contact_id');
create trigger keep_once_set before update on party.leads
  for each row execute function platform.keep_once_set('merged_into_id');
create trigger check_acyclic before insert or update of merged_into_id on party.leads
  for each row execute function platform.check_acyclic('id', 'merged_into_id');

create trigger check_live before insert or update of contact_id, company_id, deleted_at on party.leads
  for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies');
create trigger check_unused_leads before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.leads', 'contact_id');
create trigger check_unused_leads before update of deleted_at on party.companies
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.leads', 'company_id');

create trigger touch before update on party.leads for each row execute function platform.touch();

-- platform: users, one way for a contact to log in, and their secrets.

create table identity.users (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  email text not null
    constraint users_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  user_type text not null
    constraint users_user_type_known check (user_type in ('internal', 'external')),
  internal_role text
    constraint users_internal_role_known check (internal_role in ('admin', 'employee')),
  language text not null default 'en'
    constraint users_language_known check (language in ('de', 'en')),
  avatar_file_ref uuid,
  status text not null default 'invited'
    constraint users_status_known check (status in ('invited', 'active', 'suspended', 'deleted')),
  auth_provider text not null default 'password'
    constraint users_auth_provider_known check (
      auth_provider in ('password', 'google', 'microsoft', 'apple', 'saml', 'oidc')
    ),
  external_subject text
    constraint users_external_subject_length check (length(external_subject) between 1 and 255),
  totp_enabled boolean not null default false,
  email_verified_at timestamptz,
  last_login_at timestamptz,
  failed_logins integer not null default 0
    constraint users_failed_logins_range check (failed_logins between 0 and 1000000),
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint users_pkey primary key (id),
  constraint users_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint users_internal_role_whole check ((user_type = 'internal') = (internal_role is not null)),
  constraint users_external_subject_whole check ((auth_provider = 'password') = (external_subject is null)),
  constraint users_deleted_whole check ((status = 'deleted') = (deleted_at is not null))
);
comment on table identity.users is
  'Logins. One of the things a contact may have; never referred to instead of the contact.';
comment on column identity.users.id is 'Identity.';
comment on column identity.users.contact_id is 'Whose login it is; one live login per contact.';
comment on column identity.users.email is 'Name to log in with, in any letter case; unique among live rows.';
comment on column identity.users.user_type is 'internal: staff; external: everybody else.';
comment on column identity.users.internal_role is
  'Role of staff: admin everything, employee what the department does; null: external.';
comment on column identity.users.language is 'Language of the surface.';
comment on column identity.users.avatar_file_ref is
  'File with the picture (storage.files); null: none. No foreign key: a purged file only loses the picture.';
comment on column identity.users.status is
  'invited: has not logged in yet; active; suspended: may not log in; deleted.';
comment on column identity.users.auth_provider is 'Who checks the login.';
comment on column identity.users.external_subject is 'The person''s id at that provider; null: password.';
comment on column identity.users.totp_enabled is 'True: a second factor is asked for.';
comment on column identity.users.email_verified_at is 'When the address was proven; null: not yet.';
comment on column identity.users.last_login_at is 'When it was last used; null: never.';
comment on column identity.users.failed_logins is 'Wrong passwords since the last right one.';
comment on column identity.users.locked_until is 'Until when logins are refused after wrong passwords; null: not.';
comment on column identity.users.created_at is 'When the row was written.';
comment on column identity.users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.users.updated_at is 'When it last changed; set by trigger.';
comment on column identity.users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.users.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.users.deleted_at is 'When it was deleted; null: live.';

create unique index users_contact_id_key on identity.users (contact_id) where deleted_at is null;
create unique index users_email_key on identity.users (lower(email)) where deleted_at is null;
create unique index users_auth_provider_external_subject_key on identity.users (auth_provider, external_subject)
  where external_subject is not null and deleted_at is null;
create index users_contact_id_idx on identity.users (contact_id);
create index users_created_at_idx on identity.users (created_at desc, id desc);

create trigger check_status before insert or update of status on identity.users
  for each row execute function platform.check_transition(
    'status', 'invited,active', 'invited>active,deleted', 'active>suspended,deleted',
    'suspended>active,deleted', 'deleted>suspended');
create trigger keep_once_set before update on identity.users
  for each row execute function platform.keep_once_set('email_verified_at');

create trigger check_live before insert or update of contact_id, deleted_at on identity.users
  for each row execute function platform.check_live('contact_id', 'party.contacts');
create trigger check_unused_users before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('identity.users', 'contact_id');

create trigger touch before update on identity.users for each row execute function platform.touch();

create table identity.user_secrets (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  password_hash text
    constraint user_secrets_password_hash_shape check (
      password_hash ~ '^\$argon2id\$'
      and length(password_hash) <= 500
    ),
  password_changed_at timestamptz,
  totp_secret bytea
    constraint user_secrets_totp_secret_length check (octet_length(totp_secret) between 29 and 512),
  totp_key_id text
    constraint user_secrets_totp_key_id_length check (length(totp_key_id) between 1 and 60),
  totp_last_step bigint
    constraint user_secrets_totp_last_step_range check (totp_last_step >= 0),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint user_secrets_pkey primary key (id),
  constraint user_secrets_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint user_secrets_password_whole check ((password_hash is null) = (password_changed_at is null)),
  constraint user_secrets_totp_whole check ((totp_secret is null) = (totp_key_id is null)),
  constraint user_secrets_user_id_key unique (user_id)
);
comment on table identity.user_secrets is 'What a login is checked against; not given to readers.';
comment on column identity.user_secrets.id is 'Identity.';
comment on column identity.user_secrets.user_id is 'The login.';
comment on column identity.user_secrets.password_hash is 'Argon2id hash in PHC form; null: logs in elsewhere.';
comment on column identity.user_secrets.password_changed_at is 'When the password was last set; null: never.';
comment on column identity.user_secrets.totp_secret is
  'Secret of the second factor, sealed with a key outside the database; null: none.';
comment on column identity.user_secrets.totp_key_id is 'Name of that key; null: no secret.';
comment on column identity.user_secrets.totp_last_step is
  'Last time step accepted, so that a code works once; null: none.';
comment on column identity.user_secrets.created_at is 'When the row was written.';
comment on column identity.user_secrets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_secrets.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_secrets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_secrets.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on identity.user_secrets for each row execute function platform.touch();

revoke select on identity.user_secrets from platform_reader, platform_studio;

create table identity.recovery_codes (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  code_hash platform.sha256 not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
    constraint recovery_codes_used_order check (used_at >= created_at),
  constraint recovery_codes_pkey primary key (id),
  constraint recovery_codes_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint recovery_codes_code_hash_key unique (user_id, code_hash)
);
comment on table identity.recovery_codes is
  'One-time codes for people who lost their second factor; not given to readers.';
comment on column identity.recovery_codes.id is 'Identity.';
comment on column identity.recovery_codes.user_id is 'Whose code it is.';
comment on column identity.recovery_codes.code_hash is 'SHA-256 of the code.';
comment on column identity.recovery_codes.created_at is 'When it was made.';
comment on column identity.recovery_codes.used_at is 'When it was used; null: still good. Set once.';


create trigger keep_once_set before update on identity.recovery_codes
  for each row execute function platform.keep_once_set('used_at', 'user_id', 'code_hash');

revoke select on identity.recovery_codes from platform_reader, platform_studio;

create table identity.accounts (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  provider text not null
    constraint accounts_provider_known check (provider in ('google', 'microsoft', 'apple', 'saml', 'oidc')),
  provider_account_id text not null
    constraint accounts_provider_account_id_length check (length(provider_account_id) between 1 and 255),
  scopes text[] not null default '{}',
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint accounts_pkey primary key (id),
  constraint accounts_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint accounts_provider_account_id_key unique (provider, provider_account_id)
);
comment on table identity.accounts is 'Logins at others (OAuth, OpenID Connect) that open a user''s login here.';
comment on column identity.accounts.id is 'Identity.';
comment on column identity.accounts.user_id is 'The login here.';
comment on column identity.accounts.provider is 'Who vouches.';
comment on column identity.accounts.provider_account_id is 'The person''s id there.';
comment on column identity.accounts.scopes is 'What the person allowed us there.';
comment on column identity.accounts.last_used_at is 'When it last opened the login; null: never.';
comment on column identity.accounts.created_at is 'When the row was written.';
comment on column identity.accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.accounts.updated_at is 'When it last changed; set by trigger.';
comment on column identity.accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.accounts.version is 'Counts changes from 1; set by trigger; the ETag.';

create index accounts_user_id_idx on identity.accounts (user_id);

create trigger touch before update on identity.accounts for each row execute function platform.touch();

-- platform: sessions and tokens: hashes only, never what the bearer holds.

create table identity.sessions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  family_id uuid not null,
  token_hash platform.sha256 not null,
  replaced_by_id uuid,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null
    constraint sessions_expires_order check (expires_at > created_at),
  rotated_at timestamptz,
  revoked_at timestamptz,
  revoke_reason text
    constraint sessions_revoke_reason_known check (
      revoke_reason in ('logout', 'reuse', 'password_changed', 'user_suspended', 'user_deleted', 'admin', 'expired')
    ),
  ip inet,
  user_agent text
    constraint sessions_user_agent_length check (length(user_agent) <= 500),
  constraint sessions_pkey primary key (id),
  constraint sessions_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint sessions_replaced_by_id_fkey foreign key (replaced_by_id)
    references identity.sessions (id) on delete restrict,
  constraint sessions_revoked_whole check ((revoked_at is null) = (revoke_reason is null)),
  constraint sessions_rotated_whole check ((rotated_at is null) = (replaced_by_id is null)),
  constraint sessions_replaced_other check (replaced_by_id <> id),
  constraint sessions_token_hash_key unique (token_hash),
  constraint sessions_replaced_by_id_key unique (replaced_by_id)
);
comment on table identity.sessions is
  'Open logins. A refresh makes a new row of the same family; a second use of a rotated token ends the family.';
comment on column identity.sessions.id is 'Identity.';
comment on column identity.sessions.user_id is 'Who is logged in.';
comment on column identity.sessions.family_id is 'The first session''s id; all that descend from one login share it.';
comment on column identity.sessions.token_hash is 'SHA-256 of the refresh token.';
comment on column identity.sessions.replaced_by_id is 'Session it was rotated to; null: the newest.';
comment on column identity.sessions.created_at is 'When it was opened.';
comment on column identity.sessions.last_used_at is 'When it was last used.';
comment on column identity.sessions.expires_at is 'When it ends by itself.';
comment on column identity.sessions.rotated_at is 'When its token was exchanged for the next; null: not. Set once.';
comment on column identity.sessions.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.sessions.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.sessions.ip is 'Address it was opened from; null: unknown.';
comment on column identity.sessions.user_agent is
  'User agent it was opened with, cut to 500 characters; null: unknown.';

create index sessions_family_id_idx on identity.sessions (family_id);
create index sessions_user_id_created_at_idx on identity.sessions (user_id, created_at desc);

create trigger keep_once_set before update on identity.sessions
  for each row execute function platform.keep_once_set('rotated_at', 'replaced_by_id', 'revoked_at', 'revoke_reason', 'user_id', 'family_id', 'token_hash', 'created_at');

-- A stolen refresh token shows when it is used a second time: whoever holds a token of that family is logged out.
create function identity.end_family_on_reuse(used_hash bytea) returns bigint
  language sql
  set search_path = ''
as $$
  with ended as (
    update identity.sessions s
    set revoked_at = now(), revoke_reason = 'reuse'
    from identity.sessions used
    where used.token_hash = used_hash and used.rotated_at is not null
      and s.family_id = used.family_id and s.revoked_at is null
    returning s.id
  )
  select count(*) from ended
$$;
comment on function identity.end_family_on_reuse(bytea) is
  'If the session of that token hash was rotated before, ends every session of its family; returns how many it ended.';
grant execute on function identity.end_family_on_reuse(bytea) to platform_writer;

create function identity.check_session_family() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from identity.sessions where family_id = new.family_id and user_id <> new.user_id)
    or (new.family_id <> new.id
        and not exists (select 1 from identity.sessions where id = new.family_id and user_id = new.user_id)) then
    raise exception 'session family % is not of user %', new.family_id, new.user_id
      using errcode = '23514', constraint = 'sessions_family_user', schema = 'identity', table = 'sessions';
  end if;
  if exists (
    select 1 from identity.sessions
    where family_id = new.family_id and revoked_at is not null and revoke_reason <> 'expired'
  ) then
    raise exception 'session family % was ended', new.family_id
      using errcode = '23514', constraint = 'sessions_family_live', schema = 'identity', table = 'sessions';
  end if;
  perform 1 from identity.users where id = new.user_id and status = 'active' for share;
  if not found then
    raise exception 'user % is not active', new.user_id
      using errcode = '23514', constraint = 'sessions_user_active', schema = 'identity', table = 'sessions';
  end if;
  return new;
end
$$;
comment on function identity.check_session_family() is
  'Before insert: a session is an active user''s and its family was not ended; breaks sessions_family_user, _family_live or _user_active.';

create trigger check_family before insert on identity.sessions
  for each row execute function identity.check_session_family();

-- Readers may list sessions, not the hashes.
revoke select on identity.sessions from platform_reader, platform_studio;
grant select (id, user_id, family_id, replaced_by_id, created_at, last_used_at, expires_at, rotated_at, revoked_at,
  revoke_reason, ip, user_agent) on identity.sessions to platform_reader, platform_studio;

create table identity.verification_tokens (
  id uuid not null default gen_random_uuid(),
  identifier text not null
    constraint verification_tokens_identifier_length check (length(identifier) between 1 and 254),
  purpose text not null
    constraint verification_tokens_purpose_known check (
      purpose in ('verify_email', 'reset_password', 'invite', 'login', 'change_email', 'portal')
    ),
  token_hash platform.sha256 not null,
  user_id uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
    constraint verification_tokens_expires_order check (expires_at > created_at),
  used_at timestamptz
    constraint verification_tokens_used_order check (used_at between created_at and expires_at),
  revoked_at timestamptz,
  constraint verification_tokens_pkey primary key (id),
  constraint verification_tokens_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint verification_tokens_used_once check (num_nonnulls(used_at, revoked_at) <= 1),
  constraint verification_tokens_token_hash_key unique (token_hash)
);
comment on table identity.verification_tokens is
  'Links that were sent out: proof of an address, new password, invitation. Single use; not given to readers.';
comment on column identity.verification_tokens.id is 'Identity.';
comment on column identity.verification_tokens.identifier is 'Whom the link was sent to, usually an address.';
comment on column identity.verification_tokens.purpose is 'What the link is good for.';
comment on column identity.verification_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.verification_tokens.user_id is 'Login it is for; null: nobody has one yet.';
comment on column identity.verification_tokens.created_at is 'When it was made.';
comment on column identity.verification_tokens.expires_at is 'When it ends by itself.';
comment on column identity.verification_tokens.used_at is
  'When it was used, not after it ended; null: not. Set once.';
comment on column identity.verification_tokens.revoked_at is 'When a newer one took its place; null: not. Set once.';

create index verification_tokens_identifier_purpose_created_at_idx on identity.verification_tokens (identifier, purpose, created_at desc);
create index verification_tokens_user_id_idx on identity.verification_tokens (user_id);

create trigger keep_once_set before update on identity.verification_tokens
  for each row execute function platform.keep_once_set('used_at', 'revoked_at', 'identifier', 'purpose', 'token_hash', 'expires_at', 'user_id', 'created_at');

revoke select on identity.verification_tokens from platform_reader, platform_studio;

create table identity.api_tokens (
  id uuid not null default gen_random_uuid(),
  owner_contact_id uuid not null,
  name text not null
    constraint api_tokens_name_length check (length(name) between 1 and 120),
  token_prefix text not null
    constraint api_tokens_token_prefix_shape check (token_prefix ~ '^[A-Za-z0-9_]{6,20}$'),
  token_hash platform.sha256 not null,
  scopes text[] not null
    constraint api_tokens_scopes_some check (cardinality(scopes) between 1 and 100),
  last_used_at timestamptz,
  expires_at timestamptz
    constraint api_tokens_expires_order check (expires_at > created_at),
  revoked_at timestamptz,
  revoke_reason text
    constraint api_tokens_revoke_reason_known check (revoke_reason in ('owner', 'admin', 'owner_suspended', 'leaked')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint api_tokens_pkey primary key (id),
  constraint api_tokens_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint api_tokens_revoked_whole check ((revoked_at is null) = (revoke_reason is null)),
  constraint api_tokens_token_prefix_key unique (token_prefix),
  constraint api_tokens_token_hash_key unique (token_hash)
);
comment on table identity.api_tokens is
  'Tokens that programs act with on behalf of a contact; shown once, then only their prefix.';
comment on column identity.api_tokens.id is 'Identity.';
comment on column identity.api_tokens.owner_contact_id is 'On whose behalf the program acts.';
comment on column identity.api_tokens.name is 'What the program is, for the owner.';
comment on column identity.api_tokens.token_prefix is 'Beginning of the token, to recognise it by; unique.';
comment on column identity.api_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.api_tokens.scopes is 'Permissions it carries; each must be one of its owner''s.';
comment on column identity.api_tokens.last_used_at is 'When it was last used; null: never.';
comment on column identity.api_tokens.expires_at is 'When it ends by itself; null: never.';
comment on column identity.api_tokens.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.api_tokens.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.api_tokens.created_at is 'When the row was written.';
comment on column identity.api_tokens.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.api_tokens.updated_at is 'When it last changed; set by trigger.';
comment on column identity.api_tokens.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.api_tokens.version is 'Counts changes from 1; set by trigger; the ETag.';

create index api_tokens_owner_contact_id_idx on identity.api_tokens (owner_contact_id);
create index api_tokens_created_at_idx on identity.api_tokens (created_at desc, id desc);

create trigger keep_once_set before update on identity.api_tokens
  for each row execute function platform.keep_once_set('revoked_at', 'revoke_reason', 'owner_contact_id', 'token_prefix', 'token_hash', 'scopes');

create trigger touch before update on identity.api_tokens for each row execute function platform.touch();

-- Readers may list tokens, not the hashes.
revoke select on identity.api_tokens from platform_reader, platform_studio;
grant select (id, owner_contact_id, name, token_prefix, scopes, last_used_at, expires_at, revoked_at, revoke_reason,
  created_at, created_by, updated_at, updated_by, version) on identity.api_tokens to platform_reader, platform_studio;

create function identity.end_sessions() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  update identity.sessions
  set revoked_at = now(), revoke_reason = case new.status when 'deleted' then 'user_deleted' else 'user_suspended' end
  where user_id = new.id and revoked_at is null;
  update identity.api_tokens
  set revoked_at = now(), revoke_reason = 'owner_suspended', updated_by = new.updated_by
  where owner_contact_id = new.contact_id and revoked_at is null;
  return null;
end
$$;
comment on function identity.end_sessions() is
  'After a login stops being active: ends its sessions and its owner''s api tokens.';

create trigger end_sessions after update of status on identity.users
  for each row when (old.status = 'active' and new.status <> 'active')
  execute function identity.end_sessions();

-- platform: roles and permissions as data, and who holds which role where.

create table identity.permissions (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint permissions_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  description platform.localized_text not null
    constraint permissions_description_length check (
      length(description ->> 'de') <= 500
      and length(description ->> 'en') <= 500
    ),
  is_sensitive boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint permissions_pkey primary key (id),
  constraint permissions_code_key unique (code)
);
comment on table identity.permissions is 'What can be allowed; the rows ride in migrations.';
comment on column identity.permissions.id is 'Identity.';
comment on column identity.permissions.code is 'Name, dotted: resource and verb, e.g. contacts.read; unique.';
comment on column identity.permissions.description is 'What it allows; at most 500 characters per language.';
comment on column identity.permissions.is_sensitive is 'True: its use is written to the audit log even for reading.';
comment on column identity.permissions.created_at is 'When the row was written.';
comment on column identity.permissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.permissions.updated_at is 'When it last changed; set by trigger.';
comment on column identity.permissions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.permissions.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on identity.permissions for each row execute function platform.touch();

create table identity.roles (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint roles_code_shape check (code ~ '^[a-z][a-z0-9_]*$' and length(code) <= 60),
  name platform.localized_text not null
    constraint roles_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text not null
    constraint roles_description_length check (
      length(description ->> 'de') <= 500
      and length(description ->> 'en') <= 500
    ),
  audience text not null
    constraint roles_audience_known check (audience in ('internal', 'external', 'any')),
  scope_types text[] not null
    constraint roles_scope_types_known check (
      scope_types <@ array['global', 'department', 'project', 'building', 'partner']
      and cardinality(scope_types) > 0
    ),
  is_system boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint roles_pkey primary key (id)
);
comment on table identity.roles is 'Bundles of permissions; the rows of the system ride in migrations.';
comment on column identity.roles.id is 'Identity.';
comment on column identity.roles.code is 'Name; unique among live rows; what tokens carry.';
comment on column identity.roles.name is 'Name for people; at most 120 characters per language.';
comment on column identity.roles.description is 'Who should have it; at most 500 characters per language.';
comment on column identity.roles.audience is 'Whom it may be granted to.';
comment on column identity.roles.scope_types is 'Where it may be granted.';
comment on column identity.roles.is_system is 'True: written by a migration; its code never changes.';
comment on column identity.roles.created_at is 'When the row was written.';
comment on column identity.roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.roles.deleted_at is 'When it was deleted; null: live.';

create unique index roles_code_key on identity.roles (code) where deleted_at is null;
create index roles_created_at_idx on identity.roles (created_at desc, id desc);

create trigger touch before update on identity.roles for each row execute function platform.touch();

create function identity.check_role_code() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if old.is_system and (new.code <> old.code or not new.is_system or new.deleted_at is not null) then
    raise exception 'role % belongs to the system', old.code
      using errcode = '23514', constraint = 'roles_system_kept', schema = 'identity', table = 'roles';
  end if;
  return new;
end
$$;
comment on function identity.check_role_code() is
  'Before update: a role of the system keeps its code and stays; breaks roles_system_kept.';

create trigger check_code before update on identity.roles for each row execute function identity.check_role_code();

create table identity.role_permissions (
  id uuid not null default gen_random_uuid(),
  role_id uuid not null,
  permission_id uuid not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint role_permissions_pkey primary key (id),
  constraint role_permissions_role_id_fkey foreign key (role_id) references identity.roles (id) on delete cascade,
  constraint role_permissions_permission_id_fkey foreign key (permission_id)
    references identity.permissions (id) on delete restrict
);
comment on table identity.role_permissions is 'Which permissions a role bundles.';
comment on column identity.role_permissions.id is 'Identity.';
comment on column identity.role_permissions.role_id is 'The role.';
comment on column identity.role_permissions.permission_id is 'The permission.';
comment on column identity.role_permissions.revoked_at is 'When it was taken out of the role; null: it is in it.';
comment on column identity.role_permissions.created_at is 'When the row was written.';
comment on column identity.role_permissions.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index role_permissions_role_id_permission_id_key on identity.role_permissions (role_id, permission_id)
  where revoked_at is null;
create index role_permissions_role_id_idx on identity.role_permissions (role_id);
create index role_permissions_permission_id_idx on identity.role_permissions (permission_id);

create table identity.user_roles (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  role_id uuid not null,
  scope_type text not null
    constraint user_roles_scope_type_known check (
      scope_type in ('global', 'department', 'project', 'building', 'partner')
    ),
  scope_id uuid,
  valid_from date not null default current_date,
  valid_to date
    constraint user_roles_valid_order check (valid_to > valid_from),
  granted_by uuid
    constraint user_roles_granted_by_other check (granted_by <> contact_id),
  revoked_at timestamptz,
  revoked_by uuid,
  reason text
    constraint user_roles_reason_length check (length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint user_roles_pkey primary key (id),
  constraint user_roles_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint user_roles_role_id_fkey foreign key (role_id) references identity.roles (id) on delete restrict,
  constraint user_roles_granted_by_fkey foreign key (granted_by) references party.contacts (id) on delete restrict,
  constraint user_roles_revoked_by_fkey foreign key (revoked_by) references party.contacts (id) on delete restrict,
  constraint user_roles_scope_whole check ((scope_type = 'global') = (scope_id is null)),
  constraint user_roles_revoked_whole check (revoked_by is null or revoked_at is not null),
  constraint user_roles_no_overlap exclude using gist (
      contact_id with =, role_id with =, scope_type with =,
      coalesce(scope_id, '00000000-0000-0000-0000-000000000000'::uuid) with =, daterange(valid_from, valid_to) with &&
    ) where (revoked_at is null)
);
comment on table identity.user_roles is 'Who holds which role, where and when. Never granted to oneself.';
comment on column identity.user_roles.id is 'Identity.';
comment on column identity.user_roles.contact_id is 'Who holds the role.';
comment on column identity.user_roles.role_id is 'The role.';
comment on column identity.user_roles.scope_type is 'Where it holds.';
comment on column identity.user_roles.scope_id is
  'Department (here), or project, building or partner (projects) it holds in; null: global.';
comment on column identity.user_roles.valid_from is 'First day.';
comment on column identity.user_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column identity.user_roles.granted_by is 'Who granted it, never the holder; null: the system.';
comment on column identity.user_roles.revoked_at is 'When it was taken away before its end; null: not. Set once.';
comment on column identity.user_roles.revoked_by is 'Who took it away; null: the system, or it was not.';
comment on column identity.user_roles.reason is 'Why it was granted; null: not said.';
comment on column identity.user_roles.created_at is 'When the row was written.';
comment on column identity.user_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_roles.version is 'Counts changes from 1; set by trigger; the ETag.';

create index user_roles_contact_id_idx on identity.user_roles (contact_id);
create index user_roles_scope_type_scope_id_idx on identity.user_roles (scope_type, scope_id)
  where scope_id is not null;
create index user_roles_role_id_idx on identity.user_roles (role_id);
create index user_roles_granted_by_idx on identity.user_roles (granted_by);
create index user_roles_revoked_by_idx on identity.user_roles (revoked_by);
create index user_roles_created_at_idx on identity.user_roles (created_at desc, id desc);

create trigger keep_once_set before update on identity.user_roles
  for each row execute function platform.keep_once_set('revoked_at', 'revoked_by', 'contact_id', 'role_id', 'scope_type', 'scope_id', 'granted_by');

create trigger touch before update on identity.user_roles for each row execute function platform.touch();

create function identity.check_role_grant() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  granted identity.roles;
  person_type text;
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
  return new;
end
$$;
comment on function identity.check_role_grant() is
  'Before insert: the role is live, fits the scope and the person; breaks user_roles_role_id_fkey, _scope_allowed or _audience.';

create trigger check_grant before insert on identity.user_roles
  for each row execute function identity.check_role_grant();

create function identity.permissions_of(contact uuid, on_day date default current_date)
  returns table (permission text, scope_type text, scope_id uuid)
  language sql stable
  set search_path = ''
as $$
  select distinct p.code, g.scope_type, g.scope_id
  from identity.user_roles g
  join identity.roles r on r.id = g.role_id and r.deleted_at is null
  join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
  join identity.permissions p on p.id = b.permission_id
  where g.contact_id = contact and g.revoked_at is null
    and g.valid_from <= on_day and (g.valid_to is null or g.valid_to > on_day)
$$;
comment on function identity.permissions_of(uuid, date) is 'What a contact may do on a day, and where.';
grant execute on function identity.permissions_of(uuid, date) to platform_writer, platform_reader;

create function identity.check_token_scopes() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  excess text[];
begin
  select array_agg(s order by s) into excess
  from unnest(new.scopes) as s
  where not exists (select 1 from identity.permissions_of(new.owner_contact_id) p where p.permission = s);
  if excess is not null then
    raise exception 'the owner of the token may not do: %', array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'api_tokens_scopes_held', schema = 'identity', table = 'api_tokens';
  end if;
  return new;
end
$$;
comment on function identity.check_token_scopes() is
  'Before insert: a token carries permissions of its owner only; breaks api_tokens_scopes_held.';

create trigger check_scopes before insert on identity.api_tokens
  for each row execute function identity.check_token_scopes();

-- platform: files by their content: the same bytes are kept once.

create table storage.files (
  id uuid not null default gen_random_uuid(),
  content_hash platform.sha256 not null,
  size_bytes bigint not null
    constraint files_size_bytes_range check (size_bytes between 0 and 5000000000000),
  media_type text not null
    constraint files_media_type_shape check (media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$' and length(media_type) <= 120),
  original_name text not null
    constraint files_original_name_length check (length(original_name) between 1 and 255),
  storage_key text not null
    constraint files_storage_key_shape check (storage_key ~ '^[A-Za-z0-9/_.-]+$' and length(storage_key) <= 500),
  width_px integer
    constraint files_width_px_range check (width_px between 1 and 1000000),
  height_px integer
    constraint files_height_px_range check (height_px between 1 and 1000000),
  pages integer
    constraint files_pages_range check (pages between 1 and 100000),
  scan_status text not null default 'pending'
    constraint files_scan_status_known check (scan_status in ('pending', 'clean', 'infected', 'failed', 'skipped')),
  scanned_at timestamptz,
  status text not null default 'pending'
    constraint files_status_known check (status in ('pending', 'stored', 'quarantined', 'purged')),
  stored_at timestamptz,
  purged_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint files_pkey primary key (id),
  constraint files_width_whole check ((width_px is null) = (height_px is null)),
  constraint files_scanned_whole check ((scan_status in ('clean', 'infected', 'failed')) = (scanned_at is not null)),
  constraint files_stored_whole check (status not in ('stored', 'quarantined') or stored_at is not null),
  constraint files_purged_whole check ((status = 'purged') = (purged_at is not null)),
  constraint files_infected_kept check (status <> 'stored' or scan_status <> 'infected'),
  constraint files_storage_key_key unique (storage_key)
);
comment on table storage.files is
  'Bytes in the object store, each content once. Others hold a file_id, never a path.';
comment on column storage.files.id is 'Identity; other domains hold it as file_ref.';
comment on column storage.files.content_hash is 'SHA-256 of the bytes; unique among those not purged.';
comment on column storage.files.size_bytes is 'Size, in bytes.';
comment on column storage.files.media_type is 'MIME type found by the server, not the one claimed.';
comment on column storage.files.original_name is 'Name it was first uploaded under; for people only.';
comment on column storage.files.storage_key is 'Key in the object store; unique; never leaves the server.';
comment on column storage.files.width_px is 'Width of an image, in pixels; null: no image.';
comment on column storage.files.height_px is 'Height of an image, in pixels; null: no image.';
comment on column storage.files.pages is 'Pages of a document; null: no document.';
comment on column storage.files.scan_status is 'What the malware scan found.';
comment on column storage.files.scanned_at is 'When it was scanned; null: not yet.';
comment on column storage.files.status is
  'pending: being uploaded; stored: there; quarantined: kept from readers; purged: bytes gone.';
comment on column storage.files.stored_at is 'When the bytes were there and checked; null: not yet. Set once.';
comment on column storage.files.purged_at is 'When the bytes were removed; null: not. Set once.';
comment on column storage.files.created_at is 'When the row was written.';
comment on column storage.files.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.files.updated_at is 'When it last changed; set by trigger.';
comment on column storage.files.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.files.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index files_content_hash_key on storage.files (content_hash) where status <> 'purged';
create index files_status_created_at_idx on storage.files (status, created_at);
create index files_created_at_idx on storage.files (created_at desc, id desc);

create trigger check_status before insert or update of status on storage.files
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>stored,quarantined,purged', 'stored>quarantined,purged',
    'quarantined>stored,purged');
create trigger check_frozen before update or delete on storage.files
  for each row execute function platform.check_frozen('status', 'pending', 'scan_status,scanned_at,purged_at,pages,width_px,height_px');
create trigger keep_once_set before update on storage.files
  for each row execute function platform.keep_once_set('stored_at', 'purged_at');

create trigger touch before update on storage.files for each row execute function platform.touch();

create function storage.check_file_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from storage.file_links where file_id = new.id and deleted_at is null)
    or exists (
      select 1 from storage.file_versions v join storage.file_members m on m.id = v.member_id
      where v.file_id = new.id and m.deleted_at is null
    ) then
    raise exception 'file % is still linked', new.id
      using errcode = '23514', constraint = 'files_purge_unused', schema = 'storage', table = 'files',
            hint = 'Delete its links and the collection members that hold it first.';
  end if;
  return new;
end
$$;
comment on function storage.check_file_unused() is
  'Before purging: nothing live holds the file any more; breaks files_purge_unused.';

create trigger check_unused before update of status on storage.files
  for each row when (new.status = 'purged' and old.status <> 'purged')
  execute function storage.check_file_unused();

create table storage.file_renditions (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  kind text not null
    constraint file_renditions_kind_known check (kind in ('thumbnail', 'preview', 'web', 'text', 'pdf')),
  media_type text not null
    constraint file_renditions_media_type_shape check (
      media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'
      and length(media_type) <= 120
    ),
  width_px integer
    constraint file_renditions_width_px_range check (width_px between 1 and 1000000),
  height_px integer
    constraint file_renditions_height_px_range check (height_px between 1 and 1000000),
  size_bytes bigint
    constraint file_renditions_size_bytes_range check (size_bytes >= 0),
  storage_key text
    constraint file_renditions_storage_key_shape check (
      storage_key ~ '^[A-Za-z0-9/_.-]+$'
      and length(storage_key) <= 500
    ),
  status text not null default 'pending'
    constraint file_renditions_status_known check (status in ('pending', 'ready', 'failed')),
  error text
    constraint file_renditions_error_length check (length(error) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint file_renditions_pkey primary key (id),
  constraint file_renditions_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_renditions_ready_whole check (
    (status = 'ready') = (storage_key is not null)
    and (status = 'ready') = (size_bytes is not null)
  ),
  constraint file_renditions_failed_whole check ((status = 'failed') = (error is not null)),
  constraint file_renditions_kind_key unique (file_id, kind, media_type)
);
comment on table storage.file_renditions is 'Smaller or other forms of a file, made in the background.';
comment on column storage.file_renditions.id is 'Identity.';
comment on column storage.file_renditions.file_id is 'File it was made from.';
comment on column storage.file_renditions.kind is 'What it is for.';
comment on column storage.file_renditions.media_type is 'MIME type of the rendition.';
comment on column storage.file_renditions.width_px is 'Width, in pixels; null: no image.';
comment on column storage.file_renditions.height_px is 'Height, in pixels; null: no image.';
comment on column storage.file_renditions.size_bytes is 'Size, in bytes; null: not made yet.';
comment on column storage.file_renditions.storage_key is 'Key in the object store; null: not made yet.';
comment on column storage.file_renditions.status is 'pending: to be made; ready; failed: see error.';
comment on column storage.file_renditions.error is 'Why it failed; null: it did not.';
comment on column storage.file_renditions.created_at is 'When the row was written.';
comment on column storage.file_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_status before insert or update of status on storage.file_renditions
  for each row execute function platform.check_transition(
    'status', 'pending,ready', 'pending>ready,failed', 'failed>pending', 'ready>pending');

create trigger touch before update on storage.file_renditions for each row execute function platform.touch();

create table storage.file_uploads (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  contact_id uuid,
  max_bytes bigint not null
    constraint file_uploads_max_bytes_range check (max_bytes between 1 and 5000000000000),
  media_types text[] not null default '{}',
  expires_at timestamptz not null
    constraint file_uploads_expires_order check (expires_at > created_at),
  completed_at timestamptz,
  failed_at timestamptz,
  failure text
    constraint file_uploads_failure_length check (length(failure) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_uploads_pkey primary key (id),
  constraint file_uploads_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_uploads_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint file_uploads_one_end check (num_nonnulls(completed_at, failed_at) <= 1),
  constraint file_uploads_failed_whole check ((failed_at is null) = (failure is null))
);
comment on table storage.file_uploads is
  'Direct uploads to the object store that were allowed, for a short time each.';
comment on column storage.file_uploads.id is 'Identity.';
comment on column storage.file_uploads.file_id is 'File that is to come.';
comment on column storage.file_uploads.contact_id is 'Who uploads; null: the system or a guest with a link.';
comment on column storage.file_uploads.max_bytes is 'Largest size that was allowed, in bytes.';
comment on column storage.file_uploads.media_types is 'MIME types that were allowed; empty: any.';
comment on column storage.file_uploads.expires_at is 'When the permission ends.';
comment on column storage.file_uploads.completed_at is 'When the bytes were checked; null: not yet. Set once.';
comment on column storage.file_uploads.failed_at is 'When the upload was refused; null: it was not. Set once.';
comment on column storage.file_uploads.failure is 'Why it was refused; null: it was not.';
comment on column storage.file_uploads.created_at is 'When the row was written.';
comment on column storage.file_uploads.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_uploads_file_id_idx on storage.file_uploads (file_id);
create index file_uploads_contact_id_idx on storage.file_uploads (contact_id);
create index file_uploads_created_at_idx on storage.file_uploads (created_at desc, id desc);

create trigger keep_once_set before update on storage.file_uploads
  for each row execute function platform.keep_once_set('completed_at', 'failed_at');

-- platform: collections of files with versioned slots, labels, and links from entities.

create table storage.file_collections (
  id uuid not null default gen_random_uuid(),
  parent_id uuid,
  name platform.localized_text not null
    constraint file_collections_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  subject_domain text
    constraint file_collections_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_collections_pkey primary key (id),
  constraint file_collections_parent_id_fkey foreign key (parent_id)
    references storage.file_collections (id) on delete restrict,
  constraint file_collections_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3))
);
comment on table storage.file_collections is 'Folders of versioned slots; a tree.';
comment on column storage.file_collections.id is 'Identity.';
comment on column storage.file_collections.parent_id is
  'Collection it lies in; null: at the top. Never below itself.';
comment on column storage.file_collections.name is 'Name for people; at most 200 characters per language.';
comment on column storage.file_collections.subject_domain is 'Domain of the entity it belongs to; null: none.';
comment on column storage.file_collections.subject_type is 'That entity, singular; null: none.';
comment on column storage.file_collections.subject_id is 'Id of that entity; null: none.';
comment on column storage.file_collections.created_at is 'When the row was written.';
comment on column storage.file_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_collections.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_collections.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_collections.deleted_at is 'When it was deleted; null: live.';

create index file_collections_parent_id_idx on storage.file_collections (parent_id);
create index file_collections_subject_type_subject_id_idx on storage.file_collections (subject_type, subject_id)
  where subject_id is not null;
create index file_collections_created_at_idx on storage.file_collections (created_at desc, id desc);

create trigger check_acyclic before insert or update of parent_id on storage.file_collections
  for each row execute function platform.check_acyclic('id', 'parent_id');

create trigger check_live before insert or update of parent_id, deleted_at on storage.file_collections
  for each row execute function platform.check_live('parent_id', 'storage.file_collections');
create trigger check_unused_file_collections before update of deleted_at on storage.file_collections
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('storage.file_collections', 'parent_id');

create trigger touch before update on storage.file_collections for each row execute function platform.touch();

create table storage.file_members (
  id uuid not null default gen_random_uuid(),
  collection_id uuid not null,
  slot text not null
    constraint file_members_slot_shape check (slot ~ '^[a-z0-9][a-z0-9_-]*$' and length(slot) <= 100),
  title platform.localized_text not null
    constraint file_members_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  position integer not null default 0
    constraint file_members_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_members_pkey primary key (id),
  constraint file_members_collection_id_fkey foreign key (collection_id)
    references storage.file_collections (id) on delete restrict
);
comment on table storage.file_members is 'Slots of a collection; each has versions, the highest counts.';
comment on column storage.file_members.id is 'Identity.';
comment on column storage.file_members.collection_id is 'Collection the slot is in.';
comment on column storage.file_members.slot is 'Name of the slot; unique in its collection among live rows.';
comment on column storage.file_members.title is 'Title for people; at most 200 characters per language.';
comment on column storage.file_members.position is 'Place in the collection, smallest first; ties by slot.';
comment on column storage.file_members.created_at is 'When the row was written.';
comment on column storage.file_members.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_members.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_members.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_members.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_members.deleted_at is 'When it was deleted; null: live.';

create unique index file_members_collection_id_slot_key on storage.file_members (collection_id, slot)
  where deleted_at is null;
create index file_members_collection_id_idx on storage.file_members (collection_id);

create trigger check_live before insert or update of collection_id, deleted_at on storage.file_members
  for each row execute function platform.check_live('collection_id', 'storage.file_collections');
create trigger check_unused_file_members before update of deleted_at on storage.file_collections
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('storage.file_members', 'collection_id');

create trigger touch before update on storage.file_members for each row execute function platform.touch();

create table storage.file_versions (
  id uuid not null default gen_random_uuid(),
  member_id uuid not null,
  number integer not null
    constraint file_versions_number_range check (number between 1 and 100000),
  file_id uuid not null,
  note text
    constraint file_versions_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_versions_pkey primary key (id),
  constraint file_versions_member_id_fkey foreign key (member_id)
    references storage.file_members (id) on delete restrict,
  constraint file_versions_file_id_fkey foreign key (file_id) references storage.files (id) on delete restrict,
  constraint file_versions_number_key unique (member_id, number)
);
comment on table storage.file_versions is 'What was in a slot, from version 1 on; rows are only ever added.';
comment on column storage.file_versions.id is 'Identity.';
comment on column storage.file_versions.member_id is 'The slot.';
comment on column storage.file_versions.number is 'Version, from 1 without gaps.';
comment on column storage.file_versions.file_id is 'The bytes.';
comment on column storage.file_versions.note is 'What changed; null: not said.';
comment on column storage.file_versions.created_at is 'When the row was written.';
comment on column storage.file_versions.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_versions_file_id_idx on storage.file_versions (file_id);

create trigger refuse_change before update or delete on storage.file_versions
  for each row execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_change;
create trigger refuse_truncate before truncate on storage.file_versions
  for each statement execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_truncate;
revoke update on storage.file_versions from platform_writer;

create function storage.check_version_number() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  last integer;
  next_file text;
begin
  -- One version at a time per slot.
  perform 1 from storage.file_members where id = new.member_id for no key update;
  select coalesce(max(v.number), 0) into last from storage.file_versions v where v.member_id = new.member_id;
  if new.number <> last + 1 then
    raise exception 'the next version of slot % is %, not %', new.member_id, last + 1, new.number
      using errcode = '23514', constraint = 'file_versions_number_next', schema = 'storage', table = 'file_versions';
  end if;
  select f.status into next_file from storage.files f where f.id = new.file_id for share;
  if next_file = 'purged' then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_versions_file_kept', schema = 'storage', table = 'file_versions';
  end if;
  return new;
end
$$;
comment on function storage.check_version_number() is
  'Before insert: versions are numbered without gaps and hold files that are there; breaks file_versions_number_next or _file_kept.';

create trigger check_number before insert on storage.file_versions
  for each row execute function storage.check_version_number();

create table storage.file_labels (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint file_labels_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint file_labels_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  color text
    constraint file_labels_color_shape check (color ~ '^#[0-9a-f]{6}$'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_labels_pkey primary key (id)
);
comment on table storage.file_labels is 'Labels that files are found by.';
comment on column storage.file_labels.id is 'Identity.';
comment on column storage.file_labels.code is 'Name, dotted; unique among live rows.';
comment on column storage.file_labels.name is 'Name for people; at most 120 characters per language.';
comment on column storage.file_labels.color is 'Colour, #rrggbb; null: the surface chooses.';
comment on column storage.file_labels.created_at is 'When the row was written.';
comment on column storage.file_labels.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_labels.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_labels.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_labels.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_labels.deleted_at is 'When it was deleted; null: live.';

create unique index file_labels_code_key on storage.file_labels (code) where deleted_at is null;

create trigger touch before update on storage.file_labels for each row execute function platform.touch();

create table storage.file_label_assignments (
  file_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_label_assignments_pkey primary key (file_id, label_id),
  constraint file_label_assignments_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_label_assignments_label_id_fkey foreign key (label_id)
    references storage.file_labels (id) on delete restrict
);
comment on table storage.file_label_assignments is 'Which file carries which label.';
comment on column storage.file_label_assignments.file_id is 'The file.';
comment on column storage.file_label_assignments.label_id is 'The label.';
comment on column storage.file_label_assignments.created_at is 'When the row was written.';
comment on column storage.file_label_assignments.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_label_assignments_label_id_idx on storage.file_label_assignments (label_id);

create table storage.file_links (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  subject_domain text not null
    constraint file_links_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  role text not null default 'attachment'
    constraint file_links_role_shape check (role ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(role) <= 100),
  position integer not null default 0
    constraint file_links_position_range check (position between 0 and 9999),
  caption platform.localized_text
    constraint file_links_caption_length check (length(caption ->> 'de') <= 500 and length(caption ->> 'en') <= 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_links_pkey primary key (id),
  constraint file_links_file_id_fkey foreign key (file_id) references storage.files (id) on delete restrict
);
comment on table storage.file_links is 'Which entity of any domain holds which file, and as what.';
comment on column storage.file_links.id is 'Identity.';
comment on column storage.file_links.file_id is 'The file.';
comment on column storage.file_links.subject_domain is 'Domain of the entity.';
comment on column storage.file_links.subject_type is 'The entity, singular.';
comment on column storage.file_links.subject_id is 'Id of that entity.';
comment on column storage.file_links.role is
  'What the file is to the entity, dotted: attachment, photo, contract.signed.';
comment on column storage.file_links.position is 'Place among files of the same role, smallest first.';
comment on column storage.file_links.caption is 'What it shows; at most 500 characters per language; null: not said.';
comment on column storage.file_links.created_at is 'When the row was written.';
comment on column storage.file_links.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_links.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_links.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_links.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_links.deleted_at is 'When it was deleted; null: live.';

create unique index file_links_subject_role_key on storage.file_links (subject_domain, subject_type, subject_id, role, file_id)
  where deleted_at is null;
create index file_links_subject_idx on storage.file_links (subject_type, subject_id, role, position)
  where deleted_at is null;
create index file_links_file_id_idx on storage.file_links (file_id);
create index file_links_created_at_idx on storage.file_links (created_at desc, id desc);

create trigger touch before update on storage.file_links for each row execute function platform.touch();

create function storage.check_link_file() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  state text;
begin
  select f.status into state from storage.files f where f.id = new.file_id for share;
  if state = 'purged' and new.deleted_at is null then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_links_file_kept', schema = 'storage', table = 'file_links';
  end if;
  return new;
end
$$;
comment on function storage.check_link_file() is
  'Before insert or update: a live link holds a file that is there; breaks file_links_file_kept.';

create trigger check_file before insert or update of file_id, deleted_at on storage.file_links
  for each row execute function storage.check_link_file();

-- platform: forms: reusable fields, and versions that never change once published.

create table automation.field_definitions (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint field_definitions_key_shape check (key ~ '^[a-z][a-z0-9_]*$' and length(key) <= 80),
  label platform.localized_text not null
    constraint field_definitions_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  help platform.localized_text
    constraint field_definitions_help_length check (length(help ->> 'de') <= 1000 and length(help ->> 'en') <= 1000),
  type text not null
    constraint field_definitions_type_known check (
      type in ('text', 'long_text', 'number', 'date', 'select', 'multi_select', 'file', 'checkbox', 'radio',
        'rich_text', 'signature', 'email', 'phone')
    ),
  unit text
    constraint field_definitions_unit_length check (length(unit) between 1 and 20),
  validation jsonb not null default '{}'
    constraint field_definitions_validation_object check (jsonb_typeof(validation) = 'object'),
  options jsonb not null default '[]'
    constraint field_definitions_options_array check (jsonb_typeof(options) = 'array'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint field_definitions_pkey primary key (id),
  constraint field_definitions_options_some check (
    type not in ('select', 'multi_select', 'radio')
    or options <> '[]'::jsonb
  )
);
comment on table automation.field_definitions is 'Fields that any form may use.';
comment on column automation.field_definitions.id is 'Identity.';
comment on column automation.field_definitions.key is 'Name of the answer; unique among live rows.';
comment on column automation.field_definitions.label is 'Question for people; at most 200 characters per language.';
comment on column automation.field_definitions.help is
  'Help beside it; at most 1000 characters per language; null: none.';
comment on column automation.field_definitions.type is 'Kind of answer.';
comment on column automation.field_definitions.unit is 'Unit of a number, e.g. m², kWh; null: none.';
comment on column automation.field_definitions.validation is 'What answers must keep: min, max, pattern, max_bytes …';
comment on column automation.field_definitions.options is
  'Choices of a select, multi-select or radio: value and label each.';
comment on column automation.field_definitions.created_at is 'When the row was written.';
comment on column automation.field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.field_definitions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.field_definitions.deleted_at is 'When it was deleted; null: live.';

create unique index field_definitions_key_key on automation.field_definitions (key) where deleted_at is null;
create index field_definitions_created_at_idx on automation.field_definitions (created_at desc, id desc);

create trigger touch before update on automation.field_definitions for each row execute function platform.touch();

create table automation.forms (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint forms_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint forms_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint forms_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  department_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint forms_pkey primary key (id),
  constraint forms_department_id_fkey foreign key (department_id) references party.departments (id) on delete restrict
);
comment on table automation.forms is 'Forms. What they ask is in their versions.';
comment on column automation.forms.id is 'Identity.';
comment on column automation.forms.code is 'Name, dotted; unique among live rows.';
comment on column automation.forms.name is 'Name for people; at most 120 characters per language.';
comment on column automation.forms.description is
  'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.forms.department_id is 'Department responsible for it; null: none.';
comment on column automation.forms.created_at is 'When the row was written.';
comment on column automation.forms.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.forms.updated_at is 'When it last changed; set by trigger.';
comment on column automation.forms.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.forms.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.forms.deleted_at is 'When it was deleted; null: live.';

create unique index forms_code_key on automation.forms (code) where deleted_at is null;
create index forms_department_id_idx on automation.forms (department_id);
create index forms_created_at_idx on automation.forms (created_at desc, id desc);

create trigger touch before update on automation.forms for each row execute function platform.touch();

create table automation.form_versions (
  id uuid not null default gen_random_uuid(),
  form_id uuid not null,
  number integer not null
    constraint form_versions_number_range check (number between 1 and 10000),
  status text not null default 'draft'
    constraint form_versions_status_known check (status in ('draft', 'published', 'archived')),
  published_at timestamptz,
  published_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_versions_pkey primary key (id),
  constraint form_versions_form_id_fkey foreign key (form_id) references automation.forms (id) on delete restrict,
  constraint form_versions_published_by_fkey foreign key (published_by)
    references party.contacts (id) on delete restrict,
  constraint form_versions_published_whole check ((status = 'draft') = (published_at is null)),
  constraint form_versions_number_key unique (form_id, number)
);
comment on table automation.form_versions is
  'Snapshots of a form; submissions pin one. A published one never changes.';
comment on column automation.form_versions.id is 'Identity.';
comment on column automation.form_versions.form_id is 'The form.';
comment on column automation.form_versions.number is 'Version, from 1.';
comment on column automation.form_versions.status is
  'draft: being designed; published: what new submissions take, one per form; archived.';
comment on column automation.form_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column automation.form_versions.published_by is 'Who published it; null: the system, or not yet.';
comment on column automation.form_versions.created_at is 'When the row was written.';
comment on column automation.form_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_versions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index form_versions_published_key on automation.form_versions (form_id) where status = 'published';
create index form_versions_published_by_idx on automation.form_versions (published_by);
create index form_versions_created_at_idx on automation.form_versions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.form_versions
  for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>archived');
create trigger check_frozen before update or delete on automation.form_versions
  for each row execute function platform.check_frozen('status', 'draft');
create trigger keep_once_set before update on automation.form_versions
  for each row execute function platform.keep_once_set('published_at');

create trigger touch before update on automation.form_versions for each row execute function platform.touch();

create table automation.form_sections (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  position integer not null
    constraint form_sections_position_range check (position between 1 and 999),
  title platform.localized_text not null
    constraint form_sections_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  intro platform.localized_text
    constraint form_sections_intro_length check (length(intro ->> 'de') <= 2000 and length(intro ->> 'en') <= 2000),
  visibility jsonb
    constraint form_sections_visibility_object check (jsonb_typeof(visibility) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_sections_pkey primary key (id),
  constraint form_sections_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete cascade,
  constraint form_sections_position_key unique (form_version_id, position) deferrable initially deferred,
  constraint form_sections_id_version_key unique (id, form_version_id)
);
comment on table automation.form_sections is 'Sections of a version.';
comment on column automation.form_sections.id is 'Identity.';
comment on column automation.form_sections.form_version_id is 'The version.';
comment on column automation.form_sections.position is 'Place, from 1; unique in the version.';
comment on column automation.form_sections.title is 'Heading; at most 200 characters per language.';
comment on column automation.form_sections.intro is
  'Text below the heading; at most 2000 characters per language; null: none.';
comment on column automation.form_sections.visibility is
  'Condition on answers under which it is shown; null: always.';
comment on column automation.form_sections.created_at is 'When the row was written.';
comment on column automation.form_sections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_sections.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_sections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_sections.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.form_sections
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

create trigger touch before update on automation.form_sections for each row execute function platform.touch();

create table automation.form_fields (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  section_id uuid not null,
  field_id uuid not null,
  position integer not null
    constraint form_fields_position_range check (position between 1 and 999),
  is_required boolean not null default false,
  label platform.localized_text
    constraint form_fields_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  validation jsonb
    constraint form_fields_validation_object check (jsonb_typeof(validation) = 'object'),
  visibility jsonb
    constraint form_fields_visibility_object check (jsonb_typeof(visibility) = 'object'),
  trigger jsonb
    constraint form_fields_trigger_object check (jsonb_typeof(trigger) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_fields_pkey primary key (id),
  constraint form_fields_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete cascade,
  constraint form_fields_field_id_fkey foreign key (field_id)
    references automation.field_definitions (id) on delete restrict,
  constraint form_fields_section_id_fkey foreign key (section_id, form_version_id)
      references automation.form_sections (id, form_version_id) on delete cascade,
  constraint form_fields_field_key unique (form_version_id, field_id),
  constraint form_fields_position_key unique (section_id, position) deferrable initially deferred
);
comment on table automation.form_fields is 'Which field stands where in a version.';
comment on column automation.form_fields.id is 'Identity.';
comment on column automation.form_fields.form_version_id is 'The version.';
comment on column automation.form_fields.section_id is 'Section of the same version.';
comment on column automation.form_fields.field_id is 'The field; once per version.';
comment on column automation.form_fields.position is 'Place in the section, from 1; unique in it.';
comment on column automation.form_fields.is_required is 'True: not submitted without an answer.';
comment on column automation.form_fields.label is
  'Question in place of the field''s own; at most 200 characters per language; null: the field''s.';
comment on column automation.form_fields.validation is
  'What answers must keep beside the field''s own; null: nothing more.';
comment on column automation.form_fields.visibility is
  'Condition on answers under which it is asked, evaluated on the server too; null: always.';
comment on column automation.form_fields.trigger is 'What an answer sets off, e.g. a task; null: nothing.';
comment on column automation.form_fields.created_at is 'When the row was written.';
comment on column automation.form_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_fields.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_fields.version is 'Counts changes from 1; set by trigger; the ETag.';

create index form_fields_section_id_form_version_id_idx on automation.form_fields (section_id, form_version_id);
create index form_fields_field_id_idx on automation.form_fields (field_id);

create trigger check_parent before insert or update or delete on automation.form_fields
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

create trigger touch before update on automation.form_fields for each row execute function platform.touch();

-- platform: checklists, lists of things to tick off.

create table automation.checklists (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint checklists_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint checklists_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint checklists_pkey primary key (id)
);
comment on table automation.checklists is 'Lists of things to tick off, used by tasks and reviews.';
comment on column automation.checklists.id is 'Identity.';
comment on column automation.checklists.code is 'Name, dotted; unique among live rows.';
comment on column automation.checklists.name is 'Name for people; at most 120 characters per language.';
comment on column automation.checklists.created_at is 'When the row was written.';
comment on column automation.checklists.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklists.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklists.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.checklists.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklists.deleted_at is 'When it was deleted; null: live.';

create unique index checklists_code_key on automation.checklists (code) where deleted_at is null;
create index checklists_created_at_idx on automation.checklists (created_at desc, id desc);

create trigger touch before update on automation.checklists for each row execute function platform.touch();

create table automation.checklist_items (
  id uuid not null default gen_random_uuid(),
  checklist_id uuid not null,
  position integer not null
    constraint checklist_items_position_range check (position between 1 and 999),
  text platform.localized_text not null
    constraint checklist_items_text_length check (length(text ->> 'de') <= 500 and length(text ->> 'en') <= 500),
  is_required boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint checklist_items_pkey primary key (id),
  constraint checklist_items_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint checklist_items_position_key exclude using btree (checklist_id with =, position with =)
      where (deleted_at is null) deferrable initially deferred
);
comment on table automation.checklist_items is 'Things of a checklist.';
comment on column automation.checklist_items.id is 'Identity.';
comment on column automation.checklist_items.checklist_id is 'The checklist.';
comment on column automation.checklist_items.position is 'Place in the list, from 1; unique in it.';
comment on column automation.checklist_items.text is 'What is to be done; at most 500 characters per language.';
comment on column automation.checklist_items.is_required is 'True: the task is not done without it.';
comment on column automation.checklist_items.created_at is 'When the row was written.';
comment on column automation.checklist_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklist_items.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklist_items.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.checklist_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklist_items.deleted_at is 'When it was deleted; null: live.';

create index checklist_items_checklist_id_idx on automation.checklist_items (checklist_id);

create trigger check_live before insert or update of checklist_id, deleted_at on automation.checklist_items
  for each row execute function platform.check_live('checklist_id', 'automation.checklists');
create trigger check_unused_checklist_items before update of deleted_at on automation.checklists
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('automation.checklist_items', 'checklist_id');

create trigger touch before update on automation.checklist_items for each row execute function platform.touch();

-- platform: workflow templates; a published version never changes.

create table automation.workflow_templates (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint workflow_templates_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_templates_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint workflow_templates_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  subject_domain text not null default 'projects'
    constraint workflow_templates_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null default 'project',
  engagement_type text
    constraint workflow_templates_engagement_type_known check (
      engagement_type in ('advice', 'planning', 'construction', 'full_service', 'maintenance')
    ),
  product_refs uuid[] not null default '{}'
    constraint workflow_templates_product_refs_whole check (array_position(product_refs, null) is null),
  department_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint workflow_templates_pkey primary key (id),
  constraint workflow_templates_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict
);
comment on table automation.workflow_templates is 'Kinds of workflows. What they consist of is in their versions.';
comment on column automation.workflow_templates.id is 'Identity.';
comment on column automation.workflow_templates.code is 'Name, dotted; unique among live rows.';
comment on column automation.workflow_templates.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_templates.description is
  'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_templates.subject_domain is 'Domain of the entities it runs on.';
comment on column automation.workflow_templates.subject_type is 'Entity it runs on, singular.';
comment on column automation.workflow_templates.engagement_type is 'Engagement it is for; null: any.';
comment on column automation.workflow_templates.product_refs is
  'Products (finance) that start it when a quote with one of them is won; empty: started by hand.';
comment on column automation.workflow_templates.department_id is 'Department responsible for it; null: none.';
comment on column automation.workflow_templates.created_at is 'When the row was written.';
comment on column automation.workflow_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_templates.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_templates.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.workflow_templates.deleted_at is 'When it was deleted; null: live.';

create unique index workflow_templates_code_key on automation.workflow_templates (code) where deleted_at is null;
create index workflow_templates_department_id_idx on automation.workflow_templates (department_id);
create index workflow_templates_created_at_idx on automation.workflow_templates (created_at desc, id desc);

create trigger touch before update on automation.workflow_templates for each row execute function platform.touch();

create table automation.workflow_template_versions (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  number integer not null
    constraint workflow_template_versions_number_range check (number between 1 and 10000),
  status text not null default 'draft'
    constraint workflow_template_versions_status_known check (status in ('draft', 'published', 'retired')),
  published_at timestamptz,
  published_by uuid,
  changes platform.localized_text
    constraint workflow_template_versions_changes_length check (
      length(changes ->> 'de') <= 2000
      and length(changes ->> 'en') <= 2000
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_versions_pkey primary key (id),
  constraint workflow_template_versions_template_id_fkey foreign key (template_id)
    references automation.workflow_templates (id) on delete restrict,
  constraint workflow_template_versions_published_by_fkey foreign key (published_by)
    references party.contacts (id) on delete restrict,
  constraint workflow_template_versions_published_whole check ((status = 'draft') = (published_at is null)),
  constraint workflow_template_versions_number_key unique (template_id, number)
);
comment on table automation.workflow_template_versions is
  'Snapshots of a template; running workflows pin one. A published one never changes.';
comment on column automation.workflow_template_versions.id is 'Identity.';
comment on column automation.workflow_template_versions.template_id is 'The template.';
comment on column automation.workflow_template_versions.number is 'Version, from 1.';
comment on column automation.workflow_template_versions.status is
  'draft: being designed; published: what new workflows take, one per template; retired.';
comment on column automation.workflow_template_versions.published_at is
  'When it was published; null: not yet. Set once.';
comment on column automation.workflow_template_versions.published_by is
  'Who published it; null: the system, or not yet.';
comment on column automation.workflow_template_versions.changes is
  'What is new in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_versions.created_at is 'When the row was written.';
comment on column automation.workflow_template_versions.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_versions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index workflow_template_versions_published_key on automation.workflow_template_versions (template_id)
  where status = 'published';
create index workflow_template_versions_published_by_idx on automation.workflow_template_versions (published_by);
create index workflow_template_versions_created_at_idx on automation.workflow_template_versions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_template_versions
  for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>retired');
create trigger check_frozen before update or delete on automation.workflow_template_versions
  for each row execute function platform.check_frozen('status', 'draft');
create trigger keep_once_set before update on automation.workflow_template_versions
  for each row execute function platform.keep_once_set('published_at');

create trigger touch before update on automation.workflow_template_versions for each row execute function platform.touch();

create table automation.workflow_template_phases (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  position integer not null
    constraint workflow_template_phases_position_range check (position between 1 and 999),
  code text not null
    constraint workflow_template_phases_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_template_phases_name_length check (
      length(name ->> 'de') <= 120
      and length(name ->> 'en') <= 120
    ),
  description platform.localized_text
    constraint workflow_template_phases_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  is_wait boolean not null default false,
  is_optional boolean not null default false,
  entry_criteria jsonb not null default '[]'
    constraint workflow_template_phases_entry_criteria_array check (jsonb_typeof(entry_criteria) = 'array'),
  exit_criteria jsonb not null default '[]'
    constraint workflow_template_phases_exit_criteria_array check (jsonb_typeof(exit_criteria) = 'array'),
  average_days integer
    constraint workflow_template_phases_average_days_range check (average_days between 0 and 3650),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_phases_pkey primary key (id),
  constraint workflow_template_phases_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete cascade,
  constraint workflow_template_phases_position_key unique (template_version_id, position) deferrable initially deferred,
  constraint workflow_template_phases_code_key unique (template_version_id, code),
  constraint workflow_template_phases_id_version_key unique (id, template_version_id)
);
comment on table automation.workflow_template_phases is 'Phases of a version, one after the other.';
comment on column automation.workflow_template_phases.id is 'Identity.';
comment on column automation.workflow_template_phases.template_version_id is 'The version.';
comment on column automation.workflow_template_phases.position is 'Place, from 1; unique in the version.';
comment on column automation.workflow_template_phases.code is 'Name, dotted; unique in the version.';
comment on column automation.workflow_template_phases.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_template_phases.description is
  'What happens in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_phases.is_wait is 'True: nothing to do but wait for somebody else.';
comment on column automation.workflow_template_phases.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_phases.entry_criteria is
  'What must hold before it begins, a list of conditions.';
comment on column automation.workflow_template_phases.exit_criteria is
  'What must hold before it ends, a list of conditions.';
comment on column automation.workflow_template_phases.average_days is
  'How long it takes on average, in days; null: unknown.';
comment on column automation.workflow_template_phases.created_at is 'When the row was written.';
comment on column automation.workflow_template_phases.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_phases.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_phases.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.workflow_template_phases
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create trigger touch before update on automation.workflow_template_phases for each row execute function platform.touch();

create table automation.workflow_phase_dependencies (
  phase_id uuid not null,
  depends_on_id uuid not null,
  template_version_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint workflow_phase_dependencies_pkey primary key (phase_id, depends_on_id),
  constraint workflow_phase_dependencies_phase_id_fkey foreign key (phase_id, template_version_id)
      references automation.workflow_template_phases (id, template_version_id) on delete cascade,
  constraint workflow_phase_dependencies_depends_on_id_fkey foreign key (depends_on_id, template_version_id)
      references automation.workflow_template_phases (id, template_version_id) on delete cascade
);
comment on table automation.workflow_phase_dependencies is
  'Which phase waits for which; never in a circle, never across versions.';
comment on column automation.workflow_phase_dependencies.phase_id is 'The phase that waits.';
comment on column automation.workflow_phase_dependencies.depends_on_id is 'The phase it waits for.';
comment on column automation.workflow_phase_dependencies.template_version_id is 'Version of both.';
comment on column automation.workflow_phase_dependencies.created_at is 'When the row was written.';
comment on column automation.workflow_phase_dependencies.created_by is
  'Contact who wrote it (platform); null: the system.';

create index workflow_phase_dependencies_depends_on_id_idx on automation.workflow_phase_dependencies (depends_on_id, template_version_id);
create index workflow_phase_dependencies_phase_id_idx on automation.workflow_phase_dependencies (phase_id, template_version_id);

create trigger check_acyclic before insert or update of phase_id, depends_on_id on automation.workflow_phase_dependencies
  for each row execute function platform.check_acyclic('phase_id', 'depends_on_id');
create trigger check_parent before insert or update or delete on automation.workflow_phase_dependencies
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create table automation.workflow_template_tasks (
  id uuid not null default gen_random_uuid(),
  phase_id uuid not null,
  position integer not null
    constraint workflow_template_tasks_position_range check (position between 1 and 999),
  code text not null
    constraint workflow_template_tasks_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_template_tasks_name_length check (
      length(name ->> 'de') <= 200
      and length(name ->> 'en') <= 200
    ),
  description platform.localized_text
    constraint workflow_template_tasks_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  type text not null
    constraint workflow_template_tasks_type_known check (
      type in ('todo', 'call', 'email', 'document', 'form', 'appointment', 'approval', 'quote', 'payment', 'system')
    ),
  runs text not null default 'sequential'
    constraint workflow_template_tasks_runs_known check (runs in ('sequential', 'parallel')),
  is_optional boolean not null default false,
  assignee_rule text not null default 'owner'
    constraint workflow_template_tasks_assignee_rule_known check (
      assignee_rule in ('owner', 'department', 'role', 'contact', 'customer', 'nobody')
    ),
  assignee_role_code text
    constraint workflow_template_tasks_assignee_role_code_shape check (assignee_role_code ~ '^[a-z][a-z0-9_]*$'),
  assignee_department_id uuid,
  assignee_contact_id uuid,
  checklist_id uuid,
  form_id uuid,
  deadline_days integer
    constraint workflow_template_tasks_deadline_days_range check (deadline_days between 0 and 3650),
  average_minutes integer
    constraint workflow_template_tasks_average_minutes_range check (average_minutes between 0 and 100000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_tasks_pkey primary key (id),
  constraint workflow_template_tasks_phase_id_fkey foreign key (phase_id)
    references automation.workflow_template_phases (id) on delete cascade,
  constraint workflow_template_tasks_assignee_department_id_fkey foreign key (assignee_department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_template_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_template_tasks_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint workflow_template_tasks_form_id_fkey foreign key (form_id)
    references automation.forms (id) on delete restrict,
  constraint workflow_template_tasks_assignee_whole check (
    (assignee_rule = 'role') = (assignee_role_code is not null)
    and (assignee_rule = 'department') = (assignee_department_id is not null)
    and (assignee_rule = 'contact') = (assignee_contact_id is not null)
  ),
  constraint workflow_template_tasks_form_whole check (type <> 'form' or form_id is not null),
  constraint workflow_template_tasks_position_key unique (phase_id, position) deferrable initially deferred,
  constraint workflow_template_tasks_code_key unique (phase_id, code)
);
comment on table automation.workflow_template_tasks is 'Tasks of a phase.';
comment on column automation.workflow_template_tasks.id is 'Identity.';
comment on column automation.workflow_template_tasks.phase_id is 'The phase.';
comment on column automation.workflow_template_tasks.position is 'Place in the phase, from 1; unique in it.';
comment on column automation.workflow_template_tasks.code is 'Name, dotted; unique in the phase.';
comment on column automation.workflow_template_tasks.name is 'Name for people; at most 200 characters per language.';
comment on column automation.workflow_template_tasks.description is
  'What is to be done; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_tasks.type is 'Kind of work.';
comment on column automation.workflow_template_tasks.runs is
  'sequential: after the task before it; parallel: at any time in the phase.';
comment on column automation.workflow_template_tasks.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_tasks.assignee_rule is 'How the person to do it is found.';
comment on column automation.workflow_template_tasks.assignee_role_code is
  'Role whose holder does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_department_id is
  'Department that does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_contact_id is 'Person who does it; null: another rule.';
comment on column automation.workflow_template_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_template_tasks.form_id is 'Form to fill in; null: none.';
comment on column automation.workflow_template_tasks.deadline_days is
  'Days from when it opens until it is due; null: no deadline.';
comment on column automation.workflow_template_tasks.average_minutes is
  'How much work it is on average, in minutes; null: unknown.';
comment on column automation.workflow_template_tasks.created_at is 'When the row was written.';
comment on column automation.workflow_template_tasks.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_tasks.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_tasks.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_tasks.version is 'Counts changes from 1; set by trigger; the ETag.';

create index workflow_template_tasks_assignee_department_id_idx on automation.workflow_template_tasks (assignee_department_id);
create index workflow_template_tasks_assignee_contact_id_idx on automation.workflow_template_tasks (assignee_contact_id);
create index workflow_template_tasks_checklist_id_idx on automation.workflow_template_tasks (checklist_id);
create index workflow_template_tasks_form_id_idx on automation.workflow_template_tasks (form_id);

create trigger touch before update on automation.workflow_template_tasks for each row execute function platform.touch();

create function automation.check_task_version() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  phase uuid;
  state text;
begin
  foreach phase in array array[
    case when tg_op <> 'INSERT' then old.phase_id end, case when tg_op <> 'DELETE' then new.phase_id end]
  loop
    select v.status into state
    from automation.workflow_template_phases p
    join automation.workflow_template_versions v on v.id = p.template_version_id
    where p.id = phase for share of v;
    if state <> 'draft' then
      raise exception '% of a task is refused: its version is %', lower(tg_op), state
        using errcode = '23514', constraint = 'workflow_template_tasks_version_state',
              schema = 'automation', table = 'workflow_template_tasks', detail = 'Allowed while the version is: draft.';
    end if;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function automation.check_task_version() is
  'Before insert, update or delete: tasks change while their version is a draft; breaks workflow_template_tasks_version_state.';

create trigger check_version before insert or update or delete on automation.workflow_template_tasks
  for each row execute function automation.check_task_version();

-- platform: what a workflow does by itself.

create table automation.workflow_rules (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  position integer not null
    constraint workflow_rules_position_range check (position between 1 and 999),
  name platform.localized_text not null
    constraint workflow_rules_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  on_event text not null
    constraint workflow_rules_on_event_shape check (
      on_event ~ '^[a-z_]+(\.[a-z_]+)+(\.v[0-9]+)?$'
      and length(on_event) <= 120
    ),
  condition jsonb not null default '{}'
    constraint workflow_rules_condition_object check (jsonb_typeof(condition) = 'object'),
  action text not null
    constraint workflow_rules_action_known check (
      action in ('start_phase', 'complete_phase', 'create_task', 'complete_task', 'assign', 'notify',
        'propose_appointment', 'request_document', 'emit_event')
    ),
  parameters jsonb not null default '{}'
    constraint workflow_rules_parameters_object check (jsonb_typeof(parameters) = 'object'),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_rules_pkey primary key (id),
  constraint workflow_rules_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete cascade,
  constraint workflow_rules_position_key unique (template_version_id, position) deferrable initially deferred
);
comment on table automation.workflow_rules is
  'What a version does by itself: on an event, if a condition holds, an action.';
comment on column automation.workflow_rules.id is 'Identity.';
comment on column automation.workflow_rules.template_version_id is 'The version.';
comment on column automation.workflow_rules.position is
  'Order in which rules of one event run, from 1; unique in the version.';
comment on column automation.workflow_rules.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_rules.on_event is 'Event that starts it: task.done, quote.accepted.v1.';
comment on column automation.workflow_rules.condition is
  'What must hold, a condition of the rule language; empty: always.';
comment on column automation.workflow_rules.action is 'What it does.';
comment on column automation.workflow_rules.parameters is 'What the action needs.';
comment on column automation.workflow_rules.is_active is 'False: switched off.';
comment on column automation.workflow_rules.created_at is 'When the row was written.';
comment on column automation.workflow_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_rules.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_rules.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.workflow_rules
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create trigger touch before update on automation.workflow_rules for each row execute function platform.touch();

-- platform: running workflows (packages), their phases and tasks.

create table automation.workflow_packages (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  subject_domain text not null
    constraint workflow_packages_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  quote_ref uuid,
  owner_contact_id uuid,
  department_id uuid,
  current_phase_id uuid,
  status text not null default 'pending'
    constraint workflow_packages_status_known check (
      status in ('pending', 'active', 'blocked', 'waiting', 'done', 'cancelled')
    ),
  status_trigger text not null default 'manual'
    constraint workflow_packages_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  blocked_reason text
    constraint workflow_packages_blocked_reason_length check (length(blocked_reason) between 1 and 500),
  handover jsonb
    constraint workflow_packages_handover_object check (jsonb_typeof(handover) = 'object'),
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_packages_pkey primary key (id),
  constraint workflow_packages_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete restrict,
  constraint workflow_packages_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_packages_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_packages_blocked_whole check ((status = 'blocked') = (blocked_reason is not null)),
  constraint workflow_packages_started_whole check (status in ('pending', 'cancelled') or started_at is not null),
  constraint workflow_packages_ended_whole check ((status in ('done', 'cancelled')) = (ended_at is not null)),
  constraint workflow_packages_quote_ref_key unique (quote_ref)
);
comment on table automation.workflow_packages is 'Running workflows. Each pins the version it was started from.';
comment on column automation.workflow_packages.id is 'Identity.';
comment on column automation.workflow_packages.template_version_id is 'Version it runs; never changes.';
comment on column automation.workflow_packages.subject_domain is 'Domain of the entity it runs on.';
comment on column automation.workflow_packages.subject_type is 'That entity, singular.';
comment on column automation.workflow_packages.subject_id is 'Id of that entity.';
comment on column automation.workflow_packages.quote_ref is
  'Won quote (finance) that started it; unique: a quote starts one; null: started otherwise.';
comment on column automation.workflow_packages.owner_contact_id is 'Who is responsible; null: nobody yet.';
comment on column automation.workflow_packages.department_id is 'Department that works on it; null: none.';
comment on column automation.workflow_packages.current_phase_id is
  'Phase it is in, one of its own; null: not begun or ended.';
comment on column automation.workflow_packages.status is
  'Where it stands; only the steps of workflow_packages_status_transition are allowed.';
comment on column automation.workflow_packages.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_packages.blocked_reason is 'What it waits for; null: not blocked.';
comment on column automation.workflow_packages.handover is
  'What was handed over with it, e.g. the project''s score at that moment; null: nothing.';
comment on column automation.workflow_packages.started_at is 'When it became active; null: not yet. Set once.';
comment on column automation.workflow_packages.ended_at is 'When it was done or cancelled; null: it runs. Set once.';
comment on column automation.workflow_packages.created_at is 'When the row was written.';
comment on column automation.workflow_packages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_packages.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_packages.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_packages.version is 'Counts changes from 1; set by trigger; the ETag.';

create index workflow_packages_subject_type_subject_id_idx on automation.workflow_packages (subject_type, subject_id);
create index workflow_packages_current_phase_id_id_idx on automation.workflow_packages (current_phase_id, id);
create index workflow_packages_status_created_at_idx on automation.workflow_packages (status, created_at desc);
create index workflow_packages_template_version_id_idx on automation.workflow_packages (template_version_id);
create index workflow_packages_owner_contact_id_idx on automation.workflow_packages (owner_contact_id);
create index workflow_packages_department_id_idx on automation.workflow_packages (department_id);
create index workflow_packages_created_at_idx on automation.workflow_packages (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_packages
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>active,cancelled', 'active>blocked,waiting,done,cancelled',
    'blocked>active,cancelled', 'waiting>active,cancelled');
create trigger check_parent before insert on automation.workflow_packages
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'published');
create trigger keep_once_set before update on automation.workflow_packages
  for each row execute function platform.keep_once_set('started_at', 'ended_at', 'template_version_id', 'subject_domain', 'subject_type', 'subject_id', 'quote_ref');

create trigger touch before update on automation.workflow_packages for each row execute function platform.touch();

create table automation.workflow_package_phases (
  id uuid not null default gen_random_uuid(),
  package_id uuid not null,
  template_phase_id uuid not null,
  position integer not null
    constraint workflow_package_phases_position_range check (position between 1 and 999),
  status text not null default 'pending'
    constraint workflow_package_phases_status_known check (
      status in ('pending', 'active', 'waiting', 'done', 'skipped', 'cancelled')
    ),
  status_trigger text not null default 'manual'
    constraint workflow_package_phases_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_package_phases_pkey primary key (id),
  constraint workflow_package_phases_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete cascade,
  constraint workflow_package_phases_template_phase_id_fkey foreign key (template_phase_id)
    references automation.workflow_template_phases (id) on delete restrict,
  constraint workflow_package_phases_ended_whole check (
    (status in ('done', 'skipped', 'cancelled')) = (ended_at is not null)
  ),
  constraint workflow_package_phases_position_key unique (package_id, position) deferrable initially deferred,
  constraint workflow_package_phases_template_key unique (package_id, template_phase_id),
  constraint workflow_package_phases_id_package_key unique (id, package_id)
);
comment on table automation.workflow_package_phases is 'Phases of a running workflow.';
comment on column automation.workflow_package_phases.id is 'Identity.';
comment on column automation.workflow_package_phases.package_id is 'The workflow.';
comment on column automation.workflow_package_phases.template_phase_id is 'Phase of the version it comes from.';
comment on column automation.workflow_package_phases.position is 'Place, from 1; unique in the workflow.';
comment on column automation.workflow_package_phases.status is
  'Where it stands; only the steps of workflow_package_phases_status_transition are allowed.';
comment on column automation.workflow_package_phases.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_package_phases.started_at is 'When it began; null: not yet. Set once.';
comment on column automation.workflow_package_phases.ended_at is 'When it ended; null: not yet. Set once.';
comment on column automation.workflow_package_phases.created_at is 'When the row was written.';
comment on column automation.workflow_package_phases.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_package_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_package_phases.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_package_phases.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index workflow_package_phases_active_key on automation.workflow_package_phases (package_id)
  where status = 'active';
create index workflow_package_phases_template_phase_id_idx on automation.workflow_package_phases (template_phase_id);

create trigger check_status before insert or update of status on automation.workflow_package_phases
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>active,skipped,cancelled', 'active>waiting,done,skipped,cancelled',
    'waiting>active,done,cancelled');
create trigger keep_once_set before update on automation.workflow_package_phases
  for each row execute function platform.keep_once_set('started_at', 'ended_at');

create trigger touch before update on automation.workflow_package_phases for each row execute function platform.touch();

alter table automation.workflow_packages
  add constraint workflow_packages_current_phase_id_fkey foreign key (current_phase_id, id)
    references automation.workflow_package_phases (id, package_id) on delete restrict;

create table automation.workflow_tasks (
  id uuid not null default gen_random_uuid(),
  package_id uuid,
  phase_id uuid,
  template_task_id uuid,
  subject_domain text
    constraint workflow_tasks_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  position integer not null default 1
    constraint workflow_tasks_position_range check (position between 1 and 999),
  type text not null default 'todo'
    constraint workflow_tasks_type_known check (
      type in ('todo', 'call', 'email', 'document', 'form', 'appointment', 'approval', 'quote', 'payment', 'system')
    ),
  title platform.localized_text not null
    constraint workflow_tasks_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  description platform.localized_text
    constraint workflow_tasks_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  assignee_contact_id uuid,
  department_id uuid,
  checklist_id uuid,
  due_on date,
  priority text not null default 'normal'
    constraint workflow_tasks_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  status text not null default 'open'
    constraint workflow_tasks_status_known check (status in ('open', 'in_progress', 'done', 'skipped', 'cancelled')),
  status_trigger text not null default 'manual'
    constraint workflow_tasks_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  skip_reason text
    constraint workflow_tasks_skip_reason_length check (length(skip_reason) between 1 and 500),
  started_at timestamptz,
  ended_at timestamptz,
  completed_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_tasks_pkey primary key (id),
  constraint workflow_tasks_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete restrict,
  constraint workflow_tasks_template_task_id_fkey foreign key (template_task_id)
    references automation.workflow_template_tasks (id) on delete restrict,
  constraint workflow_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_tasks_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_tasks_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint workflow_tasks_completed_by_fkey foreign key (completed_by)
    references party.contacts (id) on delete restrict,
  constraint workflow_tasks_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint workflow_tasks_phase_whole check (phase_id is null or package_id is not null),
  constraint workflow_tasks_skipped_whole check (status <> 'skipped' or skip_reason is not null),
  constraint workflow_tasks_ended_whole check ((status in ('done', 'skipped', 'cancelled')) = (ended_at is not null)),
  constraint workflow_tasks_completed_whole check (completed_by is null or status = 'done'),
  constraint workflow_tasks_phase_id_fkey foreign key (phase_id, package_id)
      references automation.workflow_package_phases (id, package_id) on delete restrict
);
comment on table automation.workflow_tasks is 'Tasks of running workflows, and tasks on their own.';
comment on column automation.workflow_tasks.id is 'Identity.';
comment on column automation.workflow_tasks.package_id is 'Workflow it is part of; null: on its own.';
comment on column automation.workflow_tasks.phase_id is 'Phase it is part of, one of the workflow''s; null: none.';
comment on column automation.workflow_tasks.template_task_id is
  'Task of the version it comes from; null: added by hand.';
comment on column automation.workflow_tasks.subject_domain is
  'Domain of the entity it is about; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_type is 'That entity, singular; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_id is 'Id of that entity; null: the workflow''s.';
comment on column automation.workflow_tasks.position is 'Place among tasks of the phase; ties by time of writing.';
comment on column automation.workflow_tasks.type is 'Kind of work.';
comment on column automation.workflow_tasks.title is 'What is to be done; at most 200 characters per language.';
comment on column automation.workflow_tasks.description is
  'How; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_tasks.assignee_contact_id is 'Who does it; null: nobody yet.';
comment on column automation.workflow_tasks.department_id is 'Department that does it; null: none.';
comment on column automation.workflow_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_tasks.due_on is 'Day it is due; null: none.';
comment on column automation.workflow_tasks.priority is 'How soon it is needed.';
comment on column automation.workflow_tasks.status is
  'Where it stands; only the steps of workflow_tasks_status_transition are allowed.';
comment on column automation.workflow_tasks.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_tasks.skip_reason is 'Why it was skipped; null: it was not.';
comment on column automation.workflow_tasks.started_at is 'When somebody began; null: not yet. Set once.';
comment on column automation.workflow_tasks.ended_at is 'When it ended; null: not yet.';
comment on column automation.workflow_tasks.completed_by is 'Who did it; null: not done, or the system.';
comment on column automation.workflow_tasks.created_at is 'When the row was written.';
comment on column automation.workflow_tasks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_tasks.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_tasks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_tasks.version is 'Counts changes from 1; set by trigger; the ETag.';

create index workflow_tasks_phase_id_package_id_idx on automation.workflow_tasks (phase_id, package_id);
create index workflow_tasks_assignee_contact_id_status_due_on_idx on automation.workflow_tasks (assignee_contact_id, status, due_on);
create index workflow_tasks_subject_type_subject_id_idx on automation.workflow_tasks (subject_type, subject_id)
  where subject_id is not null;
create index workflow_tasks_due_idx on automation.workflow_tasks (due_on) where status in ('open', 'in_progress');
create index workflow_tasks_package_id_idx on automation.workflow_tasks (package_id);
create index workflow_tasks_template_task_id_idx on automation.workflow_tasks (template_task_id);
create index workflow_tasks_department_id_idx on automation.workflow_tasks (department_id);
create index workflow_tasks_checklist_id_idx on automation.workflow_tasks (checklist_id);
create index workflow_tasks_completed_by_idx on automation.workflow_tasks (completed_by);
create index workflow_tasks_created_at_idx on automation.workflow_tasks (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_tasks
  for each row execute function platform.check_transition(
    'status', 'open', 'open>in_progress,done,skipped,cancelled', 'in_progress>open,done,skipped,cancelled',
    'done>open');
create trigger keep_once_set before update on automation.workflow_tasks
  for each row execute function platform.keep_once_set('started_at');

create trigger touch before update on automation.workflow_tasks for each row execute function platform.touch();

create table automation.task_checklist_results (
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  item_id uuid not null,
  is_done boolean not null default true,
  note text
    constraint task_checklist_results_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint task_checklist_results_pkey primary key (id),
  constraint task_checklist_results_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete cascade,
  constraint task_checklist_results_item_id_fkey foreign key (item_id)
    references automation.checklist_items (id) on delete restrict,
  constraint task_checklist_results_item_key unique (task_id, item_id)
);
comment on table automation.task_checklist_results is 'What was ticked off in a task.';
comment on column automation.task_checklist_results.id is 'Identity.';
comment on column automation.task_checklist_results.task_id is 'The task.';
comment on column automation.task_checklist_results.item_id is 'The thing.';
comment on column automation.task_checklist_results.is_done is 'True: ticked off.';
comment on column automation.task_checklist_results.note is 'What was noted; null: nothing.';
comment on column automation.task_checklist_results.created_at is 'When the row was written.';
comment on column automation.task_checklist_results.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.task_checklist_results.updated_at is 'When it last changed; set by trigger.';
comment on column automation.task_checklist_results.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.task_checklist_results.version is 'Counts changes from 1; set by trigger; the ETag.';

create index task_checklist_results_item_id_idx on automation.task_checklist_results (item_id);

create trigger touch before update on automation.task_checklist_results for each row execute function platform.touch();

-- platform: the log of every step of a workflow, and working time.

create table automation.workflow_transition_log (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  subject_kind text not null
    constraint workflow_transition_log_subject_kind_known check (subject_kind in ('package', 'phase', 'task')),
  subject_id uuid not null,
  package_id uuid,
  from_status text
    constraint workflow_transition_log_from_status_length check (length(from_status) between 1 and 20),
  to_status text not null
    constraint workflow_transition_log_to_status_length check (length(to_status) between 1 and 20),
  trigger text not null
    constraint workflow_transition_log_trigger_known check (trigger in ('manual', 'rule', 'event', 'api', 'system')),
  actor_contact_id uuid,
  constraint workflow_transition_log_pkey primary key (id),
  constraint workflow_transition_log_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete restrict
);
comment on table automation.workflow_transition_log is
  'Every step of every workflow, phase and task; written by trigger, rows are only ever added.';
comment on column automation.workflow_transition_log.id is 'Identity.';
comment on column automation.workflow_transition_log.created_at is 'When the step was taken.';
comment on column automation.workflow_transition_log.subject_kind is 'What took the step.';
comment on column automation.workflow_transition_log.subject_id is 'Its id.';
comment on column automation.workflow_transition_log.package_id is 'Workflow it is part of; null: a task on its own.';
comment on column automation.workflow_transition_log.from_status is 'State before; null: it was made.';
comment on column automation.workflow_transition_log.to_status is 'State after.';
comment on column automation.workflow_transition_log.trigger is 'What caused it.';
comment on column automation.workflow_transition_log.actor_contact_id is
  'Contact who did it; null: the system. No foreign key: the row outlives the contact.';

create index workflow_transition_log_subject_id_created_at_idx on automation.workflow_transition_log (subject_id, created_at);
create index workflow_transition_log_package_id_idx on automation.workflow_transition_log (package_id);

create trigger refuse_change before update or delete on automation.workflow_transition_log
  for each row execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_change;
create trigger refuse_truncate before truncate on automation.workflow_transition_log
  for each statement execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_truncate;
revoke update on automation.workflow_transition_log from platform_writer;

-- Definer: the log is written for whoever takes the step, and by nobody else.
create function automation.log_transition() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  row_now jsonb := to_jsonb(new);
begin
  if tg_op = 'UPDATE' then
    if new.status = old.status then
      return null;
    end if;
  end if;
  insert into automation.workflow_transition_log
    (subject_kind, subject_id, package_id, from_status, to_status, trigger, actor_contact_id)
  values (
    tg_argv[0], new.id,
    case tg_argv[0] when 'package' then new.id else (row_now ->> 'package_id')::uuid end,
    case tg_op when 'UPDATE' then to_jsonb(old) ->> 'status' end, new.status, new.status_trigger,
    coalesce(new.updated_by, new.created_by));
  return null;
end
$$;
comment on function automation.log_transition() is 'After insert or a step: writes automation.workflow_transition_log.';

create trigger log_transition after insert or update of status on automation.workflow_packages
  for each row execute function automation.log_transition('package');
create trigger log_transition after insert or update of status on automation.workflow_package_phases
  for each row execute function automation.log_transition('phase');
create trigger log_transition after insert or update of status on automation.workflow_tasks
  for each row execute function automation.log_transition('task');
revoke insert on automation.workflow_transition_log from platform_writer;

create function automation.check_task_done() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  missing bigint;
begin
  select count(*) into missing
  from automation.checklist_items i
  left join automation.task_checklist_results r on r.item_id = i.id and r.task_id = new.id and r.is_done
  where i.checklist_id = new.checklist_id and i.is_required and i.deleted_at is null and r.id is null;
  if missing > 0 then
    raise exception 'task % still has % things to tick off', new.id, missing
      using errcode = '23514', constraint = 'workflow_tasks_checklist_done',
            schema = 'automation', table = 'workflow_tasks';
  end if;
  return new;
end
$$;
comment on function automation.check_task_done() is
  'Before a task is done: every required thing of its checklist is ticked off; breaks workflow_tasks_checklist_done.';

create trigger check_task_done before update of status on automation.workflow_tasks
  for each row when (new.status = 'done' and old.status <> 'done' and new.checklist_id is not null)
  execute function automation.check_task_done();

create table automation.time_bookings (
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  contact_id uuid not null,
  worked_on date not null,
  minutes integer not null
    constraint time_bookings_minutes_range check (minutes between 1 and 1440),
  note text
    constraint time_bookings_note_length check (length(note) between 1 and 500),
  is_billable boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint time_bookings_pkey primary key (id),
  constraint time_bookings_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint time_bookings_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict
);
comment on table automation.time_bookings is 'Working time spent on tasks.';
comment on column automation.time_bookings.id is 'Identity.';
comment on column automation.time_bookings.task_id is 'The task.';
comment on column automation.time_bookings.contact_id is 'Who worked.';
comment on column automation.time_bookings.worked_on is 'Day of the work.';
comment on column automation.time_bookings.minutes is 'How long, in minutes.';
comment on column automation.time_bookings.note is 'What was done; null: not said.';
comment on column automation.time_bookings.is_billable is 'True: may be invoiced.';
comment on column automation.time_bookings.created_at is 'When the row was written.';
comment on column automation.time_bookings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.time_bookings.updated_at is 'When it last changed; set by trigger.';
comment on column automation.time_bookings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.time_bookings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.time_bookings.deleted_at is 'When it was deleted; null: live.';

create index time_bookings_contact_id_worked_on_idx on automation.time_bookings (contact_id, worked_on);
create index time_bookings_task_id_idx on automation.time_bookings (task_id);
create index time_bookings_created_at_idx on automation.time_bookings (created_at desc, id desc);

create trigger touch before update on automation.time_bookings for each row execute function platform.touch();

-- platform: answers to forms.

create table automation.form_submissions (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  subject_domain text
    constraint form_submissions_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  answers jsonb not null default '{}'
    constraint form_submissions_answers_object check (jsonb_typeof(answers) = 'object'),
  status text not null default 'draft'
    constraint form_submissions_status_known check (status in ('draft', 'submitted', 'accepted', 'returned')),
  submitted_by uuid,
  submitted_at timestamptz,
  reviewed_by uuid,
  reviewed_at timestamptz,
  return_reason text
    constraint form_submissions_return_reason_length check (length(return_reason) between 1 and 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint form_submissions_pkey primary key (id),
  constraint form_submissions_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete restrict,
  constraint form_submissions_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint form_submissions_submitted_by_fkey foreign key (submitted_by)
    references party.contacts (id) on delete restrict,
  constraint form_submissions_reviewed_by_fkey foreign key (reviewed_by)
    references party.contacts (id) on delete restrict,
  constraint form_submissions_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint form_submissions_submitted_whole check (
    status not in ('submitted', 'accepted')
    or submitted_at is not null
  ),
  constraint form_submissions_returned_whole check (status <> 'returned' or return_reason is not null)
);
comment on table automation.form_submissions is
  'Answers to a form. Each pins the version that was asked; submitted answers stay as they are.';
comment on column automation.form_submissions.id is 'Identity.';
comment on column automation.form_submissions.form_version_id is 'Version that was asked; never changes.';
comment on column automation.form_submissions.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column automation.form_submissions.subject_type is 'That entity, singular; null: none.';
comment on column automation.form_submissions.subject_id is 'Id of that entity; null: none.';
comment on column automation.form_submissions.task_id is 'Task it answers; null: none.';
comment on column automation.form_submissions.answers is 'Answers by the key of the field.';
comment on column automation.form_submissions.status is
  'Where it stands; only the steps of form_submissions_status_transition are allowed.';
comment on column automation.form_submissions.submitted_by is
  'Who submitted it; null: not yet, or a guest with a link.';
comment on column automation.form_submissions.submitted_at is 'When it was last submitted; null: not yet.';
comment on column automation.form_submissions.reviewed_by is 'Who accepted or returned it; null: nobody yet.';
comment on column automation.form_submissions.reviewed_at is 'When that was; null: not yet.';
comment on column automation.form_submissions.return_reason is 'What is to be mended; null: nothing.';
comment on column automation.form_submissions.created_at is 'When the row was written.';
comment on column automation.form_submissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_submissions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_submissions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.form_submissions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.form_submissions.deleted_at is 'When it was deleted; null: live.';

create index form_submissions_subject_type_subject_id_idx on automation.form_submissions (subject_type, subject_id)
  where subject_id is not null;
create index form_submissions_status_created_at_idx on automation.form_submissions (status, created_at desc);
create index form_submissions_form_version_id_idx on automation.form_submissions (form_version_id);
create index form_submissions_task_id_idx on automation.form_submissions (task_id);
create index form_submissions_submitted_by_idx on automation.form_submissions (submitted_by);
create index form_submissions_reviewed_by_idx on automation.form_submissions (reviewed_by);
create index form_submissions_created_at_idx on automation.form_submissions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.form_submissions
  for each row execute function platform.check_transition(
    'status', 'draft', 'draft>submitted', 'submitted>accepted,returned', 'returned>submitted');
create trigger check_frozen before update or delete on automation.form_submissions
  for each row execute function platform.check_frozen('status', 'draft,returned', 'reviewed_by,reviewed_at,return_reason,deleted_at');
create trigger keep_once_set before update on automation.form_submissions
  for each row execute function platform.keep_once_set('form_version_id');
create trigger check_parent before insert on automation.form_submissions
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'published');

create trigger touch before update on automation.form_submissions for each row execute function platform.touch();

-- platform: appointments, and proposals that a person answers through a link.

create table scheduling.appointments (
  id uuid not null default gen_random_uuid(),
  subject_domain text
    constraint appointments_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  type text not null
    constraint appointments_type_known check (
      type in ('consultation', 'site_visit', 'survey', 'handover', 'acceptance', 'call', 'other')
    ),
  title platform.localized_text not null
    constraint appointments_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  starts_at timestamptz not null,
  ends_at timestamptz not null
    constraint appointments_ends_order check (ends_at > starts_at and ends_at <= starts_at + interval '30 days'),
  location text not null
    constraint appointments_location_known check (location in ('onsite', 'virtual', 'phone')),
  address text
    constraint appointments_address_length check (length(address) between 1 and 500),
  url text
    constraint appointments_url_shape check (url ~ '^https?://[^[:space:]]+$' and length(url) <= 2000),
  contact_id uuid,
  organizer_contact_id uuid,
  status text not null default 'proposed'
    constraint appointments_status_known check (status in ('proposed', 'confirmed', 'completed', 'cancelled')),
  cancel_reason text
    constraint appointments_cancel_reason_length check (length(cancel_reason) between 1 and 500),
  notes text
    constraint appointments_notes_length check (length(notes) <= 4000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint appointments_pkey primary key (id),
  constraint appointments_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint appointments_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint appointments_organizer_contact_id_fkey foreign key (organizer_contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointments_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint appointments_location_whole check (location <> 'virtual' or url is not null or status = 'proposed'),
  constraint appointments_cancelled_whole check ((status = 'cancelled') = (cancel_reason is not null)),
  constraint appointments_organizer_free exclude using gist (
      organizer_contact_id with =, tstzrange(starts_at, ends_at) with &&
    ) where (status = 'confirmed' and deleted_at is null)
);
comment on table scheduling.appointments is 'Meetings on site, at a distance or by telephone.';
comment on column scheduling.appointments.id is 'Identity.';
comment on column scheduling.appointments.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column scheduling.appointments.subject_type is 'That entity, singular; null: none.';
comment on column scheduling.appointments.subject_id is 'Id of that entity; null: none.';
comment on column scheduling.appointments.task_id is 'Task it belongs to; null: none.';
comment on column scheduling.appointments.type is 'What it is for.';
comment on column scheduling.appointments.title is 'Name for people; at most 200 characters per language.';
comment on column scheduling.appointments.starts_at is 'When it begins.';
comment on column scheduling.appointments.ends_at is 'When it ends, after it begins.';
comment on column scheduling.appointments.location is 'Where it takes place.';
comment on column scheduling.appointments.address is 'Address of an appointment on site; null: elsewhere.';
comment on column scheduling.appointments.url is 'Link to a virtual one; null: elsewhere.';
comment on column scheduling.appointments.contact_id is 'Person it is with; null: not known yet.';
comment on column scheduling.appointments.organizer_contact_id is 'Member of staff who holds it; null: nobody yet.';
comment on column scheduling.appointments.status is
  'Where it stands; only the steps of appointments_status_transition are allowed.';
comment on column scheduling.appointments.cancel_reason is 'Why it was cancelled; null: it was not.';
comment on column scheduling.appointments.notes is 'Notes of the staff; null: none.';
comment on column scheduling.appointments.created_at is 'When the row was written.';
comment on column scheduling.appointments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointments.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column scheduling.appointments.deleted_at is 'When it was deleted; null: live.';

create index appointments_starts_at_idx on scheduling.appointments (starts_at);
create index appointments_organizer_contact_id_starts_at_idx on scheduling.appointments (organizer_contact_id, starts_at);
create index appointments_subject_type_subject_id_idx on scheduling.appointments (subject_type, subject_id)
  where subject_id is not null;
create index appointments_task_id_idx on scheduling.appointments (task_id);
create index appointments_contact_id_idx on scheduling.appointments (contact_id);
create index appointments_created_at_idx on scheduling.appointments (created_at desc, id desc);

create trigger check_status before insert or update of status on scheduling.appointments
  for each row execute function platform.check_transition(
    'status', 'proposed,confirmed', 'proposed>confirmed,cancelled', 'confirmed>completed,cancelled');

create trigger check_live before insert or update of contact_id, deleted_at on scheduling.appointments
  for each row execute function platform.check_live('contact_id', 'party.contacts');
create trigger check_unused_appointments before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('scheduling.appointments', 'contact_id');

create trigger touch before update on scheduling.appointments for each row execute function platform.touch();

create table scheduling.appointment_participants (
  id uuid not null default gen_random_uuid(),
  appointment_id uuid not null,
  contact_id uuid not null,
  is_required boolean not null default true,
  response text not null default 'none'
    constraint appointment_participants_response_known check (
      response in ('none', 'accepted', 'declined', 'tentative')
    ),
  responded_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint appointment_participants_pkey primary key (id),
  constraint appointment_participants_appointment_id_fkey foreign key (appointment_id)
    references scheduling.appointments (id) on delete cascade,
  constraint appointment_participants_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_participants_response_whole check ((response = 'none') = (responded_at is null)),
  constraint appointment_participants_contact_key unique (appointment_id, contact_id)
);
comment on table scheduling.appointment_participants is 'Who else takes part.';
comment on column scheduling.appointment_participants.id is 'Identity.';
comment on column scheduling.appointment_participants.appointment_id is 'The appointment.';
comment on column scheduling.appointment_participants.contact_id is 'The person.';
comment on column scheduling.appointment_participants.is_required is
  'True: it does not take place without this person.';
comment on column scheduling.appointment_participants.response is 'What the person answered.';
comment on column scheduling.appointment_participants.responded_at is 'When; null: not yet.';
comment on column scheduling.appointment_participants.created_at is 'When the row was written.';
comment on column scheduling.appointment_participants.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_participants.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_participants.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_participants.version is 'Counts changes from 1; set by trigger; the ETag.';

create index appointment_participants_contact_id_idx on scheduling.appointment_participants (contact_id);

create trigger touch before update on scheduling.appointment_participants for each row execute function platform.touch();

create table scheduling.appointment_proposals (
  id uuid not null default gen_random_uuid(),
  subject_domain text not null
    constraint appointment_proposals_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  task_id uuid,
  contact_id uuid not null,
  organizer_contact_id uuid,
  type text not null
    constraint appointment_proposals_type_known check (
      type in ('consultation', 'site_visit', 'survey', 'handover', 'acceptance', 'call', 'other')
    ),
  message platform.localized_text
    constraint appointment_proposals_message_length check (
      length(message ->> 'de') <= 2000
      and length(message ->> 'en') <= 2000
    ),
  proposed_slots jsonb not null
    constraint appointment_proposals_proposed_slots_shape check (
      jsonb_typeof(proposed_slots) = 'array'
      and proposed_slots -> 0 is not null
      and proposed_slots -> 20 is null
      and not jsonb_path_exists(proposed_slots,
        '$[*] ? (!(@.at.type() == "string" && @.minutes.type() == "number" && @.minutes > 0 && @.minutes <= 1440 && @.location.type() == "string" && (@.location == "onsite" || @.location == "virtual" || @.location == "phone")))')
    ),
  accepted_slot_index integer
    constraint appointment_proposals_accepted_slot_index_range check (accepted_slot_index between 0 and 19),
  portal_token_hash platform.sha256 not null,
  expires_at timestamptz not null default now() + interval '7 days'
    constraint appointment_proposals_expires_order check (expires_at > created_at),
  status text not null default 'open'
    constraint appointment_proposals_status_known check (status in ('open', 'accepted', 'declined', 'expired')),
  answered_at timestamptz,
  decline_reason text
    constraint appointment_proposals_decline_reason_length check (length(decline_reason) between 1 and 500),
  appointment_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint appointment_proposals_pkey primary key (id),
  constraint appointment_proposals_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint appointment_proposals_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_proposals_organizer_contact_id_fkey foreign key (organizer_contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_proposals_appointment_id_fkey foreign key (appointment_id)
    references scheduling.appointments (id) on delete restrict,
  constraint appointment_proposals_accepted_whole check ((status = 'accepted') = (accepted_slot_index is not null)),
  constraint appointment_proposals_accepted_proposed check (
    accepted_slot_index is null
    or proposed_slots -> accepted_slot_index is not null
  ),
  constraint appointment_proposals_answered_whole check (
    (status in ('accepted', 'declined')) = (answered_at is not null)
  ),
  constraint appointment_proposals_answered_in_time check (answered_at <= expires_at),
  constraint appointment_proposals_portal_token_hash_key unique (portal_token_hash)
);
comment on table scheduling.appointment_proposals is
  'Slots offered to a person, who takes one through a link; the others are then gone.';
comment on column scheduling.appointment_proposals.id is 'Identity.';
comment on column scheduling.appointment_proposals.subject_domain is 'Domain of the entity it is about.';
comment on column scheduling.appointment_proposals.subject_type is 'That entity, singular.';
comment on column scheduling.appointment_proposals.subject_id is 'Id of that entity.';
comment on column scheduling.appointment_proposals.task_id is 'Task that goes on when a slot is taken; null: none.';
comment on column scheduling.appointment_proposals.contact_id is 'Who is asked.';
comment on column scheduling.appointment_proposals.organizer_contact_id is
  'Member of staff who will hold it; null: nobody yet.';
comment on column scheduling.appointment_proposals.type is 'What it is for.';
comment on column scheduling.appointment_proposals.message is
  'What the person reads above the slots; at most 2000 characters per language; null: nothing.';
comment on column scheduling.appointment_proposals.proposed_slots is
  'Slots, 1 to 20: at (RFC 3339), minutes, location onsite, virtual or phone, and address or url.';
comment on column scheduling.appointment_proposals.accepted_slot_index is 'Slot that was taken, from 0; null: none.';
comment on column scheduling.appointment_proposals.portal_token_hash is
  'SHA-256 of the token in the link; unique; not given to readers.';
comment on column scheduling.appointment_proposals.expires_at is 'Until when a slot can be taken.';
comment on column scheduling.appointment_proposals.status is
  'Where it stands; only the steps of appointment_proposals_status_transition are allowed.';
comment on column scheduling.appointment_proposals.answered_at is
  'When the person answered; null: not yet. Set once.';
comment on column scheduling.appointment_proposals.decline_reason is
  'Why none suited; null: not said or not declined.';
comment on column scheduling.appointment_proposals.appointment_id is 'Appointment that came of it; null: none yet.';
comment on column scheduling.appointment_proposals.created_at is 'When the row was written.';
comment on column scheduling.appointment_proposals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_proposals.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_proposals.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_proposals.version is 'Counts changes from 1; set by trigger; the ETag.';

create index appointment_proposals_subject_type_subject_id_idx on scheduling.appointment_proposals (subject_type, subject_id);
create index appointment_proposals_status_expires_at_idx on scheduling.appointment_proposals (status, expires_at);
create index appointment_proposals_task_id_idx on scheduling.appointment_proposals (task_id);
create index appointment_proposals_contact_id_idx on scheduling.appointment_proposals (contact_id);
create index appointment_proposals_organizer_contact_id_idx on scheduling.appointment_proposals (organizer_contact_id);
create index appointment_proposals_appointment_id_idx on scheduling.appointment_proposals (appointment_id);
create index appointment_proposals_created_at_idx on scheduling.appointment_proposals (created_at desc, id desc);

create trigger check_status before insert or update of status on scheduling.appointment_proposals
  for each row execute function platform.check_transition('status', 'open', 'open>accepted,declined,expired');
create trigger check_frozen before update or delete on scheduling.appointment_proposals
  for each row execute function platform.check_frozen('status', 'open', 'appointment_id');
create trigger keep_once_set before update on scheduling.appointment_proposals
  for each row execute function platform.keep_once_set('answered_at', 'accepted_slot_index', 'portal_token_hash');

create trigger check_live before insert or update of contact_id on scheduling.appointment_proposals
  for each row execute function platform.check_live('contact_id', 'party.contacts');
create trigger check_unused_appointment_proposals before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('scheduling.appointment_proposals', 'contact_id');

create trigger touch before update on scheduling.appointment_proposals for each row execute function platform.touch();

-- Readers may list proposals, not the hashes.
revoke select on scheduling.appointment_proposals from platform_reader, platform_studio;
grant select (id, subject_domain, subject_type, subject_id, task_id, contact_id, organizer_contact_id, type, message,
  proposed_slots, accepted_slot_index, expires_at, status, answered_at, decline_reason, appointment_id, created_at,
  created_by, updated_at, updated_by, version) on scheduling.appointment_proposals to platform_reader, platform_studio;

-- platform: the feed that people see beside an entity. Not the audit log.

create table audit.activity_logs (
  id uuid not null default gen_random_uuid(),
  subject_domain text not null
    constraint activity_logs_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  kind text not null
    constraint activity_logs_kind_known check (
      kind in ('comment', 'action', 'status', 'message', 'appointment', 'document', 'system')
    ),
  body platform.localized_text not null
    constraint activity_logs_body_length check (length(body ->> 'de') <= 4000 and length(body ->> 'en') <= 4000),
  actor_contact_id uuid,
  replies_to_id uuid,
  is_internal boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint activity_logs_pkey primary key (id),
  constraint activity_logs_replies_to_id_fkey foreign key (replies_to_id)
    references audit.activity_logs (id) on delete restrict
);
comment on table audit.activity_logs is
  'Comments, answers and things that happened, for people; rows are only ever added.';
comment on column audit.activity_logs.id is 'Identity.';
comment on column audit.activity_logs.subject_domain is 'Domain of the entity it is about.';
comment on column audit.activity_logs.subject_type is 'That entity, singular.';
comment on column audit.activity_logs.subject_id is 'Id of that entity.';
comment on column audit.activity_logs.kind is 'What it is.';
comment on column audit.activity_logs.body is 'What people read; at most 4000 characters per language.';
comment on column audit.activity_logs.actor_contact_id is
  'Contact who did it; null: the system. No foreign key: the row outlives the contact.';
comment on column audit.activity_logs.replies_to_id is 'Entry it answers; null: none.';
comment on column audit.activity_logs.is_internal is 'True: staff only; false: the customer sees it too.';
comment on column audit.activity_logs.created_at is 'When the row was written.';
comment on column audit.activity_logs.created_by is 'Contact who wrote it (platform); null: the system.';

create index activity_logs_subject_type_subject_id_created_at_id_idx on audit.activity_logs (subject_type, subject_id, created_at desc, id desc);
create index activity_logs_created_at_id_idx on audit.activity_logs (created_at desc, id desc);
create index activity_logs_replies_to_id_idx on audit.activity_logs (replies_to_id);

create trigger refuse_change before update or delete on audit.activity_logs
  for each row execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.activity_logs
  for each statement execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_truncate;
revoke update on audit.activity_logs from platform_writer;

grant insert on audit.activity_logs to platform_writer;
