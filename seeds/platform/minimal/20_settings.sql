-- Demo data. An id is the UUID v5 of the natural key in the comment beside it, so that it is the same everywhere.

insert into platform.settings (id, key, value, description, is_secret, created_by, updated_by)
values
  ('4529670a-9a1d-510e-b02f-2fd598bad2cc' /* platform.setting: platform.default_locale */,
   'platform.default_locale', '"en"',
   '{"de": "Sprache von Zugängen, deren Anfrage keine nennt.", "en": "Language of logins whose request names none."}',
   false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('f459d554-9fe6-59f6-8823-9a7bda97373f' /* platform.setting: retention.links_days */,
   'retention.links_days', '14',
   '{"de": "So lange bleiben Links und abgelaufene Einladungen stehen.", "en": "How long links and expired invitations are kept after their end."}',
   false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */),
  ('735cdacf-dc7f-5ae2-920a-e15ba00efad3' /* platform.setting: tokens.per_owner */,
   'tokens.per_owner', '25',
   '{"de": "So viele gültige Zugriffsschlüssel hat jemand höchstens.", "en": "How many valid api tokens somebody has at most."}',
   false,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */,
   '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24' /* platform.contact: dev@aruuri.localhost */)
on conflict do nothing;
