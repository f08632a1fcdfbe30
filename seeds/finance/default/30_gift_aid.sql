-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into giftaid.claimants (
  id, org_name, hmrc_ref, regulator, regulator_no, entity_type, year_end, recognised_on,
  official_title, official_first_name, official_last_name, official_postcode, official_phone, created_by, updated_by)
values
  ('f021abd7-675f-5bff-9e78-d633187e52fa' /* finance.claimant: aruuri-demo */,
   'Aruuri Demonstration Charity', 'AB12345', 'ccew', '0000000', 'cio', '03-31', '2020-04-01',
   'Ms', 'Grace', 'Hopper', 'EC1A 1BB', '020 7946 0000',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- The words are config: found by kind, language and number.
insert into giftaid.declarations (
  id, contributor_id, claimant_id, scope, contribution_id, wording_id, channel, given_on, covers, past_four_years,
  request_id, created_by, updated_by)
select d.id::uuid, d.contributor_id::uuid, d.claimant_id::uuid, d.scope, d.contribution_id::uuid, w.id, d.channel, d.given_on::date,
  d.covers::daterange, d.past_four_years, 'seed', d.author::uuid, d.author::uuid
from (values
  ('9929e405-3ddf-5399-93b5-c4e6036fd8ad' /* finance.declaration: amara-osei/enduring */,
   'f51de6ea-b485-555c-9b1e-bc6eae30e60c' /* finance.contributor: amara-osei */,
   'f021abd7-675f-5bff-9e78-d633187e52fa' /* finance.claimant: aruuri-demo */,
   'enduring',
   null,
   'digital',
   '2026-05-14',
   '[2022-05-14,)',
   true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
) as d (id, contributor_id, claimant_id, scope, contribution_id, channel, given_on, covers, past_four_years, author)
join giftaid.declaration_wordings w on w.kind = d.scope and w.locale = 'en' and w.number = 1
where not exists (select 1 from giftaid.declarations g where g.id = d.id::uuid)
on conflict do nothing;
