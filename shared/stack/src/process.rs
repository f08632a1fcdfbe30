//! Processes that outlive us. A pid file is a hint: a process counts only if its command line names our folder.
use std::{
    fs,
    io::{Read, Seek, SeekFrom},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// The process that a pid file names, if it is alive and was started with `marker` as an argument.
pub(crate) fn find(pid_file: &Path, marker: &Path) -> Option<Pid> {
    let text = fs::read_to_string(pid_file).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?)?;
    runs(pid, marker).then_some(pid)
}

fn runs(pid: Pid, marker: &Path) -> bool {
    let number = pid.as_raw_nonzero();
    let marker = marker.as_os_str().as_encoded_bytes();
    match fs::read(format!("/proc/{number}/cmdline")) {
        // A zombie has an empty one.
        Ok(line) => line.split(|byte| *byte == 0).any(|argument| argument == marker),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => Command::new("ps")
            .args(["-ww", "-o", "command=", "-p", &number.to_string()])
            .output()
            .is_ok_and(|ps| ps.stdout.windows(marker.len()).any(|part| part == marker)),
    }
}

/// Ends a process: each signal in turn, until it is gone within the time that signal is given.
pub(crate) fn end(pid: Pid, marker: &Path, signals: &[(Signal, Duration)]) -> bool {
    for (signal, patience) in signals {
        if !runs(pid, marker) {
            return true;
        }
        // It may have ended by itself in between; then there is nothing to signal.
        let _ = kill_process(pid, *signal);
        let until = Instant::now() + *patience;
        while Instant::now() < until {
            if !runs(pid, marker) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    !runs(pid, marker)
}

/// The last lines of a log that begin at byte `from` or later.
pub(crate) fn tail(log: &Path, from: u64, lines: usize) -> String {
    let text = read_end(log, from).unwrap_or_else(|error| error.to_string());
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn read_end(log: &Path, from: u64) -> std::io::Result<String> {
    const ENOUGH: u64 = 64 * 1024;
    let mut file = fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(ENOUGH).max(from)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
