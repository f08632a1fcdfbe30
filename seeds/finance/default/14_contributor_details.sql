-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into giving.contributor_identities (id, contributor_id, title, first_name, last_name, created_by, updated_by)
values
  ('922015eb-f6ce-5608-8a1d-87608b13913c' /* finance.contributor_identity: amara-osei */,
   'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
   'Ms', 'Amara', 'Osei',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into giving.contributor_addresses (
  id, contributor_id, house, street, city, postcode, country, valid_from, valid_to, created_by, updated_by)
values
  ('b82749eb-ed78-5615-b0e9-612403a07874' /* finance.contributor_address: amara-osei/1 */,
   'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
   '4B', 'Albert Road', 'London', 'N4 3RR', 'GB', '2019-09-01', '2024-02-29',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('5e913234-52a3-517c-88a9-436f34b695e1' /* finance.contributor_address: amara-osei/2 */,
   'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
   '27', 'Grove Street', 'London', 'E8 3RD', 'GB', '2024-03-01', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into giving.contributor_consents (id, contributor_id, purpose, granted, channel, wording, given_at, created_by)
values
  ('f719fca3-0c5a-500b-a60b-a164c9578f2c' /* finance.contributor_consent: amara-osei/news */,
   'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
   'news', true, 'digital', 'Yes, send me news by email.', '2026-05-14 19:20+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('b1158a95-aff2-5e9b-af71-19833da364e6' /* finance.contributor_consent: jonas-weber/news */,
   'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
   'news', false, 'digital', 'Ja, schickt mir Neuigkeiten per E-Mail.', '2026-09-02 06:45+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
