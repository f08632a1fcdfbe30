-- finance: contributors and contributions.

create table giving.contributors (
  id uuid not null default gen_random_uuid(),
  type text not null
    constraint contributors_type_known check (type in ('individual', 'company', 'trust', 'charity', 'anonymous')),
  display_name text not null
    constraint contributors_display_name_length check (length(btrim(display_name)) > 0 and length(display_name) <= 200),
  email text
    constraint contributors_email_shape check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  contact_ref uuid,
  locale text not null default 'en'
    constraint contributors_locale_known check (locale in ('de', 'en')),
  status text not null default 'active'
    constraint contributors_status_known check (status in ('active', 'merged', 'erased')),
  merged_into_id uuid,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint contributors_pkey primary key (id),
  constraint contributors_merged_into_id_fkey foreign key (merged_into_id)
    references giving.contributors (id) on delete restrict,
  constraint contributors_anonymous_is_nobody check (type <> 'anonymous' or (email is null and contact_ref is null)),
  constraint contributors_merged_whole check (
    case status when 'active' then merged_into_id is null when 'merged' then merged_into_id is not null else true end
  ),
  constraint contributors_merged_into_another check (merged_into_id <> id),
  constraint contributors_erased_whole check ((status = 'erased') = (erased_at is not null)),
  constraint contributors_erased_is_nobody check (erased_at is null or (email is null and contact_ref is null))
);
comment on table giving.contributors is 'Who gives: people, companies, trusts, charities, or nobody known.';
comment on column giving.contributors.id is 'Identity.';
comment on column giving.contributors.type is 'individual, company, trust, charity or anonymous.';
comment on column giving.contributors.display_name is 'Name to show; 1 to 200 characters.';
comment on column giving.contributors.email is 'Address for receipts, shared by any number of contributors; null: none.';
comment on column giving.contributors.contact_ref is 'The same person in platform, unique among live rows; null: not known there.';
comment on column giving.contributors.locale is 'Language to write to them in: de or en.';
comment on column giving.contributors.status is 'active, merged or erased; only the steps of contributors_status_transition are allowed.';
comment on column giving.contributors.merged_into_id is 'Contributor who took its place; null: none.';
comment on column giving.contributors.erased_at is 'When personal data was blanked; null: it is there. What was given stays.';
comment on column giving.contributors.created_at is 'When the row was written.';
comment on column giving.contributors.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributors.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributors.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributors.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.contributors.deleted_at is 'When it was deleted; null: live.';

create unique index contributors_contact_ref_key on giving.contributors (contact_ref) where deleted_at is null;
create index contributors_email_idx on giving.contributors (lower(email)) where deleted_at is null;
create index contributors_created_at_idx on giving.contributors (created_at desc, id desc);

create index contributors_merged_into_id_idx on giving.contributors (merged_into_id);

create trigger check_status before insert or update of status on giving.contributors
  for each row execute function finance.check_transition('status', 'active', 'active>merged,erased', 'merged>erased');
create trigger touch before update on giving.contributors for each row execute function finance.touch();

