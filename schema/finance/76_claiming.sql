-- finance: Gift Aid claims as events: each one function call, one transaction, one round trip.

create table giftaid.claim_messages (
  id uuid not null default finance.uuid7(),
  claim_id uuid not null,
  direction text not null
    constraint claim_messages_direction_known check (direction in ('sent', 'received')),
  body text not null
    constraint claim_messages_body_length check (length(body) between 1 and 400000000),
  created_at timestamptz not null default now(),
  constraint claim_messages_pkey primary key (id),
  constraint claim_messages_claim_id_fkey foreign key (claim_id) references giftaid.claims (id) on delete restrict
);
comment on table giftaid.claim_messages is
  'What was sent to the tax office for a claim, without the sender''s password, and what it answered; kept with the claim.';
comment on column giftaid.claim_messages.id is 'Identity.';
comment on column giftaid.claim_messages.claim_id is 'The claim.';
comment on column giftaid.claim_messages.direction is 'Whose words they are: sent by us, received from the tax office.';
comment on column giftaid.claim_messages.body is 'The XML; of what was sent, the part that its IRmark covers.';
comment on column giftaid.claim_messages.created_at is 'When the row was written.';

create index claim_messages_claim_id_idx on giftaid.claim_messages (claim_id, id);

revoke insert, update on giftaid.claim_messages from finance_writer;
revoke select on giftaid.claim_messages from finance_studio;
grant select (id, claim_id, direction, created_at) on giftaid.claim_messages to finance_studio;
create trigger refuse_change before update or delete on giftaid.claim_messages
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giftaid.claim_messages
  for each statement execute function finance.refuse_change();
alter table giftaid.claim_messages enable always trigger refuse_change;
alter table giftaid.claim_messages enable always trigger refuse_truncate;

create function giftaid.take_claim(p_id uuid, p_version integer, p_states text[]) returns giftaid.claims
  language plpgsql
  set search_path = ''
as $$
declare
  v_claim giftaid.claims;
begin
  select * into v_claim from giftaid.claims where id = p_id for no key update;
  if not found then
    raise exception 'claim % does not exist', p_id
      using errcode = 'P0404', constraint = 'claims_known', schema = 'giftaid', table = 'claims';
  end if;
  if v_claim.version <> p_version then
    raise exception 'claim % has changed since', p_id
      using errcode = 'P0412', constraint = 'claims_version', schema = 'giftaid', table = 'claims';
  end if;
  if v_claim.status <> all (p_states) then
    raise exception 'claim % is %', p_id, v_claim.status
      using errcode = 'P0409', constraint = 'claims_state', schema = 'giftaid', table = 'claims',
            detail = 'Needed: ' || array_to_string(p_states, ', ') || '.';
  end if;
  return v_claim;
end
$$;
comment on function giftaid.take_claim(uuid, integer, text[]) is
  'Locks a claim of a version and in one of some states; breaks claims_known (P0404), claims_version (P0412), claims_state (P0409).';

create function giftaid.is_due(p_line giftaid.claim_lines) returns boolean
  language plpgsql stable
  set search_path = ''
as $$
begin
  return exists (
    select from giving.contributions g
    join giftaid.declarations d on d.id = p_line.declaration_id
    where g.id = p_line.contribution_id and g.status in ('settled', 'partially_refunded')
      and p_line.amount_minor <= g.amount_minor - giftaid.refunded(g.id)
      and giftaid.covers(d, p_line.donated_on)
  ) or p_line.aggregate_id is not null;
end
$$;
comment on function giftaid.is_due(giftaid.claim_lines) is
  'Whether a line may still be claimed: its gift was not given back and its declaration covers it.';

-- Definer: lines are of accruals that no application role may write, and totals are not the caller's to say.
create function giftaid.collect(
  p_id uuid,
  p_claimant_id uuid,
  p_reference text,
  p_lines jsonb,
  p_actor uuid
) returns setof giftaid.claims
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_claim giftaid.claims;
  v_lines bigint;
  v_tax bigint;
  v_back bigint;
