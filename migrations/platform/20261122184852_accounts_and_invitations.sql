-- Drop constraint "accounts_provider_known" of table "identity.accounts"
alter table identity.accounts drop constraint accounts_provider_known;

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

-- Replace function "party.export_contact(uuid)"
create or replace function party.export_contact(p_id uuid)
 returns jsonb
 language sql
 stable security definer
 set search_path to ''
as $function$
  with recursive one (id) as (
    select c.id from party.contacts c where c.id = p_id and c.erased_at is null
    union
    select c.id from party.contacts c join one on c.merged_into_id = one.id
  ), logins as (
    select u.id, u.email, u.language, u.status, u.auth_provider, u.email_verified_at, u.last_login_at, u.created_at
    from identity.users u where u.contact_id in (select id from one)
  )
  select jsonb_build_object(
    'contact', to_jsonb(c),
    'merged', coalesce((
      select jsonb_agg(to_jsonb(m) order by m.created_at) from party.contacts m
      where m.id in (select id from one) and m.id <> p_id), '[]'),
    'companies', coalesce((
      select jsonb_agg(jsonb_build_object('company', o.legal_name, 'role', l.role, 'is_primary', l.is_primary,
        'valid_from', l.valid_from, 'valid_to', l.valid_to) order by l.created_at)
      from party.contact_companies l join party.companies o on o.id = l.company_id
      where l.contact_id in (select id from one)), '[]'),
    'leads', coalesce((
      select jsonb_agg(to_jsonb(l) order by l.created_at) from party.leads l
      where l.contact_id in (select id from one)), '[]'),
    'consents', coalesce((
      select jsonb_agg(to_jsonb(s) order by s.happened_at) from party.contact_consents s
      where s.contact_id in (select id from one)), '[]'),
    'appointments', coalesce((
      select jsonb_agg(jsonb_build_object('type', a.type, 'title', a.title, 'starts_at', a.starts_at, 'ends_at', a.ends_at,
        'location', a.location, 'address', a.address, 'status', a.status) order by a.starts_at)
      from scheduling.appointments a
      where a.contact_id in (select id from one)), '[]'),
    'form_submissions', coalesce((
      select jsonb_agg(to_jsonb(f) order by f.created_at) from automation.form_submissions f
      where f.submitted_by in (select id from one)), '[]'),
    'files', coalesce((
      select jsonb_agg(jsonb_build_object('file_id', f.file_id, 'role', f.role, 'caption', f.caption) order by f.created_at)
      from storage.file_links f
      where f.subject_domain = 'platform' and f.subject_type = 'contact' and f.subject_id in (select id from one)), '[]'),
    'logins', coalesce((select jsonb_agg(to_jsonb(u) order by u.created_at) from logins u), '[]'),
    'accounts', coalesce((
      select jsonb_agg(jsonb_build_object('issuer', a.provider, 'subject', a.provider_account_id,
        'created_at', a.created_at, 'last_used_at', a.last_used_at) order by a.created_at)
      from identity.accounts a where a.user_id in (select id from logins)), '[]'),
    'sessions', coalesce((
      select jsonb_agg(jsonb_build_object('created_at', s.created_at, 'expires_at', s.expires_at, 'ip', host(s.ip),
        'user_agent', s.user_agent) order by s.created_at)
      from identity.sessions s where s.user_id in (select id from logins)), '[]'),
    'api_tokens', coalesce((
      select jsonb_agg(jsonb_build_object('name', t.name, 'scopes', t.scopes, 'created_at', t.created_at,
        'last_used_at', t.last_used_at) order by t.created_at)
      from identity.api_tokens t where t.owner_contact_id in (select id from one)), '[]'),
    'roles', coalesce((
      select jsonb_agg(jsonb_build_object('role', r.code, 'scope_type', g.scope_type, 'scope_id', g.scope_id,
        'valid_from', g.valid_from, 'valid_to', g.valid_to, 'revoked_at', g.revoked_at) order by g.created_at)
      from identity.user_roles g join identity.roles r on r.id = g.role_id
      where g.contact_id in (select id from one)), '[]'),
    'activity', coalesce((
      select jsonb_agg(jsonb_build_object('at', a.created_at, 'domain', a.domain, 'action', a.action,
        'entity_type', a.entity_type, 'entity_id', a.entity_id, 'ip', host(a.ip), 'user_agent', a.user_agent)
        order by a.created_at desc)
      from (
        select a.created_at, a.domain, a.action, a.entity_type, a.entity_id, a.ip, a.user_agent
        from audit.audit_logs a where a.actor_contact_id in (select id from one)
        order by a.created_at desc limit 1000
      ) as a), '[]'))
  from party.contacts c
  where c.id = p_id and c.erased_at is null
