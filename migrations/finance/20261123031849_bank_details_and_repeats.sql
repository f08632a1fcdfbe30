-- Drop trigger "keep_once_set" of table "giving.partner_bank_accounts", to be made again
drop trigger keep_once_set on giving.partner_bank_accounts;

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
  v_row.id := coalesce(v_row.id, ledger.uuid7());
  v_row.fee_minor := coalesce(v_row.fee_minor, 0);
  v_row.converted_on := coalesce(v_row.converted_on, finance.today());
  v_row.journal_id := ledger.uuid7();
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

-- Create function "finance.id_of_request(text, text, bytea)"
create function finance.id_of_request(p_scope text, p_key text, p_fingerprint bytea)
 returns uuid
 language plpgsql
 immutable
 set search_path to ''
as $function$
begin
  return encode(substr(sha256(convert_to(p_scope || chr(10) || p_key, 'UTF8') || p_fingerprint), 1, 16), 'hex')::uuid;
end
$function$;
comment on function finance.id_of_request(text, text, bytea) is 'The id of what a request makes that chooses none: the same for its repetition, also when its key is forgotten.';

-- Replace function "giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text)"
create or replace function giving.allocate(p_scope text, p_key text, p_fingerprint bytea, p_from_fund_id uuid, p_currency text, p_targets jsonb, p_contribution_id uuid, p_reason text, p_actor uuid, p_request_id text)
 returns table(allocation giving.allocations, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_target record;
  v_row giving.allocations;
  v_journal uuid;
  v_rows jsonb := '[]';
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query
    select jsonb_populate_record(null::giving.allocations, a.value), true
    from jsonb_array_elements(v_answer) with ordinality a order by a.ordinality;
    return;
  end if;
  -- Before the fund is looked at: it may no longer hold what it gave.
  v_row.id := finance.id_of_request(p_scope, p_key || chr(10) || 1, p_fingerprint);
  if exists (select from giving.allocations where id = v_row.id) then
    raise exception 'allocation % is recorded', v_row.id
      using errcode = '23505', constraint = 'allocations_pkey', schema = 'giving', table = 'allocations';
  end if;
  for v_target in
    select t.*, row_number() over () as place
    from jsonb_to_recordset(p_targets)
      as t (id uuid, fund_id uuid, project_ref uuid, theme_ref uuid, stage_ref uuid, amount_minor bigint)
  loop
    insert into giving.allocations (
      id, from_fund_id, to_fund_id, contribution_id, amount_minor, currency, reason, created_by, updated_by)
    values (
      coalesce(v_target.id, finance.id_of_request(p_scope, p_key || chr(10) || v_target.place, p_fingerprint)), p_from_fund_id,
      coalesce(v_target.fund_id, giving.purpose_fund(v_target.project_ref, v_target.theme_ref, v_target.stage_ref)),
      p_contribution_id, v_target.amount_minor, p_currency, p_reason, p_actor, p_actor)
    returning * into v_row;
    v_journal := ledger.book(
      null, 'allocation.confirmed', finance.today(), 'allocation', v_row.id, v_row.currency,
      array['3900', '3900'], array[v_row.from_fund_id, v_row.to_fund_id], array[v_row.amount_minor, -v_row.amount_minor],
      p_actor, p_request_id);
    update giving.allocations set status = 'confirmed', journal_id = v_journal where id = v_row.id returning * into v_row;
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.allocation.confirmed.v1', 'allocation', v_row.id, jsonb_build_object(
      'allocation_id', v_row.id, 'from_fund_id', v_row.from_fund_id, 'to_fund_id', v_row.to_fund_id,
      'amount_minor', v_row.amount_minor, 'currency', v_row.currency, 'journal_id', v_journal));
    v_rows := v_rows || to_jsonb(v_row);
    allocation := v_row;
    replayed := false;
    return next;
  end loop;
  perform finance.answer_key(p_scope, p_key, 201::smallint, v_rows);
end
$function$;

