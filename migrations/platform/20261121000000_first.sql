-- Create schema "audit"
create schema audit;
grant usage on schema audit to platform_audit, platform_reader, platform_studio, platform_writer;
comment on schema audit is 'Who did what: append-only.';
alter default privileges for role platform_owner in schema audit grant select on tables to platform_audit, platform_reader, platform_studio, platform_writer;

-- Create schema "automation"
create schema automation;
grant usage on schema automation to platform_reader, platform_studio, platform_writer;
comment on schema automation is 'Workflows and forms.';
alter default privileges for role platform_owner in schema automation grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema automation grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema automation grant insert, select, update on tables to platform_writer;

-- Create schema "extensions"
create schema extensions;
comment on schema extensions is 'Objects of extensions, so that none is mixed with ours.';

-- Create schema "identity"
create schema identity;
grant usage on schema identity to platform_reader, platform_studio, platform_writer;
comment on schema identity is 'How people and programs log in, and what they may do.';
alter default privileges for role platform_owner in schema identity grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema identity grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema identity grant insert, select, update on tables to platform_writer;

-- Create schema "party"
create schema party;
grant usage on schema party to platform_reader, platform_studio, platform_writer;
comment on schema party is 'People and companies.';
alter default privileges for role platform_owner in schema party grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema party grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema party grant insert, select, update on tables to platform_writer;

-- Create schema "platform"
create schema platform;
grant usage on schema platform to platform_reader, platform_studio, platform_writer;
comment on schema platform is 'Plumbing of the platform database: idempotency keys, outbox, inbox, settings.';
alter default privileges for role platform_owner in schema platform grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema platform grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema platform grant insert, select, update on tables to platform_writer;

-- Create schema "scheduling"
create schema scheduling;
grant usage on schema scheduling to platform_reader, platform_studio, platform_writer;
comment on schema scheduling is 'Appointments.';
alter default privileges for role platform_owner in schema scheduling grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema scheduling grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema scheduling grant insert, select, update on tables to platform_writer;

-- Create schema "storage"
create schema storage;
grant usage on schema storage to platform_reader, platform_studio, platform_writer;
comment on schema storage is 'Files, by their content.';
alter default privileges for role platform_owner in schema storage grant select, usage on sequences to platform_writer;
alter default privileges for role platform_owner in schema storage grant select on tables to platform_reader, platform_studio;
alter default privileges for role platform_owner in schema storage grant insert, select, update on tables to platform_writer;

-- Create extension "btree_gist"
create extension if not exists btree_gist with schema extensions;

-- Create domain "platform.entity_name"
create domain platform.entity_name as text
  constraint entity_name_shape check ((value ~ '^[a-z][a-z_]*$'::text));
comment on domain platform.entity_name is 'Name of an entity, singular: project, journal.';

-- Create domain "platform.event_topic"
create domain platform.event_topic as text
  constraint event_topic_shape check ((value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$'::text));
comment on domain platform.event_topic is 'Domain, entity, fact and version: platform.thing.happened.v1.';

-- Create domain "platform.http_status"
create domain platform.http_status as smallint
  constraint http_status_range check (((value >= 100) and (value <= 599)));
comment on domain platform.http_status is 'Status of an HTTP answer.';

-- Create domain "platform.key_text"
create domain platform.key_text as text
  constraint key_text_length check (((length(value) >= 1) and (length(value) <= 255)));
comment on domain platform.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

-- Create domain "platform.localized_text"
create domain platform.localized_text as jsonb
  constraint localized_text_shape check (((value is null) or
case
    when (jsonb_typeof(value) <> 'object'::text) then false
    else ((value ?& array['de'::text, 'en'::text]) and (((value - 'de'::text) - 'en'::text) = '{}'::jsonb) and (jsonb_typeof((value -> 'de'::text)) = 'string'::text) and (jsonb_typeof((value -> 'en'::text)) = 'string'::text) and ((btrim((value ->> 'de'::text)) <> ''::text) or (btrim((value ->> 'en'::text)) <> ''::text)))
end));
comment on domain platform.localized_text is 'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Create domain "platform.sha256"
create domain platform.sha256 as bytea
  constraint sha256_length check ((octet_length(value) = 32));
comment on domain platform.sha256 is 'A SHA-256 digest, 32 bytes.';

-- Create function "platform.check_acyclic()"
create function platform.check_acyclic()
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
comment on function platform.check_acyclic() is 'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

-- Create function "platform.check_frozen()"
create function platform.check_frozen()
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
comment on function platform.check_frozen() is 'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

-- Create function "platform.check_live()"
create function platform.check_live()
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
comment on function platform.check_live() is 'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

-- Create function "platform.check_parent()"
create function platform.check_parent()
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
comment on function platform.check_parent() is 'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

-- Create function "platform.check_transition()"
create function platform.check_transition()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the column; the states it may start in, by commas; the steps, each 'from>to,to'.
  state text := to_jsonb(new) ->> tg_argv[0];
  was text := case tg_op when 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
  steps text[] := tg_argv[2:];
  allowed text[] := '{}';
begin
  if state is not distinct from was then
    return new;
  elsif was is null then
    allowed := string_to_array(tg_argv[1], ',');
  else
    select string_to_array(split_part(step, '>', 2), ',') into allowed
    from unnest(steps) as step where split_part(step, '>', 1) = was;
    allowed := coalesce(allowed, '{}');
  end if;
  -- An unknown state is left to the check of the column, which names it.
  if state is null
    or (state <> all (allowed)
      and state = any (string_to_array(tg_argv[1] || ',' || replace(array_to_string(steps, ','), '>', ','), ',')))
  then
    raise exception '% of %.% cannot go from % to %', tg_argv[0], tg_table_schema, tg_table_name,
      coalesce(was, 'nothing'), coalesce(state, 'nothing')
      using errcode = '23514', constraint = tg_table_name || '_' || tg_argv[0] || '_transition',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$function$;
comment on function platform.check_transition() is 'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

-- Create function "platform.check_unused()"
create function platform.check_unused()
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
comment on function platform.check_unused() is 'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- Create function "platform.keep_once_set()"
create function platform.keep_once_set()
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
comment on function platform.keep_once_set() is 'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- Create function "platform.refuse_change()"
create function platform.refuse_change()
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
comment on function platform.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- Create function "platform.touch()"
create function platform.touch()
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
comment on function platform.touch() is 'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

-- Create table "audit.activity_logs"
create table audit.activity_logs (
  id uuid default gen_random_uuid() not null,
  subject_domain text not null,
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  kind text not null,
  body platform.localized_text not null,
  actor_contact_id uuid,
  replies_to_id uuid,
  is_internal boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint activity_logs_pkey primary key (id),
  constraint activity_logs_replies_to_id_fkey foreign key (replies_to_id) references audit.activity_logs(id) on delete restrict,
  constraint activity_logs_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 4000) and (length(((body)::jsonb ->> 'en'::text)) <= 4000))),
  constraint activity_logs_kind_known check ((kind = any (array['comment'::text, 'action'::text, 'status'::text, 'message'::text, 'appointment'::text, 'document'::text, 'system'::text]))),
  constraint activity_logs_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
grant insert on audit.activity_logs to platform_writer;
comment on table audit.activity_logs is 'Comments, answers and things that happened, for people; rows are only ever added.';
comment on column audit.activity_logs.id is 'Identity.';
comment on column audit.activity_logs.subject_domain is 'Domain of the entity it is about.';
comment on column audit.activity_logs.subject_type is 'That entity, singular.';
comment on column audit.activity_logs.subject_id is 'Id of that entity.';
comment on column audit.activity_logs.kind is 'What it is.';
comment on column audit.activity_logs.body is 'What people read; at most 4000 characters per language.';
comment on column audit.activity_logs.actor_contact_id is 'Contact who did it; null: the system. No foreign key: the row outlives the contact.';
comment on column audit.activity_logs.replies_to_id is 'Entry it answers; null: none.';
comment on column audit.activity_logs.is_internal is 'True: staff only; false: the customer sees it too.';
comment on column audit.activity_logs.created_at is 'When the row was written.';
comment on column audit.activity_logs.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "audit.activity_logs_created_at_id_idx"
create index activity_logs_created_at_id_idx on audit.activity_logs using btree (created_at desc, id desc);

-- Create index "audit.activity_logs_replies_to_id_idx"
create index activity_logs_replies_to_id_idx on audit.activity_logs using btree (replies_to_id);

-- Create index "audit.activity_logs_subject_type_subject_id_created_at_id_idx"
create index activity_logs_subject_type_subject_id_created_at_id_idx on audit.activity_logs using btree (subject_type, subject_id, created_at desc, id desc);

-- Create trigger "refuse_change" of table "audit.activity_logs"
create trigger refuse_change before delete or update on audit.activity_logs for each row execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "audit.activity_logs"
create trigger refuse_truncate before truncate on audit.activity_logs for each statement execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_truncate;

-- Create table "audit.audit_logs"
create table audit.audit_logs (
  id uuid default gen_random_uuid() not null,
  created_at timestamp with time zone default now() not null,
  domain text not null,
  actor_kind text not null,
  actor_contact_id uuid,
  actor_user_id uuid,
  session_id uuid,
  action text not null,
  change_type text not null,
  entity_type platform.entity_name,
  entity_id uuid,
  context_entity_type platform.entity_name,
  context_entity_id uuid,
  changed_fields text[] default '{}'::text[] not null,
  old_value jsonb,
  new_value jsonb,
  request_id text,
  ip inet,
  user_agent text,
  constraint audit_logs_pkey primary key (id, created_at),
  constraint audit_logs_action_shape check (((action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(action) <= 100))),
  constraint audit_logs_actor_kind_known check ((actor_kind = any (array['user'::text, 'token'::text, 'system'::text]))),
  constraint audit_logs_change_type_known check ((change_type = any (array['create'::text, 'update'::text, 'delete'::text, 'restore'::text, 'transition'::text, 'read'::text, 'login'::text, 'other'::text]))),
  constraint audit_logs_context_whole check (((context_entity_type is null) = (context_entity_id is null))),
  constraint audit_logs_domain_known check ((domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint audit_logs_entity_whole check (((entity_type is null) = (entity_id is null))),
  constraint audit_logs_request_id_length check (((length(request_id) >= 1) and (length(request_id) <= 200))),
  constraint audit_logs_user_agent_length check ((length(user_agent) <= 500))
) partition by range (created_at);
grant insert on audit.audit_logs to platform_writer;
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

-- Create index "audit.audit_logs_actor_idx"
create index audit_logs_actor_idx on audit.audit_logs using btree (actor_contact_id, created_at desc, id desc);

-- Create index "audit.audit_logs_created_at_idx"
create index audit_logs_created_at_idx on audit.audit_logs using btree (created_at desc, id desc);

-- Create index "audit.audit_logs_entity_idx"
create index audit_logs_entity_idx on audit.audit_logs using btree (entity_type, entity_id, created_at desc, id desc);

-- Create trigger "refuse_change" of table "audit.audit_logs"
create trigger refuse_change before delete or update on audit.audit_logs for each row execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "audit.audit_logs"
create trigger refuse_truncate before truncate on audit.audit_logs for each statement execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_truncate;

-- Create table "audit.audit_logs_default"
create table audit.audit_logs_default partition of audit.audit_logs default;
comment on table audit.audit_logs_default is 'Audit entries of months that have no partition of their own.';

-- Create trigger "refuse_truncate" of table "audit.audit_logs_default"
create trigger refuse_truncate before truncate on audit.audit_logs_default for each statement execute function platform.refuse_change();
alter table audit.audit_logs_default enable always trigger refuse_truncate;

-- Create function "audit.ensure_partitions(date, integer)"
create function audit.ensure_partitions(from_month date, months integer)
 returns integer
 language plpgsql
 security definer
 set search_path to ''
 set "TimeZone" to 'UTC'
as $function$
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
$function$;
grant execute on function audit.ensure_partitions(date, integer) to platform_writer;
comment on function audit.ensure_partitions(date, integer) is 'Makes the partitions of that many months from the given one, those that are missing; returns how many it made.';

-- Create table "automation.checklists"
create table automation.checklists (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name platform.localized_text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint checklists_pkey primary key (id),
  constraint checklists_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint checklists_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120)))
);
comment on table automation.checklists is 'Lists of things to tick off, used by tasks and reviews.';
comment on column automation.checklists.id is 'Identity.';
comment on column automation.checklists.code is 'Name, dotted; unique among live rows.';
comment on column automation.checklists.name is 'Name for people; at most 120 characters per language.';
comment on column automation.checklists.created_at is 'When the row was written.';
comment on column automation.checklists.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklists.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklists.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.checklists.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklists.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.checklists_code_key"
create unique index checklists_code_key on automation.checklists using btree (code) where (deleted_at is null);

-- Create index "automation.checklists_created_at_idx"
create index checklists_created_at_idx on automation.checklists using btree (created_at desc, id desc);

-- Create trigger "check_unused_checklist_items" of table "automation.checklists"
create trigger check_unused_checklist_items before update of deleted_at on automation.checklists for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('automation.checklist_items', 'checklist_id');

-- Create trigger "touch" of table "automation.checklists"
create trigger touch before update on automation.checklists for each row execute function platform.touch();

-- Create table "automation.checklist_items"
create table automation.checklist_items (
  id uuid default gen_random_uuid() not null,
  checklist_id uuid not null,
  "position" integer not null,
  text platform.localized_text not null,
  is_required boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint checklist_items_pkey primary key (id),
  constraint checklist_items_position_key exclude using btree (checklist_id with =, "position" with =) where ((deleted_at is null)) deferrable initially deferred,
  constraint checklist_items_checklist_id_fkey foreign key (checklist_id) references automation.checklists(id) on delete restrict,
  constraint checklist_items_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint checklist_items_text_length check (((length(((text)::jsonb ->> 'de'::text)) <= 500) and (length(((text)::jsonb ->> 'en'::text)) <= 500)))
);
comment on table automation.checklist_items is 'Things of a checklist.';
comment on column automation.checklist_items.id is 'Identity.';
comment on column automation.checklist_items.checklist_id is 'The checklist.';
comment on column automation.checklist_items."position" is 'Place in the list, from 1; unique in it.';
comment on column automation.checklist_items.text is 'What is to be done; at most 500 characters per language.';
comment on column automation.checklist_items.is_required is 'True: the task is not done without it.';
comment on column automation.checklist_items.created_at is 'When the row was written.';
comment on column automation.checklist_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklist_items.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklist_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.checklist_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklist_items.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.checklist_items_checklist_id_idx"
create index checklist_items_checklist_id_idx on automation.checklist_items using btree (checklist_id);

-- Create trigger "check_live" of table "automation.checklist_items"
create trigger check_live before insert or update of checklist_id, deleted_at on automation.checklist_items for each row execute function platform.check_live('checklist_id', 'automation.checklists');

-- Create trigger "touch" of table "automation.checklist_items"
create trigger touch before update on automation.checklist_items for each row execute function platform.touch();

-- Create table "automation.field_definitions"
create table automation.field_definitions (
  id uuid default gen_random_uuid() not null,
  key text not null,
  label platform.localized_text not null,
  help platform.localized_text,
  type text not null,
  unit text,
  validation jsonb default '{}'::jsonb not null,
  options jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint field_definitions_pkey primary key (id),
  constraint field_definitions_help_length check (((length(((help)::jsonb ->> 'de'::text)) <= 1000) and (length(((help)::jsonb ->> 'en'::text)) <= 1000))),
  constraint field_definitions_key_shape check (((key ~ '^[a-z][a-z0-9_]*$'::text) and (length(key) <= 80))),
  constraint field_definitions_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200))),
  constraint field_definitions_options_array check ((jsonb_typeof(options) = 'array'::text)),
  constraint field_definitions_options_some check (((type <> all (array['select'::text, 'multi_select'::text, 'radio'::text])) or (options <> '[]'::jsonb))),
  constraint field_definitions_type_known check ((type = any (array['text'::text, 'long_text'::text, 'number'::text, 'date'::text, 'select'::text, 'multi_select'::text, 'file'::text, 'checkbox'::text, 'radio'::text, 'rich_text'::text, 'signature'::text, 'email'::text, 'phone'::text]))),
  constraint field_definitions_unit_length check (((length(unit) >= 1) and (length(unit) <= 20))),
  constraint field_definitions_validation_object check ((jsonb_typeof(validation) = 'object'::text))
);
comment on table automation.field_definitions is 'Fields that any form may use.';
comment on column automation.field_definitions.id is 'Identity.';
comment on column automation.field_definitions.key is 'Name of the answer; unique among live rows.';
comment on column automation.field_definitions.label is 'Question for people; at most 200 characters per language.';
comment on column automation.field_definitions.help is 'Help beside it; at most 1000 characters per language; null: none.';
comment on column automation.field_definitions.type is 'Kind of answer.';
comment on column automation.field_definitions.unit is 'Unit of a number, e.g. m², kWh; null: none.';
comment on column automation.field_definitions.validation is 'What answers must keep: min, max, pattern, max_bytes …';
comment on column automation.field_definitions.options is 'Choices of a select, multi-select or radio: value and label each.';
comment on column automation.field_definitions.created_at is 'When the row was written.';
comment on column automation.field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.field_definitions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.field_definitions.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.field_definitions_created_at_idx"
create index field_definitions_created_at_idx on automation.field_definitions using btree (created_at desc, id desc);

-- Create index "automation.field_definitions_key_key"
create unique index field_definitions_key_key on automation.field_definitions using btree (key) where (deleted_at is null);

-- Create trigger "touch" of table "automation.field_definitions"
create trigger touch before update on automation.field_definitions for each row execute function platform.touch();

-- Create table "identity.permissions"
create table identity.permissions (
  id uuid default gen_random_uuid() not null,
  code text not null,
  description platform.localized_text not null,
  is_sensitive boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint permissions_pkey primary key (id),
  constraint permissions_code_key unique (code),
  constraint permissions_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint permissions_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 500) and (length(((description)::jsonb ->> 'en'::text)) <= 500)))
);
comment on table identity.permissions is 'What can be allowed; the rows ride in migrations.';
comment on column identity.permissions.id is 'Identity.';
comment on column identity.permissions.code is 'Name, dotted: resource and verb, e.g. contacts.read; unique.';
comment on column identity.permissions.description is 'What it allows; at most 500 characters per language.';
comment on column identity.permissions.is_sensitive is 'True: its use is written to the audit log even for reading.';
comment on column identity.permissions.created_at is 'When the row was written.';
comment on column identity.permissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.permissions.updated_at is 'When it last changed; set by trigger.';
comment on column identity.permissions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.permissions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "identity.permissions"
create trigger touch before update on identity.permissions for each row execute function platform.touch();

-- Create table "identity.roles"
create table identity.roles (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name platform.localized_text not null,
  description platform.localized_text not null,
  audience text not null,
  scope_types text[] not null,
  is_system boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint roles_pkey primary key (id),
  constraint roles_audience_known check ((audience = any (array['internal'::text, 'external'::text, 'any'::text]))),
  constraint roles_code_shape check (((code ~ '^[a-z][a-z0-9_]*$'::text) and (length(code) <= 60))),
  constraint roles_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 500) and (length(((description)::jsonb ->> 'en'::text)) <= 500))),
  constraint roles_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint roles_scope_types_known check (((scope_types <@ array['global'::text, 'department'::text, 'project'::text, 'building'::text, 'partner'::text]) and (cardinality(scope_types) > 0)))
);
comment on table identity.roles is 'Bundles of permissions; the rows of the system ride in migrations.';
comment on column identity.roles.id is 'Identity.';
comment on column identity.roles.code is 'Name; unique among live rows; what tokens carry.';
comment on column identity.roles.name is 'Name for people; at most 120 characters per language.';
comment on column identity.roles.description is 'Who should have it; at most 500 characters per language.';
comment on column identity.roles.audience is 'Whom it may be granted to.';
comment on column identity.roles.scope_types is 'Where it may be granted.';
comment on column identity.roles.is_system is 'True: written by a migration; its code never changes.';
comment on column identity.roles.created_at is 'When the row was written.';
comment on column identity.roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.roles.deleted_at is 'When it was deleted; null: live.';

-- Create index "identity.roles_code_key"
create unique index roles_code_key on identity.roles using btree (code) where (deleted_at is null);

-- Create index "identity.roles_created_at_idx"
create index roles_created_at_idx on identity.roles using btree (created_at desc, id desc);

-- Create trigger "touch" of table "identity.roles"
create trigger touch before update on identity.roles for each row execute function platform.touch();

-- Create function "identity.check_role_code()"
create function identity.check_role_code()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if old.is_system and (new.code <> old.code or not new.is_system or new.deleted_at is not null) then
    raise exception 'role % belongs to the system', old.code
      using errcode = '23514', constraint = 'roles_system_kept', schema = 'identity', table = 'roles';
  end if;
  return new;
end
$function$;
comment on function identity.check_role_code() is 'Before update: a role of the system keeps its code and stays; breaks roles_system_kept.';

-- Create trigger "check_code" of table "identity.roles"
create trigger check_code before update on identity.roles for each row execute function identity.check_role_code();

-- Create table "identity.role_permissions"
create table identity.role_permissions (
  id uuid default gen_random_uuid() not null,
  role_id uuid not null,
  permission_id uuid not null,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint role_permissions_pkey primary key (id),
  constraint role_permissions_permission_id_fkey foreign key (permission_id) references identity.permissions(id) on delete restrict,
  constraint role_permissions_role_id_fkey foreign key (role_id) references identity.roles(id) on delete cascade
);
comment on table identity.role_permissions is 'Which permissions a role bundles.';
comment on column identity.role_permissions.id is 'Identity.';
comment on column identity.role_permissions.role_id is 'The role.';
comment on column identity.role_permissions.permission_id is 'The permission.';
comment on column identity.role_permissions.revoked_at is 'When it was taken out of the role; null: it is in it.';
comment on column identity.role_permissions.created_at is 'When the row was written.';
comment on column identity.role_permissions.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "identity.role_permissions_permission_id_idx"
create index role_permissions_permission_id_idx on identity.role_permissions using btree (permission_id);

-- Create index "identity.role_permissions_role_id_idx"
create index role_permissions_role_id_idx on identity.role_permissions using btree (role_id);

-- Create index "identity.role_permissions_role_id_permission_id_key"
create unique index role_permissions_role_id_permission_id_key on identity.role_permissions using btree (role_id, permission_id) where (revoked_at is null);

