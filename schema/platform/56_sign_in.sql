-- platform: signing up, in and out. One function per event: what it counts, changes and notes is one transaction and
-- one round trip. Secrets come as hashes; what is wrong with a secret is answered as a row, so that attempts stay counted.

create table identity.attempts (
  key platform.sha256 not null,
  count integer not null
    constraint attempts_count_range check (count between 1 and 1000000),
  began_at timestamptz not null default now(),
  constraint attempts_pkey primary key (key)
) with (fillfactor = 70);
comment on table identity.attempts is
  'How often somebody tried something lately, per account and per address; not given to readers.';
comment on column identity.attempts.key is 'SHA-256 of what is tried and by whom, so that no address stands here.';
comment on column identity.attempts.count is 'Attempts since began_at, those that were refused too.';
comment on column identity.attempts.began_at is 'When the counting began; it begins anew when the period is over.';
revoke select on identity.attempts from platform_reader, platform_studio;

create function identity.count_attempt(what text, who text, most integer, period interval) returns integer
  language sql
  set search_path = ''
as $$
  insert into identity.attempts as a (key, count)
  values (sha256(convert_to(what || ':' || who, 'UTF8')), 1)
  on conflict (key) do update
  set count = case when a.began_at + period <= now() then 1 else least(a.count + 1, 1000000) end,
      began_at = case when a.began_at + period <= now() then now() else a.began_at end
  returning case
    when count > most then greatest(1, ceil(extract(epoch from began_at + period - now()))::integer)
    else 0
  end
$$;
comment on function identity.count_attempt(text, text, integer, interval) is
  'Counts an attempt; returns 0, or the seconds to wait when there were more than so many in the period.';

create function identity.forget_attempts(what text, who text) returns void
  language sql
  set search_path = ''
as $$
  update identity.attempts
  set count = 1, began_at = now() - interval '1 day'
  where key = sha256(convert_to(what || ':' || who, 'UTF8'))
$$;
comment on function identity.forget_attempts(text, text) is 'Begins the counting anew: the attempt was a good one.';

create function audit.note(
  action text, change text, entity text, entity_id uuid, contact uuid, login uuid, session uuid, context jsonb
) returns void
  language sql
  set search_path = ''
as $$
  insert into audit.audit_logs (
    domain, actor_kind, actor_contact_id, actor_user_id, session_id, action, change_type, entity_type, entity_id,
    request_id, ip, user_agent)
  select 'platform', coalesce(acts.who ->> 'kind', 'user'), contact,
    coalesce(login, case when acts.who ->> 'kind' = 'user' then (
      select u.id from identity.users u where u.contact_id = contact and u.deleted_at is null) end),
    coalesce(session, (acts.who ->> 'session')::uuid), action, change, entity, entity_id,
    context ->> 'request_id', (context ->> 'ip')::inet, context ->> 'user_agent'
  from (
    -- Whose token was sent with the request; at the door itself nobody has one.
    select case when c.told ->> 'contact' = contact::text then c.told end as who
    from (select nullif(current_setting('aruuri.context', true), '')::jsonb as told) as c
  ) as acts
$$;
comment on function audit.note(text, text, text, uuid, uuid, uuid, uuid, jsonb) is
  'Adds an entry about what a person did at the door; the context has request_id, ip and user_agent. Login and session that are not given are those of the token that was sent.';
grant execute on function audit.note(text, text, text, uuid, uuid, uuid, uuid, jsonb) to platform_writer;

create function identity.request_mail(template text, about text, id uuid) returns void
  language sql
  set search_path = ''
as $$
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('platform.mail.requested.v1', about, id, jsonb_build_object('template', template))
$$;
comment on function identity.request_mail(text, text, uuid) is
  'Has a mail sent about a verification token or a user; whoever sends it looks address and language up.';

create function identity.claims_of(contact uuid) returns jsonb
  language sql stable
  set search_path = ''
