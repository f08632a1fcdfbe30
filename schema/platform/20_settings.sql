-- platform: settings that operators change without a release.

create table platform.settings (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint settings_key_shape check (key ~ '^[a-z][a-z0-9_.]*$' and length(key) <= 100),
  value jsonb not null,
  description platform.localized_text not null
    constraint settings_description_length check (
      length(description ->> 'de') <= 500 and length(description ->> 'en') <= 500
    ),
  is_secret boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint settings_pkey primary key (id)
);
comment on table platform.settings is 'Settings of the platform; the types of their values are a registry in code.';
comment on column platform.settings.id is 'Identity.';
comment on column platform.settings.key is 'Name, dotted, e.g. giving.minimum_minor; unique among live rows.';
comment on column platform.settings.value is 'The value, any JSON; its unit is part of the key''s name.';
comment on column platform.settings.description is 'What it does, for the people who change it; at most 500 characters per language.';
comment on column platform.settings.is_secret is 'True: the value never leaves the database through a route.';
comment on column platform.settings.created_at is 'When the row was written.';
comment on column platform.settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column platform.settings.updated_at is 'When it last changed; set by trigger.';
comment on column platform.settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column platform.settings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column platform.settings.deleted_at is 'When it was deleted; null: live.';

create unique index settings_key_key on platform.settings (key) where deleted_at is null;
create index settings_created_at_idx on platform.settings (created_at desc, id desc);

create trigger touch before update on platform.settings for each row execute function platform.touch();
