-- Drop trigger "check_frozen" of table "finance.recon_matches", to be made again
drop trigger check_frozen on finance.recon_matches;

-- Drop trigger "keep_once_set" of table "finance.recon_matches", to be made again
drop trigger keep_once_set on finance.recon_matches;

-- Drop trigger "check_status" of table "giving.disbursements", to be made again
drop trigger check_status on giving.disbursements;

-- Drop trigger "check_status" of table "giving.payouts", to be made again
drop trigger check_status on giving.payouts;

-- Drop trigger "check_status" of table "giving.recurring_mandates", to be made again
drop trigger check_status on giving.recurring_mandates;

-- Replace function "finance.bank_candidates(finance.bank_lines, text, text)"
create or replace function finance.bank_candidates(p_line finance.bank_lines, p_code text, p_currency text)
 returns table(journal_id uuid, payout_id uuid, named boolean)
 language plpgsql
 stable
 set search_path to ''
as $function$
#variable_conflict use_column
begin
  return query
  select j.id, null::uuid,
    finance.is_named(c.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(g.bank_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(v.provider_ref, p_line.bank_ref, p_line.purpose)
      or finance.is_named(i.payment_ref, p_line.bank_ref, p_line.purpose)
      or coalesce(i.bank_line_id = p_line.id, false)
      or exists (
        select from giving.disbursements d
        join giving.disbursement_attempts t on t.disbursement_id = d.id
        where d.paid_journal_id = j.id and finance.is_named(t.bank_ref, p_line.bank_ref, p_line.purpose))
  from ledger.accounts a
  join ledger.entries e on e.account_id = a.id and e.currency = a.currency and e.amount = p_line.amount_minor
  join ledger.journals j on j.id = e.journal_id
  left join giving.contributions c on c.journal_id = j.id
  left join giving.grant_receipts g on g.journal_id = j.id
  left join giving.conversions v on v.journal_id = j.id
  left join trade.invoice_payments i on i.journal_id = j.id
  where a.code = p_code and a.currency = p_currency
    and j.effective_date between p_line.booked_on - 5 and p_line.booked_on + 5
    -- A journal that was taken back, or takes one back, moved nothing that the bank has seen.
    and j.reverses is null
    and not exists (select from ledger.journals r where r.reverses = j.id)
    and not exists (
      select from ledger.entries o where o.journal_id = j.id and o.account_id = a.id and o.line <> e.line)
    and not exists (select from finance.recon_matches m where m.journal_id = j.id and m.undone_at is null)
    -- What a person has taken back is not found again.
    and not exists (select from finance.recon_matches m where m.journal_id = j.id and m.bank_line_id = p_line.id)
  union all
  -- What a processor has sent arrives with the line: until then it was under way.
  select null::uuid, p.id, finance.is_named(p.processor_ref, p_line.bank_ref, p_line.purpose)
  from giving.payouts p
  where p_code = '1000' and p.status = 'paid' and p.currency = p_currency and p.amount_minor = p_line.amount_minor
    and p_line.booked_on between p.arrives_on - 3 and p.arrives_on + 7
    and not exists (select from finance.recon_matches m where m.payout_id = p.id and m.bank_line_id = p_line.id);
end
$function$;

-- Replace function "trade.check_totals()"
create or replace function trade.check_totals()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;

-- Replace function "trade.convert_quote(text, text, bytea, uuid, integer, uuid)"
create or replace function trade.convert_quote(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
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

-- Replace function "trade.put_quote_lines(uuid, jsonb, uuid)"
create or replace function trade.put_quote_lines(p_quote_id uuid, p_lines jsonb, p_actor uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  update trade.quote_lines set deleted_at = now(), updated_by = p_actor where quote_id = p_quote_id and deleted_at is null;
  insert into trade.quote_lines (
    quote_id, position, product_id, description, quantity, unit, unit_price_minor, discount_bp, net_minor, tax_code,
    tax_bp, tax_minor, component_type, measure_ref, is_optional, is_discount, created_by, updated_by)
  select p_quote_id, l.ordinality, r.product_id, r.description, r.quantity, r.unit, r.unit_price_minor, r.discount_bp,
    r.net_minor, r.tax_code, r.tax_bp, r.tax_minor, r.component_type, r.measure_ref, r.is_optional,
    coalesce(r.is_discount, false), p_actor, p_actor
  from jsonb_array_elements(p_lines) with ordinality l
  cross join lateral jsonb_populate_record(null::trade.quote_lines, l.value) r;
end
$function$;

-- Replace function "trade.quote_lines_of(uuid, text)"
create or replace function trade.quote_lines_of(p_quote_id uuid, p_currency text)
 returns jsonb
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'position', l.position, 'product_id', l.product_id, 'description', l.description,
    'quantity', trim_scale(l.quantity)::text, 'unit', l.unit,
    'unit_price', trade.money(l.unit_price_minor, p_currency), 'discount_bp', l.discount_bp,
    'net', trade.money(l.net_minor, p_currency), 'tax_code', l.tax_code, 'tax_bp', l.tax_bp,
    'tax', trade.money(l.tax_minor, p_currency), 'component_type', l.component_type, 'measure_ref', l.measure_ref,
    'is_optional', l.is_optional, 'is_discount', l.is_discount) order by l.position), '[]')
  from trade.quote_lines l where l.quote_id = p_quote_id and l.deleted_at is null);
end
$function$;

-- Comments and privileges of function "trade.convert_quote(text, text, bytea, uuid, integer, uuid)"
comment on function trade.convert_quote(text, text, bytea, uuid, integer, uuid) is 'Makes the draft of an invoice of an accepted quote, without its optional lines; a quote becomes one invoice. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_status_transition (23514), issued_invoices_quote_id_key (23505).';

-- Comments and privileges of table "trade.quotes"
comment on column trade.quotes.discount_bp is 'Discount on the whole, in hundredths of a percent; lines of its own carry it, one for each rate of tax.';

-- Comments and privileges of table "giving.recurring_mandates"
comment on column giving.recurring_mandates.cancel_reason is 'Why it was cancelled, or failed; null: neither, or not said.';

-- Create function "finance.candidates_of(finance.bank_lines)"
create function finance.candidates_of(p_line finance.bank_lines)
 returns jsonb
 language plpgsql
 stable security definer
 set search_path to ''
as $function$
begin
  if p_line.status <> 'unmatched' then
    return '[]';
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'journal_id', c.journal_id, 'payout_id', c.payout_id, 'is_named', c.named) order by c.named desc, c.on_day, c.id), '[]')
    from (
      select f.journal_id, f.payout_id, f.named, coalesce(f.journal_id, f.payout_id) as id,
        abs(coalesce(j.effective_date, p.arrives_on) - p_line.booked_on) as on_day
      from finance.bank_accounts b
      cross join lateral finance.bank_candidates(p_line, b.code, b.currency) f
      left join ledger.journals j on j.id = f.journal_id
      left join giving.payouts p on p.id = f.payout_id
      where b.id = p_line.bank_account_id
      order by f.named desc, on_day, id
      limit 20
    ) c);
