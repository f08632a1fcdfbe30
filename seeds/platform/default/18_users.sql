-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into identity.users (
  id, contact_id, email, user_type, internal_role, language, status, email_verified_at, created_by, updated_by)
values
  ('3d6c6bbd-f54f-53ea-82bb-6eb850db5936' /* platform.user: sam.okafor@aruuri.localhost */,
   '835e9be8-9c23-5a88-8771-571ddfd64d84' /* platform.contact: sam-okafor */,
   'sam.okafor@aruuri.localhost', 'internal', 'employee', 'en', 'invited', null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('f45fd89d-d570-567b-959d-be7513009229' /* platform.user: helen.marsh@example.org */,
   '0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   'helen.marsh@example.org', 'external', null, 'en', 'active', '2026-06-02 11:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
