-- finance: the hash chain over journals, grown after the fact from a queue so that no posting waits for another.

create table ledger.seal_queue (
  journal_id uuid not null,
  constraint seal_queue_pkey primary key (journal_id),
  constraint seal_queue_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table ledger.seal_queue is 'Journals that wait to be sealed.';
comment on column ledger.seal_queue.journal_id is 'The journal.';

create table ledger.seals (
  seq bigint not null
    constraint seals_seq_range check (seq >= 1),
  journal_id uuid not null,
  prev_hash finance.sha256 not null,
  hash finance.sha256 not null,
  sealed_at timestamptz not null default clock_timestamp(),
  constraint seals_pkey primary key (seq),
  constraint seals_journal_id_key unique (journal_id),
  constraint seals_hash_key unique (hash),
  constraint seals_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
);
comment on table ledger.seals is 'The chain: each link hashes the link before and one journal with its entries.';
comment on column ledger.seals.seq is 'Place in the chain, from 1 without gaps.';
comment on column ledger.seals.journal_id is 'The journal.';
comment on column ledger.seals.prev_hash is 'Hash of the link before; of the word genesis for the first.';
comment on column ledger.seals.hash is 'SHA-256 by ledger.journal_hash.';
comment on column ledger.seals.sealed_at is 'When it was sealed.';

create table ledger.chain_head (
  one boolean not null default true
    constraint chain_head_one check (one),
  seq bigint not null,
  hash finance.sha256 not null,
  constraint chain_head_pkey primary key (one)
);
comment on table ledger.chain_head is 'The last link; its row lock lets one sealer work at a time.';
comment on column ledger.chain_head.one is 'Always true: the table has one row.';
comment on column ledger.chain_head.seq is 'Place of the last link; 0: none yet.';
comment on column ledger.chain_head.hash is 'Hash of the last link; of the word genesis while there is none.';

create trigger refuse_change before update or delete on ledger.seals
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on ledger.seals
  for each statement execute function finance.refuse_change();
create trigger refuse_delete before delete or truncate on ledger.chain_head
  for each statement execute function finance.refuse_change();
alter table ledger.seals enable always trigger refuse_change;
alter table ledger.seals enable always trigger refuse_truncate;
alter table ledger.chain_head enable always trigger refuse_delete;

create function ledger.journal_hash(prev bytea, journal uuid) returns bytea
  language sql stable
  set search_path = ''
as $$
  select sha256(prev || convert_to(jsonb_build_array(
    j.id, j.kind, j.effective_date,
    to_char(j.posted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    j.reverses, j.source_type, j.source_id, j.actor_ref, j.request_id, j.memo, j.reason, j.lines,
    (select jsonb_agg(jsonb_build_array(e.line, e.account_id, e.currency, e.amount) order by e.line)
     from ledger.entries e where e.journal_id = j.id)
  )::text, 'UTF8'))
  from ledger.journals j where j.id = journal
$$;
comment on function ledger.journal_hash(bytea, uuid) is
  'Hash of a link: SHA-256 of the previous hash and the journal as a JSON array. A column added later is not part of it.';

-- Definer: it deletes from the queue and writes seals, which no application role may.
create function ledger.seal(at_most integer default 1000) returns bigint
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  head ledger.chain_head;
  next_journal uuid;
  sealed bigint := 0;
begin
  insert into ledger.chain_head (seq, hash) values (0, sha256('genesis')) on conflict do nothing;
  select * into strict head from ledger.chain_head for update;
  for next_journal in
    with taken as (
      delete from ledger.seal_queue
      where journal_id in (select q.journal_id from ledger.seal_queue q order by q.journal_id limit at_most)
      returning journal_id
    )
    select journal_id from taken order by journal_id
  loop
    head.seq := head.seq + 1;
    insert into ledger.seals (seq, journal_id, prev_hash, hash)
    values (head.seq, next_journal, head.hash, ledger.journal_hash(head.hash, next_journal))
    returning hash into head.hash;
    sealed := sealed + 1;
  end loop;
  if sealed > 0 then
    update ledger.chain_head set seq = head.seq, hash = head.hash;
  end if;
  return sealed;
end
$$;
comment on function ledger.seal(integer) is
  'Seals at most that many waiting journals; returns how many. Call it often with small numbers.';

create function ledger.verify_chain() returns table (bad_seq bigint, why text)
  language sql stable security definer
  set search_path = ''
as $$
  select s.seq,
    case when s.prev_hash is distinct from coalesce(p.hash, sha256('genesis')) then 'link' else 'content' end
  from ledger.seals s
  left join ledger.seals p on p.seq = s.seq - 1
  where s.prev_hash is distinct from coalesce(p.hash, sha256('genesis'))
    or s.hash is distinct from ledger.journal_hash(s.prev_hash, s.journal_id)
  union all
  select h.seq, 'head'
  from ledger.chain_head h
  left join lateral (select l.seq, l.hash from ledger.seals l order by l.seq desc limit 1) last on true
  where h.seq <> coalesce(last.seq, 0) or h.hash <> coalesce(last.hash, sha256('genesis'))
  order by 1
$$;
comment on function ledger.verify_chain() is
  'Links that are broken: link (not chained), content (the journal is not what was sealed), head (links missing at the end). Empty: sound.';
