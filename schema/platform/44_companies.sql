-- platform: companies, the legal persons, and who works for them.

create table party.companies (
  id uuid not null default gen_random_uuid(),
  kind text not null
    constraint companies_kind_known check (
      kind in ('contractor', 'supplier', 'owner', 'energy_adviser', 'charity', 'public_body', 'bank', 'other')
    ),
  legal_name text not null
    constraint companies_legal_name_length check (length(legal_name) between 1 and 200),
  trade_name text
    constraint companies_trade_name_length check (length(trade_name) between 1 and 200),
  register_number text
    constraint companies_register_number_length check (length(register_number) between 1 and 60),
  register_court text
    constraint companies_register_court_length check (length(register_court) between 1 and 120),
  vat_id text
    constraint companies_vat_id_shape check (vat_id ~ '^[A-Z]{2}[A-Z0-9]{2,13}$'),
  email text
    constraint companies_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint companies_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  website text
    constraint companies_website_shape check (website ~ '^https?://[^[:space:]]+$' and length(website) <= 2000),
  street text
    constraint companies_street_length check (length(street) between 1 and 200),
  house_number text
    constraint companies_house_number_length check (length(house_number) between 1 and 20),
  postal_code text
    constraint companies_postal_code_length check (length(postal_code) between 1 and 20),
  city text
    constraint companies_city_length check (length(city) between 1 and 120),
  country text
    constraint companies_country_shape check (country ~ '^[A-Z]{2}$'),
  latitude numeric(9, 6)
    constraint companies_latitude_range check (latitude between -90 and 90),
  longitude numeric(9, 6)
    constraint companies_longitude_range check (longitude between -180 and 180),
  notes text
    constraint companies_notes_length check (length(notes) <= 4000),
  status text not null default 'live'
    constraint companies_status_known check (status in ('live', 'archived')),
  archived_at timestamptz,
  archive_reason text
    constraint companies_archive_reason_known check (
      archive_reason in ('merged', 'inactive', 'duplicate', 'dissolved', 'other')
    ),
  merged_into_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint companies_pkey primary key (id),
  constraint companies_merged_into_id_fkey foreign key (merged_into_id)
    references party.companies (id) on delete restrict,
  constraint companies_latitude_whole check ((latitude is null) = (longitude is null)),
  constraint companies_archived_whole check (
    (status = 'archived') = (archived_at is not null)
    and (archived_at is null) = (archive_reason is null)
  ),
  constraint companies_merged_reason check (merged_into_id is null or archive_reason is not distinct from 'merged'),
  constraint companies_merged_other check (merged_into_id <> id)
);
comment on table party.companies is 'Legal persons: contractors, suppliers, owners.';
comment on column party.companies.id is 'Identity; other domains hold it as company_ref.';
comment on column party.companies.kind is 'What it mainly is to us.';
comment on column party.companies.legal_name is 'Name in the register; at most 200 characters.';
comment on column party.companies.trade_name is 'Name it goes by, if another; null: the legal name.';
comment on column party.companies.register_number is 'Number in the commercial or charity register; null: unknown.';
comment on column party.companies.register_court is 'Court or office that keeps the register; null: unknown.';
comment on column party.companies.vat_id is
  'VAT identification number with its country; unique among live rows; null: none.';
comment on column party.companies.email is 'Address for mail; null: unknown.';
comment on column party.companies.phone is 'Telephone number; null: unknown.';
comment on column party.companies.website is 'Website; null: none.';
comment on column party.companies.street is 'Street without the house number; null: unknown.';
comment on column party.companies.house_number is 'House number with its suffix; null: unknown.';
comment on column party.companies.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.companies.city is 'Town; null: unknown.';
comment on column party.companies.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.companies.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.companies.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.companies.notes is 'Free notes of the staff; null: none.';
comment on column party.companies.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.companies.archived_at is 'When it was archived; null: never.';
comment on column party.companies.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.companies.merged_into_id is 'Company that took its place; null: none. Set once.';
comment on column party.companies.created_at is 'When the row was written.';
comment on column party.companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.companies.deleted_at is 'When it was deleted; null: live.';

create unique index companies_vat_id_key on party.companies (vat_id) where deleted_at is null;
create index companies_legal_name_idx on party.companies (lower(legal_name)) where deleted_at is null;
create index companies_merged_into_id_idx on party.companies (merged_into_id);
create index companies_created_at_idx on party.companies (created_at desc, id desc);

create trigger check_status before insert or update of status on party.companies
  for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');
create trigger keep_once_set before update on party.companies
  for each row execute function platform.keep_once_set('merged_into_id');

create trigger touch before update on party.companies for each row execute function platform.touch();

create function party.check_company_merge() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- The lock makes a merge the other way round wait, or fail as a deadlock.
  perform 1 from party.companies
  where id = new.merged_into_id and status = 'live' and deleted_at is null for share;
  if not found then
    raise exception 'company % is not live, nothing can be merged into it', new.merged_into_id
      using errcode = '23514', constraint = 'companies_merged_into_live', schema = 'party', table = 'companies';
  end if;
  return new;
end
$$;
comment on function party.check_company_merge() is
  'Before insert or update: a company is merged into a live one, so merges make no circle; breaks companies_merged_into_live.';

