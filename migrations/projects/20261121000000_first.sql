-- projects: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as projects_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role projects_owner revoke execute on functions from public;

create schema projects;
comment on schema projects is 'Plumbing of the projects database: idempotency keys, outbox, inbox, audit log.';
create schema community;
comment on schema community is 'Funding themes and the projects they fund.';
create schema building;
comment on schema building is 'Buildings, their parts, and what is to be done to them.';
create schema funding;
comment on schema funding is 'Public funding programmes and applications to them.';
create schema document;
comment on schema document is 'Documents that people are asked for.';
create schema extensions;
comment on schema extensions is 'Objects of extensions, so that none is mixed with ours.';

-- Equality beside ranges in exclusion constraints. A trusted extension: the owner may create it.
create extension btree_gist with schema extensions;

grant usage on schema projects, community, building, funding, document
  to projects_writer, projects_reader, projects_studio;
-- Who audits needs the audit log and nothing else.
grant usage on schema projects to projects_audit;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role projects_owner in schema projects grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema projects grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema projects grant usage, select on sequences to projects_writer;
alter default privileges for role projects_owner in schema community grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema community grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema community grant usage, select on sequences to projects_writer;
alter default privileges for role projects_owner in schema building grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema building grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema building grant usage, select on sequences to projects_writer;
alter default privileges for role projects_owner in schema funding grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema funding grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema funding grant usage, select on sequences to projects_writer;
alter default privileges for role projects_owner in schema document grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema document grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema document grant usage, select on sequences to projects_writer;
-- The studio sees all tables; of those with secrets in them, the columns that their files name.
alter default privileges for role projects_owner in schema projects grant select on tables to projects_studio;
alter default privileges for role projects_owner in schema community grant select on tables to projects_studio;
alter default privileges for role projects_owner in schema building grant select on tables to projects_studio;
alter default privileges for role projects_owner in schema funding grant select on tables to projects_studio;
alter default privileges for role projects_owner in schema document grant select on tables to projects_studio;

create domain projects.localized_text as jsonb
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
comment on domain projects.localized_text is
  'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Shapes that many rows have. A domain is compiled once per session, a check of a table at every statement.
create domain projects.entity_name as text constraint entity_name_shape check (value ~ '^[a-z][a-z_]*$');
comment on domain projects.entity_name is 'Name of an entity, singular: project, journal.';

