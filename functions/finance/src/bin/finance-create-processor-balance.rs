//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::serve(&finance::processors::record_balance::ROUTE)
}
