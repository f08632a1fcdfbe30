-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into party.departments (id, code, short_name, name, description, skill_level, is_owner, created_by, updated_by)
values
  ('d3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   'ENERGY', 'Energy', '{"de": "Energieberatung", "en": "Energy advice"}',
   '{"de": "Berechnungen, Anträge und Nachweise.", "en": "Calculations, applications and proofs."}', 'pro',
   true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('4195c964-9530-52fb-bd17-e7173db04418' /* platform.department: SERVICE */,
   'SERVICE', 'Service', '{"de": "Kundenservice", "en": "Customer service"}',
   '{"de": "Erste Fragen, Termine und Unterlagen.", "en": "First questions, appointments and documents."}',
   'basic', true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
