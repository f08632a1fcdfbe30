-- projects: stages in which a project is funded, and what funds each.

create table community.funding_stages (
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  position integer not null
    constraint funding_stages_position_range check (position between 1 and 99),
  name projects.localized_text not null
    constraint funding_stages_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  target_minor bigint not null
    constraint funding_stages_target_minor_range check (target_minor between 1 and 9000000000000000),
  currency text not null
    constraint funding_stages_currency_shape check (currency ~ '^[A-Z]{3}$'),
  opens_on date,
  closes_on date
    constraint funding_stages_closes_order check (closes_on >= opens_on),
  min_to_release_minor bigint
    constraint funding_stages_min_to_release_minor_range check (min_to_release_minor between 0 and 9000000000000000)
    constraint funding_stages_min_to_release_most check (min_to_release_minor <= target_minor),
  is_parallel boolean not null default false,
  status text not null default 'planned'
    constraint funding_stages_status_known check (status in ('planned', 'open', 'funded', 'released', 'closed')),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_stages_pkey primary key (id),
  constraint funding_stages_project_id_fkey foreign key (project_id)
    references community.projects (id) on delete restrict,
  constraint funding_stages_position_key exclude using btree (project_id with =, position with =)
      where (deleted_at is null) deferrable initially deferred,
  constraint funding_stages_id_project_key unique (id, project_id)
);
comment on table community.funding_stages is
  'Stages of a project''s funding, one after the other; together they are the project''s target.';
comment on column community.funding_stages.id is 'Identity; other domains hold it as stage_ref.';
comment on column community.funding_stages.project_id is 'The project.';
comment on column community.funding_stages.position is 'Place, from 1 without gaps; checked at commit.';
comment on column community.funding_stages.name is 'Name for people; at most 120 characters per language.';
comment on column community.funding_stages.target_minor is 'Money the stage needs, in minor units of currency.';
comment on column community.funding_stages.currency is 'ISO 4217 code; the project''s.';
comment on column community.funding_stages.opens_on is 'First day it takes money; null: open.';
comment on column community.funding_stages.closes_on is 'Last day it takes money; null: open.';
comment on column community.funding_stages.min_to_release_minor is
  'Money from which it may be released, in minor units of currency; null: the whole target.';
comment on column community.funding_stages.is_parallel is 'True: may be open beside another stage.';
comment on column community.funding_stages.status is
  'Where it stands; only the steps of funding_stages_status_transition are allowed.';
comment on column community.funding_stages.created_at is 'When the row was written.';
comment on column community.funding_stages.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_stages.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_stages.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_stages.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_stages.deleted_at is 'When it was deleted; null: live.';

create unique index funding_stages_open_key on community.funding_stages (project_id)
  where status = 'open' and not is_parallel and deleted_at is null;
create index funding_stages_project_id_position_idx on community.funding_stages (project_id, position);
create index funding_stages_created_at_idx on community.funding_stages (created_at desc, id desc);

create trigger check_status before insert or update of status on community.funding_stages
  for each row execute function projects.check_transition(
    'status', 'planned', 'planned>open,closed', 'open>funded,closed', 'funded>released,closed',
    'released>closed');
create trigger check_frozen before update or delete on community.funding_stages
  for each row execute function projects.check_frozen('status', 'planned,open', 'deleted_at');
create trigger keep_once_set before update on community.funding_stages
  for each row execute function projects.keep_once_set('project_id');

create trigger check_live before insert or update of project_id, deleted_at on community.funding_stages
  for each row execute function projects.check_live('project_id', 'community.projects');
create trigger check_unused_funding_stages before update of deleted_at on community.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.funding_stages', 'project_id');

create trigger touch before update on community.funding_stages for each row execute function projects.touch();

-- Drafts may be incomplete. From when a project is submitted its stages add up, counted from 1 without gaps.
create function community.check_stage_targets() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  checked uuid := case tg_table_name when 'projects' then new.id else (to_jsonb(new) ->> 'project_id')::uuid end;
  project community.projects;
  stages record;
