-- finance: schemas, privileges, and the types and trigger functions every table of this database uses.
-- Run as finance_owner: whatever it creates is covered by the default privileges below.

-- No function may be called just because it exists.
alter default privileges for role finance_owner revoke execute on functions from public;

create schema finance;
comment on schema finance is 'Plumbing of the finance database: idempotency keys, outbox, inbox, audit log, bank statements.';
create schema ledger;
create schema giving;
comment on schema ledger is 'Double-entry books; written by ledger.post and nobody else.';
comment on schema giving is 'Contributors, what they gave, and where it went.';
create schema giftaid;
comment on schema giftaid is 'Gift Aid: declarations, claims, small donations.';
create schema trade;
comment on schema trade is 'Products, quotes, invoices.';

grant usage on schema finance, ledger, giving, giftaid, trade to finance_writer, finance_reader, finance_studio;
-- Who audits the books needs them and the audit log, and nothing else.
grant usage on schema finance, ledger to finance_audit;

-- Nobody is given delete: a row is marked as deleted, or it stays.
alter default privileges for role finance_owner in schema finance grant select on tables to finance_reader;
alter default privileges for role finance_owner in schema finance grant select, insert, update on tables to finance_writer;
alter default privileges for role finance_owner in schema finance grant usage, select on sequences to finance_writer;
alter default privileges for role finance_owner in schema giving grant select on tables to finance_reader;
alter default privileges for role finance_owner in schema giving grant select, insert, update on tables to finance_writer;
alter default privileges for role finance_owner in schema giving grant usage, select on sequences to finance_writer;
alter default privileges for role finance_owner in schema giftaid grant select on tables to finance_reader;
alter default privileges for role finance_owner in schema giftaid grant select, insert, update on tables to finance_writer;
alter default privileges for role finance_owner in schema giftaid grant usage, select on sequences to finance_writer;
alter default privileges for role finance_owner in schema trade grant select on tables to finance_reader;
alter default privileges for role finance_owner in schema trade grant select, insert, update on tables to finance_writer;
alter default privileges for role finance_owner in schema trade grant usage, select on sequences to finance_writer;
-- The books are read by everyone and written by functions only.
alter default privileges for role finance_owner in schema ledger
  grant select on tables to finance_reader, finance_writer, finance_audit;
-- The studio sees all tables; of those with secrets in them, the columns that their files name.
alter default privileges for role finance_owner in schema finance grant select on tables to finance_studio;
alter default privileges for role finance_owner in schema ledger grant select on tables to finance_studio;
alter default privileges for role finance_owner in schema giving grant select on tables to finance_studio;
alter default privileges for role finance_owner in schema giftaid grant select on tables to finance_studio;
alter default privileges for role finance_owner in schema trade grant select on tables to finance_studio;

create domain finance.localized_text as jsonb
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
comment on domain finance.localized_text is
  'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Shapes that many rows have. A domain is compiled once per session, a check of a table at every statement.
create domain finance.entity_name as text constraint entity_name_shape check (value ~ '^[a-z][a-z_]*$');
comment on domain finance.entity_name is 'Name of an entity, singular: project, journal.';

create domain finance.event_topic as text constraint event_topic_shape check (value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$');
comment on domain finance.event_topic is 'Domain, entity, fact and version: finance.thing.happened.v1.';

create domain finance.sha256 as bytea constraint sha256_length check (octet_length(value) = 32);
comment on domain finance.sha256 is 'A SHA-256 digest, 32 bytes.';

create domain finance.key_text as text constraint key_text_length check (length(value) between 1 and 255);
comment on domain finance.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

create domain finance.http_status as smallint constraint http_status_range check (value between 100 and 599);
comment on domain finance.http_status is 'Status of an HTTP answer.';

create domain finance.request_id as text constraint request_id_length check (length(value) between 1 and 200);
comment on domain finance.request_id is 'Request that caused something; 1 to 200 characters.';

create function finance.touch() returns trigger
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
comment on function finance.touch() is
  'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

create function finance.refuse_change() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- The one exception: what a link of the audit log's chain says was taken away, and its salt with it.
  if tg_op = 'UPDATE' and tg_table_schema = 'finance' and starts_with(tg_table_name, 'audit_logs')
    and finance.is_redaction(to_jsonb(old), to_jsonb(new))
  then
    return new;
  end if;
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$$;
comment on function finance.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

create function finance.today() returns date
  language plpgsql stable
  set search_path = ''
as $$
begin
  return (now() at time zone 'Europe/London')::date;
end
$$;
comment on function finance.today() is 'The day on which this transaction began, where the books are kept.';
