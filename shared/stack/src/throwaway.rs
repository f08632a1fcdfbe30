//! A primary with PgBouncer in front for one purpose: durable as a real server is, killed at will, and gone with its value.
//!
//! It has a data folder, ports, passwords and keys of its own, so that nothing that happens to it touches the servers of
//! the checkout.
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, getpid, kill_process, test_kill_process};

use crate::{
    Error, Running, Signer, Stack,
    account::Account,
    admin::{Tls, wait},
    place::{Place, private_folder},
    pooler, postgres, process,
    programs::{PgBouncer, Postgres},
    roles,
    servers::{self, Server, Servers},
    state::State,
    tls,
};

/// Where they are, below `.aruuri/`.
pub(crate) const FOLDER: &str = "throwaway";

/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(10);

/// A server that may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The postmaster and every backend.
    Postgres,
    /// PgBouncer.
    Pooler,
}

impl Victim {
    fn server(self) -> Server {
        match self {
            Victim::Postgres => Server::Primary,
            Victim::Pooler => Server::Pooler,
        }
    }
}

/// The two servers, and a restored one; they and their data end with this.
pub struct Throwaway {
    root: PathBuf,
    place: Place,
    servers: Servers,
    programs: Postgres,
    bouncer: PgBouncer,
    state: State,
    trust: Tls,
}

impl std::fmt::Debug for Throwaway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throwaway").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Throwaway {
    /// Makes and starts both, with the roles and empty databases of every domain, and tells each step. First removes
    /// what a killed process has left of its own.
    ///
    /// # Errors
    /// When a program is missing or a server does not start.
    pub fn start(stack: &Stack, mut progress: impl FnMut(&str)) -> Result<Throwaway, Error> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let all = stack.file(FOLDER);
        sweep(&all)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = all.join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&root).map_err(Error::io("make", &root))?;
        let place = Place::new(&root);
        place.make_home()?;
        let programs = Postgres::need(None, &mut progress)?;
        let bouncer = PgBouncer::need(&mut progress)?;
        let account = Account::find()?;
        let servers = Servers { folder: place.make_servers(account)?, account, durable: true };
        let state = State::new()?;
        private_folder(&servers.folder.join("log"), account)?;
        let ca = place.file("ca.pem");
        tls::make(&servers.folder, &ca, account)?;
        let trust = Tls::trusting(Some(&ca))?;
        let mut made = Throwaway { root, place, servers, programs, bouncer, state, trust };
        let Throwaway { servers, programs, bouncer, state, trust, .. } = &mut made;
        postgres::ensure_primary(servers, programs, state, trust, &mut progress)?;
        progress("making roles and databases");
        wait(roles::provision(state, trust))?;
        pooler::ensure(servers, bouncer, state, trust, &mut progress)?;
        Ok(made)
    }

    /// Ends and removes all that this process has made, for one that ends without dropping them.
    ///
    /// # Errors
    /// When a server does not end, or a folder cannot be removed.
    pub fn remove_own(stack: &Stack) -> Result<(), Error> {
        remove(&stack.file(FOLDER), |owner| owner == getpid())
    }

    /// Where they are, and the URLs to reach them by.
    ///
    /// # Errors
    /// When the keys for development cannot be made.
    pub fn running(&self) -> Result<Running, Error> {
        Running::new(&self.place, self.state.clone())
    }

    /// The signer of bearer tokens that functions with [`Throwaway::running`]'s variables accept.
    ///
    /// # Errors
    /// When [`Throwaway::running`] was never asked for.
    pub fn signer(&self) -> Result<Signer, Error> {
        Signer::load(&self.place)
    }

    /// A program of PostgreSQL, of the version that runs: `pg_dump`, `pgbench`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.program(name)
    }

    /// A folder that the servers' user may enter too.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// Ends a server with `kill -9`, as the kernel does when memory is short; `false` if it was not running.
    ///
    /// # Errors
    /// When it is still there after ten seconds.
    pub fn kill(&self, victim: Victim) -> Result<bool, Error> {
        self.end(victim.server())
    }

    fn end(&self, server: Server) -> Result<bool, Error> {
        let Some(pid) = servers::find(&self.servers.folder, server) else { return Ok(false) };
        // The postmaster first: it shall not have the time to tell its backends.
        let backends = process::children(pid);
        for pid in std::iter::once(pid).chain(backends.iter().copied()) {
            // One that has ended meanwhile is as good.
            let _ = kill_process(pid, Signal::KILL);
        }
        let until = Instant::now() + GONE;
        while servers::find(&self.servers.folder, server).is_some()
            || backends.iter().any(|pid| process::is_alive(*pid))
        {
            if Instant::now() > until {
                let what = format!("{}, killed (process {}),", server.name(), pid.as_raw_nonzero());
                return Err(Error::Silent { what });
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(true)
    }

    /// Starts what was killed, on the ports of before, and waits until it answers.
    ///
    /// # Errors
    /// When a server does not start, or somebody has taken its port meanwhile.
    pub fn restart(&mut self, mut progress: impl FnMut(&str)) -> Result<(), Error> {
        let before = self.state.ports;
        let Throwaway { servers, programs, bouncer, state, trust, .. } = self;
        postgres::ensure_primary(servers, programs, state, trust, &mut progress)?;
        pooler::ensure(servers, bouncer, state, trust, &mut progress)?;
        if state.ports == before {
            return Ok(());
        }
        let server = if state.ports.primary == before.primary { "pgbouncer" } else { "primary" };
        let log = servers.folder.join("log");
        Err(Error::Start { server, log, tail: "another process has taken its port".to_owned() })
    }

    /// Copies the primary while it works (`pg_basebackup`), and has it keep its log from then on, once.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn back_up(&self) -> Result<(), Error> {
        postgres::back_up(&self.servers, &self.programs, &self.state)
    }

    /// Starts the copy beside the primary, as the primary was at the restore point of this name: how to reach it. It ends
    /// with this.
    ///
    /// # Errors
    /// When it does not start, or the log has no such point.
    pub fn restore(&self, point: &str) -> Result<Running, Error> {
        let Throwaway { place, servers, programs, state, trust, .. } = self;
        let port = postgres::restore(servers, programs, state, trust, point)?;
        let mut state = state.clone();
        state.ports.primary = port;
        Running::new(place, state)
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        for server in Server::ALL.into_iter().rev() {
            // What stays is removed by the next one that is made.
            let _ = self.end(server);
        }
        let _ = self.place.purge();
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Removes what processes that are gone have left.
pub(crate) fn sweep(all: &Path) -> Result<(), Error> {
    remove(all, |owner| test_kill_process(owner).is_err())
}

/// Removes what was made by processes of which that is true.
fn remove(all: &Path, of: impl Fn(Pid) -> bool) -> Result<(), Error> {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.split('-').next().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
        if owner.is_some_and(&of) {
            Stack::at(entry.path()).purge()?;
            fs::remove_dir_all(entry.path()).map_err(Error::io("delete", entry.path()))?;
        }
    }
    Ok(())
}
