//! Builds what is measured, as it is deployed.
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{LIMIT, requests::Kind};
use crate::{
    cargo::{Binaries, PACKAGES, executables},
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
    let deployed = [&deployed()[..], &bins()].concat();
    let mut binaries = cargo(root, &deployed, out)?;
    binaries.extend(cargo(root, &["--package", LIMIT], out)?);
    Ok(binaries)
}

/// Builds one function, with the profile of a deployment.
///
/// # Errors
/// As [`build`].
pub(super) fn build_one(root: &Path, name: &str, out: &Output) -> Result<PathBuf, Failure> {
    out.step(format_args!("building {name} with profile dist"));
    let built = cargo(root, &[&deployed()[..], &["--bin", name]].concat(), out)?;
    built.get(name).cloned().ok_or_else(|| {
        Failure::new(Exit::Failure, format!("cargo does not say where it built {name}"))
    })
}

/// Builds the three functions without TLS, and keeps them beside those with it. To be called before [`build`].
///
/// # Errors
/// As [`build`], and when the binaries cannot be copied.
pub(super) fn build_without_tls(root: &Path, out: &Output) -> Result<Binaries, Failure> {
    build_flavour(root, "without-tls", &["--no-default-features"], out)
}

/// Builds the three functions able to send SQL over HTTP, and keeps them beside those that are not.
///
/// # Errors
/// As [`build_without_tls`].
pub(super) fn build_with_http(root: &Path, out: &Output) -> Result<Binaries, Failure> {
    build_flavour(root, "with-http", &["--features", "http"], out)
}

fn build_flavour(
    root: &Path,
    flavour: &str,
    features: &[&str],
    out: &Output,
) -> Result<Binaries, Failure> {
    out.step(format_args!("building with profile dist: 3 functions {flavour}"));
    let built = cargo(root, &[&["--package", "finance"], &bins()[..], features].concat(), out)?;
    let keep = |(name, path): (String, PathBuf)| {
        let kept = path.with_file_name(flavour).join(&name);
        let copied =
            fs::create_dir_all(kept.with_file_name("")).and_then(|()| fs::copy(&path, &kept));
        copied.map_err(|error| {
            Failure::new(Exit::Failure, format!("cannot keep a function {flavour}"))
                .place(kept.display())
                .because(&error)
        })?;
        Ok((name, kept))
    };
    built.into_iter().map(keep).collect()
}

/// All packages with functions, as they are built for a deployment: what `.ci/sizes` has built is there.
fn deployed() -> Vec<&'static str> {
    PACKAGES.iter().flat_map(|package| ["--package", package]).collect()
}

fn bins() -> Vec<&'static str> {
    Kind::ALL.iter().flat_map(|kind| ["--bin", kind.route().name]).collect()
}

fn cargo(root: &Path, what: &[&str], out: &Output) -> Result<Binaries, Failure> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(root).stdin(Stdio::null()).stderr(Stdio::inherit());
    cargo.args(["build", "--profile", "dist", "--message-format=json-render-diagnostics"]);
    cargo.args(what);
    if out.is_quiet() {
        cargo.arg("--quiet");
    }
    let failed = || Failure::new(Exit::Failure, "what is measured does not build");
    let output = cargo.output().map_err(|error| failed().because(&error))?;
    if !output.status.success() {
        return Err(failed()
            .place(root.display())
            .why(format!("cargo build {}: {}", what.join(" "), output.status))
            .next("mend what cargo names above"));
    }
    Ok(executables(&output.stdout))
}
