-- platform: what other domains are told about a contact: that it was merged or erased, never who it is.

create function party.tell_contact() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into platform.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values (
    case when new.erased_at is not null then 'platform.contact.erased.v1' else 'platform.contact.merged.v1' end,
    'contact', new.id, jsonb_build_object('version', new.version, 'merged_into', new.merged_into_id));
  return null;
end
$$;
comment on function party.tell_contact() is 'After a contact was merged or erased: an event, with ids only.';

create trigger tell_end after update on party.contacts
  for each row when (
    (old.merged_into_id, old.erased_at) is distinct from (new.merged_into_id, new.erased_at)
    and session_user <> 'platform_migrator')
  execute function party.tell_contact();
