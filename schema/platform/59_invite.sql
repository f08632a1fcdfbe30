-- platform: inviting somebody to a login, and accepting that.

create function identity.invite(
  new_invitation uuid, new_contact uuid, new_user uuid, new_email text, new_first text, new_last text, new_language text,
  new_type text, wanted jsonb, new_token uuid, new_token_hash bytea, inviter uuid
) returns void
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid) is
  'Makes a contact, an invited login and its roles, and has a link mailed; breaks users_email_key and what a grant breaks.';
grant execute on function identity.invite(uuid, uuid, uuid, text, text, text, text, text, jsonb, uuid, bytea, uuid)
  to platform_writer;

create function identity.accept_invitation(used_hash bytea, new_password_hash text, context jsonb)
  returns table (retry_after integer, accepted boolean)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.accept_invitation(bytea, text, jsonb) is
  'Opens an invited login by its mailed link: the address is proven, and the password counts.';
grant execute on function identity.accept_invitation(bytea, text, jsonb) to platform_writer;

create function identity.revoke_invitation(invitation uuid, actor uuid) returns table (accepted boolean)
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.revoke_invitation(uuid, uuid) is
  'Takes an invitation back, with its roles and its login; no row: the actor neither invited nor may change all logins.';
grant execute on function identity.revoke_invitation(uuid, uuid) to platform_writer;
