-- finance: what happens to a payment after it: fees, payouts, refunds, disputes.

create table giving.processor_fees (
  id uuid not null default gen_random_uuid(),
  contribution_id uuid,
  payout_id uuid,
  processor text not null,
  processor_ref text not null
    constraint processor_fees_processor_ref_length check (
      length(btrim(processor_ref)) > 0
      and length(processor_ref) <= 200
    ),
  kind text not null
    constraint processor_fees_kind_known check (
      kind in (
        'processing', 'dispute', 'payout', 'conversion', 'account', 'adjustment'
      )
    ),
  amount_minor bigint not null
    constraint processor_fees_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint processor_fees_amount_minor_not_zero check (amount_minor <> 0),
  vat_minor bigint not null default 0
    constraint processor_fees_vat_minor_range check (vat_minor between -9000000000000000 and 9000000000000000),
  currency text not null,
  charged_on date not null,
  journal_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint processor_fees_pkey primary key (id),
  constraint processor_fees_journal_id_key unique (journal_id),
  constraint processor_fees_processor_ref_key unique (processor, processor_ref, kind),
  constraint processor_fees_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint processor_fees_processor_fkey foreign key (processor)
    references giving.processors (code) on delete restrict,
  constraint processor_fees_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint processor_fees_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict,
  constraint processor_fees_source check (num_nonnulls(contribution_id, payout_id) <= 1),
  constraint processor_fees_vat_sign check (sign(amount_minor) * sign(vat_minor) >= 0)
);
comment on table giving.processor_fees is
  'Fees that processors kept; Gift Aid is on the gross gift, so a fee is booked on its own.';
comment on column giving.processor_fees.id is 'Identity.';
comment on column giving.processor_fees.contribution_id is
  'Payment it was kept from; null: a fee of a payout or of the account.';
comment on column giving.processor_fees.payout_id is 'Payout it was kept from; null: a fee of a payment.';
comment on column giving.processor_fees.processor is 'Who kept it.';
comment on column giving.processor_fees.processor_ref is 'The processor''s own id of the fee.';
comment on column giving.processor_fees.kind is 'What for.';
comment on column giving.processor_fees.amount_minor is
  'Fee without VAT, minor units of currency; negative: given back.';
comment on column giving.processor_fees.vat_minor is 'VAT on it, minor units; it cannot be reclaimed.';
comment on column giving.processor_fees.currency is 'ISO 4217 code.';
comment on column giving.processor_fees.charged_on is 'Accounting date.';
comment on column giving.processor_fees.journal_id is 'Journal that put it into the books.';
comment on column giving.processor_fees.created_at is 'When the row was written.';
comment on column giving.processor_fees.created_by is 'Contact who wrote it (platform); null: the system.';

create index processor_fees_contribution_id_idx on giving.processor_fees (contribution_id);
create index processor_fees_created_at_idx on giving.processor_fees (created_at desc, id desc);
create index processor_fees_currency_idx on giving.processor_fees (currency);

revoke update on giving.processor_fees from finance_writer;
create trigger refuse_change before update or delete on giving.processor_fees
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.processor_fees
  for each statement execute function finance.refuse_change();
alter table giving.processor_fees enable always trigger refuse_change;
alter table giving.processor_fees enable always trigger refuse_truncate;

