-- finance: credit notes: the only way to take back an invoice.

create table trade.credit_notes (
  id uuid not null default gen_random_uuid(),
  series text,
  serial bigint,
  number text,
  issued_on date,
  invoice_id uuid not null,
  reason text not null
    constraint credit_notes_reason_length check (length(btrim(reason)) > 0 and length(reason) <= 500),
  currency text not null,
  net_minor bigint not null default 0
    constraint credit_notes_net_minor_range check (net_minor between 0 and 9000000000000000),
  tax_minor bigint not null default 0
    constraint credit_notes_tax_minor_range check (tax_minor between 0 and 9000000000000000),
  total_minor bigint not null default 0
    constraint credit_notes_total_minor_range check (total_minor between 0 and 9000000000000000)
    constraint credit_notes_total_minor_right check (total_minor = net_minor + tax_minor),
  status text not null default 'draft'
    constraint credit_notes_status_known check (status in ('draft', 'issued', 'withdrawn')),
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint credit_notes_pkey primary key (id),
  constraint credit_notes_number_key unique (number),
  constraint credit_notes_serial_key unique (series, serial),
  constraint credit_notes_journal_id_key unique (journal_id),
  constraint credit_notes_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict,
  constraint credit_notes_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint credit_notes_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint credit_notes_number_whole check (num_nonnulls(series, serial, number, issued_on) in (0, 4)),
  constraint credit_notes_number_by_status check ((status = 'issued') = (number is not null)),
  constraint credit_notes_issued_is_posted check ((status = 'issued') = (journal_id is not null))
);
comment on table trade.credit_notes is 'Corrections of our invoices; all of one invoice together never exceed it.';
comment on column trade.credit_notes.id is 'Identity.';
comment on column trade.credit_notes.series is
  'Kind of document and year: CRN-2026; null: no number yet; set by trigger.';
comment on column trade.credit_notes.serial is
  'Number in the series, without gaps; null: no number yet; set by trigger.';
comment on column trade.credit_notes.number is
  'Number on the document: CRN-2026-00001; null: no number yet; set by trigger.';
comment on column trade.credit_notes.issued_on is 'Day on the document; null: not issued; set by trigger.';
comment on column trade.credit_notes.invoice_id is 'Invoice it corrects.';
comment on column trade.credit_notes.reason is 'Why, as on the document.';
comment on column trade.credit_notes.currency is 'ISO 4217 code, that of the invoice.';
comment on column trade.credit_notes.net_minor is
  'Sum of the lines without tax, minor units of currency; right once it is sent.';
comment on column trade.credit_notes.tax_minor is 'Sum of their tax.';
comment on column trade.credit_notes.total_minor is 'What is to be paid.';
comment on column trade.credit_notes.status is 'Where it stands; the steps of credit_notes_status_transition.';
comment on column trade.credit_notes.journal_id is 'Journal that takes the claim back; null: not issued.';
comment on column trade.credit_notes.created_at is 'When the row was written.';
comment on column trade.credit_notes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.credit_notes.updated_at is 'When it last changed; set by trigger.';
comment on column trade.credit_notes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.credit_notes.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.credit_notes.deleted_at is 'When it was deleted; null: live.';

create index credit_notes_invoice_id_idx on trade.credit_notes (invoice_id);
create index credit_notes_currency_idx on trade.credit_notes (currency);
create index credit_notes_created_at_idx on trade.credit_notes (created_at desc, id desc);

create trigger check_status before insert or update of status on trade.credit_notes
  for each row execute function finance.check_transition(
    'status', 'draft',
    'draft>issued,withdrawn');
create trigger assign_number before insert or update on trade.credit_notes
  for each row execute function ledger.assign_number('CRN', 'status', 'issued');
create trigger check_frozen before update on trade.credit_notes
  for each row execute function finance.check_frozen('status', 'draft', 'journal_id');
create trigger keep_once_set before update on trade.credit_notes
  for each row execute function finance.keep_once_set(
    'journal_id');
create trigger touch before update on trade.credit_notes for each row execute function finance.touch();

create table trade.credit_note_lines (
  id uuid not null default gen_random_uuid(),
  credit_note_id uuid not null,
  position integer not null
    constraint credit_note_lines_position_range check (position between 1 and 10000),
  product_id uuid,
  description text not null
    constraint credit_note_lines_description_length check (
      length(btrim(description)) > 0
      and length(description) <= 1000
    ),
  quantity numeric(12, 3) not null
    constraint credit_note_lines_quantity_range check (quantity > 0),
  unit text not null default 'piece'
    constraint credit_note_lines_unit_shape check (unit ~ '^[a-z][a-z0-9_]*$' and length(unit) <= 50),
  unit_price_minor bigint not null
    constraint credit_note_lines_unit_price_minor_range check (
      unit_price_minor between -9000000000000000
      and 9000000000000000
    ),
  discount_bp integer not null default 0
    constraint credit_note_lines_discount_bp_range check (discount_bp between 0 and 10000),
  net_minor bigint not null
    constraint credit_note_lines_net_minor_range check (net_minor between -9000000000000000 and 9000000000000000)
    constraint credit_note_lines_net_minor_right check (
      net_minor = round(quantity * unit_price_minor * (10000 - discount_bp) / 10000)
    ),
  tax_code text not null,
  tax_bp integer not null
    constraint credit_note_lines_tax_bp_range check (tax_bp between 0 and 10000),
  tax_minor bigint not null
    constraint credit_note_lines_tax_minor_range check (tax_minor between -9000000000000000 and 9000000000000000)
    constraint credit_note_lines_tax_minor_right check (tax_minor = round(net_minor::numeric * tax_bp / 10000)),
  invoice_line_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint credit_note_lines_pkey primary key (id),
  constraint credit_note_lines_credit_note_id_fkey foreign key (credit_note_id)
    references trade.credit_notes (id) on delete restrict,
  constraint credit_note_lines_product_id_fkey foreign key (product_id)
    references trade.products (id) on delete restrict,
  constraint credit_note_lines_tax_code_fkey foreign key (tax_code)
    references trade.tax_codes (code) on delete restrict,
  constraint credit_note_lines_invoice_line_id_fkey foreign key (invoice_line_id)
    references trade.issued_invoice_lines (id) on delete restrict
);
comment on table trade.credit_note_lines is 'Lines of credit notes, with positive amounts.';
comment on column trade.credit_note_lines.id is 'Identity.';
comment on column trade.credit_note_lines.credit_note_id is 'The credit note.';
comment on column trade.credit_note_lines.position is 'Place in the list, from 1.';
comment on column trade.credit_note_lines.product_id is 'Product; null: free text.';
comment on column trade.credit_note_lines.description is 'What it is, as on the document.';
comment on column trade.credit_note_lines.quantity is 'How much, in unit.';
comment on column trade.credit_note_lines.unit is 'Unit of the quantity: piece, m2, hour.';
comment on column trade.credit_note_lines.unit_price_minor is
  'Price of one unit without tax, minor units of the currency of the document.';
