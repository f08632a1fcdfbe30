-- platform: forms: reusable fields, and versions that never change once published.

create table automation.field_definitions (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint field_definitions_key_shape check (key ~ '^[a-z][a-z0-9_]*$' and length(key) <= 80),
  label platform.localized_text not null
    constraint field_definitions_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  help platform.localized_text
    constraint field_definitions_help_length check (length(help ->> 'de') <= 1000 and length(help ->> 'en') <= 1000),
  type text not null
    constraint field_definitions_type_known check (
      type in ('text', 'long_text', 'number', 'date', 'select', 'multi_select', 'file', 'checkbox', 'radio',
        'rich_text', 'signature', 'email', 'phone')
    ),
  unit text
    constraint field_definitions_unit_length check (length(unit) between 1 and 20),
  validation jsonb not null default '{}'
    constraint field_definitions_validation_object check (jsonb_typeof(validation) = 'object'),
  options jsonb not null default '[]'
    constraint field_definitions_options_array check (jsonb_typeof(options) = 'array'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint field_definitions_pkey primary key (id),
  constraint field_definitions_options_some check (
    type not in ('select', 'multi_select', 'radio')
    or options <> '[]'::jsonb
  )
);
comment on table automation.field_definitions is 'Fields that any form may use.';
comment on column automation.field_definitions.id is 'Identity.';
comment on column automation.field_definitions.key is 'Name of the answer; unique among live rows.';
comment on column automation.field_definitions.label is 'Question for people; at most 200 characters per language.';
comment on column automation.field_definitions.help is
  'Help beside it; at most 1000 characters per language; null: none.';
comment on column automation.field_definitions.type is 'Kind of answer.';
comment on column automation.field_definitions.unit is 'Unit of a number, e.g. m², kWh; null: none.';
comment on column automation.field_definitions.validation is 'What answers must keep: min, max, pattern, max_bytes …';
comment on column automation.field_definitions.options is
  'Choices of a select, multi-select or radio: value and label each.';
comment on column automation.field_definitions.created_at is 'When the row was written.';
comment on column automation.field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.field_definitions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.field_definitions.deleted_at is 'When it was deleted; null: live.';

create unique index field_definitions_key_key on automation.field_definitions (key) where deleted_at is null;
create index field_definitions_created_at_idx on automation.field_definitions (created_at desc, id desc);

create trigger touch before update on automation.field_definitions for each row execute function platform.touch();

create table automation.forms (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint forms_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint forms_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  description platform.localized_text
    constraint forms_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  department_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint forms_pkey primary key (id),
  constraint forms_department_id_fkey foreign key (department_id) references party.departments (id) on delete restrict
);
comment on table automation.forms is 'Forms. What they ask is in their versions.';
comment on column automation.forms.id is 'Identity.';
comment on column automation.forms.code is 'Name, dotted; unique among live rows.';
comment on column automation.forms.name is 'Name for people; at most 120 characters per language.';
comment on column automation.forms.description is
  'What it is for; at most 2000 characters per language; null: not said.';
comment on column automation.forms.department_id is 'Department responsible for it; null: none.';
comment on column automation.forms.created_at is 'When the row was written.';
comment on column automation.forms.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.forms.updated_at is 'When it last changed; set by trigger.';
comment on column automation.forms.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.forms.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.forms.deleted_at is 'When it was deleted; null: live.';

create unique index forms_code_key on automation.forms (code) where deleted_at is null;
create index forms_department_id_idx on automation.forms (department_id);
create index forms_created_at_idx on automation.forms (created_at desc, id desc);

create trigger touch before update on automation.forms for each row execute function platform.touch();

create table automation.form_versions (
  id uuid not null default gen_random_uuid(),
  form_id uuid not null,
  number integer not null
    constraint form_versions_number_range check (number between 1 and 10000),
  status text not null default 'draft'
    constraint form_versions_status_known check (status in ('draft', 'published', 'archived')),
  published_at timestamptz,
  published_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_versions_pkey primary key (id),
  constraint form_versions_form_id_fkey foreign key (form_id) references automation.forms (id) on delete restrict,
  constraint form_versions_published_by_fkey foreign key (published_by)
    references party.contacts (id) on delete restrict,
  constraint form_versions_published_whole check ((status = 'draft') = (published_at is null)),
  constraint form_versions_number_key unique (form_id, number)
);
comment on table automation.form_versions is
  'Snapshots of a form; submissions pin one. A published one never changes.';
comment on column automation.form_versions.id is 'Identity.';
comment on column automation.form_versions.form_id is 'The form.';
comment on column automation.form_versions.number is 'Version, from 1.';
comment on column automation.form_versions.status is
  'draft: being designed; published: what new submissions take, one per form; archived.';
comment on column automation.form_versions.published_at is 'When it was published; null: not yet. Set once.';
comment on column automation.form_versions.published_by is 'Who published it; null: the system, or not yet.';
comment on column automation.form_versions.created_at is 'When the row was written.';
comment on column automation.form_versions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_versions.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_versions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_versions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index form_versions_published_key on automation.form_versions (form_id) where status = 'published';
create index form_versions_published_by_idx on automation.form_versions (published_by);
create index form_versions_created_at_idx on automation.form_versions (created_at desc, id desc);

create trigger check_status before insert or update of status on automation.form_versions
  for each row execute function platform.check_transition('status', 'draft', 'draft>published', 'published>archived');
create trigger check_frozen before update or delete on automation.form_versions
  for each row execute function platform.check_frozen('status', 'draft');
create trigger keep_once_set before update on automation.form_versions
  for each row execute function platform.keep_once_set('published_at');

create trigger touch before update on automation.form_versions for each row execute function platform.touch();

create table automation.form_sections (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  position integer not null
    constraint form_sections_position_range check (position between 1 and 999),
  title platform.localized_text not null
    constraint form_sections_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  intro platform.localized_text
    constraint form_sections_intro_length check (length(intro ->> 'de') <= 2000 and length(intro ->> 'en') <= 2000),
  visibility jsonb
    constraint form_sections_visibility_object check (jsonb_typeof(visibility) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_sections_pkey primary key (id),
  constraint form_sections_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete cascade,
  constraint form_sections_position_key unique (form_version_id, position) deferrable initially deferred,
  constraint form_sections_id_version_key unique (id, form_version_id)
);
comment on table automation.form_sections is 'Sections of a version.';
comment on column automation.form_sections.id is 'Identity.';
comment on column automation.form_sections.form_version_id is 'The version.';
comment on column automation.form_sections.position is 'Place, from 1; unique in the version.';
comment on column automation.form_sections.title is 'Heading; at most 200 characters per language.';
comment on column automation.form_sections.intro is
  'Text below the heading; at most 2000 characters per language; null: none.';
comment on column automation.form_sections.visibility is
  'Condition on answers under which it is shown; null: always.';
comment on column automation.form_sections.created_at is 'When the row was written.';
comment on column automation.form_sections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_sections.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_sections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_sections.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.form_sections
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

create trigger touch before update on automation.form_sections for each row execute function platform.touch();

create table automation.form_fields (
  id uuid not null default gen_random_uuid(),
  form_version_id uuid not null,
  section_id uuid not null,
  field_id uuid not null,
  position integer not null
    constraint form_fields_position_range check (position between 1 and 999),
  is_required boolean not null default false,
  label platform.localized_text
    constraint form_fields_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  validation jsonb
    constraint form_fields_validation_object check (jsonb_typeof(validation) = 'object'),
  visibility jsonb
    constraint form_fields_visibility_object check (jsonb_typeof(visibility) = 'object'),
  trigger jsonb
    constraint form_fields_trigger_object check (jsonb_typeof(trigger) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint form_fields_pkey primary key (id),
  constraint form_fields_form_version_id_fkey foreign key (form_version_id)
    references automation.form_versions (id) on delete cascade,
  constraint form_fields_field_id_fkey foreign key (field_id)
    references automation.field_definitions (id) on delete restrict,
  constraint form_fields_section_id_fkey foreign key (section_id, form_version_id)
      references automation.form_sections (id, form_version_id) on delete cascade,
  constraint form_fields_field_key unique (form_version_id, field_id),
  constraint form_fields_position_key unique (section_id, position) deferrable initially deferred
);
comment on table automation.form_fields is 'Which field stands where in a version.';
comment on column automation.form_fields.id is 'Identity.';
comment on column automation.form_fields.form_version_id is 'The version.';
comment on column automation.form_fields.section_id is 'Section of the same version.';
comment on column automation.form_fields.field_id is 'The field; once per version.';
comment on column automation.form_fields.position is 'Place in the section, from 1; unique in it.';
comment on column automation.form_fields.is_required is 'True: not submitted without an answer.';
comment on column automation.form_fields.label is
  'Question in place of the field''s own; at most 200 characters per language; null: the field''s.';
comment on column automation.form_fields.validation is
  'What answers must keep beside the field''s own; null: nothing more.';
comment on column automation.form_fields.visibility is
  'Condition on answers under which it is asked, evaluated on the server too; null: always.';
comment on column automation.form_fields.trigger is 'What an answer sets off, e.g. a task; null: nothing.';
comment on column automation.form_fields.created_at is 'When the row was written.';
comment on column automation.form_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.form_fields.updated_at is 'When it last changed; set by trigger.';
comment on column automation.form_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.form_fields.version is 'Counts changes from 1; set by trigger; the ETag.';

create index form_fields_section_id_form_version_id_idx on automation.form_fields (section_id, form_version_id);
create index form_fields_field_id_idx on automation.form_fields (field_id);

create trigger check_parent before insert or update or delete on automation.form_fields
  for each row execute function platform.check_parent('automation.form_versions', 'form_version_id', 'status', 'draft');

create trigger touch before update on automation.form_fields for each row execute function platform.touch();
