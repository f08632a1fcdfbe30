-- Drop trigger "check_claim_status" of table "trade.issued_invoices", to be made again
drop trigger check_claim_status on trade.issued_invoices;

-- Drop trigger "check_frozen" of table "trade.issued_invoices", to be made again
drop trigger check_frozen on trade.issued_invoices;

-- Drop trigger "check_frozen_sent" of table "trade.issued_invoices", to be made again
drop trigger check_frozen_sent on trade.issued_invoices;

-- Drop trigger "keep_once_set" of table "trade.issued_invoices", to be made again
drop trigger keep_once_set on trade.issued_invoices;

-- Drop index "trade.issued_invoices_quote_id_key", to be made again
drop index trade.issued_invoices_quote_id_key;

-- Drop constraint "issued_invoices_claim_status_known" of table "trade.issued_invoices", to be made again
alter table trade.issued_invoices drop constraint issued_invoices_claim_status_known;

-- Replace function "trade.check_invoice_settlement()"
create or replace function trade.check_invoice_settlement()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;

-- Create function "trade.expire_quotes(integer)"
create function trade.expire_quotes(p_at_most integer)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  v_expired bigint;
begin
  update trade.quotes set status = 'expired', updated_by = null
  where id in (
    select q.id from trade.quotes q where q.status = 'sent' and q.valid_until < finance.today() and q.deleted_at is null
    order by q.valid_until, q.id limit p_at_most for no key update skip locked);
  get diagnostics v_expired = row_count;
  return v_expired;
end
$function$;
grant execute on function trade.expire_quotes(integer) to finance_writer;
comment on function trade.expire_quotes(integer) is 'Expires quotes whose last day is over, at most that many; says how many.';

