-- finance: what a processor says of a payment: it arrived, it failed, it cost a fee, it went back.

-- The lock makes everything that concerns one contribution take turns.
create function giving.gift_of_payment(p_provider text, p_fact jsonb) returns giving.contributions
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_gift giving.contributions;
begin
  select c.* into v_gift from giving.contributions c
  where c.provider = p_provider
    and c.provider_ref in (select r.value from jsonb_array_elements_text(p_fact -> 'payment_refs') r)
  order by c.id limit 1
  for no key update;
  if not found and p_fact ->> 'mandate_ref' is not null then
    v_gift := giving.gift_of_mandate(p_provider, p_fact);
  end if;
  return v_gift;
end
$$;
comment on function giving.gift_of_payment(text, jsonb) is
  'The contribution of a payment, locked, by any of the names that the processor has for it, or by the promise and due date that it was collected for; null: none.';

create function giving.awaited_payment(p_provider text, p_fact jsonb) returns text
  language plpgsql immutable
  set search_path = ''
as $$
begin
  return case
    when p_fact ->> 'mandate_ref' is not null then finance.subject('mandate', p_provider, p_fact ->> 'mandate_ref')
    else finance.subject('payment', p_provider, p_fact -> 'payment_refs' ->> 0)
  end;
end
$$;
comment on function giving.awaited_payment(text, jsonb) is
  'What a message waits for: the standing promise that it names, else its payment.';

create function giving.told_day(p_fact jsonb) returns date
  language plpgsql stable
  set search_path = ''
as $$
begin
  -- A sender's clock may be ahead of ours.
  return ledger.posting_day(least(
    finance.today(), ((p_fact ->> 'at')::timestamptz at time zone 'Europe/London')::date));
end
$$;
comment on function giving.told_day(jsonb) is 'The accounting date of what a message tells.';

create function giving.hear_settled(p_provider text, p_fact jsonb, p_request_id text) returns text
  language plpgsql
  set search_path = ''
as $$
declare
  v_gift giving.contributions := giving.gift_of_payment(p_provider, p_fact);
  v_amount bigint := (p_fact ->> 'amount_minor')::bigint;
  v_fee bigint := coalesce((p_fact ->> 'fee_minor')::bigint, 0);
  v_captured bigint;
begin
  if v_gift.id is null then
    return giving.awaited_payment(p_provider, p_fact);
  end if;
  if not (p_fact -> 'payment_refs') ? v_gift.provider_ref then
    raise exception 'the due date % of mandate % was paid by %', v_gift.mandate_due_on, v_gift.mandate_id, v_gift.provider_ref
      using errcode = 'P0409', constraint = 'contributions_mandate_paid', schema = 'giving', table = 'contributions';
  end if;
  v_captured := v_gift.amount_minor + v_gift.fee_cover_minor + v_gift.tip_minor;
  if (p_fact ->> 'currency', v_amount) is distinct from (v_gift.currency, v_captured)
    and (p_fact ->> 'currency', v_amount) is distinct from (v_gift.presentment_currency, v_gift.presentment_minor)
  then
    raise exception 'contribution % is %, the processor captured %', v_gift.id, v_captured, v_amount
      using errcode = 'P0409', constraint = 'contributions_captured', schema = 'giving', table = 'contributions';
  end if;
  if v_fee <> 0 and coalesce(p_fact ->> 'fee_currency', v_gift.currency) <> v_gift.currency then
    raise exception 'the fee of contribution % is in %, not in %', v_gift.id, p_fact ->> 'fee_currency', v_gift.currency
      using errcode = 'P0409', constraint = 'contributions_fee_told', schema = 'giving', table = 'contributions';
  end if;
  if v_fee >= v_captured then
    raise exception 'a fee of % is no part of the payment', v_fee
      using errcode = '23514', constraint = 'contributions_fee_below_payment', schema = 'giving', table = 'contributions';
  end if;
  if v_gift.journal_id is null then
    update giving.contributions
    set status = 'settled', settled_at = now(), journal_id = finance.uuid7(), updated_by = null
    where id = v_gift.id returning * into v_gift;
    -- A gift of a year that was closed meanwhile is dated today in the books, and keeps its own day.
    v_gift.occurred_on := ledger.posting_day(v_gift.occurred_on);
    perform giving.post_settlement(v_gift, v_fee, null, p_request_id);
    return 'done';
  end if;
  -- A later message may know the fee; one fee of a payment is booked.
  if v_fee > 0 and not exists (
    select from giving.processor_fees where contribution_id = v_gift.id and kind = 'processing'
  ) then
    perform giving.charge_fee(
      p_provider, v_gift.provider_ref, 'processing', v_gift, null, v_fee, 0, v_gift.currency, giving.told_day(p_fact),
      p_request_id);
    return 'done';
  end if;
  return 'ignored';
