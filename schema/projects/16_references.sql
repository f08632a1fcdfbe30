-- projects: what other domains told: who is known by another id now, or has no name any more.

create table projects.ref_contacts (
  id uuid not null,
  version integer not null
    constraint ref_contacts_version_range check (version between 0 and 2000000000),
  status text not null
    constraint ref_contacts_status_known check (status in ('merged', 'erased')),
  merged_into_ref uuid,
  seen_at timestamptz not null default now(),
  constraint ref_contacts_pkey primary key (id)
);
comment on table projects.ref_contacts is
  'Contacts (platform) that were merged or erased, as this domain was told; of all others nothing is kept.';
comment on column projects.ref_contacts.id is 'Id of the contact (platform).';
comment on column projects.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column projects.ref_contacts.status is 'merged or erased.';
comment on column projects.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column projects.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

create index ref_contacts_merged_into_ref_idx on projects.ref_contacts (merged_into_ref);

create trigger keep_newest before update on projects.ref_contacts
  for each row execute function projects.keep_newest();

create table projects.ref_companies (
  id uuid not null,
  version integer not null
    constraint ref_companies_version_range check (version between 0 and 2000000000),
  merged_into_ref uuid,
  seen_at timestamptz not null default now(),
  constraint ref_companies_pkey primary key (id)
);
comment on table projects.ref_companies is
  'Companies (platform) that were merged, as this domain was told; of all others nothing is kept.';
comment on column projects.ref_companies.id is 'Id of the company (platform).';
comment on column projects.ref_companies.version is 'Its version over there; an older one is passed over.';
comment on column projects.ref_companies.merged_into_ref is 'Company it became (platform); null: none.';
comment on column projects.ref_companies.seen_at is 'When it was last heard of; set by trigger.';

create index ref_companies_merged_into_ref_idx on projects.ref_companies (merged_into_ref);

create trigger keep_newest before update on projects.ref_companies
  for each row execute function projects.keep_newest();

create function projects.contact_now(p_contact uuid) returns uuid
  language plpgsql stable
  set search_path = ''
as $$
begin
  return coalesce((
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from projects.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from projects.ref_contacts r where r.id = up.id and r.merged_into_ref is not null)
  ), p_contact);
end
$$;
comment on function projects.contact_now(uuid) is 'The contact that one was merged into in the end; itself if it was not.';

create function projects.company_now(p_company uuid) returns uuid
  language plpgsql stable
  set search_path = ''
as $$
begin
  return coalesce((
    with recursive up (id) as (
      select p_company
      union
      select r.merged_into_ref from projects.ref_companies r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from projects.ref_companies r where r.id = up.id and r.merged_into_ref is not null)
  ), p_company);
end
$$;
comment on function projects.company_now(uuid) is 'The company that one was merged into in the end; itself if it was not.';

create function projects.is_forgetting() returns boolean
  language sql stable
  set search_path = ''
as $$
  -- Never null: a trigger whose condition is null does not fire.
  select current_user = 'projects_owner' and coalesce(current_setting('aruuri.forgetting', true), '') = 'on'
$$;
comment on function projects.is_forgetting() is
  'Whether document.forget_words is at work: the one thing that takes words out of rows that are otherwise never changed. The setting alone does nothing for an application.';
grant execute on function projects.is_forgetting() to projects_writer, projects_reader;
