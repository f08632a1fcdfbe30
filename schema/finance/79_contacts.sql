-- finance: what follows here when the platform merges or erases a contact.

-- Whoever links a contributor with a contact waits for an erasure that is being taken, and it for them: take_contact locks
-- against this lock. Taken before any row is locked, so that neither waits for the other.
create function giving.hold_contacts() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  lock table finance.ref_contacts in row exclusive mode;
  return null;
end
$$;
comment on function giving.hold_contacts() is
  'Before a statement links contributors with contacts: what is told of contacts at the same time is seen.';
create trigger hold_contacts before insert or update of contact_ref on giving.contributors
  for each statement execute function giving.hold_contacts();

create function giving.refuse_erased_contact() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (
    with recursive up (id) as (
      select new.contact_ref
      union
      select r.merged_into_ref from finance.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select from up join finance.ref_contacts r on r.id = up.id and r.status = 'erased'
  ) then
    raise exception 'contact % was erased', new.contact_ref
      using errcode = '23514', constraint = 'contributors_contact_ref_erased', schema = 'giving', table = 'contributors';
  end if;
  return new;
end
$$;
comment on function giving.refuse_erased_contact() is
  'Before insert or update: nobody stands for a contact that was erased, or became one that was; breaks contributors_contact_ref_erased.';
create trigger refuse_erased_contact before insert or update of contact_ref on giving.contributors
  for each row when (new.contact_ref is not null) execute function giving.refuse_erased_contact();

-- Definer: contributors are blanked in tables that hold what no application role may rewrite.
create function giving.forget_contact(p_contact uuid) returns bigint
  language plpgsql security definer
  set search_path = ''
as $$
declare
  v_contributor record;
  v_forgotten bigint := 0;
begin
  -- Who was merged into somebody who was erased is erased, in whatever order both were told.
  for v_contributor in
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from finance.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    ), gone as (
      select u.id from up u join finance.ref_contacts r on r.id = u.id and r.status = 'erased'
    ), down (id) as (
      select id from gone
      union
      select r.id from finance.ref_contacts r join down on r.merged_into_ref = down.id
    )
    select c.id, c.type, c.version from giving.contributors c join down on c.contact_ref = down.id
    order by c.id
    for no key update of c
  loop
    if v_contributor.type = 'individual' then
      perform giftaid.erase_contributor(v_contributor.id, v_contributor.version, null);
    else
      -- An organisation stays; it loses the person who spoke for it.
      update giving.contributors set contact_ref = null, email = null, updated_by = null where id = v_contributor.id;
      perform finance.forget_answers(v_contributor.id);
      perform finance.redact_audit(null, '{contributor}', array[v_contributor.id]);
    end if;
    v_forgotten := v_forgotten + 1;
  end loop;
  return v_forgotten;
end
$$;
comment on function giving.forget_contact(uuid) is
  'If a contact, or one that it was merged into, was erased: blanks the contributors that stand for it, and for those merged into it; how many.';

create function giving.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
  returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
declare
  v_fresh bigint;
begin
  insert into finance.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  get diagnostics v_fresh = row_count;
  if v_fresh = 0 then
    return false;
  end if;
  lock table finance.ref_contacts in share row exclusive mode;
  insert into finance.ref_contacts as c (id, version, label, status, merged_into_ref)
  values (p_contact, (p_fact ->> 'version')::integer,
    jsonb_build_object('de', '(ohne Namen)', 'en', '(no name)'), p_status, (p_fact ->> 'merged_into')::uuid)
  on conflict (id) do update
  set version = excluded.version,
      label = case excluded.status when 'erased' then excluded.label else c.label end,
      status = excluded.status,
      merged_into_ref = excluded.merged_into_ref;
  perform giving.forget_contact(p_contact);
  return true;
end
$$;
comment on function giving.take_contact(text, uuid, uuid, jsonb, text) is
  'Keeps that a contact was merged or erased, once for each message, and forgets who has to be; false: it was taken before.';
grant execute on function giving.take_contact(text, uuid, uuid, jsonb, text) to finance_writer;
