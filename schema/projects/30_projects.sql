-- projects: what is funded. One table for community projects and renovations.

create table community.projects (
  id uuid not null default gen_random_uuid(),
  slug text not null
    constraint projects_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  name projects.localized_text not null
    constraint projects_name_length check (length(name ->> 'de') <= 200 and length(name ->> 'en') <= 200),
  summary projects.localized_text not null
    constraint projects_summary_length check (length(summary ->> 'de') <= 2000 and length(summary ->> 'en') <= 2000),
  kind text not null default 'community'
    constraint projects_kind_known check (kind in ('community', 'renovation')),
  theme_id uuid,
  status text not null default 'draft'
    constraint projects_status_known check (
      status in ('draft', 'submitted', 'approved', 'funding', 'delivering', 'completed', 'rejected', 'cancelled')
    ),
  target_minor bigint
    constraint projects_target_minor_range check (target_minor between 1 and 9000000000000000),
  currency text
    constraint projects_currency_shape check (currency ~ '^[A-Z]{3}$'),
  planned_start date,
  planned_end date,
  mission_id uuid,
  partner_id uuid,
  budget_minor bigint
    constraint projects_budget_minor_range check (budget_minor between 0 and 9000000000000000),
  actual_end date,
  owner_ref uuid,
  score integer
    constraint projects_score_range check (score between 0 and 100),
  current_phase text
    constraint projects_current_phase_known check (
      current_phase in (
        'first_contact', 'consultation', 'assessment', 'concept', 'quoting', 'funding_application', 'contracting',
        'execution', 'acceptance', 'funding_payout', 'closed'
      )
    ),
  phase_changed_at timestamptz,
  phase_changed_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint projects_pkey primary key (id),
  constraint projects_theme_id_fkey foreign key (theme_id) references community.funding_themes (id),
  constraint projects_mission_id_fkey foreign key (mission_id) references community.missions (id) on delete restrict,
  constraint projects_partner_id_fkey foreign key (partner_id) references community.partners (id) on delete restrict,
  constraint projects_target_whole check ((target_minor is null) = (currency is null)),
  constraint projects_budget_currency check (budget_minor is null or currency is not null),
  constraint projects_current_phase_kind check (current_phase is null or kind = 'renovation'),
  constraint projects_phase_changed_whole check ((current_phase is null) = (phase_changed_at is null)),
  constraint projects_planned_order check (planned_end >= planned_start)
);
comment on table community.projects is 'Projects of communities and energy renovations.';
comment on column community.projects.id is 'Identity; other domains hold it as project_ref.';
comment on column community.projects.slug is 'Name in addresses; unique among live rows; at most 100 characters.';
comment on column community.projects.name is 'Name for people; at most 200 characters per language.';
comment on column community.projects.summary is 'What will be done and for whom; at most 2000 characters per language.';
comment on column community.projects.kind is 'community or renovation.';
comment on column community.projects.theme_id is 'Theme it belongs to, a live one; null: none.';
comment on column community.projects.status is 'Where it stands; only the steps of projects_status_transition are allowed.';
comment on column community.projects.target_minor is 'Money it needs, in minor units of currency; null: not known yet.';
comment on column community.projects.currency is 'ISO 4217 code of target_minor; null with it.';
comment on column community.projects.planned_start is 'First planned day; null: open.';
comment on column community.projects.planned_end is 'Last planned day, not before the first; null: open.';
comment on column community.projects.mission_id is 'Mission it works towards, a live one; null: none.';
comment on column community.projects.partner_id is 'Partner who carries it out, a live one; null: nobody yet.';
comment on column community.projects.budget_minor is
  'Money it may spend, in minor units of currency; null: not known yet.';
comment on column community.projects.actual_end is 'Day it ended; null: not yet.';
comment on column community.projects.owner_ref is 'Contact who answers for it (platform); null: nobody yet.';
comment on column community.projects.score is 'How well it fits, 0 worst to 100 best; null: not scored.';
comment on column community.projects.current_phase is
  'Phase of a renovation; only the steps of projects_current_phase_transition are allowed; null: not begun, or no renovation.';
comment on column community.projects.phase_changed_at is 'When the phase last changed; set by trigger; null without a phase.';
comment on column community.projects.phase_changed_by is
  'Contact who changed the phase last (platform); set by trigger; null: the system.';
comment on column community.projects.created_at is 'When the row was written.';
comment on column community.projects.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column community.projects.updated_at is 'When it last changed; set by trigger.';
comment on column community.projects.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column community.projects.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column community.projects.deleted_at is 'When it was deleted; null: live.';