end
$$;
comment on function giving.hear_settled(text, jsonb, text) is
  'A payment arrived: its contribution is settled and posted with the fee, if that is known already.';

create function giving.hear_failed(p_provider text, p_fact jsonb) returns text
  language plpgsql
  set search_path = ''
as $$
declare
  v_gift giving.contributions := giving.gift_of_payment(p_provider, p_fact);
begin
  if v_gift.id is null then
    return giving.awaited_payment(p_provider, p_fact);
  end if;
  -- A payment may fail and be tried again: what has arrived stays.
  if v_gift.status not in ('created', 'processing') then
    return 'ignored';
  end if;
  update giving.contributions set status = 'failed', updated_by = null where id = v_gift.id;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.contribution.failed.v1', 'contribution', v_gift.id, jsonb_build_object(
    'contribution_id', v_gift.id, 'contributor_id', v_gift.contributor_id, 'reason', p_fact ->> 'reason'));
  return 'done';
end
$$;
comment on function giving.hear_failed(text, jsonb) is
  'A payment failed: its contribution is marked so; nothing was posted. If it arrives after all, it is settled.';

create function giving.charge_fee(
  p_provider text,
  p_fee_ref text,
  p_kind text,
  p_gift giving.contributions,
  p_payout_id uuid,
  p_amount_minor bigint,
  p_vat_minor bigint,
  p_currency text,
  p_on date,
  p_request_id text
) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_id uuid := gen_random_uuid();
  v_total bigint := p_amount_minor + p_vat_minor;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_of_general bigint := v_total;
  v_clearing text;
  v_code text := case p_kind when 'dispute' then '5120' when 'conversion' then '5130' else '5100' end;
  v_journal uuid;
begin
  select clearing_code into strict v_clearing from giving.processors where code = p_provider;
  -- What a payment cost is borne by its fund, the part for the tip by the platform; everything else by the platform.
  if p_gift.id is not null and p_kind <> 'dispute' then
    v_of_general := giving.part_of(
      v_total, p_gift.tip_minor, p_gift.amount_minor + p_gift.fee_cover_minor + p_gift.tip_minor);
  end if;
  v_journal := ledger.book(
    null, 'fee.charged', p_on, 'processor_fee', v_id, p_currency,
    array[v_code, v_code, v_clearing], array[p_gift.fund_id, v_general, null],
    array[v_total - v_of_general, v_of_general, -v_total], null, p_request_id);
  insert into giving.processor_fees (
    id, contribution_id, payout_id, processor, processor_ref, kind, amount_minor, vat_minor, currency, charged_on, journal_id)
  values (
    v_id, p_gift.id, p_payout_id, p_provider, p_fee_ref, p_kind, p_amount_minor, p_vat_minor, p_currency, p_on, v_journal);
  return v_journal;
end
$$;
comment on function giving.charge_fee(
  text, text, text, giving.contributions, uuid, bigint, bigint, text, date, text
) is
  'Books a fee that a processor kept by itself, with its VAT, which cannot be reclaimed; negative: it gave one back.';

create function giving.hear_fee(p_provider text, p_fact jsonb, p_request_id text) returns text
  language plpgsql
  set search_path = ''
as $$
declare
  v_gift giving.contributions;
  v_payout uuid;
begin
  if exists (
    select from giving.processor_fees
    where processor = p_provider and processor_ref = p_fact ->> 'fee_ref' and kind = p_fact ->> 'fee_kind'
  ) then
    return 'ignored';
  end if;
  if jsonb_array_length(p_fact -> 'payment_refs') > 0 then
    v_gift := giving.gift_of_payment(p_provider, p_fact);
    if v_gift.journal_id is null then
      return giving.awaited_payment(p_provider, p_fact);
    end if;
    if v_gift.currency <> p_fact ->> 'currency' then
      raise exception 'the fee of contribution % is in %, not in %', v_gift.id, p_fact ->> 'currency', v_gift.currency
        using errcode = 'P0409', constraint = 'processor_fees_currency', schema = 'giving', table = 'processor_fees';
    end if;
    -- The settlement may have brought it.
    if p_fact ->> 'fee_kind' = 'processing' and exists (
      select from giving.processor_fees where contribution_id = v_gift.id and kind = 'processing'
    ) then
      return 'ignored';
    end if;
  elsif p_fact ->> 'payout_ref' is not null then
    select id into v_payout from giving.payouts
    where processor = p_provider and processor_ref = p_fact ->> 'payout_ref';
    if not found then
      return finance.subject('payout', p_provider, p_fact ->> 'payout_ref');
    end if;
  end if;
  perform giving.charge_fee(
    p_provider, p_fact ->> 'fee_ref', p_fact ->> 'fee_kind', v_gift, v_payout, (p_fact ->> 'amount_minor')::bigint,
    coalesce((p_fact ->> 'vat_minor')::bigint, 0), p_fact ->> 'currency', giving.told_day(p_fact), p_request_id);
  return 'done';
