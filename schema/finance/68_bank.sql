-- finance: what our bank says, and what in the books it matches.

create table finance.bank_accounts (
  id uuid not null default gen_random_uuid(),
  name text not null
    constraint bank_accounts_name_length check (length(btrim(name)) > 0 and length(name) <= 100),
  bank text not null
    constraint bank_accounts_bank_length check (length(btrim(bank)) > 0 and length(bank) <= 100),
  last_four text not null
    constraint bank_accounts_last_four_shape check (last_four ~ '^[0-9A-Z]{4}$'),
  currency text not null,
  code text not null,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint bank_accounts_pkey primary key (id),
  constraint bank_accounts_last_four_key unique (bank, last_four, currency),
  constraint bank_accounts_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint bank_accounts_code_fkey foreign key (code) references ledger.chart_of_accounts (code) on delete restrict
);
comment on table finance.bank_accounts is 'Our own accounts at banks.';
comment on column finance.bank_accounts.id is 'Identity.';
comment on column finance.bank_accounts.name is 'Name for people.';
comment on column finance.bank_accounts.bank is 'The bank.';
comment on column finance.bank_accounts.last_four is 'Last four characters of the number.';
comment on column finance.bank_accounts.currency is 'ISO 4217 code.';
comment on column finance.bank_accounts.code is 'Nominal code it is kept under.';
comment on column finance.bank_accounts.closed_at is 'When it was closed; null: open.';
comment on column finance.bank_accounts.created_at is 'When the row was written.';
comment on column finance.bank_accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.bank_accounts.updated_at is 'When it last changed; set by trigger.';
comment on column finance.bank_accounts.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.bank_accounts.version is 'Counts changes from 1; set by trigger; the ETag.';

create index bank_accounts_currency_idx on finance.bank_accounts (currency);
create index bank_accounts_code_idx on finance.bank_accounts (code);

create trigger touch before update on finance.bank_accounts for each row execute function finance.touch();

create table finance.bank_statements (
  id uuid not null default gen_random_uuid(),
  bank_account_id uuid not null,
  number text not null
    constraint bank_statements_number_length check (length(btrim(number)) > 0 and length(number) <= 50),
  opens_on date not null,
  closes_on date not null,
  opening_minor bigint not null
    constraint bank_statements_opening_minor_range check (
      opening_minor between -9000000000000000
      and 9000000000000000
    ),
  closing_minor bigint not null
    constraint bank_statements_closing_minor_range check (
      closing_minor between -9000000000000000
      and 9000000000000000
    ),
  line_count integer not null
    constraint bank_statements_line_count_range check (line_count between 0 and 100000),
  file_ref uuid,
  file_sha256 finance.sha256 not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint bank_statements_pkey primary key (id),
  constraint bank_statements_number_key unique (bank_account_id, number),
  constraint bank_statements_file_sha256_key unique (file_sha256),
  constraint bank_statements_bank_account_id_fkey foreign key (bank_account_id)
    references finance.bank_accounts (id) on delete restrict,
  constraint bank_statements_days check (closes_on >= opens_on)
);
comment on table finance.bank_statements is
  'Statements of our accounts as imported; the lines lead from the opening to the closing balance.';
comment on column finance.bank_statements.id is 'Identity.';
comment on column finance.bank_statements.bank_account_id is 'The account.';
comment on column finance.bank_statements.number is 'The bank''s number of the statement.';
comment on column finance.bank_statements.opens_on is 'First day.';
comment on column finance.bank_statements.closes_on is 'Last day.';
comment on column finance.bank_statements.opening_minor is 'Balance before, minor units of the account''s currency.';
comment on column finance.bank_statements.closing_minor is 'Balance after.';
comment on column finance.bank_statements.line_count is 'Number of its lines.';
comment on column finance.bank_statements.file_ref is 'The file as it came (platform); null: by interface.';
comment on column finance.bank_statements.file_sha256 is 'SHA-256 of the file or answer; a second import is refused.';
comment on column finance.bank_statements.created_at is 'When the row was written.';
comment on column finance.bank_statements.created_by is 'Contact who wrote it (platform); null: the system.';

