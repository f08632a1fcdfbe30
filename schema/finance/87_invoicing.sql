-- finance: how invoices are written, issued, paid, voided, written off and credited.

create function trade.invoice_lines_of(p_invoice_id uuid, p_currency text) returns jsonb
  language sql stable
  set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'product_id', l.product_id, 'description', l.description,
    'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency), 'fund_id', l.fund_id) order by l.position), '[]')
  from trade.issued_invoice_lines l where l.invoice_id = p_invoice_id and l.deleted_at is null
$$;
comment on function trade.invoice_lines_of(uuid, text) is 'The lines of an invoice as they are on the wire.';
grant execute on function trade.invoice_lines_of(uuid, text) to finance_writer, finance_reader;

create function trade.open_minor(p_invoice trade.issued_invoices) returns bigint
  language plpgsql stable
  set search_path = ''
as $$
begin
  if p_invoice.status <> 'sent' or p_invoice.claim_status = 'void' then
    return 0;
  end if;
  return p_invoice.total_minor - p_invoice.written_off_minor
    - (select coalesce(sum(p.amount_minor + p.discount_minor), 0) from trade.invoice_payments p
       where p.invoice_id = p_invoice.id)
    - (select coalesce(sum(c.total_minor), 0) from trade.credit_notes c
       where c.invoice_id = p_invoice.id and c.status = 'issued');
end
$$;
comment on function trade.open_minor(trade.issued_invoices) is
  'What the customer still owes of an invoice, minor units; negative: what we owe back.';
grant execute on function trade.open_minor(trade.issued_invoices) to finance_writer, finance_reader;

create function trade.tax_point(p_invoice trade.issued_invoices) returns date
  language plpgsql stable
  set search_path = ''
as $$
begin
  return coalesce(p_invoice.service_to, p_invoice.issued_on, finance.today());
end
$$;
comment on function trade.tax_point(trade.issued_invoices) is
  'The day whose rates of tax count: the last day of the service, else the day of issue, else today.';

create function trade.put_invoice_lines(p_invoice_id uuid, p_lines jsonb, p_actor uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  update trade.issued_invoice_lines set deleted_at = now(), updated_by = p_actor
  where invoice_id = p_invoice_id and deleted_at is null;
  insert into trade.issued_invoice_lines (
    invoice_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor, tax_code,
    tax_bp, tax_minor, quote_line_id, fund_id, created_by, updated_by)
  select p_invoice_id, l.ordinality, r.product_id, r.description, r.quantity, r.unit, r.unit_price_minor, r.discount_bp,
    r.net_minor, r.tax_code, r.tax_bp, r.tax_minor, r.quote_line_id, r.fund_id, p_actor, p_actor
  from jsonb_array_elements(p_lines) with ordinality l
  cross join lateral jsonb_populate_record(null::trade.issued_invoice_lines, l.value) r;
end
$$;
comment on function trade.put_invoice_lines(uuid, jsonb, uuid) is 'Puts priced lines in the place of those of an invoice.';

create function trade.locked_invoice(p_id uuid, p_version integer) returns trade.issued_invoices
  language plpgsql
  set search_path = ''
as $$
declare
  v_row trade.issued_invoices;
begin
  select * into v_row from trade.issued_invoices where id = p_id and deleted_at is null for no key update;
  if not found then
    raise exception 'invoice % does not exist', p_id
      using errcode = 'P0404', constraint = 'issued_invoices_pkey', schema = 'trade', table = 'issued_invoices';
  end if;
  if p_version is not null then
    perform finance.check_version('issued_invoices_version', v_row.version, p_version);
  end if;
  return v_row;
end
$$;
comment on function trade.locked_invoice(uuid, integer) is
  'An invoice, locked: what concerns it takes turns. Breaks issued_invoices_pkey (P0404), issued_invoices_version (P0412).';

create function trade.refuse_invoice(p_invoice trade.issued_invoices) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'invoice % is %, %', p_invoice.id, p_invoice.status, p_invoice.claim_status
    using errcode = 'P0409', constraint = 'issued_invoices_state', schema = 'trade', table = 'issued_invoices';
end
$$;
comment on function trade.refuse_invoice(trade.issued_invoices) is
  'Refuses a step that an invoice cannot take from where it stands; breaks issued_invoices_state (P0409).';

create function trade.tell_invoice(p_invoice trade.issued_invoices, p_fact text, p_more jsonb) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.invoice.' || p_fact || '.v1', 'invoice', p_invoice.id, jsonb_build_object(
    'invoice_id', p_invoice.id, 'number', p_invoice.number, 'customer_ref', p_invoice.customer_ref,
    'project_ref', p_invoice.project_ref, 'total_minor', p_invoice.total_minor,
    'open_minor', trade.open_minor(p_invoice), 'currency', p_invoice.currency) || coalesce(p_more, '{}'));
