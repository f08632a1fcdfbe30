//! Finds the server programs, and installs them where that needs no question.
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, account};

/// A server program of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// `PostgreSQL` or `PgBouncer`.
    pub name: &'static str,
    /// The program, or its folder; `None` if it is not there.
    pub path: Option<PathBuf>,
    /// As it says.
    pub version: Option<String>,
}

/// Looks for the server programs; installs nothing.
pub fn installed() -> [Installed; 2] {
    let postgres = Postgres::find(None);
    let bouncer = PgBouncer::find();
    [
        Installed {
            name: "PostgreSQL",
            version: postgres.as_ref().and_then(Postgres::version),
            path: postgres.map(|it| it.0),
        },
        Installed {
            name: "PgBouncer",
            version: bouncer.as_ref().and_then(PgBouncer::version),
            path: bouncer.map(|it| it.0),
        },
    ]
}

/// The folder with `initdb`, `postgres`, `pg_ctl` and `pg_basebackup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Postgres(PathBuf);

impl Postgres {
    /// The programs of that major version if any, else what `ARUURI_PG_BIN`, the PATH and the usual places offer.
    pub(crate) fn find(data_version: Option<&str>) -> Option<Postgres> {
        if let Some(folder) = env::var_os("ARUURI_PG_BIN") {
            return Postgres::at(PathBuf::from(folder));
        }
        let mut places: Vec<PathBuf> = path_folders();
        places.extend(versions("/usr/lib/postgresql", "bin"));
        for prefix in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
            places.extend(versions(prefix, "bin"));
        }
        let found: Vec<Postgres> = places.into_iter().filter_map(Postgres::at).collect();
        let fits = |postgres: &&Postgres| postgres.major().as_deref() == data_version;
        let same = data_version.and_then(|_| found.iter().find(fits));
        same.or(found.first()).cloned()
    }

    /// As [`Postgres::find`]; installs it if it is not there.
    pub(crate) fn need(
        data_version: Option<&str>,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Postgres, Error> {
        if let Some(folder) = env::var_os("ARUURI_PG_BIN") {
            return Postgres::find(None).ok_or_else(|| Error::Missing {
                program: "PostgreSQL",
                install: "unset ARUURI_PG_BIN".to_owned(),
                reason: format!(
                    "ARUURI_PG_BIN is {}, which lacks initdb, postgres or pg_ctl",
                    PathBuf::from(folder).display()
                ),
            });
        }
        need("PostgreSQL", "postgresql", || Postgres::find(data_version), progress)
    }

    fn at(folder: PathBuf) -> Option<Postgres> {
        let all = ["initdb", "postgres", "pg_ctl", "pg_basebackup"];
        all.iter().all(|name| is_program(&folder.join(name))).then_some(Postgres(folder))
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// `15.18`.
    pub(crate) fn version(&self) -> Option<String> {
        version(&self.program("postgres"))
    }

    /// `15`, as in a data folder's PG_VERSION.
    pub(crate) fn major(&self) -> Option<String> {
        let version = self.version()?;
        Some(version.split(['.', 'b', 'd', 'r']).next()?.to_owned())
    }
}

/// The `pgbouncer` program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PgBouncer(PathBuf);

impl PgBouncer {
    /// `ARUURI_PGBOUNCER_BIN`, the PATH and the usual places.
    pub(crate) fn find() -> Option<PgBouncer> {
        if let Some(program) = env::var_os("ARUURI_PGBOUNCER_BIN") {
            let program = PathBuf::from(program);
            return is_program(&program).then_some(PgBouncer(program));
        }
        let usual = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"];
        let mut places = path_folders();
        places.extend(usual.map(PathBuf::from));
        let mut programs = places.into_iter().map(|folder| folder.join("pgbouncer"));
        programs.find(|program| is_program(program)).map(PgBouncer)
    }

    /// As [`PgBouncer::find`]; installs it if it is not there.
    pub(crate) fn need(progress: &mut dyn FnMut(&str)) -> Result<PgBouncer, Error> {
        if let (Some(program), None) = (env::var_os("ARUURI_PGBOUNCER_BIN"), PgBouncer::find()) {
            return Err(Error::Missing {
                program: "PgBouncer",
                install: "unset ARUURI_PGBOUNCER_BIN".to_owned(),
                reason: format!(
                    "ARUURI_PGBOUNCER_BIN is {}, which is no program",
                    PathBuf::from(program).display()
                ),
            });
        }
        need("PgBouncer", "pgbouncer", PgBouncer::find, progress)
    }

    /// Where it is.
    pub(crate) fn program(&self) -> &Path {
        &self.0
    }

    /// `1.18.0`.
    pub(crate) fn version(&self) -> Option<String> {
        version(&self.0)
    }
}

fn need<T>(
    program: &'static str,
    package: &'static str,
    find: impl Fn() -> Option<T>,
    progress: &mut dyn FnMut(&str),
) -> Result<T, Error> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let reason = match install(package, progress) {
        Ok(()) => match find() {
            Some(found) => return Ok(found),
            None => "installed, but its programs are not in a usual place".to_owned(),
        },
        Err(reason) => reason,
    };
    let install = if is_on_path("apt-get") {
        let sudo = if account::is_root() { "" } else { "sudo " };
        format!(
            "{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {package}"
        )
    } else if is_on_path("brew") {
        format!("brew install {package}")
    } else {
        format!("install {program} with the package manager of this system")
    };
    Err(Error::Missing { program, install, reason })
}

/// Installs a Debian package if that works without a question; otherwise says why not.
fn install(package: &str, progress: &mut dyn FnMut(&str)) -> Result<(), String> {
    if !is_on_path("apt-get") {
        return Err("there is no apt-get to install it with".to_owned());
    }
    let root = account::is_root();
    if !root && !succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Err("installing it needs a password".to_owned());
    }
    let apt = |words: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.args(["-n", "env"]);
        }
        command.args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-o",
            "DPkg::Lock::Timeout=120",
        ]);
        let output = command.args(words).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("apt-get cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
        Err(format!("apt-get {} failed: {last}", words[0]))
    };
    let words = ["install", "-y", "--no-install-recommends", package];
    progress(&format!("installing {package}: apt-get {}", words.join(" ")));
    apt(&words).or_else(|_| {
        progress("the package lists may be old: apt-get update");
        apt(&["update"]).and_then(|()| apt(&words))
    })
}

/// Folders of an installation per version, newest first: `/usr/lib/postgresql/15/bin`, `…/opt/postgresql@15/bin`.
fn versions(parent: &str, bin: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let number = match name.strip_prefix("postgresql") {
                Some("") => "0",
                Some(versioned) => versioned.strip_prefix('@')?,
                None => &name,
            };
            Some((number.split('.').next()?.parse().ok()?, entry.path().join(bin)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn path_folders() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn is_on_path(name: &str) -> bool {
    path_folders().iter().any(|folder| is_program(&folder.join(name)))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

/// The first word of `--version` that begins with a digit.
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    text.split_whitespace().find(number).map(ToOwned::to_owned)
}
