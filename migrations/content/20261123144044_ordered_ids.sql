-- Create function "content.uuid7()"
create function content.uuid7()
 returns uuid
 language plpgsql
 parallel safe
 set search_path to ''
as $function$
begin
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end
$function$;
grant execute on function content.uuid7() to content_writer;
comment on function content.uuid7() is 'A new UUID, version 7 (RFC 9562): milliseconds since 1970, then random bits.';

-- Change default of column "id" of table "content.audit_logs"
alter table content.audit_logs alter column id set default content.uuid7();

-- Change default of column "id" of table "content.outbox_events"
alter table content.outbox_events alter column id set default content.uuid7();
