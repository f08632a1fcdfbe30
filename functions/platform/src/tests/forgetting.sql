-- Words, numbers and addresses about one contact, in every column that takes some. Written past the triggers, as a restore
-- would: what is tested is how they go.
set session_replication_role = replica;
insert into party.contacts (id, last_name)
values ('00000000-0000-4000-8000-0000000000c1', 'Kim')
on conflict do nothing;
update party.contacts set place_id = 'zanzibar', country = 'GB', language = 'en', segment = 'private', classification = 'a'
where id = '00000000-0000-4000-8000-0000000000c1';
insert into storage.files (id, content_hash, size_bytes, media_type, original_name, storage_key, status, stored_at)
values
  ('00000000-0000-4000-8000-0000000000f1', sha256('own'), 1, 'image/png', 'zanzibar.png', 'forget-own', 'stored', now()),
  ('00000000-0000-4000-8000-0000000000f2', sha256('face'), 1, 'image/png', 'zanzibar.png', 'forget-avatar', 'stored', now()),
  ('00000000-0000-4000-8000-0000000000f3', sha256('law'), 1, 'image/png', 'declaration.png', 'forget-shared', 'stored', now());
insert into identity.users (
  id, contact_id, email, user_type, status, auth_provider, external_subject, avatar_file_ref)
values ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000c1', 'zanzibar@example.org', 'external',
  'active', 'oidc', 'zanzibar', '00000000-0000-4000-8000-0000000000f2');
insert into identity.accounts (user_id, provider, provider_account_id, scopes)
values ('00000000-0000-4000-8000-0000000000a1', 'zanzibar', 'zanzibar', '{zanzibar}');
insert into identity.sessions (id, user_id, family_id, token_hash, expires_at, ip, user_agent)
values ('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-0000000000a1',
  '00000000-0000-4000-8000-0000000000a2', sha256('session'), now() + interval '1 day', '203.0.113.99', 'zanzibar');
insert into identity.verification_tokens (identifier, purpose, token_hash, user_id, expires_at)
values ('zanzibar@example.org', 'login', sha256('link'), '00000000-0000-4000-8000-0000000000a1', now() + interval '1 day');
insert into identity.api_tokens (owner_contact_id, name, token_prefix, token_hash, scopes)
values ('00000000-0000-4000-8000-0000000000c1', 'zanzibar', 'aru_made_up', sha256('token'), '{giving.write}');
insert into identity.user_roles (contact_id, role_id, scope_type, reason)
select '00000000-0000-4000-8000-0000000000c1', id, 'global', 'zanzibar' from identity.roles where code = 'contributor';
insert into party.contact_consents (contact_id, purpose, given, channel, wording_version, wording, source_ip)
values ('00000000-0000-4000-8000-0000000000c1', 'newsletter', true, 'web', '1', '{"de": "Ja.", "en": "Yes."}',
  '203.0.113.99');
insert into party.leads (
  id, name, label, source, source_reference, pipeline, stage, interest, email, phone, contact_id, archived_at,
  archive_reason, merged_into_id)
values
  ('00000000-0000-4000-8000-0000000000b1', 'zanzibar', 'zanzibar', 'zanzibar', 'zanzibar', 'zanzibar', 'zanzibar',
   'zanzibar', 'zanzibar@example.org', '+44 1632 960999', '00000000-0000-4000-8000-0000000000c1', now(), 'zanzibar', null),
  ('00000000-0000-4000-8000-0000000000b2', 'zanzibar', null, null, null, 'default', null, null, null, null, null, now(),
   'twice', '00000000-0000-4000-8000-0000000000b1');
insert into scheduling.appointments (
  type, title, starts_at, ends_at, location, address, url, contact_id, status, cancel_reason, notes)
values ('call', '{"de": "zanzibar", "en": "zanzibar"}', now(), now() + interval '1 hour', 'virtual', 'zanzibar',
  'https://zanzibar.example', '00000000-0000-4000-8000-0000000000c1', 'cancelled', 'zanzibar', 'zanzibar');
insert into scheduling.appointment_proposals (
  subject_domain, subject_type, subject_id, contact_id, type, message, proposed_slots, portal_token_hash, status,
  answered_at, decline_reason)
