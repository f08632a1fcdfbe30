-- What `cargo aruuri failures` adds to a finance database of its own: a gate that requests wait at, and traps.
create schema lab;
create table lab.trap (name text not null);
insert into lab.trap values ('none');
create table lab.rival (n integer not null);
insert into lab.rival values (0);
-- Its file is replaced by /dev/full.
create table lab.full_disk (filler text);
alter table lab.full_disk set (autovacuum_enabled = off);

-- Everybody passes while nobody holds lock 7.
create function lab.pass() returns boolean
  language plpgsql volatile security definer
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock_shared(7);
  return true;
end
$$;

create function lab.stumble() returns trigger
  language plpgsql security definer
as $$
declare
  v_trap text := (select name from lab.trap);
begin
  perform lab.pass();
  if v_trap = 'full disk' then
    insert into lab.full_disk values ('x');
  elsif v_trap = 'rival' then
    update lab.rival set n = n + 1;
  end if;
  return new;
end
$$;

create trigger stumble before insert on giving.contributors for each row execute function lab.stumble();
create trigger stumble before insert on giving.contributions for each row execute function lab.stumble();

-- What reads comes to the gate by a policy.
alter table giving.contributors enable row level security;
create policy writers on giving.contributors to finance_writer using (true) with check (true);
create policy readers on giving.contributors for select to finance_reader using (lab.pass());
grant usage on schema lab to finance_reader, finance_writer;

-- So that the server tells how often it executed what.
alter role finance_app set log_statement = 'all';
alter role finance_read set log_statement = 'all';
