-- finance: reminders of unpaid invoices.

create table trade.dunning_rules (
  id uuid not null default gen_random_uuid(),
  level integer not null
    constraint dunning_rules_level_range check (level between 1 and 9),
  days_overdue integer not null
    constraint dunning_rules_days_overdue_range check (days_overdue between 0 and 365),
  fee_minor bigint not null default 0
    constraint dunning_rules_fee_minor_range check (fee_minor between 0 and 9000000000000000),
  currency text not null,
  interest_bp integer not null default 0
    constraint dunning_rules_interest_bp_range check (interest_bp between 0 and 10000),
  payment_days integer not null
    constraint dunning_rules_payment_days_range check (payment_days between 1 and 90),
  subject finance.localized_text not null
    constraint dunning_rules_subject_length check (
      length(subject ->> 'de') <= 200
      and length(subject ->> 'en') <= 200
    ),
  body finance.localized_text not null
    constraint dunning_rules_body_length check (length(body ->> 'de') <= 5000 and length(body ->> 'en') <= 5000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint dunning_rules_pkey primary key (id),
  constraint dunning_rules_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict
);
comment on table trade.dunning_rules is 'Steps of reminding: after how many days, in which tone, at which cost.';
comment on column trade.dunning_rules.id is 'Identity.';
comment on column trade.dunning_rules.level is 'Step, from 1; unique among live rows.';
comment on column trade.dunning_rules.days_overdue is 'Days after due_on at which it is due.';
comment on column trade.dunning_rules.fee_minor is 'Fee, minor units of currency.';
comment on column trade.dunning_rules.currency is 'ISO 4217 code of the fee.';
comment on column trade.dunning_rules.interest_bp is 'Yearly interest in hundredths of a percent.';
comment on column trade.dunning_rules.payment_days is 'Days that the reminder gives to pay.';
comment on column trade.dunning_rules.subject is 'Subject of the reminder.';
comment on column trade.dunning_rules.body is 'Text of the reminder.';
comment on column trade.dunning_rules.created_at is 'When the row was written.';
comment on column trade.dunning_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.dunning_rules.updated_at is 'When it last changed; set by trigger.';
comment on column trade.dunning_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.dunning_rules.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column trade.dunning_rules.deleted_at is 'When it was deleted; null: live.';

create index dunning_rules_currency_idx on trade.dunning_rules (currency);
create unique index dunning_rules_level_key on trade.dunning_rules (level, currency) where deleted_at is null;

create trigger touch before update on trade.dunning_rules for each row execute function finance.touch();

create table trade.dunning_stops (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  reason text not null
    constraint dunning_stops_reason_length check (length(btrim(reason)) > 0 and length(reason) <= 500),
  starts_on date not null default current_date,
  ends_on date,
  lifted_at timestamptz,
  lifted_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint dunning_stops_pkey primary key (id),
  constraint dunning_stops_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict,
  constraint dunning_stops_span check (ends_on >= starts_on),
  constraint dunning_stops_lifted_whole check ((lifted_at is null) = (lifted_by is null))
);
comment on table trade.dunning_stops is 'Requests not to remind: a dispute, an agreement, a mistake of ours.';
comment on column trade.dunning_stops.id is 'Identity.';
comment on column trade.dunning_stops.invoice_id is 'The invoice.';
comment on column trade.dunning_stops.reason is 'Why.';
comment on column trade.dunning_stops.starts_on is 'First day.';
comment on column trade.dunning_stops.ends_on is 'Last day; null: until it is lifted.';
comment on column trade.dunning_stops.lifted_at is 'When it was lifted; null: it holds.';
comment on column trade.dunning_stops.lifted_by is 'Contact who lifted it (platform); null: it holds.';
comment on column trade.dunning_stops.created_at is 'When the row was written.';
comment on column trade.dunning_stops.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column trade.dunning_stops.updated_at is 'When it last changed; set by trigger.';
comment on column trade.dunning_stops.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column trade.dunning_stops.version is 'Counts changes from 1; set by trigger; the ETag.';

create index dunning_stops_invoice_id_idx on trade.dunning_stops (invoice_id);

create trigger keep_once_set before update on trade.dunning_stops
  for each row execute function finance.keep_once_set(
    'lifted_at', 'lifted_by');
create trigger check_frozen before update on trade.dunning_stops
  for each row execute function finance.check_frozen('lifted_at', '', '');
create trigger touch before update on trade.dunning_stops for each row execute function finance.touch();

create table trade.dunning_notices (
  id uuid not null default gen_random_uuid(),
  invoice_id uuid not null,
  rule_id uuid not null,
  level integer not null
    constraint dunning_notices_level_range check (level between 1 and 9),
  open_minor bigint not null
    constraint dunning_notices_open_minor_range check (open_minor between 1 and 9000000000000000),
  fee_minor bigint not null default 0
    constraint dunning_notices_fee_minor_range check (fee_minor between 0 and 9000000000000000),
  interest_minor bigint not null default 0
    constraint dunning_notices_interest_minor_range check (interest_minor between 0 and 9000000000000000),
  due_on date not null,
  sent_at timestamptz not null default now(),
  channel text not null
    constraint dunning_notices_channel_known check (channel in ('email', 'post', 'portal')),
  file_ref uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint dunning_notices_pkey primary key (id),
  constraint dunning_notices_level_key unique (invoice_id, level),
  constraint dunning_notices_invoice_id_fkey foreign key (invoice_id)
    references trade.issued_invoices (id) on delete restrict,
  constraint dunning_notices_rule_id_fkey foreign key (rule_id)
    references trade.dunning_rules (id) on delete restrict
);
comment on table trade.dunning_notices is 'Reminders that were sent, each level once per invoice.';
comment on column trade.dunning_notices.id is 'Identity.';
comment on column trade.dunning_notices.invoice_id is 'The invoice.';
comment on column trade.dunning_notices.rule_id is 'Rule it followed.';
comment on column trade.dunning_notices.level is 'Step.';
comment on column trade.dunning_notices.open_minor is 'What was open, minor units of the invoice''s currency.';
comment on column trade.dunning_notices.fee_minor is 'Fee that was asked for.';
comment on column trade.dunning_notices.interest_minor is 'Interest that was asked for.';
comment on column trade.dunning_notices.due_on is 'Last day to pay that it gave.';
comment on column trade.dunning_notices.sent_at is 'When it was sent.';
comment on column trade.dunning_notices.channel is 'How.';
comment on column trade.dunning_notices.file_ref is 'The document (platform); null: none.';
comment on column trade.dunning_notices.created_at is 'When the row was written.';
comment on column trade.dunning_notices.created_by is 'Contact who wrote it (platform); null: the system.';

create index dunning_notices_rule_id_idx on trade.dunning_notices (rule_id);

revoke update on trade.dunning_notices from finance_writer;
create trigger refuse_change before update or delete on trade.dunning_notices
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.dunning_notices
  for each statement execute function finance.refuse_change();
alter table trade.dunning_notices enable always trigger refuse_change;
alter table trade.dunning_notices enable always trigger refuse_truncate;

create function trade.check_notice() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  before integer;
begin
  -- A stop that is being written is waited for: both take the invoice.
  perform 1 from trade.issued_invoices where id = new.invoice_id for share;
  if exists (
    select from trade.dunning_stops
    where invoice_id = new.invoice_id and lifted_at is null
      and new.sent_at::date >= starts_on and (ends_on is null or new.sent_at::date <= ends_on)
  ) then
    raise exception 'reminders of invoice % are stopped', new.invoice_id
      using errcode = '23514', constraint = 'dunning_notices_stopped', schema = 'trade', table = 'dunning_notices';
  end if;
  select coalesce(max(level), 0) into before from trade.dunning_notices where invoice_id = new.invoice_id;
  if new.level > before + 1 then
    raise exception 'invoice % was reminded up to level %, level % comes too early', new.invoice_id, before, new.level
      using errcode = '23514', constraint = 'dunning_notices_order', schema = 'trade', table = 'dunning_notices';
  end if;
  if not exists (select from trade.issued_invoices
    where id = new.invoice_id and claim_status in ('overdue', 'partially_paid', 'in_collection') and due_on < new.sent_at::date)
  then
    raise exception 'invoice % is not overdue', new.invoice_id
      using errcode = '23514', constraint = 'dunning_notices_overdue', schema = 'trade', table = 'dunning_notices';
  end if;
  return new;
end
$$;
comment on function trade.check_notice() is
  'Before insert: an overdue invoice without a stop is reminded level by level; breaks dunning_notices_stopped, dunning_notices_order, dunning_notices_overdue.';
create trigger check_notice before insert on trade.dunning_notices
  for each row execute function trade.check_notice();

create function trade.hold_invoice() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform 1 from trade.issued_invoices where id = new.invoice_id for no key update;
  return new;
end
$$;
comment on function trade.hold_invoice() is 'Before insert: a stop waits for a reminder under way, and the next reminder for the stop.';
create trigger hold_invoice before insert on trade.dunning_stops
  for each row execute function trade.hold_invoice();
