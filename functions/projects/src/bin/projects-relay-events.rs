//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::run(&projects::jobs::relay_events::JOB)
}
