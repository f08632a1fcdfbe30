-- platform: collections of files with versioned slots, labels, and links from entities.

create table storage.file_collections (
  id uuid not null default gen_random_uuid(),
  parent_id uuid,
  name platform.localized_text not null
    constraint file_collections_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  subject_domain text
    constraint file_collections_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_collections_pkey primary key (id),
  constraint file_collections_parent_id_fkey foreign key (parent_id)
    references storage.file_collections (id) on delete restrict,
  constraint file_collections_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3))
);
comment on table storage.file_collections is 'Folders of versioned slots; a tree.';
comment on column storage.file_collections.id is 'Identity.';
comment on column storage.file_collections.parent_id is
  'Collection it lies in; null: at the top. Never below itself.';
comment on column storage.file_collections.name is 'Name for people; at most 200 characters per language.';
comment on column storage.file_collections.subject_domain is 'Domain of the entity it belongs to; null: none.';
comment on column storage.file_collections.subject_type is 'That entity, singular; null: none.';
comment on column storage.file_collections.subject_id is 'Id of that entity; null: none.';
comment on column storage.file_collections.created_at is 'When the row was written.';
comment on column storage.file_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_collections.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_collections.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_collections.deleted_at is 'When it was deleted; null: live.';

create index file_collections_parent_id_idx on storage.file_collections (parent_id);
create index file_collections_subject_type_subject_id_idx on storage.file_collections (subject_type, subject_id)
  where subject_id is not null;
create index file_collections_created_at_idx on storage.file_collections (created_at desc, id desc);

create trigger check_acyclic before insert or update of parent_id on storage.file_collections
  for each row execute function platform.check_acyclic('id', 'parent_id');

create trigger check_live before insert or update of parent_id, deleted_at on storage.file_collections
  for each row execute function platform.check_live('parent_id', 'storage.file_collections');
create trigger check_unused_file_collections before update of deleted_at on storage.file_collections
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('storage.file_collections', 'parent_id');

create trigger touch before update on storage.file_collections for each row execute function platform.touch();

create table storage.file_members (
  id uuid not null default gen_random_uuid(),
  collection_id uuid not null,
  slot text not null
    constraint file_members_slot_shape check (slot ~ '^[a-z0-9][a-z0-9_-]*$' and length(slot) <= 100),
  title platform.localized_text not null
    constraint file_members_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  position integer not null default 0
    constraint file_members_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_members_pkey primary key (id),
  constraint file_members_collection_id_fkey foreign key (collection_id)
    references storage.file_collections (id) on delete restrict
);
comment on table storage.file_members is 'Slots of a collection; each has versions, the highest counts.';
comment on column storage.file_members.id is 'Identity.';
comment on column storage.file_members.collection_id is 'Collection the slot is in.';
comment on column storage.file_members.slot is 'Name of the slot; unique in its collection among live rows.';
comment on column storage.file_members.title is 'Title for people; at most 200 characters per language.';
comment on column storage.file_members.position is 'Place in the collection, smallest first; ties by slot.';
comment on column storage.file_members.created_at is 'When the row was written.';
comment on column storage.file_members.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_members.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_members.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_members.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_members.deleted_at is 'When it was deleted; null: live.';

create unique index file_members_collection_id_slot_key on storage.file_members (collection_id, slot)
  where deleted_at is null;
create index file_members_collection_id_idx on storage.file_members (collection_id);

create trigger check_live before insert or update of collection_id, deleted_at on storage.file_members
  for each row execute function platform.check_live('collection_id', 'storage.file_collections');
create trigger check_unused_file_members before update of deleted_at on storage.file_collections
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('storage.file_members', 'collection_id');

create trigger touch before update on storage.file_members for each row execute function platform.touch();

create table storage.file_versions (
  id uuid not null default gen_random_uuid(),
  member_id uuid not null,
  number integer not null
    constraint file_versions_number_range check (number between 1 and 100000),
  file_id uuid not null,
  note text
    constraint file_versions_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_versions_pkey primary key (id),
  constraint file_versions_member_id_fkey foreign key (member_id)
    references storage.file_members (id) on delete restrict,
  constraint file_versions_file_id_fkey foreign key (file_id) references storage.files (id) on delete restrict,
  constraint file_versions_number_key unique (member_id, number)
);
comment on table storage.file_versions is 'What was in a slot, from version 1 on; rows are only ever added.';
comment on column storage.file_versions.id is 'Identity.';
comment on column storage.file_versions.member_id is 'The slot.';
comment on column storage.file_versions.number is 'Version, from 1 without gaps.';
comment on column storage.file_versions.file_id is 'The bytes.';
comment on column storage.file_versions.note is 'What changed; null: not said.';
comment on column storage.file_versions.created_at is 'When the row was written.';
comment on column storage.file_versions.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_versions_file_id_idx on storage.file_versions (file_id);

create trigger refuse_change before update or delete on storage.file_versions
  for each row when (not party.is_forgetting()) execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_change;
create trigger refuse_truncate before truncate on storage.file_versions
  for each statement execute function platform.refuse_change();