begin
  -- One look at a project at a time: two commits at once must not each see half of the stages.
  select * into project from community.projects where id = checked for no key update;
  if project.deleted_at is not null then
    return null;
  end if;
  select count(*) as n, sum(s.target_minor) as total, max(s.position) as last,
    count(*) filter (where s.currency is distinct from project.currency) as strange
  into stages
  from community.funding_stages s where s.project_id = checked and s.deleted_at is null;
  if stages.n = 0 then
    return null;
  end if;
  if stages.last <> stages.n then
    raise exception 'stages of project % are not numbered from 1 without gaps', checked
      using errcode = '23514', constraint = 'funding_stages_position_gapless',
            schema = 'community', table = 'funding_stages';
  end if;
  if project.status in ('draft', 'rejected', 'cancelled') then
    return null;
  end if;
  if stages.strange > 0 or stages.total is distinct from project.target_minor then
    raise exception 'stages of project % need % in all, the project %', checked, stages.total,
      coalesce(project.target_minor::text, 'nothing')
      using errcode = '23514', constraint = 'funding_stages_target_total',
            schema = 'community', table = 'funding_stages',
            detail = 'Minor units; stages in another currency than the project: ' || stages.strange || '.',
            hint = 'Change stages and project in one transaction.';
  end if;
  return null;
end
$$;
comment on function community.check_stage_targets() is
  'At commit: stages are numbered from 1 without gaps, and from submission on add up to the target; breaks funding_stages_position_gapless or _target_total.';

create constraint trigger check_targets after insert or update of project_id, position, target_minor, currency, deleted_at
  on community.funding_stages deferrable initially deferred
  for each row execute function community.check_stage_targets();
create constraint trigger check_stage_targets after update of status, target_minor, currency, deleted_at
  on community.projects deferrable initially deferred
  for each row execute function community.check_stage_targets();

create table community.funding_sources (
  id uuid not null default gen_random_uuid(),
  stage_id uuid not null,
  kind text not null
    constraint funding_sources_kind_known check (kind in ('contribution', 'application')),
  source_ref uuid not null,
  amount_minor bigint not null
    constraint funding_sources_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  currency text not null
    constraint funding_sources_currency_shape check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint funding_sources_pkey primary key (id),
  constraint funding_sources_stage_id_fkey foreign key (stage_id)
    references community.funding_stages (id) on delete restrict
);
comment on table community.funding_sources is
  'What funds a stage: contributions of people and applications to programmes alike.';
comment on column community.funding_sources.id is 'Identity.';
comment on column community.funding_sources.stage_id is 'The stage.';
comment on column community.funding_sources.kind is
  'contribution: of people (finance); application: to a programme (funding.funding_applications).';
comment on column community.funding_sources.source_ref is
  'Id of the contribution (finance) or of the application; no foreign key: it has two targets.';
comment on column community.funding_sources.amount_minor is 'Money, in minor units of currency.';
comment on column community.funding_sources.currency is 'ISO 4217 code; the stage''s.';
comment on column community.funding_sources.created_at is 'When the row was written.';
comment on column community.funding_sources.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.funding_sources.updated_at is 'When it last changed; set by trigger.';
comment on column community.funding_sources.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.funding_sources.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.funding_sources.deleted_at is 'When it was deleted; null: live.';

create unique index funding_sources_stage_id_kind_source_ref_key on community.funding_sources (stage_id, kind, source_ref)
  where deleted_at is null;
create index funding_sources_stage_id_idx on community.funding_sources (stage_id);
create index funding_sources_source_ref_idx on community.funding_sources (source_ref);

create trigger check_live before insert or update of stage_id, deleted_at on community.funding_sources
  for each row execute function projects.check_live('stage_id', 'community.funding_stages');
create trigger check_unused_funding_sources before update of deleted_at on community.funding_stages
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.funding_sources', 'stage_id');

create trigger touch before update on community.funding_sources for each row execute function projects.touch();

create function community.check_source_currency() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from community.funding_stages s where s.id = new.stage_id and s.currency <> new.currency) then
    raise exception 'stage % is in another currency than %', new.stage_id, new.currency
      using errcode = '23514', constraint = 'funding_sources_currency_stage',
            schema = 'community', table = 'funding_sources';
  end if;
  return new;
end
$$;
comment on function community.check_source_currency() is
  'Before insert or update: a source is in the currency of its stage; breaks funding_sources_currency_stage.';

create trigger check_currency before insert or update of stage_id, currency on community.funding_sources
  for each row execute function community.check_source_currency();
