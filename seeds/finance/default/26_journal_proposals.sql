-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Journals that wait for a second person.
insert into ledger.journal_proposals (
  id, kind, effective_date, currency, lines, memo, reason, proposed_by, created_by, updated_by)
values
  ('85372bc4-6d86-56b8-985f-f07eee4608f0' /* finance.journal_proposal: interest-october */, 'journal.manual', '2026-10-31', 'GBP',
   '[{"code": "1000", "fund_id": null, "amount_minor": 312},
     {"code": "4000", "fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount_minor": -312}]',
   'Statement 10', 'Interest of October',
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */),
  ('dbdf58c0-7119-576b-bce2-4dcbde9e4da4' /* finance.journal_proposal: interest-september */, 'journal.manual', '2026-09-30', 'GBP',
   '[{"code": "1000", "fund_id": null, "amount_minor": 287},
     {"code": "4000", "fund_id": "04b25f59-033c-502c-ac71-430477286633", "amount_minor": -287}]',
   'Statement 9', 'Interest of September',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
