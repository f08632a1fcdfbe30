-- content: pages of the site, a tree; blocks in order; where old addresses lead.

create table cms.pages (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint pages_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  path text not null
    constraint pages_path_shape check (path ~ '^(/|(/[a-z0-9]+(-[a-z0-9]+)*)+)$' and length(path) <= 500),
  parent_id uuid,
  title content.localized_text not null
    constraint pages_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  summary content.localized_text
    constraint pages_summary_length check (length(summary ->> 'de') <= 500 and length(summary ->> 'en') <= 500),
  cover_id uuid,
  template text not null default 'default'
    constraint pages_template_shape check (template ~ '^[a-z][a-z0-9_]*$' and length(template) <= 50),
  position integer not null default '1'
    constraint pages_position_range check (position between 1 and 10000),
  in_header boolean not null default false,
  in_footer boolean not null default false,
  author_ref uuid,
  seo jsonb not null default '{}'
    constraint pages_seo_object check (jsonb_typeof(seo) = 'object')
    constraint pages_seo_keys check (seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'),
  status text not null default 'draft'
    constraint pages_status_known check (status in ('draft', 'in_review', 'scheduled', 'published', 'archived')),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pages_pkey primary key (id),
  constraint pages_parent_id_fkey foreign key (parent_id) references cms.pages (id) on delete restrict,
  constraint pages_cover_id_fkey foreign key (cover_id) references cms.media_assets (id) on delete restrict,
  constraint pages_published_at_whole check (
    (status in ('scheduled', 'published', 'archived')) = (published_at is not null)
  )
);
comment on table cms.pages is 'Pages, a tree by path; the one whose slug is home is the front page and stays.';
comment on column cms.pages.id is 'Identity.';
comment on column cms.pages.slug is 'Last part of the path; unique among live pages of one parent.';
comment on column cms.pages.path is 'Whole path, set by trigger: / for the front page.';
comment on column cms.pages.parent_id is 'Page above; null: top.';
comment on column cms.pages.title is 'Title.';
comment on column cms.pages.summary is 'Text for lists; null: none.';
comment on column cms.pages.cover_id is 'Picture on top; null: none.';
comment on column cms.pages.template is 'Which layout shows it.';
comment on column cms.pages.position is 'Place among its siblings, from 1.';
comment on column cms.pages.in_header is 'Whether the header links to it.';
comment on column cms.pages.in_footer is 'Whether the footer links to it.';
comment on column cms.pages.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.pages.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.pages.status is 'Where it stands; the steps of pages_status_transition.';
comment on column cms.pages.published_at is 'When it was or will be published; null before it is scheduled.';
comment on column cms.pages.created_at is 'When the row was written.';
comment on column cms.pages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.pages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.pages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.pages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.pages.deleted_at is 'When it was deleted; null: live.';

create index pages_cover_id_idx on cms.pages (cover_id);
create unique index pages_slug_key on cms.pages (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), slug)
  where deleted_at is null;
create unique index pages_path_key on cms.pages (path) where deleted_at is null;
create index pages_parent_id_idx on cms.pages (parent_id, position);
create index pages_created_at_idx on cms.pages (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.pages
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>in_review',
    'in_review>draft,scheduled,published',
    'scheduled>draft,published',
    'published>archived,draft',
    'archived>draft');
create trigger check_live before insert or update of parent_id, cover_id, deleted_at on cms.pages
  for each row execute function content.check_live('parent_id', 'cms.pages', 'cover_id', 'cms.media_assets');
create trigger check_acyclic before insert or update of parent_id on cms.pages
  for each row execute function content.check_acyclic('id', 'parent_id');
create trigger touch before update on cms.pages for each row execute function content.touch();
create trigger check_unused_pages before update of deleted_at on cms.pages
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('cms.pages', 'parent_id');