create unique index projects_slug_key on community.projects (slug) where deleted_at is null;
create index projects_theme_id_idx on community.projects (theme_id);
create index projects_mission_id_idx on community.projects (mission_id);
create index projects_partner_id_idx on community.projects (partner_id);
create index projects_owner_ref_idx on community.projects (owner_ref);
create index projects_status_idx on community.projects (status, created_at desc, id desc);
create index projects_created_at_idx on community.projects (created_at desc, id desc);

create function community.check_project_status() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['draft'];
  elsif new.status = old.status then
    return new;
  else
    allowed := case old.status
      when 'draft' then array['submitted', 'cancelled']
      when 'submitted' then array['approved', 'rejected', 'cancelled']
      when 'approved' then array['funding', 'cancelled']
      when 'funding' then array['delivering', 'cancelled']
      when 'delivering' then array['completed', 'cancelled']
      else array[]::text[]
    end;
  end if;
  -- An unknown status is left to projects_status_known, which names it.
  if new.status <> all (allowed)
    and new.status in ('draft', 'submitted', 'approved', 'funding', 'delivering', 'completed', 'rejected', 'cancelled')
  then
    raise exception 'a project cannot go from % to %', case tg_op when 'INSERT' then 'nothing' else old.status end, new.status
      using errcode = '23514', constraint = 'projects_status_transition', schema = 'community', table = 'projects',
            detail = 'Allowed: ' || coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing, it is final') || '.';
  end if;
  return new;
end
$$;
comment on function community.check_project_status() is
  'Before insert or update: a project starts as draft and takes only allowed steps; breaks projects_status_transition.';

create trigger check_status before insert or update of status on community.projects
  for each row execute function community.check_project_status();

-- A soft-deleted row still satisfies a foreign key: these two keep the reference to live themes.
create function community.check_project_theme() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.theme_id is null or new.deleted_at is not null then
    return new;
  end if;
  -- The lock makes a concurrent deletion of the theme wait, and then see this project.
  perform 1 from community.funding_themes where id = new.theme_id and deleted_at is null for share;
  if not found then
    raise exception 'funding theme % does not exist', new.theme_id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'projects';
  end if;
  return new;
end
$$;
comment on function community.check_project_theme() is
  'Before insert or update: a live project belongs to a live theme; breaks projects_theme_id_fkey.';

create trigger check_theme before insert or update of theme_id, deleted_at on community.projects
  for each row execute function community.check_project_theme();

create function community.check_theme_unused() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if exists (select 1 from community.projects where theme_id = new.id and deleted_at is null) then
    raise exception 'funding theme % still has projects', new.id
      using errcode = '23503', constraint = 'projects_theme_id_fkey', schema = 'community', table = 'funding_themes';
  end if;
  return new;
end
$$;
comment on function community.check_theme_unused() is
  'Before deletion: a theme with live projects stays; breaks projects_theme_id_fkey.';

create trigger check_unused before update of deleted_at on community.funding_themes
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function community.check_theme_unused();

create trigger check_live before insert or update of mission_id, partner_id, deleted_at on community.projects
  for each row execute function projects.check_live('mission_id', 'community.missions', 'partner_id', 'community.partners');
create trigger check_unused_projects before update of deleted_at on community.missions
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.projects', 'mission_id');
create trigger check_unused_projects before update of deleted_at on community.partners
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function projects.check_unused('community.projects', 'partner_id');

create trigger check_current_phase before insert or update of current_phase on community.projects
  for each row execute function projects.check_transition('current_phase', 'first_contact',
    'first_contact>consultation', 'consultation>assessment', 'assessment>concept,consultation',
    'concept>quoting,assessment', 'quoting>funding_application,contracting,concept',
    'funding_application>contracting,quoting', 'contracting>execution,quoting', 'execution>acceptance',
    'acceptance>funding_payout,closed,execution', 'funding_payout>closed');

create function community.date_phase() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or new.current_phase is distinct from old.current_phase then
    new.phase_changed_at := case when new.current_phase is not null then now() end;
    new.phase_changed_by := case when new.current_phase is not null then coalesce(new.updated_by, new.created_by) end;
  else
    new.phase_changed_at := old.phase_changed_at;
    new.phase_changed_by := old.phase_changed_by;
  end if;
  return new;
end
$$;
comment on function community.date_phase() is 'Before insert or update: dates a change of phase whatever the statement says.';

create trigger date_phase before insert or update on community.projects
  for each row execute function community.date_phase();

create trigger touch before update on community.projects for each row execute function projects.touch();