create domain projects.event_topic as text constraint event_topic_shape check (value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$');
comment on domain projects.event_topic is 'Domain, entity, fact and version: projects.thing.happened.v1.';

create domain projects.sha256 as bytea constraint sha256_length check (octet_length(value) = 32);
comment on domain projects.sha256 is 'A SHA-256 digest, 32 bytes.';

create domain projects.key_text as text constraint key_text_length check (length(value) between 1 and 255);
comment on domain projects.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

create domain projects.http_status as smallint constraint http_status_range check (value between 100 and 599);
comment on domain projects.http_status is 'Status of an HTTP answer.';

create function projects.touch() returns trigger
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
comment on function projects.touch() is
  'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

create function projects.refuse_change() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$$;
comment on function projects.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- projects: the rules that many tables share, as trigger functions; what a trigger's arguments mean is said in each.

create function projects.check_transition() returns trigger
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
comment on function projects.check_transition() is
  'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

create function projects.check_frozen() returns trigger
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
comment on function projects.check_frozen() is
  'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

create function projects.check_parent() returns trigger
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
comment on function projects.check_parent() is
  'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

create function projects.check_acyclic() returns trigger
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
comment on function projects.check_acyclic() is
  'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

create function projects.keep_once_set() returns trigger
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
comment on function projects.keep_once_set() is
  'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- A soft-deleted row still satisfies a foreign key: these two keep references to live rows.
create function projects.check_live() returns trigger
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
comment on function projects.check_live() is
  'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

create function projects.check_unused() returns trigger
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
comment on function projects.check_unused() is
  'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- projects: what makes a request repeatable and an event certain.

create table projects.idempotency_keys (
  scope projects.key_text not null,
  key projects.key_text not null,
  fingerprint projects.sha256 not null,
  status projects.http_status,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
comment on table projects.idempotency_keys is
  'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column projects.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column projects.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column projects.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column projects.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column projects.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column projects.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';
create index idempotency_keys_created_at_idx on projects.idempotency_keys (created_at);

create table projects.outbox_events (
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  topic projects.event_topic not null,
  aggregate_type projects.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null
    constraint outbox_events_payload_object check (jsonb_typeof(payload) = 'object'),
  occurred_at timestamptz not null default now(),
  published_at timestamptz,
  constraint outbox_events_pkey primary key (id)
);
comment on table projects.outbox_events is
  'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column projects.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column projects.outbox_events.position is
  'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column projects.outbox_events.topic is 'Domain, entity, fact and version: projects.thing.happened.v1.';
comment on column projects.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column projects.outbox_events.aggregate_id is 'Id of that entity.';
comment on column projects.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column projects.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column projects.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';
create index outbox_events_unpublished_idx on projects.outbox_events (position) where published_at is null;

create table projects.inbox_dedup (
  consumer text not null
    constraint inbox_dedup_consumer_length check (length(consumer) between 1 and 100),
  message_id uuid not null,
  received_at timestamptz not null default now(),
  constraint inbox_dedup_pkey primary key (consumer, message_id)
);
comment on table projects.inbox_dedup is
  'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column projects.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column projects.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column projects.inbox_dedup.received_at is 'When it took effect here.';

-- projects: the audit log of this domain, written in the transaction of the change. Append-only; a copy of each entry
-- goes to the platform through the outbox.

create table projects.audit_logs (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  domain text not null default 'projects'
    constraint audit_logs_domain_known check (domain = 'projects'),
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
  entity_type projects.entity_name,
  entity_id uuid,
  context_entity_type projects.entity_name,
  context_entity_id uuid,
  changed_fields text[] not null default '{}',
  old_value jsonb,
  new_value jsonb,
  request_id text
    constraint audit_logs_request_id_length check (length(request_id) between 1 and 200),
  ip inet,
  user_agent text
    constraint audit_logs_user_agent_length check (length(user_agent) <= 500),
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_entity_whole check ((entity_type is null) = (entity_id is null)),
  constraint audit_logs_context_whole check ((context_entity_type is null) = (context_entity_id is null))
);
comment on table projects.audit_logs is 'Who changed or read what of the projects; rows are only ever added.';
comment on column projects.audit_logs.id is 'Identity.';
comment on column projects.audit_logs.created_at is 'When it happened.';
comment on column projects.audit_logs.domain is 'Domain whose data was touched: always projects here.';
comment on column projects.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column projects.audit_logs.actor_contact_id is 'Contact who acted (platform); null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column projects.audit_logs.actor_user_id is 'Login that was used (platform); null: none.';
comment on column projects.audit_logs.session_id is 'Session it happened in (platform); null: none.';
comment on column projects.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column projects.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column projects.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column projects.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column projects.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column projects.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column projects.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column projects.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column projects.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column projects.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column projects.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column projects.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

create index audit_logs_created_at_idx on projects.audit_logs (created_at desc, id desc);
create index audit_logs_entity_idx on projects.audit_logs (entity_type, entity_id, created_at desc, id desc);
create index audit_logs_actor_idx on projects.audit_logs (actor_contact_id, created_at desc, id desc);

create trigger refuse_change before update or delete on projects.audit_logs
  for each row execute function projects.refuse_change();
alter table projects.audit_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on projects.audit_logs
  for each statement execute function projects.refuse_change();
alter table projects.audit_logs enable always trigger refuse_truncate;
revoke update on projects.audit_logs from projects_writer;
grant select on projects.audit_logs to projects_audit;

-- projects: funding themes, what people can give for in general.

create table community.funding_themes (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint funding_themes_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name projects.localized_text not null
    constraint funding_themes_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description projects.localized_text not null
    constraint funding_themes_description_length check (
      length(description ->> 'de') <= 2000 and length(description ->> 'en') <= 2000
    ),
  position integer not null default 0
    constraint funding_themes_position_range check (position between 0 and 9999),
  status text not null default 'draft'
    constraint funding_themes_status_known check (status in ('draft', 'active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_themes_pkey primary key (id)
);
comment on table community.funding_themes is 'Themes that projects belong to and that people give for in general.';
comment on column community.funding_themes.id is 'Identity.';
comment on column community.funding_themes.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.funding_themes.name is 'Name for people; at most 120 characters per language.';
comment on column community.funding_themes.description is 'What the theme is for; at most 2000 characters per language.';
comment on column community.funding_themes.position is 'Place in lists, smallest first; ties by slug.';
comment on column community.funding_themes.status is 'draft: being written; active: takes projects; retired: kept for its past.';
comment on column community.funding_themes.created_at is 'When the row was written.';
comment on column community.funding_themes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_themes.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_themes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_themes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_themes.deleted_at is 'When it was deleted; null: live.';

create unique index funding_themes_slug_key on community.funding_themes (slug) where deleted_at is null;
create index funding_themes_position_idx on community.funding_themes (position, slug);
create index funding_themes_created_at_idx on community.funding_themes (created_at desc, id desc);

create trigger touch before update on community.funding_themes for each row execute function projects.touch();

-- projects: what is funded. One table for community projects and renovations.

create table community.projects (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint projects_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name projects.localized_text not null
    constraint projects_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  summary projects.localized_text not null
    constraint projects_summary_length check (length(summary ->> 'de') <= 2000 and length(summary ->> 'en') <= 2000),
  kind text not null default 'community'
    constraint projects_kind_known check (kind in ('community', 'renovation')),
  theme_id uuid,
  status text not null default 'draft'
    constraint projects_status_known check (
      status in ('draft', 'submitted', 'approved', 'funding', 'delivering', 'completed', 'rejected', 'cancelled')
    ),
  target_minor bigint
    constraint projects_target_minor_range check (target_minor between 1 and 9000000000000000),
  currency text
    constraint projects_currency_shape check (currency ~ '^[A-Z]{3}$'),
  planned_start date,
  planned_end date,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint projects_pkey primary key (id),
  constraint projects_theme_id_fkey foreign key (theme_id) references community.funding_themes (id),
  constraint projects_target_whole check ((target_minor is null) = (currency is null)),
  constraint projects_planned_order check (planned_end >= planned_start)
);
comment on table community.projects is 'Projects of communities and energy renovations.';
comment on column community.projects.id is 'Identity; other domains hold it as project_ref.';
comment on column community.projects.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.projects.name is 'Name for people; at most 200 characters per language.';
comment on column community.projects.summary is 'What will be done and for whom; at most 2000 characters per language.';
comment on column community.projects.kind is 'community or renovation.';
comment on column community.projects.theme_id is 'Theme it belongs to, a live one; null: none.';
comment on column community.projects.status is 'Where it stands; only the steps of projects_status_transition are allowed.';
comment on column community.projects.target_minor is 'Money it needs, in minor units of currency; null: not known yet.';
comment on column community.projects.currency is 'ISO 4217 code of target_minor; null with it.';
comment on column community.projects.planned_start is 'First planned day; null: open.';
comment on column community.projects.planned_end is 'Last planned day, not before the first; null: open.';
comment on column community.projects.created_at is 'When the row was written.';
comment on column community.projects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.projects.updated_at is 'When it last changed; set by trigger.';
comment on column community.projects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.projects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.projects.deleted_at is 'When it was deleted; null: live.';

create unique index projects_slug_key on community.projects (slug) where deleted_at is null;
create index projects_theme_id_idx on community.projects (theme_id);
create index projects_status_idx on community.projects (status, created_at desc, id desc);
create index projects_created_at_idx on community.projects (created_at desc, id desc);

create function community.check_project_status() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['draft'];
  elsif new.status = old.status then
    return new;
  else
    allowed := case old.status
      when 'draft' then array['submitted', 'cancelled']
      when 'submitted' then array['approved', 'rejected', 'cancelled']
      when 'approved' then array['funding', 'cancelled']
      when 'funding' then array['delivering', 'cancelled']
      when 'delivering' then array['completed', 'cancelled']
      else array[]::text[]
    end;
  end if;
  -- An unknown status is left to projects_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'submitted', 'approved', 'funding', 'delivering', 'completed', 'rejected', 'cancelled')
  then
    raise exception 'a project cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'projects_status_transition', schema = 'community', table = 'projects',
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$$;
comment on function community.check_project_status() is
  'Before insert or update: a project starts as draft and takes only allowed steps; breaks projects_status_transition.';

create trigger check_status before insert or update of status on community.projects
  for each row execute function community.check_project_status();

-- A soft-deleted row still satisfies a foreign key: these two keep the reference to live themes.
create function community.check_project_theme() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.theme_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- The lock makes a concurrent deletion of the theme wait, and then see this project.
  perform 1 from community.funding_themes where id = new.theme_id and deleted_at is null for share;
  if not found then
    raise exception 'funding theme % does not exist', new.theme_id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'projects';
  end if;
  return new;
end
$$;
comment on function community.check_project_theme() is
  'Before insert or update: a live project belongs to a live theme; breaks projects_theme_id_fkey.';

create trigger check_theme before insert or update of theme_id, deleted_at on community.projects
  for each row execute function community.check_project_theme();

create function community.check_theme_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from community.projects where theme_id = new.id and deleted_at is null) then
    raise exception 'funding theme % still has projects', new.id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'funding_themes';
  end if;
  return new;
end
$$;
comment on function community.check_theme_unused() is
  'Before deletion: a theme with live projects stays; breaks projects_theme_id_fkey.';

create trigger check_unused before update of deleted_at on community.funding_themes
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function community.check_theme_unused();

create trigger touch before update on community.projects for each row execute function projects.touch();
