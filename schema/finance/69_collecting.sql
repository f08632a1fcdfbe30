-- finance: standing promises to give: made, paused, ended, and collected once per due date.

create function giving.mandate_day(p_mandate giving.recurring_mandates, p_after date) returns date
  language plpgsql immutable
  set search_path = ''
as $$
declare
  v_step interval := case p_mandate.frequency
    when 'weekly' then interval '7 days' when 'monthly' then interval '1 month'
    when 'quarterly' then interval '3 months' else interval '1 year' end;
  v_first date := p_mandate.starts_on;
  v_times integer := 0;
begin
  if p_mandate.frequency <> 'weekly' and p_mandate.day_of_month is not null then
    v_first := make_date(extract(year from v_first)::integer, extract(month from v_first)::integer, p_mandate.day_of_month);
    if v_first < p_mandate.starts_on then
      v_first := (v_first + interval '1 month')::date;
    end if;
  end if;
  -- Always from the first day: the 31st stays the 31st after a February.
  if p_after >= v_first then
    v_times := greatest(0, case p_mandate.frequency
      when 'weekly' then (p_after - v_first) / 7
      else (extract(year from age(p_after, v_first)) * 12 + extract(month from age(p_after, v_first)))::integer
        / case p_mandate.frequency when 'monthly' then 1 when 'quarterly' then 3 else 12 end
    end - 1);
  end if;
  while (v_first + v_times * v_step)::date <= p_after loop
    v_times := v_times + 1;
  end loop;
  return (v_first + v_times * v_step)::date;
end
$$;
comment on function giving.mandate_day(giving.recurring_mandates, date) is
  'The first day of collection after a day.';

-- Definer: it keeps the key, which no application role may.
create function giving.create_mandate(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_mandate jsonb,
  p_viewer uuid,
  p_actor uuid
) returns table (mandate giving.recurring_mandates, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function giving.create_mandate(text, text, bytea, jsonb, uuid, uuid) is
  'Records a standing promise to give, pending until its processor knows it. Breaks idempotency_keys_fingerprint (P0422), recurring_mandates_pkey, recurring_mandates_processor_ref_key (23505), recurring_mandates_contributor_id_fkey, recurring_mandates_processor_fkey (23503), recurring_mandates_currency_of_processor or a check of recurring_mandates (23514).';
grant execute on function giving.create_mandate(text, text, bytea, jsonb, uuid, uuid) to finance_writer;

-- Definer: it keeps the key, which no application role may.
create function giving.step_mandate(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_words text,
  p_viewer uuid,
  p_actor uuid
) returns table (mandate giving.recurring_mandates, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid) is
  'Takes a standing promise one step further: activate (words: the processor''s id of it), pause, resume, cancel (why). Breaks idempotency_keys_fingerprint (P0422), recurring_mandates_pkey (P0404), recurring_mandates_version (P0412), recurring_mandates_status_transition (23514), recurring_mandates_processor_ref_key (23505).';
grant execute on function giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid) to finance_writer;

-- One row of a mandate and a day, whoever comes first: the job, or the processor's message of the payment.
create function giving.collect_mandate(p_mandate giving.recurring_mandates, p_due_on date) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into giving.contributions (
    contributor_id, fund_id, project_ref, designation, amount_minor, currency, status, provider, occurred_on, mandate_id,
    mandate_due_on)
  values (
    p_mandate.contributor_id, p_mandate.fund_id, p_mandate.project_ref,
    case when p_mandate.project_ref is null then 'unrestricted' else 'restricted' end, p_mandate.amount_minor,
    p_mandate.currency, 'created', p_mandate.processor, least(p_due_on, finance.today()), p_mandate.id, p_due_on)
  on conflict (mandate_id, mandate_due_on) where mandate_id is not null do nothing
  returning id into v_id;
  if v_id is not null then
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.mandate.due.v1', 'mandate', p_mandate.id, jsonb_build_object(
      'mandate_id', p_mandate.id, 'contribution_id', v_id, 'processor', p_mandate.processor,
      'mandate_ref', p_mandate.processor_ref, 'due_on', p_due_on, 'amount_minor', p_mandate.amount_minor,
      'currency', p_mandate.currency));
  end if;
  return v_id;
end
$$;
comment on function giving.collect_mandate(giving.recurring_mandates, date) is
  'Expects the gift of a standing promise on a due date, once; null: it was expected before.';

create function giving.gift_of_mandate(p_provider text, p_fact jsonb) returns giving.contributions
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_mandate giving.recurring_mandates;
  v_due_on date := (p_fact ->> 'due_on')::date;
  v_gift giving.contributions;
