//! Written by `cargo aruuri routes write`; do not edit.
fn main() -> api::Exit {
    api::run(&finance::jobs::reconcile_processor::JOB)
}
