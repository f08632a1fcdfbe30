-- finance: Gift Aid as income: what a gift is worth is in the books from the day it may be claimed.

create table giftaid.accruals (
  id uuid not null default finance.uuid7(),
  contribution_id uuid not null,
  claimant_id uuid not null,
  declaration_id uuid not null,
  fund_id uuid not null,
  donated_on date not null,
  amount_minor bigint not null
    constraint accruals_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  tax_minor bigint not null
    constraint accruals_tax_minor_range check (tax_minor between 1 and 9000000000000000),
  status text not null default 'open'
    constraint accruals_status_known check (status in ('open', 'claimed', 'reversed', 'written_off')),
  claim_line_id uuid,
  journal_id uuid not null,
  closing_journal_id uuid,
  reason text
    constraint accruals_reason_shape check (reason ~ '^[a-z][a-z_]{1,49}$'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint accruals_pkey primary key (id),
  constraint accruals_journal_id_key unique (journal_id),
  constraint accruals_closing_journal_id_key unique (closing_journal_id),
  constraint accruals_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint accruals_claimant_id_fkey foreign key (claimant_id) references giftaid.claimants (id) on delete restrict,
  constraint accruals_declaration_id_fkey foreign key (declaration_id)
    references giftaid.declarations (id) on delete restrict,
  constraint accruals_fund_id_fkey foreign key (fund_id) references ledger.funds (id) on delete restrict,
  constraint accruals_claim_line_id_fkey foreign key (claim_line_id)
    references giftaid.claim_lines (id) on delete restrict,
  constraint accruals_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint accruals_closing_journal_id_fkey foreign key (closing_journal_id)
    references ledger.journals (id) on delete restrict,
  constraint accruals_claimed_whole check ((status = 'claimed') = (claim_line_id is not null)),
  constraint accruals_closed_whole check (
    (status in ('reversed', 'written_off')) = (closing_journal_id is not null)
    and (closing_journal_id is null) = (reason is null)
  )
);
comment on table giftaid.accruals is
  'Gifts that may be claimed, with the tax that is in the books for each; at most one live row per gift.';
comment on column giftaid.accruals.id is 'Identity.';
comment on column giftaid.accruals.contribution_id is 'The gift.';
comment on column giftaid.accruals.claimant_id is 'Charity that may claim.';
comment on column giftaid.accruals.declaration_id is 'Declaration it may be claimed under.';
comment on column giftaid.accruals.fund_id is 'Fund of the gift: the tax goes where the gift went.';
comment on column giftaid.accruals.donated_on is 'Day of the gift.';
comment on column giftaid.accruals.amount_minor is 'The gift less what was given back, pence.';
comment on column giftaid.accruals.tax_minor is 'Tax on it, pence, floored.';
comment on column giftaid.accruals.status is
  'open: in the books, not claimed; claimed: in a claim that was submitted; reversed, written_off: no longer in the books.';
comment on column giftaid.accruals.claim_line_id is 'Line that claims it; null: not claimed.';
comment on column giftaid.accruals.journal_id is 'Journal that put it into the books.';
comment on column giftaid.accruals.closing_journal_id is 'Journal that took it out again; null: it is there.';
comment on column giftaid.accruals.reason is 'Why it was taken out, a reason of eligibility; null: it is there.';
comment on column giftaid.accruals.created_at is 'When the row was written.';
comment on column giftaid.accruals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.accruals.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.accruals.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.accruals.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index accruals_live_key on giftaid.accruals (contribution_id) where status in ('open', 'claimed');
create index accruals_contribution_id_idx on giftaid.accruals (contribution_id);
create index accruals_claimant_id_idx on giftaid.accruals (claimant_id, status, donated_on, id);
create index accruals_declaration_id_idx on giftaid.accruals (declaration_id);
create index accruals_fund_id_idx on giftaid.accruals (fund_id);
create index accruals_claim_line_id_idx on giftaid.accruals (claim_line_id);
create index accruals_created_at_idx on giftaid.accruals (created_at desc, id desc);

-- The application reads accruals; the functions below write them.
revoke insert, update on giftaid.accruals from finance_writer;

create trigger refuse_delete before delete or truncate on giftaid.accruals
  for each statement execute function finance.refuse_change();
alter table giftaid.accruals enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.accruals
  for each row execute function finance.check_transition(
    'status', 'open',
    'open>claimed,reversed,written_off',
    'claimed>open');
create trigger check_frozen before update on giftaid.accruals
  for each row execute function finance.check_frozen('id', '', 'status,claim_line_id,closing_journal_id,reason');
create trigger keep_once_set before update on giftaid.accruals
  for each row execute function finance.keep_once_set('closing_journal_id');
create trigger touch before update on giftaid.accruals for each row execute function finance.touch();

create function giftaid.refunded(p_contribution_id uuid) returns bigint
  language plpgsql stable
  set search_path = ''
as $$
begin
  return coalesce((
    select sum(amount_minor) from giving.refunds where contribution_id = p_contribution_id and status <> 'failed'), 0);
end
$$;
comment on function giftaid.refunded(uuid) is 'What of a gift was given back, or is about to be.';
grant execute on function giftaid.refunded(uuid) to finance_writer, finance_reader, finance_studio;

-- Definer: it writes to the books, which no application role may.
create function giftaid.accrue(
  p_contributions uuid[],
  p_declarations uuid[],
  p_claimants uuid[],
  p_actor uuid,
  p_request_id text
) returns table (taken bigint, tax_minor bigint)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_gift giving.contributions;
  v_declared giftaid.declarations;
  v_amount bigint;
  v_tax bigint;
  v_id uuid;
  v_journal uuid;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for i in 1 .. coalesce(cardinality(p_contributions), 0) loop
    -- The lock makes a refund wait, and then see the accrual; what has changed since the caller looked is passed over.
    select * into v_gift from giving.contributions where id = p_contributions[i] for no key update;
    select * into v_declared from giftaid.declarations where id = p_declarations[i] for share;
    v_amount := v_gift.amount_minor - giftaid.refunded(v_gift.id);
    v_tax := case when v_amount > 0 then giftaid.tax_on(v_amount, v_gift.occurred_on) end;
    continue when v_gift.id is null or v_declared.id is null or coalesce(v_tax, 0) = 0
      or v_gift.status not in ('settled', 'partially_refunded') or v_gift.currency <> 'GBP' or not v_gift.own_money
      or v_declared.contributor_id <> v_gift.contributor_id or v_declared.claimant_id <> p_claimants[i]
      or v_declared.contribution_id <> v_gift.id or not giftaid.covers(v_declared, v_gift.occurred_on)
      or exists (select from giftaid.accruals where contribution_id = v_gift.id and status in ('open', 'claimed'))
      or exists (
        select from giftaid.claim_lines
        where contribution_id = v_gift.id and status not in ('rejected', 'withdrawn', 'reversed'))
      or exists (select from giftaid.aggregate_items where contribution_id = v_gift.id)
      or exists (select from giftaid.gasds_collections where contribution_id = v_gift.id);
    v_id := finance.uuid7();
    select j.journal_id into v_journal from ledger.post(
      null, 'gift_aid.accrued', v_today, 'gift_aid_accrual', v_id,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('4010', v_gift.fund_id, 'GBP')],
      array[v_tax, -v_tax], p_actor, p_request_id) j;
    insert into giftaid.accruals (
      id, contribution_id, claimant_id, declaration_id, fund_id, donated_on, amount_minor, tax_minor, journal_id,
      created_by, updated_by)
    values (
      v_id, v_gift.id, p_claimants[i], v_declared.id, v_gift.fund_id, v_gift.occurred_on, v_amount, v_tax, v_journal,
      p_actor, p_actor);
    v_taken := v_taken + 1;
    v_total := v_total + v_tax;
  end loop;
  return query select v_taken, v_total;
