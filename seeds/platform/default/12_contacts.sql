-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into party.contacts (
  id, salutation, title, first_name, last_name, job_title, email, phone, language, street, house_number,
  postal_code, city, country, segment, classification, department_id, source, created_by, updated_by)
values
  ('0bf4bcc7-c94e-5908-9109-a3dbcb667578' /* platform.contact: jonas-weber */,
   'mr', null, 'Jonas', 'Weber', null, 'jonas.weber@example.de', '+49 30 23125 011', 'de', 'Lindenallee', '8',
   '04229', 'Leipzig', 'DE', 'private', 'c', null, 'website',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   'ms', null, 'Helen', 'Marsh', null, 'helen.marsh@example.org', '+44 1632 960077', 'en', 'Victoria Terrace',
   '14', 'S7 1FG', 'Sheffield', 'GB', 'private', 'a', null, 'telephone',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('54f5166f-415d-55f3-aa76-b21cca481faf' /* platform.contact: orhan-demir */,
   'mr', null, 'Orhan', 'Demir', 'Managing director', 'orhan@demir-daemmung.example.de', '+49 30 23125 014',
   'de', 'Am Mühlbach', '2', '10961', 'Berlin', 'DE', 'commercial', 'a', null, 'fair',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('6fcb33a8-de13-5011-8127-aff3a775ccbd' /* platform.contact: ruth-calder */,
   'ms', null, 'Ruth', 'Calder', 'Grants officer', 'ruth@brightwater.example.org', '+44 1632 960105', 'en',
   'Church Lane', '1', 'EH6 6AA', 'Edinburgh', 'GB', 'nonprofit', 'a', null, 'letter',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('fbbc9e57-952d-5f9d-a90a-9995f87bcf3d' /* platform.contact: piotr-nowak */,
   'mr', null, 'Piotr', 'Nowak', 'Energy adviser', 'piotr.nowak@example.de', '+49 30 23125 018', 'de',
   'Wiesenweg', '31', '79098', 'Freiburg im Breisgau', 'DE', 'commercial', 'b', null, 'recommendation',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('835e9be8-9c23-5a88-8771-571ddfd64d84' /* platform.contact: sam-okafor */,
   'mx', null, 'Sam', 'Okafor', 'Customer adviser', 'sam.okafor@aruuri.localhost', '+44 1632 960009', 'en',
   'York Street', '5', 'BS5 6AB', 'Bristol', 'GB', null, null,
   '4195c964-9530-52fb-bd17-e7173db04418' /* platform.department: SERVICE */,
   'demo data',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into party.contact_consents (
  id, contact_id, purpose, given, channel, wording_version, wording, happened_at, created_by)
values
  ('fc14b235-aea5-52b9-acc0-d0292420e727' /* platform.contact_consent: amara-osei/newsletter */,
   '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
   'newsletter', true, 'web', '2026-01',
   '{"de": "Ja, schickt mir Neuigkeiten per E-Mail.", "en": "Yes, send me news by email."}',
   '2026-05-14 19:20+00',
   '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */),
  ('c470fda0-24b7-58e0-bbab-a34dea06761f' /* platform.contact_consent: jonas-weber/newsletter */,
   '0bf4bcc7-c94e-5908-9109-a3dbcb667578' /* platform.contact: jonas-weber */,
   'newsletter', true, 'web', '2026-01',
   '{"de": "Ja, schickt mir Neuigkeiten per E-Mail.", "en": "Yes, send me news by email."}',
   '2026-07-19 08:02+00',
   '0bf4bcc7-c94e-5908-9109-a3dbcb667578' /* platform.contact: jonas-weber */),
  ('8fd7ff5e-9501-5a04-afd3-2aae9ab8af8a' /* platform.contact_consent: jonas-weber/newsletter/2 */,
   '0bf4bcc7-c94e-5908-9109-a3dbcb667578' /* platform.contact: jonas-weber */,
   'newsletter', false, 'email', '2026-01',
   '{"de": "Ja, schickt mir Neuigkeiten per E-Mail.", "en": "Yes, send me news by email."}',
   '2026-09-02 06:45+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
