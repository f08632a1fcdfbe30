-- Drop trigger "check_frozen" of table "giving.grants", to be made again
drop trigger check_frozen on giving.grants;

-- Comments and privileges of table "ledger.funds"
comment on column ledger.funds.code is 'GEN for the general fund, project:<uuid>, theme:<uuid>, stage:<uuid>, or a word in capitals.';

-- Create function "giving.tell_grant(giving.grants, text, bigint, uuid)"
create function giving.tell_grant(p_grant giving.grants, p_what text, p_amount_minor bigint, p_journal_id uuid)
 returns void
 language plpgsql
 set search_path to ''
as $function$
begin
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.grant.' || p_what || '.v1', 'grant', p_grant.id, jsonb_build_object(
    'grant_id', p_grant.id, 'application_ref', p_grant.application_ref, 'project_ref', p_grant.project_ref,
    'status', p_grant.status, 'amount_minor', p_amount_minor, 'currency', p_grant.currency, 'journal_id', p_journal_id));
end
$function$;
comment on function giving.tell_grant(giving.grants, text, bigint, uuid) is 'Tells other domains what became of a grant.';

-- Create function "giving.approve_grant(text, text, bytea, jsonb, uuid, text)"
create function giving.approve_grant(p_scope text, p_key text, p_fingerprint bytea, p_grant jsonb, p_actor uuid, p_request_id text)
 returns table(award giving.grants, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted giving.grants := jsonb_populate_record(null::giving.grants, p_grant);
  v_row giving.grants;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.grants, v_answer), true;
    return;
  end if;
  insert into giving.grants (
    id, application_ref, fund_id, project_ref, payer_name, amount_minor, currency, approved_on, created_by, updated_by)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.application_ref,
    giving.purpose_fund(v_wanted.project_ref, null, null), v_wanted.project_ref, v_wanted.payer_name,
    v_wanted.amount_minor, v_wanted.currency, coalesce(v_wanted.approved_on, finance.today()), p_actor, p_actor)
  returning * into v_row;
  update giving.grants
  set journal_id = ledger.book(
    null, 'grant.approved', v_row.approved_on, 'grant', v_row.id, v_row.currency, array['1500', '4100'],
    array[null, v_row.fund_id], array[v_row.amount_minor, -v_row.amount_minor], p_actor, p_request_id, 'grant', v_row.id)
  where id = v_row.id
  returning * into v_row;
  perform giving.tell_grant(v_row, 'approved', v_row.amount_minor, v_row.journal_id);
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.approve_grant(text, text, bytea, jsonb, uuid, text) to finance_writer;
comment on function giving.approve_grant(text, text, bytea, jsonb, uuid, text) is 'Records that somebody will give us a grant, {id, application_ref, project_ref, payer_name, amount_minor, currency, approved_on}, as a receivable. Breaks idempotency_keys_fingerprint (P0422), grants_pkey, grants_application_ref_key (23505), grants_currency_fkey (23503), accounting_periods_open, accounts_open (P0409) or a check of grants (23514).';

-- Create function "giving.write_off_grant(giving.grants, bigint, date, text, uuid, text)"
create function giving.write_off_grant(p_grant giving.grants, p_amount_minor bigint, p_on date, p_reason text, p_actor uuid, p_request_id text)
 returns uuid
 language plpgsql
 set search_path to ''
as $function$
begin
  return ledger.book(
    null, 'grant.written_off', p_on, 'grant', p_grant.id, p_grant.currency, array['4100', '1500'],
    array[p_grant.fund_id, null], array[p_amount_minor, -p_amount_minor], p_actor, p_request_id, 'grant', p_grant.id,
    p_reason);
end
$function$;
comment on function giving.write_off_grant(giving.grants, bigint, date, text, uuid, text) is 'Posts that the rest of a grant will not come.';