end
$function$;
grant execute on function finance.candidates_of(finance.bank_lines) to finance_reader, finance_writer;
comment on function finance.candidates_of(finance.bank_lines) is 'Journals and payouts of the amount and about the day of an unmatched line, likeliest first, at most 20.';

-- Create function "finance.create_bank_account(text, text, bytea, jsonb, uuid)"
create function finance.create_bank_account(p_scope text, p_key text, p_fingerprint bytea, p_account jsonb, p_actor uuid)
 returns table(account finance.bank_accounts, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_accounts := jsonb_populate_record(null::finance.bank_accounts, p_account);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_accounts, v_answer), true;
    return;
  end if;
  -- What a statement is compared with must be money that lies somewhere: 1000 and its like, never a debt or income.
  perform 1 from ledger.chart_of_accounts where code = v_row.code and type = 'asset' and code between '1000' and '1009';
  if not found then
    raise exception 'code % keeps no money of a bank', v_row.code
      using errcode = '23503', constraint = 'bank_accounts_code_fkey', schema = 'finance', table = 'bank_accounts';
  end if;
  insert into finance.bank_accounts (id, name, bank, last_four, currency, code, created_by, updated_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), v_row.name, v_row.bank, v_row.last_four, v_row.currency, v_row.code,
    p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function finance.create_bank_account(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function finance.create_bank_account(text, text, bytea, jsonb, uuid) is 'Makes an account at a bank known. Breaks idempotency_keys_fingerprint (P0422), bank_accounts_pkey, bank_accounts_last_four_key (23505), bank_accounts_code_fkey, bank_accounts_currency_fkey (23503) or a check of bank_accounts (23514).';

-- Create function "finance.import_statement(text, text, bytea, jsonb, uuid)"
create function finance.import_statement(p_scope text, p_key text, p_fingerprint bytea, p_statement jsonb, p_actor uuid)
 returns table(statement finance.bank_statements, currency text, unmatched bigint, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_statements := jsonb_populate_record(null::finance.bank_statements, p_statement);
  v_bank finance.bank_accounts;
  v_near record;
  v_ref text;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_statements, v_answer), v_answer ->> 'currency',
      (v_answer ->> 'line_count')::bigint, true;
    return;
  end if;
  -- The lock makes statements of one account take turns.
  select * into v_bank from finance.bank_accounts where id = v_row.bank_account_id for no key update;
  if not found then
    raise exception 'bank account % does not exist', v_row.bank_account_id
      using errcode = '23503', constraint = 'bank_statements_bank_account_id_fkey',
            schema = 'finance', table = 'bank_statements';
  end if;
  if v_bank.closed_at is not null then
    raise exception 'bank account % is closed', v_bank.id
      using errcode = 'P0409', constraint = 'bank_accounts_open', schema = 'finance', table = 'bank_accounts';
  end if;
  if p_statement ->> 'currency' <> v_bank.currency then
    raise exception 'bank account % is in %', v_bank.id, v_bank.currency
      using errcode = '23514', constraint = 'bank_statements_currency', schema = 'finance', table = 'bank_statements';
  end if;
  if v_row.closes_on > finance.today() then
    raise exception 'statement % would close on %', v_row.number, v_row.closes_on
      using errcode = '23514', constraint = 'bank_statements_no_future', schema = 'finance', table = 'bank_statements';
  end if;
  -- The same content, whoever sends it under which key.
  v_row.file_sha256 := sha256(convert_to((p_statement - 'id')::text, 'UTF8'));
  if exists (select from finance.bank_statements s where s.file_sha256 = v_row.file_sha256) then
    raise exception 'statement % was imported before', v_row.number
      using errcode = '23505', constraint = 'bank_statements_file_sha256_key', schema = 'finance', table = 'bank_statements';
  end if;
  select coalesce(bool_or(s.closes_on < v_row.opens_on), false) as before,
    coalesce(bool_or(s.opens_on > v_row.closes_on), false) as after, count(*) as beside,
    coalesce(bool_or(s.closing_minor = v_row.opening_minor), false) as leads_here,
    coalesce(bool_or(s.opening_minor = v_row.closing_minor), false) as goes_on
  into v_near
  from finance.bank_statements s
  where s.bank_account_id = v_bank.id and s.number <> v_row.number
    and s.closes_on >= v_row.opens_on - 1 and s.opens_on <= v_row.closes_on + 1;
  if v_near.before and not v_near.leads_here or v_near.after and not v_near.goes_on
    or v_near.beside > 0 and not v_near.leads_here and not v_near.goes_on
  then
    raise exception 'statement % from % to % fits none of those beside it', v_row.number, v_row.opening_minor, v_row.closing_minor
      using errcode = 'P0409', constraint = 'bank_statements_follow', schema = 'finance', table = 'bank_statements';
  end if;
  insert into finance.bank_statements (
    id, bank_account_id, number, opens_on, closes_on, opening_minor, closing_minor, line_count, file_sha256, created_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), v_bank.id, v_row.number, v_row.opens_on, v_row.closes_on,
    v_row.opening_minor, v_row.closing_minor, jsonb_array_length(p_statement -> 'lines'), v_row.file_sha256, p_actor)
  returning * into v_row;
  select l.value ->> 'bank_ref' into v_ref
  from jsonb_array_elements(p_statement -> 'lines') l
  where (l.value ->> 'booked_on')::date not between v_row.opens_on and v_row.closes_on limit 1;
  if found then
    raise exception 'line % was not booked between % and %', v_ref, v_row.opens_on, v_row.closes_on
      using errcode = '23514', constraint = 'bank_lines_within_statement', schema = 'finance', table = 'bank_lines';
  end if;
  insert into finance.bank_lines (
    statement_id, bank_account_id, line, bank_ref, booked_on, value_on, amount_minor, counterparty, purpose, created_by,
    updated_by)
  select v_row.id, v_bank.id, l.ordinality, r.bank_ref, r.booked_on, coalesce(r.value_on, r.booked_on), r.amount_minor,
    r.counterparty, r.purpose, p_actor, p_actor
  from jsonb_array_elements(p_statement -> 'lines') with ordinality l
  cross join lateral jsonb_populate_record(null::finance.bank_lines, l.value) r;
  perform finance.answer_key(
    p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object('currency', v_bank.currency));
  return query select v_row, v_bank.currency, v_row.line_count::bigint, false;
