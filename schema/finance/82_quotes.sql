-- finance: quotes. A sent quote never changes: a new one takes its place.

create table trade.quotes (
  id uuid not null default gen_random_uuid(),
  series text,
  serial bigint,
  number text,
  issued_on date,
  project_ref uuid,
  building_ref uuid,
  customer_ref uuid not null,
  customer jsonb not null
    constraint quotes_customer_object check (jsonb_typeof(customer) = 'object'),
  vendor_ref uuid,
  currency text not null,
  net_minor bigint not null default 0
    constraint quotes_net_minor_range check (net_minor between 0 and 9000000000000000),
  tax_minor bigint not null default 0
    constraint quotes_tax_minor_range check (tax_minor between 0 and 9000000000000000),
  total_minor bigint not null default 0
    constraint quotes_total_minor_range check (total_minor between 0 and 9000000000000000)
    constraint quotes_total_minor_right check (total_minor = net_minor + tax_minor),
  discount_bp integer not null default 0
    constraint quotes_discount_bp_range check (discount_bp between 0 and 10000),
  discount_minor bigint not null default 0
    constraint quotes_discount_minor_range check (discount_minor between 0 and 9000000000000000),
  early_payment_bp integer not null default 0
    constraint quotes_early_payment_bp_range check (early_payment_bp between 0 and 10000),
  early_payment_days integer not null default 0
    constraint quotes_early_payment_days_range check (early_payment_days between 0 and 365),
  terms text
    constraint quotes_terms_length check (length(btrim(terms)) > 0 and length(terms) <= 20000),
  status text not null default 'draft'
    constraint quotes_status_known check (
      status in (
        'draft', 'sent', 'withdrawn', 'accepted', 'declined', 'expired', 'superseded', 'awarded', 'in_progress',
        'completed'
      )
    ),
  valid_until date,
  replaces_id uuid,
  accepted_at timestamptz,
  accepted_by uuid,
  decline_reason text
    constraint quotes_decline_reason_length check (
      length(btrim(decline_reason)) > 0
      and length(decline_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint quotes_pkey primary key (id),
  constraint quotes_number_key unique (number),
  constraint quotes_serial_key unique (series, serial),
  constraint quotes_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint quotes_replaces_id_fkey foreign key (replaces_id) references trade.quotes (id) on delete restrict,
  constraint quotes_one_discount check (discount_bp = 0 or discount_minor = 0),
  constraint quotes_number_whole check (num_nonnulls(series, serial, number, issued_on) in (0, 4)),
  constraint quotes_number_by_status check (status in ('draft', 'withdrawn') = (number is null)),
  constraint quotes_sent_is_valid check (status in ('draft', 'withdrawn') or valid_until is not null),
  constraint quotes_accepted_whole check (
    (accepted_at is not null) = (status in ('accepted', 'awarded', 'in_progress', 'completed'))
    or status = 'superseded'
  ),
  constraint quotes_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null)),
  constraint quotes_replaces_another check (replaces_id <> id)
);
comment on table trade.quotes is 'Offers to customers, and offers of vendors to us, line by line.';
comment on column trade.quotes.id is 'Identity.';
comment on column trade.quotes.series is 'Kind of document and year: QUO-2026; null: no number yet; set by trigger.';
comment on column trade.quotes.serial is 'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.quotes.number is 'Number on the document: QUO-2026-00001; null: no number yet; set by trigger.';
comment on column trade.quotes.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.quotes.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.quotes.building_ref is 'Building it is for (projects); null: none.';
comment on column trade.quotes.customer_ref is 'Contact or company it is for (platform).';
comment on column trade.quotes.customer is 'Name and address as of sending, a JSON object.';
comment on column trade.quotes.vendor_ref is 'Contact of the vendor (platform); null: ourselves.';
comment on column trade.quotes.currency is 'ISO 4217 code.';
comment on column trade.quotes.net_minor is
  'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.quotes.tax_minor is 'Sum of their tax.';
comment on column trade.quotes.total_minor is 'What is to be paid.';
comment on column trade.quotes.discount_bp is
  'Discount on the whole, in hundredths of a percent; lines of its own carry it, one for each rate of tax.';
comment on column trade.quotes.discount_minor is 'The same as an amount without tax, minor units; 0: none.';
comment on column trade.quotes.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.quotes.early_payment_days is 'Days within which that holds.';
comment on column trade.quotes.terms is 'Terms; null: the general ones.';
comment on column trade.quotes.status is 'Where it stands; the steps of quotes_status_transition.';
comment on column trade.quotes.valid_until is 'Last day of the offer; null: still a draft.';
comment on column trade.quotes.replaces_id is 'Quote it takes the place of; null: none.';
comment on column trade.quotes.accepted_at is 'When the customer accepted; null: not yet.';
comment on column trade.quotes.accepted_by is 'Contact who accepted (platform); null: not yet.';
comment on column trade.quotes.decline_reason is 'Why the customer declined; null: did not, or did not say.';
comment on column trade.quotes.created_at is 'When the row was written.';
comment on column trade.quotes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quotes.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quotes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quotes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quotes.deleted_at is 'When it was deleted; null: live.';

