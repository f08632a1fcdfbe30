-- finance: the small donations scheme: gifts of at most 30 pounds without a declaration.

create table giftaid.gasds_buildings (
  id uuid not null default gen_random_uuid(),
  claimant_id uuid not null,
  name text not null
    constraint gasds_buildings_name_length check (length(btrim(name)) > 0 and length(name) <= 160),
  address text not null
    constraint gasds_buildings_address_length check (length(btrim(address)) > 0 and length(address) <= 40),
  postcode text not null
    constraint gasds_buildings_postcode_shape check (
      postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'
    ),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint gasds_buildings_pkey primary key (id),
  constraint gasds_buildings_claimant_id_fkey foreign key (claimant_id)
    references giftaid.claimants (id) on delete restrict
);
comment on table giftaid.gasds_buildings is
  'Community buildings that have a limit of their own in the small donations scheme.';
comment on column giftaid.gasds_buildings.id is 'Identity.';
comment on column giftaid.gasds_buildings.claimant_id is 'Charity that uses it.';
comment on column giftaid.gasds_buildings.name is 'Name, at most 160 characters.';
comment on column giftaid.gasds_buildings.address is 'House and street as sent, at most 40 characters.';
comment on column giftaid.gasds_buildings.postcode is 'Postcode in upper case with the space.';
comment on column giftaid.gasds_buildings.created_at is 'When the row was written.';
comment on column giftaid.gasds_buildings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_buildings.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_buildings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_buildings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column giftaid.gasds_buildings.deleted_at is 'When it was deleted; null: live.';

create unique index gasds_buildings_name_key on giftaid.gasds_buildings (claimant_id, lower(name))
  where deleted_at is null;
create index gasds_buildings_claimant_id_idx on giftaid.gasds_buildings (claimant_id);

create trigger touch before update on giftaid.gasds_buildings for each row execute function finance.touch();

