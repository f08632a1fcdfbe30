-- finance: what makes a request repeatable and an event certain.

create table finance.idempotency_keys (
  scope finance.key_text not null,
  key finance.key_text not null,
  fingerprint finance.sha256 not null,
  status finance.http_status,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (scope, key)
) with (fillfactor = 70);
comment on table finance.idempotency_keys is
  'One row per Idempotency-Key that took effect, written in the transaction of the effect.';
comment on column finance.idempotency_keys.scope is 'Who asked for what: principal and route.';
comment on column finance.idempotency_keys.key is 'The Idempotency-Key header, 1 to 255 characters.';
comment on column finance.idempotency_keys.fingerprint is 'SHA-256 of the request, 32 bytes; another one under the same key is refused.';
comment on column finance.idempotency_keys.status is 'HTTP status of the first answer; null while its transaction runs.';
comment on column finance.idempotency_keys.response is 'What the first answer was made of; null while its transaction runs.';
comment on column finance.idempotency_keys.created_at is 'When the key was first seen; keys are kept for at least 30 days.';
create index idempotency_keys_created_at_idx on finance.idempotency_keys (created_at);
-- What was answered may hold anything that a route shows.
revoke select on finance.idempotency_keys from finance_studio;
grant select (scope, key, status, created_at) on finance.idempotency_keys to finance_studio;

-- Definer: nobody is given delete.
create function finance.purge_keys(at_most integer default 1000) returns bigint
  language plpgsql security definer
  set search_path = ''
as $$
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
$$;
comment on function finance.purge_keys(integer) is
  'Deletes at most that many keys of more than 30 days ago; returns how many.';
grant execute on function finance.purge_keys(integer) to finance_writer;

-- plpgsql: a body of SQL would be checked before what a migration adds is there.
create function finance.id_of_request(p_scope text, p_key text, p_fingerprint bytea) returns uuid
  language plpgsql immutable
  set search_path = ''
as $$
begin
  return encode(substr(sha256(convert_to(p_scope || chr(10) || p_key, 'UTF8') || p_fingerprint), 1, 16), 'hex')::uuid;
end
$$;
comment on function finance.id_of_request(text, text, bytea) is
  'The id of what a request makes that chooses none: the same for its repetition, also when its key is forgotten.';

-- Time-ordered ids keep the indexes of what is only added to dense, and a change of few of their pages.
-- In plpgsql: the server parses and plans a body in SQL at every call.
create function finance.uuid7() returns uuid
  language plpgsql volatile parallel safe
  set search_path = ''
as $$
begin
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end
$$;
comment on function finance.uuid7() is
  'A new UUID, version 7 (RFC 9562): milliseconds since 1970, then random bits.';
grant execute on function finance.uuid7() to finance_writer;

create table finance.outbox_events (
  id uuid not null default finance.uuid7(),
  position bigint generated always as identity,
  topic finance.event_topic not null,
  aggregate_type finance.entity_name not null,
  aggregate_id uuid not null,
  payload jsonb not null
    constraint outbox_events_payload_object check (jsonb_typeof(payload) = 'object'),
  occurred_at timestamptz not null default now(),
  published_at timestamptz,
  attempts integer not null default 0,
  due_at timestamptz,
  parked_at timestamptz,
  last_error text,
  constraint outbox_events_pkey primary key (id)
);
comment on table finance.outbox_events is
  'Facts for other domains, written in the transaction that made them true; delivered at least once.';
comment on column finance.outbox_events.id is 'Identity of the message; consumers drop a second delivery by it.';
comment on column finance.outbox_events.position is
  'Order of recording, for fairness only: rows become visible out of order, so a relay asks for unpublished rows, never for "position > last".';
comment on column finance.outbox_events.topic is 'Domain, entity, fact and version: finance.thing.happened.v1.';
comment on column finance.outbox_events.aggregate_type is 'Entity the event is about, singular.';
comment on column finance.outbox_events.aggregate_id is 'Id of that entity.';
comment on column finance.outbox_events.payload is 'The fact, a JSON object; never personal data beyond ids.';
comment on column finance.outbox_events.occurred_at is 'When the fact became true (start of its transaction).';
comment on column finance.outbox_events.published_at is 'When the relay handed it over; null: still to be sent.';
comment on column finance.outbox_events.attempts is 'How often it was taken to be sent.';
comment on column finance.outbox_events.due_at is 'Not taken again before; null: not taken yet.';
comment on column finance.outbox_events.parked_at is 'When it was given up until somebody retries it; null: it is not.';
comment on column finance.outbox_events.last_error is 'Why it could not be sent the last time; null: it was not tried, or went well.';
create index outbox_events_unpublished_idx on finance.outbox_events (position) where published_at is null;

create table finance.inbox_dedup (
  consumer text not null
    constraint inbox_dedup_consumer_length check (length(consumer) between 1 and 100),
  message_id uuid not null,
  received_at timestamptz not null default now(),
  constraint inbox_dedup_pkey primary key (consumer, message_id)
);
comment on table finance.inbox_dedup is
  'Messages already taken in, one row per consumer, written in the transaction of their effect.';
comment on column finance.inbox_dedup.consumer is 'Name of the function that took the message.';
comment on column finance.inbox_dedup.message_id is 'The sender''s outbox_events.id.';
comment on column finance.inbox_dedup.received_at is 'When it took effect here.';
