-- projects: the tables whose changes are noted in the audit log, each with the name of its entity, the columns that are not
-- shown there, and the column of its key where that is not id. What the migrator loads is noted in its own history.

create trigger record_change after insert or update or delete on community.funding_themes
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_theme');
create trigger record_change after insert or update or delete on community.missions
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('mission');
create trigger record_change after insert or update or delete on community.partners
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('partner');
create trigger record_change after insert or update or delete on community.partner_missions
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('partner_mission', '', 'partner_id');
create trigger record_change after insert or update or delete on community.projects
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('project');
create trigger record_change after insert or update or delete on community.project_parameters
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('project_parameter');
create trigger record_change after insert or update or delete on community.project_roles
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('project_role');
create trigger record_change after insert or update or delete on community.funding_stages
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_stage');
create trigger record_change after insert or update or delete on community.funding_sources
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_source');
create trigger record_change after insert or update or delete on community.milestones
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('milestone');
create trigger record_change after insert or update or delete on community.milestone_evidence
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('milestone_evidence');
create trigger record_change after insert or update or delete on building.buildings
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building');
create trigger record_change after insert or update or delete on building.building_technology
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building_technology');
create trigger record_change after insert or update or delete on building.building_calculation_parameters
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building_calculation_parameter');
create trigger record_change after insert or update or delete on building.building_roles
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building_role');
create trigger record_change after insert or update or delete on building.scenarios
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('scenario');
create trigger record_change after insert or update or delete on community.renovation_projects
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('renovation_project');
create trigger record_change after insert or update or delete on building.building_components
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building_component');
create trigger record_change after insert or update or delete on building.building_component_details
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('building_component_detail');
create trigger record_change after insert or update or delete on building.renovation_measures
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('renovation_measure');
create trigger record_change after insert or update or delete on building.scenario_measures
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('scenario_measure');
create trigger record_change after insert or update or delete on building.scenario_measure_dependencies
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('scenario_measure_dependency', '', 'measure_id');
create trigger record_change after insert or update or delete on building.cost_breakdowns
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('cost_breakdown');
create trigger record_change after insert or update or delete on funding.funding_programs
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_program');
create trigger record_change after insert or update or delete on funding.funding_program_versions
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_program_version');
create trigger record_change after insert or update or delete on funding.funding_program_rates
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_program_rate');
create trigger record_change after insert or update or delete on funding.funding_program_bonuses
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_program_bonuse');
create trigger record_change after insert or update or delete on funding.funding_program_combinations
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_program_combination');
create trigger record_change after insert or update or delete on funding.funding_applications
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_application');
create trigger record_change after insert or update or delete on funding.funding_application_measures
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_application_measure');
create trigger record_change after insert or update or delete on funding.funding_application_adjustments
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_application_adjustment');
create trigger record_change after insert or update or delete on funding.funding_application_loans
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_application_loan');
create trigger record_change after insert or update or delete on funding.funding_application_allocations
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('funding_application_allocation');
create trigger record_change after insert or update or delete on document.document_label_categories
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_label_category');
create trigger record_change after insert or update or delete on document.document_labels
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_label');
create trigger record_change after insert or update or delete on document.document_templates
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_template');
create trigger record_change after insert or update or delete on document.document_template_labels
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_template_label', '', 'template_id');
create trigger record_change after insert or update or delete on document.document_template_files
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_template_file');
create trigger record_change after insert or update or delete on document.document_priority_rules
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_priority_rule');
create trigger record_change after insert or update or delete on document.document_review_checklist_items
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_review_checklist_item');
create trigger record_change after insert or update or delete on document.document_rejection_reasons
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_rejection_reason');
create trigger record_change after insert or update or delete on document.document_collections
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_collection');
create trigger record_change after insert or update or delete on document.document_batches
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_batch', 'portal_token_hash');
create trigger record_change after insert or update or delete on document.document_rejection_bundles
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_rejection_bundle');
create trigger record_change after insert or update or delete on document.document_requests
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_request');
create trigger record_change after insert or update or delete on document.document_request_files
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_request_file');
create trigger record_change after insert or update or delete on document.document_fulfilments
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_fulfilment');
create trigger record_change after insert or update or delete on document.document_rejection_items
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_rejection_item');
create trigger record_change after insert or update or delete on document.document_review_checklist_results
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_review_checklist_result');
create trigger record_change after insert or update or delete on document.document_reminders
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_reminder');
create trigger record_change after insert or update or delete on document.document_help_requests
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_help_request');
create trigger record_change after insert or update or delete on document.document_help_messages
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_help_message');
create trigger record_change after insert or update or delete on document.document_form_drafts
  for each row when (session_user <> 'projects_migrator')
  execute function projects.record_change('document_form_draft');