end
$function$;
grant execute on function finance.import_statement(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function finance.import_statement(text, text, bytea, jsonb, uuid) is 'Takes in a statement of our bank with its lines, {id, bank_account_id, number, currency, opens_on, closes_on, opening_minor, closing_minor, lines}, once. Breaks idempotency_keys_fingerprint (P0422), bank_accounts_open, bank_statements_follow (P0409), bank_statements_pkey, bank_statements_number_key, bank_statements_file_sha256_key, bank_lines_bank_ref_key (23505), bank_statements_bank_account_id_fkey (23503), bank_statements_currency, bank_statements_no_future, bank_statements_days, bank_lines_within_statement, bank_statements_total or a check of bank_statements or bank_lines (23514).';

-- Create function "finance.journal_matched(uuid, text, text)"
create function finance.journal_matched(p_journal_id uuid, p_code text, p_currency text)
 returns bigint
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (
    select coalesce(sum(m.amount_minor), 0) from finance.recon_matches m
    join finance.bank_lines l on l.id = m.bank_line_id
    join finance.bank_accounts b on b.id = l.bank_account_id and b.code = p_code and b.currency = p_currency
    where m.journal_id = p_journal_id and m.undone_at is null);
end
$function$;
comment on function finance.journal_matched(uuid, text, text) is 'What of a journal lines of the bank are matched with, minor units.';

-- Create function "finance.journal_moves(uuid, text, text)"
create function finance.journal_moves(p_journal_id uuid, p_code text, p_currency text)
 returns bigint
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (
    select coalesce(sum(e.amount), 0) from ledger.entries e
    join ledger.accounts a on a.id = e.account_id and a.code = p_code and a.currency = p_currency
    where e.journal_id = p_journal_id);
end
$function$;
comment on function finance.journal_moves(uuid, text, text) is 'What a journal moves under a nominal code in a currency, minor units.';

-- Create function "finance.check_match()"
create function finance.check_match()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  v_bank finance.bank_accounts;
  v_of numeric;
  v_matched numeric;
begin
  -- Two lines for one journal take turns: no row stands for "nothing is matched with it yet".
  perform pg_advisory_xact_lock(77241);
  select b.* into strict v_bank
  from finance.bank_lines l join finance.bank_accounts b on b.id = l.bank_account_id where l.id = new.bank_line_id;
  if exists (select from ledger.journals r where r.reverses = new.journal_id)
    or exists (
      select from ledger.journals j
      where j.id = new.journal_id and j.reverses is not null and not exists (
        select from finance.recon_matches m where m.journal_id = j.reverses and m.undone_at is null))
  then
    raise exception 'journal % was taken back, or takes one back that the bank has not seen', new.journal_id
      using errcode = 'P0409', constraint = 'recon_matches_journal_stands', schema = 'finance', table = 'recon_matches';
  end if;
  v_of := finance.journal_moves(new.journal_id, v_bank.code, v_bank.currency);
  if v_of = 0 then
    raise exception 'journal % moves nothing of % in %', new.journal_id, v_bank.code, v_bank.currency
      using errcode = '23514', constraint = 'recon_matches_journal_moves', schema = 'finance', table = 'recon_matches';
  end if;
  v_matched := new.amount_minor + finance.journal_matched(new.journal_id, v_bank.code, v_bank.currency);
  if sign(new.amount_minor) <> sign(v_of) or abs(v_matched) > abs(v_of) then
    raise exception 'journal % moves %, and % of it would be matched', new.journal_id, v_of, v_matched
      using errcode = 'P0409', constraint = 'recon_matches_journal_total', schema = 'finance', table = 'recon_matches';
  end if;
  return new;
end
$function$;
comment on function finance.check_match() is 'Before insert: a journal stands, moves the account of the line, and is matched with no more than that; breaks recon_matches_journal_stands, recon_matches_journal_total (P0409), recon_matches_journal_moves (23514).';

-- Create function "finance.locked_line(uuid, integer)"
create function finance.locked_line(p_id uuid, p_version integer)
 returns finance.bank_lines
 language plpgsql
 set search_path to ''
as $function$
declare
  v_row finance.bank_lines;
begin
  -- As the job takes them: matching first, then the line.
  perform pg_advisory_xact_lock(77241);
  select * into v_row from finance.bank_lines where id = p_id for no key update;
  if not found then
    raise exception 'line % does not exist', p_id
      using errcode = 'P0404', constraint = 'bank_lines_pkey', schema = 'finance', table = 'bank_lines';
  end if;
  perform finance.check_version('bank_lines_version', v_row.version, p_version);
  return v_row;
end
$function$;
comment on function finance.locked_line(uuid, integer) is 'A line, locked: what concerns matching takes turns. Breaks bank_lines_pkey (P0404), bank_lines_version (P0412).';

-- Create function "finance.match_payout(giving.payouts, finance.bank_lines, uuid, text)"
create function finance.match_payout(p_payout giving.payouts, p_line finance.bank_lines, p_actor uuid, p_request_id text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
declare
  v_id uuid := gen_random_uuid();
  v_journal uuid;
begin
  v_journal := ledger.book(
    null, 'payout.received', ledger.posting_day(p_line.booked_on), 'recon_match', v_id, p_payout.currency,
    array['1000', '1010'], array[null, null]::uuid[], array[p_payout.amount_minor, -p_payout.amount_minor], p_actor,
    p_request_id);
  insert into finance.recon_matches (
    id, bank_line_id, journal_id, amount_minor, matched_by, payout_id, created_by, updated_by)
  values (
    v_id, p_line.id, v_journal, p_payout.amount_minor, case when p_actor is null then 'rule' else 'person' end,
    p_payout.id, p_actor, p_actor);
  update giving.payouts set status = 'reconciled', updated_by = p_actor where id = p_payout.id;
end
$function$;
comment on function finance.match_payout(giving.payouts, finance.bank_lines, uuid, text) is 'Books a payout that arrived with a line, and matches them. Breaks what ledger.post breaks.';

-- Replace function "finance.reconcile_bank(uuid, integer, text)"
create or replace function finance.reconcile_bank(p_after uuid, p_at_most integer, p_request_id text)
 returns table(looked bigint, matched bigint, last_id uuid)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_line finance.bank_lines;
  v_bank finance.bank_accounts;
  v_found record;
  v_day date;
  v_journal uuid;
  v_payout giving.payouts;
  v_looked bigint := 0;
  v_matched bigint := 0;
  v_last uuid;
begin
  -- Two at once might find one journal for two lines: no row stands for "nothing is matched with it yet".
  if not pg_try_advisory_xact_lock(77241) then
    return;
  end if;
  for v_line in
    select l.* from finance.bank_lines l
    where l.status = 'unmatched' and l.booked_on between finance.today() - 60 and finance.today()
      and (p_after is null or l.id > p_after)
    order by l.id
    limit p_at_most
    for no key update
  loop
    v_looked := v_looked + 1;
    v_last := v_line.id;
    select * into strict v_bank from finance.bank_accounts where id = v_line.bank_account_id;
    select count(*) as found, count(*) filter (where b.named) as named,
      (array_agg(b.journal_id order by b.named desc))[1] as journal_id,
      (array_agg(b.payout_id order by b.named desc))[1] as payout_id
    into v_found
    from finance.bank_candidates(v_line, v_bank.code, v_bank.currency) b;
    -- Named by the line, or alone with its amount on both sides; all else is for a person.
    continue when v_found.named > 1 or v_found.named = 0 and (
      v_found.found <> 1 or exists (
        select from finance.bank_lines o
        where o.bank_account_id = v_line.bank_account_id and o.amount_minor = v_line.amount_minor and o.id <> v_line.id
          and o.status = 'unmatched' and o.booked_on between v_line.booked_on - 10 and v_line.booked_on + 10));
    v_journal := v_found.journal_id;
    if v_journal is null then
      v_day := ledger.posting_day(v_line.booked_on);
      select * into v_payout from giving.payouts where id = v_found.payout_id and status = 'paid' for no key update;
      continue when not found or not exists (
        select from ledger.accounting_periods where span @> v_day and closed_at is null);
      perform finance.match_payout(v_payout, v_line, null, p_request_id);
    else
      insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by)
      values (v_line.id, v_journal, v_line.amount_minor, 'rule');
    end if;
    update finance.bank_lines set status = 'matched', updated_by = null where id = v_line.id;
    update giving.disbursements set status = 'reconciled', updated_by = null
    where paid_journal_id = v_journal and status = 'paid';
    v_matched := v_matched + 1;
  end loop;
  return query select v_looked, v_matched, v_last;
end
$function$;

-- Create function "finance.matches_of(finance.bank_lines)"
create function finance.matches_of(p_line finance.bank_lines)
 returns jsonb
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', m.id, 'journal_id', m.journal_id, 'payout_id', m.payout_id,
      'amount', jsonb_build_object('amount', m.amount_minor, 'currency', b.currency), 'matched_by', m.matched_by,
      'created_at', m.created_at, 'created_by', m.created_by, 'undone_at', m.undone_at, 'undo_reason', m.undo_reason)
      order by m.created_at, m.id), '[]')
    from finance.recon_matches m, finance.bank_accounts b
    where m.bank_line_id = p_line.id and b.id = p_line.bank_account_id);
