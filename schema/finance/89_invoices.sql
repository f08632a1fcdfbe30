-- finance: both kinds of invoices side by side, to read only.

create view trade.invoices as
select id, 'issued' as direction, number, customer_ref as counterparty_ref, project_ref, quote_id, issued_on as dated_on, due_on,
  currency, net_minor, tax_minor, total_minor, status, claim_status, created_at
from trade.issued_invoices where deleted_at is null
union all
select id, 'captured', supplier_number, supplier_ref, project_ref, quote_id, invoiced_on, due_on,
  currency, net_minor, tax_minor, total_minor, status,
  case status when 'booked' then 'open' when 'partially_paid' then 'partially_paid' when 'paid' then 'paid' else 'none' end,
  created_at
from trade.captured_invoices where deleted_at is null;
comment on view trade.invoices is 'Live invoices of both directions; written through their own tables.';
comment on column trade.invoices.id is 'Identity of the invoice.';
comment on column trade.invoices.direction is 'issued: ours; captured: sent to us.';
comment on column trade.invoices.number is 'Number on the document; null: a draft of ours.';
comment on column trade.invoices.counterparty_ref is 'Who pays us or is paid (platform).';
comment on column trade.invoices.project_ref is 'Project (projects); null: none.';
comment on column trade.invoices.quote_id is 'Quote; null: none.';
comment on column trade.invoices.dated_on is 'Day on the document; null: a draft of ours.';
comment on column trade.invoices.due_on is 'Last day to pay; null: not sent.';
comment on column trade.invoices.currency is 'ISO 4217 code.';
comment on column trade.invoices.net_minor is 'Sum without tax, minor units of currency.';
comment on column trade.invoices.tax_minor is 'Tax.';
comment on column trade.invoices.total_minor is 'What is to be paid.';
comment on column trade.invoices.status is 'The document, in the words of its table.';
comment on column trade.invoices.claim_status is 'The money: none, open, partially_paid, paid and others.';
comment on column trade.invoices.created_at is 'When the row was written.';
revoke insert, update on trade.invoices from finance_writer;