-- Create function "giving.step_grant(text, text, bytea, uuid, integer, text, bigint, text, date, text, uuid, text)"
create function giving.step_grant(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_step text, p_amount_minor bigint, p_currency text, p_on date, p_words text, p_actor uuid, p_request_id text)
 returns table(award giving.grants, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.grants;
  v_on date := coalesce(p_on, finance.today());
  v_open bigint;
  v_amount bigint;
  v_journal uuid;
  v_receipt uuid := gen_random_uuid();
  v_from text[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.grants, v_answer), true;
    return;
  end if;
  select * into v_row from giving.grants where id = p_id for no key update;
  if not found then
    raise exception 'grant % does not exist', p_id
      using errcode = 'P0404', constraint = 'grants_pkey', schema = 'giving', table = 'grants';
  end if;
  perform finance.check_version('grants_version', v_row.version, p_version);
  if p_currency <> v_row.currency then
    raise exception 'grant % is in %', v_row.id, v_row.currency
      using errcode = '23514', constraint = 'grants_currency_of_grant', schema = 'giving', table = 'grants';
  end if;
  v_from := case p_step
      when 'receive' then array['approved', 'part_received']
      when 'withdraw' then array['approved']
      when 'write_off' then array['part_received']
      when 'claw_back' then array['part_received', 'received']
      when 'repay' then array['repayable']
    end;
  if v_row.status <> all (v_from) then
    raise exception 'grant % is %, not %', v_row.id, v_row.status, array_to_string(v_from, ' or ')
      using errcode = '23514', constraint = 'grants_status_transition', schema = 'giving', table = 'grants';
  end if;
  v_open := v_row.amount_minor - v_row.received_minor;

  case p_step
    when 'receive' then
      v_amount := coalesce(p_amount_minor, v_open);
      v_journal := ledger.book(
        null, 'grant.received', v_on, 'grant_receipt', v_receipt, v_row.currency, array['1000', '1500'],
        array[null, null]::uuid[], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id);
      insert into giving.grant_receipts (id, grant_id, amount_minor, received_on, bank_ref, journal_id, created_by)
      values (v_receipt, v_row.id, v_amount, v_on, p_words, v_journal, p_actor);
      update giving.grants
      set status = case when v_amount = v_open then 'received' else 'part_received' end,
        received_minor = received_minor + v_amount, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'withdraw' then
      v_amount := v_row.amount_minor;
      v_journal := ledger.reverse(
        v_row.journal_id, 'grant.withdrawn', 'grant', v_row.id, p_words, p_actor, p_request_id);
      update giving.grants set status = 'withdrawn', updated_by = p_actor where id = v_row.id returning * into v_row;
    when 'write_off' then
      v_amount := v_open;
      v_journal := giving.write_off_grant(v_row, v_open, v_on, p_words, p_actor, p_request_id);
      update giving.grants set status = 'written_off', updated_by = p_actor where id = v_row.id returning * into v_row;
    when 'claw_back' then
      v_amount := coalesce(p_amount_minor, v_row.received_minor);
      -- Who takes money back pays no more of it.
      if v_open > 0 then
        perform giving.write_off_grant(v_row, v_open, v_on, p_words, p_actor, p_request_id);
      end if;
      v_journal := ledger.book(
        null, 'grant.repayable', v_on, 'grant', v_row.id, v_row.currency, array['4100', '2400'],
        array[v_row.fund_id, null], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id, p_words);
      update giving.grants set status = 'repayable', repayable_minor = v_amount, updated_by = p_actor
      where id = v_row.id returning * into v_row;
    when 'repay' then
      v_amount := v_row.repayable_minor;
      v_journal := ledger.book(
        null, 'grant.repaid', v_on, 'grant', v_row.id, v_row.currency, array['2400', '1000'],
        array[null, null]::uuid[], array[v_amount, -v_amount], p_actor, p_request_id, 'grant', v_row.id);
      update giving.grants set status = 'repaid', updated_by = p_actor where id = v_row.id returning * into v_row;
  end case;

  perform giving.tell_grant(v_row, v_row.status, v_amount, v_journal);
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.step_grant(text, text, bytea, uuid, integer, text, bigint, text, date, text, uuid, text) to finance_writer;
comment on function giving.step_grant(text, text, bytea, uuid, integer, text, bigint, text, date, text, uuid, text) is 'Takes a grant one step further: receive (words: the bank''s reference; all that is open unless an amount is said), withdraw, write_off (why), claw_back (why; all that was received unless an amount is said), repay. Breaks idempotency_keys_fingerprint (P0422), grants_pkey (P0404), grants_version (P0412), accounting_periods_open, accounts_open (P0409), grant_receipts_bank_ref_key (23505), grants_status_transition, grants_currency_of_grant, grants_repayable_within, grant_receipts_total (23514).';

-- Create function "ledger.close_account(text, text, bytea, uuid)"
create function ledger.close_account(p_scope text, p_key text, p_fingerprint bytea, p_id uuid)
 returns table(account ledger.accounts, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row ledger.accounts;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.accounts, v_answer), true;
    return;
  end if;
  -- Waits for the postings under way on it.
  select * into v_row from ledger.accounts where id = p_id for update;
  if not found then
    raise exception 'account % does not exist', p_id
      using errcode = 'P0404', constraint = 'accounts_pkey', schema = 'ledger', table = 'accounts';
  end if;
  if v_row.closed_at is not null then
    raise exception 'account % is closed', p_id
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;
  if ledger.balance(p_id) <> 0 then
    raise exception 'account % is not empty', p_id
      using errcode = 'P0409', constraint = 'accounts_empty', schema = 'ledger', table = 'accounts';
  end if;
  update ledger.accounts set closed_at = now() where id = p_id returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function ledger.close_account(text, text, bytea, uuid) to finance_writer;
comment on function ledger.close_account(text, text, bytea, uuid) is 'Closes an empty account for postings, after those under way. Breaks idempotency_keys_fingerprint (P0422), accounts_pkey (P0404), accounts_open, accounts_empty (P0409).';

-- Create function "ledger.close_fund(text, text, bytea, uuid)"
create function ledger.close_fund(p_scope text, p_key text, p_fingerprint bytea, p_id uuid)
 returns table(fund ledger.funds, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row ledger.funds;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.funds, v_answer), true;
    return;
  end if;
  -- Accounts before the fund, as a posting takes them.
  perform 1 from ledger.accounts where fund_id = p_id order by id for update;
  select * into v_row from ledger.funds where id = p_id for update;
  if not found then
    raise exception 'fund % does not exist', p_id
      using errcode = 'P0404', constraint = 'funds_pkey', schema = 'ledger', table = 'funds';
  end if;
  if v_row.closed_at is not null then
    raise exception 'fund % is closed', v_row.code
      using errcode = 'P0409', constraint = 'funds_open', schema = 'ledger', table = 'funds';
  end if;
  if v_row.code = 'GEN' then
    raise exception 'the general fund stays'
      using errcode = 'P0409', constraint = 'funds_general', schema = 'ledger', table = 'funds';
  end if;
  if exists (select from ledger.funds where parent_id = p_id and closed_at is null) then
    raise exception 'fund % has open parts', v_row.code
      using errcode = 'P0409', constraint = 'funds_parts', schema = 'ledger', table = 'funds';
  end if;
  -- The trigger waits for accounts that were opened meanwhile; only then is everything counted.
  update ledger.funds set closed_at = now() where id = p_id returning * into v_row;
  if exists (
    select from (select distinct currency from ledger.accounts where fund_id = p_id) a
    where ledger.fund_balance(p_id, a.currency) <> 0
  ) then
    raise exception 'fund % is not empty', v_row.code
      using errcode = 'P0409', constraint = 'funds_empty', schema = 'ledger', table = 'funds';
  end if;
  perform finance.answer_key(p_scope, p_key, 200::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function ledger.close_fund(text, text, bytea, uuid) to finance_writer;
comment on function ledger.close_fund(text, text, bytea, uuid) is 'Closes a fund in which no money stands for postings, after those under way. Breaks idempotency_keys_fingerprint (P0422), funds_pkey (P0404), funds_open, funds_general, funds_parts, funds_empty (P0409).';

-- Create function "ledger.open_account(text, text, bytea, jsonb)"
create function ledger.open_account(p_scope text, p_key text, p_fingerprint bytea, p_account jsonb)
 returns table(account ledger.accounts, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted ledger.accounts := jsonb_populate_record(null::ledger.accounts, p_account);
  v_row ledger.accounts;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.accounts, v_answer), true;
    return;
  end if;
  select type into v_wanted.type from ledger.chart_of_accounts where code = v_wanted.code;
  if not found then
    raise exception 'there is no nominal code %', v_wanted.code
      using errcode = '23503', constraint = 'accounts_code_fkey', schema = 'ledger', table = 'accounts';
  end if;
  insert into ledger.accounts (id, code, type, currency, fund_id, counterparty_type, counterparty_id, floor_minor)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.code, v_wanted.type, v_wanted.currency, v_wanted.fund_id,
    v_wanted.counterparty_type, v_wanted.counterparty_id, v_wanted.floor_minor)
  returning * into v_row;
  -- After the insert, whose foreign key holds the fund: a close that came first is seen, a later one waits.
  if exists (select from ledger.funds where id = v_row.fund_id and closed_at is not null) then
    raise exception 'fund % is closed', v_row.fund_id
      using errcode = 'P0409', constraint = 'accounts_open', schema = 'ledger', table = 'accounts';
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function ledger.open_account(text, text, bytea, jsonb) to finance_writer;
comment on function ledger.open_account(text, text, bytea, jsonb) is 'Opens an account, {id, code, fund_id, currency, counterparty_type, counterparty_id, floor_minor}. Breaks idempotency_keys_fingerprint (P0422), accounts_open (P0409), accounts_pkey, accounts_leaf_key (23505), accounts_code_fkey, accounts_fund_id_fkey, accounts_currency_fkey (23503), accounts_fund_by_type, accounts_counterparty_whole, entity_name_shape (23514).';

-- Create function "ledger.open_fund(text, text, bytea, jsonb)"
create function ledger.open_fund(p_scope text, p_key text, p_fingerprint bytea, p_fund jsonb)
 returns table(fund ledger.funds, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_wanted ledger.funds := jsonb_populate_record(null::ledger.funds, p_fund);
  v_row ledger.funds;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::ledger.funds, v_answer), true;
    return;
  end if;
  if num_nonnulls(v_wanted.project_ref, v_wanted.theme_ref, v_wanted.stage_ref) > 0 then
    if v_wanted.restriction not in ('restricted', 'endowment') then
      raise exception 'a fund with a purpose is restricted'
        using errcode = '23514', constraint = 'funds_purpose_restricts', schema = 'ledger', table = 'funds';
    end if;
    -- As giving.purpose_fund names it, so that gifts for the purpose find it.
    v_wanted.code := coalesce(
      'stage:' || v_wanted.stage_ref, 'project:' || v_wanted.project_ref, 'theme:' || v_wanted.theme_ref);
    if v_wanted.stage_ref is not null then
      select project_ref into v_wanted.project_ref from finance.ref_stages where id = v_wanted.stage_ref;
      if not found then
        raise exception 'nothing is known of stage %', v_wanted.stage_ref
          using errcode = '23503', constraint = 'funds_stage_ref_fkey', schema = 'ledger', table = 'funds';
      end if;
      v_wanted.parent_id := giving.purpose_fund(v_wanted.project_ref, null, null);
    end if;
  elsif v_wanted.code !~ '^[A-Z][A-Z0-9-]*$' then
    raise exception 'code % is not in capitals', v_wanted.code
      using errcode = '23514', constraint = 'funds_code_shape', schema = 'ledger', table = 'funds';
  end if;
  insert into ledger.funds (id, code, restriction, parent_id, project_ref, theme_ref, stage_ref)
  values (
    coalesce(v_wanted.id, gen_random_uuid()), v_wanted.code, v_wanted.restriction, v_wanted.parent_id,
    v_wanted.project_ref, v_wanted.theme_ref, v_wanted.stage_ref)
  returning * into v_row;
  if exists (select from ledger.funds where id = v_row.parent_id and closed_at is not null) then
    raise exception 'fund % is closed', v_row.parent_id
      using errcode = 'P0409', constraint = 'funds_parent_open', schema = 'ledger', table = 'funds';
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function ledger.open_fund(text, text, bytea, jsonb) to finance_writer;
comment on function ledger.open_fund(text, text, bytea, jsonb) is 'Opens a fund, {id, code, restriction, parent_id} or {id, restriction, project_ref or theme_ref or stage_ref}. Breaks idempotency_keys_fingerprint (P0422), funds_parent_open (P0409), funds_pkey, funds_code_key (23505), funds_parent_id_fkey, funds_stage_ref_fkey (23503), funds_code_shape, funds_purpose_restricts (23514).';

-- Create table "giving.conversions"
create table giving.conversions (
  id uuid default ledger.uuid7() not null,
  fund_id uuid not null,
  code text not null,
  provider_ref text not null,
  from_minor bigint not null,
  from_currency text not null,
  to_minor bigint not null,
  to_currency text not null,
  rate numeric(20,10) not null,
  fee_minor bigint default 0 not null,
  converted_on date not null,
  journal_id uuid not null,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  constraint conversions_pkey primary key (id),
  constraint conversions_journal_id_key unique (journal_id),
  constraint conversions_provider_ref_key unique (code, provider_ref, fund_id),
  constraint conversions_from_currency_fkey foreign key (from_currency) references ledger.currencies(code) on delete restrict,
  constraint conversions_fund_id_fkey foreign key (fund_id) references ledger.funds(id) on delete restrict,
  constraint conversions_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint conversions_to_currency_fkey foreign key (to_currency) references ledger.currencies(code) on delete restrict,
  constraint conversions_code_known check ((code = any (array['1000'::text, '1200'::text]))),
  constraint conversions_differ check ((from_currency <> to_currency)),
  constraint conversions_fee_minor_range check (((fee_minor >= 0) and (fee_minor <= '9000000000000000'::bigint))),
  constraint conversions_from_minor_range check (((from_minor >= 1) and (from_minor <= '9000000000000000'::bigint))),
  constraint conversions_provider_ref_length check (((length(btrim(provider_ref)) > 0) and (length(provider_ref) <= 200))),
  constraint conversions_rate_range check ((rate > (0)::numeric)),
  constraint conversions_to_minor_range check (((to_minor >= 1) and (to_minor <= '9000000000000000'::bigint)))
);
revoke insert, update on giving.conversions from finance_writer;
comment on table giving.conversions is 'Money of a fund that the bank or a processor changed into another currency.';
comment on column giving.conversions.id is 'Identity, UUID v7.';
comment on column giving.conversions.fund_id is 'Fund whose money it is; one that changed money of several is a row for each.';
comment on column giving.conversions.code is 'Where the money stands, before and after: 1000 bank, 1200 processor.';
comment on column giving.conversions.provider_ref is 'The bank''s or processor''s own reference.';
comment on column giving.conversions.from_minor is 'What was given away, minor units of from_currency.';
comment on column giving.conversions.from_currency is 'ISO 4217 code.';
comment on column giving.conversions.to_minor is 'What came for it, minor units of to_currency, before the fee.';
comment on column giving.conversions.to_currency is 'ISO 4217 code.';
comment on column giving.conversions.rate is 'Units of to_currency for one unit of from_currency.';
comment on column giving.conversions.fee_minor is 'What was kept of it, minor units of to_currency.';
comment on column giving.conversions.converted_on is 'Accounting date.';
comment on column giving.conversions.journal_id is 'Journal that put it into the books.';
comment on column giving.conversions.created_at is 'When the row was written.';
comment on column giving.conversions.created_by is 'Contact who wrote it (platform); null: the system.';

-- Create index "giving.conversions_created_at_idx"
create index conversions_created_at_idx on giving.conversions using btree (created_at desc, id desc);

-- Create index "giving.conversions_from_currency_idx"
create index conversions_from_currency_idx on giving.conversions using btree (from_currency);

-- Create index "giving.conversions_fund_id_idx"
create index conversions_fund_id_idx on giving.conversions using btree (fund_id);

-- Create index "giving.conversions_to_currency_idx"
create index conversions_to_currency_idx on giving.conversions using btree (to_currency);

-- Create trigger "record_change" of table "giving.conversions"
create trigger record_change after insert or delete or update on giving.conversions for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('conversion');

-- Create trigger "refuse_change" of table "giving.conversions"
create trigger refuse_change before delete or update on giving.conversions for each row execute function finance.refuse_change();
alter table giving.conversions enable always trigger refuse_change;

-- Create trigger "refuse_truncate" of table "giving.conversions"
create trigger refuse_truncate before truncate on giving.conversions for each statement execute function finance.refuse_change();
alter table giving.conversions enable always trigger refuse_truncate;

-- Create function "giving.convert(text, text, bytea, jsonb, uuid, text)"
create function giving.convert(p_scope text, p_key text, p_fingerprint bytea, p_conversion jsonb, p_actor uuid, p_request_id text)
 returns table(conversion giving.conversions, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.conversions := jsonb_populate_record(null::giving.conversions, p_conversion);
  v_from_exponent integer;
  v_to_exponent integer;
  v_to numeric;
  v_accounts uuid[];
  v_amounts bigint[];
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.conversions, v_answer), true;
    return;
  end if;
  select exponent into v_from_exponent from ledger.currencies where code = v_row.from_currency;
  select exponent into v_to_exponent from ledger.currencies where code = v_row.to_currency;
  if v_from_exponent is null or v_to_exponent is null then
    raise exception 'our books do not take % and %', v_row.from_currency, v_row.to_currency
      using errcode = '23503', schema = 'giving', table = 'conversions', constraint = case
        when v_from_exponent is null then 'conversions_from_currency_fkey' else 'conversions_to_currency_fkey' end;
  end if;
  if not exists (select from ledger.funds where id = v_row.fund_id) then
    raise exception 'there is no fund %', v_row.fund_id
      using errcode = '23503', constraint = 'conversions_fund_id_fkey', schema = 'giving', table = 'conversions';
  end if;
  -- Numeric all the way: a rate is never a binary fraction.
  if v_row.to_minor is null then
    v_to := round(v_row.from_minor * v_row.rate * power(10::numeric, (v_to_exponent - v_from_exponent)::numeric));
    if v_to not between 1 and 9000000000000000 then
      raise exception '% at % would be %', v_row.from_minor, v_row.rate, v_to
        using errcode = '23514', constraint = 'conversions_to_minor_range', schema = 'giving', table = 'conversions';
    end if;
    v_row.to_minor := v_to;
  else
    v_row.rate := round(
      v_row.to_minor::numeric / v_row.from_minor * power(10::numeric, (v_from_exponent - v_to_exponent)::numeric), 10);
  end if;
  v_row.id := coalesce(v_row.id, ledger.uuid7());
  v_row.fee_minor := coalesce(v_row.fee_minor, 0);
  v_row.converted_on := coalesce(v_row.converted_on, finance.today());
  v_row.journal_id := ledger.uuid7();
  v_row.created_at := now();
  v_row.created_by := p_actor;
  select array_agg(l.account order by l.place), array_agg(l.amount order by l.place) into v_accounts, v_amounts
  from (
    select place, ledger.leaf_account(code, fund, currency) as account, amount
    from (values
      (1, '1900', null, v_row.from_currency, v_row.from_minor),
      (2, v_row.code, null, v_row.from_currency, -v_row.from_minor),
      (3, v_row.code, null, v_row.to_currency, v_row.to_minor),
      (4, '1900', null, v_row.to_currency, -v_row.to_minor),
      (5, '3920', v_row.fund_id, v_row.from_currency, v_row.from_minor),
      (6, '1900', null, v_row.from_currency, -v_row.from_minor),
      (7, '1900', null, v_row.to_currency, v_row.to_minor),
      (8, '3920', v_row.fund_id, v_row.to_currency, -v_row.to_minor),
      (9, '5130', v_row.fund_id, v_row.to_currency, v_row.fee_minor),
      (10, v_row.code, null, v_row.to_currency, -v_row.fee_minor)
    ) as lines (place, code, fund, currency, amount)
    where amount <> 0
  ) l;
  perform ledger.post(
    v_row.journal_id, 'currency.converted', v_row.converted_on, 'conversion', v_row.id, v_accounts, v_amounts, p_actor,
    p_request_id);
  insert into giving.conversions (
    id, fund_id, code, provider_ref, from_minor, from_currency, to_minor, to_currency, rate, fee_minor, converted_on,
    journal_id, created_at, created_by)
  values (
    v_row.id, v_row.fund_id, v_row.code, v_row.provider_ref, v_row.from_minor, v_row.from_currency, v_row.to_minor,
    v_row.to_currency, v_row.rate, v_row.fee_minor, v_row.converted_on, v_row.journal_id, v_row.created_at,
    v_row.created_by);
  insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
  values ('finance.currency.converted.v1', 'conversion', v_row.id, jsonb_build_object(
    'conversion_id', v_row.id, 'fund_id', v_row.fund_id, 'from_minor', v_row.from_minor,
    'from_currency', v_row.from_currency, 'to_minor', v_row.to_minor, 'to_currency', v_row.to_currency,
    'rate', v_row.rate::text, 'fee_minor', v_row.fee_minor, 'journal_id', v_row.journal_id));
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$function$;
grant execute on function giving.convert(text, text, bytea, jsonb, uuid, text) to finance_writer;
comment on function giving.convert(text, text, bytea, jsonb, uuid, text) is 'Changes money of a fund into another currency, {id, fund_id, code, provider_ref, from_minor, from_currency, to_minor or rate, to_currency, fee_minor, converted_on}, in one journal that balances in each. Breaks idempotency_keys_fingerprint (P0422), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), conversions_pkey, conversions_provider_ref_key (23505), conversions_from_currency_fkey, conversions_to_currency_fkey, conversions_fund_id_fkey (23503), conversions_differ, conversions_to_minor_range, conversions_rate_range (23514).';

-- Create table "ledger.journal_proposals"
create table ledger.journal_proposals (
  id uuid default ledger.uuid7() not null,
  kind ledger.journal_kind not null,
  effective_date date not null,
  currency text,
  lines jsonb,
  memo ledger.remark default ''::text not null,
  reason ledger.remark not null,
  reverses uuid,
  status text default 'proposed'::text not null,
  proposed_by uuid not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  journal_id uuid,
  created_at timestamp with time zone default now() not null,
  created_by uuid,
  updated_at timestamp with time zone default now() not null,
  updated_by uuid,
  version integer default 1 not null,
  constraint journal_proposals_pkey primary key (id),
  constraint journal_proposals_journal_id_key unique (journal_id),
  constraint journal_proposals_currency_fkey foreign key (currency) references ledger.currencies(code) on delete restrict,
  constraint journal_proposals_journal_id_fkey foreign key (journal_id) references ledger.journals(id) on delete restrict,
  constraint journal_proposals_reverses_fkey foreign key (reverses) references ledger.journals(id) on delete restrict,
  constraint journal_proposals_content check (
case kind
    when 'journal.reversal'::text then ((reverses is not null) and (num_nonnulls(lines, currency) = 0))
    else ((reverses is null) and (num_nonnulls(lines, currency) = 2))
end),
  constraint journal_proposals_decided_whole check ((((status = 'proposed'::text) = (decided_by is null)) and ((decided_by is null) = (decided_at is null)))),
  constraint journal_proposals_four_eyes check (((status <> 'posted'::text) or (decided_by <> proposed_by))),
  constraint journal_proposals_kind_known check (((kind)::text = any (array['journal.manual'::text, 'journal.reversal'::text]))),
  constraint journal_proposals_lines_array check (((jsonb_typeof(lines) = 'array'::text) and ((jsonb_array_length(lines) >= 2) and (jsonb_array_length(lines) <= 100)))),
  constraint journal_proposals_posted check (((status = 'posted'::text) = (journal_id is not null))),
  constraint journal_proposals_reason_some check ((length(btrim((reason)::text)) > 0)),
  constraint journal_proposals_status_known check ((status = any (array['proposed'::text, 'posted'::text, 'rejected'::text])))
);
comment on table ledger.journal_proposals is 'Journals that somebody wants to post by hand, or to reverse; somebody else posts them.';
comment on column ledger.journal_proposals.id is 'Identity, UUID v7.';
comment on column ledger.journal_proposals.kind is 'journal.manual, or journal.reversal of one.';
comment on column ledger.journal_proposals.effective_date is 'Accounting date.';
comment on column ledger.journal_proposals.currency is 'ISO 4217 code of all lines; null: a reversal.';
comment on column ledger.journal_proposals.lines is 'Lines in order, [{"code", "fund_id", "amount_minor"}], debit positive; null: those that it reverses, negated.';
comment on column ledger.journal_proposals.memo is 'Free text for the books; empty: none.';
comment on column ledger.journal_proposals.reason is 'Why.';
comment on column ledger.journal_proposals.reverses is 'Journal that it takes back; null: none.';
comment on column ledger.journal_proposals.status is 'Where it stands; the steps of journal_proposals_status_transition.';
comment on column ledger.journal_proposals.proposed_by is 'Contact who wrote it (platform).';
comment on column ledger.journal_proposals.decided_by is 'Contact who posted it, never who wrote it, or rejected it (platform); null: open.';
comment on column ledger.journal_proposals.decided_at is 'When; null: open.';
comment on column ledger.journal_proposals.journal_id is 'The journal; null: not posted.';
comment on column ledger.journal_proposals.created_at is 'When the row was written.';
comment on column ledger.journal_proposals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column ledger.journal_proposals.updated_at is 'When it last changed; set by trigger.';
comment on column ledger.journal_proposals.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column ledger.journal_proposals.version is 'Counts changes from 1; set by trigger; the ETag.';

-- Create index "ledger.journal_proposals_created_at_idx"
create index journal_proposals_created_at_idx on ledger.journal_proposals using btree (created_at desc, id desc);

-- Create index "ledger.journal_proposals_currency_idx"
create index journal_proposals_currency_idx on ledger.journal_proposals using btree (currency);

-- Create index "ledger.journal_proposals_reverses_idx"
create index journal_proposals_reverses_idx on ledger.journal_proposals using btree (reverses);

-- Create index "ledger.journal_proposals_reverses_key"
create unique index journal_proposals_reverses_key on ledger.journal_proposals using btree (reverses) where (status <> 'rejected'::text);

-- Create trigger "check_frozen" of table "ledger.journal_proposals"
create trigger check_frozen before update on ledger.journal_proposals for each row execute function finance.check_frozen('id', '', 'status,decided_by,decided_at,journal_id');

-- Create trigger "check_status" of table "ledger.journal_proposals"
create trigger check_status before insert or update of status on ledger.journal_proposals for each row execute function finance.check_transition('status', 'proposed', 'proposed>posted,rejected');

-- Create trigger "keep_once_set" of table "ledger.journal_proposals"
create trigger keep_once_set before update on ledger.journal_proposals for each row execute function finance.keep_once_set('decided_by', 'decided_at', 'journal_id');

-- Create trigger "record_change" of table "ledger.journal_proposals"
create trigger record_change after insert or delete or update on ledger.journal_proposals for each row when ((session_user <> 'finance_migrator'::name)) execute function finance.record_change('journal_proposal');

-- Create trigger "refuse_delete" of table "ledger.journal_proposals"
create trigger refuse_delete before delete or truncate on ledger.journal_proposals for each statement execute function finance.refuse_change();
alter table ledger.journal_proposals enable always trigger refuse_delete;

-- Create trigger "touch" of table "ledger.journal_proposals"
create trigger touch before update on ledger.journal_proposals for each row execute function finance.touch();

-- Create function "ledger.check_proposal()"
create function ledger.check_proposal()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
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
$function$;
comment on function ledger.check_proposal() is 'Before insert: the lines balance, each on a code that may be posted to by hand; only such journals are reversed; breaks accounts_code_fkey, accounts_fund_id_fkey, accounts_fund_by_type, journals_balanced, journal_proposals_control_accounts, journal_proposals_reverses_manual.';

-- Create trigger "check_proposal" of table "ledger.journal_proposals"
create trigger check_proposal before insert on ledger.journal_proposals for each row execute function ledger.check_proposal();

-- Create function "ledger.decide_proposal(text, text, bytea, uuid, integer, text, uuid, text)"
create function ledger.decide_proposal(p_scope text, p_key text, p_fingerprint bytea, p_id uuid, p_version integer, p_status text, p_actor uuid, p_request_id text)
 returns table(proposal ledger.journal_proposals, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function ledger.decide_proposal(text, text, bytea, uuid, integer, text, uuid, text) to finance_writer;
comment on function ledger.decide_proposal(text, text, bytea, uuid, integer, text, uuid, text) is 'Posts a proposed journal (posted), never by who proposed it, or puts it away (rejected). Breaks idempotency_keys_fingerprint (P0422), journal_proposals_pkey (P0404), journal_proposals_version (P0412), funds_floor, accounts_floor (P0402), accounting_periods_open, accounts_open (P0409), journals_reverses_key (23505), journal_proposals_four_eyes, journal_proposals_status_transition (23514).';

-- Create function "ledger.propose(text, text, bytea, jsonb, uuid)"
create function ledger.propose(p_scope text, p_key text, p_fingerprint bytea, p_proposal jsonb, p_actor uuid)
 returns table(proposal ledger.journal_proposals, replayed boolean)
 language plpgsql
 security definer
 set search_path to ''
 set plan_cache_mode to 'force_generic_plan'
 set enable_seqscan to 'off'
as $function$
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
$function$;
grant execute on function ledger.propose(text, text, bytea, jsonb, uuid) to finance_writer;
comment on function ledger.propose(text, text, bytea, jsonb, uuid) is 'Proposes a journal, {effective_date, currency, lines, memo, reason}, or a reversal, {reverses, reason}; posts nothing. Breaks idempotency_keys_fingerprint (P0422), journals_pkey (P0404), journals_reverses_key, journal_proposals_reverses_key (23505), journal_proposals_currency_fkey, accounts_code_fkey, accounts_fund_id_fkey (23503), accounts_fund_by_type, journals_balanced, journal_proposals_control_accounts, journal_proposals_reverses_manual (23514).';

-- Add column "received_minor" of table "giving.grants"
alter table giving.grants add column received_minor bigint default 0 not null;
comment on column giving.grants.received_minor is 'What of it has arrived, minor units: the sum of its receipts.';

-- Add column "repayable_minor" of table "giving.grants"
alter table giving.grants add column repayable_minor bigint;
comment on column giving.grants.repayable_minor is 'What of that has to go back, or went, minor units; null: nothing.';

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
 select 'I15 disputes that are held differ from account 1210'::text as invariant,
    held.currency as what
   from ( select parts.currency,
            sum(parts.minor) as minor
           from ( select e.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '1210'::text)
                union all
                 select d.currency,
                    (- d.amount_minor)
                   from giving.disputes d
                  where (d.status = any (array['opened'::text, 'under_review'::text]))) parts
          group by parts.currency) held
  where (held.minor <> (0)::numeric)
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
 select 'I19 debt to a partner differs from its payments'::text as invariant,
    (((owed.partner_ref)::text || ' '::text) || owed.currency) as what
   from ( select parts.partner_ref,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as partner_ref,
                    a.currency,
                    (- e.amount) as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = '2100'::text) and ((a.counterparty_type)::text = 'partner'::text))
                union all
                 select d.partner_ref,
                    d.currency,
                    (- d.amount_minor)
                   from giving.disbursements d
                  where (d.status = any (array['approved'::text, 'failed'::text]))) parts
          group by parts.partner_ref, parts.currency) owed
  where (owed.minor <> (0)::numeric)
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
 select 'I26 a grant differs from accounts 1500 and 2400'::text as invariant,
    (((owed.grant_id)::text || ' '::text) || owed.code) as what
   from ( select parts.grant_id,
            parts.code,
            sum(parts.minor) as minor
           from ( select a.counterparty_id as grant_id,
                    a.code,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where ((a.code = any (array['1500'::text, '2400'::text])) and ((a.counterparty_type)::text = 'grant'::text))
                union all
                 select g.id,
                    '1500'::text as code,
                    (g.received_minor - g.amount_minor)
                   from giving.grants g
                  where (g.status = any (array['approved'::text, 'part_received'::text]))
                union all
                 select g.id,
                    '2400'::text as code,
                    g.repayable_minor
                   from giving.grants g
                  where (g.status = 'repayable'::text)) parts
          group by parts.grant_id, parts.code) owed
  where (owed.minor <> (0)::numeric)
