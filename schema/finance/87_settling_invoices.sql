-- finance: how invoices are paid, voided, written off and credited.

-- Definer: it writes to the books, which no application role may.
create function trade.pay_invoice(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_payment jsonb,
  p_actor uuid,
  p_request_id text
) returns table (payment trade.invoice_payments, currency text, open_minor bigint, claim_status text, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_invoice trade.issued_invoices;
  v_row trade.invoice_payments := jsonb_populate_record(null::trade.invoice_payments, p_payment);
  v_currency text := p_payment ->> 'currency';
  v_open bigint;
  v_tax bigint;
  v_status text;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.invoice_payments, v_answer), v_answer ->> 'currency',
      (v_answer ->> 'open_minor')::bigint, v_answer ->> 'claim_status', true;
    return;
  end if;
  -- Locked before anything is added up: one payment of an invoice at a time.
  v_invoice := trade.locked_invoice(p_id, null);
  -- Before what is open is looked at: of what was paid before nothing may be.
  v_row.id := coalesce(v_row.id, finance.id_of_request(p_scope, p_key, p_fingerprint));
  if exists (select from trade.invoice_payments where id = v_row.id) then
    raise exception 'payment % is recorded', v_row.id
      using errcode = '23505', constraint = 'invoice_payments_pkey', schema = 'trade', table = 'invoice_payments';
  end if;
  if exists (select from trade.invoice_payments where method = v_row.method and payment_ref = v_row.payment_ref) then
    raise exception 'payment % is recorded', v_row.payment_ref
      using errcode = '23505', constraint = 'invoice_payments_payment_ref_key', schema = 'trade', table = 'invoice_payments';
  end if;
  if v_invoice.status <> 'sent' or v_invoice.claim_status in ('void', 'written_off') then
    perform trade.refuse_invoice(v_invoice);
  end if;
  if v_currency <> v_invoice.currency then
    raise exception 'invoice % is in %', v_invoice.number, v_invoice.currency
      using errcode = '23514', constraint = 'invoice_payments_currency_of_invoice', schema = 'trade', table = 'invoice_payments';
  end if;
  v_open := trade.open_minor(v_invoice);
  v_row.discount_minor := coalesce(v_row.discount_minor, 0);
  v_row.amount_minor := coalesce(v_row.amount_minor, v_open - v_row.discount_minor);
  v_row.paid_on := coalesce(v_row.paid_on, finance.today());
  if v_row.paid_on > finance.today() or v_row.paid_on < v_invoice.issued_on then
    raise exception 'invoice % of % is not paid on %', v_invoice.number, v_invoice.issued_on, v_row.paid_on
      using errcode = '23514', constraint = 'invoice_payments_day', schema = 'trade', table = 'invoice_payments';
  end if;
  if v_row.amount_minor = 0 or v_row.amount_minor > 0 and v_row.amount_minor + v_row.discount_minor > v_open
    or v_row.amount_minor < 0 and v_row.amount_minor < least(v_open, 0)
  then
    raise exception '% of invoice % is open, not %', v_open, v_invoice.number, v_row.amount_minor + v_row.discount_minor
      using errcode = '23514', constraint = 'invoice_payments_invoice_total', schema = 'trade', table = 'invoice_payments';
  end if;
  -- A discount for paying early is of the whole, in time, and settles the invoice.
  if v_row.discount_minor > 0 and (
    v_row.paid_on > v_invoice.issued_on + v_invoice.early_payment_days
    or v_row.discount_minor > round(v_invoice.total_minor::numeric * v_invoice.early_payment_bp / 10000)
    or v_row.amount_minor + v_row.discount_minor <> v_open
  ) then
    raise exception 'invoice % grants no such discount', v_invoice.number
      using errcode = '23514', constraint = 'invoice_payments_discount', schema = 'trade', table = 'invoice_payments';
  end if;
  v_tax := giving.part_of(v_row.discount_minor, v_invoice.tax_minor, v_invoice.total_minor);
  v_row.journal_id := ledger.book(
    null, 'invoice.paid', v_row.paid_on, 'invoice_payment', v_row.id, v_invoice.currency,
    array[case v_row.method when 'card' then '1200' else '1000' end, '5210', '2200', '1400'],
    array[null, giving.purpose_fund(null, null, null), null, null]::uuid[],
    array[v_row.amount_minor, v_row.discount_minor - v_tax, v_tax, -(v_row.amount_minor + v_row.discount_minor)],
    p_actor, p_request_id, 'customer', v_invoice.customer_ref);
  insert into trade.invoice_payments (
    id, invoice_id, amount_minor, discount_minor, paid_on, method, bank_line_id, payment_ref, journal_id, created_by)
  values (
    v_row.id, v_invoice.id, v_row.amount_minor, v_row.discount_minor, v_row.paid_on, v_row.method, v_row.bank_line_id,
    v_row.payment_ref, v_row.journal_id, p_actor)
  returning * into v_row;
  v_open := v_open - v_row.amount_minor - v_row.discount_minor;
  v_status := case
    when v_row.amount_minor < 0 then v_invoice.claim_status
    when v_open = 0 then 'paid'
    when v_invoice.claim_status in ('open', 'overdue') then 'partially_paid'
    else v_invoice.claim_status
  end;
  if v_status <> v_invoice.claim_status then
    update trade.issued_invoices set claim_status = v_status, updated_by = p_actor where id = v_invoice.id
    returning * into v_invoice;
  end if;
  if v_status = 'paid' then
    insert into trade.invoice_events (invoice_id, kind, created_by) values (v_invoice.id, 'paid', p_actor);
  end if;
  perform trade.tell_invoice(v_invoice, 'payment_recorded', jsonb_build_object(
    'payment_id', v_row.id, 'amount_minor', v_row.amount_minor, 'journal_id', v_row.journal_id));
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object(
    'currency', v_invoice.currency, 'open_minor', v_open, 'claim_status', v_status));
  return query select v_row, v_invoice.currency, v_open, v_status, false;
