-- Create function "finance.uuid7()"
create function finance.uuid7()
 returns uuid
 language plpgsql
 parallel safe
 set search_path to ''
as $function$
begin
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end
$function$;
grant execute on function finance.uuid7() to finance_writer;
comment on function finance.uuid7() is 'A new UUID, version 7 (RFC 9562): milliseconds since 1970, then random bits.';

-- Replace function "giftaid.accrue(uuid[], uuid[], uuid[], uuid, text)"
create or replace function giftaid.accrue(p_contributions uuid[], p_declarations uuid[], p_claimants uuid[], p_actor uuid, p_request_id text)
 returns table(taken bigint, tax_minor bigint)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_gift giving.contributions;
  v_declared giftaid.declarations;
  v_amount bigint;
  v_tax bigint;
  v_id uuid;
  v_journal uuid;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for i in 1 .. coalesce(cardinality(p_contributions), 0) loop
    -- The lock makes a refund wait, and then see the accrual; what has changed since the caller looked is passed over.
    select * into v_gift from giving.contributions where id = p_contributions[i] for no key update;
    select * into v_declared from giftaid.declarations where id = p_declarations[i] for share;
    v_amount := v_gift.amount_minor - giftaid.refunded(v_gift.id);
    v_tax := case when v_amount > 0 then giftaid.tax_on(v_amount, v_gift.occurred_on) end;
    continue when v_gift.id is null or v_declared.id is null or coalesce(v_tax, 0) = 0
      or v_gift.status not in ('settled', 'partially_refunded') or v_gift.currency <> 'GBP' or not v_gift.own_money
      or v_declared.contributor_id <> v_gift.contributor_id or v_declared.claimant_id <> p_claimants[i]
      or v_declared.contribution_id <> v_gift.id or not giftaid.covers(v_declared, v_gift.occurred_on)
      or exists (select from giftaid.accruals where contribution_id = v_gift.id and status in ('open', 'claimed'))
      or exists (
        select from giftaid.claim_lines
        where contribution_id = v_gift.id and status not in ('rejected', 'withdrawn', 'reversed'))
      or exists (select from giftaid.aggregate_items where contribution_id = v_gift.id)
      or exists (select from giftaid.gasds_collections where contribution_id = v_gift.id);
    v_id := finance.uuid7();
    select j.journal_id into v_journal from ledger.post(
      null, 'gift_aid.accrued', v_today, 'gift_aid_accrual', v_id,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('4010', v_gift.fund_id, 'GBP')],
      array[v_tax, -v_tax], p_actor, p_request_id) j;
    insert into giftaid.accruals (
      id, contribution_id, claimant_id, declaration_id, fund_id, donated_on, amount_minor, tax_minor, journal_id,
      created_by, updated_by)
    values (
      v_id, v_gift.id, p_claimants[i], v_declared.id, v_gift.fund_id, v_gift.occurred_on, v_amount, v_tax, v_journal,
      p_actor, p_actor);
    v_taken := v_taken + 1;
    v_total := v_total + v_tax;
  end loop;
  return query select v_taken, v_total;
end
$function$;

