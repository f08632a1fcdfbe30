//! What our bank says, and what of it the books know.
use db::{Sql, row, statements};
use uuid::Uuid;

row! {
    /// What became of a page of lines.
    #[derive(Debug)]
    pub struct Reconciled {
        /// Lines that were looked at.
        pub looked: i64,
        /// Of them, those whose journal was found.
        pub matched: i64,
        /// The last of them; null: there was none.
        pub last_id: Option<Uuid>,
    }
}

row! {
    /// Balances side by side.
    #[derive(Debug)]
    pub struct Compared {
        /// Nominal codes and currencies that were compared.
        pub compared: i64,
        /// Of them, those in which the books and the bank differ.
        pub different: i64,
    }
}

statements! {
    /// Matches at most `$2` lines after `$1`, in the name of `$3`; no row: another run is at work. See
    /// `finance.reconcile_bank`.
    pub const RECONCILE: Sql<(Option<Uuid>, i32, String), Reconciled> =
        Sql::repeatable("select looked, matched, last_id from finance.reconcile_bank($1, $2, $3)").never_null();
    /// Compares the balances of our bank accounts; no row: another run is at work. See `finance.compare_bank`.
    pub const COMPARE: Sql<(), Compared> =
        Sql::repeatable("select compared, different from finance.compare_bank()").never_null();
}
