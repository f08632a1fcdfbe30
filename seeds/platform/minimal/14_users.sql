-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Nobody has a password: a login in a preview must not be one that everybody can read here.
insert into identity.users (
  id, contact_id, email, user_type, internal_role, language, status, email_verified_at, created_by, updated_by)
values
  ('184787e6-97b1-52d6-8102-2c3e0971eea4' /* platform.user: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   'dev@aruuri.localhost', 'internal', 'admin', 'en', 'active', '2026-01-05 09:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('740a9cfb-831e-56f9-9819-642ee04660ef' /* platform.user: mara.lindqvist@aruuri.localhost */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'mara.lindqvist@aruuri.localhost', 'internal', 'employee', 'de', 'active', '2026-01-05 09:30+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('c5c2345e-a181-59ec-9bab-2493e5a4608a' /* platform.user: amara@example.org */,
   '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
   'amara@example.org', 'external', null, 'en', 'active', '2026-04-30 18:12+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into identity.user_roles (
  id, contact_id, role_id, scope_type, scope_id, valid_from, granted_by, reason, created_by, updated_by)
select g.id::uuid, g.contact_id::uuid, r.id, g.scope_type, g.scope_id::uuid, g.valid_from::date, g.granted_by::uuid,
  'demo data', g.granted_by::uuid, g.granted_by::uuid
from (values
  ('58cf52c0-04ca-511c-96d5-1e2f14f11685' /* platform.user_role: dev@aruuri.localhost/admin */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   'admin', 'global', null, '2026-01-05',
   null),
  ('23803155-08e7-5b67-bd6c-afc7600fb852' /* platform.user_role: mara-lindqvist/employee */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'employee', 'department',
   'd3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   '2026-01-05',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('1441a644-6441-5eee-a685-b3d6c6cde2e1' /* platform.user_role: amara-osei/contributor */,
   '1009019a-bc0c-5485-84c2-361fad310833' /* platform.contact: amara-osei */,
   'contributor', 'global', null, '2026-04-30',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
) as g (id, contact_id, role, scope_type, scope_id, valid_from, granted_by)
join identity.roles r on r.code = g.role and r.deleted_at is null
where not exists (select 1 from identity.user_roles u where u.id = g.id::uuid)
on conflict do nothing;