-- Create table "party.companies"
create table party.companies (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  legal_name text not null,
  trade_name text,
  register_number text,
  register_court text,
  vat_id text,
  email text,
  phone text,
  website text,
  street text,
  house_number text,
  postal_code text,
  city text,
  country text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  notes text,
  status text default 'live'::text not null,
  archived_at timestamp with time zone,
  archive_reason text,
  merged_into_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint companies_pkey primary key (id),
  constraint companies_merged_into_id_fkey foreign key (merged_into_id) references party.companies(id) on delete restrict,
  constraint companies_archive_reason_known check ((archive_reason = any (array['merged'::text, 'inactive'::text, 'duplicate'::text, 'dissolved'::text, 'other'::text]))),
  constraint companies_archived_whole check ((((status = 'archived'::text) = (archived_at is not null)) and ((archived_at is null) = (archive_reason is null)))),
  constraint companies_city_length check (((length(city) >= 1) and (length(city) <= 120))),
  constraint companies_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint companies_email_shape check (((email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) and (length(email) <= 254))),
  constraint companies_house_number_length check (((length(house_number) >= 1) and (length(house_number) <= 20))),
  constraint companies_kind_known check ((kind = any (array['contractor'::text, 'supplier'::text, 'owner'::text, 'energy_adviser'::text, 'charity'::text, 'public_body'::text, 'bank'::text, 'other'::text]))),
  constraint companies_latitude_range check (((latitude >= ('-90'::integer)::numeric) and (latitude <= (90)::numeric))),
  constraint companies_latitude_whole check (((latitude is null) = (longitude is null))),
  constraint companies_legal_name_length check (((length(legal_name) >= 1) and (length(legal_name) <= 200))),
  constraint companies_longitude_range check (((longitude >= ('-180'::integer)::numeric) and (longitude <= (180)::numeric))),
  constraint companies_merged_other check ((merged_into_id <> id)),
  constraint companies_merged_reason check (((merged_into_id is null) or (not (archive_reason is distinct from 'merged'::text)))),
  constraint companies_notes_length check ((length(notes) <= 4000)),
  constraint companies_phone_shape check ((phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'::text)),
  constraint companies_postal_code_length check (((length(postal_code) >= 1) and (length(postal_code) <= 20))),
  constraint companies_register_court_length check (((length(register_court) >= 1) and (length(register_court) <= 120))),
  constraint companies_register_number_length check (((length(register_number) >= 1) and (length(register_number) <= 60))),
  constraint companies_status_known check ((status = any (array['live'::text, 'archived'::text]))),
  constraint companies_street_length check (((length(street) >= 1) and (length(street) <= 200))),
  constraint companies_trade_name_length check (((length(trade_name) >= 1) and (length(trade_name) <= 200))),
  constraint companies_vat_id_shape check ((vat_id ~ '^[A-Z]{2}[A-Z0-9]{2,13}$'::text)),
  constraint companies_website_shape check (((website ~ '^https?://[^[:space:]]+$'::text) and (length(website) <= 2000)))
);
comment on table party.companies is 'Legal persons: contractors, suppliers, owners.';
comment on column party.companies.id is 'Identity; other domains hold it as company_ref.';
comment on column party.companies.kind is 'What it mainly is to us.';
comment on column party.companies.legal_name is 'Name in the register; at most 200 characters.';
comment on column party.companies.trade_name is 'Name it goes by, if another; null: the legal name.';
comment on column party.companies.register_number is 'Number in the commercial or charity register; null: unknown.';
comment on column party.companies.register_court is 'Court or office that keeps the register; null: unknown.';
comment on column party.companies.vat_id is 'VAT identification number with its country; unique among live rows; null: none.';
comment on column party.companies.email is 'Address for mail; null: unknown.';
comment on column party.companies.phone is 'Telephone number; null: unknown.';
comment on column party.companies.website is 'Website; null: none.';
comment on column party.companies.street is 'Street without the house number; null: unknown.';
comment on column party.companies.house_number is 'House number with its suffix; null: unknown.';
comment on column party.companies.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.companies.city is 'Town; null: unknown.';
comment on column party.companies.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.companies.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.companies.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.companies.notes is 'Free notes of the staff; null: none.';
comment on column party.companies.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.companies.archived_at is 'When it was archived; null: never.';
comment on column party.companies.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.companies.merged_into_id is 'Company that took its place; null: none. Set once.';
comment on column party.companies.created_at is 'When the row was written.';
comment on column party.companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.companies.deleted_at is 'When it was deleted; null: live.';

-- Create index "party.companies_created_at_idx"
create index companies_created_at_idx on party.companies using btree (created_at desc, id desc);

-- Create index "party.companies_legal_name_idx"
create index companies_legal_name_idx on party.companies using btree (lower(legal_name)) where (deleted_at is null);

-- Create index "party.companies_merged_into_id_idx"
create index companies_merged_into_id_idx on party.companies using btree (merged_into_id);

-- Create index "party.companies_vat_id_key"
create unique index companies_vat_id_key on party.companies using btree (vat_id) where (deleted_at is null);

-- Create trigger "check_status" of table "party.companies"
create trigger check_status before insert or update of status on party.companies for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');

-- Create trigger "check_unused_contact_companies" of table "party.companies"
create trigger check_unused_contact_companies before update of deleted_at on party.companies for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.contact_companies', 'company_id');

-- Create trigger "check_unused_leads" of table "party.companies"
create trigger check_unused_leads before update of deleted_at on party.companies for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.leads', 'company_id');

-- Create trigger "keep_once_set" of table "party.companies"
create trigger keep_once_set before update on party.companies for each row execute function platform.keep_once_set('merged_into_id');

-- Create trigger "touch" of table "party.companies"
create trigger touch before update on party.companies for each row execute function platform.touch();

-- Create table "party.departments"
create table party.departments (
  id uuid default gen_random_uuid() not null,
  code text not null,
  short_name text not null,
  name platform.localized_text not null,
  description platform.localized_text,
  skill_level text not null,
  is_owner boolean default false not null,
  status text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint departments_pkey primary key (id),
  constraint departments_code_shape check (((code ~ '^[A-Z0-9][A-Z0-9_-]*$'::text) and (length(code) <= 30))),
  constraint departments_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint departments_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint departments_short_name_length check (((length(short_name) >= 1) and (length(short_name) <= 20))),
  constraint departments_skill_level_known check ((skill_level = any (array['pro'::text, 'basic'::text]))),
  constraint departments_status_known check ((status = any (array['active'::text, 'inactive'::text])))
);
comment on table party.departments is 'Parts of the organisation; they carry responsibility and bound what employees see.';
comment on column party.departments.id is 'Identity.';
comment on column party.departments.code is 'Short code, capitals; unique among live rows; at most 30 characters.';
comment on column party.departments.short_name is 'Name where there is little room; at most 20 characters.';
comment on column party.departments.name is 'Name for people; at most 120 characters per language.';
comment on column party.departments.description is 'What it is responsible for; at most 2000 characters per language; null: not said.';
comment on column party.departments.skill_level is 'pro: works on difficult cases; basic: on the others.';
comment on column party.departments.is_owner is 'True: takes what no other department of its skill level takes; exactly one active department per level.';
comment on column party.departments.status is 'active: takes work; inactive: kept for its past.';
comment on column party.departments.created_at is 'When the row was written.';
comment on column party.departments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.departments.updated_at is 'When it last changed; set by trigger.';
comment on column party.departments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.departments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.departments.deleted_at is 'When it was deleted; null: live.';

-- Create index "party.departments_code_key"
create unique index departments_code_key on party.departments using btree (code) where (deleted_at is null);

-- Create index "party.departments_created_at_idx"
create index departments_created_at_idx on party.departments using btree (created_at desc, id desc);

-- Create index "party.departments_skill_level_is_owner_idx"
create index departments_skill_level_is_owner_idx on party.departments using btree (skill_level, is_owner);

-- Create trigger "check_status" of table "party.departments"
create trigger check_status before insert or update of status on party.departments for each row execute function platform.check_transition('status', 'active,inactive', 'active>inactive', 'inactive>active');

-- Create trigger "check_unused_contacts" of table "party.departments"
create trigger check_unused_contacts before update of deleted_at on party.departments for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.contacts', 'department_id');

-- Create trigger "touch" of table "party.departments"
create trigger touch before update on party.departments for each row execute function platform.touch();

-- Create function "party.check_department_owner()"
create function party.check_department_owner()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  level text;
  owners bigint;
begin
  for level in
    select distinct v from unnest(array[new.skill_level, case tg_op when 'UPDATE' then old.skill_level end]) as v
    where v is not null
  loop
    -- One look at a level at a time, so that two owners do not pass each other.
    perform pg_advisory_xact_lock(77231, hashtext(level));
    select count(*) filter (where d.is_owner) into owners
    from party.departments d
    where d.skill_level = level and d.status = 'active' and d.deleted_at is null
    having count(*) > 0;
    if owners <> 1 then
      raise exception 'skill level % has % owning departments, not one', level, owners
        using errcode = '23514', constraint = 'departments_owner_exact', schema = 'party', table = 'departments',
              detail = 'Change the old and the new owner in one transaction.';
    end if;
  end loop;
  return null;
end
$function$;
comment on function party.check_department_owner() is 'At commit: each skill level with active departments has exactly one owner; breaks departments_owner_exact.';

-- Create trigger "check_owner" of table "party.departments"
create constraint trigger check_owner after insert or update of skill_level, is_owner, status, deleted_at on party.departments deferrable initially deferred for each row execute function party.check_department_owner();

-- Create table "automation.forms"
create table automation.forms (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name platform.localized_text not null,
  description platform.localized_text,
  department_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint forms_pkey primary key (id),
  constraint forms_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict,
  constraint forms_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint forms_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint forms_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120)))
);
comment on table automation.forms is 'Forms. What they ask is in their versions.';
comment on column automation.forms.id is 'Identity.';
comment on column automation.forms.code is 'Name, dotted; unique among live rows.';
comment on column automation.forms.name is 'Name for people; at most 120 characters per language.';
comment on column automation.forms.description is 'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.forms.department_id is 'Department responsible for it; null: none.';
comment on column automation.forms.created_at is 'When the row was written.';
comment on column automation.forms.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.forms.updated_at is 'When it last changed; set by trigger.';
comment on column automation.forms.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.forms.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.forms.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.forms_code_key"
create unique index forms_code_key on automation.forms using btree (code) where (deleted_at is null);

-- Create index "automation.forms_created_at_idx"
create index forms_created_at_idx on automation.forms using btree (created_at desc, id desc);

-- Create index "automation.forms_department_id_idx"
create index forms_department_id_idx on automation.forms using btree (department_id);

-- Create trigger "touch" of table "automation.forms"
create trigger touch before update on automation.forms for each row execute function platform.touch();

-- Create table "automation.workflow_templates"
create table automation.workflow_templates (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name platform.localized_text not null,
  description platform.localized_text,
  subject_domain text default 'projects'::text not null,
  subject_type platform.entity_name default 'project'::text not null,
  engagement_type text,
  product_refs uuid[] default '{}'::uuid[] not null,
  department_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint workflow_templates_pkey primary key (id),
  constraint workflow_templates_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict,
  constraint workflow_templates_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint workflow_templates_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint workflow_templates_engagement_type_known check ((engagement_type = any (array['advice'::text, 'planning'::text, 'construction'::text, 'full_service'::text, 'maintenance'::text]))),
  constraint workflow_templates_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint workflow_templates_product_refs_whole check ((array_position(product_refs, null::uuid) is null)),
  constraint workflow_templates_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
comment on table automation.workflow_templates is 'Kinds of workflows. What they consist of is in their versions.';
comment on column automation.workflow_templates.id is 'Identity.';
comment on column automation.workflow_templates.code is 'Name, dotted; unique among live rows.';
comment on column automation.workflow_templates.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_templates.description is 'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_templates.subject_domain is 'Domain of the entities it runs on.';
comment on column automation.workflow_templates.subject_type is 'Entity it runs on, singular.';
comment on column automation.workflow_templates.engagement_type is 'Engagement it is for; null: any.';
comment on column automation.workflow_templates.product_refs is 'Products (finance) that start it when a quote with one of them is won; empty: started by hand.';
comment on column automation.workflow_templates.department_id is 'Department responsible for it; null: none.';
comment on column automation.workflow_templates.created_at is 'When the row was written.';
comment on column automation.workflow_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_templates.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_templates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.workflow_templates.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.workflow_templates_code_key"
create unique index workflow_templates_code_key on automation.workflow_templates using btree (code) where (deleted_at is null);

-- Create index "automation.workflow_templates_created_at_idx"
create index workflow_templates_created_at_idx on automation.workflow_templates using btree (created_at desc, id desc);

-- Create index "automation.workflow_templates_department_id_idx"
create index workflow_templates_department_id_idx on automation.workflow_templates using btree (department_id);

-- Create trigger "touch" of table "automation.workflow_templates"
create trigger touch before update on automation.workflow_templates for each row execute function platform.touch();

-- Create table "party.contacts"
create table party.contacts (
  id uuid default gen_random_uuid() not null,
  salutation text,
  title text,
  first_name text,
  last_name text,
  job_title text,
  email text,
  phone text,
  mobile text,
  language text,
  street text,
  house_number text,
  postal_code text,
  city text,
  country text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  place_id text,
  date_of_birth date,
  segment text,
  classification text,
  department_id uuid,
  notes text,
  source text,
  status text default 'live'::text not null,
  archived_at timestamp with time zone,
  archive_reason text,
  merged_into_id uuid,
  erased_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint contacts_pkey primary key (id),
  constraint contacts_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict,
  constraint contacts_merged_into_id_fkey foreign key (merged_into_id) references party.contacts(id) on delete restrict,
  constraint contacts_archive_reason_known check ((archive_reason = any (array['merged'::text, 'inactive'::text, 'duplicate'::text, 'requested'::text, 'other'::text]))),
  constraint contacts_archived_whole check ((((status = 'archived'::text) = (archived_at is not null)) and ((archived_at is null) = (archive_reason is null)))),
  constraint contacts_city_length check (((length(city) >= 1) and (length(city) <= 120))),
  constraint contacts_classification_known check ((classification = any (array['a'::text, 'b'::text, 'c'::text]))),
  constraint contacts_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint contacts_date_of_birth_range check ((date_of_birth >= '1880-01-01'::date)),
  constraint contacts_email_shape check (((email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) and (length(email) <= 254))),
  constraint contacts_erased_blank check (((erased_at is null) or ((deleted_at is not null) and (num_nonnulls(title, first_name, last_name, job_title, email, phone, mobile, street, house_number, postal_code, city, latitude, place_id, date_of_birth, notes) = 0)))),
  constraint contacts_first_name_length check (((length(first_name) >= 1) and (length(first_name) <= 100))),
  constraint contacts_house_number_length check (((length(house_number) >= 1) and (length(house_number) <= 20))),
  constraint contacts_job_title_length check (((length(job_title) >= 1) and (length(job_title) <= 120))),
  constraint contacts_language_known check ((language = any (array['de'::text, 'en'::text]))),
  constraint contacts_last_name_length check (((length(last_name) >= 1) and (length(last_name) <= 100))),
  constraint contacts_latitude_range check (((latitude >= ('-90'::integer)::numeric) and (latitude <= (90)::numeric))),
  constraint contacts_latitude_whole check (((latitude is null) = (longitude is null))),
  constraint contacts_longitude_range check (((longitude >= ('-180'::integer)::numeric) and (longitude <= (180)::numeric))),
  constraint contacts_merged_other check ((merged_into_id <> id)),
  constraint contacts_merged_reason check (((merged_into_id is null) or (not (archive_reason is distinct from 'merged'::text)))),
  constraint contacts_mobile_shape check ((mobile ~ '^\+?[0-9][0-9 ()/-]{2,39}$'::text)),
  constraint contacts_notes_length check ((length(notes) <= 4000)),
  constraint contacts_phone_shape check ((phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'::text)),
  constraint contacts_place_id_length check (((length(place_id) >= 1) and (length(place_id) <= 200))),
  constraint contacts_postal_code_length check (((length(postal_code) >= 1) and (length(postal_code) <= 20))),
  constraint contacts_salutation_known check ((salutation = any (array['mr'::text, 'ms'::text, 'mx'::text, 'none'::text]))),
  constraint contacts_segment_known check ((segment = any (array['private'::text, 'commercial'::text, 'public'::text, 'nonprofit'::text]))),
  constraint contacts_source_length check (((length(source) >= 1) and (length(source) <= 120))),
  constraint contacts_status_known check ((status = any (array['live'::text, 'archived'::text]))),
  constraint contacts_street_length check (((length(street) >= 1) and (length(street) <= 200))),
  constraint contacts_title_length check (((length(title) >= 1) and (length(title) <= 40)))
);
comment on table party.contacts is 'Natural persons. Whatever points at a human points here; a login is only one thing a person may have.';
comment on column party.contacts.id is 'Identity; other domains hold it as contact_ref.';
comment on column party.contacts.salutation is 'How to address the person; null: unknown.';
comment on column party.contacts.title is 'Academic or other title, e.g. Dr.; null: none.';
comment on column party.contacts.first_name is 'Given name; null: unknown or erased.';
comment on column party.contacts.last_name is 'Family name; null: unknown or erased.';
comment on column party.contacts.job_title is 'What the person does for a living or in a company; null: unknown.';
comment on column party.contacts.email is 'Address for mail; not a login and not unique; null: unknown.';
comment on column party.contacts.phone is 'Telephone number; null: unknown.';
comment on column party.contacts.mobile is 'Mobile number; null: unknown.';
comment on column party.contacts.language is 'Language to write in; null: unknown.';
comment on column party.contacts.street is 'Street without the house number; null: unknown.';
comment on column party.contacts.house_number is 'House number with its suffix; null: unknown.';
comment on column party.contacts.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.contacts.city is 'Town; null: unknown.';
comment on column party.contacts.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.contacts.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.contacts.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.contacts.place_id is 'Id of the address at the geocoder; null: not located.';
comment on column party.contacts.date_of_birth is 'Day of birth; null: unknown.';
comment on column party.contacts.segment is 'Kind of customer; null: no customer.';
comment on column party.contacts.classification is 'How much attention the customer is given, a the most; null: not classified.';
comment on column party.contacts.department_id is 'Department the person works in; null: none.';
comment on column party.contacts.notes is 'Free notes of the staff; null: none.';
comment on column party.contacts.source is 'Where the contact came from, free text; null: unknown.';
comment on column party.contacts.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.contacts.archived_at is 'When it was archived; null: never.';
comment on column party.contacts.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.contacts.merged_into_id is 'Contact that took its place; null: none. Set once.';
comment on column party.contacts.erased_at is 'When personal fields were blanked for privacy; null: never. Set once.';
comment on column party.contacts.created_at is 'When the row was written.';
comment on column party.contacts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contacts.updated_at is 'When it last changed; set by trigger.';
comment on column party.contacts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contacts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contacts.deleted_at is 'When it was deleted; null: live.';

-- Create index "party.contacts_created_at_idx"
create index contacts_created_at_idx on party.contacts using btree (created_at desc, id desc);

-- Create index "party.contacts_department_id_idx"
create index contacts_department_id_idx on party.contacts using btree (department_id);

-- Create index "party.contacts_email_idx"
create index contacts_email_idx on party.contacts using btree (lower(email)) where ((email is not null) and (deleted_at is null));

-- Create index "party.contacts_merged_into_id_idx"
create index contacts_merged_into_id_idx on party.contacts using btree (merged_into_id);

-- Create index "party.contacts_name_idx"
create index contacts_name_idx on party.contacts using btree (lower(last_name), lower(first_name)) where (deleted_at is null);

-- Create index "party.contacts_postal_code_idx"
create index contacts_postal_code_idx on party.contacts using btree (postal_code) where (deleted_at is null);

-- Create trigger "check_live" of table "party.contacts"
create trigger check_live before insert or update of department_id, deleted_at on party.contacts for each row execute function platform.check_live('department_id', 'party.departments');

-- Create trigger "check_status" of table "party.contacts"
create trigger check_status before insert or update of status on party.contacts for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');

-- Create trigger "check_unused_appointment_proposals" of table "party.contacts"
create trigger check_unused_appointment_proposals before update of deleted_at on party.contacts for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('scheduling.appointment_proposals', 'contact_id');

-- Create trigger "check_unused_appointments" of table "party.contacts"
create trigger check_unused_appointments before update of deleted_at on party.contacts for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('scheduling.appointments', 'contact_id');

-- Create trigger "check_unused_contact_companies" of table "party.contacts"
create trigger check_unused_contact_companies before update of deleted_at on party.contacts for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.contact_companies', 'contact_id');

-- Create trigger "check_unused_leads" of table "party.contacts"
create trigger check_unused_leads before update of deleted_at on party.contacts for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('party.leads', 'contact_id');

-- Create trigger "check_unused_users" of table "party.contacts"
create trigger check_unused_users before update of deleted_at on party.contacts for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('identity.users', 'contact_id');

-- Create trigger "keep_once_set" of table "party.contacts"
create trigger keep_once_set before update on party.contacts for each row execute function platform.keep_once_set('merged_into_id', 'erased_at');

-- Create trigger "touch" of table "party.contacts"
create trigger touch before update on party.contacts for each row execute function platform.touch();

-- Create function "party.check_contact_archived()"
create function party.check_contact_archived()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.status = 'live' and new.merged_into_id is not null then
    raise exception 'contact % was merged into %, it stays archived', new.id, new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_final', schema = 'party', table = 'contacts';
  end if;
  if old.erased_at is not null and new.deleted_at is null then
    raise exception 'contact % was erased, it cannot be restored', new.id
      using errcode = '23514', constraint = 'contacts_erased_final', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$function$;
comment on function party.check_contact_archived() is 'Before update: what was merged stays archived, what was erased stays deleted; breaks contacts_merged_final or contacts_erased_final.';

-- Create trigger "check_archived" of table "party.contacts"
create trigger check_archived before update of status, merged_into_id, deleted_at, erased_at on party.contacts for each row execute function party.check_contact_archived();

-- Create function "party.check_contact_merge()"
create function party.check_contact_merge()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- The lock makes a merge the other way round wait, or fail as a deadlock.
  perform 1 from party.contacts
  where id = new.merged_into_id and status = 'live' and deleted_at is null for share;
  if not found then
    raise exception 'contact % is not live, nothing can be merged into it', new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_into_live', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$function$;
comment on function party.check_contact_merge() is 'Before insert or update: a contact is merged into a live one, so merges make no circle; breaks contacts_merged_into_live.';

-- Create trigger "check_merge" of table "party.contacts"
create trigger check_merge before insert or update of merged_into_id on party.contacts for each row when (((new.merged_into_id is not null) and (new.deleted_at is null))) execute function party.check_contact_merge();

-- Create table "automation.form_versions"
create table automation.form_versions (
  id uuid default gen_random_uuid() not null,
  form_id uuid not null,
  number integer not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  published_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint form_versions_pkey primary key (id),
  constraint form_versions_number_key unique (form_id, number),
  constraint form_versions_form_id_fkey foreign key (form_id) references automation.forms(id) on delete restrict,
  constraint form_versions_published_by_fkey foreign key (published_by) references party.contacts(id) on delete restrict,
  constraint form_versions_number_range check (((number >= 1) and (number <= 10000))),
  constraint form_versions_published_whole check (((status = 'draft'::text) = (published_at is null))),
  constraint form_versions_status_known check ((status = any (array['draft'::text, 'published'::text, 'archived'::text])))
);
comment on table automation.form_versions is 'Snapshots of a form; submissions pin one. A published one never changes.';
comment on column automation.form_versions.id is 'Identity.';
comment on column automation.form_versions.form_id is 'The form.';
comment on column automation.form_versions.number is 'Version, from 1.';
comment on column automation.form_versions.status is 'draft: being designed; published: what new submissions take, one per form; archived.';
comment on column automation.form_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column automation.form_versions.published_by is 'Who published it; null: the system, or not yet.';
comment on column automation.form_versions.created_at is 'When the row was written.';
comment on column automation.form_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_versions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.form_versions_created_at_idx"
create index form_versions_created_at_idx on automation.form_versions using btree (created_at desc, id desc);

-- Create index "automation.form_versions_published_by_idx"
create index form_versions_published_by_idx on automation.form_versions using btree (published_by);

-- Create index "automation.form_versions_published_key"
create unique index form_versions_published_key on automation.form_versions using btree (form_id) where (status = 'published'::text);

-- Create trigger "check_frozen" of table "automation.form_versions"
create trigger check_frozen before delete or update on automation.form_versions for each row execute function platform.check_frozen('status', 'draft');

-- Create trigger "check_status" of table "automation.form_versions"
create trigger check_status before insert or update of status on automation.form_versions for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>archived');

-- Create trigger "keep_once_set" of table "automation.form_versions"
create trigger keep_once_set before update on automation.form_versions for each row execute function platform.keep_once_set('published_at');

-- Create trigger "touch" of table "automation.form_versions"
create trigger touch before update on automation.form_versions for each row execute function platform.touch();

-- Create table "automation.form_sections"
create table automation.form_sections (
  id uuid default gen_random_uuid() not null,
  form_version_id uuid not null,
  "position" integer not null,
  title platform.localized_text not null,
  intro platform.localized_text,
  visibility jsonb,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint form_sections_pkey primary key (id),
  constraint form_sections_id_version_key unique (id, form_version_id),
  constraint form_sections_position_key unique (form_version_id, "position") deferrable initially deferred,
  constraint form_sections_form_version_id_fkey foreign key (form_version_id) references automation.form_versions(id) on delete cascade,
  constraint form_sections_intro_length check (((length(((intro)::jsonb ->> 'de'::text)) <= 2000) and (length(((intro)::jsonb ->> 'en'::text)) <= 2000))),
  constraint form_sections_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint form_sections_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200))),
  constraint form_sections_visibility_object check ((jsonb_typeof(visibility) = 'object'::text))
);
comment on table automation.form_sections is 'Sections of a version.';
comment on column automation.form_sections.id is 'Identity.';
comment on column automation.form_sections.form_version_id is 'The version.';
comment on column automation.form_sections."position" is 'Place, from 1; unique in the version.';
comment on column automation.form_sections.title is 'Heading; at most 200 characters per language.';
comment on column automation.form_sections.intro is 'Text below the heading; at most 2000 characters per language; null: none.';
comment on column automation.form_sections.visibility is 'Condition on answers under which it is shown; null: always.';
comment on column automation.form_sections.created_at is 'When the row was written.';
comment on column automation.form_sections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_sections.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_sections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_sections.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "automation.form_sections"
create trigger check_parent before insert or delete or update on automation.form_sections for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

