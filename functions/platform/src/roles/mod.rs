//! Routes of role grants. Nobody grants to themselves, or what they do not hold; the database sees to both.
pub mod grant;
pub mod list;
pub mod revoke;

/// The developer is no administrator any more, for examples: a token may still say so, the database does not.
pub(crate) const NO_ADMIN: &str = "update identity.user_roles set revoked_at = now()
  where contact_id = '3c15e5fd-5bd6-50d1-9fcd-ff5d56b7ee24'";
