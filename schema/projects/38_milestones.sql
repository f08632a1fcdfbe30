-- projects: milestones; money is released when somebody else approves what was reached.

create table community.milestones (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  stage_id uuid,
  position integer not null default 0
    constraint milestones_position_range check (position between 0 and 9999),
  title projects.localized_text not null
    constraint milestones_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  description projects.localized_text
    constraint milestones_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  due_on date,
  release_minor bigint
    constraint milestones_release_minor_range check (release_minor between 0 and 9000000000000000),
  currency text
    constraint milestones_currency_shape check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'planned'
    constraint milestones_status_known check (
      status in ('planned', 'in_progress', 'submitted', 'approved', 'rejected')
    ),
  submitted_by uuid,
  submitted_at timestamptz,
  approved_by uuid,
  approved_at timestamptz,
  rejection_reason text
    constraint milestones_rejection_reason_length check (length(rejection_reason) between 1 and 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint milestones_pkey primary key (id),
  constraint milestones_project_id_fkey foreign key (project_id) references community.projects (id) on delete restrict,
  constraint milestones_release_whole check ((release_minor is null) = (currency is null)),
  constraint milestones_submitted_whole check (
    (submitted_by is null) = (submitted_at is null)
    and (status not in ('submitted', 'approved', 'rejected') or submitted_by is not null)
  ),
  constraint milestones_approved_whole check (
    (status = 'approved') = (approved_by is not null)
    and (approved_by is null) = (approved_at is null)
  ),
  constraint milestones_rejected_whole check (status <> 'rejected' or rejection_reason is not null),
  constraint milestones_approval_four_eyes check (
    approved_by is null
    or (approved_by <> submitted_by and approved_by is distinct from created_by)
  ),
  constraint milestones_stage_id_fkey foreign key (stage_id, project_id)
      references community.funding_stages (id, project_id) on delete restrict
);
comment on table community.milestones is 'What a project reaches on its way; disbursements need an approved one.';
comment on column community.milestones.id is 'Identity; other domains hold it as milestone_ref.';
comment on column community.milestones.project_id is 'The project.';
comment on column community.milestones.stage_id is
  'Stage whose money it releases, one of the project''s; null: none.';
comment on column community.milestones.position is 'Place in lists, smallest first; ties by due_on.';
comment on column community.milestones.title is 'Name for people; at most 200 characters per language.';
comment on column community.milestones.description is
  'What is to be shown as evidence; at most 2000 characters per language; null: not said.';
comment on column community.milestones.due_on is 'Day it is due; null: open.';
comment on column community.milestones.release_minor is 'Money it releases, in minor units of currency; null: none.';
comment on column community.milestones.currency is 'ISO 4217 code of release_minor; null with it.';
comment on column community.milestones.status is
  'Where it stands; only the steps of milestones_status_transition are allowed.';
comment on column community.milestones.submitted_by is 'Contact who said it is reached (platform); null: not yet.';
comment on column community.milestones.submitted_at is 'When that was; null: not yet.';
comment on column community.milestones.approved_by is
  'Contact who approved it (platform), neither who wrote nor who submitted it; null: not yet. Set once.';
comment on column community.milestones.approved_at is 'When that was; null: not yet. Set once.';
comment on column community.milestones.rejection_reason is 'What was missing the last time; null: nothing.';
comment on column community.milestones.created_at is 'When the row was written.';
comment on column community.milestones.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.milestones.updated_at is 'When it last changed; set by trigger.';
comment on column community.milestones.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.milestones.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.milestones.deleted_at is 'When it was deleted; null: live.';

create index milestones_project_id_position_idx on community.milestones (project_id, position);
create index milestones_stage_id_project_id_idx on community.milestones (stage_id, project_id);
create index milestones_status_due_on_idx on community.milestones (status, due_on);
create index milestones_created_at_idx on community.milestones (created_at desc, id desc);

create trigger check_status before insert or update of status on community.milestones
  for each row execute function projects.check_transition(
    'status', 'planned', 'planned>in_progress,submitted', 'in_progress>planned,submitted',
    'submitted>approved,rejected', 'rejected>in_progress,submitted');
create trigger check_frozen before update or delete on community.milestones
  for each row execute function projects.check_frozen('status', 'planned,in_progress,rejected', 'approved_by,approved_at,rejection_reason,position');
create trigger keep_once_set before update on community.milestones
  for each row execute function projects.keep_once_set('created_by', 'project_id', 'approved_by', 'approved_at');

create trigger check_live before insert or update of project_id, deleted_at on community.milestones
  for each row execute function projects.check_live('project_id', 'community.projects');
create trigger check_unused_milestones before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.milestones', 'project_id');

create trigger touch before update on community.milestones for each row execute function projects.touch();

create table community.milestone_evidence (
  id uuid not null default gen_random_uuid(),
  milestone_id uuid not null,
  file_ref uuid not null,
  caption projects.localized_text
    constraint milestone_evidence_caption_length check (
      length(caption ->> 'de') <= 500
      and length(caption ->> 'en') <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint milestone_evidence_pkey primary key (id),
  constraint milestone_evidence_milestone_id_fkey foreign key (milestone_id)
    references community.milestones (id) on delete restrict,
  constraint milestone_evidence_file_key unique (milestone_id, file_ref)
);
comment on table community.milestone_evidence is 'Files that show that a milestone is reached.';
comment on column community.milestone_evidence.id is 'Identity.';
comment on column community.milestone_evidence.milestone_id is
  'The milestone; evidence is added until it is submitted.';
comment on column community.milestone_evidence.file_ref is 'The file (platform).';
comment on column community.milestone_evidence.caption is
  'What it shows; at most 500 characters per language; null: not said.';
comment on column community.milestone_evidence.created_at is 'When the row was written.';
comment on column community.milestone_evidence.created_by is 'Contact who wrote it (platform); null: the system.';


create trigger check_parent before insert or update or delete on community.milestone_evidence
  for each row execute function projects.check_parent('community.milestones', 'milestone_id', 'status', 'planned,in_progress,rejected');
