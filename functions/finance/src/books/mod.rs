//! The books, for those who read them: accounts, funds, journals, periods, trial balance, the chain of seals.
pub mod accounts;
pub mod chain;
pub mod funds;
pub mod invariants;
pub mod journals;
pub mod periods;
pub mod proposals;
pub mod table;
pub mod trial_balance;

use api::Query;

/// For lists that are not paged.
const AT_MOST: i64 = 1000;

/// The query parameter of balances.
const AS_OF: Query =
    Query { name: "as_of", about: "Last accounting date that counts; without it, all." };

/// The other one: what was known at a moment.
const POSTED_UNTIL: Query =
    Query { name: "posted_until", about: "Last moment of posting that counts; without it, all." };

/// The general fund, for examples.
const GENERAL: &str = "04b25f59-033c-502c-ac71-430477286633";

/// The bank account, for examples.
const BANK: &str = "6ecbe1fb-6bc6-5145-b66e-5a92643c7aed";

/// An account that is empty, for examples.
const KRONER: &str = "63b16696-5f51-5460-8b35-779355738417";

/// A fund that is empty, for examples.
const HARVEST: &str = "575065f5-6c40-5bda-a662-8c9fc5972027";

/// The opening balance of the bank account, for examples.
const OPENING: &str = "edb5aa7d-0813-5d91-aa86-b2fa44c4b80e";
