-- platform: roles and permissions as data, and who holds which role where.

create table identity.permissions (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint permissions_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  description platform.localized_text not null
    constraint permissions_description_length check (
      length(description ->> 'de') <= 500
      and length(description ->> 'en') <= 500
    ),
  is_sensitive boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint permissions_pkey primary key (id),
  constraint permissions_code_key unique (code)
);
comment on table identity.permissions is 'What can be allowed; the rows ride in migrations.';
comment on column identity.permissions.id is 'Identity.';
comment on column identity.permissions.code is 'Name, dotted: resource and verb, e.g. contacts.read; unique.';
comment on column identity.permissions.description is 'What it allows; at most 500 characters per language.';
comment on column identity.permissions.is_sensitive is 'True: its use is written to the audit log even for reading.';
comment on column identity.permissions.created_at is 'When the row was written.';
comment on column identity.permissions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.permissions.updated_at is 'When it last changed; set by trigger.';
comment on column identity.permissions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.permissions.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger touch before update on identity.permissions for each row execute function platform.touch();

create table identity.roles (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint roles_code_shape check (code ~ '^[a-z][a-z0-9_]*$' and length(code) <= 60),
  name platform.localized_text not null
    constraint roles_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text not null
    constraint roles_description_length check (
      length(description ->> 'de') <= 500
      and length(description ->> 'en') <= 500
    ),
  audience text not null
    constraint roles_audience_known check (audience in ('internal', 'external', 'any')),
  scope_types text[] not null
    constraint roles_scope_types_known check (
      scope_types <@ array['global', 'department', 'project', 'building', 'partner']
      and cardinality(scope_types) > 0
    ),
  is_system boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint roles_pkey primary key (id)
);
comment on table identity.roles is 'Bundles of permissions; the rows of the system ride in migrations.';
comment on column identity.roles.id is 'Identity.';
comment on column identity.roles.code is 'Name; unique among live rows; what tokens carry.';
comment on column identity.roles.name is 'Name for people; at most 120 characters per language.';
comment on column identity.roles.description is 'Who should have it; at most 500 characters per language.';
comment on column identity.roles.audience is 'Whom it may be granted to.';
comment on column identity.roles.scope_types is 'Where it may be granted.';
comment on column identity.roles.is_system is 'True: written by a migration; its code never changes.';
comment on column identity.roles.created_at is 'When the row was written.';
comment on column identity.roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.roles.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column identity.roles.deleted_at is 'When it was deleted; null: live.';

create unique index roles_code_key on identity.roles (code) where deleted_at is null;
create index roles_created_at_idx on identity.roles (created_at desc, id desc);

create trigger touch before update on identity.roles for each row execute function platform.touch();

create function identity.check_role_code() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if old.is_system and (new.code <> old.code or not new.is_system or new.deleted_at is not null) then
    raise exception 'role % belongs to the system', old.code
      using errcode = '23514', constraint = 'roles_system_kept', schema = 'identity', table = 'roles';
  end if;
  return new;
end
$$;
comment on function identity.check_role_code() is
  'Before update: a role of the system keeps its code and stays; breaks roles_system_kept.';

create trigger check_code before update on identity.roles for each row execute function identity.check_role_code();

create table identity.role_permissions (
  id uuid not null default gen_random_uuid(),
  role_id uuid not null,
  permission_id uuid not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint role_permissions_pkey primary key (id),
  constraint role_permissions_role_id_fkey foreign key (role_id) references identity.roles (id) on delete cascade,
  constraint role_permissions_permission_id_fkey foreign key (permission_id)
    references identity.permissions (id) on delete restrict
);
comment on table identity.role_permissions is 'Which permissions a role bundles.';
comment on column identity.role_permissions.id is 'Identity.';
comment on column identity.role_permissions.role_id is 'The role.';
comment on column identity.role_permissions.permission_id is 'The permission.';
comment on column identity.role_permissions.revoked_at is 'When it was taken out of the role; null: it is in it.';
comment on column identity.role_permissions.created_at is 'When the row was written.';
comment on column identity.role_permissions.created_by is 'Contact who wrote it (platform); null: the system.';

create unique index role_permissions_role_id_permission_id_key on identity.role_permissions (role_id, permission_id)
  where revoked_at is null;
create index role_permissions_role_id_idx on identity.role_permissions (role_id);
create index role_permissions_permission_id_idx on identity.role_permissions (permission_id);

