-- finance: our bank's statements are taken in, and a person says which journal a line is.

-- Definer: it reads the books, whoever matches.
create function finance.check_match() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  v_bank finance.bank_accounts;
  v_of numeric;
  v_matched numeric;
begin
  -- Two lines for one journal take turns: no row stands for "nothing is matched with it yet".
  perform pg_advisory_xact_lock(77241);
  select b.* into strict v_bank
  from finance.bank_lines l join finance.bank_accounts b on b.id = l.bank_account_id where l.id = new.bank_line_id;
  if exists (select from ledger.journals r where r.reverses = new.journal_id)
    or exists (
      select from ledger.journals j
      where j.id = new.journal_id and j.reverses is not null and not exists (
        select from finance.recon_matches m where m.journal_id = j.reverses and m.undone_at is null))
  then
    raise exception 'journal % was taken back, or takes one back that the bank has not seen', new.journal_id
      using errcode = 'P0409', constraint = 'recon_matches_journal_stands', schema = 'finance', table = 'recon_matches';
  end if;
  v_of := finance.journal_moves(new.journal_id, v_bank.code, v_bank.currency);
  if v_of = 0 then
    raise exception 'journal % moves nothing of % in %', new.journal_id, v_bank.code, v_bank.currency
      using errcode = '23514', constraint = 'recon_matches_journal_moves', schema = 'finance', table = 'recon_matches';
  end if;
  v_matched := new.amount_minor + finance.journal_matched(new.journal_id, v_bank.code, v_bank.currency);
  if sign(new.amount_minor) <> sign(v_of) or abs(v_matched) > abs(v_of) then
    raise exception 'journal % moves %, and % of it would be matched', new.journal_id, v_of, v_matched
      using errcode = 'P0409', constraint = 'recon_matches_journal_total', schema = 'finance', table = 'recon_matches';
  end if;
  return new;
end
$$;
comment on function finance.check_match() is
  'Before insert: a journal stands, moves the account of the line, and is matched with no more than that; breaks recon_matches_journal_stands, recon_matches_journal_total (P0409), recon_matches_journal_moves (23514).';

create function finance.journal_moves(p_journal_id uuid, p_code text, p_currency text) returns bigint
  language plpgsql stable
  set search_path = ''
as $$
begin
  return (
    select coalesce(sum(e.amount), 0) from ledger.entries e
    join ledger.accounts a on a.id = e.account_id and a.code = p_code and a.currency = p_currency
    where e.journal_id = p_journal_id);
end
$$;
comment on function finance.journal_moves(uuid, text, text) is
  'What a journal moves under a nominal code in a currency, minor units.';

create function finance.journal_matched(p_journal_id uuid, p_code text, p_currency text) returns bigint
  language plpgsql stable
  set search_path = ''
as $$
begin
  return (
    select coalesce(sum(m.amount_minor), 0) from finance.recon_matches m
    join finance.bank_lines l on l.id = m.bank_line_id
    join finance.bank_accounts b on b.id = l.bank_account_id and b.code = p_code and b.currency = p_currency
    where m.journal_id = p_journal_id and m.undone_at is null);
end
$$;
comment on function finance.journal_matched(uuid, text, text) is
  'What of a journal lines of the bank are matched with, minor units.';

create trigger check_match before insert on finance.recon_matches
  for each row execute function finance.check_match();

-- Definer: it keeps the key, which no application role may.
create function finance.create_bank_account(p_scope text, p_key text, p_fingerprint bytea, p_account jsonb, p_actor uuid)
  returns table (account finance.bank_accounts, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_accounts := jsonb_populate_record(null::finance.bank_accounts, p_account);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_accounts, v_answer), true;
    return;
  end if;
  -- What a statement is compared with must be money that lies somewhere: 1000 and its like, never a debt or income.
  perform 1 from ledger.chart_of_accounts where code = v_row.code and type = 'asset' and code between '1000' and '1009';
  if not found then
    raise exception 'code % keeps no money of a bank', v_row.code
      using errcode = '23503', constraint = 'bank_accounts_code_fkey', schema = 'finance', table = 'bank_accounts';
  end if;
  insert into finance.bank_accounts (id, name, bank, last_four, currency, code, created_by, updated_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), v_row.name, v_row.bank, v_row.last_four, v_row.currency, v_row.code,
    p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function finance.create_bank_account(text, text, bytea, jsonb, uuid) is
  'Makes an account at a bank known. Breaks idempotency_keys_fingerprint (P0422), bank_accounts_pkey, bank_accounts_last_four_key (23505), bank_accounts_code_fkey, bank_accounts_currency_fkey (23503) or a check of bank_accounts (23514).';
