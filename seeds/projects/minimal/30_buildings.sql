-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into building.buildings (
  id, name, type, year_built, year_renovated, heritage_status, ownership, street, house_number, postal_code,
  city, country, storeys, residential_units, living_area_m2, heated_area_m2, energy_class, has_basement,
  created_by, updated_by)
values
  ('a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   'End of the terrace', 'single_family_terraced', 1904, null, 'conservation_area', 'owner_occupied',
   'Victoria Terrace', '14', 'S7 1FG', 'Sheffield', 'GB', 2, 1, 88.5, 84, 'e', true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   'Vorderhaus und Seitenflügel', 'multi_family', 1896, 1987, 'ensemble_protection', 'cooperative',
   'Lindenallee', '8', '10961', 'Berlin', 'DE', 5, 18, 1240, 1180, 'f', true,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('6f5695d9-94df-57ac-9659-b600c3f2e429' /* projects.building: freiburg-school */,
   'Grundschule am Wiesenweg', 'public', 1968, 2004, 'none', null, 'Wiesenweg', '1', '79098',
   'Freiburg im Breisgau', 'DE', 2, 0, null, 2650, 'd', false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;

insert into building.building_roles (
  id, building_id, contact_ref, role, ownership_percent, valid_from, created_by, updated_by)
values
  ('db5d22a4-7380-5774-94c4-2c0b74659a17' /* projects.building_role: sheffield-meersbrook-14/mara-lindqvist */,
   'a07d0b9a-c35b-5b47-a787-f3c130fe14a5' /* projects.building: sheffield-meersbrook-14 */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'energy_adviser', null, '2026-06-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('fd415bb8-d947-5dc4-9cdd-7e426852656a' /* projects.building_role: berlin-kreuzberg-18/mara-lindqvist */,
   '3fa2bd70-8566-5ea2-a802-f8f8f24bd2b0' /* projects.building: berlin-kreuzberg-18 */,
   '8e8c2a66-4291-57b5-b08b-c7be06cd28a8' /* platform.contact: mara-lindqvist */,
   'energy_adviser', null, '2026-02-01',
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
