-- atlas:nolint PG305 PG101
-- No production database has rows in these tables yet: scans and the index take no time.

-- Bodies of functions may name what comes later
set local check_function_bodies = off;

-- Drop trigger "check_total" of table "giving.refunds", to be made again
drop trigger check_total on giving.refunds;

-- Replace function "finance.claim_key(text, text, bytea)"
create or replace function finance.claim_key(p_scope text, p_key text, p_fingerprint bytea)
 returns jsonb
 language plpgsql
 set search_path to ''
as $function$
declare
  held finance.idempotency_keys;
begin
  -- What is checked after it reads what others committed meanwhile, statement by statement.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a request with a key needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;
  insert into finance.idempotency_keys (scope, key, fingerprint)
  values (p_scope, p_key, p_fingerprint)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into strict held from finance.idempotency_keys where scope = p_scope and key = p_key;
  if held.fingerprint <> p_fingerprint then
    raise exception 'the idempotency key was used for a different request'
      using errcode = 'P0422', constraint = 'idempotency_keys_fingerprint',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  if held.response is null then
    raise exception 'the request with this idempotency key has no answer yet'
      using errcode = '55P03', constraint = 'idempotency_keys_answered',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  return held.response;
end
$function$;

-- Replace function "giving.keep_contribution()"
create or replace function giving.keep_contribution()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if old.journal_id is not null
    and (new.journal_id, new.fund_id, new.project_ref, new.theme_ref, new.designation, new.amount_minor, new.currency, new.occurred_on, new.settled_at,
        new.fee_cover_minor, new.tip_minor)
      is distinct from
        (old.journal_id, old.fund_id, old.project_ref, old.theme_ref, old.designation, old.amount_minor, old.currency, old.occurred_on, old.settled_at,
        old.fee_cover_minor, old.tip_minor)
  then
    raise exception 'contribution % is in the books', old.id
      using errcode = '42501', schema = 'giving', table = 'contributions', hint = 'Refund it and record another one.';
  end if;
  return new;
end
$function$;

-- Create function "finance.check_version(text, integer, integer)"
create function finance.check_version(p_constraint text, p_version integer, p_expected integer)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  if p_version <> p_expected then
    raise exception 'the row is in version %, not %', p_version, p_expected
      using errcode = 'P0412', constraint = p_constraint;
  end if;
end
$function$;
comment on function finance.check_version(text, integer, integer) is 'Refuses a step that was decided on another version of the row; breaks p_constraint, <table>_version (P0412).';

-- Create function "finance.today()"
create function finance.today()
 returns date
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (now() at time zone 'Europe/London')::date;
end
$function$;
comment on function finance.today() is 'The day on which this transaction began, where the books are kept.';

