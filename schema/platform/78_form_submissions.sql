-- platform: answers to forms.

create table automation.form_submissions (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  subject_domain text
    constraint form_submissions_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  answers jsonb not null default '{}'
    constraint form_submissions_answers_object check (jsonb_typeof(answers) = 'object'),
  status text not null default 'draft'
    constraint form_submissions_status_known check (status in ('draft', 'submitted', 'accepted', 'returned')),
  submitted_by uuid,
  submitted_at timestamptz,
  reviewed_by uuid,
  reviewed_at timestamptz,
  return_reason text
    constraint form_submissions_return_reason_length check (length(return_reason) between 1 and 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint form_submissions_pkey primary key (id),
  constraint form_submissions_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete restrict,
  constraint form_submissions_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint form_submissions_submitted_by_fkey foreign key (submitted_by)
    references party.contacts (id) on delete restrict,
  constraint form_submissions_reviewed_by_fkey foreign key (reviewed_by)
    references party.contacts (id) on delete restrict,
  constraint form_submissions_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint form_submissions_submitted_whole check (
    status not in ('submitted', 'accepted')
    or submitted_at is not null
  ),
  constraint form_submissions_returned_whole check (status <> 'returned' or return_reason is not null)
);
comment on table automation.form_submissions is
  'Answers to a form. Each pins the version that was asked; submitted answers stay as they are.';
comment on column automation.form_submissions.id is 'Identity.';
comment on column automation.form_submissions.form_version_id is 'Version that was asked; never changes.';
comment on column automation.form_submissions.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column automation.form_submissions.subject_type is 'That entity, singular; null: none.';
comment on column automation.form_submissions.subject_id is 'Id of that entity; null: none.';
comment on column automation.form_submissions.task_id is 'Task it answers; null: none.';
comment on column automation.form_submissions.answers is 'Answers by the key of the field.';
comment on column automation.form_submissions.status is
  'Where it stands; only the steps of form_submissions_status_transition are allowed.';
comment on column automation.form_submissions.submitted_by is
  'Who submitted it; null: not yet, or a guest with a link.';
comment on column automation.form_submissions.submitted_at is 'When it was last submitted; null: not yet.';
comment on column automation.form_submissions.reviewed_by is 'Who accepted or returned it; null: nobody yet.';
comment on column automation.form_submissions.reviewed_at is 'When that was; null: not yet.';
comment on column automation.form_submissions.return_reason is 'What is to be mended; null: nothing.';
comment on column automation.form_submissions.created_at is 'When the row was written.';
comment on column automation.form_submissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_submissions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_submissions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.form_submissions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.form_submissions.deleted_at is 'When it was deleted; null: live.';

create index form_submissions_subject_type_subject_id_idx on automation.form_submissions (subject_type, subject_id)
  where subject_id is not null;
create index form_submissions_status_created_at_idx on automation.form_submissions (status, created_at desc);
create index form_submissions_form_version_id_idx on automation.form_submissions (form_version_id);
create index form_submissions_task_id_idx on automation.form_submissions (task_id);
create index form_submissions_submitted_by_idx on automation.form_submissions (submitted_by);
create index form_submissions_reviewed_by_idx on automation.form_submissions (reviewed_by);
create index form_submissions_created_at_idx on automation.form_submissions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.form_submissions
  for each row execute function platform.check_transition(
    'status', 'draft', 'draft>submitted', 'submitted>accepted,returned', 'returned>submitted');
create trigger check_frozen before update or delete on automation.form_submissions
  for each row when (not party.is_forgetting()) execute function platform.check_frozen('status', 'draft,returned', 'reviewed_by,reviewed_at,return_reason,deleted_at');
create trigger keep_once_set before update on automation.form_submissions
  for each row execute function platform.keep_once_set('form_version_id');
create trigger check_parent before insert on automation.form_submissions
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'published');

create trigger touch before update on automation.form_submissions for each row execute function platform.touch();