-- Create trigger "touch" of table "automation.form_sections"
create trigger touch before update on automation.form_sections for each row execute function platform.touch();

-- Create table "automation.form_fields"
create table automation.form_fields (
  id uuid default gen_random_uuid() not null,
  form_version_id uuid not null,
  section_id uuid not null,
  field_id uuid not null,
  "position" integer not null,
  is_required boolean default false not null,
  label platform.localized_text,
  validation jsonb,
  visibility jsonb,
  trigger jsonb,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint form_fields_pkey primary key (id),
  constraint form_fields_field_key unique (form_version_id, field_id),
  constraint form_fields_position_key unique (section_id, "position") deferrable initially deferred,
  constraint form_fields_field_id_fkey foreign key (field_id) references automation.field_definitions(id) on delete restrict,
  constraint form_fields_form_version_id_fkey foreign key (form_version_id) references automation.form_versions(id) on delete cascade,
  constraint form_fields_section_id_fkey foreign key (section_id, form_version_id) references automation.form_sections(id, form_version_id) on delete cascade,
  constraint form_fields_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200))),
  constraint form_fields_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint form_fields_trigger_object check ((jsonb_typeof(trigger) = 'object'::text)),
  constraint form_fields_validation_object check ((jsonb_typeof(validation) = 'object'::text)),
  constraint form_fields_visibility_object check ((jsonb_typeof(visibility) = 'object'::text))
);
comment on table automation.form_fields is 'Which field stands where in a version.';
comment on column automation.form_fields.id is 'Identity.';
comment on column automation.form_fields.form_version_id is 'The version.';
comment on column automation.form_fields.section_id is 'Section of the same version.';
comment on column automation.form_fields.field_id is 'The field; once per version.';
comment on column automation.form_fields."position" is 'Place in the section, from 1; unique in it.';
comment on column automation.form_fields.is_required is 'True: not submitted without an answer.';
comment on column automation.form_fields.label is 'Question in place of the field''s own; at most 200 characters per language; null: the field''s.';
comment on column automation.form_fields.validation is 'What answers must keep beside the field''s own; null: nothing more.';
comment on column automation.form_fields.visibility is 'Condition on answers under which it is asked, evaluated on the server too; null: always.';
comment on column automation.form_fields.trigger is 'What an answer sets off, e.g. a task; null: nothing.';
comment on column automation.form_fields.created_at is 'When the row was written.';
comment on column automation.form_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_fields.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_fields.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.form_fields_field_id_idx"
create index form_fields_field_id_idx on automation.form_fields using btree (field_id);

-- Create index "automation.form_fields_section_id_form_version_id_idx"
create index form_fields_section_id_form_version_id_idx on automation.form_fields using btree (section_id, form_version_id);

-- Create trigger "check_parent" of table "automation.form_fields"
create trigger check_parent before insert or delete or update on automation.form_fields for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

-- Create trigger "touch" of table "automation.form_fields"
create trigger touch before update on automation.form_fields for each row execute function platform.touch();

-- Create table "automation.workflow_template_versions"
create table automation.workflow_template_versions (
  id uuid default gen_random_uuid() not null,
  template_id uuid not null,
  number integer not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  published_by uuid,
  changes platform.localized_text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_template_versions_pkey primary key (id),
  constraint workflow_template_versions_number_key unique (template_id, number),
  constraint workflow_template_versions_published_by_fkey foreign key (published_by) references party.contacts(id) on delete restrict,
  constraint workflow_template_versions_template_id_fkey foreign key (template_id) references automation.workflow_templates(id) on delete restrict,
  constraint workflow_template_versions_changes_length check (((length(((changes)::jsonb ->> 'de'::text)) <= 2000) and (length(((changes)::jsonb ->> 'en'::text)) <= 2000))),
  constraint workflow_template_versions_number_range check (((number >= 1) and (number <= 10000))),
  constraint workflow_template_versions_published_whole check (((status = 'draft'::text) = (published_at is null))),
  constraint workflow_template_versions_status_known check ((status = any (array['draft'::text, 'published'::text, 'retired'::text])))
);
comment on table automation.workflow_template_versions is 'Snapshots of a template; running workflows pin one. A published one never changes.';
comment on column automation.workflow_template_versions.id is 'Identity.';
comment on column automation.workflow_template_versions.template_id is 'The template.';
comment on column automation.workflow_template_versions.number is 'Version, from 1.';
comment on column automation.workflow_template_versions.status is 'draft: being designed; published: what new workflows take, one per template; retired.';
comment on column automation.workflow_template_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column automation.workflow_template_versions.published_by is 'Who published it; null: the system, or not yet.';
comment on column automation.workflow_template_versions.changes is 'What is new in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_versions.created_at is 'When the row was written.';
comment on column automation.workflow_template_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_versions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.workflow_template_versions_created_at_idx"
create index workflow_template_versions_created_at_idx on automation.workflow_template_versions using btree (created_at desc, id desc);

-- Create index "automation.workflow_template_versions_published_by_idx"
create index workflow_template_versions_published_by_idx on automation.workflow_template_versions using btree (published_by);

-- Create index "automation.workflow_template_versions_published_key"
create unique index workflow_template_versions_published_key on automation.workflow_template_versions using btree (template_id) where (status = 'published'::text);

-- Create trigger "check_frozen" of table "automation.workflow_template_versions"
create trigger check_frozen before delete or update on automation.workflow_template_versions for each row execute function platform.check_frozen('status', 'draft');

-- Create trigger "check_status" of table "automation.workflow_template_versions"
create trigger check_status before insert or update of status on automation.workflow_template_versions for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>retired');

-- Create trigger "keep_once_set" of table "automation.workflow_template_versions"
create trigger keep_once_set before update on automation.workflow_template_versions for each row execute function platform.keep_once_set('published_at');

-- Create trigger "touch" of table "automation.workflow_template_versions"
create trigger touch before update on automation.workflow_template_versions for each row execute function platform.touch();

-- Create table "automation.workflow_packages"
create table automation.workflow_packages (
  id uuid default gen_random_uuid() not null,
  template_version_id uuid not null,
  subject_domain text not null,
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  quote_ref uuid,
  owner_contact_id uuid,
  department_id uuid,
  current_phase_id uuid,
  status text default 'pending'::text not null,
  status_trigger text default 'manual'::text not null,
  blocked_reason text,
  handover jsonb,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_packages_pkey primary key (id),
  constraint workflow_packages_quote_ref_key unique (quote_ref),
  constraint workflow_packages_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict,
  constraint workflow_packages_owner_contact_id_fkey foreign key (owner_contact_id) references party.contacts(id) on delete restrict,
  constraint workflow_packages_template_version_id_fkey foreign key (template_version_id) references automation.workflow_template_versions(id) on delete restrict,
  constraint workflow_packages_blocked_reason_length check (((length(blocked_reason) >= 1) and (length(blocked_reason) <= 500))),
  constraint workflow_packages_blocked_whole check (((status = 'blocked'::text) = (blocked_reason is not null))),
  constraint workflow_packages_ended_whole check (((status = any (array['done'::text, 'cancelled'::text])) = (ended_at is not null))),
  constraint workflow_packages_handover_object check ((jsonb_typeof(handover) = 'object'::text)),
  constraint workflow_packages_started_whole check (((status = any (array['pending'::text, 'cancelled'::text])) or (started_at is not null))),
  constraint workflow_packages_status_known check ((status = any (array['pending'::text, 'active'::text, 'blocked'::text, 'waiting'::text, 'done'::text, 'cancelled'::text]))),
  constraint workflow_packages_status_trigger_known check ((status_trigger = any (array['manual'::text, 'rule'::text, 'event'::text, 'api'::text, 'system'::text]))),
  constraint workflow_packages_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
comment on table automation.workflow_packages is 'Running workflows. Each pins the version it was started from.';
comment on column automation.workflow_packages.id is 'Identity.';
comment on column automation.workflow_packages.template_version_id is 'Version it runs; never changes.';
comment on column automation.workflow_packages.subject_domain is 'Domain of the entity it runs on.';
comment on column automation.workflow_packages.subject_type is 'That entity, singular.';
comment on column automation.workflow_packages.subject_id is 'Id of that entity.';
comment on column automation.workflow_packages.quote_ref is 'Won quote (finance) that started it; unique: a quote starts one; null: started otherwise.';
comment on column automation.workflow_packages.owner_contact_id is 'Who is responsible; null: nobody yet.';
comment on column automation.workflow_packages.department_id is 'Department that works on it; null: none.';
comment on column automation.workflow_packages.current_phase_id is 'Phase it is in, one of its own; null: not begun or ended.';
comment on column automation.workflow_packages.status is 'Where it stands; only the steps of workflow_packages_status_transition are allowed.';
comment on column automation.workflow_packages.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_packages.blocked_reason is 'What it waits for; null: not blocked.';
comment on column automation.workflow_packages.handover is 'What was handed over with it, e.g. the project''s score at that moment; null: nothing.';
comment on column automation.workflow_packages.started_at is 'When it became active; null: not yet. Set once.';
comment on column automation.workflow_packages.ended_at is 'When it was done or cancelled; null: it runs. Set once.';
comment on column automation.workflow_packages.created_at is 'When the row was written.';
comment on column automation.workflow_packages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_packages.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_packages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_packages.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.workflow_packages_created_at_idx"
create index workflow_packages_created_at_idx on automation.workflow_packages using btree (created_at desc, id desc);

-- Create index "automation.workflow_packages_current_phase_id_id_idx"
create index workflow_packages_current_phase_id_id_idx on automation.workflow_packages using btree (current_phase_id, id);

-- Create index "automation.workflow_packages_department_id_idx"
create index workflow_packages_department_id_idx on automation.workflow_packages using btree (department_id);

-- Create index "automation.workflow_packages_owner_contact_id_idx"
create index workflow_packages_owner_contact_id_idx on automation.workflow_packages using btree (owner_contact_id);

-- Create index "automation.workflow_packages_status_created_at_idx"
create index workflow_packages_status_created_at_idx on automation.workflow_packages using btree (status, created_at desc);

-- Create index "automation.workflow_packages_subject_type_subject_id_idx"
create index workflow_packages_subject_type_subject_id_idx on automation.workflow_packages using btree (subject_type, subject_id);

-- Create index "automation.workflow_packages_template_version_id_idx"
create index workflow_packages_template_version_id_idx on automation.workflow_packages using btree (template_version_id);

-- Create trigger "check_parent" of table "automation.workflow_packages"
create trigger check_parent before insert on automation.workflow_packages for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'published');

-- Create trigger "check_status" of table "automation.workflow_packages"
create trigger check_status before insert or update of status on automation.workflow_packages for each row execute function platform.check_transition('status', 'pending', 'pending>active,cancelled', 'active>blocked,waiting,done,cancelled', 'blocked>active,cancelled', 'waiting>active,cancelled');

-- Create trigger "keep_once_set" of table "automation.workflow_packages"
create trigger keep_once_set before update on automation.workflow_packages for each row execute function platform.keep_once_set('started_at', 'ended_at', 'template_version_id', 'subject_domain', 'subject_type', 'subject_id', 'quote_ref');

-- Create trigger "touch" of table "automation.workflow_packages"
create trigger touch before update on automation.workflow_packages for each row execute function platform.touch();

-- Create table "automation.workflow_rules"
create table automation.workflow_rules (
  id uuid default gen_random_uuid() not null,
  template_version_id uuid not null,
  "position" integer not null,
  name platform.localized_text not null,
  on_event text not null,
  condition jsonb default '{}'::jsonb not null,
  action text not null,
  parameters jsonb default '{}'::jsonb not null,
  is_active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_rules_pkey primary key (id),
  constraint workflow_rules_position_key unique (template_version_id, "position") deferrable initially deferred,
  constraint workflow_rules_template_version_id_fkey foreign key (template_version_id) references automation.workflow_template_versions(id) on delete cascade,
  constraint workflow_rules_action_known check ((action = any (array['start_phase'::text, 'complete_phase'::text, 'create_task'::text, 'complete_task'::text, 'assign'::text, 'notify'::text, 'propose_appointment'::text, 'request_document'::text, 'emit_event'::text]))),
  constraint workflow_rules_condition_object check ((jsonb_typeof(condition) = 'object'::text)),
  constraint workflow_rules_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint workflow_rules_on_event_shape check (((on_event ~ '^[a-z_]+(\.[a-z_]+)+(\.v[0-9]+)?$'::text) and (length(on_event) <= 120))),
  constraint workflow_rules_parameters_object check ((jsonb_typeof(parameters) = 'object'::text)),
  constraint workflow_rules_position_range check ((("position" >= 1) and ("position" <= 999)))
);
comment on table automation.workflow_rules is 'What a version does by itself: on an event, if a condition holds, an action.';
comment on column automation.workflow_rules.id is 'Identity.';
comment on column automation.workflow_rules.template_version_id is 'The version.';
comment on column automation.workflow_rules."position" is 'Order in which rules of one event run, from 1; unique in the version.';
comment on column automation.workflow_rules.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_rules.on_event is 'Event that starts it: task.done, quote.accepted.v1.';
comment on column automation.workflow_rules.condition is 'What must hold, a condition of the rule language; empty: always.';
comment on column automation.workflow_rules.action is 'What it does.';
comment on column automation.workflow_rules.parameters is 'What the action needs.';
comment on column automation.workflow_rules.is_active is 'False: switched off.';
comment on column automation.workflow_rules.created_at is 'When the row was written.';
comment on column automation.workflow_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_rules.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_rules.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "automation.workflow_rules"
create trigger check_parent before insert or delete or update on automation.workflow_rules for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

-- Create trigger "touch" of table "automation.workflow_rules"
create trigger touch before update on automation.workflow_rules for each row execute function platform.touch();

-- Create table "automation.workflow_template_phases"
create table automation.workflow_template_phases (
  id uuid default gen_random_uuid() not null,
  template_version_id uuid not null,
  "position" integer not null,
  code text not null,
  name platform.localized_text not null,
  description platform.localized_text,
  is_wait boolean default false not null,
  is_optional boolean default false not null,
  entry_criteria jsonb default '[]'::jsonb not null,
  exit_criteria jsonb default '[]'::jsonb not null,
  average_days integer,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_template_phases_pkey primary key (id),
  constraint workflow_template_phases_code_key unique (template_version_id, code),
  constraint workflow_template_phases_id_version_key unique (id, template_version_id),
  constraint workflow_template_phases_position_key unique (template_version_id, "position") deferrable initially deferred,
  constraint workflow_template_phases_template_version_id_fkey foreign key (template_version_id) references automation.workflow_template_versions(id) on delete cascade,
  constraint workflow_template_phases_average_days_range check (((average_days >= 0) and (average_days <= 3650))),
  constraint workflow_template_phases_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint workflow_template_phases_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint workflow_template_phases_entry_criteria_array check ((jsonb_typeof(entry_criteria) = 'array'::text)),
  constraint workflow_template_phases_exit_criteria_array check ((jsonb_typeof(exit_criteria) = 'array'::text)),
  constraint workflow_template_phases_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint workflow_template_phases_position_range check ((("position" >= 1) and ("position" <= 999)))
);
comment on table automation.workflow_template_phases is 'Phases of a version, one after the other.';
comment on column automation.workflow_template_phases.id is 'Identity.';
comment on column automation.workflow_template_phases.template_version_id is 'The version.';
comment on column automation.workflow_template_phases."position" is 'Place, from 1; unique in the version.';
comment on column automation.workflow_template_phases.code is 'Name, dotted; unique in the version.';
comment on column automation.workflow_template_phases.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_template_phases.description is 'What happens in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_phases.is_wait is 'True: nothing to do but wait for somebody else.';
comment on column automation.workflow_template_phases.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_phases.entry_criteria is 'What must hold before it begins, a list of conditions.';
comment on column automation.workflow_template_phases.exit_criteria is 'What must hold before it ends, a list of conditions.';
comment on column automation.workflow_template_phases.average_days is 'How long it takes on average, in days; null: unknown.';
comment on column automation.workflow_template_phases.created_at is 'When the row was written.';
comment on column automation.workflow_template_phases.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_phases.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_phases.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "automation.workflow_template_phases"
create trigger check_parent before insert or delete or update on automation.workflow_template_phases for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

-- Create trigger "touch" of table "automation.workflow_template_phases"
create trigger touch before update on automation.workflow_template_phases for each row execute function platform.touch();

-- Create table "automation.workflow_package_phases"
create table automation.workflow_package_phases (
  id uuid default gen_random_uuid() not null,
  package_id uuid not null,
  template_phase_id uuid not null,
  "position" integer not null,
  status text default 'pending'::text not null,
  status_trigger text default 'manual'::text not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_package_phases_pkey primary key (id),
  constraint workflow_package_phases_id_package_key unique (id, package_id),
  constraint workflow_package_phases_position_key unique (package_id, "position") deferrable initially deferred,
  constraint workflow_package_phases_template_key unique (package_id, template_phase_id),
  constraint workflow_package_phases_package_id_fkey foreign key (package_id) references automation.workflow_packages(id) on delete cascade,
  constraint workflow_package_phases_template_phase_id_fkey foreign key (template_phase_id) references automation.workflow_template_phases(id) on delete restrict,
  constraint workflow_package_phases_ended_whole check (((status = any (array['done'::text, 'skipped'::text, 'cancelled'::text])) = (ended_at is not null))),
  constraint workflow_package_phases_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint workflow_package_phases_status_known check ((status = any (array['pending'::text, 'active'::text, 'waiting'::text, 'done'::text, 'skipped'::text, 'cancelled'::text]))),
  constraint workflow_package_phases_status_trigger_known check ((status_trigger = any (array['manual'::text, 'rule'::text, 'event'::text, 'api'::text, 'system'::text])))
);
comment on table automation.workflow_package_phases is 'Phases of a running workflow.';
comment on column automation.workflow_package_phases.id is 'Identity.';
comment on column automation.workflow_package_phases.package_id is 'The workflow.';
comment on column automation.workflow_package_phases.template_phase_id is 'Phase of the version it comes from.';
comment on column automation.workflow_package_phases."position" is 'Place, from 1; unique in the workflow.';
comment on column automation.workflow_package_phases.status is 'Where it stands; only the steps of workflow_package_phases_status_transition are allowed.';
comment on column automation.workflow_package_phases.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_package_phases.started_at is 'When it began; null: not yet. Set once.';
comment on column automation.workflow_package_phases.ended_at is 'When it ended; null: not yet. Set once.';
comment on column automation.workflow_package_phases.created_at is 'When the row was written.';
comment on column automation.workflow_package_phases.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_package_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_package_phases.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_package_phases.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create constraint "workflow_packages_current_phase_id_fkey" of table "automation.workflow_packages"
alter table automation.workflow_packages add constraint workflow_packages_current_phase_id_fkey foreign key (current_phase_id, id) references automation.workflow_package_phases(id, package_id) on delete restrict;

