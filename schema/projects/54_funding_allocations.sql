-- projects: what granted money pays, and the history of applications.

create table funding.funding_application_allocations (
  id uuid not null default gen_random_uuid(),
  application_id uuid not null,
  quote_ref uuid,
  invoice_ref uuid,
  application_measure_id uuid,
  amount_minor bigint not null
    constraint funding_application_allocations_amount_minor_range check (amount_minor between 1 and 9000000000000000),
  status text not null default 'proposed'
    constraint funding_application_allocations_status_known check (
      status in ('proposed', 'approved', 'rejected', 'released')
    ),
  decided_by uuid,
  decided_at timestamptz,
  note text
    constraint funding_application_allocations_note_length check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint funding_application_allocations_pkey primary key (id),
  constraint funding_application_allocations_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete restrict,
  constraint funding_application_allocations_application_measure_id_fkey foreign key (application_measure_id)
    references funding.funding_application_measures (id) on delete restrict,
  constraint funding_application_allocations_one_target check (num_nonnulls(quote_ref, invoice_ref) = 1),
  constraint funding_application_allocations_decided_whole check (
    (status = 'proposed') = (decided_by is null)
    and (decided_by is null) = (decided_at is null)
  ),
  constraint funding_application_allocations_decision_four_eyes check (
    decided_by is null
    or decided_by is distinct from created_by
  )
);
comment on table funding.funding_application_allocations is
  'Which quotes and invoices granted money pays; somebody else approves each.';
comment on column funding.funding_application_allocations.id is 'Identity.';
comment on column funding.funding_application_allocations.application_id is 'The application.';
comment on column funding.funding_application_allocations.quote_ref is 'Quote it pays (finance); null: an invoice.';
comment on column funding.funding_application_allocations.invoice_ref is 'Invoice it pays (finance); null: a quote.';
comment on column funding.funding_application_allocations.application_measure_id is
  'Measure it is for; null: the whole.';
comment on column funding.funding_application_allocations.amount_minor is
  'Money, in minor units of the application''s currency.';
comment on column funding.funding_application_allocations.status is
  'proposed; approved: counts; rejected; released: no longer counts.';
comment on column funding.funding_application_allocations.decided_by is
  'Contact who approved or rejected it (platform), not the one who wrote it; null: nobody yet. Set once.';
comment on column funding.funding_application_allocations.decided_at is 'When that was; null: not yet. Set once.';
comment on column funding.funding_application_allocations.note is 'Why; null: not said.';
comment on column funding.funding_application_allocations.created_at is 'When the row was written.';
comment on column funding.funding_application_allocations.created_by is
  'Contact who wrote it (platform); null: the system.';
comment on column funding.funding_application_allocations.updated_at is 'When it last changed; set by trigger.';
comment on column funding.funding_application_allocations.updated_by is
  'Contact who changed it last (platform); null: the system.';
comment on column funding.funding_application_allocations.version is
  'Counts changes from 1; set by trigger; the ETag.';

create index funding_application_allocations_application_id_idx on funding.funding_application_allocations (application_id);
create index funding_application_allocations_quote_ref_idx on funding.funding_application_allocations (quote_ref)
  where quote_ref is not null;
create index funding_application_allocations_invoice_ref_idx on funding.funding_application_allocations (invoice_ref)
  where invoice_ref is not null;
create index funding_application_allocations_application_measure_id_idx on funding.funding_application_allocations (application_measure_id);

create trigger check_status before insert or update of status on funding.funding_application_allocations
  for each row execute function projects.check_transition('status', 'proposed', 'proposed>approved,rejected', 'approved>released');
create trigger check_frozen before update or delete on funding.funding_application_allocations
  for each row execute function projects.check_frozen('status', 'proposed', 'note');
create trigger keep_once_set before update on funding.funding_application_allocations
  for each row execute function projects.keep_once_set('created_by', 'decided_by', 'decided_at');

create trigger touch before update on funding.funding_application_allocations for each row execute function projects.touch();

create function funding.check_allocated() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  granted bigint;
  allocated numeric;
begin
  -- One decision at a time per application.
  select a.approved_minor into granted
  from funding.funding_applications a
  where a.id = new.application_id and a.status in ('approved', 'disbursed') and a.deleted_at is null for no key update;
  if granted is null then
    raise exception 'application % has not been granted', new.application_id
      using errcode = '23514', constraint = 'funding_application_allocations_granted',
            schema = 'funding', table = 'funding_application_allocations';
  end if;
  select coalesce(sum(l.amount_minor), 0) into allocated
  from funding.funding_application_allocations l
  where l.application_id = new.application_id and l.status = 'approved' and l.id <> new.id;
  if allocated + new.amount_minor > granted then
    raise exception 'application % was granted %, % is allocated already', new.application_id, granted, allocated
      using errcode = '23514', constraint = 'funding_application_allocations_most',
            schema = 'funding', table = 'funding_application_allocations';
  end if;
  return new;
end
$$;
comment on function funding.check_allocated() is
  'Before approval: no more is allocated than was granted; breaks funding_application_allocations_granted or _most.';

create trigger prove_allocated before insert or update of status on funding.funding_application_allocations
  for each row when (new.status = 'approved')
  execute function funding.check_allocated();

create table funding.funding_application_steps (
  id uuid not null default gen_random_uuid(),
  application_id uuid not null,
  from_status text
    constraint funding_application_steps_from_status_length check (length(from_status) between 1 and 20),
  to_status text not null
    constraint funding_application_steps_to_status_length check (length(to_status) between 1 and 20),
  changed_at timestamptz not null default now(),
  changed_by uuid,
  constraint funding_application_steps_pkey primary key (id),
  constraint funding_application_steps_application_id_fkey foreign key (application_id)
    references funding.funding_applications (id) on delete restrict
);
comment on table funding.funding_application_steps is
  'Every step of every application; written by trigger, rows are only ever added.';
comment on column funding.funding_application_steps.id is 'Identity.';
comment on column funding.funding_application_steps.application_id is 'The application.';
comment on column funding.funding_application_steps.from_status is 'State before; null: it was made.';
comment on column funding.funding_application_steps.to_status is 'State after.';
comment on column funding.funding_application_steps.changed_at is 'When the step was taken.';
comment on column funding.funding_application_steps.changed_by is 'Contact who took it (platform); null: the system.';

create index funding_application_steps_application_id_changed_at_idx on funding.funding_application_steps (application_id, changed_at);

create trigger refuse_change before update or delete on funding.funding_application_steps
  for each row execute function projects.refuse_change();
alter table funding.funding_application_steps enable always trigger refuse_change;
create trigger refuse_truncate before truncate on funding.funding_application_steps
  for each statement execute function projects.refuse_change();
alter table funding.funding_application_steps enable always trigger refuse_truncate;
revoke update on funding.funding_application_steps from projects_writer;

-- Definer: the history is written for whoever takes the step, and by nobody else.
create function funding.log_step() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
begin
  insert into funding.funding_application_steps (application_id, from_status, to_status, changed_by)
  values (new.id, case tg_op when 'UPDATE' then old.status end, new.status, coalesce(new.updated_by, new.created_by));
  return null;
end
$$;
comment on function funding.log_step() is 'After insert or a step: writes funding.funding_application_steps.';

create trigger log_step_insert after insert on funding.funding_applications
  for each row execute function funding.log_step();
create trigger log_step after update of status on funding.funding_applications
  for each row when (new.status <> old.status) execute function funding.log_step();
revoke insert on funding.funding_application_steps from projects_writer;
