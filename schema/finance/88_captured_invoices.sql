-- finance: invoices that contractors and suppliers send us, as captured.

create table trade.captured_invoices (
  id uuid not null default gen_random_uuid(),
  project_ref uuid,
  quote_id uuid,
  supplier_ref uuid not null,
  supplier_name text not null
    constraint captured_invoices_supplier_name_length check (
      length(btrim(supplier_name)) > 0
      and length(supplier_name) <= 200
    ),
  supplier_number text not null
    constraint captured_invoices_supplier_number_length check (
      length(btrim(supplier_number)) > 0
      and length(supplier_number) <= 100
    ),
  file_ref uuid not null,
  file_sha256 finance.sha256 not null,
  invoiced_on date not null,
  received_on date not null,
  due_on date not null,
  currency text not null,
  net_minor bigint not null default 0
    constraint captured_invoices_net_minor_range check (net_minor between 0 and 9000000000000000),
  tax_minor bigint not null default 0
    constraint captured_invoices_tax_minor_range check (tax_minor between 0 and 9000000000000000),
  total_minor bigint not null default 0
    constraint captured_invoices_total_minor_range check (total_minor between 0 and 9000000000000000)
    constraint captured_invoices_total_minor_right check (total_minor = net_minor + tax_minor),
  early_payment_bp integer not null default 0
    constraint captured_invoices_early_payment_bp_range check (early_payment_bp between 0 and 10000),
  early_payment_until date,
  status text not null default 'received'
    constraint captured_invoices_status_known check (
      status in (
        'received', 'checked', 'rejected', 'booked', 'partially_paid', 'paid'
      )
    ),
  reject_reason text
    constraint captured_invoices_reject_reason_length check (
      length(btrim(reject_reason)) > 0
      and length(reject_reason) <= 500
    ),
  checked_by uuid,
  checked_at timestamptz,
  booked_by uuid,
  booked_at timestamptz,
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint captured_invoices_pkey primary key (id),
  constraint captured_invoices_journal_id_key unique (journal_id),
  constraint captured_invoices_quote_id_fkey foreign key (quote_id) references trade.quotes (id) on delete restrict,
  constraint captured_invoices_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint captured_invoices_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict,
  constraint captured_invoices_four_eyes check (booked_by <> checked_by),
  constraint captured_invoices_checked_whole check (
    (checked_by is null) = (checked_at is null)
    and (status in ('received', 'rejected') or checked_by is not null)
  ),
  constraint captured_invoices_booked_whole check (
    num_nonnulls(booked_by, booked_at, journal_id) in (0, 3)
    and (status in ('booked', 'partially_paid', 'paid')) = (booked_by is not null)
  ),
  constraint captured_invoices_rejected_whole check ((status = 'rejected') = (reject_reason is not null))
);
comment on table trade.captured_invoices is
  'Invoices of others, from the envelope to the payment. One contact checks, another books.';
comment on column trade.captured_invoices.id is 'Identity.';
comment on column trade.captured_invoices.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.captured_invoices.quote_id is 'Quote it answers; null: none.';
comment on column trade.captured_invoices.supplier_ref is 'Company or contact who sent it (platform).';
comment on column trade.captured_invoices.supplier_name is 'Its name as on the document.';
comment on column trade.captured_invoices.supplier_number is 'Its number of the invoice; captured once.';
comment on column trade.captured_invoices.file_ref is 'The document (platform).';
comment on column trade.captured_invoices.file_sha256 is 'SHA-256 of the document.';
comment on column trade.captured_invoices.invoiced_on is 'Day on the document.';
comment on column trade.captured_invoices.received_on is 'Day it came.';
comment on column trade.captured_invoices.due_on is 'Last day to pay.';
comment on column trade.captured_invoices.currency is 'ISO 4217 code.';
comment on column trade.captured_invoices.net_minor is
  'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.captured_invoices.tax_minor is 'Sum of their tax.';
comment on column trade.captured_invoices.total_minor is 'What is to be paid.';
comment on column trade.captured_invoices.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.captured_invoices.early_payment_until is 'Last day of that; null: none.';
comment on column trade.captured_invoices.status is
  'Where it stands; the steps of captured_invoices_status_transition.';
comment on column trade.captured_invoices.reject_reason is 'Why it went back; null: it did not.';
comment on column trade.captured_invoices.checked_by is 'Contact who checked it (platform); null: not checked.';
comment on column trade.captured_invoices.checked_at is 'When; null: not checked.';
comment on column trade.captured_invoices.booked_by is
  'Contact who booked it (platform), never the one who checked it; null: not booked.';
