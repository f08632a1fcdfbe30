-- aruuri:allow-loss ledger.journal_kinds.codes a fee for converting money has an account of its own

-- What processors tell us that was not foreseen: what was under way comes back. Each row is needed in every environment.
insert into ledger.journal_kinds (kind, codes, may_force, needs_reason, name) values
  ('payout.failed', '{1010,1200}', false, true, '{"de": "Auszahlung gescheitert", "en": "Payout failed"}'),
  ('refund.failed', '{1000,1200,4000,4030,4040,5100,5110}', true, true, '{"de": "Erstattung gescheitert", "en": "Refund failed"}')
on conflict (kind) do nothing;
update ledger.journal_kinds set codes = '{1200,2200,4030,5100,5110,5120,5130}' where kind = 'fee.charged';
