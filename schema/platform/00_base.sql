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
