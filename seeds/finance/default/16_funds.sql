-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- A fund and an account that have done their work: empty, and still open.
insert into ledger.funds (id, code, restriction, parent_id) values
  ('575065f5-6c40-5bda-a662-8c9fc5972027' /* finance.fund: HARVEST-2025 */, 'HARVEST-2025', 'designated',
   '04b25f59-033c-502c-ac71-430477286633' /* finance.fund: GEN */)
on conflict do nothing;

insert into ledger.accounts (id, code, type, currency) values
  ('63b16696-5f51-5460-8b35-779355738417' /* finance.account: 1000/NOK */, '1000', 'asset', 'NOK')
on conflict do nothing;
