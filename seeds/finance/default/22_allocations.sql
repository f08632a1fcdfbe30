-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Posted through the one function that may, so that the books balance; what was recorded is not recorded again.

with missing as materialized (
  select key, id::uuid, from_fund_id::uuid, project_ref::uuid, amount_minor::bigint, currency, reason
  from (values
    ('general-to-hackney-2026-10-12',
     '0e6de997-d479-5027-afa7-9bcdfffaf41a' /* finance.allocation: general-to-hackney-2026-10-12 */,
     '04b25f59-033c-502c-ac71-430477286633' /* finance.fund: GEN */,
     '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
     5000, 'GBP', 'What the autumn fair brought, for the ovens')
  ) as moves (key, id, from_fund_id, project_ref, amount_minor, currency, reason)
  where not exists (select 1 from giving.allocations a where a.id = moves.id::uuid)
)
select (moved.allocation).id
from missing m
cross join lateral giving.allocate(
  'seed', m.key, sha256(convert_to(m.key, 'UTF8')), m.from_fund_id, m.currency,
  jsonb_build_array(jsonb_build_object('id', m.id, 'project_ref', m.project_ref, 'amount_minor', m.amount_minor)), null,
  m.reason,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed'
) as moved;
