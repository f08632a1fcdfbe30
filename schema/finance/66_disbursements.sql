-- finance: payments to partners; somebody proposes, somebody else approves.

create table giving.disbursements (
  id uuid not null default gen_random_uuid(),
  partner_ref uuid not null,
  partner_name text not null
    constraint disbursements_partner_name_length check (
      length(btrim(partner_name)) > 0
      and length(partner_name) <= 200
    ),
  bank_account_id uuid,
  project_ref uuid,
  stage_ref uuid,
  milestone_ref uuid,
  milestone_version integer
    constraint disbursements_milestone_version_range check (milestone_version between 0 and 2000000000),
  without_milestone_reason text
    constraint disbursements_without_milestone_reason_length check (
      length(btrim(without_milestone_reason)) > 0
      and length(without_milestone_reason) <= 500
    ),
  amount_minor bigint not null
    constraint disbursements_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  method text not null default 'bank_transfer'
    constraint disbursements_method_known check (method in ('bank_transfer', 'card', 'cheque', 'internal')),
  status text not null default 'proposed'
    constraint disbursements_status_known check (
      status in (
        'proposed', 'approved', 'rejected', 'withdrawn', 'sending', 'paid', 'failed', 'reconciled', 'recovering',
        'recovered'
      )
    ),
  proposed_by uuid not null,
  approved_by uuid,
  approved_at timestamptz,
  approval_journal_id uuid,
  sent_journal_id uuid,
  paid_journal_id uuid,
  failure_reason text
    constraint disbursements_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint disbursements_pkey primary key (id),
  constraint disbursements_approval_journal_id_key unique (approval_journal_id),
  constraint disbursements_paid_journal_id_key unique (paid_journal_id),
  constraint disbursements_bank_account_id_fkey foreign key (bank_account_id)
    references giving.partner_bank_accounts (id) on delete restrict,
  constraint disbursements_milestone_ref_fkey foreign key (milestone_ref)
    references finance.ref_milestones (id) on delete restrict,
  constraint disbursements_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint disbursements_approval_journal_id_fkey foreign key (approval_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint disbursements_sent_journal_id_fkey foreign key (sent_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint disbursements_paid_journal_id_fkey foreign key (paid_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint disbursements_milestone_whole check ((milestone_ref is null) = (milestone_version is null)),
  constraint disbursements_milestone_or_reason check (
    (milestone_ref is null) = (without_milestone_reason is not null)
  ),
  constraint disbursements_four_eyes check (approved_by <> proposed_by),
  constraint disbursements_approved_whole check ((approved_by is null) = (approved_at is null)),
  constraint disbursements_approved_is_posted check (
    status in ('proposed', 'rejected', 'withdrawn')
    or (approved_by is not null and approval_journal_id is not null)
  ),
  constraint disbursements_sent_is_posted check (
    status not in ('sending', 'paid', 'reconciled')
    or sent_journal_id is not null
  ),
  constraint disbursements_paid_is_posted check (
    status not in ('paid', 'reconciled', 'recovering', 'recovered')
    or paid_journal_id is not null
  ),
  constraint disbursements_stage_in_project check (stage_ref is null or project_ref is not null)
);
comment on table giving.disbursements is
  'Payments to partners for what they did; somebody proposes, somebody else approves.';
comment on column giving.disbursements.id is 'Identity.';
comment on column giving.disbursements.partner_ref is 'Partner who is paid (projects).';
comment on column giving.disbursements.partner_name is 'Its name as of the proposal.';
comment on column giving.disbursements.bank_account_id is 'Where it is paid; null: not chosen yet.';
comment on column giving.disbursements.project_ref is 'Project it is for (projects); null: none.';
comment on column giving.disbursements.stage_ref is 'Funding stage it is for (projects); null: none.';
comment on column giving.disbursements.milestone_ref is
  'Milestone whose approval released it (projects); null: see without_milestone_reason.';
comment on column giving.disbursements.milestone_version is
  'Version of the milestone that was approved; null: no milestone.';
comment on column giving.disbursements.without_milestone_reason is 'Why no milestone is needed; null: there is one.';
comment on column giving.disbursements.amount_minor is 'Amount, minor units of currency; the sum of its lines.';
comment on column giving.disbursements.currency is 'ISO 4217 code.';
comment on column giving.disbursements.method is 'How it is paid.';
comment on column giving.disbursements.status is 'Where it stands; the steps of disbursements_status_transition.';
comment on column giving.disbursements.proposed_by is 'Contact who proposed it (platform).';
comment on column giving.disbursements.approved_by is
  'Contact who approved it (platform), never the one who proposed it; null: not approved.';
comment on column giving.disbursements.approved_at is 'When it was approved; null: not yet.';
comment on column giving.disbursements.approval_journal_id is 'Journal of the debt to the partner; null: not approved.';
comment on column giving.disbursements.sent_journal_id is
  'Journal of the payment under way, the latest one; null: not sent.';
comment on column giving.disbursements.paid_journal_id is 'Journal of the bank''s confirmation; null: not paid.';
comment on column giving.disbursements.failure_reason is 'What the bank said of the latest attempt; null: nothing.';
comment on column giving.disbursements.created_at is 'When the row was written.';
comment on column giving.disbursements.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursements.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursements.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursements.version is 'Counts changes from 1; set by trigger; the ETag.';

create index disbursements_bank_account_id_idx on giving.disbursements (bank_account_id);
create index disbursements_currency_idx on giving.disbursements (currency);
create index disbursements_sent_journal_id_idx on giving.disbursements (sent_journal_id);
create unique index disbursements_milestone_key on giving.disbursements (milestone_ref, milestone_version)
  where status not in ('rejected', 'withdrawn');
create index disbursements_milestone_ref_idx on giving.disbursements (milestone_ref);
create index disbursements_partner_ref_idx on giving.disbursements (partner_ref, created_at desc, id desc);
create index disbursements_project_ref_idx on giving.disbursements (project_ref, created_at desc, id desc);
create index disbursements_created_at_idx on giving.disbursements (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giving.disbursements
  for each statement execute function finance.refuse_change();
alter table giving.disbursements enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.disbursements
  for each row execute function finance.check_transition(
    'status', 'proposed',
    'proposed>approved,rejected,withdrawn',
    'approved>sending,withdrawn',
    'sending>paid,failed',
    'failed>sending,withdrawn',
    'paid>reconciled,recovering',
    'reconciled>paid,recovering',
    'recovering>recovered');
create trigger keep_once_set before update on giving.disbursements
  for each row execute function finance.keep_once_set(
    'approved_by', 'approved_at', 'approval_journal_id', 'paid_journal_id');
create trigger check_frozen before update on giving.disbursements
  for each row execute function finance.check_frozen('status', 'proposed', 'approved_by,approved_at,approval_journal_id,sent_journal_id,paid_journal_id,bank_account_id,failure_reason');
create trigger touch before update on giving.disbursements for each row execute function finance.touch();

create table giving.disbursement_lines (
  id uuid not null default gen_random_uuid(),
  disbursement_id uuid not null,
  position integer not null
    constraint disbursement_lines_position_range check (position between 1 and 10000),
  fund_id uuid not null,
  allocation_id uuid,
  amount_minor bigint not null
    constraint disbursement_lines_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint disbursement_lines_pkey primary key (id),
  constraint disbursement_lines_disbursement_id_fkey foreign key (disbursement_id)
    references giving.disbursements (id) on delete restrict,
  constraint disbursement_lines_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint disbursement_lines_allocation_id_fkey foreign key (allocation_id)
    references giving.allocations (id) on delete restrict
);
comment on table giving.disbursement_lines is
  'Which funds a payment to a partner is taken from; the live lines add up to the payment.';
comment on column giving.disbursement_lines.id is 'Identity.';
comment on column giving.disbursement_lines.disbursement_id is 'The payment.';
comment on column giving.disbursement_lines.position is 'Place in the list, from 1.';
comment on column giving.disbursement_lines.fund_id is 'Fund it is taken from.';
comment on column giving.disbursement_lines.allocation_id is
  'Allocation that put the money there; null: several, or none.';
comment on column giving.disbursement_lines.amount_minor is 'Part of the payment, minor units of its currency.';
comment on column giving.disbursement_lines.created_at is 'When the row was written.';
comment on column giving.disbursement_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursement_lines.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursement_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursement_lines.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.disbursement_lines.deleted_at is 'When it was deleted; null: live.';

create index disbursement_lines_fund_id_idx on giving.disbursement_lines (fund_id);
create index disbursement_lines_allocation_id_idx on giving.disbursement_lines (allocation_id);
create unique index disbursement_lines_position_key on giving.disbursement_lines (disbursement_id, position)
  where deleted_at is null;
create index disbursement_lines_disbursement_id_idx on giving.disbursement_lines (disbursement_id);

create trigger check_parent before insert or update or delete on giving.disbursement_lines
  for each row execute function finance.check_parent('giving.disbursements', 'disbursement_id', 'status', 'proposed');
create trigger touch before update on giving.disbursement_lines for each row execute function finance.touch();

create table giving.disbursement_approvals (
  id uuid not null default gen_random_uuid(),
  disbursement_id uuid not null,
  decided_by uuid not null,
  decision text not null
    constraint disbursement_approvals_decision_known check (decision in ('approve', 'reject')),
  disbursement_version integer not null
    constraint disbursement_approvals_disbursement_version_range check (disbursement_version between 1 and 2000000000),
  comment text
    constraint disbursement_approvals_comment_length check (length(btrim(comment)) > 0 and length(comment) <= 1000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint disbursement_approvals_pkey primary key (id),
  constraint disbursement_approvals_decided_by_key unique (disbursement_id, disbursement_version, decided_by),
  constraint disbursement_approvals_disbursement_id_fkey foreign key (disbursement_id)
    references giving.disbursements (id) on delete restrict,
  constraint disbursement_approvals_reject_says_why check (decision = 'approve' or comment is not null)
);
comment on table giving.disbursement_approvals is
  'Who decided what about a payment, and when; the one who proposed it never does.';
comment on column giving.disbursement_approvals.id is 'Identity.';
comment on column giving.disbursement_approvals.disbursement_id is 'The payment.';
comment on column giving.disbursement_approvals.decided_by is 'Contact who decided (platform).';
comment on column giving.disbursement_approvals.decision is 'What was decided.';
comment on column giving.disbursement_approvals.disbursement_version is 'Version of the payment that was looked at.';
comment on column giving.disbursement_approvals.comment is 'Why; null: not said.';
comment on column giving.disbursement_approvals.created_at is 'When the row was written.';
comment on column giving.disbursement_approvals.created_by is 'Contact who wrote it (platform); null: the system.';

create index disbursement_approvals_disbursement_id_idx on giving.disbursement_approvals (disbursement_id);

revoke update on giving.disbursement_approvals from finance_writer;
create trigger refuse_change before update or delete on giving.disbursement_approvals
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.disbursement_approvals
  for each statement execute function finance.refuse_change();
alter table giving.disbursement_approvals enable always trigger refuse_change;
alter table giving.disbursement_approvals enable always trigger refuse_truncate;

-- Definer: the lock on the payment.
create function giving.check_approval() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  payment giving.disbursements;
begin
  select * into payment from giving.disbursements where id = new.disbursement_id for no key update;
  if payment.status <> 'proposed' or payment.version <> new.disbursement_version then
    raise exception 'disbursement % is % in version %, not proposed in version %', payment.id, payment.status, payment.version,
        new.disbursement_version
      using errcode = '23514', constraint = 'disbursement_approvals_disbursement_state',
            schema = 'giving', table = 'disbursement_approvals';
  end if;
  if payment.proposed_by = new.decided_by then
    raise exception 'who proposed disbursement % does not decide about it', payment.id
      using errcode = '23514', constraint = 'disbursement_approvals_four_eyes',
            schema = 'giving', table = 'disbursement_approvals';
  end if;
  return new;
end
$$;
comment on function giving.check_approval() is
  'Before insert: a decision is about the proposal as it is now, by somebody else; breaks disbursement_approvals_four_eyes, disbursement_approvals_disbursement_state.';
create trigger check_approval before insert on giving.disbursement_approvals
  for each row execute function giving.check_approval();

-- Definer: it reads what the writer may read anyway, and locks the bank account.
create function giving.check_disbursement_step() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  total numeric;
  fault text;
begin
  if new.status = 'approved' then
    select coalesce(sum(amount_minor), 0) into total from giving.disbursement_lines
    where disbursement_id = new.id and deleted_at is null;
    if total <> new.amount_minor then
      raise exception 'the lines of disbursement % add up to %, not to %', new.id, total, new.amount_minor
        using errcode = '23514', constraint = 'disbursements_total', schema = 'giving', table = 'disbursements';
    end if;
    if not exists (
      select from giving.disbursement_approvals
      where disbursement_id = new.id and decision = 'approve' and decided_by = new.approved_by
        and disbursement_version = old.version
        and created_at >= all (select updated_at from giving.disbursement_lines where disbursement_id = new.id)
    ) then
      raise exception 'disbursement % has no approval of % for version %', new.id, new.approved_by, old.version
        using errcode = '23514', constraint = 'disbursements_approval', schema = 'giving', table = 'disbursements';
    end if;
    if new.milestone_ref is not null and not exists (
      select from finance.ref_milestones where id = new.milestone_ref and status = 'approved'
    ) then
      raise exception 'milestone % is not approved', new.milestone_ref
        using errcode = '23514', constraint = 'disbursements_milestone_approved', schema = 'giving', table = 'disbursements';
    end if;
  elsif new.status = 'sending' and new.method = 'bank_transfer' then
    select case
        when b.id is null then 'is not chosen'
        when b.partner_ref <> new.partner_ref then 'is another partner''s'
        when b.status <> 'verified' then 'is ' || b.status
        when b.usable_from > now() then 'may be used from ' || b.usable_from
        when b.currency <> new.currency then 'takes ' || b.currency
      end into fault
    from (select 1) one
    left join lateral (select * from giving.partner_bank_accounts where id = new.bank_account_id for share) b on true;
    if fault is not null then
      raise exception 'the bank account of disbursement % %', new.id, fault
        using errcode = '23514', constraint = 'disbursements_bank_account_usable', schema = 'giving', table = 'disbursements';
    end if;
  end if;
  return new;
end
$$;
comment on function giving.check_disbursement_step() is
  'Before update: a payment is approved by somebody else, whole, for an approved milestone, and sent to a verified account only; breaks disbursements_total, disbursements_approval, disbursements_milestone_approved, disbursements_bank_account_usable.';
create trigger check_step before update of status on giving.disbursements
  for each row when (new.status is distinct from old.status) execute function giving.check_disbursement_step();
