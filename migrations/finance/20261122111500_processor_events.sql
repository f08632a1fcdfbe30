-- Drop trigger "check_frozen" of table "giving.payouts", to be made again
drop trigger check_frozen on giving.payouts;

-- Drop trigger "keep_once_set" of table "giving.payouts", to be made again
drop trigger keep_once_set on giving.payouts;

-- Drop trigger "check_frozen" of table "giving.refunds", to be made again
drop trigger check_frozen on giving.refunds;

-- Drop trigger "check_status" of table "giving.refunds", to be made again
drop trigger check_status on giving.refunds;

-- Drop trigger "keep_once_set" of table "giving.refunds", to be made again
drop trigger keep_once_set on giving.refunds;

-- Drop constraint "refunds_settled_is_posted" of table "giving.refunds", to be made again
alter table giving.refunds drop constraint refunds_settled_is_posted;

-- Replace function "giftaid.check_line()"
create or replace function giftaid.check_line()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  gift giving.contributions;
  declared giftaid.declarations;
  claimant uuid;
  refunded numeric;
  fault text;
begin
  select claimant_id into claimant from giftaid.claims where id = new.claim_id;
  if new.tax_minor is distinct from giftaid.tax_on(new.amount_minor, new.donated_on) then
    raise exception 'tax on % of % is not %', new.amount_minor, new.donated_on, new.tax_minor
      using errcode = '23514', constraint = 'claim_lines_tax', schema = 'giftaid', table = 'claim_lines';
  end if;
  if new.aggregate_id is not null then
    perform 1 from giftaid.aggregates a
    where a.id = new.aggregate_id and a.amount_minor = new.amount_minor and a.donated_on = new.donated_on
      and a.claimant_id = claimant and a.description = new.aggregated and a.closed_at is not null;
    if not found then
      raise exception 'line % is not its aggregate, or that is still open', new.item
        using errcode = '23514', constraint = 'claim_lines_aggregate', schema = 'giftaid', table = 'claim_lines';
    end if;
    return new;
  end if;
  -- The lock makes a concurrent refund wait, and then see this line.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  select * into declared from giftaid.declarations where id = new.declaration_id;
  select coalesce(sum(amount_minor), 0) into refunded from giving.refunds
  where contribution_id = gift.id and status <> 'failed';
  fault := case
    when gift.status not in ('settled', 'partially_refunded') then 'claim_lines_gift_status'
    when gift.currency <> 'GBP' then 'claim_lines_gift_currency'
    when not gift.own_money then 'claim_lines_gift_own_money'
    when new.donated_on <> gift.occurred_on then 'claim_lines_gift_date'
    when new.amount_minor > gift.amount_minor - refunded then 'claim_lines_gift_amount'
    when exists (select from giftaid.aggregate_items where contribution_id = gift.id) then 'claim_lines_gift_aggregate'
    when exists (select from giftaid.gasds_collections where contribution_id = gift.id) then 'claim_lines_gift_gasds'
  end;
  if fault is not null then
    raise exception 'contribution % cannot be claimed: %', gift.id, fault
      using errcode = '23514', constraint = fault, schema = 'giftaid', table = 'claim_lines';
  end if;
  if declared.contributor_id <> gift.contributor_id or declared.claimant_id <> claimant
    or declared.contribution_id <> gift.id or not giftaid.covers(declared, gift.occurred_on)
  then
    raise exception 'declaration % does not cover contribution %', declared.id, gift.id
      using errcode = '23514', constraint = 'claim_lines_declaration_covers', schema = 'giftaid', table = 'claim_lines';
  end if;
  return new;
end
$function$;
comment on function giftaid.check_line() is 'Before insert: a line is a gift that may be claimed, under a declaration that covers it, with the tax of its year; breaks claim_lines_tax, claim_lines_aggregate, claim_lines_gift_status, claim_lines_gift_currency, claim_lines_gift_own_money, claim_lines_gift_date, claim_lines_gift_amount, claim_lines_gift_aggregate, claim_lines_gift_gasds, claim_lines_declaration_covers.';

-- Create function "finance.subject(text, text, text)"
create function finance.subject(p_kind text, p_provider text, p_ref text)
 returns text
 language plpgsql
 immutable
 set search_path to ''
as $function$
begin
  return left(p_kind || ' ' || p_provider || ' ' || p_ref, 300);
end
$function$;
comment on function finance.subject(text, text, text) is 'What a message is about, as messages that came too early wait for it: payment stripe pi_1.';

-- Create function "finance.tell_parked(uuid, text, text)"
create function finance.tell_parked(p_event_id uuid, p_provider text, p_reason text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.webhook.parked.v1', 'webhook_event', p_event_id, jsonb_build_object(
    'webhook_event_id', p_event_id, 'provider', p_provider, 'reason', p_reason));
end
$function$;
comment on function finance.tell_parked(uuid, text, text) is 'Tells whoever keeps watch that a message is parked, and why.';

-- Create function "giving.awaited_payment(text, jsonb)"
create function giving.awaited_payment(p_provider text, p_fact jsonb)
 returns text
 language plpgsql
 immutable
 set search_path to ''
