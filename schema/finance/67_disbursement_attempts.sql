-- finance: orders to the bank.

create table giving.disbursement_attempts (
  id uuid not null default gen_random_uuid(),
  disbursement_id uuid not null,
  attempt integer not null
    constraint disbursement_attempts_attempt_range check (attempt between 1 and 100),
  bank_account_id uuid not null,
  bank_ref text
    constraint disbursement_attempts_bank_ref_length check (length(btrim(bank_ref)) > 0 and length(bank_ref) <= 200),
  status text not null default 'sending'
    constraint disbursement_attempts_status_known check (
      status in (
        'sending', 'confirmed', 'failed', 'unknown', 'returned'
      )
    ),
  failure_reason text
    constraint disbursement_attempts_failure_reason_length check (
      length(btrim(failure_reason)) > 0
      and length(failure_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint disbursement_attempts_pkey primary key (id),
  constraint disbursement_attempts_attempt_key unique (disbursement_id, attempt),
  constraint disbursement_attempts_disbursement_id_fkey foreign key (disbursement_id)
    references giving.disbursements (id) on delete restrict,
  constraint disbursement_attempts_bank_account_id_fkey foreign key (bank_account_id)
    references giving.partner_bank_accounts (id) on delete restrict
);
comment on table giving.disbursement_attempts is
  'Orders to the bank for a payment; at most one is not yet decided or went through.';
comment on column giving.disbursement_attempts.id is 'Identity.';
comment on column giving.disbursement_attempts.disbursement_id is 'The payment.';
comment on column giving.disbursement_attempts.attempt is 'Counts from 1.';
comment on column giving.disbursement_attempts.bank_account_id is 'Where it was sent.';
comment on column giving.disbursement_attempts.bank_ref is
  'The bank''s own reference; null: the bank has not answered.';
comment on column giving.disbursement_attempts.status is
  'Where it stands; unknown is resolved by asking, never by sending again.';
comment on column giving.disbursement_attempts.failure_reason is 'What the bank said; null: it did not fail.';
comment on column giving.disbursement_attempts.created_at is 'When the row was written.';
comment on column giving.disbursement_attempts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.disbursement_attempts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.disbursement_attempts.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column giving.disbursement_attempts.version is 'Counts changes from 1; set by trigger; the ETag.';

create index disbursement_attempts_bank_account_id_idx on giving.disbursement_attempts (bank_account_id);
create unique index disbursement_attempts_live_key on giving.disbursement_attempts (disbursement_id)
  where status in ('sending', 'unknown', 'confirmed');
create unique index disbursement_attempts_bank_ref_key on giving.disbursement_attempts (bank_ref)
  where bank_ref is not null;

create trigger refuse_delete before delete or truncate on giving.disbursement_attempts
  for each statement execute function finance.refuse_change();
alter table giving.disbursement_attempts enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giving.disbursement_attempts
  for each row execute function finance.check_transition(
    'status', 'sending',
    'sending>confirmed,failed,unknown',
    'unknown>confirmed,failed',
    'confirmed>returned');
create trigger check_frozen before update on giving.disbursement_attempts
  for each row execute function finance.check_frozen('status', 'sending,unknown', 'failure_reason');
create trigger touch before update on giving.disbursement_attempts for each row execute function finance.touch();
