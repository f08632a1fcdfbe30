-- platform: checklists, lists of things to tick off.

create table automation.checklists (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint checklists_code_shape check (code ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$' and length(code) <= 100),
  name platform.localized_text not null
    constraint checklists_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint checklists_pkey primary key (id)
);
comment on table automation.checklists is 'Lists of things to tick off, used by tasks and reviews.';
comment on column automation.checklists.id is 'Identity.';
comment on column automation.checklists.code is 'Name, dotted; unique among live rows.';
comment on column automation.checklists.name is 'Name for people; at most 120 characters per language.';
comment on column automation.checklists.created_at is 'When the row was written.';
comment on column automation.checklists.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklists.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklists.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.checklists.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklists.deleted_at is 'When it was deleted; null: live.';

create unique index checklists_code_key on automation.checklists (code) where deleted_at is null;
create index checklists_created_at_idx on automation.checklists (created_at desc, id desc);

create trigger touch before update on automation.checklists for each row execute function platform.touch();

create table automation.checklist_items (
  id uuid not null default gen_random_uuid(),
  checklist_id uuid not null,
  position integer not null
    constraint checklist_items_position_range check (position between 1 and 999),
  text platform.localized_text not null
    constraint checklist_items_text_length check (length(text ->> 'de') <= 500 and length(text ->> 'en') <= 500),
  is_required boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint checklist_items_pkey primary key (id),
  constraint checklist_items_checklist_id_fkey foreign key (checklist_id)
    references automation.checklists (id) on delete restrict,
  constraint checklist_items_position_key exclude using btree (checklist_id with =, position with =)
      where (deleted_at is null) deferrable initially deferred
);
comment on table automation.checklist_items is 'Things of a checklist.';
comment on column automation.checklist_items.id is 'Identity.';
comment on column automation.checklist_items.checklist_id is 'The checklist.';
comment on column automation.checklist_items.position is 'Place in the list, from 1; unique in it.';
comment on column automation.checklist_items.text is 'What is to be done; at most 500 characters per language.';
comment on column automation.checklist_items.is_required is 'True: the task is not done without it.';
comment on column automation.checklist_items.created_at is 'When the row was written.';
comment on column automation.checklist_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.checklist_items.updated_at is 'When it last changed; set by trigger.';
comment on column automation.checklist_items.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column automation.checklist_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.checklist_items.deleted_at is 'When it was deleted; null: live.';

create index checklist_items_checklist_id_idx on automation.checklist_items (checklist_id);

create trigger check_live before insert or update of checklist_id, deleted_at on automation.checklist_items
  for each row execute function platform.check_live('checklist_id', 'automation.checklists');
create trigger check_unused_checklist_items before update of deleted_at on automation.checklists
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('automation.checklist_items', 'checklist_id');

create trigger touch before update on automation.checklist_items for each row execute function platform.touch();