$function$;

-- Comments and privileges of function "identity.reset_password(bytea, text, jsonb)"
comment on function identity.reset_password(bytea, text, jsonb) is 'Sets a new password by a mailed link, ends every session, and unlinks accounts elsewhere.';

-- Comments and privileges of table "identity.accounts"
comment on column identity.accounts.provider is 'Who vouches: the issuer of its id tokens (iss).';
comment on column identity.accounts.provider_account_id is 'The person''s id there (sub); an address may pass to somebody else.';

-- Comments and privileges of table "identity.users"
comment on column identity.users.auth_provider is 'Not kept any more: identity.accounts says who else vouches.';
comment on column identity.users.external_subject is 'Not kept any more: see identity.accounts; null: password.';

-- Create function "identity.begin_account_sign_in(text, text, jsonb)"
create function identity.begin_account_sign_in(of_issuer text, of_subject text, context jsonb)
 returns table(retry_after integer, user_id uuid, contact_id uuid, totp_secret bytea, totp_key_id text, totp_last_step bigint)
 language plpgsql
 set search_path to ''
as $function$
declare
  wait integer;
begin
  -- The token is genuine by now: what is counted are codes of the second factor.
  wait := greatest(
    identity.count_attempt('account', of_issuer || ' ' || of_subject, 10, interval '15 minutes'),
    identity.count_attempt('sign_in_from', coalesce(context ->> 'ip', ''), 100, interval '15 minutes'));
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
grant execute on function identity.begin_account_sign_in(text, text, jsonb) to platform_writer;
comment on function identity.begin_account_sign_in(text, text, jsonb) is 'Counts an attempt and returns the second factor of the login that an account elsewhere opens; no user: none yet.';