as $$
  with held as (
    select r.code, g.scope_type, g.scope_id
    from identity.user_roles g
    join identity.roles r on r.id = g.role_id and r.deleted_at is null
    where g.contact_id = contact and g.revoked_at is null
      and g.valid_from <= current_date and (g.valid_to is null or g.valid_to > current_date)
      and (g.scope_type <> 'department' or exists (
        select from party.departments d where d.id = g.scope_id and d.status = 'active' and d.deleted_at is null))
  )
  select jsonb_build_object(
    'roles', coalesce((
      select jsonb_agg(distinct code) from held where scope_type in ('global', 'department')), '[]'),
    'permissions', coalesce((
      select jsonb_agg(distinct p.permission)
      from identity.permissions_of(contact) p
      where p.scope_type in ('global', 'department')), '[]'),
    'limits', identity.limits_of(contact),
    'grants', coalesce((
      select jsonb_agg(distinct jsonb_build_object('role', code, 'scope', scope_type, 'id', scope_id))
      from held where scope_type <> 'global'), '[]'))
$$;
comment on function identity.claims_of(uuid) is
  'What an access token says of a contact: roles and permissions of staff and of everywhere, which of these hold in some departments only, and grants that hold in one place.';
grant execute on function identity.claims_of(uuid) to platform_writer, platform_reader;

create function identity.sign_up(
  new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text,
  new_password_hash text, new_token uuid, new_token_hash bytea, context jsonb
) returns integer
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.sign_up(uuid, uuid, text, text, text, text, text, uuid, bytea, jsonb) is
  'Makes a contact and a login unless the address has one, and has a link mailed; returns 0, or the seconds to wait.';
grant execute on function identity.sign_up(uuid, uuid, text, text, text, text, text, uuid, bytea, jsonb)
  to platform_writer;

