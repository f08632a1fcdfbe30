-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Posted through the one function that may, so that the books balance; what was recorded is not recorded again.

with missing as materialized (
  select key, id::uuid, contributor_id::uuid, project_ref::uuid, amount_minor::bigint, currency, note, occurred_on::date
  from (values
    ('amara-osei-2025-06-10',
     'cfde1619-229f-59d9-b5d8-ab210fae069f' /* finance.contribution: amara-osei-2025-06-10 */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     null,
     10001, 'GBP', null, '2025-06-10'),
    ('amara-osei-2025-08-10',
     '56cb9b0a-7776-5a20-996b-2c91b9ccbcad' /* finance.contribution: amara-osei-2025-08-10 */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     null,
     2000, 'GBP', null, '2025-08-10'),
    ('amara-osei-2025-10-10',
     '2cf0d13b-bbda-5a0e-b275-b0587cf2ca47' /* finance.contribution: amara-osei-2025-10-10 */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     null,
     3000, 'GBP', null, '2025-10-10'),
    ('brightwater-trust-2026-06-02',
     '528fa386-6967-580e-8e75-2e8697a94ee6' /* finance.contribution: brightwater-trust-2026-06-02 */,
     '4dcd8e73-0734-5856-acbc-c2ab44b78b68' /* finance.contributor: brightwater-trust */,
     '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
     2500000, 'GBP', 'First half of our grant', '2026-06-02'),
    ('jonas-weber-2026-07-19',
     '7a15bccd-19e9-5356-b192-e3d97940345c' /* finance.contribution: jonas-weber-2026-07-19 */,
     'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
     'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
     12000, 'EUR', 'Für mehr Grün über dem Saal', '2026-07-19'),
    ('stadtwerke-nord-2026-09-30',
     '0268bbbc-a149-5e03-981b-cfd74594bffe' /* finance.contribution: stadtwerke-nord-2026-09-30 */,
     'cf301131-53d4-5400-8e6f-06254bb380e0' /* finance.contributor: stadtwerke-nord */,
     'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
     750000, 'EUR', null, '2026-09-30'),
    ('amara-osei-2026-11-01',
     'cc8fe234-f04d-5dc6-8891-96fe26f93f87' /* finance.contribution: amara-osei-2026-11-01 */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */,
     2500, 'GBP', null, '2026-11-01')
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
