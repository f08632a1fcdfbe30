-- Create schema "building"
create schema building;
grant usage on schema building to projects_reader, projects_studio, projects_writer;
comment on schema building is 'Buildings, their parts, and what is to be done to them.';
alter default privileges for role projects_owner in schema building grant select, usage on sequences to projects_writer;
alter default privileges for role projects_owner in schema building grant select on tables to projects_reader, projects_studio;
alter default privileges for role projects_owner in schema building grant insert, select, update on tables to projects_writer;

-- Create schema "community"
create schema community;
grant usage on schema community to projects_reader, projects_studio, projects_writer;
comment on schema community is 'Funding themes and the projects they fund.';
alter default privileges for role projects_owner in schema community grant select, usage on sequences to projects_writer;
alter default privileges for role projects_owner in schema community grant select on tables to projects_reader, projects_studio;
alter default privileges for role projects_owner in schema community grant insert, select, update on tables to projects_writer;

-- Create schema "document"
create schema document;
grant usage on schema document to projects_reader, projects_studio, projects_writer;
comment on schema document is 'Documents that people are asked for.';
alter default privileges for role projects_owner in schema document grant select, usage on sequences to projects_writer;
alter default privileges for role projects_owner in schema document grant select on tables to projects_reader, projects_studio;
alter default privileges for role projects_owner in schema document grant insert, select, update on tables to projects_writer;

-- Create schema "extensions"
create schema extensions;
comment on schema extensions is 'Objects of extensions, so that none is mixed with ours.';

-- Create schema "funding"
create schema funding;
grant usage on schema funding to projects_reader, projects_studio, projects_writer;
comment on schema funding is 'Public funding programmes and applications to them.';
alter default privileges for role projects_owner in schema funding grant select, usage on sequences to projects_writer;
alter default privileges for role projects_owner in schema funding grant select on tables to projects_reader, projects_studio;
alter default privileges for role projects_owner in schema funding grant insert, select, update on tables to projects_writer;

-- Create schema "projects"
create schema projects;
grant usage on schema projects to projects_audit, projects_reader, projects_studio, projects_writer;
comment on schema projects is 'Plumbing of the projects database: idempotency keys, outbox, inbox, audit log.';
alter default privileges for role projects_owner in schema projects grant select, usage on sequences to projects_writer;
alter default privileges for role projects_owner in schema projects grant select on tables to projects_reader, projects_studio;
alter default privileges for role projects_owner in schema projects grant insert, select, update on tables to projects_writer;

-- Create extension "btree_gist"
create extension if not exists btree_gist with schema extensions;

-- Create domain "projects.entity_name"
create domain projects.entity_name as text
  constraint entity_name_shape check ((value ~ '^[a-z][a-z_]*$'::text));
comment on domain projects.entity_name is 'Name of an entity, singular: project, journal.';

-- Create domain "projects.event_topic"
create domain projects.event_topic as text
  constraint event_topic_shape check ((value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$'::text));
comment on domain projects.event_topic is 'Domain, entity, fact and version: projects.thing.happened.v1.';

-- Create domain "projects.http_status"
create domain projects.http_status as smallint
  constraint http_status_range check (((value >= 100) and (value <= 599)));
comment on domain projects.http_status is 'Status of an HTTP answer.';

-- Create domain "projects.key_text"
create domain projects.key_text as text
  constraint key_text_length check (((length(value) >= 1) and (length(value) <= 255)));
comment on domain projects.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

-- Create domain "projects.localized_text"
create domain projects.localized_text as jsonb
  constraint localized_text_shape check (((value is null) or
case
    when (jsonb_typeof(value) <> 'object'::text) then false
    else ((value ?& array['de'::text, 'en'::text]) and (((value - 'de'::text) - 'en'::text) = '{}'::jsonb) and (jsonb_typeof((value -> 'de'::text)) = 'string'::text) and (jsonb_typeof((value -> 'en'::text)) = 'string'::text) and ((btrim((value ->> 'de'::text)) <> ''::text) or (btrim((value ->> 'en'::text)) <> ''::text)))
end));
comment on domain projects.localized_text is 'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Create domain "projects.sha256"
create domain projects.sha256 as bytea
  constraint sha256_length check ((octet_length(value) = 32));
comment on domain projects.sha256 is 'A SHA-256 digest, 32 bytes.';

-- Create function "building.lock_measure()"
create function building.lock_measure()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function building.lock_measure() is 'Before insert or update: a measure is locked when its execution begins.';

-- Create function "community.date_phase()"
create function community.date_phase()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if tg_op = 'INSERT' or new.current_phase is distinct from old.current_phase then
    new.phase_changed_at := case when new.current_phase is not null then now() end;
    new.phase_changed_by := case when new.current_phase is not null then coalesce(new.updated_by, new.created_by) end;
  else
    new.phase_changed_at := old.phase_changed_at;
    new.phase_changed_by := old.phase_changed_by;
  end if;
  return new;
end
$function$;
comment on function community.date_phase() is 'Before insert or update: dates a change of phase whatever the statement says.';

-- Create function "projects.check_acyclic()"
create function projects.check_acyclic()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the column of the lower end and the column of the upper end; ('id', 'parent_id') in a tree.
  lower_end uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
  upper_end uuid := (to_jsonb(new) ->> tg_argv[1])::uuid;
  circle boolean;
begin
  if upper_end is null then
    return new;
  end if;
  -- Two changes at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77230, hashtext(tg_table_schema || '.' || tg_table_name));
  execute format(
    'with recursive above (id) as (
       select $2 union select t.%2$I from above a join %3$I.%4$I t on t.%1$I = a.id where t.%2$I is not null
     )
     select exists (select 1 from above where id = $1)',
    tg_argv[0], tg_argv[1], tg_table_schema, tg_table_name)
    into circle using lower_end, upper_end;
  if circle then
    raise exception '% of %.% would lead back to %', tg_argv[1], tg_table_schema, tg_table_name, lower_end
      using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_acyclic',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[1];
  end if;
  return new;
end
$function$;
comment on function projects.check_acyclic() is 'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

-- Create function "projects.check_frozen()"
create function projects.check_frozen()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: a column; its values, by commas, in which a row may still be edited ('': null); columns that may change later.
  state text := coalesce(to_jsonb(old) ->> tg_argv[0], '');
  loose text[] := string_to_array(coalesce(tg_argv[2], ''), ',') || tg_argv[0]
    || array['updated_at', 'updated_by', 'version'];
  changed text[];
begin
  if state = any (string_to_array(tg_argv[1], ',')) or (tg_argv[1] = '' and state = '') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    select array_agg(n.key order by n.key) into changed
    from jsonb_each(to_jsonb(new)) n
    where n.value is distinct from to_jsonb(old) -> n.key and n.key <> all (loose);
    if changed is null then
      return new;
    end if;
  end if;
  raise exception '%.% % can no longer be changed', tg_table_schema, tg_table_name, coalesce(to_jsonb(old) ->> 'id', '')
    using errcode = '23514', constraint = tg_table_name || '_frozen', schema = tg_table_schema, table = tg_table_name,
          detail = case tg_op when 'DELETE' then 'It was to be deleted' else 'Changed: ' || array_to_string(changed, ', ') end
            || '; ' || tg_argv[0] || ' is ' || coalesce(nullif(state, ''), 'empty') || '.',
          hint = 'Make a new row that takes its place.';
end
$function$;
comment on function projects.check_frozen() is 'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

-- Create function "projects.check_live()"
create function projects.check_live()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: pairs of a column and the table it refers to.
  target uuid;
  found_one boolean;
begin
  if to_jsonb(new) ->> 'deleted_at' is not null then
    return new;
  end if;
  for i in 0 .. tg_nargs - 1 by 2 loop
    target := (to_jsonb(new) ->> tg_argv[i])::uuid;
    continue when target is null
      or (tg_op = 'UPDATE' and to_jsonb(old) ->> 'deleted_at' is null and (to_jsonb(old) ->> tg_argv[i])::uuid = target);
    -- The lock makes a concurrent deletion wait, and then see this row.
    execute format('select true from %s where id = $1 and deleted_at is null for share', tg_argv[i + 1])
      into found_one using target;
    if found_one is null then
      raise exception '% % does not exist', tg_argv[i + 1], target
        using errcode = '23503', constraint = tg_table_name || '_' || tg_argv[i] || '_fkey',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[i];
    end if;
  end loop;
  return new;
end
$function$;
comment on function projects.check_live() is 'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

-- Create function "projects.check_parent()"
create function projects.check_parent()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the parent table; the column that refers to it; the parent's state column; states, by commas, that let it be.
  parent text;
  state text;
begin
  for parent in
    select distinct v from (values
      (case when tg_op <> 'INSERT' then to_jsonb(old) ->> tg_argv[1] end),
      (case when tg_op <> 'DELETE' then to_jsonb(new) ->> tg_argv[1] end)
    ) as parents (v) where v is not null
  loop
    -- The lock makes a step of the parent wait for this change, or this change for the step.
    execute format('select %I::text from %s where id = $1 for share', tg_argv[2], tg_argv[0])
      into state using parent::uuid;
    if state <> all (string_to_array(tg_argv[3], ',')) then
      raise exception '% of %.% is refused: % % is %', lower(tg_op), tg_table_schema, tg_table_name, tg_argv[0], parent, state
        using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_state',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[1],
              detail = 'Allowed while ' || tg_argv[2] || ' is: ' || replace(tg_argv[3], ',', ', ') || '.';
    end if;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$function$;
comment on function projects.check_parent() is 'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

-- Create function "projects.check_transition()"
create function projects.check_transition()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the column; the states it may start in, by commas; the steps, each 'from>to,to'.
  state text := to_jsonb(new) ->> tg_argv[0];
  was text := case tg_op when 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
  steps text[] := tg_argv[2:];
  allowed text[] := '{}';
begin
  if state is not distinct from was then
    return new;
  elsif was is null then
    allowed := string_to_array(tg_argv[1], ',');
  else
    select string_to_array(split_part(step, '>', 2), ',') into allowed
    from unnest(steps) as step where split_part(step, '>', 1) = was;
    allowed := coalesce(allowed, '{}');
  end if;
  -- An unknown state is left to the check of the column, which names it.
  if state is null
    or (state <> all (allowed)
      and state = any (string_to_array(tg_argv[1] || ',' || replace(array_to_string(steps, ','), '>', ','), ',')))
  then
    raise exception '% of %.% cannot go from % to %', tg_argv[0], tg_table_schema, tg_table_name,
      coalesce(was, 'nothing'), coalesce(state, 'nothing')
      using errcode = '23514', constraint = tg_table_name || '_' || tg_argv[0] || '_transition',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$function$;
comment on function projects.check_transition() is 'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

-- Create function "projects.check_unused()"
create function projects.check_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the table that refers to this one, and its column.
  used boolean;
begin
  execute format(
    'select exists (select 1 from %s as t where t.%I = $1 and to_jsonb(t) ->> ''deleted_at'' is null)',
    tg_argv[0], tg_argv[1])
    into used using new.id;
  if used then
    raise exception '%.% % still has rows of %', tg_table_schema, tg_table_name, new.id, tg_argv[0]
      using errcode = '23503', constraint = split_part(tg_argv[0], '.', 2) || '_' || tg_argv[1] || '_fkey',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  return new;
end
$function$;
comment on function projects.check_unused() is 'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- Create function "projects.keep_once_set()"
create function projects.keep_once_set()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  field text;
begin
  foreach field in array tg_argv loop
    if to_jsonb(old) ->> field is not null and to_jsonb(new) -> field is distinct from to_jsonb(old) -> field then
      raise exception '% of %.% is set once and then stays', field, tg_table_schema, tg_table_name
        using errcode = '23514', constraint = tg_table_name || '_' || field || '_once',
              schema = tg_table_schema, table = tg_table_name, column = field;
    end if;
  end loop;
  return new;
end
$function$;
comment on function projects.keep_once_set() is 'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- Create function "projects.refuse_change()"
create function projects.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;
comment on function projects.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- Create function "projects.touch()"
create function projects.touch()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.id is distinct from old.id or new.created_at is distinct from old.created_at then
    raise exception 'id and created_at of %.% never change', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end
$function$;
comment on function projects.touch() is 'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

-- Create table "building.buildings"
create table building.buildings (
  id uuid default gen_random_uuid() not null,
  name text,
  type text not null,
  year_built integer,
  year_renovated integer,
  heritage_status text default 'unknown'::text not null,
  ownership text,
  street text not null,
  house_number text,
  postal_code text not null,
  city text not null,
  country text default 'DE'::text not null,
  latitude numeric(9,6),
  longitude numeric(9,6),
  parcel text,
  storeys numeric(4,1),
  residential_units integer,
  commercial_units integer,
  living_area_m2 numeric(10,2),
  heated_area_m2 numeric(10,2),
  heated_volume_m3 numeric(12,2),
  energy_class text,
  has_basement boolean,
  notes text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint buildings_pkey primary key (id),
  constraint buildings_city_length check (((length(city) >= 1) and (length(city) <= 120))),
  constraint buildings_commercial_units_range check (((commercial_units >= 0) and (commercial_units <= 10000))),
  constraint buildings_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint buildings_energy_class_known check ((energy_class = any (array['a_plus'::text, 'a'::text, 'b'::text, 'c'::text, 'd'::text, 'e'::text, 'f'::text, 'g'::text, 'h'::text]))),
  constraint buildings_heated_area_m2_range check (((heated_area_m2 >= (0)::numeric) and (heated_area_m2 <= (10000000)::numeric))),
  constraint buildings_heated_volume_m3_range check (((heated_volume_m3 >= (0)::numeric) and (heated_volume_m3 <= (100000000)::numeric))),
  constraint buildings_heritage_status_known check ((heritage_status = any (array['none'::text, 'listed_monument'::text, 'ensemble_protection'::text, 'conservation_area'::text, 'unesco'::text, 'unknown'::text]))),
  constraint buildings_house_number_length check (((length(house_number) >= 1) and (length(house_number) <= 20))),
  constraint buildings_latitude_range check (((latitude >= ('-90'::integer)::numeric) and (latitude <= (90)::numeric))),
  constraint buildings_latitude_whole check (((latitude is null) = (longitude is null))),
  constraint buildings_living_area_m2_range check (((living_area_m2 >= (0)::numeric) and (living_area_m2 <= (10000000)::numeric))),
  constraint buildings_longitude_range check (((longitude >= ('-180'::integer)::numeric) and (longitude <= (180)::numeric))),
  constraint buildings_name_length check (((length(name) >= 1) and (length(name) <= 200))),
  constraint buildings_notes_length check ((length(notes) <= 4000)),
  constraint buildings_ownership_known check ((ownership = any (array['owner_occupied'::text, 'rental'::text, 'cooperative'::text, 'condominium'::text, 'mixed'::text]))),
  constraint buildings_parcel_length check (((length(parcel) >= 1) and (length(parcel) <= 100))),
  constraint buildings_postal_code_length check (((length(postal_code) >= 1) and (length(postal_code) <= 20))),
  constraint buildings_residential_units_range check (((residential_units >= 0) and (residential_units <= 10000))),
  constraint buildings_storeys_range check (((storeys >= 0.5) and (storeys <= (200)::numeric))),
  constraint buildings_street_length check (((length(street) >= 1) and (length(street) <= 200))),
  constraint buildings_type_known check ((type = any (array['single_family_detached'::text, 'single_family_semi_detached'::text, 'single_family_terraced'::text, 'two_family'::text, 'multi_family'::text, 'apartment_block'::text, 'mixed_use_residential'::text, 'mixed_use_commercial'::text, 'commercial'::text, 'public'::text, 'industrial'::text, 'other'::text]))),
  constraint buildings_year_built_range check (((year_built >= 1000) and (year_built <= 2200))),
  constraint buildings_year_renovated_order check ((year_renovated >= year_built)),
  constraint buildings_year_renovated_range check (((year_renovated >= 1000) and (year_renovated <= 2200)))
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
comment on column building.buildings.heated_area_m2 is 'Heated area (net floor area inside the thermal hull), in m²; null: unknown.';
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

-- Create index "building.buildings_created_at_idx"
create index buildings_created_at_idx on building.buildings using btree (created_at desc, id desc);

-- Create index "building.buildings_postal_code_street_idx"
create index buildings_postal_code_street_idx on building.buildings using btree (postal_code, street);

-- Create trigger "check_unused_building_components" of table "building.buildings"
create trigger check_unused_building_components before update of deleted_at on building.buildings for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('building.building_components', 'building_id');

-- Create trigger "check_unused_building_roles" of table "building.buildings"
create trigger check_unused_building_roles before update of deleted_at on building.buildings for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('building.building_roles', 'building_id');

-- Create trigger "check_unused_building_technology" of table "building.buildings"
create trigger check_unused_building_technology before update of deleted_at on building.buildings for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('building.building_technology', 'building_id');

-- Create trigger "touch" of table "building.buildings"
create trigger touch before update on building.buildings for each row execute function projects.touch();

-- Create table "building.building_calculation_parameters"
create table building.building_calculation_parameters (
  id uuid default gen_random_uuid() not null,
  building_id uuid not null,
  method text not null,
  climate_region text,
  indoor_temperature_c numeric(4,1) default 20 not null,
  air_changes_per_hour numeric(5,3),
  thermal_bridge_w_m2k numeric(5,3),
  final_energy_kwh_m2a numeric(9,2),
  primary_energy_kwh_m2a numeric(9,2),
  heat_demand_kwh_m2a numeric(9,2),
  measured_kwh_a numeric(14,2),
  co2_kg_m2a numeric(9,2),
  energy_price_minor_mwh bigint,
  currency text,
  calculated_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint building_calculation_parameters_pkey primary key (id),
  constraint building_calculation_parameters_building_id_key unique (building_id),
  constraint building_calculation_parameters_building_id_fkey foreign key (building_id) references building.buildings(id) on delete cascade,
  constraint building_calculation_parameters_air_changes_per_hour_range check (((air_changes_per_hour >= (0)::numeric) and (air_changes_per_hour <= (20)::numeric))),
  constraint building_calculation_parameters_climate_region_length check (((length(climate_region) >= 1) and (length(climate_region) <= 60))),
  constraint building_calculation_parameters_co2_kg_m2a_range check (((co2_kg_m2a >= (0)::numeric) and (co2_kg_m2a <= (100000)::numeric))),
  constraint building_calculation_parameters_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint building_calculation_parameters_energy_price_range check (((energy_price_minor_mwh >= 0) and (energy_price_minor_mwh <= 1000000000))),
  constraint building_calculation_parameters_energy_price_whole check (((energy_price_minor_mwh is null) = (currency is null))),
  constraint building_calculation_parameters_final_energy_kwh_m2a_range check (((final_energy_kwh_m2a >= (0)::numeric) and (final_energy_kwh_m2a <= (100000)::numeric))),
  constraint building_calculation_parameters_heat_demand_kwh_m2a_range check (((heat_demand_kwh_m2a >= (0)::numeric) and (heat_demand_kwh_m2a <= (100000)::numeric))),
  constraint building_calculation_parameters_indoor_temperature_c_range check (((indoor_temperature_c >= (5)::numeric) and (indoor_temperature_c <= (35)::numeric))),
  constraint building_calculation_parameters_measured_kwh_a_range check (((measured_kwh_a >= (0)::numeric) and (measured_kwh_a <= ('10000000000'::bigint)::numeric))),
  constraint building_calculation_parameters_method_known check ((method = any (array['din_v_18599'::text, 'gmodg'::text, 'sap'::text, 'rdsap'::text, 'phpp'::text, 'estimate'::text]))),
  constraint building_calculation_parameters_primary_energy_kwh_m2a_range check (((primary_energy_kwh_m2a >= (0)::numeric) and (primary_energy_kwh_m2a <= (100000)::numeric))),
  constraint building_calculation_parameters_thermal_bridge_w_m2k_range check (((thermal_bridge_w_m2k >= (0)::numeric) and (thermal_bridge_w_m2k <= (1)::numeric)))
);
comment on table building.building_calculation_parameters is 'What a building''s energy balance is calculated with; one row per building.';
comment on column building.building_calculation_parameters.id is 'Identity.';
comment on column building.building_calculation_parameters.building_id is 'The building.';
comment on column building.building_calculation_parameters.method is 'Method of calculation.';
comment on column building.building_calculation_parameters.climate_region is 'Climate data that are used; null: the method''s default.';
comment on column building.building_calculation_parameters.indoor_temperature_c is 'Temperature indoors, in °C.';
comment on column building.building_calculation_parameters.air_changes_per_hour is 'Air changes, per hour; null: the method''s default.';
comment on column building.building_calculation_parameters.thermal_bridge_w_m2k is 'Surcharge for thermal bridges, in W/(m²K); null: the method''s default.';
comment on column building.building_calculation_parameters.final_energy_kwh_m2a is 'Final energy demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.primary_energy_kwh_m2a is 'Primary energy demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.heat_demand_kwh_m2a is 'Heat demand, in kWh per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.measured_kwh_a is 'Consumption read from meters, in kWh per year; null: unknown.';
comment on column building.building_calculation_parameters.co2_kg_m2a is 'Emissions, in kg CO₂ per m² and year; null: not calculated.';
comment on column building.building_calculation_parameters.energy_price_minor_mwh is 'Price of energy, in minor units of currency per MWh; null: unknown.';
comment on column building.building_calculation_parameters.currency is 'ISO 4217 code of energy_price_minor_mwh; null with it.';
comment on column building.building_calculation_parameters.calculated_at is 'When the figures were calculated; null: they were not.';
comment on column building.building_calculation_parameters.created_at is 'When the row was written.';
comment on column building.building_calculation_parameters.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_calculation_parameters.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_calculation_parameters.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_calculation_parameters.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "building.building_calculation_parameters"
create trigger touch before update on building.building_calculation_parameters for each row execute function projects.touch();

-- Create table "building.building_roles"
create table building.building_roles (
  id uuid default gen_random_uuid() not null,
  building_id uuid not null,
  contact_ref uuid not null,
  role text not null,
  ownership_percent numeric(7,4),
  unit_label text,
  valid_from date,
  valid_to date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint building_roles_pkey primary key (id),
  constraint building_roles_no_overlap exclude using gist (building_id with =, contact_ref with =, role with =, coalesce(unit_label, ''::text) with =, daterange(valid_from, valid_to) with &&) where ((deleted_at is null)),
  constraint building_roles_building_id_fkey foreign key (building_id) references building.buildings(id) on delete restrict,
  constraint building_roles_ownership_percent_owner check (((ownership_percent is null) or (role = 'owner'::text))),
  constraint building_roles_ownership_percent_range check (((ownership_percent >= (0)::numeric) and (ownership_percent <= (100)::numeric))),
  constraint building_roles_role_known check ((role = any (array['owner'::text, 'tenant'::text, 'administrator'::text, 'contact_person'::text, 'invoice_receiver'::text, 'caretaker'::text, 'craftsman'::text, 'energy_adviser'::text]))),
  constraint building_roles_unit_label_length check (((length(unit_label) >= 1) and (length(unit_label) <= 60))),
  constraint building_roles_valid_order check ((valid_to > valid_from))
);
comment on table building.building_roles is 'Who has to do with a building; what people outside may see follows from it.';
comment on column building.building_roles.id is 'Identity.';
comment on column building.building_roles.building_id is 'The building.';
comment on column building.building_roles.contact_ref is 'The person (platform).';
comment on column building.building_roles.role is 'The part.';
comment on column building.building_roles.ownership_percent is 'Share of an owner, in percent; null: unknown or no owner.';
comment on column building.building_roles.unit_label is 'Dwelling it is about; null: the whole building.';
comment on column building.building_roles.valid_from is 'First day; null: since ever.';
comment on column building.building_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column building.building_roles.created_at is 'When the row was written.';
comment on column building.building_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_roles.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_roles.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.building_roles_building_id_idx"
create index building_roles_building_id_idx on building.building_roles using btree (building_id);

-- Create index "building.building_roles_contact_ref_idx"
create index building_roles_contact_ref_idx on building.building_roles using btree (contact_ref);

-- Create trigger "check_live" of table "building.building_roles"
create trigger check_live before insert or update of building_id, deleted_at on building.building_roles for each row execute function projects.check_live('building_id', 'building.buildings');

-- Create trigger "touch" of table "building.building_roles"
create trigger touch before update on building.building_roles for each row execute function projects.touch();

-- Create table "building.building_technology"
create table building.building_technology (
  id uuid default gen_random_uuid() not null,
  building_id uuid not null,
  kind text not null,
  energy_carrier text,
  state text default 'as_is'::text not null,
  manufacturer text,
  model text,
  year_installed integer,
  power_kw numeric(9,3),
  capacity numeric(12,3),
  efficiency_percent numeric(6,2),
  condition text,
  details jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint building_technology_pkey primary key (id),
  constraint building_technology_building_id_fkey foreign key (building_id) references building.buildings(id) on delete restrict,
  constraint building_technology_capacity_range check (((capacity >= (0)::numeric) and (capacity <= (100000000)::numeric))),
  constraint building_technology_condition_known check ((condition = any (array['excellent'::text, 'good'::text, 'fair'::text, 'poor'::text, 'critical'::text]))),
  constraint building_technology_details_object check ((jsonb_typeof(details) = 'object'::text)),
  constraint building_technology_efficiency_percent_range check (((efficiency_percent >= (0)::numeric) and (efficiency_percent <= (1000)::numeric))),
  constraint building_technology_energy_carrier_known check ((energy_carrier = any (array['gas'::text, 'oil'::text, 'electricity'::text, 'district_heat'::text, 'wood'::text, 'pellets'::text, 'coal'::text, 'solar'::text, 'ambient'::text, 'hydrogen'::text, 'none'::text, 'other'::text]))),
  constraint building_technology_kind_known check ((kind = any (array['heating'::text, 'hot_water'::text, 'ventilation'::text, 'cooling'::text, 'photovoltaic'::text, 'solar_thermal'::text, 'battery'::text, 'charging'::text, 'lighting'::text, 'control'::text]))),
  constraint building_technology_manufacturer_length check (((length(manufacturer) >= 1) and (length(manufacturer) <= 120))),
  constraint building_technology_model_length check (((length(model) >= 1) and (length(model) <= 120))),
  constraint building_technology_power_kw_range check (((power_kw >= (0)::numeric) and (power_kw <= (1000000)::numeric))),
  constraint building_technology_state_known check ((state = any (array['as_is'::text, 'planned'::text, 'in_execution'::text, 'executed'::text, 'cancelled'::text]))),
  constraint building_technology_year_installed_range check (((year_installed >= 1850) and (year_installed <= 2200)))
);
comment on table building.building_technology is 'Technical systems of a building, one row each.';
comment on column building.building_technology.id is 'Identity.';
comment on column building.building_technology.building_id is 'The building.';
comment on column building.building_technology.kind is 'What it is for.';
comment on column building.building_technology.energy_carrier is 'What it runs on; null: unknown.';
comment on column building.building_technology.state is 'as_is: there; planned, in_execution, executed: to be built in; cancelled.';
comment on column building.building_technology.manufacturer is 'Who made it; null: unknown.';
comment on column building.building_technology.model is 'Which model; null: unknown.';
comment on column building.building_technology.year_installed is 'Year it was built in; null: unknown.';
comment on column building.building_technology.power_kw is 'Nominal power, in kW; null: unknown.';
comment on column building.building_technology.capacity is 'Storage capacity, in kWh of a battery, litres of a tank; null: none or unknown.';
comment on column building.building_technology.efficiency_percent is 'Efficiency, in percent; above 100 for heat pumps; null: unknown.';
comment on column building.building_technology.condition is 'What shape it is in; null: not looked at.';
comment on column building.building_technology.details is 'What else is known, by name; the unit is part of the name.';
comment on column building.building_technology.created_at is 'When the row was written.';
comment on column building.building_technology.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_technology.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_technology.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_technology.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_technology.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.building_technology_building_id_kind_idx"
create index building_technology_building_id_kind_idx on building.building_technology using btree (building_id, kind);

-- Create trigger "check_live" of table "building.building_technology"
create trigger check_live before insert or update of building_id, deleted_at on building.building_technology for each row execute function projects.check_live('building_id', 'building.buildings');

-- Create trigger "check_state" of table "building.building_technology"
create trigger check_state before insert or update of state on building.building_technology for each row execute function projects.check_transition('state', 'as_is,planned', 'planned>in_execution,cancelled', 'in_execution>executed,cancelled', 'executed>as_is');

-- Create trigger "touch" of table "building.building_technology"
create trigger touch before update on building.building_technology for each row execute function projects.touch();

-- Create table "building.renovation_measures"
create table building.renovation_measures (
  id uuid default gen_random_uuid() not null,
  code text not null,
  type text not null,
  name projects.localized_text not null,
  description projects.localized_text,
  unit text default 'flat'::text not null,
  unit_cost_minor bigint,
  currency text,
  lifetime_years integer,
  product_ref uuid,
  status text default 'draft'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint renovation_measures_pkey primary key (id),
  constraint renovation_measures_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint renovation_measures_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint renovation_measures_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint renovation_measures_lifetime_years_range check (((lifetime_years >= 1) and (lifetime_years <= 200))),
  constraint renovation_measures_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint renovation_measures_status_known check ((status = any (array['draft'::text, 'active'::text, 'retired'::text]))),
  constraint renovation_measures_type_known check ((type = any (array['roof'::text, 'facade'::text, 'windows'::text, 'doors'::text, 'heating'::text, 'ventilation'::text, 'solar_panels'::text, 'insulation'::text, 'electrical'::text, 'plumbing'::text, 'other'::text]))),
  constraint renovation_measures_unit_cost_minor_range check (((unit_cost_minor >= 0) and (unit_cost_minor <= '9000000000000000'::bigint))),
  constraint renovation_measures_unit_cost_whole check (((unit_cost_minor is null) = (currency is null))),
  constraint renovation_measures_unit_known check ((unit = any (array['m2'::text, 'm'::text, 'piece'::text, 'kw'::text, 'kwp'::text, 'kwh'::text, 'flat'::text])))
);
comment on table building.renovation_measures is 'Catalogue of measures.';
comment on column building.renovation_measures.id is 'Identity.';
comment on column building.renovation_measures.code is 'Name, dotted; unique among live rows.';
comment on column building.renovation_measures.type is 'What it is about.';
comment on column building.renovation_measures.name is 'Name for people; at most 200 characters per language.';
comment on column building.renovation_measures.description is 'What is done; at most 2000 characters per language; null: not said.';
comment on column building.renovation_measures.unit is 'Unit in which it is counted.';
comment on column building.renovation_measures.unit_cost_minor is 'Usual cost per unit, in minor units of currency; null: unknown.';
comment on column building.renovation_measures.currency is 'ISO 4217 code of unit_cost_minor; null with it.';
comment on column building.renovation_measures.lifetime_years is 'How long it lasts, in years; null: unknown.';
comment on column building.renovation_measures.product_ref is 'Product it is sold as (finance); null: none.';
comment on column building.renovation_measures.status is 'draft: being written; active: may be planned; retired.';
comment on column building.renovation_measures.created_at is 'When the row was written.';
comment on column building.renovation_measures.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.renovation_measures.updated_at is 'When it last changed; set by trigger.';
comment on column building.renovation_measures.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.renovation_measures.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.renovation_measures.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.renovation_measures_code_key"
create unique index renovation_measures_code_key on building.renovation_measures using btree (code) where (deleted_at is null);

-- Create index "building.renovation_measures_created_at_idx"
create index renovation_measures_created_at_idx on building.renovation_measures using btree (created_at desc, id desc);

-- Create trigger "check_status" of table "building.renovation_measures"
create trigger check_status before insert or update of status on building.renovation_measures for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

-- Create trigger "touch" of table "building.renovation_measures"
create trigger touch before update on building.renovation_measures for each row execute function projects.touch();

-- Create table "community.funding_themes"
create table community.funding_themes (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  name projects.localized_text not null,
  description projects.localized_text not null,
  "position" integer default 0 not null,
  status text default 'draft'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint funding_themes_pkey primary key (id),
  constraint funding_themes_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint funding_themes_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint funding_themes_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint funding_themes_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint funding_themes_status_known check ((status = any (array['draft'::text, 'active'::text, 'retired'::text])))
);
comment on table community.funding_themes is 'Themes that projects belong to and that people give for in general.';
comment on column community.funding_themes.id is 'Identity.';
comment on column community.funding_themes.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.funding_themes.name is 'Name for people; at most 120 characters per language.';
comment on column community.funding_themes.description is 'What the theme is for; at most 2000 characters per language.';
comment on column community.funding_themes."position" is 'Place in lists, smallest first; ties by slug.';
comment on column community.funding_themes.status is 'draft: being written; active: takes projects; retired: kept for its past.';
comment on column community.funding_themes.created_at is 'When the row was written.';
comment on column community.funding_themes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_themes.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_themes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_themes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_themes.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.funding_themes_created_at_idx"
create index funding_themes_created_at_idx on community.funding_themes using btree (created_at desc, id desc);

-- Create index "community.funding_themes_position_idx"
create index funding_themes_position_idx on community.funding_themes using btree ("position", slug);

-- Create index "community.funding_themes_slug_key"
create unique index funding_themes_slug_key on community.funding_themes using btree (slug) where (deleted_at is null);

-- Create trigger "check_unused_missions" of table "community.funding_themes"
create trigger check_unused_missions before update of deleted_at on community.funding_themes for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.missions', 'theme_id');

-- Create trigger "touch" of table "community.funding_themes"
create trigger touch before update on community.funding_themes for each row execute function projects.touch();

-- Create table "community.missions"
create table community.missions (
  id uuid default gen_random_uuid() not null,
  theme_id uuid not null,
  slug text not null,
  name projects.localized_text not null,
  summary projects.localized_text not null,
  goal_metrics jsonb default '{}'::jsonb not null,
  "position" integer default 0 not null,
  status text default 'draft'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint missions_pkey primary key (id),
  constraint missions_theme_id_fkey foreign key (theme_id) references community.funding_themes(id) on delete restrict,
  constraint missions_goal_metrics_object check ((jsonb_typeof(goal_metrics) = 'object'::text)),
  constraint missions_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint missions_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint missions_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint missions_status_known check ((status = any (array['draft'::text, 'active'::text, 'closed'::text]))),
  constraint missions_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 2000) and (length(((summary)::jsonb ->> 'en'::text)) <= 2000)))
);
comment on table community.missions is 'What a theme wants to reach; projects work towards one.';
comment on column community.missions.id is 'Identity.';
comment on column community.missions.theme_id is 'Theme it belongs to, a live one.';
comment on column community.missions.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.missions.name is 'Name for people; at most 120 characters per language.';
comment on column community.missions.summary is 'What is to be reached and why; at most 2000 characters per language.';
comment on column community.missions.goal_metrics is 'Goals by name: target and unit each, e.g. {"homes": {"target": 200, "unit": "homes"}}.';
comment on column community.missions."position" is 'Place in lists, smallest first; ties by slug.';
comment on column community.missions.status is 'draft: being written; active: takes projects; closed: kept for its past.';
comment on column community.missions.created_at is 'When the row was written.';
comment on column community.missions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.missions.updated_at is 'When it last changed; set by trigger.';
comment on column community.missions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.missions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.missions.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.missions_created_at_idx"
create index missions_created_at_idx on community.missions using btree (created_at desc, id desc);

