-- finance: what becomes of a Gift Aid claim: sending it once, and what the tax office says and pays.

-- Definer: outcomes are not the caller's to write line by line.
create function giftaid.begin_sending(p_id uuid) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  -- Whoever makes this step sends; from here on nobody does so again unless the connection never came about.
  update giftaid.claims set status = 'unknown', poll_after = now() + interval '1 minute'
  where id = p_id and status = 'submitted' and channel = 'hmrc';
  return found;
end
$$;
comment on function giftaid.begin_sending(uuid) is
  'Marks a submitted claim as sent with unknown outcome, just before it is sent; false: somebody else has.';
grant execute on function giftaid.begin_sending(uuid) to finance_writer;

create function giftaid.not_sent(p_id uuid, p_detail text) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update giftaid.claims set status = 'submitted', poll_after = now() + interval '5 minutes'
  where id = p_id and status = 'unknown' and correlation_id is null;
  if found then
    insert into giftaid.claim_events (claim_id, kind, detail) values (p_id, 'error', left(p_detail, 2000));
    return true;
  end if;
  return false;
end
$$;
comment on function giftaid.not_sent(uuid, text) is
  'Takes the mark back, for a connection that never came about: not a byte was sent.';
grant execute on function giftaid.not_sent(uuid, text) to finance_writer;

create function giftaid.no_answer(p_id uuid, p_detail text, p_retry_s integer) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update giftaid.claims set poll_after = now() + make_interval(secs => p_retry_s)
  where id = p_id and status in ('unknown', 'acknowledged');
  if found then
    insert into giftaid.claim_events (claim_id, kind, detail) values (p_id, 'polled', left(p_detail, 2000));
    return true;
  end if;
  return false;
end
$$;
comment on function giftaid.no_answer(uuid, text, integer) is
  'Notes that a claim was asked for in vain, and when to ask next; its state stays.';
grant execute on function giftaid.no_answer(uuid, text, integer) to finance_writer;

create function giftaid.acknowledge(p_id uuid, p_correlation_id text, p_retry_s integer, p_body text) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update giftaid.claims
  set status = 'acknowledged', correlation_id = p_correlation_id, poll_after = now() + make_interval(secs => p_retry_s)
  where id = p_id and (status = 'unknown' or status = 'acknowledged' and correlation_id = p_correlation_id);
  if found then
    insert into giftaid.claim_events (claim_id, kind, correlation_id) values (p_id, 'acknowledged', p_correlation_id);
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
    return true;
  end if;
  return false;
end
$$;
comment on function giftaid.acknowledge(uuid, text, integer, text) is
  'The tax office has the claim and will answer; false: it stands elsewhere already.';
grant execute on function giftaid.acknowledge(uuid, text, integer, text) to finance_writer;

create function giftaid.accept_claim(p_id uuid, p_correlation_id text, p_body text) returns boolean
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update giftaid.claims
  set status = 'accepted', correlation_id = coalesce(correlation_id, nullif(p_correlation_id, '')), poll_after = null
  where id = p_id and status in ('unknown', 'acknowledged');
  if not found then
    return false;
  end if;
  update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
  update giftaid.gasds_claims set status = 'accepted', updated_by = null where claim_id = p_id and status = 'submitted';
  insert into giftaid.claim_events (claim_id, kind, correlation_id)
  values (p_id, 'response', nullif(p_correlation_id, ''));
  insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
  return true;
end
$$;
comment on function giftaid.accept_claim(uuid, text, text) is
  'The tax office has taken the claim; false: it stands elsewhere already.';
grant execute on function giftaid.accept_claim(uuid, text, text) to finance_writer;

-- Definer: it writes to the books.
create function giftaid.reject_claim(
  p_id uuid, p_correlation_id text, p_errors jsonb, p_body text, p_request_id text
) returns boolean
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_claim giftaid.claims;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  update giftaid.claims
  set status = 'rejected', correlation_id = coalesce(correlation_id, nullif(p_correlation_id, '')), poll_after = null
  where id = p_id and status in ('unknown', 'acknowledged')
  returning * into v_claim;
  if not found then
    return false;
  end if;
  -- A rejected claim is as if it had never been: everything goes back to where it was.
  select array_agg(account_id order by line), array_agg(-amount order by line) into v_accounts, v_amounts
  from ledger.entries where journal_id = v_claim.journal_id;
  perform ledger.post(
    null, 'gift_aid.rejected', (now() at time zone 'Europe/London')::date, 'gift_aid_claim', p_id, v_accounts, v_amounts,
    null, p_request_id, p_reason => 'rejected by the tax office', p_reverses => v_claim.journal_id);
  perform giftaid.reject_small_donations(p_id, p_request_id);
  update giftaid.accruals a set status = 'open', claim_line_id = null
  from giftaid.claim_lines l where l.claim_id = p_id and a.claim_line_id = l.id;
  update giftaid.adjustments set status = 'open', settled_in_claim_id = null where settled_in_claim_id = p_id;
  -- The tax office counts the lines that were sent, which are those included, by their order.
  with sent as (
    select id, row_number() over (order by item) as place from giftaid.claim_lines
    where claim_id = p_id and status = 'included'
  ), named as (
    select distinct on (s.id) s.id, e.number, e.path
    from jsonb_to_recordset(p_errors) as e (line bigint, number text, path text)
    join sent s on s.place = e.line
    order by s.id, e.number
  )
  update giftaid.claim_lines l
  set status = case when n.id is null then 'withdrawn' else 'rejected' end,
    error_code = left(nullif(n.number, ''), 20), error_path = left(nullif(n.path, ''), 500)
  from sent s left join named n on n.id = s.id
  where l.id = s.id;
  insert into giftaid.claim_events (claim_id, kind, correlation_id, detail)
  values (p_id, 'error', nullif(p_correlation_id, ''), left(p_errors::text, 2000));
  if p_body <> '' then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
  end if;
  return true;