-- Create function "giving.follow_status(uuid)"
create function giving.follow_status(p_contribution_id uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.follow_status(uuid) is 'The status of a settled contribution follows from its refunds and disputes; the caller has locked it.';

-- Create function "giving.part_of(bigint, bigint, bigint)"
create function giving.part_of(p_amount bigint, p_part bigint, p_whole bigint)
 returns bigint
 language plpgsql
 immutable
 set search_path to ''
as $function$
begin
  return case when p_whole = 0 then 0 else div(2 * p_amount::numeric * p_part + p_whole - 1, 2 * p_whole::numeric) end;
end
$function$;
comment on function giving.part_of(bigint, bigint, bigint) is 'What p_part of p_whole gets of an amount: the smaller share by largest remainder.';

-- Create function "giving.presentment_rate(bigint, text, bigint, text)"
create function giving.presentment_rate(p_minor bigint, p_currency text, p_shown_minor bigint, p_shown_currency text)
 returns numeric
 language plpgsql
 stable
 set search_path to ''
as $function$
declare
  v_exponent smallint;
  v_shown_exponent smallint;
begin
  if p_shown_minor is null then
    return null;
  end if;
  select exponent into v_exponent from ledger.currencies where code = p_currency;
  select exponent into v_shown_exponent from ledger.currencies where code = p_shown_currency;
  if not found then
    raise exception 'the books do not know currency %', p_shown_currency
      using errcode = '23503', constraint = 'contributions_presentment_currency_fkey',
            schema = 'giving', table = 'contributions';
  end if;
  return round((p_minor::numeric / 10 ^ v_exponent::numeric) / (p_shown_minor::numeric / 10 ^ v_shown_exponent::numeric), 10);
end
$function$;
comment on function giving.presentment_rate(bigint, text, bigint, text) is 'Units of the booked currency for one unit of the currency that the contributor saw; null: the same one. Breaks contributions_presentment_currency_fkey.';

-- Create function "giving.purpose_fund(uuid, uuid, uuid)"
create function giving.purpose_fund(p_project_ref uuid, p_theme_ref uuid, p_stage_ref uuid)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  -- The narrowest purpose names the fund; none: the general fund.
  v_code text := coalesce('stage:' || p_stage_ref, 'project:' || p_project_ref, 'theme:' || p_theme_ref, 'GEN');
  v_fund uuid;
  v_project uuid := p_project_ref;
  v_parent uuid;
begin
  select id into v_fund from ledger.funds where code = v_code;
  if found then
    return v_fund;
  end if;
  if p_stage_ref is not null then
    select project_ref into v_project from finance.ref_stages where id = p_stage_ref;
    if not found then
      raise exception 'nothing is known of stage %', p_stage_ref
        using errcode = '23503', constraint = 'funds_stage_ref_fkey', schema = 'ledger', table = 'funds';
    end if;
    v_parent := giving.purpose_fund(v_project, null, null);
  end if;
  insert into ledger.funds (code, restriction, parent_id, project_ref, theme_ref, stage_ref)
  values (v_code, 'restricted', v_parent, v_project, p_theme_ref, p_stage_ref)
  on conflict do nothing
  returning id into v_fund;
  if not found then
    -- Somebody else opened it meanwhile, and has committed: the insert waited for that.
    select id into strict v_fund from ledger.funds where code = v_code;
  end if;
  return v_fund;
end
$function$;
comment on function giving.purpose_fund(uuid, uuid, uuid) is 'Finds or opens the fund of a project, theme or stage; of none, the general fund. A stage that nobody told of breaks funds_stage_ref_fkey.';

-- Replace function "giving.fund_of(uuid)"
create or replace function giving.fund_of(p_project_ref uuid)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
begin
  return giving.purpose_fund(p_project_ref, null, null);
end
$function$;
comment on function giving.fund_of(uuid) is 'Finds or opens the fund of a project; null: the general fund.';

-- Create function "ledger.party_account(text, text, text, uuid)"
create function ledger.party_account(p_code text, p_currency text, p_type text, p_id uuid)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  account uuid;
begin
  select id into account from ledger.accounts
  where code = p_code and fund_id is null and currency = p_currency and counterparty_type = p_type and counterparty_id = p_id;
  if found then
    return account;
  end if;
  insert into ledger.accounts (code, type, currency, counterparty_type, counterparty_id)
  values (p_code, (select type from ledger.chart_of_accounts where code = p_code), p_currency, p_type, p_id)
  on conflict on constraint accounts_leaf_key do nothing
  returning id into account;
  if found then
    return account;
  end if;
  -- As in leaf_account.
  select id into strict account from ledger.accounts
  where code = p_code and fund_id is null and currency = p_currency and counterparty_type = p_type and counterparty_id = p_id;
  return account;
end
$function$;
comment on function ledger.party_account(text, text, text, uuid) is 'Finds or opens the pooled account of a nominal code, currency and counterparty: what we owe to or have from somebody.';

-- Create function "ledger.book(uuid, text, date, text, uuid, text, text[], uuid[], bigint[], uuid, text, text, uuid, text)"
create function ledger.book(p_id uuid, p_kind text, p_effective_date date, p_source_type text, p_source_id uuid, p_currency text, p_codes text[], p_funds uuid[], p_amounts bigint[], p_actor_ref uuid, p_request_id text, p_counterparty_type text default null::text, p_counterparty_id uuid default null::uuid, p_reason text default null::text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  v_accounts uuid[] := '{}';
  v_amounts bigint[] := '{}';
  v_party boolean;
  v_journal uuid;
begin
  for i in 1 .. cardinality(p_codes) loop
    continue when coalesce(p_amounts[i], 0) = 0;
    -- Only debts of and to somebody are kept apart by counterparty.
    v_party := p_counterparty_id is not null and p_codes[i] in ('1400', '1500', '2000', '2100', '2400');
    v_accounts := v_accounts || case
      when v_party then ledger.party_account(p_codes[i], p_currency, p_counterparty_type, p_counterparty_id)
      else ledger.leaf_account(p_codes[i], p_funds[i], p_currency)
    end;
    v_amounts := v_amounts || p_amounts[i];
  end loop;
  select p.journal_id into v_journal from ledger.post(
    p_id, p_kind, p_effective_date, p_source_type, p_source_id, v_accounts, v_amounts, p_actor_ref, p_request_id,
    p_reason => p_reason) p;
  return v_journal;
end
$function$;
comment on function ledger.book(uuid, text, date, text, uuid, text, text[], uuid[], bigint[], uuid, text, text, uuid, text) is 'Posts a journal in one currency by codes and funds, lines of 0 left out; accounts are opened as needed. Breaks what ledger.post breaks.';

-- Create function "giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text)"
create function giving.allocate(p_scope text, p_key text, p_fingerprint bytea, p_from_fund_id uuid, p_currency text, p_targets jsonb, p_contribution_id uuid, p_reason text, p_actor uuid, p_request_id text)
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
  for v_target in
    select * from jsonb_to_recordset(p_targets)
      as t (id uuid, fund_id uuid, project_ref uuid, theme_ref uuid, stage_ref uuid, amount_minor bigint)
  loop
    insert into giving.allocations (
      id, from_fund_id, to_fund_id, contribution_id, amount_minor, currency, reason, created_by, updated_by)
    values (
      coalesce(v_target.id, gen_random_uuid()), p_from_fund_id,
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
grant execute on function giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text) to finance_writer;
comment on function giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text) is 'Moves money from one fund to others, each target {id, fund_id | project_ref | theme_ref | stage_ref, amount_minor}, all or none. Breaks idempotency_keys_fingerprint (P0422), funds_floor (P0402), accounts_open, accounting_periods_open (P0409), allocations_from_fund_id_fkey, allocations_to_fund_id_fkey, allocations_contribution_id_fkey, allocations_currency_fkey, funds_stage_ref_fkey (23503), allocations_funds_differ, allocations_designation, allocations_total, allocations_currency_of_contribution (23514).';

-- Create function "giving.post_settlement(giving.contributions, bigint, uuid, text)"
create function giving.post_settlement(p_gift giving.contributions, p_fee_minor bigint, p_actor uuid, p_request_id text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_captured bigint := p_gift.amount_minor + p_gift.fee_cover_minor + p_gift.tip_minor;
  v_fee bigint := coalesce(p_fee_minor, 0);
  v_fee_of_tip bigint := giving.part_of(v_fee, p_gift.tip_minor, v_captured);
  v_clearing text;
  v_general uuid;
begin
  select clearing_code into v_clearing from giving.processors where code = p_gift.provider;
  if p_gift.tip_minor > 0 then
    v_general := giving.purpose_fund(null, null, null);
  end if;
  perform ledger.book(
    p_gift.journal_id, 'contribution.settled', p_gift.occurred_on, 'contribution', p_gift.id, p_gift.currency,
    array[v_clearing, '4000', '4030', '4040', '5100', '5100', v_clearing],
    array[null, p_gift.fund_id, p_gift.fund_id, v_general, p_gift.fund_id, v_general, null],
    array[
      v_captured, -p_gift.amount_minor, -p_gift.fee_cover_minor, -p_gift.tip_minor,
      v_fee - v_fee_of_tip, v_fee_of_tip, -v_fee],
    p_actor, p_request_id);
  if v_fee > 0 then
    insert into giving.processor_fees (
      contribution_id, processor, processor_ref, kind, amount_minor, currency, charged_on, journal_id, created_by)
    values (
      p_gift.id, p_gift.provider, coalesce(p_gift.provider_ref, p_gift.id::text), 'processing', v_fee, p_gift.currency,
      p_gift.occurred_on, p_gift.journal_id, p_actor);
  end if;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.contribution.settled.v1', 'contribution', p_gift.id, jsonb_build_object(
    'contribution_id', p_gift.id, 'contributor_id', p_gift.contributor_id, 'fund_id', p_gift.fund_id,
    'project_ref', p_gift.project_ref, 'amount_minor', p_gift.amount_minor, 'currency', p_gift.currency,
    'occurred_on', p_gift.occurred_on, 'journal_id', p_gift.journal_id)
    || jsonb_strip_nulls(jsonb_build_object('theme_ref', p_gift.theme_ref)));
