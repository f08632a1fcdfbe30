-- projects: what other domains are told about a project.

create function community.tell_project() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into projects.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('projects.project.changed.v1', 'project', new.id, jsonb_build_object(
    'version', new.version, 'name', new.name, 'slug', new.slug, 'status', new.status,
    'target_minor', case when new.currency is not null then new.target_minor end,
    'target_currency', case when new.target_minor is not null then new.currency end,
    'removed_at', new.deleted_at));
  return null;
end
$$;
comment on function community.tell_project() is
  'After a project is new or has another name, status, target or end: an event with what others show and check.';

create trigger tell_new after insert on community.projects
  for each row when (session_user <> 'projects_migrator')
  execute function community.tell_project();
create trigger tell_change after update on community.projects
  for each row when (
    (old.name is distinct from new.name or old.slug is distinct from new.slug
      or old.status is distinct from new.status or old.target_minor is distinct from new.target_minor
      or old.currency is distinct from new.currency or old.deleted_at is distinct from new.deleted_at)
    and session_user <> 'projects_migrator')
  execute function community.tell_project();
