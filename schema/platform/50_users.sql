-- platform: users, one way for a contact to log in, and their secrets.

create table identity.users (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  email text not null
    constraint users_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  user_type text not null
    constraint users_user_type_known check (user_type in ('internal', 'external')),
  internal_role text
    constraint users_internal_role_known check (internal_role in ('admin', 'employee')),
  language text not null default 'en'
    constraint users_language_known check (language in ('de', 'en')),
  avatar_file_ref uuid,
  status text not null default 'invited'
    constraint users_status_known check (status in ('invited', 'active', 'suspended', 'deleted')),
  auth_provider text not null default 'password'
    constraint users_auth_provider_known check (
      auth_provider in ('password', 'google', 'microsoft', 'apple', 'saml', 'oidc')
    ),
  external_subject text
    constraint users_external_subject_length check (length(external_subject) between 1 and 255),
  totp_enabled boolean not null default false,
  email_verified_at timestamptz,
  last_login_at timestamptz,
  failed_logins integer not null default 0
    constraint users_failed_logins_range check (failed_logins between 0 and 1000000),
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint users_pkey primary key (id),
  constraint users_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint users_internal_role_whole check ((user_type = 'internal') = (internal_role is not null)),
  constraint users_external_subject_whole check ((auth_provider = 'password') = (external_subject is null)),
  constraint users_deleted_whole check ((status = 'deleted') = (deleted_at is not null))
);
comment on table identity.users is
  'Logins. One of the things a contact may have; never referred to instead of the contact.';
comment on column identity.users.id is 'Identity.';
comment on column identity.users.contact_id is 'Whose login it is; one live login per contact.';
comment on column identity.users.email is 'Name to log in with, in any letter case; unique among live rows.';
comment on column identity.users.user_type is 'internal: staff; external: everybody else.';
comment on column identity.users.internal_role is
  'Role of staff: admin everything, employee what the department does; null: external.';
comment on column identity.users.language is 'Language of the surface.';
comment on column identity.users.avatar_file_ref is
  'File with the picture (storage.files); null: none. No foreign key: a purged file only loses the picture.';
comment on column identity.users.status is
  'invited: has not logged in yet; active; suspended: may not log in; deleted.';
comment on column identity.users.auth_provider is 'Not kept any more: identity.accounts says who else vouches.';
comment on column identity.users.external_subject is 'Not kept any more: see identity.accounts; null: password.';
comment on column identity.users.totp_enabled is 'True: a second factor is asked for.';
comment on column identity.users.email_verified_at is 'When the address was proven; null: not yet.';
comment on column identity.users.last_login_at is 'When it was last used; null: never.';
comment on column identity.users.failed_logins is 'Not kept any more: identity.attempts counts wrong passwords.';
comment on column identity.users.locked_until is 'Not kept any more: identity.attempts says until when logins are refused.';
comment on column identity.users.created_at is 'When the row was written.';
comment on column identity.users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.users.updated_at is 'When it last changed; set by trigger.';
comment on column identity.users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.users.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.users.deleted_at is 'When it was deleted; null: live.';

create unique index users_contact_id_key on identity.users (contact_id) where deleted_at is null;
create unique index users_email_key on identity.users (lower(email)) where deleted_at is null;
create unique index users_auth_provider_external_subject_key on identity.users (auth_provider, external_subject)
  where external_subject is not null and deleted_at is null;
create index users_contact_id_idx on identity.users (contact_id);
create index users_created_at_idx on identity.users (created_at desc, id desc);

create trigger check_status before insert or update of status on identity.users
  for each row execute function platform.check_transition(
    'status', 'invited,active', 'invited>active,deleted', 'active>suspended,deleted',
    'suspended>active,deleted', 'deleted>suspended');
create trigger keep_once_set before update on identity.users
  for each row execute function platform.keep_once_set('email_verified_at');

create trigger check_live before insert or update of contact_id, deleted_at on identity.users
  for each row execute function platform.check_live('contact_id', 'party.contacts');
create trigger check_unused_users before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('identity.users', 'contact_id');

create trigger touch before update on identity.users for each row execute function platform.touch();

