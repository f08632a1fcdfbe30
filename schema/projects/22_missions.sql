-- projects: missions, what a theme wants to reach.

create table community.missions (
  id uuid not null default gen_random_uuid(),
  theme_id uuid not null,
  slug text not null
    constraint missions_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name projects.localized_text not null
    constraint missions_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  summary projects.localized_text not null
    constraint missions_summary_length check (length(summary ->> 'de') <= 2000 and length(summary ->> 'en') <= 2000),
  goal_metrics jsonb not null default '{}'
    constraint missions_goal_metrics_object check (jsonb_typeof(goal_metrics) = 'object'),
  position integer not null default 0
    constraint missions_position_range check (position between 0 and 9999),
  status text not null default 'draft'
    constraint missions_status_known check (status in ('draft', 'active', 'closed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint missions_pkey primary key (id),
  constraint missions_theme_id_fkey foreign key (theme_id) references community.funding_themes (id) on delete restrict
);
comment on table community.missions is 'What a theme wants to reach; projects work towards one.';
comment on column community.missions.id is 'Identity.';
comment on column community.missions.theme_id is 'Theme it belongs to, a live one.';
comment on column community.missions.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.missions.name is 'Name for people; at most 120 characters per language.';
comment on column community.missions.summary is
  'What is to be reached and why; at most 2000 characters per language.';
comment on column community.missions.goal_metrics is
  'Goals by name: target and unit each, e.g. {"homes": {"target": 200, "unit": "homes"}}.';
comment on column community.missions.position is 'Place in lists, smallest first; ties by slug.';
comment on column community.missions.status is
  'draft: being written; active: takes projects; closed: kept for its past.';
comment on column community.missions.created_at is 'When the row was written.';
comment on column community.missions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.missions.updated_at is 'When it last changed; set by trigger.';
comment on column community.missions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.missions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.missions.deleted_at is 'When it was deleted; null: live.';

create unique index missions_slug_key on community.missions (slug) where deleted_at is null;
create index missions_theme_id_position_slug_idx on community.missions (theme_id, position, slug);
create index missions_created_at_idx on community.missions (created_at desc, id desc);

create trigger check_status before insert or update of status on community.missions
  for each row execute function projects.check_transition('status', 'draft', 'draft>active', 'active>closed', 'closed>active');

create trigger check_live before insert or update of theme_id, deleted_at on community.missions
  for each row execute function projects.check_live('theme_id', 'community.funding_themes');
create trigger check_unused_missions before update of deleted_at on community.funding_themes
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.missions', 'theme_id');

create trigger touch before update on community.missions for each row execute function projects.touch();
