-- Comments and privileges of function "finance.check_version(text, integer, integer)"
grant execute on function finance.check_version(text, integer, integer) to finance_writer;

-- Comments and privileges of function "finance.today()"
grant execute on function finance.today() to finance_writer;

-- Replace function "giftaid.erase_contributor(uuid, integer, uuid)"
create or replace function giftaid.erase_contributor(p_id uuid, p_version integer, p_actor uuid)
 returns table(found boolean, stale boolean, erased_at timestamp with time zone, kept_lines bigint)
 language plpgsql
 security definer
 set search_path to ''
as $function$
#variable_conflict use_column
declare
  v_row giving.contributors;
  v_contact uuid;
begin
  -- As giving.hold_contacts, before the row.
  lock table finance.ref_contacts in row exclusive mode;
  select * into v_row from giving.contributors where id = p_id for no key update;
  if v_row.id is null then
    return query select false, false, null::timestamptz, 0::bigint;
    return;
  end if;
  if v_row.status <> 'erased' then
    if v_row.version <> p_version then
      return query select true, true, null::timestamptz, 0::bigint;
      return;
    end if;
    v_contact := v_row.contact_ref;
    update giving.contributors
    set status = 'erased', display_name = 'Erased', email = null, contact_ref = null, merged_into_id = null,
      erased_at = now(), updated_by = p_actor
    where id = p_id returning * into v_row;
    update giving.contributor_identities
    set title = null, first_name = null, last_name = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
    update giving.contributor_addresses
    set house = null, street = null, city = null, postcode = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
    -- Nobody is left to collect from; whoever instructs the processor is told.
    with ended as (
      update giving.recurring_mandates
      set status = 'cancelled', cancelled_at = now(), cancel_reason = 'The contributor was erased.', next_on = null,
        updated_by = p_actor
      where contributor_id = p_id and status in ('pending', 'active', 'paused')
      returning id, processor, processor_ref
    )
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    select 'finance.mandate.cancelled.v1', 'mandate', e.id, jsonb_build_object(
      'mandate_id', e.id, 'processor', e.processor, 'mandate_ref', e.processor_ref, 'next_on', null)
    from ended e;
    perform finance.forget_answers(p_id);
    -- After the changes, so that what they noted of the values before goes too.
    perform finance.redact_audit(
      v_contact, '{contributor,contributor_identity,contributor_address}', array[p_id]
        || array(select i.id from giving.contributor_identities i where i.contributor_id = p_id)
        || array(select a.id from giving.contributor_addresses a where a.contributor_id = p_id));
  end if;
  -- Lines as sent, declarations and the books stay: the tax office may ask for them for six years.
  return query select true, false, v_row.erased_at, (
    select count(*) from giftaid.claim_lines l join giving.contributions g on g.id = l.contribution_id
    where g.contributor_id = p_id and l.status not in ('withdrawn', 'rejected'));
end
$function$;

-- Replace function "giving.take_contact(text, uuid, uuid, jsonb, text)"
create or replace function giving.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;

-- Comments and privileges of table "finance.audit_logs"
comment on column finance.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';

-- Create function "giving.hold_contacts()"
create function giving.hold_contacts()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  lock table finance.ref_contacts in row exclusive mode;
  return null;
end
$function$;
comment on function giving.hold_contacts() is 'Before a statement links contributors with contacts: what is told of contacts at the same time is seen.';

-- Create function "giving.refuse_erased_contact()"
create function giving.refuse_erased_contact()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.refuse_erased_contact() is 'Before insert or update: nobody stands for a contact that was erased, or became one that was; breaks contributors_contact_ref_erased.';

-- Create function "giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid)"
create function giving.set_tax_identity(p_contributor_id uuid, p_viewer uuid, p_version integer, p_known jsonb, p_actor uuid)
 returns table(contributor_id uuid, title text, first_name text, last_name text, house text, street text, city text, postcode text, country text, lives_there_from date, updated_at timestamp with time zone, version integer)
 language plpgsql
 set search_path to ''
as $function$
#variable_conflict use_column
declare
  v_type text;
  v_row giving.contributor_identities;
  v_home giving.contributor_addresses;
  v_today date := finance.today();
  v_renamed boolean;
  v_moved boolean;
begin
  -- The lock makes an erasure at the same time wait, and then blank this too; one that came first is seen.
  select c.type into v_type from giving.contributors c
  where c.id = p_contributor_id and c.deleted_at is null and c.status <> 'erased'
    and (p_viewer is null or c.contact_ref = p_viewer)
  for no key update;
  if not found then
    return;
  end if;
  if v_type <> 'individual' then
    raise exception 'contributor % is no person', p_contributor_id
      using errcode = 'P0422', constraint = 'contributor_identities_individual',
            schema = 'giving', table = 'contributor_identities';
  end if;
  select * into v_row from giving.contributor_identities i where i.contributor_id = p_contributor_id;
  perform finance.check_version('contributor_identities_version', coalesce(v_row.version, 0), p_version);
  select * into v_home from giving.contributor_addresses a where a.contributor_id = p_contributor_id and a.valid_to is null;
  v_renamed := v_row.id is null or (v_row.title, v_row.first_name, v_row.last_name)
    is distinct from (p_known ->> 'title', p_known ->> 'first_name', p_known ->> 'last_name');
  v_moved := v_home.id is null or (v_home.house, v_home.street, v_home.city, v_home.postcode, v_home.country)
    is distinct from (p_known ->> 'house', p_known ->> 'street', p_known ->> 'city', p_known ->> 'postcode', p_known ->> 'country');
  if v_moved then
    update giving.contributor_addresses a set valid_to = greatest(a.valid_from, v_today), updated_by = p_actor
    where a.id = v_home.id;
    insert into giving.contributor_addresses (
      contributor_id, house, street, city, postcode, country, overseas, valid_from, created_by, updated_by)
    values (
      p_contributor_id, p_known ->> 'house', p_known ->> 'street', p_known ->> 'city', p_known ->> 'postcode',
      p_known ->> 'country', p_known ->> 'postcode' is null, greatest(v_home.valid_from, v_today), p_actor, p_actor)
    returning * into v_home;
  end if;
  -- A move counts as a change of the whole, whose version it is.
  if v_renamed or v_moved then
    insert into giving.contributor_identities as i (contributor_id, title, first_name, last_name, created_by, updated_by)
    values (
      p_contributor_id, p_known ->> 'title', p_known ->> 'first_name', p_known ->> 'last_name', p_actor, p_actor)
    on conflict on constraint contributor_identities_contributor_id_key do update
    set title = excluded.title, first_name = excluded.first_name, last_name = excluded.last_name,
      updated_by = excluded.updated_by
    returning * into v_row;
  end if;
  return query select p_contributor_id, v_row.title, v_row.first_name, v_row.last_name, v_home.house, v_home.street,
    v_home.city, v_home.postcode, v_home.country, v_home.valid_from, v_row.updated_at, v_row.version;
end
$function$;
grant execute on function giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid) to finance_writer;
comment on function giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid) is 'Keeps who a contributor is to the tax office and where they live; a move closes the address before. No row: there is none that the viewer may change. Breaks contributor_identities_individual (P0422), contributor_identities_version (P0412).';

-- Create trigger "hold_contacts" of table "giving.contributors"
create trigger hold_contacts before insert or update of contact_ref on giving.contributors for each statement execute function giving.hold_contacts();

-- Create trigger "refuse_erased_contact" of table "giving.contributors"
create trigger refuse_erased_contact before insert or update of contact_ref on giving.contributors for each row when ((new.contact_ref is not null)) execute function giving.refuse_erased_contact();
