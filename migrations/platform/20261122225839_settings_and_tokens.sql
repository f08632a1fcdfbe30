-- Drop constraint "api_tokens_revoke_reason_known" of table "identity.api_tokens", to be made again
alter table identity.api_tokens drop constraint api_tokens_revoke_reason_known;

-- Replace function "identity.check_role_grant()"
create or replace function identity.check_role_grant()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  granted identity.roles;
  person_type text;
  excess text[];
begin
  select * into granted from identity.roles where id = new.role_id and deleted_at is null for share;
  if not found then
    raise exception 'role % does not exist', new.role_id
      using errcode = '23503', constraint = 'user_roles_role_id_fkey', schema = 'identity', table = 'user_roles';
  end if;
  if new.scope_type <> all (granted.scope_types) then
    raise exception 'role % is not granted in scope %', granted.code, new.scope_type
      using errcode = '23514', constraint = 'user_roles_scope_allowed', schema = 'identity', table = 'user_roles',
            detail = 'Allowed: ' || array_to_string(granted.scope_types, ', ') || '.';
  end if;
  if new.scope_type = 'department' and new.scope_id is not null then
    perform 1 from party.departments d where d.id = new.scope_id and d.deleted_at is null for key share;
    if not found then
      raise exception 'department % does not exist', new.scope_id
        using errcode = '23503', constraint = 'user_roles_department_known', schema = 'identity', table = 'user_roles';
    end if;
  end if;
  select u.user_type into person_type from identity.users u where u.contact_id = new.contact_id and u.deleted_at is null;
  if granted.audience <> 'any' and coalesce(person_type, 'external') <> granted.audience then
    raise exception 'role % is for % people', granted.code, granted.audience
      using errcode = '23514', constraint = 'user_roles_audience', schema = 'identity', table = 'user_roles';
  end if;
  -- Nobody gives what they do not hold there themselves; that nobody gives to themselves is a check.
  select array_agg(needed.code order by needed.code) into excess
  from (
    select 'roles.grant' as code
    union
    select p.code
    from identity.role_permissions b join identity.permissions p on p.id = b.permission_id
    where b.role_id = new.role_id and b.revoked_at is null
  ) as needed
  where not identity.holds(new.granted_by, needed.code, new.scope_type, new.scope_id);
  if new.granted_by <> new.contact_id and excess is not null then
    raise exception 'whoever grants role % must hold there: %', granted.code, array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'user_roles_escalation', schema = 'identity', table = 'user_roles';
  end if;
  return new;
end
$function$;

-- Replace function "identity.use_api_token(bytea, jsonb)"
create or replace function identity.use_api_token(used_hash bytea, context jsonb)
 returns table(retry_after integer, token_id uuid, contact_id uuid, permissions jsonb)
 language plpgsql
 set search_path to ''
as $function$
declare
  wait integer := identity.count_attempt(
    'token_from', coalesce(context ->> 'ip', ''), 300, interval '15 minutes');
  used identity.api_tokens;