end
$$;
comment on function trade.tell_invoice(trade.issued_invoices, text, jsonb) is 'Tells other domains what happened to an invoice.';

-- Definer: it keeps the key, which no application role may.
create function trade.create_invoice(p_scope text, p_key text, p_fingerprint bytea, p_invoice jsonb, p_actor uuid)
  returns table (invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row trade.issued_invoices := jsonb_populate_record(null::trade.issued_invoices, p_invoice);
  v_priced record;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.issued_invoices, v_answer), v_answer -> 'lines',
      (v_answer ->> 'open_minor')::bigint, true;
    return;
  end if;
  select * into v_priced from trade.priced_lines(p_invoice -> 'lines', v_row.currency, trade.tax_point(v_row));
  insert into trade.issued_invoices (
    id, project_ref, customer_ref, customer, currency, net_minor, tax_minor, total_minor, service_from, service_to,
    due_on, early_payment_bp, early_payment_days, created_by, updated_by)
  values (
    coalesce(v_row.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_row.project_ref, v_row.customer_ref,
    v_row.customer, v_row.currency, v_priced.net_minor, v_priced.tax_minor,
    v_priced.net_minor + v_priced.tax_minor, v_row.service_from, v_row.service_to, v_row.due_on,
    coalesce(v_row.early_payment_bp, 0), coalesce(v_row.early_payment_days, 0), p_actor, p_actor)
  returning * into v_row;
  perform trade.put_invoice_lines(v_row.id, v_priced.lines, p_actor);
  v_lines := trade.invoice_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', 0));
  return query select v_row, v_lines, 0::bigint, false;
end
$$;
comment on function trade.create_invoice(text, text, bytea, jsonb, uuid) is
  'Writes the draft of an invoice, without a number. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (23505), issued_invoices_currency_fkey, issued_invoice_lines_fund_id_fkey (23503), a check of issued_invoices or issued_invoice_lines (23514), and what trade.priced_lines breaks.';
grant execute on function trade.create_invoice(text, text, bytea, jsonb, uuid) to finance_writer;

-- Definer: it keeps the key, which no application role may.
create function trade.convert_quote(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_actor uuid
) returns table (invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_quote trade.quotes;
  v_row trade.issued_invoices;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.issued_invoices, v_answer), v_answer -> 'lines',
      (v_answer ->> 'open_minor')::bigint, true;
    return;
  end if;
  select * into v_quote from trade.quotes where id = p_id and deleted_at is null for no key update;
  if not found then
    raise exception 'quote % does not exist', p_id
      using errcode = 'P0404', constraint = 'quotes_pkey', schema = 'trade', table = 'quotes';
  end if;
  perform finance.check_version('quotes_version', v_quote.version, p_version);
  if v_quote.status not in ('accepted', 'awarded', 'in_progress', 'completed') then
    raise exception 'quote % is %, not accepted', v_quote.id, v_quote.status
      using errcode = '23514', constraint = 'quotes_status_transition', schema = 'trade', table = 'quotes';
  end if;
  insert into trade.issued_invoices (
    project_ref, quote_id, customer_ref, customer, currency, net_minor, tax_minor, total_minor, early_payment_bp,
    early_payment_days, created_by, updated_by)
  values (
    v_quote.project_ref, v_quote.id, v_quote.customer_ref, v_quote.customer, v_quote.currency, v_quote.net_minor,
    v_quote.tax_minor, v_quote.total_minor, v_quote.early_payment_bp, v_quote.early_payment_days, p_actor, p_actor)
  returning * into v_row;
  insert into trade.issued_invoice_lines (
    invoice_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor, tax_code,
    tax_bp, tax_minor, quote_line_id, created_by, updated_by)
  select v_row.id, row_number() over (order by l.position), l.product_id, l.description, l.quantity, l.unit,
    l.unit_price_minor, l.discount_bp, l.net_minor, l.tax_code, l.tax_bp, l.tax_minor, l.id, p_actor, p_actor
  from trade.quote_lines l where l.quote_id = v_quote.id and l.deleted_at is null and not l.is_optional;
  v_lines := trade.invoice_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', 0));
  return query select v_row, v_lines, 0::bigint, false;
end
$$;
comment on function trade.convert_quote(text, text, bytea, uuid, integer, uuid) is
  'Makes the draft of an invoice of an accepted quote, without its optional lines; a quote becomes one invoice. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_status_transition (23514), issued_invoices_quote_id_key (23505).';
grant execute on function trade.convert_quote(text, text, bytea, uuid, integer, uuid) to finance_writer;

-- Definer: no application role may call what it calls.
create function trade.update_invoice(p_id uuid, p_version integer, p_change jsonb, p_actor uuid)
  returns table (invoice trade.issued_invoices, lines jsonb, open_minor bigint)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_row trade.issued_invoices := trade.locked_invoice(p_id, p_version);
  v_priced record;
begin
  if v_row.status <> 'draft' then
    perform trade.refuse_invoice(v_row);
  end if;
  v_row := jsonb_populate_record(v_row, p_change);
  if p_change ? 'lines' then
    select * into v_priced from trade.priced_lines(p_change -> 'lines', v_row.currency, trade.tax_point(v_row));
    v_row.net_minor := v_priced.net_minor;
    v_row.tax_minor := v_priced.tax_minor;
    perform trade.put_invoice_lines(v_row.id, v_priced.lines, p_actor);
  end if;
  update trade.issued_invoices set
    project_ref = v_row.project_ref, customer_ref = v_row.customer_ref, customer = v_row.customer,
    net_minor = v_row.net_minor, tax_minor = v_row.tax_minor, total_minor = v_row.net_minor + v_row.tax_minor,
    service_from = v_row.service_from, service_to = v_row.service_to, due_on = v_row.due_on,
    early_payment_bp = v_row.early_payment_bp, early_payment_days = v_row.early_payment_days, updated_by = p_actor
  where id = v_row.id
  returning * into v_row;
  return query select v_row, trade.invoice_lines_of(v_row.id, v_row.currency), 0::bigint;
end
$$;
comment on function trade.update_invoice(uuid, integer, jsonb, uuid) is
  'Changes the draft of an invoice: columns that the change names, and all lines together. Breaks issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state (P0409), and what trade.create_invoice breaks.';
grant execute on function trade.update_invoice(uuid, integer, jsonb, uuid) to finance_writer;

create function trade.post_invoice(p_invoice trade.issued_invoices, p_actor uuid, p_request_id text) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_general uuid := giving.purpose_fund(null, null, null);
  v_codes text[];
  v_funds uuid[];
  v_amounts bigint[];
begin
  select array_agg('4500'::text order by first), array_agg(fund_id order by first), array_agg(-net order by first)
  into v_codes, v_funds, v_amounts
  from (
    select coalesce(l.fund_id, v_general) as fund_id, min(l.position) as first, sum(l.net_minor)::bigint as net
    from trade.issued_invoice_lines l where l.invoice_id = p_invoice.id and l.deleted_at is null
    group by coalesce(l.fund_id, v_general)
  ) income;
  return ledger.book(
    null, 'invoice.issued', finance.today(), 'invoice', p_invoice.id, p_invoice.currency,
    '1400'::text || v_codes || '2200'::text, null::uuid || v_funds || null::uuid,
    p_invoice.total_minor || v_amounts || -p_invoice.tax_minor, p_actor, p_request_id,
    'customer', p_invoice.customer_ref);
end
$$;
comment on function trade.post_invoice(trade.issued_invoices, uuid, text) is
  'Posts the claim of an invoice: its income by fund, and its tax.';

-- Definer: it writes to the books, which no application role may.
create function trade.issue_invoice(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_due_on date,
  p_actor uuid,
  p_request_id text
) returns table (invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row trade.issued_invoices;
  v_due date;
  v_journal uuid;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.issued_invoices, v_answer), v_answer -> 'lines',
      (v_answer ->> 'open_minor')::bigint, true;
    return;
  end if;
  v_row := trade.locked_invoice(p_id, p_version);
  if v_row.status <> 'draft' then
    perform trade.refuse_invoice(v_row);
  end if;
  -- The approval below breaks the same check; asked before, nothing else hides it.
  if v_row.created_by is null or v_row.created_by = p_actor then
    raise exception 'who wrote invoice % does not issue it', v_row.id
      using errcode = '23514', constraint = 'issued_invoices_four_eyes', schema = 'trade', table = 'issued_invoices';
  end if;
  v_due := coalesce(p_due_on, v_row.due_on, finance.today() + 30);
  if v_due < finance.today() then
    raise exception 'invoice % would be due on % before it is issued', v_row.id, v_due
      using errcode = '23514', constraint = 'issued_invoices_due_later', schema = 'trade', table = 'issued_invoices';
  end if;
  if v_row.total_minor = 0 then
    raise exception 'invoice % claims nothing', v_row.id
      using errcode = '23514', constraint = 'issued_invoices_claims_something', schema = 'trade', table = 'issued_invoices';
  end if;
  if exists (
    select from trade.issued_invoice_lines l
    where l.invoice_id = v_row.id and l.deleted_at is null and not exists (
      select from trade.tax_rates r
      where r.code = l.tax_code and r.rate_bp = l.tax_bp and r.valid_from <= trade.tax_point(v_row)
        and (r.valid_to is null or trade.tax_point(v_row) < r.valid_to))
  ) then
    raise exception 'a line of invoice % has a rate of tax that is not that of %', v_row.id, trade.tax_point(v_row)
      using errcode = 'P0409', constraint = 'issued_invoices_tax_rates', schema = 'trade', table = 'issued_invoices';
  end if;
  update trade.issued_invoices
  set status = 'pending_approval', due_on = v_due, seller = trade.seller_of(v_row), updated_by = p_actor
  where id = v_row.id;
  update trade.issued_invoices set status = 'approved', approved_by = p_actor, approved_at = now() where id = v_row.id
  returning * into v_row;
  v_journal := trade.post_invoice(v_row, p_actor, p_request_id);
  -- Last, because the row of the series is locked from here to the commit.
  update trade.issued_invoices set status = 'sent', claim_status = 'open', journal_id = v_journal where id = v_row.id
  returning * into v_row;
  insert into trade.invoice_events (invoice_id, kind, created_by)
  values (v_row.id, 'approved', p_actor), (v_row.id, 'sent', p_actor);
  perform trade.tell_invoice(v_row, 'issued', jsonb_build_object('journal_id', v_journal, 'due_on', v_row.due_on));
  v_lines := trade.invoice_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', v_row.total_minor));
  return query select v_row, v_lines, v_row.total_minor, false;
end
$$;
comment on function trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text) is
  'Issues an invoice that somebody else wrote: it gets the next number and is posted; nothing of it changes any more. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state, issued_invoices_tax_rates, issued_invoices_seller_known, issued_invoices_vat_number, issued_invoices_vat_in_pounds, issued_invoices_customer_address, accounting_periods_open, accounts_open (P0409), funds_floor (P0402), issued_invoices_four_eyes, issued_invoices_due_later, issued_invoices_claims_something (23514).';
grant execute on function trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text) to finance_writer;
