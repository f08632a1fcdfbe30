-- finance: grants that others give us: promised, received, and what becomes of the rest.

-- Definer: it writes to the books, which no application role may.
create function giving.approve_grant(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_grant jsonb,
  p_actor uuid,
  p_request_id text
) returns table (award giving.grants, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.approve_grant(text, text, bytea, jsonb, uuid, text) is
  'Records that somebody will give us a grant, {id, application_ref, project_ref, payer_name, amount_minor, currency, approved_on}, as a receivable. Breaks idempotency_keys_fingerprint (P0422), grants_pkey, grants_application_ref_key (23505), grants_currency_fkey (23503), accounting_periods_open, accounts_open (P0409) or a check of grants (23514).';
grant execute on function giving.approve_grant(text, text, bytea, jsonb, uuid, text) to finance_writer;

create function giving.tell_grant(p_grant giving.grants, p_what text, p_amount_minor bigint, p_journal_id uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.grant.' || p_what || '.v1', 'grant', p_grant.id, jsonb_build_object(
    'grant_id', p_grant.id, 'application_ref', p_grant.application_ref, 'project_ref', p_grant.project_ref,
    'status', p_grant.status, 'amount_minor', p_amount_minor, 'currency', p_grant.currency, 'journal_id', p_journal_id));
end
$$;
comment on function giving.tell_grant(giving.grants, text, bigint, uuid) is 'Tells other domains what became of a grant.';

-- Definer: it writes to the books, which no application role may.
create function giving.step_grant(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_amount_minor bigint,
  p_currency text,
  p_on date,
  p_words text,
  p_actor uuid,
  p_request_id text
) returns table (award giving.grants, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.grants;
  v_on date := coalesce(p_on, finance.today());
  v_open bigint;
  v_amount bigint;
  v_journal uuid;
  v_receipt uuid := gen_random_uuid();
  v_from text[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.grants, v_answer), true;
    return;
  end if;
  select * into v_row from giving.grants where id = p_id for no key update;
  if not found then
    raise exception 'grant % does not exist', p_id
      using errcode = 'P0404', constraint = 'grants_pkey', schema = 'giving', table = 'grants';
  end if;
  perform finance.check_version('grants_version', v_row.version, p_version);
  if p_currency <> v_row.currency then
    raise exception 'grant % is in %', v_row.id, v_row.currency
      using errcode = '23514', constraint = 'grants_currency_of_grant', schema = 'giving', table = 'grants';
  end if;
  v_from := case p_step
      when 'receive' then array['approved', 'part_received']
      when 'withdraw' then array['approved']
      when 'write_off' then array['part_received']
      when 'claw_back' then array['part_received', 'received']
      when 'repay' then array['repayable']
    end;
  if v_row.status <> all (v_from) then
    raise exception 'grant % is %, not %', v_row.id, v_row.status, array_to_string(v_from, ' or ')
      using errcode = '23514', constraint = 'grants_status_transition', schema = 'giving', table = 'grants';
  end if;
  v_open := v_row.amount_minor - v_row.received_minor;

  case p_step
    when 'receive' then
      v_amount := coalesce(p_amount_minor, v_open);
      v_journal := ledger.book(
        null, 'grant.received', v_on, 'grant_receipt', v_receipt, v_row.currency, array['1000', '1500'],
        array[null, null]::uuid[], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id);
      insert into giving.grant_receipts (id, grant_id, amount_minor, received_on, bank_ref, journal_id, created_by)
      values (v_receipt, v_row.id, v_amount, v_on, p_words, v_journal, p_actor);
      update giving.grants
      set status = case when v_amount = v_open then 'received' else 'part_received' end,
        received_minor = received_minor + v_amount, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'withdraw' then
      v_amount := v_row.amount_minor;
      v_journal := ledger.reverse(
        v_row.journal_id, 'grant.withdrawn', 'grant', v_row.id, p_words, p_actor, p_request_id);
      update giving.grants set status = 'withdrawn', updated_by = p_actor where id = v_row.id returning * into v_row;
    when 'write_off' then
      v_amount := v_open;
      v_journal := giving.write_off_grant(v_row, v_open, v_on, p_words, p_actor, p_request_id);
      update giving.grants set status = 'written_off', updated_by = p_actor where id = v_row.id returning * into v_row;
    when 'claw_back' then
      v_amount := coalesce(p_amount_minor, v_row.received_minor);
      -- Who takes money back pays no more of it.
      if v_open > 0 then
        perform giving.write_off_grant(v_row, v_open, v_on, p_words, p_actor, p_request_id);
      end if;
      v_journal := ledger.book(
        null, 'grant.repayable', v_on, 'grant', v_row.id, v_row.currency, array['4100', '2400'],
        array[v_row.fund_id, null], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id, p_words);
      update giving.grants set status = 'repayable', repayable_minor = v_amount, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'repay' then
      v_amount := v_row.repayable_minor;
      v_journal := ledger.book(
        null, 'grant.repaid', v_on, 'grant', v_row.id, v_row.currency, array['2400', '1000'],
        array[null, null]::uuid[], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id);
      update giving.grants set status = 'repaid', updated_by = p_actor where id = v_row.id returning * into v_row;
  end case;

  perform giving.tell_grant(v_row, v_row.status, v_amount, v_journal);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function giving.step_grant(
  text, text, bytea, uuid, integer, text, bigint, text, date, text, uuid, text
) is
  'Takes a grant one step further: receive (words: the bank''s reference; all that is open unless an amount is said), withdraw, write_off (why), claw_back (why; all that was received unless an amount is said), repay. Breaks idempotency_keys_fingerprint (P0422), grants_pkey (P0404), grants_version (P0412), accounting_periods_open, accounts_open (P0409), grant_receipts_bank_ref_key (23505), grants_status_transition, grants_currency_of_grant, grants_repayable_within, grant_receipts_total (23514).';
grant execute on function giving.step_grant(
  text, text, bytea, uuid, integer, text, bigint, text, date, text, uuid, text
) to finance_writer;

create function giving.write_off_grant(
  p_grant giving.grants, p_amount_minor bigint, p_on date, p_reason text, p_actor uuid, p_request_id text
) returns uuid
  language plpgsql
  set search_path = ''
as $$
begin
  return ledger.book(
    null, 'grant.written_off', p_on, 'grant', p_grant.id, p_grant.currency, array['4100', '1500'],
    array[p_grant.fund_id, null], array[p_amount_minor, -p_amount_minor], p_actor, p_request_id, 'grant', p_grant.id,
    p_reason);
end
$$;
comment on function giving.write_off_grant(giving.grants, bigint, date, text, uuid, text) is
  'Posts that the rest of a grant will not come.';
