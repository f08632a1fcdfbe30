-- finance: what is sold: taxes, products, bundles.

create table trade.tax_codes (
  code text not null
    constraint tax_codes_code_shape check (code ~ '^[A-Z]{2}_[A-Z]+$'),
  country text not null
    constraint tax_codes_country_shape check (country ~ '^[A-Z]{2}$'),
  name finance.localized_text not null
    constraint tax_codes_name_length check (length(name ->> 'de') <= 100 and length(name ->> 'en') <= 100),
  constraint tax_codes_pkey primary key (code)
);
comment on table trade.tax_codes is 'Kinds of value added tax. Config: rows ride in migrations.';
comment on column trade.tax_codes.code is 'Country and kind: GB_STANDARD.';
comment on column trade.tax_codes.country is 'ISO 3166-1 alpha-2 code.';
comment on column trade.tax_codes.name is 'Name for people.';

revoke insert, update on trade.tax_codes from finance_writer;

create table trade.tax_rates (
  code text not null,
  valid_from date not null,
  valid_to date,
  rate_bp integer not null
    constraint tax_rates_rate_bp_range check (rate_bp between 0 and 10000),
  constraint tax_rates_pkey primary key (code, valid_from),
  constraint tax_rates_code_fkey foreign key (code) references trade.tax_codes (code) on delete restrict,
  constraint tax_rates_span check (valid_to is null or valid_to > valid_from)
);
comment on table trade.tax_rates is 'Rates of value added tax in time. Config: rows ride in migrations.';
comment on column trade.tax_rates.code is 'Kind of tax.';
comment on column trade.tax_rates.valid_from is 'First day of the rate.';
comment on column trade.tax_rates.valid_to is 'Day after the last; null: still valid.';
comment on column trade.tax_rates.rate_bp is 'Rate in hundredths of a percent; 2000 is 20 %.';

revoke insert, update on trade.tax_rates from finance_writer;

