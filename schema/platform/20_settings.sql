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
comment on table platform.settings is 'Settings that were changed from their default; keys, types and defaults are a registry in code, one row per key.';
comment on column platform.settings.id is 'Identity.';
comment on column platform.settings.key is 'Name, dotted, e.g. tokens.per_owner; unique among live rows.';
comment on column platform.settings.value is 'The value, JSON as platform.setting_rules says; of a row that was reset, the default it was reset to.';
comment on column platform.settings.description is 'What it does, for the people who change it; at most 500 characters per language.';
comment on column platform.settings.is_secret is 'True: the value never leaves the database through a route.';
comment on column platform.settings.created_at is 'When the row was written.';
comment on column platform.settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column platform.settings.updated_at is 'When it last changed; set by trigger.';
comment on column platform.settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column platform.settings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column platform.settings.deleted_at is 'When it was reset to the default; null: the value counts.';

create unique index settings_key_key on platform.settings (key) where deleted_at is null;
create index settings_created_at_idx on platform.settings (created_at desc, id desc);

create trigger touch before update on platform.settings for each row execute function platform.touch();

-- The registry in code has the same rules, and words; a test compares them, and looks for who reads each key.
create function platform.setting_rules() returns jsonb
  language sql immutable
  set search_path = ''
as $$
  select '{
    "links.invitation_days": {"type": "integer", "minimum": 1, "maximum": 60, "default": 7},
    "links.reset_minutes": {"type": "integer", "minimum": 5, "maximum": 1440, "default": 60},
    "links.verify_hours": {"type": "integer", "minimum": 1, "maximum": 168, "default": 24},
    "mail.requests_per_hour": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
    "platform.default_locale": {"type": "string", "enum": ["de", "en"], "default": "en"},
    "retention.links_days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 30},
    "retention.sessions_days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 90},
    "sessions.idle_days": {"type": "integer", "minimum": 1, "maximum": 365, "default": 30},
    "sessions.most_days": {"type": "integer", "minimum": 1, "maximum": 365, "default": 90},
    "sign_in.attempts_minutes": {"type": "integer", "minimum": 1, "maximum": 1440, "default": 15},
    "sign_in.attempts_per_account": {"type": "integer", "minimum": 3, "maximum": 100, "default": 10},
    "sign_in.attempts_per_address": {"type": "integer", "minimum": 10, "maximum": 10000, "default": 100},
    "tokens.default_days": {"type": "integer", "minimum": 1, "maximum": 365, "default": 90},
    "tokens.most_days": {"type": "integer", "minimum": 1, "maximum": 365, "default": 365},
    "tokens.per_owner": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
  }'::jsonb
$$;
comment on function platform.setting_rules() is
  'A JSON Schema of every setting that is known, with its default.';
grant execute on function platform.setting_rules() to platform_writer, platform_reader;

create function platform.setting_integer(of_key text) returns integer
  language sql stable
  set search_path = ''
as $$
  select coalesce(
    (select s.value from platform.settings s where s.key = of_key and s.deleted_at is null),
    platform.setting_rules() -> of_key -> 'default')::integer
$$;
comment on function platform.setting_integer(text) is 'The number that a setting stands at: as it was set, or its default.';
grant execute on function platform.setting_integer(text) to platform_writer, platform_reader;

create function platform.setting_text(of_key text) returns text
  language sql stable
  set search_path = ''
as $$
  select coalesce(
    (select s.value from platform.settings s where s.key = of_key and s.deleted_at is null),
    platform.setting_rules() -> of_key -> 'default') #>> '{}'
$$;
comment on function platform.setting_text(text) is 'The text that a setting stands at: as it was set, or its default.';
grant execute on function platform.setting_text(text) to platform_writer, platform_reader;

create function platform.check_setting() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  rule jsonb := platform.setting_rules() -> new.key;
begin
  -- Nobody reads a key that has no rule. One that has a rule must never make who reads it fail, or not limit.
  if rule is not null and not (case rule ->> 'type'
    when 'integer' then case
      when jsonb_typeof(new.value) = 'number' and new.value::text ~ '^[0-9]{1,9}$' then
        new.value::integer between (rule -> 'minimum')::integer and (rule -> 'maximum')::integer
      else false
    end
    else rule -> 'enum' @> new.value and jsonb_typeof(new.value) = rule ->> 'type'
  end) then
    raise exception 'setting % does not fit: %', new.key, rule
      using errcode = '23514', constraint = 'settings_value_fits', schema = 'platform', table = 'settings';
  end if;
  return new;
end
$$;
comment on function platform.check_setting() is
  'Before a change of a setting: its value is what the rule of its key says; breaks settings_value_fits.';

create trigger check_setting before insert or update on platform.settings
  for each row execute function platform.check_setting();
