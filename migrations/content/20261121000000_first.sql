-- Create schema "cms"
create schema cms;
grant usage on schema cms to content_reader, content_studio, content_writer;
comment on schema cms is 'Pages, blog posts, media, and texts about projects, partners and missions.';
alter default privileges for role content_owner in schema cms grant select, usage on sequences to content_writer;
alter default privileges for role content_owner in schema cms grant select on tables to content_reader, content_studio;
alter default privileges for role content_owner in schema cms grant insert, select, update on tables to content_writer;

-- Create schema "content"
create schema content;
grant usage on schema content to content_audit, content_reader, content_studio, content_writer;
comment on schema content is 'Plumbing of the content database: idempotency keys, outbox, inbox, audit log.';
alter default privileges for role content_owner in schema content grant select, usage on sequences to content_writer;
alter default privileges for role content_owner in schema content grant select on tables to content_reader, content_studio;
alter default privileges for role content_owner in schema content grant insert, select, update on tables to content_writer;

-- Create schema "template"
create schema template;
grant usage on schema template to content_reader, content_studio, content_writer;
comment on schema template is 'PDF templates and the documents made from them.';
alter default privileges for role content_owner in schema template grant select, usage on sequences to content_writer;
alter default privileges for role content_owner in schema template grant select on tables to content_reader, content_studio;
alter default privileges for role content_owner in schema template grant insert, select, update on tables to content_writer;

-- Create domain "content.entity_name"
create domain content.entity_name as text
  constraint entity_name_shape check ((value ~ '^[a-z][a-z_]*$'::text));
comment on domain content.entity_name is 'Name of an entity, singular: project, journal.';

-- Create domain "content.event_topic"
create domain content.event_topic as text
  constraint event_topic_shape check ((value ~ '^[a-z_]+(\.[a-z_]+)+\.v[0-9]+$'::text));
comment on domain content.event_topic is 'Domain, entity, fact and version: content.thing.happened.v1.';

-- Create domain "content.http_status"
create domain content.http_status as smallint
  constraint http_status_range check (((value >= 100) and (value <= 599)));
comment on domain content.http_status is 'Status of an HTTP answer.';

-- Create domain "content.key_text"
create domain content.key_text as text
  constraint key_text_length check (((length(value) >= 1) and (length(value) <= 255)));
comment on domain content.key_text is 'Part of a key that somebody else chose; 1 to 255 characters.';

-- Create domain "content.localized_text"
create domain content.localized_text as jsonb
  constraint localized_text_shape check (((value is null) or
case
    when (jsonb_typeof(value) <> 'object'::text) then false
    else ((value ?& array['de'::text, 'en'::text]) and (((value - 'de'::text) - 'en'::text) = '{}'::jsonb) and (jsonb_typeof((value -> 'de'::text)) = 'string'::text) and (jsonb_typeof((value -> 'en'::text)) = 'string'::text) and ((btrim((value ->> 'de'::text)) <> ''::text) or (btrim((value ->> 'en'::text)) <> ''::text)))
end));
comment on domain content.localized_text is 'A text for people, {"de": "...", "en": "..."}: both keys, at least one of them not blank.';

-- Create domain "content.sha256"
create domain content.sha256 as bytea
  constraint sha256_length check ((octet_length(value) = 32));
comment on domain content.sha256 is 'A SHA-256 digest, 32 bytes.';

-- Create function "cms.hide_contents()"
create function cms.hide_contents()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- Argument: the table whose rows are about what was deleted or came back, by its column <x>_ref.
  execute format(
    'update cms.%I set hidden_at = $1 where %I = $2 and hidden_at is distinct from $1 and deleted_at is null',
    tg_argv[0], tg_argv[1]) using new.removed_at, new.id;
  return null;
end
$function$;
comment on function cms.hide_contents() is 'After another domain told of a deletion: what is written about it is hidden; when it comes back, shown again.';

-- Create function "content.check_acyclic()"
create function content.check_acyclic()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the column of the lower end and the column of the upper end; ('id', 'parent_id') in a tree.
  lower_end uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
  upper_end uuid := (to_jsonb(new) ->> tg_argv[1])::uuid;
  circle boolean;
begin
  if upper_end is null then
    return new;
  end if;
  -- Two changes at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77230, hashtext(tg_table_schema || '.' || tg_table_name));
  execute format(
    'with recursive above (id) as (
       select $2 union select t.%2$I from above a join %3$I.%4$I t on t.%1$I = a.id where t.%2$I is not null
     )
     select exists (select 1 from above where id = $1)',
    tg_argv[0], tg_argv[1], tg_table_schema, tg_table_name)
    into circle using lower_end, upper_end;
  if circle then
    raise exception '% of %.% would lead back to %', tg_argv[1], tg_table_schema, tg_table_name, lower_end
      using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_acyclic',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[1];
  end if;
  return new;
end
$function$;
comment on function content.check_acyclic() is 'Before insert or update: nothing is above or before itself; breaks <table>_<upper column>_acyclic.';

-- Create function "content.check_frozen()"
create function content.check_frozen()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: a column; its values, by commas, in which a row may still be edited ('': null); columns that may change later.
  state text := coalesce(to_jsonb(old) ->> tg_argv[0], '');
  loose text[] := string_to_array(coalesce(tg_argv[2], ''), ',') || tg_argv[0]
    || array['updated_at', 'updated_by', 'version'];
  changed text[];
begin
  if state = any (string_to_array(tg_argv[1], ',')) or (tg_argv[1] = '' and state = '') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'UPDATE' then
    select array_agg(n.key order by n.key) into changed
    from jsonb_each(to_jsonb(new)) n
    where n.value is distinct from to_jsonb(old) -> n.key and n.key <> all (loose);
    if changed is null then
      return new;
    end if;
  end if;
  raise exception '%.% % can no longer be changed', tg_table_schema, tg_table_name, coalesce(to_jsonb(old) ->> 'id', '')
    using errcode = '23514', constraint = tg_table_name || '_frozen', schema = tg_table_schema, table = tg_table_name,
          detail = case tg_op when 'DELETE' then 'It was to be deleted' else 'Changed: ' || array_to_string(changed, ', ') end
            || '; ' || tg_argv[0] || ' is ' || coalesce(nullif(state, ''), 'empty') || '.',
          hint = 'Make a new row that takes its place.';
end
$function$;
comment on function content.check_frozen() is 'Before update or delete: a row keeps its values once it is past editing; breaks <table>_frozen.';

-- Create function "content.check_live()"
create function content.check_live()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: pairs of a column and the table it refers to.
  target uuid;
  found_one boolean;
begin
  if to_jsonb(new) ->> 'deleted_at' is not null then
    return new;
  end if;
  for i in 0 .. tg_nargs - 1 by 2 loop
    target := (to_jsonb(new) ->> tg_argv[i])::uuid;
    continue when target is null
      or (tg_op = 'UPDATE' and to_jsonb(old) ->> 'deleted_at' is null and (to_jsonb(old) ->> tg_argv[i])::uuid = target);
    -- The lock makes a concurrent deletion wait, and then see this row.
    execute format('select true from %s where id = $1 and deleted_at is null for share', tg_argv[i + 1])
      into found_one using target;
    if found_one is null then
      raise exception '% % does not exist', tg_argv[i + 1], target
        using errcode = '23503', constraint = tg_table_name || '_' || tg_argv[i] || '_fkey',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[i];
    end if;
  end loop;
  return new;
end
$function$;
comment on function content.check_live() is 'Before insert or update: a live row refers to live rows; breaks <table>_<column>_fkey.';

-- Create function "content.check_parent()"
create function content.check_parent()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the parent table; the column that refers to it; the parent's state column; states, by commas, that let it be.
  parent text;
  state text;
begin
  for parent in
    select distinct v from (values
      (case when tg_op <> 'INSERT' then to_jsonb(old) ->> tg_argv[1] end),
      (case when tg_op <> 'DELETE' then to_jsonb(new) ->> tg_argv[1] end)
    ) as parents (v) where v is not null
  loop
    -- The lock makes a step of the parent wait for this change, or this change for the step.
    execute format('select %I::text from %s where id = $1 for share', tg_argv[2], tg_argv[0])
      into state using parent::uuid;
    if state <> all (string_to_array(tg_argv[3], ',')) then
      raise exception '% of %.% is refused: % % is %', lower(tg_op), tg_table_schema, tg_table_name, tg_argv[0], parent, state
        using errcode = '23514', constraint = tg_table_name || '_' || regexp_replace(tg_argv[1], '_id$', '') || '_state',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[1],
              detail = 'Allowed while ' || tg_argv[2] || ' is: ' || replace(tg_argv[3], ',', ', ') || '.';
    end if;
  end loop;
  return case tg_op when 'DELETE' then old else new end;
end
$function$;
comment on function content.check_parent() is 'Before insert, update or delete: the row it belongs to is in a state that allows it; breaks <table>_<parent>_state.';

-- Create function "content.check_transition()"
create function content.check_transition()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the column; the states a row may start in, by commas; the steps, each 'from>to,to'.
  state text := to_jsonb(new) ->> tg_argv[0];
  was text := case tg_op when 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
  steps text[] := tg_argv[2:];
  allowed text[] := '{}';
begin
  if tg_op = 'INSERT' then
    allowed := string_to_array(tg_argv[1], ',');
  elsif state is not distinct from was then
    return new;
  else
    select string_to_array(split_part(step, '>', 2), ',') into allowed
    from unnest(steps) as step where split_part(step, '>', 1) = was;
    allowed := coalesce(allowed, '{}');
  end if;
  -- An unknown state is left to the check of the column, which names it.
  if state <> all (allowed)
    and state = any (string_to_array(tg_argv[1] || ',' || replace(array_to_string(steps, ','), '>', ','), ','))
  then
    raise exception '% of %.% cannot go from % to %', tg_argv[0], tg_table_schema, tg_table_name,
      coalesce(was, 'nothing'), state
      using errcode = '23514', constraint = tg_table_name || '_' || tg_argv[0] || '_transition',
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$function$;
comment on function content.check_transition() is 'Before insert or update: a state starts and steps as the trigger''s arguments say; breaks <table>_<column>_transition.';

-- Create function "content.check_unused()"
create function content.check_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: the table that refers to this one, and its column.
  used boolean;
begin
  execute format(
    'select exists (select 1 from %s as t where t.%I = $1 and to_jsonb(t) ->> ''deleted_at'' is null)',
    tg_argv[0], tg_argv[1])
    into used using new.id;
  if used then
    raise exception '%.% % still has rows of %', tg_table_schema, tg_table_name, new.id, tg_argv[0]
      using errcode = '23503', constraint = split_part(tg_argv[0], '.', 2) || '_' || tg_argv[1] || '_fkey',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  return new;
end
$function$;
comment on function content.check_unused() is 'Before deletion: a row that live rows refer to stays; breaks <their table>_<column>_fkey.';

-- Create function "content.keep_newest()"
create function content.keep_newest()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.id is distinct from old.id then
    raise exception 'id of %.% never changes', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity', schema = tg_table_schema, table = tg_table_name;
  end if;
  -- Events arrive twice and out of order: an older one changes nothing.
  if new.version < old.version then
    return null;
  end if;
  new.seen_at := now();
  return new;
end
$function$;
comment on function content.keep_newest() is 'Before update of what another domain told: an older version is passed over, a newer one dates the row.';

-- Create function "content.keep_once_set()"
create function content.keep_once_set()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  field text;
begin
  foreach field in array tg_argv loop
    if to_jsonb(old) ->> field is not null and to_jsonb(new) -> field is distinct from to_jsonb(old) -> field then
      raise exception '% of %.% is set once and then stays', field, tg_table_schema, tg_table_name
        using errcode = '23514', constraint = tg_table_name || '_' || field || '_once',
              schema = tg_table_schema, table = tg_table_name, column = field;
    end if;
  end loop;
  return new;
end
$function$;
comment on function content.keep_once_set() is 'Before update: the columns that the arguments name change from null only; breaks <table>_<column>_once.';

-- Create function "content.refuse_change()"
create function content.refuse_change()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception '% of %.% is refused: its rows are only ever added', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name,
          hint = 'Record a correcting row instead.';
end
$function$;
comment on function content.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate, to the owner as well.';

-- Create function "content.touch()"
create function content.touch()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.id is distinct from old.id or new.created_at is distinct from old.created_at then
    raise exception 'id and created_at of %.% never change', tg_table_schema, tg_table_name
      using errcode = '23514', constraint = tg_table_name || '_identity',
            schema = tg_table_schema, table = tg_table_name;
  end if;
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end
$function$;
comment on function content.touch() is 'Before update: sets updated_at, counts version up whatever the statement says, keeps id and created_at.';

-- Create table "cms.categories"
create table cms.categories (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  name content.localized_text not null,
  parent_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint categories_pkey primary key (id),
  constraint categories_parent_id_fkey foreign key (parent_id) references cms.categories(id),
  constraint categories_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 120) and (length(((name)::jsonb ->> 'en'::text)) <= 120))),
  constraint categories_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100)))
);
comment on table cms.categories is 'Categories of blog posts; each may have a parent.';
comment on column cms.categories.id is 'Identity.';
comment on column cms.categories.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.categories.name is 'Name for people; at most 120 characters per language.';
comment on column cms.categories.parent_id is 'Category above, a live one and never one of its own descendants; null: top.';
comment on column cms.categories.created_at is 'When the row was written.';
comment on column cms.categories.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.categories.updated_at is 'When it last changed; set by trigger.';
comment on column cms.categories.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.categories.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.categories.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.categories_created_at_idx"
create index categories_created_at_idx on cms.categories using btree (created_at desc, id desc);

