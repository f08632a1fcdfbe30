-- Comments and privileges of table "projects.audit_logs"
comment on column projects.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';
