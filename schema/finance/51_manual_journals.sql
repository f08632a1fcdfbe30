-- finance: journals that people write: one proposes, another posts.

create table ledger.journal_proposals (
  id uuid not null default finance.uuid7(),
  kind ledger.journal_kind not null
    constraint journal_proposals_kind_known check (kind in ('journal.manual', 'journal.reversal')),
  effective_date date not null,
  currency text,
  lines jsonb
    constraint journal_proposals_lines_array check (
      jsonb_typeof(lines) = 'array' and jsonb_array_length(lines) between 2 and 100
    ),
  memo ledger.remark not null default '',
  reason ledger.remark not null
    constraint journal_proposals_reason_some check (length(btrim(reason)) > 0),
  reverses uuid,
  status text not null default 'proposed'
    constraint journal_proposals_status_known check (status in ('proposed', 'posted', 'rejected')),
  proposed_by uuid not null,
  decided_by uuid,
  decided_at timestamptz,
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint journal_proposals_pkey primary key (id),
  constraint journal_proposals_journal_id_key unique (journal_id),
  constraint journal_proposals_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint journal_proposals_reverses_fkey foreign key (reverses) references ledger.journals (id) on delete restrict,
  constraint journal_proposals_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict,
  constraint journal_proposals_content check (
    case kind when 'journal.reversal' then reverses is not null and num_nonnulls(lines, currency) = 0
      else reverses is null and num_nonnulls(lines, currency) = 2 end
  ),
  constraint journal_proposals_four_eyes check (status <> 'posted' or decided_by <> proposed_by),
  constraint journal_proposals_decided_whole check (
    (status = 'proposed') = (decided_by is null) and (decided_by is null) = (decided_at is null)
  ),
  constraint journal_proposals_posted check ((status = 'posted') = (journal_id is not null))
);
comment on table ledger.journal_proposals is
  'Journals that somebody wants to post by hand, or to reverse; somebody else posts them.';
comment on column ledger.journal_proposals.id is 'Identity, UUID v7.';
comment on column ledger.journal_proposals.kind is 'journal.manual, or journal.reversal of one.';
comment on column ledger.journal_proposals.effective_date is 'Accounting date.';
comment on column ledger.journal_proposals.currency is 'ISO 4217 code of all lines; null: a reversal.';
comment on column ledger.journal_proposals.lines is
  'Lines in order, [{"code", "fund_id", "amount_minor"}], debit positive; null: those that it reverses, negated.';
comment on column ledger.journal_proposals.memo is 'Free text for the books; empty: none.';
comment on column ledger.journal_proposals.reason is 'Why.';
comment on column ledger.journal_proposals.reverses is 'Journal that it takes back; null: none.';
comment on column ledger.journal_proposals.status is
  'Where it stands; the steps of journal_proposals_status_transition.';
comment on column ledger.journal_proposals.proposed_by is 'Contact who wrote it (platform).';
comment on column ledger.journal_proposals.decided_by is
  'Contact who posted it, never who wrote it, or rejected it (platform); null: open.';
comment on column ledger.journal_proposals.decided_at is 'When; null: open.';
comment on column ledger.journal_proposals.journal_id is 'The journal; null: not posted.';
comment on column ledger.journal_proposals.created_at is 'When the row was written.';
comment on column ledger.journal_proposals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column ledger.journal_proposals.updated_at is 'When it last changed; set by trigger.';
comment on column ledger.journal_proposals.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column ledger.journal_proposals.version is 'Counts changes from 1; set by trigger; the ETag.';

create index journal_proposals_currency_idx on ledger.journal_proposals (currency);
create index journal_proposals_created_at_idx on ledger.journal_proposals (created_at desc, id desc);
create index journal_proposals_reverses_idx on ledger.journal_proposals (reverses);
create unique index journal_proposals_reverses_key on ledger.journal_proposals (reverses) where status <> 'rejected';

create trigger refuse_delete before delete or truncate on ledger.journal_proposals
  for each statement execute function finance.refuse_change();
alter table ledger.journal_proposals enable always trigger refuse_delete;
create trigger check_status before insert or update of status on ledger.journal_proposals
  for each row execute function finance.check_transition('status', 'proposed', 'proposed>posted,rejected');
