-- finance: what payment providers tell us: taken in once, acted on by a job, in whatever order it came.

create function finance.subject(p_kind text, p_provider text, p_ref text) returns text
  language plpgsql immutable
  set search_path = ''
as $$
begin
  return left(p_kind || ' ' || p_provider || ' ' || p_ref, 300);
end
$$;
comment on function finance.subject(text, text, text) is
  'What a message is about, as messages that came too early wait for it: payment stripe pi_1.';

create function finance.wake(p_subject text) returns void
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
begin
  -- What another worker has in hand waits for us already, or sees what we did.
  update finance.webhook_queue set due_at = now()
  where webhook_event_id in (
    select q.webhook_event_id from finance.webhook_queue q where q.waits_for = p_subject for update skip locked);
end
$$;
comment on function finance.wake(text) is 'Makes due what waits for a subject: something has happened to it.';

-- Runs as who writes contributions: giving.give and the functions below.
create function giving.wake_events() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform finance.wake(finance.subject('payment', new.provider, new.provider_ref));
  return null;
end
$$;
comment on function giving.wake_events() is
  'After insert or update: messages about the payment of a contribution that came before it are looked at again.';
create trigger wake_events after insert or update of status on giving.contributions
  for each row when (new.provider_ref is not null) execute function giving.wake_events();

-- Definer: it writes to the queue, which no application role may.
create function finance.store_event(
  p_provider text,
  p_event_id text,
  p_event_type text,
  p_occurred_at timestamptz,
  p_payload bytea,
  p_request_id text
) returns boolean
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_id uuid;
begin
  insert into finance.webhook_events (
    provider, event_id, event_type, signature_ok, occurred_at, payload, request_id)
  values (p_provider, p_event_id, p_event_type, true, p_occurred_at, p_payload, p_request_id)
  on conflict on constraint webhook_events_event_id_key do nothing
  returning id into v_id;
  if v_id is null then
    return false;
  end if;
  insert into finance.webhook_queue (webhook_event_id) values (v_id);
  return true;
end
$$;
comment on function finance.store_event(text, text, text, timestamptz, bytea, text) is
  'Takes in a message whose signature was right; false: it is known already, and nothing changes.';
grant execute on function finance.store_event(text, text, text, timestamptz, bytea, text) to finance_writer;

create function ledger.posting_day(p_day date) returns date
  language plpgsql stable
  set search_path = ''
as $$
begin
  return case
    when exists (select from ledger.accounting_periods where span @> p_day and closed_at is null) then p_day
    else finance.today()
  end;
end
$$;
comment on function ledger.posting_day(date) is
  'The accounting date of what happened on a day that we hear of late: that day, or today if its period is closed.';

-- Definer: it writes to the books and the queue, which no application role may.
create function giving.apply_event(p_event_id uuid, p_fact jsonb, p_request_id text) returns text
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_queued finance.webhook_queue;
  v_provider text;
  v_outcome text;
  v_ref text := coalesce(
    p_fact -> 'payment_refs' ->> 0, p_fact ->> 'payout_ref', p_fact ->> 'fee_ref', p_fact ->> 'mandate_ref',
    p_fact ->> 'kind');
