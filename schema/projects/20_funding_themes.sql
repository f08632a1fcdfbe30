-- projects: funding themes, what people can give for in general.

create table community.funding_themes (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint funding_themes_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name projects.localized_text not null
    constraint funding_themes_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description projects.localized_text not null
    constraint funding_themes_description_length check (
      length(description ->> 'de') <= 2000 and length(description ->> 'en') <= 2000
    ),
  position integer not null default 0
    constraint funding_themes_position_range check (position between 0 and 9999),
  status text not null default 'draft'
    constraint funding_themes_status_known check (status in ('draft', 'active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_themes_pkey primary key (id)
);
comment on table community.funding_themes is 'Themes that projects belong to and that people give for in general.';
comment on column community.funding_themes.id is 'Identity.';
comment on column community.funding_themes.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.funding_themes.name is 'Name for people; at most 120 characters per language.';
comment on column community.funding_themes.description is 'What the theme is for; at most 2000 characters per language.';
comment on column community.funding_themes.position is 'Place in lists, smallest first; ties by slug.';
comment on column community.funding_themes.status is 'draft: being written; active: takes projects; retired: kept for its past.';
comment on column community.funding_themes.created_at is 'When the row was written.';
comment on column community.funding_themes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_themes.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_themes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_themes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_themes.deleted_at is 'When it was deleted; null: live.';

create unique index funding_themes_slug_key on community.funding_themes (slug) where deleted_at is null;
create index funding_themes_position_idx on community.funding_themes (position, slug);
create index funding_themes_created_at_idx on community.funding_themes (created_at desc, id desc);

create trigger touch before update on community.funding_themes for each row execute function projects.touch();
