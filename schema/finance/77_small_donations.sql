-- finance: small donations inside a Gift Aid claim: asked for, refused, paid.

create function giftaid.check_small_donations(p_claim_id uuid) returns void
  language plpgsql stable
  set search_path = ''
as $$
declare
  v_small giftaid.gasds_claims;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status in ('draft', 'validated')
    order by g.id
  loop
    -- Two years from the end of the tax year (GASDS guidance, chapter 8).
    if finance.today() > make_date(v_small.tax_year + 3, 4, 5) then
      raise exception 'small donations of % can be claimed no longer', v_small.tax_year
        using errcode = 'P0409', constraint = 'gasds_claims_in_time', schema = 'giftaid', table = 'gasds_claims';
    end if;
    perform giftaid.check_matching(v_small);
  end loop;
end
$$;
comment on function giftaid.check_small_donations(uuid) is
  'The small donations that go with a claim may still be asked for; breaks gasds_claims_in_time (P0409), gasds_claims_matching.';

-- Definer: it keeps the key, and the sums are not the caller's to say.
create function giftaid.claim_small_donations(
  p_scope text, p_key text, p_fingerprint bytea, p_claim_id uuid, p_version integer, p_tax_year integer,
  p_collections uuid[], p_actor uuid
) returns table (small giftaid.gasds_claims, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_row giftaid.gasds_claims;
  v_taken bigint;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.gasds_claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_claim_id, p_version, '{draft}');
  insert into giftaid.gasds_claims (claimant_id, tax_year, claim_id, created_by, updated_by)
  values (v_claim.claimant_id, p_tax_year, v_claim.id, p_actor, p_actor)
  returning * into v_row;
  perform giftaid.check_small_donations(p_claim_id);
  update giftaid.gasds_collections c set gasds_claim_id = v_row.id, updated_by = p_actor
  where c.claimant_id = v_claim.claimant_id and c.gasds_claim_id is null
    and giftaid.tax_year(c.collected_on) = p_tax_year and (p_collections is null or c.id = any (p_collections));
  get diagnostics v_taken = row_count;
  if v_taken = 0 or v_taken <> cardinality(p_collections) then
    raise exception '% collections of % can be claimed', v_taken, p_tax_year
      using errcode = 'P0409', constraint = 'gasds_collections_claimable', schema = 'giftaid', table = 'gasds_collections';
  end if;
  update giftaid.gasds_claims g
  set status = 'validated', collected_minor = t.outside, buildings_minor = t.inside,
    top_up_minor = giftaid.tax_on(t.outside + t.inside, make_date(p_tax_year + 1, 4, 5))
  from (
    select coalesce(sum(c.amount_minor) filter (where c.building_id is null), 0)::bigint as outside,
      coalesce(sum(c.amount_minor) filter (where c.building_id is not null), 0)::bigint as inside
    from giftaid.gasds_collections c where c.gasds_claim_id = v_row.id
  ) t
  where g.id = v_row.id
  returning g.* into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function giftaid.claim_small_donations(text, text, bytea, uuid, integer, integer, uuid[], uuid) is
  'Puts the small donations of a tax year into a draft claim: all that are not claimed, or these; breaks gasds_claims_tax_year_key, gasds_claims_tax_year_range, gasds_collections_claimable (P0409), gasds_claims_collected_minor_limit, what giftaid.take_claim, giftaid.check_gasds_step and giftaid.check_small_donations break.';
grant execute on function giftaid.claim_small_donations(text, text, bytea, uuid, integer, integer, uuid[], uuid)
  to finance_writer;

create function giftaid.submit_small_donations(p_claim_id uuid, p_actor uuid, p_request_id text) returns void
  language plpgsql
  set search_path = ''
as $$
declare
  v_small giftaid.gasds_claims;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_journal uuid;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'validated'
    order by g.id for no key update
  loop
    v_journal := ledger.book(
      null, 'small_donations.claimed', finance.today(), 'gasds_claim', v_small.id, 'GBP', array['1320', '4020'],
      array[null, v_general], array[v_small.top_up_minor, -v_small.top_up_minor], p_actor, p_request_id);
    update giftaid.gasds_claims set status = 'submitted', journal_id = v_journal, updated_by = p_actor
    where id = v_small.id;
  end loop;
end
$$;
comment on function giftaid.submit_small_donations(uuid, uuid, text) is
  'Books what is asked for the small donations that go with a claim.';

create function giftaid.free_small_donations(p_claim_id uuid, p_status text, p_actor uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  update giftaid.gasds_claims set status = p_status, updated_by = p_actor
  where claim_id = p_claim_id and status in ('draft', 'validated', 'submitted');
  update giftaid.gasds_collections c set gasds_claim_id = null, updated_by = p_actor
  from giftaid.gasds_claims g
  where g.claim_id = p_claim_id and g.status = p_status and c.gasds_claim_id = g.id;
end
$$;
comment on function giftaid.free_small_donations(uuid, text, uuid) is
  'Ends the claims of small donations that go with a claim, withdrawn or rejected; their collections can be claimed again.';

create function giftaid.reject_small_donations(p_claim_id uuid, p_request_id text) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  perform ledger.reverse(
    g.journal_id, 'small_donations.rejected', 'gasds_claim', g.id, 'rejected by the tax office', null, p_request_id)
  from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'submitted';
  perform giftaid.free_small_donations(p_claim_id, 'rejected', null);
end
$$;
comment on function giftaid.reject_small_donations(uuid, text) is
  'The tax office has refused the claim that small donations went with: what was booked is taken back.';

create function giftaid.receive_small_donations(
  p_claim_id uuid, p_amount_minor bigint, p_received_on date, p_actor uuid, p_request_id text
) returns void
  language plpgsql
  set search_path = ''
as $$
declare
  v_small giftaid.gasds_claims;
  v_general uuid := giving.purpose_fund(null, null, null);
  v_left bigint := p_amount_minor;
  v_part bigint;
begin
  for v_small in
    select g.* from giftaid.gasds_claims g where g.claim_id = p_claim_id and g.status = 'accepted'
    order by g.tax_year, g.id for no key update
  loop
    v_part := least(v_left, v_small.top_up_minor);
    v_left := v_left - v_part;
    if v_part > 0 then
      perform ledger.book(
        null, 'small_donations.received', p_received_on, 'gasds_claim', v_small.id, 'GBP', array['1000', '1320'],
        array[null, null]::uuid[], array[v_part, -v_part], p_actor, p_request_id);
    end if;
    -- There is no second payment: what was not paid now will not come.
    if v_part < v_small.top_up_minor then
      perform ledger.book(
        null, 'small_donations.rejected', p_received_on, 'gasds_claim', v_small.id, 'GBP', array['4020', '1320'],
        array[v_general, null], array[v_small.top_up_minor - v_part, v_part - v_small.top_up_minor], p_actor,
        p_request_id, p_reason => 'not paid by the tax office');
    end if;
    update giftaid.gasds_claims set status = 'received', received_minor = v_part, updated_by = p_actor
    where id = v_small.id;
  end loop;
  if v_left > 0 then
    raise exception 'claim % is owed % less for small donations', p_claim_id, v_left
      using errcode = 'P0422', constraint = 'gasds_claims_received', schema = 'giftaid', table = 'gasds_claims';
  end if;
end
$$;
comment on function giftaid.receive_small_donations(uuid, bigint, date, uuid, text) is
  'Books what the tax office paid for the small donations of a claim, the oldest year first, and gives up the rest; breaks gasds_claims_received (P0422), accounting_periods_open.';
