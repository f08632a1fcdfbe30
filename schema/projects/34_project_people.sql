-- projects: people of a project, its parameters, and the history of its phases.

create table community.project_phase_history (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  from_phase text
    constraint project_phase_history_from_phase_length check (length(from_phase) between 1 and 40),
  to_phase text not null
    constraint project_phase_history_to_phase_length check (length(to_phase) between 1 and 40),
  changed_at timestamptz not null default now(),
  changed_by uuid,
  constraint project_phase_history_pkey primary key (id),
  constraint project_phase_history_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict
);
comment on table community.project_phase_history is
  'Phases that projects were in; written by trigger, rows are only ever added.';
comment on column community.project_phase_history.id is 'Identity.';
comment on column community.project_phase_history.project_id is 'The project.';
comment on column community.project_phase_history.from_phase is 'Phase before; null: it was the first.';
comment on column community.project_phase_history.to_phase is 'Phase after.';
comment on column community.project_phase_history.changed_at is 'When it changed.';
comment on column community.project_phase_history.changed_by is
  'Contact who changed it (platform); null: the system.';

create index project_phase_history_project_id_changed_at_idx on community.project_phase_history (project_id, changed_at);

create trigger refuse_change before update or delete on community.project_phase_history
  for each row execute function projects.refuse_change();
alter table community.project_phase_history enable always trigger refuse_change;
create trigger refuse_truncate before truncate on community.project_phase_history
  for each statement execute function projects.refuse_change();
alter table community.project_phase_history enable always trigger refuse_truncate;
revoke update on community.project_phase_history from projects_writer;

-- Definer: the history is written for whoever changes the phase, and by nobody else.
create function community.log_phase() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
begin
  insert into community.project_phase_history (project_id, from_phase, to_phase, changed_by)
  values (
    new.id, case tg_op when 'UPDATE' then old.current_phase end, new.current_phase,
    coalesce(new.updated_by, new.created_by));
  return null;
end
$$;
comment on function community.log_phase() is
  'After insert or a change of phase: writes community.project_phase_history.';

create trigger log_phase_insert after insert on community.projects
  for each row when (new.current_phase is not null) execute function community.log_phase();
create trigger log_phase after update of current_phase on community.projects
  for each row when (new.current_phase is distinct from old.current_phase) execute function community.log_phase();
revoke insert on community.project_phase_history from projects_writer;

create table community.project_parameters (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  current_values jsonb not null default '{}'
    constraint project_parameters_current_values_object check (jsonb_typeof(current_values) = 'object'),
  target_values jsonb not null default '{}'
    constraint project_parameters_target_values_object check (jsonb_typeof(target_values) = 'object'),
  measured_on date,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint project_parameters_pkey primary key (id),
  constraint project_parameters_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete cascade,
  constraint project_parameters_project_id_key unique (project_id)
);
comment on table community.project_parameters is
  'Figures of a project, as they are and as they shall be; one row per project.';
comment on column community.project_parameters.id is 'Identity.';
comment on column community.project_parameters.project_id is 'The project.';
comment on column community.project_parameters.current_values is
  'Figures as they are, by name; the unit is part of the name: energy_demand_kwh_m2a.';
comment on column community.project_parameters.target_values is 'Figures as they shall be, by the same names.';
comment on column community.project_parameters.measured_on is 'Day of the current figures; null: unknown.';
comment on column community.project_parameters.created_at is 'When the row was written.';
comment on column community.project_parameters.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.project_parameters.updated_at is 'When it last changed; set by trigger.';
comment on column community.project_parameters.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column community.project_parameters.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on community.project_parameters for each row execute function projects.touch();

create table community.project_roles (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  contact_ref uuid not null,
  role text not null
    constraint project_roles_role_known check (
      role in ('customer', 'owner', 'contact_person', 'invoice_receiver', 'craftsman', 'energy_adviser', 'partner',
        'project_manager', 'member')
    ),
  is_primary boolean not null default false,
  valid_from date,
  valid_to date
    constraint project_roles_valid_order check (valid_to > valid_from),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint project_roles_pkey primary key (id),
  constraint project_roles_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint project_roles_no_overlap exclude using gist (
      project_id with =, contact_ref with =, role with =, daterange(valid_from, valid_to) with &&
    ) where (deleted_at is null)
);
comment on table community.project_roles is
  'Who has which part in a project; what people outside may see follows from it.';
comment on column community.project_roles.id is 'Identity.';
comment on column community.project_roles.project_id is 'The project.';
comment on column community.project_roles.contact_ref is 'The person (platform).';
comment on column community.project_roles.role is 'The part.';
comment on column community.project_roles.is_primary is
  'True: the first of that part; at most one per project and part.';
comment on column community.project_roles.valid_from is 'First day; null: since ever.';
comment on column community.project_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column community.project_roles.created_at is 'When the row was written.';
comment on column community.project_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.project_roles.updated_at is 'When it last changed; set by trigger.';
comment on column community.project_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.project_roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.project_roles.deleted_at is 'When it was deleted; null: live.';

create unique index project_roles_primary_key on community.project_roles (project_id, role)
  where is_primary and valid_to is null and deleted_at is null;
create index project_roles_project_id_idx on community.project_roles (project_id);
create index project_roles_contact_ref_idx on community.project_roles (contact_ref);

create trigger check_live before insert or update of project_id, deleted_at on community.project_roles
  for each row execute function projects.check_live('project_id', 'community.projects');
create trigger check_unused_project_roles before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.project_roles', 'project_id');

create trigger touch before update on community.project_roles for each row execute function projects.touch();
