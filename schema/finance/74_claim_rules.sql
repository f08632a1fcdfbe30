-- finance: Gift Aid: the rules of claims that one row alone cannot show.
-- Definer: it locks the gift, which no application role may.
create function giftaid.check_line() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  gift giving.contributions;
  declared giftaid.declarations;
  claimant uuid;
  refunded numeric;
  fault text;
begin
  select claimant_id into claimant from giftaid.claims where id = new.claim_id;
  if new.tax_minor is distinct from giftaid.tax_on(new.amount_minor, new.donated_on) then
    raise exception 'tax on % of % is not %', new.amount_minor, new.donated_on, new.tax_minor
      using errcode = '23514', constraint = 'claim_lines_tax', schema = 'giftaid', table = 'claim_lines';
  end if;
  if new.aggregate_id is not null then
    perform 1 from giftaid.aggregates a
    where a.id = new.aggregate_id and a.amount_minor = new.amount_minor and a.donated_on = new.donated_on
      and a.claimant_id = claimant and a.description = new.aggregated and a.closed_at is not null;
    if not found then
      raise exception 'line % is not its aggregate, or that is still open', new.item
        using errcode = '23514', constraint = 'claim_lines_aggregate', schema = 'giftaid', table = 'claim_lines';
    end if;
    return new;
  end if;
  -- The lock makes a concurrent refund wait, and then see this line.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  select * into declared from giftaid.declarations where id = new.declaration_id;
  select coalesce(sum(amount_minor), 0) into refunded from giving.refunds
  where contribution_id = gift.id and status <> 'failed';
  fault := case
    when gift.status not in ('settled', 'partially_refunded') then 'claim_lines_gift_status'
    when gift.currency <> 'GBP' then 'claim_lines_gift_currency'
    when not gift.own_money then 'claim_lines_gift_own_money'
    when new.donated_on <> gift.occurred_on then 'claim_lines_gift_date'
    when new.amount_minor > gift.amount_minor - refunded then 'claim_lines_gift_amount'
    when exists (select from giftaid.aggregate_items where contribution_id = gift.id) then 'claim_lines_gift_aggregate'
    when exists (select from giftaid.gasds_collections where contribution_id = gift.id) then 'claim_lines_gift_gasds'
  end;
  if fault is not null then
    raise exception 'contribution % cannot be claimed: %', gift.id, fault
      using errcode = '23514', constraint = fault, schema = 'giftaid', table = 'claim_lines';
  end if;
  if declared.contributor_id <> gift.contributor_id or declared.claimant_id <> claimant
    or declared.contribution_id <> gift.id or not giftaid.covers(declared, gift.occurred_on)
  then
    raise exception 'declaration % does not cover contribution %', declared.id, gift.id
      using errcode = '23514', constraint = 'claim_lines_declaration_covers', schema = 'giftaid', table = 'claim_lines';
  end if;
  return new;
end
$$;
comment on function giftaid.check_line() is
  'Before insert: a line is a gift that may be claimed, under a declaration that covers it, with the tax of its year; breaks claim_lines_tax, claim_lines_aggregate, claim_lines_gift_status, claim_lines_gift_currency, claim_lines_gift_own_money, claim_lines_gift_date, claim_lines_gift_amount, claim_lines_gift_aggregate, claim_lines_gift_gasds, claim_lines_declaration_covers.';
-- After check_parent, which holds the claim.
create trigger check_source before insert on giftaid.claim_lines
  for each row execute function giftaid.check_line();

create function giftaid.check_aggregate_item() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  whole giftaid.aggregates;
  gift giving.contributions;
  declared giftaid.declarations;
begin
  select * into whole from giftaid.aggregates where id = new.aggregate_id for no key update;
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  select * into declared from giftaid.declarations where id = new.declaration_id;
  if whole.closed_at is not null then
    raise exception 'aggregate % is closed', whole.id
      using errcode = '23514', constraint = 'aggregate_items_aggregate_state', schema = 'giftaid', table = 'aggregate_items';
  end if;
  if gift.status <> 'settled' or gift.currency <> 'GBP' or not gift.own_money or gift.amount_minor <> new.amount_minor
    or exists (select from giftaid.gasds_collections where contribution_id = gift.id)
    or exists (
      select from giftaid.claim_lines
      where contribution_id = gift.id and status not in ('rejected', 'withdrawn', 'reversed')
    )
  then
    raise exception 'contribution % cannot be claimed in an aggregate', gift.id
      using errcode = '23514', constraint = 'aggregate_items_gift', schema = 'giftaid', table = 'aggregate_items';
  end if;
  if declared.contributor_id <> gift.contributor_id or declared.claimant_id <> whole.claimant_id
    or declared.contribution_id <> gift.id or not giftaid.covers(declared, gift.occurred_on)
  then
    raise exception 'declaration % does not cover contribution %', declared.id, gift.id
      using errcode = '23514', constraint = 'aggregate_items_declaration_covers', schema = 'giftaid', table = 'aggregate_items';
  end if;
  return new;
