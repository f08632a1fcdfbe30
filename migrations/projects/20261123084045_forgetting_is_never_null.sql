-- Replace function "projects.is_forgetting()"
create or replace function projects.is_forgetting()
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  -- Never null: a trigger whose condition is null does not fire.
  select current_user = 'projects_owner' and coalesce(current_setting('aruuri.forgetting', true), '') = 'on'
$function$;
