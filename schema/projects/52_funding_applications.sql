-- projects: applications to funding programmes, step by step to the money.

create table funding.funding_applications (
  id uuid not null default gen_random_uuid(),
  program_version_id uuid not null,
  project_id uuid not null,
  scenario_id uuid,
  source_application_id uuid,
  combinability_group text
    constraint funding_applications_combinability_group_length check (length(combinability_group) between 1 and 60),
  title text not null
    constraint funding_applications_title_length check (length(title) between 1 and 200),
  applicant_ref uuid,
  provider_reference text
    constraint funding_applications_provider_reference_length check (length(provider_reference) between 1 and 120),
  requested_minor bigint
    constraint funding_applications_requested_minor_range check (requested_minor between 1 and 9000000000000000),
  approved_minor bigint
    constraint funding_applications_approved_minor_range check (approved_minor between 0 and 9000000000000000),
  disbursed_minor bigint not null default 0
    constraint funding_applications_disbursed_minor_range check (disbursed_minor between 0 and 9000000000000000),
  currency text not null
    constraint funding_applications_currency_shape check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'draft'
    constraint funding_applications_status_known check (
      status in ('draft', 'eligible', 'submitted', 'approved', 'rejected', 'disbursed', 'closed', 'withdrawn')
    ),
  eligibility_result jsonb
    constraint funding_applications_eligibility_result_object check (jsonb_typeof(eligibility_result) = 'object'),
  eligibility_checked_at timestamptz,
  submitted_at timestamptz,
  submitted_by uuid,
  decided_on date,
  rejection_reason text
    constraint funding_applications_rejection_reason_length check (length(rejection_reason) between 1 and 2000),
  valid_until date,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_applications_pkey primary key (id),
  constraint funding_applications_program_version_id_fkey foreign key (program_version_id)
    references funding.funding_program_versions (id) on delete restrict,
  constraint funding_applications_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint funding_applications_source_application_id_fkey foreign key (source_application_id)
    references funding.funding_applications (id) on delete restrict,
  constraint funding_applications_source_other check (source_application_id <> id),
  constraint funding_applications_eligible_checked check (
    status = 'draft'
    or eligibility_checked_at is not null
    or status = 'withdrawn'
  ),
  constraint funding_applications_submitted_whole check (
    (submitted_at is null) = (submitted_by is null)
    and (status not in ('submitted', 'approved', 'rejected', 'disbursed',
      'closed') or (submitted_at is not null and requested_minor is not null))
  ),
  constraint funding_applications_approved_whole check (
    status not in ('approved', 'disbursed', 'closed')
    or (approved_minor is not null and decided_on is not null)
  ),
  constraint funding_applications_approved_most check (approved_minor <= requested_minor),
  constraint funding_applications_rejected_whole check ((status = 'rejected') = (rejection_reason is not null)),
  constraint funding_applications_disbursed_most check (disbursed_minor <= coalesce(approved_minor, 0)),
  constraint funding_applications_scenario_id_fkey foreign key (scenario_id, project_id)
      references building.scenarios (id, project_id) on delete restrict
);
comment on table funding.funding_applications is
  'Applications of projects to programmes; each pins the terms it was made under.';
comment on column funding.funding_applications.id is 'Identity; other domains hold it as application_ref.';
comment on column funding.funding_applications.program_version_id is 'Terms it was made under; never change.';
comment on column funding.funding_applications.project_id is 'The project.';
comment on column funding.funding_applications.scenario_id is
  'Scenario it is for, one of the project''s; null: the project as such.';
comment on column funding.funding_applications.source_application_id is 'Application it is a variant of; null: none.';
comment on column funding.funding_applications.combinability_group is
  'Applications of one group are checked together; null: alone.';
comment on column funding.funding_applications.title is 'Name for people; at most 200 characters.';
comment on column funding.funding_applications.applicant_ref is
  'Contact who applies (platform); null: not known yet.';
comment on column funding.funding_applications.provider_reference is
  'Number at the provider; unique among live rows; null: none yet.';
