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
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$$;
comment on function finance.refuse_change() is
  'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- finance: the rules that many tables share, as trigger functions; what a trigger's arguments mean is said in each.

create function finance.check_transition() returns trigger
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
comment on function finance.check_transition() is
  'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

create function finance.check_frozen() returns trigger
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
comment on function finance.check_frozen() is
  'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

create function finance.check_parent() returns trigger
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
comment on function finance.check_parent() is
  'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

create function finance.check_acyclic() returns trigger
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
comment on function finance.check_acyclic() is
  'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

create function finance.keep_once_set() returns trigger
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
comment on function finance.keep_once_set() is
  'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- A soft-deleted row still satisfies a foreign key: these two keep references to live rows.
create function finance.check_live() returns trigger
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
comment on function finance.check_live() is
  'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

create function finance.check_unused() returns trigger
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
comment on function finance.check_unused() is
  'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

create function finance.keep_newest() returns trigger
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
comment on function finance.keep_newest() is
  'Before update of what another domain told: an older version is passed over, a newer one dates the row.';

-- finance: what makes a request repeatable and an event certain.

create table finance.idempotency_keys (
  scope finance.key_text not null,
  key finance.key_text not null,
  fingerprint finance.sha256 not null,
  status finance.http_status,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
comment on table finance.idempotency_keys is
  'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column finance.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column finance.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column finance.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column finance.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column finance.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column finance.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';
create index idempotency_keys_created_at_idx on finance.idempotency_keys (created_at);

create table finance.outbox_events (
  id uuid not null default gen_random_uuid(),
  position bigint generated always as identity,
  topic finance.event_topic not null,
  aggregate_type finance.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null
    constraint outbox_events_payload_object check (jsonb_typeof(payload) = 'object'),
  occurred_at timestamptz not null default now(),
  published_at timestamptz,
  constraint outbox_events_pkey primary key (id)
);
comment on table finance.outbox_events is
  'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column finance.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column finance.outbox_events.position is
  'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column finance.outbox_events.topic is 'Domain, entity, fact and version: finance.thing.happened.v1.';
comment on column finance.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column finance.outbox_events.aggregate_id is 'Id of that entity.';
comment on column finance.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column finance.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column finance.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';
create index outbox_events_unpublished_idx on finance.outbox_events (position) where published_at is null;

create table finance.inbox_dedup (
  consumer text not null
    constraint inbox_dedup_consumer_length check (length(consumer) between 1 and 100),
  message_id uuid not null,
  received_at timestamptz not null default now(),
  constraint inbox_dedup_pkey primary key (consumer, message_id)
);
comment on table finance.inbox_dedup is
  'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column finance.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column finance.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column finance.inbox_dedup.received_at is 'When it took effect here.';

-- finance: the audit log of this domain, written in the transaction of the change. Append-only; a copy of each entry
-- goes to the platform through the outbox.

create table finance.audit_logs (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  domain text not null default 'finance'
    constraint audit_logs_domain_known check (domain = 'finance'),
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
  entity_type finance.entity_name,
  entity_id uuid,
  context_entity_type finance.entity_name,
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
comment on table finance.audit_logs is 'Who changed or read what of the finance; rows are only ever added.';
comment on column finance.audit_logs.id is 'Identity.';
comment on column finance.audit_logs.created_at is 'When it happened.';
comment on column finance.audit_logs.domain is 'Domain whose data was touched: always finance here.';
comment on column finance.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column finance.audit_logs.actor_contact_id is 'Contact who acted (platform); null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column finance.audit_logs.actor_user_id is 'Login that was used (platform); null: none.';
comment on column finance.audit_logs.session_id is 'Session it happened in (platform); null: none.';
comment on column finance.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column finance.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column finance.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column finance.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column finance.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column finance.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column finance.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column finance.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column finance.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column finance.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column finance.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column finance.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

create index audit_logs_created_at_idx on finance.audit_logs (created_at desc, id desc);
create index audit_logs_entity_idx on finance.audit_logs (entity_type, entity_id, created_at desc, id desc);
create index audit_logs_actor_idx on finance.audit_logs (actor_contact_id, created_at desc, id desc);

create trigger refuse_change before update or delete on finance.audit_logs
  for each row execute function finance.refuse_change();
alter table finance.audit_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on finance.audit_logs
  for each statement execute function finance.refuse_change();
alter table finance.audit_logs enable always trigger refuse_truncate;
revoke update on finance.audit_logs from finance_writer;
grant select on finance.audit_logs to finance_audit;

-- finance: what the books are kept in: currencies, chart of accounts, funds, accounts, periods.
-- Nothing here is written by an application; config rows ride in migrations.

create table ledger.currencies (
  code text not null
    constraint currencies_code_shape check (code ~ '^[A-Z]{3}$'),
  exponent smallint not null
    constraint currencies_exponent_range check (exponent between 0 and 4),
  constraint currencies_pkey primary key (code)
);
comment on table ledger.currencies is 'Currencies that the books accept.';
comment on column ledger.currencies.code is 'ISO 4217 code.';
comment on column ledger.currencies.exponent is 'Decimal places of the minor unit by ISO 4217: 2 for GBP, 0 for JPY, 3 for KWD.';

create table ledger.chart_of_accounts (
  code text not null
    constraint chart_of_accounts_code_shape check (code ~ '^[1-5][0-9]{3}$'),
  name finance.localized_text not null,
  type text not null
    constraint chart_of_accounts_type_known check (type in ('asset', 'liability', 'fund', 'income', 'expense')),
  constraint chart_of_accounts_pkey primary key (code),
  constraint chart_of_accounts_type_key unique (code, type),
  constraint chart_of_accounts_type_of_code check (
    type = case left(code, 1)
      when '1' then 'asset' when '2' then 'liability' when '3' then 'fund' when '4' then 'income' else 'expense'
    end
  )
);
comment on table ledger.chart_of_accounts is 'Nominal codes; an account is a code for one fund, counterparty and currency.';
comment on column ledger.chart_of_accounts.code is 'Nominal code, four digits; the first one is the type.';
comment on column ledger.chart_of_accounts.name is 'Name for people.';
comment on column ledger.chart_of_accounts.type is
  'asset, liability, fund (transfers between funds), income or expense; the last three belong to a fund.';

create table ledger.funds (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint funds_code_length check (length(code) between 1 and 100),
  restriction text not null
    constraint funds_restriction_known check (restriction in ('unrestricted', 'designated', 'restricted', 'endowment')),
  parent_id uuid,
  project_ref uuid,
  theme_ref uuid,
  stage_ref uuid,
  floor_minor bigint default 0,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint funds_pkey primary key (id),
  constraint funds_code_key unique (code),
  constraint funds_parent_id_fkey foreign key (parent_id) references ledger.funds (id),
  constraint funds_stage_in_project check (stage_ref is null or project_ref is not null)
);
comment on table ledger.funds is 'Pots of money with a purpose; the balance of a fund is what was given for it and not yet spent.';
comment on column ledger.funds.id is 'Identity.';
comment on column ledger.funds.code is 'GEN for the general fund, else project:<uuid>, theme:<uuid>, stage:<uuid>.';
comment on column ledger.funds.restriction is 'How far the trustees may decide: unrestricted, designated, restricted, endowment.';
comment on column ledger.funds.parent_id is 'Fund it is part of; null: none.';
comment on column ledger.funds.project_ref is 'Project it is for (projects); null: none.';
comment on column ledger.funds.theme_ref is 'Theme it is for (projects); null: none.';
comment on column ledger.funds.stage_ref is 'Funding stage it is for (projects); null: the whole project.';
comment on column ledger.funds.floor_minor is
  'Lowest balance that spending may leave, minor units in each currency; null: not guarded.';
comment on column ledger.funds.created_at is 'When the fund was opened.';
comment on column ledger.funds.closed_at is 'When it was closed for postings; null: open.';

create unique index funds_project_ref_key on ledger.funds (project_ref) where project_ref is not null and stage_ref is null;
create unique index funds_theme_ref_key on ledger.funds (theme_ref) where theme_ref is not null;
create unique index funds_stage_ref_key on ledger.funds (stage_ref) where stage_ref is not null;
create index funds_parent_id_idx on ledger.funds (parent_id);

create table ledger.accounts (
  id uuid not null default gen_random_uuid(),
  code text not null,
  type text not null,
  sign smallint not null generated always as (case when type in ('asset', 'expense') then 1 else -1 end) stored,
  currency text not null,
  fund_id uuid,
  counterparty_type finance.entity_name,
  counterparty_id uuid,
  floor_minor bigint,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint accounts_pkey primary key (id),
  constraint accounts_currency_key unique (id, currency),
  constraint accounts_leaf_key unique nulls not distinct (code, fund_id, counterparty_type, counterparty_id, currency),
  constraint accounts_code_fkey foreign key (code, type) references ledger.chart_of_accounts (code, type),
  constraint accounts_currency_fkey foreign key (currency) references ledger.currencies (code),
  constraint accounts_fund_id_fkey foreign key (fund_id) references ledger.funds (id),
  constraint accounts_fund_by_type check ((fund_id is not null) = (type in ('fund', 'income', 'expense'))),
  constraint accounts_counterparty_whole check ((counterparty_type is null) = (counterparty_id is null))
);
comment on table ledger.accounts is 'Leaf accounts: nominal code x fund x counterparty x currency. All of them take postings.';
comment on column ledger.accounts.id is 'Identity.';
comment on column ledger.accounts.code is 'Nominal code.';
comment on column ledger.accounts.type is 'Type of the nominal code.';
comment on column ledger.accounts.sign is '1 where a debit raises what people call the balance (asset, expense), else -1.';
comment on column ledger.accounts.currency is 'ISO 4217 code; an account has one currency.';
comment on column ledger.accounts.fund_id is 'Fund of income, expense and transfers; null: pooled (assets, liabilities).';
comment on column ledger.accounts.counterparty_type is 'Kind of counterparty, e.g. partner; null: none.';
comment on column ledger.accounts.counterparty_id is 'The counterparty, in whatever domain; null: none.';
comment on column ledger.accounts.floor_minor is
  'Lowest balance, in the account''s own sign and minor units, that a fall may leave; null: not guarded.';
comment on column ledger.accounts.created_at is 'When the account was opened.';
comment on column ledger.accounts.closed_at is 'When it was closed for postings; null: open.';

create index accounts_fund_id_idx on ledger.accounts (fund_id);
create index accounts_code_idx on ledger.accounts (code, type);
create index accounts_currency_idx on ledger.accounts (currency);

create function ledger.keep_account() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if (new.id, new.code, new.type, new.currency, new.fund_id, new.counterparty_type, new.counterparty_id)
    is distinct from (old.id, old.code, old.type, old.currency, old.fund_id, old.counterparty_type, old.counterparty_id)
  then
    raise exception 'account % has its identity for ever', old.id
      using errcode = '42501', schema = 'ledger', table = 'accounts', hint = 'Close it and open another one.';
  end if;
  if new.closed_at is not null and old.closed_at is null then
    -- Waits for every posting that already refers to the account, so that none commits after the close.
    perform 1 from ledger.accounts where id = old.id for update;
  end if;
  return new;
end
$$;
comment on function ledger.keep_account() is
  'Before update: only floor and close may change, and a close waits for the postings under way.';
create trigger keep_account before update on ledger.accounts
  for each row execute function ledger.keep_account();

create function ledger.keep_fund() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if (new.id, new.code, new.project_ref, new.theme_ref, new.stage_ref)
    is distinct from (old.id, old.code, old.project_ref, old.theme_ref, old.stage_ref)
  then
    raise exception 'fund % has its identity for ever', old.code
      using errcode = '42501', schema = 'ledger', table = 'funds', hint = 'Close it and open another one.';
  end if;
  if new.closed_at is not null and old.closed_at is null then
    -- Waits for accounts being opened and postings under way, so that none commits after the close.
    perform 1 from ledger.funds where id = old.id for update;
    perform 1 from ledger.accounts where fund_id = old.id order by id for update;
  end if;
  return new;
end
$$;
comment on function ledger.keep_fund() is
  'Before update: a fund keeps its identity, and a close waits for the postings under way.';
create trigger keep_fund before update on ledger.funds
  for each row execute function ledger.keep_fund();

create table ledger.account_balances (
  account_id uuid not null,
  balance numeric(38, 0) not null default 0,
  constraint account_balances_pkey primary key (account_id),
  constraint account_balances_account_id_fkey foreign key (account_id) references ledger.accounts (id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.account_balances is 'Folded balances: add the visible balance_deltas, in one statement, for the exact one.';
comment on column ledger.account_balances.account_id is 'The account.';
comment on column ledger.account_balances.balance is 'Sum of its folded entries, minor units, debit positive.';

create function ledger.open_balance() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into ledger.account_balances (account_id) values (new.id);
  return null;
end
$$;
comment on function ledger.open_balance() is 'After insert: every account has its balance row.';
create trigger open_balance after insert on ledger.accounts
  for each row execute function ledger.open_balance();
alter table ledger.accounts enable always trigger open_balance;

create table ledger.balance_deltas (
  id bigint not null generated always as identity,
  account_id uuid not null,
  amount bigint not null
    constraint balance_deltas_amount_not_zero check (amount <> 0),
  constraint balance_deltas_pkey primary key (id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.balance_deltas is 'Changes of balances that wait to be folded; a posting adds rows here instead of locking a balance.';
comment on column ledger.balance_deltas.id is 'Identity.';
comment on column ledger.balance_deltas.account_id is
  'The account. No foreign key: the entry of the same posting has it, and a second lock on a hot row is dear.';
comment on column ledger.balance_deltas.amount is 'Net change by one journal, minor units, debit positive.';
create index balance_deltas_account_id_idx on ledger.balance_deltas (account_id) include (amount);

create table ledger.accounting_periods (
  id integer not null generated always as identity,
  span daterange not null,
  closed_at timestamptz,
  closed_by uuid,
  constraint accounting_periods_pkey primary key (id),
  constraint accounting_periods_span_whole check (
    not isempty(span) and not lower_inf(span) and not upper_inf(span)
  ),
  constraint accounting_periods_span_excl exclude using gist (span with &&)
);
comment on table ledger.accounting_periods is 'Accounting periods (UK tax years); a journal is dated inside an open one.';
comment on column ledger.accounting_periods.id is 'Identity; also the key of the advisory lock that a close takes.';
comment on column ledger.accounting_periods.span is 'First day, and the day after the last.';
comment on column ledger.accounting_periods.closed_at is 'When it was closed; null: open.';
comment on column ledger.accounting_periods.closed_by is 'Contact who closed it (platform); null: open, or closed by the system.';

-- finance: journals and their entries, written once and never changed.

-- Time-ordered ids keep the indexes of the append-only tables dense.
-- In plpgsql, as all functions on the way of a posting: the server parses and plans a body in SQL at every call.
create function ledger.uuid7() returns uuid
  language plpgsql volatile parallel safe
  set search_path = ''
as $$
begin
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end
$$;
comment on function ledger.uuid7() is 'A new UUID, version 7: milliseconds since 1970, then random bits.';

create domain ledger.journal_kind as text constraint journal_kind_shape check (value ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$');
comment on domain ledger.journal_kind is 'What kind of event is posted: contribution.settled, journal.reversal.';

create domain ledger.remark as text constraint remark_length check (length(value) <= 500);
comment on domain ledger.remark is 'Free text in the books, at most 500 characters.';

create table ledger.journals (
  id uuid not null default ledger.uuid7(),
  kind ledger.journal_kind not null,
  effective_date date not null,
  posted_at timestamptz not null default clock_timestamp(),
  xid xid8 not null default pg_current_xact_id(),
  reverses uuid,
  source_type finance.entity_name not null,
  source_id uuid not null,
  actor_ref uuid,
  request_id finance.request_id,
  memo ledger.remark not null default '',
  reason ledger.remark,
  lines smallint not null
    constraint journals_lines_range check (lines between 2 and 1000),
  constraint journals_pkey primary key (id),
  constraint journals_xid_key unique (id, xid),
  constraint journals_source_key unique (source_type, source_id, kind),
  constraint journals_reverses_key unique (reverses),
  constraint journals_reverses_fkey foreign key (reverses) references ledger.journals (id),
  constraint journals_reversal_has_reason check (reverses is null or coalesce(reason, '') <> '')
);
comment on table ledger.journals is 'Postings: each balances per currency, is complete when it commits, and never changes.';
comment on column ledger.journals.id is 'Identity, UUID v7.';
comment on column ledger.journals.kind is 'What kind of event: contribution.settled, journal.reversal.';
comment on column ledger.journals.effective_date is 'Accounting date, inside an open period.';
comment on column ledger.journals.posted_at is 'When it was posted, by the server''s clock; nothing is ordered by it.';
comment on column ledger.journals.xid is 'Transaction that posted it; entries must carry the same one, so none can be added later.';
comment on column ledger.journals.reverses is 'Journal that it negates exactly; null: none. A journal is reversed at most once.';
comment on column ledger.journals.source_type is 'Entity that caused it, singular.';
comment on column ledger.journals.source_id is 'Id of that entity; one journal per source and kind, for ever.';
comment on column ledger.journals.actor_ref is 'Contact who caused it (platform); null: the system.';
comment on column ledger.journals.request_id is 'Request that caused it; null: none.';
comment on column ledger.journals.memo is 'Free text for the books; empty: none.';
comment on column ledger.journals.reason is 'Why, where a reason is owed (reversals); null: none.';
comment on column ledger.journals.lines is 'Number of its entries, declared first and checked at commit.';

create table ledger.entries (
  journal_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  line smallint not null
    constraint entries_line_range check (line >= 1),
  account_id uuid not null,
  currency text not null,
  amount bigint not null
    constraint entries_amount_range check (amount <> 0 and amount between -9000000000000000 and 9000000000000000),
  constraint entries_pkey primary key (journal_id, line),
  constraint entries_journal_id_fkey foreign key (journal_id, xid) references ledger.journals (id, xid),
  constraint entries_account_id_fkey foreign key (account_id, currency) references ledger.accounts (id, currency)
);
comment on table ledger.entries is 'Lines of journals.';
comment on column ledger.entries.journal_id is 'The journal.';
comment on column ledger.entries.xid is 'Transaction that wrote it, the journal''s; stamped by trigger.';
comment on column ledger.entries.line is 'Place in the journal, from 1.';
comment on column ledger.entries.account_id is 'The account.';
comment on column ledger.entries.currency is 'Currency of the account, ISO 4217.';
comment on column ledger.entries.amount is 'Minor units, debit positive, credit negative, at most 9e15 either way (exact in JSON).';
create index entries_account_id_idx on ledger.entries (account_id, currency, journal_id) include (amount);

create function ledger.stamp_xid() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.xid := pg_current_xact_id();
  return new;
end
$$;
comment on function ledger.stamp_xid() is 'Before insert: the transaction id is the real one, whatever the statement says.';
create trigger stamp_xid before insert on ledger.journals for each row execute function ledger.stamp_xid();
create trigger stamp_xid before insert on ledger.entries for each row execute function ledger.stamp_xid();
alter table ledger.journals enable always trigger stamp_xid;
alter table ledger.entries enable always trigger stamp_xid;

-- Definer: it runs at commit, as whoever commits.
create function ledger.check_journal() returns trigger
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  found_lines integer;
  balanced boolean;
begin
  select coalesce(sum(n), 0), coalesce(bool_and(total = 0), true) into found_lines, balanced
  from (
    select count(*) as n, sum(amount) as total from ledger.entries where journal_id = new.id group by currency
  ) per_currency;
  if found_lines <> new.lines then
    raise exception 'journal % has % lines, declared %', new.id, found_lines, new.lines
      using errcode = '23514', constraint = 'journals_complete', schema = 'ledger', table = 'journals';
  end if;
  if not balanced then
    raise exception 'journal % does not balance', new.id
      using errcode = '23514', constraint = 'journals_balanced', schema = 'ledger', table = 'journals';
  end if;
  -- Symmetric on purpose: a reversal of a balanced part of the lines is no reversal.
  if new.reverses is not null and exists (
    select 1 from ledger.entries
    where journal_id in (new.id, new.reverses)
    group by account_id, currency
    having sum(amount) <> 0
  ) then
    raise exception 'journal % is not the exact negation of %', new.id, new.reverses
      using errcode = '23514', constraint = 'journals_reversal_exact', schema = 'ledger', table = 'journals';
  end if;
  return null;
end
$$;
comment on function ledger.check_journal() is
  'At commit: a journal is complete, balances per currency, and negates exactly what it reverses.';
create constraint trigger check_journal after insert on ledger.journals
  deferrable initially deferred for each row execute function ledger.check_journal();
alter table ledger.journals enable always trigger check_journal;

create trigger refuse_change before update or delete on ledger.journals
  for each row execute function finance.refuse_change();
create trigger refuse_change before update or delete on ledger.entries
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.journals
  for each statement execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.entries
  for each statement execute function finance.refuse_change();
alter table ledger.journals enable always trigger refuse_change;
alter table ledger.journals enable always trigger refuse_truncate;
alter table ledger.entries enable always trigger refuse_change;
alter table ledger.entries enable always trigger refuse_truncate;

-- finance: the hash chain over journals, grown after the fact from a queue so that no posting waits for another.

create table ledger.seal_queue (
  journal_id uuid not null,
  constraint seal_queue_pkey primary key (journal_id),
  constraint seal_queue_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.seal_queue is 'Journals that wait to be sealed.';
comment on column ledger.seal_queue.journal_id is 'The journal.';

create table ledger.seals (
  seq bigint not null
    constraint seals_seq_range check (seq >= 1),
  journal_id uuid not null,
  prev_hash finance.sha256 not null,
  hash finance.sha256 not null,
  sealed_at timestamptz not null default clock_timestamp(),
  constraint seals_pkey primary key (seq),
  constraint seals_journal_id_key unique (journal_id),
  constraint seals_hash_key unique (hash),
  constraint seals_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
);
comment on table ledger.seals is 'The chain: each link hashes the link before and one journal with its entries.';
comment on column ledger.seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column ledger.seals.journal_id is 'The journal.';
comment on column ledger.seals.prev_hash is 'Hash of the link before; of the word genesis for the first.';
comment on column ledger.seals.hash is 'SHA-256 by ledger.journal_hash.';
comment on column ledger.seals.sealed_at is 'When it was sealed.';

create table ledger.chain_head (
  one boolean not null default true
    constraint chain_head_one check (one),
  seq bigint not null,
  hash finance.sha256 not null,
  constraint chain_head_pkey primary key (one)
);
comment on table ledger.chain_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column ledger.chain_head.one is 'Always true: the table has one row.';
comment on column ledger.chain_head.seq is 'Place of the last link; 0: none yet.';
comment on column ledger.chain_head.hash is 'Hash of the last link; of the word genesis while there is none.';

create trigger refuse_change before update or delete on ledger.seals
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.seals
  for each statement execute function finance.refuse_change();
create trigger refuse_delete before delete or truncate on ledger.chain_head
  for each statement execute function finance.refuse_change();
alter table ledger.seals enable always trigger refuse_change;
alter table ledger.seals enable always trigger refuse_truncate;
alter table ledger.chain_head enable always trigger refuse_delete;

create function ledger.journal_hash(prev bytea, journal uuid) returns bytea
  language sql stable
  set search_path = ''
as $$
  select sha256(prev || convert_to(jsonb_build_array(
    j.id, j.kind, j.effective_date,
    to_char(j.posted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    j.reverses, j.source_type, j.source_id, j.actor_ref, j.request_id, j.memo, j.reason, j.lines,
    (select jsonb_agg(jsonb_build_array(e.line, e.account_id, e.currency, e.amount) order by e.line)
     from ledger.entries e where e.journal_id = j.id)
  )::text, 'UTF8'))
  from ledger.journals j where j.id = journal
$$;
comment on function ledger.journal_hash(bytea, uuid) is
  'Hash of a link: SHA-256 of the previous hash and the journal as a JSON array. A column added later is not part of it.';

-- Definer: it deletes from the queue and writes seals, which no application role may.
create function ledger.seal(at_most integer default 1000) returns bigint
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  head ledger.chain_head;
  next_journal uuid;
  sealed bigint := 0;
begin
  insert into ledger.chain_head (seq, hash) values (0, sha256('genesis')) on conflict do nothing;
  select * into strict head from ledger.chain_head for update;
  for next_journal in
    with taken as (
      delete from ledger.seal_queue
      where journal_id in (select q.journal_id from ledger.seal_queue q order by q.journal_id limit at_most)
      returning journal_id
    )
    select journal_id from taken order by journal_id
  loop
    head.seq := head.seq + 1;
    insert into ledger.seals (seq, journal_id, prev_hash, hash)
    values (head.seq, next_journal, head.hash, ledger.journal_hash(head.hash, next_journal))
    returning hash into head.hash;
    sealed := sealed + 1;
  end loop;
  if sealed > 0 then
    update ledger.chain_head set seq = head.seq, hash = head.hash;
  end if;
  return sealed;
end
$$;
comment on function ledger.seal(integer) is
  'Seals at most that many waiting journals; returns how many. Call it often with small numbers.';

create function ledger.verify_chain() returns table (bad_seq bigint, why text)
  language sql stable security definer
  set search_path = ''
as $$
  select s.seq,
    case when s.prev_hash is distinct from coalesce(p.hash, sha256('genesis')) then 'link' else 'content' end
  from ledger.seals s
  left join ledger.seals p on p.seq = s.seq - 1
  where s.prev_hash is distinct from coalesce(p.hash, sha256('genesis'))
    or s.hash is distinct from ledger.journal_hash(s.prev_hash, s.journal_id)
  union all
  select h.seq, 'head'
  from ledger.chain_head h
  left join lateral (select l.seq, l.hash from ledger.seals l order by l.seq desc limit 1) last on true
  where h.seq <> coalesce(last.seq, 0) or h.hash <> coalesce(last.hash, sha256('genesis'))
  order by 1
$$;
comment on function ledger.verify_chain() is
  'Links that are broken: link (not chained), content (the journal is not what was sealed), head (links missing at the end). Empty: sound.';

-- finance: the only way into the books.

-- The key row is the first insert of a request: a second caller waits on it and then repeats its answer.
create function finance.claim_key(p_scope text, p_key text, p_fingerprint bytea) returns jsonb
  language plpgsql
  set search_path = ''
as $$
declare
  held finance.idempotency_keys;
begin
  insert into finance.idempotency_keys (scope, key, fingerprint)
  values (p_scope, p_key, p_fingerprint)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into strict held from finance.idempotency_keys where scope = p_scope and key = p_key;
  if held.fingerprint <> p_fingerprint then
    raise exception 'the idempotency key was used for a different request'
      using errcode = 'P0422', constraint = 'idempotency_keys_fingerprint',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  if held.response is null then
    raise exception 'the request with this idempotency key has no answer yet'
      using errcode = '55P03', constraint = 'idempotency_keys_answered',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  return held.response;
end
$$;
comment on function finance.claim_key(text, text, bytea) is
  'Null: the key is ours now. Else the stored answer of the same request. Another request breaks idempotency_keys_fingerprint (P0422).';

create function finance.answer_key(p_scope text, p_key text, p_status smallint, p_response jsonb) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  update finance.idempotency_keys set status = p_status, response = p_response
  where scope = p_scope and key = p_key;
end
$$;
comment on function finance.answer_key(text, text, smallint, jsonb) is 'Stores the answer under a claimed key.';

create function ledger.leaf_account(p_code text, p_fund_id uuid, p_currency text) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  account uuid;
begin
  select id into account from ledger.accounts
  where code = p_code and fund_id is not distinct from p_fund_id and currency = p_currency
    and counterparty_type is null and counterparty_id is null;
  if found then
    return account;
  end if;
  insert into ledger.accounts (code, type, currency, fund_id)
  values (p_code, (select type from ledger.chart_of_accounts where code = p_code), p_currency, p_fund_id)
  on conflict on constraint accounts_leaf_key do nothing
  returning id into account;
  if found then
    return account;
  end if;
  -- Somebody else opened it meanwhile, and has committed: the insert waited for that.
  select id into strict account from ledger.accounts
  where code = p_code and fund_id is not distinct from p_fund_id and currency = p_currency
    and counterparty_type is null and counterparty_id is null;
  return account;
end
$$;
comment on function ledger.leaf_account(text, uuid, text) is
  'Finds or opens the account of a nominal code, fund (null: pooled) and currency, without counterparty.';

create function ledger.fold_accounts(p_accounts uuid[]) returns bigint
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  folded bigint;
begin
  with gone as (
    delete from ledger.balance_deltas where account_id = any (p_accounts) returning account_id, amount
  ), net as (
    select account_id, sum(amount) as amount from gone group by account_id
  )
  update ledger.account_balances b set balance = b.balance + n.amount
  from net n where b.account_id = n.account_id;
  get diagnostics folded = row_count;
  return folded;
end
$$;
comment on function ledger.fold_accounts(uuid[]) is
  'Folds the visible deltas of accounts whose balance rows the caller has locked.';

-- Definer: it deletes deltas and updates balances, which no application role may.
create function ledger.fold(at_most integer default 1000) returns bigint
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  locked uuid[];
begin
  select array_agg(account_id) into locked from (
    select b.account_id from ledger.account_balances b
    where b.account_id in (select d.account_id from ledger.balance_deltas d)
    order by b.account_id
    limit at_most
    for no key update skip locked
  ) due;
  return ledger.fold_accounts(locked);
end
$$;
comment on function ledger.fold(integer) is
  'Folds the deltas of at most that many accounts into their balances; returns how many. Call it often.';

create function ledger.balance(p_account_id uuid) returns numeric
  language sql stable
  set search_path = ''
as $$
  select b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  from ledger.account_balances b where b.account_id = p_account_id
$$;
comment on function ledger.balance(uuid) is 'Exact balance of an account, minor units, debit positive; null: no such account.';

create function ledger.fund_balance(p_fund_id uuid, p_currency text) returns numeric
  language sql stable
  set search_path = ''
as $$
  select -coalesce(sum(
    b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  ), 0)
  from ledger.accounts a
  join ledger.account_balances b on b.account_id = a.id
  where a.fund_id = p_fund_id and a.currency = p_currency
$$;
comment on function ledger.fund_balance(uuid, text) is
  'Exact balance of a fund in one currency, minor units: what came in and has not gone out. 0: nothing was ever posted.';

-- Definer: nobody else writes to the books. Not granted to an application role: a route gets a function of its own
-- that posts what the route means (giving.contribute).
create function ledger.post(
  p_id uuid,
  p_kind text,
  p_effective_date date,
  p_source_type text,
  p_source_id uuid,
  p_accounts uuid[],
  p_amounts bigint[],
  p_actor_ref uuid default null,
  p_request_id text default null,
  p_memo text default '',
  p_reason text default null,
  p_reverses uuid default null,
  p_scope text default null,
  p_key text default null
) returns table (journal_id uuid, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_id uuid := coalesce(p_id, ledger.uuid7());
  v_answer jsonb;
  v_period integer;
  v_lines integer;
  v_unknown uuid;
  v_closed text;
  v_may_fall boolean;
  v_falling_accounts uuid[];
  v_falling_funds uuid[];
  v_falling_currencies text[];
  v_guarded uuid[];
  v_broken text;
begin
  -- Checks below read what others committed meanwhile, statement by statement.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'posting needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;

  if p_key is not null then
    v_answer := finance.claim_key(p_scope, p_key, sha256(convert_to(jsonb_build_array(
      p_id, p_kind, p_effective_date, p_source_type, p_source_id, p_accounts, p_amounts,
      p_actor_ref, p_memo, p_reason, p_reverses)::text, 'UTF8')));
    if v_answer is not null then
      return query select (v_answer ->> 'journal_id')::uuid, true;
      return;
    end if;
  end if;

  -- The shared lock is what a close waits for; whether the period is open is asked only after it is held.
  select id into v_period from ledger.accounting_periods where span @> p_effective_date;
  if found then
    perform pg_advisory_xact_lock_shared(77200, v_period);
    perform 1 from ledger.accounting_periods where id = v_period and closed_at is null;
  end if;
  if not found then
    raise exception 'no open accounting period on %', p_effective_date
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods';
  end if;

  insert into ledger.journals (
    id, kind, effective_date, reverses, source_type, source_id, actor_ref, request_id, memo, reason, lines)
  values (
    v_id, p_kind, p_effective_date, p_reverses, p_source_type, p_source_id, p_actor_ref, p_request_id,
    coalesce(p_memo, ''), p_reason, greatest(cardinality(p_accounts), cardinality(p_amounts)));

  insert into ledger.entries (journal_id, line, account_id, currency, amount)
  select v_id, l.line, l.account_id, a.currency, l.amount
  from unnest(p_accounts, p_amounts) with ordinality l (account_id, amount, line)
  join ledger.accounts a on a.id = l.account_id;
  get diagnostics v_lines = row_count;
  if v_lines <> greatest(cardinality(p_accounts), cardinality(p_amounts)) then
    select l.account_id into v_unknown from unnest(p_accounts) l (account_id)
    where not exists (select 1 from ledger.accounts a where a.id = l.account_id) limit 1;
    raise exception 'account % does not exist', v_unknown
      using errcode = '23503', constraint = 'entries_account_id_fkey', schema = 'ledger', table = 'entries';
  end if;

  -- After the entries, whose foreign keys hold the accounts: a close that came first is seen, a later one waits.
  select
    array_agg(account_id order by account_id) filter (where floor_minor is not null and net * sign < 0),
    min(code) filter (where closed_at is not null),
    bool_or(fund_floor is not null and net > 0)
  into v_falling_accounts, v_closed, v_may_fall
  from (
    select a.id as account_id, a.code, a.floor_minor, a.sign, coalesce(a.closed_at, f.closed_at) as closed_at,
      f.floor_minor as fund_floor, sum(l.amount) as net
    from unnest(p_accounts, p_amounts) l (account_id, amount)
    join ledger.accounts a on a.id = l.account_id
    left join ledger.funds f on f.id = a.fund_id
    group by a.id, a.code, a.floor_minor, a.sign, f.closed_at, f.floor_minor
  ) touched;
  if v_closed is not null then
    raise exception 'an account of code % or its fund is closed', v_closed
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;

  insert into ledger.balance_deltas (account_id, amount)
  select l.account_id, sum(l.amount)
  from unnest(p_accounts, p_amounts) l (account_id, amount)
  group by l.account_id
  having sum(l.amount) <> 0;

  -- Money out of a fund: only then is anything locked. Uncommitted gifts of others do not count yet.
  if v_may_fall then
    select array_agg(fund_id), array_agg(currency) into v_falling_funds, v_falling_currencies
    from (
      select f.id as fund_id, a.currency
      from unnest(p_accounts, p_amounts) l (account_id, amount)
      join ledger.accounts a on a.id = l.account_id
      join ledger.funds f on f.id = a.fund_id
      where f.floor_minor is not null
      group by f.id, a.currency
      having sum(l.amount) > 0
    ) falling;
  end if;
  if v_falling_funds is not null or v_falling_accounts is not null then
    -- Always funds before balances, each in order of id: two postings cannot wait for each other.
    perform 1 from ledger.funds where id = any (v_falling_funds) order by id for no key update;
    select array_agg(id order by id) into v_guarded from ledger.accounts
    where fund_id = any (v_falling_funds) or id = any (v_falling_accounts);
    perform 1 from ledger.account_balances where account_id = any (v_guarded) order by account_id for no key update;
    perform ledger.fold_accounts(v_guarded);
    select f.code into v_broken
    from unnest(v_falling_funds, v_falling_currencies) g (fund_id, currency)
    join ledger.funds f on f.id = g.fund_id
    join ledger.accounts a on a.fund_id = g.fund_id and a.currency = g.currency
    join ledger.account_balances b on b.account_id = a.id
    group by f.id, f.code, f.floor_minor, g.currency
    having -sum(b.balance) < f.floor_minor
    limit 1;
    if v_broken is not null then
      raise exception 'fund % does not have that much', v_broken
        using errcode = 'P0402', constraint = 'funds_floor', schema = 'ledger', table = 'funds';
    end if;
    select a.code into v_broken
    from ledger.accounts a join ledger.account_balances b on b.account_id = a.id
    where a.id = any (v_falling_accounts) and b.balance * a.sign < a.floor_minor
    limit 1;
    if v_broken is not null then
      raise exception 'an account of code % does not have that much', v_broken
        using errcode = 'P0402', constraint = 'accounts_floor', schema = 'ledger', table = 'accounts';
    end if;
  end if;

  insert into ledger.seal_queue (journal_id) values (v_id);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.journal.posted.v1', 'journal', v_id, jsonb_build_object(
    'journal_id', v_id, 'kind', p_kind, 'source_type', p_source_type, 'source_id', p_source_id));

  if p_key is not null then
    perform finance.answer_key(p_scope, p_key, 201::smallint, jsonb_build_object('journal_id', v_id));
  end if;
  return query select v_id, false;
end
$$;
comment on function ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text) is
  'Posts one journal: accounts and amounts line by line, minor units, debit positive. Breaks accounting_periods_open, accounts_open (P0409), funds_floor, accounts_floor (P0402); with a key it is repeatable.';

create function ledger.close_period(p_id integer, p_closed_by uuid) returns void
  language plpgsql security definer
  set search_path = ''
as $$
begin
  -- Waits for every posting that holds the shared lock.
  perform pg_advisory_xact_lock(77200, p_id);
  update ledger.accounting_periods set closed_at = clock_timestamp(), closed_by = p_closed_by
  where id = p_id and closed_at is null;
  if not found then
    raise exception 'accounting period % is closed already, or does not exist', p_id
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods';
  end if;
end
$$;
comment on function ledger.close_period(integer, uuid) is 'Closes an accounting period after the postings under way in it.';

grant execute on function ledger.balance(uuid), ledger.fund_balance(uuid, text), ledger.verify_chain()
  to finance_writer, finance_reader;
grant execute on function ledger.fold(integer), ledger.seal(integer) to finance_writer;

-- finance: contributors and contributions.

create table giving.contributors (
  id uuid not null default gen_random_uuid(),
  type text not null
    constraint contributors_type_known check (type in ('individual', 'company', 'trust', 'charity', 'anonymous')),
  display_name text not null
    constraint contributors_display_name_length check (length(btrim(display_name)) > 0 and length(display_name) <= 200),
  email text
    constraint contributors_email_shape check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  contact_ref uuid,
  locale text not null default 'en'
    constraint contributors_locale_known check (locale in ('de', 'en')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contributors_pkey primary key (id),
  constraint contributors_anonymous_is_nobody check (type <> 'anonymous' or (email is null and contact_ref is null))
);
comment on table giving.contributors is 'Who gives: people, companies, trusts, charities, or nobody known.';
comment on column giving.contributors.id is 'Identity.';
comment on column giving.contributors.type is 'individual, company, trust, charity or anonymous.';
comment on column giving.contributors.display_name is 'Name to show; 1 to 200 characters.';
comment on column giving.contributors.email is 'Address for receipts, shared by any number of contributors; null: none.';
comment on column giving.contributors.contact_ref is 'The same person in platform, unique among live rows; null: not known there.';
comment on column giving.contributors.locale is 'Language to write to them in: de or en.';
comment on column giving.contributors.created_at is 'When the row was written.';
comment on column giving.contributors.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributors.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributors.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributors.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.contributors.deleted_at is 'When it was deleted; null: live.';

create unique index contributors_contact_ref_key on giving.contributors (contact_ref) where deleted_at is null;
create index contributors_email_idx on giving.contributors (lower(email)) where deleted_at is null;
create index contributors_created_at_idx on giving.contributors (created_at desc, id desc);

create trigger touch before update on giving.contributors for each row execute function finance.touch();

create table giving.contributions (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  designation text not null
    constraint contributions_designation_known check (designation in ('restricted', 'unrestricted')),
  amount_minor bigint not null
    constraint contributions_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  note text
    constraint contributions_note_length check (length(note) between 1 and 500),
  status text not null default 'created'
    constraint contributions_status_known check (
      status in (
        'created', 'processing', 'settled', 'failed', 'partially_refunded', 'refunded', 'disputed', 'charged_back'
      )
    ),
  provider text
    constraint contributions_provider_shape check (provider ~ '^[a-z][a-z0-9_]*$' and length(provider) <= 50),
  provider_ref text
    constraint contributions_provider_ref_length check (length(provider_ref) between 1 and 200),
  occurred_on date not null,
  settled_at timestamptz,
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint contributions_pkey primary key (id),
  constraint contributions_provider_ref_key unique (provider, provider_ref),
  constraint contributions_contributor_id_fkey foreign key (contributor_id) references giving.contributors (id),
  constraint contributions_fund_id_fkey foreign key (fund_id) references ledger.funds (id),
  constraint contributions_currency_fkey foreign key (currency) references ledger.currencies (code),
  -- Deferred, so that a repeated id is refused before anything is posted for it.
  constraint contributions_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
    deferrable initially deferred,
  constraint contributions_provider_ref_has_provider check (provider_ref is null or provider is not null),
  constraint contributions_designation_of_project check (project_ref is null or designation = 'restricted'),
  constraint contributions_settled_is_posted check (
    (status in ('created', 'processing', 'failed')) = (journal_id is null)
    and (journal_id is null) = (settled_at is null)
  )
);
comment on table giving.contributions is 'What was given; money is in the books from the moment a contribution is settled.';
comment on column giving.contributions.id is 'Identity; chosen by the caller.';
comment on column giving.contributions.contributor_id is 'Who gave it.';
comment on column giving.contributions.fund_id is 'Fund it went to.';
comment on column giving.contributions.project_ref is 'Project it was given for (projects); null: for whatever needs it most.';
comment on column giving.contributions.designation is 'restricted: for the purpose of the fund only; unrestricted: the general fund.';
comment on column giving.contributions.amount_minor is 'Gross amount in minor units of currency, 1 to 9e15.';
comment on column giving.contributions.currency is 'ISO 4217 code, one the books accept.';
comment on column giving.contributions.note is 'Words of the contributor, at most 500 characters; null: none.';
comment on column giving.contributions.status is 'created, processing, settled, failed; later partially_refunded, refunded, disputed, charged_back.';
comment on column giving.contributions.provider is 'Who processed the payment; manual: recorded by hand; null: not known yet.';
comment on column giving.contributions.provider_ref is 'The provider''s own id of the payment; null: none.';
comment on column giving.contributions.occurred_on is 'Day of the gift in the United Kingdom; the accounting date.';
comment on column giving.contributions.settled_at is 'When the money was ours; null: not yet.';
comment on column giving.contributions.journal_id is 'Journal that put it into the books; null: not settled.';
comment on column giving.contributions.created_at is 'When the row was written.';
comment on column giving.contributions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributions.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index contributions_journal_id_key on giving.contributions (journal_id);
create index contributions_contributor_id_idx on giving.contributions (contributor_id, created_at desc, id desc);
create index contributions_fund_id_idx on giving.contributions (fund_id);
create index contributions_project_ref_idx on giving.contributions (project_ref, created_at desc, id desc);
create index contributions_currency_idx on giving.contributions (currency);
create index contributions_created_at_idx on giving.contributions (created_at desc, id desc);

-- The application reads contributions; giving.contribute writes them.
revoke insert, update on giving.contributions from finance_writer;

create function giving.keep_contribution() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if old.journal_id is not null
    and (new.journal_id, new.fund_id, new.project_ref, new.designation, new.amount_minor, new.currency, new.occurred_on, new.settled_at)
      is distinct from
        (old.journal_id, old.fund_id, old.project_ref, old.designation, old.amount_minor, old.currency, old.occurred_on, old.settled_at)
  then
    raise exception 'contribution % is in the books', old.id
      using errcode = '42501', schema = 'giving', table = 'contributions', hint = 'Refund it and record another one.';
  end if;
  return new;
end
$$;
comment on function giving.keep_contribution() is 'Before update: what was posted about a contribution stays.';
create trigger keep_contribution before update on giving.contributions
  for each row execute function giving.keep_contribution();
create trigger refuse_delete before delete or truncate on giving.contributions
  for each statement execute function finance.refuse_change();
alter table giving.contributions enable always trigger refuse_delete;

create trigger touch before update on giving.contributions for each row execute function finance.touch();

create function giving.fund_of(p_project_ref uuid) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  fund ledger.funds;
begin
  if p_project_ref is null then
    select * into strict fund from ledger.funds where code = 'GEN';
  else
    select * into fund from ledger.funds where project_ref = p_project_ref and stage_ref is null;
    if not found then
      insert into ledger.funds (code, restriction, project_ref)
      values ('project:' || p_project_ref, 'restricted', p_project_ref)
      on conflict do nothing
      returning * into fund;
      if not found then
        -- Somebody else opened it meanwhile, and has committed: the insert waited for that.
        select * into strict fund from ledger.funds where project_ref = p_project_ref and stage_ref is null;
      end if;
    end if;
  end if;
  return fund.id;
end
$$;
comment on function giving.fund_of(uuid) is 'Finds or opens the restricted fund of a project; null: the general fund.';

-- Definer: recording a contribution writes to the books, which no application role may.
create function giving.contribute(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_contributor_id uuid,
  p_project_ref uuid,
  p_amount_minor bigint,
  p_currency text,
  p_note text,
  p_occurred_on date,
  p_actor uuid,
  p_request_id text
) returns table (
  id uuid,
  contributor_id uuid,
  fund_id uuid,
  project_ref uuid,
  designation text,
  amount_minor bigint,
  currency text,
  note text,
  status text,
  provider text,
  provider_ref text,
  occurred_on date,
  settled_at timestamptz,
  journal_id uuid,
  created_at timestamptz,
  created_by uuid,
  updated_at timestamptz,
  updated_by uuid,
  version integer,
  replayed boolean
)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.contributions;
  v_fund uuid;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'contributing needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;

  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    v_row := jsonb_populate_record(null::giving.contributions, v_answer);
  else
    -- The lock makes a concurrent deletion of the contributor wait.
    perform 1 from giving.contributors where id = p_contributor_id and deleted_at is null for share;
    if not found then
      raise exception 'contributor % does not exist', p_contributor_id
        using errcode = '23503', constraint = 'contributions_contributor_id_fkey',
              schema = 'giving', table = 'contributions';
    end if;
    perform 1 from ledger.currencies where code = p_currency;
    if not found then
      raise exception 'the books do not accept currency %', p_currency
        using errcode = '23503', constraint = 'contributions_currency_fkey',
              schema = 'giving', table = 'contributions';
    end if;

    v_fund := giving.fund_of(p_project_ref);
    insert into giving.contributions (
      id, contributor_id, fund_id, project_ref, designation, amount_minor, currency, note, status, provider,
      occurred_on, settled_at, journal_id, created_by, updated_by)
    values (
      coalesce(p_id, gen_random_uuid()), p_contributor_id, v_fund, p_project_ref,
      case when p_project_ref is null then 'unrestricted' else 'restricted' end,
      p_amount_minor, p_currency, p_note, 'settled', 'manual',
      coalesce(p_occurred_on, (now() at time zone 'Europe/London')::date), now(), ledger.uuid7(), p_actor, p_actor)
    returning * into v_row;
    perform ledger.post(
      v_row.journal_id, 'contribution.settled', v_row.occurred_on, 'contribution', v_row.id,
      array[ledger.leaf_account('1200', null, p_currency), ledger.leaf_account('4000', v_fund, p_currency)],
      array[p_amount_minor, -p_amount_minor],
      p_actor, p_request_id);
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.contribution.settled.v1', 'contribution', v_row.id, jsonb_build_object(
      'contribution_id', v_row.id, 'contributor_id', v_row.contributor_id, 'fund_id', v_row.fund_id,
      'project_ref', v_row.project_ref, 'amount_minor', v_row.amount_minor, 'currency', v_row.currency,
      'occurred_on', v_row.occurred_on, 'journal_id', v_row.journal_id));
    perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  end if;

  return query select
    v_row.id, v_row.contributor_id, v_row.fund_id, v_row.project_ref, v_row.designation, v_row.amount_minor,
    v_row.currency, v_row.note, v_row.status, v_row.provider, v_row.provider_ref, v_row.occurred_on,
    v_row.settled_at, v_row.journal_id, v_row.created_at, v_row.created_by, v_row.updated_at, v_row.updated_by,
    v_row.version, v_answer is not null;
end
$$;
comment on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) is
  'Records a settled contribution and posts it, in one statement; a repeated key answers the first row again with replayed. Breaks idempotency_keys_fingerprint (P0422), contributions_contributor_id_fkey, contributions_currency_fkey (23503), contributions_pkey (23505), accounting_periods_open, accounts_open (P0409), or a check of contributions (23514).';
grant execute on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text)
  to finance_writer;

-- finance: what must always hold. Each row of the view is a break; the numbers are those of docs and alarms.

create view ledger.trial_balance as
select a.code, a.type, e.currency,
  sum(e.amount) as balance,
  coalesce(sum(e.amount) filter (where e.amount > 0), 0) as debits,
  coalesce(-sum(e.amount) filter (where e.amount < 0), 0) as credits
from ledger.entries e
join ledger.accounts a on a.id = e.account_id
group by a.code, a.type, e.currency;
comment on view ledger.trial_balance is 'Sums per nominal code and currency; balance sums to 0 per currency.';
comment on column ledger.trial_balance.code is 'Nominal code.';
comment on column ledger.trial_balance.type is 'Type of the nominal code.';
comment on column ledger.trial_balance.currency is 'ISO 4217 code.';
comment on column ledger.trial_balance.balance is 'Sum of all entries, minor units, debit positive.';
comment on column ledger.trial_balance.debits is 'Sum of the debits, minor units.';
comment on column ledger.trial_balance.credits is 'Sum of the credits, minor units, as a positive number.';

create view ledger.invariant_breaks as
select 'I1 journal does not balance' as invariant, journal_id::text as what
from ledger.entries group by journal_id, currency having sum(amount) <> 0
union all
select 'I2 ledger does not balance', currency
from ledger.entries group by currency having sum(amount) <> 0
union all
select 'I3 journal is incomplete', j.id::text
from ledger.journals j
left join (select journal_id, count(*) as n from ledger.entries group by journal_id) e on e.journal_id = j.id
where j.lines <> coalesce(e.n, 0) or j.lines < 2
union all
select 'I4 balance differs from its entries', a.id::text
from ledger.accounts a
left join ledger.account_balances b on b.account_id = a.id
left join (select account_id, sum(amount) as total from ledger.entries group by account_id) e on e.account_id = a.id
left join (select account_id, sum(amount) as total from ledger.balance_deltas group by account_id) d on d.account_id = a.id
where b.balance is null or b.balance + coalesce(d.total, 0) <> coalesce(e.total, 0)
union all
select 'I5 account below its floor', a.id::text
from ledger.accounts a
join (select account_id, sum(amount) as total from ledger.entries group by account_id) e on e.account_id = a.id
where e.total * a.sign < a.floor_minor
union all
select 'I5 fund below its floor', f.code || ' ' || a.currency
from ledger.funds f
join ledger.accounts a on a.fund_id = f.id
join ledger.entries e on e.account_id = a.id
group by f.id, f.code, f.floor_minor, a.currency
having -sum(e.amount) < f.floor_minor
union all
select 'I6 reversal is not exact', r.id::text
from ledger.journals r
where r.reverses is not null and exists (
  select 1 from ledger.entries e where e.journal_id in (r.id, r.reverses)
  group by e.account_id, e.currency having sum(e.amount) <> 0
)
union all
select 'I7 journal without outbox event', j.id::text
from ledger.journals j
where not exists (
  select 1 from finance.outbox_events o where o.aggregate_id = j.id and o.topic = 'finance.journal.posted.v1'
)
union all
select 'I8 idempotency key without its journal', k.scope || ' ' || k.key
from finance.idempotency_keys k
where k.response ? 'journal_id'
  and not exists (select 1 from ledger.journals j where j.id = (k.response ->> 'journal_id')::uuid)
union all
select 'I9 posted outside an open period', j.id::text
from ledger.journals j
left join ledger.accounting_periods p on p.span @> j.effective_date
where p.id is null or j.posted_at > p.closed_at
union all
select 'I11 chain of seals has a gap', count(*)::text
from ledger.seals having count(*) <> coalesce(max(seq), 0)
union all
select 'I12 entry in another currency than its account', e.journal_id::text
from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.currency <> e.currency
union all
select 'I13 journal neither sealed nor queued', j.id::text
from ledger.journals j
where not exists (select 1 from ledger.seals s where s.journal_id = j.id)
  and not exists (select 1 from ledger.seal_queue q where q.journal_id = j.id)
union all
select 'I15 contribution differs from its journal', c.id::text
from giving.contributions c
left join ledger.journals j
  on j.id = c.journal_id and j.source_type = 'contribution' and j.source_id = c.id and j.kind = 'contribution.settled'
left join ledger.entries e on e.journal_id = j.id
left join ledger.accounts a on a.id = e.account_id and a.type = 'income' and a.fund_id = c.fund_id and a.currency = c.currency
where c.journal_id is not null
group by c.id, c.amount_minor
having coalesce(-sum(e.amount) filter (where a.id is not null), 0) <> c.amount_minor
union all
select 'I15 contribution journal without contribution', j.id::text
from ledger.journals j
where j.kind = 'contribution.settled'
  and not exists (select 1 from giving.contributions c where c.journal_id = j.id and c.id = j.source_id)
union all
select 'I25 application role may write to the books', r.rolname || ' ' || t.oid::regclass::text
from pg_catalog.pg_class t
join pg_catalog.pg_namespace n on n.oid = t.relnamespace and n.nspname = 'ledger'
cross join pg_catalog.pg_roles r
where t.relkind in ('r', 'p', 'v')
  and r.rolname in ('finance_writer', 'finance_reader', 'finance_app', 'finance_read')
  and pg_catalog.has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate');
comment on view ledger.invariant_breaks is 'Must be empty, always; asked at every deploy and every night.';
comment on column ledger.invariant_breaks.invariant is 'Number and short name of the rule that is broken.';
comment on column ledger.invariant_breaks.what is 'Id of what breaks it.';
