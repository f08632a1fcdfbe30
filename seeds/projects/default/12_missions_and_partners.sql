-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into community.missions (id, theme_id, slug, name, summary, goal_metrics, position, created_by, updated_by)
values
  ('33d376ca-b51e-5629-ad3d-16e71e7d8f4a' /* projects.mission: warm-terraces */,
   'c1875ce8-83fd-5a39-bd60-7bd57f2b6e19' /* projects.theme: warm-homes */,
   'warm-terraces', '{"de": "Warme Reihenhäuser", "en": "Warm terraces"}',
   '{"de": "200 Häuser, die vor 1919 gebaut wurden, brauchen halb so viel Wärme.", "en": "200 houses built before 1919 need half as much heat."}',
   '{"homes": {"target": 200, "unit": "homes"}}', 1,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('47afce67-8551-5a70-b2e8-708aa3ffe41d' /* projects.mission: roofs-that-work */,
   '0cd10126-cd69-5498-a94b-dbc045545464' /* projects.theme: sun-and-roofs */,
   'roofs-that-work', '{"de": "Dächer, die etwas leisten", "en": "Roofs that work"}',
   '{"de": "Strom, Schatten und Regenrückhalt auf öffentlichen Dächern.", "en": "Power, shade and rainwater on public roofs."}',
   '{"area": {"target": 12000, "unit": "m2"}}', 1,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into community.partners (
  id, slug, name, summary, kind, company_ref, contact_ref, website, country, charity_number, due_diligence_on,
  due_diligence_by_ref, created_by, updated_by)
values
  ('570f0d7d-5f7c-51c1-9757-3bf302473f3b' /* projects.partner: brightwater-trust */,
   'brightwater-trust', 'Brightwater Trust',
   '{"de": "Gibt Geld und Rat für Bestandsgebäude.", "en": "Gives money and advice for existing buildings."}',
   'charity',
   '873c8d5e-1105-57a9-8fdf-7659fab39db4' /* platform.company: brightwater-trust */,
   '6fcb33a8-de13-5011-8127-aff3a775ccbd' /* platform.contact: ruth-calder */,
   'https://brightwater.example.org', 'GB', 'SC0990001', '2026-01-20',
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */,
   'demir-daemmung', 'Demir Dämmung GmbH', null, 'contractor',
   'e23d41c9-33c0-58a5-9b95-cfe074272abe' /* platform.company: demir-daemmung */,
   '54f5166f-415d-55f3-aa76-b21cca481faf' /* platform.contact: orhan-demir */,
   'https://demir-daemmung.example.de', 'DE', null, '2026-02-11',
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('70c35fb1-001c-51c8-a56a-72ba185c305a' /* projects.partner: bezirk-mitte */,
   'bezirk-mitte', 'Bezirksamt Mitte', null, 'council', null, null, null, 'DE', null, null, null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into community.partner_missions (partner_id, mission_id, created_by)
values
  ('570f0d7d-5f7c-51c1-9757-3bf302473f3b' /* projects.partner: brightwater-trust */,
   '33d376ca-b51e-5629-ad3d-16e71e7d8f4a' /* projects.mission: warm-terraces */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */,
   '33d376ca-b51e-5629-ad3d-16e71e7d8f4a' /* projects.mission: warm-terraces */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update community.missions set status = 'active'
where status = 'draft' and id in (
  '33d376ca-b51e-5629-ad3d-16e71e7d8f4a' /* projects.mission: warm-terraces */,
  '47afce67-8551-5a70-b2e8-708aa3ffe41d' /* projects.mission: roofs-that-work */
);
update community.partners set status = 'active'
where status = 'prospect' and id in (
  '570f0d7d-5f7c-51c1-9757-3bf302473f3b' /* projects.partner: brightwater-trust */,
  '8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */
);