-- Create function "trade.keep_quote(trade.quotes, jsonb, text, uuid)"
create function trade.keep_quote(p_quote trade.quotes, p_lines jsonb, p_reason text, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_content jsonb := to_jsonb(p_quote) || jsonb_build_object('lines', p_lines);
begin
  insert into trade.quote_snapshots (quote_id, reason, content, content_sha256, created_by)
  values (p_quote.id, p_reason, v_content, sha256(convert_to(v_content::text, 'UTF8')), p_actor);
end
$function$;
comment on function trade.keep_quote(trade.quotes, jsonb, text, uuid) is 'Keeps a quote word for word as it is at a step.';

-- Create function "trade.locked_invoice(uuid, integer)"
create function trade.locked_invoice(p_id uuid, p_version integer)
 returns trade.issued_invoices
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function trade.locked_invoice(uuid, integer) is 'An invoice, locked: what concerns it takes turns. Breaks issued_invoices_pkey (P0404), issued_invoices_version (P0412).';

-- Create function "trade.mark_overdue(integer)"
create function trade.mark_overdue(p_at_most integer)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
grant execute on function trade.mark_overdue(integer) to finance_writer;
comment on function trade.mark_overdue(integer) is 'Marks invoices whose last day to pay is over, at most that many; says how many.';

-- Create function "trade.money(bigint, text)"
create function trade.money(p_minor bigint, p_currency text)
 returns jsonb
 language sql
 immutable
 set search_path to ''
as $function$
  select jsonb_build_object('amount', p_minor, 'currency', p_currency)
$function$;
grant execute on function trade.money(bigint, text) to finance_reader, finance_writer;
comment on function trade.money(bigint, text) is 'An amount as it is on the wire.';

-- Create function "trade.credit_lines_of(uuid, text)"
create function trade.credit_lines_of(p_credit_note_id uuid, p_currency text)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'invoice_line_id', l.invoice_line_id, 'product_id', l.product_id,
    'description', l.description, 'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency)) order by l.position), '[]')
  from trade.credit_note_lines l where l.credit_note_id = p_credit_note_id and l.deleted_at is null
$function$;
grant execute on function trade.credit_lines_of(uuid, text) to finance_reader, finance_writer;
comment on function trade.credit_lines_of(uuid, text) is 'The lines of a credit note as they are on the wire.';

-- Create function "trade.invoice_lines_of(uuid, text)"
create function trade.invoice_lines_of(p_invoice_id uuid, p_currency text)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'product_id', l.product_id, 'description', l.description,
    'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency), 'fund_id', l.fund_id) order by l.position), '[]')
  from trade.issued_invoice_lines l where l.invoice_id = p_invoice_id and l.deleted_at is null
$function$;
grant execute on function trade.invoice_lines_of(uuid, text) to finance_reader, finance_writer;
comment on function trade.invoice_lines_of(uuid, text) is 'The lines of an invoice as they are on the wire.';

-- Create function "trade.open_minor(trade.issued_invoices)"
create function trade.open_minor(p_invoice trade.issued_invoices)
 returns bigint
 language plpgsql
 stable
 set search_path to ''
as $function$
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
$function$;
grant execute on function trade.open_minor(trade.issued_invoices) to finance_reader, finance_writer;
comment on function trade.open_minor(trade.issued_invoices) is 'What the customer still owes of an invoice, minor units; negative: what we owe back.';

-- Create function "trade.convert_quote(text, text, bytea, uuid, integer, uuid)"
create function trade.convert_quote(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
 returns table(invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
  if v_quote.discount_bp <> 0 then
    raise exception 'quote % has a discount on the whole, which the lines of an invoice do not have', v_quote.id
      using errcode = 'P0409', constraint = 'quotes_discount_by_line', schema = 'trade', table = 'quotes';
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
$function$;
grant execute on function trade.convert_quote(text, text, bytea, uuid, integer, uuid) to finance_writer;
comment on function trade.convert_quote(text, text, bytea, uuid, integer, uuid) is 'Makes the draft of an invoice of an accepted quote, without its optional lines; a quote becomes one invoice. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_discount_by_line (P0409), quotes_status_transition (23514), issued_invoices_quote_id_key (23505).';

-- Create function "trade.post_invoice(trade.issued_invoices, uuid, text)"
create function trade.post_invoice(p_invoice trade.issued_invoices, p_actor uuid, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function trade.post_invoice(trade.issued_invoices, uuid, text) is 'Posts the claim of an invoice: its income by fund, and its tax.';

-- Create function "trade.priced_line(jsonb, text, date)"
create function trade.priced_line(p_line jsonb, p_currency text, p_on date)
 returns jsonb
 language plpgsql
 stable
 set search_path to ''
as $function$
declare
  v_product trade.products;
  v_price bigint := (p_line ->> 'unit_price_minor')::bigint;
  v_discount integer := coalesce((p_line ->> 'discount_bp')::integer, 0);
  v_tax_code text;
  v_tax_bp integer;
  v_net numeric;
begin
  if p_line ->> 'currency' <> p_currency then
    raise exception 'a price in % does not stand on a document in %', p_line ->> 'currency', p_currency
      using errcode = '23514', constraint = 'lines_currency', schema = 'trade', table = 'products';
  end if;
  if p_line ->> 'product_id' is not null then
    select * into v_product from trade.products
    where id = (p_line ->> 'product_id')::uuid and deleted_at is null and status = 'active';
    if not found then
      raise exception 'product % is not offered', p_line ->> 'product_id'
        using errcode = '23503', constraint = 'lines_product_offered', schema = 'trade', table = 'products';
    end if;
    if v_price is null and v_product.currency = p_currency then
      v_price := v_product.list_price_minor;
    end if;
  end if;
  if v_price is null then
    raise exception 'a line has no price in %', p_currency
      using errcode = '23514', constraint = 'lines_price_known', schema = 'trade', table = 'products';
  end if;
  v_tax_code := coalesce(p_line ->> 'tax_code', v_product.tax_code);
  select rate_bp into v_tax_bp from trade.tax_rates
  where code = v_tax_code and valid_from <= p_on and (valid_to is null or p_on < valid_to);
  if not found then
    raise exception 'tax % has no rate on %', v_tax_code, p_on
      using errcode = '23503', constraint = 'lines_tax_known', schema = 'trade', table = 'tax_rates';
  end if;
  v_net := round((p_line ->> 'quantity')::numeric * v_price * (10000 - v_discount) / 10000);
  return p_line || jsonb_build_object(
    'description', coalesce(
      p_line ->> 'description', nullif(v_product.label ->> 'en', ''), v_product.label ->> 'de'),
    'unit', coalesce(p_line ->> 'unit', v_product.unit, 'piece'),
    'unit_price_minor', v_price, 'discount_bp', v_discount, 'net_minor', v_net,
    'tax_code', v_tax_code, 'tax_bp', v_tax_bp, 'tax_minor', round(v_net * v_tax_bp / 10000),
    'is_optional', coalesce((p_line ->> 'is_optional')::boolean, false));
end
$function$;
comment on function trade.priced_line(jsonb, text, date) is 'A line with what it leaves out taken from its product, its net amount and its tax at the rate of a day. Breaks lines_product_offered, lines_tax_known (23503), lines_price_known, lines_currency (23514).';

-- Create function "trade.priced_lines(jsonb, text, date)"
create function trade.priced_lines(p_lines jsonb, p_currency text, p_on date, out lines jsonb, out net_minor bigint, out tax_minor bigint)
 returns record
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  select coalesce(jsonb_agg(trade.priced_line(l.value, p_currency, p_on) order by l.ordinality), '[]') into lines
  from jsonb_array_elements(coalesce(p_lines, '[]')) with ordinality l;
  select coalesce(sum((l.value ->> 'net_minor')::numeric), 0), coalesce(sum((l.value ->> 'tax_minor')::numeric), 0)
  into net_minor, tax_minor
  from jsonb_array_elements(lines) l where not (l.value ->> 'is_optional')::boolean;
  if net_minor < 0 or tax_minor < 0 then
    raise exception 'the lines come to % and % tax', net_minor, tax_minor
      using errcode = '23514', constraint = 'lines_not_negative', schema = 'trade', table = 'products';
  end if;
end
$function$;
comment on function trade.priced_lines(jsonb, text, date) is 'All lines of a document, and what those come to that are not optional. Breaks lines_not_negative (23514) and what trade.priced_line breaks.';

-- Create function "trade.put_credit_lines(trade.credit_notes, jsonb, uuid)"
create function trade.put_credit_lines(p_note trade.credit_notes, p_lines jsonb, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function trade.put_credit_lines(trade.credit_notes, jsonb, uuid) is 'Writes the lines of a credit note: null: all of the invoice; else each names a line of it, and may credit part of its quantity or price. Breaks credit_note_lines_invoice_line_id_fkey (23503), credit_notes_currency_of_invoice (23514).';

-- Create function "trade.put_invoice_lines(uuid, jsonb, uuid)"
create function trade.put_invoice_lines(p_invoice_id uuid, p_lines jsonb, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function trade.put_invoice_lines(uuid, jsonb, uuid) is 'Puts priced lines in the place of those of an invoice.';

-- Create function "trade.put_quote_lines(uuid, jsonb, uuid)"
create function trade.put_quote_lines(p_quote_id uuid, p_lines jsonb, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  update trade.quote_lines set deleted_at = now(), updated_by = p_actor where quote_id = p_quote_id and deleted_at is null;
  insert into trade.quote_lines (
    quote_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor, tax_code,
    tax_bp, tax_minor, component_type, measure_ref, is_optional, created_by, updated_by)
  select p_quote_id, l.ordinality, r.product_id, r.description, r.quantity, r.unit, r.unit_price_minor, r.discount_bp,
    r.net_minor, r.tax_code, r.tax_bp, r.tax_minor, r.component_type, r.measure_ref, r.is_optional, p_actor, p_actor
  from jsonb_array_elements(p_lines) with ordinality l
  cross join lateral jsonb_populate_record(null::trade.quote_lines, l.value) r;
end
$function$;
comment on function trade.put_quote_lines(uuid, jsonb, uuid) is 'Puts priced lines in the place of those of a quote.';

-- Create function "trade.quote_lines_of(uuid, text)"
create function trade.quote_lines_of(p_quote_id uuid, p_currency text)
 returns jsonb
 language sql
 stable
 set search_path to ''
as $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'product_id', l.product_id, 'description', l.description,
    'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency), 'component_type', l.component_type, 'measure_ref', l.measure_ref,
    'is_optional', l.is_optional) order by l.position), '[]')
  from trade.quote_lines l where l.quote_id = p_quote_id and l.deleted_at is null
$function$;
grant execute on function trade.quote_lines_of(uuid, text) to finance_reader, finance_writer;
comment on function trade.quote_lines_of(uuid, text) is 'The lines of a quote as they are on the wire.';

-- Create function "trade.create_quote(text, text, bytea, jsonb, uuid)"
create function trade.create_quote(p_scope text, p_key text, p_fingerprint bytea, p_quote jsonb, p_actor uuid)
 returns table(quote trade.quotes, lines jsonb, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted trade.quotes := jsonb_populate_record(null::trade.quotes, p_quote);
  v_row trade.quotes;
  v_priced record;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.quotes, v_answer), v_answer -> 'lines', true;
    return;
  end if;
  select * into v_priced from trade.priced_lines(p_quote -> 'lines', v_wanted.currency, finance.today());
  insert into trade.quotes (
    id, project_ref, building_ref, customer_ref, customer, currency, net_minor, tax_minor, total_minor,
    early_payment_bp, early_payment_days, terms, valid_until, replaces_id, created_by, updated_by)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.project_ref, v_wanted.building_ref, v_wanted.customer_ref,
    v_wanted.customer, v_wanted.currency, v_priced.net_minor, v_priced.tax_minor,
    v_priced.net_minor + v_priced.tax_minor, coalesce(v_wanted.early_payment_bp, 0),
    coalesce(v_wanted.early_payment_days, 0), v_wanted.terms, v_wanted.valid_until, v_wanted.replaces_id, p_actor, p_actor)
  returning * into v_row;
  perform trade.put_quote_lines(v_row.id, v_priced.lines, p_actor);
  v_lines := trade.quote_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object('lines', v_lines));
  return query select v_row, v_lines, false;
end
$function$;
grant execute on function trade.create_quote(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function trade.create_quote(text, text, bytea, jsonb, uuid) is 'Writes the draft of a quote, its lines priced today. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (23505), quotes_currency_fkey, quotes_replaces_id_fkey (23503), a check of quotes or quote_lines (23514), and what trade.priced_lines breaks.';

-- Create function "trade.refuse_invoice(trade.issued_invoices)"
create function trade.refuse_invoice(p_invoice trade.issued_invoices)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception 'invoice % is %, %', p_invoice.id, p_invoice.status, p_invoice.claim_status
    using errcode = 'P0409', constraint = 'issued_invoices_state', schema = 'trade', table = 'issued_invoices';
end
$function$;
comment on function trade.refuse_invoice(trade.issued_invoices) is 'Refuses a step that an invoice cannot take from where it stands; breaks issued_invoices_state (P0409).';

-- Create function "trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid)"
create function trade.step_quote(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_valid_until date, p_accepted_by uuid, p_reason text, p_actor uuid)
 returns table(quote trade.quotes, lines jsonb, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row trade.quotes;
  v_lines jsonb;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.quotes, v_answer), v_answer -> 'lines', true;
    return;
  end if;
  select * into v_row from trade.quotes where id = p_id and deleted_at is null for no key update;
  if not found then
    raise exception 'quote % does not exist', p_id
      using errcode = 'P0404', constraint = 'quotes_pkey', schema = 'trade', table = 'quotes';
  end if;
  perform finance.check_version('quotes_version', v_row.version, p_version);
  if v_row.status <> (case p_step when 'send' then 'draft' else 'sent' end) then
    raise exception 'quote % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'quotes_status_transition', schema = 'trade', table = 'quotes';
  end if;
  if p_step = 'accept' and v_row.valid_until < finance.today()
    or p_step = 'send' and coalesce(p_valid_until, v_row.valid_until) < finance.today()
  then
    raise exception 'quote % was valid until %', v_row.id, coalesce(p_valid_until, v_row.valid_until)
      using errcode = 'P0409', constraint = 'quotes_still_valid', schema = 'trade', table = 'quotes';
  end if;
  case p_step
    when 'send' then
      if not exists (select from trade.quote_lines l where l.quote_id = v_row.id and l.deleted_at is null) then
        raise exception 'quote % has no lines', v_row.id
          using errcode = '23514', constraint = 'quotes_some_lines', schema = 'trade', table = 'quotes';
      end if;
      -- What it replaces no longer stands, unless it has become an invoice: then the trigger refuses.
      update trade.quotes q set status = 'superseded', updated_by = p_actor
      where q.id = v_row.replaces_id and q.status in ('sent', 'accepted') and not exists (
        select from trade.issued_invoices i
        where i.quote_id = q.id and i.status <> 'cancelled' and i.claim_status <> 'void' and i.deleted_at is null);
      update trade.quotes set status = 'sent', valid_until = coalesce(p_valid_until, valid_until), updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'accept' then
      update trade.quotes set status = 'accepted', accepted_at = now(), accepted_by = coalesce(p_accepted_by, p_actor),
        updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'decline' then
      update trade.quotes set status = 'declined', decline_reason = p_reason, updated_by = p_actor
      where id = v_row.id returning * into v_row;
  end case;
  v_lines := trade.quote_lines_of(v_row.id, v_row.currency);
  perform trade.keep_quote(v_row, v_lines, v_row.status, p_actor);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.quote.' || v_row.status || '.v1', 'quote', v_row.id, jsonb_build_object(
    'quote_id', v_row.id, 'number', v_row.number, 'customer_ref', v_row.customer_ref, 'project_ref', v_row.project_ref,
    'total_minor', v_row.total_minor, 'currency', v_row.currency));
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row) || jsonb_build_object('lines', v_lines));
  return query select v_row, v_lines, false;
