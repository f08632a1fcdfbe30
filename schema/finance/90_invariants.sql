-- finance: what must always hold. Each row of the view is a break; the numbers are those of docs and alarms.

create view ledger.trial_balance as
select a.code, a.type, e.currency,
  sum(e.amount) as balance,
  coalesce(sum(e.amount) filter (where e.amount > 0), 0) as debits,
  coalesce(-sum(e.amount) filter (where e.amount < 0), 0) as credits
from ledger.entries e
join ledger.accounts a on a.id = e.account_id
group by a.code, a.type, e.currency;
comment on view ledger.trial_balance is 'Sums per nominal code and currency; balance sums to 0 per currency.';
comment on column ledger.trial_balance.code is 'Nominal code.';
comment on column ledger.trial_balance.type is 'Type of the nominal code.';
comment on column ledger.trial_balance.currency is 'ISO 4217 code.';
comment on column ledger.trial_balance.balance is 'Sum of all entries, minor units, debit positive.';
comment on column ledger.trial_balance.debits is 'Sum of the debits, minor units.';
comment on column ledger.trial_balance.credits is 'Sum of the credits, minor units, as a positive number.';

create view ledger.invariant_breaks as
select 'I1 journal does not balance' as invariant, journal_id::text as what
from ledger.entries group by journal_id, currency having sum(amount) <> 0
union all
select 'I2 ledger does not balance', currency
from ledger.entries group by currency having sum(amount) <> 0
union all
select 'I3 journal is incomplete', j.id::text
from ledger.journals j
left join (select journal_id, count(*) as n from ledger.entries group by journal_id) e on e.journal_id = j.id
where j.lines <> coalesce(e.n, 0) or j.lines < 2
union all
select 'I4 balance differs from its entries', a.id::text
from ledger.accounts a
left join ledger.account_balances b on b.account_id = a.id
left join (select account_id, sum(amount) as total from ledger.entries group by account_id) e on e.account_id = a.id
left join (select account_id, sum(amount) as total from ledger.balance_deltas group by account_id) d on d.account_id = a.id
where b.balance is null or b.balance + coalesce(d.total, 0) <> coalesce(e.total, 0)
union all
select 'I5 account below its floor', a.id::text
from ledger.accounts a
join (select account_id, sum(amount) as total from ledger.entries group by account_id) e on e.account_id = a.id
where e.total * a.sign < a.floor_minor
union all
select 'I5 fund below its floor', f.code || ' ' || a.currency
from ledger.funds f
join ledger.accounts a on a.fund_id = f.id
join ledger.entries e on e.account_id = a.id
left join lateral (
  select min(s.balance_minor) as balance_minor from ledger.shortfalls s where s.fund_id = f.id and s.currency = a.currency
) short on true
group by f.id, f.code, f.floor_minor, a.currency, short.balance_minor
having -sum(e.amount) < least(f.floor_minor, short.balance_minor)
union all
select 'I6 reversal is not exact', r.id::text
from ledger.journals r
where r.reverses is not null and exists (
  select 1 from ledger.entries e where e.journal_id in (r.id, r.reverses)
  group by e.account_id, e.currency having sum(e.amount) <> 0
)
union all
select 'I7 journal without outbox event', j.id::text
from ledger.journals j
where not exists (
  select 1 from finance.outbox_events o where o.aggregate_id = j.id and o.topic = 'finance.journal.posted.v1'
)
union all
select 'I8 idempotency key without its journal', k.scope || ' ' || k.key
from finance.idempotency_keys k
where k.response ->> 'journal_id' is not null
  and not exists (select 1 from ledger.journals j where j.id = (k.response ->> 'journal_id')::uuid)
union all
select 'I9 posted outside an open period', j.id::text
from ledger.journals j
left join ledger.accounting_periods p on p.span @> j.effective_date
where p.id is null or j.posted_at > p.closed_at
union all
select 'I11 chain of seals has a gap', count(*)::text
from ledger.seals having count(*) <> coalesce(max(seq), 0)
union all
select 'I12 entry in another currency than its account', e.journal_id::text
from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.currency <> e.currency
union all
select 'I13 journal neither sealed nor queued', j.id::text
from ledger.journals j
where not exists (select 1 from ledger.seals s where s.journal_id = j.id)
  and not exists (select 1 from ledger.seal_queue q where q.journal_id = j.id)
union all
select 'I15 contribution differs from its journal', c.id::text
from giving.contributions c
left join ledger.journals j
  on j.id = c.journal_id and j.source_type = 'contribution' and j.source_id = c.id and j.kind = 'contribution.settled'
