-- finance: accounts and funds that people open, and close once nothing is in them.

-- Definer: as all of ledger, written by functions only.
create function ledger.open_account(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_account jsonb
) returns table (account ledger.accounts, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted ledger.accounts := jsonb_populate_record(null::ledger.accounts, p_account);
  v_row ledger.accounts;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.accounts, v_answer), true;
    return;
  end if;
  select type into v_wanted.type from ledger.chart_of_accounts where code = v_wanted.code;
  if not found then
    raise exception 'there is no nominal code %', v_wanted.code
      using errcode = '23503', constraint = 'accounts_code_fkey', schema = 'ledger', table = 'accounts';
  end if;
  insert into ledger.accounts (id, code, type, currency, fund_id, counterparty_type, counterparty_id, floor_minor)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.code, v_wanted.type, v_wanted.currency, v_wanted.fund_id,
    v_wanted.counterparty_type, v_wanted.counterparty_id, v_wanted.floor_minor)
  returning * into v_row;
  -- After the insert, whose foreign key holds the fund: a close that came first is seen, a later one waits.
  if exists (select from ledger.funds where id = v_row.fund_id and closed_at is not null) then
    raise exception 'fund % is closed', v_row.fund_id
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.open_account(text, text, bytea, jsonb) is
  'Opens an account, {id, code, fund_id, currency, counterparty_type, counterparty_id, floor_minor}. Breaks idempotency_keys_fingerprint (P0422), accounts_open (P0409), accounts_pkey, accounts_leaf_key (23505), accounts_code_fkey, accounts_fund_id_fkey, accounts_currency_fkey (23503), accounts_fund_by_type, accounts_counterparty_whole, entity_name_shape (23514).';
grant execute on function ledger.open_account(text, text, bytea, jsonb) to finance_writer;

-- Definer: as above.
create function ledger.close_account(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid
) returns table (account ledger.accounts, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row ledger.accounts;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.accounts, v_answer), true;
    return;
  end if;
  -- Waits for the postings under way on it.
  select * into v_row from ledger.accounts where id = p_id for update;
  if not found then
    raise exception 'account % does not exist', p_id
      using errcode = 'P0404', constraint = 'accounts_pkey', schema = 'ledger', table = 'accounts';
  end if;
  if v_row.closed_at is not null then
    raise exception 'account % is closed', p_id
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;
  if ledger.balance(p_id) <> 0 then
    raise exception 'account % is not empty', p_id
      using errcode = 'P0409', constraint = 'accounts_empty', schema = 'ledger', table = 'accounts';
  end if;
  update ledger.accounts set closed_at = now() where id = p_id returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.close_account(text, text, bytea, uuid) is
  'Closes an empty account for postings, after those under way. Breaks idempotency_keys_fingerprint (P0422), accounts_pkey (P0404), accounts_open, accounts_empty (P0409).';
grant execute on function ledger.close_account(text, text, bytea, uuid) to finance_writer;