begin
  if wait = 0 then
    update identity.api_tokens t
    set last_used_at = now()
    where t.token_hash = used_hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
      and exists (
        select 1 from identity.users u
        where u.contact_id = t.owner_contact_id and u.status = 'active' and u.deleted_at is null)
    returning * into used;
  end if;
  if used.id is not null then
    insert into audit.audit_logs (
      domain, actor_kind, actor_contact_id, session_id, action, change_type, entity_type, entity_id,
      request_id, ip, user_agent)
    values (
      'platform', 'token', used.owner_contact_id, used.id, 'auth.token_used', 'login', 'api_token', used.id,
      context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent');
  end if;
  -- What the owner has lost since, the token has lost too.
  return query select wait, used.id, used.owner_contact_id, (
    select coalesce(jsonb_agg(p order by p), '[]')
    from jsonb_array_elements_text(identity.claims_of(used.owner_contact_id) -> 'permissions') as p
    where p = any (used.scopes));
end
$function$;

-- Comments and privileges of function "identity.check_role_grant()"
comment on function identity.check_role_grant() is 'Before insert: the role is live, fits the scope and the person, its department is live, and it gives no more than who grants it holds; breaks user_roles_role_id_fkey, _scope_allowed, _department_known, _audience or _escalation.';

-- Comments and privileges of table "platform.settings"
comment on table platform.settings is 'Settings that were changed from their default; keys, types and defaults are a registry in code, one row per key.';
comment on column platform.settings.key is 'Name, dotted, e.g. tokens.per_owner; unique among live rows.';
comment on column platform.settings.value is 'The value, JSON as platform.setting_rules says; of a row that was reset, the default it was reset to.';
comment on column platform.settings.deleted_at is 'When it was reset to the default; null: the value counts.';

-- Create function "identity.end_api_tokens_of(uuid, text, jsonb)"
create function identity.end_api_tokens_of(contact uuid, why text, context jsonb)
 returns void
 language sql
 set search_path to ''
as $function$
  with ended as (
    update identity.api_tokens t
    set revoked_at = now(), revoke_reason = why, updated_by = contact
    where t.owner_contact_id = contact and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
    returning t.id
  )
  select audit.note('auth.token_revoked', 'delete', 'api_token', ended.id, contact, null, null, context) from ended
$function$;
grant execute on function identity.end_api_tokens_of(uuid, text, jsonb) to platform_writer;
comment on function identity.end_api_tokens_of(uuid, text, jsonb) is 'Ends the api tokens of a contact that still live.';

-- Replace function "identity.change_password(uuid, text, uuid, jsonb)"
create or replace function identity.change_password(contact uuid, new_password_hash text, kept_family uuid, context jsonb)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
declare
  login identity.users;
begin
  select * into login from identity.users u
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active' for update;
  if not found then
    return false;
  end if;
  perform identity.set_password(login.id, new_password_hash);
  perform identity.end_sessions_of(contact, null, kept_family, 'password_changed', context);
  perform identity.end_api_tokens_of(contact, 'password_changed', context);
  perform identity.forget_attempts('change_password', contact::text);
  perform identity.request_mail('password_changed', 'user', login.id);
  perform audit.note('auth.password_changed', 'other', 'user', login.id, contact, login.id, kept_family, context);
  return true;
end
$function$;

-- Replace function "identity.reset_password(bytea, text, jsonb)"
create or replace function identity.reset_password(used_hash bytea, new_password_hash text, context jsonb)
 returns table(retry_after integer, reset boolean)
 language plpgsql
 set search_path to ''
as $function$
declare
  link record;
  login identity.users;
begin
  select * into link from identity.use_link('reset_password', used_hash, context);
  if link.user_id is not null then
    select * into login from identity.users u where u.id = link.user_id;
    perform identity.set_password(login.id, new_password_hash);
    perform identity.end_sessions_of(login.contact_id, null, null, 'password_changed', context);
    perform identity.end_api_tokens_of(login.contact_id, 'password_changed', context);
    -- Whoever proves the mailbox takes the login back from all who got in otherwise.
    update identity.accounts a set revoked_at = now(), updated_by = login.contact_id
    where a.user_id = login.id and a.revoked_at is null;
    perform identity.forget_attempts('sign_in', lower(login.email));
    perform identity.request_mail('password_changed', 'user', login.id);
    perform audit.note('auth.password_reset', 'other', 'user', login.id, login.contact_id, login.id, null, context);
  end if;
  return query select link.retry_after, link.user_id is not null;
end
$function$;

-- Comments and privileges of function "identity.change_password(uuid, text, uuid, jsonb)"
comment on function identity.change_password(uuid, text, uuid, jsonb) is 'Sets a new password and ends every api token and every session but those of one family; false: no active login.';

-- Comments and privileges of function "identity.reset_password(bytea, text, jsonb)"
comment on function identity.reset_password(bytea, text, jsonb) is 'Sets a new password by a mailed link, ends every session and api token, and unlinks accounts elsewhere.';

-- Create function "platform.setting_rules()"
create function platform.setting_rules()
 returns jsonb
 language sql
 immutable
 set search_path to ''
as $function$
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
$function$;
grant execute on function platform.setting_rules() to platform_reader, platform_writer;
comment on function platform.setting_rules() is 'A JSON Schema of every setting that is known, with its default.';

-- Create function "platform.check_setting()"
create function platform.check_setting()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function platform.check_setting() is 'Before a change of a setting: its value is what the rule of its key says; breaks settings_value_fits.';

-- Create function "platform.setting_integer(text)"
create function platform.setting_integer(of_key text)
 returns integer
 language sql
 stable
 set search_path to ''
as $function$
  select coalesce(
    (select s.value from platform.settings s where s.key = of_key and s.deleted_at is null),
    platform.setting_rules() -> of_key -> 'default')::integer
$function$;
grant execute on function platform.setting_integer(text) to platform_reader, platform_writer;
comment on function platform.setting_integer(text) is 'The number that a setting stands at: as it was set, or its default.';

-- Replace function "identity.begin_account_sign_in(text, text, jsonb)"
create or replace function identity.begin_account_sign_in(of_issuer text, of_subject text, context jsonb)
 returns table(retry_after integer, user_id uuid, contact_id uuid, totp_secret bytea, totp_key_id text, totp_last_step bigint)
 language plpgsql
 set search_path to ''
as $function$
declare
  period interval := make_interval(mins => platform.setting_integer('sign_in.attempts_minutes'));
  wait integer;
begin
  -- The token is genuine by now: what is counted are codes of the second factor.
  wait := greatest(
    identity.count_attempt(
      'account', of_issuer || ' ' || of_subject, platform.setting_integer('sign_in.attempts_per_account'), period),
    identity.count_attempt(
      'sign_in_from', coalesce(context ->> 'ip', ''), platform.setting_integer('sign_in.attempts_per_address'), period));
  return query
  select wait, u.id, u.contact_id,
    case when u.totp_enabled then s.totp_secret end,
    case when u.totp_enabled then s.totp_key_id end,
    case when u.totp_enabled then s.totp_last_step end
  from (values (1)) as one (row)
  left join identity.accounts a
    on a.provider = of_issuer and a.provider_account_id = of_subject and a.revoked_at is null and wait = 0
  left join identity.users u on u.id = a.user_id and u.deleted_at is null and u.status = 'active'
  left join identity.user_secrets s on s.user_id = u.id;
end
$function$;

-- Replace function "identity.begin_sign_in(text, jsonb)"
create or replace function identity.begin_sign_in(of_email text, context jsonb)
 returns table(retry_after integer, user_id uuid, contact_id uuid, password_hash text, totp_secret bytea, totp_key_id text, totp_last_step bigint)
 language plpgsql
 set search_path to ''
as $function$
declare
  period interval := make_interval(mins => platform.setting_integer('sign_in.attempts_minutes'));
  wait integer;
begin
  -- Counted before the password is looked at, whether the address is known or not: parallel guesses are counted too.
  wait := greatest(
    identity.count_attempt(
      'sign_in', lower(of_email), platform.setting_integer('sign_in.attempts_per_account'), period),
    identity.count_attempt(
      'sign_in_from', coalesce(context ->> 'ip', ''), platform.setting_integer('sign_in.attempts_per_address'), period));
  return query
  select wait, u.id, u.contact_id, s.password_hash,
    case when u.totp_enabled then s.totp_secret end,
    case when u.totp_enabled then s.totp_key_id end,
    case when u.totp_enabled then s.totp_last_step end
  from (values (1)) as one (row)
  left join identity.users u
    on lower(u.email) = lower(of_email) and u.deleted_at is null and u.status = 'active' and wait = 0
  left join identity.user_secrets s on s.user_id = u.id;
end
$function$;

-- Replace function "identity.check_token_scopes()"
create or replace function identity.check_token_scopes()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  excess text[];
  most integer := platform.setting_integer('tokens.per_owner');
begin
  -- What is held in one project, building or partner only is in no access token, so no api token can carry it.
  select array_agg(s order by s) into excess
  from unnest(new.scopes) as s
  where not exists (
    select 1 from identity.permissions_of(new.owner_contact_id) p
    where p.permission = s and p.scope_type in ('global', 'department'));
  if excess is not null then
    raise exception 'the owner of the token may not do: %', array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'api_tokens_scopes_held', schema = 'identity', table = 'api_tokens';
  end if;
  -- Two who make the last one at the same time come one after the other.
  perform pg_advisory_xact_lock(77235, hashtext(new.owner_contact_id::text));
  if (
    select count(*) from identity.api_tokens t
    where t.owner_contact_id = new.owner_contact_id and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())
  ) >= most then
    raise exception 'contact % has % api tokens', new.owner_contact_id, most
      using errcode = '23514', constraint = 'api_tokens_per_owner', schema = 'identity', table = 'api_tokens';
  end if;
  return new;