end
$function$;
comment on function giving.post_settlement(giving.contributions, bigint, uuid, text) is 'Posts a contribution that has arrived, with what the processor kept of it (VAT included), split between gift and tip.';

-- Create function "giving.give(text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text, uuid, text)"
create function giving.give(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_project_ref uuid, p_theme_ref uuid, p_amount_minor bigint, p_currency text, p_fee_cover_minor bigint, p_tip_minor bigint, p_note text, p_occurred_on date, p_processor text, p_processor_ref text, p_fee_minor bigint, p_presentment_minor bigint, p_presentment_currency text, p_actor uuid, p_request_id text)
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
    coalesce(p_id, gen_random_uuid()), p_contributor_id, giving.purpose_fund(p_project_ref, p_theme_ref, null),
    p_project_ref, p_theme_ref,
    case when p_project_ref is null and p_theme_ref is null then 'unrestricted' else 'restricted' end,
    p_amount_minor, p_currency, coalesce(p_fee_cover_minor, 0), coalesce(p_tip_minor, 0),
    p_note, case when v_settles then 'settled' else 'created' end, v_processor.code, p_processor_ref,
    coalesce(p_occurred_on, finance.today()), case when v_settles then now() end,
    case when v_settles then ledger.uuid7() end,
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
grant execute on function giving.give(text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text, uuid, text) to finance_writer;
comment on function giving.give(text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text, uuid, text) is 'Records a contribution, and posts it unless its processor has still to confirm it, in one statement; a repeated key answers the first row again with replayed. Breaks idempotency_keys_fingerprint (P0422), contributions_contributor_id_fkey, contributions_currency_fkey, contributions_provider_fkey (23503), contributions_pkey, contributions_provider_ref_key (23505), accounting_periods_open, accounts_open (P0409), contributions_currency_of_provider, contributions_fee_below_payment or a check of contributions (23514).';