-- Create index "cms.categories_parent_id_idx"
create index categories_parent_id_idx on cms.categories using btree (parent_id);

-- Create index "cms.categories_slug_key"
create unique index categories_slug_key on cms.categories using btree (slug) where (deleted_at is null);

-- Create trigger "touch" of table "cms.categories"
create trigger touch before update on cms.categories for each row execute function content.touch();

-- Create function "cms.check_category_parent()"
create function cms.check_category_parent()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if new.parent_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- Two moves at once could each be fine and together make a circle: one at a time.
  perform pg_advisory_xact_lock(77220, 1);
  perform 1 from cms.categories where id = new.parent_id and deleted_at is null for share;
  if not found and new.parent_id <> new.id then
    raise exception 'parent category % does not exist', new.parent_id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  if exists (
    with recursive above (id, parent_id) as (
      select new.parent_id, (select c.parent_id from cms.categories c where c.id = new.parent_id)
      union
      select c.id, c.parent_id from above a join cms.categories c on c.id = a.parent_id
    )
    select 1 from above where id = new.id
  ) then
    raise exception 'category % would be its own ancestor', new.id
      using errcode = '23514', constraint = 'categories_parent_acyclic', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$function$;
comment on function cms.check_category_parent() is 'Before insert or update: the parent is live and no descendant; breaks categories_parent_id_fkey or categories_parent_acyclic.';

-- Create trigger "check_parent" of table "cms.categories"
create trigger check_parent before insert or update of parent_id, deleted_at on cms.categories for each row execute function cms.check_category_parent();

-- Create function "cms.check_category_unused()"
create function cms.check_category_unused()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select 1 from cms.categories where parent_id = new.id and deleted_at is null) then
    raise exception 'category % still has categories below it', new.id
      using errcode = '23503', constraint = 'categories_parent_id_fkey', schema = 'cms', table = 'categories';
  end if;
  return new;
end
$function$;
comment on function cms.check_category_unused() is 'Before deletion: a category with live children stays; breaks categories_parent_id_fkey.';

-- Create trigger "check_unused" of table "cms.categories"
create trigger check_unused before update of deleted_at on cms.categories for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function cms.check_category_unused();

-- Create table "cms.cms_settings"
create table cms.cms_settings (
  id uuid default gen_random_uuid() not null,
  key text not null,
  value jsonb not null,
  description content.localized_text not null,
  is_public boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint cms_settings_pkey primary key (id),
  constraint cms_settings_key_key unique (key),
  constraint cms_settings_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 1000) and (length(((description)::jsonb ->> 'en'::text)) <= 1000))),
  constraint cms_settings_key_shape check (((key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(key) <= 100)))
);
comment on table cms.cms_settings is 'Settings of the editor and of the pages; each key is known to the program.';
comment on column cms.cms_settings.id is 'Identity.';
comment on column cms.cms_settings.key is 'Dotted name.';
comment on column cms.cms_settings.value is 'Value, of the type that the program knows.';
comment on column cms.cms_settings.description is 'What it does.';
comment on column cms.cms_settings.is_public is 'Whether pages show it to everybody.';
comment on column cms.cms_settings.created_at is 'When the row was written.';
comment on column cms.cms_settings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_settings.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_settings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_settings.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "touch" of table "cms.cms_settings"
create trigger touch before update on cms.cms_settings for each row execute function content.touch();

-- Create table "cms.cms_users"
create table cms.cms_users (
  id uuid default gen_random_uuid() not null,
  platform_user_ref uuid not null,
  contact_ref uuid not null,
  role text not null,
  locale text default 'en'::text not null,
  status text default 'active'::text not null,
  last_seen_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint cms_users_pkey primary key (id),
  constraint cms_users_platform_user_ref_key unique (platform_user_ref),
  constraint cms_users_locale_known check ((locale = any (array['de'::text, 'en'::text]))),
  constraint cms_users_role_known check ((role = any (array['author'::text, 'editor'::text, 'publisher'::text, 'admin'::text]))),
  constraint cms_users_status_known check ((status = any (array['active'::text, 'disabled'::text])))
);
comment on table cms.cms_users is 'Who may edit: people of the platform with a role here; the login is the same.';
comment on column cms.cms_users.id is 'Identity.';
comment on column cms.cms_users.platform_user_ref is 'The user (platform).';
comment on column cms.cms_users.contact_ref is 'The user''s contact (platform).';
comment on column cms.cms_users.role is 'What they may do; each role may do what the ones before may.';
comment on column cms.cms_users.locale is 'Language of the editor''s screen.';
comment on column cms.cms_users.status is 'Where it stands; the disabled cannot edit.';
comment on column cms.cms_users.last_seen_at is 'When they last edited; null: never.';
comment on column cms.cms_users.created_at is 'When the row was written.';
comment on column cms.cms_users.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.cms_users.updated_at is 'When it last changed; set by trigger.';
comment on column cms.cms_users.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.cms_users.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "cms.cms_users_contact_ref_idx"
create index cms_users_contact_ref_idx on cms.cms_users using btree (contact_ref);

-- Create index "cms.cms_users_created_at_idx"
create index cms_users_created_at_idx on cms.cms_users using btree (created_at desc, id desc);

-- Create trigger "check_status" of table "cms.cms_users"
create trigger check_status before insert or update of status on cms.cms_users for each row execute function content.check_transition('status', 'active', 'active>disabled', 'disabled>active');

-- Create trigger "touch" of table "cms.cms_users"
create trigger touch before update on cms.cms_users for each row execute function content.touch();

-- Create table "cms.content_reviews"
create table cms.content_reviews (
  id uuid default gen_random_uuid() not null,
  entity_type text not null,
  entity_id uuid not null,
  entity_version integer not null,
  reviewer_id uuid not null,
  decision text not null,
  comment text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint content_reviews_pkey primary key (id),
  constraint content_reviews_reviewer_id_fkey foreign key (reviewer_id) references cms.cms_users(id) on delete restrict,
  constraint content_reviews_comment_length check (((length(btrim(comment)) > 0) and (length(comment) <= 2000))),
  constraint content_reviews_decision_known check ((decision = any (array['approve'::text, 'return'::text, 'comment'::text]))),
  constraint content_reviews_entity_type_known check ((entity_type = any (array['page'::text, 'blog_post'::text, 'project_content'::text, 'partner_content'::text, 'mission_content'::text]))),
  constraint content_reviews_entity_version_range check (((entity_version >= 1) and (entity_version <= 2000000000))),
  constraint content_reviews_return_says_why check (((decision = 'approve'::text) or (comment is not null)))
);
revoke update on cms.content_reviews from content_writer;
comment on table cms.content_reviews is 'What reviewers said to what was put before them.';
comment on column cms.content_reviews.id is 'Identity.';
comment on column cms.content_reviews.entity_type is 'Entity, singular.';
comment on column cms.content_reviews.entity_id is 'Id of that entity.';
comment on column cms.content_reviews.entity_version is 'Version that was looked at.';
comment on column cms.content_reviews.reviewer_id is 'Who looked.';
comment on column cms.content_reviews.decision is 'What they said.';
comment on column cms.content_reviews.comment is 'In words; null: nothing.';
comment on column cms.content_reviews.created_at is 'When the row was written.';
comment on column cms.content_reviews.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "cms.content_reviews_entity_idx"
create index content_reviews_entity_idx on cms.content_reviews using btree (entity_type, entity_id, created_at desc, id desc);

-- Create index "cms.content_reviews_reviewer_id_idx"
create index content_reviews_reviewer_id_idx on cms.content_reviews using btree (reviewer_id);

-- Create trigger "refuse_change" of table "cms.content_reviews"
create trigger refuse_change before delete or update on cms.content_reviews for each row execute function content.refuse_change();
alter table cms.content_reviews enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "cms.content_reviews"
create trigger refuse_truncate before truncate on cms.content_reviews for each statement execute function content.refuse_change();
alter table cms.content_reviews enable always trigger refuse_truncate;

-- Create table "cms.content_revisions"
create table cms.content_revisions (
  id uuid default gen_random_uuid() not null,
  entity_type text not null,
  entity_id uuid not null,
  edition integer not null,
  content jsonb not null,
  content_sha256 content.sha256 not null,
  note text,
  published_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint content_revisions_pkey primary key (id),
  constraint content_revisions_edition_key unique (entity_type, entity_id, edition),
  constraint content_revisions_content_object check ((jsonb_typeof(content) = 'object'::text)),
  constraint content_revisions_edition_range check (((edition >= 1) and (edition <= 1000000))),
  constraint content_revisions_entity_type_known check ((entity_type = any (array['page'::text, 'blog_post'::text, 'project_content'::text, 'partner_content'::text, 'mission_content'::text]))),
  constraint content_revisions_note_length check (((length(btrim(note)) > 0) and (length(note) <= 500)))
);
revoke update on cms.content_revisions from content_writer;
comment on table cms.content_revisions is 'Snapshots of what was published; what readers saw on a day can be shown for ever.';
comment on column cms.content_revisions.id is 'Identity.';
comment on column cms.content_revisions.entity_type is 'Entity, singular.';
comment on column cms.content_revisions.entity_id is 'Id of that entity.';
comment on column cms.content_revisions.edition is 'Counts the publications of the entity from 1.';
comment on column cms.content_revisions.content is 'The entity with its parts as published, a JSON object.';
comment on column cms.content_revisions.content_sha256 is 'SHA-256 of the content as text.';
comment on column cms.content_revisions.note is 'What changed, in the words of who published; null: not said.';
comment on column cms.content_revisions.published_at is 'When.';
comment on column cms.content_revisions.created_at is 'When the row was written.';
comment on column cms.content_revisions.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create trigger "refuse_change" of table "cms.content_revisions"
create trigger refuse_change before delete or update on cms.content_revisions for each row execute function content.refuse_change();
alter table cms.content_revisions enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "cms.content_revisions"
create trigger refuse_truncate before truncate on cms.content_revisions for each statement execute function content.refuse_change();
alter table cms.content_revisions enable always trigger refuse_truncate;

-- Create table "cms.redirects"
create table cms.redirects (
  id uuid default gen_random_uuid() not null,
  from_path text not null,
  to_path text not null,
  permanent boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint redirects_pkey primary key (id),
  constraint redirects_elsewhere check ((from_path <> to_path)),
  constraint redirects_from_path_shape check (((from_path ~ '^/'::text) and (length(from_path) <= 500))),
  constraint redirects_to_path_shape check ((((to_path ~ '^/'::text) or (to_path ~ '^https://'::text)) and (length(to_path) <= 1000)))
);
comment on table cms.redirects is 'Where old addresses lead, so that links from outside keep working.';
comment on column cms.redirects.id is 'Identity.';
comment on column cms.redirects.from_path is 'Old path; unique among live rows.';
comment on column cms.redirects.to_path is 'New path or address.';
comment on column cms.redirects.permanent is 'Whether it is for good (308) or for now (307).';
comment on column cms.redirects.created_at is 'When the row was written.';
comment on column cms.redirects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.redirects.updated_at is 'When it last changed; set by trigger.';
comment on column cms.redirects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.redirects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.redirects.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.redirects_from_path_key"
create unique index redirects_from_path_key on cms.redirects using btree (from_path) where (deleted_at is null);

-- Create index "cms.redirects_to_path_idx"
create index redirects_to_path_idx on cms.redirects using btree (to_path);

-- Create trigger "touch" of table "cms.redirects"
create trigger touch before update on cms.redirects for each row execute function content.touch();