comment on column funding.funding_applications.requested_minor is
  'Money asked for, in minor units of currency; null: not worked out.';
comment on column funding.funding_applications.approved_minor is
  'Money granted, in minor units of currency; null: not decided.';
comment on column funding.funding_applications.disbursed_minor is
  'Money that was paid out, in minor units of currency.';
comment on column funding.funding_applications.currency is 'ISO 4217 code; the terms''.';
comment on column funding.funding_applications.status is
  'Where it stands; only the steps of funding_applications_status_transition are allowed.';
comment on column funding.funding_applications.eligibility_result is
  'What the check found, rule by rule; null: not checked.';
comment on column funding.funding_applications.eligibility_checked_at is 'When it was checked; null: not yet.';
comment on column funding.funding_applications.submitted_at is 'When it was handed in; null: not yet. Set once.';
comment on column funding.funding_applications.submitted_by is
  'Contact who handed it in (platform); null: not yet. Set once.';
comment on column funding.funding_applications.decided_on is
  'Day of the provider''s decision; null: none yet. Set once.';
comment on column funding.funding_applications.rejection_reason is 'Why it was refused; null: it was not.';
comment on column funding.funding_applications.valid_until is
  'Last day the grant can be called; null: no limit or none yet.';
comment on column funding.funding_applications.created_at is 'When the row was written.';
comment on column funding.funding_applications.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_applications.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_applications.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_applications.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column funding.funding_applications.deleted_at is 'When it was deleted; null: live.';

create unique index funding_applications_provider_reference_key on funding.funding_applications (provider_reference)
  where provider_reference is not null and deleted_at is null;
create index funding_applications_scenario_id_project_id_idx on funding.funding_applications (scenario_id, project_id);
create index funding_applications_project_id_status_idx on funding.funding_applications (project_id, status);
create index funding_applications_status_created_at_idx on funding.funding_applications (status, created_at desc);
create index funding_applications_combinability_group_idx on funding.funding_applications (combinability_group)
  where combinability_group is not null;
create index funding_applications_program_version_id_idx on funding.funding_applications (program_version_id);
create index funding_applications_source_application_id_idx on funding.funding_applications (source_application_id);
create index funding_applications_created_at_idx on funding.funding_applications (created_at desc, id desc);

create trigger check_status before insert or update of status on funding.funding_applications
  for each row execute function projects.check_transition(
    'status', 'draft', 'draft>eligible,withdrawn', 'eligible>draft,submitted,withdrawn',
    'submitted>approved,rejected,withdrawn', 'approved>disbursed,withdrawn', 'disbursed>closed');
create trigger check_frozen before update or delete on funding.funding_applications
  for each row execute function projects.check_frozen('status', 'draft,eligible', 'approved_minor,disbursed_minor,decided_on,rejection_reason,valid_until,provider_reference,deleted_at');
create trigger keep_once_set before update on funding.funding_applications
  for each row execute function projects.keep_once_set('program_version_id', 'submitted_at', 'submitted_by', 'decided_on', 'approved_minor');
create trigger check_acyclic before insert or update of source_application_id on funding.funding_applications
  for each row execute function projects.check_acyclic('id', 'source_application_id');
create trigger check_parent before insert on funding.funding_applications
  for each row execute function projects.check_parent('funding.funding_program_versions', 'program_version_id', 'status', 'published');

create trigger check_live before insert or update of project_id, deleted_at on funding.funding_applications
  for each row execute function projects.check_live('project_id', 'community.projects');
create trigger check_unused_funding_applications before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('funding.funding_applications', 'project_id');

create trigger touch before update on funding.funding_applications for each row execute function projects.touch();

create function funding.check_application_terms() returns trigger
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function funding.check_application_terms() is
  'Before insert or update: an application is in the currency of its terms; breaks funding_applications_currency_terms.';

create trigger check_terms before insert or update of program_version_id, currency on funding.funding_applications
  for each row execute function funding.check_application_terms();