as $function$
begin
  return finance.subject('payment', p_provider, p_fact -> 'payment_refs' ->> 0);
end
$function$;
comment on function giving.awaited_payment(text, jsonb) is 'The payment that a message waits for.';

-- Create function "giving.charge_fee(text, text, text, giving.contributions, uuid, bigint, bigint, text, date, text)"
create function giving.charge_fee(p_provider text, p_fee_ref text, p_kind text, p_gift giving.contributions, p_payout_id uuid, p_amount_minor bigint, p_vat_minor bigint, p_currency text, p_on date, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.charge_fee(text, text, text, giving.contributions, uuid, bigint, bigint, text, date, text) is 'Books a fee that a processor kept by itself, with its VAT, which cannot be reclaimed; negative: it gave one back.';

-- Create function "giving.gift_of_payment(text, jsonb)"
create function giving.gift_of_payment(p_provider text, p_fact jsonb)
 returns giving.contributions
 language plpgsql
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  v_gift giving.contributions;
begin
  select c.* into v_gift from giving.contributions c
  where c.provider = p_provider
    and c.provider_ref in (select r.value from jsonb_array_elements_text(p_fact -> 'payment_refs') r)
  order by c.id limit 1
  for no key update;
  return v_gift;
end
$function$;
comment on function giving.gift_of_payment(text, jsonb) is 'The contribution of a payment, locked, by any of the names that the processor has for it; null: none.';

-- Create function "giving.hear_failed(text, jsonb)"
create function giving.hear_failed(p_provider text, p_fact jsonb)
 returns text
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.hear_failed(text, jsonb) is 'A payment failed: its contribution is marked so; nothing was posted. If it arrives after all, it is settled.';

-- Create function "giving.post_dispute(giving.disputes, date, text)"
create function giving.post_dispute(p_dispute giving.disputes, p_on date, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  v_clearing text;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_journal uuid;
begin
  select clearing_code into strict v_clearing from giving.processors where code = p_dispute.processor;
  v_journal := ledger.book(
    null, 'dispute.opened', p_on, 'dispute', p_dispute.id, p_dispute.currency,
    array['1210', v_clearing, '5120', v_clearing], array[null, null, v_general, null],
    array[p_dispute.amount_minor, -p_dispute.amount_minor, p_dispute.fee_minor, -p_dispute.fee_minor], null, p_request_id);
  if p_dispute.fee_minor > 0 then
    insert into giving.processor_fees (
      contribution_id, processor, processor_ref, kind, amount_minor, currency, charged_on, journal_id)
    values (
      p_dispute.contribution_id, p_dispute.processor, p_dispute.processor_ref, 'dispute', p_dispute.fee_minor,
      p_dispute.currency, p_on, v_journal);
  end if;
  return v_journal;
end
$function$;
comment on function giving.post_dispute(giving.disputes, date, text) is 'Posts that a processor holds money back, and what it charges for that, which the platform bears.';

-- Create function "giving.taken_back(uuid)"
create function giving.taken_back(p_contribution_id uuid, out gift bigint, out cover bigint, out tip bigint)
 returns record
 language plpgsql
 stable
 set search_path to ''
as $function$
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
$function$;
comment on function giving.taken_back(uuid) is 'How much of gift, fee cover and tip went back by refunds and lost disputes.';

-- Replace function "giving.settle_refund(uuid, date, uuid, text)"
create or replace function giving.settle_refund(p_refund_id uuid, p_on date, p_actor uuid, p_request_id text)
 returns giving.refunds
 language plpgsql
 set search_path to ''
as $function$
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
$function$;

-- Create function "giving.post_lost_dispute(giving.disputes, giving.contributions, date, text)"
create function giving.post_lost_dispute(p_dispute giving.disputes, p_gift giving.contributions, p_on date, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  v_general uuid := giving.purpose_fund(null, null, null);
  v_whole bigint := p_gift.amount_minor + p_gift.fee_cover_minor;
  v_taken record;
  v_after bigint;
  v_income bigint;
  v_loss bigint;
  v_floor bigint;
  v_short bigint := 0;
begin
  -- The gift first, as in refunds: what is more than is left of it was the tip.
  select * into v_taken from giving.taken_back(p_gift.id);
  v_after := least(v_taken.gift + v_taken.cover + p_dispute.amount_minor, v_whole);
  v_income := giving.part_of(p_gift.amount_minor, v_after, v_whole) - v_taken.gift;
  v_loss := v_after - v_taken.gift - v_taken.cover;
  -- What the fund has spent already, the platform makes up for. Both are locked in the order that ledger.post keeps.
  if p_gift.fund_id <> v_general then
    perform 1 from ledger.funds where id in (p_gift.fund_id, v_general) order by id for no key update;
    select floor_minor into v_floor from ledger.funds where id = p_gift.fund_id;
    v_short := least(v_loss, greatest(
      0, coalesce(v_floor + v_loss - ledger.fund_balance(p_gift.fund_id, p_gift.currency)::bigint, 0)));
  end if;
  return ledger.book(
    null, 'dispute.lost', p_on, 'dispute', p_dispute.id, p_dispute.currency,
    array['4000', '4030', '4040', '1210', '3900', '3900'],
    array[p_gift.fund_id, p_gift.fund_id, v_general, null, v_general, p_gift.fund_id],
    array[
      v_income, v_loss - v_income, p_dispute.amount_minor - v_loss, -p_dispute.amount_minor, v_short, -v_short],
    null, p_request_id);
end
$function$;
comment on function giving.post_lost_dispute(giving.disputes, giving.contributions, date, text) is 'Posts that a contribution was taken back for good; the general fund makes up for what its fund has spent.';

-- Create function "ledger.posting_day(date)"
create function ledger.posting_day(p_day date)
 returns date
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return case
    when exists (select from ledger.accounting_periods where span @> p_day and closed_at is null) then p_day
    else finance.today()
  end;
end
$function$;
comment on function ledger.posting_day(date) is 'The accounting date of what happened on a day that we hear of late: that day, or today if its period is closed.';

-- Create function "giving.told_day(jsonb)"
create function giving.told_day(p_fact jsonb)
 returns date
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  -- A sender's clock may be ahead of ours.
  return ledger.posting_day(least(
    finance.today(), ((p_fact ->> 'at')::timestamptz at time zone 'Europe/London')::date));
end
$function$;
comment on function giving.told_day(jsonb) is 'The accounting date of what a message tells.';

-- Create function "giving.hear_fee(text, jsonb, text)"
create function giving.hear_fee(p_provider text, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.hear_fee(text, jsonb, text) is 'A processor kept a fee, of a payment, a payout or the account: booked once by its own id.';

-- Create function "giving.hear_settled(text, jsonb, text)"
create function giving.hear_settled(p_provider text, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 set search_path to ''
as $function$
declare
  v_gift giving.contributions := giving.gift_of_payment(p_provider, p_fact);
  v_amount bigint := (p_fact ->> 'amount_minor')::bigint;
  v_fee bigint := coalesce((p_fact ->> 'fee_minor')::bigint, 0);
  v_captured bigint;
begin
  if v_gift.id is null then
    return giving.awaited_payment(p_provider, p_fact);
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
    set status = 'settled', settled_at = now(), journal_id = ledger.uuid7(), updated_by = null
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
$function$;
comment on function giving.hear_settled(text, jsonb, text) is 'A payment arrived: its contribution is settled and posted with the fee, if that is known already.';

-- Create table "finance.webhook_queue"
create table finance.webhook_queue (
  webhook_event_id uuid not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone default now(),
  waits_for text,
  constraint webhook_queue_pkey primary key (webhook_event_id),
  constraint webhook_queue_webhook_event_id_fkey foreign key (webhook_event_id) references finance.webhook_events(id) on delete restrict,
  constraint webhook_queue_attempts_range check (((attempts >= 0) and (attempts <= 1000))),
  constraint webhook_queue_waits_for_length check (((length(waits_for) >= 1) and (length(waits_for) <= 300)))
) with (autovacuum_vacuum_scale_factor = 0.02);
revoke insert, update on finance.webhook_queue from finance_writer;
comment on table finance.webhook_queue is 'Messages of providers that did not take effect yet; a row goes when its message is done or ignored.';
comment on column finance.webhook_queue.webhook_event_id is 'The message.';
comment on column finance.webhook_queue.attempts is 'How often it was tried; each is a row of webhook_attempts.';
comment on column finance.webhook_queue.due_at is 'When to try it next; null: parked, until what it waits for changes or somebody puts it back.';
comment on column finance.webhook_queue.waits_for is 'What it is about, as finance.subject writes it: whatever happens to that makes it due; null: it was not tried yet.';

-- Change view "ledger.invariant_breaks"
create or replace view ledger.invariant_breaks as
 select 'I1 journal does not balance'::text as invariant,
    (entries.journal_id)::text as what
   from ledger.entries
  group by entries.journal_id, entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I2 ledger does not balance'::text as invariant,
    entries.currency as what
   from ledger.entries
  group by entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I3 journal is incomplete'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ( select entries.journal_id,
            count(*) as n
           from ledger.entries
          group by entries.journal_id) e on ((e.journal_id = j.id)))
  where ((j.lines <> coalesce(e.n, (0)::bigint)) or (j.lines < 2))
union all
 select 'I4 balance differs from its entries'::text as invariant,
    (a.id)::text as what
   from (((ledger.accounts a
     left join ledger.account_balances b on ((b.account_id = a.id)))
     left join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
     left join ( select balance_deltas.account_id,
            sum(balance_deltas.amount) as total
           from ledger.balance_deltas
          group by balance_deltas.account_id) d on ((d.account_id = a.id)))
  where ((b.balance is null) or ((b.balance + coalesce(d.total, (0)::numeric)) <> coalesce(e.total, (0)::numeric)))
union all
 select 'I5 account below its floor'::text as invariant,
    (a.id)::text as what
   from (ledger.accounts a
     join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
  where ((e.total * (a.sign)::numeric) < (a.floor_minor)::numeric)
union all
 select 'I5 fund below its floor'::text as invariant,
    ((f.code || ' '::text) || a.currency) as what
   from (((ledger.funds f
     join ledger.accounts a on ((a.fund_id = f.id)))
     join ledger.entries e on ((e.account_id = a.id)))
     left join lateral ( select min(s.balance_minor) as balance_minor
           from ledger.shortfalls s
          where ((s.fund_id = f.id) and (s.currency = a.currency))) short on (true))
  group by f.id, f.code, f.floor_minor, a.currency, short.balance_minor
 having ((- sum(e.amount)) < (least(f.floor_minor, short.balance_minor))::numeric)
union all
 select 'I6 reversal is not exact'::text as invariant,
    (r.id)::text as what
   from ledger.journals r
  where ((r.reverses is not null) and (exists ( select 1
           from ledger.entries e
          where (e.journal_id = any (array[r.id, r.reverses]))
          group by e.account_id, e.currency
         having (sum(e.amount) <> (0)::numeric))))
union all
 select 'I7 journal without outbox event'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (not (exists ( select 1
           from finance.outbox_events o
          where ((o.aggregate_id = j.id) and ((o.topic)::text = 'finance.journal.posted.v1'::text)))))
union all
 select 'I8 idempotency key without its journal'::text as invariant,
    (((k.scope)::text || ' '::text) || (k.key)::text) as what
   from finance.idempotency_keys k
  where (((k.response ->> 'journal_id'::text) is not null) and (not (exists ( select 1
           from ledger.journals j
          where (j.id = ((k.response ->> 'journal_id'::text))::uuid)))))
union all
 select 'I9 posted outside an open period'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ledger.accounting_periods p on ((p.span @> j.effective_date)))
  where ((p.id is null) or (j.posted_at > p.closed_at))
union all
 select 'I11 chain of seals has a gap'::text as invariant,
    (count(*))::text as what
   from ledger.seals
 having (count(*) <> coalesce(max(seals.seq), (0)::bigint))
union all
 select 'I12 entry in another currency than its account'::text as invariant,
    (e.journal_id)::text as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.currency <> e.currency)
union all
 select 'I13 journal neither sealed nor queued'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where ((not (exists ( select 1
           from ledger.seals s
          where (s.journal_id = j.id)))) and (not (exists ( select 1
           from ledger.seal_queue q
          where (q.journal_id = j.id)))))
union all
 select 'I15 contribution differs from its journal'::text as invariant,
    (c.id)::text as what
   from (((giving.contributions c
     left join ledger.journals j on (((j.id = c.journal_id) and ((j.source_type)::text = 'contribution'::text) and (j.source_id = c.id) and ((j.kind)::text = 'contribution.settled'::text))))
     left join ledger.entries e on ((e.journal_id = j.id)))
     left join ledger.accounts a on (((a.id = e.account_id) and (a.code = '4000'::text) and (a.fund_id = c.fund_id) and (a.currency = c.currency))))
  where (c.journal_id is not null)
  group by c.id, c.amount_minor
 having (coalesce((- sum(e.amount) filter (where (a.id is not null))), (0)::numeric) <> (c.amount_minor)::numeric)
union all
 select 'I15 contribution journal without contribution'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (((j.kind)::text = 'contribution.settled'::text) and (not (exists ( select 1
           from giving.contributions c
          where ((c.journal_id = j.id) and (c.id = j.source_id))))))
union all
 select 'I10 series has a gap'::text as invariant,
    s.series as what
   from (ledger.number_series s
     left join ( select quotes.series,
            quotes.serial
           from trade.quotes
        union all
         select issued_invoices.series,
            issued_invoices.serial
           from trade.issued_invoices
        union all
         select credit_notes.series,
            credit_notes.serial
           from trade.credit_notes) d on ((d.series = s.series)))
  group by s.series, s.next
 having ((count(d.serial) <> (s.next - 1)) or (coalesce(max(d.serial), (0)::bigint) <> (s.next - 1)))
union all
 select 'I15 refunded more than was captured'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     join giving.refunds r on (((r.contribution_id = c.id) and (r.status <> 'failed'::text))))
  group by c.id, c.amount_minor, c.fee_cover_minor, c.tip_minor
 having (sum(r.amount_minor) > (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric)
union all
 select 'I15 status does not follow from refunds'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     cross join lateral ( select coalesce(sum(r_1.amount_minor), (0)::numeric) as refunded
           from giving.refunds r_1
          where ((r_1.contribution_id = c.id) and (r_1.status = 'settled'::text))) r)
  where ((c.status = any (array['settled'::text, 'partially_refunded'::text, 'refunded'::text])) and (c.status <>
        case
            when (r.refunded >= (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric) then 'refunded'::text
            when (r.refunded > (0)::numeric) then 'partially_refunded'::text
            else 'settled'::text
        end))
union all
 select 'I15 disputes that are held differ from account 1210'::text as invariant,
    held.currency as what
   from ( select parts.currency,
            sum(parts.minor) as minor
           from ( select e.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1210'::text)
                union all
                 select d.currency,
                    (- d.amount_minor)
                   from giving.disputes d
                  where (d.status = any (array['opened'::text, 'under_review'::text]))) parts
          group by parts.currency) held
  where (held.minor <> (0)::numeric)
union all
 select 'I16 contribution is claimed twice'::text as invariant,
    (claimed.contribution_id)::text as what
   from ( select claim_lines.contribution_id
           from giftaid.claim_lines
          where ((claim_lines.contribution_id is not null) and (claim_lines.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])))
        union all
         select aggregate_items.contribution_id
           from giftaid.aggregate_items
        union all
         select gasds_collections.contribution_id
           from giftaid.gasds_collections
          where (gasds_collections.contribution_id is not null)) claimed
  group by claimed.contribution_id
 having (count(*) > 1)
union all
 select 'I17 claimed without a declaration that covers it'::text as invariant,
    (l.id)::text as what
   from (giftaid.claim_lines l
     join giftaid.declarations d on ((d.id = l.declaration_id)))
  where ((l.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])) and (not ((d.covers @> l.donated_on) and ((d.cancelled_from is null) or (l.donated_on < d.cancelled_from)))))