-- Create table "content.audit_logs"
create table content.audit_logs (
  id uuid default gen_random_uuid() not null,
  created_at timestamp with time zone default now() not null,
  domain text default 'content'::text not null,
  actor_kind text not null,
  actor_contact_id uuid,
  actor_user_id uuid,
  session_id uuid,
  action text not null,
  change_type text not null,
  entity_type content.entity_name,
  entity_id uuid,
  context_entity_type content.entity_name,
  context_entity_id uuid,
  changed_fields text[] default '{}'::text[] not null,
  old_value jsonb,
  new_value jsonb,
  request_id text,
  ip inet,
  user_agent text,
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_action_shape check (((action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(action) <= 100))),
  constraint audit_logs_actor_kind_known check ((actor_kind = any (array['user'::text, 'token'::text, 'system'::text]))),
  constraint audit_logs_change_type_known check ((change_type = any (array['create'::text, 'update'::text, 'delete'::text, 'restore'::text, 'transition'::text, 'read'::text, 'login'::text, 'other'::text]))),
  constraint audit_logs_context_whole check (((context_entity_type is null) = (context_entity_id is null))),
  constraint audit_logs_domain_known check ((domain = 'content'::text)),
  constraint audit_logs_entity_whole check (((entity_type is null) = (entity_id is null))),
  constraint audit_logs_request_id_length check (((length(request_id) >= 1) and (length(request_id) <= 200))),
  constraint audit_logs_user_agent_length check ((length(user_agent) <= 500))
);
grant select on content.audit_logs to content_audit;
revoke update on content.audit_logs from content_writer;
comment on table content.audit_logs is 'Who changed or read what of the content; rows are only ever added.';
comment on column content.audit_logs.id is 'Identity.';
comment on column content.audit_logs.created_at is 'When it happened.';
comment on column content.audit_logs.domain is 'Domain whose data was touched: always content here.';
comment on column content.audit_logs.actor_kind is 'user: a person; token: an api token; system: a job or a migration.';
comment on column content.audit_logs.actor_contact_id is 'Contact who acted (platform); null: the system or nobody known. No foreign key: the row outlives the contact.';
comment on column content.audit_logs.actor_user_id is 'Login that was used (platform); null: none.';
comment on column content.audit_logs.session_id is 'Session it happened in (platform); null: none.';
comment on column content.audit_logs.action is 'What was done, dotted: project.update, auth.login_failed.';
comment on column content.audit_logs.change_type is 'Coarse kind of the action, for filters.';
comment on column content.audit_logs.entity_type is 'Entity that was touched, singular; null: none.';
comment on column content.audit_logs.entity_id is 'Id of that entity; null: none.';
comment on column content.audit_logs.context_entity_type is 'Entity it happened within, e.g. the project of a milestone; null: none.';
comment on column content.audit_logs.context_entity_id is 'Id of that context entity; null: none.';
comment on column content.audit_logs.changed_fields is 'Names of the fields that differ; empty: none or not applicable.';
comment on column content.audit_logs.old_value is 'Values before, without secrets; null: there were none.';
comment on column content.audit_logs.new_value is 'Values after, without secrets; null: there are none.';
comment on column content.audit_logs.request_id is 'Request it happened in; null: no request.';
comment on column content.audit_logs.ip is 'Address of the caller; null: unknown.';
comment on column content.audit_logs.user_agent is 'User agent of the caller, cut to 500 characters; null: unknown.';

-- Create index "content.audit_logs_actor_idx"
create index audit_logs_actor_idx on content.audit_logs using btree (actor_contact_id, created_at desc, id desc);

-- Create index "content.audit_logs_created_at_idx"
create index audit_logs_created_at_idx on content.audit_logs using btree (created_at desc, id desc);

-- Create index "content.audit_logs_entity_idx"
create index audit_logs_entity_idx on content.audit_logs using btree (entity_type, entity_id, created_at desc, id desc);

-- Create trigger "refuse_change" of table "content.audit_logs"
create trigger refuse_change before delete or update on content.audit_logs for each row execute function content.refuse_change();
alter table content.audit_logs enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "content.audit_logs"
create trigger refuse_truncate before truncate on content.audit_logs for each statement execute function content.refuse_change();
alter table content.audit_logs enable always trigger refuse_truncate;

-- Create table "content.idempotency_keys"
create table content.idempotency_keys (
  scope content.key_text not null,
  key content.key_text not null,
  fingerprint content.sha256 not null,
  status content.http_status,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
revoke select on content.idempotency_keys from content_studio;
grant select (scope) on content.idempotency_keys to content_studio;
grant select (key) on content.idempotency_keys to content_studio;
grant select (status) on content.idempotency_keys to content_studio;
grant select (created_at) on content.idempotency_keys to content_studio;
comment on table content.idempotency_keys is 'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column content.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column content.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column content.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column content.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column content.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column content.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';

-- Create index "content.idempotency_keys_created_at_idx"
create index idempotency_keys_created_at_idx on content.idempotency_keys using btree (created_at);

-- Create table "content.inbox_dedup"
create table content.inbox_dedup (
  consumer text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_dedup_pkey primary key (consumer, message_id),
  constraint inbox_dedup_consumer_length check (((length(consumer) >= 1) and (length(consumer) <= 100)))
);
comment on table content.inbox_dedup is 'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column content.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column content.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column content.inbox_dedup.received_at is 'When it took effect here.';

-- Create table "content.outbox_events"
create table content.outbox_events (
  id uuid default gen_random_uuid() not null,
  "position" bigint generated always as identity not null,
  topic content.event_topic not null,
  aggregate_type content.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  occurred_at timestamp with time zone default now() not null,
  published_at timestamp with time zone,
  constraint outbox_events_pkey primary key (id),
  constraint outbox_events_payload_object check ((jsonb_typeof(payload) = 'object'::text))
);
comment on table content.outbox_events is 'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column content.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column content.outbox_events."position" is 'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column content.outbox_events.topic is 'Domain, entity, fact and version: content.thing.happened.v1.';
comment on column content.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column content.outbox_events.aggregate_id is 'Id of that entity.';
comment on column content.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column content.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column content.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';

-- Create index "content.outbox_events_unpublished_idx"
create index outbox_events_unpublished_idx on content.outbox_events using btree ("position") where (published_at is null);

-- Create table "content.ref_contacts"
create table content.ref_contacts (
  id uuid not null,
  version integer not null,
  label content.localized_text not null,
  status text not null,
  merged_into_ref uuid,
  seen_at timestamp with time zone default now() not null,
  constraint ref_contacts_pkey primary key (id),
  constraint ref_contacts_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_contacts_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table content.ref_contacts is 'What this domain was told about each contact (platform): enough to show and to check, never the truth.';
comment on column content.ref_contacts.id is 'Id of the contact (platform).';
comment on column content.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_contacts.label is 'Its name when it was last heard of.';
comment on column content.ref_contacts.status is 'live, archived, merged or erased.';
comment on column content.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column content.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "content.ref_contacts"
create trigger keep_newest before update on content.ref_contacts for each row execute function content.keep_newest();

-- Create table "content.ref_files"
create table content.ref_files (
  id uuid not null,
  version integer not null,
  name text not null,
  mime text not null,
  size_bytes bigint not null,
  status text not null,
  seen_at timestamp with time zone default now() not null,
  constraint ref_files_pkey primary key (id),
  constraint ref_files_mime_length check (((length(btrim(mime)) > 0) and (length(mime) <= 150))),
  constraint ref_files_name_length check (((length(btrim(name)) > 0) and (length(name) <= 255))),
  constraint ref_files_size_bytes_range check ((size_bytes >= 0)),
  constraint ref_files_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_files_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table content.ref_files is 'What this domain was told about each file (platform): enough to show and to check, never the truth.';
comment on column content.ref_files.id is 'Id of the file (platform).';
comment on column content.ref_files.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_files.name is 'Its name when it was last heard of.';
comment on column content.ref_files.mime is 'Kind of file, as the server found it.';
comment on column content.ref_files.size_bytes is 'Size in bytes.';
comment on column content.ref_files.status is 'pending, stored, quarantined or purged.';
comment on column content.ref_files.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "keep_newest" of table "content.ref_files"
create trigger keep_newest before update on content.ref_files for each row execute function content.keep_newest();

-- Create table "cms.media_assets"
create table cms.media_assets (
  id uuid default gen_random_uuid() not null,
  file_ref uuid not null,
  kind text not null,
  title content.localized_text not null,
  alt content.localized_text not null,
  credit text,
  licence text,
  focal_x numeric(4,3) default 0.5 not null,
  focal_y numeric(4,3) default 0.5 not null,
  width integer,
  height integer,
  duration_ms integer,
  status text default 'processing'::text not null,
  failure_reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint media_assets_pkey primary key (id),
  constraint media_assets_file_ref_fkey foreign key (file_ref) references content.ref_files(id) on delete restrict,
  constraint media_assets_alt_length check (((length(((alt)::jsonb ->> 'de'::text)) <= 500) and (length(((alt)::jsonb ->> 'en'::text)) <= 500))),
  constraint media_assets_credit_length check (((length(btrim(credit)) > 0) and (length(credit) <= 200))),
  constraint media_assets_duration_ms_range check (((duration_ms >= 1) and (duration_ms <= 86400000))),
  constraint media_assets_failed_whole check (((status = 'failed'::text) = (failure_reason is not null))),
  constraint media_assets_failure_reason_length check (((length(btrim(failure_reason)) > 0) and (length(failure_reason) <= 500))),
  constraint media_assets_focal_x_range check (((focal_x >= (0)::numeric) and (focal_x <= (1)::numeric))),
  constraint media_assets_focal_y_range check (((focal_y >= (0)::numeric) and (focal_y <= (1)::numeric))),
  constraint media_assets_height_range check (((height >= 1) and (height <= 100000))),
  constraint media_assets_image_has_size check (((kind <> 'image'::text) or (status <> 'ready'::text) or (width is not null))),
  constraint media_assets_kind_known check ((kind = any (array['image'::text, 'video'::text, 'audio'::text, 'document'::text]))),
  constraint media_assets_licence_length check (((length(btrim(licence)) > 0) and (length(licence) <= 200))),
  constraint media_assets_size_whole check (((width is null) = (height is null))),
  constraint media_assets_status_known check ((status = any (array['processing'::text, 'ready'::text, 'failed'::text]))),
  constraint media_assets_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200))),
  constraint media_assets_width_range check (((width >= 1) and (width <= 100000)))
);
comment on table cms.media_assets is 'Files as pages use them, with what a reader who cannot see them is told.';
comment on column cms.media_assets.id is 'Identity.';
comment on column cms.media_assets.file_ref is 'The file (platform).';
comment on column cms.media_assets.kind is 'What it is.';
comment on column cms.media_assets.title is 'Name in the media library.';
comment on column cms.media_assets.alt is 'What it shows, for who cannot see it.';
comment on column cms.media_assets.credit is 'Who made it, as shown; null: nobody need be named.';
comment on column cms.media_assets.licence is 'Licence; null: ours.';
comment on column cms.media_assets.focal_x is 'What must stay visible when cut: share of the width from the left.';
comment on column cms.media_assets.focal_y is 'Share of the height from the top.';
comment on column cms.media_assets.width is 'Width in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.height is 'Height in pixels; null: not an image, or not ready.';
comment on column cms.media_assets.duration_ms is 'Length in milliseconds; null: does not play.';
comment on column cms.media_assets.status is 'Where it stands; the steps of media_assets_status_transition.';
comment on column cms.media_assets.failure_reason is 'Why it failed; null: it did not.';
comment on column cms.media_assets.created_at is 'When the row was written.';
comment on column cms.media_assets.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_assets.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_assets.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_assets.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_assets.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.media_assets_created_at_idx"
create index media_assets_created_at_idx on cms.media_assets using btree (created_at desc, id desc);

-- Create index "cms.media_assets_file_ref_idx"
create index media_assets_file_ref_idx on cms.media_assets using btree (file_ref);

-- Create index "cms.media_assets_file_ref_key"
create unique index media_assets_file_ref_key on cms.media_assets using btree (file_ref) where (deleted_at is null);

-- Create trigger "check_status" of table "cms.media_assets"
create trigger check_status before insert or update of status on cms.media_assets for each row execute function content.check_transition('status', 'processing', 'processing>ready,failed', 'failed>processing', 'ready>processing');

-- Create trigger "check_unused_blog_posts_cover_id" of table "cms.media_assets"
create trigger check_unused_blog_posts_cover_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.blog_posts', 'cover_id');

-- Create trigger "check_unused_gallery_items_asset_id" of table "cms.media_assets"
create trigger check_unused_gallery_items_asset_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.gallery_items', 'asset_id');

-- Create trigger "check_unused_media_usages" of table "cms.media_assets"
create trigger check_unused_media_usages before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.media_usages', 'asset_id');

-- Create trigger "check_unused_mission_contents_hero_id" of table "cms.media_assets"
create trigger check_unused_mission_contents_hero_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.mission_contents', 'hero_id');

-- Create trigger "check_unused_pages_cover_id" of table "cms.media_assets"
create trigger check_unused_pages_cover_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.pages', 'cover_id');

-- Create trigger "check_unused_partner_contents_hero_id" of table "cms.media_assets"
create trigger check_unused_partner_contents_hero_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.partner_contents', 'hero_id');

-- Create trigger "check_unused_project_contents_hero_id" of table "cms.media_assets"
create trigger check_unused_project_contents_hero_id before update of deleted_at on cms.media_assets for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.project_contents', 'hero_id');

-- Create trigger "touch" of table "cms.media_assets"
create trigger touch before update on cms.media_assets for each row execute function content.touch();

-- Create table "cms.blog_posts"
create table cms.blog_posts (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  title content.localized_text not null,
  excerpt content.localized_text,
  body content.localized_text not null,
  author_ref uuid,
  cover_id uuid,
  seo jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint blog_posts_pkey primary key (id),
  constraint blog_posts_cover_id_fkey foreign key (cover_id) references cms.media_assets(id) on delete restrict,
  constraint blog_posts_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 100000) and (length(((body)::jsonb ->> 'en'::text)) <= 100000))),
  constraint blog_posts_excerpt_length check (((length(((excerpt)::jsonb ->> 'de'::text)) <= 500) and (length(((excerpt)::jsonb ->> 'en'::text)) <= 500))),
  constraint blog_posts_published_at_whole check (((status = any (array['scheduled'::text, 'published'::text, 'archived'::text])) = (published_at is not null))),
  constraint blog_posts_seo_keys check (((seo - array['title'::text, 'description'::text, 'image'::text, 'canonical'::text, 'no_index'::text]) = '{}'::jsonb)),
  constraint blog_posts_seo_object check ((jsonb_typeof(seo) = 'object'::text)),
  constraint blog_posts_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint blog_posts_status_known check ((status = any (array['draft'::text, 'in_review'::text, 'scheduled'::text, 'published'::text, 'archived'::text]))),
  constraint blog_posts_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table cms.blog_posts is 'Blog posts in two languages.';
