-- finance: what processors say that they hold for us, and what the books say of it.

create table giving.processor_balances (
  id uuid not null default gen_random_uuid(),
  processor text not null,
  currency text not null,
  day date not null,
  balance_minor bigint not null
    constraint processor_balances_balance_minor_range check (
      balance_minor between -9000000000000000
      and 9000000000000000
    ),
  report_ref text not null
    constraint processor_balances_report_ref_length check (length(btrim(report_ref)) > 0 and length(report_ref) <= 200),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint processor_balances_pkey primary key (id),
  constraint processor_balances_day_key unique (processor, currency, day),
  constraint processor_balances_processor_fkey foreign key (processor)
    references giving.processors (code) on delete restrict,
  constraint processor_balances_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict
);
comment on table giving.processor_balances is
  'What a processor reported to hold for us at the end of a day.';
comment on column giving.processor_balances.id is 'Identity.';
comment on column giving.processor_balances.processor is 'Who reported it.';
comment on column giving.processor_balances.currency is 'ISO 4217 code.';
comment on column giving.processor_balances.day is 'The day, in the United Kingdom, at whose end it was held.';
comment on column giving.processor_balances.balance_minor is
  'What was held, available or not, minor units; negative: we owe it.';
comment on column giving.processor_balances.report_ref is 'The processor''s name of the report.';
comment on column giving.processor_balances.created_at is 'When the row was written.';
comment on column giving.processor_balances.created_by is 'Contact who wrote it (platform); null: the system.';

create index processor_balances_created_at_idx on giving.processor_balances (created_at desc, id desc);
create index processor_balances_currency_idx on giving.processor_balances (currency);
create index processor_balances_day_idx on giving.processor_balances (day);

revoke insert, update on giving.processor_balances from finance_writer;
create trigger refuse_change before update or delete on giving.processor_balances
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.processor_balances
  for each statement execute function finance.refuse_change();
alter table giving.processor_balances enable always trigger refuse_change;
alter table giving.processor_balances enable always trigger refuse_truncate;

-- Definer: it keeps the key, which no application role may.
create function giving.record_balance(p_scope text, p_key text, p_fingerprint bytea, p_report jsonb, p_actor uuid)
  returns table (report giving.processor_balances, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.processor_balances := jsonb_populate_record(null::giving.processor_balances, p_report);
  v_kept giving.processor_balances;
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.processor_balances, v_answer), true;
    return;
  end if;
  -- What lies at our bank is told by its statements.
  if not exists (
    select from giving.processors where code = v_row.processor and clearing_code not between '1000' and '1009'
  ) then
    raise exception 'processor % holds nothing for us', v_row.processor
      using errcode = '23503', constraint = 'processor_balances_processor_fkey',
            schema = 'giving', table = 'processor_balances';
  end if;
  v_row.day := coalesce(v_row.day, finance.today() - 1);
  -- Until a day is over its balance may change; and a report that is not compared would say nothing.
  if v_row.day not between finance.today() - 60 and finance.today() - 1 then
    raise exception 'a report of % is not of the last 60 days', v_row.day
      using errcode = '23514', constraint = 'processor_balances_day_range',
            schema = 'giving', table = 'processor_balances';
  end if;
  insert into giving.processor_balances (id, processor, currency, day, balance_minor, report_ref, created_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), v_row.processor, v_row.currency, v_row.day, v_row.balance_minor,
    v_row.report_ref, p_actor)
  on conflict on constraint processor_balances_day_key do nothing
  returning * into v_kept;
  if not found then
    select * into strict v_kept from giving.processor_balances
    where processor = v_row.processor and currency = v_row.currency and day = v_row.day;
    raise exception 'processor % reported % of %', v_row.processor, v_kept.balance_minor, v_row.day
      using errcode = '23505', schema = 'giving', table = 'processor_balances', constraint = case
        when (v_kept.balance_minor, v_kept.report_ref) = (v_row.balance_minor, v_row.report_ref)
        then 'processor_balances_same' else 'processor_balances_day_key' end;
  end if;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_kept));
  return query select v_kept, false;
end
$$;
comment on function giving.record_balance(text, text, bytea, jsonb, uuid) is
  'Keeps what a processor holds for us at the end of a day of the last 60, {id, processor, currency, day, balance_minor, report_ref}; one of a day. Breaks idempotency_keys_fingerprint (P0422), processor_balances_pkey, processor_balances_same, processor_balances_day_key (23505), processor_balances_processor_fkey, processor_balances_currency_fkey (23503), processor_balances_day_range (23514).';
grant execute on function giving.record_balance(text, text, bytea, jsonb, uuid) to finance_writer;

