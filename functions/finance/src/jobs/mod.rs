//! What the clock starts.
pub mod fold_balances;
