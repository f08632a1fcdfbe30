-- finance: what the books are kept in: currencies, chart of accounts, funds, accounts, periods.
-- Nothing here is written by an application; config rows ride in migrations.

create table ledger.currencies (
  code text not null
    constraint currencies_code_shape check (code ~ '^[A-Z]{3}$'),
  exponent smallint not null
    constraint currencies_exponent_range check (exponent between 0 and 4),
  constraint currencies_pkey primary key (code)
);
comment on table ledger.currencies is 'Currencies that the books accept.';
comment on column ledger.currencies.code is 'ISO 4217 code.';
comment on column ledger.currencies.exponent is 'Decimal places of the minor unit by ISO 4217: 2 for GBP, 0 for JPY, 3 for KWD.';

create table ledger.chart_of_accounts (
  code text not null
    constraint chart_of_accounts_code_shape check (code ~ '^[1-5][0-9]{3}$'),
  name finance.localized_text not null,
  type text not null
    constraint chart_of_accounts_type_known check (type in ('asset', 'liability', 'fund', 'income', 'expense')),
  constraint chart_of_accounts_pkey primary key (code),
  constraint chart_of_accounts_type_key unique (code, type),
  constraint chart_of_accounts_type_of_code check (
    type = case left(code, 1)
      when '1' then 'asset' when '2' then 'liability' when '3' then 'fund' when '4' then 'income' else 'expense'
    end
  )
);
comment on table ledger.chart_of_accounts is 'Nominal codes; an account is a code for one fund, counterparty and currency.';
comment on column ledger.chart_of_accounts.code is 'Nominal code, four digits; the first one is the type.';
comment on column ledger.chart_of_accounts.name is 'Name for people.';
comment on column ledger.chart_of_accounts.type is
  'asset, liability, fund (transfers between funds), income or expense; the last three belong to a fund.';

create table ledger.funds (
  id uuid not null default gen_random_uuid(),
  code text not null
    constraint funds_code_length check (length(code) between 1 and 100),
  restriction text not null
    constraint funds_restriction_known check (restriction in ('unrestricted', 'designated', 'restricted', 'endowment')),
  parent_id uuid,
  project_ref uuid,
  theme_ref uuid,
  stage_ref uuid,
  floor_minor bigint default 0,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint funds_pkey primary key (id),
  constraint funds_code_key unique (code),
  constraint funds_parent_id_fkey foreign key (parent_id) references ledger.funds (id),
  constraint funds_stage_in_project check (stage_ref is null or project_ref is not null)
);
comment on table ledger.funds is 'Pots of money with a purpose; the balance of a fund is what was given for it and not yet spent.';
comment on column ledger.funds.id is 'Identity.';
comment on column ledger.funds.code is 'GEN for the general fund, project:<uuid>, theme:<uuid>, stage:<uuid>, or a word in capitals.';
comment on column ledger.funds.restriction is 'How far the trustees may decide: unrestricted, designated, restricted, endowment.';
comment on column ledger.funds.parent_id is 'Fund it is part of; null: none.';
comment on column ledger.funds.project_ref is 'Project it is for (projects); null: none.';
comment on column ledger.funds.theme_ref is 'Theme it is for (projects); null: none.';
comment on column ledger.funds.stage_ref is 'Funding stage it is for (projects); null: the whole project.';
comment on column ledger.funds.floor_minor is
  'Lowest balance that spending may leave, minor units in each currency; null: not guarded.';
comment on column ledger.funds.created_at is 'When the fund was opened.';
comment on column ledger.funds.closed_at is 'When it was closed for postings; null: open.';

create unique index funds_project_ref_key on ledger.funds (project_ref) where project_ref is not null and stage_ref is null;
create unique index funds_theme_ref_key on ledger.funds (theme_ref) where theme_ref is not null;
create unique index funds_stage_ref_key on ledger.funds (stage_ref) where stage_ref is not null;
create index funds_parent_id_idx on ledger.funds (parent_id);

create table ledger.accounts (
  id uuid not null default gen_random_uuid(),
  code text not null,
  type text not null,
  sign smallint not null generated always as (case when type in ('asset', 'expense') then 1 else -1 end) stored,
  currency text not null,
  fund_id uuid,
  counterparty_type finance.entity_name,
  counterparty_id uuid,
  floor_minor bigint,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint accounts_pkey primary key (id),
  constraint accounts_currency_key unique (id, currency),
  constraint accounts_leaf_key unique nulls not distinct (code, fund_id, counterparty_type, counterparty_id, currency),
  constraint accounts_code_fkey foreign key (code, type) references ledger.chart_of_accounts (code, type),
  constraint accounts_currency_fkey foreign key (currency) references ledger.currencies (code),
  constraint accounts_fund_id_fkey foreign key (fund_id) references ledger.funds (id),
  constraint accounts_fund_by_type check ((fund_id is not null) = (type in ('fund', 'income', 'expense'))),
  constraint accounts_counterparty_whole check ((counterparty_type is null) = (counterparty_id is null))
);
comment on table ledger.accounts is 'Leaf accounts: nominal code x fund x counterparty x currency. All of them take postings.';
comment on column ledger.accounts.id is 'Identity.';
comment on column ledger.accounts.code is 'Nominal code.';
comment on column ledger.accounts.type is 'Type of the nominal code.';
comment on column ledger.accounts.sign is '1 where a debit raises what people call the balance (asset, expense), else -1.';
comment on column ledger.accounts.currency is 'ISO 4217 code; an account has one currency.';
comment on column ledger.accounts.fund_id is 'Fund of income, expense and transfers; null: pooled (assets, liabilities).';
comment on column ledger.accounts.counterparty_type is 'Kind of counterparty, e.g. partner; null: none.';
comment on column ledger.accounts.counterparty_id is 'The counterparty, in whatever domain; null: none.';
comment on column ledger.accounts.floor_minor is
  'Lowest balance, in the account''s own sign and minor units, that a fall may leave; null: not guarded.';