-- Definer: it keeps what came out, whoever asks.
create function giving.compare_processors() returns table (compared bigint, different bigint, unclear bigint)
  language plpgsql security definer
  set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(77242) then
    return;
  end if;
  return query
  with reports as (
    select p.clearing_code as code, b.currency, b.day, b.processor, b.balance_minor as minor
    from giving.processor_balances b
    join giving.processors p on p.code = b.processor
    where b.day >= finance.today() - 60
  ), days as (
    select code, currency, day, array_agg(processor order by processor) as processors, sum(minor)::bigint as minor
    from reports
    group by code, currency, day
  ), moves as (
    -- A journal names its processor by what caused it; one by hand, a conversion and a paid invoice name none.
    select a.code, a.currency, j.effective_date as day,
      coalesce(c.provider, r.processor, d.processor, p.processor, f.processor) as processor, sum(e.amount) as minor
    from ledger.accounts a
    join ledger.entries e on e.account_id = a.id
    join ledger.journals j on j.id = e.journal_id
    left join giving.contributions c on j.source_type = 'contribution' and c.id = j.source_id
    left join giving.refunds r on j.source_type = 'refund' and r.id = j.source_id
    left join giving.disputes d on j.source_type = 'dispute' and d.id = j.source_id
    left join giving.payouts p on j.source_type = 'payout' and p.id = j.source_id
    left join giving.processor_fees f on j.source_type = 'processor_fee' and f.id = j.source_id
    where (a.code, a.currency) in (select w.code, w.currency from days w)
    group by 1, 2, 3, 4
  ), books as (
    select w.code, w.currency, w.day, m.processor, sum(m.minor)::bigint as minor
    from days w
    join moves m on m.code = w.code and m.currency = w.currency and m.day <= w.day
    group by 1, 2, 3, 4
  ), sides as (
    select w.code, w.currency, w.day, array[w.processor] as processors, w.minor as theirs, coalesce(b.minor, 0) as ours,
      null::bigint as unnamed, null::text[] as missing
    from reports w
    left join books b
      on b.code = w.code and b.currency = w.currency and b.day = w.day and b.processor = w.processor
    where not exists (
      select from books n
      where n.code = w.code and n.currency = w.currency and n.day = w.day and n.processor is null)
    union all
    -- What names no processor may be any one's: only all of them together can be compared.
    select w.code, w.currency, w.day, w.processors, w.minor, sum(b.minor)::bigint,
      sum(b.minor) filter (where b.processor is null)::bigint,
      array_agg(b.processor order by b.processor) filter (where b.minor <> 0 and b.processor <> all (w.processors))
    from days w
    join books b on b.code = w.code and b.currency = w.currency and b.day = w.day
    group by w.code, w.currency, w.day, w.processors, w.minor
    having bool_or(b.processor is null)
  ), ends as (
    select s.code, s.currency, s.day, s.processors, s.theirs, s.ours,
      case when s.missing is not null then 'failed' when s.ours = s.theirs then 'equal' else 'different' end as outcome,
      jsonb_strip_nulls(jsonb_build_object(
        'code', s.code, 'processors', s.processors, 'unnamed_minor', s.unnamed, 'missing', s.missing)) as detail
    from sides s
  ), told as (
    insert into finance.recon_runs (kind, day, attempt, outcome, ours_minor, theirs_minor, currency, detail)
    select 'processor', s.day, (
        select coalesce(max(r.attempt), 0) from finance.recon_runs r where r.kind = 'processor' and r.day = s.day
      ) + row_number() over (partition by s.day order by s.code, s.currency, s.processors),
      s.outcome, s.ours, s.theirs, s.currency, s.detail
    from ends s
    -- What was found last time is not told again.
    where not exists (
      select from finance.recon_runs r
      where r.kind = 'processor' and r.day = s.day and r.currency = s.currency
        and (r.ours_minor, r.theirs_minor, r.detail) = (s.ours, s.theirs, s.detail)
        and r.attempt = (
          select max(n.attempt) from finance.recon_runs n
          where n.kind = 'processor' and n.day = r.day and n.currency = r.currency
            and n.detail -> 'code' = r.detail -> 'code' and n.detail -> 'processors' = r.detail -> 'processors'))
    returning *
  ), events as (
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    select 'finance.reconciliation.different.v1', 'recon_run', t.id, jsonb_build_object(
      'reconciliation_id', t.id, 'kind', t.kind, 'day', t.day, 'ours_minor', t.ours_minor,
      'theirs_minor', t.theirs_minor, 'currency', t.currency, 'processors', t.detail -> 'processors')
    from told t
    where t.outcome = 'different'
  )
  select count(*), count(*) filter (where s.outcome = 'different'), count(*) filter (where s.outcome = 'failed')
  from ends s;
end
$$;
comment on function giving.compare_processors() is
  'Compares what processors reported for days of the last 60 with the books at the end of those days, per processor if every journal up to then names one, else all together, and keeps what came out. No row: another one is at work.';
grant execute on function giving.compare_processors() to finance_writer;
