-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Somebody outside who was asked to look at the books, and has not answered. Nobody has the link: invite anew to try it.
insert into party.contacts (
  id, first_name, last_name, email, language, city, country, department_id, source, created_by, updated_by)
values
  ('ca396910-cf4e-52a6-aac7-05105242bee1' /* platform.contact: tom-achterberg */,
   'Tom', 'Achterberg', 'tom.achterberg@example.de', 'de', 'Berlin', 'DE',
   '6017da6d-3e67-5c8c-84c3-7e4b86a5f12a' /* platform.department: FUNDING */,
   'invitation',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into identity.users (
  id, contact_id, email, user_type, internal_role, language, status, email_verified_at, created_by, updated_by)
values
  ('4ba7b3ca-0814-5981-bccc-508d282ad603' /* platform.user: tom.achterberg@example.de */,
   'ca396910-cf4e-52a6-aac7-05105242bee1' /* platform.contact: tom-achterberg */,
   'tom.achterberg@example.de', 'external', null, 'de', 'invited', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into identity.user_roles (
  id, contact_id, role_id, scope_type, scope_id, valid_from, granted_by, reason, created_by, updated_by)
select g.id::uuid, g.contact_id::uuid, r.id, 'global', null, g.valid_from::date, g.granted_by::uuid, 'invitation',
  g.granted_by::uuid, g.granted_by::uuid
from (values
  ('d4e7d72c-ff18-5be0-83cf-cf0638dbc005' /* platform.user_role: tom-achterberg/auditor */,
   'ca396910-cf4e-52a6-aac7-05105242bee1' /* platform.contact: tom-achterberg */,
   'auditor',
   '2026-05-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
) as g (id, contact_id, role, valid_from, granted_by)
join identity.roles r on r.code = g.role and r.deleted_at is null
where not exists (select 1 from identity.user_roles u where u.id = g.id::uuid)
on conflict do nothing;

insert into identity.invitations (
  id, user_id, invited_by, created_at, expires_at, created_by, updated_by)
values
  ('6cd4f54c-0644-5a3d-a296-643064eca71a' /* platform.invitation: tom.achterberg@example.de */,
   '4ba7b3ca-0814-5981-bccc-508d282ad603' /* platform.user: tom.achterberg@example.de */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   now(), now() + interval '7 days',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