end
$$;
comment on function giftaid.check_aggregate_item() is
  'Before insert: as giftaid.check_line, for a small gift; breaks aggregate_items_gift, aggregate_items_declaration_covers, aggregate_items_aggregate_state.';
create trigger check_source before insert on giftaid.aggregate_items
  for each row execute function giftaid.check_aggregate_item();

create function giftaid.check_aggregate_closed() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  total numeric;
  latest date;
begin
  select sum(i.amount_minor), max(c.occurred_on) into total, latest
  from giftaid.aggregate_items i join giving.contributions c on c.id = i.contribution_id
  where i.aggregate_id = new.id;
  if total is distinct from new.amount_minor or latest is distinct from new.donated_on then
    raise exception 'the gifts of aggregate % add up to % until %, not to % until %', new.id, total, latest,
        new.amount_minor, new.donated_on
      using errcode = '23514', constraint = 'aggregates_total', schema = 'giftaid', table = 'aggregates';
  end if;
  return new;
end
$$;
comment on function giftaid.check_aggregate_closed() is
  'Before closing: an aggregate is the sum and the latest day of its gifts; breaks aggregates_total.';
create trigger check_total before insert or update of closed_at on giftaid.aggregates
  for each row when (new.closed_at is not null) execute function giftaid.check_aggregate_closed();

create function giftaid.check_claim_step() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  lines bigint;
  total numeric;
  first_day date;
  last_day date;
  rate integer;
begin
  select count(*), coalesce(sum(amount_minor), 0), min(donated_on), max(donated_on)
    into lines, total, first_day, last_day
  from giftaid.claim_lines where claim_id = new.id and status = 'included';
  select basic_rate_bp into rate from giftaid.tax_rates where tax_year = giftaid.tax_year(last_day);
  if (new.line_count, new.total_minor::numeric, new.earliest_on, new.period_end)
    is distinct from (lines, total, first_day, last_day)
  then
    raise exception 'claim % has % lines of % from % to %', new.id, lines, total, first_day, last_day
      using errcode = '23514', constraint = 'claims_total', schema = 'giftaid', table = 'claims';
  end if;
  if lines = 0 and new.adjustment_minor = 0 then
    raise exception 'claim % has no lines', new.id
      using errcode = '23514', constraint = 'claims_some_lines', schema = 'giftaid', table = 'claims';
  end if;
  if last_day > (now() at time zone 'Europe/London')::date then
    raise exception 'claim % has a gift of the future, %', new.id, last_day
      using errcode = '23514', constraint = 'claims_no_future', schema = 'giftaid', table = 'claims';
  end if;
  if new.adjustment_minor <> coalesce((
    select sum(amount_minor) from giftaid.adjustments where settled_in_claim_id = new.id), 0)
  then
    raise exception 'the adjustments of claim % are not %', new.id, new.adjustment_minor
      using errcode = '23514', constraint = 'claims_adjustment', schema = 'giftaid', table = 'claims';
  end if;
  return new;
end
$$;
comment on function giftaid.check_claim_step() is
  'Before validation: a claim is the sum of its lines and of the adjustments it settles, and nothing of it lies ahead; breaks claims_total, claims_some_lines, claims_no_future, claims_adjustment.';
create trigger check_step before insert or update of status on giftaid.claims
  for each row when (new.status = 'validated') execute function giftaid.check_claim_step();

-- Definer: it locks the adjustment's line.
create function giftaid.check_adjustment() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  line giftaid.claim_lines;
  taken numeric;
begin
  select * into line from giftaid.claim_lines where id = new.claim_line_id for no key update;
  select coalesce(sum(amount_minor), 0) into taken from giftaid.adjustments
  where claim_line_id = line.id and status <> 'withdrawn' and id <> new.id;
  if line.contribution_id is distinct from new.contribution_id or line.status not in ('accepted', 'received')
    or taken + new.amount_minor > line.tax_minor
  then
    raise exception 'line % was claimed for % of tax, % of it is given back already', line.id, line.tax_minor, taken
      using errcode = '23514', constraint = 'adjustments_of_line', schema = 'giftaid', table = 'adjustments';
  end if;
  return new;
