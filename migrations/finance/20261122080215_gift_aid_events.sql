-- Drop trigger "check_status" of table "giftaid.adjustments", to be made again
drop trigger check_status on giftaid.adjustments;

-- Drop trigger "check_frozen" of table "giftaid.claims", to be made again
drop trigger check_frozen on giftaid.claims;

-- Drop trigger "check_status" of table "giftaid.claims", to be made again
drop trigger check_status on giftaid.claims;

-- Drop trigger "keep_once_set" of table "giftaid.claims", to be made again
drop trigger keep_once_set on giftaid.claims;

-- Comments and privileges of table "giftaid.claims"
comment on column giftaid.claims.status is 'Where it stands; submitted: frozen and posted, certainly not sent; unknown: sent, and no answer: it is polled, never sent again.';

-- Create function "giftaid.begin_sending(uuid)"
create function giftaid.begin_sending(p_id uuid)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  -- Whoever makes this step sends; from here on nobody does so again unless the connection never came about.
  update giftaid.claims set status = 'unknown', poll_after = now() + interval '1 minute'
  where id = p_id and status = 'submitted' and channel = 'hmrc';
  return found;
end
$function$;
grant execute on function giftaid.begin_sending(uuid) to finance_writer;
comment on function giftaid.begin_sending(uuid) is 'Marks a submitted claim as sent with unknown outcome, just before it is sent; false: somebody else has.';

