-- finance: where partners are paid.

create table giving.partner_bank_accounts (
  id uuid not null default gen_random_uuid(),
  partner_ref uuid not null,
  holder_name text not null
    constraint partner_bank_accounts_holder_name_length check (
      length(btrim(holder_name)) > 0
      and length(holder_name) <= 200
    ),
  currency text not null,
  country text not null
    constraint partner_bank_accounts_country_shape check (country ~ '^[A-Z]{2}$'),
  details_ciphertext bytea not null
    constraint partner_bank_accounts_details_ciphertext_size check (
      octet_length(details_ciphertext) between 1
      and 4096
    ),
  details_fingerprint finance.sha256 not null,
  last_four text not null
    constraint partner_bank_accounts_last_four_shape check (last_four ~ '^[0-9A-Z]{4}$'),
  status text not null default 'unverified'
    constraint partner_bank_accounts_status_known check (status in ('unverified', 'verified', 'retired')),
  usable_from timestamptz not null default now() + interval '3 days',
  verified_by uuid,
  verified_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  details_key_id text
    constraint partner_bank_accounts_details_key_id_length check (length(details_key_id) between 1 and 64),
  constraint partner_bank_accounts_pkey primary key (id),
  constraint partner_bank_accounts_currency_fkey foreign key (currency)
    references ledger.currencies (code) on delete restrict,
  constraint partner_bank_accounts_verified_whole check (
    (verified_at is null) = (verified_by is null)
    and (status <> 'verified' or verified_at is not null)
  ),
  constraint partner_bank_accounts_four_eyes check (
    verified_by is null
    or (created_by is not null and verified_by <> created_by)
  ),
  constraint partner_bank_accounts_cooling check (usable_from >= created_at + interval '3 days')
);
comment on table giving.partner_bank_accounts is
  'Where partners are paid. Details never change: a new account is a new row, and waits before money may go there.';
comment on column giving.partner_bank_accounts.id is 'Identity.';
comment on column giving.partner_bank_accounts.partner_ref is 'Partner (projects).';
comment on column giving.partner_bank_accounts.holder_name is 'Name of the account''s holder.';
comment on column giving.partner_bank_accounts.currency is 'ISO 4217 code.';
comment on column giving.partner_bank_accounts.country is 'ISO 3166-1 alpha-2 code of the bank.';
comment on column giving.partner_bank_accounts.details_ciphertext is
  'Account number and sort code, or IBAN, encrypted by the application.';
comment on column giving.partner_bank_accounts.details_fingerprint is
  'Keyed hash of the details: finds the same account again without reading it.';
comment on column giving.partner_bank_accounts.last_four is 'Last four characters of the number, to recognise it by.';
comment on column giving.partner_bank_accounts.status is
  'Where it stands; the steps of partner_bank_accounts_status_transition.';
comment on column giving.partner_bank_accounts.usable_from is
  'Earliest moment of a payment: time for the partner to object; never less than three days.';
comment on column giving.partner_bank_accounts.verified_by is
  'Contact who checked it with the partner (platform), never the one who wrote it; null: nobody yet.';
comment on column giving.partner_bank_accounts.verified_at is 'When that was; null: not yet.';
comment on column giving.partner_bank_accounts.created_at is 'When the row was written.';
comment on column giving.partner_bank_accounts.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.partner_bank_accounts.updated_at is 'When it last changed; set by trigger.';
comment on column giving.partner_bank_accounts.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column giving.partner_bank_accounts.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giving.partner_bank_accounts.details_key_id is
  'Name of the key that sealed the details; null: unknown, they cannot be opened.';

create index partner_bank_accounts_currency_idx on giving.partner_bank_accounts (currency);
create unique index partner_bank_accounts_details_key on giving.partner_bank_accounts (partner_ref, details_fingerprint)
  where status <> 'retired';
create index partner_bank_accounts_partner_ref_idx on giving.partner_bank_accounts (partner_ref);
create index partner_bank_accounts_created_at_idx on giving.partner_bank_accounts (created_at desc, id desc);

revoke select on giving.partner_bank_accounts from finance_studio;
grant select (
  id, partner_ref, holder_name, currency, country, last_four, status, usable_from, verified_by, verified_at,
  created_at, created_by, updated_at, updated_by, version
) on giving.partner_bank_accounts to finance_studio;

create trigger check_status before insert or update of status on giving.partner_bank_accounts
  for each row execute function finance.check_transition(
    'status', 'unverified',
    'unverified>verified,retired',
    'verified>retired');
create trigger keep_once_set before update on giving.partner_bank_accounts
  for each row execute function finance.keep_once_set(
    'verified_by', 'verified_at', 'usable_from', 'details_ciphertext', 'details_key_id', 'details_fingerprint', 'last_four', 'partner_ref', 'holder_name', 'currency', 'country', 'created_by');
create trigger touch before update on giving.partner_bank_accounts for each row execute function finance.touch();
