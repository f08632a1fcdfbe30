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
-- Names that are nearly alike. Trusted too.
create extension pg_trgm with schema extensions;

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
$$;
comment on function platform.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';