create table trade.products (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint products_key_shape check (key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(key) <= 100),
  short_name text not null
    constraint products_short_name_length check (length(btrim(short_name)) > 0 and length(short_name) <= 50),
  label finance.localized_text not null
    constraint products_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  description finance.localized_text
    constraint products_description_length check (
      length(description ->> 'de') <= 5000
      and length(description ->> 'en') <= 5000
    ),
  category text not null
    constraint products_category_shape check (category ~ '^[a-z][a-z0-9_]*$' and length(category) <= 50),
  actor text not null
    constraint products_actor_known check (actor in ('platform', 'partner', 'contractor', 'consultant')),
  product_number text
    constraint products_product_number_length check (
      length(btrim(product_number)) > 0
      and length(product_number) <= 50
    ),
  unit text not null default 'piece'
    constraint products_unit_shape check (unit ~ '^[a-z][a-z0-9_]*$' and length(unit) <= 50),
  list_price_minor bigint not null
    constraint products_list_price_minor_range check (list_price_minor between 0 and 9000000000000000),
  cost_minor bigint
    constraint products_cost_minor_range check (cost_minor between 0 and 9000000000000000),
  currency text not null,
  tax_code text not null,
  is_bundle boolean not null default false,
  source text not null default 'own'
    constraint products_source_known check (source in ('own', 'import', 'supplier')),
  status text not null default 'active'
    constraint products_status_known check (status in ('active', 'retired')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint products_pkey primary key (id),
  constraint products_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint products_tax_code_fkey foreign key (tax_code) references trade.tax_codes (code) on delete restrict
);
comment on table trade.products is 'What is sold or priced in quotes.';
comment on column trade.products.id is 'Identity.';
comment on column trade.products.key is 'Name for programs; unique among live rows.';
comment on column trade.products.short_name is 'Name in tables.';
comment on column trade.products.label is 'Name for people.';
comment on column trade.products.description is 'What it is; null: not said.';
comment on column trade.products.category is 'Group: insulation, heating, consulting.';
comment on column trade.products.actor is 'Who does it.';
comment on column trade.products.product_number is 'Number in the maker''s or our catalogue; null: none.';
comment on column trade.products.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.products.list_price_minor is 'Price of one unit without tax, minor units of currency.';
comment on column trade.products.cost_minor is 'What one unit costs us, minor units; null: not known.';
comment on column trade.products.currency is 'ISO 4217 code.';
comment on column trade.products.tax_code is 'Tax it is sold with.';
comment on column trade.products.is_bundle is 'Whether it is made of other products.';
comment on column trade.products.source is 'Where the entry comes from.';
comment on column trade.products.status is 'Where it stands; retired products are not offered.';
comment on column trade.products.created_at is 'When the row was written.';
comment on column trade.products.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.products.updated_at is 'When it last changed; set by trigger.';
comment on column trade.products.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.products.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.products.deleted_at is 'When it was deleted; null: live.';

create index products_currency_idx on trade.products (currency);
create index products_tax_code_idx on trade.products (tax_code);
create unique index products_key_key on trade.products (key) where deleted_at is null;
create index products_created_at_idx on trade.products (created_at desc, id desc);

create trigger check_status before insert or update of status on trade.products
  for each row execute function finance.check_transition(
    'status', 'active',
    'active>retired',
    'retired>active');
create trigger touch before update on trade.products for each row execute function finance.touch();
create trigger check_unused_bundle_items_bundle_id before update of deleted_at on trade.products
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function finance.check_unused('trade.bundle_items', 'bundle_id');
create trigger check_unused_bundle_items_product_id before update of deleted_at on trade.products
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function finance.check_unused('trade.bundle_items', 'product_id');

create table trade.bundle_items (
  id uuid not null default gen_random_uuid(),
  bundle_id uuid not null,
  product_id uuid not null,
  quantity numeric(12, 3) not null
    constraint bundle_items_quantity_range check (quantity > 0),
  position integer not null
    constraint bundle_items_position_range check (position between 1 and 10000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint bundle_items_pkey primary key (id),
  constraint bundle_items_bundle_id_fkey foreign key (bundle_id) references trade.products (id) on delete restrict,
  constraint bundle_items_product_id_fkey foreign key (product_id) references trade.products (id) on delete restrict
);
comment on table trade.bundle_items is 'What a bundle is made of; no bundle is in a bundle.';
comment on column trade.bundle_items.id is 'Identity.';
comment on column trade.bundle_items.bundle_id is 'The bundle, a product with is_bundle.';
comment on column trade.bundle_items.product_id is 'The part, a product that is no bundle.';
comment on column trade.bundle_items.quantity is 'How much of it.';
comment on column trade.bundle_items.position is 'Place in the list, from 1.';
comment on column trade.bundle_items.created_at is 'When the row was written.';
comment on column trade.bundle_items.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.bundle_items.updated_at is 'When it last changed; set by trigger.';
comment on column trade.bundle_items.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.bundle_items.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.bundle_items.deleted_at is 'When it was deleted; null: live.';

create unique index bundle_items_product_id_key on trade.bundle_items (bundle_id, product_id) where deleted_at is null;
create index bundle_items_product_id_idx on trade.bundle_items (product_id);
create index bundle_items_bundle_id_idx on trade.bundle_items (bundle_id);

create trigger check_live before insert or update of bundle_id, product_id, deleted_at on trade.bundle_items
  for each row execute function finance.check_live('bundle_id', 'trade.products', 'product_id', 'trade.products');
create trigger check_acyclic before insert or update of bundle_id, product_id on trade.bundle_items
  for each row execute function finance.check_acyclic('bundle_id', 'product_id');
create trigger touch before update on trade.bundle_items for each row execute function finance.touch();

create function trade.check_bundle() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  v_bundle trade.products;
  v_part trade.products;
begin
  select * into v_bundle from trade.products where id = new.bundle_id and is_bundle for share;
  if not found then
    raise exception 'product % is no bundle', new.bundle_id
      using errcode = '23514', constraint = 'bundle_items_of_bundle', schema = 'trade', table = 'bundle_items';
  end if;
  -- Whether there is such a product at all is for the foreign key and check_live.
  select * into v_part from trade.products where id = new.product_id for share;
  if v_part.is_bundle then
    raise exception 'product % is a bundle itself', new.product_id
      using errcode = '23514', constraint = 'bundle_items_of_products', schema = 'trade', table = 'bundle_items';
  end if;
  if v_part.currency <> v_bundle.currency then
    raise exception 'product % has its price in %', new.product_id, v_part.currency
      using errcode = '23514', constraint = 'bundle_items_currency', schema = 'trade', table = 'bundle_items';
  end if;
  return new;
end
$$;
comment on function trade.check_bundle() is
  'Before insert or update: only bundles have parts, which are no bundles and have prices in its currency; breaks bundle_items_of_bundle, bundle_items_of_products, bundle_items_currency.';
create trigger check_bundle before insert or update of bundle_id, product_id on trade.bundle_items
  for each row execute function trade.check_bundle();

create function trade.check_no_part() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select from trade.bundle_items i where i.product_id = new.id and i.deleted_at is null) then
    raise exception 'product % is part of a bundle', new.id
      using errcode = '23514', constraint = 'bundle_items_of_products', schema = 'trade', table = 'bundle_items';
  end if;
  return new;
end
$$;
comment on function trade.check_no_part() is
  'Before a product becomes a bundle: it is part of none; breaks bundle_items_of_products.';
create trigger check_no_part before update of is_bundle on trade.products
  for each row when (new.is_bundle and not old.is_bundle) execute function trade.check_no_part();

create function trade.parts_of(p_bundle_id uuid) returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object(
    'product_id', i.product_id, 'key', p.key, 'quantity', trim_scale(i.quantity)::text) order by i.position), '[]')
  from trade.bundle_items i join trade.products p on p.id = i.product_id
  where i.bundle_id = p_bundle_id and i.deleted_at is null);
