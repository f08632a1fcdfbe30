-- projects: review of documents: rejections, reminders, help, drafts, and the trail of all of it.

create table document.document_rejection_items (
  id uuid not null default gen_random_uuid(),
  bundle_id uuid not null,
  request_id uuid not null,
  reason_id uuid,
  note text
    constraint document_rejection_items_note_length check (length(note) between 1 and 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint document_rejection_items_pkey primary key (id),
  constraint document_rejection_items_bundle_id_fkey foreign key (bundle_id)
    references document.document_rejection_bundles (id) on delete cascade,
  constraint document_rejection_items_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete restrict,
  constraint document_rejection_items_reason_id_fkey foreign key (reason_id)
    references document.document_rejection_reasons (id) on delete restrict,
  constraint document_rejection_items_reason_some check (num_nonnulls(reason_id, note) >= 1)
);
comment on table document.document_rejection_items is 'Why one document of a bundle is sent back.';
comment on column document.document_rejection_items.id is 'Identity.';
comment on column document.document_rejection_items.bundle_id is 'The bundle.';
comment on column document.document_rejection_items.request_id is 'The request.';
comment on column document.document_rejection_items.reason_id is 'Reason that was chosen; null: see note.';
comment on column document.document_rejection_items.note is
  'What is to be mended, in words; null: the reason says it.';
comment on column document.document_rejection_items.created_at is 'When the row was written.';
comment on column document.document_rejection_items.created_by is
  'Contact who wrote it (platform); null: the system.';

create unique index document_rejection_items_reason_key on document.document_rejection_items (bundle_id, request_id, reason_id)
  where reason_id is not null;
create index document_rejection_items_bundle_id_idx on document.document_rejection_items (bundle_id);
create index document_rejection_items_request_id_idx on document.document_rejection_items (request_id);
create index document_rejection_items_reason_id_idx on document.document_rejection_items (reason_id);

create function document.check_bundle_open() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform 1 from document.document_rejection_bundles where id = new.bundle_id and sent_at is not null for share;
  if found then
    raise exception 'bundle % was sent', new.bundle_id
      using errcode = '23514', constraint = 'document_rejection_items_bundle_open',
            schema = 'document', table = 'document_rejection_items';
  end if;
  if not exists (
    select 1 from document.document_requests r
    join document.document_rejection_bundles b on b.collection_id = r.collection_id
    where r.id = new.request_id and b.id = new.bundle_id
  ) then
    raise exception 'request % is not of the bundle''s collection', new.request_id
      using errcode = '23514', constraint = 'document_rejection_items_collection',
            schema = 'document', table = 'document_rejection_items';
  end if;
  return new;
end
$$;
comment on function document.check_bundle_open() is
  'Before insert or update: a bundle takes requests of its collection until it is sent; breaks document_rejection_items_bundle_open or _collection.';

create trigger check_bundle before insert or update on document.document_rejection_items
  for each row when (not projects.is_forgetting()) execute function document.check_bundle_open();

create function document.check_rejection() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if not exists (
    select 1 from document.document_rejection_items i
    where i.bundle_id = new.rejection_bundle_id and i.request_id = new.id
  ) then
    raise exception 'bundle % gives no reason for request %', new.rejection_bundle_id, new.id
      using errcode = '23514', constraint = 'document_requests_rejected_reason',
            schema = 'document', table = 'document_requests';
  end if;
  return new;
end
$$;
comment on function document.check_rejection() is
  'Before a request is rejected: its bundle says why; breaks document_requests_rejected_reason.';

create trigger prove_rejection before update of status on document.document_requests
  for each row when (new.status = 'rejected' and old.status <> 'rejected' and new.rejection_bundle_id is not null)
  execute function document.check_rejection();

create table document.document_review_checklist_results (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  item_id uuid not null,
  result text not null
    constraint document_review_checklist_results_result_known check (result in ('passed', 'failed', 'not_applicable')),
  note text
    constraint document_review_checklist_results_note_length check (length(note) between 1 and 1000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_review_checklist_results_pkey primary key (id),
  constraint document_review_checklist_results_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete cascade,
  constraint document_review_checklist_results_item_id_fkey foreign key (item_id)
    references document.document_review_checklist_items (id) on delete restrict,
  constraint document_review_checklist_results_item_key unique (request_id, item_id)
);
comment on table document.document_review_checklist_results is 'What a reviewer found, point by point.';
comment on column document.document_review_checklist_results.id is 'Identity.';
comment on column document.document_review_checklist_results.request_id is 'The request.';
comment on column document.document_review_checklist_results.item_id is 'What was looked at.';
comment on column document.document_review_checklist_results.result is 'What was found.';
comment on column document.document_review_checklist_results.note is 'What was noted; null: nothing.';
comment on column document.document_review_checklist_results.created_at is 'When the row was written.';
comment on column document.document_review_checklist_results.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column document.document_review_checklist_results.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_review_checklist_results.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_review_checklist_results.version is
  'Counts changes from 1; set by trigger; the ETag.';

create index document_review_checklist_results_item_id_idx on document.document_review_checklist_results (item_id);

create trigger touch before update on document.document_review_checklist_results for each row execute function projects.touch();

create function document.check_approval() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  missing bigint;
begin
  select count(*) into missing
  from document.document_review_checklist_items i
  left join document.document_review_checklist_results r on r.item_id = i.id and r.request_id = new.id
  where i.template_id = new.template_id and i.is_required and i.deleted_at is null
    and coalesce(r.result, 'failed') = 'failed';
  if missing > 0 then
    raise exception 'request % has % points that were not passed', new.id, missing
      using errcode = '23514', constraint = 'document_requests_approved_checked',
            schema = 'document', table = 'document_requests';
  end if;
  return new;
end
$$;
comment on function document.check_approval() is
  'Before a request is approved: every required point was looked at and passed; breaks document_requests_approved_checked.';

create trigger prove_approval before update of status on document.document_requests
  for each row when (new.status = 'approved' and old.status <> 'approved')
  execute function document.check_approval();

create table document.document_reminders (
  id uuid not null default gen_random_uuid(),
  request_id uuid,
  batch_id uuid,
  recipient_ref uuid not null,
  channel text not null
    constraint document_reminders_channel_known check (channel in ('email', 'phone', 'sms', 'letter', 'portal')),
  level integer not null default 1
    constraint document_reminders_level_range check (level between 1 and 10),
  sent_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint document_reminders_pkey primary key (id),
  constraint document_reminders_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete restrict,
  constraint document_reminders_batch_id_fkey foreign key (batch_id)
    references document.document_batches (id) on delete restrict,
  constraint document_reminders_one_subject check (num_nonnulls(request_id, batch_id) = 1)
);
comment on table document.document_reminders is 'Reminders that were sent; rows are only ever added.';
comment on column document.document_reminders.id is 'Identity.';
comment on column document.document_reminders.request_id is 'Request it was about; null: the whole batch.';
comment on column document.document_reminders.batch_id is 'Batch it was about; null: one request.';
comment on column document.document_reminders.recipient_ref is 'Person who was reminded (platform).';
comment on column document.document_reminders.channel is 'How.';
comment on column document.document_reminders.level is 'How many reminders that made.';
comment on column document.document_reminders.sent_at is 'When.';
comment on column document.document_reminders.created_at is 'When the row was written.';
comment on column document.document_reminders.created_by is 'Contact who wrote it (platform); null: the system.';

create index document_reminders_request_id_idx on document.document_reminders (request_id);
create index document_reminders_batch_id_idx on document.document_reminders (batch_id);

create trigger refuse_change before update or delete on document.document_reminders
  for each row execute function projects.refuse_change();
alter table document.document_reminders enable always trigger refuse_change;
create trigger refuse_truncate before truncate on document.document_reminders
  for each statement execute function projects.refuse_change();
alter table document.document_reminders enable always trigger refuse_truncate;
revoke update on document.document_reminders from projects_writer;

create table document.document_help_requests (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  asked_by uuid,
  subject text not null
    constraint document_help_requests_subject_length check (length(subject) between 1 and 200),
  assignee_ref uuid,
  status text not null default 'open'
    constraint document_help_requests_status_known check (status in ('open', 'answered', 'closed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_help_requests_pkey primary key (id),
  constraint document_help_requests_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete restrict
);
comment on table document.document_help_requests is 'Questions of people who are to hand something in.';
comment on column document.document_help_requests.id is 'Identity.';
comment on column document.document_help_requests.request_id is 'Request it is about.';
comment on column document.document_help_requests.asked_by is
  'Person who asks (platform); null: a guest with the link.';
comment on column document.document_help_requests.subject is 'What it is about.';
comment on column document.document_help_requests.assignee_ref is 'Contact who answers (platform); null: nobody yet.';
comment on column document.document_help_requests.status is
  'open: waits for an answer; answered: waits for the person; closed.';
comment on column document.document_help_requests.created_at is 'When the row was written.';
comment on column document.document_help_requests.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_help_requests.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_help_requests.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_help_requests.version is 'Counts changes from 1; set by trigger; the ETag.';

create index document_help_requests_request_id_idx on document.document_help_requests (request_id);
create index document_help_requests_status_created_at_idx on document.document_help_requests (status, created_at desc);
create index document_help_requests_created_at_idx on document.document_help_requests (created_at desc, id desc);

create trigger check_status before insert or update of status on document.document_help_requests
  for each row execute function projects.check_transition(
    'status', 'open', 'open>answered,closed', 'answered>open,closed', 'closed>open');

create trigger touch before update on document.document_help_requests for each row execute function projects.touch();

create table document.document_help_messages (
  id uuid not null default gen_random_uuid(),
  help_request_id uuid not null,
  author_ref uuid,
  is_staff boolean not null default false,
  body text not null
    constraint document_help_messages_body_length check (length(body) between 1 and 8000),
  file_ref uuid,
  sent_at timestamptz not null default now(),
  constraint document_help_messages_pkey primary key (id),
  constraint document_help_messages_help_request_id_fkey foreign key (help_request_id)
    references document.document_help_requests (id) on delete restrict
);
comment on table document.document_help_messages is 'Messages of such a question; rows are only ever added.';
comment on column document.document_help_messages.id is 'Identity.';
comment on column document.document_help_messages.help_request_id is 'The question.';
comment on column document.document_help_messages.author_ref is
  'Contact who wrote it (platform); null: a guest with the link.';
comment on column document.document_help_messages.is_staff is 'True: written by the staff.';
comment on column document.document_help_messages.body is 'What was written; plain text.';
comment on column document.document_help_messages.file_ref is 'File that goes with it (platform); null: none.';
comment on column document.document_help_messages.sent_at is 'When.';

create index document_help_messages_help_request_id_sent_at_idx on document.document_help_messages (help_request_id, sent_at);

create trigger refuse_change before update or delete on document.document_help_messages
  for each row when (not projects.is_forgetting()) execute function projects.refuse_change();
alter table document.document_help_messages enable always trigger refuse_change;
create trigger refuse_truncate before truncate on document.document_help_messages
  for each statement execute function projects.refuse_change();
alter table document.document_help_messages enable always trigger refuse_truncate;
revoke update on document.document_help_messages from projects_writer;

create table document.document_form_drafts (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  author_ref uuid,
  form_version_ref uuid not null,
  answers jsonb not null default '{}'
    constraint document_form_drafts_answers_object check (jsonb_typeof(answers) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint document_form_drafts_pkey primary key (id),
  constraint document_form_drafts_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete cascade
);
comment on table document.document_form_drafts is 'Answers to a request''s form that were saved but not submitted.';
comment on column document.document_form_drafts.id is 'Identity.';
comment on column document.document_form_drafts.request_id is 'The request.';
comment on column document.document_form_drafts.author_ref is
  'Person who saved it (platform); null: a guest with the link.';
comment on column document.document_form_drafts.form_version_ref is 'Version of the form that was asked (platform).';
comment on column document.document_form_drafts.answers is 'Answers by the key of the field.';
comment on column document.document_form_drafts.created_at is 'When the row was written.';
comment on column document.document_form_drafts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_form_drafts.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_form_drafts.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_form_drafts.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index document_form_drafts_author_key on document.document_form_drafts (request_id, author_ref)
  where author_ref is not null;
create unique index document_form_drafts_guest_key on document.document_form_drafts (request_id)
  where author_ref is null;
create index document_form_drafts_request_id_idx on document.document_form_drafts (request_id);

create trigger touch before update on document.document_form_drafts for each row execute function projects.touch();

create table document.document_activities (
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  kind text not null
    constraint document_activities_kind_known check (kind in ('status', 'file', 'reminder', 'help', 'review', 'note')),
  from_status text
    constraint document_activities_from_status_length check (length(from_status) between 1 and 20),
  to_status text
    constraint document_activities_to_status_length check (length(to_status) between 1 and 20),
  note text
    constraint document_activities_note_length check (length(note) between 1 and 1000),
  actor_ref uuid,
  happened_at timestamptz not null default now(),
  constraint document_activities_pkey primary key (id),
  constraint document_activities_request_id_fkey foreign key (request_id)
    references document.document_requests (id) on delete restrict,
  constraint document_activities_status_whole check ((kind = 'status') = (to_status is not null))
);
comment on table document.document_activities is 'Everything that happened to a request; rows are only ever added.';
comment on column document.document_activities.id is 'Identity.';
comment on column document.document_activities.request_id is 'The request.';
comment on column document.document_activities.kind is 'What kind of thing happened.';
comment on column document.document_activities.from_status is 'State before; null: made, or no step.';
comment on column document.document_activities.to_status is 'State after; null: no step.';
comment on column document.document_activities.note is 'What happened, in words; null: the kind says it.';
comment on column document.document_activities.actor_ref is
  'Contact who did it (platform); null: the system or a guest with the link.';
comment on column document.document_activities.happened_at is 'When.';

create index document_activities_request_id_happened_at_idx on document.document_activities (request_id, happened_at);

create trigger refuse_change before update or delete on document.document_activities
  for each row when (not projects.is_forgetting()) execute function projects.refuse_change();
alter table document.document_activities enable always trigger refuse_change;
create trigger refuse_truncate before truncate on document.document_activities
  for each statement execute function projects.refuse_change();
alter table document.document_activities enable always trigger refuse_truncate;
revoke update on document.document_activities from projects_writer;

create function document.log_activity() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into document.document_activities (request_id, kind, from_status, to_status, actor_ref)
  values (
    new.id, 'status', case tg_op when 'UPDATE' then old.status end, new.status, coalesce(new.updated_by, new.created_by));
  return null;
end
$$;
comment on function document.log_activity() is 'After insert or a step: writes document.document_activities.';

create trigger log_activity_insert after insert on document.document_requests
  for each row execute function document.log_activity();
create trigger log_activity after update of status on document.document_requests
  for each row when (new.status <> old.status) execute function document.log_activity();
