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

-- Replace function "giving.awaited_payment(text, jsonb)"
create or replace function giving.awaited_payment(p_provider text, p_fact jsonb)
 returns text
 language plpgsql
 immutable
 set search_path to ''
as $function$
begin
  return case
    when p_fact ->> 'mandate_ref' is not null then finance.subject('mandate', p_provider, p_fact ->> 'mandate_ref')
    else finance.subject('payment', p_provider, p_fact -> 'payment_refs' ->> 0)
  end;
end
$function$;

-- Replace function "giving.hear_settled(text, jsonb, text)"
create or replace function giving.hear_settled(p_provider text, p_fact jsonb, p_request_id text)
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

-- Comments and privileges of function "giving.apply_event(uuid, jsonb, text)"
comment on function giving.apply_event(uuid, jsonb, text) is 'Acts on a message as it was read: done; ignored; waiting, for something that has to come first; taken by another worker. Breaks what ledger.post breaks, contributions_captured, contributions_fee_told, contributions_fee_below_payment, contributions_mandate_due_on, contributions_mandate_paid, refunds_amount_told, refunds_total, refunds_tip_total, refunds_currency_of_contribution, disputes_total, disputes_currency_of_contribution, disputes_status_transition, payouts_amount_told, payouts_status_transition, processor_fees_currency.';

-- Comments and privileges of function "giving.awaited_payment(text, jsonb)"
comment on function giving.awaited_payment(text, jsonb) is 'What a message waits for: the standing promise that it names, else its payment.';

-- Create function "finance.compare_bank()"
create function finance.compare_bank()
 returns table(compared bigint, different bigint)
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  if not pg_try_advisory_xact_lock(77241) then
    return;
  end if;
  return query
  with latest as (
    select distinct on (b.id) b.id, b.code, b.currency, s.closes_on, s.closing_minor
    from finance.bank_accounts b
    left join finance.bank_statements s on s.bank_account_id = b.id
    where b.closed_at is null
    order by b.id, s.closes_on desc nulls last, s.created_at desc, s.id
  ), theirs as (
    -- Accounts under one code are compared on a day on which each has a statement.
    select code, currency, min(closes_on) as day, sum(closing_minor)::bigint as minor
    from latest
    group by code, currency
    having count(closes_on) = count(*) and min(closes_on) = max(closes_on)
  ), both_sides as (
    select t.code, t.currency, t.day, t.minor as theirs, coalesce((
      select sum(e.amount) from ledger.entries e
      join ledger.accounts a on a.id = e.account_id and a.code = t.code and a.currency = t.currency
      join ledger.journals j on j.id = e.journal_id and j.effective_date <= t.day), 0)::bigint as ours,
      (select count(*) from finance.bank_lines l
       join finance.bank_accounts b on b.id = l.bank_account_id and b.code = t.code and b.currency = t.currency
       where l.status = 'unmatched') as unmatched
    from theirs t
  ), told as (
    insert into finance.recon_runs (kind, day, attempt, outcome, ours_minor, theirs_minor, currency, detail)
    select 'bank', s.day, (
        select coalesce(max(r.attempt), 0) from finance.recon_runs r where r.kind = 'bank' and r.day = s.day
      ) + row_number() over (partition by s.day order by s.code, s.currency),
      case when s.ours = s.theirs then 'equal' else 'different' end, s.ours, s.theirs, s.currency,
      jsonb_build_object('code', s.code, 'unmatched', s.unmatched)
    from both_sides s
    -- What was found last time is not told again.
    where not exists (
      select from finance.recon_runs r
      where r.kind = 'bank' and r.day = s.day and r.currency = s.currency and r.detail ->> 'code' = s.code
        and (r.ours_minor, r.theirs_minor, r.detail ->> 'unmatched') = (s.ours, s.theirs, s.unmatched::text)
        and r.attempt = (
          select max(n.attempt) from finance.recon_runs n
          where n.kind = 'bank' and n.day = r.day and n.currency = r.currency and n.detail ->> 'code' = s.code))
  )
  select count(*), count(*) filter (where s.ours <> s.theirs) from both_sides s;