begin
  select * into v_queued from finance.webhook_queue where webhook_event_id = p_event_id for update skip locked;
  if not found then
    return 'taken';
  end if;
  select provider into strict v_provider from finance.webhook_events where id = p_event_id;
  -- Messages about one thing take turns, also while there is no row of it to lock yet.
  perform pg_advisory_xact_lock(77240, hashtext(v_provider || ' ' || v_ref));
  v_outcome := case p_fact ->> 'kind'
    when 'charge.settled' then giving.hear_settled(v_provider, p_fact, p_request_id)
    when 'charge.failed' then giving.hear_failed(v_provider, p_fact)
    when 'refund.settled' then giving.hear_refund(v_provider, p_fact, p_request_id)
    when 'refund.failed' then giving.hear_refund(v_provider, p_fact, p_request_id)
    when 'dispute' then giving.hear_dispute(v_provider, p_fact, p_request_id)
    when 'payout' then giving.hear_payout(v_provider, p_fact, p_request_id)
    when 'fee.charged' then giving.hear_fee(v_provider, p_fact, p_request_id)
    when 'mandate.ended' then giving.hear_mandate(v_provider, p_fact)
    when 'mandate.failed' then giving.hear_mandate(v_provider, p_fact)
    else 'ignored'
  end;
  if v_outcome in ('done', 'ignored') then
    insert into finance.webhook_attempts (webhook_event_id, attempt, outcome)
    values (p_event_id, v_queued.attempts + 1, v_outcome);
    delete from finance.webhook_queue where webhook_event_id = p_event_id;
    return v_outcome;
  end if;
  insert into finance.webhook_attempts (webhook_event_id, attempt, outcome, error)
  values (p_event_id, v_queued.attempts + 1, 'failed', 'waits for ' || v_outcome);
  -- 1, 2, 4 … minutes: eleven times in a day and a half, then it is parked until what it waits for comes.
  update finance.webhook_queue
  set attempts = v_queued.attempts + 1, waits_for = v_outcome,
    due_at = case when v_queued.attempts < 11 then now() + make_interval(mins => 1 << v_queued.attempts) end
  where webhook_event_id = p_event_id;
  if v_queued.attempts = 11 then
    perform finance.tell_parked(p_event_id, v_provider, 'it waits for ' || v_outcome);
  end if;
  return 'waiting';
end
$$;
comment on function giving.apply_event(uuid, jsonb, text) is
  'Acts on a message as it was read: done; ignored; waiting, for something that has to come first; taken by another worker. Breaks what ledger.post breaks, contributions_captured, contributions_fee_told, contributions_fee_below_payment, contributions_mandate_due_on, contributions_mandate_paid, refunds_amount_told, refunds_total, refunds_tip_total, refunds_currency_of_contribution, disputes_total, disputes_currency_of_contribution, disputes_status_transition, payouts_amount_told, payouts_status_transition, processor_fees_currency.';
grant execute on function giving.apply_event(uuid, jsonb, text) to finance_writer;

create function finance.tell_parked(p_event_id uuid, p_provider text, p_reason text) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.webhook.parked.v1', 'webhook_event', p_event_id, jsonb_build_object(
    'webhook_event_id', p_event_id, 'provider', p_provider, 'reason', p_reason));
end
$$;
comment on function finance.tell_parked(uuid, text, text) is 'Tells whoever keeps watch that a message is parked, and why.';

-- Definer: it writes to the queue, which no application role may.
create function finance.park_event(p_event_id uuid, p_reason text, p_subject text) returns boolean
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_queued finance.webhook_queue;
  v_provider text;
begin
  select * into v_queued from finance.webhook_queue where webhook_event_id = p_event_id for update skip locked;
  if not found then
    return false;
  end if;
  select provider into strict v_provider from finance.webhook_events where id = p_event_id;
  insert into finance.webhook_attempts (webhook_event_id, attempt, outcome, error)
  values (p_event_id, v_queued.attempts + 1, 'failed', left(p_reason, 2000));
  update finance.webhook_queue
  set attempts = v_queued.attempts + 1, due_at = null, waits_for = finance.subject(
    split_part(p_subject, ' ', 1), v_provider, nullif(substr(p_subject, strpos(p_subject, ' ') + 1), ''))
  where webhook_event_id = p_event_id;
  perform finance.tell_parked(p_event_id, v_provider, left(p_reason, 2000));
  return true;
end
$$;
comment on function finance.park_event(uuid, text, text) is
  'Sets a message aside that cannot take effect, with the reason; it is tried again when something happens to its subject (payment pi_1, payout po_1; null: none). False: another worker has it.';
grant execute on function finance.park_event(uuid, text, text) to finance_writer;

-- Definer: it writes to the queue, which no application role may.
create function finance.retry_event(p_event_id uuid) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update finance.webhook_queue set due_at = now() where webhook_event_id = p_event_id;
  return found;
end
$$;
comment on function finance.retry_event(uuid) is
  'Puts a parked message back, once what was wrong is mended; false: it is not waiting.';
grant execute on function finance.retry_event(uuid) to finance_writer;
