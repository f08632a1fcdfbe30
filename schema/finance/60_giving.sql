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
  constraint contributors_erased_is_nobody check (
    erased_at is null or (email is null and contact_ref is null and display_name = 'Erased')
  )
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
  theme_ref uuid,
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
  mandate_due_on date,
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
  constraint contributions_designation_of_theme check (theme_ref is null or designation = 'restricted'),
  constraint contributions_one_purpose check (num_nonnulls(project_ref, theme_ref) <= 1),
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
comment on column giving.contributions.theme_ref is 'Theme it was given for (projects); null: none.';
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
comment on column giving.contributions.mandate_due_on is 'Due date of the promise that it was collected for; null: given once.';
comment on column giving.contributions.created_at is 'When the row was written.';
comment on column giving.contributions.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributions.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributions.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giving.contributions.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index contributions_journal_id_key on giving.contributions (journal_id);
create index contributions_contributor_id_idx on giving.contributions (contributor_id, created_at desc, id desc);
create index contributions_fund_id_idx on giving.contributions (fund_id);
create index contributions_project_ref_idx on giving.contributions (project_ref, created_at desc, id desc);
create index contributions_theme_ref_idx on giving.contributions (theme_ref, created_at desc, id desc);
create index contributions_currency_idx on giving.contributions (currency);
create index contributions_created_at_idx on giving.contributions (created_at desc, id desc);

-- The application reads contributions; giving.give writes them.
revoke insert, update on giving.contributions from finance_writer;

create function giving.keep_contribution() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if old.journal_id is not null
    and (new.journal_id, new.fund_id, new.project_ref, new.theme_ref, new.designation, new.amount_minor, new.currency, new.occurred_on, new.settled_at,
        new.fee_cover_minor, new.tip_minor)
      is distinct from
        (old.journal_id, old.fund_id, old.project_ref, old.theme_ref, old.designation, old.amount_minor, old.currency, old.occurred_on, old.settled_at,
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
