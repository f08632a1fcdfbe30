-- content: PDF templates: what is filled in where.

create table template.pdf_templates (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint pdf_templates_key_shape check (key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(key) <= 100),
  edition integer not null default '1'
    constraint pdf_templates_edition_range check (edition between 1 and 10000),
  name content.localized_text not null
    constraint pdf_templates_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  description content.localized_text
    constraint pdf_templates_description_length check (
      length(description ->> 'de') <= 2000
      and length(description ->> 'en') <= 2000
    ),
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  subject_domain text not null
    constraint pdf_templates_subject_domain_known check (
      subject_domain in (
        'platform', 'projects', 'finance', 'content'
      )
    ),
  subject_type content.entity_name not null,
  locale text not null
    constraint pdf_templates_locale_known check (locale in ('de', 'en')),
  status text not null default 'draft'
    constraint pdf_templates_status_known check (status in ('draft', 'active', 'retired')),
  activated_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_templates_pkey primary key (id),
  constraint pdf_templates_file_ref_fkey foreign key (file_ref) references content.ref_files (id) on delete restrict,
  constraint pdf_templates_activated check (status <> 'active' or activated_at is not null)
);
comment on table template.pdf_templates is 'Forms that are filled in by program: an original PDF and what goes where.';
comment on column template.pdf_templates.id is 'Identity.';
comment on column template.pdf_templates.key is 'Name for programs.';
comment on column template.pdf_templates.edition is 'Counts the editions of a key from 1; one of them is active.';
comment on column template.pdf_templates.name is 'Name for people.';
comment on column template.pdf_templates.description is 'What it is for; null: not said.';
comment on column template.pdf_templates.file_ref is 'Original PDF (platform).';
comment on column template.pdf_templates.file_sha256 is
  'SHA-256 of the original: fields are placed on exactly this file.';
comment on column template.pdf_templates.subject_domain is 'Domain of what documents are about.';
comment on column template.pdf_templates.subject_type is
  'Entity that documents are about, singular: project, funding_application.';
comment on column template.pdf_templates.locale is 'Language of the form.';
comment on column template.pdf_templates.status is 'Where it stands; past draft nothing of it changes.';
comment on column template.pdf_templates.activated_at is 'When it became active; null: never.';
comment on column template.pdf_templates.created_at is 'When the row was written.';
comment on column template.pdf_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_templates.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_templates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_templates.deleted_at is 'When it was deleted; null: live.';

create index pdf_templates_file_ref_idx on template.pdf_templates (file_ref);
create unique index pdf_templates_edition_key on template.pdf_templates (key, edition) where deleted_at is null;
create index pdf_templates_created_at_idx on template.pdf_templates (created_at desc, id desc);

create trigger check_status before insert or update of status on template.pdf_templates
  for each row execute function content.check_transition(
    'status', 'draft',
    'draft>active,retired',
    'active>retired');
create trigger check_frozen before update on template.pdf_templates
  for each row execute function content.check_frozen('status', 'draft', 'name,description,activated_at,deleted_at');
create trigger keep_once_set before update on template.pdf_templates
  for each row execute function content.keep_once_set(
    'activated_at');
create trigger touch before update on template.pdf_templates for each row execute function content.touch();

create table template.pdf_pages (
  id uuid not null default gen_random_uuid(),
  template_id uuid not null,
  page integer not null
    constraint pdf_pages_page_range check (page between 1 and 1000),
  width_pt numeric(8,2) not null
    constraint pdf_pages_width_pt_range check (width_pt between 1 and 14400),
  height_pt numeric(8,2) not null
    constraint pdf_pages_height_pt_range check (height_pt between 1 and 14400),
  rotation integer not null default 0
    constraint pdf_pages_rotation_range check (rotation between 0 and 270)
    constraint pdf_pages_rotation_right check (rotation in (0, 90, 180, 270)),
  preview_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_pages_pkey primary key (id),
  constraint pdf_pages_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete cascade
);
comment on table template.pdf_pages is 'Pages of templates.';
comment on column template.pdf_pages.id is 'Identity.';
comment on column template.pdf_pages.template_id is 'The template.';
comment on column template.pdf_pages.page is 'Number of the page, from 1.';
comment on column template.pdf_pages.width_pt is 'Width in points, 1/72 inch.';
comment on column template.pdf_pages.height_pt is 'Height in points.';
comment on column template.pdf_pages.rotation is 'Turned clockwise, degrees.';
comment on column template.pdf_pages.preview_ref is 'Picture of the page (platform); null: not made yet.';
comment on column template.pdf_pages.created_at is 'When the row was written.';
comment on column template.pdf_pages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_pages.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_pages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_pages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_pages.deleted_at is 'When it was deleted; null: live.';

create unique index pdf_pages_page_key on template.pdf_pages (template_id, page) where deleted_at is null;
create index pdf_pages_template_id_idx on template.pdf_pages (template_id);

create trigger check_parent before insert or update or delete on template.pdf_pages
  for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');
create trigger touch before update on template.pdf_pages for each row execute function content.touch();

