-- finance: journals and their entries, written once and never changed.

create domain ledger.journal_kind as text constraint journal_kind_shape check (value ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$');
comment on domain ledger.journal_kind is 'What kind of event is posted: contribution.settled, journal.reversal.';

create domain ledger.remark as text constraint remark_length check (length(value) <= 500);
comment on domain ledger.remark is 'Free text in the books, at most 500 characters.';

create table ledger.journals (
  id uuid not null default finance.uuid7(),
  kind ledger.journal_kind not null,
  effective_date date not null,
  posted_at timestamptz not null default clock_timestamp(),
  xid xid8 not null default pg_current_xact_id(),
  reverses uuid,
  source_type finance.entity_name not null,
  source_id uuid not null,
  actor_ref uuid,
  request_id finance.request_id,
  memo ledger.remark not null default '',
  reason ledger.remark,
  lines smallint not null
    constraint journals_lines_range check (lines between 2 and 1000),
  constraint journals_pkey primary key (id),
  constraint journals_xid_key unique (id, xid),
  constraint journals_source_key unique (source_type, source_id, kind),
  constraint journals_reverses_key unique (reverses),
  constraint journals_reverses_fkey foreign key (reverses) references ledger.journals (id),
  constraint journals_reversal_has_reason check (reverses is null or coalesce(reason, '') <> '')
);
comment on table ledger.journals is 'Postings: each balances per currency, is complete when it commits, and never changes.';
comment on column ledger.journals.id is 'Identity, UUID v7.';
comment on column ledger.journals.kind is 'What kind of event: contribution.settled, journal.reversal.';
comment on column ledger.journals.effective_date is 'Accounting date, inside an open period.';
comment on column ledger.journals.posted_at is 'When it was posted, by the server''s clock; nothing is ordered by it.';
comment on column ledger.journals.xid is 'Transaction that posted it; entries must carry the same one, so none can be added later.';
comment on column ledger.journals.reverses is 'Journal that it negates exactly; null: none. A journal is reversed at most once.';
comment on column ledger.journals.source_type is 'Entity that caused it, singular.';
comment on column ledger.journals.source_id is 'Id of that entity; one journal per source and kind, for ever.';
comment on column ledger.journals.actor_ref is 'Contact who caused it (platform); null: the system.';
comment on column ledger.journals.request_id is 'Request that caused it; null: none.';
comment on column ledger.journals.memo is 'Free text for the books; empty: none.';
comment on column ledger.journals.reason is 'Why, where a reason is owed (reversals); null: none.';
comment on column ledger.journals.lines is 'Number of its entries, declared first and checked at commit.';

create table ledger.entries (
  journal_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  line smallint not null
    constraint entries_line_range check (line >= 1),
  account_id uuid not null,
  currency text not null,
  amount bigint not null
    constraint entries_amount_range check (amount <> 0 and amount between -9000000000000000 and 9000000000000000),
  constraint entries_pkey primary key (journal_id, line),
  constraint entries_journal_id_fkey foreign key (journal_id, xid) references ledger.journals (id, xid),
  constraint entries_account_id_fkey foreign key (account_id, currency) references ledger.accounts (id, currency)
);
comment on table ledger.entries is 'Lines of journals.';
comment on column ledger.entries.journal_id is 'The journal.';
comment on column ledger.entries.xid is 'Transaction that wrote it, the journal''s; stamped by trigger.';
comment on column ledger.entries.line is 'Place in the journal, from 1.';
comment on column ledger.entries.account_id is 'The account.';
comment on column ledger.entries.currency is 'Currency of the account, ISO 4217.';
comment on column ledger.entries.amount is 'Minor units, debit positive, credit negative, at most 9e15 either way (exact in JSON).';
create index entries_account_id_idx on ledger.entries (account_id, currency, journal_id) include (amount);

create function ledger.stamp_xid() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.xid := pg_current_xact_id();
  return new;
end
$$;
comment on function ledger.stamp_xid() is 'Before insert: the transaction id is the real one, whatever the statement says.';
create trigger stamp_xid before insert on ledger.journals for each row execute function ledger.stamp_xid();
create trigger stamp_xid before insert on ledger.entries for each row execute function ledger.stamp_xid();
alter table ledger.journals enable always trigger stamp_xid;
alter table ledger.entries enable always trigger stamp_xid;

-- Definer: it runs at commit, as whoever commits.
create function ledger.check_journal() returns trigger
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  found_lines integer;
  balanced boolean;
begin
  select coalesce(sum(n), 0), coalesce(bool_and(total = 0), true) into found_lines, balanced
  from (
    select count(*) as n, sum(amount) as total from ledger.entries where journal_id = new.id group by currency
  ) per_currency;
  if found_lines <> new.lines then
    raise exception 'journal % has % lines, declared %', new.id, found_lines, new.lines
      using errcode = '23514', constraint = 'journals_complete', schema = 'ledger', table = 'journals';
  end if;
  if not balanced then
    raise exception 'journal % does not balance', new.id
      using errcode = '23514', constraint = 'journals_balanced', schema = 'ledger', table = 'journals';
  end if;
  -- Symmetric on purpose: a reversal of a balanced part of the lines is no reversal.
  if new.reverses is not null and exists (
    select 1 from ledger.entries
    where journal_id in (new.id, new.reverses)
    group by account_id, currency
    having sum(amount) <> 0
  ) then
    raise exception 'journal % is not the exact negation of %', new.id, new.reverses
      using errcode = '23514', constraint = 'journals_reversal_exact', schema = 'ledger', table = 'journals';
  end if;
  return null;
end
$$;
comment on function ledger.check_journal() is
  'At commit: a journal is complete, balances per currency, and negates exactly what it reverses.';
create constraint trigger check_journal after insert on ledger.journals
  deferrable initially deferred for each row execute function ledger.check_journal();
alter table ledger.journals enable always trigger check_journal;

create trigger refuse_change before update or delete on ledger.journals
  for each row execute function finance.refuse_change();
create trigger refuse_change before update or delete on ledger.entries
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.journals
  for each statement execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.entries
  for each statement execute function finance.refuse_change();
alter table ledger.journals enable always trigger refuse_change;
alter table ledger.journals enable always trigger refuse_truncate;
alter table ledger.entries enable always trigger refuse_change;
alter table ledger.entries enable always trigger refuse_truncate;
