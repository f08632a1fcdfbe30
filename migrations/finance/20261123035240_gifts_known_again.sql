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