create table template.pdf_fields (
  id uuid not null default gen_random_uuid(),
  page_id uuid not null,
  template_id uuid not null,
  name text not null
    constraint pdf_fields_name_shape check (name ~ '^[A-Za-z][A-Za-z0-9_.-]{0,99}$'),
  kind text not null
    constraint pdf_fields_kind_known check (
      kind in (
        'text', 'multiline', 'checkbox', 'radio', 'signature', 'image', 'barcode'
      )
    ),
  definition_id uuid,
  combined_field_id uuid,
  x_pt numeric(8,2) not null
    constraint pdf_fields_x_pt_range check (x_pt >= 0),
  y_pt numeric(8,2) not null
    constraint pdf_fields_y_pt_range check (y_pt >= 0),
  width_pt numeric(8,2) not null
    constraint pdf_fields_width_pt_range check (width_pt > 0),
  height_pt numeric(8,2) not null
    constraint pdf_fields_height_pt_range check (height_pt > 0),
  font text not null default 'Helvetica'
    constraint pdf_fields_font_length check (length(btrim(font)) > 0 and length(font) <= 100),
  font_size_pt numeric(5,2) not null default 10
    constraint pdf_fields_font_size_pt_range check (font_size_pt between 2 and 144),
  align text not null default 'left'
    constraint pdf_fields_align_known check (align in ('left', 'center', 'right')),
  on_value text
    constraint pdf_fields_on_value_length check (length(btrim(on_value)) > 0 and length(on_value) <= 100),
  is_required boolean not null default false,
  default_value text
    constraint pdf_fields_default_value_length check (
      length(btrim(default_value)) > 0
      and length(default_value) <= 1000
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint pdf_fields_pkey primary key (id),
  constraint pdf_fields_page_id_fkey foreign key (page_id) references template.pdf_pages (id) on delete cascade,
  constraint pdf_fields_template_id_fkey foreign key (template_id)
    references template.pdf_templates (id) on delete restrict,
  constraint pdf_fields_definition_id_fkey foreign key (definition_id)
    references template.data_field_definitions (id) on delete restrict,
  constraint pdf_fields_combined_field_id_fkey foreign key (combined_field_id)
    references template.combined_fields (id) on delete restrict,
  constraint pdf_fields_one_source check (num_nonnulls(definition_id, combined_field_id) <= 1),
  constraint pdf_fields_box_has_value check ((kind in ('checkbox', 'radio')) = (on_value is not null))
);
comment on table template.pdf_fields is 'What is filled in on a page, and where.';
comment on column template.pdf_fields.id is 'Identity.';
comment on column template.pdf_fields.page_id is 'The page.';
comment on column template.pdf_fields.template_id is 'The template of the page.';
comment on column template.pdf_fields.name is 'Name, unique in the template.';
comment on column template.pdf_fields.kind is 'How it is filled in.';
comment on column template.pdf_fields.definition_id is 'Value that goes in; null: a combined field, or typed by hand.';
comment on column template.pdf_fields.combined_field_id is
  'Combined field that goes in; null: one value, or typed by hand.';
comment on column template.pdf_fields.x_pt is 'Left edge in points from the left.';
comment on column template.pdf_fields.y_pt is 'Upper edge in points from the top.';
comment on column template.pdf_fields.width_pt is 'Width in points.';
comment on column template.pdf_fields.height_pt is 'Height in points.';
comment on column template.pdf_fields.font is 'Font.';
comment on column template.pdf_fields.font_size_pt is 'Size in points.';
comment on column template.pdf_fields.align is 'Where the text stands.';
comment on column template.pdf_fields.on_value is 'Value at which a box is ticked; null: no box.';
comment on column template.pdf_fields.is_required is 'Whether a document is not whole without it.';
comment on column template.pdf_fields.default_value is 'What is filled in where there is no value; null: nothing.';
comment on column template.pdf_fields.created_at is 'When the row was written.';
comment on column template.pdf_fields.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_fields.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_fields.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_fields.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_fields.deleted_at is 'When it was deleted; null: live.';

create index pdf_fields_page_id_idx on template.pdf_fields (page_id);
create index pdf_fields_definition_id_idx on template.pdf_fields (definition_id);
create index pdf_fields_combined_field_id_idx on template.pdf_fields (combined_field_id);
create unique index pdf_fields_name_key on template.pdf_fields (template_id, name)
  where kind <> 'radio' and deleted_at is null;
create index pdf_fields_template_id_idx on template.pdf_fields (template_id);

create trigger check_live before insert or update of definition_id, combined_field_id, deleted_at on template.pdf_fields
  for each row execute function content.check_live('definition_id', 'template.data_field_definitions', 'combined_field_id', 'template.combined_fields');
create trigger check_parent before insert or update or delete on template.pdf_fields
  for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');
create trigger touch before update on template.pdf_fields for each row execute function content.touch();

-- One edition of a key is active: a new one is activated in the transaction that retires the old.
create unique index pdf_templates_active_key on template.pdf_templates (key) where status = 'active' and deleted_at is null;

create function template.check_field_place() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  sheet template.pdf_pages;
begin
  select * into sheet from template.pdf_pages where id = new.page_id for share;
  if sheet.template_id <> new.template_id then
    raise exception 'page % is of another template', new.page_id
      using errcode = '23514', constraint = 'pdf_fields_page_of_template', schema = 'template', table = 'pdf_fields';
  end if;
  if new.x_pt + new.width_pt > sheet.width_pt or new.y_pt + new.height_pt > sheet.height_pt then
    raise exception 'field % reaches beyond its page of % x % points', new.name, sheet.width_pt, sheet.height_pt
      using errcode = '23514', constraint = 'pdf_fields_on_page', schema = 'template', table = 'pdf_fields';
  end if;
  return new;
end
$$;
comment on function template.check_field_place() is
  'Before insert or update: a field lies on its page of its template; breaks pdf_fields_on_page, pdf_fields_page_of_template.';
create trigger check_place before insert or update on template.pdf_fields
  for each row execute function template.check_field_place();