end
$function$;

-- Replace function "identity.create_api_token(uuid, uuid, text, text, bytea, text[], integer, jsonb)"
create or replace function identity.create_api_token(token uuid, owner uuid, token_name text, prefix text, hash bytea, wanted text[], days integer, context jsonb)
 returns setof identity.api_tokens
 language plpgsql
 set search_path to ''
as $function$
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
$function$;

-- Replace function "identity.open_session(uuid, uuid, bytea, jsonb)"
create or replace function identity.open_session(of_user uuid, new_session uuid, new_hash bytea, context jsonb)
 returns table(contact_id uuid, family_id uuid, expires_at timestamp with time zone, claims jsonb)
 language plpgsql
 set search_path to ''
as $function$
declare
  person uuid;
  ends timestamptz := now() + make_interval(days => least(
    platform.setting_integer('sessions.idle_days'), platform.setting_integer('sessions.most_days')));
begin
  insert into identity.sessions (id, user_id, family_id, token_hash, expires_at, ip, user_agent)
  values (new_session, of_user, new_session, new_hash, ends, (context ->> 'ip')::inet, context ->> 'user_agent');
  update identity.users u set last_login_at = now() where u.id = of_user returning u.contact_id into person;
  perform audit.note('auth.sign_in', 'login', 'user', of_user, person, of_user, new_session, context);
  return query select person, new_session, ends, identity.claims_of(person);
