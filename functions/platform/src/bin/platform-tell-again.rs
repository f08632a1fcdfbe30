//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::run(&platform::jobs::tell_again::JOB)
}
