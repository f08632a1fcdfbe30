-- Replace function "party.is_forgetting()"
create or replace function party.is_forgetting()
 returns boolean
 language sql
 stable
 set search_path to ''
as $function$
  -- Never null: a trigger whose condition is null does not fire.
  select current_user = 'platform_owner' and coalesce(current_setting('aruuri.forgetting', true), '') = 'on'
$function$;
