-- finance: what is known about contributors beyond their name: identity for Gift Aid, addresses, consents.

create table giving.contributor_identities (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  title text
    constraint contributor_identities_title_shape check (title ~ '^[A-Za-z][A-Za-z''-]{1,3}$'),
  first_name text
    constraint contributor_identities_first_name_length check (
      length(btrim(first_name)) > 0
      and length(first_name) <= 35
    ),
  last_name text
    constraint contributor_identities_last_name_length check (
      length(btrim(last_name)) > 0
      and length(last_name) <= 35
    ),
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint contributor_identities_pkey primary key (id),
  constraint contributor_identities_contributor_id_key unique (contributor_id),
  constraint contributor_identities_contributor_id_fkey foreign key (contributor_id)
    references giving.contributors (id) on delete restrict,
  constraint contributor_identities_whole check (
    (erased_at is null) = (first_name is not null and last_name is not null)
  )
);
comment on table giving.contributor_identities is
  'Who a contributor is to the tax office; kept apart, so that who reads contributors does not read this.';
comment on column giving.contributor_identities.id is 'Identity.';
comment on column giving.contributor_identities.contributor_id is 'The contributor, an individual; one row each.';
comment on column giving.contributor_identities.title is 'Title, 2 to 4 letters; null: none.';
comment on column giving.contributor_identities.first_name is 'First name, at most 35 characters; null: erased.';
comment on column giving.contributor_identities.last_name is 'Last name, at most 35 characters; null: erased.';
comment on column giving.contributor_identities.erased_at is 'When the names were blanked; null: they are there.';
comment on column giving.contributor_identities.created_at is 'When the row was written.';
comment on column giving.contributor_identities.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributor_identities.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributor_identities.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column giving.contributor_identities.version is 'Counts changes from 1; set by trigger; the ETag.';

revoke select on giving.contributor_identities from finance_studio;
grant select (
  id, contributor_id, erased_at, created_at, created_by, updated_at, updated_by, version
) on giving.contributor_identities to finance_studio;

create trigger touch before update on giving.contributor_identities for each row execute function finance.touch();

create table giving.contributor_addresses (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  house text
    constraint contributor_addresses_house_length check (length(btrim(house)) > 0 and length(house) <= 40),
  street text
    constraint contributor_addresses_street_length check (length(btrim(street)) > 0 and length(street) <= 200),
  city text
    constraint contributor_addresses_city_length check (length(btrim(city)) > 0 and length(city) <= 100),
  postcode text
    constraint contributor_addresses_postcode_shape check (
      postcode ~ '^(GIR 0AA|([A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2})$'
    ),
  country text not null default 'GB'
    constraint contributor_addresses_country_shape check (country ~ '^[A-Z]{2}$'),
  overseas boolean not null default false,
  valid_from date not null default current_date,
  valid_to date,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint contributor_addresses_pkey primary key (id),
  constraint contributor_addresses_contributor_id_fkey foreign key (contributor_id)
    references giving.contributors (id) on delete restrict,
  constraint contributor_addresses_span check (valid_to is null or valid_to >= valid_from),
  constraint contributor_addresses_whole check ((erased_at is null) = (house is not null)),
  constraint contributor_addresses_postcode_inside check (erased_at is not null or overseas = (postcode is null))
);
comment on table giving.contributor_addresses is
  'Where a contributor lives and lived; a move closes one row and opens the next, so that a claim can show both.';
comment on column giving.contributor_addresses.id is 'Identity.';
comment on column giving.contributor_addresses.contributor_id is 'The contributor.';
comment on column giving.contributor_addresses.house is 'House name or number, at most 40 characters; null: erased.';
comment on column giving.contributor_addresses.street is 'Street; null: not known.';
comment on column giving.contributor_addresses.city is 'Town; null: not known.';
comment on column giving.contributor_addresses.postcode is
  'Postcode in upper case with the space; null: outside the United Kingdom, or erased.';
comment on column giving.contributor_addresses.country is 'ISO 3166-1 alpha-2 code.';
comment on column giving.contributor_addresses.overseas is
  'Whether the address is outside the United Kingdom; Channel Islands and Isle of Man are inside.';
comment on column giving.contributor_addresses.valid_from is 'First day of living there, as far as known.';
comment on column giving.contributor_addresses.valid_to is 'Day after the last one; null: lives there now.';
comment on column giving.contributor_addresses.erased_at is 'When the address was blanked; null: it is there.';
comment on column giving.contributor_addresses.created_at is 'When the row was written.';
comment on column giving.contributor_addresses.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column giving.contributor_addresses.updated_at is 'When it last changed; set by trigger.';
comment on column giving.contributor_addresses.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column giving.contributor_addresses.version is 'Counts changes from 1; set by trigger; the ETag.';

create unique index contributor_addresses_current_key on giving.contributor_addresses (contributor_id)
  where valid_to is null;
create index contributor_addresses_contributor_id_idx on giving.contributor_addresses (contributor_id, valid_from desc);

revoke select on giving.contributor_addresses from finance_studio;
grant select (
  id, contributor_id, city, country, overseas, valid_from, valid_to, erased_at, created_at, created_by,
  updated_at, updated_by, version
) on giving.contributor_addresses to finance_studio;

create trigger touch before update on giving.contributor_addresses for each row execute function finance.touch();

create function giving.set_tax_identity(
  p_contributor_id uuid, p_viewer uuid, p_version integer, p_known jsonb, p_actor uuid
) returns table (
  contributor_id uuid, title text, first_name text, last_name text, house text, street text, city text, postcode text,
  country text, lives_there_from date, updated_at timestamptz, version integer
)
  language plpgsql
  set search_path = ''
