insert into identity.permissions (code, description, is_sensitive) values
  ('payments.read', '{"de": "Auszahlungen lesen.", "en": "Read disbursements."}', true),
  ('payments.withdraw', '{"de": "Auszahlungen zurückziehen, die noch nicht gesendet sind.", "en": "Withdraw disbursements that have not been sent."}', true),
  ('giving.refund', '{"de": "Spenden erstatten.", "en": "Refund contributions."}', true),
  ('giftaid.read', '{"de": "Gift-Aid-Anträge lesen.", "en": "Read Gift Aid claims."}', true),
  ('giftaid.submit', '{"de": "Gift-Aid-Anträge absenden, die andere vorbereitet haben.", "en": "Send Gift Aid claims that others have prepared."}', true)
on conflict (code) do nothing;

insert into identity.roles (code, name, description, audience, scope_types, is_system) values
  ('approver', '{"de": "Freigabe", "en": "Approver"}',
   '{"de": "Gibt frei, was andere vorgeschlagen haben.", "en": "Approves what others have proposed."}', 'internal', '{global}', true)
on conflict (code) where deleted_at is null do nothing;

insert into identity.role_permissions (role_id, permission_id)
select r.id, p.id
from (values
  ('admin', '^(payments\.(read|withdraw)|giving\.refund|giftaid\.(read|submit))$'),
  ('treasurer', '^(payments\.(read|withdraw)|giving\.refund|giftaid\.(read|submit))$'),
  ('approver', '^(payments\.(read|withdraw|approve)|giftaid\.(read|submit))$'),
  ('auditor', '^(payments|giftaid)\.read$')
) as bundles (role, pattern)
join identity.roles r on r.code = bundles.role and r.deleted_at is null
join identity.permissions p on p.code ~ bundles.pattern
on conflict (role_id, permission_id) where revoked_at is null do nothing;