-- Create index "community.missions_slug_key"
create unique index missions_slug_key on community.missions using btree (slug) where (deleted_at is null);

-- Create index "community.missions_theme_id_position_slug_idx"
create index missions_theme_id_position_slug_idx on community.missions using btree (theme_id, "position", slug);

-- Create trigger "check_live" of table "community.missions"
create trigger check_live before insert or update of theme_id, deleted_at on community.missions for each row execute function projects.check_live('theme_id', 'community.funding_themes');

-- Create trigger "check_status" of table "community.missions"
create trigger check_status before insert or update of status on community.missions for each row execute function projects.check_transition('status', 'draft', 'draft>active', 'active>closed', 'closed>active');

-- Create trigger "check_unused_projects" of table "community.missions"
create trigger check_unused_projects before update of deleted_at on community.missions for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.projects', 'mission_id');

-- Create trigger "touch" of table "community.missions"
create trigger touch before update on community.missions for each row execute function projects.touch();

-- Create table "community.partners"
create table community.partners (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  name text not null,
  summary projects.localized_text,
  kind text not null,
  company_ref uuid,
  contact_ref uuid,
  website text,
  country text,
  charity_number text,
  due_diligence_on date,
  due_diligence_by_ref uuid,
  status text default 'prospect'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint partners_pkey primary key (id),
  constraint partners_charity_number_length check (((length(charity_number) >= 1) and (length(charity_number) <= 40))),
  constraint partners_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint partners_due_diligence_whole check (((due_diligence_on is null) = (due_diligence_by_ref is null))),
  constraint partners_kind_known check ((kind = any (array['charity'::text, 'business'::text, 'council'::text, 'contractor'::text]))),
  constraint partners_name_length check (((length(name) >= 1) and (length(name) <= 200))),
  constraint partners_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint partners_status_known check ((status = any (array['prospect'::text, 'active'::text, 'suspended'::text, 'ended'::text]))),
  constraint partners_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 2000) and (length(((summary)::jsonb ->> 'en'::text)) <= 2000))),
  constraint partners_website_shape check (((website ~ '^https?://[^[:space:]]+$'::text) and (length(website) <= 2000)))
);
comment on table community.partners is 'Organisations that carry out projects and are paid for it.';
comment on column community.partners.id is 'Identity; other domains hold it as partner_ref.';
comment on column community.partners.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.partners.name is 'Name as registered; at most 200 characters.';
comment on column community.partners.summary is 'What it does; at most 2000 characters per language; null: not said.';
comment on column community.partners.kind is 'What it is.';
comment on column community.partners.company_ref is 'Company it is (platform); null: not linked.';
comment on column community.partners.contact_ref is 'Person to talk to (platform); null: unknown.';
comment on column community.partners.website is 'Website; null: none.';
comment on column community.partners.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column community.partners.charity_number is 'Number in the charity register; null: none.';
comment on column community.partners.due_diligence_on is 'Day it was last looked into; null: never.';
comment on column community.partners.due_diligence_by_ref is 'Contact who looked (platform); null: nobody yet.';
comment on column community.partners.status is 'prospect: being looked into; active: may carry out projects; suspended; ended.';
comment on column community.partners.created_at is 'When the row was written.';
comment on column community.partners.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.partners.updated_at is 'When it last changed; set by trigger.';
comment on column community.partners.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.partners.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.partners.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.partners_company_ref_key"
create unique index partners_company_ref_key on community.partners using btree (company_ref) where ((company_ref is not null) and (deleted_at is null));

-- Create index "community.partners_created_at_idx"
create index partners_created_at_idx on community.partners using btree (created_at desc, id desc);

-- Create index "community.partners_slug_key"
create unique index partners_slug_key on community.partners using btree (slug) where (deleted_at is null);

-- Create index "community.partners_status_created_at_id_idx"
create index partners_status_created_at_id_idx on community.partners using btree (status, created_at desc, id desc);

-- Create trigger "check_status" of table "community.partners"
create trigger check_status before insert or update of status on community.partners for each row execute function projects.check_transition('status', 'prospect', 'prospect>active,ended', 'active>suspended,ended', 'suspended>active,ended');

-- Create trigger "check_unused_projects" of table "community.partners"
create trigger check_unused_projects before update of deleted_at on community.partners for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.projects', 'partner_id');

-- Create trigger "touch" of table "community.partners"
create trigger touch before update on community.partners for each row execute function projects.touch();

-- Create table "community.partner_missions"
create table community.partner_missions (
  partner_id uuid not null,
  mission_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint partner_missions_pkey primary key (partner_id, mission_id),
  constraint partner_missions_mission_id_fkey foreign key (mission_id) references community.missions(id) on delete cascade,
  constraint partner_missions_partner_id_fkey foreign key (partner_id) references community.partners(id) on delete cascade
);
comment on table community.partner_missions is 'Which partner works towards which mission.';
comment on column community.partner_missions.partner_id is 'The partner.';
comment on column community.partner_missions.mission_id is 'The mission.';
comment on column community.partner_missions.created_at is 'When the row was written.';
comment on column community.partner_missions.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "community.partner_missions_mission_id_idx"
create index partner_missions_mission_id_idx on community.partner_missions using btree (mission_id);

-- Create table "community.projects"
create table community.projects (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  name projects.localized_text not null,
  summary projects.localized_text not null,
  kind text default 'community'::text not null,
  theme_id uuid,
  status text default 'draft'::text not null,
  target_minor bigint,
  currency text,
  planned_start date,
  planned_end date,
  mission_id uuid,
  partner_id uuid,
  budget_minor bigint,
  actual_end date,
  owner_ref uuid,
  score integer,
  current_phase text,
  phase_changed_at timestamp with time zone,
  phase_changed_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint projects_pkey primary key (id),
  constraint projects_mission_id_fkey foreign key (mission_id) references community.missions(id) on delete restrict,
  constraint projects_partner_id_fkey foreign key (partner_id) references community.partners(id) on delete restrict,
  constraint projects_theme_id_fkey foreign key (theme_id) references community.funding_themes(id),
  constraint projects_budget_currency check (((budget_minor is null) or (currency is not null))),
  constraint projects_budget_minor_range check (((budget_minor >= 0) and (budget_minor <= '9000000000000000'::bigint))),
  constraint projects_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint projects_current_phase_kind check (((current_phase is null) or (kind = 'renovation'::text))),
  constraint projects_current_phase_known check ((current_phase = any (array['first_contact'::text, 'consultation'::text, 'assessment'::text, 'concept'::text, 'quoting'::text, 'funding_application'::text, 'contracting'::text, 'execution'::text, 'acceptance'::text, 'funding_payout'::text, 'closed'::text]))),
  constraint projects_kind_known check ((kind = any (array['community'::text, 'renovation'::text]))),
  constraint projects_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint projects_phase_changed_whole check (((current_phase is null) = (phase_changed_at is null))),
  constraint projects_planned_order check ((planned_end >= planned_start)),
  constraint projects_score_range check (((score >= 0) and (score <= 100))),
  constraint projects_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint projects_status_known check ((status = any (array['draft'::text, 'submitted'::text, 'approved'::text, 'funding'::text, 'delivering'::text, 'completed'::text, 'rejected'::text, 'cancelled'::text]))),
  constraint projects_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 2000) and (length(((summary)::jsonb ->> 'en'::text)) <= 2000))),
  constraint projects_target_minor_range check (((target_minor >= 1) and (target_minor <= '9000000000000000'::bigint))),
  constraint projects_target_whole check (((target_minor is null) = (currency is null)))
);
comment on table community.projects is 'Projects of communities and energy renovations.';
comment on column community.projects.id is 'Identity; other domains hold it as project_ref.';
comment on column community.projects.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.projects.name is 'Name for people; at most 200 characters per language.';
comment on column community.projects.summary is 'What will be done and for whom; at most 2000 characters per language.';
comment on column community.projects.kind is 'community or renovation.';
comment on column community.projects.theme_id is 'Theme it belongs to, a live one; null: none.';
comment on column community.projects.status is 'Where it stands; only the steps of projects_status_transition are allowed.';
comment on column community.projects.target_minor is 'Money it needs, in minor units of currency; null: not known yet.';
comment on column community.projects.currency is 'ISO 4217 code of target_minor; null with it.';
comment on column community.projects.planned_start is 'First planned day; null: open.';
comment on column community.projects.planned_end is 'Last planned day, not before the first; null: open.';
comment on column community.projects.mission_id is 'Mission it works towards, a live one; null: none.';
comment on column community.projects.partner_id is 'Partner who carries it out, a live one; null: nobody yet.';
comment on column community.projects.budget_minor is 'Money it may spend, in minor units of currency; null: not known yet.';
comment on column community.projects.actual_end is 'Day it ended; null: not yet.';
comment on column community.projects.owner_ref is 'Contact who answers for it (platform); null: nobody yet.';
comment on column community.projects.score is 'How well it fits, 0 worst to 100 best; null: not scored.';
comment on column community.projects.current_phase is 'Phase of a renovation; only the steps of projects_current_phase_transition are allowed; null: not begun, or no renovation.';
comment on column community.projects.phase_changed_at is 'When the phase last changed; set by trigger; null without a phase.';
comment on column community.projects.phase_changed_by is 'Contact who changed the phase last (platform); set by trigger; null: the system.';
comment on column community.projects.created_at is 'When the row was written.';
comment on column community.projects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.projects.updated_at is 'When it last changed; set by trigger.';
comment on column community.projects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.projects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.projects.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.projects_created_at_idx"
create index projects_created_at_idx on community.projects using btree (created_at desc, id desc);

-- Create index "community.projects_mission_id_idx"
create index projects_mission_id_idx on community.projects using btree (mission_id);

-- Create index "community.projects_owner_ref_idx"
create index projects_owner_ref_idx on community.projects using btree (owner_ref);

-- Create index "community.projects_partner_id_idx"
create index projects_partner_id_idx on community.projects using btree (partner_id);

-- Create index "community.projects_slug_key"
create unique index projects_slug_key on community.projects using btree (slug) where (deleted_at is null);

-- Create index "community.projects_status_idx"
create index projects_status_idx on community.projects using btree (status, created_at desc, id desc);

-- Create index "community.projects_theme_id_idx"
create index projects_theme_id_idx on community.projects using btree (theme_id);

-- Create trigger "check_current_phase" of table "community.projects"
create trigger check_current_phase before insert or update of current_phase on community.projects for each row execute function projects.check_transition('current_phase', 'first_contact', 'first_contact>consultation', 'consultation>assessment', 'assessment>concept,consultation', 'concept>quoting,assessment', 'quoting>funding_application,contracting,concept', 'funding_application>contracting,quoting', 'contracting>execution,quoting', 'execution>acceptance', 'acceptance>funding_payout,closed,execution', 'funding_payout>closed');

-- Create trigger "check_live" of table "community.projects"
create trigger check_live before insert or update of mission_id, partner_id, deleted_at on community.projects for each row execute function projects.check_live('mission_id', 'community.missions', 'partner_id', 'community.partners');

-- Create trigger "check_unused_building_components" of table "community.projects"
create trigger check_unused_building_components before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('building.building_components', 'project_id');

-- Create trigger "check_unused_document_collections" of table "community.projects"
create trigger check_unused_document_collections before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_collections', 'project_id');

-- Create trigger "check_unused_funding_applications" of table "community.projects"
create trigger check_unused_funding_applications before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('funding.funding_applications', 'project_id');

-- Create trigger "check_unused_funding_stages" of table "community.projects"
create trigger check_unused_funding_stages before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.funding_stages', 'project_id');

-- Create trigger "check_unused_milestones" of table "community.projects"
create trigger check_unused_milestones before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.milestones', 'project_id');

-- Create trigger "check_unused_project_roles" of table "community.projects"
create trigger check_unused_project_roles before update of deleted_at on community.projects for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.project_roles', 'project_id');

-- Create trigger "date_phase" of table "community.projects"
create trigger date_phase before insert or update on community.projects for each row execute function community.date_phase();

-- Create trigger "touch" of table "community.projects"
create trigger touch before update on community.projects for each row execute function projects.touch();

-- Create function "community.check_project_status()"
create function community.check_project_status()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['draft'];
  elsif new.status = old.status then
    return new;
  else
    allowed := case old.status
      when 'draft' then array['submitted', 'cancelled']
      when 'submitted' then array['approved', 'rejected', 'cancelled']
      when 'approved' then array['funding', 'cancelled']
      when 'funding' then array['delivering', 'cancelled']
      when 'delivering' then array['completed', 'cancelled']
      else array[]::text[]
    end;
  end if;
  -- An unknown status is left to projects_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'submitted', 'approved', 'funding', 'delivering', 'completed', 'rejected', 'cancelled')
  then
    raise exception 'a project cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'projects_status_transition', schema = 'community', table = 'projects',
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$function$;
comment on function community.check_project_status() is 'Before insert or update: a project starts as draft and takes only allowed steps; breaks projects_status_transition.';

-- Create trigger "check_status" of table "community.projects"
create trigger check_status before insert or update of status on community.projects for each row execute function community.check_project_status();

-- Create function "community.check_project_theme()"
create function community.check_project_theme()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.theme_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- The lock makes a concurrent deletion of the theme wait, and then see this project.
  perform 1 from community.funding_themes where id = new.theme_id and deleted_at is null for share;
  if not found then
    raise exception 'funding theme % does not exist', new.theme_id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'projects';
  end if;
  return new;
end
$function$;
comment on function community.check_project_theme() is 'Before insert or update: a live project belongs to a live theme; breaks projects_theme_id_fkey.';

-- Create trigger "check_theme" of table "community.projects"
create trigger check_theme before insert or update of theme_id, deleted_at on community.projects for each row execute function community.check_project_theme();