-- Replace function "giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text)"
create or replace function giftaid.submit_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_channel text, p_irmark text, p_body text, p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_accrued bigint;
  v_rounding bigint;
  v_journal uuid := finance.uuid7();
  v_general uuid;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{validated}');
  if v_claim.prepared_by = p_actor then
    raise exception 'contact % has prepared claim %', p_actor, p_id
      using errcode = '23514', constraint = 'claims_four_eyes', schema = 'giftaid', table = 'claims';
  end if;
  if exists (
    select from giftaid.claim_lines l where l.claim_id = p_id and l.status = 'included' and not giftaid.is_due(l))
  then
    raise exception 'a gift of claim % has changed since it was validated', p_id
      using errcode = 'P0409', constraint = 'claims_current', schema = 'giftaid', table = 'claims';
  end if;
  update giftaid.accruals a set status = 'claimed', claim_line_id = l.id, updated_by = p_actor
  from giftaid.claim_lines l
  where l.claim_id = p_id and l.status = 'included' and a.contribution_id = l.contribution_id and a.status = 'open';
  select coalesce(sum(a.tax_minor), 0) into v_accrued
  from giftaid.accruals a join giftaid.claim_lines l on l.id = a.claim_line_id where l.claim_id = p_id;
  -- Each gift was floored, the total is floored once: less than a penny per gift, to the general fund.
  v_rounding := v_claim.expected_tax_minor - v_accrued;
  select id into strict v_general from ledger.funds where code = 'GEN';
  select array_agg(t.account), array_agg(t.amount) into v_accounts, v_amounts
  from (values
    (ledger.leaf_account('1310', null, 'GBP'), v_claim.expected_tax_minor - v_claim.adjustment_minor),
    (ledger.leaf_account('1300', null, 'GBP'), -v_accrued),
    (ledger.leaf_account('4010', v_general, 'GBP'), -v_rounding),
    (ledger.leaf_account('2300', null, 'GBP'), v_claim.adjustment_minor)
  ) as t (account, amount) where t.amount <> 0;
  perform ledger.post(
    v_journal, 'gift_aid.claimed', (now() at time zone 'Europe/London')::date, 'gift_aid_claim', p_id,
    v_accounts, v_amounts, p_actor, p_request_id);
  update giftaid.claims
  set status = 'submitted', submitted_by = p_actor, submitted_at = now(), channel = p_channel, irmark = p_irmark,
    journal_id = v_journal, poll_after = case when p_channel = 'hmrc' then now() end, updated_by = p_actor
  where id = p_id
  returning * into v_claim;
  perform giftaid.check_small_donations(p_id);
  perform giftaid.submit_small_donations(p_id, p_actor, p_request_id);
  if p_body is not null then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'sent', p_body);
  end if;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'submitted', p_actor);
  if p_channel = 'upload' then
    -- Charities Online answers at once, to the person who uploads: what they say is the answer.
    update giftaid.claims set status = 'acknowledged' where id = p_id;
    update giftaid.claims set status = 'accepted' where id = p_id returning * into v_claim;
    update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
    update giftaid.gasds_claims set status = 'accepted', updated_by = p_actor where claim_id = p_id and status = 'submitted';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;