-- Create index "automation.workflow_package_phases_active_key"
create unique index workflow_package_phases_active_key on automation.workflow_package_phases using btree (package_id) where (status = 'active'::text);

-- Create index "automation.workflow_package_phases_template_phase_id_idx"
create index workflow_package_phases_template_phase_id_idx on automation.workflow_package_phases using btree (template_phase_id);

-- Create trigger "check_status" of table "automation.workflow_package_phases"
create trigger check_status before insert or update of status on automation.workflow_package_phases for each row execute function platform.check_transition('status', 'pending', 'pending>active,skipped,cancelled', 'active>waiting,done,skipped,cancelled', 'waiting>active,done,cancelled');

-- Create trigger "keep_once_set" of table "automation.workflow_package_phases"
create trigger keep_once_set before update on automation.workflow_package_phases for each row execute function platform.keep_once_set('started_at', 'ended_at');

-- Create trigger "touch" of table "automation.workflow_package_phases"
create trigger touch before update on automation.workflow_package_phases for each row execute function platform.touch();

-- Create table "automation.workflow_phase_dependencies"
create table automation.workflow_phase_dependencies (
  phase_id uuid not null,
  depends_on_id uuid not null,
  template_version_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint workflow_phase_dependencies_pkey primary key (phase_id, depends_on_id),
  constraint workflow_phase_dependencies_depends_on_id_fkey foreign key (depends_on_id, template_version_id) references automation.workflow_template_phases(id, template_version_id) on delete cascade,
  constraint workflow_phase_dependencies_phase_id_fkey foreign key (phase_id, template_version_id) references automation.workflow_template_phases(id, template_version_id) on delete cascade
);
comment on table automation.workflow_phase_dependencies is 'Which phase waits for which; never in a circle, never across versions.';
comment on column automation.workflow_phase_dependencies.phase_id is 'The phase that waits.';
comment on column automation.workflow_phase_dependencies.depends_on_id is 'The phase it waits for.';
comment on column automation.workflow_phase_dependencies.template_version_id is 'Version of both.';
comment on column automation.workflow_phase_dependencies.created_at is 'When the row was written.';
comment on column automation.workflow_phase_dependencies.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "automation.workflow_phase_dependencies_depends_on_id_idx"
create index workflow_phase_dependencies_depends_on_id_idx on automation.workflow_phase_dependencies using btree (depends_on_id, template_version_id);

-- Create index "automation.workflow_phase_dependencies_phase_id_idx"
create index workflow_phase_dependencies_phase_id_idx on automation.workflow_phase_dependencies using btree (phase_id, template_version_id);

-- Create trigger "check_acyclic" of table "automation.workflow_phase_dependencies"
create trigger check_acyclic before insert or update of phase_id, depends_on_id on automation.workflow_phase_dependencies for each row execute function platform.check_acyclic('phase_id', 'depends_on_id');

-- Create trigger "check_parent" of table "automation.workflow_phase_dependencies"
create trigger check_parent before insert or delete or update on automation.workflow_phase_dependencies for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

-- Create table "automation.workflow_template_tasks"
create table automation.workflow_template_tasks (
  id uuid default gen_random_uuid() not null,
  phase_id uuid not null,
  "position" integer not null,
  code text not null,
  name platform.localized_text not null,
  description platform.localized_text,
  type text not null,
  runs text default 'sequential'::text not null,
  is_optional boolean default false not null,
  assignee_rule text default 'owner'::text not null,
  assignee_role_code text,
  assignee_department_id uuid,
  assignee_contact_id uuid,
  checklist_id uuid,
  form_id uuid,
  deadline_days integer,
  average_minutes integer,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_template_tasks_pkey primary key (id),
  constraint workflow_template_tasks_code_key unique (phase_id, code),
  constraint workflow_template_tasks_position_key unique (phase_id, "position") deferrable initially deferred,
  constraint workflow_template_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id) references party.contacts(id) on delete restrict,
  constraint workflow_template_tasks_assignee_department_id_fkey foreign key (assignee_department_id) references party.departments(id) on delete restrict,
  constraint workflow_template_tasks_checklist_id_fkey foreign key (checklist_id) references automation.checklists(id) on delete restrict,
  constraint workflow_template_tasks_form_id_fkey foreign key (form_id) references automation.forms(id) on delete restrict,
  constraint workflow_template_tasks_phase_id_fkey foreign key (phase_id) references automation.workflow_template_phases(id) on delete cascade,
  constraint workflow_template_tasks_assignee_role_code_shape check ((assignee_role_code ~ '^[a-z][a-z0-9_]*$'::text)),
  constraint workflow_template_tasks_assignee_rule_known check ((assignee_rule = any (array['owner'::text, 'department'::text, 'role'::text, 'contact'::text, 'customer'::text, 'nobody'::text]))),
  constraint workflow_template_tasks_assignee_whole check ((((assignee_rule = 'role'::text) = (assignee_role_code is not null)) and ((assignee_rule = 'department'::text) = (assignee_department_id is not null)) and ((assignee_rule = 'contact'::text) = (assignee_contact_id is not null)))),
  constraint workflow_template_tasks_average_minutes_range check (((average_minutes >= 0) and (average_minutes <= 100000))),
  constraint workflow_template_tasks_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint workflow_template_tasks_deadline_days_range check (((deadline_days >= 0) and (deadline_days <= 3650))),
  constraint workflow_template_tasks_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint workflow_template_tasks_form_whole check (((type <> 'form'::text) or (form_id is not null))),
  constraint workflow_template_tasks_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint workflow_template_tasks_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint workflow_template_tasks_runs_known check ((runs = any (array['sequential'::text, 'parallel'::text]))),
  constraint workflow_template_tasks_type_known check ((type = any (array['todo'::text, 'call'::text, 'email'::text, 'document'::text, 'form'::text, 'appointment'::text, 'approval'::text, 'quote'::text, 'payment'::text, 'system'::text])))
);
comment on table automation.workflow_template_tasks is 'Tasks of a phase.';
comment on column automation.workflow_template_tasks.id is 'Identity.';
comment on column automation.workflow_template_tasks.phase_id is 'The phase.';
comment on column automation.workflow_template_tasks."position" is 'Place in the phase, from 1; unique in it.';
comment on column automation.workflow_template_tasks.code is 'Name, dotted; unique in the phase.';
comment on column automation.workflow_template_tasks.name is 'Name for people; at most 200 characters per language.';
comment on column automation.workflow_template_tasks.description is 'What is to be done; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_tasks.type is 'Kind of work.';
comment on column automation.workflow_template_tasks.runs is 'sequential: after the task before it; parallel: at any time in the phase.';
comment on column automation.workflow_template_tasks.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_tasks.assignee_rule is 'How the person to do it is found.';
comment on column automation.workflow_template_tasks.assignee_role_code is 'Role whose holder does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_department_id is 'Department that does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_contact_id is 'Person who does it; null: another rule.';
comment on column automation.workflow_template_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_template_tasks.form_id is 'Form to fill in; null: none.';
comment on column automation.workflow_template_tasks.deadline_days is 'Days from when it opens until it is due; null: no deadline.';
comment on column automation.workflow_template_tasks.average_minutes is 'How much work it is on average, in minutes; null: unknown.';
comment on column automation.workflow_template_tasks.created_at is 'When the row was written.';
comment on column automation.workflow_template_tasks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_tasks.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_tasks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_tasks.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.workflow_template_tasks_assignee_contact_id_idx"
create index workflow_template_tasks_assignee_contact_id_idx on automation.workflow_template_tasks using btree (assignee_contact_id);

-- Create index "automation.workflow_template_tasks_assignee_department_id_idx"
create index workflow_template_tasks_assignee_department_id_idx on automation.workflow_template_tasks using btree (assignee_department_id);

-- Create index "automation.workflow_template_tasks_checklist_id_idx"
create index workflow_template_tasks_checklist_id_idx on automation.workflow_template_tasks using btree (checklist_id);

-- Create index "automation.workflow_template_tasks_form_id_idx"
create index workflow_template_tasks_form_id_idx on automation.workflow_template_tasks using btree (form_id);

-- Create trigger "touch" of table "automation.workflow_template_tasks"
create trigger touch before update on automation.workflow_template_tasks for each row execute function platform.touch();

-- Create function "automation.check_task_version()"
create function automation.check_task_version()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  phase uuid;
  state text;
begin
  foreach phase in array array[
    case when tg_op <> 'INSERT' then old.phase_id end, case when tg_op <> 'DELETE' then new.phase_id end]
  loop
    select v.status into state
    from automation.workflow_template_phases p
    join automation.workflow_template_versions v on v.id = p.template_version_id
    where p.id = phase for share of v;
    if state <> 'draft' then
      raise exception '% of a task is refused: its version is %', lower(tg_op), state
        using errcode = '23514', constraint = 'workflow_template_tasks_version_state',
              schema = 'automation', table = 'workflow_template_tasks', detail = 'Allowed while the version is: draft.';
    end if;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$function$;
comment on function automation.check_task_version() is 'Before insert, update or delete: tasks change while their version is a draft; breaks workflow_template_tasks_version_state.';

-- Create trigger "check_version" of table "automation.workflow_template_tasks"
create trigger check_version before insert or delete or update on automation.workflow_template_tasks for each row execute function automation.check_task_version();

-- Create table "automation.workflow_tasks"
create table automation.workflow_tasks (
  id uuid default gen_random_uuid() not null,
  package_id uuid,
  phase_id uuid,
  template_task_id uuid,
  subject_domain text,
  subject_type platform.entity_name,
  subject_id uuid,
  "position" integer default 1 not null,
  type text default 'todo'::text not null,
  title platform.localized_text not null,
  description platform.localized_text,
  assignee_contact_id uuid,
  department_id uuid,
  checklist_id uuid,
  due_on date,
  priority text default 'normal'::text not null,
  status text default 'open'::text not null,
  status_trigger text default 'manual'::text not null,
  skip_reason text,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  completed_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint workflow_tasks_pkey primary key (id),
  constraint workflow_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id) references party.contacts(id) on delete restrict,
  constraint workflow_tasks_checklist_id_fkey foreign key (checklist_id) references automation.checklists(id) on delete restrict,
  constraint workflow_tasks_completed_by_fkey foreign key (completed_by) references party.contacts(id) on delete restrict,
  constraint workflow_tasks_department_id_fkey foreign key (department_id) references party.departments(id) on delete restrict,
  constraint workflow_tasks_package_id_fkey foreign key (package_id) references automation.workflow_packages(id) on delete restrict,
  constraint workflow_tasks_phase_id_fkey foreign key (phase_id, package_id) references automation.workflow_package_phases(id, package_id) on delete restrict,
  constraint workflow_tasks_template_task_id_fkey foreign key (template_task_id) references automation.workflow_template_tasks(id) on delete restrict,
  constraint workflow_tasks_completed_whole check (((completed_by is null) or (status = 'done'::text))),
  constraint workflow_tasks_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint workflow_tasks_ended_whole check (((status = any (array['done'::text, 'skipped'::text, 'cancelled'::text])) = (ended_at is not null))),
  constraint workflow_tasks_phase_whole check (((phase_id is null) or (package_id is not null))),
  constraint workflow_tasks_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint workflow_tasks_priority_known check ((priority = any (array['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
  constraint workflow_tasks_skip_reason_length check (((length(skip_reason) >= 1) and (length(skip_reason) <= 500))),
  constraint workflow_tasks_skipped_whole check (((status <> 'skipped'::text) or (skip_reason is not null))),
  constraint workflow_tasks_status_known check ((status = any (array['open'::text, 'in_progress'::text, 'done'::text, 'skipped'::text, 'cancelled'::text]))),
  constraint workflow_tasks_status_trigger_known check ((status_trigger = any (array['manual'::text, 'rule'::text, 'event'::text, 'api'::text, 'system'::text]))),
  constraint workflow_tasks_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint workflow_tasks_subject_whole check ((num_nonnulls(subject_domain, subject_type, subject_id) = any (array[0, 3]))),
  constraint workflow_tasks_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200))),
  constraint workflow_tasks_type_known check ((type = any (array['todo'::text, 'call'::text, 'email'::text, 'document'::text, 'form'::text, 'appointment'::text, 'approval'::text, 'quote'::text, 'payment'::text, 'system'::text])))
);
comment on table automation.workflow_tasks is 'Tasks of running workflows, and tasks on their own.';
comment on column automation.workflow_tasks.id is 'Identity.';
comment on column automation.workflow_tasks.package_id is 'Workflow it is part of; null: on its own.';
comment on column automation.workflow_tasks.phase_id is 'Phase it is part of, one of the workflow''s; null: none.';
comment on column automation.workflow_tasks.template_task_id is 'Task of the version it comes from; null: added by hand.';
comment on column automation.workflow_tasks.subject_domain is 'Domain of the entity it is about; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_type is 'That entity, singular; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_id is 'Id of that entity; null: the workflow''s.';
comment on column automation.workflow_tasks."position" is 'Place among tasks of the phase; ties by time of writing.';
comment on column automation.workflow_tasks.type is 'Kind of work.';
comment on column automation.workflow_tasks.title is 'What is to be done; at most 200 characters per language.';
comment on column automation.workflow_tasks.description is 'How; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_tasks.assignee_contact_id is 'Who does it; null: nobody yet.';
comment on column automation.workflow_tasks.department_id is 'Department that does it; null: none.';
comment on column automation.workflow_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_tasks.due_on is 'Day it is due; null: none.';
comment on column automation.workflow_tasks.priority is 'How soon it is needed.';
comment on column automation.workflow_tasks.status is 'Where it stands; only the steps of workflow_tasks_status_transition are allowed.';
comment on column automation.workflow_tasks.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_tasks.skip_reason is 'Why it was skipped; null: it was not.';
comment on column automation.workflow_tasks.started_at is 'When somebody began; null: not yet. Set once.';
comment on column automation.workflow_tasks.ended_at is 'When it ended; null: not yet.';
comment on column automation.workflow_tasks.completed_by is 'Who did it; null: not done, or the system.';
comment on column automation.workflow_tasks.created_at is 'When the row was written.';
comment on column automation.workflow_tasks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_tasks.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_tasks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_tasks.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.workflow_tasks_assignee_contact_id_status_due_on_idx"
create index workflow_tasks_assignee_contact_id_status_due_on_idx on automation.workflow_tasks using btree (assignee_contact_id, status, due_on);

-- Create index "automation.workflow_tasks_checklist_id_idx"
create index workflow_tasks_checklist_id_idx on automation.workflow_tasks using btree (checklist_id);

-- Create index "automation.workflow_tasks_completed_by_idx"
create index workflow_tasks_completed_by_idx on automation.workflow_tasks using btree (completed_by);

-- Create index "automation.workflow_tasks_created_at_idx"
create index workflow_tasks_created_at_idx on automation.workflow_tasks using btree (created_at desc, id desc);

-- Create index "automation.workflow_tasks_department_id_idx"
create index workflow_tasks_department_id_idx on automation.workflow_tasks using btree (department_id);

-- Create index "automation.workflow_tasks_due_idx"
create index workflow_tasks_due_idx on automation.workflow_tasks using btree (due_on) where (status = any (array['open'::text, 'in_progress'::text]));

-- Create index "automation.workflow_tasks_package_id_idx"
create index workflow_tasks_package_id_idx on automation.workflow_tasks using btree (package_id);

-- Create index "automation.workflow_tasks_phase_id_package_id_idx"
create index workflow_tasks_phase_id_package_id_idx on automation.workflow_tasks using btree (phase_id, package_id);

-- Create index "automation.workflow_tasks_subject_type_subject_id_idx"
create index workflow_tasks_subject_type_subject_id_idx on automation.workflow_tasks using btree (subject_type, subject_id) where (subject_id is not null);

-- Create index "automation.workflow_tasks_template_task_id_idx"
create index workflow_tasks_template_task_id_idx on automation.workflow_tasks using btree (template_task_id);

-- Create trigger "check_status" of table "automation.workflow_tasks"
create trigger check_status before insert or update of status on automation.workflow_tasks for each row execute function platform.check_transition('status', 'open', 'open>in_progress,done,skipped,cancelled', 'in_progress>open,done,skipped,cancelled', 'done>open');

-- Create trigger "keep_once_set" of table "automation.workflow_tasks"
create trigger keep_once_set before update on automation.workflow_tasks for each row execute function platform.keep_once_set('started_at');

-- Create trigger "touch" of table "automation.workflow_tasks"
create trigger touch before update on automation.workflow_tasks for each row execute function platform.touch();

-- Create table "automation.form_submissions"
create table automation.form_submissions (
  id uuid default gen_random_uuid() not null,
  form_version_id uuid not null,
  subject_domain text,
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  answers jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  submitted_by uuid,
  submitted_at timestamp with time zone,
  reviewed_by uuid,
  reviewed_at timestamp with time zone,
  return_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint form_submissions_pkey primary key (id),
  constraint form_submissions_form_version_id_fkey foreign key (form_version_id) references automation.form_versions(id) on delete restrict,
  constraint form_submissions_reviewed_by_fkey foreign key (reviewed_by) references party.contacts(id) on delete restrict,
  constraint form_submissions_submitted_by_fkey foreign key (submitted_by) references party.contacts(id) on delete restrict,
  constraint form_submissions_task_id_fkey foreign key (task_id) references automation.workflow_tasks(id) on delete restrict,
  constraint form_submissions_answers_object check ((jsonb_typeof(answers) = 'object'::text)),
  constraint form_submissions_return_reason_length check (((length(return_reason) >= 1) and (length(return_reason) <= 2000))),
  constraint form_submissions_returned_whole check (((status <> 'returned'::text) or (return_reason is not null))),
  constraint form_submissions_status_known check ((status = any (array['draft'::text, 'submitted'::text, 'accepted'::text, 'returned'::text]))),
  constraint form_submissions_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint form_submissions_subject_whole check ((num_nonnulls(subject_domain, subject_type, subject_id) = any (array[0, 3]))),
  constraint form_submissions_submitted_whole check (((status <> all (array['submitted'::text, 'accepted'::text])) or (submitted_at is not null)))
);
comment on table automation.form_submissions is 'Answers to a form. Each pins the version that was asked; submitted answers stay as they are.';
comment on column automation.form_submissions.id is 'Identity.';
comment on column automation.form_submissions.form_version_id is 'Version that was asked; never changes.';
comment on column automation.form_submissions.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column automation.form_submissions.subject_type is 'That entity, singular; null: none.';
comment on column automation.form_submissions.subject_id is 'Id of that entity; null: none.';
comment on column automation.form_submissions.task_id is 'Task it answers; null: none.';
comment on column automation.form_submissions.answers is 'Answers by the key of the field.';
comment on column automation.form_submissions.status is 'Where it stands; only the steps of form_submissions_status_transition are allowed.';
comment on column automation.form_submissions.submitted_by is 'Who submitted it; null: not yet, or a guest with a link.';
comment on column automation.form_submissions.submitted_at is 'When it was last submitted; null: not yet.';
comment on column automation.form_submissions.reviewed_by is 'Who accepted or returned it; null: nobody yet.';
comment on column automation.form_submissions.reviewed_at is 'When that was; null: not yet.';
comment on column automation.form_submissions.return_reason is 'What is to be mended; null: nothing.';
comment on column automation.form_submissions.created_at is 'When the row was written.';
comment on column automation.form_submissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_submissions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_submissions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_submissions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.form_submissions.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.form_submissions_created_at_idx"
create index form_submissions_created_at_idx on automation.form_submissions using btree (created_at desc, id desc);

-- Create index "automation.form_submissions_form_version_id_idx"
create index form_submissions_form_version_id_idx on automation.form_submissions using btree (form_version_id);

-- Create index "automation.form_submissions_reviewed_by_idx"
create index form_submissions_reviewed_by_idx on automation.form_submissions using btree (reviewed_by);

-- Create index "automation.form_submissions_status_created_at_idx"
create index form_submissions_status_created_at_idx on automation.form_submissions using btree (status, created_at desc);

-- Create index "automation.form_submissions_subject_type_subject_id_idx"
create index form_submissions_subject_type_subject_id_idx on automation.form_submissions using btree (subject_type, subject_id) where (subject_id is not null);

-- Create index "automation.form_submissions_submitted_by_idx"
create index form_submissions_submitted_by_idx on automation.form_submissions using btree (submitted_by);

-- Create index "automation.form_submissions_task_id_idx"
create index form_submissions_task_id_idx on automation.form_submissions using btree (task_id);

-- Create trigger "check_frozen" of table "automation.form_submissions"
create trigger check_frozen before delete or update on automation.form_submissions for each row execute function platform.check_frozen('status', 'draft,returned', 'reviewed_by,reviewed_at,return_reason,deleted_at');

-- Create trigger "check_parent" of table "automation.form_submissions"
create trigger check_parent before insert on automation.form_submissions for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'published');

-- Create trigger "check_status" of table "automation.form_submissions"
create trigger check_status before insert or update of status on automation.form_submissions for each row execute function platform.check_transition('status', 'draft', 'draft>submitted', 'submitted>accepted,returned', 'returned>submitted');

-- Create trigger "keep_once_set" of table "automation.form_submissions"
create trigger keep_once_set before update on automation.form_submissions for each row execute function platform.keep_once_set('form_version_id');

-- Create trigger "touch" of table "automation.form_submissions"
create trigger touch before update on automation.form_submissions for each row execute function platform.touch();

-- Create table "automation.task_checklist_results"
create table automation.task_checklist_results (
  id uuid default gen_random_uuid() not null,
  task_id uuid not null,
  item_id uuid not null,
  is_done boolean default true not null,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint task_checklist_results_pkey primary key (id),
  constraint task_checklist_results_item_key unique (task_id, item_id),
  constraint task_checklist_results_item_id_fkey foreign key (item_id) references automation.checklist_items(id) on delete restrict,
  constraint task_checklist_results_task_id_fkey foreign key (task_id) references automation.workflow_tasks(id) on delete cascade,
  constraint task_checklist_results_note_length check (((length(note) >= 1) and (length(note) <= 500)))
);
comment on table automation.task_checklist_results is 'What was ticked off in a task.';
comment on column automation.task_checklist_results.id is 'Identity.';
comment on column automation.task_checklist_results.task_id is 'The task.';
comment on column automation.task_checklist_results.item_id is 'The thing.';
comment on column automation.task_checklist_results.is_done is 'True: ticked off.';
comment on column automation.task_checklist_results.note is 'What was noted; null: nothing.';
comment on column automation.task_checklist_results.created_at is 'When the row was written.';
comment on column automation.task_checklist_results.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.task_checklist_results.updated_at is 'When it last changed; set by trigger.';
comment on column automation.task_checklist_results.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.task_checklist_results.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "automation.task_checklist_results_item_id_idx"
create index task_checklist_results_item_id_idx on automation.task_checklist_results using btree (item_id);

