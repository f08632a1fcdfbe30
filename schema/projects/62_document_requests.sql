-- projects: documents that people are asked for, and what they send.

create table document.document_collections (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  name projects.localized_text not null
    constraint document_collections_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  purpose text not null default 'onboarding'
    constraint document_collections_purpose_known check (
      purpose in ('onboarding', 'funding', 'execution', 'handover', 'other')
    ),
  application_id uuid,
  status text not null default 'open'
    constraint document_collections_status_known check (status in ('open', 'complete', 'closed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_collections_pkey primary key (id),
  constraint document_collections_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint document_collections_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete restrict
);
comment on table document.document_collections is 'What is asked for one project, or part of it, together.';
comment on column document.document_collections.id is 'Identity.';
comment on column document.document_collections.project_id is 'The project.';
comment on column document.document_collections.name is 'Name for people; at most 200 characters per language.';
comment on column document.document_collections.purpose is 'What the documents are for.';
comment on column document.document_collections.application_id is 'Application they are for; null: none.';
comment on column document.document_collections.status is
  'open: something is missing; complete: all approved; closed: kept for its past.';
comment on column document.document_collections.created_at is 'When the row was written.';
comment on column document.document_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_collections.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_collections.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_collections.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_collections.deleted_at is 'When it was deleted; null: live.';

create index document_collections_project_id_created_at_idx on document.document_collections (project_id, created_at desc);
create index document_collections_application_id_idx on document.document_collections (application_id);
create index document_collections_created_at_idx on document.document_collections (created_at desc, id desc);

create trigger check_status before insert or update of status on document.document_collections
  for each row execute function projects.check_transition('status', 'open', 'open>complete,closed', 'complete>open,closed');

create trigger check_live before insert or update of project_id, deleted_at on document.document_collections
  for each row execute function projects.check_live('project_id', 'community.projects');
create trigger check_unused_document_collections before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_collections', 'project_id');

create trigger touch before update on document.document_collections for each row execute function projects.touch();

create table document.document_batches (
  id uuid not null default gen_random_uuid(),
  collection_id uuid not null,
  recipient_ref uuid not null,
  message projects.localized_text
    constraint document_batches_message_length check (
      length(message ->> 'de') <= 4000
      and length(message ->> 'en') <= 4000
    ),
  portal_token_hash projects.sha256,
  sent_at timestamptz,
  opened_at timestamptz,
  expires_at timestamptz
    constraint document_batches_expires_order check (expires_at > sent_at),
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_batches_pkey primary key (id),
  constraint document_batches_collection_id_fkey foreign key (collection_id)
    references document.document_collections (id) on delete restrict,
  constraint document_batches_sent_whole check (
    (sent_at is null) = (portal_token_hash is null)
    and (sent_at is null) = (expires_at is null)
  ),
  constraint document_batches_portal_token_hash_key unique (portal_token_hash)
);
comment on table document.document_batches is 'Requests sent to a person together, with one link.';
comment on column document.document_batches.id is 'Identity.';
comment on column document.document_batches.collection_id is 'The collection.';
comment on column document.document_batches.recipient_ref is 'Person it was sent to (platform).';
comment on column document.document_batches.message is
  'What the person reads above the list; at most 4000 characters per language; null: nothing.';
comment on column document.document_batches.portal_token_hash is
  'SHA-256 of the token in the link; unique; not given to readers; null: not sent.';
comment on column document.document_batches.sent_at is 'When it was sent; null: not yet. Set once.';
comment on column document.document_batches.opened_at is 'When the link was first opened; null: not yet. Set once.';
comment on column document.document_batches.expires_at is 'When the link ends; null: not sent.';
comment on column document.document_batches.revoked_at is 'When the link was ended before; null: not. Set once.';
comment on column document.document_batches.created_at is 'When the row was written.';
comment on column document.document_batches.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_batches.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_batches.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_batches.version is 'Counts changes from 1; set by trigger; the ETag.';

create index document_batches_collection_id_idx on document.document_batches (collection_id);
create index document_batches_recipient_ref_idx on document.document_batches (recipient_ref);
create index document_batches_created_at_idx on document.document_batches (created_at desc, id desc);

create trigger keep_once_set before update on document.document_batches
  for each row execute function projects.keep_once_set('sent_at', 'opened_at', 'revoked_at', 'portal_token_hash');

create trigger touch before update on document.document_batches for each row execute function projects.touch();

-- Readers may list batches, not the hashes.
revoke select on document.document_batches from projects_reader, projects_studio;
grant select (id, collection_id, recipient_ref, message, sent_at, opened_at, expires_at, revoked_at, created_at,
  created_by, updated_at, updated_by, version) on document.document_batches to projects_reader, projects_studio;

create table document.document_rejection_bundles (
  id uuid not null default gen_random_uuid(),
  collection_id uuid not null,
  message projects.localized_text
    constraint document_rejection_bundles_message_length check (
      length(message ->> 'de') <= 4000
      and length(message ->> 'en') <= 4000
    ),
  sent_at timestamptz,
  sent_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_rejection_bundles_pkey primary key (id),
  constraint document_rejection_bundles_collection_id_fkey foreign key (collection_id)
    references document.document_collections (id) on delete restrict,
  constraint document_rejection_bundles_sent_whole check ((sent_at is null) = (sent_by is null))
);
comment on table document.document_rejection_bundles is
  'Documents sent back together, so that a person is written to once.';
comment on column document.document_rejection_bundles.id is 'Identity.';
comment on column document.document_rejection_bundles.collection_id is 'The collection.';
comment on column document.document_rejection_bundles.message is
  'What the person reads above the list; at most 4000 characters per language; null: nothing.';
comment on column document.document_rejection_bundles.sent_at is
  'When it was sent; null: being put together. Set once.';
comment on column document.document_rejection_bundles.sent_by is 'Contact who sent it (platform); null: not yet.';
comment on column document.document_rejection_bundles.created_at is 'When the row was written.';
comment on column document.document_rejection_bundles.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column document.document_rejection_bundles.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_rejection_bundles.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_rejection_bundles.version is 'Counts changes from 1; set by trigger; the ETag.';

create index document_rejection_bundles_collection_id_idx on document.document_rejection_bundles (collection_id);

create trigger check_frozen before update or delete on document.document_rejection_bundles
  for each row when (not projects.is_forgetting()) execute function projects.check_frozen('sent_at', '');
create trigger keep_once_set before update on document.document_rejection_bundles
  for each row execute function projects.keep_once_set('sent_at');

create trigger touch before update on document.document_rejection_bundles for each row execute function projects.touch();

create table document.document_requests (
  id uuid not null default gen_random_uuid(),
  collection_id uuid not null,
  batch_id uuid,
  template_id uuid not null,
  project_id uuid not null,
  building_id uuid,
  assignee_ref uuid,
  reviewer_ref uuid,
  title projects.localized_text
    constraint document_requests_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  priority text not null default 'normal'
    constraint document_requests_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  is_required boolean not null default true,
  due_on date,
  status text not null default 'open'
    constraint document_requests_status_known check (
      status in ('open', 'requested', 'uploaded', 'in_review', 'approved', 'rejected', 'cancelled')
    ),
  rejection_bundle_id uuid,
  rejections integer not null default 0
    constraint document_requests_rejections_range check (rejections between 0 and 1000),
  approved_by uuid,
  approved_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_requests_pkey primary key (id),
  constraint document_requests_collection_id_fkey foreign key (collection_id)
    references document.document_collections (id) on delete restrict,
  constraint document_requests_batch_id_fkey foreign key (batch_id)
    references document.document_batches (id) on delete restrict,
  constraint document_requests_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete restrict,
  constraint document_requests_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint document_requests_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete restrict,
  constraint document_requests_rejection_bundle_id_fkey foreign key (rejection_bundle_id)
    references document.document_rejection_bundles (id) on delete restrict,
  constraint document_requests_requested_whole check (status in ('open', 'cancelled') or assignee_ref is not null),
  constraint document_requests_approved_whole check (
    (status = 'approved') = (approved_by is not null)
    and (approved_by is null) = (approved_at is null)
  ),
  constraint document_requests_rejected_whole check (status <> 'rejected' or rejection_bundle_id is not null)
);
comment on table document.document_requests is 'Documents that are asked for, one row each.';
comment on column document.document_requests.id is 'Identity.';
comment on column document.document_requests.collection_id is 'The collection.';
comment on column document.document_requests.batch_id is 'Batch it was sent with; null: not sent.';
comment on column document.document_requests.template_id is 'Kind of document.';
comment on column document.document_requests.project_id is 'The project; the collection''s.';
comment on column document.document_requests.building_id is 'Building it is about; null: the project.';
comment on column document.document_requests.assignee_ref is
  'Person who is to hand it in (platform); null: not known yet.';
comment on column document.document_requests.reviewer_ref is 'Contact who reviews it (platform); null: nobody yet.';
comment on column document.document_requests.title is
  'Name in place of the kind''s; at most 200 characters per language; null: the kind''s.';
comment on column document.document_requests.priority is 'How urgent it is.';
comment on column document.document_requests.is_required is 'True: the collection is not complete without it.';
comment on column document.document_requests.due_on is 'Day it is due; null: open.';
comment on column document.document_requests.status is
  'Where it stands; only the steps of document_requests_status_transition are allowed.';
comment on column document.document_requests.rejection_bundle_id is 'Bundle it was last sent back with; null: never.';
comment on column document.document_requests.rejections is 'How often it was sent back; counted by trigger.';
comment on column document.document_requests.approved_by is 'Contact who approved it (platform); null: not yet.';
comment on column document.document_requests.approved_at is 'When it was approved; null: not yet.';
comment on column document.document_requests.created_at is 'When the row was written.';
comment on column document.document_requests.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_requests.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_requests.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_requests.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_requests.deleted_at is 'When it was deleted; null: live.';

create index document_requests_collection_id_status_idx on document.document_requests (collection_id, status);
create index document_requests_project_id_status_idx on document.document_requests (project_id, status);
create index document_requests_assignee_ref_status_idx on document.document_requests (assignee_ref, status);
create index document_requests_due_idx on document.document_requests (due_on)
  where status in ('requested', 'rejected') and deleted_at is null;
create index document_requests_batch_id_idx on document.document_requests (batch_id);
create index document_requests_template_id_idx on document.document_requests (template_id);
create index document_requests_building_id_idx on document.document_requests (building_id);
create index document_requests_rejection_bundle_id_idx on document.document_requests (rejection_bundle_id);
create index document_requests_created_at_idx on document.document_requests (created_at desc, id desc);

create trigger check_status before insert or update of status on document.document_requests
  for each row execute function projects.check_transition(
    'status', 'open', 'open>requested,uploaded,cancelled', 'requested>uploaded,cancelled',
    'uploaded>in_review,requested,cancelled', 'in_review>approved,rejected,cancelled',
    'rejected>requested,cancelled', 'approved>requested');

create trigger check_live before insert or update of collection_id, deleted_at on document.document_requests
  for each row execute function projects.check_live('collection_id', 'document.document_collections');
create trigger check_unused_document_requests before update of deleted_at on document.document_collections
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_requests', 'collection_id');

create trigger touch before update on document.document_requests for each row execute function projects.touch();

create function document.check_request() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if not exists (
    select 1 from document.document_collections c where c.id = new.collection_id and c.project_id = new.project_id
  ) then
    raise exception 'collection % is not of project %', new.collection_id, new.project_id
      using errcode = '23514', constraint = 'document_requests_collection_project',
            schema = 'document', table = 'document_requests';
  end if;
  if tg_op = 'INSERT' then
    new.rejections := 0;
  else
    new.rejections := old.rejections + (case when new.status = 'rejected' and old.status <> 'rejected' then 1 else 0 end);
  end if;
  return new;
end
$$;
comment on function document.check_request() is
  'Before insert or update: counts rejections; the collection is of the project (document_requests_collection_project).';

create trigger check_request before insert or update on document.document_requests
  for each row execute function document.check_request();

create table document.document_request_files (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  file_ref uuid not null,
  note text
    constraint document_request_files_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint document_request_files_pkey primary key (id),
  constraint document_request_files_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete cascade,
  constraint document_request_files_file_key unique (request_id, file_ref)
);
comment on table document.document_request_files is 'Files that go with a request: prefilled forms, extracts.';
comment on column document.document_request_files.id is 'Identity.';
comment on column document.document_request_files.request_id is 'The request.';
comment on column document.document_request_files.file_ref is 'The file (platform).';
comment on column document.document_request_files.note is 'What it is for; null: not said.';
comment on column document.document_request_files.created_at is 'When the row was written.';
comment on column document.document_request_files.created_by is 'Contact who wrote it (platform); null: the system.';


create table document.document_fulfilments (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  round integer not null
    constraint document_fulfilments_round_range check (round between 1 and 1000),
  file_ref uuid,
  submission_ref uuid,
  submitted_by uuid,
  batch_id uuid,
  note text
    constraint document_fulfilments_note_length check (length(note) between 1 and 1000),
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint document_fulfilments_pkey primary key (id),
  constraint document_fulfilments_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete restrict,
  constraint document_fulfilments_batch_id_fkey foreign key (batch_id)
    references document.document_batches (id) on delete restrict,
  constraint document_fulfilments_one_content check (num_nonnulls(file_ref, submission_ref) >= 1)
);
comment on table document.document_fulfilments is
  'What was handed in for a request; a later one takes the place of an earlier one.';
comment on column document.document_fulfilments.id is 'Identity.';
comment on column document.document_fulfilments.request_id is 'The request.';
comment on column document.document_fulfilments.round is 'How many times it was handed in by then, from 1.';
comment on column document.document_fulfilments.file_ref is 'The file (platform); null: a form.';
comment on column document.document_fulfilments.submission_ref is 'The submitted form (platform); null: a file.';
comment on column document.document_fulfilments.submitted_by is
  'Person who handed it in (platform); null: a guest with the link.';
comment on column document.document_fulfilments.batch_id is 'Batch whose link was used; null: handed in otherwise.';
comment on column document.document_fulfilments.note is 'What the person wrote; null: nothing.';
comment on column document.document_fulfilments.withdrawn_at is 'When it was taken back; null: not. Set once.';
comment on column document.document_fulfilments.created_at is 'When the row was written.';
comment on column document.document_fulfilments.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index document_fulfilments_file_key on document.document_fulfilments (request_id, round, file_ref)
  where file_ref is not null;
create index document_fulfilments_request_id_round_idx on document.document_fulfilments (request_id, round);
create index document_fulfilments_batch_id_idx on document.document_fulfilments (batch_id);
create index document_fulfilments_created_at_idx on document.document_fulfilments (created_at desc, id desc);

create trigger check_frozen before update or delete on document.document_fulfilments
  for each row when (not projects.is_forgetting()) execute function projects.check_frozen('id', '', 'withdrawn_at');
create trigger keep_once_set before update on document.document_fulfilments
  for each row execute function projects.keep_once_set('withdrawn_at');
create trigger check_parent before insert on document.document_fulfilments
  for each row execute function projects.check_parent('document.document_requests', 'request_id', 'status', 'open,requested,uploaded');
