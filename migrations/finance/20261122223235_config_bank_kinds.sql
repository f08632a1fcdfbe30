-- What takes back that a payout arrived with a line of our bank. The row is needed in every environment.
insert into ledger.journal_kinds (kind, codes, may_force, needs_reason, name) values
  ('payout.unmatched', '{1000,1010}', false, true, '{"de": "Auszahlung doch nicht eingegangen", "en": "Payout not received after all"}')
on conflict (kind) do nothing;