end
$function$;

-- Replace function "identity.refresh_session(bytea, uuid, bytea, jsonb)"
create or replace function identity.refresh_session(used_hash bytea, new_session uuid, new_hash bytea, context jsonb)
 returns table(outcome text, contact_id uuid, family_id uuid, expires_at timestamp with time zone, claims jsonb)
 language plpgsql
 set search_path to ''
as $function$
declare
  used identity.sessions;
  person uuid;
  family_began timestamptz;
  ends timestamptz;
  met text;
begin
  select * into used from identity.sessions s where s.token_hash = used_hash for update;
  select u.contact_id into person from identity.users u where u.id = used.user_id;
  -- Ten seconds: as long as two tabs or a repeated request may take; a thief who is slower ends the family.
  met := case
    when used.id is null then 'unknown'
    when used.revoked_at is not null then 'ended'
    when used.rotated_at > now() - interval '10 seconds' then 'raced'
    when used.rotated_at is not null then 'reused'
    when used.expires_at <= now() then 'expired'
    else 'refreshed'
  end;
  if met = 'reused' then
    perform identity.end_family_on_reuse(used_hash);
    perform audit.note('auth.refresh_reused', 'other', 'user', used.user_id, person, used.user_id, used.family_id, context);
  end if;
  if met <> 'refreshed' then
    return query select met, null::uuid, null::uuid, null::timestamptz, null::jsonb;
    return;
  end if;
  select s.created_at into family_began from identity.sessions s where s.id = used.family_id;
  ends := least(
    now() + make_interval(days => platform.setting_integer('sessions.idle_days')),
    family_began + make_interval(days => platform.setting_integer('sessions.most_days')));
  if ends <= now() then
    return query select 'expired', null::uuid, null::uuid, null::timestamptz, null::jsonb;
    return;
  end if;
  insert into identity.sessions (id, user_id, family_id, token_hash, expires_at, ip, user_agent)
  values (new_session, used.user_id, used.family_id, new_hash, ends,
    (context ->> 'ip')::inet, context ->> 'user_agent');
  update identity.sessions s
  set rotated_at = now(), replaced_by_id = new_session, last_used_at = now()
  where s.id = used.id;
  return query select met, person, used.family_id, ends, identity.claims_of(person);
end
$function$;

-- Replace function "identity.request_password_reset(text, uuid, bytea, jsonb)"
create or replace function identity.request_password_reset(of_email text, new_token uuid, new_token_hash bytea, context jsonb)
 returns integer
 language plpgsql
 set search_path to ''
as $function$
declare
  wait integer;
  known uuid;
begin
  wait := greatest(
    identity.count_attempt(
      'mail', lower(of_email), platform.setting_integer('mail.requests_per_hour'), interval '1 hour'),
    identity.count_attempt('mail_from', coalesce(context ->> 'ip', ''), 30, interval '1 hour'));
  if wait > 0 then
    return wait;
  end if;
  select u.id into known from identity.users u
  where lower(u.email) = lower(of_email) and u.deleted_at is null
    and (u.status = 'active' or (u.status = 'invited' and not identity.awaits_invitation(u.id)));
  -- The same rows are written for an address that nobody has: it takes as long, and no mail follows.
  insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
  values (new_token, of_email, 'reset_password', new_token_hash, known,
    now() + make_interval(mins => platform.setting_integer('links.reset_minutes')));
  perform identity.request_mail('reset_password', 'verification_token', new_token);
  perform audit.note('auth.password_reset_requested', 'other',
    case when known is not null then 'user' end, known, null, null, null, context);
  return 0;
