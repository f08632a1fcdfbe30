-- platform: the log of every step of a workflow, and working time.

create table automation.workflow_transition_log (
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  subject_kind text not null
    constraint workflow_transition_log_subject_kind_known check (subject_kind in ('package', 'phase', 'task')),
  subject_id uuid not null,
  package_id uuid,
  from_status text
    constraint workflow_transition_log_from_status_length check (length(from_status) between 1 and 20),
  to_status text not null
    constraint workflow_transition_log_to_status_length check (length(to_status) between 1 and 20),
  trigger text not null
    constraint workflow_transition_log_trigger_known check (trigger in ('manual', 'rule', 'event', 'api', 'system')),
  actor_contact_id uuid,
  constraint workflow_transition_log_pkey primary key (id),
  constraint workflow_transition_log_package_id_fkey foreign key (package_id)
    references automation.workflow_packages (id) on delete restrict
);
comment on table automation.workflow_transition_log is
  'Every step of every workflow, phase and task; written by trigger, rows are only ever added.';
comment on column automation.workflow_transition_log.id is 'Identity.';
comment on column automation.workflow_transition_log.created_at is 'When the step was taken.';
comment on column automation.workflow_transition_log.subject_kind is 'What took the step.';
comment on column automation.workflow_transition_log.subject_id is 'Its id.';
comment on column automation.workflow_transition_log.package_id is 'Workflow it is part of; null: a task on its own.';
comment on column automation.workflow_transition_log.from_status is 'State before; null: it was made.';
comment on column automation.workflow_transition_log.to_status is 'State after.';
comment on column automation.workflow_transition_log.trigger is 'What caused it.';
comment on column automation.workflow_transition_log.actor_contact_id is
  'Contact who did it; null: the system. No foreign key: the row outlives the contact.';

create index workflow_transition_log_subject_id_created_at_idx on automation.workflow_transition_log (subject_id, created_at);
create index workflow_transition_log_package_id_idx on automation.workflow_transition_log (package_id);

create trigger refuse_change before update or delete on automation.workflow_transition_log
  for each row execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_change;
create trigger refuse_truncate before truncate on automation.workflow_transition_log
  for each statement execute function platform.refuse_change();
alter table automation.workflow_transition_log enable always trigger refuse_truncate;
revoke update on automation.workflow_transition_log from platform_writer;

-- Definer: the log is written for whoever takes the step, and by nobody else.
create function automation.log_transition() returns trigger
  language plpgsql security definer
  set search_path = ''
as $$
declare
  row_now jsonb := to_jsonb(new);
begin
  if tg_op = 'UPDATE' then
    if new.status = old.status then
      return null;
    end if;
  end if;
  insert into automation.workflow_transition_log
    (subject_kind, subject_id, package_id, from_status, to_status, trigger, actor_contact_id)
  values (
    tg_argv[0], new.id,
    case tg_argv[0] when 'package' then new.id else (row_now ->> 'package_id')::uuid end,
    case tg_op when 'UPDATE' then to_jsonb(old) ->> 'status' end, new.status, new.status_trigger,
    coalesce(new.updated_by, new.created_by));
  return null;
end
$$;
comment on function automation.log_transition() is 'After insert or a step: writes automation.workflow_transition_log.';

create trigger log_transition after insert or update of status on automation.workflow_packages
  for each row execute function automation.log_transition('package');
create trigger log_transition after insert or update of status on automation.workflow_package_phases
  for each row execute function automation.log_transition('phase');
create trigger log_transition after insert or update of status on automation.workflow_tasks
  for each row execute function automation.log_transition('task');
revoke insert on automation.workflow_transition_log from platform_writer;

create function automation.check_task_done() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  missing bigint;
begin
  select count(*) into missing
  from automation.checklist_items i
  left join automation.task_checklist_results r on r.item_id = i.id and r.task_id = new.id and r.is_done
  where i.checklist_id = new.checklist_id and i.is_required and i.deleted_at is null and r.id is null;
  if missing > 0 then
    raise exception 'task % still has % things to tick off', new.id, missing
      using errcode = '23514', constraint = 'workflow_tasks_checklist_done',
            schema = 'automation', table = 'workflow_tasks';
  end if;
  return new;
end
$$;
comment on function automation.check_task_done() is
  'Before a task is done: every required thing of its checklist is ticked off; breaks workflow_tasks_checklist_done.';

create trigger check_task_done before update of status on automation.workflow_tasks
  for each row when (new.status = 'done' and old.status <> 'done' and new.checklist_id is not null)
  execute function automation.check_task_done();

create table automation.time_bookings (
  id uuid not null default gen_random_uuid(),
  task_id uuid not null,
  contact_id uuid not null,
  worked_on date not null,
  minutes integer not null
    constraint time_bookings_minutes_range check (minutes between 1 and 1440),
  note text
    constraint time_bookings_note_length check (length(note) between 1 and 500),
  is_billable boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  deleted_at timestamptz,
  constraint time_bookings_pkey primary key (id),
  constraint time_bookings_task_id_fkey foreign key (task_id)
    references automation.workflow_tasks (id) on delete restrict,
  constraint time_bookings_contact_id_fkey foreign key (contact_id) references party.contacts (id) on delete restrict
);
comment on table automation.time_bookings is 'Working time spent on tasks.';
comment on column automation.time_bookings.id is 'Identity.';
comment on column automation.time_bookings.task_id is 'The task.';
comment on column automation.time_bookings.contact_id is 'Who worked.';
comment on column automation.time_bookings.worked_on is 'Day of the work.';
comment on column automation.time_bookings.minutes is 'How long, in minutes.';
comment on column automation.time_bookings.note is 'What was done; null: not said.';
comment on column automation.time_bookings.is_billable is 'True: may be invoiced.';
comment on column automation.time_bookings.created_at is 'When the row was written.';
comment on column automation.time_bookings.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.time_bookings.updated_at is 'When it last changed; set by trigger.';
comment on column automation.time_bookings.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.time_bookings.version is 'Counts changes from 1; set by trigger; the ETag.';
comment on column automation.time_bookings.deleted_at is 'When it was deleted; null: live.';

create index time_bookings_contact_id_worked_on_idx on automation.time_bookings (contact_id, worked_on);
create index time_bookings_task_id_idx on automation.time_bookings (task_id);
create index time_bookings_created_at_idx on automation.time_bookings (created_at desc, id desc);

create trigger touch before update on automation.time_bookings for each row execute function platform.touch();
