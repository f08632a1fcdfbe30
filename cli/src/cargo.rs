//! Builds the binaries of functions.
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use tokio::process::Command;

use crate::{
    failure::{Exit, Failure},
    functions,
    output::Output,
};

/// The packages with functions. Always all of them, whatever is built: cargo unites the features of
/// what it builds together, and another choice would compile every dependency once more.
pub(crate) const PACKAGES: [&str; 5] =
    ["platform", "projects", "finance", "content", "migrate-function"];

/// What to build, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build<'a> {
    pub(crate) root: &'a Path,
    pub(crate) release: bool,
    /// These functions; all if there are none.
    pub(crate) only: &'a [&'a str],
    /// Able to send SQL over HTTP.
    pub(crate) http: bool,
}

/// Where the binaries are, by the names of their functions.
pub(crate) type Binaries = BTreeMap<String, PathBuf>;

impl Build<'_> {
    /// Runs cargo, which shows its own progress on stderr.
    ///
    /// # Errors
    /// When cargo cannot be run or something does not compile.
    pub(crate) async fn run(&self, out: &Output) -> Result<Binaries, Failure> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--message-format=json-render-diagnostics"]);
        cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        match self.only {
            [] => cargo.arg("--bins"),
            names => cargo.args(names.iter().flat_map(|name| ["--bin", name])),
        };
        if self.release {
            cargo.arg("--release");
        }
        if self.http {
            cargo.args(["--features", "http"]);
        }
        if out.is_quiet() {
            cargo.arg("--quiet");
        }
        let output = cargo.stderr(Stdio::inherit()).output().await.map_err(no_cargo)?;
        if !output.status.success() {
            return Err(Failure::new(Exit::Failure, "the functions do not build")
                .place(self.root.display())
                .why(format!("cargo build: {}", output.status))
                .next("mend what cargo names above"));
        }
        Ok(executables(&output.stdout))
    }

    /// Where an earlier build put the binaries.
    ///
    /// # Errors
    /// When cargo cannot say where, or one of them is not there.
    pub(crate) async fn find(&self) -> Result<Binaries, Failure> {
        let mut cargo = self.cargo();
        cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let output = cargo.stderr(Stdio::inherit()).output().await.map_err(no_cargo)?;
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let Some(target) = metadata["target_directory"].as_str() else {
            return Err(Failure::new(Exit::Failure, "cargo does not say where it builds")
                .place(self.root.display())
                .why(format!("cargo metadata: {}", output.status)));
        };
        let folder = Path::new(target).join(if self.release { "release" } else { "debug" });
        let is_wanted = |name: &&str| self.only.is_empty() || self.only.contains(name);
        let wanted = functions::names().into_iter().filter(is_wanted);
        wanted
            .map(|name| {
                let path = folder.join(name);
                if path.is_file() {
                    return Ok((name.to_owned(), path));
                }
                Err(Failure::new(Exit::Failure, format!("{name} is not built"))
                    .place(path.display())
                    .next("leave out --no-build"))
            })
            .collect()
    }

    fn cargo(&self) -> Command {
        command(self.root)
    }
}

/// Builds the tests as the README's command does, so that neither compiles anew what the other has.
///
/// # Errors
/// When cargo cannot be run or something does not compile.
pub(crate) async fn build_tests(root: &Path) -> Result<Binaries, Failure> {
    let mut cargo = command(root);
    cargo.args(["test", "--workspace", "--lib", "--bin", "aruuri", "--no-run"]);
    cargo.arg("--message-format=json-render-diagnostics");
    let output = cargo.stderr(Stdio::inherit()).output().await.map_err(no_cargo)?;
    if !output.status.success() {
        return Err(Failure::new(Exit::Failure, "the tests do not build")
            .place(root.display())
            .why(format!("cargo test --no-run: {}", output.status))
            .next("mend what cargo names above"));
    }
    Ok(executables(&output.stdout))
}

fn command(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(root).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    cargo
}

fn no_cargo(error: std::io::Error) -> Failure {
    Failure::new(Exit::Unreachable, "cannot run cargo").because(&error)
}

/// The binaries in cargo's messages.
pub(crate) fn executables(messages: &[u8]) -> Binaries {
    let lines = messages.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    messages
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, message["executable"].as_str()?.into()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::executables;

    #[test]
    fn only_messages_with_an_executable_name_one() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"api"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"finance-x"},"executable":"/t/debug/finance-x"}
no json
{"reason":"build-finished","success":true}
"#;

        let found = executables(messages);

        assert_eq!(found.len(), 1);
        assert_eq!(found["finance-x"].to_str(), Some("/t/debug/finance-x"));
    }
}
