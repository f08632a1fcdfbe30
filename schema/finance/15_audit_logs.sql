-- finance: the audit log of this domain, written in the transaction of the change. Append-only; a copy of each entry
-- goes to the platform through the outbox.

create table finance.audit_logs (
  id uuid not null default finance.uuid7(),
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
comment on column finance.audit_logs.session_id is 'Login it happened in, or for a token its id (platform); null: none.';
comment on column finance.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';
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
