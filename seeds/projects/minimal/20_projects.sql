-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into community.projects (
  id, slug, name, summary, kind, theme_id, target_minor, currency, planned_start, planned_end, created_by, updated_by)
values
  ('03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
   'hackney-community-kitchen',
   '{"de": "Gemeinschaftsküche Hackney", "en": "Hackney community kitchen"}',
   '{"de": "Eine Küche für 60 Haushalte: neue Lüftung, Induktionsherde und ein barrierefreier Eingang.", "en": "A kitchen for 60 households: new ventilation, induction hobs and a step-free entrance."}',
   'community',
   'fd1f7e93-62d7-5612-a670-685d037b1410' /* projects.theme: shared-spaces */,
   4800000, 'GBP', '2027-02-01', '2027-08-31',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
   'leipzig-gruendach-nachbarschaftshaus',
   '{"de": "Gründach Nachbarschaftshaus Leipzig", "en": "Green roof for a Leipzig community house"}',
   '{"de": "420 m² Dachbegrünung, die Regen zurückhält und den Saal im Sommer kühlt.", "en": "420 m² of green roof that holds back rain and cools the hall in summer."}',
   'community',
   '0cd10126-cd69-5498-a94b-dbc045545464' /* projects.theme: sun-and-roofs */,
   6250000, 'EUR', '2027-03-15', '2027-10-31',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   'sheffield-terrace-insulation',
   '{"de": "Dämmung einer Häuserzeile in Sheffield", "en": "Sheffield terrace insulation"}',
   '{"de": "Innendämmung für zwölf Reihenhäuser aus dem Jahr 1904, ohne dass jemand ausziehen muss.", "en": "Internal wall insulation for twelve terraced houses of 1904, without anyone moving out."}',
   'renovation',
   'c1875ce8-83fd-5a39-bd60-7bd57f2b6e19' /* projects.theme: warm-homes */,
   14400000, 'GBP', '2026-06-01', '2027-05-31',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   'kreuzberg-altbau-waermepumpe',
   '{"de": "Wärmepumpe für einen Kreuzberger Altbau", "en": "Heat pump for an old Kreuzberg house"}',
   '{"de": "Eine gemeinsame Wärmepumpe ersetzt 18 Gasetagenheizungen.", "en": "One shared heat pump replaces 18 gas boilers."}',
   'renovation',
   'c1875ce8-83fd-5a39-bd60-7bd57f2b6e19' /* projects.theme: warm-homes */,
   21900000, 'EUR', '2027-04-01', '2028-03-31',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */,
   'bristol-repair-cafe',
   '{"de": "Reparaturcafé Bristol", "en": "Bristol repair café"}',
   '{"de": "Werkbänke, Werkzeug und ein Ort, an dem repariert statt weggeworfen wird.", "en": "Benches, tools and a place where things are mended, not thrown away."}',
   'community',
   'fd1f7e93-62d7-5612-a670-685d037b1410' /* projects.theme: shared-spaces */,
   950000, 'GBP', '2025-09-01', '2026-03-31',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- A project takes one step at a time; a step that was taken is not taken again.
update community.projects set status = 'submitted' where status = 'draft' and id in (
  '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
  'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
  '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
  'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */
);
update community.projects set status = 'approved' where status = 'submitted' and id in (
  '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
  'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
  '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */
);
update community.projects set status = 'funding' where status = 'approved' and id in (
  '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
  'b0a8bbb8-9e13-5c82-8432-0f12ccfcd372' /* projects.project: leipzig-gruendach-nachbarschaftshaus */,
  '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */
);
update community.projects set status = 'delivering' where status = 'funding' and id in (
  '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */
);
update community.projects set status = 'completed' where status = 'delivering' and id in (
  'bfe66c82-2203-5d0b-9154-deaf37beb63b' /* projects.project: bristol-repair-cafe */
);
