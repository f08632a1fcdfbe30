-- finance: the only way into the books.

-- The key row is the first insert of a request: a second caller waits on it and then repeats its answer.
create function finance.claim_key(p_scope text, p_key text, p_fingerprint bytea) returns jsonb
  language plpgsql
  set search_path = ''
as $$
declare
  held finance.idempotency_keys;
begin
  -- What is checked after it reads what others committed meanwhile, statement by statement.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a request with a key needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;
  insert into finance.idempotency_keys (scope, key, fingerprint)
  values (p_scope, p_key, p_fingerprint)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into strict held from finance.idempotency_keys where scope = p_scope and key = p_key;
  if held.fingerprint <> p_fingerprint then
    raise exception 'the idempotency key was used for a different request'
      using errcode = 'P0422', constraint = 'idempotency_keys_fingerprint',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  if held.response is null then
    raise exception 'the request with this idempotency key has no answer yet'
      using errcode = '55P03', constraint = 'idempotency_keys_answered',
            schema = 'finance', table = 'idempotency_keys';
  end if;
  return held.response;
end
$$;
comment on function finance.claim_key(text, text, bytea) is
  'Null: the key is ours now. Else the stored answer of the same request. Another request breaks idempotency_keys_fingerprint (P0422).';

create function finance.answer_key(p_scope text, p_key text, p_status smallint, p_response jsonb) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  update finance.idempotency_keys set status = p_status, response = p_response
  where scope = p_scope and key = p_key;
end
$$;
comment on function finance.answer_key(text, text, smallint, jsonb) is 'Stores the answer under a claimed key.';

create function ledger.leaf_account(p_code text, p_fund_id uuid, p_currency text) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  account uuid;
begin
  select id into account from ledger.accounts
  where code = p_code and fund_id is not distinct from p_fund_id and currency = p_currency
    and counterparty_type is null and counterparty_id is null;
  if found then
    return account;
  end if;
  insert into ledger.accounts (code, type, currency, fund_id)
  values (p_code, (select type from ledger.chart_of_accounts where code = p_code), p_currency, p_fund_id)
  on conflict on constraint accounts_leaf_key do nothing
  returning id into account;
  if found then
    return account;
  end if;
  -- Somebody else opened it meanwhile, and has committed: the insert waited for that.
  select id into strict account from ledger.accounts
  where code = p_code and fund_id is not distinct from p_fund_id and currency = p_currency
    and counterparty_type is null and counterparty_id is null;
  return account;
end
$$;
comment on function ledger.leaf_account(text, uuid, text) is
  'Finds or opens the account of a nominal code, fund (null: pooled) and currency, without counterparty.';

create function ledger.party_account(p_code text, p_currency text, p_type text, p_id uuid) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  account uuid;
begin
  select id into account from ledger.accounts
  where code = p_code and fund_id is null and currency = p_currency and counterparty_type = p_type and counterparty_id = p_id;
  if found then
    return account;
  end if;
  insert into ledger.accounts (code, type, currency, counterparty_type, counterparty_id)
  values (p_code, (select type from ledger.chart_of_accounts where code = p_code), p_currency, p_type, p_id)
  on conflict on constraint accounts_leaf_key do nothing
  returning id into account;
  if found then
    return account;
  end if;
  -- As in leaf_account.
  select id into strict account from ledger.accounts
  where code = p_code and fund_id is null and currency = p_currency and counterparty_type = p_type and counterparty_id = p_id;
  return account;
end
$$;
comment on function ledger.party_account(text, text, text, uuid) is
  'Finds or opens the pooled account of a nominal code, currency and counterparty: what we owe to or have from somebody.';

create function ledger.fold_accounts(p_accounts uuid[]) returns bigint
  language plpgsql
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  folded bigint;
begin
  with gone as (
    delete from ledger.balance_deltas where account_id = any (p_accounts) returning account_id, amount
  ), net as (
    select account_id, sum(amount) as amount from gone group by account_id
  )
  update ledger.account_balances b set balance = b.balance + n.amount
  from net n where b.account_id = n.account_id;
  get diagnostics folded = row_count;
  return folded;
end
$$;
comment on function ledger.fold_accounts(uuid[]) is
  'Folds the visible deltas of accounts whose balance rows the caller has locked.';

