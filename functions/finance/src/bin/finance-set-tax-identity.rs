//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::serve(&finance::contributors::set_tax_identity::ROUTE)
}
