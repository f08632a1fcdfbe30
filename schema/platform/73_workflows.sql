-- platform: running workflows (packages), their phases and tasks.

create table automation.workflow_packages (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  subject_domain text not null
    constraint workflow_packages_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  quote_ref uuid,
  owner_contact_id uuid,
  department_id uuid,
  current_phase_id uuid,
  status text not null default 'pending'
    constraint workflow_packages_status_known check (
      status in ('pending', 'active', 'blocked', 'waiting', 'done', 'cancelled')
    ),
  status_trigger text not null default 'manual'
    constraint workflow_packages_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  blocked_reason text
    constraint workflow_packages_blocked_reason_length check (length(blocked_reason) between 1 and 500),
  handover jsonb
    constraint workflow_packages_handover_object check (jsonb_typeof(handover) = 'object'),
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_packages_pkey primary key (id),
  constraint workflow_packages_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete restrict,
  constraint workflow_packages_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_packages_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_packages_blocked_whole check ((status = 'blocked') = (blocked_reason is not null)),
  constraint workflow_packages_started_whole check (status in ('pending', 'cancelled') or started_at is not null),
  constraint workflow_packages_ended_whole check ((status in ('done', 'cancelled')) = (ended_at is not null)),
  constraint workflow_packages_quote_ref_key unique (quote_ref)
);
comment on table automation.workflow_packages is 'Running workflows. Each pins the version it was started from.';
comment on column automation.workflow_packages.id is 'Identity.';
comment on column automation.workflow_packages.template_version_id is 'Version it runs; never changes.';
comment on column automation.workflow_packages.subject_domain is 'Domain of the entity it runs on.';
comment on column automation.workflow_packages.subject_type is 'That entity, singular.';
comment on column automation.workflow_packages.subject_id is 'Id of that entity.';
comment on column automation.workflow_packages.quote_ref is
  'Won quote (finance) that started it; unique: a quote starts one; null: started otherwise.';
comment on column automation.workflow_packages.owner_contact_id is 'Who is responsible; null: nobody yet.';
comment on column automation.workflow_packages.department_id is 'Department that works on it; null: none.';
comment on column automation.workflow_packages.current_phase_id is
  'Phase it is in, one of its own; null: not begun or ended.';
comment on column automation.workflow_packages.status is
  'Where it stands; only the steps of workflow_packages_status_transition are allowed.';
comment on column automation.workflow_packages.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_packages.blocked_reason is 'What it waits for; null: not blocked.';
comment on column automation.workflow_packages.handover is
  'What was handed over with it, e.g. the project''s score at that moment; null: nothing.';
comment on column automation.workflow_packages.started_at is 'When it became active; null: not yet. Set once.';
comment on column automation.workflow_packages.ended_at is 'When it was done or cancelled; null: it runs. Set once.';
comment on column automation.workflow_packages.created_at is 'When the row was written.';
comment on column automation.workflow_packages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_packages.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_packages.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_packages.version is 'Counts changes from 1; set by trigger; the ETag.';

create index workflow_packages_subject_type_subject_id_idx on automation.workflow_packages (subject_type, subject_id);
create index workflow_packages_current_phase_id_id_idx on automation.workflow_packages (current_phase_id, id);
create index workflow_packages_status_created_at_idx on automation.workflow_packages (status, created_at desc);
create index workflow_packages_template_version_id_idx on automation.workflow_packages (template_version_id);
create index workflow_packages_owner_contact_id_idx on automation.workflow_packages (owner_contact_id);
create index workflow_packages_department_id_idx on automation.workflow_packages (department_id);
create index workflow_packages_created_at_idx on automation.workflow_packages (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_packages
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>active,cancelled', 'active>blocked,waiting,done,cancelled',
    'blocked>active,cancelled', 'waiting>active,cancelled');
create trigger check_parent before insert on automation.workflow_packages
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'published');
create trigger keep_once_set before update on automation.workflow_packages
  for each row execute function platform.keep_once_set('started_at', 'ended_at', 'template_version_id', 'subject_domain', 'subject_type', 'subject_id', 'quote_ref');

create trigger touch before update on automation.workflow_packages for each row execute function platform.touch();