comment on column trade.credit_note_lines.discount_bp is 'Discount in hundredths of a percent.';
comment on column trade.credit_note_lines.net_minor is 'Quantity times price less discount, rounded half up.';
comment on column trade.credit_note_lines.tax_code is 'Kind of tax.';
comment on column trade.credit_note_lines.tax_bp is 'Rate of the tax in hundredths of a percent, as of the document.';
comment on column trade.credit_note_lines.tax_minor is 'Tax on net, rounded half up.';
comment on column trade.credit_note_lines.invoice_line_id is 'Line that it corrects; null: none in particular.';
comment on column trade.credit_note_lines.created_at is 'When the row was written.';
comment on column trade.credit_note_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.credit_note_lines.updated_at is 'When it last changed; set by trigger.';
comment on column trade.credit_note_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.credit_note_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.credit_note_lines.deleted_at is 'When it was deleted; null: live.';

create index credit_note_lines_product_id_idx on trade.credit_note_lines (product_id);
create index credit_note_lines_tax_code_idx on trade.credit_note_lines (tax_code);
create index credit_note_lines_invoice_line_id_idx on trade.credit_note_lines (invoice_line_id);
create unique index credit_note_lines_position_key on trade.credit_note_lines (credit_note_id, position)
  where deleted_at is null;
create index credit_note_lines_credit_note_id_idx on trade.credit_note_lines (credit_note_id);

create trigger check_parent before insert or update or delete on trade.credit_note_lines
  for each row execute function finance.check_parent('trade.credit_notes', 'credit_note_id', 'status', 'draft');
create trigger touch before update on trade.credit_note_lines for each row execute function finance.touch();

create trigger check_totals before update of status on trade.credit_notes
  for each row when (old.status = 'draft' and new.status = 'issued')
  execute function trade.check_totals('trade.credit_note_lines', 'credit_note_id');

-- Definer: the lock on the invoice.
create function trade.check_invoice_settlement() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  invoice trade.issued_invoices;
  paid numeric;
  credited numeric;
begin
  -- One payment or credit note of an invoice at a time: each sees the ones before.
  select * into invoice from trade.issued_invoices where id = new.invoice_id for no key update;
  if invoice.status <> 'sent' or invoice.claim_status = 'void' then
    raise exception 'invoice % is %, %: there is nothing to pay or to credit', invoice.id, invoice.status, invoice.claim_status
      using errcode = '23514', constraint = tg_table_name || '_invoice_state', schema = tg_table_schema, table = tg_table_name;
  end if;
  if to_jsonb(new) ->> 'currency' <> invoice.currency then
    raise exception 'invoice % is in %', invoice.number, invoice.currency
      using errcode = '23514', constraint = tg_table_name || '_currency_of_invoice', schema = tg_table_schema, table = tg_table_name;
  end if;
  select coalesce(sum(amount_minor + discount_minor), 0) into paid
  from trade.invoice_payments where invoice_id = invoice.id;
  select coalesce(sum(total_minor), 0) into credited
  from trade.credit_notes where invoice_id = invoice.id and status = 'issued';
  -- Money that goes back may leave more paid than is claimed, never less paid than nothing.
  if paid < 0 or credited + invoice.written_off_minor > invoice.total_minor
    or (tg_table_name = 'invoice_payments' and (to_jsonb(new) ->> 'amount_minor')::bigint > 0
      and paid + credited + invoice.written_off_minor > invoice.total_minor)
  then
    raise exception 'invoice % over % would be paid % and credited %', invoice.number, invoice.total_minor, paid, credited
      using errcode = '23514', constraint = tg_table_name || '_invoice_total', schema = tg_table_schema, table = tg_table_name;
  end if;
  return null;
end
$$;
comment on function trade.check_invoice_settlement() is
  'After insert or issue: a sent invoice is never paid or credited beyond its total; breaks <table>_invoice_total, <table>_invoice_state, <table>_currency_of_invoice.';
create trigger check_total after insert on trade.invoice_payments
  for each row execute function trade.check_invoice_settlement();
create trigger check_invoice_total after update of status on trade.credit_notes
  for each row when (new.status = 'issued' and old.status <> 'issued') execute function trade.check_invoice_settlement();
