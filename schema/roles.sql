-- Roles of one domain. Repeatable; run once per domain and cluster by whoever may create roles (a superuser, or a login
-- with createrole and createdb, as managed PostgreSQL gives one), with
--   set aruuri.domain = 'finance';
--   set aruuri.migrator_password = '…';   and app_, read_, audit_ and studio_password; unset leaves a password as it is
--
-- <d>_owner     owns schema and objects; nobody logs in as it
-- <d>_writer    may select, insert and update what migrations grant it
-- <d>_reader    may select
-- <d>_migrator  direct URL: acts as the owner
-- <d>_app       pooled URL: what functions write with
-- <d>_read      replica URL: what functions read with
-- <d>_audit     reads the audit log, and in finance the books
-- <d>_studio    reads everything but secrets: what a person looks at data with
do $roles$
declare
  domain text := current_setting('aruuri.domain');
  owner  text := domain || '_owner';
  login  record;
  secret text;
  entry  record;
begin
  if domain not in ('platform', 'projects', 'finance', 'content') then
    raise exception 'unknown domain %', domain;
  end if;

  for entry in select domain || suffix as role from unnest(array['_owner', '_writer', '_reader']) as suffix loop
    if not exists (select from pg_catalog.pg_roles where rolname = entry.role) then
      execute format('create role %I nologin', entry.role);
    end if;
  end loop;

  -- Only a superuser makes databases and default privileges for a role it is not a member of. Since PostgreSQL 16 the
  -- creator of a role may administer it, but neither is nor inherits it until it grants it to itself; before 16 not
  -- even that. Repeating the grant is harmless.
  if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    execute format('grant %I to current_user', owner);
  end if;

  for login in
    select domain || suffix as role, domain || parent as parent, variable
    from (values
      ('_migrator', '_owner', 'aruuri.migrator_password'),
      ('_app', '_writer', 'aruuri.app_password'),
      ('_read', '_reader', 'aruuri.read_password'),
      ('_audit', null, 'aruuri.audit_password'),
      ('_studio', null, 'aruuri.studio_password')
    ) as logins (suffix, parent, variable)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = login.role) then
      execute format('create role %I login', login.role);
    end if;
    if not pg_has_role(login.role, login.parent, 'member') then
      execute format('grant %I to %I', login.parent, login.role);
    end if;
    secret := nullif(current_setting(login.variable, true), '');
    if secret is not null then
      execute format('alter role %I password %L', login.role, secret);
    end if;
  end loop;

  -- Default privileges apply to what the owner makes, so a migration must be the owner.
  execute format('alter role %I set role = %L', domain || '_migrator', owner);

  for entry in
    select domain || suffix as role, name, setting
    from (values
      ('_migrator', 'statement_timeout', '15min'),
      ('_migrator', 'lock_timeout', '30s'),
      ('_migrator', 'idle_in_transaction_session_timeout', '5min'),
      ('_app', 'statement_timeout', '5s'),
      ('_app', 'lock_timeout', '2s'),
      ('_app', 'idle_in_transaction_session_timeout', '10s'),
      ('_read', 'statement_timeout', '5s'),
      ('_read', 'lock_timeout', '2s'),
      ('_read', 'idle_in_transaction_session_timeout', '10s'),
      ('_audit', 'statement_timeout', '1min'),
      ('_audit', 'lock_timeout', '2s'),
      ('_audit', 'idle_in_transaction_session_timeout', '10s'),
      ('_studio', 'statement_timeout', '15s'),
      ('_studio', 'lock_timeout', '2s'),
      ('_studio', 'idle_in_transaction_session_timeout', '10s'),
      -- A hint that gives a better error; the guard is that these roles are granted nothing but select.
      ('_read', 'default_transaction_read_only', 'on'),
      ('_audit', 'default_transaction_read_only', 'on'),
      ('_studio', 'default_transaction_read_only', 'on')
    ) as settings (suffix, name, setting)
  loop
    execute format('alter role %I set %I = %L', entry.role, entry.name, entry.setting);
  end loop;
end
$roles$;
