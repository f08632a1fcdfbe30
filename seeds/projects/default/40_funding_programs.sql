-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into funding.funding_programs (
  id, code, provider, name, description, kind, country, website, created_by, updated_by)
values
  ('e8222b5d-4ee0-5015-95da-bc6e870d74cf' /* projects.funding_program: DEMO-HEAT */,
   'DEMO-HEAT', 'Example Bank for Renovation',
   '{"de": "Zuschuss für Heizungen (Beispiel)", "en": "Grant for heating (example)"}',
   '{"de": "Ein erfundenes Programm mit erfundenen Sätzen.", "en": "A made-up programme with made-up rates."}',
   'grant', 'DE', 'https://example.org/heat',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('48da407a-3f36-5e7b-b7dc-619a99f11c84' /* projects.funding_program: DEMO-WALLS */,
   'DEMO-WALLS', 'Example City Council',
   '{"de": "Darlehen für Wände (Beispiel)", "en": "Loan for walls (example)"}', null, 'loan', 'GB', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into funding.funding_program_versions (
  id, program_id, number, valid_from, valid_to, currency, base_rate_percent, max_rate_percent, min_cost_minor,
  cap_per_dwelling_minor, created_by, updated_by)
values
  ('098daa7b-1741-52f5-a817-36c55a80bc2b' /* projects.funding_program_version: DEMO-HEAT/1 */,
   'e8222b5d-4ee0-5015-95da-bc6e870d74cf' /* projects.funding_program: DEMO-HEAT */,
   1, '2025-01-01', '2026-01-01', 'EUR', 30, 60, 30000, 2500000,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('bb14ab5e-d84c-5691-8acf-b0d27cac6fdb' /* projects.funding_program_version: DEMO-HEAT/2 */,
   'e8222b5d-4ee0-5015-95da-bc6e870d74cf' /* projects.funding_program: DEMO-HEAT */,
   2, '2026-01-01', null, 'EUR', 35, 70, 30000, 3000000,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into funding.funding_program_rates (
  id, version_id, measure_type, rate_percent, cap_minor, cap_unit, requirements, created_by, updated_by)
values
  ('8c1531f8-6714-56bb-b5e7-3ea30f627a6f' /* projects.funding_program_rate: DEMO-HEAT/2/heating */,
   'bb14ab5e-d84c-5691-8acf-b0d27cac6fdb' /* projects.funding_program_version: DEMO-HEAT/2 */,
   'heating', 35, 3000000, 'dwelling', '{"min_seasonal_efficiency_percent": 300}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- Published by somebody else than who wrote it.
update funding.funding_programs set status = 'active'
where status = 'draft' and id = 'e8222b5d-4ee0-5015-95da-bc6e870d74cf' /* projects.funding_program: DEMO-HEAT */;
update funding.funding_program_versions set status = 'published',
  published_at = '2026-01-02 08:00+00', published_by = '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */
where status = 'draft' and id in (
  '098daa7b-1741-52f5-a817-36c55a80bc2b' /* projects.funding_program_version: DEMO-HEAT/1 */,
  'bb14ab5e-d84c-5691-8acf-b0d27cac6fdb' /* projects.funding_program_version: DEMO-HEAT/2 */
);
update funding.funding_program_versions set status = 'superseded'
where status = 'published' and id = '098daa7b-1741-52f5-a817-36c55a80bc2b' /* projects.funding_program_version: DEMO-HEAT/1 */;

insert into funding.funding_applications (
  id, program_version_id, project_id, scenario_id, title, applicant_ref, requested_minor, currency, created_by,
  updated_by)
values
  ('feac3a80-5f14-5eb6-959a-b7da2aaf80ab' /* projects.funding_application: kreuzberg/heat */,
   'bb14ab5e-d84c-5691-8acf-b0d27cac6fdb' /* projects.funding_program_version: DEMO-HEAT/2 */,
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   'aaa0e85a-58cb-5921-a05a-9c2e37ebc03a' /* projects.scenario: kreuzberg/1 */,
   'Wärmepumpe Lindenallee 8',
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   7665000, 'EUR',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
