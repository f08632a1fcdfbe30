//! What the clock starts.
pub mod accrue_gift_aid;
pub mod anchor_chain;
pub mod check_invariants;
pub mod collect_mandates;
pub mod end_terms;
pub mod fold_balances;
pub mod poll_hmrc;
pub mod process_webhooks;
pub mod purge_keys;
pub mod reconcile_bank;
pub mod reconcile_processor;
pub mod relay_events;
pub mod seal_audit;
pub mod seal_journals;
pub mod take_events;