end
$function$;
grant execute on function finance.compare_bank() to finance_writer;
comment on function finance.compare_bank() is 'Compares what the books say of our bank accounts with their latest statements, per code and currency, and keeps what came out. No row: another one is at work.';

-- Create function "finance.is_named(text, text, text)"
create function finance.is_named(p_ref text, p_bank_ref text, p_purpose text)
 returns boolean
 language plpgsql
 immutable
 set search_path to ''
as $function$
declare
  v_ref text := lower(p_ref);
begin
  -- As a word of its own; short references occur in any text.
  return coalesce(
    p_ref = p_bank_ref
    or length(v_ref) >= 6
      and position(' ' || v_ref || ' ' in ' ' || regexp_replace(lower(p_purpose), '[^[:alnum:]_-]+', ' ', 'g') || ' ') > 0,
    false);
end
$function$;
comment on function finance.is_named(text, text, text) is 'Whether a line of the bank names a reference: as its own, or as a word of its purpose.';

-- Create function "finance.bank_candidates(finance.bank_lines, text, text)"
create function finance.bank_candidates(p_line finance.bank_lines, p_code text, p_currency text)
 returns table(journal_id uuid, payout_id uuid, named boolean)
 language plpgsql
 stable
 set search_path to ''
as $function$
#variable_conflict use_column
begin
  return query
  select j.id, null::uuid,
    finance.is_named(c.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(g.bank_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(v.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(i.payment_ref, p_line.bank_ref, p_line.purpose)
      or coalesce(i.bank_line_id = p_line.id, false)
      or exists (
        select from giving.disbursements d
        join giving.disbursement_attempts t on t.disbursement_id = d.id
        where d.paid_journal_id = j.id and finance.is_named(t.bank_ref, p_line.bank_ref, p_line.purpose))
  from ledger.accounts a
  join ledger.entries e on e.account_id = a.id and e.currency = a.currency and e.amount = p_line.amount_minor
  join ledger.journals j on j.id = e.journal_id
  left join giving.contributions c on c.journal_id = j.id
  left join giving.grant_receipts g on g.journal_id = j.id
  left join giving.conversions v on v.journal_id = j.id
  left join trade.invoice_payments i on i.journal_id = j.id
  where a.code = p_code and a.currency = p_currency
    and j.effective_date between p_line.booked_on - 5 and p_line.booked_on + 5
    -- A journal that was taken back, or takes one back, moved nothing that the bank has seen.
    and j.reverses is null
    and not exists (select from ledger.journals r where r.reverses = j.id)
    and not exists (
      select from ledger.entries o where o.journal_id = j.id and o.account_id = a.id and o.line <> e.line)
    and not exists (select from finance.recon_matches m where m.journal_id = j.id and m.undone_at is null)
  union all
  -- What a processor has sent arrives with the line: until then it was under way.
  select null::uuid, p.id, finance.is_named(p.processor_ref, p_line.bank_ref, p_line.purpose)
  from giving.payouts p
  where p_code = '1000' and p.status = 'paid' and p.currency = p_currency and p.amount_minor = p_line.amount_minor
    and p_line.booked_on between p.arrives_on - 3 and p.arrives_on + 7;
end
$function$;
comment on function finance.bank_candidates(finance.bank_lines, text, text) is 'Journals of the amount and about the day of a line that no line is matched with, and payouts that it may bring; whether the line names them.';

-- Create function "finance.reconcile_bank(uuid, integer, text)"
create function finance.reconcile_bank(p_after uuid, p_at_most integer, p_request_id text)
 returns table(looked bigint, matched bigint, last_id uuid)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_line finance.bank_lines;
  v_bank finance.bank_accounts;
  v_found record;
  v_day date;
  v_journal uuid;
  v_payout giving.payouts;
  v_looked bigint := 0;
  v_matched bigint := 0;
  v_last uuid;
begin
  -- Two at once might find one journal for two lines: no row stands for "nothing is matched with it yet".
  if not pg_try_advisory_xact_lock(77241) then
    return;
  end if;
  for v_line in
    select l.* from finance.bank_lines l
    where l.status = 'unmatched' and l.booked_on between finance.today() - 60 and finance.today()
      and (p_after is null or l.id > p_after)
    order by l.id
    limit p_at_most
    for no key update
  loop
    v_looked := v_looked + 1;
    v_last := v_line.id;
    select * into strict v_bank from finance.bank_accounts where id = v_line.bank_account_id;
    select count(*) as found, count(*) filter (where b.named) as named,
      (array_agg(b.journal_id order by b.named desc))[1] as journal_id,
      (array_agg(b.payout_id order by b.named desc))[1] as payout_id
    into v_found
    from finance.bank_candidates(v_line, v_bank.code, v_bank.currency) b;
    -- Named by the line, or alone with its amount on both sides; all else is for a person.
    continue when v_found.named > 1 or v_found.named = 0 and (
      v_found.found <> 1 or exists (
        select from finance.bank_lines o
        where o.bank_account_id = v_line.bank_account_id and o.amount_minor = v_line.amount_minor and o.id <> v_line.id
          and o.status = 'unmatched' and o.booked_on between v_line.booked_on - 10 and v_line.booked_on + 10));
    v_journal := v_found.journal_id;
    if v_journal is null then
      v_day := ledger.posting_day(v_line.booked_on);
      select * into v_payout from giving.payouts where id = v_found.payout_id and status = 'paid' for no key update;
      continue when not found or not exists (
        select from ledger.accounting_periods where span @> v_day and closed_at is null);
      v_journal := ledger.book(
        null, 'payout.received', v_day, 'payout', v_payout.id, v_payout.currency, array['1000', '1010'],
        array[null, null]::uuid[], array[v_payout.amount_minor, -v_payout.amount_minor], null, p_request_id);
      update giving.payouts set status = 'reconciled', updated_by = null where id = v_payout.id;
    end if;
    insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by)
    values (v_line.id, v_journal, v_line.amount_minor, 'rule');
    update finance.bank_lines set status = 'matched', updated_by = null where id = v_line.id;
    update giving.disbursements set status = 'reconciled', updated_by = null
    where paid_journal_id = v_journal and status = 'paid';
    v_matched := v_matched + 1;
  end loop;
  return query select v_looked, v_matched, v_last;
end
$function$;
grant execute on function finance.reconcile_bank(uuid, integer, text) to finance_writer;
comment on function finance.reconcile_bank(uuid, integer, text) is 'Looks at that many unmatched lines of the last 60 days, by id, after one: a line that names one journal of its amount, or is alone with it, is matched; a payout that arrives with one is booked. What is not clear is left to a person. No row: another one is at work.';

-- Create function "giving.collect_mandate(giving.recurring_mandates, date)"
create function giving.collect_mandate(p_mandate giving.recurring_mandates, p_due_on date)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.collect_mandate(giving.recurring_mandates, date) is 'Expects the gift of a standing promise on a due date, once; null: it was expected before.';

-- Create function "giving.create_mandate(text, text, bytea, jsonb, uuid, uuid)"
create function giving.create_mandate(p_scope text, p_key text, p_fingerprint bytea, p_mandate jsonb, p_viewer uuid, p_actor uuid)
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
  where id = v_row.contributor_id and deleted_at is null and (p_viewer is null or contact_ref = p_viewer) for share;
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
    coalesce(v_row.id, gen_random_uuid()), v_row.contributor_id, giving.purpose_fund(v_row.project_ref, null, null),
    v_row.project_ref, v_row.processor, v_row.processor_ref, v_row.amount_minor, v_row.currency, v_row.frequency,
    v_row.day_of_month, coalesce(v_row.starts_on, finance.today()), v_row.ends_on, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.create_mandate(text, text, bytea, jsonb, uuid, uuid) to finance_writer;
comment on function giving.create_mandate(text, text, bytea, jsonb, uuid, uuid) is 'Records a standing promise to give, pending until its processor knows it. Breaks idempotency_keys_fingerprint (P0422), recurring_mandates_pkey, recurring_mandates_processor_ref_key (23505), recurring_mandates_contributor_id_fkey, recurring_mandates_processor_fkey (23503), recurring_mandates_currency_of_processor or a check of recurring_mandates (23514).';

-- Create function "giving.mandate_day(giving.recurring_mandates, date)"
create function giving.mandate_day(p_mandate giving.recurring_mandates, p_after date)
 returns date
 language plpgsql
 immutable
 set search_path to ''
as $function$
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
$function$;
comment on function giving.mandate_day(giving.recurring_mandates, date) is 'The first day of collection after a day.';

-- Create function "giving.collect_mandates(integer)"
create function giving.collect_mandates(p_at_most integer)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
grant execute on function giving.collect_mandates(integer) to finance_writer;
comment on function giving.collect_mandates(integer) is 'Expects the gifts of standing promises that are due, one due date of at most that many; says how many.';

-- Create function "giving.gift_of_mandate(text, jsonb)"
create function giving.gift_of_mandate(p_provider text, p_fact jsonb)
 returns giving.contributions
 language plpgsql
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
comment on function giving.gift_of_mandate(text, jsonb) is 'The contribution of a due date of a standing promise, locked, made if the job has not yet; null: nobody knows the promise. It takes the name of the payment unless another payment has settled it. Breaks contributions_mandate_due_on (P0409).';

-- Replace function "giving.gift_of_payment(text, jsonb)"
create or replace function giving.gift_of_payment(p_provider text, p_fact jsonb)
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
  if not found and p_fact ->> 'mandate_ref' is not null then
    v_gift := giving.gift_of_mandate(p_provider, p_fact);
  end if;
  return v_gift;
end
$function$;
comment on function giving.gift_of_payment(text, jsonb) is 'The contribution of a payment, locked, by any of the names that the processor has for it, or by the promise and due date that it was collected for; null: none.';

-- Create function "giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid)"
create function giving.step_mandate(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_words text, p_viewer uuid, p_actor uuid)
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
  join giving.contributors c on c.id = m.contributor_id and (p_viewer is null or c.contact_ref = p_viewer)
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
  if p_step = 'activate' then
    -- The processor may have told of a payment before we were told its name of the promise.
    perform finance.wake(finance.subject('mandate', v_row.processor, v_row.processor_ref));
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid) to finance_writer;
comment on function giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid) is 'Takes a standing promise one step further: activate (words: the processor''s id of it), pause, resume, cancel (why). Breaks idempotency_keys_fingerprint (P0422), recurring_mandates_pkey (P0404), recurring_mandates_version (P0412), recurring_mandates_status_transition (23514), recurring_mandates_processor_ref_key (23505).';

-- Add column "mandate_due_on" of table "giving.contributions"
alter table giving.contributions add column mandate_due_on date;
comment on column giving.contributions.mandate_due_on is 'Due date of the promise that it was collected for; null: given once.';

-- No release before this one has written mandate_id; whatever else did is due on the day it was given.
update giving.contributions set mandate_due_on = occurred_on where mandate_id is not null;

-- Create constraint "contributions_mandate_whole" of table "giving.contributions"
alter table giving.contributions add constraint contributions_mandate_whole check (((mandate_id is null) = (mandate_due_on is null)));

-- Create index "giving.contributions_mandate_due_on_key"
create unique index contributions_mandate_due_on_key on giving.contributions using btree (mandate_id, mandate_due_on) where (mandate_id is not null);
