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
