-- finance: what the books know besides journals: which journals there may be, numbers without gaps, proofs of the chain.
-- As all of ledger, written by functions only.

create table ledger.journal_kinds (
  kind ledger.journal_kind not null,
  name finance.localized_text not null,
  codes text[]
    constraint journal_kinds_codes_some check (cardinality(codes) > 0),
  may_force boolean not null default false,
  needs_reason boolean not null default false,
  constraint journal_kinds_pkey primary key (kind)
);
comment on table ledger.journal_kinds is 'What a journal may be about. Config: rows ride in migrations.';
comment on column ledger.journal_kinds.kind is 'Name: entity and event.';
comment on column ledger.journal_kinds.name is 'Name for people.';
comment on column ledger.journal_kinds.codes is 'Nominal codes that its entries may touch; null: any.';
comment on column ledger.journal_kinds.may_force is
  'Whether it may take a fund below its floor (refunds, lost disputes).';
comment on column ledger.journal_kinds.needs_reason is 'Whether somebody must say why.';

create trigger refuse_rename before update of kind on ledger.journal_kinds
  for each row execute function finance.refuse_change();

create trigger refuse_delete before delete or truncate on ledger.journal_kinds
  for each statement execute function finance.refuse_change();
alter table ledger.journal_kinds enable always trigger refuse_delete;

-- Definer: it runs at commit, as whoever commits. No foreign key: the lock on the row of a kind that every posting of that
-- kind would take costs more than this look-up, and kinds are never deleted.
create function ledger.check_journal_kind() returns trigger
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  known ledger.journal_kinds;
  stray text;
begin
  select * into known from ledger.journal_kinds where kind = new.kind;
  if not found then
    raise exception 'there is no kind of journal %', new.kind
      using errcode = '23503', constraint = 'journals_kind_fkey', schema = 'ledger', table = 'journals', column = 'kind';
  end if;
  if known.needs_reason and coalesce(new.reason, '') = '' then
    raise exception 'a journal of kind % needs a reason', new.kind
      using errcode = '23514', constraint = 'journals_kind_has_reason', schema = 'ledger', table = 'journals', column = 'reason';
  end if;
  if known.codes is not null then
    select a.code into stray from ledger.entries e join ledger.accounts a on a.id = e.account_id
    where e.journal_id = new.id and a.code <> all (known.codes) limit 1;
    if stray is not null then
      raise exception 'a journal of kind % does not touch accounts of code %', new.kind, stray
        using errcode = '23514', constraint = 'journals_kind_codes', schema = 'ledger', table = 'journals', column = 'kind';
    end if;
  end if;
  return null;
end
$$;
comment on function ledger.check_journal_kind() is
  'At commit: the kind of a journal is known, and its entries touch the codes of that kind; breaks journals_kind_fkey, journals_kind_has_reason, journals_kind_codes.';
create constraint trigger check_journal_kind after insert on ledger.journals
  deferrable initially deferred for each row execute function ledger.check_journal_kind();
alter table ledger.journals enable always trigger check_journal_kind;

create table ledger.shortfalls (
  id uuid not null default gen_random_uuid(),
  journal_id uuid not null,
  fund_id uuid not null,
  currency text not null,
  balance_minor bigint not null
    constraint shortfalls_balance_minor_range check (balance_minor between -9000000000000000 and 9000000000000000),
  created_at timestamptz not null default now(),
  constraint shortfalls_pkey primary key (id),
  constraint shortfalls_journal_id_key unique (journal_id, fund_id, currency),
  constraint shortfalls_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint shortfalls_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint shortfalls_currency_fkey foreign key (currency) references ledger.currencies (code) on delete restrict
);
comment on table ledger.shortfalls is
  'Postings that took a fund below its floor because the money was gone already; only kinds that may_force leave one.';
comment on column ledger.shortfalls.id is 'Identity.';
comment on column ledger.shortfalls.journal_id is 'The posting.';
comment on column ledger.shortfalls.fund_id is 'Fund that it left below its floor.';
comment on column ledger.shortfalls.currency is 'ISO 4217 code.';
comment on column ledger.shortfalls.balance_minor is 'Balance that it left, minor units.';
comment on column ledger.shortfalls.created_at is 'When the row was written.';

create index shortfalls_fund_id_idx on ledger.shortfalls (fund_id, currency);
create index shortfalls_currency_idx on ledger.shortfalls (currency);

create trigger refuse_change before update or delete on ledger.shortfalls
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.shortfalls
  for each statement execute function finance.refuse_change();
alter table ledger.shortfalls enable always trigger refuse_change;
alter table ledger.shortfalls enable always trigger refuse_truncate;

create table ledger.number_series (
  series text not null
    constraint number_series_series_shape check (series ~ '^[A-Z]{1,6}-[0-9]{4}$'),
  next bigint not null default 1
    constraint number_series_next_range check (next >= 1),
  constraint number_series_pkey primary key (series)
);
comment on table ledger.number_series is
  'Numbers without gaps: the row is locked from the step that takes a number to its commit, and a rollback gives it back.';
comment on column ledger.number_series.series is 'Kind of document and year: INV-2026.';
comment on column ledger.number_series.next is 'Number that comes next.';

