-- Create function "finance.contact_now(uuid)"
create function finance.contact_now(p_contact uuid)
 returns uuid
 language plpgsql
 stable strict
 set search_path to ''
as $function$
begin
  return coalesce((
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from finance.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from finance.ref_contacts r where r.id = up.id and r.merged_into_ref is not null)
  ), p_contact);
end
$function$;
grant execute on function finance.contact_now(uuid) to finance_reader, finance_writer;
comment on function finance.contact_now(uuid) is 'The contact that one was merged into in the end; itself if it was not.';

-- Create function "finance.contacts_of(uuid)"
create function finance.contacts_of(p_contact uuid)
 returns uuid[]
 language plpgsql
 stable strict
 set search_path to ''
as $function$
begin
  return (
    with recursive down (id) as (
      select p_contact
      union
      select r.id from finance.ref_contacts r join down on r.merged_into_ref = down.id
    )
    select array_agg(down.id) from down
  );
end
$function$;
grant execute on function finance.contacts_of(uuid) to finance_reader, finance_writer;
comment on function finance.contacts_of(uuid) is 'A contact and all that were merged into it: whoever somebody was.';

-- Replace function "giving.create_mandate(text, text, bytea, jsonb, uuid, uuid)"
create or replace function giving.create_mandate(p_scope text, p_key text, p_fingerprint bytea, p_mandate jsonb, p_viewer uuid, p_actor uuid)
 returns table(mandate giving.recurring_mandates, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.recurring_mandates := jsonb_populate_record(null::giving.recurring_mandates, p_mandate);
  v_processor giving.processors;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.recurring_mandates, v_answer), true;
    return;
  end if;
  -- The lock makes a concurrent deletion of the contributor wait.
  perform 1 from giving.contributors
  where id = v_row.contributor_id and deleted_at is null
    and (p_viewer is null or contact_ref = any (finance.contacts_of(p_viewer)))
  for share;
  if not found then
    raise exception 'contributor % does not exist', v_row.contributor_id
      using errcode = '23503', constraint = 'recurring_mandates_contributor_id_fkey',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  select * into v_processor from giving.processors where code = v_row.processor and is_active;
  -- What a person records, or sends to our bank, nobody collects.
  if not found or v_processor.kind in ('manual', 'bank_transfer') then
    raise exception 'processor % collects nothing', v_row.processor
      using errcode = '23503', constraint = 'recurring_mandates_processor_fkey',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  if v_row.currency <> all (v_processor.currencies) then
    raise exception 'processor % does not take %', v_processor.code, v_row.currency
      using errcode = '23514', constraint = 'recurring_mandates_currency_of_processor',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  insert into giving.recurring_mandates (
    id, contributor_id, fund_id, project_ref, processor, processor_ref, amount_minor, currency, frequency, day_of_month,
    starts_on, ends_on, created_by, updated_by)
  values (
    coalesce(v_row.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_row.contributor_id,
    giving.purpose_fund(v_row.project_ref, null, null), v_row.project_ref, v_row.processor, v_row.processor_ref,
    v_row.amount_minor, v_row.currency, v_row.frequency, v_row.day_of_month,
    coalesce(v_row.starts_on, finance.today()), v_row.ends_on, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Replace function "giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid)"
create or replace function giving.set_tax_identity(p_contributor_id uuid, p_viewer uuid, p_version integer, p_known jsonb, p_actor uuid)
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
    and (p_viewer is null or c.contact_ref = any (finance.contacts_of(p_viewer)))
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

-- Replace function "giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid)"
create or replace function giving.step_mandate(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_words text, p_viewer uuid, p_actor uuid)
 returns table(mandate giving.recurring_mandates, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.recurring_mandates;
  v_next date;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.recurring_mandates, v_answer), true;
    return;
  end if;
  select m.* into v_row from giving.recurring_mandates m
  join giving.contributors c on c.id = m.contributor_id
    and (p_viewer is null or c.contact_ref = any (finance.contacts_of(p_viewer)))
  where m.id = p_id for no key update of m;
  if not found then
    raise exception 'mandate % does not exist', p_id
      using errcode = 'P0404', constraint = 'recurring_mandates_pkey', schema = 'giving', table = 'recurring_mandates';
  end if;
  perform finance.check_version('recurring_mandates_version', v_row.version, p_version);
  -- What fell due while it was paused, or before it was active, is not collected afterwards.
  v_next := giving.mandate_day(v_row, finance.today() - 1);
  if v_row.status <> all (case p_step
      when 'activate' then array['pending'] when 'pause' then array['active'] when 'resume' then array['paused']
      else array['pending', 'active', 'paused'] end)
    or p_step in ('activate', 'resume') and v_next > v_row.ends_on
  then
    raise exception 'mandate % is %, until %', v_row.id, v_row.status, v_row.ends_on
      using errcode = '23514', constraint = 'recurring_mandates_status_transition',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  update giving.recurring_mandates set
    status = case p_step when 'pause' then 'paused' when 'cancel' then 'cancelled' else 'active' end,
    processor_ref = case p_step when 'activate' then p_words else processor_ref end,
    next_on = case when p_step in ('activate', 'resume') then v_next end,
    cancelled_at = case p_step when 'cancel' then now() end,
    cancel_reason = case p_step when 'cancel' then p_words end,
    updated_by = p_actor
  where id = v_row.id returning * into v_row;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.mandate.' || v_row.status || '.v1', 'mandate', v_row.id, jsonb_build_object(
    'mandate_id', v_row.id, 'processor', v_row.processor, 'mandate_ref', v_row.processor_ref,
    'next_on', v_row.next_on));
  if p_step = 'cancel' then
    perform giving.drop_expected(v_row.id, p_words);
  end if;
  if p_step = 'activate' then
    -- The processor may have told of a payment before we were told its name of the promise.
    perform finance.wake(finance.subject('mandate', v_row.processor, v_row.processor_ref));
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Create index "finance.ref_contacts_merged_into_ref_idx"
create index ref_contacts_merged_into_ref_idx on finance.ref_contacts using btree (merged_into_ref);
