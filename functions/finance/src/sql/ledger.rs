//! Upkeep of the books.
use db::{Sql, row, statements};

row! {
    /// How many were taken.
    #[derive(Debug)]
    pub struct Taken {
        /// Fewer than asked for: nothing is left that nobody else has in hand.
        pub taken: i64,
    }
}

statements! {
    /// Folds the waiting deltas of at most `$1` accounts into their balances.
    pub const FOLD: Sql<(i32,), Taken> =
        Sql::repeatable("select ledger.fold($1) as taken").never_null();
}
