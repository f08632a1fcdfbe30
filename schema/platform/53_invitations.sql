-- platform: invitations: logins that staff made for an address, and that only its owner can open.

create table identity.invitations (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  invited_by uuid not null,
  expires_at timestamptz not null
    constraint invitations_expires_order check (expires_at > created_at),
  accepted_at timestamptz
    constraint invitations_accepted_order check (accepted_at between created_at and expires_at),
  revoked_at timestamptz,
  revoked_by uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint invitations_pkey primary key (id),
  constraint invitations_user_id_fkey foreign key (user_id) references identity.users (id) on delete cascade,
  constraint invitations_invited_by_fkey foreign key (invited_by) references party.contacts (id) on delete restrict,
  constraint invitations_revoked_by_fkey foreign key (revoked_by) references party.contacts (id) on delete restrict,
  constraint invitations_ended_once check (num_nonnulls(accepted_at, revoked_at) <= 1),
  constraint invitations_revoked_whole check (revoked_by is null or revoked_at is not null),
  constraint invitations_user_id_key unique (user_id)
);
comment on table identity.invitations is
  'Logins that staff made for an address: its roles are granted, and nobody signs in until its owner accepts.';
comment on column identity.invitations.id is 'Identity.';
comment on column identity.invitations.user_id is 'The login, which has the address; one invitation each.';
comment on column identity.invitations.invited_by is 'Who invites, and granted the roles.';
comment on column identity.invitations.expires_at is 'When it ends by itself.';
comment on column identity.invitations.accepted_at is 'When its owner set a password, not after it ended; null: not. Set once.';
comment on column identity.invitations.revoked_at is 'When it was taken back; null: not. Set once.';
comment on column identity.invitations.revoked_by is 'Who took it back; null: it was not.';
comment on column identity.invitations.created_at is 'When the row was written.';
comment on column identity.invitations.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column identity.invitations.updated_at is 'When it last changed; set by trigger.';
comment on column identity.invitations.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column identity.invitations.version is 'Counts changes from 1; set by trigger; the ETag.';

create index invitations_invited_by_idx on identity.invitations (invited_by);
create index invitations_revoked_by_idx on identity.invitations (revoked_by);
create index invitations_created_at_idx on identity.invitations (created_at desc, id desc);

create trigger keep_once_set before update on identity.invitations
  for each row execute function platform.keep_once_set('accepted_at', 'revoked_at', 'revoked_by', 'user_id', 'invited_by', 'expires_at', 'created_at');

create trigger touch before update on identity.invitations for each row execute function platform.touch();

create function identity.awaits_invitation(of_user uuid) returns boolean
  language sql stable
  set search_path = ''
as $$
  select exists (select 1 from identity.invitations i where i.user_id = of_user and i.accepted_at is null)
$$;
comment on function identity.awaits_invitation(uuid) is
  'Whether staff invited this login and its owner has not accepted: no other link opens it, even when it has ended.';
grant execute on function identity.awaits_invitation(uuid) to platform_writer, platform_reader;
