-- finance: how money moves between funds.

-- Definer: it writes to the books, which no application role may.
create function giving.allocate(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_from_fund_id uuid,
  p_currency text,
  p_targets jsonb,
  p_contribution_id uuid,
  p_reason text,
  p_actor uuid,
  p_request_id text
) returns table (allocation giving.allocations, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text) is
  'Moves money from one fund to others, each target {id, fund_id | project_ref | theme_ref | stage_ref, amount_minor}, all or none. Breaks idempotency_keys_fingerprint (P0422), allocations_pkey (23505), funds_floor (P0402), accounts_open, accounting_periods_open (P0409), allocations_from_fund_id_fkey, allocations_to_fund_id_fkey, allocations_contribution_id_fkey, allocations_currency_fkey, funds_stage_ref_fkey (23503), allocations_funds_differ, allocations_designation, allocations_total, allocations_currency_of_contribution (23514).';
grant execute on function giving.allocate(text, text, bytea, uuid, text, jsonb, uuid, text, uuid, text) to finance_writer;

-- Definer: it writes to the books, which no application role may.
create function giving.reverse_allocation(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_reason text,
  p_actor uuid,
  p_request_id text
) returns table (allocation giving.allocations, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.reverse_allocation(text, text, bytea, uuid, integer, text, uuid, text) is
  'Moves the money of an allocation back, if it is still there. Breaks idempotency_keys_fingerprint (P0422), allocations_pkey (P0404), allocations_version (P0412), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), allocations_status_transition (23514).';
grant execute on function giving.reverse_allocation(text, text, bytea, uuid, integer, text, uuid, text) to finance_writer;