end
$$;
comment on function trade.parts_of(uuid) is 'The parts of a bundle as they are on the wire.';
grant execute on function trade.parts_of(uuid) to finance_writer, finance_reader;

create function trade.put_parts(p_bundle_id uuid, p_parts jsonb, p_actor uuid) returns jsonb
  language plpgsql
  set search_path = ''
as $$
begin
  if p_parts is not null then
    update trade.bundle_items set deleted_at = now(), updated_by = p_actor
    where bundle_id = p_bundle_id and deleted_at is null;
    insert into trade.bundle_items (bundle_id, product_id, quantity, position, created_by, updated_by)
    select p_bundle_id, (p.value ->> 'product_id')::uuid, (p.value ->> 'quantity')::numeric, p.ordinality, p_actor, p_actor
    from jsonb_array_elements(p_parts) with ordinality p;
  end if;
  return trade.parts_of(p_bundle_id);
end
$$;
comment on function trade.put_parts(uuid, jsonb, uuid) is
  'Puts parts in the place of those of a bundle, null leaves them; answers what they are. Breaks bundle_items_product_id_key (23505), bundle_items_product_id_fkey (23503), bundle_items_product_acyclic and what trade.check_bundle breaks (23514).';
grant execute on function trade.put_parts(uuid, jsonb, uuid) to finance_writer;

create table trade.application_types (
  id uuid not null default gen_random_uuid(),
  key text not null
    constraint application_types_key_shape check (key ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(key) <= 100),
  label finance.localized_text not null
    constraint application_types_label_length check (length(label ->> 'de') <= 200 and length(label ->> 'en') <= 200),
  program_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint application_types_pkey primary key (id)
);
comment on table trade.application_types is 'Kinds of funding application that products are for.';
comment on column trade.application_types.id is 'Identity.';
comment on column trade.application_types.key is 'Name for programs; unique among live rows.';
comment on column trade.application_types.label is 'Name for people.';
comment on column trade.application_types.program_ref is 'Funding programme (projects); null: several.';
comment on column trade.application_types.created_at is 'When the row was written.';
comment on column trade.application_types.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.application_types.updated_at is 'When it last changed; set by trigger.';
comment on column trade.application_types.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.application_types.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.application_types.deleted_at is 'When it was deleted; null: live.';

create unique index application_types_key_key on trade.application_types (key) where deleted_at is null;

create trigger touch before update on trade.application_types for each row execute function finance.touch();
create trigger check_unused_product_application_types_application_type_id before update of deleted_at on trade.application_types
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function finance.check_unused('trade.product_application_types', 'application_type_id');

create table trade.product_application_types (
  id uuid not null default gen_random_uuid(),
  product_id uuid not null,
  application_type_id uuid not null,
  is_required boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint product_application_types_pkey primary key (id),
  constraint product_application_types_product_id_fkey foreign key (product_id)
    references trade.products (id) on delete restrict,
  constraint product_application_types_application_type_id_fkey foreign key (application_type_id)
    references trade.application_types (id) on delete restrict
);
comment on table trade.product_application_types is 'Which products belong to which kinds of application.';
comment on column trade.product_application_types.id is 'Identity.';
comment on column trade.product_application_types.product_id is 'The product.';
comment on column trade.product_application_types.application_type_id is 'The kind of application.';
comment on column trade.product_application_types.is_required is
  'Whether an application of that kind needs the product.';
comment on column trade.product_application_types.created_at is 'When the row was written.';
comment on column trade.product_application_types.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.product_application_types.updated_at is 'When it last changed; set by trigger.';
comment on column trade.product_application_types.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column trade.product_application_types.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.product_application_types.deleted_at is 'When it was deleted; null: live.';

create index product_application_types_application_type_id_idx on trade.product_application_types (application_type_id);
create unique index product_application_types_product_id_key on trade.product_application_types (product_id, application_type_id)
  where deleted_at is null;
create index product_application_types_product_id_idx on trade.product_application_types (product_id);

create trigger check_live before insert or update of product_id, application_type_id, deleted_at on trade.product_application_types
  for each row execute function finance.check_live('product_id', 'trade.products', 'application_type_id', 'trade.application_types');
create trigger touch before update on trade.product_application_types for each row execute function finance.touch();
