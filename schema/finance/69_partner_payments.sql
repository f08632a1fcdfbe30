-- finance: how partners are paid: proposed, approved by somebody else, sent, confirmed; or failed, or withdrawn.

-- Definer: it opens funds, which no application role may.
create function giving.propose_disbursement(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_proposal jsonb,
  p_actor uuid,
  p_request_id text
) returns table (disbursement giving.disbursements, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
$$;
comment on function giving.propose_disbursement(text, text, bytea, jsonb, uuid, text) is
  'Proposes a payment to a partner, taken from the fund of its stage or project, or from those of its lines; posts nothing. Breaks idempotency_keys_fingerprint (P0422), disbursements_pkey, disbursements_milestone_key (23505), disbursements_partner_ref_fkey, disbursements_milestone_ref_fkey, disbursements_bank_account_id_fkey, disbursements_currency_fkey, disbursement_lines_fund_id_fkey, funds_stage_ref_fkey (23503) or a check of disbursements (23514).';
grant execute on function giving.propose_disbursement(text, text, bytea, jsonb, uuid, text) to finance_writer;

create function giving.post_approval(p_payment giving.disbursements, p_actor uuid, p_request_id text) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_codes text[];
  v_funds uuid[];
  v_amounts bigint[];
begin
  select array_agg('5000'::text order by position), array_agg(fund_id order by position), array_agg(amount_minor order by position)
  into v_codes, v_funds, v_amounts
  from giving.disbursement_lines where disbursement_id = p_payment.id and deleted_at is null;
  return ledger.book(
    null, 'disbursement.approved', finance.today(), 'disbursement', p_payment.id, p_payment.currency,
    v_codes || '2100'::text, v_funds || null::uuid, v_amounts || -p_payment.amount_minor,
    p_actor, p_request_id, 'partner', p_payment.partner_ref);
end
$$;
comment on function giving.post_approval(giving.disbursements, uuid, text) is
  'Posts what an approved payment costs its funds, as a debt to the partner.';

-- Definer: it writes to the books, which no application role may.
create function giving.step_disbursement(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_words text,
  p_bank_account_id uuid,
  p_actor uuid,
  p_request_id text
) returns table (disbursement giving.disbursements, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.disbursements;
  v_attempt giving.disbursement_attempts;
  v_journal uuid;
  v_from text[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.disbursements, v_answer), true;
    return;
  end if;
  select * into v_row from giving.disbursements where id = p_id for no key update;
  if not found then
    raise exception 'disbursement % does not exist', p_id
      using errcode = 'P0404', constraint = 'disbursements_pkey', schema = 'giving', table = 'disbursements';
  end if;
  perform finance.check_version('disbursements_version', v_row.version, p_version);
  v_from := case p_step
      when 'approve' then array['proposed']
      when 'withdraw' then array['proposed', 'approved', 'failed']
      when 'send' then array['approved', 'failed']
      when 'confirm' then array['sending']
      when 'fail' then array['sending']
    end;
  if v_row.status <> all (v_from) then
    raise exception 'disbursement % is %, not %', v_row.id, v_row.status, array_to_string(v_from, ' or ')
      using errcode = '23514', constraint = 'disbursements_status_transition', schema = 'giving', table = 'disbursements';
  end if;
  select * into v_attempt from giving.disbursement_attempts
  where disbursement_id = v_row.id order by attempt desc limit 1;

  case p_step
    when 'approve' then
      -- The milestone as it was proposed: one that was reopened since is another version.
      if v_row.milestone_ref is not null and not exists (
        select 1 from finance.ref_milestones where id = v_row.milestone_ref and version = v_row.milestone_version
      ) then
        raise exception 'milestone % is no longer version %', v_row.milestone_ref, v_row.milestone_version
          using errcode = '23514', constraint = 'disbursements_milestone_approved',
                schema = 'giving', table = 'disbursements';
      end if;
      insert into giving.disbursement_approvals (
        disbursement_id, decided_by, decision, disbursement_version, comment, created_by)
      values (v_row.id, p_actor, 'approve', v_row.version, p_words, p_actor);
      v_journal := giving.post_approval(v_row, p_actor, p_request_id);
      update giving.disbursements set status = 'approved', approved_by = p_actor, approved_at = now(),
        approval_journal_id = v_journal, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'withdraw' then
      if v_row.approval_journal_id is not null then
        perform ledger.reverse(
          v_row.approval_journal_id, 'disbursement.withdrawn', 'disbursement', v_row.id, p_words, p_actor, p_request_id);
      end if;
      update giving.disbursements set status = 'withdrawn', updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'send' then
      if coalesce(p_bank_account_id, v_row.bank_account_id) is null then
        raise exception 'the bank account of disbursement % is not chosen', v_row.id
          using errcode = '23514', constraint = 'disbursements_bank_account_usable',
                schema = 'giving', table = 'disbursements';
      end if;
      insert into giving.disbursement_attempts (disbursement_id, attempt, bank_account_id, created_by, updated_by)
      values (
        v_row.id, coalesce(v_attempt.attempt, 0) + 1, coalesce(p_bank_account_id, v_row.bank_account_id), p_actor, p_actor)
      returning * into v_attempt;
      v_journal := ledger.book(
        null, 'disbursement.sent', finance.today(), 'disbursement_attempt', v_attempt.id, v_row.currency,
        array['2100', '1020'], array[null, null]::uuid[], array[v_row.amount_minor, -v_row.amount_minor],
        p_actor, p_request_id, 'partner', v_row.partner_ref);
      update giving.disbursements set status = 'sending', sent_journal_id = v_journal,
        bank_account_id = v_attempt.bank_account_id, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'confirm' then
      update giving.disbursement_attempts set status = 'confirmed', bank_ref = p_words, updated_by = p_actor
      where id = v_attempt.id;
      v_journal := ledger.book(
        null, 'disbursement.paid', finance.today(), 'disbursement_attempt', v_attempt.id, v_row.currency,
        array['1020', '1000'], array[null, null]::uuid[], array[v_row.amount_minor, -v_row.amount_minor],
        p_actor, p_request_id);
      update giving.disbursements set status = 'paid', paid_journal_id = v_journal, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'fail' then
      update giving.disbursement_attempts set status = 'failed', failure_reason = p_words, updated_by = p_actor
      where id = v_attempt.id;
      perform ledger.reverse(
        v_row.sent_journal_id, 'disbursement.failed', 'disbursement_attempt', v_attempt.id, p_words, p_actor, p_request_id);
      update giving.disbursements set status = 'failed', failure_reason = p_words, updated_by = p_actor
      where id = v_row.id returning * into v_row;
  end case;

  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.disbursement.' || v_row.status || '.v1', 'disbursement', v_row.id, jsonb_build_object(
    'disbursement_id', v_row.id, 'partner_ref', v_row.partner_ref, 'project_ref', v_row.project_ref,
    'stage_ref', v_row.stage_ref, 'milestone_ref', v_row.milestone_ref, 'amount_minor', v_row.amount_minor,
    'currency', v_row.currency));
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function giving.step_disbursement(text, text, bytea, uuid, integer, text, text, uuid, uuid, text) is
  'Takes a payment one step further: approve (words: a comment), withdraw (why), send, confirm (the bank''s reference), fail (what the bank said). Breaks idempotency_keys_fingerprint (P0422), disbursements_pkey (P0404), disbursements_version (P0412), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), disbursement_attempts_bank_ref_key (23505), disbursement_attempts_bank_account_id_fkey (23503), disbursements_status_transition, disbursement_approvals_four_eyes, disbursements_milestone_approved, disbursements_total, disbursements_bank_account_usable (23514).';
grant execute on function giving.step_disbursement(text, text, bytea, uuid, integer, text, text, uuid, uuid, text)
  to finance_writer;