create function ledger.keep_number_series() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.series is distinct from old.series or new.next <> old.next + 1 then
    raise exception 'numbers of series % go up by one', old.series
      using errcode = '42501', schema = 'ledger', table = 'number_series', hint = 'A gap would have to be explained to the tax office.';
  end if;
  return new;
end
$$;
comment on function ledger.keep_number_series() is 'Before update: a series only counts up, one by one.';
create trigger keep_number_series before update on ledger.number_series
  for each row execute function ledger.keep_number_series();
create trigger refuse_delete before delete or truncate on ledger.number_series
  for each statement execute function finance.refuse_change();
alter table ledger.number_series enable always trigger keep_number_series;
alter table ledger.number_series enable always trigger refuse_delete;

-- Not granted to an application role: who issues a document gets its number by the trigger below.
create function ledger.next_number(p_series text) returns bigint
  language plpgsql
  set search_path = ''
as $$
declare
  taken bigint;
begin
  insert into ledger.number_series as s (series, next) values (p_series, 2)
  on conflict (series) do update set next = s.next + 1
  returning next - 1 into taken;
  return taken;
end
$$;
comment on function ledger.next_number(text) is 'Takes the next number of a series, which starts with its first use.';

-- Definer: it writes to the series, which no application role may.
create function ledger.assign_number() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  -- Arguments: the word of the series; the state column; states, by commas, in which a row has its number.
  numbered boolean := to_jsonb(new) ->> tg_argv[1] = any (string_to_array(tg_argv[2], ','));
begin
  if tg_op = 'UPDATE' and old.number is not null then
    new.series := old.series;
    new.serial := old.serial;
    new.number := old.number;
    new.issued_on := old.issued_on;
  elsif numbered then
    new.issued_on := (now() at time zone 'Europe/London')::date;
    new.series := tg_argv[0] || '-' || to_char(new.issued_on, 'YYYY');
    new.serial := ledger.next_number(new.series);
    new.number := new.series || '-' || lpad(new.serial::text, greatest(5, length(new.serial::text)), '0');
  else
    new.series := null;
    new.serial := null;
    new.number := null;
    new.issued_on := null;
  end if;
  return new;
end
$$;
comment on function ledger.assign_number() is
  'Before insert or update: a document gets its number and date when it reaches a listed state, and keeps them, whatever the statement says.';

create table ledger.chain_anchors (
  id uuid not null default gen_random_uuid(),
  anchored_on date not null,
  seq bigint not null
    constraint chain_anchors_seq_range check (seq >= 1),
  hash finance.sha256 not null,
  published_to text not null
    constraint chain_anchors_published_to_length check (
      length(btrim(published_to)) > 0
      and length(published_to) <= 500
    ),
  proof text
    constraint chain_anchors_proof_length check (length(btrim(proof)) > 0 and length(proof) <= 4000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint chain_anchors_pkey primary key (id),
  constraint chain_anchors_anchored_on_key unique (anchored_on, published_to),
  constraint chain_anchors_seq_fkey foreign key (seq) references ledger.seals (seq) on delete restrict
);
comment on table ledger.chain_anchors is
  'Heads of the chain as they were published outside: what shows later that nobody rewrote the books.';
comment on column ledger.chain_anchors.id is 'Identity.';
comment on column ledger.chain_anchors.anchored_on is 'Day; one anchor per place and day.';
comment on column ledger.chain_anchors.seq is 'Place of the link.';
comment on column ledger.chain_anchors.hash is 'Hash of the link.';
comment on column ledger.chain_anchors.published_to is 'Where it was published: an address, a mailbox, a notary.';
comment on column ledger.chain_anchors.proof is 'What that place answered; null: nothing.';
comment on column ledger.chain_anchors.created_at is 'When the row was written.';
comment on column ledger.chain_anchors.created_by is 'Contact who wrote it (platform); null: the system.';

create index chain_anchors_seq_idx on ledger.chain_anchors (seq);

create trigger refuse_change before update or delete on ledger.chain_anchors
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.chain_anchors
  for each statement execute function finance.refuse_change();
alter table ledger.chain_anchors enable always trigger refuse_change;
alter table ledger.chain_anchors enable always trigger refuse_truncate;

-- Definer: it writes to ledger, which no application role may.
create function ledger.anchor_chain(p_published_to text, p_proof text, p_seq bigint) returns uuid
  language plpgsql security definer
  set search_path = ''
as $$
declare
  made uuid;
begin
  insert into ledger.chain_anchors (anchored_on, seq, hash, published_to, proof)
  select (now() at time zone 'Europe/London')::date, s.seq, s.hash, p_published_to, p_proof
  from ledger.seals s where s.seq = p_seq
  returning id into made;
  if made is null then
    raise exception 'the chain has no link %', p_seq
      using errcode = '23503', constraint = 'chain_anchors_seq_fkey', schema = 'ledger', table = 'chain_anchors';
  end if;
  return made;
end
$$;
comment on function ledger.anchor_chain(text, text, bigint) is
  'Records that a link of the chain was published somewhere; breaks chain_anchors_seq_fkey or, the second time on a day, chain_anchors_anchored_on_key.';
grant execute on function ledger.anchor_chain(text, text, bigint) to finance_writer;
