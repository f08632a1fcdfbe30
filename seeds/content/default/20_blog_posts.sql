-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into cms.blog_posts (id, slug, title, excerpt, body, author_ref, created_by, updated_by)
values
  ('ef9b85d1-167e-541c-9a6e-0923cd060095' /* content.post: twelve-houses-one-winter */,
   'twelve-houses-one-winter',
   '{"de": "Zwölf Häuser, ein Winter", "en": "Twelve houses, one winter"}',
   '{"de": "Wie Sheffield dämmt, ohne dass jemand auszieht.", "en": "How Sheffield insulates without anyone moving out."}',
   '{"de": "Raum für Raum, zwei Tage je Zimmer. Die ersten vier Häuser sind fertig.", "en": "Room by room, two days for each. The first four houses are done."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('02fb3e7c-91ae-5d4f-a6b7-c03a374b4b4f' /* content.post: what-gift-aid-does */,
   'what-gift-aid-does',
   '{"de": "Was Gift Aid bewirkt", "en": "What Gift Aid does"}',
   '{"de": "25 Pence mehr je Pfund, ohne dass es jemanden etwas kostet.", "en": "25 pence more per pound, at no cost to anyone."}',
   '{"de": "Wer im Vereinigten Königreich Steuern zahlt, kann uns erlauben, die Steuer auf die Spende zurückzuholen.", "en": "If you pay tax in the United Kingdom you can let us reclaim the tax on your gift."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('ab1f4607-d853-58e9-82b7-577ad43f6553' /* content.post: how-a-green-roof-works */,
   'how-a-green-roof-works',
   '{"de": "Wie ein Gründach wirkt", "en": "How a green roof works"}',
   null,
   '{"de": "Acht Zentimeter Substrat halten die Hälfte des Regens zurück.", "en": "Eight centimetres of substrate hold back half of the rain."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('99f3d1d0-ddac-59c6-995f-72f9754c0616' /* content.post: heat-pumps-in-old-houses */,
   'heat-pumps-in-old-houses',
   '{"de": "Wärmepumpen im Altbau", "en": "Heat pumps in old houses"}',
   null,
   '{"de": "Es geht, wenn man zuerst misst.", "en": ""}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */,
   'repair-cafe-is-done',
   '{"de": "Das Reparaturcafé ist fertig", "en": "The repair café is done"}',
   '{"de": "Ein Dank an 214 Menschen.", "en": "Thanks to 214 people."}',
   '{"de": "Seit April wird in Bristol geschraubt, genäht und gelötet.", "en": "Since April people in Bristol have been screwing, sewing and soldering."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- A post takes one step at a time; a step that was taken is not taken again.
update cms.blog_posts set status = 'in_review' where status = 'draft' and version = 1 and id in (
  'ef9b85d1-167e-541c-9a6e-0923cd060095' /* content.post: twelve-houses-one-winter */,
  '02fb3e7c-91ae-5d4f-a6b7-c03a374b4b4f' /* content.post: what-gift-aid-does */,
  'ab1f4607-d853-58e9-82b7-577ad43f6553' /* content.post: how-a-green-roof-works */,
  '2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */
);
update cms.blog_posts set status = 'published', published_at = '2026-10-20 08:30+00'
where status = 'in_review' and version = 2 and id = 'ef9b85d1-167e-541c-9a6e-0923cd060095' /* content.post: twelve-houses-one-winter */;
update cms.blog_posts set status = 'scheduled', published_at = '2027-01-04 09:00+00'
where status = 'in_review' and version = 2 and id = '02fb3e7c-91ae-5d4f-a6b7-c03a374b4b4f' /* content.post: what-gift-aid-does */;
update cms.blog_posts set status = 'published', published_at = '2026-04-10 10:00+00'
where status = 'in_review' and version = 2 and id = '2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */;
update cms.blog_posts set status = 'archived'
where status = 'published' and version = 3 and id = '2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */;

insert into cms.blog_post_categories (post_id, category_id, created_by)
values
  ('ef9b85d1-167e-541c-9a6e-0923cd060095' /* content.post: twelve-houses-one-winter */,
   'cb2e350c-0a08-5160-886c-9172e7f59fe1' /* content.category: stories */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('ef9b85d1-167e-541c-9a6e-0923cd060095' /* content.post: twelve-houses-one-winter */,
   '8e58b040-d61e-56da-b5f6-6a7850f05713' /* content.category: energy */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('02fb3e7c-91ae-5d4f-a6b7-c03a374b4b4f' /* content.post: what-gift-aid-does */,
   '1ecd7c73-0026-58a1-bf2f-22b2151b68a0' /* content.category: giving */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('ab1f4607-d853-58e9-82b7-577ad43f6553' /* content.post: how-a-green-roof-works */,
   '8e58b040-d61e-56da-b5f6-6a7850f05713' /* content.category: energy */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('99f3d1d0-ddac-59c6-995f-72f9754c0616' /* content.post: heat-pumps-in-old-houses */,
   '8e58b040-d61e-56da-b5f6-6a7850f05713' /* content.category: energy */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */,
   '1d46ebad-3b2d-580e-8208-2a319ecea0ce' /* content.category: news */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('2ea851ab-ac60-5a38-805e-67e18bc5b4e1' /* content.post: repair-cafe-is-done */,
   'cb2e350c-0a08-5160-886c-9172e7f59fe1' /* content.category: stories */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
