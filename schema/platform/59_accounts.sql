-- platform: signing in with what somebody else vouches for (OpenID Connect). A login is opened by issuer and subject, never
-- by an address: an address only makes a new login, or none. docs/identity.md says why.

create function identity.use_nonce(of_issuer text, nonce_hash bytea, ends_at timestamptz) returns boolean
  language plpgsql
  set search_path = ''
as $$
begin
  -- One token works once, also for two who send it at the same time: the second finds the row of the first.
  insert into identity.verification_tokens (identifier, purpose, token_hash, expires_at, used_at)
  values (of_issuer, 'login', nonce_hash, greatest(ends_at, now() + interval '1 second'), now())
  on conflict (token_hash) do nothing;
  return found;
end
$$;
comment on function identity.use_nonce(text, bytea, timestamptz) is
  'Uses the nonce of an id token up; false: it was used before.';
grant execute on function identity.use_nonce(text, bytea, timestamptz) to platform_writer;

create function identity.begin_account_sign_in(of_issuer text, of_subject text, context jsonb)
  returns table (
    retry_after integer, user_id uuid, contact_id uuid, totp_secret bytea, totp_key_id text, totp_last_step bigint)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.begin_account_sign_in(text, text, jsonb) is
  'Counts an attempt and returns the second factor of the login that an account elsewhere opens; no user: none yet.';
grant execute on function identity.begin_account_sign_in(text, text, jsonb) to platform_writer;

create function identity.open_login_of(
  of_issuer text, of_subject text, of_email text, new_first text, new_last text, new_language text,
  new_contact uuid, new_user uuid, context jsonb
) returns table (outcome text, user_id uuid)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb) is
  'Makes the login of an account elsewhere that opens none; outcome: opened, unproven (no proven address) or link_needed (the address has a login).';
grant execute on function identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb) to platform_writer;

create function identity.finish_account_sign_in(
  of_issuer text, of_subject text, of_email text, new_first text, new_last text, new_language text,
  nonce_hash bytea, nonce_ends timestamptz, totp_step bigint, recovery_hash bytea,
  new_contact uuid, new_user uuid, new_session uuid, new_hash bytea, context jsonb
) returns table (outcome text, contact_id uuid, family_id uuid, expires_at timestamptz, claims jsonb)
  language plpgsql
  set search_path = ''
as $$
declare
  account identity.accounts;
  login identity.users;
  made record;
  met text;
begin
  if not identity.use_nonce(of_issuer, nonce_hash, nonce_ends) then
    return query select 'replayed', null::uuid, null::uuid, null::timestamptz, null::jsonb;
    return;
  end if;
  select * into account from identity.accounts a
  where a.provider = of_issuer and a.provider_account_id = of_subject and a.revoked_at is null
  for update;
  if account.id is null then
    select * into made
    from identity.open_login_of(
      of_issuer, of_subject, of_email, new_first, new_last, new_language, new_contact, new_user, context);
    met := nullif(made.outcome, 'opened');
    account.user_id := made.user_id;
  else
    select * into login from identity.users u where u.id = account.user_id and u.deleted_at is null;
    met := case
      when login.id is null or login.status <> 'active' then 'ended'
      -- It was set up, or the account was linked, after the code was asked for.
      when login.totp_enabled and totp_step is null and recovery_hash is null then 'code_needed'
      when not identity.use_code(login.id, totp_step, recovery_hash) then 'code_used'
    end;
  end if;
  if met is not null then
    return query select met, null::uuid, null::uuid, null::timestamptz, null::jsonb;
    return;
  end if;
  update identity.accounts a set last_used_at = now()
  where a.provider = of_issuer and a.provider_account_id = of_subject;
  perform identity.forget_attempts('account', of_issuer || ' ' || of_subject);
  return query
  select 'opened', s.contact_id, s.family_id, s.expires_at, s.claims
  from identity.open_session(account.user_id, new_session, new_hash, context) as s;
end
$$;
comment on function identity.finish_account_sign_in(text, text, text, text, text, text, bytea, timestamptz, bigint, bytea, uuid, uuid, uuid, bytea, jsonb) is
  'Opens a session for a genuine id token; outcome: opened, replayed, ended, code_needed, code_used, unproven or link_needed.';
grant execute on function identity.finish_account_sign_in(text, text, text, text, text, text, bytea, timestamptz, bigint, bytea, uuid, uuid, uuid, bytea, jsonb)
  to platform_writer;

create function identity.link_account(
  contact uuid, of_issuer text, of_subject text, of_email text, nonce_hash bytea, nonce_ends timestamptz, context jsonb
) returns table (outcome text, account_id uuid)
  language plpgsql
  set search_path = ''
as $$
declare
  login identity.users;
  linked uuid;
begin
  select * into login from identity.users u
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active' for update;
  if login.id is null then
    return query select 'ended', null::uuid;
    return;
  elsif lower(login.email) is distinct from lower(of_email) then
    return query select 'other_address', null::uuid;
    return;
  elsif not identity.use_nonce(of_issuer, nonce_hash, nonce_ends) then
    return query select 'replayed', null::uuid;
    return;
  end if;
  insert into identity.accounts as a (user_id, provider, provider_account_id, created_by, updated_by)
  values (login.id, of_issuer, of_subject, contact, contact)
  on conflict (provider, provider_account_id) do update
  set user_id = excluded.user_id, revoked_at = null, updated_by = excluded.updated_by
  where a.revoked_at is not null or a.user_id = excluded.user_id
  returning a.id into linked;
  if linked is null then
    return query select 'taken', null::uuid;
    return;
  end if;
  perform identity.forget_attempts('change_password', contact::text);
  perform identity.request_mail('account_linked', 'user', login.id);
  perform audit.note('auth.account_linked', 'other', 'user', login.id, contact, login.id, null, context);
  return query select 'linked', linked;
end
$$;
comment on function identity.link_account(uuid, text, text, text, bytea, timestamptz, jsonb) is
  'Has an account elsewhere open the login of a contact who proved it; outcome: linked, ended, other_address, replayed or taken.';
grant execute on function identity.link_account(uuid, text, text, text, bytea, timestamptz, jsonb) to platform_writer;

create function identity.unlink_account(account uuid, contact uuid, context jsonb) returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  login uuid;
begin
  select u.id into login from identity.users u
  join identity.accounts a on a.user_id = u.id
  where a.id = account and u.contact_id = contact and u.deleted_at is null;
  if login is null then
    return false;
  end if;
  update identity.accounts a set revoked_at = now(), updated_by = contact where a.id = account and a.revoked_at is null;
  if found then
    perform audit.note('auth.account_unlinked', 'other', 'user', login, contact, login, null, context);
  end if;
  return true;
end
$$;
comment on function identity.unlink_account(uuid, uuid, jsonb) is
  'An account elsewhere opens the login of a contact no more; false: it never did.';
grant execute on function identity.unlink_account(uuid, uuid, jsonb) to platform_writer;
