-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- What the bank held when these books began.

insert into ledger.accounts (id, code, type, currency, fund_id) values
  ('6ecbe1fb-6bc6-5145-b66e-5a92643c7aed' /* finance.account: 1000/GBP */, '1000', 'asset', 'GBP', null)
on conflict do nothing;

with opening (id) as materialized (values
  ('edb5aa7d-0813-5d91-aa86-b2fa44c4b80e' /* finance.journal: opening-balance */::uuid)
)
select posted.journal_id
from opening o
cross join lateral ledger.post(
  o.id, 'journal.manual', '2026-04-06', 'journal', o.id,
  array[
    (select id from ledger.accounts where code = '1000' and currency = 'GBP' and counterparty_id is null),
    ledger.leaf_account('4100', (select id from ledger.funds where code = 'GEN'), 'GBP')
  ],
  array[1250000, -1250000],
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed', 'Balance of the bank account', 'Carried over from the books before'
) as posted
where not exists (select 1 from ledger.journals j where j.id = o.id);