create trigger check_merge before insert or update of merged_into_id on party.companies
  for each row when (new.merged_into_id is not null and new.deleted_at is null)
  execute function party.check_company_merge();

create function party.check_company_archived() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'company % was merged into %, it stays archived', new.id, new.merged_into_id
    using errcode = '23514', constraint = 'companies_merged_final', schema = 'party', table = 'companies';
end
$$;
comment on function party.check_company_archived() is
  'Before update: what was merged stays archived; breaks companies_merged_final.';

create trigger check_archived before update of status, merged_into_id on party.companies
  for each row when (new.status = 'live' and new.merged_into_id is not null)
  execute function party.check_company_archived();

create table party.company_merges (
  id uuid not null default gen_random_uuid(),
  company_id uuid not null
    constraint company_merges_company_other check (company_id <> survivor_id),
  survivor_id uuid not null,
  moved jsonb not null default '{}'
    constraint company_merges_moved_object check (jsonb_typeof(moved) = 'object'),
  reason text
    constraint company_merges_reason_length check (length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint company_merges_pkey primary key (id),
  constraint company_merges_company_id_fkey foreign key (company_id)
    references party.companies (id) on delete restrict,
  constraint company_merges_survivor_id_fkey foreign key (survivor_id)
    references party.companies (id) on delete restrict
);
comment on table party.company_merges is 'Which company was merged into which; rows are only ever added.';
comment on column party.company_merges.id is 'Identity.';
comment on column party.company_merges.company_id is 'Company that was merged and archived.';
comment on column party.company_merges.survivor_id is 'Company that took its place.';
comment on column party.company_merges.moved is 'How many rows of which table were moved to the survivor.';
comment on column party.company_merges.reason is 'Why they were taken for one company; null: not said.';
comment on column party.company_merges.created_at is 'When the row was written.';
comment on column party.company_merges.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index company_merges_company_id_key on party.company_merges (company_id);
create index company_merges_survivor_id_idx on party.company_merges (survivor_id);
create index company_merges_created_at_idx on party.company_merges (created_at desc, id desc);

create trigger refuse_change before update or delete on party.company_merges
  for each row execute function platform.refuse_change();
alter table party.company_merges enable always trigger refuse_change;
create trigger refuse_truncate before truncate on party.company_merges
  for each statement execute function platform.refuse_change();
alter table party.company_merges enable always trigger refuse_truncate;
revoke update on party.company_merges from platform_writer;

create function party.tell_company() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('platform.company.merged.v1', 'company', new.id,
    jsonb_build_object('version', new.version, 'merged_into', new.merged_into_id));
  return null;
end
$$;
comment on function party.tell_company() is 'After a company was merged: an event, with ids only.';

create trigger tell_merge after update on party.companies
  for each row when (
    old.merged_into_id is distinct from new.merged_into_id and session_user <> 'platform_migrator')
  execute function party.tell_company();

create table party.contact_companies (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  company_id uuid not null,
  role text not null
    constraint contact_companies_role_known check (
      role in ('owner', 'director', 'employee', 'craftsman', 'energy_adviser', 'accountant', 'representative',
        'other')
    ),
  is_primary boolean not null default false,
  valid_from date,
  valid_to date
    constraint contact_companies_valid_order check (valid_to > valid_from),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contact_companies_pkey primary key (id),
  constraint contact_companies_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint contact_companies_company_id_fkey foreign key (company_id)
    references party.companies (id) on delete restrict,
  constraint contact_companies_no_overlap exclude using gist (
      contact_id with =, company_id with =, role with =, daterange(valid_from, valid_to) with &&
    ) where (deleted_at is null)
);
comment on table party.contact_companies is 'Who acts for which company, in what role and when.';
comment on column party.contact_companies.id is 'Identity.';
comment on column party.contact_companies.contact_id is 'The person.';
comment on column party.contact_companies.company_id is 'The company.';
comment on column party.contact_companies.role is 'What the person does there.';
comment on column party.contact_companies.is_primary is 'True: the person to talk to first; at most one per company.';
comment on column party.contact_companies.valid_from is 'First day; null: since ever.';
comment on column party.contact_companies.valid_to is 'Day after the last; null: until further notice.';
comment on column party.contact_companies.created_at is 'When the row was written.';
comment on column party.contact_companies.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contact_companies.updated_at is 'When it last changed; set by trigger.';
comment on column party.contact_companies.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contact_companies.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contact_companies.deleted_at is 'When it was deleted; null: live.';

create unique index contact_companies_primary_key on party.contact_companies (company_id)
  where is_primary and valid_to is null and deleted_at is null;
create index contact_companies_contact_id_idx on party.contact_companies (contact_id);
create index contact_companies_company_id_idx on party.contact_companies (company_id);

create trigger check_live before insert or update of contact_id, company_id, deleted_at on party.contact_companies
  for each row execute function platform.check_live('contact_id', 'party.contacts', 'company_id', 'party.companies');
create trigger check_unused_contact_companies before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contact_companies', 'contact_id');
create trigger check_unused_contact_companies before update of deleted_at on party.companies
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contact_companies', 'company_id');

create trigger touch before update on party.contact_companies for each row execute function platform.touch();
