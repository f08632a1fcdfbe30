//! Routes of what processors do with payments after they took them.
pub mod balances;
pub mod disputes;
pub mod fees;
pub mod payouts;
pub mod record_balance;
