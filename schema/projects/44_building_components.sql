-- projects: parts of buildings, as they are and as they shall be.

create table building.building_components (
  id uuid not null default gen_random_uuid(),
  building_id uuid not null,
  project_id uuid,
  type text not null
    constraint building_components_type_known check (
      type in ('wall', 'roof', 'window', 'door', 'floor', 'ceiling', 'foundation')
    ),
  state text not null default 'as_is'
    constraint building_components_state_known check (
      state in ('as_is', 'planned', 'in_execution', 'executed', 'cancelled')
    ),
  name text not null
    constraint building_components_name_length check (length(name) between 1 and 200),
  surface_area_m2 numeric(10, 3)
    constraint building_components_surface_area_m2_range check (surface_area_m2 between 0 and 1000000),
  surface_area_source text
    constraint building_components_surface_area_source_known check (surface_area_source in ('manual', 'calculated')),
  count integer not null default 1
    constraint building_components_count_range check (count between 1 and 10000),
  u_value numeric(6, 4)
    constraint building_components_u_value_range check (u_value between 0 and 20),
  u_value_source text
    constraint building_components_u_value_source_known check (
      u_value_source in ('measurement', 'typology', 'regulatory', 'documented')
    ),
  orientation text
    constraint building_components_orientation_known check (
      orientation in ('n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw', 'horizontal')
    ),
  condition text
    constraint building_components_condition_known check (
      condition in ('excellent', 'good', 'fair', 'poor', 'critical')
    ),
  in_thermal_hull boolean not null default true,
  year_installed integer
    constraint building_components_year_installed_range check (year_installed between 1000 and 2200),
  source_component_id uuid,
  awarded_quote_line_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint building_components_pkey primary key (id),
  constraint building_components_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete restrict,
  constraint building_components_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint building_components_surface_area_whole check ((surface_area_m2 is null) = (surface_area_source is null)),
  constraint building_components_u_value_whole check ((u_value is null) = (u_value_source is null)),
  constraint building_components_source_other check (source_component_id <> id),
  constraint building_components_source_planned check (
    state not in ('planned', 'in_execution')
    or project_id is not null
  ),
  constraint building_components_id_building_key unique (id, building_id),
  constraint building_components_source_component_id_fkey foreign key (source_component_id, building_id)
      references building.building_components (id, building_id) on delete restrict
);
comment on table building.building_components is
  'Parts of a building''s hull. A planned part points at the part it takes the place of.';
comment on column building.building_components.id is 'Identity; other domains hold it as component_ref.';
comment on column building.building_components.building_id is 'The building.';
comment on column building.building_components.project_id is 'Project it is planned in; null: as it is.';
comment on column building.building_components.type is 'What it is.';
comment on column building.building_components.state is
  'Where it stands; only the steps of building_components_state_transition are allowed.';
comment on column building.building_components.name is 'Name for people; at most 200 characters.';
comment on column building.building_components.surface_area_m2 is 'Area of one of them, in m²; null: unknown.';
comment on column building.building_components.surface_area_source is 'Where the area comes from; null with it.';
comment on column building.building_components.count is 'How many there are of the kind.';
comment on column building.building_components.u_value is 'Heat transfer, in W/(m²K); null: unknown.';
comment on column building.building_components.u_value_source is 'Where the U value comes from; null with it.';
comment on column building.building_components.orientation is 'Direction it faces; null: none or unknown.';
comment on column building.building_components.condition is 'What shape it is in; null: not looked at.';
comment on column building.building_components.in_thermal_hull is 'True: lies between warm and cold.';
comment on column building.building_components.year_installed is 'Year it was built; null: unknown.';
comment on column building.building_components.source_component_id is
  'Part as it is that this one takes the place of, of the same building; null: as it is, or new.';
comment on column building.building_components.awarded_quote_line_ref is
  'Line of the quote it was ordered with (finance); null: not ordered.';
comment on column building.building_components.created_at is 'When the row was written.';
comment on column building.building_components.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_components.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_components.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.building_components.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_components.deleted_at is 'When it was deleted; null: live.';

create index building_components_building_id_type_idx on building.building_components (building_id, type);
create index building_components_source_component_id_idx on building.building_components (source_component_id, building_id);
create index building_components_project_id_idx on building.building_components (project_id);
create index building_components_created_at_idx on building.building_components (created_at desc, id desc);

create trigger check_state before insert or update of state on building.building_components
  for each row execute function projects.check_transition(
    'state', 'as_is,planned', 'planned>in_execution,cancelled', 'in_execution>executed,cancelled',
    'cancelled>planned', 'executed>as_is');
create trigger check_acyclic before insert or update of source_component_id on building.building_components
  for each row execute function projects.check_acyclic('id', 'source_component_id');

create trigger check_live before insert or update of building_id, project_id, deleted_at on building.building_components
  for each row execute function projects.check_live('building_id', 'building.buildings', 'project_id', 'community.projects');