comment on column trade.captured_invoices.booked_at is 'When; null: not booked.';
comment on column trade.captured_invoices.journal_id is 'Journal of the debt; null: not booked.';
comment on column trade.captured_invoices.created_at is 'When the row was written.';
comment on column trade.captured_invoices.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoices.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoices.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoices.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoices.deleted_at is 'When it was deleted; null: live.';

create index captured_invoices_currency_idx on trade.captured_invoices (currency);
create unique index captured_invoices_supplier_number_key on trade.captured_invoices (supplier_ref, supplier_number)
  where status <> 'rejected' and deleted_at is null;
create unique index captured_invoices_file_sha256_key on trade.captured_invoices (file_sha256)
  where status <> 'rejected' and deleted_at is null;
create index captured_invoices_quote_id_idx on trade.captured_invoices (quote_id);
create index captured_invoices_project_ref_idx on trade.captured_invoices (project_ref, created_at desc, id desc);
create index captured_invoices_due_on_idx on trade.captured_invoices (due_on, id) where status in ('booked', 'partially_paid');
create index captured_invoices_created_at_idx on trade.captured_invoices (created_at desc, id desc);

create trigger check_status before insert or update of status on trade.captured_invoices
  for each row execute function finance.check_transition(
    'status', 'received',
    'received>checked,rejected',
    'checked>received,booked,rejected',
    'booked>partially_paid,paid',
    'partially_paid>paid');
create trigger check_frozen before update on trade.captured_invoices
  for each row execute function finance.check_frozen('status', 'received', 'reject_reason,checked_by,checked_at,booked_by,booked_at,journal_id');
create trigger keep_once_set before update on trade.captured_invoices
  for each row execute function finance.keep_once_set(
    'booked_by', 'booked_at', 'journal_id');
create trigger touch before update on trade.captured_invoices for each row execute function finance.touch();

create table trade.captured_invoice_lines (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  position integer not null
    constraint captured_invoice_lines_position_range check (position between 1 and 10000),
  product_id uuid,
  description text not null
    constraint captured_invoice_lines_description_length check (
      length(btrim(description)) > 0
      and length(description) <= 1000
    ),
  quantity numeric(12, 3) not null
    constraint captured_invoice_lines_quantity_range check (quantity > 0),
  unit text not null default 'piece'
    constraint captured_invoice_lines_unit_shape check (unit ~ '^[a-z][a-z0-9_]*$' and length(unit) <= 50),
  unit_price_minor bigint not null
    constraint captured_invoice_lines_unit_price_minor_range check (
      unit_price_minor between -9000000000000000
      and 9000000000000000
    ),
  discount_bp integer not null default 0
    constraint captured_invoice_lines_discount_bp_range check (discount_bp between 0 and 10000),
  net_minor bigint not null
    constraint captured_invoice_lines_net_minor_range check (net_minor between -9000000000000000 and 9000000000000000)
    constraint captured_invoice_lines_net_minor_right check (
      net_minor = round(quantity * unit_price_minor * (10000 - discount_bp) / 10000)
    ),
  tax_code text not null,
  tax_bp integer not null
    constraint captured_invoice_lines_tax_bp_range check (tax_bp between 0 and 10000),
  tax_minor bigint not null
    constraint captured_invoice_lines_tax_minor_range check (tax_minor between -9000000000000000 and 9000000000000000)
    constraint captured_invoice_lines_tax_minor_right check (tax_minor = round(net_minor::numeric * tax_bp / 10000)),
  measure_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint captured_invoice_lines_pkey primary key (id),
  constraint captured_invoice_lines_invoice_id_fkey foreign key (invoice_id)
    references trade.captured_invoices (id) on delete restrict,
  constraint captured_invoice_lines_product_id_fkey foreign key (product_id)
    references trade.products (id) on delete restrict,
  constraint captured_invoice_lines_tax_code_fkey foreign key (tax_code)
    references trade.tax_codes (code) on delete restrict
);
comment on table trade.captured_invoice_lines is 'Lines of captured invoices.';
comment on column trade.captured_invoice_lines.id is 'Identity.';
comment on column trade.captured_invoice_lines.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_lines.position is 'Place in the list, from 1.';
comment on column trade.captured_invoice_lines.product_id is 'Product; null: free text.';
comment on column trade.captured_invoice_lines.description is 'What it is, as on the document.';
comment on column trade.captured_invoice_lines.quantity is 'How much, in unit.';
comment on column trade.captured_invoice_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.captured_invoice_lines.unit_price_minor is
  'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.captured_invoice_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.captured_invoice_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.captured_invoice_lines.tax_code is 'Kind of tax.';