end
$$;
comment on function trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text) is
  'Records and posts a payment of an invoice, all that is open or part of it, never more; negative: money that goes back, never more than was paid too much. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_state, accounting_periods_open, accounts_open (P0409), invoice_payments_pkey, invoice_payments_payment_ref_key (23505), invoice_payments_bank_line_id_fkey (23503), invoice_payments_currency_of_invoice, invoice_payments_invoice_total, invoice_payments_discount, invoice_payments_day (23514).';
grant execute on function trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text) to finance_writer;

-- Definer: it writes to the books, which no application role may.
create function trade.close_invoice(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_reason text,
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
  v_open bigint;
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
  v_open := trade.open_minor(v_row);
  if p_step = 'void' and v_row.status in ('draft', 'approved') then
    update trade.issued_invoices set status = 'cancelled', updated_by = p_actor where id = v_row.id returning * into v_row;
  elsif p_step = 'void' and v_row.claim_status in ('open', 'overdue') and v_open = v_row.total_minor then
    v_journal := ledger.reverse(
      v_row.journal_id, 'invoice.voided', 'invoice', v_row.id, p_reason, p_actor, p_request_id);
    update trade.issued_invoices set claim_status = 'void', closing_journal_id = v_journal, updated_by = p_actor
    where id = v_row.id returning * into v_row;
  elsif p_step = 'write_off' and v_row.claim_status in ('open', 'overdue', 'partially_paid', 'disputed', 'in_collection')
    and v_open > 0
  then
    if v_row.due_on >= finance.today() then
      raise exception 'invoice % may be paid until %', v_row.number, v_row.due_on
        using errcode = 'P0409', constraint = 'issued_invoices_overdue', schema = 'trade', table = 'issued_invoices';
    end if;
    if v_row.claim_status = 'open' then
      update trade.issued_invoices set claim_status = 'overdue', updated_by = p_actor where id = v_row.id;
    end if;
    v_journal := ledger.book(
      null, 'invoice.written_off', finance.today(), 'invoice', v_row.id, v_row.currency, array['5900', '1400'],
      array[giving.purpose_fund(null, null, null), null], array[v_open, -v_open], p_actor, p_request_id, 'customer',
      v_row.customer_ref, p_reason);
    update trade.issued_invoices set claim_status = 'written_off', closing_journal_id = v_journal,
      written_off_minor = v_open, updated_by = p_actor
    where id = v_row.id returning * into v_row;
  else
    perform trade.refuse_invoice(v_row);
  end if;
  insert into trade.invoice_events (invoice_id, kind, detail, created_by)
  values (v_row.id, case p_step when 'void' then 'cancelled' else 'written_off' end, p_reason, p_actor);
  perform trade.tell_invoice(v_row, case p_step when 'void' then 'voided' else 'written_off' end,
    jsonb_build_object('journal_id', v_journal));
  v_lines := trade.invoice_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', 0));
  return query select v_row, v_lines, 0::bigint, false;
end
$$;
comment on function trade.close_invoice(text, text, bytea, uuid, integer, text, text, uuid, text) is
  'Gives up an invoice: void (a draft; or one that nobody paid or credited, reversed exactly), write_off (what is open after its last day). Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state, issued_invoices_overdue, accounting_periods_open, accounts_open (P0409).';
grant execute on function trade.close_invoice(text, text, bytea, uuid, integer, text, text, uuid, text) to finance_writer;

create function trade.credit_lines_of(p_credit_note_id uuid, p_currency text) returns jsonb
  language sql stable
  set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'invoice_line_id', l.invoice_line_id, 'product_id', l.product_id,
    'description', l.description, 'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency)) order by l.position), '[]')
  from trade.credit_note_lines l where l.credit_note_id = p_credit_note_id and l.deleted_at is null
$$;
comment on function trade.credit_lines_of(uuid, text) is 'The lines of a credit note as they are on the wire.';
grant execute on function trade.credit_lines_of(uuid, text) to finance_writer, finance_reader;

create function trade.put_credit_lines(p_note trade.credit_notes, p_lines jsonb, p_actor uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  if p_lines is null then
    insert into trade.credit_note_lines (
      credit_note_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor,
      tax_code, tax_bp, tax_minor, invoice_line_id, created_by, updated_by)
    select p_note.id, l.position, l.product_id, l.description, l.quantity, l.unit, l.unit_price_minor, l.discount_bp,
      l.net_minor, l.tax_code, l.tax_bp, l.tax_minor, l.id, p_actor, p_actor
    from trade.issued_invoice_lines l where l.invoice_id = p_note.invoice_id and l.deleted_at is null;
    return;
  end if;
  if exists (
    select from jsonb_array_elements(p_lines) l
    where not exists (
      select from trade.issued_invoice_lines i
      where i.id = (l.value ->> 'invoice_line_id')::uuid and i.invoice_id = p_note.invoice_id and i.deleted_at is null)
  ) then
    raise exception 'a line is none of invoice %', p_note.invoice_id
      using errcode = '23503', constraint = 'credit_note_lines_invoice_line_id_fkey', schema = 'trade', table = 'credit_note_lines';
  end if;
  if exists (select from jsonb_array_elements(p_lines) l where l.value ->> 'currency' <> p_note.currency) then
    raise exception 'the invoice is in %', p_note.currency
      using errcode = '23514', constraint = 'credit_notes_currency_of_invoice', schema = 'trade', table = 'credit_notes';
  end if;
  -- At the rate of the invoice, whatever it is now.
  insert into trade.credit_note_lines (
    credit_note_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor,
    tax_code, tax_bp, tax_minor, invoice_line_id, created_by, updated_by)
  select p_note.id, w.ordinality, i.product_id, coalesce(w.value ->> 'description', i.description), p.quantity, i.unit,
    p.price, i.discount_bp, n.net, i.tax_code, i.tax_bp, round(n.net * i.tax_bp / 10000), i.id, p_actor, p_actor
  from jsonb_array_elements(p_lines) with ordinality w
  join trade.issued_invoice_lines i on i.id = (w.value ->> 'invoice_line_id')::uuid
  cross join lateral (select coalesce((w.value ->> 'quantity')::numeric, i.quantity) as quantity,
    coalesce((w.value ->> 'unit_price_minor')::bigint, i.unit_price_minor) as price) p
  cross join lateral (select round(p.quantity * p.price * (10000 - i.discount_bp) / 10000) as net) n;
end
$$;
comment on function trade.put_credit_lines(trade.credit_notes, jsonb, uuid) is
  'Writes the lines of a credit note: null: all of the invoice; else each names a line of it, and may credit part of its quantity or price. Breaks credit_note_lines_invoice_line_id_fkey (23503), credit_notes_currency_of_invoice (23514).';

-- Definer: it writes to the books, which no application role may.
create function trade.credit_invoice(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_note jsonb,
  p_actor uuid,
  p_request_id text
) returns table (credit_note trade.credit_notes, lines jsonb, open_minor bigint, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_invoice trade.issued_invoices;
  v_row trade.credit_notes := jsonb_populate_record(null::trade.credit_notes, p_note);
  v_general uuid := giving.purpose_fund(null, null, null);
  v_net numeric;
  v_tax numeric;
  v_codes text[];
  v_funds uuid[];
  v_amounts bigint[];
  v_journal uuid;
  v_open bigint;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.credit_notes, v_answer), v_answer -> 'lines',
      (v_answer ->> 'open_minor')::bigint, true;
    return;
  end if;
  -- Locked before anything is added up: one credit note of an invoice at a time.
  v_invoice := trade.locked_invoice(p_id, null);
  -- Before what is left to credit is looked at: once all of it is credited nothing is.
  v_row.id := coalesce(v_row.id, finance.id_of_request(p_scope, p_key, p_fingerprint));
  if exists (select from trade.credit_notes where id = v_row.id) then
    raise exception 'credit note % is recorded', v_row.id
      using errcode = '23505', constraint = 'credit_notes_pkey', schema = 'trade', table = 'credit_notes';
  end if;
  if v_invoice.status <> 'sent' or v_invoice.claim_status in ('void', 'written_off') then
    perform trade.refuse_invoice(v_invoice);
  end if;
  insert into trade.credit_notes (id, invoice_id, reason, currency, created_by, updated_by)
  values (v_row.id, v_invoice.id, v_row.reason, v_invoice.currency, p_actor, p_actor)
  returning * into v_row;
  perform trade.put_credit_lines(v_row, nullif(p_note -> 'lines', 'null'), p_actor);
  -- Line by line no more than was invoiced, at whatever prices.
  if exists (
    select from trade.credit_note_lines l
    join trade.credit_notes n on n.id = l.credit_note_id and (n.status = 'issued' or n.id = v_row.id)
    join trade.issued_invoice_lines i on i.id = l.invoice_line_id
    where n.invoice_id = v_invoice.id and l.deleted_at is null
    group by i.id, i.net_minor, i.tax_minor
    having abs(sum(l.net_minor)) > abs(i.net_minor) or abs(sum(l.tax_minor)) > abs(i.tax_minor)
      or sum(l.net_minor) * i.net_minor < 0
  ) then
    raise exception 'not that much of a line of invoice % is left to credit', v_invoice.number
      using errcode = '23514', constraint = 'credit_notes_invoice_total', schema = 'trade', table = 'credit_notes';
  end if;
  select coalesce(sum(net_minor), 0), coalesce(sum(tax_minor), 0) into v_net, v_tax from trade.credit_note_lines
  where credit_note_id = v_row.id and deleted_at is null;
  if v_net < 0 or v_tax < 0 or v_net + v_tax = 0 then
    raise exception 'a credit note of % and % tax is none', v_net, v_tax
      using errcode = '23514', constraint = 'credit_notes_credits_something', schema = 'trade', table = 'credit_notes';
  end if;
  select array_agg('4500'::text order by first), array_agg(fund_id order by first), array_agg(net order by first)
  into v_codes, v_funds, v_amounts
  from (
    select coalesce(i.fund_id, v_general) as fund_id, min(l.position) as first, sum(l.net_minor)::bigint as net
    from trade.credit_note_lines l join trade.issued_invoice_lines i on i.id = l.invoice_line_id
    where l.credit_note_id = v_row.id and l.deleted_at is null
    group by coalesce(i.fund_id, v_general)
  ) income;
  v_journal := ledger.book(
    null, 'credit_note.issued', finance.today(), 'credit_note', v_row.id, v_row.currency,
    v_codes || '2200'::text || '1400'::text, v_funds || null::uuid || null::uuid,
    v_amounts || v_tax::bigint || -(v_net + v_tax)::bigint, p_actor, p_request_id, 'customer', v_invoice.customer_ref);
  -- Last, because the row of the series is locked from here to the commit.
  update trade.credit_notes set status = 'issued', net_minor = v_net, tax_minor = v_tax, total_minor = v_net + v_tax,
    journal_id = v_journal
  where id = v_row.id returning * into v_row;
  v_open := trade.open_minor(v_invoice);
  if v_open <= 0 and v_invoice.claim_status in ('open', 'overdue', 'partially_paid', 'disputed') then
    update trade.issued_invoices set claim_status = 'credited', updated_by = p_actor where id = v_invoice.id
    returning * into v_invoice;
  end if;
  perform trade.tell_invoice(v_invoice, 'credited', jsonb_build_object(
    'credit_note_id', v_row.id, 'credit_note_number', v_row.number, 'amount_minor', v_row.total_minor,
    'journal_id', v_journal));
  v_lines := trade.credit_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', v_open));
  return query select v_row, v_lines, v_open, false;
end
$$;
comment on function trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text) is
  'Issues and posts a credit note of an invoice, all of it or part of its lines, never more than was invoiced; it has a number of its own. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_state, accounting_periods_open, accounts_open (P0409), credit_notes_pkey (23505), credit_note_lines_invoice_line_id_fkey (23503), credit_notes_invoice_total, credit_notes_currency_of_invoice, credit_notes_credits_something (23514) or a check of credit_note_lines.';
grant execute on function trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text) to finance_writer;

-- Definer: no application role may call what it calls.
create function trade.mark_overdue(p_at_most integer) returns bigint
  language plpgsql security definer
  set search_path = ''
as $$
declare
  v_marked bigint;
begin
  update trade.issued_invoices set claim_status = 'overdue', updated_by = null
  where id in (
    select i.id from trade.issued_invoices i
    where i.claim_status in ('open', 'partially_paid') and i.due_on < finance.today() and i.deleted_at is null
    order by i.due_on, i.id limit p_at_most for no key update skip locked);
  get diagnostics v_marked = row_count;
  return v_marked;
end
$$;
comment on function trade.mark_overdue(integer) is
  'Marks invoices whose last day to pay is over, at most that many; says how many.';
grant execute on function trade.mark_overdue(integer) to finance_writer;