-- Create function "giftaid.declare(text, text, bytea, uuid, uuid, uuid, text, uuid, uuid, text, date, boolean, uuid, text, uuid, text)"
create function giftaid.declare(p_key_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_claimant_id uuid, p_scope text, p_contribution_id uuid, p_wording_id uuid, p_channel text, p_given_on date, p_past boolean, p_evidence_ref uuid, p_user_agent text, p_actor uuid, p_request_id text)
 returns table(declaration giftaid.declarations, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_row giftaid.declarations;
  v_fault text;
  v_wording uuid := coalesce(p_wording_id, (
    select w.id from giftaid.declaration_wordings w
    where w.kind = p_scope and w.locale = 'en' and w.valid_from <= current_date
    order by w.number desc limit 1));
  v_given date := coalesce(p_given_on, (now() at time zone 'Europe/London')::date);
begin
  v_answer := finance.claim_key(p_key_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.declarations, v_answer), true;
    return;
  end if;
  v_fault := case
    when not exists (select from giving.contributors where id = p_contributor_id and type = 'individual')
      then 'declarations_individual'
    when v_given > (now() at time zone 'Europe/London')::date then 'declarations_no_future'
    when not exists (select from giftaid.declaration_wordings where id = v_wording and kind = p_scope)
      then 'declarations_wording'
    when p_contribution_id is not null and not exists (
      select from giving.contributions where id = p_contribution_id and contributor_id = p_contributor_id)
      then 'declarations_gift'
  end;
  if v_fault is not null then
    raise exception 'contributor % cannot declare: %', p_contributor_id, v_fault
      using errcode = 'P0422', constraint = v_fault, schema = 'giftaid', table = 'declarations';
  end if;
  insert into giftaid.declarations (
    id, contributor_id, claimant_id, scope, contribution_id, wording_id, channel, given_on, covers, past_four_years,
    evidence_ref, user_agent, request_id, created_by, updated_by)
  values (
    p_id, p_contributor_id, p_claimant_id, p_scope, p_contribution_id, v_wording, p_channel, v_given,
    case
      when p_contribution_id is null then
        daterange((v_given - case when p_past then interval '4 years' else interval '0' end)::date, null)
      else (select daterange(occurred_on, occurred_on + 1) from giving.contributions where id = p_contribution_id)
    end,
    p_past, p_evidence_ref, p_user_agent, p_request_id, p_actor, p_actor)
  returning * into v_row;
  -- An older one that says no more than the new one is kept, and still covers what it covered.
  update giftaid.declarations set status = 'superseded', superseded_by = p_id, updated_by = p_actor
  where contributor_id = p_contributor_id and claimant_id = p_claimant_id and scope = 'enduring' and status = 'active'
    and id <> p_id and p_scope = 'enduring' and covers <@ v_row.covers;
  perform finance.answer_key(p_key_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giftaid.declare(text, text, bytea, uuid, uuid, uuid, text, uuid, uuid, text, date, boolean, uuid, text, uuid, text) to finance_writer;
comment on function giftaid.declare(text, text, bytea, uuid, uuid, uuid, text, uuid, uuid, text, date, boolean, uuid, text, uuid, text) is 'Records a declaration; an older enduring one that it covers is superseded. Breaks declarations_no_future, declarations_wording, declarations_individual, declarations_gift (P0422), declarations_pkey, declarations_claimant_id_fkey, declarations_past_limit.';

-- Create function "giftaid.due(giftaid.claims)"
create function giftaid.due(p_claim giftaid.claims)
 returns bigint
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return case
    when p_claim.status not in ('submitted', 'unknown', 'acknowledged', 'accepted', 'part_received') then 0
    else p_claim.expected_tax_minor - p_claim.adjustment_minor - p_claim.received_minor - coalesce((
      select sum(l.tax_minor) from giftaid.claim_lines l where l.claim_id = p_claim.id and l.status = 'rejected'), 0)
  end;
end
$function$;
grant execute on function giftaid.due(giftaid.claims) to finance_reader, finance_studio, finance_writer;
comment on function giftaid.due(giftaid.claims) is 'What the tax office still owes for a claim, pence.';

-- Create function "giftaid.erase_contributor(uuid, integer, uuid)"
create function giftaid.erase_contributor(p_id uuid, p_version integer, p_actor uuid)
 returns table(found boolean, stale boolean, erased_at timestamp with time zone, kept_lines bigint)
 language plpgsql
 security definer
 set search_path to ''
as $function$
#variable_conflict use_column
declare
  v_row giving.contributors;
begin
  select * into v_row from giving.contributors where id = p_id for no key update;
  if v_row.id is null then
    return query select false, false, null::timestamptz, 0::bigint;
    return;
  end if;
  if v_row.status <> 'erased' then
    if v_row.version <> p_version then
      return query select true, true, null::timestamptz, 0::bigint;
      return;
    end if;
    update giving.contributors
    set status = 'erased', display_name = 'Erased', email = null, contact_ref = null, merged_into_id = null,
      erased_at = now(), updated_by = p_actor
    where id = p_id returning * into v_row;
    update giving.contributor_identities
    set title = null, first_name = null, last_name = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
    update giving.contributor_addresses
    set house = null, street = null, city = null, postcode = null, erased_at = now(), updated_by = p_actor
    where contributor_id = p_id and erased_at is null;
  end if;
  -- Lines as sent, declarations and the books stay: the tax office may ask for them for six years.
  return query select true, false, v_row.erased_at, (
    select count(*) from giftaid.claim_lines l join giving.contributions g on g.id = l.contribution_id
    where g.contributor_id = p_id and l.status not in ('withdrawn', 'rejected'));
end
$function$;
grant execute on function giftaid.erase_contributor(uuid, integer, uuid) to finance_writer;
comment on function giftaid.erase_contributor(uuid, integer, uuid) is 'Blanks who a contributor is; what was given, declared and claimed stays, and how many lines of claims still name them is told. Done twice, it says so again.';

-- Create function "giftaid.no_answer(uuid, text, integer)"
create function giftaid.no_answer(p_id uuid, p_detail text, p_retry_s integer)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update giftaid.claims set poll_after = now() + make_interval(secs => p_retry_s)
  where id = p_id and status in ('unknown', 'acknowledged');
  if found then
    insert into giftaid.claim_events (claim_id, kind, detail) values (p_id, 'polled', left(p_detail, 2000));
    return true;
  end if;
  return false;
end
$function$;
grant execute on function giftaid.no_answer(uuid, text, integer) to finance_writer;
comment on function giftaid.no_answer(uuid, text, integer) is 'Notes that a claim was asked for in vain, and when to ask next; its state stays.';

-- Create function "giftaid.not_sent(uuid, text)"
create function giftaid.not_sent(p_id uuid, p_detail text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update giftaid.claims set status = 'submitted', poll_after = now() + interval '5 minutes'
  where id = p_id and status = 'unknown' and correlation_id is null;
  if found then
    insert into giftaid.claim_events (claim_id, kind, detail) values (p_id, 'error', left(p_detail, 2000));
    return true;
  end if;
  return false;
end
$function$;
grant execute on function giftaid.not_sent(uuid, text) to finance_writer;
comment on function giftaid.not_sent(uuid, text) is 'Takes the mark back, for a connection that never came about: not a byte was sent.';

-- Create function "giftaid.record_collection(text, text, bytea, uuid, uuid, uuid, date, date, text, integer, bigint, uuid, text)"
create function giftaid.record_collection(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_claimant_id uuid, p_building_id uuid, p_collected_on date, p_banked_on date, p_method text, p_gifts integer, p_amount_minor bigint, p_actor uuid, p_request_id text)
 returns table(collection giftaid.gasds_collections, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
grant execute on function giftaid.record_collection(text, text, bytea, uuid, uuid, uuid, date, date, text, integer, bigint, uuid, text) to finance_writer;
comment on function giftaid.record_collection(text, text, bytea, uuid, uuid, uuid, date, date, text, integer, bigint, uuid, text) is 'Records a collection of small gifts that was banked; breaks gasds_collections_no_future (P0422), gasds_collections_gift_limit, gasds_collections_banked_after, its foreign keys and accounting_periods_open.';

-- Create function "giftaid.refunded(uuid)"
create function giftaid.refunded(p_contribution_id uuid)
 returns bigint
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return coalesce((
    select sum(amount_minor) from giving.refunds where contribution_id = p_contribution_id and status <> 'failed'), 0);
end
$function$;
grant execute on function giftaid.refunded(uuid) to finance_reader, finance_studio, finance_writer;
comment on function giftaid.refunded(uuid) is 'What of a gift was given back, or is about to be.';

-- Create function "giftaid.give_back(integer, uuid, text)"
create function giftaid.give_back(p_at_most integer, p_actor uuid, p_request_id text)
 returns table(taken bigint, tax_minor bigint)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_due record;
  v_line giftaid.claim_lines;
  v_kept bigint;
  v_back bigint;
  v_id uuid;
  v_journal uuid;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for v_due in
    select l.id, g.fund_id, g.status, g.amount_minor - giftaid.refunded(g.id) as left_minor, r.id as refund_id,
      giftaid.covers(d, l.donated_on) as covered
    from giftaid.claim_lines l
    join giving.contributions g on g.id = l.contribution_id
    join giftaid.declarations d on d.id = l.declaration_id
    left join lateral (
      select r.id from giving.refunds r where r.contribution_id = g.id and r.status = 'settled'
      order by r.settled_at desc, r.id limit 1
    ) r on true
    where l.status in ('accepted', 'received')
      and (g.status in ('partially_refunded', 'refunded', 'charged_back') or not giftaid.covers(d, l.donated_on))
      and l.tax_minor > coalesce((
        select sum(a.amount_minor) from giftaid.adjustments a where a.claim_line_id = l.id and a.status <> 'withdrawn'), 0)
    order by l.id
    limit p_at_most
  loop
    select * into v_line from giftaid.claim_lines where id = v_due.id for no key update;
    v_kept := case
      when v_due.status = 'charged_back' or not v_due.covered or v_due.left_minor <= 0 then 0
      else giftaid.tax_on(least(v_due.left_minor, v_line.amount_minor), v_line.donated_on)
    end;
    v_back := v_line.tax_minor - v_kept - coalesce((
      select sum(amount_minor) from giftaid.adjustments where claim_line_id = v_line.id and status <> 'withdrawn'), 0);
    continue when v_back <= 0;
    v_id := gen_random_uuid();
    select j.journal_id into v_journal from ledger.post(
      null, 'gift_aid.over_claimed', v_today, 'gift_aid_adjustment', v_id,
      array[ledger.leaf_account('4010', v_due.fund_id, 'GBP'), ledger.leaf_account('2300', null, 'GBP')],
      array[v_back, -v_back], p_actor, p_request_id) j;
    insert into giftaid.adjustments (
      id, claim_line_id, contribution_id, refund_id, amount_minor, reason, journal_id, created_by, updated_by)
    values (
      v_id, v_line.id, v_line.contribution_id, case when v_due.covered then v_due.refund_id end, v_back,
      case
        when v_due.status = 'charged_back' then 'charged_back'
        when not v_due.covered then 'declaration_cancelled'
        else 'refunded'
      end, v_journal, p_actor, p_actor);
    v_taken := v_taken + 1;
    v_total := v_total + v_back;
  end loop;
  return query select v_taken, v_total;
end
$function$;
grant execute on function giftaid.give_back(integer, uuid, text) to finance_writer;
comment on function giftaid.give_back(integer, uuid, text) is 'Books the tax that was claimed on gifts that were refunded, charged back or never declared since; the next claim gives it back. Looks at that many lines.';

-- Create function "giftaid.is_due(giftaid.claim_lines)"
create function giftaid.is_due(p_line giftaid.claim_lines)
 returns boolean
 language plpgsql
 stable
 set search_path to ''
as $function$
begin
  return exists (
    select from giving.contributions g
    join giftaid.declarations d on d.id = p_line.declaration_id
    where g.id = p_line.contribution_id and g.status in ('settled', 'partially_refunded')
      and p_line.amount_minor <= g.amount_minor - giftaid.refunded(g.id)
      and giftaid.covers(d, p_line.donated_on)
  ) or p_line.aggregate_id is not null;
end
$function$;
comment on function giftaid.is_due(giftaid.claim_lines) is 'Whether a line may still be claimed: its gift was not given back and its declaration covers it.';

-- Create function "giftaid.take_claim(uuid, integer, text[])"
create function giftaid.take_claim(p_id uuid, p_version integer, p_states text[])
 returns giftaid.claims
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function giftaid.take_claim(uuid, integer, text[]) is 'Locks a claim of a version and in one of some states; breaks claims_known (P0404), claims_version (P0412), claims_state (P0409).';

-- Create function "giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid)"
create function giftaid.freeze_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'validated', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
grant execute on function giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid) to finance_writer;
comment on function giftaid.freeze_claim(text, text, bytea, uuid, integer, uuid) is 'Drops lines that may no longer be claimed, adds the rest up and freezes the claim; breaks what giftaid.take_claim and giftaid.check_claim_step break.';

-- Create function "giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid)"
create function giftaid.withdraw_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_actor uuid)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
  update giftaid.claims set status = 'withdrawn', updated_by = p_actor where id = p_id returning * into v_claim;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'withdrawn', p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
grant execute on function giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid) to finance_writer;
comment on function giftaid.withdraw_claim(text, text, bytea, uuid, integer, uuid) is 'Gives up a claim that was not submitted; its gifts can be claimed again. Breaks what giftaid.take_claim breaks.';

-- Create table "giftaid.accruals"
create table giftaid.accruals (
  id uuid default ledger.uuid7() not null,
  contribution_id uuid not null,
  claimant_id uuid not null,
  declaration_id uuid not null,
  fund_id uuid not null,
  donated_on date not null,
  amount_minor bigint not null,
  tax_minor bigint not null,
  status text default 'open'::text not null,
  claim_line_id uuid,
  journal_id uuid not null,
  closing_journal_id uuid,
  reason text,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint accruals_pkey primary key (id),
  constraint accruals_closing_journal_id_key unique (closing_journal_id),
  constraint accruals_journal_id_key unique (journal_id),
  constraint accruals_claim_line_id_fkey foreign key (claim_line_id) references giftaid.claim_lines(id) on delete restrict,
  constraint accruals_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants(id) on delete restrict,
  constraint accruals_closing_journal_id_fkey foreign key (closing_journal_id) references ledger.journals(id) on delete restrict,
  constraint accruals_contribution_id_fkey foreign key (contribution_id) references giving.contributions(id) on delete restrict,
  constraint accruals_declaration_id_fkey foreign key (declaration_id) references giftaid.declarations(id) on delete restrict,
  constraint accruals_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint accruals_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint accruals_amount_minor_range check (((amount_minor >= 1) and (amount_minor <= '9000000000000000'::bigint))),
  constraint accruals_claimed_whole check (((status = 'claimed'::text) = (claim_line_id is not null))),
  constraint accruals_closed_whole check ((((status = any (array['reversed'::text, 'written_off'::text])) = (closing_journal_id is not null)) and ((closing_journal_id is null) = (reason is null)))),
  constraint accruals_reason_shape check ((reason ~ '^[a-z][a-z_]{1,49}$'::text)),
  constraint accruals_status_known check ((status = any (array['open'::text, 'claimed'::text, 'reversed'::text, 'written_off'::text]))),
  constraint accruals_tax_minor_range check (((tax_minor >= 1) and (tax_minor <= '9000000000000000'::bigint)))
);
revoke insert, update on giftaid.accruals from finance_writer;
comment on table giftaid.accruals is 'Gifts that may be claimed, with the tax that is in the books for each; at most one live row per gift.';
comment on column giftaid.accruals.id is 'Identity.';
comment on column giftaid.accruals.contribution_id is 'The gift.';
comment on column giftaid.accruals.claimant_id is 'Charity that may claim.';
comment on column giftaid.accruals.declaration_id is 'Declaration it may be claimed under.';
comment on column giftaid.accruals.fund_id is 'Fund of the gift: the tax goes where the gift went.';
comment on column giftaid.accruals.donated_on is 'Day of the gift.';
comment on column giftaid.accruals.amount_minor is 'The gift less what was given back, pence.';
comment on column giftaid.accruals.tax_minor is 'Tax on it, pence, floored.';
comment on column giftaid.accruals.status is 'open: in the books, not claimed; claimed: in a claim that was submitted; reversed, written_off: no longer in the books.';
comment on column giftaid.accruals.claim_line_id is 'Line that claims it; null: not claimed.';
comment on column giftaid.accruals.journal_id is 'Journal that put it into the books.';
comment on column giftaid.accruals.closing_journal_id is 'Journal that took it out again; null: it is there.';
comment on column giftaid.accruals.reason is 'Why it was taken out, a reason of eligibility; null: it is there.';
comment on column giftaid.accruals.created_at is 'When the row was written.';
comment on column giftaid.accruals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.accruals.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.accruals.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.accruals.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Change view "ledger.invariant_breaks"
create or replace view ledger.invariant_breaks as
 select 'I1 journal does not balance'::text as invariant,
    (entries.journal_id)::text as what
   from ledger.entries
  group by entries.journal_id, entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I2 ledger does not balance'::text as invariant,
    entries.currency as what
   from ledger.entries
  group by entries.currency
 having (sum(entries.amount) <> (0)::numeric)
union all
 select 'I3 journal is incomplete'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ( select entries.journal_id,
            count(*) as n
           from ledger.entries
          group by entries.journal_id) e on ((e.journal_id = j.id)))
  where ((j.lines <> coalesce(e.n, (0)::bigint)) or (j.lines < 2))