-- Definer: as above.
create function ledger.open_fund(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_fund jsonb
) returns table (fund ledger.funds, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted ledger.funds := jsonb_populate_record(null::ledger.funds, p_fund);
  v_row ledger.funds;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.funds, v_answer), true;
    return;
  end if;
  if num_nonnulls(v_wanted.project_ref, v_wanted.theme_ref, v_wanted.stage_ref) > 0 then
    if v_wanted.restriction not in ('restricted', 'endowment') then
      raise exception 'a fund with a purpose is restricted'
        using errcode = '23514', constraint = 'funds_purpose_restricts', schema = 'ledger', table = 'funds';
    end if;
    -- As giving.purpose_fund names it, so that gifts for the purpose find it.
    v_wanted.code := coalesce(
      'stage:' || v_wanted.stage_ref, 'project:' || v_wanted.project_ref, 'theme:' || v_wanted.theme_ref);
    if v_wanted.stage_ref is not null then
      select project_ref into v_wanted.project_ref from finance.ref_stages where id = v_wanted.stage_ref;
      if not found then
        raise exception 'nothing is known of stage %', v_wanted.stage_ref
          using errcode = '23503', constraint = 'funds_stage_ref_fkey', schema = 'ledger', table = 'funds';
      end if;
      v_wanted.parent_id := giving.purpose_fund(v_wanted.project_ref, null, null);
    end if;
  elsif v_wanted.code !~ '^[A-Z][A-Z0-9-]*$' then
    raise exception 'code % is not in capitals', v_wanted.code
      using errcode = '23514', constraint = 'funds_code_shape', schema = 'ledger', table = 'funds';
  end if;
  insert into ledger.funds (id, code, restriction, parent_id, project_ref, theme_ref, stage_ref)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.code, v_wanted.restriction, v_wanted.parent_id,
    v_wanted.project_ref, v_wanted.theme_ref, v_wanted.stage_ref)
  returning * into v_row;
  if exists (select from ledger.funds where id = v_row.parent_id and closed_at is not null) then
    raise exception 'fund % is closed', v_row.parent_id
      using errcode = 'P0409', constraint = 'funds_parent_open', schema = 'ledger', table = 'funds';
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.open_fund(text, text, bytea, jsonb) is
  'Opens a fund, {id, code, restriction, parent_id} or {id, restriction, project_ref or theme_ref or stage_ref}. Breaks idempotency_keys_fingerprint (P0422), funds_parent_open (P0409), funds_pkey, funds_code_key (23505), funds_parent_id_fkey, funds_stage_ref_fkey (23503), funds_code_shape, funds_purpose_restricts (23514).';
grant execute on function ledger.open_fund(text, text, bytea, jsonb) to finance_writer;

-- Definer: as above.
create function ledger.close_fund(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid
) returns table (fund ledger.funds, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row ledger.funds;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.funds, v_answer), true;
    return;
  end if;
  -- Accounts before the fund, as a posting takes them.
  perform 1 from ledger.accounts where fund_id = p_id order by id for update;
  select * into v_row from ledger.funds where id = p_id for update;
  if not found then
    raise exception 'fund % does not exist', p_id
      using errcode = 'P0404', constraint = 'funds_pkey', schema = 'ledger', table = 'funds';
  end if;
  if v_row.closed_at is not null then
    raise exception 'fund % is closed', v_row.code
      using errcode = 'P0409', constraint = 'funds_open', schema = 'ledger', table = 'funds';
  end if;
  if v_row.code = 'GEN' then
    raise exception 'the general fund stays'
      using errcode = 'P0409', constraint = 'funds_general', schema = 'ledger', table = 'funds';
  end if;
  if exists (select from ledger.funds where parent_id = p_id and closed_at is null) then
    raise exception 'fund % has open parts', v_row.code
      using errcode = 'P0409', constraint = 'funds_parts', schema = 'ledger', table = 'funds';
  end if;
  -- The trigger waits for accounts that were opened meanwhile; only then is everything counted.
  update ledger.funds set closed_at = now() where id = p_id returning * into v_row;
  if exists (
    select from (select distinct currency from ledger.accounts where fund_id = p_id) a
    where ledger.fund_balance(p_id, a.currency) <> 0
  ) then
    raise exception 'fund % is not empty', v_row.code
      using errcode = 'P0409', constraint = 'funds_empty', schema = 'ledger', table = 'funds';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.close_fund(text, text, bytea, uuid) is
  'Closes a fund in which no money stands for postings, after those under way. Breaks idempotency_keys_fingerprint (P0422), funds_pkey (P0404), funds_open, funds_general, funds_parts, funds_empty (P0409).';
grant execute on function ledger.close_fund(text, text, bytea, uuid) to finance_writer;

-- Definer: no application role writes periods.
create function ledger.open_periods(p_years_ahead integer) returns bigint
  language plpgsql security definer
  set search_path = ''
as $$
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
$$;
comment on function ledger.open_periods(integer) is
  'Opens a period of a year after the last one until one begins more than that many years from today; returns how many.';
grant execute on function ledger.open_periods(integer) to finance_writer;