end
$function$;
grant execute on function trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid) to finance_writer;
comment on function trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid) is 'Takes a quote one step further: send (gives it its number, and takes the place of the one it replaces), accept, decline; keeps it word for word. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_still_valid (P0409), quotes_status_transition, quotes_some_lines, quotes_sent_is_valid, quotes_replaces_done (23514), quotes_replaces_id_key (23505).';

-- Create function "trade.tax_point(trade.issued_invoices)"
create function trade.tax_point(p_invoice trade.issued_invoices)
 returns date
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return coalesce(p_invoice.service_to, p_invoice.issued_on, finance.today());
end
$function$;
comment on function trade.tax_point(trade.issued_invoices) is 'The day whose rates of tax count: the last day of the service, else the day of issue, else today.';

-- Create function "trade.create_invoice(text, text, bytea, jsonb, uuid)"
create function trade.create_invoice(p_scope text, p_key text, p_fingerprint bytea, p_invoice jsonb, p_actor uuid)
 returns table(invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
    coalesce(v_row.id, gen_random_uuid()), v_row.project_ref, v_row.customer_ref, v_row.customer, v_row.currency,
    v_priced.net_minor, v_priced.tax_minor, v_priced.net_minor + v_priced.tax_minor, v_row.service_from,
    v_row.service_to, v_row.due_on, coalesce(v_row.early_payment_bp, 0), coalesce(v_row.early_payment_days, 0),
    p_actor, p_actor)
  returning * into v_row;
  perform trade.put_invoice_lines(v_row.id, v_priced.lines, p_actor);
  v_lines := trade.invoice_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint,
    to_jsonb(v_row) || jsonb_build_object('lines', v_lines, 'open_minor', 0));
  return query select v_row, v_lines, 0::bigint, false;
