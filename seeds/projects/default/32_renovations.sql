-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into building.building_roles (
  id, building_id, contact_ref, role, ownership_percent, valid_from, created_by, updated_by)
values
  ('ba807a71-63ed-543c-9b78-2019c83c9a50' /* projects.building_role: sheffield-meersbrook-14/helen-marsh */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   '0e9b19e5-f867-5b75-b859-9763ac7d500b' /* platform.contact: helen-marsh */,
   'owner', 100, '2011-05-20',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.building_technology (
  id, building_id, kind, energy_carrier, state, year_installed, power_kw, efficiency_percent, condition,
  created_by, updated_by)
values
  ('42f74d1a-5350-523a-8eb1-0489e184673c' /* projects.building_technology: sheffield-meersbrook-14/boiler */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   'heating', 'gas', 'as_is', 2009, 24, 88, 'fair',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('e7677502-a7a1-5f87-8843-02c07e16247e' /* projects.building_technology: berlin-kreuzberg-18/boilers */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   'heating', 'gas', 'as_is', 1998, 198, 82, 'poor',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('a204fcee-4b11-589f-98a3-9bb0e96bcb30' /* projects.building_technology: berlin-kreuzberg-18/heat-pump */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   'heating', 'ambient', 'planned', null, 110, 340, null,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.building_calculation_parameters (
  id, building_id, method, indoor_temperature_c, final_energy_kwh_m2a, primary_energy_kwh_m2a, measured_kwh_a,
  energy_price_minor_mwh, currency, calculated_at, created_by, updated_by)
values
  ('db30f5ba-7ae0-50a6-99d3-9a00f33ec815' /* projects.calculation_parameters: sheffield-meersbrook-14 */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   'rdsap', 20, 212, 240, 17800, 6500, 'GBP', '2026-06-10 12:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('f16f5eca-9066-52bb-b24e-802a5cf2e91a' /* projects.calculation_parameters: berlin-kreuzberg-18 */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   'din_v_18599', 20, 178, 196, 205000, 11200, 'EUR', '2026-02-20 12:00+00',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.scenarios (
  id, project_id, scenario_number, name, description, total_cost_minor, total_funding_minor,
  annual_savings_minor, currency, energy_score, final_energy_kwh_m2a, assumptions, created_by, updated_by)
values
  ('aaa0e85a-58cb-5921-a05a-9c2e37ebc03a' /* projects.scenario: kreuzberg/1 */,
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   1, 'Shared heat pump',
   '{"de": "Eine Wärmepumpe im Hof, neue Steigleitungen.", "en": "One heat pump in the yard, new risers."}',
   21900000, 7665000, 1430000, 'EUR', 64, 88, '{"heating_flow_c": 55}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('bcf185b0-0c63-559d-ac37-136ca125d9a8' /* projects.scenario: kreuzberg/2 */,
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   2, 'Heat pump and windows',
   '{"de": "Dazu neue Kastenfenster zum Hof.", "en": "New box windows to the yard as well."}', 31400000,
   9100000, 1790000, 'EUR', 78, 69, '{"heating_flow_c": 48}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('27ec0fb6-d622-51fa-ada3-0df6b5cc82db' /* projects.scenario: sheffield/1 */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   1, 'Internal wall insulation', null, 14400000, null, 980000, 'GBP', 71, 96, '{"rooms_per_week": 3}',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into community.renovation_projects (id, project_id, building_id, engagement_type, created_by, updated_by)
values
  ('5c49a0df-1409-53ca-9194-a7e5f2c45f94' /* projects.renovation_project: kreuzberg-altbau-waermepumpe */,
   'e1ea8644-164c-56e0-8829-9d9508818b59' /* projects.project: kreuzberg-altbau-waermepumpe */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   'full_service',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('975604e4-2fd1-5733-85a1-4ec596e88168' /* projects.renovation_project: sheffield-terrace-insulation */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   'construction',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.building_components (
  id, building_id, project_id, type, state, name, surface_area_m2, surface_area_source, count, u_value,
  u_value_source, orientation, condition, year_installed, created_by, updated_by)
values
  ('0ee3b817-bc7f-531f-83fa-74accf951ed2' /* projects.building_component: sheffield/front-wall */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   null, 'wall', 'as_is', 'Front wall', 31.2, 'manual', 1, 2.1, 'typology', 'ne', 'good', 1904,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('03a59266-9b19-508c-8440-0070cf6b27c3' /* projects.building_component: sheffield/windows */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   null, 'window', 'as_is', 'Sash windows', 9.4, 'manual', 6, 4.8, 'typology', 'ne', 'fair', 1978,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('733bf2c2-4235-5a93-9a85-41f2d395517c' /* projects.building_component: kreuzberg/roof */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   null, 'roof', 'as_is', 'Dach über dem Vorderhaus', 268, 'calculated', 1, 0.9, 'regulatory', 'horizontal',
   'poor', 1987,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.building_components (
  id, building_id, project_id, type, state, name, surface_area_m2, surface_area_source, count, u_value,
  u_value_source, orientation, source_component_id, created_by, updated_by)
values
  ('09ecc974-bbce-5eae-aa13-e9bee0c49583' /* projects.building_component: sheffield/front-wall/insulated */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   '80342934-7b0b-52ba-a791-54b5bc5cfe4e' /* projects.project: sheffield-terrace-insulation */,
   'wall', 'planned', 'Front wall with 60 mm wood fibre', 31.2, 'calculated', 1, 0.42, 'documented', 'ne',
   '0ee3b817-bc7f-531f-83fa-74accf951ed2' /* projects.building_component: sheffield/front-wall */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

-- One step at a time; a step that was taken is not taken again.
update building.scenarios set status = 'active'
where status = 'draft' and id in (
  'aaa0e85a-58cb-5921-a05a-9c2e37ebc03a' /* projects.scenario: kreuzberg/1 */,
  'bcf185b0-0c63-559d-ac37-136ca125d9a8' /* projects.scenario: kreuzberg/2 */,
  '27ec0fb6-d622-51fa-ada3-0df6b5cc82db' /* projects.scenario: sheffield/1 */
);
update building.scenarios set status = 'selected'
where status = 'active' and id = '27ec0fb6-d622-51fa-ada3-0df6b5cc82db' /* projects.scenario: sheffield/1 */;
