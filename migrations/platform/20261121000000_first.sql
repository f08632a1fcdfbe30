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
  -- Arguments: the column; the states a row may start in, by commas; the steps, each 'from>to,to'.
  state text := to_jsonb(new) ->> tg_argv[0];
  was text := case tg_op when 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
  steps text[] := tg_argv[2:];
  allowed text[] := '{}';
begin
  if tg_op = 'INSERT' then
    allowed := string_to_array(tg_argv[1], ',');
  elsif state is not distinct from was then
    return new;
  else
    select string_to_array(split_part(step, '>', 2), ',') into allowed
    from unnest(steps) as step where split_part(step, '>', 1) = was;
    allowed := coalesce(allowed, '{}');
  end if;
  -- An unknown state is left to the check of the column, which names it.
  if state <> all (allowed)
    and state = any (string_to_array(tg_argv[1] || ',' || replace(array_to_string(steps, ','), '>', ','), ','))
  then
    raise exception '% of %.% cannot go from % to %', tg_argv[0], tg_table_schema, tg_table_name,
      coalesce(was, 'nothing'), state
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

revoke select on identity.user_secrets from platform_reader;

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

revoke select on identity.recovery_codes from platform_reader;

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
revoke select on identity.sessions from platform_reader;
grant select (id, user_id, family_id, replaced_by_id, created_at, last_used_at, expires_at, rotated_at, revoked_at,
  revoke_reason, ip, user_agent) on identity.sessions to platform_reader;

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

revoke select on identity.verification_tokens from platform_reader;

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
revoke select on identity.api_tokens from platform_reader;
grant select (id, owner_contact_id, name, token_prefix, scopes, last_used_at, expires_at, revoked_at, revoke_reason,
  created_at, created_by, updated_at, updated_by, version) on identity.api_tokens to platform_reader;

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