end
$$;
comment on function giftaid.accrue(uuid[], uuid[], uuid[], uuid, text) is
  'Puts the tax of gifts into the books, each under the declaration and for the claimant given; passes over what may not be claimed, or is there already.';
grant execute on function giftaid.accrue(uuid[], uuid[], uuid[], uuid, text) to finance_writer;

-- Definer: it writes to the books.
create function giftaid.release(
  p_accruals uuid[],
  p_reasons text[],
  p_actor uuid,
  p_request_id text
) returns table (taken bigint, tax_minor bigint)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_row giftaid.accruals;
  v_journal uuid;
  v_written_off boolean;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for i in 1 .. coalesce(cardinality(p_accruals), 0) loop
    select * into v_row from giftaid.accruals where id = p_accruals[i] and status = 'open' for no key update;
    -- A line of a draft holds it: validating the claim drops the line, and the next run releases it.
    continue when v_row.id is null or exists (
      select from giftaid.claim_lines
      where contribution_id = v_row.contribution_id and status not in ('rejected', 'withdrawn', 'reversed'));
    v_written_off := p_reasons[i] = 'out_of_time';
    select j.journal_id into v_journal from ledger.post(
      null, case when v_written_off then 'gift_aid.written_off' else 'journal.reversal' end, v_today,
      'gift_aid_accrual', v_row.id,
      array[ledger.leaf_account('1300', null, 'GBP'), ledger.leaf_account('4010', v_row.fund_id, 'GBP')],
      array[-v_row.tax_minor, v_row.tax_minor], p_actor, p_request_id,
      p_reason => 'Gift Aid cannot be claimed: ' || p_reasons[i],
      p_reverses => case when not v_written_off then v_row.journal_id end) j;
    update giftaid.accruals
    set status = case when v_written_off then 'written_off' else 'reversed' end, closing_journal_id = v_journal,
      reason = p_reasons[i], updated_by = p_actor
    where id = v_row.id;
    v_taken := v_taken + 1;
    v_total := v_total + v_row.tax_minor;
  end loop;
  return query select v_taken, v_total;
