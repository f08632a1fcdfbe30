-- Drop trigger "check_frozen" of table "giftaid.gasds_claims", to be made again
drop trigger check_frozen on giftaid.gasds_claims;

-- Drop trigger "check_parent" of table "giftaid.gasds_collections", to be made again
drop trigger check_parent on giftaid.gasds_collections;

-- Drop constraint "gasds_claims_claim_by_status" of table "giftaid.gasds_claims", to be made again
alter table giftaid.gasds_claims drop constraint gasds_claims_claim_by_status;

-- Drop constraint "gasds_claims_posted" of table "giftaid.gasds_claims", to be made again
alter table giftaid.gasds_claims drop constraint gasds_claims_posted;

-- Replace function "giftaid.accept_claim(uuid, text, text)"
create or replace function giftaid.accept_claim(p_id uuid, p_correlation_id text, p_body text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update giftaid.claims
  set status = 'accepted', correlation_id = coalesce(correlation_id, nullif(p_correlation_id, '')), poll_after = null
  where id = p_id and status in ('unknown', 'acknowledged');
  if not found then
    return false;
  end if;
  update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
  update giftaid.gasds_claims set status = 'accepted', updated_by = null where claim_id = p_id and status = 'submitted';
  insert into giftaid.claim_events (claim_id, kind, correlation_id)
  values (p_id, 'response', nullif(p_correlation_id, ''));
  insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
  return true;
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
 select 'I15 disputes that are held differ from account 1210'::text as invariant,
    held.currency as what
   from ( select parts.currency,
            sum(parts.minor) as minor
           from ( select e.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1210'::text)
                union all
                 select d.currency,
                    (- d.amount_minor)
                   from giving.disputes d
                  where (d.status = any (array['opened'::text, 'under_review'::text]))) parts
          group by parts.currency) held
  where (held.minor <> (0)::numeric)
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
 select 'I18 accrued Gift Aid differs from account 1300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1300'::text)) b
  where (b.balance <> ( select coalesce(sum(accruals.tax_minor), (0)::numeric) as "coalesce"
           from giftaid.accruals
          where (accruals.status = 'open'::text)))
union all
 select 'I18 claimed Gift Aid differs from account 1310'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1310'::text)) b
  where (b.balance <> ( select coalesce(sum(giftaid.due(c.*)), (0)::numeric) as "coalesce"
           from giftaid.claims c))
union all
 select 'I18 claimed for small donations differs from account 1320'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1320'::text)) b
  where (b.balance <> ( select coalesce(sum(g.top_up_minor), (0)::numeric) as "coalesce"
           from giftaid.gasds_claims g
          where (g.status = any (array['submitted'::text, 'accepted'::text]))))
union all
 select 'I18 Gift Aid to give back differs from account 2300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce((- sum(e.amount)), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '2300'::text)) b
  where (b.balance <> ( select coalesce(sum(a.amount_minor), (0)::numeric) as "coalesce"
           from (giftaid.adjustments a
             left join giftaid.claims c on ((c.id = a.settled_in_claim_id)))
          where ((a.status = 'open'::text) or (c.status = any (array['draft'::text, 'validated'::text])))))
union all
 select 'I26 a grant differs from accounts 1500 and 2400'::text as invariant,
    (((owed.grant_id)::text || ' '::text) || owed.code) as what
   from ( select parts.grant_id,
            parts.code,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as grant_id,
                    a.code,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = any (array['1500'::text, '2400'::text])) and ((a.counterparty_type)::text = 'grant'::text))
                union all
                 select g.id,
                    '1500'::text as code,
                    (g.received_minor - g.amount_minor)
                   from giving.grants g
                  where (g.status = any (array['approved'::text, 'part_received'::text]))
                union all
                 select g.id,
                    '2400'::text as code,
                    g.repayable_minor
                   from giving.grants g
                  where (g.status = 'repayable'::text)) parts
          group by parts.grant_id, parts.code) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I26 a grant differs from its receipts'::text as invariant,
    (g.id)::text as what
   from (giving.grants g
     left join giving.grant_receipts r on ((r.grant_id = g.id)))
  group by g.id, g.received_minor
 having (coalesce(sum(r.amount_minor), (0)::numeric) <> (g.received_minor)::numeric)
