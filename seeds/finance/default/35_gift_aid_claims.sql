-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Posted through the functions that may, so that the books balance; what was done is not done again.
select a.taken
from giving.contributions g
cross join lateral giftaid.accrue(
  array[g.id],
  array['9929e405-3ddf-5399-93b5-c4e6036fd8ad' /* finance.declaration: amara-osei/enduring */::uuid],
  array['f021abd7-675f-5bff-9e78-d633187e52fa' /* finance.claimant: aruuri-demo */::uuid],
  null, 'seed') a
where g.contributor_id = 'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */
  and not exists (select from giftaid.accruals a where a.contribution_id = g.id)
order by g.occurred_on;

-- Three claims of one gift each: a draft, one that is ready to be submitted, one that waits for its money.
select c.id
from (values
  ('3d6487b8-2218-5bf3-b142-f69e5b66f9c4' /* finance.claim: aruuri-demo/draft */::uuid, 'DEMO-3', '2025-10-10'::date),
  ('da5a7e18-68f0-555a-a768-e6c870bb64ef' /* finance.claim: aruuri-demo/validated */, 'DEMO-2', '2025-08-10'),
  ('0960e60b-cb99-5961-8aa7-646239f47638' /* finance.claim: aruuri-demo/accepted */, 'DEMO-1', '2025-06-10')
) as d (id, reference, donated_on)
cross join lateral giftaid.collect(
  d.id, 'f021abd7-675f-5bff-9e78-d633187e52fa' /* finance.claimant: aruuri-demo */, d.reference,
  (
    select jsonb_agg(jsonb_build_object(
      'accrual_id', a.id, 'title', 'Ms', 'first_name', 'Amara', 'last_name', 'Osei', 'house', '27', 'postcode', 'E8 3RD'))
    from giftaid.accruals a where a.status = 'open' and a.donated_on = d.donated_on
  ),
  '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */) c
where not exists (select from giftaid.claims k where k.id = d.id);

select f.claim
from giftaid.claims k
cross join lateral giftaid.freeze_claim(
  'seed', k.reference || ' frozen', sha256(convert_to(k.reference, 'UTF8')), k.id, k.version,
  '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */) f
where k.status = 'draft' and k.reference in ('DEMO-1', 'DEMO-2');

select s.claim
from giftaid.claims k
cross join lateral giftaid.submit_claim(
  'seed', k.reference || ' submitted', sha256(convert_to(k.reference, 'UTF8')), k.id, k.version, 'upload', null, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed') s
where k.status = 'validated' and k.reference = 'DEMO-1';
