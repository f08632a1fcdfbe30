-- What a contributor may do with their own, and who looks after contributors: routes name these permissions.

insert into identity.permissions (code, description, is_sensitive) values
  ('giving.read_own', '{"de": "Eigene Spenden lesen.", "en": "Read one''s own contributions."}', false),
  ('contributors.write', '{"de": "Spendende anlegen und ändern.", "en": "Make and change contributors."}', true)
on conflict (code) do nothing;

insert into identity.role_permissions (role_id, permission_id)
select r.id, p.id
from (values
  ('admin', '^(giving\.read_own|contributors\.write)$'),
  ('treasurer', '^(giving\.read_own|contributors\.write)$'),
  ('auditor', '^giving\.read_own$'),
  ('contributor', '^giving\.read_own$')
) as bundles (role, pattern)
join identity.roles r on r.code = bundles.role and r.deleted_at is null
join identity.permissions p on p.code ~ bundles.pattern
on conflict (role_id, permission_id) where revoked_at is null do nothing;
