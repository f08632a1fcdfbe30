-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Posted through the one function that may, so that the books balance; what was recorded is not recorded again.

with missing as materialized (
  select key, id::uuid, contributor_id::uuid, project_ref::uuid, amount_minor::bigint, currency, note, occurred_on::date
  from (values
    ('amara-osei-2026-05-14',
     '0dd70a6e-8f91-5fde-b0cb-26fee975e135' /* finance.contribution: amara-osei-2026-05-14 */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
     5000, 'GBP', 'For the ovens. See you at the opening!', '2026-05-14'),
    ('collection-box-2026-10-11',
     '7db97eb5-faa8-5229-9a14-4991702734fd' /* finance.contribution: collection-box-2026-10-11 */,
     '88658c60-2309-51e5-b5fb-f92e61c22565' /* finance.contributor: collection-box */,
     null,
     18743, 'GBP', 'Autumn fair', '2026-10-11')
  ) as gifts (key, id, contributor_id, project_ref, amount_minor, currency, note, occurred_on)
  where not exists (select 1 from giving.contributions c where c.id = gifts.id::uuid)
)
select given.id
from missing m
cross join lateral giving.contribute(
  'seed', m.key, sha256(convert_to(m.key, 'UTF8')), m.id, m.contributor_id, m.project_ref, m.amount_minor, m.currency, m.note,
  m.occurred_on,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed'
) as given;
