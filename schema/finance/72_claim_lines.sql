-- finance: Gift Aid claims, line by line, and what came of them.

create table giftaid.claim_lines (
  id uuid not null default gen_random_uuid(),
  claim_id uuid not null,
  item integer not null
    constraint claim_lines_item_range check (item between 1 and 500000),
  contribution_id uuid,
  declaration_id uuid,
  aggregate_id uuid,
  title text
    constraint claim_lines_title_shape check (title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'),
  first_name text
    constraint claim_lines_first_name_length check (length(btrim(first_name)) > 0 and length(first_name) <= 35),
  last_name text
    constraint claim_lines_last_name_length check (length(btrim(last_name)) > 0 and length(last_name) <= 35),
  house text
    constraint claim_lines_house_length check (length(btrim(house)) > 0 and length(house) <= 40),
  postcode text
    constraint claim_lines_postcode_shape check (
      postcode = 'X'
      or postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'
    ),
  aggregated text
    constraint claim_lines_aggregated_length check (length(btrim(aggregated)) > 0 and length(aggregated) <= 35),
  sponsored boolean not null default false,
  donated_on date not null,
  amount_minor bigint not null
    constraint claim_lines_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  tax_minor bigint not null
    constraint claim_lines_tax_minor_range check (tax_minor between 0 and 9000000000000000),
  status text not null default 'included'
    constraint claim_lines_status_known check (
      status in (
        'included', 'accepted', 'rejected', 'withdrawn', 'received', 'reversed'
      )
    ),
  received_minor bigint not null default 0
    constraint claim_lines_received_minor_range check (received_minor between 0 and 9000000000000000),
  error_code text
    constraint claim_lines_error_code_length check (length(btrim(error_code)) > 0 and length(error_code) <= 20),
  error_path text
    constraint claim_lines_error_path_length check (length(btrim(error_path)) > 0 and length(error_path) <= 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint claim_lines_pkey primary key (id),
  constraint claim_lines_claim_id_fkey foreign key (claim_id) references giftaid.claims (id) on delete restrict,
  constraint claim_lines_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint claim_lines_declaration_id_fkey foreign key (declaration_id)
    references giftaid.declarations (id) on delete restrict,
  constraint claim_lines_aggregate_id_fkey foreign key (aggregate_id)
    references giftaid.aggregates (id) on delete restrict,
  constraint claim_lines_one_source check (num_nonnulls(contribution_id, aggregate_id) = 1),
  constraint claim_lines_declared check ((contribution_id is null) = (declaration_id is null)),
  constraint claim_lines_donor_whole check (
    case when aggregate_id is null then num_nulls(first_name, last_name, house, postcode) = 0
    and aggregated is null else num_nonnulls(title, first_name, last_name, house, postcode) = 0
    and aggregated is not null
    and not sponsored end
  ),
  constraint claim_lines_aggregate_limit check (aggregate_id is null or amount_minor <= 100000),
  constraint claim_lines_printable check (
    concat(title, first_name, last_name, house, postcode, aggregated) !~ '[^ -~¡-ÿ]'
  )
);
comment on table giftaid.claim_lines is
  'Lines of claims as sent; a contribution is in at most one live line. What was sent never changes, the outcome does.';
comment on column giftaid.claim_lines.id is 'Identity.';
comment on column giftaid.claim_lines.claim_id is 'The claim.';
comment on column giftaid.claim_lines.item is 'Number of the line, from 1.';
comment on column giftaid.claim_lines.contribution_id is 'Gift that is claimed; null: an aggregate.';
comment on column giftaid.claim_lines.declaration_id is 'Declaration it is claimed under; null: an aggregate.';
comment on column giftaid.claim_lines.aggregate_id is 'Aggregate that is claimed; null: one gift.';
comment on column giftaid.claim_lines.title is 'Title as sent; null: none.';
comment on column giftaid.claim_lines.first_name is 'First name as sent; null: an aggregate.';
comment on column giftaid.claim_lines.last_name is 'Last name as sent; null: an aggregate.';
comment on column giftaid.claim_lines.house is 'House name or number as sent; null: an aggregate.';
comment on column giftaid.claim_lines.postcode is
  'Postcode as sent, or X outside the United Kingdom; null: an aggregate.';
comment on column giftaid.claim_lines.aggregated is 'Words of an aggregate as sent; null: one gift.';
comment on column giftaid.claim_lines.sponsored is 'Whether it was given for a sponsored event.';
comment on column giftaid.claim_lines.donated_on is 'Day of the gift, of the latest in an aggregate.';
comment on column giftaid.claim_lines.amount_minor is 'Amount, pence.';
comment on column giftaid.claim_lines.tax_minor is 'Tax on it, pence, floored.';
comment on column giftaid.claim_lines.status is 'Where it stands; rejected, withdrawn and reversed lines do not count.';
comment on column giftaid.claim_lines.received_minor is 'What was paid for it, pence.';
comment on column giftaid.claim_lines.error_code is 'The tax office''s code of its rejection; null: none.';
comment on column giftaid.claim_lines.error_path is 'Where in the file it was; null: none.';
comment on column giftaid.claim_lines.created_at is 'When the row was written.';
comment on column giftaid.claim_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claim_lines.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claim_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claim_lines.version is 'Counts changes from 1; set by trigger; the ETag.';

create index claim_lines_claim_id_idx on giftaid.claim_lines (claim_id);
create index claim_lines_contribution_id_idx on giftaid.claim_lines (contribution_id);
create index claim_lines_declaration_id_idx on giftaid.claim_lines (declaration_id);
create index claim_lines_aggregate_id_idx on giftaid.claim_lines (aggregate_id);
create unique index claim_lines_item_key on giftaid.claim_lines (claim_id, item) where status <> 'withdrawn';
create unique index claim_lines_contribution_id_key on giftaid.claim_lines (contribution_id)
  where status not in ('rejected', 'withdrawn', 'reversed');
create unique index claim_lines_aggregate_id_key on giftaid.claim_lines (aggregate_id)
  where status not in ('rejected', 'withdrawn', 'reversed');

revoke select on giftaid.claim_lines from finance_studio;
grant select (
  id, claim_id, item, contribution_id, declaration_id, aggregate_id, aggregated, sponsored, donated_on,
  amount_minor, tax_minor, status, received_minor, error_code, error_path, created_at, created_by, updated_at,
  updated_by, version
) on giftaid.claim_lines to finance_studio;

create trigger refuse_delete before delete or truncate on giftaid.claim_lines
  for each statement execute function finance.refuse_change();
alter table giftaid.claim_lines enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.claim_lines
  for each row execute function finance.check_transition(
    'status', 'included',
    'included>accepted,rejected,withdrawn',
    'accepted>received,rejected,reversed',
    'received>reversed');
create trigger check_frozen before update on giftaid.claim_lines
  for each row execute function finance.check_frozen('id', '', 'status,received_minor,error_code,error_path');
create trigger check_parent before insert on giftaid.claim_lines
  for each row execute function finance.check_parent('giftaid.claims', 'claim_id', 'status', 'draft');
create trigger touch before update on giftaid.claim_lines for each row execute function finance.touch();

create table giftaid.claim_events (
  id uuid not null default gen_random_uuid(),
  claim_id uuid not null,
  kind text not null
    constraint claim_events_kind_known check (
      kind in (
        'validated', 'submitted', 'acknowledged', 'polled', 'response', 'error', 'received', 'withdrawn'
      )
    ),
  correlation_id text
    constraint claim_events_correlation_id_length check (
      length(btrim(correlation_id)) > 0
      and length(correlation_id) <= 64
    ),
  amount_minor bigint
    constraint claim_events_amount_minor_range check (amount_minor between 0 and 9000000000000000),
  file_ref uuid,
  detail text
    constraint claim_events_detail_length check (length(btrim(detail)) > 0 and length(detail) <= 2000),
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint claim_events_pkey primary key (id),
  constraint claim_events_claim_id_fkey foreign key (claim_id) references giftaid.claims (id) on delete restrict
);
comment on table giftaid.claim_events is 'What happened to a claim: each message sent and received, each payment.';
comment on column giftaid.claim_events.id is 'Identity.';
comment on column giftaid.claim_events.claim_id is 'The claim.';
comment on column giftaid.claim_events.kind is 'What happened.';
comment on column giftaid.claim_events.correlation_id is 'The tax office''s own id; null: none.';
comment on column giftaid.claim_events.amount_minor is 'What was paid, pence; null: no payment.';
comment on column giftaid.claim_events.file_ref is 'The message byte by byte (platform); null: none.';
comment on column giftaid.claim_events.detail is 'More about it; null: nothing.';
comment on column giftaid.claim_events.occurred_at is 'When.';
comment on column giftaid.claim_events.created_at is 'When the row was written.';
comment on column giftaid.claim_events.created_by is 'Contact who wrote it (platform); null: the system.';

create index claim_events_claim_id_idx on giftaid.claim_events (claim_id, occurred_at desc, id desc);

revoke update on giftaid.claim_events from finance_writer;
create trigger refuse_change before update or delete on giftaid.claim_events
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giftaid.claim_events
  for each statement execute function finance.refuse_change();
alter table giftaid.claim_events enable always trigger refuse_change;
alter table giftaid.claim_events enable always trigger refuse_truncate;

create table giftaid.adjustments (
  id uuid not null default gen_random_uuid(),
  claim_line_id uuid not null,
  contribution_id uuid,
  refund_id uuid,
  amount_minor bigint not null
    constraint adjustments_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  reason text not null
    constraint adjustments_reason_known check (
      reason in (
        'refunded', 'charged_back', 'declaration_cancelled', 'mistake'
      )
    ),
  status text not null default 'open'
    constraint adjustments_status_known check (status in ('open', 'settled', 'withdrawn')),
  settled_in_claim_id uuid,
  journal_id uuid not null,
  settled_journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint adjustments_pkey primary key (id),
  constraint adjustments_journal_id_key unique (journal_id),
  constraint adjustments_settled_journal_id_key unique (settled_journal_id),
  constraint adjustments_claim_line_id_fkey foreign key (claim_line_id)
    references giftaid.claim_lines (id) on delete restrict,
  constraint adjustments_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint adjustments_refund_id_fkey foreign key (refund_id) references giving.refunds (id) on delete restrict,
  constraint adjustments_settled_in_claim_id_fkey foreign key (settled_in_claim_id)
    references giftaid.claims (id) on delete restrict,
  constraint adjustments_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint adjustments_settled_journal_id_fkey foreign key (settled_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint adjustments_settled_whole check (
    (status = 'settled') = (num_nonnulls(settled_in_claim_id, settled_journal_id) = 1)
  )
);
comment on table giftaid.adjustments is
  'Tax that was claimed and must be given back, because a gift was refunded or its declaration taken back.';
comment on column giftaid.adjustments.id is 'Identity.';
comment on column giftaid.adjustments.claim_line_id is 'Line it was claimed with.';
comment on column giftaid.adjustments.contribution_id is 'The gift; null: an aggregate.';
comment on column giftaid.adjustments.refund_id is 'Refund that caused it; null: another cause.';
comment on column giftaid.adjustments.amount_minor is 'Tax to give back, pence.';
comment on column giftaid.adjustments.reason is 'Why.';
comment on column giftaid.adjustments.status is 'Where it stands; the steps of adjustments_status_transition.';
comment on column giftaid.adjustments.settled_in_claim_id is 'Claim that gave it back; null: open, or paid.';
comment on column giftaid.adjustments.journal_id is 'Journal of the debt to the tax office.';
comment on column giftaid.adjustments.settled_journal_id is 'Journal that paid it directly; null: open, or by a claim.';
comment on column giftaid.adjustments.created_at is 'When the row was written.';
comment on column giftaid.adjustments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.adjustments.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.adjustments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.adjustments.version is 'Counts changes from 1; set by trigger; the ETag.';

create index adjustments_claim_line_id_idx on giftaid.adjustments (claim_line_id);
create index adjustments_contribution_id_idx on giftaid.adjustments (contribution_id);
create index adjustments_refund_id_idx on giftaid.adjustments (refund_id);
create index adjustments_settled_in_claim_id_idx on giftaid.adjustments (settled_in_claim_id);
create index adjustments_created_at_idx on giftaid.adjustments (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giftaid.adjustments
  for each statement execute function finance.refuse_change();
alter table giftaid.adjustments enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.adjustments
  for each row execute function finance.check_transition(
    'status', 'open',
    'open>settled,withdrawn',
    'settled>open');
create trigger check_frozen before update on giftaid.adjustments
  for each row execute function finance.check_frozen('status', 'open', 'settled_in_claim_id,settled_journal_id');
create trigger touch before update on giftaid.adjustments for each row execute function finance.touch();
