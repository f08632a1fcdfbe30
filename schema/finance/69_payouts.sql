-- finance: what a processor sends to our bank.

create function giving.hear_payout(p_provider text, p_fact jsonb, p_request_id text) returns text
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.hear_payout(text, jsonb, text) is
  'A processor sent money to our bank, or failed to: what is under way leaves clearing, and comes back exactly.';
