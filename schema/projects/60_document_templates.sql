-- projects: kinds of documents that people are asked for, their labels and priorities.

create table document.document_label_categories (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint document_label_categories_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name projects.localized_text not null
    constraint document_label_categories_name_length check (
      length(name ->> 'de') <= 120
      and length(name ->> 'en') <= 120
    ),
  position integer not null default 0
    constraint document_label_categories_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_label_categories_pkey primary key (id)
);
comment on table document.document_label_categories is 'Upper level of the labels.';
comment on column document.document_label_categories.id is 'Identity.';
comment on column document.document_label_categories.code is 'Name, dotted; unique among live rows.';
comment on column document.document_label_categories.name is 'Name for people; at most 120 characters per language.';
comment on column document.document_label_categories.position is 'Place in lists, smallest first; ties by code.';
comment on column document.document_label_categories.created_at is 'When the row was written.';
comment on column document.document_label_categories.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column document.document_label_categories.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_label_categories.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_label_categories.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_label_categories.deleted_at is 'When it was deleted; null: live.';

create unique index document_label_categories_code_key on document.document_label_categories (code)
  where deleted_at is null;

create trigger touch before update on document.document_label_categories for each row execute function projects.touch();

create table document.document_labels (
  id uuid not null default gen_random_uuid(),
  category_id uuid not null,
  code text not null
    constraint document_labels_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  name projects.localized_text not null
    constraint document_labels_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  color text
    constraint document_labels_color_shape check (color ~ '^#[0-9a-f]{6}$'),
  position integer not null default 0
    constraint document_labels_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_labels_pkey primary key (id),
  constraint document_labels_category_id_fkey foreign key (category_id)
    references document.document_label_categories (id) on delete restrict
);
comment on table document.document_labels is 'Lower level of the labels.';
comment on column document.document_labels.id is 'Identity.';
comment on column document.document_labels.category_id is 'Category it belongs to.';
comment on column document.document_labels.code is 'Name, dotted; unique among live rows.';
comment on column document.document_labels.name is 'Name for people; at most 120 characters per language.';
comment on column document.document_labels.color is 'Colour, #rrggbb; null: the surface chooses.';
comment on column document.document_labels.position is 'Place in the category, smallest first; ties by code.';
comment on column document.document_labels.created_at is 'When the row was written.';
comment on column document.document_labels.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_labels.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_labels.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column document.document_labels.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_labels.deleted_at is 'When it was deleted; null: live.';

create unique index document_labels_code_key on document.document_labels (code) where deleted_at is null;
create index document_labels_category_id_position_idx on document.document_labels (category_id, position);

create trigger check_live before insert or update of category_id, deleted_at on document.document_labels
  for each row execute function projects.check_live('category_id', 'document.document_label_categories');
create trigger check_unused_document_labels before update of deleted_at on document.document_label_categories
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_labels', 'category_id');

create trigger touch before update on document.document_labels for each row execute function projects.touch();