-- Create function "identity.prove_address(uuid)"
create function identity.prove_address(of_user uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.prove_address(uuid) to platform_writer;
comment on function identity.prove_address(uuid) is 'The address of a login is its owner''s: the login is active, and of somebody outside a contributor''s.';

-- Create function "identity.unlink_account(uuid, uuid, jsonb)"
create function identity.unlink_account(account uuid, contact uuid, context jsonb)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.unlink_account(uuid, uuid, jsonb) to platform_writer;
comment on function identity.unlink_account(uuid, uuid, jsonb) is 'An account elsewhere opens the login of a contact no more; false: it never did.';

-- Create function "identity.use_code(uuid, bigint, bytea)"
create function identity.use_code(of_user uuid, totp_step bigint, recovery_hash bytea)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.use_code(uuid, bigint, bytea) to platform_writer;
comment on function identity.use_code(uuid, bigint, bytea) is 'Uses the code of a second factor up, if there is one; false: it was used before.';

-- Replace function "identity.finish_sign_in(uuid, text, text, bigint, bytea, uuid, bytea, jsonb)"
create or replace function identity.finish_sign_in(of_user uuid, of_email text, rehash text, totp_step bigint, recovery_hash bytea, new_session uuid, new_hash bytea, context jsonb)
 returns table(contact_id uuid, family_id uuid, expires_at timestamp with time zone, claims jsonb)
 language plpgsql
 set search_path to ''
as $function$
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
$function$;

-- Create function "identity.use_nonce(text, bytea, timestamp with time zone)"
create function identity.use_nonce(of_issuer text, nonce_hash bytea, ends_at timestamp with time zone)
 returns boolean
 language plpgsql
 set search_path to ''
as $function$
begin
  -- One token works once, also for two who send it at the same time: the second finds the row of the first.
  insert into identity.verification_tokens (identifier, purpose, token_hash, expires_at, used_at)
  values (of_issuer, 'login', nonce_hash, greatest(ends_at, now() + interval '1 second'), now())
  on conflict (token_hash) do nothing;
  return found;
end
$function$;
grant execute on function identity.use_nonce(text, bytea, timestamp with time zone) to platform_writer;
comment on function identity.use_nonce(text, bytea, timestamp with time zone) is 'Uses the nonce of an id token up; false: it was used before.';

-- Create function "identity.link_account(uuid, text, text, text, bytea, timestamp with time zone, jsonb)"
create function identity.link_account(contact uuid, of_issuer text, of_subject text, of_email text, nonce_hash bytea, nonce_ends timestamp with time zone, context jsonb)
 returns table(outcome text, account_id uuid)
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.link_account(uuid, text, text, text, bytea, timestamp with time zone, jsonb) to platform_writer;
comment on function identity.link_account(uuid, text, text, text, bytea, timestamp with time zone, jsonb) is 'Has an account elsewhere open the login of a contact who proved it; outcome: linked, ended, other_address, replayed or taken.';

-- Create table "identity.invitations"
create table identity.invitations (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  invited_by uuid not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint invitations_pkey primary key (id),
  constraint invitations_user_id_key unique (user_id),
  constraint invitations_invited_by_fkey foreign key (invited_by) references party.contacts(id) on delete restrict,
  constraint invitations_revoked_by_fkey foreign key (revoked_by) references party.contacts(id) on delete restrict,
  constraint invitations_user_id_fkey foreign key (user_id) references identity.users(id) on delete cascade,
  constraint invitations_accepted_order check (((accepted_at >= created_at) and (accepted_at <= expires_at))),
  constraint invitations_ended_once check ((num_nonnulls(accepted_at, revoked_at) <= 1)),
  constraint invitations_expires_order check ((expires_at > created_at)),
  constraint invitations_revoked_whole check (((revoked_by is null) or (revoked_at is not null)))
);
comment on table identity.invitations is 'Logins that staff made for an address: its roles are granted, and nobody signs in until its owner accepts.';
comment on column identity.invitations.id is 'Identity.';
comment on column identity.invitations.user_id is 'The login, which has the address; one invitation each.';
comment on column identity.invitations.invited_by is 'Who invites, and granted the roles.';
comment on column identity.invitations.expires_at is 'When it ends by itself.';
comment on column identity.invitations.accepted_at is 'When its owner set a password, not after it ended; null: not. Set once.';
comment on column identity.invitations.revoked_at is 'When it was taken back; null: not. Set once.';
comment on column identity.invitations.revoked_by is 'Who took it back; null: it was not.';
comment on column identity.invitations.created_at is 'When the row was written.';
comment on column identity.invitations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.invitations.updated_at is 'When it last changed; set by trigger.';
comment on column identity.invitations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.invitations.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "identity.invitations_created_at_idx"
create index invitations_created_at_idx on identity.invitations using btree (created_at desc, id desc);

-- Create index "identity.invitations_invited_by_idx"
create index invitations_invited_by_idx on identity.invitations using btree (invited_by);

-- Create index "identity.invitations_revoked_by_idx"
create index invitations_revoked_by_idx on identity.invitations using btree (revoked_by);

-- Create trigger "keep_once_set" of table "identity.invitations"
create trigger keep_once_set before update on identity.invitations for each row execute function platform.keep_once_set('accepted_at', 'revoked_at', 'revoked_by', 'user_id', 'invited_by', 'expires_at', 'created_at');

-- Create trigger "record_change" of table "identity.invitations"
create trigger record_change after insert or delete or update on identity.invitations for each row when ((session_user <> 'platform_migrator'::name)) execute function audit.record_change('invitation');

-- Create trigger "touch" of table "identity.invitations"
create trigger touch before update on identity.invitations for each row execute function platform.touch();

-- Create function "identity.awaits_invitation(uuid)"
create function identity.awaits_invitation(of_user uuid)
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  select exists (select 1 from identity.invitations i where i.user_id = of_user and i.accepted_at is null)
$function$;
grant execute on function identity.awaits_invitation(uuid) to platform_reader, platform_writer;
comment on function identity.awaits_invitation(uuid) is 'Whether staff invited this login and its owner has not accepted: no other link opens it, even when it has ended.';

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
    identity.count_attempt('mail', lower(of_email), 5, interval '1 hour'),
    identity.count_attempt('mail_from', coalesce(context ->> 'ip', ''), 30, interval '1 hour'));
  if wait > 0 then
    return wait;
  end if;
  select u.id into known from identity.users u
  where lower(u.email) = lower(of_email) and u.deleted_at is null
    and (u.status = 'active' or (u.status = 'invited' and not identity.awaits_invitation(u.id)));
  -- The same rows are written for an address that nobody has: it takes as long, and no mail follows.
  insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
  values (new_token, of_email, 'reset_password', new_token_hash, known, now() + interval '1 hour');
  perform identity.request_mail('reset_password', 'verification_token', new_token);
  perform audit.note('auth.password_reset_requested', 'other',
    case when known is not null then 'user' end, known, null, null, null, context);
  return 0;
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
begin
  -- The row of the first count is locked until the end: two sign-ups of one address come one after the other.
  wait := greatest(
    identity.count_attempt('mail', lower(new_email), 5, interval '1 hour'),
    identity.count_attempt('sign_up_from', coalesce(context ->> 'ip', ''), 30, interval '1 hour'));
  if wait > 0 then
    return wait;
  end if;
  select * into known from identity.users where lower(email) = lower(new_email) and deleted_at is null;
  if known.id is null then
    insert into party.contacts (id, email, first_name, last_name, language, source)
    values (new_contact, new_email, new_first, new_last, new_language, 'sign-up');
    insert into identity.users (id, contact_id, email, user_type, language)
    values (new_user, new_contact, new_email, 'external', new_language)
    returning * into known;
  end if;
  if known.status = 'invited' and identity.awaits_invitation(known.id) then
    -- Staff invited this address: only that link opens it. The same rows are written, and no mail follows.
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, expires_at, password_hash)
    values (new_token, known.email, 'verify_email', new_token_hash, now() + interval '24 hours', new_password_hash);
    perform identity.request_mail('verify_email', 'verification_token', new_token);
  elsif known.status = 'invited' then
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at, password_hash)
    values (new_token, known.email, 'verify_email', new_token_hash, known.id, now() + interval '24 hours',
      new_password_hash);
    perform identity.request_mail('verify_email', 'verification_token', new_token);
  else
    -- Whoever owns the mailbox learns that there is an account; whoever asked does not.
    insert into identity.verification_tokens (id, identifier, purpose, token_hash, user_id, expires_at)
    values (new_token, known.email, 'reset_password', new_token_hash, known.id, now() + interval '1 hour');
    perform identity.request_mail('already_registered', 'verification_token', new_token);
  end if;
  perform audit.note('auth.sign_up', 'other', 'user', known.id, null, null, null, context);
  return 0;