-- Create trigger "touch" of table "automation.task_checklist_results"
create trigger touch before update on automation.task_checklist_results for each row execute function platform.touch();

-- Create function "automation.check_task_done()"
create function automation.check_task_done()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  missing bigint;
begin
  select count(*) into missing
  from automation.checklist_items i
  left join automation.task_checklist_results r on r.item_id = i.id and r.task_id = new.id and r.is_done
  where i.checklist_id = new.checklist_id and i.is_required and i.deleted_at is null and r.id is null;
  if missing > 0 then
    raise exception 'task % still has % things to tick off', new.id, missing
      using errcode = '23514', constraint = 'workflow_tasks_checklist_done',
            schema = 'automation', table = 'workflow_tasks';
  end if;
  return new;
end
$function$;
comment on function automation.check_task_done() is 'Before a task is done: every required thing of its checklist is ticked off; breaks workflow_tasks_checklist_done.';

-- Create trigger "check_task_done" of table "automation.workflow_tasks"
create trigger check_task_done before update of status on automation.workflow_tasks for each row when (((new.status = 'done'::text) and (old.status <> 'done'::text) and (new.checklist_id is not null))) execute function automation.check_task_done();

-- Create table "automation.time_bookings"
create table automation.time_bookings (
  id uuid default gen_random_uuid() not null,
  task_id uuid not null,
  contact_id uuid not null,
  worked_on date not null,
  minutes integer not null,
  note text,
  is_billable boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint time_bookings_pkey primary key (id),
  constraint time_bookings_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint time_bookings_task_id_fkey foreign key (task_id) references automation.workflow_tasks(id) on delete restrict,
  constraint time_bookings_minutes_range check (((minutes >= 1) and (minutes <= 1440))),
  constraint time_bookings_note_length check (((length(note) >= 1) and (length(note) <= 500)))
);
comment on table automation.time_bookings is 'Working time spent on tasks.';
comment on column automation.time_bookings.id is 'Identity.';
comment on column automation.time_bookings.task_id is 'The task.';
comment on column automation.time_bookings.contact_id is 'Who worked.';
comment on column automation.time_bookings.worked_on is 'Day of the work.';
comment on column automation.time_bookings.minutes is 'How long, in minutes.';
comment on column automation.time_bookings.note is 'What was done; null: not said.';
comment on column automation.time_bookings.is_billable is 'True: may be invoiced.';
comment on column automation.time_bookings.created_at is 'When the row was written.';
comment on column automation.time_bookings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.time_bookings.updated_at is 'When it last changed; set by trigger.';
comment on column automation.time_bookings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.time_bookings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.time_bookings.deleted_at is 'When it was deleted; null: live.';

-- Create index "automation.time_bookings_contact_id_worked_on_idx"
create index time_bookings_contact_id_worked_on_idx on automation.time_bookings using btree (contact_id, worked_on);

-- Create index "automation.time_bookings_created_at_idx"
create index time_bookings_created_at_idx on automation.time_bookings using btree (created_at desc, id desc);

-- Create index "automation.time_bookings_task_id_idx"
create index time_bookings_task_id_idx on automation.time_bookings using btree (task_id);

-- Create trigger "touch" of table "automation.time_bookings"
create trigger touch before update on automation.time_bookings for each row execute function platform.touch();

-- Create table "automation.workflow_transition_log"
create table automation.workflow_transition_log (
  id uuid default gen_random_uuid() not null,
  created_at timestamp with time zone default now() not null,
  subject_kind text not null,
  subject_id uuid not null,
  package_id uuid,
  from_status text,
  to_status text not null,
  trigger text not null,
  actor_contact_id uuid,
  constraint workflow_transition_log_pkey primary key (id),
  constraint workflow_transition_log_package_id_fkey foreign key (package_id) references automation.workflow_packages(id) on delete restrict,
  constraint workflow_transition_log_from_status_length check (((length(from_status) >= 1) and (length(from_status) <= 20))),
  constraint workflow_transition_log_subject_kind_known check ((subject_kind = any (array['package'::text, 'phase'::text, 'task'::text]))),
  constraint workflow_transition_log_to_status_length check (((length(to_status) >= 1) and (length(to_status) <= 20))),
  constraint workflow_transition_log_trigger_known check ((trigger = any (array['manual'::text, 'rule'::text, 'event'::text, 'api'::text, 'system'::text])))
);
revoke insert, update on automation.workflow_transition_log from platform_writer;
comment on table automation.workflow_transition_log is 'Every step of every workflow, phase and task; written by trigger, rows are only ever added.';
comment on column automation.workflow_transition_log.id is 'Identity.';
comment on column automation.workflow_transition_log.created_at is 'When the step was taken.';
comment on column automation.workflow_transition_log.subject_kind is 'What took the step.';
comment on column automation.workflow_transition_log.subject_id is 'Its id.';
comment on column automation.workflow_transition_log.package_id is 'Workflow it is part of; null: a task on its own.';
comment on column automation.workflow_transition_log.from_status is 'State before; null: it was made.';
comment on column automation.workflow_transition_log.to_status is 'State after.';
comment on column automation.workflow_transition_log.trigger is 'What caused it.';
comment on column automation.workflow_transition_log.actor_contact_id is 'Contact who did it; null: the system. No foreign key: the row outlives the contact.';

-- Create index "automation.workflow_transition_log_package_id_idx"
create index workflow_transition_log_package_id_idx on automation.workflow_transition_log using btree (package_id);

-- Create index "automation.workflow_transition_log_subject_id_created_at_idx"
create index workflow_transition_log_subject_id_created_at_idx on automation.workflow_transition_log using btree (subject_id, created_at);

-- Create trigger "refuse_change" of table "automation.workflow_transition_log"
create trigger refuse_change before delete or update on automation.workflow_transition_log for each row execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "automation.workflow_transition_log"
create trigger refuse_truncate before truncate on automation.workflow_transition_log for each statement execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_truncate;

-- Create function "automation.log_transition()"
create function automation.log_transition()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  row_now jsonb := to_jsonb(new);
begin
  if tg_op = 'UPDATE' then
    if new.status = old.status then
      return null;
    end if;
  end if;
  insert into automation.workflow_transition_log
    (subject_kind, subject_id, package_id, from_status, to_status, trigger, actor_contact_id)
  values (
    tg_argv[0], new.id,
    case tg_argv[0] when 'package' then new.id else (row_now ->> 'package_id')::uuid end,
    case tg_op when 'UPDATE' then to_jsonb(old) ->> 'status' end, new.status, new.status_trigger,
    coalesce(new.updated_by, new.created_by));
  return null;
end
$function$;
comment on function automation.log_transition() is 'After insert or a step: writes automation.workflow_transition_log.';

-- Create trigger "log_transition" of table "automation.workflow_package_phases"
create trigger log_transition after insert or update of status on automation.workflow_package_phases for each row execute function automation.log_transition('phase');

-- Create trigger "log_transition" of table "automation.workflow_packages"
create trigger log_transition after insert or update of status on automation.workflow_packages for each row execute function automation.log_transition('package');

-- Create trigger "log_transition" of table "automation.workflow_tasks"
create trigger log_transition after insert or update of status on automation.workflow_tasks for each row execute function automation.log_transition('task');

-- Create table "identity.api_tokens"
create table identity.api_tokens (
  id uuid default gen_random_uuid() not null,
  owner_contact_id uuid not null,
  name text not null,
  token_prefix text not null,
  token_hash platform.sha256 not null,
  scopes text[] not null,
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoke_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint api_tokens_pkey primary key (id),
  constraint api_tokens_token_hash_key unique (token_hash),
  constraint api_tokens_token_prefix_key unique (token_prefix),
  constraint api_tokens_owner_contact_id_fkey foreign key (owner_contact_id) references party.contacts(id) on delete restrict,
  constraint api_tokens_expires_order check ((expires_at > created_at)),
  constraint api_tokens_name_length check (((length(name) >= 1) and (length(name) <= 120))),
  constraint api_tokens_revoke_reason_known check ((revoke_reason = any (array['owner'::text, 'admin'::text, 'owner_suspended'::text, 'leaked'::text]))),
  constraint api_tokens_revoked_whole check (((revoked_at is null) = (revoke_reason is null))),
  constraint api_tokens_scopes_some check (((cardinality(scopes) >= 1) and (cardinality(scopes) <= 100))),
  constraint api_tokens_token_prefix_shape check ((token_prefix ~ '^[A-Za-z0-9_]{6,20}$'::text))
);
revoke select on identity.api_tokens from platform_reader, platform_studio;
grant select (id) on identity.api_tokens to platform_reader, platform_studio;
grant select (owner_contact_id) on identity.api_tokens to platform_reader, platform_studio;
grant select (name) on identity.api_tokens to platform_reader, platform_studio;
grant select (token_prefix) on identity.api_tokens to platform_reader, platform_studio;
grant select (scopes) on identity.api_tokens to platform_reader, platform_studio;
grant select (last_used_at) on identity.api_tokens to platform_reader, platform_studio;
grant select (expires_at) on identity.api_tokens to platform_reader, platform_studio;
grant select (revoked_at) on identity.api_tokens to platform_reader, platform_studio;
grant select (revoke_reason) on identity.api_tokens to platform_reader, platform_studio;
grant select (created_at) on identity.api_tokens to platform_reader, platform_studio;
grant select (created_by) on identity.api_tokens to platform_reader, platform_studio;
grant select (updated_at) on identity.api_tokens to platform_reader, platform_studio;
grant select (updated_by) on identity.api_tokens to platform_reader, platform_studio;
grant select (version) on identity.api_tokens to platform_reader, platform_studio;
comment on table identity.api_tokens is 'Tokens that programs act with on behalf of a contact; shown once, then only their prefix.';
comment on column identity.api_tokens.id is 'Identity.';
comment on column identity.api_tokens.owner_contact_id is 'On whose behalf the program acts.';
comment on column identity.api_tokens.name is 'What the program is, for the owner.';
comment on column identity.api_tokens.token_prefix is 'Beginning of the token, to recognise it by; unique.';
comment on column identity.api_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.api_tokens.scopes is 'Permissions it carries; each must be one of its owner''s.';
comment on column identity.api_tokens.last_used_at is 'When it was last used; null: never.';
comment on column identity.api_tokens.expires_at is 'When it ends by itself; null: never.';
comment on column identity.api_tokens.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.api_tokens.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.api_tokens.created_at is 'When the row was written.';
comment on column identity.api_tokens.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.api_tokens.updated_at is 'When it last changed; set by trigger.';
comment on column identity.api_tokens.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.api_tokens.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "identity.api_tokens_created_at_idx"
create index api_tokens_created_at_idx on identity.api_tokens using btree (created_at desc, id desc);

-- Create index "identity.api_tokens_owner_contact_id_idx"
create index api_tokens_owner_contact_id_idx on identity.api_tokens using btree (owner_contact_id);

-- Create trigger "keep_once_set" of table "identity.api_tokens"
create trigger keep_once_set before update on identity.api_tokens for each row execute function platform.keep_once_set('revoked_at', 'revoke_reason', 'owner_contact_id', 'token_prefix', 'token_hash', 'scopes');

-- Create trigger "touch" of table "identity.api_tokens"
create trigger touch before update on identity.api_tokens for each row execute function platform.touch();

-- Create table "identity.user_roles"
create table identity.user_roles (
  id uuid default gen_random_uuid() not null,
  contact_id uuid not null,
  role_id uuid not null,
  scope_type text not null,
  scope_id uuid,
  valid_from date default current_date not null,
  valid_to date,
  granted_by uuid,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint user_roles_pkey primary key (id),
  constraint user_roles_no_overlap exclude using gist (contact_id with =, role_id with =, scope_type with =, coalesce(scope_id, '00000000-0000-0000-0000-000000000000'::uuid) with =, daterange(valid_from, valid_to) with &&) where ((revoked_at is null)),
  constraint user_roles_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint user_roles_granted_by_fkey foreign key (granted_by) references party.contacts(id) on delete restrict,
  constraint user_roles_revoked_by_fkey foreign key (revoked_by) references party.contacts(id) on delete restrict,
  constraint user_roles_role_id_fkey foreign key (role_id) references identity.roles(id) on delete restrict,
  constraint user_roles_granted_by_other check ((granted_by <> contact_id)),
  constraint user_roles_reason_length check (((length(reason) >= 1) and (length(reason) <= 500))),
  constraint user_roles_revoked_whole check (((revoked_by is null) or (revoked_at is not null))),
  constraint user_roles_scope_type_known check ((scope_type = any (array['global'::text, 'department'::text, 'project'::text, 'building'::text, 'partner'::text]))),
  constraint user_roles_scope_whole check (((scope_type = 'global'::text) = (scope_id is null))),
  constraint user_roles_valid_order check ((valid_to > valid_from))
);
comment on table identity.user_roles is 'Who holds which role, where and when. Never granted to oneself.';
comment on column identity.user_roles.id is 'Identity.';
comment on column identity.user_roles.contact_id is 'Who holds the role.';
comment on column identity.user_roles.role_id is 'The role.';
comment on column identity.user_roles.scope_type is 'Where it holds.';
comment on column identity.user_roles.scope_id is 'Department (here), or project, building or partner (projects) it holds in; null: global.';
comment on column identity.user_roles.valid_from is 'First day.';
comment on column identity.user_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column identity.user_roles.granted_by is 'Who granted it, never the holder; null: the system.';
comment on column identity.user_roles.revoked_at is 'When it was taken away before its end; null: not. Set once.';
comment on column identity.user_roles.revoked_by is 'Who took it away; null: the system, or it was not.';
comment on column identity.user_roles.reason is 'Why it was granted; null: not said.';
comment on column identity.user_roles.created_at is 'When the row was written.';
comment on column identity.user_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_roles.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "identity.user_roles_contact_id_idx"
create index user_roles_contact_id_idx on identity.user_roles using btree (contact_id);

-- Create index "identity.user_roles_created_at_idx"
create index user_roles_created_at_idx on identity.user_roles using btree (created_at desc, id desc);

-- Create index "identity.user_roles_granted_by_idx"
create index user_roles_granted_by_idx on identity.user_roles using btree (granted_by);

-- Create index "identity.user_roles_revoked_by_idx"
create index user_roles_revoked_by_idx on identity.user_roles using btree (revoked_by);

-- Create index "identity.user_roles_role_id_idx"
create index user_roles_role_id_idx on identity.user_roles using btree (role_id);

-- Create index "identity.user_roles_scope_type_scope_id_idx"
create index user_roles_scope_type_scope_id_idx on identity.user_roles using btree (scope_type, scope_id) where (scope_id is not null);

-- Create trigger "keep_once_set" of table "identity.user_roles"
create trigger keep_once_set before update on identity.user_roles for each row execute function platform.keep_once_set('revoked_at', 'revoked_by', 'contact_id', 'role_id', 'scope_type', 'scope_id', 'granted_by');

-- Create trigger "touch" of table "identity.user_roles"
create trigger touch before update on identity.user_roles for each row execute function platform.touch();

-- Create function "identity.permissions_of(uuid, date)"
create function identity.permissions_of(contact uuid, on_day date default current_date)
 returns table(permission text, scope_type text, scope_id uuid)
 language sql
 stable
 set search_path to ''
as $function$
  select distinct p.code, g.scope_type, g.scope_id
  from identity.user_roles g
  join identity.roles r on r.id = g.role_id and r.deleted_at is null
  join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
  join identity.permissions p on p.id = b.permission_id
  where g.contact_id = contact and g.revoked_at is null
    and g.valid_from <= on_day and (g.valid_to is null or g.valid_to > on_day)
$function$;
grant execute on function identity.permissions_of(uuid, date) to platform_reader, platform_writer;
comment on function identity.permissions_of(uuid, date) is 'What a contact may do on a day, and where.';

-- Create function "identity.check_token_scopes()"
create function identity.check_token_scopes()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  excess text[];
begin
  select array_agg(s order by s) into excess
  from unnest(new.scopes) as s
  where not exists (select 1 from identity.permissions_of(new.owner_contact_id) p where p.permission = s);
  if excess is not null then
    raise exception 'the owner of the token may not do: %', array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'api_tokens_scopes_held', schema = 'identity', table = 'api_tokens';
  end if;
  return new;
end
$function$;
comment on function identity.check_token_scopes() is 'Before insert: a token carries permissions of its owner only; breaks api_tokens_scopes_held.';

-- Create trigger "check_scopes" of table "identity.api_tokens"
create trigger check_scopes before insert on identity.api_tokens for each row execute function identity.check_token_scopes();

-- Create table "identity.users"
create table identity.users (
  id uuid default gen_random_uuid() not null,
  contact_id uuid not null,
  email text not null,
  user_type text not null,
  internal_role text,
  language text default 'en'::text not null,
  avatar_file_ref uuid,
  status text default 'invited'::text not null,
  auth_provider text default 'password'::text not null,
  external_subject text,
  totp_enabled boolean default false not null,
  email_verified_at timestamp with time zone,
  last_login_at timestamp with time zone,
  failed_logins integer default 0 not null,
  locked_until timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint users_pkey primary key (id),
  constraint users_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint users_auth_provider_known check ((auth_provider = any (array['password'::text, 'google'::text, 'microsoft'::text, 'apple'::text, 'saml'::text, 'oidc'::text]))),
  constraint users_deleted_whole check (((status = 'deleted'::text) = (deleted_at is not null))),
  constraint users_email_shape check (((email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) and (length(email) <= 254))),
  constraint users_external_subject_length check (((length(external_subject) >= 1) and (length(external_subject) <= 255))),
  constraint users_external_subject_whole check (((auth_provider = 'password'::text) = (external_subject is null))),
  constraint users_failed_logins_range check (((failed_logins >= 0) and (failed_logins <= 1000000))),
  constraint users_internal_role_known check ((internal_role = any (array['admin'::text, 'employee'::text]))),
  constraint users_internal_role_whole check (((user_type = 'internal'::text) = (internal_role is not null))),
  constraint users_language_known check ((language = any (array['de'::text, 'en'::text]))),
  constraint users_status_known check ((status = any (array['invited'::text, 'active'::text, 'suspended'::text, 'deleted'::text]))),
  constraint users_user_type_known check ((user_type = any (array['internal'::text, 'external'::text])))
);
comment on table identity.users is 'Logins. One of the things a contact may have; never referred to instead of the contact.';
comment on column identity.users.id is 'Identity.';
comment on column identity.users.contact_id is 'Whose login it is; one live login per contact.';
comment on column identity.users.email is 'Name to log in with, in any letter case; unique among live rows.';
comment on column identity.users.user_type is 'internal: staff; external: everybody else.';
comment on column identity.users.internal_role is 'Role of staff: admin everything, employee what the department does; null: external.';
comment on column identity.users.language is 'Language of the surface.';
comment on column identity.users.avatar_file_ref is 'File with the picture (storage.files); null: none. No foreign key: a purged file only loses the picture.';
comment on column identity.users.status is 'invited: has not logged in yet; active; suspended: may not log in; deleted.';
comment on column identity.users.auth_provider is 'Who checks the login.';
comment on column identity.users.external_subject is 'The person''s id at that provider; null: password.';
comment on column identity.users.totp_enabled is 'True: a second factor is asked for.';
comment on column identity.users.email_verified_at is 'When the address was proven; null: not yet.';
comment on column identity.users.last_login_at is 'When it was last used; null: never.';
comment on column identity.users.failed_logins is 'Wrong passwords since the last right one.';
comment on column identity.users.locked_until is 'Until when logins are refused after wrong passwords; null: not.';
comment on column identity.users.created_at is 'When the row was written.';
comment on column identity.users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.users.updated_at is 'When it last changed; set by trigger.';
comment on column identity.users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.users.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.users.deleted_at is 'When it was deleted; null: live.';

-- Create index "identity.users_auth_provider_external_subject_key"
create unique index users_auth_provider_external_subject_key on identity.users using btree (auth_provider, external_subject) where ((external_subject is not null) and (deleted_at is null));

-- Create index "identity.users_contact_id_idx"
create index users_contact_id_idx on identity.users using btree (contact_id);

-- Create index "identity.users_contact_id_key"
create unique index users_contact_id_key on identity.users using btree (contact_id) where (deleted_at is null);

-- Create index "identity.users_created_at_idx"
create index users_created_at_idx on identity.users using btree (created_at desc, id desc);

-- Create index "identity.users_email_key"
create unique index users_email_key on identity.users using btree (lower(email)) where (deleted_at is null);

-- Create trigger "check_live" of table "identity.users"
create trigger check_live before insert or update of contact_id, deleted_at on identity.users for each row execute function platform.check_live('contact_id', 'party.contacts');

-- Create trigger "check_status" of table "identity.users"
create trigger check_status before insert or update of status on identity.users for each row execute function platform.check_transition('status', 'invited,active', 'invited>active,deleted', 'active>suspended,deleted', 'suspended>active,deleted', 'deleted>suspended');

-- Create trigger "keep_once_set" of table "identity.users"
create trigger keep_once_set before update on identity.users for each row execute function platform.keep_once_set('email_verified_at');

-- Create trigger "touch" of table "identity.users"
create trigger touch before update on identity.users for each row execute function platform.touch();

-- Create function "identity.check_role_grant()"
create function identity.check_role_grant()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  granted identity.roles;
  person_type text;
begin
  select * into granted from identity.roles where id = new.role_id and deleted_at is null for share;
  if not found then
    raise exception 'role % does not exist', new.role_id
      using errcode = '23503', constraint = 'user_roles_role_id_fkey', schema = 'identity', table = 'user_roles';
  end if;
  if new.scope_type <> all (granted.scope_types) then
    raise exception 'role % is not granted in scope %', granted.code, new.scope_type
      using errcode = '23514', constraint = 'user_roles_scope_allowed', schema = 'identity', table = 'user_roles',
            detail = 'Allowed: ' || array_to_string(granted.scope_types, ', ') || '.';
  end if;
  select u.user_type into person_type from identity.users u where u.contact_id = new.contact_id and u.deleted_at is null;
  if granted.audience <> 'any' and coalesce(person_type, 'external') <> granted.audience then
    raise exception 'role % is for % people', granted.code, granted.audience
      using errcode = '23514', constraint = 'user_roles_audience', schema = 'identity', table = 'user_roles';
  end if;
  return new;
