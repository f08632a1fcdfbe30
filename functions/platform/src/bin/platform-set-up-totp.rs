//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::serve(&platform::identity::set_up_totp::ROUTE)
}
