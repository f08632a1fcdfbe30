-- platform: workflow templates; a published version never changes.

create table automation.workflow_templates (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint workflow_templates_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_templates_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint workflow_templates_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  subject_domain text not null default 'projects'
    constraint workflow_templates_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null default 'project',
  engagement_type text
    constraint workflow_templates_engagement_type_known check (
      engagement_type in ('advice', 'planning', 'construction', 'full_service', 'maintenance')
    ),
  product_refs uuid[] not null default '{}'
    constraint workflow_templates_product_refs_whole check (array_position(product_refs, null) is null),
  department_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint workflow_templates_pkey primary key (id),
  constraint workflow_templates_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict
);
comment on table automation.workflow_templates is 'Kinds of workflows. What they consist of is in their versions.';
comment on column automation.workflow_templates.id is 'Identity.';
comment on column automation.workflow_templates.code is 'Name, dotted; unique among live rows.';
comment on column automation.workflow_templates.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_templates.description is
  'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_templates.subject_domain is 'Domain of the entities it runs on.';
comment on column automation.workflow_templates.subject_type is 'Entity it runs on, singular.';
comment on column automation.workflow_templates.engagement_type is 'Engagement it is for; null: any.';
comment on column automation.workflow_templates.product_refs is
  'Products (finance) that start it when a quote with one of them is won; empty: started by hand.';
comment on column automation.workflow_templates.department_id is 'Department responsible for it; null: none.';
comment on column automation.workflow_templates.created_at is 'When the row was written.';
comment on column automation.workflow_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_templates.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_templates.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.workflow_templates.deleted_at is 'When it was deleted; null: live.';

create unique index workflow_templates_code_key on automation.workflow_templates (code) where deleted_at is null;
create index workflow_templates_department_id_idx on automation.workflow_templates (department_id);
create index workflow_templates_created_at_idx on automation.workflow_templates (created_at desc, id desc);

create trigger touch before update on automation.workflow_templates for each row execute function platform.touch();