grant execute on function finance.create_bank_account(text, text, bytea, jsonb, uuid) to finance_writer;

-- Definer: it keeps the key, which no application role may.
create function finance.import_statement(p_scope text, p_key text, p_fingerprint bytea, p_statement jsonb, p_actor uuid)
  returns table (statement finance.bank_statements, currency text, unmatched bigint, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_statements := jsonb_populate_record(null::finance.bank_statements, p_statement);
  v_bank finance.bank_accounts;
  v_near record;
  v_ref text;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_statements, v_answer), v_answer ->> 'currency',
      (v_answer ->> 'line_count')::bigint, true;
    return;
  end if;
  -- The lock makes statements of one account take turns.
  select * into v_bank from finance.bank_accounts where id = v_row.bank_account_id for no key update;
  if not found then
    raise exception 'bank account % does not exist', v_row.bank_account_id
      using errcode = '23503', constraint = 'bank_statements_bank_account_id_fkey',
            schema = 'finance', table = 'bank_statements';
  end if;
  if v_bank.closed_at is not null then
    raise exception 'bank account % is closed', v_bank.id
      using errcode = 'P0409', constraint = 'bank_accounts_open', schema = 'finance', table = 'bank_accounts';
  end if;
  if p_statement ->> 'currency' <> v_bank.currency then
    raise exception 'bank account % is in %', v_bank.id, v_bank.currency
      using errcode = '23514', constraint = 'bank_statements_currency', schema = 'finance', table = 'bank_statements';
  end if;
  if v_row.closes_on > finance.today() then
    raise exception 'statement % would close on %', v_row.number, v_row.closes_on
      using errcode = '23514', constraint = 'bank_statements_no_future', schema = 'finance', table = 'bank_statements';
  end if;
  -- The same content, whoever sends it under which key.
  v_row.file_sha256 := sha256(convert_to((p_statement - 'id')::text, 'UTF8'));
  if exists (select from finance.bank_statements s where s.file_sha256 = v_row.file_sha256) then
    raise exception 'statement % was imported before', v_row.number
      using errcode = '23505', constraint = 'bank_statements_file_sha256_key', schema = 'finance', table = 'bank_statements';
  end if;
  select coalesce(bool_or(s.closes_on < v_row.opens_on), false) as before,
    coalesce(bool_or(s.opens_on > v_row.closes_on), false) as after, count(*) as beside,
    coalesce(bool_or(s.closing_minor = v_row.opening_minor), false) as leads_here,
    coalesce(bool_or(s.opening_minor = v_row.closing_minor), false) as goes_on
  into v_near
  from finance.bank_statements s
  where s.bank_account_id = v_bank.id and s.number <> v_row.number
    and s.closes_on >= v_row.opens_on - 1 and s.opens_on <= v_row.closes_on + 1;
  if v_near.before and not v_near.leads_here or v_near.after and not v_near.goes_on
    or v_near.beside > 0 and not v_near.leads_here and not v_near.goes_on
  then
    raise exception 'statement % from % to % fits none of those beside it', v_row.number, v_row.opening_minor, v_row.closing_minor
      using errcode = 'P0409', constraint = 'bank_statements_follow', schema = 'finance', table = 'bank_statements';
  end if;
  insert into finance.bank_statements (
    id, bank_account_id, number, opens_on, closes_on, opening_minor, closing_minor, line_count, file_sha256, created_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), v_bank.id, v_row.number, v_row.opens_on, v_row.closes_on,
    v_row.opening_minor, v_row.closing_minor, jsonb_array_length(p_statement -> 'lines'), v_row.file_sha256, p_actor)
  returning * into v_row;
  select l.value ->> 'bank_ref' into v_ref
  from jsonb_array_elements(p_statement -> 'lines') l
  where (l.value ->> 'booked_on')::date not between v_row.opens_on and v_row.closes_on limit 1;
  if found then
    raise exception 'line % was not booked between % and %', v_ref, v_row.opens_on, v_row.closes_on
      using errcode = '23514', constraint = 'bank_lines_within_statement', schema = 'finance', table = 'bank_lines';
  end if;
  insert into finance.bank_lines (
    statement_id, bank_account_id, line, bank_ref, booked_on, value_on, amount_minor, counterparty, purpose, created_by,
    updated_by)
  select v_row.id, v_bank.id, l.ordinality, r.bank_ref, r.booked_on, coalesce(r.value_on, r.booked_on), r.amount_minor,
    r.counterparty, r.purpose, p_actor, p_actor
  from jsonb_array_elements(p_statement -> 'lines') with ordinality l
  cross join lateral jsonb_populate_record(null::finance.bank_lines, l.value) r;
  perform finance.answer_key(
    p_scope, p_key, 201::smallint, to_jsonb(v_row) || jsonb_build_object('currency', v_bank.currency));
  return query select v_row, v_bank.currency, v_row.line_count::bigint, false;
