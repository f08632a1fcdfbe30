-- What a new database of a domain needs before its first migration. Repeatable; run inside that database, with
--   set aruuri.domain = 'finance';
-- Grants on schemas and tables come with the migrations.
do $database$
declare
  domain text := current_setting('aruuri.domain');
begin
  execute 'revoke all on schema public from public';
  -- Only the form without a schema takes away what public has by default.
  execute format('alter default privileges for role %I revoke execute on functions from public', domain || '_owner');
end
$database$;
