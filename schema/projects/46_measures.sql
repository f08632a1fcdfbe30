-- projects: measures, what is done to a building, in the order of a scenario.

create table building.renovation_measures (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint renovation_measures_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  type text not null
    constraint renovation_measures_type_known check (
      type in ('roof', 'facade', 'windows', 'doors', 'heating', 'ventilation', 'solar_panels', 'insulation',
        'electrical', 'plumbing', 'other')
    ),
  name projects.localized_text not null
    constraint renovation_measures_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  description projects.localized_text
    constraint renovation_measures_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  unit text not null default 'flat'
    constraint renovation_measures_unit_known check (unit in ('m2', 'm', 'piece', 'kw', 'kwp', 'kwh', 'flat')),
  unit_cost_minor bigint
    constraint renovation_measures_unit_cost_minor_range check (unit_cost_minor between 0 and 9000000000000000),
  currency text
    constraint renovation_measures_currency_shape check (currency ~ '^[A-Z]{3}$'),
  lifetime_years integer
    constraint renovation_measures_lifetime_years_range check (lifetime_years between 1 and 200),
  product_ref uuid,
  status text not null default 'draft'
    constraint renovation_measures_status_known check (status in ('draft', 'active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint renovation_measures_pkey primary key (id),
  constraint renovation_measures_unit_cost_whole check ((unit_cost_minor is null) = (currency is null))
);
comment on table building.renovation_measures is 'Catalogue of measures.';
comment on column building.renovation_measures.id is 'Identity.';
comment on column building.renovation_measures.code is 'Name, dotted; unique among live rows.';
comment on column building.renovation_measures.type is 'What it is about.';
comment on column building.renovation_measures.name is 'Name for people; at most 200 characters per language.';
comment on column building.renovation_measures.description is
  'What is done; at most 2000 characters per language; null: not said.';
comment on column building.renovation_measures.unit is 'Unit in which it is counted.';
comment on column building.renovation_measures.unit_cost_minor is
  'Usual cost per unit, in minor units of currency; null: unknown.';
comment on column building.renovation_measures.currency is 'ISO 4217 code of unit_cost_minor; null with it.';
comment on column building.renovation_measures.lifetime_years is 'How long it lasts, in years; null: unknown.';
comment on column building.renovation_measures.product_ref is 'Product it is sold as (finance); null: none.';
comment on column building.renovation_measures.status is 'draft: being written; active: may be planned; retired.';
comment on column building.renovation_measures.created_at is 'When the row was written.';
comment on column building.renovation_measures.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.renovation_measures.updated_at is 'When it last changed; set by trigger.';
comment on column building.renovation_measures.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.renovation_measures.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.renovation_measures.deleted_at is 'When it was deleted; null: live.';

create unique index renovation_measures_code_key on building.renovation_measures (code) where deleted_at is null;
create index renovation_measures_created_at_idx on building.renovation_measures (created_at desc, id desc);

create trigger check_status before insert or update of status on building.renovation_measures
  for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

create trigger touch before update on building.renovation_measures for each row execute function projects.touch();

create table building.scenario_measures (
  id uuid not null default gen_random_uuid(),
  scenario_id uuid not null,
  measure_id uuid,
  component_id uuid,
  type text not null
    constraint scenario_measures_type_known check (
      type in ('roof', 'facade', 'windows', 'doors', 'heating', 'ventilation', 'solar_panels', 'insulation',
        'electrical', 'plumbing', 'other')
    ),
  name projects.localized_text not null
    constraint scenario_measures_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  priority text not null default 'medium'
    constraint scenario_measures_priority_known check (priority in ('low', 'medium', 'high', 'critical')),
  current_state jsonb not null default '{}'
    constraint scenario_measures_current_state_object check (jsonb_typeof(current_state) = 'object'),
  target_state jsonb not null default '{}'
    constraint scenario_measures_target_state_object check (jsonb_typeof(target_state) = 'object'),
  execution_order integer
    constraint scenario_measures_execution_order_range check (execution_order between 1 and 999),
  quantity numeric(14, 3)
    constraint scenario_measures_quantity_range check (quantity between 0 and 100000000),
  planned_cost_minor bigint
    constraint scenario_measures_planned_cost_minor_range check (planned_cost_minor between 0 and 9000000000000000),
  actual_cost_minor bigint
    constraint scenario_measures_actual_cost_minor_range check (actual_cost_minor between 0 and 9000000000000000),
  currency text
    constraint scenario_measures_currency_shape check (currency ~ '^[A-Z]{3}$'),
  planned_start date,
  planned_end date
    constraint scenario_measures_planned_order check (planned_end >= planned_start),
  status text not null default 'draft'
    constraint scenario_measures_status_known check (
      status in ('draft', 'planned', 'approved', 'in_progress', 'completed', 'cancelled')
    ),
  is_locked boolean not null default false,
  locked_at timestamptz,
  locked_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint scenario_measures_pkey primary key (id),
  constraint scenario_measures_scenario_id_fkey foreign key (scenario_id)
    references building.scenarios (id) on delete restrict,
  constraint scenario_measures_measure_id_fkey foreign key (measure_id)
    references building.renovation_measures (id) on delete restrict,
  constraint scenario_measures_component_id_fkey foreign key (component_id)
    references building.building_components (id) on delete set null,
  constraint scenario_measures_currency_whole check (
    (currency is null) = (num_nonnulls(planned_cost_minor, actual_cost_minor) = 0)
  ),
  constraint scenario_measures_locked_whole check (is_locked = (locked_at is not null)),
  constraint scenario_measures_order_key exclude using btree (scenario_id with =, execution_order with =)
      where (deleted_at is null) deferrable initially deferred,
  constraint scenario_measures_id_scenario_key unique (id, scenario_id)
);
comment on table building.scenario_measures is 'Measures of a scenario. Locked when execution begins.';
comment on column building.scenario_measures.id is 'Identity.';
comment on column building.scenario_measures.scenario_id is 'The scenario.';
comment on column building.scenario_measures.measure_id is 'Measure of the catalogue; null: made for this scenario.';
comment on column building.scenario_measures.component_id is 'Part it changes; null: none.';
comment on column building.scenario_measures.type is 'What it is about.';
comment on column building.scenario_measures.name is 'Name for people; at most 200 characters per language.';
comment on column building.scenario_measures.priority is 'How much it matters.';
comment on column building.scenario_measures.current_state is 'What is there, by name; the unit is part of the name.';
comment on column building.scenario_measures.target_state is 'What shall be there, by the same names.';
comment on column building.scenario_measures.execution_order is
  'Place in the order of work; unique in the scenario among live rows; null: not ordered.';
comment on column building.scenario_measures.quantity is
  'How much of it, in the unit of the catalogue; null: not measured.';
comment on column building.scenario_measures.planned_cost_minor is
  'Cost as planned, in minor units of currency; null: not worked out.';
comment on column building.scenario_measures.actual_cost_minor is
  'Cost as it came out, in minor units of currency; null: not done.';
comment on column building.scenario_measures.currency is 'ISO 4217 code of the amounts; null while there are none.';
comment on column building.scenario_measures.planned_start is 'First planned day; null: open.';
comment on column building.scenario_measures.planned_end is 'Last planned day; null: open.';
comment on column building.scenario_measures.status is
  'Where it stands; only the steps of scenario_measures_status_transition are allowed.';
comment on column building.scenario_measures.is_locked is
  'True: execution has begun, the plan stays as it is; set by trigger.';
comment on column building.scenario_measures.locked_at is 'When it was locked; null: not. Set by trigger.';
comment on column building.scenario_measures.locked_by is
  'Contact who began execution (platform); null: not locked, or the system. Set by trigger.';
comment on column building.scenario_measures.created_at is 'When the row was written.';
comment on column building.scenario_measures.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.scenario_measures.updated_at is 'When it last changed; set by trigger.';
comment on column building.scenario_measures.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.scenario_measures.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.scenario_measures.deleted_at is 'When it was deleted; null: live.';

create index scenario_measures_scenario_id_execution_order_idx on building.scenario_measures (scenario_id, execution_order);
create index scenario_measures_measure_id_idx on building.scenario_measures (measure_id);
create index scenario_measures_component_id_idx on building.scenario_measures (component_id);
create index scenario_measures_created_at_idx on building.scenario_measures (created_at desc, id desc);

create trigger check_status before insert or update of status on building.scenario_measures
  for each row execute function projects.check_transition(
    'status', 'draft,planned', 'draft>planned,cancelled', 'planned>approved,draft,cancelled',
    'approved>in_progress,planned,cancelled', 'in_progress>completed,cancelled');
create trigger check_frozen before update or delete on building.scenario_measures
  for each row execute function projects.check_frozen('status', 'draft,planned,approved', 'actual_cost_minor,currency,is_locked,locked_at,locked_by');

create trigger check_live before insert or update of scenario_id, deleted_at on building.scenario_measures
  for each row execute function projects.check_live('scenario_id', 'building.scenarios');
create trigger check_unused_scenario_measures before update of deleted_at on building.scenarios
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('building.scenario_measures', 'scenario_id');

create trigger touch before update on building.scenario_measures for each row execute function projects.touch();

create function building.lock_measure() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- Whatever the statement says: the lock follows from the status.
  if tg_op = 'UPDATE' and old.is_locked then
    new.is_locked := true;
    new.locked_at := old.locked_at;
    new.locked_by := old.locked_by;
  elsif new.status in ('in_progress', 'completed') then
    new.is_locked := true;
    new.locked_at := now();
    new.locked_by := new.updated_by;
  else
    new.is_locked := false;
    new.locked_at := null;
    new.locked_by := null;
  end if;
  return new;
end
$$;
comment on function building.lock_measure() is 'Before insert or update: a measure is locked when its execution begins.';

create trigger lock_measure before insert or update on building.scenario_measures
  for each row execute function building.lock_measure();

create table building.scenario_measure_dependencies (
  measure_id uuid not null,
  depends_on_id uuid not null,
  scenario_id uuid not null,
  kind text not null default 'requires'
    constraint scenario_measure_dependencies_kind_known check (kind in ('requires', 'before', 'excludes_parallel')),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint scenario_measure_dependencies_pkey primary key (measure_id, depends_on_id),
  constraint scenario_measure_dependencies_measure_id_fkey foreign key (measure_id, scenario_id)
      references building.scenario_measures (id, scenario_id) on delete cascade,
  constraint scenario_measure_dependencies_depends_on_id_fkey foreign key (depends_on_id, scenario_id)
      references building.scenario_measures (id, scenario_id) on delete cascade
);
comment on table building.scenario_measure_dependencies is
  'Which measure waits for which; never in a circle, never across scenarios.';
comment on column building.scenario_measure_dependencies.measure_id is 'Measure that waits.';
comment on column building.scenario_measure_dependencies.depends_on_id is 'Measure it waits for.';
comment on column building.scenario_measure_dependencies.scenario_id is 'Scenario of both.';
comment on column building.scenario_measure_dependencies.kind is
  'requires: makes no sense without it; before: only the order; excludes_parallel: not at one time.';
comment on column building.scenario_measure_dependencies.created_at is 'When the row was written.';
comment on column building.scenario_measure_dependencies.created_by is
  'Contact who wrote it (platform); null: the system.';

create index scenario_measure_dependencies_measure_id_idx on building.scenario_measure_dependencies (measure_id, scenario_id);
create index scenario_measure_dependencies_depends_on_id_idx on building.scenario_measure_dependencies (depends_on_id, scenario_id);

create trigger check_acyclic before insert or update of measure_id, depends_on_id on building.scenario_measure_dependencies
  for each row execute function projects.check_acyclic('measure_id', 'depends_on_id');

create table building.cost_breakdowns (
  id uuid not null default gen_random_uuid(),
  scenario_measure_id uuid not null,
  kind text not null
    constraint cost_breakdowns_kind_known check (
      kind in ('material', 'labour', 'planning', 'scaffolding', 'disposal', 'permit', 'contingency', 'other')
    ),
  planned_minor bigint not null
    constraint cost_breakdowns_planned_minor_range check (planned_minor between 0 and 9000000000000000),
  actual_minor bigint
    constraint cost_breakdowns_actual_minor_range check (actual_minor between 0 and 9000000000000000),
  currency text not null
    constraint cost_breakdowns_currency_shape check (currency ~ '^[A-Z]{3}$'),
  quote_line_ref uuid,
  note text
    constraint cost_breakdowns_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint cost_breakdowns_pkey primary key (id),
  constraint cost_breakdowns_scenario_measure_id_fkey foreign key (scenario_measure_id)
    references building.scenario_measures (id) on delete cascade,
  constraint cost_breakdowns_kind_key unique (scenario_measure_id, kind)
);
comment on table building.cost_breakdowns is 'What a measure costs, by kind of cost.';
comment on column building.cost_breakdowns.id is 'Identity.';
comment on column building.cost_breakdowns.scenario_measure_id is 'The measure.';
comment on column building.cost_breakdowns.kind is 'Kind of cost; once per measure.';
comment on column building.cost_breakdowns.planned_minor is 'As planned, in minor units of currency.';
comment on column building.cost_breakdowns.actual_minor is
  'As it came out, in minor units of currency; null: not yet.';
comment on column building.cost_breakdowns.currency is 'ISO 4217 code.';
comment on column building.cost_breakdowns.quote_line_ref is
  'Line of the quote it comes from (finance); null: estimated.';
comment on column building.cost_breakdowns.note is 'What it is for; null: not said.';
comment on column building.cost_breakdowns.created_at is 'When the row was written.';
comment on column building.cost_breakdowns.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.cost_breakdowns.updated_at is 'When it last changed; set by trigger.';
comment on column building.cost_breakdowns.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.cost_breakdowns.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on building.cost_breakdowns for each row execute function projects.touch();