-- Replace function "giving.approve_grant(text, text, bytea, jsonb, uuid, text)"
create or replace function giving.approve_grant(p_scope text, p_key text, p_fingerprint bytea, p_grant jsonb, p_actor uuid, p_request_id text)
 returns table(award giving.grants, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted giving.grants := jsonb_populate_record(null::giving.grants, p_grant);
  v_row giving.grants;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.grants, v_answer), true;
    return;
  end if;
  insert into giving.grants (
    id, application_ref, fund_id, project_ref, payer_name, amount_minor, currency, approved_on, created_by, updated_by)
  values (
    coalesce(v_wanted.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_wanted.application_ref,
    giving.purpose_fund(v_wanted.project_ref, null, null), v_wanted.project_ref, v_wanted.payer_name,
    v_wanted.amount_minor, v_wanted.currency, coalesce(v_wanted.approved_on, finance.today()), p_actor, p_actor)
  returning * into v_row;
  update giving.grants
  set journal_id = ledger.book(
    null, 'grant.approved', v_row.approved_on, 'grant', v_row.id, v_row.currency, array['1500', '4100'],
    array[null, v_row.fund_id], array[v_row.amount_minor, -v_row.amount_minor], p_actor, p_request_id, 'grant', v_row.id)
  where id = v_row.id
  returning * into v_row;
  perform giving.tell_grant(v_row, 'approved', v_row.amount_minor, v_row.journal_id);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Replace function "giving.propose_disbursement(text, text, bytea, jsonb, uuid, text)"
create or replace function giving.propose_disbursement(p_scope text, p_key text, p_fingerprint bytea, p_proposal jsonb, p_actor uuid, p_request_id text)
 returns table(disbursement giving.disbursements, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted giving.disbursements := jsonb_populate_record(null::giving.disbursements, p_proposal);
  v_partner finance.ref_partners;
  v_row giving.disbursements;
  v_line record;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.disbursements, v_answer), true;
    return;
  end if;
  select * into v_partner from finance.ref_partners where id = v_wanted.partner_ref;
  if not found then
    raise exception 'nothing is known of partner %', v_wanted.partner_ref
      using errcode = '23503', constraint = 'disbursements_partner_ref_fkey', schema = 'giving', table = 'disbursements';
  end if;
  insert into giving.disbursements (
    id, partner_ref, partner_name, bank_account_id, project_ref, stage_ref, milestone_ref, milestone_version,
    without_milestone_reason, amount_minor, currency, method, proposed_by, created_by, updated_by)
  values (
    coalesce(v_wanted.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_wanted.partner_ref,
    coalesce(nullif(v_partner.label ->> 'en', ''), v_partner.label ->> 'de'), v_wanted.bank_account_id,
    v_wanted.project_ref, v_wanted.stage_ref, v_wanted.milestone_ref, v_wanted.milestone_version,
    v_wanted.without_milestone_reason, v_wanted.amount_minor, v_wanted.currency,
    coalesce(v_wanted.method, 'bank_transfer'), p_actor, p_actor, p_actor)
  returning * into v_row;
  for v_line in
    select l.value, l.ordinality from jsonb_array_elements(coalesce(p_proposal -> 'lines', jsonb_build_array(
      jsonb_build_object('project_ref', v_row.project_ref, 'stage_ref', v_row.stage_ref,
        'amount_minor', v_row.amount_minor)))) with ordinality l
  loop
    insert into giving.disbursement_lines (disbursement_id, position, fund_id, amount_minor, created_by, updated_by)
    values (
      v_row.id, v_line.ordinality,
      coalesce((v_line.value ->> 'fund_id')::uuid, giving.purpose_fund(
        (v_line.value ->> 'project_ref')::uuid, null, (v_line.value ->> 'stage_ref')::uuid)),
      (v_line.value ->> 'amount_minor')::bigint, p_actor, p_actor);
  end loop;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Replace function "giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text)"
create or replace function giving.refund(p_scope text, p_key text, p_fingerprint bytea, p_contribution_id uuid, p_amount_minor bigint, p_currency text, p_tip_minor bigint, p_reason text, p_note text, p_fee text, p_processor_ref text, p_actor uuid, p_request_id text)
 returns table(refund giving.refunds, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;

-- Comments and privileges of function "giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text)"
comment on function giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text) is 'Moves money from one fund to others, each target {id, fund_id | project_ref | theme_ref | stage_ref, amount_minor}, all or none. Breaks idempotency_keys_fingerprint (P0422), allocations_pkey (23505), funds_floor (P0402), accounts_open, accounting_periods_open (P0409), allocations_from_fund_id_fkey, allocations_to_fund_id_fkey, allocations_contribution_id_fkey, allocations_currency_fkey, funds_stage_ref_fkey (23503), allocations_funds_differ, allocations_designation, allocations_total, allocations_currency_of_contribution (23514).';

-- Comments and privileges of function "giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text)"
comment on function giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text) is 'Refunds a contribution: what is left of the gift with its fee cover, or part of it, and part of the tip; posted at once unless its processor has still to confirm it. Breaks idempotency_keys_fingerprint (P0422), refunds_contribution_id_fkey (23503), refunds_of_undisputed, accounting_periods_open (P0409), refunds_pkey, refunds_processor_ref_key (23505), refunds_total, refunds_tip_total, refunds_of_settled, refunds_currency_of_contribution (23514).';

-- Create function "giving.create_partner_bank_account(text, text, bytea, jsonb, uuid)"
create function giving.create_partner_bank_account(p_scope text, p_key text, p_fingerprint bytea, p_account jsonb, p_actor uuid)
 returns table(account giving.partner_bank_accounts, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.partner_bank_accounts := jsonb_populate_record(null::giving.partner_bank_accounts, p_account);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.partner_bank_accounts, v_answer), true;
    return;
  end if;
  perform 1 from finance.ref_partners where id = v_row.partner_ref;
  if not found then
    raise exception 'nothing is known of partner %', v_row.partner_ref
      using errcode = '23503', constraint = 'partner_bank_accounts_partner_ref_fkey',
            schema = 'giving', table = 'partner_bank_accounts';
  end if;
  -- The index knows marks of one key only; an account from before a new key has the mark of an older one.
  perform 1 from giving.partner_bank_accounts a
  where a.partner_ref = v_row.partner_ref and a.status <> 'retired'
    and a.details_fingerprint in (select m.value::bytea from jsonb_array_elements_text(p_account -> 'marks') m);
  if found then
    raise exception 'partner % has this account', v_row.partner_ref
      using errcode = '23505', constraint = 'partner_bank_accounts_details_key',
            schema = 'giving', table = 'partner_bank_accounts';
  end if;
  insert into giving.partner_bank_accounts (
    id, partner_ref, holder_name, currency, country, details_ciphertext, details_key_id, details_fingerprint, last_four,
    created_by, updated_by)
  values (
    v_row.id, v_row.partner_ref, v_row.holder_name, v_row.currency, v_row.country, v_row.details_ciphertext,
    v_row.details_key_id, v_row.details_fingerprint, v_row.last_four, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(
    p_scope, p_key, 201::smallint, to_jsonb(v_row) - '{details_ciphertext,details_key_id,details_fingerprint}'::text[]);
  return query select v_row, false;
end
$function$;
grant execute on function giving.create_partner_bank_account(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function giving.create_partner_bank_account(text, text, bytea, jsonb, uuid) is 'Writes down where a partner is paid; marks: what the details are known again by, under each key. Breaks idempotency_keys_fingerprint (P0422), partner_bank_accounts_pkey, partner_bank_accounts_details_key (23505), partner_bank_accounts_partner_ref_fkey, partner_bank_accounts_currency_fkey (23503) or a check of partner_bank_accounts (23514).';

-- Create function "ledger.open_periods(integer)"
create function ledger.open_periods(p_years_ahead integer)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  v_from date;
  v_opened bigint := 0;
begin
  -- Without a gap after the last one; the first ones are tax years that a migration wrote.
  select max(upper(span)) into v_from from ledger.accounting_periods;
  while v_from <= finance.today() + make_interval(years => p_years_ahead) loop
    insert into ledger.accounting_periods (span) values (daterange(v_from, (v_from + interval '1 year')::date))
    on conflict do nothing;
    if found then
      v_opened := v_opened + 1;
    end if;
    v_from := (v_from + interval '1 year')::date;
  end loop;
  return v_opened;
end
$function$;
grant execute on function ledger.open_periods(integer) to finance_writer;
comment on function ledger.open_periods(integer) is 'Opens a period of a year after the last one until one begins more than that many years from today; returns how many.';

-- Add column "details_key_id" of table "giving.partner_bank_accounts"
alter table giving.partner_bank_accounts add column details_key_id text;
comment on column giving.partner_bank_accounts.details_key_id is 'Name of the key that sealed the details; null: unknown, they cannot be opened.';

-- Create constraint "partner_bank_accounts_details_key_id_length" of table "giving.partner_bank_accounts"
alter table giving.partner_bank_accounts add constraint partner_bank_accounts_details_key_id_length check (((length(details_key_id) >= 1) and (length(details_key_id) <= 64)));

-- Create trigger "keep_once_set" of table "giving.partner_bank_accounts"
create trigger keep_once_set before update on giving.partner_bank_accounts for each row execute function finance.keep_once_set('verified_by', 'verified_at', 'usable_from', 'details_ciphertext', 'details_key_id', 'details_fingerprint', 'last_four', 'partner_ref', 'holder_name', 'currency', 'country', 'created_by');

-- Drop trigger "record_change" of table "giving.partner_bank_accounts", to be made again
drop trigger record_change on giving.partner_bank_accounts;

-- Create trigger "record_change" of table "giving.partner_bank_accounts"
create trigger record_change after insert or delete or update on giving.partner_bank_accounts for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('partner_bank_account', 'details_ciphertext,details_key_id,details_fingerprint');
