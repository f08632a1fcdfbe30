-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into automation.workflow_templates (
  id, code, name, description, subject_domain, subject_type, engagement_type, department_id, created_by,
  updated_by)
values
  ('9e6ce35d-47c3-574f-9461-4c6d6322c305' /* platform.workflow_template: renovation */,
   'renovation', '{"de": "Sanierung", "en": "Renovation"}',
   '{"de": "Vom ersten Gespräch bis zur Abnahme.", "en": "From the first talk to the handover."}', 'projects',
   'project', 'full_service',
   'd3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into automation.workflow_template_versions (id, template_id, number, created_by, updated_by)
values
  ('48f01731-8e90-5c72-8004-0a31df0a916f' /* platform.workflow_template_version: renovation/1 */,
   '9e6ce35d-47c3-574f-9461-4c6d6322c305' /* platform.workflow_template: renovation */,
   1,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into automation.workflow_template_phases (
  id, template_version_id, position, code, name, is_wait, average_days, created_by, updated_by)
values
  ('90725d3a-08b5-5b75-9e86-b615ec0d8e43' /* platform.workflow_template_phase: renovation/1/consultation */,
   '48f01731-8e90-5c72-8004-0a31df0a916f' /* platform.workflow_template_version: renovation/1 */,
   1, 'consultation', '{"de": "Beratung", "en": "Consultation"}', false, 14,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('fdab80a6-78a0-5f3a-a45b-7b35816b2d5f' /* platform.workflow_template_phase: renovation/1/funding */,
   '48f01731-8e90-5c72-8004-0a31df0a916f' /* platform.workflow_template_version: renovation/1 */,
   2, 'funding', '{"de": "Förderantrag", "en": "Funding application"}', true, 60,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('c4cfa907-1e57-57f5-abd3-d507e7043395' /* platform.workflow_template_phase: renovation/1/works */,
   '48f01731-8e90-5c72-8004-0a31df0a916f' /* platform.workflow_template_version: renovation/1 */,
   3, 'works', '{"de": "Ausführung", "en": "Works"}', false, 90,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into automation.workflow_template_tasks (
  id, phase_id, position, code, name, type, assignee_rule, assignee_department_id, deadline_days,
  average_minutes, created_by, updated_by)
values
  ('03b13b45-29e5-570c-9715-8ddc12b0004d' /* platform.workflow_template_task: renovation/1/visit */,
   '90725d3a-08b5-5b75-9e86-b615ec0d8e43' /* platform.workflow_template_phase: renovation/1/consultation */,
   1, 'visit', '{"de": "Haus besichtigen", "en": "Visit the house"}', 'appointment', 'owner', null, 14, 120,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('61432a14-99f1-5d93-954b-fc37f7cdda29' /* platform.workflow_template_task: renovation/1/report */,
   '90725d3a-08b5-5b75-9e86-b615ec0d8e43' /* platform.workflow_template_phase: renovation/1/consultation */,
   2, 'report', '{"de": "Bericht schreiben", "en": "Write the report"}', 'document', 'department',
   'd3ee5339-7e22-545a-8665-001ba5725d93' /* platform.department: ENERGY */,
   21, 180,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('5d0410ea-4057-5d2e-9261-7ecbd628b685' /* platform.workflow_template_task: renovation/1/apply */,
   'fdab80a6-78a0-5f3a-a45b-7b35816b2d5f' /* platform.workflow_template_phase: renovation/1/funding */,
   1, 'apply', '{"de": "Antrag stellen", "en": "Apply"}', 'todo', 'owner', null, 30, 60,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update automation.workflow_template_versions set status = 'published',
  published_at = '2026-01-15 10:00+00', published_by = '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */
where status = 'draft' and id = '48f01731-8e90-5c72-8004-0a31df0a916f' /* platform.workflow_template_version: renovation/1 */;