end
$function$;
grant execute on function trade.create_invoice(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function trade.create_invoice(text, text, bytea, jsonb, uuid) is 'Writes the draft of an invoice, without a number. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (23505), issued_invoices_currency_fkey, issued_invoice_lines_fund_id_fkey (23503), a check of issued_invoices or issued_invoice_lines (23514), and what trade.priced_lines breaks.';

-- Create function "trade.tell_invoice(trade.issued_invoices, text, jsonb)"
create function trade.tell_invoice(p_invoice trade.issued_invoices, p_fact text, p_more jsonb)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.invoice.' || p_fact || '.v1', 'invoice', p_invoice.id, jsonb_build_object(
    'invoice_id', p_invoice.id, 'number', p_invoice.number, 'customer_ref', p_invoice.customer_ref,
    'project_ref', p_invoice.project_ref, 'total_minor', p_invoice.total_minor,
    'open_minor', trade.open_minor(p_invoice), 'currency', p_invoice.currency) || coalesce(p_more, '{}'));
end
$function$;
comment on function trade.tell_invoice(trade.issued_invoices, text, jsonb) is 'Tells other domains what happened to an invoice.';

-- Create function "trade.close_invoice(text, text, bytea, uuid, integer, text, text, uuid, text)"
create function trade.close_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_reason text, p_actor uuid, p_request_id text)
 returns table(invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function trade.close_invoice(text, text, bytea, uuid, integer, text, text, uuid, text) to finance_writer;
comment on function trade.close_invoice(text, text, bytea, uuid, integer, text, text, uuid, text) is 'Gives up an invoice: void (a draft; or one that nobody paid or credited, reversed exactly), write_off (what is open after its last day). Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state, issued_invoices_overdue, accounting_periods_open, accounts_open (P0409).';

-- Create function "trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text)"
create function trade.credit_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_note jsonb, p_actor uuid, p_request_id text)
 returns table(credit_note trade.credit_notes, lines jsonb, open_minor bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
  if v_invoice.status <> 'sent' or v_invoice.claim_status in ('void', 'written_off') then
    perform trade.refuse_invoice(v_invoice);
  end if;
  insert into trade.credit_notes (id, invoice_id, reason, currency, created_by, updated_by)
  values (coalesce(v_row.id, gen_random_uuid()), v_invoice.id, v_row.reason, v_invoice.currency, p_actor, p_actor)
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
$function$;
grant execute on function trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text) to finance_writer;
comment on function trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text) is 'Issues and posts a credit note of an invoice, all of it or part of its lines, never more than was invoiced; it has a number of its own. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_state, accounting_periods_open, accounts_open (P0409), credit_notes_pkey (23505), credit_note_lines_invoice_line_id_fkey (23503), credit_notes_invoice_total, credit_notes_currency_of_invoice, credit_notes_credits_something (23514) or a check of credit_note_lines.';

