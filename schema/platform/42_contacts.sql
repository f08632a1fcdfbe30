-- platform: contacts, the natural persons whom everything human points at.

create function party.is_forgetting() returns boolean
  language sql stable
  set search_path = ''
as $$
  -- Never null: a trigger whose condition is null does not fire.
  select current_user = 'platform_owner' and coalesce(current_setting('aruuri.forgetting', true), '') = 'on'
$$;
comment on function party.is_forgetting() is
  'Whether party.erase_contact is at work: the one thing that takes words out of rows that are otherwise never changed. The setting alone does nothing for an application.';
grant execute on function party.is_forgetting() to platform_writer, platform_reader;

create table party.contacts (
  id uuid not null default gen_random_uuid(),
  salutation text
    constraint contacts_salutation_known check (salutation in ('mr', 'ms', 'mx', 'none')),
  title text
    constraint contacts_title_length check (length(title) between 1 and 40),
  first_name text
    constraint contacts_first_name_length check (length(first_name) between 1 and 100),
  last_name text
    constraint contacts_last_name_length check (length(last_name) between 1 and 100),
  job_title text
    constraint contacts_job_title_length check (length(job_title) between 1 and 120),
  email text
    constraint contacts_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint contacts_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  mobile text
    constraint contacts_mobile_shape check (mobile ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  language text
    constraint contacts_language_known check (language in ('de', 'en')),
  street text
    constraint contacts_street_length check (length(street) between 1 and 200),
  house_number text
    constraint contacts_house_number_length check (length(house_number) between 1 and 20),
  postal_code text
    constraint contacts_postal_code_length check (length(postal_code) between 1 and 20),
  city text
    constraint contacts_city_length check (length(city) between 1 and 120),
  country text
    constraint contacts_country_shape check (country ~ '^[A-Z]{2}$'),
  latitude numeric(9, 6)
    constraint contacts_latitude_range check (latitude between -90 and 90),
  longitude numeric(9, 6)
    constraint contacts_longitude_range check (longitude between -180 and 180),
  place_id text
    constraint contacts_place_id_length check (length(place_id) between 1 and 200),
  date_of_birth date
    constraint contacts_date_of_birth_range check (date_of_birth >= '1880-01-01'),
  segment text
    constraint contacts_segment_known check (segment in ('private', 'commercial', 'public', 'nonprofit')),
  classification text
    constraint contacts_classification_known check (classification in ('a', 'b', 'c')),
  department_id uuid,
  notes text
    constraint contacts_notes_length check (length(notes) <= 4000),
  source text
    constraint contacts_source_length check (length(source) between 1 and 120),
  status text not null default 'live'
    constraint contacts_status_known check (status in ('live', 'archived')),
  archived_at timestamptz,
  archive_reason text
    constraint contacts_archive_reason_known check (
      archive_reason in ('merged', 'inactive', 'duplicate', 'requested', 'other')
    ),
  merged_into_id uuid,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contacts_pkey primary key (id),
  constraint contacts_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint contacts_merged_into_id_fkey foreign key (merged_into_id)
    references party.contacts (id) on delete restrict,
  constraint contacts_latitude_whole check ((latitude is null) = (longitude is null)),
  constraint contacts_archived_whole check (
    (status = 'archived') = (archived_at is not null)
    and (archived_at is null) = (archive_reason is null)
  ),
  constraint contacts_merged_reason check ((merged_into_id is null) or (archive_reason is not distinct from 'merged')),
  constraint contacts_merged_other check (merged_into_id <> id),
  constraint contacts_erased_blank check (
    erased_at is null
    or (deleted_at is not null and num_nonnulls(title, first_name, last_name, job_title, email, phone, mobile,
      street, house_number, postal_code, city, latitude, place_id, date_of_birth, notes) = 0)
  )
);
comment on table party.contacts is
  'Natural persons. Whatever points at a human points here; a login is only one thing a person may have.';
comment on column party.contacts.id is 'Identity; other domains hold it as contact_ref.';
comment on column party.contacts.salutation is 'How to address the person; null: unknown.';
comment on column party.contacts.title is 'Academic or other title, e.g. Dr.; null: none.';
comment on column party.contacts.first_name is 'Given name; null: unknown or erased.';
comment on column party.contacts.last_name is 'Family name; null: unknown or erased.';
comment on column party.contacts.job_title is 'What the person does for a living or in a company; null: unknown.';
comment on column party.contacts.email is 'Address for mail; not a login and not unique; null: unknown.';
comment on column party.contacts.phone is 'Telephone number; null: unknown.';
comment on column party.contacts.mobile is 'Mobile number; null: unknown.';
comment on column party.contacts.language is 'Language to write in; null: unknown.';
comment on column party.contacts.street is 'Street without the house number; null: unknown.';
comment on column party.contacts.house_number is 'House number with its suffix; null: unknown.';
comment on column party.contacts.postal_code is 'Postal code as written in its country; null: unknown.';
comment on column party.contacts.city is 'Town; null: unknown.';
comment on column party.contacts.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column party.contacts.latitude is 'Degrees north, WGS 84; null: not located.';
comment on column party.contacts.longitude is 'Degrees east, WGS 84; null: not located.';
comment on column party.contacts.place_id is 'Id of the address at the geocoder; null: not located.';
comment on column party.contacts.date_of_birth is 'Day of birth; null: unknown.';
comment on column party.contacts.segment is 'Kind of customer; null: no customer.';
comment on column party.contacts.classification is
  'How much attention the customer is given, a the most; null: not classified.';
comment on column party.contacts.department_id is
  'Department the person works in first, or that looks after them; null: none yet. Who works in departments sees theirs.';
comment on column party.contacts.notes is 'Free notes of the staff; null: none.';
comment on column party.contacts.source is 'Where the contact came from, free text; null: unknown.';
comment on column party.contacts.status is 'live: in use; archived: kept for its past, see archive_reason.';
comment on column party.contacts.archived_at is 'When it was archived; null: never.';
comment on column party.contacts.archive_reason is 'Why it was archived; null: it is live.';
comment on column party.contacts.merged_into_id is 'Contact that took its place; null: none. Set once.';
comment on column party.contacts.erased_at is 'When personal fields were blanked for privacy; null: never. Set once.';
comment on column party.contacts.created_at is 'When the row was written.';
comment on column party.contacts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.contacts.updated_at is 'When it last changed; set by trigger.';
comment on column party.contacts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.contacts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.contacts.deleted_at is 'When it was deleted; null: live.';

create index contacts_email_idx on party.contacts (lower(email)) where email is not null and deleted_at is null;
create index contacts_name_idx on party.contacts (lower(last_name), lower(first_name)) where deleted_at is null;
create index contacts_postal_code_idx on party.contacts (postal_code) where deleted_at is null;
create index contacts_department_id_idx on party.contacts (department_id);
create index contacts_merged_into_id_idx on party.contacts (merged_into_id);
create index contacts_created_at_idx on party.contacts (created_at desc, id desc);

create trigger check_status before insert or update of status on party.contacts
  for each row execute function platform.check_transition('status', 'live', 'live>archived', 'archived>live');
create trigger keep_once_set before update on party.contacts
  for each row execute function platform.keep_once_set('merged_into_id', 'erased_at');

create trigger check_live before insert or update of department_id, deleted_at on party.contacts
  for each row execute function platform.check_live('department_id', 'party.departments');
create trigger check_unused_contacts before update of deleted_at on party.departments
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.contacts', 'department_id');

create trigger touch before update on party.contacts for each row execute function platform.touch();

create function party.check_contact_merge() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- The lock makes a merge the other way round wait, or fail as a deadlock.
  perform 1 from party.contacts
  where id = new.merged_into_id and status = 'live' and deleted_at is null for share;
  if not found then
    raise exception 'contact % is not live, nothing can be merged into it', new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_into_live', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$$;
comment on function party.check_contact_merge() is
  'Before insert or update: a contact is merged into a live one, so merges make no circle; breaks contacts_merged_into_live.';

create trigger check_merge before insert or update of merged_into_id on party.contacts
  for each row when (new.merged_into_id is not null and new.deleted_at is null)
  execute function party.check_contact_merge();

create function party.check_contact_archived() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.status = 'live' and new.merged_into_id is not null then
    raise exception 'contact % was merged into %, it stays archived', new.id, new.merged_into_id
      using errcode = '23514', constraint = 'contacts_merged_final', schema = 'party', table = 'contacts';
  end if;
  if old.erased_at is not null and new.deleted_at is null then
    raise exception 'contact % was erased, it cannot be restored', new.id
      using errcode = '23514', constraint = 'contacts_erased_final', schema = 'party', table = 'contacts';
  end if;
  return new;
end
$$;
comment on function party.check_contact_archived() is
  'Before update: what was merged stays archived, what was erased stays deleted; breaks contacts_merged_final or contacts_erased_final.';

create trigger check_archived before update of status, merged_into_id, deleted_at, erased_at on party.contacts
  for each row execute function party.check_contact_archived();

create table party.contact_merges (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null
    constraint contact_merges_contact_other check (contact_id <> survivor_id),
  survivor_id uuid not null,
  moved jsonb not null default '{}'
    constraint contact_merges_moved_object check (jsonb_typeof(moved) = 'object'),
  reason text
    constraint contact_merges_reason_length check (length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint contact_merges_pkey primary key (id),
  constraint contact_merges_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint contact_merges_survivor_id_fkey foreign key (survivor_id)
    references party.contacts (id) on delete restrict
);
comment on table party.contact_merges is 'Which contact was merged into which; rows are only ever added.';
comment on column party.contact_merges.id is 'Identity.';
comment on column party.contact_merges.contact_id is 'Contact that was merged and archived.';
comment on column party.contact_merges.survivor_id is 'Contact that took its place.';
comment on column party.contact_merges.moved is
  'How many rows of which table were moved to the survivor; no personal data.';
comment on column party.contact_merges.reason is 'Why they were taken for one person; null: not said.';
comment on column party.contact_merges.created_at is 'When the row was written.';
comment on column party.contact_merges.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index contact_merges_contact_id_key on party.contact_merges (contact_id);
create index contact_merges_survivor_id_idx on party.contact_merges (survivor_id);
create index contact_merges_created_at_idx on party.contact_merges (created_at desc, id desc);

create trigger refuse_change before update or delete on party.contact_merges
  for each row when (not party.is_forgetting()) execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_change;
create trigger refuse_truncate before truncate on party.contact_merges
  for each statement execute function platform.refuse_change();
alter table party.contact_merges enable always trigger refuse_truncate;
revoke update on party.contact_merges from platform_writer;

create table party.contact_consents (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  purpose text not null
    constraint contact_consents_purpose_shape check (
      purpose ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(purpose) <= 100
    ),
  given boolean not null,
  channel text not null
    constraint contact_consents_channel_known check (
      channel in ('web', 'email', 'phone', 'paper', 'in_person', 'import')
    ),
  wording_version text not null
    constraint contact_consents_wording_version_length check (length(wording_version) between 1 and 40),
  wording platform.localized_text not null
    constraint contact_consents_wording_length check (
      length(wording ->> 'de') <= 4000
      and length(wording ->> 'en') <= 4000
    ),
  source_ip inet,
  happened_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint contact_consents_pkey primary key (id),
  constraint contact_consents_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict
);
comment on table party.contact_consents is
  'What a person agreed to or withdrew, in the words shown; rows are only ever added, the newest counts.';
comment on column party.contact_consents.id is 'Identity.';
comment on column party.contact_consents.contact_id is 'Who agreed or withdrew.';
comment on column party.contact_consents.purpose is 'What for, dotted: newsletter, data.processing.';
comment on column party.contact_consents.given is 'True: agreed; false: withdrew.';
comment on column party.contact_consents.channel is 'How it was said.';
comment on column party.contact_consents.wording_version is 'Version of the wording that was shown.';
comment on column party.contact_consents.wording is 'The wording itself, so that it can be shown again.';
comment on column party.contact_consents.source_ip is 'Address it was said from; null: not online.';
comment on column party.contact_consents.happened_at is 'When it was said.';
comment on column party.contact_consents.created_at is 'When the row was written.';
comment on column party.contact_consents.created_by is 'Contact who wrote it (platform); null: the system.';

create index contact_consents_contact_id_purpose_happened_at_idx on party.contact_consents (contact_id, purpose, happened_at desc);
create index contact_consents_created_at_idx on party.contact_consents (created_at desc, id desc);

create trigger refuse_change before update or delete on party.contact_consents
  for each row when (not party.is_forgetting()) execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_change;
create trigger refuse_truncate before truncate on party.contact_consents
  for each statement execute function platform.refuse_change();
alter table party.contact_consents enable always trigger refuse_truncate;
revoke update on party.contact_consents from platform_writer;

create function party.seen_contact(contact uuid, departments uuid[]) returns uuid
  language plpgsql stable
  set search_path = ''
as $$
begin
  if contact is not null and departments is not null and not exists (
    select from party.contacts c
    where c.id = contact and c.deleted_at is null
      and (c.department_id = any (departments) or c.department_id is null and party.takes_unassigned(departments)))
  then
    raise exception 'contact % is in no department of the caller', contact
      using errcode = '23503', constraint = 'leads_contact_id_fkey', schema = 'party', table = 'leads';
  end if;
  return contact;
end
$$;
comment on function party.seen_contact(uuid, uuid[]) is
  'A contact for a lead, if who works in these departments may see it (null: all); breaks leads_contact_id_fkey, as one that is not there does.';
grant execute on function party.seen_contact(uuid, uuid[]) to platform_writer;
