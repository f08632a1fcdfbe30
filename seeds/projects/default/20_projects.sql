-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into community.projects (
  id, slug, name, summary, kind, theme_id, target_minor, currency, planned_start, planned_end, created_by, updated_by)
values
  ('a6573e6c-f9ae-5102-97cf-007058fe5d47' /* projects.project: freiburg-solar-schule */,
   'freiburg-solar-schule',
   '{"de": "Solarschule Freiburg", "en": "Freiburg solar school"}',
   '{"de": "90 kWp auf dem Dach einer Grundschule; der Unterricht zeigt, was sie leisten.", "en": "90 kWp on the roof of a primary school, and lessons that show what they do."}',
   'community',
   '0cd10126-cd69-5498-a94b-dbc045545464' /* projects.theme: sun-and-roofs */,
   null, null, null, null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
