-- Replace function "identity.end_sessions_of(uuid, uuid, uuid, text, jsonb)"
create or replace function identity.end_sessions_of(contact uuid, only_family uuid, but_family uuid, why text, context jsonb)
 returns integer
 language plpgsql
 set search_path to ''
as $function$
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
    if found then
      perform audit.note('auth.account_unlinked', 'other', 'user', login.id, login.contact_id, login.id, null, context);
    end if;
    perform identity.forget_attempts('sign_in', lower(login.email));
    perform identity.request_mail('password_changed', 'user', login.id);
    perform audit.note('auth.password_reset', 'other', 'user', login.id, login.contact_id, login.id, null, context);
  end if;
  return query select link.retry_after, link.user_id is not null;
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
$function$;

-- Comments and privileges of table "audit.audit_logs"
comment on column audit.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';
