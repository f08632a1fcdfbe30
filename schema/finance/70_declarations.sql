-- finance: Gift Aid: who claims, at which rate, and what contributors declare.

create table giftaid.tax_rates (
  tax_year integer not null
    constraint tax_rates_tax_year_range check (tax_year between 1990 and 2100),
  basic_rate_bp integer not null
    constraint tax_rates_basic_rate_bp_range check (basic_rate_bp between 1 and 5000),
  constraint tax_rates_pkey primary key (tax_year)
);
comment on table giftaid.tax_rates is
  'Basic rate of income tax per tax year; what Gift Aid is worth. Config: rows ride in migrations, when a rate is law.';
comment on column giftaid.tax_rates.tax_year is 'Calendar year in which the tax year begins, on 6 April.';
comment on column giftaid.tax_rates.basic_rate_bp is 'Basic rate in hundredths of a percent; 2000 is 20 %.';

revoke insert, update on giftaid.tax_rates from finance_writer;

create function giftaid.tax_year(p_day date) returns integer
  language sql immutable
  set search_path = ''
as $$
  select extract(year from p_day)::integer - case when to_char(p_day, 'MMDD') < '0406' then 1 else 0 end
$$;
comment on function giftaid.tax_year(date) is 'The tax year of a day: the calendar year in which it begins, on 6 April.';

create function giftaid.tax_on(p_amount_minor bigint, p_day date) returns bigint
  language sql stable
  set search_path = ''
as $$
  select floor(p_amount_minor::numeric * r.basic_rate_bp / (10000 - r.basic_rate_bp))::bigint
  from giftaid.tax_rates r where r.tax_year = giftaid.tax_year(p_day)
$$;
comment on function giftaid.tax_on(bigint, date) is
  'Gift Aid on a gift of a day, minor units, floored; null: the rate of that tax year is not known.';
grant execute on function giftaid.tax_year(date), giftaid.tax_on(bigint, date) to finance_writer, finance_reader, finance_studio;

