-- Comments and privileges of table "content.audit_logs"
comment on column content.audit_logs.action is 'What was done, dotted: project.update, auth.sign_in_failed.';