union all
 select 'I27 the position between currencies is open'::text as invariant,
    e.currency as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.code = '1900'::text)
  group by e.currency
 having (sum(e.amount) <> (0)::numeric)
union all
 select 'I27 account 3920 of a fund differs from its conversions'::text as invariant,
    (((moved.fund_id)::text || ' '::text) || moved.currency) as what
   from ( select parts.fund_id,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.fund_id,
                    a.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '3920'::text)
                union all
                 select c.fund_id,
                    c.from_currency,
                    (- c.from_minor)
                   from giving.conversions c
                union all
                 select c.fund_id,
                    c.to_currency,
                    c.to_minor
                   from giving.conversions c) parts
          group by parts.fund_id, parts.currency) moved
  where (moved.minor <> (0)::numeric)
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I21 debt of a customer differs from its invoices'::text as invariant,
    ((coalesce((owed.customer_ref)::text, 'nobody'::text) || ' '::text) || owed.currency) as what
   from ( select parts.customer_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as customer_ref,
                    a.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1400'::text)
                union all
                 select i.customer_ref,
                    i.currency,
                    (- (i.total_minor - i.written_off_minor))
                   from trade.issued_invoices i
                  where ((i.status = 'sent'::text) and (i.claim_status <> 'void'::text))
                union all
                 select i.customer_ref,
                    i.currency,
                    (p.amount_minor + p.discount_minor)
                   from (trade.invoice_payments p
                     join trade.issued_invoices i on ((i.id = p.invoice_id)))
                union all
                 select i.customer_ref,
                    i.currency,
                    c.total_minor
                   from (trade.credit_notes c
                     join trade.issued_invoices i on ((i.id = c.invoice_id)))
                  where (c.status = 'issued'::text)) parts
          group by parts.customer_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I24 message of a provider not looked at for 15 minutes'::text as invariant,
    (q.webhook_event_id)::text as what
   from (finance.webhook_queue q
     join finance.webhook_events e on ((e.id = q.webhook_event_id)))
  where ((q.attempts = 0) and (e.received_at < (now() - '00:15:00'::interval)))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Comments and privileges of table "giftaid.gasds_claims"
comment on column giftaid.gasds_claims.claim_id is 'Gift Aid claim that it goes with; null: in none yet.';

-- Create function "giftaid.check_matching(giftaid.gasds_claims)"
create function giftaid.check_matching(p_small giftaid.gasds_claims)
 returns void
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  -- Small gifts count up to ten times what was given with declarations in the same year.
  if p_small.collected_minor + p_small.buildings_minor > 10 * (
    select coalesce(sum(l.amount_minor), 0)
    from giftaid.claim_lines l join giftaid.claims c on c.id = l.claim_id
    where c.claimant_id = p_small.claimant_id and giftaid.tax_year(l.donated_on) = p_small.tax_year
      and l.status not in ('rejected', 'withdrawn', 'reversed')
  ) then
    raise exception 'claim % asks for more than ten times the Gift Aid donations of its year', p_small.id
      using errcode = '23514', constraint = 'gasds_claims_matching', schema = 'giftaid', table = 'gasds_claims';
  end if;
end
$function$;
grant execute on function giftaid.check_matching(giftaid.gasds_claims) to finance_writer;
comment on function giftaid.check_matching(giftaid.gasds_claims) is 'Small donations are at most ten times the gifts of their year that are claimed; breaks gasds_claims_matching.';

-- Replace function "giftaid.check_gasds_step()"
create or replace function giftaid.check_gasds_step()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  outside numeric;
  inside numeric;
  fullest numeric;
  last_day date := make_date(new.tax_year + 1, 4, 5);
