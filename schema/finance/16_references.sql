-- finance: what other domains told: projections fed by events, and the raw messages of payment providers.

create table finance.ref_projects (
  id uuid not null,
  version integer not null
    constraint ref_projects_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  status text not null
    constraint ref_projects_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  target_minor bigint
    constraint ref_projects_target_minor_range check (target_minor between 0 and 9000000000000000),
  target_currency text
    constraint ref_projects_target_currency_shape check (target_currency ~ '^[A-Z]{3}$'),
  seen_at timestamptz not null default now(),
  constraint ref_projects_pkey primary key (id),
  constraint ref_projects_target_whole check ((target_minor is null) = (target_currency is null))
);
comment on table finance.ref_projects is
  'What this domain was told about each project (projects): enough to show and to check, never the truth.';
comment on column finance.ref_projects.id is 'Id of the project (projects).';
comment on column finance.ref_projects.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_projects.label is 'Its name when it was last heard of.';
comment on column finance.ref_projects.status is 'Where the project stands, in its own words.';
comment on column finance.ref_projects.target_minor is 'What it needs, minor units of target_currency; null: not said.';
comment on column finance.ref_projects.target_currency is 'ISO 4217 code; null: no target.';
comment on column finance.ref_projects.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on finance.ref_projects
  for each row execute function finance.keep_newest();

create table finance.ref_stages (
  id uuid not null,
  version integer not null
    constraint ref_stages_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  project_ref uuid not null,
  status text not null
    constraint ref_stages_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  seen_at timestamptz not null default now(),
  constraint ref_stages_pkey primary key (id)
);
comment on table finance.ref_stages is
  'What this domain was told about each funding stage (projects): enough to show and to check, never the truth.';
comment on column finance.ref_stages.id is 'Id of the funding stage (projects).';
comment on column finance.ref_stages.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_stages.label is 'Its name when it was last heard of.';
comment on column finance.ref_stages.project_ref is 'Project of the stage (projects).';
comment on column finance.ref_stages.status is 'Where the stage stands, in its own words.';
comment on column finance.ref_stages.seen_at is 'When it was last heard of; set by trigger.';

create index ref_stages_project_ref_idx on finance.ref_stages (project_ref);

create trigger keep_newest before update on finance.ref_stages
  for each row execute function finance.keep_newest();

create table finance.ref_milestones (
  id uuid not null,
  version integer not null
    constraint ref_milestones_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  project_ref uuid not null,
  stage_ref uuid,
  status text not null
    constraint ref_milestones_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  release_minor bigint
    constraint ref_milestones_release_minor_range check (release_minor between 0 and 9000000000000000),
  release_currency text
    constraint ref_milestones_release_currency_shape check (release_currency ~ '^[A-Z]{3}$'),
  seen_at timestamptz not null default now(),
  constraint ref_milestones_pkey primary key (id),
  constraint ref_milestones_release_whole check ((release_minor is null) = (release_currency is null))
);
comment on table finance.ref_milestones is
  'What this domain was told about each milestone (projects): enough to show and to check, never the truth.';
comment on column finance.ref_milestones.id is 'Id of the milestone (projects).';
comment on column finance.ref_milestones.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_milestones.label is 'Its name when it was last heard of.';
comment on column finance.ref_milestones.project_ref is 'Project of the milestone (projects).';
comment on column finance.ref_milestones.stage_ref is 'Funding stage it belongs to (projects); null: none.';
comment on column finance.ref_milestones.status is
  'planned, in_progress, submitted, approved or rejected; a payment needs approved.';
comment on column finance.ref_milestones.release_minor is
  'What its approval releases, minor units of release_currency; null: not said.';
comment on column finance.ref_milestones.release_currency is 'ISO 4217 code; null: none.';
comment on column finance.ref_milestones.seen_at is 'When it was last heard of; set by trigger.';

create index ref_milestones_project_ref_idx on finance.ref_milestones (project_ref);

create trigger keep_newest before update on finance.ref_milestones
  for each row execute function finance.keep_newest();

create table finance.ref_partners (
  id uuid not null,
  version integer not null
    constraint ref_partners_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  status text not null
    constraint ref_partners_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  seen_at timestamptz not null default now(),
  constraint ref_partners_pkey primary key (id)
);
comment on table finance.ref_partners is
  'What this domain was told about each partner (projects): enough to show and to check, never the truth.';
comment on column finance.ref_partners.id is 'Id of the partner (projects).';
comment on column finance.ref_partners.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_partners.label is 'Its name when it was last heard of.';
comment on column finance.ref_partners.status is 'Where the partner stands, in its own words.';
comment on column finance.ref_partners.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on finance.ref_partners
  for each row execute function finance.keep_newest();