end
$function$;
comment on function identity.check_role_grant() is 'Before insert: the role is live, fits the scope and the person; breaks user_roles_role_id_fkey, _scope_allowed or _audience.';

-- Create trigger "check_grant" of table "identity.user_roles"
create trigger check_grant before insert on identity.user_roles for each row execute function identity.check_role_grant();

-- Create table "identity.accounts"
create table identity.accounts (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  provider text not null,
  provider_account_id text not null,
  scopes text[] default '{}'::text[] not null,
  last_used_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint accounts_pkey primary key (id),
  constraint accounts_provider_account_id_key unique (provider, provider_account_id),
  constraint accounts_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint accounts_provider_account_id_length check (((length(provider_account_id) >= 1) and (length(provider_account_id) <= 255))),
  constraint accounts_provider_known check ((provider = any (array['google'::text, 'microsoft'::text, 'apple'::text, 'saml'::text, 'oidc'::text])))
);
comment on table identity.accounts is 'Logins at others (OAuth, OpenID Connect) that open a user''s login here.';
comment on column identity.accounts.id is 'Identity.';
comment on column identity.accounts.user_id is 'The login here.';
comment on column identity.accounts.provider is 'Who vouches.';
comment on column identity.accounts.provider_account_id is 'The person''s id there.';
comment on column identity.accounts.scopes is 'What the person allowed us there.';
comment on column identity.accounts.last_used_at is 'When it last opened the login; null: never.';
comment on column identity.accounts.created_at is 'When the row was written.';
comment on column identity.accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.accounts.updated_at is 'When it last changed; set by trigger.';
comment on column identity.accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.accounts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "identity.accounts_user_id_idx"
create index accounts_user_id_idx on identity.accounts using btree (user_id);

-- Create trigger "touch" of table "identity.accounts"
create trigger touch before update on identity.accounts for each row execute function platform.touch();

-- Create table "identity.recovery_codes"
create table identity.recovery_codes (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  code_hash platform.sha256 not null,
  created_at timestamp with time zone default now() not null,
  used_at timestamp with time zone,
  constraint recovery_codes_pkey primary key (id),
  constraint recovery_codes_code_hash_key unique (user_id, code_hash),
  constraint recovery_codes_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint recovery_codes_used_order check ((used_at >= created_at))
);
revoke select on identity.recovery_codes from platform_reader, platform_studio;
comment on table identity.recovery_codes is 'One-time codes for people who lost their second factor; not given to readers.';
comment on column identity.recovery_codes.id is 'Identity.';
comment on column identity.recovery_codes.user_id is 'Whose code it is.';
comment on column identity.recovery_codes.code_hash is 'SHA-256 of the code.';
comment on column identity.recovery_codes.created_at is 'When it was made.';
comment on column identity.recovery_codes.used_at is 'When it was used; null: still good. Set once.';

-- Create trigger "keep_once_set" of table "identity.recovery_codes"
create trigger keep_once_set before update on identity.recovery_codes for each row execute function platform.keep_once_set('used_at', 'user_id', 'code_hash');

-- Create table "identity.sessions"
create table identity.sessions (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  family_id uuid not null,
  token_hash platform.sha256 not null,
  replaced_by_id uuid,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  rotated_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoke_reason text,
  ip inet,
  user_agent text,
  constraint sessions_pkey primary key (id),
  constraint sessions_replaced_by_id_key unique (replaced_by_id),
  constraint sessions_token_hash_key unique (token_hash),
  constraint sessions_replaced_by_id_fkey foreign key (replaced_by_id) references identity.sessions(id) on delete restrict,
  constraint sessions_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint sessions_expires_order check ((expires_at > created_at)),
  constraint sessions_replaced_other check ((replaced_by_id <> id)),
  constraint sessions_revoke_reason_known check ((revoke_reason = any (array['logout'::text, 'reuse'::text, 'password_changed'::text, 'user_suspended'::text, 'user_deleted'::text, 'admin'::text, 'expired'::text]))),
  constraint sessions_revoked_whole check (((revoked_at is null) = (revoke_reason is null))),
  constraint sessions_rotated_whole check (((rotated_at is null) = (replaced_by_id is null))),
  constraint sessions_user_agent_length check ((length(user_agent) <= 500))
);
revoke select on identity.sessions from platform_reader, platform_studio;
grant select (id) on identity.sessions to platform_reader, platform_studio;
grant select (user_id) on identity.sessions to platform_reader, platform_studio;
grant select (family_id) on identity.sessions to platform_reader, platform_studio;
grant select (replaced_by_id) on identity.sessions to platform_reader, platform_studio;
grant select (created_at) on identity.sessions to platform_reader, platform_studio;
grant select (last_used_at) on identity.sessions to platform_reader, platform_studio;
grant select (expires_at) on identity.sessions to platform_reader, platform_studio;
grant select (rotated_at) on identity.sessions to platform_reader, platform_studio;
grant select (revoked_at) on identity.sessions to platform_reader, platform_studio;
grant select (revoke_reason) on identity.sessions to platform_reader, platform_studio;
grant select (ip) on identity.sessions to platform_reader, platform_studio;
grant select (user_agent) on identity.sessions to platform_reader, platform_studio;
comment on table identity.sessions is 'Open logins. A refresh makes a new row of the same family; a second use of a rotated token ends the family.';
comment on column identity.sessions.id is 'Identity.';
comment on column identity.sessions.user_id is 'Who is logged in.';
comment on column identity.sessions.family_id is 'The first session''s id; all that descend from one login share it.';
comment on column identity.sessions.token_hash is 'SHA-256 of the refresh token.';
comment on column identity.sessions.replaced_by_id is 'Session it was rotated to; null: the newest.';
comment on column identity.sessions.created_at is 'When it was opened.';
comment on column identity.sessions.last_used_at is 'When it was last used.';
comment on column identity.sessions.expires_at is 'When it ends by itself.';
comment on column identity.sessions.rotated_at is 'When its token was exchanged for the next; null: not. Set once.';
comment on column identity.sessions.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.sessions.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.sessions.ip is 'Address it was opened from; null: unknown.';
comment on column identity.sessions.user_agent is 'User agent it was opened with, cut to 500 characters; null: unknown.';

-- Create index "identity.sessions_family_id_idx"
create index sessions_family_id_idx on identity.sessions using btree (family_id);

-- Create index "identity.sessions_user_id_created_at_idx"
create index sessions_user_id_created_at_idx on identity.sessions using btree (user_id, created_at desc);

-- Create trigger "keep_once_set" of table "identity.sessions"
create trigger keep_once_set before update on identity.sessions for each row execute function platform.keep_once_set('rotated_at', 'replaced_by_id', 'revoked_at', 'revoke_reason', 'user_id', 'family_id', 'token_hash', 'created_at');

-- Create function "identity.check_session_family()"
create function identity.check_session_family()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from identity.sessions where family_id = new.family_id and user_id <> new.user_id)
    or (new.family_id <> new.id
        and not exists (select 1 from identity.sessions where id = new.family_id and user_id = new.user_id)) then
    raise exception 'session family % is not of user %', new.family_id, new.user_id
      using errcode = '23514', constraint = 'sessions_family_user', schema = 'identity', table = 'sessions';
  end if;
  if exists (
    select 1 from identity.sessions
    where family_id = new.family_id and revoked_at is not null and revoke_reason <> 'expired'
  ) then
    raise exception 'session family % was ended', new.family_id
      using errcode = '23514', constraint = 'sessions_family_live', schema = 'identity', table = 'sessions';
  end if;
  perform 1 from identity.users where id = new.user_id and status = 'active' for share;
  if not found then
    raise exception 'user % is not active', new.user_id
      using errcode = '23514', constraint = 'sessions_user_active', schema = 'identity', table = 'sessions';
  end if;
  return new;
end
$function$;
comment on function identity.check_session_family() is 'Before insert: a session is an active user''s and its family was not ended; breaks sessions_family_user, _family_live or _user_active.';

-- Create trigger "check_family" of table "identity.sessions"
create trigger check_family before insert on identity.sessions for each row execute function identity.check_session_family();

-- Create function "identity.end_family_on_reuse(bytea)"
create function identity.end_family_on_reuse(used_hash bytea)
 returns bigint
 language sql
 set search_path to ''
as $function$
  with ended as (
    update identity.sessions s
    set revoked_at = now(), revoke_reason = 'reuse'
    from identity.sessions used
    where used.token_hash = used_hash and used.rotated_at is not null
      and s.family_id = used.family_id and s.revoked_at is null
    returning s.id
  )
  select count(*) from ended
$function$;
grant execute on function identity.end_family_on_reuse(bytea) to platform_writer;
comment on function identity.end_family_on_reuse(bytea) is 'If the session of that token hash was rotated before, ends every session of its family; returns how many it ended.';

-- Create function "identity.end_sessions()"
create function identity.end_sessions()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  update identity.sessions
  set revoked_at = now(), revoke_reason = case new.status when 'deleted' then 'user_deleted' else 'user_suspended' end
  where user_id = new.id and revoked_at is null;
  update identity.api_tokens
  set revoked_at = now(), revoke_reason = 'owner_suspended', updated_by = new.updated_by
  where owner_contact_id = new.contact_id and revoked_at is null;
  return null;
end
$function$;
comment on function identity.end_sessions() is 'After a login stops being active: ends its sessions and its owner''s api tokens.';

-- Create trigger "end_sessions" of table "identity.users"
create trigger end_sessions after update of status on identity.users for each row when (((old.status = 'active'::text) and (new.status <> 'active'::text))) execute function identity.end_sessions();

-- Create table "identity.user_secrets"
create table identity.user_secrets (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  password_hash text,
  password_changed_at timestamp with time zone,
  totp_secret bytea,
  totp_key_id text,
  totp_last_step bigint,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint user_secrets_pkey primary key (id),
  constraint user_secrets_user_id_key unique (user_id),
  constraint user_secrets_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint user_secrets_password_hash_shape check (((password_hash ~ '^\$argon2id\$'::text) and (length(password_hash) <= 500))),
  constraint user_secrets_password_whole check (((password_hash is null) = (password_changed_at is null))),
  constraint user_secrets_totp_key_id_length check (((length(totp_key_id) >= 1) and (length(totp_key_id) <= 60))),
  constraint user_secrets_totp_last_step_range check ((totp_last_step >= 0)),
  constraint user_secrets_totp_secret_length check (((octet_length(totp_secret) >= 29) and (octet_length(totp_secret) <= 512))),
  constraint user_secrets_totp_whole check (((totp_secret is null) = (totp_key_id is null)))
);
revoke select on identity.user_secrets from platform_reader, platform_studio;
comment on table identity.user_secrets is 'What a login is checked against; not given to readers.';
comment on column identity.user_secrets.id is 'Identity.';
comment on column identity.user_secrets.user_id is 'The login.';
comment on column identity.user_secrets.password_hash is 'Argon2id hash in PHC form; null: logs in elsewhere.';
comment on column identity.user_secrets.password_changed_at is 'When the password was last set; null: never.';
comment on column identity.user_secrets.totp_secret is 'Secret of the second factor, sealed with a key outside the database; null: none.';
comment on column identity.user_secrets.totp_key_id is 'Name of that key; null: no secret.';
comment on column identity.user_secrets.totp_last_step is 'Last time step accepted, so that a code works once; null: none.';
comment on column identity.user_secrets.created_at is 'When the row was written.';
comment on column identity.user_secrets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_secrets.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_secrets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_secrets.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "identity.user_secrets"
create trigger touch before update on identity.user_secrets for each row execute function platform.touch();

-- Create table "identity.verification_tokens"
create table identity.verification_tokens (
  id uuid default gen_random_uuid() not null,
  identifier text not null,
  purpose text not null,
  token_hash platform.sha256 not null,
  user_id uuid,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint verification_tokens_pkey primary key (id),
  constraint verification_tokens_token_hash_key unique (token_hash),
  constraint verification_tokens_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint verification_tokens_expires_order check ((expires_at > created_at)),
  constraint verification_tokens_identifier_length check (((length(identifier) >= 1) and (length(identifier) <= 254))),
  constraint verification_tokens_purpose_known check ((purpose = any (array['verify_email'::text, 'reset_password'::text, 'invite'::text, 'login'::text, 'change_email'::text, 'portal'::text]))),
  constraint verification_tokens_used_once check ((num_nonnulls(used_at, revoked_at) <= 1)),
  constraint verification_tokens_used_order check (((used_at >= created_at) and (used_at <= expires_at)))
);
revoke select on identity.verification_tokens from platform_reader, platform_studio;
comment on table identity.verification_tokens is 'Links that were sent out: proof of an address, new password, invitation. Single use; not given to readers.';
comment on column identity.verification_tokens.id is 'Identity.';
comment on column identity.verification_tokens.identifier is 'Whom the link was sent to, usually an address.';
comment on column identity.verification_tokens.purpose is 'What the link is good for.';
comment on column identity.verification_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.verification_tokens.user_id is 'Login it is for; null: nobody has one yet.';
comment on column identity.verification_tokens.created_at is 'When it was made.';
comment on column identity.verification_tokens.expires_at is 'When it ends by itself.';
comment on column identity.verification_tokens.used_at is 'When it was used, not after it ended; null: not. Set once.';
comment on column identity.verification_tokens.revoked_at is 'When a newer one took its place; null: not. Set once.';

-- Create index "identity.verification_tokens_identifier_purpose_created_at_idx"
create index verification_tokens_identifier_purpose_created_at_idx on identity.verification_tokens using btree (identifier, purpose, created_at desc);

-- Create index "identity.verification_tokens_user_id_idx"
create index verification_tokens_user_id_idx on identity.verification_tokens using btree (user_id);

-- Create trigger "keep_once_set" of table "identity.verification_tokens"
create trigger keep_once_set before update on identity.verification_tokens for each row execute function platform.keep_once_set('used_at', 'revoked_at', 'identifier', 'purpose', 'token_hash', 'expires_at', 'user_id', 'created_at');

-- Create table "party.contact_companies"
create table party.contact_companies (
  id uuid default gen_random_uuid() not null,
  contact_id uuid not null,
  company_id uuid not null,
  role text not null,
  is_primary boolean default false not null,
  valid_from date,
  valid_to date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint contact_companies_pkey primary key (id),
  constraint contact_companies_no_overlap exclude using gist (contact_id with =, company_id with =, role with =, daterange(valid_from, valid_to) with &&) where ((deleted_at is null)),
  constraint contact_companies_company_id_fkey foreign key (company_id) references party.companies(id) on delete restrict,
  constraint contact_companies_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint contact_companies_role_known check ((role = any (array['owner'::text, 'director'::text, 'employee'::text, 'craftsman'::text, 'energy_adviser'::text, 'accountant'::text, 'representative'::text, 'other'::text]))),
  constraint contact_companies_valid_order check ((valid_to > valid_from))
);
comment on table party.contact_companies is 'Who acts for which company, in what role and when.';
comment on column party.contact_companies.id is 'Identity.';
comment on column party.contact_companies.contact_id is 'The person.';
comment on column party.contact_companies.company_id is 'The company.';
comment on column party.contact_companies.role is 'What the person does there.';
comment on column party.contact_companies.is_primary is 'True: the person to talk to first; at most one per company.';
comment on column party.contact_companies.valid_from is 'First day; null: since ever.';
comment on column party.contact_companies.valid_to is 'Day after the last; null: until further notice.';
comment on column party.contact_companies.created_at is 'When the row was written.';
comment on column party.contact_companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contact_companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.contact_companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contact_companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contact_companies.deleted_at is 'When it was deleted; null: live.';

-- Create index "party.contact_companies_company_id_idx"
create index contact_companies_company_id_idx on party.contact_companies using btree (company_id);

-- Create index "party.contact_companies_contact_id_idx"
create index contact_companies_contact_id_idx on party.contact_companies using btree (contact_id);

-- Create index "party.contact_companies_primary_key"
create unique index contact_companies_primary_key on party.contact_companies using btree (company_id) where (is_primary and (valid_to is null) and (deleted_at is null));

-- Create trigger "check_live" of table "party.contact_companies"
create trigger check_live before insert or update of contact_id, company_id, deleted_at on party.contact_companies for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies');

-- Create trigger "touch" of table "party.contact_companies"
create trigger touch before update on party.contact_companies for each row execute function platform.touch();

-- Create table "party.contact_consents"
create table party.contact_consents (
  id uuid default gen_random_uuid() not null,
  contact_id uuid not null,
  purpose text not null,
  given boolean not null,
  channel text not null,
  wording_version text not null,
  wording platform.localized_text not null,
  source_ip inet,
  happened_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint contact_consents_pkey primary key (id),
  constraint contact_consents_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint contact_consents_channel_known check ((channel = any (array['web'::text, 'email'::text, 'phone'::text, 'paper'::text, 'in_person'::text, 'import'::text]))),
  constraint contact_consents_purpose_shape check (((purpose ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(purpose) <= 100))),
  constraint contact_consents_wording_length check (((length(((wording)::jsonb ->> 'de'::text)) <= 4000) and (length(((wording)::jsonb ->> 'en'::text)) <= 4000))),
  constraint contact_consents_wording_version_length check (((length(wording_version) >= 1) and (length(wording_version) <= 40)))
);
revoke update on party.contact_consents from platform_writer;
comment on table party.contact_consents is 'What a person agreed to or withdrew, in the words shown; rows are only ever added, the newest counts.';
comment on column party.contact_consents.id is 'Identity.';
comment on column party.contact_consents.contact_id is 'Who agreed or withdrew.';
comment on column party.contact_consents.purpose is 'What for, dotted: newsletter, data.processing.';
comment on column party.contact_consents.given is 'True: agreed; false: withdrew.';
comment on column party.contact_consents.channel is 'How it was said.';
comment on column party.contact_consents.wording_version is 'Version of the wording that was shown.';
comment on column party.contact_consents.wording is 'The wording itself, so that it can be shown again.';
comment on column party.contact_consents.source_ip is 'Address it was said from; null: not online.';
comment on column party.contact_consents.happened_at is 'When it was said.';
comment on column party.contact_consents.created_at is 'When the row was written.';
comment on column party.contact_consents.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "party.contact_consents_contact_id_purpose_happened_at_idx"
create index contact_consents_contact_id_purpose_happened_at_idx on party.contact_consents using btree (contact_id, purpose, happened_at desc);

-- Create index "party.contact_consents_created_at_idx"
create index contact_consents_created_at_idx on party.contact_consents using btree (created_at desc, id desc);

-- Create trigger "refuse_change" of table "party.contact_consents"
create trigger refuse_change before delete or update on party.contact_consents for each row execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "party.contact_consents"
create trigger refuse_truncate before truncate on party.contact_consents for each statement execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_truncate;

-- Create table "party.contact_merges"
create table party.contact_merges (
  id uuid default gen_random_uuid() not null,
  contact_id uuid not null,
  survivor_id uuid not null,
  moved jsonb default '{}'::jsonb not null,
  reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint contact_merges_pkey primary key (id),
  constraint contact_merges_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint contact_merges_survivor_id_fkey foreign key (survivor_id) references party.contacts(id) on delete restrict,
  constraint contact_merges_contact_other check ((contact_id <> survivor_id)),
  constraint contact_merges_moved_object check ((jsonb_typeof(moved) = 'object'::text)),
  constraint contact_merges_reason_length check (((length(reason) >= 1) and (length(reason) <= 500)))
);
revoke update on party.contact_merges from platform_writer;
comment on table party.contact_merges is 'Which contact was merged into which; rows are only ever added.';
comment on column party.contact_merges.id is 'Identity.';
comment on column party.contact_merges.contact_id is 'Contact that was merged and archived.';
comment on column party.contact_merges.survivor_id is 'Contact that took its place.';
comment on column party.contact_merges.moved is 'How many rows of which table were moved to the survivor; no personal data.';
comment on column party.contact_merges.reason is 'Why they were taken for one person; null: not said.';
comment on column party.contact_merges.created_at is 'When the row was written.';
comment on column party.contact_merges.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "party.contact_merges_contact_id_key"
create unique index contact_merges_contact_id_key on party.contact_merges using btree (contact_id);

-- Create index "party.contact_merges_created_at_idx"
create index contact_merges_created_at_idx on party.contact_merges using btree (created_at desc, id desc);

-- Create index "party.contact_merges_survivor_id_idx"
create index contact_merges_survivor_id_idx on party.contact_merges using btree (survivor_id);

-- Create trigger "refuse_change" of table "party.contact_merges"
create trigger refuse_change before delete or update on party.contact_merges for each row execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "party.contact_merges"
create trigger refuse_truncate before truncate on party.contact_merges for each statement execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_truncate;