alter table storage.file_versions enable always trigger refuse_truncate;
revoke update on storage.file_versions from platform_writer;

create function storage.check_version_number() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  last integer;
  next_file text;
begin
  -- One version at a time per slot.
  perform 1 from storage.file_members where id = new.member_id for no key update;
  select coalesce(max(v.number), 0) into last from storage.file_versions v where v.member_id = new.member_id;
  if new.number <> last + 1 then
    raise exception 'the next version of slot % is %, not %', new.member_id, last + 1, new.number
      using errcode = '23514', constraint = 'file_versions_number_next', schema = 'storage', table = 'file_versions';
  end if;
  select f.status into next_file from storage.files f where f.id = new.file_id for share;
  if next_file = 'purged' then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_versions_file_kept', schema = 'storage', table = 'file_versions';
  end if;
  return new;
end
$$;
comment on function storage.check_version_number() is
  'Before insert: versions are numbered without gaps and hold files that are there; breaks file_versions_number_next or _file_kept.';

create trigger check_number before insert on storage.file_versions
  for each row execute function storage.check_version_number();

create table storage.file_labels (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint file_labels_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint file_labels_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  color text
    constraint file_labels_color_shape check (color ~ '^#[0-9a-f]{6}$'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_labels_pkey primary key (id)
);
comment on table storage.file_labels is 'Labels that files are found by.';
comment on column storage.file_labels.id is 'Identity.';
comment on column storage.file_labels.code is 'Name, dotted; unique among live rows.';
comment on column storage.file_labels.name is 'Name for people; at most 120 characters per language.';
comment on column storage.file_labels.color is 'Colour, #rrggbb; null: the surface chooses.';
comment on column storage.file_labels.created_at is 'When the row was written.';
comment on column storage.file_labels.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_labels.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_labels.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_labels.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_labels.deleted_at is 'When it was deleted; null: live.';

create unique index file_labels_code_key on storage.file_labels (code) where deleted_at is null;

create trigger touch before update on storage.file_labels for each row execute function platform.touch();

create table storage.file_label_assignments (
  file_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_label_assignments_pkey primary key (file_id, label_id),
  constraint file_label_assignments_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_label_assignments_label_id_fkey foreign key (label_id)
    references storage.file_labels (id) on delete restrict
);
comment on table storage.file_label_assignments is 'Which file carries which label.';
comment on column storage.file_label_assignments.file_id is 'The file.';
comment on column storage.file_label_assignments.label_id is 'The label.';
comment on column storage.file_label_assignments.created_at is 'When the row was written.';
comment on column storage.file_label_assignments.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_label_assignments_label_id_idx on storage.file_label_assignments (label_id);

create table storage.file_links (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  subject_domain text not null
    constraint file_links_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  role text not null default 'attachment'
    constraint file_links_role_shape check (role ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(role) <= 100),
  position integer not null default 0
    constraint file_links_position_range check (position between 0 and 9999),
  caption platform.localized_text
    constraint file_links_caption_length check (length(caption ->> 'de') <= 500 and length(caption ->> 'en') <= 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint file_links_pkey primary key (id),
  constraint file_links_file_id_fkey foreign key (file_id) references storage.files (id) on delete restrict
);
comment on table storage.file_links is 'Which entity of any domain holds which file, and as what.';
comment on column storage.file_links.id is 'Identity.';
comment on column storage.file_links.file_id is 'The file.';
comment on column storage.file_links.subject_domain is 'Domain of the entity.';
comment on column storage.file_links.subject_type is 'The entity, singular.';
comment on column storage.file_links.subject_id is 'Id of that entity.';
comment on column storage.file_links.role is
  'What the file is to the entity, dotted: attachment, photo, contract.signed.';
comment on column storage.file_links.position is 'Place among files of the same role, smallest first.';
comment on column storage.file_links.caption is 'What it shows; at most 500 characters per language; null: not said.';
comment on column storage.file_links.created_at is 'When the row was written.';
comment on column storage.file_links.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_links.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_links.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_links.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column storage.file_links.deleted_at is 'When it was deleted; null: live.';

create unique index file_links_subject_role_key on storage.file_links (subject_domain, subject_type, subject_id, role, file_id)
  where deleted_at is null;
create index file_links_subject_idx on storage.file_links (subject_type, subject_id, role, position)
  where deleted_at is null;
create index file_links_file_id_idx on storage.file_links (file_id);
create index file_links_created_at_idx on storage.file_links (created_at desc, id desc);

create trigger touch before update on storage.file_links for each row execute function platform.touch();

create function storage.check_link_file() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  state text;
begin
  select f.status into state from storage.files f where f.id = new.file_id for share;
  if state = 'purged' and new.deleted_at is null then
    raise exception 'file % was purged', new.file_id
      using errcode = '23514', constraint = 'file_links_file_kept', schema = 'storage', table = 'file_links';
  end if;
  return new;
end
$$;
comment on function storage.check_link_file() is
  'Before insert or update: a live link holds a file that is there; breaks file_links_file_kept.';

create trigger check_file before insert or update of file_id, deleted_at on storage.file_links
  for each row execute function storage.check_link_file();
