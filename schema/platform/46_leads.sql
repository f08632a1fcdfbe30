-- platform: leads, the earliest stage of the funnel.

create table party.leads (
  id uuid not null default gen_random_uuid(),
  name text not null
    constraint leads_name_length check (length(name) between 1 and 200),
  label text
    constraint leads_label_length check (length(label) between 1 and 60),
  source text
    constraint leads_source_length check (length(source) between 1 and 200),
  source_reference text
    constraint leads_source_reference_length check (length(source_reference) between 1 and 200),
  pipeline text not null default 'default'
    constraint leads_pipeline_length check (length(pipeline) between 1 and 60),
  stage text
    constraint leads_stage_length check (length(stage) between 1 and 60),
  status text not null default 'new'
    constraint leads_status_known check (status in ('new', 'contacted', 'qualified', 'converted', 'disqualified')),
  interest text
    constraint leads_interest_length check (length(interest) <= 4000),
  email text
    constraint leads_email_shape check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  phone text
    constraint leads_phone_shape check (phone ~ '^\+?[0-9][0-9 ()/-]{2,39}$'),
  contact_id uuid,
  company_id uuid,
  owner_contact_id uuid,
  project_ref uuid,
  converted_at timestamptz,
  archived_at timestamptz,
  archive_reason text
    constraint leads_archive_reason_length check (length(archive_reason) between 1 and 200),
  merged_into_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  department_id uuid,
  constraint leads_pkey primary key (id),
  constraint leads_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint leads_company_id_fkey foreign key (company_id) references party.companies (id) on delete restrict,
  constraint leads_owner_contact_id_fkey foreign key (owner_contact_id)
    references party.contacts (id) on delete restrict,
  constraint leads_department_id_fkey foreign key (department_id)
    references party.departments (id) on delete restrict,
  constraint leads_merged_into_id_fkey foreign key (merged_into_id) references party.leads (id) on delete restrict,
  constraint leads_converted_whole check ((status = 'converted') = (converted_at is not null)),
  constraint leads_converted_contact check (status <> 'converted' or contact_id is not null or company_id is not null),
  constraint leads_archived_whole check ((archived_at is null) = (archive_reason is null)),
  constraint leads_merged_archived check (merged_into_id is null or archived_at is not null),
  constraint leads_merged_other check (merged_into_id <> id)
);
comment on table party.leads is 'People who may become customers. Becomes read-only when converted.';
comment on column party.leads.id is 'Identity.';
comment on column party.leads.name is 'What it is called in lists, usually a person or a company.';
comment on column party.leads.label is 'Label given by the staff; null: none.';
comment on column party.leads.source is 'Where it came from, free text of the CRM it came from; null: unknown.';
comment on column party.leads.source_reference is 'Its id in that CRM; null: made here.';
comment on column party.leads.pipeline is 'Pipeline it is worked in.';
comment on column party.leads.stage is 'Stage in the pipeline, free text of the CRM; null: none.';
comment on column party.leads.status is 'Where it stands; only the steps of leads_status_transition are allowed.';
comment on column party.leads.interest is 'What the person asked for; null: not said.';
comment on column party.leads.email is 'Address for mail; null: unknown.';
comment on column party.leads.phone is 'Telephone number; null: unknown.';
comment on column party.leads.contact_id is 'The person, once known; null: not yet.';
comment on column party.leads.company_id is 'The company, once known; null: none.';
comment on column party.leads.owner_contact_id is 'Member of staff who works on it; null: nobody.';
comment on column party.leads.project_ref is 'Project it became (projects); null: none.';
comment on column party.leads.converted_at is 'When it was converted; null: not.';
comment on column party.leads.archived_at is 'When it left the funnel''s lists; null: it is in them.';
comment on column party.leads.archive_reason is 'Why it was archived; null: it is not.';
comment on column party.leads.merged_into_id is 'Lead that took its place; null: none. Set once.';
comment on column party.leads.created_at is 'When the row was written.';
comment on column party.leads.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column party.leads.updated_at is 'When it last changed; set by trigger.';
comment on column party.leads.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column party.leads.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column party.leads.deleted_at is 'When it was deleted; null: live.';
comment on column party.leads.department_id is
  'Department that works on it; null: none yet. Who works in departments sees theirs.';

create unique index leads_source_source_reference_key on party.leads (source, source_reference)
  where source_reference is not null and deleted_at is null;
create index leads_status_created_at_id_idx on party.leads (status, created_at desc, id desc);
create index leads_contact_id_idx on party.leads (contact_id);
create index leads_company_id_idx on party.leads (company_id);
create index leads_owner_contact_id_idx on party.leads (owner_contact_id);
create index leads_department_id_idx on party.leads (department_id);
create index leads_merged_into_id_idx on party.leads (merged_into_id);
create index leads_created_at_idx on party.leads (created_at desc, id desc);

create trigger check_status before insert or update of status on party.leads
  for each row execute function platform.check_transition(
    'status', 'new', 'new>contacted,qualified,disqualified', 'contacted>qualified,disqualified',
    'qualified>converted,disqualified', 'disqualified>contacted');
-- What was converted stays as it was, until it is forgotten.
create trigger check_frozen before update on party.leads
  for each row when (new.deleted_at is null or num_nonnulls(new.label, new.interest, new.email, new.phone) > 0)
  execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified', 'deleted_at,archived_at,archive_reason,contact_id,company_id,owner_contact_id,department_id');
create trigger check_frozen_delete before delete on party.leads
  for each row execute function platform.check_frozen('status', 'new,contacted,qualified,disqualified');
create trigger keep_once_set before update on party.leads
  for each row execute function platform.keep_once_set('merged_into_id');
create trigger check_acyclic before insert or update of merged_into_id on party.leads
  for each row execute function platform.check_acyclic('id', 'merged_into_id');

create trigger check_live before insert or update of contact_id, company_id, department_id, deleted_at on party.leads
  for each row execute function platform.check_live(
    'contact_id', 'party.contacts', 'company_id', 'party.companies', 'department_id', 'party.departments');
create trigger check_unused_leads before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.leads', 'contact_id');
create trigger check_unused_leads before update of deleted_at on party.departments
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.leads', 'department_id');
create trigger check_unused_leads before update of deleted_at on party.companies
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('party.leads', 'company_id');

create trigger touch before update on party.leads for each row execute function platform.touch();
