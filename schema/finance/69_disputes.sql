-- finance: what a contributor's bank takes back, until somebody decides.

create function giving.post_dispute(p_dispute giving.disputes, p_on date, p_request_id text) returns uuid
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.post_dispute(giving.disputes, date, text) is
  'Posts that a processor holds money back, and what it charges for that, which the platform bears.';

create function giving.post_lost_dispute(
  p_dispute giving.disputes, p_gift giving.contributions, p_on date, p_request_id text
) returns uuid
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.post_lost_dispute(giving.disputes, giving.contributions, date, text) is
  'Posts that a contribution was taken back for good; the general fund makes up for what its fund has spent.';

create function giving.hear_dispute(p_provider text, p_fact jsonb, p_request_id text) returns text
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.hear_dispute(text, jsonb, text) is
  'A contributor''s bank takes a payment back: warns, opens, looks into it, decides. A message that comes first tells what those before it would have; one that comes late changes nothing.';
