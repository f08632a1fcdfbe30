-- Replace function "giving.create_mandate(text, text, bytea, jsonb, uuid, uuid)"
create or replace function giving.create_mandate(p_scope text, p_key text, p_fingerprint bytea, p_mandate jsonb, p_viewer uuid, p_actor uuid)
 returns table(mandate giving.recurring_mandates, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.recurring_mandates := jsonb_populate_record(null::giving.recurring_mandates, p_mandate);
  v_processor giving.processors;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.recurring_mandates, v_answer), true;
    return;
  end if;
  -- The lock makes a concurrent deletion of the contributor wait.
  perform 1 from giving.contributors
  where id = v_row.contributor_id and deleted_at is null and (p_viewer is null or contact_ref = p_viewer) for share;
  if not found then
    raise exception 'contributor % does not exist', v_row.contributor_id
      using errcode = '23503', constraint = 'recurring_mandates_contributor_id_fkey',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  select * into v_processor from giving.processors where code = v_row.processor and is_active;
  -- What a person records, or sends to our bank, nobody collects.
  if not found or v_processor.kind in ('manual', 'bank_transfer') then
    raise exception 'processor % collects nothing', v_row.processor
      using errcode = '23503', constraint = 'recurring_mandates_processor_fkey',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  if v_row.currency <> all (v_processor.currencies) then
    raise exception 'processor % does not take %', v_processor.code, v_row.currency
      using errcode = '23514', constraint = 'recurring_mandates_currency_of_processor',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  insert into giving.recurring_mandates (
    id, contributor_id, fund_id, project_ref, processor, processor_ref, amount_minor, currency, frequency, day_of_month,
    starts_on, ends_on, created_by, updated_by)
  values (
    coalesce(v_row.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_row.contributor_id,
    giving.purpose_fund(v_row.project_ref, null, null), v_row.project_ref, v_row.processor, v_row.processor_ref,
    v_row.amount_minor, v_row.currency, v_row.frequency, v_row.day_of_month,
    coalesce(v_row.starts_on, finance.today()), v_row.ends_on, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Replace function "trade.create_invoice(text, text, bytea, jsonb, uuid)"
create or replace function trade.create_invoice(p_scope text, p_key text, p_fingerprint bytea, p_invoice jsonb, p_actor uuid)
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
$function$;

-- Replace function "trade.create_quote(text, text, bytea, jsonb, uuid)"
create or replace function trade.create_quote(p_scope text, p_key text, p_fingerprint bytea, p_quote jsonb, p_actor uuid)
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
  v_wanted.discount_bp := coalesce(v_wanted.discount_bp, 0);
  v_wanted.discount_minor := coalesce(v_wanted.discount_minor, 0);
  perform trade.check_discount(p_quote, v_wanted.currency);
  select * into v_priced from trade.priced_quote(p_quote -> 'lines', v_wanted);
  insert into trade.quotes (
    id, project_ref, building_ref, customer_ref, customer, currency, net_minor, tax_minor, total_minor, discount_bp,
    discount_minor, early_payment_bp, early_payment_days, terms, valid_until, replaces_id, created_by, updated_by)
  values (
    coalesce(v_wanted.id, finance.id_of_request(p_scope, p_key, p_fingerprint)), v_wanted.project_ref,
    v_wanted.building_ref, v_wanted.customer_ref, v_wanted.customer, v_wanted.currency, v_priced.net_minor,
    v_priced.tax_minor, v_priced.net_minor + v_priced.tax_minor, v_wanted.discount_bp, v_wanted.discount_minor,
    coalesce(v_wanted.early_payment_bp, 0), coalesce(v_wanted.early_payment_days, 0), v_wanted.terms,
    v_wanted.valid_until, v_wanted.replaces_id, p_actor, p_actor)
  returning * into v_row;
  perform trade.put_quote_lines(v_row.id, v_priced.lines, p_actor);
  v_lines := trade.quote_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object('lines', v_lines));
  return query select v_row, v_lines, false;
end
$function$;

-- Replace function "trade.credit_invoice(text, text, bytea, uuid, jsonb, uuid, text)"
create or replace function trade.credit_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_note jsonb, p_actor uuid, p_request_id text)
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
$function$;

-- Replace function "trade.pay_invoice(text, text, bytea, uuid, jsonb, uuid, text)"
create or replace function trade.pay_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_payment jsonb, p_actor uuid, p_request_id text)
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
$function$;
