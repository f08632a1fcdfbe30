-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Posted through the one function that may, so that the books balance; a key that was used writes nothing again.

select id from giving.contribute(
  'seed', 'amara-osei-2026-05-14', sha256('amara-osei-2026-05-14'),
  '0dd70a6e-8f91-5fde-b0cb-26fee975e135' /* finance.contribution: amara-osei-2026-05-14 */,
  'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
  '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
  5000, 'GBP', 'For the ovens. See you at the opening!', '2026-05-14',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;

select id from giving.contribute(
  'seed', 'brightwater-trust-2026-06-02', sha256('brightwater-trust-2026-06-02'),
  '528fa386-6967-580e-8e75-2e8697a94ee6' /* finance.contribution: brightwater-trust-2026-06-02 */,
  '4dcd8e73-0734-5856-acbc-c2ab44b78b68' /* finance.contributor: brightwater-trust */,
  '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
  2500000, 'GBP', 'First half of our grant', '2026-06-02',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;

select id from giving.contribute(
  'seed', 'jonas-weber-2026-07-19', sha256('jonas-weber-2026-07-19'),
  '7a15bccd-19e9-5356-b192-e3d97940345c' /* finance.contribution: jonas-weber-2026-07-19 */,
  'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
  'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
  12000, 'EUR', 'Für mehr Grün über dem Saal', '2026-07-19',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;

select id from giving.contribute(
  'seed', 'stadtwerke-nord-2026-09-30', sha256('stadtwerke-nord-2026-09-30'),
  '0268bbbc-a149-5e03-981b-cfd74594bffe' /* finance.contribution: stadtwerke-nord-2026-09-30 */,
  'cf301131-53d4-5400-8e6f-06254bb380e0' /* finance.contributor: stadtwerke-nord */,
  'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
  750000, 'EUR', null, '2026-09-30',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;

select id from giving.contribute(
  'seed', 'collection-box-2026-10-11', sha256('collection-box-2026-10-11'),
  '7db97eb5-faa8-5229-9a14-4991702734fd' /* finance.contribution: collection-box-2026-10-11 */,
  '88658c60-2309-51e5-b5fb-f92e61c22565' /* finance.contributor: collection-box */,
  null,
  18743, 'GBP', 'Autumn fair', '2026-10-11',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;

select id from giving.contribute(
  'seed', 'amara-osei-2026-11-01', sha256('amara-osei-2026-11-01'),
  'cc8fe234-f04d-5dc6-8891-96fe26f93f87' /* finance.contribution: amara-osei-2026-11-01 */,
  'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */,
  2500, 'GBP', null, '2026-11-01',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
  'seed')
where not replayed;
