-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

-- What the projects domain has told of whom and what is paid.
insert into finance.ref_partners (id, version, label, status)
values
  ('8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */, 1,
   '{"de": "Demir Dämmung", "en": "Demir Insulation"}', 'active')
on conflict do nothing;

-- Where it is paid: 20-00-00 55779911, sealed with the key `demo` of local stacks; old and verified, by somebody else
-- than who wrote it down.
insert into giving.partner_bank_accounts (
  id, partner_ref, holder_name, currency, country, details_ciphertext, details_key_id, details_fingerprint, last_four,
  usable_from, created_at, created_by, updated_by)
values
  ('56d4a3e9-868c-529b-9408-60f1aedb34d4' /* finance.partner_bank_account: demir-daemmung */,
   '8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */,
   'Demir Dämmung GmbH', 'GBP', 'GB',
   '\x6a6d2722813203d0db0efb893567bebb03e9a9da029b516a0710f7fc99bab0d9a58b62b180857d04c17f4e49963ec1f33b4397313b5a662ede955b4e521874ca2af3dad55f27a183f67f6d85f773',
   'demo', '\xf412fdbc9ff2518a823854d512decf9861361ad1d0d180da363ac168fd18d43f', '9911', '2026-05-04 09:00+00',
   '2026-05-01 09:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
update giving.partner_bank_accounts set status = 'verified', verified_at = '2026-05-06 10:00+00',
  verified_by = '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */
where status = 'unverified' and id = '56d4a3e9-868c-529b-9408-60f1aedb34d4' /* finance.partner_bank_account: demir-daemmung */;

-- Through the functions that may, so that the books balance; what was recorded is not recorded again.
with missing as materialized (
  select key, id::uuid, proposed_by::uuid, amount_minor::bigint, reason
  from (values
    ('hackney-ventilation-design',
     '80e94cf3-a969-5eec-8b68-7567aa156205' /* finance.disbursement: hackney-ventilation-design */,
     '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 3000, 'The design before the first stage'),
    ('bristol-opening',
     'f7f49853-c933-517d-a7b3-8a5e139a4a81' /* finance.disbursement: bristol-opening */,
     '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 1500, 'Chairs for the opening'),
    ('hackney-tiles',
     '060824a1-f4cc-59f7-92d6-9989fac1411f' /* finance.disbursement: hackney-tiles */,
     '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */, 1200, 'Tiles that were on offer'),
    ('hackney-survey',
     '933b87bb-184d-5ddd-b670-27e6d9aadbc3' /* finance.disbursement: hackney-survey */,
     '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 900, 'A survey of the roof')
  ) as payments (key, id, proposed_by, amount_minor, reason)
  where not exists (select 1 from giving.disbursements d where d.id = payments.id::uuid)
)
select (proposed.disbursement).id
from missing m
cross join lateral giving.propose_disbursement(
  'seed', m.key, sha256(convert_to(m.key, 'UTF8')),
  jsonb_build_object(
    'id', m.id, 'partner_ref', '8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3' /* projects.partner: demir-daemmung */,
    'project_ref', '03262721-01f4-5300-9f04-f6a6dee60d17' /* projects.project: hackney-community-kitchen */,
    'bank_account_id', '56d4a3e9-868c-529b-9408-60f1aedb34d4' /* finance.partner_bank_account: demir-daemmung */,
    'without_milestone_reason', m.reason, 'amount_minor', m.amount_minor, 'currency', 'GBP'),
  m.proposed_by, 'seed'
) as proposed;

with steps as materialized (
  select key, id::uuid, step, version
  from (values
    ('bristol-opening-approve',
     'f7f49853-c933-517d-a7b3-8a5e139a4a81' /* finance.disbursement: bristol-opening */, 'approve', 1),
    ('hackney-tiles-approve',
     '060824a1-f4cc-59f7-92d6-9989fac1411f' /* finance.disbursement: hackney-tiles */, 'approve', 1)
  ) as steps (key, id, step, version)
  where exists (select 1 from giving.disbursements d where d.id = steps.id::uuid and d.version = steps.version)
)
select (taken.disbursement).id
from steps s
cross join lateral giving.step_disbursement(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, null, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as taken;

with steps as materialized (
  select key, id::uuid, step, version
  from (values
    ('hackney-tiles-send',
     '060824a1-f4cc-59f7-92d6-9989fac1411f' /* finance.disbursement: hackney-tiles */, 'send', 2)
  ) as steps (key, id, step, version)
  where exists (select 1 from giving.disbursements d where d.id = steps.id::uuid and d.version = steps.version)
)
select (taken.disbursement).id
from steps s
cross join lateral giving.step_disbursement(
  'seed', s.key, sha256(convert_to(s.key, 'UTF8')), s.id, s.version, s.step, null, null,
  '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */, 'seed'
) as taken;