comment on column ledger.accounts.created_at is 'When the account was opened.';
comment on column ledger.accounts.closed_at is 'When it was closed for postings; null: open.';

create index accounts_fund_id_idx on ledger.accounts (fund_id);
create index accounts_code_idx on ledger.accounts (code, type);
create index accounts_currency_idx on ledger.accounts (currency);

create function ledger.keep_account() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if (new.id, new.code, new.type, new.currency, new.fund_id, new.counterparty_type, new.counterparty_id)
    is distinct from (old.id, old.code, old.type, old.currency, old.fund_id, old.counterparty_type, old.counterparty_id)
  then
    raise exception 'account % has its identity for ever', old.id
      using errcode = '42501', schema = 'ledger', table = 'accounts', hint = 'Close it and open another one.';
  end if;
  if new.closed_at is not null and old.closed_at is null then
    -- Waits for every posting that already refers to the account, so that none commits after the close.
    perform 1 from ledger.accounts where id = old.id for update;
  end if;
  return new;
end
$$;
comment on function ledger.keep_account() is
  'Before update: only floor and close may change, and a close waits for the postings under way.';
create trigger keep_account before update on ledger.accounts
  for each row execute function ledger.keep_account();

create function ledger.keep_fund() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if (new.id, new.code, new.project_ref, new.theme_ref, new.stage_ref)
    is distinct from (old.id, old.code, old.project_ref, old.theme_ref, old.stage_ref)
  then
    raise exception 'fund % has its identity for ever', old.code
      using errcode = '42501', schema = 'ledger', table = 'funds', hint = 'Close it and open another one.';
  end if;
  if new.closed_at is not null and old.closed_at is null then
    -- Waits for accounts being opened and postings under way, so that none commits after the close.
    perform 1 from ledger.funds where id = old.id for update;
    perform 1 from ledger.accounts where fund_id = old.id order by id for update;
  end if;
  return new;
end
$$;
comment on function ledger.keep_fund() is
  'Before update: a fund keeps its identity, and a close waits for the postings under way.';
create trigger keep_fund before update on ledger.funds
  for each row execute function ledger.keep_fund();

create table ledger.account_balances (
  account_id uuid not null,
  balance numeric(38, 0) not null default 0,
  constraint account_balances_pkey primary key (account_id),
  constraint account_balances_account_id_fkey foreign key (account_id) references ledger.accounts (id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.account_balances is 'Folded balances: add the visible balance_deltas, in one statement, for the exact one.';
comment on column ledger.account_balances.account_id is 'The account.';
comment on column ledger.account_balances.balance is 'Sum of its folded entries, minor units, debit positive.';

create function ledger.open_balance() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  insert into ledger.account_balances (account_id) values (new.id);
  return null;
end
$$;
comment on function ledger.open_balance() is 'After insert: every account has its balance row.';
create trigger open_balance after insert on ledger.accounts
  for each row execute function ledger.open_balance();
alter table ledger.accounts enable always trigger open_balance;

create table ledger.balance_deltas (
  id bigint not null generated always as identity,
  account_id uuid not null,
  amount bigint not null
    constraint balance_deltas_amount_not_zero check (amount <> 0),
  constraint balance_deltas_pkey primary key (id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.balance_deltas is 'Changes of balances that wait to be folded; a posting adds rows here instead of locking a balance.';
comment on column ledger.balance_deltas.id is 'Identity.';
comment on column ledger.balance_deltas.account_id is
  'The account. No foreign key: the entry of the same posting has it, and a second lock on a hot row is dear.';
comment on column ledger.balance_deltas.amount is 'Net change by one journal, minor units, debit positive.';
create index balance_deltas_account_id_idx on ledger.balance_deltas (account_id) include (amount);

create table ledger.accounting_periods (
  id integer not null generated always as identity,
  span daterange not null,
  closed_at timestamptz,
  closed_by uuid,
  constraint accounting_periods_pkey primary key (id),
  constraint accounting_periods_span_whole check (
    not isempty(span) and not lower_inf(span) and not upper_inf(span)
  ),
  constraint accounting_periods_span_excl exclude using gist (span with &&)
);
comment on table ledger.accounting_periods is 'Accounting periods (UK tax years); a journal is dated inside an open one.';
comment on column ledger.accounting_periods.id is 'Identity; also the key of the advisory lock that a close takes.';
comment on column ledger.accounting_periods.span is 'First day, and the day after the last.';
comment on column ledger.accounting_periods.closed_at is 'When it was closed; null: open.';
comment on column ledger.accounting_periods.closed_by is 'Contact who closed it (platform); null: open, or closed by the system.';