end
$$;
comment on function giftaid.check_adjustment() is
  'Before insert or update: no more tax is given back than was claimed with the line; breaks adjustments_of_line.';
create trigger check_total before insert or update of amount_minor, claim_line_id, contribution_id on giftaid.adjustments
  for each row execute function giftaid.check_adjustment();

create function giftaid.check_matching(p_small giftaid.gasds_claims) returns void
  language plpgsql stable
  set search_path = ''
as $$
begin
  -- Small gifts count up to ten times what was given with declarations in the same year.
  if p_small.collected_minor + p_small.buildings_minor > 10 * (
    select coalesce(sum(l.amount_minor), 0)
    from giftaid.claim_lines l join giftaid.claims c on c.id = l.claim_id
    where c.claimant_id = p_small.claimant_id and giftaid.tax_year(l.donated_on) = p_small.tax_year
      and l.status not in ('rejected', 'withdrawn', 'reversed')
  ) then
    raise exception 'claim % asks for more than ten times the Gift Aid donations of its year', p_small.id
      using errcode = '23514', constraint = 'gasds_claims_matching', schema = 'giftaid', table = 'gasds_claims';
  end if;
end
$$;
comment on function giftaid.check_matching(giftaid.gasds_claims) is
  'Small donations are at most ten times the gifts of their year that are claimed; breaks gasds_claims_matching.';
grant execute on function giftaid.check_matching(giftaid.gasds_claims) to finance_writer;

create function giftaid.check_gasds_step() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  outside numeric;
  inside numeric;
  fullest numeric;
  last_day date := make_date(new.tax_year + 1, 4, 5);
begin
  select coalesce(sum(amount_minor) filter (where building_id is null), 0),
      coalesce(sum(amount_minor) filter (where building_id is not null), 0)
    into outside, inside
  from giftaid.gasds_collections where gasds_claim_id = new.id;
  select max(total) into fullest from (
    select sum(amount_minor) as total from giftaid.gasds_collections
    where gasds_claim_id = new.id and building_id is not null group by building_id
  ) per_building;
  if (new.collected_minor::numeric, new.buildings_minor::numeric) is distinct from (outside, inside)
    or new.top_up_minor is distinct from giftaid.tax_on((outside + inside)::bigint, last_day)
    or exists (
      select from giftaid.gasds_collections
      where gasds_claim_id = new.id and giftaid.tax_year(collected_on) <> new.tax_year
    )
  then
    raise exception 'collections of claim % add up to % outside and % inside buildings', new.id, outside, inside
      using errcode = '23514', constraint = 'gasds_claims_total', schema = 'giftaid', table = 'gasds_claims';
  end if;
  if fullest > 800000 then
    raise exception 'a building of claim % has %, more than 8,000 pounds', new.id, fullest
      using errcode = '23514', constraint = 'gasds_claims_building_limit', schema = 'giftaid', table = 'gasds_claims';
  end if;
  perform giftaid.check_matching(new);
  return new;
end
$$;
comment on function giftaid.check_gasds_step() is
  'Before validation: a claim is the sum of its collections of one tax year, within the limits; breaks gasds_claims_total, gasds_claims_building_limit, gasds_claims_matching.';
create trigger check_step before insert or update of status on giftaid.gasds_claims
  for each row when (new.status = 'validated') execute function giftaid.check_gasds_step();

-- Definer: it locks the gift, which no application role may.
create function giftaid.check_collection() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
begin
  -- The lock makes a concurrent claim wait, and then see this collection.
  perform 1 from giving.contributions where id = new.contribution_id for no key update;
  if exists (select from giftaid.aggregate_items where contribution_id = new.contribution_id)
    or exists (
      select from giftaid.claim_lines
      where contribution_id = new.contribution_id and status not in ('rejected', 'withdrawn', 'reversed')
    )
  then
    raise exception 'contribution % is claimed already', new.contribution_id
      using errcode = '23514', constraint = 'gasds_collections_gift', schema = 'giftaid', table = 'gasds_collections';
  end if;
  return new;
end
$$;
comment on function giftaid.check_collection() is
  'Before insert or update: a collection is not claimed as Gift Aid already; breaks gasds_collections_gift.';
create trigger check_source before insert or update of contribution_id on giftaid.gasds_collections
  for each row when (new.contribution_id is not null) execute function giftaid.check_collection();
