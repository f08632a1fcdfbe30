-- finance: what our bank says finds what the books say.

create function finance.is_named(p_ref text, p_bank_ref text, p_purpose text) returns boolean
  language plpgsql immutable
  set search_path = ''
as $$
declare
  v_ref text := lower(p_ref);
begin
  -- As a word of its own; short references occur in any text.
  return coalesce(
    p_ref = p_bank_ref
    or length(v_ref) >= 6
      and position(' ' || v_ref || ' ' in ' ' || regexp_replace(lower(p_purpose), '[^[:alnum:]_-]+', ' ', 'g') || ' ') > 0,
    false);
end
$$;
comment on function finance.is_named(text, text, text) is
  'Whether a line of the bank names a reference: as its own, or as a word of its purpose.';

create function finance.bank_candidates(p_line finance.bank_lines, p_code text, p_currency text)
  returns table (journal_id uuid, payout_id uuid, named boolean)
  language plpgsql stable
  set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select j.id, null::uuid,
    finance.is_named(c.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(g.bank_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(v.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(i.payment_ref, p_line.bank_ref, p_line.purpose)
      or coalesce(i.bank_line_id = p_line.id, false)
      or exists (
        select from giving.disbursements d
        join giving.disbursement_attempts t on t.disbursement_id = d.id
        where d.paid_journal_id = j.id and finance.is_named(t.bank_ref, p_line.bank_ref, p_line.purpose))
  from ledger.accounts a
  join ledger.entries e on e.account_id = a.id and e.currency = a.currency and e.amount = p_line.amount_minor
  join ledger.journals j on j.id = e.journal_id
  left join giving.contributions c on c.journal_id = j.id
  left join giving.grant_receipts g on g.journal_id = j.id
  left join giving.conversions v on v.journal_id = j.id
  left join trade.invoice_payments i on i.journal_id = j.id
  where a.code = p_code and a.currency = p_currency
    and j.effective_date between p_line.booked_on - 5 and p_line.booked_on + 5
    -- A journal that was taken back, or takes one back, moved nothing that the bank has seen.
    and j.reverses is null
    and not exists (select from ledger.journals r where r.reverses = j.id)
    and not exists (
      select from ledger.entries o where o.journal_id = j.id and o.account_id = a.id and o.line <> e.line)
    and not exists (select from finance.recon_matches m where m.journal_id = j.id and m.undone_at is null)
    -- What a person has taken back is not found again.
    and not exists (select from finance.recon_matches m where m.journal_id = j.id and m.bank_line_id = p_line.id)
  union all
  -- What a processor has sent arrives with the line: until then it was under way.
  select null::uuid, p.id, finance.is_named(p.processor_ref, p_line.bank_ref, p_line.purpose)
  from giving.payouts p
  where p_code = '1000' and p.status = 'paid' and p.currency = p_currency and p.amount_minor = p_line.amount_minor
    and p_line.booked_on between p.arrives_on - 3 and p.arrives_on + 7
    and not exists (select from finance.recon_matches m where m.payout_id = p.id and m.bank_line_id = p_line.id);
end
$$;
comment on function finance.bank_candidates(finance.bank_lines, text, text) is
  'Journals of the amount and about the day of a line that no line is matched with, and payouts that it may bring; whether the line names them.';

-- The journal belongs to the match, not to the payout: a match that was wrong takes its journal back, and the payout may
-- arrive with another line.
create function finance.match_payout(
  p_payout giving.payouts, p_line finance.bank_lines, p_actor uuid, p_request_id text
) returns void
  language plpgsql
  set search_path = ''
as $$
declare
  v_id uuid := gen_random_uuid();
  v_journal uuid;
begin
  v_journal := ledger.book(
    null, 'payout.received', ledger.posting_day(p_line.booked_on), 'recon_match', v_id, p_payout.currency,
    array['1000', '1010'], array[null, null]::uuid[], array[p_payout.amount_minor, -p_payout.amount_minor], p_actor,
    p_request_id);
  insert into finance.recon_matches (
    id, bank_line_id, journal_id, amount_minor, matched_by, payout_id, created_by, updated_by)
  values (
    v_id, p_line.id, v_journal, p_payout.amount_minor, case when p_actor is null then 'rule' else 'person' end,
    p_payout.id, p_actor, p_actor);
  update giving.payouts set status = 'reconciled', updated_by = p_actor where id = p_payout.id;
end
$$;
comment on function finance.match_payout(giving.payouts, finance.bank_lines, uuid, text) is
  'Books a payout that arrived with a line, and matches them. Breaks what ledger.post breaks.';

-- Definer: it books payouts that have arrived, which no application role may.
create function finance.reconcile_bank(p_after uuid, p_at_most integer, p_request_id text)
  returns table (looked bigint, matched bigint, last_id uuid)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_line finance.bank_lines;
  v_bank finance.bank_accounts;
  v_found record;
  v_day date;
  v_journal uuid;
  v_payout giving.payouts;
  v_looked bigint := 0;
  v_matched bigint := 0;
  v_last uuid;
begin
  -- Two at once might find one journal for two lines: no row stands for "nothing is matched with it yet".
  if not pg_try_advisory_xact_lock(77241) then
    return;
  end if;
  for v_line in
    select l.* from finance.bank_lines l
    where l.status = 'unmatched' and l.booked_on between finance.today() - 60 and finance.today()
      and (p_after is null or l.id > p_after)
    order by l.id
    limit p_at_most
    for no key update
  loop
    v_looked := v_looked + 1;
    v_last := v_line.id;
    select * into strict v_bank from finance.bank_accounts where id = v_line.bank_account_id;
    select count(*) as found, count(*) filter (where b.named) as named,
      (array_agg(b.journal_id order by b.named desc))[1] as journal_id,
      (array_agg(b.payout_id order by b.named desc))[1] as payout_id
    into v_found
    from finance.bank_candidates(v_line, v_bank.code, v_bank.currency) b;
    -- Named by the line, or alone with its amount on both sides; all else is for a person.
    continue when v_found.named > 1 or v_found.named = 0 and (
      v_found.found <> 1 or exists (
        select from finance.bank_lines o
        where o.bank_account_id = v_line.bank_account_id and o.amount_minor = v_line.amount_minor and o.id <> v_line.id
          and o.status = 'unmatched' and o.booked_on between v_line.booked_on - 10 and v_line.booked_on + 10));
    v_journal := v_found.journal_id;
    if v_journal is null then
      v_day := ledger.posting_day(v_line.booked_on);
      select * into v_payout from giving.payouts where id = v_found.payout_id and status = 'paid' for no key update;
      continue when not found or not exists (
        select from ledger.accounting_periods where span @> v_day and closed_at is null);
      perform finance.match_payout(v_payout, v_line, null, p_request_id);
    else
      insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by)
      values (v_line.id, v_journal, v_line.amount_minor, 'rule');
    end if;
    update finance.bank_lines set status = 'matched', updated_by = null where id = v_line.id;
    update giving.disbursements set status = 'reconciled', updated_by = null
    where paid_journal_id = v_journal and status = 'paid';
    v_matched := v_matched + 1;
  end loop;
  return query select v_looked, v_matched, v_last;
end
$$;
comment on function finance.reconcile_bank(uuid, integer, text) is
  'Looks at that many unmatched lines of the last 60 days, by id, after one: a line that names one journal of its amount, or is alone with it, is matched; a payout that arrives with one is booked. What is not clear is left to a person. No row: another one is at work.';
grant execute on function finance.reconcile_bank(uuid, integer, text) to finance_writer;

-- Definer: it keeps what came out, whoever asks.
create function finance.compare_bank() returns table (compared bigint, different bigint)
  language plpgsql security definer
  set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(77241) then
    return;
  end if;
  return query
  with latest as (
    select distinct on (b.id) b.id, b.code, b.currency, s.closes_on, s.closing_minor
    from finance.bank_accounts b
    left join finance.bank_statements s on s.bank_account_id = b.id
    where b.closed_at is null
    order by b.id, s.closes_on desc nulls last, s.created_at desc, s.id
  ), theirs as (
    -- Accounts under one code are compared on a day on which each has a statement.
    select code, currency, min(closes_on) as day, sum(closing_minor)::bigint as minor
    from latest
    group by code, currency
    having count(closes_on) = count(*) and min(closes_on) = max(closes_on)
  ), both_sides as (
    select t.code, t.currency, t.day, t.minor as theirs, coalesce((
      select sum(e.amount) from ledger.entries e
      join ledger.accounts a on a.id = e.account_id and a.code = t.code and a.currency = t.currency
      join ledger.journals j on j.id = e.journal_id and j.effective_date <= t.day), 0)::bigint as ours,
      (select count(*) from finance.bank_lines l
       join finance.bank_accounts b on b.id = l.bank_account_id and b.code = t.code and b.currency = t.currency
       where l.status = 'unmatched') as unmatched
    from theirs t
  ), told as (
    insert into finance.recon_runs (kind, day, attempt, outcome, ours_minor, theirs_minor, currency, detail)
    select 'bank', s.day, (
        select coalesce(max(r.attempt), 0) from finance.recon_runs r where r.kind = 'bank' and r.day = s.day
      ) + row_number() over (partition by s.day order by s.code, s.currency),
      case when s.ours = s.theirs then 'equal' else 'different' end, s.ours, s.theirs, s.currency,
      jsonb_build_object('code', s.code, 'unmatched', s.unmatched)
    from both_sides s
    -- What was found last time is not told again.
    where not exists (
      select from finance.recon_runs r
      where r.kind = 'bank' and r.day = s.day and r.currency = s.currency and r.detail ->> 'code' = s.code
        and (r.ours_minor, r.theirs_minor, r.detail ->> 'unmatched') = (s.ours, s.theirs, s.unmatched::text)
        and r.attempt = (
          select max(n.attempt) from finance.recon_runs n
          where n.kind = 'bank' and n.day = r.day and n.currency = r.currency and n.detail ->> 'code' = s.code))
  )
  select count(*), count(*) filter (where s.ours <> s.theirs) from both_sides s;
end
$$;
comment on function finance.compare_bank() is
  'Compares what the books say of our bank accounts with their latest statements, per code and currency, and keeps what came out. No row: another one is at work.';
grant execute on function finance.compare_bank() to finance_writer;