-- Create function "trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text)"
create function trade.issue_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_due_on date, p_actor uuid, p_request_id text)
 returns table(invoice trade.issued_invoices, lines jsonb, open_minor bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
  update trade.issued_invoices set status = 'pending_approval', due_on = v_due, updated_by = p_actor where id = v_row.id;
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
$function$;
grant execute on function trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text) to finance_writer;
comment on function trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text) is 'Issues an invoice that somebody else wrote: it gets the next number and is posted; nothing of it changes any more. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state, issued_invoices_tax_rates, accounting_periods_open, accounts_open (P0409), funds_floor (P0402), issued_invoices_four_eyes, issued_invoices_due_later, issued_invoices_claims_something (23514).';

-- Create function "trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text)"
create function trade.pay_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_payment jsonb, p_actor uuid, p_request_id text)
 returns table(payment trade.invoice_payments, currency text, open_minor bigint, claim_status text, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
  v_row.id := coalesce(v_row.id, gen_random_uuid());
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
$function$;
grant execute on function trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text) to finance_writer;
comment on function trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text) is 'Records and posts a payment of an invoice, all that is open or part of it, never more; negative: money that goes back, never more than was paid too much. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_state, accounting_periods_open, accounts_open (P0409), invoice_payments_pkey, invoice_payments_payment_ref_key (23505), invoice_payments_bank_line_id_fkey (23503), invoice_payments_currency_of_invoice, invoice_payments_invoice_total, invoice_payments_discount, invoice_payments_day (23514).';

-- Create function "trade.update_invoice(uuid, integer, jsonb, uuid)"
create function trade.update_invoice(p_id uuid, p_version integer, p_change jsonb, p_actor uuid)
 returns table(invoice trade.issued_invoices, lines jsonb, open_minor bigint)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
grant execute on function trade.update_invoice(uuid, integer, jsonb, uuid) to finance_writer;
comment on function trade.update_invoice(uuid, integer, jsonb, uuid) is 'Changes the draft of an invoice: columns that the change names, and all lines together. Breaks issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state (P0409), and what trade.create_invoice breaks.';

-- Create function "trade.update_quote(uuid, integer, jsonb, uuid)"
create function trade.update_quote(p_id uuid, p_version integer, p_change jsonb, p_actor uuid)
 returns table(quote trade.quotes, lines jsonb)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_row trade.quotes;
  v_priced record;
begin
  select * into v_row from trade.quotes where id = p_id and deleted_at is null for no key update;
  if not found then
    raise exception 'quote % does not exist', p_id
      using errcode = 'P0404', constraint = 'quotes_pkey', schema = 'trade', table = 'quotes';
  end if;
  perform finance.check_version('quotes_version', v_row.version, p_version);
  if v_row.status <> 'draft' then
    raise exception 'quote % is %: a new one takes its place', v_row.id, v_row.status
      using errcode = '23514', constraint = 'quotes_frozen', schema = 'trade', table = 'quotes';
  end if;
  v_row := jsonb_populate_record(v_row, p_change);
  if p_change ? 'lines' then
    select * into v_priced from trade.priced_lines(p_change -> 'lines', v_row.currency, finance.today());
    v_row.net_minor := v_priced.net_minor;
    v_row.tax_minor := v_priced.tax_minor;
    perform trade.put_quote_lines(v_row.id, v_priced.lines, p_actor);
  end if;
  update trade.quotes set
    project_ref = v_row.project_ref, building_ref = v_row.building_ref, customer_ref = v_row.customer_ref,
    customer = v_row.customer, net_minor = v_row.net_minor, tax_minor = v_row.tax_minor,
    total_minor = v_row.net_minor + v_row.tax_minor, early_payment_bp = v_row.early_payment_bp,
    early_payment_days = v_row.early_payment_days, terms = v_row.terms, valid_until = v_row.valid_until,
    replaces_id = v_row.replaces_id, updated_by = p_actor
  where id = v_row.id
  returning * into v_row;
  return query select v_row, trade.quote_lines_of(v_row.id, v_row.currency);