union all
 select 'I4 balance differs from its entries'::text as invariant,
    (a.id)::text as what
   from (((ledger.accounts a
     left join ledger.account_balances b on ((b.account_id = a.id)))
     left join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
     left join ( select balance_deltas.account_id,
            sum(balance_deltas.amount) as total
           from ledger.balance_deltas
          group by balance_deltas.account_id) d on ((d.account_id = a.id)))
  where ((b.balance is null) or ((b.balance + coalesce(d.total, (0)::numeric)) <> coalesce(e.total, (0)::numeric)))
union all
 select 'I5 account below its floor'::text as invariant,
    (a.id)::text as what
   from (ledger.accounts a
     join ( select entries.account_id,
            sum(entries.amount) as total
           from ledger.entries
          group by entries.account_id) e on ((e.account_id = a.id)))
  where ((e.total * (a.sign)::numeric) < (a.floor_minor)::numeric)
union all
 select 'I5 fund below its floor'::text as invariant,
    ((f.code || ' '::text) || a.currency) as what
   from (((ledger.funds f
     join ledger.accounts a on ((a.fund_id = f.id)))
     join ledger.entries e on ((e.account_id = a.id)))
     left join lateral ( select min(s.balance_minor) as balance_minor
           from ledger.shortfalls s
          where ((s.fund_id = f.id) and (s.currency = a.currency))) short on (true))
  group by f.id, f.code, f.floor_minor, a.currency, short.balance_minor
 having ((- sum(e.amount)) < (least(f.floor_minor, short.balance_minor))::numeric)
union all
 select 'I6 reversal is not exact'::text as invariant,
    (r.id)::text as what
   from ledger.journals r
  where ((r.reverses is not null) and (exists ( select 1
           from ledger.entries e
          where (e.journal_id = any (array[r.id, r.reverses]))
          group by e.account_id, e.currency
         having (sum(e.amount) <> (0)::numeric))))
union all
 select 'I7 journal without outbox event'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (not (exists ( select 1
           from finance.outbox_events o
          where ((o.aggregate_id = j.id) and ((o.topic)::text = 'finance.journal.posted.v1'::text)))))
union all
 select 'I8 idempotency key without its journal'::text as invariant,
    (((k.scope)::text || ' '::text) || (k.key)::text) as what
   from finance.idempotency_keys k
  where (((k.response ->> 'journal_id'::text) is not null) and (not (exists ( select 1
           from ledger.journals j
          where (j.id = ((k.response ->> 'journal_id'::text))::uuid)))))
union all
 select 'I9 posted outside an open period'::text as invariant,
    (j.id)::text as what
   from (ledger.journals j
     left join ledger.accounting_periods p on ((p.span @> j.effective_date)))
  where ((p.id is null) or (j.posted_at > p.closed_at))
union all
 select 'I11 chain of seals has a gap'::text as invariant,
    (count(*))::text as what
   from ledger.seals
 having (count(*) <> coalesce(max(seals.seq), (0)::bigint))
union all
 select 'I12 entry in another currency than its account'::text as invariant,
    (e.journal_id)::text as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.currency <> e.currency)
