-- content: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as content_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role content_owner revoke execute on functions from public;

create schema content;
comment on schema content is 'Plumbing of the content database: idempotency keys, outbox, inbox, audit log.';
create schema cms;
comment on schema cms is 'Pages, blog posts, media, and texts about projects, partners and missions.';
create schema template;
comment on schema template is 'PDF templates and the documents made from them.';

grant usage on schema content, cms, template to content_writer, content_reader, content_studio;
-- Who audits needs the audit log and nothing else.
grant usage on schema content to content_audit;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role content_owner in schema content grant select on tables to content_reader;
alter default privileges for role content_owner in schema content grant select, insert, update on tables to content_writer;
alter default privileges for role content_owner in schema content grant usage, select on sequences to content_writer;
alter default privileges for role content_owner in schema cms grant select on tables to content_reader;
alter default privileges for role content_owner in schema cms grant select, insert, update on tables to content_writer;
alter default privileges for role content_owner in schema cms grant usage, select on sequences to content_writer;
alter default privileges for role content_owner in schema template grant select on tables to content_reader;
alter default privileges for role content_owner in schema template grant select, insert, update on tables to content_writer;
alter default privileges for role content_owner in schema template grant usage, select on sequences to content_writer;
-- The studio sees all tables; of those with secrets in them, the columns that their files name.
alter default privileges for role content_owner in schema content grant select on tables to content_studio;
alter default privileges for role content_owner in schema cms grant select on tables to content_studio;
alter default privileges for role content_owner in schema template grant select on tables to content_studio;

create domain content.localized_text as jsonb
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
comment on domain content.localized_text is
  'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Shapes that many rows have. A domain is compiled once per session, a check of a table at every statement.
create domain content.entity_name as text constraint entity_name_shape check (value ~ '^[a-z][a-z_]*$');
comment on domain content.entity_name is 'Name of an entity, singular: project, journal.';

