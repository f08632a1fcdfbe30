//! A checkout for one test, whose servers end with it.
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::Client;

use crate::{
    Kind, Running, Stack,
    admin::{Login, Tls, connect, value, wait},
    servers::{self, Server},
};

pub(super) struct Sandbox {
    pub(super) stack: Stack,
}

impl Sandbox {
    pub(super) fn new() -> Sandbox {
        Sandbox::with_mode(0o755)
    }

    /// A running one for tests that stop nothing; it ends with the last of those that run together.
    pub(super) fn shared() -> Arc<Sandbox> {
        static SHARED: Mutex<Weak<Sandbox>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap();
        shared.upgrade().unwrap_or_else(|| {
            let sandbox = Arc::new(Sandbox::new());
            sandbox.up();
            *shared = Arc::downgrade(&sandbox);
            sandbox
        })
    }

    /// In a folder with that mode: 0700 keeps the servers' user out when we are root.
    pub(super) fn with_mode(mode: u32) -> Sandbox {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("aruuri-test {}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        fs::create_dir(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(mode)).unwrap();
        Sandbox { stack: Stack::at(root) }
    }

    /// Starts it; also the steps that were told.
    pub(super) fn up(&self) -> (Running, Vec<String>) {
        let mut steps = Vec::new();
        match self.stack.up(|step| steps.push(step.to_owned())) {
            Ok(running) => (running, steps),
            Err(error) => panic!("{error} (after {steps:?})"),
        }
    }

    pub(super) fn pid(&self, server: Server) -> Pid {
        servers::find(&self.stack.place.servers().unwrap(), server).expect("it runs")
    }

    /// Ends the servers as a crash does; their children follow by themselves.
    pub(super) fn kill(&self) {
        let folder = self.stack.place.servers().unwrap();
        for server in Server::ALL {
            kill_process(self.pid(server), Signal::KILL).unwrap();
        }
        while Server::ALL.iter().any(|server| servers::find(&folder, *server).is_some()) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Err(error) = self.stack.purge() {
            eprintln!("{error}");
        }
        let _ = fs::remove_dir_all(self.stack.root());
    }
}

/// A session with TLS, or without.
pub(super) async fn session(
    running: &Running,
    domain: db::Domain,
    kind: Kind,
    database: &str,
    ssl: tokio_postgres::config::SslMode,
) -> Result<Client, String> {
    let (port, user, password) = running.login(domain, kind).expect("PgBouncer is there");
    let mut config = Login { port, user: &user, password, database }.config();
    config.ssl_mode(ssl);
    let trust = Tls::trusting(Some(&running.ca_pem)).unwrap();
    connect(&config, &trust).await.map_err(|error| match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    })
}

/// The first value that a statement gives in the platform database, or why it gives none.
pub(super) fn ask(running: &Running, kind: Kind, sql: &str) -> Result<String, String> {
    let domain = db::Domain::Platform;
    let ssl = tokio_postgres::config::SslMode::Require;
    let answer = wait(async {
        let client = match session(running, domain, kind, domain.name(), ssl).await {
            Ok(client) => client,
            Err(error) => return Ok(Err(error)),
        };
        Ok(value(&client, sql).await.map(Option::unwrap_or_default).map_err(|error| {
            error
                .as_db_error()
                .map_or_else(|| error.to_string(), |cause| cause.message().to_owned())
        }))
    });
    answer.unwrap()
}