union all
 select 'I13 journal neither sealed nor queued'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where ((not (exists ( select 1
           from ledger.seals s
          where (s.journal_id = j.id)))) and (not (exists ( select 1
           from ledger.seal_queue q
          where (q.journal_id = j.id)))))
union all
 select 'I15 contribution differs from its journal'::text as invariant,
    (c.id)::text as what
   from (((giving.contributions c
     left join ledger.journals j on (((j.id = c.journal_id) and ((j.source_type)::text = 'contribution'::text) and (j.source_id = c.id) and ((j.kind)::text = 'contribution.settled'::text))))
     left join ledger.entries e on ((e.journal_id = j.id)))
     left join ledger.accounts a on (((a.id = e.account_id) and (a.code = '4000'::text) and (a.fund_id = c.fund_id) and (a.currency = c.currency))))
  where (c.journal_id is not null)
  group by c.id, c.amount_minor
 having (coalesce((- sum(e.amount) filter (where (a.id is not null))), (0)::numeric) <> (c.amount_minor)::numeric)
union all
 select 'I15 contribution journal without contribution'::text as invariant,
    (j.id)::text as what
   from ledger.journals j
  where (((j.kind)::text = 'contribution.settled'::text) and (not (exists ( select 1
           from giving.contributions c
          where ((c.journal_id = j.id) and (c.id = j.source_id))))))