begin
  select coalesce(sum(amount_minor) filter (where building_id is null), 0),
      coalesce(sum(amount_minor) filter (where building_id is not null), 0)
    into outside, inside
  from giftaid.gasds_collections where gasds_claim_id = new.id;
  select max(total) into fullest from (
    select sum(amount_minor) as total from giftaid.gasds_collections
    where gasds_claim_id = new.id and building_id is not null group by building_id
  ) per_building;
  if (new.collected_minor::numeric, new.buildings_minor::numeric) is distinct from (outside, inside)
    or new.top_up_minor is distinct from giftaid.tax_on((outside + inside)::bigint, last_day)
    or exists (
      select from giftaid.gasds_collections
      where gasds_claim_id = new.id and giftaid.tax_year(collected_on) <> new.tax_year
    )
  then
    raise exception 'collections of claim % add up to % outside and % inside buildings', new.id, outside, inside
      using errcode = '23514', constraint = 'gasds_claims_total', schema = 'giftaid', table = 'gasds_claims';
  end if;
  if fullest > 800000 then
    raise exception 'a building of claim % has %, more than 8,000 pounds', new.id, fullest
      using errcode = '23514', constraint = 'gasds_claims_building_limit', schema = 'giftaid', table = 'gasds_claims';
  end if;
  perform giftaid.check_matching(new);
  return new;
end
$function$;

-- Create function "giftaid.check_small_donations(uuid)"
create function giftaid.check_small_donations(p_claim_id uuid)
 returns void
 language plpgsql
 stable
 set search_path to ''
as $function$
declare
  v_small giftaid.gasds_claims;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status in ('draft', 'validated')
    order by g.id
  loop
    -- Two years from the end of the tax year (GASDS guidance, chapter 8).
    if finance.today() > make_date(v_small.tax_year + 3, 4, 5) then
      raise exception 'small donations of % can be claimed no longer', v_small.tax_year
        using errcode = 'P0409', constraint = 'gasds_claims_in_time', schema = 'giftaid', table = 'gasds_claims';
    end if;
    perform giftaid.check_matching(v_small);
  end loop;
end
$function$;
comment on function giftaid.check_small_donations(uuid) is 'The small donations that go with a claim may still be asked for; breaks gasds_claims_in_time (P0409), gasds_claims_matching.';

-- Replace function "giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid)"
create or replace function giftaid.freeze_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{draft}');
  update giftaid.claim_lines l set status = 'withdrawn', error_code = 'changed', updated_by = p_actor
  where l.claim_id = p_id and l.status = 'included' and not giftaid.is_due(l);
  update giftaid.claims c
  set status = 'validated', validated_at = now(), updated_by = p_actor,
    line_count = t.lines, total_minor = t.total, earliest_on = t.first_day, period_end = t.last_day,
    expected_tax_minor = t.tax
  from (
    select coalesce(sum(lines), 0) as lines, coalesce(sum(total), 0) as total, min(first_day) as first_day,
      max(last_day) as last_day, coalesce(sum(floor(total * rate / (10000 - rate))), 0) as tax
    from (
      select count(*) as lines, sum(l.amount_minor) as total, min(l.donated_on) as first_day, max(l.donated_on) as last_day,
        r.basic_rate_bp::numeric as rate
      from giftaid.claim_lines l
      join giftaid.tax_rates r on r.tax_year = giftaid.tax_year(l.donated_on)
      where l.claim_id = p_id and l.status = 'included'
      group by r.basic_rate_bp
    ) per_rate
  ) t
  where c.id = p_id
  returning c.* into v_claim;
  -- Lines that were dropped count no longer for the small donations that go with them.
  perform giftaid.check_small_donations(p_id);
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'validated', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
comment on function giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid) is 'Drops lines that may no longer be claimed, adds the rest up and freezes the claim; breaks what giftaid.take_claim, giftaid.check_claim_step and giftaid.check_small_donations break.';

