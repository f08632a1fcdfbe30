-- A small schema with one of everything, for the edits beside it.
create schema app;
comment on schema app is 'People and what they write.';
create schema archive;
grant usage on schema app to finance_writer, finance_reader;
alter default privileges for role finance_owner in schema app grant select on tables to finance_reader;

create type app.status as enum ('draft', 'open', 'done');
comment on type app.status is 'Where a task stands.';
create type app.address as (street text, city text);
create domain app.email as text constraint email_shape check (value ~ '@');
create domain app.score as integer default 0;
create type app.hours as range (subtype = time);
create sequence app.ticket_no start with 100;

create function app.norm(value text) returns text language sql immutable as $$ select lower(btrim(value)) $$;
create function app.may_see(owner bigint) returns boolean language sql stable as $$ select owner > 0 $$;
revoke execute on function app.may_see(bigint) from public;
grant execute on function app.may_see(bigint) to finance_reader;
create function app.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.touched_at := now();
  return new;
end
$$;
comment on function app.touch() is 'Before update: sets touched_at.';
create function app.label(id bigint) returns text language sql immutable as $$ select 'no ' || id $$;
create function app.longer(a text, b text) returns text language sql immutable
  as $$ select case when length(a) >= length(b) then a else b end $$;
create aggregate app.longest(text) (sfunc = app.longer, stype = text, initcond = '');

create table app.users (
  id bigint generated always as identity,
  name text not null,
  nickname text,
  email app.email,
  age integer,
  legacy text,
  home app.address,
  search tsvector generated always as (to_tsvector('simple'::regconfig, name)) stored,
  constraint users_pkey primary key (id)
);
comment on table app.users is 'People.';
comment on column app.users.nickname is 'What friends say.';
grant select (nickname), update (nickname) on app.users to finance_writer;
create index users_search_idx on app.users using gin (search);
create index users_norm_idx on app.users (app.norm(name));

create table app.tasks (
  id bigint generated always as identity,
  owner_id bigint not null,
  reviewer_id bigint,
  title text not null,
  amount integer not null default 0,
  state text not null default 'new',
  status app.status not null default 'draft',
  previous app.status[],
  points app.score,
  code text default 'T' || nextval('app.ticket_no'),
  due_on date,
  during tstzrange,
  touched_at timestamptz not null default now(),
  constraint tasks_pkey primary key (id),
  constraint tasks_owner_id_fkey foreign key (owner_id) references app.users (id),
  constraint tasks_state_known check (state in ('new', 'old'))
);
alter table app.tasks add constraint tasks_reviewer_id_fkey foreign key (reviewer_id) references app.users (id) not valid;
create index tasks_owner_id_idx on app.tasks (owner_id);
create unique index tasks_title_key on app.tasks (title) where status <> 'done';
create statistics app.tasks_stats (dependencies) on owner_id, status from app.tasks;
comment on constraint tasks_state_known on app.tasks is 'Two states.';

alter table app.tasks enable row level security;
create policy see on app.tasks for select to finance_reader using (app.may_see(owner_id));
comment on policy see on app.tasks is 'Readers see their own.';
create policy write on app.tasks to finance_writer using (true) with check (amount >= 0);

create trigger touch before update on app.tasks for each row execute function app.touch();
comment on trigger touch on app.tasks is 'Keeps touched_at.';
alter table app.tasks enable always trigger touch;
create trigger touch_due before update of due_on on app.tasks for each row execute function app.touch();

create view app.open_tasks with (security_invoker = true) as
  select id, owner_id, title, amount from app.tasks where status = 'open';
comment on view app.open_tasks is 'Tasks to do.';
comment on column app.open_tasks.amount is 'Pence.';
grant select on app.open_tasks to finance_writer;
create view app.open_amounts as select owner_id, sum(amount) as amount from app.open_tasks group by owner_id;
create materialized view app.totals as select owner_id, amount from app.open_amounts;
create unique index totals_owner_id_key on app.totals (owner_id);
create index totals_amount_idx on app.totals (amount);
comment on materialized view app.totals is 'Refreshed at night.';
create view app.top as select owner_id from app.totals where amount > 10;
grant select on app.top to finance_writer;
create view app.names as select name, legacy from app.users;
grant select on app.names to finance_writer;

create table app.notes (
  id uuid not null default gen_random_uuid(),
  text text not null,
  seen integer,
  constraint notes_pkey primary key (id)
);
create table app.rooms (
  room integer not null,
  during tstzrange not null
);

create table app.events (
  id bigint not null,
  day date not null,
  kind text not null default 'any',
  constraint events_pkey primary key (id, day)
) partition by range (day);
create index events_kind_idx on app.events (kind);
create table app.events_2025 partition of app.events for values from ('2025-01-01') to ('2026-01-01');
create table app.events_rest partition of app.events default;
create trigger log before update on app.events for each row execute function app.touch();
alter table app.events_rest disable trigger log;

create table app.parts (
  id bigint not null,
  day date not null,
  constraint parts_pkey primary key (id, day)
);
create unlogged table app.cache (key text not null, value text);