comment on column cms.blog_posts.id is 'Identity.';
comment on column cms.blog_posts.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column cms.blog_posts.title is 'Title; at most 200 characters per language.';
comment on column cms.blog_posts.excerpt is 'Text for lists, at most 500 characters per language; null: none.';
comment on column cms.blog_posts.body is 'Text in Markdown; at most 100000 characters per language.';
comment on column cms.blog_posts.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.blog_posts.cover_id is 'Picture on top; null: none.';
comment on column cms.blog_posts.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.blog_posts.status is 'Where it stands; only the steps of blog_posts_status_transition are allowed.';
comment on column cms.blog_posts.published_at is 'When it was or will be published; set on publishing if not given; null before it is scheduled.';
comment on column cms.blog_posts.created_at is 'When the row was written.';
comment on column cms.blog_posts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.blog_posts.updated_at is 'When it last changed; set by trigger.';
comment on column cms.blog_posts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.blog_posts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.blog_posts.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.blog_posts_cover_id_idx"
create index blog_posts_cover_id_idx on cms.blog_posts using btree (cover_id);

-- Create index "cms.blog_posts_created_at_idx"
create index blog_posts_created_at_idx on cms.blog_posts using btree (created_at desc, id desc);

-- Create index "cms.blog_posts_latest_idx"
create index blog_posts_latest_idx on cms.blog_posts using btree (coalesce(published_at, 'infinity'::timestamp with time zone) desc, id desc) where (deleted_at is null);

-- Create index "cms.blog_posts_slug_key"
create unique index blog_posts_slug_key on cms.blog_posts using btree (slug) where (deleted_at is null);

-- Create index "cms.blog_posts_status_idx"
create index blog_posts_status_idx on cms.blog_posts using btree (status, published_at desc, id desc);

-- Create trigger "check_live" of table "cms.blog_posts"
create trigger check_live before insert or update of cover_id, deleted_at on cms.blog_posts for each row execute function content.check_live('cover_id', 'cms.media_assets');

-- Create trigger "touch" of table "cms.blog_posts"
create trigger touch before update on cms.blog_posts for each row execute function content.touch();

-- Create function "cms.check_post_status()"
create function cms.check_post_status()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['draft'];
  elsif new.status = old.status then
    return new;
  else
    allowed := case old.status
      when 'draft' then array['in_review']
      when 'in_review' then array['draft', 'scheduled', 'published']
      when 'scheduled' then array['draft', 'published']
      when 'published' then array['archived']
      else array['draft']
    end;
  end if;
  -- An unknown status is left to blog_posts_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'in_review', 'scheduled', 'published', 'archived')
  then
    raise exception 'a post cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'blog_posts_status_transition', schema = 'cms', table = 'blog_posts',
            detail = 'Allowed: ' || array_to_string(allowed, ', ') || '.';
  end if;
  if new.status = 'published' then
    -- A planned time that has not come yet is replaced: it is published now.
    new.published_at := least(coalesce(new.published_at, now()), now());
  elsif new.status in ('draft', 'in_review') then
    new.published_at := null;
  end if;
  return new;
end
$function$;
comment on function cms.check_post_status() is 'Before insert or update: a post starts as draft and takes only allowed steps; keeps published_at; breaks blog_posts_status_transition.';

-- Create trigger "check_status" of table "cms.blog_posts"
create trigger check_status before insert or update of status on cms.blog_posts for each row execute function cms.check_post_status();

-- Create table "cms.blog_post_categories"
create table cms.blog_post_categories (
  post_id uuid not null,
  category_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  deleted_at timestamp with time zone,
  constraint blog_post_categories_pkey primary key (post_id, category_id),
  constraint blog_post_categories_category_id_fkey foreign key (category_id) references cms.categories(id),
  constraint blog_post_categories_post_id_fkey foreign key (post_id) references cms.blog_posts(id)
);
comment on table cms.blog_post_categories is 'Which post is filed under which categories.';
comment on column cms.blog_post_categories.post_id is 'The post.';
comment on column cms.blog_post_categories.category_id is 'The category.';
comment on column cms.blog_post_categories.created_at is 'When the post was first filed there.';
comment on column cms.blog_post_categories.created_by is 'Contact who filed it (platform); null: the system.';
comment on column cms.blog_post_categories.deleted_at is 'When it was taken out again; null: filed there. Filing again clears it.';

-- Create index "cms.blog_post_categories_category_id_idx"
create index blog_post_categories_category_id_idx on cms.blog_post_categories using btree (category_id, post_id);

-- Create table "cms.media_renditions"
create table cms.media_renditions (
  id uuid default gen_random_uuid() not null,
  asset_id uuid not null,
  name text not null,
  format text not null,
  file_ref uuid,
  width integer,
  height integer,
  status text default 'pending'::text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint media_renditions_pkey primary key (id),
  constraint media_renditions_name_key unique (asset_id, name, format),
  constraint media_renditions_asset_id_fkey foreign key (asset_id) references cms.media_assets(id) on delete cascade,
  constraint media_renditions_format_known check ((format = any (array['avif'::text, 'webp'::text, 'jpeg'::text, 'png'::text, 'mp4'::text, 'webm'::text, 'pdf'::text]))),
  constraint media_renditions_height_range check (((height >= 1) and (height <= 100000))),
  constraint media_renditions_name_shape check (((name ~ '^[a-z][a-z0-9_]*$'::text) and (length(name) <= 50))),
  constraint media_renditions_ready_whole check (((status <> 'ready'::text) or (num_nulls(file_ref, width, height) = 0))),
  constraint media_renditions_status_known check ((status = any (array['pending'::text, 'ready'::text, 'failed'::text]))),
  constraint media_renditions_width_range check (((width >= 1) and (width <= 100000)))
);
comment on table cms.media_renditions is 'Sizes and formats of an asset that are made in the background.';
comment on column cms.media_renditions.id is 'Identity.';
comment on column cms.media_renditions.asset_id is 'The asset.';
comment on column cms.media_renditions.name is 'Which one: thumbnail, card, hero.';
comment on column cms.media_renditions.format is 'Format.';
comment on column cms.media_renditions.file_ref is 'The file (platform); null: not made yet.';
comment on column cms.media_renditions.width is 'Width in pixels; null: not made yet.';
comment on column cms.media_renditions.height is 'Height in pixels; null: not made yet.';
comment on column cms.media_renditions.status is 'Where it stands; the steps of media_renditions_status_transition.';
comment on column cms.media_renditions.created_at is 'When the row was written.';
comment on column cms.media_renditions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_renditions.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_renditions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_renditions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create trigger "check_status" of table "cms.media_renditions"
create trigger check_status before insert or update of status on cms.media_renditions for each row execute function content.check_transition('status', 'pending', 'pending>ready,failed', 'failed>pending', 'ready>pending');

-- Create trigger "touch" of table "cms.media_renditions"
create trigger touch before update on cms.media_renditions for each row execute function content.touch();

-- Create table "cms.media_usages"
create table cms.media_usages (
  id uuid default gen_random_uuid() not null,
  asset_id uuid not null,
  entity_type content.entity_name not null,
  entity_id uuid not null,
  role text not null,
  "position" integer default 1 not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint media_usages_pkey primary key (id),
  constraint media_usages_asset_id_fkey foreign key (asset_id) references cms.media_assets(id) on delete restrict,
  constraint media_usages_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint media_usages_role_shape check (((role ~ '^[a-z][a-z0-9_]*$'::text) and (length(role) <= 50)))
);
comment on table cms.media_usages is 'Where an asset is used; one that is used is not deleted.';
comment on column cms.media_usages.id is 'Identity.';
comment on column cms.media_usages.asset_id is 'The asset.';
comment on column cms.media_usages.entity_type is 'Entity that uses it, singular: page, blog_post.';
comment on column cms.media_usages.entity_id is 'Id of that entity.';
comment on column cms.media_usages.role is 'What for: cover, gallery, attachment, inline.';
comment on column cms.media_usages."position" is 'Place among those of the role, from 1.';
comment on column cms.media_usages.created_at is 'When the row was written.';
comment on column cms.media_usages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.media_usages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.media_usages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.media_usages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.media_usages.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.media_usages_asset_id_idx"
create index media_usages_asset_id_idx on cms.media_usages using btree (asset_id);

-- Create index "cms.media_usages_entity_key"
create unique index media_usages_entity_key on cms.media_usages using btree (entity_type, entity_id, role, "position") where (deleted_at is null);

-- Create trigger "check_live" of table "cms.media_usages"
create trigger check_live before insert or update of asset_id, deleted_at on cms.media_usages for each row execute function content.check_live('asset_id', 'cms.media_assets');

-- Create trigger "touch" of table "cms.media_usages"
create trigger touch before update on cms.media_usages for each row execute function content.touch();

-- Create table "cms.pages"
create table cms.pages (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  path text not null,
  parent_id uuid,
  title content.localized_text not null,
  summary content.localized_text,
  cover_id uuid,
  template text default 'default'::text not null,
  "position" integer default 1 not null,
  in_header boolean default false not null,
  in_footer boolean default false not null,
  author_ref uuid,
  seo jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint pages_pkey primary key (id),
  constraint pages_cover_id_fkey foreign key (cover_id) references cms.media_assets(id) on delete restrict,
  constraint pages_parent_id_fkey foreign key (parent_id) references cms.pages(id) on delete restrict,
  constraint pages_path_shape check (((path ~ '^(/|(/[a-z0-9]+(-[a-z0-9]+)*)+)$'::text) and (length(path) <= 500))),
  constraint pages_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint pages_published_at_whole check (((status = any (array['scheduled'::text, 'published'::text, 'archived'::text])) = (published_at is not null))),
  constraint pages_seo_keys check (((seo - array['title'::text, 'description'::text, 'image'::text, 'canonical'::text, 'no_index'::text]) = '{}'::jsonb)),
  constraint pages_seo_object check ((jsonb_typeof(seo) = 'object'::text)),
  constraint pages_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint pages_status_known check ((status = any (array['draft'::text, 'in_review'::text, 'scheduled'::text, 'published'::text, 'archived'::text]))),
  constraint pages_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 500) and (length(((summary)::jsonb ->> 'en'::text)) <= 500))),
  constraint pages_template_shape check (((template ~ '^[a-z][a-z0-9_]*$'::text) and (length(template) <= 50))),
  constraint pages_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table cms.pages is 'Pages, a tree by path; the one whose slug is home is the front page and stays.';
comment on column cms.pages.id is 'Identity.';
comment on column cms.pages.slug is 'Last part of the path; unique among live pages of one parent.';
comment on column cms.pages.path is 'Whole path, set by trigger: / for the front page.';
comment on column cms.pages.parent_id is 'Page above; null: top.';
comment on column cms.pages.title is 'Title.';
comment on column cms.pages.summary is 'Text for lists; null: none.';
comment on column cms.pages.cover_id is 'Picture on top; null: none.';
comment on column cms.pages.template is 'Which layout shows it.';
comment on column cms.pages."position" is 'Place among its siblings, from 1.';
comment on column cms.pages.in_header is 'Whether the header links to it.';
comment on column cms.pages.in_footer is 'Whether the footer links to it.';
comment on column cms.pages.author_ref is 'Contact who wrote it (platform); null: the editors.';
comment on column cms.pages.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.pages.status is 'Where it stands; the steps of pages_status_transition.';
comment on column cms.pages.published_at is 'When it was or will be published; null before it is scheduled.';
comment on column cms.pages.created_at is 'When the row was written.';
comment on column cms.pages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.pages.updated_at is 'When it last changed; set by trigger.';
comment on column cms.pages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.pages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.pages.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.pages_cover_id_idx"
create index pages_cover_id_idx on cms.pages using btree (cover_id);

-- Create index "cms.pages_created_at_idx"
create index pages_created_at_idx on cms.pages using btree (created_at desc, id desc);

-- Create index "cms.pages_parent_id_idx"
create index pages_parent_id_idx on cms.pages using btree (parent_id, "position");

-- Create index "cms.pages_path_key"
create unique index pages_path_key on cms.pages using btree (path) where (deleted_at is null);