end
$function$;
grant execute on function finance.matches_of(finance.bank_lines) to finance_reader, finance_writer;
comment on function finance.matches_of(finance.bank_lines) is 'What a line is and was matched with, as it is on the wire, oldest first.';

-- Create function "finance.match_line(text, text, bytea, uuid, integer, jsonb, uuid, text)"
create function finance.match_line(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_parts jsonb, p_actor uuid, p_request_id text)
 returns table(line finance.bank_lines, currency text, matches jsonb, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_lines;
  v_bank finance.bank_accounts;
  v_payout giving.payouts;
  v_part record;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_lines, v_answer), v_answer ->> 'currency',
      v_answer -> 'matches', true;
    return;
  end if;
  v_row := finance.locked_line(p_id, p_version);
  select * into strict v_bank from finance.bank_accounts where id = v_row.bank_account_id;
  if v_row.status <> 'unmatched' then
    raise exception 'line % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'bank_lines_status_transition', schema = 'finance', table = 'bank_lines';
  end if;
  for v_part in
    select p.ordinality, r.journal_id, r.payout_id, r.amount_minor, p.value ->> 'currency' as currency
    from jsonb_array_elements(p_parts) with ordinality p
    cross join lateral jsonb_populate_record(null::finance.recon_matches, p.value) r
    order by p.ordinality
  loop
    if v_part.currency <> v_bank.currency then
      raise exception 'line % is in %', v_row.id, v_bank.currency
        using errcode = '23514', constraint = 'bank_lines_currency', schema = 'finance', table = 'bank_lines';
    end if;
    if v_part.payout_id is not null then
      select * into v_payout from giving.payouts where id = v_part.payout_id for no key update;
      if not found or (v_bank.code, v_bank.currency) <> ('1000', v_payout.currency) then
        raise exception 'payout % does not arrive in %', v_part.payout_id, v_bank.id
          using errcode = '23503', constraint = 'recon_matches_payout_id_fkey', schema = 'finance', table = 'recon_matches';
      end if;
      if v_payout.status <> 'paid' then
        raise exception 'payout % is %', v_payout.id, v_payout.status
          using errcode = 'P0409', constraint = 'payouts_under_way', schema = 'giving', table = 'payouts';
      end if;
      perform finance.match_payout(v_payout, v_row, p_actor, p_request_id);
      continue;
    end if;
    perform 1 from ledger.journals where id = v_part.journal_id;
    if not found then
      raise exception 'journal % does not exist', v_part.journal_id
        using errcode = '23503', constraint = 'recon_matches_journal_id_fkey', schema = 'finance', table = 'recon_matches';
    end if;
    -- What is left of the journal, unless a part of it is said; 0 says that nothing is left.
    v_part.amount_minor := coalesce(
      v_part.amount_minor,
      finance.journal_moves(v_part.journal_id, v_bank.code, v_bank.currency)
        - finance.journal_matched(v_part.journal_id, v_bank.code, v_bank.currency));
    if v_part.amount_minor = 0 and finance.journal_moves(v_part.journal_id, v_bank.code, v_bank.currency) <> 0 then
      raise exception 'journal % is matched already', v_part.journal_id
        using errcode = 'P0409', constraint = 'recon_matches_journal_total', schema = 'finance', table = 'recon_matches';
    end if;
    insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by, created_by, updated_by)
    values (v_row.id, v_part.journal_id, v_part.amount_minor, 'person', p_actor, p_actor);
    update giving.disbursements set status = 'reconciled', updated_by = p_actor
    where paid_journal_id = v_part.journal_id and status = 'paid';
  end loop;
  update finance.bank_lines set status = 'matched', updated_by = p_actor where id = v_row.id returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('currency', v_bank.currency, 'matches', finance.matches_of(v_row)));
  return query select v_row, v_bank.currency, finance.matches_of(v_row), false;
end
$function$;
grant execute on function finance.match_line(text, text, bytea, uuid, integer, jsonb, uuid, text) to finance_writer;
comment on function finance.match_line(text, text, bytea, uuid, integer, jsonb, uuid, text) is 'Matches a line with journals, [{journal_id, amount_minor?}], or with payouts that arrived, [{payout_id}], which are booked; together they are the line. Breaks idempotency_keys_fingerprint (P0422), bank_lines_pkey (P0404), bank_lines_version (P0412), recon_matches_journal_stands, recon_matches_journal_total, payouts_under_way, accounting_periods_open (P0409), recon_matches_journal_id_fkey, recon_matches_payout_id_fkey (23503), recon_matches_bank_line_id_key (23505), bank_lines_status_transition, bank_lines_currency, bank_lines_total, recon_matches_journal_moves (23514).';

-- Create function "finance.step_line(text, text, bytea, uuid, integer, text, text, uuid, text)"
create function finance.step_line(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_reason text, p_actor uuid, p_request_id text)
 returns table(line finance.bank_lines, currency text, matches jsonb, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_lines;
  v_currency text;
  v_match finance.recon_matches;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_lines, v_answer), v_answer ->> 'currency',
      v_answer -> 'matches', true;
    return;
  end if;
  v_row := finance.locked_line(p_id, p_version);
  select b.currency into strict v_currency from finance.bank_accounts b where b.id = v_row.bank_account_id;
  if (p_step = 'ignore') <> (v_row.status = 'unmatched') then
    raise exception 'line % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'bank_lines_status_transition', schema = 'finance', table = 'bank_lines';
  end if;
  update finance.bank_lines set
    status = case p_step when 'ignore' then 'ignored' else 'unmatched' end,
    ignored_reason = case p_step when 'ignore' then p_reason end, updated_by = p_actor
  where id = v_row.id returning * into v_row;
  for v_match in
    select m.* from finance.recon_matches m where m.bank_line_id = v_row.id and m.undone_at is null order by m.id
  loop
    update finance.recon_matches set undone_at = now(), undo_reason = p_reason, updated_by = p_actor where id = v_match.id;
    update giving.disbursements set status = 'paid', updated_by = p_actor
    where paid_journal_id = v_match.journal_id and status = 'reconciled';
    -- What the match posted is taken back by a journal of its own; the payout is under way again.
    if v_match.payout_id is not null then
      perform ledger.reverse(
        v_match.journal_id, 'payout.unmatched', 'recon_match', v_match.id, p_reason, p_actor, p_request_id);
      update giving.payouts set status = 'paid', updated_by = p_actor where id = v_match.payout_id;
    end if;
  end loop;
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('currency', v_currency, 'matches', finance.matches_of(v_row)));
  return query select v_row, v_currency, finance.matches_of(v_row), false;
