-- content: blog posts and the categories they are filed under.

create table cms.blog_posts (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint blog_posts_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  title content.localized_text not null
    constraint blog_posts_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  excerpt content.localized_text
    constraint blog_posts_excerpt_length check (length(excerpt ->> 'de') <= 500 and length(excerpt ->> 'en') <= 500),
  body content.localized_text not null
    constraint blog_posts_body_length check (length(body ->> 'de') <= 100000 and length(body ->> 'en') <= 100000),
  author_ref uuid,
  cover_id uuid,
  seo jsonb not null default '{}'
    constraint blog_posts_seo_object check (jsonb_typeof(seo) = 'object')
    constraint blog_posts_seo_keys check (
      seo - array['title', 'description', 'image', 'canonical', 'no_index'] = '{}'
    ),
  status text not null default 'draft'
    constraint blog_posts_status_known check (status in ('draft', 'in_review', 'scheduled', 'published', 'archived')),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint blog_posts_pkey primary key (id),
  constraint blog_posts_cover_id_fkey foreign key (cover_id) references cms.media_assets (id) on delete restrict,
  constraint blog_posts_published_at_whole check (
    (status in ('scheduled', 'published', 'archived')) = (published_at is not null)
  )
);
comment on table cms.blog_posts is 'Blog posts in two languages.';
comment on column cms.blog_posts.id is 'Identity.';
comment on column cms.blog_posts.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.blog_posts.title is 'Title; at most 200 characters per language.';
comment on column cms.blog_posts.excerpt is 'Text for lists, at most 500 characters per language; null: none.';
comment on column cms.blog_posts.body is 'Text in Markdown; at most 100000 characters per language.';
comment on column cms.blog_posts.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.blog_posts.cover_id is 'Picture on top; null: none.';
comment on column cms.blog_posts.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.blog_posts.status is 'Where it stands; only the steps of blog_posts_status_transition are allowed.';
comment on column cms.blog_posts.published_at is
  'When it was or will be published; set on publishing if not given; null before it is scheduled.';
comment on column cms.blog_posts.created_at is 'When the row was written.';
comment on column cms.blog_posts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.blog_posts.updated_at is 'When it last changed; set by trigger.';
comment on column cms.blog_posts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.blog_posts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.blog_posts.deleted_at is 'When it was deleted; null: live.';

create unique index blog_posts_slug_key on cms.blog_posts (slug) where deleted_at is null;
create index blog_posts_status_idx on cms.blog_posts (status, published_at desc, id desc);
-- Last published first; what has no date yet comes before all that has one.
create index blog_posts_latest_idx on cms.blog_posts (coalesce(published_at, 'infinity'::timestamptz) desc, id desc)
  where deleted_at is null;
create index blog_posts_cover_id_idx on cms.blog_posts (cover_id);
create index blog_posts_created_at_idx on cms.blog_posts (created_at desc, id desc);

create function cms.check_post_status() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['draft'];
  elsif new.status = old.status then
    return new;
  else
    allowed := case old.status
      when 'draft' then array['in_review']
      when 'in_review' then array['draft', 'scheduled', 'published']
      when 'scheduled' then array['draft', 'published']
      when 'published' then array['archived']
      else array['draft']
    end;
  end if;
  -- An unknown status is left to blog_posts_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'in_review', 'scheduled', 'published', 'archived')
  then
    raise exception 'a post cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'blog_posts_status_transition', schema = 'cms', table = 'blog_posts',
            detail = 'Allowed: ' || array_to_string(allowed, ', ') || '.';
  end if;
  if new.status = 'published' then
    -- A planned time that has not come yet is replaced: it is published now.
    new.published_at := least(coalesce(new.published_at, now()), now());
  elsif new.status in ('draft', 'in_review') then
    new.published_at := null;
  end if;
  return new;
end
$$;
comment on function cms.check_post_status() is
  'Before insert or update: a post starts as draft and takes only allowed steps; keeps published_at; breaks blog_posts_status_transition.';

create trigger check_status before insert or update of status on cms.blog_posts
  for each row execute function cms.check_post_status();

create trigger check_live before insert or update of cover_id, deleted_at on cms.blog_posts
  for each row execute function content.check_live('cover_id', 'cms.media_assets');

create trigger touch before update on cms.blog_posts for each row execute function content.touch();

create table cms.blog_post_categories (
  post_id uuid not null,
  category_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  deleted_at timestamptz,
  constraint blog_post_categories_pkey primary key (post_id, category_id),
  constraint blog_post_categories_post_id_fkey foreign key (post_id) references cms.blog_posts (id),
  constraint blog_post_categories_category_id_fkey foreign key (category_id) references cms.categories (id)
);
comment on table cms.blog_post_categories is 'Which post is filed under which categories.';
comment on column cms.blog_post_categories.post_id is 'The post.';
comment on column cms.blog_post_categories.category_id is 'The category.';
comment on column cms.blog_post_categories.created_at is 'When the post was first filed there.';
comment on column cms.blog_post_categories.created_by is 'Contact who filed it (platform); null: the system.';
comment on column cms.blog_post_categories.deleted_at is 'When it was taken out again; null: filed there. Filing again clears it.';

create index blog_post_categories_category_id_idx on cms.blog_post_categories (category_id, post_id);
