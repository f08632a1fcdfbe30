-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Grants that others give us, in several states, through the functions that may; what was recorded is not recorded again.
-- Their applications were made on paper: the projects domain does not know them.
with missing as materialized (
  select key, id::uuid, payer_name, amount_minor::bigint
  from (values
    ('roof-2026',
     'f09c70bc-b12e-5c00-b3a6-3672fa29e2b6' /* finance.grant: roof-2026 */,
     'Heritage Fund', 250000),
    ('windows-2026',
     '38efa371-7e67-53fe-abde-bf01f200cc4a' /* finance.grant: windows-2026 */,
     'City of Hackney', 90000),
    ('cellar-2026',
     '40b96760-dc77-5ff4-9dc6-c0cc9662295d' /* finance.grant: cellar-2026 */,
     'City of Hackney', 5000)
  ) as grants (key, id, payer_name, amount_minor)
  where not exists (select 1 from giving.grants g where g.id = grants.id::uuid)
)
select (approved.award).id
from missing m
cross join lateral giving.approve_grant(
  'seed', m.key, sha256(convert_to(m.key, 'UTF8')),
  jsonb_build_object(
    'id', m.id, 'application_ref', md5(m.key)::uuid, 'payer_name', m.payer_name,
    'project_ref', '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
    'amount_minor', m.amount_minor, 'currency', 'GBP', 'approved_on', '2026-10-05'),
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as approved;

with steps as materialized (
  select key, id::uuid, step, version, amount_minor::bigint, words
  from (values
    ('windows-2026-receive',
     '38efa371-7e67-53fe-abde-bf01f200cc4a' /* finance.grant: windows-2026 */, 'receive', 2, 40000, 'FP-7001'),
    ('cellar-2026-receive',
     '40b96760-dc77-5ff4-9dc6-c0cc9662295d' /* finance.grant: cellar-2026 */, 'receive', 2, 5000, 'FP-7002')
  ) as steps (key, id, step, version, amount_minor, words)
  where exists (select 1 from giving.grants g where g.id = steps.id::uuid and g.version = steps.version)
)
select (taken.award).id
from steps s
cross join lateral giving.step_grant(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, s.amount_minor, 'GBP', '2026-10-20', s.words,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as taken;

with steps as materialized (
  select key, id::uuid, step, version, amount_minor::bigint, words
  from (values
    ('cellar-2026-claw-back',
     '40b96760-dc77-5ff4-9dc6-c0cc9662295d' /* finance.grant: cellar-2026 */, 'claw_back', 3, 5000, 'The cellar stays as it is')
  ) as steps (key, id, step, version, amount_minor, words)
  where exists (select 1 from giving.grants g where g.id = steps.id::uuid and g.version = steps.version)
)
select (taken.award).id
from steps s
cross join lateral giving.step_grant(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, s.amount_minor, 'GBP', '2026-11-02', s.words,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as taken;