end
$$;
comment on function giftaid.release(uuid[], text[], uuid, text) is
  'Takes the tax of gifts that may no longer be claimed out of the books: written off if the time is over, else reversed; breaks what ledger.post breaks.';
grant execute on function giftaid.release(uuid[], text[], uuid, text) to finance_writer;

-- Definer: it writes to the books.
create function giftaid.give_back(p_at_most integer, p_actor uuid, p_request_id text)
  returns table (taken bigint, tax_minor bigint)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_due record;
  v_line giftaid.claim_lines;
  v_kept bigint;
  v_back bigint;
  v_id uuid;
  v_journal uuid;
  v_taken bigint := 0;
  v_total bigint := 0;
  v_today date := (now() at time zone 'Europe/London')::date;
begin
  for v_due in
    select l.id, g.fund_id, g.status, g.amount_minor - giftaid.refunded(g.id) as left_minor, r.id as refund_id,
      giftaid.covers(d, l.donated_on) as covered
    from giftaid.claim_lines l
    join giving.contributions g on g.id = l.contribution_id
    join giftaid.declarations d on d.id = l.declaration_id
    left join lateral (
      select r.id from giving.refunds r where r.contribution_id = g.id and r.status = 'settled'
      order by r.settled_at desc, r.id limit 1
    ) r on true
    where l.status in ('accepted', 'received')
      and (g.status in ('partially_refunded', 'refunded', 'charged_back') or not giftaid.covers(d, l.donated_on))
      and l.tax_minor > coalesce((
        select sum(a.amount_minor) from giftaid.adjustments a where a.claim_line_id = l.id and a.status <> 'withdrawn'), 0)
    order by l.id
    limit p_at_most
  loop
    select * into v_line from giftaid.claim_lines where id = v_due.id for no key update;
    v_kept := case
      when v_due.status = 'charged_back' or not v_due.covered or v_due.left_minor <= 0 then 0
      else giftaid.tax_on(least(v_due.left_minor, v_line.amount_minor), v_line.donated_on)
    end;
    v_back := v_line.tax_minor - v_kept - coalesce((
      select sum(amount_minor) from giftaid.adjustments where claim_line_id = v_line.id and status <> 'withdrawn'), 0);
    continue when v_back <= 0;
    v_id := gen_random_uuid();
    select j.journal_id into v_journal from ledger.post(
      null, 'gift_aid.over_claimed', v_today, 'gift_aid_adjustment', v_id,
      array[ledger.leaf_account('4010', v_due.fund_id, 'GBP'), ledger.leaf_account('2300', null, 'GBP')],
      array[v_back, -v_back], p_actor, p_request_id) j;
    insert into giftaid.adjustments (
      id, claim_line_id, contribution_id, refund_id, amount_minor, reason, journal_id, created_by, updated_by)
    values (
      v_id, v_line.id, v_line.contribution_id, case when v_due.covered then v_due.refund_id end, v_back,
      case
        when v_due.status = 'charged_back' then 'charged_back'
        when not v_due.covered then 'declaration_cancelled'
        else 'refunded'
      end, v_journal, p_actor, p_actor);
    v_taken := v_taken + 1;
    v_total := v_total + v_back;
  end loop;
  return query select v_taken, v_total;
end
$$;
comment on function giftaid.give_back(integer, uuid, text) is
  'Books the tax that was claimed on gifts that were refunded, charged back or never declared since; the next claim gives it back. Looks at that many lines.';
grant execute on function giftaid.give_back(integer, uuid, text) to finance_writer;