end
$function$;

-- Comments and privileges of function "identity.check_token_scopes()"
comment on function identity.check_token_scopes() is 'Before insert: a token carries permissions of its owner only, who has no more of them than tokens.per_owner; breaks api_tokens_scopes_held or api_tokens_per_owner.';

-- Comments and privileges of function "identity.create_api_token(uuid, uuid, text, text, bytea, text[], integer, jsonb)"
comment on function identity.create_api_token(uuid, uuid, text, text, bytea, text[], integer, jsonb) is 'Records an api token that ends after so many days, or tokens.default_days; breaks api_tokens_days, api_tokens_scopes_held or api_tokens_per_owner.';

-- Comments and privileges of function "identity.open_session(uuid, uuid, bytea, jsonb)"
comment on function identity.open_session(uuid, uuid, bytea, jsonb) is 'Opens a session that ends after sessions.idle_days unless it is refreshed; breaks sessions_user_active.';

-- Create function "identity.end_expired_invitations(integer)"
create function identity.end_expired_invitations(at_most integer)
 returns bigint
 language plpgsql
 set search_path to ''
as $function$
declare
  over uuid[];
begin
  with taken as (
    update identity.invitations i
    set revoked_at = now()
    where i.id in (
      select d.id from identity.invitations d
      where d.accepted_at is null and d.revoked_at is null
        and d.expires_at < now() - make_interval(days => platform.setting_integer('retention.links_days'))
      order by d.expires_at limit at_most for update skip locked)
    returning i.user_id
  )
  select coalesce(array_agg(user_id), '{}') into over from taken;
  update identity.user_roles g set revoked_at = now()
  from identity.users u
  where u.id = any (over) and g.contact_id = u.contact_id and g.revoked_at is null;
  update identity.users u set status = 'deleted', deleted_at = now()
  where u.id = any (over) and u.status = 'invited';
  return cardinality(over);
end
$function$;
grant execute on function identity.end_expired_invitations(integer) to platform_writer;
comment on function identity.end_expired_invitations(integer) is 'Takes back invitations that ended retention.links_days ago, with their roles and logins: their addresses are free again.';

-- Create function "identity.purge(integer)"
create function identity.purge(at_most integer)
 returns table(links bigint, sessions bigint, attempts bigint, codes bigint)
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  links_end timestamptz := now() - make_interval(days => platform.setting_integer('retention.links_days'));
  sessions_end timestamptz := now() - make_interval(days => platform.setting_integer('retention.sessions_days'));
begin
  delete from identity.verification_tokens t
  where t.id in (
    select d.id from identity.verification_tokens d
    where d.expires_at < links_end
    order by d.expires_at limit at_most for update skip locked);
  get diagnostics links = row_count;
  -- A login as a whole: each session is referred to by the one it replaced, and reuse is found by the old ones.
  delete from identity.sessions s
  where s.family_id in (
    select d.id from identity.sessions d
    where d.family_id = d.id and d.expires_at < sessions_end
      and not exists (select 1 from identity.sessions o where o.family_id = d.id and o.expires_at >= sessions_end)
    order by d.expires_at limit at_most for update skip locked);
  get diagnostics sessions = row_count;
  -- No period is longer than a day: what is older counts for nothing.
  delete from identity.attempts a
  where a.key in (
    select d.key from identity.attempts d
    where d.began_at < now() - interval '1 day'
    limit at_most for update skip locked);
  get diagnostics attempts = row_count;
  delete from identity.recovery_codes c
  where c.id in (
    select d.id from identity.recovery_codes d
    where d.used_at < links_end
    limit at_most for update skip locked);
  get diagnostics codes = row_count;
  return next;
end
$function$;
grant execute on function identity.purge(integer) to platform_writer;
comment on function identity.purge(integer) is 'Deletes at most so many of each: links and used codes after retention.links_days, ended logins after retention.sessions_days, attempts after a day.';

-- Create function "platform.setting_text(text)"
create function platform.setting_text(of_key text)
 returns text
 language sql
 stable
 set search_path to ''
