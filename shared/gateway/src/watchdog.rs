//! Ends functions when the gateway itself is killed.
//!
//! A killed process cannot clean up, and asking the kernel to do it (`PR_SET_PDEATHSIG`) needs code
//! between fork and exec, which is unsafe in Rust. So a shell reads the process ids from a pipe; when
//! the gateway is gone the pipe ends, and the shell kills what is left. Most functions end before that
//! by themselves, because their next poll fails; one that hangs in its handler would not.
use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
};

const SCRIPT: &str = r#"
pids=
while read -r op pid; do
    rest=
    for known in $pids; do
        [ "$known" = "$pid" ] || rest="$rest $known"
    done
    [ "$op" = + ] && rest="$rest $pid"
    pids=$rest
done
[ -n "$pids" ] && kill -KILL $pids
"#;

/// A shell that outlives the gateway by a moment.
#[derive(Debug)]
pub struct Watchdog {
    shell: Child,
    pipe: Mutex<Option<ChildStdin>>,
}

impl Watchdog {
    /// Starts the shell.
    ///
    /// # Errors
    /// When `/bin/sh` cannot be started.
    pub fn start() -> io::Result<Watchdog> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0) // Ctrl-C in the terminal must not end it before its work is done
            .spawn()?;
        let pipe = Mutex::new(shell.stdin.take());
        Ok(Watchdog { shell, pipe })
    }

    pub(crate) fn add(&self, pid: u32) {
        self.tell('+', pid);
    }

    pub(crate) fn remove(&self, pid: u32) {
        self.tell('-', pid);
    }

    fn tell(&self, op: char, pid: u32) {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipe) = pipe.as_mut() {
            // A shell that is gone can protect nothing, but the functions still work.
            let _ = pipe.write_all(format!("{op} {pid}\n").as_bytes());
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.pipe.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.shell.wait();
    }
}
