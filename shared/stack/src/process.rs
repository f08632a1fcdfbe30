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

/// The process that a pid file names, if it is alive and was started with `marker` as an argument; else any process of
/// that program with that argument, because the file may be gone and its process not.
pub(crate) fn find(pid_file: &Path, program: &str, marker: &Path) -> Option<Pid> {
    let named = fs::read_to_string(pid_file).ok().and_then(|text| {
        let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?)?;
        runs(pid, marker).then_some(pid)
    });
    named.or_else(|| {
        let is_it = |(_, line): &(Pid, Line)| line.program() == program && line.names(marker);
        all().into_iter().find(is_it).map(|(pid, _)| pid)
    })
}

/// Every process that was started with `marker` as an argument: what a killed start left working.
pub(crate) fn naming(marker: &Path) -> Vec<Pid> {
    all().into_iter().filter(|(_, line)| line.names(marker)).map(|(pid, _)| pid).collect()
}

/// The children of a process; none where the kernel does not list them.
pub(crate) fn children(pid: Pid) -> Vec<Pid> {
    let number = pid.as_raw_nonzero();
    let listed = fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
    let listed = listed.unwrap_or_default();
    listed.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

/// Whether a process is there and no zombie.
pub(crate) fn is_alive(pid: Pid) -> bool {
    match line(pid) {
        Some(Line::Arguments(all)) => all.iter().any(|it| !it.is_empty()),
        Some(Line::Text(text)) => !text.is_empty(),
        None => false,
    }
}

/// How a process was started.
enum Line {
    /// Its arguments, from /proc.
    Arguments(Vec<Vec<u8>>),
    /// One text, from `ps`.
    Text(String),
}

impl Line {
    fn names(&self, marker: &Path) -> bool {
        match self {
            Line::Arguments(all) => {
                all.iter().any(|it| it == marker.as_os_str().as_encoded_bytes())
            }
            Line::Text(text) => text.contains(&marker.display().to_string()),
        }
    }

    fn program(&self) -> &str {
        let first = match self {
            Line::Arguments(all) => all.first().map_or("", |it| str::from_utf8(it).unwrap_or("")),
            Line::Text(text) => text.split(' ').next().unwrap_or(""),
        };
        first.rsplit('/').next().unwrap_or("")
    }
}

fn runs(pid: Pid, marker: &Path) -> bool {
    line(pid).is_some_and(|line| line.names(marker))
}

/// `None` for a process that is gone; a zombie has an empty line.
fn line(pid: Pid) -> Option<Line> {
    let number = pid.as_raw_nonzero();
    if has_proc() {
        let bytes = fs::read(format!("/proc/{number}/cmdline")).ok()?;
        return Some(Line::Arguments(bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()));
    }
    let ps = Command::new("ps").args(["-ww", "-o", "command=", "-p", &number.to_string()]).output();
    Some(Line::Text(String::from_utf8_lossy(&ps.ok()?.stdout).trim().to_owned()))
}

fn all() -> Vec<(Pid, Line)> {
    let pid = |text: &str| Pid::from_raw(text.trim().parse().ok()?);
    if has_proc() {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| pid(entry.file_name().to_str()?));
        return pids.filter_map(|pid| Some((pid, line(pid)?))).collect();
    }
    let Ok(ps) = Command::new("ps").args(["-axww", "-o", "pid=,command="]).output() else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&ps.stdout).into_owned();
    let split = |row: &str| {
        let (number, line) = row.trim_start().split_once(' ')?;
        Some((pid(number)?, Line::Text(line.to_owned())))
    };
    text.lines().filter_map(split).collect()
}

fn has_proc() -> bool {
    Path::new("/proc/self/cmdline").exists()
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
