-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into finance.bank_accounts (id, name, bank, last_four, currency, code) values
  ('b152cc9c-db18-549d-80d4-0f4eeecb6c12' /* finance.bank_account: main-gbp */, 'Main account', 'Unity Trust Bank', '4417', 'GBP', '1000'),
  ('764c3d93-486e-512e-bcb0-fca44b111f1b' /* finance.bank_account: euros */, 'Euros', 'GLS Bank', '0904', 'EUR', '1000')
on conflict do nothing;

-- A statement and its lines together: what it comes to is asked at the end of the transaction.
with statement as (
  insert into finance.bank_statements (
    id, bank_account_id, number, opens_on, closes_on, opening_minor, closing_minor, line_count, file_sha256)
  values
  ('b4ef9e58-0ec7-50e2-ae60-6c6a01a8560d' /* finance.bank_statement: main-gbp-2026-04 */,
    'b152cc9c-db18-549d-80d4-0f4eeecb6c12' /* finance.bank_account: main-gbp */, '2026/04', '2026-04-06', '2026-04-30', 0, 1248300, 3,
    sha256('main-gbp-2026-04'))
  on conflict do nothing
)
insert into finance.bank_lines (
  id, statement_id, bank_account_id, line, bank_ref, booked_on, value_on, amount_minor, counterparty, purpose)
select lines.id::uuid, 'b4ef9e58-0ec7-50e2-ae60-6c6a01a8560d' /* finance.bank_statement: main-gbp-2026-04 */::uuid,
  'b152cc9c-db18-549d-80d4-0f4eeecb6c12' /* finance.bank_account: main-gbp */::uuid, lines.line, lines.bank_ref, lines.booked_on::date,
  lines.booked_on::date, lines.amount_minor, lines.counterparty, lines.purpose
from (values
  ('908a0138-85b6-5a5e-86dc-888be1418edc' /* finance.bank_line: main-gbp-2026-04-1 */, 1, 'UT-0001', '2026-04-06', 1250000, 'Aruuri, old books', 'Balance carried over'),
  ('ba20efb5-5c48-5709-bc17-e3c7b97eaeb4' /* finance.bank_line: main-gbp-2026-04-2 */, 2, 'UT-0002', '2026-04-17', -1200, 'Unity Trust Bank', 'Charges'),
  ('bbed6ef2-311e-5f6b-b228-0c993d733e6f' /* finance.bank_line: main-gbp-2026-04-3 */, 3, 'UT-0003', '2026-04-20', -500, 'Unity Trust Bank', 'Letter')
) as lines (id, line, bank_ref, booked_on, amount_minor, counterparty, purpose)
on conflict do nothing;

update finance.bank_lines set status = 'ignored', ignored_reason = 'Given back by the bank in May.'
where id = 'bbed6ef2-311e-5f6b-b228-0c993d733e6f' /* finance.bank_line: main-gbp-2026-04-3 */ and status = 'unmatched' and version = 1;