create table automation.workflow_template_versions (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  number integer not null
    constraint workflow_template_versions_number_range check (number between 1 and 10000),
  status text not null default 'draft'
    constraint workflow_template_versions_status_known check (status in ('draft', 'published', 'retired')),
  published_at timestamptz,
  published_by uuid,
  changes platform.localized_text
    constraint workflow_template_versions_changes_length check (
      length(changes ->> 'de') <= 2000
      and length(changes ->> 'en') <= 2000
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_versions_pkey primary key (id),
  constraint workflow_template_versions_template_id_fkey foreign key (template_id)
    references automation.workflow_templates (id) on delete restrict,
  constraint workflow_template_versions_published_by_fkey foreign key (published_by)
    references party.contacts (id) on delete restrict,
  constraint workflow_template_versions_published_whole check ((status = 'draft') = (published_at is null)),
  constraint workflow_template_versions_number_key unique (template_id, number)
);
comment on table automation.workflow_template_versions is
  'Snapshots of a template; running workflows pin one. A published one never changes.';
comment on column automation.workflow_template_versions.id is 'Identity.';
comment on column automation.workflow_template_versions.template_id is 'The template.';
comment on column automation.workflow_template_versions.number is 'Version, from 1.';
comment on column automation.workflow_template_versions.status is
  'draft: being designed; published: what new workflows take, one per template; retired.';
comment on column automation.workflow_template_versions.published_at is
  'When it was published; null: not yet. Set once.';
comment on column automation.workflow_template_versions.published_by is
  'Who published it; null: the system, or not yet.';
comment on column automation.workflow_template_versions.changes is
  'What is new in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_versions.created_at is 'When the row was written.';
comment on column automation.workflow_template_versions.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_versions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index workflow_template_versions_published_key on automation.workflow_template_versions (template_id)
  where status = 'published';
create index workflow_template_versions_published_by_idx on automation.workflow_template_versions (published_by);
create index workflow_template_versions_created_at_idx on automation.workflow_template_versions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.workflow_template_versions
  for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>retired');
create trigger check_frozen before update or delete on automation.workflow_template_versions
  for each row execute function platform.check_frozen('status', 'draft');
create trigger keep_once_set before update on automation.workflow_template_versions
  for each row execute function platform.keep_once_set('published_at');

create trigger touch before update on automation.workflow_template_versions for each row execute function platform.touch();

create table automation.workflow_template_phases (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  position integer not null
    constraint workflow_template_phases_position_range check (position between 1 and 999),
  code text not null
    constraint workflow_template_phases_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_template_phases_name_length check (
      length(name ->> 'de') <= 120
      and length(name ->> 'en') <= 120
    ),
  description platform.localized_text
    constraint workflow_template_phases_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  is_wait boolean not null default false,
  is_optional boolean not null default false,
  entry_criteria jsonb not null default '[]'
    constraint workflow_template_phases_entry_criteria_array check (jsonb_typeof(entry_criteria) = 'array'),
  exit_criteria jsonb not null default '[]'
    constraint workflow_template_phases_exit_criteria_array check (jsonb_typeof(exit_criteria) = 'array'),
  average_days integer
    constraint workflow_template_phases_average_days_range check (average_days between 0 and 3650),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_phases_pkey primary key (id),
  constraint workflow_template_phases_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete cascade,
  constraint workflow_template_phases_position_key unique (template_version_id, position) deferrable initially deferred,
  constraint workflow_template_phases_code_key unique (template_version_id, code),
  constraint workflow_template_phases_id_version_key unique (id, template_version_id)
);
comment on table automation.workflow_template_phases is 'Phases of a version, one after the other.';
comment on column automation.workflow_template_phases.id is 'Identity.';
comment on column automation.workflow_template_phases.template_version_id is 'The version.';
comment on column automation.workflow_template_phases.position is 'Place, from 1; unique in the version.';
comment on column automation.workflow_template_phases.code is 'Name, dotted; unique in the version.';
comment on column automation.workflow_template_phases.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_template_phases.description is
  'What happens in it; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_phases.is_wait is 'True: nothing to do but wait for somebody else.';
comment on column automation.workflow_template_phases.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_phases.entry_criteria is
  'What must hold before it begins, a list of conditions.';
comment on column automation.workflow_template_phases.exit_criteria is
  'What must hold before it ends, a list of conditions.';
comment on column automation.workflow_template_phases.average_days is
  'How long it takes on average, in days; null: unknown.';
comment on column automation.workflow_template_phases.created_at is 'When the row was written.';
comment on column automation.workflow_template_phases.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_phases.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_phases.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_phases.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.workflow_template_phases
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create trigger touch before update on automation.workflow_template_phases for each row execute function platform.touch();

create table automation.workflow_phase_dependencies (
  phase_id uuid not null,
  depends_on_id uuid not null,
  template_version_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint workflow_phase_dependencies_pkey primary key (phase_id, depends_on_id),
  constraint workflow_phase_dependencies_phase_id_fkey foreign key (phase_id, template_version_id)
      references automation.workflow_template_phases (id, template_version_id) on delete cascade,
  constraint workflow_phase_dependencies_depends_on_id_fkey foreign key (depends_on_id, template_version_id)
      references automation.workflow_template_phases (id, template_version_id) on delete cascade
);
comment on table automation.workflow_phase_dependencies is
  'Which phase waits for which; never in a circle, never across versions.';
comment on column automation.workflow_phase_dependencies.phase_id is 'The phase that waits.';
comment on column automation.workflow_phase_dependencies.depends_on_id is 'The phase it waits for.';
comment on column automation.workflow_phase_dependencies.template_version_id is 'Version of both.';
comment on column automation.workflow_phase_dependencies.created_at is 'When the row was written.';
comment on column automation.workflow_phase_dependencies.created_by is
  'Contact who wrote it (platform); null: the system.';

create index workflow_phase_dependencies_depends_on_id_idx on automation.workflow_phase_dependencies (depends_on_id, template_version_id);
create index workflow_phase_dependencies_phase_id_idx on automation.workflow_phase_dependencies (phase_id, template_version_id);

create trigger check_acyclic before insert or update of phase_id, depends_on_id on automation.workflow_phase_dependencies
  for each row execute function platform.check_acyclic('phase_id', 'depends_on_id');
create trigger check_parent before insert or update or delete on automation.workflow_phase_dependencies
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create table automation.workflow_template_tasks (
  id uuid not null default gen_random_uuid(),
  phase_id uuid not null,
  position integer not null
    constraint workflow_template_tasks_position_range check (position between 1 and 999),
  code text not null
    constraint workflow_template_tasks_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name platform.localized_text not null
    constraint workflow_template_tasks_name_length check (
      length(name ->> 'de') <= 200
      and length(name ->> 'en') <= 200
    ),
  description platform.localized_text
    constraint workflow_template_tasks_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  type text not null
    constraint workflow_template_tasks_type_known check (
      type in ('todo', 'call', 'email', 'document', 'form', 'appointment', 'approval', 'quote', 'payment', 'system')
    ),
  runs text not null default 'sequential'
    constraint workflow_template_tasks_runs_known check (runs in ('sequential', 'parallel')),
  is_optional boolean not null default false,
  assignee_rule text not null default 'owner'
    constraint workflow_template_tasks_assignee_rule_known check (
      assignee_rule in ('owner', 'department', 'role', 'contact', 'customer', 'nobody')
    ),
  assignee_role_code text
    constraint workflow_template_tasks_assignee_role_code_shape check (assignee_role_code ~ '^[a-z][a-z0-9_]*$'),
  assignee_department_id uuid,
  assignee_contact_id uuid,
  checklist_id uuid,
  form_id uuid,
  deadline_days integer
    constraint workflow_template_tasks_deadline_days_range check (deadline_days between 0 and 3650),
  average_minutes integer
    constraint workflow_template_tasks_average_minutes_range check (average_minutes between 0 and 100000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_template_tasks_pkey primary key (id),
  constraint workflow_template_tasks_phase_id_fkey foreign key (phase_id)
    references automation.workflow_template_phases (id) on delete cascade,
  constraint workflow_template_tasks_assignee_department_id_fkey foreign key (assignee_department_id)
    references party.departments (id) on delete restrict,
  constraint workflow_template_tasks_assignee_contact_id_fkey foreign key (assignee_contact_id)
    references party.contacts (id) on delete restrict,
  constraint workflow_template_tasks_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint workflow_template_tasks_form_id_fkey foreign key (form_id)
    references automation.forms (id) on delete restrict,
  constraint workflow_template_tasks_assignee_whole check (
    (assignee_rule = 'role') = (assignee_role_code is not null)
    and (assignee_rule = 'department') = (assignee_department_id is not null)
    and (assignee_rule = 'contact') = (assignee_contact_id is not null)
  ),
  constraint workflow_template_tasks_form_whole check (type <> 'form' or form_id is not null),
  constraint workflow_template_tasks_position_key unique (phase_id, position) deferrable initially deferred,
  constraint workflow_template_tasks_code_key unique (phase_id, code)
);
comment on table automation.workflow_template_tasks is 'Tasks of a phase.';
comment on column automation.workflow_template_tasks.id is 'Identity.';
comment on column automation.workflow_template_tasks.phase_id is 'The phase.';
comment on column automation.workflow_template_tasks.position is 'Place in the phase, from 1; unique in it.';
comment on column automation.workflow_template_tasks.code is 'Name, dotted; unique in the phase.';
comment on column automation.workflow_template_tasks.name is 'Name for people; at most 200 characters per language.';
comment on column automation.workflow_template_tasks.description is
  'What is to be done; at most 2000 characters per language; null: not said.';
comment on column automation.workflow_template_tasks.type is 'Kind of work.';
comment on column automation.workflow_template_tasks.runs is
  'sequential: after the task before it; parallel: at any time in the phase.';
comment on column automation.workflow_template_tasks.is_optional is 'True: may be skipped.';
comment on column automation.workflow_template_tasks.assignee_rule is 'How the person to do it is found.';
comment on column automation.workflow_template_tasks.assignee_role_code is
  'Role whose holder does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_department_id is
  'Department that does it; null: another rule.';
comment on column automation.workflow_template_tasks.assignee_contact_id is 'Person who does it; null: another rule.';
comment on column automation.workflow_template_tasks.checklist_id is 'Things to tick off; null: none.';
comment on column automation.workflow_template_tasks.form_id is 'Form to fill in; null: none.';
comment on column automation.workflow_template_tasks.deadline_days is
  'Days from when it opens until it is due; null: no deadline.';
comment on column automation.workflow_template_tasks.average_minutes is
  'How much work it is on average, in minutes; null: unknown.';
comment on column automation.workflow_template_tasks.created_at is 'When the row was written.';
comment on column automation.workflow_template_tasks.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_template_tasks.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_template_tasks.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_template_tasks.version is 'Counts changes from 1; set by trigger; the ETag.';

create index workflow_template_tasks_assignee_department_id_idx on automation.workflow_template_tasks (assignee_department_id);
create index workflow_template_tasks_assignee_contact_id_idx on automation.workflow_template_tasks (assignee_contact_id);
create index workflow_template_tasks_checklist_id_idx on automation.workflow_template_tasks (checklist_id);
create index workflow_template_tasks_form_id_idx on automation.workflow_template_tasks (form_id);

create trigger touch before update on automation.workflow_template_tasks for each row execute function platform.touch();

create function automation.check_task_version() returns trigger
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function automation.check_task_version() is
  'Before insert, update or delete: tasks change while their version is a draft; breaks workflow_template_tasks_version_state.';

create trigger check_version before insert or update or delete on automation.workflow_template_tasks
  for each row execute function automation.check_task_version();
