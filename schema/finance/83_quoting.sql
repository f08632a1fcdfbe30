-- finance: how quotes are written, sent, and answered. A quote posts nothing.

create function trade.quote_lines_of(p_quote_id uuid, p_currency text) returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
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
$$;
comment on function trade.quote_lines_of(uuid, text) is 'The lines of a quote as they are on the wire.';
grant execute on function trade.quote_lines_of(uuid, text) to finance_writer, finance_reader;

create function trade.put_quote_lines(p_quote_id uuid, p_lines jsonb, p_actor uuid) returns void
  language plpgsql
  set search_path = ''
as $$
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
$$;
comment on function trade.put_quote_lines(uuid, jsonb, uuid) is 'Puts priced lines in the place of those of a quote.';

-- A discount on the whole is taken off in lines of its own, one for each rate of tax, so that tax stays exact by line: what
-- is taxed at a rate bears its share by largest remainder.
create function trade.priced_quote(
  p_lines jsonb,
  p_quote trade.quotes,
  out lines jsonb,
  out net_minor bigint,
  out tax_minor bigint
)
  language plpgsql stable
  set search_path = ''
as $$
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
$$;
comment on function trade.priced_quote(jsonb, trade.quotes) is
  'All lines of a quote with those of its discount, and what those come to that are not optional. Breaks quotes_discount_within (23514) and what trade.priced_lines breaks.';

-- Definer: it keeps the key, which no application role may.
create function trade.create_quote(p_scope text, p_key text, p_fingerprint bytea, p_quote jsonb, p_actor uuid)
  returns table (quote trade.quotes, lines jsonb, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function trade.create_quote(text, text, bytea, jsonb, uuid) is
  'Writes the draft of a quote, its lines priced today. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (23505), quotes_currency_fkey, quotes_replaces_id_fkey (23503), quotes_discount_currency or a check of quotes or quote_lines (23514), and what trade.priced_quote breaks.';
grant execute on function trade.create_quote(text, text, bytea, jsonb, uuid) to finance_writer;

create function trade.check_discount(p_quote jsonb, p_currency text) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  if p_quote ->> 'discount_currency' <> p_currency then
    raise exception 'a discount in % is not one on a quote in %', p_quote ->> 'discount_currency', p_currency
      using errcode = '23514', constraint = 'quotes_discount_currency', schema = 'trade', table = 'quotes';
  end if;
end
$$;
comment on function trade.check_discount(jsonb, text) is
  'A discount is in the currency of its quote; breaks quotes_discount_currency (23514).';

-- Definer: no application role may call what it calls.
create function trade.update_quote(p_id uuid, p_version integer, p_change jsonb, p_actor uuid)
  returns table (quote trade.quotes, lines jsonb)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function trade.update_quote(uuid, integer, jsonb, uuid) is
  'Changes the draft of a quote: columns that the change names, and all lines together. Breaks quotes_pkey (P0404), quotes_version (P0412), quotes_frozen (23514), and what trade.create_quote breaks.';
grant execute on function trade.update_quote(uuid, integer, jsonb, uuid) to finance_writer;

create function trade.keep_quote(p_quote trade.quotes, p_lines jsonb, p_reason text, p_actor uuid) returns void
  language plpgsql
  set search_path = ''
as $$
declare
  v_content jsonb := to_jsonb(p_quote) || jsonb_build_object('lines', p_lines);
begin
  insert into trade.quote_snapshots (quote_id, reason, content, content_sha256, created_by)
  values (p_quote.id, p_reason, v_content, sha256(convert_to(v_content::text, 'UTF8')), p_actor);
end
$$;
comment on function trade.keep_quote(trade.quotes, jsonb, text, uuid) is 'Keeps a quote word for word as it is at a step.';

-- Definer: it keeps the key, which no application role may.
create function trade.step_quote(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_valid_until date,
  p_accepted_by uuid,
  p_reason text,
  p_actor uuid
) returns table (quote trade.quotes, lines jsonb, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
  if v_row.status <> (case when p_step in ('send', 'withdraw') then 'draft' else 'sent' end) then
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
    when 'withdraw' then
      update trade.quotes set status = 'withdrawn', updated_by = p_actor where id = v_row.id returning * into v_row;
  end case;
  v_lines := trade.quote_lines_of(v_row.id, v_row.currency);
  -- Nobody else has seen a draft: there is nothing to keep or to tell.
  if p_step <> 'withdraw' then
    perform trade.keep_quote(v_row, v_lines, v_row.status, p_actor);
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.quote.' || v_row.status || '.v1', 'quote', v_row.id, jsonb_build_object(
      'quote_id', v_row.id, 'number', v_row.number, 'customer_ref', v_row.customer_ref,
      'project_ref', v_row.project_ref, 'total_minor', v_row.total_minor, 'currency', v_row.currency));
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row) || jsonb_build_object('lines', v_lines));
  return query select v_row, v_lines, false;
end
$$;
comment on function trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid) is
  'Takes a quote one step further: send (gives it its number, and takes the place of the one it replaces), accept, decline; keeps it word for word; or withdraw, of a draft. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_still_valid (P0409), quotes_status_transition, quotes_some_lines, quotes_sent_is_valid, quotes_replaces_done (23514), quotes_replaces_id_key (23505).';
grant execute on function trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid)
  to finance_writer;

-- Definer: no application role may call what it calls.
create function trade.expire_quotes(p_at_most integer) returns bigint
  language plpgsql security definer
  set search_path = ''
as $$
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
$$;
comment on function trade.expire_quotes(integer) is
  'Expires quotes whose last day is over, at most that many; says how many.';
grant execute on function trade.expire_quotes(integer) to finance_writer;