end
$$;
comment on function giving.hear_fee(text, jsonb, text) is
  'A processor kept a fee, of a payment, a payout or the account: booked once by its own id.';

create function giving.hear_refund(p_provider text, p_fact jsonb, p_request_id text) returns text
  language plpgsql
  set search_path = ''
as $$
declare
  v_gift giving.contributions := giving.gift_of_payment(p_provider, p_fact);
  v_amount bigint := (p_fact ->> 'amount_minor')::bigint;
  v_failed boolean := p_fact ->> 'kind' = 'refund.failed';
  v_reason text := coalesce(nullif(btrim(p_fact ->> 'reason'), ''), 'The processor did not say why.');
  v_refund giving.refunds;
  v_taken record;
  v_held numeric;
begin
  if v_gift.journal_id is null then
    return giving.awaited_payment(p_provider, p_fact);
  end if;
  -- By the processor's id; by ours, if the processor gives it back; else the oldest request of that amount.
  select * into v_refund from giving.refunds r
  where r.processor = p_provider and r.processor_ref = p_fact ->> 'refund_ref';
  if not found then
    select * into v_refund from giving.refunds r
    where r.contribution_id = v_gift.id and r.processor_ref is null and r.status in ('requested', 'processing')
      and (r.id::text = p_fact ->> 'refund_id' or p_fact ->> 'refund_id' is null and r.amount_minor = v_amount)
    order by r.created_at, r.id limit 1;
  end if;
  if v_refund.status = 'failed' or v_refund.status = 'settled' and not v_failed then
    return 'ignored';
  end if;
  if v_refund.id is not null and (v_refund.amount_minor, v_refund.currency) <> (v_amount, p_fact ->> 'currency') then
    raise exception 'refund % is of %, the processor says %', v_refund.id, v_refund.amount_minor, v_amount
      using errcode = 'P0409', constraint = 'refunds_amount_told', schema = 'giving', table = 'refunds';
  end if;
  if v_refund.id is null then
    select * into v_taken from giving.taken_back(v_gift.id);
    insert into giving.refunds (
      contribution_id, processor, processor_ref, amount_minor, tip_minor, fee, currency, reason, note, status,
      failure_reason)
    select v_gift.id, p_provider, p_fact ->> 'refund_ref', v_amount,
      -- The gift first: what is more than is left of it was the tip.
      greatest(0, v_amount - (v_gift.amount_minor + v_gift.fee_cover_minor - v_taken.gift - v_taken.cover)),
      case when p.refunds_fee then 'returned' else 'kept' end, p_fact ->> 'currency', 'other',
      'Made at the processor.', case when v_failed then 'failed' else 'requested' end,
      case when v_failed then left(v_reason, 500) end
    from giving.processors p where p.code = p_provider
    returning * into v_refund;
    if v_failed then
      return 'done';
    end if;
  end if;
  if v_failed then
    update giving.refunds
    set status = 'failed', failure_reason = left(v_reason, 500),
      processor_ref = coalesce(processor_ref, p_fact ->> 'refund_ref'), updated_by = null,
      reversal_journal_id = case when v_refund.journal_id is not null then
        ledger.reverse(v_refund.journal_id, 'refund.failed', 'refund', v_refund.id, left(v_reason, 500), null, p_request_id)
      end
    where id = v_refund.id;
    perform giving.follow_status(v_gift.id);
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.refund.failed.v1', 'refund', v_refund.id, jsonb_build_object(
      'refund_id', v_refund.id, 'contribution_id', v_gift.id, 'reason', v_reason));
    perform finance.wake(giving.awaited_payment(p_provider, p_fact));
    return 'done';
  end if;
  -- What the contributor's bank holds cannot go back a second time.
  select coalesce(sum(amount_minor), 0) into v_held from giving.disputes
  where contribution_id = v_gift.id and status in ('opened', 'under_review', 'lost');
  select v_held + coalesce(sum(amount_minor), 0) into v_held from giving.refunds
  where contribution_id = v_gift.id and status <> 'failed';
  if v_held > v_gift.amount_minor + v_gift.fee_cover_minor + v_gift.tip_minor then
    raise exception 'refunds and disputes of contribution % would be %', v_gift.id, v_held
      using errcode = '23514', constraint = 'refunds_total', schema = 'giving', table = 'refunds';
  end if;
  update giving.refunds set processor_ref = p_fact ->> 'refund_ref', updated_by = null
  where id = v_refund.id and processor_ref is null;
  perform giving.settle_refund(v_refund.id, giving.told_day(p_fact), null, p_request_id);
  return 'done';
end
$$;
comment on function giving.hear_refund(text, jsonb, text) is
  'A refund left, or failed, also after it had left: settles the one that was asked for, or records the one that was made at the processor.';
