-- Words of one contact, and words to them, in every column that takes some. Written past the triggers, as a restore would:
-- what is tested is how they go.
set session_replication_role = replica;
insert into document.document_collections (id, project_id, name)
select '00000000-0000-4000-8000-0000000000d0', id, '{"de": "", "en": "Papers"}' from community.projects limit 1;
insert into document.document_requests (id, collection_id, project_id, template_id, assignee_ref, title)
select '00000000-0000-4000-8000-0000000000d1', id, project_id, gen_random_uuid(),
  '00000000-0000-4000-8000-0000000000c2', '{"de": "zanzibar", "en": "zanzibar"}'
from document.document_collections where id = '00000000-0000-4000-8000-0000000000d0';
insert into document.document_batches (id, collection_id, recipient_ref, message)
values ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-0000000000d0',
  '00000000-0000-4000-8000-0000000000c1', '{"de": "zanzibar", "en": "zanzibar"}');
insert into document.document_request_files (request_id, file_ref, note)
values ('00000000-0000-4000-8000-0000000000d1', gen_random_uuid(), 'zanzibar');
insert into document.document_fulfilments (request_id, round, file_ref, submitted_by, batch_id, note)
values ('00000000-0000-4000-8000-0000000000d1', 1, gen_random_uuid(), '00000000-0000-4000-8000-0000000000c1', null,
  'zanzibar');
insert into document.document_rejection_bundles (id, collection_id, message, sent_at, sent_by)
values ('00000000-0000-4000-8000-0000000000d3', '00000000-0000-4000-8000-0000000000d0',
  '{"de": "zanzibar", "en": "zanzibar"}', now(), gen_random_uuid());
insert into document.document_rejection_items (bundle_id, request_id, note)
values ('00000000-0000-4000-8000-0000000000d3', '00000000-0000-4000-8000-0000000000d1', 'zanzibar');
insert into document.document_review_checklist_results (request_id, item_id, result, note)
values ('00000000-0000-4000-8000-0000000000d1', gen_random_uuid(), 'failed', 'zanzibar');
insert into document.document_help_requests (id, request_id, asked_by, subject)
values ('00000000-0000-4000-8000-0000000000d4', '00000000-0000-4000-8000-0000000000d1',
  '00000000-0000-4000-8000-0000000000c1', 'zanzibar');
insert into document.document_help_messages (help_request_id, author_ref, is_staff, body)
values
  ('00000000-0000-4000-8000-0000000000d4', '00000000-0000-4000-8000-0000000000c1', false, 'zanzibar'),
  ('00000000-0000-4000-8000-0000000000d4', gen_random_uuid(), true, 'zanzibar'),
  (gen_random_uuid(), '00000000-0000-4000-8000-0000000000c1', true, 'zanzibar'),
  (gen_random_uuid(), gen_random_uuid(), true, 'of somebody else');
insert into document.document_form_drafts (request_id, author_ref, form_version_ref, answers)
values ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c1', gen_random_uuid(),
  '{"name": "zanzibar"}');
insert into document.document_activities (request_id, kind, note, actor_ref)
values
  ('00000000-0000-4000-8000-0000000000d1', 'note', 'zanzibar', null),
  (gen_random_uuid(), 'note', 'zanzibar', '00000000-0000-4000-8000-0000000000c1'),
  (gen_random_uuid(), 'note', 'of somebody else', gen_random_uuid());
set session_replication_role = origin;
