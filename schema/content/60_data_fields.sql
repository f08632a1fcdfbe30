-- content: values that documents show.

create table template.data_field_definitions (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint data_field_definitions_key_shape check (
      key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'
      and length(key) <= 100
    ),
  label content.localized_text not null
    constraint data_field_definitions_label_length check (
      length(label ->> 'de') <= 200
      and length(label ->> 'en') <= 200
    ),
  kind text not null
    constraint data_field_definitions_kind_known check (kind in ('api', 'metadata', 'custom')),
  data_type text not null
    constraint data_field_definitions_data_type_known check (
      data_type in (
        'text', 'number', 'money', 'date', 'boolean', 'choice', 'signature', 'image'
      )
    ),
  domain text
    constraint data_field_definitions_domain_known check (domain in ('platform', 'projects', 'finance', 'content')),
  source text
    constraint data_field_definitions_source_length check (length(btrim(source)) > 0 and length(source) <= 300),
  format text
    constraint data_field_definitions_format_length check (length(btrim(format)) > 0 and length(format) <= 100),
  choices jsonb
    constraint data_field_definitions_choices_array check (jsonb_typeof(choices) = 'array'),
  is_personal boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint data_field_definitions_pkey primary key (id),
  constraint data_field_definitions_api_has_source check (
    (kind = 'api') = (domain is not null and source is not null)
  ),
  constraint data_field_definitions_choices_of_choice check ((data_type = 'choice') = (choices is not null))
);
comment on table template.data_field_definitions is
  'Values that documents can show: read from a domain, from the document itself, or asked for.';
comment on column template.data_field_definitions.id is 'Identity.';
comment on column template.data_field_definitions.key is 'Dotted name: project.name; unique among live rows.';
comment on column template.data_field_definitions.label is 'Name for people.';
comment on column template.data_field_definitions.kind is
  'api: read from a domain; metadata: of the document; custom: somebody types it.';
comment on column template.data_field_definitions.data_type is 'Type of the value.';
comment on column template.data_field_definitions.domain is 'Domain it is read from; null: it is not.';
comment on column template.data_field_definitions.source is
  'Where it is found there, a path into the answer; null: it is not read.';
comment on column template.data_field_definitions.format is
  'How it is written: dd.MM.yyyy; null: as usual for the type.';
comment on column template.data_field_definitions.choices is
  'What can be chosen, a JSON array of {value, label}; null: not a choice.';
comment on column template.data_field_definitions.is_personal is
  'Whether it is about a person and not kept longer than the document needs.';
comment on column template.data_field_definitions.created_at is 'When the row was written.';
comment on column template.data_field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_field_definitions.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column template.data_field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.data_field_definitions.deleted_at is 'When it was deleted; null: live.';

create unique index data_field_definitions_key_key on template.data_field_definitions (key) where deleted_at is null;
create index data_field_definitions_created_at_idx on template.data_field_definitions (created_at desc, id desc);

create trigger touch before update on template.data_field_definitions for each row execute function content.touch();
create trigger check_unused_pdf_fields_definition_id before update of deleted_at on template.data_field_definitions
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.pdf_fields', 'definition_id');
create trigger check_unused_combined_field_parts_definition_id before update of deleted_at on template.data_field_definitions
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.combined_field_parts', 'definition_id');

create table template.combined_fields (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint combined_fields_key_shape check (key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(key) <= 100),
  label content.localized_text not null
    constraint combined_fields_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  separator text not null default ' '
    constraint combined_fields_separator_length check (length(separator) <= 20),
  skip_empty boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint combined_fields_pkey primary key (id)
);
comment on table template.combined_fields is
  'Values put together from several, shared by all templates: first and last name in one line.';
comment on column template.combined_fields.id is 'Identity.';
comment on column template.combined_fields.key is 'Dotted name; unique among live rows.';
comment on column template.combined_fields.label is 'Name for people.';
comment on column template.combined_fields.separator is 'What stands between the parts.';
comment on column template.combined_fields.skip_empty is 'Whether an empty part and its separator are left out.';
comment on column template.combined_fields.created_at is 'When the row was written.';
comment on column template.combined_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.combined_fields.updated_at is 'When it last changed; set by trigger.';
comment on column template.combined_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.combined_fields.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.combined_fields.deleted_at is 'When it was deleted; null: live.';

create unique index combined_fields_key_key on template.combined_fields (key) where deleted_at is null;

create trigger touch before update on template.combined_fields for each row execute function content.touch();
create trigger check_unused_pdf_fields_combined_field_id before update of deleted_at on template.combined_fields
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function content.check_unused('template.pdf_fields', 'combined_field_id');

create table template.combined_field_parts (
  id uuid not null default gen_random_uuid(),
  combined_field_id uuid not null,
  definition_id uuid not null,
  position integer not null
    constraint combined_field_parts_position_range check (position between 1 and 10000),
  prefix text
    constraint combined_field_parts_prefix_length check (length(btrim(prefix)) > 0 and length(prefix) <= 50),
  suffix text
    constraint combined_field_parts_suffix_length check (length(btrim(suffix)) > 0 and length(suffix) <= 50),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint combined_field_parts_pkey primary key (id),
  constraint combined_field_parts_combined_field_id_fkey foreign key (combined_field_id)
    references template.combined_fields (id) on delete cascade,
  constraint combined_field_parts_definition_id_fkey foreign key (definition_id)
    references template.data_field_definitions (id) on delete restrict
);
comment on table template.combined_field_parts is 'Parts of combined fields, in order.';
comment on column template.combined_field_parts.id is 'Identity.';
comment on column template.combined_field_parts.combined_field_id is 'The combined field.';
comment on column template.combined_field_parts.definition_id is 'Value of this part.';
comment on column template.combined_field_parts.position is 'Place, from 1.';
comment on column template.combined_field_parts.prefix is 'What stands before it; null: nothing.';
comment on column template.combined_field_parts.suffix is 'What stands after it; null: nothing.';
comment on column template.combined_field_parts.created_at is 'When the row was written.';
comment on column template.combined_field_parts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.combined_field_parts.updated_at is 'When it last changed; set by trigger.';
comment on column template.combined_field_parts.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column template.combined_field_parts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.combined_field_parts.deleted_at is 'When it was deleted; null: live.';

create index combined_field_parts_definition_id_idx on template.combined_field_parts (definition_id);
create unique index combined_field_parts_position_key on template.combined_field_parts (combined_field_id, position)
  where deleted_at is null;
create index combined_field_parts_combined_field_id_idx on template.combined_field_parts (combined_field_id);

create trigger check_live before insert or update of combined_field_id, definition_id, deleted_at on template.combined_field_parts
  for each row execute function content.check_live('combined_field_id', 'template.combined_fields', 'definition_id', 'template.data_field_definitions');
create trigger touch before update on template.combined_field_parts for each row execute function content.touch();
