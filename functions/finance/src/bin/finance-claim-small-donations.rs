//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::serve(&finance::gift_aid::claims::small_donations::ROUTE)
}