end
$function$;
grant execute on function finance.step_line(text, text, bytea, uuid, integer, text, text, uuid, text) to finance_writer;
comment on function finance.step_line(text, text, bytea, uuid, integer, text, text, uuid, text) is 'Sets a line aside that nothing in the books is (ignore), or takes back how it was matched or set aside (reopen), with the reason; what a match posted is reversed. Breaks idempotency_keys_fingerprint (P0422), bank_lines_pkey (P0404), bank_lines_version (P0412), accounting_periods_open (P0409), bank_lines_status_transition (23514).';

-- Create function "giving.drop_expected(uuid, text)"
create function giving.drop_expected(p_mandate_id uuid, p_reason text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  -- Only what no payment is known of; if one comes after all, it is settled.
  with dropped as (
    update giving.contributions set status = 'failed', updated_by = null
    where mandate_id = p_mandate_id and status = 'created' and provider_ref is null
    returning id, contributor_id
  )
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  select 'finance.contribution.failed.v1', 'contribution', d.id, jsonb_build_object(
    'contribution_id', d.id, 'contributor_id', d.contributor_id, 'reason', p_reason)
  from dropped d;
end
$function$;
comment on function giving.drop_expected(uuid, text) is 'No longer expects the gifts of a standing promise that has ended.';

-- Replace function "giving.step_mandate(text, text, bytea, uuid, integer, text, text, uuid, uuid)"
create or replace function giving.step_mandate(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_words text, p_viewer uuid, p_actor uuid)
 returns table(mandate giving.recurring_mandates, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.recurring_mandates;
  v_next date;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.recurring_mandates, v_answer), true;
    return;
  end if;
  select m.* into v_row from giving.recurring_mandates m
  join giving.contributors c on c.id = m.contributor_id and (p_viewer is null or c.contact_ref = p_viewer)
  where m.id = p_id for no key update of m;
  if not found then
    raise exception 'mandate % does not exist', p_id
      using errcode = 'P0404', constraint = 'recurring_mandates_pkey', schema = 'giving', table = 'recurring_mandates';
  end if;
  perform finance.check_version('recurring_mandates_version', v_row.version, p_version);
  -- What fell due while it was paused, or before it was active, is not collected afterwards.
  v_next := giving.mandate_day(v_row, finance.today() - 1);
  if v_row.status <> all (case p_step
      when 'activate' then array['pending'] when 'pause' then array['active'] when 'resume' then array['paused']
      else array['pending', 'active', 'paused'] end)
    or p_step in ('activate', 'resume') and v_next > v_row.ends_on
  then
    raise exception 'mandate % is %, until %', v_row.id, v_row.status, v_row.ends_on
      using errcode = '23514', constraint = 'recurring_mandates_status_transition',
            schema = 'giving', table = 'recurring_mandates';
  end if;
  update giving.recurring_mandates set
    status = case p_step when 'pause' then 'paused' when 'cancel' then 'cancelled' else 'active' end,
    processor_ref = case p_step when 'activate' then p_words else processor_ref end,
    next_on = case when p_step in ('activate', 'resume') then v_next end,
    cancelled_at = case p_step when 'cancel' then now() end,
    cancel_reason = case p_step when 'cancel' then p_words end,
    updated_by = p_actor
  where id = v_row.id returning * into v_row;
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.mandate.' || v_row.status || '.v1', 'mandate', v_row.id, jsonb_build_object(
    'mandate_id', v_row.id, 'processor', v_row.processor, 'mandate_ref', v_row.processor_ref,
    'next_on', v_row.next_on));
  if p_step = 'cancel' then
    perform giving.drop_expected(v_row.id, p_words);
  end if;
  if p_step = 'activate' then
    -- The processor may have told of a payment before we were told its name of the promise.
    perform finance.wake(finance.subject('mandate', v_row.processor, v_row.processor_ref));
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;

-- Create function "giving.hear_mandate(text, jsonb)"
create function giving.hear_mandate(p_provider text, p_fact jsonb)
 returns text
 language plpgsql
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  v_row giving.recurring_mandates;
  v_failed boolean := p_fact ->> 'kind' = 'mandate.failed';
  v_reason text := left(coalesce(nullif(btrim(p_fact ->> 'reason'), ''), 'The processor did not say why.'), 500);
begin
  select * into v_row from giving.recurring_mandates
  where processor = p_provider and processor_ref = p_fact ->> 'mandate_ref'
  for no key update;
  if not found then
    return finance.subject('mandate', p_provider, p_fact ->> 'mandate_ref');
  end if;
  -- What has ended stays as it ended, however often and in whatever words it is told again.
  if v_row.status not in ('pending', 'active', 'paused') then
    return 'ignored';
  end if;
  update giving.recurring_mandates set
    status = case when v_failed then 'failed' else 'cancelled' end, next_on = null,
    cancelled_at = case when not v_failed then now() end, cancel_reason = v_reason, updated_by = null
  where id = v_row.id returning * into v_row;
  perform giving.drop_expected(v_row.id, v_reason);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.mandate.' || v_row.status || '.v1', 'mandate', v_row.id, jsonb_build_object(
    'mandate_id', v_row.id, 'processor', v_row.processor, 'mandate_ref', v_row.processor_ref, 'next_on', null));
  return 'done';
end
$function$;
comment on function giving.hear_mandate(text, jsonb) is 'A processor says that a standing promise has ended, or failed for good: nothing is collected for it any more. What was paid for its due dates before is settled whenever it comes.';

-- Replace function "giving.apply_event(uuid, jsonb, text)"
create or replace function giving.apply_event(p_event_id uuid, p_fact jsonb, p_request_id text)
 returns text
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
declare
  v_queued finance.webhook_queue;
  v_provider text;
  v_outcome text;
  v_ref text := coalesce(
    p_fact -> 'payment_refs' ->> 0, p_fact ->> 'payout_ref', p_fact ->> 'fee_ref', p_fact ->> 'mandate_ref',
    p_fact ->> 'kind');
