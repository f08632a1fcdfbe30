-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into trade.products (
  id, key, short_name, label, description, category, actor, unit, list_price_minor, cost_minor, currency,
  tax_code, is_bundle, created_by, updated_by)
values
  ('c3e08886-9820-5a4b-a080-cf11cbb52615' /* finance.product: energy-consultation */,
   'energy-consultation', 'Consultation',
   '{"de": "Energieberatung vor Ort", "en": "Energy consultation on site"}',
   '{"de": "Zwei Stunden im Haus, danach ein Bericht.", "en": "Two hours in the house, then a report."}',
   'advice', 'consultant', 'piece', 45000, 28000, 'EUR', 'DE_STANDARD', false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('b4ee76bc-d376-5bca-b635-73a07c6cc085' /* finance.product: renovation-roadmap */,
   'renovation-roadmap', 'Roadmap', '{"de": "Sanierungsfahrplan", "en": "Renovation roadmap"}', null, 'advice',
   'consultant', 'piece', 129000, 80000, 'EUR', 'DE_STANDARD', false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('1b18d087-02c5-5c3c-b47f-7a6222b9ca10' /* finance.product: heat-pump-planning */,
   'heat-pump-planning', 'Planning', '{"de": "Planung einer Wärmepumpe", "en": "Planning of a heat pump"}',
   null, 'planning', 'platform', 'hour', 11800, 7400, 'EUR', 'DE_STANDARD', false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('a0e45a7b-c331-59a9-bdf6-9e2a9fd3901e' /* finance.product: first-steps */,
   'first-steps', 'First steps', '{"de": "Beratung und Fahrplan", "en": "Consultation and roadmap"}', null,
   'advice', 'platform', 'piece', 159000, 108000, 'EUR', 'DE_STANDARD', true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into trade.bundle_items (id, bundle_id, product_id, quantity, position, created_by, updated_by)
values
  ('62d849ad-083f-5f4e-bee7-f172ea990d5e' /* finance.bundle_item: first-steps/1 */,
   'a0e45a7b-c331-59a9-bdf6-9e2a9fd3901e' /* finance.product: first-steps */,
   'c3e08886-9820-5a4b-a080-cf11cbb52615' /* finance.product: energy-consultation */,
   1, 1,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('4fbcbbf0-bdde-5269-84b9-44b1e4323583' /* finance.bundle_item: first-steps/2 */,
   'a0e45a7b-c331-59a9-bdf6-9e2a9fd3901e' /* finance.product: first-steps */,
   'b4ee76bc-d376-5bca-b635-73a07c6cc085' /* finance.product: renovation-roadmap */,
   1, 2,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
