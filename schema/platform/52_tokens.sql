-- platform: sessions and tokens: hashes only, never what the bearer holds.

create table identity.sessions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  family_id uuid not null,
  token_hash platform.sha256 not null,
  replaced_by_id uuid,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null
    constraint sessions_expires_order check (expires_at > created_at),
  rotated_at timestamptz,
  revoked_at timestamptz,
  revoke_reason text
    constraint sessions_revoke_reason_known check (
      revoke_reason in ('logout', 'reuse', 'password_changed', 'user_suspended', 'user_deleted', 'admin', 'expired')
    ),
  ip inet,
  user_agent text
    constraint sessions_user_agent_length check (length(user_agent) <= 500),
  constraint sessions_pkey primary key (id),
  constraint sessions_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint sessions_replaced_by_id_fkey foreign key (replaced_by_id)
    references identity.sessions (id) on delete restrict,
  constraint sessions_revoked_whole check ((revoked_at is null) = (revoke_reason is null)),
  constraint sessions_rotated_whole check ((rotated_at is null) = (replaced_by_id is null)),
  constraint sessions_replaced_other check (replaced_by_id <> id),
  constraint sessions_token_hash_key unique (token_hash),
  constraint sessions_replaced_by_id_key unique (replaced_by_id)
);
comment on table identity.sessions is
  'Open logins. A refresh makes a new row of the same family; a second use of a rotated token ends the family.';
comment on column identity.sessions.id is 'Identity.';
comment on column identity.sessions.user_id is 'Who is logged in.';
comment on column identity.sessions.family_id is 'The first session''s id; all that descend from one login share it.';
comment on column identity.sessions.token_hash is 'SHA-256 of the refresh token.';
comment on column identity.sessions.replaced_by_id is 'Session it was rotated to; null: the newest.';
comment on column identity.sessions.created_at is 'When it was opened.';
comment on column identity.sessions.last_used_at is 'When it was last used.';
comment on column identity.sessions.expires_at is 'When it ends by itself.';
comment on column identity.sessions.rotated_at is 'When its token was exchanged for the next; null: not. Set once.';
comment on column identity.sessions.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.sessions.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.sessions.ip is 'Address it was opened from; null: unknown.';
comment on column identity.sessions.user_agent is
  'User agent it was opened with, cut to 500 characters; null: unknown.';

create index sessions_family_id_idx on identity.sessions (family_id);
create index sessions_expires_at_idx on identity.sessions (expires_at);
create index sessions_user_id_created_at_idx on identity.sessions (user_id, created_at desc);

create trigger keep_once_set before update on identity.sessions
  for each row execute function platform.keep_once_set('rotated_at', 'replaced_by_id', 'revoked_at', 'revoke_reason', 'user_id', 'family_id', 'token_hash', 'created_at');

-- A stolen refresh token shows when it is used a second time: whoever holds a token of that family is logged out.
create function identity.end_family_on_reuse(used_hash bytea) returns bigint
  language sql
  set search_path = ''
as $$
  with ended as (
    update identity.sessions s
    set revoked_at = now(), revoke_reason = 'reuse'
    from identity.sessions used
    where used.token_hash = used_hash and used.rotated_at is not null
      and s.family_id = used.family_id and s.revoked_at is null
    returning s.id
  )
  select count(*) from ended
$$;
comment on function identity.end_family_on_reuse(bytea) is
  'If the session of that token hash was rotated before, ends every session of its family; returns how many it ended.';
grant execute on function identity.end_family_on_reuse(bytea) to platform_writer;