create table giving.payouts (
  id uuid not null default gen_random_uuid(),
  processor text not null,
  processor_ref text not null
    constraint payouts_processor_ref_length check (length(btrim(processor_ref)) > 0 and length(processor_ref) <= 200),
  amount_minor bigint not null
    constraint payouts_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint payouts_amount_minor_not_zero check (amount_minor <> 0),
  currency text not null,
  status text not null default 'pending'
    constraint payouts_status_known check (
      status in (
        'pending', 'in_transit', 'paid', 'failed', 'cancelled', 'reconciled'
      )
    ),
  arrives_on date not null,
  journal_id uuid,
  reversal_journal_id uuid,
  failure_reason text
    constraint payouts_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint payouts_pkey primary key (id),
  constraint payouts_journal_id_key unique (journal_id),
  constraint payouts_reversal_journal_id_key unique (reversal_journal_id),
  constraint payouts_processor_ref_key unique (processor, processor_ref),
  constraint payouts_processor_fkey foreign key (processor) references giving.processors (code) on delete restrict,
  constraint payouts_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint payouts_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint payouts_reversal_journal_id_fkey foreign key (reversal_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint payouts_posted check (status not in ('paid', 'reconciled') or journal_id is not null),
  constraint payouts_failed_is_reversed check (
    (reversal_journal_id is not null) = (status = 'failed' and journal_id is not null)
  ),
  constraint payouts_failed_whole check ((status = 'failed') = (failure_reason is not null))
);
comment on table giving.payouts is
  'Money that a processor sends to our bank: many payments, less fees and refunds, in one sum.';
comment on column giving.payouts.id is 'Identity.';
comment on column giving.payouts.processor is 'Who sends it.';
comment on column giving.payouts.processor_ref is 'The processor''s own id of the payout.';
comment on column giving.payouts.amount_minor is
  'Sum that arrives, minor units of currency; negative: the processor takes money back.';
comment on column giving.payouts.currency is 'ISO 4217 code.';
comment on column giving.payouts.status is 'Where it stands; the steps of payouts_status_transition.';
comment on column giving.payouts.arrives_on is 'Day it should be in the bank.';
comment on column giving.payouts.journal_id is 'Journal that moved it out of clearing; null: not posted yet.';
comment on column giving.payouts.reversal_journal_id is 'Journal that took it back when it failed; null: it did not, or before it was posted.';
comment on column giving.payouts.failure_reason is 'What the processor said; null: it did not fail.';
comment on column giving.payouts.created_at is 'When the row was written.';
comment on column giving.payouts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.payouts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.payouts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.payouts.version is 'Counts changes from 1; set by trigger; the ETag.';

create index payouts_currency_idx on giving.payouts (currency);
create index payouts_created_at_idx on giving.payouts (created_at desc, id desc);

create trigger check_status before insert or update of status on giving.payouts
  for each row execute function finance.check_transition(
    'status', 'pending',
    'pending>in_transit,paid,failed,cancelled',
    'in_transit>paid,failed',
    'paid>reconciled,failed',
    'reconciled>paid');
create trigger keep_once_set before update on giving.payouts
  for each row execute function finance.keep_once_set(
    'journal_id', 'reversal_journal_id');
create trigger check_frozen before update on giving.payouts
  for each row execute function finance.check_frozen('status', 'pending', 'arrives_on,journal_id,reversal_journal_id,failure_reason');
create trigger touch before update on giving.payouts for each row execute function finance.touch();

alter table giving.processor_fees
  add constraint processor_fees_payout_id_fkey foreign key (payout_id) references giving.payouts (id) on delete restrict;
create index processor_fees_payout_id_idx on giving.processor_fees (payout_id);

create table giving.refunds (
  id uuid not null default gen_random_uuid(),
  contribution_id uuid not null,
  processor text not null,
  processor_ref text
    constraint refunds_processor_ref_length check (length(btrim(processor_ref)) > 0 and length(processor_ref) <= 200),
  amount_minor bigint not null
    constraint refunds_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  tip_minor bigint not null default 0
    constraint refunds_tip_minor_range check (tip_minor between 0 and 9000000000000000),
  fee text not null default 'kept'
    constraint refunds_fee_known check (fee in ('kept', 'returned', 'covered')),
  currency text not null,
  reason text not null
    constraint refunds_reason_known check (
      reason in (
        'requested', 'duplicate', 'mistake', 'fraud', 'project_cancelled', 'other'
      )
    ),
  note text
    constraint refunds_note_length check (length(btrim(note)) > 0 and length(note) <= 500),
  status text not null default 'requested'
    constraint refunds_status_known check (status in ('requested', 'processing', 'settled', 'failed')),
  settled_at timestamptz,
  journal_id uuid,
  reversal_journal_id uuid,
  failure_reason text
    constraint refunds_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint refunds_pkey primary key (id),
  constraint refunds_journal_id_key unique (journal_id),
  constraint refunds_reversal_journal_id_key unique (reversal_journal_id),
  constraint refunds_processor_ref_key unique (processor, processor_ref),
  constraint refunds_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint refunds_processor_fkey foreign key (processor) references giving.processors (code) on delete restrict,
  constraint refunds_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint refunds_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint refunds_reversal_journal_id_fkey foreign key (reversal_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint refunds_settled_is_posted check (
    case status when 'settled' then journal_id is not null when 'failed' then true else journal_id is null end
    and (journal_id is null) = (settled_at is null)
  ),
  constraint refunds_failed_is_reversed check (
    (reversal_journal_id is not null) = (status = 'failed' and journal_id is not null)
  ),
  constraint refunds_tip_within check (tip_minor <= amount_minor),
  constraint refunds_failed_whole check ((status = 'failed') = (failure_reason is not null))
);
comment on table giving.refunds is
  'Money given back to contributors; all refunds of a contribution together are never more than was captured.';
comment on column giving.refunds.id is 'Identity.';
comment on column giving.refunds.contribution_id is 'Contribution it is taken from.';
comment on column giving.refunds.processor is 'Who gives it back.';
comment on column giving.refunds.processor_ref is 'The processor''s own id of the refund; null: not known yet.';
comment on column giving.refunds.amount_minor is 'Amount given back, minor units of currency.';
comment on column giving.refunds.tip_minor is 'Part of it that was a tip to the platform; the rest was the gift with its fee cover.';
comment on column giving.refunds.fee is
  'What becomes of the processor''s fee: kept by it, returned by it, or covered by the platform for the fund.';
comment on column giving.refunds.currency is 'ISO 4217 code, that of the contribution.';
comment on column giving.refunds.reason is 'Why.';
comment on column giving.refunds.note is 'More about it; null: nothing.';
comment on column giving.refunds.status is 'Where it stands; the steps of refunds_status_transition.';
comment on column giving.refunds.settled_at is 'When the money was back; null: not yet.';
comment on column giving.refunds.journal_id is 'Journal that put it into the books; null: not settled.';
comment on column giving.refunds.reversal_journal_id is
  'Journal that took it back when the money came home again; null: it did not.';
comment on column giving.refunds.failure_reason is 'What the processor said; null: it did not fail.';
comment on column giving.refunds.created_at is 'When the row was written.';
comment on column giving.refunds.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.refunds.updated_at is 'When it last changed; set by trigger.';
comment on column giving.refunds.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.refunds.version is 'Counts changes from 1; set by trigger; the ETag.';

create index refunds_contribution_id_idx on giving.refunds (contribution_id);
create index refunds_currency_idx on giving.refunds (currency);
create index refunds_created_at_idx on giving.refunds (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giving.refunds
  for each statement execute function finance.refuse_change();
alter table giving.refunds enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.refunds
  for each row execute function finance.check_transition(
    'status', 'requested,failed',
    'requested>processing,settled,failed',
    'processing>settled,failed',
    'settled>failed');
create trigger keep_once_set before update on giving.refunds
  for each row execute function finance.keep_once_set(
    'journal_id', 'reversal_journal_id', 'settled_at');
create trigger check_frozen before update on giving.refunds
  for each row execute function finance.check_frozen('status', 'requested', 'processor_ref,settled_at,journal_id,reversal_journal_id,failure_reason');
create trigger touch before update on giving.refunds for each row execute function finance.touch();

create table giving.disputes (
  id uuid not null default gen_random_uuid(),
  contribution_id uuid not null,
  processor text not null,
  processor_ref text not null
    constraint disputes_processor_ref_length check (length(btrim(processor_ref)) > 0 and length(processor_ref) <= 200),
  amount_minor bigint not null
    constraint disputes_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  fee_minor bigint not null default 0
    constraint disputes_fee_minor_range check (fee_minor between 0 and 9000000000000000),
  currency text not null,
  reason text not null
    constraint disputes_reason_length check (length(btrim(reason)) > 0 and length(reason) <= 200),
  status text not null default 'opened'
    constraint disputes_status_known check (status in ('opened', 'warning', 'closed', 'under_review', 'won', 'lost')),
  respond_by date,
  evidence_ref uuid,
  opened_journal_id uuid,
  closed_journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint disputes_pkey primary key (id),
  constraint disputes_opened_journal_id_key unique (opened_journal_id),
  constraint disputes_closed_journal_id_key unique (closed_journal_id),
  constraint disputes_processor_ref_key unique (processor, processor_ref),
  constraint disputes_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint disputes_processor_fkey foreign key (processor) references giving.processors (code) on delete restrict,
  constraint disputes_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint disputes_opened_journal_id_fkey foreign key (opened_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint disputes_closed_journal_id_fkey foreign key (closed_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint disputes_opened_is_posted check (status in ('warning', 'closed') or opened_journal_id is not null),
  constraint disputes_outcome_is_posted check ((status in ('won', 'lost')) = (closed_journal_id is not null))
);
comment on table giving.disputes is 'Payments that a contributor''s bank takes back, until somebody decides.';
comment on column giving.disputes.id is 'Identity.';
comment on column giving.disputes.contribution_id is 'Payment that is disputed.';
comment on column giving.disputes.processor is 'Who told us.';
comment on column giving.disputes.processor_ref is 'The processor''s own id of the dispute.';
comment on column giving.disputes.amount_minor is 'Amount held back, minor units of currency.';
comment on column giving.disputes.fee_minor is 'What the processor charges for it, minor units.';
comment on column giving.disputes.currency is 'ISO 4217 code.';
comment on column giving.disputes.reason is 'Reason that the bank gave.';
comment on column giving.disputes.status is 'Where it stands; the steps of disputes_status_transition.';
comment on column giving.disputes.respond_by is 'Last day for evidence; null: none is asked for.';
comment on column giving.disputes.evidence_ref is 'File with our evidence (platform); null: none sent.';
comment on column giving.disputes.opened_journal_id is 'Journal that set the money aside; null: only a warning.';
comment on column giving.disputes.closed_journal_id is 'Journal of the outcome; null: open.';
comment on column giving.disputes.created_at is 'When the row was written.';
comment on column giving.disputes.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disputes.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disputes.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.disputes.version is 'Counts changes from 1; set by trigger; the ETag.';

create index disputes_contribution_id_idx on giving.disputes (contribution_id);
create index disputes_currency_idx on giving.disputes (currency);
create index disputes_created_at_idx on giving.disputes (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giving.disputes
  for each statement execute function finance.refuse_change();
alter table giving.disputes enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.disputes
  for each row execute function finance.check_transition(
    'status', 'opened,warning',
    'warning>opened,closed',
    'opened>under_review,won,lost',
    'under_review>won,lost');
create trigger keep_once_set before update on giving.disputes
  for each row execute function finance.keep_once_set(
    'opened_journal_id', 'closed_journal_id');
create trigger check_frozen before update on giving.disputes
  for each row execute function finance.check_frozen('status', 'warning,opened', 'evidence_ref,closed_journal_id,respond_by,fee_minor');
create trigger touch before update on giving.disputes for each row execute function finance.touch();

create table giving.payout_items (
  id uuid not null default gen_random_uuid(),
  payout_id uuid not null,
  contribution_id uuid,
  refund_id uuid,
  fee_id uuid,
  dispute_id uuid,
  processor_ref text not null
    constraint payout_items_processor_ref_length check (
      length(btrim(processor_ref)) > 0
      and length(processor_ref) <= 200
    ),
  amount_minor bigint not null
    constraint payout_items_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint payout_items_amount_minor_not_zero check (amount_minor <> 0),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint payout_items_pkey primary key (id),
  constraint payout_items_processor_ref_key unique (payout_id, processor_ref),
  constraint payout_items_payout_id_fkey foreign key (payout_id) references giving.payouts (id) on delete restrict,
  constraint payout_items_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint payout_items_refund_id_fkey foreign key (refund_id) references giving.refunds (id) on delete restrict,
  constraint payout_items_fee_id_fkey foreign key (fee_id) references giving.processor_fees (id) on delete restrict,
  constraint payout_items_dispute_id_fkey foreign key (dispute_id) references giving.disputes (id) on delete restrict,
  constraint payout_items_one_source check (num_nonnulls(contribution_id, refund_id, fee_id, dispute_id) <= 1)
);
comment on table giving.payout_items is
  'What a payout is made of: payments, refunds, fees and disputes that the processor summed up.';
comment on column giving.payout_items.id is 'Identity.';
comment on column giving.payout_items.payout_id is 'The payout.';
comment on column giving.payout_items.contribution_id is 'Payment in it; null: something else.';
comment on column giving.payout_items.refund_id is 'Refund in it; null: something else.';
comment on column giving.payout_items.fee_id is 'Fee in it; null: something else.';
comment on column giving.payout_items.dispute_id is 'Dispute in it; null: something else.';
comment on column giving.payout_items.processor_ref is 'The processor''s own id of the line.';
comment on column giving.payout_items.amount_minor is
  'Part of the sum, minor units of the payout''s currency; negative: taken off.';
comment on column giving.payout_items.created_at is 'When the row was written.';
comment on column giving.payout_items.created_by is 'Contact who wrote it (platform); null: the system.';

create index payout_items_contribution_id_idx on giving.payout_items (contribution_id);
create index payout_items_refund_id_idx on giving.payout_items (refund_id);
create index payout_items_fee_id_idx on giving.payout_items (fee_id);
create index payout_items_dispute_id_idx on giving.payout_items (dispute_id);

revoke update on giving.payout_items from finance_writer;
create trigger refuse_change before update or delete on giving.payout_items
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.payout_items
  for each statement execute function finance.refuse_change();
alter table giving.payout_items enable always trigger refuse_change;
alter table giving.payout_items enable always trigger refuse_truncate;