begin
  insert into giftaid.claims (id, claimant_id, reference, prepared_by, created_by, updated_by)
  values (p_id, p_claimant_id, p_reference, p_actor, p_actor, p_actor);
  insert into giftaid.claim_lines (
    claim_id, item, contribution_id, declaration_id, title, first_name, last_name, house, postcode, donated_on,
    amount_minor, tax_minor, created_by, updated_by)
  select p_id, row_number() over (order by a.donated_on, a.id), a.contribution_id, a.declaration_id, l.title, l.first_name,
    l.last_name, l.house, l.postcode, a.donated_on, a.amount_minor, a.tax_minor, p_actor, p_actor
  from jsonb_to_recordset(p_lines) as l (
    accrual_id uuid, title text, first_name text, last_name text, house text, postcode text)
  join giftaid.accruals a on a.id = l.accrual_id and a.claimant_id = p_claimant_id and a.status = 'open';
  get diagnostics v_lines = row_count;
  if v_lines <> jsonb_array_length(p_lines) then
    raise exception '% of % gifts can be claimed no longer', jsonb_array_length(p_lines) - v_lines, jsonb_array_length(p_lines)
      using errcode = 'P0409', constraint = 'claim_lines_accrual', schema = 'giftaid', table = 'claim_lines';
  end if;
  -- Earlier over-claims are given back with this claim, oldest first, as far as it goes.
  select sum(tax_minor) into v_tax from giftaid.claim_lines where claim_id = p_id;
  with open as (
    select a.id, sum(a.amount_minor) over (order by a.created_at, a.id) as running
    from giftaid.adjustments a
    join giftaid.claim_lines l on l.id = a.claim_line_id
    join giftaid.claims c on c.id = l.claim_id
    where a.status = 'open' and c.claimant_id = p_claimant_id
  )
  update giftaid.adjustments a
  set status = 'settled', settled_in_claim_id = p_id, updated_by = p_actor
  from open where open.id = a.id and open.running <= v_tax;
  select coalesce(sum(amount_minor), 0) into v_back from giftaid.adjustments where settled_in_claim_id = p_id;
  update giftaid.claims
  set adjustment_minor = v_back,
    other_info = case when v_back > 0 then (
      select left('Tax on ' || count(*) || ' gifts claimed before and since refunded, charged back or not declared: '
        || string_agg(to_char(l.donated_on, 'DD/MM/YY') || ' ' || trim(to_char(a.amount_minor / 100.0, '999999990.00')), ', '
          order by l.donated_on, l.id), 350)
      from giftaid.adjustments a join giftaid.claim_lines l on l.id = a.claim_line_id
      where a.settled_in_claim_id = p_id
    ) end
  where id = p_id
  returning * into v_claim;
  return next v_claim;
end
$$;
comment on function giftaid.collect(uuid, uuid, text, jsonb, uuid) is
  'Makes a draft claim of open accruals, with the names to send, and of what is to be given back; breaks claim_lines_accrual (P0409), claims_reference_key, or what giftaid.check_line breaks.';
grant execute on function giftaid.collect(uuid, uuid, text, jsonb, uuid) to finance_writer;

create function giftaid.freeze_claim(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid
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
  v_claim := giftaid.take_claim(p_id, p_version, '{draft}');
  update giftaid.claim_lines l set status = 'withdrawn', error_code = 'changed', updated_by = p_actor
  where l.claim_id = p_id and l.status = 'included' and not giftaid.is_due(l);
  update giftaid.claims c
  set status = 'validated', validated_at = now(), updated_by = p_actor,
    line_count = t.lines, total_minor = t.total, earliest_on = t.first_day, period_end = t.last_day,
    expected_tax_minor = t.tax
  from (
    select coalesce(sum(lines), 0) as lines, coalesce(sum(total), 0) as total, min(first_day) as first_day,
      max(last_day) as last_day, coalesce(sum(floor(total * rate / (10000 - rate))), 0) as tax
    from (
      select count(*) as lines, sum(l.amount_minor) as total, min(l.donated_on) as first_day, max(l.donated_on) as last_day,
        r.basic_rate_bp::numeric as rate
      from giftaid.claim_lines l
      join giftaid.tax_rates r on r.tax_year = giftaid.tax_year(l.donated_on)
      where l.claim_id = p_id and l.status = 'included'
      group by r.basic_rate_bp
    ) per_rate
  ) t
  where c.id = p_id
  returning c.* into v_claim;
  -- Lines that were dropped count no longer for the small donations that go with them.
  perform giftaid.check_small_donations(p_id);
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'validated', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$$;
comment on function giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid) is
  'Drops lines that may no longer be claimed, adds the rest up and freezes the claim; breaks what giftaid.take_claim, giftaid.check_claim_step and giftaid.check_small_donations break.';
grant execute on function giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid) to finance_writer;

