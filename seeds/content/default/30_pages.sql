-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into cms.pages (
  id, slug, path, parent_id, title, summary, position, in_header, in_footer, author_ref, created_by, updated_by)
values
  ('b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */,
   'about', '/about', null, '{"de": "Über uns", "en": "About us"}',
   '{"de": "Wer wir sind und was wir tun.", "en": "Who we are and what we do."}', 1, true, false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('1497a6fa-3cc0-5ece-95f5-b1f0a976f9ee' /* content.page: about/how-giving-works */,
   'how-giving-works', '/about/how-giving-works',
   'b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */,
   '{"de": "So wirkt eine Spende", "en": "How giving works"}', null, 1, false, false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('34d09398-f3c3-5d91-8a38-31114c2e0102' /* content.page: imprint */,
   'imprint', '/imprint', null, '{"de": "Impressum", "en": "Imprint"}', null, 2, false, true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into cms.page_blocks (id, page_id, position, kind, content, created_by, updated_by)
values
  ('9e6c8a33-2b3c-592f-9f32-fddfe548d546' /* content.page_block: about/1 */,
   'b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */,
   1, 'text',
   '{"text": {"de": "Wir bringen Nachbarschaften, Handwerk und Geld zusammen.", "en": "We bring neighbourhoods, trades and money together."}}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('743d9640-6434-5831-8e44-f3ca13a5939d' /* content.page_block: about/2 */,
   'b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */,
   2, 'numbers', '{"numbers": [{"value": 214, "label": {"de": "Spender", "en": "donors"}}]}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('fc7ea329-cc2b-5c7d-9155-7d58373484c3' /* content.page_block: how-giving-works/1 */,
   '1497a6fa-3cc0-5ece-95f5-b1f0a976f9ee' /* content.page: about/how-giving-works */,
   1, 'text',
   '{"text": {"de": "Jedes Pfund steht in einem Fonds, bis ein Meilenstein erreicht ist.", "en": "Every pound stays in a fund until a milestone is reached."}}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into cms.redirects (id, from_path, to_path, created_by, updated_by)
values
  ('86ef1ac4-698d-5230-bc97-078cd87e8db7' /* content.redirect: /team */,
   '/team', '/about',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into cms.faq_items (id, position, question, answer, created_by, updated_by)
values
  ('35105f76-7d3d-5437-b58d-a91d144a3b04' /* content.faq_item: where-does-it-go */,
   1, '{"de": "Wohin geht mein Geld?", "en": "Where does my money go?"}',
   '{"de": "In den Fonds des Projekts, das du gewählt hast.", "en": "Into the fund of the project that you chose."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('509d5521-2ddb-5aa4-bb5a-4de259ed7413' /* content.faq_item: can-i-get-it-back */,
   2, '{"de": "Kann ich eine Spende zurückbekommen?", "en": "Can I get a gift back?"}',
   '{"de": "Ja, solange sie nicht ausgezahlt ist.", "en": "Yes, as long as it has not been paid out."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update cms.pages set status = 'in_review'
where status = 'draft' and id in (
  'b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */,
  '1497a6fa-3cc0-5ece-95f5-b1f0a976f9ee' /* content.page: about/how-giving-works */
);
update cms.pages set status = 'published', published_at = '2026-03-02 09:00+00'
where status = 'in_review' and id = 'b7a1e07b-c64d-5350-9467-753e11e63cf6' /* content.page: about */;