-- Create index "cms.pages_slug_key"
create unique index pages_slug_key on cms.pages using btree (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'::uuid), slug) where (deleted_at is null);

-- Create trigger "check_acyclic" of table "cms.pages"
create trigger check_acyclic before insert or update of parent_id on cms.pages for each row execute function content.check_acyclic('id', 'parent_id');

-- Create trigger "check_live" of table "cms.pages"
create trigger check_live before insert or update of parent_id, cover_id, deleted_at on cms.pages for each row execute function content.check_live('parent_id', 'cms.pages', 'cover_id', 'cms.media_assets');

-- Create trigger "check_status" of table "cms.pages"
create trigger check_status before insert or update of status on cms.pages for each row execute function content.check_transition('status', 'draft', 'draft>in_review', 'in_review>draft,scheduled,published', 'scheduled>draft,published', 'published>archived,draft', 'archived>draft');

-- Create trigger "check_unused_pages" of table "cms.pages"
create trigger check_unused_pages before update of deleted_at on cms.pages for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('cms.pages', 'parent_id');

-- Create trigger "touch" of table "cms.pages"
create trigger touch before update on cms.pages for each row execute function content.touch();

-- Create function "cms.move_pages_below()"
create function cms.move_pages_below()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  -- Any change of a path makes the trigger above set it anew, and then this one for the pages below.
  update cms.pages set path = new.path where parent_id = new.id and deleted_at is null;
  if new.status in ('published', 'archived') then
    insert into cms.redirects (from_path, to_path, created_by) values (old.path, new.path, new.updated_by)
    on conflict (from_path) where deleted_at is null do update set to_path = excluded.to_path;
  end if;
  update cms.redirects set deleted_at = now() where from_path = new.path and deleted_at is null;
  return null;
end
$function$;
comment on function cms.move_pages_below() is 'After a page moved: the pages below it move along, and the old address of a published one leads to the new.';

-- Create trigger "move_below" of table "cms.pages"
create trigger move_below after update on cms.pages for each row when ((old.path is distinct from new.path)) execute function cms.move_pages_below();

-- Create function "cms.set_page_path()"
create function cms.set_page_path()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  above text;
begin
  if tg_op = 'UPDATE' and old.path = '/' and (new.slug <> old.slug or new.parent_id is not null or new.deleted_at is not null) then
    raise exception 'the front page keeps its place'
      using errcode = '23514', constraint = 'pages_home_stays', schema = 'cms', table = 'pages';
  end if;
  if new.parent_id is null then
    new.path := case new.slug when 'home' then '/' else '/' || new.slug end;
  else
    select path into above from cms.pages where id = new.parent_id;
    new.path := case above when '/' then '' else above end || '/' || new.slug;
  end if;
  return new;
end
$function$;
comment on function cms.set_page_path() is 'Before insert or update: a path is that of the page above and the slug, and the front page stays; breaks pages_home_stays.';

-- Create trigger "set_path" of table "cms.pages"
create trigger set_path before insert or update of slug, parent_id, deleted_at, path on cms.pages for each row execute function cms.set_page_path();

-- Create table "cms.page_blocks"
create table cms.page_blocks (
  id uuid default gen_random_uuid() not null,
  page_id uuid not null,
  "position" integer not null,
  kind text not null,
  content jsonb not null,
  is_visible boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint page_blocks_pkey primary key (id),
  constraint page_blocks_page_id_fkey foreign key (page_id) references cms.pages(id) on delete cascade,
  constraint page_blocks_content_object check ((jsonb_typeof(content) = 'object'::text)),
  constraint page_blocks_kind_known check ((kind = any (array['text'::text, 'image'::text, 'gallery'::text, 'quote'::text, 'video'::text, 'cards'::text, 'faq'::text, 'form'::text, 'embed'::text, 'call_to_action'::text, 'numbers'::text]))),
  constraint page_blocks_position_range check ((("position" >= 1) and ("position" <= 10000)))
);
comment on table cms.page_blocks is 'What a page is made of, from top to bottom.';
comment on column cms.page_blocks.id is 'Identity.';
comment on column cms.page_blocks.page_id is 'The page.';
comment on column cms.page_blocks."position" is 'Place on the page, from 1.';
comment on column cms.page_blocks.kind is 'What it is.';
comment on column cms.page_blocks.content is 'What it shows, in the shape of its kind, a JSON object.';
comment on column cms.page_blocks.is_visible is 'Whether readers see it.';
comment on column cms.page_blocks.created_at is 'When the row was written.';
comment on column cms.page_blocks.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.page_blocks.updated_at is 'When it last changed; set by trigger.';
comment on column cms.page_blocks.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.page_blocks.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.page_blocks.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.page_blocks_page_id_idx"
create index page_blocks_page_id_idx on cms.page_blocks using btree (page_id);

-- Create index "cms.page_blocks_position_key"
create unique index page_blocks_position_key on cms.page_blocks using btree (page_id, "position") where (deleted_at is null);

-- Create trigger "check_live" of table "cms.page_blocks"
create trigger check_live before insert or update of page_id, deleted_at on cms.page_blocks for each row execute function content.check_live('page_id', 'cms.pages');

-- Create trigger "touch" of table "cms.page_blocks"
create trigger touch before update on cms.page_blocks for each row execute function content.touch();

-- Create table "content.ref_missions"
create table content.ref_missions (
  id uuid not null,
  version integer not null,
  label content.localized_text not null,
  slug text not null,
  status text not null,
  removed_at timestamp with time zone,
  seen_at timestamp with time zone default now() not null,
  constraint ref_missions_pkey primary key (id),
  constraint ref_missions_slug_length check (((length(btrim(slug)) > 0) and (length(slug) <= 100))),
  constraint ref_missions_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_missions_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table content.ref_missions is 'What this domain was told about each mission (projects): enough to show and to check, never the truth.';
comment on column content.ref_missions.id is 'Id of the mission (projects).';
comment on column content.ref_missions.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_missions.label is 'Its name when it was last heard of.';
comment on column content.ref_missions.slug is 'Its name in addresses over there.';
comment on column content.ref_missions.status is 'Where the mission stands, in its own words.';
comment on column content.ref_missions.removed_at is 'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_missions.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "hide_contents" of table "content.ref_missions"
create trigger hide_contents after update on content.ref_missions for each row when ((old.removed_at is distinct from new.removed_at)) execute function cms.hide_contents('mission_contents', 'mission_ref');

-- Create trigger "keep_newest" of table "content.ref_missions"
create trigger keep_newest before update on content.ref_missions for each row execute function content.keep_newest();

-- Create table "cms.mission_contents"
create table cms.mission_contents (
  id uuid default gen_random_uuid() not null,
  mission_ref uuid not null,
  slug text not null,
  title content.localized_text not null,
  summary content.localized_text,
  body content.localized_text,
  blocks jsonb default '[]'::jsonb not null,
  hero_id uuid,
  seo jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  hidden_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint mission_contents_pkey primary key (id),
  constraint mission_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets(id) on delete restrict,
  constraint mission_contents_mission_ref_fkey foreign key (mission_ref) references content.ref_missions(id) on delete restrict,
  constraint mission_contents_blocks_array check ((jsonb_typeof(blocks) = 'array'::text)),
  constraint mission_contents_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 100000) and (length(((body)::jsonb ->> 'en'::text)) <= 100000))),
  constraint mission_contents_published_at_whole check (((status = 'published'::text) = (published_at is not null))),
  constraint mission_contents_seo_keys check (((seo - array['title'::text, 'description'::text, 'image'::text, 'canonical'::text, 'no_index'::text]) = '{}'::jsonb)),
  constraint mission_contents_seo_object check ((jsonb_typeof(seo) = 'object'::text)),
  constraint mission_contents_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint mission_contents_status_known check ((status = any (array['draft'::text, 'published'::text]))),
  constraint mission_contents_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 500) and (length(((summary)::jsonb ->> 'en'::text)) <= 500))),
  constraint mission_contents_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table cms.mission_contents is 'What is written about each mission; hidden when the mission is deleted.';
comment on column cms.mission_contents.id is 'Identity.';
comment on column cms.mission_contents.mission_ref is 'The mission (projects); one live row each.';
comment on column cms.mission_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.mission_contents.title is 'Title.';
comment on column cms.mission_contents.summary is 'Text for lists; null: none.';
comment on column cms.mission_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.mission_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.mission_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.mission_contents.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.mission_contents.status is 'Where it stands; the steps of mission_contents_status_transition.';
comment on column cms.mission_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.mission_contents.hidden_at is 'When it was hidden because the mission was deleted; null: it is not.';
comment on column cms.mission_contents.created_at is 'When the row was written.';
comment on column cms.mission_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.mission_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.mission_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.mission_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.mission_contents.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.mission_contents_created_at_idx"
create index mission_contents_created_at_idx on cms.mission_contents using btree (created_at desc, id desc);

-- Create index "cms.mission_contents_hero_id_idx"
create index mission_contents_hero_id_idx on cms.mission_contents using btree (hero_id);

-- Create index "cms.mission_contents_mission_ref_idx"
create index mission_contents_mission_ref_idx on cms.mission_contents using btree (mission_ref);

-- Create index "cms.mission_contents_mission_ref_key"
create unique index mission_contents_mission_ref_key on cms.mission_contents using btree (mission_ref) where (deleted_at is null);

-- Create index "cms.mission_contents_slug_key"
create unique index mission_contents_slug_key on cms.mission_contents using btree (slug) where (deleted_at is null);

-- Create trigger "check_live" of table "cms.mission_contents"
create trigger check_live before insert or update of hero_id, deleted_at on cms.mission_contents for each row execute function content.check_live('hero_id', 'cms.media_assets');

-- Create trigger "check_status" of table "cms.mission_contents"
create trigger check_status before insert or update of status on cms.mission_contents for each row execute function content.check_transition('status', 'draft', 'draft>published', 'published>draft');

-- Create trigger "touch" of table "cms.mission_contents"
create trigger touch before update on cms.mission_contents for each row execute function content.touch();

-- Create table "content.ref_partners"
create table content.ref_partners (
  id uuid not null,
  version integer not null,
  label content.localized_text not null,
  slug text not null,
  status text not null,
  removed_at timestamp with time zone,
  seen_at timestamp with time zone default now() not null,
  constraint ref_partners_pkey primary key (id),
  constraint ref_partners_slug_length check (((length(btrim(slug)) > 0) and (length(slug) <= 100))),
  constraint ref_partners_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_partners_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table content.ref_partners is 'What this domain was told about each partner (projects): enough to show and to check, never the truth.';
comment on column content.ref_partners.id is 'Id of the partner (projects).';
comment on column content.ref_partners.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_partners.label is 'Its name when it was last heard of.';
comment on column content.ref_partners.slug is 'Its name in addresses over there.';
comment on column content.ref_partners.status is 'Where the partner stands, in its own words.';
comment on column content.ref_partners.removed_at is 'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_partners.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "hide_contents" of table "content.ref_partners"
create trigger hide_contents after update on content.ref_partners for each row when ((old.removed_at is distinct from new.removed_at)) execute function cms.hide_contents('partner_contents', 'partner_ref');

-- Create trigger "keep_newest" of table "content.ref_partners"
create trigger keep_newest before update on content.ref_partners for each row execute function content.keep_newest();

-- Create table "cms.partner_contents"
create table cms.partner_contents (
  id uuid default gen_random_uuid() not null,
  partner_ref uuid not null,
  slug text not null,
  title content.localized_text not null,
  summary content.localized_text,
  body content.localized_text,
  blocks jsonb default '[]'::jsonb not null,
  hero_id uuid,
  seo jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  hidden_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint partner_contents_pkey primary key (id),
  constraint partner_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets(id) on delete restrict,
  constraint partner_contents_partner_ref_fkey foreign key (partner_ref) references content.ref_partners(id) on delete restrict,
  constraint partner_contents_blocks_array check ((jsonb_typeof(blocks) = 'array'::text)),
  constraint partner_contents_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 100000) and (length(((body)::jsonb ->> 'en'::text)) <= 100000))),
  constraint partner_contents_published_at_whole check (((status = 'published'::text) = (published_at is not null))),
  constraint partner_contents_seo_keys check (((seo - array['title'::text, 'description'::text, 'image'::text, 'canonical'::text, 'no_index'::text]) = '{}'::jsonb)),
  constraint partner_contents_seo_object check ((jsonb_typeof(seo) = 'object'::text)),
  constraint partner_contents_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint partner_contents_status_known check ((status = any (array['draft'::text, 'published'::text]))),
  constraint partner_contents_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 500) and (length(((summary)::jsonb ->> 'en'::text)) <= 500))),
  constraint partner_contents_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table cms.partner_contents is 'What is written about each partner; hidden when the partner is deleted.';
comment on column cms.partner_contents.id is 'Identity.';
comment on column cms.partner_contents.partner_ref is 'The partner (projects); one live row each.';
comment on column cms.partner_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.partner_contents.title is 'Title.';
comment on column cms.partner_contents.summary is 'Text for lists; null: none.';
comment on column cms.partner_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.partner_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.partner_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.partner_contents.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.partner_contents.status is 'Where it stands; the steps of partner_contents_status_transition.';
comment on column cms.partner_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.partner_contents.hidden_at is 'When it was hidden because the partner was deleted; null: it is not.';
comment on column cms.partner_contents.created_at is 'When the row was written.';
comment on column cms.partner_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.partner_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.partner_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.partner_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.partner_contents.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.partner_contents_created_at_idx"
create index partner_contents_created_at_idx on cms.partner_contents using btree (created_at desc, id desc);

-- Create index "cms.partner_contents_hero_id_idx"
create index partner_contents_hero_id_idx on cms.partner_contents using btree (hero_id);

-- Create index "cms.partner_contents_partner_ref_idx"
create index partner_contents_partner_ref_idx on cms.partner_contents using btree (partner_ref);

-- Create index "cms.partner_contents_partner_ref_key"
create unique index partner_contents_partner_ref_key on cms.partner_contents using btree (partner_ref) where (deleted_at is null);