begin
  select * into v_queued from finance.webhook_queue where webhook_event_id = p_event_id for update skip locked;
  if not found then
    return 'taken';
  end if;
  select provider into strict v_provider from finance.webhook_events where id = p_event_id;
  -- Messages about one thing take turns, also while there is no row of it to lock yet.
  perform pg_advisory_xact_lock(77240, hashtext(v_provider || ' ' || v_ref));
  v_outcome := case p_fact ->> 'kind'
    when 'charge.settled' then giving.hear_settled(v_provider, p_fact, p_request_id)
    when 'charge.failed' then giving.hear_failed(v_provider, p_fact)
    when 'refund.settled' then giving.hear_refund(v_provider, p_fact, p_request_id)
    when 'refund.failed' then giving.hear_refund(v_provider, p_fact, p_request_id)
    when 'dispute' then giving.hear_dispute(v_provider, p_fact, p_request_id)
    when 'payout' then giving.hear_payout(v_provider, p_fact, p_request_id)
    when 'fee.charged' then giving.hear_fee(v_provider, p_fact, p_request_id)
    when 'mandate.ended' then giving.hear_mandate(v_provider, p_fact)
    when 'mandate.failed' then giving.hear_mandate(v_provider, p_fact)
    else 'ignored'
  end;
  if v_outcome in ('done', 'ignored') then
    insert into finance.webhook_attempts (webhook_event_id, attempt, outcome)
    values (p_event_id, v_queued.attempts + 1, v_outcome);
    delete from finance.webhook_queue where webhook_event_id = p_event_id;
    return v_outcome;
  end if;
  insert into finance.webhook_attempts (webhook_event_id, attempt, outcome, error)
  values (p_event_id, v_queued.attempts + 1, 'failed', 'waits for ' || v_outcome);
  -- 1, 2, 4 … minutes: eleven times in a day and a half, then it is parked until what it waits for comes.
  update finance.webhook_queue
  set attempts = v_queued.attempts + 1, waits_for = v_outcome,
    due_at = case when v_queued.attempts < 11 then now() + make_interval(mins => 1 << v_queued.attempts) end
  where webhook_event_id = p_event_id;
  if v_queued.attempts = 11 then
    perform finance.tell_parked(p_event_id, v_provider, 'it waits for ' || v_outcome);
  end if;
  return 'waiting';
end
$function$;

-- Create function "giving.keep_promise()"
create function giving.keep_promise()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception 'contribution % was made for due date % of mandate %', old.id, old.mandate_due_on, old.mandate_id
    using errcode = '23514', constraint = 'contributions_mandate_kept', schema = 'giving', table = 'contributions';
end
$function$;
comment on function giving.keep_promise() is 'Before update: a gift stays the gift of its due date, or of none; breaks contributions_mandate_kept.';

-- Create function "giving.skip_missed()"
create function giving.skip_missed()
 returns trigger
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update giving.recurring_mandates m set
    status = case when d.next_on > m.ends_on then 'expired' else m.status end,
    next_on = case when d.next_on > m.ends_on then null else d.next_on end,
    updated_by = new.updated_by
  from (
    select a.id, giving.mandate_day(a, finance.today() - 1) as next_on
    from giving.recurring_mandates a
    where a.contributor_id = new.id and a.status = 'active' and a.next_on < finance.today()
  ) d
  where m.id = d.id;
  return null;
end
$function$;
comment on function giving.skip_missed() is 'After a contributor is restored: what fell due meanwhile is not collected, as after a pause.';

-- Create function "trade.check_discount(jsonb, text)"
create function trade.check_discount(p_quote jsonb, p_currency text)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  if p_quote ->> 'discount_currency' <> p_currency then
    raise exception 'a discount in % is not one on a quote in %', p_quote ->> 'discount_currency', p_currency
      using errcode = '23514', constraint = 'quotes_discount_currency', schema = 'trade', table = 'quotes';
  end if;
end
$function$;
comment on function trade.check_discount(jsonb, text) is 'A discount is in the currency of its quote; breaks quotes_discount_currency (23514).';

-- Create function "trade.check_seller()"
create function trade.check_seller()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  raise exception 'invoice % does not say who issues it', new.id
    using errcode = '23514', constraint = 'issued_invoices_sent_names_seller', schema = 'trade', table = 'issued_invoices';
end
$function$;
comment on function trade.check_seller() is 'Before an invoice is sent: it says who issues it; breaks issued_invoices_sent_names_seller.';

-- Create function "trade.priced_quote(jsonb, trade.quotes)"
create function trade.priced_quote(p_lines jsonb, p_quote trade.quotes, out lines jsonb, out net_minor bigint, out tax_minor bigint)
 returns record
 language plpgsql
 stable
 set search_path to ''
as $function$
declare
  v_discount numeric;
  v_words text := 'Discount';
begin
  select p.lines, p.net_minor, p.tax_minor into lines, net_minor, tax_minor
  from trade.priced_lines(p_lines, p_quote.currency, finance.today()) p;
  v_discount := p_quote.discount_minor;
  if p_quote.discount_bp > 0 then
    v_discount := round(net_minor::numeric * p_quote.discount_bp / 10000);
    v_words := v_words || ' ' || trim_scale(p_quote.discount_bp / 100.0) || ' %';
  end if;
  if v_discount > net_minor then
    raise exception 'a discount of % is more than all lines, %', v_discount, net_minor
      using errcode = '23514', constraint = 'quotes_discount_within', schema = 'trade', table = 'quotes';
  end if;
  if v_discount <= 0 then
    return;
  end if;
  with rates as (
    select l.value ->> 'tax_code' as tax_code, sum((l.value ->> 'net_minor')::numeric) as net
    from jsonb_array_elements(lines) l where not (l.value ->> 'is_optional')::boolean
    group by l.value ->> 'tax_code' having sum((l.value ->> 'net_minor')::numeric) > 0
  ), shares as (
    select r.tax_code, div(v_discount * r.net, sum(r.net) over ()) as share,
      mod(v_discount * r.net, sum(r.net) over ()) as rest
    from rates r
  ), whole as (
    select s.tax_code, s.share + case
      when row_number() over (order by s.rest desc, s.tax_code) <= v_discount - sum(s.share) over () then 1 else 0
    end as share
    from shares s
  )
  select lines || jsonb_agg(
    trade.priced_line(jsonb_build_object(
      'description', v_words, 'quantity', '1', 'unit_price_minor', -w.share, 'tax_code', w.tax_code),
      p_quote.currency, finance.today()) || '{"is_discount": true}' order by w.tax_code)
  into lines
  from whole w where w.share > 0;
  select sum((l.value ->> 'net_minor')::numeric), sum((l.value ->> 'tax_minor')::numeric) into net_minor, tax_minor
  from jsonb_array_elements(lines) l where not (l.value ->> 'is_optional')::boolean;
end
$function$;
comment on function trade.priced_quote(jsonb, trade.quotes) is 'All lines of a quote with those of its discount, and what those come to that are not optional. Breaks quotes_discount_within (23514) and what trade.priced_lines breaks.';

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
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.project_ref, v_wanted.building_ref, v_wanted.customer_ref,
    v_wanted.customer, v_wanted.currency, v_priced.net_minor, v_priced.tax_minor,
    v_priced.net_minor + v_priced.tax_minor, v_wanted.discount_bp, v_wanted.discount_minor,
    coalesce(v_wanted.early_payment_bp, 0),
    coalesce(v_wanted.early_payment_days, 0), v_wanted.terms, v_wanted.valid_until, v_wanted.replaces_id, p_actor, p_actor)
  returning * into v_row;
  perform trade.put_quote_lines(v_row.id, v_priced.lines, p_actor);
  v_lines := trade.quote_lines_of(v_row.id, v_row.currency);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object('lines', v_lines));
  return query select v_row, v_lines, false;