end
$$;
comment on function giftaid.reject_claim(uuid, text, jsonb, text, text) is
  'The tax office has refused the claim: its journal is reversed, the lines that it names are rejected, the others can be claimed again; false: it stands elsewhere already.';
grant execute on function giftaid.reject_claim(uuid, text, jsonb, text, text) to finance_writer;

create function giftaid.due(p_claim giftaid.claims) returns bigint
  language plpgsql stable
  set search_path = ''
as $$
begin
  return case
    when p_claim.status not in ('submitted', 'unknown', 'acknowledged', 'accepted', 'part_received') then 0
    else p_claim.expected_tax_minor - p_claim.adjustment_minor - p_claim.received_minor - coalesce((
      select sum(l.tax_minor) from giftaid.claim_lines l where l.claim_id = p_claim.id and l.status = 'rejected'), 0)
  end;
end
$$;
comment on function giftaid.due(giftaid.claims) is 'What the tax office still owes for a claim, pence.';
grant execute on function giftaid.due(giftaid.claims)
  to finance_writer, finance_reader, finance_audit, finance_studio;

create function giftaid.take_receipt(
  p_claim giftaid.claims, p_amount_minor bigint, p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text
) returns giftaid.claims
  language plpgsql
  set search_path = ''
as $$
declare
  v_claim giftaid.claims := p_claim;
  v_unpaid bigint;
  v_named uuid[];
  v_count bigint;
  v_left bigint;
  v_lines bigint;
  v_event uuid := gen_random_uuid();
  v_general uuid;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  -- Lines are counted as they were sent, without those that were dropped before.
  select coalesce(array_agg(s.id), '{}') into v_named
  from (
    select l.id, l.status, row_number() over (order by l.item) as place
    from giftaid.claim_lines l where l.claim_id = v_claim.id and l.status <> 'withdrawn'
  ) s
  where s.status = 'accepted' and s.place = any (p_unpaid);
  v_count := cardinality(v_named);
  update giftaid.accruals set status = 'open', claim_line_id = null, updated_by = p_actor
  where claim_line_id = any (v_named);
  with unpaid as (
    update giftaid.claim_lines set status = 'rejected', error_code = 'unpaid', updated_by = p_actor
    where id = any (v_named)
    returning tax_minor
  )
  select coalesce(sum(tax_minor), 0) into v_unpaid from unpaid;
  if v_count <> cardinality(p_unpaid) then
    raise exception 'claim % has not all of the lines %', v_claim.id, p_unpaid
      using errcode = 'P0422', constraint = 'claims_unpaid_lines', schema = 'giftaid', table = 'claims';
  end if;
  if v_unpaid > 0 then
    perform ledger.post(
      null, 'gift_aid.rejected', (now() at time zone 'Europe/London')::date, 'gift_aid_receipt', v_event,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('1310', null, 'GBP')],
      array[v_unpaid, -v_unpaid], p_actor, p_request_id);
  end if;
  -- How the tax office rounds is its own affair: up to a penny per line is a difference of rounding, not of substance.
  v_left := giftaid.due(v_claim) - p_amount_minor;
  select count(*) into v_lines from giftaid.claim_lines where claim_id = v_claim.id and status = 'accepted';
  if v_left < -v_lines then
    raise exception 'claim % is owed %, not %', v_claim.id, v_left + p_amount_minor, p_amount_minor
      using errcode = 'P0422', constraint = 'claims_received_limit', schema = 'giftaid', table = 'claims';
  end if;
  if abs(v_left) > v_lines then
    -- More is to come.
    v_left := 0;
    update giftaid.claims
    set status = case when status = 'accepted' then 'part_received' else status end,
      received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = v_claim.id returning * into v_claim;
  else
    update giftaid.claim_lines set status = 'received', received_minor = tax_minor, updated_by = p_actor
    where claim_id = v_claim.id and status = 'accepted';
    update giftaid.claims set status = 'received', received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = v_claim.id returning * into v_claim;
  end if;
  select id into strict v_general from ledger.funds where code = 'GEN';
  select array_agg(t.account), array_agg(t.amount) into v_accounts, v_amounts
  from (values
    (ledger.leaf_account('1000', null, 'GBP'), p_amount_minor),
    (ledger.leaf_account('1310', null, 'GBP'), -p_amount_minor - v_left),
    (ledger.leaf_account('4010', v_general, 'GBP'), v_left)
  ) as t (account, amount) where t.amount <> 0;
  perform ledger.post(
    null, 'gift_aid.received', p_received_on, 'gift_aid_receipt', v_event, v_accounts, v_amounts, p_actor, p_request_id);
  insert into giftaid.claim_events (id, claim_id, kind, amount_minor, created_by)
  values (v_event, v_claim.id, 'received', p_amount_minor, p_actor);
  return v_claim;