values ('platform', 'lead', '00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000c1', 'call',
  '{"de": "zanzibar", "en": "zanzibar"}',
  '[{"at": "2026-12-01T10:00:00Z", "minutes": 30, "location": "onsite", "address": "zanzibar", "url": "https://zanzibar.example"}]',
  sha256('portal'), 'declined', now(), 'zanzibar');
insert into automation.form_submissions (
  form_version_id, subject_domain, subject_type, subject_id, answers, status, submitted_by, submitted_at, return_reason)
values
  (gen_random_uuid(), 'platform', 'contact', '00000000-0000-4000-8000-0000000000c1', '{"name": "zanzibar"}', 'returned',
   null, now(), 'zanzibar'),
  (gen_random_uuid(), 'projects', 'project', gen_random_uuid(), '{"name": "zanzibar"}', 'accepted',
   '00000000-0000-4000-8000-0000000000c1', now(), null);
insert into automation.workflow_packages (
  id, template_version_id, subject_domain, subject_type, subject_id, status, blocked_reason, handover, started_at)
values ('00000000-0000-4000-8000-0000000000d1', gen_random_uuid(), 'platform', 'contact',
  '00000000-0000-4000-8000-0000000000c1', 'blocked', 'zanzibar', '{"who": "zanzibar"}', now());
insert into automation.workflow_tasks (id, package_id, title, description, status, skip_reason, ended_at)
values ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-0000000000d1',
  '{"de": "zanzibar", "en": "zanzibar"}', '{"de": "zanzibar", "en": "zanzibar"}', 'skipped', 'zanzibar', now());
insert into automation.task_checklist_results (task_id, item_id, note)
values ('00000000-0000-4000-8000-0000000000d2', gen_random_uuid(), 'zanzibar');
insert into automation.time_bookings (task_id, contact_id, worked_on, minutes, note)
values ('00000000-0000-4000-8000-0000000000d2', '8e8c2a66-4291-57b5-b08b-c7be06cd28a8', current_date, 5, 'zanzibar');
insert into audit.activity_logs (subject_domain, subject_type, subject_id, kind, body, actor_contact_id)
values
  ('platform', 'contact', '00000000-0000-4000-8000-0000000000c1', 'comment', '{"de": "zanzibar", "en": "zanzibar"}', null),
  ('projects', 'project', gen_random_uuid(), 'comment', '{"de": "zanzibar", "en": "zanzibar"}',
   '00000000-0000-4000-8000-0000000000c1');
insert into storage.file_renditions (file_id, kind, media_type, status, error)
values ('00000000-0000-4000-8000-0000000000f1', 'text', 'text/plain', 'failed', 'zanzibar');
insert into storage.file_uploads (file_id, contact_id, max_bytes, expires_at, failed_at, failure)
values ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-0000000000c1', 1, now() + interval '1 hour', now(),
  'zanzibar');
insert into storage.file_links (file_id, subject_domain, subject_type, subject_id, caption)
values
  ('00000000-0000-4000-8000-0000000000f1', 'platform', 'contact', '00000000-0000-4000-8000-0000000000c1',
   '{"de": "zanzibar", "en": "zanzibar"}'),
  ('00000000-0000-4000-8000-0000000000f3', 'platform', 'contact', '00000000-0000-4000-8000-0000000000c1', null),
  ('00000000-0000-4000-8000-0000000000f3', 'finance', 'gift_aid_declaration', gen_random_uuid(), null);
insert into storage.file_collections (id, name, subject_domain, subject_type, subject_id)
values ('00000000-0000-4000-8000-0000000000e1', '{"de": "zanzibar", "en": "zanzibar"}', 'platform', 'contact',
  '00000000-0000-4000-8000-0000000000c1');
insert into storage.file_members (id, collection_id, slot, title)
values ('00000000-0000-4000-8000-0000000000e2', '00000000-0000-4000-8000-0000000000e1', 'zanzibar',
  '{"de": "zanzibar", "en": "zanzibar"}');
insert into storage.file_versions (member_id, number, file_id, note)
values ('00000000-0000-4000-8000-0000000000e2', 1, '00000000-0000-4000-8000-0000000000f1', 'zanzibar');
set session_replication_role = origin;
