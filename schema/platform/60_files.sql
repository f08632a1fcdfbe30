-- platform: files by their content: the same bytes are kept once.

create table storage.files (
  id uuid not null default gen_random_uuid(),
  content_hash platform.sha256 not null,
  size_bytes bigint not null
    constraint files_size_bytes_range check (size_bytes between 0 and 5000000000000),
  media_type text not null
    constraint files_media_type_shape check (media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$' and length(media_type) <= 120),
  original_name text not null
    constraint files_original_name_length check (length(original_name) between 1 and 255),
  storage_key text not null
    constraint files_storage_key_shape check (storage_key ~ '^[A-Za-z0-9/_.-]+$' and length(storage_key) <= 500),
  width_px integer
    constraint files_width_px_range check (width_px between 1 and 1000000),
  height_px integer
    constraint files_height_px_range check (height_px between 1 and 1000000),
  pages integer
    constraint files_pages_range check (pages between 1 and 100000),
  scan_status text not null default 'pending'
    constraint files_scan_status_known check (scan_status in ('pending', 'clean', 'infected', 'failed', 'skipped')),
  scanned_at timestamptz,
  status text not null default 'pending'
    constraint files_status_known check (status in ('pending', 'stored', 'quarantined', 'purged')),
  stored_at timestamptz,
  purged_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint files_pkey primary key (id),
  constraint files_width_whole check ((width_px is null) = (height_px is null)),
  constraint files_scanned_whole check ((scan_status in ('clean', 'infected', 'failed')) = (scanned_at is not null)),
  constraint files_stored_whole check (status not in ('stored', 'quarantined') or stored_at is not null),
  constraint files_purged_whole check ((status = 'purged') = (purged_at is not null)),
  constraint files_infected_kept check (status <> 'stored' or scan_status <> 'infected'),
  constraint files_storage_key_key unique (storage_key)
);
comment on table storage.files is
  'Bytes in the object store, each content once. Others hold a file_id, never a path.';
comment on column storage.files.id is 'Identity; other domains hold it as file_ref.';
comment on column storage.files.content_hash is 'SHA-256 of the bytes; unique among those not purged.';
comment on column storage.files.size_bytes is 'Size, in bytes.';
comment on column storage.files.media_type is 'MIME type found by the server, not the one claimed.';
comment on column storage.files.original_name is 'Name it was first uploaded under; for people only.';
comment on column storage.files.storage_key is 'Key in the object store; unique; never leaves the server.';
comment on column storage.files.width_px is 'Width of an image, in pixels; null: no image.';
comment on column storage.files.height_px is 'Height of an image, in pixels; null: no image.';
comment on column storage.files.pages is 'Pages of a document; null: no document.';
comment on column storage.files.scan_status is 'What the malware scan found.';
comment on column storage.files.scanned_at is 'When it was scanned; null: not yet.';
comment on column storage.files.status is
  'pending: being uploaded; stored: there; quarantined: kept from readers; purged: bytes gone.';
comment on column storage.files.stored_at is 'When the bytes were there and checked; null: not yet. Set once.';
comment on column storage.files.purged_at is 'When the bytes were removed; null: not. Set once.';
comment on column storage.files.created_at is 'When the row was written.';
comment on column storage.files.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.files.updated_at is 'When it last changed; set by trigger.';
comment on column storage.files.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.files.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index files_content_hash_key on storage.files (content_hash) where status <> 'purged';
create index files_status_created_at_idx on storage.files (status, created_at);
create index files_created_at_idx on storage.files (created_at desc, id desc);

create trigger check_status before insert or update of status on storage.files
  for each row execute function platform.check_transition(
    'status', 'pending', 'pending>stored,quarantined,purged', 'stored>quarantined,purged',
    'quarantined>stored,purged');
create trigger check_frozen before update or delete on storage.files
  for each row when (not party.is_forgetting()) execute function platform.check_frozen('status', 'pending', 'scan_status,scanned_at,purged_at,pages,width_px,height_px');
create trigger keep_once_set before update on storage.files
  for each row execute function platform.keep_once_set('stored_at', 'purged_at');

create trigger touch before update on storage.files for each row execute function platform.touch();

create function storage.check_file_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from storage.file_links where file_id = new.id and deleted_at is null)
    or exists (
      select 1 from storage.file_versions v join storage.file_members m on m.id = v.member_id
      where v.file_id = new.id and m.deleted_at is null
    ) then
    raise exception 'file % is still linked', new.id
      using errcode = '23514', constraint = 'files_purge_unused', schema = 'storage', table = 'files',
            hint = 'Delete its links and the collection members that hold it first.';
  end if;
  return new;
end
$$;
comment on function storage.check_file_unused() is
  'Before purging: nothing live holds the file any more; breaks files_purge_unused.';

create trigger check_unused before update of status on storage.files
  for each row when (new.status = 'purged' and old.status <> 'purged')
  execute function storage.check_file_unused();