end
$function$;
grant execute on function trade.update_quote(uuid, integer, jsonb, uuid) to finance_writer;
comment on function trade.update_quote(uuid, integer, jsonb, uuid) is 'Changes the draft of a quote: columns that the change names, and all lines together. Breaks quotes_pkey (P0404), quotes_version (P0412), quotes_frozen (23514), and what trade.create_quote breaks.';

-- Add column "payment_ref" of table "trade.invoice_payments"
alter table trade.invoice_payments add column payment_ref text;
comment on column trade.invoice_payments.payment_ref is 'What the bank or processor calls it, unique per method; null: not said.';

-- Add column "closing_journal_id" of table "trade.issued_invoices"
alter table trade.issued_invoices add column closing_journal_id uuid;
comment on column trade.issued_invoices.closing_journal_id is 'Journal that took the claim, or what was left of it, out of the books: voided or written off; null: neither.';

-- Add column "written_off_minor" of table "trade.issued_invoices"
alter table trade.issued_invoices add column written_off_minor bigint default 0 not null;
comment on column trade.issued_invoices.written_off_minor is 'What was written off, minor units.';

-- Change view "ledger.invariant_breaks"
create or replace view ledger.invariant_breaks as
 select 'I1 journal does not balance'::text as invariant,
    (entries.journal_id)::text as what
   from ledger.entries
  group by entries.journal_id, entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I2 ledger does not balance'::text as invariant,
    entries.currency as what
   from ledger.entries
  group by entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I3 journal is incomplete'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ( select entries.journal_id,
            count(*) as n
           from ledger.entries
          group by entries.journal_id) e on ((e.journal_id = j.id)))
  where ((j.lines <> coalesce(e.n, (0)::bigint)) or (j.lines < 2))
union all
 select 'I4 balance differs from its entries'::text as invariant,
    (a.id)::text as what
   from (((ledger.accounts a
     left join ledger.account_balances b on ((b.account_id = a.id)))
     left join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
     left join ( select balance_deltas.account_id,
            sum(balance_deltas.amount) as total
           from ledger.balance_deltas
          group by balance_deltas.account_id) d on ((d.account_id = a.id)))
  where ((b.balance is null) or ((b.balance + coalesce(d.total, (0)::numeric)) <> coalesce(e.total, (0)::numeric)))
union all
 select 'I5 account below its floor'::text as invariant,
    (a.id)::text as what
   from (ledger.accounts a
     join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
  where ((e.total * (a.sign)::numeric) < (a.floor_minor)::numeric)
union all
 select 'I5 fund below its floor'::text as invariant,
    ((f.code || ' '::text) || a.currency) as what
   from (((ledger.funds f
     join ledger.accounts a on ((a.fund_id = f.id)))
     join ledger.entries e on ((e.account_id = a.id)))
     left join lateral ( select min(s.balance_minor) as balance_minor
           from ledger.shortfalls s
          where ((s.fund_id = f.id) and (s.currency = a.currency))) short on (true))
  group by f.id, f.code, f.floor_minor, a.currency, short.balance_minor
 having ((- sum(e.amount)) < (least(f.floor_minor, short.balance_minor))::numeric)
union all
 select 'I6 reversal is not exact'::text as invariant,
    (r.id)::text as what
   from ledger.journals r
  where ((r.reverses is not null) and (exists ( select 1
           from ledger.entries e
          where (e.journal_id = any (array[r.id, r.reverses]))
          group by e.account_id, e.currency
         having (sum(e.amount) <> (0)::numeric))))
union all
 select 'I7 journal without outbox event'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (not (exists ( select 1
           from finance.outbox_events o
          where ((o.aggregate_id = j.id) and ((o.topic)::text = 'finance.journal.posted.v1'::text)))))
union all
 select 'I8 idempotency key without its journal'::text as invariant,
    (((k.scope)::text || ' '::text) || (k.key)::text) as what
   from finance.idempotency_keys k
  where (((k.response ->> 'journal_id'::text) is not null) and (not (exists ( select 1
           from ledger.journals j
          where (j.id = ((k.response ->> 'journal_id'::text))::uuid)))))
union all
 select 'I9 posted outside an open period'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ledger.accounting_periods p on ((p.span @> j.effective_date)))
  where ((p.id is null) or (j.posted_at > p.closed_at))
union all
 select 'I11 chain of seals has a gap'::text as invariant,
    (count(*))::text as what
   from ledger.seals
 having (count(*) <> coalesce(max(seals.seq), (0)::bigint))
union all
 select 'I12 entry in another currency than its account'::text as invariant,
    (e.journal_id)::text as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.currency <> e.currency)
