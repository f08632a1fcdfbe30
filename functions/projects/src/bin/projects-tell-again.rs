//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::run(&projects::jobs::tell_again::JOB)
}
