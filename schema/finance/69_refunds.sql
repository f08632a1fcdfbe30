-- finance: how money goes back to contributors.

-- Definer: the lock on the contribution needs a privilege that no application role has.
create function giving.check_refund_total() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  gift giving.contributions;
  refunded numeric;
  tips numeric;
begin
  -- One refund of a contribution at a time: each sees the ones before.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  if gift.currency <> new.currency then
    raise exception 'a contribution in % is refunded in %', gift.currency, new.currency
      using errcode = '23514', constraint = 'refunds_currency_of_contribution', schema = 'giving', table = 'refunds';
  end if;
  if gift.journal_id is null then
    raise exception 'contribution % is not settled: there is nothing to refund', gift.id
      using errcode = '23514', constraint = 'refunds_of_settled', schema = 'giving', table = 'refunds';
  end if;
  select sum(amount_minor), sum(tip_minor) into refunded, tips from giving.refunds
  where contribution_id = new.contribution_id and status <> 'failed';
  if refunded - tips > gift.amount_minor + gift.fee_cover_minor then
    raise exception 'refunds of contribution % would be % of %', gift.id, refunded - tips,
        gift.amount_minor + gift.fee_cover_minor
      using errcode = '23514', constraint = 'refunds_total', schema = 'giving', table = 'refunds';
  end if;
  if tips > gift.tip_minor then
    raise exception 'refunds of the tip of contribution % would be % of %', gift.id, tips, gift.tip_minor
      using errcode = '23514', constraint = 'refunds_tip_total', schema = 'giving', table = 'refunds';
  end if;
  return null;
end
$$;
comment on function giving.check_refund_total() is
  'After insert or update: refunds are in the currency of a settled contribution and never exceed it; breaks refunds_total, refunds_tip_total, refunds_currency_of_contribution, refunds_of_settled.';
create trigger check_total after insert or update of amount_minor, tip_minor, currency, status on giving.refunds
  for each row execute function giving.check_refund_total();

create function giving.follow_status(p_contribution_id uuid) returns void
  language plpgsql
  set search_path = ''
as $$
declare
  v_status text;
begin
  select case
      when exists (select 1 from giving.disputes d where d.contribution_id = c.id and d.status = 'lost') then 'charged_back'
      when exists (
        select 1 from giving.disputes d where d.contribution_id = c.id and d.status in ('opened', 'under_review')
      ) then 'disputed'
      when r.refunded >= c.amount_minor + c.fee_cover_minor + c.tip_minor then 'refunded'
      when r.refunded > 0 then 'partially_refunded'
      else 'settled'
    end into v_status
  from giving.contributions c
  cross join lateral (
    select coalesce(sum(amount_minor), 0) as refunded from giving.refunds
    where contribution_id = c.id and status = 'settled'
  ) r
  where c.id = p_contribution_id and c.journal_id is not null;
  update giving.contributions set status = v_status where id = p_contribution_id and status <> v_status;
end
$$;
comment on function giving.follow_status(uuid) is
  'The status of a settled contribution follows from its refunds and disputes; the caller has locked it.';

-- From the entries: whatever was rounded how, all that goes back together is what was given.
create function giving.taken_back(p_contribution_id uuid, out gift bigint, out cover bigint, out tip bigint)
  language plpgsql stable
  set search_path = ''
as $$
begin
  select coalesce(sum(e.amount) filter (where a.code = '4000'), 0), coalesce(sum(e.amount) filter (where a.code = '4030'), 0),
    coalesce(sum(e.amount) filter (where a.code = '4040'), 0)
  into gift, cover, tip
  from (
    select r.journal_id from giving.refunds r where r.contribution_id = p_contribution_id and r.status = 'settled'
    union all
    select d.closed_journal_id from giving.disputes d where d.contribution_id = p_contribution_id and d.status = 'lost'
  ) j
  join ledger.entries e on e.journal_id = j.journal_id
  join ledger.accounts a on a.id = e.account_id;
end
$$;
comment on function giving.taken_back(uuid) is
  'How much of gift, fee cover and tip went back by refunds and lost disputes.';

create function giving.settle_refund(p_refund_id uuid, p_on date, p_actor uuid, p_request_id text) returns giving.refunds
  language plpgsql
  set search_path = ''
as $$
declare
  v_refund giving.refunds;
  v_gift giving.contributions;
  v_clearing text;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_whole bigint;
  v_taken record;
  v_tip bigint;
  v_before bigint;
  v_after bigint;
  v_income bigint;
  v_fees bigint;
  v_fee bigint := 0;
  v_journal uuid;