-- Definer: it deletes deltas and updates balances, which no application role may.
create function ledger.fold(at_most integer default 1000) returns bigint
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  locked uuid[];
begin
  select array_agg(account_id) into locked from (
    select b.account_id from ledger.account_balances b
    where b.account_id in (select d.account_id from ledger.balance_deltas d)
    order by b.account_id
    limit at_most
    for no key update skip locked
  ) due;
  return ledger.fold_accounts(locked);
end
$$;
comment on function ledger.fold(integer) is
  'Folds the deltas of at most that many accounts into their balances; returns how many. Call it often.';

create function ledger.balance(p_account_id uuid) returns numeric
  language sql stable
  set search_path = ''
as $$
  select b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  from ledger.account_balances b where b.account_id = p_account_id
$$;
comment on function ledger.balance(uuid) is 'Exact balance of an account, minor units, debit positive; null: no such account.';

create function ledger.fund_balance(p_fund_id uuid, p_currency text) returns numeric
  language sql stable
  set search_path = ''
as $$
  select -coalesce(sum(
    b.balance + coalesce((select sum(d.amount) from ledger.balance_deltas d where d.account_id = b.account_id), 0)
  ), 0)
  from ledger.accounts a
  join ledger.account_balances b on b.account_id = a.id
  where a.fund_id = p_fund_id and a.currency = p_currency
$$;
comment on function ledger.fund_balance(uuid, text) is
  'Exact balance of a fund in one currency, minor units: what came in and has not gone out. 0: nothing was ever posted.';

