-- finance: what a line of a quote, an invoice or a credit note comes to.

create function trade.money(p_minor bigint, p_currency text) returns jsonb
  language sql immutable
  set search_path = ''
as $$
  select jsonb_build_object('amount', p_minor, 'currency', p_currency)
$$;
comment on function trade.money(bigint, text) is 'An amount as it is on the wire.';
grant execute on function trade.money(bigint, text) to finance_writer, finance_reader;

-- Tax by line, to the nearest whole unit: HMRC, VAT Notice 700, 17.5.1 (and VATREC12010).
create function trade.priced_line(p_line jsonb, p_currency text, p_on date) returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
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
$$;
comment on function trade.priced_line(jsonb, text, date) is
  'A line with what it leaves out taken from its product, its net amount and its tax at the rate of a day. Breaks lines_product_offered, lines_tax_known (23503), lines_price_known, lines_currency (23514).';

create function trade.priced_lines(
  p_lines jsonb,
  p_currency text,
  p_on date,
  out lines jsonb,
  out net_minor bigint,
  out tax_minor bigint
)
  language plpgsql stable
  set search_path = ''
as $$
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
$$;
comment on function trade.priced_lines(jsonb, text, date) is
  'All lines of a document, and what those come to that are not optional. Breaks lines_not_negative (23514) and what trade.priced_line breaks.';
