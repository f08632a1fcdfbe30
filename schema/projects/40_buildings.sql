-- projects: buildings, what is built into them, and who has to do with them.

create table building.buildings (
  id uuid not null default gen_random_uuid(),
  name text
    constraint buildings_name_length check (length(name) between 1 and 200),
  type text not null
    constraint buildings_type_known check (
      type in ('single_family_detached', 'single_family_semi_detached', 'single_family_terraced', 'two_family',
        'multi_family', 'apartment_block', 'mixed_use_residential', 'mixed_use_commercial', 'commercial', 'public',
        'industrial', 'other')
    ),
  year_built integer
    constraint buildings_year_built_range check (year_built between 1000 and 2200),
  year_renovated integer
    constraint buildings_year_renovated_range check (year_renovated between 1000 and 2200)
    constraint buildings_year_renovated_order check (year_renovated >= year_built),
  heritage_status text not null default 'unknown'
    constraint buildings_heritage_status_known check (
      heritage_status in ('none', 'listed_monument', 'ensemble_protection', 'conservation_area', 'unesco', 'unknown')
    ),
  ownership text
    constraint buildings_ownership_known check (
      ownership in ('owner_occupied', 'rental', 'cooperative', 'condominium', 'mixed')
    ),
  street text not null
    constraint buildings_street_length check (length(street) between 1 and 200),
  house_number text
    constraint buildings_house_number_length check (length(house_number) between 1 and 20),
  postal_code text not null
    constraint buildings_postal_code_length check (length(postal_code) between 1 and 20),
  city text not null
    constraint buildings_city_length check (length(city) between 1 and 120),
  country text not null default 'DE'
    constraint buildings_country_shape check (country ~ '^[A-Z]{2}$'),
  latitude numeric(9, 6)
    constraint buildings_latitude_range check (latitude between -90 and 90),
  longitude numeric(9, 6)
    constraint buildings_longitude_range check (longitude between -180 and 180),
  parcel text
    constraint buildings_parcel_length check (length(parcel) between 1 and 100),
  storeys numeric(4, 1)
    constraint buildings_storeys_range check (storeys between 0.5 and 200),
  residential_units integer
    constraint buildings_residential_units_range check (residential_units between 0 and 10000),
  commercial_units integer
    constraint buildings_commercial_units_range check (commercial_units between 0 and 10000),
  living_area_m2 numeric(10, 2)
    constraint buildings_living_area_m2_range check (living_area_m2 between 0 and 10000000),
  heated_area_m2 numeric(10, 2)
    constraint buildings_heated_area_m2_range check (heated_area_m2 between 0 and 10000000),
  heated_volume_m3 numeric(12, 2)
    constraint buildings_heated_volume_m3_range check (heated_volume_m3 between 0 and 100000000),
  energy_class text
    constraint buildings_energy_class_known check (energy_class in ('a_plus', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')),
  has_basement boolean,
  notes text
    constraint buildings_notes_length check (length(notes) <= 4000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint buildings_pkey primary key (id),
  constraint buildings_latitude_whole check ((latitude is null) = (longitude is null))
);
comment on table building.buildings is 'Buildings that are renovated.';
comment on column building.buildings.id is 'Identity; other domains hold it as building_ref.';
comment on column building.buildings.name is 'Name for people; null: the address.';
comment on column building.buildings.type is 'What it is.';
comment on column building.buildings.year_built is 'Year it was built; null: unknown.';
comment on column building.buildings.year_renovated is 'Year of the last whole renovation; null: none or unknown.';
comment on column building.buildings.heritage_status is 'Protection it is under.';
comment on column building.buildings.ownership is 'How it is owned; null: unknown.';
comment on column building.buildings.street is 'Street without the house number.';
comment on column building.buildings.house_number is 'House number with its suffix; null: none.';
comment on column building.buildings.postal_code is 'Postal code as written in its country.';
comment on column building.buildings.city is 'Town.';
comment on column building.buildings.country is 'ISO 3166-1 code of two letters.';
comment on column building.buildings.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column building.buildings.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column building.buildings.parcel is 'Land parcel in the register; null: unknown.';
comment on column building.buildings.storeys is 'Storeys above ground, halves for attics; null: unknown.';
comment on column building.buildings.residential_units is 'Dwellings; null: unknown.';
comment on column building.buildings.commercial_units is 'Units that are not dwellings; null: unknown.';
comment on column building.buildings.living_area_m2 is 'Living area, in m²; not the heated area; null: unknown.';
comment on column building.buildings.heated_area_m2 is
  'Heated area (net floor area inside the thermal hull), in m²; null: unknown.';
comment on column building.buildings.heated_volume_m3 is 'Heated volume, in m³; null: unknown.';
comment on column building.buildings.energy_class is 'Class of its energy certificate; null: none.';
comment on column building.buildings.has_basement is 'True: has a basement; null: unknown.';
comment on column building.buildings.notes is 'Free notes of the staff; null: none.';
comment on column building.buildings.created_at is 'When the row was written.';
comment on column building.buildings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.buildings.updated_at is 'When it last changed; set by trigger.';
comment on column building.buildings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.buildings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.buildings.deleted_at is 'When it was deleted; null: live.';

create index buildings_postal_code_street_idx on building.buildings (postal_code, street);
create index buildings_created_at_idx on building.buildings (created_at desc, id desc);

create trigger touch before update on building.buildings for each row execute function projects.touch();

create table building.building_technology (
  id uuid not null default gen_random_uuid(),
  building_id uuid not null,
  kind text not null
    constraint building_technology_kind_known check (
      kind in ('heating', 'hot_water', 'ventilation', 'cooling', 'photovoltaic', 'solar_thermal', 'battery',
        'charging', 'lighting', 'control')
    ),
  energy_carrier text
    constraint building_technology_energy_carrier_known check (
      energy_carrier in ('gas', 'oil', 'electricity', 'district_heat', 'wood', 'pellets', 'coal', 'solar', 'ambient',
        'hydrogen', 'none', 'other')
    ),
  state text not null default 'as_is'
    constraint building_technology_state_known check (
      state in ('as_is', 'planned', 'in_execution', 'executed', 'cancelled')
    ),
  manufacturer text
    constraint building_technology_manufacturer_length check (length(manufacturer) between 1 and 120),
  model text
    constraint building_technology_model_length check (length(model) between 1 and 120),
  year_installed integer
    constraint building_technology_year_installed_range check (year_installed between 1850 and 2200),
  power_kw numeric(9, 3)
    constraint building_technology_power_kw_range check (power_kw between 0 and 1000000),
  capacity numeric(12, 3)
    constraint building_technology_capacity_range check (capacity between 0 and 100000000),
  efficiency_percent numeric(6, 2)
    constraint building_technology_efficiency_percent_range check (efficiency_percent between 0 and 1000),
  condition text
    constraint building_technology_condition_known check (
      condition in ('excellent', 'good', 'fair', 'poor', 'critical')
    ),
  details jsonb not null default '{}'
    constraint building_technology_details_object check (jsonb_typeof(details) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint building_technology_pkey primary key (id),
  constraint building_technology_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete restrict
);
comment on table building.building_technology is 'Technical systems of a building, one row each.';
comment on column building.building_technology.id is 'Identity.';
comment on column building.building_technology.building_id is 'The building.';
comment on column building.building_technology.kind is 'What it is for.';
comment on column building.building_technology.energy_carrier is 'What it runs on; null: unknown.';
comment on column building.building_technology.state is
  'as_is: there; planned, in_execution, executed: to be built in; cancelled.';
comment on column building.building_technology.manufacturer is 'Who made it; null: unknown.';
comment on column building.building_technology.model is 'Which model; null: unknown.';
comment on column building.building_technology.year_installed is 'Year it was built in; null: unknown.';
comment on column building.building_technology.power_kw is 'Nominal power, in kW; null: unknown.';
comment on column building.building_technology.capacity is
  'Storage capacity, in kWh of a battery, litres of a tank; null: none or unknown.';
comment on column building.building_technology.efficiency_percent is
  'Efficiency, in percent; above 100 for heat pumps; null: unknown.';
comment on column building.building_technology.condition is 'What shape it is in; null: not looked at.';
comment on column building.building_technology.details is
  'What else is known, by name; the unit is part of the name.';
comment on column building.building_technology.created_at is 'When the row was written.';
comment on column building.building_technology.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_technology.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_technology.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.building_technology.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_technology.deleted_at is 'When it was deleted; null: live.';

create index building_technology_building_id_kind_idx on building.building_technology (building_id, kind);

create trigger check_state before insert or update of state on building.building_technology
  for each row execute function projects.check_transition(
    'state', 'as_is,planned', 'planned>in_execution,cancelled', 'in_execution>executed,cancelled',
    'executed>as_is');

create trigger check_live before insert or update of building_id, deleted_at on building.building_technology
  for each row execute function projects.check_live('building_id', 'building.buildings');
create trigger check_unused_building_technology before update of deleted_at on building.buildings
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('building.building_technology', 'building_id');

create trigger touch before update on building.building_technology for each row execute function projects.touch();

create table building.building_calculation_parameters (
  id uuid not null default gen_random_uuid(),
  building_id uuid not null,
  method text not null
    constraint building_calculation_parameters_method_known check (
      method in ('din_v_18599', 'gmodg', 'sap', 'rdsap', 'phpp', 'estimate')
    ),
  climate_region text
    constraint building_calculation_parameters_climate_region_length check (length(climate_region) between 1 and 60),
  indoor_temperature_c numeric(4, 1) not null default 20
    constraint building_calculation_parameters_indoor_temperature_c_range check (
      indoor_temperature_c between 5 and 35
    ),
  air_changes_per_hour numeric(5, 3)
    constraint building_calculation_parameters_air_changes_per_hour_range check (
      air_changes_per_hour between 0 and 20
    ),
  thermal_bridge_w_m2k numeric(5, 3)
    constraint building_calculation_parameters_thermal_bridge_w_m2k_range check (thermal_bridge_w_m2k between 0 and 1),
  final_energy_kwh_m2a numeric(9, 2)
    constraint building_calculation_parameters_final_energy_kwh_m2a_range check (
      final_energy_kwh_m2a between 0 and 100000
    ),
  primary_energy_kwh_m2a numeric(9, 2)
    constraint building_calculation_parameters_primary_energy_kwh_m2a_range check (
      primary_energy_kwh_m2a between 0 and 100000
    ),
  heat_demand_kwh_m2a numeric(9, 2)
    constraint building_calculation_parameters_heat_demand_kwh_m2a_range check (
      heat_demand_kwh_m2a between 0 and 100000
    ),
  measured_kwh_a numeric(14, 2)
    constraint building_calculation_parameters_measured_kwh_a_range check (measured_kwh_a between 0 and 10000000000),
  co2_kg_m2a numeric(9, 2)
    constraint building_calculation_parameters_co2_kg_m2a_range check (co2_kg_m2a between 0 and 100000),
  energy_price_minor_mwh bigint
    constraint building_calculation_parameters_energy_price_range check (
      energy_price_minor_mwh between 0 and 1000000000
    ),
  currency text
    constraint building_calculation_parameters_currency_shape check (currency ~ '^[A-Z]{3}$'),
  calculated_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint building_calculation_parameters_pkey primary key (id),
  constraint building_calculation_parameters_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete cascade,
  constraint building_calculation_parameters_energy_price_whole check (
    (energy_price_minor_mwh is null) = (currency is null)
  ),
  constraint building_calculation_parameters_building_id_key unique (building_id)
);
comment on table building.building_calculation_parameters is
  'What a building''s energy balance is calculated with; one row per building.';
comment on column building.building_calculation_parameters.id is 'Identity.';
comment on column building.building_calculation_parameters.building_id is 'The building.';
comment on column building.building_calculation_parameters.method is 'Method of calculation.';
comment on column building.building_calculation_parameters.climate_region is
  'Climate data that are used; null: the method''s default.';
comment on column building.building_calculation_parameters.indoor_temperature_c is 'Temperature indoors, in °C.';
comment on column building.building_calculation_parameters.air_changes_per_hour is
  'Air changes, per hour; null: the method''s default.';
comment on column building.building_calculation_parameters.thermal_bridge_w_m2k is
  'Surcharge for thermal bridges, in W/(m²K); null: the method''s default.';
comment on column building.building_calculation_parameters.final_energy_kwh_m2a is
  'Final energy demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.primary_energy_kwh_m2a is
  'Primary energy demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.heat_demand_kwh_m2a is
  'Heat demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.measured_kwh_a is
  'Consumption read from meters, in kWh per year; null: unknown.';
comment on column building.building_calculation_parameters.co2_kg_m2a is
  'Emissions, in kg CO₂ per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.energy_price_minor_mwh is
  'Price of energy, in minor units of currency per MWh; null: unknown.';
comment on column building.building_calculation_parameters.currency is
  'ISO 4217 code of energy_price_minor_mwh; null with it.';
comment on column building.building_calculation_parameters.calculated_at is
  'When the figures were calculated; null: they were not.';
comment on column building.building_calculation_parameters.created_at is 'When the row was written.';
comment on column building.building_calculation_parameters.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column building.building_calculation_parameters.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_calculation_parameters.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column building.building_calculation_parameters.version is
  'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on building.building_calculation_parameters for each row execute function projects.touch();

create table building.building_roles (
  id uuid not null default gen_random_uuid(),
  building_id uuid not null,
  contact_ref uuid not null,
  role text not null
    constraint building_roles_role_known check (
      role in ('owner', 'tenant', 'administrator', 'contact_person', 'invoice_receiver', 'caretaker', 'craftsman',
        'energy_adviser')
    ),
  ownership_percent numeric(7, 4)
    constraint building_roles_ownership_percent_range check (ownership_percent between 0 and 100)
    constraint building_roles_ownership_percent_owner check (ownership_percent is null or role = 'owner'),
  unit_label text
    constraint building_roles_unit_label_length check (length(unit_label) between 1 and 60),
  valid_from date,
  valid_to date
    constraint building_roles_valid_order check (valid_to > valid_from),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint building_roles_pkey primary key (id),
  constraint building_roles_building_id_fkey foreign key (building_id)
    references building.buildings (id) on delete restrict,
  constraint building_roles_no_overlap exclude using gist (
      building_id with =, contact_ref with =, role with =, coalesce(unit_label, '') with =,
      daterange(valid_from, valid_to) with &&
    ) where (deleted_at is null)
);
comment on table building.building_roles is
  'Who has to do with a building; what people outside may see follows from it.';
comment on column building.building_roles.id is 'Identity.';
comment on column building.building_roles.building_id is 'The building.';
comment on column building.building_roles.contact_ref is 'The person (platform).';
comment on column building.building_roles.role is 'The part.';
comment on column building.building_roles.ownership_percent is
  'Share of an owner, in percent; null: unknown or no owner.';
comment on column building.building_roles.unit_label is 'Dwelling it is about; null: the whole building.';
comment on column building.building_roles.valid_from is 'First day; null: since ever.';
comment on column building.building_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column building.building_roles.created_at is 'When the row was written.';
comment on column building.building_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_roles.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_roles.deleted_at is 'When it was deleted; null: live.';

create index building_roles_building_id_idx on building.building_roles (building_id);
create index building_roles_contact_ref_idx on building.building_roles (contact_ref);

create trigger check_live before insert or update of building_id, deleted_at on building.building_roles
  for each row execute function projects.check_live('building_id', 'building.buildings');
create trigger check_unused_building_roles before update of deleted_at on building.buildings
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('building.building_roles', 'building_id');

create trigger touch before update on building.building_roles for each row execute function projects.touch();