-- Create table "party.leads"
create table party.leads (
  id uuid default gen_random_uuid() not null,
  name text not null,
  label text,
  source text,
  source_reference text,
  pipeline text default 'default'::text not null,
  stage text,
  status text default 'new'::text not null,
  interest text,
  email text,
  phone text,
  contact_id uuid,
  company_id uuid,
  owner_contact_id uuid,
  project_ref uuid,
  converted_at timestamp with time zone,
  archived_at timestamp with time zone,
  archive_reason text,
  merged_into_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint leads_pkey primary key (id),
  constraint leads_company_id_fkey foreign key (company_id) references party.companies(id) on delete restrict,
  constraint leads_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint leads_merged_into_id_fkey foreign key (merged_into_id) references party.leads(id) on delete restrict,
  constraint leads_owner_contact_id_fkey foreign key (owner_contact_id) references party.contacts(id) on delete restrict,
  constraint leads_archive_reason_length check (((length(archive_reason) >= 1) and (length(archive_reason) <= 200))),
  constraint leads_archived_whole check (((archived_at is null) = (archive_reason is null))),
  constraint leads_converted_contact check (((status <> 'converted'::text) or (contact_id is not null) or (company_id is not null))),
  constraint leads_converted_whole check (((status = 'converted'::text) = (converted_at is not null))),
  constraint leads_email_shape check (((email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) and (length(email) <= 254))),
  constraint leads_interest_length check ((length(interest) <= 4000)),
  constraint leads_label_length check (((length(label) >= 1) and (length(label) <= 60))),
  constraint leads_merged_archived check (((merged_into_id is null) or (archived_at is not null))),
  constraint leads_merged_other check ((merged_into_id <> id)),
  constraint leads_name_length check (((length(name) >= 1) and (length(name) <= 200))),
  constraint leads_phone_shape check ((phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'::text)),
  constraint leads_pipeline_length check (((length(pipeline) >= 1) and (length(pipeline) <= 60))),
  constraint leads_source_length check (((length(source) >= 1) and (length(source) <= 200))),
  constraint leads_source_reference_length check (((length(source_reference) >= 1) and (length(source_reference) <= 200))),
  constraint leads_stage_length check (((length(stage) >= 1) and (length(stage) <= 60))),
  constraint leads_status_known check ((status = any (array['new'::text, 'contacted'::text, 'qualified'::text, 'converted'::text, 'disqualified'::text])))
);
comment on table party.leads is 'People who may become customers. Becomes read-only when converted.';
comment on column party.leads.id is 'Identity.';
comment on column party.leads.name is 'What it is called in lists, usually a person or a company.';
comment on column party.leads.label is 'Label given by the staff; null: none.';
comment on column party.leads.source is 'Where it came from, free text of the CRM it came from; null: unknown.';
comment on column party.leads.source_reference is 'Its id in that CRM; null: made here.';
comment on column party.leads.pipeline is 'Pipeline it is worked in.';
comment on column party.leads.stage is 'Stage in the pipeline, free text of the CRM; null: none.';
comment on column party.leads.status is 'Where it stands; only the steps of leads_status_transition are allowed.';
comment on column party.leads.interest is 'What the person asked for; null: not said.';
comment on column party.leads.email is 'Address for mail; null: unknown.';
comment on column party.leads.phone is 'Telephone number; null: unknown.';
comment on column party.leads.contact_id is 'The person, once known; null: not yet.';
comment on column party.leads.company_id is 'The company, once known; null: none.';
comment on column party.leads.owner_contact_id is 'Member of staff who works on it; null: nobody.';
comment on column party.leads.project_ref is 'Project it became (projects); null: none.';
comment on column party.leads.converted_at is 'When it was converted; null: not.';
comment on column party.leads.archived_at is 'When it left the funnel''s lists; null: it is in them.';
comment on column party.leads.archive_reason is 'Why it was archived; null: it is not.';
comment on column party.leads.merged_into_id is 'Lead that took its place; null: none. Set once.';
comment on column party.leads.created_at is 'When the row was written.';
comment on column party.leads.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.leads.updated_at is 'When it last changed; set by trigger.';
comment on column party.leads.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.leads.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.leads.deleted_at is 'When it was deleted; null: live.';

-- Create index "party.leads_company_id_idx"
create index leads_company_id_idx on party.leads using btree (company_id);

-- Create index "party.leads_contact_id_idx"
create index leads_contact_id_idx on party.leads using btree (contact_id);

-- Create index "party.leads_created_at_idx"
create index leads_created_at_idx on party.leads using btree (created_at desc, id desc);

-- Create index "party.leads_merged_into_id_idx"
create index leads_merged_into_id_idx on party.leads using btree (merged_into_id);

-- Create index "party.leads_owner_contact_id_idx"
create index leads_owner_contact_id_idx on party.leads using btree (owner_contact_id);

-- Create index "party.leads_source_source_reference_key"
create unique index leads_source_source_reference_key on party.leads using btree (source, source_reference) where ((source_reference is not null) and (deleted_at is null));

-- Create index "party.leads_status_created_at_id_idx"
create index leads_status_created_at_id_idx on party.leads using btree (status, created_at desc, id desc);

-- Create trigger "check_acyclic" of table "party.leads"
create trigger check_acyclic before insert or update of merged_into_id on party.leads for each row execute function platform.check_acyclic('id', 'merged_into_id');

-- Create trigger "check_frozen" of table "party.leads"
create trigger check_frozen before delete or update on party.leads for each row execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified', 'deleted_at,archived_at,archive_reason,contact_id,owner_contact_id');

-- Create trigger "check_live" of table "party.leads"
create trigger check_live before insert or update of contact_id, company_id, deleted_at on party.leads for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies');

-- Create trigger "check_status" of table "party.leads"
create trigger check_status before insert or update of status on party.leads for each row execute function platform.check_transition('status', 'new', 'new>contacted,qualified,disqualified', 'contacted>qualified,disqualified', 'qualified>converted,disqualified', 'disqualified>contacted');

-- Create trigger "keep_once_set" of table "party.leads"
create trigger keep_once_set before update on party.leads for each row execute function platform.keep_once_set('merged_into_id');

-- Create trigger "touch" of table "party.leads"
create trigger touch before update on party.leads for each row execute function platform.touch();

-- Create table "platform.idempotency_keys"
create table platform.idempotency_keys (
  scope platform.key_text not null,
  key platform.key_text not null,
  fingerprint platform.sha256 not null,
  status platform.http_status,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
revoke select on platform.idempotency_keys from platform_studio;
grant select (scope) on platform.idempotency_keys to platform_studio;
grant select (key) on platform.idempotency_keys to platform_studio;
grant select (status) on platform.idempotency_keys to platform_studio;
grant select (created_at) on platform.idempotency_keys to platform_studio;
comment on table platform.idempotency_keys is 'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column platform.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column platform.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column platform.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column platform.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column platform.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column platform.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';

-- Create index "platform.idempotency_keys_created_at_idx"
create index idempotency_keys_created_at_idx on platform.idempotency_keys using btree (created_at);

-- Create table "platform.inbox_dedup"
create table platform.inbox_dedup (
  consumer text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_dedup_pkey primary key (consumer, message_id),
  constraint inbox_dedup_consumer_length check (((length(consumer) >= 1) and (length(consumer) <= 100)))
);
comment on table platform.inbox_dedup is 'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column platform.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column platform.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column platform.inbox_dedup.received_at is 'When it took effect here.';

-- Create table "platform.outbox_events"
create table platform.outbox_events (
  id uuid default gen_random_uuid() not null,
  "position" bigint generated always as identity not null,
  topic platform.event_topic not null,
  aggregate_type platform.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  occurred_at timestamp with time zone default now() not null,
  published_at timestamp with time zone,
  constraint outbox_events_pkey primary key (id),
  constraint outbox_events_payload_object check ((jsonb_typeof(payload) = 'object'::text))
);
comment on table platform.outbox_events is 'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column platform.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column platform.outbox_events."position" is 'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column platform.outbox_events.topic is 'Domain, entity, fact and version: platform.thing.happened.v1.';
comment on column platform.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column platform.outbox_events.aggregate_id is 'Id of that entity.';
comment on column platform.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column platform.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column platform.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';

-- Create index "platform.outbox_events_unpublished_idx"
create index outbox_events_unpublished_idx on platform.outbox_events using btree ("position") where (published_at is null);

-- Create table "platform.settings"
create table platform.settings (
  id uuid default gen_random_uuid() not null,
  key text not null,
  value jsonb not null,
  description platform.localized_text not null,
  is_secret boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint settings_pkey primary key (id),
  constraint settings_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 500) and (length(((description)::jsonb ->> 'en'::text)) <= 500))),
  constraint settings_key_shape check (((key ~ '^[a-z][a-z0-9_.]*$'::text) and (length(key) <= 100)))
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

-- Create index "platform.settings_created_at_idx"
create index settings_created_at_idx on platform.settings using btree (created_at desc, id desc);

-- Create index "platform.settings_key_key"
create unique index settings_key_key on platform.settings using btree (key) where (deleted_at is null);

-- Create trigger "touch" of table "platform.settings"
create trigger touch before update on platform.settings for each row execute function platform.touch();

-- Create table "scheduling.appointments"
create table scheduling.appointments (
  id uuid default gen_random_uuid() not null,
  subject_domain text,
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  type text not null,
  title platform.localized_text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  location text not null,
  address text,
  url text,
  contact_id uuid,
  organizer_contact_id uuid,
  status text default 'proposed'::text not null,
  cancel_reason text,
  notes text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint appointments_pkey primary key (id),
  constraint appointments_organizer_free exclude using gist (organizer_contact_id with =, tstzrange(starts_at, ends_at) with &&) where (((status = 'confirmed'::text) and (deleted_at is null))),
  constraint appointments_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint appointments_organizer_contact_id_fkey foreign key (organizer_contact_id) references party.contacts(id) on delete restrict,
  constraint appointments_task_id_fkey foreign key (task_id) references automation.workflow_tasks(id) on delete restrict,
  constraint appointments_address_length check (((length(address) >= 1) and (length(address) <= 500))),
  constraint appointments_cancel_reason_length check (((length(cancel_reason) >= 1) and (length(cancel_reason) <= 500))),
  constraint appointments_cancelled_whole check (((status = 'cancelled'::text) = (cancel_reason is not null))),
  constraint appointments_ends_order check (((ends_at > starts_at) and (ends_at <= (starts_at + '30 days'::interval)))),
  constraint appointments_location_known check ((location = any (array['onsite'::text, 'virtual'::text, 'phone'::text]))),
  constraint appointments_location_whole check (((location <> 'virtual'::text) or (url is not null) or (status = 'proposed'::text))),
  constraint appointments_notes_length check ((length(notes) <= 4000)),
  constraint appointments_status_known check ((status = any (array['proposed'::text, 'confirmed'::text, 'completed'::text, 'cancelled'::text]))),
  constraint appointments_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint appointments_subject_whole check ((num_nonnulls(subject_domain, subject_type, subject_id) = any (array[0, 3]))),
  constraint appointments_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200))),
  constraint appointments_type_known check ((type = any (array['consultation'::text, 'site_visit'::text, 'survey'::text, 'handover'::text, 'acceptance'::text, 'call'::text, 'other'::text]))),
  constraint appointments_url_shape check (((url ~ '^https?://[^[:space:]]+$'::text) and (length(url) <= 2000)))
);
comment on table scheduling.appointments is 'Meetings on site, at a distance or by telephone.';
comment on column scheduling.appointments.id is 'Identity.';
comment on column scheduling.appointments.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column scheduling.appointments.subject_type is 'That entity, singular; null: none.';
comment on column scheduling.appointments.subject_id is 'Id of that entity; null: none.';
comment on column scheduling.appointments.task_id is 'Task it belongs to; null: none.';
comment on column scheduling.appointments.type is 'What it is for.';
comment on column scheduling.appointments.title is 'Name for people; at most 200 characters per language.';
comment on column scheduling.appointments.starts_at is 'When it begins.';
comment on column scheduling.appointments.ends_at is 'When it ends, after it begins.';
comment on column scheduling.appointments.location is 'Where it takes place.';
comment on column scheduling.appointments.address is 'Address of an appointment on site; null: elsewhere.';
comment on column scheduling.appointments.url is 'Link to a virtual one; null: elsewhere.';
comment on column scheduling.appointments.contact_id is 'Person it is with; null: not known yet.';
comment on column scheduling.appointments.organizer_contact_id is 'Member of staff who holds it; null: nobody yet.';
comment on column scheduling.appointments.status is 'Where it stands; only the steps of appointments_status_transition are allowed.';
comment on column scheduling.appointments.cancel_reason is 'Why it was cancelled; null: it was not.';
comment on column scheduling.appointments.notes is 'Notes of the staff; null: none.';
comment on column scheduling.appointments.created_at is 'When the row was written.';
comment on column scheduling.appointments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointments.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column scheduling.appointments.deleted_at is 'When it was deleted; null: live.';

-- Create index "scheduling.appointments_contact_id_idx"
create index appointments_contact_id_idx on scheduling.appointments using btree (contact_id);

-- Create index "scheduling.appointments_created_at_idx"
create index appointments_created_at_idx on scheduling.appointments using btree (created_at desc, id desc);

-- Create index "scheduling.appointments_organizer_contact_id_starts_at_idx"
create index appointments_organizer_contact_id_starts_at_idx on scheduling.appointments using btree (organizer_contact_id, starts_at);

-- Create index "scheduling.appointments_starts_at_idx"
create index appointments_starts_at_idx on scheduling.appointments using btree (starts_at);

-- Create index "scheduling.appointments_subject_type_subject_id_idx"
create index appointments_subject_type_subject_id_idx on scheduling.appointments using btree (subject_type, subject_id) where (subject_id is not null);

-- Create index "scheduling.appointments_task_id_idx"
create index appointments_task_id_idx on scheduling.appointments using btree (task_id);

-- Create trigger "check_live" of table "scheduling.appointments"
create trigger check_live before insert or update of contact_id, deleted_at on scheduling.appointments for each row execute function platform.check_live('contact_id', 'party.contacts');

-- Create trigger "check_status" of table "scheduling.appointments"
create trigger check_status before insert or update of status on scheduling.appointments for each row execute function platform.check_transition('status', 'proposed,confirmed', 'proposed>confirmed,cancelled', 'confirmed>completed,cancelled');

-- Create trigger "touch" of table "scheduling.appointments"
create trigger touch before update on scheduling.appointments for each row execute function platform.touch();

-- Create table "scheduling.appointment_participants"
create table scheduling.appointment_participants (
  id uuid default gen_random_uuid() not null,
  appointment_id uuid not null,
  contact_id uuid not null,
  is_required boolean default true not null,
  response text default 'none'::text not null,
  responded_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint appointment_participants_pkey primary key (id),
  constraint appointment_participants_contact_key unique (appointment_id, contact_id),
  constraint appointment_participants_appointment_id_fkey foreign key (appointment_id) references scheduling.appointments(id) on delete cascade,
  constraint appointment_participants_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint appointment_participants_response_known check ((response = any (array['none'::text, 'accepted'::text, 'declined'::text, 'tentative'::text]))),
  constraint appointment_participants_response_whole check (((response = 'none'::text) = (responded_at is null)))
);
comment on table scheduling.appointment_participants is 'Who else takes part.';
comment on column scheduling.appointment_participants.id is 'Identity.';
comment on column scheduling.appointment_participants.appointment_id is 'The appointment.';
comment on column scheduling.appointment_participants.contact_id is 'The person.';
comment on column scheduling.appointment_participants.is_required is 'True: it does not take place without this person.';
comment on column scheduling.appointment_participants.response is 'What the person answered.';
comment on column scheduling.appointment_participants.responded_at is 'When; null: not yet.';
comment on column scheduling.appointment_participants.created_at is 'When the row was written.';
comment on column scheduling.appointment_participants.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_participants.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_participants.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_participants.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "scheduling.appointment_participants_contact_id_idx"
create index appointment_participants_contact_id_idx on scheduling.appointment_participants using btree (contact_id);

-- Create trigger "touch" of table "scheduling.appointment_participants"
create trigger touch before update on scheduling.appointment_participants for each row execute function platform.touch();