create table giving.contributions (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  fund_id uuid not null,
  project_ref uuid,
  designation text not null
    constraint contributions_designation_known check (designation in ('restricted', 'unrestricted')),
  amount_minor bigint not null
    constraint contributions_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null,
  note text
    constraint contributions_note_length check (length(note) between 1 and 500),
  status text not null default 'created'
    constraint contributions_status_known check (
      status in (
        'created', 'processing', 'settled', 'failed', 'partially_refunded', 'refunded', 'disputed', 'charged_back'
      )
    ),
  provider text
    constraint contributions_provider_shape check (provider ~ '^[a-z][a-z0-9_]*$' and length(provider) <= 50),
  provider_ref text
    constraint contributions_provider_ref_length check (length(provider_ref) between 1 and 200),
  occurred_on date not null,
  settled_at timestamptz,
  journal_id uuid,
  fee_cover_minor bigint not null default 0
    constraint contributions_fee_cover_minor_range check (fee_cover_minor between 0 and 9000000000000000),
  tip_minor bigint not null default 0
    constraint contributions_tip_minor_range check (tip_minor between 0 and 9000000000000000),
  benefit_minor bigint not null default 0
    constraint contributions_benefit_minor_range check (benefit_minor between 0 and 9000000000000000),
  own_money boolean not null default true,
  presentment_minor bigint
    constraint contributions_presentment_minor_range check (presentment_minor between 1 and 9000000000000000),
  presentment_currency text
    constraint contributions_presentment_currency_shape check (presentment_currency ~ '^[A-Z]{3}$'),
  presentment_rate numeric(20, 10)
    constraint contributions_presentment_rate_range check (presentment_rate > 0),
  mandate_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint contributions_pkey primary key (id),
  constraint contributions_provider_ref_key unique (provider, provider_ref),
  constraint contributions_contributor_id_fkey foreign key (contributor_id) references giving.contributors (id),
  constraint contributions_fund_id_fkey foreign key (fund_id) references ledger.funds (id),
  constraint contributions_currency_fkey foreign key (currency) references ledger.currencies (code),
  -- Deferred, so that a repeated id is refused before anything is posted for it.
  constraint contributions_journal_id_fkey foreign key (journal_id) references ledger.journals (id)
    deferrable initially deferred,
  constraint contributions_presentment_whole check (
    num_nonnulls(presentment_minor, presentment_currency, presentment_rate) in (0, 3)
  ),
  constraint contributions_provider_ref_has_provider check (provider_ref is null or provider is not null),
  constraint contributions_designation_of_project check (project_ref is null or designation = 'restricted'),
  constraint contributions_settled_is_posted check (
    (status in ('created', 'processing', 'failed')) = (journal_id is null)
    and (journal_id is null) = (settled_at is null)
  )
);
comment on table giving.contributions is 'What was given; money is in the books from the moment a contribution is settled.';
comment on column giving.contributions.id is 'Identity; chosen by the caller.';
comment on column giving.contributions.contributor_id is 'Who gave it.';
comment on column giving.contributions.fund_id is 'Fund it went to.';
comment on column giving.contributions.project_ref is 'Project it was given for (projects); null: for whatever needs it most.';
comment on column giving.contributions.designation is 'restricted: for the purpose of the fund only; unrestricted: the general fund.';
comment on column giving.contributions.amount_minor is 'Gross amount in minor units of currency, 1 to 9e15.';
comment on column giving.contributions.currency is 'ISO 4217 code, one the books accept.';
comment on column giving.contributions.note is 'Words of the contributor, at most 500 characters; null: none.';
comment on column giving.contributions.status is 'created, processing, settled, failed; later partially_refunded, refunded, disputed, charged_back.';
comment on column giving.contributions.provider is 'Who processed the payment; manual: recorded by hand; null: not known yet.';
comment on column giving.contributions.provider_ref is 'The provider''s own id of the payment; null: none.';
comment on column giving.contributions.occurred_on is 'Day of the gift in the United Kingdom; the accounting date.';
comment on column giving.contributions.settled_at is 'When the money was ours; null: not yet.';
comment on column giving.contributions.journal_id is 'Journal that put it into the books; null: not settled.';
comment on column giving.contributions.fee_cover_minor is 'What was added to cover the processor''s fee, minor units of currency.';
comment on column giving.contributions.tip_minor is 'What was added for the platform itself, minor units of currency.';
comment on column giving.contributions.benefit_minor is 'Worth of what the contributor got in return, minor units of currency.';
comment on column giving.contributions.own_money is 'Whether it was the contributor''s own money, not collected from others.';
comment on column giving.contributions.presentment_minor is 'Amount that the contributor saw, minor units of presentment_currency; null: as amount_minor.';
comment on column giving.contributions.presentment_currency is 'ISO 4217 code that the contributor saw; null: as currency.';
comment on column giving.contributions.presentment_rate is 'Units of currency for one unit of presentment_currency; null: not converted.';
comment on column giving.contributions.mandate_id is 'Standing promise it was collected for; null: given once.';
comment on column giving.contributions.created_at is 'When the row was written.';
comment on column giving.contributions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributions.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index contributions_journal_id_key on giving.contributions (journal_id);
create index contributions_contributor_id_idx on giving.contributions (contributor_id, created_at desc, id desc);
create index contributions_fund_id_idx on giving.contributions (fund_id);
create index contributions_project_ref_idx on giving.contributions (project_ref, created_at desc, id desc);
create index contributions_currency_idx on giving.contributions (currency);
create index contributions_created_at_idx on giving.contributions (created_at desc, id desc);

-- The application reads contributions; giving.contribute writes them.
revoke insert, update on giving.contributions from finance_writer;

create function giving.keep_contribution() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if old.journal_id is not null
    and (new.journal_id, new.fund_id, new.project_ref, new.designation, new.amount_minor, new.currency, new.occurred_on, new.settled_at,
        new.fee_cover_minor, new.tip_minor)
      is distinct from
        (old.journal_id, old.fund_id, old.project_ref, old.designation, old.amount_minor, old.currency, old.occurred_on, old.settled_at,
        old.fee_cover_minor, old.tip_minor)
  then
    raise exception 'contribution % is in the books', old.id
      using errcode = '42501', schema = 'giving', table = 'contributions', hint = 'Refund it and record another one.';
  end if;
  return new;
end
$$;
comment on function giving.keep_contribution() is 'Before update: what was posted about a contribution stays.';
create trigger keep_contribution before update on giving.contributions
  for each row execute function giving.keep_contribution();
create trigger refuse_delete before delete or truncate on giving.contributions
  for each statement execute function finance.refuse_change();
alter table giving.contributions enable always trigger refuse_delete;

create trigger touch before update on giving.contributions for each row execute function finance.touch();

