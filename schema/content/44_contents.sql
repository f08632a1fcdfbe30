-- content: what is written about projects, partners and missions; one row for each of them.

create table cms.project_contents (
  id uuid not null default gen_random_uuid(),
  project_ref uuid not null,
  slug text not null
    constraint project_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint project_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint project_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint project_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint project_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint project_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint project_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint project_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint project_contents_pkey primary key (id),
  constraint project_contents_project_ref_fkey foreign key (project_ref)
    references content.ref_projects (id) on delete restrict,
  constraint project_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint project_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.project_contents is 'What is written about each project; hidden when the project is deleted.';
comment on column cms.project_contents.id is 'Identity.';
comment on column cms.project_contents.project_ref is 'The project (projects); one live row each.';
comment on column cms.project_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.project_contents.title is 'Title.';
comment on column cms.project_contents.summary is 'Text for lists; null: none.';
comment on column cms.project_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.project_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.project_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.project_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.project_contents.status is 'Where it stands; the steps of project_contents_status_transition.';
comment on column cms.project_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.project_contents.hidden_at is
  'When it was hidden because the project was deleted; null: it is not.';
comment on column cms.project_contents.created_at is 'When the row was written.';
comment on column cms.project_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.project_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.project_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.project_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.project_contents.deleted_at is 'When it was deleted; null: live.';

create index project_contents_hero_id_idx on cms.project_contents (hero_id);
create unique index project_contents_project_ref_key on cms.project_contents (project_ref) where deleted_at is null;
create unique index project_contents_slug_key on cms.project_contents (slug) where deleted_at is null;
create index project_contents_project_ref_idx on cms.project_contents (project_ref);
create index project_contents_created_at_idx on cms.project_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.project_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.project_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.project_contents for each row execute function content.touch();

create table cms.partner_contents (
  id uuid not null default gen_random_uuid(),
  partner_ref uuid not null,
  slug text not null
    constraint partner_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint partner_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint partner_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint partner_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint partner_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint partner_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint partner_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint partner_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint partner_contents_pkey primary key (id),
  constraint partner_contents_partner_ref_fkey foreign key (partner_ref)
    references content.ref_partners (id) on delete restrict,
  constraint partner_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint partner_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.partner_contents is 'What is written about each partner; hidden when the partner is deleted.';
comment on column cms.partner_contents.id is 'Identity.';
comment on column cms.partner_contents.partner_ref is 'The partner (projects); one live row each.';
comment on column cms.partner_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.partner_contents.title is 'Title.';
comment on column cms.partner_contents.summary is 'Text for lists; null: none.';
comment on column cms.partner_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.partner_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.partner_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.partner_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.partner_contents.status is 'Where it stands; the steps of partner_contents_status_transition.';
comment on column cms.partner_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.partner_contents.hidden_at is
  'When it was hidden because the partner was deleted; null: it is not.';
comment on column cms.partner_contents.created_at is 'When the row was written.';
comment on column cms.partner_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.partner_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.partner_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.partner_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.partner_contents.deleted_at is 'When it was deleted; null: live.';

create index partner_contents_hero_id_idx on cms.partner_contents (hero_id);
create unique index partner_contents_partner_ref_key on cms.partner_contents (partner_ref) where deleted_at is null;
create unique index partner_contents_slug_key on cms.partner_contents (slug) where deleted_at is null;
create index partner_contents_partner_ref_idx on cms.partner_contents (partner_ref);
create index partner_contents_created_at_idx on cms.partner_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.partner_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.partner_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.partner_contents for each row execute function content.touch();

create table cms.mission_contents (
  id uuid not null default gen_random_uuid(),
  mission_ref uuid not null,
  slug text not null
    constraint mission_contents_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint mission_contents_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint mission_contents_summary_length check (
      length(summary ->> 'de') <= 500
      and length(summary ->> 'en') <= 500
    ),
  body content.localized_text
    constraint mission_contents_body_length check (
      length(body ->> 'de') <= 100000
      and length(body ->> 'en') <= 100000
    ),
  blocks jsonb not null default '[]'
    constraint mission_contents_blocks_array check (jsonb_typeof(blocks) = 'array'),
  hero_id uuid,
  seo jsonb not null default '{}'
    constraint mission_contents_seo_object check (jsonb_typeof(seo) = 'object')
    constraint mission_contents_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint mission_contents_status_known check (status in ('draft', 'published')),
  published_at timestamptz,
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint mission_contents_pkey primary key (id),
  constraint mission_contents_mission_ref_fkey foreign key (mission_ref)
    references content.ref_missions (id) on delete restrict,
  constraint mission_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets (id) on delete restrict,
  constraint mission_contents_published_at_whole check ((status = 'published') = (published_at is not null))
);
comment on table cms.mission_contents is 'What is written about each mission; hidden when the mission is deleted.';
comment on column cms.mission_contents.id is 'Identity.';
comment on column cms.mission_contents.mission_ref is 'The mission (projects); one live row each.';
comment on column cms.mission_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.mission_contents.title is 'Title.';
comment on column cms.mission_contents.summary is 'Text for lists; null: none.';
comment on column cms.mission_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.mission_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.mission_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.mission_contents.seo is
  'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.mission_contents.status is 'Where it stands; the steps of mission_contents_status_transition.';
comment on column cms.mission_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.mission_contents.hidden_at is
  'When it was hidden because the mission was deleted; null: it is not.';
comment on column cms.mission_contents.created_at is 'When the row was written.';
comment on column cms.mission_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.mission_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.mission_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.mission_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.mission_contents.deleted_at is 'When it was deleted; null: live.';

create index mission_contents_hero_id_idx on cms.mission_contents (hero_id);
create unique index mission_contents_mission_ref_key on cms.mission_contents (mission_ref) where deleted_at is null;
create unique index mission_contents_slug_key on cms.mission_contents (slug) where deleted_at is null;
create index mission_contents_mission_ref_idx on cms.mission_contents (mission_ref);
create index mission_contents_created_at_idx on cms.mission_contents (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.mission_contents
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>published',
    'published>draft');
create trigger check_live before insert or update of hero_id, deleted_at on cms.mission_contents
  for each row execute function content.check_live('hero_id', 'cms.media_assets');
create trigger touch before update on cms.mission_contents for each row execute function content.touch();

create function cms.hide_contents() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- Argument: the table whose rows are about what was deleted or came back, by its column <x>_ref.
  execute format(
    'update cms.%I set hidden_at = $1 where %I = $2 and hidden_at is distinct from $1 and deleted_at is null',
    tg_argv[0], tg_argv[1]) using new.removed_at, new.id;
  return null;
end
$$;
comment on function cms.hide_contents() is
  'After another domain told of a deletion: what is written about it is hidden; when it comes back, shown again.';
create trigger hide_contents after update on content.ref_projects
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('project_contents', 'project_ref');
create trigger hide_contents after update on content.ref_partners
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('partner_contents', 'partner_ref');
create trigger hide_contents after update on content.ref_missions
  for each row when (old.removed_at is distinct from new.removed_at)
  execute function cms.hide_contents('mission_contents', 'mission_ref');