create function identity.check_session_family() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from identity.sessions where family_id = new.family_id and user_id <> new.user_id)
    or (new.family_id <> new.id
        and not exists (select 1 from identity.sessions where id = new.family_id and user_id = new.user_id)) then
    raise exception 'session family % is not of user %', new.family_id, new.user_id
      using errcode = '23514', constraint = 'sessions_family_user', schema = 'identity', table = 'sessions';
  end if;
  if exists (
    select 1 from identity.sessions
    where family_id = new.family_id and revoked_at is not null and revoke_reason <> 'expired'
  ) then
    raise exception 'session family % was ended', new.family_id
      using errcode = '23514', constraint = 'sessions_family_live', schema = 'identity', table = 'sessions';
  end if;
  perform 1 from identity.users where id = new.user_id and status = 'active' for share;
  if not found then
    raise exception 'user % is not active', new.user_id
      using errcode = '23514', constraint = 'sessions_user_active', schema = 'identity', table = 'sessions';
  end if;
  return new;
end
$$;
comment on function identity.check_session_family() is
  'Before insert: a session is an active user''s and its family was not ended; breaks sessions_family_user, _family_live or _user_active.';

create trigger check_family before insert on identity.sessions
  for each row execute function identity.check_session_family();

-- Readers may list sessions, not the hashes.
revoke select on identity.sessions from platform_reader, platform_studio;
grant select (id, user_id, family_id, replaced_by_id, created_at, last_used_at, expires_at, rotated_at, revoked_at,
  revoke_reason, ip, user_agent) on identity.sessions to platform_reader, platform_studio;

create table identity.verification_tokens (
  id uuid not null default gen_random_uuid(),
  identifier text not null
    constraint verification_tokens_identifier_length check (length(identifier) between 1 and 254),
  purpose text not null
    constraint verification_tokens_purpose_known check (
      purpose in ('verify_email', 'reset_password', 'invite', 'login', 'change_email', 'portal')
    ),
  token_hash platform.sha256 not null,
  user_id uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
    constraint verification_tokens_expires_order check (expires_at > created_at),
  used_at timestamptz
    constraint verification_tokens_used_order check (used_at between created_at and expires_at),
  revoked_at timestamptz,
  password_hash text
    constraint verification_tokens_password_hash_shape check (
      password_hash ~ '^\$argon2id\$'
      and length(password_hash) <= 500
    ),
  constraint verification_tokens_pkey primary key (id),
  constraint verification_tokens_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint verification_tokens_used_once check (num_nonnulls(used_at, revoked_at) <= 1),
  constraint verification_tokens_password_purpose check (password_hash is null or purpose = 'verify_email'),
  constraint verification_tokens_token_hash_key unique (token_hash)
);
comment on table identity.verification_tokens is
  'Links that were sent out: proof of an address, new password, invitation. Single use; not given to readers.';
comment on column identity.verification_tokens.id is 'Identity.';
comment on column identity.verification_tokens.identifier is 'Whom the link was sent to, usually an address.';
comment on column identity.verification_tokens.purpose is 'What the link is good for.';
comment on column identity.verification_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.verification_tokens.user_id is 'Login it is for; null: nobody has one yet.';
comment on column identity.verification_tokens.created_at is 'When it was made.';
comment on column identity.verification_tokens.expires_at is 'When it ends by itself.';
comment on column identity.verification_tokens.used_at is
  'When it was used, not after it ended; null: not. Set once.';
comment on column identity.verification_tokens.revoked_at is 'When a newer one took its place; null: not. Set once.';
comment on column identity.verification_tokens.password_hash is
  'Argon2id hash of the password that was chosen with the address: it counts once the link is used; null: none was.';

create index verification_tokens_identifier_purpose_created_at_idx on identity.verification_tokens (identifier, purpose, created_at desc);
create index verification_tokens_expires_at_idx on identity.verification_tokens (expires_at);
create index verification_tokens_user_id_idx on identity.verification_tokens (user_id);

create trigger keep_once_set before update on identity.verification_tokens
  for each row execute function platform.keep_once_set('used_at', 'revoked_at', 'identifier', 'purpose', 'token_hash', 'expires_at', 'user_id', 'created_at', 'password_hash');

revoke select on identity.verification_tokens from platform_reader, platform_studio;