create table giftaid.claimants (
  id uuid not null default gen_random_uuid(),
  partner_ref uuid,
  org_name text not null
    constraint claimants_org_name_shape check (org_name ~ '^[A-Za-z0-9].{0,159}$'),
  hmrc_ref text not null
    constraint claimants_hmrc_ref_shape check (hmrc_ref ~ '^[A-Z]{1,2}[0-9]{1,5}$'),
  regulator text
    constraint claimants_regulator_known check (regulator in ('ccew', 'ccni', 'oscr', 'other', 'none')),
  regulator_no text
    constraint claimants_regulator_no_length check (length(btrim(regulator_no)) > 0 and length(regulator_no) <= 30),
  entity_type text not null
    constraint claimants_entity_type_known check (entity_type in ('trust', 'company', 'cio', 'casc')),
  year_end text not null
    constraint claimants_year_end_shape check (year_end ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
  agent_approved_at timestamptz,
  recognised_on date,
  official_title text
    constraint claimants_official_title_shape check (official_title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'),
  official_first_name text
    constraint claimants_official_first_name_shape check (official_first_name ~ '^[A-Za-z][A-Za-z''-]{0,34}$'),
  official_last_name text
    constraint claimants_official_last_name_shape check (official_last_name ~ '^[A-Za-z0-9 ,.()/&''-]{1,35}$'),
  official_postcode text
    constraint claimants_official_postcode_shape check (
      official_postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'
    ),
  official_phone text
    constraint claimants_official_phone_shape check (official_phone ~ '^[0-9() -]{1,30}$'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint claimants_pkey primary key (id),
  constraint claimants_hmrc_ref_key unique (hmrc_ref),
  constraint claimants_regulator_by_ref check ((hmrc_ref ~ '^C[HF]') = (regulator is null)),
  constraint claimants_official_whole check (
    num_nonnulls(official_first_name, official_last_name, official_phone) in (0, 3)
    and (official_first_name is not null or num_nonnulls(official_title, official_postcode) = 0)
  )
);
comment on table giftaid.claimants is 'Charities that claim, as the tax office knows them.';
comment on column giftaid.claimants.id is 'Identity.';
comment on column giftaid.claimants.partner_ref is 'Partner it is (projects); null: ourselves.';
comment on column giftaid.claimants.org_name is 'Name as registered with the tax office.';
comment on column giftaid.claimants.hmrc_ref is 'The tax office''s reference of the charity.';
comment on column giftaid.claimants.regulator is 'Regulator; null where the reference itself says so (CH, CF).';
comment on column giftaid.claimants.regulator_no is 'Number there; null: none.';
comment on column giftaid.claimants.entity_type is 'Legal form; it decides the time limit of claims.';
comment on column giftaid.claimants.year_end is 'Last day of the accounting year, MM-DD.';
comment on column giftaid.claimants.agent_approved_at is
  'When the tax office approved us as agent; null: not an agent''s claim, or not yet.';
comment on column giftaid.claimants.recognised_on is
  'Since when the tax office recognises the charity; null: not yet, no claims.';
comment on column giftaid.claimants.official_title is 'Title of the official who claims; null: none.';
comment on column giftaid.claimants.official_first_name is
  'First name of the official whom the tax office knows; null: not said, so no claims as XML.';
comment on column giftaid.claimants.official_last_name is 'Last name of the official; null: not said.';
comment on column giftaid.claimants.official_postcode is
  'Postcode of the official; null: outside the United Kingdom, or not said.';
comment on column giftaid.claimants.official_phone is 'Telephone number of the official; null: not said.';
comment on column giftaid.claimants.created_at is 'When the row was written.';
comment on column giftaid.claimants.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claimants.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claimants.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claimants.version is 'Counts changes from 1; set by trigger; the ETag.';

create index claimants_partner_ref_idx on giftaid.claimants (partner_ref);

create trigger touch before update on giftaid.claimants for each row execute function finance.touch();

create table giftaid.declaration_wordings (
  id uuid not null default gen_random_uuid(),
  kind text not null
    constraint declaration_wordings_kind_known check (kind in ('single', 'enduring', 'oral_statement')),
  locale text not null
    constraint declaration_wordings_locale_known check (locale in ('en', 'de')),
  number integer not null
    constraint declaration_wordings_number_range check (number between 1 and 1000),
  wording text not null
    constraint declaration_wordings_wording_length check (length(btrim(wording)) > 0 and length(wording) <= 5000),
  wording_sha256 finance.sha256 not null
    constraint declaration_wordings_wording_sha256_right check (wording_sha256 = sha256(convert_to(wording, 'UTF8'))),
  source text not null
    constraint declaration_wordings_source_length check (length(btrim(source)) > 0 and length(source) <= 500),
  valid_from date not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint declaration_wordings_pkey primary key (id),
  constraint declaration_wordings_number_key unique (kind, locale, number)
);
comment on table giftaid.declaration_wordings is
  'Words that contributors declare with, each version kept for ever. Config: rows ride in migrations.';
comment on column giftaid.declaration_wordings.id is 'Identity.';
comment on column giftaid.declaration_wordings.kind is
  'single: one gift; enduring: past, present and future; oral_statement: what is sent after a call.';
comment on column giftaid.declaration_wordings.locale is 'Language.';
comment on column giftaid.declaration_wordings.number is 'Counts from 1 per kind and language.';
comment on column giftaid.declaration_wordings.wording is 'The words; {charity} and {amount} are filled in.';
comment on column giftaid.declaration_wordings.wording_sha256 is 'SHA-256 of the words.';
comment on column giftaid.declaration_wordings.source is 'Where the words come from.';
comment on column giftaid.declaration_wordings.valid_from is 'First day of use.';
comment on column giftaid.declaration_wordings.created_at is 'When the row was written.';
comment on column giftaid.declaration_wordings.created_by is 'Contact who wrote it (platform); null: the system.';

revoke insert, update on giftaid.declaration_wordings from finance_writer;
create trigger refuse_change before update or delete on giftaid.declaration_wordings
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giftaid.declaration_wordings
  for each statement execute function finance.refuse_change();
alter table giftaid.declaration_wordings enable always trigger refuse_change;
alter table giftaid.declaration_wordings enable always trigger refuse_truncate;

create table giftaid.declarations (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  claimant_id uuid not null,
  scope text not null
    constraint declarations_scope_known check (scope in ('single', 'enduring')),
  contribution_id uuid,
  wording_id uuid not null,
  channel text not null
    constraint declarations_channel_known check (channel in ('written', 'oral', 'digital')),
  given_on date not null,
  covers daterange not null,
  past_four_years boolean not null default false,
  evidence_ref uuid,
  ip inet,
  user_agent text
    constraint declarations_user_agent_length check (length(btrim(user_agent)) > 0 and length(user_agent) <= 500),
  request_id finance.request_id,
  status text not null default 'active'
    constraint declarations_status_known check (status in ('active', 'cancelled', 'superseded')),
  cancelled_from date,
  cancelled_at timestamptz,
  cancel_reason text
    constraint declarations_cancel_reason_length check (
      length(btrim(cancel_reason)) > 0
      and length(cancel_reason) <= 500
    ),
  superseded_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint declarations_pkey primary key (id),
  constraint declarations_contributor_id_fkey foreign key (contributor_id)
    references giving.contributors (id) on delete restrict,
  constraint declarations_claimant_id_fkey foreign key (claimant_id)
    references giftaid.claimants (id) on delete restrict,
  constraint declarations_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint declarations_wording_id_fkey foreign key (wording_id)
    references giftaid.declaration_wordings (id) on delete restrict,
  constraint declarations_superseded_by_fkey foreign key (superseded_by)
    references giftaid.declarations (id) on delete restrict,
  constraint declarations_single_whole check ((scope = 'single') = (contribution_id is not null)),
  constraint declarations_covers_whole check (not isempty(covers) and not lower_inf(covers) and lower_inc(covers)),
  constraint declarations_past_is_enduring check (not past_four_years or scope = 'enduring'),
  constraint declarations_past_limit check (
    lower(covers) >= given_on - case when past_four_years then interval '4 years' else interval '0' end
    or scope = 'single'
  ),
  constraint declarations_cancelled_whole check (
    (status = 'cancelled') = (cancelled_at is not null)
    and (cancelled_at is null) = (cancelled_from is null)
  ),
  constraint declarations_superseded_whole check (status <> 'superseded' or superseded_by is not null),
  constraint declarations_supersedes_another check (superseded_by <> id),
  constraint declarations_cancelled_from_range check (
    cancelled_from >= case when channel = 'oral' then lower(covers) else given_on end
  )
);
comment on table giftaid.declarations is
  'What contributors declared. Never edited: a declaration is cancelled or superseded.';
comment on column giftaid.declarations.id is 'Identity.';
comment on column giftaid.declarations.contributor_id is 'Who declared.';
comment on column giftaid.declarations.claimant_id is 'Charity it is for.';
comment on column giftaid.declarations.scope is 'single: one gift; enduring: all gifts of a time.';
comment on column giftaid.declarations.contribution_id is 'The gift; null: enduring.';
comment on column giftaid.declarations.wording_id is 'Words that were declared with.';
comment on column giftaid.declarations.channel is 'How.';
comment on column giftaid.declarations.given_on is 'Day it was given.';
comment on column giftaid.declarations.covers is
  'Days of the gifts it covers, from the first to the day after the last; no end: until it is cancelled.';
comment on column giftaid.declarations.past_four_years is 'Whether it covers gifts of the four years before.';
comment on column giftaid.declarations.evidence_ref is
  'Form, recording or file that shows it (platform); null: the request itself.';
comment on column giftaid.declarations.ip is 'Address it was given from; null: not digital, or unknown.';
comment on column giftaid.declarations.user_agent is 'User agent it was given from; null: not digital, or unknown.';
comment on column giftaid.declarations.request_id is 'Request it came with; null: none.';
comment on column giftaid.declarations.status is 'Where it stands; the steps of declarations_status_transition.';
comment on column giftaid.declarations.cancelled_from is 'First day of gifts it no longer covers; null: not cancelled.';
comment on column giftaid.declarations.cancelled_at is 'When the contributor said so; null: not cancelled.';
comment on column giftaid.declarations.cancel_reason is 'Why; null: not cancelled, or not said.';
comment on column giftaid.declarations.superseded_by is 'Declaration that took its place; null: none.';
comment on column giftaid.declarations.created_at is 'When the row was written.';
comment on column giftaid.declarations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.declarations.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.declarations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.declarations.version is 'Counts changes from 1; set by trigger; the ETag.';

create index declarations_claimant_id_idx on giftaid.declarations (claimant_id);
create index declarations_contribution_id_idx on giftaid.declarations (contribution_id);
create index declarations_wording_id_idx on giftaid.declarations (wording_id);
create index declarations_superseded_by_idx on giftaid.declarations (superseded_by);
create index declarations_contributor_id_idx on giftaid.declarations (contributor_id, given_on desc);
create index declarations_created_at_idx on giftaid.declarations (created_at desc, id desc);

revoke select on giftaid.declarations from finance_studio;
grant select (
  id, contributor_id, claimant_id, scope, contribution_id, wording_id, channel, given_on, covers,
  past_four_years, evidence_ref, request_id, status, cancelled_from, cancelled_at, cancel_reason, superseded_by,
  created_at, created_by, updated_at, updated_by, version
) on giftaid.declarations to finance_studio;

create trigger refuse_delete before delete or truncate on giftaid.declarations
  for each statement execute function finance.refuse_change();
alter table giftaid.declarations enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.declarations
  for each row execute function finance.check_transition(
    'status', 'active',
    'active>cancelled,superseded',
    'superseded>cancelled');
create trigger check_live before insert or update of contributor_id on giftaid.declarations
  for each row execute function finance.check_live('contributor_id', 'giving.contributors');
create trigger check_frozen before update on giftaid.declarations
  for each row execute function finance.check_frozen('id', '', 'status,cancelled_from,cancelled_at,cancel_reason,superseded_by');
create trigger keep_once_set before update on giftaid.declarations
  for each row execute function finance.keep_once_set(
    'cancelled_from', 'cancelled_at', 'superseded_by');
create trigger touch before update on giftaid.declarations for each row execute function finance.touch();

create table giftaid.declaration_statements (
  id uuid not null default gen_random_uuid(),
  declaration_id uuid not null,
  kind text not null
    constraint declaration_statements_kind_known check (kind in ('oral_record', 'annual', 'confirmation')),
  tax_year integer
    constraint declaration_statements_tax_year_range check (tax_year between 1990 and 2100),
  channel text not null
    constraint declaration_statements_channel_known check (channel in ('email', 'post', 'portal')),
  sent_at timestamptz not null default now(),
  file_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint declaration_statements_pkey primary key (id),
  constraint declaration_statements_kind_key unique nulls not distinct (declaration_id, kind, tax_year, sent_at),
  constraint declaration_statements_declaration_id_fkey foreign key (declaration_id)
    references giftaid.declarations (id) on delete restrict,
  constraint declaration_statements_tax_year_of_annual check ((kind = 'annual') = (tax_year is not null))
);
comment on table giftaid.declaration_statements is
  'Statements sent to contributors: the written record of an oral declaration, yearly statements.';
comment on column giftaid.declaration_statements.id is 'Identity.';
comment on column giftaid.declaration_statements.declaration_id is 'The declaration.';
comment on column giftaid.declaration_statements.kind is 'Which statement.';
comment on column giftaid.declaration_statements.tax_year is 'Tax year of a yearly statement; null: another kind.';
comment on column giftaid.declaration_statements.channel is 'How it was sent.';
comment on column giftaid.declaration_statements.sent_at is 'When.';
comment on column giftaid.declaration_statements.file_ref is
  'The statement as sent (platform); null: kept as text elsewhere.';
comment on column giftaid.declaration_statements.created_at is 'When the row was written.';
comment on column giftaid.declaration_statements.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on giftaid.declaration_statements from finance_writer;
create trigger refuse_change before update or delete on giftaid.declaration_statements
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giftaid.declaration_statements
  for each statement execute function finance.refuse_change();
alter table giftaid.declaration_statements enable always trigger refuse_change;
alter table giftaid.declaration_statements enable always trigger refuse_truncate;

create function giftaid.covers(p_declaration giftaid.declarations, p_day date) returns boolean
  language sql immutable
  set search_path = ''
as $$
  select p_declaration.covers @> p_day and (p_declaration.cancelled_from is null or p_day < p_declaration.cancelled_from)
$$;
comment on function giftaid.covers(giftaid.declarations, date) is
  'Whether a declaration covers a gift of that day; one given before it was cancelled stays covered.';
grant execute on function giftaid.covers(giftaid.declarations, date) to finance_writer, finance_reader, finance_studio;
