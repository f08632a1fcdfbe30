-- platform: the second factor of a login, and what programs act with.

create function identity.begin_totp(contact uuid, sealed bytea, key_id text) returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  login identity.users;
begin
  select * into login from identity.users u
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active' for update;
  if not found or login.totp_enabled then
    return false;
  end if;
  insert into identity.user_secrets as s (user_id, totp_secret, totp_key_id)
  values (login.id, sealed, key_id)
  on conflict (user_id) do update
  set totp_secret = excluded.totp_secret, totp_key_id = excluded.totp_key_id, totp_last_step = null;
  return true;
end
$$;
comment on function identity.begin_totp(uuid, bytea, text) is
  'Keeps a sealed secret that counts once a code proves it; false: no active login, or it has a second factor.';
grant execute on function identity.begin_totp(uuid, bytea, text) to platform_writer;

create function identity.find_totp(contact uuid)
  returns table (
    retry_after integer, user_id uuid, totp_enabled boolean, totp_secret bytea, totp_key_id text,
    totp_last_step bigint)
  language plpgsql
  set search_path = ''
as $$
declare
  wait integer := identity.count_attempt('totp', contact::text, 10, interval '15 minutes');
begin
  return query
  select wait, u.id, u.totp_enabled, s.totp_secret, s.totp_key_id, s.totp_last_step
  from identity.users u
  join identity.user_secrets s on s.user_id = u.id and s.totp_secret is not null
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active';
end
$$;
comment on function identity.find_totp(uuid) is
  'Counts an attempt and returns the sealed secret; no row: no second factor was begun.';
grant execute on function identity.find_totp(uuid) to platform_writer;

create function identity.enable_totp(contact uuid, step bigint, code_hashes text[], kept_family uuid, context jsonb)
  returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  login uuid;
begin
  update identity.users u set totp_enabled = true
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active' and not u.totp_enabled
  returning u.id into login;
  if login is null then
    return false;
  end if;
  update identity.user_secrets s set totp_last_step = step where s.user_id = login;
  update identity.recovery_codes c set used_at = now() where c.user_id = login and c.used_at is null;
  insert into identity.recovery_codes (user_id, code_hash)
  select login, decode(h, 'hex') from unnest(code_hashes) as h;
  perform identity.end_sessions_of(contact, null, kept_family, 'password_changed', context);
  perform identity.forget_attempts('totp', contact::text);
  perform audit.note('auth.totp_enabled', 'other', 'user', login, contact, login, kept_family, context);
  return true;
end
$$;
comment on function identity.enable_totp(uuid, bigint, text[], uuid, jsonb) is
  'Asks for the second factor from now on, keeps hashes of new recovery codes and ends the other logins.';
grant execute on function identity.enable_totp(uuid, bigint, text[], uuid, jsonb) to platform_writer;

create function identity.disable_totp(contact uuid, context jsonb) returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  login uuid;
begin
  update identity.user_secrets s set totp_secret = null, totp_key_id = null, totp_last_step = null
  from identity.users u
  where u.contact_id = contact and u.deleted_at is null and u.totp_enabled and s.user_id = u.id
  returning u.id into login;
  if login is null then
    return false;
  end if;
  update identity.users u set totp_enabled = false where u.id = login;
  update identity.recovery_codes c set used_at = now() where c.user_id = login and c.used_at is null;
  perform identity.request_mail('totp_disabled', 'user', login);
  perform audit.note('auth.totp_disabled', 'other', 'user', login, contact, login, null, context);
  return true;
end
$$;
comment on function identity.disable_totp(uuid, jsonb) is
  'Forgets the second factor and its recovery codes; false: there is none.';
grant execute on function identity.disable_totp(uuid, jsonb) to platform_writer;

create function identity.create_api_token(
  token uuid, owner uuid, token_name text, prefix text, hash bytea, wanted text[], days integer, context jsonb
) returns setof identity.api_tokens
  language plpgsql
  set search_path = ''
as $$
declare
  most integer := platform.setting_integer('tokens.most_days');
begin
  if days > most then
    raise exception 'an api token ends after % days at most', most
      using errcode = '23514', constraint = 'api_tokens_days', schema = 'identity', table = 'api_tokens';
  end if;
  perform audit.note('auth.token_created', 'create', 'api_token', token, owner, null, null, context);
  return query
  insert into identity.api_tokens (
    id, owner_contact_id, name, token_prefix, token_hash, scopes, expires_at, created_by, updated_by)
  values (token, owner, token_name, prefix, hash, wanted,
    now() + make_interval(days => coalesce(days, least(platform.setting_integer('tokens.default_days'), most))),
    owner, owner)
  returning *;
end
$$;
comment on function identity.create_api_token(uuid, uuid, text, text, bytea, text[], integer, jsonb) is
  'Records an api token that ends after so many days, or tokens.default_days; breaks api_tokens_days, api_tokens_scopes_held or api_tokens_per_owner.';
grant execute on function identity.create_api_token(uuid, uuid, text, text, bytea, text[], integer, jsonb)
  to platform_writer;

create function identity.revoke_api_token(token uuid, owner uuid, context jsonb) returns boolean
  language plpgsql
  set search_path = ''
as $$
begin
  update identity.api_tokens t
  set revoked_at = now(), revoke_reason = 'owner', updated_by = owner
  where t.id = token and t.owner_contact_id = owner and t.revoked_at is null;
  if found then
    perform audit.note('auth.token_revoked', 'delete', 'api_token', token, owner, null, null, context);
  end if;
  return exists (select 1 from identity.api_tokens t where t.id = token and t.owner_contact_id = owner);
end
$$;
comment on function identity.revoke_api_token(uuid, uuid, jsonb) is
  'Ends an api token; false: its owner has no such token.';
grant execute on function identity.revoke_api_token(uuid, uuid, jsonb) to platform_writer;

create function identity.use_api_token(used_hash bytea, context jsonb)
  returns table (retry_after integer, token_id uuid, contact_id uuid, permissions jsonb)
  language plpgsql
  set search_path = ''
as $$
declare
  wait integer := identity.count_attempt(
    'token_from', coalesce(context ->> 'ip', ''), 300, interval '15 minutes');
  used identity.api_tokens;
  known identity.api_tokens;
begin
  if wait = 0 then
    update identity.api_tokens t
    set last_used_at = now()
    where t.token_hash = used_hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
      and exists (
        select 1 from identity.users u
        where u.contact_id = t.owner_contact_id and u.status = 'active' and u.deleted_at is null)
    returning * into used;
    -- Of one that is not good any more it is still known whose it was.
    select * into known from identity.api_tokens t where t.token_hash = used_hash;
    insert into audit.audit_logs (
      domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
      request_id, ip, user_agent)
    values (
      'platform', 'token', known.owner_contact_id, known.id,
      case when used.id is null then 'auth.token_failed' else 'auth.token_used' end, 'login',
      case when known.id is not null then 'api_token' end, known.id,
      context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent');
  end if;
  -- What the owner has lost since, the token has lost too.
  return query select wait, used.id, used.owner_contact_id, (
    select coalesce(jsonb_agg(p order by p), '[]')
    from jsonb_array_elements_text(identity.claims_of(used.owner_contact_id) -> 'permissions') as p
    where p = any (used.scopes));
end
$$;
comment on function identity.use_api_token(bytea, jsonb) is
  'Counts an attempt and returns what an api token carries now; no token: unknown, ended, or its owner is not active.';
grant execute on function identity.use_api_token(bytea, jsonb) to platform_writer;
