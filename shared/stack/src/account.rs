//! Who the servers run as: PostgreSQL and PgBouncer refuse root, so root gives them to an unprivileged user.
use std::{
    fs,
    os::unix::{fs::lchown, process::CommandExt},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::Error;

/// The user of the servers; `None` is the one we are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// The `postgres` user, else `nobody`, for root; the user as is otherwise.
    pub(crate) fn find() -> Result<Account, Error> {
        if !is_root() {
            return Ok(Account { ids: None });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some((id("-u", name)?, id("-g", name)?)))
            .map(|ids| Account { ids: Some(ids) })
            .ok_or(Error::Missing {
                program: "an unprivileged user",
                install: "useradd --system postgres".to_owned(),
                reason: "servers refuse to run as root, and there is no user postgres or nobody"
                    .to_owned(),
            })
    }

    /// The user that must own the servers' files.
    pub(crate) fn uid(self) -> u32 {
        self.ids.map_or_else(|| rustix::process::geteuid().as_raw(), |(uid, _)| uid)
    }

    /// Gives a file or folder to the servers.
    pub(crate) fn own(self, path: &Path) -> Result<(), Error> {
        match self.ids {
            Some((uid, gid)) => {
                lchown(path, Some(uid), Some(gid)).map_err(Error::io("change the owner of", path))
            }
            None => Ok(()),
        }
    }

    /// A server program with nothing of our environment. With root's HOME, libpq would look for certificates where
    /// this user may not look, and the replica would never stream.
    pub(crate) fn command(self, program: &Path, home: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("LC_ALL", "C")
            .current_dir(home)
            .stdin(Stdio::null());
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Whether the servers can reach a folder: it may lie below one that only root may enter.
    pub(crate) fn can_enter(self, folder: &Path) -> bool {
        let program = ["/bin/true", "/usr/bin/true"].map(Path::new);
        let program = program.into_iter().find(|path| path.exists());
        match (self.ids, program) {
            (Some(_), Some(program)) => {
                self.command(program, folder).status().is_ok_and(|status| status.success())
            }
            _ => fs::read_dir(folder).is_ok(),
        }
    }
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn id(what: &str, name: &str) -> Option<u32> {
    let Output { status, stdout, .. } = Command::new("id").args([what, name]).output().ok()?;
    let number = String::from_utf8(stdout).ok()?.trim().parse().ok()?;
    (status.success() && number != 0).then_some(number)
}