create table cms.page_blocks (
  id uuid not null default gen_random_uuid(),
  page_id uuid not null,
  position integer not null
    constraint page_blocks_position_range check (position between 1 and 10000),
  kind text not null
    constraint page_blocks_kind_known check (
      kind in (
        'text', 'image', 'gallery', 'quote', 'video', 'cards', 'faq', 'form', 'embed', 'call_to_action', 'numbers'
      )
    ),
  content jsonb not null
    constraint page_blocks_content_object check (jsonb_typeof(content) = 'object'),
  is_visible boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint page_blocks_pkey primary key (id),
  constraint page_blocks_page_id_fkey foreign key (page_id) references cms.pages (id) on delete cascade
);
comment on table cms.page_blocks is 'What a page is made of, from top to bottom.';
comment on column cms.page_blocks.id is 'Identity.';
comment on column cms.page_blocks.page_id is 'The page.';
comment on column cms.page_blocks.position is 'Place on the page, from 1.';
comment on column cms.page_blocks.kind is 'What it is.';
comment on column cms.page_blocks.content is 'What it shows, in the shape of its kind, a JSON object.';
comment on column cms.page_blocks.is_visible is 'Whether readers see it.';
comment on column cms.page_blocks.created_at is 'When the row was written.';
comment on column cms.page_blocks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.page_blocks.updated_at is 'When it last changed; set by trigger.';
comment on column cms.page_blocks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.page_blocks.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.page_blocks.deleted_at is 'When it was deleted; null: live.';

create unique index page_blocks_position_key on cms.page_blocks (page_id, position) where deleted_at is null;
create index page_blocks_page_id_idx on cms.page_blocks (page_id);

create trigger check_live before insert or update of page_id, deleted_at on cms.page_blocks
  for each row execute function content.check_live('page_id', 'cms.pages');
create trigger touch before update on cms.page_blocks for each row execute function content.touch();

create table cms.redirects (
  id uuid not null default gen_random_uuid(),
  from_path text not null
    constraint redirects_from_path_shape check (from_path ~ '^/' and length(from_path) <= 500),
  to_path text not null
    constraint redirects_to_path_shape check ((to_path ~ '^/' or to_path ~ '^https://') and length(to_path) <= 1000),
  permanent boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint redirects_pkey primary key (id),
  constraint redirects_elsewhere check (from_path <> to_path)
);
comment on table cms.redirects is 'Where old addresses lead, so that links from outside keep working.';
comment on column cms.redirects.id is 'Identity.';
comment on column cms.redirects.from_path is 'Old path; unique among live rows.';
comment on column cms.redirects.to_path is 'New path or address.';
comment on column cms.redirects.permanent is 'Whether it is for good (308) or for now (307).';
comment on column cms.redirects.created_at is 'When the row was written.';
comment on column cms.redirects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.redirects.updated_at is 'When it last changed; set by trigger.';
comment on column cms.redirects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.redirects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.redirects.deleted_at is 'When it was deleted; null: live.';

create unique index redirects_from_path_key on cms.redirects (from_path) where deleted_at is null;
create index redirects_to_path_idx on cms.redirects (to_path);

create trigger touch before update on cms.redirects for each row execute function content.touch();

create function cms.set_page_path() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  above text;
begin
  if tg_op = 'UPDATE' and old.path = '/' and (new.slug <> old.slug or new.parent_id is not null or new.deleted_at is not null) then
    raise exception 'the front page keeps its place'
      using errcode = '23514', constraint = 'pages_home_stays', schema = 'cms', table = 'pages';
  end if;
  if new.parent_id is null then
    new.path := case new.slug when 'home' then '/' else '/' || new.slug end;
  else
    select path into above from cms.pages where id = new.parent_id;
    new.path := case above when '/' then '' else above end || '/' || new.slug;
  end if;
  return new;
end
$$;
comment on function cms.set_page_path() is
  'Before insert or update: a path is that of the page above and the slug, and the front page stays; breaks pages_home_stays.';
-- After check_acyclic and check_live, by name.
create trigger set_path before insert or update of slug, parent_id, deleted_at, path on cms.pages
  for each row execute function cms.set_page_path();

create function cms.move_pages_below() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  -- Any change of a path makes the trigger above set it anew, and then this one for the pages below.
  update cms.pages set path = new.path where parent_id = new.id and deleted_at is null;
  if new.status in ('published', 'archived') then
    insert into cms.redirects (from_path, to_path, created_by) values (old.path, new.path, new.updated_by)
    on conflict (from_path) where deleted_at is null do update set to_path = excluded.to_path;
  end if;
  update cms.redirects set deleted_at = now() where from_path = new.path and deleted_at is null;
  return null;
end
$$;
comment on function cms.move_pages_below() is
  'After a page moved: the pages below it move along, and the old address of a published one leads to the new.';
create trigger move_below after update on cms.pages
  for each row when (old.path is distinct from new.path) execute function cms.move_pages_below();