create table giftaid.gasds_claims (
  id uuid not null default gen_random_uuid(),
  claimant_id uuid not null,
  tax_year integer not null
    constraint gasds_claims_tax_year_range check (tax_year between 2013 and 2100),
  claim_id uuid,
  status text not null default 'draft'
    constraint gasds_claims_status_known check (
      status in (
        'draft', 'validated', 'withdrawn', 'submitted', 'accepted', 'rejected', 'received'
      )
    ),
  collected_minor bigint not null default 0
    constraint gasds_claims_collected_minor_range check (collected_minor between 0 and 9000000000000000)
    constraint gasds_claims_collected_minor_limit check (collected_minor <= 800000),
  buildings_minor bigint not null default 0
    constraint gasds_claims_buildings_minor_range check (buildings_minor between 0 and 9000000000000000),
  top_up_minor bigint not null default 0
    constraint gasds_claims_top_up_minor_range check (top_up_minor between 0 and 9000000000000000),
  journal_id uuid,
  received_minor bigint not null default 0
    constraint gasds_claims_received_minor_range check (received_minor between 0 and 9000000000000000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint gasds_claims_pkey primary key (id),
  constraint gasds_claims_journal_id_key unique (journal_id),
  constraint gasds_claims_claimant_id_fkey foreign key (claimant_id)
    references giftaid.claimants (id) on delete restrict,
  constraint gasds_claims_claim_id_fkey foreign key (claim_id) references giftaid.claims (id) on delete restrict,
  constraint gasds_claims_journal_id_fkey foreign key (journal_id) references ledger.journals (id) on delete restrict,
  constraint gasds_claims_claim_by_status check (
    status in ('draft', 'validated', 'withdrawn') or claim_id is not null
  ),
  constraint gasds_claims_posted check ((status in ('draft', 'validated', 'withdrawn')) = (journal_id is null)),
  constraint gasds_claims_received_limit check (received_minor <= top_up_minor),
  constraint gasds_claims_received_whole check (received_minor = 0 or status = 'received')
);
comment on table giftaid.gasds_claims is
  'Claims of the small donations scheme: one per charity and tax year, within its limits.';
comment on column giftaid.gasds_claims.id is 'Identity.';
comment on column giftaid.gasds_claims.claimant_id is 'Charity that claims.';
comment on column giftaid.gasds_claims.tax_year is 'Calendar year in which the tax year begins.';
comment on column giftaid.gasds_claims.claim_id is 'Gift Aid claim that it goes with; null: in none yet.';
comment on column giftaid.gasds_claims.status is 'Where it stands; the steps of gasds_claims_status_transition.';
comment on column giftaid.gasds_claims.collected_minor is 'Small gifts outside buildings, pence; at most 8,000 pounds.';
comment on column giftaid.gasds_claims.buildings_minor is 'Small gifts in buildings, pence; at most 8,000 pounds each.';
comment on column giftaid.gasds_claims.top_up_minor is 'What is asked for, pence.';
comment on column giftaid.gasds_claims.journal_id is 'Journal of the receivable; null: not submitted.';
comment on column giftaid.gasds_claims.received_minor is 'What the tax office paid, pence; what it did not pay is given up.';
comment on column giftaid.gasds_claims.created_at is 'When the row was written.';
comment on column giftaid.gasds_claims.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_claims.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_claims.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_claims.version is 'Counts changes from 1; set by trigger; the ETag.';

create index gasds_claims_claim_id_idx on giftaid.gasds_claims (claim_id);
create unique index gasds_claims_tax_year_key on giftaid.gasds_claims (claimant_id, tax_year)
  where status not in ('rejected', 'withdrawn');
create index gasds_claims_claimant_id_idx on giftaid.gasds_claims (claimant_id);
create index gasds_claims_created_at_idx on giftaid.gasds_claims (created_at desc, id desc);

create trigger refuse_delete before delete or truncate on giftaid.gasds_claims
  for each statement execute function finance.refuse_change();
alter table giftaid.gasds_claims enable always trigger refuse_delete;
create trigger check_status before insert or update of status on giftaid.gasds_claims
  for each row execute function finance.check_transition(
    'status', 'draft',
    'draft>validated,withdrawn',
    'validated>draft,submitted,withdrawn',
    'submitted>accepted,rejected',
    'accepted>received');
create trigger check_frozen before update on giftaid.gasds_claims
  for each row execute function finance.check_frozen('status', 'draft', 'claim_id,journal_id,received_minor');
create trigger keep_once_set before update on giftaid.gasds_claims
  for each row execute function finance.keep_once_set(
    'claim_id', 'journal_id');
create trigger touch before update on giftaid.gasds_claims for each row execute function finance.touch();

create table giftaid.gasds_collections (
  id uuid not null default gen_random_uuid(),
  claimant_id uuid not null,
  building_id uuid,
  contribution_id uuid,
  gasds_claim_id uuid,
  collected_on date not null,
  banked_on date not null,
  method text not null
    constraint gasds_collections_method_known check (method in ('cash', 'contactless', 'chip_and_pin')),
  gifts integer not null
    constraint gasds_collections_gifts_range check (gifts between 1 and 100000),
  amount_minor bigint not null
    constraint gasds_collections_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint gasds_collections_pkey primary key (id),
  constraint gasds_collections_contribution_id_key unique (contribution_id),
  constraint gasds_collections_claimant_id_fkey foreign key (claimant_id)
    references giftaid.claimants (id) on delete restrict,
  constraint gasds_collections_building_id_fkey foreign key (building_id)
    references giftaid.gasds_buildings (id) on delete restrict,
  constraint gasds_collections_contribution_id_fkey foreign key (contribution_id)
    references giving.contributions (id) on delete restrict,
  constraint gasds_collections_gasds_claim_id_fkey foreign key (gasds_claim_id)
    references giftaid.gasds_claims (id) on delete restrict,
  constraint gasds_collections_gift_limit check (amount_minor <= gifts * 3000::bigint),
  constraint gasds_collections_banked_after check (banked_on >= collected_on)
);
comment on table giftaid.gasds_collections is
  'Collections of small gifts: cash or contactless, at most 30 pounds each, without a declaration.';
comment on column giftaid.gasds_collections.id is 'Identity.';
comment on column giftaid.gasds_collections.claimant_id is 'Charity that collected.';
comment on column giftaid.gasds_collections.building_id is 'Community building; null: elsewhere.';
comment on column giftaid.gasds_collections.contribution_id is
  'The collection as a contribution; null: not recorded as one. It is never claimed as Gift Aid too.';
comment on column giftaid.gasds_collections.gasds_claim_id is 'Claim it is in; null: not claimed.';
comment on column giftaid.gasds_collections.collected_on is 'Day of the collection.';
comment on column giftaid.gasds_collections.banked_on is 'Day it was banked.';
comment on column giftaid.gasds_collections.method is 'How it was given.';
comment on column giftaid.gasds_collections.gifts is 'Number of gifts.';
comment on column giftaid.gasds_collections.amount_minor is 'Their sum, pence.';
comment on column giftaid.gasds_collections.created_at is 'When the row was written.';
comment on column giftaid.gasds_collections.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giftaid.gasds_collections.updated_at is 'When it last changed; set by trigger.';
comment on column giftaid.gasds_collections.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column giftaid.gasds_collections.version is 'Counts changes from 1; set by trigger; the ETag.';

create index gasds_collections_claimant_id_idx on giftaid.gasds_collections (claimant_id);
create index gasds_collections_building_id_idx on giftaid.gasds_collections (building_id);
create index gasds_collections_gasds_claim_id_idx on giftaid.gasds_collections (gasds_claim_id);
create index gasds_collections_created_at_idx on giftaid.gasds_collections (created_at desc, id desc);

create trigger check_parent before insert or update on giftaid.gasds_collections
  for each row execute function finance.check_parent('giftaid.gasds_claims', 'gasds_claim_id', 'status', 'draft,withdrawn,rejected');
create trigger touch before update on giftaid.gasds_collections for each row execute function finance.touch();
