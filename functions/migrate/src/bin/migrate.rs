//! Applies the migrations that this function was built with.

fn main() -> std::process::ExitCode {
    migrate_function::serve()
}
