-- projects: scenarios, ways in which a project could be done, and what makes a project a renovation.

create table building.scenarios (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  scenario_number integer not null
    constraint scenarios_scenario_number_range check (scenario_number between 1 and 999),
  name text not null
    constraint scenarios_name_length check (length(name) between 1 and 200),
  description projects.localized_text
    constraint scenarios_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  status text not null default 'draft'
    constraint scenarios_status_known check (status in ('draft', 'active', 'selected', 'dropped')),
  total_cost_minor bigint
    constraint scenarios_total_cost_minor_range check (total_cost_minor between 0 and 9000000000000000),
  total_funding_minor bigint
    constraint scenarios_total_funding_minor_range check (total_funding_minor between 0 and 9000000000000000),
  annual_savings_minor bigint
    constraint scenarios_annual_savings_minor_range check (annual_savings_minor between 0 and 9000000000000000),
  currency text
    constraint scenarios_currency_shape check (currency ~ '^[A-Z]{3}$'),
  energy_score integer
    constraint scenarios_energy_score_range check (energy_score between 0 and 100),
  final_energy_kwh_m2a numeric(9, 2)
    constraint scenarios_final_energy_kwh_m2a_range check (final_energy_kwh_m2a between 0 and 100000),
  co2_kg_m2a numeric(9, 2)
    constraint scenarios_co2_kg_m2a_range check (co2_kg_m2a between 0 and 100000),
  assumptions jsonb not null default '{}'
    constraint scenarios_assumptions_object check (jsonb_typeof(assumptions) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint scenarios_pkey primary key (id),
  constraint scenarios_project_id_fkey foreign key (project_id) references community.projects (id) on delete cascade,
  constraint scenarios_currency_whole check (
    (currency is null) = (num_nonnulls(total_cost_minor, total_funding_minor, annual_savings_minor) = 0)
  ),
  constraint scenarios_id_project_key unique (id, project_id)
);
comment on table building.scenarios is 'Ways in which a renovation could be done; at most one is selected.';
comment on column building.scenarios.id is 'Identity; other domains hold it as scenario_ref.';
comment on column building.scenarios.project_id is 'The project.';
comment on column building.scenarios.scenario_number is 'Number within the project; unique among live rows.';
comment on column building.scenarios.name is 'Name for people; at most 200 characters.';
comment on column building.scenarios.description is
  'What is done in it; at most 2000 characters per language; null: not said.';
comment on column building.scenarios.status is
  'draft: being worked out; active: may be chosen; selected: is done; dropped.';
comment on column building.scenarios.total_cost_minor is
  'Cost of all measures, in minor units of currency; null: not worked out.';
comment on column building.scenarios.total_funding_minor is
  'Public funding that is expected, in minor units of currency; null: not worked out.';
comment on column building.scenarios.annual_savings_minor is
  'Saved each year, in minor units of currency; null: not worked out.';
comment on column building.scenarios.currency is 'ISO 4217 code of the amounts; null while there are none.';
comment on column building.scenarios.energy_score is
  'Energy score after it, 0 worst to 100 best; null: not worked out.';
comment on column building.scenarios.final_energy_kwh_m2a is
  'Final energy demand after it, in kWh per m² and year; null: not calculated.';
comment on column building.scenarios.co2_kg_m2a is
  'Emissions after it, in kg CO₂ per m² and year; null: not calculated.';
comment on column building.scenarios.assumptions is
  'What it was worked out with, by name; the unit is part of the name.';
comment on column building.scenarios.created_at is 'When the row was written.';
comment on column building.scenarios.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.scenarios.updated_at is 'When it last changed; set by trigger.';
comment on column building.scenarios.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.scenarios.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.scenarios.deleted_at is 'When it was deleted; null: live.';

create unique index scenarios_project_id_scenario_number_key on building.scenarios (project_id, scenario_number)
  where deleted_at is null;
create unique index scenarios_selected_key on building.scenarios (project_id)
  where status = 'selected' and deleted_at is null;
create index scenarios_project_id_idx on building.scenarios (project_id);
create index scenarios_created_at_idx on building.scenarios (created_at desc, id desc);

create trigger check_status before insert or update of status on building.scenarios
  for each row execute function projects.check_transition(
    'status', 'draft,active', 'draft>active,dropped', 'active>selected,dropped,draft',
    'selected>active,dropped', 'dropped>active');

create trigger touch before update on building.scenarios for each row execute function projects.touch();

create table community.renovation_projects (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  building_id uuid not null,
  engagement_type text not null default 'full_service'
    constraint renovation_projects_engagement_type_known check (
      engagement_type in ('advice', 'planning', 'construction', 'full_service', 'maintenance')
    ),
  selected_scenario_id uuid,
  handover_ready boolean not null default false,
  handover_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint renovation_projects_pkey primary key (id),
  constraint renovation_projects_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete cascade,
  constraint renovation_projects_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete restrict,
  constraint renovation_projects_handover_whole check (handover_at is null or handover_ready),
  constraint renovation_projects_project_id_key unique (project_id),
  constraint renovation_projects_selected_scenario_id_fkey foreign key (selected_scenario_id, project_id)
      references building.scenarios (id, project_id) on delete restrict
);
comment on table community.renovation_projects is
  'What a project has more when it is a renovation; one row per project of that kind.';
comment on column community.renovation_projects.id is 'Identity.';
comment on column community.renovation_projects.project_id is 'The project; its kind is renovation.';
comment on column community.renovation_projects.building_id is 'Building that is renovated.';
comment on column community.renovation_projects.engagement_type is 'What we were asked to do.';
comment on column community.renovation_projects.selected_scenario_id is
  'Scenario that is done; set by trigger from the scenario''s status; null: none yet.';
comment on column community.renovation_projects.handover_ready is
  'True: may be handed to the people who do the work; its score is then copied to the workflow.';
comment on column community.renovation_projects.handover_at is 'When it was handed over; null: not yet. Set once.';
comment on column community.renovation_projects.created_at is 'When the row was written.';
comment on column community.renovation_projects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.renovation_projects.updated_at is 'When it last changed; set by trigger.';
comment on column community.renovation_projects.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column community.renovation_projects.version is 'Counts changes from 1; set by trigger; the ETag.';

create index renovation_projects_selected_scenario_id_project_id_idx on community.renovation_projects (selected_scenario_id, project_id);
create index renovation_projects_building_id_idx on community.renovation_projects (building_id);

create trigger keep_once_set before update on community.renovation_projects
  for each row execute function projects.keep_once_set('handover_at', 'project_id');

create trigger touch before update on community.renovation_projects for each row execute function projects.touch();

create function community.derive_renovation() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' and exists (select 1 from community.projects p where p.id = new.project_id and p.kind <> 'renovation') then
    raise exception 'project % is no renovation', new.project_id
      using errcode = '23514', constraint = 'renovation_projects_kind', schema = 'community', table = 'renovation_projects';
  end if;
  new.selected_scenario_id := (
    select s.id from building.scenarios s
    where s.project_id = new.project_id and s.status = 'selected' and s.deleted_at is null);
  return new;
end
$$;
comment on function community.derive_renovation() is
  'Before insert or update: the project is a renovation (renovation_projects_kind), its scenario the one that is selected.';

create trigger derive before insert or update on community.renovation_projects
  for each row execute function community.derive_renovation();

create function building.tell_selected() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  update community.renovation_projects
  set selected_scenario_id = null, updated_by = new.updated_by
  where project_id = new.project_id;
  return null;
end
$$;
comment on function building.tell_selected() is
  'After a scenario is selected or no longer is: has community.renovation_projects derive it again.';

create trigger tell_selected_insert after insert on building.scenarios
  for each row when (new.status = 'selected') execute function building.tell_selected();
create trigger tell_selected after update of status, deleted_at on building.scenarios
  for each row when (new.status = 'selected' or old.status = 'selected') execute function building.tell_selected();

create function community.check_project_kind() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from community.renovation_projects r where r.project_id = new.id) then
    raise exception 'project % is a renovation, it stays one', new.id
      using errcode = '23514', constraint = 'renovation_projects_kind', schema = 'community', table = 'projects';
  end if;
  return new;
end
$$;
comment on function community.check_project_kind() is
  'Before update: a project with a building stays a renovation; breaks renovation_projects_kind.';

create trigger check_kind before update of kind on community.projects
  for each row when (old.kind = 'renovation' and new.kind <> 'renovation')
  execute function community.check_project_kind();