-- Create function "community.check_theme_unused()"
create function community.check_theme_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from community.projects where theme_id = new.id and deleted_at is null) then
    raise exception 'funding theme % still has projects', new.id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'funding_themes';
  end if;
  return new;
end
$function$;
comment on function community.check_theme_unused() is 'Before deletion: a theme with live projects stays; breaks projects_theme_id_fkey.';

-- Create trigger "check_unused" of table "community.funding_themes"
create trigger check_unused before update of deleted_at on community.funding_themes for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function community.check_theme_unused();

-- Create table "building.building_components"
create table building.building_components (
  id uuid default gen_random_uuid() not null,
  building_id uuid not null,
  project_id uuid,
  type text not null,
  state text default 'as_is'::text not null,
  name text not null,
  surface_area_m2 numeric(10,3),
  surface_area_source text,
  count integer default 1 not null,
  u_value numeric(6,4),
  u_value_source text,
  orientation text,
  condition text,
  in_thermal_hull boolean default true not null,
  year_installed integer,
  source_component_id uuid,
  awarded_quote_line_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint building_components_pkey primary key (id),
  constraint building_components_id_building_key unique (id, building_id),
  constraint building_components_building_id_fkey foreign key (building_id) references building.buildings(id) on delete restrict,
  constraint building_components_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint building_components_source_component_id_fkey foreign key (source_component_id, building_id) references building.building_components(id, building_id) on delete restrict,
  constraint building_components_condition_known check ((condition = any (array['excellent'::text, 'good'::text, 'fair'::text, 'poor'::text, 'critical'::text]))),
  constraint building_components_count_range check (((count >= 1) and (count <= 10000))),
  constraint building_components_name_length check (((length(name) >= 1) and (length(name) <= 200))),
  constraint building_components_orientation_known check ((orientation = any (array['n'::text, 'ne'::text, 'e'::text, 'se'::text, 's'::text, 'sw'::text, 'w'::text, 'nw'::text, 'horizontal'::text]))),
  constraint building_components_source_other check ((source_component_id <> id)),
  constraint building_components_source_planned check (((state <> all (array['planned'::text, 'in_execution'::text])) or (project_id is not null))),
  constraint building_components_state_known check ((state = any (array['as_is'::text, 'planned'::text, 'in_execution'::text, 'executed'::text, 'cancelled'::text]))),
  constraint building_components_surface_area_m2_range check (((surface_area_m2 >= (0)::numeric) and (surface_area_m2 <= (1000000)::numeric))),
  constraint building_components_surface_area_source_known check ((surface_area_source = any (array['manual'::text, 'calculated'::text]))),
  constraint building_components_surface_area_whole check (((surface_area_m2 is null) = (surface_area_source is null))),
  constraint building_components_type_known check ((type = any (array['wall'::text, 'roof'::text, 'window'::text, 'door'::text, 'floor'::text, 'ceiling'::text, 'foundation'::text]))),
  constraint building_components_u_value_range check (((u_value >= (0)::numeric) and (u_value <= (20)::numeric))),
  constraint building_components_u_value_source_known check ((u_value_source = any (array['measurement'::text, 'typology'::text, 'regulatory'::text, 'documented'::text]))),
  constraint building_components_u_value_whole check (((u_value is null) = (u_value_source is null))),
  constraint building_components_year_installed_range check (((year_installed >= 1000) and (year_installed <= 2200)))
);
comment on table building.building_components is 'Parts of a building''s hull. A planned part points at the part it takes the place of.';
comment on column building.building_components.id is 'Identity; other domains hold it as component_ref.';
comment on column building.building_components.building_id is 'The building.';
comment on column building.building_components.project_id is 'Project it is planned in; null: as it is.';
comment on column building.building_components.type is 'What it is.';
comment on column building.building_components.state is 'Where it stands; only the steps of building_components_state_transition are allowed.';
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
comment on column building.building_components.source_component_id is 'Part as it is that this one takes the place of, of the same building; null: as it is, or new.';
comment on column building.building_components.awarded_quote_line_ref is 'Line of the quote it was ordered with (finance); null: not ordered.';
comment on column building.building_components.created_at is 'When the row was written.';
comment on column building.building_components.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_components.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_components.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_components.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.building_components.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.building_components_building_id_type_idx"
create index building_components_building_id_type_idx on building.building_components using btree (building_id, type);

-- Create index "building.building_components_created_at_idx"
create index building_components_created_at_idx on building.building_components using btree (created_at desc, id desc);

-- Create index "building.building_components_project_id_idx"
create index building_components_project_id_idx on building.building_components using btree (project_id);

-- Create index "building.building_components_source_component_id_idx"
create index building_components_source_component_id_idx on building.building_components using btree (source_component_id, building_id);

-- Create trigger "check_acyclic" of table "building.building_components"
create trigger check_acyclic before insert or update of source_component_id on building.building_components for each row execute function projects.check_acyclic('id', 'source_component_id');

-- Create trigger "check_live" of table "building.building_components"
create trigger check_live before insert or update of building_id, project_id, deleted_at on building.building_components for each row execute function projects.check_live('building_id', 'building.buildings', 'project_id', 'community.projects');

-- Create trigger "check_state" of table "building.building_components"
create trigger check_state before insert or update of state on building.building_components for each row execute function projects.check_transition('state', 'as_is,planned', 'planned>in_execution,cancelled', 'in_execution>executed,cancelled', 'cancelled>planned', 'executed>as_is');

-- Create trigger "touch" of table "building.building_components"
create trigger touch before update on building.building_components for each row execute function projects.touch();

-- Create function "building.check_component_source()"
create function building.check_component_source()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function building.check_component_source() is 'Before insert or update: a planned part takes the place of a part of its kind that is there; breaks building_components_source_as_is.';

-- Create trigger "check_source" of table "building.building_components"
create trigger check_source before insert or update of source_component_id on building.building_components for each row when ((new.source_component_id is not null)) execute function building.check_component_source();

-- Create table "building.building_component_change_logs"
create table building.building_component_change_logs (
  id uuid default gen_random_uuid() not null,
  component_id uuid not null,
  changed_at timestamp with time zone default now() not null,
  changed_by uuid,
  field text not null,
  old_value jsonb,
  new_value jsonb,
  reason text,
  is_automated boolean default false not null,
  constraint building_component_change_logs_pkey primary key (id),
  constraint building_component_change_logs_component_id_fkey foreign key (component_id) references building.building_components(id) on delete restrict,
  constraint building_component_change_logs_change_some check ((old_value is distinct from new_value)),
  constraint building_component_change_logs_field_length check (((length(field) >= 1) and (length(field) <= 60))),
  constraint building_component_change_logs_reason_length check (((length(reason) >= 1) and (length(reason) <= 500)))
);
revoke update on building.building_component_change_logs from projects_writer;
comment on table building.building_component_change_logs is 'Field by field what changed in a part and why; rows are only ever added.';
comment on column building.building_component_change_logs.id is 'Identity.';
comment on column building.building_component_change_logs.component_id is 'The part.';
comment on column building.building_component_change_logs.changed_at is 'When it changed.';
comment on column building.building_component_change_logs.changed_by is 'Contact who changed it (platform); null: the system.';
comment on column building.building_component_change_logs.field is 'Name of the column.';
comment on column building.building_component_change_logs.old_value is 'Value before; null: there was none.';
comment on column building.building_component_change_logs.new_value is 'Value after; null: there is none.';
comment on column building.building_component_change_logs.reason is 'Why; null: not said.';
comment on column building.building_component_change_logs.is_automated is 'True: a calculation or a rule changed it, not a person.';

-- Create index "building.building_component_change_logs_component_id_changed_at_idx"
create index building_component_change_logs_component_id_changed_at_idx on building.building_component_change_logs using btree (component_id, changed_at);

-- Create trigger "refuse_change" of table "building.building_component_change_logs"
create trigger refuse_change before delete or update on building.building_component_change_logs for each row execute function projects.refuse_change();
alter table building.building_component_change_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "building.building_component_change_logs"
create trigger refuse_truncate before truncate on building.building_component_change_logs for each statement execute function projects.refuse_change();
alter table building.building_component_change_logs enable always trigger refuse_truncate;

-- Create table "building.building_component_details"
create table building.building_component_details (
  id uuid default gen_random_uuid() not null,
  component_id uuid not null,
  "position" integer not null,
  kind text not null,
  material text not null,
  thickness_mm numeric(8,2),
  conductivity_w_mk numeric(8,5),
  details jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint building_component_details_pkey primary key (id),
  constraint building_component_details_position_key unique (component_id, "position") deferrable initially deferred,
  constraint building_component_details_component_id_fkey foreign key (component_id) references building.building_components(id) on delete cascade,
  constraint building_component_details_conductivity_w_mk_range check (((conductivity_w_mk >= (0)::numeric) and (conductivity_w_mk <= (500)::numeric))),
  constraint building_component_details_details_object check ((jsonb_typeof(details) = 'object'::text)),
  constraint building_component_details_kind_known check ((kind = any (array['layer'::text, 'glazing'::text, 'frame'::text, 'shading'::text, 'insulation'::text, 'covering'::text, 'other'::text]))),
  constraint building_component_details_material_length check (((length(material) >= 1) and (length(material) <= 120))),
  constraint building_component_details_position_range check ((("position" >= 1) and ("position" <= 99))),
  constraint building_component_details_thickness_mm_range check (((thickness_mm >= (0)::numeric) and (thickness_mm <= (100000)::numeric)))
);
comment on table building.building_component_details is 'Layers and features of a part.';
comment on column building.building_component_details.id is 'Identity.';
comment on column building.building_component_details.component_id is 'The part.';
comment on column building.building_component_details."position" is 'Place, from the inside out; unique in the part.';
comment on column building.building_component_details.kind is 'What it is.';
comment on column building.building_component_details.material is 'What it is made of.';
comment on column building.building_component_details.thickness_mm is 'Thickness, in mm; null: unknown.';
comment on column building.building_component_details.conductivity_w_mk is 'Heat conductivity, in W/(mK); null: unknown.';
comment on column building.building_component_details.details is 'What else is known, by name; the unit is part of the name.';
comment on column building.building_component_details.created_at is 'When the row was written.';
comment on column building.building_component_details.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.building_component_details.updated_at is 'When it last changed; set by trigger.';
comment on column building.building_component_details.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.building_component_details.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "building.building_component_details"
create trigger touch before update on building.building_component_details for each row execute function projects.touch();

-- Create table "building.scenarios"
create table building.scenarios (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  scenario_number integer not null,
  name text not null,
  description projects.localized_text,
  status text default 'draft'::text not null,
  total_cost_minor bigint,
  total_funding_minor bigint,
  annual_savings_minor bigint,
  currency text,
  energy_score integer,
  final_energy_kwh_m2a numeric(9,2),
  co2_kg_m2a numeric(9,2),
  assumptions jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint scenarios_pkey primary key (id),
  constraint scenarios_id_project_key unique (id, project_id),
  constraint scenarios_project_id_fkey foreign key (project_id) references community.projects(id) on delete cascade,
  constraint scenarios_annual_savings_minor_range check (((annual_savings_minor >= 0) and (annual_savings_minor <= '9000000000000000'::bigint))),
  constraint scenarios_assumptions_object check ((jsonb_typeof(assumptions) = 'object'::text)),
  constraint scenarios_co2_kg_m2a_range check (((co2_kg_m2a >= (0)::numeric) and (co2_kg_m2a <= (100000)::numeric))),
  constraint scenarios_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint scenarios_currency_whole check (((currency is null) = (num_nonnulls(total_cost_minor, total_funding_minor, annual_savings_minor) = 0))),
  constraint scenarios_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint scenarios_energy_score_range check (((energy_score >= 0) and (energy_score <= 100))),
  constraint scenarios_final_energy_kwh_m2a_range check (((final_energy_kwh_m2a >= (0)::numeric) and (final_energy_kwh_m2a <= (100000)::numeric))),
  constraint scenarios_name_length check (((length(name) >= 1) and (length(name) <= 200))),
  constraint scenarios_scenario_number_range check (((scenario_number >= 1) and (scenario_number <= 999))),
  constraint scenarios_status_known check ((status = any (array['draft'::text, 'active'::text, 'selected'::text, 'dropped'::text]))),
  constraint scenarios_total_cost_minor_range check (((total_cost_minor >= 0) and (total_cost_minor <= '9000000000000000'::bigint))),
  constraint scenarios_total_funding_minor_range check (((total_funding_minor >= 0) and (total_funding_minor <= '9000000000000000'::bigint)))
);
comment on table building.scenarios is 'Ways in which a renovation could be done; at most one is selected.';
comment on column building.scenarios.id is 'Identity; other domains hold it as scenario_ref.';
comment on column building.scenarios.project_id is 'The project.';
comment on column building.scenarios.scenario_number is 'Number within the project; unique among live rows.';
comment on column building.scenarios.name is 'Name for people; at most 200 characters.';
comment on column building.scenarios.description is 'What is done in it; at most 2000 characters per language; null: not said.';
comment on column building.scenarios.status is 'draft: being worked out; active: may be chosen; selected: is done; dropped.';
comment on column building.scenarios.total_cost_minor is 'Cost of all measures, in minor units of currency; null: not worked out.';
comment on column building.scenarios.total_funding_minor is 'Public funding that is expected, in minor units of currency; null: not worked out.';
comment on column building.scenarios.annual_savings_minor is 'Saved each year, in minor units of currency; null: not worked out.';
comment on column building.scenarios.currency is 'ISO 4217 code of the amounts; null while there are none.';
comment on column building.scenarios.energy_score is 'Energy score after it, 0 worst to 100 best; null: not worked out.';
comment on column building.scenarios.final_energy_kwh_m2a is 'Final energy demand after it, in kWh per m² and year; null: not calculated.';
comment on column building.scenarios.co2_kg_m2a is 'Emissions after it, in kg CO₂ per m² and year; null: not calculated.';
comment on column building.scenarios.assumptions is 'What it was worked out with, by name; the unit is part of the name.';
comment on column building.scenarios.created_at is 'When the row was written.';
comment on column building.scenarios.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.scenarios.updated_at is 'When it last changed; set by trigger.';
comment on column building.scenarios.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.scenarios.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.scenarios.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.scenarios_created_at_idx"
create index scenarios_created_at_idx on building.scenarios using btree (created_at desc, id desc);

-- Create index "building.scenarios_project_id_idx"
create index scenarios_project_id_idx on building.scenarios using btree (project_id);

-- Create index "building.scenarios_project_id_scenario_number_key"
create unique index scenarios_project_id_scenario_number_key on building.scenarios using btree (project_id, scenario_number) where (deleted_at is null);

-- Create index "building.scenarios_selected_key"
create unique index scenarios_selected_key on building.scenarios using btree (project_id) where ((status = 'selected'::text) and (deleted_at is null));

-- Create trigger "check_status" of table "building.scenarios"
create trigger check_status before insert or update of status on building.scenarios for each row execute function projects.check_transition('status', 'draft,active', 'draft>active,dropped', 'active>selected,dropped,draft', 'selected>active,dropped', 'dropped>active');

-- Create trigger "check_unused_scenario_measures" of table "building.scenarios"
create trigger check_unused_scenario_measures before update of deleted_at on building.scenarios for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('building.scenario_measures', 'scenario_id');

-- Create trigger "touch" of table "building.scenarios"
create trigger touch before update on building.scenarios for each row execute function projects.touch();

