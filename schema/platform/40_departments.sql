-- platform: departments, the parts of the organisation that work on something.

create table party.departments (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint departments_code_shape check (code ~ '^[A-Z0-9][A-Z0-9_-]*$' and length(code) <= 30),
  short_name text not null
    constraint departments_short_name_length check (length(short_name) between 1 and 20),
  name platform.localized_text not null
    constraint departments_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint departments_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  skill_level text not null
    constraint departments_skill_level_known check (skill_level in ('pro', 'basic')),
  is_owner boolean not null default false,
  status text not null default 'active'
    constraint departments_status_known check (status in ('active', 'inactive')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint departments_pkey primary key (id)
);
comment on table party.departments is
  'Parts of the organisation; they carry responsibility and bound what employees see.';
comment on column party.departments.id is 'Identity.';
comment on column party.departments.code is 'Short code, capitals; unique among live rows; at most 30 characters.';
comment on column party.departments.short_name is 'Name where there is little room; at most 20 characters.';
comment on column party.departments.name is 'Name for people; at most 120 characters per language.';
comment on column party.departments.description is
  'What it is responsible for; at most 2000 characters per language; null: not said.';
comment on column party.departments.skill_level is 'pro: works on difficult cases; basic: on the others.';
comment on column party.departments.is_owner is
  'True: takes what no other department of its skill level takes; exactly one active department per level.';
comment on column party.departments.status is 'active: takes work; inactive: kept for its past.';
comment on column party.departments.created_at is 'When the row was written.';
comment on column party.departments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.departments.updated_at is 'When it last changed; set by trigger.';
comment on column party.departments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.departments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.departments.deleted_at is 'When it was deleted; null: live.';

create unique index departments_code_key on party.departments (code) where deleted_at is null;
create index departments_skill_level_is_owner_idx on party.departments (skill_level, is_owner);
create index departments_created_at_idx on party.departments (created_at desc, id desc);

create trigger check_status before insert or update of status on party.departments
  for each row execute function platform.check_transition('status', 'active,inactive', 'active>inactive', 'inactive>active');

create trigger touch before update on party.departments for each row execute function platform.touch();

create function party.check_department_owner() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  level text;
  owners bigint;
begin
  for level in
    select distinct v from unnest(array[new.skill_level, case tg_op when 'UPDATE' then old.skill_level end]) as v
    where v is not null
  loop
    -- One look at a level at a time, so that two owners do not pass each other.
    perform pg_advisory_xact_lock(77231, hashtext(level));
    select count(*) filter (where d.is_owner) into owners
    from party.departments d
    where d.skill_level = level and d.status = 'active' and d.deleted_at is null
    having count(*) > 0;
    if owners <> 1 then
      raise exception 'skill level % has % owning departments, not one', level, owners
        using errcode = '23514', constraint = 'departments_owner_exact', schema = 'party', table = 'departments',
              detail = 'Change the old and the new owner in one transaction.';
    end if;
  end loop;
  return null;
end
$$;
comment on function party.check_department_owner() is
  'At commit: each skill level with active departments has exactly one owner; breaks departments_owner_exact.';

create constraint trigger check_owner after insert or update of skill_level, is_owner, status, deleted_at
  on party.departments deferrable initially deferred
  for each row execute function party.check_department_owner();

create function party.takes_unassigned(departments uuid[]) returns boolean
  language sql stable
  set search_path = ''
as $$
  select exists (
    select from party.departments d
    where d.id = any (departments) and d.is_owner and d.status = 'active' and d.deleted_at is null)
$$;
comment on function party.takes_unassigned(uuid[]) is
  'Whether one of these departments takes what no department has: an active one that owns its skill level.';
grant execute on function party.takes_unassigned(uuid[]) to platform_writer, platform_reader;