-- Create index "cms.partner_contents_slug_key"
create unique index partner_contents_slug_key on cms.partner_contents using btree (slug) where (deleted_at is null);

-- Create trigger "check_live" of table "cms.partner_contents"
create trigger check_live before insert or update of hero_id, deleted_at on cms.partner_contents for each row execute function content.check_live('hero_id', 'cms.media_assets');

-- Create trigger "check_status" of table "cms.partner_contents"
create trigger check_status before insert or update of status on cms.partner_contents for each row execute function content.check_transition('status', 'draft', 'draft>published', 'published>draft');

-- Create trigger "touch" of table "cms.partner_contents"
create trigger touch before update on cms.partner_contents for each row execute function content.touch();

-- Create table "content.ref_projects"
create table content.ref_projects (
  id uuid not null,
  version integer not null,
  label content.localized_text not null,
  slug text not null,
  status text not null,
  removed_at timestamp with time zone,
  seen_at timestamp with time zone default now() not null,
  constraint ref_projects_pkey primary key (id),
  constraint ref_projects_slug_length check (((length(btrim(slug)) > 0) and (length(slug) <= 100))),
  constraint ref_projects_status_length check (((length(btrim(status)) > 0) and (length(status) <= 50))),
  constraint ref_projects_version_range check (((version >= 0) and (version <= 2000000000)))
);
comment on table content.ref_projects is 'What this domain was told about each project (projects): enough to show and to check, never the truth.';
comment on column content.ref_projects.id is 'Id of the project (projects).';
comment on column content.ref_projects.version is 'Its version over there; an older one is passed over.';
comment on column content.ref_projects.label is 'Its name when it was last heard of.';
comment on column content.ref_projects.slug is 'Its name in addresses over there.';
comment on column content.ref_projects.status is 'Where the project stands, in its own words.';
comment on column content.ref_projects.removed_at is 'When it was deleted over there: what is written about it is hidden; null: it lives.';
comment on column content.ref_projects.seen_at is 'When it was last heard of; set by trigger.';

-- Create trigger "hide_contents" of table "content.ref_projects"
create trigger hide_contents after update on content.ref_projects for each row when ((old.removed_at is distinct from new.removed_at)) execute function cms.hide_contents('project_contents', 'project_ref');

-- Create trigger "keep_newest" of table "content.ref_projects"
create trigger keep_newest before update on content.ref_projects for each row execute function content.keep_newest();

-- Create table "cms.project_contents"
create table cms.project_contents (
  id uuid default gen_random_uuid() not null,
  project_ref uuid not null,
  slug text not null,
  title content.localized_text not null,
  summary content.localized_text,
  body content.localized_text,
  blocks jsonb default '[]'::jsonb not null,
  hero_id uuid,
  seo jsonb default '{}'::jsonb not null,
  status text default 'draft'::text not null,
  published_at timestamp with time zone,
  hidden_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint project_contents_pkey primary key (id),
  constraint project_contents_hero_id_fkey foreign key (hero_id) references cms.media_assets(id) on delete restrict,
  constraint project_contents_project_ref_fkey foreign key (project_ref) references content.ref_projects(id) on delete restrict,
  constraint project_contents_blocks_array check ((jsonb_typeof(blocks) = 'array'::text)),
  constraint project_contents_body_length check (((length(((body)::jsonb ->> 'de'::text)) <= 100000) and (length(((body)::jsonb ->> 'en'::text)) <= 100000))),
  constraint project_contents_published_at_whole check (((status = 'published'::text) = (published_at is not null))),
  constraint project_contents_seo_keys check (((seo - array['title'::text, 'description'::text, 'image'::text, 'canonical'::text, 'no_index'::text]) = '{}'::jsonb)),
  constraint project_contents_seo_object check ((jsonb_typeof(seo) = 'object'::text)),
  constraint project_contents_slug_shape check (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) and (length(slug) <= 100))),
  constraint project_contents_status_known check ((status = any (array['draft'::text, 'published'::text]))),
  constraint project_contents_summary_length check (((length(((summary)::jsonb ->> 'de'::text)) <= 500) and (length(((summary)::jsonb ->> 'en'::text)) <= 500))),
  constraint project_contents_title_length check (((length(((title)::jsonb ->> 'de'::text)) <= 200) and (length(((title)::jsonb ->> 'en'::text)) <= 200)))
);
comment on table cms.project_contents is 'What is written about each project; hidden when the project is deleted.';
comment on column cms.project_contents.id is 'Identity.';
comment on column cms.project_contents.project_ref is 'The project (projects); one live row each.';
comment on column cms.project_contents.slug is 'Name in addresses; unique among live rows.';
comment on column cms.project_contents.title is 'Title.';
comment on column cms.project_contents.summary is 'Text for lists; null: none.';
comment on column cms.project_contents.body is 'Text in Markdown; null: none yet.';
comment on column cms.project_contents.blocks is 'Further parts in order, a JSON array.';
comment on column cms.project_contents.hero_id is 'Picture on top; null: none.';
comment on column cms.project_contents.seo is 'What search engines are told: title, description, image, canonical, no_index.';
comment on column cms.project_contents.status is 'Where it stands; the steps of project_contents_status_transition.';
comment on column cms.project_contents.published_at is 'When it was last published; null: it is a draft.';
comment on column cms.project_contents.hidden_at is 'When it was hidden because the project was deleted; null: it is not.';
comment on column cms.project_contents.created_at is 'When the row was written.';
comment on column cms.project_contents.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.project_contents.updated_at is 'When it last changed; set by trigger.';
comment on column cms.project_contents.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.project_contents.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.project_contents.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.project_contents_created_at_idx"
create index project_contents_created_at_idx on cms.project_contents using btree (created_at desc, id desc);

-- Create index "cms.project_contents_hero_id_idx"
create index project_contents_hero_id_idx on cms.project_contents using btree (hero_id);

-- Create index "cms.project_contents_project_ref_idx"
create index project_contents_project_ref_idx on cms.project_contents using btree (project_ref);

-- Create index "cms.project_contents_project_ref_key"
create unique index project_contents_project_ref_key on cms.project_contents using btree (project_ref) where (deleted_at is null);

-- Create index "cms.project_contents_slug_key"
create unique index project_contents_slug_key on cms.project_contents using btree (slug) where (deleted_at is null);

-- Create trigger "check_live" of table "cms.project_contents"
create trigger check_live before insert or update of hero_id, deleted_at on cms.project_contents for each row execute function content.check_live('hero_id', 'cms.media_assets');

-- Create trigger "check_status" of table "cms.project_contents"
create trigger check_status before insert or update of status on cms.project_contents for each row execute function content.check_transition('status', 'draft', 'draft>published', 'published>draft');

-- Create trigger "touch" of table "cms.project_contents"
create trigger touch before update on cms.project_contents for each row execute function content.touch();

-- Create table "cms.faq_items"
create table cms.faq_items (
  id uuid default gen_random_uuid() not null,
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  "position" integer not null,
  question content.localized_text not null,
  answer content.localized_text not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint faq_items_pkey primary key (id),
  constraint faq_items_mission_content_id_fkey foreign key (mission_content_id) references cms.mission_contents(id) on delete restrict,
  constraint faq_items_partner_content_id_fkey foreign key (partner_content_id) references cms.partner_contents(id) on delete restrict,
  constraint faq_items_project_content_id_fkey foreign key (project_content_id) references cms.project_contents(id) on delete restrict,
  constraint faq_items_answer_length check (((length(((answer)::jsonb ->> 'de'::text)) <= 5000) and (length(((answer)::jsonb ->> 'en'::text)) <= 5000))),
  constraint faq_items_one_page check ((num_nonnulls(project_content_id, partner_content_id, mission_content_id) <= 1)),
  constraint faq_items_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint faq_items_question_length check (((length(((question)::jsonb ->> 'de'::text)) <= 300) and (length(((question)::jsonb ->> 'en'::text)) <= 300)))
);
comment on table cms.faq_items is 'Questions and answers about a project, partner or mission, or about everything.';
comment on column cms.faq_items.id is 'Identity.';
comment on column cms.faq_items.project_content_id is 'Project''s page; null: another one''s, or everything.';
comment on column cms.faq_items.partner_content_id is 'Partner''s page; null: another one''s, or everything.';
comment on column cms.faq_items.mission_content_id is 'Mission''s page; null: another one''s, or everything.';
comment on column cms.faq_items."position" is 'Place in the list, from 1.';
comment on column cms.faq_items.question is 'The question.';
comment on column cms.faq_items.answer is 'The answer, in Markdown.';
comment on column cms.faq_items.created_at is 'When the row was written.';
comment on column cms.faq_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.faq_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.faq_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.faq_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.faq_items.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.faq_items_mission_content_id_idx"
create index faq_items_mission_content_id_idx on cms.faq_items using btree (mission_content_id);

-- Create index "cms.faq_items_partner_content_id_idx"
create index faq_items_partner_content_id_idx on cms.faq_items using btree (partner_content_id);

-- Create index "cms.faq_items_position_key"
create unique index faq_items_position_key on cms.faq_items using btree (coalesce(project_content_id, partner_content_id, mission_content_id, '00000000-0000-0000-0000-000000000000'::uuid), "position") where (deleted_at is null);

-- Create index "cms.faq_items_project_content_id_idx"
create index faq_items_project_content_id_idx on cms.faq_items using btree (project_content_id);

-- Create trigger "check_live" of table "cms.faq_items"
create trigger check_live before insert or update of project_content_id, partner_content_id, mission_content_id, deleted_at on cms.faq_items for each row execute function content.check_live('project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');

-- Create trigger "touch" of table "cms.faq_items"
create trigger touch before update on cms.faq_items for each row execute function content.touch();

-- Create table "cms.gallery_items"
create table cms.gallery_items (
  id uuid default gen_random_uuid() not null,
  project_content_id uuid,
  partner_content_id uuid,
  mission_content_id uuid,
  asset_id uuid not null,
  "position" integer not null,
  caption content.localized_text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint gallery_items_pkey primary key (id),
  constraint gallery_items_asset_id_fkey foreign key (asset_id) references cms.media_assets(id) on delete restrict,
  constraint gallery_items_mission_content_id_fkey foreign key (mission_content_id) references cms.mission_contents(id) on delete restrict,
  constraint gallery_items_partner_content_id_fkey foreign key (partner_content_id) references cms.partner_contents(id) on delete restrict,
  constraint gallery_items_project_content_id_fkey foreign key (project_content_id) references cms.project_contents(id) on delete restrict,
  constraint gallery_items_caption_length check (((length(((caption)::jsonb ->> 'de'::text)) <= 300) and (length(((caption)::jsonb ->> 'en'::text)) <= 300))),
  constraint gallery_items_one_page check ((num_nonnulls(project_content_id, partner_content_id, mission_content_id) = 1)),
  constraint gallery_items_position_range check ((("position" >= 1) and ("position" <= 10000)))
);
comment on table cms.gallery_items is 'Pictures of a project, partner or mission, in order.';
comment on column cms.gallery_items.id is 'Identity.';
comment on column cms.gallery_items.project_content_id is 'Project''s page; null: another one''s.';
comment on column cms.gallery_items.partner_content_id is 'Partner''s page; null: another one''s.';
comment on column cms.gallery_items.mission_content_id is 'Mission''s page; null: another one''s.';
comment on column cms.gallery_items.asset_id is 'The picture.';
comment on column cms.gallery_items."position" is 'Place in the gallery, from 1.';
comment on column cms.gallery_items.caption is 'Words below it; null: none.';
comment on column cms.gallery_items.created_at is 'When the row was written.';
comment on column cms.gallery_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column cms.gallery_items.updated_at is 'When it last changed; set by trigger.';
comment on column cms.gallery_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column cms.gallery_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column cms.gallery_items.deleted_at is 'When it was deleted; null: live.';

-- Create index "cms.gallery_items_asset_id_idx"
create index gallery_items_asset_id_idx on cms.gallery_items using btree (asset_id);

-- Create index "cms.gallery_items_mission_content_id_idx"
create index gallery_items_mission_content_id_idx on cms.gallery_items using btree (mission_content_id);

-- Create index "cms.gallery_items_partner_content_id_idx"
create index gallery_items_partner_content_id_idx on cms.gallery_items using btree (partner_content_id);

-- Create index "cms.gallery_items_position_key"
create unique index gallery_items_position_key on cms.gallery_items using btree (coalesce(project_content_id, partner_content_id, mission_content_id), "position") where (deleted_at is null);

-- Create index "cms.gallery_items_project_content_id_idx"
create index gallery_items_project_content_id_idx on cms.gallery_items using btree (project_content_id);

-- Create trigger "check_live" of table "cms.gallery_items"
create trigger check_live before insert or update of asset_id, project_content_id, partner_content_id, mission_content_id, deleted_at on cms.gallery_items for each row execute function content.check_live('asset_id', 'cms.media_assets', 'project_content_id', 'cms.project_contents', 'partner_content_id', 'cms.partner_contents', 'mission_content_id', 'cms.mission_contents');

-- Create trigger "touch" of table "cms.gallery_items"
create trigger touch before update on cms.gallery_items for each row execute function content.touch();