as $function$
  select coalesce(
    (select s.value from platform.settings s where s.key = of_key and s.deleted_at is null),
    platform.setting_rules() -> of_key -> 'default') #>> '{}'
$function$;
grant execute on function platform.setting_text(text) to platform_reader, platform_writer;
comment on function platform.setting_text(text) is 'The text that a setting stands at: as it was set, or its default.';

-- Replace function "identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid)"
create or replace function identity.invite(new_invitation uuid, new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text, new_type text, wanted jsonb, new_token uuid, new_token_hash bytea, inviter uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  known identity.users;
  ends timestamptz := now() + make_interval(days => platform.setting_integer('links.invitation_days'));
  spoken text := coalesce(new_language, platform.setting_text('platform.default_locale'));
begin
  perform pg_advisory_xact_lock(77234, hashtext(lower(new_email)));
  select * into known from identity.users u where lower(u.email) = lower(new_email) and u.deleted_at is null for update;
  if known.status = 'invited' and known.user_type = 'external' and not identity.awaits_invitation(known.id) then
    -- Somebody signed up with this address and never proved it: nobody's hold on it keeps staff from inviting its owner.
    update identity.verification_tokens t set revoked_at = now()
    where t.user_id = known.id and t.used_at is null and t.revoked_at is null;
    update identity.users u set status = 'deleted', deleted_at = now(), updated_by = inviter where u.id = known.id;
  end if;
  -- A contact of its own, even if there is one with this address: what is known of a person passes by a merge only.
  insert into party.contacts (id, email, first_name, last_name, language, department_id, source, created_by, updated_by)
  values (new_contact, new_email, new_first, new_last, spoken, (
    select d.id
    from jsonb_array_elements(wanted) with ordinality as w (role, place)
    join party.departments d on d.id = (w.role ->> 'scope_id')::uuid and d.deleted_at is null
    where w.role ->> 'scope_type' = 'department'
    order by w.place
    limit 1
  ), 'invitation', inviter, inviter);
  insert into identity.users (id, contact_id, email, user_type, internal_role, language, created_by, updated_by)
  values (new_user, new_contact, new_email, new_type,
    case when new_type = 'internal' then
      case when wanted @> '[{"role": "admin", "scope_type": "global"}]' then 'admin' else 'employee' end end,
    spoken, inviter, inviter);
  -- Granted now, so that nobody promises more than they may give; they count once there is somebody who can sign in.
  insert into identity.user_roles (
    contact_id, role_id, scope_type, scope_id, granted_by, reason, created_by, updated_by)
  select new_contact, r.id, w.scope_type, w.scope_id, inviter, 'invitation', inviter, inviter
  from jsonb_to_recordset(wanted) as w (role text, scope_type text, scope_id uuid)
  left join identity.roles r on r.code = w.role and r.deleted_at is null;
  insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
  values (new_token, new_email, 'invite', new_token_hash, new_user, ends);
  insert into identity.invitations (id, user_id, invited_by, expires_at, created_by, updated_by)
  values (new_invitation, new_user, inviter, ends, inviter, inviter);
  perform identity.request_mail('invite', 'verification_token', new_token);
end
$function$;

-- Replace function "identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb)"
create or replace function identity.open_login_of(of_issuer text, of_subject text, of_email text, new_first text, new_last text, new_language text, new_contact uuid, new_user uuid, context jsonb)
 returns table(outcome text, user_id uuid)
 language plpgsql
 set search_path to ''
as $function$
declare
  login identity.users;
  spoken text := coalesce(new_language, platform.setting_text('platform.default_locale'));
begin
  if of_email is null then
    return query select 'unproven', null::uuid;
    return;
  end if;
  -- Two first sign-ins of one address come one after the other.
  perform pg_advisory_xact_lock(77234, hashtext(lower(of_email)));
  if exists (
    select 1 from identity.accounts a
    where a.provider = of_issuer and a.provider_account_id = of_subject and a.revoked_at is null
  ) then
    raise exception 'account % of % was linked meanwhile', of_subject, of_issuer
      using errcode = '40001', hint = 'Try again.';
  end if;
  select * into login from identity.users u where lower(u.email) = lower(of_email) and u.deleted_at is null;
  if login.id is null then
    insert into party.contacts (id, email, first_name, last_name, language, source)
    values (new_contact, of_email, new_first, new_last, spoken, 'sign-in elsewhere');
    insert into identity.users (id, contact_id, email, user_type, language)
    values (new_user, new_contact, of_email, 'external', spoken)
    returning * into login;
  elsif login.status = 'invited' and login.user_type = 'external' and not identity.awaits_invitation(login.id) then
    -- Somebody typed this address and never proved it. What they were promised ends: their link carries their password.
    update identity.verification_tokens t set revoked_at = now()
    where t.user_id = login.id and t.used_at is null and t.revoked_at is null;
    update party.contacts c set first_name = new_first, last_name = new_last where c.id = login.contact_id;
  else
    return query select 'link_needed', null::uuid;
    return;
  end if;
  perform identity.prove_address(login.id);
  insert into identity.accounts as a (user_id, provider, provider_account_id, created_by, updated_by)
  values (login.id, of_issuer, of_subject, login.contact_id, login.contact_id)
  on conflict (provider, provider_account_id) do update
  set user_id = excluded.user_id, revoked_at = null, updated_by = excluded.updated_by
  where a.revoked_at is not null;
  perform identity.request_mail('account_linked', 'user', login.id);
  perform audit.note('auth.account_linked', 'other', 'user', login.id, login.contact_id, login.id, null, context);
  return query select 'opened', login.id;
end
$function$;

-- Replace function "identity.sign_up(uuid, uuid, text, text, text, text, text, uuid, bytea, jsonb)"
create or replace function identity.sign_up(new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text, new_password_hash text, new_token uuid, new_token_hash bytea, context jsonb)
 returns integer
 language plpgsql
 set search_path to ''
as $function$
declare
  wait integer;
  known identity.users;
  verify_ends timestamptz := now() + make_interval(hours => platform.setting_integer('links.verify_hours'));
  spoken text := coalesce(new_language, platform.setting_text('platform.default_locale'));
begin
  -- The row of the first count is locked until the end: two sign-ups of one address come one after the other.
  wait := greatest(
    identity.count_attempt(
      'mail', lower(new_email), platform.setting_integer('mail.requests_per_hour'), interval '1 hour'),
    identity.count_attempt('sign_up_from', coalesce(context ->> 'ip', ''), 30, interval '1 hour'));
  if wait > 0 then
    return wait;
  end if;
  select * into known from identity.users where lower(email) = lower(new_email) and deleted_at is null;
  if known.id is null then
    insert into party.contacts (id, email, first_name, last_name, language, source)
    values (new_contact, new_email, new_first, new_last, spoken, 'sign-up');
    insert into identity.users (id, contact_id, email, user_type, language)
    values (new_user, new_contact, new_email, 'external', spoken)
    returning * into known;
  end if;
  if known.status = 'invited' and identity.awaits_invitation(known.id) then
    -- Staff invited this address: only that link opens it. The same rows are written, and no mail follows.
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, expires_at, password_hash)
    values (new_token, known.email, 'verify_email', new_token_hash, verify_ends, new_password_hash);
    perform identity.request_mail('verify_email', 'verification_token', new_token);
  elsif known.status = 'invited' then
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at, password_hash)
    values (new_token, known.email, 'verify_email', new_token_hash, known.id, verify_ends, new_password_hash);
    perform identity.request_mail('verify_email', 'verification_token', new_token);
  else
    -- Whoever owns the mailbox learns that there is an account; whoever asked does not.
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
    values (new_token, known.email, 'reset_password', new_token_hash, known.id,
      now() + make_interval(mins => platform.setting_integer('links.reset_minutes')));
    perform identity.request_mail('already_registered', 'verification_token', new_token);
  end if;
  perform audit.note('auth.sign_up', 'other', 'user', known.id, null, null, null, context);
  return 0;
end
$function$;

-- Create constraint "api_tokens_revoke_reason_known" of table "identity.api_tokens"
alter table identity.api_tokens add constraint api_tokens_revoke_reason_known check ((revoke_reason = any (array['owner'::text, 'admin'::text, 'owner_suspended'::text, 'leaked'::text, 'password_changed'::text])));

-- Create index "identity.sessions_expires_at_idx"
create index sessions_expires_at_idx on identity.sessions using btree (expires_at);

-- Create index "identity.verification_tokens_expires_at_idx"
create index verification_tokens_expires_at_idx on identity.verification_tokens using btree (expires_at);

-- Create trigger "check_setting" of table "platform.settings"
create trigger check_setting before insert or update on platform.settings for each row execute function platform.check_setting();
