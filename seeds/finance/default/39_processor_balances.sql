-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into giving.processor_balances (id, processor, currency, day, balance_minor, report_ref) values
  ('f37d89a5-e3d5-5929-aa0e-d2f43c3c40ad' /* finance.processor_balance: stripe-gbp-2026-10-31 */, 'stripe', 'GBP', '2026-10-31', 0, 'frr_2026_10'),
  ('ffd7ca16-1e3e-595f-9d42-df6d13191deb' /* finance.processor_balance: stripe-eur-2026-10-31 */, 'stripe', 'EUR', '2026-10-31', 0, 'frr_2026_10')
on conflict do nothing;