union all
 select 'I19 debt to a partner differs from its payments'::text as invariant,
    (((owed.partner_ref)::text || ' '::text) || owed.currency) as what
   from ( select parts.partner_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as partner_ref,
                    a.currency,
                    (- e.amount) as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = '2100'::text) and ((a.counterparty_type)::text = 'partner'::text))
                union all
                 select d.partner_ref,
                    d.currency,
                    (- d.amount_minor)
                   from giving.disbursements d
                  where (d.status = any (array['approved'::text, 'failed'::text]))) parts
          group by parts.partner_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I18 accrued Gift Aid differs from account 1300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1300'::text)) b
  where (b.balance <> ( select coalesce(sum(accruals.tax_minor), (0)::numeric) as "coalesce"
           from giftaid.accruals
          where (accruals.status = 'open'::text)))
union all
 select 'I18 claimed Gift Aid differs from account 1310'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1310'::text)) b
  where (b.balance <> ( select coalesce(sum(giftaid.due(c.*)), (0)::numeric) as "coalesce"
           from giftaid.claims c))
union all
 select 'I18 Gift Aid to give back differs from account 2300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce((- sum(e.amount)), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '2300'::text)) b
  where (b.balance <> ( select coalesce(sum(a.amount_minor), (0)::numeric) as "coalesce"
           from (giftaid.adjustments a
             left join giftaid.claims c on ((c.id = a.settled_in_claim_id)))
          where ((a.status = 'open'::text) or (c.status = any (array['draft'::text, 'validated'::text])))))
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I24 message of a provider not looked at for 15 minutes'::text as invariant,
    (q.webhook_event_id)::text as what
   from (finance.webhook_queue q
     join finance.webhook_events e on ((e.id = q.webhook_event_id)))
  where ((q.attempts = 0) and (e.received_at < (now() - '00:15:00'::interval)))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Create index "finance.webhook_queue_due_at_idx"
