-- Replace function "platform.check_live()"
create or replace function platform.check_live()
 returns trigger
 language plpgsql
 set search_path to ''
as $function$
declare
  -- Arguments: pairs of a column and the table it refers to.
  target uuid;
  found_one boolean;
begin
  if to_jsonb(new) ->> 'deleted_at' is not null then
    return new;
  end if;
  for i in 0 .. tg_nargs - 1 by 2 loop
    target := (to_jsonb(new) ->> tg_argv[i])::uuid;
    continue when target is null
      or (tg_op = 'UPDATE' and to_jsonb(old) ->> 'deleted_at' is null and (to_jsonb(old) ->> tg_argv[i])::uuid = target);
    -- The lock makes a concurrent deletion or merge wait, and then see this row.
    execute format(
      'select true from %s as t where id = $1 and deleted_at is null and to_jsonb(t) ->> ''merged_into_id'' is null for share',
      tg_argv[i + 1])
      into found_one using target;
    if found_one is null then
      raise exception '% % does not exist', tg_argv[i + 1], target
        using errcode = '23503', constraint = tg_table_name || '_' || tg_argv[i] || '_fkey',
              schema = tg_table_schema, table = tg_table_name, column = tg_argv[i];
    end if;
  end loop;
  return new;
end
$function$;
comment on function platform.check_live() is 'Before insert or update: a live row refers to live rows that were not merged into others; breaks <table>_<column>_fkey.';
