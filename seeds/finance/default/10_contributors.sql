-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into giving.contributors (id, type, display_name, email, contact_ref, locale, created_by, updated_by)
values
  ('a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
   'individual', 'Jonas Weber', 'jonas.weber@example.de',
   null,
   'de',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('4dcd8e73-0734-5856-acbc-c2ab44b78b68' /* finance.contributor: brightwater-trust */,
   'trust', 'Brightwater Trust', 'grants@brightwater.example.org',
   null,
   'en',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('cf301131-53d4-5400-8e6f-06254bb380e0' /* finance.contributor: stadtwerke-nord */,
   'company', 'Stadtwerke Nord GmbH', 'spenden@stadtwerke-nord.example.de',
   null,
   'de',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
