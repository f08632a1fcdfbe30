-- content: what other domains told: projections fed by events.

create table content.ref_projects (
  id uuid not null,
  version integer not null
    constraint ref_projects_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_projects_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_projects_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_projects_pkey primary key (id)
);
comment on table content.ref_projects is
  'What this domain was told about each project (projects): enough to show and to check, never the truth.';
comment on column content.ref_projects.id is 'Id of the project (projects).';
comment on column content.ref_projects.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_projects.label is 'Its name when it was last heard of.';
comment on column content.ref_projects.slug is 'Its name in addresses over there.';
comment on column content.ref_projects.status is 'Where the project stands, in its own words.';
comment on column content.ref_projects.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_projects.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_projects
  for each row execute function content.keep_newest();

create table content.ref_partners (
  id uuid not null,
  version integer not null
    constraint ref_partners_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_partners_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_partners_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_partners_pkey primary key (id)
);
comment on table content.ref_partners is
  'What this domain was told about each partner (projects): enough to show and to check, never the truth.';
comment on column content.ref_partners.id is 'Id of the partner (projects).';
comment on column content.ref_partners.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_partners.label is 'Its name when it was last heard of.';
comment on column content.ref_partners.slug is 'Its name in addresses over there.';
comment on column content.ref_partners.status is 'Where the partner stands, in its own words.';
comment on column content.ref_partners.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_partners.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_partners
  for each row execute function content.keep_newest();

create table content.ref_missions (
  id uuid not null,
  version integer not null
    constraint ref_missions_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  slug text not null
    constraint ref_missions_slug_length check (length(btrim(slug)) > 0 and length(slug) <= 100),
  status text not null
    constraint ref_missions_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  removed_at timestamptz,
  seen_at timestamptz not null default now(),
  constraint ref_missions_pkey primary key (id)
);
comment on table content.ref_missions is
  'What this domain was told about each mission (projects): enough to show and to check, never the truth.';
comment on column content.ref_missions.id is 'Id of the mission (projects).';
comment on column content.ref_missions.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_missions.label is 'Its name when it was last heard of.';
comment on column content.ref_missions.slug is 'Its name in addresses over there.';
comment on column content.ref_missions.status is 'Where the mission stands, in its own words.';
comment on column content.ref_missions.removed_at is
  'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_missions.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_missions
  for each row execute function content.keep_newest();

create table content.ref_contacts (
  id uuid not null,
  version integer not null
    constraint ref_contacts_version_range check (version between 0 and 2000000000),
  label content.localized_text not null,
  status text not null
    constraint ref_contacts_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  merged_into_ref uuid,
  seen_at timestamptz not null default now(),
  constraint ref_contacts_pkey primary key (id)
);
comment on table content.ref_contacts is
  'What this domain was told about each contact (platform): enough to show and to check, never the truth.';
comment on column content.ref_contacts.id is 'Id of the contact (platform).';
comment on column content.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_contacts.label is 'Its name when it was last heard of.';
comment on column content.ref_contacts.status is 'live, archived, merged or erased.';
comment on column content.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column content.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_contacts
  for each row execute function content.keep_newest();

create table content.ref_files (
  id uuid not null,
  version integer not null
    constraint ref_files_version_range check (version between 0 and 2000000000),
  name text not null
    constraint ref_files_name_length check (length(btrim(name)) > 0 and length(name) <= 255),
  mime text not null
    constraint ref_files_mime_length check (length(btrim(mime)) > 0 and length(mime) <= 150),
  size_bytes bigint not null
    constraint ref_files_size_bytes_range check (size_bytes >= 0),
  status text not null
    constraint ref_files_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  seen_at timestamptz not null default now(),
  constraint ref_files_pkey primary key (id)
);
comment on table content.ref_files is
  'What this domain was told about each file (platform): enough to show and to check, never the truth.';
comment on column content.ref_files.id is 'Id of the file (platform).';
comment on column content.ref_files.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_files.name is 'Its name when it was last heard of.';
comment on column content.ref_files.mime is 'Kind of file, as the server found it.';
comment on column content.ref_files.size_bytes is 'Size in bytes.';
comment on column content.ref_files.status is 'pending, stored, quarantined or purged.';
comment on column content.ref_files.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on content.ref_files
  for each row execute function content.keep_newest();