end
$$;
comment on function finance.import_statement(text, text, bytea, jsonb, uuid) is
  'Takes in a statement of our bank with its lines, {id, bank_account_id, number, currency, opens_on, closes_on, opening_minor, closing_minor, lines}, once. Breaks idempotency_keys_fingerprint (P0422), bank_accounts_open, bank_statements_follow (P0409), bank_statements_pkey, bank_statements_number_key, bank_statements_file_sha256_key, bank_lines_bank_ref_key (23505), bank_statements_bank_account_id_fkey (23503), bank_statements_currency, bank_statements_no_future, bank_statements_days, bank_lines_within_statement, bank_statements_total or a check of bank_statements or bank_lines (23514).';
grant execute on function finance.import_statement(text, text, bytea, jsonb, uuid) to finance_writer;

create function finance.matches_of(p_line finance.bank_lines) returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', m.id, 'journal_id', m.journal_id, 'payout_id', m.payout_id,
      'amount', jsonb_build_object('amount', m.amount_minor, 'currency', b.currency), 'matched_by', m.matched_by,
      'created_at', m.created_at, 'created_by', m.created_by, 'undone_at', m.undone_at, 'undo_reason', m.undo_reason)
      order by m.created_at, m.id), '[]')
    from finance.recon_matches m, finance.bank_accounts b
    where m.bank_line_id = p_line.id and b.id = p_line.bank_account_id);
end
$$;
comment on function finance.matches_of(finance.bank_lines) is
  'What a line is and was matched with, as it is on the wire, oldest first.';
grant execute on function finance.matches_of(finance.bank_lines) to finance_writer, finance_reader;

-- Definer: it reads payouts and the books as the job does.
create function finance.candidates_of(p_line finance.bank_lines) returns jsonb
  language plpgsql stable security definer
  set search_path = ''
as $$
begin
  if p_line.status <> 'unmatched' then
    return '[]';
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'journal_id', c.journal_id, 'payout_id', c.payout_id, 'is_named', c.named) order by c.named desc, c.on_day, c.id), '[]')
    from (
      select f.journal_id, f.payout_id, f.named, coalesce(f.journal_id, f.payout_id) as id,
        abs(coalesce(j.effective_date, p.arrives_on) - p_line.booked_on) as on_day
      from finance.bank_accounts b
      cross join lateral finance.bank_candidates(p_line, b.code, b.currency) f
      left join ledger.journals j on j.id = f.journal_id
      left join giving.payouts p on p.id = f.payout_id
      where b.id = p_line.bank_account_id
      order by f.named desc, on_day, id
      limit 20
    ) c);
end
$$;
comment on function finance.candidates_of(finance.bank_lines) is
  'Journals and payouts of the amount and about the day of an unmatched line, likeliest first, at most 20.';