create table document.document_templates (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint document_templates_key_shape check (
      key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(key) <= 100
    ),
  name projects.localized_text not null
    constraint document_templates_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  description projects.localized_text
    constraint document_templates_description_length check (
      length(description ->> 'de') <= 4000
      and length(description ->> 'en') <= 4000
    ),
  notes projects.localized_text
    constraint document_templates_notes_length check (
      length(notes ->> 'de') <= 4000
      and length(notes ->> 'en') <= 4000
    ),
  form_ref uuid,
  flow jsonb not null default '{}'
    constraint document_templates_flow_object check (jsonb_typeof(flow) = 'object'),
  needs_file boolean not null default true,
  needs_form boolean not null default false,
  needs_signature boolean not null default false,
  needs_review boolean not null default true,
  max_files integer not null default 10
    constraint document_templates_max_files_range check (max_files between 1 and 100),
  valid_months integer
    constraint document_templates_valid_months_range check (valid_months between 1 and 600),
  status text not null default 'draft'
    constraint document_templates_status_known check (status in ('draft', 'active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_templates_pkey primary key (id),
  constraint document_templates_needs_form_whole check (not needs_form or form_ref is not null)
);
comment on table document.document_templates is 'Kinds of documents that people are asked for.';
comment on column document.document_templates.id is 'Identity.';
comment on column document.document_templates.key is 'Name, dotted; unique among live rows.';
comment on column document.document_templates.name is 'Name for people; at most 200 characters per language.';
comment on column document.document_templates.description is
  'What the document is and where to get it; at most 4000 characters per language; null: not said.';
comment on column document.document_templates.notes is
  'Notes for the staff; at most 4000 characters per language; null: none.';
comment on column document.document_templates.form_ref is
  'Form that is filled in for it (platform); null: files only.';
comment on column document.document_templates.flow is
  'Steps from asking to approving, in the flow language; empty: ask, upload, review.';
comment on column document.document_templates.needs_file is 'True: not complete without a file.';
comment on column document.document_templates.needs_form is 'True: not complete without the form.';
comment on column document.document_templates.needs_signature is 'True: must be signed.';
comment on column document.document_templates.needs_review is 'True: somebody looks at it before it counts.';
comment on column document.document_templates.max_files is 'Most files of one request.';
comment on column document.document_templates.valid_months is
  'How long an approved one counts, in months; null: for ever.';
comment on column document.document_templates.status is 'draft: being written; active: may be asked for; retired.';
comment on column document.document_templates.created_at is 'When the row was written.';
comment on column document.document_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_templates.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_templates.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_templates.deleted_at is 'When it was deleted; null: live.';

create unique index document_templates_key_key on document.document_templates (key) where deleted_at is null;
create index document_templates_status_key_idx on document.document_templates (status, key);
create index document_templates_created_at_idx on document.document_templates (created_at desc, id desc);

create trigger check_status before insert or update of status on document.document_templates
  for each row execute function projects.check_transition('status', 'draft,active', 'draft>active', 'active>retired', 'retired>active');

create trigger touch before update on document.document_templates for each row execute function projects.touch();

create table document.document_template_labels (
  template_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint document_template_labels_pkey primary key (template_id, label_id),
  constraint document_template_labels_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete cascade,
  constraint document_template_labels_label_id_fkey foreign key (label_id)
    references document.document_labels (id) on delete restrict
);
comment on table document.document_template_labels is 'Which kind of document carries which label.';
comment on column document.document_template_labels.template_id is 'The kind of document.';
comment on column document.document_template_labels.label_id is 'The label.';
comment on column document.document_template_labels.created_at is 'When the row was written.';
comment on column document.document_template_labels.created_by is
  'Contact who wrote it (platform); null: the system.';

create index document_template_labels_label_id_idx on document.document_template_labels (label_id);

create table document.document_template_files (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  file_ref uuid not null,
  kind text not null
    constraint document_template_files_kind_known check (kind in ('blank', 'sample', 'guide')),
  language text
    constraint document_template_files_language_known check (language in ('de', 'en')),
  position integer not null default 0
    constraint document_template_files_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_template_files_pkey primary key (id),
  constraint document_template_files_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete restrict
);
comment on table document.document_template_files is
  'Files that help with a kind of document: blanks, samples, guides.';
comment on column document.document_template_files.id is 'Identity.';
comment on column document.document_template_files.template_id is 'The kind of document.';
comment on column document.document_template_files.file_ref is 'The file (platform).';
comment on column document.document_template_files.kind is 'What it is.';
comment on column document.document_template_files.language is 'Language of the file; null: any.';
comment on column document.document_template_files.position is 'Place in lists, smallest first.';
comment on column document.document_template_files.created_at is 'When the row was written.';
comment on column document.document_template_files.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_template_files.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_template_files.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_template_files.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_template_files.deleted_at is 'When it was deleted; null: live.';

create unique index document_template_files_template_id_file_ref_key on document.document_template_files (template_id, file_ref)
  where deleted_at is null;
create index document_template_files_template_id_idx on document.document_template_files (template_id);

create trigger check_live before insert or update of template_id, deleted_at on document.document_template_files
  for each row execute function projects.check_live('template_id', 'document.document_templates');
create trigger check_unused_document_template_files before update of deleted_at on document.document_templates
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_template_files', 'template_id');

create trigger touch before update on document.document_template_files for each row execute function projects.touch();

create table document.document_priority_rules (
  id uuid not null default gen_random_uuid(),
  template_id uuid,
  parameter text not null
    constraint document_priority_rules_parameter_shape check (
      parameter ~ '^[a-z][a-z0-9_.]*$'
      and length(parameter) <= 100
    ),
  value text not null
    constraint document_priority_rules_value_length check (length(value) between 1 and 200),
  priority text not null
    constraint document_priority_rules_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  position integer not null default 0
    constraint document_priority_rules_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_priority_rules_pkey primary key (id),
  constraint document_priority_rules_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete restrict
);
comment on table document.document_priority_rules is 'How urgent a kind of document is, by a figure of the project.';
comment on column document.document_priority_rules.id is 'Identity.';
comment on column document.document_priority_rules.template_id is 'Kind of document; null: all of them.';
comment on column document.document_priority_rules.parameter is
  'Figure or fact that is looked at: project.engagement_type.';
comment on column document.document_priority_rules.value is 'Value it must have.';
comment on column document.document_priority_rules.priority is 'How urgent it is then.';
comment on column document.document_priority_rules.position is
  'Order of the rules, smallest first; the first that fits counts.';
comment on column document.document_priority_rules.created_at is 'When the row was written.';
comment on column document.document_priority_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column document.document_priority_rules.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_priority_rules.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_priority_rules.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_priority_rules.deleted_at is 'When it was deleted; null: live.';

create unique index document_priority_rules_template_id_parameter_value_key on document.document_priority_rules (template_id, parameter, value)
  where template_id is not null and deleted_at is null;
create index document_priority_rules_template_id_idx on document.document_priority_rules (template_id);

create trigger check_live before insert or update of template_id, deleted_at on document.document_priority_rules
  for each row execute function projects.check_live('template_id', 'document.document_templates');
create trigger check_unused_document_priority_rules before update of deleted_at on document.document_templates
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_priority_rules', 'template_id');

create trigger touch before update on document.document_priority_rules for each row execute function projects.touch();

create table document.document_review_checklist_items (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  position integer not null
    constraint document_review_checklist_items_position_range check (position between 1 and 999),
  text projects.localized_text not null
    constraint document_review_checklist_items_text_length check (
      length(text ->> 'de') <= 500
      and length(text ->> 'en') <= 500
    ),
  is_required boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_review_checklist_items_pkey primary key (id),
  constraint document_review_checklist_items_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete restrict,
  constraint document_review_checklist_items_position_key exclude using btree (template_id with =, position with =)
      where (deleted_at is null) deferrable initially deferred
);
comment on table document.document_review_checklist_items is 'What a reviewer looks at in a kind of document.';
comment on column document.document_review_checklist_items.id is 'Identity.';
comment on column document.document_review_checklist_items.template_id is 'Kind of document.';
comment on column document.document_review_checklist_items.position is
  'Place in the list; unique in it among live rows.';
comment on column document.document_review_checklist_items.text is
  'What is looked at; at most 500 characters per language.';
comment on column document.document_review_checklist_items.is_required is 'True: not approved without it.';
comment on column document.document_review_checklist_items.created_at is 'When the row was written.';
comment on column document.document_review_checklist_items.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column document.document_review_checklist_items.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_review_checklist_items.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_review_checklist_items.version is
  'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_review_checklist_items.deleted_at is 'When it was deleted; null: live.';

create index document_review_checklist_items_template_id_idx on document.document_review_checklist_items (template_id);

create trigger check_live before insert or update of template_id, deleted_at on document.document_review_checklist_items
  for each row execute function projects.check_live('template_id', 'document.document_templates');
create trigger check_unused_document_review_checklist_items before update of deleted_at on document.document_templates
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_review_checklist_items', 'template_id');

create trigger touch before update on document.document_review_checklist_items for each row execute function projects.touch();

create table document.document_rejection_reasons (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint document_rejection_reasons_code_shape check (
      code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(code) <= 100
    ),
  text projects.localized_text not null
    constraint document_rejection_reasons_text_length check (
      length(text ->> 'de') <= 1000
      and length(text ->> 'en') <= 1000
    ),
  template_id uuid,
  position integer not null default 0
    constraint document_rejection_reasons_position_range check (position between 0 and 9999),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint document_rejection_reasons_pkey primary key (id),
  constraint document_rejection_reasons_template_id_fkey foreign key (template_id)
    references document.document_templates (id) on delete restrict
);
comment on table document.document_rejection_reasons is 'Reasons for sending a document back, to choose from.';
comment on column document.document_rejection_reasons.id is 'Identity.';
comment on column document.document_rejection_reasons.code is 'Name, dotted; unique among live rows.';
comment on column document.document_rejection_reasons.text is
  'What the person reads; at most 1000 characters per language.';
comment on column document.document_rejection_reasons.template_id is 'Kind of document it is about; null: any.';
comment on column document.document_rejection_reasons.position is 'Place in lists, smallest first; ties by code.';
comment on column document.document_rejection_reasons.created_at is 'When the row was written.';
comment on column document.document_rejection_reasons.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column document.document_rejection_reasons.updated_at is 'When it last changed; set by trigger.';
comment on column document.document_rejection_reasons.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column document.document_rejection_reasons.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column document.document_rejection_reasons.deleted_at is 'When it was deleted; null: live.';

create unique index document_rejection_reasons_code_key on document.document_rejection_reasons (code)
  where deleted_at is null;
create index document_rejection_reasons_template_id_idx on document.document_rejection_reasons (template_id);

create trigger check_live before insert or update of template_id, deleted_at on document.document_rejection_reasons
  for each row execute function projects.check_live('template_id', 'document.document_templates');
create trigger check_unused_document_rejection_reasons before update of deleted_at on document.document_templates
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('document.document_rejection_reasons', 'template_id');

create trigger touch before update on document.document_rejection_reasons for each row execute function projects.touch();