union all
 select 'I10 series has a gap'::text as invariant,
    s.series as what
   from (ledger.number_series s
     left join ( select quotes.series,
            quotes.serial
           from trade.quotes
        union all
         select issued_invoices.series,
            issued_invoices.serial
           from trade.issued_invoices
        union all
         select credit_notes.series,
            credit_notes.serial
           from trade.credit_notes) d on ((d.series = s.series)))
  group by s.series, s.next
 having ((count(d.serial) <> (s.next - 1)) or (coalesce(max(d.serial), (0)::bigint) <> (s.next - 1)))
union all
 select 'I15 refunded more than was captured'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     join giving.refunds r on (((r.contribution_id = c.id) and (r.status <> 'failed'::text))))
  group by c.id, c.amount_minor, c.fee_cover_minor, c.tip_minor
 having (sum(r.amount_minor) > (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric)
union all
 select 'I15 status does not follow from refunds'::text as invariant,
    (c.id)::text as what
   from (giving.contributions c
     cross join lateral ( select coalesce(sum(r_1.amount_minor), (0)::numeric) as refunded
           from giving.refunds r_1
          where ((r_1.contribution_id = c.id) and (r_1.status = 'settled'::text))) r)
  where ((c.status = any (array['settled'::text, 'partially_refunded'::text, 'refunded'::text])) and (c.status <>
        case
            when (r.refunded >= (((c.amount_minor + c.fee_cover_minor) + c.tip_minor))::numeric) then 'refunded'::text
            when (r.refunded > (0)::numeric) then 'partially_refunded'::text
            else 'settled'::text
        end))
union all
 select 'I16 contribution is claimed twice'::text as invariant,
    (claimed.contribution_id)::text as what
   from ( select claim_lines.contribution_id
           from giftaid.claim_lines
          where ((claim_lines.contribution_id is not null) and (claim_lines.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])))
        union all
         select aggregate_items.contribution_id
           from giftaid.aggregate_items
        union all
         select gasds_collections.contribution_id
           from giftaid.gasds_collections
          where (gasds_collections.contribution_id is not null)) claimed
  group by claimed.contribution_id
 having (count(*) > 1)
union all
 select 'I17 claimed without a declaration that covers it'::text as invariant,
    (l.id)::text as what
   from (giftaid.claim_lines l
     join giftaid.declarations d on ((d.id = l.declaration_id)))
  where ((l.status <> all (array['rejected'::text, 'withdrawn'::text, 'reversed'::text])) and (not ((d.covers @> l.donated_on) and ((d.cancelled_from is null) or (l.donated_on < d.cancelled_from)))))
union all
 select 'I18 accrued Gift Aid differs from account 1300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1300'::text)) b
  where (b.balance <> ( select coalesce(sum(accruals.tax_minor), (0)::numeric) as "coalesce"
           from giftaid.accruals
          where (accruals.status = 'open'::text)))
union all
 select 'I18 claimed Gift Aid differs from account 1310'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce(sum(e.amount), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '1310'::text)) b
  where (b.balance <> ( select coalesce(sum(giftaid.due(c.*)), (0)::numeric) as "coalesce"
           from giftaid.claims c))
union all
 select 'I18 Gift Aid to give back differs from account 2300'::text as invariant,
    (b.balance)::text as what
   from ( select coalesce((- sum(e.amount)), (0)::numeric) as balance
           from (ledger.entries e
             join ledger.accounts a on ((a.id = e.account_id)))
          where (a.code = '2300'::text)) b
  where (b.balance <> ( select coalesce(sum(a.amount_minor), (0)::numeric) as "coalesce"
           from (giftaid.adjustments a
             left join giftaid.claims c on ((c.id = a.settled_in_claim_id)))
          where ((a.status = 'open'::text) or (c.status = any (array['draft'::text, 'validated'::text])))))
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Create index "giftaid.accruals_claim_line_id_idx"
create index accruals_claim_line_id_idx on giftaid.accruals using btree (claim_line_id);

-- Create index "giftaid.accruals_claimant_id_idx"
create index accruals_claimant_id_idx on giftaid.accruals using btree (claimant_id, status, donated_on, id);

-- Create index "giftaid.accruals_contribution_id_idx"
create index accruals_contribution_id_idx on giftaid.accruals using btree (contribution_id);

-- Create index "giftaid.accruals_created_at_idx"
create index accruals_created_at_idx on giftaid.accruals using btree (created_at desc, id desc);

-- Create index "giftaid.accruals_declaration_id_idx"
create index accruals_declaration_id_idx on giftaid.accruals using btree (declaration_id);

-- Create index "giftaid.accruals_fund_id_idx"
create index accruals_fund_id_idx on giftaid.accruals using btree (fund_id);

-- Create index "giftaid.accruals_live_key"
create unique index accruals_live_key on giftaid.accruals using btree (contribution_id) where (status = any (array['open'::text, 'claimed'::text]));

-- Create trigger "check_frozen" of table "giftaid.accruals"
create trigger check_frozen before update on giftaid.accruals for each row execute function finance.check_frozen('id', '', 'status,claim_line_id,closing_journal_id,reason');

-- Create trigger "check_status" of table "giftaid.accruals"
create trigger check_status before insert or update of status on giftaid.accruals for each row execute function finance.check_transition('status', 'open', 'open>claimed,reversed,written_off', 'claimed>open');