-- Replace function "giving.convert(text, text, bytea, jsonb, uuid, text)"
create or replace function giving.convert(p_scope text, p_key text, p_fingerprint bytea, p_conversion jsonb, p_actor uuid, p_request_id text)
 returns table(conversion giving.conversions, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.conversions := jsonb_populate_record(null::giving.conversions, p_conversion);
  v_from_exponent integer;
  v_to_exponent integer;
  v_to numeric;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.conversions, v_answer), true;
    return;
  end if;
  select exponent into v_from_exponent from ledger.currencies where code = v_row.from_currency;
  select exponent into v_to_exponent from ledger.currencies where code = v_row.to_currency;
  if v_from_exponent is null or v_to_exponent is null then
    raise exception 'our books do not take % and %', v_row.from_currency, v_row.to_currency
      using errcode = '23503', schema = 'giving', table = 'conversions', constraint = case
        when v_from_exponent is null then 'conversions_from_currency_fkey' else 'conversions_to_currency_fkey' end;
  end if;
  if not exists (select from ledger.funds where id = v_row.fund_id) then
    raise exception 'there is no fund %', v_row.fund_id
      using errcode = '23503', constraint = 'conversions_fund_id_fkey', schema = 'giving', table = 'conversions';
  end if;
  -- Numeric all the way: a rate is never a binary fraction.
  if v_row.to_minor is null then
    v_to := round(v_row.from_minor * v_row.rate * power(10::numeric, (v_to_exponent - v_from_exponent)::numeric));
    if v_to not between 1 and 9000000000000000 then
      raise exception '% at % would be %', v_row.from_minor, v_row.rate, v_to
        using errcode = '23514', constraint = 'conversions_to_minor_range', schema = 'giving', table = 'conversions';
    end if;
    v_row.to_minor := v_to;
  else
    v_row.rate := round(
      v_row.to_minor::numeric / v_row.from_minor * power(10::numeric, (v_from_exponent - v_to_exponent)::numeric), 10);
  end if;
  -- Before the fund is looked at: it may no longer hold what was changed.
  if exists (
    select from giving.conversions
    where code = v_row.code and provider_ref = v_row.provider_ref and fund_id = v_row.fund_id
  ) then
    raise exception 'conversion % of fund % is recorded', v_row.provider_ref, v_row.fund_id
      using errcode = '23505', constraint = 'conversions_provider_ref_key', schema = 'giving', table = 'conversions';
  end if;
  v_row.id := coalesce(v_row.id, finance.uuid7());
  v_row.fee_minor := coalesce(v_row.fee_minor, 0);
  v_row.converted_on := coalesce(v_row.converted_on, finance.today());
  v_row.journal_id := finance.uuid7();
  v_row.created_at := now();
  v_row.created_by := p_actor;
  select array_agg(l.account order by l.place), array_agg(l.amount order by l.place) into v_accounts, v_amounts
  from (
    select place, ledger.leaf_account(code, fund, currency) as account, amount
    from (values
      (1, '1900', null, v_row.from_currency, v_row.from_minor),
      (2, v_row.code, null, v_row.from_currency, -v_row.from_minor),
      (3, v_row.code, null, v_row.to_currency, v_row.to_minor),
      (4, '1900', null, v_row.to_currency, -v_row.to_minor),
      (5, '3920', v_row.fund_id, v_row.from_currency, v_row.from_minor),
      (6, '1900', null, v_row.from_currency, -v_row.from_minor),
      (7, '1900', null, v_row.to_currency, v_row.to_minor),
      (8, '3920', v_row.fund_id, v_row.to_currency, -v_row.to_minor),
      (9, '5130', v_row.fund_id, v_row.to_currency, v_row.fee_minor),
      (10, v_row.code, null, v_row.to_currency, -v_row.fee_minor)
    ) as lines (place, code, fund, currency, amount)
    where amount <> 0
  ) l;
  perform ledger.post(
    v_row.journal_id, 'currency.converted', v_row.converted_on, 'conversion', v_row.id, v_accounts, v_amounts, p_actor,
    p_request_id);
  insert into giving.conversions (
    id, fund_id, code, provider_ref, from_minor, from_currency, to_minor, to_currency, rate, fee_minor, converted_on,
    journal_id, created_at, created_by)
  values (
    v_row.id, v_row.fund_id, v_row.code, v_row.provider_ref, v_row.from_minor, v_row.from_currency, v_row.to_minor,
    v_row.to_currency, v_row.rate, v_row.fee_minor, v_row.converted_on, v_row.journal_id, v_row.created_at,
    v_row.created_by);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.currency.converted.v1', 'conversion', v_row.id, jsonb_build_object(
    'conversion_id', v_row.id, 'fund_id', v_row.fund_id, 'from_minor', v_row.from_minor,
    'from_currency', v_row.from_currency, 'to_minor', v_row.to_minor, 'to_currency', v_row.to_currency,
    'rate', v_row.rate::text, 'fee_minor', v_row.fee_minor, 'journal_id', v_row.journal_id));
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Replace function "giving.give(text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text, uuid, text)"
create or replace function giving.give(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_project_ref uuid, p_theme_ref uuid, p_amount_minor bigint, p_currency text, p_fee_cover_minor bigint, p_tip_minor bigint, p_note text, p_occurred_on date, p_processor text, p_processor_ref text, p_fee_minor bigint, p_presentment_minor bigint, p_presentment_currency text, p_actor uuid, p_request_id text)
 returns table(contribution giving.contributions, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.contributions;
  v_processor giving.processors;
  v_settles boolean;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.contributions, v_answer), true;
    return;
  end if;

  -- The lock makes a concurrent deletion of the contributor wait.
  perform 1 from giving.contributors where id = p_contributor_id and deleted_at is null for share;
  if not found then
    raise exception 'contributor % does not exist', p_contributor_id
      using errcode = '23503', constraint = 'contributions_contributor_id_fkey', schema = 'giving', table = 'contributions';
  end if;
  perform 1 from ledger.currencies where code = p_currency;
  if not found then
    raise exception 'the books do not accept currency %', p_currency
      using errcode = '23503', constraint = 'contributions_currency_fkey', schema = 'giving', table = 'contributions';
  end if;
  select * into v_processor from giving.processors where code = coalesce(p_processor, 'manual') and is_active;
  if not found then
    raise exception 'there is no processor %', p_processor
      using errcode = '23503', constraint = 'contributions_provider_fkey', schema = 'giving', table = 'contributions';
  end if;
  if v_processor.kind <> 'manual' and p_currency <> all (v_processor.currencies) then
    raise exception 'processor % does not take %', v_processor.code, p_currency
      using errcode = '23514', constraint = 'contributions_currency_of_provider', schema = 'giving', table = 'contributions';
  end if;
  if p_fee_minor >= p_amount_minor + coalesce(p_fee_cover_minor, 0) + coalesce(p_tip_minor, 0) then
    raise exception 'a fee of % is no part of the payment', p_fee_minor
      using errcode = '23514', constraint = 'contributions_fee_below_payment', schema = 'giving', table = 'contributions';
  end if;

  -- What comes through a processor is ours when it says so, or when whoever records it knows what it kept.
  v_settles := v_processor.kind in ('manual', 'bank_transfer') or p_fee_minor is not null;
  insert into giving.contributions (
    id, contributor_id, fund_id, project_ref, theme_ref, designation, amount_minor, currency, fee_cover_minor, tip_minor,
    note, status, provider, provider_ref, occurred_on, settled_at, journal_id,
    presentment_minor, presentment_currency, presentment_rate, created_by, updated_by)
  values (
    coalesce(p_id, finance.id_of_request(p_scope, p_key, p_fingerprint)), p_contributor_id,
    giving.purpose_fund(p_project_ref, p_theme_ref, null), p_project_ref, p_theme_ref,
    case when p_project_ref is null and p_theme_ref is null then 'unrestricted' else 'restricted' end,
    p_amount_minor, p_currency, coalesce(p_fee_cover_minor, 0), coalesce(p_tip_minor, 0),
    p_note, case when v_settles then 'settled' else 'created' end, v_processor.code, p_processor_ref,
    coalesce(p_occurred_on, finance.today()), case when v_settles then now() end,
    case when v_settles then finance.uuid7() end,
    p_presentment_minor, p_presentment_currency,
    giving.presentment_rate(
      p_amount_minor + coalesce(p_fee_cover_minor, 0) + coalesce(p_tip_minor, 0), p_currency,
      p_presentment_minor, p_presentment_currency),
    p_actor, p_actor)
  returning * into v_row;
  if v_settles then
    perform giving.post_settlement(v_row, p_fee_minor, p_actor, p_request_id);
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
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
$function$;