create table funding.funding_application_measures (
  id uuid not null default gen_random_uuid(),
  application_id uuid not null,
  scenario_measure_id uuid not null,
  cost_minor bigint not null
    constraint funding_application_measures_cost_minor_range check (cost_minor between 0 and 9000000000000000),
  eligible_minor bigint not null
    constraint funding_application_measures_eligible_minor_range check (eligible_minor between 0 and 9000000000000000)
    constraint funding_application_measures_eligible_most check (eligible_minor <= cost_minor),
  rate_percent numeric(7, 4) not null
    constraint funding_application_measures_rate_percent_range check (rate_percent between 0 and 100),
  bonus_codes text[] not null default '{}',
  granted_minor bigint not null
    constraint funding_application_measures_granted_minor_range check (granted_minor between 0 and 9000000000000000)
    constraint funding_application_measures_granted_most check (granted_minor <= eligible_minor),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_application_measures_pkey primary key (id),
  constraint funding_application_measures_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete cascade,
  constraint funding_application_measures_scenario_measure_id_fkey foreign key (scenario_measure_id)
    references building.scenario_measures (id) on delete restrict,
  constraint funding_application_measures_measure_key unique (application_id, scenario_measure_id)
);
comment on table funding.funding_application_measures is
  'Measures an application is for, and what the terms give for each.';
comment on column funding.funding_application_measures.id is 'Identity.';
comment on column funding.funding_application_measures.application_id is 'The application.';
comment on column funding.funding_application_measures.scenario_measure_id is 'The measure; once per application.';
comment on column funding.funding_application_measures.cost_minor is
  'Cost of the measure, in minor units of the application''s currency.';
comment on column funding.funding_application_measures.eligible_minor is
  'Part of it that counts, after caps, in minor units.';
comment on column funding.funding_application_measures.rate_percent is 'Rate with bonuses, in percent.';
comment on column funding.funding_application_measures.bonus_codes is 'Bonuses that are in the rate.';
comment on column funding.funding_application_measures.granted_minor is 'What the terms give, in minor units.';
comment on column funding.funding_application_measures.created_at is 'When the row was written.';
comment on column funding.funding_application_measures.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_measures.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_measures.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_measures.version is 'Counts changes from 1; set by trigger; the ETag.';

create index funding_application_measures_scenario_measure_id_idx on funding.funding_application_measures (scenario_measure_id);

create trigger check_parent before insert or update or delete on funding.funding_application_measures
  for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

create trigger touch before update on funding.funding_application_measures for each row execute function projects.touch();