-- Definer: nobody else writes to the books. Not granted to an application role: a route gets a function of its own
-- that posts what the route means (giving.contribute).
create function ledger.post(
  p_id uuid,
  p_kind text,
  p_effective_date date,
  p_source_type text,
  p_source_id uuid,
  p_accounts uuid[],
  p_amounts bigint[],
  p_actor_ref uuid default null,
  p_request_id text default null,
  p_memo text default '',
  p_reason text default null,
  p_reverses uuid default null,
  p_scope text default null,
  p_key text default null
) returns table (journal_id uuid, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_id uuid := coalesce(p_id, finance.uuid7());
  v_answer jsonb;
  v_period integer;
  v_lines integer;
  v_unknown uuid;
  v_closed text;
  v_may_fall boolean;
  v_falling_accounts uuid[];
  v_falling_funds uuid[];
  v_falling_currencies text[];
  v_guarded uuid[];
  v_short record;
  v_broken text;
begin
  -- Checks below read what others committed meanwhile, statement by statement.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'posting needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;

  if p_key is not null then
    v_answer := finance.claim_key(p_scope, p_key, sha256(convert_to(jsonb_build_array(
      p_id, p_kind, p_effective_date, p_source_type, p_source_id, p_accounts, p_amounts,
      p_actor_ref, p_memo, p_reason, p_reverses)::text, 'UTF8')));
    if v_answer is not null then
      return query select (v_answer ->> 'journal_id')::uuid, true;
      return;
    end if;
  end if;

  -- The shared lock is what a close waits for; whether the period is open is asked only after it is held.
  select id into v_period from ledger.accounting_periods where span @> p_effective_date;
  if found then
    perform pg_advisory_xact_lock_shared(77200, v_period);
    perform 1 from ledger.accounting_periods where id = v_period and closed_at is null;
  end if;
  if not found then
    raise exception 'no open accounting period on %', p_effective_date
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods';
  end if;

  insert into ledger.journals (
    id, kind, effective_date, reverses, source_type, source_id, actor_ref, request_id, memo, reason, lines)
  values (
    v_id, p_kind, p_effective_date, p_reverses, p_source_type, p_source_id, p_actor_ref, p_request_id,
    coalesce(p_memo, ''), p_reason, greatest(cardinality(p_accounts), cardinality(p_amounts)));

  insert into ledger.entries (journal_id, line, account_id, currency, amount)
  select v_id, l.line, l.account_id, a.currency, l.amount
  from unnest(p_accounts, p_amounts) with ordinality l (account_id, amount, line)
  join ledger.accounts a on a.id = l.account_id;
  get diagnostics v_lines = row_count;
  if v_lines <> greatest(cardinality(p_accounts), cardinality(p_amounts)) then
    select l.account_id into v_unknown from unnest(p_accounts) l (account_id)
    where not exists (select 1 from ledger.accounts a where a.id = l.account_id) limit 1;
    raise exception 'account % does not exist', v_unknown
      using errcode = '23503', constraint = 'entries_account_id_fkey', schema = 'ledger', table = 'entries';
  end if;

  -- After the entries, whose foreign keys hold the accounts: a close that came first is seen, a later one waits.
  select
    array_agg(account_id order by account_id) filter (where floor_minor is not null and net * sign < 0),
    min(code) filter (where closed_at is not null),
    bool_or(fund_floor is not null and net > 0)
  into v_falling_accounts, v_closed, v_may_fall
  from (
    select a.id as account_id, a.code, a.floor_minor, a.sign, coalesce(a.closed_at, f.closed_at) as closed_at,
      f.floor_minor as fund_floor, sum(l.amount) as net
    from unnest(p_accounts, p_amounts) l (account_id, amount)
    join ledger.accounts a on a.id = l.account_id
    left join ledger.funds f on f.id = a.fund_id
    group by a.id, a.code, a.floor_minor, a.sign, f.closed_at, f.floor_minor
  ) touched;
  if v_closed is not null then
    raise exception 'an account of code % or its fund is closed', v_closed
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;

  insert into ledger.balance_deltas (account_id, amount)
  select l.account_id, sum(l.amount)
  from unnest(p_accounts, p_amounts) l (account_id, amount)
  group by l.account_id
  having sum(l.amount) <> 0;

  -- Money out of a fund: only then is anything locked. Uncommitted gifts of others do not count yet.
  if v_may_fall then
    select array_agg(fund_id), array_agg(currency) into v_falling_funds, v_falling_currencies
    from (
      select f.id as fund_id, a.currency
      from unnest(p_accounts, p_amounts) l (account_id, amount)
      join ledger.accounts a on a.id = l.account_id
      join ledger.funds f on f.id = a.fund_id
      where f.floor_minor is not null
      group by f.id, a.currency
      having sum(l.amount) > 0
    ) falling;
  end if;
  if v_falling_funds is not null or v_falling_accounts is not null then
    -- Always funds before balances, each in order of id: two postings cannot wait for each other.
    perform 1 from ledger.funds where id = any (v_falling_funds) order by id for no key update;
    select array_agg(id order by id) into v_guarded from ledger.accounts
    where fund_id = any (v_falling_funds) or id = any (v_falling_accounts);
    perform 1 from ledger.account_balances where account_id = any (v_guarded) order by account_id for no key update;
    perform ledger.fold_accounts(v_guarded);
    for v_short in
      select f.id, f.code, g.currency, -sum(b.balance) as balance
      from unnest(v_falling_funds, v_falling_currencies) g (fund_id, currency)
      join ledger.funds f on f.id = g.fund_id
      join ledger.accounts a on a.fund_id = g.fund_id and a.currency = g.currency
      join ledger.account_balances b on b.account_id = a.id
      group by f.id, f.code, f.floor_minor, g.currency
      having -sum(b.balance) < f.floor_minor
    loop
      if not exists (select 1 from ledger.journal_kinds where kind = p_kind and may_force) then
        raise exception 'fund % does not have that much', v_short.code
          using errcode = 'P0402', constraint = 'funds_floor', schema = 'ledger', table = 'funds';
      end if;
      -- The money is gone already, whatever the books say: it is recorded, and somebody is told.
      insert into ledger.shortfalls (journal_id, fund_id, currency, balance_minor)
      values (v_id, v_short.id, v_short.currency, v_short.balance);
      insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
      values ('finance.fund.overdrawn.v1', 'fund', v_short.id, jsonb_build_object(
        'fund_id', v_short.id, 'journal_id', v_id, 'balance_minor', v_short.balance, 'currency', v_short.currency));
    end loop;
    select a.code into v_broken
    from ledger.accounts a join ledger.account_balances b on b.account_id = a.id
    where a.id = any (v_falling_accounts) and b.balance * a.sign < a.floor_minor
    limit 1;
    if v_broken is not null then
      raise exception 'an account of code % does not have that much', v_broken
        using errcode = 'P0402', constraint = 'accounts_floor', schema = 'ledger', table = 'accounts';
    end if;
  end if;

  insert into ledger.seal_queue (journal_id) values (v_id);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.journal.posted.v1', 'journal', v_id, jsonb_build_object(
    'journal_id', v_id, 'kind', p_kind, 'source_type', p_source_type, 'source_id', p_source_id));

  if p_key is not null then
    perform finance.answer_key(p_scope, p_key, 201::smallint, jsonb_build_object('journal_id', v_id));
  end if;
  return query select v_id, false;
