-- Whoever can sign in may make api tokens of their own: they carry no more than their owner holds.

insert into identity.role_permissions (role_id, permission_id)
select r.id, p.id
from identity.roles r
join identity.permissions p on p.code = 'tokens.write'
where r.deleted_at is null
  and r.code in ('employee', 'approver', 'auditor', 'editor', 'publisher', 'contributor')
on conflict (role_id, permission_id) where revoked_at is null do nothing;
