-- platform: the tables whose changes are noted in the audit log, each with the name of its entity, the columns that are not
-- shown there, and the column of its key where that is not id. What the migrator loads is noted in its own history.

create trigger record_change after insert or update or delete on platform.settings
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('setting', 'value:is_secret');
create trigger record_change after insert or update or delete on party.departments
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('department');
create trigger record_change after insert or update or delete on party.contacts
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('contact');
create trigger record_change after insert or update or delete on party.contact_merges
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('contact_merge');
create trigger record_change after insert or update or delete on party.contact_consents
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('contact_consent');
create trigger record_change after insert or update or delete on party.companies
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('company');
create trigger record_change after insert or update or delete on party.company_merges
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('company_merge');
create trigger record_change after insert or update or delete on party.contact_companies
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('contact_company');
create trigger record_change after insert or update or delete on party.leads
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('lead');
create trigger record_change after insert or update or delete on identity.users
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('user');
create trigger record_change after insert or update or delete on identity.accounts
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('account');
create trigger record_change after insert or update or delete on identity.invitations
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('invitation');
create trigger record_change after insert or update or delete on identity.permissions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('permission');
create trigger record_change after insert or update or delete on identity.roles
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('role');
create trigger record_change after insert or update or delete on identity.role_permissions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('role_permission');
create trigger record_change after insert or update or delete on identity.user_roles
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('user_role');
create trigger record_change after insert or update or delete on storage.files
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file');
create trigger record_change after insert or update or delete on storage.file_renditions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_rendition');
create trigger record_change after insert or update or delete on storage.file_uploads
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_upload');
create trigger record_change after insert or update or delete on storage.file_collections
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_collection');
create trigger record_change after insert or update or delete on storage.file_members
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_member');
create trigger record_change after insert or update or delete on storage.file_versions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_version');
create trigger record_change after insert or update or delete on storage.file_labels
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_label');
create trigger record_change after insert or update or delete on storage.file_label_assignments
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_label_assignment', '', 'file_id');
create trigger record_change after insert or update or delete on storage.file_links
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('file_link');
create trigger record_change after insert or update or delete on automation.field_definitions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('field_definition');
create trigger record_change after insert or update or delete on automation.forms
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('form');
create trigger record_change after insert or update or delete on automation.form_versions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('form_version');
create trigger record_change after insert or update or delete on automation.form_sections
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('form_section');
create trigger record_change after insert or update or delete on automation.form_fields
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('form_field');
create trigger record_change after insert or update or delete on automation.checklists
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('checklist');
create trigger record_change after insert or update or delete on automation.checklist_items
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('checklist_item');
create trigger record_change after insert or update or delete on automation.workflow_templates
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_template');
create trigger record_change after insert or update or delete on automation.workflow_template_versions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_template_version');
create trigger record_change after insert or update or delete on automation.workflow_template_phases
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_template_phase');
create trigger record_change after insert or update or delete on automation.workflow_phase_dependencies
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_phase_dependency', '', 'phase_id');
create trigger record_change after insert or update or delete on automation.workflow_template_tasks
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_template_task');
create trigger record_change after insert or update or delete on automation.workflow_rules
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_rule');
create trigger record_change after insert or update or delete on automation.workflow_packages
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_package');
create trigger record_change after insert or update or delete on automation.workflow_package_phases
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_package_phase');
create trigger record_change after insert or update or delete on automation.workflow_tasks
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('workflow_task');
create trigger record_change after insert or update or delete on automation.task_checklist_results
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('task_checklist_result');
create trigger record_change after insert or update or delete on automation.time_bookings
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('time_booking');
create trigger record_change after insert or update or delete on automation.form_submissions
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('form_submission');
create trigger record_change after insert or update or delete on scheduling.appointments
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('appointment');
create trigger record_change after insert or update or delete on scheduling.appointment_participants
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('appointment_participant');
create trigger record_change after insert or update or delete on scheduling.appointment_proposals
  for each row when (session_user <> 'platform_migrator')
  execute function audit.record_change('appointment_proposal', 'portal_token_hash');
