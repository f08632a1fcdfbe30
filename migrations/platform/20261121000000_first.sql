-- platform: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as platform_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role platform_owner revoke execute on functions from public;

create schema platform;
comment on schema platform is 'Plumbing of the platform database: idempotency keys, outbox, inbox, settings.';
create schema audit;
comment on schema audit is 'Who did what: append-only.';

grant usage on schema platform, audit to platform_writer, platform_reader;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role platform_owner in schema platform grant select on tables to platform_reader;
alter default privileges for role platform_owner in schema platform grant select, insert, update on tables to platform_writer;
alter default privileges for role platform_owner in schema platform grant usage, select on sequences to platform_writer;
-- In audit the writer may only add, and only to the parent table (granted there).
alter default privileges for role platform_owner in schema audit grant select on tables to platform_reader, platform_writer;

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
