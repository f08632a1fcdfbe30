-- content: who edits, and what can be set.

create table cms.cms_users (
  id uuid not null default gen_random_uuid(),
  platform_user_ref uuid not null,
  contact_ref uuid not null,
  role text not null
    constraint cms_users_role_known check (role in ('author', 'editor', 'publisher', 'admin')),
  locale text not null default 'en'
    constraint cms_users_locale_known check (locale in ('de', 'en')),
  status text not null default 'active'
    constraint cms_users_status_known check (status in ('active', 'disabled')),
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint cms_users_pkey primary key (id),
  constraint cms_users_platform_user_ref_key unique (platform_user_ref)
);
comment on table cms.cms_users is 'Who may edit: people of the platform with a role here; the login is the same.';
comment on column cms.cms_users.id is 'Identity.';
comment on column cms.cms_users.platform_user_ref is 'The user (platform).';
comment on column cms.cms_users.contact_ref is 'The user''s contact (platform).';
comment on column cms.cms_users.role is 'What they may do; each role may do what the ones before may.';
comment on column cms.cms_users.locale is 'Language of the editor''s screen.';
comment on column cms.cms_users.status is 'Where it stands; the disabled cannot edit.';
comment on column cms.cms_users.last_seen_at is 'When they last edited; null: never.';
comment on column cms.cms_users.created_at is 'When the row was written.';
comment on column cms.cms_users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_users.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_users.version is 'Counts changes from 1; set by trigger; the ETag.';

create index cms_users_contact_ref_idx on cms.cms_users (contact_ref);
create index cms_users_created_at_idx on cms.cms_users (created_at desc, id desc);

create trigger check_status before insert or update of status on cms.cms_users
  for each row execute function content.check_transition(
    'status', 'active',
    'active>disabled',
    'disabled>active');
create trigger touch before update on cms.cms_users for each row execute function content.touch();

create table cms.cms_settings (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint cms_settings_key_shape check (key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(key) <= 100),
  value jsonb not null,
  description content.localized_text not null
    constraint cms_settings_description_length check (
      length(description ->> 'de') <= 1000
      and length(description ->> 'en') <= 1000
    ),
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint cms_settings_pkey primary key (id),
  constraint cms_settings_key_key unique (key)
);
comment on table cms.cms_settings is 'Settings of the editor and of the pages; each key is known to the program.';
comment on column cms.cms_settings.id is 'Identity.';
comment on column cms.cms_settings.key is 'Dotted name.';
comment on column cms.cms_settings.value is 'Value, of the type that the program knows.';
comment on column cms.cms_settings.description is 'What it does.';
comment on column cms.cms_settings.is_public is 'Whether pages show it to everybody.';
comment on column cms.cms_settings.created_at is 'When the row was written.';
comment on column cms.cms_settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_settings.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_settings.version is 'Counts changes from 1; set by trigger; the ETag.';

create trigger touch before update on cms.cms_settings for each row execute function content.touch();
