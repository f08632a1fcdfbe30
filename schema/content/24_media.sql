-- content: pictures and documents of pages. An asset wraps a file of the platform, never a path.

create table cms.media_assets (
  id uuid not null default gen_random_uuid(),
  file_ref uuid not null,
  kind text not null
    constraint media_assets_kind_known check (kind in ('image', 'video', 'audio', 'document')),
  title content.localized_text not null
    constraint media_assets_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  alt content.localized_text not null
    constraint media_assets_alt_length check (length(alt ->> 'de') <= 500 and length(alt ->> 'en') <= 500),
  credit text
    constraint media_assets_credit_length check (length(btrim(credit)) > 0 and length(credit) <= 200),
  licence text
    constraint media_assets_licence_length check (length(btrim(licence)) > 0 and length(licence) <= 200),
  focal_x numeric(4,3) not null default 0.5
    constraint media_assets_focal_x_range check (focal_x between 0 and 1),
  focal_y numeric(4,3) not null default 0.5
    constraint media_assets_focal_y_range check (focal_y between 0 and 1),
  width integer
    constraint media_assets_width_range check (width between 1 and 100000),
  height integer
    constraint media_assets_height_range check (height between 1 and 100000),
  duration_ms integer
    constraint media_assets_duration_ms_range check (duration_ms between 1 and 86400000),
  status text not null default 'processing'
    constraint media_assets_status_known check (status in ('processing', 'ready', 'failed')),
  failure_reason text
    constraint media_assets_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint media_assets_pkey primary key (id),
  constraint media_assets_file_ref_fkey foreign key (file_ref) references content.ref_files (id) on delete restrict,
  constraint media_assets_failed_whole check ((status = 'failed') = (failure_reason is not null)),
  constraint media_assets_size_whole check ((width is null) = (height is null)),
  constraint media_assets_image_has_size check (kind <> 'image' or status <> 'ready' or width is not null)
);
comment on table cms.media_assets is 'Files as pages use them, with what a reader who cannot see them is told.';
comment on column cms.media_assets.id is 'Identity.';
comment on column cms.media_assets.file_ref is 'The file (platform).';
comment on column cms.media_assets.kind is 'What it is.';
comment on column cms.media_assets.title is 'Name in the media library.';
comment on column cms.media_assets.alt is 'What it shows, for who cannot see it.';
comment on column cms.media_assets.credit is 'Who made it, as shown; null: nobody need be named.';
comment on column cms.media_assets.licence is 'Licence; null: ours.';
comment on column cms.media_assets.focal_x is 'What must stay visible when cut: share of the width from the left.';
comment on column cms.media_assets.focal_y is 'Share of the height from the top.';
comment on column cms.media_assets.width is 'Width in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.height is 'Height in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.duration_ms is 'Length in milliseconds; null: does not play.';
comment on column cms.media_assets.status is 'Where it stands; the steps of media_assets_status_transition.';
comment on column cms.media_assets.failure_reason is 'Why it failed; null: it did not.';
comment on column cms.media_assets.created_at is 'When the row was written.';
comment on column cms.media_assets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_assets.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_assets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_assets.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_assets.deleted_at is 'When it was deleted; null: live.';

create unique index media_assets_file_ref_key on cms.media_assets (file_ref) where deleted_at is null;
create index media_assets_file_ref_idx on cms.media_assets (file_ref);
create index media_assets_created_at_idx on cms.media_assets (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.media_assets
  for each row execute function content.check_transition(
    'status', 'processing',
    'processing>ready,failed',
    'failed>processing',
    'ready>processing');
create trigger touch before update on cms.media_assets for each row execute function content.touch();

create table cms.media_renditions (
  id uuid not null default gen_random_uuid(),
  asset_id uuid not null,
  name text not null
    constraint media_renditions_name_shape check (name ~ '^[a-z][a-z0-9_]*$' and length(name) <= 50),
  format text not null
    constraint media_renditions_format_known check (format in ('avif', 'webp', 'jpeg', 'png', 'mp4', 'webm', 'pdf')),
  file_ref uuid,
  width integer
    constraint media_renditions_width_range check (width between 1 and 100000),
  height integer
    constraint media_renditions_height_range check (height between 1 and 100000),
  status text not null default 'pending'
    constraint media_renditions_status_known check (status in ('pending', 'ready', 'failed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint media_renditions_pkey primary key (id),
  constraint media_renditions_name_key unique (asset_id, name, format),
  constraint media_renditions_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete cascade,
  constraint media_renditions_ready_whole check (status <> 'ready' or num_nulls(file_ref, width, height) = 0)
);
comment on table cms.media_renditions is 'Sizes and formats of an asset that are made in the background.';
comment on column cms.media_renditions.id is 'Identity.';
comment on column cms.media_renditions.asset_id is 'The asset.';
comment on column cms.media_renditions.name is 'Which one: thumbnail, card, hero.';
comment on column cms.media_renditions.format is 'Format.';
comment on column cms.media_renditions.file_ref is 'The file (platform); null: not made yet.';
comment on column cms.media_renditions.width is 'Width in pixels; null: not made yet.';
comment on column cms.media_renditions.height is 'Height in pixels; null: not made yet.';
comment on column cms.media_renditions.status is 'Where it stands; the steps of media_renditions_status_transition.';
comment on column cms.media_renditions.created_at is 'When the row was written.';
comment on column cms.media_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';

create trigger check_status before insert or update of status on cms.media_renditions
  for each row execute function content.check_transition(
    'status', 'pending',
    'pending>ready,failed',
    'failed>pending',
    'ready>pending');
create trigger touch before update on cms.media_renditions for each row execute function content.touch();

create table cms.media_usages (
  id uuid not null default gen_random_uuid(),
  asset_id uuid not null,
  entity_type content.entity_name not null,
  entity_id uuid not null,
  role text not null
    constraint media_usages_role_shape check (role ~ '^[a-z][a-z0-9_]*$' and length(role) <= 50),
  position integer not null default '1'
    constraint media_usages_position_range check (position between 1 and 10000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint media_usages_pkey primary key (id),
  constraint media_usages_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete restrict
);
comment on table cms.media_usages is 'Where an asset is used; one that is used is not deleted.';
comment on column cms.media_usages.id is 'Identity.';
comment on column cms.media_usages.asset_id is 'The asset.';
comment on column cms.media_usages.entity_type is 'Entity that uses it, singular: page, blog_post.';
comment on column cms.media_usages.entity_id is 'Id of that entity.';
comment on column cms.media_usages.role is 'What for: cover, gallery, attachment, inline.';
comment on column cms.media_usages.position is 'Place among those of the role, from 1.';
comment on column cms.media_usages.created_at is 'When the row was written.';
comment on column cms.media_usages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_usages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_usages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_usages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_usages.deleted_at is 'When it was deleted; null: live.';

create unique index media_usages_entity_key on cms.media_usages (entity_type, entity_id, role, position)
  where deleted_at is null;
create index media_usages_asset_id_idx on cms.media_usages (asset_id);

create trigger check_live before insert or update of asset_id, deleted_at on cms.media_usages
  for each row execute function content.check_live('asset_id', 'cms.media_assets');
create trigger touch before update on cms.media_usages for each row execute function content.touch();

create trigger check_unused_media_usages before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.media_usages', 'asset_id');