begin
  -- The lock makes the job, and messages of other payments for the same day, take turns.
  select * into v_mandate from giving.recurring_mandates
  where processor = p_provider and processor_ref = p_fact ->> 'mandate_ref'
  for no key update;
  if not found then
    return null;
  end if;
  if giving.mandate_day(v_mandate, v_due_on - 1) <> v_due_on or v_due_on > v_mandate.ends_on then
    raise exception 'mandate % is not due on %', v_mandate.id, v_due_on
      using errcode = 'P0409', constraint = 'contributions_mandate_due_on', schema = 'giving', table = 'contributions';
  end if;
  perform giving.collect_mandate(v_mandate, v_due_on);
  select c.* into strict v_gift from giving.contributions c
  where c.mandate_id = v_mandate.id and c.mandate_due_on = v_due_on
  for no key update;
  -- A payment that failed may be followed by another one of the same day.
  if v_gift.provider_ref is null or v_gift.status = 'failed' then
    update giving.contributions set provider_ref = p_fact -> 'payment_refs' ->> 0, updated_by = null
    where id = v_gift.id returning * into v_gift;
  end if;
  return v_gift;
end
$$;
comment on function giving.gift_of_mandate(text, jsonb) is
  'The contribution of a due date of a standing promise, locked, made if the job has not yet; null: nobody knows the promise. It takes the name of the payment unless another payment has settled it. Breaks contributions_mandate_due_on (P0409).';

-- Definer: it writes contributions, which no application role may.
create function giving.collect_mandates(p_at_most integer) returns bigint
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_mandate giving.recurring_mandates;
  v_next date;
  v_taken bigint := 0;
begin
  for v_mandate in
    select m.* from giving.recurring_mandates m
    join giving.contributors c on c.id = m.contributor_id and c.deleted_at is null
    where m.status = 'active' and m.next_on <= finance.today()
    order by m.next_on, m.id limit p_at_most for no key update of m skip locked
  loop
    perform giving.collect_mandate(v_mandate, v_mandate.next_on);
    v_next := giving.mandate_day(v_mandate, v_mandate.next_on);
    update giving.recurring_mandates set updated_by = null,
      status = case when v_next > ends_on then 'expired' else status end,
      next_on = case when v_next > ends_on then null else v_next end
    where id = v_mandate.id;
    v_taken := v_taken + 1;
  end loop;
  return v_taken;
end
$$;
comment on function giving.collect_mandates(integer) is
  'Expects the gifts of standing promises that are due, one due date of at most that many; says how many.';
grant execute on function giving.collect_mandates(integer) to finance_writer;

create function giving.drop_expected(p_mandate_id uuid, p_reason text) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  -- Only what no payment is known of; if one comes after all, it is settled.
  with dropped as (
    update giving.contributions set status = 'failed', updated_by = null
    where mandate_id = p_mandate_id and status = 'created' and provider_ref is null
    returning id, contributor_id
  )
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  select 'finance.contribution.failed.v1', 'contribution', d.id, jsonb_build_object(
    'contribution_id', d.id, 'contributor_id', d.contributor_id, 'reason', p_reason)
  from dropped d;
end
$$;
comment on function giving.drop_expected(uuid, text) is
  'No longer expects the gifts of a standing promise that has ended.';

create function giving.hear_mandate(p_provider text, p_fact jsonb) returns text
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_row giving.recurring_mandates;
  v_failed boolean := p_fact ->> 'kind' = 'mandate.failed';
  v_reason text := left(coalesce(nullif(btrim(p_fact ->> 'reason'), ''), 'The processor did not say why.'), 500);
begin
  select * into v_row from giving.recurring_mandates
  where processor = p_provider and processor_ref = p_fact ->> 'mandate_ref'
  for no key update;
  if not found then
    return finance.subject('mandate', p_provider, p_fact ->> 'mandate_ref');
  end if;
  -- What has ended stays as it ended, however often and in whatever words it is told again.
  if v_row.status not in ('pending', 'active', 'paused') then
    return 'ignored';
  end if;
  update giving.recurring_mandates set
    status = case when v_failed then 'failed' else 'cancelled' end, next_on = null,
    cancelled_at = case when not v_failed then now() end, cancel_reason = v_reason, updated_by = null
  where id = v_row.id returning * into v_row;
  perform giving.drop_expected(v_row.id, v_reason);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.mandate.' || v_row.status || '.v1', 'mandate', v_row.id, jsonb_build_object(
    'mandate_id', v_row.id, 'processor', v_row.processor, 'mandate_ref', v_row.processor_ref, 'next_on', null));
  return 'done';
end
$$;
comment on function giving.hear_mandate(text, jsonb) is
  'A processor says that a standing promise has ended, or failed for good: nothing is collected for it any more. What was paid for its due dates before is settled whenever it comes.';
