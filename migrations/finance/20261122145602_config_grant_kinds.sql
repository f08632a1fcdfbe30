-- What becomes of a grant that does not come. Each row is needed in every environment.
insert into ledger.journal_kinds (kind, codes, may_force, needs_reason, name) values
  ('grant.withdrawn', '{1500,4100}', true, true, '{"de": "Zuwendung zurückgenommen", "en": "Grant withdrawn"}'),
  ('grant.written_off', '{1500,4100}', true, true, '{"de": "Zuwendung ausgebucht", "en": "Grant written off"}')
on conflict (kind) do nothing;
