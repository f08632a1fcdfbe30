//! What the kernel knows of a process: memory, processor time and, where there is a counter, instructions.
use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::Pid;
use serde::Serialize;

/// Memory of a process in KiB.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Memory {
    /// Now.
    pub(super) rss_kib: u64,
    /// At most since its start.
    pub(super) peak_kib: u64,
}

/// Reads `VmRSS` and `VmHWM`.
pub(super) fn memory(pid: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
    };
    Memory { rss_kib: kib("VmRSS"), peak_kib: kib("VmHWM") }
}

/// The only child of a process.
pub(super) fn child(pid: u32) -> Option<Pid> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    Pid::from_raw(children.split_whitespace().next()?.parse().ok()?)
}

/// Nanoseconds that all threads of a process have run for; those that ended are not in it.
pub(super) fn cpu_ns(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let ran = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    ran.sum()
}

/// What `perf stat` is asked for.
pub(super) const EVENT: &str = "instructions:u";

/// Whether this machine counts instructions; else why not.
pub(super) fn counts_instructions() -> Result<(), String> {
    let perf = Command::new("perf").args(["stat", "-x,", "-e", EVENT, "true"]).output();
    let output = perf.map_err(|error| format!("cannot run perf: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match counted(&said) {
        Some(_) => Ok(()),
        None => {
            let why =
                said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
            Err(format!("perf stat -e {EVENT}: {why}"))
        }
    }
}

/// The number in perf's answer: `123,,instructions:u,…`, or `<not supported>` in its place.
pub(super) fn counted(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.contains(EVENT))?;
    line.split(',').next()?.parse().ok()
}

/// Counts the instructions of a running process from now until [`Counting::end`].
#[derive(Debug)]
pub(super) struct Counting {
    perf: Child,
}

impl Counting {
    /// Attaches; `None` if perf cannot.
    pub(super) fn begin(pid: u32, file: &Path) -> Option<Counting> {
        // perf counts as long as its command runs. `cat` runs until its input ends, and that it
        // answers shows that counting has begun.
        let mut perf = Command::new("perf")
            .args(["stat", "-x,", "-e", EVENT, "-p", &pid.to_string(), "-o"])
            .arg(file)
            .args(["--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (input, output) = (perf.stdin.as_mut()?, perf.stdout.as_mut()?);
        let mut echo = [0];
        let heard = input.write_all(b"\n").and_then(|()| output.read_exact(&mut echo));
        heard.is_ok().then_some(Counting { perf })
    }

    /// The number of instructions.
    pub(super) fn end(mut self, file: &Path) -> Option<u64> {
        drop(self.perf.stdin.take());
        self.perf.wait().ok()?;
        counted(&fs::read_to_string(file).ok()?)
    }
}
