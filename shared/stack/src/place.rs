//! Files and folders of a stack, who may read them, and the lock that lets one process at a time change them.
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use ring::digest;

use crate::{Error, account::Account};

/// Where everything of a checkout lies.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    root: PathBuf,
    home: PathBuf,
}

impl Place {
    pub(crate) fn new(root: &Path) -> Place {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        Place { home: root.join(".aruuri"), root }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file of ours: `env`, `state.json`, `ca.pem`, …
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Makes `.aruuri/`.
    pub(crate) fn make_home(&self) -> Result<(), Error> {
        match DirBuilder::new().mode(0o755).create(&self.home) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(Error::io("make", &self.home)(error))
            }
            _ => Ok(()),
        }
    }

    /// Waits until no other process starts or stops this stack; the lock ends with the file's life.
    pub(crate) fn lock(&self, progress: &mut dyn FnMut(&str)) -> Result<File, Error> {
        let path = self.file("lock");
        loop {
            let mut open = OpenOptions::new();
            let open = open.create(true).truncate(false).write(true).mode(0o600).open(&path);
            let file = open.map_err(Error::io("open", &path))?;
            if file.try_lock().is_err() {
                progress("waiting for another start or stop of this stack");
                file.lock().map_err(Error::io("lock", &path))?;
            }
            // The other may have deleted the folder, and with it the file we waited for.
            let inode = |meta: fs::Metadata| meta.ino();
            let ours = file.metadata().map(inode).map_err(Error::io("look at", &path))?;
            if fs::metadata(&path).map(inode).is_ok_and(|named| named == ours) {
                return Ok(file);
            }
            self.make_home()?;
        }
    }

    /// The servers' folder if there is one.
    pub(crate) fn servers(&self) -> Option<PathBuf> {
        let link = self.file("servers");
        fs::read_link(&link).ok().or_else(|| link.is_dir().then_some(link)).filter(|it| it.is_dir())
    }

    /// The servers' folder, made if need be: `.aruuri/servers`, or, if they could not enter that, a private folder
    /// outside to which `.aruuri/servers` points.
    pub(crate) fn make_servers(&self, account: Account) -> Result<PathBuf, Error> {
        let inside = self.file("servers");
        if let Ok(target) = fs::read_link(&inside) {
            return private_folder(&target, account).map(|()| target);
        }
        private_folder(&inside, account)?;
        if account.can_enter(&inside) {
            return Ok(inside);
        }
        // Fails if it holds data, which became unreachable by a change of permissions: not ours to delete.
        fs::remove_dir(&inside).map_err(Error::io("enter, as the servers' user,", &inside))?;
        let hash = digest::digest(&digest::SHA256, self.root.as_os_str().as_encoded_bytes());
        let hash: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let var_lib = Path::new("/var/lib");
        let parent = if is_writable(var_lib) { var_lib.to_owned() } else { std::env::temp_dir() };
        let outside = parent.join(format!("aruuri-{hash}"));
        private_folder(&outside, account)?;
        symlink(&outside, &inside).map_err(Error::io("make", &inside))?;
        Ok(outside)
    }

    /// Deletes everything, the folder outside included; the lock goes with it.
    pub(crate) fn purge(&self) -> Result<(), Error> {
        if let Some(servers) = self.servers() {
            fs::remove_dir_all(&servers).map_err(Error::io("delete", &servers))?;
        }
        fs::remove_dir_all(&self.home).map_err(Error::io("delete", &self.home))
    }
}

/// A folder that only the servers' user may enter. Never one that somebody else has put there.
pub(crate) fn private_folder(path: &Path, account: Account) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("make", path)(error)),
    }
    let meta = fs::symlink_metadata(path).map_err(Error::io("look at", path))?;
    let ours = [account.uid(), rustix::process::geteuid().as_raw()].contains(&meta.uid());
    if !meta.is_dir() || !ours {
        let theirs =
            std::io::Error::new(ErrorKind::PermissionDenied, "it belongs to somebody else");
        return Err(Error::io("use", path)(theirs));
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .map_err(Error::io("change the mode of", path))?;
    account.own(path)
}

/// Writes a file in one step: a reader sees the old one or the new one, and a secret is never readable for others.
pub(crate) fn write(path: &Path, mode: u32, content: impl AsRef<[u8]>) -> Result<(), Error> {
    write_for(path, mode, content, None)
}

/// As [`write`], owned by the servers' user.
pub(crate) fn write_for(
    path: &Path,
    mode: u32,
    content: impl AsRef<[u8]>,
    owner: Option<Account>,
) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    // A left-over may have another mode or owner.
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(&new)
        .map_err(Error::io("write", &new))?;
    file.write_all(content.as_ref()).map_err(Error::io("write", &new))?;
    if let Some(owner) = owner {
        owner.own(&new)?;
    }
    fs::rename(&new, path).map_err(Error::io("write", path))
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}
