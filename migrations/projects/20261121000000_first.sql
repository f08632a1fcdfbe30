-- projects: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as projects_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role projects_owner revoke execute on functions from public;

create schema projects;
comment on schema projects is 'Plumbing of the projects database: idempotency keys, outbox, inbox.';
create schema community;
comment on schema community is 'Funding themes and the projects they fund.';

grant usage on schema projects, community to projects_writer, projects_reader;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role projects_owner in schema projects grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema projects grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema projects grant usage, select on sequences to projects_writer;
alter default privileges for role projects_owner in schema community grant select on tables to projects_reader;
alter default privileges for role projects_owner in schema community grant select, insert, update on tables to projects_writer;
alter default privileges for role projects_owner in schema community grant usage, select on sequences to projects_writer;

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