create index quotes_currency_idx on trade.quotes (currency);
create unique index quotes_replaces_id_key on trade.quotes (replaces_id)
  where replaces_id is not null and status not in ('draft', 'withdrawn') and deleted_at is null;
create index quotes_replaces_id_idx on trade.quotes (replaces_id);
create index quotes_project_ref_idx on trade.quotes (project_ref, created_at desc, id desc);
create index quotes_customer_ref_idx on trade.quotes (customer_ref, created_at desc, id desc);
create index quotes_created_at_idx on trade.quotes (created_at desc, id desc);
create index quotes_valid_until_idx on trade.quotes (valid_until, id) where status = 'sent';

create trigger check_status before insert or update of status on trade.quotes
  for each row execute function finance.check_transition(
    'status', 'draft',
    'draft>sent,withdrawn',
    'sent>accepted,declined,expired,superseded',
    'accepted>awarded,superseded',
    'awarded>in_progress',
    'in_progress>completed');
create trigger assign_number before insert or update on trade.quotes
  for each row execute function ledger.assign_number('QUO', 'status', 'sent');
create trigger check_frozen before update on trade.quotes
  for each row execute function finance.check_frozen('status', 'draft', 'accepted_at,accepted_by,decline_reason');
create trigger keep_once_set before update on trade.quotes
  for each row execute function finance.keep_once_set(
    'accepted_at', 'accepted_by');
create trigger touch before update on trade.quotes for each row execute function finance.touch();

create table trade.quote_lines (
  id uuid not null default gen_random_uuid(),
  quote_id uuid not null,
  position integer not null
    constraint quote_lines_position_range check (position between 1 and 10000),
  product_id uuid,
  description text not null
    constraint quote_lines_description_length check (length(btrim(description)) > 0 and length(description) <= 1000),
  quantity numeric(12, 3) not null
    constraint quote_lines_quantity_range check (quantity > 0),
  unit text not null default 'piece'
    constraint quote_lines_unit_shape check (unit ~ '^[a-z][a-z0-9_]*$' and length(unit) <= 50),
  unit_price_minor bigint not null
    constraint quote_lines_unit_price_minor_range check (
      unit_price_minor between -9000000000000000
      and 9000000000000000
    ),
  discount_bp integer not null default 0
    constraint quote_lines_discount_bp_range check (discount_bp between 0 and 10000),
  net_minor bigint not null
    constraint quote_lines_net_minor_range check (net_minor between -9000000000000000 and 9000000000000000)
    constraint quote_lines_net_minor_right check (
      net_minor = round(quantity * unit_price_minor * (10000 - discount_bp) / 10000)
    ),
  tax_code text not null,
  tax_bp integer not null
    constraint quote_lines_tax_bp_range check (tax_bp between 0 and 10000),
  tax_minor bigint not null
    constraint quote_lines_tax_minor_range check (tax_minor between -9000000000000000 and 9000000000000000)
    constraint quote_lines_tax_minor_right check (tax_minor = round(net_minor::numeric * tax_bp / 10000)),
  component_type text
    constraint quote_lines_component_type_shape check (
      component_type ~ '^[a-z][a-z0-9_]*$'
      and length(component_type) <= 50
    ),
  measure_ref uuid,
  is_optional boolean not null default false,
  is_discount boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint quote_lines_pkey primary key (id),
  constraint quote_lines_quote_id_fkey foreign key (quote_id) references trade.quotes (id) on delete restrict,
  constraint quote_lines_product_id_fkey foreign key (product_id) references trade.products (id) on delete restrict,
  constraint quote_lines_tax_code_fkey foreign key (tax_code) references trade.tax_codes (code) on delete restrict
);
comment on table trade.quote_lines is 'Lines of quotes.';
comment on column trade.quote_lines.id is 'Identity.';
comment on column trade.quote_lines.quote_id is 'The quote.';
comment on column trade.quote_lines.position is 'Place in the list, from 1.';
comment on column trade.quote_lines.product_id is 'Product; null: free text.';
comment on column trade.quote_lines.description is 'What it is, as on the document.';
comment on column trade.quote_lines.quantity is 'How much, in unit.';
comment on column trade.quote_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.quote_lines.unit_price_minor is
  'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.quote_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.quote_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.quote_lines.tax_code is 'Kind of tax.';
