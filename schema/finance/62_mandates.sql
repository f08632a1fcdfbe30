-- finance: who processes payments, and standing promises to give.

create table giving.processors (
  code text not null
    constraint processors_code_shape check (code ~ '^[a-z][a-z0-9_]*$' and length(code) <= 50),
  name text not null
    constraint processors_name_length check (length(btrim(name)) > 0 and length(name) <= 100),
  kind text not null
    constraint processors_kind_known check (kind in ('card', 'direct_debit', 'wallet', 'bank_transfer', 'manual')),
  currencies text[] not null default '{GBP}'
    constraint processors_currencies_some check (cardinality(currencies) between 1 and 50),
  clearing_code text not null,
  refunds_fee boolean not null default false,
  is_active boolean not null default true,
  constraint processors_pkey primary key (code),
  constraint processors_clearing_code_fkey foreign key (clearing_code)
    references ledger.chart_of_accounts (code) on delete restrict
);
comment on table giving.processors is 'Who processes payments. Config: rows ride in migrations.';
comment on column giving.processors.code is 'Short name: stripe, gocardless, manual.';
comment on column giving.processors.name is 'Name for people.';
comment on column giving.processors.kind is 'What it mainly processes.';
comment on column giving.processors.currencies is 'ISO 4217 codes it settles in.';
comment on column giving.processors.clearing_code is 'Nominal code of the money it holds for us.';
comment on column giving.processors.refunds_fee is 'Whether it gives its fee back with a refund.';
comment on column giving.processors.is_active is 'Whether new payments may go through it.';

create index processors_clearing_code_idx on giving.processors (clearing_code);

revoke insert, update on giving.processors from finance_writer;

