-- content: categories of posts, a tree.

create table cms.categories (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint categories_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name content.localized_text not null
    constraint categories_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  parent_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint categories_pkey primary key (id),
  constraint categories_parent_id_fkey foreign key (parent_id) references cms.categories (id)
);
comment on table cms.categories is 'Categories of blog posts; each may have a parent.';
comment on column cms.categories.id is 'Identity.';
comment on column cms.categories.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.categories.name is 'Name for people; at most 120 characters per language.';
comment on column cms.categories.parent_id is 'Category above, a live one and never one of its own descendants; null: top.';
comment on column cms.categories.created_at is 'When the row was written.';
comment on column cms.categories.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.categories.updated_at is 'When it last changed; set by trigger.';
comment on column cms.categories.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.categories.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.categories.deleted_at is 'When it was deleted; null: live.';

create unique index categories_slug_key on cms.categories (slug) where deleted_at is null;
create index categories_parent_id_idx on cms.categories (parent_id);
create index categories_created_at_idx on cms.categories (created_at desc, id desc);

create function cms.check_category_parent() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.parent_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- Two moves at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77220, 1);
  perform 1 from cms.categories where id = new.parent_id and deleted_at is null for share;
  if not found and new.parent_id <> new.id then
    raise exception 'parent category % does not exist', new.parent_id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  if exists (
    with recursive above (id, parent_id) as (
      select new.parent_id, (select c.parent_id from cms.categories c where c.id = new.parent_id)
      union
      select c.id, c.parent_id from above a join cms.categories c on c.id = a.parent_id
    )
    select 1 from above where id = new.id
  ) then
    raise exception 'category % would be its own ancestor', new.id
      using errcode = '23514', constraint = 'categories_parent_acyclic', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$$;
comment on function cms.check_category_parent() is
  'Before insert or update: the parent is live and no descendant; breaks categories_parent_id_fkey or categories_parent_acyclic.';

create trigger check_parent before insert or update of parent_id, deleted_at on cms.categories
  for each row execute function cms.check_category_parent();

create function cms.check_category_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from cms.categories where parent_id = new.id and deleted_at is null) then
    raise exception 'category % still has categories below it', new.id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$$;
comment on function cms.check_category_unused() is
  'Before deletion: a category with live children stays; breaks categories_parent_id_fkey.';

create trigger check_unused before update of deleted_at on cms.categories
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function cms.check_category_unused();

create trigger touch before update on cms.categories for each row execute function content.touch();