comment on column trade.captured_invoice_lines.tax_bp is
  'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.captured_invoice_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.captured_invoice_lines.measure_ref is 'Measure it is for (projects); null: none.';
comment on column trade.captured_invoice_lines.created_at is 'When the row was written.';
comment on column trade.captured_invoice_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoice_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoice_lines.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoice_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoice_lines.deleted_at is 'When it was deleted; null: live.';

create index captured_invoice_lines_product_id_idx on trade.captured_invoice_lines (product_id);
create index captured_invoice_lines_tax_code_idx on trade.captured_invoice_lines (tax_code);
create unique index captured_invoice_lines_position_key on trade.captured_invoice_lines (invoice_id, position)
  where deleted_at is null;
create index captured_invoice_lines_invoice_id_idx on trade.captured_invoice_lines (invoice_id);

create trigger check_parent before insert or update or delete on trade.captured_invoice_lines
  for each row execute function finance.check_parent('trade.captured_invoices', 'invoice_id', 'status', 'received');
create trigger touch before update on trade.captured_invoice_lines for each row execute function finance.touch();

create table trade.captured_invoice_allocations (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  line_id uuid,
  application_ref uuid,
  fund_id uuid,
  amount_minor bigint not null
    constraint captured_invoice_allocations_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  status text not null default 'proposed'
    constraint captured_invoice_allocations_status_known check (
      status in (
        'proposed', 'approved', 'rejected', 'withdrawn'
      )
    ),
  approved_by uuid,
  approved_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint captured_invoice_allocations_pkey primary key (id),
  constraint captured_invoice_allocations_invoice_id_fkey foreign key (invoice_id)
    references trade.captured_invoices (id) on delete restrict,
  constraint captured_invoice_allocations_line_id_fkey foreign key (line_id)
    references trade.captured_invoice_lines (id) on delete restrict,
  constraint captured_invoice_allocations_fund_id_fkey foreign key (fund_id)
    references ledger.funds (id) on delete restrict,
  constraint captured_invoice_allocations_one_source check (num_nonnulls(application_ref, fund_id) = 1),
  constraint captured_invoice_allocations_approved_whole check (
    (status in ('approved', 'withdrawn')) = (approved_by is not null)
    and (approved_by is null) = (approved_at is null)
  ),
  constraint captured_invoice_allocations_four_eyes check (
    approved_by is null
    or (created_by is not null and approved_by <> created_by)
  )
);
comment on table trade.captured_invoice_allocations is
  'Which funding or fund pays which part of a captured invoice; somebody else approves it.';
comment on column trade.captured_invoice_allocations.id is 'Identity.';
comment on column trade.captured_invoice_allocations.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_allocations.line_id is 'Line; null: the invoice as a whole.';
comment on column trade.captured_invoice_allocations.application_ref is
  'Funding application (projects); null: a fund of ours.';
comment on column trade.captured_invoice_allocations.fund_id is 'Fund of ours; null: a funding application.';
comment on column trade.captured_invoice_allocations.amount_minor is 'Amount, minor units of the invoice''s currency.';
comment on column trade.captured_invoice_allocations.status is
  'Where it stands; the steps of captured_invoice_allocations_status_transition.';
comment on column trade.captured_invoice_allocations.approved_by is
  'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.captured_invoice_allocations.approved_at is 'When; null: not approved.';
comment on column trade.captured_invoice_allocations.created_at is 'When the row was written.';
comment on column trade.captured_invoice_allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.captured_invoice_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column trade.captured_invoice_allocations.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column trade.captured_invoice_allocations.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.captured_invoice_allocations.deleted_at is 'When it was deleted; null: live.';

create index captured_invoice_allocations_line_id_idx on trade.captured_invoice_allocations (line_id);
create index captured_invoice_allocations_fund_id_idx on trade.captured_invoice_allocations (fund_id);
create index captured_invoice_allocations_invoice_id_idx on trade.captured_invoice_allocations (invoice_id);

create trigger check_status before insert or update of status on trade.captured_invoice_allocations
  for each row execute function finance.check_transition(
    'status', 'proposed',
    'proposed>approved,rejected',
    'approved>withdrawn');