create index bank_statements_created_at_idx on finance.bank_statements (created_at desc, id desc);

revoke update on finance.bank_statements from finance_writer;
create trigger refuse_change before update or delete on finance.bank_statements
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on finance.bank_statements
  for each statement execute function finance.refuse_change();
alter table finance.bank_statements enable always trigger refuse_change;
alter table finance.bank_statements enable always trigger refuse_truncate;

create table finance.bank_lines (
  id uuid not null default gen_random_uuid(),
  statement_id uuid not null,
  bank_account_id uuid not null,
  line integer not null
    constraint bank_lines_line_range check (line between 1 and 100000),
  bank_ref text not null
    constraint bank_lines_bank_ref_length check (length(btrim(bank_ref)) > 0 and length(bank_ref) <= 200),
  booked_on date not null,
  value_on date not null,
  amount_minor bigint not null
    constraint bank_lines_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint bank_lines_amount_minor_not_zero check (amount_minor <> 0),
  counterparty text
    constraint bank_lines_counterparty_length check (length(btrim(counterparty)) > 0 and length(counterparty) <= 200),
  purpose text
    constraint bank_lines_purpose_length check (length(btrim(purpose)) > 0 and length(purpose) <= 1000),
  status text not null default 'unmatched'
    constraint bank_lines_status_known check (status in ('unmatched', 'matched', 'ignored')),
  ignored_reason text
    constraint bank_lines_ignored_reason_length check (
      length(btrim(ignored_reason)) > 0
      and length(ignored_reason) <= 500
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint bank_lines_pkey primary key (id),
  constraint bank_lines_line_key unique (statement_id, line),
  constraint bank_lines_bank_ref_key unique (bank_account_id, bank_ref),
  constraint bank_lines_statement_id_fkey foreign key (statement_id)
    references finance.bank_statements (id) on delete restrict,
  constraint bank_lines_bank_account_id_fkey foreign key (bank_account_id)
    references finance.bank_accounts (id) on delete restrict,
  constraint bank_lines_ignored_whole check ((status = 'ignored') = (ignored_reason is not null))
);
comment on table finance.bank_lines is
  'Lines of statements. What the bank said never changes; how it was matched does.';
comment on column finance.bank_lines.id is 'Identity.';
comment on column finance.bank_lines.statement_id is 'The statement.';
comment on column finance.bank_lines.bank_account_id is 'The account.';
comment on column finance.bank_lines.line is 'Place in the statement, from 1.';
comment on column finance.bank_lines.bank_ref is 'The bank''s own reference.';
comment on column finance.bank_lines.booked_on is 'Day of booking.';
comment on column finance.bank_lines.value_on is 'Day of value.';
comment on column finance.bank_lines.amount_minor is
  'Amount, minor units of the account''s currency; negative: went out.';
comment on column finance.bank_lines.counterparty is 'Who it came from or went to, as the bank says; null: not said.';
comment on column finance.bank_lines.purpose is 'Words of the payment; null: none.';
comment on column finance.bank_lines.status is 'Where it stands; the steps of bank_lines_status_transition.';
comment on column finance.bank_lines.ignored_reason is 'Why nothing in the books matches it; null: not ignored.';
comment on column finance.bank_lines.created_at is 'When the row was written.';
comment on column finance.bank_lines.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.bank_lines.updated_at is 'When it last changed; set by trigger.';
comment on column finance.bank_lines.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.bank_lines.version is 'Counts changes from 1; set by trigger; the ETag.';

create index bank_lines_booked_on_idx on finance.bank_lines (booked_on desc, id desc);
create index bank_lines_unmatched_idx on finance.bank_lines (booked_on, id) where status = 'unmatched';

create trigger refuse_delete before delete or truncate on finance.bank_lines
  for each statement execute function finance.refuse_change();
alter table finance.bank_lines enable always trigger refuse_delete;
create trigger check_status before insert or update of status on finance.bank_lines
  for each row execute function finance.check_transition(
    'status', 'unmatched',
    'unmatched>matched,ignored',
    'matched>unmatched',
    'ignored>unmatched');
create trigger check_frozen before update on finance.bank_lines
  for each row execute function finance.check_frozen('id', '', 'status,ignored_reason');
create trigger touch before update on finance.bank_lines for each row execute function finance.touch();

create table finance.recon_matches (
  id uuid not null default gen_random_uuid(),
  bank_line_id uuid not null,
  journal_id uuid not null,
  amount_minor bigint not null
    constraint recon_matches_amount_minor_range check (amount_minor between -9000000000000000 and 9000000000000000)
    constraint recon_matches_amount_minor_not_zero check (amount_minor <> 0),
  matched_by text not null
    constraint recon_matches_matched_by_known check (matched_by in ('rule', 'person')),
  payout_id uuid,
  undone_at timestamptz,
  undo_reason text
    constraint recon_matches_undo_reason_length check (length(btrim(undo_reason)) > 0 and length(undo_reason) <= 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint recon_matches_pkey primary key (id),
  constraint recon_matches_bank_line_id_fkey foreign key (bank_line_id)
    references finance.bank_lines (id) on delete restrict,
  constraint recon_matches_journal_id_fkey foreign key (journal_id)
    references ledger.journals (id) on delete restrict,
  constraint recon_matches_payout_id_fkey foreign key (payout_id)
    references giving.payouts (id) on delete restrict,
  constraint recon_matches_undone_whole check (undo_reason is null or undone_at is not null)
);
comment on table finance.recon_matches is
  'Which journal a line of the bank is; the live matches of a matched line add up to it.';
comment on column finance.recon_matches.id is 'Identity.';
comment on column finance.recon_matches.bank_line_id is 'The line.';
comment on column finance.recon_matches.journal_id is 'The journal.';
comment on column finance.recon_matches.amount_minor is 'Part of the line, minor units, with the line''s sign.';
comment on column finance.recon_matches.matched_by is 'Who found it.';
comment on column finance.recon_matches.payout_id is
  'Payout that arrived with the line: the match posted its journal; null: the journal was there before.';
comment on column finance.recon_matches.undone_at is 'When the match was taken back; null: it holds.';
comment on column finance.recon_matches.undo_reason is 'Why it was taken back; null: it holds, or nobody said.';
comment on column finance.recon_matches.created_at is 'When the row was written.';
comment on column finance.recon_matches.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column finance.recon_matches.updated_at is 'When it last changed; set by trigger.';
comment on column finance.recon_matches.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column finance.recon_matches.version is 'Counts changes from 1; set by trigger; the ETag.';

create index recon_matches_bank_line_id_idx on finance.recon_matches (bank_line_id);
create index recon_matches_journal_id_idx on finance.recon_matches (journal_id);
create index recon_matches_payout_id_idx on finance.recon_matches (payout_id);
create unique index recon_matches_bank_line_id_key on finance.recon_matches (bank_line_id, journal_id)
  where undone_at is null;

create trigger check_parent before insert or update or delete on finance.recon_matches
  for each row execute function finance.check_parent('finance.bank_lines', 'bank_line_id', 'status', 'unmatched');
create trigger check_frozen before update on finance.recon_matches
  for each row execute function finance.check_frozen('id', '', 'undone_at,undo_reason');
create trigger keep_once_set before update on finance.recon_matches
  for each row execute function finance.keep_once_set(
    'undone_at', 'undo_reason');
create trigger touch before update on finance.recon_matches for each row execute function finance.touch();

create table finance.recon_runs (
  id uuid not null default gen_random_uuid(),
  kind text not null
    constraint recon_runs_kind_known check (kind in ('bank', 'processor', 'tax_office', 'outbox', 'references')),
  day date not null,
  attempt integer not null default '1'
    constraint recon_runs_attempt_range check (attempt between 1 and 1000),
  outcome text not null
    constraint recon_runs_outcome_known check (outcome in ('equal', 'different', 'failed')),
  ours_minor bigint
    constraint recon_runs_ours_minor_range check (ours_minor between -9000000000000000 and 9000000000000000),
  theirs_minor bigint
    constraint recon_runs_theirs_minor_range check (theirs_minor between -9000000000000000 and 9000000000000000),
  currency text,
  detail jsonb not null default '{}'
    constraint recon_runs_detail_object check (jsonb_typeof(detail) = 'object'),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint recon_runs_pkey primary key (id),
  constraint recon_runs_day_key unique (kind, day, attempt),
  constraint recon_runs_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict
);
comment on table finance.recon_runs is 'Daily comparisons of our books with somebody else''s.';
comment on column finance.recon_runs.id is 'Identity.';
comment on column finance.recon_runs.kind is 'What was compared.';
comment on column finance.recon_runs.day is 'Day that was compared.';
comment on column finance.recon_runs.attempt is 'Counts from 1 per kind and day.';
comment on column finance.recon_runs.outcome is 'What came out.';
comment on column finance.recon_runs.ours_minor is 'Our sum, minor units; null: not a sum.';
comment on column finance.recon_runs.theirs_minor is 'Their sum, minor units; null: not a sum.';
comment on column finance.recon_runs.currency is 'ISO 4217 code; null: not a sum.';
comment on column finance.recon_runs.detail is 'What differs, a JSON object.';
comment on column finance.recon_runs.created_at is 'When the row was written.';
comment on column finance.recon_runs.created_by is 'Contact who wrote it (platform); null: the system.';

create index recon_runs_created_at_idx on finance.recon_runs (created_at desc, id desc);
create index recon_runs_currency_idx on finance.recon_runs (currency);

revoke update on finance.recon_runs from finance_writer;
create trigger refuse_change before update or delete on finance.recon_runs
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on finance.recon_runs
  for each statement execute function finance.refuse_change();
alter table finance.recon_runs enable always trigger refuse_change;
alter table finance.recon_runs enable always trigger refuse_truncate;

-- Definer: it runs at commit, as whoever commits.
create function finance.check_statement() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  lines bigint;
  total numeric;
begin
  select count(*), coalesce(sum(amount_minor), 0) into lines, total
  from finance.bank_lines where statement_id = new.id and bank_account_id = new.bank_account_id;
  if lines <> new.line_count or new.opening_minor + total <> new.closing_minor then
    raise exception 'statement % has % lines of % from % to %', new.number, lines, total, new.opening_minor, new.closing_minor
      using errcode = '23514', constraint = 'bank_statements_total', schema = 'finance', table = 'bank_statements';
  end if;
  return null;
end
$$;
comment on function finance.check_statement() is
  'At commit: a statement is complete and leads from its opening to its closing balance; breaks bank_statements_total.';
create constraint trigger check_total after insert on finance.bank_statements
  deferrable initially deferred for each row execute function finance.check_statement();
alter table finance.bank_statements enable always trigger check_total;

create function finance.check_matched() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  total numeric;
begin
  select coalesce(sum(amount_minor), 0) into total from finance.recon_matches
  where bank_line_id = new.id and undone_at is null;
  if total <> new.amount_minor then
    raise exception 'the matches of line % add up to %, not to %', new.bank_ref, total, new.amount_minor
      using errcode = '23514', constraint = 'bank_lines_total', schema = 'finance', table = 'bank_lines';
  end if;
  return new;
end
$$;
comment on function finance.check_matched() is
  'Before a line is matched: its matches add up to it; breaks bank_lines_total.';
create trigger check_total before insert or update of status on finance.bank_lines
  for each row when (new.status = 'matched') execute function finance.check_matched();