create table funding.funding_application_adjustments (
  id uuid not null default gen_random_uuid(),
  application_id uuid not null,
  scope text not null
    constraint funding_application_adjustments_scope_known check (scope in ('program', 'category', 'measure')),
  measure_type text
    constraint funding_application_adjustments_measure_type_known check (
      measure_type in ('roof', 'facade', 'windows', 'doors', 'heating', 'ventilation', 'solar_panels', 'insulation',
        'electrical', 'plumbing', 'other')
    ),
  application_measure_id uuid,
  amount_minor bigint not null
    constraint funding_application_adjustments_amount_minor_range check (
      amount_minor between -9000000000000000 and 9000000000000000
    )
    constraint funding_application_adjustments_amount_some check (amount_minor <> 0),
  reason text not null
    constraint funding_application_adjustments_reason_length check (length(reason) between 1 and 1000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint funding_application_adjustments_pkey primary key (id),
  constraint funding_application_adjustments_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete cascade,
  constraint funding_application_adjustments_application_measure_id_fkey foreign key (application_measure_id)
    references funding.funding_application_measures (id) on delete cascade,
  constraint funding_application_adjustments_scope_whole check (
    (scope = 'category') = (measure_type is not null)
    and (scope = 'measure') = (application_measure_id is not null)
  )
);
comment on table funding.funding_application_adjustments is
  'What was added to or taken from a calculation by hand, and why.';
comment on column funding.funding_application_adjustments.id is 'Identity.';
comment on column funding.funding_application_adjustments.application_id is 'The application.';
comment on column funding.funding_application_adjustments.scope is
  'What it changes: the whole, a kind of measure, or one measure.';
comment on column funding.funding_application_adjustments.measure_type is 'Kind of measure; null: another scope.';
comment on column funding.funding_application_adjustments.application_measure_id is
  'The measure; null: another scope.';
comment on column funding.funding_application_adjustments.amount_minor is
  'What is added, negative: taken, in minor units of the application''s currency.';
comment on column funding.funding_application_adjustments.reason is 'Why.';
comment on column funding.funding_application_adjustments.created_at is 'When the row was written.';
comment on column funding.funding_application_adjustments.created_by is
  'Contact who wrote it (platform); null: the system.';

create index funding_application_adjustments_application_id_idx on funding.funding_application_adjustments (application_id);
create index funding_application_adjustments_application_measure_id_idx on funding.funding_application_adjustments (application_measure_id);

create trigger check_parent before insert or update or delete on funding.funding_application_adjustments
  for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

create table funding.funding_application_loans (
  id uuid not null default gen_random_uuid(),
  application_id uuid not null,
  dwellings integer not null
    constraint funding_application_loans_dwellings_range check (dwellings between 1 and 10000),
  per_dwelling_minor bigint not null
    constraint funding_application_loans_per_dwelling_minor_range check (
      per_dwelling_minor between 1 and 9000000000000000
    ),
  principal_minor bigint not null
    constraint funding_application_loans_principal_minor_range check (principal_minor between 1 and 9000000000000000)
    constraint funding_application_loans_principal_product check (principal_minor = dwellings * per_dwelling_minor),
  interest_percent numeric(7, 4)
    constraint funding_application_loans_interest_percent_range check (interest_percent between 0 and 100),
  term_months integer
    constraint funding_application_loans_term_months_range check (term_months between 1 and 720),
  grace_months integer not null default 0
    constraint funding_application_loans_grace_months_range check (grace_months between 0 and 120),
  repayment_grant_minor bigint not null default 0
    constraint funding_application_loans_repayment_grant_minor_range check (
      repayment_grant_minor between 0 and 9000000000000000
    )
    constraint funding_application_loans_repayment_grant_most check (repayment_grant_minor <= principal_minor),
  bank_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_application_loans_pkey primary key (id),
  constraint funding_application_loans_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete cascade,
  constraint funding_application_loans_application_id_key unique (application_id)
);
comment on table funding.funding_application_loans is 'Loan of an application: so much per dwelling.';
comment on column funding.funding_application_loans.id is 'Identity.';
comment on column funding.funding_application_loans.application_id is 'The application; one loan each.';
comment on column funding.funding_application_loans.dwellings is 'Dwellings it is counted by.';
comment on column funding.funding_application_loans.per_dwelling_minor is
  'Loan per dwelling, in minor units of the application''s currency.';
comment on column funding.funding_application_loans.principal_minor is
  'The loan: dwellings times the amount per dwelling, in minor units.';
comment on column funding.funding_application_loans.interest_percent is
  'Interest, in percent per year; null: not known yet.';
comment on column funding.funding_application_loans.term_months is
  'Until it is paid back, in months; null: not known yet.';
comment on column funding.funding_application_loans.grace_months is 'Months before paying back begins.';
comment on column funding.funding_application_loans.repayment_grant_minor is
  'Part that need not be paid back, in minor units.';
comment on column funding.funding_application_loans.bank_ref is
  'Bank it is paid through, a company (platform); null: not known yet.';
comment on column funding.funding_application_loans.created_at is 'When the row was written.';
comment on column funding.funding_application_loans.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_loans.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_loans.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_loans.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on funding.funding_application_loans
  for each row execute function projects.check_parent('funding.funding_applications', 'application_id', 'status', 'draft,eligible');

create trigger touch before update on funding.funding_application_loans for each row execute function projects.touch();