create table automation.workflow_package_phases (
  id uuid not null default gen_random_uuid(),
  package_id uuid not null,
  template_phase_id uuid not null,
  position integer not null
    constraint workflow_package_phases_position_range check (position between 1 and 999),
  status text not null default 'pending'
    constraint workflow_package_phases_status_known check (
      status in ('pending', 'active', 'waiting', 'done', 'skipped', 'cancelled')
    ),
  status_trigger text not null default 'manual'
    constraint workflow_package_phases_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_package_phases_pkey primary key (id),
  constraint workflow_package_phases_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete cascade,
  constraint workflow_package_phases_template_phase_id_fkey foreign key (template_phase_id)
    references automation.workflow_template_phases (id) on delete restrict,
  constraint workflow_package_phases_ended_whole check (
    (status in ('done', 'skipped', 'cancelled')) = (ended_at is not null)
  ),
  constraint workflow_package_phases_position_key unique (package_id, position) deferrable initially deferred,
  constraint workflow_package_phases_template_key unique (package_id, template_phase_id),
  constraint workflow_package_phases_id_package_key unique (id, package_id)
);
comment on table automation.workflow_package_phases is 'Phases of a running workflow.';
comment on column automation.workflow_package_phases.id is 'Identity.';
comment on column automation.workflow_package_phases.package_id is 'The workflow.';
comment on column automation.workflow_package_phases.template_phase_id is 'Phase of the version it comes from.';
comment on column automation.workflow_package_phases.position is 'Place, from 1; unique in the workflow.';
comment on column automation.workflow_package_phases.status is
  'Where it stands; only the steps of workflow_package_phases_status_transition are allowed.';
comment on column automation.workflow_package_phases.status_trigger is 'What caused the status; copied to the log.';
comment on column automation.workflow_package_phases.started_at is 'When it began; null: not yet. Set once.';
comment on column automation.workflow_package_phases.ended_at is 'When it ended; null: not yet. Set once.';
comment on column automation.workflow_package_phases.created_at is 'When the row was written.';
comment on column automation.workflow_package_phases.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_package_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_package_phases.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_package_phases.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index workflow_package_phases_active_key on automation.workflow_package_phases (package_id)
  where status = 'active';
create index workflow_package_phases_template_phase_id_idx on automation.workflow_package_phases (template_phase_id);

create trigger check_status before insert or update of status on automation.workflow_package_phases
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>active,skipped,cancelled', 'active>waiting,done,skipped,cancelled',
    'waiting>active,done,cancelled');
create trigger keep_once_set before update on automation.workflow_package_phases
  for each row execute function platform.keep_once_set('started_at', 'ended_at');

create trigger touch before update on automation.workflow_package_phases for each row execute function platform.touch();

alter table automation.workflow_packages
  add constraint workflow_packages_current_phase_id_fkey foreign key (current_phase_id, id)
    references automation.workflow_package_phases (id, package_id) on delete restrict;

create table automation.workflow_tasks (
  id uuid not null default gen_random_uuid(),
  package_id uuid,
  phase_id uuid,
  template_task_id uuid,
  subject_domain text
    constraint workflow_tasks_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  position integer not null default 1
    constraint workflow_tasks_position_range check (position between 1 and 999),
  type text not null default 'todo'
    constraint workflow_tasks_type_known check (
      type in ('todo', 'call', 'email', 'document', 'form', 'appointment', 'approval', 'quote', 'payment', 'system')
    ),
  title platform.localized_text not null
    constraint workflow_tasks_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  description platform.localized_text
    constraint workflow_tasks_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  assignee_contact_id uuid,
  department_id uuid,
  checklist_id uuid,
  due_on date,
  priority text not null default 'normal'
    constraint workflow_tasks_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  status text not null default 'open'
    constraint workflow_tasks_status_known check (status in ('open', 'in_progress', 'done', 'skipped', 'cancelled')),
  status_trigger text not null default 'manual'
    constraint workflow_tasks_status_trigger_known check (
      status_trigger in ('manual', 'rule', 'event', 'api', 'system')
    ),
  skip_reason text
    constraint workflow_tasks_skip_reason_length check (length(skip_reason) between 1 and 500),
  started_at timestamptz,
  ended_at timestamptz,
  completed_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_tasks_pkey primary key (id),
  constraint workflow_tasks_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete restrict,
  constraint workflow_tasks_template_task_id_fkey foreign key (template_task_id)
    references automation.workflow_template_tasks (id) on delete restrict,
  constraint workflow_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_tasks_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_tasks_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint workflow_tasks_completed_by_fkey foreign key (completed_by)
    references party.contacts (id) on delete restrict,
  constraint workflow_tasks_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint workflow_tasks_phase_whole check (phase_id is null or package_id is not null),
  constraint workflow_tasks_skipped_whole check (status <> 'skipped' or skip_reason is not null),
  constraint workflow_tasks_ended_whole check ((status in ('done', 'skipped', 'cancelled')) = (ended_at is not null)),
  constraint workflow_tasks_completed_whole check (completed_by is null or status = 'done'),
  constraint workflow_tasks_phase_id_fkey foreign key (phase_id, package_id)
      references automation.workflow_package_phases (id, package_id) on delete restrict
);
comment on table automation.workflow_tasks is 'Tasks of running workflows, and tasks on their own.';
comment on column automation.workflow_tasks.id is 'Identity.';
comment on column automation.workflow_tasks.package_id is 'Workflow it is part of; null: on its own.';
comment on column automation.workflow_tasks.phase_id is 'Phase it is part of, one of the workflow''s; null: none.';
comment on column automation.workflow_tasks.template_task_id is
  'Task of the version it comes from; null: added by hand.';