end
$function$;

-- Replace function "trade.update_quote(uuid, integer, jsonb, uuid)"
create or replace function trade.update_quote(p_id uuid, p_version integer, p_change jsonb, p_actor uuid)
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
  perform trade.check_discount(p_change, v_row.currency);
  if p_change ?| '{lines,discount_bp,discount_minor}' then
    select * into v_priced from trade.priced_quote(
      coalesce(p_change -> 'lines', (
        select jsonb_agg(to_jsonb(l) order by l.position) from trade.quote_lines l
        where l.quote_id = v_row.id and l.deleted_at is null and not l.is_discount)),
      v_row);
    v_row.net_minor := v_priced.net_minor;
    v_row.tax_minor := v_priced.tax_minor;
    perform trade.put_quote_lines(v_row.id, v_priced.lines, p_actor);
  end if;
  update trade.quotes set
    project_ref = v_row.project_ref, building_ref = v_row.building_ref, customer_ref = v_row.customer_ref,
    customer = v_row.customer, net_minor = v_row.net_minor, tax_minor = v_row.tax_minor,
    total_minor = v_row.net_minor + v_row.tax_minor, discount_bp = v_row.discount_bp,
    discount_minor = v_row.discount_minor, early_payment_bp = v_row.early_payment_bp,
    early_payment_days = v_row.early_payment_days, terms = v_row.terms, valid_until = v_row.valid_until,
    replaces_id = v_row.replaces_id, updated_by = p_actor
  where id = v_row.id
  returning * into v_row;
  return query select v_row, trade.quote_lines_of(v_row.id, v_row.currency);
end
$function$;

-- Comments and privileges of function "trade.create_quote(text, text, bytea, jsonb, uuid)"
comment on function trade.create_quote(text, text, bytea, jsonb, uuid) is 'Writes the draft of a quote, its lines priced today. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (23505), quotes_currency_fkey, quotes_replaces_id_fkey (23503), quotes_discount_currency or a check of quotes or quote_lines (23514), and what trade.priced_quote breaks.';

-- Create table "trade.sellers"
create table trade.sellers (
  id uuid default gen_random_uuid() not null,
  valid_from date not null,
  name text not null,
  street text not null,
  postal_code text not null,
  city text not null,
  country text not null,
  vat_number text,
  company_number text,
  charity_number text,
  email text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint sellers_pkey primary key (id),
  constraint sellers_charity_number_shape check ((charity_number ~ '^[0-9A-Z-]{1,20}$'::text)),
  constraint sellers_city_length check (((length(btrim(city)) > 0) and (length(city) <= 100))),
  constraint sellers_company_number_shape check ((company_number ~ '^[0-9A-Z]{1,20}$'::text)),
  constraint sellers_country_shape check ((country ~ '^[A-Z]{2}$'::text)),
  constraint sellers_email_length check (((length(btrim(email)) > 0) and (length(email) <= 254))),
  constraint sellers_name_length check (((length(btrim(name)) > 0) and (length(name) <= 200))),
  constraint sellers_postal_code_length check (((length(btrim(postal_code)) > 0) and (length(postal_code) <= 20))),
  constraint sellers_street_length check (((length(btrim(street)) > 0) and (length(street) <= 200))),
  constraint sellers_vat_number_shape check ((vat_number ~ '^[A-Z]{2}[0-9A-Z]{2,13}$'::text))
);
revoke update on trade.sellers from finance_writer;
comment on table trade.sellers is 'Our name, address and numbers in time; the latest row of the latest first day counts. A change is a new row, and an invoice keeps what it was issued with.';
comment on column trade.sellers.id is 'Identity.';
comment on column trade.sellers.valid_from is 'First day on which it stands on documents.';
comment on column trade.sellers.name is 'Our name by law.';
comment on column trade.sellers.street is 'Street and number.';
comment on column trade.sellers.postal_code is 'Postcode.';
comment on column trade.sellers.city is 'Town.';
comment on column trade.sellers.country is 'ISO 3166-1 alpha-2 code.';
comment on column trade.sellers.vat_number is 'Our number for value added tax, with its country: GB123456789; null: not registered.';
comment on column trade.sellers.company_number is 'Our number in the register of companies; null: none.';
comment on column trade.sellers.charity_number is 'Our number in the register of charities; null: none.';
comment on column trade.sellers.email is 'Where questions go; null: not said.';
comment on column trade.sellers.created_at is 'When the row was written.';
comment on column trade.sellers.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "trade.sellers_valid_from_idx"
create index sellers_valid_from_idx on trade.sellers using btree (valid_from desc, created_at desc, id desc);

-- Create trigger "record_change" of table "trade.sellers"
create trigger record_change after insert or delete or update on trade.sellers for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('seller');

-- Create trigger "refuse_change" of table "trade.sellers"
create trigger refuse_change before delete or update on trade.sellers for each row execute function finance.refuse_change();
alter table trade.sellers enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "trade.sellers"
create trigger refuse_truncate before truncate on trade.sellers for each statement execute function finance.refuse_change();
alter table trade.sellers enable always trigger refuse_truncate;