end
$function$;

-- Create function "identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid)"
create function identity.invite(new_invitation uuid, new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text, new_type text, wanted jsonb, new_token uuid, new_token_hash bytea, inviter uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  known identity.users;
  ends timestamptz := now() + interval '7 days';
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
  insert into party.contacts (id, email, first_name, last_name, language, source, created_by, updated_by)
  values (new_contact, new_email, new_first, new_last, new_language, 'invitation', inviter, inviter);
  insert into identity.users (id, contact_id, email, user_type, internal_role, language, created_by, updated_by)
  values (new_user, new_contact, new_email, new_type,
    case when new_type = 'internal' then
      case when wanted @> '[{"role": "admin", "scope_type": "global"}]' then 'admin' else 'employee' end end,
    new_language, inviter, inviter);
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
grant execute on function identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid) to platform_writer;
comment on function identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid) is 'Makes a contact, an invited login and its roles, and has a link mailed; breaks users_email_key and what a grant breaks.';

-- Replace function "identity.use_link(text, bytea, jsonb)"
create or replace function identity.use_link(wanted_purpose text, used_hash bytea, context jsonb)
 returns table(retry_after integer, user_id uuid, password_hash text)
 language plpgsql
 set search_path to ''
as $function$
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
$function$;

-- Create function "identity.accept_invitation(bytea, text, jsonb)"
create function identity.accept_invitation(used_hash bytea, new_password_hash text, context jsonb)
 returns table(retry_after integer, accepted boolean)
 language plpgsql
 set search_path to ''
as $function$
declare
  link record;
begin
  select * into link from identity.use_link('invite', used_hash, context);
  if link.user_id is not null then
    perform identity.set_password(link.user_id, new_password_hash);
    update identity.invitations i set accepted_at = now() where i.user_id = link.user_id and i.accepted_at is null;
    perform audit.note('auth.invitation_accepted', 'other', 'user', u.id, u.contact_id, u.id, null, context)
    from identity.users u where u.id = link.user_id;
  end if;
  return query select link.retry_after, link.user_id is not null;
