-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into trade.quotes (
  id, project_ref, building_ref, customer_ref, customer, currency, net_minor, tax_minor, total_minor,
  valid_until, terms, created_by, updated_by)
values
  ('3aa563c8-de90-5a3e-8c76-f21ac039e624' /* finance.quote: kreuzberg */,
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '{"name": "Hausgemeinschaft Lindenallee 8 eG", "street": "Lindenallee 8", "postal_code": "10961", "city": "Berlin"}',
   'EUR', 562560, 106886, 669446, '2027-03-31', '30 Tage netto.',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('dbf50d0c-d90f-53d4-ac90-4ba41de83354' /* finance.quote: weber */,
   null, null,
   '0bf4bcc7-c94e-5908-9109-a3dbcb667578' /* platform.contact: jonas-weber */,
   '{"name": "Jonas Weber", "street": "Lindenallee 8", "postal_code": "04229", "city": "Leipzig"}', 'EUR',
   45000, 8550, 53550, '2027-01-31', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into trade.quote_lines (
  id, quote_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor,
  tax_code, tax_bp, tax_minor, is_optional, created_by, updated_by)
values
  ('cac0f233-e5f5-52e2-bd6f-62100647019f' /* finance.quote_line: kreuzberg/1 */,
   '3aa563c8-de90-5a3e-8c76-f21ac039e624' /* finance.quote: kreuzberg */,
   1,
   'a0e45a7b-c331-59a9-bdf6-9e2a9fd3901e' /* finance.product: first-steps */,
   'Beratung und Fahrplan, Lindenallee 8', 1, 'piece', 159000, 0, 159000, 'DE_STANDARD', 1900, 30210, false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('ffe1bf78-1eb2-5476-aa5f-9141881714bb' /* finance.quote_line: kreuzberg/2 */,
   '3aa563c8-de90-5a3e-8c76-f21ac039e624' /* finance.quote: kreuzberg */,
   2,
   '1b18d087-02c5-5c3c-b47f-7a6222b9ca10' /* finance.product: heat-pump-planning */,
   'Planung der Wärmepumpe im Hof', 36, 'hour', 11800, 500, 403560, 'DE_STANDARD', 1900, 76676, false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('0e506ad6-d6d4-5754-a8e5-c3cdc3d6eefd' /* finance.quote_line: kreuzberg/3 */,
   '3aa563c8-de90-5a3e-8c76-f21ac039e624' /* finance.quote: kreuzberg */,
   3,
   '1b18d087-02c5-5c3c-b47f-7a6222b9ca10' /* finance.product: heat-pump-planning */,
   'Begleitung der Abnahme', 6, 'hour', 11800, 0, 70800, 'DE_STANDARD', 1900, 13452, true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('c90950b0-e596-57ab-be99-565e3bec3466' /* finance.quote_line: weber/1 */,
   'dbf50d0c-d90f-53d4-ac90-4ba41de83354' /* finance.quote: weber */,
   1,
   'c3e08886-9820-5a4b-a080-cf11cbb52615' /* finance.product: energy-consultation */,
   'Beratung vor Ort, Leipzig', 1, 'piece', 45000, 0, 45000, 'DE_STANDARD', 1900, 8550, false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- Sending it gives it its number.
update trade.quotes set status = 'sent'
where status = 'draft' and id = '3aa563c8-de90-5a3e-8c76-f21ac039e624' /* finance.quote: kreuzberg */;