create index webhook_queue_due_at_idx on finance.webhook_queue using btree (due_at, webhook_event_id) where (due_at is not null);

-- Create index "finance.webhook_queue_waits_for_idx"
create index webhook_queue_waits_for_idx on finance.webhook_queue using btree (waits_for) where (waits_for is not null);

-- Create function "finance.park_event(uuid, text, text)"
create function finance.park_event(p_event_id uuid, p_reason text, p_subject text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function finance.park_event(uuid, text, text) to finance_writer;
comment on function finance.park_event(uuid, text, text) is 'Sets a message aside that cannot take effect, with the reason; it is tried again when something happens to its subject (payment pi_1, payout po_1; null: none). False: another worker has it.';

-- Create function "finance.retry_event(uuid)"
create function finance.retry_event(p_event_id uuid)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update finance.webhook_queue set due_at = now() where webhook_event_id = p_event_id;
  return found;
end
$function$;
grant execute on function finance.retry_event(uuid) to finance_writer;
comment on function finance.retry_event(uuid) is 'Puts a parked message back, once what was wrong is mended; false: it is not waiting.';

-- Create function "finance.store_event(text, text, text, timestamp with time zone, bytea, text)"
create function finance.store_event(p_provider text, p_event_id text, p_event_type text, p_occurred_at timestamp with time zone, p_payload bytea, p_request_id text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function finance.store_event(text, text, text, timestamp with time zone, bytea, text) to finance_writer;
comment on function finance.store_event(text, text, text, timestamp with time zone, bytea, text) is 'Takes in a message whose signature was right; false: it is known already, and nothing changes.';

-- Create function "finance.wake(text)"
create function finance.wake(p_subject text)
 returns void
 language plpgsql
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
begin
  -- What another worker has in hand waits for us already, or sees what we did.
  update finance.webhook_queue set due_at = now()
  where webhook_event_id in (
    select q.webhook_event_id from finance.webhook_queue q where q.waits_for = p_subject for update skip locked);
end
$function$;
comment on function finance.wake(text) is 'Makes due what waits for a subject: something has happened to it.';

-- Create function "giving.hear_dispute(text, jsonb, text)"
create function giving.hear_dispute(p_provider text, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 set search_path to ''
as $function$
declare
  v_gift giving.contributions := giving.gift_of_payment(p_provider, p_fact);
  v_told text := p_fact ->> 'status';
  v_fee bigint := coalesce((p_fact ->> 'fee_minor')::bigint, 0);
  v_on date := giving.told_day(p_fact);
  v_dispute giving.disputes;
  v_clearing text;
  v_held numeric;
  v_back bigint;
  v_journal uuid;
  v_news boolean := false;
begin
  if v_gift.journal_id is null then
    return giving.awaited_payment(p_provider, p_fact);
  end if;
  if v_gift.currency <> p_fact ->> 'currency' then
    raise exception 'a contribution in % is disputed in %', v_gift.currency, p_fact ->> 'currency'
      using errcode = '23514', constraint = 'disputes_currency_of_contribution', schema = 'giving', table = 'disputes';
  end if;
  select * into v_dispute from giving.disputes
  where processor = p_provider and processor_ref = p_fact ->> 'dispute_ref';
  if v_dispute.id is null then
    v_dispute := jsonb_populate_record(null::giving.disputes, jsonb_build_object(
      'id', gen_random_uuid(), 'contribution_id', v_gift.id, 'processor', p_provider,
      'processor_ref', p_fact ->> 'dispute_ref', 'amount_minor', p_fact -> 'amount_minor', 'fee_minor', v_fee,
      'currency', v_gift.currency, 'reason', left(p_fact ->> 'reason', 200), 'respond_by', p_fact ->> 'respond_by'));
    if v_told in ('warning', 'closed') then
      insert into giving.disputes (
        id, contribution_id, processor, processor_ref, amount_minor, currency, reason, respond_by, status)
      values (
        v_dispute.id, v_gift.id, p_provider, v_dispute.processor_ref, v_dispute.amount_minor, v_dispute.currency,
        v_dispute.reason, v_dispute.respond_by, 'warning')
      returning * into v_dispute;
      v_news := true;
    end if;
  end if;

  -- The money is held back from the first message that says so, whichever that is.
  if v_dispute.opened_journal_id is null and v_told in ('opened', 'under_review', 'won', 'lost') then
    select coalesce(sum(amount_minor), 0) + v_dispute.amount_minor into v_held from giving.disputes
    where contribution_id = v_gift.id and status in ('opened', 'under_review', 'lost');
    select v_held + coalesce(sum(amount_minor), 0) into v_held from giving.refunds
    where contribution_id = v_gift.id and status <> 'failed';
    if v_held > v_gift.amount_minor + v_gift.fee_cover_minor + v_gift.tip_minor then
      raise exception 'refunds and disputes of contribution % would be %', v_gift.id, v_held
        using errcode = '23514', constraint = 'disputes_total', schema = 'giving', table = 'disputes';
    end if;
    v_dispute.fee_minor := v_fee;
    v_journal := giving.post_dispute(v_dispute, v_on, p_request_id);
    insert into giving.disputes (
      id, contribution_id, processor, processor_ref, amount_minor, fee_minor, currency, reason, respond_by, status,
      opened_journal_id)
    values (
      v_dispute.id, v_gift.id, p_provider, v_dispute.processor_ref, v_dispute.amount_minor, v_fee, v_dispute.currency,
      v_dispute.reason, v_dispute.respond_by, 'opened', v_journal)
    on conflict on constraint disputes_processor_ref_key do update
    set status = 'opened', opened_journal_id = v_journal, fee_minor = v_fee, respond_by = excluded.respond_by
    returning * into v_dispute;
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.dispute.opened.v1', 'dispute', v_dispute.id, jsonb_build_object(
      'dispute_id', v_dispute.id, 'contribution_id', v_gift.id, 'amount_minor', v_dispute.amount_minor,
      'currency', v_dispute.currency, 'respond_by', v_dispute.respond_by));
    v_news := true;
  elsif v_fee > 0 and v_dispute.opened_journal_id is not null and not exists (
    select from giving.processor_fees
    where processor = p_provider and processor_ref = v_dispute.processor_ref and kind = 'dispute'
  ) then
    -- A later message knows what it costs.
    perform giving.charge_fee(
      p_provider, v_dispute.processor_ref, 'dispute', v_gift, null, v_fee, 0, v_gift.currency, v_on, p_request_id);
    update giving.disputes set fee_minor = v_fee where id = v_dispute.id returning * into v_dispute;
    v_news := true;
  end if;

  if v_told = 'under_review' and v_dispute.status = 'opened' then
    update giving.disputes set status = 'under_review' where id = v_dispute.id;
    v_news := true;
  elsif v_told = 'closed' and v_dispute.status = 'warning' then
    update giving.disputes set status = 'closed' where id = v_dispute.id;
    v_news := true;
  elsif v_told in ('won', 'lost') and v_dispute.status in ('won', 'lost') and v_told <> v_dispute.status then
    raise exception 'dispute % is %, the processor says %', v_dispute.id, v_dispute.status, v_told
      using errcode = '23514', constraint = 'disputes_status_transition', schema = 'giving', table = 'disputes';
  elsif v_told in ('won', 'lost') and v_dispute.status in ('opened', 'under_review') then
    if v_told = 'lost' then
      v_journal := giving.post_lost_dispute(v_dispute, v_gift, v_on, p_request_id);
    else
      select clearing_code into strict v_clearing from giving.processors where code = p_provider;
      v_back := least(coalesce((p_fact ->> 'fee_returned_minor')::bigint, 0), v_dispute.fee_minor);
      v_journal := ledger.book(
        null, 'dispute.won', v_on, 'dispute', v_dispute.id, v_dispute.currency,
        array[v_clearing, '1210', v_clearing, '5120'], array[null, null, null, giving.purpose_fund(null, null, null)],
        array[v_dispute.amount_minor, -v_dispute.amount_minor, v_back, -v_back], null, p_request_id);
      if v_back > 0 then
        insert into giving.processor_fees (
          contribution_id, processor, processor_ref, kind, amount_minor, currency, charged_on, journal_id)
        values (
          v_gift.id, p_provider, v_dispute.processor_ref, 'adjustment', -v_back, v_dispute.currency, v_on, v_journal);
      end if;
    end if;
    update giving.disputes set status = v_told, closed_journal_id = v_journal where id = v_dispute.id;
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.dispute.' || v_told || '.v1', 'dispute', v_dispute.id, jsonb_build_object(
      'dispute_id', v_dispute.id, 'contribution_id', v_gift.id, 'amount_minor', v_dispute.amount_minor,
      'currency', v_dispute.currency));
    v_news := true;
  end if;
  perform giving.follow_status(v_gift.id);
  if v_news then
    perform finance.wake(giving.awaited_payment(p_provider, p_fact));
    return 'done';
  end if;
  return 'ignored';
