-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into cms.categories (id, slug, name, parent_id, created_by, updated_by)
values
  ('1d46ebad-3b2d-580e-8208-2a319ecea0ce' /* content.category: news */,
   'news', '{"de": "Neuigkeiten", "en": "News"}',
   null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('edfea5bc-d664-563b-8da7-a1700f8a878d' /* content.category: guides */,
   'guides', '{"de": "Ratgeber", "en": "Guides"}',
   null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('8e58b040-d61e-56da-b5f6-6a7850f05713' /* content.category: energy */,
   'energy', '{"de": "Energie", "en": "Energy"}',
   'edfea5bc-d664-563b-8da7-a1700f8a878d' /* content.category: guides */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('1ecd7c73-0026-58a1-bf2f-22b2151b68a0' /* content.category: giving */,
   'giving', '{"de": "Spenden", "en": "Giving"}',
   'edfea5bc-d664-563b-8da7-a1700f8a878d' /* content.category: guides */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('cb2e350c-0a08-5160-886c-9172e7f59fe1' /* content.category: stories */,
   'stories', '{"de": "Geschichten", "en": "Stories"}',
   '1d46ebad-3b2d-580e-8208-2a319ecea0ce' /* content.category: news */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
