-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Through the functions that may, so that the books balance; what was recorded is not recorded again.
select (written.quote).id
from trade.create_quote(
  'seed', 'quote hackney-survey', sha256('quote hackney-survey'), jsonb_build_object(
    'id', '42e31233-85a0-5125-8cb7-722f9ea3bf37' /* finance.quote: hackney-survey */,
    'project_ref', '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
    'customer_ref', '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
    'customer', '{"name": "Hackney Community Kitchen", "street": "12 Mare Street", "postal_code": "E8 1HP", "city": "London", "country": "GB"}'::jsonb,
    'currency', 'GBP', 'valid_until', '2099-12-31', 'lines', '[
      {"description": "Survey of the ventilation", "quantity": "1", "unit_price_minor": 10000, "tax_code": "GB_STANDARD"},
      {"description": "Report in a second language", "quantity": "1", "unit_price_minor": 2500, "tax_code": "GB_STANDARD", "is_optional": true}
    ]'::jsonb),
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as written
where not exists (
  select 1 from trade.quotes where id = '42e31233-85a0-5125-8cb7-722f9ea3bf37' /* finance.quote: hackney-survey */);

select (taken.quote).id
from trade.quotes q
cross join lateral trade.step_quote(
  'seed', 'quote hackney-survey-send', sha256('quote hackney-survey-send'), q.id, q.version, 'send', null, null, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as taken
where q.status = 'draft' and q.id = '42e31233-85a0-5125-8cb7-722f9ea3bf37' /* finance.quote: hackney-survey */;

select (taken.quote).id
from trade.quotes q
cross join lateral trade.step_quote(
  'seed', 'quote hackney-survey-accept', sha256('quote hackney-survey-accept'), q.id, q.version, 'accept', null,
  '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as taken
where q.status = 'sent' and q.id = '42e31233-85a0-5125-8cb7-722f9ea3bf37' /* finance.quote: hackney-survey */;

-- Two drafts, and one that is to be paid.
with missing as materialized (
  select key, id::uuid, written_by::uuid, description, price
  from (values
    ('hackney-plan',
     'b5601df3-1def-5d34-a4c3-9e4e34c9c32d' /* finance.invoice: hackney-plan */,
     '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 'Plan of the ventilation', 10000),
    ('bristol-opening',
     '803cda6a-2cf9-5f55-8e7e-79d244eb5e2b' /* finance.invoice: bristol-opening */,
     '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'Help at the opening', 8000),
    ('hackney-fans',
     '12f1972e-5721-52bd-b033-ef92ea7d75b7' /* finance.invoice: hackney-fans */,
     '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'Two fans, fitted', 10000)
  ) as invoices (key, id, written_by, description, price)
  where not exists (select 1 from trade.issued_invoices i where i.id = invoices.id::uuid)
)
select (written.invoice).id
from missing m
cross join lateral trade.create_invoice(
  'seed', 'invoice ' || m.key, sha256(convert_to('invoice ' || m.key, 'UTF8')), jsonb_build_object(
    'id', m.id,
    'project_ref', '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
    'customer_ref', '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
    'customer', '{"name": "Hackney Community Kitchen", "street": "12 Mare Street", "postal_code": "E8 1HP", "city": "London", "country": "GB"}'::jsonb,
    'currency', 'GBP', 'lines', jsonb_build_array(jsonb_build_object(
      'description', m.description, 'quantity', '1', 'unit_price_minor', m.price, 'tax_code', 'GB_STANDARD'))),
  m.written_by) as written;

select (issued.invoice).id
from trade.issued_invoices i
cross join lateral trade.issue_invoice(
  'seed', 'invoice hackney-fans-issue', sha256('invoice hackney-fans-issue'), i.id, i.version, '2099-12-31',
  '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 'seed') as issued
where i.status = 'draft' and i.id = '12f1972e-5721-52bd-b033-ef92ea7d75b7' /* finance.invoice: hackney-fans */;

select (paid.payment).id
from trade.issued_invoices i
cross join lateral trade.pay_invoice(
  'seed', 'invoice hackney-fans-pay', sha256('invoice hackney-fans-pay'), i.id,
  '{"amount_minor": 3000, "method": "bank_transfer", "payment_ref": "FP-1001"}',
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed') as paid
where i.claim_status = 'open' and i.id = '12f1972e-5721-52bd-b033-ef92ea7d75b7' /* finance.invoice: hackney-fans */;
