-- platform: appointments, and proposals that a person answers through a link.

create table scheduling.appointments (
  id uuid not null default gen_random_uuid(),
  subject_domain text
    constraint appointments_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name,
  subject_id uuid,
  task_id uuid,
  type text not null
    constraint appointments_type_known check (
      type in ('consultation', 'site_visit', 'survey', 'handover', 'acceptance', 'call', 'other')
    ),
  title platform.localized_text not null
    constraint appointments_title_length check (length(title ->> 'de') <= 200 and length(title ->> 'en') <= 200),
  starts_at timestamptz not null,
  ends_at timestamptz not null
    constraint appointments_ends_order check (ends_at > starts_at and ends_at <= starts_at + interval '30 days'),
  location text not null
    constraint appointments_location_known check (location in ('onsite', 'virtual', 'phone')),
  address text
    constraint appointments_address_length check (length(address) between 1 and 500),
  url text
    constraint appointments_url_shape check (url ~ '^https?://[^[:space:]]+$' and length(url) <= 2000),
  contact_id uuid,
  organizer_contact_id uuid,
  status text not null default 'proposed'
    constraint appointments_status_known check (status in ('proposed', 'confirmed', 'completed', 'cancelled')),
  cancel_reason text
    constraint appointments_cancel_reason_length check (length(cancel_reason) between 1 and 500),
  notes text
    constraint appointments_notes_length check (length(notes) <= 4000),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint appointments_pkey primary key (id),
  constraint appointments_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint appointments_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict,
  constraint appointments_organizer_contact_id_fkey foreign key (organizer_contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointments_subject_whole check (num_nonnulls(subject_domain, subject_type, subject_id) in (0, 3)),
  constraint appointments_location_whole check (location <> 'virtual' or url is not null or status = 'proposed'),
  constraint appointments_cancelled_whole check ((status = 'cancelled') = (cancel_reason is not null)),
  constraint appointments_organizer_free exclude using gist (
      organizer_contact_id with =, tstzrange(starts_at, ends_at) with &&
    ) where (status = 'confirmed' and deleted_at is null)
);
comment on table scheduling.appointments is 'Meetings on site, at a distance or by telephone.';
comment on column scheduling.appointments.id is 'Identity.';
comment on column scheduling.appointments.subject_domain is 'Domain of the entity it is about; null: none.';
comment on column scheduling.appointments.subject_type is 'That entity, singular; null: none.';
comment on column scheduling.appointments.subject_id is 'Id of that entity; null: none.';
comment on column scheduling.appointments.task_id is 'Task it belongs to; null: none.';
comment on column scheduling.appointments.type is 'What it is for.';
comment on column scheduling.appointments.title is 'Name for people; at most 200 characters per language.';
comment on column scheduling.appointments.starts_at is 'When it begins.';
comment on column scheduling.appointments.ends_at is 'When it ends, after it begins.';
comment on column scheduling.appointments.location is 'Where it takes place.';
comment on column scheduling.appointments.address is 'Address of an appointment on site; null: elsewhere.';
comment on column scheduling.appointments.url is 'Link to a virtual one; null: elsewhere.';
comment on column scheduling.appointments.contact_id is 'Person it is with; null: not known yet.';
comment on column scheduling.appointments.organizer_contact_id is 'Member of staff who holds it; null: nobody yet.';
comment on column scheduling.appointments.status is
  'Where it stands; only the steps of appointments_status_transition are allowed.';
comment on column scheduling.appointments.cancel_reason is 'Why it was cancelled; null: it was not.';
comment on column scheduling.appointments.notes is 'Notes of the staff; null: none.';
comment on column scheduling.appointments.created_at is 'When the row was written.';
comment on column scheduling.appointments.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointments.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointments.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointments.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column scheduling.appointments.deleted_at is 'When it was deleted; null: live.';

create index appointments_starts_at_idx on scheduling.appointments (starts_at);
create index appointments_organizer_contact_id_starts_at_idx on scheduling.appointments (organizer_contact_id, starts_at);
create index appointments_subject_type_subject_id_idx on scheduling.appointments (subject_type, subject_id)
  where subject_id is not null;
create index appointments_task_id_idx on scheduling.appointments (task_id);
create index appointments_contact_id_idx on scheduling.appointments (contact_id);
create index appointments_created_at_idx on scheduling.appointments (created_at desc, id desc);

create trigger check_status before insert or update of status on scheduling.appointments
  for each row execute function platform.check_transition(
    'status', 'proposed,confirmed', 'proposed>confirmed,cancelled', 'confirmed>completed,cancelled');

create trigger check_live before insert or update of contact_id, deleted_at on scheduling.appointments
  for each row execute function platform.check_live('contact_id', 'party.contacts');
create trigger check_unused_appointments before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function platform.check_unused('scheduling.appointments', 'contact_id');

create trigger touch before update on scheduling.appointments for each row execute function platform.touch();

create table scheduling.appointment_participants (
  id uuid not null default gen_random_uuid(),
  appointment_id uuid not null,
  contact_id uuid not null,
  is_required boolean not null default true,
  response text not null default 'none'
    constraint appointment_participants_response_known check (
      response in ('none', 'accepted', 'declined', 'tentative')
    ),
  responded_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint appointment_participants_pkey primary key (id),
  constraint appointment_participants_appointment_id_fkey foreign key (appointment_id)
    references scheduling.appointments (id) on delete cascade,
  constraint appointment_participants_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_participants_response_whole check ((response = 'none') = (responded_at is null)),
  constraint appointment_participants_contact_key unique (appointment_id, contact_id)
);
comment on table scheduling.appointment_participants is 'Who else takes part.';
comment on column scheduling.appointment_participants.id is 'Identity.';
comment on column scheduling.appointment_participants.appointment_id is 'The appointment.';
comment on column scheduling.appointment_participants.contact_id is 'The person.';
comment on column scheduling.appointment_participants.is_required is
  'True: it does not take place without this person.';
comment on column scheduling.appointment_participants.response is 'What the person answered.';
comment on column scheduling.appointment_participants.responded_at is 'When; null: not yet.';
comment on column scheduling.appointment_participants.created_at is 'When the row was written.';
comment on column scheduling.appointment_participants.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_participants.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_participants.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_participants.version is 'Counts changes from 1; set by trigger; the ETag.';

create index appointment_participants_contact_id_idx on scheduling.appointment_participants (contact_id);

create trigger touch before update on scheduling.appointment_participants for each row execute function platform.touch();

create table scheduling.appointment_proposals (
  id uuid not null default gen_random_uuid(),
  subject_domain text not null
    constraint appointment_proposals_subject_domain_known check (
      subject_domain in ('platform', 'projects', 'finance', 'content')
    ),
  subject_type platform.entity_name not null,
  subject_id uuid not null,
  task_id uuid,
  contact_id uuid not null,
  organizer_contact_id uuid,
  type text not null
    constraint appointment_proposals_type_known check (
      type in ('consultation', 'site_visit', 'survey', 'handover', 'acceptance', 'call', 'other')
    ),
  message platform.localized_text
    constraint appointment_proposals_message_length check (
      length(message ->> 'de') <= 2000
      and length(message ->> 'en') <= 2000
    ),
  proposed_slots jsonb not null
    constraint appointment_proposals_proposed_slots_shape check (
      jsonb_typeof(proposed_slots) = 'array'
      and proposed_slots -> 0 is not null
      and proposed_slots -> 20 is null
      and not jsonb_path_exists(proposed_slots,
        '$[*] ? (!(@.at.type() == "string" && @.minutes.type() == "number" && @.minutes > 0 && @.minutes <= 1440 && @.location.type() == "string" && (@.location == "onsite" || @.location == "virtual" || @.location == "phone")))')
    ),
  accepted_slot_index integer
    constraint appointment_proposals_accepted_slot_index_range check (accepted_slot_index between 0 and 19),
  portal_token_hash platform.sha256 not null,
  expires_at timestamptz not null default now() + interval '7 days'
    constraint appointment_proposals_expires_order check (expires_at > created_at),
  status text not null default 'open'
    constraint appointment_proposals_status_known check (status in ('open', 'accepted', 'declined', 'expired')),
  answered_at timestamptz,
  decline_reason text
    constraint appointment_proposals_decline_reason_length check (length(decline_reason) between 1 and 500),
  appointment_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint appointment_proposals_pkey primary key (id),
  constraint appointment_proposals_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint appointment_proposals_contact_id_fkey foreign key (contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_proposals_organizer_contact_id_fkey foreign key (organizer_contact_id)
    references party.contacts (id) on delete restrict,
  constraint appointment_proposals_appointment_id_fkey foreign key (appointment_id)
    references scheduling.appointments (id) on delete restrict,
  constraint appointment_proposals_accepted_whole check ((status = 'accepted') = (accepted_slot_index is not null)),
  constraint appointment_proposals_accepted_proposed check (
    accepted_slot_index is null
    or proposed_slots -> accepted_slot_index is not null
  ),
  constraint appointment_proposals_answered_whole check (
    (status in ('accepted', 'declined')) = (answered_at is not null)
  ),
  constraint appointment_proposals_answered_in_time check (answered_at <= expires_at),
  constraint appointment_proposals_portal_token_hash_key unique (portal_token_hash)
);
comment on table scheduling.appointment_proposals is
  'Slots offered to a person, who takes one through a link; the others are then gone.';
comment on column scheduling.appointment_proposals.id is 'Identity.';
comment on column scheduling.appointment_proposals.subject_domain is 'Domain of the entity it is about.';
comment on column scheduling.appointment_proposals.subject_type is 'That entity, singular.';
comment on column scheduling.appointment_proposals.subject_id is 'Id of that entity.';
comment on column scheduling.appointment_proposals.task_id is 'Task that goes on when a slot is taken; null: none.';
comment on column scheduling.appointment_proposals.contact_id is 'Who is asked.';
comment on column scheduling.appointment_proposals.organizer_contact_id is
  'Member of staff who will hold it; null: nobody yet.';
comment on column scheduling.appointment_proposals.type is 'What it is for.';
comment on column scheduling.appointment_proposals.message is
  'What the person reads above the slots; at most 2000 characters per language; null: nothing.';
comment on column scheduling.appointment_proposals.proposed_slots is
  'Slots, 1 to 20: at (RFC 3339), minutes, location onsite, virtual or phone, and address or url.';
comment on column scheduling.appointment_proposals.accepted_slot_index is 'Slot that was taken, from 0; null: none.';
comment on column scheduling.appointment_proposals.portal_token_hash is
  'SHA-256 of the token in the link; unique; not given to readers.';
comment on column scheduling.appointment_proposals.expires_at is 'Until when a slot can be taken.';
comment on column scheduling.appointment_proposals.status is
  'Where it stands; only the steps of appointment_proposals_status_transition are allowed.';
comment on column scheduling.appointment_proposals.answered_at is
  'When the person answered; null: not yet. Set once.';
comment on column scheduling.appointment_proposals.decline_reason is
  'Why none suited; null: not said or not declined.';
comment on column scheduling.appointment_proposals.appointment_id is 'Appointment that came of it; null: none yet.';
comment on column scheduling.appointment_proposals.created_at is 'When the row was written.';
comment on column scheduling.appointment_proposals.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column scheduling.appointment_proposals.updated_at is 'When it last changed; set by trigger.';
comment on column scheduling.appointment_proposals.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column scheduling.appointment_proposals.version is 'Counts changes from 1; set by trigger; the ETag.';

create index appointment_proposals_subject_type_subject_id_idx on scheduling.appointment_proposals (subject_type, subject_id);
create index appointment_proposals_status_expires_at_idx on scheduling.appointment_proposals (status, expires_at);
create index appointment_proposals_task_id_idx on scheduling.appointment_proposals (task_id);
create index appointment_proposals_contact_id_idx on scheduling.appointment_proposals (contact_id);
create index appointment_proposals_organizer_contact_id_idx on scheduling.appointment_proposals (organizer_contact_id);
create index appointment_proposals_appointment_id_idx on scheduling.appointment_proposals (appointment_id);
create index appointment_proposals_created_at_idx on scheduling.appointment_proposals (created_at desc, id desc);

create trigger check_status before insert or update of status on scheduling.appointment_proposals
  for each row execute function platform.check_transition('status', 'open', 'open>accepted,declined,expired');
create trigger check_frozen before update or delete on scheduling.appointment_proposals
  for each row when (not party.is_forgetting()) execute function platform.check_frozen('status', 'open', 'appointment_id');
create trigger keep_once_set before update on scheduling.appointment_proposals
  for each row execute function platform.keep_once_set('answered_at', 'accepted_slot_index', 'portal_token_hash');

create trigger check_live before insert or update of contact_id on scheduling.appointment_proposals
  for each row execute function platform.check_live('contact_id', 'party.contacts');
-- Who is erased stays as a row without a name: a proposal that was answered may still point there.
create trigger check_unused_appointment_proposals before update of deleted_at on party.contacts
  for each row when (old.deleted_at is null and new.deleted_at is not null and new.erased_at is null)
  execute function platform.check_unused('scheduling.appointment_proposals', 'contact_id');

create trigger touch before update on scheduling.appointment_proposals for each row execute function platform.touch();

-- Readers may list proposals, not the hashes.
revoke select on scheduling.appointment_proposals from platform_reader, platform_studio;
grant select (id, subject_domain, subject_type, subject_id, task_id, contact_id, organizer_contact_id, type, message,
  proposed_slots, accepted_slot_index, expires_at, status, answered_at, decline_reason, appointment_id, created_at,
  created_by, updated_at, updated_by, version) on scheduling.appointment_proposals to platform_reader, platform_studio;
