-- finance: invoices that we issue. Kept apart from those we receive: another life, other accounts, other duties.

create table trade.issued_invoices (
  id uuid not null default gen_random_uuid(),
  series text,
  serial bigint,
  number text,
  issued_on date,
  project_ref uuid,
  quote_id uuid,
  customer_ref uuid not null,
  customer jsonb not null
    constraint issued_invoices_customer_object check (jsonb_typeof(customer) = 'object'),
  seller jsonb
    constraint issued_invoices_seller_object check (jsonb_typeof(seller) = 'object'),
  currency text not null,
  net_minor bigint not null default 0
    constraint issued_invoices_net_minor_range check (net_minor between 0 and 9000000000000000),
  tax_minor bigint not null default 0
    constraint issued_invoices_tax_minor_range check (tax_minor between 0 and 9000000000000000),
  total_minor bigint not null default 0
    constraint issued_invoices_total_minor_range check (total_minor between 0 and 9000000000000000)
    constraint issued_invoices_total_minor_right check (total_minor = net_minor + tax_minor),
  service_from date,
  service_to date,
  due_on date,
  early_payment_bp integer not null default 0
    constraint issued_invoices_early_payment_bp_range check (early_payment_bp between 0 and 10000),
  early_payment_days integer not null default 0
    constraint issued_invoices_early_payment_days_range check (early_payment_days between 0 and 365),
  status text not null default 'draft'
    constraint issued_invoices_status_known check (
      status in (
        'draft', 'pending_approval', 'cancelled', 'approved', 'rejected', 'sent'
      )
    ),
  claim_status text not null default 'none'
    constraint issued_invoices_claim_status_known check (
      claim_status in (
        'none', 'open', 'overdue', 'partially_paid', 'paid', 'disputed', 'credited', 'in_collection', 'written_off',
        'void'
      )
    ),
  approved_by uuid,
  approved_at timestamptz,
  journal_id uuid,
  closing_journal_id uuid,
  written_off_minor bigint not null default 0
    constraint issued_invoices_written_off_minor_range check (written_off_minor between 0 and 9000000000000000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint issued_invoices_pkey primary key (id),
  constraint issued_invoices_number_key unique (number),
  constraint issued_invoices_serial_key unique (series, serial),
  constraint issued_invoices_journal_id_key unique (journal_id),
  constraint issued_invoices_closing_journal_id_key unique (closing_journal_id),
  constraint issued_invoices_quote_id_fkey foreign key (quote_id) references trade.quotes (id) on delete restrict,
  constraint issued_invoices_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint issued_invoices_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict,
  constraint issued_invoices_closing_journal_id_fkey foreign key (closing_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint issued_invoices_closed_is_posted check (
    (written_off_minor = 0 or closing_journal_id is not null)
    and (claim_status <> 'void' or closing_journal_id is not null)
  ),
  constraint issued_invoices_number_whole check (num_nonnulls(series, serial, number, issued_on) in (0, 4)),
  constraint issued_invoices_number_by_status check ((status = 'sent') = (number is not null)),
  constraint issued_invoices_sent_is_posted check ((status = 'sent') = (journal_id is not null)),
  constraint issued_invoices_sent_is_due check (
    (status = 'sent') = (claim_status <> 'none')
    and (status <> 'sent' or due_on is not null)
  ),
  constraint issued_invoices_approved_whole check (
    (approved_by is null) = (approved_at is null)
    and (status not in ('approved', 'sent') or approved_by is not null)
  ),
  constraint issued_invoices_four_eyes check (
    approved_by is null
    or (created_by is not null and approved_by <> created_by)
  ),
  constraint issued_invoices_service_span check (service_to >= service_from)
);
comment on table trade.issued_invoices is
  'Our invoices. Sent, they get a number without gaps and never change; a credit note corrects them.';
comment on column trade.issued_invoices.id is 'Identity.';
comment on column trade.issued_invoices.series is
  'Kind of document and year: INV-2026; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.serial is
  'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.number is
  'Number on the document: INV-2026-00001; null: no number yet; set by trigger.';
comment on column trade.issued_invoices.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.issued_invoices.project_ref is 'Project it is for (projects); null: none.';
comment on column trade.issued_invoices.quote_id is 'Quote it comes from; null: none. A quote becomes one invoice.';
comment on column trade.issued_invoices.customer_ref is 'Contact or company who pays (platform).';
comment on column trade.issued_invoices.customer is 'Name and address as of sending, a JSON object.';
comment on column trade.issued_invoices.seller is 'Who issued it, as of sending, a JSON object; null: not sent, or before that was kept.';
comment on column trade.issued_invoices.currency is 'ISO 4217 code.';
comment on column trade.issued_invoices.net_minor is
  'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.issued_invoices.tax_minor is 'Sum of their tax.';
comment on column trade.issued_invoices.total_minor is 'What is to be paid.';
comment on column trade.issued_invoices.service_from is 'First day of the service; null: as issued_on.';
comment on column trade.issued_invoices.service_to is 'Last day of the service; null: as issued_on.';
comment on column trade.issued_invoices.due_on is 'Last day to pay; null: not sent.';
comment on column trade.issued_invoices.early_payment_bp is 'Discount for paying early, in hundredths of a percent.';
comment on column trade.issued_invoices.early_payment_days is 'Days within which that holds.';
comment on column trade.issued_invoices.status is 'The document; the steps of issued_invoices_status_transition.';
comment on column trade.issued_invoices.claim_status is 'The money; none until it is sent.';
comment on column trade.issued_invoices.approved_by is
  'Contact who approved it (platform), never the one who wrote it; null: not approved.';
comment on column trade.issued_invoices.approved_at is 'When; null: not approved.';
comment on column trade.issued_invoices.journal_id is 'Journal of the claim; null: not sent.';
comment on column trade.issued_invoices.closing_journal_id is
  'Journal that took the claim, or what was left of it, out of the books: voided or written off; null: neither.';
comment on column trade.issued_invoices.written_off_minor is 'What was written off, minor units.';
comment on column trade.issued_invoices.created_at is 'When the row was written.';
comment on column trade.issued_invoices.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.issued_invoices.updated_at is 'When it last changed; set by trigger.';
comment on column trade.issued_invoices.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.issued_invoices.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.issued_invoices.deleted_at is 'When it was deleted; null: live.';

create index issued_invoices_currency_idx on trade.issued_invoices (currency);
create unique index issued_invoices_quote_id_key on trade.issued_invoices (quote_id)
  where status <> 'cancelled' and claim_status <> 'void' and deleted_at is null;
create index issued_invoices_quote_id_idx on trade.issued_invoices (quote_id);
create index issued_invoices_project_ref_idx on trade.issued_invoices (project_ref, created_at desc, id desc);
create index issued_invoices_customer_ref_idx on trade.issued_invoices (customer_ref, created_at desc, id desc);
create index issued_invoices_due_on_idx on trade.issued_invoices (due_on, id) where claim_status in ('open', 'overdue', 'partially_paid');
create index issued_invoices_created_at_idx on trade.issued_invoices (created_at desc, id desc);

create trigger check_status before insert or update of status on trade.issued_invoices
  for each row execute function finance.check_transition(
    'status', 'draft',
    'draft>pending_approval,cancelled',
    'pending_approval>approved,rejected',
    'rejected>draft',
    'approved>sent,cancelled');
create trigger check_claim_status before insert or update of claim_status on trade.issued_invoices
  for each row execute function finance.check_transition(
    'claim_status', 'none',
    'none>open',
    'open>overdue,partially_paid,paid,disputed,credited,void',
    'overdue>partially_paid,paid,disputed,in_collection,written_off,credited,void',
    'partially_paid>paid,overdue,disputed,written_off,credited',
    'disputed>open,overdue,paid,written_off,credited',
    'in_collection>paid,written_off',
    'written_off>paid');
create trigger assign_number before insert or update on trade.issued_invoices
  for each row execute function ledger.assign_number('INV', 'status', 'sent');
create trigger check_frozen before update on trade.issued_invoices
  for each row execute function finance.check_frozen('status', 'draft,rejected', 'claim_status,journal_id,closing_journal_id,written_off_minor,approved_by,approved_at,due_on,number,series,serial,issued_on');
create trigger keep_once_set before update on trade.issued_invoices
  for each row execute function finance.keep_once_set(
    'journal_id', 'closing_journal_id', 'created_by');
create trigger touch before update on trade.issued_invoices for each row execute function finance.touch();

create table trade.issued_invoice_lines (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  position integer not null
    constraint issued_invoice_lines_position_range check (position between 1 and 10000),
  product_id uuid,
  description text not null
    constraint issued_invoice_lines_description_length check (
      length(btrim(description)) > 0
      and length(description) <= 1000
    ),
  quantity numeric(12, 3) not null
    constraint issued_invoice_lines_quantity_range check (quantity > 0),
  unit text not null default 'piece'
    constraint issued_invoice_lines_unit_shape check (unit ~ '^[a-z][a-z0-9_]*$' and length(unit) <= 50),
  unit_price_minor bigint not null
    constraint issued_invoice_lines_unit_price_minor_range check (
      unit_price_minor between -9000000000000000
      and 9000000000000000
    ),
  discount_bp integer not null default 0
    constraint issued_invoice_lines_discount_bp_range check (discount_bp between 0 and 10000),
  net_minor bigint not null
    constraint issued_invoice_lines_net_minor_range check (net_minor between -9000000000000000 and 9000000000000000)
    constraint issued_invoice_lines_net_minor_right check (
      net_minor = round(quantity * unit_price_minor * (10000 - discount_bp) / 10000)
    ),
  tax_code text not null,
  tax_bp integer not null
    constraint issued_invoice_lines_tax_bp_range check (tax_bp between 0 and 10000),
  tax_minor bigint not null
    constraint issued_invoice_lines_tax_minor_range check (tax_minor between -9000000000000000 and 9000000000000000)
    constraint issued_invoice_lines_tax_minor_right check (tax_minor = round(net_minor::numeric * tax_bp / 10000)),
  quote_line_id uuid,
  fund_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint issued_invoice_lines_pkey primary key (id),
  constraint issued_invoice_lines_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict,
  constraint issued_invoice_lines_product_id_fkey foreign key (product_id)
    references trade.products (id) on delete restrict,
  constraint issued_invoice_lines_tax_code_fkey foreign key (tax_code)
    references trade.tax_codes (code) on delete restrict,
  constraint issued_invoice_lines_quote_line_id_fkey foreign key (quote_line_id)
    references trade.quote_lines (id) on delete restrict,
  constraint issued_invoice_lines_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict
);
comment on table trade.issued_invoice_lines is 'Lines of our invoices.';
comment on column trade.issued_invoice_lines.id is 'Identity.';
comment on column trade.issued_invoice_lines.invoice_id is 'The invoice.';
comment on column trade.issued_invoice_lines.position is 'Place in the list, from 1.';
comment on column trade.issued_invoice_lines.product_id is 'Product; null: free text.';
comment on column trade.issued_invoice_lines.description is 'What it is, as on the document.';
comment on column trade.issued_invoice_lines.quantity is 'How much, in unit.';
comment on column trade.issued_invoice_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.issued_invoice_lines.unit_price_minor is
  'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.issued_invoice_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.issued_invoice_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.issued_invoice_lines.tax_code is 'Kind of tax.';
comment on column trade.issued_invoice_lines.tax_bp is
  'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.issued_invoice_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.issued_invoice_lines.quote_line_id is 'Line of the quote it comes from; null: none.';
comment on column trade.issued_invoice_lines.fund_id is 'Fund the income goes to; null: the general fund.';
comment on column trade.issued_invoice_lines.created_at is 'When the row was written.';
comment on column trade.issued_invoice_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.issued_invoice_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.issued_invoice_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.issued_invoice_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.issued_invoice_lines.deleted_at is 'When it was deleted; null: live.';

create index issued_invoice_lines_product_id_idx on trade.issued_invoice_lines (product_id);
create index issued_invoice_lines_tax_code_idx on trade.issued_invoice_lines (tax_code);
create index issued_invoice_lines_quote_line_id_idx on trade.issued_invoice_lines (quote_line_id);
create index issued_invoice_lines_fund_id_idx on trade.issued_invoice_lines (fund_id);
create unique index issued_invoice_lines_position_key on trade.issued_invoice_lines (invoice_id, position)
  where deleted_at is null;
create index issued_invoice_lines_invoice_id_idx on trade.issued_invoice_lines (invoice_id);

create trigger check_parent before insert or update or delete on trade.issued_invoice_lines
  for each row execute function finance.check_parent('trade.issued_invoices', 'invoice_id', 'status', 'draft,rejected');
create trigger touch before update on trade.issued_invoice_lines for each row execute function finance.touch();

create table trade.invoice_payments (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  amount_minor bigint not null
    constraint invoice_payments_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint invoice_payments_amount_minor_not_zero check (amount_minor <> 0),
  discount_minor bigint not null default 0
    constraint invoice_payments_discount_minor_range check (discount_minor between 0 and 9000000000000000),
  paid_on date not null,
  method text not null
    constraint invoice_payments_method_known check (
      method in (
        'bank_transfer', 'card', 'direct_debit', 'cash', 'offset'
      )
    ),
  bank_line_id uuid,
  payment_ref text
    constraint invoice_payments_payment_ref_length check (length(btrim(payment_ref)) > 0 and length(payment_ref) <= 200),
  journal_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint invoice_payments_pkey primary key (id),
  constraint invoice_payments_journal_id_key unique (journal_id),
  constraint invoice_payments_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict,
  constraint invoice_payments_bank_line_id_fkey foreign key (bank_line_id)
    references finance.bank_lines (id) on delete restrict,
  constraint invoice_payments_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict
);
comment on table trade.invoice_payments is
  'Payments of our invoices as they reach the bank, and payments that went back; together never below 0 or above the claim.';
comment on column trade.invoice_payments.id is 'Identity.';
comment on column trade.invoice_payments.invoice_id is 'The invoice.';
comment on column trade.invoice_payments.amount_minor is
  'Amount, minor units of the invoice''s currency; negative: went back.';
comment on column trade.invoice_payments.discount_minor is 'Discount for paying early that it took, minor units.';
comment on column trade.invoice_payments.paid_on is 'Accounting date.';
comment on column trade.invoice_payments.method is 'How it was paid.';
comment on column trade.invoice_payments.bank_line_id is 'Line of the bank; null: none.';
comment on column trade.invoice_payments.payment_ref is
  'What the bank or processor calls it, unique per method; null: not said.';
comment on column trade.invoice_payments.journal_id is 'Journal that put it into the books.';
comment on column trade.invoice_payments.created_at is 'When the row was written.';
comment on column trade.invoice_payments.created_by is 'Contact who wrote it (platform); null: the system.';

create index invoice_payments_bank_line_id_idx on trade.invoice_payments (bank_line_id);
create unique index invoice_payments_payment_ref_key on trade.invoice_payments (method, payment_ref)
  where payment_ref is not null;
create index invoice_payments_invoice_id_idx on trade.invoice_payments (invoice_id, paid_on);

revoke update on trade.invoice_payments from finance_writer;
create trigger refuse_change before update or delete on trade.invoice_payments
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.invoice_payments
  for each statement execute function finance.refuse_change();
alter table trade.invoice_payments enable always trigger refuse_change;
alter table trade.invoice_payments enable always trigger refuse_truncate;

create table trade.invoice_documents (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  edition integer not null
    constraint invoice_documents_edition_range check (edition between 1 and 1000),
  format text not null
    constraint invoice_documents_format_known check (format in ('pdf', 'zugferd', 'xrechnung')),
  file_ref uuid not null,
  file_sha256 finance.sha256 not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint invoice_documents_pkey primary key (id),
  constraint invoice_documents_edition_key unique (invoice_id, format, edition),
  constraint invoice_documents_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict
);
comment on table trade.invoice_documents is 'Documents made of an invoice, each version kept.';
comment on column trade.invoice_documents.id is 'Identity.';
comment on column trade.invoice_documents.invoice_id is 'The invoice.';
comment on column trade.invoice_documents.edition is 'Counts from 1.';
comment on column trade.invoice_documents.format is 'Format.';
comment on column trade.invoice_documents.file_ref is 'The file (platform).';
comment on column trade.invoice_documents.file_sha256 is 'SHA-256 of the file.';
comment on column trade.invoice_documents.created_at is 'When the row was written.';
comment on column trade.invoice_documents.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on trade.invoice_documents from finance_writer;
create trigger refuse_change before update or delete on trade.invoice_documents
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.invoice_documents
  for each statement execute function finance.refuse_change();
alter table trade.invoice_documents enable always trigger refuse_change;
alter table trade.invoice_documents enable always trigger refuse_truncate;

create table trade.invoice_events (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  kind text not null
    constraint invoice_events_kind_known check (
      kind in (
        'submitted', 'approved', 'rejected', 'sent', 'delivered', 'opened', 'reminded', 'disputed', 'paid',
        'written_off', 'cancelled', 'note'
      )
    ),
  detail text
    constraint invoice_events_detail_length check (length(btrim(detail)) > 0 and length(detail) <= 2000),
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint invoice_events_pkey primary key (id),
  constraint invoice_events_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict
);
comment on table trade.invoice_events is 'What happened to an invoice: sent, opened, reminded, disputed.';
comment on column trade.invoice_events.id is 'Identity.';
comment on column trade.invoice_events.invoice_id is 'The invoice.';
comment on column trade.invoice_events.kind is 'What happened.';
comment on column trade.invoice_events.detail is 'More about it; null: nothing.';
comment on column trade.invoice_events.occurred_at is 'When.';
comment on column trade.invoice_events.created_at is 'When the row was written.';
comment on column trade.invoice_events.created_by is 'Contact who wrote it (platform); null: the system.';

create index invoice_events_invoice_id_idx on trade.invoice_events (invoice_id, occurred_at desc, id desc);

revoke update on trade.invoice_events from finance_writer;
create trigger refuse_change before update or delete on trade.invoice_events
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.invoice_events
  for each statement execute function finance.refuse_change();
alter table trade.invoice_events enable always trigger refuse_change;
alter table trade.invoice_events enable always trigger refuse_truncate;

create trigger check_totals before update of status on trade.issued_invoices
  for each row when (old.status in ('draft', 'rejected') and new.status = 'pending_approval')
  execute function trade.check_totals('trade.issued_invoice_lines', 'invoice_id');
create trigger check_frozen_sent before update on trade.issued_invoices
  for each row execute function finance.check_frozen('number', '', 'status,claim_status,closing_journal_id,written_off_minor');