union all
 select 'I26 a grant differs from its receipts'::text as invariant,
    (g.id)::text as what
   from (giving.grants g
     left join giving.grant_receipts r on ((r.grant_id = g.id)))
  group by g.id, g.received_minor
 having (coalesce(sum(r.amount_minor), (0)::numeric) <> (g.received_minor)::numeric)
union all
 select 'I27 the position between currencies is open'::text as invariant,
    e.currency as what
   from (ledger.entries e
     join ledger.accounts a on ((a.id = e.account_id)))
  where (a.code = '1900'::text)
  group by e.currency
 having (sum(e.amount) <> (0)::numeric)
union all
 select 'I27 account 3920 of a fund differs from its conversions'::text as invariant,
    (((moved.fund_id)::text || ' '::text) || moved.currency) as what
   from ( select parts.fund_id,
            parts.currency,
            sum(parts.minor) as minor
           from ( select a.fund_id,
                    a.currency,
                    e.amount as minor
                   from (ledger.entries e
                     join ledger.accounts a on ((a.id = e.account_id)))
                  where (a.code = '3920'::text)
                union all
                 select c.fund_id,
                    c.from_currency,
                    (- c.from_minor)
                   from giving.conversions c
                union all
                 select c.fund_id,
                    c.to_currency,
                    c.to_minor
                   from giving.conversions c) parts
          group by parts.fund_id, parts.currency) moved
  where (moved.minor <> (0)::numeric)
