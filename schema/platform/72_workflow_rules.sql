-- platform: what a workflow does by itself.

create table automation.workflow_rules (
  id uuid not null default gen_random_uuid(),
  template_version_id uuid not null,
  position integer not null
    constraint workflow_rules_position_range check (position between 1 and 999),
  name platform.localized_text not null
    constraint workflow_rules_name_length check (length(name ->> 'de') <= 120 and length(name ->> 'en') <= 120),
  on_event text not null
    constraint workflow_rules_on_event_shape check (
      on_event ~ '^[a-z_]+(\.[a-z_]+)+(\.v[0-9]+)?$'
      and length(on_event) <= 120
    ),
  condition jsonb not null default '{}'
    constraint workflow_rules_condition_object check (jsonb_typeof(condition) = 'object'),
  action text not null
    constraint workflow_rules_action_known check (
      action in ('start_phase', 'complete_phase', 'create_task', 'complete_task', 'assign', 'notify',
        'propose_appointment', 'request_document', 'emit_event')
    ),
  parameters jsonb not null default '{}'
    constraint workflow_rules_parameters_object check (jsonb_typeof(parameters) = 'object'),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint workflow_rules_pkey primary key (id),
  constraint workflow_rules_template_version_id_fkey foreign key (template_version_id)
    references automation.workflow_template_versions (id) on delete cascade,
  constraint workflow_rules_position_key unique (template_version_id, position) deferrable initially deferred
);
comment on table automation.workflow_rules is
  'What a version does by itself: on an event, if a condition holds, an action.';
comment on column automation.workflow_rules.id is 'Identity.';
comment on column automation.workflow_rules.template_version_id is 'The version.';
comment on column automation.workflow_rules.position is
  'Order in which rules of one event run, from 1; unique in the version.';
comment on column automation.workflow_rules.name is 'Name for people; at most 120 characters per language.';
comment on column automation.workflow_rules.on_event is 'Event that starts it: task.done, quote.accepted.v1.';
comment on column automation.workflow_rules.condition is
  'What must hold, a condition of the rule language; empty: always.';
comment on column automation.workflow_rules.action is 'What it does.';
comment on column automation.workflow_rules.parameters is 'What the action needs.';
comment on column automation.workflow_rules.is_active is 'False: switched off.';
comment on column automation.workflow_rules.created_at is 'When the row was written.';
comment on column automation.workflow_rules.created_by is 'Contact who wrote it (platform); null: the system.';
comment on column automation.workflow_rules.updated_at is 'When it last changed; set by trigger.';
comment on column automation.workflow_rules.updated_by is 'Contact who changed it last (platform); null: the system.';
comment on column automation.workflow_rules.version is 'Counts changes from 1; set by trigger; the ETag.';


create trigger check_parent before insert or update or delete on automation.workflow_rules
  for each row execute function platform.check_parent('automation.workflow_template_versions', 'template_version_id', 'status', 'draft');

create trigger touch before update on automation.workflow_rules for each row execute function platform.touch();