comment on column trade.quote_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.quote_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.quote_lines.component_type is 'Part of the building it is for: wall, roof, window; null: none.';
comment on column trade.quote_lines.measure_ref is 'Measure it is for (projects); null: none.';
comment on column trade.quote_lines.is_optional is 'Whether the customer may leave it out; not in the totals.';
comment on column trade.quote_lines.is_discount is 'Whether it is a part of the discount on the whole, worked out with the other lines.';
comment on column trade.quote_lines.created_at is 'When the row was written.';
comment on column trade.quote_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_lines.deleted_at is 'When it was deleted; null: live.';

create index quote_lines_product_id_idx on trade.quote_lines (product_id);
create index quote_lines_tax_code_idx on trade.quote_lines (tax_code);
create unique index quote_lines_position_key on trade.quote_lines (quote_id, position) where deleted_at is null;
create index quote_lines_quote_id_idx on trade.quote_lines (quote_id);

create trigger check_parent before insert or update or delete on trade.quote_lines
  for each row execute function finance.check_parent('trade.quotes', 'quote_id', 'status', 'draft');
create trigger touch before update on trade.quote_lines for each row execute function finance.touch();

create table trade.quote_allocations (
  id uuid not null default gen_random_uuid(),
  quote_id uuid not null,
  quote_line_id uuid,
  application_ref uuid not null,
  amount_minor bigint not null
    constraint quote_allocations_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  status text not null default 'proposed'
    constraint quote_allocations_status_known check (status in ('proposed', 'approved', 'rejected', 'withdrawn')),
  approved_by uuid,
  approved_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint quote_allocations_pkey primary key (id),
  constraint quote_allocations_quote_id_fkey foreign key (quote_id) references trade.quotes (id) on delete restrict,
  constraint quote_allocations_quote_line_id_fkey foreign key (quote_line_id)
    references trade.quote_lines (id) on delete restrict,
  constraint quote_allocations_approved_whole check (
    (status in ('approved', 'withdrawn')) = (approved_by is not null)
    and (approved_by is null) = (approved_at is null)
  ),
  constraint quote_allocations_four_eyes check (
    approved_by is null
    or (created_by is not null and approved_by <> created_by)
  )
);
comment on table trade.quote_allocations is 'Which funding pays which part of a quote; somebody else approves it.';
comment on column trade.quote_allocations.id is 'Identity.';
comment on column trade.quote_allocations.quote_id is 'The quote.';
comment on column trade.quote_allocations.quote_line_id is 'Line; null: the quote as a whole.';
comment on column trade.quote_allocations.application_ref is 'Funding application (projects).';
comment on column trade.quote_allocations.amount_minor is 'Amount, minor units of the quote''s currency.';
comment on column trade.quote_allocations.status is
  'Where it stands; the steps of quote_allocations_status_transition.';
comment on column trade.quote_allocations.approved_by is
  'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.quote_allocations.approved_at is 'When; null: not approved.';
comment on column trade.quote_allocations.created_at is 'When the row was written.';
comment on column trade.quote_allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_allocations.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_allocations.deleted_at is 'When it was deleted; null: live.';

create index quote_allocations_quote_line_id_idx on trade.quote_allocations (quote_line_id);
create index quote_allocations_quote_id_idx on trade.quote_allocations (quote_id);
create index quote_allocations_application_ref_idx on trade.quote_allocations (application_ref);

create trigger check_status before insert or update of status on trade.quote_allocations
  for each row execute function finance.check_transition(
    'status', 'proposed',
    'proposed>approved,rejected',
    'approved>withdrawn');
create trigger keep_once_set before update on trade.quote_allocations
  for each row execute function finance.keep_once_set(
    'approved_by', 'approved_at', 'created_by');
create trigger check_frozen before update on trade.quote_allocations
  for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at');
create trigger touch before update on trade.quote_allocations for each row execute function finance.touch();

create table trade.quote_snapshots (
  id uuid not null default gen_random_uuid(),
  quote_id uuid not null,
  reason text not null
    constraint quote_snapshots_reason_known check (reason in ('sent', 'accepted', 'declined')),
  content jsonb not null
    constraint quote_snapshots_content_object check (jsonb_typeof(content) = 'object'),
  content_sha256 finance.sha256 not null,
  file_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint quote_snapshots_pkey primary key (id),
  constraint quote_snapshots_reason_key unique (quote_id, reason),
  constraint quote_snapshots_quote_id_fkey foreign key (quote_id) references trade.quotes (id) on delete restrict
);
comment on table trade.quote_snapshots is 'Quotes word for word as they were sent, accepted or declined.';
comment on column trade.quote_snapshots.id is 'Identity.';
comment on column trade.quote_snapshots.quote_id is 'The quote.';
comment on column trade.quote_snapshots.reason is 'At which step.';
comment on column trade.quote_snapshots.content is 'The quote with its lines, a JSON object.';
comment on column trade.quote_snapshots.content_sha256 is 'SHA-256 of the content as text.';
comment on column trade.quote_snapshots.file_ref is 'The document (platform); null: none was made.';
comment on column trade.quote_snapshots.created_at is 'When the row was written.';
comment on column trade.quote_snapshots.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on trade.quote_snapshots from finance_writer;
create trigger refuse_change before update or delete on trade.quote_snapshots
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.quote_snapshots
  for each statement execute function finance.refuse_change();