create table identity.api_tokens (
  id uuid not null default gen_random_uuid(),
  owner_contact_id uuid not null,
  name text not null
    constraint api_tokens_name_length check (length(name) between 1 and 120),
  token_prefix text not null
    constraint api_tokens_token_prefix_shape check (token_prefix ~ '^[A-Za-z0-9_]{6,20}$'),
  token_hash platform.sha256 not null,
  scopes text[] not null
    constraint api_tokens_scopes_some check (cardinality(scopes) between 1 and 100),
  last_used_at timestamptz,
  expires_at timestamptz
    constraint api_tokens_expires_order check (expires_at > created_at),
  revoked_at timestamptz,
  revoke_reason text
    constraint api_tokens_revoke_reason_known check (
      revoke_reason in ('owner', 'admin', 'owner_suspended', 'leaked', 'password_changed')
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint api_tokens_pkey primary key (id),
  constraint api_tokens_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint api_tokens_revoked_whole check ((revoked_at is null) = (revoke_reason is null)),
  constraint api_tokens_token_prefix_key unique (token_prefix),
  constraint api_tokens_token_hash_key unique (token_hash)
);
comment on table identity.api_tokens is
  'Tokens that programs act with on behalf of a contact; shown once, then only their prefix.';
comment on column identity.api_tokens.id is 'Identity.';
comment on column identity.api_tokens.owner_contact_id is 'On whose behalf the program acts.';
comment on column identity.api_tokens.name is 'What the program is, for the owner.';
comment on column identity.api_tokens.token_prefix is 'Beginning of the token, to recognise it by; unique.';
comment on column identity.api_tokens.token_hash is 'SHA-256 of the token.';
comment on column identity.api_tokens.scopes is 'Permissions it carries; each must be one of its owner''s.';
comment on column identity.api_tokens.last_used_at is 'When it was last used; null: never.';
comment on column identity.api_tokens.expires_at is 'When it ends by itself; null: never.';
comment on column identity.api_tokens.revoked_at is 'When it was ended; null: not. Set once.';
comment on column identity.api_tokens.revoke_reason is 'Why it was ended; null: it was not.';
comment on column identity.api_tokens.created_at is 'When the row was written.';
comment on column identity.api_tokens.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.api_tokens.updated_at is 'When it last changed; set by trigger.';
comment on column identity.api_tokens.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.api_tokens.version is 'Counts changes from 1; set by trigger; the ETag.';

create index api_tokens_owner_contact_id_idx on identity.api_tokens (owner_contact_id);
create index api_tokens_created_at_idx on identity.api_tokens (created_at desc, id desc);

create trigger keep_once_set before update on identity.api_tokens
  for each row execute function platform.keep_once_set('revoked_at', 'revoke_reason', 'owner_contact_id', 'token_prefix', 'token_hash', 'scopes');

create trigger touch before update on identity.api_tokens for each row execute function platform.touch();

-- Readers may list tokens, not the hashes.
revoke select on identity.api_tokens from platform_reader, platform_studio;
grant select (id, owner_contact_id, name, token_prefix, scopes, last_used_at, expires_at, revoked_at, revoke_reason,
  created_at, created_by, updated_at, updated_by, version) on identity.api_tokens to platform_reader, platform_studio;

create function identity.end_sessions() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  update identity.sessions
  set revoked_at = now(), revoke_reason = case new.status when 'deleted' then 'user_deleted' else 'user_suspended' end
  where user_id = new.id and revoked_at is null;
  update identity.api_tokens
  set revoked_at = now(), revoke_reason = 'owner_suspended', updated_by = new.updated_by
  where owner_contact_id = new.contact_id and revoked_at is null;
  return null;
end
$$;
comment on function identity.end_sessions() is
  'After a login stops being active: ends its sessions and its owner''s api tokens.';

create trigger end_sessions after update of status on identity.users
  for each row when (old.status = 'active' and new.status <> 'active')
  execute function identity.end_sessions();
