-- Drop trigger "check_bundle" of table "trade.bundle_items", to be made again
drop trigger check_bundle on trade.bundle_items;

-- Replace function "trade.check_bundle()"
create or replace function trade.check_bundle()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  v_bundle trade.products;
  v_part trade.products;
begin
  select * into v_bundle from trade.products where id = new.bundle_id and is_bundle for share;
  if not found then
    raise exception 'product % is no bundle', new.bundle_id
      using errcode = '23514', constraint = 'bundle_items_of_bundle', schema = 'trade', table = 'bundle_items';
  end if;
  -- Whether there is such a product at all is for the foreign key and check_live.
  select * into v_part from trade.products where id = new.product_id for share;
  if v_part.is_bundle then
    raise exception 'product % is a bundle itself', new.product_id
      using errcode = '23514', constraint = 'bundle_items_of_products', schema = 'trade', table = 'bundle_items';
  end if;
  if v_part.currency <> v_bundle.currency then
    raise exception 'product % has its price in %', new.product_id, v_part.currency
      using errcode = '23514', constraint = 'bundle_items_currency', schema = 'trade', table = 'bundle_items';
  end if;
  return new;
end
$function$;

-- Replace function "trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid)"
create or replace function trade.step_quote(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_valid_until date, p_accepted_by uuid, p_reason text, p_actor uuid)
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
$function$;

-- Comments and privileges of function "trade.check_bundle()"
comment on function trade.check_bundle() is 'Before insert or update: only bundles have parts, which are no bundles and have prices in its currency; breaks bundle_items_of_bundle, bundle_items_of_products, bundle_items_currency.';

-- Comments and privileges of function "trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid)"
comment on function trade.step_quote(text, text, bytea, uuid, integer, text, date, uuid, text, uuid) is 'Takes a quote one step further: send (gives it its number, and takes the place of the one it replaces), accept, decline; keeps it word for word; or withdraw, of a draft. Breaks idempotency_keys_fingerprint (P0422), quotes_pkey (P0404), quotes_version (P0412), quotes_still_valid (P0409), quotes_status_transition, quotes_some_lines, quotes_sent_is_valid, quotes_replaces_done (23514), quotes_replaces_id_key (23505).';

-- Comments and privileges of table "trade.bundle_items"
comment on table trade.bundle_items is 'What a bundle is made of; no bundle is in a bundle.';
comment on column trade.bundle_items.product_id is 'The part, a product that is no bundle.';

-- Create function "trade.check_no_part()"
create function trade.check_no_part()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
begin
  if exists (select from trade.bundle_items i where i.product_id = new.id and i.deleted_at is null) then
    raise exception 'product % is part of a bundle', new.id
      using errcode = '23514', constraint = 'bundle_items_of_products', schema = 'trade', table = 'bundle_items';
  end if;
  return new;
end
$function$;
comment on function trade.check_no_part() is 'Before a product becomes a bundle: it is part of none; breaks bundle_items_of_products.';

-- Create function "trade.parts_of(uuid)"
create function trade.parts_of(p_bundle_id uuid)
 returns jsonb
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object(
    'product_id', i.product_id, 'key', p.key, 'quantity', trim_scale(i.quantity)::text) order by i.position), '[]')
  from trade.bundle_items i join trade.products p on p.id = i.product_id
  where i.bundle_id = p_bundle_id and i.deleted_at is null);
end
$function$;
grant execute on function trade.parts_of(uuid) to finance_reader, finance_writer;
comment on function trade.parts_of(uuid) is 'The parts of a bundle as they are on the wire.';

-- Create function "trade.priced_parts(jsonb, text, date)"
create function trade.priced_parts(p_line jsonb, p_currency text, p_on date)
 returns setof jsonb
 language plpgsql
 stable rows 4
 set search_path to ''
as $function$
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
$function$;
comment on function trade.priced_parts(jsonb, text, date) is 'A line; of a bundle a line for each part with its share of the price, taxed as that part is. Breaks what trade.priced_line breaks.';

-- Replace function "trade.priced_lines(jsonb, text, date)"
create or replace function trade.priced_lines(p_lines jsonb, p_currency text, p_on date, out lines jsonb, out net_minor bigint, out tax_minor bigint)
 returns record
 language plpgsql
 stable
 set search_path to ''
as $function$
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
$function$;
comment on function trade.priced_lines(jsonb, text, date) is 'All lines of a document, and what those come to that are not optional. Breaks lines_not_negative, lines_at_most (23514) and what trade.priced_line breaks.';

-- Create function "trade.put_parts(uuid, jsonb, uuid)"
create function trade.put_parts(p_bundle_id uuid, p_parts jsonb, p_actor uuid)
 returns jsonb
 language plpgsql
 set search_path to ''
as $function$
begin
  if p_parts is not null then
    update trade.bundle_items set deleted_at = now(), updated_by = p_actor
    where bundle_id = p_bundle_id and deleted_at is null;
    insert into trade.bundle_items (bundle_id, product_id, quantity, position, created_by, updated_by)
    select p_bundle_id, (p.value ->> 'product_id')::uuid, (p.value ->> 'quantity')::numeric, p.ordinality, p_actor, p_actor
    from jsonb_array_elements(p_parts) with ordinality p;
  end if;
  return trade.parts_of(p_bundle_id);
end
$function$;
grant execute on function trade.put_parts(uuid, jsonb, uuid) to finance_writer;
comment on function trade.put_parts(uuid, jsonb, uuid) is 'Puts parts in the place of those of a bundle, null leaves them; answers what they are. Breaks bundle_items_product_id_key (23505), bundle_items_product_id_fkey (23503), bundle_items_product_acyclic and what trade.check_bundle breaks (23514).';

-- Create trigger "check_bundle" of table "trade.bundle_items"
create trigger check_bundle before insert or update of bundle_id, product_id on trade.bundle_items for each row execute function trade.check_bundle();

-- Create trigger "check_no_part" of table "trade.products"
create trigger check_no_part before update of is_bundle on trade.products for each row when ((new.is_bundle and (not old.is_bundle))) execute function trade.check_no_part();