end
$$;
comment on function ledger.post(uuid, text, date, text, uuid, uuid[], bigint[], uuid, text, text, text, uuid, text, text) is
  'Posts one journal: accounts and amounts line by line, minor units, debit positive. Breaks accounting_periods_open, accounts_open (P0409), funds_floor, accounts_floor (P0402); a kind that may force leaves a shortfall instead of breaking funds_floor; with a key it is repeatable.';

-- Lines as people read them: a code, the fund of income, expense and transfers, the counterparty of a debt.
create function ledger.book(
  p_id uuid,
  p_kind text,
  p_effective_date date,
  p_source_type text,
  p_source_id uuid,
  p_currency text,
  p_codes text[],
  p_funds uuid[],
  p_amounts bigint[],
  p_actor_ref uuid,
  p_request_id text,
  p_counterparty_type text default null,
  p_counterparty_id uuid default null,
  p_reason text default null
) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_accounts uuid[] := '{}';
  v_amounts bigint[] := '{}';
  v_party boolean;
  v_journal uuid;
begin
  for i in 1 .. cardinality(p_codes) loop
    continue when coalesce(p_amounts[i], 0) = 0;
    -- Only debts of and to somebody are kept apart by counterparty.
    v_party := p_counterparty_id is not null and p_codes[i] in ('1400', '1500', '2000', '2100', '2400');
    v_accounts := v_accounts || case
      when v_party then ledger.party_account(p_codes[i], p_currency, p_counterparty_type, p_counterparty_id)
      else ledger.leaf_account(p_codes[i], p_funds[i], p_currency)
    end;
    v_amounts := v_amounts || p_amounts[i];
  end loop;
  select p.journal_id into v_journal from ledger.post(
    p_id, p_kind, p_effective_date, p_source_type, p_source_id, v_accounts, v_amounts, p_actor_ref, p_request_id,
    p_reason => p_reason) p;
  return v_journal;
end
$$;
comment on function ledger.book(uuid, text, date, text, uuid, text, text[], uuid[], bigint[], uuid, text, text, uuid, text) is
  'Posts a journal in one currency by codes and funds, lines of 0 left out; accounts are opened as needed. Breaks what ledger.post breaks.';

create function ledger.reverse(
  p_journal_id uuid,
  p_kind text,
  p_source_type text,
  p_source_id uuid,
  p_reason text,
  p_actor_ref uuid,
  p_request_id text
) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  v_accounts uuid[];
  v_amounts bigint[];
  v_journal uuid;
begin
  select array_agg(e.account_id order by e.line), array_agg(-e.amount order by e.line) into v_accounts, v_amounts
  from ledger.entries e where e.journal_id = p_journal_id;
  select p.journal_id into v_journal from ledger.post(
    null, p_kind, finance.today(), p_source_type, p_source_id, v_accounts, v_amounts, p_actor_ref, p_request_id,
    p_reason => p_reason, p_reverses => p_journal_id) p;
  return v_journal;
end
$$;
comment on function ledger.reverse(uuid, text, text, uuid, text, uuid, text) is
  'Posts the exact negation of a journal, dated today; once, see journals_reverses_key. Breaks what ledger.post breaks.';

create function ledger.close_period(p_id integer, p_closed_by uuid) returns void
  language plpgsql security definer
  set search_path = ''
as $$
begin
  -- Waits for every posting that holds the shared lock.
  perform pg_advisory_xact_lock(77200, p_id);
  update ledger.accounting_periods set closed_at = clock_timestamp(), closed_by = p_closed_by
  where id = p_id and closed_at is null;
  if not found then
    raise exception 'accounting period % is closed already, or does not exist', p_id
      using errcode = 'P0409', constraint = 'accounting_periods_open', schema = 'ledger', table = 'accounting_periods';
  end if;
end
$$;
comment on function ledger.close_period(integer, uuid) is 'Closes an accounting period after the postings under way in it.';

grant execute on function ledger.balance(uuid), ledger.fund_balance(uuid, text), ledger.verify_chain()
  to finance_writer, finance_reader, finance_audit, finance_studio;
grant execute on function ledger.fold(integer), ledger.seal(integer), ledger.close_period(integer, uuid)
  to finance_writer;