create table finance.ref_themes (
  id uuid not null,
  version integer not null
    constraint ref_themes_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  status text not null
    constraint ref_themes_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  seen_at timestamptz not null default now(),
  constraint ref_themes_pkey primary key (id)
);
comment on table finance.ref_themes is
  'What this domain was told about each funding theme (projects): enough to show and to check, never the truth.';
comment on column finance.ref_themes.id is 'Id of the funding theme (projects).';
comment on column finance.ref_themes.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_themes.label is 'Its name when it was last heard of.';
comment on column finance.ref_themes.status is 'Where the theme stands, in its own words.';
comment on column finance.ref_themes.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on finance.ref_themes
  for each row execute function finance.keep_newest();

create table finance.ref_contacts (
  id uuid not null,
  version integer not null
    constraint ref_contacts_version_range check (version between 0 and 2000000000),
  label finance.localized_text not null,
  status text not null
    constraint ref_contacts_status_length check (length(btrim(status)) > 0 and length(status) <= 50),
  merged_into_ref uuid,
  seen_at timestamptz not null default now(),
  constraint ref_contacts_pkey primary key (id)
);
comment on table finance.ref_contacts is
  'What this domain was told about each contact (platform): enough to show and to check, never the truth.';
comment on column finance.ref_contacts.id is 'Id of the contact (platform).';
comment on column finance.ref_contacts.version is 'Its version over there; an older one is passed over.';
comment on column finance.ref_contacts.label is 'Its name when it was last heard of.';
comment on column finance.ref_contacts.status is 'live, archived, merged or erased.';
comment on column finance.ref_contacts.merged_into_ref is 'Contact it became (platform); null: none.';
comment on column finance.ref_contacts.seen_at is 'When it was last heard of; set by trigger.';

create trigger keep_newest before update on finance.ref_contacts
  for each row execute function finance.keep_newest();
create index ref_contacts_merged_into_ref_idx on finance.ref_contacts (merged_into_ref);

create function finance.contact_now(p_contact uuid) returns uuid
  language plpgsql stable strict
  set search_path = ''
as $$
begin
  return coalesce((
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from finance.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from finance.ref_contacts r where r.id = up.id and r.merged_into_ref is not null)
  ), p_contact);
end
$$;
comment on function finance.contact_now(uuid) is 'The contact that one was merged into in the end; itself if it was not.';

create function finance.contacts_of(p_contact uuid) returns uuid[]
  language plpgsql stable strict
  set search_path = ''
as $$
begin
  return (
    with recursive down (id) as (
      select p_contact
      union
      select r.id from finance.ref_contacts r join down on r.merged_into_ref = down.id
    )
    select array_agg(down.id) from down
  );
end
$$;
comment on function finance.contacts_of(uuid) is 'A contact and all that were merged into it: whoever somebody was.';
grant execute on function finance.contact_now(uuid), finance.contacts_of(uuid) to finance_reader, finance_writer;

create table finance.webhook_events (
  id uuid not null default gen_random_uuid(),
  provider text not null
    constraint webhook_events_provider_shape check (provider ~ '^[a-z][a-z0-9_]*$' and length(provider) <= 50),
  event_id text not null
    constraint webhook_events_event_id_length check (length(btrim(event_id)) > 0 and length(event_id) <= 200),
  event_type text not null
    constraint webhook_events_event_type_length check (length(btrim(event_type)) > 0 and length(event_type) <= 200),
  signature_ok boolean not null,
  received_at timestamptz not null default now(),
  occurred_at timestamptz,
  payload bytea not null
    constraint webhook_events_payload_size check (octet_length(payload) <= 1048576),
  request_id finance.request_id,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint webhook_events_pkey primary key (id),
  constraint webhook_events_event_id_key unique (provider, event_id)
);
comment on table finance.webhook_events is
  'Messages of payment providers and banks exactly as they came; what became of them is in webhook_attempts.';
comment on column finance.webhook_events.id is 'Identity.';
comment on column finance.webhook_events.provider is 'Who sent it; a processor, a bank, the tax office.';
comment on column finance.webhook_events.event_id is 'The sender''s own id; a second delivery is not recorded again.';
comment on column finance.webhook_events.event_type is 'What it says happened, in the sender''s words.';
comment on column finance.webhook_events.signature_ok is
  'Whether its signature was right; a wrong one is kept for the record and never acted on.';