create function identity.prove_address(of_user uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  update identity.users u
  set email_verified_at = coalesce(u.email_verified_at, now()), status = 'active'
  where u.id = of_user and (u.email_verified_at is null or u.status = 'invited');
  if found then
    insert into identity.user_roles (contact_id, role_id, scope_type, reason)
    select u.contact_id, r.id, 'global', 'signed up'
    from identity.users u
    join identity.roles r on r.code = 'contributor' and r.deleted_at is null
    where u.id = of_user and u.user_type = 'external'
    on conflict do nothing;
  end if;
end
$$;
comment on function identity.prove_address(uuid) is
  'The address of a login is its owner''s: the login is active, and of somebody outside a contributor''s.';

create function identity.use_link(wanted_purpose text, used_hash bytea, context jsonb)
  returns table (retry_after integer, user_id uuid, password_hash text)
  language plpgsql
  set search_path = ''
as $$
declare
  wait integer := identity.count_attempt(
    'link_from', coalesce(context ->> 'ip', ''), 60, interval '15 minutes');
  link identity.verification_tokens;
begin
  if wait > 0 then
    return query select wait, null::uuid, null::text;
    return;
  end if;
  update identity.verification_tokens t
  set used_at = now()
  where t.token_hash = used_hash and t.purpose = wanted_purpose
    and t.used_at is null and t.revoked_at is null and t.expires_at > now() and t.user_id is not null
    and exists (
      select 1 from identity.users u
      where u.id = t.user_id
        and (u.status = 'active'
          or (u.status = 'invited' and (wanted_purpose = 'invite' or not identity.awaits_invitation(u.id)))))
  returning * into link;
  if link.id is null then
    return query select 0, null::uuid, null::text;
    return;
  end if;
  update identity.verification_tokens t
  set revoked_at = now()
  where t.user_id = link.user_id and t.purpose = wanted_purpose and t.used_at is null and t.revoked_at is null;
  perform identity.prove_address(link.user_id);
  return query select 0, link.user_id, link.password_hash;
end
$$;
comment on function identity.use_link(text, bytea, jsonb) is
  'Uses a mailed link once: its login''s address is proven. No user: there is no such link, or no longer.';

create function identity.set_password(of_user uuid, new_hash text) returns void
  language sql
  set search_path = ''
as $$
  insert into identity.user_secrets as s (user_id, password_hash, password_changed_at)
  values (of_user, new_hash, now())
  on conflict (user_id) do update
  set password_hash = excluded.password_hash, password_changed_at = excluded.password_changed_at
$$;
comment on function identity.set_password(uuid, text) is 'Gives a login another password; sessions are the caller''s to end.';

create function identity.verify_email(used_hash bytea, context jsonb)
  returns table (retry_after integer, verified boolean)
  language plpgsql
  set search_path = ''
as $$
declare
  link record;
begin
  select * into link from identity.use_link('verify_email', used_hash, context);
  if link.user_id is not null then
    if link.password_hash is not null then
      perform identity.set_password(link.user_id, link.password_hash);
    end if;
    perform audit.note('auth.email_verified', 'other', 'user', u.id, u.contact_id, u.id, null, context)
    from identity.users u where u.id = link.user_id;
  end if;
  return query select link.retry_after, link.user_id is not null;
end
$$;
comment on function identity.verify_email(bytea, jsonb) is
  'Proves an address by its link; the password chosen with it counts from now on.';
grant execute on function identity.verify_email(bytea, jsonb) to platform_writer;

create function identity.begin_sign_in(of_email text, context jsonb)
  returns table (
    retry_after integer, user_id uuid, contact_id uuid, password_hash text,
    totp_secret bytea, totp_key_id text, totp_last_step bigint)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.begin_sign_in(text, jsonb) is
  'Counts an attempt and returns what a password is checked against; no user: nobody active has the address.';
grant execute on function identity.begin_sign_in(text, jsonb) to platform_writer;

create function identity.open_session(of_user uuid, new_session uuid, new_hash bytea, context jsonb)
  returns table (contact_id uuid, family_id uuid, expires_at timestamptz, claims jsonb)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.open_session(uuid, uuid, bytea, jsonb) is
  'Opens a session that ends after sessions.idle_days unless it is refreshed; breaks sessions_user_active.';

create function identity.use_code(of_user uuid, totp_step bigint, recovery_hash bytea) returns boolean
  language plpgsql
  set search_path = ''
as $$
begin
  -- A code works once, also for two who send it at the same time: the second finds no row to change.
  if totp_step is not null then
    update identity.user_secrets s set totp_last_step = totp_step
    where s.user_id = of_user and coalesce(s.totp_last_step, -1) < totp_step;
    return found;
  elsif recovery_hash is not null then
    update identity.recovery_codes c set used_at = now()
    where c.user_id = of_user and c.code_hash = recovery_hash and c.used_at is null;
    return found;
  end if;
  return true;
end
$$;
comment on function identity.use_code(uuid, bigint, bytea) is
  'Uses the code of a second factor up, if there is one; false: it was used before.';
grant execute on function identity.use_code(uuid, bigint, bytea) to platform_writer;

create function identity.finish_sign_in(
  of_user uuid, of_email text, rehash text, totp_step bigint, recovery_hash bytea,
  new_session uuid, new_hash bytea, context jsonb
) returns table (contact_id uuid, family_id uuid, expires_at timestamptz, claims jsonb)
  language plpgsql
  set search_path = ''
as $$
begin
  if not identity.use_code(of_user, totp_step, recovery_hash) then
    return;
  end if;
  if rehash is not null then
    update identity.user_secrets s set password_hash = rehash where s.user_id = of_user;
  end if;
  perform identity.forget_attempts('sign_in', lower(of_email));
  return query select * from identity.open_session(of_user, new_session, new_hash, context);
end
$$;
comment on function identity.finish_sign_in(uuid, text, text, bigint, bytea, uuid, bytea, jsonb) is
  'Opens a session for a right password and a code that was not used before; no row: the code was.';
grant execute on function identity.finish_sign_in(uuid, text, text, bigint, bytea, uuid, bytea, jsonb)
  to platform_writer;

create function identity.refresh_session(used_hash bytea, new_session uuid, new_hash bytea, context jsonb)
  returns table (outcome text, contact_id uuid, family_id uuid, expires_at timestamptz, claims jsonb)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.refresh_session(bytea, uuid, bytea, jsonb) is
  'Exchanges a refresh token for the next; outcome: refreshed, raced, reused (the family is ended), ended, expired, unknown.';
grant execute on function identity.refresh_session(bytea, uuid, bytea, jsonb) to platform_writer;

create function identity.end_sessions_of(
  contact uuid, only_family uuid, but_family uuid, why text, context jsonb
) returns integer
  language plpgsql
  set search_path = ''
as $$
declare
  login identity.users;
  ended integer;
begin
  select * into login from identity.users u where u.contact_id = contact and u.deleted_at is null;
  update identity.sessions s
  set revoked_at = now(), revoke_reason = why
  where s.user_id = login.id and s.revoked_at is null
    and (only_family is null or s.family_id = only_family)
    and (but_family is null or s.family_id <> but_family);
  get diagnostics ended = row_count;
  if ended > 0 then
    perform audit.note('auth.sign_out', 'other', case when only_family is null then 'user' else 'session' end,
      coalesce(only_family, login.id), contact, login.id, null, context);
  end if;
  return ended;
end
$$;
comment on function identity.end_sessions_of(uuid, uuid, uuid, text, jsonb) is
  'Ends the sessions of a contact''s login: all, those of one family, or all but those of one; returns how many rows.';
grant execute on function identity.end_sessions_of(uuid, uuid, uuid, text, jsonb) to platform_writer;

-- Whoever got in with the old password could have made a token that outlives it (OWASP ASVS 5.0, 7.4.3).
create function identity.end_api_tokens_of(contact uuid, why text, context jsonb) returns void
  language sql
  set search_path = ''
as $$
  with ended as (
    update identity.api_tokens t
    set revoked_at = now(), revoke_reason = why, updated_by = contact
    where t.owner_contact_id = contact and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
    returning t.id
  )
  select audit.note('auth.token_revoked', 'delete', 'api_token', ended.id, contact, null, null, context) from ended
$$;
comment on function identity.end_api_tokens_of(uuid, text, jsonb) is 'Ends the api tokens of a contact that still live.';
grant execute on function identity.end_api_tokens_of(uuid, text, jsonb) to platform_writer;

create function identity.request_password_reset(of_email text, new_token uuid, new_token_hash bytea, context jsonb)
  returns integer
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.request_password_reset(text, uuid, bytea, jsonb) is
  'Has a link mailed that sets a new password; returns 0, or the seconds to wait.';
grant execute on function identity.request_password_reset(text, uuid, bytea, jsonb) to platform_writer;

create function identity.reset_password(used_hash bytea, new_password_hash text, context jsonb)
  returns table (retry_after integer, reset boolean)
  language plpgsql
  set search_path = ''
as $$
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
    if found then
      perform audit.note('auth.account_unlinked', 'other', 'user', login.id, login.contact_id, login.id, null, context);
    end if;
    perform identity.forget_attempts('sign_in', lower(login.email));
    perform identity.request_mail('password_changed', 'user', login.id);
    perform audit.note('auth.password_reset', 'other', 'user', login.id, login.contact_id, login.id, null, context);
  end if;
  return query select link.retry_after, link.user_id is not null;
end
$$;
comment on function identity.reset_password(bytea, text, jsonb) is
  'Sets a new password by a mailed link, ends every session and api token, and unlinks accounts elsewhere.';
grant execute on function identity.reset_password(bytea, text, jsonb) to platform_writer;

create function identity.begin_password_change(contact uuid)
  returns table (retry_after integer, user_id uuid, email text, password_hash text)
  language plpgsql
  set search_path = ''
as $$
declare
  wait integer := identity.count_attempt('change_password', contact::text, 10, interval '15 minutes');
begin
  return query
  select wait, u.id, u.email, s.password_hash
  from identity.users u
  left join identity.user_secrets s on s.user_id = u.id
  where u.contact_id = contact and u.deleted_at is null and u.status = 'active';
end
$$;
comment on function identity.begin_password_change(uuid) is
  'Counts an attempt and returns what the present password is checked against; no row: no active login.';
grant execute on function identity.begin_password_change(uuid) to platform_writer;

create function identity.change_password(contact uuid, new_password_hash text, kept_family uuid, context jsonb)
  returns boolean
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.change_password(uuid, text, uuid, jsonb) is
  'Sets a new password and ends every api token and every session but those of one family; false: no active login.';
grant execute on function identity.change_password(uuid, text, uuid, jsonb) to platform_writer;

-- Called by the functions above, which run as whoever calls them.
grant execute on function identity.count_attempt(text, text, integer, interval) to platform_writer;
grant execute on function identity.forget_attempts(text, text) to platform_writer;
grant execute on function identity.request_mail(text, text, uuid) to platform_writer;
grant execute on function identity.use_link(text, bytea, jsonb) to platform_writer;
grant execute on function identity.prove_address(uuid) to platform_writer;
grant execute on function identity.set_password(uuid, text) to platform_writer;
grant execute on function identity.open_session(uuid, uuid, bytea, jsonb) to platform_writer;
