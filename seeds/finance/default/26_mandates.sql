-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- Through the functions that may; what was recorded is not recorded again.
with missing as materialized (
  select key, id::uuid, contributor_id::uuid, amount_minor::bigint, frequency
  from (values
    ('amara-monthly',
     '14c6f1f7-cfb7-5d40-9b14-48c67e3aea7d' /* finance.mandate: amara-monthly */,
     'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
     500, 'monthly'),
    ('jonas-yearly',
     '0e5860f9-7b70-58fe-a187-01bf03114ae3' /* finance.mandate: jonas-yearly */,
     'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
     6000, 'yearly'),
    ('jonas-weekly',
     '4cce0e70-8b85-513c-adb7-5e41ba0ab676' /* finance.mandate: jonas-weekly */,
     'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
     200, 'weekly'),
    ('jonas-quarterly',
     '5d6c96e0-3c7b-564a-9a1d-d6b0470e47a4' /* finance.mandate: jonas-quarterly */,
     'a8cfb5cc-b2b8-5e6a-9e23-050196403c82' /* finance.contributor: jonas-weber */,
     1500, 'quarterly')
  ) as mandates (key, id, contributor_id, amount_minor, frequency)
  where not exists (select 1 from giving.recurring_mandates m where m.id = mandates.id::uuid)
)
select (made.mandate).id
from missing m
cross join lateral giving.create_mandate(
  'seed', 'mandate ' || m.key, sha256(convert_to(m.key, 'UTF8')),
  jsonb_build_object(
    'id', m.id, 'contributor_id', m.contributor_id, 'processor', 'gocardless', 'amount_minor', m.amount_minor,
    'currency', 'GBP', 'frequency', m.frequency, 'starts_on', '2026-11-01'),
  null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as made;

with steps as materialized (
  select key, id::uuid, step, version, nullif(words, '') as words
  from (values
    ('amara-monthly-activate',
     '14c6f1f7-cfb7-5d40-9b14-48c67e3aea7d' /* finance.mandate: amara-monthly */, 'activate', 1, 'MD0001'),
    ('jonas-weekly-activate',
     '4cce0e70-8b85-513c-adb7-5e41ba0ab676' /* finance.mandate: jonas-weekly */, 'activate', 1, 'MD0002'),
    ('jonas-quarterly-cancel',
     '5d6c96e0-3c7b-564a-9a1d-d6b0470e47a4' /* finance.mandate: jonas-quarterly */, 'cancel', 1, '')
  ) as steps (key, id, step, version, words)
  where exists (select 1 from giving.recurring_mandates m where m.id = steps.id::uuid and m.version = steps.version)
)
select (taken.mandate).id
from steps s
cross join lateral giving.step_mandate(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, s.words, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as taken;

with steps as materialized (
  select key, id::uuid, step, version, nullif(words, '') as words
  from (values
    ('jonas-weekly-pause',
     '4cce0e70-8b85-513c-adb7-5e41ba0ab676' /* finance.mandate: jonas-weekly */, 'pause', 2, '')
  ) as steps (key, id, step, version, words)
  where exists (select 1 from giving.recurring_mandates m where m.id = steps.id::uuid and m.version = steps.version)
)
select (taken.mandate).id
from steps s
cross join lateral giving.step_mandate(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, s.words, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */) as taken;
