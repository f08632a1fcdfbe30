-- platform: the audit log. Append-only, one partition per month of created_at.

create table audit.audit_logs (
  id uuid not null default platform.uuid7(),
  created_at timestamptz not null default now(),
  domain text not null
    constraint audit_logs_domain_known check (domain in ('platform', 'projects', 'finance', 'content')),
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
  entity_type platform.entity_name,
  entity_id uuid,
  context_entity_type platform.entity_name,
  context_entity_id uuid,
  changed_fields text[] not null default '{}',
  old_value jsonb,
  new_value jsonb,
  request_id text
    constraint audit_logs_request_id_length check (length(request_id) between 1 and 200),
  ip inet,
  user_agent text
    constraint audit_logs_user_agent_length check (length(user_agent) <= 500),
  constraint audit_logs_pkey primary key (id, created_at),
  constraint audit_logs_entity_whole check ((entity_type is null) = (entity_id is null)),
  constraint audit_logs_context_whole check ((context_entity_type is null) = (context_entity_id is null))
) partition by range (created_at);
comment on table audit.audit_logs is 'Who changed or read what, of all domains; rows are only ever added.';
comment on column audit.audit_logs.id is 'Identity.';
comment on column audit.audit_logs.created_at is 'When it happened; chooses the partition (months in UTC).';
comment on column audit.audit_logs.domain is 'Domain whose data was touched.';
comment on column audit.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column audit.audit_logs.actor_contact_id is 'Contact who acted; null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column audit.audit_logs.actor_user_id is 'Login that was used; null: none.';
comment on column audit.audit_logs.session_id is 'Login it happened in, or for a token its id; null: none.';
comment on column audit.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';
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

create index audit_logs_created_at_idx on audit.audit_logs (created_at desc, id desc);
create index audit_logs_entity_idx on audit.audit_logs (entity_type, entity_id, created_at desc, id desc);
create index audit_logs_actor_idx on audit.audit_logs (actor_contact_id, created_at desc, id desc);

-- The row trigger is copied to every partition; truncate triggers are not, so ensure_partitions sets them.
create trigger refuse_change before update or delete on audit.audit_logs
  for each row execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.audit_logs
  for each statement execute function platform.refuse_change();
alter table audit.audit_logs enable always trigger refuse_truncate;

-- Takes what no month takes, so that a late job never loses an entry.
create table audit.audit_logs_default partition of audit.audit_logs default;
alter table audit.audit_logs_default enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.audit_logs_default
  for each statement execute function platform.refuse_change();
alter table audit.audit_logs_default enable always trigger refuse_truncate;
comment on table audit.audit_logs_default is 'Audit entries of months that have no partition of their own.';

grant insert on audit.audit_logs to platform_writer;

-- Definer: the scheduled function that calls it may not create tables itself.
create function audit.ensure_partitions(from_month date, months integer) returns integer
  language plpgsql security definer
  set search_path = '' set timezone = 'UTC'
as $$
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
$$;
comment on function audit.ensure_partitions(date, integer) is
  'Makes the partitions of that many months from the given one, those that are missing; returns how many it made.';
grant execute on function audit.ensure_partitions(date, integer) to platform_writer;
