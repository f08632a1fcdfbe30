-- Create schema "finance"
create schema finance;
grant usage on schema finance to finance_audit, finance_reader, finance_studio, finance_writer;
comment on schema finance is 'Plumbing of the finance database: idempotency keys, outbox, inbox, audit log, bank statements.';
alter default privileges for role finance_owner in schema finance grant select, usage on sequences to finance_writer;
alter default privileges for role finance_owner in schema finance grant select on tables to finance_reader, finance_studio;
alter default privileges for role finance_owner in schema finance grant insert, select, update on tables to finance_writer;

-- Create schema "giftaid"
create schema giftaid;
grant usage on schema giftaid to finance_reader, finance_studio, finance_writer;
comment on schema giftaid is 'Gift Aid: declarations, claims, small donations.';
alter default privileges for role finance_owner in schema giftaid grant select, usage on sequences to finance_writer;
alter default privileges for role finance_owner in schema giftaid grant select on tables to finance_reader, finance_studio;
alter default privileges for role finance_owner in schema giftaid grant insert, select, update on tables to finance_writer;

-- Create schema "giving"
create schema giving;
grant usage on schema giving to finance_reader, finance_studio, finance_writer;
comment on schema giving is 'Contributors, what they gave, and where it went.';
alter default privileges for role finance_owner in schema giving grant select, usage on sequences to finance_writer;
alter default privileges for role finance_owner in schema giving grant select on tables to finance_reader, finance_studio;
alter default privileges for role finance_owner in schema giving grant insert, select, update on tables to finance_writer;

-- Create schema "ledger"
create schema ledger;
grant usage on schema ledger to finance_audit, finance_reader, finance_studio, finance_writer;
comment on schema ledger is 'Double-entry books; written by ledger.post and nobody else.';
alter default privileges for role finance_owner in schema ledger grant select on tables to finance_audit, finance_reader, finance_studio, finance_writer;

-- Create schema "trade"
create schema trade;
grant usage on schema trade to finance_reader, finance_studio, finance_writer;
comment on schema trade is 'Products, quotes, invoices.';
alter default privileges for role finance_owner in schema trade grant select, usage on sequences to finance_writer;
alter default privileges for role finance_owner in schema trade grant select on tables to finance_reader, finance_studio;
alter default privileges for role finance_owner in schema trade grant insert, select, update on tables to finance_writer;

-- Create domain "finance.entity_name"
create domain finance.entity_name as text
  constraint entity_name_shape check ((value ~ '^[a-z][a-z_]*$'::text));
comment on domain finance.entity_name is 'Name of an entity, singular: project, journal.';

-- Create domain "finance.event_topic"
create domain finance.event_topic as text
  constraint event_topic_shape check ((value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$'::text));
comment on domain finance.event_topic is 'Domain, entity, fact and version: finance.thing.happened.v1.';

-- Create domain "finance.http_status"
create domain finance.http_status as smallint
  constraint http_status_range check (((value >= 100) and (value <= 599)));
comment on domain finance.http_status is 'Status of an HTTP answer.';

-- Create domain "finance.key_text"
create domain finance.key_text as text
  constraint key_text_length check (((length(value) >= 1) and (length(value) <= 255)));
comment on domain finance.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

-- Create domain "finance.localized_text"
create domain finance.localized_text as jsonb
  constraint localized_text_shape check (((value is null) or
case
    when (jsonb_typeof(value) <> 'object'::text) then false
    else ((value ?& array['de'::text, 'en'::text]) and (((value - 'de'::text) - 'en'::text) = '{}'::jsonb) and (jsonb_typeof((value -> 'de'::text)) = 'string'::text) and (jsonb_typeof((value -> 'en'::text)) = 'string'::text) and ((btrim((value ->> 'de'::text)) <> ''::text) or (btrim((value ->> 'en'::text)) <> ''::text)))
end));
comment on domain finance.localized_text is 'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Create domain "finance.request_id"
create domain finance.request_id as text
  constraint request_id_length check (((length(value) >= 1) and (length(value) <= 200)));
comment on domain finance.request_id is 'Request that caused something; 1 to 200 characters.';

-- Create domain "finance.sha256"
create domain finance.sha256 as bytea
  constraint sha256_length check ((octet_length(value) = 32));
comment on domain finance.sha256 is 'A SHA-256 digest, 32 bytes.';

-- Create domain "ledger.journal_kind"
create domain ledger.journal_kind as text
  constraint journal_kind_shape check ((value ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$'::text));
comment on domain ledger.journal_kind is 'What kind of event is posted: contribution.settled, journal.reversal.';

-- Create domain "ledger.remark"
create domain ledger.remark as text
  constraint remark_length check ((length(value) <= 500));
comment on domain ledger.remark is 'Free text in the books, at most 500 characters.';

-- Create function "finance.check_acyclic()"
create function finance.check_acyclic()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_acyclic() is 'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

-- Create function "finance.check_frozen()"
create function finance.check_frozen()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_frozen() is 'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

-- Create function "finance.check_live()"
create function finance.check_live()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_live() is 'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

-- Create function "finance.check_parent()"
create function finance.check_parent()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_parent() is 'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

-- Create function "finance.check_transition()"
create function finance.check_transition()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_transition() is 'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

-- Create function "finance.check_unused()"
create function finance.check_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.check_unused() is 'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- Create function "finance.keep_newest()"
create function finance.keep_newest()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.keep_newest() is 'Before update of what another domain told: an older version is passed over, a newer one dates the row.';

-- Create function "finance.keep_once_set()"
create function finance.keep_once_set()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.keep_once_set() is 'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- Create function "finance.refuse_change()"
create function finance.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;
comment on function finance.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- Create function "finance.touch()"
create function finance.touch()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.touch() is 'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

-- Create function "giftaid.tax_year(date)"
create function giftaid.tax_year(p_day date)
 returns integer
 language sql
 immutable
 set search_path to ''
as $function$
  select extract(year from p_day)::integer - case when to_char(p_day, 'MMDD') < '0406' then 1 else 0 end
$function$;
grant execute on function giftaid.tax_year(date) to finance_reader, finance_studio, finance_writer;
comment on function giftaid.tax_year(date) is 'The tax year of a day: the calendar year in which it begins, on 6 April.';

-- Create function "ledger.stamp_xid()"
create function ledger.stamp_xid()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  new.xid := pg_current_xact_id();
  return new;
end
$function$;
comment on function ledger.stamp_xid() is 'Before insert: the transaction id is the real one, whatever the statement says.';

-- Create function "ledger.uuid7()"
create function ledger.uuid7()
 returns uuid
 language plpgsql
 parallel safe
 set search_path to ''
as $function$
begin
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end
$function$;
comment on function ledger.uuid7() is 'A new UUID, version 7: milliseconds since 1970, then random bits.';

-- Create function "trade.check_totals()"
create function trade.check_totals()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the table of the lines and its column that refers here; a condition on the lines, if any.
  net numeric;
  tax numeric;
  lines bigint;
  factor numeric := 1 - coalesce((to_jsonb(new) ->> 'discount_bp')::numeric, 0) / 10000;
begin
  execute format(
    'select count(*), coalesce(sum(net_minor), 0), coalesce(sum(tax_minor), 0) from %s where %I = $1 and deleted_at is null%s',
    tg_argv[0], tg_argv[1], case when tg_nargs > 2 then ' and ' || tg_argv[2] else '' end)
    into lines, net, tax using new.id;
  if lines = 0 then
    raise exception '%.% % has no lines', tg_table_schema, tg_table_name, new.id
      using errcode = '23514', constraint = tg_table_name || '_some_lines', schema = tg_table_schema, table = tg_table_name;
  end if;
  if new.net_minor <> round(net * factor) or new.tax_minor <> round(tax * factor) then
    raise exception 'the lines of %.% % add up to % and % tax', tg_table_schema, tg_table_name, new.id,
        round(net * factor), round(tax * factor)
      using errcode = '23514', constraint = tg_table_name || '_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return new;
end
$function$;
comment on function trade.check_totals() is 'Before it is sent: a document has lines and is their sum; breaks <table>_some_lines, <table>_total.';

-- Create table "finance.audit_logs"
create table finance.audit_logs (
  id uuid default gen_random_uuid() not null,
  created_at timestamp with time zone default now() not null,
  domain text default 'finance'::text not null,
  actor_kind text not null,
  actor_contact_id uuid,
  actor_user_id uuid,
  session_id uuid,
  action text not null,
  change_type text not null,
  entity_type finance.entity_name,
  entity_id uuid,
  context_entity_type finance.entity_name,
  context_entity_id uuid,
  changed_fields text[] default '{}'::text[] not null,
  old_value jsonb,
  new_value jsonb,
  request_id text,
  ip inet,
  user_agent text,
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_action_shape check (((action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(action) <= 100))),
  constraint audit_logs_actor_kind_known check ((actor_kind = any (array['user'::text, 'token'::text, 'system'::text]))),
  constraint audit_logs_change_type_known check ((change_type = any (array['create'::text, 'update'::text, 'delete'::text, 'restore'::text, 'transition'::text, 'read'::text, 'login'::text, 'other'::text]))),
  constraint audit_logs_context_whole check (((context_entity_type is null) = (context_entity_id is null))),
  constraint audit_logs_domain_known check ((domain = 'finance'::text)),
  constraint audit_logs_entity_whole check (((entity_type is null) = (entity_id is null))),
  constraint audit_logs_request_id_length check (((length(request_id) >= 1) and (length(request_id) <= 200))),
  constraint audit_logs_user_agent_length check ((length(user_agent) <= 500))
);
grant select on finance.audit_logs to finance_audit;
revoke update on finance.audit_logs from finance_writer;
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

-- Create index "finance.audit_logs_actor_idx"
create index audit_logs_actor_idx on finance.audit_logs using btree (actor_contact_id, created_at desc, id desc);

-- Create index "finance.audit_logs_created_at_idx"
create index audit_logs_created_at_idx on finance.audit_logs using btree (created_at desc, id desc);

-- Create index "finance.audit_logs_entity_idx"
create index audit_logs_entity_idx on finance.audit_logs using btree (entity_type, entity_id, created_at desc, id desc);

-- Create trigger "refuse_change" of table "finance.audit_logs"
create trigger refuse_change before delete or update on finance.audit_logs for each row execute function finance.refuse_change();
alter table finance.audit_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.audit_logs"
create trigger refuse_truncate before truncate on finance.audit_logs for each statement execute function finance.refuse_change();
alter table finance.audit_logs enable always trigger refuse_truncate;

-- Create table "finance.idempotency_keys"
create table finance.idempotency_keys (
  scope finance.key_text not null,
  key finance.key_text not null,
  fingerprint finance.sha256 not null,
  status finance.http_status,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
revoke select on finance.idempotency_keys from finance_studio;
grant select (scope) on finance.idempotency_keys to finance_studio;
grant select (key) on finance.idempotency_keys to finance_studio;
grant select (status) on finance.idempotency_keys to finance_studio;
grant select (created_at) on finance.idempotency_keys to finance_studio;
comment on table finance.idempotency_keys is 'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column finance.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column finance.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column finance.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column finance.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column finance.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column finance.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';

-- Create index "finance.idempotency_keys_created_at_idx"
create index idempotency_keys_created_at_idx on finance.idempotency_keys using btree (created_at);

-- Create function "finance.answer_key(text, text, smallint, jsonb)"
create function finance.answer_key(p_scope text, p_key text, p_status smallint, p_response jsonb)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  update finance.idempotency_keys set status = p_status, response = p_response
  where scope = p_scope and key = p_key;
end
$function$;
comment on function finance.answer_key(text, text, smallint, jsonb) is 'Stores the answer under a claimed key.';

-- Create function "finance.claim_key(text, text, bytea)"
create function finance.claim_key(p_scope text, p_key text, p_fingerprint bytea)
 returns jsonb
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function finance.claim_key(text, text, bytea) is 'Null: the key is ours now. Else the stored answer of the same request. Another request breaks idempotency_keys_fingerprint (P0422).';

-- Create table "finance.inbox_dedup"
create table finance.inbox_dedup (
  consumer text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_dedup_pkey primary key (consumer, message_id),
  constraint inbox_dedup_consumer_length check (((length(consumer) >= 1) and (length(consumer) <= 100)))
);
comment on table finance.inbox_dedup is 'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column finance.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column finance.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column finance.inbox_dedup.received_at is 'When it took effect here.';

-- Create table "finance.outbox_events"
create table finance.outbox_events (
  id uuid default gen_random_uuid() not null,
  "position" bigint generated always as identity not null,
  topic finance.event_topic not null,
  aggregate_type finance.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  occurred_at timestamp with time zone default now() not null,
  published_at timestamp with time zone,
  constraint outbox_events_pkey primary key (id),
  constraint outbox_events_payload_object check ((jsonb_typeof(payload) = 'object'::text))
);
comment on table finance.outbox_events is 'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column finance.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column finance.outbox_events."position" is 'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column finance.outbox_events.topic is 'Domain, entity, fact and version: finance.thing.happened.v1.';
comment on column finance.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column finance.outbox_events.aggregate_id is 'Id of that entity.';
comment on column finance.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column finance.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column finance.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';

-- Create index "finance.outbox_events_unpublished_idx"
create index outbox_events_unpublished_idx on finance.outbox_events using btree ("position") where (published_at is null);

-- Create table "finance.ref_contacts"
create table finance.ref_contacts (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  status text not null,
  merged_into_ref uuid,
  seen_at timestamp with time zone default now() not null,
  constraint ref_contacts_pkey primary key (id),
  constraint ref_contacts_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_contacts_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_contacts is 'What this domain was told about each contact (platform): enough to show and to check, never the truth.';
comment on column finance.ref_contacts.id is 'Id of the contact (platform).';
comment on column finance.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_contacts.label is 'Its name when it was last heard of.';
comment on column finance.ref_contacts.status is 'live, archived, merged or erased.';
comment on column finance.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column finance.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "finance.ref_contacts"
create trigger keep_newest before update on finance.ref_contacts for each row execute function finance.keep_newest();

-- Create table "finance.ref_milestones"
create table finance.ref_milestones (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  project_ref uuid not null,
  stage_ref uuid,
  status text not null,
  release_minor bigint,
  release_currency text,
  seen_at timestamp with time zone default now() not null,
  constraint ref_milestones_pkey primary key (id),
  constraint ref_milestones_release_currency_shape check ((release_currency ~ '^[A-Z]{3}$'::text)),
  constraint ref_milestones_release_minor_range check (((release_minor >= 0) and (release_minor <= '9000000000000000'::bigint))),
  constraint ref_milestones_release_whole check (((release_minor is null) = (release_currency is null))),
  constraint ref_milestones_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_milestones_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_milestones is 'What this domain was told about each milestone (projects): enough to show and to check, never the truth.';
comment on column finance.ref_milestones.id is 'Id of the milestone (projects).';
comment on column finance.ref_milestones.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_milestones.label is 'Its name when it was last heard of.';
comment on column finance.ref_milestones.project_ref is 'Project of the milestone (projects).';
comment on column finance.ref_milestones.stage_ref is 'Funding stage it belongs to (projects); null: none.';
comment on column finance.ref_milestones.status is 'planned, in_progress, submitted, approved or rejected; a payment needs approved.';
comment on column finance.ref_milestones.release_minor is 'What its approval releases, minor units of release_currency; null: not said.';
comment on column finance.ref_milestones.release_currency is 'ISO 4217 code; null: none.';
comment on column finance.ref_milestones.seen_at is 'When it was last heard of; set by trigger.';

-- Create index "finance.ref_milestones_project_ref_idx"
create index ref_milestones_project_ref_idx on finance.ref_milestones using btree (project_ref);

-- Create trigger "keep_newest" of table "finance.ref_milestones"
create trigger keep_newest before update on finance.ref_milestones for each row execute function finance.keep_newest();

-- Create table "finance.ref_partners"
create table finance.ref_partners (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  status text not null,
  seen_at timestamp with time zone default now() not null,
  constraint ref_partners_pkey primary key (id),
  constraint ref_partners_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_partners_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_partners is 'What this domain was told about each partner (projects): enough to show and to check, never the truth.';
comment on column finance.ref_partners.id is 'Id of the partner (projects).';
comment on column finance.ref_partners.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_partners.label is 'Its name when it was last heard of.';
comment on column finance.ref_partners.status is 'Where the partner stands, in its own words.';
comment on column finance.ref_partners.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "finance.ref_partners"
create trigger keep_newest before update on finance.ref_partners for each row execute function finance.keep_newest();

-- Create table "finance.ref_projects"
create table finance.ref_projects (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  status text not null,
  target_minor bigint,
  target_currency text,
  seen_at timestamp with time zone default now() not null,
  constraint ref_projects_pkey primary key (id),
  constraint ref_projects_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_projects_target_currency_shape check ((target_currency ~ '^[A-Z]{3}$'::text)),
  constraint ref_projects_target_minor_range check (((target_minor >= 0) and (target_minor <= '9000000000000000'::bigint))),
  constraint ref_projects_target_whole check (((target_minor is null) = (target_currency is null))),
  constraint ref_projects_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_projects is 'What this domain was told about each project (projects): enough to show and to check, never the truth.';
comment on column finance.ref_projects.id is 'Id of the project (projects).';
comment on column finance.ref_projects.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_projects.label is 'Its name when it was last heard of.';
comment on column finance.ref_projects.status is 'Where the project stands, in its own words.';
comment on column finance.ref_projects.target_minor is 'What it needs, minor units of target_currency; null: not said.';
comment on column finance.ref_projects.target_currency is 'ISO 4217 code; null: no target.';
comment on column finance.ref_projects.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "finance.ref_projects"
create trigger keep_newest before update on finance.ref_projects for each row execute function finance.keep_newest();

-- Create table "finance.ref_stages"
create table finance.ref_stages (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  project_ref uuid not null,
  status text not null,
  seen_at timestamp with time zone default now() not null,
  constraint ref_stages_pkey primary key (id),
  constraint ref_stages_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_stages_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_stages is 'What this domain was told about each funding stage (projects): enough to show and to check, never the truth.';
comment on column finance.ref_stages.id is 'Id of the funding stage (projects).';
comment on column finance.ref_stages.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_stages.label is 'Its name when it was last heard of.';
comment on column finance.ref_stages.project_ref is 'Project of the stage (projects).';
comment on column finance.ref_stages.status is 'Where the stage stands, in its own words.';
comment on column finance.ref_stages.seen_at is 'When it was last heard of; set by trigger.';

-- Create index "finance.ref_stages_project_ref_idx"
create index ref_stages_project_ref_idx on finance.ref_stages using btree (project_ref);

-- Create trigger "keep_newest" of table "finance.ref_stages"
create trigger keep_newest before update on finance.ref_stages for each row execute function finance.keep_newest();

-- Create table "finance.ref_themes"
create table finance.ref_themes (
  id uuid not null,
  version integer not null,
  label finance.localized_text not null,
  status text not null,
  seen_at timestamp with time zone default now() not null,
  constraint ref_themes_pkey primary key (id),
  constraint ref_themes_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_themes_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table finance.ref_themes is 'What this domain was told about each funding theme (projects): enough to show and to check, never the truth.';
comment on column finance.ref_themes.id is 'Id of the funding theme (projects).';
comment on column finance.ref_themes.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_themes.label is 'Its name when it was last heard of.';
comment on column finance.ref_themes.status is 'Where the theme stands, in its own words.';
comment on column finance.ref_themes.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "finance.ref_themes"
create trigger keep_newest before update on finance.ref_themes for each row execute function finance.keep_newest();

-- Create table "finance.webhook_events"
create table finance.webhook_events (
  id uuid default gen_random_uuid() not null,
  provider text not null,
  event_id text not null,
  event_type text not null,
  signature_ok boolean not null,
  received_at timestamp with time zone default now() not null,
  occurred_at timestamp with time zone,
  payload bytea not null,
  request_id finance.request_id,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint webhook_events_pkey primary key (id),
  constraint webhook_events_event_id_key unique (provider, event_id),
  constraint webhook_events_event_id_length check (((length(btrim(event_id)) > 0) and (length(event_id) <= 200))),
  constraint webhook_events_event_type_length check (((length(btrim(event_type)) > 0) and (length(event_type) <= 200))),
  constraint webhook_events_payload_size check ((octet_length(payload) <= 1048576)),
  constraint webhook_events_provider_shape check (((provider ~ '^[a-z][a-z0-9_]*$'::text) and (length(provider) <= 50)))
);
revoke select on finance.webhook_events from finance_studio;
revoke update on finance.webhook_events from finance_writer;
grant select (id) on finance.webhook_events to finance_studio;
grant select (provider) on finance.webhook_events to finance_studio;
grant select (event_id) on finance.webhook_events to finance_studio;
grant select (event_type) on finance.webhook_events to finance_studio;
grant select (signature_ok) on finance.webhook_events to finance_studio;
grant select (received_at) on finance.webhook_events to finance_studio;
grant select (occurred_at) on finance.webhook_events to finance_studio;
grant select (request_id) on finance.webhook_events to finance_studio;
grant select (created_at) on finance.webhook_events to finance_studio;
grant select (created_by) on finance.webhook_events to finance_studio;
comment on table finance.webhook_events is 'Messages of payment providers and banks exactly as they came; what became of them is in webhook_attempts.';
comment on column finance.webhook_events.id is 'Identity.';
comment on column finance.webhook_events.provider is 'Who sent it; a processor, a bank, the tax office.';
comment on column finance.webhook_events.event_id is 'The sender''s own id; a second delivery is not recorded again.';
comment on column finance.webhook_events.event_type is 'What it says happened, in the sender''s words.';
comment on column finance.webhook_events.signature_ok is 'Whether its signature was right; a wrong one is kept for the record and never acted on.';
comment on column finance.webhook_events.received_at is 'When it arrived.';
comment on column finance.webhook_events.occurred_at is 'When it happened, as the sender says; null: not said.';
comment on column finance.webhook_events.payload is 'The body byte by byte, as it was signed; at most 1 MiB.';
comment on column finance.webhook_events.request_id is 'Request it came with; null: none.';
comment on column finance.webhook_events.created_at is 'When the row was written.';
comment on column finance.webhook_events.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "finance.webhook_events_received_at_idx"
create index webhook_events_received_at_idx on finance.webhook_events using btree (received_at desc, id desc);

-- Create trigger "refuse_change" of table "finance.webhook_events"
create trigger refuse_change before delete or update on finance.webhook_events for each row execute function finance.refuse_change();
alter table finance.webhook_events enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.webhook_events"
create trigger refuse_truncate before truncate on finance.webhook_events for each statement execute function finance.refuse_change();
alter table finance.webhook_events enable always trigger refuse_truncate;

-- Create table "finance.webhook_attempts"
create table finance.webhook_attempts (
  id uuid default gen_random_uuid() not null,
  webhook_event_id uuid not null,
  attempt integer not null,
  outcome text not null,
  error text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint webhook_attempts_pkey primary key (id),
  constraint webhook_attempts_attempt_key unique (webhook_event_id, attempt),
  constraint webhook_attempts_webhook_event_id_fkey foreign key (webhook_event_id) references finance.webhook_events(id) on delete restrict,
  constraint webhook_attempts_attempt_range check (((attempt >= 1) and (attempt <= 1000))),
  constraint webhook_attempts_error_length check (((length(btrim(error)) > 0) and (length(error) <= 2000))),
  constraint webhook_attempts_failed_says_why check (((outcome = 'failed'::text) = (error is not null))),
  constraint webhook_attempts_outcome_known check ((outcome = any (array['done'::text, 'ignored'::text, 'failed'::text])))
);
revoke update on finance.webhook_attempts from finance_writer;
comment on table finance.webhook_attempts is 'Attempts to act on a message of a provider; a message is done when an attempt says done or ignored.';
comment on column finance.webhook_attempts.id is 'Identity.';
comment on column finance.webhook_attempts.webhook_event_id is 'The message.';
comment on column finance.webhook_attempts.attempt is 'Counts from 1.';
comment on column finance.webhook_attempts.outcome is 'done: it took effect; ignored: nothing to do; failed: try again.';
comment on column finance.webhook_attempts.error is 'What went wrong; null: nothing.';
comment on column finance.webhook_attempts.created_at is 'When the row was written.';
comment on column finance.webhook_attempts.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "finance.webhook_attempts_settled_key"
create unique index webhook_attempts_settled_key on finance.webhook_attempts using btree (webhook_event_id) where (outcome <> 'failed'::text);

-- Create trigger "refuse_change" of table "finance.webhook_attempts"
create trigger refuse_change before delete or update on finance.webhook_attempts for each row execute function finance.refuse_change();
alter table finance.webhook_attempts enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.webhook_attempts"
create trigger refuse_truncate before truncate on finance.webhook_attempts for each statement execute function finance.refuse_change();
alter table finance.webhook_attempts enable always trigger refuse_truncate;

-- Create table "giftaid.claimants"
create table giftaid.claimants (
  id uuid default gen_random_uuid() not null,
  partner_ref uuid,
  org_name text not null,
  hmrc_ref text not null,
  regulator text,
  regulator_no text,
  entity_type text not null,
  year_end text not null,
  agent_approved_at timestamp with time zone,
  recognised_on date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint claimants_pkey primary key (id),
  constraint claimants_hmrc_ref_key unique (hmrc_ref),
  constraint claimants_entity_type_known check ((entity_type = any (array['trust'::text, 'company'::text, 'cio'::text, 'casc'::text]))),
  constraint claimants_hmrc_ref_shape check ((hmrc_ref ~ '^[A-Z]{1,2}[0-9]{1,5}$'::text)),
  constraint claimants_org_name_shape check ((org_name ~ '^[A-Za-z0-9].{0,159}$'::text)),
  constraint claimants_regulator_by_ref check (((hmrc_ref ~ '^C[HF]'::text) = (regulator is null))),
  constraint claimants_regulator_known check ((regulator = any (array['ccew'::text, 'ccni'::text, 'oscr'::text, 'other'::text, 'none'::text]))),
  constraint claimants_regulator_no_length check (((length(btrim(regulator_no)) > 0) and (length(regulator_no) <= 30))),
  constraint claimants_year_end_shape check ((year_end ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'::text))
);
comment on table giftaid.claimants is 'Charities that claim, as the tax office knows them.';
comment on column giftaid.claimants.id is 'Identity.';
comment on column giftaid.claimants.partner_ref is 'Partner it is (projects); null: ourselves.';
comment on column giftaid.claimants.org_name is 'Name as registered with the tax office.';
comment on column giftaid.claimants.hmrc_ref is 'The tax office''s reference of the charity.';
comment on column giftaid.claimants.regulator is 'Regulator; null where the reference itself says so (CH, CF).';
comment on column giftaid.claimants.regulator_no is 'Number there; null: none.';
comment on column giftaid.claimants.entity_type is 'Legal form; it decides the time limit of claims.';
comment on column giftaid.claimants.year_end is 'Last day of the accounting year, MM-DD.';
comment on column giftaid.claimants.agent_approved_at is 'When the tax office approved us as agent; null: not an agent''s claim, or not yet.';
comment on column giftaid.claimants.recognised_on is 'Since when the tax office recognises the charity; null: not yet, no claims.';
comment on column giftaid.claimants.created_at is 'When the row was written.';
comment on column giftaid.claimants.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claimants.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claimants.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claimants.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.claimants_partner_ref_idx"
create index claimants_partner_ref_idx on giftaid.claimants using btree (partner_ref);

-- Create trigger "touch" of table "giftaid.claimants"
create trigger touch before update on giftaid.claimants for each row execute function finance.touch();

-- Create table "giftaid.aggregates"
create table giftaid.aggregates (
  id uuid default gen_random_uuid() not null,
  claimant_id uuid not null,
  description text not null,
  donated_on date not null,
  amount_minor bigint not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint aggregates_pkey primary key (id),
  constraint aggregates_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint aggregates_amount_minor_limit check ((amount_minor <= 100000)),
  constraint aggregates_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint aggregates_description_length check (((length(btrim(description)) > 0) and (length(description) <= 35)))
);
comment on table giftaid.aggregates is 'Small gifts claimed in one line without names: each at most 30 pounds, together at most 1,000.';
comment on column giftaid.aggregates.id is 'Identity.';
comment on column giftaid.aggregates.claimant_id is 'Charity they were given to.';
comment on column giftaid.aggregates.description is 'What the line says, at most 35 characters.';
comment on column giftaid.aggregates.donated_on is 'Day of the latest of them.';
comment on column giftaid.aggregates.amount_minor is 'Their sum, pence, at most 1,000 pounds.';
comment on column giftaid.aggregates.closed_at is 'When it was closed for more; null: open.';
comment on column giftaid.aggregates.created_at is 'When the row was written.';
comment on column giftaid.aggregates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.aggregates.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.aggregates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.aggregates.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.aggregates_claimant_id_idx"
create index aggregates_claimant_id_idx on giftaid.aggregates using btree (claimant_id);

-- Create trigger "check_frozen" of table "giftaid.aggregates"
create trigger check_frozen before update on giftaid.aggregates for each row execute function finance.check_frozen('closed_at', '', '');

-- Create trigger "keep_once_set" of table "giftaid.aggregates"
create trigger keep_once_set before update on giftaid.aggregates for each row execute function finance.keep_once_set('closed_at');

-- Create trigger "touch" of table "giftaid.aggregates"
create trigger touch before update on giftaid.aggregates for each row execute function finance.touch();

-- Create table "giftaid.declaration_wordings"
create table giftaid.declaration_wordings (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  locale text not null,
  number integer not null,
  wording text not null,
  wording_sha256 finance.sha256 not null,
  source text not null,
  valid_from date not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint declaration_wordings_pkey primary key (id),
  constraint declaration_wordings_number_key unique (kind, locale, number),
  constraint declaration_wordings_kind_known check ((kind = any (array['single'::text, 'enduring'::text, 'oral_statement'::text]))),
  constraint declaration_wordings_locale_known check ((locale = any (array['en'::text, 'de'::text]))),
  constraint declaration_wordings_number_range check (((number >= 1) and (number <= 1000))),
  constraint declaration_wordings_source_length check (((length(btrim(source)) > 0) and (length(source) <= 500))),
  constraint declaration_wordings_wording_length check (((length(btrim(wording)) > 0) and (length(wording) <= 5000))),
  constraint declaration_wordings_wording_sha256_right check (((wording_sha256)::bytea = sha256(convert_to(wording, 'UTF8'::name))))
);
revoke insert, update on giftaid.declaration_wordings from finance_writer;
comment on table giftaid.declaration_wordings is 'Words that contributors declare with, each version kept for ever. Config: rows ride in migrations.';
comment on column giftaid.declaration_wordings.id is 'Identity.';
comment on column giftaid.declaration_wordings.kind is 'single: one gift; enduring: past, present and future; oral_statement: what is sent after a call.';
comment on column giftaid.declaration_wordings.locale is 'Language.';
comment on column giftaid.declaration_wordings.number is 'Counts from 1 per kind and language.';
comment on column giftaid.declaration_wordings.wording is 'The words; {charity} and {amount} are filled in.';
comment on column giftaid.declaration_wordings.wording_sha256 is 'SHA-256 of the words.';
comment on column giftaid.declaration_wordings.source is 'Where the words come from.';
comment on column giftaid.declaration_wordings.valid_from is 'First day of use.';
comment on column giftaid.declaration_wordings.created_at is 'When the row was written.';
comment on column giftaid.declaration_wordings.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "giftaid.declaration_wordings"
create trigger refuse_change before delete or update on giftaid.declaration_wordings for each row execute function finance.refuse_change();
alter table giftaid.declaration_wordings enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giftaid.declaration_wordings"
create trigger refuse_truncate before truncate on giftaid.declaration_wordings for each statement execute function finance.refuse_change();
alter table giftaid.declaration_wordings enable always trigger refuse_truncate;

-- Create table "giftaid.gasds_buildings"
create table giftaid.gasds_buildings (
  id uuid default gen_random_uuid() not null,
  claimant_id uuid not null,
  name text not null,
  address text not null,
  postcode text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint gasds_buildings_pkey primary key (id),
  constraint gasds_buildings_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint gasds_buildings_address_length check (((length(btrim(address)) > 0) and (length(address) <= 40))),
  constraint gasds_buildings_name_length check (((length(btrim(name)) > 0) and (length(name) <= 160))),
  constraint gasds_buildings_postcode_shape check ((postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'::text))
);
comment on table giftaid.gasds_buildings is 'Community buildings that have a limit of their own in the small donations scheme.';
comment on column giftaid.gasds_buildings.id is 'Identity.';
comment on column giftaid.gasds_buildings.claimant_id is 'Charity that uses it.';
comment on column giftaid.gasds_buildings.name is 'Name, at most 160 characters.';
comment on column giftaid.gasds_buildings.address is 'House and street as sent, at most 40 characters.';
comment on column giftaid.gasds_buildings.postcode is 'Postcode in upper case with the space.';
comment on column giftaid.gasds_buildings.created_at is 'When the row was written.';
comment on column giftaid.gasds_buildings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_buildings.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_buildings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_buildings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giftaid.gasds_buildings.deleted_at is 'When it was deleted; null: live.';

-- Create index "giftaid.gasds_buildings_claimant_id_idx"
create index gasds_buildings_claimant_id_idx on giftaid.gasds_buildings using btree (claimant_id);

-- Create index "giftaid.gasds_buildings_name_key"
create unique index gasds_buildings_name_key on giftaid.gasds_buildings using btree (claimant_id, lower(name)) where (deleted_at is null);

-- Create trigger "touch" of table "giftaid.gasds_buildings"
create trigger touch before update on giftaid.gasds_buildings for each row execute function finance.touch();

-- Create table "giftaid.tax_rates"
create table giftaid.tax_rates (
  tax_year integer not null,
  basic_rate_bp integer not null,
  constraint tax_rates_pkey primary key (tax_year),
  constraint tax_rates_basic_rate_bp_range check (((basic_rate_bp >= 1) and (basic_rate_bp <= 5000))),
  constraint tax_rates_tax_year_range check (((tax_year >= 1990) and (tax_year <= 2100)))
);
revoke insert, update on giftaid.tax_rates from finance_writer;
comment on table giftaid.tax_rates is 'Basic rate of income tax per tax year; what Gift Aid is worth. Config: rows ride in migrations, when a rate is law.';
comment on column giftaid.tax_rates.tax_year is 'Calendar year in which the tax year begins, on 6 April.';
comment on column giftaid.tax_rates.basic_rate_bp is 'Basic rate in hundredths of a percent; 2000 is 20 %.';

-- Create function "giftaid.tax_on(bigint, date)"
create function giftaid.tax_on(p_amount_minor bigint, p_day date)
 returns bigint
 language sql
 stable
 set search_path to ''
as $function$
  select floor(p_amount_minor::numeric * r.basic_rate_bp / (10000 - r.basic_rate_bp))::bigint
  from giftaid.tax_rates r where r.tax_year = giftaid.tax_year(p_day)
$function$;
grant execute on function giftaid.tax_on(bigint, date) to finance_reader, finance_studio, finance_writer;
comment on function giftaid.tax_on(bigint, date) is 'Gift Aid on a gift of a day, minor units, floored; null: the rate of that tax year is not known.';

-- Create table "giving.contributors"
create table giving.contributors (
  id uuid default gen_random_uuid() not null,
  type text not null,
  display_name text not null,
  email text,
  contact_ref uuid,
  locale text default 'en'::text not null,
  status text default 'active'::text not null,
  merged_into_id uuid,
  erased_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint contributors_pkey primary key (id),
  constraint contributors_merged_into_id_fkey foreign key (merged_into_id) references giving.contributors(id) on delete restrict,
  constraint contributors_anonymous_is_nobody check (((type <> 'anonymous'::text) or ((email is null) and (contact_ref is null)))),
  constraint contributors_display_name_length check (((length(btrim(display_name)) > 0) and (length(display_name) <= 200))),
  constraint contributors_email_shape check (((email ~ '^[^@\s]+@[^@\s]+$'::text) and (length(email) <= 254))),
  constraint contributors_erased_is_nobody check (((erased_at is null) or ((email is null) and (contact_ref is null)))),
  constraint contributors_erased_whole check (((status = 'erased'::text) = (erased_at is not null))),
  constraint contributors_locale_known check ((locale = any (array['de'::text, 'en'::text]))),
  constraint contributors_merged_into_another check ((merged_into_id <> id)),
  constraint contributors_merged_whole check (
case status
    when 'active'::text then (merged_into_id is null)
    when 'merged'::text then (merged_into_id is not null)
    else true
end),
  constraint contributors_status_known check ((status = any (array['active'::text, 'merged'::text, 'erased'::text]))),
  constraint contributors_type_known check ((type = any (array['individual'::text, 'company'::text, 'trust'::text, 'charity'::text, 'anonymous'::text])))
);
comment on table giving.contributors is 'Who gives: people, companies, trusts, charities, or nobody known.';
comment on column giving.contributors.id is 'Identity.';
comment on column giving.contributors.type is 'individual, company, trust, charity or anonymous.';
comment on column giving.contributors.display_name is 'Name to show; 1 to 200 characters.';
comment on column giving.contributors.email is 'Address for receipts, shared by any number of contributors; null: none.';
comment on column giving.contributors.contact_ref is 'The same person in platform, unique among live rows; null: not known there.';
comment on column giving.contributors.locale is 'Language to write to them in: de or en.';
comment on column giving.contributors.status is 'active, merged or erased; only the steps of contributors_status_transition are allowed.';
comment on column giving.contributors.merged_into_id is 'Contributor who took its place; null: none.';
comment on column giving.contributors.erased_at is 'When personal data was blanked; null: it is there. What was given stays.';
comment on column giving.contributors.created_at is 'When the row was written.';
comment on column giving.contributors.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributors.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributors.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributors.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.contributors.deleted_at is 'When it was deleted; null: live.';

-- Create index "giving.contributors_contact_ref_key"
create unique index contributors_contact_ref_key on giving.contributors using btree (contact_ref) where (deleted_at is null);

-- Create index "giving.contributors_created_at_idx"
create index contributors_created_at_idx on giving.contributors using btree (created_at desc, id desc);

-- Create index "giving.contributors_email_idx"
create index contributors_email_idx on giving.contributors using btree (lower(email)) where (deleted_at is null);

-- Create index "giving.contributors_merged_into_id_idx"
create index contributors_merged_into_id_idx on giving.contributors using btree (merged_into_id);

-- Create trigger "check_status" of table "giving.contributors"
create trigger check_status before insert or update of status on giving.contributors for each row execute function finance.check_transition('status', 'active', 'active>merged,erased', 'merged>erased');

-- Create trigger "touch" of table "giving.contributors"
create trigger touch before update on giving.contributors for each row execute function finance.touch();

-- Create table "giving.contributor_addresses"
create table giving.contributor_addresses (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  house text,
  street text,
  city text,
  postcode text,
  country text default 'GB'::text not null,
  overseas boolean default false not null,
  valid_from date default current_date not null,
  valid_to date,
  erased_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint contributor_addresses_pkey primary key (id),
  constraint contributor_addresses_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id) on delete restrict,
  constraint contributor_addresses_city_length check (((length(btrim(city)) > 0) and (length(city) <= 100))),
  constraint contributor_addresses_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint contributor_addresses_house_length check (((length(btrim(house)) > 0) and (length(house) <= 40))),
  constraint contributor_addresses_postcode_inside check (((erased_at is not null) or (overseas = (postcode is null)))),
  constraint contributor_addresses_postcode_shape check ((postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'::text)),
  constraint contributor_addresses_span check (((valid_to is null) or (valid_to >= valid_from))),
  constraint contributor_addresses_street_length check (((length(btrim(street)) > 0) and (length(street) <= 200))),
  constraint contributor_addresses_whole check (((erased_at is null) = (house is not null)))
);
revoke select on giving.contributor_addresses from finance_studio;
grant select (id) on giving.contributor_addresses to finance_studio;
grant select (contributor_id) on giving.contributor_addresses to finance_studio;
grant select (city) on giving.contributor_addresses to finance_studio;
grant select (country) on giving.contributor_addresses to finance_studio;
grant select (overseas) on giving.contributor_addresses to finance_studio;
grant select (valid_from) on giving.contributor_addresses to finance_studio;
grant select (valid_to) on giving.contributor_addresses to finance_studio;
grant select (erased_at) on giving.contributor_addresses to finance_studio;
grant select (created_at) on giving.contributor_addresses to finance_studio;
grant select (created_by) on giving.contributor_addresses to finance_studio;
grant select (updated_at) on giving.contributor_addresses to finance_studio;
grant select (updated_by) on giving.contributor_addresses to finance_studio;
grant select (version) on giving.contributor_addresses to finance_studio;
comment on table giving.contributor_addresses is 'Where a contributor lives and lived; a move closes one row and opens the next, so that a claim can show both.';
comment on column giving.contributor_addresses.id is 'Identity.';
comment on column giving.contributor_addresses.contributor_id is 'The contributor.';
comment on column giving.contributor_addresses.house is 'House name or number, at most 40 characters; null: erased.';
comment on column giving.contributor_addresses.street is 'Street; null: not known.';
comment on column giving.contributor_addresses.city is 'Town; null: not known.';
comment on column giving.contributor_addresses.postcode is 'Postcode in upper case with the space; null: outside the United Kingdom, or erased.';
comment on column giving.contributor_addresses.country is 'ISO 3166-1 alpha-2 code.';
comment on column giving.contributor_addresses.overseas is 'Whether the address is outside the United Kingdom; Channel Islands and Isle of Man are inside.';
comment on column giving.contributor_addresses.valid_from is 'First day of living there, as far as known.';
comment on column giving.contributor_addresses.valid_to is 'Day after the last one; null: lives there now.';
comment on column giving.contributor_addresses.erased_at is 'When the address was blanked; null: it is there.';
comment on column giving.contributor_addresses.created_at is 'When the row was written.';
comment on column giving.contributor_addresses.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributor_addresses.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributor_addresses.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributor_addresses.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.contributor_addresses_contributor_id_idx"
create index contributor_addresses_contributor_id_idx on giving.contributor_addresses using btree (contributor_id, valid_from desc);

-- Create index "giving.contributor_addresses_current_key"
create unique index contributor_addresses_current_key on giving.contributor_addresses using btree (contributor_id) where (valid_to is null);

-- Create trigger "touch" of table "giving.contributor_addresses"
create trigger touch before update on giving.contributor_addresses for each row execute function finance.touch();

-- Create table "giving.contributor_consents"
create table giving.contributor_consents (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  purpose text not null,
  granted boolean not null,
  channel text not null,
  wording text not null,
  evidence_ref uuid,
  given_at timestamp with time zone default now() not null,
  request_id finance.request_id,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint contributor_consents_pkey primary key (id),
  constraint contributor_consents_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id) on delete restrict,
  constraint contributor_consents_channel_known check ((channel = any (array['written'::text, 'oral'::text, 'digital'::text]))),
  constraint contributor_consents_purpose_known check ((purpose = any (array['receipts'::text, 'news'::text, 'phone'::text, 'post'::text, 'share_with_partner'::text, 'research'::text]))),
  constraint contributor_consents_wording_length check (((length(btrim(wording)) > 0) and (length(wording) <= 2000)))
);
revoke update on giving.contributor_consents from finance_writer;
comment on table giving.contributor_consents is 'What a contributor agreed to or took back; the newest row of a purpose counts.';
comment on column giving.contributor_consents.id is 'Identity.';
comment on column giving.contributor_consents.contributor_id is 'The contributor.';
comment on column giving.contributor_consents.purpose is 'What for.';
comment on column giving.contributor_consents.granted is 'true: agreed; false: refused or taken back.';
comment on column giving.contributor_consents.channel is 'How it was said.';
comment on column giving.contributor_consents.wording is 'The words that were agreed to.';
comment on column giving.contributor_consents.evidence_ref is 'File or recording that shows it (platform); null: none.';
comment on column giving.contributor_consents.given_at is 'When it was said.';
comment on column giving.contributor_consents.request_id is 'Request it came with; null: none.';
comment on column giving.contributor_consents.created_at is 'When the row was written.';
comment on column giving.contributor_consents.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giving.contributor_consents_contributor_id_idx"
create index contributor_consents_contributor_id_idx on giving.contributor_consents using btree (contributor_id, purpose, given_at desc, id desc);

-- Create index "giving.contributor_consents_created_at_idx"
create index contributor_consents_created_at_idx on giving.contributor_consents using btree (created_at desc, id desc);

-- Create trigger "refuse_change" of table "giving.contributor_consents"
create trigger refuse_change before delete or update on giving.contributor_consents for each row execute function finance.refuse_change();
alter table giving.contributor_consents enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.contributor_consents"
create trigger refuse_truncate before truncate on giving.contributor_consents for each statement execute function finance.refuse_change();
alter table giving.contributor_consents enable always trigger refuse_truncate;

-- Create table "giving.contributor_identities"
create table giving.contributor_identities (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  title text,
  first_name text,
  last_name text,
  erased_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint contributor_identities_pkey primary key (id),
  constraint contributor_identities_contributor_id_key unique (contributor_id),
  constraint contributor_identities_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id) on delete restrict,
  constraint contributor_identities_first_name_length check (((length(btrim(first_name)) > 0) and (length(first_name) <= 35))),
  constraint contributor_identities_last_name_length check (((length(btrim(last_name)) > 0) and (length(last_name) <= 35))),
  constraint contributor_identities_title_shape check ((title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'::text)),
  constraint contributor_identities_whole check (((erased_at is null) = ((first_name is not null) and (last_name is not null))))
);
revoke select on giving.contributor_identities from finance_studio;
grant select (id) on giving.contributor_identities to finance_studio;
grant select (contributor_id) on giving.contributor_identities to finance_studio;
grant select (erased_at) on giving.contributor_identities to finance_studio;
grant select (created_at) on giving.contributor_identities to finance_studio;
grant select (created_by) on giving.contributor_identities to finance_studio;
grant select (updated_at) on giving.contributor_identities to finance_studio;
grant select (updated_by) on giving.contributor_identities to finance_studio;
grant select (version) on giving.contributor_identities to finance_studio;
comment on table giving.contributor_identities is 'Who a contributor is to the tax office; kept apart, so that who reads contributors does not read this.';
comment on column giving.contributor_identities.id is 'Identity.';
comment on column giving.contributor_identities.contributor_id is 'The contributor, an individual; one row each.';
comment on column giving.contributor_identities.title is 'Title, 2 to 4 letters; null: none.';
comment on column giving.contributor_identities.first_name is 'First name, at most 35 characters; null: erased.';
comment on column giving.contributor_identities.last_name is 'Last name, at most 35 characters; null: erased.';
comment on column giving.contributor_identities.erased_at is 'When the names were blanked; null: they are there.';
comment on column giving.contributor_identities.created_at is 'When the row was written.';
comment on column giving.contributor_identities.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributor_identities.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributor_identities.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributor_identities.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "giving.contributor_identities"
create trigger touch before update on giving.contributor_identities for each row execute function finance.touch();

-- Create table "ledger.accounting_periods"
create table ledger.accounting_periods (
  id integer generated always as identity not null,
  span daterange not null,
  closed_at timestamp with time zone,
  closed_by uuid,
  constraint accounting_periods_pkey primary key (id),
  constraint accounting_periods_span_excl exclude using gist (span with &&),
  constraint accounting_periods_span_whole check (((not isempty(span)) and (not lower_inf(span)) and (not upper_inf(span))))
);
comment on table ledger.accounting_periods is 'Accounting periods (UK tax years); a journal is dated inside an open one.';
comment on column ledger.accounting_periods.id is 'Identity; also the key of the advisory lock that a close takes.';
comment on column ledger.accounting_periods.span is 'First day, and the day after the last.';
comment on column ledger.accounting_periods.closed_at is 'When it was closed; null: open.';
comment on column ledger.accounting_periods.closed_by is 'Contact who closed it (platform); null: open, or closed by the system.';

-- Create function "ledger.close_period(integer, uuid)"
create function ledger.close_period(p_id integer, p_closed_by uuid)
 returns void
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
comment on function ledger.close_period(integer, uuid) is 'Closes an accounting period after the postings under way in it.';

-- Create table "ledger.balance_deltas"
create table ledger.balance_deltas (
  id bigint generated always as identity not null,
  account_id uuid not null,
  amount bigint not null,
  constraint balance_deltas_pkey primary key (id),
  constraint balance_deltas_amount_not_zero check ((amount <> 0))
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.balance_deltas is 'Changes of balances that wait to be folded; a posting adds rows here instead of locking a balance.';
comment on column ledger.balance_deltas.id is 'Identity.';
comment on column ledger.balance_deltas.account_id is 'The account. No foreign key: the entry of the same posting has it, and a second lock on a hot row is dear.';
comment on column ledger.balance_deltas.amount is 'Net change by one journal, minor units, debit positive.';

-- Create index "ledger.balance_deltas_account_id_idx"
create index balance_deltas_account_id_idx on ledger.balance_deltas using btree (account_id) include (amount);

-- Create table "ledger.chain_head"
create table ledger.chain_head (
  one boolean default true not null,
  seq bigint not null,
  hash finance.sha256 not null,
  constraint chain_head_pkey primary key (one),
  constraint chain_head_one check (one)
);
comment on table ledger.chain_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column ledger.chain_head.one is 'Always true: the table has one row.';
comment on column ledger.chain_head.seq is 'Place of the last link; 0: none yet.';
comment on column ledger.chain_head.hash is 'Hash of the last link; of the word genesis while there is none.';

-- Create trigger "refuse_delete" of table "ledger.chain_head"
create trigger refuse_delete before delete or truncate on ledger.chain_head for each statement execute function finance.refuse_change();
alter table ledger.chain_head enable always trigger refuse_delete;

-- Create table "ledger.chart_of_accounts"
create table ledger.chart_of_accounts (
  code text not null,
  name finance.localized_text not null,
  type text not null,
  constraint chart_of_accounts_pkey primary key (code),
  constraint chart_of_accounts_type_key unique (code, type),
  constraint chart_of_accounts_code_shape check ((code ~ '^[1-5][0-9]{3}$'::text)),
  constraint chart_of_accounts_type_known check ((type = any (array['asset'::text, 'liability'::text, 'fund'::text, 'income'::text, 'expense'::text]))),
  constraint chart_of_accounts_type_of_code check ((type =
case "left"(code, 1)
    when '1'::text then 'asset'::text
    when '2'::text then 'liability'::text
    when '3'::text then 'fund'::text
    when '4'::text then 'income'::text
    else 'expense'::text
end))
);
comment on table ledger.chart_of_accounts is 'Nominal codes; an account is a code for one fund, counterparty and currency.';
comment on column ledger.chart_of_accounts.code is 'Nominal code, four digits; the first one is the type.';
comment on column ledger.chart_of_accounts.name is 'Name for people.';
comment on column ledger.chart_of_accounts.type is 'asset, liability, fund (transfers between funds), income or expense; the last three belong to a fund.';

-- Create table "giving.processors"
create table giving.processors (
  code text not null,
  name text not null,
  kind text not null,
  currencies text[] default '{GBP}'::text[] not null,
  clearing_code text not null,
  refunds_fee boolean default false not null,
  is_active boolean default true not null,
  constraint processors_pkey primary key (code),
  constraint processors_clearing_code_fkey foreign key (clearing_code) references ledger.chart_of_accounts(code) on delete restrict,
  constraint processors_code_shape check (((code ~ '^[a-z][a-z0-9_]*$'::text) and (length(code) <= 50))),
  constraint processors_currencies_some check (((cardinality(currencies) >= 1) and (cardinality(currencies) <= 50))),
  constraint processors_kind_known check ((kind = any (array['card'::text, 'direct_debit'::text, 'wallet'::text, 'bank_transfer'::text, 'manual'::text]))),
  constraint processors_name_length check (((length(btrim(name)) > 0) and (length(name) <= 100)))
);
revoke insert, update on giving.processors from finance_writer;
comment on table giving.processors is 'Who processes payments. Config: rows ride in migrations.';
comment on column giving.processors.code is 'Short name: stripe, gocardless, manual.';
comment on column giving.processors.name is 'Name for people.';
comment on column giving.processors.kind is 'What it mainly processes.';
comment on column giving.processors.currencies is 'ISO 4217 codes it settles in.';
comment on column giving.processors.clearing_code is 'Nominal code of the money it holds for us.';
comment on column giving.processors.refunds_fee is 'Whether it gives its fee back with a refund.';
comment on column giving.processors.is_active is 'Whether new payments may go through it.';

-- Create index "giving.processors_clearing_code_idx"
create index processors_clearing_code_idx on giving.processors using btree (clearing_code);

-- Create table "ledger.currencies"
create table ledger.currencies (
  code text not null,
  exponent smallint not null,
  constraint currencies_pkey primary key (code),
  constraint currencies_code_shape check ((code ~ '^[A-Z]{3}$'::text)),
  constraint currencies_exponent_range check (((exponent >= 0) and (exponent <= 4)))
);
comment on table ledger.currencies is 'Currencies that the books accept.';
comment on column ledger.currencies.code is 'ISO 4217 code.';
comment on column ledger.currencies.exponent is 'Decimal places of the minor unit by ISO 4217: 2 for GBP, 0 for JPY, 3 for KWD.';

-- Create table "finance.bank_accounts"
create table finance.bank_accounts (
  id uuid default gen_random_uuid() not null,
  name text not null,
  bank text not null,
  last_four text not null,
  currency text not null,
  code text not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint bank_accounts_pkey primary key (id),
  constraint bank_accounts_last_four_key unique (bank, last_four, currency),
  constraint bank_accounts_code_fkey foreign key (code) references ledger.chart_of_accounts(code) on delete restrict,
  constraint bank_accounts_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint bank_accounts_bank_length check (((length(btrim(bank)) > 0) and (length(bank) <= 100))),
  constraint bank_accounts_last_four_shape check ((last_four ~ '^[0-9A-Z]{4}$'::text)),
  constraint bank_accounts_name_length check (((length(btrim(name)) > 0) and (length(name) <= 100)))
);
comment on table finance.bank_accounts is 'Our own accounts at banks.';
comment on column finance.bank_accounts.id is 'Identity.';
comment on column finance.bank_accounts.name is 'Name for people.';
comment on column finance.bank_accounts.bank is 'The bank.';
comment on column finance.bank_accounts.last_four is 'Last four characters of the number.';
comment on column finance.bank_accounts.currency is 'ISO 4217 code.';
comment on column finance.bank_accounts.code is 'Nominal code it is kept under.';
comment on column finance.bank_accounts.closed_at is 'When it was closed; null: open.';
comment on column finance.bank_accounts.created_at is 'When the row was written.';
comment on column finance.bank_accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.bank_accounts.updated_at is 'When it last changed; set by trigger.';
comment on column finance.bank_accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.bank_accounts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "finance.bank_accounts_code_idx"
create index bank_accounts_code_idx on finance.bank_accounts using btree (code);

-- Create index "finance.bank_accounts_currency_idx"
create index bank_accounts_currency_idx on finance.bank_accounts using btree (currency);

-- Create trigger "touch" of table "finance.bank_accounts"
create trigger touch before update on finance.bank_accounts for each row execute function finance.touch();

-- Create table "finance.bank_statements"
create table finance.bank_statements (
  id uuid default gen_random_uuid() not null,
  bank_account_id uuid not null,
  number text not null,
  opens_on date not null,
  closes_on date not null,
  opening_minor bigint not null,
  closing_minor bigint not null,
  line_count integer not null,
  file_ref uuid,
  file_sha256 finance.sha256 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint bank_statements_pkey primary key (id),
  constraint bank_statements_file_sha256_key unique (file_sha256),
  constraint bank_statements_number_key unique (bank_account_id, number),
  constraint bank_statements_bank_account_id_fkey foreign key (bank_account_id) references finance.bank_accounts(id) on delete restrict,
  constraint bank_statements_closing_minor_range check (((closing_minor >= '-9000000000000000'::bigint) and (closing_minor <= '9000000000000000'::bigint))),
  constraint bank_statements_days check ((closes_on >= opens_on)),
  constraint bank_statements_line_count_range check (((line_count >= 0) and (line_count <= 100000))),
  constraint bank_statements_number_length check (((length(btrim(number)) > 0) and (length(number) <= 50))),
  constraint bank_statements_opening_minor_range check (((opening_minor >= '-9000000000000000'::bigint) and (opening_minor <= '9000000000000000'::bigint)))
);
revoke update on finance.bank_statements from finance_writer;
comment on table finance.bank_statements is 'Statements of our accounts as imported; the lines lead from the opening to the closing balance.';
comment on column finance.bank_statements.id is 'Identity.';
comment on column finance.bank_statements.bank_account_id is 'The account.';
comment on column finance.bank_statements.number is 'The bank''s number of the statement.';
comment on column finance.bank_statements.opens_on is 'First day.';
comment on column finance.bank_statements.closes_on is 'Last day.';
comment on column finance.bank_statements.opening_minor is 'Balance before, minor units of the account''s currency.';
comment on column finance.bank_statements.closing_minor is 'Balance after.';
comment on column finance.bank_statements.line_count is 'Number of its lines.';
comment on column finance.bank_statements.file_ref is 'The file as it came (platform); null: by interface.';
comment on column finance.bank_statements.file_sha256 is 'SHA-256 of the file or answer; a second import is refused.';
comment on column finance.bank_statements.created_at is 'When the row was written.';
comment on column finance.bank_statements.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "finance.bank_statements_created_at_idx"
create index bank_statements_created_at_idx on finance.bank_statements using btree (created_at desc, id desc);

-- Create trigger "refuse_change" of table "finance.bank_statements"
create trigger refuse_change before delete or update on finance.bank_statements for each row execute function finance.refuse_change();
alter table finance.bank_statements enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.bank_statements"
create trigger refuse_truncate before truncate on finance.bank_statements for each statement execute function finance.refuse_change();
alter table finance.bank_statements enable always trigger refuse_truncate;

-- Create table "finance.bank_lines"
create table finance.bank_lines (
  id uuid default gen_random_uuid() not null,
  statement_id uuid not null,
  bank_account_id uuid not null,
  line integer not null,
  bank_ref text not null,
  booked_on date not null,
  value_on date not null,
  amount_minor bigint not null,
  counterparty text,
  purpose text,
  status text default 'unmatched'::text not null,
  ignored_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint bank_lines_pkey primary key (id),
  constraint bank_lines_bank_ref_key unique (bank_account_id, bank_ref),
  constraint bank_lines_line_key unique (statement_id, line),
  constraint bank_lines_bank_account_id_fkey foreign key (bank_account_id) references finance.bank_accounts(id) on delete restrict,
  constraint bank_lines_statement_id_fkey foreign key (statement_id) references finance.bank_statements(id) on delete restrict,
  constraint bank_lines_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint bank_lines_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint bank_lines_bank_ref_length check (((length(btrim(bank_ref)) > 0) and (length(bank_ref) <= 200))),
  constraint bank_lines_counterparty_length check (((length(btrim(counterparty)) > 0) and (length(counterparty) <= 200))),
  constraint bank_lines_ignored_reason_length check (((length(btrim(ignored_reason)) > 0) and (length(ignored_reason) <= 500))),
  constraint bank_lines_ignored_whole check (((status = 'ignored'::text) = (ignored_reason is not null))),
  constraint bank_lines_line_range check (((line >= 1) and (line <= 100000))),
  constraint bank_lines_purpose_length check (((length(btrim(purpose)) > 0) and (length(purpose) <= 1000))),
  constraint bank_lines_status_known check ((status = any (array['unmatched'::text, 'matched'::text, 'ignored'::text])))
);
comment on table finance.bank_lines is 'Lines of statements. What the bank said never changes; how it was matched does.';
comment on column finance.bank_lines.id is 'Identity.';
comment on column finance.bank_lines.statement_id is 'The statement.';
comment on column finance.bank_lines.bank_account_id is 'The account.';
comment on column finance.bank_lines.line is 'Place in the statement, from 1.';
comment on column finance.bank_lines.bank_ref is 'The bank''s own reference.';
comment on column finance.bank_lines.booked_on is 'Day of booking.';
comment on column finance.bank_lines.value_on is 'Day of value.';
comment on column finance.bank_lines.amount_minor is 'Amount, minor units of the account''s currency; negative: went out.';
comment on column finance.bank_lines.counterparty is 'Who it came from or went to, as the bank says; null: not said.';
comment on column finance.bank_lines.purpose is 'Words of the payment; null: none.';
comment on column finance.bank_lines.status is 'Where it stands; the steps of bank_lines_status_transition.';
comment on column finance.bank_lines.ignored_reason is 'Why nothing in the books matches it; null: not ignored.';
comment on column finance.bank_lines.created_at is 'When the row was written.';
comment on column finance.bank_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.bank_lines.updated_at is 'When it last changed; set by trigger.';
comment on column finance.bank_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.bank_lines.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "finance.bank_lines_unmatched_idx"
create index bank_lines_unmatched_idx on finance.bank_lines using btree (booked_on, id) where (status = 'unmatched'::text);

-- Create trigger "check_frozen" of table "finance.bank_lines"
create trigger check_frozen before update on finance.bank_lines for each row execute function finance.check_frozen('id', '', 'status,ignored_reason');

-- Create trigger "check_status" of table "finance.bank_lines"
create trigger check_status before insert or update of status on finance.bank_lines for each row execute function finance.check_transition('status', 'unmatched', 'unmatched>matched,ignored', 'matched>unmatched', 'ignored>unmatched');

-- Create trigger "refuse_delete" of table "finance.bank_lines"
create trigger refuse_delete before delete or truncate on finance.bank_lines for each statement execute function finance.refuse_change();
alter table finance.bank_lines enable always trigger refuse_delete;

-- Create trigger "touch" of table "finance.bank_lines"
create trigger touch before update on finance.bank_lines for each row execute function finance.touch();

-- Create function "finance.check_statement()"
create function finance.check_statement()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  lines bigint;
  total numeric;
begin
  select count(*), coalesce(sum(amount_minor), 0) into lines, total
  from finance.bank_lines where statement_id = new.id and bank_account_id = new.bank_account_id;
  if lines <> new.line_count or new.opening_minor + total <> new.closing_minor then
    raise exception 'statement % has % lines of % from % to %', new.number, lines, total, new.opening_minor, new.closing_minor
      using errcode = '23514', constraint = 'bank_statements_total', schema = 'finance', table = 'bank_statements';
  end if;
  return null;
end
$function$;
comment on function finance.check_statement() is 'At commit: a statement is complete and leads from its opening to its closing balance; breaks bank_statements_total.';

-- Create trigger "check_total" of table "finance.bank_statements"
create constraint trigger check_total after insert on finance.bank_statements deferrable initially deferred for each row execute function finance.check_statement();
alter table finance.bank_statements enable always trigger check_total;

-- Create table "finance.fx_rates"
create table finance.fx_rates (
  id uuid default gen_random_uuid() not null,
  day date not null,
  base text not null,
  quote text not null,
  rate numeric(20,10) not null,
  source text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint fx_rates_pkey primary key (id),
  constraint fx_rates_day_key unique (day, base, quote, source),
  constraint fx_rates_base_fkey foreign key (base) references ledger.currencies(code) on delete restrict,
  constraint fx_rates_quote_fkey foreign key (quote) references ledger.currencies(code) on delete restrict,
  constraint fx_rates_differ check ((base <> quote)),
  constraint fx_rates_rate_range check ((rate > (0)::numeric)),
  constraint fx_rates_source_length check (((length(btrim(source)) > 0) and (length(source) <= 100)))
);
revoke update on finance.fx_rates from finance_writer;
comment on table finance.fx_rates is 'Exchange rates as published; a correction is a row of another source.';
comment on column finance.fx_rates.id is 'Identity.';
comment on column finance.fx_rates.day is 'Day of the rate.';
comment on column finance.fx_rates.base is 'ISO 4217 code of the currency that is priced.';
comment on column finance.fx_rates.quote is 'ISO 4217 code of the currency it is priced in.';
comment on column finance.fx_rates.rate is 'Units of quote for one unit of base.';
comment on column finance.fx_rates.source is 'Who published it.';
comment on column finance.fx_rates.created_at is 'When the row was written.';
comment on column finance.fx_rates.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "finance.fx_rates_base_idx"
create index fx_rates_base_idx on finance.fx_rates using btree (base);

-- Create index "finance.fx_rates_quote_idx"
create index fx_rates_quote_idx on finance.fx_rates using btree (quote);

-- Create trigger "refuse_change" of table "finance.fx_rates"
create trigger refuse_change before delete or update on finance.fx_rates for each row execute function finance.refuse_change();
alter table finance.fx_rates enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.fx_rates"
create trigger refuse_truncate before truncate on finance.fx_rates for each statement execute function finance.refuse_change();
alter table finance.fx_rates enable always trigger refuse_truncate;

-- Create table "finance.recon_runs"
create table finance.recon_runs (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  day date not null,
  attempt integer default 1 not null,
  outcome text not null,
  ours_minor bigint,
  theirs_minor bigint,
  currency text,
  detail jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint recon_runs_pkey primary key (id),
  constraint recon_runs_day_key unique (kind, day, attempt),
  constraint recon_runs_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint recon_runs_attempt_range check (((attempt >= 1) and (attempt <= 1000))),
  constraint recon_runs_detail_object check ((jsonb_typeof(detail) = 'object'::text)),
  constraint recon_runs_kind_known check ((kind = any (array['bank'::text, 'processor'::text, 'tax_office'::text, 'outbox'::text, 'references'::text]))),
  constraint recon_runs_ours_minor_range check (((ours_minor >= '-9000000000000000'::bigint) and (ours_minor <= '9000000000000000'::bigint))),
  constraint recon_runs_outcome_known check ((outcome = any (array['equal'::text, 'different'::text, 'failed'::text]))),
  constraint recon_runs_theirs_minor_range check (((theirs_minor >= '-9000000000000000'::bigint) and (theirs_minor <= '9000000000000000'::bigint)))
);
revoke update on finance.recon_runs from finance_writer;
comment on table finance.recon_runs is 'Daily comparisons of our books with somebody else''s.';
comment on column finance.recon_runs.id is 'Identity.';
comment on column finance.recon_runs.kind is 'What was compared.';
comment on column finance.recon_runs.day is 'Day that was compared.';
comment on column finance.recon_runs.attempt is 'Counts from 1 per kind and day.';
comment on column finance.recon_runs.outcome is 'What came out.';
comment on column finance.recon_runs.ours_minor is 'Our sum, minor units; null: not a sum.';
comment on column finance.recon_runs.theirs_minor is 'Their sum, minor units; null: not a sum.';
comment on column finance.recon_runs.currency is 'ISO 4217 code; null: not a sum.';
comment on column finance.recon_runs.detail is 'What differs, a JSON object.';
comment on column finance.recon_runs.created_at is 'When the row was written.';
comment on column finance.recon_runs.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "finance.recon_runs_currency_idx"
create index recon_runs_currency_idx on finance.recon_runs using btree (currency);

-- Create trigger "refuse_change" of table "finance.recon_runs"
create trigger refuse_change before delete or update on finance.recon_runs for each row execute function finance.refuse_change();
alter table finance.recon_runs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "finance.recon_runs"
create trigger refuse_truncate before truncate on finance.recon_runs for each statement execute function finance.refuse_change();
alter table finance.recon_runs enable always trigger refuse_truncate;

-- Create table "giving.partner_bank_accounts"
create table giving.partner_bank_accounts (
  id uuid default gen_random_uuid() not null,
  partner_ref uuid not null,
  holder_name text not null,
  currency text not null,
  country text not null,
  details_ciphertext bytea not null,
  details_fingerprint finance.sha256 not null,
  last_four text not null,
  status text default 'unverified'::text not null,
  usable_from timestamp with time zone default (now() + '3 days'::interval) not null,
  verified_by uuid,
  verified_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint partner_bank_accounts_pkey primary key (id),
  constraint partner_bank_accounts_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint partner_bank_accounts_cooling check ((usable_from >= (created_at + '3 days'::interval))),
  constraint partner_bank_accounts_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint partner_bank_accounts_details_ciphertext_size check (((octet_length(details_ciphertext) >= 1) and (octet_length(details_ciphertext) <= 4096))),
  constraint partner_bank_accounts_four_eyes check (((verified_by is null) or ((created_by is not null) and (verified_by <> created_by)))),
  constraint partner_bank_accounts_holder_name_length check (((length(btrim(holder_name)) > 0) and (length(holder_name) <= 200))),
  constraint partner_bank_accounts_last_four_shape check ((last_four ~ '^[0-9A-Z]{4}$'::text)),
  constraint partner_bank_accounts_status_known check ((status = any (array['unverified'::text, 'verified'::text, 'retired'::text]))),
  constraint partner_bank_accounts_verified_whole check ((((verified_at is null) = (verified_by is null)) and ((status <> 'verified'::text) or (verified_at is not null))))
);
revoke select on giving.partner_bank_accounts from finance_studio;
grant select (id) on giving.partner_bank_accounts to finance_studio;
grant select (partner_ref) on giving.partner_bank_accounts to finance_studio;
grant select (holder_name) on giving.partner_bank_accounts to finance_studio;
grant select (currency) on giving.partner_bank_accounts to finance_studio;
grant select (country) on giving.partner_bank_accounts to finance_studio;
grant select (last_four) on giving.partner_bank_accounts to finance_studio;
grant select (status) on giving.partner_bank_accounts to finance_studio;
grant select (usable_from) on giving.partner_bank_accounts to finance_studio;
grant select (verified_by) on giving.partner_bank_accounts to finance_studio;
grant select (verified_at) on giving.partner_bank_accounts to finance_studio;
grant select (created_at) on giving.partner_bank_accounts to finance_studio;
grant select (created_by) on giving.partner_bank_accounts to finance_studio;
grant select (updated_at) on giving.partner_bank_accounts to finance_studio;
grant select (updated_by) on giving.partner_bank_accounts to finance_studio;
grant select (version) on giving.partner_bank_accounts to finance_studio;
comment on table giving.partner_bank_accounts is 'Where partners are paid. Details never change: a new account is a new row, and waits before money may go there.';
comment on column giving.partner_bank_accounts.id is 'Identity.';
comment on column giving.partner_bank_accounts.partner_ref is 'Partner (projects).';
comment on column giving.partner_bank_accounts.holder_name is 'Name of the account''s holder.';
comment on column giving.partner_bank_accounts.currency is 'ISO 4217 code.';
comment on column giving.partner_bank_accounts.country is 'ISO 3166-1 alpha-2 code of the bank.';
comment on column giving.partner_bank_accounts.details_ciphertext is 'Account number and sort code, or IBAN, encrypted by the application.';
comment on column giving.partner_bank_accounts.details_fingerprint is 'Keyed hash of the details: finds the same account again without reading it.';
comment on column giving.partner_bank_accounts.last_four is 'Last four characters of the number, to recognise it by.';
comment on column giving.partner_bank_accounts.status is 'Where it stands; the steps of partner_bank_accounts_status_transition.';
comment on column giving.partner_bank_accounts.usable_from is 'Earliest moment of a payment: time for the partner to object; never less than three days.';
comment on column giving.partner_bank_accounts.verified_by is 'Contact who checked it with the partner (platform), never the one who wrote it; null: nobody yet.';
comment on column giving.partner_bank_accounts.verified_at is 'When that was; null: not yet.';
comment on column giving.partner_bank_accounts.created_at is 'When the row was written.';
comment on column giving.partner_bank_accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.partner_bank_accounts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.partner_bank_accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.partner_bank_accounts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.partner_bank_accounts_created_at_idx"
create index partner_bank_accounts_created_at_idx on giving.partner_bank_accounts using btree (created_at desc, id desc);

-- Create index "giving.partner_bank_accounts_currency_idx"
create index partner_bank_accounts_currency_idx on giving.partner_bank_accounts using btree (currency);

-- Create index "giving.partner_bank_accounts_details_key"
create unique index partner_bank_accounts_details_key on giving.partner_bank_accounts using btree (partner_ref, details_fingerprint) where (status <> 'retired'::text);

-- Create index "giving.partner_bank_accounts_partner_ref_idx"
create index partner_bank_accounts_partner_ref_idx on giving.partner_bank_accounts using btree (partner_ref);

-- Create trigger "check_status" of table "giving.partner_bank_accounts"
create trigger check_status before insert or update of status on giving.partner_bank_accounts for each row execute function finance.check_transition('status', 'unverified', 'unverified>verified,retired', 'verified>retired');

-- Create trigger "keep_once_set" of table "giving.partner_bank_accounts"
create trigger keep_once_set before update on giving.partner_bank_accounts for each row execute function finance.keep_once_set('verified_by', 'verified_at', 'usable_from', 'details_ciphertext', 'details_fingerprint', 'last_four', 'partner_ref', 'holder_name', 'currency', 'country', 'created_by');

-- Create trigger "touch" of table "giving.partner_bank_accounts"
create trigger touch before update on giving.partner_bank_accounts for each row execute function finance.touch();

-- Create table "ledger.funds"
create table ledger.funds (
  id uuid default gen_random_uuid() not null,
  code text not null,
  restriction text not null,
  parent_id uuid,
  project_ref uuid,
  theme_ref uuid,
  stage_ref uuid,
  floor_minor bigint default 0,
  created_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  constraint funds_pkey primary key (id),
  constraint funds_code_key unique (code),
  constraint funds_parent_id_fkey foreign key (parent_id) references ledger.funds(id),
  constraint funds_code_length check (((length(code) >= 1) and (length(code) <= 100))),
  constraint funds_restriction_known check ((restriction = any (array['unrestricted'::text, 'designated'::text, 'restricted'::text, 'endowment'::text]))),
  constraint funds_stage_in_project check (((stage_ref is null) or (project_ref is not null)))
);
comment on table ledger.funds is 'Pots of money with a purpose; the balance of a fund is what was given for it and not yet spent.';
comment on column ledger.funds.id is 'Identity.';
comment on column ledger.funds.code is 'GEN for the general fund, else project:<uuid>, theme:<uuid>, stage:<uuid>.';
comment on column ledger.funds.restriction is 'How far the trustees may decide: unrestricted, designated, restricted, endowment.';
comment on column ledger.funds.parent_id is 'Fund it is part of; null: none.';
comment on column ledger.funds.project_ref is 'Project it is for (projects); null: none.';
comment on column ledger.funds.theme_ref is 'Theme it is for (projects); null: none.';
comment on column ledger.funds.stage_ref is 'Funding stage it is for (projects); null: the whole project.';
comment on column ledger.funds.floor_minor is 'Lowest balance that spending may leave, minor units in each currency; null: not guarded.';
comment on column ledger.funds.created_at is 'When the fund was opened.';
comment on column ledger.funds.closed_at is 'When it was closed for postings; null: open.';

-- Create index "ledger.funds_parent_id_idx"
create index funds_parent_id_idx on ledger.funds using btree (parent_id);

-- Create index "ledger.funds_project_ref_key"
create unique index funds_project_ref_key on ledger.funds using btree (project_ref) where ((project_ref is not null) and (stage_ref is null));

-- Create index "ledger.funds_stage_ref_key"
create unique index funds_stage_ref_key on ledger.funds using btree (stage_ref) where (stage_ref is not null);

-- Create index "ledger.funds_theme_ref_key"
create unique index funds_theme_ref_key on ledger.funds using btree (theme_ref) where (theme_ref is not null);

-- Create function "giving.fund_of(uuid)"
create function giving.fund_of(p_project_ref uuid)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.fund_of(uuid) is 'Finds or opens the restricted fund of a project; null: the general fund.';

-- Create table "giving.recurring_mandates"
create table giving.recurring_mandates (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  processor text not null,
  processor_ref text,
  amount_minor bigint not null,
  currency text not null,
  frequency text not null,
  day_of_month integer,
  status text default 'pending'::text not null,
  starts_on date not null,
  ends_on date,
  next_on date,
  cancelled_at timestamp with time zone,
  cancel_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint recurring_mandates_pkey primary key (id),
  constraint recurring_mandates_processor_ref_key unique (processor, processor_ref),
  constraint recurring_mandates_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id) on delete restrict,
  constraint recurring_mandates_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint recurring_mandates_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint recurring_mandates_processor_fkey foreign key (processor) references giving.processors(code) on delete restrict,
  constraint recurring_mandates_active_is_known check (((status <> 'active'::text) or (processor_ref is not null))),
  constraint recurring_mandates_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint recurring_mandates_cancel_reason_length check (((length(btrim(cancel_reason)) > 0) and (length(cancel_reason) <= 500))),
  constraint recurring_mandates_cancelled_whole check (((status = 'cancelled'::text) = (cancelled_at is not null))),
  constraint recurring_mandates_day_of_month_range check (((day_of_month >= 1) and (day_of_month <= 28))),
  constraint recurring_mandates_frequency_known check ((frequency = any (array['weekly'::text, 'monthly'::text, 'quarterly'::text, 'yearly'::text]))),
  constraint recurring_mandates_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200))),
  constraint recurring_mandates_span check (((ends_on is null) or (ends_on >= starts_on))),
  constraint recurring_mandates_status_known check ((status = any (array['pending'::text, 'active'::text, 'cancelled'::text, 'failed'::text, 'paused'::text, 'expired'::text])))
);
comment on table giving.recurring_mandates is 'Standing promises to give; the processor collects an amount at each date until somebody stops it.';
comment on column giving.recurring_mandates.id is 'Identity.';
comment on column giving.recurring_mandates.contributor_id is 'Who promised.';
comment on column giving.recurring_mandates.fund_id is 'Fund it goes to.';
comment on column giving.recurring_mandates.project_ref is 'Project it is given for (projects); null: for whatever needs it most.';
comment on column giving.recurring_mandates.processor is 'Who collects.';
comment on column giving.recurring_mandates.processor_ref is 'The processor''s own id of the mandate; null: not known yet.';
comment on column giving.recurring_mandates.amount_minor is 'Amount of each collection, minor units of currency.';
comment on column giving.recurring_mandates.currency is 'ISO 4217 code.';
comment on column giving.recurring_mandates.frequency is 'How often it is collected.';
comment on column giving.recurring_mandates.day_of_month is 'Day of collection; null: weekly, or the processor chooses.';
comment on column giving.recurring_mandates.status is 'Where it stands; the steps of recurring_mandates_status_transition.';
comment on column giving.recurring_mandates.starts_on is 'First day it may be collected.';
comment on column giving.recurring_mandates.ends_on is 'Last day; null: until it is stopped.';
comment on column giving.recurring_mandates.next_on is 'Day of the next collection; null: none is due.';
comment on column giving.recurring_mandates.cancelled_at is 'When it was cancelled; null: it was not.';
comment on column giving.recurring_mandates.cancel_reason is 'Why; null: not cancelled, or not said.';
comment on column giving.recurring_mandates.created_at is 'When the row was written.';
comment on column giving.recurring_mandates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.recurring_mandates.updated_at is 'When it last changed; set by trigger.';
comment on column giving.recurring_mandates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.recurring_mandates.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.recurring_mandates_contributor_id_idx"
create index recurring_mandates_contributor_id_idx on giving.recurring_mandates using btree (contributor_id);

-- Create index "giving.recurring_mandates_created_at_idx"
create index recurring_mandates_created_at_idx on giving.recurring_mandates using btree (created_at desc, id desc);

-- Create index "giving.recurring_mandates_currency_idx"
create index recurring_mandates_currency_idx on giving.recurring_mandates using btree (currency);

-- Create index "giving.recurring_mandates_fund_id_idx"
create index recurring_mandates_fund_id_idx on giving.recurring_mandates using btree (fund_id);

-- Create index "giving.recurring_mandates_next_on_idx"
create index recurring_mandates_next_on_idx on giving.recurring_mandates using btree (next_on) where (status = 'active'::text);

-- Create trigger "check_frozen" of table "giving.recurring_mandates"
create trigger check_frozen before update on giving.recurring_mandates for each row execute function finance.check_frozen('status', 'pending,active,paused', '');

-- Create trigger "check_live" of table "giving.recurring_mandates"
create trigger check_live before insert or update of contributor_id on giving.recurring_mandates for each row execute function finance.check_live('contributor_id', 'giving.contributors');

-- Create trigger "check_status" of table "giving.recurring_mandates"
create trigger check_status before insert or update of status on giving.recurring_mandates for each row execute function finance.check_transition('status', 'pending', 'pending>active,cancelled,failed', 'active>paused,cancelled,expired,failed', 'paused>active,cancelled,expired');

-- Create trigger "touch" of table "giving.recurring_mandates"
create trigger touch before update on giving.recurring_mandates for each row execute function finance.touch();

-- Create table "ledger.accounts"
create table ledger.accounts (
  id uuid default gen_random_uuid() not null,
  code text not null,
  type text not null,
  sign smallint generated always as (
case
    when (type = any (array['asset'::text, 'expense'::text])) then 1
    else '-1'::integer
end) stored not null,
  currency text not null,
  fund_id uuid,
  counterparty_type finance.entity_name,
  counterparty_id uuid,
  floor_minor bigint,
  created_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  constraint accounts_pkey primary key (id),
  constraint accounts_currency_key unique (id, currency),
  constraint accounts_leaf_key unique nulls not distinct (code, fund_id, counterparty_type, counterparty_id, currency),
  constraint accounts_code_fkey foreign key (code, type) references ledger.chart_of_accounts(code, type),
  constraint accounts_currency_fkey foreign key (currency) references ledger.currencies(code),
  constraint accounts_fund_id_fkey foreign key (fund_id) references ledger.funds(id),
  constraint accounts_counterparty_whole check (((counterparty_type is null) = (counterparty_id is null))),
  constraint accounts_fund_by_type check (((fund_id is not null) = (type = any (array['fund'::text, 'income'::text, 'expense'::text]))))
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
comment on column ledger.accounts.floor_minor is 'Lowest balance, in the account''s own sign and minor units, that a fall may leave; null: not guarded.';
comment on column ledger.accounts.created_at is 'When the account was opened.';
comment on column ledger.accounts.closed_at is 'When it was closed for postings; null: open.';

-- Create index "ledger.accounts_code_idx"
create index accounts_code_idx on ledger.accounts using btree (code, type);

-- Create index "ledger.accounts_currency_idx"
create index accounts_currency_idx on ledger.accounts using btree (currency);

-- Create index "ledger.accounts_fund_id_idx"
create index accounts_fund_id_idx on ledger.accounts using btree (fund_id);

-- Create function "ledger.keep_account()"
create function ledger.keep_account()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function ledger.keep_account() is 'Before update: only floor and close may change, and a close waits for the postings under way.';

-- Create trigger "keep_account" of table "ledger.accounts"
create trigger keep_account before update on ledger.accounts for each row execute function ledger.keep_account();

-- Create function "ledger.keep_fund()"
create function ledger.keep_fund()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function ledger.keep_fund() is 'Before update: a fund keeps its identity, and a close waits for the postings under way.';

-- Create trigger "keep_fund" of table "ledger.funds"
create trigger keep_fund before update on ledger.funds for each row execute function ledger.keep_fund();

-- Create function "ledger.leaf_account(text, uuid, text)"
create function ledger.leaf_account(p_code text, p_fund_id uuid, p_currency text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function ledger.leaf_account(text, uuid, text) is 'Finds or opens the account of a nominal code, fund (null: pooled) and currency, without counterparty.';

-- Create table "ledger.account_balances"
create table ledger.account_balances (
  account_id uuid not null,
  balance numeric(38,0) default 0 not null,
  constraint account_balances_pkey primary key (account_id),
  constraint account_balances_account_id_fkey foreign key (account_id) references ledger.accounts(id)
) with (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 50);
comment on table ledger.account_balances is 'Folded balances: add the visible balance_deltas, in one statement, for the exact one.';
comment on column ledger.account_balances.account_id is 'The account.';
comment on column ledger.account_balances.balance is 'Sum of its folded entries, minor units, debit positive.';

-- Create function "ledger.balance(uuid)"
create function ledger.balance(p_account_id uuid)
 returns numeric
 language sql
 stable
 set search_path to ''
as $function$
  select b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  from ledger.account_balances b where b.account_id = p_account_id
$function$;
grant execute on function ledger.balance(uuid) to finance_audit, finance_reader, finance_studio, finance_writer;
comment on function ledger.balance(uuid) is 'Exact balance of an account, minor units, debit positive; null: no such account.';

-- Create function "ledger.fold_accounts(uuid[])"
create function ledger.fold_accounts(p_accounts uuid[])
 returns bigint
 language plpgsql
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
comment on function ledger.fold_accounts(uuid[]) is 'Folds the visible deltas of accounts whose balance rows the caller has locked.';

-- Create function "ledger.fold(integer)"
create function ledger.fold(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function ledger.fold(integer) to finance_writer;
comment on function ledger.fold(integer) is 'Folds the deltas of at most that many accounts into their balances; returns how many. Call it often.';

-- Create function "ledger.fund_balance(uuid, text)"
create function ledger.fund_balance(p_fund_id uuid, p_currency text)
 returns numeric
 language sql
 stable
 set search_path to ''
as $function$
  select -coalesce(sum(
    b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  ), 0)
  from ledger.accounts a
  join ledger.account_balances b on b.account_id = a.id
  where a.fund_id = p_fund_id and a.currency = p_currency
$function$;
grant execute on function ledger.fund_balance(uuid, text) to finance_audit, finance_reader, finance_studio, finance_writer;
comment on function ledger.fund_balance(uuid, text) is 'Exact balance of a fund in one currency, minor units: what came in and has not gone out. 0: nothing was ever posted.';

-- Create function "ledger.open_balance()"
create function ledger.open_balance()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into ledger.account_balances (account_id) values (new.id);
  return null;
end
$function$;
comment on function ledger.open_balance() is 'After insert: every account has its balance row.';

-- Create trigger "open_balance" of table "ledger.accounts"
create trigger open_balance after insert on ledger.accounts for each row execute function ledger.open_balance();
alter table ledger.accounts enable always trigger open_balance;

-- Create table "ledger.journal_kinds"
create table ledger.journal_kinds (
  kind ledger.journal_kind not null,
  name finance.localized_text not null,
  codes text[],
  may_force boolean default false not null,
  needs_reason boolean default false not null,
  constraint journal_kinds_pkey primary key (kind),
  constraint journal_kinds_codes_some check ((cardinality(codes) > 0))
);
comment on table ledger.journal_kinds is 'What a journal may be about. Config: rows ride in migrations.';
comment on column ledger.journal_kinds.kind is 'Name: entity and event.';
comment on column ledger.journal_kinds.name is 'Name for people.';
comment on column ledger.journal_kinds.codes is 'Nominal codes that its entries may touch; null: any.';
comment on column ledger.journal_kinds.may_force is 'Whether it may take a fund below its floor (refunds, lost disputes).';
comment on column ledger.journal_kinds.needs_reason is 'Whether somebody must say why.';

-- Create trigger "refuse_delete" of table "ledger.journal_kinds"
create trigger refuse_delete before delete or truncate on ledger.journal_kinds for each statement execute function finance.refuse_change();
alter table ledger.journal_kinds enable always trigger refuse_delete;

-- Create trigger "refuse_rename" of table "ledger.journal_kinds"
create trigger refuse_rename before update of kind on ledger.journal_kinds for each row execute function finance.refuse_change();

-- Create table "ledger.journals"
create table ledger.journals (
  id uuid default ledger.uuid7() not null,
  kind ledger.journal_kind not null,
  effective_date date not null,
  posted_at timestamp with time zone default clock_timestamp() not null,
  xid xid8 default pg_current_xact_id() not null,
  reverses uuid,
  source_type finance.entity_name not null,
  source_id uuid not null,
  actor_ref uuid,
  request_id finance.request_id,
  memo ledger.remark default ''::text not null,
  reason ledger.remark,
  lines smallint not null,
  constraint journals_pkey primary key (id),
  constraint journals_reverses_key unique (reverses),
  constraint journals_source_key unique (source_type, source_id, kind),
  constraint journals_xid_key unique (id, xid),
  constraint journals_reverses_fkey foreign key (reverses) references ledger.journals(id),
  constraint journals_lines_range check (((lines >= 2) and (lines <= 1000))),
  constraint journals_reversal_has_reason check (((reverses is null) or (coalesce((reason)::text, ''::text) <> ''::text)))
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

-- Create trigger "refuse_change" of table "ledger.journals"
create trigger refuse_change before delete or update on ledger.journals for each row execute function finance.refuse_change();
alter table ledger.journals enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "ledger.journals"
create trigger refuse_truncate before truncate on ledger.journals for each statement execute function finance.refuse_change();
alter table ledger.journals enable always trigger refuse_truncate;

-- Create trigger "stamp_xid" of table "ledger.journals"
create trigger stamp_xid before insert on ledger.journals for each row execute function ledger.stamp_xid();
alter table ledger.journals enable always trigger stamp_xid;

-- Create table "finance.recon_matches"
create table finance.recon_matches (
  id uuid default gen_random_uuid() not null,
  bank_line_id uuid not null,
  journal_id uuid not null,
  amount_minor bigint not null,
  matched_by text not null,
  undone_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint recon_matches_pkey primary key (id),
  constraint recon_matches_bank_line_id_fkey foreign key (bank_line_id) references finance.bank_lines(id) on delete restrict,
  constraint recon_matches_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint recon_matches_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint recon_matches_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint recon_matches_matched_by_known check ((matched_by = any (array['rule'::text, 'person'::text])))
);
comment on table finance.recon_matches is 'Which journal a line of the bank is; the live matches of a matched line add up to it.';
comment on column finance.recon_matches.id is 'Identity.';
comment on column finance.recon_matches.bank_line_id is 'The line.';
comment on column finance.recon_matches.journal_id is 'The journal.';
comment on column finance.recon_matches.amount_minor is 'Part of the line, minor units, with the line''s sign.';
comment on column finance.recon_matches.matched_by is 'Who found it.';
comment on column finance.recon_matches.undone_at is 'When the match was taken back; null: it holds.';
comment on column finance.recon_matches.created_at is 'When the row was written.';
comment on column finance.recon_matches.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.recon_matches.updated_at is 'When it last changed; set by trigger.';
comment on column finance.recon_matches.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.recon_matches.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "finance.recon_matches_bank_line_id_idx"
create index recon_matches_bank_line_id_idx on finance.recon_matches using btree (bank_line_id);

-- Create index "finance.recon_matches_bank_line_id_key"
create unique index recon_matches_bank_line_id_key on finance.recon_matches using btree (bank_line_id, journal_id) where (undone_at is null);

-- Create index "finance.recon_matches_journal_id_idx"
create index recon_matches_journal_id_idx on finance.recon_matches using btree (journal_id);

-- Create trigger "check_frozen" of table "finance.recon_matches"
create trigger check_frozen before update on finance.recon_matches for each row execute function finance.check_frozen('id', '', 'undone_at');

-- Create trigger "check_parent" of table "finance.recon_matches"
create trigger check_parent before insert or delete or update on finance.recon_matches for each row execute function finance.check_parent('finance.bank_lines', 'bank_line_id', 'status', 'unmatched');

-- Create trigger "keep_once_set" of table "finance.recon_matches"
create trigger keep_once_set before update on finance.recon_matches for each row execute function finance.keep_once_set('undone_at');

-- Create trigger "touch" of table "finance.recon_matches"
create trigger touch before update on finance.recon_matches for each row execute function finance.touch();

-- Create function "finance.check_matched()"
create function finance.check_matched()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  total numeric;
begin
  select coalesce(sum(amount_minor), 0) into total from finance.recon_matches
  where bank_line_id = new.id and undone_at is null;
  if total <> new.amount_minor then
    raise exception 'the matches of line % add up to %, not to %', new.bank_ref, total, new.amount_minor
      using errcode = '23514', constraint = 'bank_lines_total', schema = 'finance', table = 'bank_lines';
  end if;
  return new;
end
$function$;
comment on function finance.check_matched() is 'Before a line is matched: its matches add up to it; breaks bank_lines_total.';

-- Create trigger "check_total" of table "finance.bank_lines"
create trigger check_total before insert or update of status on finance.bank_lines for each row when ((new.status = 'matched'::text)) execute function finance.check_matched();

-- Create table "giftaid.claims"
create table giftaid.claims (
  id uuid default gen_random_uuid() not null,
  claimant_id uuid not null,
  reference text not null,
  status text default 'draft'::text not null,
  period_end date,
  earliest_on date,
  line_count integer default 0 not null,
  total_minor bigint default 0 not null,
  expected_tax_minor bigint default 0 not null,
  adjustment_minor bigint default 0 not null,
  other_info text,
  currency text default 'GBP'::text not null,
  prepared_by uuid not null,
  validated_at timestamp with time zone,
  submitted_by uuid,
  submitted_at timestamp with time zone,
  correlation_id text,
  irmark text,
  request_ref uuid,
  response_ref uuid,
  received_minor bigint default 0 not null,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint claims_pkey primary key (id),
  constraint claims_correlation_id_key unique (correlation_id),
  constraint claims_journal_id_key unique (journal_id),
  constraint claims_reference_key unique (claimant_id, reference),
  constraint claims_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint claims_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint claims_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint claims_adjustment_explained check (((adjustment_minor = 0) or (other_info is not null))),
  constraint claims_adjustment_minor_range check (((adjustment_minor >= 0) and (adjustment_minor <= '9000000000000000'::bigint))),
  constraint claims_correlation_id_length check (((length(btrim(correlation_id)) > 0) and (length(correlation_id) <= 64))),
  constraint claims_currency_is_pounds check ((currency = 'GBP'::text)),
  constraint claims_dates_of_lines check (((line_count = 0) = (period_end is null))),
  constraint claims_dates_whole check ((((earliest_on is null) = (period_end is null)) and (earliest_on <= period_end))),
  constraint claims_expected_tax_minor_range check (((expected_tax_minor >= 0) and (expected_tax_minor <= '9000000000000000'::bigint))),
  constraint claims_four_eyes check ((submitted_by <> prepared_by)),
  constraint claims_irmark_shape check ((irmark ~ '^[A-Za-z0-9+/]{27}=$'::text)),
  constraint claims_line_count_range check (((line_count >= 0) and (line_count <= 500000))),
  constraint claims_other_info_length check (((length(btrim(other_info)) > 0) and (length(other_info) <= 350))),
  constraint claims_received_minor_range check (((received_minor >= 0) and (received_minor <= '9000000000000000'::bigint))),
  constraint claims_reference_length check (((length(btrim(reference)) > 0) and (length(reference) <= 35))),
  constraint claims_status_known check ((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text, 'submitted'::text, 'acknowledged'::text, 'unknown'::text, 'rejected'::text, 'accepted'::text, 'part_received'::text, 'received'::text]))),
  constraint claims_submitted_by_status check (((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text])) = (submitted_at is null))),
  constraint claims_submitted_whole check ((((submitted_by is null) = (submitted_at is null)) and ((submitted_at is null) = (journal_id is null)))),
  constraint claims_total_minor_range check (((total_minor >= 0) and (total_minor <= '9000000000000000'::bigint)))
);
comment on table giftaid.claims is 'Claims to the tax office. One contact prepares, another submits; past draft only the outcome changes.';
comment on column giftaid.claims.id is 'Identity.';
comment on column giftaid.claims.claimant_id is 'Charity that claims.';
comment on column giftaid.claims.reference is 'Our own name of the claim.';
comment on column giftaid.claims.status is 'Where it stands; unknown: sent, and no answer; it is polled, never sent again.';
comment on column giftaid.claims.period_end is 'Day of the latest gift; null: no lines yet.';
comment on column giftaid.claims.earliest_on is 'Day of the earliest gift; null: no lines yet.';
comment on column giftaid.claims.line_count is 'Number of its live lines; right from validated on.';
comment on column giftaid.claims.total_minor is 'Sum of its live lines, pence; right from validated on.';
comment on column giftaid.claims.expected_tax_minor is 'Tax on the total, pence, floored once.';
comment on column giftaid.claims.adjustment_minor is 'Tax of earlier claims to be given back, pence.';
comment on column giftaid.claims.other_info is 'What explains the adjustment; null: there is none.';
comment on column giftaid.claims.currency is 'ISO 4217 code: the tax office pays pounds.';
comment on column giftaid.claims.prepared_by is 'Contact who prepared it (platform).';
comment on column giftaid.claims.validated_at is 'When it passed all checks; null: not yet, or again a draft.';
comment on column giftaid.claims.submitted_by is 'Contact who submitted it (platform), never the one who prepared it; null: not submitted.';
comment on column giftaid.claims.submitted_at is 'When it was sent; null: not yet.';
comment on column giftaid.claims.correlation_id is 'The tax office''s own id of the submission; null: no answer yet.';
comment on column giftaid.claims.irmark is 'Mark of the body as sent, base64 of SHA-1; null: not sent as XML.';
comment on column giftaid.claims.request_ref is 'The file as sent (platform); null: not sent.';
comment on column giftaid.claims.response_ref is 'The latest answer (platform); null: none.';
comment on column giftaid.claims.received_minor is 'What the tax office paid so far, pence.';
comment on column giftaid.claims.journal_id is 'Journal that moved accrued to claimed; null: not submitted.';
comment on column giftaid.claims.created_at is 'When the row was written.';
comment on column giftaid.claims.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claims.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claims.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claims.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.claims_created_at_idx"
create index claims_created_at_idx on giftaid.claims using btree (created_at desc, id desc);

-- Create index "giftaid.claims_currency_idx"
create index claims_currency_idx on giftaid.claims using btree (currency);

-- Create trigger "check_frozen" of table "giftaid.claims"
create trigger check_frozen before update on giftaid.claims for each row execute function finance.check_frozen('status', 'draft', 'validated_at,submitted_by,submitted_at,correlation_id,irmark,request_ref,response_ref,received_minor,journal_id');

-- Create trigger "check_status" of table "giftaid.claims"
create trigger check_status before insert or update of status on giftaid.claims for each row execute function finance.check_transition('status', 'draft', 'draft>validated,withdrawn', 'validated>draft,submitted,withdrawn', 'submitted>acknowledged,unknown,rejected', 'unknown>acknowledged,accepted,rejected', 'acknowledged>accepted,rejected,unknown', 'accepted>part_received,received', 'part_received>received');

-- Create trigger "keep_once_set" of table "giftaid.claims"
create trigger keep_once_set before update on giftaid.claims for each row execute function finance.keep_once_set('submitted_by', 'submitted_at', 'correlation_id', 'irmark', 'request_ref', 'journal_id');

-- Create trigger "refuse_delete" of table "giftaid.claims"
create trigger refuse_delete before delete or truncate on giftaid.claims for each statement execute function finance.refuse_change();
alter table giftaid.claims enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.claims"
create trigger touch before update on giftaid.claims for each row execute function finance.touch();

-- Create table "giftaid.claim_events"
create table giftaid.claim_events (
  id uuid default gen_random_uuid() not null,
  claim_id uuid not null,
  kind text not null,
  correlation_id text,
  amount_minor bigint,
  file_ref uuid,
  detail text,
  occurred_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint claim_events_pkey primary key (id),
  constraint claim_events_claim_id_fkey foreign key (claim_id) references giftaid.claims(id) on delete restrict,
  constraint claim_events_amount_minor_range check (((amount_minor >= 0) and (amount_minor <= '9000000000000000'::bigint))),
  constraint claim_events_correlation_id_length check (((length(btrim(correlation_id)) > 0) and (length(correlation_id) <= 64))),
  constraint claim_events_detail_length check (((length(btrim(detail)) > 0) and (length(detail) <= 2000))),
  constraint claim_events_kind_known check ((kind = any (array['validated'::text, 'submitted'::text, 'acknowledged'::text, 'polled'::text, 'response'::text, 'error'::text, 'received'::text, 'withdrawn'::text])))
);
revoke update on giftaid.claim_events from finance_writer;
comment on table giftaid.claim_events is 'What happened to a claim: each message sent and received, each payment.';
comment on column giftaid.claim_events.id is 'Identity.';
comment on column giftaid.claim_events.claim_id is 'The claim.';
comment on column giftaid.claim_events.kind is 'What happened.';
comment on column giftaid.claim_events.correlation_id is 'The tax office''s own id; null: none.';
comment on column giftaid.claim_events.amount_minor is 'What was paid, pence; null: no payment.';
comment on column giftaid.claim_events.file_ref is 'The message byte by byte (platform); null: none.';
comment on column giftaid.claim_events.detail is 'More about it; null: nothing.';
comment on column giftaid.claim_events.occurred_at is 'When.';
comment on column giftaid.claim_events.created_at is 'When the row was written.';
comment on column giftaid.claim_events.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giftaid.claim_events_claim_id_idx"
create index claim_events_claim_id_idx on giftaid.claim_events using btree (claim_id, occurred_at desc, id desc);

-- Create trigger "refuse_change" of table "giftaid.claim_events"
create trigger refuse_change before delete or update on giftaid.claim_events for each row execute function finance.refuse_change();
alter table giftaid.claim_events enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giftaid.claim_events"
create trigger refuse_truncate before truncate on giftaid.claim_events for each statement execute function finance.refuse_change();
alter table giftaid.claim_events enable always trigger refuse_truncate;

-- Create table "giftaid.gasds_claims"
create table giftaid.gasds_claims (
  id uuid default gen_random_uuid() not null,
  claimant_id uuid not null,
  tax_year integer not null,
  claim_id uuid,
  status text default 'draft'::text not null,
  collected_minor bigint default 0 not null,
  buildings_minor bigint default 0 not null,
  top_up_minor bigint default 0 not null,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint gasds_claims_pkey primary key (id),
  constraint gasds_claims_journal_id_key unique (journal_id),
  constraint gasds_claims_claim_id_fkey foreign key (claim_id) references giftaid.claims(id) on delete restrict,
  constraint gasds_claims_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint gasds_claims_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint gasds_claims_buildings_minor_range check (((buildings_minor >= 0) and (buildings_minor <= '9000000000000000'::bigint))),
  constraint gasds_claims_claim_by_status check (((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text])) = (claim_id is null))),
  constraint gasds_claims_collected_minor_limit check ((collected_minor <= 800000)),
  constraint gasds_claims_collected_minor_range check (((collected_minor >= 0) and (collected_minor <= '9000000000000000'::bigint))),
  constraint gasds_claims_posted check (((claim_id is null) = (journal_id is null))),
  constraint gasds_claims_status_known check ((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text, 'submitted'::text, 'accepted'::text, 'rejected'::text, 'received'::text]))),
  constraint gasds_claims_tax_year_range check (((tax_year >= 2013) and (tax_year <= 2100))),
  constraint gasds_claims_top_up_minor_range check (((top_up_minor >= 0) and (top_up_minor <= '9000000000000000'::bigint)))
);
comment on table giftaid.gasds_claims is 'Claims of the small donations scheme: one per charity and tax year, within its limits.';
comment on column giftaid.gasds_claims.id is 'Identity.';
comment on column giftaid.gasds_claims.claimant_id is 'Charity that claims.';
comment on column giftaid.gasds_claims.tax_year is 'Calendar year in which the tax year begins.';
comment on column giftaid.gasds_claims.claim_id is 'Claim it was sent with; null: not sent.';
comment on column giftaid.gasds_claims.status is 'Where it stands; the steps of gasds_claims_status_transition.';
comment on column giftaid.gasds_claims.collected_minor is 'Small gifts outside buildings, pence; at most 8,000 pounds.';
comment on column giftaid.gasds_claims.buildings_minor is 'Small gifts in buildings, pence; at most 8,000 pounds each.';
comment on column giftaid.gasds_claims.top_up_minor is 'What is asked for, pence.';
comment on column giftaid.gasds_claims.journal_id is 'Journal of the receivable; null: not submitted.';
comment on column giftaid.gasds_claims.created_at is 'When the row was written.';
comment on column giftaid.gasds_claims.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_claims.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_claims.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_claims.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.gasds_claims_claim_id_idx"
create index gasds_claims_claim_id_idx on giftaid.gasds_claims using btree (claim_id);

-- Create index "giftaid.gasds_claims_claimant_id_idx"
create index gasds_claims_claimant_id_idx on giftaid.gasds_claims using btree (claimant_id);

-- Create index "giftaid.gasds_claims_created_at_idx"
create index gasds_claims_created_at_idx on giftaid.gasds_claims using btree (created_at desc, id desc);

-- Create index "giftaid.gasds_claims_tax_year_key"
create unique index gasds_claims_tax_year_key on giftaid.gasds_claims using btree (claimant_id, tax_year) where (status <> all (array['rejected'::text, 'withdrawn'::text]));

-- Create trigger "check_frozen" of table "giftaid.gasds_claims"
create trigger check_frozen before update on giftaid.gasds_claims for each row execute function finance.check_frozen('status', 'draft', 'claim_id,journal_id');

-- Create trigger "check_status" of table "giftaid.gasds_claims"
create trigger check_status before insert or update of status on giftaid.gasds_claims for each row execute function finance.check_transition('status', 'draft', 'draft>validated,withdrawn', 'validated>draft,submitted,withdrawn', 'submitted>accepted,rejected', 'accepted>received');

-- Create trigger "keep_once_set" of table "giftaid.gasds_claims"
create trigger keep_once_set before update on giftaid.gasds_claims for each row execute function finance.keep_once_set('claim_id', 'journal_id');

-- Create trigger "refuse_delete" of table "giftaid.gasds_claims"
create trigger refuse_delete before delete or truncate on giftaid.gasds_claims for each statement execute function finance.refuse_change();
alter table giftaid.gasds_claims enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.gasds_claims"
create trigger touch before update on giftaid.gasds_claims for each row execute function finance.touch();

-- Create table "giving.contributions"
create table giving.contributions (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  designation text not null,
  amount_minor bigint not null,
  currency text not null,
  note text,
  status text default 'created'::text not null,
  provider text,
  provider_ref text,
  occurred_on date not null,
  settled_at timestamp with time zone,
  journal_id uuid,
  fee_cover_minor bigint default 0 not null,
  tip_minor bigint default 0 not null,
  benefit_minor bigint default 0 not null,
  own_money boolean default true not null,
  presentment_minor bigint,
  presentment_currency text,
  presentment_rate numeric(20,10),
  mandate_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint contributions_pkey primary key (id),
  constraint contributions_provider_ref_key unique (provider, provider_ref),
  constraint contributions_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id),
  constraint contributions_currency_fkey foreign key (currency) references ledger.currencies(code),
  constraint contributions_fund_id_fkey foreign key (fund_id) references ledger.funds(id),
  constraint contributions_journal_id_fkey foreign key (journal_id) references ledger.journals(id) deferrable initially deferred,
  constraint contributions_mandate_id_fkey foreign key (mandate_id) references giving.recurring_mandates(id) on delete restrict,
  constraint contributions_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint contributions_benefit_minor_range check (((benefit_minor >= 0) and (benefit_minor <= '9000000000000000'::bigint))),
  constraint contributions_designation_known check ((designation = any (array['restricted'::text, 'unrestricted'::text]))),
  constraint contributions_designation_of_project check (((project_ref is null) or (designation = 'restricted'::text))),
  constraint contributions_fee_cover_minor_range check (((fee_cover_minor >= 0) and (fee_cover_minor <= '9000000000000000'::bigint))),
  constraint contributions_note_length check (((length(note) >= 1) and (length(note) <= 500))),
  constraint contributions_presentment_currency_shape check ((presentment_currency ~ '^[A-Z]{3}$'::text)),
  constraint contributions_presentment_minor_range check (((presentment_minor >= 1) and (presentment_minor <= '9000000000000000'::bigint))),
  constraint contributions_presentment_rate_range check ((presentment_rate > (0)::numeric)),
  constraint contributions_presentment_whole check ((num_nonnulls(presentment_minor, presentment_currency, presentment_rate) = any (array[0, 3]))),
  constraint contributions_provider_ref_has_provider check (((provider_ref is null) or (provider is not null))),
  constraint contributions_provider_ref_length check (((length(provider_ref) >= 1) and (length(provider_ref) <= 200))),
  constraint contributions_provider_shape check (((provider ~ '^[a-z][a-z0-9_]*$'::text) and (length(provider) <= 50))),
  constraint contributions_settled_is_posted check ((((status = any (array['created'::text, 'processing'::text, 'failed'::text])) = (journal_id is null)) and ((journal_id is null) = (settled_at is null)))),
  constraint contributions_status_known check ((status = any (array['created'::text, 'processing'::text, 'settled'::text, 'failed'::text, 'partially_refunded'::text, 'refunded'::text, 'disputed'::text, 'charged_back'::text]))),
  constraint contributions_tip_minor_range check (((tip_minor >= 0) and (tip_minor <= '9000000000000000'::bigint)))
);
revoke insert, update on giving.contributions from finance_writer;
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
comment on column giving.contributions.fee_cover_minor is 'What was added to cover the processor''s fee, minor units of currency.';
comment on column giving.contributions.tip_minor is 'What was added for the platform itself, minor units of currency.';
comment on column giving.contributions.benefit_minor is 'Worth of what the contributor got in return, minor units of currency.';
comment on column giving.contributions.own_money is 'Whether it was the contributor''s own money, not collected from others.';
comment on column giving.contributions.presentment_minor is 'Amount that the contributor saw, minor units of presentment_currency; null: as amount_minor.';
comment on column giving.contributions.presentment_currency is 'ISO 4217 code that the contributor saw; null: as currency.';
comment on column giving.contributions.presentment_rate is 'Units of currency for one unit of presentment_currency; null: not converted.';
comment on column giving.contributions.mandate_id is 'Standing promise it was collected for; null: given once.';
comment on column giving.contributions.created_at is 'When the row was written.';
comment on column giving.contributions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributions.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.contributions_contributor_id_idx"
create index contributions_contributor_id_idx on giving.contributions using btree (contributor_id, created_at desc, id desc);

-- Create index "giving.contributions_created_at_idx"
create index contributions_created_at_idx on giving.contributions using btree (created_at desc, id desc);

-- Create index "giving.contributions_currency_idx"
create index contributions_currency_idx on giving.contributions using btree (currency);

-- Create index "giving.contributions_fund_id_idx"
create index contributions_fund_id_idx on giving.contributions using btree (fund_id);

-- Create index "giving.contributions_journal_id_key"
create unique index contributions_journal_id_key on giving.contributions using btree (journal_id);

-- Create index "giving.contributions_mandate_id_idx"
create index contributions_mandate_id_idx on giving.contributions using btree (mandate_id);

-- Create index "giving.contributions_project_ref_idx"
create index contributions_project_ref_idx on giving.contributions using btree (project_ref, created_at desc, id desc);

-- Create trigger "refuse_delete" of table "giving.contributions"
create trigger refuse_delete before delete or truncate on giving.contributions for each statement execute function finance.refuse_change();
alter table giving.contributions enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.contributions"
create trigger touch before update on giving.contributions for each row execute function finance.touch();

-- Create function "giving.keep_contribution()"
create function giving.keep_contribution()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if old.journal_id is not null
    and (new.journal_id, new.fund_id, new.project_ref, new.designation, new.amount_minor, new.currency, new.occurred_on, new.settled_at,
        new.fee_cover_minor, new.tip_minor)
      is distinct from
        (old.journal_id, old.fund_id, old.project_ref, old.designation, old.amount_minor, old.currency, old.occurred_on, old.settled_at,
        old.fee_cover_minor, old.tip_minor)
  then
    raise exception 'contribution % is in the books', old.id
      using errcode = '42501', schema = 'giving', table = 'contributions', hint = 'Refund it and record another one.';
  end if;
  return new;
end
$function$;
comment on function giving.keep_contribution() is 'Before update: what was posted about a contribution stays.';

-- Create trigger "keep_contribution" of table "giving.contributions"
create trigger keep_contribution before update on giving.contributions for each row execute function giving.keep_contribution();

-- Create table "giftaid.declarations"
create table giftaid.declarations (
  id uuid default gen_random_uuid() not null,
  contributor_id uuid not null,
  claimant_id uuid not null,
  scope text not null,
  contribution_id uuid,
  wording_id uuid not null,
  channel text not null,
  given_on date not null,
  covers daterange not null,
  past_four_years boolean default false not null,
  evidence_ref uuid,
  ip inet,
  user_agent text,
  request_id finance.request_id,
  status text default 'active'::text not null,
  cancelled_from date,
  cancelled_at timestamp with time zone,
  cancel_reason text,
  superseded_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint declarations_pkey primary key (id),
  constraint declarations_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint declarations_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint declarations_contributor_id_fkey foreign key (contributor_id) references giving.contributors(id) on delete restrict,
  constraint declarations_superseded_by_fkey foreign key (superseded_by) references giftaid.declarations(id) on delete restrict,
  constraint declarations_wording_id_fkey foreign key (wording_id) references giftaid.declaration_wordings(id) on delete restrict,
  constraint declarations_cancel_reason_length check (((length(btrim(cancel_reason)) > 0) and (length(cancel_reason) <= 500))),
  constraint declarations_cancelled_from_range check ((cancelled_from >=
case
    when (channel = 'oral'::text) then lower(covers)
    else given_on
end)),
  constraint declarations_cancelled_whole check ((((status = 'cancelled'::text) = (cancelled_at is not null)) and ((cancelled_at is null) = (cancelled_from is null)))),
  constraint declarations_channel_known check ((channel = any (array['written'::text, 'oral'::text, 'digital'::text]))),
  constraint declarations_covers_whole check (((not isempty(covers)) and (not lower_inf(covers)) and lower_inc(covers))),
  constraint declarations_past_is_enduring check (((not past_four_years) or (scope = 'enduring'::text))),
  constraint declarations_past_limit check (((lower(covers) >= (given_on -
case
    when past_four_years then '4 years'::interval
    else '00:00:00'::interval
end)) or (scope = 'single'::text))),
  constraint declarations_scope_known check ((scope = any (array['single'::text, 'enduring'::text]))),
  constraint declarations_single_whole check (((scope = 'single'::text) = (contribution_id is not null))),
  constraint declarations_status_known check ((status = any (array['active'::text, 'cancelled'::text, 'superseded'::text]))),
  constraint declarations_superseded_whole check (((status <> 'superseded'::text) or (superseded_by is not null))),
  constraint declarations_supersedes_another check ((superseded_by <> id)),
  constraint declarations_user_agent_length check (((length(btrim(user_agent)) > 0) and (length(user_agent) <= 500)))
);
revoke select on giftaid.declarations from finance_studio;
grant select (id) on giftaid.declarations to finance_studio;
grant select (contributor_id) on giftaid.declarations to finance_studio;
grant select (claimant_id) on giftaid.declarations to finance_studio;
grant select (scope) on giftaid.declarations to finance_studio;
grant select (contribution_id) on giftaid.declarations to finance_studio;
grant select (wording_id) on giftaid.declarations to finance_studio;
grant select (channel) on giftaid.declarations to finance_studio;
grant select (given_on) on giftaid.declarations to finance_studio;
grant select (covers) on giftaid.declarations to finance_studio;
grant select (past_four_years) on giftaid.declarations to finance_studio;
grant select (evidence_ref) on giftaid.declarations to finance_studio;
grant select (request_id) on giftaid.declarations to finance_studio;
grant select (status) on giftaid.declarations to finance_studio;
grant select (cancelled_from) on giftaid.declarations to finance_studio;
grant select (cancelled_at) on giftaid.declarations to finance_studio;
grant select (cancel_reason) on giftaid.declarations to finance_studio;
grant select (superseded_by) on giftaid.declarations to finance_studio;
grant select (created_at) on giftaid.declarations to finance_studio;
grant select (created_by) on giftaid.declarations to finance_studio;
grant select (updated_at) on giftaid.declarations to finance_studio;
grant select (updated_by) on giftaid.declarations to finance_studio;
grant select (version) on giftaid.declarations to finance_studio;
comment on table giftaid.declarations is 'What contributors declared. Never edited: a declaration is cancelled or superseded.';
comment on column giftaid.declarations.id is 'Identity.';
comment on column giftaid.declarations.contributor_id is 'Who declared.';
comment on column giftaid.declarations.claimant_id is 'Charity it is for.';
comment on column giftaid.declarations.scope is 'single: one gift; enduring: all gifts of a time.';
comment on column giftaid.declarations.contribution_id is 'The gift; null: enduring.';
comment on column giftaid.declarations.wording_id is 'Words that were declared with.';
comment on column giftaid.declarations.channel is 'How.';
comment on column giftaid.declarations.given_on is 'Day it was given.';
comment on column giftaid.declarations.covers is 'Days of the gifts it covers, from the first to the day after the last; no end: until it is cancelled.';
comment on column giftaid.declarations.past_four_years is 'Whether it covers gifts of the four years before.';
comment on column giftaid.declarations.evidence_ref is 'Form, recording or file that shows it (platform); null: the request itself.';
comment on column giftaid.declarations.ip is 'Address it was given from; null: not digital, or unknown.';
comment on column giftaid.declarations.user_agent is 'User agent it was given from; null: not digital, or unknown.';
comment on column giftaid.declarations.request_id is 'Request it came with; null: none.';
comment on column giftaid.declarations.status is 'Where it stands; the steps of declarations_status_transition.';
comment on column giftaid.declarations.cancelled_from is 'First day of gifts it no longer covers; null: not cancelled.';
comment on column giftaid.declarations.cancelled_at is 'When the contributor said so; null: not cancelled.';
comment on column giftaid.declarations.cancel_reason is 'Why; null: not cancelled, or not said.';
comment on column giftaid.declarations.superseded_by is 'Declaration that took its place; null: none.';
comment on column giftaid.declarations.created_at is 'When the row was written.';
comment on column giftaid.declarations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.declarations.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.declarations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.declarations.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.declarations_claimant_id_idx"
create index declarations_claimant_id_idx on giftaid.declarations using btree (claimant_id);

-- Create index "giftaid.declarations_contribution_id_idx"
create index declarations_contribution_id_idx on giftaid.declarations using btree (contribution_id);

-- Create index "giftaid.declarations_contributor_id_idx"
create index declarations_contributor_id_idx on giftaid.declarations using btree (contributor_id, given_on desc);

-- Create index "giftaid.declarations_created_at_idx"
create index declarations_created_at_idx on giftaid.declarations using btree (created_at desc, id desc);

-- Create index "giftaid.declarations_superseded_by_idx"
create index declarations_superseded_by_idx on giftaid.declarations using btree (superseded_by);

-- Create index "giftaid.declarations_wording_id_idx"
create index declarations_wording_id_idx on giftaid.declarations using btree (wording_id);

-- Create trigger "check_frozen" of table "giftaid.declarations"
create trigger check_frozen before update on giftaid.declarations for each row execute function finance.check_frozen('id', '', 'status,cancelled_from,cancelled_at,cancel_reason,superseded_by');

-- Create trigger "check_live" of table "giftaid.declarations"
create trigger check_live before insert or update of contributor_id on giftaid.declarations for each row execute function finance.check_live('contributor_id', 'giving.contributors');

-- Create trigger "check_status" of table "giftaid.declarations"
create trigger check_status before insert or update of status on giftaid.declarations for each row execute function finance.check_transition('status', 'active', 'active>cancelled,superseded', 'superseded>cancelled');

-- Create trigger "keep_once_set" of table "giftaid.declarations"
create trigger keep_once_set before update on giftaid.declarations for each row execute function finance.keep_once_set('cancelled_from', 'cancelled_at', 'superseded_by');

-- Create trigger "refuse_delete" of table "giftaid.declarations"
create trigger refuse_delete before delete or truncate on giftaid.declarations for each statement execute function finance.refuse_change();
alter table giftaid.declarations enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.declarations"
create trigger touch before update on giftaid.declarations for each row execute function finance.touch();

-- Create function "giftaid.covers(giftaid.declarations, date)"
create function giftaid.covers(p_declaration giftaid.declarations, p_day date)
 returns boolean
 language sql
 immutable
 set search_path to ''
as $function$
  select p_declaration.covers @> p_day and (p_declaration.cancelled_from is null or p_day < p_declaration.cancelled_from)
$function$;
grant execute on function giftaid.covers(giftaid.declarations, date) to finance_reader, finance_studio, finance_writer;
comment on function giftaid.covers(giftaid.declarations, date) is 'Whether a declaration covers a gift of that day; one given before it was cancelled stays covered.';

-- Create table "giftaid.aggregate_items"
create table giftaid.aggregate_items (
  id uuid default gen_random_uuid() not null,
  aggregate_id uuid not null,
  contribution_id uuid not null,
  declaration_id uuid not null,
  amount_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint aggregate_items_pkey primary key (id),
  constraint aggregate_items_contribution_id_key unique (contribution_id),
  constraint aggregate_items_aggregate_id_fkey foreign key (aggregate_id) references giftaid.aggregates(id) on delete restrict,
  constraint aggregate_items_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint aggregate_items_declaration_id_fkey foreign key (declaration_id) references giftaid.declarations(id) on delete restrict,
  constraint aggregate_items_amount_minor_limit check ((amount_minor <= 3000)),
  constraint aggregate_items_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint)))
);
revoke update on giftaid.aggregate_items from finance_writer;
comment on table giftaid.aggregate_items is 'Gifts in an aggregate; a gift is in at most one, for ever.';
comment on column giftaid.aggregate_items.id is 'Identity.';
comment on column giftaid.aggregate_items.aggregate_id is 'The aggregate.';
comment on column giftaid.aggregate_items.contribution_id is 'The gift.';
comment on column giftaid.aggregate_items.declaration_id is 'Declaration it is claimed under.';
comment on column giftaid.aggregate_items.amount_minor is 'The gift, pence, at most 30 pounds.';
comment on column giftaid.aggregate_items.created_at is 'When the row was written.';
comment on column giftaid.aggregate_items.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giftaid.aggregate_items_aggregate_id_idx"
create index aggregate_items_aggregate_id_idx on giftaid.aggregate_items using btree (aggregate_id);

-- Create index "giftaid.aggregate_items_declaration_id_idx"
create index aggregate_items_declaration_id_idx on giftaid.aggregate_items using btree (declaration_id);

-- Create trigger "refuse_change" of table "giftaid.aggregate_items"
create trigger refuse_change before delete or update on giftaid.aggregate_items for each row execute function finance.refuse_change();
alter table giftaid.aggregate_items enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giftaid.aggregate_items"
create trigger refuse_truncate before truncate on giftaid.aggregate_items for each statement execute function finance.refuse_change();
alter table giftaid.aggregate_items enable always trigger refuse_truncate;

-- Create function "giftaid.check_aggregate_closed()"
create function giftaid.check_aggregate_closed()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  total numeric;
  latest date;
begin
  select sum(i.amount_minor), max(c.occurred_on) into total, latest
  from giftaid.aggregate_items i join giving.contributions c on c.id = i.contribution_id
  where i.aggregate_id = new.id;
  if total is distinct from new.amount_minor or latest is distinct from new.donated_on then
    raise exception 'the gifts of aggregate % add up to % until %, not to % until %', new.id, total, latest,
        new.amount_minor, new.donated_on
      using errcode = '23514', constraint = 'aggregates_total', schema = 'giftaid', table = 'aggregates';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_aggregate_closed() is 'Before closing: an aggregate is the sum and the latest day of its gifts; breaks aggregates_total.';

-- Create trigger "check_total" of table "giftaid.aggregates"
create trigger check_total before insert or update of closed_at on giftaid.aggregates for each row when ((new.closed_at is not null)) execute function giftaid.check_aggregate_closed();

-- Create table "giftaid.claim_lines"
create table giftaid.claim_lines (
  id uuid default gen_random_uuid() not null,
  claim_id uuid not null,
  item integer not null,
  contribution_id uuid,
  declaration_id uuid,
  aggregate_id uuid,
  title text,
  first_name text,
  last_name text,
  house text,
  postcode text,
  aggregated text,
  sponsored boolean default false not null,
  donated_on date not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  status text default 'included'::text not null,
  received_minor bigint default 0 not null,
  error_code text,
  error_path text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint claim_lines_pkey primary key (id),
  constraint claim_lines_aggregate_id_fkey foreign key (aggregate_id) references giftaid.aggregates(id) on delete restrict,
  constraint claim_lines_claim_id_fkey foreign key (claim_id) references giftaid.claims(id) on delete restrict,
  constraint claim_lines_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint claim_lines_declaration_id_fkey foreign key (declaration_id) references giftaid.declarations(id) on delete restrict,
  constraint claim_lines_aggregate_limit check (((aggregate_id is null) or (amount_minor <= 100000))),
  constraint claim_lines_aggregated_length check (((length(btrim(aggregated)) > 0) and (length(aggregated) <= 35))),
  constraint claim_lines_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint claim_lines_declared check (((contribution_id is null) = (declaration_id is null))),
  constraint claim_lines_donor_whole check (
case
    when (aggregate_id is null) then ((num_nulls(first_name, last_name, house, postcode) = 0) and (aggregated is null))
    else ((num_nonnulls(title, first_name, last_name, house, postcode) = 0) and (aggregated is not null) and (not sponsored))
end),
  constraint claim_lines_error_code_length check (((length(btrim(error_code)) > 0) and (length(error_code) <= 20))),
  constraint claim_lines_error_path_length check (((length(btrim(error_path)) > 0) and (length(error_path) <= 500))),
  constraint claim_lines_first_name_length check (((length(btrim(first_name)) > 0) and (length(first_name) <= 35))),
  constraint claim_lines_house_length check (((length(btrim(house)) > 0) and (length(house) <= 40))),
  constraint claim_lines_item_range check (((item >= 1) and (item <= 500000))),
  constraint claim_lines_last_name_length check (((length(btrim(last_name)) > 0) and (length(last_name) <= 35))),
  constraint claim_lines_one_source check ((num_nonnulls(contribution_id, aggregate_id) = 1)),
  constraint claim_lines_postcode_shape check (((postcode = 'X'::text) or (postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'::text))),
  constraint claim_lines_printable check ((concat(title, first_name, last_name, house, postcode, aggregated) !~ '[^ -~¡-ÿ]'::text)),
  constraint claim_lines_received_minor_range check (((received_minor >= 0) and (received_minor <= '9000000000000000'::bigint))),
  constraint claim_lines_status_known check ((status = any (array['included'::text, 'accepted'::text, 'rejected'::text, 'withdrawn'::text, 'received'::text, 'reversed'::text]))),
  constraint claim_lines_tax_minor_range check (((tax_minor >= 0) and (tax_minor <= '9000000000000000'::bigint))),
  constraint claim_lines_title_shape check ((title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'::text))
);
revoke select on giftaid.claim_lines from finance_studio;
grant select (id) on giftaid.claim_lines to finance_studio;
grant select (claim_id) on giftaid.claim_lines to finance_studio;
grant select (item) on giftaid.claim_lines to finance_studio;
grant select (contribution_id) on giftaid.claim_lines to finance_studio;
grant select (declaration_id) on giftaid.claim_lines to finance_studio;
grant select (aggregate_id) on giftaid.claim_lines to finance_studio;
grant select (aggregated) on giftaid.claim_lines to finance_studio;
grant select (sponsored) on giftaid.claim_lines to finance_studio;
grant select (donated_on) on giftaid.claim_lines to finance_studio;
grant select (amount_minor) on giftaid.claim_lines to finance_studio;
grant select (tax_minor) on giftaid.claim_lines to finance_studio;
grant select (status) on giftaid.claim_lines to finance_studio;
grant select (received_minor) on giftaid.claim_lines to finance_studio;
grant select (error_code) on giftaid.claim_lines to finance_studio;
grant select (error_path) on giftaid.claim_lines to finance_studio;
grant select (created_at) on giftaid.claim_lines to finance_studio;
grant select (created_by) on giftaid.claim_lines to finance_studio;
grant select (updated_at) on giftaid.claim_lines to finance_studio;
grant select (updated_by) on giftaid.claim_lines to finance_studio;
grant select (version) on giftaid.claim_lines to finance_studio;
comment on table giftaid.claim_lines is 'Lines of claims as sent; a contribution is in at most one live line. What was sent never changes, the outcome does.';
comment on column giftaid.claim_lines.id is 'Identity.';
comment on column giftaid.claim_lines.claim_id is 'The claim.';
comment on column giftaid.claim_lines.item is 'Number of the line, from 1.';
comment on column giftaid.claim_lines.contribution_id is 'Gift that is claimed; null: an aggregate.';
comment on column giftaid.claim_lines.declaration_id is 'Declaration it is claimed under; null: an aggregate.';
comment on column giftaid.claim_lines.aggregate_id is 'Aggregate that is claimed; null: one gift.';
comment on column giftaid.claim_lines.title is 'Title as sent; null: none.';
comment on column giftaid.claim_lines.first_name is 'First name as sent; null: an aggregate.';
comment on column giftaid.claim_lines.last_name is 'Last name as sent; null: an aggregate.';
comment on column giftaid.claim_lines.house is 'House name or number as sent; null: an aggregate.';
comment on column giftaid.claim_lines.postcode is 'Postcode as sent, or X outside the United Kingdom; null: an aggregate.';
comment on column giftaid.claim_lines.aggregated is 'Words of an aggregate as sent; null: one gift.';
comment on column giftaid.claim_lines.sponsored is 'Whether it was given for a sponsored event.';
comment on column giftaid.claim_lines.donated_on is 'Day of the gift, of the latest in an aggregate.';
comment on column giftaid.claim_lines.amount_minor is 'Amount, pence.';
comment on column giftaid.claim_lines.tax_minor is 'Tax on it, pence, floored.';
comment on column giftaid.claim_lines.status is 'Where it stands; rejected, withdrawn and reversed lines do not count.';
comment on column giftaid.claim_lines.received_minor is 'What was paid for it, pence.';
comment on column giftaid.claim_lines.error_code is 'The tax office''s code of its rejection; null: none.';
comment on column giftaid.claim_lines.error_path is 'Where in the file it was; null: none.';
comment on column giftaid.claim_lines.created_at is 'When the row was written.';
comment on column giftaid.claim_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claim_lines.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claim_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claim_lines.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.claim_lines_aggregate_id_idx"
create index claim_lines_aggregate_id_idx on giftaid.claim_lines using btree (aggregate_id);

-- Create index "giftaid.claim_lines_aggregate_id_key"
create unique index claim_lines_aggregate_id_key on giftaid.claim_lines using btree (aggregate_id) where (status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text]));

-- Create index "giftaid.claim_lines_claim_id_idx"
create index claim_lines_claim_id_idx on giftaid.claim_lines using btree (claim_id);

-- Create index "giftaid.claim_lines_contribution_id_idx"
create index claim_lines_contribution_id_idx on giftaid.claim_lines using btree (contribution_id);

-- Create index "giftaid.claim_lines_contribution_id_key"
create unique index claim_lines_contribution_id_key on giftaid.claim_lines using btree (contribution_id) where (status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text]));

-- Create index "giftaid.claim_lines_declaration_id_idx"
create index claim_lines_declaration_id_idx on giftaid.claim_lines using btree (declaration_id);

-- Create index "giftaid.claim_lines_item_key"
create unique index claim_lines_item_key on giftaid.claim_lines using btree (claim_id, item) where (status <> 'withdrawn'::text);

-- Create trigger "check_frozen" of table "giftaid.claim_lines"
create trigger check_frozen before update on giftaid.claim_lines for each row execute function finance.check_frozen('id', '', 'status,received_minor,error_code,error_path');

-- Create trigger "check_parent" of table "giftaid.claim_lines"
create trigger check_parent before insert on giftaid.claim_lines for each row execute function finance.check_parent('giftaid.claims', 'claim_id', 'status', 'draft');

-- Create trigger "check_status" of table "giftaid.claim_lines"
create trigger check_status before insert or update of status on giftaid.claim_lines for each row execute function finance.check_transition('status', 'included', 'included>accepted,rejected,withdrawn', 'accepted>received,rejected,reversed', 'received>reversed');

-- Create trigger "refuse_delete" of table "giftaid.claim_lines"
create trigger refuse_delete before delete or truncate on giftaid.claim_lines for each statement execute function finance.refuse_change();
alter table giftaid.claim_lines enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.claim_lines"
create trigger touch before update on giftaid.claim_lines for each row execute function finance.touch();

-- Create table "giftaid.declaration_statements"
create table giftaid.declaration_statements (
  id uuid default gen_random_uuid() not null,
  declaration_id uuid not null,
  kind text not null,
  tax_year integer,
  channel text not null,
  sent_at timestamp with time zone default now() not null,
  file_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint declaration_statements_pkey primary key (id),
  constraint declaration_statements_kind_key unique nulls not distinct (declaration_id, kind, tax_year, sent_at),
  constraint declaration_statements_declaration_id_fkey foreign key (declaration_id) references giftaid.declarations(id) on delete restrict,
  constraint declaration_statements_channel_known check ((channel = any (array['email'::text, 'post'::text, 'portal'::text]))),
  constraint declaration_statements_kind_known check ((kind = any (array['oral_record'::text, 'annual'::text, 'confirmation'::text]))),
  constraint declaration_statements_tax_year_of_annual check (((kind = 'annual'::text) = (tax_year is not null))),
  constraint declaration_statements_tax_year_range check (((tax_year >= 1990) and (tax_year <= 2100)))
);
revoke update on giftaid.declaration_statements from finance_writer;
comment on table giftaid.declaration_statements is 'Statements sent to contributors: the written record of an oral declaration, yearly statements.';
comment on column giftaid.declaration_statements.id is 'Identity.';
comment on column giftaid.declaration_statements.declaration_id is 'The declaration.';
comment on column giftaid.declaration_statements.kind is 'Which statement.';
comment on column giftaid.declaration_statements.tax_year is 'Tax year of a yearly statement; null: another kind.';
comment on column giftaid.declaration_statements.channel is 'How it was sent.';
comment on column giftaid.declaration_statements.sent_at is 'When.';
comment on column giftaid.declaration_statements.file_ref is 'The statement as sent (platform); null: kept as text elsewhere.';
comment on column giftaid.declaration_statements.created_at is 'When the row was written.';
comment on column giftaid.declaration_statements.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "giftaid.declaration_statements"
create trigger refuse_change before delete or update on giftaid.declaration_statements for each row execute function finance.refuse_change();
alter table giftaid.declaration_statements enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giftaid.declaration_statements"
create trigger refuse_truncate before truncate on giftaid.declaration_statements for each statement execute function finance.refuse_change();
alter table giftaid.declaration_statements enable always trigger refuse_truncate;

-- Create table "giftaid.gasds_collections"
create table giftaid.gasds_collections (
  id uuid default gen_random_uuid() not null,
  claimant_id uuid not null,
  building_id uuid,
  contribution_id uuid,
  gasds_claim_id uuid,
  collected_on date not null,
  banked_on date not null,
  method text not null,
  gifts integer not null,
  amount_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint gasds_collections_pkey primary key (id),
  constraint gasds_collections_contribution_id_key unique (contribution_id),
  constraint gasds_collections_building_id_fkey foreign key (building_id) references giftaid.gasds_buildings(id) on delete restrict,
  constraint gasds_collections_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint gasds_collections_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint gasds_collections_gasds_claim_id_fkey foreign key (gasds_claim_id) references giftaid.gasds_claims(id) on delete restrict,
  constraint gasds_collections_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint gasds_collections_banked_after check ((banked_on >= collected_on)),
  constraint gasds_collections_gift_limit check ((amount_minor <= (gifts * (3000)::bigint))),
  constraint gasds_collections_gifts_range check (((gifts >= 1) and (gifts <= 100000))),
  constraint gasds_collections_method_known check ((method = any (array['cash'::text, 'contactless'::text, 'chip_and_pin'::text])))
);
comment on table giftaid.gasds_collections is 'Collections of small gifts: cash or contactless, at most 30 pounds each, without a declaration.';
comment on column giftaid.gasds_collections.id is 'Identity.';
comment on column giftaid.gasds_collections.claimant_id is 'Charity that collected.';
comment on column giftaid.gasds_collections.building_id is 'Community building; null: elsewhere.';
comment on column giftaid.gasds_collections.contribution_id is 'The collection as a contribution; null: not recorded as one. It is never claimed as Gift Aid too.';
comment on column giftaid.gasds_collections.gasds_claim_id is 'Claim it is in; null: not claimed.';
comment on column giftaid.gasds_collections.collected_on is 'Day of the collection.';
comment on column giftaid.gasds_collections.banked_on is 'Day it was banked.';
comment on column giftaid.gasds_collections.method is 'How it was given.';
comment on column giftaid.gasds_collections.gifts is 'Number of gifts.';
comment on column giftaid.gasds_collections.amount_minor is 'Their sum, pence.';
comment on column giftaid.gasds_collections.created_at is 'When the row was written.';
comment on column giftaid.gasds_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_collections.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_collections.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.gasds_collections_building_id_idx"
create index gasds_collections_building_id_idx on giftaid.gasds_collections using btree (building_id);

-- Create index "giftaid.gasds_collections_claimant_id_idx"
create index gasds_collections_claimant_id_idx on giftaid.gasds_collections using btree (claimant_id);

-- Create index "giftaid.gasds_collections_created_at_idx"
create index gasds_collections_created_at_idx on giftaid.gasds_collections using btree (created_at desc, id desc);

-- Create index "giftaid.gasds_collections_gasds_claim_id_idx"
create index gasds_collections_gasds_claim_id_idx on giftaid.gasds_collections using btree (gasds_claim_id);

-- Create trigger "check_parent" of table "giftaid.gasds_collections"
create trigger check_parent before insert or update on giftaid.gasds_collections for each row execute function finance.check_parent('giftaid.gasds_claims', 'gasds_claim_id', 'status', 'draft');

-- Create trigger "touch" of table "giftaid.gasds_collections"
create trigger touch before update on giftaid.gasds_collections for each row execute function finance.touch();

-- Create function "giftaid.check_aggregate_item()"
create function giftaid.check_aggregate_item()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  whole giftaid.aggregates;
  gift giving.contributions;
  declared giftaid.declarations;
begin
  select * into whole from giftaid.aggregates where id = new.aggregate_id for no key update;
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  select * into declared from giftaid.declarations where id = new.declaration_id;
  if whole.closed_at is not null then
    raise exception 'aggregate % is closed', whole.id
      using errcode = '23514', constraint = 'aggregate_items_aggregate_state', schema = 'giftaid', table = 'aggregate_items';
  end if;
  if gift.status <> 'settled' or gift.currency <> 'GBP' or not gift.own_money or gift.amount_minor <> new.amount_minor
    or exists (select from giftaid.gasds_collections where contribution_id = gift.id)
    or exists (
      select from giftaid.claim_lines
      where contribution_id = gift.id and status not in ('rejected', 'withdrawn', 'reversed')
    )
  then
    raise exception 'contribution % cannot be claimed in an aggregate', gift.id
      using errcode = '23514', constraint = 'aggregate_items_gift', schema = 'giftaid', table = 'aggregate_items';
  end if;
  if declared.contributor_id <> gift.contributor_id or declared.claimant_id <> whole.claimant_id
    or declared.contribution_id <> gift.id or not giftaid.covers(declared, gift.occurred_on)
  then
    raise exception 'declaration % does not cover contribution %', declared.id, gift.id
      using errcode = '23514', constraint = 'aggregate_items_declaration_covers', schema = 'giftaid', table = 'aggregate_items';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_aggregate_item() is 'Before insert: as giftaid.check_line, for a small gift; breaks aggregate_items_gift, aggregate_items_declaration_covers, aggregate_items_aggregate_state.';

-- Create trigger "check_source" of table "giftaid.aggregate_items"
create trigger check_source before insert on giftaid.aggregate_items for each row execute function giftaid.check_aggregate_item();

-- Create function "giftaid.check_collection()"
create function giftaid.check_collection()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  -- The lock makes a concurrent claim wait, and then see this collection.
  perform 1 from giving.contributions where id = new.contribution_id for no key update;
  if exists (select from giftaid.aggregate_items where contribution_id = new.contribution_id)
    or exists (
      select from giftaid.claim_lines
      where contribution_id = new.contribution_id and status not in ('rejected', 'withdrawn', 'reversed')
    )
  then
    raise exception 'contribution % is claimed already', new.contribution_id
      using errcode = '23514', constraint = 'gasds_collections_gift', schema = 'giftaid', table = 'gasds_collections';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_collection() is 'Before insert or update: a collection is not claimed as Gift Aid already; breaks gasds_collections_gift.';

-- Create trigger "check_source" of table "giftaid.gasds_collections"
create trigger check_source before insert or update of contribution_id on giftaid.gasds_collections for each row when ((new.contribution_id is not null)) execute function giftaid.check_collection();

-- Create function "giftaid.check_gasds_step()"
create function giftaid.check_gasds_step()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  outside numeric;
  inside numeric;
  fullest numeric;
  last_day date := make_date(new.tax_year + 1, 4, 5);
begin
  select coalesce(sum(amount_minor) filter (where building_id is null), 0),
      coalesce(sum(amount_minor) filter (where building_id is not null), 0)
    into outside, inside
  from giftaid.gasds_collections where gasds_claim_id = new.id;
  select max(total) into fullest from (
    select sum(amount_minor) as total from giftaid.gasds_collections
    where gasds_claim_id = new.id and building_id is not null group by building_id
  ) per_building;
  if (new.collected_minor::numeric, new.buildings_minor::numeric) is distinct from (outside, inside)
    or new.top_up_minor is distinct from giftaid.tax_on((outside + inside)::bigint, last_day)
    or exists (
      select from giftaid.gasds_collections
      where gasds_claim_id = new.id and giftaid.tax_year(collected_on) <> new.tax_year
    )
  then
    raise exception 'collections of claim % add up to % outside and % inside buildings', new.id, outside, inside
      using errcode = '23514', constraint = 'gasds_claims_total', schema = 'giftaid', table = 'gasds_claims';
  end if;
  if fullest > 800000 then
    raise exception 'a building of claim % has %, more than 8,000 pounds', new.id, fullest
      using errcode = '23514', constraint = 'gasds_claims_building_limit', schema = 'giftaid', table = 'gasds_claims';
  end if;
  -- Small gifts count up to ten times what was given with declarations in the same year.
  if outside + inside > 10 * (
    select coalesce(sum(l.amount_minor), 0)
    from giftaid.claim_lines l join giftaid.claims c on c.id = l.claim_id
    where c.claimant_id = new.claimant_id and giftaid.tax_year(l.donated_on) = new.tax_year
      and l.status not in ('rejected', 'withdrawn', 'reversed')
  ) then
    raise exception 'claim % asks for more than ten times the Gift Aid donations of its year', new.id
      using errcode = '23514', constraint = 'gasds_claims_matching', schema = 'giftaid', table = 'gasds_claims';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_gasds_step() is 'Before validation: a claim is the sum of its collections of one tax year, within the limits; breaks gasds_claims_total, gasds_claims_building_limit, gasds_claims_matching.';

-- Create trigger "check_step" of table "giftaid.gasds_claims"
create trigger check_step before insert or update of status on giftaid.gasds_claims for each row when ((new.status = 'validated'::text)) execute function giftaid.check_gasds_step();

-- Create table "giving.allocations"
create table giving.allocations (
  id uuid default gen_random_uuid() not null,
  from_fund_id uuid not null,
  to_fund_id uuid not null,
  contribution_id uuid,
  amount_minor bigint not null,
  currency text not null,
  reason text not null,
  status text default 'proposed'::text not null,
  journal_id uuid,
  reversal_journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint allocations_pkey primary key (id),
  constraint allocations_journal_id_key unique (journal_id),
  constraint allocations_reversal_journal_id_key unique (reversal_journal_id),
  constraint allocations_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint allocations_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint allocations_from_fund_id_fkey foreign key (from_fund_id) references ledger.funds(id) on delete restrict,
  constraint allocations_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint allocations_reversal_journal_id_fkey foreign key (reversal_journal_id) references ledger.journals(id) on delete restrict,
  constraint allocations_to_fund_id_fkey foreign key (to_fund_id) references ledger.funds(id) on delete restrict,
  constraint allocations_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint allocations_confirmed_is_posted check (((status = any (array['confirmed'::text, 'reversed'::text])) = (journal_id is not null))),
  constraint allocations_funds_differ check ((from_fund_id <> to_fund_id)),
  constraint allocations_reason_length check (((length(btrim(reason)) > 0) and (length(reason) <= 500))),
  constraint allocations_reversed_is_posted check (((status = 'reversed'::text) = (reversal_journal_id is not null))),
  constraint allocations_status_known check ((status = any (array['proposed'::text, 'confirmed'::text, 'rejected'::text, 'reversed'::text])))
);
comment on table giving.allocations is 'Money moved from one fund to another: from a pool to a project, from a project to one of its stages.';
comment on column giving.allocations.id is 'Identity.';
comment on column giving.allocations.from_fund_id is 'Fund it leaves.';
comment on column giving.allocations.to_fund_id is 'Fund it enters.';
comment on column giving.allocations.contribution_id is 'Contribution it is part of; null: out of the pool.';
comment on column giving.allocations.amount_minor is 'Amount, minor units of currency.';
comment on column giving.allocations.currency is 'ISO 4217 code.';
comment on column giving.allocations.reason is 'Why.';
comment on column giving.allocations.status is 'Where it stands; the steps of allocations_status_transition.';
comment on column giving.allocations.journal_id is 'Journal that moved it; null: only proposed.';
comment on column giving.allocations.reversal_journal_id is 'Journal that moved it back; null: it was not.';
comment on column giving.allocations.created_at is 'When the row was written.';
comment on column giving.allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.allocations.updated_at is 'When it last changed; set by trigger.';
comment on column giving.allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.allocations.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.allocations_contribution_id_idx"
create index allocations_contribution_id_idx on giving.allocations using btree (contribution_id);

-- Create index "giving.allocations_created_at_idx"
create index allocations_created_at_idx on giving.allocations using btree (created_at desc, id desc);

-- Create index "giving.allocations_currency_idx"
create index allocations_currency_idx on giving.allocations using btree (currency);

-- Create index "giving.allocations_from_fund_id_idx"
create index allocations_from_fund_id_idx on giving.allocations using btree (from_fund_id);

-- Create index "giving.allocations_to_fund_id_idx"
create index allocations_to_fund_id_idx on giving.allocations using btree (to_fund_id);

-- Create trigger "check_frozen" of table "giving.allocations"
create trigger check_frozen before update on giving.allocations for each row execute function finance.check_frozen('status', 'proposed', 'journal_id,reversal_journal_id');

-- Create trigger "check_status" of table "giving.allocations"
create trigger check_status before insert or update of status on giving.allocations for each row execute function finance.check_transition('status', 'proposed', 'proposed>confirmed,rejected', 'confirmed>reversed');

-- Create trigger "keep_once_set" of table "giving.allocations"
create trigger keep_once_set before update on giving.allocations for each row execute function finance.keep_once_set('journal_id', 'reversal_journal_id');

-- Create trigger "refuse_delete" of table "giving.allocations"
create trigger refuse_delete before delete or truncate on giving.allocations for each statement execute function finance.refuse_change();
alter table giving.allocations enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.allocations"
create trigger touch before update on giving.allocations for each row execute function finance.touch();

-- Create table "giving.disbursements"
create table giving.disbursements (
  id uuid default gen_random_uuid() not null,
  partner_ref uuid not null,
  partner_name text not null,
  bank_account_id uuid,
  project_ref uuid,
  stage_ref uuid,
  milestone_ref uuid,
  milestone_version integer,
  without_milestone_reason text,
  amount_minor bigint not null,
  currency text not null,
  method text default 'bank_transfer'::text not null,
  status text default 'proposed'::text not null,
  proposed_by uuid not null,
  approved_by uuid,
  approved_at timestamp with time zone,
  approval_journal_id uuid,
  sent_journal_id uuid,
  paid_journal_id uuid,
  failure_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint disbursements_pkey primary key (id),
  constraint disbursements_approval_journal_id_key unique (approval_journal_id),
  constraint disbursements_paid_journal_id_key unique (paid_journal_id),
  constraint disbursements_approval_journal_id_fkey foreign key (approval_journal_id) references ledger.journals(id) on delete restrict,
  constraint disbursements_bank_account_id_fkey foreign key (bank_account_id) references giving.partner_bank_accounts(id) on delete restrict,
  constraint disbursements_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint disbursements_milestone_ref_fkey foreign key (milestone_ref) references finance.ref_milestones(id) on delete restrict,
  constraint disbursements_paid_journal_id_fkey foreign key (paid_journal_id) references ledger.journals(id) on delete restrict,
  constraint disbursements_sent_journal_id_fkey foreign key (sent_journal_id) references ledger.journals(id) on delete restrict,
  constraint disbursements_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint disbursements_approved_is_posted check (((status = any (array['proposed'::text, 'rejected'::text, 'withdrawn'::text])) or ((approved_by is not null) and (approval_journal_id is not null)))),
  constraint disbursements_approved_whole check (((approved_by is null) = (approved_at is null))),
  constraint disbursements_failure_reason_length check (((length(btrim(failure_reason)) > 0) and (length(failure_reason) <= 500))),
  constraint disbursements_four_eyes check ((approved_by <> proposed_by)),
  constraint disbursements_method_known check ((method = any (array['bank_transfer'::text, 'card'::text, 'cheque'::text, 'internal'::text]))),
  constraint disbursements_milestone_or_reason check (((milestone_ref is null) = (without_milestone_reason is not null))),
  constraint disbursements_milestone_version_range check (((milestone_version >= 0) and (milestone_version <= 2000000000))),
  constraint disbursements_milestone_whole check (((milestone_ref is null) = (milestone_version is null))),
  constraint disbursements_paid_is_posted check (((status <> all (array['paid'::text, 'reconciled'::text, 'recovering'::text, 'recovered'::text])) or (paid_journal_id is not null))),
  constraint disbursements_partner_name_length check (((length(btrim(partner_name)) > 0) and (length(partner_name) <= 200))),
  constraint disbursements_sent_is_posted check (((status <> all (array['sending'::text, 'paid'::text, 'reconciled'::text])) or (sent_journal_id is not null))),
  constraint disbursements_stage_in_project check (((stage_ref is null) or (project_ref is not null))),
  constraint disbursements_status_known check ((status = any (array['proposed'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text, 'sending'::text, 'paid'::text, 'failed'::text, 'reconciled'::text, 'recovering'::text, 'recovered'::text]))),
  constraint disbursements_without_milestone_reason_length check (((length(btrim(without_milestone_reason)) > 0) and (length(without_milestone_reason) <= 500)))
);
comment on table giving.disbursements is 'Payments to partners for what they did; somebody proposes, somebody else approves.';
comment on column giving.disbursements.id is 'Identity.';
comment on column giving.disbursements.partner_ref is 'Partner who is paid (projects).';
comment on column giving.disbursements.partner_name is 'Its name as of the proposal.';
comment on column giving.disbursements.bank_account_id is 'Where it is paid; null: not chosen yet.';
comment on column giving.disbursements.project_ref is 'Project it is for (projects); null: none.';
comment on column giving.disbursements.stage_ref is 'Funding stage it is for (projects); null: none.';
comment on column giving.disbursements.milestone_ref is 'Milestone whose approval released it (projects); null: see without_milestone_reason.';
comment on column giving.disbursements.milestone_version is 'Version of the milestone that was approved; null: no milestone.';
comment on column giving.disbursements.without_milestone_reason is 'Why no milestone is needed; null: there is one.';
comment on column giving.disbursements.amount_minor is 'Amount, minor units of currency; the sum of its lines.';
comment on column giving.disbursements.currency is 'ISO 4217 code.';
comment on column giving.disbursements.method is 'How it is paid.';
comment on column giving.disbursements.status is 'Where it stands; the steps of disbursements_status_transition.';
comment on column giving.disbursements.proposed_by is 'Contact who proposed it (platform).';
comment on column giving.disbursements.approved_by is 'Contact who approved it (platform), never the one who proposed it; null: not approved.';
comment on column giving.disbursements.approved_at is 'When it was approved; null: not yet.';
comment on column giving.disbursements.approval_journal_id is 'Journal of the debt to the partner; null: not approved.';
comment on column giving.disbursements.sent_journal_id is 'Journal of the payment under way, the latest one; null: not sent.';
comment on column giving.disbursements.paid_journal_id is 'Journal of the bank''s confirmation; null: not paid.';
comment on column giving.disbursements.failure_reason is 'What the bank said of the latest attempt; null: nothing.';
comment on column giving.disbursements.created_at is 'When the row was written.';
comment on column giving.disbursements.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursements.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursements.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursements.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.disbursements_bank_account_id_idx"
create index disbursements_bank_account_id_idx on giving.disbursements using btree (bank_account_id);

-- Create index "giving.disbursements_created_at_idx"
create index disbursements_created_at_idx on giving.disbursements using btree (created_at desc, id desc);

-- Create index "giving.disbursements_currency_idx"
create index disbursements_currency_idx on giving.disbursements using btree (currency);

-- Create index "giving.disbursements_milestone_key"
create unique index disbursements_milestone_key on giving.disbursements using btree (milestone_ref, milestone_version) where (status <> all (array['rejected'::text, 'withdrawn'::text]));

-- Create index "giving.disbursements_milestone_ref_idx"
create index disbursements_milestone_ref_idx on giving.disbursements using btree (milestone_ref);

-- Create index "giving.disbursements_partner_ref_idx"
create index disbursements_partner_ref_idx on giving.disbursements using btree (partner_ref, created_at desc, id desc);

-- Create index "giving.disbursements_project_ref_idx"
create index disbursements_project_ref_idx on giving.disbursements using btree (project_ref, created_at desc, id desc);

-- Create index "giving.disbursements_sent_journal_id_idx"
create index disbursements_sent_journal_id_idx on giving.disbursements using btree (sent_journal_id);

-- Create trigger "check_frozen" of table "giving.disbursements"
create trigger check_frozen before update on giving.disbursements for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at,approval_journal_id,sent_journal_id,paid_journal_id,bank_account_id,failure_reason');

-- Create trigger "check_status" of table "giving.disbursements"
create trigger check_status before insert or update of status on giving.disbursements for each row execute function finance.check_transition('status', 'proposed', 'proposed>approved,rejected,withdrawn', 'approved>sending,withdrawn', 'sending>paid,failed', 'failed>sending,withdrawn', 'paid>reconciled,recovering', 'reconciled>recovering', 'recovering>recovered');

-- Create trigger "keep_once_set" of table "giving.disbursements"
create trigger keep_once_set before update on giving.disbursements for each row execute function finance.keep_once_set('approved_by', 'approved_at', 'approval_journal_id', 'paid_journal_id');

-- Create trigger "refuse_delete" of table "giving.disbursements"
create trigger refuse_delete before delete or truncate on giving.disbursements for each statement execute function finance.refuse_change();
alter table giving.disbursements enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.disbursements"
create trigger touch before update on giving.disbursements for each row execute function finance.touch();

-- Create table "giving.disbursement_approvals"
create table giving.disbursement_approvals (
  id uuid default gen_random_uuid() not null,
  disbursement_id uuid not null,
  decided_by uuid not null,
  decision text not null,
  disbursement_version integer not null,
  comment text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint disbursement_approvals_pkey primary key (id),
  constraint disbursement_approvals_decided_by_key unique (disbursement_id, disbursement_version, decided_by),
  constraint disbursement_approvals_disbursement_id_fkey foreign key (disbursement_id) references giving.disbursements(id) on delete restrict,
  constraint disbursement_approvals_comment_length check (((length(btrim(comment)) > 0) and (length(comment) <= 1000))),
  constraint disbursement_approvals_decision_known check ((decision = any (array['approve'::text, 'reject'::text]))),
  constraint disbursement_approvals_disbursement_version_range check (((disbursement_version >= 1) and (disbursement_version <= 2000000000))),
  constraint disbursement_approvals_reject_says_why check (((decision = 'approve'::text) or (comment is not null)))
);
revoke update on giving.disbursement_approvals from finance_writer;
comment on table giving.disbursement_approvals is 'Who decided what about a payment, and when; the one who proposed it never does.';
comment on column giving.disbursement_approvals.id is 'Identity.';
comment on column giving.disbursement_approvals.disbursement_id is 'The payment.';
comment on column giving.disbursement_approvals.decided_by is 'Contact who decided (platform).';
comment on column giving.disbursement_approvals.decision is 'What was decided.';
comment on column giving.disbursement_approvals.disbursement_version is 'Version of the payment that was looked at.';
comment on column giving.disbursement_approvals.comment is 'Why; null: not said.';
comment on column giving.disbursement_approvals.created_at is 'When the row was written.';
comment on column giving.disbursement_approvals.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giving.disbursement_approvals_disbursement_id_idx"
create index disbursement_approvals_disbursement_id_idx on giving.disbursement_approvals using btree (disbursement_id);

-- Create trigger "refuse_change" of table "giving.disbursement_approvals"
create trigger refuse_change before delete or update on giving.disbursement_approvals for each row execute function finance.refuse_change();
alter table giving.disbursement_approvals enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.disbursement_approvals"
create trigger refuse_truncate before truncate on giving.disbursement_approvals for each statement execute function finance.refuse_change();
alter table giving.disbursement_approvals enable always trigger refuse_truncate;

-- Create function "giving.check_approval()"
create function giving.check_approval()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  payment giving.disbursements;
begin
  select * into payment from giving.disbursements where id = new.disbursement_id for no key update;
  if payment.status <> 'proposed' or payment.version <> new.disbursement_version then
    raise exception 'disbursement % is % in version %, not proposed in version %', payment.id, payment.status, payment.version,
        new.disbursement_version
      using errcode = '23514', constraint = 'disbursement_approvals_disbursement_state',
            schema = 'giving', table = 'disbursement_approvals';
  end if;
  if payment.proposed_by = new.decided_by then
    raise exception 'who proposed disbursement % does not decide about it', payment.id
      using errcode = '23514', constraint = 'disbursement_approvals_four_eyes',
            schema = 'giving', table = 'disbursement_approvals';
  end if;
  return new;
end
$function$;
comment on function giving.check_approval() is 'Before insert: a decision is about the proposal as it is now, by somebody else; breaks disbursement_approvals_four_eyes, disbursement_approvals_disbursement_state.';

-- Create trigger "check_approval" of table "giving.disbursement_approvals"
create trigger check_approval before insert on giving.disbursement_approvals for each row execute function giving.check_approval();

-- Create table "giving.disbursement_attempts"
create table giving.disbursement_attempts (
  id uuid default gen_random_uuid() not null,
  disbursement_id uuid not null,
  attempt integer not null,
  bank_account_id uuid not null,
  bank_ref text,
  status text default 'sending'::text not null,
  failure_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint disbursement_attempts_pkey primary key (id),
  constraint disbursement_attempts_attempt_key unique (disbursement_id, attempt),
  constraint disbursement_attempts_bank_account_id_fkey foreign key (bank_account_id) references giving.partner_bank_accounts(id) on delete restrict,
  constraint disbursement_attempts_disbursement_id_fkey foreign key (disbursement_id) references giving.disbursements(id) on delete restrict,
  constraint disbursement_attempts_attempt_range check (((attempt >= 1) and (attempt <= 100))),
  constraint disbursement_attempts_bank_ref_length check (((length(btrim(bank_ref)) > 0) and (length(bank_ref) <= 200))),
  constraint disbursement_attempts_failure_reason_length check (((length(btrim(failure_reason)) > 0) and (length(failure_reason) <= 500))),
  constraint disbursement_attempts_status_known check ((status = any (array['sending'::text, 'confirmed'::text, 'failed'::text, 'unknown'::text, 'returned'::text])))
);
comment on table giving.disbursement_attempts is 'Orders to the bank for a payment; at most one is not yet decided or went through.';
comment on column giving.disbursement_attempts.id is 'Identity.';
comment on column giving.disbursement_attempts.disbursement_id is 'The payment.';
comment on column giving.disbursement_attempts.attempt is 'Counts from 1.';
comment on column giving.disbursement_attempts.bank_account_id is 'Where it was sent.';
comment on column giving.disbursement_attempts.bank_ref is 'The bank''s own reference; null: the bank has not answered.';
comment on column giving.disbursement_attempts.status is 'Where it stands; unknown is resolved by asking, never by sending again.';
comment on column giving.disbursement_attempts.failure_reason is 'What the bank said; null: it did not fail.';
comment on column giving.disbursement_attempts.created_at is 'When the row was written.';
comment on column giving.disbursement_attempts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursement_attempts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursement_attempts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursement_attempts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.disbursement_attempts_bank_account_id_idx"
create index disbursement_attempts_bank_account_id_idx on giving.disbursement_attempts using btree (bank_account_id);

-- Create index "giving.disbursement_attempts_bank_ref_key"
create unique index disbursement_attempts_bank_ref_key on giving.disbursement_attempts using btree (bank_ref) where (bank_ref is not null);

-- Create index "giving.disbursement_attempts_live_key"
create unique index disbursement_attempts_live_key on giving.disbursement_attempts using btree (disbursement_id) where (status = any (array['sending'::text, 'unknown'::text, 'confirmed'::text]));

-- Create trigger "check_frozen" of table "giving.disbursement_attempts"
create trigger check_frozen before update on giving.disbursement_attempts for each row execute function finance.check_frozen('status', 'sending,unknown', 'failure_reason');

-- Create trigger "check_status" of table "giving.disbursement_attempts"
create trigger check_status before insert or update of status on giving.disbursement_attempts for each row execute function finance.check_transition('status', 'sending', 'sending>confirmed,failed,unknown', 'unknown>confirmed,failed', 'confirmed>returned');

-- Create trigger "refuse_delete" of table "giving.disbursement_attempts"
create trigger refuse_delete before delete or truncate on giving.disbursement_attempts for each statement execute function finance.refuse_change();
alter table giving.disbursement_attempts enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.disbursement_attempts"
create trigger touch before update on giving.disbursement_attempts for each row execute function finance.touch();

-- Create table "giving.disbursement_lines"
create table giving.disbursement_lines (
  id uuid default gen_random_uuid() not null,
  disbursement_id uuid not null,
  "position" integer not null,
  fund_id uuid not null,
  allocation_id uuid,
  amount_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint disbursement_lines_pkey primary key (id),
  constraint disbursement_lines_allocation_id_fkey foreign key (allocation_id) references giving.allocations(id) on delete restrict,
  constraint disbursement_lines_disbursement_id_fkey foreign key (disbursement_id) references giving.disbursements(id) on delete restrict,
  constraint disbursement_lines_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint disbursement_lines_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint disbursement_lines_position_range check ((("position" >= 1) and ("position" <= 10000)))
);
comment on table giving.disbursement_lines is 'Which funds a payment to a partner is taken from; the live lines add up to the payment.';
comment on column giving.disbursement_lines.id is 'Identity.';
comment on column giving.disbursement_lines.disbursement_id is 'The payment.';
comment on column giving.disbursement_lines."position" is 'Place in the list, from 1.';
comment on column giving.disbursement_lines.fund_id is 'Fund it is taken from.';
comment on column giving.disbursement_lines.allocation_id is 'Allocation that put the money there; null: several, or none.';
comment on column giving.disbursement_lines.amount_minor is 'Part of the payment, minor units of its currency.';
comment on column giving.disbursement_lines.created_at is 'When the row was written.';
comment on column giving.disbursement_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursement_lines.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursement_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursement_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.disbursement_lines.deleted_at is 'When it was deleted; null: live.';

-- Create index "giving.disbursement_lines_allocation_id_idx"
create index disbursement_lines_allocation_id_idx on giving.disbursement_lines using btree (allocation_id);

-- Create index "giving.disbursement_lines_disbursement_id_idx"
create index disbursement_lines_disbursement_id_idx on giving.disbursement_lines using btree (disbursement_id);

-- Create index "giving.disbursement_lines_fund_id_idx"
create index disbursement_lines_fund_id_idx on giving.disbursement_lines using btree (fund_id);

-- Create index "giving.disbursement_lines_position_key"
create unique index disbursement_lines_position_key on giving.disbursement_lines using btree (disbursement_id, "position") where (deleted_at is null);

-- Create trigger "check_parent" of table "giving.disbursement_lines"
create trigger check_parent before insert or delete or update on giving.disbursement_lines for each row execute function finance.check_parent('giving.disbursements', 'disbursement_id', 'status', 'proposed');

-- Create trigger "touch" of table "giving.disbursement_lines"
create trigger touch before update on giving.disbursement_lines for each row execute function finance.touch();

-- Create function "giving.check_disbursement_step()"
create function giving.check_disbursement_step()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  total numeric;
  fault text;
begin
  if new.status = 'approved' then
    select coalesce(sum(amount_minor), 0) into total from giving.disbursement_lines
    where disbursement_id = new.id and deleted_at is null;
    if total <> new.amount_minor then
      raise exception 'the lines of disbursement % add up to %, not to %', new.id, total, new.amount_minor
        using errcode = '23514', constraint = 'disbursements_total', schema = 'giving', table = 'disbursements';
    end if;
    if not exists (
      select from giving.disbursement_approvals
      where disbursement_id = new.id and decision = 'approve' and decided_by = new.approved_by
        and disbursement_version = old.version
        and created_at >= all (select updated_at from giving.disbursement_lines where disbursement_id = new.id)
    ) then
      raise exception 'disbursement % has no approval of % for version %', new.id, new.approved_by, old.version
        using errcode = '23514', constraint = 'disbursements_approval', schema = 'giving', table = 'disbursements';
    end if;
    if new.milestone_ref is not null and not exists (
      select from finance.ref_milestones where id = new.milestone_ref and status = 'approved'
    ) then
      raise exception 'milestone % is not approved', new.milestone_ref
        using errcode = '23514', constraint = 'disbursements_milestone_approved', schema = 'giving', table = 'disbursements';
    end if;
  elsif new.status = 'sending' and new.method = 'bank_transfer' then
    select case
        when b.id is null then 'is not chosen'
        when b.partner_ref <> new.partner_ref then 'is another partner''s'
        when b.status <> 'verified' then 'is ' || b.status
        when b.usable_from > now() then 'may be used from ' || b.usable_from
        when b.currency <> new.currency then 'takes ' || b.currency
      end into fault
    from (select 1) one
    left join lateral (select * from giving.partner_bank_accounts where id = new.bank_account_id for share) b on true;
    if fault is not null then
      raise exception 'the bank account of disbursement % %', new.id, fault
        using errcode = '23514', constraint = 'disbursements_bank_account_usable', schema = 'giving', table = 'disbursements';
    end if;
  end if;
  return new;
end
$function$;
comment on function giving.check_disbursement_step() is 'Before update: a payment is approved by somebody else, whole, for an approved milestone, and sent to a verified account only; breaks disbursements_total, disbursements_approval, disbursements_milestone_approved, disbursements_bank_account_usable.';

-- Create trigger "check_step" of table "giving.disbursements"
create trigger check_step before update of status on giving.disbursements for each row when ((new.status is distinct from old.status)) execute function giving.check_disbursement_step();

-- Create table "giving.disputes"
create table giving.disputes (
  id uuid default gen_random_uuid() not null,
  contribution_id uuid not null,
  processor text not null,
  processor_ref text not null,
  amount_minor bigint not null,
  fee_minor bigint default 0 not null,
  currency text not null,
  reason text not null,
  status text default 'opened'::text not null,
  respond_by date,
  evidence_ref uuid,
  opened_journal_id uuid,
  closed_journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint disputes_pkey primary key (id),
  constraint disputes_closed_journal_id_key unique (closed_journal_id),
  constraint disputes_opened_journal_id_key unique (opened_journal_id),
  constraint disputes_processor_ref_key unique (processor, processor_ref),
  constraint disputes_closed_journal_id_fkey foreign key (closed_journal_id) references ledger.journals(id) on delete restrict,
  constraint disputes_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint disputes_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint disputes_opened_journal_id_fkey foreign key (opened_journal_id) references ledger.journals(id) on delete restrict,
  constraint disputes_processor_fkey foreign key (processor) references giving.processors(code) on delete restrict,
  constraint disputes_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint disputes_fee_minor_range check (((fee_minor >= 0) and (fee_minor <= '9000000000000000'::bigint))),
  constraint disputes_opened_is_posted check (((status = any (array['warning'::text, 'closed'::text])) or (opened_journal_id is not null))),
  constraint disputes_outcome_is_posted check (((status = any (array['won'::text, 'lost'::text])) = (closed_journal_id is not null))),
  constraint disputes_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200))),
  constraint disputes_reason_length check (((length(btrim(reason)) > 0) and (length(reason) <= 200))),
  constraint disputes_status_known check ((status = any (array['opened'::text, 'warning'::text, 'closed'::text, 'under_review'::text, 'won'::text, 'lost'::text])))
);
comment on table giving.disputes is 'Payments that a contributor''s bank takes back, until somebody decides.';
comment on column giving.disputes.id is 'Identity.';
comment on column giving.disputes.contribution_id is 'Payment that is disputed.';
comment on column giving.disputes.processor is 'Who told us.';
comment on column giving.disputes.processor_ref is 'The processor''s own id of the dispute.';
comment on column giving.disputes.amount_minor is 'Amount held back, minor units of currency.';
comment on column giving.disputes.fee_minor is 'What the processor charges for it, minor units.';
comment on column giving.disputes.currency is 'ISO 4217 code.';
comment on column giving.disputes.reason is 'Reason that the bank gave.';
comment on column giving.disputes.status is 'Where it stands; the steps of disputes_status_transition.';
comment on column giving.disputes.respond_by is 'Last day for evidence; null: none is asked for.';
comment on column giving.disputes.evidence_ref is 'File with our evidence (platform); null: none sent.';
comment on column giving.disputes.opened_journal_id is 'Journal that set the money aside; null: only a warning.';
comment on column giving.disputes.closed_journal_id is 'Journal of the outcome; null: open.';
comment on column giving.disputes.created_at is 'When the row was written.';
comment on column giving.disputes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disputes.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disputes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disputes.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.disputes_contribution_id_idx"
create index disputes_contribution_id_idx on giving.disputes using btree (contribution_id);

-- Create index "giving.disputes_created_at_idx"
create index disputes_created_at_idx on giving.disputes using btree (created_at desc, id desc);

-- Create index "giving.disputes_currency_idx"
create index disputes_currency_idx on giving.disputes using btree (currency);

-- Create trigger "check_frozen" of table "giving.disputes"
create trigger check_frozen before update on giving.disputes for each row execute function finance.check_frozen('status', 'warning,opened', 'evidence_ref,closed_journal_id,respond_by,fee_minor');

-- Create trigger "check_status" of table "giving.disputes"
create trigger check_status before insert or update of status on giving.disputes for each row execute function finance.check_transition('status', 'opened,warning', 'warning>opened,closed', 'opened>under_review,won,lost', 'under_review>won,lost');

-- Create trigger "keep_once_set" of table "giving.disputes"
create trigger keep_once_set before update on giving.disputes for each row execute function finance.keep_once_set('opened_journal_id', 'closed_journal_id');

-- Create trigger "refuse_delete" of table "giving.disputes"
create trigger refuse_delete before delete or truncate on giving.disputes for each statement execute function finance.refuse_change();
alter table giving.disputes enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.disputes"
create trigger touch before update on giving.disputes for each row execute function finance.touch();

-- Create table "giving.grants"
create table giving.grants (
  id uuid default gen_random_uuid() not null,
  application_ref uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  payer_name text not null,
  amount_minor bigint not null,
  currency text not null,
  status text default 'approved'::text not null,
  approved_on date not null,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint grants_pkey primary key (id),
  constraint grants_application_ref_key unique (application_ref),
  constraint grants_journal_id_key unique (journal_id),
  constraint grants_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint grants_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint grants_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint grants_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint grants_payer_name_length check (((length(btrim(payer_name)) > 0) and (length(payer_name) <= 200))),
  constraint grants_status_known check ((status = any (array['approved'::text, 'part_received'::text, 'received'::text, 'withdrawn'::text, 'written_off'::text, 'repayable'::text, 'repaid'::text])))
);
comment on table giving.grants is 'Grants that others give us, from the approval of an application (projects) to the last payment.';
comment on column giving.grants.id is 'Identity.';
comment on column giving.grants.application_ref is 'Funding application that was approved (projects); one grant each.';
comment on column giving.grants.fund_id is 'Fund it goes to.';
comment on column giving.grants.project_ref is 'Project it is for (projects); null: none.';
comment on column giving.grants.payer_name is 'Who gives it, as of the approval.';
comment on column giving.grants.amount_minor is 'Amount approved, minor units of currency.';
comment on column giving.grants.currency is 'ISO 4217 code.';
comment on column giving.grants.status is 'Where it stands; the steps of grants_status_transition.';
comment on column giving.grants.approved_on is 'Accounting date of the approval.';
comment on column giving.grants.journal_id is 'Journal of the receivable; null: not posted yet.';
comment on column giving.grants.created_at is 'When the row was written.';
comment on column giving.grants.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.grants.updated_at is 'When it last changed; set by trigger.';
comment on column giving.grants.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.grants.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.grants_created_at_idx"
create index grants_created_at_idx on giving.grants using btree (created_at desc, id desc);

-- Create index "giving.grants_currency_idx"
create index grants_currency_idx on giving.grants using btree (currency);

-- Create index "giving.grants_fund_id_idx"
create index grants_fund_id_idx on giving.grants using btree (fund_id);

-- Create trigger "check_frozen" of table "giving.grants"
create trigger check_frozen before update on giving.grants for each row execute function finance.check_frozen('status', 'approved', 'journal_id');

-- Create trigger "check_status" of table "giving.grants"
create trigger check_status before insert or update of status on giving.grants for each row execute function finance.check_transition('status', 'approved', 'approved>part_received,received,withdrawn', 'part_received>received,written_off,repayable', 'received>repayable', 'repayable>repaid');

-- Create trigger "keep_once_set" of table "giving.grants"
create trigger keep_once_set before update on giving.grants for each row execute function finance.keep_once_set('journal_id');

-- Create trigger "refuse_delete" of table "giving.grants"
create trigger refuse_delete before delete or truncate on giving.grants for each statement execute function finance.refuse_change();
alter table giving.grants enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.grants"
create trigger touch before update on giving.grants for each row execute function finance.touch();

-- Create table "giving.grant_receipts"
create table giving.grant_receipts (
  id uuid default gen_random_uuid() not null,
  grant_id uuid not null,
  amount_minor bigint not null,
  received_on date not null,
  bank_ref text not null,
  journal_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint grant_receipts_pkey primary key (id),
  constraint grant_receipts_bank_ref_key unique (grant_id, bank_ref),
  constraint grant_receipts_journal_id_key unique (journal_id),
  constraint grant_receipts_grant_id_fkey foreign key (grant_id) references giving.grants(id) on delete restrict,
  constraint grant_receipts_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint grant_receipts_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint grant_receipts_bank_ref_length check (((length(btrim(bank_ref)) > 0) and (length(bank_ref) <= 200)))
);
revoke update on giving.grant_receipts from finance_writer;
comment on table giving.grant_receipts is 'Payments of grants as they reach the bank.';
comment on column giving.grant_receipts.id is 'Identity.';
comment on column giving.grant_receipts.grant_id is 'The grant.';
comment on column giving.grant_receipts.amount_minor is 'Amount received, minor units of the grant''s currency.';
comment on column giving.grant_receipts.received_on is 'Accounting date.';
comment on column giving.grant_receipts.bank_ref is 'The bank''s own reference.';
comment on column giving.grant_receipts.journal_id is 'Journal that put it into the books.';
comment on column giving.grant_receipts.created_at is 'When the row was written.';
comment on column giving.grant_receipts.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "giving.grant_receipts"
create trigger refuse_change before delete or update on giving.grant_receipts for each row execute function finance.refuse_change();
alter table giving.grant_receipts enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.grant_receipts"
create trigger refuse_truncate before truncate on giving.grant_receipts for each statement execute function finance.refuse_change();
alter table giving.grant_receipts enable always trigger refuse_truncate;

-- Create function "giving.check_grant_total()"
create function giving.check_grant_total()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  promised bigint;
  received numeric;
begin
  select amount_minor into promised from giving.grants where id = new.grant_id for no key update;
  select sum(amount_minor) into received from giving.grant_receipts where grant_id = new.grant_id;
  if received > promised then
    raise exception 'receipts of grant % would be % of %', new.grant_id, received, promised
      using errcode = '23514', constraint = 'grant_receipts_total', schema = 'giving', table = 'grant_receipts';
  end if;
  return null;
end
$function$;
comment on function giving.check_grant_total() is 'After insert: no more is received of a grant than was approved; breaks grant_receipts_total.';

-- Create trigger "check_total" of table "giving.grant_receipts"
create trigger check_total after insert on giving.grant_receipts for each row execute function giving.check_grant_total();

-- Create table "giving.payouts"
create table giving.payouts (
  id uuid default gen_random_uuid() not null,
  processor text not null,
  processor_ref text not null,
  amount_minor bigint not null,
  currency text not null,
  status text default 'pending'::text not null,
  arrives_on date not null,
  journal_id uuid,
  failure_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint payouts_pkey primary key (id),
  constraint payouts_journal_id_key unique (journal_id),
  constraint payouts_processor_ref_key unique (processor, processor_ref),
  constraint payouts_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint payouts_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint payouts_processor_fkey foreign key (processor) references giving.processors(code) on delete restrict,
  constraint payouts_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint payouts_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint payouts_failed_whole check (((status = 'failed'::text) = (failure_reason is not null))),
  constraint payouts_failure_reason_length check (((length(btrim(failure_reason)) > 0) and (length(failure_reason) <= 500))),
  constraint payouts_posted check (((status <> all (array['paid'::text, 'reconciled'::text])) or (journal_id is not null))),
  constraint payouts_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200))),
  constraint payouts_status_known check ((status = any (array['pending'::text, 'in_transit'::text, 'paid'::text, 'failed'::text, 'cancelled'::text, 'reconciled'::text])))
);
comment on table giving.payouts is 'Money that a processor sends to our bank: many payments, less fees and refunds, in one sum.';
comment on column giving.payouts.id is 'Identity.';
comment on column giving.payouts.processor is 'Who sends it.';
comment on column giving.payouts.processor_ref is 'The processor''s own id of the payout.';
comment on column giving.payouts.amount_minor is 'Sum that arrives, minor units of currency; negative: the processor takes money back.';
comment on column giving.payouts.currency is 'ISO 4217 code.';
comment on column giving.payouts.status is 'Where it stands; the steps of payouts_status_transition.';
comment on column giving.payouts.arrives_on is 'Day it should be in the bank.';
comment on column giving.payouts.journal_id is 'Journal that moved it out of clearing; null: not posted yet.';
comment on column giving.payouts.failure_reason is 'What the processor said; null: it did not fail.';
comment on column giving.payouts.created_at is 'When the row was written.';
comment on column giving.payouts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.payouts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.payouts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.payouts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.payouts_created_at_idx"
create index payouts_created_at_idx on giving.payouts using btree (created_at desc, id desc);

-- Create index "giving.payouts_currency_idx"
create index payouts_currency_idx on giving.payouts using btree (currency);

-- Create trigger "check_frozen" of table "giving.payouts"
create trigger check_frozen before update on giving.payouts for each row execute function finance.check_frozen('status', 'pending', 'arrives_on,journal_id,failure_reason');

-- Create trigger "check_status" of table "giving.payouts"
create trigger check_status before insert or update of status on giving.payouts for each row execute function finance.check_transition('status', 'pending', 'pending>in_transit,paid,failed,cancelled', 'in_transit>paid,failed', 'paid>reconciled,failed');

-- Create trigger "keep_once_set" of table "giving.payouts"
create trigger keep_once_set before update on giving.payouts for each row execute function finance.keep_once_set('journal_id');

-- Create trigger "touch" of table "giving.payouts"
create trigger touch before update on giving.payouts for each row execute function finance.touch();

-- Create table "giving.processor_fees"
create table giving.processor_fees (
  id uuid default gen_random_uuid() not null,
  contribution_id uuid,
  payout_id uuid,
  processor text not null,
  processor_ref text not null,
  kind text not null,
  amount_minor bigint not null,
  vat_minor bigint default 0 not null,
  currency text not null,
  charged_on date not null,
  journal_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint processor_fees_pkey primary key (id),
  constraint processor_fees_journal_id_key unique (journal_id),
  constraint processor_fees_processor_ref_key unique (processor, processor_ref, kind),
  constraint processor_fees_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint processor_fees_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint processor_fees_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint processor_fees_payout_id_fkey foreign key (payout_id) references giving.payouts(id) on delete restrict,
  constraint processor_fees_processor_fkey foreign key (processor) references giving.processors(code) on delete restrict,
  constraint processor_fees_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint processor_fees_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint processor_fees_kind_known check ((kind = any (array['processing'::text, 'dispute'::text, 'payout'::text, 'conversion'::text, 'account'::text, 'adjustment'::text]))),
  constraint processor_fees_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200))),
  constraint processor_fees_source check ((num_nonnulls(contribution_id, payout_id) <= 1)),
  constraint processor_fees_vat_minor_range check (((vat_minor >= '-9000000000000000'::bigint) and (vat_minor <= '9000000000000000'::bigint))),
  constraint processor_fees_vat_sign check (((sign((amount_minor)::double precision) * sign((vat_minor)::double precision)) >= (0)::double precision))
);
revoke update on giving.processor_fees from finance_writer;
comment on table giving.processor_fees is 'Fees that processors kept; Gift Aid is on the gross gift, so a fee is booked on its own.';
comment on column giving.processor_fees.id is 'Identity.';
comment on column giving.processor_fees.contribution_id is 'Payment it was kept from; null: a fee of a payout or of the account.';
comment on column giving.processor_fees.payout_id is 'Payout it was kept from; null: a fee of a payment.';
comment on column giving.processor_fees.processor is 'Who kept it.';
comment on column giving.processor_fees.processor_ref is 'The processor''s own id of the fee.';
comment on column giving.processor_fees.kind is 'What for.';
comment on column giving.processor_fees.amount_minor is 'Fee without VAT, minor units of currency; negative: given back.';
comment on column giving.processor_fees.vat_minor is 'VAT on it, minor units; it cannot be reclaimed.';
comment on column giving.processor_fees.currency is 'ISO 4217 code.';
comment on column giving.processor_fees.charged_on is 'Accounting date.';
comment on column giving.processor_fees.journal_id is 'Journal that put it into the books.';
comment on column giving.processor_fees.created_at is 'When the row was written.';
comment on column giving.processor_fees.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giving.processor_fees_contribution_id_idx"
create index processor_fees_contribution_id_idx on giving.processor_fees using btree (contribution_id);

-- Create index "giving.processor_fees_currency_idx"
create index processor_fees_currency_idx on giving.processor_fees using btree (currency);

-- Create index "giving.processor_fees_payout_id_idx"
create index processor_fees_payout_id_idx on giving.processor_fees using btree (payout_id);

-- Create trigger "refuse_change" of table "giving.processor_fees"
create trigger refuse_change before delete or update on giving.processor_fees for each row execute function finance.refuse_change();
alter table giving.processor_fees enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.processor_fees"
create trigger refuse_truncate before truncate on giving.processor_fees for each statement execute function finance.refuse_change();
alter table giving.processor_fees enable always trigger refuse_truncate;

-- Create table "giving.refunds"
create table giving.refunds (
  id uuid default gen_random_uuid() not null,
  contribution_id uuid not null,
  processor text not null,
  processor_ref text,
  amount_minor bigint not null,
  currency text not null,
  reason text not null,
  note text,
  status text default 'requested'::text not null,
  settled_at timestamp with time zone,
  journal_id uuid,
  failure_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint refunds_pkey primary key (id),
  constraint refunds_journal_id_key unique (journal_id),
  constraint refunds_processor_ref_key unique (processor, processor_ref),
  constraint refunds_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint refunds_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint refunds_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint refunds_processor_fkey foreign key (processor) references giving.processors(code) on delete restrict,
  constraint refunds_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint refunds_failed_whole check (((status = 'failed'::text) = (failure_reason is not null))),
  constraint refunds_failure_reason_length check (((length(btrim(failure_reason)) > 0) and (length(failure_reason) <= 500))),
  constraint refunds_note_length check (((length(btrim(note)) > 0) and (length(note) <= 500))),
  constraint refunds_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200))),
  constraint refunds_reason_known check ((reason = any (array['requested'::text, 'duplicate'::text, 'mistake'::text, 'fraud'::text, 'project_cancelled'::text, 'other'::text]))),
  constraint refunds_settled_is_posted check ((((status = 'settled'::text) = (journal_id is not null)) and ((journal_id is null) = (settled_at is null)))),
  constraint refunds_status_known check ((status = any (array['requested'::text, 'processing'::text, 'settled'::text, 'failed'::text])))
);
comment on table giving.refunds is 'Money given back to contributors; all refunds of a contribution together are never more than was captured.';
comment on column giving.refunds.id is 'Identity.';
comment on column giving.refunds.contribution_id is 'Contribution it is taken from.';
comment on column giving.refunds.processor is 'Who gives it back.';
comment on column giving.refunds.processor_ref is 'The processor''s own id of the refund; null: not known yet.';
comment on column giving.refunds.amount_minor is 'Amount given back, minor units of currency.';
comment on column giving.refunds.currency is 'ISO 4217 code, that of the contribution.';
comment on column giving.refunds.reason is 'Why.';
comment on column giving.refunds.note is 'More about it; null: nothing.';
comment on column giving.refunds.status is 'Where it stands; the steps of refunds_status_transition.';
comment on column giving.refunds.settled_at is 'When the money was back; null: not yet.';
comment on column giving.refunds.journal_id is 'Journal that put it into the books; null: not settled.';
comment on column giving.refunds.failure_reason is 'What the processor said; null: it did not fail.';
comment on column giving.refunds.created_at is 'When the row was written.';
comment on column giving.refunds.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.refunds.updated_at is 'When it last changed; set by trigger.';
comment on column giving.refunds.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.refunds.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giving.refunds_contribution_id_idx"
create index refunds_contribution_id_idx on giving.refunds using btree (contribution_id);

-- Create index "giving.refunds_created_at_idx"
create index refunds_created_at_idx on giving.refunds using btree (created_at desc, id desc);

-- Create index "giving.refunds_currency_idx"
create index refunds_currency_idx on giving.refunds using btree (currency);

-- Create trigger "check_frozen" of table "giving.refunds"
create trigger check_frozen before update on giving.refunds for each row execute function finance.check_frozen('status', 'requested', 'processor_ref,settled_at,journal_id,failure_reason');

-- Create trigger "check_status" of table "giving.refunds"
create trigger check_status before insert or update of status on giving.refunds for each row execute function finance.check_transition('status', 'requested', 'requested>processing,settled,failed', 'processing>settled,failed');

-- Create trigger "keep_once_set" of table "giving.refunds"
create trigger keep_once_set before update on giving.refunds for each row execute function finance.keep_once_set('journal_id', 'settled_at');

-- Create trigger "refuse_delete" of table "giving.refunds"
create trigger refuse_delete before delete or truncate on giving.refunds for each statement execute function finance.refuse_change();
alter table giving.refunds enable always trigger refuse_delete;

-- Create trigger "touch" of table "giving.refunds"
create trigger touch before update on giving.refunds for each row execute function finance.touch();

-- Create function "giftaid.check_line()"
create function giftaid.check_line()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  gift giving.contributions;
  declared giftaid.declarations;
  claimant uuid;
  refunded numeric;
  fault text;
begin
  select claimant_id into claimant from giftaid.claims where id = new.claim_id;
  if new.tax_minor is distinct from giftaid.tax_on(new.amount_minor, new.donated_on) then
    raise exception 'tax on % of % is not %', new.amount_minor, new.donated_on, new.tax_minor
      using errcode = '23514', constraint = 'claim_lines_tax', schema = 'giftaid', table = 'claim_lines';
  end if;
  if new.aggregate_id is not null then
    perform 1 from giftaid.aggregates a
    where a.id = new.aggregate_id and a.amount_minor = new.amount_minor and a.donated_on = new.donated_on
      and a.claimant_id = claimant and a.description = new.aggregated and a.closed_at is not null;
    if not found then
      raise exception 'line % is not its aggregate, or that is still open', new.item
        using errcode = '23514', constraint = 'claim_lines_aggregate', schema = 'giftaid', table = 'claim_lines';
    end if;
    return new;
  end if;
  -- The lock makes a concurrent refund wait, and then see this line.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  select * into declared from giftaid.declarations where id = new.declaration_id;
  select coalesce(sum(amount_minor), 0) into refunded from giving.refunds
  where contribution_id = gift.id and status <> 'failed';
  fault := case
    when gift.status not in ('settled', 'partially_refunded') then 'status'
    when gift.currency <> 'GBP' then 'currency'
    when not gift.own_money then 'own_money'
    when new.donated_on <> gift.occurred_on then 'date'
    when new.amount_minor > gift.amount_minor - refunded then 'amount'
    when exists (select from giftaid.aggregate_items where contribution_id = gift.id) then 'aggregate'
    when exists (select from giftaid.gasds_collections where contribution_id = gift.id) then 'gasds'
  end;
  if fault is not null then
    raise exception 'contribution % cannot be claimed: its % forbids it', gift.id, fault
      using errcode = '23514', constraint = 'claim_lines_gift_' || fault, schema = 'giftaid', table = 'claim_lines';
  end if;
  if declared.contributor_id <> gift.contributor_id or declared.claimant_id <> claimant
    or declared.contribution_id <> gift.id or not giftaid.covers(declared, gift.occurred_on)
  then
    raise exception 'declaration % does not cover contribution %', declared.id, gift.id
      using errcode = '23514', constraint = 'claim_lines_declaration_covers', schema = 'giftaid', table = 'claim_lines';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_line() is 'Before insert: a line is a gift that may be claimed, under a declaration that covers it, with the tax of its year; breaks claim_lines_tax, claim_lines_aggregate, claim_lines_gift_…, claim_lines_declaration_covers.';

-- Create trigger "check_source" of table "giftaid.claim_lines"
create trigger check_source before insert on giftaid.claim_lines for each row execute function giftaid.check_line();

-- Create function "giving.check_allocation()"
create function giving.check_allocation()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  gift giving.contributions;
  source ledger.funds;
  target ledger.funds;
  spent numeric;
  net numeric;
begin
  select * into source from ledger.funds where id = new.from_fund_id;
  select * into target from ledger.funds where id = new.to_fund_id;
  -- What was given for a purpose stays in it: the project as a whole, or a part of it.
  if source.restriction in ('restricted', 'endowment')
    and target.parent_id is distinct from source.id
    and (source.project_ref is null or target.project_ref is distinct from source.project_ref)
    and (source.theme_ref is null or target.theme_ref is distinct from source.theme_ref)
  then
    raise exception 'fund % is restricted and % is not part of its purpose', source.code, target.code
      using errcode = '23514', constraint = 'allocations_designation', schema = 'giving', table = 'allocations';
  end if;
  if new.contribution_id is null then
    return null;
  end if;
  -- One allocation of a contribution at a time: each sees the ones before.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  if gift.currency <> new.currency then
    raise exception 'a contribution in % is allocated in %', gift.currency, new.currency
      using errcode = '23514', constraint = 'allocations_currency_of_contribution', schema = 'giving', table = 'allocations';
  end if;
  select coalesce(sum(amount_minor), 0) into spent from giving.allocations
  where contribution_id = new.contribution_id and status in ('proposed', 'confirmed') and from_fund_id = new.from_fund_id;
  select gift.amount_minor - coalesce(sum(amount_minor), 0) into net from giving.refunds
  where contribution_id = new.contribution_id and status <> 'failed';
  if spent > net then
    raise exception 'allocations of contribution % would be % of %', gift.id, spent, net
      using errcode = '23514', constraint = 'allocations_total', schema = 'giving', table = 'allocations';
  end if;
  return null;
end
$function$;
comment on function giving.check_allocation() is 'After insert or update: restricted money keeps its purpose, and no more of a contribution leaves a fund than was given and not refunded; breaks allocations_designation, allocations_total, allocations_currency_of_contribution.';

-- Create trigger "check_allocation" of table "giving.allocations"
create trigger check_allocation after insert or update of amount_minor, currency, status, contribution_id, from_fund_id, to_fund_id on giving.allocations for each row when ((new.status = any (array['proposed'::text, 'confirmed'::text]))) execute function giving.check_allocation();

-- Create function "giving.check_refund_total()"
create function giving.check_refund_total()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  gift giving.contributions;
  refunded numeric;
begin
  -- One refund of a contribution at a time: each sees the ones before.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  if gift.currency <> new.currency then
    raise exception 'a contribution in % is refunded in %', gift.currency, new.currency
      using errcode = '23514', constraint = 'refunds_currency_of_contribution', schema = 'giving', table = 'refunds';
  end if;
  if gift.journal_id is null then
    raise exception 'contribution % is not settled: there is nothing to refund', gift.id
      using errcode = '23514', constraint = 'refunds_of_settled', schema = 'giving', table = 'refunds';
  end if;
  select sum(amount_minor) into refunded from giving.refunds
  where contribution_id = new.contribution_id and status <> 'failed';
  if refunded > gift.amount_minor + gift.fee_cover_minor + gift.tip_minor then
    raise exception 'refunds of contribution % would be % of %', gift.id, refunded,
        gift.amount_minor + gift.fee_cover_minor + gift.tip_minor
      using errcode = '23514', constraint = 'refunds_total', schema = 'giving', table = 'refunds';
  end if;
  return null;
end
$function$;
comment on function giving.check_refund_total() is 'After insert or update: refunds are in the currency of a settled contribution and never exceed it; breaks refunds_total, refunds_currency_of_contribution, refunds_of_settled.';

-- Create trigger "check_total" of table "giving.refunds"
create trigger check_total after insert or update of amount_minor, currency, status on giving.refunds for each row execute function giving.check_refund_total();

-- Create table "giftaid.adjustments"
create table giftaid.adjustments (
  id uuid default gen_random_uuid() not null,
  claim_line_id uuid not null,
  contribution_id uuid,
  refund_id uuid,
  amount_minor bigint not null,
  reason text not null,
  status text default 'open'::text not null,
  settled_in_claim_id uuid,
  journal_id uuid not null,
  settled_journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint adjustments_pkey primary key (id),
  constraint adjustments_journal_id_key unique (journal_id),
  constraint adjustments_settled_journal_id_key unique (settled_journal_id),
  constraint adjustments_claim_line_id_fkey foreign key (claim_line_id) references giftaid.claim_lines(id) on delete restrict,
  constraint adjustments_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint adjustments_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint adjustments_refund_id_fkey foreign key (refund_id) references giving.refunds(id) on delete restrict,
  constraint adjustments_settled_in_claim_id_fkey foreign key (settled_in_claim_id) references giftaid.claims(id) on delete restrict,
  constraint adjustments_settled_journal_id_fkey foreign key (settled_journal_id) references ledger.journals(id) on delete restrict,
  constraint adjustments_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint adjustments_reason_known check ((reason = any (array['refunded'::text, 'charged_back'::text, 'declaration_cancelled'::text, 'mistake'::text]))),
  constraint adjustments_settled_whole check (((status = 'settled'::text) = (num_nonnulls(settled_in_claim_id, settled_journal_id) = 1))),
  constraint adjustments_status_known check ((status = any (array['open'::text, 'settled'::text, 'withdrawn'::text])))
);
comment on table giftaid.adjustments is 'Tax that was claimed and must be given back, because a gift was refunded or its declaration taken back.';
comment on column giftaid.adjustments.id is 'Identity.';
comment on column giftaid.adjustments.claim_line_id is 'Line it was claimed with.';
comment on column giftaid.adjustments.contribution_id is 'The gift; null: an aggregate.';
comment on column giftaid.adjustments.refund_id is 'Refund that caused it; null: another cause.';
comment on column giftaid.adjustments.amount_minor is 'Tax to give back, pence.';
comment on column giftaid.adjustments.reason is 'Why.';
comment on column giftaid.adjustments.status is 'Where it stands; the steps of adjustments_status_transition.';
comment on column giftaid.adjustments.settled_in_claim_id is 'Claim that gave it back; null: open, or paid.';
comment on column giftaid.adjustments.journal_id is 'Journal of the debt to the tax office.';
comment on column giftaid.adjustments.settled_journal_id is 'Journal that paid it directly; null: open, or by a claim.';
comment on column giftaid.adjustments.created_at is 'When the row was written.';
comment on column giftaid.adjustments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.adjustments.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.adjustments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.adjustments.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "giftaid.adjustments_claim_line_id_idx"
create index adjustments_claim_line_id_idx on giftaid.adjustments using btree (claim_line_id);

-- Create index "giftaid.adjustments_contribution_id_idx"
create index adjustments_contribution_id_idx on giftaid.adjustments using btree (contribution_id);

-- Create index "giftaid.adjustments_created_at_idx"
create index adjustments_created_at_idx on giftaid.adjustments using btree (created_at desc, id desc);

-- Create index "giftaid.adjustments_refund_id_idx"
create index adjustments_refund_id_idx on giftaid.adjustments using btree (refund_id);

-- Create index "giftaid.adjustments_settled_in_claim_id_idx"
create index adjustments_settled_in_claim_id_idx on giftaid.adjustments using btree (settled_in_claim_id);

-- Create trigger "check_frozen" of table "giftaid.adjustments"
create trigger check_frozen before update on giftaid.adjustments for each row execute function finance.check_frozen('status', 'open', 'settled_in_claim_id,settled_journal_id');

-- Create trigger "check_status" of table "giftaid.adjustments"
create trigger check_status before insert or update of status on giftaid.adjustments for each row execute function finance.check_transition('status', 'open', 'open>settled,withdrawn');

-- Create trigger "refuse_delete" of table "giftaid.adjustments"
create trigger refuse_delete before delete or truncate on giftaid.adjustments for each statement execute function finance.refuse_change();
alter table giftaid.adjustments enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.adjustments"
create trigger touch before update on giftaid.adjustments for each row execute function finance.touch();

-- Create function "giftaid.check_adjustment()"
create function giftaid.check_adjustment()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  line giftaid.claim_lines;
  taken numeric;
begin
  select * into line from giftaid.claim_lines where id = new.claim_line_id for no key update;
  select coalesce(sum(amount_minor), 0) into taken from giftaid.adjustments
  where claim_line_id = line.id and status <> 'withdrawn' and id <> new.id;
  if line.contribution_id is distinct from new.contribution_id or line.status not in ('accepted', 'received')
    or taken + new.amount_minor > line.tax_minor
  then
    raise exception 'line % was claimed for % of tax, % of it is given back already', line.id, line.tax_minor, taken
      using errcode = '23514', constraint = 'adjustments_of_line', schema = 'giftaid', table = 'adjustments';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_adjustment() is 'Before insert or update: no more tax is given back than was claimed with the line; breaks adjustments_of_line.';

-- Create trigger "check_total" of table "giftaid.adjustments"
create trigger check_total before insert or update of amount_minor, claim_line_id, contribution_id on giftaid.adjustments for each row execute function giftaid.check_adjustment();

-- Create function "giftaid.check_claim_step()"
create function giftaid.check_claim_step()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  lines bigint;
  total numeric;
  first_day date;
  last_day date;
  rate integer;
begin
  select count(*), coalesce(sum(amount_minor), 0), min(donated_on), max(donated_on)
    into lines, total, first_day, last_day
  from giftaid.claim_lines where claim_id = new.id and status = 'included';
  select basic_rate_bp into rate from giftaid.tax_rates where tax_year = giftaid.tax_year(last_day);
  if (new.line_count, new.total_minor::numeric, new.earliest_on, new.period_end)
    is distinct from (lines, total, first_day, last_day)
  then
    raise exception 'claim % has % lines of % from % to %', new.id, lines, total, first_day, last_day
      using errcode = '23514', constraint = 'claims_total', schema = 'giftaid', table = 'claims';
  end if;
  if lines = 0 and new.adjustment_minor = 0 then
    raise exception 'claim % has no lines', new.id
      using errcode = '23514', constraint = 'claims_some_lines', schema = 'giftaid', table = 'claims';
  end if;
  if last_day > (now() at time zone 'Europe/London')::date then
    raise exception 'claim % has a gift of the future, %', new.id, last_day
      using errcode = '23514', constraint = 'claims_no_future', schema = 'giftaid', table = 'claims';
  end if;
  if new.adjustment_minor <> coalesce((
    select sum(amount_minor) from giftaid.adjustments where settled_in_claim_id = new.id), 0)
  then
    raise exception 'the adjustments of claim % are not %', new.id, new.adjustment_minor
      using errcode = '23514', constraint = 'claims_adjustment', schema = 'giftaid', table = 'claims';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_claim_step() is 'Before validation: a claim is the sum of its lines and of the adjustments it settles, and nothing of it lies ahead; breaks claims_total, claims_some_lines, claims_no_future, claims_adjustment.';

-- Create trigger "check_step" of table "giftaid.claims"
create trigger check_step before insert or update of status on giftaid.claims for each row when ((new.status = 'validated'::text)) execute function giftaid.check_claim_step();

-- Create table "giving.payout_items"
create table giving.payout_items (
  id uuid default gen_random_uuid() not null,
  payout_id uuid not null,
  contribution_id uuid,
  refund_id uuid,
  fee_id uuid,
  dispute_id uuid,
  processor_ref text not null,
  amount_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint payout_items_pkey primary key (id),
  constraint payout_items_processor_ref_key unique (payout_id, processor_ref),
  constraint payout_items_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint payout_items_dispute_id_fkey foreign key (dispute_id) references giving.disputes(id) on delete restrict,
  constraint payout_items_fee_id_fkey foreign key (fee_id) references giving.processor_fees(id) on delete restrict,
  constraint payout_items_payout_id_fkey foreign key (payout_id) references giving.payouts(id) on delete restrict,
  constraint payout_items_refund_id_fkey foreign key (refund_id) references giving.refunds(id) on delete restrict,
  constraint payout_items_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint payout_items_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint payout_items_one_source check ((num_nonnulls(contribution_id, refund_id, fee_id, dispute_id) <= 1)),
  constraint payout_items_processor_ref_length check (((length(btrim(processor_ref)) > 0) and (length(processor_ref) <= 200)))
);
revoke update on giving.payout_items from finance_writer;
comment on table giving.payout_items is 'What a payout is made of: payments, refunds, fees and disputes that the processor summed up.';
comment on column giving.payout_items.id is 'Identity.';
comment on column giving.payout_items.payout_id is 'The payout.';
comment on column giving.payout_items.contribution_id is 'Payment in it; null: something else.';
comment on column giving.payout_items.refund_id is 'Refund in it; null: something else.';
comment on column giving.payout_items.fee_id is 'Fee in it; null: something else.';
comment on column giving.payout_items.dispute_id is 'Dispute in it; null: something else.';
comment on column giving.payout_items.processor_ref is 'The processor''s own id of the line.';
comment on column giving.payout_items.amount_minor is 'Part of the sum, minor units of the payout''s currency; negative: taken off.';
comment on column giving.payout_items.created_at is 'When the row was written.';
comment on column giving.payout_items.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giving.payout_items_contribution_id_idx"
create index payout_items_contribution_id_idx on giving.payout_items using btree (contribution_id);

-- Create index "giving.payout_items_dispute_id_idx"
create index payout_items_dispute_id_idx on giving.payout_items using btree (dispute_id);

-- Create index "giving.payout_items_fee_id_idx"
create index payout_items_fee_id_idx on giving.payout_items using btree (fee_id);

-- Create index "giving.payout_items_refund_id_idx"
create index payout_items_refund_id_idx on giving.payout_items using btree (refund_id);

-- Create trigger "refuse_change" of table "giving.payout_items"
create trigger refuse_change before delete or update on giving.payout_items for each row execute function finance.refuse_change();
alter table giving.payout_items enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.payout_items"
create trigger refuse_truncate before truncate on giving.payout_items for each statement execute function finance.refuse_change();
alter table giving.payout_items enable always trigger refuse_truncate;

-- Create table "ledger.entries"
create table ledger.entries (
  journal_id uuid not null,
  xid xid8 default pg_current_xact_id() not null,
  line smallint not null,
  account_id uuid not null,
  currency text not null,
  amount bigint not null,
  constraint entries_pkey primary key (journal_id, line),
  constraint entries_account_id_fkey foreign key (account_id, currency) references ledger.accounts(id, currency),
  constraint entries_journal_id_fkey foreign key (journal_id, xid) references ledger.journals(id, xid),
  constraint entries_amount_range check (((amount <> 0) and ((amount >= '-9000000000000000'::bigint) and (amount <= '9000000000000000'::bigint)))),
  constraint entries_line_range check ((line >= 1))
);
comment on table ledger.entries is 'Lines of journals.';
comment on column ledger.entries.journal_id is 'The journal.';
comment on column ledger.entries.xid is 'Transaction that wrote it, the journal''s; stamped by trigger.';
comment on column ledger.entries.line is 'Place in the journal, from 1.';
comment on column ledger.entries.account_id is 'The account.';
comment on column ledger.entries.currency is 'Currency of the account, ISO 4217.';
comment on column ledger.entries.amount is 'Minor units, debit positive, credit negative, at most 9e15 either way (exact in JSON).';

-- Create index "ledger.entries_account_id_idx"
create index entries_account_id_idx on ledger.entries using btree (account_id, currency, journal_id) include (amount);

-- Create trigger "refuse_change" of table "ledger.entries"
create trigger refuse_change before delete or update on ledger.entries for each row execute function finance.refuse_change();
alter table ledger.entries enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "ledger.entries"
create trigger refuse_truncate before truncate on ledger.entries for each statement execute function finance.refuse_change();
alter table ledger.entries enable always trigger refuse_truncate;

-- Create trigger "stamp_xid" of table "ledger.entries"
create trigger stamp_xid before insert on ledger.entries for each row execute function ledger.stamp_xid();
alter table ledger.entries enable always trigger stamp_xid;

-- Create function "ledger.check_journal()"
create function ledger.check_journal()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
comment on function ledger.check_journal() is 'At commit: a journal is complete, balances per currency, and negates exactly what it reverses.';

-- Create trigger "check_journal" of table "ledger.journals"
create constraint trigger check_journal after insert on ledger.journals deferrable initially deferred for each row execute function ledger.check_journal();
alter table ledger.journals enable always trigger check_journal;

-- Create function "ledger.check_journal_kind()"
create function ledger.check_journal_kind()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  known ledger.journal_kinds;
  stray text;
begin
  select * into known from ledger.journal_kinds where kind = new.kind;
  if not found then
    raise exception 'there is no kind of journal %', new.kind
      using errcode = '23503', constraint = 'journals_kind_fkey', schema = 'ledger', table = 'journals', column = 'kind';
  end if;
  if known.needs_reason and coalesce(new.reason, '') = '' then
    raise exception 'a journal of kind % needs a reason', new.kind
      using errcode = '23514', constraint = 'journals_kind_has_reason', schema = 'ledger', table = 'journals', column = 'reason';
  end if;
  if known.codes is not null then
    select a.code into stray from ledger.entries e join ledger.accounts a on a.id = e.account_id
    where e.journal_id = new.id and a.code <> all (known.codes) limit 1;
    if stray is not null then
      raise exception 'a journal of kind % does not touch accounts of code %', new.kind, stray
        using errcode = '23514', constraint = 'journals_kind_codes', schema = 'ledger', table = 'journals', column = 'kind';
    end if;
  end if;
  return null;
end
$function$;
comment on function ledger.check_journal_kind() is 'At commit: the kind of a journal is known, and its entries touch the codes of that kind; breaks journals_kind_fkey, journals_kind_has_reason, journals_kind_codes.';

-- Create trigger "check_journal_kind" of table "ledger.journals"
create constraint trigger check_journal_kind after insert on ledger.journals deferrable initially deferred for each row execute function ledger.check_journal_kind();
alter table ledger.journals enable always trigger check_journal_kind;

-- Create function "ledger.journal_hash(bytea, uuid)"
create function ledger.journal_hash(prev bytea, journal uuid)
 returns bytea
 language sql
 stable
 set search_path to ''
as $function$
  select sha256(prev || convert_to(jsonb_build_array(
    j.id, j.kind, j.effective_date,
    to_char(j.posted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    j.reverses, j.source_type, j.source_id, j.actor_ref, j.request_id, j.memo, j.reason, j.lines,
    (select jsonb_agg(jsonb_build_array(e.line, e.account_id, e.currency, e.amount) order by e.line)
     from ledger.entries e where e.journal_id = j.id)
  )::text, 'UTF8'))
  from ledger.journals j where j.id = journal
$function$;
comment on function ledger.journal_hash(bytea, uuid) is 'Hash of a link: SHA-256 of the previous hash and the journal as a JSON array. A column added later is not part of it.';

-- Create table "ledger.number_series"
create table ledger.number_series (
  series text not null,
  next bigint default 1 not null,
  constraint number_series_pkey primary key (series),
  constraint number_series_next_range check ((next >= 1)),
  constraint number_series_series_shape check ((series ~ '^[A-Z]{1,6}-[0-9]{4}$'::text))
);
comment on table ledger.number_series is 'Numbers without gaps: the row is locked from the step that takes a number to its commit, and a rollback gives it back.';
comment on column ledger.number_series.series is 'Kind of document and year: INV-2026.';
comment on column ledger.number_series.next is 'Number that comes next.';

-- Create trigger "refuse_delete" of table "ledger.number_series"
create trigger refuse_delete before delete or truncate on ledger.number_series for each statement execute function finance.refuse_change();
alter table ledger.number_series enable always trigger refuse_delete;

-- Create function "ledger.keep_number_series()"
create function ledger.keep_number_series()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.series is distinct from old.series or new.next <> old.next + 1 then
    raise exception 'numbers of series % go up by one', old.series
      using errcode = '42501', schema = 'ledger', table = 'number_series', hint = 'A gap would have to be explained to the tax office.';
  end if;
  return new;
end
$function$;
comment on function ledger.keep_number_series() is 'Before update: a series only counts up, one by one.';

-- Create trigger "keep_number_series" of table "ledger.number_series"
create trigger keep_number_series before update on ledger.number_series for each row execute function ledger.keep_number_series();
alter table ledger.number_series enable always trigger keep_number_series;

-- Create function "ledger.next_number(text)"
create function ledger.next_number(p_series text)
 returns bigint
 language plpgsql
 set search_path to ''
as $function$
declare
  taken bigint;
begin
  insert into ledger.number_series as s (series, next) values (p_series, 2)
  on conflict (series) do update set next = s.next + 1
  returning next - 1 into taken;
  return taken;
end
$function$;
comment on function ledger.next_number(text) is 'Takes the next number of a series, which starts with its first use.';

-- Create function "ledger.assign_number()"
create function ledger.assign_number()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  -- Arguments: the word of the series; the state column; states, by commas, in which a row has its number.
  numbered boolean := to_jsonb(new) ->> tg_argv[1] = any (string_to_array(tg_argv[2], ','));
begin
  if tg_op = 'UPDATE' and old.number is not null then
    new.series := old.series;
    new.serial := old.serial;
    new.number := old.number;
    new.issued_on := old.issued_on;
  elsif numbered then
    new.issued_on := (now() at time zone 'Europe/London')::date;
    new.series := tg_argv[0] || '-' || to_char(new.issued_on, 'YYYY');
    new.serial := ledger.next_number(new.series);
    new.number := new.series || '-' || lpad(new.serial::text, greatest(5, length(new.serial::text)), '0');
  else
    new.series := null;
    new.serial := null;
    new.number := null;
    new.issued_on := null;
  end if;
  return new;
end
$function$;
comment on function ledger.assign_number() is 'Before insert or update: a document gets its number and date when it reaches a listed state, and keeps them, whatever the statement says.';

-- Create table "ledger.seal_queue"
create table ledger.seal_queue (
  journal_id uuid not null,
  constraint seal_queue_pkey primary key (journal_id),
  constraint seal_queue_journal_id_fkey foreign key (journal_id) references ledger.journals(id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.seal_queue is 'Journals that wait to be sealed.';
comment on column ledger.seal_queue.journal_id is 'The journal.';

-- Create function "ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text)"
create function ledger.post(p_id uuid, p_kind text, p_effective_date date, p_source_type text, p_source_id uuid, p_accounts uuid[], p_amounts bigint[], p_actor_ref uuid default null::uuid, p_request_id text default null::text, p_memo text default ''::text, p_reason text default null::text, p_reverses uuid default null::uuid, p_scope text default null::text, p_key text default null::text)
 returns table(journal_id uuid, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
comment on function ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text) is 'Posts one journal: accounts and amounts line by line, minor units, debit positive. Breaks accounting_periods_open, accounts_open (P0409), funds_floor, accounts_floor (P0402); with a key it is repeatable.';

-- Create function "giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text)"
create function giving.contribute(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_project_ref uuid, p_amount_minor bigint, p_currency text, p_note text, p_occurred_on date, p_actor uuid, p_request_id text)
 returns table(id uuid, contributor_id uuid, fund_id uuid, project_ref uuid, designation text, amount_minor bigint, currency text, note text, status text, provider text, provider_ref text, occurred_on date, settled_at timestamp with time zone, journal_id uuid, created_at timestamp with time zone, created_by uuid, updated_at timestamp with time zone, updated_by uuid, version integer, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) to finance_writer;
comment on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) is 'Records a settled contribution and posts it, in one statement; a repeated key answers the first row again with replayed. Breaks idempotency_keys_fingerprint (P0422), contributions_contributor_id_fkey, contributions_currency_fkey (23503), contributions_pkey (23505), accounting_periods_open, accounts_open (P0409), or a check of contributions (23514).';

-- Create table "ledger.seals"
create table ledger.seals (
  seq bigint not null,
  journal_id uuid not null,
  prev_hash finance.sha256 not null,
  hash finance.sha256 not null,
  sealed_at timestamp with time zone default clock_timestamp() not null,
  constraint seals_pkey primary key (seq),
  constraint seals_hash_key unique (hash),
  constraint seals_journal_id_key unique (journal_id),
  constraint seals_journal_id_fkey foreign key (journal_id) references ledger.journals(id),
  constraint seals_seq_range check ((seq >= 1))
);
comment on table ledger.seals is 'The chain: each link hashes the link before and one journal with its entries.';
comment on column ledger.seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column ledger.seals.journal_id is 'The journal.';
comment on column ledger.seals.prev_hash is 'Hash of the link before; of the word genesis for the first.';
comment on column ledger.seals.hash is 'SHA-256 by ledger.journal_hash.';
comment on column ledger.seals.sealed_at is 'When it was sealed.';

-- Create trigger "refuse_change" of table "ledger.seals"
create trigger refuse_change before delete or update on ledger.seals for each row execute function finance.refuse_change();
alter table ledger.seals enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "ledger.seals"
create trigger refuse_truncate before truncate on ledger.seals for each statement execute function finance.refuse_change();
alter table ledger.seals enable always trigger refuse_truncate;

-- Create function "ledger.seal(integer)"
create function ledger.seal(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function ledger.seal(integer) to finance_writer;
comment on function ledger.seal(integer) is 'Seals at most that many waiting journals; returns how many. Call it often with small numbers.';

-- Create function "ledger.verify_chain()"
create function ledger.verify_chain()
 returns table(bad_seq bigint, why text)
 language sql
 stable security definer
 set search_path to ''
as $function$
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
$function$;
grant execute on function ledger.verify_chain() to finance_audit, finance_reader, finance_studio, finance_writer;
comment on function ledger.verify_chain() is 'Links that are broken: link (not chained), content (the journal is not what was sealed), head (links missing at the end). Empty: sound.';

-- Create table "ledger.chain_anchors"
create table ledger.chain_anchors (
  id uuid default gen_random_uuid() not null,
  anchored_on date not null,
  seq bigint not null,
  hash finance.sha256 not null,
  published_to text not null,
  proof text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint chain_anchors_pkey primary key (id),
  constraint chain_anchors_anchored_on_key unique (anchored_on, published_to),
  constraint chain_anchors_seq_fkey foreign key (seq) references ledger.seals(seq) on delete restrict,
  constraint chain_anchors_proof_length check (((length(btrim(proof)) > 0) and (length(proof) <= 4000))),
  constraint chain_anchors_published_to_length check (((length(btrim(published_to)) > 0) and (length(published_to) <= 500))),
  constraint chain_anchors_seq_range check ((seq >= 1))
);
comment on table ledger.chain_anchors is 'Heads of the chain as they were published outside: what shows later that nobody rewrote the books.';
comment on column ledger.chain_anchors.id is 'Identity.';
comment on column ledger.chain_anchors.anchored_on is 'Day; one anchor per place and day.';
comment on column ledger.chain_anchors.seq is 'Place of the link.';
comment on column ledger.chain_anchors.hash is 'Hash of the link.';
comment on column ledger.chain_anchors.published_to is 'Where it was published: an address, a mailbox, a notary.';
comment on column ledger.chain_anchors.proof is 'What that place answered; null: nothing.';
comment on column ledger.chain_anchors.created_at is 'When the row was written.';
comment on column ledger.chain_anchors.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "ledger.chain_anchors_seq_idx"
create index chain_anchors_seq_idx on ledger.chain_anchors using btree (seq);

-- Create trigger "refuse_change" of table "ledger.chain_anchors"
create trigger refuse_change before delete or update on ledger.chain_anchors for each row execute function finance.refuse_change();
alter table ledger.chain_anchors enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "ledger.chain_anchors"
create trigger refuse_truncate before truncate on ledger.chain_anchors for each statement execute function finance.refuse_change();
alter table ledger.chain_anchors enable always trigger refuse_truncate;

-- Create function "ledger.anchor_chain(text, text, bigint)"
create function ledger.anchor_chain(p_published_to text, p_proof text, p_seq bigint)
 returns uuid
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  made uuid;
begin
  insert into ledger.chain_anchors (anchored_on, seq, hash, published_to, proof)
  select (now() at time zone 'Europe/London')::date, s.seq, s.hash, p_published_to, p_proof
  from ledger.seals s where s.seq = p_seq
  returning id into made;
  if made is null then
    raise exception 'the chain has no link %', p_seq
      using errcode = '23503', constraint = 'chain_anchors_seq_fkey', schema = 'ledger', table = 'chain_anchors';
  end if;
  return made;
end
$function$;
grant execute on function ledger.anchor_chain(text, text, bigint) to finance_writer;
comment on function ledger.anchor_chain(text, text, bigint) is 'Records that a link of the chain was published somewhere; breaks chain_anchors_seq_fkey or, the second time on a day, chain_anchors_anchored_on_key.';

-- Create table "trade.application_types"
create table trade.application_types (
  id uuid default gen_random_uuid() not null,
  key text not null,
  label finance.localized_text not null,
  program_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint application_types_pkey primary key (id),
  constraint application_types_key_shape check (((key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$'::text) and (length(key) <= 100))),
  constraint application_types_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table trade.application_types is 'Kinds of funding application that products are for.';
comment on column trade.application_types.id is 'Identity.';
comment on column trade.application_types.key is 'Name for programs; unique among live rows.';
comment on column trade.application_types.label is 'Name for people.';
comment on column trade.application_types.program_ref is 'Funding programme (projects); null: several.';
comment on column trade.application_types.created_at is 'When the row was written.';
comment on column trade.application_types.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.application_types.updated_at is 'When it last changed; set by trigger.';
comment on column trade.application_types.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.application_types.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.application_types.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.application_types_key_key"
create unique index application_types_key_key on trade.application_types using btree (key) where (deleted_at is null);

-- Create trigger "check_unused_product_application_types_application_type_id" of table "trade.application_types"
create trigger check_unused_product_application_types_application_type_id before update of deleted_at on trade.application_types for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function finance.check_unused('trade.product_application_types', 'application_type_id');

-- Create trigger "touch" of table "trade.application_types"
create trigger touch before update on trade.application_types for each row execute function finance.touch();

-- Create table "trade.dunning_rules"
create table trade.dunning_rules (
  id uuid default gen_random_uuid() not null,
  level integer not null,
  days_overdue integer not null,
  fee_minor bigint default 0 not null,
  currency text not null,
  interest_bp integer default 0 not null,
  payment_days integer not null,
  subject finance.localized_text not null,
  body finance.localized_text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint dunning_rules_pkey primary key (id),
  constraint dunning_rules_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint dunning_rules_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 5000) and (length(((body)::jsonb ->> 'en'::text)) <= 5000))),
  constraint dunning_rules_days_overdue_range check (((days_overdue >= 0) and (days_overdue <= 365))),
  constraint dunning_rules_fee_minor_range check (((fee_minor >= 0) and (fee_minor <= '9000000000000000'::bigint))),
  constraint dunning_rules_interest_bp_range check (((interest_bp >= 0) and (interest_bp <= 10000))),
  constraint dunning_rules_level_range check (((level >= 1) and (level <= 9))),
  constraint dunning_rules_payment_days_range check (((payment_days >= 1) and (payment_days <= 90))),
  constraint dunning_rules_subject_length check (((length(((subject)::jsonb ->> 'de'::text)) <= 200) and (length(((subject)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table trade.dunning_rules is 'Steps of reminding: after how many days, in which tone, at which cost.';
comment on column trade.dunning_rules.id is 'Identity.';
comment on column trade.dunning_rules.level is 'Step, from 1; unique among live rows.';
comment on column trade.dunning_rules.days_overdue is 'Days after due_on at which it is due.';
comment on column trade.dunning_rules.fee_minor is 'Fee, minor units of currency.';
comment on column trade.dunning_rules.currency is 'ISO 4217 code of the fee.';
comment on column trade.dunning_rules.interest_bp is 'Yearly interest in hundredths of a percent.';
comment on column trade.dunning_rules.payment_days is 'Days that the reminder gives to pay.';
comment on column trade.dunning_rules.subject is 'Subject of the reminder.';
comment on column trade.dunning_rules.body is 'Text of the reminder.';
comment on column trade.dunning_rules.created_at is 'When the row was written.';
comment on column trade.dunning_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.dunning_rules.updated_at is 'When it last changed; set by trigger.';
comment on column trade.dunning_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.dunning_rules.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.dunning_rules.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.dunning_rules_currency_idx"
create index dunning_rules_currency_idx on trade.dunning_rules using btree (currency);

-- Create index "trade.dunning_rules_level_key"
create unique index dunning_rules_level_key on trade.dunning_rules using btree (level, currency) where (deleted_at is null);

-- Create trigger "touch" of table "trade.dunning_rules"
create trigger touch before update on trade.dunning_rules for each row execute function finance.touch();

-- Create table "trade.quotes"
create table trade.quotes (
  id uuid default gen_random_uuid() not null,
  series text,
  serial bigint,
  number text,
  issued_on date,
  project_ref uuid,
  building_ref uuid,
  customer_ref uuid not null,
  customer jsonb not null,
  vendor_ref uuid,
  currency text not null,
  net_minor bigint default 0 not null,
  tax_minor bigint default 0 not null,
  total_minor bigint default 0 not null,
  discount_bp integer default 0 not null,
  early_payment_bp integer default 0 not null,
  early_payment_days integer default 0 not null,
  terms text,
  status text default 'draft'::text not null,
  valid_until date,
  replaces_id uuid,
  accepted_at timestamp with time zone,
  accepted_by uuid,
  decline_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint quotes_pkey primary key (id),
  constraint quotes_number_key unique (number),
  constraint quotes_serial_key unique (series, serial),
  constraint quotes_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint quotes_replaces_id_fkey foreign key (replaces_id) references trade.quotes(id) on delete restrict,
  constraint quotes_accepted_by_somebody check (((accepted_at is null) = (accepted_by is null))),
  constraint quotes_accepted_whole check ((((accepted_at is not null) = (status = any (array['accepted'::text, 'awarded'::text, 'in_progress'::text, 'completed'::text]))) or (status = 'superseded'::text))),
  constraint quotes_customer_object check ((jsonb_typeof(customer) = 'object'::text)),
  constraint quotes_decline_reason_length check (((length(btrim(decline_reason)) > 0) and (length(decline_reason) <= 500))),
  constraint quotes_discount_bp_range check (((discount_bp >= 0) and (discount_bp <= 10000))),
  constraint quotes_early_payment_bp_range check (((early_payment_bp >= 0) and (early_payment_bp <= 10000))),
  constraint quotes_early_payment_days_range check (((early_payment_days >= 0) and (early_payment_days <= 365))),
  constraint quotes_net_minor_range check (((net_minor >= 0) and (net_minor <= '9000000000000000'::bigint))),
  constraint quotes_number_by_status check (((status = any (array['draft'::text, 'withdrawn'::text])) = (number is null))),
  constraint quotes_number_whole check ((num_nonnulls(series, serial, number, issued_on) = any (array[0, 4]))),
  constraint quotes_replaces_another check ((replaces_id <> id)),
  constraint quotes_sent_is_valid check (((status = any (array['draft'::text, 'withdrawn'::text])) or (valid_until is not null))),
  constraint quotes_status_known check ((status = any (array['draft'::text, 'sent'::text, 'withdrawn'::text, 'accepted'::text, 'declined'::text, 'expired'::text, 'superseded'::text, 'awarded'::text, 'in_progress'::text, 'completed'::text]))),
  constraint quotes_tax_minor_range check (((tax_minor >= 0) and (tax_minor <= '9000000000000000'::bigint))),
  constraint quotes_terms_length check (((length(btrim(terms)) > 0) and (length(terms) <= 20000))),
  constraint quotes_total_minor_range check (((total_minor >= 0) and (total_minor <= '9000000000000000'::bigint))),
  constraint quotes_total_minor_right check ((total_minor = (net_minor + tax_minor)))
);
comment on table trade.quotes is 'Offers to customers, and offers of vendors to us, line by line.';
comment on column trade.quotes.id is 'Identity.';
comment on column trade.quotes.series is 'Kind of document and year: QUO-2026; null: no number yet; set by trigger.';
comment on column trade.quotes.serial is 'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.quotes.number is 'Number on the document: QUO-2026-00001; null: no number yet; set by trigger.';
comment on column trade.quotes.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.quotes.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.quotes.building_ref is 'Building it is for (projects); null: none.';
comment on column trade.quotes.customer_ref is 'Contact or company it is for (platform).';
comment on column trade.quotes.customer is 'Name and address as of sending, a JSON object.';
comment on column trade.quotes.vendor_ref is 'Contact of the vendor (platform); null: ourselves.';
comment on column trade.quotes.currency is 'ISO 4217 code.';
comment on column trade.quotes.net_minor is 'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.quotes.tax_minor is 'Sum of their tax.';
comment on column trade.quotes.total_minor is 'What is to be paid.';
comment on column trade.quotes.discount_bp is 'Discount on the whole, in hundredths of a percent; in net and tax already.';
comment on column trade.quotes.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.quotes.early_payment_days is 'Days within which that holds.';
comment on column trade.quotes.terms is 'Terms; null: the general ones.';
comment on column trade.quotes.status is 'Where it stands; the steps of quotes_status_transition.';
comment on column trade.quotes.valid_until is 'Last day of the offer; null: still a draft.';
comment on column trade.quotes.replaces_id is 'Quote it takes the place of; null: none.';
comment on column trade.quotes.accepted_at is 'When the customer accepted; null: not yet.';
comment on column trade.quotes.accepted_by is 'Contact who accepted (platform); null: not yet.';
comment on column trade.quotes.decline_reason is 'Why the customer declined; null: did not, or did not say.';
comment on column trade.quotes.created_at is 'When the row was written.';
comment on column trade.quotes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quotes.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quotes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quotes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quotes.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.quotes_created_at_idx"
create index quotes_created_at_idx on trade.quotes using btree (created_at desc, id desc);

-- Create index "trade.quotes_currency_idx"
create index quotes_currency_idx on trade.quotes using btree (currency);

-- Create index "trade.quotes_customer_ref_idx"
create index quotes_customer_ref_idx on trade.quotes using btree (customer_ref, created_at desc, id desc);

-- Create index "trade.quotes_project_ref_idx"
create index quotes_project_ref_idx on trade.quotes using btree (project_ref, created_at desc, id desc);

-- Create index "trade.quotes_replaces_id_idx"
create index quotes_replaces_id_idx on trade.quotes using btree (replaces_id);

-- Create index "trade.quotes_replaces_id_key"
create unique index quotes_replaces_id_key on trade.quotes using btree (replaces_id) where ((replaces_id is not null) and (status <> all (array['draft'::text, 'withdrawn'::text])) and (deleted_at is null));

-- Create trigger "assign_number" of table "trade.quotes"
create trigger assign_number before insert or update on trade.quotes for each row execute function ledger.assign_number('QUO', 'status', 'sent');

-- Create trigger "check_frozen" of table "trade.quotes"
create trigger check_frozen before update on trade.quotes for each row execute function finance.check_frozen('status', 'draft', 'accepted_at,accepted_by,decline_reason');

-- Create trigger "check_status" of table "trade.quotes"
create trigger check_status before insert or update of status on trade.quotes for each row execute function finance.check_transition('status', 'draft', 'draft>sent,withdrawn', 'sent>accepted,declined,expired,superseded', 'accepted>awarded,superseded', 'awarded>in_progress', 'in_progress>completed');

-- Create trigger "check_totals" of table "trade.quotes"
create trigger check_totals before update of status on trade.quotes for each row when (((old.status = 'draft'::text) and (new.status <> 'withdrawn'::text))) execute function trade.check_totals('trade.quote_lines', 'quote_id', 'not is_optional');

-- Create trigger "keep_once_set" of table "trade.quotes"
create trigger keep_once_set before update on trade.quotes for each row execute function finance.keep_once_set('accepted_at', 'accepted_by');

-- Create trigger "touch" of table "trade.quotes"
create trigger touch before update on trade.quotes for each row execute function finance.touch();

-- Create function "trade.check_replaced()"
create function trade.check_replaced()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.replaces_id is null then
    return new;
  end if;
  perform 1 from trade.quotes where id = new.replaces_id and status in ('superseded', 'declined', 'expired') for share;
  if not found then
    raise exception 'quote % is not superseded: it still stands', new.replaces_id
      using errcode = '23514', constraint = 'quotes_replaces_done', schema = 'trade', table = 'quotes';
  end if;
  return new;
end
$function$;
comment on function trade.check_replaced() is 'Before a quote is sent: the one it replaces no longer stands, so that a customer accepts one; breaks quotes_replaces_done.';

-- Create trigger "check_replaced" of table "trade.quotes"
create trigger check_replaced before update of status on trade.quotes for each row when (((new.status = 'sent'::text) and (old.status = 'draft'::text))) execute function trade.check_replaced();

-- Create table "trade.captured_invoices"
create table trade.captured_invoices (
  id uuid default gen_random_uuid() not null,
  project_ref uuid,
  quote_id uuid,
  supplier_ref uuid not null,
  supplier_name text not null,
  supplier_number text not null,
  file_ref uuid not null,
  file_sha256 finance.sha256 not null,
  invoiced_on date not null,
  received_on date not null,
  due_on date not null,
  currency text not null,
  net_minor bigint default 0 not null,
  tax_minor bigint default 0 not null,
  total_minor bigint default 0 not null,
  early_payment_bp integer default 0 not null,
  early_payment_until date,
  status text default 'received'::text not null,
  reject_reason text,
  checked_by uuid,
  checked_at timestamp with time zone,
  booked_by uuid,
  booked_at timestamp with time zone,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint captured_invoices_pkey primary key (id),
  constraint captured_invoices_journal_id_key unique (journal_id),
  constraint captured_invoices_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint captured_invoices_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint captured_invoices_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint captured_invoices_booked_whole check (((num_nonnulls(booked_by, booked_at, journal_id) = any (array[0, 3])) and ((status = any (array['booked'::text, 'partially_paid'::text, 'paid'::text])) = (booked_by is not null)))),
  constraint captured_invoices_checked_whole check ((((checked_by is null) = (checked_at is null)) and ((status = any (array['received'::text, 'rejected'::text])) or (checked_by is not null)))),
  constraint captured_invoices_early_payment_bp_range check (((early_payment_bp >= 0) and (early_payment_bp <= 10000))),
  constraint captured_invoices_four_eyes check ((booked_by <> checked_by)),
  constraint captured_invoices_net_minor_range check (((net_minor >= 0) and (net_minor <= '9000000000000000'::bigint))),
  constraint captured_invoices_reject_reason_length check (((length(btrim(reject_reason)) > 0) and (length(reject_reason) <= 500))),
  constraint captured_invoices_rejected_whole check (((status = 'rejected'::text) = (reject_reason is not null))),
  constraint captured_invoices_status_known check ((status = any (array['received'::text, 'checked'::text, 'rejected'::text, 'booked'::text, 'partially_paid'::text, 'paid'::text]))),
  constraint captured_invoices_supplier_name_length check (((length(btrim(supplier_name)) > 0) and (length(supplier_name) <= 200))),
  constraint captured_invoices_supplier_number_length check (((length(btrim(supplier_number)) > 0) and (length(supplier_number) <= 100))),
  constraint captured_invoices_tax_minor_range check (((tax_minor >= 0) and (tax_minor <= '9000000000000000'::bigint))),
  constraint captured_invoices_total_minor_range check (((total_minor >= 0) and (total_minor <= '9000000000000000'::bigint))),
  constraint captured_invoices_total_minor_right check ((total_minor = (net_minor + tax_minor)))
);
comment on table trade.captured_invoices is 'Invoices of others, from the envelope to the payment. One contact checks, another books.';
comment on column trade.captured_invoices.id is 'Identity.';
comment on column trade.captured_invoices.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.captured_invoices.quote_id is 'Quote it answers; null: none.';
comment on column trade.captured_invoices.supplier_ref is 'Company or contact who sent it (platform).';
comment on column trade.captured_invoices.supplier_name is 'Its name as on the document.';
comment on column trade.captured_invoices.supplier_number is 'Its number of the invoice; captured once.';
comment on column trade.captured_invoices.file_ref is 'The document (platform).';
comment on column trade.captured_invoices.file_sha256 is 'SHA-256 of the document.';
comment on column trade.captured_invoices.invoiced_on is 'Day on the document.';
comment on column trade.captured_invoices.received_on is 'Day it came.';
comment on column trade.captured_invoices.due_on is 'Last day to pay.';
comment on column trade.captured_invoices.currency is 'ISO 4217 code.';
comment on column trade.captured_invoices.net_minor is 'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.captured_invoices.tax_minor is 'Sum of their tax.';
comment on column trade.captured_invoices.total_minor is 'What is to be paid.';
comment on column trade.captured_invoices.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.captured_invoices.early_payment_until is 'Last day of that; null: none.';
comment on column trade.captured_invoices.status is 'Where it stands; the steps of captured_invoices_status_transition.';
comment on column trade.captured_invoices.reject_reason is 'Why it went back; null: it did not.';
comment on column trade.captured_invoices.checked_by is 'Contact who checked it (platform); null: not checked.';
comment on column trade.captured_invoices.checked_at is 'When; null: not checked.';
comment on column trade.captured_invoices.booked_by is 'Contact who booked it (platform), never the one who checked it; null: not booked.';
comment on column trade.captured_invoices.booked_at is 'When; null: not booked.';
comment on column trade.captured_invoices.journal_id is 'Journal of the debt; null: not booked.';
comment on column trade.captured_invoices.created_at is 'When the row was written.';
comment on column trade.captured_invoices.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoices.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoices.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoices.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoices.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.captured_invoices_created_at_idx"
create index captured_invoices_created_at_idx on trade.captured_invoices using btree (created_at desc, id desc);

-- Create index "trade.captured_invoices_currency_idx"
create index captured_invoices_currency_idx on trade.captured_invoices using btree (currency);

-- Create index "trade.captured_invoices_due_on_idx"
create index captured_invoices_due_on_idx on trade.captured_invoices using btree (due_on, id) where (status = any (array['booked'::text, 'partially_paid'::text]));

-- Create index "trade.captured_invoices_file_sha256_key"
create unique index captured_invoices_file_sha256_key on trade.captured_invoices using btree (file_sha256) where ((status <> 'rejected'::text) and (deleted_at is null));

-- Create index "trade.captured_invoices_project_ref_idx"
create index captured_invoices_project_ref_idx on trade.captured_invoices using btree (project_ref, created_at desc, id desc);

-- Create index "trade.captured_invoices_quote_id_idx"
create index captured_invoices_quote_id_idx on trade.captured_invoices using btree (quote_id);

-- Create index "trade.captured_invoices_supplier_number_key"
create unique index captured_invoices_supplier_number_key on trade.captured_invoices using btree (supplier_ref, supplier_number) where ((status <> 'rejected'::text) and (deleted_at is null));

-- Create trigger "check_frozen" of table "trade.captured_invoices"
create trigger check_frozen before update on trade.captured_invoices for each row execute function finance.check_frozen('status', 'received', 'reject_reason,checked_by,checked_at,booked_by,booked_at,journal_id');

-- Create trigger "check_status" of table "trade.captured_invoices"
create trigger check_status before insert or update of status on trade.captured_invoices for each row execute function finance.check_transition('status', 'received', 'received>checked,rejected', 'checked>received,booked,rejected', 'booked>partially_paid,paid', 'partially_paid>paid');

-- Create trigger "check_totals" of table "trade.captured_invoices"
create trigger check_totals before update of status on trade.captured_invoices for each row when (((old.status = 'received'::text) and (new.status = 'checked'::text))) execute function trade.check_totals('trade.captured_invoice_lines', 'invoice_id');

-- Create trigger "keep_once_set" of table "trade.captured_invoices"
create trigger keep_once_set before update on trade.captured_invoices for each row execute function finance.keep_once_set('booked_by', 'booked_at', 'journal_id');

-- Create trigger "touch" of table "trade.captured_invoices"
create trigger touch before update on trade.captured_invoices for each row execute function finance.touch();

-- Create table "trade.captured_invoice_payments"
create table trade.captured_invoice_payments (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  amount_minor bigint not null,
  discount_minor bigint default 0 not null,
  paid_on date not null,
  bank_line_id uuid,
  journal_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint captured_invoice_payments_pkey primary key (id),
  constraint captured_invoice_payments_journal_id_key unique (journal_id),
  constraint captured_invoice_payments_bank_line_id_fkey foreign key (bank_line_id) references finance.bank_lines(id) on delete restrict,
  constraint captured_invoice_payments_invoice_id_fkey foreign key (invoice_id) references trade.captured_invoices(id) on delete restrict,
  constraint captured_invoice_payments_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint captured_invoice_payments_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint captured_invoice_payments_discount_minor_range check (((discount_minor >= 0) and (discount_minor <= '9000000000000000'::bigint)))
);
revoke update on trade.captured_invoice_payments from finance_writer;
comment on table trade.captured_invoice_payments is 'Payments of captured invoices; together never more than the total.';
comment on column trade.captured_invoice_payments.id is 'Identity.';
comment on column trade.captured_invoice_payments.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_payments.amount_minor is 'Amount, minor units of the invoice''s currency.';
comment on column trade.captured_invoice_payments.discount_minor is 'Discount for paying early that was taken, minor units.';
comment on column trade.captured_invoice_payments.paid_on is 'Accounting date.';
comment on column trade.captured_invoice_payments.bank_line_id is 'Line of the bank; null: not matched yet.';
comment on column trade.captured_invoice_payments.journal_id is 'Journal that put it into the books.';
comment on column trade.captured_invoice_payments.created_at is 'When the row was written.';
comment on column trade.captured_invoice_payments.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "trade.captured_invoice_payments_bank_line_id_idx"
create index captured_invoice_payments_bank_line_id_idx on trade.captured_invoice_payments using btree (bank_line_id);

-- Create index "trade.captured_invoice_payments_invoice_id_idx"
create index captured_invoice_payments_invoice_id_idx on trade.captured_invoice_payments using btree (invoice_id, paid_on);

-- Create trigger "refuse_change" of table "trade.captured_invoice_payments"
create trigger refuse_change before delete or update on trade.captured_invoice_payments for each row execute function finance.refuse_change();
alter table trade.captured_invoice_payments enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.captured_invoice_payments"
create trigger refuse_truncate before truncate on trade.captured_invoice_payments for each statement execute function finance.refuse_change();
alter table trade.captured_invoice_payments enable always trigger refuse_truncate;

-- Create table "trade.issued_invoices"
create table trade.issued_invoices (
  id uuid default gen_random_uuid() not null,
  series text,
  serial bigint,
  number text,
  issued_on date,
  project_ref uuid,
  quote_id uuid,
  customer_ref uuid not null,
  customer jsonb not null,
  currency text not null,
  net_minor bigint default 0 not null,
  tax_minor bigint default 0 not null,
  total_minor bigint default 0 not null,
  service_from date,
  service_to date,
  due_on date,
  early_payment_bp integer default 0 not null,
  early_payment_days integer default 0 not null,
  status text default 'draft'::text not null,
  claim_status text default 'none'::text not null,
  approved_by uuid,
  approved_at timestamp with time zone,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint issued_invoices_pkey primary key (id),
  constraint issued_invoices_journal_id_key unique (journal_id),
  constraint issued_invoices_number_key unique (number),
  constraint issued_invoices_serial_key unique (series, serial),
  constraint issued_invoices_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint issued_invoices_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint issued_invoices_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint issued_invoices_approved_whole check ((((approved_by is null) = (approved_at is null)) and ((status <> all (array['approved'::text, 'sent'::text])) or (approved_by is not null)))),
  constraint issued_invoices_claim_status_known check ((claim_status = any (array['none'::text, 'open'::text, 'overdue'::text, 'partially_paid'::text, 'paid'::text, 'disputed'::text, 'credited'::text, 'in_collection'::text, 'written_off'::text]))),
  constraint issued_invoices_customer_object check ((jsonb_typeof(customer) = 'object'::text)),
  constraint issued_invoices_early_payment_bp_range check (((early_payment_bp >= 0) and (early_payment_bp <= 10000))),
  constraint issued_invoices_early_payment_days_range check (((early_payment_days >= 0) and (early_payment_days <= 365))),
  constraint issued_invoices_four_eyes check (((approved_by is null) or ((created_by is not null) and (approved_by <> created_by)))),
  constraint issued_invoices_net_minor_range check (((net_minor >= 0) and (net_minor <= '9000000000000000'::bigint))),
  constraint issued_invoices_number_by_status check (((status = 'sent'::text) = (number is not null))),
  constraint issued_invoices_number_whole check ((num_nonnulls(series, serial, number, issued_on) = any (array[0, 4]))),
  constraint issued_invoices_sent_is_due check ((((status = 'sent'::text) = (claim_status <> 'none'::text)) and ((status <> 'sent'::text) or (due_on is not null)))),
  constraint issued_invoices_sent_is_posted check (((status = 'sent'::text) = (journal_id is not null))),
  constraint issued_invoices_service_span check ((service_to >= service_from)),
  constraint issued_invoices_status_known check ((status = any (array['draft'::text, 'pending_approval'::text, 'cancelled'::text, 'approved'::text, 'rejected'::text, 'sent'::text]))),
  constraint issued_invoices_tax_minor_range check (((tax_minor >= 0) and (tax_minor <= '9000000000000000'::bigint))),
  constraint issued_invoices_total_minor_range check (((total_minor >= 0) and (total_minor <= '9000000000000000'::bigint))),
  constraint issued_invoices_total_minor_right check ((total_minor = (net_minor + tax_minor)))
);
comment on table trade.issued_invoices is 'Our invoices. Sent, they get a number without gaps and never change; a credit note corrects them.';
comment on column trade.issued_invoices.id is 'Identity.';
comment on column trade.issued_invoices.series is 'Kind of document and year: INV-2026; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.serial is 'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.number is 'Number on the document: INV-2026-00001; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.issued_invoices.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.issued_invoices.quote_id is 'Quote it comes from; null: none. A quote becomes one invoice.';
comment on column trade.issued_invoices.customer_ref is 'Contact or company who pays (platform).';
comment on column trade.issued_invoices.customer is 'Name and address as of sending, a JSON object.';
comment on column trade.issued_invoices.currency is 'ISO 4217 code.';
comment on column trade.issued_invoices.net_minor is 'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.issued_invoices.tax_minor is 'Sum of their tax.';
comment on column trade.issued_invoices.total_minor is 'What is to be paid.';
comment on column trade.issued_invoices.service_from is 'First day of the service; null: as issued_on.';
comment on column trade.issued_invoices.service_to is 'Last day of the service; null: as issued_on.';
comment on column trade.issued_invoices.due_on is 'Last day to pay; null: not sent.';
comment on column trade.issued_invoices.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.issued_invoices.early_payment_days is 'Days within which that holds.';
comment on column trade.issued_invoices.status is 'The document; the steps of issued_invoices_status_transition.';
comment on column trade.issued_invoices.claim_status is 'The money; none until it is sent.';
comment on column trade.issued_invoices.approved_by is 'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.issued_invoices.approved_at is 'When; null: not approved.';
comment on column trade.issued_invoices.journal_id is 'Journal of the claim; null: not sent.';
comment on column trade.issued_invoices.created_at is 'When the row was written.';
comment on column trade.issued_invoices.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.issued_invoices.updated_at is 'When it last changed; set by trigger.';
comment on column trade.issued_invoices.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.issued_invoices.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.issued_invoices.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.issued_invoices_created_at_idx"
create index issued_invoices_created_at_idx on trade.issued_invoices using btree (created_at desc, id desc);

-- Create index "trade.issued_invoices_currency_idx"
create index issued_invoices_currency_idx on trade.issued_invoices using btree (currency);

-- Create index "trade.issued_invoices_customer_ref_idx"
create index issued_invoices_customer_ref_idx on trade.issued_invoices using btree (customer_ref, created_at desc, id desc);

-- Create index "trade.issued_invoices_due_on_idx"
create index issued_invoices_due_on_idx on trade.issued_invoices using btree (due_on, id) where (claim_status = any (array['open'::text, 'overdue'::text, 'partially_paid'::text]));

-- Create index "trade.issued_invoices_project_ref_idx"
create index issued_invoices_project_ref_idx on trade.issued_invoices using btree (project_ref, created_at desc, id desc);

-- Create index "trade.issued_invoices_quote_id_idx"
create index issued_invoices_quote_id_idx on trade.issued_invoices using btree (quote_id);

-- Create index "trade.issued_invoices_quote_id_key"
create unique index issued_invoices_quote_id_key on trade.issued_invoices using btree (quote_id) where ((status <> 'cancelled'::text) and (deleted_at is null));

-- Create trigger "assign_number" of table "trade.issued_invoices"
create trigger assign_number before insert or update on trade.issued_invoices for each row execute function ledger.assign_number('INV', 'status', 'sent');

-- Create trigger "check_claim_status" of table "trade.issued_invoices"
create trigger check_claim_status before insert or update of claim_status on trade.issued_invoices for each row execute function finance.check_transition('claim_status', 'none', 'none>open', 'open>overdue,partially_paid,paid,disputed,credited', 'overdue>partially_paid,paid,disputed,in_collection,written_off,credited', 'partially_paid>paid,overdue,disputed,written_off,credited', 'disputed>open,overdue,paid,written_off,credited', 'in_collection>paid,written_off', 'written_off>paid');

-- Create trigger "check_frozen" of table "trade.issued_invoices"
create trigger check_frozen before update on trade.issued_invoices for each row execute function finance.check_frozen('status', 'draft,rejected', 'claim_status,journal_id,approved_by,approved_at,due_on,number,series,serial,issued_on');

-- Create trigger "check_frozen_sent" of table "trade.issued_invoices"
create trigger check_frozen_sent before update on trade.issued_invoices for each row execute function finance.check_frozen('number', '', 'status,claim_status');

-- Create trigger "check_status" of table "trade.issued_invoices"
create trigger check_status before insert or update of status on trade.issued_invoices for each row execute function finance.check_transition('status', 'draft', 'draft>pending_approval,cancelled', 'pending_approval>approved,rejected', 'rejected>draft', 'approved>sent,cancelled');

-- Create trigger "check_totals" of table "trade.issued_invoices"
create trigger check_totals before update of status on trade.issued_invoices for each row when (((old.status = any (array['draft'::text, 'rejected'::text])) and (new.status = 'pending_approval'::text))) execute function trade.check_totals('trade.issued_invoice_lines', 'invoice_id');

-- Create trigger "keep_once_set" of table "trade.issued_invoices"
create trigger keep_once_set before update on trade.issued_invoices for each row execute function finance.keep_once_set('journal_id', 'created_by');

-- Create trigger "touch" of table "trade.issued_invoices"
create trigger touch before update on trade.issued_invoices for each row execute function finance.touch();

-- Create function "trade.hold_invoice()"
create function trade.hold_invoice()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  perform 1 from trade.issued_invoices where id = new.invoice_id for no key update;
  return new;
end
$function$;
comment on function trade.hold_invoice() is 'Before insert: a stop waits for a reminder under way, and the next reminder for the stop.';

-- Create table "trade.credit_notes"
create table trade.credit_notes (
  id uuid default gen_random_uuid() not null,
  series text,
  serial bigint,
  number text,
  issued_on date,
  invoice_id uuid not null,
  reason text not null,
  currency text not null,
  net_minor bigint default 0 not null,
  tax_minor bigint default 0 not null,
  total_minor bigint default 0 not null,
  status text default 'draft'::text not null,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint credit_notes_pkey primary key (id),
  constraint credit_notes_journal_id_key unique (journal_id),
  constraint credit_notes_number_key unique (number),
  constraint credit_notes_serial_key unique (series, serial),
  constraint credit_notes_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint credit_notes_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint credit_notes_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint credit_notes_issued_is_posted check (((status = 'issued'::text) = (journal_id is not null))),
  constraint credit_notes_net_minor_range check (((net_minor >= 0) and (net_minor <= '9000000000000000'::bigint))),
  constraint credit_notes_number_by_status check (((status = 'issued'::text) = (number is not null))),
  constraint credit_notes_number_whole check ((num_nonnulls(series, serial, number, issued_on) = any (array[0, 4]))),
  constraint credit_notes_reason_length check (((length(btrim(reason)) > 0) and (length(reason) <= 500))),
  constraint credit_notes_status_known check ((status = any (array['draft'::text, 'issued'::text, 'withdrawn'::text]))),
  constraint credit_notes_tax_minor_range check (((tax_minor >= 0) and (tax_minor <= '9000000000000000'::bigint))),
  constraint credit_notes_total_minor_range check (((total_minor >= 0) and (total_minor <= '9000000000000000'::bigint))),
  constraint credit_notes_total_minor_right check ((total_minor = (net_minor + tax_minor)))
);
comment on table trade.credit_notes is 'Corrections of our invoices; all of one invoice together never exceed it.';
comment on column trade.credit_notes.id is 'Identity.';
comment on column trade.credit_notes.series is 'Kind of document and year: CRN-2026; null: no number yet; set by trigger.';
comment on column trade.credit_notes.serial is 'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.credit_notes.number is 'Number on the document: CRN-2026-00001; null: no number yet; set by trigger.';
comment on column trade.credit_notes.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.credit_notes.invoice_id is 'Invoice it corrects.';
comment on column trade.credit_notes.reason is 'Why, as on the document.';
comment on column trade.credit_notes.currency is 'ISO 4217 code, that of the invoice.';
comment on column trade.credit_notes.net_minor is 'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.credit_notes.tax_minor is 'Sum of their tax.';
comment on column trade.credit_notes.total_minor is 'What is to be paid.';
comment on column trade.credit_notes.status is 'Where it stands; the steps of credit_notes_status_transition.';
comment on column trade.credit_notes.journal_id is 'Journal that takes the claim back; null: not issued.';
comment on column trade.credit_notes.created_at is 'When the row was written.';
comment on column trade.credit_notes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.credit_notes.updated_at is 'When it last changed; set by trigger.';
comment on column trade.credit_notes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.credit_notes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.credit_notes.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.credit_notes_created_at_idx"
create index credit_notes_created_at_idx on trade.credit_notes using btree (created_at desc, id desc);

-- Create index "trade.credit_notes_currency_idx"
create index credit_notes_currency_idx on trade.credit_notes using btree (currency);

-- Create index "trade.credit_notes_invoice_id_idx"
create index credit_notes_invoice_id_idx on trade.credit_notes using btree (invoice_id);

-- Create trigger "assign_number" of table "trade.credit_notes"
create trigger assign_number before insert or update on trade.credit_notes for each row execute function ledger.assign_number('CRN', 'status', 'issued');

-- Create trigger "check_frozen" of table "trade.credit_notes"
create trigger check_frozen before update on trade.credit_notes for each row execute function finance.check_frozen('status', 'draft', 'journal_id');

-- Create trigger "check_status" of table "trade.credit_notes"
create trigger check_status before insert or update of status on trade.credit_notes for each row execute function finance.check_transition('status', 'draft', 'draft>issued,withdrawn');

-- Create trigger "check_totals" of table "trade.credit_notes"
create trigger check_totals before update of status on trade.credit_notes for each row when (((old.status = 'draft'::text) and (new.status = 'issued'::text))) execute function trade.check_totals('trade.credit_note_lines', 'credit_note_id');

-- Create trigger "keep_once_set" of table "trade.credit_notes"
create trigger keep_once_set before update on trade.credit_notes for each row execute function finance.keep_once_set('journal_id');

-- Create trigger "touch" of table "trade.credit_notes"
create trigger touch before update on trade.credit_notes for each row execute function finance.touch();

-- Create table "trade.dunning_notices"
create table trade.dunning_notices (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  rule_id uuid not null,
  level integer not null,
  open_minor bigint not null,
  fee_minor bigint default 0 not null,
  interest_minor bigint default 0 not null,
  due_on date not null,
  sent_at timestamp with time zone default now() not null,
  channel text not null,
  file_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint dunning_notices_pkey primary key (id),
  constraint dunning_notices_level_key unique (invoice_id, level),
  constraint dunning_notices_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint dunning_notices_rule_id_fkey foreign key (rule_id) references trade.dunning_rules(id) on delete restrict,
  constraint dunning_notices_channel_known check ((channel = any (array['email'::text, 'post'::text, 'portal'::text]))),
  constraint dunning_notices_fee_minor_range check (((fee_minor >= 0) and (fee_minor <= '9000000000000000'::bigint))),
  constraint dunning_notices_interest_minor_range check (((interest_minor >= 0) and (interest_minor <= '9000000000000000'::bigint))),
  constraint dunning_notices_level_range check (((level >= 1) and (level <= 9))),
  constraint dunning_notices_open_minor_range check (((open_minor >= 1) and (open_minor <= '9000000000000000'::bigint)))
);
revoke update on trade.dunning_notices from finance_writer;
comment on table trade.dunning_notices is 'Reminders that were sent, each level once per invoice.';
comment on column trade.dunning_notices.id is 'Identity.';
comment on column trade.dunning_notices.invoice_id is 'The invoice.';
comment on column trade.dunning_notices.rule_id is 'Rule it followed.';
comment on column trade.dunning_notices.level is 'Step.';
comment on column trade.dunning_notices.open_minor is 'What was open, minor units of the invoice''s currency.';
comment on column trade.dunning_notices.fee_minor is 'Fee that was asked for.';
comment on column trade.dunning_notices.interest_minor is 'Interest that was asked for.';
comment on column trade.dunning_notices.due_on is 'Last day to pay that it gave.';
comment on column trade.dunning_notices.sent_at is 'When it was sent.';
comment on column trade.dunning_notices.channel is 'How.';
comment on column trade.dunning_notices.file_ref is 'The document (platform); null: none.';
comment on column trade.dunning_notices.created_at is 'When the row was written.';
comment on column trade.dunning_notices.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "trade.dunning_notices_rule_id_idx"
create index dunning_notices_rule_id_idx on trade.dunning_notices using btree (rule_id);

-- Create trigger "refuse_change" of table "trade.dunning_notices"
create trigger refuse_change before delete or update on trade.dunning_notices for each row execute function finance.refuse_change();
alter table trade.dunning_notices enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.dunning_notices"
create trigger refuse_truncate before truncate on trade.dunning_notices for each statement execute function finance.refuse_change();
alter table trade.dunning_notices enable always trigger refuse_truncate;

-- Create table "trade.dunning_stops"
create table trade.dunning_stops (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  reason text not null,
  starts_on date default current_date not null,
  ends_on date,
  lifted_at timestamp with time zone,
  lifted_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint dunning_stops_pkey primary key (id),
  constraint dunning_stops_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint dunning_stops_lifted_whole check (((lifted_at is null) = (lifted_by is null))),
  constraint dunning_stops_reason_length check (((length(btrim(reason)) > 0) and (length(reason) <= 500))),
  constraint dunning_stops_span check ((ends_on >= starts_on))
);
comment on table trade.dunning_stops is 'Requests not to remind: a dispute, an agreement, a mistake of ours.';
comment on column trade.dunning_stops.id is 'Identity.';
comment on column trade.dunning_stops.invoice_id is 'The invoice.';
comment on column trade.dunning_stops.reason is 'Why.';
comment on column trade.dunning_stops.starts_on is 'First day.';
comment on column trade.dunning_stops.ends_on is 'Last day; null: until it is lifted.';
comment on column trade.dunning_stops.lifted_at is 'When it was lifted; null: it holds.';
comment on column trade.dunning_stops.lifted_by is 'Contact who lifted it (platform); null: it holds.';
comment on column trade.dunning_stops.created_at is 'When the row was written.';
comment on column trade.dunning_stops.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.dunning_stops.updated_at is 'When it last changed; set by trigger.';
comment on column trade.dunning_stops.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.dunning_stops.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "trade.dunning_stops_invoice_id_idx"
create index dunning_stops_invoice_id_idx on trade.dunning_stops using btree (invoice_id);

-- Create trigger "check_frozen" of table "trade.dunning_stops"
create trigger check_frozen before update on trade.dunning_stops for each row execute function finance.check_frozen('lifted_at', '', '');

-- Create trigger "hold_invoice" of table "trade.dunning_stops"
create trigger hold_invoice before insert on trade.dunning_stops for each row execute function trade.hold_invoice();

-- Create trigger "keep_once_set" of table "trade.dunning_stops"
create trigger keep_once_set before update on trade.dunning_stops for each row execute function finance.keep_once_set('lifted_at', 'lifted_by');

-- Create trigger "touch" of table "trade.dunning_stops"
create trigger touch before update on trade.dunning_stops for each row execute function finance.touch();

-- Create function "trade.check_notice()"
create function trade.check_notice()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  before integer;
begin
  -- A stop that is being written is waited for: both take the invoice.
  perform 1 from trade.issued_invoices where id = new.invoice_id for share;
  if exists (
    select from trade.dunning_stops
    where invoice_id = new.invoice_id and lifted_at is null
      and new.sent_at::date >= starts_on and (ends_on is null or new.sent_at::date <= ends_on)
  ) then
    raise exception 'reminders of invoice % are stopped', new.invoice_id
      using errcode = '23514', constraint = 'dunning_notices_stopped', schema = 'trade', table = 'dunning_notices';
  end if;
  select coalesce(max(level), 0) into before from trade.dunning_notices where invoice_id = new.invoice_id;
  if new.level > before + 1 then
    raise exception 'invoice % was reminded up to level %, level % comes too early', new.invoice_id, before, new.level
      using errcode = '23514', constraint = 'dunning_notices_order', schema = 'trade', table = 'dunning_notices';
  end if;
  if not exists (select from trade.issued_invoices
    where id = new.invoice_id and claim_status in ('overdue', 'partially_paid', 'in_collection') and due_on < new.sent_at::date)
  then
    raise exception 'invoice % is not overdue', new.invoice_id
      using errcode = '23514', constraint = 'dunning_notices_overdue', schema = 'trade', table = 'dunning_notices';
  end if;
  return new;
end
$function$;
comment on function trade.check_notice() is 'Before insert: an overdue invoice without a stop is reminded level by level; breaks dunning_notices_stopped, dunning_notices_order, dunning_notices_overdue.';

-- Create trigger "check_notice" of table "trade.dunning_notices"
create trigger check_notice before insert on trade.dunning_notices for each row execute function trade.check_notice();

-- Create table "trade.invoice_documents"
create table trade.invoice_documents (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  edition integer not null,
  format text not null,
  file_ref uuid not null,
  file_sha256 finance.sha256 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint invoice_documents_pkey primary key (id),
  constraint invoice_documents_edition_key unique (invoice_id, format, edition),
  constraint invoice_documents_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint invoice_documents_edition_range check (((edition >= 1) and (edition <= 1000))),
  constraint invoice_documents_format_known check ((format = any (array['pdf'::text, 'zugferd'::text, 'xrechnung'::text])))
);
revoke update on trade.invoice_documents from finance_writer;
comment on table trade.invoice_documents is 'Documents made of an invoice, each version kept.';
comment on column trade.invoice_documents.id is 'Identity.';
comment on column trade.invoice_documents.invoice_id is 'The invoice.';
comment on column trade.invoice_documents.edition is 'Counts from 1.';
comment on column trade.invoice_documents.format is 'Format.';
comment on column trade.invoice_documents.file_ref is 'The file (platform).';
comment on column trade.invoice_documents.file_sha256 is 'SHA-256 of the file.';
comment on column trade.invoice_documents.created_at is 'When the row was written.';
comment on column trade.invoice_documents.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "trade.invoice_documents"
create trigger refuse_change before delete or update on trade.invoice_documents for each row execute function finance.refuse_change();
alter table trade.invoice_documents enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.invoice_documents"
create trigger refuse_truncate before truncate on trade.invoice_documents for each statement execute function finance.refuse_change();
alter table trade.invoice_documents enable always trigger refuse_truncate;

-- Create table "trade.invoice_events"
create table trade.invoice_events (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  kind text not null,
  detail text,
  occurred_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint invoice_events_pkey primary key (id),
  constraint invoice_events_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint invoice_events_detail_length check (((length(btrim(detail)) > 0) and (length(detail) <= 2000))),
  constraint invoice_events_kind_known check ((kind = any (array['submitted'::text, 'approved'::text, 'rejected'::text, 'sent'::text, 'delivered'::text, 'opened'::text, 'reminded'::text, 'disputed'::text, 'paid'::text, 'written_off'::text, 'cancelled'::text, 'note'::text])))
);
revoke update on trade.invoice_events from finance_writer;
comment on table trade.invoice_events is 'What happened to an invoice: sent, opened, reminded, disputed.';
comment on column trade.invoice_events.id is 'Identity.';
comment on column trade.invoice_events.invoice_id is 'The invoice.';
comment on column trade.invoice_events.kind is 'What happened.';
comment on column trade.invoice_events.detail is 'More about it; null: nothing.';
comment on column trade.invoice_events.occurred_at is 'When.';
comment on column trade.invoice_events.created_at is 'When the row was written.';
comment on column trade.invoice_events.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "trade.invoice_events_invoice_id_idx"
create index invoice_events_invoice_id_idx on trade.invoice_events using btree (invoice_id, occurred_at desc, id desc);

-- Create trigger "refuse_change" of table "trade.invoice_events"
create trigger refuse_change before delete or update on trade.invoice_events for each row execute function finance.refuse_change();
alter table trade.invoice_events enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.invoice_events"
create trigger refuse_truncate before truncate on trade.invoice_events for each statement execute function finance.refuse_change();
alter table trade.invoice_events enable always trigger refuse_truncate;

-- Create table "trade.invoice_payments"
create table trade.invoice_payments (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  amount_minor bigint not null,
  discount_minor bigint default 0 not null,
  paid_on date not null,
  method text not null,
  bank_line_id uuid,
  journal_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint invoice_payments_pkey primary key (id),
  constraint invoice_payments_journal_id_key unique (journal_id),
  constraint invoice_payments_bank_line_id_fkey foreign key (bank_line_id) references finance.bank_lines(id) on delete restrict,
  constraint invoice_payments_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint invoice_payments_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint invoice_payments_amount_minor_not_zero check ((amount_minor <> 0)),
  constraint invoice_payments_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint invoice_payments_discount_minor_range check (((discount_minor >= 0) and (discount_minor <= '9000000000000000'::bigint))),
  constraint invoice_payments_method_known check ((method = any (array['bank_transfer'::text, 'card'::text, 'direct_debit'::text, 'cash'::text, 'offset'::text])))
);
revoke update on trade.invoice_payments from finance_writer;
comment on table trade.invoice_payments is 'Payments of our invoices as they reach the bank, and payments that went back; together never below 0 or above the claim.';
comment on column trade.invoice_payments.id is 'Identity.';
comment on column trade.invoice_payments.invoice_id is 'The invoice.';
comment on column trade.invoice_payments.amount_minor is 'Amount, minor units of the invoice''s currency; negative: went back.';
comment on column trade.invoice_payments.discount_minor is 'Discount for paying early that it took, minor units.';
comment on column trade.invoice_payments.paid_on is 'Accounting date.';
comment on column trade.invoice_payments.method is 'How it was paid.';
comment on column trade.invoice_payments.bank_line_id is 'Line of the bank; null: none.';
comment on column trade.invoice_payments.journal_id is 'Journal that put it into the books.';
comment on column trade.invoice_payments.created_at is 'When the row was written.';
comment on column trade.invoice_payments.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "trade.invoice_payments_bank_line_id_idx"
create index invoice_payments_bank_line_id_idx on trade.invoice_payments using btree (bank_line_id);

-- Create index "trade.invoice_payments_invoice_id_idx"
create index invoice_payments_invoice_id_idx on trade.invoice_payments using btree (invoice_id, paid_on);

-- Create trigger "refuse_change" of table "trade.invoice_payments"
create trigger refuse_change before delete or update on trade.invoice_payments for each row execute function finance.refuse_change();
alter table trade.invoice_payments enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.invoice_payments"
create trigger refuse_truncate before truncate on trade.invoice_payments for each statement execute function finance.refuse_change();
alter table trade.invoice_payments enable always trigger refuse_truncate;

-- Create function "trade.check_invoice_settlement()"
create function trade.check_invoice_settlement()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  invoice trade.issued_invoices;
  paid numeric;
  credited numeric;
begin
  -- One payment or credit note of an invoice at a time: each sees the ones before.
  select * into invoice from trade.issued_invoices where id = new.invoice_id for no key update;
  if invoice.status <> 'sent' then
    raise exception 'invoice % is %: there is nothing to pay or to credit', invoice.id, invoice.status
      using errcode = '23514', constraint = tg_table_name || '_invoice_state', schema = tg_table_schema, table = tg_table_name;
  end if;
  if to_jsonb(new) ->> 'currency' <> invoice.currency then
    raise exception 'invoice % is in %', invoice.number, invoice.currency
      using errcode = '23514', constraint = tg_table_name || '_currency_of_invoice', schema = tg_table_schema, table = tg_table_name;
  end if;
  select coalesce(sum(amount_minor + discount_minor), 0) into paid
  from trade.invoice_payments where invoice_id = invoice.id;
  select coalesce(sum(total_minor), 0) into credited
  from trade.credit_notes where invoice_id = invoice.id and status = 'issued';
  if paid < 0 or credited > invoice.total_minor or (tg_table_name = 'invoice_payments' and paid + credited > invoice.total_minor) then
    raise exception 'invoice % over % would be paid % and credited %', invoice.number, invoice.total_minor, paid, credited
      using errcode = '23514', constraint = tg_table_name || '_invoice_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return null;
end
$function$;
comment on function trade.check_invoice_settlement() is 'After insert or issue: a sent invoice is never paid or credited beyond its total; breaks <table>_invoice_total, <table>_invoice_state, <table>_currency_of_invoice.';

-- Create trigger "check_invoice_total" of table "trade.credit_notes"
create trigger check_invoice_total after update of status on trade.credit_notes for each row when (((new.status = 'issued'::text) and (old.status <> 'issued'::text))) execute function trade.check_invoice_settlement();

-- Create trigger "check_total" of table "trade.invoice_payments"
create trigger check_total after insert on trade.invoice_payments for each row execute function trade.check_invoice_settlement();

-- Create table "trade.quote_responsibilities"
create table trade.quote_responsibilities (
  id uuid default gen_random_uuid() not null,
  quote_id uuid not null,
  role text not null,
  contact_ref uuid,
  department_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint quote_responsibilities_pkey primary key (id),
  constraint quote_responsibilities_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint quote_responsibilities_one_holder check ((num_nonnulls(contact_ref, department_ref) = 1)),
  constraint quote_responsibilities_role_known check ((role = any (array['sales'::text, 'calculation'::text, 'technical'::text, 'approval'::text, 'handover'::text])))
);
comment on table trade.quote_responsibilities is 'Who does what for a quote.';
comment on column trade.quote_responsibilities.id is 'Identity.';
comment on column trade.quote_responsibilities.quote_id is 'The quote.';
comment on column trade.quote_responsibilities.role is 'What for.';
comment on column trade.quote_responsibilities.contact_ref is 'Contact (platform); null: a department.';
comment on column trade.quote_responsibilities.department_ref is 'Department (platform); null: a contact.';
comment on column trade.quote_responsibilities.created_at is 'When the row was written.';
comment on column trade.quote_responsibilities.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_responsibilities.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_responsibilities.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_responsibilities.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_responsibilities.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.quote_responsibilities_contact_ref_key"
create unique index quote_responsibilities_contact_ref_key on trade.quote_responsibilities using btree (quote_id, role, contact_ref) where ((contact_ref is not null) and (deleted_at is null));

-- Create index "trade.quote_responsibilities_quote_id_idx"
create index quote_responsibilities_quote_id_idx on trade.quote_responsibilities using btree (quote_id);

-- Create trigger "touch" of table "trade.quote_responsibilities"
create trigger touch before update on trade.quote_responsibilities for each row execute function finance.touch();

-- Create table "trade.quote_snapshots"
create table trade.quote_snapshots (
  id uuid default gen_random_uuid() not null,
  quote_id uuid not null,
  reason text not null,
  content jsonb not null,
  content_sha256 finance.sha256 not null,
  file_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint quote_snapshots_pkey primary key (id),
  constraint quote_snapshots_reason_key unique (quote_id, reason),
  constraint quote_snapshots_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint quote_snapshots_content_object check ((jsonb_typeof(content) = 'object'::text)),
  constraint quote_snapshots_reason_known check ((reason = any (array['sent'::text, 'accepted'::text, 'declined'::text])))
);
revoke update on trade.quote_snapshots from finance_writer;
comment on table trade.quote_snapshots is 'Quotes word for word as they were sent, accepted or declined.';
comment on column trade.quote_snapshots.id is 'Identity.';
comment on column trade.quote_snapshots.quote_id is 'The quote.';
comment on column trade.quote_snapshots.reason is 'At which step.';
comment on column trade.quote_snapshots.content is 'The quote with its lines, a JSON object.';
comment on column trade.quote_snapshots.content_sha256 is 'SHA-256 of the content as text.';
comment on column trade.quote_snapshots.file_ref is 'The document (platform); null: none was made.';
comment on column trade.quote_snapshots.created_at is 'When the row was written.';
comment on column trade.quote_snapshots.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "trade.quote_snapshots"
create trigger refuse_change before delete or update on trade.quote_snapshots for each row execute function finance.refuse_change();
alter table trade.quote_snapshots enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.quote_snapshots"
create trigger refuse_truncate before truncate on trade.quote_snapshots for each statement execute function finance.refuse_change();
alter table trade.quote_snapshots enable always trigger refuse_truncate;

-- Create table "trade.tax_codes"
create table trade.tax_codes (
  code text not null,
  country text not null,
  name finance.localized_text not null,
  constraint tax_codes_pkey primary key (code),
  constraint tax_codes_code_shape check ((code ~ '^[A-Z]{2}_[A-Z]+$'::text)),
  constraint tax_codes_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint tax_codes_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 100) and (length(((name)::jsonb ->> 'en'::text)) <= 100)))
);
revoke insert, update on trade.tax_codes from finance_writer;
comment on table trade.tax_codes is 'Kinds of value added tax. Config: rows ride in migrations.';
comment on column trade.tax_codes.code is 'Country and kind: GB_STANDARD.';
comment on column trade.tax_codes.country is 'ISO 3166-1 alpha-2 code.';
comment on column trade.tax_codes.name is 'Name for people.';

-- Create table "trade.products"
create table trade.products (
  id uuid default gen_random_uuid() not null,
  key text not null,
  short_name text not null,
  label finance.localized_text not null,
  description finance.localized_text,
  category text not null,
  actor text not null,
  product_number text,
  unit text default 'piece'::text not null,
  list_price_minor bigint not null,
  cost_minor bigint,
  currency text not null,
  tax_code text not null,
  is_bundle boolean default false not null,
  source text default 'own'::text not null,
  status text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint products_pkey primary key (id),
  constraint products_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint products_tax_code_fkey foreign key (tax_code) references trade.tax_codes(code) on delete restrict,
  constraint products_actor_known check ((actor = any (array['platform'::text, 'partner'::text, 'contractor'::text, 'consultant'::text]))),
  constraint products_category_shape check (((category ~ '^[a-z][a-z0-9_]*$'::text) and (length(category) <= 50))),
  constraint products_cost_minor_range check (((cost_minor >= 0) and (cost_minor <= '9000000000000000'::bigint))),
  constraint products_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 5000) and (length(((description)::jsonb ->> 'en'::text)) <= 5000))),
  constraint products_key_shape check (((key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$'::text) and (length(key) <= 100))),
  constraint products_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200))),
  constraint products_list_price_minor_range check (((list_price_minor >= 0) and (list_price_minor <= '9000000000000000'::bigint))),
  constraint products_product_number_length check (((length(btrim(product_number)) > 0) and (length(product_number) <= 50))),
  constraint products_short_name_length check (((length(btrim(short_name)) > 0) and (length(short_name) <= 50))),
  constraint products_source_known check ((source = any (array['own'::text, 'import'::text, 'supplier'::text]))),
  constraint products_status_known check ((status = any (array['active'::text, 'retired'::text]))),
  constraint products_unit_shape check (((unit ~ '^[a-z][a-z0-9_]*$'::text) and (length(unit) <= 50)))
);
comment on table trade.products is 'What is sold or priced in quotes.';
comment on column trade.products.id is 'Identity.';
comment on column trade.products.key is 'Name for programs; unique among live rows.';
comment on column trade.products.short_name is 'Name in tables.';
comment on column trade.products.label is 'Name for people.';
comment on column trade.products.description is 'What it is; null: not said.';
comment on column trade.products.category is 'Group: insulation, heating, consulting.';
comment on column trade.products.actor is 'Who does it.';
comment on column trade.products.product_number is 'Number in the maker''s or our catalogue; null: none.';
comment on column trade.products.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.products.list_price_minor is 'Price of one unit without tax, minor units of currency.';
comment on column trade.products.cost_minor is 'What one unit costs us, minor units; null: not known.';
comment on column trade.products.currency is 'ISO 4217 code.';
comment on column trade.products.tax_code is 'Tax it is sold with.';
comment on column trade.products.is_bundle is 'Whether it is made of other products.';
comment on column trade.products.source is 'Where the entry comes from.';
comment on column trade.products.status is 'Where it stands; retired products are not offered.';
comment on column trade.products.created_at is 'When the row was written.';
comment on column trade.products.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.products.updated_at is 'When it last changed; set by trigger.';
comment on column trade.products.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.products.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.products.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.products_created_at_idx"
create index products_created_at_idx on trade.products using btree (created_at desc, id desc);

-- Create index "trade.products_currency_idx"
create index products_currency_idx on trade.products using btree (currency);

-- Create index "trade.products_key_key"
create unique index products_key_key on trade.products using btree (key) where (deleted_at is null);

-- Create index "trade.products_tax_code_idx"
create index products_tax_code_idx on trade.products using btree (tax_code);

-- Create trigger "check_status" of table "trade.products"
create trigger check_status before insert or update of status on trade.products for each row execute function finance.check_transition('status', 'active', 'active>retired', 'retired>active');

-- Create trigger "check_unused_bundle_items_bundle_id" of table "trade.products"
create trigger check_unused_bundle_items_bundle_id before update of deleted_at on trade.products for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function finance.check_unused('trade.bundle_items', 'bundle_id');

-- Create trigger "check_unused_bundle_items_product_id" of table "trade.products"
create trigger check_unused_bundle_items_product_id before update of deleted_at on trade.products for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function finance.check_unused('trade.bundle_items', 'product_id');

-- Create trigger "touch" of table "trade.products"
create trigger touch before update on trade.products for each row execute function finance.touch();

-- Create table "trade.bundle_items"
create table trade.bundle_items (
  id uuid default gen_random_uuid() not null,
  bundle_id uuid not null,
  product_id uuid not null,
  quantity numeric(12,3) not null,
  "position" integer not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint bundle_items_pkey primary key (id),
  constraint bundle_items_bundle_id_fkey foreign key (bundle_id) references trade.products(id) on delete restrict,
  constraint bundle_items_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict,
  constraint bundle_items_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint bundle_items_quantity_range check ((quantity > (0)::numeric))
);
comment on table trade.bundle_items is 'What a bundle is made of; no bundle is, in the end, in itself.';
comment on column trade.bundle_items.id is 'Identity.';
comment on column trade.bundle_items.bundle_id is 'The bundle, a product with is_bundle.';
comment on column trade.bundle_items.product_id is 'The part, a product or a bundle.';
comment on column trade.bundle_items.quantity is 'How much of it.';
comment on column trade.bundle_items."position" is 'Place in the list, from 1.';
comment on column trade.bundle_items.created_at is 'When the row was written.';
comment on column trade.bundle_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.bundle_items.updated_at is 'When it last changed; set by trigger.';
comment on column trade.bundle_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.bundle_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.bundle_items.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.bundle_items_bundle_id_idx"
create index bundle_items_bundle_id_idx on trade.bundle_items using btree (bundle_id);

-- Create index "trade.bundle_items_product_id_idx"
create index bundle_items_product_id_idx on trade.bundle_items using btree (product_id);

-- Create index "trade.bundle_items_product_id_key"
create unique index bundle_items_product_id_key on trade.bundle_items using btree (bundle_id, product_id) where (deleted_at is null);

-- Create trigger "check_acyclic" of table "trade.bundle_items"
create trigger check_acyclic before insert or update of bundle_id, product_id on trade.bundle_items for each row execute function finance.check_acyclic('bundle_id', 'product_id');

-- Create trigger "check_live" of table "trade.bundle_items"
create trigger check_live before insert or update of bundle_id, product_id, deleted_at on trade.bundle_items for each row execute function finance.check_live('bundle_id', 'trade.products', 'product_id', 'trade.products');

-- Create trigger "touch" of table "trade.bundle_items"
create trigger touch before update on trade.bundle_items for each row execute function finance.touch();

-- Create function "trade.check_bundle()"
create function trade.check_bundle()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  perform 1 from trade.products where id = new.bundle_id and is_bundle for share;
  if not found then
    raise exception 'product % is no bundle', new.bundle_id
      using errcode = '23514', constraint = 'bundle_items_of_bundle', schema = 'trade', table = 'bundle_items';
  end if;
  return new;
end
$function$;
comment on function trade.check_bundle() is 'Before insert or update: only bundles have parts; breaks bundle_items_of_bundle.';

-- Create trigger "check_bundle" of table "trade.bundle_items"
create trigger check_bundle before insert or update of bundle_id on trade.bundle_items for each row execute function trade.check_bundle();

-- Create table "trade.captured_invoice_lines"
create table trade.captured_invoice_lines (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  "position" integer not null,
  product_id uuid,
  description text not null,
  quantity numeric(12,3) not null,
  unit text default 'piece'::text not null,
  unit_price_minor bigint not null,
  discount_bp integer default 0 not null,
  net_minor bigint not null,
  tax_code text not null,
  tax_bp integer not null,
  tax_minor bigint not null,
  measure_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint captured_invoice_lines_pkey primary key (id),
  constraint captured_invoice_lines_invoice_id_fkey foreign key (invoice_id) references trade.captured_invoices(id) on delete restrict,
  constraint captured_invoice_lines_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict,
  constraint captured_invoice_lines_tax_code_fkey foreign key (tax_code) references trade.tax_codes(code) on delete restrict,
  constraint captured_invoice_lines_description_length check (((length(btrim(description)) > 0) and (length(description) <= 1000))),
  constraint captured_invoice_lines_discount_bp_range check (((discount_bp >= 0) and (discount_bp <= 10000))),
  constraint captured_invoice_lines_net_minor_range check (((net_minor >= '-9000000000000000'::bigint) and (net_minor <= '9000000000000000'::bigint))),
  constraint captured_invoice_lines_net_minor_right check (((net_minor)::numeric = round((((quantity * (unit_price_minor)::numeric) * ((10000 - discount_bp))::numeric) / (10000)::numeric)))),
  constraint captured_invoice_lines_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint captured_invoice_lines_quantity_range check ((quantity > (0)::numeric)),
  constraint captured_invoice_lines_tax_bp_range check (((tax_bp >= 0) and (tax_bp <= 10000))),
  constraint captured_invoice_lines_tax_minor_range check (((tax_minor >= '-9000000000000000'::bigint) and (tax_minor <= '9000000000000000'::bigint))),
  constraint captured_invoice_lines_tax_minor_right check (((tax_minor)::numeric = round((((net_minor)::numeric * (tax_bp)::numeric) / (10000)::numeric)))),
  constraint captured_invoice_lines_unit_price_minor_range check (((unit_price_minor >= '-9000000000000000'::bigint) and (unit_price_minor <= '9000000000000000'::bigint))),
  constraint captured_invoice_lines_unit_shape check (((unit ~ '^[a-z][a-z0-9_]*$'::text) and (length(unit) <= 50)))
);
comment on table trade.captured_invoice_lines is 'Lines of captured invoices.';
comment on column trade.captured_invoice_lines.id is 'Identity.';
comment on column trade.captured_invoice_lines.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_lines."position" is 'Place in the list, from 1.';
comment on column trade.captured_invoice_lines.product_id is 'Product; null: free text.';
comment on column trade.captured_invoice_lines.description is 'What it is, as on the document.';
comment on column trade.captured_invoice_lines.quantity is 'How much, in unit.';
comment on column trade.captured_invoice_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.captured_invoice_lines.unit_price_minor is 'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.captured_invoice_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.captured_invoice_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.captured_invoice_lines.tax_code is 'Kind of tax.';
comment on column trade.captured_invoice_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.captured_invoice_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.captured_invoice_lines.measure_ref is 'Measure it is for (projects); null: none.';
comment on column trade.captured_invoice_lines.created_at is 'When the row was written.';
comment on column trade.captured_invoice_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoice_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoice_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoice_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoice_lines.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.captured_invoice_lines_invoice_id_idx"
create index captured_invoice_lines_invoice_id_idx on trade.captured_invoice_lines using btree (invoice_id);

-- Create index "trade.captured_invoice_lines_position_key"
create unique index captured_invoice_lines_position_key on trade.captured_invoice_lines using btree (invoice_id, "position") where (deleted_at is null);

-- Create index "trade.captured_invoice_lines_product_id_idx"
create index captured_invoice_lines_product_id_idx on trade.captured_invoice_lines using btree (product_id);

-- Create index "trade.captured_invoice_lines_tax_code_idx"
create index captured_invoice_lines_tax_code_idx on trade.captured_invoice_lines using btree (tax_code);

-- Create trigger "check_parent" of table "trade.captured_invoice_lines"
create trigger check_parent before insert or delete or update on trade.captured_invoice_lines for each row execute function finance.check_parent('trade.captured_invoices', 'invoice_id', 'status', 'received');

-- Create trigger "touch" of table "trade.captured_invoice_lines"
create trigger touch before update on trade.captured_invoice_lines for each row execute function finance.touch();

-- Create table "trade.captured_invoice_allocations"
create table trade.captured_invoice_allocations (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  line_id uuid,
  application_ref uuid,
  fund_id uuid,
  amount_minor bigint not null,
  status text default 'proposed'::text not null,
  approved_by uuid,
  approved_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint captured_invoice_allocations_pkey primary key (id),
  constraint captured_invoice_allocations_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint captured_invoice_allocations_invoice_id_fkey foreign key (invoice_id) references trade.captured_invoices(id) on delete restrict,
  constraint captured_invoice_allocations_line_id_fkey foreign key (line_id) references trade.captured_invoice_lines(id) on delete restrict,
  constraint captured_invoice_allocations_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint captured_invoice_allocations_approved_whole check ((((status = any (array['approved'::text, 'withdrawn'::text])) = (approved_by is not null)) and ((approved_by is null) = (approved_at is null)))),
  constraint captured_invoice_allocations_four_eyes check (((approved_by is null) or ((created_by is not null) and (approved_by <> created_by)))),
  constraint captured_invoice_allocations_one_source check ((num_nonnulls(application_ref, fund_id) = 1)),
  constraint captured_invoice_allocations_status_known check ((status = any (array['proposed'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
);
comment on table trade.captured_invoice_allocations is 'Which funding or fund pays which part of a captured invoice; somebody else approves it.';
comment on column trade.captured_invoice_allocations.id is 'Identity.';
comment on column trade.captured_invoice_allocations.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_allocations.line_id is 'Line; null: the invoice as a whole.';
comment on column trade.captured_invoice_allocations.application_ref is 'Funding application (projects); null: a fund of ours.';
comment on column trade.captured_invoice_allocations.fund_id is 'Fund of ours; null: a funding application.';
comment on column trade.captured_invoice_allocations.amount_minor is 'Amount, minor units of the invoice''s currency.';
comment on column trade.captured_invoice_allocations.status is 'Where it stands; the steps of captured_invoice_allocations_status_transition.';
comment on column trade.captured_invoice_allocations.approved_by is 'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.captured_invoice_allocations.approved_at is 'When; null: not approved.';
comment on column trade.captured_invoice_allocations.created_at is 'When the row was written.';
comment on column trade.captured_invoice_allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoice_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoice_allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoice_allocations.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoice_allocations.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.captured_invoice_allocations_fund_id_idx"
create index captured_invoice_allocations_fund_id_idx on trade.captured_invoice_allocations using btree (fund_id);

-- Create index "trade.captured_invoice_allocations_invoice_id_idx"
create index captured_invoice_allocations_invoice_id_idx on trade.captured_invoice_allocations using btree (invoice_id);

-- Create index "trade.captured_invoice_allocations_line_id_idx"
create index captured_invoice_allocations_line_id_idx on trade.captured_invoice_allocations using btree (line_id);

-- Create trigger "check_frozen" of table "trade.captured_invoice_allocations"
create trigger check_frozen before update on trade.captured_invoice_allocations for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at');

-- Create trigger "check_status" of table "trade.captured_invoice_allocations"
create trigger check_status before insert or update of status on trade.captured_invoice_allocations for each row execute function finance.check_transition('status', 'proposed', 'proposed>approved,rejected', 'approved>withdrawn');

-- Create trigger "keep_once_set" of table "trade.captured_invoice_allocations"
create trigger keep_once_set before update on trade.captured_invoice_allocations for each row execute function finance.keep_once_set('approved_by', 'approved_at', 'created_by');

-- Create trigger "touch" of table "trade.captured_invoice_allocations"
create trigger touch before update on trade.captured_invoice_allocations for each row execute function finance.touch();

-- Create function "trade.check_captured_sums()"
create function trade.check_captured_sums()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  invoice trade.captured_invoices;
  total numeric;
begin
  select * into invoice from trade.captured_invoices where id = new.invoice_id for no key update;
  if tg_table_name = 'captured_invoice_payments' then
    if invoice.status not in ('booked', 'partially_paid') then
      raise exception 'invoice % is %: it is not to be paid', invoice.id, invoice.status
        using errcode = '23514', constraint = tg_table_name || '_invoice_state', schema = tg_table_schema, table = tg_table_name;
    end if;
    select sum(amount_minor + discount_minor) into total from trade.captured_invoice_payments where invoice_id = invoice.id;
  else
    select sum(amount_minor) into total from trade.captured_invoice_allocations
    where invoice_id = invoice.id and status in ('proposed', 'approved') and deleted_at is null;
  end if;
  if total > invoice.total_minor then
    raise exception '% of invoice % would be % of %', tg_table_name, invoice.supplier_number, total, invoice.total_minor
      using errcode = '23514', constraint = tg_table_name || '_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return null;
end
$function$;
comment on function trade.check_captured_sums() is 'After insert or update: a booked invoice is never paid, and none allocated, beyond its total; breaks <table>_total, <table>_invoice_state.';

-- Create trigger "check_total" of table "trade.captured_invoice_allocations"
create trigger check_total after insert or update of amount_minor, status, deleted_at on trade.captured_invoice_allocations for each row execute function trade.check_captured_sums();

-- Create trigger "check_total" of table "trade.captured_invoice_payments"
create trigger check_total after insert on trade.captured_invoice_payments for each row execute function trade.check_captured_sums();

-- Create table "trade.product_application_types"
create table trade.product_application_types (
  id uuid default gen_random_uuid() not null,
  product_id uuid not null,
  application_type_id uuid not null,
  is_required boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint product_application_types_pkey primary key (id),
  constraint product_application_types_application_type_id_fkey foreign key (application_type_id) references trade.application_types(id) on delete restrict,
  constraint product_application_types_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict
);
comment on table trade.product_application_types is 'Which products belong to which kinds of application.';
comment on column trade.product_application_types.id is 'Identity.';
comment on column trade.product_application_types.product_id is 'The product.';
comment on column trade.product_application_types.application_type_id is 'The kind of application.';
comment on column trade.product_application_types.is_required is 'Whether an application of that kind needs the product.';
comment on column trade.product_application_types.created_at is 'When the row was written.';
comment on column trade.product_application_types.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.product_application_types.updated_at is 'When it last changed; set by trigger.';
comment on column trade.product_application_types.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.product_application_types.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.product_application_types.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.product_application_types_application_type_id_idx"
create index product_application_types_application_type_id_idx on trade.product_application_types using btree (application_type_id);

-- Create index "trade.product_application_types_product_id_idx"
create index product_application_types_product_id_idx on trade.product_application_types using btree (product_id);

-- Create index "trade.product_application_types_product_id_key"
create unique index product_application_types_product_id_key on trade.product_application_types using btree (product_id, application_type_id) where (deleted_at is null);

-- Create trigger "check_live" of table "trade.product_application_types"
create trigger check_live before insert or update of product_id, application_type_id, deleted_at on trade.product_application_types for each row execute function finance.check_live('product_id', 'trade.products', 'application_type_id', 'trade.application_types');

-- Create trigger "touch" of table "trade.product_application_types"
create trigger touch before update on trade.product_application_types for each row execute function finance.touch();

-- Create table "trade.quote_lines"
create table trade.quote_lines (
  id uuid default gen_random_uuid() not null,
  quote_id uuid not null,
  "position" integer not null,
  product_id uuid,
  description text not null,
  quantity numeric(12,3) not null,
  unit text default 'piece'::text not null,
  unit_price_minor bigint not null,
  discount_bp integer default 0 not null,
  net_minor bigint not null,
  tax_code text not null,
  tax_bp integer not null,
  tax_minor bigint not null,
  component_type text,
  measure_ref uuid,
  is_optional boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint quote_lines_pkey primary key (id),
  constraint quote_lines_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict,
  constraint quote_lines_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint quote_lines_tax_code_fkey foreign key (tax_code) references trade.tax_codes(code) on delete restrict,
  constraint quote_lines_component_type_shape check (((component_type ~ '^[a-z][a-z0-9_]*$'::text) and (length(component_type) <= 50))),
  constraint quote_lines_description_length check (((length(btrim(description)) > 0) and (length(description) <= 1000))),
  constraint quote_lines_discount_bp_range check (((discount_bp >= 0) and (discount_bp <= 10000))),
  constraint quote_lines_net_minor_range check (((net_minor >= '-9000000000000000'::bigint) and (net_minor <= '9000000000000000'::bigint))),
  constraint quote_lines_net_minor_right check (((net_minor)::numeric = round((((quantity * (unit_price_minor)::numeric) * ((10000 - discount_bp))::numeric) / (10000)::numeric)))),
  constraint quote_lines_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint quote_lines_quantity_range check ((quantity > (0)::numeric)),
  constraint quote_lines_tax_bp_range check (((tax_bp >= 0) and (tax_bp <= 10000))),
  constraint quote_lines_tax_minor_range check (((tax_minor >= '-9000000000000000'::bigint) and (tax_minor <= '9000000000000000'::bigint))),
  constraint quote_lines_tax_minor_right check (((tax_minor)::numeric = round((((net_minor)::numeric * (tax_bp)::numeric) / (10000)::numeric)))),
  constraint quote_lines_unit_price_minor_range check (((unit_price_minor >= '-9000000000000000'::bigint) and (unit_price_minor <= '9000000000000000'::bigint))),
  constraint quote_lines_unit_shape check (((unit ~ '^[a-z][a-z0-9_]*$'::text) and (length(unit) <= 50)))
);
comment on table trade.quote_lines is 'Lines of quotes.';
comment on column trade.quote_lines.id is 'Identity.';
comment on column trade.quote_lines.quote_id is 'The quote.';
comment on column trade.quote_lines."position" is 'Place in the list, from 1.';
comment on column trade.quote_lines.product_id is 'Product; null: free text.';
comment on column trade.quote_lines.description is 'What it is, as on the document.';
comment on column trade.quote_lines.quantity is 'How much, in unit.';
comment on column trade.quote_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.quote_lines.unit_price_minor is 'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.quote_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.quote_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.quote_lines.tax_code is 'Kind of tax.';
comment on column trade.quote_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.quote_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.quote_lines.component_type is 'Part of the building it is for: wall, roof, window; null: none.';
comment on column trade.quote_lines.measure_ref is 'Measure it is for (projects); null: none.';
comment on column trade.quote_lines.is_optional is 'Whether the customer may leave it out; not in the totals.';
comment on column trade.quote_lines.created_at is 'When the row was written.';
comment on column trade.quote_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_lines.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.quote_lines_position_key"
create unique index quote_lines_position_key on trade.quote_lines using btree (quote_id, "position") where (deleted_at is null);

-- Create index "trade.quote_lines_product_id_idx"
create index quote_lines_product_id_idx on trade.quote_lines using btree (product_id);

-- Create index "trade.quote_lines_quote_id_idx"
create index quote_lines_quote_id_idx on trade.quote_lines using btree (quote_id);

-- Create index "trade.quote_lines_tax_code_idx"
create index quote_lines_tax_code_idx on trade.quote_lines using btree (tax_code);

-- Create trigger "check_parent" of table "trade.quote_lines"
create trigger check_parent before insert or delete or update on trade.quote_lines for each row execute function finance.check_parent('trade.quotes', 'quote_id', 'status', 'draft');

-- Create trigger "touch" of table "trade.quote_lines"
create trigger touch before update on trade.quote_lines for each row execute function finance.touch();

-- Create table "trade.issued_invoice_lines"
create table trade.issued_invoice_lines (
  id uuid default gen_random_uuid() not null,
  invoice_id uuid not null,
  "position" integer not null,
  product_id uuid,
  description text not null,
  quantity numeric(12,3) not null,
  unit text default 'piece'::text not null,
  unit_price_minor bigint not null,
  discount_bp integer default 0 not null,
  net_minor bigint not null,
  tax_code text not null,
  tax_bp integer not null,
  tax_minor bigint not null,
  quote_line_id uuid,
  fund_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint issued_invoice_lines_pkey primary key (id),
  constraint issued_invoice_lines_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint issued_invoice_lines_invoice_id_fkey foreign key (invoice_id) references trade.issued_invoices(id) on delete restrict,
  constraint issued_invoice_lines_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict,
  constraint issued_invoice_lines_quote_line_id_fkey foreign key (quote_line_id) references trade.quote_lines(id) on delete restrict,
  constraint issued_invoice_lines_tax_code_fkey foreign key (tax_code) references trade.tax_codes(code) on delete restrict,
  constraint issued_invoice_lines_description_length check (((length(btrim(description)) > 0) and (length(description) <= 1000))),
  constraint issued_invoice_lines_discount_bp_range check (((discount_bp >= 0) and (discount_bp <= 10000))),
  constraint issued_invoice_lines_net_minor_range check (((net_minor >= '-9000000000000000'::bigint) and (net_minor <= '9000000000000000'::bigint))),
  constraint issued_invoice_lines_net_minor_right check (((net_minor)::numeric = round((((quantity * (unit_price_minor)::numeric) * ((10000 - discount_bp))::numeric) / (10000)::numeric)))),
  constraint issued_invoice_lines_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint issued_invoice_lines_quantity_range check ((quantity > (0)::numeric)),
  constraint issued_invoice_lines_tax_bp_range check (((tax_bp >= 0) and (tax_bp <= 10000))),
  constraint issued_invoice_lines_tax_minor_range check (((tax_minor >= '-9000000000000000'::bigint) and (tax_minor <= '9000000000000000'::bigint))),
  constraint issued_invoice_lines_tax_minor_right check (((tax_minor)::numeric = round((((net_minor)::numeric * (tax_bp)::numeric) / (10000)::numeric)))),
  constraint issued_invoice_lines_unit_price_minor_range check (((unit_price_minor >= '-9000000000000000'::bigint) and (unit_price_minor <= '9000000000000000'::bigint))),
  constraint issued_invoice_lines_unit_shape check (((unit ~ '^[a-z][a-z0-9_]*$'::text) and (length(unit) <= 50)))
);
comment on table trade.issued_invoice_lines is 'Lines of our invoices.';
comment on column trade.issued_invoice_lines.id is 'Identity.';
comment on column trade.issued_invoice_lines.invoice_id is 'The invoice.';
comment on column trade.issued_invoice_lines."position" is 'Place in the list, from 1.';
comment on column trade.issued_invoice_lines.product_id is 'Product; null: free text.';
comment on column trade.issued_invoice_lines.description is 'What it is, as on the document.';
comment on column trade.issued_invoice_lines.quantity is 'How much, in unit.';
comment on column trade.issued_invoice_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.issued_invoice_lines.unit_price_minor is 'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.issued_invoice_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.issued_invoice_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.issued_invoice_lines.tax_code is 'Kind of tax.';
comment on column trade.issued_invoice_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.issued_invoice_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.issued_invoice_lines.quote_line_id is 'Line of the quote it comes from; null: none.';
comment on column trade.issued_invoice_lines.fund_id is 'Fund the income goes to; null: the general fund.';
comment on column trade.issued_invoice_lines.created_at is 'When the row was written.';
comment on column trade.issued_invoice_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.issued_invoice_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.issued_invoice_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.issued_invoice_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.issued_invoice_lines.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.issued_invoice_lines_fund_id_idx"
create index issued_invoice_lines_fund_id_idx on trade.issued_invoice_lines using btree (fund_id);

-- Create index "trade.issued_invoice_lines_invoice_id_idx"
create index issued_invoice_lines_invoice_id_idx on trade.issued_invoice_lines using btree (invoice_id);

-- Create index "trade.issued_invoice_lines_position_key"
create unique index issued_invoice_lines_position_key on trade.issued_invoice_lines using btree (invoice_id, "position") where (deleted_at is null);

-- Create index "trade.issued_invoice_lines_product_id_idx"
create index issued_invoice_lines_product_id_idx on trade.issued_invoice_lines using btree (product_id);

-- Create index "trade.issued_invoice_lines_quote_line_id_idx"
create index issued_invoice_lines_quote_line_id_idx on trade.issued_invoice_lines using btree (quote_line_id);

-- Create index "trade.issued_invoice_lines_tax_code_idx"
create index issued_invoice_lines_tax_code_idx on trade.issued_invoice_lines using btree (tax_code);

-- Create trigger "check_parent" of table "trade.issued_invoice_lines"
create trigger check_parent before insert or delete or update on trade.issued_invoice_lines for each row execute function finance.check_parent('trade.issued_invoices', 'invoice_id', 'status', 'draft,rejected');

-- Create trigger "touch" of table "trade.issued_invoice_lines"
create trigger touch before update on trade.issued_invoice_lines for each row execute function finance.touch();

-- Create table "trade.credit_note_lines"
create table trade.credit_note_lines (
  id uuid default gen_random_uuid() not null,
  credit_note_id uuid not null,
  "position" integer not null,
  product_id uuid,
  description text not null,
  quantity numeric(12,3) not null,
  unit text default 'piece'::text not null,
  unit_price_minor bigint not null,
  discount_bp integer default 0 not null,
  net_minor bigint not null,
  tax_code text not null,
  tax_bp integer not null,
  tax_minor bigint not null,
  invoice_line_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint credit_note_lines_pkey primary key (id),
  constraint credit_note_lines_credit_note_id_fkey foreign key (credit_note_id) references trade.credit_notes(id) on delete restrict,
  constraint credit_note_lines_invoice_line_id_fkey foreign key (invoice_line_id) references trade.issued_invoice_lines(id) on delete restrict,
  constraint credit_note_lines_product_id_fkey foreign key (product_id) references trade.products(id) on delete restrict,
  constraint credit_note_lines_tax_code_fkey foreign key (tax_code) references trade.tax_codes(code) on delete restrict,
  constraint credit_note_lines_description_length check (((length(btrim(description)) > 0) and (length(description) <= 1000))),
  constraint credit_note_lines_discount_bp_range check (((discount_bp >= 0) and (discount_bp <= 10000))),
  constraint credit_note_lines_net_minor_range check (((net_minor >= '-9000000000000000'::bigint) and (net_minor <= '9000000000000000'::bigint))),
  constraint credit_note_lines_net_minor_right check (((net_minor)::numeric = round((((quantity * (unit_price_minor)::numeric) * ((10000 - discount_bp))::numeric) / (10000)::numeric)))),
  constraint credit_note_lines_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint credit_note_lines_quantity_range check ((quantity > (0)::numeric)),
  constraint credit_note_lines_tax_bp_range check (((tax_bp >= 0) and (tax_bp <= 10000))),
  constraint credit_note_lines_tax_minor_range check (((tax_minor >= '-9000000000000000'::bigint) and (tax_minor <= '9000000000000000'::bigint))),
  constraint credit_note_lines_tax_minor_right check (((tax_minor)::numeric = round((((net_minor)::numeric * (tax_bp)::numeric) / (10000)::numeric)))),
  constraint credit_note_lines_unit_price_minor_range check (((unit_price_minor >= '-9000000000000000'::bigint) and (unit_price_minor <= '9000000000000000'::bigint))),
  constraint credit_note_lines_unit_shape check (((unit ~ '^[a-z][a-z0-9_]*$'::text) and (length(unit) <= 50)))
);
comment on table trade.credit_note_lines is 'Lines of credit notes, with positive amounts.';
comment on column trade.credit_note_lines.id is 'Identity.';
comment on column trade.credit_note_lines.credit_note_id is 'The credit note.';
comment on column trade.credit_note_lines."position" is 'Place in the list, from 1.';
comment on column trade.credit_note_lines.product_id is 'Product; null: free text.';
comment on column trade.credit_note_lines.description is 'What it is, as on the document.';
comment on column trade.credit_note_lines.quantity is 'How much, in unit.';
comment on column trade.credit_note_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.credit_note_lines.unit_price_minor is 'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.credit_note_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.credit_note_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.credit_note_lines.tax_code is 'Kind of tax.';
comment on column trade.credit_note_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.credit_note_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.credit_note_lines.invoice_line_id is 'Line that it corrects; null: none in particular.';
comment on column trade.credit_note_lines.created_at is 'When the row was written.';
comment on column trade.credit_note_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.credit_note_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.credit_note_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.credit_note_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.credit_note_lines.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.credit_note_lines_credit_note_id_idx"
create index credit_note_lines_credit_note_id_idx on trade.credit_note_lines using btree (credit_note_id);

-- Create index "trade.credit_note_lines_invoice_line_id_idx"
create index credit_note_lines_invoice_line_id_idx on trade.credit_note_lines using btree (invoice_line_id);

-- Create index "trade.credit_note_lines_position_key"
create unique index credit_note_lines_position_key on trade.credit_note_lines using btree (credit_note_id, "position") where (deleted_at is null);

-- Create index "trade.credit_note_lines_product_id_idx"
create index credit_note_lines_product_id_idx on trade.credit_note_lines using btree (product_id);

-- Create index "trade.credit_note_lines_tax_code_idx"
create index credit_note_lines_tax_code_idx on trade.credit_note_lines using btree (tax_code);

-- Create trigger "check_parent" of table "trade.credit_note_lines"
create trigger check_parent before insert or delete or update on trade.credit_note_lines for each row execute function finance.check_parent('trade.credit_notes', 'credit_note_id', 'status', 'draft');

-- Create trigger "touch" of table "trade.credit_note_lines"
create trigger touch before update on trade.credit_note_lines for each row execute function finance.touch();

-- Create table "trade.quote_allocations"
create table trade.quote_allocations (
  id uuid default gen_random_uuid() not null,
  quote_id uuid not null,
  quote_line_id uuid,
  application_ref uuid not null,
  amount_minor bigint not null,
  status text default 'proposed'::text not null,
  approved_by uuid,
  approved_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint quote_allocations_pkey primary key (id),
  constraint quote_allocations_quote_id_fkey foreign key (quote_id) references trade.quotes(id) on delete restrict,
  constraint quote_allocations_quote_line_id_fkey foreign key (quote_line_id) references trade.quote_lines(id) on delete restrict,
  constraint quote_allocations_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint quote_allocations_approved_whole check ((((status = any (array['approved'::text, 'withdrawn'::text])) = (approved_by is not null)) and ((approved_by is null) = (approved_at is null)))),
  constraint quote_allocations_four_eyes check (((approved_by is null) or ((created_by is not null) and (approved_by <> created_by)))),
  constraint quote_allocations_status_known check ((status = any (array['proposed'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
);
comment on table trade.quote_allocations is 'Which funding pays which part of a quote; somebody else approves it.';
comment on column trade.quote_allocations.id is 'Identity.';
comment on column trade.quote_allocations.quote_id is 'The quote.';
comment on column trade.quote_allocations.quote_line_id is 'Line; null: the quote as a whole.';
comment on column trade.quote_allocations.application_ref is 'Funding application (projects).';
comment on column trade.quote_allocations.amount_minor is 'Amount, minor units of the quote''s currency.';
comment on column trade.quote_allocations.status is 'Where it stands; the steps of quote_allocations_status_transition.';
comment on column trade.quote_allocations.approved_by is 'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.quote_allocations.approved_at is 'When; null: not approved.';
comment on column trade.quote_allocations.created_at is 'When the row was written.';
comment on column trade.quote_allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_allocations.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_allocations.deleted_at is 'When it was deleted; null: live.';

-- Create index "trade.quote_allocations_application_ref_idx"
create index quote_allocations_application_ref_idx on trade.quote_allocations using btree (application_ref);

-- Create index "trade.quote_allocations_quote_id_idx"
create index quote_allocations_quote_id_idx on trade.quote_allocations using btree (quote_id);

-- Create index "trade.quote_allocations_quote_line_id_idx"
create index quote_allocations_quote_line_id_idx on trade.quote_allocations using btree (quote_line_id);

-- Create trigger "check_frozen" of table "trade.quote_allocations"
create trigger check_frozen before update on trade.quote_allocations for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at');

-- Create trigger "check_status" of table "trade.quote_allocations"
create trigger check_status before insert or update of status on trade.quote_allocations for each row execute function finance.check_transition('status', 'proposed', 'proposed>approved,rejected', 'approved>withdrawn');

-- Create trigger "keep_once_set" of table "trade.quote_allocations"
create trigger keep_once_set before update on trade.quote_allocations for each row execute function finance.keep_once_set('approved_by', 'approved_at', 'created_by');

-- Create trigger "touch" of table "trade.quote_allocations"
create trigger touch before update on trade.quote_allocations for each row execute function finance.touch();

-- Create table "trade.tax_rates"
create table trade.tax_rates (
  code text not null,
  valid_from date not null,
  valid_to date,
  rate_bp integer not null,
  constraint tax_rates_pkey primary key (code, valid_from),
  constraint tax_rates_code_fkey foreign key (code) references trade.tax_codes(code) on delete restrict,
  constraint tax_rates_rate_bp_range check (((rate_bp >= 0) and (rate_bp <= 10000))),
  constraint tax_rates_span check (((valid_to is null) or (valid_to > valid_from)))
);
revoke insert, update on trade.tax_rates from finance_writer;
comment on table trade.tax_rates is 'Rates of value added tax in time. Config: rows ride in migrations.';
comment on column trade.tax_rates.code is 'Kind of tax.';
comment on column trade.tax_rates.valid_from is 'First day of the rate.';
comment on column trade.tax_rates.valid_to is 'Day after the last; null: still valid.';
comment on column trade.tax_rates.rate_bp is 'Rate in hundredths of a percent; 2000 is 20 %.';

-- Create view "ledger.invariant_breaks"
create view ledger.invariant_breaks as
 select 'I1 journal does not balance'::text as invariant,
    (entries.journal_id)::text as what
   from ledger.entries
  group by entries.journal_id, entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I2 ledger does not balance'::text as invariant,
    entries.currency as what
   from ledger.entries
  group by entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I3 journal is incomplete'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ( select entries.journal_id,
            count(*) as n
           from ledger.entries
          group by entries.journal_id) e on ((e.journal_id = j.id)))
  where ((j.lines <> coalesce(e.n, (0)::bigint)) or (j.lines < 2))
union all
 select 'I4 balance differs from its entries'::text as invariant,
    (a.id)::text as what
   from (((ledger.accounts a
     left join ledger.account_balances b on ((b.account_id = a.id)))
     left join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
     left join ( select balance_deltas.account_id,
            sum(balance_deltas.amount) as total
           from ledger.balance_deltas
          group by balance_deltas.account_id) d on ((d.account_id = a.id)))
  where ((b.balance is null) or ((b.balance + coalesce(d.total, (0)::numeric)) <> coalesce(e.total, (0)::numeric)))
union all
 select 'I5 account below its floor'::text as invariant,
    (a.id)::text as what
   from (ledger.accounts a
     join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
  where ((e.total * (a.sign)::numeric) < (a.floor_minor)::numeric)
union all
 select 'I5 fund below its floor'::text as invariant,
    ((f.code || ' '::text) || a.currency) as what
   from ((ledger.funds f
     join ledger.accounts a on ((a.fund_id = f.id)))
     join ledger.entries e on ((e.account_id = a.id)))
  group by f.id, f.code, f.floor_minor, a.currency
 having ((- sum(e.amount)) < (f.floor_minor)::numeric)
union all
 select 'I6 reversal is not exact'::text as invariant,
    (r.id)::text as what
   from ledger.journals r
  where ((r.reverses is not null) and (exists ( select 1
           from ledger.entries e
          where (e.journal_id = any (array[r.id, r.reverses]))
          group by e.account_id, e.currency
         having (sum(e.amount) <> (0)::numeric))))
union all
 select 'I7 journal without outbox event'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (not (exists ( select 1
           from finance.outbox_events o
          where ((o.aggregate_id = j.id) and ((o.topic)::text = 'finance.journal.posted.v1'::text)))))
union all
 select 'I8 idempotency key without its journal'::text as invariant,
    (((k.scope)::text || ' '::text) || (k.key)::text) as what
   from finance.idempotency_keys k
  where ((k.response ? 'journal_id'::text) and (not (exists ( select 1
           from ledger.journals j
          where (j.id = ((k.response ->> 'journal_id'::text))::uuid)))))
union all
 select 'I9 posted outside an open period'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ledger.accounting_periods p on ((p.span @> j.effective_date)))
  where ((p.id is null) or (j.posted_at > p.closed_at))
union all
 select 'I11 chain of seals has a gap'::text as invariant,
    (count(*))::text as what
   from ledger.seals
 having (count(*) <> coalesce(max(seals.seq), (0)::bigint))
union all
 select 'I12 entry in another currency than its account'::text as invariant,
    (e.journal_id)::text as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.currency <> e.currency)
union all
 select 'I13 journal neither sealed nor queued'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where ((not (exists ( select 1
           from ledger.seals s
          where (s.journal_id = j.id)))) and (not (exists ( select 1
           from ledger.seal_queue q
          where (q.journal_id = j.id)))))
union all
 select 'I15 contribution differs from its journal'::text as invariant,
    (c.id)::text as what
   from (((giving.contributions c
     left join ledger.journals j on (((j.id = c.journal_id) and ((j.source_type)::text = 'contribution'::text) and (j.source_id = c.id) and ((j.kind)::text = 'contribution.settled'::text))))
     left join ledger.entries e on ((e.journal_id = j.id)))
     left join ledger.accounts a on (((a.id = e.account_id) and (a.type = 'income'::text) and (a.fund_id = c.fund_id) and (a.currency = c.currency))))
  where (c.journal_id is not null)
  group by c.id, c.amount_minor
 having (coalesce((- sum(e.amount) filter (where (a.id is not null))), (0)::numeric) <> (c.amount_minor)::numeric)
union all
 select 'I15 contribution journal without contribution'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (((j.kind)::text = 'contribution.settled'::text) and (not (exists ( select 1
           from giving.contributions c
          where ((c.journal_id = j.id) and (c.id = j.source_id))))))
union all
 select 'I10 series has a gap'::text as invariant,
    s.series as what
   from (ledger.number_series s
     left join ( select quotes.series,
            quotes.serial
           from trade.quotes
        union all
         select issued_invoices.series,
            issued_invoices.serial
           from trade.issued_invoices
        union all
         select credit_notes.series,
            credit_notes.serial
           from trade.credit_notes) d on ((d.series = s.series)))
  group by s.series, s.next
 having ((count(d.serial) <> (s.next - 1)) or (coalesce(max(d.serial), (0)::bigint) <> (s.next - 1)))
union all
 select 'I15 refunded more than was captured'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     join giving.refunds r on (((r.contribution_id = c.id) and (r.status <> 'failed'::text))))
  group by c.id, c.amount_minor, c.fee_cover_minor, c.tip_minor
 having (sum(r.amount_minor) > (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric)
union all
 select 'I16 contribution is claimed twice'::text as invariant,
    (claimed.contribution_id)::text as what
   from ( select claim_lines.contribution_id
           from giftaid.claim_lines
          where ((claim_lines.contribution_id is not null) and (claim_lines.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])))
        union all
         select aggregate_items.contribution_id
           from giftaid.aggregate_items
        union all
         select gasds_collections.contribution_id
           from giftaid.gasds_collections
          where (gasds_collections.contribution_id is not null)) claimed
  group by claimed.contribution_id
 having (count(*) > 1)
union all
 select 'I17 claimed without a declaration that covers it'::text as invariant,
    (l.id)::text as what
   from (giftaid.claim_lines l
     join giftaid.declarations d on ((d.id = l.declaration_id)))
  where ((l.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])) and (not ((d.covers @> l.donated_on) and ((d.cancelled_from is null) or (l.donated_on < d.cancelled_from)))))
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));
comment on column ledger.invariant_breaks.invariant is 'Number and short name of the rule that is broken.';
comment on column ledger.invariant_breaks.what is 'Id of what breaks it.';
comment on view ledger.invariant_breaks is 'Must be empty, always; asked at every deploy and every night.';

-- Create view "ledger.trial_balance"
create view ledger.trial_balance as
 select a.code,
    a.type,
    e.currency,
    sum(e.amount) as balance,
    coalesce(sum(e.amount) filter (where (e.amount > 0)), (0)::numeric) as debits,
    coalesce((- sum(e.amount) filter (where (e.amount < 0))), (0)::numeric) as credits
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  group by a.code, a.type, e.currency;
comment on column ledger.trial_balance.balance is 'Sum of all entries, minor units, debit positive.';
comment on column ledger.trial_balance.code is 'Nominal code.';
comment on column ledger.trial_balance.credits is 'Sum of the credits, minor units, as a positive number.';
comment on column ledger.trial_balance.currency is 'ISO 4217 code.';
comment on column ledger.trial_balance.debits is 'Sum of the debits, minor units.';
comment on column ledger.trial_balance.type is 'Type of the nominal code.';
comment on view ledger.trial_balance is 'Sums per nominal code and currency; balance sums to 0 per currency.';

-- Create view "trade.invoices"
create view trade.invoices as
 select issued_invoices.id,
    'issued'::text as direction,
    issued_invoices.number,
    issued_invoices.customer_ref as counterparty_ref,
    issued_invoices.project_ref,
    issued_invoices.quote_id,
    issued_invoices.issued_on as dated_on,
    issued_invoices.due_on,
    issued_invoices.currency,
    issued_invoices.net_minor,
    issued_invoices.tax_minor,
    issued_invoices.total_minor,
    issued_invoices.status,
    issued_invoices.claim_status,
    issued_invoices.created_at
   from trade.issued_invoices
  where (issued_invoices.deleted_at is null)
union all
 select captured_invoices.id,
    'captured'::text as direction,
    captured_invoices.supplier_number as number,
    captured_invoices.supplier_ref as counterparty_ref,
    captured_invoices.project_ref,
    captured_invoices.quote_id,
    captured_invoices.invoiced_on as dated_on,
    captured_invoices.due_on,
    captured_invoices.currency,
    captured_invoices.net_minor,
    captured_invoices.tax_minor,
    captured_invoices.total_minor,
    captured_invoices.status,
        case captured_invoices.status
            when 'booked'::text then 'open'::text
            when 'partially_paid'::text then 'partially_paid'::text
            when 'paid'::text then 'paid'::text
            else 'none'::text
        end as claim_status,
    captured_invoices.created_at
   from trade.captured_invoices
  where (captured_invoices.deleted_at is null);
revoke insert, update on trade.invoices from finance_writer;
comment on column trade.invoices.claim_status is 'The money: none, open, partially_paid, paid and others.';
comment on column trade.invoices.counterparty_ref is 'Who pays us or is paid (platform).';
comment on column trade.invoices.created_at is 'When the row was written.';
comment on column trade.invoices.currency is 'ISO 4217 code.';
comment on column trade.invoices.dated_on is 'Day on the document; null: a draft of ours.';
comment on column trade.invoices.direction is 'issued: ours; captured: sent to us.';
comment on column trade.invoices.due_on is 'Last day to pay; null: not sent.';
comment on column trade.invoices.id is 'Identity of the invoice.';
comment on column trade.invoices.net_minor is 'Sum without tax, minor units of currency.';
comment on column trade.invoices.number is 'Number on the document; null: a draft of ours.';
comment on column trade.invoices.project_ref is 'Project (projects); null: none.';
comment on column trade.invoices.quote_id is 'Quote; null: none.';
comment on column trade.invoices.status is 'The document, in the words of its table.';
comment on column trade.invoices.tax_minor is 'Tax.';
comment on column trade.invoices.total_minor is 'What is to be paid.';
comment on view trade.invoices is 'Live invoices of both directions; written through their own tables.';
