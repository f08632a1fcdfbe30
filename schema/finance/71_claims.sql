-- finance: Gift Aid claims: what was asked of the tax office, line by line, and what came of it.

create table giftaid.claims (
  id uuid not null default gen_random_uuid(),
  claimant_id uuid not null,
  reference text not null
    constraint claims_reference_length check (length(btrim(reference)) > 0 and length(reference) <= 35),
  status text not null default 'draft'
    constraint claims_status_known check (
      status in (
        'draft', 'validated', 'withdrawn', 'submitted', 'acknowledged', 'unknown', 'rejected', 'accepted',
        'part_received', 'received'
      )
    ),
  period_end date,
  earliest_on date,
  line_count integer not null default 0
    constraint claims_line_count_range check (line_count between 0 and 500000),
  total_minor bigint not null default 0
    constraint claims_total_minor_range check (total_minor between 0 and 9000000000000000),
  expected_tax_minor bigint not null default 0
    constraint claims_expected_tax_minor_range check (expected_tax_minor between 0 and 9000000000000000),
  adjustment_minor bigint not null default 0
    constraint claims_adjustment_minor_range check (adjustment_minor between 0 and 9000000000000000),
  other_info text
    constraint claims_other_info_length check (length(btrim(other_info)) > 0 and length(other_info) <= 350),
  currency text not null default 'GBP'
    constraint claims_currency_is_pounds check (currency = 'GBP'),
  prepared_by uuid not null,
  validated_at timestamptz,
  submitted_by uuid,
  submitted_at timestamptz,
  channel text
    constraint claims_channel_known check (channel in ('hmrc', 'upload')),
  correlation_id text
    constraint claims_correlation_id_length check (length(btrim(correlation_id)) > 0 and length(correlation_id) <= 64),
  poll_after timestamptz,
  irmark text
    constraint claims_irmark_shape check (irmark ~ '^[A-Za-z0-9+/]{27}=$'),
  request_ref uuid,
  response_ref uuid,
  received_minor bigint not null default 0
    constraint claims_received_minor_range check (received_minor between 0 and 9000000000000000),
  journal_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint claims_pkey primary key (id),
  constraint claims_correlation_id_key unique (correlation_id),
  constraint claims_journal_id_key unique (journal_id),
  constraint claims_reference_key unique (claimant_id, reference),
  constraint claims_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants (id) on delete restrict,
  constraint claims_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict,
  constraint claims_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint claims_four_eyes check (submitted_by <> prepared_by),
  constraint claims_submitted_whole check (
    (submitted_by is null) = (submitted_at is null)
    and (submitted_at is null) = (journal_id is null)
  ),
  constraint claims_submitted_by_status check (status in ('draft', 'validated', 'withdrawn') = (submitted_at is null)),
  constraint claims_adjustment_explained check (adjustment_minor = 0 or other_info is not null),
  constraint claims_dates_whole check ((earliest_on is null) = (period_end is null) and earliest_on <= period_end),
  constraint claims_dates_of_lines check ((line_count = 0) = (period_end is null))
);
comment on table giftaid.claims is
  'Claims to the tax office. One contact prepares, another submits; past draft only the outcome changes.';
comment on column giftaid.claims.id is 'Identity.';
comment on column giftaid.claims.claimant_id is 'Charity that claims.';
comment on column giftaid.claims.reference is 'Our own name of the claim.';
comment on column giftaid.claims.status is
  'Where it stands; submitted: frozen and posted, certainly not sent; unknown: sent, and no answer: it is polled, never sent again.';
comment on column giftaid.claims.period_end is 'Day of the latest gift; null: no lines yet.';
comment on column giftaid.claims.earliest_on is 'Day of the earliest gift; null: no lines yet.';
comment on column giftaid.claims.line_count is 'Number of its live lines; right from validated on.';
comment on column giftaid.claims.total_minor is 'Sum of its live lines, pence; right from validated on.';
comment on column giftaid.claims.expected_tax_minor is 'Tax on the total, pence, floored once.';
comment on column giftaid.claims.adjustment_minor is 'Tax of earlier claims to be given back, pence.';
comment on column giftaid.claims.other_info is 'What explains the adjustment; null: there is none.';
comment on column giftaid.claims.currency is 'ISO 4217 code: the tax office pays pounds.';
comment on column giftaid.claims.prepared_by is 'Contact who prepared it (platform).';
comment on column giftaid.claims.validated_at is 'When it passed all checks; null: not yet, or again a draft.';
comment on column giftaid.claims.submitted_by is
  'Contact who submitted it (platform), never the one who prepared it; null: not submitted.';
comment on column giftaid.claims.submitted_at is 'When it was sent; null: not yet.';
comment on column giftaid.claims.channel is
  'hmrc: sent as XML; upload: a person uploads the schedule to Charities Online; null: not submitted.';
comment on column giftaid.claims.poll_after is 'When to ask the tax office next; null: nothing to ask.';
comment on column giftaid.claims.correlation_id is 'The tax office''s own id of the submission; null: no answer yet.';
comment on column giftaid.claims.irmark is 'Mark of the body as sent, base64 of SHA-1; null: not sent as XML.';
comment on column giftaid.claims.request_ref is 'The file as sent (platform); null: not sent.';
comment on column giftaid.claims.response_ref is 'The latest answer (platform); null: none.';
comment on column giftaid.claims.received_minor is 'What the tax office paid so far, pence.';
comment on column giftaid.claims.journal_id is 'Journal that moved accrued to claimed; null: not submitted.';
comment on column giftaid.claims.created_at is 'When the row was written.';
comment on column giftaid.claims.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.claims.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.claims.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.claims.version is 'Counts changes from 1; set by trigger; the ETag.';

