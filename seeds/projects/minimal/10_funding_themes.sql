-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into community.funding_themes (id, slug, name, description, position, status, created_by, updated_by)
values
  ('c1875ce8-83fd-5a39-bd60-7bd57f2b6e19' /* projects.theme: warm-homes */,
   'warm-homes', '{"de": "Warme Wohnungen", "en": "Warm homes"}',
   '{"de": "Dämmung, Fenster und Heizungen für Menschen, die sich Energie kaum leisten können.", "en": "Insulation, windows and heating for people who can hardly afford energy."}',
   1, 'active',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('fd1f7e93-62d7-5612-a670-685d037b1410' /* projects.theme: shared-spaces */,
   'shared-spaces', '{"de": "Gemeinsame Räume", "en": "Shared spaces"}',
   '{"de": "Gemeindehäuser, Küchen und Werkstätten, die allen in der Nachbarschaft offenstehen.", "en": "Halls, kitchens and workshops that are open to everyone in the neighbourhood."}',
   2, 'active',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('0cd10126-cd69-5498-a94b-dbc045545464' /* projects.theme: sun-and-roofs */,
   'sun-and-roofs', '{"de": "Sonne und Dächer", "en": "Sun and roofs"}',
   '{"de": "Solarstrom und begrünte Dächer auf Schulen und Vereinshäusern.", "en": "Solar power and green roofs on schools and club houses."}',
   3, 'active',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('68b2281b-cc36-5f2d-932a-5374f563c0c0' /* projects.theme: rivers-and-trees */,
   'rivers-and-trees', '{"de": "Flüsse und Bäume", "en": "Rivers and trees"}',
   '{"de": "Schatten, Wasser und Boden für Städte, die heißer werden.", "en": "Shade, water and soil for towns that are getting hotter."}',
   4, 'draft',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