-- Definer: it writes to the books.
create function giftaid.submit_claim(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_channel text, p_irmark text, p_body text,
  p_actor uuid, p_request_id text
) returns table (claim giftaid.claims, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_accrued bigint;
  v_rounding bigint;
  v_journal uuid := finance.uuid7();
  v_general uuid;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{validated}');
  if v_claim.prepared_by = p_actor then
    raise exception 'contact % has prepared claim %', p_actor, p_id
      using errcode = '23514', constraint = 'claims_four_eyes', schema = 'giftaid', table = 'claims';
  end if;
  if exists (
    select from giftaid.claim_lines l where l.claim_id = p_id and l.status = 'included' and not giftaid.is_due(l))
  then
    raise exception 'a gift of claim % has changed since it was validated', p_id
      using errcode = 'P0409', constraint = 'claims_current', schema = 'giftaid', table = 'claims';
  end if;
  update giftaid.accruals a set status = 'claimed', claim_line_id = l.id, updated_by = p_actor
  from giftaid.claim_lines l
  where l.claim_id = p_id and l.status = 'included' and a.contribution_id = l.contribution_id and a.status = 'open';
  select coalesce(sum(a.tax_minor), 0) into v_accrued
  from giftaid.accruals a join giftaid.claim_lines l on l.id = a.claim_line_id where l.claim_id = p_id;
  -- Each gift was floored, the total is floored once: less than a penny per gift, to the general fund.
  v_rounding := v_claim.expected_tax_minor - v_accrued;
  select id into strict v_general from ledger.funds where code = 'GEN';
  select array_agg(t.account), array_agg(t.amount) into v_accounts, v_amounts
  from (values
    (ledger.leaf_account('1310', null, 'GBP'), v_claim.expected_tax_minor - v_claim.adjustment_minor),
    (ledger.leaf_account('1300', null, 'GBP'), -v_accrued),
    (ledger.leaf_account('4010', v_general, 'GBP'), -v_rounding),
    (ledger.leaf_account('2300', null, 'GBP'), v_claim.adjustment_minor)
  ) as t (account, amount) where t.amount <> 0;
  perform ledger.post(
    v_journal, 'gift_aid.claimed', (now() at time zone 'Europe/London')::date, 'gift_aid_claim', p_id,
    v_accounts, v_amounts, p_actor, p_request_id);
  update giftaid.claims
  set status = 'submitted', submitted_by = p_actor, submitted_at = now(), channel = p_channel, irmark = p_irmark,
    journal_id = v_journal, poll_after = case when p_channel = 'hmrc' then now() end, updated_by = p_actor
  where id = p_id
  returning * into v_claim;
  perform giftaid.check_small_donations(p_id);
  perform giftaid.submit_small_donations(p_id, p_actor, p_request_id);
  if p_body is not null then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'sent', p_body);
  end if;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'submitted', p_actor);
  if p_channel = 'upload' then
    -- Charities Online answers at once, to the person who uploads: what they say is the answer.
    update giftaid.claims set status = 'acknowledged' where id = p_id;
    update giftaid.claims set status = 'accepted' where id = p_id returning * into v_claim;
    update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
    update giftaid.gasds_claims set status = 'accepted', updated_by = p_actor where claim_id = p_id and status = 'submitted';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$$;
comment on function giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text) is
  'Moves a validated claim from accrued to claimed, with its rounding and what it gives back, and keeps what will be sent; breaks claims_four_eyes, claims_current (P0409), what giftaid.take_claim, giftaid.check_small_donations and ledger.post break.';
grant execute on function giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text)
  to finance_writer;

create function giftaid.withdraw_claim(
  p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid
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
  v_claim := giftaid.take_claim(p_id, p_version, '{draft,validated}');
  update giftaid.claim_lines set status = 'withdrawn', updated_by = p_actor where claim_id = p_id and status = 'included';
  update giftaid.adjustments set status = 'open', settled_in_claim_id = null, updated_by = p_actor
  where settled_in_claim_id = p_id;
  perform giftaid.free_small_donations(p_id, 'withdrawn', p_actor);
  update giftaid.claims set status = 'withdrawn', updated_by = p_actor where id = p_id returning * into v_claim;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'withdrawn', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$$;
comment on function giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid) is
  'Gives up a claim that was not submitted; its gifts can be claimed again. Breaks what giftaid.take_claim breaks.';
grant execute on function giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid) to finance_writer;
