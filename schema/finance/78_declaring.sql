-- finance: declaring Gift Aid, and being forgotten.

-- Definer: it settles what an older declaration becomes.
create function giftaid.declare(
  p_key_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_contributor_id uuid, p_claimant_id uuid, p_scope text,
  p_contribution_id uuid, p_wording_id uuid, p_channel text, p_given_on date, p_past boolean,
  p_evidence_ref uuid, p_user_agent text, p_actor uuid, p_request_id text
) returns table (declaration giftaid.declarations, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function giftaid.declare(
  text, text, bytea, uuid, uuid, uuid, text, uuid, uuid, text, date, boolean, uuid, text, uuid, text) is
  'Records a declaration; an older enduring one that it covers is superseded. Breaks declarations_no_future, declarations_wording, declarations_individual, declarations_gift (P0422), declarations_pkey, declarations_claimant_id_fkey, declarations_past_limit.';
grant execute on function giftaid.declare(
  text, text, bytea, uuid, uuid, uuid, text, uuid, uuid, text, date, boolean, uuid, text, uuid, text)
  to finance_writer;

create function finance.forget_answers(p_id uuid) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  -- Answers with a body are those that a route keeps as it sent them; what a function keeps are ids, dates and sums.
  update finance.idempotency_keys k
  set response = '{"forgotten": true}'
  where k.response ? 'body' and strpos(k.response ->> 'body', p_id::text) > 0;
end
$$;
comment on function finance.forget_answers(uuid) is
  'Forgets what was answered about somebody who is erased: a repetition is refused, and the request stays known.';

-- Definer: contributors are blanked in tables that hold what no application role may rewrite.
create function giftaid.erase_contributor(p_id uuid, p_version integer, p_actor uuid)
  returns table (found boolean, stale boolean, erased_at timestamptz, kept_lines bigint)
  language plpgsql security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  v_row giving.contributors;
  v_contact uuid;
begin
  -- As giving.hold_contacts, before the row.
  lock table finance.ref_contacts in row exclusive mode;
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
    v_contact := v_row.contact_ref;
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
    -- Nobody is left to collect from; whoever instructs the processor is told.
    with ended as (
      update giving.recurring_mandates
      set status = 'cancelled', cancelled_at = now(), cancel_reason = 'The contributor was erased.', next_on = null,
        updated_by = p_actor
      where contributor_id = p_id and status in ('pending', 'active', 'paused')
      returning id, processor, processor_ref
    )
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    select 'finance.mandate.cancelled.v1', 'mandate', e.id, jsonb_build_object(
      'mandate_id', e.id, 'processor', e.processor, 'mandate_ref', e.processor_ref, 'next_on', null)
    from ended e;
    perform finance.forget_answers(p_id);
    -- After the changes, so that what they noted of the values before goes too.
    perform finance.redact_audit(
      v_contact, '{contributor,contributor_identity,contributor_address}', array[p_id]
        || array(select i.id from giving.contributor_identities i where i.contributor_id = p_id)
        || array(select a.id from giving.contributor_addresses a where a.contributor_id = p_id));
  end if;
  -- Lines as sent, declarations and the books stay: the tax office may ask for them for six years.
  return query select true, false, v_row.erased_at, (
    select count(*) from giftaid.claim_lines l join giving.contributions g on g.id = l.contribution_id
    where g.contributor_id = p_id and l.status not in ('withdrawn', 'rejected'));
end
$$;
comment on function giftaid.erase_contributor(uuid, integer, uuid) is
  'Blanks who a contributor is, in the audit log too; what was given, declared and claimed stays, and how many lines of claims still name them is told. Done twice, it says so again.';
grant execute on function giftaid.erase_contributor(uuid, integer, uuid) to finance_writer;
