//! The local servers.
