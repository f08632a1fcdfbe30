-- finance: money on its way to what it was given for: allocations between funds, grants that we receive.

create table giving.allocations (
  id uuid not null default gen_random_uuid(),
  from_fund_id uuid not null,
  to_fund_id uuid not null,
  contribution_id uuid,
  amount_minor bigint not null
    constraint allocations_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  reason text not null
    constraint allocations_reason_length check (length(btrim(reason)) > 0 and length(reason) <= 500),
  status text not null default 'proposed'
    constraint allocations_status_known check (status in ('proposed', 'confirmed', 'rejected', 'reversed')),
  journal_id uuid,
  reversal_journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint allocations_pkey primary key (id),
  constraint allocations_journal_id_key unique (journal_id),
  constraint allocations_reversal_journal_id_key unique (reversal_journal_id),
  constraint allocations_from_fund_id_fkey foreign key (from_fund_id) references ledger.funds (id) on delete restrict,
  constraint allocations_to_fund_id_fkey foreign key (to_fund_id) references ledger.funds (id) on delete restrict,
  constraint allocations_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint allocations_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint allocations_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint allocations_reversal_journal_id_fkey foreign key (reversal_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint allocations_funds_differ check (from_fund_id <> to_fund_id),
  constraint allocations_confirmed_is_posted check ((status in ('confirmed', 'reversed')) = (journal_id is not null)),
  constraint allocations_reversed_is_posted check ((status = 'reversed') = (reversal_journal_id is not null))
);
comment on table giving.allocations is
  'Money moved from one fund to another: from a pool to a project, from a project to one of its stages.';
comment on column giving.allocations.id is 'Identity.';
comment on column giving.allocations.from_fund_id is 'Fund it leaves.';
comment on column giving.allocations.to_fund_id is 'Fund it enters.';
comment on column giving.allocations.contribution_id is 'Contribution it is part of; null: out of the pool.';
comment on column giving.allocations.amount_minor is 'Amount, minor units of currency.';
comment on column giving.allocations.currency is 'ISO 4217 code.';
comment on column giving.allocations.reason is 'Why.';
comment on column giving.allocations.status is 'Where it stands; the steps of allocations_status_transition.';
comment on column giving.allocations.journal_id is 'Journal that moved it; null: only proposed.';
comment on column giving.allocations.reversal_journal_id is 'Journal that moved it back; null: it was not.';
comment on column giving.allocations.created_at is 'When the row was written.';
comment on column giving.allocations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.allocations.updated_at is 'When it last changed; set by trigger.';
comment on column giving.allocations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.allocations.version is 'Counts changes from 1; set by trigger; the ETag.';

create index allocations_from_fund_id_idx on giving.allocations (from_fund_id);
create index allocations_to_fund_id_idx on giving.allocations (to_fund_id);
create index allocations_contribution_id_idx on giving.allocations (contribution_id);
create index allocations_currency_idx on giving.allocations (currency);
create index allocations_created_at_idx on giving.allocations (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giving.allocations
  for each statement execute function finance.refuse_change();
alter table giving.allocations enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.allocations
  for each row execute function finance.check_transition(
    'status', 'proposed',
    'proposed>confirmed,rejected',
    'confirmed>reversed');
create trigger keep_once_set before update on giving.allocations
  for each row execute function finance.keep_once_set(
    'journal_id', 'reversal_journal_id');
create trigger check_frozen before update on giving.allocations
  for each row execute function finance.check_frozen('status', 'proposed', 'journal_id,reversal_journal_id');
create trigger touch before update on giving.allocations for each row execute function finance.touch();

-- Definer: the locks on contribution and funds need privileges that no application role has.
create function giving.check_allocation() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  gift giving.contributions;
  source ledger.funds;
  target ledger.funds;
  spent numeric;
  net numeric;
begin
  select * into source from ledger.funds where id = new.from_fund_id;
  select * into target from ledger.funds where id = new.to_fund_id;
  -- What was given for a purpose stays in it: the project as a whole, or a part of it.
  if source.restriction in ('restricted', 'endowment')
    and target.parent_id is distinct from source.id
    and (source.project_ref is null or target.project_ref is distinct from source.project_ref)
    and (source.theme_ref is null or target.theme_ref is distinct from source.theme_ref)
  then
    raise exception 'fund % is restricted and % is not part of its purpose', source.code, target.code
      using errcode = '23514', constraint = 'allocations_designation', schema = 'giving', table = 'allocations';
  end if;
  if new.contribution_id is null then
    return null;
  end if;
  -- One allocation of a contribution at a time: each sees the ones before.
  select * into gift from giving.contributions where id = new.contribution_id for no key update;
  if gift.currency <> new.currency then
    raise exception 'a contribution in % is allocated in %', gift.currency, new.currency
      using errcode = '23514', constraint = 'allocations_currency_of_contribution', schema = 'giving', table = 'allocations';
  end if;
  select coalesce(sum(amount_minor), 0) into spent from giving.allocations
  where contribution_id = new.contribution_id and status in ('proposed', 'confirmed') and from_fund_id = new.from_fund_id;
  select gift.amount_minor - coalesce(sum(amount_minor), 0) into net from giving.refunds
  where contribution_id = new.contribution_id and status <> 'failed';
  if spent > net then
    raise exception 'allocations of contribution % would be % of %', gift.id, spent, net
      using errcode = '23514', constraint = 'allocations_total', schema = 'giving', table = 'allocations';
  end if;
  return null;
end
$$;
comment on function giving.check_allocation() is
  'After insert or update: restricted money keeps its purpose, and no more of a contribution leaves a fund than was given and not refunded; breaks allocations_designation, allocations_total, allocations_currency_of_contribution.';
create trigger check_allocation after insert or update of amount_minor, currency, status, contribution_id, from_fund_id, to_fund_id
  on giving.allocations
  for each row when (new.status in ('proposed', 'confirmed')) execute function giving.check_allocation();

create table giving.grants (
  id uuid not null default gen_random_uuid(),
  application_ref uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  payer_name text not null
    constraint grants_payer_name_length check (length(btrim(payer_name)) > 0 and length(payer_name) <= 200),
  amount_minor bigint not null
    constraint grants_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  received_minor bigint not null default 0,
  repayable_minor bigint,
  status text not null default 'approved'
    constraint grants_status_known check (
      status in (
        'approved', 'part_received', 'received', 'withdrawn', 'written_off', 'repayable', 'repaid'
      )
    ),
  approved_on date not null,
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint grants_pkey primary key (id),
  constraint grants_application_ref_key unique (application_ref),
  constraint grants_journal_id_key unique (journal_id),
  constraint grants_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint grants_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint grants_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint grants_received_within check (received_minor between 0 and amount_minor),
  constraint grants_repayable_within check (repayable_minor between 1 and received_minor),
  constraint grants_repayable_whole check ((status in ('repayable', 'repaid')) = (repayable_minor is not null))
);
comment on table giving.grants is
  'Grants that others give us, from the approval of an application (projects) to the last payment.';
comment on column giving.grants.id is 'Identity.';
comment on column giving.grants.application_ref is 'Funding application that was approved (projects); one grant each.';
comment on column giving.grants.fund_id is 'Fund it goes to.';
comment on column giving.grants.project_ref is 'Project it is for (projects); null: none.';
comment on column giving.grants.payer_name is 'Who gives it, as of the approval.';
comment on column giving.grants.amount_minor is 'Amount approved, minor units of currency.';
comment on column giving.grants.currency is 'ISO 4217 code.';
comment on column giving.grants.received_minor is 'What of it has arrived, minor units: the sum of its receipts.';
comment on column giving.grants.repayable_minor is 'What of that has to go back, or went, minor units; null: nothing.';
comment on column giving.grants.status is 'Where it stands; the steps of grants_status_transition.';
comment on column giving.grants.approved_on is 'Accounting date of the approval.';
comment on column giving.grants.journal_id is 'Journal of the receivable; null: not posted yet.';
comment on column giving.grants.created_at is 'When the row was written.';
comment on column giving.grants.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.grants.updated_at is 'When it last changed; set by trigger.';
comment on column giving.grants.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.grants.version is 'Counts changes from 1; set by trigger; the ETag.';

create index grants_fund_id_idx on giving.grants (fund_id);
create index grants_currency_idx on giving.grants (currency);
create index grants_created_at_idx on giving.grants (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giving.grants
  for each statement execute function finance.refuse_change();
alter table giving.grants enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.grants
  for each row execute function finance.check_transition(
    'status', 'approved',
    'approved>part_received,received,withdrawn',
    'part_received>received,written_off,repayable',
    'received>repayable',
    'repayable>repaid');
create trigger keep_once_set before update on giving.grants
  for each row execute function finance.keep_once_set(
    'journal_id');
create trigger check_frozen before update on giving.grants
  for each row execute function finance.check_frozen('status', 'approved', 'journal_id,received_minor,repayable_minor');
create trigger touch before update on giving.grants for each row execute function finance.touch();

create table giving.grant_receipts (
  id uuid not null default gen_random_uuid(),
  grant_id uuid not null,
  amount_minor bigint not null
    constraint grant_receipts_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  received_on date not null,
  bank_ref text not null
    constraint grant_receipts_bank_ref_length check (length(btrim(bank_ref)) > 0 and length(bank_ref) <= 200),
  journal_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint grant_receipts_pkey primary key (id),
  constraint grant_receipts_journal_id_key unique (journal_id),
  constraint grant_receipts_bank_ref_key unique (grant_id, bank_ref),
  constraint grant_receipts_grant_id_fkey foreign key (grant_id) references giving.grants (id) on delete restrict,
  constraint grant_receipts_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict
);
comment on table giving.grant_receipts is 'Payments of grants as they reach the bank.';
comment on column giving.grant_receipts.id is 'Identity.';
comment on column giving.grant_receipts.grant_id is 'The grant.';
comment on column giving.grant_receipts.amount_minor is 'Amount received, minor units of the grant''s currency.';
comment on column giving.grant_receipts.received_on is 'Accounting date.';
comment on column giving.grant_receipts.bank_ref is 'The bank''s own reference.';
comment on column giving.grant_receipts.journal_id is 'Journal that put it into the books.';
comment on column giving.grant_receipts.created_at is 'When the row was written.';
comment on column giving.grant_receipts.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on giving.grant_receipts from finance_writer;
create trigger refuse_change before update or delete on giving.grant_receipts
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.grant_receipts
  for each statement execute function finance.refuse_change();
alter table giving.grant_receipts enable always trigger refuse_change;
alter table giving.grant_receipts enable always trigger refuse_truncate;

-- Definer: the lock on the grant.
create function giving.check_grant_total() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  promised bigint;
  received numeric;
begin
  select amount_minor into promised from giving.grants where id = new.grant_id for no key update;
  select sum(amount_minor) into received from giving.grant_receipts where grant_id = new.grant_id;
  if received > promised then
    raise exception 'receipts of grant % would be % of %', new.grant_id, received, promised
      using errcode = '23514', constraint = 'grant_receipts_total', schema = 'giving', table = 'grant_receipts';
  end if;
  return null;
end
$$;
comment on function giving.check_grant_total() is
  'After insert: no more is received of a grant than was approved; breaks grant_receipts_total.';
create trigger check_total after insert on giving.grant_receipts
  for each row execute function giving.check_grant_total();