-- Create table "template.combined_fields"
create table template.combined_fields (
  id uuid default gen_random_uuid() not null,
  key text not null,
  label content.localized_text not null,
  separator text default ' '::text not null,
  skip_empty boolean default true not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint combined_fields_pkey primary key (id),
  constraint combined_fields_key_shape check (((key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(key) <= 100))),
  constraint combined_fields_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200))),
  constraint combined_fields_separator_length check ((length(separator) <= 20))
);
comment on table template.combined_fields is 'Values put together from several, shared by all templates: first and last name in one line.';
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

-- Create index "template.combined_fields_key_key"
create unique index combined_fields_key_key on template.combined_fields using btree (key) where (deleted_at is null);

-- Create trigger "check_unused_pdf_fields_combined_field_id" of table "template.combined_fields"
create trigger check_unused_pdf_fields_combined_field_id before update of deleted_at on template.combined_fields for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('template.pdf_fields', 'combined_field_id');

-- Create trigger "touch" of table "template.combined_fields"
create trigger touch before update on template.combined_fields for each row execute function content.touch();

-- Create table "template.data_field_definitions"
create table template.data_field_definitions (
  id uuid default gen_random_uuid() not null,
  key text not null,
  label content.localized_text not null,
  kind text not null,
  data_type text not null,
  domain text,
  source text,
  format text,
  choices jsonb,
  is_personal boolean default false not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint data_field_definitions_pkey primary key (id),
  constraint data_field_definitions_api_has_source check (((kind = 'api'::text) = ((domain is not null) and (source is not null)))),
  constraint data_field_definitions_choices_array check ((jsonb_typeof(choices) = 'array'::text)),
  constraint data_field_definitions_choices_of_choice check (((data_type = 'choice'::text) = (choices is not null))),
  constraint data_field_definitions_data_type_known check ((data_type = any (array['text'::text, 'number'::text, 'money'::text, 'date'::text, 'boolean'::text, 'choice'::text, 'signature'::text, 'image'::text]))),
  constraint data_field_definitions_domain_known check ((domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text]))),
  constraint data_field_definitions_format_length check (((length(btrim(format)) > 0) and (length(format) <= 100))),
  constraint data_field_definitions_key_shape check (((key ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'::text) and (length(key) <= 100))),
  constraint data_field_definitions_kind_known check ((kind = any (array['api'::text, 'metadata'::text, 'custom'::text]))),
  constraint data_field_definitions_label_length check (((length(((label)::jsonb ->> 'de'::text)) <= 200) and (length(((label)::jsonb ->> 'en'::text)) <= 200))),
  constraint data_field_definitions_source_length check (((length(btrim(source)) > 0) and (length(source) <= 300)))
);
comment on table template.data_field_definitions is 'Values that documents can show: read from a domain, from the document itself, or asked for.';
comment on column template.data_field_definitions.id is 'Identity.';
comment on column template.data_field_definitions.key is 'Dotted name: project.name; unique among live rows.';
comment on column template.data_field_definitions.label is 'Name for people.';
comment on column template.data_field_definitions.kind is 'api: read from a domain; metadata: of the document; custom: somebody types it.';
comment on column template.data_field_definitions.data_type is 'Type of the value.';
comment on column template.data_field_definitions.domain is 'Domain it is read from; null: it is not.';
comment on column template.data_field_definitions.source is 'Where it is found there, a path into the answer; null: it is not read.';
comment on column template.data_field_definitions.format is 'How it is written: dd.MM.yyyy; null: as usual for the type.';
comment on column template.data_field_definitions.choices is 'What can be chosen, a JSON array of {value, label}; null: not a choice.';
comment on column template.data_field_definitions.is_personal is 'Whether it is about a person and not kept longer than the document needs.';
comment on column template.data_field_definitions.created_at is 'When the row was written.';
comment on column template.data_field_definitions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_field_definitions.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_field_definitions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.data_field_definitions.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.data_field_definitions.deleted_at is 'When it was deleted; null: live.';

-- Create index "template.data_field_definitions_created_at_idx"
create index data_field_definitions_created_at_idx on template.data_field_definitions using btree (created_at desc, id desc);

-- Create index "template.data_field_definitions_key_key"
create unique index data_field_definitions_key_key on template.data_field_definitions using btree (key) where (deleted_at is null);

-- Create trigger "check_unused_combined_field_parts_definition_id" of table "template.data_field_definitions"
create trigger check_unused_combined_field_parts_definition_id before update of deleted_at on template.data_field_definitions for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('template.combined_field_parts', 'definition_id');

-- Create trigger "check_unused_pdf_fields_definition_id" of table "template.data_field_definitions"
create trigger check_unused_pdf_fields_definition_id before update of deleted_at on template.data_field_definitions for each row when (((old.deleted_at is null) and (new.deleted_at is not null))) execute function content.check_unused('template.pdf_fields', 'definition_id');

-- Create trigger "touch" of table "template.data_field_definitions"
create trigger touch before update on template.data_field_definitions for each row execute function content.touch();

-- Create table "template.combined_field_parts"
create table template.combined_field_parts (
  id uuid default gen_random_uuid() not null,
  combined_field_id uuid not null,
  definition_id uuid not null,
  "position" integer not null,
  prefix text,
  suffix text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint combined_field_parts_pkey primary key (id),
  constraint combined_field_parts_combined_field_id_fkey foreign key (combined_field_id) references template.combined_fields(id) on delete cascade,
  constraint combined_field_parts_definition_id_fkey foreign key (definition_id) references template.data_field_definitions(id) on delete restrict,
  constraint combined_field_parts_position_range check ((("position" >= 1) and ("position" <= 10000))),
  constraint combined_field_parts_prefix_length check (((length(btrim(prefix)) > 0) and (length(prefix) <= 50))),
  constraint combined_field_parts_suffix_length check (((length(btrim(suffix)) > 0) and (length(suffix) <= 50)))
);
comment on table template.combined_field_parts is 'Parts of combined fields, in order.';
comment on column template.combined_field_parts.id is 'Identity.';
comment on column template.combined_field_parts.combined_field_id is 'The combined field.';
comment on column template.combined_field_parts.definition_id is 'Value of this part.';
comment on column template.combined_field_parts."position" is 'Place, from 1.';
comment on column template.combined_field_parts.prefix is 'What stands before it; null: nothing.';
comment on column template.combined_field_parts.suffix is 'What stands after it; null: nothing.';
comment on column template.combined_field_parts.created_at is 'When the row was written.';
comment on column template.combined_field_parts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.combined_field_parts.updated_at is 'When it last changed; set by trigger.';
comment on column template.combined_field_parts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.combined_field_parts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.combined_field_parts.deleted_at is 'When it was deleted; null: live.';

-- Create index "template.combined_field_parts_combined_field_id_idx"
create index combined_field_parts_combined_field_id_idx on template.combined_field_parts using btree (combined_field_id);

-- Create index "template.combined_field_parts_definition_id_idx"
create index combined_field_parts_definition_id_idx on template.combined_field_parts using btree (definition_id);

-- Create index "template.combined_field_parts_position_key"
create unique index combined_field_parts_position_key on template.combined_field_parts using btree (combined_field_id, "position") where (deleted_at is null);

-- Create trigger "check_live" of table "template.combined_field_parts"
create trigger check_live before insert or update of combined_field_id, definition_id, deleted_at on template.combined_field_parts for each row execute function content.check_live('combined_field_id', 'template.combined_fields', 'definition_id', 'template.data_field_definitions');

-- Create trigger "touch" of table "template.combined_field_parts"
create trigger touch before update on template.combined_field_parts for each row execute function content.touch();

-- Create table "template.pdf_templates"
create table template.pdf_templates (
  id uuid default gen_random_uuid() not null,
  key text not null,
  edition integer default 1 not null,
  name content.localized_text not null,
  description content.localized_text,
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  subject_domain text not null,
  subject_type content.entity_name not null,
  locale text not null,
  status text default 'draft'::text not null,
  activated_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint pdf_templates_pkey primary key (id),
  constraint pdf_templates_file_ref_fkey foreign key (file_ref) references content.ref_files(id) on delete restrict,
  constraint pdf_templates_activated check (((status <> 'active'::text) or (activated_at is not null))),
  constraint pdf_templates_description_length check (((length(((description)::jsonb ->> 'de'::text)) <= 2000) and (length(((description)::jsonb ->> 'en'::text)) <= 2000))),
  constraint pdf_templates_edition_range check (((edition >= 1) and (edition <= 10000))),
  constraint pdf_templates_key_shape check (((key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$'::text) and (length(key) <= 100))),
  constraint pdf_templates_locale_known check ((locale = any (array['de'::text, 'en'::text]))),
  constraint pdf_templates_name_length check (((length(((name)::jsonb ->> 'de'::text)) <= 200) and (length(((name)::jsonb ->> 'en'::text)) <= 200))),
  constraint pdf_templates_status_known check ((status = any (array['draft'::text, 'active'::text, 'retired'::text]))),
  constraint pdf_templates_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
comment on table template.pdf_templates is 'Forms that are filled in by program: an original PDF and what goes where.';
comment on column template.pdf_templates.id is 'Identity.';
comment on column template.pdf_templates.key is 'Name for programs.';
comment on column template.pdf_templates.edition is 'Counts the editions of a key from 1; one of them is active.';
comment on column template.pdf_templates.name is 'Name for people.';
comment on column template.pdf_templates.description is 'What it is for; null: not said.';
comment on column template.pdf_templates.file_ref is 'Original PDF (platform).';
comment on column template.pdf_templates.file_sha256 is 'SHA-256 of the original: fields are placed on exactly this file.';
comment on column template.pdf_templates.subject_domain is 'Domain of what documents are about.';
comment on column template.pdf_templates.subject_type is 'Entity that documents are about, singular: project, funding_application.';
comment on column template.pdf_templates.locale is 'Language of the form.';
comment on column template.pdf_templates.status is 'Where it stands; past draft nothing of it changes.';
comment on column template.pdf_templates.activated_at is 'When it became active; null: never.';
comment on column template.pdf_templates.created_at is 'When the row was written.';
comment on column template.pdf_templates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.pdf_templates.updated_at is 'When it last changed; set by trigger.';
comment on column template.pdf_templates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.pdf_templates.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column template.pdf_templates.deleted_at is 'When it was deleted; null: live.';

-- Create index "template.pdf_templates_active_key"
create unique index pdf_templates_active_key on template.pdf_templates using btree (key) where ((status = 'active'::text) and (deleted_at is null));

-- Create index "template.pdf_templates_created_at_idx"
create index pdf_templates_created_at_idx on template.pdf_templates using btree (created_at desc, id desc);

-- Create index "template.pdf_templates_edition_key"
create unique index pdf_templates_edition_key on template.pdf_templates using btree (key, edition) where (deleted_at is null);

-- Create index "template.pdf_templates_file_ref_idx"
create index pdf_templates_file_ref_idx on template.pdf_templates using btree (file_ref);

-- Create trigger "check_frozen" of table "template.pdf_templates"
create trigger check_frozen before update on template.pdf_templates for each row execute function content.check_frozen('status', 'draft', 'name,description,activated_at,deleted_at');

-- Create trigger "check_status" of table "template.pdf_templates"
create trigger check_status before insert or update of status on template.pdf_templates for each row execute function content.check_transition('status', 'draft', 'draft>active,retired', 'active>retired');

-- Create trigger "keep_once_set" of table "template.pdf_templates"
create trigger keep_once_set before update on template.pdf_templates for each row execute function content.keep_once_set('activated_at');

-- Create trigger "touch" of table "template.pdf_templates"
create trigger touch before update on template.pdf_templates for each row execute function content.touch();

-- Create table "template.document_sessions"
create table template.document_sessions (
  id uuid default gen_random_uuid() not null,
  template_id uuid not null,
  subject_domain text not null,
  subject_type content.entity_name not null,
  subject_id uuid not null,
  opened_by uuid not null,
  locked_by uuid,
  locked_until timestamp with time zone,
  filled_at timestamp with time zone,
  status text default 'open'::text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint document_sessions_pkey primary key (id),
  constraint document_sessions_template_id_fkey foreign key (template_id) references template.pdf_templates(id) on delete restrict,
  constraint document_sessions_locked_whole check (((locked_by is null) = (locked_until is null))),
  constraint document_sessions_status_known check ((status = any (array['open'::text, 'exported'::text, 'discarded'::text]))),
  constraint document_sessions_subject_domain_known check ((subject_domain = any (array['platform'::text, 'projects'::text, 'finance'::text, 'content'::text])))
);
comment on table template.document_sessions is 'Work on one document: opened for a subject, filled in by program and by hand, exported; can be left and taken up again.';
comment on column template.document_sessions.id is 'Identity.';
comment on column template.document_sessions.template_id is 'Template, pinned with its edition.';
comment on column template.document_sessions.subject_domain is 'Domain of the subject.';
comment on column template.document_sessions.subject_type is 'Entity that the document is about, singular.';
comment on column template.document_sessions.subject_id is 'Id of that entity.';
comment on column template.document_sessions.opened_by is 'Contact who opened it (platform).';
comment on column template.document_sessions.locked_by is 'Contact who works on it now (platform); null: nobody.';
comment on column template.document_sessions.locked_until is 'When that lock ends by itself; null: nobody works on it.';
comment on column template.document_sessions.filled_at is 'When values were last read from the domains; null: not yet.';
comment on column template.document_sessions.status is 'Where it stands; the steps of document_sessions_status_transition.';
comment on column template.document_sessions.expires_at is 'When an open session is discarded.';
comment on column template.document_sessions.created_at is 'When the row was written.';
comment on column template.document_sessions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.document_sessions.updated_at is 'When it last changed; set by trigger.';
comment on column template.document_sessions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.document_sessions.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "template.document_sessions_created_at_idx"
create index document_sessions_created_at_idx on template.document_sessions using btree (created_at desc, id desc);

-- Create index "template.document_sessions_expires_at_idx"
create index document_sessions_expires_at_idx on template.document_sessions using btree (expires_at) where (status = 'open'::text);

-- Create index "template.document_sessions_subject_idx"
create index document_sessions_subject_idx on template.document_sessions using btree (subject_domain, subject_type, subject_id, created_at desc, id desc);

-- Create index "template.document_sessions_template_id_idx"
create index document_sessions_template_id_idx on template.document_sessions using btree (template_id);

-- Create trigger "check_status" of table "template.document_sessions"
create trigger check_status before insert or update of status on template.document_sessions for each row execute function content.check_transition('status', 'open', 'open>exported,discarded', 'exported>open');

-- Create trigger "touch" of table "template.document_sessions"
create trigger touch before update on template.document_sessions for each row execute function content.touch();

-- Create table "template.pdf_pages"
create table template.pdf_pages (
  id uuid default gen_random_uuid() not null,
  template_id uuid not null,
  page integer not null,
  width_pt numeric(8,2) not null,
  height_pt numeric(8,2) not null,
  rotation integer default 0 not null,
  preview_ref uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint pdf_pages_pkey primary key (id),
  constraint pdf_pages_template_id_fkey foreign key (template_id) references template.pdf_templates(id) on delete cascade,
  constraint pdf_pages_height_pt_range check (((height_pt >= (1)::numeric) and (height_pt <= (14400)::numeric))),
  constraint pdf_pages_page_range check (((page >= 1) and (page <= 1000))),
  constraint pdf_pages_rotation_range check (((rotation >= 0) and (rotation <= 270))),
  constraint pdf_pages_rotation_right check ((rotation = any (array[0, 90, 180, 270]))),
  constraint pdf_pages_width_pt_range check (((width_pt >= (1)::numeric) and (width_pt <= (14400)::numeric)))
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

-- Create index "template.pdf_pages_page_key"
create unique index pdf_pages_page_key on template.pdf_pages using btree (template_id, page) where (deleted_at is null);

-- Create index "template.pdf_pages_template_id_idx"
create index pdf_pages_template_id_idx on template.pdf_pages using btree (template_id);

-- Create trigger "check_parent" of table "template.pdf_pages"
create trigger check_parent before insert or delete or update on template.pdf_pages for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');

-- Create trigger "touch" of table "template.pdf_pages"
create trigger touch before update on template.pdf_pages for each row execute function content.touch();

-- Create table "template.pdf_fields"
create table template.pdf_fields (
  id uuid default gen_random_uuid() not null,
  page_id uuid not null,
  template_id uuid not null,
  name text not null,
  kind text not null,
  definition_id uuid,
  combined_field_id uuid,
  x_pt numeric(8,2) not null,
  y_pt numeric(8,2) not null,
  width_pt numeric(8,2) not null,
  height_pt numeric(8,2) not null,
  font text default 'Helvetica'::text not null,
  font_size_pt numeric(5,2) default 10 not null,
  align text default 'left'::text not null,
  on_value text,
  is_required boolean default false not null,
  default_value text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  constraint pdf_fields_pkey primary key (id),
  constraint pdf_fields_combined_field_id_fkey foreign key (combined_field_id) references template.combined_fields(id) on delete restrict,
  constraint pdf_fields_definition_id_fkey foreign key (definition_id) references template.data_field_definitions(id) on delete restrict,
  constraint pdf_fields_page_id_fkey foreign key (page_id) references template.pdf_pages(id) on delete cascade,
  constraint pdf_fields_template_id_fkey foreign key (template_id) references template.pdf_templates(id) on delete restrict,
  constraint pdf_fields_align_known check ((align = any (array['left'::text, 'center'::text, 'right'::text]))),
  constraint pdf_fields_box_has_value check (((kind = any (array['checkbox'::text, 'radio'::text])) = (on_value is not null))),
  constraint pdf_fields_default_value_length check (((length(btrim(default_value)) > 0) and (length(default_value) <= 1000))),
  constraint pdf_fields_font_length check (((length(btrim(font)) > 0) and (length(font) <= 100))),
  constraint pdf_fields_font_size_pt_range check (((font_size_pt >= (2)::numeric) and (font_size_pt <= (144)::numeric))),
  constraint pdf_fields_height_pt_range check ((height_pt > (0)::numeric)),
  constraint pdf_fields_kind_known check ((kind = any (array['text'::text, 'multiline'::text, 'checkbox'::text, 'radio'::text, 'signature'::text, 'image'::text, 'barcode'::text]))),
  constraint pdf_fields_name_shape check ((name ~ '^[A-Za-z][A-Za-z0-9_.-]{0,99}$'::text)),
  constraint pdf_fields_on_value_length check (((length(btrim(on_value)) > 0) and (length(on_value) <= 100))),
  constraint pdf_fields_one_source check ((num_nonnulls(definition_id, combined_field_id) <= 1)),
  constraint pdf_fields_width_pt_range check ((width_pt > (0)::numeric)),
  constraint pdf_fields_x_pt_range check ((x_pt >= (0)::numeric)),
  constraint pdf_fields_y_pt_range check ((y_pt >= (0)::numeric))
);
comment on table template.pdf_fields is 'What is filled in on a page, and where.';
comment on column template.pdf_fields.id is 'Identity.';
comment on column template.pdf_fields.page_id is 'The page.';
comment on column template.pdf_fields.template_id is 'The template of the page.';
comment on column template.pdf_fields.name is 'Name, unique in the template.';
comment on column template.pdf_fields.kind is 'How it is filled in.';
comment on column template.pdf_fields.definition_id is 'Value that goes in; null: a combined field, or typed by hand.';
comment on column template.pdf_fields.combined_field_id is 'Combined field that goes in; null: one value, or typed by hand.';
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

-- Create index "template.pdf_fields_combined_field_id_idx"
create index pdf_fields_combined_field_id_idx on template.pdf_fields using btree (combined_field_id);

-- Create index "template.pdf_fields_definition_id_idx"
create index pdf_fields_definition_id_idx on template.pdf_fields using btree (definition_id);

-- Create index "template.pdf_fields_name_key"
create unique index pdf_fields_name_key on template.pdf_fields using btree (template_id, name) where ((kind <> 'radio'::text) and (deleted_at is null));

-- Create index "template.pdf_fields_page_id_idx"
create index pdf_fields_page_id_idx on template.pdf_fields using btree (page_id);

-- Create index "template.pdf_fields_template_id_idx"
create index pdf_fields_template_id_idx on template.pdf_fields using btree (template_id);

-- Create trigger "check_live" of table "template.pdf_fields"
create trigger check_live before insert or update of definition_id, combined_field_id, deleted_at on template.pdf_fields for each row execute function content.check_live('definition_id', 'template.data_field_definitions', 'combined_field_id', 'template.combined_fields');

-- Create trigger "check_parent" of table "template.pdf_fields"
create trigger check_parent before insert or delete or update on template.pdf_fields for each row execute function content.check_parent('template.pdf_templates', 'template_id', 'status', 'draft');

-- Create trigger "touch" of table "template.pdf_fields"
create trigger touch before update on template.pdf_fields for each row execute function content.touch();

-- Create function "template.check_field_place()"
create function template.check_field_place()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function template.check_field_place() is 'Before insert or update: a field lies on its page of its template; breaks pdf_fields_on_page, pdf_fields_page_of_template.';

-- Create trigger "check_place" of table "template.pdf_fields"
create trigger check_place before insert or update on template.pdf_fields for each row execute function template.check_field_place();

-- Create table "template.data_values"
create table template.data_values (
  id uuid default gen_random_uuid() not null,
  session_id uuid not null,
  field_id uuid not null,
  found_value text,
  found_at timestamp with time zone,
  typed_value text,
  typed_by uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint data_values_pkey primary key (id),
  constraint data_values_field_id_key unique (session_id, field_id),
  constraint data_values_field_id_fkey foreign key (field_id) references template.pdf_fields(id) on delete restrict,
  constraint data_values_session_id_fkey foreign key (session_id) references template.document_sessions(id) on delete cascade,
  constraint data_values_found_value_length check ((length(found_value) <= 20000)),
  constraint data_values_typed_value_length check ((length(typed_value) <= 20000)),
  constraint data_values_typed_whole check (((typed_value is null) = (typed_by is null)))
);
revoke select on template.data_values from content_studio;
grant select (id) on template.data_values to content_studio;
grant select (session_id) on template.data_values to content_studio;
grant select (field_id) on template.data_values to content_studio;
grant select (found_at) on template.data_values to content_studio;
grant select (typed_by) on template.data_values to content_studio;
grant select (created_at) on template.data_values to content_studio;
grant select (created_by) on template.data_values to content_studio;
grant select (updated_at) on template.data_values to content_studio;
grant select (updated_by) on template.data_values to content_studio;
grant select (version) on template.data_values to content_studio;
comment on table template.data_values is 'Values of a session: what the program found and what somebody typed over it.';
comment on column template.data_values.id is 'Identity.';
comment on column template.data_values.session_id is 'The session.';
comment on column template.data_values.field_id is 'The field.';
comment on column template.data_values.found_value is 'What was found in the domains; null: nothing.';
comment on column template.data_values.found_at is 'When; null: it was not looked for.';
comment on column template.data_values.typed_value is 'What somebody typed instead; null: what was found counts.';
comment on column template.data_values.typed_by is 'Contact who typed it (platform); null: nobody.';
comment on column template.data_values.created_at is 'When the row was written.';
comment on column template.data_values.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column template.data_values.updated_at is 'When it last changed; set by trigger.';
comment on column template.data_values.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column template.data_values.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "template.data_values_field_id_idx"
create index data_values_field_id_idx on template.data_values using btree (field_id);

-- Create trigger "check_parent" of table "template.data_values"
create trigger check_parent before insert or delete or update on template.data_values for each row execute function content.check_parent('template.document_sessions', 'session_id', 'status', 'open');

-- Create trigger "touch" of table "template.data_values"
create trigger touch before update on template.data_values for each row execute function content.touch();

-- Create table "template.rendered_documents"
create table template.rendered_documents (
  id uuid default gen_random_uuid() not null,
  session_id uuid not null,
  template_id uuid not null,
  edition integer not null,
  file_ref uuid not null,
  file_sha256 content.sha256 not null,
  field_values jsonb not null,
  rendered_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint rendered_documents_pkey primary key (id),
  constraint rendered_documents_edition_key unique (session_id, edition),
  constraint rendered_documents_session_id_fkey foreign key (session_id) references template.document_sessions(id) on delete restrict,
  constraint rendered_documents_template_id_fkey foreign key (template_id) references template.pdf_templates(id) on delete restrict,
  constraint rendered_documents_edition_range check (((edition >= 1) and (edition <= 10000))),
  constraint rendered_documents_field_values_object check ((jsonb_typeof(field_values) = 'object'::text))
);
revoke select on template.rendered_documents from content_studio;
revoke update on template.rendered_documents from content_writer;
grant select (id) on template.rendered_documents to content_studio;
grant select (session_id) on template.rendered_documents to content_studio;
grant select (template_id) on template.rendered_documents to content_studio;
grant select (edition) on template.rendered_documents to content_studio;
grant select (file_ref) on template.rendered_documents to content_studio;
grant select (file_sha256) on template.rendered_documents to content_studio;
grant select (rendered_at) on template.rendered_documents to content_studio;
grant select (created_at) on template.rendered_documents to content_studio;
grant select (created_by) on template.rendered_documents to content_studio;
comment on table template.rendered_documents is 'Documents that came out of sessions, with the values they show.';
comment on column template.rendered_documents.id is 'Identity.';
comment on column template.rendered_documents.session_id is 'The session.';
comment on column template.rendered_documents.template_id is 'The template.';
comment on column template.rendered_documents.edition is 'Counts the documents of a session from 1.';
comment on column template.rendered_documents.file_ref is 'The file (platform).';
comment on column template.rendered_documents.file_sha256 is 'SHA-256 of the file.';
comment on column template.rendered_documents.field_values is 'Values as shown, by name of the field, a JSON object.';
comment on column template.rendered_documents.rendered_at is 'When.';
comment on column template.rendered_documents.created_at is 'When the row was written.';
comment on column template.rendered_documents.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "template.rendered_documents_template_id_idx"
create index rendered_documents_template_id_idx on template.rendered_documents using btree (template_id);

-- Create trigger "refuse_change" of table "template.rendered_documents"
create trigger refuse_change before delete or update on template.rendered_documents for each row execute function content.refuse_change();
alter table template.rendered_documents enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "template.rendered_documents"
create trigger refuse_truncate before truncate on template.rendered_documents for each statement execute function content.refuse_change();
alter table template.rendered_documents enable always trigger refuse_truncate;