-- Create function "trade.create_seller(text, text, bytea, jsonb, uuid)"
create function trade.create_seller(p_scope text, p_key text, p_fingerprint bytea, p_seller jsonb, p_actor uuid)
 returns table(seller trade.sellers, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row trade.sellers := jsonb_populate_record(null::trade.sellers, p_seller);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.sellers, v_answer), true;
    return;
  end if;
  insert into trade.sellers (
    id, valid_from, name, street, postal_code, city, country, vat_number, company_number, charity_number, email,
    created_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), coalesce(v_row.valid_from, finance.today()), v_row.name, v_row.street,
    v_row.postal_code, v_row.city, v_row.country, v_row.vat_number, v_row.company_number, v_row.charity_number,
    v_row.email, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function trade.create_seller(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function trade.create_seller(text, text, bytea, jsonb, uuid) is 'Says who we are from a day on. Breaks idempotency_keys_fingerprint (P0422), sellers_pkey (23505) or a check of sellers (23514).';

-- Create function "trade.seller_of(trade.issued_invoices)"
create function trade.seller_of(p_invoice trade.issued_invoices)
 returns jsonb
 language plpgsql
 stable
 set search_path to ''
as $function$
declare
  v_seller trade.sellers;
  v_vat numeric;
begin
  select * into v_seller from trade.sellers where valid_from <= finance.today()
  order by valid_from desc, created_at desc, id desc limit 1;
  if not found then
    raise exception 'nobody has said who issues invoice %', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_seller_known', schema = 'trade', table = 'issued_invoices';
  end if;
  select coalesce(sum(l.tax_minor), 0) into v_vat from trade.issued_invoice_lines l
  where l.invoice_id = p_invoice.id and l.deleted_at is null and l.tax_code like 'GB\_%';
  if v_vat <> 0 and v_seller.vat_number is null then
    raise exception 'invoice % charges VAT, and we have no number for it', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_vat_number', schema = 'trade', table = 'issued_invoices';
  end if;
  if v_vat <> 0 and p_invoice.currency <> 'GBP' then
    raise exception 'the VAT of invoice % is in %', p_invoice.id, p_invoice.currency
      using errcode = 'P0409', constraint = 'issued_invoices_vat_in_pounds', schema = 'trade', table = 'issued_invoices';
  end if;
  if v_vat <> 0 and p_invoice.total_minor > 25000 and (
    p_invoice.customer ->> 'street' is null or coalesce(p_invoice.customer ->> 'city', p_invoice.customer ->> 'postal_code') is null)
  then
    raise exception 'the customer of invoice % has no address', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_customer_address', schema = 'trade', table = 'issued_invoices';
  end if;
  return jsonb_strip_nulls(to_jsonb(v_seller) - '{id,valid_from,created_at,created_by}'::text[]);
end
$function$;
comment on function trade.seller_of(trade.issued_invoices) is 'Who issues an invoice today, once it says all that a VAT invoice must. Breaks issued_invoices_seller_known, issued_invoices_vat_number, issued_invoices_vat_in_pounds, issued_invoices_customer_address (P0409).';

-- Replace function "trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text)"
create or replace function trade.issue_invoice(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_due_on date, p_actor uuid, p_request_id text)
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
$function$;
comment on function trade.issue_invoice(text, text, bytea, uuid, integer, date, uuid, text) is 'Issues an invoice that somebody else wrote: it gets the next number and is posted; nothing of it changes any more. Breaks idempotency_keys_fingerprint (P0422), issued_invoices_pkey (P0404), issued_invoices_version (P0412), issued_invoices_state, issued_invoices_tax_rates, issued_invoices_seller_known, issued_invoices_vat_number, issued_invoices_vat_in_pounds, issued_invoices_customer_address, accounting_periods_open, accounts_open (P0409), funds_floor (P0402), issued_invoices_four_eyes, issued_invoices_due_later, issued_invoices_claims_something (23514).';

-- Add column "payout_id" of table "finance.recon_matches"
alter table finance.recon_matches add column payout_id uuid;
comment on column finance.recon_matches.payout_id is 'Payout that arrived with the line: the match posted its journal; null: the journal was there before.';

-- Add column "undo_reason" of table "finance.recon_matches"
alter table finance.recon_matches add column undo_reason text;
comment on column finance.recon_matches.undo_reason is 'Why it was taken back; null: it holds, or nobody said.';

-- Add column "seller" of table "trade.issued_invoices"
alter table trade.issued_invoices add column seller jsonb;
comment on column trade.issued_invoices.seller is 'Who issued it, as of sending, a JSON object; null: not sent, or before that was kept.';

-- Add column "is_discount" of table "trade.quote_lines"
alter table trade.quote_lines add column is_discount boolean default false not null;
comment on column trade.quote_lines.is_discount is 'Whether it is a part of the discount on the whole, worked out with the other lines.';

-- Add column "discount_minor" of table "trade.quotes"
alter table trade.quotes add column discount_minor bigint default 0 not null;
comment on column trade.quotes.discount_minor is 'The same as an amount without tax, minor units; 0: none.';

-- Create constraint "recon_matches_payout_id_fkey" of table "finance.recon_matches"
alter table finance.recon_matches add constraint recon_matches_payout_id_fkey foreign key (payout_id) references giving.payouts(id) on delete restrict;

-- Create constraint "recon_matches_undo_reason_length" of table "finance.recon_matches"
alter table finance.recon_matches add constraint recon_matches_undo_reason_length check (((length(btrim(undo_reason)) > 0) and (length(undo_reason) <= 500)));

-- Create constraint "recon_matches_undone_whole" of table "finance.recon_matches"
alter table finance.recon_matches add constraint recon_matches_undone_whole check (((undo_reason is null) or (undone_at is not null)));

-- Create constraint "issued_invoices_seller_object" of table "trade.issued_invoices"
alter table trade.issued_invoices add constraint issued_invoices_seller_object check ((jsonb_typeof(seller) = 'object'::text));

-- Create constraint "quotes_discount_minor_range" of table "trade.quotes"
alter table trade.quotes add constraint quotes_discount_minor_range check (((discount_minor >= 0) and (discount_minor <= '9000000000000000'::bigint)));

-- Create constraint "quotes_one_discount" of table "trade.quotes"
alter table trade.quotes add constraint quotes_one_discount check (((discount_bp = 0) or (discount_minor = 0)));

-- Create index "finance.bank_lines_booked_on_idx"
create index bank_lines_booked_on_idx on finance.bank_lines using btree (booked_on desc, id desc);

-- Create index "finance.recon_matches_payout_id_idx"
create index recon_matches_payout_id_idx on finance.recon_matches using btree (payout_id);

-- Create index "finance.recon_runs_created_at_idx"
create index recon_runs_created_at_idx on finance.recon_runs using btree (created_at desc, id desc);

-- Create trigger "check_frozen" of table "finance.recon_matches"
create trigger check_frozen before update on finance.recon_matches for each row execute function finance.check_frozen('id', '', 'undone_at,undo_reason');

-- Create trigger "check_match" of table "finance.recon_matches"
create trigger check_match before insert on finance.recon_matches for each row execute function finance.check_match();

-- Create trigger "keep_once_set" of table "finance.recon_matches"
create trigger keep_once_set before update on finance.recon_matches for each row execute function finance.keep_once_set('undone_at', 'undo_reason');

-- Create trigger "keep_promise" of table "giving.contributions"
create trigger keep_promise before update on giving.contributions for each row when (((old.mandate_id is distinct from new.mandate_id) or (old.mandate_due_on is distinct from new.mandate_due_on))) execute function giving.keep_promise();

-- Create trigger "skip_missed" of table "giving.contributors"
create trigger skip_missed after update of deleted_at on giving.contributors for each row when (((old.deleted_at is not null) and (new.deleted_at is null))) execute function giving.skip_missed();

-- Create trigger "check_status" of table "giving.disbursements"
create trigger check_status before insert or update of status on giving.disbursements for each row execute function finance.check_transition('status', 'proposed', 'proposed>approved,rejected,withdrawn', 'approved>sending,withdrawn', 'sending>paid,failed', 'failed>sending,withdrawn', 'paid>reconciled,recovering', 'reconciled>paid,recovering', 'recovering>recovered');

-- Create trigger "check_status" of table "giving.payouts"
create trigger check_status before insert or update of status on giving.payouts for each row execute function finance.check_transition('status', 'pending', 'pending>in_transit,paid,failed,cancelled', 'in_transit>paid,failed', 'paid>reconciled,failed', 'reconciled>paid');

-- Create trigger "check_status" of table "giving.recurring_mandates"
create trigger check_status before insert or update of status on giving.recurring_mandates for each row execute function finance.check_transition('status', 'pending', 'pending>active,cancelled,failed', 'active>paused,cancelled,expired,failed', 'paused>active,cancelled,expired,failed');

-- Create trigger "check_seller" of table "trade.issued_invoices"
create trigger check_seller before update of status on trade.issued_invoices for each row when (((new.status = 'sent'::text) and (old.status <> 'sent'::text) and (new.seller is null))) execute function trade.check_seller();