-- Replace function "giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text)"
create or replace function giving.contribute(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_project_ref uuid, p_amount_minor bigint, p_currency text, p_note text, p_occurred_on date, p_actor uuid, p_request_id text)
 returns table(id uuid, contributor_id uuid, fund_id uuid, project_ref uuid, designation text, amount_minor bigint, currency text, note text, status text, provider text, provider_ref text, occurred_on date, settled_at timestamp with time zone, journal_id uuid, created_at timestamp with time zone, created_by uuid, updated_at timestamp with time zone, updated_by uuid, version integer, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
begin
  return query
  select c.id, c.contributor_id, c.fund_id, c.project_ref, c.designation, c.amount_minor, c.currency, c.note, c.status,
    c.provider, c.provider_ref, c.occurred_on, c.settled_at, c.journal_id, c.created_at, c.created_by, c.updated_at,
    c.updated_by, c.version, g.replayed
  from giving.give(
    p_scope, p_key, p_fingerprint, p_id, p_contributor_id, p_project_ref, null, p_amount_minor, p_currency, null, null,
    p_note, p_occurred_on, null, null, null, null, null, p_actor, p_request_id) g
  cross join lateral (select (g.contribution).*) c;
end
$function$;
comment on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) is 'giving.give for a settled contribution to a project or to whatever needs it most, recorded by hand.';