comment on column finance.webhook_events.received_at is 'When it arrived.';
comment on column finance.webhook_events.occurred_at is 'When it happened, as the sender says; null: not said.';
comment on column finance.webhook_events.payload is 'The body byte by byte, as it was signed; at most 1 MiB.';
comment on column finance.webhook_events.request_id is 'Request it came with; null: none.';
comment on column finance.webhook_events.created_at is 'When the row was written.';
comment on column finance.webhook_events.created_by is 'Contact who wrote it (platform); null: the system.';

create index webhook_events_received_at_idx on finance.webhook_events (received_at desc, id desc);

revoke select on finance.webhook_events from finance_studio;
grant select (
  id, provider, event_id, event_type, signature_ok, received_at, occurred_at, request_id, created_at, created_by
) on finance.webhook_events to finance_studio;

revoke update on finance.webhook_events from finance_writer;
create trigger refuse_change before update or delete on finance.webhook_events
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on finance.webhook_events
  for each statement execute function finance.refuse_change();
alter table finance.webhook_events enable always trigger refuse_change;
alter table finance.webhook_events enable always trigger refuse_truncate;

create table finance.webhook_attempts (
  id uuid not null default gen_random_uuid(),
  webhook_event_id uuid not null,
  attempt integer not null
    constraint webhook_attempts_attempt_range check (attempt between 1 and 1000),
  outcome text not null
    constraint webhook_attempts_outcome_known check (outcome in ('done', 'ignored', 'failed')),
  error text
    constraint webhook_attempts_error_length check (length(btrim(error)) > 0 and length(error) <= 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint webhook_attempts_pkey primary key (id),
  constraint webhook_attempts_attempt_key unique (webhook_event_id, attempt),
  constraint webhook_attempts_webhook_event_id_fkey foreign key (webhook_event_id)
    references finance.webhook_events (id) on delete restrict,
  constraint webhook_attempts_failed_says_why check ((outcome = 'failed') = (error is not null))
);
comment on table finance.webhook_attempts is
  'Attempts to act on a message of a provider; a message is done when an attempt says done or ignored.';
comment on column finance.webhook_attempts.id is 'Identity.';
comment on column finance.webhook_attempts.webhook_event_id is 'The message.';
comment on column finance.webhook_attempts.attempt is 'Counts from 1.';
comment on column finance.webhook_attempts.outcome is
  'done: it took effect; ignored: nothing to do; failed: try again.';
comment on column finance.webhook_attempts.error is 'What went wrong; null: nothing.';
comment on column finance.webhook_attempts.created_at is 'When the row was written.';
comment on column finance.webhook_attempts.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on finance.webhook_attempts from finance_writer;
create trigger refuse_change before update or delete on finance.webhook_attempts
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on finance.webhook_attempts
  for each statement execute function finance.refuse_change();
alter table finance.webhook_attempts enable always trigger refuse_change;
alter table finance.webhook_attempts enable always trigger refuse_truncate;

-- At most one of the attempts settles a message.
create unique index webhook_attempts_settled_key on finance.webhook_attempts (webhook_event_id) where outcome <> 'failed';

create table finance.webhook_queue (
  webhook_event_id uuid not null,
  attempts integer not null default 0
    constraint webhook_queue_attempts_range check (attempts between 0 and 1000),
  due_at timestamptz default now(),
  waits_for text
    constraint webhook_queue_waits_for_length check (length(waits_for) between 1 and 300),
  constraint webhook_queue_pkey primary key (webhook_event_id),
  constraint webhook_queue_webhook_event_id_fkey foreign key (webhook_event_id)
    references finance.webhook_events (id) on delete restrict
) with (autovacuum_vacuum_scale_factor = 0.02);
comment on table finance.webhook_queue is
  'Messages of providers that did not take effect yet; a row goes when its message is done or ignored.';
comment on column finance.webhook_queue.webhook_event_id is 'The message.';
comment on column finance.webhook_queue.attempts is 'How often it was tried; each is a row of webhook_attempts.';
comment on column finance.webhook_queue.due_at is
  'When to try it next; null: parked, until what it waits for changes or somebody puts it back.';
comment on column finance.webhook_queue.waits_for is
  'What it is about, as finance.subject writes it: whatever happens to that makes it due; null: it was not tried yet.';

create index webhook_queue_due_at_idx on finance.webhook_queue (due_at, webhook_event_id) where due_at is not null;
create index webhook_queue_waits_for_idx on finance.webhook_queue (waits_for) where waits_for is not null;

-- Written by functions only.
revoke insert, update on finance.webhook_queue from finance_writer;
