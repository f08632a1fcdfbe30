-- What the tax office does not pay for small donations is taken back. The row is needed in every environment.
insert into ledger.journal_kinds (kind, codes, may_force, needs_reason, name) values
  ('small_donations.rejected', '{1320,4020}', true, true, '{"de": "Kleinspendenzuschuss abgelehnt", "en": "Small donations rejected"}')
on conflict (kind) do nothing;
