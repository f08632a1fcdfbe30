-- Create function "finance.purge_keys(integer)"
create function finance.purge_keys(at_most integer default 1000)
 returns bigint
 language plpgsql
 security definer
 set search_path to ''
as $function$
declare
  purged bigint;
begin
  delete from finance.idempotency_keys k
  using (
    select scope, key from finance.idempotency_keys
    where created_at < now() - interval '30 days'
    order by created_at
    limit at_most
    for update skip locked
  ) old
  where k.scope = old.scope and k.key = old.key;
  get diagnostics purged = row_count;
  return purged;
end
$function$;
grant execute on function finance.purge_keys(integer) to finance_writer;
comment on function finance.purge_keys(integer) is 'Deletes at most that many keys of more than 30 days ago; returns how many.';