-- Create function "ledger.reverse(uuid, text, text, uuid, text, uuid, text)"
create function ledger.reverse(p_journal_id uuid, p_kind text, p_source_type text, p_source_id uuid, p_reason text, p_actor_ref uuid, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
declare
  v_accounts uuid[];
  v_amounts bigint[];
  v_journal uuid;
begin
  select array_agg(e.account_id order by e.line), array_agg(-e.amount order by e.line) into v_accounts, v_amounts
  from ledger.entries e where e.journal_id = p_journal_id;
  select p.journal_id into v_journal from ledger.post(
    null, p_kind, finance.today(), p_source_type, p_source_id, v_accounts, v_amounts, p_actor_ref, p_request_id,
    p_reason => p_reason, p_reverses => p_journal_id) p;
  return v_journal;
end
$function$;
comment on function ledger.reverse(uuid, text, text, uuid, text, uuid, text) is 'Posts the exact negation of a journal, dated today; once, see journals_reverses_key. Breaks what ledger.post breaks.';

-- Create function "giving.reverse_allocation(text, text, bytea, uuid, integer, text, uuid, text)"
create function giving.reverse_allocation(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_reason text, p_actor uuid, p_request_id text)
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
  v_row giving.allocations;
  v_journal uuid;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.allocations, v_answer), true;
    return;
  end if;
  select * into v_row from giving.allocations where id = p_id for no key update;
  if not found then
    raise exception 'allocation % does not exist', p_id
      using errcode = 'P0404', constraint = 'allocations_pkey', schema = 'giving', table = 'allocations';
  end if;
  perform finance.check_version('allocations_version', v_row.version, p_version);
  if v_row.status <> 'confirmed' then
    raise exception 'allocation % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'allocations_status_transition', schema = 'giving', table = 'allocations';
  end if;
  v_journal := ledger.reverse(
    v_row.journal_id, 'allocation.reversed', 'allocation', v_row.id, p_reason, p_actor, p_request_id);
  update giving.allocations set status = 'reversed', reversal_journal_id = v_journal, updated_by = p_actor
  where id = v_row.id returning * into v_row;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.allocation.reversed.v1', 'allocation', v_row.id, jsonb_build_object(
    'allocation_id', v_row.id, 'journal_id', v_journal));
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.reverse_allocation(text, text, bytea, uuid, integer, text, uuid, text) to finance_writer;
comment on function giving.reverse_allocation(text, text, bytea, uuid, integer, text, uuid, text) is 'Moves the money of an allocation back, if it is still there. Breaks idempotency_keys_fingerprint (P0422), allocations_pkey (P0404), allocations_version (P0412), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), allocations_status_transition (23514).';

-- Create table "ledger.shortfalls"
create table ledger.shortfalls (
  id uuid default gen_random_uuid() not null,
  journal_id uuid not null,
  fund_id uuid not null,
  currency text not null,
  balance_minor bigint not null,
  created_at timestamp with time zone default now() not null,
  constraint shortfalls_pkey primary key (id),
  constraint shortfalls_journal_id_key unique (journal_id, fund_id, currency),
  constraint shortfalls_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint shortfalls_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint shortfalls_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint shortfalls_balance_minor_range check (((balance_minor >= '-9000000000000000'::bigint) and (balance_minor <= '9000000000000000'::bigint)))
);
comment on table ledger.shortfalls is 'Postings that took a fund below its floor because the money was gone already; only kinds that may_force leave one.';
comment on column ledger.shortfalls.id is 'Identity.';
comment on column ledger.shortfalls.journal_id is 'The posting.';
comment on column ledger.shortfalls.fund_id is 'Fund that it left below its floor.';
comment on column ledger.shortfalls.currency is 'ISO 4217 code.';
comment on column ledger.shortfalls.balance_minor is 'Balance that it left, minor units.';
comment on column ledger.shortfalls.created_at is 'When the row was written.';

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
  v_id uuid := coalesce(p_id, ledger.uuid7());
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
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Comments and privileges of function "ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text)"
comment on function ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text) is 'Posts one journal: accounts and amounts line by line, minor units, debit positive. Breaks accounting_periods_open, accounts_open (P0409), funds_floor, accounts_floor (P0402); a kind that may force leaves a shortfall instead of breaking funds_floor; with a key it is repeatable.';

-- Create index "ledger.shortfalls_currency_idx"
create index shortfalls_currency_idx on ledger.shortfalls using btree (currency);

-- Create index "ledger.shortfalls_fund_id_idx"
create index shortfalls_fund_id_idx on ledger.shortfalls using btree (fund_id, currency);

-- Create trigger "refuse_change" of table "ledger.shortfalls"
create trigger refuse_change before delete or update on ledger.shortfalls for each row execute function finance.refuse_change();
alter table ledger.shortfalls enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "ledger.shortfalls"
create trigger refuse_truncate before truncate on ledger.shortfalls for each statement execute function finance.refuse_change();
alter table ledger.shortfalls enable always trigger refuse_truncate;

-- Add column "theme_ref" of table "giving.contributions"
alter table giving.contributions add column theme_ref uuid;
comment on column giving.contributions.theme_ref is 'Theme it was given for (projects); null: none.';