create table storage.file_renditions (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  kind text not null
    constraint file_renditions_kind_known check (kind in ('thumbnail', 'preview', 'web', 'text', 'pdf')),
  media_type text not null
    constraint file_renditions_media_type_shape check (
      media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'
      and length(media_type) <= 120
    ),
  width_px integer
    constraint file_renditions_width_px_range check (width_px between 1 and 1000000),
  height_px integer
    constraint file_renditions_height_px_range check (height_px between 1 and 1000000),
  size_bytes bigint
    constraint file_renditions_size_bytes_range check (size_bytes >= 0),
  storage_key text
    constraint file_renditions_storage_key_shape check (
      storage_key ~ '^[A-Za-z0-9/_.-]+$'
      and length(storage_key) <= 500
    ),
  status text not null default 'pending'
    constraint file_renditions_status_known check (status in ('pending', 'ready', 'failed')),
  error text
    constraint file_renditions_error_length check (length(error) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint file_renditions_pkey primary key (id),
  constraint file_renditions_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_renditions_ready_whole check (
    (status = 'ready') = (storage_key is not null)
    and (status = 'ready') = (size_bytes is not null)
  ),
  constraint file_renditions_failed_whole check ((status = 'failed') = (error is not null)),
  constraint file_renditions_kind_key unique (file_id, kind, media_type)
);
comment on table storage.file_renditions is 'Smaller or other forms of a file, made in the background.';
comment on column storage.file_renditions.id is 'Identity.';
comment on column storage.file_renditions.file_id is 'File it was made from.';
comment on column storage.file_renditions.kind is 'What it is for.';
comment on column storage.file_renditions.media_type is 'MIME type of the rendition.';
comment on column storage.file_renditions.width_px is 'Width, in pixels; null: no image.';
comment on column storage.file_renditions.height_px is 'Height, in pixels; null: no image.';
comment on column storage.file_renditions.size_bytes is 'Size, in bytes; null: not made yet.';
comment on column storage.file_renditions.storage_key is 'Key in the object store; null: not made yet.';
comment on column storage.file_renditions.status is 'pending: to be made; ready; failed: see error.';
comment on column storage.file_renditions.error is 'Why it failed; null: it did not.';
comment on column storage.file_renditions.created_at is 'When the row was written.';
comment on column storage.file_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column storage.file_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column storage.file_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column storage.file_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_status before insert or update of status on storage.file_renditions
  for each row execute function platform.check_transition(
    'status', 'pending,ready', 'pending>ready,failed', 'failed>pending', 'ready>pending');

create trigger touch before update on storage.file_renditions for each row execute function platform.touch();

create table storage.file_uploads (
  id uuid not null default gen_random_uuid(),
  file_id uuid not null,
  contact_id uuid,
  max_bytes bigint not null
    constraint file_uploads_max_bytes_range check (max_bytes between 1 and 5000000000000),
  media_types text[] not null default '{}',
  expires_at timestamptz not null
    constraint file_uploads_expires_order check (expires_at > created_at),
  completed_at timestamptz,
  failed_at timestamptz,
  failure text
    constraint file_uploads_failure_length check (length(failure) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint file_uploads_pkey primary key (id),
  constraint file_uploads_file_id_fkey foreign key (file_id) references storage.files (id) on delete cascade,
  constraint file_uploads_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint file_uploads_one_end check (num_nonnulls(completed_at, failed_at) <= 1),
  constraint file_uploads_failed_whole check ((failed_at is null) = (failure is null))
);
comment on table storage.file_uploads is
  'Direct uploads to the object store that were allowed, for a short time each.';
comment on column storage.file_uploads.id is 'Identity.';
comment on column storage.file_uploads.file_id is 'File that is to come.';
comment on column storage.file_uploads.contact_id is 'Who uploads; null: the system or a guest with a link.';
comment on column storage.file_uploads.max_bytes is 'Largest size that was allowed, in bytes.';
comment on column storage.file_uploads.media_types is 'MIME types that were allowed; empty: any.';
comment on column storage.file_uploads.expires_at is 'When the permission ends.';
comment on column storage.file_uploads.completed_at is 'When the bytes were checked; null: not yet. Set once.';
comment on column storage.file_uploads.failed_at is 'When the upload was refused; null: it was not. Set once.';
comment on column storage.file_uploads.failure is 'Why it was refused; null: it was not.';
comment on column storage.file_uploads.created_at is 'When the row was written.';
comment on column storage.file_uploads.created_by is 'Contact who wrote it (platform); null: the system.';

create index file_uploads_file_id_idx on storage.file_uploads (file_id);
create index file_uploads_contact_id_idx on storage.file_uploads (contact_id);
create index file_uploads_created_at_idx on storage.file_uploads (created_at desc, id desc);

create trigger keep_once_set before update on storage.file_uploads
  for each row execute function platform.keep_once_set('completed_at', 'failed_at');