create domain content.event_topic as text constraint event_topic_shape check (value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$');
comment on domain content.event_topic is 'Domain, entity, fact and version: content.thing.happened.v1.';

create domain content.sha256 as bytea constraint sha256_length check (octet_length(value) = 32);
comment on domain content.sha256 is 'A SHA-256 digest, 32 bytes.';

create domain content.key_text as text constraint key_text_length check (length(value) between 1 and 255);
comment on domain content.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

create domain content.http_status as smallint constraint http_status_range check (value between 100 and 599);
comment on domain content.http_status is 'Status of an HTTP answer.';

create function content.touch() returns trigger
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
comment on function content.touch() is
  'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

create function content.refuse_change() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$$;
comment on function content.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- content: the rules that many tables share, as trigger functions; what a trigger's arguments mean is said in each.

create function content.check_transition() returns trigger
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
comment on function content.check_transition() is
  'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

create function content.check_frozen() returns trigger
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
comment on function content.check_frozen() is
  'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

create function content.check_parent() returns trigger
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
comment on function content.check_parent() is
  'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

create function content.check_acyclic() returns trigger
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
comment on function content.check_acyclic() is
  'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

create function content.keep_once_set() returns trigger
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
comment on function content.keep_once_set() is
  'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- A soft-deleted row still satisfies a foreign key: these two keep references to live rows.
create function content.check_live() returns trigger
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
comment on function content.check_live() is
  'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

create function content.check_unused() returns trigger
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
comment on function content.check_unused() is
  'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

create function content.keep_newest() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.id is distinct from old.id then
    raise exception 'id of %.% never changes', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity', schema = tg_table_schema, table = tg_table_name;
  end if;
  -- Events arrive twice and out of order: an older one changes nothing.
  if new.version < old.version then
    return null;
  end if;
  new.seen_at := now();
  return new;
end
$$;
comment on function content.keep_newest() is
  'Before update of what another domain told: an older version is passed over, a newer one dates the row.';

-- content: what makes a request repeatable and an event certain.

create table content.idempotency_keys (
  scope content.key_text not null,
  key content.key_text not null,
  fingerprint content.sha256 not null,
  status content.http_status,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
comment on table content.idempotency_keys is
  'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column content.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column content.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column content.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column content.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column content.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column content.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';
create index idempotency_keys_created_at_idx on content.idempotency_keys (created_at);
-- What was answered may hold anything that a route shows.
revoke select on content.idempotency_keys from content_studio;
grant select (scope, key, status, created_at) on content.idempotency_keys to content_studio;

create table content.outbox_events (
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  topic content.event_topic not null,
  aggregate_type content.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null
    constraint outbox_events_payload_object check (jsonb_typeof(payload) = 'object'),
  occurred_at timestamptz not null default now(),
  published_at timestamptz,
  constraint outbox_events_pkey primary key (id)
);
comment on table content.outbox_events is
  'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column content.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column content.outbox_events.position is
  'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column content.outbox_events.topic is 'Domain, entity, fact and version: content.thing.happened.v1.';
comment on column content.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column content.outbox_events.aggregate_id is 'Id of that entity.';
comment on column content.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column content.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column content.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';
create index outbox_events_unpublished_idx on content.outbox_events (position) where published_at is null;

create table content.inbox_dedup (
  consumer text not null
    constraint inbox_dedup_consumer_length check (length(consumer) between 1 and 100),
  message_id uuid not null,
  received_at timestamptz not null default now(),
  constraint inbox_dedup_pkey primary key (consumer, message_id)
);
comment on table content.inbox_dedup is
  'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column content.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column content.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column content.inbox_dedup.received_at is 'When it took effect here.';

-- content: the audit log of this domain, written in the transaction of the change. Append-only; a copy of each entry
-- goes to the platform through the outbox.

create table content.audit_logs (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  domain text not null default 'content'
    constraint audit_logs_domain_known check (domain = 'content'),
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
  entity_type content.entity_name,
  entity_id uuid,
  context_entity_type content.entity_name,
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
comment on table content.audit_logs is 'Who changed or read what of the content; rows are only ever added.';
comment on column content.audit_logs.id is 'Identity.';
comment on column content.audit_logs.created_at is 'When it happened.';
comment on column content.audit_logs.domain is 'Domain whose data was touched: always content here.';
comment on column content.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column content.audit_logs.actor_contact_id is 'Contact who acted (platform); null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column content.audit_logs.actor_user_id is 'Login that was used (platform); null: none.';
comment on column content.audit_logs.session_id is 'Session it happened in (platform); null: none.';
comment on column content.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column content.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column content.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column content.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column content.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column content.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column content.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column content.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column content.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column content.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column content.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column content.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

create index audit_logs_created_at_idx on content.audit_logs (created_at desc, id desc);
create index audit_logs_entity_idx on content.audit_logs (entity_type, entity_id, created_at desc, id desc);
create index audit_logs_actor_idx on content.audit_logs (actor_contact_id, created_at desc, id desc);

create trigger refuse_change before update or delete on content.audit_logs
  for each row execute function content.refuse_change();
alter table content.audit_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on content.audit_logs
  for each statement execute function content.refuse_change();
alter table content.audit_logs enable always trigger refuse_truncate;
revoke update on content.audit_logs from content_writer;
grant select on content.audit_logs to content_audit;

-- content: what other domains told: projections fed by events.

create table content.ref_projects (
  id uuid not null,
  version integer not null
    constraint ref_projects_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_projects_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_projects_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_projects_pkey primary key (id)
);
comment on table content.ref_projects is
  'What this domain was told about each project (projects): enough to show and to check, never the truth.';
comment on column content.ref_projects.id is 'Id of the project (projects).';
comment on column content.ref_projects.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_projects.label is 'Its name when it was last heard of.';
comment on column content.ref_projects.slug is 'Its name in addresses over there.';
comment on column content.ref_projects.status is 'Where the project stands, in its own words.';
comment on column content.ref_projects.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_projects.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_projects
  for each row execute function content.keep_newest();

create table content.ref_partners (
  id uuid not null,
  version integer not null
    constraint ref_partners_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_partners_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_partners_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_partners_pkey primary key (id)
);
comment on table content.ref_partners is
  'What this domain was told about each partner (projects): enough to show and to check, never the truth.';
comment on column content.ref_partners.id is 'Id of the partner (projects).';
comment on column content.ref_partners.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_partners.label is 'Its name when it was last heard of.';
comment on column content.ref_partners.slug is 'Its name in addresses over there.';
comment on column content.ref_partners.status is 'Where the partner stands, in its own words.';
comment on column content.ref_partners.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_partners.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_partners
  for each row execute function content.keep_newest();

create table content.ref_missions (
  id uuid not null,
  version integer not null
    constraint ref_missions_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_missions_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_missions_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_missions_pkey primary key (id)
);
comment on table content.ref_missions is
  'What this domain was told about each mission (projects): enough to show and to check, never the truth.';
comment on column content.ref_missions.id is 'Id of the mission (projects).';
comment on column content.ref_missions.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_missions.label is 'Its name when it was last heard of.';
comment on column content.ref_missions.slug is 'Its name in addresses over there.';
comment on column content.ref_missions.status is 'Where the mission stands, in its own words.';
comment on column content.ref_missions.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_missions.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_missions
  for each row execute function content.keep_newest();

create table content.ref_contacts (
  id uuid not null,
  version integer not null
    constraint ref_contacts_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  status text not null
    constraint ref_contacts_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  merged_into_ref uuid,
  seen_at timestamptz not null default now(),
  constraint ref_contacts_pkey primary key (id)
);
comment on table content.ref_contacts is
  'What this domain was told about each contact (platform): enough to show and to check, never the truth.';
comment on column content.ref_contacts.id is 'Id of the contact (platform).';
comment on column content.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_contacts.label is 'Its name when it was last heard of.';
comment on column content.ref_contacts.status is 'live, archived, merged or erased.';
comment on column content.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column content.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_contacts
  for each row execute function content.keep_newest();

create table content.ref_files (
  id uuid not null,
  version integer not null
    constraint ref_files_version_range check (version between 0 and 2000000000),
  name text not null
    constraint ref_files_name_length check (length(btrim(name)) > 0 and length(name) <= 255),
  mime text not null
    constraint ref_files_mime_length check (length(btrim(mime)) > 0 and length(mime) <= 150),
  size_bytes bigint not null
    constraint ref_files_size_bytes_range check (size_bytes >= 0),
  status text not null
    constraint ref_files_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  seen_at timestamptz not null default now(),
  constraint ref_files_pkey primary key (id)
);
comment on table content.ref_files is
  'What this domain was told about each file (platform): enough to show and to check, never the truth.';
comment on column content.ref_files.id is 'Id of the file (platform).';
comment on column content.ref_files.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_files.name is 'Its name when it was last heard of.';
comment on column content.ref_files.mime is 'Kind of file, as the server found it.';
comment on column content.ref_files.size_bytes is 'Size in bytes.';
comment on column content.ref_files.status is 'pending, stored, quarantined or purged.';
comment on column content.ref_files.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_files
  for each row execute function content.keep_newest();

-- content: categories of posts, a tree.

create table cms.categories (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint categories_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name content.localized_text not null
    constraint categories_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  parent_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint categories_pkey primary key (id),
  constraint categories_parent_id_fkey foreign key (parent_id) references cms.categories (id)
);
comment on table cms.categories is 'Categories of blog posts; each may have a parent.';
comment on column cms.categories.id is 'Identity.';
comment on column cms.categories.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.categories.name is 'Name for people; at most 120 characters per language.';
comment on column cms.categories.parent_id is 'Category above, a live one and never one of its own descendants; null: top.';
comment on column cms.categories.created_at is 'When the row was written.';
comment on column cms.categories.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.categories.updated_at is 'When it last changed; set by trigger.';
comment on column cms.categories.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.categories.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.categories.deleted_at is 'When it was deleted; null: live.';

create unique index categories_slug_key on cms.categories (slug) where deleted_at is null;
create index categories_parent_id_idx on cms.categories (parent_id);
create index categories_created_at_idx on cms.categories (created_at desc, id desc);

create function cms.check_category_parent() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.parent_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- Two moves at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77220, 1);
  perform 1 from cms.categories where id = new.parent_id and deleted_at is null for share;
  if not found and new.parent_id <> new.id then
    raise exception 'parent category % does not exist', new.parent_id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  if exists (
    with recursive above (id, parent_id) as (
      select new.parent_id, (select c.parent_id from cms.categories c where c.id = new.parent_id)
      union
      select c.id, c.parent_id from above a join cms.categories c on c.id = a.parent_id
    )
    select 1 from above where id = new.id
  ) then
    raise exception 'category % would be its own ancestor', new.id
      using errcode = '23514', constraint = 'categories_parent_acyclic', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$$;
comment on function cms.check_category_parent() is
  'Before insert or update: the parent is live and no descendant; breaks categories_parent_id_fkey or categories_parent_acyclic.';

create trigger check_parent before insert or update of parent_id, deleted_at on cms.categories
  for each row execute function cms.check_category_parent();

create function cms.check_category_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from cms.categories where parent_id = new.id and deleted_at is null) then
    raise exception 'category % still has categories below it', new.id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$$;
comment on function cms.check_category_unused() is
  'Before deletion: a category with live children stays; breaks categories_parent_id_fkey.';

create trigger check_unused before update of deleted_at on cms.categories
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function cms.check_category_unused();

create trigger touch before update on cms.categories for each row execute function content.touch();

-- content: who edits, and what can be set.

create table cms.cms_users (
  id uuid not null default gen_random_uuid(),
  platform_user_ref uuid not null,
  contact_ref uuid not null,
  role text not null
    constraint cms_users_role_known check (role in ('author', 'editor', 'publisher', 'admin')),
  locale text not null default 'en'
    constraint cms_users_locale_known check (locale in ('de', 'en')),
  status text not null default 'active'
    constraint cms_users_status_known check (status in ('active', 'disabled')),
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint cms_users_pkey primary key (id),
  constraint cms_users_platform_user_ref_key unique (platform_user_ref)
);
comment on table cms.cms_users is 'Who may edit: people of the platform with a role here; the login is the same.';
comment on column cms.cms_users.id is 'Identity.';
comment on column cms.cms_users.platform_user_ref is 'The user (platform).';
comment on column cms.cms_users.contact_ref is 'The user''s contact (platform).';
comment on column cms.cms_users.role is 'What they may do; each role may do what the ones before may.';
comment on column cms.cms_users.locale is 'Language of the editor''s screen.';
comment on column cms.cms_users.status is 'Where it stands; the disabled cannot edit.';
comment on column cms.cms_users.last_seen_at is 'When they last edited; null: never.';
comment on column cms.cms_users.created_at is 'When the row was written.';
comment on column cms.cms_users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_users.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_users.version is 'Counts changes from 1; set by trigger; the ETag.';

create index cms_users_contact_ref_idx on cms.cms_users (contact_ref);
create index cms_users_created_at_idx on cms.cms_users (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.cms_users
  for each row execute function content.check_transition(
    'status', 'active',
    'active>disabled',
    'disabled>active');
create trigger touch before update on cms.cms_users for each row execute function content.touch();

create table cms.cms_settings (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint cms_settings_key_shape check (key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(key) <= 100),
  value jsonb not null,
  description content.localized_text not null
    constraint cms_settings_description_length check (
      length(description ->> 'de') <= 1000
      and length(description ->> 'en') <= 1000
    ),
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint cms_settings_pkey primary key (id),
  constraint cms_settings_key_key unique (key)
);
comment on table cms.cms_settings is 'Settings of the editor and of the pages; each key is known to the program.';
comment on column cms.cms_settings.id is 'Identity.';
comment on column cms.cms_settings.key is 'Dotted name.';
comment on column cms.cms_settings.value is 'Value, of the type that the program knows.';
comment on column cms.cms_settings.description is 'What it does.';
comment on column cms.cms_settings.is_public is 'Whether pages show it to everybody.';
comment on column cms.cms_settings.created_at is 'When the row was written.';
comment on column cms.cms_settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_settings.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_settings.version is 'Counts changes from 1; set by trigger; the ETag.';

create trigger touch before update on cms.cms_settings for each row execute function content.touch();

-- content: pictures and documents of pages. An asset wraps a file of the platform, never a path.

create table cms.media_assets (
  id uuid not null default gen_random_uuid(),
  file_ref uuid not null,
  kind text not null
    constraint media_assets_kind_known check (kind in ('image', 'video', 'audio', 'document')),
  title content.localized_text not null
    constraint media_assets_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  alt content.localized_text not null
    constraint media_assets_alt_length check (length(alt ->> 'de') <= 500 and length(alt ->> 'en') <= 500),
  credit text
    constraint media_assets_credit_length check (length(btrim(credit)) > 0 and length(credit) <= 200),
  licence text
    constraint media_assets_licence_length check (length(btrim(licence)) > 0 and length(licence) <= 200),
  focal_x numeric(4,3) not null default 0.5
    constraint media_assets_focal_x_range check (focal_x between 0 and 1),
  focal_y numeric(4,3) not null default 0.5
    constraint media_assets_focal_y_range check (focal_y between 0 and 1),
  width integer
    constraint media_assets_width_range check (width between 1 and 100000),
  height integer
    constraint media_assets_height_range check (height between 1 and 100000),
  duration_ms integer
    constraint media_assets_duration_ms_range check (duration_ms between 1 and 86400000),
  status text not null default 'processing'
    constraint media_assets_status_known check (status in ('processing', 'ready', 'failed')),
  failure_reason text
    constraint media_assets_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint media_assets_pkey primary key (id),
  constraint media_assets_file_ref_fkey foreign key (file_ref) references content.ref_files (id) on delete restrict,
  constraint media_assets_failed_whole check ((status = 'failed') = (failure_reason is not null)),
  constraint media_assets_size_whole check ((width is null) = (height is null)),
  constraint media_assets_image_has_size check (kind <> 'image' or status <> 'ready' or width is not null)
);
comment on table cms.media_assets is 'Files as pages use them, with what a reader who cannot see them is told.';
comment on column cms.media_assets.id is 'Identity.';
comment on column cms.media_assets.file_ref is 'The file (platform).';
comment on column cms.media_assets.kind is 'What it is.';
comment on column cms.media_assets.title is 'Name in the media library.';
comment on column cms.media_assets.alt is 'What it shows, for who cannot see it.';
comment on column cms.media_assets.credit is 'Who made it, as shown; null: nobody need be named.';
comment on column cms.media_assets.licence is 'Licence; null: ours.';
comment on column cms.media_assets.focal_x is 'What must stay visible when cut: share of the width from the left.';
comment on column cms.media_assets.focal_y is 'Share of the height from the top.';
comment on column cms.media_assets.width is 'Width in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.height is 'Height in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.duration_ms is 'Length in milliseconds; null: does not play.';
comment on column cms.media_assets.status is 'Where it stands; the steps of media_assets_status_transition.';
comment on column cms.media_assets.failure_reason is 'Why it failed; null: it did not.';
comment on column cms.media_assets.created_at is 'When the row was written.';
comment on column cms.media_assets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_assets.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_assets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_assets.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_assets.deleted_at is 'When it was deleted; null: live.';

create unique index media_assets_file_ref_key on cms.media_assets (file_ref) where deleted_at is null;
create index media_assets_file_ref_idx on cms.media_assets (file_ref);
create index media_assets_created_at_idx on cms.media_assets (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.media_assets
  for each row execute function content.check_transition(
    'status', 'processing',
    'processing>ready,failed',
    'failed>processing',
    'ready>processing');
create trigger touch before update on cms.media_assets for each row execute function content.touch();

create table cms.media_renditions (
  id uuid not null default gen_random_uuid(),
  asset_id uuid not null,
  name text not null
    constraint media_renditions_name_shape check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  format text not null
    constraint media_renditions_format_known check (format in ('avif', 'webp', 'jpeg', 'png', 'mp4', 'webm', 'pdf')),
  file_ref uuid,
  width integer
    constraint media_renditions_width_range check (width between 1 and 100000),
  height integer
    constraint media_renditions_height_range check (height between 1 and 100000),
  status text not null default 'pending'
    constraint media_renditions_status_known check (status in ('pending', 'ready', 'failed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint media_renditions_pkey primary key (id),
  constraint media_renditions_name_key unique (asset_id, name, format),
  constraint media_renditions_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete cascade,
  constraint media_renditions_ready_whole check (status <> 'ready' or num_nulls(file_ref, width, height) = 0)
);
comment on table cms.media_renditions is 'Sizes and formats of an asset that are made in the background.';
comment on column cms.media_renditions.id is 'Identity.';
comment on column cms.media_renditions.asset_id is 'The asset.';
comment on column cms.media_renditions.name is 'Which one: thumbnail, card, hero.';
comment on column cms.media_renditions.format is 'Format.';
comment on column cms.media_renditions.file_ref is 'The file (platform); null: not made yet.';
comment on column cms.media_renditions.width is 'Width in pixels; null: not made yet.';
comment on column cms.media_renditions.height is 'Height in pixels; null: not made yet.';
comment on column cms.media_renditions.status is 'Where it stands; the steps of media_renditions_status_transition.';
comment on column cms.media_renditions.created_at is 'When the row was written.';
comment on column cms.media_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';

create trigger check_status before insert or update of status on cms.media_renditions
  for each row execute function content.check_transition(
    'status', 'pending',
    'pending>ready,failed',
    'failed>pending',
    'ready>pending');
create trigger touch before update on cms.media_renditions for each row execute function content.touch();

create table cms.media_usages (
  id uuid not null default gen_random_uuid(),
  asset_id uuid not null,
  entity_type content.entity_name not null,
  entity_id uuid not null,
  role text not null
    constraint media_usages_role_shape check (role ~ '^[a-z][a-z0-9_]*$' and length(role) <= 50),
  position integer not null default '1'
    constraint media_usages_position_range check (position between 1 and 10000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint media_usages_pkey primary key (id),
  constraint media_usages_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete restrict
);
comment on table cms.media_usages is 'Where an asset is used; one that is used is not deleted.';
comment on column cms.media_usages.id is 'Identity.';
comment on column cms.media_usages.asset_id is 'The asset.';
comment on column cms.media_usages.entity_type is 'Entity that uses it, singular: page, blog_post.';
comment on column cms.media_usages.entity_id is 'Id of that entity.';
comment on column cms.media_usages.role is 'What for: cover, gallery, attachment, inline.';
comment on column cms.media_usages.position is 'Place among those of the role, from 1.';
comment on column cms.media_usages.created_at is 'When the row was written.';
comment on column cms.media_usages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_usages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_usages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_usages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_usages.deleted_at is 'When it was deleted; null: live.';

create unique index media_usages_entity_key on cms.media_usages (entity_type, entity_id, role, position)
  where deleted_at is null;
create index media_usages_asset_id_idx on cms.media_usages (asset_id);

create trigger check_live before insert or update of asset_id, deleted_at on cms.media_usages
  for each row execute function content.check_live('asset_id', 'cms.media_assets');
create trigger touch before update on cms.media_usages for each row execute function content.touch();

create trigger check_unused_media_usages before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.media_usages', 'asset_id');

-- content: blog posts and the categories they are filed under.

create table cms.blog_posts (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint blog_posts_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint blog_posts_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  excerpt content.localized_text
    constraint blog_posts_excerpt_length check (length(excerpt ->> 'de') <= 500 and length(excerpt ->> 'en') <= 500),
  body content.localized_text not null
    constraint blog_posts_body_length check (length(body ->> 'de') <= 100000 and length(body ->> 'en') <= 100000),
  author_ref uuid,
  cover_id uuid,
  seo jsonb not null default '{}'
    constraint blog_posts_seo_object check (jsonb_typeof(seo) = 'object')
    constraint blog_posts_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint blog_posts_status_known check (status in ('draft', 'in_review', 'scheduled', 'published', 'archived')),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint blog_posts_pkey primary key (id),
  constraint blog_posts_cover_id_fkey foreign key (cover_id) references cms.media_assets (id) on delete restrict,
  constraint blog_posts_published_at_whole check (
    (status in ('scheduled', 'published', 'archived')) = (published_at is not null)
  )
);
comment on table cms.blog_posts is 'Blog posts in two languages.';
comment on column cms.blog_posts.id is 'Identity.';
comment on column cms.blog_posts.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.blog_posts.title is 'Title; at most 200 characters per language.';
comment on column cms.blog_posts.excerpt is 'Text for lists, at most 500 characters per language; null: none.';
comment on column cms.blog_posts.body is 'Text in Markdown; at most 100000 characters per language.';
comment on column cms.blog_posts.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.blog_posts.cover_id is 'Picture on top; null: none.';
comment on column cms.blog_posts.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.blog_posts.status is 'Where it stands; only the steps of blog_posts_status_transition are allowed.';
comment on column cms.blog_posts.published_at is
  'When it was or will be published; set on publishing if not given; null before it is scheduled.';
comment on column cms.blog_posts.created_at is 'When the row was written.';
comment on column cms.blog_posts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.blog_posts.updated_at is 'When it last changed; set by trigger.';
comment on column cms.blog_posts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.blog_posts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.blog_posts.deleted_at is 'When it was deleted; null: live.';

create unique index blog_posts_slug_key on cms.blog_posts (slug) where deleted_at is null;
create index blog_posts_status_idx on cms.blog_posts (status, published_at desc, id desc);
-- Last published first; what has no date yet comes before all that has one.
create index blog_posts_latest_idx on cms.blog_posts (coalesce(published_at, 'infinity'::timestamptz) desc, id desc)
  where deleted_at is null;
create index blog_posts_cover_id_idx on cms.blog_posts (cover_id);
create index blog_posts_created_at_idx on cms.blog_posts (created_at desc, id desc);

create function cms.check_post_status() returns trigger
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
      when 'draft' then array['in_review']
      when 'in_review' then array['draft', 'scheduled', 'published']
      when 'scheduled' then array['draft', 'published']
      when 'published' then array['archived']
      else array['draft']
    end;
  end if;
  -- An unknown status is left to blog_posts_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'in_review', 'scheduled', 'published', 'archived')
  then
    raise exception 'a post cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'blog_posts_status_transition', schema = 'cms', table = 'blog_posts',
            detail = 'Allowed: ' || array_to_string(allowed, ', ') || '.';
  end if;
  if new.status = 'published' then
    -- A planned time that has not come yet is replaced: it is published now.
    new.published_at := least(coalesce(new.published_at, now()), now());
  elsif new.status in ('draft', 'in_review') then
    new.published_at := null;
  end if;
  return new;
end
$$;
comment on function cms.check_post_status() is
  'Before insert or update: a post starts as draft and takes only allowed steps; keeps published_at; breaks blog_posts_status_transition.';

create trigger check_status before insert or update of status on cms.blog_posts
  for each row execute function cms.check_post_status();

create trigger check_live before insert or update of cover_id, deleted_at on cms.blog_posts
  for each row execute function content.check_live('cover_id', 'cms.media_assets');

create trigger touch before update on cms.blog_posts for each row execute function content.touch();

create table cms.blog_post_categories (
  post_id uuid not null,
  category_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  deleted_at timestamptz,
  constraint blog_post_categories_pkey primary key (post_id, category_id),
  constraint blog_post_categories_post_id_fkey foreign key (post_id) references cms.blog_posts (id),
  constraint blog_post_categories_category_id_fkey foreign key (category_id) references cms.categories (id)
);
comment on table cms.blog_post_categories is 'Which post is filed under which categories.';
comment on column cms.blog_post_categories.post_id is 'The post.';
comment on column cms.blog_post_categories.category_id is 'The category.';
comment on column cms.blog_post_categories.created_at is 'When the post was first filed there.';
comment on column cms.blog_post_categories.created_by is 'Contact who filed it (platform); null: the system.';
comment on column cms.blog_post_categories.deleted_at is 'When it was taken out again; null: filed there. Filing again clears it.';

create index blog_post_categories_category_id_idx on cms.blog_post_categories (category_id, post_id);

-- content: pages of the site, a tree; blocks in order; where old addresses lead.

create table cms.pages (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint pages_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  path text not null
    constraint pages_path_shape check (path ~ '^(/|(/[a-z0-9]+(-[a-z0-9]+)*)+)$' and length(path) <= 500),
  parent_id uuid,
  title content.localized_text not null
    constraint pages_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint pages_summary_length check (length(summary ->> 'de') <= 500 and length(summary ->> 'en') <= 500),
  cover_id uuid,
  template text not null default 'default'
    constraint pages_template_shape check (template ~ '^[a-z][a-z0-9_]*$' and length(template) <= 50),
  position integer not null default '1'
    constraint pages_position_range check (position between 1 and 10000),
  in_header boolean not null default false,
  in_footer boolean not null default false,
  author_ref uuid,
  seo jsonb not null default '{}'
    constraint pages_seo_object check (jsonb_typeof(seo) = 'object')
    constraint pages_seo_keys check (seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'),
  status text not null default 'draft'
    constraint pages_status_known check (status in ('draft', 'in_review', 'scheduled', 'published', 'archived')),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pages_pkey primary key (id),
  constraint pages_parent_id_fkey foreign key (parent_id) references cms.pages (id) on delete restrict,
  constraint pages_cover_id_fkey foreign key (cover_id) references cms.media_assets (id) on delete restrict,
  constraint pages_published_at_whole check (
    (status in ('scheduled', 'published', 'archived')) = (published_at is not null)
  )
);
comment on table cms.pages is 'Pages, a tree by path; the one whose slug is home is the front page and stays.';
comment on column cms.pages.id is 'Identity.';
comment on column cms.pages.slug is 'Last part of the path; unique among live pages of one parent.';
comment on column cms.pages.path is 'Whole path, set by trigger: / for the front page.';
comment on column cms.pages.parent_id is 'Page above; null: top.';
comment on column cms.pages.title is 'Title.';
comment on column cms.pages.summary is 'Text for lists; null: none.';
comment on column cms.pages.cover_id is 'Picture on top; null: none.';
comment on column cms.pages.template is 'Which layout shows it.';
comment on column cms.pages.position is 'Place among its siblings, from 1.';
comment on column cms.pages.in_header is 'Whether the header links to it.';
comment on column cms.pages.in_footer is 'Whether the footer links to it.';
comment on column cms.pages.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.pages.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.pages.status is 'Where it stands; the steps of pages_status_transition.';
comment on column cms.pages.published_at is 'When it was or will be published; null before it is scheduled.';
comment on column cms.pages.created_at is 'When the row was written.';
comment on column cms.pages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.pages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.pages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.pages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.pages.deleted_at is 'When it was deleted; null: live.';

create index pages_cover_id_idx on cms.pages (cover_id);
create unique index pages_slug_key on cms.pages (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), slug)
  where deleted_at is null;
create unique index pages_path_key on cms.pages (path) where deleted_at is null;
create index pages_parent_id_idx on cms.pages (parent_id, position);
create index pages_created_at_idx on cms.pages (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.pages
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>in_review',
    'in_review>draft,scheduled,published',
    'scheduled>draft,published',
    'published>archived,draft',
    'archived>draft');
create trigger check_live before insert or update of parent_id, cover_id, deleted_at on cms.pages
  for each row execute function content.check_live('parent_id', 'cms.pages', 'cover_id', 'cms.media_assets');
create trigger check_acyclic before insert or update of parent_id on cms.pages
  for each row execute function content.check_acyclic('id', 'parent_id');
create trigger touch before update on cms.pages for each row execute function content.touch();
create trigger check_unused_pages before update of deleted_at on cms.pages
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.pages', 'parent_id');

create table cms.page_blocks (
  id uuid not null default gen_random_uuid(),
  page_id uuid not null,
  position integer not null
    constraint page_blocks_position_range check (position between 1 and 10000),
  kind text not null
    constraint page_blocks_kind_known check (
      kind in (
        'text', 'image', 'gallery', 'quote', 'video', 'cards', 'faq', 'form', 'embed', 'call_to_action', 'numbers'
      )
    ),
  content jsonb not null
    constraint page_blocks_content_object check (jsonb_typeof(content) = 'object'),
  is_visible boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint page_blocks_pkey primary key (id),
  constraint page_blocks_page_id_fkey foreign key (page_id) references cms.pages (id) on delete cascade
);
comment on table cms.page_blocks is 'What a page is made of, from top to bottom.';
comment on column cms.page_blocks.id is 'Identity.';
comment on column cms.page_blocks.page_id is 'The page.';
comment on column cms.page_blocks.position is 'Place on the page, from 1.';
comment on column cms.page_blocks.kind is 'What it is.';
comment on column cms.page_blocks.content is 'What it shows, in the shape of its kind, a JSON object.';
comment on column cms.page_blocks.is_visible is 'Whether readers see it.';
comment on column cms.page_blocks.created_at is 'When the row was written.';
comment on column cms.page_blocks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.page_blocks.updated_at is 'When it last changed; set by trigger.';
comment on column cms.page_blocks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.page_blocks.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.page_blocks.deleted_at is 'When it was deleted; null: live.';

create unique index page_blocks_position_key on cms.page_blocks (page_id, position) where deleted_at is null;
create index page_blocks_page_id_idx on cms.page_blocks (page_id);

create trigger check_live before insert or update of page_id, deleted_at on cms.page_blocks
  for each row execute function content.check_live('page_id', 'cms.pages');
create trigger touch before update on cms.page_blocks for each row execute function content.touch();

create table cms.redirects (
  id uuid not null default gen_random_uuid(),
  from_path text not null
    constraint redirects_from_path_shape check (from_path ~ '^/' and length(from_path) <= 500),
  to_path text not null
    constraint redirects_to_path_shape check ((to_path ~ '^/' or to_path ~ '^https://') and length(to_path) <= 1000),
  permanent boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint redirects_pkey primary key (id),
  constraint redirects_elsewhere check (from_path <> to_path)
);
comment on table cms.redirects is 'Where old addresses lead, so that links from outside keep working.';
comment on column cms.redirects.id is 'Identity.';
comment on column cms.redirects.from_path is 'Old path; unique among live rows.';
comment on column cms.redirects.to_path is 'New path or address.';
comment on column cms.redirects.permanent is 'Whether it is for good (308) or for now (307).';
comment on column cms.redirects.created_at is 'When the row was written.';
comment on column cms.redirects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.redirects.updated_at is 'When it last changed; set by trigger.';
comment on column cms.redirects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.redirects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.redirects.deleted_at is 'When it was deleted; null: live.';

create unique index redirects_from_path_key on cms.redirects (from_path) where deleted_at is null;
create index redirects_to_path_idx on cms.redirects (to_path);

create trigger touch before update on cms.redirects for each row execute function content.touch();

create function cms.set_page_path() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  above text;
begin
  if tg_op = 'UPDATE' and old.path = '/' and (new.slug <> old.slug or new.parent_id is not null or new.deleted_at is not null) then
    raise exception 'the front page keeps its place'
      using errcode = '23514', constraint = 'pages_home_stays', schema = 'cms', table = 'pages';
  end if;
  if new.parent_id is null then
    new.path := case new.slug when 'home' then '/' else '/' || new.slug end;
  else
    select path into above from cms.pages where id = new.parent_id;
    new.path := case above when '/' then '' else above end || '/' || new.slug;
  end if;
  return new;
end
$$;
comment on function cms.set_page_path() is
  'Before insert or update: a path is that of the page above and the slug, and the front page stays; breaks pages_home_stays.';
-- After check_acyclic and check_live, by name.
create trigger set_path before insert or update of slug, parent_id, deleted_at, path on cms.pages
  for each row execute function cms.set_page_path();

create function cms.move_pages_below() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- Any change of a path makes the trigger above set it anew, and then this one for the pages below.
  update cms.pages set path = new.path where parent_id = new.id and deleted_at is null;
  if new.status in ('published', 'archived') then
    insert into cms.redirects (from_path, to_path, created_by) values (old.path, new.path, new.updated_by)
    on conflict (from_path) where deleted_at is null do update set to_path = excluded.to_path;
  end if;
  update cms.redirects set deleted_at = now() where from_path = new.path and deleted_at is null;
  return null;
end
$$;
comment on function cms.move_pages_below() is
  'After a page moved: the pages below it move along, and the old address of a published one leads to the new.';
create trigger move_below after update on cms.pages
  for each row when (old.path is distinct from new.path) execute function cms.move_pages_below();

-- content: what was published, word for word, and who looked at it before.

create table cms.content_revisions (
  id uuid not null default gen_random_uuid(),
  entity_type text not null
    constraint content_revisions_entity_type_known check (
      entity_type in (
        'page', 'blog_post', 'project_content', 'partner_content', 'mission_content'
      )
    ),
  entity_id uuid not null,
  edition integer not null
    constraint content_revisions_edition_range check (edition between 1 and 1000000),
  content jsonb not null
    constraint content_revisions_content_object check (jsonb_typeof(content) = 'object'),
  content_sha256 content.sha256 not null,
  note text
    constraint content_revisions_note_length check (length(btrim(note)) > 0 and length(note) <= 500),
  published_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint content_revisions_pkey primary key (id),
  constraint content_revisions_edition_key unique (entity_type, entity_id, edition)
);
comment on table cms.content_revisions is
  'Snapshots of what was published; what readers saw on a day can be shown for ever.';
comment on column cms.content_revisions.id is 'Identity.';
comment on column cms.content_revisions.entity_type is 'Entity, singular.';
comment on column cms.content_revisions.entity_id is 'Id of that entity.';
comment on column cms.content_revisions.edition is 'Counts the publications of the entity from 1.';
comment on column cms.content_revisions.content is 'The entity with its parts as published, a JSON object.';
comment on column cms.content_revisions.content_sha256 is 'SHA-256 of the content as text.';
comment on column cms.content_revisions.note is 'What changed, in the words of who published; null: not said.';
comment on column cms.content_revisions.published_at is 'When.';
comment on column cms.content_revisions.created_at is 'When the row was written.';
comment on column cms.content_revisions.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on cms.content_revisions from content_writer;
create trigger refuse_change before update or delete on cms.content_revisions
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on cms.content_revisions
  for each statement execute function content.refuse_change();
alter table cms.content_revisions enable always trigger refuse_change;
alter table cms.content_revisions enable always trigger refuse_truncate;

create table cms.content_reviews (
  id uuid not null default gen_random_uuid(),
  entity_type text not null
    constraint content_reviews_entity_type_known check (
      entity_type in (
        'page', 'blog_post', 'project_content', 'partner_content', 'mission_content'
      )
    ),
  entity_id uuid not null,
  entity_version integer not null
    constraint content_reviews_entity_version_range check (entity_version between 1 and 2000000000),
  reviewer_id uuid not null,
  decision text not null
    constraint content_reviews_decision_known check (decision in ('approve', 'return', 'comment')),
  comment text
    constraint content_reviews_comment_length check (length(btrim(comment)) > 0 and length(comment) <= 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint content_reviews_pkey primary key (id),
  constraint content_reviews_reviewer_id_fkey foreign key (reviewer_id)
    references cms.cms_users (id) on delete restrict,
  constraint content_reviews_return_says_why check (decision = 'approve' or comment is not null)
);
comment on table cms.content_reviews is 'What reviewers said to what was put before them.';
comment on column cms.content_reviews.id is 'Identity.';
comment on column cms.content_reviews.entity_type is 'Entity, singular.';
comment on column cms.content_reviews.entity_id is 'Id of that entity.';
comment on column cms.content_reviews.entity_version is 'Version that was looked at.';
comment on column cms.content_reviews.reviewer_id is 'Who looked.';
comment on column cms.content_reviews.decision is 'What they said.';
comment on column cms.content_reviews.comment is 'In words; null: nothing.';
comment on column cms.content_reviews.created_at is 'When the row was written.';
comment on column cms.content_reviews.created_by is 'Contact who wrote it (platform); null: the system.';

create index content_reviews_reviewer_id_idx on cms.content_reviews (reviewer_id);
create index content_reviews_entity_idx on cms.content_reviews (entity_type, entity_id, created_at desc, id desc);

revoke update on cms.content_reviews from content_writer;
create trigger refuse_change before update or delete on cms.content_reviews
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on cms.content_reviews
  for each statement execute function content.refuse_change();
alter table cms.content_reviews enable always trigger refuse_change;
alter table cms.content_reviews enable always trigger refuse_truncate;

-- content: what is written about projects, partners and missions; one row for each of them.

create table cms.project_contents (
  id uuid not null default gen_random_uuid(),
  project_ref uuid not null,
  slug text not null
    constraint project_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint project_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint project_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint project_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint project_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint project_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint project_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint project_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint project_contents_pkey primary key (id),
  constraint project_contents_project_ref_fkey foreign key (project_ref)
    references content.ref_projects (id) on delete restrict,
  constraint project_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint project_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.project_contents is 'What is written about each project; hidden when the project is deleted.';
comment on column cms.project_contents.id is 'Identity.';
comment on column cms.project_contents.project_ref is 'The project (projects); one live row each.';
comment on column cms.project_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.project_contents.title is 'Title.';
comment on column cms.project_contents.summary is 'Text for lists; null: none.';
comment on column cms.project_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.project_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.project_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.project_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.project_contents.status is 'Where it stands; the steps of project_contents_status_transition.';
comment on column cms.project_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.project_contents.hidden_at is
  'When it was hidden because the project was deleted; null: it is not.';
comment on column cms.project_contents.created_at is 'When the row was written.';
comment on column cms.project_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.project_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.project_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.project_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.project_contents.deleted_at is 'When it was deleted; null: live.';

create index project_contents_hero_id_idx on cms.project_contents (hero_id);
create unique index project_contents_project_ref_key on cms.project_contents (project_ref) where deleted_at is null;
create unique index project_contents_slug_key on cms.project_contents (slug) where deleted_at is null;
create index project_contents_project_ref_idx on cms.project_contents (project_ref);
create index project_contents_created_at_idx on cms.project_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.project_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.project_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.project_contents for each row execute function content.touch();

create table cms.partner_contents (
  id uuid not null default gen_random_uuid(),
  partner_ref uuid not null,
  slug text not null
    constraint partner_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint partner_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint partner_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint partner_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint partner_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint partner_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint partner_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint partner_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint partner_contents_pkey primary key (id),
  constraint partner_contents_partner_ref_fkey foreign key (partner_ref)
    references content.ref_partners (id) on delete restrict,
  constraint partner_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint partner_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.partner_contents is 'What is written about each partner; hidden when the partner is deleted.';
comment on column cms.partner_contents.id is 'Identity.';
comment on column cms.partner_contents.partner_ref is 'The partner (projects); one live row each.';
comment on column cms.partner_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.partner_contents.title is 'Title.';
comment on column cms.partner_contents.summary is 'Text for lists; null: none.';
comment on column cms.partner_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.partner_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.partner_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.partner_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.partner_contents.status is 'Where it stands; the steps of partner_contents_status_transition.';
comment on column cms.partner_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.partner_contents.hidden_at is
  'When it was hidden because the partner was deleted; null: it is not.';
comment on column cms.partner_contents.created_at is 'When the row was written.';
comment on column cms.partner_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.partner_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.partner_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.partner_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.partner_contents.deleted_at is 'When it was deleted; null: live.';

create index partner_contents_hero_id_idx on cms.partner_contents (hero_id);
create unique index partner_contents_partner_ref_key on cms.partner_contents (partner_ref) where deleted_at is null;
create unique index partner_contents_slug_key on cms.partner_contents (slug) where deleted_at is null;
create index partner_contents_partner_ref_idx on cms.partner_contents (partner_ref);
create index partner_contents_created_at_idx on cms.partner_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.partner_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.partner_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.partner_contents for each row execute function content.touch();

create table cms.mission_contents (
  id uuid not null default gen_random_uuid(),
  mission_ref uuid not null,
  slug text not null
    constraint mission_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint mission_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint mission_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint mission_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint mission_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint mission_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint mission_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint mission_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint mission_contents_pkey primary key (id),
  constraint mission_contents_mission_ref_fkey foreign key (mission_ref)
    references content.ref_missions (id) on delete restrict,
  constraint mission_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint mission_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.mission_contents is 'What is written about each mission; hidden when the mission is deleted.';
comment on column cms.mission_contents.id is 'Identity.';
comment on column cms.mission_contents.mission_ref is 'The mission (projects); one live row each.';
comment on column cms.mission_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.mission_contents.title is 'Title.';
comment on column cms.mission_contents.summary is 'Text for lists; null: none.';
comment on column cms.mission_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.mission_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.mission_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.mission_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.mission_contents.status is 'Where it stands; the steps of mission_contents_status_transition.';
comment on column cms.mission_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.mission_contents.hidden_at is
  'When it was hidden because the mission was deleted; null: it is not.';
comment on column cms.mission_contents.created_at is 'When the row was written.';
comment on column cms.mission_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.mission_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.mission_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.mission_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.mission_contents.deleted_at is 'When it was deleted; null: live.';

create index mission_contents_hero_id_idx on cms.mission_contents (hero_id);
create unique index mission_contents_mission_ref_key on cms.mission_contents (mission_ref) where deleted_at is null;
create unique index mission_contents_slug_key on cms.mission_contents (slug) where deleted_at is null;
create index mission_contents_mission_ref_idx on cms.mission_contents (mission_ref);
create index mission_contents_created_at_idx on cms.mission_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.mission_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.mission_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.mission_contents for each row execute function content.touch();

create function cms.hide_contents() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- Argument: the table whose rows are about what was deleted or came back, by its column <x>_ref.
  execute format(
    'update cms.%I set hidden_at = $1 where %I = $2 and hidden_at is distinct from $1 and deleted_at is null',
    tg_argv[0], tg_argv[1]) using new.removed_at, new.id;
  return null;
end
$$;
comment on function cms.hide_contents() is
  'After another domain told of a deletion: what is written about it is hidden; when it comes back, shown again.';
create trigger hide_contents after update on content.ref_projects
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('project_contents', 'project_ref');
create trigger hide_contents after update on content.ref_partners
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('partner_contents', 'partner_ref');
create trigger hide_contents after update on content.ref_missions
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('mission_contents', 'mission_ref');

-- content: parts of what is written about projects, partners and missions.

create table cms.gallery_items (
  id uuid not null default gen_random_uuid(),
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  asset_id uuid not null,
  position integer not null
    constraint gallery_items_position_range check (position between 1 and 10000),
  caption content.localized_text
    constraint gallery_items_caption_length check (
      length(caption ->> 'de') <= 300
      and length(caption ->> 'en') <= 300
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint gallery_items_pkey primary key (id),
  constraint gallery_items_project_content_id_fkey foreign key (project_content_id)
    references cms.project_contents (id) on delete restrict,
  constraint gallery_items_partner_content_id_fkey foreign key (partner_content_id)
    references cms.partner_contents (id) on delete restrict,
  constraint gallery_items_mission_content_id_fkey foreign key (mission_content_id)
    references cms.mission_contents (id) on delete restrict,
  constraint gallery_items_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete restrict,
  constraint gallery_items_one_page check (
    num_nonnulls(project_content_id, partner_content_id, mission_content_id) = 1
  )
);
comment on table cms.gallery_items is 'Pictures of a project, partner or mission, in order.';
comment on column cms.gallery_items.id is 'Identity.';
comment on column cms.gallery_items.project_content_id is 'Project''s page; null: another one''s.';
comment on column cms.gallery_items.partner_content_id is 'Partner''s page; null: another one''s.';
comment on column cms.gallery_items.mission_content_id is 'Mission''s page; null: another one''s.';
comment on column cms.gallery_items.asset_id is 'The picture.';
comment on column cms.gallery_items.position is 'Place in the gallery, from 1.';
comment on column cms.gallery_items.caption is 'Words below it; null: none.';
comment on column cms.gallery_items.created_at is 'When the row was written.';
comment on column cms.gallery_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.gallery_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.gallery_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.gallery_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.gallery_items.deleted_at is 'When it was deleted; null: live.';

create index gallery_items_project_content_id_idx on cms.gallery_items (project_content_id);
create index gallery_items_partner_content_id_idx on cms.gallery_items (partner_content_id);
create index gallery_items_mission_content_id_idx on cms.gallery_items (mission_content_id);
create unique index gallery_items_position_key on cms.gallery_items (coalesce(project_content_id, partner_content_id, mission_content_id), position)
  where deleted_at is null;
create index gallery_items_asset_id_idx on cms.gallery_items (asset_id);

create trigger check_live before insert or update of asset_id, project_content_id, partner_content_id, mission_content_id, deleted_at on cms.gallery_items
  for each row execute function content.check_live('asset_id', 'cms.media_assets', 'project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');
create trigger touch before update on cms.gallery_items for each row execute function content.touch();

create table cms.faq_items (
  id uuid not null default gen_random_uuid(),
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  position integer not null
    constraint faq_items_position_range check (position between 1 and 10000),
  question content.localized_text not null
    constraint faq_items_question_length check (length(question ->> 'de') <= 300 and length(question ->> 'en') <= 300),
  answer content.localized_text not null
    constraint faq_items_answer_length check (length(answer ->> 'de') <= 5000 and length(answer ->> 'en') <= 5000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint faq_items_pkey primary key (id),
  constraint faq_items_project_content_id_fkey foreign key (project_content_id)
    references cms.project_contents (id) on delete restrict,
  constraint faq_items_partner_content_id_fkey foreign key (partner_content_id)
    references cms.partner_contents (id) on delete restrict,
  constraint faq_items_mission_content_id_fkey foreign key (mission_content_id)
    references cms.mission_contents (id) on delete restrict,
  constraint faq_items_one_page check (num_nonnulls(project_content_id, partner_content_id, mission_content_id) <= 1)
);
comment on table cms.faq_items is 'Questions and answers about a project, partner or mission, or about everything.';
comment on column cms.faq_items.id is 'Identity.';
comment on column cms.faq_items.project_content_id is 'Project''s page; null: another one''s, or everything.';
comment on column cms.faq_items.partner_content_id is 'Partner''s page; null: another one''s, or everything.';
comment on column cms.faq_items.mission_content_id is 'Mission''s page; null: another one''s, or everything.';
comment on column cms.faq_items.position is 'Place in the list, from 1.';
comment on column cms.faq_items.question is 'The question.';
comment on column cms.faq_items.answer is 'The answer, in Markdown.';
comment on column cms.faq_items.created_at is 'When the row was written.';
comment on column cms.faq_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.faq_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.faq_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.faq_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.faq_items.deleted_at is 'When it was deleted; null: live.';

create index faq_items_project_content_id_idx on cms.faq_items (project_content_id);
create index faq_items_partner_content_id_idx on cms.faq_items (partner_content_id);
create index faq_items_mission_content_id_idx on cms.faq_items (mission_content_id);
create unique index faq_items_position_key on cms.faq_items (coalesce(project_content_id, partner_content_id, mission_content_id, '00000000-0000-0000-0000-000000000000'), position)
  where deleted_at is null;

create trigger check_live before insert or update of project_content_id, partner_content_id, mission_content_id, deleted_at on cms.faq_items
  for each row execute function content.check_live('project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');
create trigger touch before update on cms.faq_items for each row execute function content.touch();

-- A picture that is shown somewhere stays.
create trigger check_unused_pages_cover_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.pages', 'cover_id');
create trigger check_unused_blog_posts_cover_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.blog_posts', 'cover_id');
create trigger check_unused_project_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.project_contents', 'hero_id');
create trigger check_unused_partner_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.partner_contents', 'hero_id');
create trigger check_unused_mission_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.mission_contents', 'hero_id');
create trigger check_unused_gallery_items_asset_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.gallery_items', 'asset_id');

-- content: values that documents show.

create table template.data_field_definitions (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint data_field_definitions_key_shape check (
      key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(key) <= 100
    ),
  label content.localized_text not null
    constraint data_field_definitions_label_length check (
      length(label ->> 'de') <= 200
      and length(label ->> 'en') <= 200
    ),
  kind text not null
    constraint data_field_definitions_kind_known check (kind in ('api', 'metadata', 'custom')),
  data_type text not null
    constraint data_field_definitions_data_type_known check (
      data_type in (
        'text', 'number', 'money', 'date', 'boolean', 'choice', 'signature', 'image'
      )
    ),
  domain text
    constraint data_field_definitions_domain_known check (domain in ('platform', 'projects', 'finance', 'content')),
  source text
    constraint data_field_definitions_source_length check (length(btrim(source)) > 0 and length(source) <= 300),
  format text
    constraint data_field_definitions_format_length check (length(btrim(format)) > 0 and length(format) <= 100),
  choices jsonb
    constraint data_field_definitions_choices_array check (jsonb_typeof(choices) = 'array'),
  is_personal boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint data_field_definitions_pkey primary key (id),
  constraint data_field_definitions_api_has_source check (
    (kind = 'api') = (domain is not null and source is not null)
  ),
  constraint data_field_definitions_choices_of_choice check ((data_type = 'choice') = (choices is not null))
);
comment on table template.data_field_definitions is
  'Values that documents can show: read from a domain, from the document itself, or asked for.';
comment on column template.data_field_definitions.id is 'Identity.';
comment on column template.data_field_definitions.key is 'Dotted name: project.name; unique among live rows.';
comment on column template.data_field_definitions.label is 'Name for people.';
comment on column template.data_field_definitions.kind is
  'api: read from a domain; metadata: of the document; custom: somebody types it.';
comment on column template.data_field_definitions.data_type is 'Type of the value.';
comment on column template.data_field_definitions.domain is 'Domain it is read from; null: it is not.';
comment on column template.data_field_definitions.source is
  'Where it is found there, a path into the answer; null: it is not read.';
comment on column template.data_field_definitions.format is
  'How it is written: dd.MM.yyyy; null: as usual for the type.';
comment on column template.data_field_definitions.choices is
  'What can be chosen, a JSON array of {value, label}; null: not a choice.';
comment on column template.data_field_definitions.is_personal is
  'Whether it is about a person and not kept longer than the document needs.';
comment on column template.data_field_definitions.created_at is 'When the row was written.';
comment on column template.data_field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_field_definitions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column template.data_field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.data_field_definitions.deleted_at is 'When it was deleted; null: live.';

create unique index data_field_definitions_key_key on template.data_field_definitions (key) where deleted_at is null;
create index data_field_definitions_created_at_idx on template.data_field_definitions (created_at desc, id desc);

create trigger touch before update on template.data_field_definitions for each row execute function content.touch();
create trigger check_unused_pdf_fields_definition_id before update of deleted_at on template.data_field_definitions
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.pdf_fields', 'definition_id');
create trigger check_unused_combined_field_parts_definition_id before update of deleted_at on template.data_field_definitions
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.combined_field_parts', 'definition_id');

create table template.combined_fields (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint combined_fields_key_shape check (key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(key) <= 100),
  label content.localized_text not null
    constraint combined_fields_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  separator text not null default ' '
    constraint combined_fields_separator_length check (length(separator) <= 20),
  skip_empty boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint combined_fields_pkey primary key (id)
);
comment on table template.combined_fields is
  'Values put together from several, shared by all templates: first and last name in one line.';
comment on column template.combined_fields.id is 'Identity.';
comment on column template.combined_fields.key is 'Dotted name; unique among live rows.';
comment on column template.combined_fields.label is 'Name for people.';
comment on column template.combined_fields.separator is 'What stands between the parts.';
comment on column template.combined_fields.skip_empty is 'Whether an empty part and its separator are left out.';
comment on column template.combined_fields.created_at is 'When the row was written.';
comment on column template.combined_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.combined_fields.updated_at is 'When it last changed; set by trigger.';
comment on column template.combined_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.combined_fields.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.combined_fields.deleted_at is 'When it was deleted; null: live.';

create unique index combined_fields_key_key on template.combined_fields (key) where deleted_at is null;

create trigger touch before update on template.combined_fields for each row execute function content.touch();
create trigger check_unused_pdf_fields_combined_field_id before update of deleted_at on template.combined_fields
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.pdf_fields', 'combined_field_id');

create table template.combined_field_parts (
  id uuid not null default gen_random_uuid(),
  combined_field_id uuid not null,
  definition_id uuid not null,
  position integer not null
    constraint combined_field_parts_position_range check (position between 1 and 10000),
  prefix text
    constraint combined_field_parts_prefix_length check (length(btrim(prefix)) > 0 and length(prefix) <= 50),
  suffix text
    constraint combined_field_parts_suffix_length check (length(btrim(suffix)) > 0 and length(suffix) <= 50),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint combined_field_parts_pkey primary key (id),
  constraint combined_field_parts_combined_field_id_fkey foreign key (combined_field_id)
    references template.combined_fields (id) on delete cascade,
  constraint combined_field_parts_definition_id_fkey foreign key (definition_id)
    references template.data_field_definitions (id) on delete restrict
);
comment on table template.combined_field_parts is 'Parts of combined fields, in order.';
comment on column template.combined_field_parts.id is 'Identity.';
comment on column template.combined_field_parts.combined_field_id is 'The combined field.';
comment on column template.combined_field_parts.definition_id is 'Value of this part.';
comment on column template.combined_field_parts.position is 'Place, from 1.';
comment on column template.combined_field_parts.prefix is 'What stands before it; null: nothing.';
comment on column template.combined_field_parts.suffix is 'What stands after it; null: nothing.';
comment on column template.combined_field_parts.created_at is 'When the row was written.';
comment on column template.combined_field_parts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.combined_field_parts.updated_at is 'When it last changed; set by trigger.';
comment on column template.combined_field_parts.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column template.combined_field_parts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.combined_field_parts.deleted_at is 'When it was deleted; null: live.';

create index combined_field_parts_definition_id_idx on template.combined_field_parts (definition_id);
create unique index combined_field_parts_position_key on template.combined_field_parts (combined_field_id, position)
  where deleted_at is null;
create index combined_field_parts_combined_field_id_idx on template.combined_field_parts (combined_field_id);

create trigger check_live before insert or update of combined_field_id, definition_id, deleted_at on template.combined_field_parts
  for each row execute function content.check_live('combined_field_id', 'template.combined_fields', 'definition_id', 'template.data_field_definitions');
create trigger touch before update on template.combined_field_parts for each row execute function content.touch();

-- content: PDF templates: what is filled in where.

create table template.pdf_templates (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint pdf_templates_key_shape check (key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(key) <= 100),
  edition integer not null default '1'
    constraint pdf_templates_edition_range check (edition between 1 and 10000),
  name content.localized_text not null
    constraint pdf_templates_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  description content.localized_text
    constraint pdf_templates_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  subject_domain text not null
    constraint pdf_templates_subject_domain_known check (
      subject_domain in (
        'platform', 'projects', 'finance', 'content'
      )
    ),
  subject_type content.entity_name not null,
  locale text not null
    constraint pdf_templates_locale_known check (locale in ('de', 'en')),
  status text not null default 'draft'
    constraint pdf_templates_status_known check (status in ('draft', 'active', 'retired')),
  activated_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_templates_pkey primary key (id),
  constraint pdf_templates_file_ref_fkey foreign key (file_ref) references content.ref_files (id) on delete restrict,
  constraint pdf_templates_activated check (status <> 'active' or activated_at is not null)
);
comment on table template.pdf_templates is 'Forms that are filled in by program: an original PDF and what goes where.';
comment on column template.pdf_templates.id is 'Identity.';
comment on column template.pdf_templates.key is 'Name for programs.';
comment on column template.pdf_templates.edition is 'Counts the editions of a key from 1; one of them is active.';
comment on column template.pdf_templates.name is 'Name for people.';
comment on column template.pdf_templates.description is 'What it is for; null: not said.';
comment on column template.pdf_templates.file_ref is 'Original PDF (platform).';
comment on column template.pdf_templates.file_sha256 is
  'SHA-256 of the original: fields are placed on exactly this file.';
comment on column template.pdf_templates.subject_domain is 'Domain of what documents are about.';
comment on column template.pdf_templates.subject_type is
  'Entity that documents are about, singular: project, funding_application.';
comment on column template.pdf_templates.locale is 'Language of the form.';
comment on column template.pdf_templates.status is 'Where it stands; past draft nothing of it changes.';
comment on column template.pdf_templates.activated_at is 'When it became active; null: never.';
comment on column template.pdf_templates.created_at is 'When the row was written.';
comment on column template.pdf_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_templates.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_templates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_templates.deleted_at is 'When it was deleted; null: live.';

create index pdf_templates_file_ref_idx on template.pdf_templates (file_ref);
create unique index pdf_templates_edition_key on template.pdf_templates (key, edition) where deleted_at is null;
create index pdf_templates_created_at_idx on template.pdf_templates (created_at desc, id desc);

create trigger check_status before insert or update of status on template.pdf_templates
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>active,retired',
    'active>retired');
create trigger check_frozen before update on template.pdf_templates
  for each row execute function content.check_frozen('status', 'draft', 'name,description,activated_at,deleted_at');
create trigger keep_once_set before update on template.pdf_templates
  for each row execute function content.keep_once_set(
    'activated_at');
create trigger touch before update on template.pdf_templates for each row execute function content.touch();

create table template.pdf_pages (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  page integer not null
    constraint pdf_pages_page_range check (page between 1 and 1000),
  width_pt numeric(8,2) not null
    constraint pdf_pages_width_pt_range check (width_pt between 1 and 14400),
  height_pt numeric(8,2) not null
    constraint pdf_pages_height_pt_range check (height_pt between 1 and 14400),
  rotation integer not null default 0
    constraint pdf_pages_rotation_range check (rotation between 0 and 270)
    constraint pdf_pages_rotation_right check (rotation in (0, 90, 180, 270)),
  preview_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_pages_pkey primary key (id),
  constraint pdf_pages_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete cascade
);
comment on table template.pdf_pages is 'Pages of templates.';
comment on column template.pdf_pages.id is 'Identity.';
comment on column template.pdf_pages.template_id is 'The template.';
comment on column template.pdf_pages.page is 'Number of the page, from 1.';
comment on column template.pdf_pages.width_pt is 'Width in points, 1/72 inch.';
comment on column template.pdf_pages.height_pt is 'Height in points.';
comment on column template.pdf_pages.rotation is 'Turned clockwise, degrees.';
comment on column template.pdf_pages.preview_ref is 'Picture of the page (platform); null: not made yet.';
comment on column template.pdf_pages.created_at is 'When the row was written.';
comment on column template.pdf_pages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_pages.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_pages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_pages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_pages.deleted_at is 'When it was deleted; null: live.';

create unique index pdf_pages_page_key on template.pdf_pages (template_id, page) where deleted_at is null;
create index pdf_pages_template_id_idx on template.pdf_pages (template_id);

create trigger check_parent before insert or update or delete on template.pdf_pages
  for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');
create trigger touch before update on template.pdf_pages for each row execute function content.touch();

create table template.pdf_fields (
  id uuid not null default gen_random_uuid(),
  page_id uuid not null,
  template_id uuid not null,
  name text not null
    constraint pdf_fields_name_shape check (name ~ '^[A-Za-z][A-Za-z0-9_.-]{0,99}$'),
  kind text not null
    constraint pdf_fields_kind_known check (
      kind in (
        'text', 'multiline', 'checkbox', 'radio', 'signature', 'image', 'barcode'
      )
    ),
  definition_id uuid,
  combined_field_id uuid,
  x_pt numeric(8,2) not null
    constraint pdf_fields_x_pt_range check (x_pt >= 0),
  y_pt numeric(8,2) not null
    constraint pdf_fields_y_pt_range check (y_pt >= 0),
  width_pt numeric(8,2) not null
    constraint pdf_fields_width_pt_range check (width_pt > 0),
  height_pt numeric(8,2) not null
    constraint pdf_fields_height_pt_range check (height_pt > 0),
  font text not null default 'Helvetica'
    constraint pdf_fields_font_length check (length(btrim(font)) > 0 and length(font) <= 100),
  font_size_pt numeric(5,2) not null default 10
    constraint pdf_fields_font_size_pt_range check (font_size_pt between 2 and 144),
  align text not null default 'left'
    constraint pdf_fields_align_known check (align in ('left', 'center', 'right')),
  on_value text
    constraint pdf_fields_on_value_length check (length(btrim(on_value)) > 0 and length(on_value) <= 100),
  is_required boolean not null default false,
  default_value text
    constraint pdf_fields_default_value_length check (
      length(btrim(default_value)) > 0
      and length(default_value) <= 1000
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_fields_pkey primary key (id),
  constraint pdf_fields_page_id_fkey foreign key (page_id) references template.pdf_pages (id) on delete cascade,
  constraint pdf_fields_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict,
  constraint pdf_fields_definition_id_fkey foreign key (definition_id)
    references template.data_field_definitions (id) on delete restrict,
  constraint pdf_fields_combined_field_id_fkey foreign key (combined_field_id)
    references template.combined_fields (id) on delete restrict,
  constraint pdf_fields_one_source check (num_nonnulls(definition_id, combined_field_id) <= 1),
  constraint pdf_fields_box_has_value check ((kind in ('checkbox', 'radio')) = (on_value is not null))
);
comment on table template.pdf_fields is 'What is filled in on a page, and where.';
comment on column template.pdf_fields.id is 'Identity.';
comment on column template.pdf_fields.page_id is 'The page.';
comment on column template.pdf_fields.template_id is 'The template of the page.';
comment on column template.pdf_fields.name is 'Name, unique in the template.';
comment on column template.pdf_fields.kind is 'How it is filled in.';
comment on column template.pdf_fields.definition_id is 'Value that goes in; null: a combined field, or typed by hand.';
comment on column template.pdf_fields.combined_field_id is
  'Combined field that goes in; null: one value, or typed by hand.';
comment on column template.pdf_fields.x_pt is 'Left edge in points from the left.';
comment on column template.pdf_fields.y_pt is 'Upper edge in points from the top.';
comment on column template.pdf_fields.width_pt is 'Width in points.';
comment on column template.pdf_fields.height_pt is 'Height in points.';
comment on column template.pdf_fields.font is 'Font.';
comment on column template.pdf_fields.font_size_pt is 'Size in points.';
comment on column template.pdf_fields.align is 'Where the text stands.';
comment on column template.pdf_fields.on_value is 'Value at which a box is ticked; null: no box.';
comment on column template.pdf_fields.is_required is 'Whether a document is not whole without it.';
comment on column template.pdf_fields.default_value is 'What is filled in where there is no value; null: nothing.';
comment on column template.pdf_fields.created_at is 'When the row was written.';
comment on column template.pdf_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_fields.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_fields.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_fields.deleted_at is 'When it was deleted; null: live.';

create index pdf_fields_page_id_idx on template.pdf_fields (page_id);
create index pdf_fields_definition_id_idx on template.pdf_fields (definition_id);
create index pdf_fields_combined_field_id_idx on template.pdf_fields (combined_field_id);
create unique index pdf_fields_name_key on template.pdf_fields (template_id, name)
  where kind <> 'radio' and deleted_at is null;
create index pdf_fields_template_id_idx on template.pdf_fields (template_id);

create trigger check_live before insert or update of definition_id, combined_field_id, deleted_at on template.pdf_fields
  for each row execute function content.check_live('definition_id', 'template.data_field_definitions', 'combined_field_id', 'template.combined_fields');
create trigger check_parent before insert or update or delete on template.pdf_fields
  for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');
create trigger touch before update on template.pdf_fields for each row execute function content.touch();

-- One edition of a key is active: a new one is activated in the transaction that retires the old.
create unique index pdf_templates_active_key on template.pdf_templates (key) where status = 'active' and deleted_at is null;

create function template.check_field_place() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  sheet template.pdf_pages;
begin
  select * into sheet from template.pdf_pages where id = new.page_id for share;
  if sheet.template_id <> new.template_id then
    raise exception 'page % is of another template', new.page_id
      using errcode = '23514', constraint = 'pdf_fields_page_of_template', schema = 'template', table = 'pdf_fields';
  end if;
  if new.x_pt + new.width_pt > sheet.width_pt or new.y_pt + new.height_pt > sheet.height_pt then
    raise exception 'field % reaches beyond its page of % x % points', new.name, sheet.width_pt, sheet.height_pt
      using errcode = '23514', constraint = 'pdf_fields_on_page', schema = 'template', table = 'pdf_fields';
  end if;
  return new;
end
$$;
comment on function template.check_field_place() is
  'Before insert or update: a field lies on its page of its template; breaks pdf_fields_on_page, pdf_fields_page_of_template.';
create trigger check_place before insert or update on template.pdf_fields
  for each row execute function template.check_field_place();

-- content: documents being filled in, and what came out.

create table template.document_sessions (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  subject_domain text not null
    constraint document_sessions_subject_domain_known check (
      subject_domain in (
        'platform', 'projects', 'finance', 'content'
      )
    ),
  subject_type content.entity_name not null,
  subject_id uuid not null,
  opened_by uuid not null,
  locked_by uuid,
  locked_until timestamptz,
  filled_at timestamptz,
  status text not null default 'open'
    constraint document_sessions_status_known check (status in ('open', 'exported', 'discarded')),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_sessions_pkey primary key (id),
  constraint document_sessions_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict,
  constraint document_sessions_locked_whole check ((locked_by is null) = (locked_until is null))
);
comment on table template.document_sessions is
  'Work on one document: opened for a subject, filled in by program and by hand, exported; can be left and taken up again.';
comment on column template.document_sessions.id is 'Identity.';
comment on column template.document_sessions.template_id is 'Template, pinned with its edition.';
comment on column template.document_sessions.subject_domain is 'Domain of the subject.';
comment on column template.document_sessions.subject_type is 'Entity that the document is about, singular.';
comment on column template.document_sessions.subject_id is 'Id of that entity.';
comment on column template.document_sessions.opened_by is 'Contact who opened it (platform).';
comment on column template.document_sessions.locked_by is 'Contact who works on it now (platform); null: nobody.';
comment on column template.document_sessions.locked_until is 'When that lock ends by itself; null: nobody works on it.';
comment on column template.document_sessions.filled_at is 'When values were last read from the domains; null: not yet.';
comment on column template.document_sessions.status is
  'Where it stands; the steps of document_sessions_status_transition.';
comment on column template.document_sessions.expires_at is 'When an open session is discarded.';
comment on column template.document_sessions.created_at is 'When the row was written.';
comment on column template.document_sessions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.document_sessions.updated_at is 'When it last changed; set by trigger.';
comment on column template.document_sessions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.document_sessions.version is 'Counts changes from 1; set by trigger; the ETag.';

create index document_sessions_template_id_idx on template.document_sessions (template_id);
create index document_sessions_subject_idx on template.document_sessions (subject_domain, subject_type, subject_id, created_at desc, id desc);
create index document_sessions_expires_at_idx on template.document_sessions (expires_at) where status = 'open';
create index document_sessions_created_at_idx on template.document_sessions (created_at desc, id desc);

create trigger check_status before insert or update of status on template.document_sessions
  for each row execute function content.check_transition(
    'status', 'open',
    'open>exported,discarded',
    'exported>open');
create trigger touch before update on template.document_sessions for each row execute function content.touch();

create table template.data_values (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  field_id uuid not null,
  found_value text
    constraint data_values_found_value_length check (length(found_value) <= 20000),
  found_at timestamptz,
  typed_value text
    constraint data_values_typed_value_length check (length(typed_value) <= 20000),
  typed_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint data_values_pkey primary key (id),
  constraint data_values_field_id_key unique (session_id, field_id),
  constraint data_values_session_id_fkey foreign key (session_id)
    references template.document_sessions (id) on delete cascade,
  constraint data_values_field_id_fkey foreign key (field_id) references template.pdf_fields (id) on delete restrict,
  constraint data_values_typed_whole check ((typed_value is null) = (typed_by is null))
);
comment on table template.data_values is 'Values of a session: what the program found and what somebody typed over it.';
comment on column template.data_values.id is 'Identity.';
comment on column template.data_values.session_id is 'The session.';
comment on column template.data_values.field_id is 'The field.';
comment on column template.data_values.found_value is 'What was found in the domains; null: nothing.';
comment on column template.data_values.found_at is 'When; null: it was not looked for.';
comment on column template.data_values.typed_value is 'What somebody typed instead; null: what was found counts.';
comment on column template.data_values.typed_by is 'Contact who typed it (platform); null: nobody.';
comment on column template.data_values.created_at is 'When the row was written.';
comment on column template.data_values.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_values.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_values.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.data_values.version is 'Counts changes from 1; set by trigger; the ETag.';

create index data_values_field_id_idx on template.data_values (field_id);

revoke select on template.data_values from content_studio;
grant select (
  id, session_id, field_id, found_at, typed_by, created_at, created_by, updated_at, updated_by, version
) on template.data_values to content_studio;

create trigger check_parent before insert or update or delete on template.data_values
  for each row execute function content.check_parent('template.document_sessions', 'session_id', 'status', 'open');
create trigger touch before update on template.data_values for each row execute function content.touch();

create table template.rendered_documents (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  template_id uuid not null,
  edition integer not null
    constraint rendered_documents_edition_range check (edition between 1 and 10000),
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  field_values jsonb not null
    constraint rendered_documents_field_values_object check (jsonb_typeof(field_values) = 'object'),
  rendered_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint rendered_documents_pkey primary key (id),
  constraint rendered_documents_edition_key unique (session_id, edition),
  constraint rendered_documents_session_id_fkey foreign key (session_id)
    references template.document_sessions (id) on delete restrict,
  constraint rendered_documents_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict
);
comment on table template.rendered_documents is 'Documents that came out of sessions, with the values they show.';
comment on column template.rendered_documents.id is 'Identity.';
comment on column template.rendered_documents.session_id is 'The session.';
comment on column template.rendered_documents.template_id is 'The template.';
comment on column template.rendered_documents.edition is 'Counts the documents of a session from 1.';
comment on column template.rendered_documents.file_ref is 'The file (platform).';
comment on column template.rendered_documents.file_sha256 is 'SHA-256 of the file.';
comment on column template.rendered_documents.field_values is 'Values as shown, by name of the field, a JSON object.';
comment on column template.rendered_documents.rendered_at is 'When.';
comment on column template.rendered_documents.created_at is 'When the row was written.';
comment on column template.rendered_documents.created_by is 'Contact who wrote it (platform); null: the system.';

create index rendered_documents_template_id_idx on template.rendered_documents (template_id);

revoke select on template.rendered_documents from content_studio;
grant select (
  id, session_id, template_id, edition, file_ref, file_sha256, rendered_at, created_at, created_by
) on template.rendered_documents to content_studio;

revoke update on template.rendered_documents from content_writer;
create trigger refuse_change before update or delete on template.rendered_documents
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on template.rendered_documents
  for each statement execute function content.refuse_change();
alter table template.rendered_documents enable always trigger refuse_change;
alter table template.rendered_documents enable always trigger refuse_truncate;