-- Create trigger "keep_once_set" of table "giftaid.accruals"
create trigger keep_once_set before update on giftaid.accruals for each row execute function finance.keep_once_set('closing_journal_id');

-- Create trigger "refuse_delete" of table "giftaid.accruals"
create trigger refuse_delete before delete or truncate on giftaid.accruals for each statement execute function finance.refuse_change();
alter table giftaid.accruals enable always trigger refuse_delete;

-- Create trigger "touch" of table "giftaid.accruals"
create trigger touch before update on giftaid.accruals for each row execute function finance.touch();

-- Create function "giftaid.accrue(uuid[], uuid[], uuid[], uuid, text)"
create function giftaid.accrue(p_contributions uuid[], p_declarations uuid[], p_claimants uuid[], p_actor uuid, p_request_id text)
 returns table(taken bigint, tax_minor bigint)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_gift giving.contributions;
  v_declared giftaid.declarations;
  v_amount bigint;
  v_tax bigint;
  v_id uuid;
  v_journal uuid;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for i in 1 .. coalesce(cardinality(p_contributions), 0) loop
    -- The lock makes a refund wait, and then see the accrual; what has changed since the caller looked is passed over.
    select * into v_gift from giving.contributions where id = p_contributions[i] for no key update;
    select * into v_declared from giftaid.declarations where id = p_declarations[i] for share;
    v_amount := v_gift.amount_minor - giftaid.refunded(v_gift.id);
    v_tax := case when v_amount > 0 then giftaid.tax_on(v_amount, v_gift.occurred_on) end;
    continue when v_gift.id is null or v_declared.id is null or coalesce(v_tax, 0) = 0
      or v_gift.status not in ('settled', 'partially_refunded') or v_gift.currency <> 'GBP' or not v_gift.own_money
      or v_declared.contributor_id <> v_gift.contributor_id or v_declared.claimant_id <> p_claimants[i]
      or v_declared.contribution_id <> v_gift.id or not giftaid.covers(v_declared, v_gift.occurred_on)
      or exists (select from giftaid.accruals where contribution_id = v_gift.id and status in ('open', 'claimed'))
      or exists (
        select from giftaid.claim_lines
        where contribution_id = v_gift.id and status not in ('rejected', 'withdrawn', 'reversed'))
      or exists (select from giftaid.aggregate_items where contribution_id = v_gift.id)
      or exists (select from giftaid.gasds_collections where contribution_id = v_gift.id);
    v_id := ledger.uuid7();
    select j.journal_id into v_journal from ledger.post(
      null, 'gift_aid.accrued', v_today, 'gift_aid_accrual', v_id,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('4010', v_gift.fund_id, 'GBP')],
      array[v_tax, -v_tax], p_actor, p_request_id) j;
    insert into giftaid.accruals (
      id, contribution_id, claimant_id, declaration_id, fund_id, donated_on, amount_minor, tax_minor, journal_id,
      created_by, updated_by)
    values (
      v_id, v_gift.id, p_claimants[i], v_declared.id, v_gift.fund_id, v_gift.occurred_on, v_amount, v_tax, v_journal,
      p_actor, p_actor);
    v_taken := v_taken + 1;
    v_total := v_total + v_tax;
  end loop;
  return query select v_taken, v_total;
end
$function$;
grant execute on function giftaid.accrue(uuid[], uuid[], uuid[], uuid, text) to finance_writer;
comment on function giftaid.accrue(uuid[], uuid[], uuid[], uuid, text) is 'Puts the tax of gifts into the books, each under the declaration and for the claimant given; passes over what may not be claimed, or is there already.';

-- Create function "giftaid.collect(uuid, uuid, text, jsonb, uuid)"
create function giftaid.collect(p_id uuid, p_claimant_id uuid, p_reference text, p_lines jsonb, p_actor uuid)
 returns setof giftaid.claims
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
grant execute on function giftaid.collect(uuid, uuid, text, jsonb, uuid) to finance_writer;
comment on function giftaid.collect(uuid, uuid, text, jsonb, uuid) is 'Makes a draft claim of open accruals, with the names to send, and of what is to be given back; breaks claim_lines_accrual (P0409), claims_reference_key, or what giftaid.check_line breaks.';

-- Create function "giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text)"
create function giftaid.receive_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_amount_minor bigint, p_received_on date, p_unpaid integer[], p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
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
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giftaid.claims, v_answer), true;
    return;
  end if;
  v_claim := giftaid.take_claim(p_id, p_version, '{accepted,part_received}');
  -- Lines are counted as they were sent, without those that were dropped before.
  select coalesce(array_agg(s.id), '{}') into v_named
  from (
    select l.id, l.status, row_number() over (order by l.item) as place
    from giftaid.claim_lines l where l.claim_id = p_id and l.status <> 'withdrawn'
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
    raise exception 'claim % has not all of the lines %', p_id, p_unpaid
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
  select count(*) into v_lines from giftaid.claim_lines where claim_id = p_id and status = 'accepted';
  if v_left < -v_lines then
    raise exception 'claim % is owed %, not %', p_id, v_left + p_amount_minor, p_amount_minor
      using errcode = 'P0422', constraint = 'claims_received_limit', schema = 'giftaid', table = 'claims';
  end if;
  if abs(v_left) > v_lines then
    -- More is to come.
    v_left := 0;
    update giftaid.claims
    set status = case when status = 'accepted' then 'part_received' else status end,
      received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = p_id returning * into v_claim;
  else
    update giftaid.claim_lines set status = 'received', received_minor = tax_minor, updated_by = p_actor
    where claim_id = p_id and status = 'accepted';
    update giftaid.claims set status = 'received', received_minor = received_minor + p_amount_minor, updated_by = p_actor
    where id = p_id returning * into v_claim;
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
  values (v_event, p_id, 'received', p_amount_minor, p_actor);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
grant execute on function giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text) to finance_writer;
comment on function giftaid.receive_claim(text, text, bytea, uuid, integer, bigint, date, integer[], uuid, text) is 'Books what the tax office paid, and the lines that it did not pay; breaks claims_unpaid_lines, claims_received_limit (P0422), accounting_periods_open, what giftaid.take_claim breaks.';