as $$
#variable_conflict use_column
declare
  v_type text;
  v_row giving.contributor_identities;
  v_home giving.contributor_addresses;
  v_today date := finance.today();
  v_renamed boolean;
  v_moved boolean;
begin
  -- The lock makes an erasure at the same time wait, and then blank this too; one that came first is seen.
  select c.type into v_type from giving.contributors c
  where c.id = p_contributor_id and c.deleted_at is null and c.status <> 'erased'
    and (p_viewer is null or c.contact_ref = any (finance.contacts_of(p_viewer)))
  for no key update;
  if not found then
    return;
  end if;
  if v_type <> 'individual' then
    raise exception 'contributor % is no person', p_contributor_id
      using errcode = 'P0422', constraint = 'contributor_identities_individual',
            schema = 'giving', table = 'contributor_identities';
  end if;
  select * into v_row from giving.contributor_identities i where i.contributor_id = p_contributor_id;
  perform finance.check_version('contributor_identities_version', coalesce(v_row.version, 0), p_version);
  select * into v_home from giving.contributor_addresses a where a.contributor_id = p_contributor_id and a.valid_to is null;
  v_renamed := v_row.id is null or (v_row.title, v_row.first_name, v_row.last_name)
    is distinct from (p_known ->> 'title', p_known ->> 'first_name', p_known ->> 'last_name');
  v_moved := v_home.id is null or (v_home.house, v_home.street, v_home.city, v_home.postcode, v_home.country)
    is distinct from (p_known ->> 'house', p_known ->> 'street', p_known ->> 'city', p_known ->> 'postcode', p_known ->> 'country');
  if v_moved then
    update giving.contributor_addresses a set valid_to = greatest(a.valid_from, v_today), updated_by = p_actor
    where a.id = v_home.id;
    insert into giving.contributor_addresses (
      contributor_id, house, street, city, postcode, country, overseas, valid_from, created_by, updated_by)
    values (
      p_contributor_id, p_known ->> 'house', p_known ->> 'street', p_known ->> 'city', p_known ->> 'postcode',
      p_known ->> 'country', p_known ->> 'postcode' is null, greatest(v_home.valid_from, v_today), p_actor, p_actor)
    returning * into v_home;
  end if;
  -- A move counts as a change of the whole, whose version it is.
  if v_renamed or v_moved then
    insert into giving.contributor_identities as i (contributor_id, title, first_name, last_name, created_by, updated_by)
    values (
      p_contributor_id, p_known ->> 'title', p_known ->> 'first_name', p_known ->> 'last_name', p_actor, p_actor)
    on conflict on constraint contributor_identities_contributor_id_key do update
    set title = excluded.title, first_name = excluded.first_name, last_name = excluded.last_name,
      updated_by = excluded.updated_by
    returning * into v_row;
  end if;
  return query select p_contributor_id, v_row.title, v_row.first_name, v_row.last_name, v_home.house, v_home.street,
    v_home.city, v_home.postcode, v_home.country, v_home.valid_from, v_row.updated_at, v_row.version;
end
$$;
comment on function giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid) is
  'Keeps who a contributor is to the tax office and where they live; a move closes the address before. No row: there is none that the viewer may change. Breaks contributor_identities_individual (P0422), contributor_identities_version (P0412).';
grant execute on function giving.set_tax_identity(uuid, uuid, integer, jsonb, uuid), finance.today(),
  finance.check_version(text, integer, integer) to finance_writer;

create table giving.contributor_consents (
  id uuid not null default gen_random_uuid(),
  contributor_id uuid not null,
  purpose text not null
    constraint contributor_consents_purpose_known check (
      purpose in (
        'receipts', 'news', 'phone', 'post', 'share_with_partner', 'research'
      )
    ),
  granted boolean not null,
  channel text not null
    constraint contributor_consents_channel_known check (channel in ('written', 'oral', 'digital')),
  wording text not null
    constraint contributor_consents_wording_length check (length(btrim(wording)) > 0 and length(wording) <= 2000),
  evidence_ref uuid,
  given_at timestamptz not null default now(),
  request_id finance.request_id,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint contributor_consents_pkey primary key (id),
  constraint contributor_consents_contributor_id_fkey foreign key (contributor_id)
    references giving.contributors (id) on delete restrict
);
comment on table giving.contributor_consents is
  'What a contributor agreed to or took back; the newest row of a purpose counts.';
comment on column giving.contributor_consents.id is 'Identity.';
comment on column giving.contributor_consents.contributor_id is 'The contributor.';
comment on column giving.contributor_consents.purpose is 'What for.';
comment on column giving.contributor_consents.granted is 'true: agreed; false: refused or taken back.';
comment on column giving.contributor_consents.channel is 'How it was said.';
comment on column giving.contributor_consents.wording is 'The words that were agreed to.';
comment on column giving.contributor_consents.evidence_ref is 'File or recording that shows it (platform); null: none.';
comment on column giving.contributor_consents.given_at is 'When it was said.';
comment on column giving.contributor_consents.request_id is 'Request it came with; null: none.';
comment on column giving.contributor_consents.created_at is 'When the row was written.';
comment on column giving.contributor_consents.created_by is 'Contact who wrote it (platform); null: the system.';

create index contributor_consents_contributor_id_idx on giving.contributor_consents (contributor_id, purpose, given_at desc, id desc);
create index contributor_consents_created_at_idx on giving.contributor_consents (created_at desc, id desc);

revoke update on giving.contributor_consents from finance_writer;
create trigger refuse_change before update or delete on giving.contributor_consents
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on giving.contributor_consents
  for each statement execute function finance.refuse_change();
alter table giving.contributor_consents enable always trigger refuse_change;
alter table giving.contributor_consents enable always trigger refuse_truncate;
