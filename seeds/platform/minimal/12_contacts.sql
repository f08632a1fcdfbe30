-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into party.contacts (
  id, salutation, title, first_name, last_name, job_title, email, phone, language, street, house_number,
  postal_code, city, country, segment, classification, department_id, source, created_by, updated_by)
values
  ('3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   'mx', null, 'Robin', 'Hale', 'Developer', 'dev@aruuri.localhost', '+44 1632 960001', 'en', 'Mill Lane', '3',
   'S7 1AB', 'Sheffield', 'GB', null, null,
   'd3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   'demo data',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'ms', 'Dr.', 'Mara', 'Lindqvist', 'Energy adviser', 'mara.lindqvist@aruuri.localhost', '+49 30 23125 010',
   'de', 'Gartenstraße', '12', '10115', 'Berlin', 'DE', null, null,
   'd3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   'demo data',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
   'ms', null, 'Amara', 'Osei', null, 'amara@example.org', '+44 1632 960042', 'en', 'Grove Street', '27',
   'E8 3RD', 'London', 'GB', 'private', 'b', null, 'website',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
