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
 select 'I19 debt to a partner differs from its payments'::text as invariant,
    (((owed.partner_ref)::text || ' '::text) || owed.currency) as what
   from ( select parts.partner_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as partner_ref,
                    a.currency,
                    (- e.amount) as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = '2100'::text) and ((a.counterparty_type)::text = 'partner'::text))
                union all
                 select d.partner_ref,
                    d.currency,
                    (- d.amount_minor)
                   from giving.disbursements d
                  where (d.status = any (array['approved'::text, 'failed'::text]))) parts
          group by parts.partner_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
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

-- Create function "giving.post_approval(giving.disbursements, uuid, text)"
create function giving.post_approval(p_payment giving.disbursements, p_actor uuid, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giving.post_approval(giving.disbursements, uuid, text) is 'Posts what an approved payment costs its funds, as a debt to the partner.';

-- Create function "giving.propose_disbursement(text, text, bytea, jsonb, uuid, text)"
create function giving.propose_disbursement(p_scope text, p_key text, p_fingerprint bytea, p_proposal jsonb, p_actor uuid, p_request_id text)
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
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.partner_ref,
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
grant execute on function giving.propose_disbursement(text, text, bytea, jsonb, uuid, text) to finance_writer;
comment on function giving.propose_disbursement(text, text, bytea, jsonb, uuid, text) is 'Proposes a payment to a partner, taken from the fund of its stage or project, or from those of its lines; posts nothing. Breaks idempotency_keys_fingerprint (P0422), disbursements_pkey, disbursements_milestone_key (23505), disbursements_partner_ref_fkey, disbursements_milestone_ref_fkey, disbursements_bank_account_id_fkey, disbursements_currency_fkey, disbursement_lines_fund_id_fkey, funds_stage_ref_fkey (23503) or a check of disbursements (23514).';

-- Create function "giving.step_disbursement(text, text, bytea, uuid, integer, text, text, uuid, uuid, text)"
create function giving.step_disbursement(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_words text, p_bank_account_id uuid, p_actor uuid, p_request_id text)
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
$function$;
grant execute on function giving.step_disbursement(text, text, bytea, uuid, integer, text, text, uuid, uuid, text) to finance_writer;
comment on function giving.step_disbursement(text, text, bytea, uuid, integer, text, text, uuid, uuid, text) is 'Takes a payment one step further: approve (words: a comment), withdraw (why), send, confirm (the bank''s reference), fail (what the bank said). Breaks idempotency_keys_fingerprint (P0422), disbursements_pkey (P0404), disbursements_version (P0412), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), disbursement_attempts_bank_ref_key (23505), disbursement_attempts_bank_account_id_fkey (23503), disbursements_status_transition, disbursement_approvals_four_eyes, disbursements_milestone_approved, disbursements_total, disbursements_bank_account_usable (23514).';