-- Create function "giftaid.claim_small_donations(text, text, bytea, uuid, integer, integer, uuid[], uuid)"
create function giftaid.claim_small_donations(p_scope text, p_key text, p_fingerprint bytea, p_claim_id uuid, p_version integer, p_tax_year integer, p_collections uuid[], p_actor uuid)
 returns table(small giftaid.gasds_claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_row giftaid.gasds_claims;
  v_taken bigint;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.gasds_claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_claim_id, p_version, '{draft}');
  insert into giftaid.gasds_claims (claimant_id, tax_year, claim_id, created_by, updated_by)
  values (v_claim.claimant_id, p_tax_year, v_claim.id, p_actor, p_actor)
  returning * into v_row;
  perform giftaid.check_small_donations(p_claim_id);
  update giftaid.gasds_collections c set gasds_claim_id = v_row.id, updated_by = p_actor
  where c.claimant_id = v_claim.claimant_id and c.gasds_claim_id is null
    and giftaid.tax_year(c.collected_on) = p_tax_year and (p_collections is null or c.id = any (p_collections));
  get diagnostics v_taken = row_count;
  if v_taken = 0 or v_taken <> cardinality(p_collections) then
    raise exception '% collections of % can be claimed', v_taken, p_tax_year
      using errcode = 'P0409', constraint = 'gasds_collections_claimable', schema = 'giftaid', table = 'gasds_collections';
  end if;
  update giftaid.gasds_claims g
  set status = 'validated', collected_minor = t.outside, buildings_minor = t.inside,
    top_up_minor = giftaid.tax_on(t.outside + t.inside, make_date(p_tax_year + 1, 4, 5))
  from (
    select coalesce(sum(c.amount_minor) filter (where c.building_id is null), 0)::bigint as outside,
      coalesce(sum(c.amount_minor) filter (where c.building_id is not null), 0)::bigint as inside
    from giftaid.gasds_collections c where c.gasds_claim_id = v_row.id
  ) t
  where g.id = v_row.id
  returning g.* into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giftaid.claim_small_donations(text, text, bytea, uuid, integer, integer, uuid[], uuid) to finance_writer;
comment on function giftaid.claim_small_donations(text, text, bytea, uuid, integer, integer, uuid[], uuid) is 'Puts the small donations of a tax year into a draft claim: all that are not claimed, or these; breaks gasds_claims_tax_year_key, gasds_claims_tax_year_range, gasds_collections_claimable (P0409), gasds_claims_collected_minor_limit, what giftaid.take_claim, giftaid.check_gasds_step and giftaid.check_small_donations break.';

