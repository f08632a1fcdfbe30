-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into community.project_roles (
  id, project_id, contact_ref, role, is_primary, valid_from, created_by, updated_by)
values
  ('94035fc7-31b3-588e-9376-c0b07cb2bd69' /* projects.project_role: hackney-community-kitchen/amara-osei */,
   '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
   'member', false, '2026-05-14',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('5c0a1d1d-a2cb-529c-bc76-4176b4551eb6' /* projects.project_role: sheffield-terrace-insulation/helen-marsh */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   '0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   'customer', true, '2026-06-02',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('e9f37c40-90a5-51e3-9469-b44d4e312a4c' /* projects.project_role: sheffield-terrace-insulation/mara-lindqvist */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'project_manager', true, '2026-06-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- The stages of a project that collects are its target.
insert into community.funding_stages (
  id, project_id, position, name, target_minor, currency, opens_on, closes_on, min_to_release_minor, created_by,
  updated_by)
values
  ('01955b99-cd1c-5012-8330-995ed8a6be95' /* projects.stage: hackney-community-kitchen/1 */,
   '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   1, '{"de": "Lüftung und Eingang", "en": "Ventilation and entrance"}', 2000000, 'GBP', '2026-05-01',
   '2026-12-31', 1500000,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('0d8d523f-f928-5a78-929b-a2736243755d' /* projects.stage: hackney-community-kitchen/2 */,
   '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   2, '{"de": "Herde und Ausbau", "en": "Hobs and fittings"}', 2800000, 'GBP', '2027-01-01', '2027-06-30', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('e2d8f232-0426-5241-9128-15bb696f1cd5' /* projects.stage: bristol-repair-cafe/1 */,
   'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */,
   1, '{"de": "Werkbänke und Werkzeug", "en": "Benches and tools"}', 950000, 'GBP', '2025-09-01', '2025-12-31',
   950000,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into community.milestones (
  id, project_id, stage_id, position, title, description, due_on, release_minor, currency, created_by,
  updated_by)
values
  ('91458dfd-fa0d-5c65-8c5a-02ae591ca054' /* projects.milestone: hackney-community-kitchen/ventilation */,
   '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   '01955b99-cd1c-5012-8330-995ed8a6be95' /* projects.stage: hackney-community-kitchen/1 */,
   1, '{"de": "Lüftung eingebaut", "en": "Ventilation installed"}',
   '{"de": "Abnahmeprotokoll und zwei Bilder.", "en": "Handover record and two pictures."}', '2027-03-31',
   1200000, 'GBP',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('5a961db4-a39f-559c-a7d4-013c7b5cb5e2' /* projects.milestone: hackney-community-kitchen/entrance */,
   '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   '01955b99-cd1c-5012-8330-995ed8a6be95' /* projects.stage: hackney-community-kitchen/1 */,
   2, '{"de": "Eingang ohne Stufe", "en": "Entrance without a step"}', null, '2027-05-15', 800000, 'GBP',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('600f4328-e749-5cba-a8d2-cb02cdeeea98' /* projects.milestone: bristol-repair-cafe/opening */,
   'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */,
   'e2d8f232-0426-5241-9128-15bb696f1cd5' /* projects.stage: bristol-repair-cafe/1 */,
   1, '{"de": "Eröffnung", "en": "Opening"}',
   '{"de": "Ein Bild des ersten Abends.", "en": "A picture of the first evening."}', '2026-04-01', 950000,
   'GBP',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update community.funding_stages set status = 'open'
where status = 'planned' and id in (
  '01955b99-cd1c-5012-8330-995ed8a6be95' /* projects.stage: hackney-community-kitchen/1 */,
  'e2d8f232-0426-5241-9128-15bb696f1cd5' /* projects.stage: bristol-repair-cafe/1 */
);
update community.funding_stages set status = 'funded'
where status = 'open' and id = 'e2d8f232-0426-5241-9128-15bb696f1cd5' /* projects.stage: bristol-repair-cafe/1 */;
update community.funding_stages set status = 'released'
where status = 'funded' and id = 'e2d8f232-0426-5241-9128-15bb696f1cd5' /* projects.stage: bristol-repair-cafe/1 */;
update community.milestones set status = 'in_progress'
where status = 'planned' and id = '91458dfd-fa0d-5c65-8c5a-02ae591ca054' /* projects.milestone: hackney-community-kitchen/ventilation */;
update community.milestones set status = 'submitted',
  submitted_by = '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */, submitted_at = '2026-04-03 18:40+00'
where status = 'planned' and id = '600f4328-e749-5cba-a8d2-cb02cdeeea98' /* projects.milestone: bristol-repair-cafe/opening */;
update community.milestones set status = 'approved',
  approved_by = '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, approved_at = '2026-04-08 09:05+00'
where status = 'submitted' and id = '600f4328-e749-5cba-a8d2-cb02cdeeea98' /* projects.milestone: bristol-repair-cafe/opening */;
