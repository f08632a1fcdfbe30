-- content: parts of what is written about projects, partners and missions.

create table cms.gallery_items (
  id uuid not null default gen_random_uuid(),
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  asset_id uuid not null,
  position integer not null
    constraint gallery_items_position_range check (position between 1 and 10000),
  caption content.localized_text
    constraint gallery_items_caption_length check (
      length(caption ->> 'de') <= 300
      and length(caption ->> 'en') <= 300
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint gallery_items_pkey primary key (id),
  constraint gallery_items_project_content_id_fkey foreign key (project_content_id)
    references cms.project_contents (id) on delete restrict,
  constraint gallery_items_partner_content_id_fkey foreign key (partner_content_id)
    references cms.partner_contents (id) on delete restrict,
  constraint gallery_items_mission_content_id_fkey foreign key (mission_content_id)
    references cms.mission_contents (id) on delete restrict,
  constraint gallery_items_asset_id_fkey foreign key (asset_id) references cms.media_assets (id) on delete restrict,
  constraint gallery_items_one_page check (
    num_nonnulls(project_content_id, partner_content_id, mission_content_id) = 1
  )
);
comment on table cms.gallery_items is 'Pictures of a project, partner or mission, in order.';
comment on column cms.gallery_items.id is 'Identity.';
comment on column cms.gallery_items.project_content_id is 'Project''s page; null: another one''s.';
comment on column cms.gallery_items.partner_content_id is 'Partner''s page; null: another one''s.';
comment on column cms.gallery_items.mission_content_id is 'Mission''s page; null: another one''s.';
comment on column cms.gallery_items.asset_id is 'The picture.';
comment on column cms.gallery_items.position is 'Place in the gallery, from 1.';
comment on column cms.gallery_items.caption is 'Words below it; null: none.';
comment on column cms.gallery_items.created_at is 'When the row was written.';
comment on column cms.gallery_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.gallery_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.gallery_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.gallery_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.gallery_items.deleted_at is 'When it was deleted; null: live.';

create index gallery_items_project_content_id_idx on cms.gallery_items (project_content_id);
create index gallery_items_partner_content_id_idx on cms.gallery_items (partner_content_id);
create index gallery_items_mission_content_id_idx on cms.gallery_items (mission_content_id);
create unique index gallery_items_position_key on cms.gallery_items (coalesce(project_content_id, partner_content_id, mission_content_id), position)
  where deleted_at is null;
create index gallery_items_asset_id_idx on cms.gallery_items (asset_id);

create trigger check_live before insert or update of asset_id, project_content_id, partner_content_id, mission_content_id, deleted_at on cms.gallery_items
  for each row execute function content.check_live('asset_id', 'cms.media_assets', 'project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');
create trigger touch before update on cms.gallery_items for each row execute function content.touch();

create table cms.faq_items (
  id uuid not null default gen_random_uuid(),
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  position integer not null
    constraint faq_items_position_range check (position between 1 and 10000),
  question content.localized_text not null
    constraint faq_items_question_length check (length(question ->> 'de') <= 300 and length(question ->> 'en') <= 300),
  answer content.localized_text not null
    constraint faq_items_answer_length check (length(answer ->> 'de') <= 5000 and length(answer ->> 'en') <= 5000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint faq_items_pkey primary key (id),
  constraint faq_items_project_content_id_fkey foreign key (project_content_id)
    references cms.project_contents (id) on delete restrict,
  constraint faq_items_partner_content_id_fkey foreign key (partner_content_id)
    references cms.partner_contents (id) on delete restrict,
  constraint faq_items_mission_content_id_fkey foreign key (mission_content_id)
    references cms.mission_contents (id) on delete restrict,
  constraint faq_items_one_page check (num_nonnulls(project_content_id, partner_content_id, mission_content_id) <= 1)
);
comment on table cms.faq_items is 'Questions and answers about a project, partner or mission, or about everything.';
comment on column cms.faq_items.id is 'Identity.';
comment on column cms.faq_items.project_content_id is 'Project''s page; null: another one''s, or everything.';
comment on column cms.faq_items.partner_content_id is 'Partner''s page; null: another one''s, or everything.';
comment on column cms.faq_items.mission_content_id is 'Mission''s page; null: another one''s, or everything.';
comment on column cms.faq_items.position is 'Place in the list, from 1.';
comment on column cms.faq_items.question is 'The question.';
comment on column cms.faq_items.answer is 'The answer, in Markdown.';
comment on column cms.faq_items.created_at is 'When the row was written.';
comment on column cms.faq_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.faq_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.faq_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.faq_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.faq_items.deleted_at is 'When it was deleted; null: live.';

create index faq_items_project_content_id_idx on cms.faq_items (project_content_id);
create index faq_items_partner_content_id_idx on cms.faq_items (partner_content_id);
create index faq_items_mission_content_id_idx on cms.faq_items (mission_content_id);
create unique index faq_items_position_key on cms.faq_items (coalesce(project_content_id, partner_content_id, mission_content_id, '00000000-0000-0000-0000-000000000000'), position)
  where deleted_at is null;

create trigger check_live before insert or update of project_content_id, partner_content_id, mission_content_id, deleted_at on cms.faq_items
  for each row execute function content.check_live('project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');
create trigger touch before update on cms.faq_items for each row execute function content.touch();

-- A picture that is shown somewhere stays.
create trigger check_unused_pages_cover_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.pages', 'cover_id');
create trigger check_unused_blog_posts_cover_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.blog_posts', 'cover_id');
create trigger check_unused_project_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.project_contents', 'hero_id');
create trigger check_unused_partner_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.partner_contents', 'hero_id');
create trigger check_unused_mission_contents_hero_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.mission_contents', 'hero_id');
create trigger check_unused_gallery_items_asset_id before update of deleted_at on cms.media_assets
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.gallery_items', 'asset_id');
