-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into cms.blog_posts (id, slug, title, excerpt, body, author_ref, created_by, updated_by)
values
  ('8500eb73-66b9-50e6-92d9-98ed671e0769' /* content.post: kitchen-opens-for-funding */,
   'kitchen-opens-for-funding',
   '{"de": "Die Küche in Hackney sammelt", "en": "The Hackney kitchen is raising money"}',
   '{"de": "48 000 Pfund für 60 Haushalte.", "en": "48,000 pounds for 60 households."}',
   '{"de": "Seit heute kann jeder geben: für Lüftung, Herde und einen Eingang ohne Stufe.\n\nWas zu viel kommt, geht an die nächste Küche.", "en": "From today everyone can give: for ventilation, hobs and an entrance without a step.\n\nWhat is left over goes to the next kitchen."}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- A post takes one step at a time; a step that was taken is not taken again.
update cms.blog_posts set status = 'in_review'
where status = 'draft' and version = 1 and id = '8500eb73-66b9-50e6-92d9-98ed671e0769' /* content.post: kitchen-opens-for-funding */;
update cms.blog_posts set status = 'published', published_at = '2026-05-01 09:00+00'
where status = 'in_review' and version = 2 and id = '8500eb73-66b9-50e6-92d9-98ed671e0769' /* content.post: kitchen-opens-for-funding */;

insert into cms.blog_post_categories (post_id, category_id, created_by)
values
  ('8500eb73-66b9-50e6-92d9-98ed671e0769' /* content.post: kitchen-opens-for-funding */,
   '1d46ebad-3b2d-580e-8208-2a319ecea0ce' /* content.category: news */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
