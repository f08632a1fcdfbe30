-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- A department that owns nothing: who works there sees what belongs to it, and not what belongs to none.
insert into party.departments (id, code, short_name, name, description, skill_level, is_owner, created_by, updated_by)
values
  ('6017da6d-3e67-5c8c-84c3-7e4b86a5f12a' /* platform.department: FUNDING */,
   'FUNDING', 'Funding', '{"de": "Förderung", "en": "Funding"}',
   '{"de": "Anträge bei Programmen.", "en": "Applications to programmes."}', 'basic', false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into party.contacts (
  id, salutation, first_name, last_name, job_title, email, phone, language, city, country, segment, classification,
  department_id, source, created_by, updated_by)
values
  ('6d1cd0fe-a411-5e95-92c6-c13cbcbe0d13' /* platform.contact: leni-vogt */,
   'ms', 'Leni', 'Vogt', 'Team lead', 'leni.vogt@aruuri.localhost', '+49 30 23125 020', 'de', 'Berlin', 'DE', null, null,
   '6017da6d-3e67-5c8c-84c3-7e4b86a5f12a' /* platform.department: FUNDING */,
   'demo data',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('335fc849-5f28-50a3-abb0-daaef6a75195' /* platform.contact: bruno-keller */,
   'mr', 'Bruno', 'Keller', null, 'bruno.keller@example.de', '+49 30 23125 021', 'de', 'Potsdam', 'DE', 'private', 'b',
   '6017da6d-3e67-5c8c-84c3-7e4b86a5f12a' /* platform.department: FUNDING */,
   'telephone',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into identity.users (
  id, contact_id, email, user_type, internal_role, language, status, email_verified_at, created_by, updated_by)
values
  ('e99e4a6c-b5c0-59a9-92c6-0d5dcc7177e6' /* platform.user: leni.vogt@aruuri.localhost */,
   '6d1cd0fe-a411-5e95-92c6-c13cbcbe0d13' /* platform.contact: leni-vogt */,
   'leni.vogt@aruuri.localhost', 'internal', 'employee', 'de', 'active', '2026-01-05 10:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- An account at an issuer that nobody runs: it opens nothing.
insert into identity.accounts (id, user_id, provider, provider_account_id, created_by, updated_by)
values
  ('b4471c6f-9a1f-5b26-a61e-94a2bf0627ec' /* platform.account: leni-vogt */,
   'e99e4a6c-b5c0-59a9-92c6-0d5dcc7177e6' /* platform.user: leni.vogt@aruuri.localhost */,
   'https://issuer.aruuri.localhost', 'leni-vogt',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into identity.user_roles (
  id, contact_id, role_id, scope_type, scope_id, valid_from, granted_by, reason, created_by, updated_by)
select g.id::uuid, g.contact_id::uuid, r.id, 'department', g.scope_id::uuid, g.valid_from::date, g.granted_by::uuid,
  'demo data', g.granted_by::uuid, g.granted_by::uuid
from (values
  ('897146f7-1317-5ac7-859a-8d4d92e50076' /* platform.user_role: leni-vogt/team_lead */,
   '6d1cd0fe-a411-5e95-92c6-c13cbcbe0d13' /* platform.contact: leni-vogt */,
   'team_lead',
   '6017da6d-3e67-5c8c-84c3-7e4b86a5f12a' /* platform.department: FUNDING */,
   '2026-01-05',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('2c37f4f0-7bc3-56cc-9909-509a78a18e7c' /* platform.user_role: sam-okafor/employee */,
   '835e9be8-9c23-5a88-8771-571ddfd64d84' /* platform.contact: sam-okafor */,
   'employee',
   '4195c964-9530-52fb-bd17-e7173db04418' /* platform.department: SERVICE */,
   '2026-05-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
) as g (id, contact_id, role, scope_id, valid_from, granted_by)
join identity.roles r on r.code = g.role and r.deleted_at is null
where not exists (select 1 from identity.user_roles u where u.id = g.id::uuid)
on conflict do nothing;

-- It was accepted.
insert into identity.invitations (
  id, user_id, invited_by, created_at, expires_at, accepted_at, created_by, updated_by)
values
  ('264941e3-2360-5af5-b0de-cf6be2286a63' /* platform.invitation: leni.vogt@aruuri.localhost */,
   'e99e4a6c-b5c0-59a9-92c6-0d5dcc7177e6' /* platform.user: leni.vogt@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '2026-01-04 09:00+00', '2026-01-11 09:00+00', '2026-01-05 10:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
