-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- A collection in cash, banked and posted through the function that may; what was recorded is not recorded again.
with collections (id, claimant_id, key) as (values
  ('e4dd5904-69d5-548f-b694-e644c0cc2b78' /* finance.gasds_collection: aruuri-demo/christmas-fair */,
   'f021abd7-675f-5bff-9e78-d633187e52fa' /* finance.claimant: aruuri-demo */,
   'christmas-fair')
), missing as materialized (
  select key, id::uuid, claimant_id::uuid
  from collections
  where not exists (select 1 from giftaid.gasds_collections c where c.id = collections.id::uuid)
)
select (made.collection).id
from missing m
cross join lateral giftaid.record_collection(
  'seed', 'collection ' || m.key, sha256(convert_to(m.key, 'UTF8')), m.id, m.claimant_id, null, '2025-12-07',
  '2025-12-08', 'cash', 12, 4000,
  '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 'seed') as made;