create trigger check_unused_building_components before update of deleted_at on building.buildings
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('building.building_components', 'building_id');
create trigger check_unused_building_components before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('building.building_components', 'project_id');

create trigger touch before update on building.building_components for each row execute function projects.touch();

create function building.check_component_source() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if not exists (
    select 1 from building.building_components s
    where s.id = new.source_component_id and s.state in ('as_is', 'executed') and s.deleted_at is null
      and s.type = new.type
  ) then
    raise exception 'part % is no % as it is now', new.source_component_id, new.type
      using errcode = '23514', constraint = 'building_components_source_as_is',
            schema = 'building', table = 'building_components';
  end if;
  return new;
end
$$;
comment on function building.check_component_source() is
  'Before insert or update: a planned part takes the place of a part of its kind that is there; breaks building_components_source_as_is.';

create trigger check_source before insert or update of source_component_id on building.building_components
  for each row when (new.source_component_id is not null)
  execute function building.check_component_source();

create table building.building_component_details (
  id uuid not null default gen_random_uuid(),
  component_id uuid not null,
  position integer not null
    constraint building_component_details_position_range check (position between 1 and 99),
  kind text not null
    constraint building_component_details_kind_known check (
      kind in ('layer', 'glazing', 'frame', 'shading', 'insulation', 'covering', 'other')
    ),
  material text not null
    constraint building_component_details_material_length check (length(material) between 1 and 120),
  thickness_mm numeric(8, 2)
    constraint building_component_details_thickness_mm_range check (thickness_mm between 0 and 100000),
  conductivity_w_mk numeric(8, 5)
    constraint building_component_details_conductivity_w_mk_range check (conductivity_w_mk between 0 and 500),
  details jsonb not null default '{}'
    constraint building_component_details_details_object check (jsonb_typeof(details) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint building_component_details_pkey primary key (id),
  constraint building_component_details_component_id_fkey foreign key (component_id)
    references building.building_components (id) on delete cascade,
  constraint building_component_details_position_key unique (component_id, position) deferrable initially deferred
);
comment on table building.building_component_details is 'Layers and features of a part.';
comment on column building.building_component_details.id is 'Identity.';
comment on column building.building_component_details.component_id is 'The part.';
comment on column building.building_component_details.position is 'Place, from the inside out; unique in the part.';
comment on column building.building_component_details.kind is 'What it is.';
comment on column building.building_component_details.material is 'What it is made of.';
comment on column building.building_component_details.thickness_mm is 'Thickness, in mm; null: unknown.';
comment on column building.building_component_details.conductivity_w_mk is
  'Heat conductivity, in W/(mK); null: unknown.';
comment on column building.building_component_details.details is
  'What else is known, by name; the unit is part of the name.';
comment on column building.building_component_details.created_at is 'When the row was written.';
comment on column building.building_component_details.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column building.building_component_details.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_component_details.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.building_component_details.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on building.building_component_details for each row execute function projects.touch();

create table building.building_component_change_logs (
  id uuid not null default gen_random_uuid(),
  component_id uuid not null,
  changed_at timestamptz not null default now(),
  changed_by uuid,
  field text not null
    constraint building_component_change_logs_field_length check (length(field) between 1 and 60),
  old_value jsonb,
  new_value jsonb,
  reason text
    constraint building_component_change_logs_reason_length check (length(reason) between 1 and 500),
  is_automated boolean not null default false,
  constraint building_component_change_logs_pkey primary key (id),
  constraint building_component_change_logs_component_id_fkey foreign key (component_id)
    references building.building_components (id) on delete restrict,
  constraint building_component_change_logs_change_some check (old_value is distinct from new_value)
);
comment on table building.building_component_change_logs is
  'Field by field what changed in a part and why; rows are only ever added.';
comment on column building.building_component_change_logs.id is 'Identity.';
comment on column building.building_component_change_logs.component_id is 'The part.';
comment on column building.building_component_change_logs.changed_at is 'When it changed.';
comment on column building.building_component_change_logs.changed_by is
  'Contact who changed it (platform); null: the system.';
comment on column building.building_component_change_logs.field is 'Name of the column.';
comment on column building.building_component_change_logs.old_value is 'Value before; null: there was none.';
comment on column building.building_component_change_logs.new_value is 'Value after; null: there is none.';
comment on column building.building_component_change_logs.reason is 'Why; null: not said.';
comment on column building.building_component_change_logs.is_automated is
  'True: a calculation or a rule changed it, not a person.';

create index building_component_change_logs_component_id_changed_at_idx on building.building_component_change_logs (component_id, changed_at);

create trigger refuse_change before update or delete on building.building_component_change_logs
  for each row execute function projects.refuse_change();
alter table building.building_component_change_logs enable always trigger refuse_change;
create trigger refuse_truncate before truncate on building.building_component_change_logs
  for each statement execute function projects.refuse_change();
alter table building.building_component_change_logs enable always trigger refuse_truncate;
revoke update on building.building_component_change_logs from projects_writer;
