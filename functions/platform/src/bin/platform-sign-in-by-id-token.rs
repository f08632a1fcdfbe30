//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::serve(&platform::identity::sign_in_by_id_token::ROUTE)
}