create table identity.user_roles (
  id uuid not null default gen_random_uuid(),
  contact_id uuid not null,
  role_id uuid not null,
  scope_type text not null
    constraint user_roles_scope_type_known check (
      scope_type in ('global', 'department', 'project', 'building', 'partner')
    ),
  scope_id uuid,
  valid_from date not null default current_date,
  valid_to date
    constraint user_roles_valid_order check (valid_to > valid_from),
  granted_by uuid
    constraint user_roles_granted_by_other check (granted_by <> contact_id),
  revoked_at timestamptz,
  revoked_by uuid,
  reason text
    constraint user_roles_reason_length check (length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint user_roles_pkey primary key (id),
  constraint user_roles_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint user_roles_role_id_fkey foreign key (role_id) references identity.roles (id) on delete restrict,
  constraint user_roles_granted_by_fkey foreign key (granted_by) references party.contacts (id) on delete restrict,
  constraint user_roles_revoked_by_fkey foreign key (revoked_by) references party.contacts (id) on delete restrict,
  constraint user_roles_scope_whole check ((scope_type = 'global') = (scope_id is null)),
  constraint user_roles_revoked_whole check (revoked_by is null or revoked_at is not null),
  constraint user_roles_no_overlap exclude using gist (
      contact_id with =, role_id with =, scope_type with =,
      coalesce(scope_id, '00000000-0000-0000-0000-000000000000'::uuid) with =, daterange(valid_from, valid_to) with &&
    ) where (revoked_at is null)
);
comment on table identity.user_roles is 'Who holds which role, where and when. Never granted to oneself.';
comment on column identity.user_roles.id is 'Identity.';
comment on column identity.user_roles.contact_id is 'Who holds the role.';
comment on column identity.user_roles.role_id is 'The role.';
comment on column identity.user_roles.scope_type is 'Where it holds.';
comment on column identity.user_roles.scope_id is
  'Department (here), or project, building or partner (projects) it holds in; null: global.';
comment on column identity.user_roles.valid_from is 'First day.';
comment on column identity.user_roles.valid_to is 'Day after the last; null: until further notice.';
comment on column identity.user_roles.granted_by is 'Who granted it, never the holder; null: the system.';
comment on column identity.user_roles.revoked_at is 'When it was taken away before its end; null: not. Set once.';
comment on column identity.user_roles.revoked_by is 'Who took it away; null: the system, or it was not.';
comment on column identity.user_roles.reason is 'Why it was granted; null: not said.';
comment on column identity.user_roles.created_at is 'When the row was written.';
comment on column identity.user_roles.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.user_roles.updated_at is 'When it last changed; set by trigger.';
comment on column identity.user_roles.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.user_roles.version is 'Counts changes from 1; set by trigger; the ETag.';

create index user_roles_contact_id_idx on identity.user_roles (contact_id);
create index user_roles_scope_type_scope_id_idx on identity.user_roles (scope_type, scope_id)
  where scope_id is not null;
create index user_roles_role_id_idx on identity.user_roles (role_id);
create index user_roles_granted_by_idx on identity.user_roles (granted_by);
create index user_roles_revoked_by_idx on identity.user_roles (revoked_by);
create index user_roles_created_at_idx on identity.user_roles (created_at desc, id desc);

create trigger keep_once_set before update on identity.user_roles
  for each row execute function platform.keep_once_set('revoked_at', 'revoked_by', 'contact_id', 'role_id', 'scope_type', 'scope_id', 'granted_by');

create trigger touch before update on identity.user_roles for each row execute function platform.touch();

create function identity.held_in_departments() returns text[]
  language sql immutable
  set search_path = ''
as $$
  select array['audit.read', 'contacts.erase', 'contacts.export', 'contacts.merge', 'contacts.read', 'contacts.write',
    'leads.write', 'roles.grant', 'tokens.write', 'users.read']
$$;
comment on function identity.held_in_departments() is
  'Permissions that a grant in a department gives: what they open asks in which one. Any other is given by a grant everywhere only.';
grant execute on function identity.held_in_departments() to platform_writer, platform_reader;

-- Plain SQL would be inlined; a migration could then replace it before what it calls is there.
create function identity.permissions_of(contact uuid, on_day date default current_date)
  returns table (permission text, scope_type text, scope_id uuid)
  language plpgsql stable
  set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select distinct p.code, g.scope_type, g.scope_id
  from identity.user_roles g
  join identity.roles r on r.id = g.role_id and r.deleted_at is null
  join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
  join identity.permissions p on p.id = b.permission_id
  where g.contact_id = contact and g.revoked_at is null
    and g.valid_from <= on_day and (g.valid_to is null or g.valid_to > on_day)
    and (g.scope_type <> 'department' or p.code = any (identity.held_in_departments()) and exists (
      select from party.departments d where d.id = g.scope_id and d.status = 'active' and d.deleted_at is null));
end
$$;
comment on function identity.permissions_of(uuid, date) is
  'What a contact may do on a day, and where; in a department only what is held in departments, and nothing in one that is not active.';
grant execute on function identity.permissions_of(uuid, date) to platform_writer, platform_reader;

create function identity.holds(contact uuid, permission text, scope text, scope_id uuid) returns boolean
  language sql stable
  set search_path = ''
as $$
  select exists (
    select 1 from identity.permissions_of($1) p
    where p.permission = $2 and (p.scope_type = 'global' or (p.scope_type = $3 and p.scope_id = $4)))
$$;
comment on function identity.holds(uuid, text, text, uuid) is 'Whether a contact may do that today, everywhere or in one place.';
grant execute on function identity.holds(uuid, text, text, uuid) to platform_writer, platform_reader;

create function identity.check_role_grant() returns trigger
  language plpgsql
  set search_path = ''
as $$
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
      and (new.scope_type <> 'department' or p.code = any (identity.held_in_departments()))
  ) as needed
  where not identity.holds(new.granted_by, needed.code, new.scope_type, new.scope_id);
  if new.granted_by <> new.contact_id and excess is not null then
    raise exception 'whoever grants role % must hold there: %', granted.code, array_to_string(excess, ', ')
      using errcode = '23514', constraint = 'user_roles_escalation', schema = 'identity', table = 'user_roles';
  end if;
  return new;
end
$$;
comment on function identity.check_role_grant() is
  'Before insert: the role is live, fits the scope and the person, its department is live, and it gives no more than who grants it holds; breaks user_roles_role_id_fkey, _scope_allowed, _department_known, _audience or _escalation.';

create trigger check_grant before insert on identity.user_roles
  for each row execute function identity.check_role_grant();

create function identity.check_token_scopes() returns trigger
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function identity.check_token_scopes() is
  'Before insert: a token carries permissions of its owner only, who has no more of them than tokens.per_owner; breaks api_tokens_scopes_held or api_tokens_per_owner.';

create trigger check_scopes before insert on identity.api_tokens
  for each row execute function identity.check_token_scopes();
