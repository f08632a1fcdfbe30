-- Create function "finance.forget_answers(uuid)"
create function finance.forget_answers(p_id uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  -- Answers with a body are those that a route keeps as it sent them; what a function keeps are ids, dates and sums.
  update finance.idempotency_keys k
  set response = '{"forgotten": true}'
  where k.response ? 'body' and strpos(k.response ->> 'body', p_id::text) > 0;
end
$function$;
comment on function finance.forget_answers(uuid) is 'Forgets what was answered about somebody who is erased: a repetition is refused, and the request stays known.';

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

-- Replace function "giving.forget_contact(uuid)"
create or replace function giving.forget_contact(p_contact uuid)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