alter table trade.quote_snapshots enable always trigger refuse_change;
alter table trade.quote_snapshots enable always trigger refuse_truncate;

create table trade.quote_responsibilities (
  id uuid not null default gen_random_uuid(),
  quote_id uuid not null,
  role text not null
    constraint quote_responsibilities_role_known check (
      role in ('sales', 'calculation', 'technical', 'approval', 'handover')
    ),
  contact_ref uuid,
  department_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint quote_responsibilities_pkey primary key (id),
  constraint quote_responsibilities_quote_id_fkey foreign key (quote_id)
    references trade.quotes (id) on delete restrict,
  constraint quote_responsibilities_one_holder check (num_nonnulls(contact_ref, department_ref) = 1)
);
comment on table trade.quote_responsibilities is 'Who does what for a quote.';
comment on column trade.quote_responsibilities.id is 'Identity.';
comment on column trade.quote_responsibilities.quote_id is 'The quote.';
comment on column trade.quote_responsibilities.role is 'What for.';
comment on column trade.quote_responsibilities.contact_ref is 'Contact (platform); null: a department.';
comment on column trade.quote_responsibilities.department_ref is 'Department (platform); null: a contact.';
comment on column trade.quote_responsibilities.created_at is 'When the row was written.';
comment on column trade.quote_responsibilities.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.quote_responsibilities.updated_at is 'When it last changed; set by trigger.';
comment on column trade.quote_responsibilities.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column trade.quote_responsibilities.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.quote_responsibilities.deleted_at is 'When it was deleted; null: live.';

create unique index quote_responsibilities_contact_ref_key on trade.quote_responsibilities (quote_id, role, contact_ref)
  where contact_ref is not null and deleted_at is null;
create index quote_responsibilities_quote_id_idx on trade.quote_responsibilities (quote_id);

create trigger touch before update on trade.quote_responsibilities for each row execute function finance.touch();

create function trade.check_totals() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  -- Arguments: the table of the lines and its column that refers here; a condition on the lines, if any.
  net numeric;
  tax numeric;
  lines bigint;
begin
  execute format(
    'select count(*), coalesce(sum(net_minor), 0), coalesce(sum(tax_minor), 0) from %s where %I = $1 and deleted_at is null%s',
    tg_argv[0], tg_argv[1], case when tg_nargs > 2 then ' and ' || tg_argv[2] else '' end)
    into lines, net, tax using new.id;
  if lines = 0 then
    raise exception '%.% % has no lines', tg_table_schema, tg_table_name, new.id
      using errcode = '23514', constraint = tg_table_name || '_some_lines', schema = tg_table_schema, table = tg_table_name;
  end if;
  if new.net_minor <> net or new.tax_minor <> tax then
    raise exception 'the lines of %.% % add up to % and % tax', tg_table_schema, tg_table_name, new.id, net, tax
      using errcode = '23514', constraint = tg_table_name || '_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return new;
end
$$;
comment on function trade.check_totals() is
  'Before it is sent: a document has lines and is their sum; breaks <table>_some_lines, <table>_total.';
create trigger check_totals before update of status on trade.quotes
  for each row when (old.status = 'draft' and new.status <> 'withdrawn')
  execute function trade.check_totals('trade.quote_lines', 'quote_id', 'not is_optional');

create function trade.check_replaced() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.replaces_id is null then
    return new;
  end if;
  perform 1 from trade.quotes where id = new.replaces_id and status in ('superseded', 'declined', 'expired') for share;
  if not found then
    raise exception 'quote % is not superseded: it still stands', new.replaces_id
      using errcode = '23514', constraint = 'quotes_replaces_done', schema = 'trade', table = 'quotes';
  end if;
  return new;
end
$$;
comment on function trade.check_replaced() is
  'Before a quote is sent: the one it replaces no longer stands, so that a customer accepts one; breaks quotes_replaces_done.';
create trigger check_replaced before update of status on trade.quotes
  for each row when (new.status = 'sent' and old.status = 'draft') execute function trade.check_replaced();
