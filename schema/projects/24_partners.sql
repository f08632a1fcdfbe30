-- projects: partners, the organisations that carry out projects.

create table community.partners (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint partners_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name text not null
    constraint partners_name_length check (length(name) between 1 and 200),
  summary projects.localized_text
    constraint partners_summary_length check (length(summary ->> 'de') <= 2000 and length(summary ->> 'en') <= 2000),
  kind text not null
    constraint partners_kind_known check (kind in ('charity', 'business', 'council', 'contractor')),
  company_ref uuid,
  contact_ref uuid,
  website text
    constraint partners_website_shape check (website ~ '^https?://[^[:space:]]+$' and length(website) <= 2000),
  country text
    constraint partners_country_shape check (country ~ '^[A-Z]{2}$'),
  charity_number text
    constraint partners_charity_number_length check (length(charity_number) between 1 and 40),
  due_diligence_on date,
  due_diligence_by_ref uuid,
  status text not null default 'prospect'
    constraint partners_status_known check (status in ('prospect', 'active', 'suspended', 'ended')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint partners_pkey primary key (id),
  constraint partners_due_diligence_whole check ((due_diligence_on is null) = (due_diligence_by_ref is null))
);
comment on table community.partners is 'Organisations that carry out projects and are paid for it.';
comment on column community.partners.id is 'Identity; other domains hold it as partner_ref.';
comment on column community.partners.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.partners.name is 'Name as registered; at most 200 characters.';
comment on column community.partners.summary is 'What it does; at most 2000 characters per language; null: not said.';
comment on column community.partners.kind is 'What it is.';
comment on column community.partners.company_ref is 'Company it is (platform); null: not linked.';
comment on column community.partners.contact_ref is 'Person to talk to (platform); null: unknown.';
comment on column community.partners.website is 'Website; null: none.';
comment on column community.partners.country is 'ISO 3166-1 code of two letters; null: unknown.';
comment on column community.partners.charity_number is 'Number in the charity register; null: none.';
comment on column community.partners.due_diligence_on is 'Day it was last looked into; null: never.';
comment on column community.partners.due_diligence_by_ref is 'Contact who looked (platform); null: nobody yet.';
comment on column community.partners.status is
  'prospect: being looked into; active: may carry out projects; suspended; ended.';
comment on column community.partners.created_at is 'When the row was written.';
comment on column community.partners.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.partners.updated_at is 'When it last changed; set by trigger.';
comment on column community.partners.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.partners.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.partners.deleted_at is 'When it was deleted; null: live.';

create unique index partners_slug_key on community.partners (slug) where deleted_at is null;
create unique index partners_company_ref_key on community.partners (company_ref)
  where company_ref is not null and deleted_at is null;
create index partners_status_created_at_id_idx on community.partners (status, created_at desc, id desc);
create index partners_created_at_idx on community.partners (created_at desc, id desc);

create trigger check_status before insert or update of status on community.partners
  for each row execute function projects.check_transition(
    'status', 'prospect', 'prospect>active,ended', 'active>suspended,ended', 'suspended>active,ended');

create trigger touch before update on community.partners for each row execute function projects.touch();

create table community.partner_missions (
  partner_id uuid not null,
  mission_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint partner_missions_pkey primary key (partner_id, mission_id),
  constraint partner_missions_partner_id_fkey foreign key (partner_id)
    references community.partners (id) on delete cascade,
  constraint partner_missions_mission_id_fkey foreign key (mission_id)
    references community.missions (id) on delete cascade
);
comment on table community.partner_missions is 'Which partner works towards which mission.';
comment on column community.partner_missions.partner_id is 'The partner.';
comment on column community.partner_missions.mission_id is 'The mission.';
comment on column community.partner_missions.created_at is 'When the row was written.';
comment on column community.partner_missions.created_by is 'Contact who wrote it (platform); null: the system.';

create index partner_missions_mission_id_idx on community.partner_missions (mission_id);