end
$function$;
comment on function giving.hear_dispute(text, jsonb, text) is 'A contributor''s bank takes a payment back: warns, opens, looks into it, decides. A message that comes first tells what those before it would have; one that comes late changes nothing.';

-- Create function "giving.hear_payout(text, jsonb, text)"
create function giving.hear_payout(p_provider text, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 set search_path to ''
as $function$
declare
  v_payout giving.payouts;
  v_clearing text;
  v_journal uuid;
  v_reason text := left(coalesce(nullif(btrim(p_fact ->> 'reason'), ''), 'The processor did not say why.'), 500);
begin
  insert into giving.payouts (processor, processor_ref, amount_minor, currency, arrives_on)
  values (
    p_provider, p_fact ->> 'payout_ref', (p_fact ->> 'amount_minor')::bigint, p_fact ->> 'currency',
    coalesce((p_fact ->> 'arrives_on')::date, finance.today()))
  on conflict on constraint payouts_processor_ref_key do nothing;
  select * into strict v_payout from giving.payouts
  where processor = p_provider and processor_ref = p_fact ->> 'payout_ref' for no key update;
  if (v_payout.amount_minor, v_payout.currency) <> ((p_fact ->> 'amount_minor')::bigint, p_fact ->> 'currency') then
    raise exception 'payout % is of %, the processor says %', v_payout.id, v_payout.amount_minor, p_fact ->> 'amount_minor'
      using errcode = 'P0409', constraint = 'payouts_amount_told', schema = 'giving', table = 'payouts';
  end if;
  -- A payout may fail after it was paid; one that failed is never paid, the processor makes another.
  if v_payout.status = 'failed' or p_fact ->> 'status' = 'paid' and v_payout.status in ('paid', 'reconciled') then
    return 'ignored';
  end if;
  if p_fact ->> 'status' = 'paid' then
    select clearing_code into strict v_clearing from giving.processors where code = p_provider;
    v_journal := ledger.book(
      null, 'payout.sent', giving.told_day(p_fact), 'payout', v_payout.id, v_payout.currency,
      array['1010', v_clearing], array[null, null]::uuid[], array[v_payout.amount_minor, -v_payout.amount_minor],
      null, p_request_id);
    update giving.payouts set status = 'paid', journal_id = v_journal where id = v_payout.id;
  else
    if v_payout.journal_id is not null then
      v_journal := ledger.reverse(
        v_payout.journal_id, 'payout.failed', 'payout', v_payout.id, v_reason, null, p_request_id);
    end if;
    update giving.payouts set status = 'failed', failure_reason = v_reason, reversal_journal_id = v_journal
    where id = v_payout.id;
  end if;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.payout.' || (p_fact ->> 'status') || '.v1', 'payout', v_payout.id, jsonb_build_object(
    'payout_id', v_payout.id, 'processor', p_provider, 'amount_minor', v_payout.amount_minor,
    'currency', v_payout.currency, 'journal_id', v_journal));
  perform finance.wake(finance.subject('payout', p_provider, v_payout.processor_ref));
  return 'done';
