//! Accounts and funds that people open and close.
use db::{Sql, idempotency::Key, statements};
use serde_json::Value;
use types::{AccountId, FundId};

use crate::sql::{
    Kept,
    books::{Account, Fund},
};

macro_rules! account {
    () => {
        // Nothing was posted to it yet, or nothing is left.
        "select t.id, t.code, c.name, t.type, t.fund_id, t.counterparty_type::text as counterparty_type, t.counterparty_id,
           0::bigint as balance_minor, t.currency, t.closed_at, f.replayed"
    };
}

macro_rules! fund {
    () => {
        "select t.id, t.code, t.restriction, t.project_ref, t.theme_ref, t.stage_ref, t.created_at, t.closed_at, f.replayed"
    };
}

statements! {
    /// Opens an account, once per scope and key; see `ledger.open_account` for what it breaks.
    pub const OPEN_ACCOUNT: Sql<(Key, Value), Kept<Account>> = Sql::repeatable(concat!(
        account!(), "
         from ledger.open_account($1, $2, $3, $4) f
         cross join lateral (select (f.account).*) t
         join ledger.chart_of_accounts c on c.code = t.code"
    ))
    .never_null();
    /// Closes an account, once per scope and key; see `ledger.close_account` for what it breaks.
    pub const CLOSE_ACCOUNT: Sql<(Key, AccountId), Kept<Account>> = Sql::repeatable(concat!(
        account!(), "
         from ledger.close_account($1, $2, $3, $4) f
         cross join lateral (select (f.account).*) t
         join ledger.chart_of_accounts c on c.code = t.code"
    ))
    .never_null();
    /// Opens a fund, once per scope and key; see `ledger.open_fund` for what it breaks.
    pub const OPEN_FUND: Sql<(Key, Value), Kept<Fund>> = Sql::repeatable(concat!(
        fund!(), "
         from ledger.open_fund($1, $2, $3, $4) f
         cross join lateral (select (f.fund).*) t"
    ))
    .never_null();
    /// Closes a fund, once per scope and key; see `ledger.close_fund` for what it breaks.
    pub const CLOSE_FUND: Sql<(Key, FundId), Kept<Fund>> = Sql::repeatable(concat!(
        fund!(), "
         from ledger.close_fund($1, $2, $3, $4) f
         cross join lateral (select (f.fund).*) t"
    ))
    .never_null();
}
