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
$$;
comment on function content.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';