grant execute on function finance.candidates_of(finance.bank_lines) to finance_writer, finance_reader;

create function finance.locked_line(p_id uuid, p_version integer) returns finance.bank_lines
  language plpgsql
  set search_path = ''
as $$
declare
  v_row finance.bank_lines;
begin
  -- As the job takes them: matching first, then the line.
  perform pg_advisory_xact_lock(77241);
  select * into v_row from finance.bank_lines where id = p_id for no key update;
  if not found then
    raise exception 'line % does not exist', p_id
      using errcode = 'P0404', constraint = 'bank_lines_pkey', schema = 'finance', table = 'bank_lines';
  end if;
  perform finance.check_version('bank_lines_version', v_row.version, p_version);
  return v_row;
end
$$;
comment on function finance.locked_line(uuid, integer) is
  'A line, locked: what concerns matching takes turns. Breaks bank_lines_pkey (P0404), bank_lines_version (P0412).';

-- Definer: it books payouts that have arrived, which no application role may.
create function finance.match_line(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_parts jsonb,
  p_actor uuid,
  p_request_id text
) returns table (line finance.bank_lines, currency text, matches jsonb, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_lines;
  v_bank finance.bank_accounts;
  v_payout giving.payouts;
  v_part record;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_lines, v_answer), v_answer ->> 'currency',
      v_answer -> 'matches', true;
    return;
  end if;
  v_row := finance.locked_line(p_id, p_version);
  select * into strict v_bank from finance.bank_accounts where id = v_row.bank_account_id;
  if v_row.status <> 'unmatched' then
    raise exception 'line % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'bank_lines_status_transition', schema = 'finance', table = 'bank_lines';
  end if;
  for v_part in
    select p.ordinality, r.journal_id, r.payout_id, r.amount_minor, p.value ->> 'currency' as currency
    from jsonb_array_elements(p_parts) with ordinality p
    cross join lateral jsonb_populate_record(null::finance.recon_matches, p.value) r
    order by p.ordinality
  loop
    if v_part.currency <> v_bank.currency then
      raise exception 'line % is in %', v_row.id, v_bank.currency
        using errcode = '23514', constraint = 'bank_lines_currency', schema = 'finance', table = 'bank_lines';
    end if;
    if v_part.payout_id is not null then
      select * into v_payout from giving.payouts where id = v_part.payout_id for no key update;
      if not found or (v_bank.code, v_bank.currency) <> ('1000', v_payout.currency) then
        raise exception 'payout % does not arrive in %', v_part.payout_id, v_bank.id
          using errcode = '23503', constraint = 'recon_matches_payout_id_fkey', schema = 'finance', table = 'recon_matches';
      end if;
      if v_payout.status <> 'paid' then
        raise exception 'payout % is %', v_payout.id, v_payout.status
          using errcode = 'P0409', constraint = 'payouts_under_way', schema = 'giving', table = 'payouts';
      end if;
      perform finance.match_payout(v_payout, v_row, p_actor, p_request_id);
      continue;
    end if;
    perform 1 from ledger.journals where id = v_part.journal_id;
    if not found then
      raise exception 'journal % does not exist', v_part.journal_id
        using errcode = '23503', constraint = 'recon_matches_journal_id_fkey', schema = 'finance', table = 'recon_matches';
    end if;
    -- What is left of the journal, unless a part of it is said; 0 says that nothing is left.
    v_part.amount_minor := coalesce(
      v_part.amount_minor,
      finance.journal_moves(v_part.journal_id, v_bank.code, v_bank.currency)
        - finance.journal_matched(v_part.journal_id, v_bank.code, v_bank.currency));
    if v_part.amount_minor = 0 and finance.journal_moves(v_part.journal_id, v_bank.code, v_bank.currency) <> 0 then
      raise exception 'journal % is matched already', v_part.journal_id
        using errcode = 'P0409', constraint = 'recon_matches_journal_total', schema = 'finance', table = 'recon_matches';
    end if;
    insert into finance.recon_matches (bank_line_id, journal_id, amount_minor, matched_by, created_by, updated_by)
    values (v_row.id, v_part.journal_id, v_part.amount_minor, 'person', p_actor, p_actor);
    update giving.disbursements set status = 'reconciled', updated_by = p_actor
    where paid_journal_id = v_part.journal_id and status = 'paid';
  end loop;
  update finance.bank_lines set status = 'matched', updated_by = p_actor where id = v_row.id returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('currency', v_bank.currency, 'matches', finance.matches_of(v_row)));
  return query select v_row, v_bank.currency, finance.matches_of(v_row), false;
