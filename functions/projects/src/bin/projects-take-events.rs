//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::run(&projects::jobs::take_events::JOB)
}