end
$$;
comment on function giftaid.take_receipt(giftaid.claims, bigint, date, integer[], uuid, text) is
  'Books what the tax office paid for the gifts of a claim that is locked, and the lines that it did not pay; breaks claims_unpaid_lines, claims_received_limit (P0422), accounting_periods_open.';

-- Definer: it writes to the books. Of the release before this one, which knew no small donations.
create function giftaid.receive_claim(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_amount_minor bigint, p_received_on date,
  p_unpaid integer[], p_actor uuid, p_request_id text
) returns table (claim giftaid.claims, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  select r.claim, r.replayed from giftaid.receive_payment(
    p_scope, p_key, p_fingerprint, p_id, p_version, p_amount_minor, 0, p_received_on, p_unpaid, p_actor, p_request_id) r;
end
$$;
comment on function giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text) is
  'Books what the tax office paid for gifts; see giftaid.receive_payment.';
grant execute on function giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text)
  to finance_writer;

-- Definer: it writes to the books.
create function giftaid.receive_payment(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_amount_minor bigint, p_small_minor bigint,
  p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text
) returns table (claim giftaid.claims, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  -- The gifts of a claim may be paid for before its small donations are.
  v_claim := giftaid.take_claim(p_id, p_version, case
      when p_small_minor = p_amount_minor then array['accepted', 'part_received', 'received']
      else array['accepted', 'part_received']
    end);
  if p_small_minor > 0 then
    perform giftaid.receive_small_donations(p_id, p_small_minor, p_received_on, p_actor, p_request_id);
  end if;
  if p_amount_minor > p_small_minor then
    v_claim := giftaid.take_receipt(
      v_claim, p_amount_minor - p_small_minor, p_received_on, p_unpaid, p_actor, p_request_id);
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$$;
comment on function giftaid.receive_payment(
  text, text, bytea, uuid, integer, bigint, bigint, date, integer[], uuid, text
) is
  'Books what the tax office paid for a claim, the part of it for small donations, and the lines that it did not pay; breaks claims_unpaid_lines, claims_received_limit, gasds_claims_received (P0422), accounting_periods_open, what giftaid.take_claim breaks.';
grant execute on function giftaid.receive_payment(
  text, text, bytea, uuid, integer, bigint, bigint, date, integer[], uuid, text
) to finance_writer;

create function giftaid.record_collection(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_claimant_id uuid, p_building_id uuid, p_collected_on date,
  p_banked_on date, p_method text, p_gifts integer, p_amount_minor bigint, p_actor uuid, p_request_id text
) returns table (collection giftaid.gasds_collections, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
  v_row giftaid.gasds_collections;
  v_general uuid;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.gasds_collections, v_answer), true;
    return;
  end if;
  if p_banked_on > (now() at time zone 'Europe/London')::date then
    raise exception 'collection % is of the future', p_id
      using errcode = 'P0422', constraint = 'gasds_collections_no_future', schema = 'giftaid', table = 'gasds_collections';
  end if;
  insert into giftaid.gasds_collections (
    id, claimant_id, building_id, collected_on, banked_on, method, gifts, amount_minor, created_by, updated_by)
  values (
    p_id, p_claimant_id, p_building_id, p_collected_on, p_banked_on, p_method, p_gifts, p_amount_minor, p_actor, p_actor)
  returning * into v_row;
  select id into strict v_general from ledger.funds where code = 'GEN';
  perform ledger.post(
    null, 'small_donations.banked', p_banked_on, 'gasds_collection', p_id,
    array[ledger.leaf_account('1000', null, 'GBP'), ledger.leaf_account('4000', v_general, 'GBP')],
    array[p_amount_minor, -p_amount_minor], p_actor, p_request_id);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function giftaid.record_collection(text, text, bytea, uuid, uuid, uuid, date, date, text, integer, bigint, uuid, text) is
  'Records a collection of small gifts that was banked; breaks gasds_collections_no_future (P0422), gasds_collections_gift_limit, gasds_collections_banked_after, its foreign keys and accounting_periods_open.';
grant execute on function giftaid.record_collection(
  text, text, bytea, uuid, uuid, uuid, date, date, text, integer, bigint, uuid, text) to finance_writer;
