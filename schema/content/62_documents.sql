-- content: documents being filled in, and what came out.

create table template.document_sessions (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  subject_domain text not null
    constraint document_sessions_subject_domain_known check (
      subject_domain in (
        'platform', 'projects', 'finance', 'content'
      )
    ),
  subject_type content.entity_name not null,
  subject_id uuid not null,
  opened_by uuid not null,
  locked_by uuid,
  locked_until timestamptz,
  filled_at timestamptz,
  status text not null default 'open'
    constraint document_sessions_status_known check (status in ('open', 'exported', 'discarded')),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_sessions_pkey primary key (id),
  constraint document_sessions_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict,
  constraint document_sessions_locked_whole check ((locked_by is null) = (locked_until is null))
);
comment on table template.document_sessions is
  'Work on one document: opened for a subject, filled in by program and by hand, exported; can be left and taken up again.';
comment on column template.document_sessions.id is 'Identity.';
comment on column template.document_sessions.template_id is 'Template, pinned with its edition.';
comment on column template.document_sessions.subject_domain is 'Domain of the subject.';
comment on column template.document_sessions.subject_type is 'Entity that the document is about, singular.';
comment on column template.document_sessions.subject_id is 'Id of that entity.';
comment on column template.document_sessions.opened_by is 'Contact who opened it (platform).';
comment on column template.document_sessions.locked_by is 'Contact who works on it now (platform); null: nobody.';
comment on column template.document_sessions.locked_until is 'When that lock ends by itself; null: nobody works on it.';
comment on column template.document_sessions.filled_at is 'When values were last read from the domains; null: not yet.';
comment on column template.document_sessions.status is
  'Where it stands; the steps of document_sessions_status_transition.';
comment on column template.document_sessions.expires_at is 'When an open session is discarded.';
comment on column template.document_sessions.created_at is 'When the row was written.';
comment on column template.document_sessions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.document_sessions.updated_at is 'When it last changed; set by trigger.';
comment on column template.document_sessions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.document_sessions.version is 'Counts changes from 1; set by trigger; the ETag.';

create index document_sessions_template_id_idx on template.document_sessions (template_id);
create index document_sessions_subject_idx on template.document_sessions (subject_domain, subject_type, subject_id, created_at desc, id desc);
create index document_sessions_expires_at_idx on template.document_sessions (expires_at) where status = 'open';
create index document_sessions_created_at_idx on template.document_sessions (created_at desc, id desc);

create trigger check_status before insert or update of status on template.document_sessions
  for each row execute function content.check_transition(
    'status', 'open',
    'open>exported,discarded',
    'exported>open');
create trigger touch before update on template.document_sessions for each row execute function content.touch();

create table template.data_values (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  field_id uuid not null,
  found_value text
    constraint data_values_found_value_length check (length(found_value) <= 20000),
  found_at timestamptz,
  typed_value text
    constraint data_values_typed_value_length check (length(typed_value) <= 20000),
  typed_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint data_values_pkey primary key (id),
  constraint data_values_field_id_key unique (session_id, field_id),
  constraint data_values_session_id_fkey foreign key (session_id)
    references template.document_sessions (id) on delete cascade,
  constraint data_values_field_id_fkey foreign key (field_id) references template.pdf_fields (id) on delete restrict,
  constraint data_values_typed_whole check ((typed_value is null) = (typed_by is null))
);
comment on table template.data_values is 'Values of a session: what the program found and what somebody typed over it.';
comment on column template.data_values.id is 'Identity.';
comment on column template.data_values.session_id is 'The session.';
comment on column template.data_values.field_id is 'The field.';
comment on column template.data_values.found_value is 'What was found in the domains; null: nothing.';
comment on column template.data_values.found_at is 'When; null: it was not looked for.';
comment on column template.data_values.typed_value is 'What somebody typed instead; null: what was found counts.';
comment on column template.data_values.typed_by is 'Contact who typed it (platform); null: nobody.';
comment on column template.data_values.created_at is 'When the row was written.';
comment on column template.data_values.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_values.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_values.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.data_values.version is 'Counts changes from 1; set by trigger; the ETag.';

create index data_values_field_id_idx on template.data_values (field_id);

revoke select on template.data_values from content_studio;
grant select (
  id, session_id, field_id, found_at, typed_by, created_at, created_by, updated_at, updated_by, version
) on template.data_values to content_studio;

create trigger check_parent before insert or update or delete on template.data_values
  for each row execute function content.check_parent('template.document_sessions', 'session_id', 'status', 'open');
create trigger touch before update on template.data_values for each row execute function content.touch();

create table template.rendered_documents (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  template_id uuid not null,
  edition integer not null
    constraint rendered_documents_edition_range check (edition between 1 and 10000),
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  field_values jsonb not null
    constraint rendered_documents_field_values_object check (jsonb_typeof(field_values) = 'object'),
  rendered_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint rendered_documents_pkey primary key (id),
  constraint rendered_documents_edition_key unique (session_id, edition),
  constraint rendered_documents_session_id_fkey foreign key (session_id)
    references template.document_sessions (id) on delete restrict,
  constraint rendered_documents_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict
);
comment on table template.rendered_documents is 'Documents that came out of sessions, with the values they show.';
comment on column template.rendered_documents.id is 'Identity.';
comment on column template.rendered_documents.session_id is 'The session.';
comment on column template.rendered_documents.template_id is 'The template.';
comment on column template.rendered_documents.edition is 'Counts the documents of a session from 1.';
comment on column template.rendered_documents.file_ref is 'The file (platform).';
comment on column template.rendered_documents.file_sha256 is 'SHA-256 of the file.';
comment on column template.rendered_documents.field_values is 'Values as shown, by name of the field, a JSON object.';
comment on column template.rendered_documents.rendered_at is 'When.';
comment on column template.rendered_documents.created_at is 'When the row was written.';
comment on column template.rendered_documents.created_by is 'Contact who wrote it (platform); null: the system.';

create index rendered_documents_template_id_idx on template.rendered_documents (template_id);

revoke select on template.rendered_documents from content_studio;
grant select (
  id, session_id, template_id, edition, file_ref, file_sha256, rendered_at, created_at, created_by
) on template.rendered_documents to content_studio;

revoke update on template.rendered_documents from content_writer;
create trigger refuse_change before update or delete on template.rendered_documents
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on template.rendered_documents
  for each statement execute function content.refuse_change();
alter table template.rendered_documents enable always trigger refuse_change;
alter table template.rendered_documents enable always trigger refuse_truncate;