end
$function$;
grant execute on function identity.accept_invitation(bytea, text, jsonb) to platform_writer;
comment on function identity.accept_invitation(bytea, text, jsonb) is 'Opens an invited login by its mailed link: the address is proven, and the password counts.';

-- Create function "identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb)"
create function identity.open_login_of(of_issuer text, of_subject text, of_email text, new_first text, new_last text, new_language text, new_contact uuid, new_user uuid, context jsonb)
 returns table(outcome text, user_id uuid)
 language plpgsql
 set search_path to ''
as $function$
declare
  login identity.users;
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
    values (new_contact, of_email, new_first, new_last, new_language, 'sign-in elsewhere');
    insert into identity.users (id, contact_id, email, user_type, language)
    values (new_user, new_contact, of_email, 'external', new_language)
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
grant execute on function identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb) to platform_writer;
comment on function identity.open_login_of(text, text, text, text, text, text, uuid, uuid, jsonb) is 'Makes the login of an account elsewhere that opens none; outcome: opened, unproven (no proven address) or link_needed (the address has a login).';

-- Create function "identity.finish_account_sign_in(text, text, text, text, text, text, bytea, timestamp with time zone, bigint, bytea, uuid, uuid, uuid, bytea, jsonb)"
create function identity.finish_account_sign_in(of_issuer text, of_subject text, of_email text, new_first text, new_last text, new_language text, nonce_hash bytea, nonce_ends timestamp with time zone, totp_step bigint, recovery_hash bytea, new_contact uuid, new_user uuid, new_session uuid, new_hash bytea, context jsonb)
 returns table(outcome text, contact_id uuid, family_id uuid, expires_at timestamp with time zone, claims jsonb)
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
grant execute on function identity.finish_account_sign_in(text, text, text, text, text, text, bytea, timestamp with time zone, bigint, bytea, uuid, uuid, uuid, bytea, jsonb) to platform_writer;
comment on function identity.finish_account_sign_in(text, text, text, text, text, text, bytea, timestamp with time zone, bigint, bytea, uuid, uuid, uuid, bytea, jsonb) is 'Opens a session for a genuine id token; outcome: opened, replayed, ended, code_needed, code_used, unproven or link_needed.';

-- Create function "identity.revoke_invitation(uuid, uuid)"
create function identity.revoke_invitation(invitation uuid, actor uuid)
 returns table(accepted boolean)
 language plpgsql
 set search_path to ''
as $function$
declare
  met identity.invitations;
begin
  -- The link first, as whoever accepts does: one of the two comes second and sees what the other did.
  update identity.verification_tokens t set revoked_at = now()
  from identity.invitations i
  where i.id = invitation and t.user_id = i.user_id and t.purpose = 'invite' and t.used_at is null and t.revoked_at is null
    and (i.invited_by = actor or identity.holds(actor, 'users.write', 'global', null));
  select * into met from identity.invitations i
  where i.id = invitation and (i.invited_by = actor or identity.holds(actor, 'users.write', 'global', null))
  for update;
  if met.id is null then
    return;
  end if;
  if met.accepted_at is null and met.revoked_at is null then
    update identity.invitations i set revoked_at = now(), revoked_by = actor, updated_by = actor where i.id = met.id;
    update identity.user_roles g set revoked_at = now(), revoked_by = actor, updated_by = actor
    from identity.users u
    where u.id = met.user_id and g.contact_id = u.contact_id and g.revoked_at is null;
    update identity.users u set status = 'deleted', deleted_at = now(), updated_by = actor
    where u.id = met.user_id and u.status = 'invited';
  end if;
  return query select met.accepted_at is not null;
end
$function$;
grant execute on function identity.revoke_invitation(uuid, uuid) to platform_writer;
comment on function identity.revoke_invitation(uuid, uuid) is 'Takes an invitation back, with its roles and its login; no row: the actor neither invited nor may change all logins.';

-- Add column "revoked_at" of table "identity.accounts"
alter table identity.accounts add column revoked_at timestamp with time zone;
comment on column identity.accounts.revoked_at is 'When it stopped opening the login; null: it opens it.';

-- Create constraint "accounts_provider_length" of table "identity.accounts"
alter table identity.accounts add constraint accounts_provider_length check (((length(provider) >= 1) and (length(provider) <= 254)));