-- Replace function "ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text)"
create or replace function ledger.post(p_id uuid, p_kind text, p_effective_date date, p_source_type text, p_source_id uuid, p_accounts uuid[], p_amounts bigint[], p_actor_ref uuid default null::uuid, p_request_id text default null::text, p_memo text default ''::text, p_reason text default null::text, p_reverses uuid default null::uuid, p_scope text default null::text, p_key text default null::text)
 returns table(journal_id uuid, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_id uuid := coalesce(p_id, finance.uuid7());
  v_answer jsonb;
  v_period integer;
  v_lines integer;
  v_unknown uuid;
  v_closed text;
  v_may_fall boolean;
  v_falling_accounts uuid[];
  v_falling_funds uuid[];
  v_falling_currencies text[];
  v_guarded uuid[];
  v_short record;
  v_broken text;
begin
  -- Checks below read what others committed meanwhile, statement by statement.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'posting needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;

  if p_key is not null then
    v_answer := finance.claim_key(p_scope, p_key, sha256(convert_to(jsonb_build_array(
      p_id, p_kind, p_effective_date, p_source_type, p_source_id, p_accounts, p_amounts,
      p_actor_ref, p_memo, p_reason, p_reverses)::text, 'UTF8')));
    if v_answer is not null then
      return query select (v_answer ->> 'journal_id')::uuid, true;
      return;
    end if;
  end if;

  -- The shared lock is what a close waits for; whether the period is open is asked only after it is held.
  select id into v_period from ledger.accounting_periods where span @> p_effective_date;
  if found then
    perform pg_advisory_xact_lock_shared(77200, v_period);
    perform 1 from ledger.accounting_periods where id = v_period and closed_at is null;
  end if;
  if not found then
    raise exception 'no open accounting period on %', p_effective_date
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods';
  end if;

  insert into ledger.journals (
    id, kind, effective_date, reverses, source_type, source_id, actor_ref, request_id, memo, reason, lines)
  values (
    v_id, p_kind, p_effective_date, p_reverses, p_source_type, p_source_id, p_actor_ref, p_request_id,
    coalesce(p_memo, ''), p_reason, greatest(cardinality(p_accounts), cardinality(p_amounts)));

  insert into ledger.entries (journal_id, line, account_id, currency, amount)
  select v_id, l.line, l.account_id, a.currency, l.amount
  from unnest(p_accounts, p_amounts) with ordinality l (account_id, amount, line)
  join ledger.accounts a on a.id = l.account_id;
  get diagnostics v_lines = row_count;
  if v_lines <> greatest(cardinality(p_accounts), cardinality(p_amounts)) then
    select l.account_id into v_unknown from unnest(p_accounts) l (account_id)
    where not exists (select 1 from ledger.accounts a where a.id = l.account_id) limit 1;
    raise exception 'account % does not exist', v_unknown
      using errcode = '23503', constraint = 'entries_account_id_fkey', schema = 'ledger', table = 'entries';
  end if;

  -- After the entries, whose foreign keys hold the accounts: a close that came first is seen, a later one waits.
  select
    array_agg(account_id order by account_id) filter (where floor_minor is not null and net * sign < 0),
    min(code) filter (where closed_at is not null),
    bool_or(fund_floor is not null and net > 0)
  into v_falling_accounts, v_closed, v_may_fall
  from (
    select a.id as account_id, a.code, a.floor_minor, a.sign, coalesce(a.closed_at, f.closed_at) as closed_at,
      f.floor_minor as fund_floor, sum(l.amount) as net
    from unnest(p_accounts, p_amounts) l (account_id, amount)
    join ledger.accounts a on a.id = l.account_id
    left join ledger.funds f on f.id = a.fund_id
    group by a.id, a.code, a.floor_minor, a.sign, f.closed_at, f.floor_minor
  ) touched;
  if v_closed is not null then
    raise exception 'an account of code % or its fund is closed', v_closed
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;

  insert into ledger.balance_deltas (account_id, amount)
  select l.account_id, sum(l.amount)
  from unnest(p_accounts, p_amounts) l (account_id, amount)
  group by l.account_id
  having sum(l.amount) <> 0;

  -- Money out of a fund: only then is anything locked. Uncommitted gifts of others do not count yet.
  if v_may_fall then
    select array_agg(fund_id), array_agg(currency) into v_falling_funds, v_falling_currencies
    from (
      select f.id as fund_id, a.currency
      from unnest(p_accounts, p_amounts) l (account_id, amount)
      join ledger.accounts a on a.id = l.account_id
      join ledger.funds f on f.id = a.fund_id
      where f.floor_minor is not null
      group by f.id, a.currency
      having sum(l.amount) > 0
    ) falling;
  end if;
  if v_falling_funds is not null or v_falling_accounts is not null then
    -- Always funds before balances, each in order of id: two postings cannot wait for each other.
    perform 1 from ledger.funds where id = any (v_falling_funds) order by id for no key update;
    select array_agg(id order by id) into v_guarded from ledger.accounts
    where fund_id = any (v_falling_funds) or id = any (v_falling_accounts);
    perform 1 from ledger.account_balances where account_id = any (v_guarded) order by account_id for no key update;
    perform ledger.fold_accounts(v_guarded);
    for v_short in
      select f.id, f.code, g.currency, -sum(b.balance) as balance
      from unnest(v_falling_funds, v_falling_currencies) g (fund_id, currency)
      join ledger.funds f on f.id = g.fund_id
      join ledger.accounts a on a.fund_id = g.fund_id and a.currency = g.currency
      join ledger.account_balances b on b.account_id = a.id
      group by f.id, f.code, f.floor_minor, g.currency
      having -sum(b.balance) < f.floor_minor
    loop
      if not exists (select 1 from ledger.journal_kinds where kind = p_kind and may_force) then
        raise exception 'fund % does not have that much', v_short.code
          using errcode = 'P0402', constraint = 'funds_floor', schema = 'ledger', table = 'funds';
      end if;
      -- The money is gone already, whatever the books say: it is recorded, and somebody is told.
      insert into ledger.shortfalls (journal_id, fund_id, currency, balance_minor)
      values (v_id, v_short.id, v_short.currency, v_short.balance);
      insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
      values ('finance.fund.overdrawn.v1', 'fund', v_short.id, jsonb_build_object(
        'fund_id', v_short.id, 'journal_id', v_id, 'balance_minor', v_short.balance, 'currency', v_short.currency));
    end loop;
    select a.code into v_broken
    from ledger.accounts a join ledger.account_balances b on b.account_id = a.id
    where a.id = any (v_falling_accounts) and b.balance * a.sign < a.floor_minor
    limit 1;
    if v_broken is not null then
      raise exception 'an account of code % does not have that much', v_broken
        using errcode = 'P0402', constraint = 'accounts_floor', schema = 'ledger', table = 'accounts';
    end if;
  end if;

  insert into ledger.seal_queue (journal_id) values (v_id);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.journal.posted.v1', 'journal', v_id, jsonb_build_object(
    'journal_id', v_id, 'kind', p_kind, 'source_type', p_source_type, 'source_id', p_source_id));

  if p_key is not null then
    perform finance.answer_key(p_scope, p_key, 201::smallint, jsonb_build_object('journal_id', v_id));
  end if;
  return query select v_id, false;
end
$function$;

-- Change default of column "id" of table "finance.audit_logs"
alter table finance.audit_logs alter column id set default finance.uuid7();

-- Change default of column "id" of table "finance.outbox_events"
alter table finance.outbox_events alter column id set default finance.uuid7();

-- Change default of column "id" of table "giftaid.accruals"
alter table giftaid.accruals alter column id set default finance.uuid7();

-- Change default of column "id" of table "giftaid.claim_messages"
alter table giftaid.claim_messages alter column id set default finance.uuid7();

-- Change default of column "id" of table "giving.conversions"
alter table giving.conversions alter column id set default finance.uuid7();

-- Change default of column "id" of table "ledger.journal_proposals"
alter table ledger.journal_proposals alter column id set default finance.uuid7();

-- Change default of column "id" of table "ledger.journals"
alter table ledger.journals alter column id set default finance.uuid7();
