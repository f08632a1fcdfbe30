-- platform: the feed that people see beside an entity. Not the audit log.

create table audit.activity_logs (
  id uuid not null default gen_random_uuid(),
  subject_domain text not null
    constraint activity_logs_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  kind text not null
    constraint activity_logs_kind_known check (
      kind in ('comment', 'action', 'status', 'message', 'appointment', 'document', 'system')
    ),
  body platform.localized_text not null
    constraint activity_logs_body_length check (length(body ->> 'de') <= 4000 and length(body ->> 'en') <= 4000),
  actor_contact_id uuid,
  replies_to_id uuid,
  is_internal boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint activity_logs_pkey primary key (id),
  constraint activity_logs_replies_to_id_fkey foreign key (replies_to_id)
    references audit.activity_logs (id) on delete restrict
);
comment on table audit.activity_logs is
  'Comments, answers and things that happened, for people; rows are only ever added.';
comment on column audit.activity_logs.id is 'Identity.';
comment on column audit.activity_logs.subject_domain is 'Domain of the entity it is about.';
comment on column audit.activity_logs.subject_type is 'That entity, singular.';
comment on column audit.activity_logs.subject_id is 'Id of that entity.';
comment on column audit.activity_logs.kind is 'What it is.';
comment on column audit.activity_logs.body is 'What people read; at most 4000 characters per language.';
comment on column audit.activity_logs.actor_contact_id is
  'Contact who did it; null: the system. No foreign key: the row outlives the contact.';
comment on column audit.activity_logs.replies_to_id is 'Entry it answers; null: none.';
comment on column audit.activity_logs.is_internal is 'True: staff only; false: the customer sees it too.';
comment on column audit.activity_logs.created_at is 'When the row was written.';
comment on column audit.activity_logs.created_by is 'Contact who wrote it (platform); null: the system.';

create index activity_logs_subject_type_subject_id_created_at_id_idx on audit.activity_logs (subject_type, subject_id, created_at desc, id desc);
create index activity_logs_created_at_id_idx on audit.activity_logs (created_at desc, id desc);
create index activity_logs_replies_to_id_idx on audit.activity_logs (replies_to_id);

create trigger refuse_change before update or delete on audit.activity_logs
  for each row when (not party.is_forgetting()) execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on audit.activity_logs
  for each statement execute function platform.refuse_change();
alter table audit.activity_logs enable always trigger refuse_truncate;
revoke update on audit.activity_logs from platform_writer;

grant insert on audit.activity_logs to platform_writer;
