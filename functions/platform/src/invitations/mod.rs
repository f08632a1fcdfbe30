//! Routes of invitations: staff make a login for an address, and only whoever reads its mail opens it.
pub mod accept;
pub mod create;
pub mod list;
pub mod revoke;

/// For examples: Robin was invited by the developer.
const INVITED: &str = "insert into party.contacts (id, email) values ('c0a80101-0000-4000-8000-000000000001', 'robin@example.org');
  insert into identity.users (id, contact_id, email, user_type, internal_role)
  values ('c0a80101-0000-4000-8000-000000000002', 'c0a80101-0000-4000-8000-000000000001', 'robin@example.org', 'internal',
    'employee');
  insert into identity.verification_tokens (identifier, purpose, token_hash, user_id, expires_at)
  values ('robin@example.org', 'invite', sha256('a-token-from-a-mail'), 'c0a80101-0000-4000-8000-000000000002',
    now() + interval '7 days');
  insert into identity.invitations (id, user_id, invited_by, expires_at)
  values ('c0a80101-0000-4000-8000-000000000003', 'c0a80101-0000-4000-8000-000000000002',
    '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24', now() + interval '7 days')";