-- Create table "building.scenario_measures"
create table building.scenario_measures (
  id uuid default gen_random_uuid() not null,
  scenario_id uuid not null,
  measure_id uuid,
  component_id uuid,
  type text not null,
  name projects.localized_text not null,
  priority text default 'medium'::text not null,
  current_state jsonb default '{}'::jsonb not null,
  target_state jsonb default '{}'::jsonb not null,
  execution_order integer,
  quantity numeric(14,3),
  planned_cost_minor bigint,
  actual_cost_minor bigint,
  currency text,
  planned_start date,
  planned_end date,
  status text default 'draft'::text not null,
  is_locked boolean default false not null,
  locked_at timestamp with time zone,
  locked_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint scenario_measures_pkey primary key (id),
  constraint scenario_measures_id_scenario_key unique (id, scenario_id),
  constraint scenario_measures_order_key exclude using btree (scenario_id with =, execution_order with =) where ((deleted_at is null)) deferrable initially deferred,
  constraint scenario_measures_component_id_fkey foreign key (component_id) references building.building_components(id) on delete set null,
  constraint scenario_measures_measure_id_fkey foreign key (measure_id) references building.renovation_measures(id) on delete restrict,
  constraint scenario_measures_scenario_id_fkey foreign key (scenario_id) references building.scenarios(id) on delete restrict,
  constraint scenario_measures_actual_cost_minor_range check (((actual_cost_minor >= 0) and (actual_cost_minor <= '9000000000000000'::bigint))),
  constraint scenario_measures_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint scenario_measures_currency_whole check (((currency is null) = (num_nonnulls(planned_cost_minor, actual_cost_minor) = 0))),
  constraint scenario_measures_current_state_object check ((jsonb_typeof(current_state) = 'object'::text)),
  constraint scenario_measures_execution_order_range check (((execution_order >= 1) and (execution_order <= 999))),
  constraint scenario_measures_locked_whole check ((is_locked = (locked_at is not null))),
  constraint scenario_measures_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint scenario_measures_planned_cost_minor_range check (((planned_cost_minor >= 0) and (planned_cost_minor <= '9000000000000000'::bigint))),
  constraint scenario_measures_planned_order check ((planned_end >= planned_start)),
  constraint scenario_measures_priority_known check ((priority = any (array['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint scenario_measures_quantity_range check (((quantity >= (0)::numeric) and (quantity <= (100000000)::numeric))),
  constraint scenario_measures_status_known check ((status = any (array['draft'::text, 'planned'::text, 'approved'::text, 'in_progress'::text, 'completed'::text, 'cancelled'::text]))),
  constraint scenario_measures_target_state_object check ((jsonb_typeof(target_state) = 'object'::text)),
  constraint scenario_measures_type_known check ((type = any (array['roof'::text, 'facade'::text, 'windows'::text, 'doors'::text, 'heating'::text, 'ventilation'::text, 'solar_panels'::text, 'insulation'::text, 'electrical'::text, 'plumbing'::text, 'other'::text])))
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
comment on column building.scenario_measures.execution_order is 'Place in the order of work; unique in the scenario among live rows; null: not ordered.';
comment on column building.scenario_measures.quantity is 'How much of it, in the unit of the catalogue; null: not measured.';
comment on column building.scenario_measures.planned_cost_minor is 'Cost as planned, in minor units of currency; null: not worked out.';
comment on column building.scenario_measures.actual_cost_minor is 'Cost as it came out, in minor units of currency; null: not done.';
comment on column building.scenario_measures.currency is 'ISO 4217 code of the amounts; null while there are none.';
comment on column building.scenario_measures.planned_start is 'First planned day; null: open.';
comment on column building.scenario_measures.planned_end is 'Last planned day; null: open.';
comment on column building.scenario_measures.status is 'Where it stands; only the steps of scenario_measures_status_transition are allowed.';
comment on column building.scenario_measures.is_locked is 'True: execution has begun, the plan stays as it is; set by trigger.';
comment on column building.scenario_measures.locked_at is 'When it was locked; null: not. Set by trigger.';
comment on column building.scenario_measures.locked_by is 'Contact who began execution (platform); null: not locked, or the system. Set by trigger.';
comment on column building.scenario_measures.created_at is 'When the row was written.';
comment on column building.scenario_measures.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.scenario_measures.updated_at is 'When it last changed; set by trigger.';
comment on column building.scenario_measures.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.scenario_measures.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column building.scenario_measures.deleted_at is 'When it was deleted; null: live.';

-- Create index "building.scenario_measures_component_id_idx"
create index scenario_measures_component_id_idx on building.scenario_measures using btree (component_id);

-- Create index "building.scenario_measures_created_at_idx"
create index scenario_measures_created_at_idx on building.scenario_measures using btree (created_at desc, id desc);

-- Create index "building.scenario_measures_measure_id_idx"
create index scenario_measures_measure_id_idx on building.scenario_measures using btree (measure_id);

-- Create index "building.scenario_measures_scenario_id_execution_order_idx"
create index scenario_measures_scenario_id_execution_order_idx on building.scenario_measures using btree (scenario_id, execution_order);

-- Create trigger "check_frozen" of table "building.scenario_measures"
create trigger check_frozen before delete or update on building.scenario_measures for each row execute function projects.check_frozen('status', 'draft,planned,approved', 'actual_cost_minor,currency,is_locked,locked_at,locked_by');

-- Create trigger "check_live" of table "building.scenario_measures"
create trigger check_live before insert or update of scenario_id, deleted_at on building.scenario_measures for each row execute function projects.check_live('scenario_id', 'building.scenarios');

-- Create trigger "check_status" of table "building.scenario_measures"
create trigger check_status before insert or update of status on building.scenario_measures for each row execute function projects.check_transition('status', 'draft,planned', 'draft>planned,cancelled', 'planned>approved,draft,cancelled', 'approved>in_progress,planned,cancelled', 'in_progress>completed,cancelled');

-- Create trigger "lock_measure" of table "building.scenario_measures"
create trigger lock_measure before insert or update on building.scenario_measures for each row execute function building.lock_measure();

-- Create trigger "touch" of table "building.scenario_measures"
create trigger touch before update on building.scenario_measures for each row execute function projects.touch();

-- Create table "building.cost_breakdowns"
create table building.cost_breakdowns (
  id uuid default gen_random_uuid() not null,
  scenario_measure_id uuid not null,
  kind text not null,
  planned_minor bigint not null,
  actual_minor bigint,
  currency text not null,
  quote_line_ref uuid,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint cost_breakdowns_pkey primary key (id),
  constraint cost_breakdowns_kind_key unique (scenario_measure_id, kind),
  constraint cost_breakdowns_scenario_measure_id_fkey foreign key (scenario_measure_id) references building.scenario_measures(id) on delete cascade,
  constraint cost_breakdowns_actual_minor_range check (((actual_minor >= 0) and (actual_minor <= '9000000000000000'::bigint))),
  constraint cost_breakdowns_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint cost_breakdowns_kind_known check ((kind = any (array['material'::text, 'labour'::text, 'planning'::text, 'scaffolding'::text, 'disposal'::text, 'permit'::text, 'contingency'::text, 'other'::text]))),
  constraint cost_breakdowns_note_length check (((length(note) >= 1) and (length(note) <= 500))),
  constraint cost_breakdowns_planned_minor_range check (((planned_minor >= 0) and (planned_minor <= '9000000000000000'::bigint)))
);
comment on table building.cost_breakdowns is 'What a measure costs, by kind of cost.';
comment on column building.cost_breakdowns.id is 'Identity.';
comment on column building.cost_breakdowns.scenario_measure_id is 'The measure.';
comment on column building.cost_breakdowns.kind is 'Kind of cost; once per measure.';
comment on column building.cost_breakdowns.planned_minor is 'As planned, in minor units of currency.';
comment on column building.cost_breakdowns.actual_minor is 'As it came out, in minor units of currency; null: not yet.';
comment on column building.cost_breakdowns.currency is 'ISO 4217 code.';
comment on column building.cost_breakdowns.quote_line_ref is 'Line of the quote it comes from (finance); null: estimated.';
comment on column building.cost_breakdowns.note is 'What it is for; null: not said.';
comment on column building.cost_breakdowns.created_at is 'When the row was written.';
comment on column building.cost_breakdowns.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column building.cost_breakdowns.updated_at is 'When it last changed; set by trigger.';
comment on column building.cost_breakdowns.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column building.cost_breakdowns.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "building.cost_breakdowns"
create trigger touch before update on building.cost_breakdowns for each row execute function projects.touch();

-- Create table "building.scenario_measure_dependencies"
create table building.scenario_measure_dependencies (
  measure_id uuid not null,
  depends_on_id uuid not null,
  scenario_id uuid not null,
  kind text default 'requires'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint scenario_measure_dependencies_pkey primary key (measure_id, depends_on_id),
  constraint scenario_measure_dependencies_depends_on_id_fkey foreign key (depends_on_id, scenario_id) references building.scenario_measures(id, scenario_id) on delete cascade,
  constraint scenario_measure_dependencies_measure_id_fkey foreign key (measure_id, scenario_id) references building.scenario_measures(id, scenario_id) on delete cascade,
  constraint scenario_measure_dependencies_kind_known check ((kind = any (array['requires'::text, 'before'::text, 'excludes_parallel'::text])))
);
comment on table building.scenario_measure_dependencies is 'Which measure waits for which; never in a circle, never across scenarios.';
comment on column building.scenario_measure_dependencies.measure_id is 'Measure that waits.';
comment on column building.scenario_measure_dependencies.depends_on_id is 'Measure it waits for.';
comment on column building.scenario_measure_dependencies.scenario_id is 'Scenario of both.';
comment on column building.scenario_measure_dependencies.kind is 'requires: makes no sense without it; before: only the order; excludes_parallel: not at one time.';
comment on column building.scenario_measure_dependencies.created_at is 'When the row was written.';
comment on column building.scenario_measure_dependencies.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "building.scenario_measure_dependencies_depends_on_id_idx"
create index scenario_measure_dependencies_depends_on_id_idx on building.scenario_measure_dependencies using btree (depends_on_id, scenario_id);

-- Create index "building.scenario_measure_dependencies_measure_id_idx"
create index scenario_measure_dependencies_measure_id_idx on building.scenario_measure_dependencies using btree (measure_id, scenario_id);

-- Create trigger "check_acyclic" of table "building.scenario_measure_dependencies"
create trigger check_acyclic before insert or update of measure_id, depends_on_id on building.scenario_measure_dependencies for each row execute function projects.check_acyclic('measure_id', 'depends_on_id');

-- Create table "community.funding_stages"
create table community.funding_stages (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  "position" integer not null,
  name projects.localized_text not null,
  target_minor bigint not null,
  currency text not null,
  opens_on date,
  closes_on date,
  min_to_release_minor bigint,
  is_parallel boolean default false not null,
  status text default 'planned'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint funding_stages_pkey primary key (id),
  constraint funding_stages_id_project_key unique (id, project_id),
  constraint funding_stages_position_key exclude using btree (project_id with =, "position" with =) where ((deleted_at is null)) deferrable initially deferred,
  constraint funding_stages_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint funding_stages_closes_order check ((closes_on >= opens_on)),
  constraint funding_stages_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint funding_stages_min_to_release_minor_range check (((min_to_release_minor >= 0) and (min_to_release_minor <= '9000000000000000'::bigint))),
  constraint funding_stages_min_to_release_most check ((min_to_release_minor <= target_minor)),
  constraint funding_stages_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint funding_stages_position_range check ((("position" >= 1) and ("position" <= 99))),
  constraint funding_stages_status_known check ((status = any (array['planned'::text, 'open'::text, 'funded'::text, 'released'::text, 'closed'::text]))),
  constraint funding_stages_target_minor_range check (((target_minor >= 1) and (target_minor <= '9000000000000000'::bigint)))
);
comment on table community.funding_stages is 'Stages of a project''s funding, one after the other; together they are the project''s target.';
comment on column community.funding_stages.id is 'Identity; other domains hold it as stage_ref.';
comment on column community.funding_stages.project_id is 'The project.';
comment on column community.funding_stages."position" is 'Place, from 1 without gaps; checked at commit.';
comment on column community.funding_stages.name is 'Name for people; at most 120 characters per language.';
comment on column community.funding_stages.target_minor is 'Money the stage needs, in minor units of currency.';
comment on column community.funding_stages.currency is 'ISO 4217 code; the project''s.';
comment on column community.funding_stages.opens_on is 'First day it takes money; null: open.';
comment on column community.funding_stages.closes_on is 'Last day it takes money; null: open.';
comment on column community.funding_stages.min_to_release_minor is 'Money from which it may be released, in minor units of currency; null: the whole target.';
comment on column community.funding_stages.is_parallel is 'True: may be open beside another stage.';
comment on column community.funding_stages.status is 'Where it stands; only the steps of funding_stages_status_transition are allowed.';
comment on column community.funding_stages.created_at is 'When the row was written.';
comment on column community.funding_stages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_stages.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_stages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_stages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_stages.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.funding_stages_created_at_idx"
create index funding_stages_created_at_idx on community.funding_stages using btree (created_at desc, id desc);

-- Create index "community.funding_stages_open_key"
create unique index funding_stages_open_key on community.funding_stages using btree (project_id) where ((status = 'open'::text) and (not is_parallel) and (deleted_at is null));

-- Create index "community.funding_stages_project_id_position_idx"
create index funding_stages_project_id_position_idx on community.funding_stages using btree (project_id, "position");

-- Create trigger "check_frozen" of table "community.funding_stages"
create trigger check_frozen before delete or update on community.funding_stages for each row execute function projects.check_frozen('status', 'planned,open', 'deleted_at');

-- Create trigger "check_live" of table "community.funding_stages"
create trigger check_live before insert or update of project_id, deleted_at on community.funding_stages for each row execute function projects.check_live('project_id', 'community.projects');

-- Create trigger "check_status" of table "community.funding_stages"
create trigger check_status before insert or update of status on community.funding_stages for each row execute function projects.check_transition('status', 'planned', 'planned>open,closed', 'open>funded,closed', 'funded>released,closed', 'released>closed');

-- Create trigger "check_unused_funding_sources" of table "community.funding_stages"
create trigger check_unused_funding_sources before update of deleted_at on community.funding_stages for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('community.funding_sources', 'stage_id');

-- Create trigger "keep_once_set" of table "community.funding_stages"
create trigger keep_once_set before update on community.funding_stages for each row execute function projects.keep_once_set('project_id');

-- Create trigger "touch" of table "community.funding_stages"
create trigger touch before update on community.funding_stages for each row execute function projects.touch();

-- Create function "community.check_stage_targets()"
create function community.check_stage_targets()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  checked uuid := case tg_table_name when 'projects' then new.id else (to_jsonb(new) ->> 'project_id')::uuid end;
  project community.projects;
  stages record;
begin
  -- One look at a project at a time: two commits at once must not each see half of the stages.
  select * into project from community.projects where id = checked for no key update;
  if project.deleted_at is not null then
    return null;
  end if;
  select count(*) as n, sum(s.target_minor) as total, max(s.position) as last,
    count(*) filter (where s.currency is distinct from project.currency) as strange
  into stages
  from community.funding_stages s where s.project_id = checked and s.deleted_at is null;
  if stages.n = 0 then
    return null;
  end if;
  if stages.last <> stages.n then
    raise exception 'stages of project % are not numbered from 1 without gaps', checked
      using errcode = '23514', constraint = 'funding_stages_position_gapless',
            schema = 'community', table = 'funding_stages';
  end if;
  if project.status in ('draft', 'rejected', 'cancelled') then
    return null;
  end if;
  if stages.strange > 0 or stages.total is distinct from project.target_minor then
    raise exception 'stages of project % need % in all, the project %', checked, stages.total,
      coalesce(project.target_minor::text, 'nothing')
      using errcode = '23514', constraint = 'funding_stages_target_total',
            schema = 'community', table = 'funding_stages',
            detail = 'Minor units; stages in another currency than the project: ' || stages.strange || '.',
            hint = 'Change stages and project in one transaction.';
  end if;
  return null;
end
$function$;
comment on function community.check_stage_targets() is 'At commit: stages are numbered from 1 without gaps, and from submission on add up to the target; breaks funding_stages_position_gapless or _target_total.';

-- Create trigger "check_targets" of table "community.funding_stages"
create constraint trigger check_targets after insert or update of project_id, "position", target_minor, currency, deleted_at on community.funding_stages deferrable initially deferred for each row execute function community.check_stage_targets();

-- Create trigger "check_stage_targets" of table "community.projects"
create constraint trigger check_stage_targets after update of status, target_minor, currency, deleted_at on community.projects deferrable initially deferred for each row execute function community.check_stage_targets();

-- Create table "community.funding_sources"
create table community.funding_sources (
  id uuid default gen_random_uuid() not null,
  stage_id uuid not null,
  kind text not null,
  source_ref uuid not null,
  amount_minor bigint not null,
  currency text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint funding_sources_pkey primary key (id),
  constraint funding_sources_stage_id_fkey foreign key (stage_id) references community.funding_stages(id) on delete restrict,
  constraint funding_sources_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint funding_sources_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint funding_sources_kind_known check ((kind = any (array['contribution'::text, 'application'::text])))
);
comment on table community.funding_sources is 'What funds a stage: contributions of people and applications to programmes alike.';
comment on column community.funding_sources.id is 'Identity.';
comment on column community.funding_sources.stage_id is 'The stage.';
comment on column community.funding_sources.kind is 'contribution: of people (finance); application: to a programme (funding.funding_applications).';
comment on column community.funding_sources.source_ref is 'Id of the contribution (finance) or of the application; no foreign key: it has two targets.';
comment on column community.funding_sources.amount_minor is 'Money, in minor units of currency.';
comment on column community.funding_sources.currency is 'ISO 4217 code; the stage''s.';
comment on column community.funding_sources.created_at is 'When the row was written.';
comment on column community.funding_sources.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_sources.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_sources.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_sources.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_sources.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.funding_sources_source_ref_idx"
create index funding_sources_source_ref_idx on community.funding_sources using btree (source_ref);

-- Create index "community.funding_sources_stage_id_idx"
create index funding_sources_stage_id_idx on community.funding_sources using btree (stage_id);

-- Create index "community.funding_sources_stage_id_kind_source_ref_key"
create unique index funding_sources_stage_id_kind_source_ref_key on community.funding_sources using btree (stage_id, kind, source_ref) where (deleted_at is null);

-- Create trigger "check_live" of table "community.funding_sources"
create trigger check_live before insert or update of stage_id, deleted_at on community.funding_sources for each row execute function projects.check_live('stage_id', 'community.funding_stages');

-- Create trigger "touch" of table "community.funding_sources"
create trigger touch before update on community.funding_sources for each row execute function projects.touch();

-- Create function "community.check_source_currency()"
create function community.check_source_currency()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from community.funding_stages s where s.id = new.stage_id and s.currency <> new.currency) then
    raise exception 'stage % is in another currency than %', new.stage_id, new.currency
      using errcode = '23514', constraint = 'funding_sources_currency_stage',
            schema = 'community', table = 'funding_sources';
  end if;
  return new;
end
$function$;
comment on function community.check_source_currency() is 'Before insert or update: a source is in the currency of its stage; breaks funding_sources_currency_stage.';

-- Create trigger "check_currency" of table "community.funding_sources"
create trigger check_currency before insert or update of stage_id, currency on community.funding_sources for each row execute function community.check_source_currency();

-- Create table "community.milestones"
create table community.milestones (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  stage_id uuid,
  "position" integer default 0 not null,
  title projects.localized_text not null,
  description projects.localized_text,
  due_on date,
  release_minor bigint,
  currency text,
  status text default 'planned'::text not null,
  submitted_by uuid,
  submitted_at timestamp with time zone,
  approved_by uuid,
  approved_at timestamp with time zone,
  rejection_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint milestones_pkey primary key (id),
  constraint milestones_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint milestones_stage_id_fkey foreign key (stage_id, project_id) references community.funding_stages(id, project_id) on delete restrict,
  constraint milestones_approval_four_eyes check (((approved_by is null) or ((approved_by <> submitted_by) and (approved_by is distinct from created_by)))),
  constraint milestones_approved_whole check ((((status = 'approved'::text) = (approved_by is not null)) and ((approved_by is null) = (approved_at is null)))),
  constraint milestones_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint milestones_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint milestones_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint milestones_rejected_whole check (((status <> 'rejected'::text) or (rejection_reason is not null))),
  constraint milestones_rejection_reason_length check (((length(rejection_reason) >= 1) and (length(rejection_reason) <= 2000))),
  constraint milestones_release_minor_range check (((release_minor >= 0) and (release_minor <= '9000000000000000'::bigint))),
  constraint milestones_release_whole check (((release_minor is null) = (currency is null))),
  constraint milestones_status_known check ((status = any (array['planned'::text, 'in_progress'::text, 'submitted'::text, 'approved'::text, 'rejected'::text]))),
  constraint milestones_submitted_whole check ((((submitted_by is null) = (submitted_at is null)) and ((status <> all (array['submitted'::text, 'approved'::text, 'rejected'::text])) or (submitted_by is not null)))),
  constraint milestones_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table community.milestones is 'What a project reaches on its way; disbursements need an approved one.';
comment on column community.milestones.id is 'Identity; other domains hold it as milestone_ref.';
comment on column community.milestones.project_id is 'The project.';
comment on column community.milestones.stage_id is 'Stage whose money it releases, one of the project''s; null: none.';
comment on column community.milestones."position" is 'Place in lists, smallest first; ties by due_on.';
comment on column community.milestones.title is 'Name for people; at most 200 characters per language.';
comment on column community.milestones.description is 'What is to be shown as evidence; at most 2000 characters per language; null: not said.';
comment on column community.milestones.due_on is 'Day it is due; null: open.';
comment on column community.milestones.release_minor is 'Money it releases, in minor units of currency; null: none.';
comment on column community.milestones.currency is 'ISO 4217 code of release_minor; null with it.';
comment on column community.milestones.status is 'Where it stands; only the steps of milestones_status_transition are allowed.';
comment on column community.milestones.submitted_by is 'Contact who said it is reached (platform); null: not yet.';
comment on column community.milestones.submitted_at is 'When that was; null: not yet.';
comment on column community.milestones.approved_by is 'Contact who approved it (platform), neither who wrote nor who submitted it; null: not yet. Set once.';
comment on column community.milestones.approved_at is 'When that was; null: not yet. Set once.';
comment on column community.milestones.rejection_reason is 'What was missing the last time; null: nothing.';
comment on column community.milestones.created_at is 'When the row was written.';
comment on column community.milestones.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.milestones.updated_at is 'When it last changed; set by trigger.';
comment on column community.milestones.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.milestones.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.milestones.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.milestones_created_at_idx"
create index milestones_created_at_idx on community.milestones using btree (created_at desc, id desc);

-- Create index "community.milestones_project_id_position_idx"
create index milestones_project_id_position_idx on community.milestones using btree (project_id, "position");

-- Create index "community.milestones_stage_id_project_id_idx"
create index milestones_stage_id_project_id_idx on community.milestones using btree (stage_id, project_id);

-- Create index "community.milestones_status_due_on_idx"
create index milestones_status_due_on_idx on community.milestones using btree (status, due_on);

-- Create trigger "check_frozen" of table "community.milestones"
create trigger check_frozen before delete or update on community.milestones for each row execute function projects.check_frozen('status', 'planned,in_progress,rejected', 'approved_by,approved_at,rejection_reason,position');

-- Create trigger "check_live" of table "community.milestones"
create trigger check_live before insert or update of project_id, deleted_at on community.milestones for each row execute function projects.check_live('project_id', 'community.projects');

-- Create trigger "check_status" of table "community.milestones"
create trigger check_status before insert or update of status on community.milestones for each row execute function projects.check_transition('status', 'planned', 'planned>in_progress,submitted', 'in_progress>planned,submitted', 'submitted>approved,rejected', 'rejected>in_progress,submitted');

-- Create trigger "keep_once_set" of table "community.milestones"
create trigger keep_once_set before update on community.milestones for each row execute function projects.keep_once_set('created_by', 'project_id', 'approved_by', 'approved_at');

-- Create trigger "touch" of table "community.milestones"
create trigger touch before update on community.milestones for each row execute function projects.touch();

-- Create table "community.milestone_evidence"
create table community.milestone_evidence (
  id uuid default gen_random_uuid() not null,
  milestone_id uuid not null,
  file_ref uuid not null,
  caption projects.localized_text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint milestone_evidence_pkey primary key (id),
  constraint milestone_evidence_file_key unique (milestone_id, file_ref),
  constraint milestone_evidence_milestone_id_fkey foreign key (milestone_id) references community.milestones(id) on delete restrict,
  constraint milestone_evidence_caption_length check (((length(((caption)::jsonb ->> 'de'::text)) <= 500) and (length(((caption)::jsonb ->> 'en'::text)) <= 500)))
);
comment on table community.milestone_evidence is 'Files that show that a milestone is reached.';
comment on column community.milestone_evidence.id is 'Identity.';
comment on column community.milestone_evidence.milestone_id is 'The milestone; evidence is added until it is submitted.';
comment on column community.milestone_evidence.file_ref is 'The file (platform).';
comment on column community.milestone_evidence.caption is 'What it shows; at most 500 characters per language; null: not said.';
comment on column community.milestone_evidence.created_at is 'When the row was written.';
comment on column community.milestone_evidence.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "check_parent" of table "community.milestone_evidence"
create trigger check_parent before insert or delete or update on community.milestone_evidence for each row execute function projects.check_parent('community.milestones', 'milestone_id', 'status', 'planned,in_progress,rejected');

-- Create table "community.project_parameters"
create table community.project_parameters (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  current_values jsonb default '{}'::jsonb not null,
  target_values jsonb default '{}'::jsonb not null,
  measured_on date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint project_parameters_pkey primary key (id),
  constraint project_parameters_project_id_key unique (project_id),
  constraint project_parameters_project_id_fkey foreign key (project_id) references community.projects(id) on delete cascade,
  constraint project_parameters_current_values_object check ((jsonb_typeof(current_values) = 'object'::text)),
  constraint project_parameters_target_values_object check ((jsonb_typeof(target_values) = 'object'::text))
);
comment on table community.project_parameters is 'Figures of a project, as they are and as they shall be; one row per project.';
comment on column community.project_parameters.id is 'Identity.';
comment on column community.project_parameters.project_id is 'The project.';
comment on column community.project_parameters.current_values is 'Figures as they are, by name; the unit is part of the name: energy_demand_kwh_m2a.';
comment on column community.project_parameters.target_values is 'Figures as they shall be, by the same names.';
comment on column community.project_parameters.measured_on is 'Day of the current figures; null: unknown.';
comment on column community.project_parameters.created_at is 'When the row was written.';
comment on column community.project_parameters.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.project_parameters.updated_at is 'When it last changed; set by trigger.';
comment on column community.project_parameters.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.project_parameters.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "community.project_parameters"
create trigger touch before update on community.project_parameters for each row execute function projects.touch();

-- Create table "community.project_phase_history"
create table community.project_phase_history (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  from_phase text,
  to_phase text not null,
  changed_at timestamp with time zone default now() not null,
  changed_by uuid,
  constraint project_phase_history_pkey primary key (id),
  constraint project_phase_history_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint project_phase_history_from_phase_length check (((length(from_phase) >= 1) and (length(from_phase) <= 40))),
  constraint project_phase_history_to_phase_length check (((length(to_phase) >= 1) and (length(to_phase) <= 40)))
);
revoke insert, update on community.project_phase_history from projects_writer;
comment on table community.project_phase_history is 'Phases that projects were in; written by trigger, rows are only ever added.';
comment on column community.project_phase_history.id is 'Identity.';
comment on column community.project_phase_history.project_id is 'The project.';
comment on column community.project_phase_history.from_phase is 'Phase before; null: it was the first.';
comment on column community.project_phase_history.to_phase is 'Phase after.';
comment on column community.project_phase_history.changed_at is 'When it changed.';
comment on column community.project_phase_history.changed_by is 'Contact who changed it (platform); null: the system.';

-- Create index "community.project_phase_history_project_id_changed_at_idx"
create index project_phase_history_project_id_changed_at_idx on community.project_phase_history using btree (project_id, changed_at);

-- Create trigger "refuse_change" of table "community.project_phase_history"
create trigger refuse_change before delete or update on community.project_phase_history for each row execute function projects.refuse_change();
alter table community.project_phase_history enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "community.project_phase_history"
create trigger refuse_truncate before truncate on community.project_phase_history for each statement execute function projects.refuse_change();
alter table community.project_phase_history enable always trigger refuse_truncate;

-- Create function "community.log_phase()"
create function community.log_phase()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  insert into community.project_phase_history (project_id, from_phase, to_phase, changed_by)
  values (
    new.id, case tg_op when 'UPDATE' then old.current_phase end, new.current_phase,
    coalesce(new.updated_by, new.created_by));
  return null;
end
$function$;
comment on function community.log_phase() is 'After insert or a change of phase: writes community.project_phase_history.';

-- Create trigger "log_phase" of table "community.projects"
create trigger log_phase after update of current_phase on community.projects for each row when ((new.current_phase is distinct from old.current_phase)) execute function community.log_phase();

-- Create trigger "log_phase_insert" of table "community.projects"
create trigger log_phase_insert after insert on community.projects for each row when ((new.current_phase is not null)) execute function community.log_phase();

-- Create table "community.project_roles"
create table community.project_roles (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  contact_ref uuid not null,
  role text not null,
  is_primary boolean default false not null,
  valid_from date,
  valid_to date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint project_roles_pkey primary key (id),
  constraint project_roles_no_overlap exclude using gist (project_id with =, contact_ref with =, role with =, daterange(valid_from, valid_to) with &&) where ((deleted_at is null)),
  constraint project_roles_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint project_roles_role_known check ((role = any (array['customer'::text, 'owner'::text, 'contact_person'::text, 'invoice_receiver'::text, 'craftsman'::text, 'energy_adviser'::text, 'partner'::text, 'project_manager'::text, 'member'::text]))),
  constraint project_roles_valid_order check ((valid_to > valid_from))
);
comment on table community.project_roles is 'Who has which part in a project; what people outside may see follows from it.';
comment on column community.project_roles.id is 'Identity.';
comment on column community.project_roles.project_id is 'The project.';
comment on column community.project_roles.contact_ref is 'The person (platform).';
comment on column community.project_roles.role is 'The part.';
comment on column community.project_roles.is_primary is 'True: the first of that part; at most one per project and part.';
comment on column community.project_roles.valid_from is 'First day; null: since ever.';
comment on column community.project_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column community.project_roles.created_at is 'When the row was written.';
comment on column community.project_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.project_roles.updated_at is 'When it last changed; set by trigger.';
comment on column community.project_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.project_roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.project_roles.deleted_at is 'When it was deleted; null: live.';

-- Create index "community.project_roles_contact_ref_idx"
create index project_roles_contact_ref_idx on community.project_roles using btree (contact_ref);

-- Create index "community.project_roles_primary_key"
create unique index project_roles_primary_key on community.project_roles using btree (project_id, role) where (is_primary and (valid_to is null) and (deleted_at is null));

-- Create index "community.project_roles_project_id_idx"
create index project_roles_project_id_idx on community.project_roles using btree (project_id);

-- Create trigger "check_live" of table "community.project_roles"
create trigger check_live before insert or update of project_id, deleted_at on community.project_roles for each row execute function projects.check_live('project_id', 'community.projects');

-- Create trigger "touch" of table "community.project_roles"
create trigger touch before update on community.project_roles for each row execute function projects.touch();

-- Create table "community.renovation_projects"
create table community.renovation_projects (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  building_id uuid not null,
  engagement_type text default 'full_service'::text not null,
  selected_scenario_id uuid,
  handover_ready boolean default false not null,
  handover_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint renovation_projects_pkey primary key (id),
  constraint renovation_projects_project_id_key unique (project_id),
  constraint renovation_projects_building_id_fkey foreign key (building_id) references building.buildings(id) on delete restrict,
  constraint renovation_projects_project_id_fkey foreign key (project_id) references community.projects(id) on delete cascade,
  constraint renovation_projects_selected_scenario_id_fkey foreign key (selected_scenario_id, project_id) references building.scenarios(id, project_id) on delete restrict,
  constraint renovation_projects_engagement_type_known check ((engagement_type = any (array['advice'::text, 'planning'::text, 'construction'::text, 'full_service'::text, 'maintenance'::text]))),
  constraint renovation_projects_handover_whole check (((handover_at is null) or handover_ready))
);
comment on table community.renovation_projects is 'What a project has more when it is a renovation; one row per project of that kind.';
comment on column community.renovation_projects.id is 'Identity.';
comment on column community.renovation_projects.project_id is 'The project; its kind is renovation.';
comment on column community.renovation_projects.building_id is 'Building that is renovated.';
comment on column community.renovation_projects.engagement_type is 'What we were asked to do.';
comment on column community.renovation_projects.selected_scenario_id is 'Scenario that is done; set by trigger from the scenario''s status; null: none yet.';
comment on column community.renovation_projects.handover_ready is 'True: may be handed to the people who do the work; its score is then copied to the workflow.';
comment on column community.renovation_projects.handover_at is 'When it was handed over; null: not yet. Set once.';
comment on column community.renovation_projects.created_at is 'When the row was written.';
comment on column community.renovation_projects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.renovation_projects.updated_at is 'When it last changed; set by trigger.';
comment on column community.renovation_projects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.renovation_projects.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "community.renovation_projects_building_id_idx"
create index renovation_projects_building_id_idx on community.renovation_projects using btree (building_id);

-- Create index "community.renovation_projects_selected_scenario_id_project_id_idx"
create index renovation_projects_selected_scenario_id_project_id_idx on community.renovation_projects using btree (selected_scenario_id, project_id);

-- Create trigger "keep_once_set" of table "community.renovation_projects"
create trigger keep_once_set before update on community.renovation_projects for each row execute function projects.keep_once_set('handover_at', 'project_id');

-- Create trigger "touch" of table "community.renovation_projects"
create trigger touch before update on community.renovation_projects for each row execute function projects.touch();

-- Create function "building.tell_selected()"
create function building.tell_selected()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  update community.renovation_projects
  set selected_scenario_id = null, updated_by = new.updated_by
  where project_id = new.project_id;
  return null;
end
$function$;
comment on function building.tell_selected() is 'After a scenario is selected or no longer is: has community.renovation_projects derive it again.';

-- Create trigger "tell_selected" of table "building.scenarios"
create trigger tell_selected after update of status, deleted_at on building.scenarios for each row when (((new.status = 'selected'::text) or (old.status = 'selected'::text))) execute function building.tell_selected();

-- Create trigger "tell_selected_insert" of table "building.scenarios"
create trigger tell_selected_insert after insert on building.scenarios for each row when ((new.status = 'selected'::text)) execute function building.tell_selected();

-- Create function "community.check_project_kind()"
create function community.check_project_kind()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from community.renovation_projects r where r.project_id = new.id) then
    raise exception 'project % is a renovation, it stays one', new.id
      using errcode = '23514', constraint = 'renovation_projects_kind', schema = 'community', table = 'projects';
  end if;
  return new;
end
$function$;
comment on function community.check_project_kind() is 'Before update: a project with a building stays a renovation; breaks renovation_projects_kind.';

-- Create trigger "check_kind" of table "community.projects"
create trigger check_kind before update of kind on community.projects for each row when (((old.kind = 'renovation'::text) and (new.kind <> 'renovation'::text))) execute function community.check_project_kind();

-- Create function "community.derive_renovation()"
create function community.derive_renovation()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function community.derive_renovation() is 'Before insert or update: the project is a renovation (renovation_projects_kind), its scenario the one that is selected.';

-- Create trigger "derive" of table "community.renovation_projects"
create trigger derive before insert or update on community.renovation_projects for each row execute function community.derive_renovation();

-- Create table "document.document_label_categories"
create table document.document_label_categories (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name projects.localized_text not null,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_label_categories_pkey primary key (id),
  constraint document_label_categories_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint document_label_categories_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint document_label_categories_position_range check ((("position" >= 0) and ("position" <= 9999)))
);
comment on table document.document_label_categories is 'Upper level of the labels.';
comment on column document.document_label_categories.id is 'Identity.';
comment on column document.document_label_categories.code is 'Name, dotted; unique among live rows.';
comment on column document.document_label_categories.name is 'Name for people; at most 120 characters per language.';
comment on column document.document_label_categories."position" is 'Place in lists, smallest first; ties by code.';
comment on column document.document_label_categories.created_at is 'When the row was written.';
comment on column document.document_label_categories.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_label_categories.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_label_categories.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_label_categories.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_label_categories.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_label_categories_code_key"
create unique index document_label_categories_code_key on document.document_label_categories using btree (code) where (deleted_at is null);

-- Create trigger "check_unused_document_labels" of table "document.document_label_categories"
create trigger check_unused_document_labels before update of deleted_at on document.document_label_categories for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_labels', 'category_id');

-- Create trigger "touch" of table "document.document_label_categories"
create trigger touch before update on document.document_label_categories for each row execute function projects.touch();

-- Create table "document.document_labels"
create table document.document_labels (
  id uuid default gen_random_uuid() not null,
  category_id uuid not null,
  code text not null,
  name projects.localized_text not null,
  color text,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_labels_pkey primary key (id),
  constraint document_labels_category_id_fkey foreign key (category_id) references document.document_label_categories(id) on delete restrict,
  constraint document_labels_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint document_labels_color_shape check ((color ~ '^#[0-9a-f]{6}$'::text)),
  constraint document_labels_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint document_labels_position_range check ((("position" >= 0) and ("position" <= 9999)))
);
comment on table document.document_labels is 'Lower level of the labels.';
comment on column document.document_labels.id is 'Identity.';
comment on column document.document_labels.category_id is 'Category it belongs to.';
comment on column document.document_labels.code is 'Name, dotted; unique among live rows.';
comment on column document.document_labels.name is 'Name for people; at most 120 characters per language.';
comment on column document.document_labels.color is 'Colour, #rrggbb; null: the surface chooses.';
comment on column document.document_labels."position" is 'Place in the category, smallest first; ties by code.';
comment on column document.document_labels.created_at is 'When the row was written.';
comment on column document.document_labels.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_labels.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_labels.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_labels.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_labels.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_labels_category_id_position_idx"
create index document_labels_category_id_position_idx on document.document_labels using btree (category_id, "position");

-- Create index "document.document_labels_code_key"
create unique index document_labels_code_key on document.document_labels using btree (code) where (deleted_at is null);

-- Create trigger "check_live" of table "document.document_labels"
create trigger check_live before insert or update of category_id, deleted_at on document.document_labels for each row execute function projects.check_live('category_id', 'document.document_label_categories');

-- Create trigger "touch" of table "document.document_labels"
create trigger touch before update on document.document_labels for each row execute function projects.touch();

-- Create table "document.document_templates"
create table document.document_templates (
  id uuid default gen_random_uuid() not null,
  key text not null,
  name projects.localized_text not null,
  description projects.localized_text,
  notes projects.localized_text,
  form_ref uuid,
  flow jsonb default '{}'::jsonb not null,
  needs_file boolean default true not null,
  needs_form boolean default false not null,
  needs_signature boolean default false not null,
  needs_review boolean default true not null,
  max_files integer default 10 not null,
  valid_months integer,
  status text default 'draft'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_templates_pkey primary key (id),
  constraint document_templates_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 4000) and (length(((description)::jsonb ->> 'en'::text)) <= 4000))),
  constraint document_templates_flow_object check ((jsonb_typeof(flow) = 'object'::text)),
  constraint document_templates_key_shape check (((key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(key) <= 100))),
  constraint document_templates_max_files_range check (((max_files >= 1) and (max_files <= 100))),
  constraint document_templates_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint document_templates_needs_form_whole check (((not needs_form) or (form_ref is not null))),
  constraint document_templates_notes_length check (((length(((notes)::jsonb ->> 'de'::text)) <= 4000) and (length(((notes)::jsonb ->> 'en'::text)) <= 4000))),
  constraint document_templates_status_known check ((status = any (array['draft'::text, 'active'::text, 'retired'::text]))),
  constraint document_templates_valid_months_range check (((valid_months >= 1) and (valid_months <= 600)))
);
comment on table document.document_templates is 'Kinds of documents that people are asked for.';
comment on column document.document_templates.id is 'Identity.';
comment on column document.document_templates.key is 'Name, dotted; unique among live rows.';
comment on column document.document_templates.name is 'Name for people; at most 200 characters per language.';
comment on column document.document_templates.description is 'What the document is and where to get it; at most 4000 characters per language; null: not said.';
comment on column document.document_templates.notes is 'Notes for the staff; at most 4000 characters per language; null: none.';
comment on column document.document_templates.form_ref is 'Form that is filled in for it (platform); null: files only.';
comment on column document.document_templates.flow is 'Steps from asking to approving, in the flow language; empty: ask, upload, review.';
comment on column document.document_templates.needs_file is 'True: not complete without a file.';
comment on column document.document_templates.needs_form is 'True: not complete without the form.';
comment on column document.document_templates.needs_signature is 'True: must be signed.';
comment on column document.document_templates.needs_review is 'True: somebody looks at it before it counts.';
comment on column document.document_templates.max_files is 'Most files of one request.';
comment on column document.document_templates.valid_months is 'How long an approved one counts, in months; null: for ever.';
comment on column document.document_templates.status is 'draft: being written; active: may be asked for; retired.';
comment on column document.document_templates.created_at is 'When the row was written.';
comment on column document.document_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_templates.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_templates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_templates.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_templates_created_at_idx"
create index document_templates_created_at_idx on document.document_templates using btree (created_at desc, id desc);

-- Create index "document.document_templates_key_key"
create unique index document_templates_key_key on document.document_templates using btree (key) where (deleted_at is null);

-- Create index "document.document_templates_status_key_idx"
create index document_templates_status_key_idx on document.document_templates using btree (status, key);

-- Create trigger "check_status" of table "document.document_templates"
create trigger check_status before insert or update of status on document.document_templates for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

-- Create trigger "check_unused_document_priority_rules" of table "document.document_templates"
create trigger check_unused_document_priority_rules before update of deleted_at on document.document_templates for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_priority_rules', 'template_id');

-- Create trigger "check_unused_document_rejection_reasons" of table "document.document_templates"
create trigger check_unused_document_rejection_reasons before update of deleted_at on document.document_templates for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_rejection_reasons', 'template_id');

-- Create trigger "check_unused_document_review_checklist_items" of table "document.document_templates"
create trigger check_unused_document_review_checklist_items before update of deleted_at on document.document_templates for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_review_checklist_items', 'template_id');

-- Create trigger "check_unused_document_template_files" of table "document.document_templates"
create trigger check_unused_document_template_files before update of deleted_at on document.document_templates for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_template_files', 'template_id');

-- Create trigger "touch" of table "document.document_templates"
create trigger touch before update on document.document_templates for each row execute function projects.touch();

-- Create table "document.document_priority_rules"
create table document.document_priority_rules (
  id uuid default gen_random_uuid() not null,
  template_id uuid,
  parameter text not null,
  value text not null,
  priority text not null,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_priority_rules_pkey primary key (id),
  constraint document_priority_rules_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete restrict,
  constraint document_priority_rules_parameter_shape check (((parameter ~ '^[a-z][a-z0-9_.]*$'::text) and (length(parameter) <= 100))),
  constraint document_priority_rules_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint document_priority_rules_priority_known check ((priority = any (array['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
  constraint document_priority_rules_value_length check (((length(value) >= 1) and (length(value) <= 200)))
);
comment on table document.document_priority_rules is 'How urgent a kind of document is, by a figure of the project.';
comment on column document.document_priority_rules.id is 'Identity.';
comment on column document.document_priority_rules.template_id is 'Kind of document; null: all of them.';
comment on column document.document_priority_rules.parameter is 'Figure or fact that is looked at: project.engagement_type.';
comment on column document.document_priority_rules.value is 'Value it must have.';
comment on column document.document_priority_rules.priority is 'How urgent it is then.';
comment on column document.document_priority_rules."position" is 'Order of the rules, smallest first; the first that fits counts.';
comment on column document.document_priority_rules.created_at is 'When the row was written.';
comment on column document.document_priority_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_priority_rules.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_priority_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_priority_rules.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_priority_rules.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_priority_rules_template_id_idx"
create index document_priority_rules_template_id_idx on document.document_priority_rules using btree (template_id);

-- Create index "document.document_priority_rules_template_id_parameter_value_key"
create unique index document_priority_rules_template_id_parameter_value_key on document.document_priority_rules using btree (template_id, parameter, value) where ((template_id is not null) and (deleted_at is null));

-- Create trigger "check_live" of table "document.document_priority_rules"
create trigger check_live before insert or update of template_id, deleted_at on document.document_priority_rules for each row execute function projects.check_live('template_id', 'document.document_templates');

-- Create trigger "touch" of table "document.document_priority_rules"
create trigger touch before update on document.document_priority_rules for each row execute function projects.touch();

-- Create table "document.document_rejection_reasons"
create table document.document_rejection_reasons (
  id uuid default gen_random_uuid() not null,
  code text not null,
  text projects.localized_text not null,
  template_id uuid,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_rejection_reasons_pkey primary key (id),
  constraint document_rejection_reasons_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete restrict,
  constraint document_rejection_reasons_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint document_rejection_reasons_position_range check ((("position" >= 0) and ("position" <= 9999))),
  constraint document_rejection_reasons_text_length check (((length(((text)::jsonb ->> 'de'::text)) <= 1000) and (length(((text)::jsonb ->> 'en'::text)) <= 1000)))
);
comment on table document.document_rejection_reasons is 'Reasons for sending a document back, to choose from.';
comment on column document.document_rejection_reasons.id is 'Identity.';
comment on column document.document_rejection_reasons.code is 'Name, dotted; unique among live rows.';
comment on column document.document_rejection_reasons.text is 'What the person reads; at most 1000 characters per language.';
comment on column document.document_rejection_reasons.template_id is 'Kind of document it is about; null: any.';
comment on column document.document_rejection_reasons."position" is 'Place in lists, smallest first; ties by code.';
comment on column document.document_rejection_reasons.created_at is 'When the row was written.';
comment on column document.document_rejection_reasons.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_rejection_reasons.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_rejection_reasons.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_rejection_reasons.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_rejection_reasons.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_rejection_reasons_code_key"
create unique index document_rejection_reasons_code_key on document.document_rejection_reasons using btree (code) where (deleted_at is null);

-- Create index "document.document_rejection_reasons_template_id_idx"
create index document_rejection_reasons_template_id_idx on document.document_rejection_reasons using btree (template_id);

-- Create trigger "check_live" of table "document.document_rejection_reasons"
create trigger check_live before insert or update of template_id, deleted_at on document.document_rejection_reasons for each row execute function projects.check_live('template_id', 'document.document_templates');

-- Create trigger "touch" of table "document.document_rejection_reasons"
create trigger touch before update on document.document_rejection_reasons for each row execute function projects.touch();

-- Create table "document.document_review_checklist_items"
create table document.document_review_checklist_items (
  id uuid default gen_random_uuid() not null,
  template_id uuid not null,
  "position" integer not null,
  text projects.localized_text not null,
  is_required boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_review_checklist_items_pkey primary key (id),
  constraint document_review_checklist_items_position_key exclude using btree (template_id with =, "position" with =) where ((deleted_at is null)) deferrable initially deferred,
  constraint document_review_checklist_items_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete restrict,
  constraint document_review_checklist_items_position_range check ((("position" >= 1) and ("position" <= 999))),
  constraint document_review_checklist_items_text_length check (((length(((text)::jsonb ->> 'de'::text)) <= 500) and (length(((text)::jsonb ->> 'en'::text)) <= 500)))
);
comment on table document.document_review_checklist_items is 'What a reviewer looks at in a kind of document.';
comment on column document.document_review_checklist_items.id is 'Identity.';
comment on column document.document_review_checklist_items.template_id is 'Kind of document.';
comment on column document.document_review_checklist_items."position" is 'Place in the list; unique in it among live rows.';
comment on column document.document_review_checklist_items.text is 'What is looked at; at most 500 characters per language.';
comment on column document.document_review_checklist_items.is_required is 'True: not approved without it.';
comment on column document.document_review_checklist_items.created_at is 'When the row was written.';
comment on column document.document_review_checklist_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_review_checklist_items.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_review_checklist_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_review_checklist_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_review_checklist_items.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_review_checklist_items_template_id_idx"
create index document_review_checklist_items_template_id_idx on document.document_review_checklist_items using btree (template_id);

-- Create trigger "check_live" of table "document.document_review_checklist_items"
create trigger check_live before insert or update of template_id, deleted_at on document.document_review_checklist_items for each row execute function projects.check_live('template_id', 'document.document_templates');

-- Create trigger "touch" of table "document.document_review_checklist_items"
create trigger touch before update on document.document_review_checklist_items for each row execute function projects.touch();

-- Create table "document.document_template_files"
create table document.document_template_files (
  id uuid default gen_random_uuid() not null,
  template_id uuid not null,
  file_ref uuid not null,
  kind text not null,
  language text,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_template_files_pkey primary key (id),
  constraint document_template_files_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete restrict,
  constraint document_template_files_kind_known check ((kind = any (array['blank'::text, 'sample'::text, 'guide'::text]))),
  constraint document_template_files_language_known check ((language = any (array['de'::text, 'en'::text]))),
  constraint document_template_files_position_range check ((("position" >= 0) and ("position" <= 9999)))
);
comment on table document.document_template_files is 'Files that help with a kind of document: blanks, samples, guides.';
comment on column document.document_template_files.id is 'Identity.';
comment on column document.document_template_files.template_id is 'The kind of document.';
comment on column document.document_template_files.file_ref is 'The file (platform).';
comment on column document.document_template_files.kind is 'What it is.';
comment on column document.document_template_files.language is 'Language of the file; null: any.';
comment on column document.document_template_files."position" is 'Place in lists, smallest first.';
comment on column document.document_template_files.created_at is 'When the row was written.';
comment on column document.document_template_files.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_template_files.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_template_files.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_template_files.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_template_files.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_template_files_template_id_file_ref_key"
create unique index document_template_files_template_id_file_ref_key on document.document_template_files using btree (template_id, file_ref) where (deleted_at is null);

-- Create index "document.document_template_files_template_id_idx"
create index document_template_files_template_id_idx on document.document_template_files using btree (template_id);

-- Create trigger "check_live" of table "document.document_template_files"
create trigger check_live before insert or update of template_id, deleted_at on document.document_template_files for each row execute function projects.check_live('template_id', 'document.document_templates');

-- Create trigger "touch" of table "document.document_template_files"
create trigger touch before update on document.document_template_files for each row execute function projects.touch();

-- Create table "document.document_template_labels"
create table document.document_template_labels (
  template_id uuid not null,
  label_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint document_template_labels_pkey primary key (template_id, label_id),
  constraint document_template_labels_label_id_fkey foreign key (label_id) references document.document_labels(id) on delete restrict,
  constraint document_template_labels_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete cascade
);
comment on table document.document_template_labels is 'Which kind of document carries which label.';
comment on column document.document_template_labels.template_id is 'The kind of document.';
comment on column document.document_template_labels.label_id is 'The label.';
comment on column document.document_template_labels.created_at is 'When the row was written.';
comment on column document.document_template_labels.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "document.document_template_labels_label_id_idx"
create index document_template_labels_label_id_idx on document.document_template_labels using btree (label_id);

-- Create table "funding.funding_programs"
create table funding.funding_programs (
  id uuid default gen_random_uuid() not null,
  code text not null,
  provider text not null,
  provider_ref uuid,
  name projects.localized_text not null,
  description projects.localized_text,
  kind text not null,
  country text default 'DE'::text not null,
  region text,
  website text,
  status text default 'draft'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint funding_programs_pkey primary key (id),
  constraint funding_programs_code_shape check (((code ~ '^[A-Z0-9][A-Z0-9._-]*$'::text) and (length(code) <= 40))),
  constraint funding_programs_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint funding_programs_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 4000) and (length(((description)::jsonb ->> 'en'::text)) <= 4000))),
  constraint funding_programs_kind_known check ((kind = any (array['grant'::text, 'loan'::text]))),
  constraint funding_programs_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint funding_programs_provider_length check (((length(provider) >= 1) and (length(provider) <= 120))),
  constraint funding_programs_region_length check (((length(region) >= 1) and (length(region) <= 60))),
  constraint funding_programs_status_known check ((status = any (array['draft'::text, 'active'::text, 'retired'::text]))),
  constraint funding_programs_website_shape check (((website ~ '^https?://[^[:space:]]+$'::text) and (length(website) <= 2000)))
);
comment on table funding.funding_programs is 'Public programmes that fund renovations. Their rates are in their versions.';
comment on column funding.funding_programs.id is 'Identity.';
comment on column funding.funding_programs.code is 'Short code, capitals; unique among live rows.';
comment on column funding.funding_programs.provider is 'Who gives the money: KfW, BAFA, a state or a town.';
comment on column funding.funding_programs.provider_ref is 'That provider as a company (platform); null: not linked.';
comment on column funding.funding_programs.name is 'Name for people; at most 200 characters per language.';
comment on column funding.funding_programs.description is 'What it funds; at most 4000 characters per language; null: not said.';
comment on column funding.funding_programs.kind is 'grant: money that stays; loan: money that is paid back.';
comment on column funding.funding_programs.country is 'ISO 3166-1 code of two letters.';
comment on column funding.funding_programs.region is 'Part of the country, ISO 3166-2; null: all of it.';
comment on column funding.funding_programs.website is 'Page of the provider; null: none.';
comment on column funding.funding_programs.status is 'draft: being written; active: may be applied to; retired.';
comment on column funding.funding_programs.created_at is 'When the row was written.';
comment on column funding.funding_programs.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_programs.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_programs.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_programs.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column funding.funding_programs.deleted_at is 'When it was deleted; null: live.';

-- Create index "funding.funding_programs_code_key"
create unique index funding_programs_code_key on funding.funding_programs using btree (code) where (deleted_at is null);

-- Create index "funding.funding_programs_created_at_idx"
create index funding_programs_created_at_idx on funding.funding_programs using btree (created_at desc, id desc);

-- Create trigger "check_status" of table "funding.funding_programs"
create trigger check_status before insert or update of status on funding.funding_programs for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

-- Create trigger "touch" of table "funding.funding_programs"
create trigger touch before update on funding.funding_programs for each row execute function projects.touch();

-- Create table "funding.funding_program_versions"
create table funding.funding_program_versions (
  id uuid default gen_random_uuid() not null,
  program_id uuid not null,
  number integer not null,
  status text default 'draft'::text not null,
  valid_from date not null,
  valid_to date,
  currency text not null,
  base_rate_percent numeric(7,4),
  max_rate_percent numeric(7,4),
  min_cost_minor bigint default 0 not null,
  cap_minor bigint,
  cap_per_dwelling_minor bigint,
  loan_per_dwelling_minor bigint,
  repayment_grant_percent numeric(7,4),
  eligibility jsonb default '{}'::jsonb not null,
  combinability text default 'listed'::text not null,
  application_before text default 'contract'::text not null,
  source_url text,
  published_at timestamp with time zone,
  published_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_program_versions_pkey primary key (id),
  constraint funding_program_versions_number_key unique (program_id, number),
  constraint funding_program_versions_no_overlap exclude using gist (program_id with =, daterange(valid_from, valid_to) with &&) where ((status <> 'draft'::text)),
  constraint funding_program_versions_program_id_fkey foreign key (program_id) references funding.funding_programs(id) on delete restrict,
  constraint funding_program_versions_application_before_known check ((application_before = any (array['quote'::text, 'contract'::text, 'start'::text, 'completion'::text, 'any'::text]))),
  constraint funding_program_versions_base_rate_percent_range check (((base_rate_percent >= (0)::numeric) and (base_rate_percent <= (100)::numeric))),
  constraint funding_program_versions_cap_minor_range check (((cap_minor >= 0) and (cap_minor <= '9000000000000000'::bigint))),
  constraint funding_program_versions_cap_per_dwelling_minor_range check (((cap_per_dwelling_minor >= 0) and (cap_per_dwelling_minor <= '9000000000000000'::bigint))),
  constraint funding_program_versions_combinability_known check ((combinability = any (array['any'::text, 'listed'::text, 'none'::text]))),
  constraint funding_program_versions_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint funding_program_versions_eligibility_object check ((jsonb_typeof(eligibility) = 'object'::text)),
  constraint funding_program_versions_loan_per_dwelling_minor_range check (((loan_per_dwelling_minor >= 0) and (loan_per_dwelling_minor <= '9000000000000000'::bigint))),
  constraint funding_program_versions_max_rate_percent_range check (((max_rate_percent >= (0)::numeric) and (max_rate_percent <= (100)::numeric))),
  constraint funding_program_versions_min_cost_minor_range check (((min_cost_minor >= 0) and (min_cost_minor <= '9000000000000000'::bigint))),
  constraint funding_program_versions_number_range check (((number >= 1) and (number <= 10000))),
  constraint funding_program_versions_published_four_eyes check (((published_by is null) or (published_by is distinct from created_by))),
  constraint funding_program_versions_published_whole check ((((status = 'draft'::text) = (published_at is null)) and ((published_at is null) = (published_by is null)))),
  constraint funding_program_versions_repayment_grant_percent_range check (((repayment_grant_percent >= (0)::numeric) and (repayment_grant_percent <= (100)::numeric))),
  constraint funding_program_versions_source_url_shape check (((source_url ~ '^https?://[^[:space:]]+$'::text) and (length(source_url) <= 2000))),
  constraint funding_program_versions_status_known check ((status = any (array['draft'::text, 'published'::text, 'superseded'::text]))),
  constraint funding_program_versions_valid_order check ((valid_to > valid_from))
);
comment on table funding.funding_program_versions is 'Terms of a programme for a time; applications pin one. A published one never changes.';
comment on column funding.funding_program_versions.id is 'Identity.';
comment on column funding.funding_program_versions.program_id is 'The programme.';
comment on column funding.funding_program_versions.number is 'Version, from 1.';
comment on column funding.funding_program_versions.status is 'draft: being written; published: in force in its time; superseded: a later one took its place.';
comment on column funding.funding_program_versions.valid_from is 'First day for applications.';
comment on column funding.funding_program_versions.valid_to is 'Day after the last; null: until further notice. May be set when superseded.';
comment on column funding.funding_program_versions.currency is 'ISO 4217 code of all its amounts.';
comment on column funding.funding_program_versions.base_rate_percent is 'Rate where no measure has its own, in percent of eligible cost; null: only measures with their own.';
comment on column funding.funding_program_versions.max_rate_percent is 'Highest rate with all bonuses, in percent; null: no limit.';
comment on column funding.funding_program_versions.min_cost_minor is 'Least eligible cost, in minor units of currency.';
comment on column funding.funding_program_versions.cap_minor is 'Most eligible cost in all, in minor units of currency; null: no limit.';
comment on column funding.funding_program_versions.cap_per_dwelling_minor is 'Most eligible cost per dwelling, in minor units of currency; null: no limit.';
comment on column funding.funding_program_versions.loan_per_dwelling_minor is 'Loan per dwelling, in minor units of currency; null: no loan.';
comment on column funding.funding_program_versions.repayment_grant_percent is 'Part of a loan that need not be paid back, in percent; null: none.';
comment on column funding.funding_program_versions.eligibility is 'Rules on the building and the measures, in the rule language; empty: everything.';
comment on column funding.funding_program_versions.combinability is 'any: with every programme; listed: see funding_program_combinations; none: alone.';
comment on column funding.funding_program_versions.application_before is 'Before what it must be applied for.';
comment on column funding.funding_program_versions.source_url is 'Where the terms are published; null: not linked.';
comment on column funding.funding_program_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column funding.funding_program_versions.published_by is 'Contact who published it (platform), not the one who wrote it; null: not yet.';
comment on column funding.funding_program_versions.created_at is 'When the row was written.';
comment on column funding.funding_program_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_versions.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_versions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "funding.funding_program_versions_created_at_idx"
create index funding_program_versions_created_at_idx on funding.funding_program_versions using btree (created_at desc, id desc);

-- Create trigger "check_frozen" of table "funding.funding_program_versions"
create trigger check_frozen before delete or update on funding.funding_program_versions for each row execute function projects.check_frozen('status', 'draft', 'valid_to');

-- Create trigger "check_status" of table "funding.funding_program_versions"
create trigger check_status before insert or update of status on funding.funding_program_versions for each row execute function projects.check_transition('status', 'draft', 'draft>published', 'published>superseded');

-- Create trigger "keep_once_set" of table "funding.funding_program_versions"
create trigger keep_once_set before update on funding.funding_program_versions for each row execute function projects.keep_once_set('published_at', 'created_by');

-- Create trigger "touch" of table "funding.funding_program_versions"
create trigger touch before update on funding.funding_program_versions for each row execute function projects.touch();

-- Create table "funding.funding_applications"
create table funding.funding_applications (
  id uuid default gen_random_uuid() not null,
  program_version_id uuid not null,
  project_id uuid not null,
  scenario_id uuid,
  source_application_id uuid,
  combinability_group text,
  title text not null,
  applicant_ref uuid,
  provider_reference text,
  requested_minor bigint,
  approved_minor bigint,
  disbursed_minor bigint default 0 not null,
  currency text not null,
  status text default 'draft'::text not null,
  eligibility_result jsonb,
  eligibility_checked_at timestamp with time zone,
  submitted_at timestamp with time zone,
  submitted_by uuid,
  decided_on date,
  rejection_reason text,
  valid_until date,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint funding_applications_pkey primary key (id),
  constraint funding_applications_program_version_id_fkey foreign key (program_version_id) references funding.funding_program_versions(id) on delete restrict,
  constraint funding_applications_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint funding_applications_scenario_id_fkey foreign key (scenario_id, project_id) references building.scenarios(id, project_id) on delete restrict,
  constraint funding_applications_source_application_id_fkey foreign key (source_application_id) references funding.funding_applications(id) on delete restrict,
  constraint funding_applications_approved_minor_range check (((approved_minor >= 0) and (approved_minor <= '9000000000000000'::bigint))),
  constraint funding_applications_approved_most check ((approved_minor <= requested_minor)),
  constraint funding_applications_approved_whole check (((status <> all (array['approved'::text, 'disbursed'::text, 'closed'::text])) or ((approved_minor is not null) and (decided_on is not null)))),
  constraint funding_applications_combinability_group_length check (((length(combinability_group) >= 1) and (length(combinability_group) <= 60))),
  constraint funding_applications_currency_shape check ((currency ~ '^[A-Z]{3}$'::text)),
  constraint funding_applications_disbursed_minor_range check (((disbursed_minor >= 0) and (disbursed_minor <= '9000000000000000'::bigint))),
  constraint funding_applications_disbursed_most check ((disbursed_minor <= coalesce(approved_minor, (0)::bigint))),
  constraint funding_applications_eligibility_result_object check ((jsonb_typeof(eligibility_result) = 'object'::text)),
  constraint funding_applications_eligible_checked check (((status = 'draft'::text) or (eligibility_checked_at is not null) or (status = 'withdrawn'::text))),
  constraint funding_applications_provider_reference_length check (((length(provider_reference) >= 1) and (length(provider_reference) <= 120))),
  constraint funding_applications_rejected_whole check (((status = 'rejected'::text) = (rejection_reason is not null))),
  constraint funding_applications_rejection_reason_length check (((length(rejection_reason) >= 1) and (length(rejection_reason) <= 2000))),
  constraint funding_applications_requested_minor_range check (((requested_minor >= 1) and (requested_minor <= '9000000000000000'::bigint))),
  constraint funding_applications_source_other check ((source_application_id <> id)),
  constraint funding_applications_status_known check ((status = any (array['draft'::text, 'eligible'::text, 'submitted'::text, 'approved'::text, 'rejected'::text, 'disbursed'::text, 'closed'::text, 'withdrawn'::text]))),
  constraint funding_applications_submitted_whole check ((((submitted_at is null) = (submitted_by is null)) and ((status <> all (array['submitted'::text, 'approved'::text, 'rejected'::text, 'disbursed'::text, 'closed'::text])) or ((submitted_at is not null) and (requested_minor is not null))))),
  constraint funding_applications_title_length check (((length(title) >= 1) and (length(title) <= 200)))
);
comment on table funding.funding_applications is 'Applications of projects to programmes; each pins the terms it was made under.';
comment on column funding.funding_applications.id is 'Identity; other domains hold it as application_ref.';
comment on column funding.funding_applications.program_version_id is 'Terms it was made under; never change.';
comment on column funding.funding_applications.project_id is 'The project.';
comment on column funding.funding_applications.scenario_id is 'Scenario it is for, one of the project''s; null: the project as such.';
comment on column funding.funding_applications.source_application_id is 'Application it is a variant of; null: none.';
comment on column funding.funding_applications.combinability_group is 'Applications of one group are checked together; null: alone.';
comment on column funding.funding_applications.title is 'Name for people; at most 200 characters.';
comment on column funding.funding_applications.applicant_ref is 'Contact who applies (platform); null: not known yet.';
comment on column funding.funding_applications.provider_reference is 'Number at the provider; unique among live rows; null: none yet.';
comment on column funding.funding_applications.requested_minor is 'Money asked for, in minor units of currency; null: not worked out.';
comment on column funding.funding_applications.approved_minor is 'Money granted, in minor units of currency; null: not decided.';
comment on column funding.funding_applications.disbursed_minor is 'Money that was paid out, in minor units of currency.';
comment on column funding.funding_applications.currency is 'ISO 4217 code; the terms''.';
comment on column funding.funding_applications.status is 'Where it stands; only the steps of funding_applications_status_transition are allowed.';
comment on column funding.funding_applications.eligibility_result is 'What the check found, rule by rule; null: not checked.';
comment on column funding.funding_applications.eligibility_checked_at is 'When it was checked; null: not yet.';
comment on column funding.funding_applications.submitted_at is 'When it was handed in; null: not yet. Set once.';
comment on column funding.funding_applications.submitted_by is 'Contact who handed it in (platform); null: not yet. Set once.';
comment on column funding.funding_applications.decided_on is 'Day of the provider''s decision; null: none yet. Set once.';
comment on column funding.funding_applications.rejection_reason is 'Why it was refused; null: it was not.';
comment on column funding.funding_applications.valid_until is 'Last day the grant can be called; null: no limit or none yet.';
comment on column funding.funding_applications.created_at is 'When the row was written.';
comment on column funding.funding_applications.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_applications.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_applications.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_applications.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column funding.funding_applications.deleted_at is 'When it was deleted; null: live.';

-- Create index "funding.funding_applications_combinability_group_idx"
create index funding_applications_combinability_group_idx on funding.funding_applications using btree (combinability_group) where (combinability_group is not null);

-- Create index "funding.funding_applications_created_at_idx"
create index funding_applications_created_at_idx on funding.funding_applications using btree (created_at desc, id desc);

-- Create index "funding.funding_applications_program_version_id_idx"
create index funding_applications_program_version_id_idx on funding.funding_applications using btree (program_version_id);

-- Create index "funding.funding_applications_project_id_status_idx"
create index funding_applications_project_id_status_idx on funding.funding_applications using btree (project_id, status);

-- Create index "funding.funding_applications_provider_reference_key"
create unique index funding_applications_provider_reference_key on funding.funding_applications using btree (provider_reference) where ((provider_reference is not null) and (deleted_at is null));

-- Create index "funding.funding_applications_scenario_id_project_id_idx"
create index funding_applications_scenario_id_project_id_idx on funding.funding_applications using btree (scenario_id, project_id);

-- Create index "funding.funding_applications_source_application_id_idx"
create index funding_applications_source_application_id_idx on funding.funding_applications using btree (source_application_id);

-- Create index "funding.funding_applications_status_created_at_idx"
create index funding_applications_status_created_at_idx on funding.funding_applications using btree (status, created_at desc);

-- Create trigger "check_acyclic" of table "funding.funding_applications"
create trigger check_acyclic before insert or update of source_application_id on funding.funding_applications for each row execute function projects.check_acyclic('id', 'source_application_id');

-- Create trigger "check_frozen" of table "funding.funding_applications"
create trigger check_frozen before delete or update on funding.funding_applications for each row execute function projects.check_frozen('status', 'draft,eligible', 'approved_minor,disbursed_minor,decided_on,rejection_reason,valid_until,provider_reference,deleted_at');

-- Create trigger "check_live" of table "funding.funding_applications"
create trigger check_live before insert or update of project_id, deleted_at on funding.funding_applications for each row execute function projects.check_live('project_id', 'community.projects');

-- Create trigger "check_parent" of table "funding.funding_applications"
create trigger check_parent before insert on funding.funding_applications for each row execute function projects.check_parent('funding.funding_program_versions', 'program_version_id', 'status', 'published');

-- Create trigger "check_status" of table "funding.funding_applications"
create trigger check_status before insert or update of status on funding.funding_applications for each row execute function projects.check_transition('status', 'draft', 'draft>eligible,withdrawn', 'eligible>draft,submitted,withdrawn', 'submitted>approved,rejected,withdrawn', 'approved>disbursed,withdrawn', 'disbursed>closed');

-- Create trigger "keep_once_set" of table "funding.funding_applications"
create trigger keep_once_set before update on funding.funding_applications for each row execute function projects.keep_once_set('program_version_id', 'submitted_at', 'submitted_by', 'decided_on', 'approved_minor');

-- Create trigger "touch" of table "funding.funding_applications"
create trigger touch before update on funding.funding_applications for each row execute function projects.touch();

-- Create function "funding.check_application_terms()"
create function funding.check_application_terms()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (
    select 1 from funding.funding_program_versions v
    where v.id = new.program_version_id and v.currency <> new.currency
  ) then
    raise exception 'the terms are in another currency than %', new.currency
      using errcode = '23514', constraint = 'funding_applications_currency_terms',
            schema = 'funding', table = 'funding_applications';
  end if;
  return new;
end
$function$;
comment on function funding.check_application_terms() is 'Before insert or update: an application is in the currency of its terms; breaks funding_applications_currency_terms.';

-- Create trigger "check_terms" of table "funding.funding_applications"
create trigger check_terms before insert or update of program_version_id, currency on funding.funding_applications for each row execute function funding.check_application_terms();

-- Create table "document.document_collections"
create table document.document_collections (
  id uuid default gen_random_uuid() not null,
  project_id uuid not null,
  name projects.localized_text not null,
  purpose text default 'onboarding'::text not null,
  application_id uuid,
  status text default 'open'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_collections_pkey primary key (id),
  constraint document_collections_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete restrict,
  constraint document_collections_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint document_collections_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint document_collections_purpose_known check ((purpose = any (array['onboarding'::text, 'funding'::text, 'execution'::text, 'handover'::text, 'other'::text]))),
  constraint document_collections_status_known check ((status = any (array['open'::text, 'complete'::text, 'closed'::text])))
);
comment on table document.document_collections is 'What is asked for one project, or part of it, together.';
comment on column document.document_collections.id is 'Identity.';
comment on column document.document_collections.project_id is 'The project.';
comment on column document.document_collections.name is 'Name for people; at most 200 characters per language.';
comment on column document.document_collections.purpose is 'What the documents are for.';
comment on column document.document_collections.application_id is 'Application they are for; null: none.';
comment on column document.document_collections.status is 'open: something is missing; complete: all approved; closed: kept for its past.';
comment on column document.document_collections.created_at is 'When the row was written.';
comment on column document.document_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_collections.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_collections.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_collections.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_collections_application_id_idx"
create index document_collections_application_id_idx on document.document_collections using btree (application_id);

-- Create index "document.document_collections_created_at_idx"
create index document_collections_created_at_idx on document.document_collections using btree (created_at desc, id desc);

-- Create index "document.document_collections_project_id_created_at_idx"
create index document_collections_project_id_created_at_idx on document.document_collections using btree (project_id, created_at desc);

-- Create trigger "check_live" of table "document.document_collections"
create trigger check_live before insert or update of project_id, deleted_at on document.document_collections for each row execute function projects.check_live('project_id', 'community.projects');

-- Create trigger "check_status" of table "document.document_collections"
create trigger check_status before insert or update of status on document.document_collections for each row execute function projects.check_transition('status', 'open', 'open>complete,closed', 'complete>open,closed');

-- Create trigger "check_unused_document_requests" of table "document.document_collections"
create trigger check_unused_document_requests before update of deleted_at on document.document_collections for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function projects.check_unused('document.document_requests', 'collection_id');

-- Create trigger "touch" of table "document.document_collections"
create trigger touch before update on document.document_collections for each row execute function projects.touch();

-- Create table "document.document_batches"
create table document.document_batches (
  id uuid default gen_random_uuid() not null,
  collection_id uuid not null,
  recipient_ref uuid not null,
  message projects.localized_text,
  portal_token_hash projects.sha256,
  sent_at timestamp with time zone,
  opened_at timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_batches_pkey primary key (id),
  constraint document_batches_portal_token_hash_key unique (portal_token_hash),
  constraint document_batches_collection_id_fkey foreign key (collection_id) references document.document_collections(id) on delete restrict,
  constraint document_batches_expires_order check ((expires_at > sent_at)),
  constraint document_batches_message_length check (((length(((message)::jsonb ->> 'de'::text)) <= 4000) and (length(((message)::jsonb ->> 'en'::text)) <= 4000))),
  constraint document_batches_sent_whole check ((((sent_at is null) = (portal_token_hash is null)) and ((sent_at is null) = (expires_at is null))))
);
revoke select on document.document_batches from projects_reader, projects_studio;
grant select (id) on document.document_batches to projects_reader, projects_studio;
grant select (collection_id) on document.document_batches to projects_reader, projects_studio;
grant select (recipient_ref) on document.document_batches to projects_reader, projects_studio;
grant select (message) on document.document_batches to projects_reader, projects_studio;
grant select (sent_at) on document.document_batches to projects_reader, projects_studio;
grant select (opened_at) on document.document_batches to projects_reader, projects_studio;
grant select (expires_at) on document.document_batches to projects_reader, projects_studio;
grant select (revoked_at) on document.document_batches to projects_reader, projects_studio;
grant select (created_at) on document.document_batches to projects_reader, projects_studio;
grant select (created_by) on document.document_batches to projects_reader, projects_studio;
grant select (updated_at) on document.document_batches to projects_reader, projects_studio;
grant select (updated_by) on document.document_batches to projects_reader, projects_studio;
grant select (version) on document.document_batches to projects_reader, projects_studio;
comment on table document.document_batches is 'Requests sent to a person together, with one link.';
comment on column document.document_batches.id is 'Identity.';
comment on column document.document_batches.collection_id is 'The collection.';
comment on column document.document_batches.recipient_ref is 'Person it was sent to (platform).';
comment on column document.document_batches.message is 'What the person reads above the list; at most 4000 characters per language; null: nothing.';
comment on column document.document_batches.portal_token_hash is 'SHA-256 of the token in the link; unique; not given to readers; null: not sent.';
comment on column document.document_batches.sent_at is 'When it was sent; null: not yet. Set once.';
comment on column document.document_batches.opened_at is 'When the link was first opened; null: not yet. Set once.';
comment on column document.document_batches.expires_at is 'When the link ends; null: not sent.';
comment on column document.document_batches.revoked_at is 'When the link was ended before; null: not. Set once.';
comment on column document.document_batches.created_at is 'When the row was written.';
comment on column document.document_batches.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_batches.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_batches.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_batches.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "document.document_batches_collection_id_idx"
create index document_batches_collection_id_idx on document.document_batches using btree (collection_id);

-- Create index "document.document_batches_created_at_idx"
create index document_batches_created_at_idx on document.document_batches using btree (created_at desc, id desc);

-- Create index "document.document_batches_recipient_ref_idx"
create index document_batches_recipient_ref_idx on document.document_batches using btree (recipient_ref);

-- Create trigger "keep_once_set" of table "document.document_batches"
create trigger keep_once_set before update on document.document_batches for each row execute function projects.keep_once_set('sent_at', 'opened_at', 'revoked_at', 'portal_token_hash');

-- Create trigger "touch" of table "document.document_batches"
create trigger touch before update on document.document_batches for each row execute function projects.touch();

-- Create table "document.document_rejection_bundles"
create table document.document_rejection_bundles (
  id uuid default gen_random_uuid() not null,
  collection_id uuid not null,
  message projects.localized_text,
  sent_at timestamp with time zone,
  sent_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_rejection_bundles_pkey primary key (id),
  constraint document_rejection_bundles_collection_id_fkey foreign key (collection_id) references document.document_collections(id) on delete restrict,
  constraint document_rejection_bundles_message_length check (((length(((message)::jsonb ->> 'de'::text)) <= 4000) and (length(((message)::jsonb ->> 'en'::text)) <= 4000))),
  constraint document_rejection_bundles_sent_whole check (((sent_at is null) = (sent_by is null)))
);
comment on table document.document_rejection_bundles is 'Documents sent back together, so that a person is written to once.';
comment on column document.document_rejection_bundles.id is 'Identity.';
comment on column document.document_rejection_bundles.collection_id is 'The collection.';
comment on column document.document_rejection_bundles.message is 'What the person reads above the list; at most 4000 characters per language; null: nothing.';
comment on column document.document_rejection_bundles.sent_at is 'When it was sent; null: being put together. Set once.';
comment on column document.document_rejection_bundles.sent_by is 'Contact who sent it (platform); null: not yet.';
comment on column document.document_rejection_bundles.created_at is 'When the row was written.';
comment on column document.document_rejection_bundles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_rejection_bundles.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_rejection_bundles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_rejection_bundles.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "document.document_rejection_bundles_collection_id_idx"
create index document_rejection_bundles_collection_id_idx on document.document_rejection_bundles using btree (collection_id);

-- Create trigger "check_frozen" of table "document.document_rejection_bundles"
create trigger check_frozen before delete or update on document.document_rejection_bundles for each row execute function projects.check_frozen('sent_at', '');

-- Create trigger "keep_once_set" of table "document.document_rejection_bundles"
create trigger keep_once_set before update on document.document_rejection_bundles for each row execute function projects.keep_once_set('sent_at');

-- Create trigger "touch" of table "document.document_rejection_bundles"
create trigger touch before update on document.document_rejection_bundles for each row execute function projects.touch();

-- Create table "document.document_requests"
create table document.document_requests (
  id uuid default gen_random_uuid() not null,
  collection_id uuid not null,
  batch_id uuid,
  template_id uuid not null,
  project_id uuid not null,
  building_id uuid,
  assignee_ref uuid,
  reviewer_ref uuid,
  title projects.localized_text,
  priority text default 'normal'::text not null,
  is_required boolean default true not null,
  due_on date,
  status text default 'open'::text not null,
  rejection_bundle_id uuid,
  rejections integer default 0 not null,
  approved_by uuid,
  approved_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint document_requests_pkey primary key (id),
  constraint document_requests_batch_id_fkey foreign key (batch_id) references document.document_batches(id) on delete restrict,
  constraint document_requests_building_id_fkey foreign key (building_id) references building.buildings(id) on delete restrict,
  constraint document_requests_collection_id_fkey foreign key (collection_id) references document.document_collections(id) on delete restrict,
  constraint document_requests_project_id_fkey foreign key (project_id) references community.projects(id) on delete restrict,
  constraint document_requests_rejection_bundle_id_fkey foreign key (rejection_bundle_id) references document.document_rejection_bundles(id) on delete restrict,
  constraint document_requests_template_id_fkey foreign key (template_id) references document.document_templates(id) on delete restrict,
  constraint document_requests_approved_whole check ((((status = 'approved'::text) = (approved_by is not null)) and ((approved_by is null) = (approved_at is null)))),
  constraint document_requests_priority_known check ((priority = any (array['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
  constraint document_requests_rejected_whole check (((status <> 'rejected'::text) or (rejection_bundle_id is not null))),
  constraint document_requests_rejections_range check (((rejections >= 0) and (rejections <= 1000))),
  constraint document_requests_requested_whole check (((status = any (array['open'::text, 'cancelled'::text])) or (assignee_ref is not null))),
  constraint document_requests_status_known check ((status = any (array['open'::text, 'requested'::text, 'uploaded'::text, 'in_review'::text, 'approved'::text, 'rejected'::text, 'cancelled'::text]))),
  constraint document_requests_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table document.document_requests is 'Documents that are asked for, one row each.';
comment on column document.document_requests.id is 'Identity.';
comment on column document.document_requests.collection_id is 'The collection.';
comment on column document.document_requests.batch_id is 'Batch it was sent with; null: not sent.';
comment on column document.document_requests.template_id is 'Kind of document.';
comment on column document.document_requests.project_id is 'The project; the collection''s.';
comment on column document.document_requests.building_id is 'Building it is about; null: the project.';
comment on column document.document_requests.assignee_ref is 'Person who is to hand it in (platform); null: not known yet.';
comment on column document.document_requests.reviewer_ref is 'Contact who reviews it (platform); null: nobody yet.';
comment on column document.document_requests.title is 'Name in place of the kind''s; at most 200 characters per language; null: the kind''s.';
comment on column document.document_requests.priority is 'How urgent it is.';
comment on column document.document_requests.is_required is 'True: the collection is not complete without it.';
comment on column document.document_requests.due_on is 'Day it is due; null: open.';
comment on column document.document_requests.status is 'Where it stands; only the steps of document_requests_status_transition are allowed.';
comment on column document.document_requests.rejection_bundle_id is 'Bundle it was last sent back with; null: never.';
comment on column document.document_requests.rejections is 'How often it was sent back; counted by trigger.';
comment on column document.document_requests.approved_by is 'Contact who approved it (platform); null: not yet.';
comment on column document.document_requests.approved_at is 'When it was approved; null: not yet.';
comment on column document.document_requests.created_at is 'When the row was written.';
comment on column document.document_requests.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_requests.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_requests.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_requests.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_requests.deleted_at is 'When it was deleted; null: live.';

-- Create index "document.document_requests_assignee_ref_status_idx"
create index document_requests_assignee_ref_status_idx on document.document_requests using btree (assignee_ref, status);

-- Create index "document.document_requests_batch_id_idx"
create index document_requests_batch_id_idx on document.document_requests using btree (batch_id);

-- Create index "document.document_requests_building_id_idx"
create index document_requests_building_id_idx on document.document_requests using btree (building_id);

-- Create index "document.document_requests_collection_id_status_idx"
create index document_requests_collection_id_status_idx on document.document_requests using btree (collection_id, status);

-- Create index "document.document_requests_created_at_idx"
create index document_requests_created_at_idx on document.document_requests using btree (created_at desc, id desc);

-- Create index "document.document_requests_due_idx"
create index document_requests_due_idx on document.document_requests using btree (due_on) where ((status = any (array['requested'::text, 'rejected'::text])) and (deleted_at is null));

-- Create index "document.document_requests_project_id_status_idx"
create index document_requests_project_id_status_idx on document.document_requests using btree (project_id, status);

-- Create index "document.document_requests_rejection_bundle_id_idx"
create index document_requests_rejection_bundle_id_idx on document.document_requests using btree (rejection_bundle_id);

-- Create index "document.document_requests_template_id_idx"
create index document_requests_template_id_idx on document.document_requests using btree (template_id);

-- Create trigger "check_live" of table "document.document_requests"
create trigger check_live before insert or update of collection_id, deleted_at on document.document_requests for each row execute function projects.check_live('collection_id', 'document.document_collections');

-- Create trigger "check_status" of table "document.document_requests"
create trigger check_status before insert or update of status on document.document_requests for each row execute function projects.check_transition('status', 'open', 'open>requested,uploaded,cancelled', 'requested>uploaded,cancelled', 'uploaded>in_review,requested,cancelled', 'in_review>approved,rejected,cancelled', 'rejected>requested,cancelled', 'approved>requested');

-- Create trigger "touch" of table "document.document_requests"
create trigger touch before update on document.document_requests for each row execute function projects.touch();

-- Create function "document.check_request()"
create function document.check_request()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if not exists (
    select 1 from document.document_collections c where c.id = new.collection_id and c.project_id = new.project_id
  ) then
    raise exception 'collection % is not of project %', new.collection_id, new.project_id
      using errcode = '23514', constraint = 'document_requests_collection_project',
            schema = 'document', table = 'document_requests';
  end if;
  if tg_op = 'INSERT' then
    new.rejections := 0;
  else
    new.rejections := old.rejections + (case when new.status = 'rejected' and old.status <> 'rejected' then 1 else 0 end);
  end if;
  return new;
end
$function$;
comment on function document.check_request() is 'Before insert or update: counts rejections; the collection is of the project (document_requests_collection_project).';

-- Create trigger "check_request" of table "document.document_requests"
create trigger check_request before insert or update on document.document_requests for each row execute function document.check_request();

-- Create table "document.document_activities"
create table document.document_activities (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  kind text not null,
  from_status text,
  to_status text,
  note text,
  actor_ref uuid,
  happened_at timestamp with time zone default now() not null,
  constraint document_activities_pkey primary key (id),
  constraint document_activities_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete restrict,
  constraint document_activities_from_status_length check (((length(from_status) >= 1) and (length(from_status) <= 20))),
  constraint document_activities_kind_known check ((kind = any (array['status'::text, 'file'::text, 'reminder'::text, 'help'::text, 'review'::text, 'note'::text]))),
  constraint document_activities_note_length check (((length(note) >= 1) and (length(note) <= 1000))),
  constraint document_activities_status_whole check (((kind = 'status'::text) = (to_status is not null))),
  constraint document_activities_to_status_length check (((length(to_status) >= 1) and (length(to_status) <= 20)))
);
revoke update on document.document_activities from projects_writer;
comment on table document.document_activities is 'Everything that happened to a request; rows are only ever added.';
comment on column document.document_activities.id is 'Identity.';
comment on column document.document_activities.request_id is 'The request.';
comment on column document.document_activities.kind is 'What kind of thing happened.';
comment on column document.document_activities.from_status is 'State before; null: made, or no step.';
comment on column document.document_activities.to_status is 'State after; null: no step.';
comment on column document.document_activities.note is 'What happened, in words; null: the kind says it.';
comment on column document.document_activities.actor_ref is 'Contact who did it (platform); null: the system or a guest with the link.';
comment on column document.document_activities.happened_at is 'When.';

-- Create index "document.document_activities_request_id_happened_at_idx"
create index document_activities_request_id_happened_at_idx on document.document_activities using btree (request_id, happened_at);

-- Create trigger "refuse_change" of table "document.document_activities"
create trigger refuse_change before delete or update on document.document_activities for each row execute function projects.refuse_change();
alter table document.document_activities enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "document.document_activities"
create trigger refuse_truncate before truncate on document.document_activities for each statement execute function projects.refuse_change();
alter table document.document_activities enable always trigger refuse_truncate;

-- Create function "document.log_activity()"
create function document.log_activity()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into document.document_activities (request_id, kind, from_status, to_status, actor_ref)
  values (
    new.id, 'status', case tg_op when 'UPDATE' then old.status end, new.status, coalesce(new.updated_by, new.created_by));
  return null;
end
$function$;
comment on function document.log_activity() is 'After insert or a step: writes document.document_activities.';

-- Create trigger "log_activity" of table "document.document_requests"
create trigger log_activity after update of status on document.document_requests for each row when ((new.status <> old.status)) execute function document.log_activity();

-- Create trigger "log_activity_insert" of table "document.document_requests"
create trigger log_activity_insert after insert on document.document_requests for each row execute function document.log_activity();

-- Create table "document.document_form_drafts"
create table document.document_form_drafts (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  author_ref uuid,
  form_version_ref uuid not null,
  answers jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_form_drafts_pkey primary key (id),
  constraint document_form_drafts_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete cascade,
  constraint document_form_drafts_answers_object check ((jsonb_typeof(answers) = 'object'::text))
);
comment on table document.document_form_drafts is 'Answers to a request''s form that were saved but not submitted.';
comment on column document.document_form_drafts.id is 'Identity.';
comment on column document.document_form_drafts.request_id is 'The request.';
comment on column document.document_form_drafts.author_ref is 'Person who saved it (platform); null: a guest with the link.';
comment on column document.document_form_drafts.form_version_ref is 'Version of the form that was asked (platform).';
comment on column document.document_form_drafts.answers is 'Answers by the key of the field.';
comment on column document.document_form_drafts.created_at is 'When the row was written.';
comment on column document.document_form_drafts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_form_drafts.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_form_drafts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_form_drafts.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "document.document_form_drafts_author_key"
create unique index document_form_drafts_author_key on document.document_form_drafts using btree (request_id, author_ref) where (author_ref is not null);

-- Create index "document.document_form_drafts_guest_key"
create unique index document_form_drafts_guest_key on document.document_form_drafts using btree (request_id) where (author_ref is null);

-- Create index "document.document_form_drafts_request_id_idx"
create index document_form_drafts_request_id_idx on document.document_form_drafts using btree (request_id);

-- Create trigger "touch" of table "document.document_form_drafts"
create trigger touch before update on document.document_form_drafts for each row execute function projects.touch();

-- Create table "document.document_fulfilments"
create table document.document_fulfilments (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  round integer not null,
  file_ref uuid,
  submission_ref uuid,
  submitted_by uuid,
  batch_id uuid,
  note text,
  withdrawn_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint document_fulfilments_pkey primary key (id),
  constraint document_fulfilments_batch_id_fkey foreign key (batch_id) references document.document_batches(id) on delete restrict,
  constraint document_fulfilments_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete restrict,
  constraint document_fulfilments_note_length check (((length(note) >= 1) and (length(note) <= 1000))),
  constraint document_fulfilments_one_content check ((num_nonnulls(file_ref, submission_ref) >= 1)),
  constraint document_fulfilments_round_range check (((round >= 1) and (round <= 1000)))
);
comment on table document.document_fulfilments is 'What was handed in for a request; a later one takes the place of an earlier one.';
comment on column document.document_fulfilments.id is 'Identity.';
comment on column document.document_fulfilments.request_id is 'The request.';
comment on column document.document_fulfilments.round is 'How many times it was handed in by then, from 1.';
comment on column document.document_fulfilments.file_ref is 'The file (platform); null: a form.';
comment on column document.document_fulfilments.submission_ref is 'The submitted form (platform); null: a file.';
comment on column document.document_fulfilments.submitted_by is 'Person who handed it in (platform); null: a guest with the link.';
comment on column document.document_fulfilments.batch_id is 'Batch whose link was used; null: handed in otherwise.';
comment on column document.document_fulfilments.note is 'What the person wrote; null: nothing.';
comment on column document.document_fulfilments.withdrawn_at is 'When it was taken back; null: not. Set once.';
comment on column document.document_fulfilments.created_at is 'When the row was written.';
comment on column document.document_fulfilments.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "document.document_fulfilments_batch_id_idx"
create index document_fulfilments_batch_id_idx on document.document_fulfilments using btree (batch_id);

-- Create index "document.document_fulfilments_created_at_idx"
create index document_fulfilments_created_at_idx on document.document_fulfilments using btree (created_at desc, id desc);

-- Create index "document.document_fulfilments_file_key"
create unique index document_fulfilments_file_key on document.document_fulfilments using btree (request_id, round, file_ref) where (file_ref is not null);

-- Create index "document.document_fulfilments_request_id_round_idx"
create index document_fulfilments_request_id_round_idx on document.document_fulfilments using btree (request_id, round);

-- Create trigger "check_frozen" of table "document.document_fulfilments"
create trigger check_frozen before delete or update on document.document_fulfilments for each row execute function projects.check_frozen('id', '', 'withdrawn_at');

-- Create trigger "check_parent" of table "document.document_fulfilments"
create trigger check_parent before insert on document.document_fulfilments for each row execute function projects.check_parent('document.document_requests', 'request_id', 'status', 'open,requested,uploaded');

-- Create trigger "keep_once_set" of table "document.document_fulfilments"
create trigger keep_once_set before update on document.document_fulfilments for each row execute function projects.keep_once_set('withdrawn_at');

-- Create table "document.document_help_requests"
create table document.document_help_requests (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  asked_by uuid,
  subject text not null,
  assignee_ref uuid,
  status text default 'open'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_help_requests_pkey primary key (id),
  constraint document_help_requests_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete restrict,
  constraint document_help_requests_status_known check ((status = any (array['open'::text, 'answered'::text, 'closed'::text]))),
  constraint document_help_requests_subject_length check (((length(subject) >= 1) and (length(subject) <= 200)))
);
comment on table document.document_help_requests is 'Questions of people who are to hand something in.';
comment on column document.document_help_requests.id is 'Identity.';
comment on column document.document_help_requests.request_id is 'Request it is about.';
comment on column document.document_help_requests.asked_by is 'Person who asks (platform); null: a guest with the link.';
comment on column document.document_help_requests.subject is 'What it is about.';
comment on column document.document_help_requests.assignee_ref is 'Contact who answers (platform); null: nobody yet.';
comment on column document.document_help_requests.status is 'open: waits for an answer; answered: waits for the person; closed.';
comment on column document.document_help_requests.created_at is 'When the row was written.';
comment on column document.document_help_requests.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_help_requests.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_help_requests.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_help_requests.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "document.document_help_requests_created_at_idx"
create index document_help_requests_created_at_idx on document.document_help_requests using btree (created_at desc, id desc);

-- Create index "document.document_help_requests_request_id_idx"
create index document_help_requests_request_id_idx on document.document_help_requests using btree (request_id);

-- Create index "document.document_help_requests_status_created_at_idx"
create index document_help_requests_status_created_at_idx on document.document_help_requests using btree (status, created_at desc);

-- Create trigger "check_status" of table "document.document_help_requests"
create trigger check_status before insert or update of status on document.document_help_requests for each row execute function projects.check_transition('status', 'open', 'open>answered,closed', 'answered>open,closed', 'closed>open');

-- Create trigger "touch" of table "document.document_help_requests"
create trigger touch before update on document.document_help_requests for each row execute function projects.touch();

-- Create table "document.document_help_messages"
create table document.document_help_messages (
  id uuid default gen_random_uuid() not null,
  help_request_id uuid not null,
  author_ref uuid,
  is_staff boolean default false not null,
  body text not null,
  file_ref uuid,
  sent_at timestamp with time zone default now() not null,
  constraint document_help_messages_pkey primary key (id),
  constraint document_help_messages_help_request_id_fkey foreign key (help_request_id) references document.document_help_requests(id) on delete restrict,
  constraint document_help_messages_body_length check (((length(body) >= 1) and (length(body) <= 8000)))
);
revoke update on document.document_help_messages from projects_writer;
comment on table document.document_help_messages is 'Messages of such a question; rows are only ever added.';
comment on column document.document_help_messages.id is 'Identity.';
comment on column document.document_help_messages.help_request_id is 'The question.';
comment on column document.document_help_messages.author_ref is 'Contact who wrote it (platform); null: a guest with the link.';
comment on column document.document_help_messages.is_staff is 'True: written by the staff.';
comment on column document.document_help_messages.body is 'What was written; plain text.';
comment on column document.document_help_messages.file_ref is 'File that goes with it (platform); null: none.';
comment on column document.document_help_messages.sent_at is 'When.';

-- Create index "document.document_help_messages_help_request_id_sent_at_idx"
create index document_help_messages_help_request_id_sent_at_idx on document.document_help_messages using btree (help_request_id, sent_at);

-- Create trigger "refuse_change" of table "document.document_help_messages"
create trigger refuse_change before delete or update on document.document_help_messages for each row execute function projects.refuse_change();
alter table document.document_help_messages enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "document.document_help_messages"
create trigger refuse_truncate before truncate on document.document_help_messages for each statement execute function projects.refuse_change();
alter table document.document_help_messages enable always trigger refuse_truncate;

-- Create table "document.document_rejection_items"
create table document.document_rejection_items (
  id uuid default gen_random_uuid() not null,
  bundle_id uuid not null,
  request_id uuid not null,
  reason_id uuid,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint document_rejection_items_pkey primary key (id),
  constraint document_rejection_items_bundle_id_fkey foreign key (bundle_id) references document.document_rejection_bundles(id) on delete cascade,
  constraint document_rejection_items_reason_id_fkey foreign key (reason_id) references document.document_rejection_reasons(id) on delete restrict,
  constraint document_rejection_items_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete restrict,
  constraint document_rejection_items_note_length check (((length(note) >= 1) and (length(note) <= 2000))),
  constraint document_rejection_items_reason_some check ((num_nonnulls(reason_id, note) >= 1))
);
comment on table document.document_rejection_items is 'Why one document of a bundle is sent back.';
comment on column document.document_rejection_items.id is 'Identity.';
comment on column document.document_rejection_items.bundle_id is 'The bundle.';
comment on column document.document_rejection_items.request_id is 'The request.';
comment on column document.document_rejection_items.reason_id is 'Reason that was chosen; null: see note.';
comment on column document.document_rejection_items.note is 'What is to be mended, in words; null: the reason says it.';
comment on column document.document_rejection_items.created_at is 'When the row was written.';
comment on column document.document_rejection_items.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "document.document_rejection_items_bundle_id_idx"
create index document_rejection_items_bundle_id_idx on document.document_rejection_items using btree (bundle_id);

-- Create index "document.document_rejection_items_reason_id_idx"
create index document_rejection_items_reason_id_idx on document.document_rejection_items using btree (reason_id);

-- Create index "document.document_rejection_items_reason_key"
create unique index document_rejection_items_reason_key on document.document_rejection_items using btree (bundle_id, request_id, reason_id) where (reason_id is not null);

-- Create index "document.document_rejection_items_request_id_idx"
create index document_rejection_items_request_id_idx on document.document_rejection_items using btree (request_id);

-- Create function "document.check_bundle_open()"
create function document.check_bundle_open()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function document.check_bundle_open() is 'Before insert or update: a bundle takes requests of its collection until it is sent; breaks document_rejection_items_bundle_open or _collection.';

-- Create trigger "check_bundle" of table "document.document_rejection_items"
create trigger check_bundle before insert or update on document.document_rejection_items for each row execute function document.check_bundle_open();

-- Create function "document.check_rejection()"
create function document.check_rejection()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function document.check_rejection() is 'Before a request is rejected: its bundle says why; breaks document_requests_rejected_reason.';

-- Create trigger "prove_rejection" of table "document.document_requests"
create trigger prove_rejection before update of status on document.document_requests for each row when (((new.status = 'rejected'::text) and (old.status <> 'rejected'::text) and (new.rejection_bundle_id is not null))) execute function document.check_rejection();

-- Create table "document.document_reminders"
create table document.document_reminders (
  id uuid default gen_random_uuid() not null,
  request_id uuid,
  batch_id uuid,
  recipient_ref uuid not null,
  channel text not null,
  level integer default 1 not null,
  sent_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint document_reminders_pkey primary key (id),
  constraint document_reminders_batch_id_fkey foreign key (batch_id) references document.document_batches(id) on delete restrict,
  constraint document_reminders_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete restrict,
  constraint document_reminders_channel_known check ((channel = any (array['email'::text, 'phone'::text, 'sms'::text, 'letter'::text, 'portal'::text]))),
  constraint document_reminders_level_range check (((level >= 1) and (level <= 10))),
  constraint document_reminders_one_subject check ((num_nonnulls(request_id, batch_id) = 1))
);
revoke update on document.document_reminders from projects_writer;
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

-- Create index "document.document_reminders_batch_id_idx"
create index document_reminders_batch_id_idx on document.document_reminders using btree (batch_id);

-- Create index "document.document_reminders_request_id_idx"
create index document_reminders_request_id_idx on document.document_reminders using btree (request_id);

-- Create trigger "refuse_change" of table "document.document_reminders"
create trigger refuse_change before delete or update on document.document_reminders for each row execute function projects.refuse_change();
alter table document.document_reminders enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "document.document_reminders"
create trigger refuse_truncate before truncate on document.document_reminders for each statement execute function projects.refuse_change();
alter table document.document_reminders enable always trigger refuse_truncate;

-- Create table "document.document_request_files"
create table document.document_request_files (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  file_ref uuid not null,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint document_request_files_pkey primary key (id),
  constraint document_request_files_file_key unique (request_id, file_ref),
  constraint document_request_files_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete cascade,
  constraint document_request_files_note_length check (((length(note) >= 1) and (length(note) <= 500)))
);
comment on table document.document_request_files is 'Files that go with a request: prefilled forms, extracts.';
comment on column document.document_request_files.id is 'Identity.';
comment on column document.document_request_files.request_id is 'The request.';
comment on column document.document_request_files.file_ref is 'The file (platform).';
comment on column document.document_request_files.note is 'What it is for; null: not said.';
comment on column document.document_request_files.created_at is 'When the row was written.';
comment on column document.document_request_files.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create table "document.document_review_checklist_results"
create table document.document_review_checklist_results (
  id uuid default gen_random_uuid() not null,
  request_id uuid not null,
  item_id uuid not null,
  result text not null,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_review_checklist_results_pkey primary key (id),
  constraint document_review_checklist_results_item_key unique (request_id, item_id),
  constraint document_review_checklist_results_item_id_fkey foreign key (item_id) references document.document_review_checklist_items(id) on delete restrict,
  constraint document_review_checklist_results_request_id_fkey foreign key (request_id) references document.document_requests(id) on delete cascade,
  constraint document_review_checklist_results_note_length check (((length(note) >= 1) and (length(note) <= 1000))),
  constraint document_review_checklist_results_result_known check ((result = any (array['passed'::text, 'failed'::text, 'not_applicable'::text])))
);
comment on table document.document_review_checklist_results is 'What a reviewer found, point by point.';
comment on column document.document_review_checklist_results.id is 'Identity.';
comment on column document.document_review_checklist_results.request_id is 'The request.';
comment on column document.document_review_checklist_results.item_id is 'What was looked at.';
comment on column document.document_review_checklist_results.result is 'What was found.';
comment on column document.document_review_checklist_results.note is 'What was noted; null: nothing.';
comment on column document.document_review_checklist_results.created_at is 'When the row was written.';
comment on column document.document_review_checklist_results.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_review_checklist_results.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_review_checklist_results.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_review_checklist_results.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "document.document_review_checklist_results_item_id_idx"
create index document_review_checklist_results_item_id_idx on document.document_review_checklist_results using btree (item_id);

-- Create trigger "touch" of table "document.document_review_checklist_results"
create trigger touch before update on document.document_review_checklist_results for each row execute function projects.touch();

-- Create function "document.check_approval()"
create function document.check_approval()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function document.check_approval() is 'Before a request is approved: every required point was looked at and passed; breaks document_requests_approved_checked.';

-- Create trigger "prove_approval" of table "document.document_requests"
create trigger prove_approval before update of status on document.document_requests for each row when (((new.status = 'approved'::text) and (old.status <> 'approved'::text))) execute function document.check_approval();

-- Create table "funding.funding_application_loans"
create table funding.funding_application_loans (
  id uuid default gen_random_uuid() not null,
  application_id uuid not null,
  dwellings integer not null,
  per_dwelling_minor bigint not null,
  principal_minor bigint not null,
  interest_percent numeric(7,4),
  term_months integer,
  grace_months integer default 0 not null,
  repayment_grant_minor bigint default 0 not null,
  bank_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_application_loans_pkey primary key (id),
  constraint funding_application_loans_application_id_key unique (application_id),
  constraint funding_application_loans_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete cascade,
  constraint funding_application_loans_dwellings_range check (((dwellings >= 1) and (dwellings <= 10000))),
  constraint funding_application_loans_grace_months_range check (((grace_months >= 0) and (grace_months <= 120))),
  constraint funding_application_loans_interest_percent_range check (((interest_percent >= (0)::numeric) and (interest_percent <= (100)::numeric))),
  constraint funding_application_loans_per_dwelling_minor_range check (((per_dwelling_minor >= 1) and (per_dwelling_minor <= '9000000000000000'::bigint))),
  constraint funding_application_loans_principal_minor_range check (((principal_minor >= 1) and (principal_minor <= '9000000000000000'::bigint))),
  constraint funding_application_loans_principal_product check ((principal_minor = (dwellings * per_dwelling_minor))),
  constraint funding_application_loans_repayment_grant_minor_range check (((repayment_grant_minor >= 0) and (repayment_grant_minor <= '9000000000000000'::bigint))),
  constraint funding_application_loans_repayment_grant_most check ((repayment_grant_minor <= principal_minor)),
  constraint funding_application_loans_term_months_range check (((term_months >= 1) and (term_months <= 720)))
);
comment on table funding.funding_application_loans is 'Loan of an application: so much per dwelling.';
comment on column funding.funding_application_loans.id is 'Identity.';
comment on column funding.funding_application_loans.application_id is 'The application; one loan each.';
comment on column funding.funding_application_loans.dwellings is 'Dwellings it is counted by.';
comment on column funding.funding_application_loans.per_dwelling_minor is 'Loan per dwelling, in minor units of the application''s currency.';
comment on column funding.funding_application_loans.principal_minor is 'The loan: dwellings times the amount per dwelling, in minor units.';
comment on column funding.funding_application_loans.interest_percent is 'Interest, in percent per year; null: not known yet.';
comment on column funding.funding_application_loans.term_months is 'Until it is paid back, in months; null: not known yet.';
comment on column funding.funding_application_loans.grace_months is 'Months before paying back begins.';
comment on column funding.funding_application_loans.repayment_grant_minor is 'Part that need not be paid back, in minor units.';
comment on column funding.funding_application_loans.bank_ref is 'Bank it is paid through, a company (platform); null: not known yet.';
comment on column funding.funding_application_loans.created_at is 'When the row was written.';
comment on column funding.funding_application_loans.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_loans.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_loans.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_loans.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "funding.funding_application_loans"
create trigger check_parent before insert or delete or update on funding.funding_application_loans for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

-- Create trigger "touch" of table "funding.funding_application_loans"
create trigger touch before update on funding.funding_application_loans for each row execute function projects.touch();

-- Create table "funding.funding_application_measures"
create table funding.funding_application_measures (
  id uuid default gen_random_uuid() not null,
  application_id uuid not null,
  scenario_measure_id uuid not null,
  cost_minor bigint not null,
  eligible_minor bigint not null,
  rate_percent numeric(7,4) not null,
  bonus_codes text[] default '{}'::text[] not null,
  granted_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_application_measures_pkey primary key (id),
  constraint funding_application_measures_measure_key unique (application_id, scenario_measure_id),
  constraint funding_application_measures_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete cascade,
  constraint funding_application_measures_scenario_measure_id_fkey foreign key (scenario_measure_id) references building.scenario_measures(id) on delete restrict,
  constraint funding_application_measures_cost_minor_range check (((cost_minor >= 0) and (cost_minor <= '9000000000000000'::bigint))),
  constraint funding_application_measures_eligible_minor_range check (((eligible_minor >= 0) and (eligible_minor <= '9000000000000000'::bigint))),
  constraint funding_application_measures_eligible_most check ((eligible_minor <= cost_minor)),
  constraint funding_application_measures_granted_minor_range check (((granted_minor >= 0) and (granted_minor <= '9000000000000000'::bigint))),
  constraint funding_application_measures_granted_most check ((granted_minor <= eligible_minor)),
  constraint funding_application_measures_rate_percent_range check (((rate_percent >= (0)::numeric) and (rate_percent <= (100)::numeric)))
);
comment on table funding.funding_application_measures is 'Measures an application is for, and what the terms give for each.';
comment on column funding.funding_application_measures.id is 'Identity.';
comment on column funding.funding_application_measures.application_id is 'The application.';
comment on column funding.funding_application_measures.scenario_measure_id is 'The measure; once per application.';
comment on column funding.funding_application_measures.cost_minor is 'Cost of the measure, in minor units of the application''s currency.';
comment on column funding.funding_application_measures.eligible_minor is 'Part of it that counts, after caps, in minor units.';
comment on column funding.funding_application_measures.rate_percent is 'Rate with bonuses, in percent.';
comment on column funding.funding_application_measures.bonus_codes is 'Bonuses that are in the rate.';
comment on column funding.funding_application_measures.granted_minor is 'What the terms give, in minor units.';
comment on column funding.funding_application_measures.created_at is 'When the row was written.';
comment on column funding.funding_application_measures.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_measures.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_measures.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_measures.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "funding.funding_application_measures_scenario_measure_id_idx"
create index funding_application_measures_scenario_measure_id_idx on funding.funding_application_measures using btree (scenario_measure_id);

-- Create trigger "check_parent" of table "funding.funding_application_measures"
create trigger check_parent before insert or delete or update on funding.funding_application_measures for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

-- Create trigger "touch" of table "funding.funding_application_measures"
create trigger touch before update on funding.funding_application_measures for each row execute function projects.touch();

-- Create table "funding.funding_application_adjustments"
create table funding.funding_application_adjustments (
  id uuid default gen_random_uuid() not null,
  application_id uuid not null,
  scope text not null,
  measure_type text,
  application_measure_id uuid,
  amount_minor bigint not null,
  reason text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint funding_application_adjustments_pkey primary key (id),
  constraint funding_application_adjustments_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete cascade,
  constraint funding_application_adjustments_application_measure_id_fkey foreign key (application_measure_id) references funding.funding_application_measures(id) on delete cascade,
  constraint funding_application_adjustments_amount_minor_range check (((amount_minor >= '-9000000000000000'::bigint) and (amount_minor <= '9000000000000000'::bigint))),
  constraint funding_application_adjustments_amount_some check ((amount_minor <> 0)),
  constraint funding_application_adjustments_measure_type_known check ((measure_type = any (array['roof'::text, 'facade'::text, 'windows'::text, 'doors'::text, 'heating'::text, 'ventilation'::text, 'solar_panels'::text, 'insulation'::text, 'electrical'::text, 'plumbing'::text, 'other'::text]))),
  constraint funding_application_adjustments_reason_length check (((length(reason) >= 1) and (length(reason) <= 1000))),
  constraint funding_application_adjustments_scope_known check ((scope = any (array['program'::text, 'category'::text, 'measure'::text]))),
  constraint funding_application_adjustments_scope_whole check ((((scope = 'category'::text) = (measure_type is not null)) and ((scope = 'measure'::text) = (application_measure_id is not null))))
);
comment on table funding.funding_application_adjustments is 'What was added to or taken from a calculation by hand, and why.';
comment on column funding.funding_application_adjustments.id is 'Identity.';
comment on column funding.funding_application_adjustments.application_id is 'The application.';
comment on column funding.funding_application_adjustments.scope is 'What it changes: the whole, a kind of measure, or one measure.';
comment on column funding.funding_application_adjustments.measure_type is 'Kind of measure; null: another scope.';
comment on column funding.funding_application_adjustments.application_measure_id is 'The measure; null: another scope.';
comment on column funding.funding_application_adjustments.amount_minor is 'What is added, negative: taken, in minor units of the application''s currency.';
comment on column funding.funding_application_adjustments.reason is 'Why.';
comment on column funding.funding_application_adjustments.created_at is 'When the row was written.';
comment on column funding.funding_application_adjustments.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "funding.funding_application_adjustments_application_id_idx"
create index funding_application_adjustments_application_id_idx on funding.funding_application_adjustments using btree (application_id);

-- Create index "funding.funding_application_adjustments_application_measure_id_idx"
create index funding_application_adjustments_application_measure_id_idx on funding.funding_application_adjustments using btree (application_measure_id);

-- Create trigger "check_parent" of table "funding.funding_application_adjustments"
create trigger check_parent before insert or delete or update on funding.funding_application_adjustments for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

-- Create table "funding.funding_application_allocations"
create table funding.funding_application_allocations (
  id uuid default gen_random_uuid() not null,
  application_id uuid not null,
  quote_ref uuid,
  invoice_ref uuid,
  application_measure_id uuid,
  amount_minor bigint not null,
  status text default 'proposed'::text not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  note text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_application_allocations_pkey primary key (id),
  constraint funding_application_allocations_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete restrict,
  constraint funding_application_allocations_application_measure_id_fkey foreign key (application_measure_id) references funding.funding_application_measures(id) on delete restrict,
  constraint funding_application_allocations_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint funding_application_allocations_decided_whole check ((((status = 'proposed'::text) = (decided_by is null)) and ((decided_by is null) = (decided_at is null)))),
  constraint funding_application_allocations_decision_four_eyes check (((decided_by is null) or (decided_by is distinct from created_by))),
  constraint funding_application_allocations_note_length check (((length(note) >= 1) and (length(note) <= 500))),
  constraint funding_application_allocations_one_target check ((num_nonnulls(quote_ref, invoice_ref) = 1)),
  constraint funding_application_allocations_status_known check ((status = any (array['proposed'::text, 'approved'::text, 'rejected'::text, 'released'::text])))
);
comment on table funding.funding_application_allocations is 'Which quotes and invoices granted money pays; somebody else approves each.';
comment on column funding.funding_application_allocations.id is 'Identity.';
comment on column funding.funding_application_allocations.application_id is 'The application.';
comment on column funding.funding_application_allocations.quote_ref is 'Quote it pays (finance); null: an invoice.';
comment on column funding.funding_application_allocations.invoice_ref is 'Invoice it pays (finance); null: a quote.';
comment on column funding.funding_application_allocations.application_measure_id is 'Measure it is for; null: the whole.';
comment on column funding.funding_application_allocations.amount_minor is 'Money, in minor units of the application''s currency.';
comment on column funding.funding_application_allocations.status is 'proposed; approved: counts; rejected; released: no longer counts.';
comment on column funding.funding_application_allocations.decided_by is 'Contact who approved or rejected it (platform), not the one who wrote it; null: nobody yet. Set once.';
comment on column funding.funding_application_allocations.decided_at is 'When that was; null: not yet. Set once.';
comment on column funding.funding_application_allocations.note is 'Why; null: not said.';
comment on column funding.funding_application_allocations.created_at is 'When the row was written.';
comment on column funding.funding_application_allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_allocations.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "funding.funding_application_allocations_application_id_idx"
create index funding_application_allocations_application_id_idx on funding.funding_application_allocations using btree (application_id);

-- Create index "funding.funding_application_allocations_application_measure_id_idx"
create index funding_application_allocations_application_measure_id_idx on funding.funding_application_allocations using btree (application_measure_id);

-- Create index "funding.funding_application_allocations_invoice_ref_idx"
create index funding_application_allocations_invoice_ref_idx on funding.funding_application_allocations using btree (invoice_ref) where (invoice_ref is not null);

-- Create index "funding.funding_application_allocations_quote_ref_idx"
create index funding_application_allocations_quote_ref_idx on funding.funding_application_allocations using btree (quote_ref) where (quote_ref is not null);

-- Create trigger "check_frozen" of table "funding.funding_application_allocations"
create trigger check_frozen before delete or update on funding.funding_application_allocations for each row execute function projects.check_frozen('status', 'proposed', 'note');

-- Create trigger "check_status" of table "funding.funding_application_allocations"
create trigger check_status before insert or update of status on funding.funding_application_allocations for each row execute function projects.check_transition('status', 'proposed', 'proposed>approved,rejected', 'approved>released');

-- Create trigger "keep_once_set" of table "funding.funding_application_allocations"
create trigger keep_once_set before update on funding.funding_application_allocations for each row execute function projects.keep_once_set('created_by', 'decided_by', 'decided_at');

-- Create trigger "touch" of table "funding.funding_application_allocations"
create trigger touch before update on funding.funding_application_allocations for each row execute function projects.touch();

-- Create function "funding.check_allocated()"
create function funding.check_allocated()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  granted bigint;
  allocated numeric;
begin
  -- One decision at a time per application.
  select a.approved_minor into granted
  from funding.funding_applications a
  where a.id = new.application_id and a.status in ('approved', 'disbursed') and a.deleted_at is null for no key update;
  if granted is null then
    raise exception 'application % has not been granted', new.application_id
      using errcode = '23514', constraint = 'funding_application_allocations_granted',
            schema = 'funding', table = 'funding_application_allocations';
  end if;
  select coalesce(sum(l.amount_minor), 0) into allocated
  from funding.funding_application_allocations l
  where l.application_id = new.application_id and l.status = 'approved' and l.id <> new.id;
  if allocated + new.amount_minor > granted then
    raise exception 'application % was granted %, % is allocated already', new.application_id, granted, allocated
      using errcode = '23514', constraint = 'funding_application_allocations_most',
            schema = 'funding', table = 'funding_application_allocations';
  end if;
  return new;
end
$function$;
comment on function funding.check_allocated() is 'Before approval: no more is allocated than was granted; breaks funding_application_allocations_granted or _most.';

-- Create trigger "prove_allocated" of table "funding.funding_application_allocations"
create trigger prove_allocated before insert or update of status on funding.funding_application_allocations for each row when ((new.status = 'approved'::text)) execute function funding.check_allocated();

-- Create table "funding.funding_application_steps"
create table funding.funding_application_steps (
  id uuid default gen_random_uuid() not null,
  application_id uuid not null,
  from_status text,
  to_status text not null,
  changed_at timestamp with time zone default now() not null,
  changed_by uuid,
  constraint funding_application_steps_pkey primary key (id),
  constraint funding_application_steps_application_id_fkey foreign key (application_id) references funding.funding_applications(id) on delete restrict,
  constraint funding_application_steps_from_status_length check (((length(from_status) >= 1) and (length(from_status) <= 20))),
  constraint funding_application_steps_to_status_length check (((length(to_status) >= 1) and (length(to_status) <= 20)))
);
revoke insert, update on funding.funding_application_steps from projects_writer;
comment on table funding.funding_application_steps is 'Every step of every application; written by trigger, rows are only ever added.';
comment on column funding.funding_application_steps.id is 'Identity.';
comment on column funding.funding_application_steps.application_id is 'The application.';
comment on column funding.funding_application_steps.from_status is 'State before; null: it was made.';
comment on column funding.funding_application_steps.to_status is 'State after.';
comment on column funding.funding_application_steps.changed_at is 'When the step was taken.';
comment on column funding.funding_application_steps.changed_by is 'Contact who took it (platform); null: the system.';

-- Create index "funding.funding_application_steps_application_id_changed_at_idx"
create index funding_application_steps_application_id_changed_at_idx on funding.funding_application_steps using btree (application_id, changed_at);

-- Create trigger "refuse_change" of table "funding.funding_application_steps"
create trigger refuse_change before delete or update on funding.funding_application_steps for each row execute function projects.refuse_change();
alter table funding.funding_application_steps enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "funding.funding_application_steps"
create trigger refuse_truncate before truncate on funding.funding_application_steps for each statement execute function projects.refuse_change();
alter table funding.funding_application_steps enable always trigger refuse_truncate;

-- Create function "funding.log_step()"
create function funding.log_step()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  insert into funding.funding_application_steps (application_id, from_status, to_status, changed_by)
  values (new.id, case tg_op when 'UPDATE' then old.status end, new.status, coalesce(new.updated_by, new.created_by));
  return null;
end
$function$;
comment on function funding.log_step() is 'After insert or a step: writes funding.funding_application_steps.';

-- Create trigger "log_step" of table "funding.funding_applications"
create trigger log_step after update of status on funding.funding_applications for each row when ((new.status <> old.status)) execute function funding.log_step();

-- Create trigger "log_step_insert" of table "funding.funding_applications"
create trigger log_step_insert after insert on funding.funding_applications for each row execute function funding.log_step();

-- Create table "funding.funding_program_bonuses"
create table funding.funding_program_bonuses (
  id uuid default gen_random_uuid() not null,
  version_id uuid not null,
  code text not null,
  name projects.localized_text not null,
  points_percent numeric(7,4) not null,
  condition jsonb default '{}'::jsonb not null,
  excludes text[] default '{}'::text[] not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_program_bonuses_pkey primary key (id),
  constraint funding_program_bonuses_code_key unique (version_id, code),
  constraint funding_program_bonuses_version_id_fkey foreign key (version_id) references funding.funding_program_versions(id) on delete cascade,
  constraint funding_program_bonuses_code_shape check (((code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(code) <= 100))),
  constraint funding_program_bonuses_condition_object check ((jsonb_typeof(condition) = 'object'::text)),
  constraint funding_program_bonuses_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint funding_program_bonuses_points_percent_range check (((points_percent >= (0)::numeric) and (points_percent <= (100)::numeric)))
);
comment on table funding.funding_program_bonuses is 'Points that are added to a rate if a condition holds.';
comment on column funding.funding_program_bonuses.id is 'Identity.';
comment on column funding.funding_program_bonuses.version_id is 'The version.';
comment on column funding.funding_program_bonuses.code is 'Name, dotted; unique in the version.';
comment on column funding.funding_program_bonuses.name is 'Name for people; at most 120 characters per language.';
comment on column funding.funding_program_bonuses.points_percent is 'What is added to the rate, in percentage points.';
comment on column funding.funding_program_bonuses.condition is 'When it is added, in the rule language; empty: always.';
comment on column funding.funding_program_bonuses.excludes is 'Codes of bonuses it is not added beside.';
comment on column funding.funding_program_bonuses.created_at is 'When the row was written.';
comment on column funding.funding_program_bonuses.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_bonuses.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_bonuses.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_bonuses.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "funding.funding_program_bonuses"
create trigger check_parent before insert or delete or update on funding.funding_program_bonuses for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

-- Create trigger "touch" of table "funding.funding_program_bonuses"
create trigger touch before update on funding.funding_program_bonuses for each row execute function projects.touch();

-- Create table "funding.funding_program_combinations"
create table funding.funding_program_combinations (
  id uuid default gen_random_uuid() not null,
  version_id uuid not null,
  other_program_id uuid not null,
  rule text not null,
  max_total_percent numeric(7,4),
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_program_combinations_pkey primary key (id),
  constraint funding_program_combinations_other_key unique (version_id, other_program_id),
  constraint funding_program_combinations_other_program_id_fkey foreign key (other_program_id) references funding.funding_programs(id) on delete restrict,
  constraint funding_program_combinations_version_id_fkey foreign key (version_id) references funding.funding_program_versions(id) on delete cascade,
  constraint funding_program_combinations_max_total_percent_range check (((max_total_percent >= (0)::numeric) and (max_total_percent <= (100)::numeric))),
  constraint funding_program_combinations_rule_known check ((rule = any (array['allowed'::text, 'forbidden'::text, 'other_costs'::text])))
);
comment on table funding.funding_program_combinations is 'Which programmes may fund one project together with a version.';
comment on column funding.funding_program_combinations.id is 'Identity.';
comment on column funding.funding_program_combinations.version_id is 'The version.';
comment on column funding.funding_program_combinations.other_program_id is 'The other programme.';
comment on column funding.funding_program_combinations.rule is 'allowed; forbidden; other_costs: for other costs only.';
comment on column funding.funding_program_combinations.max_total_percent is 'Most that both fund together, in percent of the cost; null: no limit.';
comment on column funding.funding_program_combinations.created_at is 'When the row was written.';
comment on column funding.funding_program_combinations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_combinations.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_combinations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_combinations.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "funding.funding_program_combinations_other_program_id_idx"
create index funding_program_combinations_other_program_id_idx on funding.funding_program_combinations using btree (other_program_id);

-- Create trigger "check_parent" of table "funding.funding_program_combinations"
create trigger check_parent before insert or delete or update on funding.funding_program_combinations for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

-- Create trigger "touch" of table "funding.funding_program_combinations"
create trigger touch before update on funding.funding_program_combinations for each row execute function projects.touch();

-- Create table "funding.funding_program_rates"
create table funding.funding_program_rates (
  id uuid default gen_random_uuid() not null,
  version_id uuid not null,
  measure_type text not null,
  rate_percent numeric(7,4) not null,
  cap_minor bigint,
  cap_unit text default 'total'::text not null,
  requirements jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint funding_program_rates_pkey primary key (id),
  constraint funding_program_rates_measure_type_key unique (version_id, measure_type),
  constraint funding_program_rates_version_id_fkey foreign key (version_id) references funding.funding_program_versions(id) on delete cascade,
  constraint funding_program_rates_cap_minor_range check (((cap_minor >= 0) and (cap_minor <= '9000000000000000'::bigint))),
  constraint funding_program_rates_cap_unit_known check ((cap_unit = any (array['total'::text, 'dwelling'::text, 'm2'::text, 'piece'::text]))),
  constraint funding_program_rates_measure_type_known check ((measure_type = any (array['roof'::text, 'facade'::text, 'windows'::text, 'doors'::text, 'heating'::text, 'ventilation'::text, 'solar_panels'::text, 'insulation'::text, 'electrical'::text, 'plumbing'::text, 'other'::text]))),
  constraint funding_program_rates_rate_percent_range check (((rate_percent >= (0)::numeric) and (rate_percent <= (100)::numeric))),
  constraint funding_program_rates_requirements_object check ((jsonb_typeof(requirements) = 'object'::text))
);
comment on table funding.funding_program_rates is 'Rate and cap of one kind of measure in a version.';
comment on column funding.funding_program_rates.id is 'Identity.';
comment on column funding.funding_program_rates.version_id is 'The version.';
comment on column funding.funding_program_rates.measure_type is 'Kind of measure; once per version.';
comment on column funding.funding_program_rates.rate_percent is 'Part of the eligible cost, in percent.';
comment on column funding.funding_program_rates.cap_minor is 'Most eligible cost, in minor units of the version''s currency; null: no limit.';
comment on column funding.funding_program_rates.cap_unit is 'What the cap is counted by.';
comment on column funding.funding_program_rates.requirements is 'What the measure must keep, by name; the unit is part of the name: max_u_value_w_m2k.';
comment on column funding.funding_program_rates.created_at is 'When the row was written.';
comment on column funding.funding_program_rates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_rates.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_rates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_rates.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_parent" of table "funding.funding_program_rates"
create trigger check_parent before insert or delete or update on funding.funding_program_rates for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

-- Create trigger "touch" of table "funding.funding_program_rates"
create trigger touch before update on funding.funding_program_rates for each row execute function projects.touch();

-- Create table "projects.audit_logs"
create table projects.audit_logs (
  id uuid default gen_random_uuid() not null,
  created_at timestamp with time zone default now() not null,
  domain text default 'projects'::text not null,
  actor_kind text not null,
  actor_contact_id uuid,
  actor_user_id uuid,
  session_id uuid,
  action text not null,
  change_type text not null,
  entity_type projects.entity_name,
  entity_id uuid,
  context_entity_type projects.entity_name,
  context_entity_id uuid,
  changed_fields text[] default '{}'::text[] not null,
  old_value jsonb,
  new_value jsonb,
  request_id text,
  ip inet,
  user_agent text,
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_action_shape check (((action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(action) <= 100))),
  constraint audit_logs_actor_kind_known check ((actor_kind = any (array['user'::text, 'token'::text, 'system'::text]))),
  constraint audit_logs_change_type_known check ((change_type = any (array['create'::text, 'update'::text, 'delete'::text, 'restore'::text, 'transition'::text, 'read'::text, 'login'::text, 'other'::text]))),
  constraint audit_logs_context_whole check (((context_entity_type is null) = (context_entity_id is null))),
  constraint audit_logs_domain_known check ((domain = 'projects'::text)),
  constraint audit_logs_entity_whole check (((entity_type is null) = (entity_id is null))),
  constraint audit_logs_request_id_length check (((length(request_id) >= 1) and (length(request_id) <= 200))),
  constraint audit_logs_user_agent_length check ((length(user_agent) <= 500))
);
grant select on projects.audit_logs to projects_audit;
revoke update on projects.audit_logs from projects_writer;
comment on table projects.audit_logs is 'Who changed or read what of the projects; rows are only ever added.';
comment on column projects.audit_logs.id is 'Identity.';
comment on column projects.audit_logs.created_at is 'When it happened.';
comment on column projects.audit_logs.domain is 'Domain whose data was touched: always projects here.';
comment on column projects.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column projects.audit_logs.actor_contact_id is 'Contact who acted (platform); null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column projects.audit_logs.actor_user_id is 'Login that was used (platform); null: none.';
comment on column projects.audit_logs.session_id is 'Session it happened in (platform); null: none.';
comment on column projects.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column projects.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column projects.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column projects.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column projects.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column projects.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column projects.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column projects.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column projects.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column projects.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column projects.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column projects.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

-- Create index "projects.audit_logs_actor_idx"
create index audit_logs_actor_idx on projects.audit_logs using btree (actor_contact_id, created_at desc, id desc);

-- Create index "projects.audit_logs_created_at_idx"
create index audit_logs_created_at_idx on projects.audit_logs using btree (created_at desc, id desc);

-- Create index "projects.audit_logs_entity_idx"
create index audit_logs_entity_idx on projects.audit_logs using btree (entity_type, entity_id, created_at desc, id desc);

-- Create trigger "refuse_change" of table "projects.audit_logs"
create trigger refuse_change before delete or update on projects.audit_logs for each row execute function projects.refuse_change();
alter table projects.audit_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "projects.audit_logs"
create trigger refuse_truncate before truncate on projects.audit_logs for each statement execute function projects.refuse_change();
alter table projects.audit_logs enable always trigger refuse_truncate;

-- Create table "projects.idempotency_keys"
create table projects.idempotency_keys (
  scope projects.key_text not null,
  key projects.key_text not null,
  fingerprint projects.sha256 not null,
  status projects.http_status,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
revoke select on projects.idempotency_keys from projects_studio;
grant select (scope) on projects.idempotency_keys to projects_studio;
grant select (key) on projects.idempotency_keys to projects_studio;
grant select (status) on projects.idempotency_keys to projects_studio;
grant select (created_at) on projects.idempotency_keys to projects_studio;
comment on table projects.idempotency_keys is 'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column projects.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column projects.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column projects.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column projects.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column projects.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column projects.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';

-- Create index "projects.idempotency_keys_created_at_idx"
create index idempotency_keys_created_at_idx on projects.idempotency_keys using btree (created_at);

-- Create table "projects.inbox_dedup"
create table projects.inbox_dedup (
  consumer text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_dedup_pkey primary key (consumer, message_id),
  constraint inbox_dedup_consumer_length check (((length(consumer) >= 1) and (length(consumer) <= 100)))
);
comment on table projects.inbox_dedup is 'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column projects.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column projects.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column projects.inbox_dedup.received_at is 'When it took effect here.';

-- Create table "projects.outbox_events"
create table projects.outbox_events (
  id uuid default gen_random_uuid() not null,
  "position" bigint generated always as identity not null,
  topic projects.event_topic not null,
  aggregate_type projects.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  occurred_at timestamp with time zone default now() not null,
  published_at timestamp with time zone,
  constraint outbox_events_pkey primary key (id),
  constraint outbox_events_payload_object check ((jsonb_typeof(payload) = 'object'::text))
);
comment on table projects.outbox_events is 'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column projects.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column projects.outbox_events."position" is 'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column projects.outbox_events.topic is 'Domain, entity, fact and version: projects.thing.happened.v1.';
comment on column projects.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column projects.outbox_events.aggregate_id is 'Id of that entity.';
comment on column projects.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column projects.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column projects.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';

-- Create index "projects.outbox_events_unpublished_idx"
create index outbox_events_unpublished_idx on projects.outbox_events using btree ("position") where (published_at is null);
