-- finance: how a gift gets into the books.

create function giving.purpose_fund(p_project_ref uuid, p_theme_ref uuid, p_stage_ref uuid) returns uuid
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.purpose_fund(uuid, uuid, uuid) is
  'Finds or opens the fund of a project, theme or stage; of none, the general fund. A stage that nobody told of breaks funds_stage_ref_fkey.';

create function giving.fund_of(p_project_ref uuid) returns uuid
  language plpgsql
  set search_path = ''
as $$
begin
  return giving.purpose_fund(p_project_ref, null, null);
end
$$;
comment on function giving.fund_of(uuid) is 'Finds or opens the fund of a project; null: the general fund.';

-- Rounded to the nearest unit, a tie down: what is left for the other part rounds up then, and both add up.
create function giving.part_of(p_amount bigint, p_part bigint, p_whole bigint) returns bigint
  language plpgsql immutable
  set search_path = ''
as $$
begin
  return case when p_whole = 0 then 0 else div(2 * p_amount::numeric * p_part + p_whole - 1, 2 * p_whole::numeric) end;
end
$$;
comment on function giving.part_of(bigint, bigint, bigint) is
  'What p_part of p_whole gets of an amount: the smaller share by largest remainder.';

create function giving.post_settlement(
  p_gift giving.contributions,
  p_fee_minor bigint,
  p_actor uuid,
  p_request_id text
) returns void
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function giving.post_settlement(giving.contributions, bigint, uuid, text) is
  'Posts a contribution that has arrived, with what the processor kept of it (VAT included), split between gift and tip.';

-- Definer: recording a contribution writes to the books, which no application role may.
create function giving.give(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_contributor_id uuid,
  p_project_ref uuid,
  p_theme_ref uuid,
  p_amount_minor bigint,
  p_currency text,
  p_fee_cover_minor bigint,
  p_tip_minor bigint,
  p_note text,
  p_occurred_on date,
  p_processor text,
  p_processor_ref text,
  p_fee_minor bigint,
  p_presentment_minor bigint,
  p_presentment_currency text,
  p_actor uuid,
  p_request_id text
) returns table (contribution giving.contributions, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.give(
  text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text,
  uuid, text
) is
  'Records a contribution, and posts it unless its processor has still to confirm it, in one statement; a repeated key answers the first row again with replayed. Breaks idempotency_keys_fingerprint (P0422), contributions_contributor_id_fkey, contributions_currency_fkey, contributions_provider_fkey (23503), contributions_pkey, contributions_provider_ref_key (23505), accounting_periods_open, accounts_open (P0409), contributions_currency_of_provider, contributions_fee_below_payment or a check of contributions (23514).';
grant execute on function giving.give(
  text, text, bytea, uuid, uuid, uuid, uuid, bigint, text, bigint, bigint, text, date, text, text, bigint, bigint, text,
  uuid, text
) to finance_writer;

create function giving.presentment_rate(p_minor bigint, p_currency text, p_shown_minor bigint, p_shown_currency text)
  returns numeric
  language plpgsql stable
  set search_path = ''
as $$
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
$$;
comment on function giving.presentment_rate(bigint, text, bigint, text) is
  'Units of the booked currency for one unit of the currency that the contributor saw; null: the same one. Breaks contributions_presentment_currency_fkey.';

-- The form that the statements of an earlier release and the demo data call.
-- Definer: recording a contribution writes to the books, which no application role may.
create function giving.contribute(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_contributor_id uuid,
  p_project_ref uuid,
  p_amount_minor bigint,
  p_currency text,
  p_note text,
  p_occurred_on date,
  p_actor uuid,
  p_request_id text
) returns table (
  id uuid,
  contributor_id uuid,
  fund_id uuid,
  project_ref uuid,
  designation text,
  amount_minor bigint,
  currency text,
  note text,
  status text,
  provider text,
  provider_ref text,
  occurred_on date,
  settled_at timestamptz,
  journal_id uuid,
  created_at timestamptz,
  created_by uuid,
  updated_at timestamptz,
  updated_by uuid,
  version integer,
  replayed boolean
)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) is
  'giving.give for a settled contribution to a project or to whatever needs it most, recorded by hand.';
grant execute on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text)
  to finance_writer;
