-- aruuri:allow-loss identity.roles.scope_types the values grow: both roles may be held everywhere too

-- A grant in a department gives only what asks in which department. Who works on projects or quotes of all of them holds
-- the role everywhere.

update identity.roles
set scope_types = '{global,department}'
where code in ('employee', 'team_lead') and deleted_at is null and scope_types = '{department}';
