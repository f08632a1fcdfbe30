//! Builds what is measured, as it is deployed.
use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{LIMIT, requests::Kind};
use crate::{
    cargo::{Binaries, executables},
    failure::{Exit, Failure},
    output::Output,
};

/// Builds the three functions and the one they are compared with, with the profile of a deployment.
///
/// Not together with this tool: cargo unites the features of what it builds in one go, and the
/// functions would carry those that only the tool needs.
///
/// # Errors
/// When cargo cannot be run or something does not compile.
pub(super) fn build(root: &Path, out: &Output) -> Result<Binaries, Failure> {
    out.step("building with profile dist: 3 functions and the one they are compared with");
    let bins = Kind::ALL.iter().flat_map(|kind| ["--bin", kind.route().name]);
    let mut binaries = cargo(root, "finance", bins.collect(), out)?;
    binaries.extend(cargo(root, LIMIT, Vec::new(), out)?);
    Ok(binaries)
}

fn cargo(root: &Path, package: &str, bins: Vec<&str>, out: &Output) -> Result<Binaries, Failure> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(root).stdin(Stdio::null()).stderr(Stdio::inherit());
    cargo.args(["build", "--profile", "dist", "--message-format=json-render-diagnostics"]);
    cargo.args(["--package", package]).args(bins);
    if out.is_quiet() {
        cargo.arg("--quiet");
    }
    let failed = || Failure::new(Exit::Failure, format!("{package} does not build"));
    let output = cargo.output().map_err(|error| failed().because(&error))?;
    if !output.status.success() {
        return Err(failed()
            .place(root.display())
            .why(format!("cargo build: {}", output.status))
            .next("mend what cargo names above"));
    }
    Ok(executables(&output.stdout))
}