create table identity.user_secrets (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  password_hash text
    constraint user_secrets_password_hash_shape check (
      password_hash ~ '^\$argon2id\$'
      and length(password_hash) <= 500
    ),
  password_changed_at timestamptz,
  totp_secret bytea
    constraint user_secrets_totp_secret_length check (octet_length(totp_secret) between 29 and 512),
  totp_key_id text
    constraint user_secrets_totp_key_id_length check (length(totp_key_id) between 1 and 60),
  totp_last_step bigint
    constraint user_secrets_totp_last_step_range check (totp_last_step >= 0),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint user_secrets_pkey primary key (id),
  constraint user_secrets_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint user_secrets_password_whole check ((password_hash is null) = (password_changed_at is null)),
  constraint user_secrets_totp_whole check ((totp_secret is null) = (totp_key_id is null)),
  constraint user_secrets_user_id_key unique (user_id)
);
comment on table identity.user_secrets is 'What a login is checked against; not given to readers.';
comment on column identity.user_secrets.id is 'Identity.';
comment on column identity.user_secrets.user_id is 'The login.';
comment on column identity.user_secrets.password_hash is 'Argon2id hash in PHC form; null: logs in elsewhere.';
comment on column identity.user_secrets.password_changed_at is 'When the password was last set; null: never.';
comment on column identity.user_secrets.totp_secret is
  'Secret of the second factor, sealed with a key outside the database; null: none.';
comment on column identity.user_secrets.totp_key_id is 'Name of that key; null: no secret.';
comment on column identity.user_secrets.totp_last_step is
  'Last time step accepted, so that a code works once; null: none.';
comment on column identity.user_secrets.created_at is 'When the row was written.';
comment on column identity.user_secrets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_secrets.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_secrets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_secrets.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on identity.user_secrets for each row execute function platform.touch();

revoke select on identity.user_secrets from platform_reader, platform_studio;

create table identity.recovery_codes (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  code_hash platform.sha256 not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
    constraint recovery_codes_used_order check (used_at >= created_at),
  constraint recovery_codes_pkey primary key (id),
  constraint recovery_codes_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint recovery_codes_code_hash_key unique (user_id, code_hash)
);
comment on table identity.recovery_codes is
  'One-time codes for people who lost their second factor; not given to readers.';
comment on column identity.recovery_codes.id is 'Identity.';
comment on column identity.recovery_codes.user_id is 'Whose code it is.';
comment on column identity.recovery_codes.code_hash is 'SHA-256 of the code.';
comment on column identity.recovery_codes.created_at is 'When it was made.';
comment on column identity.recovery_codes.used_at is 'When it was used; null: still good. Set once.';


create trigger keep_once_set before update on identity.recovery_codes
  for each row execute function platform.keep_once_set('used_at', 'user_id', 'code_hash');

revoke select on identity.recovery_codes from platform_reader, platform_studio;

create table identity.accounts (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  provider text not null
    constraint accounts_provider_length check (length(provider) between 1 and 254),
  provider_account_id text not null
    constraint accounts_provider_account_id_length check (length(provider_account_id) between 1 and 255),
  scopes text[] not null default '{}',
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  revoked_at timestamptz,
  constraint accounts_pkey primary key (id),
  constraint accounts_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint accounts_provider_account_id_key unique (provider, provider_account_id)
);
comment on table identity.accounts is 'Logins at others (OAuth, OpenID Connect) that open a user''s login here.';
comment on column identity.accounts.id is 'Identity.';
comment on column identity.accounts.user_id is 'The login here.';
comment on column identity.accounts.provider is 'Who vouches: the issuer of its id tokens (iss).';
comment on column identity.accounts.provider_account_id is 'The person''s id there (sub); an address may pass to somebody else.';
comment on column identity.accounts.scopes is 'What the person allowed us there.';
comment on column identity.accounts.last_used_at is 'When it last opened the login; null: never.';
comment on column identity.accounts.created_at is 'When the row was written.';
comment on column identity.accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.accounts.updated_at is 'When it last changed; set by trigger.';
comment on column identity.accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.accounts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.accounts.revoked_at is 'When it stopped opening the login; null: it opens it.';

create index accounts_user_id_idx on identity.accounts (user_id);

create trigger touch before update on identity.accounts for each row execute function platform.touch();