-- Create function "giftaid.release(uuid[], text[], uuid, text)"
create function giftaid.release(p_accruals uuid[], p_reasons text[], p_actor uuid, p_request_id text)
 returns table(taken bigint, tax_minor bigint)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_row giftaid.accruals;
  v_journal uuid;
  v_written_off boolean;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for i in 1 .. coalesce(cardinality(p_accruals), 0) loop
    select * into v_row from giftaid.accruals where id = p_accruals[i] and status = 'open' for no key update;
    -- A line of a draft holds it: validating the claim drops the line, and the next run releases it.
    continue when v_row.id is null or exists (
      select from giftaid.claim_lines
      where contribution_id = v_row.contribution_id and status not in ('rejected', 'withdrawn', 'reversed'));
    v_written_off := p_reasons[i] = 'out_of_time';
    select j.journal_id into v_journal from ledger.post(
      null, case when v_written_off then 'gift_aid.written_off' else 'journal.reversal' end, v_today,
      'gift_aid_accrual', v_row.id,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('4010', v_row.fund_id, 'GBP')],
      array[-v_row.tax_minor, v_row.tax_minor], p_actor, p_request_id,
      p_reason => 'Gift Aid cannot be claimed: ' || p_reasons[i],
      p_reverses => case when not v_written_off then v_row.journal_id end) j;
    update giftaid.accruals
    set status = case when v_written_off then 'written_off' else 'reversed' end, closing_journal_id = v_journal,
      reason = p_reasons[i], updated_by = p_actor
    where id = v_row.id;
    v_taken := v_taken + 1;
    v_total := v_total + v_row.tax_minor;
  end loop;
  return query select v_taken, v_total;
end
$function$;
grant execute on function giftaid.release(uuid[], text[], uuid, text) to finance_writer;
comment on function giftaid.release(uuid[], text[], uuid, text) is 'Takes the tax of gifts that may no longer be claimed out of the books: written off if the time is over, else reversed; breaks what ledger.post breaks.';

-- Create table "giftaid.claim_messages"
create table giftaid.claim_messages (
  id uuid default ledger.uuid7() not null,
  claim_id uuid not null,
  direction text not null,
  body text not null,
  created_at timestamp with time zone default now() not null,
  constraint claim_messages_pkey primary key (id),
  constraint claim_messages_claim_id_fkey foreign key (claim_id) references giftaid.claims(id) on delete restrict,
  constraint claim_messages_body_length check (((length(body) >= 1) and (length(body) <= 400000000))),
  constraint claim_messages_direction_known check ((direction = any (array['sent'::text, 'received'::text])))
);
revoke select on giftaid.claim_messages from finance_studio;
revoke insert, update on giftaid.claim_messages from finance_writer;
grant select (id) on giftaid.claim_messages to finance_studio;
grant select (claim_id) on giftaid.claim_messages to finance_studio;
grant select (direction) on giftaid.claim_messages to finance_studio;
grant select (created_at) on giftaid.claim_messages to finance_studio;
comment on table giftaid.claim_messages is 'What was sent to the tax office for a claim, without the sender''s password, and what it answered; kept with the claim.';
comment on column giftaid.claim_messages.id is 'Identity.';
comment on column giftaid.claim_messages.claim_id is 'The claim.';
comment on column giftaid.claim_messages.direction is 'Whose words they are: sent by us, received from the tax office.';
comment on column giftaid.claim_messages.body is 'The XML; of what was sent, the part that its IRmark covers.';
comment on column giftaid.claim_messages.created_at is 'When the row was written.';

-- Create index "giftaid.claim_messages_claim_id_idx"
create index claim_messages_claim_id_idx on giftaid.claim_messages using btree (claim_id, id);

-- Create trigger "refuse_change" of table "giftaid.claim_messages"
create trigger refuse_change before delete or update on giftaid.claim_messages for each row execute function finance.refuse_change();
alter table giftaid.claim_messages enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giftaid.claim_messages"
create trigger refuse_truncate before truncate on giftaid.claim_messages for each statement execute function finance.refuse_change();
alter table giftaid.claim_messages enable always trigger refuse_truncate;

-- Create function "giftaid.accept_claim(uuid, text, text)"
create function giftaid.accept_claim(p_id uuid, p_correlation_id text, p_body text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
begin
  update giftaid.claims
  set status = 'accepted', correlation_id = coalesce(correlation_id, nullif(p_correlation_id, '')), poll_after = null
  where id = p_id and status in ('unknown', 'acknowledged');
  if not found then
    return false;
  end if;
  update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
  insert into giftaid.claim_events (claim_id, kind, correlation_id)
  values (p_id, 'response', nullif(p_correlation_id, ''));
  insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'received', p_body);
  return true;
end
$function$;
grant execute on function giftaid.accept_claim(uuid, text, text) to finance_writer;
comment on function giftaid.accept_claim(uuid, text, text) is 'The tax office has taken the claim; false: it stands elsewhere already.';