create trigger check_frozen before update on ledger.journal_proposals
  for each row execute function finance.check_frozen('id', '', 'status,decided_by,decided_at,journal_id');
create trigger keep_once_set before update on ledger.journal_proposals
  for each row execute function finance.keep_once_set('decided_by', 'decided_at', 'journal_id');
create trigger touch before update on ledger.journal_proposals for each row execute function finance.touch();

create function ledger.check_proposal() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  v_line record;
  v_total numeric := 0;
  v_known text;
begin
  if new.kind = 'journal.reversal' then
    select kind into v_known from ledger.journals where id = new.reverses;
    -- What a payment, claim or invoice has posted is taken back where it was made, or those would not know.
    if v_known is distinct from 'journal.manual' then
      raise exception 'a journal of kind % is not reversed by hand', v_known
        using errcode = '23514', constraint = 'journal_proposals_reverses_manual',
              schema = 'ledger', table = 'journal_proposals', column = 'reverses';
    end if;
    return new;
  end if;
  for v_line in
    select l.code, l.fund_id, l.amount_minor, c.type, f.id as known_fund
    from jsonb_to_recordset(new.lines) as l (code text, fund_id uuid, amount_minor bigint)
    left join ledger.chart_of_accounts c on c.code = l.code
    left join ledger.funds f on f.id = l.fund_id
  loop
    if v_line.type is null then
      raise exception 'there is no nominal code %', v_line.code
        using errcode = '23503', constraint = 'accounts_code_fkey', schema = 'ledger', table = 'accounts';
    end if;
    if v_line.fund_id is not null and v_line.known_fund is null then
      raise exception 'there is no fund %', v_line.fund_id
        using errcode = '23503', constraint = 'accounts_fund_id_fkey', schema = 'ledger', table = 'accounts';
    end if;
    if (v_line.fund_id is not null) <> (v_line.type in ('fund', 'income', 'expense')) then
      raise exception 'code % belongs to a fund, or to none', v_line.code
        using errcode = '23514', constraint = 'accounts_fund_by_type', schema = 'ledger', table = 'accounts';
    end if;
    -- Their balances are those of the disputes, claims, partners, customers and conversions behind them.
    if v_line.code in (
      '1210', '1300', '1310', '1320', '1400', '1500', '1900', '2000', '2100', '2300', '2400', '3920')
    then
      raise exception 'code % is kept by what is behind it', v_line.code
        using errcode = '23514', constraint = 'journal_proposals_control_accounts',
              schema = 'ledger', table = 'journal_proposals', column = 'lines';
    end if;
    v_total := v_total + v_line.amount_minor;
  end loop;
  if v_total is distinct from 0 then
    raise exception 'the lines add up to %', v_total
      using errcode = '23514', constraint = 'journals_balanced', schema = 'ledger', table = 'journals';
  end if;
  return new;
end
$$;
comment on function ledger.check_proposal() is
  'Before insert: the lines balance, each on a code that may be posted to by hand; only such journals are reversed; breaks accounts_code_fkey, accounts_fund_id_fkey, accounts_fund_by_type, journals_balanced, journal_proposals_control_accounts, journal_proposals_reverses_manual.';
create trigger check_proposal before insert on ledger.journal_proposals
  for each row execute function ledger.check_proposal();