create index claims_currency_idx on giftaid.claims (currency);
create index claims_created_at_idx on giftaid.claims (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giftaid.claims
  for each statement execute function finance.refuse_change();
alter table giftaid.claims enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.claims
  for each row execute function finance.check_transition(
    'status', 'draft',
    'draft>validated,withdrawn',
    'validated>draft,submitted,withdrawn',
    'submitted>acknowledged,unknown,rejected',
    'unknown>submitted,acknowledged,accepted,rejected',
    'acknowledged>accepted,rejected,unknown',
    'accepted>part_received,received',
    'part_received>received');
create trigger check_frozen before update on giftaid.claims
  for each row execute function finance.check_frozen('status', 'draft', 'validated_at,submitted_by,submitted_at,channel,correlation_id,poll_after,irmark,request_ref,response_ref,received_minor,journal_id');
create trigger keep_once_set before update on giftaid.claims
  for each row execute function finance.keep_once_set(
    'submitted_by', 'submitted_at', 'channel', 'correlation_id', 'irmark', 'request_ref', 'journal_id');
create trigger touch before update on giftaid.claims for each row execute function finance.touch();

create table giftaid.aggregates (
  id uuid not null default gen_random_uuid(),
  claimant_id uuid not null,
  description text not null
    constraint aggregates_description_length check (length(btrim(description)) > 0 and length(description) <= 35),
  donated_on date not null,
  amount_minor bigint not null
    constraint aggregates_amount_minor_range check (amount_minor between 1 and 9000000000000000)
    constraint aggregates_amount_minor_limit check (amount_minor <= 100000),
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint aggregates_pkey primary key (id),
  constraint aggregates_claimant_id_fkey foreign key (claimant_id)
    references giftaid.claimants (id) on delete restrict
);
comment on table giftaid.aggregates is
  'Small gifts claimed in one line without names: each at most 30 pounds, together at most 1,000.';
comment on column giftaid.aggregates.id is 'Identity.';
comment on column giftaid.aggregates.claimant_id is 'Charity they were given to.';
comment on column giftaid.aggregates.description is 'What the line says, at most 35 characters.';
comment on column giftaid.aggregates.donated_on is 'Day of the latest of them.';
comment on column giftaid.aggregates.amount_minor is 'Their sum, pence, at most 1,000 pounds.';
comment on column giftaid.aggregates.closed_at is 'When it was closed for more; null: open.';
comment on column giftaid.aggregates.created_at is 'When the row was written.';
comment on column giftaid.aggregates.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.aggregates.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.aggregates.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.aggregates.version is 'Counts changes from 1; set by trigger; the ETag.';

create index aggregates_claimant_id_idx on giftaid.aggregates (claimant_id);

create trigger keep_once_set before update on giftaid.aggregates
  for each row execute function finance.keep_once_set(
    'closed_at');
create trigger check_frozen before update on giftaid.aggregates
  for each row execute function finance.check_frozen('closed_at', '', '');
create trigger touch before update on giftaid.aggregates for each row execute function finance.touch();

create table giftaid.aggregate_items (
  id uuid not null default gen_random_uuid(),
  aggregate_id uuid not null,
  contribution_id uuid not null,
  declaration_id uuid not null,
  amount_minor bigint not null
    constraint aggregate_items_amount_minor_range check (amount_minor between 1 and 9000000000000000)
    constraint aggregate_items_amount_minor_limit check (amount_minor <= 3000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint aggregate_items_pkey primary key (id),
  constraint aggregate_items_contribution_id_key unique (contribution_id),
  constraint aggregate_items_aggregate_id_fkey foreign key (aggregate_id)
    references giftaid.aggregates (id) on delete restrict,
  constraint aggregate_items_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint aggregate_items_declaration_id_fkey foreign key (declaration_id)
    references giftaid.declarations (id) on delete restrict
);
comment on table giftaid.aggregate_items is 'Gifts in an aggregate; a gift is in at most one, for ever.';
comment on column giftaid.aggregate_items.id is 'Identity.';
comment on column giftaid.aggregate_items.aggregate_id is 'The aggregate.';
comment on column giftaid.aggregate_items.contribution_id is 'The gift.';
comment on column giftaid.aggregate_items.declaration_id is 'Declaration it is claimed under.';
comment on column giftaid.aggregate_items.amount_minor is 'The gift, pence, at most 30 pounds.';
comment on column giftaid.aggregate_items.created_at is 'When the row was written.';
comment on column giftaid.aggregate_items.created_by is 'Contact who wrote it (platform); null: the system.';

create index aggregate_items_aggregate_id_idx on giftaid.aggregate_items (aggregate_id);
create index aggregate_items_declaration_id_idx on giftaid.aggregate_items (declaration_id);

revoke update on giftaid.aggregate_items from finance_writer;
create trigger refuse_change before update or delete on giftaid.aggregate_items
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giftaid.aggregate_items
  for each statement execute function finance.refuse_change();
alter table giftaid.aggregate_items enable always trigger refuse_change;
alter table giftaid.aggregate_items enable always trigger refuse_truncate;