comment on column automation.workflow_tasks.subject_domain is
  'Domain of the entity it is about; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_type is 'That entity, singular; null: the workflow''s.';
comment on column automation.workflow_tasks.subject_id is 'Id of that entity; null: the workflow''s.';
comment on column automation.workflow_tasks.position is 'Place among tasks of the phase; ties by time of writing.';
comment on column automation.workflow_tasks.type is 'Kind of work.';
comment on column automation.workflow_tasks.title is 'What is to be done; at most 200 characters per language.';
comment on column automation.workflow_tasks.description is
  'How; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_tasks.assignee_contact_id is 'Who does it; null: nobody yet.';
comment on column automation.workflow_tasks.department_id is 'Department that does it; null: none.';
comment on column automation.workflow_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_tasks.due_on is 'Day it is due; null: none.';
comment on column automation.workflow_tasks.priority is 'How soon it is needed.';
comment on column automation.workflow_tasks.status is
  'Where it stands; only the steps of workflow_tasks_status_transition are allowed.';
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

create index workflow_tasks_phase_id_package_id_idx on automation.workflow_tasks (phase_id, package_id);
create index workflow_tasks_assignee_contact_id_status_due_on_idx on automation.workflow_tasks (assignee_contact_id, status, due_on);
create index workflow_tasks_subject_type_subject_id_idx on automation.workflow_tasks (subject_type, subject_id)
  where subject_id is not null;
create index workflow_tasks_due_idx on automation.workflow_tasks (due_on) where status in ('open', 'in_progress');
create index workflow_tasks_package_id_idx on automation.workflow_tasks (package_id);
create index workflow_tasks_template_task_id_idx on automation.workflow_tasks (template_task_id);
create index workflow_tasks_department_id_idx on automation.workflow_tasks (department_id);
create index workflow_tasks_checklist_id_idx on automation.workflow_tasks (checklist_id);
create index workflow_tasks_completed_by_idx on automation.workflow_tasks (completed_by);
create index workflow_tasks_created_at_idx on automation.workflow_tasks (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_tasks
  for each row execute function platform.check_transition(
    'status', 'open', 'open>in_progress,done,skipped,cancelled', 'in_progress>open,done,skipped,cancelled',
    'done>open');
create trigger keep_once_set before update on automation.workflow_tasks
  for each row execute function platform.keep_once_set('started_at');

create trigger touch before update on automation.workflow_tasks for each row execute function platform.touch();

create table automation.task_checklist_results (
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  item_id uuid not null,
  is_done boolean not null default true,
  note text
    constraint task_checklist_results_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint task_checklist_results_pkey primary key (id),
  constraint task_checklist_results_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete cascade,
  constraint task_checklist_results_item_id_fkey foreign key (item_id)
    references automation.checklist_items (id) on delete restrict,
  constraint task_checklist_results_item_key unique (task_id, item_id)
);
comment on table automation.task_checklist_results is 'What was ticked off in a task.';
comment on column automation.task_checklist_results.id is 'Identity.';
comment on column automation.task_checklist_results.task_id is 'The task.';
comment on column automation.task_checklist_results.item_id is 'The thing.';
comment on column automation.task_checklist_results.is_done is 'True: ticked off.';
comment on column automation.task_checklist_results.note is 'What was noted; null: nothing.';
comment on column automation.task_checklist_results.created_at is 'When the row was written.';
comment on column automation.task_checklist_results.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.task_checklist_results.updated_at is 'When it last changed; set by trigger.';
comment on column automation.task_checklist_results.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.task_checklist_results.version is 'Counts changes from 1; set by trigger; the ETag.';

create index task_checklist_results_item_id_idx on automation.task_checklist_results (item_id);

create trigger touch before update on automation.task_checklist_results for each row execute function platform.touch();