-- Definer: the books, and what waits to get in, are written by functions only.
create function ledger.propose(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_proposal jsonb,
  p_actor uuid
) returns table (proposal ledger.journal_proposals, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted ledger.journal_proposals := jsonb_populate_record(null::ledger.journal_proposals, p_proposal);
  v_row ledger.journal_proposals;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.journal_proposals, v_answer), true;
    return;
  end if;
  if v_wanted.reverses is not null and not exists (select from ledger.journals where id = v_wanted.reverses) then
    raise exception 'journal % does not exist', v_wanted.reverses
      using errcode = 'P0404', constraint = 'journals_pkey', schema = 'ledger', table = 'journals';
  end if;
  if exists (select from ledger.journals where reverses = v_wanted.reverses) then
    raise exception 'journal % was reversed before', v_wanted.reverses
      using errcode = '23505', constraint = 'journals_reverses_key', schema = 'ledger', table = 'journals';
  end if;
  insert into ledger.journal_proposals (
    kind, effective_date, currency, lines, memo, reason, reverses, proposed_by, created_by, updated_by)
  values (
    case when v_wanted.reverses is null then 'journal.manual' else 'journal.reversal' end,
    coalesce(v_wanted.effective_date, finance.today()), v_wanted.currency, v_wanted.lines, coalesce(v_wanted.memo, ''),
    v_wanted.reason, v_wanted.reverses, p_actor, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.propose(text, text, bytea, jsonb, uuid) is
  'Proposes a journal, {effective_date, currency, lines, memo, reason}, or a reversal, {reverses, reason}; posts nothing. Breaks idempotency_keys_fingerprint (P0422), journals_pkey (P0404), journals_reverses_key, journal_proposals_reverses_key (23505), journal_proposals_currency_fkey, accounts_code_fkey, accounts_fund_id_fkey (23503), accounts_fund_by_type, journals_balanced, journal_proposals_control_accounts, journal_proposals_reverses_manual (23514).';
grant execute on function ledger.propose(text, text, bytea, jsonb, uuid) to finance_writer;

-- Definer: it writes to the books, which no application role may.
create function ledger.decide_proposal(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_status text,
  p_actor uuid,
  p_request_id text
) returns table (proposal ledger.journal_proposals, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row ledger.journal_proposals;
  v_accounts uuid[];
  v_amounts bigint[];
  v_journal uuid;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.journal_proposals, v_answer), true;
    return;
  end if;
  select * into v_row from ledger.journal_proposals where id = p_id for no key update;
  if not found then
    raise exception 'journal proposal % does not exist', p_id
      using errcode = 'P0404', constraint = 'journal_proposals_pkey', schema = 'ledger', table = 'journal_proposals';
  end if;
  perform finance.check_version('journal_proposals_version', v_row.version, p_version);
  if v_row.status <> 'proposed' then
    raise exception 'journal proposal % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'journal_proposals_status_transition',
            schema = 'ledger', table = 'journal_proposals';
  end if;
  if p_status = 'posted' then
    -- Before anything is opened or posted for it.
    if v_row.proposed_by = p_actor then
      raise exception 'who proposed journal % does not post it', v_row.id
        using errcode = '23514', constraint = 'journal_proposals_four_eyes',
              schema = 'ledger', table = 'journal_proposals';
    end if;
    if v_row.reverses is not null then
      select array_agg(e.account_id order by e.line), array_agg(-e.amount order by e.line) into v_accounts, v_amounts
      from ledger.entries e where e.journal_id = v_row.reverses;
    else
      select array_agg(ledger.leaf_account(l.code, l.fund_id, v_row.currency) order by l.place),
        array_agg(l.amount_minor order by l.place)
      into v_accounts, v_amounts
      from rows from (jsonb_to_recordset(v_row.lines) as (code text, fund_id uuid, amount_minor bigint))
        with ordinality as l (code, fund_id, amount_minor, place);
    end if;
    select p.journal_id into v_journal from ledger.post(
      null, v_row.kind, v_row.effective_date, 'journal_proposal', v_row.id, v_accounts, v_amounts, p_actor, p_request_id,
      v_row.memo, v_row.reason, v_row.reverses) p;
  end if;
  update ledger.journal_proposals
  set status = p_status, decided_by = p_actor, decided_at = now(), journal_id = v_journal, updated_by = p_actor
  where id = v_row.id returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function ledger.decide_proposal(text, text, bytea, uuid, integer, text, uuid, text) is
  'Posts a proposed journal (posted), never by who proposed it, or puts it away (rejected). Breaks idempotency_keys_fingerprint (P0422), journal_proposals_pkey (P0404), journal_proposals_version (P0412), funds_floor, accounts_floor (P0402), accounting_periods_open, accounts_open (P0409), journals_reverses_key (23505), journal_proposals_four_eyes, journal_proposals_status_transition (23514).';
grant execute on function ledger.decide_proposal(text, text, bytea, uuid, integer, text, uuid, text) to finance_writer;
