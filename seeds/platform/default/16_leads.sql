-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into party.leads (
  id, name, label, source, source_reference, interest, email, phone, contact_id, owner_contact_id, project_ref,
  created_by, updated_by)
values
  ('94f6f889-f0c1-5beb-81fb-4d5d883ba767' /* platform.lead: terrace-in-meersbrook */,
   'Terrace in Meersbrook', 'warm', 'website', 'form-2026-0412',
   'Draughty end of terrace, two children, would like internal insulation.', 't.ashworth@example.org',
   '+44 1632 960201', null, null, null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('512ff55b-4071-5888-a9c8-30633c5a3d4d' /* platform.lead: heat-pump-pankow */,
   'Wärmepumpe Pankow', 'hot', 'fair', 'stand-17', 'Gasheizung von 1998, Zweifamilienhaus.',
   'familie.brandt@example.de', '+49 30 23125 031', null,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4' /* platform.lead: helen-marsh-insulation */,
   'Helen Marsh, insulation', 'hot', 'telephone', null,
   'Number 14 in the Sheffield terrace; wants to join the project.', 'helen.marsh@example.org',
   '+44 1632 960077',
   '0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('97e3f065-6958-5619-b74e-ee99a5093949' /* platform.lead: office-cooling */,
   'Cooling for an office', 'cold', 'website', 'form-2026-0398', 'Asks for air conditioning.',
   'facilities@example.com', null, null, null, null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- A lead takes one step at a time; a step that was taken is not taken again.
update party.leads set status = 'contacted' where status = 'new' and id in (
  '512ff55b-4071-5888-a9c8-30633c5a3d4d' /* platform.lead: heat-pump-pankow */,
  'b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4' /* platform.lead: helen-marsh-insulation */
);
update party.leads set status = 'qualified'
where status = 'contacted' and id = 'b597cc3d-1c73-5f98-b41e-5a8cfe4e4fe4' /* platform.lead: helen-marsh-insulation */;
update party.leads set status = 'disqualified'
where status = 'new' and id = '97e3f065-6958-5619-b74e-ee99a5093949' /* platform.lead: office-cooling */;
