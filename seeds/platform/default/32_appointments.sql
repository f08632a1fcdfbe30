-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into scheduling.appointments (
  id, subject_domain, subject_type, subject_id, type, title, starts_at, ends_at, location, address, contact_id,
  organizer_contact_id, created_by, updated_by)
values
  ('b0554a0b-c730-5468-8d30-72696f4150ab' /* platform.appointment: sheffield-survey */,
   'projects', 'project',
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   'survey', '{"de": "Aufmaß", "en": "Survey"}', '2026-12-03 10:00+00', '2026-12-03 11:30+00', 'onsite',
   'Victoria Terrace 14, Sheffield S7 1FG',
   '0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('7ef20378-2d10-5d6d-bc91-bad02223f7ad' /* platform.appointment: kreuzberg-call */,
   'projects', 'project',
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   'call', '{"de": "Rückfragen zum Angebot", "en": "Questions about the quote"}', '2026-12-08 15:00+00',
   '2026-12-08 15:30+00', 'phone', null, null,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update scheduling.appointments set status = 'confirmed'
where status = 'proposed' and id = 'b0554a0b-c730-5468-8d30-72696f4150ab' /* platform.appointment: sheffield-survey */;
