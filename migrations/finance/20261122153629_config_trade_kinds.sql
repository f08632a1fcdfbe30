-- An invoice that should not have been issued is reversed exactly. The row is needed in every environment.
insert into ledger.journal_kinds (kind, codes, may_force, needs_reason, name) values
  ('invoice.voided', '{1400,2200,4500,4510}', true, true, '{"de": "Rechnung storniert", "en": "Invoice voided"}')
on conflict (kind) do nothing;