-- Add column "tip_minor" of table "giving.refunds"
alter table giving.refunds add column tip_minor bigint default 0 not null;
comment on column giving.refunds.tip_minor is 'Part of it that was a tip to the platform; the rest was the gift with its fee cover.';

-- Add column "fee" of table "giving.refunds"
alter table giving.refunds add column fee text default 'kept'::text not null;
comment on column giving.refunds.fee is 'What becomes of the processor''s fee: kept by it, returned by it, or covered by the platform for the fund.';

-- Create constraint "contributions_designation_of_theme" of table "giving.contributions"
alter table giving.contributions add constraint contributions_designation_of_theme check (((theme_ref is null) or (designation = 'restricted'::text)));

-- Create constraint "contributions_one_purpose" of table "giving.contributions"
alter table giving.contributions add constraint contributions_one_purpose check ((num_nonnulls(project_ref, theme_ref) <= 1));

-- Create constraint "refunds_fee_known" of table "giving.refunds"
alter table giving.refunds add constraint refunds_fee_known check ((fee = any (array['kept'::text, 'returned'::text, 'covered'::text])));

-- Create constraint "refunds_tip_minor_range" of table "giving.refunds"
alter table giving.refunds add constraint refunds_tip_minor_range check (((tip_minor >= 0) and (tip_minor <= '9000000000000000'::bigint)));

-- Create constraint "refunds_tip_within" of table "giving.refunds"
alter table giving.refunds add constraint refunds_tip_within check ((tip_minor <= amount_minor));

-- Create index "giving.contributions_theme_ref_idx"
create index contributions_theme_ref_idx on giving.contributions using btree (theme_ref, created_at desc, id desc);

-- Replace function "giving.check_refund_total()"
create or replace function giving.check_refund_total()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
comment on function giving.check_refund_total() is 'After insert or update: refunds are in the currency of a settled contribution and never exceed it; breaks refunds_total, refunds_tip_total, refunds_currency_of_contribution, refunds_of_settled.';

-- Create trigger "check_total" of table "giving.refunds"
create trigger check_total after insert or update of amount_minor, tip_minor, currency, status on giving.refunds for each row execute function giving.check_refund_total();

-- Create function "giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text)"
create function giving.refund(p_scope text, p_key text, p_fingerprint bytea, p_contribution_id uuid, p_amount_minor bigint, p_currency text, p_tip_minor bigint, p_reason text, p_note text, p_fee text, p_processor_ref text, p_actor uuid, p_request_id text)
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
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.refunds, v_answer), true;
    return;
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
    contribution_id, processor, processor_ref, amount_minor, tip_minor, fee, currency, reason, note, created_by, updated_by)
  values (
    v_gift.id, v_processor.code, p_processor_ref, v_amount + coalesce(p_tip_minor, 0), coalesce(p_tip_minor, 0),
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
grant execute on function giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text) to finance_writer;
comment on function giving.refund(text, text, bytea, uuid, bigint, text, bigint, text, text, text, text, uuid, text) is 'Refunds a contribution: what is left of the gift with its fee cover, or part of it, and part of the tip; posted at once unless its processor has still to confirm it. Breaks idempotency_keys_fingerprint (P0422), refunds_contribution_id_fkey (23503), refunds_of_undisputed, accounting_periods_open (P0409), refunds_processor_ref_key (23505), refunds_total, refunds_tip_total, refunds_of_settled, refunds_currency_of_contribution (23514).';

-- Create function "giving.settle_refund(uuid, date, uuid, text)"
create function giving.settle_refund(p_refund_id uuid, p_on date, p_actor uuid, p_request_id text)
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
  select coalesce(sum(amount_minor - tip_minor), 0) into v_before from giving.refunds
  where contribution_id = v_gift.id and status = 'settled';
  v_after := v_before + v_refund.amount_minor - v_refund.tip_minor;
  v_income := giving.part_of(v_gift.amount_minor, v_after, v_whole) - giving.part_of(v_gift.amount_minor, v_before, v_whole);
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
      v_income, v_after - v_before - v_income, v_refund.tip_minor, -v_refund.amount_minor,
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
comment on function giving.settle_refund(uuid, date, uuid, text) is 'Posts a refund whose money has left; the fee stays where it is, comes back, or is taken over by the platform.';