create trigger keep_once_set before update on trade.captured_invoice_allocations
  for each row execute function finance.keep_once_set(
    'approved_by', 'approved_at', 'created_by');
create trigger check_frozen before update on trade.captured_invoice_allocations
  for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at');
create trigger touch before update on trade.captured_invoice_allocations for each row execute function finance.touch();

create table trade.captured_invoice_payments (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  amount_minor bigint not null
    constraint captured_invoice_payments_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  discount_minor bigint not null default 0
    constraint captured_invoice_payments_discount_minor_range check (discount_minor between 0 and 9000000000000000),
  paid_on date not null,
  bank_line_id uuid,
  journal_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint captured_invoice_payments_pkey primary key (id),
  constraint captured_invoice_payments_journal_id_key unique (journal_id),
  constraint captured_invoice_payments_invoice_id_fkey foreign key (invoice_id)
    references trade.captured_invoices (id) on delete restrict,
  constraint captured_invoice_payments_bank_line_id_fkey foreign key (bank_line_id)
    references finance.bank_lines (id) on delete restrict,
  constraint captured_invoice_payments_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict
);
comment on table trade.captured_invoice_payments is
  'Payments of captured invoices; together never more than the total.';
comment on column trade.captured_invoice_payments.id is 'Identity.';
comment on column trade.captured_invoice_payments.invoice_id is 'The invoice.';
comment on column trade.captured_invoice_payments.amount_minor is 'Amount, minor units of the invoice''s currency.';
comment on column trade.captured_invoice_payments.discount_minor is
  'Discount for paying early that was taken, minor units.';
comment on column trade.captured_invoice_payments.paid_on is 'Accounting date.';
comment on column trade.captured_invoice_payments.bank_line_id is 'Line of the bank; null: not matched yet.';
comment on column trade.captured_invoice_payments.journal_id is 'Journal that put it into the books.';
comment on column trade.captured_invoice_payments.created_at is 'When the row was written.';
comment on column trade.captured_invoice_payments.created_by is 'Contact who wrote it (platform); null: the system.';

create index captured_invoice_payments_bank_line_id_idx on trade.captured_invoice_payments (bank_line_id);
create index captured_invoice_payments_invoice_id_idx on trade.captured_invoice_payments (invoice_id, paid_on);

revoke update on trade.captured_invoice_payments from finance_writer;
create trigger refuse_change before update or delete on trade.captured_invoice_payments
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.captured_invoice_payments
  for each statement execute function finance.refuse_change();
alter table trade.captured_invoice_payments enable always trigger refuse_change;
alter table trade.captured_invoice_payments enable always trigger refuse_truncate;

create trigger check_totals before update of status on trade.captured_invoices
  for each row when (old.status = 'received' and new.status = 'checked')
  execute function trade.check_totals('trade.captured_invoice_lines', 'invoice_id');

-- Definer: the lock on the invoice.
create function trade.check_captured_sums() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  invoice trade.captured_invoices;
  total numeric;
begin
  select * into invoice from trade.captured_invoices where id = new.invoice_id for no key update;
  if tg_table_name = 'captured_invoice_payments' then
    if invoice.status not in ('booked', 'partially_paid') then
      raise exception 'invoice % is %: it is not to be paid', invoice.id, invoice.status
        using errcode = '23514', constraint = tg_table_name || '_invoice_state', schema = tg_table_schema, table = tg_table_name;
    end if;
    select sum(amount_minor + discount_minor) into total from trade.captured_invoice_payments where invoice_id = invoice.id;
  else
    select sum(amount_minor) into total from trade.captured_invoice_allocations
    where invoice_id = invoice.id and status in ('proposed', 'approved') and deleted_at is null;
  end if;
  if total > invoice.total_minor then
    raise exception '% of invoice % would be % of %', tg_table_name, invoice.supplier_number, total, invoice.total_minor
      using errcode = '23514', constraint = tg_table_name || '_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return null;
end
$$;
comment on function trade.check_captured_sums() is
  'After insert or update: a booked invoice is never paid, and none allocated, beyond its total; breaks <table>_total, <table>_invoice_state.';
create trigger check_total after insert on trade.captured_invoice_payments
  for each row execute function trade.check_captured_sums();
create trigger check_total after insert or update of amount_minor, status, deleted_at on trade.captured_invoice_allocations
  for each row execute function trade.check_captured_sums();
