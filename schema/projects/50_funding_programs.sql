-- projects: public funding programmes; a published version never changes.

create table funding.funding_programs (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint funding_programs_code_shape check (code ~ '^[A-Z0-9][A-Z0-9._-]*$' and length(code) <= 40),
  provider text not null
    constraint funding_programs_provider_length check (length(provider) between 1 and 120),
  provider_ref uuid,
  name projects.localized_text not null
    constraint funding_programs_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  description projects.localized_text
    constraint funding_programs_description_length check (
      length(description ->> 'de') <= 4000
      and length(description ->> 'en') <= 4000
    ),
  kind text not null
    constraint funding_programs_kind_known check (kind in ('grant', 'loan')),
  country text not null default 'DE'
    constraint funding_programs_country_shape check (country ~ '^[A-Z]{2}$'),
  region text
    constraint funding_programs_region_length check (length(region) between 1 and 60),
  website text
    constraint funding_programs_website_shape check (website ~ '^https?://[^[:space:]]+$' and length(website) <= 2000),
  status text not null default 'draft'
    constraint funding_programs_status_known check (status in ('draft', 'active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_programs_pkey primary key (id)
);
comment on table funding.funding_programs is
  'Public programmes that fund renovations. Their rates are in their versions.';
comment on column funding.funding_programs.id is 'Identity.';
comment on column funding.funding_programs.code is 'Short code, capitals; unique among live rows.';
comment on column funding.funding_programs.provider is 'Who gives the money: KfW, BAFA, a state or a town.';
comment on column funding.funding_programs.provider_ref is 'That provider as a company (platform); null: not linked.';
comment on column funding.funding_programs.name is 'Name for people; at most 200 characters per language.';
comment on column funding.funding_programs.description is
  'What it funds; at most 4000 characters per language; null: not said.';
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

create unique index funding_programs_code_key on funding.funding_programs (code) where deleted_at is null;
create index funding_programs_created_at_idx on funding.funding_programs (created_at desc, id desc);

create trigger check_status before insert or update of status on funding.funding_programs
  for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

create trigger touch before update on funding.funding_programs for each row execute function projects.touch();

create table funding.funding_program_versions (
  id uuid not null default gen_random_uuid(),
  program_id uuid not null,
  number integer not null
    constraint funding_program_versions_number_range check (number between 1 and 10000),
  status text not null default 'draft'
    constraint funding_program_versions_status_known check (status in ('draft', 'published', 'superseded')),
  valid_from date not null,
  valid_to date
    constraint funding_program_versions_valid_order check (valid_to > valid_from),
  currency text not null
    constraint funding_program_versions_currency_shape check (currency ~ '^[A-Z]{3}$'),
  base_rate_percent numeric(7, 4)
    constraint funding_program_versions_base_rate_percent_range check (base_rate_percent between 0 and 100),
  max_rate_percent numeric(7, 4)
    constraint funding_program_versions_max_rate_percent_range check (max_rate_percent between 0 and 100),
  min_cost_minor bigint not null default 0
    constraint funding_program_versions_min_cost_minor_range check (min_cost_minor between 0 and 9000000000000000),
  cap_minor bigint
    constraint funding_program_versions_cap_minor_range check (cap_minor between 0 and 9000000000000000),
  cap_per_dwelling_minor bigint
    constraint funding_program_versions_cap_per_dwelling_minor_range check (
      cap_per_dwelling_minor between 0 and 9000000000000000
    ),
  loan_per_dwelling_minor bigint
    constraint funding_program_versions_loan_per_dwelling_minor_range check (
      loan_per_dwelling_minor between 0 and 9000000000000000
    ),
  repayment_grant_percent numeric(7, 4)
    constraint funding_program_versions_repayment_grant_percent_range check (
      repayment_grant_percent between 0 and 100
    ),
  eligibility jsonb not null default '{}'
    constraint funding_program_versions_eligibility_object check (jsonb_typeof(eligibility) = 'object'),
  combinability text not null default 'listed'
    constraint funding_program_versions_combinability_known check (combinability in ('any', 'listed', 'none')),
  application_before text not null default 'contract'
    constraint funding_program_versions_application_before_known check (
      application_before in ('quote', 'contract', 'start', 'completion', 'any')
    ),
  source_url text
    constraint funding_program_versions_source_url_shape check (
      source_url ~ '^https?://[^[:space:]]+$'
      and length(source_url) <= 2000
    ),
  published_at timestamptz,
  published_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_program_versions_pkey primary key (id),
  constraint funding_program_versions_program_id_fkey foreign key (program_id)
    references funding.funding_programs (id) on delete restrict,
  constraint funding_program_versions_published_whole check (
    (status = 'draft') = (published_at is null)
    and (published_at is null) = (published_by is null)
  ),
  constraint funding_program_versions_published_four_eyes check (
    published_by is null
    or published_by is distinct from created_by
  ),
  constraint funding_program_versions_number_key unique (program_id, number),
  constraint funding_program_versions_no_overlap exclude using gist (
      program_id with =, daterange(valid_from, valid_to) with &&
    ) where (status <> 'draft')
);
comment on table funding.funding_program_versions is
  'Terms of a programme for a time; applications pin one. A published one never changes.';
comment on column funding.funding_program_versions.id is 'Identity.';
comment on column funding.funding_program_versions.program_id is 'The programme.';
comment on column funding.funding_program_versions.number is 'Version, from 1.';
comment on column funding.funding_program_versions.status is
  'draft: being written; published: in force in its time; superseded: a later one took its place.';
comment on column funding.funding_program_versions.valid_from is 'First day for applications.';
comment on column funding.funding_program_versions.valid_to is
  'Day after the last; null: until further notice. May be set when superseded.';
comment on column funding.funding_program_versions.currency is 'ISO 4217 code of all its amounts.';
comment on column funding.funding_program_versions.base_rate_percent is
  'Rate where no measure has its own, in percent of eligible cost; null: only measures with their own.';
comment on column funding.funding_program_versions.max_rate_percent is
  'Highest rate with all bonuses, in percent; null: no limit.';
comment on column funding.funding_program_versions.min_cost_minor is
  'Least eligible cost, in minor units of currency.';
comment on column funding.funding_program_versions.cap_minor is
  'Most eligible cost in all, in minor units of currency; null: no limit.';
comment on column funding.funding_program_versions.cap_per_dwelling_minor is
  'Most eligible cost per dwelling, in minor units of currency; null: no limit.';
comment on column funding.funding_program_versions.loan_per_dwelling_minor is
  'Loan per dwelling, in minor units of currency; null: no loan.';
comment on column funding.funding_program_versions.repayment_grant_percent is
  'Part of a loan that need not be paid back, in percent; null: none.';
comment on column funding.funding_program_versions.eligibility is
  'Rules on the building and the measures, in the rule language; empty: everything.';
comment on column funding.funding_program_versions.combinability is
  'any: with every programme; listed: see funding_program_combinations; none: alone.';
comment on column funding.funding_program_versions.application_before is 'Before what it must be applied for.';
comment on column funding.funding_program_versions.source_url is 'Where the terms are published; null: not linked.';
comment on column funding.funding_program_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column funding.funding_program_versions.published_by is
  'Contact who published it (platform), not the one who wrote it; null: not yet.';
comment on column funding.funding_program_versions.created_at is 'When the row was written.';
comment on column funding.funding_program_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_versions.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_versions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

create index funding_program_versions_created_at_idx on funding.funding_program_versions (created_at desc, id desc);

create trigger check_status before insert or update of status on funding.funding_program_versions
  for each row execute function projects.check_transition('status', 'draft', 'draft>published', 'published>superseded');
create trigger check_frozen before update or delete on funding.funding_program_versions
  for each row execute function projects.check_frozen('status', 'draft', 'valid_to');
create trigger keep_once_set before update on funding.funding_program_versions
  for each row execute function projects.keep_once_set('published_at', 'created_by');

create trigger touch before update on funding.funding_program_versions for each row execute function projects.touch();

create table funding.funding_program_rates (
  id uuid not null default gen_random_uuid(),
  version_id uuid not null,
  measure_type text not null
    constraint funding_program_rates_measure_type_known check (
      measure_type in ('roof', 'facade', 'windows', 'doors', 'heating', 'ventilation', 'solar_panels', 'insulation',
        'electrical', 'plumbing', 'other')
    ),
  rate_percent numeric(7, 4) not null
    constraint funding_program_rates_rate_percent_range check (rate_percent between 0 and 100),
  cap_minor bigint
    constraint funding_program_rates_cap_minor_range check (cap_minor between 0 and 9000000000000000),
  cap_unit text not null default 'total'
    constraint funding_program_rates_cap_unit_known check (cap_unit in ('total', 'dwelling', 'm2', 'piece')),
  requirements jsonb not null default '{}'
    constraint funding_program_rates_requirements_object check (jsonb_typeof(requirements) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_program_rates_pkey primary key (id),
  constraint funding_program_rates_version_id_fkey foreign key (version_id)
    references funding.funding_program_versions (id) on delete cascade,
  constraint funding_program_rates_measure_type_key unique (version_id, measure_type)
);
comment on table funding.funding_program_rates is 'Rate and cap of one kind of measure in a version.';
comment on column funding.funding_program_rates.id is 'Identity.';
comment on column funding.funding_program_rates.version_id is 'The version.';
comment on column funding.funding_program_rates.measure_type is 'Kind of measure; once per version.';
comment on column funding.funding_program_rates.rate_percent is 'Part of the eligible cost, in percent.';
comment on column funding.funding_program_rates.cap_minor is
  'Most eligible cost, in minor units of the version''s currency; null: no limit.';
comment on column funding.funding_program_rates.cap_unit is 'What the cap is counted by.';
comment on column funding.funding_program_rates.requirements is
  'What the measure must keep, by name; the unit is part of the name: max_u_value_w_m2k.';
comment on column funding.funding_program_rates.created_at is 'When the row was written.';
comment on column funding.funding_program_rates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_rates.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_rates.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_rates.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on funding.funding_program_rates
  for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

create trigger touch before update on funding.funding_program_rates for each row execute function projects.touch();

create table funding.funding_program_bonuses (
  id uuid not null default gen_random_uuid(),
  version_id uuid not null,
  code text not null
    constraint funding_program_bonuses_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name projects.localized_text not null
    constraint funding_program_bonuses_name_length check (
      length(name ->> 'de') <= 120
      and length(name ->> 'en') <= 120
    ),
  points_percent numeric(7, 4) not null
    constraint funding_program_bonuses_points_percent_range check (points_percent between 0 and 100),
  condition jsonb not null default '{}'
    constraint funding_program_bonuses_condition_object check (jsonb_typeof(condition) = 'object'),
  excludes text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_program_bonuses_pkey primary key (id),
  constraint funding_program_bonuses_version_id_fkey foreign key (version_id)
    references funding.funding_program_versions (id) on delete cascade,
  constraint funding_program_bonuses_code_key unique (version_id, code)
);
comment on table funding.funding_program_bonuses is 'Points that are added to a rate if a condition holds.';
comment on column funding.funding_program_bonuses.id is 'Identity.';
comment on column funding.funding_program_bonuses.version_id is 'The version.';
comment on column funding.funding_program_bonuses.code is 'Name, dotted; unique in the version.';
comment on column funding.funding_program_bonuses.name is 'Name for people; at most 120 characters per language.';
comment on column funding.funding_program_bonuses.points_percent is
  'What is added to the rate, in percentage points.';
comment on column funding.funding_program_bonuses.condition is
  'When it is added, in the rule language; empty: always.';
comment on column funding.funding_program_bonuses.excludes is 'Codes of bonuses it is not added beside.';
comment on column funding.funding_program_bonuses.created_at is 'When the row was written.';
comment on column funding.funding_program_bonuses.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_bonuses.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_bonuses.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_bonuses.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on funding.funding_program_bonuses
  for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

create trigger touch before update on funding.funding_program_bonuses for each row execute function projects.touch();

create table funding.funding_program_combinations (
  id uuid not null default gen_random_uuid(),
  version_id uuid not null,
  other_program_id uuid not null,
  rule text not null
    constraint funding_program_combinations_rule_known check (rule in ('allowed', 'forbidden', 'other_costs')),
  max_total_percent numeric(7, 4)
    constraint funding_program_combinations_max_total_percent_range check (max_total_percent between 0 and 100),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_program_combinations_pkey primary key (id),
  constraint funding_program_combinations_version_id_fkey foreign key (version_id)
    references funding.funding_program_versions (id) on delete cascade,
  constraint funding_program_combinations_other_program_id_fkey foreign key (other_program_id)
    references funding.funding_programs (id) on delete restrict,
  constraint funding_program_combinations_other_key unique (version_id, other_program_id)
);
comment on table funding.funding_program_combinations is
  'Which programmes may fund one project together with a version.';
comment on column funding.funding_program_combinations.id is 'Identity.';
comment on column funding.funding_program_combinations.version_id is 'The version.';
comment on column funding.funding_program_combinations.other_program_id is 'The other programme.';
comment on column funding.funding_program_combinations.rule is
  'allowed; forbidden; other_costs: for other costs only.';
comment on column funding.funding_program_combinations.max_total_percent is
  'Most that both fund together, in percent of the cost; null: no limit.';
comment on column funding.funding_program_combinations.created_at is 'When the row was written.';
comment on column funding.funding_program_combinations.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_program_combinations.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_program_combinations.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_program_combinations.version is 'Counts changes from 1; set by trigger; the ETag.';

create index funding_program_combinations_other_program_id_idx on funding.funding_program_combinations (other_program_id);

create trigger check_parent before insert or update or delete on funding.funding_program_combinations
  for each row execute function projects.check_parent('funding.funding_program_versions', 'version_id', 'status', 'draft');

create trigger touch before update on funding.funding_program_combinations for each row execute function projects.touch();