union all
 select 'I20 paid without a second pair of eyes'::text as invariant,
    (d.id)::text as what
   from giving.disbursements d
  where ((d.approved_by = d.proposed_by) or ((d.status = any (array['approved'::text, 'sending'::text, 'paid'::text, 'reconciled'::text])) and (not (exists ( select 1
           from giving.disbursement_approvals a
          where ((a.disbursement_id = d.id) and (a.decision = 'approve'::text) and (a.decided_by = d.approved_by)))))))
union all
 select 'I24 message of a provider not looked at for 15 minutes'::text as invariant,
    (q.webhook_event_id)::text as what
   from (finance.webhook_queue q
     join finance.webhook_events e on ((e.id = q.webhook_event_id)))
  where ((q.attempts = 0) and (e.received_at < (now() - '00:15:00'::interval)))
union all
 select 'I25 application role may write to the books'::text as invariant,
    (((r.rolname)::text || ' '::text) || ((t.oid)::regclass)::text) as what
   from ((pg_class t
     join pg_namespace n on (((n.oid = t.relnamespace) and (n.nspname = 'ledger'::name))))
     cross join pg_roles r)
  where ((t.relkind = any (array['r'::"char", 'p'::"char", 'v'::"char"])) and (r.rolname = any (array['finance_writer'::name, 'finance_reader'::name, 'finance_app'::name, 'finance_read'::name])) and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate'::text));

-- Create constraint "grants_received_within" of table "giving.grants"
alter table giving.grants add constraint grants_received_within check (((received_minor >= 0) and (received_minor <= amount_minor)));

-- Create constraint "grants_repayable_whole" of table "giving.grants"
alter table giving.grants add constraint grants_repayable_whole check (((status = any (array['repayable'::text, 'repaid'::text])) = (repayable_minor is not null)));

-- Create constraint "grants_repayable_within" of table "giving.grants"
alter table giving.grants add constraint grants_repayable_within check (((repayable_minor >= 1) and (repayable_minor <= received_minor)));

-- Create trigger "check_frozen" of table "giving.grants"
create trigger check_frozen before update on giving.grants for each row execute function finance.check_frozen('status', 'approved', 'journal_id,received_minor,repayable_minor');