-- Create function "giftaid.acknowledge(uuid, text, integer, text)"
create function giftaid.acknowledge(p_id uuid, p_correlation_id text, p_retry_s integer, p_body text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
as $function$
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
$function$;
grant execute on function giftaid.acknowledge(uuid, text, integer, text) to finance_writer;
comment on function giftaid.acknowledge(uuid, text, integer, text) is 'The tax office has the claim and will answer; false: it stands elsewhere already.';

-- Create function "giftaid.reject_claim(uuid, text, jsonb, text, text)"
create function giftaid.reject_claim(p_id uuid, p_correlation_id text, p_errors jsonb, p_body text, p_request_id text)
 returns boolean
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
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
$function$;
grant execute on function giftaid.reject_claim(uuid, text, jsonb, text, text) to finance_writer;
comment on function giftaid.reject_claim(uuid, text, jsonb, text, text) is 'The tax office has refused the claim: its journal is reversed, the lines that it names are rejected, the others can be claimed again; false: it stands elsewhere already.';

-- Create function "giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text)"
create function giftaid.submit_claim(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_channel text, p_irmark text, p_body text, p_actor uuid, p_request_id text)
 returns table(claim giftaid.claims, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
declare
  v_answer jsonb;
  v_claim giftaid.claims;
  v_accrued bigint;
  v_rounding bigint;
  v_journal uuid := ledger.uuid7();
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
  if p_body is not null then
    insert into giftaid.claim_messages (claim_id, direction, body) values (p_id, 'sent', p_body);
  end if;
  insert into giftaid.claim_events (claim_id, kind, created_by) values (p_id, 'submitted', p_actor);
  if p_channel = 'upload' then
    -- Charities Online answers at once, to the person who uploads: what they say is the answer.
    update giftaid.claims set status = 'acknowledged' where id = p_id;
    update giftaid.claims set status = 'accepted' where id = p_id returning * into v_claim;
    update giftaid.claim_lines set status = 'accepted' where claim_id = p_id and status = 'included';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_claim));
  return query select v_claim, false;
end
$function$;
grant execute on function giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text) to finance_writer;
comment on function giftaid.submit_claim(text, text, bytea, uuid, integer, text, text, text, uuid, text) is 'Moves a validated claim from accrued to claimed, with its rounding and what it gives back, and keeps what will be sent; breaks claims_four_eyes, claims_current (P0409), what giftaid.take_claim and ledger.post break.';

-- Add column "official_title" of table "giftaid.claimants"
alter table giftaid.claimants add column official_title text;
comment on column giftaid.claimants.official_title is 'Title of the official who claims; null: none.';

-- Add column "official_first_name" of table "giftaid.claimants"
alter table giftaid.claimants add column official_first_name text;
comment on column giftaid.claimants.official_first_name is 'First name of the official whom the tax office knows; null: not said, so no claims as XML.';

-- Add column "official_last_name" of table "giftaid.claimants"
alter table giftaid.claimants add column official_last_name text;
comment on column giftaid.claimants.official_last_name is 'Last name of the official; null: not said.';

-- Add column "official_postcode" of table "giftaid.claimants"
alter table giftaid.claimants add column official_postcode text;
comment on column giftaid.claimants.official_postcode is 'Postcode of the official; null: outside the United Kingdom, or not said.';

-- Add column "official_phone" of table "giftaid.claimants"
alter table giftaid.claimants add column official_phone text;
comment on column giftaid.claimants.official_phone is 'Telephone number of the official; null: not said.';

-- Add column "channel" of table "giftaid.claims"
alter table giftaid.claims add column channel text;
comment on column giftaid.claims.channel is 'hmrc: sent as XML; upload: a person uploads the schedule to Charities Online; null: not submitted.';

-- Add column "poll_after" of table "giftaid.claims"
alter table giftaid.claims add column poll_after timestamp with time zone;
comment on column giftaid.claims.poll_after is 'When to ask the tax office next; null: nothing to ask.';

-- Create constraint "claimants_official_first_name_shape" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_first_name_shape check ((official_first_name ~ '^[A-Za-z][A-Za-z''-]{0,34}$'::text));

-- Create constraint "claimants_official_last_name_shape" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_last_name_shape check ((official_last_name ~ '^[A-Za-z0-9 ,.()/&''-]{1,35}$'::text));

-- Create constraint "claimants_official_phone_shape" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_phone_shape check ((official_phone ~ '^[0-9() -]{1,30}$'::text));

-- Create constraint "claimants_official_postcode_shape" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_postcode_shape check ((official_postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'::text));

-- Create constraint "claimants_official_title_shape" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_title_shape check ((official_title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'::text));

-- Create constraint "claimants_official_whole" of table "giftaid.claimants"
alter table giftaid.claimants add constraint claimants_official_whole check (((num_nonnulls(official_first_name, official_last_name, official_phone) = any (array[0, 3])) and ((official_first_name is not null) or (num_nonnulls(official_title, official_postcode) = 0))));

-- Create constraint "claims_channel_known" of table "giftaid.claims"
alter table giftaid.claims add constraint claims_channel_known check ((channel = any (array['hmrc'::text, 'upload'::text])));

-- Create trigger "check_status" of table "giftaid.adjustments"
create trigger check_status before insert or update of status on giftaid.adjustments for each row execute function finance.check_transition('status', 'open', 'open>settled,withdrawn', 'settled>open');

-- Create trigger "check_frozen" of table "giftaid.claims"
create trigger check_frozen before update on giftaid.claims for each row execute function finance.check_frozen('status', 'draft', 'validated_at,submitted_by,submitted_at,channel,correlation_id,poll_after,irmark,request_ref,response_ref,received_minor,journal_id');

-- Create trigger "check_status" of table "giftaid.claims"
create trigger check_status before insert or update of status on giftaid.claims for each row execute function finance.check_transition('status', 'draft', 'draft>validated,withdrawn', 'validated>draft,submitted,withdrawn', 'submitted>acknowledged,unknown,rejected', 'unknown>submitted,acknowledged,accepted,rejected', 'acknowledged>accepted,rejected,unknown', 'accepted>part_received,received', 'part_received>received');

-- Create trigger "keep_once_set" of table "giftaid.claims"
create trigger keep_once_set before update on giftaid.claims for each row execute function finance.keep_once_set('submitted_by', 'submitted_at', 'channel', 'correlation_id', 'irmark', 'request_ref', 'journal_id');