create function giving.fund_of(p_project_ref uuid) returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  fund ledger.funds;
begin
  if p_project_ref is null then
    select * into strict fund from ledger.funds where code = 'GEN';
  else
    select * into fund from ledger.funds where project_ref = p_project_ref and stage_ref is null;
    if not found then
      insert into ledger.funds (code, restriction, project_ref)
      values ('project:' || p_project_ref, 'restricted', p_project_ref)
      on conflict do nothing
      returning * into fund;
      if not found then
        -- Somebody else opened it meanwhile, and has committed: the insert waited for that.
        select * into strict fund from ledger.funds where project_ref = p_project_ref and stage_ref is null;
      end if;
    end if;
  end if;
  return fund.id;
end
$$;
comment on function giving.fund_of(uuid) is 'Finds or opens the restricted fund of a project; null: the general fund.';

-- Definer: recording a contribution writes to the books, which no application role may.
create function giving.contribute(
  p_scope text,
  p_key text,
  p_fingerprint bytea,
  p_id uuid,
  p_contributor_id uuid,
  p_project_ref uuid,
  p_amount_minor bigint,
  p_currency text,
  p_note text,
  p_occurred_on date,
  p_actor uuid,
  p_request_id text
) returns table (
  id uuid,
  contributor_id uuid,
  fund_id uuid,
  project_ref uuid,
  designation text,
  amount_minor bigint,
  currency text,
  note text,
  status text,
  provider text,
  provider_ref text,
  occurred_on date,
  settled_at timestamptz,
  journal_id uuid,
  created_at timestamptz,
  created_by uuid,
  updated_at timestamptz,
  updated_by uuid,
  version integer,
  replayed boolean
)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.contributions;
  v_fund uuid;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'contributing needs isolation level read committed, not %', current_setting('transaction_isolation')
      using errcode = '25001';
  end if;

  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    v_row := jsonb_populate_record(null::giving.contributions, v_answer);
  else
    -- The lock makes a concurrent deletion of the contributor wait.
    perform 1 from giving.contributors where id = p_contributor_id and deleted_at is null for share;
    if not found then
      raise exception 'contributor % does not exist', p_contributor_id
        using errcode = '23503', constraint = 'contributions_contributor_id_fkey',
              schema = 'giving', table = 'contributions';
    end if;
    perform 1 from ledger.currencies where code = p_currency;
    if not found then
      raise exception 'the books do not accept currency %', p_currency
        using errcode = '23503', constraint = 'contributions_currency_fkey',
              schema = 'giving', table = 'contributions';
    end if;

    v_fund := giving.fund_of(p_project_ref);
    insert into giving.contributions (
      id, contributor_id, fund_id, project_ref, designation, amount_minor, currency, note, status, provider,
      occurred_on, settled_at, journal_id, created_by, updated_by)
    values (
      coalesce(p_id, gen_random_uuid()), p_contributor_id, v_fund, p_project_ref,
      case when p_project_ref is null then 'unrestricted' else 'restricted' end,
      p_amount_minor, p_currency, p_note, 'settled', 'manual',
      coalesce(p_occurred_on, (now() at time zone 'Europe/London')::date), now(), ledger.uuid7(), p_actor, p_actor)
    returning * into v_row;
    perform ledger.post(
      v_row.journal_id, 'contribution.settled', v_row.occurred_on, 'contribution', v_row.id,
      array[ledger.leaf_account('1200', null, p_currency), ledger.leaf_account('4000', v_fund, p_currency)],
      array[p_amount_minor, -p_amount_minor],
      p_actor, p_request_id);
    insert into finance.outbox_events (topic, aggregate_type, aggregate_id, payload)
    values ('finance.contribution.settled.v1', 'contribution', v_row.id, jsonb_build_object(
      'contribution_id', v_row.id, 'contributor_id', v_row.contributor_id, 'fund_id', v_row.fund_id,
      'project_ref', v_row.project_ref, 'amount_minor', v_row.amount_minor, 'currency', v_row.currency,
      'occurred_on', v_row.occurred_on, 'journal_id', v_row.journal_id));
    perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  end if;

  return query select
    v_row.id, v_row.contributor_id, v_row.fund_id, v_row.project_ref, v_row.designation, v_row.amount_minor,
    v_row.currency, v_row.note, v_row.status, v_row.provider, v_row.provider_ref, v_row.occurred_on,
    v_row.settled_at, v_row.journal_id, v_row.created_at, v_row.created_by, v_row.updated_at, v_row.updated_by,
    v_row.version, v_answer is not null;
end
$$;
comment on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text) is
  'Records a settled contribution and posts it, in one statement; a repeated key answers the first row again with replayed. Breaks idempotency_keys_fingerprint (P0422), contributions_contributor_id_fkey, contributions_currency_fkey (23503), contributions_pkey (23505), accounting_periods_open, accounts_open (P0409), or a check of contributions (23514).';
grant execute on function giving.contribute(text, text, bytea, uuid, uuid, uuid, bigint, text, text, date, uuid, text)
  to finance_writer;
