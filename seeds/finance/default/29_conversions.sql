-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Euros for a conference, bought by the bank; through the function that may, so that the books balance.
with missing as materialized (
  select key, id::uuid
  from (values
    ('conference-2026', 'ec49ac53-b33b-5584-8798-13dae6be36ea' /* finance.conversion: conference-2026 */)
  ) as conversions (key, id)
  where not exists (select 1 from giving.conversions c where c.id = conversions.id::uuid)
)
select (made.conversion).id
from missing m
cross join lateral giving.convert(
  'seed', m.key, sha256(convert_to(m.key, 'UTF8')),
  jsonb_build_object(
    'id', m.id, 'fund_id', '04b25f59-033c-502c-ac71-430477286633' /* finance.fund: GEN */, 'code', '1000',
    'provider_ref', 'FX-0917', 'from_minor', 40000, 'from_currency', 'GBP', 'to_minor', 45820, 'to_currency', 'EUR',
    'fee_minor', 120, 'converted_on', '2026-09-17'),
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as made;
