-- finance: money of a fund that was changed into another currency.

create table giving.conversions (
  id uuid not null default finance.uuid7(),
  fund_id uuid not null,
  code text not null
    constraint conversions_code_known check (code in ('1000', '1200')),
  provider_ref text not null
    constraint conversions_provider_ref_length check (length(btrim(provider_ref)) > 0 and length(provider_ref) <= 200),
  from_minor bigint not null
    constraint conversions_from_minor_range check (from_minor between 1 and 9000000000000000),
  from_currency text not null,
  to_minor bigint not null
    constraint conversions_to_minor_range check (to_minor between 1 and 9000000000000000),
  to_currency text not null,
  rate numeric(20,10) not null
    constraint conversions_rate_range check (rate > 0),
  fee_minor bigint not null default 0
    constraint conversions_fee_minor_range check (fee_minor between 0 and 9000000000000000),
  converted_on date not null,
  journal_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint conversions_pkey primary key (id),
  constraint conversions_journal_id_key unique (journal_id),
  constraint conversions_provider_ref_key unique (code, provider_ref, fund_id),
  constraint conversions_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint conversions_from_currency_fkey foreign key (from_currency)
    references ledger.currencies (code) on delete restrict,
  constraint conversions_to_currency_fkey foreign key (to_currency)
    references ledger.currencies (code) on delete restrict,
  constraint conversions_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint conversions_differ check (from_currency <> to_currency)
);
comment on table giving.conversions is
  'Money of a fund that the bank or a processor changed into another currency.';
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

create index conversions_fund_id_idx on giving.conversions (fund_id);
create index conversions_from_currency_idx on giving.conversions (from_currency);
create index conversions_to_currency_idx on giving.conversions (to_currency);
create index conversions_created_at_idx on giving.conversions (created_at desc, id desc);

revoke insert, update on giving.conversions from finance_writer;
create trigger refuse_change before update or delete on giving.conversions
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.conversions
  for each statement execute function finance.refuse_change();
alter table giving.conversions enable always trigger refuse_change;
alter table giving.conversions enable always trigger refuse_truncate;

-- Definer: it writes to the books, which no application role may.
create function giving.convert(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_conversion jsonb,
  p_actor uuid,
  p_request_id text
) returns table (conversion giving.conversions, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
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
  -- Before the fund is looked at: it may no longer hold what was changed.
  if exists (
    select from giving.conversions
    where code = v_row.code and provider_ref = v_row.provider_ref and fund_id = v_row.fund_id
  ) then
    raise exception 'conversion % of fund % is recorded', v_row.provider_ref, v_row.fund_id
      using errcode = '23505', constraint = 'conversions_provider_ref_key', schema = 'giving', table = 'conversions';
  end if;
  v_row.id := coalesce(v_row.id, finance.uuid7());
  v_row.fee_minor := coalesce(v_row.fee_minor, 0);
  v_row.converted_on := coalesce(v_row.converted_on, finance.today());
  v_row.journal_id := finance.uuid7();
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
$$;
comment on function giving.convert(text, text, bytea, jsonb, uuid, text) is
  'Changes money of a fund into another currency, {id, fund_id, code, provider_ref, from_minor, from_currency, to_minor or rate, to_currency, fee_minor, converted_on}, in one journal that balances in each. Breaks idempotency_keys_fingerprint (P0422), funds_floor (P0402), accounting_periods_open, accounts_open (P0409), journals_source_key, conversions_provider_ref_key (23505), conversions_from_currency_fkey, conversions_to_currency_fkey, conversions_fund_id_fkey (23503), conversions_differ, conversions_to_minor_range, conversions_rate_range (23514).';
grant execute on function giving.convert(text, text, bytea, jsonb, uuid, text) to finance_writer;