begin
  select * into strict v_refund from giving.refunds where id = p_refund_id;
  select * into strict v_gift from giving.contributions where id = v_refund.contribution_id for no key update;
  select clearing_code into v_clearing from giving.processors where code = v_refund.processor;

  -- Pro rata between gift and fee cover, so that all refunds together give back exactly what was given.
  v_whole := v_gift.amount_minor + v_gift.fee_cover_minor;
  select * into v_taken from giving.taken_back(v_gift.id);
  v_before := v_taken.gift + v_taken.cover;
  -- A lost dispute may have taken of the gift, or of the tip, what the refund was meant to: it takes the rest.
  v_tip := least(
    greatest(v_refund.tip_minor, v_refund.amount_minor - (v_whole - v_before)), v_gift.tip_minor - v_taken.tip);
  v_after := v_before + v_refund.amount_minor - v_tip;
  v_income := giving.part_of(v_gift.amount_minor, v_after, v_whole) - v_taken.gift;
  if v_refund.fee <> 'kept' then
    select coalesce(sum(amount_minor + vat_minor), 0) into v_fees from giving.processor_fees
    where contribution_id = v_gift.id and kind = 'processing';
    v_fees := v_fees - giving.part_of(v_fees, v_gift.tip_minor, v_whole + v_gift.tip_minor);
    v_fee := giving.part_of(v_fees, v_after, v_whole) - giving.part_of(v_fees, v_before, v_whole);
  end if;

  v_journal := ledger.book(
    null, 'refund.settled', p_on, 'refund', v_refund.id, v_refund.currency,
    array['4000', '4030', '4040', v_clearing, v_clearing, '5110', '5100'],
    array[v_gift.fund_id, v_gift.fund_id, v_general, null, null, v_general, v_gift.fund_id],
    array[
      v_income, v_after - v_before - v_income, v_tip, -v_refund.amount_minor,
      case v_refund.fee when 'returned' then v_fee end, case v_refund.fee when 'covered' then v_fee end, -v_fee],
    p_actor, p_request_id);
  update giving.refunds set status = 'settled', settled_at = now(), journal_id = v_journal, updated_by = p_actor
  where id = v_refund.id
  returning * into v_refund;
  perform giving.follow_status(v_gift.id);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.contribution.refunded.v1', 'contribution', v_gift.id, jsonb_build_object(
    'contribution_id', v_gift.id, 'refund_id', v_refund.id, 'amount_minor', v_refund.amount_minor,
    'currency', v_refund.currency, 'journal_id', v_journal));
  return v_refund;
end
$$;
comment on function giving.settle_refund(uuid, date, uuid, text) is
  'Posts a refund whose money has left; the fee stays where it is, comes back, or is taken over by the platform.';

-- Definer: it writes to the books, which no application role may.
create function giving.refund(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_contribution_id uuid,
  p_amount_minor bigint,
  p_currency text,
  p_tip_minor bigint,
  p_reason text,
  p_note text,
  p_fee text,
  p_processor_ref text,
  p_actor uuid,
  p_request_id text
) returns table (refund giving.refunds, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_gift giving.contributions;
  v_processor giving.processors;
  v_row giving.refunds;
  v_amount bigint;
  v_id uuid := finance.id_of_request(p_scope, p_key, p_fingerprint);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.refunds, v_answer), true;
    return;
  end if;
  -- Before what is left is looked at: of what was refunded before nothing may be.
  if exists (select from giving.refunds where id = v_id) then
    raise exception 'refund % is recorded', v_id
      using errcode = '23505', constraint = 'refunds_pkey', schema = 'giving', table = 'refunds';
  end if;
  -- Locked before anything is added up: one refund of a contribution at a time.
  select * into v_gift from giving.contributions where id = p_contribution_id for no key update;
  if not found then
    raise exception 'contribution % does not exist', p_contribution_id
      using errcode = '23503', constraint = 'refunds_contribution_id_fkey', schema = 'giving', table = 'refunds';
  end if;
  if v_gift.status in ('disputed', 'charged_back') then
    raise exception 'the bank of the contributor has taken contribution % back', v_gift.id
      using errcode = 'P0409', constraint = 'refunds_of_undisputed', schema = 'giving', table = 'refunds';
  end if;
  select * into strict v_processor from giving.processors where code = v_gift.provider;
  if exists (
    select from giving.refunds where processor = v_processor.code and processor_ref = p_processor_ref
  ) then
    raise exception 'refund % of % is recorded', p_processor_ref, v_processor.code
      using errcode = '23505', constraint = 'refunds_processor_ref_key', schema = 'giving', table = 'refunds';
  end if;
  v_amount := p_amount_minor;
  if v_amount is null then
    select v_gift.amount_minor + v_gift.fee_cover_minor - coalesce(sum(amount_minor - tip_minor), 0) into v_amount
    from giving.refunds where contribution_id = v_gift.id and status <> 'failed';
  end if;
  if v_amount + coalesce(p_tip_minor, 0) <= 0 then
    raise exception 'nothing of contribution % is left to refund', v_gift.id
      using errcode = '23514', constraint = 'refunds_total', schema = 'giving', table = 'refunds';
  end if;
  insert into giving.refunds (
    id, contribution_id, processor, processor_ref, amount_minor, tip_minor, fee, currency, reason, note, created_by,
    updated_by)
  values (
    v_id, v_gift.id, v_processor.code, p_processor_ref, v_amount + coalesce(p_tip_minor, 0), coalesce(p_tip_minor, 0),
    coalesce(p_fee, case when v_processor.refunds_fee then 'returned' else 'kept' end),
    coalesce(p_currency, v_gift.currency), p_reason, p_note, p_actor, p_actor)
  returning * into v_row;
  if v_processor.kind in ('manual', 'bank_transfer') or p_processor_ref is not null then
    v_row := giving.settle_refund(v_row.id, finance.today(), p_actor, p_request_id);
  else
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.refund.requested.v1', 'refund', v_row.id, jsonb_build_object(
      'refund_id', v_row.id, 'contribution_id', v_gift.id, 'processor', v_processor.code,
      'payment_ref', v_gift.provider_ref, 'amount_minor', v_row.amount_minor, 'currency', v_row.currency));
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function giving.refund(
  text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text
) is
  'Refunds a contribution: what is left of the gift with its fee cover, or part of it, and part of the tip; posted at once unless its processor has still to confirm it. Breaks idempotency_keys_fingerprint (P0422), refunds_contribution_id_fkey (23503), refunds_of_undisputed, accounting_periods_open (P0409), refunds_pkey, refunds_processor_ref_key (23505), refunds_total, refunds_tip_total, refunds_of_settled, refunds_currency_of_contribution (23514).';
grant execute on function giving.refund(
  text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text
) to finance_writer;