create table giving.recurring_mandates (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  processor text not null,
  processor_ref text
    constraint recurring_mandates_processor_ref_length check (
      length(btrim(processor_ref)) > 0
      and length(processor_ref) <= 200
    ),
  amount_minor bigint not null
    constraint recurring_mandates_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  frequency text not null
    constraint recurring_mandates_frequency_known check (frequency in ('weekly', 'monthly', 'quarterly', 'yearly')),
  day_of_month integer
    constraint recurring_mandates_day_of_month_range check (day_of_month between 1 and 28),
  status text not null default 'pending'
    constraint recurring_mandates_status_known check (
      status in (
        'pending', 'active', 'cancelled', 'failed', 'paused', 'expired'
      )
    ),
  starts_on date not null,
  ends_on date,
  next_on date,
  cancelled_at timestamptz,
  cancel_reason text
    constraint recurring_mandates_cancel_reason_length check (
      length(btrim(cancel_reason)) > 0
      and length(cancel_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint recurring_mandates_pkey primary key (id),
  constraint recurring_mandates_processor_ref_key unique (processor, processor_ref),
  constraint recurring_mandates_contributor_id_fkey foreign key (contributor_id)
    references giving.contributors (id) on delete restrict,
  constraint recurring_mandates_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint recurring_mandates_processor_fkey foreign key (processor)
    references giving.processors (code) on delete restrict,
  constraint recurring_mandates_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint recurring_mandates_span check (ends_on is null or ends_on >= starts_on),
  constraint recurring_mandates_cancelled_whole check ((status = 'cancelled') = (cancelled_at is not null)),
  constraint recurring_mandates_active_is_known check (status <> 'active' or processor_ref is not null)
);
comment on table giving.recurring_mandates is
  'Standing promises to give; the processor collects an amount at each date until somebody stops it.';
comment on column giving.recurring_mandates.id is 'Identity.';
comment on column giving.recurring_mandates.contributor_id is 'Who promised.';
comment on column giving.recurring_mandates.fund_id is 'Fund it goes to.';
comment on column giving.recurring_mandates.project_ref is
  'Project it is given for (projects); null: for whatever needs it most.';
comment on column giving.recurring_mandates.processor is 'Who collects.';
comment on column giving.recurring_mandates.processor_ref is
  'The processor''s own id of the mandate; null: not known yet.';
comment on column giving.recurring_mandates.amount_minor is 'Amount of each collection, minor units of currency.';
comment on column giving.recurring_mandates.currency is 'ISO 4217 code.';
comment on column giving.recurring_mandates.frequency is 'How often it is collected.';
comment on column giving.recurring_mandates.day_of_month is
  'Day of collection; null: weekly, or the processor chooses.';
comment on column giving.recurring_mandates.status is
  'Where it stands; the steps of recurring_mandates_status_transition.';
comment on column giving.recurring_mandates.starts_on is 'First day it may be collected.';
comment on column giving.recurring_mandates.ends_on is 'Last day; null: until it is stopped.';
comment on column giving.recurring_mandates.next_on is 'Day of the next collection; null: none is due.';
comment on column giving.recurring_mandates.cancelled_at is 'When it was cancelled; null: it was not.';
comment on column giving.recurring_mandates.cancel_reason is 'Why it was cancelled, or failed; null: neither, or not said.';
comment on column giving.recurring_mandates.created_at is 'When the row was written.';
comment on column giving.recurring_mandates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.recurring_mandates.updated_at is 'When it last changed; set by trigger.';
comment on column giving.recurring_mandates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.recurring_mandates.version is 'Counts changes from 1; set by trigger; the ETag.';

create index recurring_mandates_contributor_id_idx on giving.recurring_mandates (contributor_id);
create index recurring_mandates_fund_id_idx on giving.recurring_mandates (fund_id);
create index recurring_mandates_currency_idx on giving.recurring_mandates (currency);
create index recurring_mandates_next_on_idx on giving.recurring_mandates (next_on) where status = 'active';
create index recurring_mandates_created_at_idx on giving.recurring_mandates (created_at desc, id desc);

create trigger check_status before insert or update of status on giving.recurring_mandates
  for each row execute function finance.check_transition(
    'status', 'pending',
    'pending>active,cancelled,failed',
    'active>paused,cancelled,expired,failed',
    'paused>active,cancelled,expired,failed');
create trigger check_live before insert or update of contributor_id on giving.recurring_mandates
  for each row execute function finance.check_live('contributor_id', 'giving.contributors');
create trigger check_frozen before update on giving.recurring_mandates
  for each row execute function finance.check_frozen('status', 'pending,active,paused', '');
create trigger touch before update on giving.recurring_mandates for each row execute function finance.touch();

alter table giving.contributions
  add constraint contributions_mandate_id_fkey foreign key (mandate_id)
    references giving.recurring_mandates (id) on delete restrict,
  add constraint contributions_mandate_whole check ((mandate_id is null) = (mandate_due_on is null));
create index contributions_mandate_id_idx on giving.contributions (mandate_id);
create unique index contributions_mandate_due_on_key on giving.contributions (mandate_id, mandate_due_on)
  where mandate_id is not null;

create function giving.keep_promise() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'contribution % was made for due date % of mandate %', old.id, old.mandate_due_on, old.mandate_id
    using errcode = '23514', constraint = 'contributions_mandate_kept', schema = 'giving', table = 'contributions';
end
$$;
comment on function giving.keep_promise() is
  'Before update: a gift stays the gift of its due date, or of none; breaks contributions_mandate_kept.';
create trigger keep_promise before update on giving.contributions
  for each row when ((old.mandate_id, old.mandate_due_on) is distinct from (new.mandate_id, new.mandate_due_on))
  execute function giving.keep_promise();

-- Definer: no application role works out days of collection.
create function giving.skip_missed() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
begin
  update giving.recurring_mandates m set
    status = case when d.next_on > m.ends_on then 'expired' else m.status end,
    next_on = case when d.next_on > m.ends_on then null else d.next_on end,
    updated_by = new.updated_by
  from (
    select a.id, giving.mandate_day(a, finance.today() - 1) as next_on
    from giving.recurring_mandates a
    where a.contributor_id = new.id and a.status = 'active' and a.next_on < finance.today()
  ) d
  where m.id = d.id;
  return null;
end
$$;
comment on function giving.skip_missed() is
  'After a contributor is restored: what fell due meanwhile is not collected, as after a pause.';
create trigger skip_missed after update of deleted_at on giving.contributors
  for each row when (old.deleted_at is not null and new.deleted_at is null) execute function giving.skip_missed();