-- Create table "scheduling.appointment_proposals"
create table scheduling.appointment_proposals (
  id uuid default gen_random_uuid() not null,
  subject_domain text not null,
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  task_id uuid,
  contact_id uuid not null,
  organizer_contact_id uuid,
  type text not null,
  message platform.localized_text,
  proposed_slots jsonb not null,
  accepted_slot_index integer,
  portal_token_hash platform.sha256 not null,
  expires_at timestamp with time zone default (now() + '7 days'::interval) not null,
  status text default 'open'::text not null,
  answered_at timestamp with time zone,
  decline_reason text,
  appointment_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint appointment_proposals_pkey primary key (id),
  constraint appointment_proposals_portal_token_hash_key unique (portal_token_hash),
  constraint appointment_proposals_appointment_id_fkey foreign key (appointment_id) references scheduling.appointments(id) on delete restrict,
  constraint appointment_proposals_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint appointment_proposals_organizer_contact_id_fkey foreign key (organizer_contact_id) references party.contacts(id) on delete restrict,
  constraint appointment_proposals_task_id_fkey foreign key (task_id) references automation.workflow_tasks(id) on delete restrict,
  constraint appointment_proposals_accepted_proposed check (((accepted_slot_index is null) or ((proposed_slots -> accepted_slot_index) is not null))),
  constraint appointment_proposals_accepted_slot_index_range check (((accepted_slot_index >= 0) and (accepted_slot_index <= 19))),
  constraint appointment_proposals_accepted_whole check (((status = 'accepted'::text) = (accepted_slot_index is not null))),
  constraint appointment_proposals_answered_in_time check ((answered_at <= expires_at)),
  constraint appointment_proposals_answered_whole check (((status = any (array['accepted'::text, 'declined'::text])) = (answered_at is not null))),
  constraint appointment_proposals_decline_reason_length check (((length(decline_reason) >= 1) and (length(decline_reason) <= 500))),
  constraint appointment_proposals_expires_order check ((expires_at > created_at)),
  constraint appointment_proposals_message_length check (((length(((message)::jsonb ->> 'de'::text)) <= 2000) and (length(((message)::jsonb ->> 'en'::text)) <= 2000))),
  constraint appointment_proposals_proposed_slots_shape check (((jsonb_typeof(proposed_slots) = 'array'::text) and ((proposed_slots -> 0) is not null) and ((proposed_slots -> 20) is null) and (not jsonb_path_exists(proposed_slots, '$[*]?(!(((((@."at".type() == "string" && @."minutes".type() == "number") && @."minutes" > 0) && @."minutes" <= 1440) && @."location".type() == "string") && ((@."location" == "onsite" || @."location" == "virtual") || @."location" == "phone")))'::jsonpath)))),
  constraint appointment_proposals_status_known check ((status = any (array['open'::text, 'accepted'::text, 'declined'::text, 'expired'::text]))),
  constraint appointment_proposals_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint appointment_proposals_type_known check ((type = any (array['consultation'::text, 'site_visit'::text, 'survey'::text, 'handover'::text, 'acceptance'::text, 'call'::text, 'other'::text])))
);
revoke select on scheduling.appointment_proposals from platform_reader, platform_studio;
grant select (id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (subject_domain) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (subject_type) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (subject_id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (task_id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (contact_id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (organizer_contact_id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (type) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (message) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (proposed_slots) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (accepted_slot_index) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (expires_at) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (status) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (answered_at) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (decline_reason) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (appointment_id) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (created_at) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (created_by) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (updated_at) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (updated_by) on scheduling.appointment_proposals to platform_reader, platform_studio;
grant select (version) on scheduling.appointment_proposals to platform_reader, platform_studio;
comment on table scheduling.appointment_proposals is 'Slots offered to a person, who takes one through a link; the others are then gone.';
comment on column scheduling.appointment_proposals.id is 'Identity.';
comment on column scheduling.appointment_proposals.subject_domain is 'Domain of the entity it is about.';
comment on column scheduling.appointment_proposals.subject_type is 'That entity, singular.';
comment on column scheduling.appointment_proposals.subject_id is 'Id of that entity.';
comment on column scheduling.appointment_proposals.task_id is 'Task that goes on when a slot is taken; null: none.';
comment on column scheduling.appointment_proposals.contact_id is 'Who is asked.';
comment on column scheduling.appointment_proposals.organizer_contact_id is 'Member of staff who will hold it; null: nobody yet.';
comment on column scheduling.appointment_proposals.type is 'What it is for.';
comment on column scheduling.appointment_proposals.message is 'What the person reads above the slots; at most 2000 characters per language; null: nothing.';
comment on column scheduling.appointment_proposals.proposed_slots is 'Slots, 1 to 20: at (RFC 3339), minutes, location onsite, virtual or phone, and address or url.';
comment on column scheduling.appointment_proposals.accepted_slot_index is 'Slot that was taken, from 0; null: none.';
comment on column scheduling.appointment_proposals.portal_token_hash is 'SHA-256 of the token in the link; unique; not given to readers.';
comment on column scheduling.appointment_proposals.expires_at is 'Until when a slot can be taken.';
comment on column scheduling.appointment_proposals.status is 'Where it stands; only the steps of appointment_proposals_status_transition are allowed.';
comment on column scheduling.appointment_proposals.answered_at is 'When the person answered; null: not yet. Set once.';
comment on column scheduling.appointment_proposals.decline_reason is 'Why none suited; null: not said or not declined.';
comment on column scheduling.appointment_proposals.appointment_id is 'Appointment that came of it; null: none yet.';
comment on column scheduling.appointment_proposals.created_at is 'When the row was written.';
comment on column scheduling.appointment_proposals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_proposals.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_proposals.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_proposals.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "scheduling.appointment_proposals_appointment_id_idx"
create index appointment_proposals_appointment_id_idx on scheduling.appointment_proposals using btree (appointment_id);

-- Create index "scheduling.appointment_proposals_contact_id_idx"
create index appointment_proposals_contact_id_idx on scheduling.appointment_proposals using btree (contact_id);

-- Create index "scheduling.appointment_proposals_created_at_idx"
create index appointment_proposals_created_at_idx on scheduling.appointment_proposals using btree (created_at desc, id desc);

-- Create index "scheduling.appointment_proposals_organizer_contact_id_idx"
create index appointment_proposals_organizer_contact_id_idx on scheduling.appointment_proposals using btree (organizer_contact_id);

-- Create index "scheduling.appointment_proposals_status_expires_at_idx"
create index appointment_proposals_status_expires_at_idx on scheduling.appointment_proposals using btree (status, expires_at);

-- Create index "scheduling.appointment_proposals_subject_type_subject_id_idx"
create index appointment_proposals_subject_type_subject_id_idx on scheduling.appointment_proposals using btree (subject_type, subject_id);

-- Create index "scheduling.appointment_proposals_task_id_idx"
create index appointment_proposals_task_id_idx on scheduling.appointment_proposals using btree (task_id);

-- Create trigger "check_frozen" of table "scheduling.appointment_proposals"
create trigger check_frozen before delete or update on scheduling.appointment_proposals for each row execute function platform.check_frozen('status', 'open', 'appointment_id');

-- Create trigger "check_live" of table "scheduling.appointment_proposals"
create trigger check_live before insert or update of contact_id on scheduling.appointment_proposals for each row execute function platform.check_live('contact_id', 'party.contacts');

-- Create trigger "check_status" of table "scheduling.appointment_proposals"
create trigger check_status before insert or update of status on scheduling.appointment_proposals for each row execute function platform.check_transition('status', 'open', 'open>accepted,declined,expired');

-- Create trigger "keep_once_set" of table "scheduling.appointment_proposals"
create trigger keep_once_set before update on scheduling.appointment_proposals for each row execute function platform.keep_once_set('answered_at', 'accepted_slot_index', 'portal_token_hash');

-- Create trigger "touch" of table "scheduling.appointment_proposals"
create trigger touch before update on scheduling.appointment_proposals for each row execute function platform.touch();

-- Create table "storage.file_collections"
create table storage.file_collections (
  id uuid default gen_random_uuid() not null,
  parent_id uuid,
  name platform.localized_text not null,
  subject_domain text,
  subject_type platform.entity_name,
  subject_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint file_collections_pkey primary key (id),
  constraint file_collections_parent_id_fkey foreign key (parent_id) references storage.file_collections(id) on delete restrict,
  constraint file_collections_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint file_collections_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint file_collections_subject_whole check ((num_nonnulls(subject_domain, subject_type, subject_id) = any (array[0, 3])))
);
comment on table storage.file_collections is 'Folders of versioned slots; a tree.';
comment on column storage.file_collections.id is 'Identity.';
comment on column storage.file_collections.parent_id is 'Collection it lies in; null: at the top. Never below itself.';
comment on column storage.file_collections.name is 'Name for people; at most 200 characters per language.';
comment on column storage.file_collections.subject_domain is 'Domain of the entity it belongs to; null: none.';
comment on column storage.file_collections.subject_type is 'That entity, singular; null: none.';
comment on column storage.file_collections.subject_id is 'Id of that entity; null: none.';
comment on column storage.file_collections.created_at is 'When the row was written.';
comment on column storage.file_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_collections.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_collections.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_collections.deleted_at is 'When it was deleted; null: live.';

-- Create index "storage.file_collections_created_at_idx"
create index file_collections_created_at_idx on storage.file_collections using btree (created_at desc, id desc);

-- Create index "storage.file_collections_parent_id_idx"
create index file_collections_parent_id_idx on storage.file_collections using btree (parent_id);

-- Create index "storage.file_collections_subject_type_subject_id_idx"
create index file_collections_subject_type_subject_id_idx on storage.file_collections using btree (subject_type, subject_id) where (subject_id is not null);

-- Create trigger "check_acyclic" of table "storage.file_collections"
create trigger check_acyclic before insert or update of parent_id on storage.file_collections for each row execute function platform.check_acyclic('id', 'parent_id');

-- Create trigger "check_live" of table "storage.file_collections"
create trigger check_live before insert or update of parent_id, deleted_at on storage.file_collections for each row execute function platform.check_live('parent_id', 'storage.file_collections');

-- Create trigger "check_unused_file_collections" of table "storage.file_collections"
create trigger check_unused_file_collections before update of deleted_at on storage.file_collections for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('storage.file_collections', 'parent_id');

-- Create trigger "check_unused_file_members" of table "storage.file_collections"
create trigger check_unused_file_members before update of deleted_at on storage.file_collections for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function platform.check_unused('storage.file_members', 'collection_id');

-- Create trigger "touch" of table "storage.file_collections"
create trigger touch before update on storage.file_collections for each row execute function platform.touch();

-- Create table "storage.file_labels"
create table storage.file_labels (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name platform.localized_text not null,
  color text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint file_labels_pkey primary key (id),
  constraint file_labels_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint file_labels_color_shape check ((color ~ '^#[0-9a-f]{6}$'::text)),
  constraint file_labels_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120)))
);
comment on table storage.file_labels is 'Labels that files are found by.';
comment on column storage.file_labels.id is 'Identity.';
comment on column storage.file_labels.code is 'Name, dotted; unique among live rows.';
comment on column storage.file_labels.name is 'Name for people; at most 120 characters per language.';
comment on column storage.file_labels.color is 'Colour, #rrggbb; null: the surface chooses.';
comment on column storage.file_labels.created_at is 'When the row was written.';
comment on column storage.file_labels.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_labels.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_labels.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_labels.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_labels.deleted_at is 'When it was deleted; null: live.';

-- Create index "storage.file_labels_code_key"
create unique index file_labels_code_key on storage.file_labels using btree (code) where (deleted_at is null);

-- Create trigger "touch" of table "storage.file_labels"
create trigger touch before update on storage.file_labels for each row execute function platform.touch();

-- Create table "storage.file_members"
create table storage.file_members (
  id uuid default gen_random_uuid() not null,
  collection_id uuid not null,
  slot text not null,
  title platform.localized_text not null,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint file_members_pkey primary key (id),
  constraint file_members_collection_id_fkey foreign key (collection_id) references storage.file_collections(id) on delete restrict,
  constraint file_members_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint file_members_slot_shape check (((slot ~ '^[a-z0-9][a-z0-9_-]*$'::text) and (length(slot) <= 100))),
  constraint file_members_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table storage.file_members is 'Slots of a collection; each has versions, the highest counts.';
comment on column storage.file_members.id is 'Identity.';
comment on column storage.file_members.collection_id is 'Collection the slot is in.';
comment on column storage.file_members.slot is 'Name of the slot; unique in its collection among live rows.';
comment on column storage.file_members.title is 'Title for people; at most 200 characters per language.';
comment on column storage.file_members."position" is 'Place in the collection, smallest first; ties by slot.';
comment on column storage.file_members.created_at is 'When the row was written.';
comment on column storage.file_members.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_members.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_members.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_members.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_members.deleted_at is 'When it was deleted; null: live.';

-- Create index "storage.file_members_collection_id_idx"
create index file_members_collection_id_idx on storage.file_members using btree (collection_id);

-- Create index "storage.file_members_collection_id_slot_key"
create unique index file_members_collection_id_slot_key on storage.file_members using btree (collection_id, slot) where (deleted_at is null);

-- Create trigger "check_live" of table "storage.file_members"
create trigger check_live before insert or update of collection_id, deleted_at on storage.file_members for each row execute function platform.check_live('collection_id', 'storage.file_collections');

-- Create trigger "touch" of table "storage.file_members"
create trigger touch before update on storage.file_members for each row execute function platform.touch();

-- Create table "storage.files"
create table storage.files (
  id uuid default gen_random_uuid() not null,
  content_hash platform.sha256 not null,
  size_bytes bigint not null,
  media_type text not null,
  original_name text not null,
  storage_key text not null,
  width_px integer,
  height_px integer,
  pages integer,
  scan_status text default 'pending'::text not null,
  scanned_at timestamp with time zone,
  status text default 'pending'::text not null,
  stored_at timestamp with time zone,
  purged_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint files_pkey primary key (id),
  constraint files_storage_key_key unique (storage_key),
  constraint files_height_px_range check (((height_px >= 1) and (height_px <= 1000000))),
  constraint files_infected_kept check (((status <> 'stored'::text) or (scan_status <> 'infected'::text))),
  constraint files_media_type_shape check (((media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'::text) and (length(media_type) <= 120))),
  constraint files_original_name_length check (((length(original_name) >= 1) and (length(original_name) <= 255))),
  constraint files_pages_range check (((pages >= 1) and (pages <= 100000))),
  constraint files_purged_whole check (((status = 'purged'::text) = (purged_at is not null))),
  constraint files_scan_status_known check ((scan_status = any (array['pending'::text, 'clean'::text, 'infected'::text, 'failed'::text, 'skipped'::text]))),
  constraint files_scanned_whole check (((scan_status = any (array['clean'::text, 'infected'::text, 'failed'::text])) = (scanned_at is not null))),
  constraint files_size_bytes_range check (((size_bytes >= 0) and (size_bytes <= '5000000000000'::bigint))),
  constraint files_status_known check ((status = any (array['pending'::text, 'stored'::text, 'quarantined'::text, 'purged'::text]))),
  constraint files_storage_key_shape check (((storage_key ~ '^[A-Za-z0-9/_.-]+$'::text) and (length(storage_key) <= 500))),
  constraint files_stored_whole check (((status <> all (array['stored'::text, 'quarantined'::text])) or (stored_at is not null))),
  constraint files_width_px_range check (((width_px >= 1) and (width_px <= 1000000))),
  constraint files_width_whole check (((width_px is null) = (height_px is null)))
);
comment on table storage.files is 'Bytes in the object store, each content once. Others hold a file_id, never a path.';
comment on column storage.files.id is 'Identity; other domains hold it as file_ref.';
comment on column storage.files.content_hash is 'SHA-256 of the bytes; unique among those not purged.';
comment on column storage.files.size_bytes is 'Size, in bytes.';
comment on column storage.files.media_type is 'MIME type found by the server, not the one claimed.';
comment on column storage.files.original_name is 'Name it was first uploaded under; for people only.';
comment on column storage.files.storage_key is 'Key in the object store; unique; never leaves the server.';
comment on column storage.files.width_px is 'Width of an image, in pixels; null: no image.';
comment on column storage.files.height_px is 'Height of an image, in pixels; null: no image.';
comment on column storage.files.pages is 'Pages of a document; null: no document.';
comment on column storage.files.scan_status is 'What the malware scan found.';
comment on column storage.files.scanned_at is 'When it was scanned; null: not yet.';
comment on column storage.files.status is 'pending: being uploaded; stored: there; quarantined: kept from readers; purged: bytes gone.';
comment on column storage.files.stored_at is 'When the bytes were there and checked; null: not yet. Set once.';
comment on column storage.files.purged_at is 'When the bytes were removed; null: not. Set once.';
comment on column storage.files.created_at is 'When the row was written.';
comment on column storage.files.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.files.updated_at is 'When it last changed; set by trigger.';
comment on column storage.files.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.files.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "storage.files_content_hash_key"
create unique index files_content_hash_key on storage.files using btree (content_hash) where (status <> 'purged'::text);

-- Create index "storage.files_created_at_idx"
create index files_created_at_idx on storage.files using btree (created_at desc, id desc);

-- Create index "storage.files_status_created_at_idx"
create index files_status_created_at_idx on storage.files using btree (status, created_at);

-- Create trigger "check_frozen" of table "storage.files"
create trigger check_frozen before delete or update on storage.files for each row execute function platform.check_frozen('status', 'pending', 'scan_status,scanned_at,purged_at,pages,width_px,height_px');

-- Create trigger "check_status" of table "storage.files"
create trigger check_status before insert or update of status on storage.files for each row execute function platform.check_transition('status', 'pending', 'pending>stored,quarantined,purged', 'stored>quarantined,purged', 'quarantined>stored,purged');

-- Create trigger "keep_once_set" of table "storage.files"
create trigger keep_once_set before update on storage.files for each row execute function platform.keep_once_set('stored_at', 'purged_at');

-- Create trigger "touch" of table "storage.files"
create trigger touch before update on storage.files for each row execute function platform.touch();

-- Create table "storage.file_label_assignments"
create table storage.file_label_assignments (
  file_id uuid not null,
  label_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint file_label_assignments_pkey primary key (file_id, label_id),
  constraint file_label_assignments_file_id_fkey foreign key (file_id) references storage.files(id) on delete cascade,
  constraint file_label_assignments_label_id_fkey foreign key (label_id) references storage.file_labels(id) on delete restrict
);
comment on table storage.file_label_assignments is 'Which file carries which label.';
comment on column storage.file_label_assignments.file_id is 'The file.';
comment on column storage.file_label_assignments.label_id is 'The label.';
comment on column storage.file_label_assignments.created_at is 'When the row was written.';
comment on column storage.file_label_assignments.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "storage.file_label_assignments_label_id_idx"
create index file_label_assignments_label_id_idx on storage.file_label_assignments using btree (label_id);

-- Create table "storage.file_links"
create table storage.file_links (
  id uuid default gen_random_uuid() not null,
  file_id uuid not null,
  subject_domain text not null,
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  role text default 'attachment'::text not null,
  "position" integer default 0 not null,
  caption platform.localized_text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint file_links_pkey primary key (id),
  constraint file_links_file_id_fkey foreign key (file_id) references storage.files(id) on delete restrict,
  constraint file_links_caption_length check (((length(((caption)::jsonb ->> 'de'::text)) <= 500) and (length(((caption)::jsonb ->> 'en'::text)) <= 500))),
  constraint file_links_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint file_links_role_shape check (((role ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(role) <= 100))),
  constraint file_links_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
comment on table storage.file_links is 'Which entity of any domain holds which file, and as what.';
comment on column storage.file_links.id is 'Identity.';
comment on column storage.file_links.file_id is 'The file.';
comment on column storage.file_links.subject_domain is 'Domain of the entity.';
comment on column storage.file_links.subject_type is 'The entity, singular.';
comment on column storage.file_links.subject_id is 'Id of that entity.';
comment on column storage.file_links.role is 'What the file is to the entity, dotted: attachment, photo, contract.signed.';
comment on column storage.file_links."position" is 'Place among files of the same role, smallest first.';
comment on column storage.file_links.caption is 'What it shows; at most 500 characters per language; null: not said.';
comment on column storage.file_links.created_at is 'When the row was written.';
comment on column storage.file_links.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_links.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_links.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_links.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_links.deleted_at is 'When it was deleted; null: live.';

-- Create index "storage.file_links_created_at_idx"
create index file_links_created_at_idx on storage.file_links using btree (created_at desc, id desc);

-- Create index "storage.file_links_file_id_idx"
create index file_links_file_id_idx on storage.file_links using btree (file_id);

-- Create index "storage.file_links_subject_idx"
create index file_links_subject_idx on storage.file_links using btree (subject_type, subject_id, role, "position") where (deleted_at is null);

-- Create index "storage.file_links_subject_role_key"
create unique index file_links_subject_role_key on storage.file_links using btree (subject_domain, subject_type, subject_id, role, file_id) where (deleted_at is null);

-- Create trigger "touch" of table "storage.file_links"
create trigger touch before update on storage.file_links for each row execute function platform.touch();

-- Create function "storage.check_link_file()"
create function storage.check_link_file()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  state text;
begin
  select f.status into state from storage.files f where f.id = new.file_id for share;
  if state = 'purged' and new.deleted_at is null then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_links_file_kept', schema = 'storage', table = 'file_links';
  end if;
  return new;
end
$function$;
comment on function storage.check_link_file() is 'Before insert or update: a live link holds a file that is there; breaks file_links_file_kept.';

-- Create trigger "check_file" of table "storage.file_links"
create trigger check_file before insert or update of file_id, deleted_at on storage.file_links for each row execute function storage.check_link_file();

-- Create table "storage.file_renditions"
create table storage.file_renditions (
  id uuid default gen_random_uuid() not null,
  file_id uuid not null,
  kind text not null,
  media_type text not null,
  width_px integer,
  height_px integer,
  size_bytes bigint,
  storage_key text,
  status text default 'pending'::text not null,
  error text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint file_renditions_pkey primary key (id),
  constraint file_renditions_kind_key unique (file_id, kind, media_type),
  constraint file_renditions_file_id_fkey foreign key (file_id) references storage.files(id) on delete cascade,
  constraint file_renditions_error_length check (((length(error) >= 1) and (length(error) <= 500))),
  constraint file_renditions_failed_whole check (((status = 'failed'::text) = (error is not null))),
  constraint file_renditions_height_px_range check (((height_px >= 1) and (height_px <= 1000000))),
  constraint file_renditions_kind_known check ((kind = any (array['thumbnail'::text, 'preview'::text, 'web'::text, 'text'::text, 'pdf'::text]))),
  constraint file_renditions_media_type_shape check (((media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'::text) and (length(media_type) <= 120))),
  constraint file_renditions_ready_whole check ((((status = 'ready'::text) = (storage_key is not null)) and ((status = 'ready'::text) = (size_bytes is not null)))),
  constraint file_renditions_size_bytes_range check ((size_bytes >= 0)),
  constraint file_renditions_status_known check ((status = any (array['pending'::text, 'ready'::text, 'failed'::text]))),
  constraint file_renditions_storage_key_shape check (((storage_key ~ '^[A-Za-z0-9/_.-]+$'::text) and (length(storage_key) <= 500))),
  constraint file_renditions_width_px_range check (((width_px >= 1) and (width_px <= 1000000)))
);
comment on table storage.file_renditions is 'Smaller or other forms of a file, made in the background.';
comment on column storage.file_renditions.id is 'Identity.';
comment on column storage.file_renditions.file_id is 'File it was made from.';
comment on column storage.file_renditions.kind is 'What it is for.';
comment on column storage.file_renditions.media_type is 'MIME type of the rendition.';
comment on column storage.file_renditions.width_px is 'Width, in pixels; null: no image.';
comment on column storage.file_renditions.height_px is 'Height, in pixels; null: no image.';
comment on column storage.file_renditions.size_bytes is 'Size, in bytes; null: not made yet.';
comment on column storage.file_renditions.storage_key is 'Key in the object store; null: not made yet.';
comment on column storage.file_renditions.status is 'pending: to be made; ready; failed: see error.';
comment on column storage.file_renditions.error is 'Why it failed; null: it did not.';
comment on column storage.file_renditions.created_at is 'When the row was written.';
comment on column storage.file_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_status" of table "storage.file_renditions"
create trigger check_status before insert or update of status on storage.file_renditions for each row execute function platform.check_transition('status', 'pending,ready', 'pending>ready,failed', 'failed>pending', 'ready>pending');

-- Create trigger "touch" of table "storage.file_renditions"
create trigger touch before update on storage.file_renditions for each row execute function platform.touch();

-- Create table "storage.file_uploads"
create table storage.file_uploads (
  id uuid default gen_random_uuid() not null,
  file_id uuid not null,
  contact_id uuid,
  max_bytes bigint not null,
  media_types text[] default '{}'::text[] not null,
  expires_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  failed_at timestamp with time zone,
  failure text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint file_uploads_pkey primary key (id),
  constraint file_uploads_contact_id_fkey foreign key (contact_id) references party.contacts(id) on delete restrict,
  constraint file_uploads_file_id_fkey foreign key (file_id) references storage.files(id) on delete cascade,
  constraint file_uploads_expires_order check ((expires_at > created_at)),
  constraint file_uploads_failed_whole check (((failed_at is null) = (failure is null))),
  constraint file_uploads_failure_length check (((length(failure) >= 1) and (length(failure) <= 500))),
  constraint file_uploads_max_bytes_range check (((max_bytes >= 1) and (max_bytes <= '5000000000000'::bigint))),
  constraint file_uploads_one_end check ((num_nonnulls(completed_at, failed_at) <= 1))
);
comment on table storage.file_uploads is 'Direct uploads to the object store that were allowed, for a short time each.';
comment on column storage.file_uploads.id is 'Identity.';
comment on column storage.file_uploads.file_id is 'File that is to come.';
comment on column storage.file_uploads.contact_id is 'Who uploads; null: the system or a guest with a link.';
comment on column storage.file_uploads.max_bytes is 'Largest size that was allowed, in bytes.';
comment on column storage.file_uploads.media_types is 'MIME types that were allowed; empty: any.';
comment on column storage.file_uploads.expires_at is 'When the permission ends.';
comment on column storage.file_uploads.completed_at is 'When the bytes were checked; null: not yet. Set once.';
comment on column storage.file_uploads.failed_at is 'When the upload was refused; null: it was not. Set once.';
comment on column storage.file_uploads.failure is 'Why it was refused; null: it was not.';
comment on column storage.file_uploads.created_at is 'When the row was written.';
comment on column storage.file_uploads.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "storage.file_uploads_contact_id_idx"
create index file_uploads_contact_id_idx on storage.file_uploads using btree (contact_id);

-- Create index "storage.file_uploads_created_at_idx"
create index file_uploads_created_at_idx on storage.file_uploads using btree (created_at desc, id desc);

-- Create index "storage.file_uploads_file_id_idx"
create index file_uploads_file_id_idx on storage.file_uploads using btree (file_id);

-- Create trigger "keep_once_set" of table "storage.file_uploads"
create trigger keep_once_set before update on storage.file_uploads for each row execute function platform.keep_once_set('completed_at', 'failed_at');

-- Create table "storage.file_versions"
create table storage.file_versions (
  id uuid default gen_random_uuid() not null,
  member_id uuid not null,
  number integer not null,
  file_id uuid not null,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint file_versions_pkey primary key (id),
  constraint file_versions_number_key unique (member_id, number),
  constraint file_versions_file_id_fkey foreign key (file_id) references storage.files(id) on delete restrict,
  constraint file_versions_member_id_fkey foreign key (member_id) references storage.file_members(id) on delete restrict,
  constraint file_versions_note_length check (((length(note) >= 1) and (length(note) <= 500))),
  constraint file_versions_number_range check (((number >= 1) and (number <= 100000)))
);
revoke update on storage.file_versions from platform_writer;
comment on table storage.file_versions is 'What was in a slot, from version 1 on; rows are only ever added.';
comment on column storage.file_versions.id is 'Identity.';
comment on column storage.file_versions.member_id is 'The slot.';
comment on column storage.file_versions.number is 'Version, from 1 without gaps.';
comment on column storage.file_versions.file_id is 'The bytes.';
comment on column storage.file_versions.note is 'What changed; null: not said.';
comment on column storage.file_versions.created_at is 'When the row was written.';
comment on column storage.file_versions.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "storage.file_versions_file_id_idx"
create index file_versions_file_id_idx on storage.file_versions using btree (file_id);

-- Create trigger "refuse_change" of table "storage.file_versions"
create trigger refuse_change before delete or update on storage.file_versions for each row execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "storage.file_versions"
create trigger refuse_truncate before truncate on storage.file_versions for each statement execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_truncate;

-- Create function "storage.check_file_unused()"
create function storage.check_file_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from storage.file_links where file_id = new.id and deleted_at is null)
    or exists (
      select 1 from storage.file_versions v join storage.file_members m on m.id = v.member_id
      where v.file_id = new.id and m.deleted_at is null
    ) then
    raise exception 'file % is still linked', new.id
      using errcode = '23514', constraint = 'files_purge_unused', schema = 'storage', table = 'files',
            hint = 'Delete its links and the collection members that hold it first.';
  end if;
  return new;
end
$function$;
comment on function storage.check_file_unused() is 'Before purging: nothing live holds the file any more; breaks files_purge_unused.';

-- Create trigger "check_unused" of table "storage.files"
create trigger check_unused before update of status on storage.files for each row when (((new.status = 'purged'::text) and (old.status <> 'purged'::text))) execute function storage.check_file_unused();

-- Create function "storage.check_version_number()"
create function storage.check_version_number()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  last integer;
  next_file text;
begin
  -- One version at a time per slot.
  perform 1 from storage.file_members where id = new.member_id for no key update;
  select coalesce(max(v.number), 0) into last from storage.file_versions v where v.member_id = new.member_id;
  if new.number <> last + 1 then
    raise exception 'the next version of slot % is %, not %', new.member_id, last + 1, new.number
      using errcode = '23514', constraint = 'file_versions_number_next', schema = 'storage', table = 'file_versions';
  end if;
  select f.status into next_file from storage.files f where f.id = new.file_id for share;
  if next_file = 'purged' then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_versions_file_kept', schema = 'storage', table = 'file_versions';
  end if;
  return new;
end
$function$;
comment on function storage.check_version_number() is 'Before insert: versions are numbered without gaps and hold files that are there; breaks file_versions_number_next or _file_kept.';

-- Create trigger "check_number" of table "storage.file_versions"
create trigger check_number before insert on storage.file_versions for each row execute function storage.check_version_number();