left join ledger.entries e on e.journal_id = j.id
left join ledger.accounts a on a.id = e.account_id and a.code = '4000' and a.fund_id = c.fund_id and a.currency = c.currency
where c.journal_id is not null
group by c.id, c.amount_minor
having coalesce(-sum(e.amount) filter (where a.id is not null), 0) <> c.amount_minor
union all
select 'I15 contribution journal without contribution', j.id::text
from ledger.journals j
where j.kind = 'contribution.settled'
  and not exists (select 1 from giving.contributions c where c.journal_id = j.id and c.id = j.source_id)
union all
select 'I10 series has a gap', s.series
from ledger.number_series s
left join (
  select series, serial from trade.quotes
  union all select series, serial from trade.issued_invoices
  union all select series, serial from trade.credit_notes
) d on d.series = s.series
group by s.series, s.next
having count(d.serial) <> s.next - 1 or coalesce(max(d.serial), 0) <> s.next - 1
union all
select 'I15 refunded more than was captured', c.id::text
from giving.contributions c
join giving.refunds r on r.contribution_id = c.id and r.status <> 'failed'
group by c.id, c.amount_minor, c.fee_cover_minor, c.tip_minor
having sum(r.amount_minor) > c.amount_minor + c.fee_cover_minor + c.tip_minor
union all
select 'I15 status does not follow from refunds', c.id::text
from giving.contributions c
cross join lateral (
  select coalesce(sum(r.amount_minor), 0) as refunded from giving.refunds r
  where r.contribution_id = c.id and r.status = 'settled'
) r
where c.status in ('settled', 'partially_refunded', 'refunded') and c.status <> case
    when r.refunded >= c.amount_minor + c.fee_cover_minor + c.tip_minor then 'refunded'
    when r.refunded > 0 then 'partially_refunded'
    else 'settled'
  end