end
$function$;
comment on function giving.hear_payout(text, jsonb, text) is 'A processor sent money to our bank, or failed to: what is under way leaves clearing, and comes back exactly.';

-- Create function "giving.hear_refund(text, jsonb, text)"
create function giving.hear_refund(p_provider text, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.hear_refund(text, jsonb, text) is 'A refund left, or failed, also after it had left: settles the one that was asked for, or records the one that was made at the processor.';

-- Create function "giving.apply_event(uuid, jsonb, text)"
create function giving.apply_event(p_event_id uuid, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  v_queued finance.webhook_queue;
  v_provider text;
  v_outcome text;
  v_ref text := coalesce(
    p_fact -> 'payment_refs' ->> 0, p_fact ->> 'payout_ref', p_fact ->> 'fee_ref', p_fact ->> 'kind');
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
$function$;
grant execute on function giving.apply_event(uuid, jsonb, text) to finance_writer;
comment on function giving.apply_event(uuid, jsonb, text) is 'Acts on a message as it was read: done; ignored; waiting, for something that has to come first; taken by another worker. Breaks what ledger.post breaks, contributions_captured, contributions_fee_told, contributions_fee_below_payment, refunds_amount_told, refunds_total, refunds_tip_total, refunds_currency_of_contribution, disputes_total, disputes_currency_of_contribution, disputes_status_transition, payouts_amount_told, payouts_status_transition, processor_fees_currency.';

-- Create function "giving.wake_events()"
create function giving.wake_events()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  perform finance.wake(finance.subject('payment', new.provider, new.provider_ref));
  return null;
end
$function$;
comment on function giving.wake_events() is 'After insert or update: messages about the payment of a contribution that came before it are looked at again.';

-- Add column "reversal_journal_id" of table "giving.payouts"
alter table giving.payouts add column reversal_journal_id uuid;
comment on column giving.payouts.reversal_journal_id is 'Journal that took it back when it failed; null: it did not, or before it was posted.';

-- Add column "reversal_journal_id" of table "giving.refunds"
alter table giving.refunds add column reversal_journal_id uuid;
comment on column giving.refunds.reversal_journal_id is 'Journal that took it back when the money came home again; null: it did not.';

-- Create constraint "payouts_failed_is_reversed" of table "giving.payouts"
alter table giving.payouts add constraint payouts_failed_is_reversed check (((reversal_journal_id is not null) = ((status = 'failed'::text) and (journal_id is not null))));

-- Create constraint "payouts_reversal_journal_id_fkey" of table "giving.payouts"
alter table giving.payouts add constraint payouts_reversal_journal_id_fkey foreign key (reversal_journal_id) references ledger.journals(id) on delete restrict;

-- Create constraint "payouts_reversal_journal_id_key" of table "giving.payouts"
alter table giving.payouts add constraint payouts_reversal_journal_id_key unique (reversal_journal_id);

-- Create constraint "refunds_failed_is_reversed" of table "giving.refunds"
alter table giving.refunds add constraint refunds_failed_is_reversed check (((reversal_journal_id is not null) = ((status = 'failed'::text) and (journal_id is not null))));

-- Create constraint "refunds_reversal_journal_id_fkey" of table "giving.refunds"
alter table giving.refunds add constraint refunds_reversal_journal_id_fkey foreign key (reversal_journal_id) references ledger.journals(id) on delete restrict;

-- Create constraint "refunds_reversal_journal_id_key" of table "giving.refunds"
alter table giving.refunds add constraint refunds_reversal_journal_id_key unique (reversal_journal_id);

-- Create constraint "refunds_settled_is_posted" of table "giving.refunds"
alter table giving.refunds add constraint refunds_settled_is_posted check ((
case status
    when 'settled'::text then (journal_id is not null)
    when 'failed'::text then true
    else (journal_id is null)
end and ((journal_id is null) = (settled_at is null))));

-- Create index "giving.processor_fees_created_at_idx"
create index processor_fees_created_at_idx on giving.processor_fees using btree (created_at desc, id desc);

-- Create trigger "wake_events" of table "giving.contributions"
create trigger wake_events after insert or update of status on giving.contributions for each row when ((new.provider_ref is not null)) execute function giving.wake_events();

-- Create trigger "check_frozen" of table "giving.payouts"
create trigger check_frozen before update on giving.payouts for each row execute function finance.check_frozen('status', 'pending', 'arrives_on,journal_id,reversal_journal_id,failure_reason');

-- Create trigger "keep_once_set" of table "giving.payouts"
create trigger keep_once_set before update on giving.payouts for each row execute function finance.keep_once_set('journal_id', 'reversal_journal_id');

-- Create trigger "check_frozen" of table "giving.refunds"
create trigger check_frozen before update on giving.refunds for each row execute function finance.check_frozen('status', 'requested', 'processor_ref,settled_at,journal_id,reversal_journal_id,failure_reason');

-- Create trigger "check_status" of table "giving.refunds"
create trigger check_status before insert or update of status on giving.refunds for each row execute function finance.check_transition('status', 'requested,failed', 'requested>processing,settled,failed', 'processing>settled,failed', 'settled>failed');

-- Create trigger "keep_once_set" of table "giving.refunds"
create trigger keep_once_set before update on giving.refunds for each row execute function finance.keep_once_set('journal_id', 'reversal_journal_id', 'settled_at');