-- Create function "giftaid.free_small_donations(uuid, text, uuid)"
create function giftaid.free_small_donations(p_claim_id uuid, p_status text, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  update giftaid.gasds_claims set status = p_status, updated_by = p_actor
  where claim_id = p_claim_id and status in ('draft', 'validated', 'submitted');
  update giftaid.gasds_collections c set gasds_claim_id = null, updated_by = p_actor
  from giftaid.gasds_claims g
  where g.claim_id = p_claim_id and g.status = p_status and c.gasds_claim_id = g.id;
end
$function$;
comment on function giftaid.free_small_donations(uuid, text, uuid) is 'Ends the claims of small donations that go with a claim, withdrawn or rejected; their collections can be claimed again.';

-- Replace function "giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid)"
create or replace function giftaid.withdraw_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{draft,validated}');
  update giftaid.claim_lines set status = 'withdrawn', updated_by = p_actor where claim_id = p_id and status = 'included';
  update giftaid.adjustments set status = 'open', settled_in_claim_id = null, updated_by = p_actor
  where settled_in_claim_id = p_id;
  perform giftaid.free_small_donations(p_id, 'withdrawn', p_actor);
  update giftaid.claims set status = 'withdrawn', updated_by = p_actor where id = p_id returning * into v_claim;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'withdrawn', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;

-- Create function "giftaid.receive_small_donations(uuid, bigint, date, uuid, text)"
create function giftaid.receive_small_donations(p_claim_id uuid, p_amount_minor bigint, p_received_on date, p_actor uuid, p_request_id text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_small giftaid.gasds_claims;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_left bigint := p_amount_minor;
  v_part bigint;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'accepted'
    order by g.tax_year, g.id for no key update
  loop
    v_part := least(v_left, v_small.top_up_minor);
    v_left := v_left - v_part;
    if v_part > 0 then
      perform ledger.book(
        null, 'small_donations.received', p_received_on, 'gasds_claim', v_small.id, 'GBP', array['1000', '1320'],
        array[null, null]::uuid[], array[v_part, -v_part], p_actor, p_request_id);
    end if;
    -- There is no second payment: what was not paid now will not come.
    if v_part < v_small.top_up_minor then
      perform ledger.book(
        null, 'small_donations.rejected', p_received_on, 'gasds_claim', v_small.id, 'GBP', array['4020', '1320'],
        array[v_general, null], array[v_small.top_up_minor - v_part, v_part - v_small.top_up_minor], p_actor,
        p_request_id, p_reason => 'not paid by the tax office');
    end if;
    update giftaid.gasds_claims set status = 'received', received_minor = v_part, updated_by = p_actor
    where id = v_small.id;
  end loop;
  if v_left > 0 then
    raise exception 'claim % is owed % less for small donations', p_claim_id, v_left
      using errcode = 'P0422', constraint = 'gasds_claims_received', schema = 'giftaid', table = 'gasds_claims';
  end if;
end
$function$;
comment on function giftaid.receive_small_donations(uuid, bigint, date, uuid, text) is 'Books what the tax office paid for the small donations of a claim, the oldest year first, and gives up the rest; breaks gasds_claims_received (P0422), accounting_periods_open.';

-- Create function "giftaid.reject_small_donations(uuid, text)"
create function giftaid.reject_small_donations(p_claim_id uuid, p_request_id text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  perform ledger.reverse(
    g.journal_id, 'small_donations.rejected', 'gasds_claim', g.id, 'rejected by the tax office', null, p_request_id)
  from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'submitted';
  perform giftaid.free_small_donations(p_claim_id, 'rejected', null);
end
$function$;
comment on function giftaid.reject_small_donations(uuid, text) is 'The tax office has refused the claim that small donations went with: what was booked is taken back.';

-- Replace function "giftaid.reject_claim(uuid, text, jsonb, text, text)"
create or replace function giftaid.reject_claim(p_id uuid, p_correlation_id text, p_errors jsonb, p_body text, p_request_id text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_claim giftaid.claims;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  update giftaid.claims
  set status = 'rejected', correlation_id = coalesce(correlation_id, nullif(p_correlation_id, '')), poll_after = null
  where id = p_id and status in ('unknown', 'acknowledged')
  returning * into v_claim;
  if not found then
    return false;
  end if;
  -- A rejected claim is as if it had never been: everything goes back to where it was.
  select array_agg(account_id order by line), array_agg(-amount order by line) into v_accounts, v_amounts
  from ledger.entries where journal_id = v_claim.journal_id;
  perform ledger.post(
    null, 'gift_aid.rejected', (now() at time zone 'Europe/London')::date, 'gift_aid_claim', p_id, v_accounts, v_amounts,
    null, p_request_id, p_reason => 'rejected by the tax office', p_reverses => v_claim.journal_id);
  perform giftaid.reject_small_donations(p_id, p_request_id);
  update giftaid.accruals a set status = 'open', claim_line_id = null
  from giftaid.claim_lines l where l.claim_id = p_id and a.claim_line_id = l.id;
  update giftaid.adjustments set status = 'open', settled_in_claim_id = null where settled_in_claim_id = p_id;
  -- The tax office counts the lines that were sent, which are those included, by their order.
  with sent as (
    select id, row_number() over (order by item) as place from giftaid.claim_lines
    where claim_id = p_id and status = 'included'
  ), named as (
    select distinct on (s.id) s.id, e.number, e.path
    from jsonb_to_recordset(p_errors) as e (line bigint, number text, path text)
    join sent s on s.place = e.line
    order by s.id, e.number
  )
  update giftaid.claim_lines l
  set status = case when n.id is null then 'withdrawn' else 'rejected' end,
    error_code = left(nullif(n.number, ''), 20), error_path = left(nullif(n.path, ''), 500)
  from sent s left join named n on n.id = s.id
  where l.id = s.id;
  insert into giftaid.claim_events (claim_id, kind, correlation_id, detail)
  values (p_id, 'error', nullif(p_correlation_id, ''), left(p_errors::text, 2000));
  if p_body <> '' then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
  end if;
  return true;
end
$function$;

-- Create function "giftaid.submit_small_donations(uuid, uuid, text)"
create function giftaid.submit_small_donations(p_claim_id uuid, p_actor uuid, p_request_id text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_small giftaid.gasds_claims;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_journal uuid;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'validated'
    order by g.id for no key update
  loop
    v_journal := ledger.book(
      null, 'small_donations.claimed', finance.today(), 'gasds_claim', v_small.id, 'GBP', array['1320', '4020'],
      array[null, v_general], array[v_small.top_up_minor, -v_small.top_up_minor], p_actor, p_request_id);
    update giftaid.gasds_claims set status = 'submitted', journal_id = v_journal, updated_by = p_actor
    where id = v_small.id;
  end loop;
end
$function$;
comment on function giftaid.submit_small_donations(uuid, uuid, text) is 'Books what is asked for the small donations that go with a claim.';

-- Replace function "giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text)"
create or replace function giftaid.submit_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_channel text, p_irmark text, p_body text, p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_accrued bigint;
  v_rounding bigint;
  v_journal uuid := ledger.uuid7();
  v_general uuid;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{validated}');
  if v_claim.prepared_by = p_actor then
    raise exception 'contact % has prepared claim %', p_actor, p_id
      using errcode = '23514', constraint = 'claims_four_eyes', schema = 'giftaid', table = 'claims';
  end if;
  if exists (
    select from giftaid.claim_lines l where l.claim_id = p_id and l.status = 'included' and not giftaid.is_due(l))
  then
    raise exception 'a gift of claim % has changed since it was validated', p_id
      using errcode = 'P0409', constraint = 'claims_current', schema = 'giftaid', table = 'claims';
  end if;
  update giftaid.accruals a set status = 'claimed', claim_line_id = l.id, updated_by = p_actor
  from giftaid.claim_lines l
  where l.claim_id = p_id and l.status = 'included' and a.contribution_id = l.contribution_id and a.status = 'open';
  select coalesce(sum(a.tax_minor), 0) into v_accrued
  from giftaid.accruals a join giftaid.claim_lines l on l.id = a.claim_line_id where l.claim_id = p_id;
  -- Each gift was floored, the total is floored once: less than a penny per gift, to the general fund.
  v_rounding := v_claim.expected_tax_minor - v_accrued;
  select id into strict v_general from ledger.funds where code = 'GEN';
  select array_agg(t.account), array_agg(t.amount) into v_accounts, v_amounts
  from (values
    (ledger.leaf_account('1310', null, 'GBP'), v_claim.expected_tax_minor - v_claim.adjustment_minor),
    (ledger.leaf_account('1300', null, 'GBP'), -v_accrued),
    (ledger.leaf_account('4010', v_general, 'GBP'), -v_rounding),
    (ledger.leaf_account('2300', null, 'GBP'), v_claim.adjustment_minor)
  ) as t (account, amount) where t.amount <> 0;
  perform ledger.post(
    v_journal, 'gift_aid.claimed', (now() at time zone 'Europe/London')::date, 'gift_aid_claim', p_id,
    v_accounts, v_amounts, p_actor, p_request_id);
  update giftaid.claims
  set status = 'submitted', submitted_by = p_actor, submitted_at = now(), channel = p_channel, irmark = p_irmark,
    journal_id = v_journal, poll_after = case when p_channel = 'hmrc' then now() end, updated_by = p_actor
  where id = p_id
  returning * into v_claim;
  perform giftaid.check_small_donations(p_id);
  perform giftaid.submit_small_donations(p_id, p_actor, p_request_id);
  if p_body is not null then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'sent', p_body);
  end if;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'submitted', p_actor);
  if p_channel = 'upload' then
    -- Charities Online answers at once, to the person who uploads: what they say is the answer.
    update giftaid.claims set status = 'acknowledged' where id = p_id;
    update giftaid.claims set status = 'accepted' where id = p_id returning * into v_claim;
    update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
    update giftaid.gasds_claims set status = 'accepted', updated_by = p_actor where claim_id = p_id and status = 'submitted';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
comment on function giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text) is 'Moves a validated claim from accrued to claimed, with its rounding and what it gives back, and keeps what will be sent; breaks claims_four_eyes, claims_current (P0409), what giftaid.take_claim, giftaid.check_small_donations and ledger.post break.';

-- Create function "giftaid.take_receipt(giftaid.claims, bigint, date, integer[], uuid, text)"
create function giftaid.take_receipt(p_claim giftaid.claims, p_amount_minor bigint, p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text)
 returns giftaid.claims
 language plpgsql
 set search_path to ''
as $function$
declare
  v_claim giftaid.claims := p_claim;
  v_unpaid bigint;
  v_named uuid[];
  v_count bigint;
  v_left bigint;
  v_lines bigint;
  v_event uuid := gen_random_uuid();
  v_general uuid;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  -- Lines are counted as they were sent, without those that were dropped before.
  select coalesce(array_agg(s.id), '{}') into v_named
  from (
    select l.id, l.status, row_number() over (order by l.item) as place
    from giftaid.claim_lines l where l.claim_id = v_claim.id and l.status <> 'withdrawn'
  ) s
  where s.status = 'accepted' and s.place = any (p_unpaid);
  v_count := cardinality(v_named);
  update giftaid.accruals set status = 'open', claim_line_id = null, updated_by = p_actor
  where claim_line_id = any (v_named);
  with unpaid as (
    update giftaid.claim_lines set status = 'rejected', error_code = 'unpaid', updated_by = p_actor
    where id = any (v_named)
    returning tax_minor
  )
  select coalesce(sum(tax_minor), 0) into v_unpaid from unpaid;
  if v_count <> cardinality(p_unpaid) then
    raise exception 'claim % has not all of the lines %', v_claim.id, p_unpaid
      using errcode = 'P0422', constraint = 'claims_unpaid_lines', schema = 'giftaid', table = 'claims';
  end if;
  if v_unpaid > 0 then
    perform ledger.post(
      null, 'gift_aid.rejected', (now() at time zone 'Europe/London')::date, 'gift_aid_receipt', v_event,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('1310', null, 'GBP')],
      array[v_unpaid, -v_unpaid], p_actor, p_request_id);
  end if;
  -- How the tax office rounds is its own affair: up to a penny per line is a difference of rounding, not of substance.
  v_left := giftaid.due(v_claim) - p_amount_minor;
  select count(*) into v_lines from giftaid.claim_lines where claim_id = v_claim.id and status = 'accepted';
  if v_left < -v_lines then
    raise exception 'claim % is owed %, not %', v_claim.id, v_left + p_amount_minor, p_amount_minor
      using errcode = 'P0422', constraint = 'claims_received_limit', schema = 'giftaid', table = 'claims';
  end if;
  if abs(v_left) > v_lines then
    -- More is to come.
    v_left := 0;
    update giftaid.claims
    set status = case when status = 'accepted' then 'part_received' else status end,
      received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = v_claim.id returning * into v_claim;
  else
    update giftaid.claim_lines set status = 'received', received_minor = tax_minor, updated_by = p_actor
    where claim_id = v_claim.id and status = 'accepted';
    update giftaid.claims set status = 'received', received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = v_claim.id returning * into v_claim;
  end if;
  select id into strict v_general from ledger.funds where code = 'GEN';
  select array_agg(t.account), array_agg(t.amount) into v_accounts, v_amounts
  from (values
    (ledger.leaf_account('1000', null, 'GBP'), p_amount_minor),
    (ledger.leaf_account('1310', null, 'GBP'), -p_amount_minor - v_left),
    (ledger.leaf_account('4010', v_general, 'GBP'), v_left)
  ) as t (account, amount) where t.amount <> 0;
  perform ledger.post(
    null, 'gift_aid.received', p_received_on, 'gift_aid_receipt', v_event, v_accounts, v_amounts, p_actor, p_request_id);
  insert into giftaid.claim_events (id, claim_id, kind, amount_minor, created_by)
  values (v_event, v_claim.id, 'received', p_amount_minor, p_actor);
  return v_claim;
end
$function$;
comment on function giftaid.take_receipt(giftaid.claims, bigint, date, integer[], uuid, text) is 'Books what the tax office paid for the gifts of a claim that is locked, and the lines that it did not pay; breaks claims_unpaid_lines, claims_received_limit (P0422), accounting_periods_open.';

-- Create function "giftaid.receive_payment(text, text, bytea, uuid, integer, bigint, bigint, date, integer[], uuid, text)"
create function giftaid.receive_payment(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_amount_minor bigint, p_small_minor bigint, p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  -- The gifts of a claim may be paid for before its small donations are.
  v_claim := giftaid.take_claim(p_id, p_version, case
      when p_small_minor = p_amount_minor then array['accepted', 'part_received', 'received']
      else array['accepted', 'part_received']
    end);
  if p_small_minor > 0 then
    perform giftaid.receive_small_donations(p_id, p_small_minor, p_received_on, p_actor, p_request_id);
  end if;
  if p_amount_minor > p_small_minor then
    v_claim := giftaid.take_receipt(
      v_claim, p_amount_minor - p_small_minor, p_received_on, p_unpaid, p_actor, p_request_id);
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
grant execute on function giftaid.receive_payment(text, text, bytea, uuid, integer, bigint, bigint, date, integer[], uuid, text) to finance_writer;
comment on function giftaid.receive_payment(text, text, bytea, uuid, integer, bigint, bigint, date, integer[], uuid, text) is 'Books what the tax office paid for a claim, the part of it for small donations, and the lines that it did not pay; breaks claims_unpaid_lines, claims_received_limit, gasds_claims_received (P0422), accounting_periods_open, what giftaid.take_claim breaks.';

-- Replace function "giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text)"
create or replace function giftaid.receive_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_amount_minor bigint, p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
begin
  return query
  select r.claim, r.replayed from giftaid.receive_payment(
    p_scope, p_key, p_fingerprint, p_id, p_version, p_amount_minor, 0, p_received_on, p_unpaid, p_actor, p_request_id) r;
end
$function$;
comment on function giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text) is 'Books what the tax office paid for gifts; see giftaid.receive_payment.';

-- Add column "received_minor" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add column received_minor bigint default 0 not null;
comment on column giftaid.gasds_claims.received_minor is 'What the tax office paid, pence; what it did not pay is given up.';

-- Create constraint "gasds_claims_claim_by_status" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add constraint gasds_claims_claim_by_status check (((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text])) or (claim_id is not null)));

-- Create constraint "gasds_claims_posted" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add constraint gasds_claims_posted check (((status = any (array['draft'::text, 'validated'::text, 'withdrawn'::text])) = (journal_id is null)));

-- Create constraint "gasds_claims_received_limit" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add constraint gasds_claims_received_limit check ((received_minor <= top_up_minor));

-- Create constraint "gasds_claims_received_minor_range" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add constraint gasds_claims_received_minor_range check (((received_minor >= 0) and (received_minor <= '9000000000000000'::bigint)));

-- Create constraint "gasds_claims_received_whole" of table "giftaid.gasds_claims"
alter table giftaid.gasds_claims add constraint gasds_claims_received_whole check (((received_minor = 0) or (status = 'received'::text)));

-- Create trigger "check_frozen" of table "giftaid.gasds_claims"
create trigger check_frozen before update on giftaid.gasds_claims for each row execute function finance.check_frozen('status', 'draft', 'claim_id,journal_id,received_minor');

-- Create trigger "check_parent" of table "giftaid.gasds_collections"
create trigger check_parent before insert or update on giftaid.gasds_collections for each row execute function finance.check_parent('giftaid.gasds_claims', 'gasds_claim_id', 'status', 'draft,withdrawn,rejected');
