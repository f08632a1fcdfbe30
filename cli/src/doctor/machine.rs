//! What this machine and this checkout must have.
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use super::Check;

/// Rust, server programs, files, disk.
pub(crate) fn checks(root: &Path) -> Vec<Check> {
    let mut checks = vec![toolchain()];
    checks.extend(stack::installed().into_iter().map(|program| {
        let package = program.name.to_lowercase();
        match (program.path, program.version) {
            (Some(path), Some(version)) => {
                Check::ok(program.name, format!("{version} in {}", path.display()))
            }
            (Some(path), None) => Check::fail(
                program.name,
                format!("{} does not tell its version", path.display()),
                format!("sudo apt-get install --reinstall {package}"),
            ),
            (None, _) => Check::fail(
                program.name,
                "not installed",
                format!("sudo apt-get install -y --no-install-recommends {package}"),
            ),
        }
    }));
    checks.push(ignored(root));
    checks.extend(secrets(root));
    checks.push(disk(root));
    checks
}

fn toolchain() -> Check {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let found = text.ok().and_then(|text| text.split_whitespace().nth(1).map(ToOwned::to_owned));
    let fix = "rustup update stable";
    match found {
        Some(found) if numbers(&found) >= numbers(wanted) => {
            Check::ok("Rust", format!("{found}, at least {wanted} is needed"))
        }
        Some(found) => Check::fail("Rust", format!("{found} is older than {wanted}"), fix),
        None => Check::fail("Rust", "rustc cannot be run", "https://rustup.rs, then a new shell"),
    }
}

/// `1.95.0-nightly` as 1, 95, 0.
fn numbers(version: &str) -> Vec<u32> {
    let plain = version.split('-').next().unwrap_or_default();
    plain.split('.').filter_map(|number| number.parse().ok()).collect()
}

fn ignored(root: &Path) -> Check {
    let name = "git ignores .aruuri";
    let git = Command::new("git")
        .args(["check-ignore", "--quiet", "--no-index", ".aruuri/env"])
        .current_dir(root)
        .output();
    let ignored = match git.ok().and_then(|output| output.status.code()) {
        Some(code @ (0 | 1)) => code == 0,
        // No git, or no repository: the file itself must do.
        _ => fs::read_to_string(root.join(".gitignore"))
            .is_ok_and(|text| text.lines().any(|line| line.trim().trim_matches('/') == ".aruuri")),
    };
    if ignored {
        return Check::ok(name, "passwords and keys stay out of commits");
    }
    Check::fail(name, "a commit could carry passwords and keys", "echo /.aruuri >> .gitignore")
}

/// Files with secrets that others on this machine may read.
fn secrets(root: &Path) -> Option<Check> {
    let files = ["env", "state.json", "jwt-key.pem", "cursor-key"];
    let files = files.map(|name| root.join(".aruuri").join(name));
    let open = |path: &&std::path::PathBuf| {
        fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
    };
    if !files[0].exists() {
        return None;
    }
    let name = "secrets are private";
    Some(match files.iter().find(open) {
        None => Check::ok(name, "mode 0600"),
        Some(path) => Check::fail(
            name,
            format!("others may read {}", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
    })
}

fn disk(root: &Path) -> Check {
    const GIB: u64 = 1024 * 1024 * 1024;
    let name = "disk space";
    let fix = "cargo aruuri down --purge; cargo clean";
    let free = match rustix::fs::statvfs(root) {
        Ok(stat) => stat.f_bavail * stat.f_frsize,
        Err(error) => return Check::warn(name, format!("unknown: {error}"), "df -h ."),
    };
    // A build of all functions takes about 3 GiB, servers and test databases about 1.
    let note = format!("{} GiB free", free / GIB);
    match free / GIB {
        0 => Check::fail(name, note, fix),
        1..4 => Check::warn(name, note, fix),
        _ => Check::ok(name, note),
    }
}
