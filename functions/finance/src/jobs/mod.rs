//! What the clock starts.
pub mod accrue_gift_aid;
pub mod fold_balances;
pub mod poll_hmrc;
