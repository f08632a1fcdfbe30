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

-- A price for several things that are taxed each in its own way is shared among them: VAT Act 1994, s. 19 (4). By selling
-- prices (HMRC's manual, VATVAL03800), here those of the list, to the last minor unit by largest
-- remainder. A line that names its tax is one thing.
create function trade.priced_parts(p_line jsonb, p_currency text, p_on date) returns setof jsonb
  language plpgsql stable rows 4
  set search_path = ''
as $$
declare
  v_whole jsonb := trade.priced_line(p_line, p_currency, p_on);
  v_net numeric := (v_whole ->> 'net_minor')::numeric;
begin
  if p_line ->> 'tax_code' is not null or not exists (
    select from trade.bundle_items i where i.bundle_id = (p_line ->> 'product_id')::uuid and i.deleted_at is null)
  then
    return next v_whole;
    return;
  end if;
  return query
  with parts as (
    select i.position, i.product_id, i.quantity * (p_line ->> 'quantity')::numeric as quantity,
      coalesce(nullif(p.label ->> 'en', ''), p.label ->> 'de') as label,
      -- Parts that all cost nothing share alike.
      case when sum(i.quantity * p.list_price_minor) over () = 0 then 1 else i.quantity * p.list_price_minor end as weight
    from trade.bundle_items i join trade.products p on p.id = i.product_id
    where i.bundle_id = (p_line ->> 'product_id')::uuid and i.deleted_at is null
  ), shares as (
    select p.position, p.product_id, p.quantity, p.label, div(abs(v_net) * p.weight, sum(p.weight) over ()) as share,
      mod(abs(v_net) * p.weight, sum(p.weight) over ()) as rest
    from parts p
  ), whole as (
    select s.position, s.product_id, s.quantity, s.label, sign(v_net) * (s.share + case
      when row_number() over (order by s.rest desc, s.position) <= abs(v_net) - sum(s.share) over () then 1 else 0
    end) as share
    from shares s
  )
  -- A share need not be a whole price for each of several: the line is one, and says how many.
  select trade.priced_line(p_line || jsonb_build_object(
    'product_id', w.product_id, 'quantity', '1', 'unit', 'piece', 'unit_price_minor', w.share, 'currency', p_currency,
    'discount_bp', 0, 'description', left(format(
      '%s: %s x %s', v_whole ->> 'description', trim_scale(w.quantity), w.label), 1000)), p_currency, p_on)
  from whole w order by w.position;
end
$$;
comment on function trade.priced_parts(jsonb, text, date) is
  'A line; of a bundle a line for each part with its share of the price, taxed as that part is. Breaks what trade.priced_line breaks.';

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
  select coalesce(jsonb_agg(p.value order by l.ordinality, p.ordinality), '[]') into lines
  from jsonb_array_elements(coalesce(p_lines, '[]')) with ordinality l
  cross join lateral trade.priced_parts(l.value, p_currency, p_on) with ordinality p (value, ordinality);
  if jsonb_array_length(lines) > 1000 then
    raise exception 'with the parts of bundles there are % lines', jsonb_array_length(lines)
      using errcode = '23514', constraint = 'lines_at_most', schema = 'trade', table = 'products';
  end if;
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
  'All lines of a document, and what those come to that are not optional. Breaks lines_not_negative, lines_at_most (23514) and what trade.priced_line breaks.';