union all
select 'I15 disputes that are held differ from account 1210', held.currency
from (
  select currency, sum(minor) as minor from (
    select e.currency, e.amount as minor
    from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '1210'
    union all
    select d.currency, -d.amount_minor from giving.disputes d where d.status in ('opened', 'under_review')
  ) parts group by currency
) held
where held.minor <> 0
union all
select 'I16 contribution is claimed twice', contribution_id::text
from (
  select contribution_id from giftaid.claim_lines
  where contribution_id is not null and status not in ('rejected', 'withdrawn', 'reversed')
  union all select contribution_id from giftaid.aggregate_items
  union all select contribution_id from giftaid.gasds_collections where contribution_id is not null
) claimed
group by contribution_id having count(*) > 1
union all
select 'I17 claimed without a declaration that covers it', l.id::text
from giftaid.claim_lines l
join giftaid.declarations d on d.id = l.declaration_id
where l.status not in ('rejected', 'withdrawn', 'reversed') and not (
  d.covers @> l.donated_on and (d.cancelled_from is null or l.donated_on < d.cancelled_from)
)
union all
select 'I19 debt to a partner differs from its payments', owed.partner_ref::text || ' ' || owed.currency
from (
  select partner_ref, currency, sum(minor) as minor from (
    select a.counterparty_id as partner_ref, a.currency, -e.amount as minor
    from ledger.entries e join ledger.accounts a on a.id = e.account_id
    where a.code = '2100' and a.counterparty_type = 'partner'
    union all
    select d.partner_ref, d.currency, -d.amount_minor from giving.disbursements d where d.status in ('approved', 'failed')
  ) parts group by partner_ref, currency
) owed
where owed.minor <> 0
union all
select 'I18 accrued Gift Aid differs from account 1300', b.balance::text
from (
  select coalesce(sum(e.amount), 0) as balance
  from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '1300'
) b
where b.balance <> (select coalesce(sum(tax_minor), 0) from giftaid.accruals where status = 'open')
union all
select 'I18 claimed Gift Aid differs from account 1310', b.balance::text
from (
  select coalesce(sum(e.amount), 0) as balance
  from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '1310'
) b
where b.balance <> (select coalesce(sum(giftaid.due(c)), 0) from giftaid.claims c)
union all
select 'I18 claimed for small donations differs from account 1320', b.balance::text
from (
  select coalesce(sum(e.amount), 0) as balance
  from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '1320'
) b
where b.balance <> (
  select coalesce(sum(g.top_up_minor), 0) from giftaid.gasds_claims g where g.status in ('submitted', 'accepted')
)
union all
select 'I18 Gift Aid to give back differs from account 2300', b.balance::text
from (
  select coalesce(-sum(e.amount), 0) as balance
  from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '2300'
) b
where b.balance <> (
  select coalesce(sum(a.amount_minor), 0) from giftaid.adjustments a
  left join giftaid.claims c on c.id = a.settled_in_claim_id
  where a.status = 'open' or c.status in ('draft', 'validated')
)
union all
select 'I26 a grant differs from accounts 1500 and 2400', owed.grant_id::text || ' ' || owed.code
from (
  select grant_id, code, sum(minor) as minor from (
    select a.counterparty_id as grant_id, a.code, e.amount as minor
    from ledger.entries e join ledger.accounts a on a.id = e.account_id
    where a.code in ('1500', '2400') and a.counterparty_type = 'grant'
    union all
    select g.id, '1500' as code, g.received_minor - g.amount_minor from giving.grants g where g.status in ('approved', 'part_received')
    union all
    select g.id, '2400' as code, g.repayable_minor from giving.grants g where g.status = 'repayable'
  ) parts group by grant_id, code
) owed
where owed.minor <> 0
union all
select 'I26 a grant differs from its receipts', g.id::text
from giving.grants g
left join giving.grant_receipts r on r.grant_id = g.id
group by g.id, g.received_minor
having coalesce(sum(r.amount_minor), 0) <> g.received_minor
union all
select 'I27 the position between currencies is open', e.currency
from ledger.entries e join ledger.accounts a on a.id = e.account_id
where a.code = '1900'
group by e.currency having sum(e.amount) <> 0
union all
select 'I27 account 3920 of a fund differs from its conversions', moved.fund_id::text || ' ' || moved.currency
from (
  select fund_id, currency, sum(minor) as minor from (
    select a.fund_id, a.currency, e.amount as minor
    from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '3920'
    union all
    select c.fund_id, c.from_currency, -c.from_minor from giving.conversions c
    union all
    select c.fund_id, c.to_currency, c.to_minor from giving.conversions c
  ) parts group by fund_id, currency
) moved
where moved.minor <> 0
union all
select 'I20 paid without a second pair of eyes', d.id::text
from giving.disbursements d
where d.approved_by = d.proposed_by or (d.status in ('approved', 'sending', 'paid', 'reconciled') and not exists (
  select 1 from giving.disbursement_approvals a
  where a.disbursement_id = d.id and a.decision = 'approve' and a.decided_by = d.approved_by
))
union all
select 'I21 debt of a customer differs from its invoices', coalesce(owed.customer_ref::text, 'nobody') || ' ' || owed.currency
from (
  select customer_ref, currency, sum(minor) as minor from (
    select a.counterparty_id as customer_ref, a.currency, e.amount as minor
    from ledger.entries e join ledger.accounts a on a.id = e.account_id where a.code = '1400'
    union all
    select i.customer_ref, i.currency, -(i.total_minor - i.written_off_minor)
    from trade.issued_invoices i where i.status = 'sent' and i.claim_status <> 'void'
    union all
    select i.customer_ref, i.currency, p.amount_minor + p.discount_minor
    from trade.invoice_payments p join trade.issued_invoices i on i.id = p.invoice_id
    union all
    select i.customer_ref, i.currency, c.total_minor
    from trade.credit_notes c join trade.issued_invoices i on i.id = c.invoice_id where c.status = 'issued'
  ) parts group by customer_ref, currency
) owed
where owed.minor <> 0
union all
select 'I24 message of a provider not looked at for 15 minutes', q.webhook_event_id::text
from finance.webhook_queue q
join finance.webhook_events e on e.id = q.webhook_event_id
where q.attempts = 0 and e.received_at < now() - interval '15 minutes'
union all
select 'I25 application role may write to the books', r.rolname || ' ' || t.oid::regclass::text
from pg_catalog.pg_class t
join pg_catalog.pg_namespace n on n.oid = t.relnamespace and n.nspname = 'ledger'
cross join pg_catalog.pg_roles r
where t.relkind in ('r', 'p', 'v')
  and r.rolname in ('finance_writer', 'finance_reader', 'finance_app', 'finance_read')
  and pg_catalog.has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate');
comment on view ledger.invariant_breaks is 'Must be empty, always; asked at every deploy and every night.';
comment on column ledger.invariant_breaks.invariant is 'Number and short name of the rule that is broken.';
comment on column ledger.invariant_breaks.what is 'Id of what breaks it.';