union all
 select 'I13 journal neither sealed nor queued'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where ((not (exists ( select 1
           from ledger.seals s
          where (s.journal_id = j.id)))) and (not (exists ( select 1
           from ledger.seal_queue q
          where (q.journal_id = j.id)))))
union all
 select 'I15 contribution differs from its journal'::text as invariant,
    (c.id)::text as what
   from (((giving.contributions c
     left join ledger.journals j on (((j.id = c.journal_id) and ((j.source_type)::text = 'contribution'::text) and (j.source_id = c.id) and ((j.kind)::text = 'contribution.settled'::text))))
     left join ledger.entries e on ((e.journal_id = j.id)))
     left join ledger.accounts a on (((a.id = e.account_id) and (a.code = '4000'::text) and (a.fund_id = c.fund_id) and (a.currency = c.currency))))
  where (c.journal_id is not null)
  group by c.id, c.amount_minor
 having (coalesce((- sum(e.amount) filter (where (a.id is not null))), (0)::numeric) <> (c.amount_minor)::numeric)
union all
 select 'I15 contribution journal without contribution'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (((j.kind)::text = 'contribution.settled'::text) and (not (exists ( select 1
           from giving.contributions c
          where ((c.journal_id = j.id) and (c.id = j.source_id))))))
union all
 select 'I10 series has a gap'::text as invariant,
    s.series as what
   from (ledger.number_series s
     left join ( select quotes.series,
            quotes.serial
           from trade.quotes
        union all
         select issued_invoices.series,
            issued_invoices.serial
           from trade.issued_invoices
        union all
         select credit_notes.series,
            credit_notes.serial
           from trade.credit_notes) d on ((d.series = s.series)))
  group by s.series, s.next
 having ((count(d.serial) <> (s.next - 1)) or (coalesce(max(d.serial), (0)::bigint) <> (s.next - 1)))
union all
 select 'I15 refunded more than was captured'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     join giving.refunds r on (((r.contribution_id = c.id) and (r.status <> 'failed'::text))))
  group by c.id, c.amount_minor, c.fee_cover_minor, c.tip_minor
 having (sum(r.amount_minor) > (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric)
union all
 select 'I15 status does not follow from refunds'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     cross join lateral ( select coalesce(sum(r_1.amount_minor), (0)::numeric) as refunded
           from giving.refunds r_1
          where ((r_1.contribution_id = c.id) and (r_1.status = 'settled'::text))) r)
  where ((c.status = any (array['settled'::text, 'partially_refunded'::text, 'refunded'::text])) and (c.status <>
        case
            when (r.refunded >= (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric) then 'refunded'::text
            when (r.refunded > (0)::numeric) then 'partially_refunded'::text
            else 'settled'::text
        end))
union all
 select 'I15 disputes that are held differ from account 1210'::text as invariant,
    held.currency as what
   from ( select parts.currency,
            sum(parts.minor) as minor
           from ( select e.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1210'::text)
                union all
                 select d.currency,
                    (- d.amount_minor)
                   from giving.disputes d
                  where (d.status = any (array['opened'::text, 'under_review'::text]))) parts
          group by parts.currency) held
  where (held.minor <> (0)::numeric)
union all
 select 'I16 contribution is claimed twice'::text as invariant,
    (claimed.contribution_id)::text as what
   from ( select claim_lines.contribution_id
           from giftaid.claim_lines
          where ((claim_lines.contribution_id is not null) and (claim_lines.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])))
        union all
         select aggregate_items.contribution_id
           from giftaid.aggregate_items
        union all
         select gasds_collections.contribution_id
           from giftaid.gasds_collections
          where (gasds_collections.contribution_id is not null)) claimed
  group by claimed.contribution_id
 having (count(*) > 1)
union all
 select 'I17 claimed without a declaration that covers it'::text as invariant,
    (l.id)::text as what
   from (giftaid.claim_lines l
     join giftaid.declarations d on ((d.id = l.declaration_id)))
  where ((l.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])) and (not ((d.covers @> l.donated_on) and ((d.cancelled_from is null) or (l.donated_on < d.cancelled_from)))))
union all
 select 'I19 debt to a partner differs from its payments'::text as invariant,
    (((owed.partner_ref)::text || ' '::text) || owed.currency) as what
   from ( select parts.partner_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as partner_ref,
                    a.currency,
                    (- e.amount) as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = '2100'::text) and ((a.counterparty_type)::text = 'partner'::text))
                union all
                 select d.partner_ref,
                    d.currency,
                    (- d.amount_minor)
                   from giving.disbursements d
                  where (d.status = any (array['approved'::text, 'failed'::text]))) parts
          group by parts.partner_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I18 accrued Gift Aid differs from account 1300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1300'::text)) b
  where (b.balance <> ( select coalesce(sum(accruals.tax_minor), (0)::numeric) as "coalesce"
           from giftaid.accruals
          where (accruals.status = 'open'::text)))