end
$$;
comment on function finance.match_line(text, text, bytea, uuid, integer, jsonb, uuid, text) is
  'Matches a line with journals, [{journal_id, amount_minor?}], or with payouts that arrived, [{payout_id}], which are booked; together they are the line. Breaks idempotency_keys_fingerprint (P0422), bank_lines_pkey (P0404), bank_lines_version (P0412), recon_matches_journal_stands, recon_matches_journal_total, payouts_under_way, accounting_periods_open (P0409), recon_matches_journal_id_fkey, recon_matches_payout_id_fkey (23503), recon_matches_bank_line_id_key (23505), bank_lines_status_transition, bank_lines_currency, bank_lines_total, recon_matches_journal_moves (23514).';
grant execute on function finance.match_line(text, text, bytea, uuid, integer, jsonb, uuid, text) to finance_writer;

-- Definer: it takes journals of payouts back, which no application role may.
create function finance.step_line(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_version integer,
  p_step text,
  p_reason text,
  p_actor uuid,
  p_request_id text
) returns table (line finance.bank_lines, currency text, matches jsonb, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row finance.bank_lines;
  v_currency text;
  v_match finance.recon_matches;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::finance.bank_lines, v_answer), v_answer ->> 'currency',
      v_answer -> 'matches', true;
    return;
  end if;
  v_row := finance.locked_line(p_id, p_version);
  select b.currency into strict v_currency from finance.bank_accounts b where b.id = v_row.bank_account_id;
  if (p_step = 'ignore') <> (v_row.status = 'unmatched') then
    raise exception 'line % is %', v_row.id, v_row.status
      using errcode = '23514', constraint = 'bank_lines_status_transition', schema = 'finance', table = 'bank_lines';
  end if;
  update finance.bank_lines set
    status = case p_step when 'ignore' then 'ignored' else 'unmatched' end,
    ignored_reason = case p_step when 'ignore' then p_reason end, updated_by = p_actor
  where id = v_row.id returning * into v_row;
  for v_match in
    select m.* from finance.recon_matches m where m.bank_line_id = v_row.id and m.undone_at is null order by m.id
  loop
    update finance.recon_matches set undone_at = now(), undo_reason = p_reason, updated_by = p_actor where id = v_match.id;
    update giving.disbursements set status = 'paid', updated_by = p_actor
    where paid_journal_id = v_match.journal_id and status = 'reconciled';
    -- What the match posted is taken back by a journal of its own; the payout is under way again.
    if v_match.payout_id is not null then
      perform ledger.reverse(
        v_match.journal_id, 'payout.unmatched', 'recon_match', v_match.id, p_reason, p_actor, p_request_id);
      update giving.payouts set status = 'paid', updated_by = p_actor where id = v_match.payout_id;
    end if;
  end loop;
  perform finance.answer_key(p_scope, p_key, 200::smallint,
    to_jsonb(v_row) || jsonb_build_object('currency', v_currency, 'matches', finance.matches_of(v_row)));
  return query select v_row, v_currency, finance.matches_of(v_row), false;
end
$$;
comment on function finance.step_line(text, text, bytea, uuid, integer, text, text, uuid, text) is
  'Sets a line aside that nothing in the books is (ignore), or takes back how it was matched or set aside (reopen), with the reason; what a match posted is reversed. Breaks idempotency_keys_fingerprint (P0422), bank_lines_pkey (P0404), bank_lines_version (P0412), accounting_periods_open (P0409), bank_lines_status_transition (23514).';
grant execute on function finance.step_line(text, text, bytea, uuid, integer, text, text, uuid, text) to finance_writer;
