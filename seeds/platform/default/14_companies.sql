-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into party.companies (
  id, kind, legal_name, trade_name, register_number, register_court, vat_id, email, phone, website, street,
  house_number, postal_code, city, country, created_by, updated_by)
values
  ('873c8d5e-1105-57a9-8fdf-7659fab39db4' /* platform.company: brightwater-trust */,
   'charity', 'Brightwater Trust', null, 'SC0990001', null, null, 'grants@brightwater.example.org',
   '+44 1632 960100', 'https://brightwater.example.org', 'Church Lane', '1', 'EH6 6AA', 'Edinburgh', 'GB',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('3ec146c3-85a8-5fad-ac47-5aaae191d063' /* platform.company: stadtwerke-nord */,
   'supplier', 'Stadtwerke Nord GmbH', 'Stadtwerke Nord', 'HRB 990002', 'Amtsgericht Hamburg', 'DE999000002',
   'spenden@stadtwerke-nord.example.de', '+49 30 23125 020', 'https://stadtwerke-nord.example.de',
   'Hauptstraße', '100', '22767', 'Hamburg', 'DE',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('e23d41c9-33c0-58a5-9b95-cfe074272abe' /* platform.company: demir-daemmung */,
   'contractor', 'Demir Dämmung GmbH', null, 'HRB 990003', 'Amtsgericht Charlottenburg', 'DE999000003',
   'buero@demir-daemmung.example.de', '+49 30 23125 014', 'https://demir-daemmung.example.de', 'Am Mühlbach',
   '2', '10961', 'Berlin', 'DE',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('cfaef03e-ba1e-53fe-9696-5aae1cbc0c83' /* platform.company: nowak-energieberatung */,
   'energy_adviser', 'Nowak Energieberatung e.K.', null, 'HRA 990004', 'Amtsgericht Freiburg', null,
   'piotr.nowak@example.de', '+49 30 23125 018', null, 'Wiesenweg', '31', '79098', 'Freiburg im Breisgau', 'DE',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into party.contact_companies (id, contact_id, company_id, role, is_primary, valid_from, created_by, updated_by)
values
  ('ecf3b150-8e0b-5e55-9358-131caad35976' /* platform.contact_company: ruth-calder/brightwater-trust */,
   '6fcb33a8-de13-5011-8127-aff3a775ccbd' /* platform.contact: ruth-calder */,
   '873c8d5e-1105-57a9-8fdf-7659fab39db4' /* platform.company: brightwater-trust */,
   'employee', true, '2023-09-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('909703bc-50e0-5e49-88e8-977e38c0d9da' /* platform.contact_company: orhan-demir/demir-daemmung */,
   '54f5166f-415d-55f3-aa76-b21cca481faf' /* platform.contact: orhan-demir */,
   'e23d41c9-33c0-58a5-9b95-cfe074272abe' /* platform.company: demir-daemmung */,
   'director', true, '2012-03-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('45203ee8-7ebd-56af-938b-3cdbd2fe39b7' /* platform.contact_company: piotr-nowak/nowak-energieberatung */,
   'fbbc9e57-952d-5f9d-a90a-9995f87bcf3d' /* platform.contact: piotr-nowak */,
   'cfaef03e-ba1e-53fe-9696-5aae1cbc0c83' /* platform.company: nowak-energieberatung */,
   'owner', true, '2019-01-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