union all
 select 'I18 claimed Gift Aid differs from account 1310'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1310'::text)) b
  where (b.balance <> ( select coalesce(sum(giftaid.due(c.*)), (0)::numeric) as "coalesce"
           from giftaid.claims c))
union all
 select 'I18 Gift Aid to give back differs from account 2300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce((- sum(e.amount)), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '2300'::text)) b
  where (b.balance <> ( select coalesce(sum(a.amount_minor), (0)::numeric) as "coalesce"
           from (giftaid.adjustments a
             left join giftaid.claims c on ((c.id = a.settled_in_claim_id)))
          where ((a.status = 'open'::text) or (c.status = any (array['draft'::text, 'validated'::text])))))
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I21 debt of a customer differs from its invoices'::text as invariant,
    ((coalesce((owed.customer_ref)::text, 'nobody'::text) || ' '::text) || owed.currency) as what
   from ( select parts.customer_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as customer_ref,
                    a.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1400'::text)
                union all
                 select i.customer_ref,
                    i.currency,
                    (- (i.total_minor - i.written_off_minor))
                   from trade.issued_invoices i
                  where ((i.status = 'sent'::text) and (i.claim_status <> 'void'::text))
                union all
                 select i.customer_ref,
                    i.currency,
                    (p.amount_minor + p.discount_minor)
                   from (trade.invoice_payments p
                     join trade.issued_invoices i on ((i.id = p.invoice_id)))
                union all
                 select i.customer_ref,
                    i.currency,
                    c.total_minor
                   from (trade.credit_notes c
                     join trade.issued_invoices i on ((i.id = c.invoice_id)))
                  where (c.status = 'issued'::text)) parts
          group by parts.customer_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I24 message of a provider not looked at for 15 minutes'::text as invariant,
    (q.webhook_event_id)::text as what
   from (finance.webhook_queue q
     join finance.webhook_events e on ((e.id = q.webhook_event_id)))
  where ((q.attempts = 0) and (e.received_at < (now() - '00:15:00'::interval)))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Create constraint "invoice_payments_payment_ref_length" of table "trade.invoice_payments"
alter table trade.invoice_payments add constraint invoice_payments_payment_ref_length check (((length(btrim(payment_ref)) > 0) and (length(payment_ref) <= 200)));

-- Create constraint "issued_invoices_claim_status_known" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_claim_status_known check ((claim_status = any (array['none'::text, 'open'::text, 'overdue'::text, 'partially_paid'::text, 'paid'::text, 'disputed'::text, 'credited'::text, 'in_collection'::text, 'written_off'::text, 'void'::text])));

-- Create constraint "issued_invoices_closed_is_posted" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_closed_is_posted check ((((written_off_minor = 0) or (closing_journal_id is not null)) and ((claim_status <> 'void'::text) or (closing_journal_id is not null))));

-- Create constraint "issued_invoices_closing_journal_id_fkey" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_closing_journal_id_fkey foreign key (closing_journal_id) references ledger.journals(id) on delete restrict;

-- Create constraint "issued_invoices_closing_journal_id_key" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_closing_journal_id_key unique (closing_journal_id);

-- Create constraint "issued_invoices_written_off_minor_range" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_written_off_minor_range check (((written_off_minor >= 0) and (written_off_minor <= '9000000000000000'::bigint)));

-- Create index "trade.invoice_payments_payment_ref_key"
create unique index invoice_payments_payment_ref_key on trade.invoice_payments using btree (method, payment_ref) where (payment_ref is not null);

-- Create index "trade.issued_invoices_quote_id_key"
create unique index issued_invoices_quote_id_key on trade.issued_invoices using btree (quote_id) where ((status <> 'cancelled'::text) and (claim_status <> 'void'::text) and (deleted_at is null));

-- Create index "trade.quotes_valid_until_idx"
create index quotes_valid_until_idx on trade.quotes using btree (valid_until, id) where (status = 'sent'::text);

-- Create trigger "check_claim_status" of table "trade.issued_invoices"
create trigger check_claim_status before insert or update of claim_status on trade.issued_invoices for each row execute function finance.check_transition('claim_status', 'none', 'none>open', 'open>overdue,partially_paid,paid,disputed,credited,void', 'overdue>partially_paid,paid,disputed,in_collection,written_off,credited,void', 'partially_paid>paid,overdue,disputed,written_off,credited', 'disputed>open,overdue,paid,written_off,credited', 'in_collection>paid,written_off', 'written_off>paid');

-- Create trigger "check_frozen" of table "trade.issued_invoices"
create trigger check_frozen before update on trade.issued_invoices for each row execute function finance.check_frozen('status', 'draft,rejected', 'claim_status,journal_id,closing_journal_id,written_off_minor,approved_by,approved_at,due_on,number,series,serial,issued_on');

-- Create trigger "check_frozen_sent" of table "trade.issued_invoices"
create trigger check_frozen_sent before update on trade.issued_invoices for each row execute function finance.check_frozen('number', '', 'status,claim_status,closing_journal_id,written_off_minor');

-- Create trigger "keep_once_set" of table "trade.issued_invoices"
create trigger keep_once_set before update on trade.issued_invoices for each row execute function finance.keep_once_set('journal_id', 'closing_journal_id', 'created_by');
