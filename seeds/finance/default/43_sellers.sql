-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into trade.sellers (
  id, valid_from, name, street, postal_code, city, country, vat_number, company_number, charity_number, email)
values
  ('e819a7d1-2f18-5410-87e4-90b10814fa5e' /* finance.seller: aruuri */, '2026-04-06', 'Aruuri Community Funding', '4 Canal Walk', 'N1 8QT',
  'London', 'GB', 'GB123456789', '07654321', '1181234', 'accounts@aruuri.example')
on conflict do nothing;
